/* What must never be shown: anything that looks like a key, a token or a password, of whatever
 * service, wherever in a text it stands. More is taken for one here than is told as a credential
 * (key_shapes.h): what is left out by mistake does little harm. Private to the room. */
#ifndef SW_SUPPLY_SECRETS_H
#define SW_SUPPLY_SECRETS_H

#include "base/base.h"

/* The first secret in `text` from *start on, up to *end; false when there is none. */
bool sw_secret_find(struct sw_str text, size_t *start, size_t *end);
/* The same text with "***" in the place of each secret; itself when it holds none. */
sw_result sw_secret_mask(struct sw_arena *arena, struct sw_str text, struct sw_str *out);

#endif
