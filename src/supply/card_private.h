/* What the files about cards share. Private to the room. */
#ifndef SW_SUPPLY_CARD_PRIVATE_H
#define SW_SUPPLY_CARD_PRIVATE_H

#include "supply/card.h"

/* What a file that is a paper of cards says beyond what bills take from it. `from` has its name and
 * digest. */
sw_result sw_card_take_file(
    struct sw_card *card, const struct sw_card_source *from, struct sw_bytes text);

#endif
