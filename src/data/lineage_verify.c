/* Both directions are read once and compared by what cannot be equal by chance: each pair (set,
 * input, output) is a factor x - (a set + b input + output) of a product modulo a prime, at random
 * x, a, b. Products of different multisets of n pairs are equal with probability n / 2^61 at most
 * (Schwartz and Zippel), twice over. */
#include "data/lineage_private.h"

#include <stdlib.h>
#include <sys/random.h>

#define PRIME ((UINT64_C(1) << 61) - 1)
#define LANES 2u

typedef void (*bad_fn)(void *ctx, const struct sw_chunk_ref *ref, const char *why);

struct lane {
    uint64_t x;
    uint64_t a;
    uint64_t b;
};

struct product {
    uint64_t of[LANES];
    uint64_t pairs;
};

struct checking {
    struct sw_lineage *lineage;
    bad_fn bad;
    void *ctx;
    struct sw_progress *progress;
    bool failed;
    struct lane lanes[LANES];
    struct sw_lineage_totals totals;
    uint64_t *reasons;
    struct sw_partners partners[SW_LINEAGE_SETS]; /* of the group that is read */
    struct sw_rowset kept;                        /* outputs */
    bool kept_any;                                /* of the input whose fates are read */
    uint32_t kept_max;
};

static uint64_t multiply(uint64_t a, uint64_t b)
{
    __uint128_t product = (__uint128_t)a * b;
    uint64_t sum = (uint64_t)(product & PRIME) + (uint64_t)(product >> 61);
    return sum >= PRIME ? sum - PRIME : sum;
}

static sw_result draw_lanes(struct checking *checking, struct sw_error *err)
{
    if (getrandom(checking->lanes, sizeof(checking->lanes), 0) !=
        (ssize_t)sizeof(checking->lanes)) {
        return sw_fail(err, SW_E_IO, "the system has no random numbers");
    }
    for (size_t i = 0; i < LANES; i++) {
        struct lane *lane = &checking->lanes[i];
        lane->x %= PRIME;
        lane->a %= PRIME;
        lane->b %= PRIME;
    }
    return SW_OK;
}

static void add_pair(const struct checking *checking, struct product *product, uint32_t set,
    uint32_t input, uint32_t output)
{
    for (size_t i = 0; i < LANES; i++) {
        const struct lane *lane = &checking->lanes[i];
        uint64_t pair = multiply(lane->a, set) + multiply(lane->b, input) + output;
        uint64_t factor = (lane->x + 4 * PRIME - pair) % PRIME;
        product->of[i] = multiply(product->of[i], factor);
    }
    product->pairs++;
}

static void complain(struct checking *checking, unsigned column, uint32_t group, const char *why)
{
    checking->failed = true;
    checking->bad(
        checking->ctx, sw_chunks_find(&checking->lineage->chunks, (uint16_t)column, group), why);
}

static void complain_of_all(struct checking *checking, const char *why)
{
    checking->failed = true;
    checking->bad(checking->ctx, NULL, why);
}

/* A group that cannot be read is told, what the machine refuses passes up. */
static sw_result told(struct checking *checking, enum sw_code code, unsigned column, uint32_t group)
{
    if (code == SW_OK || code == SW_E_IO || code == SW_E_NOMEM) {
        return code;
    }
    complain(checking, column, group, "its columns do not hold its rows");
    return SW_OK;
}

static sw_result check_span(struct checking *checking, enum sw_lineage_column column, uint32_t set,
    uint32_t group, const struct sw_span *made, struct sw_error *err)
{
    struct sw_span span = {0};
    enum sw_code code = sw_lineage_span(checking->lineage, column, set, group, &span, err);
    if (code == SW_E_IO || code == SW_E_NOMEM) {
        return code;
    }
    if (code != SW_OK || span.min != made->min || span.max != made->max ||
        span.used != made->used || span.straight != made->straight) {
        complain(checking, column + set, 0, "it does not say what its groups hold");
    }
    return SW_OK;
}

/* --- outputs --------------------------------------------------------------------------------- */

static sw_result check_outputs(struct checking *checking, const struct sw_backward_group *group,
    uint32_t first, struct product *product)
{
    memset(checking->partners, 0, sizeof(checking->partners));
    for (size_t row = 0; row < group->count; row++) {
        unsigned kind = group->kinds[row];
        checking->totals.outputs[kind]++;
        checking->totals.generated_unknown +=
            kind == SW_EDGE_GENERATED && group->confidences[row] == 0 ? 1 : 0;
        if (kind == SW_EDGE_KEPT) {
            SW_TRY(sw_rowset_add(&checking->kept, first + (uint32_t)row));
        }
        uint32_t start = sw_group_start(group->ends, row);
        for (uint32_t at = start; at < group->ends[row]; at++) {
            const struct sw_input_row *in = &group->inputs[at];
            sw_partners_note(
                &checking->partners[in->set], in->row, at == start || in[-1].set != in->set);
            add_pair(checking, product, in->set, in->row, first + (uint32_t)row);
        }
    }
    return SW_OK;
}

static sw_result check_backward(
    struct checking *checking, struct product *product, struct sw_error *err)
{
    struct sw_lineage *lineage = checking->lineage;
    for (uint32_t g = 0; g < sw_lineage_groups(lineage->output.rows); g++) {
        const struct sw_backward_group *group = NULL;
        enum sw_code code = sw_lineage_load_backward(lineage, g, &group, err);
        SW_TRY(told(checking, code, SW_LINEAGE_KIND, g));
        if (code != SW_OK) {
            continue;
        }
        SW_TRY(check_outputs(checking, group, g * SW_LINEAGE_GROUP, product));
        for (uint32_t s = 0; s < lineage->input_count; s++) {
            SW_TRY(check_span(
                checking, SW_LINEAGE_BACKWARD_INDEX, s, g, &checking->partners[s].span, err));
        }
        sw_progress_add(checking->progress, 0, group->count);
        SW_TRY(sw_progress_check(checking->progress, err));
    }
    return SW_OK;
}

/* --- inputs ---------------------------------------------------------------------------------- */

static void check_kept(struct checking *checking, const uint32_t *outputs, size_t count)
{
    bool any = checking->kept_any;
    uint32_t max = checking->kept_max;
    for (size_t i = 0; i < count; i++) {
        if (!sw_rowset_has(&checking->kept, outputs[i])) {
            continue;
        }
        checking->totals.reordered += checking->kept_any && checking->kept_max > outputs[i] ? 1 : 0;
        max = any && max > outputs[i] ? max : outputs[i];
        any = true;
    }
    checking->kept_any = any;
    checking->kept_max = max;
}

static void check_fates(struct checking *checking, const struct sw_forward_group *group,
    struct sw_input_row first, struct product *product)
{
    checking->partners[0] = (struct sw_partners){0};
    for (size_t row = 0; row < group->count; row++) {
        uint32_t start = sw_group_start(group->ends, row);
        size_t count = group->ends[row] - start;
        checking->totals.inputs_used += count > 0 ? 1 : 0;
        checking->totals.inputs_dropped += count > 0 ? 0 : 1;
        checking->reasons[group->reasons[row]] += count > 0 ? 0 : 1;
        for (size_t i = 0; i < count; i++) {
            sw_partners_note(&checking->partners[0], group->outputs[start + i], i == 0);
            add_pair(
                checking, product, first.set, first.row + (uint32_t)row, group->outputs[start + i]);
        }
        if (count > 0) {
            check_kept(checking, group->outputs + start, count);
        }
    }
}

static sw_result check_forward(
    struct checking *checking, uint32_t set, struct product *product, struct sw_error *err)
{
    struct sw_lineage *lineage = checking->lineage;
    checking->kept_any = false;
    for (uint32_t g = 0; g < sw_lineage_groups(lineage->inputs[set].rows); g++) {
        const struct sw_forward_group *group = NULL;
        enum sw_code code = sw_lineage_load_forward(lineage, set, g, &group, err);
        SW_TRY(told(checking, code, SW_LINEAGE_OUTPUTS + set, g));
        if (code != SW_OK) {
            continue;
        }
        check_fates(checking, group, (struct sw_input_row){set, g * SW_LINEAGE_GROUP}, product);
        SW_TRY(check_span(
            checking, SW_LINEAGE_FORWARD_INDEX, set, g, &checking->partners[0].span, err));
        sw_progress_add(checking->progress, 0, group->count);
        SW_TRY(sw_progress_check(checking->progress, err));
    }
    return SW_OK;
}

/* --- all ------------------------------------------------------------------------------------- */

static bool same_totals(const struct sw_lineage_totals *a, const struct sw_lineage_totals *b)
{
    return memcmp(a->outputs, b->outputs, sizeof(a->outputs)) == 0 &&
           a->generated_unknown == b->generated_unknown && a->reordered == b->reordered &&
           a->inputs_used == b->inputs_used && a->inputs_dropped == b->inputs_dropped;
}

/* The header's list names every reason, those without rows too. */
static bool same_reasons(const struct checking *checking)
{
    size_t i = 0;
    SW_JSON_EACH (item, sw_json_get(&checking->lineage->chunks.header, "reasons")) {
        uint64_t count = 0;
        if (!sw_json_u64(sw_json_get(item, "count"), &count) || count != checking->reasons[i++]) {
            return false;
        }
    }
    return true;
}

/* Chunks that a lineage of this shape has. */
static uint64_t chunks_wanted(const struct sw_lineage *lineage)
{
    size_t back = SW_BACKWARD_COLUMNS - (lineage->input_count > 1 ? 0 : 1);
    uint64_t wanted = (uint64_t)sw_lineage_groups(lineage->output.rows) * back;
    for (size_t s = 0; s < lineage->input_count; s++) {
        wanted += (uint64_t)sw_lineage_groups(lineage->inputs[s].rows) * SW_FORWARD_COLUMNS + 2;
    }
    return wanted;
}

static sw_result check(struct checking *checking, struct sw_error *err)
{
    struct sw_lineage *lineage = checking->lineage;
    struct product back = {{1, 1}, 0};
    struct product fore = {{1, 1}, 0};
    SW_TRY(check_backward(checking, &back, err));
    for (uint32_t s = 0; s < lineage->input_count; s++) {
        SW_TRY(check_forward(checking, s, &fore, err));
    }
    if (checking->failed) {
        return SW_OK; /* what follows from that is not told again */
    }
    if (memcmp(&back, &fore, sizeof(back)) != 0) {
        complain_of_all(checking, "outputs and inputs do not say the same of each other");
    }
    if (!same_totals(&lineage->totals, &checking->totals) || !same_reasons(checking)) {
        complain_of_all(checking, "the header has other counts than the rows");
    }
    if (lineage->chunks.count != chunks_wanted(lineage)) {
        complain_of_all(checking, "it has chunks that belong to nothing");
    }
    return SW_OK;
}

static void note_bad(void *ctx, const struct sw_chunk_ref *ref, const char *why)
{
    struct checking *checking = ctx;
    checking->failed = true;
    checking->bad(checking->ctx, ref, why);
}

sw_result sw_lineage_verify(struct sw_lineage *lineage,
    void (*bad)(void *ctx, const struct sw_chunk_ref *ref, const char *why), void *ctx,
    struct sw_progress *progress, struct sw_error *err)
{
    struct checking checking = {
        .lineage = lineage, .bad = bad, .ctx = ctx, .progress = progress, .kept = SW_ROWSET_INIT};
    SW_CLEANUP(free) uint64_t *reasons = calloc(SW_LINEAGE_REASONS, sizeof(*reasons));
    SW_TRY_PTR(reasons);
    checking.reasons = reasons;
    SW_TRY(draw_lanes(&checking, err));
    SW_TRY(sw_chunks_verify(&lineage->chunks, note_bad, &checking, err));
    enum sw_code code = checking.failed ? SW_OK : check(&checking, err);
    sw_rowset_release(&checking.kept);
    return code;
}
