/* A scan report as SARIF 2.1.0 (OASIS), for code review and dashboards. */
#include "cli/show_scan.h"

#include "version.h"

/* SARIF knows three levels (3.27.10); the severity itself is a property. */
static const char *level_of(enum sw_severity severity)
{
    return severity >= SW_SEVERITY_HIGH     ? "error"
           : severity == SW_SEVERITY_MEDIUM ? "warning"
                                            : "note";
}

/* GitHub and others sort by this number, 0 to 10. */
static const char *security_severity(enum sw_severity severity)
{
    static const char *const numbers[] = {"0.0", "2.0", "5.0", "8.0", "9.5"};
    return numbers[severity];
}

static void write_text(struct sw_json_writer *w, const char *name, const char *text)
{
    sw_jw_object(w, name);
    sw_jw_text(w, "text", text);
    sw_jw_object_end(w);
}

static void write_rule(struct sw_json_writer *w, const struct sw_rule *rule)
{
    sw_jw_object(w, NULL);
    sw_jw_text(w, "id", rule->id);
    write_text(w, "shortDescription", rule->title);
    write_text(w, "help", rule->advice);
    sw_jw_object(w, "properties");
    sw_scan_words_json(w, "advisories", rule->advisories);
    sw_scan_words_json(w, "atlas", rule->atlas);
    sw_scan_words_json(w, "cosai", rule->cosai);
    sw_scan_words_json(w, "tags", "security");
    sw_jw_object_end(w);
    sw_jw_object_end(w);
}

static void write_driver(struct sw_json_writer *w)
{
    const struct sw_rule *rule;
    sw_jw_object(w, "tool");
    sw_jw_object(w, "driver");
    sw_jw_text(w, "name", "sealwright");
    sw_jw_text(w, "version", SW_VERSION);
    sw_jw_text(w, "semanticVersion", SW_VERSION);
    sw_jw_array(w, "rules");
    for (size_t i = 0; (rule = sw_scan_rule_at(i)) != NULL; i++) {
        write_rule(w, rule);
    }
    sw_jw_array_end(w);
    sw_jw_object_end(w);
    sw_jw_object_end(w);
}

static uint64_t index_of(const struct sw_rule *rule)
{
    uint64_t index = 0;
    while (sw_scan_rule_at(index) != rule) {
        index++;
    }
    return index;
}

static void write_address(struct sw_cli *cli, struct sw_json_writer *w, const char *path)
{
    sw_jw_text(w, "uri", sw_arena_percent(&cli->arena, sw_str(path)));
    sw_jw_text(w, "uriBaseId", "MODEL");
}

/* What stands in an archive has no bytes of its own in the file: its place is a logical one, and of
 * the bytes it is the whole file, as for a finding without a place. */
static void write_place(struct sw_cli *cli, struct sw_json_writer *w, const struct sw_finding *f,
    const struct sw_scan_file *file)
{
    bool member = f->member[0] != '\0';
    bool placed = !member && f->offset != UINT64_MAX;
    sw_jw_array(w, "locations");
    sw_jw_object(w, NULL);
    sw_jw_object(w, "physicalLocation");
    sw_jw_object(w, "artifactLocation");
    write_address(cli, w, f->path);
    sw_jw_object_end(w);
    sw_jw_object(w, "region");
    sw_jw_u64(w, "byteOffset", placed ? f->offset : 0);
    sw_jw_u64(w, "byteLength", placed ? 0 : file->size);
    sw_jw_object_end(w);
    sw_jw_object_end(w);
    if (member) {
        sw_jw_array(w, "logicalLocations");
        sw_jw_object(w, NULL);
        sw_jw_text(w, "fullyQualifiedName", f->member);
        sw_jw_text(w, "kind", "member");
        sw_jw_object_end(w);
        sw_jw_array_end(w);
    }
    sw_jw_object_end(w);
    sw_jw_array_end(w);
}

/* The same finding in two runs has the same mark, as long as it stands at the same place. */
static const char *fingerprint(struct sw_cli *cli, const struct sw_finding *f)
{
    struct sw_digest digest;
    char hex[2 * SW_DIGEST_MAX + 1] = "";
    const char *words = sw_arena_printf(&cli->arena, "%s\n%s\n%s\n%llu", f->rule, f->path,
        f->member, (unsigned long long)f->offset);
    if (words == NULL ||
        sw_digest_of(SW_SHA256, sw_bytes_of_str(sw_str(words)), &digest) != SW_OK) {
        return NULL;
    }
    sw_digest_hex(&digest, hex);
    return sw_arena_strdup(&cli->arena, hex);
}

static void write_result(struct sw_cli *cli, struct sw_json_writer *w, const struct sw_finding *f,
    const struct sw_scan_file *file)
{
    const struct sw_rule *rule = sw_scan_rule(f->rule);
    sw_jw_object(w, NULL);
    sw_jw_text(w, "ruleId", f->rule);
    sw_jw_u64(w, "ruleIndex", index_of(rule));
    sw_jw_text(w, "level", level_of(f->severity));
    write_text(w, "message", f->message);
    write_place(cli, w, f, file);
    sw_jw_object(w, "partialFingerprints");
    sw_jw_text(w, "sealwrightFinding/v1", fingerprint(cli, f));
    sw_jw_object_end(w);
    sw_jw_object(w, "properties");
    sw_jw_text(w, "severity", sw_severity_name(f->severity));
    sw_jw_text(w, "security-severity", security_severity(f->severity));
    if (f->offset != UINT64_MAX) {
        sw_jw_u64(w, "offset", f->offset);
    }
    sw_jw_object_end(w);
    sw_jw_object_end(w);
}

/* Findings stand in the order of the files. */
static void write_results(
    struct sw_cli *cli, struct sw_json_writer *w, const struct sw_scan_report *report)
{
    const struct sw_scan_file *file = report->files;
    sw_jw_array(w, "results");
    for (size_t i = 0; i < report->finding_count; i++) {
        while (file->path != report->findings[i].path) {
            file++;
        }
        write_result(cli, w, &report->findings[i], file);
    }
    sw_jw_array_end(w);
}

static void write_artifact(
    struct sw_cli *cli, struct sw_json_writer *w, const struct sw_scan_file *file)
{
    sw_jw_object(w, NULL);
    sw_jw_object(w, "location");
    write_address(cli, w, file->path);
    sw_jw_object_end(w);
    sw_jw_u64(w, "length", file->size);
    sw_jw_object(w, "properties");
    sw_jw_text(w, "format", file->format);
    sw_jw_text(w, "status", sw_scan_status_name(file->status));
    sw_jw_text(w, "verdict", sw_scan_verdict_name(file->verdict));
    sw_jw_object_end(w);
    sw_jw_object_end(w);
}

/* A scan that did not read everything has not done what it was asked to. */
static void write_invocation(
    struct sw_cli *cli, struct sw_json_writer *w, const struct sw_scan_report *report)
{
    sw_jw_array(w, "invocations");
    sw_jw_object(w, NULL);
    sw_jw_bool(w, "executionSuccessful", report->unread_count == 0 && report->file_count > 0);
    sw_jw_i64(w, "exitCode", cli->status);
    sw_jw_text(w, "endTimeUtc", sw_time_show(cli, cli->now));
    sw_jw_object_end(w);
    sw_jw_array_end(w);
}

static void write_run_properties(struct sw_json_writer *w, const struct sw_scan_report *report)
{
    sw_jw_object(w, "properties");
    sw_jw_text(w, "verdict", sw_scan_verdict_name(report->verdict));
    sw_jw_text(w, "reason", sw_scan_verdict_reason(report->verdict));
    sw_json_digest(w, "rules", &report->rules);
    sw_scan_coverage_json(w, report);
    sw_jw_object_end(w);
}

static void write_base(struct sw_json_writer *w)
{
    sw_jw_object(w, "originalUriBaseIds");
    sw_jw_object(w, "MODEL");
    write_text(w, "description", "The model that was scanned.");
    sw_jw_object_end(w);
    sw_jw_object_end(w);
}

void sw_scan_sarif(
    struct sw_cli *cli, struct sw_json_writer *w, const struct sw_scan_report *report)
{
    sw_jw_object(w, NULL);
    sw_jw_text(w, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
    sw_jw_text(w, "version", "2.1.0");
    sw_jw_array(w, "runs");
    sw_jw_object(w, NULL);
    write_driver(w);
    write_invocation(cli, w, report);
    write_base(w);
    sw_jw_array(w, "artifacts");
    for (size_t i = 0; i < report->file_count; i++) {
        write_artifact(cli, w, &report->files[i]);
    }
    sw_jw_array_end(w);
    sw_jw_text(w, "columnKind", "utf16CodeUnits");
    write_results(cli, w, report);
    write_run_properties(w, report);
    sw_jw_object_end(w);
    sw_jw_array_end(w);
    sw_jw_object_end(w);
}
