#include "cli/vendor_claims.h"

struct gathering {
    struct sw_cli *cli;
    struct sw_store *store;
    const struct sw_trust *trust;
    struct sw_vendor_claims *out;
};

/* Is it the claim that is at fault? Memory that is short is not its fault. */
static bool not_believed(enum sw_code code)
{
    return code == SW_E_REFUSED || code == SW_E_FORMAT || code == SW_E_LIMIT ||
           code == SW_E_UNSUPPORTED || code == SW_E_NOEVIDENCE;
}

static sw_result load(const struct gathering *g, const struct sw_evidence_record *record,
    struct sw_buf *bundle, struct sw_error *err)
{
    struct sw_error why = {0};
    enum sw_code code = sw_evidence_load(g->store, &record->claim, bundle, &why);
    if (code == SW_OK) {
        return SW_OK;
    }
    return sw_fail(err, code == SW_E_NOENT ? SW_E_REFUSED : code,
        "leaf %llu cannot be read back: %s; see 'sealwright log verify'",
        (unsigned long long)record->leaf, why.text[0] == '\0' ? sw_code_text(code) : why.text);
}

static sw_result read_claim(struct gathering *g, const struct sw_evidence_record *record,
    const struct sw_claim *claim, struct sw_error *err)
{
    struct sw_vendor_claim *out = &g->out->list[g->out->count];
    enum sw_code code = sw_vendor_claim_read(&g->cli->arena, &claim->statement, &out->vendor, err);
    if (code != SW_OK) {
        return sw_error_prefix(err, code, "leaf %llu, signed by '%s'",
            (unsigned long long)record->leaf, claim->signer);
    }
    out->signer = claim->signer;
    out->claim = record->claim;
    out->leaf = record->leaf;
    out->time = out->vendor.time < record->time ? out->vendor.time : record->time;
    g->out->count++;
    return SW_OK;
}

/* A claim's bytes are looked at anew: the leaf alone says of which type it is. */
static sw_result take(
    struct gathering *g, const struct sw_evidence_record *record, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf bundle = SW_BUF_INIT;
    const struct sw_verify_options how = {.now = g->cli->now, .signing_time = record->time};
    struct sw_error why = {0};
    struct sw_claim claim;
    SW_TRY(load(g, record, &bundle, err));
    enum sw_code code =
        sw_claim_verify(&g->cli->arena, g->trust, sw_buf_bytes(&bundle), &how, &claim, &why);
    if (code == SW_OK && sw_str_is(claim.statement.predicate_type, SW_PREDICATE_VENDOR)) {
        return read_claim(g, record, &claim, err);
    }
    if (code != SW_OK && !not_believed(code)) {
        return sw_fail(err, code, "%s", why.text);
    }
    g->out->ignored++;
    return SW_OK;
}

sw_result sw_vendor_claims(struct sw_cli *cli, struct sw_store *store, const struct sw_trust *trust,
    struct sw_vendor_claims *out, struct sw_error *err)
{
    const struct sw_evidence_query query = {
        .predicate_type = SW_PREDICATE_VENDOR, .oldest_first = true};
    struct sw_evidence_record *records = NULL;
    size_t count = 0;
    SW_TRY(sw_evidence_gather(store, &query, &cli->arena, &records, &count, err));
    *out = (struct sw_vendor_claims){0};
    out->list = SW_ARENA_ARRAY(&cli->arena, struct sw_vendor_claim, count);
    SW_TRY_PTR(out->list);
    struct gathering g = {cli, store, trust, out};
    for (size_t i = 0; i < count; i++) {
        SW_TRY(take(&g, &records[i], err));
    }
    return SW_OK;
}

/* --- an entity -------------------------------------------------------------------------------- */

struct asking {
    struct sw_cli *cli;
    const struct sw_vendor_claims *claims;
    sw_vendor_each each;
    void *ctx;
    size_t asked, found;
};

static sw_result ask(struct asking *a, const struct sw_vendor_asked *asked)
{
    SW_CLEANUP(arena) struct sw_arena scratch;
    struct sw_vendor_cover cover;
    sw_arena_init(&scratch, 0);
    SW_TRY(
        sw_vendor_cover(&scratch, a->claims->list, a->claims->count, asked, a->cli->now, &cover));
    a->asked++;
    if (cover.claim != NULL) {
        a->found++;
        a->each(a->ctx, &cover);
    }
    return SW_OK;
}

/* What a place tells of a service is its host, of a credential the service's name. */
static sw_result ask_places(struct asking *a, const struct sw_entity *entity)
{
    const bool credential = entity->id.kind == SW_ENTITY_CREDENTIAL;
    const char *signal = credential ? "environment-variable" : "endpoint-host";
    const struct sw_str none = sw_str("");
    for (size_t i = 0; i < entity->sighting_count; i++) {
        const struct sw_sighting *s = &entity->sightings[i];
        if (strcmp(s->signal, signal) == 0 && s->detail.len > 0) {
            const struct sw_vendor_asked asked = {.host = credential ? none : s->detail,
                .purl = none,
                .mcp_server = none,
                .name = credential ? s->detail : none};
            SW_TRY(ask(a, &asked));
        }
    }
    return SW_OK;
}

sw_result sw_vendor_entity(struct sw_cli *cli, const struct sw_vendor_claims *claims,
    const struct sw_entity *entity, sw_vendor_each each, void *ctx, bool *covered)
{
    struct asking a = {.cli = cli, .claims = claims, .each = each, .ctx = ctx};
    struct sw_vendor_asked asked;
    const bool by_places =
        (entity->id.kind == SW_ENTITY_SERVICE || entity->id.kind == SW_ENTITY_CREDENTIAL) &&
        entity->seen == entity->sighting_count;
    SW_TRY(by_places ? ask_places(&a, entity) : SW_OK);
    if (a.asked == 0 && sw_vendor_asked_of(&entity->id, &asked)) {
        SW_TRY(ask(&a, &asked));
    }
    *covered = a.asked > 0 && a.found == a.asked;
    return SW_OK;
}
