/* Commands of the shell, wherever they stand: scripts, cells of notebooks, recipes. Private to the
 * room. */
#ifndef SW_SUPPLY_LOOK_COMMANDS_H
#define SW_SUPPLY_LOOK_COMMANDS_H

#include "supply/look.h"

/* What the commands of a text use; `line` is that of its first one. */
sw_result sw_look_commands(struct sw_look *look, struct sw_str text, uint32_t line);

#endif
