/* Text: checks, numbers, escapes. Nothing here depends on the locale. */
#ifndef SW_BASE_TEXT_H
#define SW_BASE_TEXT_H

#include "base/bytes.h"

/* Well-formed UTF-8 (Unicode 15, table 3-7): no overlong forms, no surrogates. */
bool sw_utf8_valid(struct sw_bytes bytes);

/* The whole text as a decimal number: digits only, no sign, no leading zero but "0" itself. */
bool sw_parse_u64(struct sw_str text, uint64_t *out);
/* As sw_parse_u64, with an optional '-'. */
bool sw_parse_i64(struct sw_str text, int64_t *out);

/* Writes `len` bytes of `raw` to `out` (always terminated) for showing on one terminal line:
 * control characters, bytes that are not UTF-8 and bidirectional overrides become \xNN. Text that
 * does not fit ends in "...". */
void sw_escape_line(const char *raw, size_t len, char *out, size_t out_size);
/* Whether sw_escape_line() would leave it as it is. */
bool sw_shows_itself(struct sw_str text);

/* "1.5 GB", powers of 1000. `out` needs 16 bytes. */
void sw_format_size(uint64_t bytes, char out[16]);

#endif
