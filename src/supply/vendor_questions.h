/* What is asked about a vendor, and how answers are weighed (packs/supply/vendor-questions.yaml).
 */
#ifndef SW_SUPPLY_VENDOR_QUESTIONS_H
#define SW_SUPPLY_VENDOR_QUESTIONS_H

#include "claim/claim.h"

/* Points of an answer: from nothing that is left open to everything. */
#define SW_VENDOR_POINTS_MAX UINT64_C(4)
#define SW_VENDOR_WEIGHT_MAX UINT64_C(5)
#define SW_VENDOR_SCORE_MAX UINT64_C(100)

/* A word that a record may have, with what it means. */
struct sw_vendor_choice {
    struct sw_str id;
    struct sw_str says;
    uint64_t points; /* of a level: the highest score that is still in it */
    bool expires;    /* of a kind of document: it is worth nothing once it has run out */
};

struct sw_vendor_choices {
    const struct sw_vendor_choice *list;
    size_t count;
};

struct sw_vendor_question {
    struct sw_str id;
    struct sw_str area;
    struct sw_str question;
    struct sw_str why;
    const struct sw_str *controls; /* ids of the Coalition for Secure AI's risk map */
    size_t control_count;
    uint64_t weight; /* 1 to SW_VENDOR_WEIGHT_MAX */
    bool proof;      /* a good answer wants a document behind it */
    bool skip;       /* it may not apply */
    struct sw_vendor_choices answers;
};

struct sw_vendor_questions {
    uint64_t version;
    struct sw_digest digest; /* of the pack's bytes */
    struct sw_vendor_choices classes, dependence, levels, documents;
    const struct sw_vendor_question *list;
    size_t count;
};

/* Reads a pack. SW_E_FORMAT for one that breaks its own rules. In the arena. */
sw_result sw_vendor_questions_read(struct sw_arena *arena, struct sw_bytes yaml,
    struct sw_vendor_questions *out, struct sw_error *err);
/* The one that is built in, read once; NULL only when there is no memory. */
const struct sw_vendor_questions *sw_vendor_questions(void);

/* NULL when there is none of that id. */
const struct sw_vendor_question *sw_vendor_question(
    const struct sw_vendor_questions *questions, struct sw_str id);
const struct sw_vendor_choice *sw_vendor_choice(
    const struct sw_vendor_choices *choices, struct sw_str id);

#endif
