#include "data/run_private.h"

#include <stdlib.h>

#define NONE UINT32_MAX
#define FEW 16u /* inputs of one row that there is room for at first */

/* A union that was made: of which origins, each as set << 16 | origin, ascending. */
struct made {
    const uint32_t *of;
    size_t count;
    uint32_t index;
};

struct sw_run_origins {
    struct sw_arena arena;
    const struct sw_run_plan *plan;
    struct sw_digest step;
    struct sw_rows_writer *writer;
    uint32_t *single[SW_LINEAGE_SETS]; /* by the input's origin; NONE: not made yet */
    struct made *slots;                /* a power of two */
    size_t slot_count;
    size_t used;
    uint32_t *codes; /* of the row that is asked for */
    size_t code_count;
    size_t code_cap;
};

void sw_run_origins_free(struct sw_run_origins *origins)
{
    sw_arena_release(&origins->arena);
    free(origins->slots);
    free(origins->codes);
    free(origins);
}

sw_result sw_run_origins_new(struct sw_run_origins **out, const struct sw_run_plan *plan,
    const struct sw_digest *step, struct sw_rows_writer *writer)
{
    SW_CLEANUP(run_origins) struct sw_run_origins *origins = calloc(1, sizeof(*origins));
    SW_TRY_PTR(origins);
    sw_arena_init(&origins->arena, 0);
    origins->plan = plan;
    origins->step = *step;
    origins->writer = writer;
    origins->code_cap = FEW;
    origins->codes = calloc(FEW, sizeof(origins->codes[0]));
    SW_TRY_PTR(origins->codes);
    for (size_t s = 0; s < plan->input_count; s++) {
        size_t count = plan->inputs[s].rows.origin_count;
        origins->single[s] = SW_ARENA_ARRAY(&origins->arena, uint32_t, count);
        SW_TRY_PTR(origins->single[s]);
        memset(origins->single[s], 0xff, count * sizeof(uint32_t));
    }
    *out = SW_TAKE(origins);
    return SW_OK;
}

/* --- unions ---------------------------------------------------------------------------------- */

/* Ascending, each once. */
static sw_result add_source(
    struct sw_run_origins *origins, struct sw_str source, struct sw_origin *to, size_t *cap)
{
    struct sw_str *list = sw_arena_grow(
        &origins->arena, (void *)(uintptr_t)to->sources, to->source_count, cap, sizeof(*list));
    SW_TRY_PTR(list);
    to->sources = list;
    size_t at = to->source_count;
    while (at > 0 && sw_str_compare(list[at - 1], source) > 0) {
        at--;
    }
    if (at > 0 && sw_str_equal(list[at - 1], source)) {
        return SW_OK;
    }
    memmove(list + at + 1, list + at, (to->source_count - at) * sizeof(*list));
    list[at] = source;
    to->source_count++;
    return SW_OK;
}

static bool has_step(const struct sw_origin *origin, const struct sw_digest *step)
{
    for (size_t i = 0; i < origin->step_count; i++) {
        if (sw_digest_equal(&origin->steps[i], step)) {
            return true;
        }
    }
    return false;
}

static sw_result add_step(
    struct sw_run_origins *origins, const struct sw_digest *step, struct sw_origin *to, size_t *cap)
{
    struct sw_digest *list = sw_arena_grow(
        &origins->arena, (void *)(uintptr_t)to->steps, to->step_count, cap, sizeof(*list));
    SW_TRY_PTR(list);
    list[to->step_count++] = *step;
    to->steps = list;
    return SW_OK;
}

/* Sources of all; the first one's steps, then what the others have besides, then this step. */
static sw_result unite(
    struct sw_run_origins *origins, const uint32_t *codes, size_t count, struct sw_origin *out)
{
    struct sw_origin made = {0};
    size_t source_cap = 0;
    size_t step_cap = 0;
    for (size_t i = 0; i < count; i++) {
        const struct sw_rows *rows = &origins->plan->inputs[codes[i] >> 16].rows;
        const struct sw_origin *from = &rows->origins[codes[i] & 0xffff];
        for (size_t k = 0; k < from->source_count; k++) {
            SW_TRY(add_source(origins, from->sources[k], &made, &source_cap));
        }
        for (size_t k = 0; k < from->step_count; k++) {
            if (i == 0 || !has_step(&made, &from->steps[k])) {
                SW_TRY(add_step(origins, &from->steps[k], &made, &step_cap));
            }
        }
    }
    SW_TRY(add_step(origins, &origins->step, &made, &step_cap));
    *out = made;
    return SW_OK;
}

static sw_result make(struct sw_run_origins *origins, const uint32_t *codes, size_t count,
    uint32_t *index, struct sw_error *err)
{
    struct sw_origin origin;
    SW_TRY(unite(origins, codes, count, &origin));
    return sw_rows_origin(origins->writer, &origin, index, err);
}

/* --- those that were made -------------------------------------------------------------------- */

static size_t hash_of(const uint32_t *codes, size_t count)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < count; i++) {
        hash = (hash ^ codes[i]) * UINT64_C(0x100000001b3);
    }
    return (size_t)(hash ^ hash >> 32);
}

static struct made *find(const struct sw_run_origins *origins, const uint32_t *codes, size_t count)
{
    size_t at = hash_of(codes, count) & (origins->slot_count - 1);
    for (; origins->slots[at].of != NULL; at = (at + 1) & (origins->slot_count - 1)) {
        const struct made *there = &origins->slots[at];
        if (there->count == count && memcmp(there->of, codes, count * sizeof(*codes)) == 0) {
            break;
        }
    }
    return &origins->slots[at];
}

static sw_result grow_slots(struct sw_run_origins *origins)
{
    struct made *before = origins->slots;
    size_t count = origins->slot_count;
    if (2 * (origins->used + 1) <= count) {
        return SW_OK;
    }
    origins->slot_count = count == 0 ? 256 : 2 * count;
    origins->slots = calloc(origins->slot_count, sizeof(*before));
    if (origins->slots == NULL) {
        origins->slots = before;
        origins->slot_count = count;
        return SW_E_NOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        if (before[i].of != NULL) {
            *find(origins, before[i].of, before[i].count) = before[i];
        }
    }
    free(before);
    return SW_OK;
}

static sw_result find_or_make(struct sw_run_origins *origins, uint32_t *index, struct sw_error *err)
{
    SW_TRY(grow_slots(origins));
    size_t count = origins->code_count;
    struct made *slot = find(origins, origins->codes, count);
    if (slot->of == NULL) {
        uint32_t *copy = SW_ARENA_ARRAY(&origins->arena, uint32_t, count + 1);
        SW_TRY_PTR(copy);
        memcpy(copy, origins->codes, count * sizeof(*copy));
        uint32_t made;
        SW_TRY(make(origins, copy, count, &made, err));
        *slot = (struct made){copy, count, made};
        origins->used++;
    }
    *index = slot->index;
    return SW_OK;
}

/* --- one row --------------------------------------------------------------------------------- */

static int compare_codes(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static sw_result list_codes(struct sw_run_origins *origins, const struct sw_output_edge *edge)
{
    size_t count = edge->edge.input_count;
    if (count > origins->code_cap) {
        uint32_t *grown = realloc(origins->codes, count * sizeof(*grown));
        SW_TRY_PTR(grown);
        origins->codes = grown;
        origins->code_cap = count;
    }
    for (size_t i = 0; i < count; i++) {
        origins->codes[i] = edge->edge.inputs[i].set << 16 | edge->origins[i];
    }
    qsort(origins->codes, count, sizeof(origins->codes[0]), compare_codes);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || origins->codes[kept - 1] != origins->codes[i]) {
            origins->codes[kept++] = origins->codes[i];
        }
    }
    origins->code_count = kept;
    return SW_OK;
}

sw_result sw_run_origins_of(struct sw_run_origins *origins, const struct sw_output_edge *edge,
    uint32_t *out, struct sw_error *err)
{
    if (edge->edge.input_count == 1) {
        uint32_t set = edge->edge.inputs[0].set;
        uint32_t *known = &origins->single[set][edge->origins[0]];
        if (*known == NONE) {
            uint32_t code = set << 16 | edge->origins[0];
            SW_TRY(make(origins, &code, 1, known, err));
        }
        *out = *known;
        return SW_OK;
    }
    if (edge->edge.input_count > 0) {
        SW_TRY(list_codes(origins, edge));
    } else {
        origins->code_count = 0;
    }
    return find_or_make(origins, out, err);
}
