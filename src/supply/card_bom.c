/* A card as a bill of materials: what CycloneDX's modelCard and SPDX's AIPackage and DatasetPackage
 * have a place for goes there, all else into properties and comments. */
#include "supply/bom_private.h"
#include "supply/card.h"
#include "supply/purl.h"

/* The field of a bill that holds a field of a card; SW_BOM_CARD for those with none of their own.
 */
static enum sw_bom_field field_of(enum sw_card_field field)
{
    static const struct {
        enum sw_card_field card;
        enum sw_bom_field bom;
    } rows[] = {
        {SW_CARD_NAME, SW_BOM_NAME},
        {SW_CARD_VERSION, SW_BOM_VERSION},
        {SW_CARD_DESCRIPTION, SW_BOM_DESCRIPTION},
        {SW_CARD_DEVELOPER, SW_BOM_SUPPLIER},
        {SW_CARD_LICENCE, SW_BOM_LICENCE_DECLARED},
        {SW_CARD_LICENCE_URL, SW_BOM_LICENCE_URL},
        {SW_CARD_DOWNLOAD, SW_BOM_DOWNLOAD},
        {SW_CARD_RELEASED, SW_BOM_RELEASED},
        {SW_CARD_LANGUAGE, SW_BOM_LANGUAGE},
        {SW_CARD_TASK, SW_BOM_TASK},
        {SW_CARD_LIBRARY, SW_BOM_LIBRARY_NAME},
        {SW_CARD_FAMILY, SW_BOM_FAMILY},
        {SW_CARD_ARCHITECTURE, SW_BOM_ARCHITECTURE},
        {SW_CARD_PRECISION, SW_BOM_PRECISION},
        {SW_CARD_TOKENIZER, SW_BOM_TOKENIZER},
        {SW_CARD_BASE_RELATION, SW_BOM_BASE_RELATION},
        {SW_CARD_INTENDED_USE, SW_BOM_USE},
        {SW_CARD_USERS, SW_BOM_USERS},
        {SW_CARD_LIMITATION, SW_BOM_LIMITATION},
        {SW_CARD_RISK, SW_BOM_ETHICS},
        {SW_CARD_BIAS, SW_BOM_ETHICS},
        {SW_CARD_ETHICS, SW_BOM_ETHICS},
        {SW_CARD_PREPROCESSING, SW_BOM_PREPROCESSING},
        {SW_CARD_PROCEDURE, SW_BOM_TRAINING},
        {SW_CARD_METRIC, SW_BOM_METRIC},
        {SW_CARD_SIZE_CATEGORY, SW_BOM_SIZE_CATEGORY},
        {SW_CARD_OWNER, SW_BOM_OWNER},
        {SW_CARD_STEWARD, SW_BOM_STEWARD},
        {SW_CARD_CUSTODIAN, SW_BOM_CUSTODIAN},
        {SW_CARD_CLASSIFICATION, SW_BOM_CLASSIFICATION},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        if (rows[i].card == field) {
            return rows[i].bom;
        }
    }
    return SW_BOM_CARD;
}

/* A model's card holds them under considerations, which a dataset's bill has not. */
static bool is_of_models(enum sw_bom_field field)
{
    return field == SW_BOM_USE || field == SW_BOM_USERS || field == SW_BOM_LIMITATION ||
           field == SW_BOM_ETHICS || field == SW_BOM_TASK;
}

static bool is_named(const struct sw_bom *bom, enum sw_bom_role role, struct sw_str name)
{
    for (size_t i = 1; i < bom->count; i++) {
        if (bom->components[i].role == role &&
            sw_str_equal(sw_bom_get(&bom->components[i], SW_BOM_NAME), name)) {
            return true;
        }
    }
    return false;
}

static sw_result add_named(struct sw_bom *bom, const struct sw_card_value *v, struct sw_str origin)
{
    const bool base = v->field == SW_CARD_BASE_MODEL;
    const enum sw_bom_role role = base ? SW_BOM_ANCESTOR : SW_BOM_PART;
    uint32_t number;
    if (is_named(bom, role, v->text)) {
        return SW_OK;
    }
    SW_TRY(sw_bom_add(bom, base ? SW_BOM_MODEL : SW_BOM_DATA, role, 0, &number));
    SW_TRY(sw_bom_set(bom, number, SW_BOM_NAME, v->text, origin));
    if (base) {
        struct sw_str purl;
        SW_TRY(sw_bom_hub_purl(bom, v->text, &purl));
        return sw_bom_set(bom, number, SW_BOM_PURL, purl, origin);
    }
    const char *escaped = sw_arena_percent(bom->arena, v->text);
    SW_TRY_PTR(escaped);
    const char *ref = sw_arena_printf(bom->arena, "data:%s", escaped);
    SW_TRY_PTR(ref);
    SW_TRY(sw_bom_name(bom, number, sw_str(ref)));
    return sw_bom_set(bom, 0, SW_BOM_DATASET, bom->components[number].ref, origin);
}

static bool is_set(const struct sw_bom_component *c, enum sw_bom_field field, struct sw_str text)
{
    for (size_t i = 0; i < c->value_count; i++) {
        if (c->values[i].field == field && sw_str_equal(c->values[i].text, text)) {
            return true;
        }
    }
    return false;
}

/* "field: text" */
static sw_result set_other(struct sw_bom *bom, const struct sw_card_value *v, struct sw_str origin)
{
    const char *text = sw_arena_printf(
        bom->arena, "%s: " SW_STR_FMT, sw_card_rows[v->field].key, SW_STR_ARG(v->text));
    SW_TRY_PTR(text);
    return sw_bom_set(bom, 0, SW_BOM_CARD, sw_str(text), origin);
}

/* A time as SPDX has it. */
static sw_result set_time(struct sw_bom *bom, const struct sw_card_value *v, struct sw_str origin)
{
    char text[SW_TIME_TEXT_SIZE];
    int64_t time;
    if (!sw_time_parse(v->text, &time)) {
        return set_other(bom, v, origin);
    }
    sw_time_format(time, text);
    return sw_bom_set(bom, 0, SW_BOM_RELEASED, sw_str(text), origin);
}

static sw_result add_value(
    struct sw_bom *bom, const struct sw_card *card, const struct sw_card_value *v)
{
    const char *from = sw_card_source_show(bom->arena, &v->from);
    const enum sw_bom_field field = field_of(v->field);
    SW_TRY_PTR(from);
    struct sw_str origin = sw_str(from);
    if (v->field == SW_CARD_BASE_MODEL || v->field == SW_CARD_DATASET_NAME) {
        return add_named(bom, v, origin);
    }
    const bool there = sw_bom_value(&bom->components[0], field) != NULL;
    const bool again = there && (sw_card_rows[v->field].flags & SW_CARD_MANY) == 0;
    const bool second = there && v->field == SW_CARD_DEVELOPER; /* a bill has one supplier */
    const bool elsewhere = card->kind == SW_CARD_DATASET && is_of_models(field);
    if (field == SW_BOM_CARD || second || elsewhere) {
        return set_other(bom, v, origin);
    }
    if (again || is_set(&bom->components[0], field, v->text)) {
        return SW_OK;
    }
    return field == SW_BOM_RELEASED ? set_time(bom, v, origin)
                                    : sw_bom_set(bom, 0, field, v->text, origin);
}

static sw_result begin(struct sw_bom *bom, const struct sw_card *card)
{
    uint32_t main;
    bom->tool = card->tool;
    bom->tool_version = card->tool_version;
    bom->phase = "post-build";
    bom->timed = card->timed;
    bom->time = card->time;
    bom->time_origin = sw_str(card->timed ? "the card" : "");
    SW_TRY(sw_bom_add(bom, card->kind == SW_CARD_MODEL ? SW_BOM_MODEL : SW_BOM_DATA, SW_BOM_MAIN,
        SW_BOM_NONE, &main));
    if (sw_card_value(card, SW_CARD_NAME) == NULL) {
        struct sw_str name = card->name.len > 0 ? card->name : sw_str("unnamed");
        SW_TRY(sw_bom_set(bom, 0, SW_BOM_NAME, name, sw_str("")));
    }
    return sw_bom_set(bom, 0, SW_BOM_ROOT, card->root, sw_str(""));
}

sw_result sw_card_to_bom(struct sw_card *card, struct sw_bom *bom)
{
    sw_card_sort(card);
    sw_bom_init(bom, card->arena);
    SW_TRY(begin(bom, card));
    for (size_t i = 0; i < card->count; i++) {
        SW_TRY(add_value(bom, card, &card->values[i]));
    }
    for (size_t i = 0; i < card->gap_count; i++) {
        SW_TRY(sw_bom_set(bom, 0, SW_BOM_GAP, card->gaps[i], sw_str("")));
    }
    return sw_bom_name_all(bom);
}
