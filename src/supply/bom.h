/* A bill of materials in memory: what writers write and readers read, whatever the format. Each
 * value says where it comes from; what is not known is absent, and told to be so. doc/bom.md. */
#ifndef SW_SUPPLY_BOM_H
#define SW_SUPPLY_BOM_H

#include "supply/discover.h"

/* Components of one document; more are refused. */
#define SW_BOM_COMPONENTS_MAX ((size_t)1 << 19)
#define SW_BOM_NONE UINT32_MAX
#define SW_BOM_VERSION_MAX 1024 /* bytes; CycloneDX has no longer ones */

enum sw_bom_kind {
    SW_BOM_APPLICATION,
    SW_BOM_FRAMEWORK,
    SW_BOM_LIBRARY,
    SW_BOM_CONTAINER,
    SW_BOM_PLATFORM,
    SW_BOM_OPERATING_SYSTEM,
    SW_BOM_DEVICE,
    SW_BOM_DEVICE_DRIVER,
    SW_BOM_FIRMWARE,
    SW_BOM_FILE,
    SW_BOM_MODEL,
    SW_BOM_DATA,
    SW_BOM_CRYPTO,
    SW_BOM_SERVICE, /* a hosted API or a remote server: never a component of CycloneDX */
};
#define SW_BOM_KINDS (SW_BOM_SERVICE + 1)

enum sw_bom_role {
    SW_BOM_MAIN,     /* what the document is about: component 0 */
    SW_BOM_PART,     /* beside it */
    SW_BOM_INSIDE,   /* a part of its parent */
    SW_BOM_ANCESTOR, /* what its parent was made from */
};

enum sw_bom_field {
    SW_BOM_NAME,
    SW_BOM_VERSION,
    SW_BOM_SUPPLIER,
    SW_BOM_DESCRIPTION,
    SW_BOM_PURL,
    SW_BOM_LICENCE_DECLARED, /* an SPDX expression, or words */
    SW_BOM_LICENCE_CONCLUDED,
    SW_BOM_LICENCE_URL,
    SW_BOM_DOWNLOAD,
    SW_BOM_RELEASED, /* RFC 3339 */
    SW_BOM_ENDPOINT, /* may be there several times, as those below marked with + */
    SW_BOM_TASK,
    SW_BOM_FAMILY,        /* "llama" */
    SW_BOM_ARCHITECTURE,  /* +, "LlamaForCausalLM" */
    SW_BOM_APPROACH,      /* "supervised", … as CycloneDX has them */
    SW_BOM_DATASET,       /* +, the ref of a component: what it was trained on */
    SW_BOM_METRIC,        /* +, "type\nvalue\nslice" */
    SW_BOM_LIMITATION,    /* + */
    SW_BOM_USE,           /* + */
    SW_BOM_USERS,         /* +: who is to use it */
    SW_BOM_ETHICS,        /* +: risks, biases and what else is to be weighed */
    SW_BOM_TRAINING,      /* +: how it was trained, in words */
    SW_BOM_PREPROCESSING, /* + */
    SW_BOM_OWNER,         /* of data: these three are its governance */
    SW_BOM_STEWARD,
    SW_BOM_CUSTODIAN,
    SW_BOM_CLASSIFICATION,
    SW_BOM_LANGUAGE, /* +; this and those below have no place of their own in CycloneDX */
    SW_BOM_LIBRARY_NAME,
    SW_BOM_BASE_RELATION,
    SW_BOM_TOKENIZER,
    SW_BOM_PRECISION,
    SW_BOM_ROOT, /* of a model's or a dataset's files, "sha256:…" (OpenSSF Model Signing) */
    SW_BOM_SIZE, /* bytes */
    SW_BOM_SIZE_CATEGORY,
    SW_BOM_KIND,     /* what discovery calls it: "agent", "prompt" */
    SW_BOM_FILENAME, /* this and the three below: BSI TR-03183-2, 5.2.2 */
    SW_BOM_EXECUTABLE,
    SW_BOM_ARCHIVE,
    SW_BOM_STRUCTURED,
    SW_BOM_CARD, /* +, "field: text": what a card says and no other field holds */
    SW_BOM_GAP,  /* +: what is known to be missing, in plain words */
};
#define SW_BOM_FIELDS (SW_BOM_GAP + 1)

struct sw_bom_value {
    enum sw_bom_field field;
    struct sw_str text;
    struct sw_str origin; /* "config.json", "--supplier"; empty: the sightings tell */
    struct sw_str key;    /* of a paper: the member that says it; else empty */
    uint32_t line;        /* and its line there, from 1; 0: not known */
};

struct sw_bom_hash {
    struct sw_str alg;     /* as CycloneDX has it, "SHA-256" */
    struct sw_str content; /* hexadecimal */
};

struct sw_bom_place {
    struct sw_str file;
    uint32_t line; /* 0: the file as a whole */
    struct sw_str detail;
    const char *technique; /* of CycloneDX, "source-code-analysis"; NULL when it was only read */
    unsigned confidence;   /* of 1,000 */
};

struct sw_bom_component {
    enum sw_bom_kind kind;
    enum sw_bom_role role;
    uint32_t parent;
    uint32_t first, last, next; /* children of it, in their order; the next one of its parent's */
    struct sw_str ref;          /* unique in the document */
    bool excluded;              /* not part of what runs */
    unsigned confidence;        /* of 1,000; 0: not told */
    struct sw_bom_value *values;
    size_t value_count, value_cap;
    struct sw_bom_hash *hashes;
    size_t hash_count, hash_cap;
    struct sw_bom_place *places;
    size_t place_count, place_cap;
};

struct sw_bom_edge {
    uint32_t from, to; /* `from` depends on `to` */
};

enum sw_bom_completeness { SW_BOM_UNKNOWN, SW_BOM_INCOMPLETE, SW_BOM_COMPLETE };

struct sw_bom {
    struct sw_arena *arena;
    const char *format;   /* "cyclonedx" or "spdx" */
    struct sw_str spec;   /* "1.7", "3.0.1" */
    struct sw_str serial; /* of a document that was read */
    bool timed;
    int64_t time;              /* when it was made, as far as the bytes may tell */
    struct sw_str time_origin; /* "--time" */
    struct sw_str creator;     /* of the document: an e-mail address or a URL; may be empty */
    struct sw_str tool, tool_version; /* that made it */
    const char *phase;                /* of CycloneDX's lifecycles, "pre-build"; NULL: not told */
    enum sw_bom_completeness parts, dependencies;
    bool vulnerabilities; /* a document that was read holds some, which belong elsewhere */
    struct sw_bom_component *components;
    size_t count, cap;
    struct sw_bom_edge *edges;
    size_t edge_count, edge_cap;
    struct sw_names refs;
    uint32_t *named; /* by the number of a ref: its component */
    size_t named_cap;
    struct sw_str key; /* where the paper that is being read says what is set: goes into values */
    uint32_t line;
};

void sw_bom_init(struct sw_bom *bom, struct sw_arena *arena);
/* A new component; the first one is the main one. `parent` only for those inside and for ancestors.
 * SW_E_LIMIT past SW_BOM_COMPONENTS_MAX. */
sw_result sw_bom_add(struct sw_bom *bom, enum sw_bom_kind kind, enum sw_bom_role role,
    uint32_t parent, uint32_t *out);
/* Gives it a value. Texts are copied; an empty one is none, and so is a version that is too long.
 */
sw_result sw_bom_set(struct sw_bom *bom, uint32_t component, enum sw_bom_field field,
    struct sw_str text, struct sw_str origin);
sw_result sw_bom_add_hash(
    struct sw_bom *bom, uint32_t component, struct sw_str alg, struct sw_str content);
sw_result sw_bom_add_place(
    struct sw_bom *bom, uint32_t component, const struct sw_bom_place *place);
sw_result sw_bom_depend(struct sw_bom *bom, uint32_t from, uint32_t to);
/* Gives a component the ref `wanted`, or, when that is taken or empty, one like it. */
sw_result sw_bom_name(struct sw_bom *bom, uint32_t component, struct sw_str wanted);
/* Names all that have no ref yet: after their purls, or their kinds, names and versions. */
sw_result sw_bom_name_all(struct sw_bom *bom);
bool sw_bom_find(const struct sw_bom *bom, struct sw_str ref, uint32_t *out);

/* The first value of a field; empty or NULL when there is none. */
struct sw_str sw_bom_get(const struct sw_bom_component *component, enum sw_bom_field field);
const struct sw_bom_value *sw_bom_value(
    const struct sw_bom_component *component, enum sw_bom_field field);
struct sw_str sw_bom_hash_of(const struct sw_bom_component *component, const char *alg);

/* "machine-learning-model"; "service" for the last. */
const char *sw_bom_kind_name(enum sw_bom_kind kind);
bool sw_bom_kind_of(struct sw_str name, enum sw_bom_kind *out);
/* "licence-declared": as it is told to people. */
const char *sw_bom_field_name(enum sw_bom_field field);
/* The property of CycloneDX that carries it; NULL when it has a place of its own. */
const char *sw_bom_field_property(enum sw_bom_field field);
/* Fields that whoever reads the bill would look for in a component of its kind, and that it does
 * not have. Calls back for each. */
void sw_bom_unknown(const struct sw_bom_component *component,
    void (*each)(void *ctx, enum sw_bom_field field), void *ctx);

/* --- where it comes from ---------------------------------------------------------------------- */

/* What discovery found, as parts that the main component depends on. Names of credentials are left
 * out. */
sw_result sw_bom_add_inventory(struct sw_bom *bom, const struct sw_inventory *inventory);

/* The files of a model or a dataset, hashed in whatever pass reads them. */
struct sw_bom_files;
sw_result sw_bom_files_new(struct sw_bom_files **out, struct sw_error *err);
void sw_bom_files_free(struct sw_bom_files *files);
SW_DEFINE_CLEANUP_PTR(bom_files, struct sw_bom_files, sw_bom_files_free)
const struct sw_consumer *sw_bom_files_consumer(struct sw_bom_files *files);
/* To be told of the tree before it is read; `ctx` is the files. */
void sw_bom_files_tree(void *ctx, const struct sw_tree *tree);
/* Adds a component inside the main one for each; entries that could not be read are gaps. After the
 * pass. */
sw_result sw_bom_add_files(struct sw_bom *bom, const struct sw_bom_files *files);

/* What the model's or dataset's own papers declare: the front matter of README.md, config.json and
 * the like, as far as they are there, each read in a process of its own: to be called before there
 * is a key. What cannot be read of them is a gap; SW_E_IO for one that ends its parser. */
sw_result sw_bom_add_papers(struct sw_bom *bom, const struct sw_tree *tree, struct sw_error *err);
/* Bytes of a paper that are read; a larger one is a gap. */
#define SW_BOM_PAPER_MAX ((uint64_t)4 << 20)
/* The names of files that are papers; NULL behind the last. */
const char *sw_bom_paper_name(size_t index);
/* One paper by itself, whatever it is called elsewhere, without a process of its own. */
sw_result sw_bom_add_paper(
    struct sw_bom *bom, const char *name, struct sw_bytes text, struct sw_error *err);
/* The front matter of a README.md; false when there is none. Its first line is the rest of the
 * line of dashes, so that lines count from the file's first. */
bool sw_bom_front_matter(struct sw_bytes text, struct sw_bytes *out);

/* What a tree looks like: an application, a model or data, and why. False for an empty one. */
bool sw_bom_guess(const struct sw_tree *tree, enum sw_bom_kind *out, const char **why);

/* A licence as it is written down somewhere: an SPDX expression when it is one, else a LicenseRef.
 * Empty for "unknown" and without memory. */
struct sw_str sw_bom_licence(struct sw_arena *arena, struct sw_str said);

/* --- documents -------------------------------------------------------------------------------- */

#define SW_BOM_PREDICATE_CYCLONEDX "https://cyclonedx.org/bom"
#define SW_BOM_PREDICATE_SPDX "https://spdx.dev/Document/v3.0"

/* Appends the document. The same bill gives the same bytes. `spec` is "1.7" or "1.6". */
sw_result sw_bom_write_cyclonedx(
    const struct sw_bom *bom, const char *spec, struct sw_buf *out, struct sw_error *err);
/* SPDX 3.0.1 as JSON-LD. SW_E_USAGE for a bill without a time, which it must have. */
sw_result sw_bom_write_spdx(const struct sw_bom *bom, struct sw_buf *out, struct sw_error *err);

/* Bytes, values and depth of a document that is read. */
#define SW_BOM_BYTES_MAX ((uint64_t)128 << 20)
#define SW_BOM_VALUES_MAX ((uint32_t)4 << 20)
#define SW_BOM_DEPTH_MAX 64u
#define SW_BOM_PROBLEMS_KEPT 1000u

/* Parses JSON within these limits. Everything is in the arena and refers to `text`. */
sw_result sw_bom_parse(
    struct sw_arena *arena, struct sw_bytes text, struct sw_json *out, struct sw_error *err);

/* Takes a document in, CycloneDX or SPDX 3. It need not be valid: what is not understood is passed
 * over. It refers to the document. SW_E_FORMAT for what is neither, SW_E_LIMIT past
 * SW_BOM_COMPONENTS_MAX. */
sw_result sw_bom_read(struct sw_bom *bom, const struct sw_json *document, struct sw_error *err);

struct sw_bom_problem {
    const char *pointer; /* JSON pointer (RFC 6901); "" is the whole document */
    const char *what;
};

struct sw_bom_check {
    const char *format; /* "cyclonedx" or "spdx"; NULL: neither, and that is the one problem */
    struct sw_str spec; /* as it says */
    struct sw_bom_problem *problems;
    size_t kept;
    uint64_t count; /* all of them */
};

/* Holds a document against the rules of its format: CycloneDX 1.4 to 1.7, SPDX 3.0.1. What is wrong
 * with it is in `out`, not a failure of this function. doc/bom.md says what is not looked into. */
sw_result sw_bom_validate(
    struct sw_arena *arena, const struct sw_json *document, struct sw_bom_check *out);

/* Puts what a bill lists into another one, whose main component then depends on what the bill is
 * about. What both have (of one kind, with one purl or else one name, and one version) is there
 * once, with what either of them says of it: where they differ, what was there first. `from` must
 * live as long. */
sw_result sw_bom_merge(struct sw_bom *into, const struct sw_bom *from);

/* --- comparing -------------------------------------------------------------------------------- */

enum sw_bom_change { SW_BOM_ADDED, SW_BOM_REMOVED, SW_BOM_CHANGED };

struct sw_bom_difference {
    enum sw_bom_change change;
    const struct sw_bom_component *before, *after; /* NULL where it is not */
    const char *what;                              /* of a change: "version", "SHA-256" */
    struct sw_str from, to;
};

struct sw_bom_diff {
    struct sw_bom_difference *list; /* by kind and name */
    size_t count, cap;
};

/* What two bills say differently of what they list; the order of components does not matter, nor
 * does what they are called in the document, nor the format. Two components are the same when they
 * have one kind and one purl, versions aside, or without one, one name. */
sw_result sw_bom_compare(const struct sw_bom *before, const struct sw_bom *after,
    struct sw_arena *arena, struct sw_bom_diff *out);

/* --- what a bill has of what others ask for --------------------------------------------------- */

enum sw_bom_state {
    SW_BOM_PRESENT,
    SW_BOM_ABSENT,
    SW_BOM_PERSON, /* no machine can tell */
};

struct sw_bom_element {
    const char *scheme; /* "G7", "BSI" */
    const char *cluster;
    const char *name;
    enum sw_bom_state state;
    uint64_t have, of; /* components that have it, of those that should; 0 of 0: of the document */
};

/* The elements of the G7's "SBOM for AI" (May 2026) and of BSI TR-03183-2 v2.1. Never one number.
 */
sw_result sw_bom_score(
    const struct sw_bom *bom, struct sw_arena *arena, struct sw_bom_element **out, size_t *count);

#endif
