/* A store with a signer, for tests of what the data room claims. */
#ifndef SW_TEST_DATA_HELP_H
#define SW_TEST_DATA_HELP_H

#include "data/data.h"

#include "unit/data/rows_help.h"
#include "unit/evidence/store_help.h"

struct data_test {
    struct temp_tree tree;
    const char *path;
    struct sw_arena arena;
    struct sw_trust *trust;
    struct sw_key *key;
    struct sw_key *stranger; /* whom nobody trusts */
    struct sw_signer signer;
    struct sw_data data;
};

#define DATA_TEST_NOW INT64_C(1795392000) /* 2026-11-23 */

static inline void data_test_open(struct data_test *t)
{
    *t = (struct data_test){0};
    t->path = new_store_dir(&t->tree);
    sw_arena_init(&t->arena, 0);
    MUST(sw_key_generate(SW_KEY_P256, &t->key, &must_error));
    MUST(sw_key_generate(SW_KEY_P256, &t->stranger, &must_error));
    MUST(sw_trust_new(&t->trust));
    MUST(sw_trust_add_key(t->trust, "default", t->key));
    t->signer.key = t->key;
    t->data = (struct sw_data){.store = open_to_write(t->path),
        .trust = t->trust,
        .signer = &t->signer,
        .arena = &t->arena,
        .now = DATA_TEST_NOW};
}

static inline void data_test_close(struct data_test *t)
{
    MUST(sw_store_close(t->data.store, &must_error));
    sw_trust_free(t->trust);
    sw_key_free(t->key);
    sw_key_free(t->stranger);
    sw_arena_release(&t->arena);
    temp_tree_remove(&t->tree);
    free((void *)(uintptr_t)t->path);
}

/* A tree from JSON text, which must outlive it. */
static inline struct sw_json *data_test_json(struct data_test *t, const char *text)
{
    struct sw_json *json = SW_ARENA_NEW(&t->arena, struct sw_json);
    assert_non_null(json);
    MUST(sw_json_parse(&t->arena, sw_bytes(text, strlen(text)), NULL, json, &must_error));
    return json;
}

/* The set of rows_help.h as a file of the store. */
static inline struct sw_digest data_test_rows(struct data_test *t, uint64_t seed, uint64_t count)
{
    static const struct sw_rows_options options = {.reader = "lines"};
    const char *dir = NULL;
    MUST(sw_data_file_dir(&t->data, SW_DATA_FILE_SET, &dir, &must_error));
    const char *draft = sw_path_join(&t->arena, dir, "draft");
    assert_non_null(draft);
    struct sw_digest digest = rows_make(draft, seed, count, &options);
    MUST(sw_data_file_keep(&t->data, SW_DATA_FILE_SET, draft, &digest, &must_error));
    return digest;
}

static inline struct sw_dataset_claim data_test_dataset(
    struct data_test *t, const char *name, const char *version, uint64_t seed, uint64_t count)
{
    struct sw_digest digest = data_test_rows(t, seed, count);
    SW_CLEANUP(rows) struct sw_rows rows = SW_ROWS_INIT;
    MUST(sw_rows_open(
        &rows, sw_data_file_path(&t->data, SW_DATA_FILE_SET, &digest), &digest, &must_error));
    struct sw_dataset_claim more = {.name = sw_str(name), .version = sw_str(version)};
    struct sw_dataset_claim made;
    struct sw_receipt receipt;
    MUST(sw_dataset_claim_record(&t->data, &rows, &more, &made, &receipt, &must_error));
    return made;
}

/* Describes a source by its record's JSON. */
static inline void data_test_source(struct data_test *t, const char *name, const char *record)
{
    struct sw_source_record source = {
        .name = sw_str(name), .fields = data_test_json(t, record), .time = t->data.now};
    struct sw_receipt receipt;
    MUST(sw_source_record(&t->data, &source, &receipt, &must_error));
}

#endif
