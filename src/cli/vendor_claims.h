/* What trusted signers claim of vendors. */
#ifndef SW_CLI_VENDOR_CLAIMS_H
#define SW_CLI_VENDOR_CLAIMS_H

#include "cli/cli.h"
#include "supply/supply.h"

struct sw_vendor_claims {
    struct sw_vendor_claim *list; /* for sw_vendor_newest() and sw_vendor_cover() */
    size_t count;
    size_t ignored; /* claims of nobody trusted */
};

/* All of them, in cli->arena, from the log itself: whoever edits the index can hide none.
 * SW_E_REFUSED when one that the log names is lost or changed, SW_E_FORMAT when a trusted signer's
 * is broken: it may be the one that refuses. */
sw_result sw_vendor_claims(struct sw_cli *cli, struct sw_store *store, const struct sw_trust *trust,
    struct sw_vendor_claims *out, struct sw_error *err);

/* Called for each vendor that stands behind a part of an entity. */
typedef void (*sw_vendor_each)(void *ctx, const struct sw_vendor_cover *cover);
/* Asks for all that an entity shows: for a service each of its hosts that was seen, or its name
 * when none was, or when not all places were kept; for the name of a credential the services that
 * it is of. `each` may be called several times for one vendor. *covered: all of it is some
 * vendor's. */
sw_result sw_vendor_entity(struct sw_cli *cli, const struct sw_vendor_claims *claims,
    const struct sw_entity *entity, sw_vendor_each each, void *ctx, bool *covered);

#endif
