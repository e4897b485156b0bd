#include "data/proof.h"

/* Operations of the packed form; doc/format/sample-proof.md, "Packed text". */
enum {
    OP_LITERAL_MAX = 0x7f, /* 0x00 to this: so many bytes and one follow as they are */
    OP_SHA256 = 0x80,      /* "sha256:" and the hexadecimal digits of the 32 bytes that follow */
    OP_BASE64 = 0x81,      /* a length, then so many bytes: their base64 */
    OP_PHRASE = 0x90,      /* this and up: a phrase of the list */
};

#define SHA256_TEXT_LEN (7u + 64u)
#define BASE64_LEAST 24u /* shorter runs are mostly words */

/* Part of the format: a phrase is never changed or moved, new ones are put behind the last. */
static const char *const phrases[] = {
    "{\"apiVersion\":\"0.0.2\",\"kind\":\"hashedrekord\",\"sealwright\":{\"claim\":\"",
    "\",\"predicateType\":\"urn:sealwright:claim:dataset:v1\",\"subject\":[\"",
    "\",\"",
    "\"],\"time\":\"",
    "\"},\"spec\":{\"hashedRekordV002\":{\"data\":{\"algorithm\":\"SHA2_256\",\"digest\":\"",
    "\"},\"signature\":{\"content\":\"",
    "\",\"verifier\":{\"keyDetails\":\"PKIX_ECDSA_P256_SHA_256\",\"publicKey\":{\"rawBytes\":\"",
    "\",\"verifier\":{\"keyDetails\":\"PKIX_ED25519\",\"publicKey\":{\"rawBytes\":\"",
    "\"}}}}}}",
    "\n\n\xe2\x80\x94 ", /* the first signature of a note */
    "\n\xe2\x80\x94 ",
};

/* --- packing --------------------------------------------------------------------------------- */

struct packer {
    struct sw_bytes text;
    size_t pos;
    size_t literal; /* where the bytes begin that are not written yet */
    struct sw_buf *out;
};

static sw_result flush_literal(struct packer *p)
{
    while (p->literal < p->pos) {
        size_t n = p->pos - p->literal;
        n = n > OP_LITERAL_MAX + 1u ? OP_LITERAL_MAX + 1u : n;
        SW_TRY(sw_buf_putc(p->out, (char)(n - 1)));
        SW_TRY(sw_buf_append(p->out, p->text.ptr + p->literal, n));
        p->literal += n;
    }
    return SW_OK;
}

static sw_result flush_as(struct packer *p, uint8_t op, struct sw_bytes operand, size_t text_len)
{
    SW_TRY(flush_literal(p));
    SW_TRY(sw_buf_putc(p->out, (char)op));
    SW_TRY(sw_buf_append(p->out, operand.ptr, operand.len));
    p->pos += text_len;
    p->literal = p->pos;
    return SW_OK;
}

static struct sw_str rest_of(const struct packer *p)
{
    return sw_str_n((const char *)p->text.ptr + p->pos, p->text.len - p->pos);
}

/* Each of these sets *done when it took something. */
static sw_result pack_phrase(struct packer *p, bool *done)
{
    struct sw_str rest = rest_of(p);
    size_t best = SW_COUNT(phrases);
    size_t best_len = 0;
    for (size_t i = 0; i < SW_COUNT(phrases); i++) {
        size_t len = strlen(phrases[i]);
        if (len > best_len && sw_str_starts(rest, phrases[i])) {
            best = i;
            best_len = len;
        }
    }
    *done = best_len > 0;
    return *done ? flush_as(p, (uint8_t)(OP_PHRASE + best), sw_bytes(NULL, 0), best_len) : SW_OK;
}

static sw_result pack_digest(struct packer *p, bool *done)
{
    struct sw_str rest = rest_of(p);
    uint8_t bytes[32];
    *done = rest.len >= SHA256_TEXT_LEN && sw_str_starts(rest, "sha256:") &&
            sw_hex_decode(sw_str_n(rest.ptr + 7, 64), bytes, sizeof(bytes));
    return *done ? flush_as(p, OP_SHA256, sw_bytes(bytes, sizeof(bytes)), SHA256_TEXT_LEN) : SW_OK;
}

static bool is_base64(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/' || c == '=';
}

/* A whole run of base64 characters that has one spelling only. */
static sw_result pack_base64(struct packer *p, bool *done)
{
    struct sw_str rest = rest_of(p);
    SW_CLEANUP(buf) struct sw_buf operand = SW_BUF_INIT;
    size_t len = 0;
    while (len < rest.len && is_base64((uint8_t)rest.ptr[len])) {
        len++;
    }
    *done = false;
    if (len < BASE64_LEAST || (p->pos > 0 && is_base64(p->text.ptr[p->pos - 1]))) {
        return SW_OK;
    }
    SW_TRY(sw_buf_putc(&operand, 0));
    enum sw_code code = sw_base64_decode(&operand, sw_str_n(rest.ptr, len), false);
    if (code != SW_OK || operand.len - 1 > UINT8_MAX) {
        return code == SW_E_NOMEM ? code : SW_OK;
    }
    operand.data[0] = (uint8_t)(operand.len - 1);
    *done = true;
    return flush_as(p, OP_BASE64, sw_buf_bytes(&operand), len);
}

sw_result sw_proof_pack(struct sw_bytes text, struct sw_buf *out)
{
    static enum sw_code (*const rules[])(struct packer *, bool *) = {
        pack_phrase, pack_digest, pack_base64};
    struct packer p = {.text = text, .out = out};
    while (p.pos < text.len) {
        bool done = false;
        for (size_t i = 0; i < SW_COUNT(rules) && !done; i++) {
            SW_TRY(rules[i](&p, &done));
        }
        p.pos += done ? 0 : 1;
    }
    return flush_literal(&p);
}

/* --- unpacking ------------------------------------------------------------------------------- */

static sw_result unpack_digest(struct sw_cursor *cur, struct sw_buf *out)
{
    struct sw_bytes bytes;
    char hex[65];
    SW_TRY(sw_cur_bytes(cur, 32, &bytes));
    sw_hex_encode(bytes, hex);
    SW_TRY(sw_buf_puts(out, "sha256:"));
    return sw_buf_puts(out, hex);
}

static sw_result unpack_base64(struct sw_cursor *cur, struct sw_buf *out)
{
    struct sw_bytes bytes;
    uint8_t len;
    SW_TRY(sw_cur_u8(cur, &len));
    SW_TRY(sw_cur_bytes(cur, len, &bytes));
    return sw_base64_encode(out, bytes);
}

static sw_result unpack_one(struct sw_cursor *cur, struct sw_buf *out)
{
    struct sw_bytes bytes;
    uint8_t op;
    SW_TRY(sw_cur_u8(cur, &op));
    if (op <= OP_LITERAL_MAX) {
        SW_TRY(sw_cur_bytes(cur, op + 1u, &bytes));
        return sw_buf_append(out, bytes.ptr, bytes.len);
    }
    if (op == OP_SHA256) {
        return unpack_digest(cur, out);
    }
    if (op == OP_BASE64) {
        return unpack_base64(cur, out);
    }
    if (op < OP_PHRASE || op - OP_PHRASE >= (int)SW_COUNT(phrases)) {
        return SW_E_FORMAT;
    }
    return sw_buf_puts(out, phrases[op - OP_PHRASE]);
}

sw_result sw_proof_unpack(struct sw_bytes packed, struct sw_buf *out)
{
    struct sw_cursor cur = sw_cursor(packed);
    while (sw_cur_left(&cur) > 0) {
        SW_TRY(unpack_one(&cur, out));
    }
    return SW_OK;
}
