/* Protocol buffers wire format, zero copy (protobuf.dev, "Encoding"), strict: what two readers
 * could take differently is refused. That is field number 0, groups, the unassigned wire types,
 * varints with bytes to spare or over 64 bits, and lengths past the end. What a field means is the
 * caller's. */
#ifndef SW_CODEC_WIRE_H
#define SW_CODEC_WIRE_H

#include "base/base.h"

enum sw_wire_type {
    SW_WIRE_VARINT = 0, /* int32 to uint64, sint, bool, enum */
    SW_WIRE_I64 = 1,    /* fixed64, sfixed64, double */
    SW_WIRE_BYTES = 2,  /* string, bytes, messages, packed repeated fields */
    SW_WIRE_I32 = 5,    /* fixed32, sfixed32, float */
};

/* Messages inside of messages, as deep as protobuf's own readers go. */
#define SW_WIRE_DEPTH 100

struct sw_wire_field {
    uint32_t number; /* 1 to 536,870,911 */
    enum sw_wire_type type;
    uint64_t where;        /* of its tag: byte offset in the outermost message */
    uint64_t value;        /* of a number, its bits as they are; 0 for SW_WIRE_BYTES */
    struct sw_bytes bytes; /* of SW_WIRE_BYTES, a view of the message; else empty */
};

/* Reads the fields of one message in order. Copy it to look ahead. */
struct sw_wire {
    struct sw_cursor cur;
    uint64_t base; /* of the message: byte offset in the outermost one */
    unsigned depth;
};

/* `message` must live as long as the fields that come from it. */
struct sw_wire sw_wire(struct sw_bytes message);

/* The next field; *more is false, and *field untouched, at the end of the message. SW_E_FORMAT with
 * "byte N: …". After a failure the reader stands where it was. */
sw_result sw_wire_next(
    struct sw_wire *wire, struct sw_wire_field *field, bool *more, struct sw_error *err);

/* A reader of the message that `field`, which came from `wire`, holds. SW_E_FORMAT when the field
 * is no SW_WIRE_BYTES, SW_E_LIMIT past SW_WIRE_DEPTH. */
sw_result sw_wire_enter(const struct sw_wire *wire, const struct sw_wire_field *field,
    struct sw_wire *inner, struct sw_error *err);

/* The next varint of a packed repeated field. SW_E_FORMAT as for fields, without words. */
sw_result sw_wire_varint(struct sw_cursor *cur, uint64_t *out);

/* The value of a sint32 or sint64 ("ZigZag"). */
static inline int64_t sw_wire_zigzag(uint64_t value)
{
    return (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
}

#endif
