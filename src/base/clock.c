#include "base/base.h"

#include <stdio.h>
#include <time.h>

#define SECONDS_PER_DAY 86400

int64_t sw_time_now(void)
{
    struct timespec ts;
    (void)clock_gettime(CLOCK_REALTIME, &ts);
    return (int64_t)ts.tv_sec;
}

uint64_t sw_time_monotonic_ns(void)
{
    struct timespec ts;
    (void)clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

void sw_time_format(int64_t time, char out[SW_TIME_TEXT_SIZE])
{
    struct tm tm;
    time_t t = (time_t)time;
    if (gmtime_r(&t, &tm) == NULL || tm.tm_year < -1900 || tm.tm_year > 8099) {
        (void)snprintf(out, SW_TIME_TEXT_SIZE, "invalid time");
        return;
    }
    /* Not strftime: its %Y has no leading zeros before the year 1000. */
    (void)snprintf(out, SW_TIME_TEXT_SIZE, "%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900,
        tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

/* Reads exactly `width` digits at `*pos`, within [min, max]. */
static bool read_field(struct sw_str text, size_t *pos, size_t width, int min, int max, int *out)
{
    if (text.len - *pos < width) {
        return false;
    }
    int value = 0;
    for (size_t i = 0; i < width; i++) {
        char c = text.ptr[*pos + i];
        if (c < '0' || c > '9') {
            return false;
        }
        value = value * 10 + (c - '0');
    }
    *pos += width;
    *out = value;
    return value >= min && value <= max;
}

static bool read_char(struct sw_str text, size_t *pos, char expected)
{
    if (*pos >= text.len || text.ptr[*pos] != expected) {
        return false;
    }
    *pos += 1;
    return true;
}

/* Days since 1970-01-01 in the proleptic Gregorian calendar, counting years from March so that the
 * leap day comes last. */
static int64_t days_from_date(int year, int month, int day)
{
    int64_t y = month <= 2 ? (int64_t)year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static bool read_date(struct sw_str text, size_t *pos, int64_t *days)
{
    static const uint8_t month_days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year;
    int month;
    int day;
    if (!read_field(text, pos, 4, 0, 9999, &year) || !read_char(text, pos, '-') ||
        !read_field(text, pos, 2, 1, 12, &month) || !read_char(text, pos, '-') ||
        !read_field(text, pos, 2, 1, 31, &day)) {
        return false;
    }
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (day > month_days[month - 1] + (leap && month == 2 ? 1 : 0)) {
        return false;
    }
    *days = days_from_date(year, month, day);
    return true;
}

static bool read_clock(struct sw_str text, size_t *pos, int64_t *seconds)
{
    int hour;
    int minute;
    int second;
    if (!read_field(text, pos, 2, 0, 23, &hour) || !read_char(text, pos, ':') ||
        !read_field(text, pos, 2, 0, 59, &minute) || !read_char(text, pos, ':') ||
        !read_field(text, pos, 2, 0, 60, &second)) {
        return false;
    }
    *seconds = hour * 3600 + minute * 60 + second;
    if (!read_char(text, pos, '.')) {
        return true;
    }
    size_t start = *pos;
    while (*pos < text.len && text.ptr[*pos] >= '0' && text.ptr[*pos] <= '9') {
        *pos += 1;
    }
    return *pos > start;
}

static bool read_zone(struct sw_str text, size_t *pos, int64_t *offset)
{
    *offset = 0;
    if (read_char(text, pos, 'Z') || read_char(text, pos, 'z')) {
        return true;
    }
    bool behind = read_char(text, pos, '-');
    int hour;
    int minute;
    if ((!behind && !read_char(text, pos, '+')) || !read_field(text, pos, 2, 0, 23, &hour) ||
        !read_char(text, pos, ':') || !read_field(text, pos, 2, 0, 59, &minute)) {
        return false;
    }
    *offset = (hour * 3600 + minute * 60) * (behind ? -1 : 1);
    return true;
}

bool sw_time_parse(struct sw_str text, int64_t *out)
{
    size_t pos = 0;
    int64_t days;
    if (!read_date(text, &pos, &days)) {
        return false;
    }
    if (pos == text.len) {
        *out = days * SECONDS_PER_DAY;
        return true;
    }
    int64_t seconds;
    int64_t offset;
    if ((!read_char(text, &pos, 'T') && !read_char(text, &pos, 't') &&
            !read_char(text, &pos, ' ')) ||
        !read_clock(text, &pos, &seconds) || !read_zone(text, &pos, &offset) || pos != text.len) {
        return false;
    }
    *out = days * SECONDS_PER_DAY + seconds - offset;
    return true;
}

bool sw_duration_parse(struct sw_str text, int64_t *out)
{
    static const struct {
        char unit;
        int64_t seconds;
    } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}, {'w', 604800}};
    uint64_t count;
    if (text.len < 2 || !sw_parse_u64(sw_str_n(text.ptr, text.len - 1), &count)) {
        return false;
    }
    for (size_t i = 0; i < SW_COUNT(units); i++) {
        if (text.ptr[text.len - 1] != units[i].unit) {
            continue;
        }
        if (count > (uint64_t)(INT64_MAX / 4 / units[i].seconds)) {
            return false;
        }
        *out = (int64_t)count * units[i].seconds;
        return true;
    }
    return false;
}
