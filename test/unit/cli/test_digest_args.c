/* Digests on the command line, whole and by their first digits. */
#include "cli/cli.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/evidence/claim_help.h"

#define TYPE "urn:sealwright:claim:scan:v1"

struct fixture {
    struct temp_tree tree;
    const char *path;
    struct sw_key *key;
    struct sw_store *store;
    struct sw_cli cli;
};

/* A claim about digests that are chosen, not computed. */
static void add_about(struct fixture *f, const char *const *digests, size_t count)
{
    SW_CLEANUP(buf) struct sw_buf payload = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf bundle = SW_BUF_INIT;
    struct sw_subject subjects[8];
    struct sw_signer signer = {.key = f->key};
    struct sw_receipt receipt;
    for (size_t i = 0; i < count; i++) {
        subjects[i].name = sw_str("a");
        assert_true(sw_digest_parse(sw_str(digests[i]), &subjects[i].digest));
    }
    MUST(sw_statement_write(&payload, subjects, count, TYPE, sw_bytes("{}", 2), &must_error));
    MUST(sw_bundle_sign(&signer, sw_buf_bytes(&payload), &bundle, &must_error));
    struct sw_bytes bytes = sw_buf_bytes(&bundle);
    MUST(sw_evidence_add(f->store, &bytes, 1, &receipt, &must_error));
}

#define ZEROS48 "000000000000000000000000000000000000000000000000"
#define ZEROS56 ZEROS48 "00000000"
#define A "sha256:12345678" ZEROS56
#define B "sha256:1234567801" ZEROS48 "000000"
#define C "sha256:abcdef98" ZEROS56
#define D "sha256:abcdef99" ZEROS56
#define E "sha512:abcdef98" ZEROS56 ZEROS56 "00000000"
#define F "sha256:ffffffff" ZEROS56

static int set_up(void **state)
{
    static const char *const first[] = {A, B, C};
    static const char *const second[] = {A, D, E, F};
    struct fixture *f = calloc(1, sizeof(*f));
    assert_non_null(f);
    f->path = new_store_dir(&f->tree);
    MUST(sw_key_generate(SW_KEY_P256, &f->key, &must_error));
    f->store = open_to_write(f->path);
    add_about(f, first, SW_COUNT(first));
    add_about(f, second, SW_COUNT(second));
    sw_arena_init(&f->cli.arena, 0);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    sw_arena_release(&f->cli.arena);
    sw_store_abandon(f->store);
    sw_key_free(f->key);
    free((void *)(uintptr_t)f->path);
    temp_tree_remove(&f->tree);
    free(f);
    return 0;
}

static void a_digest_may_be_cut_where_it_is_the_only_one(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *text;
        const char *digest; /* NULL: refused */
        enum sw_code code;
        const char *message;
    } rows[] = {
        {A, A, SW_OK, NULL},
        {"sha256:0000000000000000000000000000000000000000000000000000000000000001",
            "sha256:0000000000000000000000000000000000000000000000000000000000000001", SW_OK,
            NULL}, /* a whole one need not be there */
        {"1234567801", B, SW_OK, NULL},
        {"sha256:123456780", NULL, SW_E_USAGE,
            "the digests of several artifacts begin with 'sha256:123456780': "
            "sha256:123456780000000000000000, sha256:123456780100000000000000"},
        {"12345678", NULL, SW_E_USAGE,
            "the digests of several artifacts begin with '12345678': "
            "sha256:123456780000000000000000, sha256:123456780100000000000000"},
        {"12345678000", A, SW_OK, NULL},
        {"abcdef99", D, SW_OK, NULL},
        {"abcdef9", NULL, SW_E_USAGE,
            "'abcdef9' is too short for a digest: give at least 8 digits"},
        {"sha256:abcdef9", NULL, SW_E_USAGE,
            "'sha256:abcdef9' is too short for a digest: give at least 8 digits"},
        {"abcdef98", NULL, SW_E_USAGE,
            "the digests of several artifacts begin with 'abcdef98': "
            "sha256:abcdef980000000000000000, sha512:abcdef980000000000000000"},
        {"sha256:abcdef98", C, SW_OK, NULL},
        {"sha512:abcdef98", E, SW_OK, NULL},
        {"ffffffff", F, SW_OK, NULL},
        {"fffffffff", NULL, SW_E_NOENT, NULL},
        {"99999999", NULL, SW_E_NOENT, NULL},
        {"sha384:abcdef98", NULL, SW_E_NOENT, NULL},
        {"ABCDEF99", NULL, SW_E_USAGE, "'ABCDEF99' is no digest"},
        {"sha256:", NULL, SW_E_USAGE, "'sha256:' is no digest"},
        {"sha1:abcdef99", NULL, SW_E_USAGE, "'sha1:abcdef99' is no digest"},
        {"sha256:sha256:abcdef99", NULL, SW_E_USAGE, "'sha256:sha256:abcdef99' is no digest"},
        {"abcdef99 ", NULL, SW_E_USAGE, "'abcdef99 ' is no digest"},
        {"abcdef9%", NULL, SW_E_USAGE, "'abcdef9%' is no digest"},
        {"", NULL, SW_E_USAGE, "'' is no digest"},
        {"sha256:abcdef98" ZEROS56 "0", NULL, SW_E_NOENT, NULL}, /* a digit too many */
        {ZEROS56 ZEROS56 "00000000000000000", NULL, SW_E_USAGE, NULL},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct sw_digest digest = {0};
        struct sw_digest want = {0};
        struct sw_error err = {0};
        enum sw_code code =
            sw_cli_digest(&f->cli, f->store, SW_DIGEST_OF_SUBJECTS, rows[i].text, &digest, &err);
        if (code != rows[i].code) {
            fail_msg("'%s' gave %s: %s", rows[i].text, sw_code_text(code), err.text);
        }
        assert_string_equal(err.text, rows[i].message != NULL ? rows[i].message : err.text);
        if (rows[i].digest != NULL) {
            assert_true(sw_digest_parse(sw_str(rows[i].digest), &want));
            assert_true(sw_digest_equal(&digest, &want));
        }
    }
}

static void claims_are_found_among_claims(void **state)
{
    struct fixture *f = *state;
    struct sw_evidence_record record;
    struct sw_evidence_record found;
    struct sw_error err = {0};
    char text[SW_DIGEST_TEXT_SIZE];
    MUST(sw_evidence_at(f->store, 1, &f->cli.arena, &record, &must_error));
    sw_digest_text(&record.claim, text);
    static const size_t lengths[] = {71, 70, 20, 15};
    for (size_t i = 0; i < SW_COUNT(lengths); i++) {
        text[lengths[i]] = '\0';
        MUST(sw_cli_claim(&f->cli, f->store, text, &found, &must_error));
        assert_int_equal(found.leaf, 1);
        MUST(sw_cli_claim(&f->cli, f->store, text + 7, &found, &must_error)); /* no "sha256:" */
        assert_int_equal(found.leaf, 1);
    }
    assert_int_equal(sw_cli_claim(&f->cli, f->store, "abcdef99", &found, &err), SW_E_NOENT);
    assert_int_equal(sw_cli_claim(&f->cli, f->store, "first", &found, &err), SW_E_USAGE);
    assert_string_equal(err.text, "'first' is neither a leaf number nor a claim's digest");
}

static void a_long_list_of_candidates_is_cut(void **state)
{
    struct fixture *f = *state;
    for (unsigned i = 0; i < 12; i++) {
        char text[SW_DIGEST_TEXT_SIZE];
        const char *digest = text;
        (void)snprintf(text, sizeof(text), "sha256:eeeeeeee%02x%s000000", i, ZEROS48);
        add_about(f, &digest, 1);
    }
    struct sw_digest digest;
    struct sw_error err = {0};
    assert_int_equal(
        sw_cli_digest(&f->cli, f->store, SW_DIGEST_OF_SUBJECTS, "eeeeeeee", &digest, &err),
        SW_E_USAGE);
    assert_non_null(strstr(err.text, "sha256:eeeeeeee0000"));
    assert_non_null(strstr(err.text, "sha256:eeeeeeee0700"));
    assert_null(strstr(err.text, "sha256:eeeeeeee0800"));
    assert_true(sw_str_ends(sw_str(err.text), " and more"));
}

static void a_reader_finds_what_is_published_alone(void **state)
{
    struct fixture *f = *state;
    struct sw_digest digest;
    struct sw_store *reader = open_to_read(f->path);
    assert_int_equal(
        sw_cli_digest(&f->cli, reader, SW_DIGEST_OF_SUBJECTS, "abcdef99", &digest, NULL),
        SW_E_NOENT);
    sw_store_abandon(reader);
    MUST(sw_log_publish(f->store, &must_error));
    reader = open_to_read(f->path);
    MUST(sw_cli_digest(&f->cli, reader, SW_DIGEST_OF_SUBJECTS, "abcdef99", &digest, &must_error));
    sw_store_abandon(reader);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_digest_may_be_cut_where_it_is_the_only_one),
        TEST(claims_are_found_among_claims),
        TEST(a_long_list_of_candidates_is_cut),
        TEST(a_reader_finds_what_is_published_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
