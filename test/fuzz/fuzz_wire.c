/* Protobuf wire format. There is one way to write each field, so that what is read must be written
 * back as the same bytes. */
#include "codec/wire.h"

#include <stdlib.h>

static void expect(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void put_varint(struct sw_buf *out, uint64_t value)
{
    for (; value >= 0x80; value >>= 7) {
        expect(sw_buf_putc(out, (char)(value | 0x80)) == SW_OK);
    }
    expect(sw_buf_putc(out, (char)value) == SW_OK);
}

static void put_fixed(struct sw_buf *out, uint64_t value, size_t width)
{
    for (size_t i = 0; i < width; i++) {
        expect(sw_buf_putc(out, (char)(value >> (8 * i))) == SW_OK);
    }
}

static void put_field(struct sw_buf *out, const struct sw_wire_field *f)
{
    put_varint(out, (uint64_t)f->number << 3 | (unsigned)f->type);
    switch (f->type) {
    case SW_WIRE_VARINT: put_varint(out, f->value); break;
    case SW_WIRE_I64: put_fixed(out, f->value, 8); break;
    case SW_WIRE_I32: put_fixed(out, f->value, 4); break;
    case SW_WIRE_BYTES:
        put_varint(out, f->bytes.len);
        expect(sw_buf_append(out, f->bytes.ptr, f->bytes.len) == SW_OK);
        break;
    }
}

static void check_message(struct sw_bytes all, struct sw_wire wire)
{
    SW_CLEANUP(buf) struct sw_buf back = SW_BUF_INIT;
    struct sw_bytes message = wire.cur.data;
    struct sw_wire_field f;
    bool more = true;
    while (sw_wire_next(&wire, &f, &more, NULL) == SW_OK && more) {
        expect(f.where - wire.base == back.len);
        put_field(&back, &f);
        expect(back.len == wire.cur.pos);
        expect(memcmp(all.ptr + f.where, back.data + (f.where - wire.base), 1) == 0);
        struct sw_wire inner;
        if (sw_wire_enter(&wire, &f, &inner, NULL) == SW_OK) {
            check_message(all, inner);
        }
    }
    expect(back.len == 0 || memcmp(back.data, message.ptr, back.len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sw_bytes all = sw_bytes(data, size);
    check_message(all, sw_wire(all));
    return 0;
}
