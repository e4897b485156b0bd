/* Characters, as counting words and guessing languages see them. */
#ifndef SW_DATA_LANGUAGE_PRIVATE_H
#define SW_DATA_LANGUAGE_PRIVATE_H

#include "data/language.h"

/* --- characters (language_script.c) ---------------------------------------------------------- */

#define SW_NO_CHARACTER UINT32_MAX

/* Decodes the character at `p`, before `end`; gives its bytes. SW_NO_CHARACTER and 1 where there is
 * none of UTF-8 (Unicode 15, table 3-7). */
size_t sw_character_next(const uint8_t *p, const uint8_t *end, uint32_t *out);

enum sw_character_kind {
    SW_CHARACTER_OTHER, /* ends a word */
    SW_CHARACTER_WORD,  /* a letter, mark or digit: general category L, M or N */
    SW_CHARACTER_IDEOGRAPH,
    SW_CHARACTER_JOINER, /* neither begins nor ends a word */
};
enum sw_character_kind sw_character_kind(uint32_t character);
/* The same for a byte of ASCII, without a table: most text is made of these. */
static inline bool sw_character_is_ascii_word(uint8_t byte)
{
    return (uint8_t)((byte | 0x20) - 'a') < 26 || (uint8_t)(byte - '0') < 10;
}

enum sw_script {
    SW_SCRIPT_OTHER,
    SW_SCRIPT_LATIN,
    SW_SCRIPT_GREEK,
    SW_SCRIPT_CYRILLIC,
    SW_SCRIPT_HEBREW,
    SW_SCRIPT_ARABIC,
    SW_SCRIPT_DEVANAGARI,
    SW_SCRIPT_THAI,
    SW_SCRIPT_HANGUL,
    SW_SCRIPT_KANA,
    SW_SCRIPT_HAN,
    SW_SCRIPTS,
};
/* Of a letter; SW_SCRIPT_OTHER also for digits and what stands in no table. */
enum sw_script sw_character_script(uint32_t character);

/* The small letter of Latin, Greek and Cyrillic capitals. */
uint32_t sw_character_lower(uint32_t character);

/* --- languages (language_table.c) ------------------------------------------------------------ */

struct sw_language {
    const char *code; /* ISO 639-1 */
    const char *name;
    enum sw_script script;
    /* Letters that it is written with beside a to z; of scripts other than Latin, all. NULL: its
     * script tells it. */
    const char *letters;
    const char *words; /* its most common ones, small, with spaces between; NULL with `letters` */
};
extern const struct sw_language sw_languages[];
extern const size_t sw_language_count; /* at most 64 */

#endif
