#include "data/graph_private.h"

/* The members of a structure behind each other; doc/format/graph.md. A table that changes needs
 * another version of the file. */

static void *member_of(void *base, const struct sw_field *f)
{
    return (uint8_t *)base + f->at;
}

static const void *member_in(const void *base, const struct sw_field *f)
{
    return (const uint8_t *)base + f->at;
}

static size_t counted(const void *base, const struct sw_field *f)
{
    return *(const size_t *)(const void *)((const uint8_t *)base + f->count_at);
}

/* --- writing --------------------------------------------------------------------------------- */

static enum sw_code put_text(const struct sw_field *f, const void *at, struct sw_buf *out)
{
    const struct sw_str *text = at;
    (void)f;
    if (text->len > UINT32_MAX) {
        return SW_E_LIMIT;
    }
    SW_TRY(sw_buf_put_u32be(out, (uint32_t)text->len));
    return text->len == 0 ? SW_OK : sw_buf_put_str(out, *text);
}

static enum sw_code put_word(const struct sw_field *f, const void *at, struct sw_buf *out)
{
    (void)f;
    return sw_buf_putc(out, (char)*(const unsigned *)at);
}

static enum sw_code put_digest(const struct sw_field *f, const void *at, struct sw_buf *out)
{
    const struct sw_digest *digest = at;
    (void)f;
    SW_TRY(sw_buf_putc(out, (char)digest->alg));
    return digest->alg == 0 ? SW_OK : sw_buf_append(out, digest->bytes, digest->len);
}

static enum sw_code put_count(const struct sw_field *f, const void *at, struct sw_buf *out)
{
    uint64_t value;
    (void)f;
    memcpy(&value, at, sizeof(value));
    return sw_buf_put_u64be(out, value);
}

static enum sw_code put_truth(const struct sw_field *f, const void *at, struct sw_buf *out)
{
    (void)f;
    return sw_buf_putc(out, *(const bool *)at ? 1 : 0);
}

static enum sw_code put_object(const struct sw_field *f, const void *at, struct sw_buf *out)
{
    return sw_graph_put(f->of, at, out);
}

/* --- reading --------------------------------------------------------------------------------- */

static enum sw_code get_text(
    struct sw_arena *arena, const struct sw_field *f, struct sw_cursor *cur, void *at)
{
    struct sw_bytes text;
    uint32_t len;
    (void)arena;
    (void)f;
    SW_TRY(sw_cur_u32be(cur, &len));
    SW_TRY(sw_cur_bytes(cur, len, &text));
    *(struct sw_str *)at = sw_str_of_bytes(text);
    return SW_OK;
}

static unsigned word_count(const struct sw_field *f)
{
    unsigned n = 0;
    while (f->words[n] != NULL) {
        n++;
    }
    return n;
}

static enum sw_code get_word(
    struct sw_arena *arena, const struct sw_field *f, struct sw_cursor *cur, void *at)
{
    uint8_t word;
    (void)arena;
    SW_TRY(sw_cur_u8(cur, &word));
    if (word >= word_count(f)) {
        return SW_E_FORMAT;
    }
    *(unsigned *)at = word;
    return SW_OK;
}

static enum sw_code get_digest(
    struct sw_arena *arena, const struct sw_field *f, struct sw_cursor *cur, void *at)
{
    struct sw_digest digest = {0};
    struct sw_bytes bytes;
    uint8_t alg;
    (void)arena;
    (void)f;
    SW_TRY(sw_cur_u8(cur, &alg));
    if (alg > SW_BLAKE2B) {
        return SW_E_FORMAT;
    }
    if (alg != 0) {
        digest.alg = (enum sw_digest_alg)alg;
        digest.len = (uint8_t)sw_digest_alg_len(digest.alg);
        SW_TRY(sw_cur_bytes(cur, digest.len, &bytes));
        memcpy(digest.bytes, bytes.ptr, digest.len);
    }
    *(struct sw_digest *)at = digest;
    return SW_OK;
}

static enum sw_code get_count(
    struct sw_arena *arena, const struct sw_field *f, struct sw_cursor *cur, void *at)
{
    uint64_t value;
    (void)arena;
    (void)f;
    SW_TRY(sw_cur_u64be(cur, &value));
    memcpy(at, &value, sizeof(value));
    return SW_OK;
}

static enum sw_code get_truth(
    struct sw_arena *arena, const struct sw_field *f, struct sw_cursor *cur, void *at)
{
    uint8_t value;
    (void)arena;
    (void)f;
    SW_TRY(sw_cur_u8(cur, &value));
    if (value > 1) {
        return SW_E_FORMAT;
    }
    *(bool *)at = value == 1;
    return SW_OK;
}

static enum sw_code get_object(
    struct sw_arena *arena, const struct sw_field *f, struct sw_cursor *cur, void *at)
{
    return sw_graph_get(arena, f->of, cur, at);
}

/* --- tables ---------------------------------------------------------------------------------- */

static const char *const agreement_words[] = {"", "agrees", "differs", NULL};
static const struct sw_field agreement = {.words = agreement_words};

static enum sw_code get_agreement(
    struct sw_arena *arena, const struct sw_field *f, struct sw_cursor *cur, void *at)
{
    (void)f;
    return get_word(arena, &agreement, cur, at);
}

/* One value; `item` is its size as an element of a list. */
static const struct value_kind {
    enum sw_code (*put)(const struct sw_field *f, const void *at, struct sw_buf *out);
    enum sw_code (*get)(
        struct sw_arena *arena, const struct sw_field *f, struct sw_cursor *cur, void *at);
} values[] = {
    [SW_FIELD_TEXT] = {put_text, get_text},
    [SW_FIELD_WORD] = {put_word, get_word},
    [SW_FIELD_DIGEST] = {put_digest, get_digest},
    [SW_FIELD_COUNT] = {put_count, get_count},
    [SW_FIELD_TRUTH] = {put_truth, get_truth},
    [SW_FIELD_AGREES] = {put_word, get_agreement},
    [SW_FIELD_TIME] = {put_count, get_count},
    [SW_FIELD_OBJECT] = {put_object, get_object},
};

/* What a list is made of; NULL for what is no list. */
static const struct value_kind *item_kind(const struct sw_field *f, size_t *size)
{
    switch ((int)f->kind) {
    case SW_FIELD_TEXTS: *size = sizeof(struct sw_str); return &values[SW_FIELD_TEXT];
    case SW_FIELD_DIGESTS: *size = sizeof(struct sw_digest); return &values[SW_FIELD_DIGEST];
    case SW_FIELD_LIST: *size = f->size; return &values[SW_FIELD_OBJECT];
    default: return NULL;
    }
}

static sw_result put_list(const struct sw_field *f, const struct value_kind *kind, size_t size,
    const void *base, struct sw_buf *out)
{
    const uint8_t *items = *(const uint8_t *const *)member_in(base, f);
    size_t count = counted(base, f);
    if (count > UINT32_MAX) {
        return SW_E_LIMIT;
    }
    SW_TRY(sw_buf_put_u32be(out, (uint32_t)count));
    for (size_t i = 0; i < count; i++) {
        SW_TRY(kind->put(f, items + i * size, out));
    }
    return SW_OK;
}

static sw_result get_list(struct sw_arena *arena, const struct sw_field *f,
    const struct value_kind *kind, size_t size, struct sw_cursor *cur, void *base)
{
    uint32_t count;
    SW_TRY(sw_cur_u32be(cur, &count));
    if (count > sw_cur_left(cur)) { /* each has a byte at least */
        return SW_E_FORMAT;
    }
    uint8_t *items = sw_arena_zalloc(arena, count, size);
    SW_TRY_PTR(items);
    for (size_t i = 0; i < count; i++) {
        SW_TRY(kind->get(arena, f, cur, items + i * size));
    }
    *(uint8_t **)member_of(base, f) = items;
    *(size_t *)(void *)((uint8_t *)base + f->count_at) = count;
    return SW_OK;
}

sw_result sw_graph_put(const struct sw_field *table, const void *from, struct sw_buf *out)
{
    for (const struct sw_field *f = table; f->name != NULL; f++) {
        size_t size = 0;
        const struct value_kind *items = item_kind(f, &size);
        SW_TRY(items != NULL ? put_list(f, items, size, from, out)
                             : values[f->kind].put(f, member_in(from, f), out));
    }
    return SW_OK;
}

sw_result sw_graph_get(
    struct sw_arena *arena, const struct sw_field *table, struct sw_cursor *cur, void *out)
{
    for (const struct sw_field *f = table; f->name != NULL; f++) {
        size_t size = 0;
        const struct value_kind *items = item_kind(f, &size);
        SW_TRY(items != NULL ? get_list(arena, f, items, size, cur, out)
                             : values[f->kind].get(arena, f, cur, member_of(out, f)));
    }
    return SW_OK;
}
