/* What the fuzz targets of scan share: an inspection of the input as if it were a file, which must
 * end in a state that its own encoding can carry. */
#ifndef SW_FUZZ_INSPECT_INPUT_H
#define SW_FUZZ_INSPECT_INPUT_H

#include "../../src/scan/format.h"

#include <stdlib.h>

static inline void fuzz_expect(bool holds)
{
    if (!holds) {
        abort();
    }
}

static inline void fuzz_expect_reply(const struct sw_inspection *in)
{
    SW_CLEANUP(buf) struct sw_buf reply = SW_BUF_INIT;
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    struct sw_inspection back;
    fuzz_expect(sw_inspection_encode(in, &reply) == SW_OK);
    fuzz_expect(sw_inspection_decode(&back, &arena, sw_buf_bytes(&reply), NULL) == SW_OK);
    fuzz_expect(back.status == in->status && back.finding_count == in->finding_count);
    fuzz_expect(back.unread_count == in->unread_count);
    for (size_t i = 0; i < back.finding_count; i++) {
        fuzz_expect(strcmp(back.findings[i].message, in->findings[i].message) == 0);
    }
}

/* Runs one format's parser, whatever the sniffing would say. */
static inline int fuzz_parse(const struct sw_format *format, const uint8_t *data, size_t size)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, (size_t)64 << 20);
    struct sw_inspection in;
    sw_inspection_init(&in, &arena);
    in.format = format->id;
    in.status = SW_SCAN_PARSED;
    struct sw_bytes head = sw_bytes(data, size < SW_HEAD_SIZE ? size : SW_HEAD_SIZE);
    struct sw_specimen specimen = {
        .source = sw_source_memory(sw_bytes(data, size)), .head = head, .name = "input"};
    struct sw_error err = {0};
    enum sw_code code = format->parse(&in, &specimen, &err);
    fuzz_expect(code == SW_OK || code == SW_E_FORMAT || code == SW_E_LIMIT || code == SW_E_NOMEM ||
                code == SW_E_UNSUPPORTED);
    fuzz_expect(sw_settle(&in, size) == SW_OK);
    fuzz_expect_reply(&in);
    return 0;
}

#endif
