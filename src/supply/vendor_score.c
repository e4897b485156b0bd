/* The risk of a vendor, and every line of how it comes about. Whole numbers only, and each division
 * is rounded up: never in the vendor's favour, and the same everywhere. */
#include "supply/vendor_private.h"

static uint64_t divide_up(uint64_t a, uint64_t b)
{
    return b == 0 ? 0 : (a + b - 1) / b;
}

static const struct sw_vendor_answer *given(const struct sw_vendor *vendor, struct sw_str question)
{
    for (size_t i = 0; i < vendor->answer_count; i++) {
        if (sw_str_equal(vendor->answers[i].question, question)) {
            return &vendor->answers[i];
        }
    }
    return NULL;
}

static bool is_named(const struct sw_vendor_answer *answer, struct sw_str id)
{
    for (size_t i = 0; i < answer->evidence_count; i++) {
        if (sw_str_equal(id, answer->evidence[i])) {
            return true;
        }
    }
    return false;
}

/* Does a current document stand behind the answer? */
static bool is_proven(
    const struct sw_vendor *vendor, const struct sw_vendor_answer *answer, int64_t at)
{
    for (size_t i = 0; i < vendor->document_count; i++) {
        const struct sw_vendor_document *d = &vendor->documents[i];
        if (is_named(answer, d->id) && sw_vendor_document_holds(d, at)) {
            return true;
        }
    }
    return false;
}

static void weigh_line(const struct sw_vendor *vendor, const struct sw_vendor_question *question,
    int64_t at, struct sw_vendor_answer *line)
{
    const struct sw_vendor_answer *answer = given(vendor, question->id);
    if (answer != NULL) {
        *line = *answer;
    }
    line->question = question->id;
    line->weight = question->weight;
    line->points = SW_VENDOR_POINTS_MAX;
    line->counted = SW_VENDOR_UNANSWERED;
    if (sw_str_is(line->answer, SW_VENDOR_NOT_APPLICABLE)) {
        line->weight = 0;
        line->points = 0;
        line->counted = SW_VENDOR_SKIPPED;
        return;
    }
    const struct sw_vendor_choice *choice = sw_vendor_choice(&question->answers, line->answer);
    if (choice == NULL) {
        return;
    }
    bool proven =
        !question->proof || choice->points == SW_VENDOR_POINTS_MAX || is_proven(vendor, line, at);
    line->points = choice->points + (proven ? 0 : 1);
    line->counted = proven ? SW_VENDOR_ANSWERED : SW_VENDOR_UNPROVEN;
}

/* What is not said counts as the most. */
static uint64_t factor(const struct sw_vendor_choices *choices, struct sw_str id)
{
    const struct sw_vendor_choice *choice = sw_vendor_choice(choices, id);
    return choice == NULL ? SW_VENDOR_POINTS_MAX : choice->points;
}

void sw_vendor_add_up(const struct sw_vendor *vendor, struct sw_vendor_score *out)
{
    const uint64_t most_inherent = SW_VENDOR_POINTS_MAX * SW_VENDOR_POINTS_MAX;
    out->sum = 0;
    out->most = 0;
    for (size_t i = 0; i < vendor->answer_count; i++) {
        const struct sw_vendor_answer *line = &vendor->answers[i];
        out->sum += line->weight * line->points;
        out->most += line->weight * SW_VENDOR_POINTS_MAX;
    }
    out->weakness = divide_up(1000 * out->sum, out->most);
    out->inherent = out->class * out->dependence;
    out->score = divide_up(
        out->inherent * out->weakness * SW_VENDOR_SCORE_MAX, most_inherent * UINT64_C(1000));
}

static struct sw_str level_of(const struct sw_vendor_choices *levels, uint64_t score)
{
    size_t i = 0;
    while (i + 1 < levels->count && score > levels->list[i].points) {
        i++;
    }
    return levels->list[i].id;
}

sw_result sw_vendor_weigh(struct sw_arena *arena, struct sw_vendor *vendor, int64_t at)
{
    const struct sw_vendor_questions *q = sw_vendor_questions();
    SW_TRY_PTR(q);
    struct sw_vendor_answer *lines = SW_ARENA_ARRAY(arena, struct sw_vendor_answer, q->count);
    SW_TRY_PTR(lines);
    for (size_t i = 0; i < q->count; i++) {
        lines[i].answer = sw_str("");
        lines[i].note = sw_str("");
        weigh_line(vendor, &q->list[i], at, &lines[i]);
    }
    vendor->answers = lines;
    vendor->answer_count = q->count;
    vendor->questions = q->digest;
    vendor->questions_version = q->version;
    vendor->score.class = factor(&q->classes, vendor->data.class);
    vendor->score.dependence = factor(&q->dependence, vendor->dependence);
    sw_vendor_add_up(vendor, &vendor->score);
    vendor->score.level = level_of(&q->levels, vendor->score.score);
    return SW_OK;
}
