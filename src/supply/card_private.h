/* What the files about cards share. Private to the room. */
#ifndef SW_SUPPLY_CARD_PRIVATE_H
#define SW_SUPPLY_CARD_PRIVATE_H

#include "supply/card.h"

/* What a file that is a paper of cards says beyond what bills take from it. `from` has its name and
 * digest. */
sw_result sw_card_take_file(
    struct sw_card *card, const struct sw_card_source *from, struct sw_bytes text);

/* A card as bytes, for another process. It has to be sorted. */
sw_result sw_card_put(const struct sw_card *card, struct sw_buf *out);
/* All of them: a card that refers to them, sorted. SW_E_FORMAT for what no document can say. */
sw_result sw_card_take(struct sw_card *card, struct sw_arena *arena, struct sw_cursor *cur);

#endif
