#include "base/base.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>

void sw_buf_init(struct sw_buf *buf, size_t max)
{
    *buf = (struct sw_buf){.max = max};
}

void sw_buf_release(struct sw_buf *buf)
{
    free(buf->data);
    *buf = (struct sw_buf){.max = buf->max};
}

void sw_buf_wipe(struct sw_buf *buf)
{
    if (buf->data != NULL) {
        OPENSSL_cleanse(buf->data, buf->cap);
    }
    sw_buf_release(buf);
}

/* realloc may leave an unwiped copy behind; a buffer that holds a secret is reserved once, first.
 */
static sw_result grow(struct sw_buf *buf, size_t need)
{
    size_t cap = buf->cap < 64 ? 64 : buf->cap;
    while (cap < need) {
        if (!sw_mul_size(cap, 2, &cap)) {
            return SW_E_NOMEM;
        }
    }
    uint8_t *data = realloc(buf->data, cap);
    SW_TRY_PTR(data);
    buf->data = data;
    buf->cap = cap;
    return SW_OK;
}

sw_result sw_buf_reserve(struct sw_buf *buf, size_t extra)
{
    size_t len;
    size_t need;
    if (!sw_add_size(buf->len, extra, &len) || !sw_add_size(len, 1, &need)) {
        return SW_E_LIMIT;
    }
    if (buf->max != 0 && len > buf->max) {
        return SW_E_LIMIT;
    }
    return need <= buf->cap ? SW_OK : grow(buf, need);
}

sw_result sw_buf_append(struct sw_buf *buf, const void *data, size_t len)
{
    SW_TRY(sw_buf_reserve(buf, len));
    if (len != 0) {
        memcpy(buf->data + buf->len, data, len);
    }
    buf->len += len;
    buf->data[buf->len] = 0;
    return SW_OK;
}

sw_result sw_buf_puts(struct sw_buf *buf, const char *text)
{
    return sw_buf_append(buf, text, strlen(text));
}

sw_result sw_buf_put_str(struct sw_buf *buf, struct sw_str text)
{
    return sw_buf_append(buf, text.ptr, text.len);
}

sw_result sw_buf_putc(struct sw_buf *buf, char c)
{
    return sw_buf_append(buf, &c, 1);
}

sw_result sw_buf_printf(struct sw_buf *buf, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    enum sw_code code = n < 0 ? SW_E_INTERNAL : sw_buf_reserve(buf, (size_t)n);
    if (code == SW_OK) {
        (void)vsnprintf((char *)buf->data + buf->len, (size_t)n + 1, fmt, again);
        buf->len += (size_t)n;
    }
    va_end(again);
    return code;
}

static sw_result put_be(struct sw_buf *buf, uint64_t value, size_t width)
{
    uint8_t out[8];
    for (size_t i = 0; i < width; i++) {
        out[i] = (uint8_t)(value >> (8 * (width - 1 - i)));
    }
    return sw_buf_append(buf, out, width);
}

sw_result sw_buf_put_u16be(struct sw_buf *buf, uint16_t value)
{
    return put_be(buf, value, 2);
}

sw_result sw_buf_put_u32be(struct sw_buf *buf, uint32_t value)
{
    return put_be(buf, value, 4);
}

sw_result sw_buf_put_u64be(struct sw_buf *buf, uint64_t value)
{
    return put_be(buf, value, 8);
}
