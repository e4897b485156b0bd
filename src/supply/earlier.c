#include "supply/earlier.h"

#include "supply/wire.h"

/* --- reading ---------------------------------------------------------------------------------- */

static struct sw_str text_of(const struct sw_json *object, const char *name)
{
    struct sw_str text = {"", 0};
    (void)sw_json_str(sw_json_get(object, name), &text);
    return text;
}

static sw_result read_entity(
    const struct sw_json *item, struct sw_earlier_entity *out, struct sw_error *err)
{
    out->name = text_of(item, "name");
    out->version = text_of(item, "version");
    out->purl = text_of(item, "purl");
    return sw_entity_kind_of(text_of(item, "kind"), &out->kind) && out->name.len > 0 &&
                   sw_scope_of(text_of(item, "scope"), &out->scope)
               ? SW_OK
               : sw_fail(err, SW_E_FORMAT, "an entity without a known kind, a name or a scope");
}

static sw_result read_entities(struct sw_arena *arena, const struct sw_json *document,
    struct sw_earlier *out, struct sw_error *err)
{
    const struct sw_json *entities = sw_json_get(document, "entities");
    size_t count = 0;
    if (entities == NULL || entities->type != SW_JSON_ARRAY) {
        return sw_fail(err, SW_E_FORMAT, "no inventory: there is no list of \"entities\"");
    }
    SW_JSON_EACH (item, entities) {
        count++;
    }
    out->entities = SW_ARENA_ARRAY(arena, struct sw_earlier_entity, count + 1);
    SW_TRY_PTR(out->entities);
    SW_JSON_EACH (item, entities) {
        SW_TRY(read_entity(item, &out->entities[out->count++], err));
    }
    return SW_OK;
}

sw_result sw_earlier_read(
    struct sw_arena *arena, struct sw_bytes text, struct sw_earlier *out, struct sw_error *err)
{
    struct sw_json document;
    struct sw_earlier read = {0};
    SW_TRY(sw_json_parse(arena, text, NULL, &document, err));
    SW_TRY(read_entities(arena, &document, &read, err));
    read.catalogue = text_of(&document, "catalogue");
    read.options_told = sw_json_bool(sw_json_get(&document, "all_packages"), &read.all_packages);
    *out = read;
    return SW_OK;
}

/* --- as bytes --------------------------------------------------------------------------------- */

#define ENTITY_LEAST (2 + 3 * SW_WIRE_TEXT_LEAST)

static sw_result put_entity(const struct sw_earlier_entity *entity, struct sw_buf *out)
{
    SW_TRY(sw_buf_putc(out, (char)entity->kind));
    SW_TRY(sw_buf_putc(out, (char)entity->scope));
    SW_TRY(sw_wire_put(out, entity->name));
    SW_TRY(sw_wire_put(out, entity->version));
    return sw_wire_put(out, entity->purl);
}

sw_result sw_earlier_put(const struct sw_earlier *earlier, struct sw_buf *out)
{
    SW_TRY(sw_wire_put(out, earlier->catalogue));
    SW_TRY(sw_buf_putc(out, earlier->options_told));
    SW_TRY(sw_buf_putc(out, earlier->all_packages));
    SW_TRY(sw_wire_put_count(out, earlier->count));
    for (size_t i = 0; i < earlier->count; i++) {
        SW_TRY(put_entity(&earlier->entities[i], out));
    }
    return SW_OK;
}

static sw_result take_entity(struct sw_cursor *cur, struct sw_earlier_entity *out)
{
    uint8_t kind;
    uint8_t scope;
    SW_TRY(sw_cur_u8(cur, &kind));
    SW_TRY(sw_cur_u8(cur, &scope));
    SW_TRY(sw_wire_take_text(cur, &out->name));
    SW_TRY(sw_wire_take_text(cur, &out->version));
    SW_TRY(sw_wire_take_text(cur, &out->purl));
    out->kind = (enum sw_entity_kind)kind;
    out->scope = (enum sw_scope)scope;
    return kind < SW_ENTITY_KINDS && scope <= SW_SCOPE_DOCUMENTATION && out->name.len > 0
               ? SW_OK
               : SW_E_FORMAT;
}

sw_result sw_earlier_take(struct sw_arena *arena, struct sw_cursor *cur, struct sw_earlier *out)
{
    struct sw_earlier read = {0};
    uint8_t told;
    uint8_t all;
    size_t count;
    SW_TRY(sw_wire_take_text(cur, &read.catalogue));
    SW_TRY(sw_cur_u8(cur, &told));
    SW_TRY(sw_cur_u8(cur, &all));
    SW_TRY(sw_wire_take_count(cur, ENTITY_LEAST, SIZE_MAX, &count));
    if (told > 1 || all > 1) {
        return SW_E_FORMAT;
    }
    read.options_told = told == 1;
    read.all_packages = all == 1;
    read.entities = SW_ARENA_ARRAY(arena, struct sw_earlier_entity, count + 1);
    SW_TRY_PTR(read.entities);
    for (; read.count < count; read.count++) {
        SW_TRY(take_entity(cur, &read.entities[read.count]));
    }
    *out = read;
    return SW_OK;
}
