#include "model/maturity.h"

static const struct {
    const char *name;
    const char *words;
    unsigned level;
} parts[SW_MATURITY_PARTS] = {
    [SW_MATURITY_SIGNATURE] = {"signature", "a signature by somebody trusted", 1},
    [SW_MATURITY_LINEAGE] = {"lineage", "a claim of what it was made from", 2},
    [SW_MATURITY_CHAIN] = {"chain", "verified claims of all its ancestors", 2},
    [SW_MATURITY_EVALUATION] = {"evaluation", "red team or test results", 3},
    [SW_MATURITY_BOM] = {"bom", "a bill of materials", 3},
    [SW_MATURITY_CARD] = {"card", "a model card", 3},
    [SW_MATURITY_POLICY] = {"policy", "a policy's pass", 3},
};

const char *sw_maturity_part_words(enum sw_maturity_part part)
{
    return parts[part].words;
}

const char *sw_maturity_part_name(enum sw_maturity_part part)
{
    return parts[part].name;
}

unsigned sw_maturity_part_level(enum sw_maturity_part part)
{
    return parts[part].level;
}

/* Which claims count for which part: their predicate types begin so. */
static const struct {
    const char *type;
    enum sw_maturity_part part;
} kinds[] = {
    {SW_PREDICATE_DERIVATION, SW_MATURITY_LINEAGE},
    {"urn:sealwright:claim:training:v1", SW_MATURITY_LINEAGE},
    {"https://slsa.dev/provenance/v", SW_MATURITY_LINEAGE},
    {"urn:sealwright:claim:redteam:v1", SW_MATURITY_EVALUATION},
    {"https://in-toto.io/attestation/test-result/", SW_MATURITY_EVALUATION},
    {"https://cyclonedx.org/bom", SW_MATURITY_BOM},
    {"https://spdx.dev/Document", SW_MATURITY_BOM},
    {"urn:sealwright:claim:model-card:v1", SW_MATURITY_CARD},
    {SW_PREDICATE_VSA, SW_MATURITY_POLICY},
};

static bool part_of(struct sw_str type, enum sw_maturity_part *part)
{
    for (size_t i = 0; i < SW_COUNT(kinds); i++) {
        if (sw_str_starts(type, kinds[i].type)) {
            *part = kinds[i].part;
            return true;
        }
    }
    return false;
}

struct gauge {
    struct sw_arena *arena;
    const struct sw_chain_options *options;
    const struct sw_digest *root;
    struct sw_maturity *out;
    bool settled[SW_MATURITY_PARTS]; /* older claims change nothing */
};

static bool names_model(const struct sw_statement *statement, const struct sw_digest *root)
{
    for (size_t i = 0; i < statement->subject_count; i++) {
        if (sw_digest_equal(&statement->subjects[i].digest, root)) {
            return true;
        }
    }
    return false;
}

/* What cannot be read, or is signed by nobody trusted, does not count. */
static enum sw_code load_trusted(
    const struct gauge *gauge, const struct sw_evidence_record *record, struct sw_claim *out)
{
    SW_CLEANUP(buf) struct sw_buf bundle = SW_BUF_INIT;
    struct sw_error why = {0};
    struct sw_verify_options options = {.now = gauge->options->now, .signing_time = record->time};
    SW_TRY(sw_evidence_load(gauge->options->store, &record->claim, &bundle, &why));
    return sw_claim_verify(
        gauge->arena, gauge->options->trust, sw_buf_bytes(&bundle), &options, out, &why);
}

/* One claim about the model; the newest come first. */
static sw_result weigh(struct gauge *gauge, const struct sw_evidence_record *record)
{
    enum sw_maturity_part part;
    struct sw_claim claim;
    if (!part_of(record->predicate_type, &part) || gauge->settled[part]) {
        return SW_OK;
    }
    enum sw_code code = load_trusted(gauge, record, &claim);
    bool lost = code == SW_E_NOENT || code == SW_E_IO;
    if (lost && part == SW_MATURITY_POLICY) {
        gauge->settled[part] = true; /* it may have taken back what an older one says */
    }
    if (code != SW_OK) {
        return code == SW_E_NOMEM ? code : SW_OK;
    }
    const struct sw_statement *statement = &claim.statement;
    if (!sw_str_equal(statement->predicate_type, record->predicate_type) ||
        !names_model(statement, gauge->root)) {
        return SW_OK;
    }
    const struct sw_json *result = sw_json_get(statement->predicate, "verificationResult");
    gauge->settled[part] = true;
    gauge->out->has[part] = part != SW_MATURITY_POLICY || sw_json_is(result, "PASSED");
    return SW_OK;
}

static unsigned level_of(const struct sw_maturity *maturity)
{
    unsigned level = 3;
    for (size_t i = 0; i < SW_MATURITY_PARTS; i++) {
        if (!maturity->has[i] && parts[i].level <= level) {
            level = parts[i].level - 1;
        }
    }
    return level;
}

sw_result sw_maturity_of(struct sw_arena *arena, const struct sw_chain_options *options,
    const struct sw_chain *chain, struct sw_maturity *out, struct sw_error *err)
{
    struct sw_maturity maturity = {0};
    struct gauge gauge = {arena, options, &chain->nodes[0].link.root, &maturity, {false}};
    struct sw_evidence_query query = {.subject = gauge.root};
    struct sw_evidence_record *records;
    size_t count;
    maturity.has[SW_MATURITY_SIGNATURE] = chain->nodes[0].signer != NULL;
    maturity.has[SW_MATURITY_CHAIN] = chain->verdict == SW_CHAIN_PASS && chain->complete;
    SW_TRY(sw_evidence_gather(options->store, &query, arena, &records, &count, err));
    for (size_t i = 0; i < count; i++) {
        SW_TRY(weigh(&gauge, &records[i]));
    }
    maturity.level = level_of(&maturity);
    *out = maturity;
    return SW_OK;
}
