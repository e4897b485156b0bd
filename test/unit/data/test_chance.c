/* Probabilities, against values that others published or that follow by hand. */
#include "data/consumption_chance.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

static void near(double got, double want, double relative)
{
    if (fabs(got - want) > relative * fabs(want) + 1e-300) {
        fail_msg("%.17g is not %.17g", got, want);
    }
}

static void chi_square_has_its_tabled_values(void **state)
{
    (void)state;
    /* The critical values of the usual tables, to their printed digits. */
    const struct {
        double value;
        uint64_t degrees;
        double p;
    } table[] = {{3.841, 1, 0.05}, {6.635, 1, 0.01}, {10.828, 1, 0.001}, {5.991, 2, 0.05},
        {13.816, 2, 0.001}, {11.070, 5, 0.05}, {20.515, 5, 0.001}, {18.307, 10, 0.05},
        {29.588, 10, 0.001}, {124.342, 100, 0.05}, {149.449, 100, 0.001}};
    for (size_t i = 0; i < SW_COUNT(table); i++) {
        near(sw_chance_chi_square(table[i].value, table[i].degrees), table[i].p, 5e-4);
    }
}

static void chi_square_follows_its_closed_forms(void **state)
{
    (void)state;
    for (double x = 0.01; x < 300; x *= 1.7) {
        near(sw_chance_chi_square(x, 2), exp(-x / 2), 1e-12);
        near(sw_chance_chi_square(x, 4), exp(-x / 2) * (1 + x / 2), 1e-12);
        near(sw_chance_chi_square(x, 1), erfc(sqrt(x / 2)), 1e-11);
        near(sw_chance_chi_square(x, 3), erfc(sqrt(x / 2)) + sqrt(2 * x / acos(-1)) * exp(-x / 2),
            1e-11);
    }
    assert_true(sw_chance_chi_square(0, 7) == 1);
    assert_true(sw_chance_chi_square(1e6, 3) < 1e-300);
    /* Over many degrees it is nearly normal (Wilson and Hilferty). */
    double k = 100000;
    double z = 3;
    double value = k * pow(1 - 2 / (9 * k) + z * sqrt(2 / (9 * k)), 3);
    near(sw_chance_chi_square(value, 100000), sw_chance_normal(z) / 2, 1e-3);
}

static void the_normal_has_its_tabled_values(void **state)
{
    (void)state;
    near(sw_chance_normal(1.959963984540054), 0.05, 1e-12);
    near(sw_chance_normal(-3.290526731491896), 0.001, 1e-12);
    assert_true(sw_chance_normal(0) == 1);
}

/* Both tails by adding up every term. */
static double binomial_by_hand(unsigned n, double p, unsigned k)
{
    double lower = 0;
    double upper = 0;
    for (unsigned i = 0; i <= n; i++) {
        double ways = 1;
        for (unsigned j = 0; j < i; j++) {
            ways *= (double)(n - j) / (j + 1);
        }
        double term = ways * pow(p, i) * pow(1 - p, n - i);
        lower += i <= k ? term : 0;
        upper += i >= k ? term : 0;
    }
    double tail = lower < upper ? lower : upper;
    return tail > 0.5 ? 1 : 2 * tail;
}

static void the_binomial_is_the_sum_of_its_terms(void **state)
{
    (void)state;
    const double chances[] = {0.001, 0.05, 0.3, 0.5, 0.9, 0.999};
    for (unsigned n = 1; n <= 60; n += 7) {
        for (size_t c = 0; c < SW_COUNT(chances); c++) {
            for (unsigned k = 0; k <= n; k++) {
                near(
                    sw_chance_binomial(n, chances[c], k), binomial_by_hand(n, chances[c], k), 1e-9);
            }
        }
    }
    near(sw_chance_binomial(1000000000, 1e-9, 0), 2 * exp(-1), 1e-6);
    assert_true(sw_chance_binomial(1000000000, 1e-9, 1000000) < 1e-300);
    near(sw_chance_binomial(10, 0.5, 10), 2.0 / 1024, 1e-12);
}

static void a_fair_die_fits_and_a_loaded_one_does_not(void **state)
{
    (void)state;
    double chi;
    uint64_t degrees;
    struct sw_chance_cell fair[] = {{10, 5}, {10, 8}, {10, 9}, {10, 8}, {10, 10}, {10, 20}};
    sw_chance_fit(fair, 6, &chi, &degrees);
    near(chi, 13.4, 1e-12);
    assert_int_equal(degrees, 5);
    near(sw_chance_chi_square(chi, degrees), 0.0199, 2e-3);
}

static void small_cells_are_pooled(void **state)
{
    (void)state;
    double chi;
    uint64_t degrees;
    struct sw_chance_cell cells[] = {{50, 48}, {1, 3}, {2, 0}, {3, 5}, {4, 4}};
    sw_chance_fit(cells, 5, &chi, &degrees);
    /* 1 + 2 + 3 = 6; 4 joins the last cell, which is then 54. */
    assert_int_equal(degrees, 1);
    near(chi, 4.0 / 6 + 4.0 / 54, 1e-12);
    struct sw_chance_cell few[] = {{1, 3}, {2, 0}};
    sw_chance_fit(few, 2, &chi, &degrees);
    assert_int_equal(degrees, 0);
    sw_chance_fit(few, 0, &chi, &degrees);
    assert_int_equal(degrees, 0);
    assert_true(chi == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chi_square_has_its_tabled_values),
        cmocka_unit_test(chi_square_follows_its_closed_forms),
        cmocka_unit_test(the_normal_has_its_tabled_values),
        cmocka_unit_test(the_binomial_is_the_sum_of_its_terms),
        cmocka_unit_test(a_fair_die_fits_and_a_loaded_one_does_not),
        cmocka_unit_test(small_cells_are_pooled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
