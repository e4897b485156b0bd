/* Third parties: what of AI is in use, what it is called, under which terms, and what is known
 * against it. This header is the room's public face. */
#ifndef SW_SUPPLY_SUPPLY_H
#define SW_SUPPLY_SUPPLY_H

#include "claim/claim.h"

#include "supply/advisory.h"
#include "supply/bom.h"
#include "supply/card.h"
#include "supply/component.h"
#include "supply/cvss.h"
#include "supply/discover.h"
#include "supply/inventory.h"
#include "supply/licence.h"
#include "supply/licence_read.h"
#include "supply/licence_terms.h"
#include "supply/purl.h"
#include "supply/spdx_expression.h"
#include "supply/spdx_list.h"
#include "supply/version.h"
#include "supply/vex.h"
#include "supply/vex_write.h"

#endif
