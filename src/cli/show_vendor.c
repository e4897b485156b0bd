#include "cli/show_vendor.h"

sw_result sw_vendor_at(
    const struct sw_cli *cli, const char *text, int64_t *out, struct sw_error *err)
{
    *out = cli->now;
    if (text == NULL || sw_time_parse(sw_str(text), out)) {
        return SW_OK;
    }
    return sw_fail(err, SW_E_USAGE, "--at takes a date such as 2026-11-28, not '%s'", text);
}

enum sw_tone sw_vendor_state_tone(enum sw_vendor_state state)
{
    return state == SW_VENDOR_STATE_CURRENT ? SW_TONE_GOOD
           : state == SW_VENDOR_STATE_DUE   ? SW_TONE_WARN
                                            : SW_TONE_BAD;
}

int sw_vendor_state_status(enum sw_vendor_state state)
{
    return state <= SW_VENDOR_STATE_DUE ? 0 : 1;
}

/* --- for people ------------------------------------------------------------------------------- */

static const char *const why_counted[] = {
    [SW_VENDOR_ANSWERED] = "",
    [SW_VENDOR_UNPROVEN] = "  one more: no current document",
    [SW_VENDOR_UNANSWERED] = "  unanswered: the worst",
    [SW_VENDOR_SKIPPED] = "  does not apply",
};

static void show_line(struct sw_cli *cli, const struct sw_vendor_answer *line)
{
    const unsigned long long weight = line->weight;
    const unsigned long long points = line->points;
    sw_say(cli, SW_TONE_PLAIN, "  %-20.*s %-18.*s", SW_STR_ARG(line->question),
        SW_STR_ARG(line->answer.len > 0 ? line->answer : sw_str("-")));
    sw_say(cli, SW_TONE_PLAIN, " %llu x %llu = %2llu of %2llu", weight, points, weight * points,
        weight * (unsigned long long)SW_VENDOR_POINTS_MAX);
    sw_say(cli, line->counted == SW_VENDOR_UNANSWERED ? SW_TONE_WARN : SW_TONE_DIM, "%s\n",
        why_counted[line->counted]);
}

static struct sw_str said(struct sw_str text)
{
    return text.len > 0 ? text : sw_str("not said: the most");
}

void sw_vendor_show_score(struct sw_cli *cli, const struct sw_vendor *vendor)
{
    const struct sw_vendor_score *s = &vendor->score;
    sw_say(cli, SW_TONE_BOLD, "weight x points of each answer\n");
    for (size_t i = 0; i < vendor->answer_count; i++) {
        show_line(cli, &vendor->answers[i]);
    }
    sw_say(cli, SW_TONE_PLAIN, "sum        %llu of %llu\n", (unsigned long long)s->sum,
        (unsigned long long)s->most);
    sw_say(cli, SW_TONE_PLAIN, "weakness   1000 x %llu / %llu = %llu of 1000, rounded up\n",
        (unsigned long long)s->sum, (unsigned long long)s->most, (unsigned long long)s->weakness);
    sw_say(cli, SW_TONE_PLAIN,
        "inherent   data %llu (" SW_STR_FMT ") x dependence %llu (" SW_STR_FMT ") = %llu of 16\n",
        (unsigned long long)s->class, SW_STR_ARG(said(vendor->data.class)),
        (unsigned long long)s->dependence, SW_STR_ARG(said(vendor->dependence)),
        (unsigned long long)s->inherent);
    sw_say(cli, SW_TONE_PLAIN, "residual   %llu x %llu x 100 / 16000 = %llu of 100, rounded up\n",
        (unsigned long long)s->inherent, (unsigned long long)s->weakness,
        (unsigned long long)s->score);
    sw_say(cli, SW_TONE_BOLD, "risk       %llu  " SW_STR_FMT "\n", (unsigned long long)s->score,
        SW_STR_ARG(s->level));
}

/* --- for programs ----------------------------------------------------------------------------- */

static void line_json(struct sw_json_writer *w, const struct sw_vendor_answer *line)
{
    const struct sw_vendor_questions *q = sw_vendor_questions();
    const struct sw_vendor_question *question =
        q == NULL ? NULL : sw_vendor_question(q, line->question);
    sw_jw_object(w, NULL);
    sw_jw_str(w, "question", line->question);
    sw_json_text_or_null(w, "answer", line->answer);
    sw_jw_text(w, "counted", sw_vendor_counted_name(line->counted));
    sw_jw_u64(w, "weight", line->weight);
    sw_jw_u64(w, "points", line->points);
    sw_jw_u64(w, "risk", line->weight * line->points);
    sw_jw_u64(w, "of", line->weight * SW_VENDOR_POINTS_MAX);
    sw_json_texts(w, "evidence", line->evidence, line->evidence_count);
    sw_json_texts(w, "controls", question == NULL ? NULL : question->controls,
        question == NULL ? 0 : question->control_count);
    sw_jw_object_end(w);
}

void sw_vendor_score_json(struct sw_json_writer *w, const struct sw_vendor *vendor)
{
    const struct sw_vendor_score *s = &vendor->score;
    sw_jw_object(w, "score");
    sw_jw_u64(w, "score", s->score);
    sw_jw_str(w, "level", s->level);
    sw_jw_u64(w, "inherent", s->inherent);
    sw_jw_u64(w, "class", s->class);
    sw_jw_u64(w, "dependence", s->dependence);
    sw_jw_u64(w, "weakness", s->weakness);
    sw_jw_u64(w, "sum", s->sum);
    sw_jw_u64(w, "most", s->most);
    sw_jw_u64(w, "questions_version", vendor->questions_version);
    sw_json_digest(w, "questions", &vendor->questions);
    sw_jw_array(w, "lines");
    for (size_t i = 0; i < vendor->answer_count; i++) {
        line_json(w, &vendor->answers[i]);
    }
    sw_jw_array_end(w);
    sw_jw_object_end(w);
}
