#include "data/report_html.h"

#include <stdio.h>

static void note(struct sw_html *h, enum sw_code code)
{
    h->failed = h->failed == SW_OK ? code : h->failed;
}

void sw_html_raw(struct sw_html *h, const char *markup)
{
    note(h, sw_buf_puts(h->out, markup));
}

void sw_html_format(struct sw_html *h, const char *fmt, ...)
{
    char text[512];
    va_list ap;
    va_start(ap, fmt);
    int len = vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    note(h, len < 0 || (size_t)len >= sizeof(text) ? SW_E_INTERNAL : SW_OK);
    sw_html_raw(h, text);
}

static const char *entity_of(char c)
{
    static const struct {
        char c;
        const char *entity;
    } entities[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}};
    for (size_t i = 0; i < SW_COUNT(entities); i++) {
        if (entities[i].c == c) {
            return entities[i].entity;
        }
    }
    return NULL;
}

static sw_result put_text(struct sw_buf *out, struct sw_str text)
{
    SW_CLEANUP(buf) struct sw_buf line = SW_BUF_INIT;
    SW_TRY(sw_buf_reserve(&line, text.len * 4 + 1));
    sw_escape_line(text.ptr, text.len, (char *)line.data, text.len * 4 + 1);
    for (const char *p = (const char *)line.data; *p != '\0'; p++) {
        const char *entity = entity_of(*p);
        SW_TRY(entity == NULL ? sw_buf_putc(out, *p) : sw_buf_puts(out, entity));
    }
    return SW_OK;
}

void sw_html_text(struct sw_html *h, struct sw_str text)
{
    note(h, text.len == 0 ? SW_OK : put_text(h->out, text));
}

void sw_html_cstr(struct sw_html *h, const char *text)
{
    sw_html_text(h, sw_str(text));
}

void sw_html_count(struct sw_html *h, uint64_t count)
{
    char text[SW_COUNT_SIZE];
    sw_report_show_count(count, text);
    sw_html_raw(h, text);
}

void sw_html_size(struct sw_html *h, uint64_t bytes)
{
    char size[16];
    sw_format_size(bytes, size);
    sw_html_format(h, "<span title=\"%llu bytes\">%s</span>", (unsigned long long)bytes, size);
}

void sw_html_percent(struct sw_html *h, double part, double whole)
{
    char text[SW_PERCENT_SIZE];
    sw_report_show_percent(part, whole, text);
    sw_html_raw(h, text);
}
