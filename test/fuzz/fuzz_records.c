/* Files of samples in every format. However much of a file is looked at in one go, the same records
 * come, in order and without overlap; records are what stands in the file; and the parts make the
 * whole. The first byte chooses the format, the second the options, the third the amount. */
#include "data/data.h"

#include "data/reader.h"

#include <inttypes.h>
#include <stdlib.h>

static void expect(bool holds)
{
    if (!holds) {
        abort();
    }
}

struct input {
    struct sw_bytes bytes;
    bool plain;      /* not packed */
    uint64_t behind; /* of the record before */
};

static void dump_bytes(struct sw_buf *out, const void *bytes, size_t len)
{
    expect(sw_buf_printf(out, "|%zu:", len) == SW_OK && sw_buf_append(out, bytes, len) == SW_OK);
}

static void take_sample(struct input *in, struct sw_buf *out, const struct sw_record *record)
{
    struct sw_bytes raw = record->raw;
    expect(record->offset >= in->behind);
    in->behind = record->offset + raw.len;
    if (in->plain) {
        expect(in->behind <= in->bytes.len);
        expect(raw.len == 0 || memcmp(in->bytes.ptr + record->offset, raw.ptr, raw.len) == 0);
    }
    expect(sw_buf_printf(out, "S%" PRIu64 " %g", record->offset, record->weight) == SW_OK);
    dump_bytes(out, raw.ptr, raw.len);
    dump_bytes(out, record->content.ptr, record->content.len);
    dump_bytes(out, record->id.ptr, record->id.len);
    dump_bytes(out, record->label.ptr, record->label.len);
    dump_bytes(out, record->language.ptr, record->language.len);
}

static void take_bad(struct input *in, struct sw_buf *out, const struct sw_bad_record *bad)
{
    expect(bad->offset >= in->behind && bad->reason != NULL && bad->detail != NULL);
    in->behind = bad->offset + bad->length;
    expect(!in->plain || in->behind <= in->bytes.len);
    expect(sw_buf_printf(out, "B%" PRIu64 "+%" PRIu64 " %s\n", bad->offset, bad->length,
               bad->reason) == SW_OK);
}

static void read_all(
    struct input *in, size_t read, const struct sw_record_options *options, struct sw_buf *out)
{
    struct sw_records *r = NULL;
    struct sw_error err = {0};
    enum sw_code code = sw_records_open_memory(&r, in->bytes, "input", read, options, &err);
    if (code != SW_OK) {
        expect((code == SW_E_REFUSED || code == SW_E_USAGE) && err.text[0] != '\0');
        return;
    }
    in->behind = 0;
    struct sw_record_step step;
    do {
        code = sw_records_next(r, &step, &err);
        expect(code == SW_OK);
        if (step.kind == SW_RECORD_SAMPLE) {
            take_sample(in, out, &step.record);
        } else if (step.kind == SW_RECORD_BAD) {
            take_bad(in, out, &step.bad);
        }
        expect(sw_records_consumed(r) <= in->bytes.len);
    } while (step.kind != SW_RECORD_END);
    expect(sw_records_consumed(r) == in->bytes.len);
    sw_records_free(r);
}

static void check_parts(
    struct input *in, struct sw_record_options options, const struct sw_buf *all)
{
    const char *name = options.format;
    if (!in->plain || (strcmp(name, "jsonl") != 0 && strcmp(name, "lines") != 0)) {
        return;
    }
    SW_CLEANUP(buf) struct sw_buf parts = SW_BUF_INIT;
    options.parts = 3 + in->bytes.len % 5;
    for (options.part = 1; options.part <= options.parts; options.part++) {
        struct sw_records *r = NULL;
        struct sw_record_step step;
        expect(sw_records_open_memory(&r, in->bytes, "input", 16, &options, NULL) == SW_OK);
        for (in->behind = 0; sw_records_next(r, &step, NULL) == SW_OK;) {
            if (step.kind == SW_RECORD_END) {
                break;
            }
            if (step.kind == SW_RECORD_SAMPLE) {
                take_sample(in, &parts, &step.record);
            } else {
                take_bad(in, &parts, &step.bad);
            }
        }
        sw_records_free(r);
    }
    expect(sw_bytes_equal(sw_buf_bytes(&parts), sw_buf_bytes(all)));
}

static bool is_plain(struct sw_bytes bytes)
{
    struct sw_source source = sw_source_memory(bytes);
    SW_CLEANUP(inflate) struct sw_inflate *stream = NULL;
    return sw_inflate_new(&stream, &source, NULL) == SW_OK && sw_inflate_is_plain(stream);
}

/* What comes out of a packed file must not be more than a run can look at. */
static bool is_small(struct sw_bytes bytes)
{
    struct sw_source source = sw_source_memory(bytes);
    SW_CLEANUP(inflate) struct sw_inflate *stream = NULL;
    return sw_inflate_new(&stream, &source, NULL) == SW_OK &&
           sw_inflate_skip(stream, 1 << 20, NULL) != SW_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 3) {
        return 0;
    }
    struct input in = {.bytes = sw_bytes(data + 3, size - 3)};
    if (!is_small(in.bytes)) {
        return 0;
    }
    const char *name = sw_record_formats[data[0] % sw_record_format_count].name;
    bool rows = strcmp(name, "csv") == 0 || strcmp(name, "tsv") == 0;
    bool fields = rows || strstr(name, "json") != NULL || strcmp(name, "dolma") == 0;
    bool numbers = rows && (data[1] & 1) != 0;
    struct sw_record_options options = {
        .format = name,
        .csv_no_header = numbers,
        .text_field = fields && (data[1] & 2) != 0 ? (numbers ? "2" : "text") : NULL,
        .weight_field = fields && (data[1] & 4) != 0 ? (numbers ? "1" : "w") : NULL,
        .label_field = fields && (data[1] & 8) != 0 ? (numbers ? "1" : "m.l") : NULL,
        .record_max = (data[1] & 16) != 0 ? 24 : 1 << 20,
    };
    in.plain = is_plain(in.bytes) || strcmp(name, "dir") == 0;
    SW_CLEANUP(buf) struct sw_buf large = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf small = SW_BUF_INIT;
    read_all(&in, SW_FEED_READ, &options, &large);
    read_all(&in, 1 + data[2], &options, &small);
    /* How near to the damage a broken packed file is read depends on the amount. */
    expect(!in.plain || sw_bytes_equal(sw_buf_bytes(&large), sw_buf_bytes(&small)));
    check_parts(&in, options, &large);
    options = (struct sw_record_options){0};
    in.plain = is_plain(in.bytes);
    read_all(&in, 64, &options, &small);
    return 0;
}
