/* The room's data, compiled in from packs/supply/NAME.yaml (cmake/packs.cmake). Private to the
 * room. */
#ifndef SW_SUPPLY_PACK_FILE_H
#define SW_SUPPLY_PACK_FILE_H

#include "base/base.h"

struct sw_supply_pack_file {
    const char *name; /* "spdx-licenses" */
    const uint8_t *data;
    size_t len;
};

extern const struct sw_supply_pack_file sw_supply_pack_files[];
extern const size_t sw_supply_pack_file_count;

/* The bytes of a pack; empty when there is none of that name. */
static inline struct sw_bytes sw_supply_pack(const char *name)
{
    for (size_t i = 0; i < sw_supply_pack_file_count; i++) {
        if (strcmp(sw_supply_pack_files[i].name, name) == 0) {
            return sw_bytes(sw_supply_pack_files[i].data, sw_supply_pack_files[i].len);
        }
    }
    return sw_bytes(NULL, 0);
}

#endif
