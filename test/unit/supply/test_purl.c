#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "codec/codec.h"
#include "supply/purl.h"

#include <dirent.h>
#include <stdio.h>

/* --- the conformance cases -------------------------------------------------------------------- */

static struct sw_str text_of(const struct sw_json *object, const char *name)
{
    struct sw_str text = {0};
    (void)sw_json_str(sw_json_get(object, name), &text);
    return text;
}

static struct sw_purl parts_of(struct sw_arena *arena, const struct sw_json *object)
{
    const struct sw_json *members = sw_json_get(object, "qualifiers");
    struct sw_purl_qualifier *list = SW_ARENA_ARRAY(arena, struct sw_purl_qualifier, 64);
    size_t count = 0;
    SW_JSON_EACH_MEMBER (member, members) {
        list[count].key = member->name;
        assert_true(sw_json_str(&member->value, &list[count++].value));
    }
    return (struct sw_purl){text_of(object, "type"), text_of(object, "namespace"),
        text_of(object, "name"), text_of(object, "version"), text_of(object, "subpath"), list,
        count};
}

static bool same_parts(
    struct sw_arena *arena, const struct sw_purl *got, const struct sw_json *json)
{
    struct sw_purl want = parts_of(arena, json);
    bool same =
        sw_str_equal(got->type, want.type) && sw_str_equal(got->namespace, want.namespace) &&
        sw_str_equal(got->name, want.name) && sw_str_equal(got->version, want.version) &&
        sw_str_equal(got->subpath, want.subpath) && got->qualifier_count == want.qualifier_count;
    for (size_t i = 0; same && i < want.qualifier_count; i++) {
        bool found = false;
        for (size_t k = 0; k < got->qualifier_count; k++) {
            found = found || (sw_str_equal(got->qualifiers[k].key, want.qualifiers[i].key) &&
                                 sw_str_equal(got->qualifiers[k].value, want.qualifiers[i].value));
        }
        same = found;
    }
    return same;
}

/* What a case gives: the text, or "" for parts that are as they should be. */
static enum sw_code run_case(struct sw_arena *arena, const struct sw_json *one, bool *same)
{
    const struct sw_json *input = sw_json_get(one, "input");
    struct sw_purl purl;
    struct sw_str text = {0};
    enum sw_code code;
    if (sw_json_is(sw_json_get(one, "test_type"), "parse")) {
        code = sw_purl_parse(arena, input->text, &purl, NULL);
        *same = code == SW_OK && same_parts(arena, &purl, sw_json_get(one, "expected_output"));
        return code;
    }
    if (sw_json_is(sw_json_get(one, "test_type"), "build")) {
        purl = parts_of(arena, input);
        code = sw_purl_format(arena, &purl, &text, NULL);
    } else {
        code = sw_purl_canonical(arena, input->text, &text, NULL);
    }
    *same = code == SW_OK && sw_str_equal(text, text_of(one, "expected_output"));
    return code;
}

static size_t check_file(const char *path, size_t *wrong)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    struct sw_json root;
    size_t count = 0;
    sw_arena_init(&arena, 0);
    assert_int_equal(sw_file_read(path, 16 << 20, &bytes, NULL), SW_OK);
    assert_int_equal(sw_json_parse(&arena, sw_buf_bytes(&bytes), NULL, &root, NULL), SW_OK);
    SW_JSON_EACH (one, sw_json_get(&root, "tests")) {
        bool fails = false;
        bool same = false;
        assert_true(sw_json_bool(sw_json_get(one, "expected_failure"), &fails));
        enum sw_code code = run_case(&arena, one, &same);
        count++;
        if (fails ? code != SW_E_FORMAT : !same) {
            print_message(
                "%s, case %zu: %.*s\n", path, count, SW_STR_ARG(text_of(one, "description")));
            (*wrong)++;
        }
    }
    return count;
}

static void the_conformance_cases_hold(void **state)
{
    (void)state;
    static const char *const folders[] = {"spec", "types"};
    size_t files = 0;
    size_t count = 0;
    size_t wrong = 0;
    for (size_t i = 0; i < SW_COUNT(folders); i++) {
        char path[4096];
        (void)snprintf(path, sizeof(path), "%s/purl/%s", SW_CORPORA, folders[i]);
        DIR *dir = opendir(path);
        if (dir == NULL) {
            print_message("%s is not there\n", path);
            skip();
        }
        for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
            if (!sw_str_ends(sw_str(entry->d_name), ".json")) {
                continue;
            }
            (void)snprintf(
                path, sizeof(path), "%s/purl/%s/%s", SW_CORPORA, folders[i], entry->d_name);
            count += check_file(path, &wrong);
            files++;
        }
        (void)closedir(dir);
    }
    print_message("%zu of %zu cases in %zu files\n", count - wrong, count, files);
    assert_true(files > 40);
    assert_int_equal(wrong, 0);
}

/* --- our own ---------------------------------------------------------------------------------- */

static void texts_have_one_canonical_form(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"pkg:pypi/Foo_Bar@1.0RC1", "pkg:pypi/foo-bar@1.0rc1"},
        {"PKG:npm/%40Scope/Name@^1", "pkg:npm/%40Scope/Name@%5E1"},
        {"pkg:npm/@scope/name@feature/x", "pkg:npm/%40scope/name@feature%2Fx"},
        {"pkg:golang/stdlib@1.21.0", "pkg:golang/stdlib@1.21.0"},
        {"pkg:generic/a?b=&c=d", "pkg:generic/a?c=d"},
        {"pkg:generic/a?b=x%3Dy=z", "pkg:generic/a?b=x%3Dy%3Dz"},
        {"pkg:generic/a#./b/../%2e/c//", "pkg:generic/a#b/c"},
        {"pkg:generic//x///y//a", "pkg:generic/x/y/a"},
        {"pkg:generic/n%C3%A4me", "pkg:generic/n%C3%A4me"},
        {"pkg:generic/näme", "pkg:generic/n%C3%A4me"},
        {"pkg:huggingface/Org/Model@ABCDEF", "pkg:huggingface/Org/Model@abcdef"},
        {"pkg:pub/Some-Name@1", "pkg:pub/some_name@1"},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        sw_arena_init(&arena, 0);
        struct sw_str once = {0};
        struct sw_str twice = {0};
        struct sw_error err = {0};
        if (sw_purl_canonical(&arena, sw_str(rows[i][0]), &once, &err) != SW_OK) {
            fail_msg("%s: %s", rows[i][0], err.text);
        }
        assert_string_equal(once.ptr, rows[i][1]);
        assert_int_equal(sw_purl_canonical(&arena, once, &twice, NULL), SW_OK);
        assert_string_equal(twice.ptr, rows[i][1]);
    }
}

static void what_is_no_purl_is_refused_with_words(void **state)
{
    (void)state;
    static const char *const rows[] = {"", "pkg:", "pkg", "pkg:npm", "pkg:npm/", "pkg:npm/@1",
        "npm/a@1", "pkg:1npm/a", "pkg:n+m/a", "pkg:npm/a%", "pkg:npm/a%4", "pkg:npm/a%zz",
        "pkg:npm/a%00", "pkg:npm/a%0a", "pkg:npm/a\x01", "pkg:npm/a%ff", "pkg:npm/\xff",
        "pkg:npm/a?b", "pkg:npm/a?1b=c", "pkg:npm/a?b=c&b=d", "pkg:npm/a?=c", "pkg:npm/a?%62=c",
        "pkg:npm/a%2Fb/c", "pkg:npm/a#b%2Fc", "pkg:huggingface/gpt2", "pkg:pypi/space/name",
        "pkg:julia/Dates", "pkg:swid/Fedora@29", "http://npm/a"};
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        sw_arena_init(&arena, 0);
        struct sw_purl purl;
        struct sw_error err = {0};
        if (sw_purl_parse(&arena, sw_str(rows[i]), &purl, &err) != SW_E_FORMAT) {
            fail_msg("'%s' was read", rows[i]);
        }
        assert_true(err.text[0] != '\0');
    }
}

static void what_is_too_long_is_refused(void **state)
{
    (void)state;
    SW_CLEANUP(arena) struct sw_arena arena;
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_purl purl;
    sw_arena_init(&arena, 0);
    assert_int_equal(sw_buf_puts(&text, "pkg:npm/a?"), SW_OK);
    for (int i = 0; i < 65; i++) {
        assert_int_equal(sw_buf_printf(&text, "k%d=v&", i), SW_OK);
    }
    assert_int_equal(sw_purl_parse(&arena, sw_buf_str(&text), &purl, NULL), SW_E_FORMAT);
    while (text.len <= SW_PURL_MAX) {
        assert_int_equal(sw_buf_putc(&text, '&'), SW_OK);
    }
    assert_int_equal(sw_purl_parse(&arena, sw_buf_str(&text), &purl, NULL), SW_E_FORMAT);
    /* Each of these is three bytes when it is written. */
    char name[2000];
    struct sw_str out;
    memset(name, '@', sizeof(name));
    struct sw_purl parts = {.type = sw_str("generic"), .name = sw_str_n(name, sizeof(name))};
    assert_int_equal(sw_purl_format(&arena, &parts, &out, NULL), SW_E_FORMAT);
}

static void packages_have_the_names_of_osv(void **state)
{
    (void)state;
    static const char *const rows[][3] = {
        {"pkg:pypi/Django@1", "PyPI", "django"},
        {"pkg:npm/%40babel/core@7", "npm", "@babel/core"},
        {"pkg:maven/org.apache/io@1", "Maven", "org.apache:io"},
        {"pkg:golang/github.com/a/b@v1", "Go", "github.com/a/b"},
        {"pkg:composer/a/b@1", "Packagist", "a/b"},
        {"pkg:cargo/rand@0.7", "crates.io", "rand"},
        {"pkg:gem/rails@7", "RubyGems", "rails"},
        {"pkg:huggingface/a/b@c", NULL, "a/b"},
        {"pkg:deb/debian/curl@1", NULL, "debian/curl"},
        {"pkg:other/x", NULL, "x"},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        sw_arena_init(&arena, 0);
        struct sw_purl purl;
        assert_int_equal(sw_purl_parse(&arena, sw_str(rows[i][0]), &purl, NULL), SW_OK);
        const char *ecosystem = sw_purl_ecosystem(purl.type);
        assert_true((ecosystem == NULL) == (rows[i][1] == NULL));
        assert_true(ecosystem == NULL || strcmp(ecosystem, rows[i][1]) == 0);
        assert_true(sw_str_is(sw_purl_package(&arena, &purl), rows[i][2]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_conformance_cases_hold),
        cmocka_unit_test(texts_have_one_canonical_form),
        cmocka_unit_test(what_is_no_purl_is_refused_with_words),
        cmocka_unit_test(what_is_too_long_is_refused),
        cmocka_unit_test(packages_have_the_names_of_osv),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
