/* What the readers of discovery share: one file that is looked at. A reader is one file and one row
 * in the table (look_table.c). Private to the room. */
#ifndef SW_SUPPLY_LOOK_H
#define SW_SUPPLY_LOOK_H

#include "supply/catalogue.h"
#include "supply/discover.h"
#include "supply/purl.h"

struct sw_signal;

struct sw_look {
    struct sw_inventory *inventory;
    const struct sw_catalogue *catalogue;
    const struct sw_discover_options *options;
    struct sw_discover_coverage *coverage;
    const struct sw_tree *tree;
    struct sw_arena *arena; /* for this file alone */
    struct sw_str path;     /* relative to what is looked at */
    struct sw_str name;     /* its last part */
    struct sw_str text;     /* the whole of it, or its head; `takes` sees no text yet */
    uint64_t size;          /* of the whole */
    enum sw_scope scope;
    /* Of a host and a cluster: what is said with each sighting, and whether it was seen at work,
     * which then says what the signal, its source and its grade are; NULL: the reader's own. */
    const struct sw_fact *facts;
    size_t fact_count;
    const struct sw_signal *as;
    uint64_t seen;            /* sightings so far */
    uint64_t seen_max;        /* how many there may be with those of this file; 0: any number */
    struct sw_str digest;     /* of the whole file, where somebody read it; may be empty */
    struct sw_names *beside;  /* files that were read for what others say of them; NULL: none yet */
    struct sw_names *modules; /* of Python, that the tree has; NULL: not listed yet */
};

struct sw_look_reader {
    const char *name;
    bool (*takes)(const struct sw_look *look); /* by its path and name */
    /* SW_E_FORMAT: the file is not what its name says; told as a gap, with `gap`. */
    sw_result (*look)(struct sw_look *look, struct sw_error *err);
    const char *gap; /* "no Python 3" */
    bool head;       /* it is given no more than SW_LOOK_HEAD bytes, of any content and size */
};
#define SW_LOOK_HEAD ((size_t)64 << 10)

extern const struct sw_look_reader *const sw_look_readers[];
extern const size_t sw_look_reader_count;

/* A row of the catalogue of signals. */
struct sw_signal {
    const char *name; /* "python-import" */
    enum sw_sighting_source source;
    enum sw_grade grade;
    unsigned confidence; /* of 1,000 */
};

/* Something was seen in this file. Texts are copied. */
sw_result sw_look_see(struct sw_look *look, const struct sw_signal *signal,
    const struct sw_entity_id *id, uint32_t line, struct sw_str detail);
/* A package of an ecosystem ("pypi", "npm", "cargo", "golang", "maven"), with its version or none.
 * One that the catalogue does not name is passed over, unless all are asked for. */
sw_result sw_look_see_package(struct sw_look *look, const struct sw_signal *signal,
    enum sw_catalogue_section ecosystem, struct sw_str name, struct sw_str version, uint32_t line);
struct sw_look_package {
    enum sw_catalogue_section ecosystem;
    struct sw_str name, version, detail;
    uint32_t line;
    bool any; /* whether the catalogue names it or not: the place says what it is */
};
sw_result sw_look_see_package_of(
    struct sw_look *look, const struct sw_signal *signal, const struct sw_look_package *package);
/* The same, whether the catalogue names it or not: the place says what it is. */
sw_result sw_look_see_any_package(struct sw_look *look, const struct sw_signal *signal,
    enum sw_catalogue_section ecosystem, struct sw_str name, struct sw_str version, uint32_t line);
/* Whether a word of a package's name says that it is one for models: "rebyte-langchain". */
bool sw_look_speaks_of_models(const struct sw_look *look, struct sw_str name);
/* Whether a text is a whole commit, 40 hex digits. */
bool sw_look_is_commit(struct sw_str text);
/* Whether a part of a name is what stands where a name should: "your-org", "path", "my-model". */
bool sw_look_is_placeholder(struct sw_str part);
/* Whether a name says of itself that it is one of a model: "…-7b", "…-bert". */
bool sw_look_is_model_like(struct sw_str name);
/* Whether a text is the name of a model wherever it stands, and nothing else is called so: a whole
 * name of the catalogue, or one of the Hub that says it. */
bool sw_look_is_model_itself(const struct sw_look *look, struct sw_str text);
/* Whether a key, in lower case, names what is made and not what is used: "hub_model_id",
 * "output_model_name". */
bool sw_look_names_output(struct sw_str key);
/* A model by the name that code or a configuration gives it: of the Hub or of a service. Names that
 * are none (paths, placeholders, words) are passed over. `known`: the place takes nothing but
 * models, so that a name of two parts is enough; else it has to be one of the catalogue. */
sw_result sw_look_see_model(struct sw_look *look, const struct sw_signal *signal,
    struct sw_str name, enum sw_call_from from, bool known, uint32_t line);
/* A model of the Hub, known; its version is the commit when that is a whole one. */
sw_result sw_look_see_pinned_model(struct sw_look *look, const struct sw_signal *signal,
    struct sw_str name, struct sw_str commit, uint32_t line);
/* A model by the name that one maker has for it, where nothing but those stand: in the catalogue or
 * not. Paths and placeholders are passed over. */
sw_result sw_look_see_model_by(struct sw_look *look, const struct sw_signal *signal,
    struct sw_str name, struct sw_str maker, uint32_t line);
/* What only a key says: `key`, in lower case, speaks of Whisper, of whose models `value` is the
 * size, or of a model of Ollama. */
sw_result sw_look_see_model_of_key(struct sw_look *look, const struct sw_signal *signal,
    struct sw_str key, struct sw_str value, uint32_t line, bool *seen);
/* A model that somebody has under a name of two parts, "owner/model:version". */
sw_result sw_look_see_model_of(struct sw_look *look, const struct sw_signal *signal,
    struct sw_str name, struct sw_str whose, uint32_t line);
sw_result sw_look_see_dataset(
    struct sw_look *look, const struct sw_signal *signal, struct sw_str name, uint32_t line);
/* The hosts of all URLs in a text. */
sw_result sw_look_see_hosts(struct sw_look *look, struct sw_str text, uint32_t line);
/* Keys that stand in source code, in the lines of a text, the first of which is `line`. */
sw_result sw_look_see_keys(struct sw_look *look, struct sw_str text, uint32_t line);
/* A variable of the environment, when the catalogue has it. */
sw_result sw_look_see_variable(struct sw_look *look, struct sw_str name, uint32_t line);

/* A model or a dataset by a path that the Hub's cache has, with the commit: of a file or a link. */
sw_result sw_look_see_cache(struct sw_look *look, struct sw_str *last);

/* Takes the catalogue of the options, or the one that is compiled in. */
sw_result sw_look_catalogue(struct sw_look *look, struct sw_error *err);
/* A file of a model by its first bytes, whatever it is called. */
sw_result sw_look_weights_by_content(struct sw_look *look, struct sw_error *err);
/* The least of what its directories and its name say. */
enum sw_scope sw_look_scope(const struct sw_look *look);
/* Whether source code has anything to say: to the catalogue, or because all imports are asked for.
 */
bool sw_look_wants_source(const struct sw_look *look);
/* A module that is imported, where all are asked for. */
sw_result sw_look_see_module(
    struct sw_look *look, enum sw_catalogue_section ecosystem, struct sw_str module, uint32_t line);
void sw_look_count_source(struct sw_look *look, enum sw_catalogue_section ecosystem);

/* Whether the tree has a file of that path. */
bool sw_look_has(const struct sw_look *look, const char *path);
/* The directory of the file in its tree, with a '/' behind it; empty at the top. */
struct sw_str sw_look_directory(const struct sw_look *look);
/* A path beside the file ("../a/pom.xml") as one in the tree; false when it leads out of it. */
bool sw_look_beside(struct sw_str directory, struct sw_str target, struct sw_buf *out);
/* Reads another file of the tree, by its path in it. SW_E_NOENT, SW_E_IO, SW_E_LIMIT, SW_E_NOMEM.
 */
sw_result sw_look_read(const struct sw_look *look, const char *path, uint64_t max,
    struct sw_buf *out, struct sw_error *err);
/* A path as it may be shown: no part of it is a secret, and when it is too long its digest stands
 * in its middle, so that no two are the same. */
sw_result sw_look_shown(struct sw_arena *arena, struct sw_str path, struct sw_str *out);
/* Counts a gap; the path is that of the file. */
sw_result sw_look_gap(struct sw_look *look, const char *why);
/* The same for several at once; nothing when there are none. */
sw_result sw_look_gaps(struct sw_look *look, const char *why, uint64_t count);

bool sw_look_named(const struct sw_look *look, const char *name); /* without case */
bool sw_look_ends(const struct sw_look *look, const char *ending);

#endif
