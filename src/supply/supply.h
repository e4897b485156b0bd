/* The supply of software and models: package URLs, the order of versions, and known
 * vulnerabilities. This header is the room's public face. */
#ifndef SW_SUPPLY_SUPPLY_H
#define SW_SUPPLY_SUPPLY_H

#include "claim/claim.h"

#include "supply/advisory.h"
#include "supply/component.h"
#include "supply/cvss.h"
#include "supply/purl.h"
#include "supply/version.h"
#include "supply/vex.h"
#include "supply/vex_write.h"

#endif
