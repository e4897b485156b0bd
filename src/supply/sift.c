#include "supply/sift.h"
#include "supply/ascii.h"

#define HEADS 65536

struct word {
    struct sw_str text;
    enum sw_sift_how how;
    uint16_t next; /* of those with the same head: number + 1 */
};

struct sw_sift {
    struct sw_arena *arena;
    struct word *words;
    size_t count, cap;
    bool always;
    bool inside[256];       /* of words */
    uint16_t heads[HEADS];  /* of words of three bytes and more, by their first three */
    uint16_t of_two[HEADS]; /* of those of two, by both */
};

struct sw_sift *sw_sift_new(struct sw_arena *arena)
{
    struct sw_sift *sift = SW_ARENA_NEW(arena, struct sw_sift);
    if (sift == NULL) {
        return NULL;
    }
    sift->arena = arena;
    for (size_t i = 0; i < SW_COUNT(sift->inside); i++) {
        sift->inside[i] = i < 128 && (sw_ascii_alnum((char)i) || i == '_');
    }
    return sift;
}

static bool is_inside(const struct sw_sift *sift, char c)
{
    return sift->inside[(uint8_t)c];
}

static size_t head_of_two(const char *at)
{
    return (size_t)(uint8_t)at[0] << 8 | (uint8_t)at[1];
}

/* Spread over the table (Knuth, The Art of Computer Programming, 6.4: multiplicative). */
static size_t head_of(const char *at)
{
    const uint32_t bytes = (uint32_t)(uint8_t)at[0] << 16 | (uint32_t)head_of_two(at + 1);
    return (uint32_t)(bytes * UINT32_C(2654435769)) >> 16;
}

sw_result sw_sift_add(struct sw_sift *sift, struct sw_str word, enum sw_sift_how how)
{
    while (word.len > 0 && !is_inside(sift, word.ptr[0])) {
        word = sw_str_n(word.ptr + 1, word.len - 1);
        how = how == SW_SIFT_QUOTED ? SW_SIFT_BEGINS : how;
    }
    if (word.len < 2) {
        sift->always = true;
        return SW_OK;
    }
    if (sift->count >= UINT16_MAX) {
        return SW_E_LIMIT;
    }
    struct word *grown =
        sw_arena_grow(sift->arena, sift->words, sift->count, &sift->cap, sizeof(*grown));
    SW_TRY_PTR(grown);
    sift->words = grown;
    uint16_t *head =
        word.len == 2 ? &sift->of_two[head_of_two(word.ptr)] : &sift->heads[head_of(word.ptr)];
    grown[sift->count++] = (struct word){word, how, *head};
    *head = (uint16_t)sift->count;
    return SW_OK;
}

/* What stands in front of a place, on its line. */
static bool is_named(struct sw_str before)
{
    while (before.len > 0 &&
           (before.ptr[before.len - 1] == ' ' || before.ptr[before.len - 1] == '\t')) {
        before.len--;
    }
    return sw_str_ends(before, "import") || sw_str_ends(before, "from") || sw_str_ends(before, ",");
}

static bool stands_at(
    const struct sw_sift *sift, const struct word *word, struct sw_str text, size_t at)
{
    const size_t len = word->text.len;
    if (len > text.len - at || text.ptr[at + len - 1] != word->text.ptr[len - 1] ||
        memcmp(text.ptr + at, word->text.ptr, len) != 0) {
        return false;
    }
    const bool ends = at + len == text.len || !is_inside(sift, text.ptr[at + len]);
    switch (word->how) {
    case SW_SIFT_BEGINS: return true;
    case SW_SIFT_WHOLE: return ends;
    case SW_SIFT_QUOTED:
        return ends && at > 0 && (text.ptr[at - 1] == '"' || text.ptr[at - 1] == '\'');
    case SW_SIFT_NAMED: return ends && is_named(sw_str_n(text.ptr, at));
    }
    return false;
}

static bool any_of(const struct sw_sift *sift, size_t first, struct sw_str text, size_t at)
{
    for (size_t n = first; n > 0; n = sift->words[n - 1].next) {
        if (stands_at(sift, &sift->words[n - 1], text, at)) {
            return true;
        }
    }
    return false;
}

static bool any_stands_at(const struct sw_sift *sift, struct sw_str text, size_t at)
{
    return any_of(sift, sift->of_two[head_of_two(text.ptr + at)], text, at) ||
           (text.len - at > 2 && any_of(sift, sift->heads[head_of(text.ptr + at)], text, at));
}

bool sw_sift_finds(const struct sw_sift *sift, struct sw_str text)
{
    bool before = false;
    for (size_t i = 0; i + 1 < text.len; i++) {
        const bool inside = is_inside(sift, text.ptr[i]);
        if (inside && !before && any_stands_at(sift, text, i)) {
            return true;
        }
        before = inside;
    }
    return sift->always;
}
