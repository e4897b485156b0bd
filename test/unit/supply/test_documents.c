#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "supply/supply.h"

#include <stdio.h>

#define DIGEST "00000000000000000000000000000000000000000000000000000000000000a7"

static struct sw_bytes bytes_of(const char *text)
{
    return sw_bytes(text, strlen(text));
}

static struct sw_components read_all(struct sw_arena *arena, const char *text)
{
    struct sw_components list;
    struct sw_error err = {0};
    if (sw_components_read(arena, bytes_of(text), &list, &err) != SW_OK) {
        fail_msg("%s: %s", text, err.text);
    }
    return list;
}

/* --- components ------------------------------------------------------------------------------- */

static void documents_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *text, *format;
        size_t count;
    } rows[] = {
        {"", "purls", 0},
        {"# nothing\n\n", "purls", 0},
        {"pkg:npm/a@1\r\n\tpkg:npm/b \n", "purls", 2},
        {"{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.4\",\"components\":[{\"name\":\"a\"}]}",
            "CycloneDX 1.4", 1},
        {"\n{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.7\"}", "CycloneDX 1.7", 0},
        {"{\"spdxVersion\":\"SPDX-2.2\",\"packages\":[{\"SPDXID\":\"a\"}]}", "SPDX 2.2", 1},
        {"{\"@context\":\"https://spdx.org/rdf/3.0.1/spdx-context.jsonld\",\"@graph\":[{\"type\":"
         "\"dataset_DatasetPackage\",\"spdxId\":\"d\"},{\"type\":\"Person\"}]}",
            "SPDX 3.0.1", 1},
        {"{\"entities\":[{\"kind\":\"library\",\"name\":\"a\",\"purl\":\"pkg:npm/a@1\"},"
         "{\"kind\":\"service\",\"name\":\"S\"},{\"kind\":\"model\",\"name\":\"m\",\"digest\":"
         "\"sha256:" DIGEST "\"}],\"coverage\":{}}",
            "discovery v1", 2},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        sw_arena_init(&arena, 0);
        struct sw_components list = read_all(&arena, rows[i].text);
        assert_true(sw_str_is(list.format, rows[i].format));
        assert_int_equal(list.count, rows[i].count);
    }
}

static void two_lists_become_one(void **state)
{
    (void)state;
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    struct sw_components list = read_all(&arena, "pkg:npm/a@1\npkg:npm/b@1\n");
    struct sw_components other = read_all(&arena,
        "{\"entities\":[{\"name\":\"a\",\"purl\":\"pkg:npm/a@1\"},{\"name\":\"a\",\"purl\":"
        "\"pkg:npm/a@2\"},{\"name\":\"m\",\"digest\":\"sha256:" DIGEST "\"},{\"name\":\"n\","
        "\"digest\":\"sha256:" DIGEST "\"}],\"coverage\":{}}");
    assert_int_equal(sw_components_join(&arena, &list, &other), SW_OK);
    assert_int_equal(list.count, 4);
    assert_true(sw_str_is(list.items[2].text, "pkg:npm/a@2"));
    assert_int_equal(list.items[3].digest_count, 1);
    assert_true(list.items[3].aside);
    assert_true(sw_str_is(list.format, "purls"));
}

static void what_is_no_document_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum sw_code code;
    } rows[] = {
        {"{", SW_E_FORMAT},
        {"{\"a\":1,\"a\":2}", SW_E_FORMAT},
        {"{}", SW_E_UNSUPPORTED},
        {"[]", SW_E_UNSUPPORTED},
        {"{\"bomFormat\":\"CycloneDX\"}", SW_E_UNSUPPORTED},
        {"{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"2.0\"}", SW_E_UNSUPPORTED},
        {"{\"spdxVersion\":\"SPDX-2.1\"}", SW_E_UNSUPPORTED},
        {"{\"@context\":\"https://spdx.org/rdf/3.1.0/spdx-context.jsonld\"}", SW_E_UNSUPPORTED},
        {"pkg:npm/a\xff", SW_E_FORMAT},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        struct sw_components list;
        struct sw_error err = {0};
        sw_arena_init(&arena, 0);
        enum sw_code code = sw_components_read(&arena, bytes_of(rows[i].text), &list, &err);
        assert_int_equal(code, rows[i].code);
        assert_true(err.text[0] != '\0');
    }
}

static void components_have_their_identity(void **state)
{
    (void)state;
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    struct sw_components list = read_all(&arena,
        "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"components\":["
        "{\"name\":\"a\",\"version\":\"2\",\"purl\":\"pkg:pypi/A_b?x=y#z\",\"hashes\":["
        "{\"alg\":\"SHA-256\",\"content\":"
        "\"00000000000000000000000000000000000000000000000000000000000000A7\"},"
        "{\"alg\":\"MD5\",\"content\":\"00\"},{\"alg\":\"SHA-256\",\"content\":\"short\"}]},"
        "{\"name\":\"b\",\"version\":\"2\",\"purl\":\"pkg:npm/b@3\"},"
        "{\"name\":\"c\",\"purl\":\"not a purl\"},{\"name\":7,\"purl\":{}},"
        "{\"type\":\"file\",\"name\":\"f\"}]}");
    assert_int_equal(list.count, 5);
    assert_true(sw_str_is(list.items[0].key, "pkg:pypi/a-b"));
    assert_true(sw_str_is(list.items[0].version, "2"));
    assert_int_equal(list.items[0].digest_count, 1);
    assert_true(sw_str_is(list.items[1].version, "3"));
    assert_int_equal(list.items[2].purl.type.len, 0);
    assert_true(list.items[2].why.len > 0);
    assert_int_equal(list.items[3].text.len, 0);
    assert_true(list.items[4].aside && !list.items[0].aside);
}

/* --- VEX -------------------------------------------------------------------------------------- */

#define VEX(time, statements)                                                     \
    "{\"@context\":\"https://openvex.dev/ns/v0.2.0\",\"timestamp\":\"" time "\"," \
    "\"statements\":[" statements "]}"
#define SAYS(name, products, rest) \
    "{\"vulnerability\":{\"name\":\"" name "\"},\"products\":[" products "]," rest "}"
#define FIXED "\"status\":\"fixed\""
#define CYCLONEDX(state, versions)                                                    \
    "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"vulnerabilities\":["      \
    "{\"id\":\"CVE-1\",\"analysis\":{\"state\":\"" state "\"},\"affects\":[{\"ref\":" \
    "\"pkg:npm/a\",\"versions\":" versions "}]}]}"

static enum sw_code read_vex(struct sw_arena *arena, struct sw_vex *vex, const char *text)
{
    struct sw_error err = {0};
    enum sw_code code = sw_vex_read(arena, bytes_of(text), "f", vex, &err);
    assert_true(code == SW_OK || err.text[0] != '\0');
    return code;
}

static const struct sw_vex_statement *ask(struct sw_arena *arena, struct sw_vex *vex,
    const char *name, const char *purl, const char *root)
{
    struct sw_components list = {0};
    struct sw_component nobody = {0};
    const struct sw_vex_statement *found = NULL;
    struct sw_str names[] = {sw_str(name)};
    assert_int_equal(sw_components_add_purl(arena, &list, sw_str(purl)), SW_OK);
    if (root != NULL) {
        assert_int_equal(sw_components_add_purl(arena, &list, sw_str(root)), SW_OK);
    }
    assert_int_equal(
        sw_vex_find(vex, names, 1, &list.items[0], root == NULL ? &nobody : &list.items[1], &found),
        SW_OK);
    return found;
}

/* As in passes that each have an arena of their own, and in what is read between two of them. */
static void statements_outlive_who_asked(void **state)
{
    (void)state;
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_vex vex = {0};
    sw_arena_init(&arena, 0);
    assert_int_equal(
        read_vex(&arena, &vex, VEX("2026-01-01", SAYS("CVE-1", "{\"@id\":\"pkg:npm/a\"}", FIXED))),
        SW_OK);
    for (size_t i = 0; i < 2; i++) {
        struct sw_arena pass;
        sw_arena_init(&pass, 0);
        assert_non_null(ask(&pass, &vex, "CVE-1", "pkg:npm/a@1", NULL));
        sw_arena_release(&pass);
    }
    assert_int_equal(
        read_vex(&arena, &vex, VEX("2026-01-01", SAYS("CVE-2", "{\"@id\":\"pkg:npm/a\"}", FIXED))),
        SW_OK);
    assert_non_null(ask(&arena, &vex, "CVE-2", "pkg:npm/a@1", NULL));
}

static void statements_concern_their_products(void **state)
{
    (void)state;
    static const struct {
        const char *text, *name, *purl, *root;
        bool found;
    } rows[] = {
        {VEX("2026-01-01", SAYS("CVE-1", "{\"@id\":\"pkg:npm/a@1\"}", FIXED)), "CVE-1",
            "pkg:npm/a@1", NULL, true},
        {VEX("2026-01-01", SAYS("CVE-1", "{\"@id\":\"pkg:npm/a@1\"}", FIXED)), "CVE-1",
            "pkg:npm/a@2", NULL, false},
        {VEX("2026-01-01", SAYS("CVE-1", "{\"@id\":\"pkg:npm/a@1\"}", FIXED)), "CVE-2",
            "pkg:npm/a@1", NULL, false},
        {VEX("2026-01-01", SAYS("CVE-1", "{\"@id\":\"pkg:npm/a\"}", FIXED)), "CVE-1",
            "pkg:npm/a@2?arch=x#b", NULL, true},
        {VEX("2026-01-01", SAYS("CVE-1", "{\"@id\":\"pkg:npm/a?arch=x\"}", FIXED)), "CVE-1",
            "pkg:npm/a@2?arch=x&os=y#b", NULL, true},
        {VEX("2026-01-01", SAYS("CVE-1", "{\"@id\":\"pkg:npm/a?arch=x\"}", FIXED)), "CVE-1",
            "pkg:npm/a@2?arch=z", NULL, false},
        {VEX("2026-01-01", SAYS("CVE-1", "{\"@id\":\"pkg:npm/a?arch=x\"}", FIXED)), "CVE-1",
            "pkg:npm/a@2", NULL, false},
        {VEX("2026-01-01", SAYS("CVE-1", "{\"@id\":\"pkg:npm/a#b\"}", FIXED)), "CVE-1",
            "pkg:npm/a@2#c", NULL, false},
        {VEX("2026-01-01",
             SAYS("CVE-1", "{\"@id\":\"pkg:npm/a\",\"hashes\":{\"sha-512\":\"00\"}}", FIXED)),
            "CVE-1", "pkg:npm/a@1", NULL, false},
        {CYCLONEDX("not_affected", "[]"), "CVE-1", "pkg:npm/a@1", NULL, true},
        {CYCLONEDX("not_affected", "[{\"version\":\"1\",\"status\":\"unaffected\"}]"), "CVE-1",
            "pkg:npm/a@1", NULL, true},
        {CYCLONEDX("not_affected", "[{\"version\":\"2\",\"status\":\"unaffected\"}]"), "CVE-1",
            "pkg:npm/a@1", NULL, false},
        {CYCLONEDX("resolved", "[{\"version\":\"1\",\"status\":\"affected\"}]"), "CVE-1",
            "pkg:npm/a@1", NULL, false},
        {CYCLONEDX("exploitable", "[{\"version\":\"1\",\"status\":\"affected\"}]"), "CVE-1",
            "pkg:npm/a@1", NULL, true},
        {VEX("2026-01-01", SAYS("CVE-1", "\"pkg:npm/a@1\"", FIXED)), "CVE-1", "pkg:npm/a@1", NULL,
            true},
        {VEX("2026-01-01", SAYS("CVE-1", "{\"identifiers\":{\"purl\":\"pkg:npm/a\"}}", FIXED)),
            "CVE-1", "pkg:npm/a@1", NULL, true},
        {VEX("2026-01-01", SAYS("CVE-1", "{\"@id\":\"urn:other\"}", FIXED)), "CVE-1", "pkg:npm/a@1",
            NULL, false},
        {VEX("2026-01-01",
             SAYS("CVE-1", "{\"@id\":\"pkg:npm/a\",\"hashes\":{\"sha-256\":\"" DIGEST "\"}}",
                 FIXED)),
            "CVE-1", "pkg:npm/a@1", NULL, false},
        {VEX("2026-01-01", SAYS("CVE-1", "{\"@id\":\"pkg:oci/app@1\"}", FIXED)), "CVE-1",
            "pkg:npm/a@1", "pkg:oci/app@1", true},
        {VEX("2026-01-01",
             SAYS("CVE-1",
                 "{\"@id\":\"pkg:oci/app@1\",\"subcomponents\":[{\"@id\":\"pkg:npm/a\"}]}", FIXED)),
            "CVE-1", "pkg:npm/a@1", "pkg:oci/app@1", true},
        {VEX("2026-01-01",
             SAYS("CVE-1",
                 "{\"@id\":\"pkg:oci/app@1\",\"subcomponents\":[{\"@id\":\"pkg:npm/a\"}]}", FIXED)),
            "CVE-1", "pkg:npm/a@1", "pkg:oci/app@2", false},
        {VEX("2026-01-01",
             SAYS("CVE-1",
                 "{\"@id\":\"pkg:oci/app@1\",\"subcomponents\":[{\"@id\":\"pkg:npm/a\"}]}", FIXED)),
            "CVE-1", "pkg:npm/a@1", NULL, false},
        {VEX("2026-01-01",
             SAYS("CVE-1", "{\"@id\":\"pkg:oci/app@1\",\"subcomponents\":[{\"@id\":\"urn:x\"}]}",
                 FIXED)),
            "CVE-1", "pkg:npm/a@1", "pkg:oci/app@1", false},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        struct sw_vex vex = {0};
        sw_arena_init(&arena, 0);
        assert_int_equal(read_vex(&arena, &vex, rows[i].text), SW_OK);
        bool found = ask(&arena, &vex, rows[i].name, rows[i].purl, rows[i].root) != NULL;
        if (found != rows[i].found) {
            fail_msg("%s for %s", rows[i].text, rows[i].purl);
        }
    }
}

static void the_latest_word_counts(void **state)
{
    (void)state;
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_vex vex = {0};
    sw_arena_init(&arena, 0);
    static const char product[] = "pkg:npm/a@1";
    assert_int_equal(
        read_vex(&arena, &vex, VEX("2026-02-01", SAYS("CVE-1", "{\"@id\":\"pkg:npm/a\"}", FIXED))),
        SW_OK);
    assert_int_equal(
        read_vex(&arena, &vex,
            VEX("2026-01-01", SAYS("CVE-1", "{\"@id\":\"pkg:npm/a\"}", "\"status\":\"affected\""))),
        SW_OK);
    assert_int_equal(ask(&arena, &vex, "CVE-1", product, NULL)->status, SW_VEX_FIXED);
    vex.index = NULL;
    vex.index_count = 0;
    assert_int_equal(
        read_vex(&arena, &vex,
            VEX("2026-01-01",
                SAYS("CVE-1", "{\"@id\":\"pkg:npm/a\"}",
                    "\"status\":\"under_investigation\",\"timestamp\":\"2026-02-01\""))),
        SW_OK);
    assert_int_equal(ask(&arena, &vex, "CVE-1", product, NULL)->status, SW_VEX_UNDER_INVESTIGATION);
}

static void what_is_no_vex_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum sw_code code;
    } rows[] = {
        {"", SW_E_FORMAT},
        {"{}", SW_E_UNSUPPORTED},
        {VEX("2026-01-01", "{}"), SW_E_FORMAT},
        {VEX("2026-01-01", SAYS("CVE-1", "", "\"status\":\"maybe\"")), SW_E_FORMAT},
        {VEX("2026-01-01", SAYS("CVE-1", "", "\"status\":\"not_affected\"")), SW_E_FORMAT},
        {VEX("2026-01-01",
             SAYS("CVE-1", "", "\"status\":\"not_affected\",\"justification\":\"trust me\"")),
            SW_E_FORMAT},
        {VEX("2026-01-01", SAYS("", "", FIXED)), SW_E_FORMAT},
        {VEX("2026-01-01", SAYS("CVE-1", "{\"@id\":\"pkg:npm/a\",\"subcomponents\":{}}", FIXED)),
            SW_E_FORMAT},
        {"{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.3\"}", SW_E_UNSUPPORTED},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        struct sw_vex vex = {0};
        sw_arena_init(&arena, 0);
        assert_int_equal(read_vex(&arena, &vex, rows[i].text), rows[i].code);
    }
}

static void a_reading_stops_when_it_is_asked_to(void **state)
{
    (void)state;
    SW_CLEANUP(arena) struct sw_arena arena;
    SW_CLEANUP(documents) struct sw_documents *documents = NULL;
    struct sw_progress progress = {0};
    struct sw_components list;
    struct sw_error err = {0};
    const struct sw_document document = {bytes_of("pkg:npm/a@1\n"), "purls"};
    sw_arena_init(&arena, 0);
    assert_int_equal(sw_documents_new(UINT64_MAX, &progress, &documents, &err), SW_OK);
    assert_int_equal(sw_documents_components(documents, &document, &arena, &list, &err), SW_OK);
    assert_int_equal(list.count, 1);
    atomic_store(&progress.cancel, true);
    assert_int_equal(
        sw_documents_components(documents, &document, &arena, &list, &err), SW_E_INTERRUPTED);
    assert_false(sw_documents_are_gone(documents));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(documents_are_told_apart),
        cmocka_unit_test(two_lists_become_one),
        cmocka_unit_test(what_is_no_document_is_refused),
        cmocka_unit_test(components_have_their_identity),
        cmocka_unit_test(statements_outlive_who_asked),
        cmocka_unit_test(statements_concern_their_products),
        cmocka_unit_test(the_latest_word_counts),
        cmocka_unit_test(what_is_no_vex_is_refused),
        cmocka_unit_test(a_reading_stops_when_it_is_asked_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
