#include "scan/message.h"

#include <inttypes.h>

enum { VARINT_MAX = 10 };

static sw_result fail_at(uint64_t at, struct sw_error *err, const char *what)
{
    return sw_fail(err, SW_E_FORMAT, "byte %" PRIu64 ": %s", at, what);
}

sw_result sw_message_fail(
    const struct sw_message_field *field, struct sw_error *err, const char *what)
{
    return fail_at(field->at, err, what);
}

struct sw_message sw_message(struct sw_window *window)
{
    return (struct sw_message){.window = window, .end = window->source->size};
}

/* The bytes at `at` that belong to the message, at most `want`. */
static sw_result view(const struct sw_message *message, uint64_t at, size_t want,
    struct sw_bytes *out, struct sw_error *err)
{
    uint64_t left = message->end - at;
    SW_TRY(sw_window_view(message->window, at, left < want ? (size_t)left : want, out, err));
    return SW_OK;
}

static sw_result read_varint(
    const struct sw_message *message, uint64_t *at, uint64_t *out, struct sw_error *err)
{
    struct sw_bytes bytes;
    SW_TRY(view(message, *at, VARINT_MAX, &bytes, err));
    struct sw_cursor cur = sw_cursor(bytes);
    if (sw_wire_varint(&cur, out) != SW_OK) {
        return fail_at(*at, err, "a varint that is cut off, over 64 bits or not its shortest");
    }
    *at += cur.pos;
    return SW_OK;
}

static sw_result read_fixed(const struct sw_message *message, uint64_t *at, size_t width,
    uint64_t *out, struct sw_error *err)
{
    struct sw_bytes bytes;
    SW_TRY(view(message, *at, width, &bytes, err));
    if (bytes.len < width) {
        return fail_at(*at, err, "the message ends inside a number");
    }
    *out = 0;
    for (size_t i = width; i > 0; i--) {
        *out = *out << 8 | bytes.ptr[i - 1];
    }
    *at += width;
    return SW_OK;
}

static sw_result read_content(const struct sw_message *message, struct sw_message_field *field,
    uint64_t *at, struct sw_error *err)
{
    field->at = *at;
    switch (field->type) {
    case SW_WIRE_VARINT: return read_varint(message, at, &field->value, err);
    case SW_WIRE_I64: return read_fixed(message, at, 8, &field->value, err);
    case SW_WIRE_I32: return read_fixed(message, at, 4, &field->value, err);
    case SW_WIRE_BYTES:
        SW_TRY(read_varint(message, at, &field->value, err));
        field->at = *at;
        if (field->value > message->end - *at) {
            return fail_at(*at, err, "a length past the end of the message");
        }
        *at += field->value;
        return SW_OK;
    default: return fail_at(*at, err, "a group, or a wire type that does not exist");
    }
}

sw_result sw_message_next(
    struct sw_message *message, struct sw_message_field *field, bool *more, struct sw_error *err)
{
    if (message->at == message->end) {
        *more = false;
        return SW_OK;
    }
    uint64_t at = message->at;
    uint64_t tag;
    SW_TRY(read_varint(message, &at, &tag, err));
    if (tag >> 3 == 0 || tag >> 3 > (1u << 29) - 1) {
        return fail_at(message->at, err, "a field number that does not exist");
    }
    struct sw_message_field next = {
        .number = (uint32_t)(tag >> 3), .type = (enum sw_wire_type)(tag & 7)};
    SW_TRY(read_content(message, &next, &at, err));
    *field = next;
    *more = true;
    message->at = at;
    return SW_OK;
}

static sw_result want_bytes(const struct sw_message_field *field, struct sw_error *err)
{
    return field->type == SW_WIRE_BYTES
               ? SW_OK
               : sw_message_fail(field, err, "a number where a message or text belongs");
}

sw_result sw_message_enter(const struct sw_message *message, const struct sw_message_field *field,
    struct sw_message *inner, struct sw_error *err)
{
    SW_TRY(want_bytes(field, err));
    if (message->depth == SW_WIRE_DEPTH) {
        return sw_fail(err, SW_E_LIMIT, "byte %" PRIu64 ": messages nest too deep", field->at);
    }
    *inner = (struct sw_message){.window = message->window,
        .at = field->at,
        .end = field->at + field->value,
        .depth = message->depth + 1};
    return SW_OK;
}

sw_result sw_message_text(const struct sw_message *message, const struct sw_message_field *field,
    struct sw_arena *arena, uint64_t max, struct sw_str *out, struct sw_error *err)
{
    SW_TRY(want_bytes(field, err));
    if (field->value > max) {
        return sw_fail(err, SW_E_LIMIT, "byte %" PRIu64 ": a text of %" PRIu64 " bytes", field->at,
            field->value);
    }
    size_t len = (size_t)field->value;
    char *copy = sw_arena_alloc(arena, len + 1);
    SW_TRY_PTR(copy);
    for (size_t done = 0; done < len;) {
        struct sw_bytes part;
        size_t want = len - done < SW_WINDOW_SIZE ? len - done : SW_WINDOW_SIZE;
        SW_TRY(sw_window_view(message->window, field->at + done, want, &part, err));
        if (part.len == 0) {
            return sw_message_fail(field, err, "the file ends inside a text");
        }
        memcpy(copy + done, part.ptr, part.len);
        done += part.len;
    }
    copy[len] = '\0';
    *out = sw_str_n(copy, len);
    return SW_OK;
}

static sw_result add_number(const struct sw_message_field *field, uint64_t value, uint64_t *out,
    size_t max, size_t *count, struct sw_error *err)
{
    if (*count == max) {
        return sw_message_fail(field, err, "a list of more numbers than it may have");
    }
    out[(*count)++] = value;
    return SW_OK;
}

sw_result sw_message_numbers(const struct sw_message *message, const struct sw_message_field *field,
    uint64_t *out, size_t max, size_t *count, struct sw_error *err)
{
    if (field->type == SW_WIRE_VARINT) {
        return add_number(field, field->value, out, max, count, err);
    }
    SW_TRY(want_bytes(field, err));
    struct sw_message packed = {
        .window = message->window, .at = field->at, .end = field->at + field->value};
    while (packed.at < packed.end) {
        uint64_t value;
        SW_TRY(read_varint(&packed, &packed.at, &value, err));
        SW_TRY(add_number(field, value, out, max, count, err));
    }
    return SW_OK;
}

static const struct sw_message_row *find_row(
    const struct sw_message_row *rows, size_t count, uint32_t number)
{
    for (size_t i = 0; i < count; i++) {
        if (rows[i].number == number) {
            return &rows[i];
        }
    }
    return NULL;
}

static void note_unknown(struct sw_message_reader *reader, const struct sw_message_field *field)
{
    uint64_t size = field->type == SW_WIRE_BYTES ? field->value : 8;
    reader->unknown_at = reader->unknown == 0 ? field->at : reader->unknown_at;
    reader->unknown += size == 0 ? 1 : size;
}

sw_result sw_message_walk(struct sw_message_reader *reader, struct sw_message message,
    const struct sw_message_row *rows, size_t count, void *out)
{
    uint64_t seen = 0;
    for (;;) {
        struct sw_message_field field;
        bool more = false;
        SW_TRY(sw_message_next(&message, &field, &more, reader->err));
        if (!more) {
            return SW_OK;
        }
        const struct sw_message_row *row = find_row(rows, count, field.number);
        if (row == NULL) {
            note_unknown(reader, &field);
            continue;
        }
        uint64_t bit = (uint64_t)1 << row->number;
        if (row->once && (seen & bit) != 0) {
            return sw_message_fail(&field, reader->err, "a field stands twice that may only once");
        }
        seen |= bit;
        if (row->take != NULL) {
            SW_TRY(row->take(reader, &message, &field, out));
        }
    }
}

sw_result sw_message_walk_in(struct sw_message_reader *reader, const struct sw_message *outer,
    const struct sw_message_field *field, const struct sw_message_row *rows, size_t count,
    void *out)
{
    struct sw_message inner;
    SW_TRY(sw_message_enter(outer, field, &inner, reader->err));
    return sw_message_walk(reader, inner, rows, count, out);
}

#define SHAPE_FIELDS 65536

static bool add_to_shape(
    const struct sw_message_field *field, uint64_t fields, struct sw_message_shape *out)
{
    if (field->number >= SW_MESSAGE_ROW_MAX || (fields >> field->number & 1) == 0) {
        return false;
    }
    uint32_t n = field->number;
    if (out->count[n]++ == 0) {
        out->first[n] = *field;
    }
    return out->first[n].type == field->type;
}

bool sw_message_shape(const struct sw_source *source, uint64_t fields, struct sw_message_shape *out)
{
    SW_CLEANUP(free) struct sw_window *window = malloc(sizeof(*window));
    *out = (struct sw_message_shape){0};
    if (window == NULL) {
        return false;
    }
    sw_window_init(window, source);
    struct sw_message message = sw_message(window);
    for (size_t i = 0; i < SHAPE_FIELDS; i++) {
        struct sw_message_field field;
        bool more = false;
        if (sw_message_next(&message, &field, &more, NULL) != SW_OK) {
            return false;
        }
        if (!more) {
            return true;
        }
        if (!add_to_shape(&field, fields, out)) {
            return false;
        }
    }
    return false;
}
