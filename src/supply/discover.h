/* Discovery: which models, datasets, libraries, services, agents and tools a source tree uses.
 * Every file is read at most once, and never run. doc/format/discovery.md. */
#ifndef SW_SUPPLY_DISCOVER_H
#define SW_SUPPLY_DISCOVER_H

#include "supply/imports.h"
#include "supply/inventory.h"

struct sw_discover_options {
    bool all_packages;  /* also those that the catalogue does not name */
    const char *prefix; /* in front of the paths of files, with a '/' between; NULL: nothing */
    struct sw_imports *imports; /* gets all that source code imports; NULL: nobody asks */
    struct sw_progress *progress;
};

/* What was not looked at, and why; files alike are told together. */
struct sw_discover_gap {
    const char *why; /* "installed packages", "larger than 32 MiB", "no Python 3"; static */
    uint64_t count;
    struct sw_str first; /* the first such path */
};
#define SW_DISCOVER_GAPS 32

struct sw_discover_coverage {
    uint64_t files, bytes;           /* that are there */
    uint64_t read_files, read_bytes; /* that some reader took */
    struct sw_discover_gap gaps[SW_DISCOVER_GAPS];
    size_t gap_count;
};

/* Adds what a directory or a file shows to an inventory, which is not finished by it. Files that
 * cannot be read are told as gaps. SW_E_IO when `path` itself cannot be. */
sw_result sw_discover_path(struct sw_inventory *inventory, const char *path,
    const struct sw_discover_options *options, struct sw_discover_coverage *coverage,
    struct sw_error *err);
/* The member "coverage" of a document that is being written. */
void sw_discover_write_coverage(
    struct sw_json_writer *w, const struct sw_discover_coverage *coverage);
/* The digest of the catalogue that is used, "sha256:…", in the arena. NULL without memory. */
const char *sw_discover_catalogue(struct sw_arena *arena);

#endif
