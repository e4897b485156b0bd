#include "data/language_private.h"

#include <stdlib.h>

#define LANGUAGES_MAX 64u
#define WORD_MAX 32u /* bytes; none of the table's words is longer */
#define SLOTS 8192u  /* a power of two; the table has less than half as many words */
#define LETTERS_MAX 512u

/* When it is sure enough to say. */
#define LETTERS_MIN 4u   /* of the script */
#define SCRIPT_SHARE 60u /* percent of all letters that are of one script */
#define KANA_SHARE 5u    /* percent of Japanese text that is kana, at least */
#define WORDS_MIN 3u
#define COVERED_SHARE 10u /* percent of words that are common ones of the language */
#define SCORE_MIN 5u
#define FOREIGN_SHARE 2u /* percent of letters that a language need not have itself */

struct slot {
    uint64_t languages; /* a bit each */
    uint8_t len;        /* 0: free */
    char word[WORD_MAX];
};

struct letter {
    uint32_t character;
    uint64_t languages;
};

struct sw_language_guesser {
    struct slot slots[SLOTS];
    struct letter letters[LETTERS_MAX]; /* by character */
    size_t letter_count;
};

/* --- the table, ready to look up ------------------------------------------------------------- */

/* FNV-1a. */
static uint32_t hash_word(const char *word, size_t len)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < len; i++) {
        hash = (hash ^ (uint8_t)word[i]) * 16777619u;
    }
    return hash;
}

/* Where the word stands, or would. */
static size_t find_slot(const struct sw_language_guesser *g, const char *word, size_t len)
{
    size_t at = hash_word(word, len) & (SLOTS - 1);
    while (g->slots[at].len != 0 &&
           (g->slots[at].len != len || memcmp(g->slots[at].word, word, len) != 0)) {
        at = (at + 1) & (SLOTS - 1);
    }
    return at;
}

static sw_result add_words(struct sw_language_guesser *g, const char *words, uint64_t bit)
{
    while (*words != '\0') {
        size_t len = strcspn(words, " ");
        if (len > WORD_MAX) {
            return SW_E_INTERNAL;
        }
        struct slot *slot = &g->slots[find_slot(g, words, len)];
        slot->len = (uint8_t)len;
        memcpy(slot->word, words, len);
        slot->languages |= bit;
        words += len;
        words += *words == ' ' ? 1 : 0;
    }
    return SW_OK;
}

static struct letter *find_letter(struct sw_language_guesser *g, uint32_t character)
{
    size_t low = 0;
    size_t high = g->letter_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (g->letters[middle].character < character) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return &g->letters[low];
}

static sw_result add_letters(struct sw_language_guesser *g, const char *letters, uint64_t bit)
{
    const uint8_t *p = (const uint8_t *)letters;
    const uint8_t *end = p + strlen(letters);
    while (p < end) {
        uint32_t character;
        p += sw_character_next(p, end, &character);
        struct letter *at = find_letter(g, character);
        struct letter *behind = g->letters + g->letter_count;
        if (at == behind || at->character != character) {
            if (g->letter_count == LETTERS_MAX) {
                return SW_E_INTERNAL;
            }
            memmove(at + 1, at, (size_t)(behind - at) * sizeof(*at));
            *at = (struct letter){.character = character};
            g->letter_count++;
        }
        at->languages |= bit;
    }
    return SW_OK;
}

sw_result sw_language_guesser_new(struct sw_language_guesser **out)
{
    SW_CLEANUP(language_guesser) struct sw_language_guesser *g = calloc(1, sizeof(*g));
    SW_TRY_PTR(g);
    for (size_t i = 0; i < sw_language_count; i++) {
        if (sw_languages[i].letters != NULL) {
            SW_TRY(add_letters(g, sw_languages[i].letters, UINT64_C(1) << i));
            SW_TRY(add_words(g, sw_languages[i].words, UINT64_C(1) << i));
        }
    }
    *out = SW_TAKE(g);
    return SW_OK;
}

void sw_language_guesser_free(struct sw_language_guesser *guesser)
{
    free(guesser);
}

const char *sw_language_name(struct sw_str code)
{
    for (size_t i = 0; i < sw_language_count; i++) {
        if (sw_str_is(code, sw_languages[i].code)) {
            return sw_languages[i].name;
        }
    }
    return NULL;
}

/* --- reading --------------------------------------------------------------------------------- */

/* What was met in the windows of one text. */
struct met {
    uint64_t letters[SW_SCRIPTS]; /* without marks that stand in no table */
    uint64_t words[SW_SCRIPTS];   /* by the script of their first letter */
    uint64_t extra[SW_SCRIPTS];   /* letters that a language must have itself: all but a to z */
    uint64_t own[LANGUAGES_MAX];  /* of these, such as it has */
    uint64_t hits[LANGUAGES_MAX]; /* its common words */
    uint64_t score[LANGUAGES_MAX];
};

/* The word that is being read, in small letters. */
struct word {
    char text[WORD_MAX];
    size_t len; /* WORD_MAX + 1: longer than any that is looked for */
    enum sw_script script;
};

static void word_put(struct word *word, const uint8_t *bytes, size_t len)
{
    if (word->len + len > WORD_MAX) {
        word->len = WORD_MAX + 1;
        return;
    }
    memcpy(word->text + word->len, bytes, len);
    word->len += len;
}

/* Of a character that ASCII does not have and three bytes hold. */
static size_t encode(uint32_t character, uint8_t out[3])
{
    if (character < 0x800) {
        out[0] = (uint8_t)(0xC0 | character >> 6);
        out[1] = (uint8_t)(0x80 | (character & 0x3F));
        return 2;
    }
    out[0] = (uint8_t)(0xE0 | character >> 12);
    out[1] = (uint8_t)(0x80 | (character >> 6 & 0x3F));
    out[2] = (uint8_t)(0x80 | (character & 0x3F));
    return 3;
}

/* A word that few languages have says more, and a single letter may be anything. */
static unsigned weight_of(const struct word *word, uint64_t languages)
{
    static const unsigned weights[] = {0, 4, 2, 1};
    size_t shared = (size_t)__builtin_popcountll(languages);
    bool single = word->len == 1;
    return weights[single || shared >= SW_COUNT(weights) ? SW_COUNT(weights) - 1 : shared];
}

static void end_word(const struct sw_language_guesser *g, struct word *word, struct met *met)
{
    if (word->len == 0) {
        return;
    }
    met->words[word->script]++;
    if (word->len <= WORD_MAX) {
        uint64_t languages = g->slots[find_slot(g, word->text, word->len)].languages;
        unsigned weight = weight_of(word, languages);
        for (; languages != 0; languages &= languages - 1) {
            unsigned language = (unsigned)__builtin_ctzll(languages);
            met->hits[language]++;
            met->score[language] += weight;
        }
    }
    word->len = 0;
}

static void meet_letter(
    struct sw_language_guesser *g, uint32_t character, enum sw_script script, struct met *met)
{
    met->letters[script]++;
    met->extra[script]++;
    struct letter *letter = find_letter(g, character);
    if (letter == g->letters + g->letter_count || letter->character != character) {
        return;
    }
    for (uint64_t left = letter->languages; left != 0; left &= left - 1) {
        met->own[__builtin_ctzll(left)]++;
    }
}

/* Letters go on with a word and everything else ends it, also digits: they are of no language. */
static void meet_ascii(
    const struct sw_language_guesser *g, uint8_t byte, struct word *word, struct met *met)
{
    uint8_t small = byte | 0x20;
    if (small < 'a' || small > 'z') {
        end_word(g, word, met);
        return;
    }
    met->letters[SW_SCRIPT_LATIN]++;
    word->script = word->len == 0 ? SW_SCRIPT_LATIN : word->script;
    word_put(word, &small, 1);
}

static void meet_character(
    struct sw_language_guesser *g, uint32_t character, struct word *word, struct met *met)
{
    uint8_t bytes[3];
    if (character == SW_NO_CHARACTER) {
        end_word(g, word, met);
        return;
    }
    enum sw_script script = sw_character_script(character);
    if (sw_character_kind(character) != SW_CHARACTER_WORD) {
        met->letters[script] += script == SW_SCRIPT_OTHER ? 0 : 1;
        end_word(g, word, met);
        return;
    }
    character = sw_character_lower(character);
    if (character < 0x80) { /* the dotted capital I of Turkish */
        meet_ascii(g, (uint8_t)character, word, met);
        return;
    }
    meet_letter(g, character, script, met);
    word->script = word->len == 0 ? script : word->script;
    if (character > 0xFFFF) {
        word->len = WORD_MAX + 1;
        return;
    }
    word_put(word, bytes, encode(character, bytes));
}

static void meet_window(struct sw_language_guesser *g, struct sw_bytes window, struct met *met)
{
    struct word word = {.len = 0};
    const uint8_t *p = window.ptr;
    const uint8_t *end = p + window.len;
    while (p < end) {
        uint32_t character;
        if (*p < 0x80) {
            meet_ascii(g, *p++, &word, met);
            continue;
        }
        p += sw_character_next(p, end, &character);
        meet_character(g, character, &word, met);
    }
    end_word(g, &word, met);
}

/* --- deciding -------------------------------------------------------------------------------- */

/* Too many letters that it does not have? One may always be a name's. */
static bool is_foreign(const struct met *met, size_t language)
{
    enum sw_script script = sw_languages[language].script;
    uint64_t foreign = met->extra[script] - met->own[language];
    return foreign > 1 && foreign * 100 > met->letters[script] * FOREIGN_SHARE;
}

static const char *by_words(const struct met *met, enum sw_script script)
{
    size_t best = LANGUAGES_MAX;
    uint64_t second = 0;
    for (size_t i = 0; i < sw_language_count; i++) {
        if (sw_languages[i].script != script || is_foreign(met, i)) {
            continue;
        }
        if (best == LANGUAGES_MAX || met->score[i] > met->score[best]) {
            second = best == LANGUAGES_MAX ? 0 : met->score[best];
            best = i;
        } else if (met->score[i] > second) {
            second = met->score[i];
        }
    }
    bool sure = best != LANGUAGES_MAX && met->words[script] >= WORDS_MIN &&
                met->hits[best] * 100 >= met->words[script] * COVERED_SHARE &&
                met->score[best] >= SCORE_MIN && met->score[best] * 2 >= second * 3;
    return sure ? sw_languages[best].code : NULL;
}

/* Languages that their script tells. */
static const char *by_script(enum sw_script script)
{
    for (size_t i = 0; i < sw_language_count; i++) {
        if (sw_languages[i].script == script && sw_languages[i].letters == NULL) {
            return sw_languages[i].code;
        }
    }
    return NULL;
}

/* Japanese mixes both; a few kana in Chinese are a quotation, or nobody knows. */
static const char *of_han_and_kana(const struct met *met)
{
    uint64_t kana = met->letters[SW_SCRIPT_KANA];
    uint64_t all = kana + met->letters[SW_SCRIPT_HAN];
    if (kana == 0) {
        return by_script(SW_SCRIPT_HAN);
    }
    return kana * 100 >= all * KANA_SHARE ? by_script(SW_SCRIPT_KANA) : NULL;
}

static const char *decide(const struct met *met)
{
    uint64_t all = 0;
    enum sw_script script = SW_SCRIPT_OTHER;
    for (unsigned i = 0; i < SW_SCRIPTS; i++) {
        all += met->letters[i];
        script = met->letters[i] > met->letters[script] ? (enum sw_script)i : script;
    }
    bool east = script == SW_SCRIPT_HAN || script == SW_SCRIPT_KANA;
    uint64_t of_it =
        east ? met->letters[SW_SCRIPT_HAN] + met->letters[SW_SCRIPT_KANA] : met->letters[script];
    if (script == SW_SCRIPT_OTHER || of_it < LETTERS_MIN || of_it * 100 < all * SCRIPT_SHARE) {
        return NULL;
    }
    if (east) {
        return of_han_and_kana(met);
    }
    const char *code = by_script(script);
    return code != NULL ? code : by_words(met, script);
}

const char *sw_language_guess(struct sw_language_guesser *guesser, struct sw_bytes text)
{
    struct met met = {0};
    size_t half = SW_LANGUAGE_WINDOW / 2;
    if (text.len == 0) {
        return NULL;
    }
    if (text.len <= SW_LANGUAGE_WINDOW) {
        meet_window(guesser, text, &met);
    } else {
        meet_window(guesser, sw_bytes(text.ptr, half), &met);
        meet_window(guesser, sw_bytes(text.ptr + text.len / 2 - half / 2, half), &met);
    }
    return decide(&met);
}
