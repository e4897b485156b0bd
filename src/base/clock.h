/* Time: seconds since 1970-01-01 UTC, and its text (RFC 3339, always "Z"). */
#ifndef SW_BASE_CLOCK_H
#define SW_BASE_CLOCK_H

#include "base/bytes.h"

#define SW_TIME_TEXT_SIZE 32

/* The wall clock, in seconds. */
int64_t sw_time_now(void);
/* A clock that only goes forward, in nanoseconds. */
uint64_t sw_time_monotonic_ns(void);
/* "2026-11-23T01:02:03Z"; a time outside the years 0 to 9999 gives "invalid time". */
void sw_time_format(int64_t time, char out[SW_TIME_TEXT_SIZE]);
/* RFC 3339 with "Z" or a numeric offset; fractions of a second are dropped. "2026-11-23" alone is
 * midnight UTC. */
bool sw_time_parse(struct sw_str text, int64_t *out);
/* A span such as "90d", "12h", "30m", "45s", "2w": a whole number and one unit. Gives seconds. */
bool sw_duration_parse(struct sw_str text, int64_t *out);

#endif
