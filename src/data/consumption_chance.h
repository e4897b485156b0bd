/* How likely a difference is when only chance made it. */
#ifndef SW_DATA_CONSUMPTION_CHANCE_H
#define SW_DATA_CONSUMPTION_CHANCE_H

#include "base/base.h"

/* The regularised upper incomplete gamma function Q(a, x), for a > 0 and x >= 0. */
double sw_chance_gamma_q(double a, double x);
/* Probability that chi-square with `degrees` (at least 1) of freedom is at least `value`. */
double sw_chance_chi_square(double value, uint64_t degrees);
/* Probability that a standard normal variable is as far from 0 as `z`, on either side. */
double sw_chance_normal(double z);
/* Probability that of `n` trials, each a success with `p` (0 < p < 1), as few or as many succeed as
 * `k`, exactly: twice the smaller tail, at most 1. Cheap while n p (1 - p) is small. */
double sw_chance_binomial(uint64_t n, double p, uint64_t k);

/* A class of outcomes. */
struct sw_chance_cell {
    double expected; /* over 0 */
    double observed;
};
/* Pearson's statistic. Cells are sorted by what is expected, and the smallest are pooled until at
 * least 5 are expected in each. *degrees is 0 when one cell remains. */
void sw_chance_fit(
    struct sw_chance_cell *cells, size_t count, double *chi_square, uint64_t *degrees);

#endif
