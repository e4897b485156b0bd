/* Counts by name, in bounded memory: so many names each, and all further ones together. */
#ifndef SW_DATA_REPORT_TALLY_H
#define SW_DATA_REPORT_TALLY_H

#include "base/base.h"

#define SW_TALLY_NAMES 4096u   /* names that are counted each, the first ones that come */
#define SW_TALLY_NAME_MAX 256u /* bytes of a name; longer ones are counted with the others */

struct sw_tally_entry {
    struct sw_str name; /* of any bytes */
    uint64_t samples;
    uint64_t bytes;
    uint64_t words;
    uint64_t guessed; /* samples whose name was guessed, not declared */
};

struct sw_tally {
    struct sw_arena *arena; /* borrowed */
    struct sw_tally_entry *entries;
    size_t count;
    uint16_t *slots;              /* by hash: index of the entry, plus one */
    struct sw_tally_entry none;   /* without a name */
    struct sw_tally_entry others; /* names past SW_TALLY_NAMES or too long */
};

/* Everything is in `arena`. */
sw_result sw_tally_init(struct sw_tally *tally, struct sw_arena *arena);
/* Adds the counts of `entry` to those of its name, which may be empty; the name is copied. */
sw_result sw_tally_add(struct sw_tally *tally, const struct sw_tally_entry *entry);
/* By samples, most first; equal ones by name. Nothing is added afterwards. */
void sw_tally_sort(struct sw_tally *tally);

#endif
