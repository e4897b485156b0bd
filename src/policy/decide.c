/* How one rule is decided, and all of them together. doc/format/policy.md, "How a rule is decided"
 * is the same in words. */
#include "policy/weigh.h"

#include <inttypes.h>

#define SECONDS_PER_DAY 86400
#define SHORT_DIGEST 19 /* "sha256:" and 12 digits */

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
static const char *name_claim(struct sw_tally *tally, const struct sw_voice *voice)
{
    char digest[SW_DIGEST_TEXT_SIZE];
    sw_digest_text(&voice->record.claim, digest);
    return sw_arena_printf(
        tally->arena, "the claim of %s (%.*s)", voice->shown, SHORT_DIGEST, digest);
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

static enum sw_code say_against(struct sw_tally *tally, struct sw_gate_rule *out)
{
    const struct sw_voice *voice = sw_tally_newest(tally, SW_OPINION_AGAINST);
    const char *claim = name_claim(tally, voice);
    SW_TRY_PTR(claim);
    out->claim = voice->record.claim;
    if (!tally->rule->forbid) {
        return conclude(out, SW_GATE_FAIL,
            sw_arena_printf(tally->arena, "%s fails: %s", claim, voice->why),
            sw_arena_printf(tally->arena,
                "mend what was found, then %s must sign a newer claim of type %s; or write a "
                "waiver",
                voice->shown, tally->rule->type));
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
            "%s must sign a newer claim that no longer matches; or write a waiver", voice->shown));
}

static enum sw_code say_damaged(struct sw_tally *tally, struct sw_gate_rule *out)
{
    return conclude(out, SW_GATE_NO_EVIDENCE,
        sw_arena_printf(tally->arena,
            "%zu claim%s of type %s %s in the log but cannot be read, and could be against it "
            "(newest: %s)",
            tally->damaged, tally->damaged == 1 ? "" : "s", tally->rule->type,
            tally->damaged == 1 ? "is" : "are", tally->damage),
        "run: sealwright log verify, and restore the store from a copy");
}

static enum sw_code say_for(struct sw_tally *tally, struct sw_gate_rule *out)
{
    const struct sw_voice *voice = sw_tally_newest(tally, SW_OPINION_FOR);
    int64_t age = sw_tally_age(tally, voice->time.made);
    const char *span = sw_gate_span(tally->arena, age < 0 ? 0 : age);
    const char *claim = name_claim(tally, voice);
    if (span == NULL || claim == NULL) {
        return SW_E_NOMEM;
    }
    out->claim = voice->record.claim;
    return conclude(out, SW_GATE_PASS,
        sw_arena_printf(tally->arena, "%s of %s ago %s", claim, span,
            tally->rule->where_count == 0 ? "is there" : "meets every condition"),
        "");
}

static enum sw_code say_undecided(struct sw_tally *tally, struct sw_gate_rule *out)
{
    const struct sw_voice *voice = sw_tally_newest(tally, SW_OPINION_UNDECIDED);
    const char *claim = name_claim(tally, voice);
    SW_TRY_PTR(claim);
    out->claim = voice->record.claim;
    return conclude(out, SW_GATE_NO_EVIDENCE,
        sw_arena_printf(tally->arena, "%s says too little: %s", claim, voice->why),
        sw_arena_printf(tally->arena, "%s must sign a newer claim of type %s that has the field",
            voice->shown, tally->rule->type));
}

static enum sw_code say_stale(struct sw_tally *tally, struct sw_gate_rule *out)
{
    const struct sw_voice *voice = sw_tally_newest(tally, SW_OPINION_STALE);
    const char *claim = name_claim(tally, voice);
    const char *age = sw_gate_span(tally->arena, sw_tally_age(tally, voice->time.made));
    const char *limit = sw_gate_span(tally->arena, tally->rule->fresh);
    if (claim == NULL || age == NULL || limit == NULL) {
        return SW_E_NOMEM;
    }
    out->claim = voice->record.claim;
    return conclude(out, SW_GATE_NO_EVIDENCE,
        sw_arena_printf(tally->arena,
            "%s is stale: it is %s old, more than the %s that this rule takes", claim, age, limit),
        how_to_make(tally->arena, tally->rule));
}

static enum sw_code say_future(struct sw_tally *tally, struct sw_gate_rule *out)
{
    const struct sw_voice *voice = sw_tally_newest(tally, SW_OPINION_FUTURE);
    const char *claim = name_claim(tally, voice);
    SW_TRY_PTR(claim);
    char time[SW_TIME_TEXT_SIZE];
    sw_time_format(voice->record.time, time);
    out->claim = voice->record.claim;
    return conclude(out, SW_GATE_NO_EVIDENCE,
        sw_arena_printf(tally->arena, "%s was recorded at %s, which is still to come", claim, time),
        "set the clock right, here or where the log is kept");
}

/* "says that it was made at 2026-01-05T00:00:00Z, 4 days after the log recorded it" */
static const char *name_fault(struct sw_tally *tally, const struct sw_voice *voice)
{
    const struct sw_claim_time *time = &voice->time;
    if (time->fault == SW_CLAIM_TIME_UNREADABLE) {
        return sw_arena_printf(
            tally->arena, "does not say when it was made: %s is no time", time->field);
    }
    char said[SW_TIME_TEXT_SIZE];
    int64_t ahead = 0;
    sw_time_format(time->said, said);
    if (__builtin_sub_overflow(time->said, voice->record.time, &ahead)) {
        ahead = INT64_MAX;
    }
    const char *span = sw_gate_span(tally->arena, ahead);
    return span == NULL
               ? NULL
               : sw_arena_printf(tally->arena,
                     "says that it was made at %s, %s after the log recorded it", said, span);
}

static enum sw_code say_misdated(struct sw_tally *tally, struct sw_gate_rule *out)
{
    const struct sw_voice *voice = sw_tally_newest(tally, SW_OPINION_MISDATED);
    const char *claim = name_claim(tally, voice);
    const char *fault = name_fault(tally, voice);
    SW_TRY_PTR(claim);
    SW_TRY_PTR(fault);
    out->claim = voice->record.claim;
    return conclude(out, SW_GATE_NO_EVIDENCE, sw_arena_printf(tally->arena, "%s %s", claim, fault),
        sw_arena_printf(tally->arena,
            "%s must sign a newer claim of type %s with the right time (is the clock right there, "
            "and where the log is kept?)",
            voice->shown, tally->rule->type));
}

static enum sw_code say_absent(struct sw_tally *tally, struct sw_gate_rule *out)
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

static enum sw_code say_clear(struct sw_tally *tally, struct sw_gate_rule *out)
{
    const struct sw_voice *voice = sw_tally_newest(tally, SW_OPINION_FOR);
    const char *claim = name_claim(tally, voice);
    SW_TRY_PTR(claim);
    out->claim = voice->record.claim;
    return conclude(out, SW_GATE_PASS,
        sw_arena_printf(tally->arena, "%s is not what this rule forbids: %s", claim, voice->why),
        "");
}

static bool has(const struct sw_tally *tally, enum sw_opinion opinion)
{
    return sw_tally_newest(tally, opinion) != NULL;
}

/* The first of these that some signer's claim gives decides, in this order. */
struct answer {
    enum sw_opinion opinion;
    enum sw_code (*say)(struct sw_tally *tally, struct sw_gate_rule *out);
};

/* A required claim: one that passes is enough, unless one fails. */
static const struct answer required[] = {
    {SW_OPINION_FOR, say_for},
    {SW_OPINION_STALE, say_stale},
    {SW_OPINION_FUTURE, say_future},
    {SW_OPINION_MISDATED, say_misdated},
    {SW_OPINION_UNDECIDED, say_undecided},
};

/* A forbidden claim: every signer who spoke must be clearly not against it. */
static const struct answer forbidden[] = {
    {SW_OPINION_UNDECIDED, say_undecided},
    {SW_OPINION_FUTURE, say_future},
    {SW_OPINION_MISDATED, say_misdated},
    {SW_OPINION_FOR, say_clear},
};

static enum sw_code answer(
    struct sw_tally *tally, const struct answer *answers, size_t count, struct sw_gate_rule *out)
{
    for (size_t i = 0; i < count; i++) {
        if (has(tally, answers[i].opinion)) {
            return answers[i].say(tally, out);
        }
    }
    return say_absent(tally, out);
}

static enum sw_code conclude_all(struct sw_tally *tally, struct sw_gate_rule *out)
{
    if (has(tally, SW_OPINION_AGAINST)) {
        return say_against(tally, out);
    }
    if (tally->damaged > 0) {
        return say_damaged(tally, out);
    }
    return tally->rule->forbid ? answer(tally, forbidden, SW_COUNT(forbidden), out)
                               : answer(tally, required, SW_COUNT(required), out);
}

static enum sw_code list_weighed(const struct sw_tally *tally, struct sw_gate_rule *out)
{
    out->weighed = SW_ARENA_ARRAY(tally->arena, struct sw_digest, tally->voice_count);
    SW_TRY_PTR(out->weighed);
    for (size_t i = 0; i < tally->voice_count; i++) {
        out->weighed[i] = tally->voices[i].record.claim;
    }
    out->weighed_count = tally->voice_count;
    return SW_OK;
}

sw_result sw_gate_rule_decide(struct sw_arena *arena, const struct sw_rule *rule,
    const struct sw_gate_source *source, int64_t now, struct sw_gate_rule *out,
    struct sw_error *err)
{
    struct sw_tally tally = {.arena = arena, .rule = rule, .now = now};
    struct sw_gate_rule result = {.name = rule->name};
    SW_TRY(sw_tally_take(&tally, source, err));
    SW_TRY(list_weighed(&tally, &result));
    SW_TRY(conclude_all(&tally, &result));
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
