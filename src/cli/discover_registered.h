/* "Shadow AI": what was found beside what somebody trusted has registered in the log. */
#ifndef SW_CLI_DISCOVER_REGISTERED_H
#define SW_CLI_DISCOVER_REGISTERED_H

#include "cli/vendor_claims.h"

struct sw_registered {
    struct sw_register reg;
    struct sw_vendor_claims vendors;  /* what they cover and nobody refused is registered, too */
    uint64_t claims;                  /* of trusted signers, that were taken in */
    uint64_t passed_over;             /* claims of nobody trusted */
    const struct sw_registrant **who; /* by the number of an entity; NULL: nobody */
    uint64_t known, unknown;          /* entities that count */
    uint64_t unknown_of[SW_ENTITY_KINDS];
};

/* Reads what trusted claims of the log register. Trusts nothing that the log does not prove.
 * SW_E_IO when a trusted review of a vendor cannot be read: it may be the one that refuses. */
sw_result sw_registered_open(struct sw_cli *cli, struct sw_store *store,
    const struct sw_trust *trust, struct sw_registered *out, struct sw_error *err);
/* Compares a finished inventory of `paths`. Files of models are hashed, where that can tell. */
sw_result sw_registered_compare(struct sw_cli *cli, struct sw_registered *registered,
    struct sw_inventory *inventory, const char *const *paths, size_t path_count,
    struct sw_error *err);

/* The member "registered" of an entity that is being written. */
void sw_registered_json(
    struct sw_json_writer *w, const struct sw_registered *registered, size_t entity);
/* The members of a summary: "registered", "unregistered", "claims", "passed_over", "counts". */
void sw_registered_summary_json(struct sw_json_writer *w, const struct sw_registered *registered);
/* The list of what counts and nobody registered. */
void sw_registered_unknown_json(struct sw_json_writer *w, const char *name,
    const struct sw_registered *registered, const struct sw_inventory *inventory);
void sw_registered_show(struct sw_cli *cli, const struct sw_registered *registered);

#endif
