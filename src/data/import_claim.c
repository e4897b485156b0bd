/* The declaration claim: doc/claims/declaration.md. */
#include "data/claims_fields.h"
#include "data/exchange.h"

static const char *const proof_words[] = {"declared", "verified", "contradicted", NULL};

static const struct sw_field file_fields[] = {
    SW_FIELD_OPTIONAL(struct sw_exchange_file, id, "id", SW_FIELD_TEXT),
    SW_FIELD_OPTIONAL(struct sw_exchange_file, url, "url", SW_FIELD_TEXT),
    SW_FIELD_OPTIONAL(struct sw_exchange_file, container, "container", SW_FIELD_TEXT),
    SW_FIELD_OPTIONAL(struct sw_exchange_file, media_type, "media_type", SW_FIELD_TEXT),
    SW_FIELD_OPTIONAL(struct sw_exchange_file, digest, "digest", SW_FIELD_DIGEST),
    SW_FIELD_OPTIONAL(struct sw_exchange_file, size, "size", SW_FIELD_COUNT),
    SW_FIELD_OPTIONAL(struct sw_exchange_file, pattern, "pattern", SW_FIELD_TRUTH),
    {.name = "proof",
        .kind = SW_FIELD_WORD,
        .at = offsetof(struct sw_exchange_file, proof),
        .words = proof_words},
    SW_FIELD_OPTIONAL(struct sw_exchange_file, why, "why", SW_FIELD_TEXT),
    SW_FIELD_END,
};

static const struct sw_field set_fields[] = {
    SW_FIELD_OPTIONAL(struct sw_declared_set, space, "document_namespace", SW_FIELD_TEXT),
    SW_FIELD_OPTIONAL(struct sw_declared_set, title, "document_name", SW_FIELD_TEXT),
    SW_FIELD_OPTIONAL(struct sw_declared_set, edition, "document_version", SW_FIELD_TEXT),
    SW_FIELD(struct sw_declared_set, name, "name", SW_FIELD_TEXT),
    SW_FIELD(struct sw_declared_set, version, "version", SW_FIELD_TEXT),
    SW_FIELD(struct sw_declared_set, manifest, "manifest", SW_FIELD_DIGEST),
    SW_FIELD(struct sw_declared_set, attached, "attached", SW_FIELD_TRUTH),
    SW_FIELD_OPTIONAL(struct sw_declared_set, licence, "licence", SW_FIELD_TEXT),
    SW_FIELD_OPTIONAL(struct sw_declared_set, url, "url", SW_FIELD_TEXT),
    SW_FIELD_MANY(struct sw_declared_set, creators, creator_count, "creators", SW_FIELD_TEXTS),
    SW_FIELD_MANY(
        struct sw_declared_set, derived_from, derived_count, "derived_from", SW_FIELD_TEXTS),
    SW_FIELD_OPTIONAL(struct sw_declared_set, samples, "samples", SW_FIELD_COUNT),
    SW_FIELD_OPTIONAL(struct sw_declared_set, bytes, "bytes", SW_FIELD_COUNT),
    SW_FIELD(struct sw_declared_set, fields, "fields", SW_FIELD_COUNT),
    SW_FIELD_MANY_OF(struct sw_declared_set, files, file_count, "files", file_fields),
    SW_FIELD_END,
};

static const struct sw_field step_fields[] = {
    SW_FIELD_OPTIONAL(struct sw_declared_step, space, "namespace", SW_FIELD_TEXT),
    SW_FIELD_OPTIONAL(struct sw_declared_step, name, "name", SW_FIELD_TEXT),
    SW_FIELD_OPTIONAL(struct sw_declared_step, run, "run", SW_FIELD_TEXT),
    SW_FIELD_OPTIONAL(struct sw_declared_step, outcome, "outcome", SW_FIELD_TEXT),
    SW_FIELD_OPTIONAL(struct sw_declared_step, started, "started", SW_FIELD_TIME),
    SW_FIELD_OPTIONAL(struct sw_declared_step, ended, "ended", SW_FIELD_TIME),
    SW_FIELD_MANY(struct sw_declared_step, inputs, input_count, "inputs", SW_FIELD_DIGESTS),
    SW_FIELD_MANY(struct sw_declared_step, outputs, output_count, "outputs", SW_FIELD_DIGESTS),
    SW_FIELD(struct sw_declared_step, columns, "columns", SW_FIELD_COUNT),
    SW_FIELD_END,
};

static const struct sw_field problem_fields[] = {
    SW_FIELD(struct sw_exchange_problem, kind, "kind", SW_FIELD_TEXT),
    SW_FIELD_OPTIONAL(struct sw_exchange_problem, where, "where", SW_FIELD_TEXT),
    SW_FIELD(struct sw_exchange_problem, what, "what", SW_FIELD_TEXT),
    SW_FIELD_END,
};

static const struct sw_field declaration_fields[] = {
    SW_FIELD(struct sw_declaration_claim, document, "document", SW_FIELD_DIGEST),
    SW_FIELD(struct sw_declaration_claim, format, "format", SW_FIELD_TEXT),
    SW_FIELD_OPTIONAL(struct sw_declaration_claim, conforms, "conforms", SW_FIELD_TEXT),
    SW_FIELD_MANY_OF(struct sw_declaration_claim, sets, set_count, "datasets", set_fields),
    SW_FIELD_MANY_OF(struct sw_declaration_claim, steps, step_count, "steps", step_fields),
    SW_FIELD_MANY_OF(
        struct sw_declaration_claim, problems, problems_kept, "problems", problem_fields),
    SW_FIELD(struct sw_declaration_claim, problem_count, "problem_count", SW_FIELD_COUNT),
    SW_FIELD(struct sw_declaration_claim, time, "time", SW_FIELD_TIME),
    SW_FIELD_END,
};

sw_result sw_declaration_claim_write(const struct sw_declaration_claim *claim, struct sw_buf *out)
{
    return sw_predicate_write(declaration_fields, claim, out);
}

sw_result sw_declaration_claim_read(struct sw_arena *arena, const struct sw_statement *statement,
    struct sw_declaration_claim *out, struct sw_error *err)
{
    struct sw_declaration_claim claim = {0};
    SW_TRY(sw_predicate_read(
        arena, declaration_fields, "declaration", statement->predicate, &claim, err));
    if (claim.problem_count < claim.problems_kept) {
        return sw_claim_broken(err, "declaration", "it counts fewer problems than it lists");
    }
    for (size_t i = 0; i < claim.set_count; i++) {
        for (size_t k = 0; k < claim.sets[i].file_count; k++) {
            const struct sw_exchange_file *file = &claim.sets[i].files[k];
            if (file->proof == SW_FILE_VERIFIED && file->digest.alg == 0) {
                return sw_claim_broken(err, "declaration", "a file is verified and has no digest");
            }
        }
    }
    *out = claim;
    return SW_OK;
}
