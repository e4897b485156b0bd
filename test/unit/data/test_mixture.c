/* Mixtures: the chain of decisions, and which one holds when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "unit/data/data_help.h"

static struct sw_mixture_claim decide(
    struct data_test *t, const char *weight, uint64_t from, uint64_t to, struct sw_receipt *receipt)
{
    const struct sw_mixture_weight set[] = {
        {.source = sw_str("forum"), .new = sw_str(weight)},
        {.source = sw_str("mail"), .new = sw_str("1")},
    };
    const struct sw_mixture_change change = {.name = sw_str("base"),
        .set = set,
        .set_count = 2,
        .from_step = from,
        .to_step = to,
        .reason = sw_str("why")};
    struct sw_mixture_claim made;
    MUST(sw_mixture_decide(&t->data, &change, &made, receipt, &must_error));
    return made;
}

/* Records a claim as it is, whatever the chain says. */
static void force(struct data_test *t, const struct sw_mixture_claim *claim)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_subject subject = {.name = claim->name};
    struct sw_receipt receipt;
    sw_name_digest(SW_NAME_MIXTURE, sw_str("base"), &subject.digest);
    MUST(sw_mixture_claim_write(claim, &text));
    MUST(sw_data_record(
        &t->data, &subject, 1, SW_PREDICATE_MIXTURE, sw_buf_bytes(&text), &receipt, &must_error));
}

static void the_decision_that_holds_is_the_one_of_the_step(void **state)
{
    struct data_test *t = *state;
    struct sw_receipt receipt;
    (void)decide(t, "1", 10, SW_ABSENT, &receipt);
    (void)decide(t, "2", 20, 29, &receipt);
    (void)decide(t, "3", 40, SW_ABSENT, &receipt);
    struct sw_mixture_history history;
    MUST(sw_mixture_read(&t->data, sw_str("base"), &history, &must_error));
    assert_null(history.problem);
    const struct {
        uint64_t step;
        size_t decision;
    } rows[] = {{0, SIZE_MAX}, {9, SIZE_MAX}, {10, 0}, {19, 0}, {20, 1}, {29, 1}, {30, SIZE_MAX},
        {39, SIZE_MAX}, {40, 2}, {UINT64_MAX - 1, 2}};
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        assert_int_equal(sw_mixture_at(&history, rows[i].step), rows[i].decision);
    }
    assert_int_equal(sw_mixture_last_step(&history, 0), 19);
    double *shares = NULL;
    MUST(sw_mixture_shares(&t->arena, &history.decisions[2], &shares, &must_error));
    assert_true(shares[0] == 0.75 && shares[1] == 0.25);
}

static void weights_are_decimal_text(void **state)
{
    (void)state;
    const struct {
        const char *text;
        double value; /* negative: none */
    } rows[] = {{"0", 0}, {"1", 1}, {"0.25", 0.25}, {"10.0", 10}, {"", -1}, {".5", -1}, {"5.", -1},
        {"-1", -1}, {"+1", -1}, {"1e2", -1}, {"00", -1}, {"1,5", -1}, {" 1", -1}, {"1 ", -1},
        {"0x1", -1}, {"inf", -1},
        {"12345678901234567890123456789012", 12345678901234567890123456789012.},
        {"123456789012345678901234567890123", -1}};
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        double value = -1;
        assert_int_equal(sw_weight_parse(sw_str(rows[i].text), &value), rows[i].value >= 0);
        assert_true(value == rows[i].value);
    }
}

/* Each breaks the chain in one way, behind two good decisions. */
static void a_broken_chain_is_found_and_named(void **state)
{
    struct data_test *t = *state;
    struct sw_receipt first;
    struct sw_receipt second;
    (void)decide(t, "1", 10, SW_ABSENT, &first);
    struct sw_mixture_claim two = decide(t, "2", 20, SW_ABSENT, &second);
    struct sw_mixture_weight weights[2] = {two.weights[0], two.weights[1]};
    struct sw_mixture_claim good = two;
    good.sequence = 3;
    good.previous = second.claim;
    good.from_step = 30;
    good.weights = weights;
    weights[0].old = weights[0].new;
    struct sw_mixture_history history;

    struct sw_mixture_claim bad = good;
    bad.previous = first.claim;
    force(t, &bad);
    MUST(sw_mixture_read(&t->data, sw_str("base"), &history, &must_error));
    assert_non_null(history.problem);
    assert_non_null(strstr(history.problem, "decision 3 (leaf 2) follows another claim"));
    assert_int_equal(history.count, 3);

    struct sw_mixture_claim made;
    const struct sw_mixture_change change = {.name = sw_str("base"),
        .set = weights,
        .set_count = 1,
        .from_step = 90,
        .to_step = SW_ABSENT,
        .reason = sw_str("why")};
    assert_int_equal(
        sw_mixture_decide(&t->data, &change, &made, &first, &must_error), SW_E_REFUSED);
    force(t, &good);
    MUST(sw_mixture_read(&t->data, sw_str("base"), &history, &must_error));
    assert_non_null(strstr(history.problem, "decision 3"));
}

static void expect_problem(void **state, const char *words,
    void (*break_it)(struct sw_mixture_claim *claim, struct sw_mixture_weight *weights))
{
    struct data_test *t = *state;
    struct sw_receipt receipt;
    struct sw_mixture_claim one = decide(t, "1", 10, 19, &receipt);
    struct sw_mixture_weight weights[2] = {one.weights[0], one.weights[1]};
    weights[0].old = weights[0].new;
    weights[1].old = weights[1].new;
    struct sw_mixture_claim two = one;
    two.sequence = 2;
    two.previous = receipt.claim;
    two.from_step = 20;
    two.to_step = SW_ABSENT;
    two.weights = weights;
    if (break_it != NULL) {
        break_it(&two, weights);
    }
    force(t, &two);
    struct sw_mixture_history history;
    MUST(sw_mixture_read(&t->data, sw_str("base"), &history, &must_error));
    if (words == NULL) {
        assert_null(history.problem);
        return;
    }
    assert_non_null(history.problem);
    assert_non_null(strstr(history.problem, words));
}

static void a_chain_in_order_is_whole(void **state)
{
    expect_problem(state, NULL, NULL);
}

static void change_old(struct sw_mixture_claim *claim, struct sw_mixture_weight *weights)
{
    (void)claim;
    weights[1].old = sw_str("0.9");
}

static void other_old_weights_are_found(void **state)
{
    expect_problem(state, "names other old weights", change_old);
}

static void drop_weight(struct sw_mixture_claim *claim, struct sw_mixture_weight *weights)
{
    (void)weights;
    claim->weight_count = 1;
}

static void a_weight_left_out_is_found(void **state)
{
    expect_problem(state, "names other old weights", drop_weight);
}

static void invent_old(struct sw_mixture_claim *claim, struct sw_mixture_weight *weights)
{
    (void)claim;
    weights[1].source = sw_str("news");
}

static void an_old_weight_of_nothing_is_found(void **state)
{
    expect_problem(state, "names other old weights", invent_old);
}

static void overlap(struct sw_mixture_claim *claim, struct sw_mixture_weight *weights)
{
    (void)weights;
    claim->from_step = 19;
}

static void steps_that_overlap_are_found(void **state)
{
    expect_problem(state, "is for steps that the one before it is for", overlap);
}

static void leave_one_out(struct sw_mixture_claim *claim, struct sw_mixture_weight *weights)
{
    (void)weights;
    claim->sequence = 3;
}

static void a_missing_decision_is_found(void **state)
{
    expect_problem(state, "decision 2 is missing before leaf 1", leave_one_out);
}

static void a_first_decision_with_weights_before_it_is_found(void **state)
{
    struct data_test *t = *state;
    struct sw_mixture_weight weight = {
        .source = sw_str("forum"), .old = sw_str("1"), .new = sw_str("2")};
    const struct sw_mixture_claim claim = {.name = sw_str("base"),
        .sequence = 1,
        .weights = &weight,
        .weight_count = 1,
        .to_step = SW_ABSENT,
        .reason = sw_str("why"),
        .time = t->data.now};
    force(t, &claim);
    struct sw_mixture_history history;
    MUST(sw_mixture_read(&t->data, sw_str("base"), &history, &must_error));
    assert_non_null(strstr(history.problem, "has weights before it"));
}

static void a_claim_about_one_mixture_that_names_another_is_refused(void **state)
{
    struct data_test *t = *state;
    struct sw_mixture_weight weight = {.source = sw_str("forum"), .new = sw_str("2")};
    const struct sw_mixture_claim claim = {.name = sw_str("other"),
        .sequence = 1,
        .weights = &weight,
        .weight_count = 1,
        .to_step = SW_ABSENT,
        .reason = sw_str("why"),
        .time = t->data.now};
    force(t, &claim);
    struct sw_mixture_history history;
    assert_int_equal(sw_mixture_read(&t->data, sw_str("base"), &history, &must_error), SW_E_FORMAT);
}

static int setup(void **state)
{
    struct data_test *t = calloc(1, sizeof(*t));
    if (t == NULL) {
        return -1;
    }
    data_test_open(t);
    *state = t;
    return 0;
}

static int teardown(void **state)
{
    data_test_close(*state);
    free(*state);
    return 0;
}

#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STORE(the_decision_that_holds_is_the_one_of_the_step),
        cmocka_unit_test(weights_are_decimal_text),
        WITH_STORE(a_broken_chain_is_found_and_named),
        WITH_STORE(a_chain_in_order_is_whole),
        WITH_STORE(other_old_weights_are_found),
        WITH_STORE(a_weight_left_out_is_found),
        WITH_STORE(an_old_weight_of_nothing_is_found),
        WITH_STORE(steps_that_overlap_are_found),
        WITH_STORE(a_missing_decision_is_found),
        WITH_STORE(a_first_decision_with_weights_before_it_is_found),
        WITH_STORE(a_claim_about_one_mixture_that_names_another_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
