/* What the readers make of files, good ones and bad ones. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "pack.h"
#include "records_dump.h"
#include "temp_tree.h"

#include <sys/resource.h>

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

/* Reads `name` of the tree and expects exactly these steps. */
static void expect_steps(struct temp_tree *tree, const char *name,
    const struct sw_record_options *options, const char *steps)
{
    SW_CLEANUP(dump) struct dump d = {0};
    dump_records(&d, temp_tree_path(tree, name), options);
    assert_string_equal(d.err.text, "");
    assert_int_equal(d.code, SW_OK);
    assert_string_equal(sw_buf_cstr(&d.text), steps);
}

static void expect_failure(struct temp_tree *tree, const char *name,
    const struct sw_record_options *options, enum sw_code code, const char *words)
{
    SW_CLEANUP(dump) struct dump d = {0};
    dump_records(&d, temp_tree_path(tree, name), options);
    assert_int_equal(d.code, code);
    if (strstr(d.err.text, words) == NULL) {
        fail_msg("'%s' does not say '%s'", d.err.text, words);
    }
}

/* --- JSON lines ------------------------------------------------------------------------------ */

static void json_lines_give_their_usual_fields(void **state)
{
    temp_tree_write(*state, "a.jsonl",
        "{\"id\":\"x\",\"text\":\"one\\n\",\"label\":1,\"lang\":\"en\"}\n"
        "{\"content\":\"two\",\"uuid\":7,\"metadata\":{\"language\":\"fr\"}}\n"
        "{\"messages\":[]}\n"
        "{\"text\":null,\"body\":\"four\",\"id\":null,\"label\":[\"a\"]}");
    expect_steps(*state, "a.jsonl", NULL,
        "sample 0@0#1 "
        "{\"id\":\"x\",\"text\":\"one\\n\",\"label\":1,\"lang\":\"en\"}|one\n|x|1|en|1\n"
        "sample 0@48#2 "
        "{\"content\":\"two\",\"uuid\":7,\"metadata\":{\"language\":\"fr\"}}|two|7||fr|1\n"
        "sample 0@104#3 {\"messages\":[]}|{\"messages\":[]}||||1\n"
        "sample 0@120#4 "
        "{\"text\":null,\"body\":\"four\",\"id\":null,\"label\":[\"a\"]}|four||[\"a\"]||1\n");
}

static void json_lines_give_the_fields_that_were_named(void **state)
{
    const struct sw_record_options options = {.text_field = "meta.t",
        .id_field = "k\\.v",
        .label_field = "meta.l",
        .weight_field = "w",
        .language_field = "meta.l"};
    temp_tree_write(*state, "a.jsonl",
        "{\"meta\":{\"t\":\"T\",\"l\":true},\"k.v\":\"K\",\"w\":0.25,\"text\":\"no\",\"id\":\"no\"}"
        "\n"
        "{\"meta\":{\"t\":\"\"}}\n"
        "{\"meta\":{\"t\":5}}\n"
        "{\"meta\":{\"l\":\"x\"}}\n"
        "{\"meta\":{\"t\":\"t\"},\"w\":-1}\n"
        "{\"meta\":{\"t\":\"t\"},\"w\":\"1\"}\n"
        "{\"meta\":{\"t\":\"t\"},\"w\":1e999}\n");
    expect_steps(*state, "a.jsonl", &options,
        "sample 0@0#1 {\"meta\":{\"t\":\"T\",\"l\":true},\"k.v\":\"K\",\"w\":0.25,\"text\":\"no\","
        "\"id\":\"no\"}|T|K|true|true|0.25\n"
        "sample 0@69#2 {\"meta\":{\"t\":\"\"}}|||||1\n"
        "bad 0@87+16#3 missing-text\n"
        "bad 0@104+18#4 missing-text\n"
        "bad 0@123+25#5 invalid-weight\n"
        "bad 0@149+26#6 invalid-weight\n"
        "bad 0@176+28#7 invalid-weight\n");
}

static void bad_json_lines_are_passed_over_one_by_one(void **state)
{
    temp_tree_write(*state, "a.jsonl",
        "{\"text\":\"a\"}\n"
        "{\"text\":\"a\"\n"
        "[1]\n"
        "\"text\"\n"
        "{\"a\":1,\"a\":2}\n"
        "{\"text\":\"\xff\"}\n"
        "{\"text\":\"b\"} {\"text\":\"c\"}\n"
        "{\"text\":\"d\"}\n");
    temp_tree_write_bytes(*state, "nul.jsonl", "{\"a\":1}\n\0\n{\"a\0\":2}\n{}", 21);
    expect_steps(*state, "a.jsonl", NULL,
        "sample 0@0#1 {\"text\":\"a\"}|a||||1\n"
        "bad 0@13+11#2 invalid-json\n"
        "bad 0@25+3#3 not-an-object\n"
        "bad 0@29+6#4 not-an-object\n"
        "bad 0@36+13#5 invalid-json\n"
        "bad 0@50+12#6 invalid-utf8\n"
        "bad 0@63+25#7 invalid-json\n"
        "sample 0@89#8 {\"text\":\"d\"}|d||||1\n");
    expect_steps(*state, "nul.jsonl", NULL,
        "sample 0@0#1 {\"a\":1}|{\"a\":1}||||1\n"
        "bad 0@8+1#2 invalid-json\n"
        "bad 0@10+8#3 invalid-json\n"
        "sample 0@19#4 {}|{}||||1\n");
}

static void what_is_wrong_is_said_in_words(void **state)
{
    temp_tree_write(*state, "a.jsonl", "{\"text\":\"a\" 1}\n");
    SW_CLEANUP(records) struct sw_records *r = NULL;
    struct sw_record_step step;
    assert_int_equal(sw_records_open(&r, temp_tree_path(*state, "a.jsonl"), NULL, NULL), SW_OK);
    assert_int_equal(sw_records_next(r, &step, NULL), SW_OK);
    assert_int_equal(step.kind, SW_RECORD_BAD);
    assert_non_null(strstr(step.bad.detail, "byte 12: found '1'"));
}

static void marks_blank_lines_and_line_ends_are_no_part_of_a_record(void **state)
{
    temp_tree_write(*state, "a.jsonl",
        "\xef\xbb\xbf{\"text\":\"a\"}\r\n"
        "\r\n"
        " \t\n"
        "{\"text\":\"b\"}\n\n");
    expect_steps(*state, "a.jsonl", NULL,
        "sample 0@3#1 {\"text\":\"a\"}|a||||1\n"
        "sample 0@22#4 {\"text\":\"b\"}|b||||1\n");
}

static void nesting_has_an_end(void **state)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    for (unsigned i = 0; i < 100; i++) {
        assert_int_equal(sw_buf_puts(&text, "{\"a\":"), SW_OK);
    }
    assert_int_equal(sw_buf_puts(&text, "\n{}\n"), SW_OK);
    temp_tree_write_bytes(*state, "a.jsonl", text.data, text.len);
    expect_steps(*state, "a.jsonl", NULL, "bad 0@0+500#1 too-complex\nsample 0@501#2 {}|{}||||1\n");
}

static void empty_files_have_no_records(void **state)
{
    static const char *const names[] = {"a.jsonl", "a.json", "a.csv", "a.tsv", "a.txt", "a"};
    for (size_t i = 0; i < SW_COUNT(names); i++) {
        temp_tree_write(*state, names[i], "");
        expect_steps(*state, names[i], NULL, "");
        temp_tree_write(*state, names[i], "\xef\xbb\xbf\n\r\n");
        expect_steps(*state, names[i], NULL, "");
    }
}

/* --- long records ---------------------------------------------------------------------------- */

static void a_record_that_is_too_long_is_passed_over(void **state)
{
    static const struct {
        const char *name, *text, *steps;
    } rows[] = {
        {"a.jsonl", "{\"text\":\"0123456789\"}\n{}\n{\"text\":\"0123456789\"}",
            "bad 0@0+21#1 too-long\nsample 0@22#2 {}|{}||||1\nbad 0@25+21#3 too-long\n"},
        {"a.txt", "0123456789abcde\n0123456789abcdefg\r\nx\n",
            "sample 0@0#1 0123456789abcde|0123456789abcde||||1\n"
            "bad 0@16+18#2 too-long\nsample 0@35#3 x|x||||1\n"},
        {"a.csv", "a,b\n\"0123456789\n01234\",1\nx,y\n",
            "bad 0@4+20#2 too-long\nsample 0@25#0 x,y|x,y||||1\n"},
        {"a.json", "[{\"text\":\"0123456789\"}, {}]",
            "bad 0@1+21#0 too-long\nsample 0@24#0 {}|{}||||1\n"},
    };
    const struct sw_record_options options = {.record_max = 16};
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        temp_tree_write(*state, rows[i].name, rows[i].text);
        expect_steps(*state, rows[i].name, &options, rows[i].steps);
    }
    temp_tree_write(*state, "d/a", "0123456789abcdef");
    temp_tree_write(*state, "d/b", "0123456789abcdefg");
    expect_steps(*state, "d", &options,
        "sample 0@0#0 0123456789abcdef|0123456789abcdef|a|||1\nbad 1@0+17#0 too-long\n");
}

static long peak_kb(void)
{
    struct rusage usage;
    assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
    return usage.ru_maxrss;
}

/* Two gigabytes that are not there: the file is a hole. */
static void write_hole(const char *path, uint64_t size)
{
    SW_CLEANUP(fd) int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, "{\"text\":\"a\n", 11, 0), 11);
    assert_int_equal(pwrite(fd, "\n{\"text\":\"b\"}\n", 14, (off_t)size), 14);
}

static void a_line_of_two_gigabytes_costs_no_memory(void **state)
{
    const uint64_t size = UINT64_C(2) << 30;
    const struct sw_record_options options = {.format = "jsonl", .record_max = 1 << 20};
    write_hole(temp_tree_path(*state, "huge"), size);
    long before = peak_kb();
    char steps[256];
    (void)snprintf(steps, sizeof(steps),
        "bad 0@0+10#1 invalid-json\nbad 0@11+%llu#2 too-long\n"
        "sample 0@%llu#3 {\"text\":\"b\"}|b||||1\n",
        (unsigned long long)size - 11, (unsigned long long)size + 1);
    expect_steps(*state, "huge", &options, steps);
    if (SW_SANITIZED == 0) {
        assert_true(peak_kb() - before < 64 << 10);
    }
}

static void other_records_that_never_end_cost_no_memory_either(void **state)
{
    static const char *const formats[] = {"lines", "csv", "json"};
    const uint64_t size = UINT64_C(100) << 20;
    write_hole(temp_tree_path(*state, "huge"), size);
    long before = peak_kb();
    for (size_t i = 0; i < SW_COUNT(formats); i++) {
        const struct sw_record_options options = {
            .format = formats[i], .record_max = 1 << 20, .csv_no_header = i == 1};
        SW_CLEANUP(dump) struct dump d = {0};
        dump_records(&d, temp_tree_path(*state, "huge"), &options);
        assert_int_equal(d.code, SW_OK);
        assert_true(d.text.len < 300);
        assert_non_null(strstr(sw_buf_cstr(&d.text), "too-long"));
    }
    if (SW_SANITIZED == 0) {
        assert_true(peak_kb() - before < 64 << 10);
    }
}

/* --- packed files ---------------------------------------------------------------------------- */

static void packed_files_are_told_by_their_content(void **state)
{
    const char *text = "{\"text\":\"a\"}\n{\"text\":\"b\"}\n";
    const char *steps =
        "sample 0@0#1 {\"text\":\"a\"}|a||||1\nsample 0@13#2 {\"text\":\"b\"}|b||||1\n";
    static const char *const names[] = {"a.jsonl.gz", "a.jsonl", "a.gz", "a", "A.JSONL.ZST"};
    for (unsigned zstd = 0; zstd < 2; zstd++) {
        SW_CLEANUP(buf) struct sw_buf stored = SW_BUF_INIT;
        pack(&stored, zstd != 0, sw_bytes(text, 20));
        pack(&stored, zstd != 0, sw_bytes(text + 20, strlen(text) - 20));
        for (size_t i = 0; i < SW_COUNT(names); i++) {
            temp_tree_write_bytes(*state, names[i], stored.data, stored.len);
            expect_steps(*state, names[i], NULL, steps);
        }
    }
    temp_tree_write(*state, "plain.jsonl.gz", text);
    expect_steps(*state, "plain.jsonl.gz", NULL, steps);
}

static void a_packed_file_that_is_cut_gives_whole_records_only(void **state)
{
    SW_CLEANUP(buf) struct sw_buf raw = SW_BUF_INIT;
    for (unsigned i = 0; i < 2000; i++) {
        assert_int_equal(
            sw_buf_printf(&raw, "{\"id\":%u,\"text\":\"%u\"}\n", i, i * 2654435761u), SW_OK);
    }
    for (unsigned zstd = 0; zstd < 2; zstd++) {
        SW_CLEANUP(buf) struct sw_buf stored = SW_BUF_INIT;
        pack(&stored, zstd != 0, sw_bytes(raw.data, raw.len / 2));
        size_t cut = stored.len;
        pack(&stored, zstd != 0, sw_bytes(raw.data + raw.len / 2, raw.len - raw.len / 2));
        temp_tree_write_bytes(*state, "d/a.jsonl", stored.data, cut + 30);
        temp_tree_write(*state, "d/b.jsonl", "{\"text\":\"next\"}\n");
        SW_CLEANUP(dump) struct dump d = {0};
        dump_records(&d, temp_tree_path(*state, "d"), NULL);
        assert_int_equal(d.code, SW_OK);
        assert_int_equal(d.bad, 1);
        assert_in_range(d.samples, 900, 1200);
        assert_string_equal(d.last_bad.reason, "truncated");
        assert_int_equal(d.last_bad.line, d.samples);
        assert_true(d.last_bad.offset > raw.len / 2 - 50);
        assert_int_equal(raw.data[d.last_bad.offset - 1], '\n');
        assert_true(d.last_bad.length < 50);
        const char *bad = strstr(sw_buf_cstr(&d.text), "bad 0@");
        assert_non_null(bad);
        assert_non_null(strstr(bad, "sample 1@0#1 {\"text\":\"next\"}|next||||1\n"));
    }
}

static void a_broken_frame_ends_its_file_only(void **state)
{
    SW_CLEANUP(buf) struct sw_buf stored = SW_BUF_INIT;
    pack(&stored, true, sw_bytes("{\"text\":\"a\"}\n{\"te", 17));
    assert_int_equal(sw_buf_append(&stored, "\x28\xb5\x2f\xfd\x20\x05\xff\xff\xff", 9), SW_OK);
    temp_tree_write_bytes(*state, "d/a.jsonl.zst", stored.data, stored.len);
    temp_tree_write(*state, "d/b.jsonl", "{\"text\":\"b\"}");
    temp_tree_write_bytes(*state, "d/c.jsonl", "\x28\xb5\x2f\xfd\x00\xf8\x01\x00\x00", 9);
    temp_tree_write_bytes(*state, "d/d.jsonl", "\x1f\x8b", 2);
    expect_steps(*state, "d", NULL,
        "sample 0@0#1 {\"text\":\"a\"}|a||||1\n"
        "bad 0@13+4#2 corrupt\n"
        "sample 1@0#1 {\"text\":\"b\"}|b||||1\n"
        "bad 2@0+0#1 too-large-window\n"
        "bad 3@0+0#1 truncated\n");
}

/* --- CSV ------------------------------------------------------------------------------------- */

static void rows_give_their_fields(void **state)
{
    temp_tree_write(*state, "a.csv",
        "id,text,label,lang\r\n"
        "1,plain,x,en\r\n"
        "2,\"with, comma\",,\r\n"
        "3,\"two\r\nlines\",\"\",en\r\n"
        "\r\n"
        "4,\"a \"\"quote\"\"\",\"x,\"\"y\"\"\",fr\n"
        "5,,,");
    expect_steps(*state, "a.csv", NULL,
        "sample 0@20#2 1,plain,x,en|plain|1|x|en|1\n"
        "sample 0@34#3 2,\"with, comma\",,|with, comma|2|||1\n"
        "sample 0@53#4 3,\"two\r\nlines\",\"\",en|two\r\nlines|3||en|1\n"
        "sample 0@77#7 4,\"a \"\"quote\"\"\",\"x,\"\"y\"\"\",fr|a \"quote\"|4|x,\"y\"|fr|1\n"
        "sample 0@106#8 5,,,||5|||1\n");
}

static void rows_with_tabs_give_their_fields(void **state)
{
    const struct sw_record_options options = {
        .text_field = "t", .weight_field = "w", .language_field = "t"};
    temp_tree_write(*state, "a.tsv", "t\tw\na,b\t0.5\n\"c\td\"\t\ne\tnone\n");
    expect_steps(*state, "a.tsv", &options,
        "sample 0@4#2 a,b\t0.5|a,b|||a,b|0.5\n"
        "sample 0@12#3 \"c\td\"\t|c\td|||c\td|1\n"
        "bad 0@19+6#4 invalid-weight\n");
}

static void rows_without_a_row_of_names_have_numbered_fields(void **state)
{
    const struct sw_record_options options = {
        .csv_no_header = true, .text_field = "2", .id_field = "1"};
    temp_tree_write(*state, "a.csv", "x,one\ny,two\nz\n");
    expect_steps(*state, "a.csv", &options,
        "sample 0@0#1 x,one|one|x|||1\nsample 0@6#2 y,two|two|y|||1\nbad 0@12+1#3 ragged-row\n");
    const struct sw_record_options far = {.csv_no_header = true, .text_field = "3"};
    expect_steps(*state, "a.csv", &far, "bad 0@0+14#1 invalid-header\n");
    const struct sw_record_options name = {.csv_no_header = true, .text_field = "text"};
    expect_failure(*state, "a.csv", &name, SW_E_USAGE, "'text' is no column");
    const struct sw_record_options zero = {.csv_no_header = true, .id_field = "0"};
    expect_failure(*state, "a.csv", &zero, SW_E_USAGE, "'0' is no column");
}

static void what_stands_between_fields_can_be_told(void **state)
{
    temp_tree_write(*state, "a.csv", "id;text\n1;a, b\n2;\"c;d\"\n");
    expect_steps(*state, "a.csv", NULL, "bad 0@0+23#1 invalid-header\n");
    const struct sw_record_options semicolon = {.csv_delimiter = ";"};
    expect_steps(*state, "a.csv", &semicolon,
        "sample 0@8#2 1;a, b|a, b|1|||1\nsample 0@15#3 2;\"c;d\"|c;d|2|||1\n");
    const struct sw_record_options comma = {.csv_delimiter = ","};
    expect_steps(*state, "a.csv", &comma, "bad 0@8+6#2 ragged-row\nbad 0@15+7#3 invalid-csv\n");
    temp_tree_write(*state, "both.csv", "a;b,text\n1,2\n");
    expect_steps(*state, "both.csv", NULL, "sample 0@9#2 1,2|2||||1\n");
    static const char *const bad[] = {"", ";;", "a", "1", "\"", "\n", "\r"};
    for (size_t i = 0; i < SW_COUNT(bad); i++) {
        const struct sw_record_options options = {.csv_delimiter = bad[i]};
        expect_failure(*state, "a.csv", &options, SW_E_USAGE, "between fields stands one");
    }
    const struct sw_record_options lines = {.format = "tsv", .csv_delimiter = ";"};
    expect_failure(*state, "a.csv", &lines, SW_E_USAGE, "belongs to the format 'csv'");
}

static void bad_rows_are_passed_over_one_by_one(void **state)
{
    temp_tree_write(*state, "a.csv",
        "a,text\n"
        "1\n"
        "1,2,3\n"
        "1,a \"stray\" quote\n"
        "1,\"closed\" and more\n"
        "1,\"closed\"\rx\n"
        "1,\xff\n"
        "1,good\n");
    expect_steps(*state, "a.csv", NULL,
        "bad 0@7+1#2 ragged-row\n"
        "bad 0@9+5#3 ragged-row\n"
        "bad 0@15+17#4 invalid-csv\n"
        "bad 0@33+19#5 invalid-csv\n"
        "bad 0@53+12#6 invalid-csv\n"
        "bad 0@66+3#7 invalid-utf8\n"
        "sample 0@70#8 1,good|good||||1\n");
    temp_tree_write_bytes(*state, "nul.csv", "text\na\0b\nc\n", 11);
    expect_steps(*state, "nul.csv", NULL, "bad 0@5+3#2 nul-byte\nsample 0@9#3 c|c||||1\n");
}

static void a_quote_that_is_never_closed_takes_the_rest(void **state)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    assert_int_equal(sw_buf_puts(&text, "text\ngood\n\"open\n"), SW_OK);
    while (text.len < 5 << 20) {
        assert_int_equal(sw_buf_puts(&text, "a line like any other, and some more of it\n"), SW_OK);
    }
    temp_tree_write_bytes(*state, "a.csv", text.data, text.len);
    char steps[128];
    (void)snprintf(steps, sizeof(steps),
        "sample 0@5#2 good|good||||1\nbad 0@10+%zu#3 unclosed-quote\n", text.len - 10);
    expect_steps(*state, "a.csv", NULL, steps);
    const struct sw_record_options small = {.record_max = 1000};
    expect_steps(*state, "a.csv", &small, steps);
}

static void a_row_of_names_must_be_a_good_one(void **state)
{
    static const struct {
        const char *text, *steps;
    } rows[] = {
        {"text,text\na,b\n", "bad 0@0+14#1 invalid-header\n"},
        {"\xff,text\na,b\n", "bad 0@0+11#1 invalid-header\n"},
        {"a \"b\",text\na,b\n", "bad 0@0+15#1 invalid-header\n"},
        {"\"text\na,b\n", "bad 0@0+10#1 invalid-header\n"},
        {"a,a\nb,c\n", "sample 0@4#2 b,c|b,c||||1\n"},
        {"\"te\"\"xt\",text\na,b", "sample 0@14#2 a,b|b||||1\n"},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        temp_tree_write(*state, "a.csv", rows[i].text);
        expect_steps(*state, "a.csv", NULL, rows[i].steps);
    }
    const struct sw_record_options options = {.label_field = "class"};
    temp_tree_write(*state, "a.csv", "text\na\n");
    expect_steps(*state, "a.csv", &options, "bad 0@0+7#1 invalid-header\n");
}

static void a_row_may_have_very_many_fields(void **state)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    assert_int_equal(sw_buf_puts(&text, "text\na\n"), SW_OK);
    for (unsigned i = 0; i < 2000000; i++) {
        assert_int_equal(sw_buf_putc(&text, ','), SW_OK);
    }
    assert_int_equal(sw_buf_puts(&text, "\nb\n"), SW_OK);
    temp_tree_write_bytes(*state, "a.csv", text.data, text.len);
    expect_steps(*state, "a.csv", NULL,
        "sample 0@5#2 a|a||||1\nbad 0@7+2000000#3 ragged-row\nsample 0@2000008#4 b|b||||1\n");
}

/* --- plain text, JSON documents, files ------------------------------------------------------- */

static void text_is_read_by_the_line(void **state)
{
    temp_tree_write_bytes(*state, "a.txt", "one\r\n\n two \nb\0d\n\xff\nlast", 22);
    expect_steps(*state, "a.txt", NULL,
        "sample 0@0#1 one|one||||1\n"
        "sample 0@6#3  two | two ||||1\n"
        "bad 0@12+3#4 nul-byte\n"
        "bad 0@16+1#5 invalid-utf8\n"
        "sample 0@18#6 last|last||||1\n");
}

static void items_of_an_array_are_records(void **state)
{
    temp_tree_write(*state, "a.json",
        " [ {\"text\":\"a ] \\\" }\"} ,\n{\"text\":\"b\",\"x\":[{},[]]},3 , \"s\\\\\", {\"x\" 1}, "
        "null,{}]\n ");
    expect_steps(*state, "a.json", NULL,
        "sample 0@3#0 {\"text\":\"a ] \\\" }\"}|a ] \" }||||1\n"
        "sample 0@25#0 {\"text\":\"b\",\"x\":[{},[]]}|b||||1\n"
        "bad 0@50+1#0 not-an-object\n"
        "bad 0@54+5#0 not-an-object\n"
        "bad 0@61+7#0 invalid-json\n"
        "bad 0@70+4#0 not-an-object\n"
        "sample 0@75#0 {}|{}||||1\n");
}

static void objects_one_after_another_are_records(void **state)
{
    temp_tree_write(*state, "a.json", "{\n \"text\": \"a\"\n}\n{\n \"text\": \"b\"\n}\n");
    expect_steps(*state, "a.json", NULL,
        "sample 0@0#0 {\n \"text\": \"a\"\n}|a||||1\n"
        "sample 0@17#0 {\n \"text\": \"b\"\n}|b||||1\n");
    temp_tree_write(*state, "b.json", "{\"text\":\"a\"}\n{\"text\":\"b\"}\n");
    expect_steps(*state, "b.json", NULL,
        "sample 0@0#1 {\"text\":\"a\"}|a||||1\nsample 0@13#2 {\"text\":\"b\"}|b||||1\n");
}

static void an_array_that_breaks_off_says_where(void **state)
{
    static const struct {
        const char *text, *steps;
    } rows[] = {
        {"[", "bad 0@1+0#0 invalid-json\n"},
        {"[]", ""},
        {"[] []", "bad 0@3+2#0 invalid-json\n"},
        {"[{}", "sample 0@1#0 {}|{}||||1\nbad 0@3+0#0 invalid-json\n"},
        {"[{},]", "sample 0@1#0 {}|{}||||1\nbad 0@4+1#0 invalid-json\n"},
        {"[,{}]", "bad 0@1+4#0 invalid-json\n"},
        {"[{} {}]", "sample 0@1#0 {}|{}||||1\nbad 0@4+3#0 invalid-json\n"},
        {"[{},{\"a\":",
            "sample 0@1#0 {}|{}||||1\nbad 0@4+5#0 invalid-json\nbad 0@9+0#0 invalid-json\n"},
        {"[{\"a\":]},{}]", "bad 0@1+6#0 invalid-json\nbad 0@7+5#0 invalid-json\n"},
        {"[\"abc", "bad 0@1+4#0 invalid-json\nbad 0@5+0#0 invalid-json\n"},
        {"]", "bad 0@0+1#0 invalid-json\n"},
    };
    const struct sw_record_options options = {.format = "json"};
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        temp_tree_write(*state, "a.json", rows[i].text);
        expect_steps(*state, "a.json", &options, rows[i].steps);
    }
}

static void files_are_samples(void **state)
{
    temp_tree_write(*state, "d/ham/1.eml", "Subject: x\n\nbody \n");
    temp_tree_write_bytes(*state, "d/ham/2.png", "\x89PNG\0\xff", 6);
    temp_tree_write(*state, "d/top.md", "");
    temp_tree_write(*state, "d/.git/HEAD", "ref: x");
    const struct sw_record_options options = {.label_field = "directory"};
    SW_CLEANUP(dump) struct dump d = {0};
    dump_records(&d, temp_tree_path(*state, "d"), &options);
    assert_int_equal(d.code, SW_OK);
    assert_string_equal(d.format, "dir");
    static const char steps[] =
        "sample 0@0#0 Subject: x\n\nbody \n|Subject: x\n\nbody \n|ham/1.eml|ham||1\n"
        "sample 1@0#0 \x89PNG\0\xff|\x89PNG\0\xff|ham/2.png|ham||1\n"
        "sample 2@0#0 ||top.md|||1\n";
    assert_int_equal(d.text.len, sizeof(steps) - 1);
    assert_memory_equal(d.text.data, steps, sizeof(steps) - 1);
    const struct sw_record_options wrong = {.label_field = "label"};
    expect_failure(*state, "d", &wrong, SW_E_USAGE, "have no fields");
    const struct sw_record_options told = {.format = "dir"};
    expect_steps(*state, "d/ham/1.eml", &told,
        "sample 0@0#0 Subject: x\n\nbody \n|Subject: x\n\nbody \n|1.eml|||1\n");
}

static void what_is_no_file_is_counted_and_not_followed(void **state)
{
    temp_tree_write(*state, "d/a.jsonl", "{}");
    temp_tree_link(*state, "a.jsonl", "d/b.jsonl");
    temp_tree_link(*state, "../d", "d/loop");
    temp_tree_link(*state, "nowhere", "d/gone");
    assert_int_equal(mkfifo(temp_tree_path(*state, "d/pipe.jsonl"), 0666), 0);
    temp_tree_write(*state, "d/\xff.jsonl", "{}");
    temp_tree_write(*state, "d/README.md", "about");
    expect_steps(*state, "d", NULL,
        "bad 0@0+5#0 other-format\n"
        "bad 1@0+0#0 bad-name\n"
        "sample 2@0#1 {}|{}||||1\n"
        "bad 3@0+0#0 symlink\n"
        "bad 4@0+0#0 symlink\n"
        "bad 5@0+0#0 symlink\n"
        "bad 6@0+0#0 special-file\n");
    const struct sw_record_options dir = {.format = "dir"};
    SW_CLEANUP(dump) struct dump d = {0};
    dump_records(&d, temp_tree_path(*state, "d"), &dir);
    assert_int_equal(d.samples, 2);
    assert_int_equal(d.bad, 5);
    assert_int_equal(mkfifo(temp_tree_path(*state, "pipe"), 0666), 0);
    expect_failure(*state, "pipe", NULL, SW_E_REFUSED, "neither a directory nor a regular file");
}

/* --- choosing -------------------------------------------------------------------------------- */

static void the_format_is_found_by_name_and_content(void **state)
{
    static const struct {
        const char *name, *text, *format;
    } rows[] = {
        {"a.jsonl", "x", "jsonl"},
        {"a.NDJSON.gz", "x", "jsonl"},
        {"a.csv", "{}", "csv"},
        {"a.csv.zst", "", "csv"},
        {"a.tsv", "", "tsv"},
        {"a.txt", "{}", "lines"},
        {"a.json", "[{}]", "json"},
        {"a.json", "{\"a\":\n1}", "json"},
        {"a.json", "{\"a\":1}\n{}\n", "jsonl"},
        {"a.json", "not json", "json"},
        {"a", "\xef\xbb\xbf {\"a\":1}\n{}\n", "jsonl"},
        {"a", "{\"a\":1", "json"},
        {"a", "\n[", "json"},
        {"a.log", "words\xc3\xa9 \xf0\x9f\x98", "lines"},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        temp_tree_write(*state, rows[i].name, rows[i].text);
        SW_CLEANUP(dump) struct dump d = {0};
        dump_records(&d, temp_tree_path(*state, rows[i].name), NULL);
        assert_int_equal(d.code, SW_OK);
        assert_string_equal(d.format, rows[i].format);
    }
    temp_tree_write_bytes(*state, "a.bin", "\x89PNG\r\n\x1a\n\0\0", 10);
    expect_failure(*state, "a.bin", NULL, SW_E_REFUSED, "is neither JSON, CSV nor text");
    temp_tree_write_bytes(*state, "nul", "text\0", 5);
    expect_failure(*state, "nul", NULL, SW_E_REFUSED, "is neither JSON, CSV nor text");
}

static void a_directory_is_read_as_the_format_of_most_of_it(void **state)
{
    temp_tree_write(*state, "many/a.csv", "text\n1\n");
    temp_tree_write(*state, "many/b/c.jsonl", "{\"text\":\"0123456789\"}\n");
    temp_tree_write(*state, "many/b/d.ndjson", "{\"text\":\"x\"}\n");
    expect_steps(*state, "many", NULL,
        "bad 0@0+7#0 other-format\n"
        "sample 1@0#1 {\"text\":\"0123456789\"}|0123456789||||1\n"
        "sample 2@0#1 {\"text\":\"x\"}|x||||1\n");
    const struct sw_record_options csv = {.format = "csv"};
    expect_steps(*state, "many", &csv,
        "sample 0@5#2 1|1||||1\nbad 1@0+22#0 other-format\nbad 2@0+13#0 other-format\n");
    const struct sw_record_options lines = {.format = "lines"};
    SW_CLEANUP(dump) struct dump d = {0};
    dump_records(&d, temp_tree_path(*state, "many"), &lines); /* no name is one of plain text */
    assert_int_equal(d.samples, 4);
    temp_tree_write(*state, "json/a.json", "{\"text\":\"a\"}");
    temp_tree_write(*state, "json/b.json", "[{\"text\":\"b\"}]");
    expect_steps(*state, "json", NULL,
        "sample 0@0#0 {\"text\":\"a\"}|a||||1\nsample 1@1#0 {\"text\":\"b\"}|b||||1\n");
    temp_tree_write(*state, "json/c.txt", "c");
    expect_steps(*state, "json", NULL,
        "sample 0@0#0 {\"text\":\"a\"}|{\"text\":\"a\"}|a.json|||1\n"
        "sample 1@0#0 [{\"text\":\"b\"}]|[{\"text\":\"b\"}]|b.json|||1\n"
        "sample 2@0#0 c|c|c.txt|||1\n");
}

static void options_that_cannot_be_followed_are_refused(void **state)
{
    temp_tree_write(*state, "a.txt", "a");
    temp_tree_write(*state, "a.jsonl", "{}");
    const struct sw_record_options unknown = {.format = "parquet"};
    expect_failure(*state, "a.txt", &unknown, SW_E_USAGE,
        "there is no format 'parquet'; there are jsonl, json, csv");
    const struct sw_record_options field = {.text_field = "text"};
    expect_failure(*state, "a.txt", &field, SW_E_USAGE, "'lines' has no fields");
    const struct sw_record_options header = {.csv_no_header = true};
    expect_failure(*state, "a.jsonl", &header, SW_E_USAGE, "no row of names");
    const struct sw_record_options path = {.text_field = "a..b"};
    expect_failure(*state, "a.jsonl", &path, SW_E_USAGE, "names no member");
    const struct sw_record_options attributes = {.format = "jsonl", .attributes = "x"};
    expect_failure(*state, "a.jsonl", &attributes, SW_E_USAGE, "belong to the format 'dolma'");
    const struct sw_record_options file = {.first_file = 2};
    expect_failure(*state, "a.jsonl", &file, SW_E_USAGE, "no file 2");
    const struct sw_record_options far = {.first_offset = 100};
    expect_failure(*state, "a.jsonl", &far, SW_E_USAGE, "cannot begin at byte 100");
    assert_int_equal(sw_dir_make(temp_tree_path(*state, "empty"), 0777, NULL), SW_OK);
    expect_failure(*state, "empty", NULL, SW_E_REFUSED, "holds no files");
    expect_failure(*state, "absent", NULL, SW_E_NOENT, "cannot open");
}

static void a_file_that_changes_while_it_is_read_is_a_failure(void **state)
{
    temp_tree_write(*state, "a.jsonl", "{\"text\":\"a\"}\n{\"text\":\"b\"}\n");
    SW_CLEANUP(records) struct sw_records *r = NULL;
    struct sw_record_step step;
    struct sw_error err = {0};
    assert_int_equal(sw_records_open(&r, temp_tree_path(*state, "a.jsonl"), NULL, &err), SW_OK);
    assert_int_equal(sw_records_next(r, &step, &err), SW_OK);
    temp_tree_write(*state, "a.jsonl", "{\"text\":\"a\"}\n{\"text\":\"b\"}\nmore");
    assert_int_equal(sw_records_next(r, &step, &err), SW_OK);
    assert_int_equal(sw_records_next(r, &step, &err), SW_E_IO);
    assert_non_null(strstr(err.text, "changed while it was read"));
}

/* --- Dolma ----------------------------------------------------------------------------------- */

static void write_documents(struct temp_tree *tree)
{
    temp_tree_write(tree, "docs/a.jsonl",
        "{\"id\":\"1\",\"text\":\"one\",\"source\":\"web\"}\n"
        "{\"id\":\"2\",\"text\":\"two\"}\n"
        "{\"id\":\"3\"}\n"
        "{\"text\":\"four\"}\n"
        "{\"id\":\"5\",\"text\":\"five\",\"label\":\"own\"}\n");
}

static void documents_need_an_id_and_a_text(void **state)
{
    const struct sw_record_options options = {.format = "dolma"};
    write_documents(*state);
    expect_steps(*state, "docs", &options,
        "sample 0@0#1 {\"id\":\"1\",\"text\":\"one\",\"source\":\"web\"}|one|1|||1\n"
        "sample 0@39#2 {\"id\":\"2\",\"text\":\"two\"}|two|2|||1\n"
        "bad 0@63+10#3 missing-text\n"
        "bad 0@74+15#4 missing-id\n"
        "sample 0@90#5 {\"id\":\"5\",\"text\":\"five\",\"label\":\"own\"}|five|5|own||1\n");
}

static void attributes_are_joined_line_by_line(void **state)
{
    char attributes[128];
    (void)snprintf(attributes, sizeof(attributes), "%s", temp_tree_path(*state, "tags"));
    const struct sw_record_options options = {.attributes = attributes,
        .weight_field = "attributes.quality",
        .label_field = "attributes.kind"};
    write_documents(*state);
    temp_tree_write(*state, "tags/a.jsonl",
        "{\"id\":\"1\",\"attributes\":{\"quality\":[[0,3,0.5]],\"kind\":\"x\"}}\n"
        "{\"id\":\"9\",\"attributes\":{}}\n"
        "{\"id\":\"3\"}\n"
        "\n"
        "{\"id\":\"5\",\"attributes\":{\"quality\":[]}}\n");
    expect_steps(*state, "docs", &options,
        "sample 0@0#1 {\"id\":\"1\",\"text\":\"one\",\"source\":\"web\"}|one|1|x||0.5\n"
        "bad 0@39+23#2 attribute-mismatch\n"
        "bad 0@63+10#3 missing-text\n"
        "bad 0@74+15#4 missing-id\n"
        "sample 0@90#5 {\"id\":\"5\",\"text\":\"five\",\"label\":\"own\"}|five|5|||1\n");
    temp_tree_write(*state, "tags/a.jsonl", "{\"id\":\"1\"}\n{\"id\"\n");
    const struct sw_record_options plain = {.attributes = attributes};
    expect_steps(*state, "docs", &plain,
        "sample 0@0#1 {\"id\":\"1\",\"text\":\"one\",\"source\":\"web\"}|one|1|||1\n"
        "bad 0@39+23#2 invalid-attributes\n"
        "bad 0@63+10#3 missing-text\n"
        "bad 0@74+15#4 missing-id\n"
        "bad 0@90+38#5 missing-attributes\n");
    const struct sw_record_options later = {.attributes = attributes, .first_offset = 39};
    expect_failure(*state, "docs", &later, SW_E_USAGE, "found by its line only");
    const struct sw_record_options told = {
        .attributes = attributes, .first_offset = 74, .first_line = 4};
    expect_steps(
        *state, "docs", &told, "bad 0@74+15#4 missing-id\nbad 0@90+38#5 missing-attributes\n");
}

static void attributes_that_do_not_fit_are_said(void **state)
{
    char attributes[128];
    (void)snprintf(attributes, sizeof(attributes), "%s", temp_tree_path(*state, "tags"));
    const struct sw_record_options options = {.attributes = attributes};
    temp_tree_write(*state, "docs/a.jsonl", "{\"id\":\"1\",\"text\":\"one\"}\n");
    temp_tree_write(*state, "docs/b.jsonl", "{\"id\":\"2\",\"text\":\"two\"}\n");
    temp_tree_write(*state, "tags/a.jsonl", "{\"id\":\"1\"}\n\n{\"id\":\"2\"}\n");
    expect_steps(*state, "docs", &options,
        "sample 0@0#1 {\"id\":\"1\",\"text\":\"one\"}|one|1|||1\n"
        "bad 0@24+0#2 attribute-mismatch\n"
        "bad 1@0+24#0 missing-attributes\n");
    expect_steps(*state, "docs/a.jsonl", &options,
        "sample 0@0#1 {\"id\":\"1\",\"text\":\"one\"}|one|1|||1\n"
        "bad 0@24+0#2 attribute-mismatch\n");
    const struct sw_record_options absent = {.attributes = "/nowhere"};
    expect_failure(*state, "docs", &absent, SW_E_NOENT, "/nowhere");
    const struct sw_record_options text = {.attributes = attributes, .text_field = "attributes.x"};
    expect_failure(*state, "docs", &text, SW_E_USAGE, "cannot be taken from attribute files");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(json_lines_give_their_usual_fields),
        TEST(json_lines_give_the_fields_that_were_named),
        TEST(bad_json_lines_are_passed_over_one_by_one),
        TEST(what_is_wrong_is_said_in_words),
        TEST(marks_blank_lines_and_line_ends_are_no_part_of_a_record),
        TEST(nesting_has_an_end),
        TEST(empty_files_have_no_records),
        TEST(a_record_that_is_too_long_is_passed_over),
        TEST(a_line_of_two_gigabytes_costs_no_memory),
        TEST(other_records_that_never_end_cost_no_memory_either),
        TEST(packed_files_are_told_by_their_content),
        TEST(a_packed_file_that_is_cut_gives_whole_records_only),
        TEST(a_broken_frame_ends_its_file_only),
        TEST(rows_give_their_fields),
        TEST(rows_with_tabs_give_their_fields),
        TEST(rows_without_a_row_of_names_have_numbered_fields),
        TEST(what_stands_between_fields_can_be_told),
        TEST(bad_rows_are_passed_over_one_by_one),
        TEST(a_quote_that_is_never_closed_takes_the_rest),
        TEST(a_row_of_names_must_be_a_good_one),
        TEST(a_row_may_have_very_many_fields),
        TEST(text_is_read_by_the_line),
        TEST(items_of_an_array_are_records),
        TEST(objects_one_after_another_are_records),
        TEST(an_array_that_breaks_off_says_where),
        TEST(files_are_samples),
        TEST(what_is_no_file_is_counted_and_not_followed),
        TEST(the_format_is_found_by_name_and_content),
        TEST(a_directory_is_read_as_the_format_of_most_of_it),
        TEST(options_that_cannot_be_followed_are_refused),
        TEST(a_file_that_changes_while_it_is_read_is_a_failure),
        TEST(documents_need_an_id_and_a_text),
        TEST(attributes_are_joined_line_by_line),
        TEST(attributes_that_do_not_fit_are_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
