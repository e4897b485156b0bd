/* What an earlier run of discovery wrote down: as much of its document as later runs are compared
 * with. sw_documents_earlier() reads it. */
#ifndef SW_SUPPLY_EARLIER_H
#define SW_SUPPLY_EARLIER_H

#include "supply/inventory.h"

struct sw_earlier_entity {
    enum sw_entity_kind kind;
    enum sw_scope scope;
    struct sw_str name, version, purl; /* the latter two may be empty */
};

struct sw_earlier {
    struct sw_earlier_entity *entities; /* in its order */
    size_t count;
    struct sw_str catalogue; /* that it looked with; empty: it does not say */
    bool options_told;       /* whether it says the following */
    bool all_packages;
};

/* Everything is in the arena and refers to `text`. SW_E_FORMAT for what is no inventory. */
sw_result sw_earlier_read(
    struct sw_arena *arena, struct sw_bytes text, struct sw_earlier *out, struct sw_error *err);

sw_result sw_earlier_put(const struct sw_earlier *earlier, struct sw_buf *out);
/* Views of the message. SW_E_FORMAT for what no document can say. */
sw_result sw_earlier_take(struct sw_arena *arena, struct sw_cursor *cur, struct sw_earlier *out);

#endif
