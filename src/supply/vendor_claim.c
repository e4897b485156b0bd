/* The vendor claim: doc/claims/vendor.md. */
#include "supply/vendor_private.h"

static const struct sw_field service_table[] = {
    SW_FIELD(struct sw_vendor_service, name, "name", SW_FIELD_TEXT),
    SW_FIELD_MANY(struct sw_vendor_service, hosts, host_count, "hosts", SW_FIELD_TEXTS),
    SW_FIELD_MANY(struct sw_vendor_service, purls, purl_count, "purls", SW_FIELD_TEXTS),
    SW_FIELD_MANY(
        struct sw_vendor_service, mcp_servers, mcp_server_count, "mcp_servers", SW_FIELD_TEXTS),
    SW_FIELD_MANY(struct sw_vendor_service, names, name_count, "names", SW_FIELD_TEXTS),
    SW_FIELD_END,
};

static const struct sw_field data_table[] = {
    SW_FIELD_OPTIONAL(struct sw_vendor_terms, class, "class", SW_FIELD_TEXT),
    SW_FIELD_OPTIONAL(struct sw_vendor_terms, trains_on, "trains_on", SW_FIELD_TEXT),
    SW_FIELD_OPTIONAL(struct sw_vendor_terms, retention_days, "retention_days", SW_FIELD_COUNT),
    SW_FIELD_MANY(struct sw_vendor_terms, regions, region_count, "regions", SW_FIELD_TEXTS),
    SW_FIELD_MANY(struct sw_vendor_terms, sub_processors, sub_processor_count, "sub_processors",
        SW_FIELD_TEXTS),
    SW_FIELD_END,
};

static const struct sw_field document_table[] = {
    SW_FIELD(struct sw_vendor_document, id, "id", SW_FIELD_TEXT),
    SW_FIELD(struct sw_vendor_document, kind, "kind", SW_FIELD_TEXT),
    SW_FIELD_OPTIONAL(struct sw_vendor_document, title, "title", SW_FIELD_TEXT),
    SW_FIELD(struct sw_vendor_document, digest, "digest", SW_FIELD_DIGEST),
    SW_FIELD_OPTIONAL(struct sw_vendor_document, issued, "issued", SW_FIELD_TEXT),
    SW_FIELD_OPTIONAL(struct sw_vendor_document, expires, "expires", SW_FIELD_TEXT),
    SW_FIELD(struct sw_vendor_document, seen, "seen", SW_FIELD_TRUTH),
    SW_FIELD_END,
};

static const char *const decisions[] = {"approved", "approved-with-conditions", "refused", NULL};
static const char *const counts[] = {"answered", "unproven", "unanswered", "not-applicable", NULL};

static const struct sw_field review_table[] = {
    SW_FIELD(struct sw_vendor_review, reviewed, "reviewed", SW_FIELD_TEXT),
    SW_FIELD(struct sw_vendor_review, due, "due", SW_FIELD_TEXT),
    SW_FIELD(struct sw_vendor_review, by, "by", SW_FIELD_TEXT),
    {.name = "decision",
        .kind = SW_FIELD_WORD,
        .at = offsetof(struct sw_vendor_review, decision),
        .words = decisions},
    SW_FIELD_MANY(
        struct sw_vendor_review, conditions, condition_count, "conditions", SW_FIELD_TEXTS),
    SW_FIELD_END,
};

static const struct sw_field answer_table[] = {
    SW_FIELD(struct sw_vendor_answer, question, "question", SW_FIELD_TEXT),
    SW_FIELD_OPTIONAL(struct sw_vendor_answer, answer, "answer", SW_FIELD_TEXT),
    SW_FIELD_MANY(struct sw_vendor_answer, evidence, evidence_count, "evidence", SW_FIELD_TEXTS),
    SW_FIELD(struct sw_vendor_answer, weight, "weight", SW_FIELD_COUNT),
    SW_FIELD(struct sw_vendor_answer, points, "points", SW_FIELD_COUNT),
    {.name = "counted",
        .kind = SW_FIELD_WORD,
        .at = offsetof(struct sw_vendor_answer, counted),
        .words = counts},
    SW_FIELD_END,
};

static const struct sw_field score_table[] = {
    SW_FIELD(struct sw_vendor_score, sum, "sum", SW_FIELD_COUNT),
    SW_FIELD(struct sw_vendor_score, most, "most", SW_FIELD_COUNT),
    SW_FIELD(struct sw_vendor_score, weakness, "weakness", SW_FIELD_COUNT),
    SW_FIELD(struct sw_vendor_score, class, "class", SW_FIELD_COUNT),
    SW_FIELD(struct sw_vendor_score, dependence, "dependence", SW_FIELD_COUNT),
    SW_FIELD(struct sw_vendor_score, inherent, "inherent", SW_FIELD_COUNT),
    SW_FIELD(struct sw_vendor_score, score, "score", SW_FIELD_COUNT),
    SW_FIELD(struct sw_vendor_score, level, "level", SW_FIELD_TEXT),
    SW_FIELD_END,
};

static const struct sw_field vendor_table[] = {
    SW_FIELD(struct sw_vendor, name, "name", SW_FIELD_TEXT),
    SW_FIELD_OPTIONAL(struct sw_vendor, title, "title", SW_FIELD_TEXT),
    SW_FIELD_OPTIONAL(struct sw_vendor, owner, "owner", SW_FIELD_TEXT),
    SW_FIELD_MANY_OF(struct sw_vendor, services, service_count, "services", service_table),
    SW_FIELD_OPTIONAL(struct sw_vendor, dependence, "dependence", SW_FIELD_TEXT),
    SW_FIELD_MANY(struct sw_vendor, depends, depend_count, "depends", SW_FIELD_TEXTS),
    {.name = "data",
        .kind = SW_FIELD_OBJECT,
        .at = offsetof(struct sw_vendor, data),
        .of = data_table},
    SW_FIELD_MANY_OF(struct sw_vendor, documents, document_count, "documents", document_table),
    {.name = "review",
        .kind = SW_FIELD_OBJECT,
        .at = offsetof(struct sw_vendor, review),
        .of = review_table},
    SW_FIELD(struct sw_vendor, questions_version, "questions_version", SW_FIELD_COUNT),
    SW_FIELD(struct sw_vendor, questions, "questions", SW_FIELD_DIGEST),
    SW_FIELD_MANY_OF(struct sw_vendor, answers, answer_count, "answers", answer_table),
    {.name = "score",
        .kind = SW_FIELD_OBJECT,
        .at = offsetof(struct sw_vendor, score),
        .of = score_table},
    SW_FIELD(struct sw_vendor, time, "time", SW_FIELD_TIME),
    SW_FIELD_END,
};

void sw_vendor_subject(struct sw_str name, struct sw_digest *out)
{
    sw_name_digest(SW_NAME_VENDOR, name, out);
}

sw_result sw_vendor_claim_write(const struct sw_vendor *vendor, struct sw_buf *out)
{
    return sw_predicate_write(vendor_table, vendor, out);
}

/* --- what a claim must keep to ---------------------------------------------------------------- */

static enum sw_code broken(struct sw_error *err, const char *what)
{
    return sw_claim_broken(err, "vendor", "%s", what);
}

static sw_result check_subject(
    const struct sw_statement *statement, const struct sw_vendor *v, struct sw_error *err)
{
    struct sw_digest want;
    struct sw_error why = {0};
    SW_TRY(sw_vendor_name_check(v->name, &why) == SW_OK ? SW_OK : broken(err, why.text));
    sw_vendor_subject(v->name, &want);
    for (size_t i = 0; i < statement->subject_count; i++) {
        if (!sw_digest_equal(&statement->subjects[i].digest, &want)) {
            return broken(err, "its subject is not its vendor");
        }
    }
    return SW_OK;
}

/* A rule that is not in its one form might be taken for another. */
static sw_result check_hosts(
    struct sw_arena *arena, const struct sw_vendor_service *service, struct sw_error *err)
{
    for (size_t i = 0; i < service->host_count; i++) {
        struct sw_str rule;
        if (!sw_vendor_host_rule(arena, service->hosts[i], &rule) ||
            !sw_str_equal(rule, service->hosts[i])) {
            return broken(err, "one of its hosts is none");
        }
    }
    return SW_OK;
}

static sw_result check_services(
    struct sw_arena *arena, const struct sw_vendor *v, struct sw_error *err)
{
    if (v->service_count > SW_VENDOR_LIST_MAX || v->document_count > SW_VENDOR_LIST_MAX ||
        v->answer_count > SW_VENDOR_LIST_MAX) {
        return broken(err, "a list of it is too long");
    }
    for (size_t i = 0; i < v->service_count; i++) {
        const struct sw_vendor_service *s = &v->services[i];
        if (s->host_count > SW_VENDOR_LIST_MAX || s->purl_count > SW_VENDOR_LIST_MAX ||
            s->mcp_server_count > SW_VENDOR_LIST_MAX || s->name_count > SW_VENDOR_LIST_MAX) {
            return broken(err, "a list of it is too long");
        }
        SW_TRY(check_hosts(arena, s, err));
    }
    return SW_OK;
}

static bool in_order(struct sw_str first, struct sw_str second, bool needed)
{
    int64_t a = INT64_MIN;
    int64_t b = INT64_MAX;
    bool good = (first.len == 0 && !needed) || sw_vendor_date(first, &a);
    good = good && ((second.len == 0 && !needed) || sw_vendor_date(second, &b));
    return good && a <= b;
}

static sw_result check_dates(const struct sw_vendor *v, struct sw_error *err)
{
    for (size_t i = 0; i < v->document_count; i++) {
        if (!in_order(v->documents[i].issued, v->documents[i].expires, false)) {
            return broken(err, "the dates of a document cannot be");
        }
    }
    return in_order(v->review.reviewed, v->review.due, true)
               ? SW_OK
               : broken(err, "the dates of its review cannot be");
}

static bool is_factor(uint64_t points)
{
    return points > 0 && points <= SW_VENDOR_POINTS_MAX;
}

static sw_result check_sums(const struct sw_vendor *v, struct sw_error *err)
{
    struct sw_vendor_score score = v->score;
    for (size_t i = 0; i < v->answer_count; i++) {
        if (v->answers[i].weight > SW_VENDOR_WEIGHT_MAX ||
            v->answers[i].points > SW_VENDOR_POINTS_MAX) {
            return broken(err, "an answer weighs more than it can");
        }
    }
    sw_vendor_add_up(v, &score);
    bool same = score.sum == v->score.sum && score.most == v->score.most &&
                score.weakness == v->score.weakness && score.inherent == v->score.inherent &&
                score.score == v->score.score;
    return same && is_factor(score.class) && is_factor(score.dependence)
               ? SW_OK
               : broken(err, "its score does not add up");
}

sw_result sw_vendor_claim_read(struct sw_arena *arena, const struct sw_statement *statement,
    struct sw_vendor *out, struct sw_error *err)
{
    *out = (struct sw_vendor){0};
    SW_TRY(sw_predicate_read(arena, vendor_table, "vendor", statement->predicate, out, err));
    SW_TRY(check_subject(statement, out, err));
    SW_TRY(check_services(arena, out, err));
    SW_TRY(check_dates(out, err));
    return check_sums(out, err);
}
