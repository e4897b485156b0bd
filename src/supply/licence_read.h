/* What a model says of its own licence: model card, licence texts, metadata of its weights. Read as
 * what others wrote: nothing here can be believed, only told. */
#ifndef SW_SUPPLY_LICENCE_READ_H
#define SW_SUPPLY_LICENCE_READ_H

#include "supply/licence_terms.h"
#include "supply/spdx_expression.h"

/* Bytes that are read of a model card and of a licence text, bytes of front matter, and bytes of
 * the beginning of a file of weights. */
#define SW_LICENCE_TEXT_MAX 1048576
#define SW_LICENCE_CARD_MAX 262144
#define SW_LICENCE_WEIGHTS_MAX 8388608
/* Models, datasets and licences that one model may name. */
#define SW_LICENCE_NAMED_MAX 1024

/* How a licence was told. */
enum sw_licence_evidence {
    SW_LICENCE_BY_CARD,     /* the front matter of README.md */
    SW_LICENCE_BY_METADATA, /* of GGUF or safetensors */
    SW_LICENCE_BY_TEXT,     /* a licence's whole text */
    SW_LICENCE_BY_TITLE,    /* the first lines of a licence text */
    SW_LICENCE_BY_NAME,     /* nothing was read: what its publisher put models of this name under */
};
const char *sw_licence_evidence_name(enum sw_licence_evidence evidence); /* "card" */

/* One place that tells a licence. */
struct sw_licence_declared {
    struct sw_str text;                          /* as written there */
    const struct sw_spdx_expression *expression; /* NULL: which one is not told */
    enum sw_licence_evidence evidence;
    struct sw_str file; /* below the model; empty by name */
    uint64_t line;      /* from 1; 0: none */
};

/* A model that it says it was made from. */
struct sw_licence_base {
    struct sw_str name; /* "meta-llama/Llama-3.1-8B" */
    struct sw_str file;
    uint64_t line;
};

/* What could not be read, in words. */
struct sw_licence_problem {
    struct sw_str file;
    struct sw_str why;
};

struct sw_licence_facts {
    struct sw_licence_declared *declared;
    size_t declared_count, declared_cap;
    struct sw_licence_base *bases;
    size_t base_count, base_cap;
    struct sw_str relation; /* base_model_relation; empty: not said */
    struct sw_str *datasets;
    size_t dataset_count, dataset_cap;
    struct sw_licence_problem *problems;
    size_t problem_count, problem_cap;
    struct sw_str card_words;   /* all of the card, see sw_licence_words() */
    struct sw_str notice_words; /* of a NOTICE file */
};

/* The letters and digits of a text in small letters with one space between words, at most `max`
 * bytes. In the arena; empty without memory. */
struct sw_str sw_licence_words(struct sw_arena *arena, struct sw_bytes text, size_t max);

/* The licence that somebody names, as in a card: `id` is the value of `license`, the others may be
 * empty. NULL when none is told. A name that nobody knows becomes a LicenseRef. */
const struct sw_spdx_expression *sw_licence_named(
    struct sw_arena *arena, struct sw_str id, struct sw_str name, struct sw_str link);

/* Each adds what a file tells, also what is wrong with it. `file` is for the facts and lives as
 * long as they do; `bytes` may be the beginning of a longer file. SW_E_NOMEM. */
sw_result sw_licence_read_card(struct sw_arena *arena, struct sw_bytes bytes, struct sw_str file,
    struct sw_licence_facts *facts);
sw_result sw_licence_read_text(struct sw_arena *arena, struct sw_bytes bytes, struct sw_str file,
    struct sw_licence_facts *facts);
sw_result sw_licence_read_gguf(struct sw_arena *arena, struct sw_bytes bytes, struct sw_str file,
    struct sw_licence_facts *facts);
sw_result sw_licence_read_safetensors(struct sw_arena *arena, struct sw_bytes bytes,
    struct sw_str file, struct sw_licence_facts *facts);

sw_result sw_licence_read_adapter(struct sw_arena *arena, struct sw_bytes bytes, struct sw_str file,
    struct sw_licence_facts *facts);
sw_result sw_licence_read_notice(struct sw_arena *arena, struct sw_bytes bytes, struct sw_str file,
    struct sw_licence_facts *facts);

/* Facts as bytes and back, for the process that parses. Reading gives SW_E_FORMAT. */
sw_result sw_licence_facts_write(
    struct sw_arena *arena, const struct sw_licence_facts *facts, struct sw_buf *out);
sw_result sw_licence_facts_read(struct sw_arena *arena, struct sw_bytes bytes, struct sw_str file,
    struct sw_licence_facts *out);

/* Reads models in processes that have nothing but the file that they parse. To be made before there
 * is anything worth stealing in this process. */
struct sw_licence_reader;
sw_result sw_licence_reader_new(struct sw_licence_reader **out, struct sw_error *err);
void sw_licence_reader_free(struct sw_licence_reader *reader);
SW_DEFINE_CLEANUP_PTR(licence_reader, struct sw_licence_reader, sw_licence_reader_free)

/* Reads what the directory or file at `path` tells of its licence; only what stands directly in a
 * directory. SW_E_NOENT, SW_E_IO for what cannot be read at all. */
sw_result sw_licence_read_model(struct sw_licence_reader *reader, struct sw_arena *arena,
    const char *path, struct sw_licence_facts *facts, struct sw_error *err);

/* Adds one; SW_E_NOMEM. Past SW_LICENCE_NAMED_MAX they are left out, and a problem says so. */
sw_result sw_licence_add_declared(struct sw_arena *arena, struct sw_licence_facts *facts,
    const struct sw_licence_declared *declared);
sw_result sw_licence_add_base(
    struct sw_arena *arena, struct sw_licence_facts *facts, const struct sw_licence_base *told);
sw_result sw_licence_add_dataset(
    struct sw_arena *arena, struct sw_licence_facts *facts, struct sw_str name);
sw_result sw_licence_add_problem(
    struct sw_arena *arena, struct sw_licence_facts *facts, struct sw_str file, const char *why);

#endif
