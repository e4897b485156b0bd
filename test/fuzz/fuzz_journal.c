/* Journals. The first byte says how the rest is meant: 'f' as a file as it is, else as payloads of
 * records that get their right heads and checksums here, since no fuzzer guesses them; with 's'
 * they get their signatures, too, which takes longer. What is read must lie within the input, count
 * what it says it counts, and the edge of a log that is accepted must be written back as it was. A
 * signature must hold over what was signed, and over nothing else. */
#include "../journal_build.h"

#include <stdlib.h>

#define ORIGIN "example.com/log"

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

static const struct sw_key *log_key(void)
{
    static struct sw_key *key;
    expect(key != NULL || sw_key_generate(SW_KEY_ED25519, &key, NULL) == SW_OK);
    return key;
}

static void check_signed(const struct sw_journal_record *record)
{
    expect(sw_journal_check_signature(ORIGIN, log_key(), record, NULL) == SW_OK);
    expect(sw_journal_check_signature(ORIGIN "2", log_key(), record, NULL) == SW_E_REFUSED);
    struct sw_journal_record other = *record;
    uint8_t head[AT_SIGNATURE];
    expect(record->head.len == sizeof(head));
    memcpy(head, record->head.ptr, sizeof(head));
    head[record->payload.len % sizeof(head)] ^= 1;
    other.head.ptr = head;
    expect(sw_journal_check_signature(ORIGIN, log_key(), &other, NULL) == SW_E_REFUSED);
}

static void read_file(struct sw_bytes file, bool is_whole, bool is_signed)
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
            expect(!is_whole || rest.len == 0);
            return;
        }
        expect(reader.good == start + length && record.offset == start);
        expect((record.type == SW_JOURNAL_BASE) == (start == SW_JOURNAL_HEAD_SIZE));
        if (is_signed) {
            check_signed(&record);
        }
        if (sw_journal_read(&record, NULL) != SW_OK) {
            continue;
        }
        if (record.type == SW_JOURNAL_BASE) {
            check_edge(record.edge);
        } else {
            check_batch(&record);
        }
    }
}

/* The input is a list of payloads, each behind its length (u16). */
static void read_payloads(struct sw_bytes input, bool sign)
{
    const struct sw_key *key = sign ? log_key() : NULL;
    SW_CLEANUP(buf) struct sw_buf file = SW_BUF_INIT;
    struct sw_cursor cur = sw_cursor(input);
    struct sw_bytes payload;
    uint8_t check[32];
    check_of_head(check);
    expect(sw_buf_append(&file, FILE_HEAD, SW_JOURNAL_HEAD_SIZE) == SW_OK);
    while (sw_entry_next(&cur, &payload) == SW_OK) {
        bool first = file.len == SW_JOURNAL_HEAD_SIZE;
        expect(put_record(&file, ORIGIN, key, first ? SW_JOURNAL_BASE : SW_JOURNAL_BATCH, payload,
                   check) == SW_OK);
    }
    read_file(sw_buf_bytes(&file), true, sign);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    struct sw_bytes rest = sw_bytes(data + 1, size - 1);
    if (data[0] == 'f') {
        read_file(rest, false, false);
    } else {
        read_payloads(rest, data[0] == 's');
    }
    return 0;
}
