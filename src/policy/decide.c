/* How one rule is decided, and all of them together. doc/format/policy.md, "How a rule is decided"
 * is the same in words. */
#include "policy/gate.h"

#include <inttypes.h>
#include <stdlib.h>

#define SECONDS_PER_DAY 86400
#define NAME_SIZE 80    /* of a signer, in a reason */
#define SHORT_DIGEST 19 /* "sha256:" and 12 digits */

/* What the newest claim of one signer means for the rule, worst first. */
enum opinion_kind {
    OPINION_AGAINST,   /* fails its conditions, or is what the rule forbids */
    OPINION_FOR,       /* passes */
    OPINION_STALE,     /* would pass, but is too old */
    OPINION_FUTURE,    /* would pass, but is from the future */
    OPINION_UNDECIDED, /* a field is missing or has another type */
    OPINION_COUNT,
};

/* The newest opinion of each kind, and how many there are. */
struct opinion {
    size_t count;
    struct sw_gate_record record;
    const char *signer;
    const char *why;
};

struct tally {
    struct sw_arena *arena;
    const struct sw_rule *rule;
    int64_t now;
    struct opinion opinions[OPINION_COUNT];
    const char **signers; /* those whose newest claim was seen */
    size_t signer_count;
    size_t signer_cap;
    struct sw_digest *weighed;
    size_t weighed_cap;
    size_t found;
    size_t damaged;
    const char *damage;
    size_t refused;
    const char *refusal; /* of the newest one */
};

/* --- words ----------------------------------------------------------------------------------- */

const char *sw_gate_span(struct sw_arena *arena, int64_t seconds)
{
    static const struct {
        int64_t seconds;
        const char *one;
        const char *many;
    } units[] = {
        {SECONDS_PER_DAY, "day", "days"},
        {3600, "hour", "hours"},
        {60, "minute", "minutes"},
        {1, "second", "seconds"},
    };
    size_t i = 0;
    while (
        i + 1 < SW_COUNT(units) && seconds < 2 * units[i].seconds && seconds != units[i].seconds) {
        i++;
    }
    int64_t n = seconds / units[i].seconds;
    return sw_arena_printf(arena, "%" PRId64 " %s", n, n == 1 ? units[i].one : units[i].many);
}

/* "the claim of release (sha256:12ab34cd56ef)" */
static const char *name_claim(struct tally *tally, const struct opinion *opinion)
{
    char digest[SW_DIGEST_TEXT_SIZE];
    sw_digest_text(&opinion->record.claim, digest);
    return sw_arena_printf(
        tally->arena, "the claim of %s (%.*s)", opinion->signer, SHORT_DIGEST, digest);
}

/* The commands that make a claim of a type. */
static const struct {
    const char *type;
    const char *command;
} makers[] = {
    {SW_PREDICATE_OMS, "sealwright seal PATH"},
    {SW_PREDICATE_MANIFEST, "sealwright seal PATH"},
    {SW_PREDICATE_SCAN, "sealwright seal PATH"},
};

static const char *how_to_make(struct sw_arena *arena, const struct sw_rule *rule)
{
    for (size_t i = 0; i < SW_COUNT(makers); i++) {
        if (strcmp(makers[i].type, rule->type) != 0) {
            continue;
        }
        if (rule->by == NULL) {
            return sw_arena_printf(arena, "run: %s", makers[i].command);
        }
        return sw_arena_printf(
            arena, "as %s run: %s", sw_rule_signers(arena, rule), makers[i].command);
    }
    return sw_arena_printf(arena, "%s must sign a claim of type %s about this subject",
        sw_rule_signers(arena, rule), rule->type);
}

/* --- weighing one claim ---------------------------------------------------------------------- */

static bool accepts(const struct sw_rule *rule, const char *signer)
{
    if (rule->by == NULL) {
        return true;
    }
    for (size_t i = 0; i < rule->by_count; i++) {
        if (strcmp(rule->by[i], signer) == 0) {
            return true;
        }
    }
    return false;
}

static bool was_heard(const struct tally *tally, const char *signer)
{
    for (size_t i = 0; i < tally->signer_count; i++) {
        if (strcmp(tally->signers[i], signer) == 0) {
            return true;
        }
    }
    return false;
}

/* All conditions together: one that is false decides, else one that cannot be decided, else they
 * are true. `*which` is the one that decided. */
static enum sw_truth test_all(const struct sw_rule *rule, const struct sw_json *statement,
    int64_t now, const struct sw_condition **which)
{
    enum sw_truth all = SW_TRUTH_YES;
    for (size_t i = 0; i < rule->where_count; i++) {
        enum sw_truth one = sw_condition_test(&rule->where[i], statement, now);
        if (one == SW_TRUTH_NO) {
            *which = &rule->where[i];
            return one;
        }
        if (one == SW_TRUTH_UNKNOWN && all == SW_TRUTH_YES) {
            all = one;
            *which = &rule->where[i];
        }
    }
    return all;
}

/* Negative for a claim from the future. Times may be anything, so the difference stops at the ends.
 */
static int64_t age_of(const struct tally *tally, const struct sw_gate_record *record)
{
    int64_t age;
    if (__builtin_sub_overflow(tally->now, record->time, &age)) {
        return tally->now < record->time ? INT64_MIN : INT64_MAX;
    }
    return age;
}

static enum opinion_kind judge_time(const struct tally *tally, const struct sw_gate_record *record)
{
    int64_t age = age_of(tally, record);
    if (age < -SW_GATE_CLOCK_SKEW) {
        return OPINION_FUTURE;
    }
    bool stale = tally->rule->fresh_text != NULL && age > tally->rule->fresh;
    return stale ? OPINION_STALE : OPINION_FOR;
}

/* Age keeps a claim from passing, never from failing: a finding does not go away by waiting. */
static enum opinion_kind judge(const struct tally *tally, const struct sw_gate_record *record,
    const struct sw_json *statement, const struct sw_condition **which)
{
    enum sw_truth met = test_all(tally->rule, statement, tally->now, which);
    if (met == SW_TRUTH_UNKNOWN) {
        return OPINION_UNDECIDED;
    }
    bool good = (met == SW_TRUTH_YES) != tally->rule->forbid;
    return good ? judge_time(tally, record) : OPINION_AGAINST;
}

static enum sw_code explain_opinion(struct tally *tally, const struct sw_condition *which,
    const struct sw_json *statement, const char **out)
{
    *out = "";
    if (which == NULL) {
        return SW_OK;
    }
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    enum sw_phrase phrase = tally->rule->forbid ? SW_PHRASE_IS : SW_PHRASE_MUST;
    SW_TRY(sw_condition_explain(which, phrase, statement, tally->now, &text));
    *out = sw_arena_strdup(tally->arena, sw_buf_cstr(&text));
    SW_TRY_PTR(*out);
    return SW_OK;
}

static enum sw_code add_opinion(
    struct tally *tally, const struct sw_gate_record *record, const struct sw_gate_reading *reading)
{
    const struct sw_condition *which = NULL;
    enum opinion_kind kind = judge(tally, record, reading->statement, &which);
    struct opinion *opinion = &tally->opinions[kind];
    if (opinion->count == 0) {
        char signer[NAME_SIZE];
        sw_escape_line(reading->signer, strlen(reading->signer), signer, sizeof(signer));
        opinion->signer = sw_arena_strdup(tally->arena, signer);
        SW_TRY_PTR(opinion->signer);
        opinion->record = *record;
        SW_TRY(explain_opinion(tally, which, reading->statement, &opinion->why));
    }
    opinion->count++;
    return SW_OK;
}

static enum sw_code hear_signer(
    struct tally *tally, const struct sw_gate_record *record, const struct sw_gate_reading *reading)
{
    size_t n = tally->signer_count;
    const char **signers = sw_arena_grow(
        tally->arena, tally->signers, n, &tally->signer_cap, sizeof(tally->signers[0]));
    struct sw_digest *weighed = sw_arena_grow(
        tally->arena, tally->weighed, n, &tally->weighed_cap, sizeof(tally->weighed[0]));
    const char *signer = sw_arena_strdup(tally->arena, reading->signer);
    if (signers == NULL || weighed == NULL || signer == NULL) {
        return SW_E_NOMEM;
    }
    signers[n] = signer;
    weighed[n] = record->claim;
    tally->signers = signers;
    tally->weighed = weighed;
    tally->signer_count = n + 1;
    return add_opinion(tally, record, reading);
}

/* Keeps the words about the newest claim that could not be used. */
static enum sw_code note(struct tally *tally, size_t *count, const char **words, const char *text)
{
    *count += 1;
    if (*words == NULL) {
        char line[SW_ERROR_TEXT_MAX / 2];
        sw_escape_line(text, strlen(text), line, sizeof(line));
        *words = sw_arena_strdup(tally->arena, line);
        SW_TRY_PTR(*words);
    }
    return SW_OK;
}

static enum sw_code weigh(
    struct tally *tally, const struct sw_gate_record *record, const struct sw_gate_reading *reading)
{
    if (reading->standing == SW_GATE_DAMAGED) {
        return note(tally, &tally->damaged, &tally->damage, reading->why);
    }
    tally->found++;
    if (reading->standing == SW_GATE_UNTRUSTED) {
        return note(tally, &tally->refused, &tally->refusal, reading->why);
    }
    if (!accepts(tally->rule, reading->signer)) {
        char why[NAME_SIZE + 64];
        (void)snprintf(why, sizeof(why), "%.*s signed it and is not named in 'by'", NAME_SIZE,
            reading->signer);
        return note(tally, &tally->refused, &tally->refusal, why);
    }
    return was_heard(tally, reading->signer) ? SW_OK : hear_signer(tally, record, reading);
}

/* --- weighing all ---------------------------------------------------------------------------- */

/* All claims of the rule's type, the newest first. */
struct claims {
    const struct sw_gate_source *source;
    struct sw_gate_record *records;
    size_t count;
    const char **originals; /* by record, once it was looked at: whose claim it is, "" nobody's */
};

static int newest_first(const void *a, const void *b)
{
    const struct sw_gate_record *left = a;
    const struct sw_gate_record *right = b;
    return left->leaf < right->leaf ? 1 : -(left->leaf > right->leaf);
}

static enum sw_code list_claims(struct tally *tally, struct claims *claims, struct sw_error *err)
{
    SW_TRY(claims->source->list(claims->source->self, tally->arena, tally->rule->type,
        &claims->records, &claims->count, err));
    if (claims->count > 1) {
        qsort(claims->records, claims->count, sizeof(claims->records[0]), newest_first);
    }
    claims->originals = SW_ARENA_ARRAY(tally->arena, const char *, claims->count);
    SW_TRY_PTR(claims->originals);
    return SW_OK;
}

/* Is the claim one of `signer`, or could it be, since it cannot be read? */
static enum sw_code may_be_of(struct tally *tally, const struct claims *claims, size_t at,
    const char *signer, bool *out, struct sw_error *err)
{
    static const char anybody[] = "?";
    if (claims->originals[at] == NULL) {
        SW_CLEANUP(arena) struct sw_arena scratch;
        sw_arena_init(&scratch, 0);
        struct sw_gate_reading reading;
        SW_TRY(claims->source->read(claims->source->self, &scratch, tally->rule->type,
            &claims->records[at], &reading, err));
        const char *whose = reading.standing == SW_GATE_SIGNED ? reading.signer : "";
        whose = reading.standing == SW_GATE_DAMAGED ? anybody : whose;
        claims->originals[at] = whose == anybody ? anybody : sw_arena_strdup(tally->arena, whose);
        SW_TRY_PTR(claims->originals[at]);
    }
    *out = claims->originals[at] == anybody || strcmp(claims->originals[at], signer) == 0;
    return SW_OK;
}

/* Whoever has a claim can put its signature into another bundle that is as good: a space more is
 * enough. The log takes it for a new claim, but its signer said nothing new. What the newer one's
 * entry says is not asked: it may have been forged. */
static enum sw_code is_copy(struct tally *tally, const struct claims *claims, size_t at,
    const struct sw_gate_reading *reading, bool *out, struct sw_error *err)
{
    *out = false;
    for (size_t i = at + 1; i < claims->count && !*out; i++) {
        if (sw_signature_same(reading->signature, claims->records[i].signature)) {
            SW_TRY(may_be_of(tally, claims, i, reading->signer, out, err));
        }
    }
    return SW_OK;
}

/* Nobody who has not been heard could add anything. */
static bool all_heard(const struct tally *tally, const struct sw_gate_source *source)
{
    size_t limit = tally->rule->by != NULL ? tally->rule->by_count : source->signer_count;
    return limit > 0 && tally->signer_count >= limit;
}

static enum sw_code weigh_one(
    struct tally *tally, const struct claims *claims, size_t at, struct sw_error *err)
{
    SW_CLEANUP(arena) struct sw_arena scratch;
    sw_arena_init(&scratch, 0);
    struct sw_gate_reading reading;
    const struct sw_gate_source *source = claims->source;
    const struct sw_gate_record *record = &claims->records[at];
    SW_TRY(source->read(source->self, &scratch, tally->rule->type, record, &reading, err));
    bool copy = false;
    if (reading.standing == SW_GATE_SIGNED) {
        SW_TRY(is_copy(tally, claims, at, &reading, &copy, err));
    }
    return copy || reading.standing == SW_GATE_ELSEWHERE ? SW_OK : weigh(tally, record, &reading);
}

static enum sw_code weigh_all(
    struct tally *tally, const struct sw_gate_source *source, struct sw_error *err)
{
    struct claims claims = {.source = source};
    SW_TRY(list_claims(tally, &claims, err));
    for (size_t i = 0; i < claims.count && !all_heard(tally, source); i++) {
        SW_TRY(weigh_one(tally, &claims, i, err));
    }
    return SW_OK;
}

/* --- the verdict on one rule ----------------------------------------------------------------- */

static enum sw_code conclude(
    struct sw_gate_rule *out, enum sw_gate_verdict verdict, const char *reason, const char *satisfy)
{
    if (reason == NULL || satisfy == NULL) {
        return SW_E_NOMEM;
    }
    out->verdict = verdict;
    out->reason = reason;
    out->satisfy = satisfy;
    return SW_OK;
}

static enum sw_code say_against(struct tally *tally, struct sw_gate_rule *out)
{
    const struct opinion *opinion = &tally->opinions[OPINION_AGAINST];
    const char *claim = name_claim(tally, opinion);
    SW_TRY_PTR(claim);
    out->claim = opinion->record.claim;
    if (!tally->rule->forbid) {
        return conclude(out, SW_GATE_FAIL,
            sw_arena_printf(tally->arena, "%s fails: %s", claim, opinion->why),
            sw_arena_printf(tally->arena,
                "mend what was found, then %s must sign a newer claim of type %s; or write a "
                "waiver",
                opinion->signer, tally->rule->type));
    }
    if (tally->rule->where_count == 0) {
        return conclude(out, SW_GATE_FAIL,
            sw_arena_printf(tally->arena, "%s is of type %s, which this rule forbids", claim,
                tally->rule->type),
            "use another artifact, or write a waiver");
    }
    const char *where = sw_rule_where(tally->arena, tally->rule);
    SW_TRY_PTR(where);
    return conclude(out, SW_GATE_FAIL,
        sw_arena_printf(tally->arena,
            "%s is what this rule forbids: a claim of type %s in which %s", claim,
            tally->rule->type, where),
        sw_arena_printf(tally->arena,
            "%s must sign a newer claim that no longer matches; or write a waiver",
            opinion->signer));
}

static enum sw_code say_damaged(struct tally *tally, struct sw_gate_rule *out)
{
    return conclude(out, SW_GATE_NO_EVIDENCE,
        sw_arena_printf(tally->arena,
            "%zu claim%s of type %s %s in the log but cannot be read, and could be against it "
            "(newest: %s)",
            tally->damaged, tally->damaged == 1 ? "" : "s", tally->rule->type,
            tally->damaged == 1 ? "is" : "are", tally->damage),
        "run: sealwright log verify, and restore the store from a copy");
}

static enum sw_code say_for(struct tally *tally, struct sw_gate_rule *out)
{
    const struct opinion *opinion = &tally->opinions[OPINION_FOR];
    int64_t age = age_of(tally, &opinion->record);
    const char *span = sw_gate_span(tally->arena, age < 0 ? 0 : age);
    const char *claim = name_claim(tally, opinion);
    if (span == NULL || claim == NULL) {
        return SW_E_NOMEM;
    }
    out->claim = opinion->record.claim;
    return conclude(out, SW_GATE_PASS,
        sw_arena_printf(tally->arena, "%s of %s ago %s", claim, span,
            tally->rule->where_count == 0 ? "is there" : "meets every condition"),
        "");
}

static enum sw_code say_undecided(struct tally *tally, struct sw_gate_rule *out)
{
    const struct opinion *opinion = &tally->opinions[OPINION_UNDECIDED];
    const char *claim = name_claim(tally, opinion);
    SW_TRY_PTR(claim);
    out->claim = opinion->record.claim;
    return conclude(out, SW_GATE_NO_EVIDENCE,
        sw_arena_printf(tally->arena, "%s says too little: %s", claim, opinion->why),
        sw_arena_printf(tally->arena, "%s must sign a newer claim of type %s that has the field",
            opinion->signer, tally->rule->type));
}

static enum sw_code say_stale(struct tally *tally, struct sw_gate_rule *out)
{
    const struct opinion *opinion = &tally->opinions[OPINION_STALE];
    const char *claim = name_claim(tally, opinion);
    const char *age = sw_gate_span(tally->arena, age_of(tally, &opinion->record));
    const char *limit = sw_gate_span(tally->arena, tally->rule->fresh);
    if (claim == NULL || age == NULL || limit == NULL) {
        return SW_E_NOMEM;
    }
    out->claim = opinion->record.claim;
    return conclude(out, SW_GATE_NO_EVIDENCE,
        sw_arena_printf(tally->arena,
            "%s is stale: recorded %s ago, more than the %s that this rule takes", claim, age,
            limit),
        how_to_make(tally->arena, tally->rule));
}

static enum sw_code say_future(struct tally *tally, struct sw_gate_rule *out)
{
    const struct opinion *opinion = &tally->opinions[OPINION_FUTURE];
    const char *claim = name_claim(tally, opinion);
    SW_TRY_PTR(claim);
    char time[SW_TIME_TEXT_SIZE];
    sw_time_format(opinion->record.time, time);
    out->claim = opinion->record.claim;
    return conclude(out, SW_GATE_NO_EVIDENCE,
        sw_arena_printf(tally->arena, "%s was recorded at %s, which is still to come", claim, time),
        "set the clock right, here or where the log is kept");
}

static enum sw_code say_absent(struct tally *tally, struct sw_gate_rule *out)
{
    const struct sw_rule *rule = tally->rule;
    const char *reason;
    if (tally->found == 0) {
        reason =
            sw_arena_printf(tally->arena, "no claim of type %s is about this subject", rule->type);
    } else {
        reason = sw_arena_printf(tally->arena,
            "%zu claim%s of type %s found, none by a signer this rule accepts (newest: %s)",
            tally->found, tally->found == 1 ? "" : "s", rule->type, tally->refusal);
    }
    if (rule->forbid) {
        return conclude(out, SW_GATE_PASS, reason, "");
    }
    return conclude(out, SW_GATE_NO_EVIDENCE, reason, how_to_make(tally->arena, rule));
}

static enum sw_code say_clear(struct tally *tally, struct sw_gate_rule *out)
{
    const struct opinion *opinion = &tally->opinions[OPINION_FOR];
    const char *claim = name_claim(tally, opinion);
    SW_TRY_PTR(claim);
    out->claim = opinion->record.claim;
    return conclude(out, SW_GATE_PASS,
        sw_arena_printf(tally->arena, "%s is not what this rule forbids: %s", claim, opinion->why),
        "");
}

static bool has(const struct tally *tally, enum opinion_kind kind)
{
    return tally->opinions[kind].count > 0;
}

/* A required claim: one that passes is enough, unless one fails. */
static enum sw_code conclude_required(struct tally *tally, struct sw_gate_rule *out)
{
    if (has(tally, OPINION_FOR)) {
        return say_for(tally, out);
    }
    if (has(tally, OPINION_STALE)) {
        return say_stale(tally, out);
    }
    if (has(tally, OPINION_FUTURE)) {
        return say_future(tally, out);
    }
    return has(tally, OPINION_UNDECIDED) ? say_undecided(tally, out) : say_absent(tally, out);
}

/* A forbidden claim: every signer who spoke must be clearly not against it. */
static enum sw_code conclude_forbidden(struct tally *tally, struct sw_gate_rule *out)
{
    if (has(tally, OPINION_UNDECIDED)) {
        return say_undecided(tally, out);
    }
    if (has(tally, OPINION_FUTURE)) {
        return say_future(tally, out);
    }
    return has(tally, OPINION_FOR) ? say_clear(tally, out) : say_absent(tally, out);
}

enum sw_code sw_gate_rule_decide(struct sw_arena *arena, const struct sw_rule *rule,
    const struct sw_gate_source *source, int64_t now, struct sw_gate_rule *out,
    struct sw_error *err)
{
    struct tally tally = {.arena = arena, .rule = rule, .now = now};
    SW_TRY(weigh_all(&tally, source, err));
    struct sw_gate_rule result = {
        .name = rule->name, .weighed = tally.weighed, .weighed_count = tally.signer_count};
    if (has(&tally, OPINION_AGAINST)) {
        SW_TRY(say_against(&tally, &result));
    } else if (tally.damaged > 0) {
        SW_TRY(say_damaged(&tally, &result));
    } else if (rule->forbid) {
        SW_TRY(conclude_forbidden(&tally, &result));
    } else {
        SW_TRY(conclude_required(&tally, &result));
    }
    *out = result;
    return SW_OK;
}

/* --- all rules ------------------------------------------------------------------------------- */

static const struct sw_waiver *find_waiver(
    const struct sw_policy *policy, const char *rule, const struct sw_gate_question *question)
{
    for (size_t i = 0; i < policy->waiver_count; i++) {
        const struct sw_waiver *waiver = &policy->waivers[i];
        if (strcmp(waiver->rule, rule) == 0 && question->now < waiver->expires &&
            sw_digest_equal(&waiver->subject, &question->subject)) {
            return waiver;
        }
    }
    return NULL;
}

static enum sw_code waive(
    struct sw_arena *arena, const struct sw_waiver *waiver, struct sw_gate_rule *rule)
{
    char until[SW_TIME_TEXT_SIZE];
    sw_time_format(waiver->expires, until);
    const char *reason = sw_arena_printf(arena,
        "waived by %s until %s because \"%s\"; without the waiver %s: %s", waiver->owner, until,
        waiver->reason, sw_gate_verdict_name(rule->verdict), rule->reason);
    rule->waived = true;
    return conclude(rule, SW_GATE_PASS, reason, "");
}

static enum sw_gate_verdict sum_up(const struct sw_gate_rule *rules, size_t count)
{
    enum sw_gate_verdict verdict = count == 0 ? SW_GATE_NO_EVIDENCE : SW_GATE_PASS;
    for (size_t i = 0; i < count; i++) {
        if (rules[i].verdict == SW_GATE_FAIL) {
            return SW_GATE_FAIL;
        }
        if (rules[i].verdict == SW_GATE_NO_EVIDENCE) {
            verdict = SW_GATE_NO_EVIDENCE;
        }
    }
    return verdict;
}

enum sw_code sw_gate_decide_over(struct sw_arena *arena, const struct sw_policy *policy,
    const struct sw_gate_source *source, const struct sw_gate_question *question,
    struct sw_decision *out, struct sw_error *err)
{
    size_t count = policy->rule_count;
    struct sw_gate_rule *rules = SW_ARENA_ARRAY(arena, struct sw_gate_rule, count);
    SW_TRY_PTR(rules);
    for (size_t i = 0; i < count; i++) {
        const struct sw_rule *rule = &policy->rules[i];
        SW_TRY(sw_gate_rule_decide(arena, rule, source, question->now, &rules[i], err));
        const struct sw_waiver *waiver = find_waiver(policy, rule->name, question);
        if (waiver != NULL && rules[i].verdict != SW_GATE_PASS) {
            SW_TRY(waive(arena, waiver, &rules[i]));
        }
    }
    *out = (struct sw_decision){
        .verdict = sum_up(rules, count),
        .subject = question->subject,
        .time = question->now,
        .rules = rules,
        .rule_count = count,
        .policy_name = policy->name,
        .policy_digest = policy->digest,
    };
    return SW_OK;
}

const char *sw_gate_verdict_name(enum sw_gate_verdict verdict)
{
    static const char *const names[] = {
        [SW_GATE_PASS] = "pass",
        [SW_GATE_FAIL] = "fail",
        [SW_GATE_NO_EVIDENCE] = "no-evidence",
    };
    return (size_t)verdict < SW_COUNT(names) ? names[verdict] : "unknown";
}
