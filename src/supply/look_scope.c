/* What a file is part of, by its place and its name. */
#include "supply/ascii.h"
#include "supply/look.h"

static const struct {
    const char *word; /* of a directory, in any case */
    enum sw_scope scope;
} places[] = {
    {"test", SW_SCOPE_TEST},
    {"tests", SW_SCOPE_TEST},
    {"testing", SW_SCOPE_TEST},
    {"unittest", SW_SCOPE_TEST},
    {"unittests", SW_SCOPE_TEST},
    {"testutil", SW_SCOPE_TEST},
    {"testutils", SW_SCOPE_TEST},
    {"androidtest", SW_SCOPE_TEST},
    {"testfixtures", SW_SCOPE_TEST},
    {"spec", SW_SCOPE_TEST},
    {"specs", SW_SCOPE_TEST},
    {"fixture", SW_SCOPE_TEST},
    {"fixtures", SW_SCOPE_TEST},
    {"testdata", SW_SCOPE_TEST},
    {"e2e", SW_SCOPE_TEST},
    {"mock", SW_SCOPE_TEST},
    {"mocks", SW_SCOPE_TEST},
    {"cypress", SW_SCOPE_TEST},
    {"bench", SW_SCOPE_DEVELOPMENT},
    {"benches", SW_SCOPE_DEVELOPMENT},
    {"benchmark", SW_SCOPE_DEVELOPMENT},
    {"benchmarks", SW_SCOPE_DEVELOPMENT},
    {"example", SW_SCOPE_EXAMPLE},
    {"examples", SW_SCOPE_EXAMPLE},
    {"demo", SW_SCOPE_EXAMPLE},
    {"demos", SW_SCOPE_EXAMPLE},
    {"sample", SW_SCOPE_EXAMPLE},
    {"samples", SW_SCOPE_EXAMPLE},
    {"tutorial", SW_SCOPE_EXAMPLE},
    {"tutorials", SW_SCOPE_EXAMPLE},
    {"cookbook", SW_SCOPE_EXAMPLE},
    {"doc", SW_SCOPE_DOCUMENTATION},
    {"docs", SW_SCOPE_DOCUMENTATION},
    {"documentation", SW_SCOPE_DOCUMENTATION},
};

static struct sw_str without_underscores(struct sw_str part)
{
    while (part.len > 0 && part.ptr[0] == '_') {
        part = sw_str_n(part.ptr + 1, part.len - 1);
    }
    while (part.len > 0 && part.ptr[part.len - 1] == '_') {
        part.len--;
    }
    return part;
}

/* "test_utils", "tests-e2e", "integration_tests", "Acme.Tests" */
static bool has_test_word(struct sw_str part)
{
    for (size_t start = 0; start < part.len;) {
        size_t end = start;
        while (end < part.len && sw_ascii_alnum(part.ptr[end])) {
            end++;
        }
        const struct sw_str word = sw_str_n(part.ptr + start, end - start);
        if ((start == 0 || end == part.len) &&
            (sw_ascii_equal(word, sw_str("test")) || sw_ascii_equal(word, sw_str("tests")))) {
            return true;
        }
        start = end + 1;
    }
    return false;
}

/* Of a directory; "__tests__" and "__mocks__" are "tests" and "mocks". */
static enum sw_scope scope_of_part(struct sw_str part)
{
    part = without_underscores(part);
    for (size_t i = 0; i < SW_COUNT(places); i++) {
        if (sw_ascii_equal(part, sw_str(places[i].word))) {
            return places[i].scope;
        }
    }
    return has_test_word(part) ? SW_SCOPE_TEST : SW_SCOPE_RUNTIME;
}

/* "FooTest.java", "FooTests.cs", "FooIT.kt": the word begins with a capital behind a small letter
 * or a digit; "Latest.java" is none. */
static bool is_test_class(const struct sw_look *look)
{
    static const char *const endings[] = {".java", ".kt", ".scala", ".groovy", ".cs"};
    static const char *const words[] = {"Test", "Tests", "TestCase", "IT", "Spec"};
    bool language = false;
    for (size_t i = 0; i < SW_COUNT(endings); i++) {
        language = language || sw_look_ends(look, endings[i]);
    }
    const char *dot = memrchr(look->name.ptr, '.', look->name.len);
    if (!language || dot == NULL) {
        return false;
    }
    const struct sw_str stem = sw_str_n(look->name.ptr, (size_t)(dot - look->name.ptr));
    for (size_t i = 0; i < SW_COUNT(words); i++) {
        const size_t len = strlen(words[i]);
        const char before = stem.len > len ? stem.ptr[stem.len - len - 1] : '\0';
        if (sw_str_ends(stem, words[i]) &&
            (sw_ascii_digit(before) || (before >= 'a' && before <= 'z'))) {
            return true;
        }
    }
    return false;
}

static bool is_test_file(const struct sw_look *look)
{
    static const char *const endings[] = {
        "_test.py", "_tests.py", "_test.go", "_test.rs", "_tests.rs"};
    static const char *const names[] = {
        "conftest.py", "test.py", "tests.py", "test.rs", "tests.rs", "setuptests.ts"};
    static const char *const marks[] = {".test.", ".tests.", ".spec.", ".e2e.", ".bench."};
    for (size_t i = 0; i < SW_COUNT(endings); i++) {
        if (sw_look_ends(look, endings[i])) {
            return true;
        }
    }
    for (size_t i = 0; i < SW_COUNT(names); i++) {
        if (sw_look_named(look, names[i])) {
            return true;
        }
    }
    for (size_t i = 0; i < SW_COUNT(marks); i++) {
        if (memmem(look->name.ptr, look->name.len, marks[i], strlen(marks[i])) != NULL) {
            return true;
        }
    }
    return sw_str_starts(look->name, "test_") || is_test_class(look);
}

enum sw_scope sw_look_scope(const struct sw_look *look)
{
    enum sw_scope scope = is_test_file(look) ? SW_SCOPE_TEST : SW_SCOPE_RUNTIME;
    size_t start = 0;
    for (size_t i = 0; i < look->path.len; i++) {
        if (look->path.ptr[i] == '/') {
            const struct sw_str name = sw_str_n(look->path.ptr + start, i - start);
            enum sw_scope part = scope_of_part(name);
            scope = part > scope ? part : scope;
            if (sw_str_is(name, "main") && sw_str_ends(sw_str_n(look->path.ptr, start), "src/")) {
                break; /* names of packages of Java stand below */
            }
            start = i + 1;
        }
    }
    return scope;
}

sw_result sw_look_catalogue(struct sw_look *look, struct sw_error *err)
{
    look->catalogue = look->options->catalogue;
    return look->catalogue != NULL ? SW_OK : sw_catalogue_builtin(&look->catalogue, err);
}
