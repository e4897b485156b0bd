#include "codec/wire.h"

#include <inttypes.h>

/* 2^29 - 1 */
#define NUMBER_MAX 536870911u

struct sw_wire sw_wire(struct sw_bytes message)
{
    return (struct sw_wire){.cur = sw_cursor(message)};
}

/* Ten bytes of seven bits hold 70: the tenth may only hold the last bit of the 64. */
static bool last_byte_fits(size_t index, uint8_t byte)
{
    bool spare = index > 0 && byte == 0;
    return !spare && (index < 9 || byte == 1);
}

sw_result sw_wire_varint(struct sw_cursor *cur, uint64_t *out)
{
    struct sw_cursor at = *cur;
    uint64_t value = 0;
    for (size_t i = 0; i < 10; i++) {
        uint8_t byte;
        SW_TRY(sw_cur_u8(&at, &byte));
        value |= (uint64_t)(byte & 0x7F) << (7 * i);
        if ((byte & 0x80) == 0) {
            if (!last_byte_fits(i, byte)) {
                return SW_E_FORMAT;
            }
            *out = value;
            *cur = at;
            return SW_OK;
        }
    }
    return SW_E_FORMAT;
}

static enum sw_code read_varint(struct sw_cursor *cur, struct sw_wire_field *field)
{
    return sw_wire_varint(cur, &field->value);
}

static enum sw_code read_i64(struct sw_cursor *cur, struct sw_wire_field *field)
{
    return sw_cur_u64le(cur, &field->value);
}

static enum sw_code read_i32(struct sw_cursor *cur, struct sw_wire_field *field)
{
    uint32_t value;
    SW_TRY(sw_cur_u32le(cur, &value));
    field->value = value;
    return SW_OK;
}

static enum sw_code read_bytes(struct sw_cursor *cur, struct sw_wire_field *field)
{
    uint64_t len;
    SW_TRY(sw_wire_varint(cur, &len));
    return sw_cur_bytes(cur, len, &field->bytes);
}

/* One row per wire type; without a reader: groups (3 and 4), which no format we read has, and what
 * is not assigned. */
static const struct {
    enum sw_code (*read)(struct sw_cursor *cur, struct sw_wire_field *field);
    const char *wrong;
} types[8] = {
    [SW_WIRE_VARINT] = {read_varint, "a varint that is cut off, over 64 bits or not its shortest"},
    [SW_WIRE_I64] = {read_i64, "the message ends inside a 64-bit value"},
    [SW_WIRE_BYTES] = {read_bytes, "a length that is malformed or past the end of the message"},
    [3] = {NULL, "groups are not read"},
    [4] = {NULL, "groups are not read"},
    [SW_WIRE_I32] = {read_i32, "the message ends inside a 32-bit value"},
    [6] = {NULL, "wire type 6 does not exist"},
    [7] = {NULL, "wire type 7 does not exist"},
};

static enum sw_code fail_at(uint64_t where, const char *what, struct sw_error *err)
{
    return sw_fail(err, SW_E_FORMAT, "byte %" PRIu64 ": %s", where, what);
}

sw_result sw_wire_next(
    struct sw_wire *wire, struct sw_wire_field *field, bool *more, struct sw_error *err)
{
    if (sw_cur_left(&wire->cur) == 0) {
        *more = false;
        return SW_OK;
    }
    struct sw_cursor cur = wire->cur;
    struct sw_wire_field read = {.where = wire->base + cur.pos};
    uint64_t tag;
    if (sw_wire_varint(&cur, &tag) != SW_OK) {
        return fail_at(read.where, "a malformed field tag", err);
    }
    if (tag >> 3 == 0 || tag >> 3 > NUMBER_MAX) {
        return fail_at(read.where, "a field number out of range", err);
    }
    read.number = (uint32_t)(tag >> 3);
    read.type = (enum sw_wire_type)(tag & 7);
    if (types[tag & 7].read == NULL || types[tag & 7].read(&cur, &read) != SW_OK) {
        return fail_at(read.where, types[tag & 7].wrong, err);
    }
    wire->cur = cur;
    *field = read;
    *more = true;
    return SW_OK;
}

sw_result sw_wire_enter(const struct sw_wire *wire, const struct sw_wire_field *field,
    struct sw_wire *inner, struct sw_error *err)
{
    if (field->type != SW_WIRE_BYTES) {
        return fail_at(field->where, "a number stands where a message should", err);
    }
    if (wire->depth + 1 >= SW_WIRE_DEPTH) {
        return sw_fail(err, SW_E_LIMIT, "byte %" PRIu64 ": messages nested deeper than %d levels",
            field->where, SW_WIRE_DEPTH);
    }
    uint64_t start = (uint64_t)(field->bytes.ptr - wire->cur.data.ptr);
    *inner = (struct sw_wire){
        .cur = sw_cursor(field->bytes), .base = wire->base + start, .depth = wire->depth + 1};
    return SW_OK;
}
