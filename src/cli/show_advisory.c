#include "cli/show_advisory.h"

/* --- text ------------------------------------------------------------------------------------- */

static const char *component_name(struct sw_cli *cli, const struct sw_component *c)
{
    const char *name = c->text.len > 0 ? sw_arena_strndup(&cli->arena, c->text)
                                       : sw_arena_printf(&cli->arena, SW_STR_FMT "%s" SW_STR_FMT,
                                             SW_STR_ARG(c->name.len > 0 ? c->name : c->ref),
                                             c->version.len > 0 ? " " : "", SW_STR_ARG(c->version));
    return name == NULL ? "" : name;
}

static const char *joined(
    struct sw_cli *cli, const struct sw_str *list, size_t count, const char *between)
{
    const char *text = "";
    for (size_t i = 0; i < count && text != NULL; i++) {
        text = sw_arena_printf(
            &cli->arena, "%s%s" SW_STR_FMT, text, i == 0 ? "" : between, SW_STR_ARG(list[i]));
    }
    return text == NULL ? "" : text;
}

/* "KEV since 2021-12-10, EPSS 97.40 %, CVSS 9.8 critical" */
static const char *urgency_words(struct sw_cli *cli, const struct sw_advisory_finding *f)
{
    char kev[64] = "";
    char epss[64] = "";
    char cvss[64] = "";
    if (f->kev) {
        (void)snprintf(kev, sizeof(kev), "KEV since " SW_STR_FMT ", ", SW_STR_ARG(f->kev_added));
    }
    if (f->has_epss) {
        (void)snprintf(epss, sizeof(epss), "EPSS %.2f %%, ", f->epss / 1000.0);
    }
    if (f->cvss_version > 0) {
        (void)snprintf(cvss, sizeof(cvss), "CVSS %u.%u %s, ", f->cvss / 10, f->cvss % 10,
            sw_cvss_severity(f->cvss));
    }
    const char *text = sw_arena_printf(&cli->arena, "%s%s%s", kev, epss, cvss);
    return text == NULL ? "" : text;
}

static void say_vex(struct sw_cli *cli, const struct sw_vex_statement *s)
{
    sw_say(cli, SW_TONE_DIM, "      VEX says %s%s" SW_STR_FMT ", %s (%s)\n",
        sw_vex_status_name(s->status), s->justification.len > 0 ? ": " : "",
        SW_STR_ARG(s->justification),
        s->time == INT64_MIN ? "without a date" : sw_time_show(cli, s->time), s->file);
}

static const char *how_words(const struct sw_advisory_finding *f)
{
    static const char *const whys[] = {
        [SW_ADVISORY_BY_VERSION] = "",
        [SW_ADVISORY_BY_DIGEST] = "by its digest, ",
        [SW_ADVISORY_BY_PACKAGE] = "every version, ",
    };
    return f->withdrawn ? "withdrawn, " : f->undecided ? "may affect it, " : whys[f->why];
}

#define NAMES_SHOWN 5
#define FIXED_SHOWN 4

static void say_finding(
    struct sw_cli *cli, const struct sw_advisory_report *r, const struct sw_advisory_finding *f)
{
    bool bad = f->kev || (f->cvss_version > 0 && f->cvss >= 70);
    enum sw_tone tone = !sw_advisory_is_open(f) ? SW_TONE_DIM : bad ? SW_TONE_BAD : SW_TONE_WARN;
    size_t fixed = f->fixed_count < FIXED_SHOWN ? f->fixed_count : FIXED_SHOWN;
    size_t names = f->id_count - 1 < NAMES_SHOWN ? f->id_count - 1 : NAMES_SHOWN;
    sw_say(cli, tone, "  %-20.*s", SW_STR_ARG(f->id));
    sw_say(cli, SW_TONE_BOLD, "  %s\n", component_name(cli, &r->components->items[f->component]));
    sw_say(cli, SW_TONE_PLAIN, "      %s%s%s%s\n", urgency_words(cli, f), how_words(f),
        fixed > 0 ? "fixed in " : "no fix known", joined(cli, f->fixed, fixed, ", "));
    sw_say(cli, SW_TONE_DIM, "      %s%s" SW_STR_FMT "\n", joined(cli, f->ids + 1, names, " "),
        names > 0 && f->summary.len > 0 ? ": " : "",
        (int)(f->summary.len < 90 ? f->summary.len : 90), f->summary.ptr);
    if (f->vex != NULL) {
        say_vex(cli, f->vex);
    }
    if (f->reach != SW_REACH_UNKNOWN) {
        sw_say(cli, SW_TONE_DIM, "      %s%s" SW_STR_FMT "\n", sw_advisory_reach_name(f->reach),
            f->reach_at.len > 0 ? " at " : " by the code that was read", SW_STR_ARG(f->reach_at));
    }
}

#define FINDINGS_SHOWN 100

/* What may concern a component of unknown version is told with that component. */
static void say_findings(struct sw_cli *cli, const struct sw_advisory_report *r)
{
    size_t shown = 0;
    size_t left = 0;
    for (size_t i = 0; i < r->finding_count; i++) {
        const struct sw_advisory_finding *f = &r->findings[i];
        if (f->undecided && r->checked[f->component].state == SW_ADVISORY_NO_VERSION) {
            continue;
        }
        if (shown == FINDINGS_SHOWN) {
            left++;
            continue;
        }
        say_finding(cli, r, f);
        shown++;
    }
    if (left > 0) {
        sw_say(cli, SW_TONE_DIM, "  and %s more, less urgent (--json lists all)\n",
            sw_group_digits(cli, left));
    }
}

#define SHOWN_MAX 10

/* Components of a state, the first few by name. */
static void say_state(
    struct sw_cli *cli, const struct sw_advisory_report *r, enum sw_advisory_state state)
{
    size_t shown = 0;
    if (r->states[state] == 0) {
        return;
    }
    sw_say(cli, SW_TONE_WARN, "  %s: %s\n", sw_advisory_state_name(state),
        sw_count_show(cli, r->states[state], "component"));
    for (size_t i = 0; i < r->components->count && shown < SHOWN_MAX; i++) {
        if (r->checked[i].state == state) {
            bool why = r->checked[i].why.len > 0;
            sw_say(cli, SW_TONE_PLAIN, "      %s%s" SW_STR_FMT "\n",
                component_name(cli, &r->components->items[i]), why ? ": " : "",
                SW_STR_ARG(r->checked[i].why));
            shown++;
        }
    }
    if (shown < r->states[state]) {
        sw_say(cli, SW_TONE_DIM, "      and %s more (--json lists all)\n",
            sw_group_digits(cli, r->states[state] - shown));
    }
}

static void say_sums(struct sw_cli *cli, const struct sw_advisory_report *r)
{
    sw_say(cli, SW_TONE_PLAIN, "  clear: %s",
        sw_count_show(cli, r->states[SW_ADVISORY_CLEAR], "component"));
    if (r->states[SW_ADVISORY_ASIDE] > 0) {
        sw_say(cli, SW_TONE_PLAIN, "; only looked up: %s",
            sw_count_show(cli, r->states[SW_ADVISORY_ASIDE], "component"));
    }
    if (r->closed > 0) {
        sw_say(cli, SW_TONE_PLAIN, "; closed by VEX: %s", sw_count_show(cli, r->closed, "finding"));
    }
    sw_say(cli, SW_TONE_PLAIN, "\n");
    sw_say(cli, SW_TONE_DIM, "  %s%s (database %s)\n",
        r->date == INT64_MIN
            ? "by digests of files alone: nothing that was imported covers an ecosystem of theirs"
            : "by the data of ",
        r->date == INT64_MIN ? "" : sw_advisory_date_show(cli, r->date),
        sw_digest_show(cli, &r->database));
}

void sw_show_advisories(struct sw_cli *cli, const struct sw_advisory_question *q)
{
    static const enum sw_advisory_state gaps[] = {SW_ADVISORY_UNDECIDED, SW_ADVISORY_NO_VERSION,
        SW_ADVISORY_NOT_COVERED, SW_ADVISORY_NOT_IDENTIFIED};
    const struct sw_advisory_report *r = &q->report;
    const char *verdict = sw_advisory_verdict(r);
    enum sw_tone tone = r->open > 0                     ? SW_TONE_BAD
                        : strcmp(verdict, "clear") == 0 ? SW_TONE_GOOD
                                                        : SW_TONE_WARN;
    sw_say(cli, tone, "%s", verdict);
    sw_say(cli, SW_TONE_PLAIN, "  %s%s" SW_STR_FMT "%s%s, %s\n",
        q->target == NULL ? "what was given" : q->target, q->target == NULL ? "" : " (",
        SW_STR_ARG(q->target == NULL ? sw_str("") : r->components->format),
        q->target == NULL ? ": " : "): ", sw_count_show(cli, r->components->count, "component"),
        r->open == 1
            ? "1 vulnerability"
            : sw_arena_printf(&cli->arena, "%s vulnerabilities", sw_group_digits(cli, r->open)));
    say_findings(cli, r);
    for (size_t i = 0; i < SW_COUNT(gaps); i++) {
        say_state(cli, r, gaps[i]);
    }
    say_sums(cli, r);
    if (q->claim.alg != 0) {
        sw_say(cli, SW_TONE_PLAIN, "  in the log  %s, about %s\n", sw_digest_show(cli, &q->claim),
            sw_digest_show(cli, &q->subject));
    }
}

/* --- JSON ------------------------------------------------------------------------------------- */

static void component_json(struct sw_json_writer *w, const struct sw_component *c)
{
    sw_jw_object(w, "component");
    sw_json_text_or_null(w, "ref", c->ref);
    sw_json_text_or_null(w, "name", c->name);
    sw_json_text_or_null(w, "version", c->version);
    sw_json_text_or_null(w, "purl", c->text);
    sw_jw_array(w, "digests");
    for (size_t i = 0; i < c->digest_count; i++) {
        sw_json_digest(w, NULL, &c->digests[i]);
    }
    sw_jw_array_end(w);
    sw_jw_object_end(w);
}

static void scores_json(struct sw_json_writer *w, const struct sw_advisory_finding *f)
{
    if (f->has_epss) {
        sw_jw_object(w, "epss");
        sw_jw_double(w, "score", f->epss / 100000.0);
        sw_jw_double(w, "percentile", f->percentile / 100000.0);
        sw_jw_object_end(w);
    } else {
        sw_jw_null(w, "epss");
    }
    if (f->cvss_version > 0) {
        char version[8];
        (void)snprintf(
            version, sizeof(version), "%u.%u", f->cvss_version / 10, f->cvss_version % 10);
        sw_jw_object(w, "cvss");
        sw_jw_text(w, "version", version);
        sw_jw_double(w, "score", f->cvss / 10.0);
        sw_jw_text(w, "severity", sw_cvss_severity(f->cvss));
        sw_jw_object_end(w);
    } else {
        sw_jw_null(w, "cvss");
    }
}

static void vex_json(struct sw_json_writer *w, const struct sw_vex_statement *s)
{
    if (s == NULL) {
        sw_jw_null(w, "vex");
        return;
    }
    sw_jw_object(w, "vex");
    sw_jw_text(w, "status", sw_vex_status_name(s->status));
    sw_json_text_or_null(w, "justification", s->justification);
    sw_json_text_or_null(w, "text", s->text);
    sw_advisory_date_json(w, "time", s->time);
    sw_jw_text(w, "file", s->file);
    sw_json_digest(w, "digest", &s->digest);
    sw_jw_object_end(w);
}

static void finding_json(struct sw_json_writer *w, const struct sw_advisory_report *r,
    const struct sw_advisory_finding *f)
{
    static const char *const whys[] = {
        [SW_ADVISORY_BY_VERSION] = "version",
        [SW_ADVISORY_BY_DIGEST] = "digest",
        [SW_ADVISORY_BY_PACKAGE] = "package",
    };
    sw_jw_object(w, NULL);
    sw_jw_str(w, "id", f->id);
    sw_json_texts(w, "ids", f->ids, f->id_count);
    sw_json_texts(w, "advisories", f->advisories, f->advisory_count);
    component_json(w, &r->components->items[f->component]);
    sw_json_text_or_null(w, "summary", f->summary);
    sw_jw_text(w, "by", whys[f->why]);
    sw_jw_bool(w, "open", sw_advisory_is_open(f));
    sw_jw_bool(w, "undecided", f->undecided);
    sw_jw_bool(w, "withdrawn", f->withdrawn);
    sw_json_text_or_null(w, "kev", f->kev ? f->kev_added : sw_str(""));
    scores_json(w, f);
    sw_json_texts(w, "fixed", f->fixed, f->fixed_count);
    sw_advisory_date_json(w, "date", r->checked[f->component].date);
    vex_json(w, f->vex);
    sw_jw_text(w, "reachable", sw_advisory_reach_name(f->reach));
    sw_json_text_or_null(w, "reachable_at", f->reach_at);
    sw_jw_object_end(w);
}

static void states_json(struct sw_json_writer *w, const struct sw_advisory_report *r)
{
    sw_jw_object(w, "states");
    for (size_t i = 0; i < SW_ADVISORY_STATES; i++) {
        sw_jw_u64(w, sw_advisory_state_name((enum sw_advisory_state)i), r->states[i]);
    }
    sw_jw_object_end(w);
    sw_jw_array(w, "unclear");
    for (size_t i = 0; i < r->components->count; i++) {
        const struct sw_advisory_checked *checked = &r->checked[i];
        bool clear = checked->state == SW_ADVISORY_CLEAR ||
                     checked->state == SW_ADVISORY_AFFECTED || checked->state == SW_ADVISORY_ASIDE;
        if (!clear) {
            sw_jw_object(w, NULL);
            component_json(w, &r->components->items[i]);
            sw_jw_text(w, "state", sw_advisory_state_name(checked->state));
            sw_json_text_or_null(w, "why", checked->why);
            sw_jw_object_end(w);
        }
    }
    sw_jw_array_end(w);
}

sw_result sw_advisories_json(const struct sw_advisory_question *q, struct sw_error *err)
{
    const struct sw_advisory_report *r = &q->report;
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    sw_jw_object(w, NULL);
    sw_jw_text(w, "verdict", sw_advisory_verdict(r));
    sw_jw_object(w, "target");
    sw_jw_text(w, "file", q->target);
    sw_json_text_or_null(w, "format", r->components->format);
    sw_json_digest(w, "digest", &r->components->digest);
    sw_jw_object_end(w);
    sw_jw_object(w, "database");
    sw_json_digest(w, "digest", &r->database);
    sw_advisory_date_json(w, "date", r->date);
    sw_jw_object_end(w);
    sw_jw_u64(w, "components", r->components->count);
    sw_jw_u64(w, "open", r->open);
    sw_jw_u64(w, "closed", r->closed);
    sw_jw_array(w, "findings");
    for (size_t i = 0; i < r->finding_count; i++) {
        finding_json(w, r, &r->findings[i]);
    }
    sw_jw_array_end(w);
    states_json(w, r);
    if (q->claim.alg == 0) {
        sw_jw_null(w, "claim");
    } else {
        sw_json_digest(w, "claim", &q->claim);
    }
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}
