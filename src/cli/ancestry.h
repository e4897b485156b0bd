/* Parents of a model: named when it is signed, followed when it is verified. */
#ifndef SW_CLI_ANCESTRY_H
#define SW_CLI_ANCESTRY_H

#include "cli/cli.h"

#define SW_PARENT_OPTION(type, field)                                                             \
    {                                                                                             \
        "parent", SW_OPTION_LIST, offsetof(type, field), "MODEL:RELATION",                        \
            "the model was made from this one, a path or the digest of a root, by "               \
            "finetune, adapter, merge, quantized, conversion or distillation; may be given again" \
    }

/* The parents that a model is said to have, each verified. */
struct sw_ancestry {
    struct sw_derivation_claim claim;
    struct sw_bytes *signatures; /* of the parents whose files were verified, for the log */
    size_t signature_count;
};

/* "MODEL:WORD" or "sha256:…:WORD": splits at the last colon when a word of small letters and '-'
 * stands behind it; else *word is NULL. In cli->arena. */
sw_result sw_cli_split_model(
    struct sw_cli *cli, const char *text, const char **model, const char **word);

/* Verifies each parent by the store's trust.yaml: its files, or for a digest its newest signature
 * in the log. SW_E_REFUSED: a parent is not what somebody trusted signed; SW_E_NOEVIDENCE: it is
 * not signed. Nothing (`claim.parent_count` 0) for an empty list. */
sw_result sw_cli_parents(struct sw_cli *cli, struct sw_store *store,
    const struct sw_text_list *parents, struct sw_ancestry *out, struct sw_error *err);

/* Appends the signed derivation claim of a model. SW_E_REFUSED: it is its own parent. */
sw_result sw_flow_derivation(const struct sw_signer *signer, const struct sw_manifest *manifest,
    const struct sw_ancestry *ancestry, struct sw_buf *out, struct sw_error *err);

/* A verified model's chain and its level. */
struct sw_lineage_report {
    struct sw_chain chain;
    struct sw_maturity maturity;
};

/* Adds the model's signature, its derivation claim and its parents' signatures to the log. */
sw_result sw_flow_add_derivation(struct sw_arena *arena, struct sw_store *store,
    struct sw_bytes signature, struct sw_bytes derivation, const struct sw_ancestry *ancestry,
    struct sw_receipt *receipt, struct sw_error *err);
/* What was recorded; nothing without parents. In JSON, the members "parents" and "derivation". */
void sw_show_parents(
    struct sw_cli *cli, const struct sw_ancestry *ancestry, const struct sw_receipt *receipt);
void sw_parents_json(
    struct sw_json_writer *w, const struct sw_ancestry *ancestry, const struct sw_receipt *receipt);

/* How far back, and by what time signers are judged whose claims have none. */
struct sw_chain_reach {
    uint64_t depth; /* generations; UINT64_MAX: all */
    int64_t now;
};

/* Follows derivation claims, and the bases that training claims name. */
sw_result sw_flow_chain(struct sw_arena *arena, struct sw_store *store,
    const struct sw_trust *trust, const struct sw_verification *v, const char *name,
    const struct sw_chain_reach *reach, struct sw_lineage_report *out, struct sw_error *err);
void sw_show_chain(struct sw_cli *cli, const struct sw_lineage_report *report);
/* The member "chain" of the current object. */
void sw_chain_json(struct sw_json_writer *w, const struct sw_lineage_report *report);

#endif
