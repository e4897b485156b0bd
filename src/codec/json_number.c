#include "codec/json_number.h"

#include <math.h>
#include <stdlib.h>

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static const uint8_t *skip_digits(const uint8_t *p, const uint8_t *end)
{
    while (p < end && is_digit(*p)) {
        p++;
    }
    return p;
}

const uint8_t *sw_json_number_scan(const uint8_t *p, const uint8_t *end, const char **wrong)
{
    p += *p == '-';
    const uint8_t *digits = p;
    p = skip_digits(p, end);
    if (p == digits) {
        *wrong = "a number without digits";
        return p;
    }
    if (*digits == '0' && p - digits > 1) {
        *wrong = "a number with a leading zero";
        return digits;
    }
    if (p < end && *p == '.') {
        digits = p + 1;
        p = skip_digits(digits, end);
        *wrong = p == digits ? "a number without digits behind its point" : NULL;
    }
    if (*wrong == NULL && p < end && (*p == 'e' || *p == 'E')) {
        digits = p + 1;
        digits += digits < end && (*digits == '+' || *digits == '-');
        p = skip_digits(digits, end);
        *wrong = p == digits ? "a number without digits in its exponent" : NULL;
    }
    return p;
}

/* 0.d1d2d3… × 10^exponent, with d1 and the last digit not zero; no digits for zero. */
struct decimal {
    bool negative;
    const char *first; /* d1; a '.' may stand among the digits and does not count */
    const char *last;  /* behind the last digit */
    size_t count;      /* digits from first to last */
    int64_t exponent;
};

/* Exponents past this are as good as endless: no text is long enough to bring them back. */
#define EXPONENT_END (INT64_C(1) << 60)

static int64_t parse_exponent(const char *p, const char *end)
{
    bool negative = p < end && *p == '-';
    p += p < end && (*p == '-' || *p == '+');
    int64_t value = 0;
    for (; p < end && value < EXPONENT_END / 10; p++) {
        value = value * 10 + (*p - '0');
    }
    value = p < end ? EXPONENT_END : value;
    return negative ? -value : value;
}

static struct decimal read_decimal(struct sw_str text)
{
    struct decimal d = {.negative = text.len != 0 && text.ptr[0] == '-'};
    const char *end = text.ptr + text.len;
    bool point = false;
    const char *p = text.ptr + d.negative;
    size_t pending = 0; /* zeros that count only when another digit follows */
    for (; p < end && *p != 'e' && *p != 'E'; p++) {
        if (*p == '.') {
            point = true;
            continue;
        }
        bool zero = *p == '0';
        if (d.first == NULL && zero) {
            d.exponent -= point;
            continue;
        }
        d.exponent += !point;
        d.first = d.first == NULL ? p : d.first;
        pending = zero ? pending + 1 : pending;
        if (!zero) {
            d.count += pending + 1;
            pending = 0;
            d.last = p + 1;
        }
    }
    d.exponent += p < end ? parse_exponent(p + 1, end) : 0;
    return d;
}

bool sw_json_number_integer(struct sw_str text, bool *negative, uint64_t *magnitude)
{
    struct decimal d = read_decimal(text);
    if (d.count != 0 && (d.exponent < (int64_t)d.count || d.exponent > 20)) {
        return false;
    }
    uint64_t value = 0;
    for (const char *p = d.first; p != d.last; p++) {
        if (*p != '.' &&
            (!sw_mul_u64(value, 10, &value) || !sw_add_u64(value, (uint64_t)(*p - '0'), &value))) {
            return false;
        }
    }
    for (int64_t zeros = d.count == 0 ? 0 : d.exponent - (int64_t)d.count; zeros > 0; zeros--) {
        if (!sw_mul_u64(value, 10, &value)) {
            return false;
        }
    }
    *negative = d.negative;
    *magnitude = value;
    return true;
}

#define EXPONENT_ROOM 24

/* 0.digits × 10^exponent, rounded right. `digits` has room for the exponent behind it. strtod reads
 * the point of the program's locale, so it is given a whole number and an exponent instead. */
static double read_digits(char *digits, size_t count, int64_t exponent)
{
    (void)snprintf(digits + count, EXPONENT_ROOM, "e%lld", (long long)exponent - (long long)count);
    return strtod(digits, NULL);
}

/* Digits that can decide how a double rounds; behind them it only matters whether any follow. */
#define DIGITS_THAT_MATTER 768

/* Numbers of at most 15 digits and a small power of ten: both are exact doubles, so that one
 * multiplication or division rounds right (Clinger 1990). */
static bool read_small(const struct decimal *d, double *out)
{
    static const double powers[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
        1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    int64_t scale = d->exponent - (int64_t)d->count;
    if (d->count > 15 || scale < -22 || scale > 22) {
        return false;
    }
    uint64_t value = 0;
    for (const char *p = d->first; p != d->last; p++) {
        value = *p == '.' ? value : value * 10 + (uint64_t)(*p - '0');
    }
    double magnitude = scale < 0 ? (double)value / powers[-scale] : (double)value * powers[scale];
    *out = d->negative ? -magnitude : magnitude;
    return true;
}

bool sw_json_number_double(struct sw_str text, double *out)
{
    struct decimal d = read_decimal(text);
    if (d.count == 0) {
        *out = d.negative ? -0.0 : 0.0;
        return true;
    }
    if (read_small(&d, out)) {
        return true;
    }
    if (d.exponent > 310 || d.exponent < -330) {
        return false;
    }
    char plain[DIGITS_THAT_MATTER + 1 + EXPONENT_ROOM];
    size_t used = 0;
    for (const char *p = d.first; p != d.last && used < DIGITS_THAT_MATTER; p++) {
        if (*p != '.') {
            plain[used++] = *p;
        }
    }
    if (d.count > used) {
        plain[used++] = '1';
    }
    double value = read_digits(plain, used, d.exponent);
    if (!isfinite(value) || value == 0) {
        return false;
    }
    *out = d.negative ? -value : value;
    return true;
}

/* Significant digits, and the value as 0.digits × 10^exponent. */
struct digits {
    char text[20];
    int count;
    int exponent;
};

/* The double rounded to `count` digits. */
static struct digits round_to(double value, int count)
{
    char text[40];
    (void)snprintf(text, sizeof(text), "%.*e", count - 1, value);
    struct digits d = {.count = count};
    d.text[0] = text[0];
    /* text[1] is the point of whatever locale, one byte or more: digits are found from behind. */
    const char *mark = strchr(text, 'e');
    memcpy(d.text + 1, mark - (count - 1), (size_t)(count - 1));
    d.exponent = (int)parse_exponent(mark + 1, text + strlen(text)) + 1;
    return d;
}

static bool reads_back(const struct digits *d, double value)
{
    char text[sizeof(d->text) + EXPONENT_ROOM];
    memcpy(text, d->text, sizeof(d->text));
    return read_digits(text, (size_t)d->count, d->exponent) == value;
}

/* The next larger number of as many digits; false when that needs one more. */
static bool step_up(struct digits *d)
{
    for (int i = d->count - 1; i >= 0; i--) {
        if (d->text[i] != '9') {
            d->text[i]++;
            return true;
        }
        d->text[i] = '0';
    }
    return false;
}

/* The fewest digits that read back as `value`, which is positive. Every decimal of 15 digits
 * survives a normal double, so shorter forms show as zeros at the end; a subnormal holds fewer.
 * Below a power of two doubles lie closer than above it: there the nearest decimal may fail while
 * the next larger one succeeds. */
static struct digits shortest(double value)
{
    int unused;
    bool power_of_two = frexp(value, &unused) == 0.5;
    for (int count = isnormal(value) ? 15 : 1; count < 17; count++) {
        struct digits d = round_to(value, count);
        if (reads_back(&d, value)) {
            return d;
        }
        if (power_of_two && step_up(&d) && reads_back(&d, value)) {
            return d;
        }
    }
    return round_to(value, 17);
}

static void trim_zeros(struct digits *d)
{
    while (d->count > 1 && d->text[d->count - 1] == '0') {
        d->count--;
    }
}

/* ECMA-262, Number::toString, steps 6 to 12: n is `exponent`, k is `count`. */
static size_t lay_out(const struct digits *d, bool negative, char out[SW_JSON_NUMBER_MAX])
{
    const char *sign = negative ? "-" : "";
    int n = d->exponent;
    int k = d->count;
    int used;
    if (k <= n && n <= 21) {
        used = snprintf(out, SW_JSON_NUMBER_MAX, "%s%.*s%.*s", sign, k, d->text, n - k,
            "000000000000000000000");
    } else if (n > 0 && n <= 21) {
        used =
            snprintf(out, SW_JSON_NUMBER_MAX, "%s%.*s.%.*s", sign, n, d->text, k - n, d->text + n);
    } else if (n > -6 && n <= 0) {
        used = snprintf(out, SW_JSON_NUMBER_MAX, "%s0.%.*s%.*s", sign, -n, "000000", k, d->text);
    } else {
        used = snprintf(out, SW_JSON_NUMBER_MAX, "%s%.1s%s%.*se%+d", sign, d->text,
            k == 1 ? "" : ".", k - 1, d->text + 1, n - 1);
    }
    return (size_t)used;
}

size_t sw_json_number_format(double value, char out[SW_JSON_NUMBER_MAX])
{
    if (value == 0) {
        out[0] = '0';
        out[1] = '\0';
        return 1;
    }
    struct digits d = shortest(fabs(value));
    trim_zeros(&d);
    return lay_out(&d, signbit(value) != 0, out);
}

static bool same_decimal(const struct decimal *a, const struct decimal *b)
{
    if (a->count != b->count || a->exponent != b->exponent || a->negative != b->negative) {
        return false;
    }
    const char *q = b->first;
    for (const char *p = a->first; p != a->last; p++) {
        if (*p == '.') {
            continue;
        }
        q += *q == '.';
        if (*p != *q++) {
            return false;
        }
    }
    return true;
}

/* Whether `value` is exactly the integer `d`, or its shortest form is: the canonical form then
 * names the same number. */
static bool keeps_integer(const struct decimal *d, double value, const char *canonical)
{
    struct decimal written = read_decimal(sw_str(canonical));
    if (same_decimal(d, &written)) {
        return true;
    }
    char exact[320];
    (void)snprintf(exact, sizeof(exact), "%.0f", value);
    struct decimal held = read_decimal(sw_str(exact));
    return same_decimal(d, &held);
}

/* An integer that every double of its size holds stands as it is written, all but "-0". */
static bool is_small_integer(struct sw_str text)
{
    size_t sign = text.len != 0 && text.ptr[0] == '-';
    if (text.len - sign > 15 || (sign != 0 && text.ptr[1] == '0')) {
        return false;
    }
    for (size_t i = sign; i < text.len; i++) {
        if (!is_digit((uint8_t)text.ptr[i])) {
            return false;
        }
    }
    return true;
}

bool sw_json_number_canonical(struct sw_str text, char out[SW_JSON_NUMBER_MAX])
{
    if (is_small_integer(text)) {
        memcpy(out, text.ptr, text.len);
        out[text.len] = '\0';
        return true;
    }
    double value;
    if (!sw_json_number_double(text, &value)) {
        return false;
    }
    (void)sw_json_number_format(value, out);
    struct decimal d = read_decimal(text);
    bool integer = d.exponent >= (int64_t)d.count;
    return d.count == 0 || !integer || keeps_integer(&d, value, out);
}
