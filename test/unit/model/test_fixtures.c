/* Models that the reference tool signed, of every version that had these methods. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "model/model.h"
#include "temp_tree.h"

#define OMS SW_CORPORA "/oms"
#define NOW ((int64_t)1767225600) /* 2026-01-01, within the certificates' time */

struct fixture {
    const char *name;
    const char *model; /* below the fixture's directory; "" is the directory itself */
    bool by_key;
    bool legacy;
    bool every_byte; /* changed in turn */
    const char *ignore;
};

static const struct fixture fixtures[] = {
    {"v0.2.0-certificate", "", false, true, true, NULL},
    {"v0.3.1-certificate", "", false, false, false, NULL},
    {"v0.3.1-elliptic-key", "signme-1", true, true, false, NULL},
    {"v1.0.0-certificate", "", false, false, false, NULL},
    {"v1.0.0-elliptic-key", "signme-1", true, true, true, NULL},
    {"v1.0.1-certificate", "", false, false, false, "ignore-me"},
    {"v1.0.1-elliptic-key", "", true, true, false, "ignore-me"},
    {"v1.1.0-certificate", "", false, false, true, NULL},
    {"v1.1.0-elliptic-key", "", true, false, true, NULL},
};

static const char *const keyless[] = {
    "v0.3.1-sigstore", "v1.0.0-sigstore", "v1.0.1-sigstore", "v1.1.0-sigstore"};

/* A copy of one fixture that may be changed. */
struct copy {
    struct temp_tree dir;
    struct sw_arena arena;
    struct sw_trust *trust;
    struct sw_buf signature;
    struct sw_verification result;
};

static void read_corpus(const char *name, struct sw_buf *out)
{
    char path[512];
    struct sw_error err = {0};
    (void)snprintf(path, sizeof(path), OMS "/%s", name);
    if (sw_file_read(path, 1 << 20, out, &err) != SW_OK) {
        fail_msg("%s", err.text);
    }
}

static void copy_file(const struct copy *copy, const char *fixture, const char *name)
{
    char path[512];
    SW_CLEANUP(buf) struct sw_buf data = SW_BUF_INIT;
    (void)snprintf(path, sizeof(path), OMS "/%s/%s", fixture, name);
    if (!sw_file_exists(path)) {
        return;
    }
    (void)snprintf(path, sizeof(path), "%s/%s", fixture, name);
    read_corpus(path, &data);
    temp_tree_write_bytes(&copy->dir, name, data.data, data.len);
}

static void add_signers(struct copy *copy)
{
    SW_CLEANUP(buf) struct sw_buf pem = SW_BUF_INIT;
    SW_CLEANUP(key) struct sw_key *key = NULL;
    struct sw_roots *roots = NULL;
    assert_int_equal(sw_trust_new(&copy->trust), SW_OK);
    read_corpus("keys/signing-key-pub.pem", &pem);
    assert_int_equal(sw_key_read_public(sw_buf_bytes(&pem), &key, NULL), SW_OK);
    assert_int_equal(sw_trust_add_key(copy->trust, "key", key), SW_OK);
    sw_buf_clear(&pem);
    read_corpus("keys/ca-cert.pem", &pem);
    assert_int_equal(sw_roots_new(&roots), SW_OK);
    assert_int_equal(sw_roots_add_pem(roots, sw_buf_bytes(&pem), NULL), SW_OK);
    assert_int_equal(sw_trust_add_roots(copy->trust, "ca", roots, NULL), SW_OK);
}

static void copy_fixture(struct copy *copy, const char *fixture)
{
    static const char *const names[] = {"signme-1", "signme-2", "ignore-me", "model.sig"};
    *copy = (struct copy){0};
    temp_tree_make(&copy->dir);
    sw_arena_init(&copy->arena, 0);
    add_signers(copy);
    for (size_t i = 0; i < SW_COUNT(names); i++) {
        copy_file(copy, fixture, names[i]);
    }
    const char *path = temp_tree_path(&copy->dir, "model.sig");
    assert_int_equal(sw_file_read(path, 1 << 20, &copy->signature, NULL), SW_OK);
}

static void release_copy(struct copy *copy)
{
    sw_buf_release(&copy->signature);
    sw_trust_free(copy->trust);
    sw_arena_release(&copy->arena);
    temp_tree_remove(&copy->dir);
}

static enum sw_verdict verify_as(struct copy *copy, const struct fixture *fixture, bool legacy)
{
    const char *path =
        fixture->model[0] == '\0' ? copy->dir.path : temp_tree_path(&copy->dir, fixture->model);
    const struct sw_model_verify_options options = {.legacy = legacy,
        .now = NOW,
        .model = {.signature = temp_tree_path(&copy->dir, "model.sig"),
            .ignore = &fixture->ignore,
            .ignore_count = fixture->ignore == NULL ? 0 : 1,
            .threads = 1}};
    struct sw_error err = {0};
    sw_arena_release(&copy->arena);
    if (sw_model_verify(&copy->arena, path, sw_buf_bytes(&copy->signature), copy->trust, &options,
            &copy->result, &err) != SW_OK) {
        fail_msg("%s", err.text);
    }
    return copy->result.verdict;
}

static enum sw_verdict verify(struct copy *copy, const struct fixture *fixture)
{
    return verify_as(copy, fixture, fixture->legacy);
}

static bool corpus_is_there(void)
{
    if (sw_dir_exists(OMS)) {
        return true;
    }
    print_message("there is no " OMS "\n");
    return false;
}

static void each_key_and_certificate_fixture_verifies(void **state)
{
    (void)state;
    if (!corpus_is_there()) {
        skip();
    }
    for (size_t i = 0; i < SW_COUNT(fixtures); i++) {
        struct copy copy;
        copy_fixture(&copy, fixtures[i].name);
        if (verify(&copy, &fixtures[i]) != SW_VERDICT_PASS) {
            fail_msg("%s: %s: %s", fixtures[i].name, copy.result.problems[0].path,
                copy.result.problems[0].detail);
        }
        assert_string_equal(copy.result.signer, fixtures[i].by_key ? "key" : "ca");
        release_copy(&copy);
    }
}

static void legacy_fixtures_need_the_legacy_switch(void **state)
{
    (void)state;
    if (!corpus_is_there()) {
        skip();
    }
    for (size_t i = 0; i < SW_COUNT(fixtures); i++) {
        struct copy copy;
        copy_fixture(&copy, fixtures[i].name);
        enum sw_verdict verdict = verify_as(&copy, &fixtures[i], false);
        assert_int_equal(verdict, fixtures[i].legacy ? SW_VERDICT_FAIL : SW_VERDICT_PASS);
        release_copy(&copy);
    }
}

static void keyless_fixtures_fail_without_a_trusted_root(void **state)
{
    (void)state;
    if (!corpus_is_there()) {
        skip();
    }
    for (size_t i = 0; i < SW_COUNT(keyless); i++) {
        const struct fixture fixture = {
            .name = keyless[i], .model = "", .legacy = true, .ignore = "ignore-me"};
        struct copy copy;
        copy_fixture(&copy, keyless[i]);
        assert_int_equal(verify(&copy, &fixture), SW_VERDICT_FAIL);
        assert_int_equal(copy.result.problem_count, 1);
        assert_int_equal(copy.result.problems[0].kind, SW_PROBLEM_SIGNATURE);
        assert_non_null(strstr(copy.result.problems[0].detail, "keyless"));
        release_copy(&copy);
    }
}

static void change_each_byte_of(struct copy *copy, const struct fixture *fixture, const char *name)
{
    SW_CLEANUP(buf) struct sw_buf data = SW_BUF_INIT;
    const char *path = temp_tree_path(&copy->dir, name);
    if (sw_file_read(path, 1 << 20, &data, NULL) != SW_OK) {
        return;
    }
    for (size_t i = 0; i < data.len; i++) {
        data.data[i] ^= 0x20;
        temp_tree_write_bytes(&copy->dir, name, data.data, data.len);
        assert_int_equal(verify(copy, fixture), SW_VERDICT_FAIL);
        assert_int_equal(copy->result.problem_count, 1);
        assert_int_equal(copy->result.problems[0].kind, SW_PROBLEM_CHANGED);
        assert_string_equal(copy->result.problems[0].path, name);
        data.data[i] ^= 0x20;
    }
    temp_tree_write_bytes(&copy->dir, name, data.data, data.len);
    assert_int_equal(verify(copy, fixture), SW_VERDICT_PASS);
}

static void a_change_of_any_byte_of_a_signed_file_fails(void **state)
{
    (void)state;
    if (!corpus_is_there()) {
        skip();
    }
    for (size_t i = 0; i < SW_COUNT(fixtures); i++) {
        struct copy copy;
        copy_fixture(&copy, fixtures[i].name);
        change_each_byte_of(&copy, &fixtures[i], "signme-1");
        if (fixtures[i].model[0] == '\0') {
            change_each_byte_of(&copy, &fixtures[i], "signme-2");
        }
        release_copy(&copy);
    }
}

/* keyDetails, which only bundles before 1.1 have, repeats what the trusted key says by itself. */
static bool is_key_details(const struct copy *copy, size_t at)
{
    static const char before[] = "\"keyDetails\": \"";
    const char *text = sw_buf_cstr(&copy->signature);
    const char *found = strstr(text, before);
    if (found == NULL) {
        return false;
    }
    const char *value = found + strlen(before);
    return text + at >= value && text + at < value + strcspn(value, "\"");
}

static void change_bytes_of_signature(struct copy *copy, const struct fixture *fixture, size_t step)
{
    for (size_t i = 0; i < copy->signature.len; i += step) {
        if (is_key_details(copy, i)) {
            continue;
        }
        copy->signature.data[i] ^= 1;
        if (verify(copy, fixture) == SW_VERDICT_PASS) {
            fail_msg("%s passes with byte %zu changed: '%.60s'", fixture->name, i,
                (const char *)copy->signature.data + (i < 30 ? 0 : i - 30));
        }
        copy->signature.data[i] ^= 1;
    }
    assert_int_equal(verify(copy, fixture), SW_VERDICT_PASS);
}

/* Every byte of one fixture of each form, some of those of the same form: each takes a chain to
 * verify. */
static void a_change_of_any_byte_of_the_signature_fails(void **state)
{
    (void)state;
    if (!corpus_is_there()) {
        skip();
    }
    for (size_t i = 0; i < SW_COUNT(fixtures); i++) {
        struct copy copy;
        copy_fixture(&copy, fixtures[i].name);
        change_bytes_of_signature(&copy, &fixtures[i], fixtures[i].every_byte ? 1 : 23);
        release_copy(&copy);
    }
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_key_and_certificate_fixture_verifies),
        TEST(legacy_fixtures_need_the_legacy_switch),
        TEST(keyless_fixtures_fail_without_a_trusted_root),
        TEST(a_change_of_any_byte_of_a_signed_file_fails),
        TEST(a_change_of_any_byte_of_the_signature_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
