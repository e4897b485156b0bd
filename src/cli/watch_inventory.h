/* The recorded inventories that advisories are looked up for: bills of materials and discoveries.
 */
#ifndef SW_CLI_WATCH_INVENTORY_H
#define SW_CLI_WATCH_INVENTORY_H

#include "cli/data_context.h"
#include "supply/supply.h"

/* What is known of one root: at least one of both. They become one list and one answer, for the
 * gate goes by the last answer about a root. */
struct sw_watch_inventory {
    const struct sw_data_claim *bom;       /* the newest bill, in either format */
    const struct sw_data_claim *discovery; /* the newest discovery */
};

/* All of them, in the context's arena. */
sw_result sw_watch_inventories(struct sw_data_context *context, struct sw_watch_inventory **out,
    size_t *count, struct sw_error *err);
/* The claim that names the root: the bill, or else the discovery. */
const struct sw_data_claim *sw_watch_claim(const struct sw_watch_inventory *inventory);
const struct sw_subject *sw_watch_root(const struct sw_watch_inventory *inventory);
/* "model", "dataset", "application". */
const char *sw_watch_kind(const struct sw_watch_inventory *inventory);
/* Whether only what the catalogue names of AI is listed, and no other package. */
bool sw_watch_is_part(const struct sw_watch_inventory *inventory);
/* Its components, as sw_documents_components() reads them: who signed it is trusted with what it
 * says, and not with this process. */
sw_result sw_watch_components(struct sw_documents *documents, struct sw_arena *arena,
    const struct sw_watch_inventory *inventory, struct sw_components *out, struct sw_error *err);
/* A model: its signatures and its components. */
struct sw_watch_model {
    const struct sw_data_claim *signatures;
    size_t signature_count;
    const struct sw_components *components;
};
/* Whether the discovery found it: a model that one of these signatures registered, or that is one
 * of its files. */
bool sw_watch_uses(const struct sw_watch_inventory *inventory, const struct sw_watch_model *model);

#endif
