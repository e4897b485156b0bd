#include "data/language_private.h"

struct counting {
    uint64_t characters;
    uint64_t words;
    uint64_t invalid;
    bool in_word;
};

/* ASCII up to the next byte that is none; gives where that is. */
static const uint8_t *count_ascii(struct counting *c, const uint8_t *p, const uint8_t *end)
{
    const uint8_t *from = p;
    bool in_word = c->in_word;
    uint64_t words = 0;
    for (; p < end && *p < 0x80; p++) {
        bool word = sw_character_is_ascii_word(*p);
        words += (unsigned)word & (unsigned)!in_word;
        in_word = word;
    }
    c->characters += (uint64_t)(p - from);
    c->words += words;
    c->in_word = in_word;
    return p;
}

static void count_one(struct counting *c, uint32_t character)
{
    if (character == SW_NO_CHARACTER) {
        c->invalid++;
        c->in_word = false;
        return;
    }
    c->characters++;
    enum sw_character_kind kind = sw_character_kind(character);
    if (kind == SW_CHARACTER_JOINER) {
        return;
    }
    bool ideograph = kind == SW_CHARACTER_IDEOGRAPH;
    bool word = kind == SW_CHARACTER_WORD;
    c->words += ideograph || (word && !c->in_word) ? 1 : 0;
    c->in_word = word;
}

void sw_text_count(struct sw_bytes text, struct sw_text_counts *counts)
{
    struct counting c = {0};
    const uint8_t *p = text.ptr;
    const uint8_t *end = text.len == 0 ? p : p + text.len;
    while (p < end) {
        p = count_ascii(&c, p, end);
        if (p < end) {
            uint32_t character;
            p += sw_character_next(p, end, &character);
            count_one(&c, character);
        }
    }
    counts->bytes += text.len;
    counts->characters += c.characters;
    counts->words += c.words;
    counts->invalid += c.invalid;
}
