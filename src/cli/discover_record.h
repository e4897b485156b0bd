/* What discovery found, as a signed claim about the root of the tree. doc/claims/discovery.md. */
#ifndef SW_CLI_DISCOVER_RECORD_H
#define SW_CLI_DISCOVER_RECORD_H

#include "cli/discover_catalogue.h"
#include "cli/discover_registered.h"
#include "cli/discover_vendors.h"
#include "cli/steady.h"

/* Entities of one claim; more are refused. */
#define SW_DISCOVERY_ENTITIES_MAX ((size_t)100000)

struct sw_discovery {
    const char *path;
    const struct sw_inventory *inventory; /* finished */
    const struct sw_discover_coverage *coverage;
    const struct sw_catalogue_used *catalogue;
    const struct sw_steady *steady;         /* begun before the look */
    const struct sw_registered *registered; /* compared */
    const struct sw_discovery_vendors *vendors;
    bool all_packages;
    bool approved; /* its signer registers what counts of it */
    bool allow_symlinks;
    int64_t time;
};

struct sw_discovered {
    struct sw_manifest manifest;
    struct sw_receipt receipt; /* alg 0 until it is recorded */
};

/* Appends the predicate, JSON. SW_E_LIMIT for too many entities. */
sw_result sw_discovery_write(
    const struct sw_discovery *discovery, struct sw_buf *out, struct sw_error *err);
/* Hashes the tree, signs, and puts it into the log of an open store. SW_E_IO when the tree is not
 * what was looked at. */
sw_result sw_discovery_record(struct sw_cli *cli, struct sw_store *store,
    const struct sw_signer *signer, const struct sw_discovery *discovery, struct sw_discovered *out,
    struct sw_error *err);

#endif
