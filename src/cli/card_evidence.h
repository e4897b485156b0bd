/* What the log says of a model or a dataset, for its card; and the cards in it. */
#ifndef SW_CLI_CARD_EVIDENCE_H
#define SW_CLI_CARD_EVIDENCE_H

#include "cli/cli.h"
#include "supply/supply.h"

/* Adds what the newest trusted claim of each kind says of the files that the card is bound to.
 * *newest is the time of the newest claim that was taken; untouched when none was. Claims of nobody
 * trusted are counted in *ignored. */
sw_result sw_card_add_evidence(struct sw_cli *cli, struct sw_card *card, int64_t *newest,
    size_t *ignored, struct sw_error *err);
/* The newest trusted card about these files. SW_E_NOEVIDENCE when there is none. *claim is which.
 */
sw_result sw_card_recorded(struct sw_cli *cli, const struct sw_manifest *manifest,
    struct sw_card *out, struct sw_digest *claim, struct sw_error *err);

#endif
