/* What somebody trusted has written down as in use, and whether what was found is among it.
 * doc/discovery.md says what registers what. */
#ifndef SW_SUPPLY_REGISTERED_H
#define SW_SUPPLY_REGISTERED_H

#include "supply/bom.h"

/* Entries of a register; more are refused. */
#define SW_REGISTERED_MAX ((size_t)1 << 20)

#define SW_PREDICATE_DISCOVERY "urn:sealwright:claim:discovery:v1"

/* A claim that registers something. */
struct sw_registrant {
    const char *claim;  /* "sha256:…" */
    const char *signer; /* as trust.yaml calls it */
    const char *by;     /* "bill", "approval", "signature", "dataset", "vendor"; static */
};

struct sw_register {
    struct sw_arena *arena;
    struct sw_names keys;
    uint32_t *heads; /* by the number of a key: its newest entry + 1 */
    size_t head_cap;
    struct sw_register_entry *entries;
    size_t count, cap;
};

void sw_register_init(struct sw_register *reg, struct sw_arena *arena);

/* Each takes in what one claim registers. What was taken in first answers first. Texts are copied,
 * the registrant is not. SW_E_LIMIT past SW_REGISTERED_MAX. */

/* The components and services of a bill, but for those that it excludes from what runs. */
sw_result sw_register_bom(
    struct sw_register *reg, const struct sw_bom *bom, const struct sw_registrant *who);
/* The entities of a claim of discovery that says that they are approved; of any other, nothing. */
sw_result sw_register_discovery(
    struct sw_register *reg, const struct sw_json *predicate, const struct sw_registrant *who);
/* A dataset version, by the name of the dataset. */
sw_result sw_register_dataset(
    struct sw_register *reg, const struct sw_json *predicate, const struct sw_registrant *who);
/* The files of a signed model, by their digests: what a signer calls it proves nothing. */
sw_result sw_register_model(
    struct sw_register *reg, const struct sw_json *predicate, const struct sw_registrant *who);

/* Who registered an entity of a finished inventory; NULL: nobody did. SW_E_NOMEM. */
sw_result sw_register_find(const struct sw_register *reg, const struct sw_entity *entity,
    const struct sw_registrant **out);
/* Who registered the file with this digest, "sha256:…"; NULL: nobody did. */
const struct sw_registrant *sw_register_digest(const struct sw_register *reg, struct sw_str digest);

#endif
