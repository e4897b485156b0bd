#include "claim/dsse.h"

/* DSSE v1, protocol.md: SP is one space, LEN is the byte length in ASCII decimal. */
static sw_result put_header(
    struct sw_buf *out, const char *magic, struct sw_str payload_type, size_t payload_len)
{
    SW_TRY(sw_buf_printf(out, "%s %zu ", magic, payload_type.len));
    SW_TRY(sw_buf_put_str(out, payload_type));
    return sw_buf_printf(out, " %zu ", payload_len);
}

sw_result sw_dsse_pae(struct sw_buf *out, struct sw_str payload_type, struct sw_bytes payload)
{
    SW_TRY(put_header(out, "DSSEv1", payload_type, payload.len));
    return sw_buf_append(out, payload.ptr, payload.len);
}

sw_result sw_dsse_pae_digest(enum sw_digest_alg alg, struct sw_str payload_type,
    struct sw_bytes payload, struct sw_digest *out)
{
    SW_CLEANUP(buf) struct sw_buf header = SW_BUF_INIT;
    struct sw_hash hash;
    SW_TRY(put_header(&header, "DSSEv1", payload_type, payload.len));
    SW_TRY(sw_hash_init(&hash, alg));
    sw_hash_update(&hash, header.data, header.len);
    sw_hash_update(&hash, payload.ptr, payload.len);
    sw_hash_final(&hash, out);
    return SW_OK;
}

/* What repr() of Python's bytes writes for one byte (Objects/bytesobject.c, PyBytes_Repr). */
static size_t repr_byte(uint8_t byte, char quote, char out[8])
{
    static const char short_escapes[256] = {
        ['\t'] = 't', ['\n'] = 'n', ['\r'] = 'r', ['\\'] = '\\'};
    char letter = byte == (uint8_t)quote ? quote : short_escapes[byte];
    if (letter != 0) {
        out[0] = '\\';
        out[1] = letter;
        return 2;
    }
    if (byte < 0x20 || byte >= 0x7f) {
        (void)snprintf(out, 8, "\\x%02x", byte);
        return 4;
    }
    out[0] = (char)byte;
    return 1;
}

static bool has_byte(struct sw_bytes bytes, char wanted)
{
    return bytes.len != 0 && memchr(bytes.ptr, wanted, bytes.len) != NULL;
}

sw_result sw_dsse_pae_v02(struct sw_buf *out, struct sw_str payload_type, struct sw_bytes payload)
{
    SW_TRY(put_header(out, "DSSEV1", payload_type, payload.len));
    bool has_single = has_byte(payload, '\'');
    char quote = has_single && !has_byte(payload, '"') ? '"' : '\'';
    SW_TRY(sw_buf_reserve(out, payload.len));
    SW_TRY(sw_buf_printf(out, "b%c", quote));
    for (size_t i = 0; i < payload.len; i++) {
        char text[8];
        size_t len = repr_byte(payload.ptr[i], quote, text);
        SW_TRY(sw_buf_append(out, text, len));
    }
    return sw_buf_putc(out, quote);
}
