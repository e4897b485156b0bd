#include "scan/pickle_private.h"

/* The numbers and strings that protocol 0 writes as lines. Lib/pickle.py hands a line to int() and
 * float(), Modules/_pickle.c to C functions that stop at a NUL and read octal numbers. What either
 * of them takes is taken here. */

static bool is_space(uint8_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_number_byte(uint8_t c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

struct sw_bytes sw_pickle_trim(struct sw_bytes line)
{
    while (line.len > 0 && is_space(line.ptr[0])) {
        line = sw_bytes(line.ptr + 1, line.len - 1);
    }
    while (line.len > 0 && is_space(line.ptr[line.len - 1])) {
        line.len--;
    }
    return line;
}

/* CPython's C code hands the line to functions that stop at a NUL, and looks no further. */
static struct sw_bytes before_nul(struct sw_pickle_op *op, struct sw_bytes line)
{
    const uint8_t *nul = line.len == 0 ? NULL : memchr(line.ptr, 0, line.len);
    if (nul == NULL) {
        return line;
    }
    op->differ = "one reader stops at a NUL in a number, the other takes it for broken";
    return sw_bytes(line.ptr, (size_t)(nul - line.ptr));
}

static bool take_sign(struct sw_bytes *line)
{
    bool minus = line->len > 0 && line->ptr[0] == '-';
    if (minus || (line->len > 0 && line->ptr[0] == '+')) {
        *line = sw_bytes(line->ptr + 1, line->len - 1);
    }
    return minus;
}

/* Python's int(…, 0) and float(…) take spaces around, a sign, underscores, other bases. This takes
 * a little more than they do, which only makes the walk go on where they would stop. */
static bool looks_numeric(
    struct sw_pickle_op *op, struct sw_bytes line, const char *starts, const char *more)
{
    struct sw_bytes number = before_nul(op, line);
    if (number.len == 0 && line.len > 0) {
        return true; /* strtol() takes that for 0 */
    }
    line = sw_pickle_trim(number);
    (void)take_sign(&line);
    bool good = line.len > 0 && (is_digit(line.ptr[0]) || strchr(starts, line.ptr[0]) != NULL);
    for (size_t i = 0; i < line.len && good; i++) {
        good =
            is_number_byte(line.ptr[i]) || (line.ptr[i] != 0 && strchr(more, line.ptr[i]) != NULL);
    }
    return good;
}

/* strtol(…, 0) reads "010" as 8; int(…, 0) takes it for broken. */
static bool is_octal(struct sw_bytes line)
{
    bool digits = line.len > 1 && line.ptr[0] == '0';
    bool zero = true;
    for (size_t i = 0; i < line.len && digits; i++) {
        digits = is_digit(line.ptr[i]) || line.ptr[i] == '_';
        zero = zero && (line.ptr[i] == '0' || line.ptr[i] == '_');
    }
    return digits && !zero;
}

/* A plain decimal number of at most 18 digits; others are taken for 0, which nothing follows. */
static int64_t small_decimal(struct sw_bytes line, bool minus)
{
    int64_t value = 0;
    for (size_t i = 0; i < line.len; i++) {
        if (!is_digit(line.ptr[i]) || line.len > 18) {
            return 0;
        }
        value = value * 10 + (line.ptr[i] - '0');
    }
    return minus ? -value : value;
}

/* Two characters that are 0 or 1 are a truth value to the C code, "00" and "01" to both. */
static bool is_odd_truth(struct sw_bytes line)
{
    struct sw_bytes number = sw_pickle_trim(line);
    (void)take_sign(&number);
    return line.len == 2 && number.len == 1 && (number.ptr[0] == '0' || number.ptr[0] == '1') &&
           !is_space(line.ptr[1]);
}

bool sw_pickle_line_int(struct sw_pickle_op *op, struct sw_bytes line)
{
    bool truth = line.len == 2 && line.ptr[0] == '0' && (line.ptr[1] | 1) == '1';
    struct sw_bytes number = sw_pickle_trim(line);
    bool minus = take_sign(&number);
    op->integer = small_decimal(number, minus);
    op->number = truth ? 1 : 0;
    if (!truth && is_octal(number)) {
        op->differ = "one reader takes a number for octal, the other for broken";
    }
    if (is_odd_truth(line)) {
        op->differ = "a number to one reader is a truth value to the other";
    }
    return looks_numeric(op, line, "", "");
}

/* One L at the end is taken off, and then there may be spaces before it. */
bool sw_pickle_line_long(struct sw_pickle_op *op, struct sw_bytes line)
{
    if (line.len > 1 && line.ptr[line.len - 1] == 'L') {
        line.len--;
    }
    struct sw_bytes number = sw_pickle_trim(line);
    bool minus = take_sign(&number);
    op->integer = small_decimal(number, minus);
    return looks_numeric(op, line, "", "");
}

bool sw_pickle_line_float(struct sw_pickle_op *op, struct sw_bytes line)
{
    bool spaced = line.len > 0 && (is_space(line.ptr[0]) || is_space(line.ptr[line.len - 1]));
    if (spaced || (line.len > 0 && memchr(line.ptr, '_', line.len) != NULL)) {
        op->differ = "one reader takes spaces or underscores in a number, the other does not";
    }
    return looks_numeric(op, line, ".nNiI", ".+-");
}

/* Lib/pickle.py has a dict for a memo, in which any number has its place; Modules/_pickle.c has an
 * array. A number that is too large for an array keeps apart by its digits. */
static uint64_t large_index(struct sw_pickle_op *op, struct sw_bytes digits)
{
    uint64_t hash = 0xcbf29ce484222325u;
    bool leading = true;
    for (size_t i = 0; i < digits.len; i++) {
        leading = leading && (digits.ptr[i] == '0' || digits.ptr[i] == '_');
        if (!leading && digits.ptr[i] != '_') {
            hash = (hash ^ digits.ptr[i]) * 0x100000001b3u;
        }
    }
    op->differ = "only one reader's memo has a place of so large a number";
    return (hash | (uint64_t)1 << 63) & ~(uint64_t)1;
}

/* int(…, 10): spaces around, a sign, zeros in front, underscores. */
bool sw_pickle_line_index(struct sw_pickle_op *op, struct sw_bytes line)
{
    line = sw_pickle_trim(before_nul(op, line));
    bool minus = take_sign(&line);
    bool good = line.len > 0;
    bool fits = true;
    op->number = 0;
    for (size_t i = 0; i < line.len && good; i++) {
        uint64_t digit = (uint64_t)line.ptr[i] - '0';
        good = line.ptr[i] == '_' || is_digit(line.ptr[i]);
        if (good && line.ptr[i] != '_') {
            fits = fits && sw_mul_u64(op->number, 10, &op->number) &&
                   sw_add_u64(op->number, digit, &op->number) && op->number <= INT64_MAX;
        }
    }
    if (good && !fits) {
        op->number = large_index(op, line);
    }
    return good && !(minus && op->number != 0);
}

bool sw_pickle_line_quoted(struct sw_pickle_op *op, struct sw_bytes line)
{
    const uint8_t *start = line.ptr;
    line = sw_pickle_trim(line);
    if (line.len < 2 || (line.ptr[0] != '\'' && line.ptr[0] != '"') ||
        line.ptr[line.len - 1] != line.ptr[0]) {
        return false;
    }
    op->text += (uint64_t)(line.ptr - start) + 1;
    op->text_len = line.len - 2;
    return true;
}
