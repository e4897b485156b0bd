/* A scan report as CycloneDX 1.6: the model and its files are components, each finding is a
 * vulnerability that affects a file. */
#include "cli/show_scan.h"

#include "version.h"

static void write_tool(struct sw_json_writer *w)
{
    sw_jw_object(w, "tools");
    sw_jw_array(w, "components");
    sw_jw_object(w, NULL);
    sw_jw_text(w, "type", "application");
    sw_jw_text(w, "name", "sealwright");
    sw_jw_text(w, "version", SW_VERSION);
    sw_jw_object_end(w);
    sw_jw_array_end(w);
    sw_jw_object_end(w);
}

/* "a/model/" is called "model". */
static const char *model_name(struct sw_cli *cli)
{
    struct sw_str path = sw_str(cli->operands[0]);
    while (path.len > 1 && path.ptr[path.len - 1] == '/') {
        path.len--;
    }
    size_t begin = path.len;
    while (begin > 0 && path.ptr[begin - 1] != '/') {
        begin--;
    }
    char line[256];
    sw_escape_line(path.ptr + begin, path.len - begin, line, sizeof(line));
    return sw_arena_strdup(&cli->arena, line[0] == '\0' ? "model" : line);
}

static void write_metadata(struct sw_cli *cli, struct sw_json_writer *w)
{
    sw_jw_object(w, "metadata");
    sw_jw_text(w, "timestamp", sw_time_show(cli, cli->now));
    write_tool(w);
    sw_jw_object(w, "component");
    sw_jw_text(w, "type", "machine-learning-model");
    sw_jw_text(w, "bom-ref", "model");
    sw_jw_text(w, "name", model_name(cli));
    sw_jw_object_end(w);
    sw_jw_object_end(w);
}

static const char *file_ref(struct sw_cli *cli, const char *path)
{
    const char *escaped = sw_arena_percent(&cli->arena, sw_str(path));
    return escaped == NULL ? NULL : sw_arena_printf(&cli->arena, "file:%s", escaped);
}

static void write_property(struct sw_json_writer *w, const char *name, const char *value)
{
    sw_jw_object(w, NULL);
    sw_jw_text(w, "name", name);
    sw_jw_text(w, "value", value);
    sw_jw_object_end(w);
}

static void write_file(
    struct sw_cli *cli, struct sw_json_writer *w, const struct sw_scan_file *file)
{
    sw_jw_object(w, NULL);
    sw_jw_text(w, "type", "file");
    sw_jw_text(w, "bom-ref", file_ref(cli, file->path));
    sw_jw_text(w, "name", file->path);
    sw_jw_array(w, "properties");
    write_property(w, "sealwright:scan:format", file->format);
    write_property(w, "sealwright:scan:status", sw_scan_status_name(file->status));
    write_property(w, "sealwright:scan:verdict", sw_scan_verdict_name(file->verdict));
    sw_jw_array_end(w);
    sw_jw_object_end(w);
}

/* Other databases that know the loaders' faults by these numbers. */
static void write_references(struct sw_json_writer *w, const char *advisories)
{
    if (advisories[0] == '\0') {
        return;
    }
    sw_jw_array(w, "references");
    while (*advisories != '\0') {
        size_t len = strcspn(advisories, " ");
        bool cve = strncmp(advisories, "CVE-", 4) == 0;
        sw_jw_object(w, NULL);
        sw_jw_str(w, "id", sw_str_n(advisories, len));
        sw_jw_object(w, "source");
        sw_jw_text(w, "name", cve ? "NVD" : "GitHub Advisories");
        sw_jw_object_end(w);
        sw_jw_object_end(w);
        advisories += len + (advisories[len] == ' ');
    }
    sw_jw_array_end(w);
}

static void write_rating(struct sw_json_writer *w, enum sw_severity severity)
{
    sw_jw_array(w, "ratings");
    sw_jw_object(w, NULL);
    sw_jw_text(w, "severity", sw_severity_name(severity));
    sw_jw_text(w, "method", "other");
    sw_jw_object_end(w);
    sw_jw_array_end(w);
}

static void write_finding_properties(
    struct sw_cli *cli, struct sw_json_writer *w, const struct sw_finding *f)
{
    const struct sw_rule *rule = sw_scan_rule(f->rule);
    sw_jw_array(w, "properties");
    if (f->member[0] != '\0') {
        write_property(w, "sealwright:scan:member", f->member);
    }
    if (f->offset != UINT64_MAX) {
        write_property(w, "sealwright:scan:offset",
            sw_arena_printf(&cli->arena, "%llu", (unsigned long long)f->offset));
    }
    write_property(w, "sealwright:scan:title", rule->title);
    write_property(w, "sealwright:scan:atlas", rule->atlas);
    write_property(w, "sealwright:scan:cosai", rule->cosai);
    sw_jw_array_end(w);
}

static void write_vulnerability(
    struct sw_cli *cli, struct sw_json_writer *w, const struct sw_finding *f, size_t number)
{
    const struct sw_rule *rule = sw_scan_rule(f->rule);
    sw_jw_object(w, NULL);
    sw_jw_text(w, "bom-ref", sw_arena_printf(&cli->arena, "finding:%zu", number));
    sw_jw_text(w, "id", f->rule);
    sw_jw_object(w, "source");
    sw_jw_text(w, "name", "sealwright");
    sw_jw_object_end(w);
    write_references(w, rule->advisories);
    write_rating(w, f->severity);
    sw_jw_text(w, "description", f->message);
    sw_jw_text(w, "recommendation", rule->advice);
    sw_jw_array(w, "affects");
    sw_jw_object(w, NULL);
    sw_jw_text(w, "ref", file_ref(cli, f->path));
    sw_jw_object_end(w);
    sw_jw_array_end(w);
    write_finding_properties(cli, w, f);
    sw_jw_object_end(w);
}

static void write_report_properties(
    struct sw_cli *cli, struct sw_json_writer *w, const struct sw_scan_report *report)
{
    const char *reason = sw_scan_verdict_reason(report->verdict);
    sw_jw_array(w, "properties");
    write_property(w, "sealwright:scan:verdict", sw_scan_verdict_name(report->verdict));
    if (reason != NULL) {
        write_property(w, "sealwright:scan:reason", reason);
    }
    write_property(w, "sealwright:scan:rules", sw_digest_show(cli, &report->rules));
    for (size_t i = 0; i < report->unread_count; i++) {
        write_property(w, "sealwright:scan:unread", report->unread[i].id);
    }
    sw_jw_array_end(w);
}

void sw_scan_cyclonedx(
    struct sw_cli *cli, struct sw_json_writer *w, const struct sw_scan_report *report)
{
    sw_jw_object(w, NULL);
    sw_jw_text(w, "bomFormat", "CycloneDX");
    sw_jw_text(w, "specVersion", "1.6");
    sw_jw_u64(w, "version", 1);
    write_metadata(cli, w);
    sw_jw_array(w, "components");
    for (size_t i = 0; i < report->file_count; i++) {
        write_file(cli, w, &report->files[i]);
    }
    sw_jw_array_end(w);
    sw_jw_array(w, "vulnerabilities");
    for (size_t i = 0; i < report->finding_count; i++) {
        write_vulnerability(cli, w, &report->findings[i], i + 1);
    }
    sw_jw_array_end(w);
    write_report_properties(cli, w, report);
    sw_jw_object_end(w);
}
