#include "cli/show_scan.h"

#define FINDINGS_SHOWN 50

enum sw_tone sw_scan_tone(enum sw_scan_verdict verdict)
{
    static const enum sw_tone tones[] = {
        [SW_SCAN_CLEAN] = SW_TONE_GOOD,
        [SW_SCAN_SUSPICIOUS] = SW_TONE_WARN,
        [SW_SCAN_MALICIOUS] = SW_TONE_BAD,
        [SW_SCAN_INCONCLUSIVE] = SW_TONE_WARN,
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

/* "2 fasttext, 1 text" */
static void show_formats(const struct sw_cli *cli, const struct sw_scan_report *report)
{
    bool first = true;
    for (size_t i = 0; i < report->file_count; i++) {
        size_t count = 0;
        bool seen = false;
        for (size_t j = 0; j < report->file_count; j++) {
            bool same = strcmp(report->files[i].format, report->files[j].format) == 0;
            seen = seen || (same && j < i);
            count += same;
        }
        if (seen) {
            continue;
        }
        sw_say(cli, SW_TONE_PLAIN, "%s%zu %s", first ? "" : ", ", count, report->files[i].format);
        first = false;
    }
}

void sw_show_scan(struct sw_cli *cli, const struct sw_scan_report *report)
{
    sw_say(cli, sw_scan_tone(report->verdict), "%s", sw_scan_verdict_name(report->verdict));
    sw_say(cli, SW_TONE_PLAIN, "  %s files, %s bytes", sw_group_digits(cli, report->file_count),
        sw_group_digits(cli, report->bytes));
    if (report->file_count != 0 && report->file_count <= 1000) {
        sw_say(cli, SW_TONE_PLAIN, " (");
        show_formats(cli, report);
        sw_say(cli, SW_TONE_PLAIN, ")");
    }
    sw_say(cli, SW_TONE_PLAIN, "\n");
    for (size_t i = 0; i < report->finding_count && i < FINDINGS_SHOWN; i++) {
        show_finding(cli, &report->findings[i]);
    }
    if (report->finding_count > FINDINGS_SHOWN) {
        sw_say(cli, SW_TONE_DIM, "  and %zu more (all of them with --json)\n",
            report->finding_count - FINDINGS_SHOWN);
    }
}

static void finding_json(struct sw_json_writer *w, const struct sw_finding *f)
{
    sw_jw_object(w, NULL);
    sw_jw_text(w, "rule", f->rule);
    sw_jw_text(w, "severity", sw_severity_name(f->severity));
    sw_jw_text(w, "path", f->path);
    sw_jw_text(w, "member", f->member);
    if (f->offset == UINT64_MAX) {
        sw_jw_null(w, "offset");
    } else {
        sw_jw_u64(w, "offset", f->offset);
    }
    sw_jw_text(w, "message", f->message);
    sw_jw_object_end(w);
}

void sw_scan_json(struct sw_json_writer *w, const struct sw_scan_report *report)
{
    sw_jw_text(w, "verdict", sw_scan_verdict_name(report->verdict));
    sw_jw_u64(w, "bytes", report->bytes);
    sw_json_digest(w, "rules", &report->rules);
    sw_jw_array(w, "files");
    for (size_t i = 0; i < report->file_count; i++) {
        sw_jw_object(w, NULL);
        sw_jw_text(w, "path", report->files[i].path);
        sw_jw_text(w, "format", report->files[i].format);
        sw_jw_text(w, "status", sw_scan_status_name(report->files[i].status));
        sw_jw_u64(w, "size", report->files[i].size);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
    sw_jw_array(w, "findings");
    for (size_t i = 0; i < report->finding_count; i++) {
        finding_json(w, &report->findings[i]);
    }
    sw_jw_array_end(w);
}
