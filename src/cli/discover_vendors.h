/* Which reviewed suppliers stand behind what discovery found, as its claim tells it. */
#ifndef SW_CLI_DISCOVER_VENDORS_H
#define SW_CLI_DISCOVER_VENDORS_H

#include "cli/vendor_claims.h"

struct sw_discovery_vendors {
    const struct sw_vendor_claim **reviews; /* by vendor; of each signer the newest */
    bool *in_use;                           /* beside each: whether something that counts is its */
    size_t count;
    const struct sw_entity_id **unreviewed; /* services that count, of which a host, or the name
                                               where no host was seen, is in no review */
    size_t unreviewed_count;
};

/* Looks up all that counts of a finished inventory among the reviews of trusted signers.
 * SW_E_NOMEM.
 */
sw_result sw_discovery_vendors(struct sw_cli *cli, const struct sw_vendor_claims *claims,
    const struct sw_inventory *inventory, struct sw_discovery_vendors *out);
/* The members "unreviewed" and "vendors". */
void sw_discovery_vendors_write(
    struct sw_json_writer *w, const struct sw_discovery_vendors *vendors, int64_t at);
void sw_discovery_vendors_show(struct sw_cli *cli, const struct sw_discovery_vendors *vendors);

#endif
