/* What discovery finds beside what an earlier run wrote down. */
#ifndef SW_CLI_DISCOVER_DIFF_H
#define SW_CLI_DISCOVER_DIFF_H

#include "cli/cli.h"
#include "supply/supply.h"

/* An entity of either run. Two are the same thing when kind and purl, but for its version, are; of
 * those without a purl, kind and name. */
struct sw_diff_entity {
    const char *kind;
    struct sw_str name, version, purl;
    struct sw_str package; /* the purl without its version, or the name */
    bool counts;           /* not only in tests, examples or documentation */
    size_t number;         /* in its inventory */
};

enum sw_diff_change {
    SW_DIFF_SAME,
    SW_DIFF_NEW,     /* was not there */
    SW_DIFF_COUNTS,  /* was there, but only in tests, examples or documentation */
    SW_DIFF_VERSION, /* was there in other versions alone */
};

struct sw_discover_diff {
    struct sw_arena *arena;
    struct sw_diff_entity *before, *now;
    size_t before_count, now_count;
    bool compared;
    struct sw_str catalogue;      /* that the earlier run used; empty: it does not say */
    enum sw_diff_change *changes; /* by the number of an entity of now */
    struct sw_str *was;           /* likewise, for SW_DIFF_VERSION: a version that was there */
    struct sw_diff_entity *gone;
    size_t gone_count;
    bool counts; /* something that counts is new, or counts now */
};

/* Reads what an earlier run wrote, in a process of its own. SW_E_IO for what cannot be read or is
 * no inventory, or ends its parser: 1 is for what is new. SW_E_USAGE when it lists every package
 * and this run does not, or the other way round. */
sw_result sw_discover_diff_read(struct sw_discover_diff *diff, struct sw_arena *arena,
    const char *path, bool all_packages, struct sw_error *err);
/* Compares; the inventory is finished. Does nothing when nothing was read. */
sw_result sw_discover_diff_compare(
    struct sw_discover_diff *diff, const struct sw_inventory *inventory);

/* " new", " was 1.2", or "". */
const char *sw_discover_diff_word(struct sw_discover_diff *diff, struct sw_cli *cli, size_t entity);
void sw_discover_diff_show(
    struct sw_cli *cli, const struct sw_discover_diff *diff, const char *catalogue);
/* The member "changes". */
void sw_discover_diff_json(
    struct sw_json_writer *w, const struct sw_discover_diff *diff, const char *catalogue);

#endif
