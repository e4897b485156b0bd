#include "data/report.h"

/* What Markdown would take for its own. */
static bool is_special(char c)
{
    return strchr("\\`*[]<>&|", c) != NULL && c != '\0';
}

/* On one line, and as plain text: names and descriptions are other people's. */
static sw_result put_plain(struct sw_buf *out, const char *text)
{
    size_t len = strlen(text);
    size_t room = len * 4 + 1;
    SW_CLEANUP(buf) struct sw_buf line = SW_BUF_INIT;
    SW_TRY(sw_buf_reserve(&line, room));
    sw_escape_line(text, len, (char *)line.data, room);
    for (const char *p = (const char *)line.data; *p != '\0'; p++) {
        if (is_special(*p)) {
            SW_TRY(sw_buf_putc(out, '\\'));
        }
        SW_TRY(sw_buf_putc(out, *p));
    }
    return SW_OK;
}

static sw_result put_field(struct sw_buf *out, const struct sw_summary_field *field)
{
    SW_TRY(sw_buf_printf(out, "**%s**\n\n", field->label));
    for (size_t i = 0; i < field->count; i++) {
        SW_TRY(sw_buf_puts(out, "- "));
        SW_TRY(put_plain(out, field->values[i]));
        SW_TRY(sw_buf_putc(out, '\n'));
    }
    if (field->count == 0) {
        SW_TRY(sw_buf_puts(out, "- " SW_SUMMARY_NOT_RECORDED "\n"));
    }
    if (field->basis != NULL) {
        SW_TRY(sw_buf_puts(out, "\n  "));
        SW_TRY(sw_buf_puts(out, field->count == 0 ? "Why: " : "From: "));
        SW_TRY(put_plain(out, field->basis));
        SW_TRY(sw_buf_puts(out, ".\n"));
    }
    return sw_buf_putc(out, '\n');
}

/* The template has three parts; a section's first digit says which. */
static sw_result put_part(struct sw_buf *out, const char *number, char *part)
{
    static const struct {
        char digit;
        const char *title;
    } parts[] = {{'1', "1. General information"}, {'2', "2. List of data sources"},
        {'3', "3. Data processing aspects"}};
    for (size_t i = 0; i < SW_COUNT(parts) && number[0] != *part; i++) {
        if (parts[i].digit == number[0]) {
            SW_TRY(sw_buf_printf(out, "## %s\n\n", parts[i].title));
            *part = number[0];
        }
    }
    return SW_OK;
}

sw_result sw_summary_markdown(const struct sw_report *report, struct sw_buf *out)
{
    char part = '\0';
    SW_TRY(sw_buf_printf(out, "# Public summary of training content\n\nOf the %s ",
        sw_report_kind_name(report->kind)));
    SW_TRY(put_plain(out, report->name));
    SW_TRY(sw_buf_puts(out,
        ", after the template of the AI Office for Article 53(1)(d) of Regulation (EU) 2024/1689.\n"
        "Everything here comes from signed records; what they do not say is "
        "\"" SW_SUMMARY_NOT_RECORDED "\" and is for a person\nto fill in.\n\n"));
    for (size_t i = 0; i < report->summary->count; i++) {
        const struct sw_summary_section *section = &report->summary->sections[i];
        SW_TRY(put_part(out, section->number, &part));
        SW_TRY(sw_buf_printf(out, "### %s%s%s\n\n", section->number,
            section->number[0] == '\0' ? "" : " ", section->title));
        for (size_t j = 0; j < section->count; j++) {
            SW_TRY(put_field(out, &section->fields[j]));
        }
    }
    return SW_OK;
}
