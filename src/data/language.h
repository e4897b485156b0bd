/* How much text there is, and in which language it probably is. Takes any bytes: what is not UTF-8
 * is counted, not refused. doc/format/report.md says what a word is and how a language is guessed.
 */
#ifndef SW_DATA_LANGUAGE_H
#define SW_DATA_LANGUAGE_H

#include "base/base.h"

struct sw_text_counts {
    uint64_t bytes;
    uint64_t characters; /* of UTF-8: code points */
    uint64_t words;      /* runs of letters, marks and digits; each ideograph is one */
    uint64_t invalid;    /* bytes that belong to no character of UTF-8; each ends a word */
};

/* Adds what is in `text`. Words do not go on from one call to the next. */
void sw_text_count(struct sw_bytes text, struct sw_text_counts *counts);

/* Bytes of a text that a guess looks at: half at its beginning, half in its middle. */
#define SW_LANGUAGE_WINDOW ((size_t)2048)

struct sw_language_guesser;

sw_result sw_language_guesser_new(struct sw_language_guesser **out);
void sw_language_guesser_free(struct sw_language_guesser *guesser);
SW_DEFINE_CLEANUP_PTR(language_guesser, struct sw_language_guesser, sw_language_guesser_free)

/* The code of the language (ISO 639-1) that the text is probably in, by its script and its most
 * common words; NULL when that is not clear. Not to be shared between threads. */
const char *sw_language_guess(struct sw_language_guesser *guesser, struct sw_bytes text);

/* "English" for "en"; NULL for a code that is never guessed. */
const char *sw_language_name(struct sw_str code);

#endif
