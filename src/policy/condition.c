#include "policy/condition.h"

#include "policy/decimal.h"

#include <inttypes.h>

#define MAX_LIST 1000
#define SNIPPET_SIZE 96 /* of a value, in a reason */

struct sw_operator {
    const char *name;
    const char *is;
    const char *must;
    const char *operand; /* what the policy must give it, in words */
    bool (*fits)(struct sw_condition *condition);
    enum sw_truth (*test)(
        const struct sw_condition *condition, const struct sw_json *value, int64_t now);
};

static enum sw_truth truth(bool value)
{
    return value ? SW_TRUTH_YES : SW_TRUTH_NO;
}

static enum sw_truth negate(enum sw_truth value)
{
    return value == SW_TRUTH_UNKNOWN ? value : truth(value == SW_TRUTH_NO);
}

static bool is_scalar(const struct sw_json *value)
{
    return value->type == SW_JSON_STRING || value->type == SW_JSON_NUMBER ||
           value->type == SW_JSON_BOOL;
}

/* --- what the policy gives ------------------------------------------------------------------- */

static bool fits_scalar(struct sw_condition *condition)
{
    struct sw_decimal number;
    const struct sw_json *value = condition->value;
    return is_scalar(value) &&
           (value->type != SW_JSON_NUMBER || sw_decimal_parse(value->text, &number));
}

static bool fits_number(struct sw_condition *condition)
{
    return condition->value->type == SW_JSON_NUMBER && fits_scalar(condition);
}

static bool fits_list(struct sw_condition *condition)
{
    const struct sw_json *list = condition->value;
    if (list->type != SW_JSON_ARRAY || list->count == 0 || list->count > MAX_LIST) {
        return false;
    }
    for (uint32_t i = 0; i < list->count; i++) {
        struct sw_condition item = {.value = &list->items[i]};
        if (!fits_scalar(&item) || list->items[i].type != list->items[0].type) {
            return false;
        }
    }
    return true;
}

static bool fits_bool(struct sw_condition *condition)
{
    return condition->value->type == SW_JSON_BOOL;
}

static bool fits_time(struct sw_condition *condition)
{
    struct sw_str text;
    if (!sw_json_str(condition->value, &text)) {
        return false;
    }
    condition->is_span = sw_duration_parse(text, &condition->time);
    return condition->is_span || sw_time_parse(text, &condition->time);
}

/* --- what the claim has ---------------------------------------------------------------------- */

static enum sw_truth same_number(struct sw_str a, struct sw_str b)
{
    struct sw_decimal number_a;
    struct sw_decimal number_b;
    if (!sw_decimal_parse(a, &number_a) || !sw_decimal_parse(b, &number_b)) {
        return SW_TRUTH_UNKNOWN;
    }
    return truth(sw_decimal_compare(&number_a, &number_b) == 0);
}

static enum sw_truth same(const struct sw_json *a, const struct sw_json *b)
{
    if (a->type != b->type || !is_scalar(a)) {
        return SW_TRUTH_UNKNOWN;
    }
    if (a->type == SW_JSON_BOOL) {
        return truth(a->boolean == b->boolean);
    }
    return a->type == SW_JSON_STRING ? truth(sw_str_equal(a->text, b->text))
                                     : same_number(a->text, b->text);
}

/* Is one of the items the same as `value`? An item of another type cannot be compared, so it keeps
 * the answer from being no. */
static enum sw_truth any_same(const struct sw_json *list, const struct sw_json *value)
{
    enum sw_truth answer = SW_TRUTH_NO;
    for (uint32_t i = 0; i < list->count; i++) {
        enum sw_truth one = same(&list->items[i], value);
        if (one == SW_TRUTH_YES) {
            return one;
        }
        answer = one == SW_TRUTH_UNKNOWN ? one : answer;
    }
    return answer;
}

static enum sw_truth test_equals(
    const struct sw_condition *condition, const struct sw_json *value, int64_t now)
{
    (void)now;
    return same(value, condition->value);
}

static enum sw_truth test_not(
    const struct sw_condition *condition, const struct sw_json *value, int64_t now)
{
    return negate(test_equals(condition, value, now));
}

static enum sw_truth test_in(
    const struct sw_condition *condition, const struct sw_json *value, int64_t now)
{
    (void)now;
    return any_same(condition->value, value);
}

static enum sw_truth test_not_in(
    const struct sw_condition *condition, const struct sw_json *value, int64_t now)
{
    return negate(test_in(condition, value, now));
}

/* False when the field is no number. */
static bool order_numbers(
    const struct sw_condition *condition, const struct sw_json *value, int *order)
{
    struct sw_decimal left;
    struct sw_decimal right;
    if (value->type != SW_JSON_NUMBER || !sw_decimal_parse(value->text, &left) ||
        !sw_decimal_parse(condition->value->text, &right)) {
        return false;
    }
    *order = sw_decimal_compare(&left, &right);
    return true;
}

static enum sw_truth test_less(
    const struct sw_condition *condition, const struct sw_json *value, int64_t now)
{
    (void)now;
    int order;
    return order_numbers(condition, value, &order) ? truth(order < 0) : SW_TRUTH_UNKNOWN;
}

static enum sw_truth test_greater(
    const struct sw_condition *condition, const struct sw_json *value, int64_t now)
{
    (void)now;
    int order;
    return order_numbers(condition, value, &order) ? truth(order > 0) : SW_TRUTH_UNKNOWN;
}

static enum sw_truth test_at_least(
    const struct sw_condition *condition, const struct sw_json *value, int64_t now)
{
    return negate(test_less(condition, value, now));
}

static enum sw_truth test_at_most(
    const struct sw_condition *condition, const struct sw_json *value, int64_t now)
{
    return negate(test_greater(condition, value, now));
}

static enum sw_truth test_contains(
    const struct sw_condition *condition, const struct sw_json *value, int64_t now)
{
    (void)now;
    if (value->type == SW_JSON_ARRAY) {
        return any_same(value, condition->value);
    }
    if (value->type != SW_JSON_STRING || condition->value->type != SW_JSON_STRING) {
        return SW_TRUTH_UNKNOWN;
    }
    struct sw_str part = condition->value->text;
    return truth(
        part.len == 0 || memmem(value->text.ptr, value->text.len, part.ptr, part.len) != NULL);
}

static enum sw_truth test_exists(
    const struct sw_condition *condition, const struct sw_json *value, int64_t now)
{
    (void)now;
    return truth((value != NULL) == condition->value->boolean);
}

static enum sw_truth test_older(
    const struct sw_condition *condition, const struct sw_json *value, int64_t now)
{
    struct sw_str text;
    int64_t time;
    if (!sw_json_str(value, &text) || !sw_time_parse(text, &time)) {
        return SW_TRUTH_UNKNOWN;
    }
    return truth(time < (condition->is_span ? now - condition->time : condition->time));
}

static enum sw_truth test_newer(
    const struct sw_condition *condition, const struct sw_json *value, int64_t now)
{
    return negate(test_older(condition, value, now));
}

static const char scalar_words[] = "text, a number, true or false";
static const char list_words[] = "a list, not empty, of values of one type";
static const char time_words[] = "a span such as 30d, or a date such as 2026-11-23";

static const struct sw_operator operators[] = {
    {"equals", "is", "must be", scalar_words, fits_scalar, test_equals},
    {"not", "is not", "must not be", scalar_words, fits_scalar, test_not},
    {"in", "is one of", "must be one of", list_words, fits_list, test_in},
    {"not-in", "is none of", "must be none of", list_words, fits_list, test_not_in},
    {"at-least", "is at least", "must be at least", "a number", fits_number, test_at_least},
    {"at-most", "is at most", "must be at most", "a number", fits_number, test_at_most},
    {"less", "is less than", "must be less than", "a number", fits_number, test_less},
    {"greater", "is greater than", "must be greater than", "a number", fits_number, test_greater},
    {"contains", "contains", "must contain", scalar_words, fits_scalar, test_contains},
    {"exists", "", "", "true or false", fits_bool, test_exists},
    {"older", "is older than", "must be older than", time_words, fits_time, test_older},
    {"newer", "is newer than", "must be newer than", time_words, fits_time, test_newer},
};

const struct sw_operator *sw_operator_find(struct sw_str name)
{
    for (size_t i = 0; i < SW_COUNT(operators); i++) {
        if (sw_str_is(name, operators[i].name)) {
            return &operators[i];
        }
    }
    return NULL;
}

const char *sw_operator_names(void)
{
    return "equals, not, in, not-in, at-least, at-most, less, greater, contains, exists, older, "
           "newer";
}

/* --- making and testing ---------------------------------------------------------------------- */

/* A count is a number: what compares something else would never be decided. */
static bool compares_numbers(const struct sw_condition *condition)
{
    const struct sw_json *value = condition->value;
    bool tests_lists = condition->op->test == test_contains;
    bool is_list = value->type == SW_JSON_ARRAY;
    return !tests_lists && (is_list ? &value->items[0] : value)->type == SW_JSON_NUMBER;
}

sw_result sw_condition_init(struct sw_condition *out, const struct sw_operator *op,
    const struct sw_selection *what, const struct sw_json *value, struct sw_error *err)
{
    SW_TRY(sw_selection_check(what, err));
    struct sw_condition condition = {.what = *what, .op = op, .value = value};
    if (!op->fits(&condition)) {
        return sw_fail(err, SW_E_FORMAT, "'%s' takes %s", op->name, op->operand);
    }
    if (what->scope == SW_SCOPE_COUNT && !compares_numbers(&condition)) {
        return sw_fail(err, SW_E_FORMAT,
            "'count' is a number: compare it with one, by equals, not, in, not-in, at-least, "
            "at-most, less or greater");
    }
    *out = condition;
    return SW_OK;
}

struct asked {
    const struct sw_condition *condition;
    int64_t now;
};

static enum sw_truth test_value(const void *ctx, const struct sw_json *value)
{
    const struct asked *asked = ctx;
    const struct sw_operator *op = asked->condition->op;
    if (value == NULL && op->test != test_exists) {
        return SW_TRUTH_UNKNOWN;
    }
    return op->test(asked->condition, value, asked->now);
}

static enum sw_truth test_at(const struct sw_condition *condition, const struct sw_json *statement,
    int64_t now, struct sw_place *place)
{
    struct asked asked = {condition, now};
    return sw_selection_test(&condition->what, statement, test_value, &asked, place);
}

enum sw_truth sw_condition_test(
    const struct sw_condition *condition, const struct sw_json *statement, int64_t now)
{
    struct sw_place place;
    return test_at(condition, statement, now, &place);
}

/* --- words ----------------------------------------------------------------------------------- */

static enum sw_code put_escaped(struct sw_buf *out, struct sw_str text)
{
    char line[SNIPPET_SIZE];
    sw_escape_line(text.ptr, text.len, line, sizeof(line));
    return sw_buf_puts(out, line);
}

static enum sw_code put_scalar(struct sw_buf *out, const struct sw_json *value)
{
    if (value->type == SW_JSON_BOOL) {
        return sw_buf_puts(out, value->boolean ? "true" : "false");
    }
    const char *quote = value->type == SW_JSON_STRING ? "\"" : "";
    SW_TRY(sw_buf_puts(out, quote));
    SW_TRY(put_escaped(out, value->text));
    return sw_buf_puts(out, quote);
}

static enum sw_code put_list(struct sw_buf *out, const struct sw_json *list)
{
    for (uint32_t i = 0; i < list->count; i++) {
        if (i > 0) {
            SW_TRY(sw_buf_puts(out, i + 1 == list->count ? " or " : ", "));
        }
        SW_TRY(put_scalar(out, &list->items[i]));
    }
    return SW_OK;
}

static enum sw_code put_operand(struct sw_buf *out, const struct sw_condition *condition)
{
    const struct sw_json *value = condition->value;
    if (condition->op->fits == fits_list) {
        return put_list(out, value);
    }
    if (condition->op->fits == fits_time) {
        return put_escaped(out, value->text);
    }
    return put_scalar(out, value);
}

/* " is one of 1 or 2" */
static enum sw_code put_comparison(
    struct sw_buf *out, const struct sw_condition *condition, enum sw_phrase phrase)
{
    if (condition->op->test == test_exists) {
        bool wanted = condition->value->boolean;
        if (phrase == SW_PHRASE_MUST) {
            return sw_buf_puts(out, wanted ? " must be there" : " must not be there");
        }
        return sw_buf_puts(out, wanted ? " is there" : " is not there");
    }
    SW_TRY(sw_buf_printf(
        out, " %s ", phrase == SW_PHRASE_MUST ? condition->op->must : condition->op->is));
    return put_operand(out, condition);
}

sw_result sw_condition_describe(
    const struct sw_condition *condition, enum sw_phrase phrase, struct sw_buf *out)
{
    SW_TRY(sw_selection_describe(&condition->what, out));
    SW_TRY(put_comparison(out, condition, phrase));
    return condition->what.allow_empty ? sw_buf_puts(out, " (there may be none)") : SW_OK;
}

static enum sw_code put_found(struct sw_buf *out, const struct sw_json *value)
{
    static const char *const names[] = {
        [SW_JSON_NULL] = "missing",
        [SW_JSON_BOOL] = "",
        [SW_JSON_NUMBER] = "the number ",
        [SW_JSON_STRING] = "the text ",
        [SW_JSON_ARRAY] = "a list",
        [SW_JSON_OBJECT] = "an object",
    };
    enum sw_json_type type = value == NULL ? SW_JSON_NULL : value->type;
    SW_TRY(sw_buf_puts(out, names[type]));
    if (type == SW_JSON_ARRAY) {
        return sw_buf_printf(out, " of %" PRIu32, value->count);
    }
    return value != NULL && is_scalar(value) ? put_scalar(out, value) : SW_OK;
}

/* What stands at a place, and why that cannot be compared. */
static enum sw_code put_place(struct sw_buf *out, const struct sw_condition *condition,
    const struct sw_place *place, bool decided)
{
    SW_TRY(sw_place_describe(&condition->what, place, out));
    SW_TRY(sw_buf_puts(out, " is "));
    SW_TRY(put_found(out, place->value));
    if (decided || place->value == NULL) {
        return SW_OK;
    }
    if (place->list) {
        bool empty = place->value->type == SW_JSON_ARRAY;
        return sw_buf_puts(out, empty ? ", which says nothing" : ", which is no list");
    }
    SW_TRY(sw_buf_puts(out, ", which cannot be compared with "));
    return put_operand(out, condition);
}

/* Of `any`, no value decided, all did. */
static bool is_none(const struct sw_condition *condition, enum sw_truth truth)
{
    return condition->what.scope == SW_SCOPE_ANY && truth == SW_TRUTH_NO;
}

static enum sw_code explain_plain(const struct sw_condition *condition, enum sw_truth truth,
    const struct sw_place *place, struct sw_buf *out)
{
    if (!is_none(condition, truth)) {
        return put_place(out, condition, place, truth != SW_TRUTH_UNKNOWN);
    }
    SW_TRY(sw_buf_puts(out, "no "));
    SW_TRY(put_escaped(out, condition->what.path));
    return put_comparison(out, condition, SW_PHRASE_IS);
}

static enum sw_code explain_field(
    enum sw_truth truth, const struct sw_place *place, struct sw_buf *out)
{
    bool decided = truth != SW_TRUTH_UNKNOWN || place->value == NULL;
    SW_TRY(sw_buf_puts(out, !decided               ? " and cannot be compared with "
                            : place->value == NULL ? " but is "
                                                   : " and is "));
    return put_found(out, place->value);
}

sw_result sw_condition_explain(const struct sw_condition *condition, enum sw_phrase phrase,
    const struct sw_json *statement, int64_t now, struct sw_buf *out)
{
    struct sw_place place;
    enum sw_truth truth = test_at(condition, statement, now, &place);
    if (phrase == SW_PHRASE_IS) {
        return explain_plain(condition, truth, &place, out);
    }
    SW_TRY(sw_condition_describe(condition, phrase, out));
    if (condition->what.scope == SW_SCOPE_FIELD) {
        return explain_field(truth, &place, out);
    }
    if (is_none(condition, truth)) {
        return sw_buf_puts(out, ", and none is");
    }
    SW_TRY(sw_buf_puts(out, truth == SW_TRUTH_UNKNOWN ? " but " : " and "));
    return put_place(out, condition, &place, truth != SW_TRUTH_UNKNOWN);
}
