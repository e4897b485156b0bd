/* Lines of logs: each line is given to every form, as if the log were of it. Whatever stands there,
 * what is a host is one, and nothing is read past the line. */
#include "../../src/supply/logs.h"

#include <stdlib.h>

static void expect(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void check(const struct sw_log_record *record)
{
    char text[256];
    int64_t time;
    const struct sw_str host = sw_log_host(record->host, text);
    expect(host.len < 256);
    for (size_t i = 0; i < host.len; i++) {
        expect(host.ptr[i] != '/' && host.ptr[i] != '@' && host.ptr[i] > ' ');
    }
    (void)sw_log_time(record->time, &time);
    (void)sw_log_time(record->user, &time);
}

/* A copy of exactly its size, so that a sanitizer sees what is read past it. */
static void read_line(
    const struct sw_log_form *form, struct sw_log_reader *reader, struct sw_str line)
{
    struct sw_log_record record = {0};
    char *copy = malloc(line.len + (line.len == 0 ? 1 : 0));
    expect(copy != NULL);
    if (line.len > 0) {
        memcpy(copy, line.ptr, line.len);
    }
    if (form->read(reader, sw_str_n(copy, line.len), &record) == SW_LOG_RECORD) {
        expect(record.host.len > 0 || strcmp(form->name, "squid") == 0 ||
               strcmp(form->name, "bind") == 0 || strcmp(form->name, "dnsmasq") == 0 ||
               strcmp(form->name, "envoy") == 0);
        check(&record);
    }
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < sw_log_form_count; i++) {
        SW_CLEANUP(log_reader) struct sw_log_reader reader = {0};
        struct sw_str rest = sw_str_n((const char *)data, size);
        while (rest.len > 0) {
            const char *end = memchr(rest.ptr, '\n', rest.len);
            const size_t len = end == NULL ? rest.len : (size_t)(end - rest.ptr);
            read_line(&sw_log_forms[i], &reader, sw_str_n(rest.ptr, len));
            const size_t used = end == NULL ? len : len + 1;
            rest = sw_str_n(rest.ptr + used, rest.len - used);
        }
    }
    return 0;
}
