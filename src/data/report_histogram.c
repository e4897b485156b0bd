#include "data/report_histogram.h"

/* Bits that a number is told apart by. */
#define FINE_BITS 7u

static unsigned bits_of(uint64_t value)
{
    return value == 0 ? 0 : 64 - (unsigned)__builtin_clzll(value);
}

/* Numbers below 2 × FINE are buckets themselves; above, the first bits behind the leading one are.
 */
static size_t bucket_of(uint64_t value)
{
    unsigned bits = bits_of(value);
    unsigned shift = bits <= FINE_BITS + 1 ? 0 : bits - FINE_BITS - 1;
    return (size_t)shift * SW_HISTOGRAM_FINE + (size_t)(value >> shift);
}

static uint64_t last_of_bucket(size_t bucket)
{
    if (bucket < (size_t)2 * SW_HISTOGRAM_FINE) {
        return bucket;
    }
    unsigned shift = (unsigned)(bucket / SW_HISTOGRAM_FINE) - 1;
    uint64_t first = (uint64_t)(bucket - (size_t)shift * SW_HISTOGRAM_FINE) << shift;
    return first + ((UINT64_C(1) << shift) - 1);
}

static uint64_t add_up(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static void note(struct sw_histogram *h, uint64_t smallest, uint64_t largest)
{
    h->smallest = h->count == 0 || smallest < h->smallest ? smallest : h->smallest;
    h->largest = largest > h->largest ? largest : h->largest;
}

void sw_histogram_add(struct sw_histogram *histogram, uint64_t value)
{
    note(histogram, value, value);
    histogram->count++;
    histogram->sum = add_up(histogram->sum, value);
    histogram->buckets[bucket_of(value)]++;
}

void sw_histogram_join(struct sw_histogram *histogram, const struct sw_histogram *other)
{
    if (other->count == 0) {
        return;
    }
    note(histogram, other->smallest, other->largest);
    histogram->count += other->count;
    histogram->sum = add_up(histogram->sum, other->sum);
    for (size_t i = 0; i < SW_HISTOGRAM_BUCKETS; i++) {
        histogram->buckets[i] += other->buckets[i];
    }
}

uint64_t sw_histogram_quantile(const struct sw_histogram *histogram, double percent)
{
    double wanted = percent / 100 * (double)histogram->count;
    uint64_t so_far = 0;
    for (size_t i = 0; i < SW_HISTOGRAM_BUCKETS; i++) {
        so_far += histogram->buckets[i];
        if (so_far > 0 && (double)so_far >= wanted) {
            uint64_t value = last_of_bucket(i);
            value = value > histogram->largest ? histogram->largest : value;
            return value < histogram->smallest ? histogram->smallest : value;
        }
    }
    return histogram->largest;
}

double sw_histogram_mean(const struct sw_histogram *histogram)
{
    return histogram->count == 0 ? 0 : (double)histogram->sum / (double)histogram->count;
}

void sw_histogram_octaves(
    const struct sw_histogram *histogram, uint64_t counts[SW_HISTOGRAM_OCTAVES])
{
    memset(counts, 0, SW_HISTOGRAM_OCTAVES * sizeof(counts[0]));
    for (size_t i = 0; i < SW_HISTOGRAM_BUCKETS; i++) {
        counts[bits_of(last_of_bucket(i))] += histogram->buckets[i];
    }
}

uint64_t sw_octave_first(unsigned octave)
{
    return octave == 0 ? 0 : UINT64_C(1) << (octave - 1);
}

uint64_t sw_octave_last(unsigned octave)
{
    return octave == 0 ? 0 : (sw_octave_first(octave) - 1) + sw_octave_first(octave);
}
