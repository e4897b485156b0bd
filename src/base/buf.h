/* A growing run of bytes that owns its memory. */
#ifndef SW_BASE_BUF_H
#define SW_BASE_BUF_H

#include "base/bytes.h"

struct sw_buf {
    uint8_t *data; /* always followed by one NUL once something was appended; not counted */
    size_t len;
    size_t cap;
    size_t max; /* the length may not pass this; 0 means no maximum */
};

#define SW_BUF_INIT ((struct sw_buf){0})

void sw_buf_init(struct sw_buf *buf, size_t max);
void sw_buf_release(struct sw_buf *buf);
SW_DEFINE_CLEANUP(buf, struct sw_buf, sw_buf_release)
/* Overwrites what it holds before freeing it: for secrets. */
void sw_buf_wipe(struct sw_buf *buf);
SW_DEFINE_CLEANUP(secret, struct sw_buf, sw_buf_wipe)
/* Empties it and keeps the memory. */
static inline void sw_buf_clear(struct sw_buf *buf)
{
    buf->len = 0;
}

/* Makes room for `extra` more bytes. SW_E_NOMEM, or SW_E_LIMIT past the maximum. */
sw_result sw_buf_reserve(struct sw_buf *buf, size_t extra);
sw_result sw_buf_append(struct sw_buf *buf, const void *data, size_t len);
sw_result sw_buf_puts(struct sw_buf *buf, const char *text);
sw_result sw_buf_put_str(struct sw_buf *buf, struct sw_str text);
sw_result sw_buf_putc(struct sw_buf *buf, char c);
sw_result sw_buf_printf(struct sw_buf *buf, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Integers in a stated byte order. */
sw_result sw_buf_put_u16be(struct sw_buf *buf, uint16_t value);
sw_result sw_buf_put_u32be(struct sw_buf *buf, uint32_t value);
sw_result sw_buf_put_u64be(struct sw_buf *buf, uint64_t value);

/* Views; valid until the next append. */
static inline struct sw_bytes sw_buf_bytes(const struct sw_buf *buf)
{
    return (struct sw_bytes){buf->data, buf->len};
}
static inline struct sw_str sw_buf_str(const struct sw_buf *buf)
{
    return (struct sw_str){(const char *)buf->data, buf->len};
}
/* The content as a C string ("" when empty). */
static inline const char *sw_buf_cstr(const struct sw_buf *buf)
{
    return buf->len == 0 ? "" : (const char *)buf->data;
}

#endif
