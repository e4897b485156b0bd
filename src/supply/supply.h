/* What a model is made of and under which terms: versions and URLs of packages, licences. This
 * header is the room's public face. */
#ifndef SW_SUPPLY_SUPPLY_H
#define SW_SUPPLY_SUPPLY_H

#include "base/base.h"

#include "supply/bom.h"
#include "supply/discover.h"
#include "supply/inventory.h"
#include "supply/purl.h"
#include "supply/spdx_expression.h"
#include "supply/spdx_list.h"
#include "supply/version.h"

#endif
