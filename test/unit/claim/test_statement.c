#include "claim/claim.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define HEX64 "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define HEX96 HEX64 "b00361a396177a9cb410ff61f20015ad"
#define HEX128 HEX64 HEX64
#define HEAD "{\"_type\":\"https://in-toto.io/Statement/v1\","
#define SUBJECT "\"subject\":[{\"name\":\"m\",\"digest\":{\"sha256\":\"" HEX64 "\"}}]"
#define PREDICATE "\"predicateType\":\"p\",\"predicate\":{\"a\":1}"

static struct sw_bytes text_bytes(const char *text)
{
    return sw_bytes_of_str(sw_str(text));
}

static void what_is_written_is_canonical_and_reads_back(void **state)
{
    (void)state;
    SW_CLEANUP(arena) struct sw_arena arena;
    SW_CLEANUP(buf) struct sw_buf out = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf canonical = SW_BUF_INIT;
    struct sw_subject subjects[2] = {{.name = sw_str("modèle \"1\"\n\x7f")}, {.name = sw_str("")}};
    struct sw_statement statement;
    sw_arena_init(&arena, 0);
    sw_sha256(text_bytes("abc"), &subjects[0].digest);
    assert_int_equal(sw_digest_of(SW_BLAKE2B, text_bytes("x"), &subjects[1].digest), SW_OK);
    assert_int_equal(sw_statement_write(&out, subjects, 2, "urn:test",
                         text_bytes(" { \"b\" : [1.0, 2e1], \"a\" : \"\\u00e9\" } "), NULL),
        SW_OK);
    assert_int_equal(sw_json_canonicalize(&canonical, sw_buf_bytes(&out), NULL), SW_OK);
    assert_string_equal(sw_buf_cstr(&out), sw_buf_cstr(&canonical));
    assert_int_equal(sw_statement_parse(&arena, sw_buf_bytes(&out), &statement, NULL), SW_OK);
    assert_int_equal(statement.subject_count, 2);
    assert_true(sw_str_equal(statement.subjects[0].name, subjects[0].name));
    assert_int_equal(statement.subjects[1].name.len, 0);
    assert_true(sw_digest_equal(&statement.subjects[0].digest, &subjects[0].digest));
    assert_true(sw_digest_equal(&statement.subjects[1].digest, &subjects[1].digest));
    assert_true(sw_str_is(statement.predicate_type, "urn:test"));
    assert_true(sw_json_is(sw_json_get(statement.predicate, "a"), "é"));
}

static void the_exact_text_is_as_documented(void **state)
{
    (void)state;
    SW_CLEANUP(buf) struct sw_buf out = SW_BUF_INIT;
    struct sw_subject subject = {.name = sw_str("m")};
    sw_sha256(text_bytes("abc"), &subject.digest);
    assert_int_equal(
        sw_statement_write(&out, &subject, 1, "p", text_bytes("{\"a\": 1}"), NULL), SW_OK);
    assert_string_equal(sw_buf_cstr(&out),
        "{\"_type\":\"https://in-toto.io/Statement/v1\",\"predicate\":{\"a\":1},"
        "\"predicateType\":\"p\",\"subject\":[{\"digest\":{\"sha256\":\"" HEX64 "\"},"
        "\"name\":\"m\"}]}");
}

static void what_cannot_be_a_statement_is_not_written(void **state)
{
    (void)state;
    SW_CLEANUP(buf) struct sw_buf out = SW_BUF_INIT;
    struct sw_subject good = {.name = sw_str("m")};
    struct sw_subject none = {.name = sw_str("m")};
    struct sw_subject latin = {.name = sw_str("\xe9")};
    sw_sha256(text_bytes("abc"), &good.digest);
    latin.digest = good.digest;
    const struct {
        const struct sw_subject *subject;
        size_t count;
        const char *predicate;
        enum sw_code code;
    } bad[] = {
        {&good, 0, "{}", SW_E_USAGE},
        {&none, 1, "{}", SW_E_USAGE},
        {&latin, 1, "{}", SW_E_USAGE},
        {&good, 1, "[]", SW_E_USAGE},
        {&good, 1, "null", SW_E_USAGE},
        {&good, 1, "", SW_E_FORMAT},
        {&good, 1, "{\"a\":1,\"a\":1}", SW_E_FORMAT},
        {&good, 1, "{\"a\":1}{}", SW_E_FORMAT},
    };
    assert_int_equal(sw_buf_puts(&out, "before"), SW_OK);
    for (size_t i = 0; i < SW_COUNT(bad); i++) {
        struct sw_error err = {0};
        assert_int_equal(sw_statement_write(&out, bad[i].subject, bad[i].count, "p",
                             text_bytes(bad[i].predicate), &err),
            bad[i].code);
        assert_int_equal(out.len, 6);
    }
}

static const struct {
    const char *text;
    enum sw_digest_alg alg;
} digests[] = {
    {"\"sha256\":\"" HEX64 "\"", SW_SHA256},
    {"\"sha512\":\"" HEX128 "\",\"sha256\":\"" HEX64 "\"", SW_SHA256},
    {"\"sha512\":\"" HEX128 "\",\"gitCommit\":\"abc\"", SW_SHA512},
    {"\"blake2b\":\"" HEX128 "\",\"sha384\":\"" HEX96 "\"", SW_SHA384},
    {"\"blake2b\":\"" HEX128 "\"", SW_BLAKE2B},
};

static void the_first_known_digest_of_a_subject_is_kept(void **state)
{
    (void)state;
    for (size_t i = 0; i < SW_COUNT(digests); i++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
        struct sw_statement statement;
        sw_arena_init(&arena, 0);
        assert_int_equal(sw_buf_printf(&text, HEAD "\"subject\":[{\"digest\":{%s}}]," PREDICATE "}",
                             digests[i].text),
            SW_OK);
        assert_int_equal(sw_statement_parse(&arena, sw_buf_bytes(&text), &statement, NULL), SW_OK);
        assert_int_equal(statement.subjects[0].digest.alg, digests[i].alg);
        assert_int_equal(statement.subjects[0].name.len, 0);
    }
}

static void an_absent_predicate_is_an_empty_one(void **state)
{
    (void)state;
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_statement statement;
    sw_arena_init(&arena, 0);
    assert_int_equal(
        sw_statement_parse(&arena,
            text_bytes(HEAD SUBJECT ",\"predicateType\":\"p\",\"unknown\":[]}"), &statement, NULL),
        SW_OK);
    assert_int_equal(statement.predicate->type, SW_JSON_OBJECT);
    assert_int_equal(statement.predicate->count, 0);
    assert_null(sw_json_get(statement.predicate, "a"));
}

#define WITH_SUBJECT(subject) HEAD "\"subject\":" subject "," PREDICATE "}"

static const struct {
    const char *text;
    const char *words;
} refused[] = {
    {"", "statement: "},
    {"[]", "_type"},
    {"{}", "_type"},
    {"{\"_type\":\"https://in-toto.io/Statement/v0.1\"," SUBJECT "," PREDICATE "}", "_type"},
    {"{\"_type\":1," SUBJECT "," PREDICATE "}", "_type"},
    {HEAD PREDICATE "}", "no subject"},
    {WITH_SUBJECT("[]"), "no subject"},
    {WITH_SUBJECT("{}"), "no subject"},
    {WITH_SUBJECT("null"), "no subject"},
    {WITH_SUBJECT("[1]"), "not an object"},
    {WITH_SUBJECT("[{}]"), "no digest"},
    {WITH_SUBJECT("[{\"digest\":[]}]"), "no digest"},
    {WITH_SUBJECT("[{\"digest\":{}}]"), "known algorithm"},
    {WITH_SUBJECT("[{\"digest\":{\"sha1\":\"00\"}}]"), "known algorithm"},
    {WITH_SUBJECT("[{\"digest\":{\"sha256\":1}}]"), "hexadecimal"},
    {WITH_SUBJECT("[{\"digest\":{\"sha256\":\"\"}}]"), "hexadecimal"},
    {WITH_SUBJECT("[{\"digest\":{\"sha256\":\"" HEX96 "\"}}]"), "hexadecimal"},
    {WITH_SUBJECT("[{\"digest\":{\"sha256\":\"" HEX64 "\",\"sha512\":\"" HEX64 "\"}}]"),
        "hexadecimal"},
    {WITH_SUBJECT("[{\"digest\":{\"sha256\":"
                  "\"BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD\"}}]"),
        "hexadecimal"},
    {WITH_SUBJECT("[{\"name\":1,\"digest\":{\"sha256\":\"" HEX64 "\"}}]"), "name"},
    {WITH_SUBJECT("[{\"digest\":{\"sha256\":\"" HEX64 "\"}},{}]"), "no digest"},
    {HEAD SUBJECT "}", "no predicateType"},
    {HEAD SUBJECT ",\"predicateType\":\"\"}", "no predicateType"},
    {HEAD SUBJECT ",\"predicateType\":7}", "no predicateType"},
    {HEAD SUBJECT ",\"predicateType\":\"p\",\"predicate\":[]}", "not an object"},
    {HEAD SUBJECT ",\"predicateType\":\"p\",\"predicate\":null}", "not an object"},
    {HEAD SUBJECT "," SUBJECT "," PREDICATE "}", "statement: "},
    {HEAD SUBJECT "," PREDICATE "} ,", "statement: "},
};

static void malformed_statements_are_refused_with_the_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < SW_COUNT(refused); i++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        struct sw_statement statement = {.subject_count = 99};
        struct sw_error err = {0};
        sw_arena_init(&arena, 0);
        enum sw_code rc = sw_statement_parse(&arena, text_bytes(refused[i].text), &statement, &err);
        if (rc != SW_E_FORMAT || strstr(err.text, refused[i].words) == NULL) {
            fail_msg("%s gives %d \"%s\"", refused[i].text, (int)rc, err.text);
        }
        assert_int_equal(statement.subject_count, 99);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_canonical_and_reads_back),
        cmocka_unit_test(the_exact_text_is_as_documented),
        cmocka_unit_test(what_cannot_be_a_statement_is_not_written),
        cmocka_unit_test(the_first_known_digest_of_a_subject_is_kept),
        cmocka_unit_test(an_absent_predicate_is_an_empty_one),
        cmocka_unit_test(malformed_statements_are_refused_with_the_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
