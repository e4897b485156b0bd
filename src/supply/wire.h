/* What processes of this program tell each other: texts with their lengths in front, and digests.
 * What is read are views of the message. Private to the room. */
#ifndef SW_SUPPLY_WIRE_H
#define SW_SUPPLY_WIRE_H

#include "claim/claim.h"

sw_result sw_wire_put(struct sw_buf *out, struct sw_str text);
sw_result sw_wire_take(struct sw_cursor *cur, struct sw_str *out);
/* SHA-256, or none (alg 0). */
sw_result sw_wire_put_digest(struct sw_buf *out, const struct sw_digest *digest);
sw_result sw_wire_take_digest(struct sw_cursor *cur, struct sw_digest *out);
/* How many things follow, of which each has a byte at least: so it is no more than what is left. */
sw_result sw_wire_put_count(struct sw_buf *out, size_t count);
sw_result sw_wire_take_count(struct sw_cursor *cur, size_t *out);

#endif
