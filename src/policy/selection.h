/* Which values of a statement a condition looks at: one field, the items of lists, or how many
 * items a list has. doc/format/policy.md, "Lists". Private to the room. */
#ifndef SW_POLICY_SELECTION_H
#define SW_POLICY_SELECTION_H

#include "codec/codec.h"

enum sw_truth {
    SW_TRUTH_NO,
    SW_TRUTH_YES,
    SW_TRUTH_UNKNOWN,
};

enum sw_scope {
    SW_SCOPE_FIELD, /* the value at the path */
    SW_SCOPE_EVERY, /* all that the path leads to, an item of a list for each '*' */
    SW_SCOPE_ANY,   /* one of them at least */
    SW_SCOPE_COUNT, /* the number of items of the list at the path */
};

#define SW_SELECTION_STARS 4

struct sw_selection {
    enum sw_scope scope;
    struct sw_str path; /* dotted, into the statement */
    bool allow_empty;   /* SW_SCOPE_EVERY: an empty list is fine */
};

/* "field", "every", "any", "count": the keys of a policy. */
const char *sw_scope_key(enum sw_scope scope);

/* Checks the path; the words in `err` have no line yet. */
sw_result sw_selection_check(const struct sw_selection *selection, struct sw_error *err);

/* Where an answer was found. */
struct sw_place {
    const struct sw_json *value; /* NULL: nothing is there */
    uint32_t items[SW_SELECTION_STARS];
    size_t depth; /* so many of the path's stars were taken */
    bool list;    /* the value stands where a list was wanted, and the path leads on from there */
};

/* Says what one value, or a missing one (NULL), is. */
typedef enum sw_truth (*sw_value_fn)(const void *ctx, const struct sw_json *value);

/* `place` is the value that decided: with SW_SCOPE_COUNT the list, whose count `fn` got as a
 * number; with SW_SCOPE_ANY and no, the last one. An item whose value is missing or cannot be
 * decided keeps `every` from yes and `any` from no. */
enum sw_truth sw_selection_test(const struct sw_selection *selection,
    const struct sw_json *statement, sw_value_fn fn, const void *ctx, struct sw_place *place);

/* Appends "predicate.verdict", "every predicate.sources.*.licence" or "the count of …". */
sw_result sw_selection_describe(const struct sw_selection *selection, struct sw_buf *out);
/* Appends the path to one place: "predicate.sources.2.licence". */
sw_result sw_place_describe(
    const struct sw_selection *selection, const struct sw_place *place, struct sw_buf *out);

#endif
