/* Words, characters and languages of any bytes. */
#include "data/language.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void insist(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void counts_fit_the_bytes(struct sw_bytes text)
{
    struct sw_text_counts counts = {0};
    sw_text_count(text, &counts);
    insist(counts.bytes == text.len);
    insist((counts.invalid == 0) == sw_utf8_valid(text));
    insist(counts.characters + counts.invalid <= text.len);
    insist(counts.words <= counts.characters);
}

/* A text is as much as its parts, when they do not meet in a word. */
static void parts_add_up(struct sw_bytes text)
{
    struct sw_text_counts whole = {0};
    struct sw_text_counts parts = {0};
    sw_text_count(text, &whole);
    size_t from = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == ' ') {
            sw_text_count(sw_bytes(text.ptr + from, i + 1 - from), &parts);
            from = i + 1;
        }
    }
    sw_text_count(sw_bytes(text.len == 0 ? NULL : text.ptr + from, text.len - from), &parts);
    insist(memcmp(&whole, &parts, sizeof(whole)) == 0);
}

static void a_guess_is_a_known_language(struct sw_bytes text)
{
    static struct sw_language_guesser *guesser;
    if (guesser == NULL) {
        insist(sw_language_guesser_new(&guesser) == SW_OK);
    }
    const char *code = sw_language_guess(guesser, text);
    insist(code == NULL || sw_language_name(sw_str(code)) != NULL);
    insist(sw_language_guess(guesser, text) == code);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sw_bytes text = sw_bytes(data, size);
    counts_fit_the_bytes(text);
    parts_add_up(text);
    a_guess_is_a_known_language(text);
    return 0;
}
