#include "policy/decimal.h"

#define EXPONENT_MAX ((int64_t)1000000000000000)

static struct sw_str take_digits(struct sw_str text, size_t *pos)
{
    size_t start = *pos;
    while (*pos < text.len && text.ptr[*pos] >= '0' && text.ptr[*pos] <= '9') {
        *pos += 1;
    }
    return sw_str_n(text.ptr + start, *pos - start);
}

static bool take_char(struct sw_str text, size_t *pos, const char *any_of)
{
    if (*pos >= text.len || text.ptr[*pos] == '\0' || strchr(any_of, text.ptr[*pos]) == NULL) {
        return false;
    }
    *pos += 1;
    return true;
}

static struct sw_str drop_zeros(struct sw_str digits)
{
    while (digits.len > 0 && digits.ptr[0] == '0') {
        digits = sw_str_n(digits.ptr + 1, digits.len - 1);
    }
    return digits;
}

static bool read_fraction(struct sw_str text, size_t *pos, struct sw_str *out)
{
    *out = sw_str_n(text.ptr + *pos, 0);
    if (!take_char(text, pos, ".")) {
        return true;
    }
    *out = take_digits(text, pos);
    return out->len > 0;
}

static bool read_exponent(struct sw_str text, size_t *pos, int64_t *out)
{
    *out = 0;
    if (!take_char(text, pos, "eE")) {
        return true;
    }
    bool negative = *pos < text.len && text.ptr[*pos] == '-';
    (void)take_char(text, pos, "+-");
    struct sw_str digits = take_digits(text, pos);
    if (digits.len == 0) {
        return false;
    }
    digits = drop_zeros(digits);
    uint64_t value = 0;
    if (digits.len > 0 && (!sw_parse_u64(digits, &value) || value > (uint64_t)EXPONENT_MAX)) {
        return false;
    }
    *out = negative ? -(int64_t)value : (int64_t)value;
    return true;
}

static bool is_zero(const struct sw_decimal *d)
{
    return d->whole.len == 0 && d->fraction.len == 0;
}

bool sw_decimal_parse(struct sw_str text, struct sw_decimal *out)
{
    size_t pos = 0;
    bool negative = take_char(text, &pos, "-");
    struct sw_str whole = take_digits(text, &pos);
    bool leading_zero = whole.len > 1 && whole.ptr[0] == '0';
    struct sw_str fraction;
    int64_t exponent;
    if (whole.len == 0 || leading_zero || !read_fraction(text, &pos, &fraction) ||
        !read_exponent(text, &pos, &exponent) || pos != text.len) {
        return false;
    }
    whole = drop_zeros(whole);
    int64_t point = (int64_t)whole.len;
    if (whole.len == 0) {
        size_t before = fraction.len;
        fraction = drop_zeros(fraction);
        point = -(int64_t)(before - fraction.len);
    }
    *out = (struct sw_decimal){negative, whole, fraction, point + exponent};
    if (is_zero(out)) {
        out->negative = false; /* "-0" is 0 */
        out->point = 0;
    }
    return true;
}

/* Digit `i` counted from the first that is not zero; zeros without end behind the last. */
static char digit_at(const struct sw_decimal *d, size_t i)
{
    if (i < d->whole.len) {
        return d->whole.ptr[i];
    }
    i -= d->whole.len;
    return i < d->fraction.len ? d->fraction.ptr[i] : '0';
}

static int compare_magnitude(const struct sw_decimal *a, const struct sw_decimal *b)
{
    if (is_zero(a) || is_zero(b)) {
        return (int)is_zero(b) - (int)is_zero(a);
    }
    if (a->point != b->point) {
        return a->point < b->point ? -1 : 1;
    }
    size_t length_a = a->whole.len + a->fraction.len;
    size_t length_b = b->whole.len + b->fraction.len;
    size_t length = length_a > length_b ? length_a : length_b;
    for (size_t i = 0; i < length; i++) {
        char digit_a = digit_at(a, i);
        char digit_b = digit_at(b, i);
        if (digit_a != digit_b) {
            return digit_a < digit_b ? -1 : 1;
        }
    }
    return 0;
}

int sw_decimal_compare(const struct sw_decimal *a, const struct sw_decimal *b)
{
    if (a->negative != b->negative) {
        return a->negative ? -1 : 1;
    }
    int order = compare_magnitude(a, b);
    return a->negative ? -order : order;
}
