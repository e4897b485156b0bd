/* One line for each reader of discovery. Private to the room. */
#ifndef SW_SUPPLY_LOOK_READERS_H
#define SW_SUPPLY_LOOK_READERS_H

#include "supply/look.h"

extern const struct sw_look_reader sw_look_python; /* look_python.c */

#endif
