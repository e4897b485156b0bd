/* What the bytes of a model's files can do: formats recognised by content, and what is found in
 * them. Parsing happens in a confined worker (base/worker.h). This header is the room's public
 * face. */
#ifndef SW_SCAN_SCAN_H
#define SW_SCAN_SCAN_H

#include "evidence/evidence.h"
#include "scan/diff.h"
#include "scan/tensor_list.h"

enum sw_severity {
    SW_SEVERITY_INFO,
    SW_SEVERITY_LOW,
    SW_SEVERITY_MEDIUM,
    SW_SEVERITY_HIGH,
    SW_SEVERITY_CRITICAL,
};
const char *sw_severity_name(enum sw_severity severity);

/* What is known about everything that one rule finds. Lists are separated by one space and may be
 * empty. */
struct sw_rule {
    const char *id;         /* stable: "pickle-import", "safetensors-overlap" */
    const char *title;      /* what was found, in one line */
    const char *advice;     /* what to do */
    const char *advisories; /* CVE and GHSA ids of loaders that fell for it */
    const char *atlas;      /* techniques of MITRE ATLAS */
    const char *cosai;      /* risks of the CoSAI risk map */
};
/* The rule with this id; NULL when there is none. */
const struct sw_rule *sw_scan_rule(const char *id);
/* The rule at a place in the list of all; NULL behind the last. */
const struct sw_rule *sw_scan_rule_at(size_t index);

struct sw_finding {
    const char *rule; /* id of a struct sw_rule */
    enum sw_severity severity;
    const char *path;    /* file, relative to the model */
    const char *member;  /* inside an archive, "" otherwise */
    uint64_t offset;     /* in the file or member; UINT64_MAX when it has no place */
    const char *message; /* one line, escaped */
};

enum sw_scan_status {
    SW_SCAN_PARSED,     /* its structure was read to the end */
    SW_SCAN_PLAIN,      /* data that no loader runs: text, an image */
    SW_SCAN_RECOGNISED, /* of a known format; it, or something in it, was not read */
    SW_SCAN_UNKNOWN,    /* binary content of no known format */
    SW_SCAN_FAILED,     /* the parser refused, crashed, or ran over its budget */
};
const char *sw_scan_status_name(enum sw_scan_status status);

enum sw_scan_verdict {
    SW_SCAN_CLEAN,       /* every file was parsed or is plain, nothing above info */
    SW_SCAN_NOTES,       /* findings of low or medium, which are never a reason to refuse alone */
    SW_SCAN_REFUSED,     /* a finding of high or above */
    SW_SCAN_NO_EVIDENCE, /* refused as well: something was not read */
};
/* "clean", "notes", "refused"; the last two verdicts have one name, and differ in their reason. */
const char *sw_scan_verdict_name(enum sw_scan_verdict verdict);
/* Why it is refused: "found", "not-read"; NULL when it is not. */
const char *sw_scan_verdict_reason(enum sw_scan_verdict verdict);

/* How much was looked at. */
struct sw_coverage {
    uint64_t read;    /* bytes that a parser walked, or that are plain */
    uint64_t skipped; /* bytes that are known to be data, such as tensors, and were passed over */
    uint64_t undecodable;  /* bytes of unknown, broken or unread content */
    uint64_t members_read; /* of archives */
    uint64_t members_skipped;
    uint64_t members_undecodable;
};

struct sw_scan_file {
    const char *path;
    const char *format; /* id of the row in the format table: "pickle", "safetensors", … */
    enum sw_scan_status status;
    uint64_t size;
    /* What of it was not read: ids of formats, "unknown" for content of none, "failed" when it is
     * no evidence at all. Empty exactly when it was parsed or is plain. */
    const char *const *unread;
    size_t unread_count;
    enum sw_scan_verdict verdict; /* of this file alone */
    struct sw_coverage coverage;
    /* What its parser told of tensors, as JSON that is not checked (doc/format/scan-weights.md);
     * empty when there is nothing. */
    struct sw_str weights;  /* what their numbers are like */
    struct sw_str tensors;  /* names, types, shapes and places */
    struct sw_str digests;  /* SHA-256 of each, when they were asked for */
    struct sw_str settings; /* of GGUF: keys and their values, as far as they are short */
};

/* How many files have content of one kind that was not read. */
struct sw_scan_tally {
    const char *id;
    size_t files;
};

struct sw_scan_report {
    enum sw_scan_verdict verdict;
    enum sw_scan_verdict found;   /* the same by what was read alone: never inconclusive */
    struct sw_scan_tally *unread; /* by id */
    size_t unread_count;
    struct sw_scan_file *files; /* by path */
    size_t file_count;
    struct sw_finding *findings; /* by path, then offset */
    size_t finding_count;
    uint64_t bytes;
    struct sw_coverage coverage; /* the sum over the files */
    bool metadata_only;
    struct sw_digest rules; /* of the rule set: a change makes older claims stale */
};

/* Kept of one scan; beyond, of each further file only the worst. */
#define SW_SCAN_FINDINGS_MAX ((size_t)100000)
/* Seconds for the parsers of one scan, unless somebody says another number. */
#define SW_SCAN_TIME_LIMIT ((uint64_t)3600)

struct sw_scan;

/* Bytes of one pack. */
#define SW_SCAN_PACK_MAX ((uint64_t)1 << 20)

/* Starts the zygotes of the parsers' processes. What this process holds in memory now is what a
 * parser that is taken over can come to see, so make it before any key is loaded. */
sw_result sw_scan_new(struct sw_scan **out, struct sw_error *err);
/* The same with packs beyond those that are compiled in (doc/format/scan-pickle.md): their YAML, of
 * which the caller has checked who signed it. They change the digest of the rule set. SW_E_FORMAT,
 * SW_E_LIMIT; SW_E_REFUSED when a pack allows what is known to run code. */
sw_result sw_scan_new_with_packs(
    struct sw_scan **out, const struct sw_bytes *packs, size_t pack_count, struct sw_error *err);
void sw_scan_free(struct sw_scan *scan);
SW_DEFINE_CLEANUP_PTR(scan, struct sw_scan, sw_scan_free)

/* How long the parsers of each later pass may take together, on a clock that runs while any of them
 * does. Files that are left then are not read, and say so. 0 leaves no time at all. */
void sw_scan_limit_time(struct sw_scan *scan, uint64_t seconds);

/* Later passes pass over what is large and only data, such as tensors. Their reports say so. */
void sw_scan_metadata_only(struct sw_scan *scan, bool only);

/* Later passes tell what the numbers of each tensor are like, and not only of a file together. */
void sw_scan_profile(struct sw_scan *scan, bool each);
/* Later passes hash each tensor by itself as well. */
void sw_scan_hash_tensors(struct sw_scan *scan, bool hash);

/* Who can ask the next passes to stop while they parse; NULL (as at first): nobody. It must live as
 * long as they take. */
void sw_scan_watch(struct sw_scan *scan, const struct sw_progress *progress);

/* A consumer for sw_reader_run, of whole files or of ranges, and the hook that tells it the names
 * first (sw_model_options.tree_ready) and so begins a new pass. */
const struct sw_consumer *sw_scan_consumer(struct sw_scan *scan);
void sw_scan_tree(void *scan, const struct sw_tree *tree);

/* The result of the pass, in `arena`. */
sw_result sw_scan_finish(
    struct sw_scan *scan, struct sw_arena *arena, struct sw_scan_report *out, struct sw_error *err);

struct sw_scan_options {
    uint64_t time_limit;          /* seconds, as for sw_scan_limit_time() */
    bool metadata_only;           /* as sw_scan_metadata_only() */
    const struct sw_bytes *packs; /* as for sw_scan_new_with_packs() */
    size_t pack_count;
    bool hash_tensors; /* as sw_scan_hash_tensors() */
    bool profile;      /* as sw_scan_profile() */
    struct sw_progress *progress;
};

/* Scans a file or directory by itself; a .git directory at its root is left out. */
sw_result sw_scan_path(struct sw_arena *arena, const char *path,
    const struct sw_scan_options *options, struct sw_scan_report *out, struct sw_error *err);

/* Appends the predicate of the scan claim (doc/claims/scan.md). */
sw_result sw_scan_predicate(const struct sw_scan_report *report, int64_t now, struct sw_buf *out);

/* Parts of it, for other documents: members of the current JSON object. The words of a list are
 * separated by one space. */
void sw_scan_coverage_json(struct sw_json_writer *w, const struct sw_scan_report *report);
void sw_scan_weights_json(struct sw_json_writer *w, const struct sw_scan_report *report);
void sw_scan_rule_json(struct sw_json_writer *w, const struct sw_rule *rule);
void sw_scan_words_json(struct sw_json_writer *w, const char *name, const char *words);

/* What the parser of a file told of its numbers: {"list": [{"name", "dtype", …}, …], "tensors": …},
 * or anything else, since the file may have taken it over. False when there is nothing. */
bool sw_scan_weights(struct sw_arena *arena, const struct sw_scan_file *file, struct sw_json *out);

/* The digest of the present rule set. */
void sw_scan_rules_digest(struct sw_digest *out);

#endif
