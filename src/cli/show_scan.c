#include "cli/show_scan.h"

#define FINDINGS_SHOWN 50

sw_result sw_scan_args_time_limit(
    const struct sw_scan_args *args, uint64_t *seconds, struct sw_error *err)
{
    int64_t span = (int64_t)SW_SCAN_TIME_LIMIT;
    if (args->time_limit != NULL && !sw_duration_parse(sw_str(args->time_limit), &span)) {
        return sw_fail(err, SW_E_USAGE,
            "option '--time-limit' takes a time span such as 10m or 2h, not '%s'",
            args->time_limit);
    }
    *seconds = (uint64_t)span;
    return SW_OK;
}

sw_result sw_scan_args_start(
    const struct sw_scan_args *args, struct sw_scan **out, struct sw_error *err)
{
    uint64_t seconds;
    SW_TRY(sw_scan_args_time_limit(args, &seconds, err));
    SW_CLEANUP(scan) struct sw_scan *scan = NULL;
    SW_TRY(sw_scan_new(&scan, err));
    sw_scan_limit_time(scan, seconds);
    *out = SW_TAKE(scan);
    return SW_OK;
}

enum sw_tone sw_scan_tone(enum sw_scan_verdict verdict)
{
    static const enum sw_tone tones[] = {
        [SW_SCAN_CLEAN] = SW_TONE_GOOD,
        [SW_SCAN_NOTES] = SW_TONE_WARN,
        [SW_SCAN_REFUSED] = SW_TONE_BAD,
        [SW_SCAN_NO_EVIDENCE] = SW_TONE_WARN,
    };
    return tones[verdict];
}

static enum sw_tone severity_tone(enum sw_severity severity)
{
    if (severity >= SW_SEVERITY_HIGH) {
        return SW_TONE_BAD;
    }
    return severity == SW_SEVERITY_MEDIUM ? SW_TONE_WARN : SW_TONE_DIM;
}

static void show_finding(const struct sw_cli *cli, const struct sw_finding *f)
{
    sw_say(cli, severity_tone(f->severity), "  %-8s", sw_severity_name(f->severity));
    sw_say(cli, SW_TONE_PLAIN, " %s%s%s", f->path, f->member[0] == '\0' ? "" : "!", f->member);
    if (f->offset != UINT64_MAX) {
        sw_say(cli, SW_TONE_DIM, " @%llu", (unsigned long long)f->offset);
    }
    sw_say(cli, SW_TONE_PLAIN, ": %s ", f->message);
    sw_say(cli, SW_TONE_DIM, "[%s]\n", f->rule);
}

#define FORMATS_SHOWN 8

/* How many files there are of each format that was read; what was not read is told apart. */
struct breakdown {
    const char *format[FORMATS_SHOWN];
    size_t count[FORMATS_SHOWN];
    size_t formats;
    size_t parsed;
    size_t plain;
    size_t unread;
};

static void count_format(struct breakdown *b, const char *format)
{
    size_t i = 0;
    while (i < b->formats && strcmp(b->format[i], format) != 0) {
        i++;
    }
    if (i == FORMATS_SHOWN) {
        return;
    }
    b->format[i] = format;
    b->count[i]++;
    b->formats = i == b->formats ? i + 1 : b->formats;
}

static void count_file(struct breakdown *b, const struct sw_scan_file *file)
{
    b->plain += file->status == SW_SCAN_PLAIN;
    b->unread += file->unread_count > 0;
    if (file->status == SW_SCAN_PARSED) {
        b->parsed++;
        count_format(b, file->format);
    }
}

static void show_unread(struct sw_cli *cli, const struct sw_scan_report *report)
{
    for (size_t i = 0; i < report->unread_count; i++) {
        const struct sw_scan_tally *tally = &report->unread[i];
        sw_say(cli, SW_TONE_PLAIN, "%s%s %s%s", i == 0 ? " (" : ", ",
            sw_group_digits(cli, tally->files), tally->id,
            i + 1 == report->unread_count ? ")" : "");
    }
}

/* "1 of 6 files read (1 fasttext), 3 plain, 2 not read (1 onnx, 1 unknown)" */
static void show_coverage(struct sw_cli *cli, const struct sw_scan_report *report)
{
    struct breakdown b = {0};
    for (size_t i = 0; i < report->file_count; i++) {
        count_file(&b, &report->files[i]);
    }
    sw_say(cli, SW_TONE_PLAIN, "  %s of %s files read", sw_group_digits(cli, b.parsed),
        sw_group_digits(cli, report->file_count));
    for (size_t i = 0; i < b.formats; i++) {
        sw_say(cli, SW_TONE_PLAIN, "%s%zu %s%s", i == 0 ? " (" : ", ", b.count[i], b.format[i],
            i + 1 == b.formats ? ")" : "");
    }
    if (b.plain != 0) {
        sw_say(cli, SW_TONE_PLAIN, ", %s plain", sw_group_digits(cli, b.plain));
    }
    if (b.unread != 0) {
        sw_say(cli, SW_TONE_PLAIN, ", %s not read", sw_group_digits(cli, b.unread));
        show_unread(cli, report);
    }
    sw_say(cli, SW_TONE_PLAIN, "\n");
}

void sw_show_scan(struct sw_cli *cli, const struct sw_scan_report *report)
{
    sw_say(cli, sw_scan_tone(report->verdict), "%s", sw_scan_verdict_name(report->verdict));
    if (report->verdict == SW_SCAN_NO_EVIDENCE) {
        sw_say(cli, SW_TONE_PLAIN, ": %s",
            report->file_count == 0 ? "there is no file;" : "not everything could be read;");
    }
    show_coverage(cli, report);
    for (size_t i = 0; i < report->finding_count && i < FINDINGS_SHOWN; i++) {
        show_finding(cli, &report->findings[i]);
    }
    if (report->finding_count > FINDINGS_SHOWN) {
        sw_say(cli, SW_TONE_DIM, "  and %zu more (all of them with --json)\n",
            report->finding_count - FINDINGS_SHOWN);
    }
}

/* "archive/data.pkl, byte 12"; what is the file's own is only the byte. */
static void where_json(struct sw_json_writer *w, const struct sw_finding *f)
{
    char where[4096];
    const char *comma = f->member[0] == '\0' ? "" : ", ";
    if (f->offset == UINT64_MAX) {
        (void)snprintf(where, sizeof(where), "%s", f->member);
    } else {
        (void)snprintf(
            where, sizeof(where), "%s%sbyte %llu", f->member, comma, (unsigned long long)f->offset);
    }
    sw_jw_text(w, "where", where[0] == '\0' ? "file" : where);
}

static void finding_json(struct sw_json_writer *w, const struct sw_finding *f)
{
    sw_jw_object(w, NULL);
    sw_jw_text(w, "rule", f->rule);
    sw_jw_text(w, "severity", sw_severity_name(f->severity));
    where_json(w, f);
    sw_jw_text(w, "why", f->message);
    sw_jw_text(w, "member", f->member);
    if (f->offset == UINT64_MAX) {
        sw_jw_null(w, "offset");
    } else {
        sw_jw_u64(w, "offset", f->offset);
    }
    sw_scan_rule_json(w, sw_scan_rule(f->rule));
    sw_jw_object_end(w);
}

static void unread_json(struct sw_json_writer *w, const struct sw_scan_file *file)
{
    sw_jw_array(w, "unread");
    for (size_t i = 0; i < file->unread_count; i++) {
        sw_jw_text(w, NULL, file->unread[i]);
    }
    sw_jw_array_end(w);
}

/* Findings are ordered as files are: *next is the first that is not of an earlier file. */
static void file_json(struct sw_json_writer *w, const struct sw_scan_report *report,
    const struct sw_scan_file *file, size_t *next)
{
    sw_jw_object(w, NULL);
    sw_jw_text(w, "path", file->path);
    sw_jw_text(w, "format", file->format);
    sw_jw_text(w, "verdict", sw_scan_verdict_name(file->verdict));
    sw_jw_text(w, "status", sw_scan_status_name(file->status));
    sw_jw_u64(w, "size", file->size);
    unread_json(w, file);
    sw_jw_array(w, "findings");
    while (*next < report->finding_count && report->findings[*next].path == file->path) {
        finding_json(w, &report->findings[(*next)++]);
    }
    sw_jw_array_end(w);
    sw_jw_object_end(w);
}

void sw_scan_json(struct sw_json_writer *w, const struct sw_scan_report *report)
{
    size_t next = 0;
    sw_jw_text(w, "verdict", sw_scan_verdict_name(report->verdict));
    sw_jw_text(w, "reason", sw_scan_verdict_reason(report->verdict));
    sw_jw_text(w, "found", sw_scan_verdict_name(report->found));
    sw_json_digest(w, "rules", &report->rules);
    sw_jw_array(w, "files");
    for (size_t i = 0; i < report->file_count; i++) {
        file_json(w, report, &report->files[i], &next);
    }
    sw_jw_array_end(w);
    sw_scan_coverage_json(w, report);
}
