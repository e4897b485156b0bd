/* The identifiers of the SPDX License List (packs/supply/spdx-licenses.yaml). */
#ifndef SW_SUPPLY_SPDX_LIST_H
#define SW_SUPPLY_SPDX_LIST_H

#include "base/base.h"

struct sw_spdx_id {
    struct sw_str id; /* in the list's own case */
    bool deprecated;
};

/* Without the case of letters, as the specification wants; NULL for what is not on the list. */
const struct sw_spdx_id *sw_spdx_license(struct sw_str id);
const struct sw_spdx_id *sw_spdx_exception(struct sw_str id);
/* What the list was taken from, "spdx-license-ids 3.0.24, …". Empty without memory. */
struct sw_str sw_spdx_list_version(void);

#endif
