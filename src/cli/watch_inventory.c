#include "cli/watch_inventory.h"

const struct sw_data_claim *sw_watch_claim(const struct sw_watch_inventory *inventory)
{
    return inventory->bom != NULL ? inventory->bom : inventory->discovery;
}

const struct sw_subject *sw_watch_root(const struct sw_watch_inventory *inventory)
{
    return &sw_watch_claim(inventory)->statement.subjects[0];
}

/* --- which there are -------------------------------------------------------------------------- */

static const char *const types[] = {
    SW_BOM_PREDICATE_CYCLONEDX, SW_BOM_PREDICATE_SPDX, SW_PREDICATE_DISCOVERY};

/* Of two words about the same root the later one counts. */
static bool is_later(const struct sw_data_claim *a, const struct sw_data_claim *b)
{
    return b == NULL || a->made > b->made || (a->made == b->made && a->leaf > b->leaf);
}

struct listing {
    struct sw_names roots;
    struct sw_watch_inventory *list;
    size_t count;
};

static sw_result put(
    struct listing *l, struct sw_arena *arena, const struct sw_data_claim *claim, bool is_discovery)
{
    char text[SW_DIGEST_TEXT_SIZE];
    uint32_t number;
    sw_digest_text(&claim->statement.subjects[0].digest, text);
    const char *root = sw_arena_strdup(arena, text);
    SW_TRY_PTR(root);
    SW_TRY(sw_names_number(&l->roots, 0, sw_str(root), &number));
    l->count = number >= l->count ? number + (size_t)1 : l->count;
    const struct sw_data_claim **place =
        is_discovery ? &l->list[number].discovery : &l->list[number].bom;
    *place = is_later(claim, *place) ? claim : *place;
    return SW_OK;
}

sw_result sw_watch_inventories(struct sw_data_context *context, struct sw_watch_inventory **out,
    size_t *count, struct sw_error *err)
{
    struct sw_arena *arena = context->data.arena;
    struct sw_data_claim *claims[SW_COUNT(types)];
    size_t counts[SW_COUNT(types)];
    size_t all = 0;
    struct listing l = {.count = 0};
    for (size_t i = 0; i < SW_COUNT(types); i++) {
        SW_TRY(sw_data_claims(&context->data, types[i], NULL, &claims[i], &counts[i], NULL, err));
        all += counts[i];
    }
    sw_names_init(&l.roots, arena);
    l.list = SW_ARENA_ARRAY(arena, struct sw_watch_inventory, all + 1);
    SW_TRY_PTR(l.list);
    memset(l.list, 0, (all + 1) * sizeof(*l.list));
    for (size_t i = 0; i < SW_COUNT(types); i++) {
        for (size_t k = 0; k < counts[i]; k++) {
            if (claims[i][k].statement.subject_count > 0) {
                SW_TRY(put(&l, arena, &claims[i][k], i == SW_COUNT(types) - 1));
            }
        }
    }
    *out = l.list;
    *count = l.count;
    return SW_OK;
}

/* --- what they are ---------------------------------------------------------------------------- */

static const struct sw_json *predicate_of(const struct sw_data_claim *claim)
{
    return claim == NULL ? NULL : claim->statement.predicate;
}

/* SPDX has a type for each of the two that are no application. */
static const char *spdx_kind(const struct sw_json *bom)
{
    const char *kind = "application";
    SW_JSON_EACH (element, sw_json_get(bom, "@graph")) {
        const struct sw_json *type = sw_json_get(element, "type");
        if (sw_json_is(type, "software_Package")) {
            return "application";
        }
        if (sw_json_is(type, "ai_AIPackage")) {
            kind = "model";
        } else if (sw_json_is(type, "dataset_DatasetPackage") && strcmp(kind, "model") != 0) {
            kind = "dataset";
        }
    }
    return kind;
}

const char *sw_watch_kind(const struct sw_watch_inventory *inventory)
{
    const struct sw_json *bom = predicate_of(inventory->bom);
    const struct sw_json *type = sw_json_path(bom, sw_str("metadata.component.type"));
    if (sw_json_get(bom, "@graph") != NULL) {
        return spdx_kind(bom);
    }
    return sw_json_is(type, "machine-learning-model") ? "model"
           : sw_json_is(type, "data")                 ? "dataset"
                                                      : "application";
}

bool sw_watch_is_part(const struct sw_watch_inventory *inventory)
{
    bool all = false;
    (void)sw_json_bool(sw_json_get(predicate_of(inventory->discovery), "all_packages"), &all);
    return inventory->bom == NULL && !all;
}

/* --- what they list --------------------------------------------------------------------------- */

static sw_result read_claim(struct sw_documents *documents, struct sw_arena *arena,
    const struct sw_data_claim *claim, struct sw_components *out, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    SW_TRY(sw_json_print(&text, claim->statement.predicate, 0));
    const struct sw_document document = {sw_buf_bytes(&text), "claim"};
    return sw_documents_components(documents, &document, arena, out, err);
}

sw_result sw_watch_components(struct sw_documents *documents, struct sw_arena *arena,
    const struct sw_watch_inventory *inventory, struct sw_components *out, struct sw_error *err)
{
    struct sw_components found;
    SW_TRY(read_claim(documents, arena, sw_watch_claim(inventory), out, err));
    if (inventory->bom == NULL) {
        out->digest = (struct sw_digest){0}; /* no document of its own: its claim is cited */
        return SW_OK;
    }
    if (inventory->discovery == NULL) {
        return SW_OK;
    }
    SW_TRY(read_claim(documents, arena, inventory->discovery, &found, err));
    return sw_components_join(arena, out, &found);
}

static bool is_file(const struct sw_watch_model *model, const struct sw_digest *digest)
{
    const struct sw_components *list = model->components;
    for (size_t i = 0; i < list->count; i++) {
        for (size_t k = 0; k < list->items[i].digest_count; k++) {
            if (sw_digest_equal(&list->items[i].digests[k], digest)) {
                return true;
            }
        }
    }
    return false;
}

static bool is_signature(const struct sw_watch_model *model, const struct sw_digest *claim)
{
    for (size_t i = 0; i < model->signature_count; i++) {
        if (sw_digest_equal(&model->signatures[i].claim, claim)) {
            return true;
        }
    }
    return false;
}

static bool digest_at(const struct sw_json *object, const char *name, struct sw_digest *out)
{
    struct sw_str text;
    return sw_json_str(sw_json_get(object, name), &text) && sw_digest_parse(text, out);
}

bool sw_watch_uses(const struct sw_watch_inventory *inventory, const struct sw_watch_model *model)
{
    SW_JSON_EACH (entity, sw_json_get(predicate_of(inventory->discovery), "entities")) {
        struct sw_digest digest;
        if (!sw_json_is(sw_json_get(entity, "kind"), "model")) {
            continue;
        }
        if ((digest_at(sw_json_get(entity, "registered"), "claim", &digest) &&
                is_signature(model, &digest)) ||
            (digest_at(entity, "digest", &digest) && is_file(model, &digest))) {
            return true;
        }
    }
    return false;
}
