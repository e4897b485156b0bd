/* Third parties: what of AI is in use, what it is called, under which terms, and what is known
 * against it. This header is the room's public face. */
#ifndef SW_SUPPLY_SUPPLY_H
#define SW_SUPPLY_SUPPLY_H

#include "claim/claim.h"

#include "supply/advisory.h"
#include "supply/advisory_claim.h"
#include "supply/advisory_reach.h"
#include "supply/bom.h"
#include "supply/card.h"
#include "supply/component.h"
#include "supply/cvss.h"
#include "supply/discover.h"
#include "supply/discover_sources.h"
#include "supply/documents.h"
#include "supply/imports.h"
#include "supply/inventory.h"
#include "supply/licence.h"
#include "supply/licence_claim.h"
#include "supply/licence_read.h"
#include "supply/licence_terms.h"
#include "supply/purl.h"
#include "supply/registered.h"
#include "supply/spdx_expression.h"
#include "supply/spdx_list.h"
#include "supply/vendor.h"
#include "supply/version_order.h"
#include "supply/vex.h"
#include "supply/vex_write.h"

#endif
