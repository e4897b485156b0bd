/* A directory whose packages are looked up: what discovery finds in it. */
#ifndef SW_CLI_ADVISORY_TREE_H
#define SW_CLI_ADVISORY_TREE_H

#include "cli/claim_record.h"
#include "supply/supply.h"

struct sw_advisory_tree {
    struct sw_inventory inventory;
    struct sw_imports imports;
    bool complete;               /* all source code was read */
    bool model;                  /* it looks like a model, so its files are looked up, too */
    struct sw_claim_about about; /* of a model, or when it was asked for */
};

/* Adds everything that has a package URL, and of a model the digest of each file. Everything is in
 * cli->arena. With `store_path` the root is made in any case, for a claim; else it may be NULL. */
sw_result sw_advisory_tree_read(struct sw_cli *cli, const char *path, const char *store_path,
    struct sw_advisory_tree *tree, struct sw_components *out, struct sw_error *err);

#endif
