/* Journals. The first byte says how the rest is meant: as a file as it is, or as payloads of
 * records that get their right heads and checksums here, since no fuzzer guesses a checksum. What
 * is read must lie within the input, count what it says it counts, and the edge of a log that is
 * accepted must be written back as it was. */
#include "evidence/journal.h"

#include <stdlib.h>

static void expect(bool holds)
{
    if (!holds) {
        abort();
    }
}

static enum sw_code no_sink(void *ctx, int level, uint64_t index, unsigned width,
    struct sw_bytes data, struct sw_error *err)
{
    return SW_OK;
}

static void check_edge(struct sw_bytes edge)
{
    SW_CLEANUP(free) struct sw_tiles *tiles = malloc(sizeof(*tiles));
    SW_CLEANUP(buf) struct sw_buf again = SW_BUF_INIT;
    expect(tiles != NULL);
    sw_tiles_init(tiles, no_sink, NULL);
    if (sw_tiles_load(tiles, edge, NULL) == SW_OK) {
        expect(sw_tiles_save(tiles, &again) == SW_OK);
        expect(sw_bytes_equal(sw_buf_bytes(&again), edge));
    }
    sw_tiles_release(tiles);
}

static void check_batch(const struct sw_journal_record *record)
{
    struct sw_cursor entries = sw_cursor(record->entries);
    struct sw_cursor blobs = sw_cursor(record->blobs);
    struct sw_bytes part;
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < record->count; i++) {
        expect(sw_entry_next(&entries, &part) == SW_OK && part.len <= SW_ENTRY_MAX);
        bytes += 2 + part.len;
    }
    expect(bytes == record->entries.len && sw_cur_left(&entries) == 0);
    for (uint32_t i = 0; i < record->blob_count; i++) {
        expect(sw_journal_blob(&blobs, &part) == SW_OK);
    }
    expect(sw_cur_left(&blobs) == 0);
}

static void read_file(struct sw_bytes file)
{
    struct sw_journal_reader reader = {{0}, 0, NULL};
    if (sw_journal_begin(&reader, file, NULL) != SW_OK) {
        return;
    }
    for (;;) {
        struct sw_journal_record record;
        uint64_t length = 0;
        uint64_t start = reader.good;
        struct sw_bytes rest = sw_bytes(file.ptr + start, file.len - start);
        if (sw_journal_length(&reader, rest, &length) != SW_OK || length > rest.len ||
            sw_journal_next(&reader, sw_bytes(rest.ptr, length), &record, NULL) != SW_OK) {
            return;
        }
        expect(reader.good == start + length && record.offset == start);
        expect((record.type == SW_JOURNAL_BASE) == (start == SW_JOURNAL_HEAD_SIZE));
        if (record.type == SW_JOURNAL_BASE) {
            check_edge(record.edge);
        } else {
            check_batch(&record);
        }
    }
}

/* Appends a record that bears its right checksum. */
static void put_record(struct sw_buf *file, struct sw_bytes payload, uint8_t check[16])
{
    SW_CLEANUP(buf) struct sw_buf sealed = SW_BUF_INIT;
    struct sw_digest digest;
    uint64_t type = file->len == SW_JOURNAL_HEAD_SIZE ? SW_JOURNAL_BASE : SW_JOURNAL_BATCH;
    expect(sw_buf_append(&sealed, check, 16) == SW_OK);
    expect(sw_buf_put_u64be(&sealed, payload.len) == SW_OK);
    expect(sw_buf_put_u64be(&sealed, type << 56) == SW_OK);
    expect(sw_buf_append(&sealed, payload.ptr, payload.len) == SW_OK);
    sw_sha256(sw_buf_bytes(&sealed), &digest);
    expect(sw_buf_append(file, sealed.data + 16, 16) == SW_OK);
    expect(sw_buf_append(file, digest.bytes, 16) == SW_OK);
    expect(sw_buf_append(file, payload.ptr, payload.len) == SW_OK);
    memcpy(check, digest.bytes, 16);
}

/* The input is a list of payloads, each behind its length (u16). */
static void read_payloads(struct sw_bytes input)
{
    static const uint8_t head[SW_JOURNAL_HEAD_SIZE] = "SWJOURNL\0\0\0\1\0\0\0";
    SW_CLEANUP(buf) struct sw_buf file = SW_BUF_INIT;
    struct sw_cursor cur = sw_cursor(input);
    struct sw_bytes payload;
    uint8_t check[16];
    memcpy(check, head, sizeof(check));
    expect(sw_buf_append(&file, head, sizeof(head)) == SW_OK);
    while (sw_entry_next(&cur, &payload) == SW_OK) {
        put_record(&file, payload, check);
    }
    read_file(sw_buf_bytes(&file));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    struct sw_bytes rest = sw_bytes(data + 1, size - 1);
    if (data[0] == 'f') {
        read_file(rest);
    } else {
        read_payloads(rest);
    }
    return 0;
}
