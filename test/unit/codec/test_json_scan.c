#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "json_scan_agree.h"

#include <dirent.h>
#include <stdlib.h>

static struct sw_json_scanner *scanner_for(
    const char *const *paths, size_t count, const struct sw_json_limits *limits)
{
    struct sw_json_scanner *scanner = NULL;
    struct sw_error err = {0};
    assert_int_equal(sw_json_scanner_new(&scanner, paths, count, limits, &err), SW_OK);
    return scanner;
}

static void members_are_found_where_they_stand(void **state)
{
    static const char *const paths[] = {"text", "metadata.source", "n", "absent", "metadata"};
    SW_CLEANUP(json_scanner) struct sw_json_scanner *s = scanner_for(paths, SW_COUNT(paths), NULL);
    const char *line =
        " {\"text\" : \"a\\n\\u00e9\", \"metadata\":{\"source\":\"web\"},\"n\":-1.5e3 } ";
    struct sw_json_found found[SW_COUNT(paths)];
    struct sw_error err = {0};
    assert_int_equal(sw_json_scan(s, sw_bytes(line, strlen(line)), found, &err), SW_OK);
    SW_CLEANUP(buf) struct sw_buf buf = SW_BUF_INIT;
    struct sw_str text;
    assert_int_equal(sw_json_found_text(&found[0], &buf, &text), SW_OK);
    assert_true(found[0].escaped && sw_str_is(text, "a\n\xc3\xa9"));
    assert_int_equal(sw_json_found_text(&found[1], &buf, &text), SW_OK);
    assert_true(!found[1].escaped && sw_str_is(text, "web"));
    assert_ptr_equal(text.ptr, strstr(line, "web")); /* no copy without escapes */
    assert_true(sw_str_is(sw_str_of_bytes(found[2].span), "-1.5e3"));
    assert_int_equal(found[2].type, SW_JSON_NUMBER);
    assert_null(found[3].span.ptr);
    assert_true(sw_str_is(sw_str_of_bytes(found[4].span), "{\"source\":\"web\"}"));
}

static void a_member_of_the_line_before_is_not_found_again(void **state)
{
    static const char *const paths[] = {"a"};
    SW_CLEANUP(json_scanner) struct sw_json_scanner *s = scanner_for(paths, 1, NULL);
    struct sw_json_found found[1];
    assert_int_equal(sw_json_scan(s, sw_bytes("{\"a\":1}", 7), found, NULL), SW_OK);
    assert_non_null(found[0].span.ptr);
    assert_int_equal(sw_json_scan(s, sw_bytes("{\"b\":1}", 7), found, NULL), SW_OK);
    assert_null(found[0].span.ptr);
    assert_int_equal(sw_json_scan(s, sw_bytes("[\"a\",{\"a\":1}]", 13), found, NULL), SW_OK);
    assert_null(found[0].span.ptr);
}

static void paths_that_name_nothing_are_refused(void **state)
{
    static const char *const bad[] = {"", ".", "a.", ".a", "a..b"};
    for (size_t i = 0; i < SW_COUNT(bad); i++) {
        SW_CLEANUP(json_scanner) struct sw_json_scanner *s = NULL;
        struct sw_error err = {0};
        assert_int_equal(sw_json_scanner_new(&s, &bad[i], 1, NULL, &err), SW_E_USAGE);
        assert_non_null(strstr(err.text, "names no member"));
    }
    static const char *const twice[] = {"a.b", "a.b"};
    SW_CLEANUP(json_scanner) struct sw_json_scanner *s = NULL;
    assert_int_equal(sw_json_scanner_new(&s, twice, 2, NULL, NULL), SW_E_USAGE);
    struct sw_json_limits deep = {.max_depth = 1001};
    assert_int_equal(sw_json_scanner_new(&s, twice, 1, &deep, NULL), SW_E_USAGE);
}

/* An exact copy on the heap, so that a read past the end is seen. */
static const char *disagreement(struct sw_json_scanner *s, struct sw_bytes text,
    const struct sw_json_limits *limits, bool *accepted)
{
    SW_CLEANUP(free) uint8_t *copy = malloc(text.len == 0 ? 1 : text.len);
    assert_non_null(copy);
    if (text.len > 0) {
        memcpy(copy, text.ptr, text.len);
    }
    return scan_disagreement(s, sw_bytes(copy, text.len), limits, accepted);
}

static void expect_agreement(struct sw_json_scanner *s, struct sw_bytes text)
{
    bool accepted;
    const char *difference = disagreement(s, text, NULL, &accepted);
    if (difference != NULL) {
        print_error("%s: %.*s\n", difference, (int)text.len, (const char *)text.ptr);
    }
    assert_null(difference);
}

/* One row: a document, and whether it is good. */
static const struct {
    const char *text;
    bool good;
} documents[] = {
    {"{}", true},
    {"[]", true},
    {" \t\r\n{ } ", true},
    {"null", true},
    {"\"\\ud83d\\ude00\"", true},
    {"{\"a\":1,\"b\":{\"c\":[1,2,{\"c\":3}]},\"metadata\":{\"source\":\"x\",\"deep\":{\"er\":null}}"
     "}",
        true},
    {"{\"with.dot\":{\"in\":true},\"\\\\\":false}", true},
    {"{\"\\u0061\":\"\\u0000\"}", true},
    {"{\"a\":{\"a\":{\"a\":1}},\"b\":{\"a\":1}}", true},
    {"", false},
    {"{", false},
    {"{\"a\"", false},
    {"{\"a\":", false},
    {"{\"a\":1", false},
    {"{\"a\":1,}", false},
    {"{\"a\":1 \"b\":2}", false},
    {"{,}", false},
    {"{\"a\" 1}", false},
    {"{a:1}", false},
    {"{\"a\":1}}", false},
    {"{\"a\":1} x", false},
    {"[1,]", false},
    {"[1 2]", false},
    {"[", false},
    {"\"\\", false},
    {"\"\\x\"", false},
    {"\"\\u12", false},
    {"\"\\u12g4\"", false},
    {"\"\\ud800\"", false},
    {"\"\\udc00\"", false},
    {"\"\\ud800\\u0041\"", false},
    {"\"a\nb\"", false},
    {"\"\xff\"", false},
    {"\"\xed\xa0\x80\"", false},
    {"\"\xc3", false},
    {"\xef\xbb\xbf{}", false},
    {"{\"a\":\xc3\xa9}", false},
    {"01", false},
    {"-", false},
    {"1.", false},
    {"1e", false},
    {"tru", false},
    {"truex", false},
    {"nul", false},
    {"{\"a\":1,\"a\":2}", false},
    {"{\"b\":{\"x\":1,\"x\":2}}", false},
    {"[{\"x\":1,\"x\":2}]", false},
    {"{\"ab\":1,\"\\u0061b\":2}", false},
    {"{\"\":1,\"\":2}", false},
};

static void good_and_bad_documents_are_told_apart_as_the_tree_does(void **state)
{
    SW_CLEANUP(json_scanner)
    struct sw_json_scanner *s = scanner_for(scan_paths, SW_COUNT(scan_paths), NULL);
    for (size_t i = 0; i < SW_COUNT(documents); i++) {
        struct sw_bytes text = sw_bytes(documents[i].text, strlen(documents[i].text));
        bool accepted = !documents[i].good;
        assert_null(disagreement(s, text, NULL, &accepted));
        assert_int_equal(accepted, documents[i].good);
    }
}

static void a_name_that_stands_twice_among_many_is_refused(void **state)
{
    SW_CLEANUP(json_scanner)
    struct sw_json_scanner *s = scanner_for(scan_paths, SW_COUNT(scan_paths), NULL);
    for (unsigned count = 2; count < 300; count += 7) {
        SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
        for (unsigned i = 0; i < count; i++) {
            assert_int_equal(
                sw_buf_printf(&text, "%s\"name %u\":%u", i == 0 ? "{" : ",", i, i), SW_OK);
        }
        bool accepted;
        assert_int_equal(sw_buf_putc(&text, '}'), SW_OK);
        assert_null(disagreement(s, sw_buf_bytes(&text), NULL, &accepted));
        assert_true(accepted);
        text.len--;
        assert_int_equal(sw_buf_printf(&text, ",\"\\u006eame %u\":1}", count / 2), SW_OK);
        assert_null(disagreement(s, sw_buf_bytes(&text), NULL, &accepted));
        assert_false(accepted);
    }
}

/* A stop at every place within the blocks that are looked at in one go. */
static void strings_of_every_length_end_where_they_end(void **state)
{
    static const char *const tails[] = {
        "\"}", "\\n\"}", "\n\"}", "\\", "\xc3\xa9\"}", "\xc3\"}", "\\\"\"}"};
    SW_CLEANUP(json_scanner)
    struct sw_json_scanner *s = scanner_for(scan_paths, SW_COUNT(scan_paths), NULL);
    for (size_t len = 0; len < 200; len++) {
        for (size_t tail = 0; tail < SW_COUNT(tails); tail++) {
            SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
            assert_int_equal(sw_buf_puts(&text, "{\"text\":\""), SW_OK);
            for (size_t i = 0; i < len; i++) {
                assert_int_equal(sw_buf_putc(&text, (char)('a' + i % 26)), SW_OK);
            }
            assert_int_equal(sw_buf_puts(&text, tails[tail]), SW_OK);
            expect_agreement(s, sw_buf_bytes(&text));
        }
    }
}

static void the_limits_are_the_trees(void **state)
{
    static const char *const texts[] = {"[[[[1]]]]", "[[[1]]]", "{\"a\":{\"a\":{\"a\":{}}}}",
        "{\"a\":{\"a\":{}}}", "[1,2,3,4,5,6,7]", "[1,2,3,4,5,6,7,8]",
        "{\"a\":1,\"b\":2,\"c\":3,\"d\":4}", "{\"a\":1,\"b\":2,\"c\":[]}",
        "\"0123456789012345678901234567890123456789\""};
    static const struct sw_json_limits limits = {.max_bytes = 32, .max_depth = 3, .max_values = 8};
    SW_CLEANUP(json_scanner)
    struct sw_json_scanner *s = scanner_for(scan_paths, SW_COUNT(scan_paths), &limits);
    size_t refused = 0;
    for (size_t i = 0; i < SW_COUNT(texts); i++) {
        bool accepted;
        assert_null(disagreement(s, sw_bytes(texts[i], strlen(texts[i])), &limits, &accepted));
        refused += !accepted;
    }
    assert_int_equal(refused, 5);
}

static void a_document_without_bytes_may_have_no_address(void **state)
{
    SW_CLEANUP(json_scanner) struct sw_json_scanner *s = scanner_for(NULL, 0, NULL);
    struct sw_error err = {0};
    assert_int_equal(sw_json_scan(s, sw_bytes(NULL, 0), NULL, &err), SW_E_FORMAT);
    assert_non_null(strstr(err.text, "byte 0"));
}

/* A small generator of our own: the same changes every time. */
static uint32_t draw(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*seed >> 33);
}

/* Changes, drops, doubles or swaps in a byte that matters. */
static void mutate(struct sw_buf *text, uint64_t *seed)
{
    static const char bytes[] =
        "{}[]\",:\\u0123456789eE+-. \t\n\rtfn\x00\x1f\x7f\x80\xc3\xa9\xed\xff";
    if (text->len == 0) {
        return;
    }
    size_t at = draw(seed) % text->len;
    size_t len = draw(seed) % 4 == 0 ? 1 + draw(seed) % 8 : 1;
    len = len > text->len - at ? text->len - at : len;
    switch (draw(seed) % 3) {
    case 0: text->data[at] = (uint8_t)bytes[draw(seed) % (sizeof(bytes) - 1)]; return;
    case 1:
        memmove(text->data + at, text->data + at + len, text->len - at - len);
        text->len -= len;
        return;
    default:
        assert_int_equal(sw_buf_reserve(text, len), SW_OK);
        memmove(text->data + at + len, text->data + at, text->len - at);
        text->len += len;
        return;
    }
}

static void changed_documents_are_taken_as_the_tree_takes_them(void **state)
{
    static const char *const seeds[] = {
        "{\"id\":\"doc-1\",\"text\":\"a \\\"b\\\" caf\\u00e9 \xe2\x80\x94 "
        "\\ud83d\\ude00\\n\",\"metadata\":"
        "{\"source\":\"web\",\"deep\":{\"er\":[1,2.5e-3,-0,true,false,null]}},\"b\":{\"c\":{}}}",
        "{\"with.dot\":{\"in\":\"x\"},\"\\\\\":[[],{}],\"a\":\"0123456789abcdef0123456789abcdef\"}",
    };
    SW_CLEANUP(json_scanner)
    struct sw_json_scanner *s = scanner_for(scan_paths, SW_COUNT(scan_paths), NULL);
    uint64_t seed = 1;
    size_t good = 0;
    for (unsigned n = 0; n < 60000; n++) {
        SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
        assert_int_equal(sw_buf_puts(&text, seeds[n % SW_COUNT(seeds)]), SW_OK);
        for (unsigned changes = 1 + draw(&seed) % 3; changes > 0; changes--) {
            mutate(&text, &seed);
        }
        bool accepted;
        assert_null(disagreement(s, sw_buf_bytes(&text), NULL, &accepted));
        good += accepted;
    }
    assert_in_range(good, 3000, 57000);
}

static void every_case_of_the_corpus_is_taken_as_the_tree_takes_it(void **state)
{
    DIR *dir = opendir(SW_CORPORA "/json");
    if (dir == NULL) {
        print_message("skipped: there is no " SW_CORPORA "/json\n");
        skip();
    }
    SW_CLEANUP(json_scanner)
    struct sw_json_scanner *s = scanner_for(scan_paths, SW_COUNT(scan_paths), NULL);
    size_t seen = 0;
    for (struct dirent *e = readdir(dir); e != NULL; e = readdir(dir)) {
        if (!sw_str_ends(sw_str(e->d_name), ".json")) {
            continue;
        }
        char path[4096];
        (void)snprintf(path, sizeof(path), SW_CORPORA "/json/%s", e->d_name);
        SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
        assert_int_equal(sw_file_read(path, 1 << 20, &text, NULL), SW_OK);
        expect_agreement(s, sw_buf_bytes(&text));
        seen++;
    }
    (void)closedir(dir);
    assert_int_equal(seen, 318);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_are_found_where_they_stand),
        cmocka_unit_test(a_member_of_the_line_before_is_not_found_again),
        cmocka_unit_test(paths_that_name_nothing_are_refused),
        cmocka_unit_test(good_and_bad_documents_are_told_apart_as_the_tree_does),
        cmocka_unit_test(a_name_that_stands_twice_among_many_is_refused),
        cmocka_unit_test(strings_of_every_length_end_where_they_end),
        cmocka_unit_test(the_limits_are_the_trees),
        cmocka_unit_test(a_document_without_bytes_may_have_no_address),
        cmocka_unit_test(changed_documents_are_taken_as_the_tree_takes_them),
        cmocka_unit_test(every_case_of_the_corpus_is_taken_as_the_tree_takes_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
