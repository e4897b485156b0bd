/* What the log says of a model, for its bill of materials. */
#ifndef SW_CLI_BOM_EVIDENCE_H
#define SW_CLI_BOM_EVIDENCE_H

#include "cli/cli.h"
#include "supply/supply.h"

/* Adds the datasets that trusted signers claim a model was trained on, and what they claim of them.
 * That nothing is known is a gap, and no failure. *newest is the time of the newest claim that was
 * taken; untouched when none was. */
sw_result sw_bom_add_evidence(struct sw_cli *cli, const struct sw_digest *root, struct sw_bom *bom,
    int64_t *newest, struct sw_error *err);

#endif
