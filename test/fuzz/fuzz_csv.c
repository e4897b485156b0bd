/* CSV against a second reader that is written as plainly as can be, by one character at a time:
 * both must see the same rows, refuse the same ones and give the same fields. */
#include "data/data.h"

#include "data/reader.h"

#include <stdlib.h>

static void expect(bool holds)
{
    if (!holds) {
        abort();
    }
}

/* One row as the plain reader sees it. */
struct row {
    size_t offset;
    size_t length;
    size_t fields;
    bool broken;
    bool unclosed;
    struct sw_buf second; /* field 2, decoded */
};

struct plain {
    struct sw_bytes text;
    size_t at;
};

static int peek(const struct plain *p)
{
    return p->at < p->text.len ? p->text.ptr[p->at] : -1;
}

static bool at_line_end(const struct plain *p)
{
    bool crlf = peek(p) == '\r' && p->at + 1 < p->text.len && p->text.ptr[p->at + 1] == '\n';
    bool last = peek(p) == '\r' && p->at + 1 == p->text.len;
    return peek(p) == -1 || peek(p) == '\n' || crlf || last;
}

static void keep(struct row *row, int c)
{
    if (row->fields == 2) {
        expect(sw_buf_putc(&row->second, (char)c) == SW_OK);
    }
}

static void read_quoted(struct plain *p, struct row *row)
{
    p->at++;
    for (;;) {
        if (peek(p) == -1) {
            row->unclosed = true;
            return;
        }
        int c = peek(p);
        p->at++;
        if (c != '"') {
            keep(row, c);
            continue;
        }
        if (peek(p) != '"') {
            break;
        }
        keep(row, '"');
        p->at++;
    }
    row->broken = row->broken || !(peek(p) == ',' || at_line_end(p));
}

static void read_field(struct plain *p, struct row *row)
{
    row->fields++;
    if (peek(p) == '"') {
        read_quoted(p, row);
    }
    while (!row->unclosed && peek(p) != ',' && !at_line_end(p)) {
        row->broken = row->broken || peek(p) == '"';
        keep(row, peek(p));
        p->at++;
    }
}

/* False at the end. */
static bool read_row(struct plain *p, struct row *row)
{
    while (p->at < p->text.len) {
        sw_buf_clear(&row->second);
        *row = (struct row){.offset = p->at, .second = row->second};
        read_field(p, row);
        while (peek(p) == ',' && !row->unclosed) {
            p->at++;
            read_field(p, row);
        }
        row->length = p->at - row->offset;
        p->at += peek(p) == '\r';
        p->at += peek(p) == '\n';
        if (row->length > 0) {
            return true;
        }
    }
    return false;
}

static const char *reason_of(const struct row *row, struct sw_bytes raw, size_t *fields)
{
    if (row->unclosed) {
        return SW_BAD_UNCLOSED;
    }
    if (row->broken) {
        return SW_BAD_CSV;
    }
    if (!sw_utf8_valid(raw)) {
        return SW_BAD_UTF8;
    }
    if (memchr(raw.ptr, 0, raw.len) != NULL) {
        return SW_BAD_NUL;
    }
    *fields = *fields == 0 ? row->fields : *fields;
    return row->fields == *fields ? NULL : SW_BAD_RAGGED;
}

static void compare(
    const struct row *row, const struct sw_record_step *step, struct sw_bytes text, size_t *fields)
{
    const char *reason = reason_of(row, sw_bytes(text.ptr + row->offset, row->length), fields);
    if (reason != NULL) {
        expect(step->kind == SW_RECORD_BAD && strcmp(step->bad.reason, reason) == 0);
        expect(step->bad.offset == row->offset && step->bad.length == row->length);
        return;
    }
    expect(step->kind == SW_RECORD_SAMPLE);
    expect(step->record.offset == row->offset && step->record.raw.len == row->length);
    expect(sw_bytes_equal(sw_bytes_of_str(step->record.id), sw_buf_bytes(&row->second)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* Behind two fields in the first row: field 2 is there. No packed file begins so. */
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    expect(sw_buf_puts(&text, "a,b\n") == SW_OK && sw_buf_append(&text, data, size) == SW_OK);
    struct plain plain = {.text = sw_buf_bytes(&text)};
    struct row row = {0};
    size_t fields = 0;
    const struct sw_record_options options = {
        .format = "csv", .csv_no_header = true, .id_field = "2"};
    struct sw_records *r = NULL;
    struct sw_record_step step;
    expect(sw_records_open_memory(&r, plain.text, "a.csv", 8, &options, NULL) == SW_OK);
    while (read_row(&plain, &row)) {
        expect(sw_records_next(r, &step, NULL) == SW_OK);
        compare(&row, &step, plain.text, &fields);
    }
    expect(sw_records_next(r, &step, NULL) == SW_OK && step.kind == SW_RECORD_END);
    sw_records_free(r);
    sw_buf_release(&row.second);
    return 0;
}
