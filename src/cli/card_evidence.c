#include "cli/card_evidence.h"

#include "cli/bom_evidence.h"
#include "cli/data_context.h"

struct taking {
    struct sw_cli *cli;
    struct sw_card *card;
    struct sw_digest root;
    struct sw_digest manifest;          /* alg 0: not known */
    struct sw_evidence_record *records; /* of all claims that name the root, newest first */
    size_t record_count;
    struct sw_card_source from;
    const struct sw_json *predicate;
    const char *signer;
};

static sw_result take(
    struct taking *t, enum sw_card_field field, struct sw_str text, const char *place)
{
    t->from.field = sw_str(place);
    return sw_card_add(t->card, field, text, &t->from);
}

static struct sw_str text_at(const struct taking *t, const char *path)
{
    struct sw_str text = sw_str("");
    (void)sw_json_str(sw_json_path(t->predicate, sw_str(path)), &text);
    return text;
}

/* --- kinds of claims -------------------------------------------------------------------------- */

static sw_result take_signature(struct taking *t)
{
    const char *text = sw_arena_printf(&t->cli->arena, "signed by %s", t->signer);
    SW_TRY_PTR(text);
    return take(t, SW_CARD_SIGNATURE, sw_str(text), "");
}

/* No verdict is told as such: something was not read. */
static sw_result take_scan(struct taking *t)
{
    struct sw_str verdict = text_at(t, "verdict");
    return take(t, SW_CARD_SCAN,
        verdict.len > 0 ? verdict : sw_str("no verdict, since something was not read"),
        "predicate.verdict");
}

static sw_result take_parents(struct taking *t)
{
    SW_JSON_EACH (parent, sw_json_get(t->predicate, "parents")) {
        struct sw_str name = sw_str("");
        struct sw_str relation = sw_str("");
        (void)sw_json_str(sw_json_get(parent, "name"), &name);
        (void)sw_json_str(sw_json_get(parent, "relation"), &relation);
        SW_TRY(take(t, SW_CARD_BASE_MODEL, name, "predicate.parents"));
        SW_TRY(take(t, SW_CARD_BASE_RELATION, relation, "predicate.parents"));
    }
    return SW_OK;
}

static sw_result take_tensors(struct taking *t)
{
    uint64_t count = 0;
    struct sw_str root = text_at(t, "root");
    (void)sw_json_u64(sw_json_get(t->predicate, "tensorCount"), &count);
    const char *text = sw_arena_printf(&t->cli->arena, "%llu, of the root " SW_STR_FMT,
        (unsigned long long)count, SW_STR_ARG(root));
    SW_TRY_PTR(text);
    return take(t, SW_CARD_TENSORS, sw_str(text), "predicate.root");
}

static sw_result take_data(struct taking *t)
{
    SW_TRY(take(t, SW_CARD_DATA_STATUS, text_at(t, "status"), "predicate.status"));
    SW_JSON_EACH (taint, sw_json_get(t->predicate, "tainted")) {
        struct sw_str reason = sw_str("");
        (void)sw_json_str(sw_json_get(taint, "reason"), &reason);
        SW_TRY(take(t, SW_CARD_TAINT, reason, "predicate.tainted"));
    }
    return SW_OK;
}

static sw_result take_verdict(struct taking *t)
{
    return take(
        t, SW_CARD_ADMISSION, text_at(t, "verificationResult"), "predicate.verificationResult");
}

static const struct {
    const char *type;
    sw_result (*take)(struct taking *t);
} kinds[] = {
    {SW_PREDICATE_OMS, take_signature},
    {SW_PREDICATE_SCAN, take_scan},
    {SW_PREDICATE_DERIVATION, take_parents},
    {"urn:sealwright:claim:tensors:v1", take_tensors},
    {SW_PREDICATE_DATA_PROVENANCE, take_data},
    {SW_PREDICATE_VSA, take_verdict},
};

/* --- claims ----------------------------------------------------------------------------------- */

/* It names these files; and where it names their manifest, this one. */
static bool is_about(const struct sw_statement *s, const struct taking *t)
{
    bool named = false;
    for (size_t i = 0; i < s->subject_count; i++) {
        const struct sw_subject *subject = &s->subjects[i];
        named = named || sw_digest_equal(&subject->digest, &t->root);
        if (sw_str_is(subject->name, "manifest") && t->manifest.alg != 0 &&
            !sw_digest_equal(&subject->digest, &t->manifest)) {
            return false;
        }
    }
    return named;
}

/* False: nobody trusted signed it, or it is about something else. A claim that is lost may be what
 * says no, so that is a failure. */
static sw_result load(struct taking *t, struct sw_data_context *context,
    const struct sw_evidence_record *record, struct sw_claim *out, bool *taken,
    struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf bundle = SW_BUF_INIT;
    struct sw_error why = {0};
    const struct sw_verify_options options = {.now = t->cli->now, .signing_time = record->time};
    SW_TRY(sw_evidence_load(context->store, &record->claim, &bundle, err));
    const void *kept = sw_arena_copy(&t->cli->arena, sw_buf_bytes(&bundle));
    SW_TRY_PTR(kept);
    enum sw_code code = sw_claim_verify(
        &t->cli->arena, context->trust, sw_bytes(kept, bundle.len), &options, out, &why);
    if (code == SW_E_NOMEM) {
        return code;
    }
    *taken = code == SW_OK && sw_str_equal(out->statement.predicate_type, record->predicate_type) &&
             is_about(&out->statement, t);
    return SW_OK;
}

/* Claims about the root, of one type or (NULL) of all; each look is a pass over the log. */
static sw_result gather(
    struct taking *t, struct sw_data_context *context, const char *type, struct sw_error *err)
{
    const struct sw_evidence_query query = {.subject = &t->root, .predicate_type = type};
    return sw_evidence_gather(
        context->store, &query, &t->cli->arena, &t->records, &t->record_count, err);
}

/* The newest of its type that counts; *found is NULL when none does. */
static sw_result newest_of(struct taking *t, struct sw_data_context *context, const char *type,
    struct sw_claim *claim, const struct sw_evidence_record **found, size_t *ignored,
    struct sw_error *err)
{
    *found = NULL;
    for (size_t i = 0; i < t->record_count && *found == NULL; i++) {
        bool taken = true;
        if (sw_str_is(t->records[i].predicate_type, type)) {
            SW_TRY(load(t, context, &t->records[i], claim, &taken, err));
            *found = taken ? &t->records[i] : NULL;
            *ignored += !taken;
        }
    }
    return SW_OK;
}

static sw_result take_kind(struct taking *t, struct sw_data_context *context, size_t kind,
    int64_t *newest, size_t *ignored, struct sw_error *err)
{
    const struct sw_evidence_record *record;
    struct sw_claim claim;
    SW_TRY(newest_of(t, context, kinds[kind].type, &claim, &record, ignored, err));
    if (record == NULL) {
        return SW_OK;
    }
    t->predicate = claim.statement.predicate;
    t->signer = claim.signer;
    t->from = (struct sw_card_source){.kind = SW_CARD_CLAIM,
        .digest = sw_str(sw_digest_show(t->cli, &record->claim)),
        .type = sw_str(kinds[kind].type),
        .signer = sw_str(claim.signer)};
    *newest = record->time > *newest ? record->time : *newest;
    return kinds[kind].take(t);
}

/* --- training --------------------------------------------------------------------------------- */

/* "name@version" of each dataset that a trusted training claim names. */
static sw_result take_dataset(
    struct taking *t, const struct sw_bom_component *c, struct sw_str origin)
{
    struct sw_str name = sw_bom_get(c, SW_BOM_NAME);
    struct sw_str version = sw_bom_get(c, SW_BOM_VERSION);
    const char *text = sw_arena_printf(&t->cli->arena, SW_STR_FMT "%s" SW_STR_FMT, SW_STR_ARG(name),
        version.len > 0 ? "@" : "", SW_STR_ARG(version));
    SW_TRY_PTR(text);
    t->from = (struct sw_card_source){.kind = SW_CARD_CLAIM,
        .digest = sw_str_n(origin.ptr + strlen("claim "), origin.len - strlen("claim "))};
    return take(t, SW_CARD_DATASET_NAME, sw_str(text), "");
}

static sw_result take_training(struct taking *t, int64_t *newest, struct sw_error *err)
{
    struct sw_bom bom;
    uint32_t main;
    uint32_t number;
    sw_bom_init(&bom, &t->cli->arena);
    SW_TRY(sw_bom_add(&bom, SW_BOM_MODEL, SW_BOM_MAIN, SW_BOM_NONE, &main));
    SW_TRY(sw_bom_add_evidence(t->cli, &t->root, &bom, newest, err));
    for (size_t i = 0; i < bom.components[0].value_count; i++) {
        const struct sw_bom_value *v = &bom.components[0].values[i];
        if (v->field == SW_BOM_DATASET && sw_bom_find(&bom, v->text, &number) &&
            sw_str_starts(v->origin, "claim ")) {
            SW_TRY(take_dataset(t, &bom.components[number], v->origin));
        }
        if (v->field == SW_BOM_GAP) {
            SW_TRY(sw_card_gap(t->card, v->text));
        }
    }
    return SW_OK;
}

static sw_result begin(
    struct sw_cli *cli, struct sw_card *card, struct taking *t, struct sw_error *err)
{
    *t = (struct taking){.cli = cli, .card = card};
    (void)sw_digest_parse(card->manifest, &t->manifest);
    return sw_digest_parse(card->root, &t->root)
               ? SW_OK
               : sw_fail(err, SW_E_USAGE, "a card that is bound to no files has no evidence");
}

sw_result sw_card_add_evidence(struct sw_cli *cli, struct sw_card *card, int64_t *newest,
    size_t *ignored, struct sw_error *err)
{
    struct taking t;
    SW_TRY(begin(cli, card, &t, err));
    {
        SW_CLEANUP(data_context) struct sw_data_context context;
        SW_TRY(sw_data_context_open(cli, SW_STORE_READ, NULL, &context, err));
        SW_TRY(gather(&t, &context, NULL, err));
        for (size_t i = 0; i < SW_COUNT(kinds); i++) {
            SW_TRY(take_kind(&t, &context, i, newest, ignored, err));
        }
    }
    return card->kind == SW_CARD_MODEL ? take_training(&t, newest, err) : SW_OK;
}

/* --- recorded cards --------------------------------------------------------------------------- */

sw_result sw_card_recorded(struct sw_cli *cli, const struct sw_manifest *manifest,
    struct sw_card *out, struct sw_digest *claim_digest, struct sw_error *err)
{
    SW_CLEANUP(data_context) struct sw_data_context context;
    struct taking t = {.cli = cli, .root = manifest->root, .manifest = manifest->manifest_digest};
    const struct sw_evidence_record *record;
    struct sw_claim claim;
    size_t ignored = 0;
    struct sw_error why = {0};
    SW_TRY(sw_data_context_open(cli, SW_STORE_READ, NULL, &context, err));
    SW_TRY(gather(&t, &context, SW_PREDICATE_CARD, err));
    SW_TRY(newest_of(&t, &context, SW_PREDICATE_CARD, &claim, &record, &ignored, err));
    if (record == NULL) {
        return sw_fail(err, SW_E_NOEVIDENCE,
            "the log has no card about %s that somebody trusted signed%s",
            sw_digest_show(cli, &manifest->root),
            ignored > 0 ? ", only cards of others"
                        : "; make one with 'sealwright card make --record'");
    }
    *claim_digest = record->claim;
    enum sw_code code = sw_card_read(out, &cli->arena, claim.statement.predicate, &why);
    return code == SW_OK ? SW_OK
                         : sw_fail(err, code, "the card in the log, %s: %s",
                               sw_digest_show(cli, &record->claim), why.text);
}
