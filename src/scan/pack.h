/* Packs: which names of a library pickles may import, and what they may be called with. One YAML
 * file for each library (packs/scan/NAME.yaml, doc/format/scan-pickle.md); those are compiled in,
 * and others can be loaded. Private to scan. */
#ifndef SW_SCAN_PACK_H
#define SW_SCAN_PACK_H

#include "scan/scan.h"

#define SW_PACK_ARGUMENTS_MAX 8

/* How a name may be called. */
enum sw_pack_calls {
    SW_PACK_CALLS_ANY,
    SW_PACK_CALLS_NEVER, /* it may only be there, as a class that others are made of */
    SW_PACK_CALLS_NEW,   /* only class.__new__(class), which NEWOBJ and copyreg do */
};

struct sw_pack {
    const char *name;
    const char *library;
    uint64_t version;
};

/* Names that are treated alike. */
struct sw_pack_entry {
    const struct sw_pack *pack;
    const struct sw_str *modules;
    size_t module_count;
    const struct sw_str *names;
    size_t name_count;
    enum sw_pack_calls calls;
    bool checked; /* its arguments are stated */
    const struct sw_str *arguments;
    size_t argument_count;
};

struct sw_packs;

/* The packs that are compiled in: made once, and then shared by all threads and by processes that
 * are forked later. NULL only when there is no memory. */
const struct sw_packs *sw_packs_builtin(void);

/* Those that are compiled in and others. */
sw_result sw_packs_new(struct sw_packs **out, struct sw_error *err);
void sw_packs_free(struct sw_packs *packs);
SW_DEFINE_CLEANUP_PTR(packs, struct sw_packs, sw_packs_free)
/* Adds a pack, of at most SW_SCAN_PACK_MAX bytes. `trusted`: it may also name what the deny-list
 * covers, as those that are compiled in may. SW_E_FORMAT, SW_E_LIMIT, SW_E_NOMEM. */
sw_result sw_packs_add(
    struct sw_packs *packs, struct sw_bytes yaml, bool trusted, struct sw_error *err);

/* What a pack says of a name; NULL: none has it. */
const struct sw_pack_entry *sw_packs_find(
    const struct sw_packs *packs, struct sw_str module, struct sw_str name);

/* Feeds the packs to the digest of the rule set. */
void sw_packs_hash(const struct sw_packs *packs, struct sw_hash *hash);

/* As sw_scan_rules_digest(), for a scan with these packs. */
void sw_scan_rules_digest_of(const struct sw_packs *packs, struct sw_digest *out);

/* A file that is compiled in (cmake/packs.cmake). */
struct sw_pack_file {
    const char *name;
    const uint8_t *data;
    size_t len;
};
extern const struct sw_pack_file sw_pack_files[];
extern const size_t sw_pack_file_count;

#endif
