/* Formats that are recognised and not read: no evidence, until something reads them. */
#include "scan/format.h"

#define MAGIC(at, bytes) .magic = (bytes), .magic_len = sizeof(bytes) - 1, .magic_at = (at)

const struct sw_format sw_format_tflite = {.id = "tflite", .names = ".tflite", MAGIC(4, "TFL3")};
const struct sw_format sw_format_executorch = {
    .id = "executorch", .names = ".pte", MAGIC(4, "ET12")};

const struct sw_format sw_format_rar = {
    .id = "rar", .names = ".rar", MAGIC(0, "Rar!\x1a\x07"), .holds_files = true};
static bool has_at(const struct sw_specimen *specimen, size_t at, const void *bytes, size_t len)
{
    struct sw_bytes head = specimen->head;
    return head.len >= len && at <= head.len - len && memcmp(head.ptr + at, bytes, len) == 0;
}

/* The HDF5 superblock may stand at 0, 512, 1024, … in any file (HDF5 File Format Specification,
 * II.A), so what else a file is tells nothing. */
static bool sniff_hdf5(const struct sw_specimen *specimen)
{
    static const char signature[] = "\x89HDF\r\n\x1a\n";
    enum { LEN = sizeof(signature) - 1 };
    uint64_t size = specimen->source.size;
    for (uint64_t at = 0; at < SW_HEAD_SIZE; at = at == 0 ? 512 : at * 2) {
        if (has_at(specimen, (size_t)at, signature, LEN)) {
            return true;
        }
    }
    char found[LEN];
    for (uint64_t at = SW_HEAD_SIZE; at < size && size - at >= LEN && at <= INT64_MAX / 2;
         at *= 2) {
        if (sw_source_read(&specimen->source, at, found, LEN, NULL) == SW_OK &&
            memcmp(found, signature, LEN) == 0) {
            return true;
        }
    }
    return false;
}

const struct sw_format sw_format_hdf5 = {
    .id = "hdf5", .names = ".h5 .hdf5 .keras", .sniff = sniff_hdf5};

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
