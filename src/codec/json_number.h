/* Private to the room: JSON numbers, their form (RFC 8259 section 6) and what they mean. Nothing
 * depends on the locale. */
#ifndef SW_CODEC_JSON_NUMBER_H
#define SW_CODEC_JSON_NUMBER_H

#include "base/base.h"

/* Gives the end of the number that begins at `p` < `end`, or sets *wrong to what is wrong there. */
const uint8_t *sw_json_number_scan(const uint8_t *p, const uint8_t *end, const char **wrong);

/* What follows takes text that sw_json_number_scan() took whole. */

/* The magnitude of an integral number ("10", "10.0", "1e3"); false when it has a fraction or does
 * not fit. */
bool sw_json_number_integer(struct sw_str text, bool *negative, uint64_t *magnitude);

/* The nearest double; false when that is infinite, or is zero and the number is not. */
bool sw_json_number_double(struct sw_str text, double *out);

#define SW_JSON_NUMBER_MAX 32

/* ECMAScript's Number::toString for a finite double (RFC 8785 section 3.2.2.3): the shortest digits
 * that read back as the same double. Gives the length; `out` is terminated. */
size_t sw_json_number_format(double value, char out[SW_JSON_NUMBER_MAX]);

/* As sw_json_number_format, for a number's text. False when it is out of the range of a double, or
 * is an integer that a double would change. */
bool sw_json_number_canonical(struct sw_str text, char out[SW_JSON_NUMBER_MAX]);

#endif
