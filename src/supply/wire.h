/* What processes of this program tell each other: texts with their lengths in front, and digests.
 * What is read are views of the message. Private to the room. */
#ifndef SW_SUPPLY_WIRE_H
#define SW_SUPPLY_WIRE_H

#include "claim/claim.h"

sw_result sw_wire_put(struct sw_buf *out, struct sw_str text);
sw_result sw_wire_take(struct sw_cursor *cur, struct sw_str *out);
/* The same, but what is not UTF-8 is SW_E_FORMAT: of a text that is shown or written. */
sw_result sw_wire_take_text(struct sw_cursor *cur, struct sw_str *out);
/* SHA-256, or none (alg 0). */
sw_result sw_wire_put_digest(struct sw_buf *out, const struct sw_digest *digest);
sw_result sw_wire_take_digest(struct sw_cursor *cur, struct sw_digest *out);
/* The bytes that a text and a digest have at least, and those of a count. */
#define SW_WIRE_TEXT_LEAST ((size_t)4)
#define SW_WIRE_DIGEST_LEAST ((size_t)1)
#define SW_WIRE_COUNT_LEN ((size_t)8)
/* As the one before, but none is SW_E_FORMAT. */
#define SW_WIRE_HELD_DIGEST_LEN ((size_t)33)
sw_result sw_wire_take_held_digest(struct sw_cursor *cur, struct sw_digest *out);
/* How many things follow, of which each has `least` bytes at least: SW_E_FORMAT for more than what
 * is left can hold, and for more than `max`. */
sw_result sw_wire_put_count(struct sw_buf *out, size_t count);
sw_result sw_wire_take_count(struct sw_cursor *cur, size_t least, size_t max, size_t *out);

#endif
