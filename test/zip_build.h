/* Writes zip archives record by record, right or wrong as a test wants them. */
#ifndef SW_TEST_ZIP_BUILD_H
#define SW_TEST_ZIP_BUILD_H

#include "codec/zip.h"

#include <zlib.h>

struct zip_member {
    const char *name;
    struct sw_bytes data; /* as stored */
    uint64_t size;        /* after unpacking */
    uint32_t crc;
    uint16_t method, flags;
    uint64_t header; /* where the local header came to stand */
};

static inline void zip_ok(enum sw_code code)
{
    assert_int_equal(code, SW_OK);
}

static inline void zip_u16(struct sw_buf *out, uint64_t value)
{
    uint8_t raw[] = {(uint8_t)value, (uint8_t)(value >> 8)};
    zip_ok(sw_buf_append(out, raw, sizeof(raw)));
}

static inline void zip_u32(struct sw_buf *out, uint64_t value)
{
    zip_u16(out, value);
    zip_u16(out, value >> 16);
}

static inline struct zip_member zip_stored(const char *name, const void *data, size_t len)
{
    return (struct zip_member){.name = name,
        .data = sw_bytes(data, len),
        .size = len,
        .crc = (uint32_t)crc32(0, data, (uInt)len)};
}

/* Deflates into `room`, which must hold the result. */
static inline struct zip_member zip_deflated(
    const char *name, const void *data, size_t len, uint8_t *room, size_t room_len)
{
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (Bytef *)(uintptr_t)data;
    z.avail_in = (uInt)len;
    z.next_out = room;
    z.avail_out = (uInt)room_len;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    struct zip_member member = zip_stored(name, data, len);
    member.data = sw_bytes(room, room_len - z.avail_out);
    member.method = SW_ZIP_DEFLATE;
    assert_int_equal(deflateEnd(&z), Z_OK);
    return member;
}

/* The fields that the local header and the directory share. */
static inline void zip_common(struct sw_buf *out, const struct zip_member *member)
{
    zip_u16(out, 20);
    zip_u16(out, member->flags);
    zip_u16(out, member->method);
    zip_u32(out, 0);
    zip_u32(out, member->crc);
    zip_u32(out, member->data.len);
    zip_u32(out, member->size);
    zip_u16(out, strlen(member->name));
    zip_u16(out, 0);
}

static inline void zip_local(struct sw_buf *out, struct zip_member *member)
{
    member->header = out->len;
    zip_u32(out, 0x04034b50);
    zip_common(out, member);
    zip_ok(sw_buf_puts(out, member->name));
    zip_ok(sw_buf_append(out, member->data.ptr, member->data.len));
}

static inline void zip_central(struct sw_buf *out, const struct zip_member *member)
{
    zip_u32(out, 0x02014b50);
    zip_u16(out, 20);
    zip_common(out, member);
    zip_u16(out, 0); /* comment */
    zip_u16(out, 0); /* disk */
    zip_u16(out, 0);
    zip_u32(out, 0);
    zip_u32(out, member->header);
    zip_ok(sw_buf_puts(out, member->name));
}

/* The end record, for a directory that begins at `start` and ends here. */
static inline void zip_end(struct sw_buf *out, uint64_t start, uint64_t count)
{
    uint64_t size = out->len - start;
    zip_u32(out, 0x06054b50);
    zip_u32(out, 0);
    zip_u16(out, count);
    zip_u16(out, count);
    zip_u32(out, size);
    zip_u32(out, start);
    zip_u16(out, 0);
}

static inline void zip_directory(struct sw_buf *out, const struct zip_member *members, size_t count)
{
    uint64_t start = out->len;
    for (size_t i = 0; i < count; i++) {
        zip_central(out, &members[i]);
    }
    zip_end(out, start, count);
}

/* A whole archive. */
static inline void zip_build(struct sw_buf *out, struct zip_member *members, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        zip_local(out, &members[i]);
    }
    zip_directory(out, members, count);
}

#endif
