/* An input read in parts, or from its middle on, gives what reading all of it gives. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "pack.h"
#include "records_dump.h"
#include "temp_tree.h"

static int set_up(void **state)
{
    static struct temp_tree tree;
    temp_tree_make(&tree);
    *state = &tree;
    return 0;
}

static int tear_down(void **state)
{
    temp_tree_remove(*state);
    return 0;
}

static uint32_t draw(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*seed >> 33);
}

/* A line of JSON as real files have it: mostly good, now and then blank or broken. */
static void add_line(struct sw_buf *out, uint64_t *seed)
{
    static const char *const odd[] = {
        "", " ", "{\"text\":", "\xff", "[]", "{\"text\":\"\xc3\xa9\"} ", "\t{}"};
    if (draw(seed) % 5 == 0) {
        assert_int_equal(sw_buf_puts(out, odd[draw(seed) % SW_COUNT(odd)]), SW_OK);
    } else {
        assert_int_equal(sw_buf_printf(out, "{\"id\":%u,\"text\":\"%.*s\"}", draw(seed) % 1000,
                             (int)(draw(seed) % 40), "0123456789abcdefghijklmnopqrstuvwxyz----"),
            SW_OK);
    }
    assert_int_equal(sw_buf_puts(out, draw(seed) % 4 == 0 ? "\r\n" : "\n"), SW_OK);
}

static void add_file(struct sw_buf *out, uint64_t *seed, unsigned lines)
{
    assert_int_equal(sw_buf_puts(out, draw(seed) % 3 == 0 ? "\xef\xbb\xbf" : ""), SW_OK);
    for (unsigned i = 0; i < lines; i++) {
        add_line(out, seed);
    }
    out->len -= out->len > 0 && draw(seed) % 2 == 0; /* without its last line feed */
}

static void read_all(struct temp_tree *tree, const char *name, struct dump *d)
{
    d->without_lines = true;
    dump_records(d, temp_tree_path(tree, name), NULL);
    assert_int_equal(d->code, SW_OK);
}

static void expect_parts_to_make(
    struct temp_tree *tree, const char *name, uint32_t parts, const struct dump *whole)
{
    SW_CLEANUP(dump) struct dump d = {.without_lines = true};
    for (uint32_t part = 1; part <= parts; part++) {
        const struct sw_record_options options = {.part = part, .parts = parts};
        dump_records(&d, temp_tree_path(tree, name), &options);
        assert_string_equal(d.err.text, "");
        assert_int_equal(d.code, SW_OK);
    }
    assert_string_equal(sw_buf_cstr(&d.text), sw_buf_cstr(&whole->text));
}

static void the_parts_of_one_file_make_the_whole(void **state)
{
    uint64_t seed = 1;
    for (unsigned n = 0; n < (SW_SANITIZED ? 20 : 60); n++) {
        SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
        add_file(&text, &seed, n % 13);
        temp_tree_write_bytes(*state, "a.jsonl", sw_buf_cstr(&text), text.len);
        SW_CLEANUP(dump) struct dump whole = {0};
        read_all(*state, "a.jsonl", &whole);
        for (uint32_t parts = 1; parts < 12; parts++) {
            expect_parts_to_make(*state, "a.jsonl", parts, &whole);
        }
        expect_parts_to_make(*state, "a.jsonl", (uint32_t)text.len + 1, &whole);
        expect_parts_to_make(*state, "a.jsonl", 3 * (uint32_t)text.len + 5, &whole);
    }
}

static void the_parts_of_many_files_make_the_whole(void **state)
{
    uint64_t seed = 2;
    for (unsigned n = 0; n < (SW_SANITIZED ? 7 : 20); n++) {
        for (unsigned file = 0; file < 6; file++) {
            SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
            char name[32];
            (void)snprintf(name, sizeof(name), "d/%u.jsonl", file);
            add_file(&text, &seed, draw(&seed) % 4 == 0 ? 0 : draw(&seed) % 20);
            temp_tree_write_bytes(*state, name, sw_buf_cstr(&text), text.len);
        }
        temp_tree_write(*state, "d/0", "no lines");
        temp_tree_write(*state, "d/z", "no lines");
        SW_CLEANUP(dump) struct dump whole = {0};
        read_all(*state, "d", &whole);
        for (uint32_t parts = 1; parts < 30; parts++) {
            expect_parts_to_make(*state, "d", parts, &whole);
        }
    }
}

static void packed_files_are_given_out_whole(void **state)
{
    uint64_t seed = 3;
    for (unsigned file = 0; file < 5; file++) {
        SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
        SW_CLEANUP(buf) struct sw_buf stored = SW_BUF_INIT;
        char name[32];
        (void)snprintf(name, sizeof(name), "d/%u.jsonl", file);
        add_file(&text, &seed, 20);
        pack(&stored, file % 2 == 0, sw_buf_bytes(&text));
        temp_tree_write_bytes(*state, name, stored.data, stored.len);
    }
    SW_CLEANUP(dump) struct dump whole = {0};
    read_all(*state, "d", &whole);
    for (uint32_t parts = 1; parts <= 5; parts++) {
        expect_parts_to_make(*state, "d", parts, &whole);
    }
}

static void expect_refusal(struct temp_tree *tree, const char *name,
    const struct sw_record_options *options, const char *words)
{
    SW_CLEANUP(dump) struct dump d = {0};
    dump_records(&d, temp_tree_path(tree, name), options);
    assert_int_equal(d.code, SW_E_USAGE);
    if (strstr(d.err.text, words) == NULL) {
        fail_msg("'%s' does not say '%s'", d.err.text, words);
    }
}

static void what_cannot_be_split_is_refused(void **state)
{
    SW_CLEANUP(buf) struct sw_buf stored = SW_BUF_INIT;
    pack(&stored, true, sw_bytes("{}\n", 3));
    temp_tree_write_bytes(*state, "a.jsonl", stored.data, stored.len);
    temp_tree_write(*state, "a.csv", "text\na\n");
    temp_tree_write(*state, "a.json", "[{}]");
    temp_tree_write(*state, "docs/a.jsonl", "{\"id\":\"1\",\"text\":\"a\"}\n");
    for (uint32_t part = 1; part <= 2; part++) {
        const struct sw_record_options options = {.part = part, .parts = 2};
        expect_refusal(*state, "a.jsonl", &options, "cannot be split: it is compressed");
        expect_refusal(*state, "a.csv", &options, "files of the format 'csv' cannot be split");
        expect_refusal(*state, "a.json", &options, "files of the format 'json' cannot be split");
        char attributes[128];
        (void)snprintf(attributes, sizeof(attributes), "%s", temp_tree_path(*state, "docs"));
        const struct sw_record_options dolma = {.part = part, .parts = 2, .attributes = attributes};
        expect_refusal(*state, "docs", &dolma, "with attribute files cannot be split");
    }
    static const struct sw_record_options wrong[] = {
        {.part = 1}, {.part = 3, .parts = 2}, {.part = 0, .parts = 2}};
    for (size_t i = 0; i < SW_COUNT(wrong); i++) {
        expect_refusal(*state, "a.csv", &wrong[i], "there is no part");
    }
}

/* Each record's place, to begin at. */
struct place {
    uint32_t file;
    uint64_t offset;
    uint64_t line;
    size_t at; /* of its step in the dump of all */
};

static size_t find_places(
    const char *path, const struct sw_record_options *options, struct place *out, size_t max)
{
    SW_CLEANUP(dump) struct dump d = {0};
    SW_CLEANUP(records) struct sw_records *r = NULL;
    struct sw_record_step step;
    size_t count = 0;
    assert_int_equal(sw_records_open(&r, path, options, NULL), SW_OK);
    for (;;) {
        size_t at = d.text.len;
        assert_int_equal(sw_records_next(r, &step, NULL), SW_OK);
        if (step.kind == SW_RECORD_END) {
            return count;
        }
        if (step.kind == SW_RECORD_BAD) {
            assert_int_equal(dump_bad(&d, &step.bad), SW_OK);
            continue;
        }
        assert_int_equal(dump_sample(&d, &step.record), SW_OK);
        assert_true(count < max);
        out[count++] = (struct place){step.record.file, step.record.offset, step.record.line, at};
    }
}

static void expect_any_beginning(
    struct temp_tree *tree, const char *name, const struct sw_record_options *options)
{
    static struct place places[1000];
    size_t count = find_places(temp_tree_path(tree, name), options, places, SW_COUNT(places));
    assert_true(count > 2);
    SW_CLEANUP(dump) struct dump whole = {0};
    dump_records(&whole, temp_tree_path(tree, name), options);
    for (size_t i = 0; i < count; i++) {
        struct sw_record_options from = options == NULL ? (struct sw_record_options){0} : *options;
        from.first_file = places[i].file;
        from.first_offset = places[i].offset;
        from.first_line = places[i].line;
        SW_CLEANUP(dump) struct dump d = {0};
        dump_records(&d, temp_tree_path(tree, name), &from);
        assert_string_equal(d.err.text, "");
        assert_string_equal(sw_buf_cstr(&d.text), sw_buf_cstr(&whole.text) + places[i].at);
    }
}

static void reading_can_begin_at_any_record(void **state)
{
    uint64_t seed = 4;
    for (unsigned file = 0; file < 6; file++) {
        SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
        SW_CLEANUP(buf) struct sw_buf stored = SW_BUF_INIT;
        char name[32];
        (void)snprintf(name, sizeof(name), "d/%u.jsonl", file);
        add_file(&text, &seed, 12);
        if (file % 2 == 0) {
            pack(&stored, file == 2, sw_buf_bytes(&text));
        } else {
            assert_int_equal(sw_buf_append(&stored, text.data, text.len), SW_OK);
        }
        temp_tree_write_bytes(*state, name, stored.data, stored.len);
    }
    expect_any_beginning(*state, "d", NULL);
    temp_tree_write(*state, "a.csv", "id,text\n1,a\n2,\"b\nc\"\n\n3,d,e\n4,\"f\"\"\"\r\n5,g\n");
    expect_any_beginning(*state, "a.csv", NULL);
    temp_tree_write(*state, "b.csv", "1,a\n2,\"b\nc\"\n\n3,d,e\n4,\"f\"\"\"\r\n5,g\n");
    const struct sw_record_options no_names = {.csv_no_header = true, .text_field = "2"};
    expect_any_beginning(*state, "b.csv", &no_names);
    temp_tree_write(*state, "a.json", " [{\"id\":1} , {\"id\":2},7,{\"id\":3}, {}]");
    expect_any_beginning(*state, "a.json", NULL);
    temp_tree_write(*state, "b.json", "{\n\"id\":1} {\"id\":2} 7 {\"id\":3}{}\n");
    expect_any_beginning(*state, "b.json", NULL);
    temp_tree_write(*state, "f/1", "one");
    temp_tree_write(*state, "f/2", "two");
    temp_tree_write(*state, "f/3", "three");
    expect_any_beginning(*state, "f", NULL);
}

static void a_part_can_be_begun_in_its_middle(void **state)
{
    temp_tree_write(*state, "a.txt", "one\ntwo\nthree\nfour\nfive\nsix\n");
    SW_CLEANUP(dump) struct dump d = {.without_lines = true};
    const struct sw_record_options options = {
        .part = 1, .parts = 2, .first_offset = 4, .first_line = 2};
    dump_records(&d, temp_tree_path(*state, "a.txt"), &options);
    assert_string_equal(
        sw_buf_cstr(&d.text), "sample 0@4 two|two||||1\nsample 0@8 three|three||||1\n");
    dump_release(&d);
    const struct sw_record_options behind = {.part = 1, .parts = 2, .first_offset = 19};
    dump_records(&d, temp_tree_path(*state, "a.txt"), &behind);
    assert_int_equal(d.code, SW_OK);
    assert_int_equal(d.text.len, 0);
}

/* Longer than the window, so that lines lie over its end in every way. */
static void lines_over_the_end_of_the_window_stay_whole(void **state)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    uint64_t seed = 5;
    while (text.len < 9 << 20) {
        size_t len = draw(&seed) % 100 == 0 ? draw(&seed) % 3000000 : draw(&seed) % 50000;
        assert_int_equal(sw_buf_reserve(&text, len + 2), SW_OK);
        memset(text.data + text.len, 'a' + (int)(draw(&seed) % 26), len);
        text.len += len;
        assert_int_equal(sw_buf_puts(&text, "x\n"), SW_OK);
    }
    temp_tree_write_bytes(*state, "a.txt", text.data, text.len);
    SW_CLEANUP(records) struct sw_records *r = NULL;
    assert_int_equal(sw_records_open(&r, temp_tree_path(*state, "a.txt"), NULL, NULL), SW_OK);
    struct sw_record_step step;
    uint64_t offset = 0;
    for (uint64_t line = 1; offset < text.len; line++) {
        assert_int_equal(sw_records_next(r, &step, NULL), SW_OK);
        assert_int_equal(step.kind, SW_RECORD_SAMPLE);
        assert_int_equal(step.record.offset, offset);
        assert_int_equal(step.record.line, line);
        const uint8_t *end = memchr(text.data + offset, '\n', text.len - offset);
        struct sw_bytes expected =
            sw_bytes(text.data + offset, (size_t)(end - text.data) - (size_t)offset);
        assert_true(sw_bytes_equal(step.record.raw, expected));
        offset += expected.len + 1;
        assert_true(sw_records_consumed(r) <= text.len);
    }
    assert_int_equal(sw_records_next(r, &step, NULL), SW_OK);
    assert_int_equal(step.kind, SW_RECORD_END);
    assert_int_equal(sw_records_consumed(r), text.len);
    assert_int_equal(sw_records_next(r, &step, NULL), SW_OK);
    assert_int_equal(step.kind, SW_RECORD_END);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_parts_of_one_file_make_the_whole),
        TEST(the_parts_of_many_files_make_the_whole),
        TEST(packed_files_are_given_out_whole),
        TEST(what_cannot_be_split_is_refused),
        TEST(reading_can_begin_at_any_record),
        TEST(a_part_can_be_begun_in_its_middle),
        TEST(lines_over_the_end_of_the_window_stay_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
