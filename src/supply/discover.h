/* Discovery: which models, datasets, libraries, services, agents and tools a source tree uses.
 * Every file is read at most once, and never run. doc/format/discovery.md. */
#ifndef SW_SUPPLY_DISCOVER_H
#define SW_SUPPLY_DISCOVER_H

#include "supply/imports.h"
#include "supply/inventory.h"

struct sw_catalogue; /* what discovery looks for: doc/format/discovery.md */

struct sw_discover_options {
    const struct sw_catalogue *catalogue; /* NULL: the one that is compiled in */
    struct sw_bytes catalogue_text; /* instead: one that the process that looks has to read first,
                                       and nobody else; empty: none */
    bool all_packages;              /* also those that the catalogue does not name */
    const char *prefix; /* in front of the paths of files, with a '/' between; NULL: nothing */
    struct sw_imports *imports; /* gets all that source code imports; NULL: nobody asks */
    struct sw_progress *progress;
    struct sw_discover_mark *mark; /* NULL: nobody looks at it */
    uint32_t file_ms;              /* of the processor, for one file, if marked; 0 means 30,000 */
    const struct sw_str *skip;     /* names of files, as in a mark, that are not read again */
    size_t skip_count;
};

/* Which file is being read: for who sees this process end. */
struct sw_discover_mark {
    char name[4096]; /* in its tree; empty: none */
};

/* What was not looked at, and why; files alike are told together. */
struct sw_discover_gap {
    const char *why; /* "installed packages", "larger than 32 MiB", "no Python 3"; static */
    uint64_t count;
    struct sw_str first; /* the first such path */
};
#define SW_DISCOVER_GAPS 48

/* Gaps that are about packages and their versions alone: all source code can still have been read.
 */
#define SW_GAP_BUN_LOCKB \
    "bun.lockb is binary and not read ('bun install --save-text-lockfile' writes bun.lock)"
#define SW_GAP_BUN_LIMIT "lock files of Bun that nest too deep or have more than 262,144 values"
#define SW_GAP_JSR "packages of JSR, for which there are no package URLs"
#define SW_GAP_MANAGED \
    "packages whose versions stand in a parent or a BOM of Maven that is not in the tree"
bool sw_discover_is_about_packages(const char *why);

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
    uint64_t refused;                /* files whose parser crashed or ran over its limits */
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
/* The same, of several trees, in a process of its own that can read nothing else (base/worker.h),
 * and into an inventory that is not finished by it. A file whose parser crashes or runs over its
 * limits is left out, counted in `coverage->refused` and told as a gap; SW_E_IO when
 * there are too many. */
sw_result sw_discover_confined(struct sw_inventory *inventory, const char *const *paths,
    size_t count, const struct sw_discover_options *options, struct sw_discover_coverage *coverage,
    struct sw_error *err);
/* What it puts in front of the files of one of several trees, with a '/' between. */
const char *sw_discover_prefix(const char *const *paths, size_t count, size_t at);
/* The member "coverage" of a document that is being written. */
void sw_discover_write_coverage(
    struct sw_json_writer *w, const struct sw_discover_coverage *coverage);

/* Reads it again; texts are copied to the arena. SW_E_FORMAT. */
sw_result sw_discover_read_coverage(struct sw_arena *arena, const struct sw_json *document,
    struct sw_discover_coverage *out, struct sw_error *err);

#define SW_CATALOGUE_MAX ((uint64_t)1 << 20) /* bytes */

/* Reads a catalogue; everything is in the arena. SW_E_FORMAT with the line and what is wrong. */
sw_result sw_catalogue_read(struct sw_arena *arena, struct sw_bytes yaml,
    const struct sw_catalogue **out, struct sw_error *err);
/* The digest of a catalogue (NULL: of the one that is compiled in), "sha256:…", in the arena. NULL
 * without memory. */
const char *sw_discover_catalogue(struct sw_arena *arena, const struct sw_catalogue *catalogue);

#endif
