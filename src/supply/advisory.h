/* Known vulnerabilities of packages and models: what was imported from advisories in the OSV
 * format, EPSS and KEV, and which of them concern given components (doc/advisories.md). */
#ifndef SW_SUPPLY_ADVISORY_H
#define SW_SUPPLY_ADVISORY_H

#include "claim/claim.h"
#include "supply/component.h"

/* The database's file in the store. */
#define SW_ADVISORY_FILE "advisories.db"

/* --- importing -------------------------------------------------------------------------------- */

struct sw_advisory_import_options {
    int64_t now;
    bool replace;    /* forget what was imported before */
    bool keep_going; /* leave out advisories that cannot be read, and count them */
    struct sw_progress *progress;
};

/* Imports files: OSV JSON, lines of it, zips of it, directories of these (also osv-scanner's
 * layout), EPSS CSV and KEV JSON, plain or gzip. All or nothing: the database of the store in
 * `store_path` is replaced by a new one, or stays as it is. SW_E_BUSY while another import runs. */
sw_result sw_advisory_import(const char *store_path, const char *const *files, size_t count,
    const struct sw_advisory_import_options *options, struct sw_error *err);

/* --- what is there ---------------------------------------------------------------------------- */

struct sw_advisories;

/* Opens the database to read. SW_E_NOEVIDENCE when there is none. */
sw_result sw_advisories_open(
    const char *store_path, struct sw_advisories **out, struct sw_error *err);
void sw_advisories_close(struct sw_advisories *advisories);
SW_DEFINE_CLEANUP_PTR(advisories, struct sw_advisories, sw_advisories_close)

/* A file that was imported. */
struct sw_advisory_source {
    struct sw_str name; /* as it was given, or with its place in a directory */
    struct sw_str kind; /* "osv", "epss" or "kev" */
    struct sw_digest digest;
    uint64_t bytes;
    int64_t imported;
    int64_t date;     /* of the newest record in it; never later than `imported` */
    uint64_t records; /* that were read */
    uint64_t left_out;
};

struct sw_advisory_ecosystem {
    struct sw_str name;
    uint64_t packages;
    uint64_t advisories;
    int64_t date; /* of the file that it came from last */
    bool ordered; /* its versions can be compared */
};

struct sw_advisory_status {
    struct sw_digest digest; /* of the sources: the same files in the same order give the same */
    int64_t date;            /* the oldest date of an ecosystem; INT64_MIN without any */
    struct sw_advisory_source *sources; /* in the order in which they were imported */
    size_t source_count;
    struct sw_advisory_ecosystem *ecosystems; /* by name */
    size_t ecosystem_count;
    uint64_t advisories;
    uint64_t withdrawn;
    uint64_t digests; /* files that advisories name */
    uint64_t epss;
    uint64_t kev;
};

/* In the arena. */
sw_result sw_advisory_status(struct sw_advisories *advisories, struct sw_arena *arena,
    struct sw_advisory_status *out, struct sw_error *err);

/* --- matching --------------------------------------------------------------------------------- */

/* What is known of a component. Only SW_ADVISORY_CLEAR is a pass. */
enum sw_advisory_state {
    SW_ADVISORY_CLEAR,          /* covered, and nothing concerns this version */
    SW_ADVISORY_AFFECTED,       /* something does */
    SW_ADVISORY_UNDECIDED,      /* something may: its range cannot be compared with this version */
    SW_ADVISORY_NO_VERSION,     /* version not known */
    SW_ADVISORY_NOT_COVERED,    /* nothing was imported for its ecosystem */
    SW_ADVISORY_NOT_IDENTIFIED, /* it has neither a purl nor a digest, or no purl that can be read
                                 */
    SW_ADVISORY_ASIDE,          /* a file, or the product itself: looked up, and nothing is known */
    SW_ADVISORY_STATES,
};

/* "clear", "affected", "undecided", "version not known", … */
const char *sw_advisory_state_name(enum sw_advisory_state state);

enum sw_advisory_why {
    SW_ADVISORY_BY_VERSION, /* the component's version is in what the advisory says */
    SW_ADVISORY_BY_DIGEST,  /* its digest is */
    SW_ADVISORY_BY_PACKAGE, /* every version is, or nobody can say which */
};

/* Whether the code that was looked at imports the component itself. What others import in turn is
 * not seen, so "not imported" does not say that it cannot be reached. */
enum sw_advisory_reach {
    SW_REACH_UNKNOWN,
    SW_REACH_IMPORTED,
    SW_REACH_NOT_IMPORTED,
};
#define SW_ADVISORY_REACHES (SW_REACH_NOT_IMPORTED + 1)
const char *sw_advisory_reach_name(enum sw_advisory_reach reach); /* "not imported" */

struct sw_vex;
struct sw_vex_statement;

/* One vulnerability of one component, under all its names. */
struct sw_advisory_finding {
    size_t component;
    struct sw_str id; /* CVE before GHSA before others */
    const struct sw_str *ids;
    size_t id_count;
    const struct sw_str *advisories; /* the imported ones that say so */
    size_t advisory_count;
    struct sw_str summary;
    const struct sw_str *fixed; /* versions that are not affected any more */
    size_t fixed_count;
    enum sw_advisory_why why;
    bool undecided;
    bool withdrawn;
    bool kev;
    struct sw_str kev_added;
    unsigned epss;       /* in 100,000ths; with has_epss */
    unsigned percentile; /* the same */
    bool has_epss;
    unsigned cvss; /* in tenths; with cvss_version */
    unsigned cvss_version;
    const struct sw_vex_statement *vex; /* what was said of it; NULL: nothing */
    enum sw_advisory_reach reach;       /* sw_advisory_reach() sets it */
    const struct sw_str *paths; /* of Go: the packages of the module that are vulnerable, where all
                                   advisories tell them; NULL: any */
    size_t path_count;
    struct sw_str reach_at; /* "app/main.py:3"; empty where nothing was seen */
};

struct sw_advisory_checked {
    enum sw_advisory_state state;
    struct sw_str why; /* in words; may be empty */
    int64_t date;      /* of the data that covers it; INT64_MIN when none does */
    size_t found;      /* findings that are open, and are not undecided or withdrawn */
};

struct sw_advisory_match_options {
    bool withdrawn;     /* report those, too */
    struct sw_vex *vex; /* may be NULL */
};

struct sw_advisory_report {
    struct sw_digest database;
    int64_t date; /* the oldest of the data that covers a component; INT64_MIN when none does */
    const struct sw_components *components;
    struct sw_advisory_checked *checked;  /* one for each component */
    struct sw_advisory_finding *findings; /* the most urgent ones first */
    size_t finding_count;
    size_t states[SW_ADVISORY_STATES];
    size_t open;   /* findings that count */
    size_t closed; /* that VEX says are not affected, or fixed */
};

/* Everything is in the arena, or a view of `components`. */
sw_result sw_advisory_match(struct sw_advisories *advisories,
    const struct sw_components *components, const struct sw_advisory_match_options *options,
    struct sw_arena *arena, struct sw_advisory_report *out, struct sw_error *err);

/* True when a finding counts: it is not undecided, withdrawn or closed by VEX. */
bool sw_advisory_is_open(const struct sw_advisory_finding *finding);

/* --- what it comes to ------------------------------------------------------------------------- */

/* "affected", "clear" or "incomplete". */
const char *sw_advisory_verdict(const struct sw_advisory_report *report);

/* "critical" to "none" by its CVSS, or "unrated". */
const char *sw_advisory_severity(const struct sw_advisory_finding *finding);
#define SW_ADVISORY_SEVERITIES 6
extern const char *const sw_advisory_severities[SW_ADVISORY_SEVERITIES];
/* One of its names is that of a malicious package ("MAL-…"). */
bool sw_advisory_is_malicious(const struct sw_advisory_finding *finding);

struct sw_advisory_counts {
    size_t total;
    size_t by_severity[SW_ADVISORY_SEVERITIES];
    size_t exploited; /* in the KEV */
    size_t malicious;
    size_t by_reach[SW_ADVISORY_REACHES];
};
/* Of the open findings; or of those alone of which no VEX statement speaks. */
void sw_advisory_count(
    const struct sw_advisory_report *report, bool unspoken, struct sw_advisory_counts *out);

#endif
