/* What licences of models say, as rules (packs/supply/model-licences.yaml): facts about texts, not
 * legal advice. */
#ifndef SW_SUPPLY_LICENCE_TERMS_H
#define SW_SUPPLY_LICENCE_TERMS_H

#include "base/base.h"

/* What a rule is about. */
enum sw_licence_rule_kind {
    /* Limits: what may not be done. */
    SW_RULE_USE_LIMITS,     /* uses that the licence itself forbids */
    SW_RULE_ACCEPTABLE_USE, /* uses that a policy at `url` forbids */
    SW_RULE_NON_COMMERCIAL,
    SW_RULE_RESEARCH_ONLY,
    SW_RULE_USERS_LIMIT,     /* over `value` monthly users a licence of its own is needed */
    SW_RULE_REVENUE_LIMIT,   /* over `value` US dollars a year */
    SW_RULE_OUTPUT_TRAINING, /* outputs may not be used to make other models, see `text` */
    SW_RULE_NO_DERIVATIVES,
    SW_RULE_TERRITORY, /* not in `text` */
    /* Duties: what must be done when it is passed on. */
    SW_RULE_SHARE_ALIKE,       /* derivatives under the same licence, or one of `accepts` */
    SW_RULE_NO_FURTHER_LIMITS, /* no limits may be added */
    SW_RULE_PASS_ON,           /* the limits must be in the terms for others */
    SW_RULE_NAMING,            /* `text` must be shown */
    SW_RULE_NAME_PREFIX,       /* names of models made with it begin with `text` */
    SW_RULE_NOTICE,            /* `text` must be in a notice file */
    SW_RULE_LICENCE_COPY,
    SW_RULE_ATTRIBUTION,
    SW_RULE_STATE_CHANGES,
    SW_RULE_SOURCE,
    SW_RULE_REGISTER, /* at `url` */
    /* Terms. */
    SW_RULE_PATENT_TERMINATION, /* who sues over it loses the licence */
    SW_RULE_KINDS,
};

enum sw_licence_rule_class {
    SW_RULE_LIMIT,
    SW_RULE_DUTY,
    SW_RULE_TERM,
};

const char *sw_licence_rule_name(enum sw_licence_rule_kind kind);  /* "users-limit" */
const char *sw_licence_rule_words(enum sw_licence_rule_kind kind); /* one phrase for people */
enum sw_licence_rule_class sw_licence_rule_class(enum sw_licence_rule_kind kind);
const char *sw_licence_class_name(enum sw_licence_rule_class class); /* "limit" */

struct sw_licence_rule {
    enum sw_licence_rule_kind kind;
    struct sw_str clause; /* where it stands in the licence */
    struct sw_str text;
    struct sw_str url;
    struct sw_str only; /* what it is only about, "multimodal models"; empty: everything */
    uint64_t value;
    bool outputs; /* it reaches models that were trained on outputs */
    const struct sw_str *accepts;
    size_t accept_count;
};

/* How the rules of a row were learned. */
enum sw_licence_read {
    SW_LICENCE_READ_TEXT,   /* from the licence's text */
    SW_LICENCE_READ_KNOWN,  /* a licence that everybody knows */
    SW_LICENCE_READ_QUOTED, /* from clauses that others quote */
    SW_LICENCE_READ_NO,     /* not known */
};
const char *sw_licence_read_name(enum sw_licence_read read);

struct sw_licence_terms {
    struct sw_str id; /* on the SPDX License List, or "LicenseRef-…" */
    struct sw_str source;
    struct sw_str note;
    enum sw_licence_read read;
    bool family; /* which licence it is was not said, only of which kind */
    const struct sw_licence_rule *rules;
    size_t rule_count;
    /* By what it is found. */
    const struct sw_str *also, *hub, *names, *titles, *digests, *links, *bases;
    size_t also_count, hub_count, name_count, title_count, digest_count, link_count, base_count;
};

/* Each is found without the case of letters; NULL when no row has it. */
const struct sw_licence_terms *sw_licence_by_id(struct sw_str id); /* of an expression */
/* By the value of `license` in a model card, or of `license_name`. */
const struct sw_licence_terms *sw_licence_by_hub(struct sw_str id);
const struct sw_licence_terms *sw_licence_by_name(struct sw_str name);
const struct sw_licence_terms *sw_licence_by_link(struct sw_str url);
/* By a model's name on the Hub, "meta-llama/Llama-3.1-8B". */
const struct sw_licence_terms *sw_licence_by_base(struct sw_str model);
/* By how a text begins: its letters and digits in small letters, one space between words. The
 * longest title that fits. */
const struct sw_licence_terms *sw_licence_by_title(struct sw_str beginning);

/* By the SHA-256 of a whole text in that form, in hexadecimal. */
const struct sw_licence_terms *sw_licence_by_digest(struct sw_str hex);

/* All rows; their count is 0 when there is no memory. */
const struct sw_licence_terms *sw_licence_all(size_t *count);

/* The rule of a kind; NULL when it has none. */
const struct sw_licence_rule *sw_licence_rule_of(
    const struct sw_licence_terms *terms, enum sw_licence_rule_kind kind);

#endif
