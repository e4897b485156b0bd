/* Samples whose keys are equal: both sides are sorted by key, and what shares one is settled at
 * once. */
#include "data/match_private.h"

#include <stdlib.h>

/* Key, side, set and row, content. The content stands in the key when it is the key. */
#define KEY_SIZE 32u
enum key_at {
    AT_SIDE = KEY_SIZE,
    AT_SET = KEY_SIZE + 1,
    AT_ROW = KEY_SIZE + 2,
    AT_CONTENT = KEY_SIZE + 6,
};
#define RECORD_SIZE (AT_CONTENT + SW_EDGE_CONTENT)

#define TWIN_SIZE 10u

enum side {
    SIDE_INPUT,
    SIDE_OUTPUT,
};

struct member {
    struct sw_input_row row; /* of an output, the set is 0 */
    uint8_t content[SW_EDGE_CONTENT];
    bool used;
};

struct members {
    struct member *list;
    size_t count;
    size_t cap;
};

struct keying {
    struct sw_matching *matching;
    struct sw_spill *spill;
    struct members inputs; /* that share a key */
    struct members outputs;
};

/* --- gathering ------------------------------------------------------------------------------- */

/* False when the sample has no key. */
static bool make_key(
    const struct sw_matching *matching, const struct sw_match_sample *sample, uint8_t *key)
{
    struct sw_digest digest;
    memset(key, 0, KEY_SIZE);
    switch (matching->match->method) {
    case SW_MATCH_ID:
        sw_sha256(sw_bytes_of_str(sample->id), &digest);
        memcpy(key, digest.bytes, KEY_SIZE);
        return sample->id.len > 0;
    case SW_MATCH_LINE:
        sw_put_u32(key, sample->file);
        sw_put_u64(key + 4, sample->line);
        return sample->line > 0;
    case SW_MATCH_CONTENT:
    case SW_MATCH_NEAR: memcpy(key, sample->content, KEY_SIZE); return true;
    }
    return false;
}

static sw_result no_key(struct keying *keying, enum side side, const struct sw_match_sample *sample,
    struct sw_error *err)
{
    if (keying->matching->match->method == SW_MATCH_LINE) {
        return sw_fail(err, SW_E_REFUSED,
            "sample %u of the %s stands on no line: match it by id, content or near instead",
            sample->row, side == SIDE_INPUT ? "input" : "output");
    }
    keying->matching->report.without_id += side == SIDE_OUTPUT ? 1 : 0;
    return SW_OK;
}

static sw_result gather(struct keying *keying, enum side side, uint32_t set,
    const struct sw_match_source *source, bool whole, struct sw_error *err)
{
    struct sw_match_sample sample;
    bool more;
    SW_TRY(source->start(source->ctx, whole, err));
    SW_TRY(source->next(source->ctx, &sample, &more, err));
    while (more) {
        uint8_t record[RECORD_SIZE];
        if (make_key(keying->matching, &sample, record)) {
            record[AT_SIDE] = (uint8_t)side;
            record[AT_SET] = (uint8_t)set;
            sw_put_u32(record + AT_ROW, sample.row);
            memcpy(record + AT_CONTENT, sample.content, SW_EDGE_CONTENT);
            SW_TRY(sw_spill_add(keying->spill, record, err));
        } else {
            SW_TRY(no_key(keying, side, &sample, err));
        }
        keying->matching->report.outputs += side == SIDE_OUTPUT ? 1 : 0;
        SW_TRY(sw_matching_go_on(keying->matching, err));
        SW_TRY(source->next(source->ctx, &sample, &more, err));
    }
    return SW_OK;
}

/* --- settling by content --------------------------------------------------------------------- */

static sw_result add_member(struct members *members, const uint8_t *record, struct sw_error *err)
{
    if (members->count == SW_MATCH_SAME) {
        return sw_fail(err, SW_E_LIMIT,
            "over %zu samples share one id, line or content: they cannot be told apart",
            SW_MATCH_SAME);
    }
    if (members->count == members->cap) {
        size_t cap = members->cap == 0 ? 16 : members->cap * 2;
        struct member *grown = realloc(members->list, cap * sizeof(*grown));
        SW_TRY_PTR(grown);
        members->list = grown;
        members->cap = cap;
    }
    struct member *member = &members->list[members->count++];
    *member = (struct member){.row = {record[AT_SET], sw_get_u32(record + AT_ROW)}};
    memcpy(member->content, record + AT_CONTENT, SW_EDGE_CONTENT);
    return SW_OK;
}

static sw_result edge(struct keying *keying, const struct member *output,
    const struct member *input, unsigned kind, uint32_t confidence, struct sw_error *err)
{
    return sw_matching_edge(keying->matching, output->row.row, input->row, kind, confidence, err);
}

/* Equal contents: one to one in order; more outputs are copies, more inputs were duplicates. */
static sw_result settle_contents(struct keying *keying, struct sw_error *err)
{
    const struct members *inputs = &keying->inputs;
    const struct members *outputs = &keying->outputs;
    for (size_t i = 0; i < outputs->count && inputs->count > 0; i++) {
        bool kept = i < inputs->count;
        SW_TRY(edge(keying, &outputs->list[i], &inputs->list[kept ? i : 0],
            kept ? SW_EDGE_KEPT : SW_EDGE_DUPLICATED, SW_CONFIDENCE_FULL, err));
    }
    /* In near matching they may still have been changed. */
    struct sw_lineage_writer *drops =
        keying->matching->near ? NULL : keying->matching->match->drops;
    for (size_t i = outputs->count; i > 0 && i < inputs->count && drops != NULL; i++) {
        SW_TRY(sw_lineage_drop(drops, inputs->list[i].row, sw_str(SW_REASON_DUPLICATE), err));
    }
    return SW_OK;
}

/* --- settling by id or line ------------------------------------------------------------------ */

static int compare_contents(const void *a, const void *b)
{
    const struct member *x = *(struct member *const *)a;
    const struct member *y = *(struct member *const *)b;
    int order = memcmp(x->content, y->content, SW_EDGE_CONTENT);
    return order != 0 ? order : (x < y ? -1 : x > y);
}

/* In the order of contents; equal ones in the order of rows. */
static sw_result by_content(struct members *members, struct member ***out)
{
    struct member **order = calloc(members->count + 1, sizeof(*order));
    SW_TRY_PTR(order);
    for (size_t i = 0; i < members->count; i++) {
        order[i] = &members->list[i];
    }
    qsort(order, members->count, sizeof(*order), compare_contents);
    *out = order;
    return SW_OK;
}

static bool same_content(const struct member *a, const struct member *b)
{
    return memcmp(a->content, b->content, SW_EDGE_CONTENT) == 0;
}

/* What one content has on both sides: one to one, then copies of the first. */
static sw_result settle_run(struct keying *keying, struct member **inputs, size_t input_count,
    struct member **outputs, size_t output_count, struct sw_error *err)
{
    for (size_t i = 0; i < output_count; i++) {
        bool kept = i < input_count;
        struct member *input = inputs[kept ? i : 0];
        SW_TRY(edge(keying, outputs[i], input, kept ? SW_EDGE_KEPT : SW_EDGE_DUPLICATED,
            SW_CONFIDENCE_FULL, err));
        outputs[i]->used = input->used = true;
    }
    return SW_OK;
}

static size_t run_of(struct member **list, size_t at, size_t count)
{
    size_t n = 1;
    while (at + n < count && same_content(list[at], list[at + n])) {
        n++;
    }
    return n;
}

/* Among samples of one key: those whose contents are equal. */
static sw_result settle_equal(struct keying *keying, struct sw_error *err)
{
    SW_CLEANUP(free) struct member **inputs = NULL;
    SW_CLEANUP(free) struct member **outputs = NULL;
    SW_TRY(by_content(&keying->inputs, &inputs));
    SW_TRY(by_content(&keying->outputs, &outputs));
    size_t i = 0;
    size_t o = 0;
    while (i < keying->inputs.count && o < keying->outputs.count) {
        int order = memcmp(inputs[i]->content, outputs[o]->content, SW_EDGE_CONTENT);
        size_t in = run_of(inputs, i, keying->inputs.count);
        size_t out = run_of(outputs, o, keying->outputs.count);
        if (order == 0) {
            SW_TRY(settle_run(keying, inputs + i, in, outputs + o, out, err));
        }
        i += order <= 0 ? in : 0;
        o += order >= 0 ? out : 0;
    }
    return SW_OK;
}

/* Among them: those that were changed. One input that gave several others, and is not there itself,
 * was split. Of several inputs with one key, which is which is a guess, and said to be. */
static sw_result settle_changed(struct keying *keying, struct sw_error *err)
{
    struct members *inputs = &keying->inputs;
    struct members *outputs = &keying->outputs;
    uint32_t confidence = (uint32_t)(SW_CONFIDENCE_FULL / inputs->count);
    size_t changed = 0;
    for (size_t o = 0; o < outputs->count; o++) {
        changed += outputs->list[o].used ? 0 : 1;
    }
    bool split = inputs->count == 1 && !inputs->list[0].used && changed > 1;
    size_t next = 0;
    for (size_t o = 0; o < outputs->count; o++) {
        if (outputs->list[o].used) {
            continue;
        }
        while (next < inputs->count && inputs->list[next].used) {
            next++;
        }
        struct member *input = &inputs->list[next < inputs->count && !split ? next : 0];
        SW_TRY(edge(keying, &outputs->list[o], input, split ? SW_EDGE_SPLIT : SW_EDGE_EDITED,
            confidence, err));
        input->used = input->used || !split;
    }
    return SW_OK;
}

/* For near matching: inputs that have one content. */
static sw_result note_copies(struct keying *keying, struct sw_error *err)
{
    struct sw_matching *matching = keying->matching;
    const struct members *inputs = &keying->inputs;
    for (size_t i = 0; i < inputs->count && matching->near && inputs->count > 1; i++) {
        const struct sw_input_row *row = &inputs->list[i].row;
        uint8_t twin[TWIN_SIZE];
        twin[0] = (uint8_t)inputs->list[0].row.set;
        sw_put_u32(twin + 1, inputs->list[0].row.row);
        twin[5] = (uint8_t)row->set;
        sw_put_u32(twin + 6, row->row);
        SW_TRY(sw_spill_add(matching->twins, twin, err));
        SW_TRY(i == 0 ? SW_OK : sw_rowset_add(&matching->copies[row->set], row->row));
    }
    return SW_OK;
}

static sw_result settle(struct keying *keying, struct sw_error *err)
{
    SW_TRY(note_copies(keying, err));
    if (keying->inputs.count == 0 || keying->outputs.count == 0) {
        return SW_OK;
    }
    enum sw_match_method method = keying->matching->match->method;
    if (method == SW_MATCH_CONTENT || method == SW_MATCH_NEAR) {
        return settle_contents(keying, err);
    }
    SW_TRY(settle_equal(keying, err));
    return settle_changed(keying, err);
}

/* --- all ------------------------------------------------------------------------------------- */

static sw_result settle_all(struct keying *keying, struct sw_error *err)
{
    SW_TRY(sw_spill_sort(keying->spill, err));
    for (;;) {
        uint8_t key[KEY_SIZE];
        const uint8_t *record = sw_spill_peek(keying->spill);
        if (record == NULL) {
            return SW_OK;
        }
        memcpy(key, record, KEY_SIZE);
        keying->inputs.count = keying->outputs.count = 0;
        for (; record != NULL && memcmp(record, key, KEY_SIZE) == 0;
             record = sw_spill_peek(keying->spill)) {
            struct members *side =
                record[AT_SIDE] == SIDE_INPUT ? &keying->inputs : &keying->outputs;
            SW_TRY(add_member(side, record, err));
            SW_TRY(sw_spill_next(keying->spill, err));
        }
        SW_TRY(settle(keying, err));
        SW_TRY(sw_matching_go_on(keying->matching, err));
    }
}

/* One group of inputs with the same content. */
static sw_result drop_twins(
    struct sw_matching *matching, const struct members *twins, struct sw_error *err)
{
    bool used = false;
    for (size_t i = 0; i < twins->count; i++) {
        const struct sw_input_row *row = &twins->list[i].row;
        used = used || sw_rowset_has(&matching->used[row->set], row->row);
    }
    for (size_t i = 0; i < twins->count && used; i++) {
        const struct sw_input_row *row = &twins->list[i].row;
        if (!sw_rowset_has(&matching->used[row->set], row->row)) {
            SW_TRY(sw_lineage_drop(matching->match->drops, *row, sw_str(SW_REASON_DUPLICATE), err));
        }
    }
    return SW_OK;
}

static sw_result each_twins(
    struct sw_matching *matching, struct members *twins, struct sw_error *err)
{
    SW_TRY(sw_spill_sort(matching->twins, err));
    for (;;) {
        uint8_t first[5];
        const uint8_t *twin = sw_spill_peek(matching->twins);
        if (twin == NULL) {
            return SW_OK;
        }
        memcpy(first, twin, sizeof(first));
        twins->count = 0;
        for (; twin != NULL && memcmp(twin, first, sizeof(first)) == 0;
             twin = sw_spill_peek(matching->twins)) {
            uint8_t record[RECORD_SIZE] = {0};
            record[AT_SET] = twin[5];
            memcpy(record + AT_ROW, twin + 6, 4);
            SW_TRY(add_member(twins, record, err));
            SW_TRY(sw_spill_next(matching->twins, err));
        }
        SW_TRY(drop_twins(matching, twins, err));
    }
}

sw_result sw_match_twins(struct sw_matching *matching, struct sw_error *err)
{
    struct members twins = {0};
    if (matching->match->drops == NULL) {
        return SW_OK;
    }
    enum sw_code code = each_twins(matching, &twins, err);
    free(twins.list);
    return code;
}

sw_result sw_match_keys(struct sw_matching *matching, struct sw_error *err)
{
    const struct sw_match *match = matching->match;
    struct keying keying = {.matching = matching};
    bool by_content_alone = match->method == SW_MATCH_CONTENT || match->method == SW_MATCH_NEAR;
    SW_CLEANUP(spill) struct sw_spill *spill = NULL;
    SW_TRY(sw_spill_new(&spill, RECORD_SIZE, match->scratch, match->in_memory));
    SW_TRY(sw_spill_new(&matching->twins, TWIN_SIZE, match->scratch, match->in_memory));
    keying.spill = spill;
    enum sw_code code = gather(&keying, SIDE_OUTPUT, 0, &match->output, !by_content_alone, err);
    for (uint32_t s = 0; s < match->input_count && code == SW_OK; s++) {
        code = gather(&keying, SIDE_INPUT, s, &match->inputs[s], !by_content_alone, err);
    }
    code = code == SW_OK ? settle_all(&keying, err) : code;
    free(keying.inputs.list);
    free(keying.outputs.list);
    return code;
}
