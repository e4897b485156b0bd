/* Formats that are recognised and not read: no evidence, until something reads them. */
#include "scan/format.h"

#define MAGIC(at, bytes) .magic = (bytes), .magic_len = sizeof(bytes) - 1, .magic_at = (at)

const struct sw_format sw_format_executorch = {
    .id = "executorch", .names = ".pte", MAGIC(4, "ET12")};

const struct sw_format sw_format_rar = {
    .id = "rar", .names = ".rar", MAGIC(0, "Rar!\x1a\x07"), .holds_files = true};
/* The text form of fastText and word2vec: two numbers, then a word and as many values a line. What
 * is text to its end is data. */
static bool sniff_vectors(const struct sw_specimen *specimen)
{
    struct sw_cursor cur = sw_cursor(specimen->head);
    struct sw_bytes words;
    struct sw_bytes dims;
    uint64_t n;
    uint64_t d;
    if (sw_cur_until(&cur, ' ', &words) != SW_OK || sw_cur_until(&cur, '\n', &dims) != SW_OK ||
        !sw_parse_u64(sw_str_of_bytes(words), &n) || !sw_parse_u64(sw_str_of_bytes(dims), &d)) {
        return false;
    }
    struct sw_bytes word;
    return n > 0 && d > 1 && d < 100000 && sw_cur_until(&cur, ' ', &word) == SW_OK &&
           word.len > 0 && memchr(word.ptr, '\n', word.len) == NULL && sw_utf8_valid(word) &&
           sw_cur_left(&cur) > 0 && strchr("-.0123456789", cur.data.ptr[cur.pos]) != NULL &&
           sw_is_text(specimen);
}

const struct sw_format sw_format_fasttext_vectors = {
    .id = "fasttext-vectors", .names = "", .sniff = sniff_vectors, .whole = true, .plain = true};
