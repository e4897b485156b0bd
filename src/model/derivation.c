#include "model/derivation.h"

const char *const sw_relation_words[] = {
    [SW_RELATION_FINETUNE] = "finetune",
    [SW_RELATION_ADAPTER] = "adapter",
    [SW_RELATION_MERGE] = "merge",
    [SW_RELATION_QUANTIZED] = "quantized",
    [SW_RELATION_CONVERSION] = "conversion",
    [SW_RELATION_DISTILLATION] = "distillation",
    NULL,
};

static const struct {
    const char *word;
    enum sw_relation relation;
} other_words[] = {
    {"fine-tune", SW_RELATION_FINETUNE},
    {"fine-tuned", SW_RELATION_FINETUNE},
    {"finetuned", SW_RELATION_FINETUNE},
    {"merged", SW_RELATION_MERGE},
    {"quantization", SW_RELATION_QUANTIZED},
    {"quantisation", SW_RELATION_QUANTIZED},
    {"quantised", SW_RELATION_QUANTIZED},
    {"converted", SW_RELATION_CONVERSION},
    {"distilled", SW_RELATION_DISTILLATION},
};

bool sw_relation_parse(struct sw_str word, enum sw_relation *out)
{
    for (unsigned i = 0; sw_relation_words[i] != NULL; i++) {
        if (sw_str_is(word, sw_relation_words[i])) {
            *out = (enum sw_relation)i;
            return true;
        }
    }
    for (size_t i = 0; i < SW_COUNT(other_words); i++) {
        if (sw_str_is(word, other_words[i].word)) {
            *out = other_words[i].relation;
            return true;
        }
    }
    return false;
}

static const struct sw_field parent_fields[] = {
    SW_FIELD(struct sw_parent, name, "name", SW_FIELD_TEXT),
    {.name = "relation",
        .kind = SW_FIELD_WORD,
        .at = offsetof(struct sw_parent, relation),
        .words = sw_relation_words},
    SW_FIELD(struct sw_parent, root, "root", SW_FIELD_DIGEST),
    SW_FIELD_OPTIONAL(struct sw_parent, manifest, "manifest", SW_FIELD_DIGEST),
    SW_FIELD(struct sw_parent, claim, "claim", SW_FIELD_DIGEST),
    SW_FIELD_END,
};

static const struct sw_field derivation_fields[] = {
    SW_FIELD_MANY_OF(struct sw_derivation_claim, parents, parent_count, "parents", parent_fields),
    SW_FIELD(struct sw_derivation_claim, time, "time", SW_FIELD_TIME),
    SW_FIELD_END,
};

sw_result sw_derivation_claim_write(const struct sw_derivation_claim *claim, struct sw_buf *out)
{
    return sw_predicate_write(derivation_fields, claim, out);
}

sw_result sw_derivation_claim_read(struct sw_arena *arena, const struct sw_statement *statement,
    struct sw_derivation_claim *out, struct sw_error *err)
{
    struct sw_derivation_claim claim = {0};
    SW_TRY(sw_predicate_read(
        arena, derivation_fields, "derivation", statement->predicate, &claim, err));
    if (claim.parent_count == 0) {
        return sw_claim_broken(err, "derivation", "it names no parent");
    }
    if (claim.parent_count > SW_DERIVATION_MAX_PARENTS) {
        return sw_claim_broken(
            err, "derivation", "it names over %d parents", SW_DERIVATION_MAX_PARENTS);
    }
    *out = claim;
    return SW_OK;
}
