/* Looking at one file: which format its bytes are, and what the format's parser finds. Runs in the
 * confined worker on files, and in tests and fuzzers on memory. Private to scan. */
#ifndef SW_SCAN_INSPECT_H
#define SW_SCAN_INSPECT_H

#include "scan/scan.h"

#define SW_HEAD_SIZE 4096
#define SW_FINDINGS_MAX 1000 /* that are kept of one file */
#define SW_DEPTH_MAX 4       /* archives in archives */
#define SW_LARGE ((uint64_t)16 << 20)
#define SW_UNREAD_MAX 64 /* kinds of content; there are fewer */

/* What a format looks at. Its name never decides what it is. */
struct sw_specimen {
    struct sw_source source;
    struct sw_bytes head; /* the first bytes, SW_HEAD_SIZE of them when there are as many */
    const char *name;
    bool outside;     /* of the worker: run no parser and no trial */
    bool torchscript; /* a member of such an archive */
};

/* What a parser tells of a file, for the checks that look at a whole repository (repository.h). */
struct sw_fact {
    const char *kind;   /* an id: "json", "tensors" */
    const char *member; /* as in a finding */
    struct sw_bytes bytes;
};

#define SW_FACTS_MAX 64                     /* of one file */
#define SW_FACT_BYTES_MAX ((size_t)4 << 20) /* likewise, together */

struct sw_inspection;

struct sw_storage_check; /* torch_tensor.h */

struct sw_inspection {
    struct sw_arena *arena;
    const struct sw_packs *packs; /* NULL: those that are compiled in */
    bool wants_parser; /* of a look from outside the worker: this is a file for the worker */
    const char *format;
    enum sw_scan_status status;
    const char *unread[SW_UNREAD_MAX]; /* as in struct sw_scan_file */
    size_t unread_count;
    struct sw_finding *findings; /* `path` is not set */
    size_t finding_count;        /* kept */
    size_t finding_total;
    size_t finding_cap;
    size_t kept[SW_SEVERITY_CRITICAL + 1]; /* how many there are of each severity */
    const char *member; /* what is looked at inside the file, "" for the file itself */
    uint64_t base;      /* added to the offsets of findings: where a part begins */
    unsigned depth;
    uint64_t unpacked;     /* bytes that came out of compression, over all members */
    uint64_t unpacked_max; /* 0: no archive was opened yet */
    uint64_t nested;       /* bytes of constants that looked like pickles */
    const struct sw_storage_check *storages; /* in a torch archive */
    uint64_t searched;                       /* bytes in which pickles were looked for… */
    uint64_t search_ops;                     /* …and the opcodes that this took */
    bool torchscript;                        /* inside a TorchScript archive */
    bool metadata_only; /* pass over what is large and only data, and say so (sw_skipped) */
    bool wants_digests; /* of each tensor */
    bool wants_profile; /* what the numbers of each are like, and not only their sums */
    struct sw_coverage coverage; /* `read` and `undecodable` are set at the end */
    struct sw_fact *facts;
    size_t fact_count;
    size_t fact_bytes;
    bool declined; /* the parser says that this is not its format after all */
};

struct sw_format {
    const char *id;
    const char *names; /* endings that it may have, separated by one space: ".pt .pth" */
    const char *magic; /* with its place; or… */
    uint16_t magic_len, magic_at;
    bool (*sniff)(const struct sw_specimen *specimen); /* …a function that decides… */
    bool trial; /* …by unpacking or walking the file, which only the worker does */
    bool whole; /* …by every byte of it, which of large files only the worker looks at */
    /* NULL: recognised only. A failure means that the file could not be read to its end. */
    enum sw_code (*parse)(
        struct sw_inspection *in, const struct sw_specimen *specimen, struct sw_error *err);
    enum sw_severity broken; /* how bad it is when parse fails */
    bool holds_files;        /* an archive or a compressed file: it hides what is in it */
    bool plain;              /* data that no loader runs: nothing is left to be read */
};

/* The rows, in the order in which they are tried. */
extern const struct sw_format *const sw_formats[];
extern const size_t sw_format_count;

void sw_inspection_init(struct sw_inspection *in, struct sw_arena *arena);
/* Looks at a whole file. Whatever is wrong with the file is in the findings and the status; fails
 * only for want of memory. */
sw_result sw_inspect(struct sw_inspection *in, const struct sw_source *source, const char *name);
/* The same when the head is at hand already. */
sw_result sw_inspect_specimen(struct sw_inspection *in, const struct sw_specimen *specimen);
/* What the two above end with: a file of `size` bytes counts as read when nothing in it is left
 * unread. */
sw_result sw_settle(struct sw_inspection *in, uint64_t size);
/* Looks at a member: findings get its name, and its failure becomes the file's. */
sw_result sw_inspect_member(
    struct sw_inspection *in, const struct sw_source *source, const char *name);

/* Notes that so many bytes of the file are data of a known kind, which were passed over. */
void sw_skipped(struct sw_inspection *in, uint64_t bytes);

/* Tells a fact; the bytes are copied. SW_E_LIMIT when there are too many or they are too large:
 * what the checks would need is then not there, so the file is no evidence. */
sw_result sw_tell(struct sw_inspection *in, const char *kind, struct sw_bytes bytes);

/* Notes that content of this kind was not read: the id of a format, "unknown" or "failed". */
sw_result sw_unread(struct sw_inspection *in, const char *id);

/* Gives the file up: it is no evidence, for the reason in the finding. */
sw_result sw_give_up(struct sw_inspection *in, const char *rule, enum sw_severity severity,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* Adds a finding at `offset` (UINT64_MAX: no place). `rule` is the id of a row in rules_*.c
 * (SW_E_INTERNAL when there is none). The words are escaped here. When there are too
 * many, one that is less severe gives way, so that the worst are always among those that are kept.
 */
sw_result sw_found(struct sw_inspection *in, const char *rule, enum sw_severity severity,
    uint64_t offset, const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* The pickle parser on data that must be a pickle, such as an object array. */
sw_result sw_pickle_parse(
    struct sw_inspection *in, const struct sw_specimen *specimen, struct sw_error *err);
/* The pickle parser on a file that is of another format as well. What is no pickle after all has no
 * findings. */
sw_result sw_pickle_inspect_also(
    struct sw_inspection *in, const struct sw_specimen *specimen, struct sw_error *err);
/* Looks for pickles in bytes that belong to nothing. */
sw_result sw_pickle_search(struct sw_inspection *in, const struct sw_source *source, uint64_t start,
    uint64_t end, struct sw_error *err);
/* How often each word is there, by word. Sorts `words`, which the result refers to. */
sw_result sw_scan_count(struct sw_arena *arena, const char **words, size_t count,
    struct sw_scan_tally **out, size_t *tally_count);
/* Feeds the tables to the digest of the rule set. */
void sw_zip_rules_hash(struct sw_hash *hash);
void sw_tar_rules_hash(struct sw_hash *hash);
/* Looks in a member that is YAML for names of what its loader imports and calls. What cannot be
 * read is no evidence. */
sw_result sw_config_targets(
    struct sw_inspection *in, const struct sw_source *source, const char *name);
/* The zip parser on a file that is something else at its beginning. */
sw_result sw_zip_inspect_tail(
    struct sw_inspection *in, const struct sw_specimen *specimen, struct sw_error *err);

/* The result of an inspection as bytes, from the worker to its parent, which takes the strings into
 * `arena` and believes nothing but what it can check: counts, lengths, severities, printable words.
 */
sw_result sw_inspection_encode(const struct sw_inspection *in, struct sw_buf *out);
sw_result sw_inspection_decode(
    struct sw_inspection *in, struct sw_arena *arena, struct sw_bytes reply, struct sw_error *err);

#endif
