/* Protocol buffers, made by the test: fields are added behind each other. */
#ifndef SW_TEST_PROTO_FILES_H
#define SW_TEST_PROTO_FILES_H

#include "inspect_one.h"

struct proto {
    struct sw_buf buf;
};

static inline void proto_varint(struct proto *p, uint64_t value)
{
    while (value >= 0x80) {
        uint8_t byte = (uint8_t)(value | 0x80);
        assert_int_equal(sw_buf_append(&p->buf, &byte, 1), SW_OK);
        value >>= 7;
    }
    uint8_t byte = (uint8_t)value;
    assert_int_equal(sw_buf_append(&p->buf, &byte, 1), SW_OK);
}

static inline void proto_number(struct proto *p, unsigned field, uint64_t value)
{
    proto_varint(p, field << 3);
    proto_varint(p, value);
}

static inline void proto_bytes(struct proto *p, unsigned field, const void *bytes, size_t len)
{
    proto_varint(p, field << 3 | 2);
    proto_varint(p, len);
    assert_int_equal(sw_buf_append(&p->buf, bytes, len), SW_OK);
}

static inline void proto_text(struct proto *p, unsigned field, const char *text)
{
    proto_bytes(p, field, text, strlen(text));
}

/* Adds what is in `inner`, and empties it. */
static inline void proto_message(struct proto *p, unsigned field, struct proto *inner)
{
    proto_bytes(
        p, field, inner->buf.data == NULL ? (const void *)"" : inner->buf.data, inner->buf.len);
    sw_buf_release(&inner->buf);
    inner->buf = SW_BUF_INIT;
}

static inline void proto_look(struct looked *out, struct proto *p, const char *name)
{
    look(out, p->buf.data, p->buf.len, name);
    sw_buf_release(&p->buf);
    p->buf = SW_BUF_INIT;
}

#endif
