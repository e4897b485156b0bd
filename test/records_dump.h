/* Reads an input to its end and writes what came, a line a step, for tests to compare:
 *
 *     sample 0@12#2 raw|content|id|label|language|weight
 *     bad 0@30+5#3 invalid-json
 *
 * that is file @ offset + length # line. */
#ifndef SW_TEST_RECORDS_DUMP_H
#define SW_TEST_RECORDS_DUMP_H

#include "data/data.h"

#include <inttypes.h>

struct dump {
    struct sw_buf text;
    size_t samples;
    size_t bad;
    struct sw_bad_record last_bad; /* its texts are gone, but the reason */
    enum sw_code code;             /* of opening, or of the last step */
    struct sw_error err;
    char format[16];
    bool without_lines; /* set before: "#line" is left out */
};

static inline enum sw_code dump_sample(struct dump *d, const struct sw_record *record)
{
    struct sw_buf *out = &d->text;
    SW_TRY(sw_buf_printf(out, "sample %" PRIu32 "@%" PRIu64, record->file, record->offset));
    if (!d->without_lines) {
        SW_TRY(sw_buf_printf(out, "#%" PRIu64, record->line));
    }
    const struct sw_bytes parts[] = {record->raw, record->content, sw_bytes_of_str(record->id),
        sw_bytes_of_str(record->label), sw_bytes_of_str(record->language)};
    for (size_t i = 0; i < SW_COUNT(parts); i++) {
        SW_TRY(sw_buf_putc(out, i == 0 ? ' ' : '|'));
        SW_TRY(sw_buf_append(out, parts[i].ptr, parts[i].len));
    }
    d->samples++;
    return sw_buf_printf(out, "|%g\n", record->weight);
}

static inline enum sw_code dump_bad(struct dump *d, const struct sw_bad_record *bad)
{
    SW_TRY(sw_buf_printf(
        &d->text, "bad %" PRIu32 "@%" PRIu64 "+%" PRIu64, bad->file, bad->offset, bad->length));
    if (!d->without_lines) {
        SW_TRY(sw_buf_printf(&d->text, "#%" PRIu64, bad->line));
    }
    d->bad++;
    d->last_bad = *bad;
    return sw_buf_printf(&d->text, " %s\n", bad->reason);
}

static inline enum sw_code dump_all(
    struct dump *d, const char *path, const struct sw_record_options *options)
{
    SW_CLEANUP(records) struct sw_records *r = NULL;
    SW_TRY(sw_records_open(&r, path, options, &d->err));
    (void)snprintf(d->format, sizeof(d->format), "%s", sw_records_format(r));
    struct sw_record_step step;
    for (;;) {
        SW_TRY(sw_records_next(r, &step, &d->err));
        if (step.kind == SW_RECORD_END) {
            return SW_OK;
        }
        SW_TRY(
            step.kind == SW_RECORD_SAMPLE ? dump_sample(d, &step.record) : dump_bad(d, &step.bad));
    }
}

/* Adds to `d`. Release d->text. */
static inline void dump_records(
    struct dump *d, const char *path, const struct sw_record_options *options)
{
    d->code = dump_all(d, path, options);
}

static inline void dump_release(struct dump *d)
{
    sw_buf_release(&d->text);
    *d = (struct dump){0};
}
SW_DEFINE_CLEANUP(dump, struct dump, dump_release)

#endif
