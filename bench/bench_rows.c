/* Sets of samples made from a seed, without files that they would be read from.
 *
 *   bench-rows make PATH COUNT one|both    writes a set of COUNT samples with one or two digests
 *   bench-rows hash BYTES                  SHA-256 of so many bytes, in runs of 64 KiB
 *   bench-rows find PATH COUNT             looks for COUNT contents that are not there
 */
#include "data/rows.h"

#include "bench.h"

#include <stdio.h>
#include <stdlib.h>

static void random_digest(uint64_t *state, uint8_t out[32])
{
    for (unsigned i = 0; i < 4; i++) {
        uint64_t value = next_random(state);
        memcpy(out + 8 * i, &value, sizeof(value));
    }
}

static void make(const char *path, uint64_t count, bool one)
{
    struct sw_error err = {0};
    struct sw_rows_options options = {.one_digest = one, .reader = "jsonl"};
    struct sw_rows_writer *writer = NULL;
    struct sw_str source = sw_str("bench");
    struct sw_origin origin = {.sources = &source, .source_count = 1};
    struct sw_row row = {.weight = 1};
    struct sw_digest digest;
    uint64_t state = 1;
    must(sw_rows_create(&writer, path, &options, &err), &err);
    must(sw_rows_origin(writer, &origin, &row.origin, &err), &err);
    for (uint64_t i = 0; i < count; i++) {
        random_digest(&state, row.record);
        random_digest(&state, row.content);
        row.length = 200 + next_random(&state) % 200;
        must(sw_rows_add(writer, &row, &err), &err);
        row.offset += row.length + 1;
    }
    must(sw_rows_extra(writer, SW_ROWS_FILES, sw_bytes(".\n", 2), &err), &err);
    must(sw_rows_finish(writer, NULL, 0, NULL, &digest, &err), &err);
}

static void hash(uint64_t bytes)
{
    static uint8_t block[65536];
    struct sw_digest digest;
    for (uint64_t done = 0; done < bytes; done += sizeof(block)) {
        sw_sha256(sw_bytes(block, sizeof(block)), &digest);
    }
}

static void find(const char *path, uint64_t count)
{
    struct sw_error err = {0};
    SW_CLEANUP(rows) struct sw_rows rows = SW_ROWS_INIT;
    uint64_t state = 2;
    must(sw_rows_open(&rows, path, NULL, &err), &err);
    for (uint64_t i = 0; i < count; i++) {
        uint8_t content[32];
        uint64_t first;
        uint64_t found;
        random_digest(&state, content);
        must(sw_rows_find(&rows, content, &first, &found, &err), &err);
    }
}

int main(int argc, char **argv)
{
    uint64_t count = 0;
    const char *number = argc == 3 ? argv[2] : (argc > 3 ? argv[3] : "");
    if (!sw_parse_u64(sw_str(number), &count)) {
        (void)fprintf(stderr, "bench-rows: see the head of bench/bench_rows.c\n");
        return 2;
    }
    if (argc == 5 && strcmp(argv[1], "make") == 0) {
        make(argv[2], count, strcmp(argv[4], "one") == 0);
    } else if (argc == 4 && strcmp(argv[1], "find") == 0) {
        find(argv[2], count);
    } else {
        hash(count);
    }
    return 0;
}
