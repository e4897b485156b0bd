/* Hexadecimal, lower case on output. */
#ifndef SW_CODEC_HEX_H
#define SW_CODEC_HEX_H

#include "base/base.h"

/* Writes 2 × len digits and a NUL to `out`. */
void sw_hex_encode(struct sw_bytes data, char *out);
/* Reads exactly 2 × len lower-case digits into `out`; anything else is false, and `out` is then
 * unspecified. Upper case is refused: a digest has one spelling. */
bool sw_hex_decode(struct sw_str text, uint8_t *out, size_t len);

#endif
