/* EPSS and KEV from anybody, and the lines that both kinds of feeds are read by. */
#include "supply/advisory_feeds.h"

#include <stdlib.h>

static void expect(bool holds)
{
    if (!holds) {
        abort();
    }
}

/* The lines are the bytes, less their ends. */
static void check_lines(struct sw_bytes data)
{
    struct sw_source source = sw_source_memory(data);
    SW_CLEANUP(inflate) struct sw_inflate *stream = NULL;
    SW_CLEANUP(line_reader) struct sw_line_reader lines;
    struct sw_bytes line;
    bool more = true;
    size_t sum = 0;
    expect(sw_inflate_new(&stream, &source, NULL) == SW_OK);
    bool plain = sw_inflate_is_plain(stream);
    sw_line_reader_init(&lines, stream, 4096);
    while (sw_line_read(&lines, &line, &more, NULL) == SW_OK && more) {
        expect(line.len == 0 || memchr(line.ptr, '\n', line.len) == NULL);
        sum += line.len;
    }
    expect(!plain || sum <= data.len);
}

static struct sw_feed_writer writer;

/* What one process tells another is what it read. */
static sw_result put(void *ctx, const struct sw_feed_entry *entry, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf told = SW_BUF_INIT;
    struct sw_feed_entry back;
    (void)ctx;
    expect(sw_feed_entry_write(entry, &told) == SW_OK);
    struct sw_cursor cur = sw_cursor(sw_buf_bytes(&told));
    expect(sw_feed_entry_read(&cur, &back) == SW_OK && sw_cur_left(&cur) == 0);
    expect(back.cve == entry->cve && sw_str_equal(back.added, entry->added));
    return sw_feed_writer_put(&writer, &back, err);
}

static struct sw_advisory_db db = {.name = "fuzz"}; /* each feed takes the place of the last */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SW_CLEANUP(inflate) struct sw_inflate *stream = NULL;
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_source source = sw_source_memory(sw_bytes(data, size));
    struct sw_feed_result result;
    struct sw_json json;
    struct sw_error err = {0};
    sw_arena_init(&arena, 0);
    check_lines(sw_bytes(data, size));
    expect(db.db != NULL || sw_advisory_db_make(":memory:", &db, &err) == SW_OK);
    expect(sw_inflate_new(&stream, &source, &err) == SW_OK);
    sw_feed_writer_begin(&writer, &db);
    (void)!sw_epss_read(stream, put, NULL, &result, &err);
    if (sw_json_parse(&arena, sw_bytes(data, size), NULL, &json, &err) == SW_OK &&
        sw_kev_looks_like(&json)) {
        (void)!sw_kev_read(&json, put, NULL, &result, &err);
    }
    return 0;
}
