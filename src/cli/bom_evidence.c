#include "cli/bom_evidence.h"

#include "cli/data_context.h"

struct taking {
    struct sw_cli *cli;
    const struct sw_exchange *exchange;
    struct sw_bom *bom;
    int64_t newest;
};

static sw_result origin_of(
    const struct taking *t, const struct sw_digest *claim, struct sw_str *out)
{
    const char *text = sw_arena_printf(&t->cli->arena, "claim %s", sw_digest_show(t->cli, claim));
    SW_TRY_PTR(text);
    *out = sw_str(text);
    return SW_OK;
}

static bool has(const struct sw_bom_component *c, enum sw_bom_field field, struct sw_str text)
{
    for (size_t i = 0; i < c->value_count; i++) {
        if (c->values[i].field == field && sw_str_equal(c->values[i].text, text)) {
            return true;
        }
    }
    return false;
}

/* Once each. */
static sw_result put(const struct taking *t, uint32_t number, enum sw_bom_field field,
    struct sw_str text, struct sw_str origin)
{
    return has(&t->bom->components[number], field, text)
               ? SW_OK
               : sw_bom_set(t->bom, number, field, text, origin);
}

/* --- sources ---------------------------------------------------------------------------------- */

/* All of them hold: what has samples of several sources is under the terms of each. */
static sw_result put_licences(const struct taking *t, uint32_t number,
    const struct sw_exchange_set *set, struct sw_str origin)
{
    struct sw_arena *arena = &t->cli->arena;
    const struct sw_spdx_expression **parts =
        SW_ARENA_ARRAY(arena, const struct sw_spdx_expression *, set->source_count + 1);
    struct sw_error why;
    size_t count = 0;
    SW_TRY_PTR(parts);
    for (size_t i = 0; i <= set->source_count; i++) {
        struct sw_str said =
            i < set->source_count ? t->exchange->sources[set->sources[i]].licence : set->licence;
        struct sw_str licence = sw_bom_licence(arena, said);
        if (licence.len > 0 && sw_spdx_parse(arena, licence, &parts[count], &why) == SW_OK) {
            count++;
        }
    }
    if (count == 0) {
        return SW_OK;
    }
    const struct sw_spdx_expression *all = sw_spdx_join(arena, SW_SPDX_AND, parts, count);
    SW_TRY_PTR(all);
    return put(t, number, SW_BOM_LICENCE_DECLARED, sw_spdx_text(arena, all), origin);
}

static sw_result put_sources(
    const struct taking *t, uint32_t number, const struct sw_exchange_set *set)
{
    for (size_t i = 0; i < set->source_count; i++) {
        const struct sw_exchange_source *source = &t->exchange->sources[set->sources[i]];
        struct sw_str origin;
        SW_TRY(origin_of(t, &source->claim, &origin));
        SW_TRY(put(t, number, SW_BOM_OWNER, source->issuer, origin));
        SW_TRY(put(t, number, SW_BOM_CLASSIFICATION, source->classification, origin));
    }
    return SW_OK;
}

/* --- datasets --------------------------------------------------------------------------------- */

static sw_result put_gaps(
    const struct taking *t, uint32_t number, const struct sw_exchange_set *set)
{
    for (size_t i = 0; i < set->gap_count; i++) {
        SW_TRY(put(t, number, SW_BOM_GAP, set->gaps[i], sw_str("")));
    }
    return set->declared ? put(t, number, SW_BOM_GAP,
                               sw_str("it rests on a declaration: no sample was seen"), sw_str(""))
                         : SW_OK;
}

static sw_result fill_set(
    const struct taking *t, uint32_t number, const struct sw_exchange_set *set)
{
    char hex[2 * SW_DIGEST_MAX + 1];
    struct sw_str origin;
    SW_TRY(origin_of(t, &set->claim, &origin));
    SW_TRY(put(t, number, SW_BOM_NAME, set->name, origin));
    SW_TRY(put(t, number, SW_BOM_VERSION, set->version, origin));
    SW_TRY(put(t, number, SW_BOM_DESCRIPTION, set->description, origin));
    SW_TRY(put(t, number, SW_BOM_CUSTODIAN, set->signer, origin));
    SW_TRY(put_licences(t, number, set, origin));
    SW_TRY(put_sources(t, number, set));
    if (set->manifest.alg == SW_SHA256) {
        sw_digest_hex(&set->manifest, hex);
        SW_TRY(sw_bom_add_hash(t->bom, number, sw_str("SHA-256"), sw_str(hex)));
    }
    return put_gaps(t, number, set);
}

static sw_result add_set(
    struct taking *t, const struct sw_exchange_set *set, struct sw_str training)
{
    const char *escaped = sw_arena_percent(&t->cli->arena, set->name);
    const char *version = sw_arena_percent(&t->cli->arena, set->version);
    uint32_t number;
    if (escaped == NULL || version == NULL) {
        return SW_E_NOMEM;
    }
    const char *ref = sw_arena_printf(&t->cli->arena, "data:%s@%s", escaped, version);
    SW_TRY_PTR(ref);
    SW_TRY(sw_bom_add(t->bom, SW_BOM_DATA, SW_BOM_PART, SW_BOM_NONE, &number));
    SW_TRY(sw_bom_name(t->bom, number, sw_str(ref)));
    SW_TRY(fill_set(t, number, set));
    t->newest = set->time > t->newest ? set->time : t->newest;
    return sw_bom_set(t->bom, 0, SW_BOM_DATASET, t->bom->components[number].ref, training);
}

static sw_result add_step(struct taking *t, const struct sw_exchange_step *step, bool *seen)
{
    struct sw_str origin;
    SW_TRY(origin_of(t, &step->claim, &origin));
    t->newest = step->time > t->newest ? step->time : t->newest;
    for (size_t i = 0; i < step->input_count; i++) {
        const uint32_t input = step->inputs[i];
        if (!seen[input]) {
            seen[input] = true;
            SW_TRY(add_set(t, &t->exchange->sets[input], origin));
        }
    }
    return SW_OK;
}

static sw_result add_all(struct taking *t)
{
    const struct sw_exchange *x = t->exchange;
    bool *seen = SW_ARENA_ARRAY(&t->cli->arena, bool, x->set_count);
    SW_TRY_PTR(seen);
    for (size_t i = 0; i < x->step_count; i++) {
        if (x->steps[i].model == x->about_model) {
            SW_TRY(add_step(t, &x->steps[i], seen));
        }
    }
    return SW_OK;
}

sw_result sw_bom_add_evidence(struct sw_cli *cli, const struct sw_digest *root, struct sw_bom *bom,
    int64_t *newest, struct sw_error *err)
{
    SW_CLEANUP(data_context) struct sw_data_context context;
    struct sw_exchange exchange;
    struct sw_error why = {0};
    SW_TRY(sw_data_context_open(cli, SW_STORE_READ, NULL, &context, err));
    enum sw_code code =
        sw_export_gather(&context.data, sw_str(sw_digest_show(cli, root)), &exchange, &why);
    if (code == SW_E_NOENT) {
        return sw_bom_set(bom, 0, SW_BOM_GAP,
            sw_str("no trusted claim in the log says what it was trained on"), sw_str(""));
    }
    if (code != SW_OK) {
        return sw_fail(err, code, "%s", why.text);
    }
    struct taking t = {cli, &exchange, bom, *newest};
    SW_TRY(add_all(&t));
    *newest = t.newest;
    return SW_OK;
}
