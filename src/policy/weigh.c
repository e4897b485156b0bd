/* Claims to voices: of each signer the newest claim alone counts. */
#include "policy/weigh.h"

#include <stdlib.h>

#define NAME_SIZE 80 /* of a signer, in a reason */

/* --- what one claim means -------------------------------------------------------------------- */

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

/* Times may be anything, so the difference stops at the ends. */
int64_t sw_tally_age(const struct sw_tally *tally, int64_t time)
{
    int64_t age;
    if (__builtin_sub_overflow(tally->now, time, &age)) {
        return tally->now < time ? INT64_MIN : INT64_MAX;
    }
    return age;
}

static enum sw_opinion judge_time(const struct sw_tally *tally, const struct sw_voice *voice)
{
    if (sw_tally_age(tally, voice->record.time) < -SW_GATE_CLOCK_SKEW) {
        return SW_OPINION_FUTURE;
    }
    if (voice->time.fault != SW_CLAIM_TIME_GOOD) {
        return SW_OPINION_MISDATED;
    }
    const struct sw_rule *rule = tally->rule;
    bool stale = rule->fresh_text != NULL && sw_tally_age(tally, voice->time.made) > rule->fresh;
    return stale ? SW_OPINION_STALE : SW_OPINION_FOR;
}

/* Its time keeps a claim from passing, never from failing: a finding does not go away by waiting.
 */
static enum sw_opinion judge(const struct sw_tally *tally, const struct sw_voice *voice,
    const struct sw_json *statement, const struct sw_condition **which)
{
    enum sw_truth met = test_all(tally->rule, statement, tally->now, which);
    if (met == SW_TRUTH_UNKNOWN) {
        return SW_OPINION_UNDECIDED;
    }
    bool good = (met == SW_TRUTH_YES) != tally->rule->forbid;
    return good ? judge_time(tally, voice) : SW_OPINION_AGAINST;
}

/* --- which claim is the newer one ------------------------------------------------------------ */

struct rank {
    bool counts; /* what is still to come and good counts only where its signer said nothing else */
    int64_t time;
    uint64_t leaf;
};

static struct rank rank_of(const struct sw_voice *voice)
{
    return (struct rank){voice->opinion != SW_OPINION_FUTURE, voice->time.made, voice->record.leaf};
}

static bool is_newer(struct rank a, struct rank b)
{
    if (a.counts != b.counts) {
        return a.counts;
    }
    return a.time != b.time ? a.time > b.time : a.leaf > b.leaf;
}

const struct sw_voice *sw_tally_newest(const struct sw_tally *tally, enum sw_opinion opinion)
{
    const struct sw_voice *newest = NULL;
    for (size_t i = 0; i < tally->voice_count; i++) {
        const struct sw_voice *voice = &tally->voices[i];
        if (voice->opinion == opinion &&
            (newest == NULL || is_newer(rank_of(voice), rank_of(newest)))) {
            newest = voice;
        }
    }
    return newest;
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

/* The signer's place among the voices; a new one has no signer yet. */
static struct sw_voice *place_of(struct sw_tally *tally, const char *signer)
{
    for (size_t i = 0; i < tally->voice_count; i++) {
        if (strcmp(tally->voices[i].signer, signer) == 0) {
            return &tally->voices[i];
        }
    }
    struct sw_voice *voices = sw_arena_grow(tally->arena, tally->voices, tally->voice_count,
        &tally->voice_cap, sizeof(tally->voices[0]));
    if (voices == NULL) {
        return NULL;
    }
    tally->voices = voices;
    voices[tally->voice_count] = (struct sw_voice){0};
    return &voices[tally->voice_count];
}

static enum sw_code name_signer(struct sw_tally *tally, const char *signer, struct sw_voice *voice)
{
    char shown[NAME_SIZE];
    sw_escape_line(signer, strlen(signer), shown, sizeof(shown));
    voice->signer = sw_arena_strdup(tally->arena, signer);
    voice->shown = sw_arena_strdup(tally->arena, shown);
    return voice->signer == NULL || voice->shown == NULL ? SW_E_NOMEM : SW_OK;
}

static enum sw_code explain(struct sw_tally *tally, const struct sw_condition *which,
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

/* Takes the claim for the signer's word, unless a newer one is known. */
static enum sw_code hear(struct sw_tally *tally, const struct sw_gate_record *record,
    const struct sw_gate_reading *reading)
{
    struct sw_voice voice = {.record = *record,
        .time = sw_claim_time_of(reading->statement, sw_str(tally->rule->type), record->time)};
    const struct sw_condition *which = NULL;
    voice.opinion = judge(tally, &voice, reading->statement, &which);
    struct sw_voice *place = place_of(tally, reading->signer);
    SW_TRY_PTR(place);
    bool first = place->signer == NULL;
    if (!first && !is_newer(rank_of(&voice), rank_of(place))) {
        return SW_OK;
    }
    SW_TRY(explain(tally, which, reading->statement, &voice.why));
    SW_TRY(name_signer(tally, reading->signer, &voice));
    *place = voice;
    tally->voice_count += first;
    return SW_OK;
}

/* Keeps the words about the newest claim that could not be used. */
static enum sw_code note(
    struct sw_tally *tally, size_t *count, const char **words, const char *text)
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

static enum sw_code weigh(struct sw_tally *tally, const struct sw_gate_record *record,
    const struct sw_gate_reading *reading)
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
    return hear(tally, record, reading);
}

/* --- weighing all ---------------------------------------------------------------------------- */

/* All claims of the rule's type, the last recorded first. */
struct claims {
    const struct sw_gate_source *source;
    struct sw_gate_record *records;
    size_t count;
    const char **originals; /* by record, once it was looked at: whose claim it is, "" nobody's */
};

static int last_recorded_first(const void *a, const void *b)
{
    const struct sw_gate_record *left = a;
    const struct sw_gate_record *right = b;
    if (left->time != right->time) {
        return left->time < right->time ? 1 : -1;
    }
    return left->leaf < right->leaf ? 1 : -(left->leaf > right->leaf);
}

static enum sw_code list_claims(struct sw_tally *tally, struct claims *claims, struct sw_error *err)
{
    SW_TRY(claims->source->list(claims->source->self, tally->arena, tally->rule->type,
        &claims->records, &claims->count, err));
    if (claims->count > 1) {
        qsort(claims->records, claims->count, sizeof(claims->records[0]), last_recorded_first);
    }
    claims->originals = SW_ARENA_ARRAY(tally->arena, const char *, claims->count);
    SW_TRY_PTR(claims->originals);
    return SW_OK;
}

/* Is the claim one of `signer`, or could it be, since it cannot be read? */
static enum sw_code may_be_of(struct sw_tally *tally, const struct claims *claims, size_t at,
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
 * enough. The log takes it for a new claim, but its signer said nothing new. What the later one's
 * entry says is not asked: it may have been forged. */
static enum sw_code is_copy(struct sw_tally *tally, const struct claims *claims, size_t at,
    const struct sw_gate_reading *reading, bool *out, struct sw_error *err)
{
    *out = false;
    for (size_t i = 0; i < claims->count && !*out; i++) {
        const struct sw_gate_record *other = &claims->records[i];
        if (other->leaf < claims->records[at].leaf &&
            sw_signature_same(reading->signature, other->signature)) {
            SW_TRY(may_be_of(tally, claims, i, reading->signer, out, err));
        }
    }
    return SW_OK;
}

/* Has everybody said something newer than this claim, and all behind it, can be? None of them was
 * made after it was recorded. */
static bool all_heard(const struct sw_tally *tally, const struct sw_gate_source *source,
    const struct sw_gate_record *next)
{
    size_t limit = tally->rule->by != NULL ? tally->rule->by_count : source->signer_count;
    if (limit == 0 || tally->voice_count < limit) {
        return false;
    }
    struct rank most = {true, next->time, next->leaf};
    for (size_t i = 0; i < tally->voice_count; i++) {
        if (!is_newer(rank_of(&tally->voices[i]), most)) {
            return false;
        }
    }
    return true;
}

static enum sw_code weigh_one(
    struct sw_tally *tally, const struct claims *claims, size_t at, struct sw_error *err)
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

sw_result sw_tally_take(
    struct sw_tally *tally, const struct sw_gate_source *source, struct sw_error *err)
{
    struct claims claims = {.source = source};
    SW_TRY(list_claims(tally, &claims, err));
    for (size_t i = 0; i < claims.count && !all_heard(tally, source, &claims.records[i]); i++) {
        SW_TRY(weigh_one(tally, &claims, i, err));
    }
    return SW_OK;
}
