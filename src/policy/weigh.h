/* What each signer last said about the subject, as one rule takes it. Private to the room. */
#ifndef SW_POLICY_WEIGH_H
#define SW_POLICY_WEIGH_H

#include "policy/claim_time.h"
#include "policy/gate.h"

/* What the newest claim of one signer means for the rule, worst first. */
enum sw_opinion {
    SW_OPINION_AGAINST,   /* fails its conditions, or is what the rule forbids */
    SW_OPINION_FOR,       /* passes */
    SW_OPINION_STALE,     /* would pass, but is too old */
    SW_OPINION_FUTURE,    /* would pass, but was recorded in the future */
    SW_OPINION_MISDATED,  /* would pass, but says a time that it cannot be */
    SW_OPINION_UNDECIDED, /* a field is missing or has another type */
};

struct sw_voice {
    const char *signer; /* the name in trust.yaml */
    const char *shown;  /* the same, for a reason */
    struct sw_gate_record record;
    struct sw_claim_time time;
    enum sw_opinion opinion;
    const char *why; /* which condition decided, in words; "" when none did */
};

struct sw_tally {
    struct sw_arena *arena;
    const struct sw_rule *rule;
    int64_t now;
    struct sw_voice *voices; /* one for each signer who was heard */
    size_t voice_count;
    size_t voice_cap;
    size_t found; /* claims that could be read, of anybody */
    size_t damaged;
    const char *damage; /* of the newest one */
    size_t refused;
    const char *refusal; /* of the newest one */
};

/* Weighs the claims of the rule's type. The caller sets the first three members and zeroes the
 * rest; everything is in the arena. */
sw_result sw_tally_take(
    struct sw_tally *tally, const struct sw_gate_source *source, struct sw_error *err);
/* The newest claim among the signers of one opinion; NULL when nobody has it. */
const struct sw_voice *sw_tally_newest(const struct sw_tally *tally, enum sw_opinion opinion);
/* Seconds; negative for a time still to come. */
int64_t sw_tally_age(const struct sw_tally *tally, int64_t time);

#endif
