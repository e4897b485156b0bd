/* Claims of the supply room: what they are about, and how they come into the log. */
#ifndef SW_CLI_CLAIM_RECORD_H
#define SW_CLI_CLAIM_RECORD_H

#include "cli/data_context.h"

/* A model by its root and by the digest that binds names as well, or by a root alone. */
struct sw_claim_about {
    struct sw_subject subjects[2];
    size_t count; /* 0: not known */
};

/* Reads the model at `path`, with what `seal` leaves out left out. Its root is the one that 'bom
 * make --record' and 'admit' name. The texts are in cli->arena. */
sw_result sw_claim_about_model(struct sw_cli *cli, const char *store_path, const char *path,
    struct sw_claim_about *out, struct sw_error *err);
/* The same, with the manifest; `store_path` NULL: it is not asked whether the store is inside. */
sw_result sw_claim_manifest(struct sw_cli *cli, const char *store_path, const char *path,
    struct sw_manifest *manifest, struct sw_claim_about *out, struct sw_error *err);
/* A model on disk, or the whole digest of one. */
sw_result sw_claim_about_text(struct sw_cli *cli, const char *store_path, const char *text,
    struct sw_claim_about *out, struct sw_error *err);

/* Signs, records and publishes one claim, and says so when nobody would believe it here. The
 * context was opened to read, with a key; it can be used for more claims. */
sw_result sw_claim_record(struct sw_cli *cli, struct sw_data_context *context,
    const struct sw_claim_about *about, const char *type, struct sw_bytes predicate,
    struct sw_receipt *receipt, struct sw_error *err);

#endif
