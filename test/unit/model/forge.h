/* Signatures for tests: made right, or wrong in one stated way. */
#ifndef SW_TEST_FORGE_H
#define SW_TEST_FORGE_H

#include "model/model.h"
#include "temp_tree.h"
#include "unit/claim/pki.h"

struct forge {
    struct temp_tree dir; /* holds the model "m" */
    struct sw_arena arena;
    struct sw_key *key;
    struct sw_trust *trust;
    struct sw_buf signature;
    struct sw_verification result;
    struct sw_model_verify_options options;
};

static inline void forge_make(struct forge *f)
{
    *f = (struct forge){.options.now = PKI_2026};
    temp_tree_make(&f->dir);
    sw_arena_init(&f->arena, 0);
    assert_int_equal(sw_key_generate(SW_KEY_P256, &f->key, NULL), SW_OK);
    assert_int_equal(sw_trust_new(&f->trust), SW_OK);
    assert_int_equal(sw_trust_add_key(f->trust, "tester", f->key), SW_OK);
}

static inline void forge_clean(struct forge *f)
{
    sw_buf_release(&f->signature);
    sw_trust_free(f->trust);
    sw_key_free(f->key);
    sw_arena_release(&f->arena);
    temp_tree_remove(&f->dir);
}

/* "m/name" */
static inline const char *forge_name(const char *name)
{
    static char names[8][4096];
    static unsigned next;
    char *out = names[next++ % 8];
    (void)snprintf(out, sizeof(names[0]), "m/%s", name);
    return out;
}

static inline void forge_write(const struct forge *f, const char *name, const char *text)
{
    temp_tree_write(&f->dir, forge_name(name), text);
}

static inline const char *forge_path(const struct forge *f, const char *name)
{
    return temp_tree_path(&f->dir, forge_name(name));
}

static inline void forge_remove(const struct forge *f, const char *name)
{
    assert_int_equal(unlink(forge_path(f, name)), 0);
}

static inline const char *forge_model(const struct forge *f)
{
    return temp_tree_path(&f->dir, "m");
}

/* Signs any payload. */
static inline void forge_sign_payload(struct forge *f, struct sw_bytes payload)
{
    const struct sw_signer signer = {.key = f->key};
    sw_buf_clear(&f->signature);
    assert_int_equal(sw_bundle_sign(&signer, payload, &f->signature, NULL), SW_OK);
}

/* Signs what is on the disk at `path`, as the command does. */
static inline void forge_sign_path(
    struct forge *f, const char *path, const struct sw_model_options *options)
{
    struct sw_manifest manifest;
    struct sw_error err = {0};
    if (sw_model_hash(&f->arena, path, options, &manifest, &err) != SW_OK) {
        fail_msg("%s", err.text);
    }
    struct sw_buf payload = SW_BUF_INIT;
    assert_int_equal(sw_model_statement(&manifest, &payload, NULL), SW_OK);
    forge_sign_payload(f, sw_buf_bytes(&payload));
    sw_buf_release(&payload);
}

static inline void forge_sign(struct forge *f, const struct sw_model_options *options)
{
    forge_sign_path(f, forge_model(f), options);
}

/* A resource as it is to be listed: `content` is what its digest is made from. */
struct forge_item {
    const char *name;
    const char *content;
};

#define FORGE_FILES "{\"method\":\"files\",\"hash_type\":\"sha256\",\"allow_symlinks\":false}"

/* Signs a statement with these resources and this serialization; its root is right, so that nothing
 * but the stated wrong is wrong. */
static inline void forge_sign_items(
    struct forge *f, const struct forge_item *items, size_t count, const char *serialization)
{
    struct sw_buf raw = SW_BUF_INIT;
    struct sw_buf text = SW_BUF_INIT;
    char hex[2 * SW_DIGEST_MAX + 1];
    assert_int_equal(sw_buf_puts(&text, "{\"_type\":\"" SW_STATEMENT_TYPE
                                        "\",\"predicateType\":\"" SW_PREDICATE_OMS
                                        "\",\"predicate\":{\"resources\":["),
        SW_OK);
    for (size_t i = 0; i < count; i++) {
        struct sw_digest digest;
        sw_sha256(sw_bytes_of_str(sw_str(items[i].content)), &digest);
        sw_digest_hex(&digest, hex);
        assert_int_equal(sw_buf_append(&raw, digest.bytes, digest.len), SW_OK);
        assert_int_equal(sw_buf_printf(&text, "%s{\"name\":", i == 0 ? "" : ","), SW_OK);
        assert_int_equal(sw_json_quote(&text, sw_str(items[i].name)), SW_OK);
        assert_int_equal(
            sw_buf_printf(&text, ",\"algorithm\":\"sha256\",\"digest\":\"%s\"}", hex), SW_OK);
    }
    struct sw_digest root;
    sw_sha256(sw_buf_bytes(&raw), &root);
    sw_digest_hex(&root, hex);
    assert_int_equal(sw_buf_printf(&text,
                         "],\"serialization\":%s},\"subject\":[{\"name\":\"m\",\"digest\":{"
                         "\"sha256\":\"%s\"}}]}",
                         serialization, hex),
        SW_OK);
    forge_sign_payload(f, sw_buf_bytes(&text));
    sw_buf_release(&raw);
    sw_buf_release(&text);
}

static inline void forge_verify_path(struct forge *f, const char *path)
{
    struct sw_error err = {0};
    f->result = (struct sw_verification){0};
    if (sw_model_verify(&f->arena, path, sw_buf_bytes(&f->signature), f->trust, &f->options,
            &f->result, &err) != SW_OK) {
        fail_msg("%s", err.text);
    }
}

static inline void forge_verify(struct forge *f)
{
    forge_verify_path(f, forge_model(f));
}

static inline void forge_print(const struct forge *f)
{
    for (size_t i = 0; i < f->result.problem_count; i++) {
        const struct sw_problem *p = &f->result.problems[i];
        print_message("%s: %s %s\n", sw_problem_kind_name(p->kind), p->path, p->detail);
    }
}

static inline void forge_expect_pass(struct forge *f)
{
    forge_verify(f);
    if (f->result.verdict != SW_VERDICT_PASS) {
        forge_print(f);
        fail_msg("did not pass");
    }
    assert_int_equal(f->result.problem_count, 0);
    assert_string_equal(f->result.signer, "tester");
}

/* The whole list of problems, "kind path" each, in order. */
static inline void forge_expect(struct forge *f, const char *const *problems, size_t count)
{
    forge_verify(f);
    assert_int_equal(f->result.verdict, SW_VERDICT_FAIL);
    if (f->result.problem_count != count) {
        forge_print(f);
    }
    assert_int_equal(f->result.problem_count, count);
    for (size_t i = 0; i < count; i++) {
        const struct sw_problem *p = &f->result.problems[i];
        char text[8192];
        (void)snprintf(text, sizeof(text), "%s %s", sw_problem_kind_name(p->kind), p->path);
        assert_string_equal(text, problems[i]);
    }
}
#define FORGE_EXPECT(f, ...)                                                    \
    do {                                                                        \
        static const char *const expected_[] = {__VA_ARGS__};                   \
        forge_expect((f), expected_, sizeof(expected_) / sizeof(expected_[0])); \
    } while (0)

/* One problem of this kind whose words hold `words`. */
static inline void forge_expect_only(
    struct forge *f, enum sw_verdict verdict, enum sw_problem_kind kind, const char *words)
{
    forge_verify(f);
    if (f->result.problem_count != 1 || strstr(f->result.problems[0].detail, words) == NULL) {
        forge_print(f);
        fail_msg("one problem that says '%s' was expected", words);
    }
    assert_int_equal(f->result.verdict, verdict);
    assert_int_equal(f->result.problems[0].kind, kind);
}

static inline void forge_expect_manifest(struct forge *f, const char *words)
{
    forge_expect_only(f, SW_VERDICT_FAIL, SW_PROBLEM_MANIFEST, words);
}

#endif
