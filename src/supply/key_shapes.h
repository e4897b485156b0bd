/* Keys of services by their form: a prefix, and so many characters of an alphabet. The keys
 * themselves are shown nowhere. Private to the room. */
#ifndef SW_SUPPLY_KEY_SHAPES_H
#define SW_SUPPLY_KEY_SHAPES_H

#include "base/base.h"

struct sw_key_shape {
    const char *prefix; /* "sk-ant-" */
    const char *provider;
    bool marks;           /* '-' and '_' are among its characters */
    uint16_t least, most; /* characters behind the prefix */
    const char *holds;    /* what stands in all of them; "" when there is nothing */
};

/* The first key in `text` from *at on, and moves *at behind it; NULL when there is none. What is
 * plainly a placeholder is no key. */
const struct sw_key_shape *sw_key_find(struct sw_str text, size_t *at);
/* How keys begin, each in turn; NULL behind the last one. */
const char *sw_key_prefix(size_t i);
/* Whether a text begins like a key, be it a placeholder or longer than keys are: how long that is;
 * 0 when it does not. For what must not be shown. */
size_t sw_key_like(struct sw_str text);

#endif
