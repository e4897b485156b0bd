/* Several bills as one. */
#include "supply/bom_private.h"

struct merging {
    struct sw_bom *into;
    const struct sw_bom *from;
    struct sw_names known; /* by scope, a parent's number and 1, what is there; its number: */
    uint32_t *numbers;
    size_t cap;
    uint32_t *map; /* of `from`: the numbers in `into` */
};

/* --- what is the same ------------------------------------------------------------------------- */

static sw_result key_of(
    struct sw_arena *arena, const struct sw_bom_component *c, struct sw_str *out)
{
    struct sw_str purl = sw_bom_get(c, SW_BOM_PURL);
    struct sw_str name = purl.len > 0 ? purl : sw_bom_get(c, SW_BOM_NAME);
    struct sw_str version = sw_bom_get(c, SW_BOM_VERSION);
    const char *key = sw_arena_printf(arena, "%s\n" SW_STR_FMT "\n" SW_STR_FMT,
        sw_bom_kind_name(c->kind), SW_STR_ARG(name), SW_STR_ARG(version));
    SW_TRY_PTR(key);
    *out = sw_str(key);
    return SW_OK;
}

/* What stands inside of something, or was before it, is only ever the same within that. */
static uint32_t scope_of(const struct sw_bom_component *c, uint32_t parent)
{
    return c->role == SW_BOM_INSIDE || c->role == SW_BOM_ANCESTOR ? parent + 1 : 0;
}

static sw_result remember(struct merging *m, uint32_t scope, struct sw_str key, uint32_t number)
{
    uint32_t at;
    const size_t before = m->known.count;
    SW_TRY(sw_names_number(&m->known, scope, key, &at));
    if (m->known.count == before) {
        return SW_OK;
    }
    uint32_t *moved = sw_arena_grow(m->into->arena, m->numbers, at, &m->cap, sizeof(*m->numbers));
    SW_TRY_PTR(moved);
    m->numbers = moved;
    moved[at] = number;
    return SW_OK;
}

static sw_result remember_all(struct merging *m)
{
    for (uint32_t i = 1; i < m->into->count; i++) {
        const struct sw_bom_component *c = &m->into->components[i];
        struct sw_str key;
        SW_TRY(key_of(m->into->arena, c, &key));
        SW_TRY(remember(m, scope_of(c, c->parent), key, i));
    }
    return SW_OK;
}

/* --- into one --------------------------------------------------------------------------------- */

/* Refs are told anew, when all components have theirs. */
static sw_result copy_values(struct merging *m, uint32_t number, const struct sw_bom_component *c)
{
    const struct sw_bom_component had = m->into->components[number];
    for (size_t i = 0; i < c->value_count; i++) {
        const struct sw_bom_value *v = &c->values[i];
        if (v->field != SW_BOM_DATASET && sw_bom_value(&had, v->field) == NULL) {
            SW_TRY(sw_bom_set(m->into, number, v->field, v->text, v->origin));
        }
    }
    for (size_t i = 0; i < c->hash_count; i++) {
        const char *alg = sw_arena_strndup(m->into->arena, c->hashes[i].alg);
        SW_TRY_PTR(alg);
        if (sw_bom_hash_of(&had, alg).len == 0) {
            SW_TRY(sw_bom_add_hash(m->into, number, c->hashes[i].alg, c->hashes[i].content));
        }
    }
    for (size_t i = 0; had.place_count == 0 && i < c->place_count; i++) {
        SW_TRY(sw_bom_add_place(m->into, number, &c->places[i]));
    }
    return SW_OK;
}

static sw_result add_new(
    struct merging *m, const struct sw_bom_component *c, uint32_t parent, uint32_t *out)
{
    const enum sw_bom_role role = c->role == SW_BOM_MAIN ? SW_BOM_PART : c->role;
    SW_TRY(sw_bom_add(m->into, c->kind, role, parent, out));
    m->into->components[*out].excluded = c->excluded;
    m->into->components[*out].confidence = c->confidence;
    return sw_bom_name(m->into, *out, c->ref);
}

static sw_result take_component(struct merging *m, uint32_t index)
{
    const struct sw_bom_component *c = &m->from->components[index];
    const uint32_t parent = c->parent == SW_BOM_NONE ? SW_BOM_NONE : m->map[c->parent];
    const uint32_t scope = scope_of(c, parent);
    struct sw_str key;
    uint32_t at;
    SW_TRY(key_of(m->into->arena, c, &key));
    if (sw_names_find(&m->known, scope, key, &at)) {
        m->map[index] = m->numbers[at];
        m->into->components[m->numbers[at]].excluded &= c->excluded;
    } else {
        SW_TRY(add_new(m, c, parent, &m->map[index]));
        SW_TRY(remember(m, scope, key, m->map[index]));
    }
    return copy_values(m, m->map[index], c);
}

static sw_result take_datasets(struct merging *m, uint32_t index)
{
    const struct sw_bom_component *c = &m->from->components[index];
    for (size_t i = 0; i < c->value_count; i++) {
        const struct sw_bom_value *v = &c->values[i];
        uint32_t to;
        if (v->field == SW_BOM_DATASET && sw_bom_find(m->from, v->text, &to)) {
            SW_TRY(sw_bom_set(m->into, m->map[index], SW_BOM_DATASET,
                m->into->components[m->map[to]].ref, v->origin));
        }
    }
    return SW_OK;
}

static enum sw_bom_completeness worse(enum sw_bom_completeness a, enum sw_bom_completeness b)
{
    return a < b ? a : b;
}

sw_result sw_bom_merge(struct sw_bom *into, const struct sw_bom *from)
{
    struct merging m = {.into = into, .from = from};
    sw_names_init(&m.known, into->arena);
    m.map = SW_ARENA_ARRAY(into->arena, uint32_t, from->count);
    SW_TRY_PTR(m.map);
    SW_TRY(remember_all(&m));
    for (uint32_t i = 0; i < from->count; i++) {
        SW_TRY(take_component(&m, i));
    }
    for (uint32_t i = 0; i < from->count; i++) {
        SW_TRY(take_datasets(&m, i));
    }
    for (size_t i = 0; i < from->edge_count; i++) {
        SW_TRY(sw_bom_depend(into, m.map[from->edges[i].from], m.map[from->edges[i].to]));
    }
    into->parts = worse(into->parts, from->parts);
    into->dependencies = worse(into->dependencies, from->dependencies);
    return sw_bom_depend(into, 0, m.map[0]);
}
