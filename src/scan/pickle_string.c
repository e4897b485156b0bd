#include "scan/pickle_private.h"

#include "codec/codec.h"

#define ZLIB_CONST
#include <zlib.h>

/* Functions and methods that make text and bytes, as far as names are hidden by them. */

#define UNPACKED_TEXT_MAX ((size_t)1 << 20)

static bool text_at(const struct sw_pickle_fold *fold, size_t index, struct sw_str *text)
{
    return index < fold->count && sw_pickle_whole_text(fold->m, &fold->args[index], text);
}

static bool is_text(const struct sw_pickle_fold *fold, size_t index)
{
    return index < fold->count && fold->args[index].kind == SW_VALUE_TEXT;
}

static bool give(const struct sw_pickle_fold *fold, enum sw_pickle_kind kind,
    const struct sw_buf *buf, struct sw_pickle_value *out)
{
    *out = sw_pickle_made_copy(fold->m, kind, sw_buf_str(buf));
    return out->kind != SW_VALUE_OTHER;
}

static enum sw_pickle_kind same_kind(const struct sw_pickle_fold *fold)
{
    return (enum sw_pickle_kind)fold->args[0].kind;
}

/* --- joining ---------------------------------------------------------------------------------- */

/* separator.join(items) */
static bool fold_join(const struct sw_pickle_fold *fold, struct sw_pickle_value *out)
{
    SW_CLEANUP(buf) struct sw_buf buf = {.max = SW_PICKLE_TEXT_MAX};
    struct sw_str separator;
    struct sw_str part;
    const struct sw_pickle_value *items;
    size_t count;
    if (fold->count != 2 || !text_at(fold, 0, &separator)) {
        return false;
    }
    if (text_at(fold, 1, &part) && separator.len == 0) {
        *out = fold->args[1];
        return true;
    }
    if (!sw_pickle_items(fold->m, &fold->args[1], &items, &count)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (!sw_pickle_whole_text(fold->m, &items[i], &part) ||
            (i > 0 && sw_buf_put_str(&buf, separator) != SW_OK) ||
            sw_buf_put_str(&buf, part) != SW_OK) {
            return false;
        }
    }
    return give(fold, same_kind(fold), &buf, out);
}

static bool concat_items(const struct sw_pickle_fold *fold, struct sw_pickle_value *out)
{
    const struct sw_pickle_value *a;
    const struct sw_pickle_value *b;
    size_t a_count;
    size_t b_count;
    if (!sw_pickle_items(fold->m, &fold->args[0], &a, &a_count) ||
        !sw_pickle_items(fold->m, &fold->args[1], &b, &b_count)) {
        return false;
    }
    *out = sw_pickle_group(fold->m, same_kind(fold), a, a_count);
    sw_pickle_extend(fold->m, out, b, b_count);
    return true;
}

static bool fold_concat(const struct sw_pickle_fold *fold, struct sw_pickle_value *out)
{
    SW_CLEANUP(buf) struct sw_buf buf = {.max = SW_PICKLE_TEXT_MAX};
    struct sw_str a;
    struct sw_str b;
    if (fold->count != 2) {
        return false;
    }
    if (!text_at(fold, 0, &a) || !text_at(fold, 1, &b)) {
        return concat_items(fold, out);
    }
    return sw_buf_put_str(&buf, a) == SW_OK && sw_buf_put_str(&buf, b) == SW_OK &&
           give(fold, same_kind(fold), &buf, out);
}

/* One field of a pattern, from its brace on: {} or {0}. */
static bool put_field(const struct sw_pickle_fold *fold, struct sw_str pattern, size_t *at,
    size_t *next, struct sw_buf *buf)
{
    struct sw_str part;
    uint64_t index = 0;
    const char *end = memchr(pattern.ptr + *at, '}', pattern.len - *at);
    if (end == NULL) {
        return false;
    }
    struct sw_str field = sw_str_n(pattern.ptr + *at + 1, (size_t)(end - pattern.ptr) - *at - 1);
    bool numbered = field.len > 0 && field.len < 4 && sw_parse_u64(field, &index);
    if (field.len > 0 && !numbered) {
        return false;
    }
    *at += field.len + 2;
    return text_at(fold, numbered ? (size_t)index + 1 : (*next)++, &part) &&
           sw_buf_put_str(buf, part) == SW_OK;
}

/* pattern.format(…), without attributes or forms. */
static bool fold_format(const struct sw_pickle_fold *fold, struct sw_pickle_value *out)
{
    SW_CLEANUP(buf) struct sw_buf buf = {.max = SW_PICKLE_TEXT_MAX};
    struct sw_str pattern;
    size_t next = 1;
    if (!text_at(fold, 0, &pattern)) {
        return false;
    }
    for (size_t i = 0; i < pattern.len;) {
        char c = pattern.ptr[i];
        bool twice = i + 1 < pattern.len && pattern.ptr[i + 1] == c;
        if (c == '{' && !twice) {
            if (!put_field(fold, pattern, &i, &next, &buf)) {
                return false;
            }
            continue;
        }
        if (sw_buf_putc(&buf, c) != SW_OK) {
            return false;
        }
        i += (c == '{' || c == '}') && twice ? 2 : 1;
    }
    return give(fold, SW_VALUE_TEXT, &buf, out);
}

/* text.replace(old, new) */
static bool fold_replace(const struct sw_pickle_fold *fold, struct sw_pickle_value *out)
{
    SW_CLEANUP(buf) struct sw_buf buf = {.max = SW_PICKLE_TEXT_MAX};
    struct sw_str text;
    struct sw_str old;
    struct sw_str new;
    if (fold->count != 3 || !text_at(fold, 0, &text) || !text_at(fold, 1, &old) ||
        !text_at(fold, 2, &new) || old.len == 0) {
        return false;
    }
    for (size_t i = 0; i < text.len;) {
        bool there = text.len - i >= old.len && memcmp(text.ptr + i, old.ptr, old.len) == 0;
        enum sw_code code = there ? sw_buf_put_str(&buf, new) : sw_buf_putc(&buf, text.ptr[i]);
        if (code != SW_OK) {
            return false;
        }
        i += there ? old.len : 1;
    }
    return give(fold, same_kind(fold), &buf, out);
}

/* --- letters ---------------------------------------------------------------------------------- */

static bool map_letters(
    const struct sw_pickle_fold *fold, char (*letter)(char c), struct sw_pickle_value *out)
{
    struct sw_str text;
    if (!text_at(fold, 0, &text)) {
        return false;
    }
    char *bytes = sw_arena_alloc(&fold->m->texts, text.len + 1);
    for (size_t i = 0; bytes != NULL && i < text.len; i++) {
        bytes[i] = letter(text.ptr[i]);
    }
    *out = sw_pickle_made(same_kind(fold), sw_str_n(bytes, text.len));
    return bytes != NULL;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - ('a' - 'A')) : c;
}

static char swap(char c)
{
    return lower(c) == c ? upper(c) : lower(c);
}

static char rot13(char c)
{
    char l = lower(c);
    return l < 'a' || l > 'z' ? c : (char)(c + (l < 'n' ? 13 : -13));
}

static bool fold_lower(const struct sw_pickle_fold *fold, struct sw_pickle_value *out)
{
    return map_letters(fold, lower, out);
}

static bool fold_upper(const struct sw_pickle_fold *fold, struct sw_pickle_value *out)
{
    return map_letters(fold, upper, out);
}

static bool fold_swapcase(const struct sw_pickle_fold *fold, struct sw_pickle_value *out)
{
    return map_letters(fold, swap, out);
}

static bool fold_strip(const struct sw_pickle_fold *fold, struct sw_pickle_value *out)
{
    struct sw_str text;
    if (fold->count != 1 || !text_at(fold, 0, &text)) {
        return false;
    }
    struct sw_bytes trimmed = sw_pickle_trim(sw_bytes_of_str(text));
    *out = sw_pickle_made(same_kind(fold), sw_str_of_bytes(trimmed));
    return true;
}

static bool fold_reversed(const struct sw_pickle_fold *fold, struct sw_pickle_value *out)
{
    struct sw_str text;
    if (fold->count != 1 || !text_at(fold, 0, &text)) {
        return false;
    }
    char *bytes = sw_arena_alloc(&fold->m->texts, text.len + 1);
    for (size_t i = 0; bytes != NULL && i < text.len; i++) {
        bytes[i] = text.ptr[text.len - 1 - i];
    }
    *out = sw_pickle_made(same_kind(fold), sw_str_n(bytes, text.len));
    return bytes != NULL;
}

/* --- coding ----------------------------------------------------------------------------------- */

static bool from_hex(struct sw_str text, struct sw_buf *buf)
{
    static const char digits[] = "0123456789abcdef";
    int high = -1;
    for (size_t i = 0; i < text.len; i++) {
        const char *digit = memchr(digits, lower(text.ptr[i]), 16);
        if (digit == NULL && text.ptr[i] == ' ' && high < 0) {
            continue;
        }
        if (digit == NULL) {
            return false;
        }
        int value = (int)(digit - digits);
        if (high >= 0 && sw_buf_putc(buf, (char)(high << 4 | value)) != SW_OK) {
            return false;
        }
        high = high >= 0 ? -1 : value;
    }
    return high < 0;
}

/* Python's decoder passes over what is not of the alphabet. */
static bool from_base64(struct sw_str text, struct sw_buf *buf)
{
    SW_CLEANUP(buf) struct sw_buf kept = SW_BUF_INIT;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool letter = lower(c) >= 'a' && lower(c) <= 'z';
        bool other = (c >= '0' && c <= '9') || c == '+' || c == '/' || c == '-' || c == '_';
        if ((letter || other) && sw_buf_putc(&kept, c) != SW_OK) {
            return false;
        }
    }
    return sw_base64_decode(buf, sw_buf_str(&kept), true) == SW_OK;
}

/* zlib and gzip. */
static bool from_deflate(struct sw_str text, struct sw_buf *buf)
{
    z_stream stream = {0};
    if (text.len > UINT32_MAX || inflateInit2(&stream, 15 + 32) != Z_OK) {
        return false;
    }
    uint8_t part[4096];
    stream.next_in = (const Bytef *)text.ptr;
    stream.avail_in = (uInt)text.len;
    int code = Z_OK;
    bool good = true;
    while (good && code == Z_OK && buf->len < UNPACKED_TEXT_MAX) {
        stream.next_out = part;
        stream.avail_out = sizeof(part);
        code = inflate(&stream, Z_NO_FLUSH);
        good = sw_buf_append(buf, part, sizeof(part) - stream.avail_out) == SW_OK;
    }
    (void)inflateEnd(&stream);
    return good && code == Z_STREAM_END;
}

static bool decode_with(const struct sw_pickle_fold *fold,
    bool (*decode)(struct sw_str text, struct sw_buf *buf), struct sw_pickle_value *out)
{
    SW_CLEANUP(buf) struct sw_buf buf = {.max = SW_PICKLE_TEXT_MAX};
    struct sw_str text;
    return text_at(fold, 0, &text) && decode(text, &buf) && give(fold, SW_VALUE_BYTES, &buf, out);
}

static bool fold_unhex(const struct sw_pickle_fold *fold, struct sw_pickle_value *out)
{
    return decode_with(fold, from_hex, out);
}

static bool fold_unbase64(const struct sw_pickle_fold *fold, struct sw_pickle_value *out)
{
    return decode_with(fold, from_base64, out);
}

static bool fold_inflate(const struct sw_pickle_fold *fold, struct sw_pickle_value *out)
{
    return decode_with(fold, from_deflate, out);
}

/* latin-1: each character is a byte. */
static bool to_latin1(struct sw_str text, struct sw_buf *buf)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = (uint8_t)text.ptr[i];
        if (c >= 0x80 && ((c & 0xfc) != 0xc0 || i + 1 == text.len)) {
            return false;
        }
        if (c >= 0x80) {
            c = (uint8_t)((c & 3) << 6 | ((uint8_t)text.ptr[++i] & 0x3f));
        }
        if (sw_buf_putc(buf, (char)c) != SW_OK) {
            return false;
        }
    }
    return true;
}

static bool from_latin1(struct sw_str text, struct sw_buf *buf)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = (uint8_t)text.ptr[i];
        enum sw_code code =
            c < 0x80 ? sw_buf_putc(buf, (char)c) : sw_buf_putc(buf, (char)(0xc0 | c >> 6));
        if (code != SW_OK || (c >= 0x80 && sw_buf_putc(buf, (char)(0x80 | (c & 0x3f))) != SW_OK)) {
            return false;
        }
    }
    return true;
}

static bool same_bytes(struct sw_str text, struct sw_buf *buf)
{
    return sw_buf_put_str(buf, text) == SW_OK;
}

static bool to_rot13(struct sw_str text, struct sw_buf *buf)
{
    for (size_t i = 0; i < text.len; i++) {
        if (sw_buf_putc(buf, rot13(text.ptr[i])) != SW_OK) {
            return false;
        }
    }
    return true;
}

static const struct coding {
    const char *names; /* separated by one space */
    bool (*encode)(struct sw_str text, struct sw_buf *buf);
    bool (*decode)(struct sw_str text, struct sw_buf *buf);
    bool text; /* decoding gives text, not bytes */
} codings[] = {
    {"utf8 ascii usascii", same_bytes, same_bytes, true},
    {"latin1 iso88591 latin 88591", to_latin1, from_latin1, true},
    {"hex hexcodec", NULL, from_hex, false},
    {"base64 base64codec", NULL, from_base64, false},
    {"zlib zip zlibcodec", NULL, from_deflate, false},
    {"rot13 rot", to_rot13, to_rot13, true},
};

static bool has_word(const char *words, struct sw_str word)
{
    for (const char *at = words; *at != '\0';) {
        size_t len = strcspn(at, " ");
        if (len == word.len && memcmp(at, word.ptr, len) == 0) {
            return true;
        }
        at += len + (at[len] == ' ');
    }
    return false;
}

static const struct coding *coding_of(const struct sw_pickle_fold *fold)
{
    char name[24];
    size_t len = 0;
    struct sw_str text;
    if (fold->count < 2) {
        return &codings[0];
    }
    if (!text_at(fold, 1, &text)) {
        return NULL;
    }
    for (size_t i = 0; i < text.len && len < sizeof(name); i++) {
        char c = lower(text.ptr[i]);
        if (c != '-' && c != '_' && c != ' ') {
            name[len++] = c;
        }
    }
    for (size_t i = 0; i < SW_COUNT(codings); i++) {
        if (has_word(codings[i].names, sw_str_n(name, len))) {
            return &codings[i];
        }
    }
    return NULL;
}

static bool fold_encode(const struct sw_pickle_fold *fold, struct sw_pickle_value *out)
{
    SW_CLEANUP(buf) struct sw_buf buf = {.max = SW_PICKLE_TEXT_MAX};
    struct sw_str text;
    const struct coding *coding = fold->count > 0 ? coding_of(fold) : NULL;
    bool letters = coding != NULL && coding->encode == to_rot13;
    return coding != NULL && coding->encode != NULL && text_at(fold, 0, &text) &&
           coding->encode(text, &buf) &&
           give(fold, letters ? SW_VALUE_TEXT : SW_VALUE_BYTES, &buf, out);
}

static bool fold_decode(const struct sw_pickle_fold *fold, struct sw_pickle_value *out)
{
    SW_CLEANUP(buf) struct sw_buf buf = {.max = SW_PICKLE_TEXT_MAX};
    struct sw_str text;
    const struct coding *coding = fold->count > 0 ? coding_of(fold) : NULL;
    return coding != NULL && text_at(fold, 0, &text) && coding->decode(text, &buf) &&
           give(fold, coding->text ? SW_VALUE_TEXT : SW_VALUE_BYTES, &buf, out);
}

/* --- making ----------------------------------------------------------------------------------- */

static bool fold_chr(const struct sw_pickle_fold *fold, struct sw_pickle_value *out)
{
    if (fold->count != 1 || fold->args[0].kind != SW_VALUE_INT || fold->args[0].text >= 0x80) {
        return false;
    }
    char c = (char)fold->args[0].text;
    *out = sw_pickle_made_copy(fold->m, SW_VALUE_TEXT, sw_str_n(&c, 1));
    return out->kind != SW_VALUE_OTHER;
}

/* bytes([…]), bytes(text, coding), bytes(b"…"); bytearray likewise. */
static bool fold_bytes(const struct sw_pickle_fold *fold, struct sw_pickle_value *out)
{
    SW_CLEANUP(buf) struct sw_buf buf = {.max = SW_PICKLE_TEXT_MAX};
    const struct sw_pickle_value *items;
    size_t count;
    if (fold->count == 0) {
        return give(fold, SW_VALUE_BYTES, &buf, out);
    }
    if (fold->count > 1) {
        return fold_encode(fold, out);
    }
    if (fold->args[0].kind == SW_VALUE_BYTES) {
        *out = fold->args[0];
        return true;
    }
    if (!sw_pickle_items(fold->m, &fold->args[0], &items, &count)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (items[i].kind != SW_VALUE_INT || items[i].text > 255 ||
            sw_buf_putc(&buf, (char)items[i].text) != SW_OK) {
            return false;
        }
    }
    return give(fold, SW_VALUE_BYTES, &buf, out);
}

/* str(text), str(bytes, coding) */
static bool fold_str(const struct sw_pickle_fold *fold, struct sw_pickle_value *out)
{
    if (fold->count == 1 && is_text(fold, 0)) {
        *out = fold->args[0];
        return true;
    }
    return fold->count > 1 && fold_decode(fold, out);
}

/* --- the tables ------------------------------------------------------------------------------- */

static const struct method {
    const char *name;
    sw_pickle_fold_fn fn;
} methods[] = {
    {"join", fold_join},
    {"format", fold_format},
    {"replace", fold_replace},
    {"lower", fold_lower},
    {"casefold", fold_lower},
    {"upper", fold_upper},
    {"swapcase", fold_swapcase},
    {"strip", fold_strip},
    {"encode", fold_encode},
    {"decode", fold_decode},
    {"fromhex", fold_unhex},
    {"__add__", fold_concat},
};

static const struct method functions[] = {
    {"_codecs.encode", fold_encode},
    {"_codecs.decode", fold_decode},
    {"base64.b64decode", fold_unbase64},
    {"base64.standard_b64decode", fold_unbase64},
    {"base64.urlsafe_b64decode", fold_unbase64},
    {"base64.decodebytes", fold_unbase64},
    {"base64.b16decode", fold_unhex},
    {"binascii.a2b_base64", fold_unbase64},
    {"binascii.a2b_hex", fold_unhex},
    {"binascii.unhexlify", fold_unhex},
    {"builtins.bytes.fromhex", fold_unhex},
    {"builtins.bytearray.fromhex", fold_unhex},
    {"zlib.decompress", fold_inflate},
    {"gzip.decompress", fold_inflate},
    {"operator.add", fold_concat},
    {"operator.concat", fold_concat},
    {"operator.iadd", fold_concat},
    {"operator.iconcat", fold_concat},
    {"builtins.chr", fold_chr},
    {"builtins.unichr", fold_chr},
    {"builtins.bytes", fold_bytes},
    {"builtins.bytearray", fold_bytes},
    {"builtins.str", fold_str},
    {"builtins.unicode", fold_str},
    {"builtins.reversed", fold_reversed},
};

static sw_pickle_fold_fn find(const struct method *rows, size_t count, struct sw_str name)
{
    for (size_t i = 0; i < count; i++) {
        if (sw_str_is(name, rows[i].name)) {
            return rows[i].fn;
        }
    }
    return NULL;
}

sw_pickle_fold_fn sw_pickle_string_method(struct sw_str name)
{
    return find(methods, SW_COUNT(methods), name);
}

sw_pickle_fold_fn sw_pickle_string_function(struct sw_str path)
{
    static const char *const classes[] = {"builtins.str.", "builtins.bytes.", "builtins.unicode."};
    sw_pickle_fold_fn fn = find(functions, SW_COUNT(functions), path);
    for (size_t i = 0; i < SW_COUNT(classes) && fn == NULL; i++) {
        size_t len = strlen(classes[i]);
        fn = sw_str_starts(path, classes[i])
                 ? sw_pickle_string_method(sw_str_n(path.ptr + len, path.len - len))
                 : NULL;
    }
    return fn;
}
