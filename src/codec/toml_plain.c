/* Numbers, dates and words of TOML (sections "Integer" to "Local Time"). */
#include "codec/json_number.h"
#include "codec/toml_private.h"

#include <inttypes.h>

#define PLAIN_MAX 256

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_plain(char c)
{
    return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
           (c != '\0' && strchr("+-_.:", c) != NULL);
}

/* --- dates ------------------------------------------------------------------------------------ */

/* Digits of a number of that many digits; false when they are none, or it is not in the range. */
static bool number_at(struct sw_str text, size_t at, size_t len, unsigned min, unsigned max)
{
    unsigned value = 0;
    if (at + len > text.len) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        if (!is_digit(text.ptr[at + i])) {
            return false;
        }
        value = value * 10 + (unsigned)(text.ptr[at + i] - '0');
    }
    return value >= min && value <= max;
}

static unsigned days_of(struct sw_str text)
{
    static const unsigned char days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    unsigned year = 0;
    for (size_t i = 0; i < 4; i++) {
        year = year * 10 + (unsigned)(text.ptr[i] - '0');
    }
    const unsigned month = (unsigned)(text.ptr[5] - '0') * 10 + (unsigned)(text.ptr[6] - '0');
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && !leap ? 28 : days[month - 1];
}

static bool is_date(struct sw_str text)
{
    return text.len >= 10 && number_at(text, 0, 4, 0, 9999) && text.ptr[4] == '-' &&
           number_at(text, 5, 2, 1, 12) && text.ptr[7] == '-' &&
           number_at(text, 8, 2, 1, days_of(text));
}

/* The bytes of "12:30:00.25" at the start; 0: none. */
static size_t time_of(struct sw_str text)
{
    size_t len = 8;
    if (text.len < 8 || !number_at(text, 0, 2, 0, 23) || text.ptr[2] != ':' ||
        !number_at(text, 3, 2, 0, 59) || text.ptr[5] != ':' || !number_at(text, 6, 2, 0, 60)) {
        return 0;
    }
    if (len < text.len && text.ptr[len] == '.') {
        len++;
        while (len < text.len && is_digit(text.ptr[len])) {
            len++;
        }
    }
    return len == 9 ? 0 : len;
}

static bool is_offset(struct sw_str text)
{
    return (text.len == 1 && (text.ptr[0] | 0x20) == 'z') ||
           (text.len == 6 && (text.ptr[0] == '+' || text.ptr[0] == '-') &&
               number_at(text, 1, 2, 0, 23) && text.ptr[3] == ':' && number_at(text, 4, 2, 0, 59));
}

static bool is_moment(struct sw_str text)
{
    if (!is_date(text)) {
        return time_of(text) == text.len && text.len > 0;
    }
    if (text.len == 10) {
        return true;
    }
    struct sw_str time = sw_str_n(text.ptr + 11, text.len - 11);
    const size_t len = (text.ptr[10] | 0x20) == 't' || text.ptr[10] == ' ' ? time_of(time) : 0;
    return len > 0 && (len == time.len || is_offset(sw_str_n(time.ptr + len, time.len - len)));
}

/* --- numbers ---------------------------------------------------------------------------------- */

static bool is_digit_of(char c, bool hex)
{
    const char low = (char)(c | 0x20);
    return is_digit(c) || (hex && low >= 'a' && low <= 'f');
}

/* Without its '_', each of which stands between two digits. False: one does not. */
static bool without_marks(struct sw_str text, char out[PLAIN_MAX], size_t *len)
{
    const bool hex = sw_str_starts(text, "0x");
    *len = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] != '_') {
            out[(*len)++] = text.ptr[i];
        } else if (i == 0 || i + 1 == text.len || !is_digit_of(text.ptr[i - 1], hex) ||
                   !is_digit_of(text.ptr[i + 1], hex)) {
            return false;
        }
    }
    return true;
}

static sw_result keep(struct sw_toml *t, struct sw_str text, struct sw_json *out)
{
    const char *copy = sw_arena_strndup(t->arena, text);
    SW_TRY_PTR(copy);
    out->type = SW_JSON_NUMBER;
    out->text = sw_str_n(copy, text.len);
    return SW_OK;
}

static unsigned base_of(struct sw_str text)
{
    if (text.len < 3 || text.ptr[0] != '0') {
        return 0;
    }
    return text.ptr[1] == 'x' ? 16 : text.ptr[1] == 'o' ? 8 : text.ptr[1] == 'b' ? 2 : 0;
}

static sw_result take_based(
    struct sw_toml *t, struct sw_str text, unsigned base, struct sw_json *out)
{
    uint64_t value = 0;
    char decimal[24];
    for (size_t i = 2; i < text.len; i++) {
        const char c = text.ptr[i];
        const unsigned digit =
            is_digit(c) ? (unsigned)(c - '0') : (unsigned)((c | 0x20) - 'a') + 10;
        if (!is_digit_of(c, true) || digit >= base) {
            return sw_toml_refuse(t, "a number with a digit that it cannot have");
        }
        if (value > ((uint64_t)INT64_MAX - digit) / base) {
            return sw_toml_refuse(t, "a number of more than 64 bits");
        }
        value = value * base + digit;
    }
    (void)snprintf(decimal, sizeof(decimal), "%" PRIu64, value);
    return keep(t, sw_str(decimal), out);
}

static bool has_letter(struct sw_str text, const char *letters)
{
    for (size_t i = 0; i < text.len; i++) {
        if (strchr(letters, text.ptr[i]) != NULL) {
            return true;
        }
    }
    return false;
}

static sw_result take_number(struct sw_toml *t, struct sw_str text, struct sw_json *out)
{
    const char *wrong = NULL;
    int64_t value;
    struct sw_str bare =
        text.len > 0 && text.ptr[0] == '+' ? sw_str_n(text.ptr + 1, text.len - 1) : text;
    const uint8_t *start = (const uint8_t *)bare.ptr;
    if (bare.len == 0 || (bare.ptr != text.ptr && !is_digit(bare.ptr[0])) ||
        sw_json_number_scan(start, start + bare.len, &wrong) != start + bare.len || wrong != NULL) {
        return sw_toml_refuse(t, "a value that is none");
    }
    if (!has_letter(bare, ".eE") && !sw_str_is(bare, "-0") && !sw_parse_i64(bare, &value)) {
        return sw_toml_refuse(t, "a number of more than 64 bits");
    }
    return keep(t, bare, out);
}

/* --- any -------------------------------------------------------------------------------------- */

static struct sw_str take_text(struct sw_toml *t)
{
    const char *start = t->text.ptr + t->at;
    size_t len = 0;
    while (is_plain(sw_toml_peek(t, len))) {
        len++;
    }
    /* "1979-05-27 07:32:00" */
    if (len == 10 && is_date(sw_str_n(start, len)) && sw_toml_peek(t, len) == ' ' &&
        is_digit(sw_toml_peek(t, len + 1))) {
        len++;
        while (is_plain(sw_toml_peek(t, len))) {
            len++;
        }
    }
    t->at += len;
    return sw_str_n(start, len);
}

static bool is_extreme(struct sw_str text)
{
    if (text.len == 4 && (text.ptr[0] == '+' || text.ptr[0] == '-')) {
        text = sw_str_n(text.ptr + 1, 3);
    }
    return sw_str_is(text, "inf") || sw_str_is(text, "nan");
}

sw_result sw_toml_plain(struct sw_toml *t, struct sw_json *out)
{
    char clean[PLAIN_MAX];
    size_t len;
    struct sw_str text = take_text(t);
    if (sw_str_is(text, "true") || sw_str_is(text, "false")) {
        out->type = SW_JSON_BOOL;
        out->boolean = text.len == 4;
        return SW_OK;
    }
    if (is_extreme(text) || is_moment(text)) {
        out->type = SW_JSON_STRING;
        out->text = text;
        return SW_OK;
    }
    if (text.len == 0 || text.len >= sizeof(clean) || !without_marks(text, clean, &len)) {
        return sw_toml_refuse(t, "a value that is none");
    }
    text = sw_str_n(clean, len);
    const unsigned base = base_of(text);
    return base != 0 ? take_based(t, text, base, out) : take_number(t, text, out);
}
