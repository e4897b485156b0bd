/* The only way to read hostile bytes: every read is checked, nothing moves on failure.
 * Pattern: s2n-tls stuffer/s2n_stuffer.h, OpenSSH sshbuf sub-buffers. */
#ifndef SW_BASE_CURSOR_H
#define SW_BASE_CURSOR_H

#include "base/bytes.h"

struct sw_cursor {
    struct sw_bytes data;
    size_t pos; /* <= data.len */
};

static inline struct sw_cursor sw_cursor(struct sw_bytes data)
{
    return (struct sw_cursor){data, 0};
}

static inline size_t sw_cur_left(const struct sw_cursor *cur)
{
    return cur->data.len - cur->pos;
}

/* Each gives SW_E_FORMAT when the bytes end first. */
sw_result sw_cur_bytes(struct sw_cursor *cur, uint64_t len, struct sw_bytes *out);
sw_result sw_cur_skip(struct sw_cursor *cur, uint64_t len);
sw_result sw_cur_sub(struct sw_cursor *cur, uint64_t len, struct sw_cursor *out);
sw_result sw_cur_seek(struct sw_cursor *cur, uint64_t pos);
sw_result sw_cur_u8(struct sw_cursor *cur, uint8_t *out);
sw_result sw_cur_u16le(struct sw_cursor *cur, uint16_t *out);
sw_result sw_cur_u32le(struct sw_cursor *cur, uint32_t *out);
sw_result sw_cur_u64le(struct sw_cursor *cur, uint64_t *out);
sw_result sw_cur_u16be(struct sw_cursor *cur, uint16_t *out);
sw_result sw_cur_u32be(struct sw_cursor *cur, uint32_t *out);
sw_result sw_cur_u64be(struct sw_cursor *cur, uint64_t *out);
/* What stands before the next `end` byte; the cursor moves past that byte. */
sw_result sw_cur_until(struct sw_cursor *cur, uint8_t end, struct sw_bytes *out);
/* Consumes `text` when it stands next; false and no move otherwise. */
bool sw_cur_match(struct sw_cursor *cur, const char *text);

#endif
