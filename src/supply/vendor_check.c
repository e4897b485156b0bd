/* What is unanswered, run out, due or cannot be, and what state a review is in. */
#include "supply/vendor_private.h"

static const char *const counted_names[] = {
    [SW_VENDOR_ANSWERED] = "answered",
    [SW_VENDOR_UNPROVEN] = "unproven",
    [SW_VENDOR_UNANSWERED] = "unanswered",
    [SW_VENDOR_SKIPPED] = SW_VENDOR_NOT_APPLICABLE,
};

static const char *const decision_names[] = {
    [SW_VENDOR_APPROVED] = "approved",
    [SW_VENDOR_CONDITIONS] = "approved-with-conditions",
    [SW_VENDOR_REFUSED] = "refused",
    [SW_VENDOR_UNDECIDED] = "undecided",
};

static const char *const state_names[] = {
    [SW_VENDOR_STATE_CURRENT] = "current",
    [SW_VENDOR_STATE_DUE] = "review due",
    [SW_VENDOR_STATE_EXPIRED] = "documents expired",
    [SW_VENDOR_STATE_OVERDUE] = "overdue",
    [SW_VENDOR_STATE_REFUSED] = "refused",
};

const char *sw_vendor_counted_name(enum sw_vendor_counted counted)
{
    return counted_names[counted];
}

const char *sw_vendor_decision_name(enum sw_vendor_decision decision)
{
    return decision_names[decision];
}

const char *sw_vendor_state_name(enum sw_vendor_state state)
{
    return state_names[state];
}

sw_result sw_vendor_name_check(struct sw_str name, struct sw_error *err)
{
    SW_TRY(sw_name_check(name, "vendor", err));
    for (size_t i = 0; i < name.len; i++) {
        if (name.ptr[i] >= 'A' && name.ptr[i] <= 'Z') {
            return sw_fail(err, SW_E_USAGE,
                "'" SW_STR_FMT
                "' has capitals: a vendor's name is in small letters, so that it has "
                "only one",
                SW_STR_ARG(name));
        }
    }
    return SW_OK;
}

/* --- dates ------------------------------------------------------------------------------------ */

bool sw_vendor_date(struct sw_str text, int64_t *out)
{
    return text.len == strlen("2026-11-28") && sw_time_parse(text, out);
}

static bool is_within(struct sw_str date, int64_t at, int64_t days)
{
    int64_t time;
    return sw_vendor_date(date, &time) && time + SW_VENDOR_DAY <= at + days * SW_VENDOR_DAY;
}

bool sw_vendor_is_over(struct sw_str date, int64_t at)
{
    return is_within(date, at, 0);
}

static bool is_soon(struct sw_str date, int64_t at)
{
    return is_within(date, at, SW_VENDOR_SOON_DAYS);
}

/* With a day of grace: it is tomorrow in the east already. */
static bool is_future(struct sw_str date, int64_t at)
{
    int64_t time;
    return sw_vendor_date(date, &time) && time > at + SW_VENDOR_DAY;
}

/* A review that is never due again is none. */
static bool is_far(const struct sw_vendor_review *review)
{
    int64_t reviewed;
    int64_t due;
    return sw_vendor_date(review->reviewed, &reviewed) && sw_vendor_date(review->due, &due) &&
           due - reviewed > SW_VENDOR_REVIEW_DAYS_MAX * SW_VENDOR_DAY;
}

bool sw_vendor_is_undated(const struct sw_vendor_document *document)
{
    const struct sw_vendor_questions *q = sw_vendor_questions();
    const struct sw_vendor_choice *kind =
        q == NULL ? NULL : sw_vendor_choice(&q->documents, document->kind);
    return kind != NULL && kind->expires && document->expires.len == 0;
}

bool sw_vendor_document_holds(const struct sw_vendor_document *document, int64_t at)
{
    return !sw_vendor_is_over(document->expires, at) && !is_future(document->issued, at) &&
           !sw_vendor_is_undated(document);
}

bool sw_vendor_document_missing(
    const struct sw_vendor *vendor, const struct sw_vendor_document *document, int64_t at)
{
    if (!sw_vendor_is_over(document->expires, at)) {
        return false;
    }
    for (size_t i = 0; i < vendor->document_count; i++) {
        const struct sw_vendor_document *other = &vendor->documents[i];
        if (sw_str_equal(other->kind, document->kind) && sw_vendor_document_holds(other, at)) {
            return false;
        }
    }
    return true;
}

/* --- the state of a claim --------------------------------------------------------------------- */

static bool has_expired(const struct sw_vendor *vendor, int64_t at)
{
    for (size_t i = 0; i < vendor->document_count; i++) {
        if (sw_vendor_document_missing(vendor, &vendor->documents[i], at)) {
            return true;
        }
    }
    return false;
}

enum sw_vendor_state sw_vendor_state(const struct sw_vendor *vendor, int64_t at)
{
    const struct sw_vendor_review *review = &vendor->review;
    if (review->decision >= SW_VENDOR_REFUSED) {
        return SW_VENDOR_STATE_REFUSED;
    }
    if (review->due.len == 0 || sw_vendor_is_over(review->due, at) || is_far(review) ||
        is_future(review->reviewed, at)) {
        return SW_VENDOR_STATE_OVERDUE;
    }
    if (has_expired(vendor, at)) {
        return SW_VENDOR_STATE_EXPIRED;
    }
    return is_soon(review->due, at) ? SW_VENDOR_STATE_DUE : SW_VENDOR_STATE_CURRENT;
}

/* --- findings --------------------------------------------------------------------------------- */

#define BARS_NONE 0u
#define BARS_APPROVED ((unsigned)SW_VENDOR_CONDITIONS)
#define BARS_ADMITTED ((unsigned)SW_VENDOR_REFUSED)
#define BARS_ALL ((unsigned)SW_VENDOR_UNDECIDED + 1)

struct checking {
    struct sw_arena *arena;
    const struct sw_vendor *vendor;
    int64_t at;
    struct sw_vendor_finding *list;
    size_t count, cap;
};

static sw_result find(struct checking *c, const char *kind, struct sw_str about, const char *text,
    int status, unsigned bars)
{
    struct sw_vendor_finding *list =
        sw_arena_grow(c->arena, c->list, c->count, &c->cap, sizeof(*list));
    SW_TRY_PTR(list);
    c->list = list;
    list[c->count++] = (struct sw_vendor_finding){kind, about, text, status, bars};
    return SW_OK;
}

static sw_result check_document(struct checking *c, const struct sw_vendor_document *d)
{
    if (is_future(d->issued, c->at)) {
        return find(c, "future", d->id, "it is issued in the future", 1, BARS_ALL);
    }
    if (sw_vendor_is_undated(d)) {
        return find(c, "undated", d->id,
            "a document of this kind runs out, and it is not said when", 3, BARS_APPROVED);
    }
    if (sw_vendor_document_missing(c->vendor, d, c->at)) {
        return find(c, "expired", d->id, "it has run out: ask for a new one", 1, BARS_APPROVED);
    }
    if (!sw_vendor_is_over(d->expires, c->at) && is_soon(d->expires, c->at)) {
        return find(c, "expiring", d->id, "it runs out within 30 days", 0, BARS_NONE);
    }
    return SW_OK;
}

static sw_result check_answer(struct checking *c, const struct sw_vendor_answer *line)
{
    if (line->counted == SW_VENDOR_UNANSWERED) {
        return find(c, "unanswered", line->question, "it counts as the worst answer", 3, BARS_NONE);
    }
    if (line->counted == SW_VENDOR_UNPROVEN) {
        return find(c, "unproven", line->question,
            line->evidence_count == 0 ? "no document stands behind it: it counts one point worse"
                                      : "its documents are not current: it counts one point worse",
            0, BARS_NONE);
    }
    return SW_OK;
}

/* What is said twice has to be the same. */
static sw_result check_training(struct checking *c)
{
    const struct sw_vendor *v = c->vendor;
    for (size_t i = 0; i < v->answer_count; i++) {
        const struct sw_vendor_answer *line = &v->answers[i];
        if (sw_str_is(line->question, SW_VENDOR_TRAINING) && line->answer.len > 0 &&
            v->data.trains_on.len > 0 && !sw_str_equal(line->answer, v->data.trains_on)) {
            return find(c, "contradiction", line->question, "'data.trains-on' says something else",
                1, BARS_ALL);
        }
    }
    return SW_OK;
}

static sw_result check_due(struct checking *c)
{
    const struct sw_vendor_review *review = &c->vendor->review;
    const struct sw_str about = sw_str("review");
    if (review->decision == SW_VENDOR_REFUSED) {
        return find(c, "refused", about, "the vendor is refused", 1, BARS_NONE);
    }
    if (sw_vendor_is_over(review->due, c->at)) {
        return find(
            c, "overdue", about, "the next review was due: review it anew", 1, BARS_ADMITTED);
    }
    return is_soon(review->due, c->at)
               ? find(c, "due", about, "the next review is due within 30 days", 0, BARS_NONE)
               : SW_OK;
}

static sw_result check_review(struct checking *c)
{
    const struct sw_vendor_review *review = &c->vendor->review;
    const struct sw_str about = sw_str("review");
    if (review->decision == SW_VENDOR_UNDECIDED || review->reviewed.len == 0 ||
        review->due.len == 0 || review->by.len == 0) {
        SW_TRY(find(c, "incomplete", about, "it has no date, next date, decision or who made it", 3,
            BARS_ALL));
    }
    if (is_future(review->reviewed, c->at)) {
        SW_TRY(find(c, "future", about, "it was made in the future", 1, BARS_ALL));
    }
    if (is_far(review)) {
        SW_TRY(find(c, "far", about, "the next one is more than three years later", 1, BARS_ALL));
    }
    if (review->decision == SW_VENDOR_CONDITIONS && review->condition_count == 0) {
        SW_TRY(find(c, "incomplete", about, "it has no conditions", 3, BARS_ALL));
    }
    return check_due(c);
}

/* What the risk, and what finds the vendor, rests on. */
static sw_result check_said(struct checking *c)
{
    const struct sw_vendor *v = c->vendor;
    const struct {
        const char *about;
        bool said;
        const char *text;
    } rows[] = {
        {"owner", v->owner.len > 0, "nobody of yours answers for it"},
        {"services", v->service_count > 0, "nothing that discovery finds can be its"},
        {"use.dependence", v->dependence.len > 0, "it counts as critical"},
        {"data.class", v->data.class.len > 0, "it counts as the worst"},
        {"data.trains-on", v->data.trains_on.len > 0, "it is not said"},
        {"data.retention-days", v->data.retention_days != SW_ABSENT, "it is not said"},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        if (!rows[i].said) {
            SW_TRY(find(c, "not said", sw_str(rows[i].about), rows[i].text, 3, BARS_NONE));
        }
    }
    return SW_OK;
}

sw_result sw_vendor_check(struct sw_arena *arena, const struct sw_vendor *vendor, int64_t at,
    struct sw_vendor_finding **out, size_t *count)
{
    struct checking c = {.arena = arena, .vendor = vendor, .at = at};
    SW_TRY(check_said(&c));
    SW_TRY(check_review(&c));
    for (size_t i = 0; i < vendor->document_count; i++) {
        SW_TRY(check_document(&c, &vendor->documents[i]));
    }
    SW_TRY(check_training(&c));
    for (size_t i = 0; i < vendor->answer_count; i++) {
        SW_TRY(check_answer(&c, &vendor->answers[i]));
    }
    *out = c.list;
    *count = c.count;
    return SW_OK;
}
