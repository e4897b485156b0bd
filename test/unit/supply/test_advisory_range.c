#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "supply/advisory_db.h"
#include "supply/advisory_range.h"

#include <stdio.h>

#define RANGE(type, events) "{\"r\":[{\"t\":\"" type "\",\"e\":[" events "]}],\"v\":[]}"
#define VERSIONS(list) "{\"r\":[],\"v\":[" list "]}"
#define FROM(v) "[\"i\",\"" v "\"]"
#define FIXED(v) "[\"f\",\"" v "\"]"
#define LAST(v) "[\"l\",\"" v "\"]"
#define LIMIT(v) "[\"m\",\"" v "\"]"

static enum sw_affects decide(const char *ecosystem, const char *version, const char *what)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_advisory_answer answer = {0};
    struct sw_error err = {0};
    sw_arena_init(&arena, 0);
    if (sw_advisory_decide(
            &arena, sw_str(ecosystem), sw_str(version), sw_str(what), &answer, &err) != SW_OK) {
        fail_msg("%s: %s", what, err.text);
    }
    return answer.affects;
}

static void ranges_are_evaluated_as_the_schema_says(void **state)
{
    (void)state;
    static const struct {
        const char *ecosystem, *version, *what;
        enum sw_affects want;
    } rows[] = {
        {"npm", "1.0.0", RANGE("S", FROM("0") "," FIXED("1.0.1")), SW_AFFECTS_YES},
        {"npm", "1.0.1", RANGE("S", FROM("0") "," FIXED("1.0.1")), SW_AFFECTS_NO},
        {"npm", "1.0.1-rc.1", RANGE("S", FROM("0") "," FIXED("1.0.1")), SW_AFFECTS_YES},
        {"npm", "0.0.0-0", RANGE("S", FROM("0") "," FIXED("1")), SW_AFFECTS_YES},
        /* the order in which events stand does not matter… */
        {"npm", "2.5.0",
            RANGE("S", FIXED("3.0.0") "," FROM("2.0.0") "," FIXED("1.1.0") "," FROM("1.0.0")),
            SW_AFFECTS_YES},
        {"npm", "1.5.0",
            RANGE("S", FIXED("3.0.0") "," FROM("2.0.0") "," FIXED("1.1.0") "," FROM("1.0.0")),
            SW_AFFECTS_NO},
        /* …but at one version it does */
        {"npm", "1.0.0", RANGE("S", FROM("0") "," FIXED("1.0.0") "," FROM("1.0.0")),
            SW_AFFECTS_YES},
        {"npm", "1.0.0", RANGE("S", FROM("1.0.0") "," FIXED("1.0.0")), SW_AFFECTS_NO},
        {"npm", "1.0.0", RANGE("S", FROM("0") "," LAST("1.0.0")), SW_AFFECTS_YES},
        {"npm", "1.0.1", RANGE("S", FROM("0") "," LAST("1.0.0")), SW_AFFECTS_NO},
        {"npm", "1.5.0", RANGE("S", FROM("1.0.0") "," LIMIT("2.0.0")), SW_AFFECTS_YES},
        {"npm", "2.0.0", RANGE("S", FROM("1.0.0") "," LIMIT("2.0.0")), SW_AFFECTS_NO},
        {"npm", "2.5.0", RANGE("S", FROM("1.0.0") "," LIMIT("2.0.0") "," LIMIT("3.0.0")),
            SW_AFFECTS_YES},
        {"npm", "9.0.0", RANGE("S", FROM("1.0.0") "," LIMIT("*")), SW_AFFECTS_YES},
        {"npm", "0.9.0", RANGE("S", FROM("1.0.0")), SW_AFFECTS_NO},
        {"npm", "9.0.0", RANGE("S", FROM("0")), SW_AFFECTS_ALL},
        {"npm", "", RANGE("S", FROM("0")), SW_AFFECTS_ALL},
        {"npm", "", RANGE("S", FROM("0") "," FIXED("1.0.0")), SW_AFFECTS_MAYBE},
        {"npm", "1.0.0", "{\"r\":[],\"v\":[]}", SW_AFFECTS_ALL},
        /* of GitHub's: affected behind a version, and a fix that ends nothing */
        {"npm", "1.0.0", RANGE("S", "[\"a\",\"1.0.0\"]," FIXED("2.0.0")), SW_AFFECTS_NO},
        {"npm", "1.0.1", RANGE("S", "[\"a\",\"1.0.0\"]," FIXED("2.0.0")), SW_AFFECTS_YES},
        {"npm", "2.0.0", RANGE("S", "[\"a\",\"1.0.0\"]," FIXED("2.0.0")), SW_AFFECTS_NO},
        {"npm", "2.5.0", RANGE("S", FROM("0") ",[\"p\",\"2.0.0\"]," LAST("3.0.0")), SW_AFFECTS_YES},
        {"npm", "", RANGE("S", FROM("0") ",[\"p\",\"2.0.0\"]"), SW_AFFECTS_ALL},
        {"CRAN", "1.0", RANGE("E", "[\"a\",\"1.0\"]"), SW_AFFECTS_NO},
        /* each ecosystem has its order */
        {"PyPI", "1.10", RANGE("E", FROM("0") "," FIXED("1.9")), SW_AFFECTS_NO},
        {"PyPI", "1.9.post1", RANGE("E", FROM("0") "," FIXED("1.9")), SW_AFFECTS_NO},
        {"PyPI", "1.9rc1", RANGE("E", FROM("0") "," FIXED("1.9")), SW_AFFECTS_YES},
        {"PyPI", "2.0+cu118", RANGE("E", FROM("0") "," LAST("2.0")), SW_AFFECTS_YES},
        {"PyPI", "2.0+cu118", VERSIONS("\"1.9\",\"2.0\""), SW_AFFECTS_YES},
        {"PyPI", "2.0+cu118", RANGE("E", FROM("0") "," FIXED("2.0")), SW_AFFECTS_NO},
        {"Debian:12", "1.0~rc1-1", RANGE("E", FROM("0") "," FIXED("1.0-1")), SW_AFFECTS_YES},
        {"Maven", "1.0-SNAPSHOT", RANGE("E", FROM("0") "," FIXED("1.0")), SW_AFFECTS_YES},
        {"PyPI", "1.0.0", VERSIONS("\"1.0\""), SW_AFFECTS_YES},
        {"PyPI", "1.0", VERSIONS("\"10.0\",\"2.0\",\"v1.0\""), SW_AFFECTS_YES},
        {"PyPI", "1.0", VERSIONS("\"10.0\",\"2.0\",\"1!1.0\""), SW_AFFECTS_NO},
        {"PyPI", "1.0", VERSIONS("\"0!1\""), SW_AFFECTS_YES},
        {"PyPI", "10.0", VERSIONS("\"1.0\",\"10\""), SW_AFFECTS_YES},
        {"PyPI", "10.0", VERSIONS("\"1.0\",\"100\""), SW_AFFECTS_NO},
        {"PyPI", "1", VERSIONS("\"01.0\""), SW_AFFECTS_YES},
        {"npm", "1.0.0", VERSIONS("\"1.0.1\""), SW_AFFECTS_NO},
        {"npm", "", VERSIONS("\"1.0.1\""), SW_AFFECTS_MAYBE},
        /* what has no order is known by name alone */
        {"CRAN", "1.0", RANGE("E", FROM("0") "," FIXED("2.0")), SW_AFFECTS_MAYBE},
        {"CRAN", "2.0", RANGE("E", FROM("0") "," FIXED("2.0")), SW_AFFECTS_NO},
        {"CRAN", "2.0", RANGE("E", FROM("0") "," LAST("2.0")), SW_AFFECTS_YES},
        {"CRAN", "1.0", VERSIONS("\"1.0\""), SW_AFFECTS_YES},
        {"GIT", "abc", RANGE("G", FROM("0") "," FIXED("def")), SW_AFFECTS_MAYBE},
        {"GIT", "abc", RANGE("G", FROM("0")), SW_AFFECTS_ALL},
        {"GIT", "abc", RANGE("G", ""), SW_AFFECTS_MAYBE},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        enum sw_affects got = decide(rows[i].ecosystem, rows[i].version, rows[i].what);
        if (got != rows[i].want) {
            fail_msg("%s %s in %s: %d", rows[i].ecosystem, rows[i].version, rows[i].what, (int)got);
        }
    }
}

static void fixes_are_later_than_the_version(void **state)
{
    (void)state;
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_advisory_answer answer = {0};
    sw_arena_init(&arena, 0);
    static const char what[] =
        RANGE("S", FROM("0") "," FIXED("1.1.0") "," FROM("2.0.0") "," FIXED("2.1.0"));
    assert_int_equal(
        sw_advisory_decide(&arena, sw_str("npm"), sw_str("2.0.5"), sw_str(what), &answer, NULL),
        SW_OK);
    assert_int_equal(answer.fixed_count, 1);
    assert_true(sw_str_is(answer.fixed[0], "2.1.0"));
}

static void a_version_without_an_order_is_never_clear(void **state)
{
    (void)state;
    char version[600];
    memset(version, '1', sizeof(version) - 1);
    version[sizeof(version) - 1] = '\0';
    assert_int_equal(
        decide("npm", version, RANGE("S", FROM("0") "," FIXED("1.0.0"))), SW_AFFECTS_MAYBE);
}

/* A tag, a range or a placeholder has a place in the order that says nothing of what is meant. */
static void what_is_no_version_is_never_clear(void **state)
{
    (void)state;
    static const struct {
        const char *ecosystem, *version;
        enum sw_affects want;
    } rows[] = {
        {"npm", "latest", SW_AFFECTS_MAYBE}, {"npm", "^1.2.3", SW_AFFECTS_MAYBE},
        {"npm", "~1.2.3", SW_AFFECTS_MAYBE}, {"npm", ">=0.1", SW_AFFECTS_MAYBE},
        {"npm", "*", SW_AFFECTS_MAYBE}, {"npm", "0.x", SW_AFFECTS_MAYBE},
        {"npm", "0.*", SW_AFFECTS_MAYBE}, {"npm", "0.1 || 2", SW_AFFECTS_MAYBE},
        {"npm", "git+https://example.com/a.git", SW_AFFECTS_MAYBE},
        {"npm", "0.9.0-rc.1+build", SW_AFFECTS_NO}, {"npm", "v0.9.0", SW_AFFECTS_NO},
        {"npm", "0.9", SW_AFFECTS_NO}, {"Go", "devel", SW_AFFECTS_MAYBE},
        {"Go", "go1.5.0", SW_AFFECTS_YES}, {"Go", "go0.5", SW_AFFECTS_NO},
        {"PyPI", "latest", SW_AFFECTS_MAYBE}, {"PyPI", ">=0.1", SW_AFFECTS_MAYBE},
        {"PyPI", "0.5.*", SW_AFFECTS_MAYBE}, {"PyPI", "0.9", SW_AFFECTS_NO},
        {"PyPI", "1!0.9", SW_AFFECTS_NO}, {"Packagist", "dev-master", SW_AFFECTS_MAYBE},
        {"Packagist", "0.x-dev", SW_AFFECTS_MAYBE}, {"Packagist", "v0.9.0", SW_AFFECTS_NO},
        {"Maven", "LATEST", SW_AFFECTS_MAYBE}, {"Maven", "${project.version}", SW_AFFECTS_MAYBE},
        {"Maven", "[0.1,0.5)", SW_AFFECTS_MAYBE}, {"Maven", "r09", SW_AFFECTS_NO},
        {"Debian:12", "unknown", SW_AFFECTS_MAYBE}, {"Debian:12", "0.9~rc1+dfsg-1", SW_AFFECTS_NO},
        {"Debian:12", "1:0.9-1", SW_AFFECTS_NO}, {"RubyGems", "0.9.0.beta1", SW_AFFECTS_NO},
        {"RubyGems", "1.0.0-x86_64-linux", SW_AFFECTS_YES}, /* a platform, no pre-release */
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        enum sw_affects got = decide(
            rows[i].ecosystem, rows[i].version, RANGE("E", FROM("1.0.0") "," FIXED("2.0.0")));
        if (got != rows[i].want) {
            fail_msg("%s %s: %d", rows[i].ecosystem, rows[i].version, (int)got);
        }
    }
    assert_int_equal(decide("npm", "latest", VERSIONS("\"1.0.1\"")), SW_AFFECTS_MAYBE);
    assert_int_equal(decide("npm", "latest", VERSIONS("\"latest\"")), SW_AFFECTS_YES);
    assert_int_equal(decide("npm", "latest", RANGE("S", FROM("0"))), SW_AFFECTS_ALL);
}

/* A branch, a tag or the beginning of a digest may be any commit. */
static void a_revision_of_the_hub_is_a_whole_commit(void **state)
{
    (void)state;
    static const char what[] = VERSIONS("\"043235d6088ecd3dd5fb5ca3592b6913fd516027\"");
    static const char hub[] = "purl:huggingface";
    assert_int_equal(decide(hub, "043235d6088ecd3dd5fb5ca3592b6913fd516027", what), SW_AFFECTS_YES);
    assert_int_equal(decide(hub, "143235d6088ecd3dd5fb5ca3592b6913fd516027", what), SW_AFFECTS_NO);
    assert_int_equal(decide(hub, "main", what), SW_AFFECTS_MAYBE);
    assert_int_equal(decide(hub, "043235d6", what), SW_AFFECTS_MAYBE);
    assert_int_equal(decide(hub, "043235d6", VERSIONS("\"043235d6\"")), SW_AFFECTS_YES);
}

static void what_is_no_entry_is_refused(void **state)
{
    (void)state;
    static const char *const rows[] = {"", "{}", "[]", "{\"r\":[]}", "{\"v\":[]}",
        "{\"r\":[{\"t\":\"S\",\"e\":[[\"i\"]]}],\"v\":[]}",
        "{\"r\":[{\"t\":\"S\",\"e\":[\"i\"]}],\"v\":[]}",
        "{\"r\":[{\"t\":\"S\",\"e\":[[\"\",\"1\"]]}],\"v\":[]}"};
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        struct sw_advisory_answer answer;
        sw_arena_init(&arena, 0);
        assert_int_equal(
            sw_advisory_decide(&arena, sw_str("npm"), sw_str("1"), sw_str(rows[i]), &answer, NULL),
            SW_E_FORMAT);
    }
}

static void names_of_packages_have_one_form(void **state)
{
    (void)state;
    static const char *const rows[][3] = {
        {"PyPI", "Big._-Model", "big-model"},
        {"PyPI", "zope.interface", "zope-interface"},
        {"NuGet", "Newtonsoft.Json", "newtonsoft.json"},
        {"npm", "JSONStream", "JSONStream"},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        sw_arena_init(&arena, 0);
        assert_true(sw_str_is(
            sw_advisory_package_key(&arena, sw_str(rows[i][0]), sw_str(rows[i][1])), rows[i][2]));
    }
}

static void cves_are_numbers(void **state)
{
    (void)state;
    int64_t a = 0;
    int64_t b = 0;
    assert_true(sw_advisory_cve(sw_str("CVE-2024-12345"), &a));
    assert_true(sw_advisory_cve(sw_str("CVE-2024-012345"), &b));
    assert_true(a == b && a == 2024000012345);
    static const char *const rows[] = {"", "CVE-", "CVE-2024", "CVE-2024-", "CVE-20x4-1",
        "CVE-2024-x", "CVE-2024-9999999999", "GHSA-aaaa-bbbb-cccc", "CVE-2024-1 "};
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        assert_false(sw_advisory_cve(sw_str(rows[i]), &a));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranges_are_evaluated_as_the_schema_says),
        cmocka_unit_test(fixes_are_later_than_the_version),
        cmocka_unit_test(a_version_without_an_order_is_never_clear),
        cmocka_unit_test(what_is_no_version_is_never_clear),
        cmocka_unit_test(a_revision_of_the_hub_is_a_whole_commit),
        cmocka_unit_test(what_is_no_entry_is_refused),
        cmocka_unit_test(names_of_packages_have_one_form),
        cmocka_unit_test(cves_are_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
