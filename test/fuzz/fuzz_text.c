/* The small readers of base: text, numbers, times, spans and paths. */
#include "base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void insist(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void escape_is_safe(struct sw_str text)
{
    for (size_t room = 0; room <= 70; room += 7) {
        char out[72];
        memset(out, '#', sizeof(out));
        sw_escape_line(text.ptr, text.len, out, room);
        insist(out[room] == '#');
        if (room == 0) {
            continue;
        }
        insist(memchr(out, '\0', room) != NULL);
        insist(sw_utf8_valid(sw_bytes(out, strlen(out))));
        for (const char *p = out; *p != '\0'; p++) {
            insist((unsigned char)*p >= 0x20 && *p != 0x7f);
        }
    }
}

static void numbers_print_as_they_were_read(struct sw_str text)
{
    char out[32];
    uint64_t number;
    if (sw_parse_u64(text, &number)) {
        (void)snprintf(out, sizeof(out), "%llu", (unsigned long long)number);
        insist(sw_str_is(text, out));
        sw_format_size(number, out);
        insist(strlen(out) < 16);
    }
    int64_t value;
    if (sw_parse_i64(text, &value) && value != 0) {
        (void)snprintf(out, sizeof(out), "%lld", (long long)value);
        insist(sw_str_is(text, out));
    }
}

static void times_survive_a_round_trip(struct sw_str text)
{
    int64_t time;
    int64_t again;
    char out[SW_TIME_TEXT_SIZE];
    if (sw_time_parse(text, &time)) {
        sw_time_format(time, out);
        insist(!sw_time_parse(sw_str(out), &again) || again == time);
    }
    if (sw_duration_parse(text, &time)) {
        insist(time >= 0 && time <= INT64_MAX / 4);
    }
}

static void plain_paths_stay_below(struct sw_str text)
{
    char path[4097];
    if (!sw_path_is_plain(text)) {
        return;
    }
    memcpy(path, text.ptr, text.len);
    path[text.len] = '\0';
    struct sw_str base = sw_path_base(path);
    struct sw_str dir = sw_path_dir(path);
    insist(base.len > 0 && memchr(base.ptr, '/', base.len) == NULL);
    insist(sw_str_is(dir, ".") || dir.len + 1 + base.len == text.len);
    insist(sw_str_is(dir, ".") || sw_path_is_plain(dir));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sw_str text = sw_str_of_bytes(sw_bytes(data, size));
    escape_is_safe(text);
    numbers_print_as_they_were_read(text);
    times_survive_a_round_trip(text);
    plain_paths_stay_below(text);
    return 0;
}
