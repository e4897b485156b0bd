/* Entries, read back from their bundles. */
#ifndef SW_EVIDENCE_ENTRIES_H
#define SW_EVIDENCE_ENTRIES_H

#include "evidence/store.h"

/* The entries [from, to) in order, without checking them against the tree. A writer sees also what
 * is not published; it holds `io`. */
typedef enum sw_code (*sw_entry_fn)(
    void *ctx, uint64_t leaf, struct sw_bytes entry, struct sw_error *err);
sw_result sw_entries_each(struct sw_store *store, uint64_t from, uint64_t to, sw_entry_fn fn,
    void *ctx, struct sw_error *err);

#endif
