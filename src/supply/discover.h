/* Discovery: which models, datasets, libraries, services, agents and tools a source tree uses.
 * Every file is read at most once, and never run. doc/format/discovery.md. */
#ifndef SW_SUPPLY_DISCOVER_H
#define SW_SUPPLY_DISCOVER_H

#include "supply/inventory.h"

struct sw_discover_options {
    bool all_packages;  /* also those that the catalogue does not name */
    const char *prefix; /* in front of the paths of files, with a '/' between; NULL: nothing */
    struct sw_progress *progress;
};

/* What was not looked at, and why; files alike are told together. */
struct sw_discover_gap {
    const char *why; /* "installed packages", "larger than 32 MiB", "no Python 3"; static */
    uint64_t count;
    struct sw_str first; /* the first such path */
};
#define SW_DISCOVER_GAPS 48

/* A log, a manifest or a host that was looked at, and how much of it was understood. */
struct sw_discover_source {
    const char *kind; /* "host", "cluster", "log" */
    struct sw_str name;
    const char *form;                      /* "squid"; static; NULL: it has none */
    uint64_t records, understood, matched; /* processes, objects or lines; those with a sighting */
};

struct sw_discover_coverage {
    uint64_t files, bytes;           /* that are there */
    uint64_t read_files, read_bytes; /* that some reader took */
    struct sw_discover_gap gaps[SW_DISCOVER_GAPS];
    size_t gap_count;
    struct sw_discover_source *sources; /* in the arena of the inventory */
    size_t source_count, source_cap;
};

/* Adds what a directory or a file shows to an inventory, which is not finished by it. Files that
 * cannot be read are told as gaps. SW_E_IO when `path` itself cannot be. */
sw_result sw_discover_path(struct sw_inventory *inventory, const char *path,
    const struct sw_discover_options *options, struct sw_discover_coverage *coverage,
    struct sw_error *err);
/* Tells of a source in the coverage; its name is copied. */
sw_result sw_discover_tell(struct sw_inventory *inventory, struct sw_discover_coverage *coverage,
    const struct sw_discover_source *source);
/* The member "coverage" of a document that is being written. */
void sw_discover_write_coverage(
    struct sw_json_writer *w, const struct sw_discover_coverage *coverage);
/* The digest of the catalogue that is used, "sha256:…", in the arena. NULL without memory. */
const char *sw_discover_catalogue(struct sw_arena *arena);

#endif
