#include "data/consumption_private.h"
#include "data/rows_private.h"

#include <stdlib.h>

#define CLASSES_MAX 65536u

void sw_draw_classes_release(struct sw_draw_classes *classes)
{
    for (size_t i = 0; i < classes->set_count; i++) {
        free(classes->sets[i].row_class);
    }
    *classes = (struct sw_draw_classes){0};
}

/* --- things ---------------------------------------------------------------------------------- */

static int compare_things(const void *a, const void *b)
{
    const struct sw_draw_thing *x = a;
    const struct sw_draw_thing *y = b;
    return sw_str_compare(x->name, y->name);
}

size_t sw_draw_thing_find(const struct sw_draw_classes *classes, struct sw_str name)
{
    const struct sw_draw_thing wanted = {.name = name};
    const struct sw_draw_thing *found =
        classes->thing_count == 0 ? NULL
                                  : bsearch(&wanted, classes->things, classes->thing_count,
                                        sizeof(wanted), compare_things);
    return found == NULL ? SIZE_MAX : (size_t)(found - classes->things);
}

/* Names outlive the datasets that they come from. */
static sw_result add_thing(
    struct sw_draw_classes *classes, struct sw_arena *arena, struct sw_str name, uint64_t rows)
{
    const char *copy = sw_arena_strndup(arena, name);
    SW_TRY_PTR(copy);
    classes->things[classes->thing_count++] =
        (struct sw_draw_thing){sw_str_n(copy, name.len), rows};
    return SW_OK;
}

/* Sorts the names and adds up the samples of those that are the same. */
static void merge_things(struct sw_draw_classes *classes)
{
    size_t kept = 0;
    qsort(classes->things, classes->thing_count, sizeof(classes->things[0]), compare_things);
    for (size_t i = 0; i < classes->thing_count; i++) {
        struct sw_draw_thing *thing = &classes->things[i];
        if (kept > 0 && sw_str_equal(classes->things[kept - 1].name, thing->name)) {
            classes->things[kept - 1].rows += thing->rows;
        } else {
            classes->things[kept++] = *thing;
        }
    }
    classes->thing_count = kept;
}

static sw_result list_things(struct sw_draw_classes *classes, struct sw_arena *arena,
    const struct sw_rows *rows, size_t count, const struct sw_str *names, const struct sw_str *more,
    size_t more_count)
{
    size_t room = more_count;
    for (size_t i = 0; i < count; i++) {
        room += names != NULL ? 1 : rows[i].source_count;
    }
    classes->things = SW_ARENA_ARRAY(arena, struct sw_draw_thing, room);
    SW_TRY_PTR(classes->things);
    for (size_t i = 0; i < count; i++) {
        if (names != NULL) {
            SW_TRY(add_thing(classes, arena, names[i], rows[i].count));
        }
        for (size_t s = 0; s < rows[i].source_count && names == NULL; s++) {
            const struct sw_source_count *source = &rows[i].sources[s];
            SW_TRY(add_thing(classes, arena, source->name, source->samples));
        }
    }
    for (size_t i = 0; i < more_count; i++) {
        SW_TRY(add_thing(classes, arena, more[i], 0));
    }
    merge_things(classes);
    return SW_OK;
}

/* --- classes --------------------------------------------------------------------------------- */

/* One origin of one dataset, by the things it has. */
struct member {
    uint32_t set;
    uint32_t origin;
    uint64_t rows;
    uint32_t *things;
    size_t thing_count;
};

static int compare_things_of(const struct member *x, const struct member *y)
{
    for (size_t i = 0; i < x->thing_count && i < y->thing_count; i++) {
        if (x->things[i] != y->things[i]) {
            return x->things[i] < y->things[i] ? -1 : 1;
        }
    }
    return x->thing_count < y->thing_count ? -1 : x->thing_count > y->thing_count;
}

static int compare_members(const void *a, const void *b)
{
    const struct member *x = a;
    const struct member *y = b;
    int order = compare_things_of(x, y);
    if (order != 0) {
        return order;
    }
    if (x->set != y->set) {
        return x->set < y->set ? -1 : 1;
    }
    return x->origin < y->origin ? -1 : x->origin > y->origin;
}

static sw_result fill_member(const struct sw_draw_classes *classes, struct sw_arena *arena,
    const struct sw_rows *rows, const struct sw_str *name, struct member *member,
    struct sw_error *err)
{
    const struct sw_origin *origin = &rows->origins[member->origin];
    size_t count = name != NULL ? 1 : origin->source_count;
    member->rows = rows->origin_samples[member->origin];
    member->things = SW_ARENA_ARRAY(arena, uint32_t, count);
    SW_TRY_PTR(member->things);
    for (size_t i = 0; i < count; i++) {
        size_t thing = sw_draw_thing_find(classes, name != NULL ? *name : origin->sources[i]);
        if (thing == SIZE_MAX) {
            return sw_fail(err, SW_E_FORMAT, "'%s' has a source that its header does not count",
                rows->chunks.path);
        }
        member->things[member->thing_count++] = (uint32_t)thing;
    }
    return SW_OK;
}

static sw_result list_members(const struct sw_draw_classes *classes, struct sw_arena *arena,
    const struct sw_rows *rows, size_t count, const struct sw_str *names, struct member **out,
    size_t *member_count, struct sw_error *err)
{
    size_t room = 0;
    for (size_t i = 0; i < count; i++) {
        room += rows[i].origin_count;
    }
    struct member *members = SW_ARENA_ARRAY(arena, struct member, room);
    SW_TRY_PTR(members);
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t o = 0; o < rows[i].origin_count; o++, n++) {
            members[n] = (struct member){.set = (uint32_t)i, .origin = (uint32_t)o};
            SW_TRY(fill_member(
                classes, arena, &rows[i], names == NULL ? NULL : &names[i], &members[n], err));
        }
    }
    *out = members;
    *member_count = n;
    return SW_OK;
}

/* Members in order: those of one class stand together. */
static sw_result number_classes(struct sw_draw_classes *classes, struct sw_arena *arena,
    struct member *members, size_t count, struct sw_error *err)
{
    qsort(members, count, sizeof(*members), compare_members);
    classes->classes = SW_ARENA_ARRAY(arena, struct sw_draw_class, count);
    SW_TRY_PTR(classes->classes);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || compare_things_of(&members[i - 1], &members[i]) != 0) {
            classes->classes[classes->class_count++] =
                (struct sw_draw_class){members[i].things, members[i].thing_count, 0};
        }
        if (classes->class_count > CLASSES_MAX) {
            return sw_fail(err, SW_E_LIMIT, "the datasets have over %u different sets of sources",
                CLASSES_MAX);
        }
        size_t class = classes->class_count - 1;
        classes->classes[class].rows += members[i].rows;
        uint16_t *of = (uint16_t *)(uintptr_t)classes->sets[members[i].set].origin_class;
        of[members[i].origin] = (uint16_t) class;
    }
    classes->wide = classes->class_count > 256;
    return SW_OK;
}

static sw_result make_sets(struct sw_draw_classes *classes, struct sw_arena *arena,
    const struct sw_rows *rows, size_t count)
{
    classes->sets = SW_ARENA_ARRAY(arena, struct sw_draw_set, count);
    SW_TRY_PTR(classes->sets);
    classes->set_count = count;
    for (size_t i = 0; i < count; i++) {
        classes->sets[i].rows = rows[i].count;
        classes->sets[i].origin_count = rows[i].origin_count;
        classes->sets[i].origin_class = SW_ARENA_ARRAY(arena, uint16_t, rows[i].origin_count);
        SW_TRY_PTR(classes->sets[i].origin_class);
    }
    return SW_OK;
}

/* --- rows ------------------------------------------------------------------------------------ */

static bool is_uniform(const struct sw_draw_set *set)
{
    for (size_t o = 1; o < set->origin_count; o++) {
        if (set->origin_class[o] != set->origin_class[0]) {
            return false;
        }
    }
    return set->origin_count > 0;
}

static void put_classes(const struct sw_draw_classes *classes, struct sw_draw_set *set,
    uint64_t first, const uint32_t *origins, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint16_t class = set->origin_class[origins[i]];
        if (classes->wide) {
            ((uint16_t *)set->row_class)[first + i] = class;
        } else {
            ((uint8_t *)set->row_class)[first + i] = (uint8_t) class;
        }
    }
}

static sw_result map_rows(const struct sw_draw_classes *classes, struct sw_draw_set *set,
    const struct sw_rows *rows, struct sw_progress *progress, struct sw_error *err)
{
    if (rows->count == 0 || is_uniform(set)) {
        return SW_OK;
    }
    set->row_class = calloc((size_t)rows->count, classes->wide ? 2 : 1);
    SW_CLEANUP(free) uint32_t *origins = calloc(SW_ROWS_GROUP, sizeof(*origins));
    SW_TRY_PTR(set->row_class);
    SW_TRY_PTR(origins);
    for (uint64_t first = 0; first < rows->count; first += SW_ROWS_GROUP) {
        uint64_t left = rows->count - first;
        size_t count = left < SW_ROWS_GROUP ? (size_t)left : SW_ROWS_GROUP;
        SW_TRY(sw_row_group_origins(rows, (uint32_t)(first / SW_ROWS_GROUP), count, origins, err));
        put_classes(classes, set, first, origins, count);
        if (sw_progress_cancelled(progress)) {
            return sw_fail(err, SW_E_INTERRUPTED, "interrupted");
        }
    }
    return SW_OK;
}

sw_result sw_draw_classes_make(struct sw_draw_classes *classes, struct sw_arena *arena,
    const struct sw_rows *rows, size_t count, const struct sw_str *names, const struct sw_str *more,
    size_t more_count, struct sw_progress *progress, struct sw_error *err)
{
    SW_CLEANUP(draw_classes) struct sw_draw_classes made = {0};
    struct member *members = NULL;
    size_t member_count = 0;
    SW_TRY(list_things(&made, arena, rows, count, names, more, more_count));
    SW_TRY(make_sets(&made, arena, rows, count));
    SW_TRY(list_members(&made, arena, rows, count, names, &members, &member_count, err));
    SW_TRY(number_classes(&made, arena, members, member_count, err));
    for (size_t i = 0; i < count; i++) {
        SW_TRY(map_rows(&made, &made.sets[i], &rows[i], progress, err));
    }
    *classes = made;
    made = (struct sw_draw_classes){0};
    return SW_OK;
}
