/* Typed conditions on the fields of a claim. Each is true, false, or cannot be decided: the field
 * is missing, or its type is not the one that the condition compares. */
#ifndef SW_POLICY_CONDITION_H
#define SW_POLICY_CONDITION_H

#include "policy/selection.h"

struct sw_operator; /* a row of the table in condition.c */

struct sw_condition {
    struct sw_selection what; /* the values it looks at */
    const struct sw_operator *op;
    const struct sw_json *value; /* from the policy */
    int64_t time;                /* older, newer: a time, or a span before now */
    bool is_span;
};

const struct sw_operator *sw_operator_find(struct sw_str name);
/* "equals, not, in, …", for messages. */
const char *sw_operator_names(void);

/* Checks the path and the operand; the words in `err` have no line yet. The condition refers to
 * `value` and the path. */
sw_result sw_condition_init(struct sw_condition *out, const struct sw_operator *op,
    const struct sw_selection *what, const struct sw_json *value, struct sw_error *err);

enum sw_truth sw_condition_test(
    const struct sw_condition *condition, const struct sw_json *statement, int64_t now);

enum sw_phrase {
    SW_PHRASE_IS,   /* predicate.verdict is "clean" */
    SW_PHRASE_MUST, /* predicate.verdict must be "clean" */
};
/* Appends the condition in words. */
sw_result sw_condition_describe(
    const struct sw_condition *condition, enum sw_phrase phrase, struct sw_buf *out);
/* Appends what the statement has and why that is not the condition: 'predicate.verdict must be
 * "clean" and is the text "suspicious"', or with SW_PHRASE_IS 'predicate.verdict is the text
 * "suspicious"'. */
sw_result sw_condition_explain(const struct sw_condition *condition, enum sw_phrase phrase,
    const struct sw_json *statement, int64_t now, struct sw_buf *out);

#endif
