/* The predicate of the scan claim: doc/claims/scan.md. */
#include "scan/inspect.h"

#include "version.h"

#define FINDINGS_MAX 1000

static void write_summary(struct sw_json_writer *w, const struct sw_scan_report *report)
{
    uint64_t counts[SW_SCAN_FAILED + 1] = {0};
    for (size_t i = 0; i < report->file_count; i++) {
        counts[report->files[i].status]++;
    }
    sw_jw_object(w, "summary");
    sw_jw_u64(w, "files", report->file_count);
    sw_jw_u64(w, "bytes", report->bytes);
    for (size_t i = 0; i < SW_COUNT(counts); i++) {
        sw_jw_u64(w, sw_scan_status_name((enum sw_scan_status)i), counts[i]);
    }
    sw_jw_object_end(w);
}

static void write_tally(
    struct sw_json_writer *w, const char *name, const struct sw_scan_tally *tally, size_t count)
{
    sw_jw_object(w, name);
    for (size_t i = 0; i < count; i++) {
        sw_jw_u64(w, tally[i].id, tally[i].files);
    }
    sw_jw_object_end(w);
}

static sw_result write_formats(struct sw_json_writer *w, const struct sw_scan_report *report)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    const char **ids = SW_ARENA_ARRAY(&arena, const char *, report->file_count);
    SW_TRY_PTR(ids);
    for (size_t i = 0; i < report->file_count; i++) {
        ids[i] = report->files[i].format;
    }
    struct sw_scan_tally *tally;
    size_t count;
    SW_TRY(sw_scan_count(&arena, ids, report->file_count, &tally, &count));
    write_tally(w, "formats", tally, count);
    return SW_OK;
}

static void write_bytes(struct sw_json_writer *w, const struct sw_scan_report *report)
{
    const struct sw_coverage *c = &report->coverage;
    sw_jw_object(w, "bytes");
    sw_jw_u64(w, "read", c->read);
    sw_jw_u64(w, "skipped", c->skipped);
    sw_jw_u64(w, "undecodable", c->undecodable);
    sw_jw_object_end(w);
    sw_jw_object(w, "members");
    sw_jw_u64(w, "read", c->members_read);
    sw_jw_u64(w, "skipped", c->members_skipped);
    sw_jw_u64(w, "undecodable", c->members_undecodable);
    sw_jw_object_end(w);
}

/* The names alone as well: a policy's conditions can look at each item of a list. */
void sw_scan_coverage_json(struct sw_json_writer *w, const struct sw_scan_report *report)
{
    size_t files = 0;
    for (size_t i = 0; i < report->file_count; i++) {
        files += report->files[i].unread_count > 0;
    }
    sw_jw_object(w, "coverage");
    sw_jw_bool(w, "metadataOnly", report->metadata_only);
    write_bytes(w, report);
    sw_jw_u64(w, "unreadFiles", files);
    sw_jw_array(w, "unreadFormats");
    for (size_t i = 0; i < report->unread_count; i++) {
        sw_jw_text(w, NULL, report->unread[i].id);
    }
    sw_jw_array_end(w);
    write_tally(w, "unread", report->unread, report->unread_count);
    sw_jw_object_end(w);
}

/* A scan that comes to no verdict says none, so that no condition on it can hold or fail: it is no
 * evidence. One that saw no file has found nothing, either. */
static void write_verdict(struct sw_json_writer *w, const struct sw_scan_report *report)
{
    bool none = report->verdict == SW_SCAN_NO_EVIDENCE;
    sw_jw_text(w, "verdict", none ? NULL : sw_scan_verdict_name(report->verdict));
    sw_jw_text(w, "found", report->file_count == 0 ? NULL : sw_scan_verdict_name(report->found));
}

/* The least severity of which all findings fit: when there are too many, the worst are kept. */
static enum sw_severity least_kept(const struct sw_scan_report *report)
{
    size_t at_least[SW_SEVERITY_CRITICAL + 1] = {0};
    for (size_t i = 0; i < report->finding_count; i++) {
        for (size_t s = 0; s <= report->findings[i].severity; s++) {
            at_least[s]++;
        }
    }
    size_t least = SW_SEVERITY_INFO;
    while (least < SW_SEVERITY_CRITICAL && at_least[least] > FINDINGS_MAX) {
        least++;
    }
    return (enum sw_severity)least;
}

static void write_finding(struct sw_json_writer *w, const struct sw_finding *finding)
{
    sw_jw_object(w, NULL);
    sw_jw_text(w, "rule", finding->rule);
    sw_jw_text(w, "severity", sw_severity_name(finding->severity));
    sw_jw_text(w, "path", finding->path);
    if (finding->member[0] != '\0') {
        sw_jw_text(w, "member", finding->member);
    }
    if (finding->offset != UINT64_MAX) {
        sw_jw_u64(w, "offset", finding->offset);
    }
    sw_jw_text(w, "message", finding->message);
    sw_jw_object_end(w);
}

/* A list of words that are separated by one space. */
void sw_scan_words_json(struct sw_json_writer *w, const char *name, const char *words)
{
    sw_jw_array(w, name);
    while (*words != '\0') {
        size_t len = strcspn(words, " ");
        sw_jw_str(w, NULL, sw_str_n(words, len));
        words += len + (words[len] == ' ');
    }
    sw_jw_array_end(w);
}

void sw_scan_rule_json(struct sw_json_writer *w, const struct sw_rule *rule)
{
    sw_jw_text(w, "title", rule->title);
    sw_jw_text(w, "advice", rule->advice);
    sw_scan_words_json(w, "advisories", rule->advisories);
    sw_scan_words_json(w, "atlas", rule->atlas);
    sw_scan_words_json(w, "cosai", rule->cosai);
}

static bool is_written(
    const struct sw_scan_report *report, enum sw_severity least, const struct sw_rule *rule)
{
    for (size_t i = 0; i < report->finding_count; i++) {
        if (report->findings[i].severity >= least &&
            strcmp(report->findings[i].rule, rule->id) == 0) {
            return true;
        }
    }
    return false;
}

/* What is known about each rule that found something. */
static void write_rules(struct sw_json_writer *w, const struct sw_scan_report *report)
{
    enum sw_severity least = least_kept(report);
    const struct sw_rule *rule;
    sw_jw_object(w, "ruleDetails");
    for (size_t i = 0; (rule = sw_scan_rule_at(i)) != NULL; i++) {
        if (is_written(report, least, rule)) {
            sw_jw_object(w, rule->id);
            sw_scan_rule_json(w, rule);
            sw_jw_object_end(w);
        }
    }
    sw_jw_object_end(w);
}

static void write_findings(struct sw_json_writer *w, const struct sw_scan_report *report)
{
    enum sw_severity least = least_kept(report);
    size_t written = 0;
    sw_jw_u64(w, "findingCount", report->finding_count);
    sw_jw_array(w, "findings");
    for (size_t i = 0; i < report->finding_count && written < FINDINGS_MAX; i++) {
        if (report->findings[i].severity >= least) {
            write_finding(w, &report->findings[i]);
            written++;
        }
    }
    sw_jw_array_end(w);
}

sw_result sw_scan_predicate(const struct sw_scan_report *report, int64_t now, struct sw_buf *out)
{
    char rules[SW_DIGEST_TEXT_SIZE];
    char time[SW_TIME_TEXT_SIZE];
    sw_digest_text(&report->rules, rules);
    sw_time_format(now, time);
    struct sw_json_writer w;
    sw_jw_init(&w, out, 0);
    sw_jw_object(&w, NULL);
    write_verdict(&w, report);
    sw_jw_object(&w, "scanner");
    sw_jw_text(&w, "name", "sealwright");
    sw_jw_text(&w, "version", SW_VERSION);
    sw_jw_object_end(&w);
    sw_jw_text(&w, "rules", rules);
    sw_jw_text(&w, "scannedAt", time);
    write_summary(&w, report);
    SW_TRY(write_formats(&w, report));
    sw_scan_coverage_json(&w, report);
    sw_scan_weights_json(&w, report);
    write_findings(&w, report);
    write_rules(&w, report);
    sw_jw_object_end(&w);
    return sw_jw_finish(&w);
}
