/* How numbers are distributed, in bounded memory: counts that tell them apart to 1 in 128. */
#ifndef SW_DATA_REPORT_HISTOGRAM_H
#define SW_DATA_REPORT_HISTOGRAM_H

#include "base/base.h"

#define SW_HISTOGRAM_FINE \
    128u /* buckets of one power of two; below twice that each number has one */
#define SW_HISTOGRAM_BUCKETS (SW_HISTOGRAM_FINE * 58u)
#define SW_HISTOGRAM_OCTAVES 65u

struct sw_histogram {
    uint64_t count;
    uint64_t sum; /* stops at UINT64_MAX */
    uint64_t smallest;
    uint64_t largest;
    uint64_t buckets[SW_HISTOGRAM_BUCKETS];
};

void sw_histogram_add(struct sw_histogram *histogram, uint64_t value);
/* Adds what is in `other`. */
void sw_histogram_join(struct sw_histogram *histogram, const struct sw_histogram *other);

/* The smallest number that at least `percent` (0 to 100) of all numbers do not exceed: exact below
 * 256, else at most 1/128 too large, and never over the largest. 0 when there are none. */
uint64_t sw_histogram_quantile(const struct sw_histogram *histogram, double percent);
double sw_histogram_mean(const struct sw_histogram *histogram);

/* On a log scale: octave 0 is the number 0, octave n the numbers from 2^(n-1) to 2^n - 1. */
void sw_histogram_octaves(
    const struct sw_histogram *histogram, uint64_t counts[SW_HISTOGRAM_OCTAVES]);
uint64_t sw_octave_first(unsigned octave);
uint64_t sw_octave_last(unsigned octave);

#endif
