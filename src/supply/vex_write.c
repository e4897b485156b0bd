#include "supply/vex_write.h"

/* A component's purl, or its digest. */
static void write_product(struct sw_json_writer *w, const struct sw_component *c)
{
    char hex[2 * SW_DIGEST_MAX + 1] = "";
    char urn[2 * SW_DIGEST_MAX + 32];
    if (c->digest_count > 0) {
        sw_digest_hex(&c->digests[0], hex);
    }
    (void)snprintf(urn, sizeof(urn), "urn:sha256:%s", hex);
    sw_jw_array(w, "products");
    sw_jw_object(w, NULL);
    sw_jw_str(w, "@id", c->text.len > 0 ? c->text : sw_str(urn));
    if (c->text.len > 0) {
        sw_jw_object(w, "identifiers");
        sw_jw_str(w, "purl", c->text);
        sw_jw_object_end(w);
    }
    if (hex[0] != '\0') {
        sw_jw_object(w, "hashes");
        sw_jw_text(w, "sha-256", hex);
        sw_jw_object_end(w);
    }
    sw_jw_object_end(w);
    sw_jw_array_end(w);
}

static void write_vulnerability(struct sw_json_writer *w, const struct sw_advisory_finding *f)
{
    sw_jw_object(w, "vulnerability");
    sw_jw_str(w, "name", f->id);
    sw_jw_array(w, "aliases");
    for (size_t i = 1; i < f->id_count; i++) {
        sw_jw_str(w, NULL, f->ids[i]);
    }
    sw_jw_array_end(w);
    sw_jw_object_end(w);
}

/* CycloneDX has other words for a justification, which OpenVEX only takes as a text. */
static void write_reason(struct sw_json_writer *w, const struct sw_vex_statement *s)
{
    static const char *const own[] = {"component_not_present", "vulnerable_code_not_present",
        "vulnerable_code_not_in_execute_path", "vulnerable_code_cannot_be_controlled_by_adversary",
        "inline_mitigations_already_exist"};
    bool known = false;
    for (size_t i = 0; i < SW_COUNT(own); i++) {
        known = known || sw_str_is(s->justification, own[i]);
    }
    if (known) {
        sw_jw_str(w, "justification", s->justification);
    }
    struct sw_str text = s->text.len > 0 ? s->text : s->justification;
    if (!known || s->text.len > 0) {
        sw_jw_str(w, "impact_statement", text.len > 0 ? text : sw_str("no reason is given"));
    }
}

static void write_status(struct sw_json_writer *w, const struct sw_advisory_finding *f)
{
    enum sw_vex_status status = f->vex == NULL ? SW_VEX_UNDER_INVESTIGATION : f->vex->status;
    sw_jw_text(w, "status", sw_vex_status_name(status));
    if (status == SW_VEX_NOT_AFFECTED) {
        write_reason(w, f->vex);
    } else if (status == SW_VEX_AFFECTED) {
        sw_jw_str(w, "action_statement",
            f->vex->text.len > 0 ? f->vex->text : sw_str("no action is given"));
    }
    if (f->vex != NULL && f->vex->time != INT64_MIN) {
        char text[SW_TIME_TEXT_SIZE];
        sw_time_format(f->vex->time, text);
        sw_jw_text(w, "timestamp", text);
    }
}

static void write_statements(
    struct sw_json_writer *w, const char *name, const struct sw_advisory_report *report)
{
    sw_jw_array(w, name);
    for (size_t i = 0; i < report->finding_count; i++) {
        const struct sw_advisory_finding *f = &report->findings[i];
        if (f->withdrawn) {
            continue;
        }
        sw_jw_object(w, NULL);
        write_vulnerability(w, f);
        write_product(w, &report->components->items[f->component]);
        write_status(w, f);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
}

/* The document is named by what it says and when. */
static sw_result name_of(struct sw_arena *arena, const struct sw_advisory_report *report,
    const char *time, const char **out)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_json_writer w;
    struct sw_digest digest;
    char hex[2 * SW_DIGEST_MAX + 1];
    sw_jw_init(&w, &text, 0);
    write_statements(&w, NULL, report);
    SW_TRY(sw_jw_finish(&w));
    SW_TRY(sw_buf_puts(&text, time));
    sw_sha256(sw_buf_bytes(&text), &digest);
    sw_digest_hex(&digest, hex);
    *out = sw_arena_printf(arena, "urn:sealwright:openvex:%s", hex);
    SW_TRY_PTR(*out);
    return SW_OK;
}

sw_result sw_vex_write(struct sw_arena *arena, const struct sw_advisory_report *report,
    int64_t time, struct sw_buf *out)
{
    char when[SW_TIME_TEXT_SIZE];
    const char *name = NULL;
    struct sw_json_writer w;
    sw_time_format(time, when);
    SW_TRY(name_of(arena, report, when, &name));
    sw_jw_init(&w, out, 2);
    sw_jw_object(&w, NULL);
    sw_jw_text(&w, "@context", "https://openvex.dev/ns/v0.2.0");
    sw_jw_text(&w, "@id", name);
    sw_jw_text(&w, "author", "sealwright advisory match");
    sw_jw_text(&w, "timestamp", when);
    sw_jw_u64(&w, "version", 1);
    sw_jw_text(&w, "tooling", "sealwright");
    write_statements(&w, "statements", report);
    sw_jw_object_end(&w);
    SW_TRY(sw_jw_finish(&w));
    return sw_buf_putc(out, '\n');
}
