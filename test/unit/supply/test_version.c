#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "supply/version_order.h"

#include <stdio.h>

static int sign_of(int order)
{
    return (order > 0) - (order < 0);
}

static int compare(enum sw_version_scheme scheme, const char *a, const char *b)
{
    int order = 0;
    int back = 0;
    assert_true(sw_version_compare(scheme, sw_str(a), sw_str(b), &order));
    assert_true(sw_version_compare(scheme, sw_str(b), sw_str(a), &back));
    if (sign_of(order) != -sign_of(back)) {
        fail_msg("'%s' and '%s' have two orders", a, b);
    }
    return sign_of(order);
}

/* --- cases of others -------------------------------------------------------------------------- */

static const struct {
    const char *file, *ecosystem;
} files[] = {
    {"semver-versions.txt", "npm"},
    {"pypi-versions.txt", "PyPI"},
    {"pypi-versions-generated.txt", "PyPI"},
    {"debian-versions.txt", "Debian:12"},
    {"maven-versions.txt", "Maven"},
    {"rubygems-versions.txt", "RubyGems"},
    {"packagist-versions.txt", "Packagist"},
    {"nuget-versions.txt", "NuGet"},
};

/* "1.0 < 1.1"; false for lines that are no case. */
static bool check_line(enum sw_version_scheme scheme, char *line, size_t *wrong)
{
    const char *words[3] = {NULL};
    size_t count = 0;
    for (char *at = line + strspn(line, " \n"); *at != '\0' && count < 3; at += strspn(at, " \n")) {
        words[count++] = at;
        at += strcspn(at, " \n");
        if (*at != '\0') {
            *at++ = '\0';
        }
    }
    if (count < 3 || words[0][0] == '#' || strcmp(words[0], "//") == 0) {
        return false;
    }
    int wanted = words[1][0] == '<' ? -1 : words[1][0] == '>' ? 1 : 0;
    if (compare(scheme, words[0], words[2]) != wanted) {
        print_message("%s %s %s is not so\n", words[0], words[1], words[2]);
        (*wrong)++;
    }
    return true;
}

static void the_cases_of_others_hold(void **state)
{
    (void)state;
    for (size_t i = 0; i < SW_COUNT(files); i++) {
        char path[4096];
        char line[4096];
        enum sw_version_scheme scheme;
        size_t count = 0;
        size_t wrong = 0;
        (void)snprintf(path, sizeof(path), "%s/versions/%s", SW_CORPORA, files[i].file);
        FILE *file = fopen(path, "r");
        if (file == NULL) {
            print_message("%s is not there\n", path);
            skip();
        }
        assert_true(sw_version_scheme_of(sw_str(files[i].ecosystem), &scheme));
        while (fgets(line, sizeof(line), file) != NULL) {
            count += check_line(scheme, line, &wrong) ? 1 : 0;
        }
        (void)fclose(file);
        print_message("%s: %zu of %zu\n", files[i].file, count - wrong, count);
        assert_true(count > 0);
        assert_int_equal(wrong, 0);
    }
}

/* --- our own ---------------------------------------------------------------------------------- */

/* Each list goes up. */
static void versions_stand_in_their_order(void **state)
{
    (void)state;
    static const struct {
        enum sw_version_scheme scheme;
        const char *list[12];
    } rows[] = {
        {SW_VERSION_SEMVER, {"", "0.0.1", "1.0.0-0", "1.0.0-9", "1.0.0-10", "1.0.0-A", "1.0.0-a",
                                "1.0.0-a.0", "1.0.0", "1.0.1", "v2"}},
        {SW_VERSION_PYPI, {"nonsense", "1.dev0", "1a1.dev1", "1a1", "1a1.post1", "1c2", "1rc3", "1",
                              "1+a.b", "1+1", "1.post0.dev1", "1-1"}},
        {SW_VERSION_PYPI, {"1.0", "1.0.1", "1.1", "1.10", "2!0.1", "10!0"}},
        {SW_VERSION_DEBIAN,
            {"1~~", "1~~a", "1~", "1", "1a", "1+", "1.0", "1.0-1", "1.0-1+b1", "1.0-2", "1:0"}},
        {SW_VERSION_MAVEN, {"1-alpha", "1-alpha-2", "1-beta", "1-m2", "1-rc", "1-SNAPSHOT", "1",
                               "1-sp", "1-xyz", "1-1", "1.1"}},
        {SW_VERSION_RUBYGEMS, {"1.a", "1.b", "1.b.1", "1.rc1", "1", "1.0.1", "1.1.a", "1.1"}},
        {SW_VERSION_PACKAGIST,
            {"1.0-dev", "1.0alpha", "1.0b2", "1.0-RC1", "1.0", "1.0pl1", "v1.1"}},
        {SW_VERSION_NUGET, {"1.0-a", "1.0-B", "1.0", "1.0.0.1-z", "1.0.0.1", "1.0.1"}},
    };
    for (size_t r = 0; r < SW_COUNT(rows); r++) {
        for (size_t i = 0; i < 12 && rows[r].list[i] != NULL; i++) {
            for (size_t j = 0; j < 12 && rows[r].list[j] != NULL; j++) {
                int wanted = (i > j) - (i < j);
                if (compare(rows[r].scheme, rows[r].list[i], rows[r].list[j]) != wanted) {
                    fail_msg("'%s' and '%s'", rows[r].list[i], rows[r].list[j]);
                }
            }
        }
    }
}

static void what_is_equal_is_so_in_any_spelling(void **state)
{
    (void)state;
    static const struct {
        enum sw_version_scheme scheme;
        const char *a, *b;
    } rows[] = {
        {SW_VERSION_SEMVER, "v1.2.3+x", "1.2.3"},
        {SW_VERSION_SEMVER, "1", "1.0.0"},
        {SW_VERSION_PYPI, "v1.0.0", "1"},
        {SW_VERSION_PYPI, "1.0.alpha_1", "1.0a1"},
        {SW_VERSION_PYPI, "1.0-r4", "1.0.post4"},
        {SW_VERSION_PYPI, "1.0-4", "1.0.post4"},
        {SW_VERSION_PYPI, "0!1.0rc", "1.0c0"},
        {SW_VERSION_PYPI, "1.0+ABC-1", "1.0+abc.1"},
        {SW_VERSION_DEBIAN, "0:1.00", "1.0"},
        {SW_VERSION_MAVEN, "1.0.0-RELEASE", "1"},
        {SW_VERSION_RUBYGEMS, "1.0.0", "1"},
        {SW_VERSION_PACKAGIST, "V1.0RC1", "1.0-rc.1"},
        {SW_VERSION_NUGET, "1.0.0.0-RC", "1.0-rc+meta"},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        if (compare(rows[i].scheme, rows[i].a, rows[i].b) != 0) {
            fail_msg("'%s' and '%s'", rows[i].a, rows[i].b);
        }
    }
}

static uint32_t next_number(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 16;
}

/* Whatever the texts are, the order is one: of three, none comes before itself. */
static void any_texts_have_one_order(void **state)
{
    (void)state;
    static const char letters[] = "0019.-_+~:!aAbcrvdevpost#";
    uint32_t seed = 1;
    for (size_t round = 0; round < 200000; round++) {
        char text[3][9] = {{0}};
        for (size_t i = 0; i < 3; i++) {
            for (size_t len = next_number(&seed) % 8, k = 0; k < len; k++) {
                text[i][k] = letters[next_number(&seed) % (sizeof(letters) - 1)];
            }
        }
        enum sw_version_scheme scheme = (enum sw_version_scheme)(round % (SW_VERSION_NUGET + 1));
        int ab = compare(scheme, text[0], text[1]);
        int bc = compare(scheme, text[1], text[2]);
        int ac = compare(scheme, text[0], text[2]);
        assert_int_equal(compare(scheme, text[0], text[0]), 0);
        /* PHP's own order is none for words that it does not know, nor is Maven's, which fills the
         * shorter one up with what the other has. */
        bool is_order = scheme != SW_VERSION_PACKAGIST && scheme != SW_VERSION_MAVEN;
        if (is_order && ab <= 0 && bc <= 0 && ac > 0) {
            fail_msg("scheme %d: '%s' '%s' '%s'", (int)scheme, text[0], text[1], text[2]);
        }
    }
}

static void what_is_too_long_has_no_order(void **state)
{
    (void)state;
    char text[SW_VERSION_MAX + 1];
    int order;
    for (int scheme = 0; scheme <= SW_VERSION_NUGET; scheme++) {
        for (size_t i = 0; i < sizeof(text); i++) {
            text[i] = i % 2 == 0 ? '1' : 'a';
        }
        struct sw_str longest = sw_str_n(text, SW_VERSION_MAX);
        assert_true(
            sw_version_compare((enum sw_version_scheme)scheme, longest, sw_str("1"), &order));
        assert_false(sw_version_compare((enum sw_version_scheme)scheme, sw_str("1"),
            sw_str_n(text, SW_VERSION_MAX + 1), &order));
    }
}

static void ecosystems_without_a_known_order_are_said(void **state)
{
    (void)state;
    enum sw_version_scheme scheme;
    assert_true(sw_version_scheme_of(sw_str("Ubuntu:22.04:LTS"), &scheme));
    assert_int_equal(scheme, SW_VERSION_DEBIAN);
    assert_false(sw_version_scheme_of(sw_str("Alpine"), &scheme));
    assert_false(sw_version_scheme_of(sw_str("pypi"), &scheme));
    assert_false(sw_version_scheme_of(sw_str(""), &scheme));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_cases_of_others_hold),
        cmocka_unit_test(versions_stand_in_their_order),
        cmocka_unit_test(what_is_equal_is_so_in_any_spelling),
        cmocka_unit_test(any_texts_have_one_order),
        cmocka_unit_test(what_is_too_long_has_no_order),
        cmocka_unit_test(ecosystems_without_a_known_order_are_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
