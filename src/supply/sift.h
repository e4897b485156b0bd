/* Whether a text has any of many words: one pass, so that a file that speaks of nothing need not be
 * parsed. Private to the room. */
#ifndef SW_SUPPLY_SIFT_H
#define SW_SUPPLY_SIFT_H

#include "base/base.h"

struct sw_sift;

enum sw_sift_how {
    SW_SIFT_BEGINS, /* something begins with it */
    SW_SIFT_WHOLE,  /* it stands by itself */
    SW_SIFT_QUOTED, /* it stands behind a quote, by itself or as a path */
    SW_SIFT_NAMED,  /* it stands behind "import", "from" or a comma, by itself or as a path */
};

/* In the arena. NULL without memory. */
struct sw_sift *sw_sift_new(struct sw_arena *arena);
/* The word is kept, not copied. What is in front of its first letter or digit is passed over; one
 * of less than two bytes is in every text. SW_E_LIMIT past 65,535 words. */
sw_result sw_sift_add(struct sw_sift *sift, struct sw_str word, enum sw_sift_how how);
/* Looked for where a letter, a digit or '_' stands behind something else. */
bool sw_sift_finds(const struct sw_sift *sift, struct sw_str text);

#endif
