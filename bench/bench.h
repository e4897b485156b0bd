/* What the programs of the benchmarks share: they stop at the first failure, and read numbers. */
#ifndef SW_BENCH_BENCH_H
#define SW_BENCH_BENCH_H

#include "base/base.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static inline _Noreturn void die(const char *what)
{
    (void)fprintf(stderr, "%s: %s\n", program_invocation_short_name, what);
    exit(1);
}

static inline void must(enum sw_code rc, const struct sw_error *err)
{
    if (rc != SW_OK) {
        die(err->text[0] != '\0' ? err->text : sw_code_text(rc));
    }
}

/* From 1 to `max`. */
static inline uint64_t number(const char *text, uint64_t max)
{
    uint64_t value = 0;
    if (!sw_parse_u64(sw_str(text), &value) || value == 0 || value > max) {
        die("a number is missing or too large");
    }
    return value;
}

/* splitmix64. */
static inline uint64_t next_random(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

#endif
