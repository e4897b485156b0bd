/* Outputs that are much like one input. Signatures of both sides share a band when they are alike;
 * who shares one is compared whole, and the likest pairs are settled first, so that each input is
 * taken once before any is taken twice. */
#include "data/match_private.h"

#include <stdlib.h>

#define CANDIDATES 16u                  /* inputs that one output is compared with, for each band */
#define SAME_BAND_MAX ((size_t)1 << 20) /* of each side; more are passed over */
#define STEP 250u                       /* of likeness: smaller differences are chance */
#define NEARLY_BEST 500u /* a difference of likeness, of 10,000, that may be chance */
#define LONGER_LEAST 64u /* shingles */

struct signed_output {
    uint32_t row;
    struct sw_minhash hash;
};

struct signed_input {
    struct sw_input_row row;
    struct sw_minhash hash;
};

/* Band, side, number in its pile. */
#define BAND_SIZE 13u
/* Number of the output, number of the input, how far apart they stand among their likes. */
#define PAIR_SIZE 9u

/* The order in which pairs are settled. */
#define RANKED_SIZE 14u
enum ranked_at {
    RANKED_STEP = 0,     /* what is missing to equality, in steps that are no chance */
    RANKED_DISTANCE = 1, /* among their likes */
    RANKED_MISSING = 2,  /* to equality */
    RANKED_OUTPUT = 4,
    RANKED_SET = 8,
    RANKED_ROW = 9,
    RANKED_LENGTHS = 13,
};

enum lengths {
    MUCH_THE_SAME,
    OUTPUT_SHORTER,
    OUTPUT_LONGER,
};

struct numbers {
    uint32_t *list;
    size_t count;
    size_t cap;
};

struct alike {
    struct sw_matching *matching;
    const struct sw_shingle_key *key;
    struct sw_pile outputs;
    struct sw_pile inputs;
    struct sw_sieve sieve;
    struct sw_spill *bands;
    struct sw_spill *pairs;
    struct sw_spill *ranked;
    struct numbers band_inputs;
    struct numbers band_outputs;
    uint16_t *best;                /* the greatest likeness of each output to any input */
    struct sw_rowset open_outputs; /* numbers of those that have no input yet */
    struct sw_rowset open_inputs;  /* numbers of those that have no output yet */
    bool only_open;                /* only those are compared */
    struct numbers scores;         /* of one output: likeness, input and distance, in turn */
    struct sw_buf *longer;
};

static sw_result add_number(struct numbers *numbers, uint32_t number)
{
    if (numbers->count == numbers->cap) {
        size_t cap = numbers->cap == 0 ? 64 : numbers->cap * 2;
        uint32_t *grown = realloc(numbers->list, cap * sizeof(*grown));
        SW_TRY_PTR(grown);
        numbers->list = grown;
        numbers->cap = cap;
    }
    numbers->list[numbers->count++] = number;
    return SW_OK;
}

/* --- signing --------------------------------------------------------------------------------- */

static sw_result add_band(
    struct alike *alike, uint64_t band, uint8_t side, uint64_t number, struct sw_error *err)
{
    uint8_t record[BAND_SIZE];
    sw_put_u64(record, band);
    record[8] = side;
    sw_put_u32(record + 9, (uint32_t)number);
    return sw_spill_add(alike->bands, record, err);
}

static sw_result sign_output(
    struct alike *alike, const struct sw_match_sample *sample, struct sw_error *err)
{
    struct sw_matching *matching = alike->matching;
    struct signed_output output = {.row = sample->row};
    if (sw_rowset_has(&matching->matched, sample->row)) {
        return SW_OK;
    }
    if (!sw_minhash_of(alike->key, sample->text, &output.hash)) {
        matching->report.too_short++;
        return SW_OK;
    }
    for (unsigned b = 0; b < SW_MINHASH_BANDS; b++) {
        uint64_t band = sw_minhash_band(&output.hash, b);
        sw_sieve_add(&alike->sieve, band);
        SW_TRY(add_band(alike, band, 1, alike->outputs.count, err));
    }
    return sw_pile_add(&alike->outputs, &output, err);
}

/* Only inputs that share a band with an output are kept. */
static sw_result sign_input(
    struct alike *alike, uint32_t set, const struct sw_match_sample *sample, struct sw_error *err)
{
    struct signed_input input = {.row = {set, sample->row}};
    bool shares = false;
    if (!sw_minhash_of(alike->key, sample->text, &input.hash)) {
        return SW_OK;
    }
    for (unsigned b = 0; b < SW_MINHASH_BANDS; b++) {
        uint64_t band = sw_minhash_band(&input.hash, b);
        if (sw_sieve_may_have(&alike->sieve, band)) {
            shares = true;
            SW_TRY(add_band(alike, band, 0, alike->inputs.count, err));
        }
    }
    return shares ? sw_pile_add(&alike->inputs, &input, err) : SW_OK;
}

static sw_result sign_outputs(struct alike *alike, struct sw_error *err)
{
    const struct sw_match_source *source = &alike->matching->match->output;
    struct sw_match_sample sample;
    bool more;
    SW_TRY(source->start(source->ctx, true, err));
    SW_TRY(source->next(source->ctx, &sample, &more, err));
    while (more) {
        SW_TRY(sign_output(alike, &sample, err));
        SW_TRY(sw_matching_go_on(alike->matching, err));
        SW_TRY(source->next(source->ctx, &sample, &more, err));
    }
    return SW_OK;
}

static sw_result sign_inputs(struct alike *alike, uint32_t set, struct sw_error *err)
{
    const struct sw_match_source *source = &alike->matching->match->inputs[set];
    struct sw_match_sample sample;
    bool more;
    SW_TRY(source->start(source->ctx, true, err));
    SW_TRY(source->next(source->ctx, &sample, &more, err));
    while (more) {
        SW_TRY(sign_input(alike, set, &sample, err));
        SW_TRY(sw_matching_go_on(alike->matching, err));
        SW_TRY(source->next(source->ctx, &sample, &more, err));
    }
    return SW_OK;
}

/* --- pairing --------------------------------------------------------------------------------- */

/* Who shares a band. Where many do, an output is compared with those inputs that stand about where
 * it stands: steps mostly keep the order. */
static sw_result pair_band(struct alike *alike, struct sw_error *err)
{
    const struct numbers *inputs = &alike->band_inputs;
    const struct numbers *outputs = &alike->band_outputs;
    for (size_t o = 0; o < outputs->count && inputs->count > 0; o++) {
        size_t n = inputs->count < CANDIDATES ? inputs->count : CANDIDATES;
        size_t middle = o * inputs->count / outputs->count;
        size_t first = middle < n / 2 ? 0 : middle - n / 2;
        first = first + n > inputs->count ? inputs->count - n : first;
        for (size_t i = first; i < first + n; i++) {
            uint8_t pair[PAIR_SIZE];
            sw_put_u32(pair, outputs->list[o]);
            sw_put_u32(pair + 4, inputs->list[i]);
            pair[8] = (uint8_t)(i < middle ? middle - i : i - middle);
            SW_TRY(sw_spill_add(alike->pairs, pair, err));
        }
    }
    return SW_OK;
}

static sw_result take_band(struct alike *alike, bool is_input, uint32_t number)
{
    struct numbers *side = is_input ? &alike->band_inputs : &alike->band_outputs;
    const struct sw_rowset *open = is_input ? &alike->open_inputs : &alike->open_outputs;
    bool counts = !alike->only_open || sw_rowset_has(open, number);
    return counts && side->count < SAME_BAND_MAX ? add_number(side, number) : SW_OK;
}

static sw_result pair_bands(struct alike *alike, struct sw_error *err)
{
    SW_TRY(sw_spill_sort(alike->bands, err));
    for (;;) {
        const uint8_t *record = sw_spill_peek(alike->bands);
        if (record == NULL) {
            return SW_OK;
        }
        uint64_t band = sw_get_u64(record);
        alike->band_inputs.count = alike->band_outputs.count = 0;
        for (; record != NULL && sw_get_u64(record) == band; record = sw_spill_peek(alike->bands)) {
            SW_TRY(take_band(alike, record[8] == 0, sw_get_u32(record + 9)));
            SW_TRY(sw_spill_next(alike->bands, err));
        }
        SW_TRY(pair_band(alike, err));
        SW_TRY(sw_matching_go_on(alike->matching, err));
    }
}

/* --- ranking --------------------------------------------------------------------------------- */

static enum lengths compare_lengths(uint32_t output, uint32_t input)
{
    if ((uint64_t)output * 10 < (uint64_t)input * 9) {
        return OUTPUT_SHORTER;
    }
    return output > input && output - input >= LONGER_LEAST ? OUTPUT_LONGER : MUCH_THE_SAME;
}

/* Compares an output with all its candidates; scores has those that are alike enough. */
static sw_result score_output(
    struct alike *alike, uint32_t number, struct signed_output *output, struct sw_error *err)
{
    uint32_t before = UINT32_MAX;
    alike->scores.count = 0;
    SW_TRY(sw_pile_at(&alike->outputs, number, output, err));
    for (;;) {
        const uint8_t *pair = sw_spill_peek(alike->pairs);
        if (pair == NULL || sw_get_u32(pair) != number) {
            return SW_OK;
        }
        uint32_t candidate = sw_get_u32(pair + 4);
        if (candidate != before) {
            struct signed_input input;
            SW_TRY(sw_pile_at(&alike->inputs, candidate, &input, err));
            uint32_t likeness = sw_minhash_similarity(&output->hash, &input.hash);
            if (likeness >= alike->matching->min_similarity) {
                SW_TRY(add_number(&alike->scores, likeness));
                SW_TRY(add_number(&alike->scores, candidate));
                SW_TRY(add_number(&alike->scores, pair[8]));
                uint16_t *best = &alike->best[number];
                *best = likeness > *best ? (uint16_t)likeness : *best;
            }
        }
        before = candidate;
        SW_TRY(sw_spill_next(alike->pairs, err));
    }
}

/* Those that may be the best one go on. */
static sw_result rank_output(
    struct alike *alike, const struct signed_output *output, uint32_t best, struct sw_error *err)
{
    for (size_t i = 0; i < alike->scores.count; i += 3) {
        const uint32_t *score = &alike->scores.list[i];
        uint32_t missing = SW_CONFIDENCE_FULL - score[0];
        if (score[0] + NEARLY_BEST < best) {
            continue;
        }
        struct signed_input input;
        uint8_t record[RANKED_SIZE];
        SW_TRY(sw_pile_at(&alike->inputs, score[1], &input, err));
        record[RANKED_STEP] = (uint8_t)(missing / STEP);
        record[RANKED_DISTANCE] = (uint8_t)score[2];
        sw_put_u16(record + RANKED_MISSING, (uint16_t)missing);
        sw_put_u32(record + RANKED_OUTPUT, output->row);
        record[RANKED_SET] = (uint8_t)input.row.set;
        sw_put_u32(record + RANKED_ROW, input.row.row);
        record[RANKED_LENGTHS] =
            (uint8_t)compare_lengths(output->hash.shingles, input.hash.shingles);
        SW_TRY(sw_spill_add(alike->ranked, record, err));
    }
    return SW_OK;
}

static sw_result rank(struct alike *alike, struct sw_error *err)
{
    SW_TRY(sw_spill_sort(alike->pairs, err));
    for (;;) {
        const uint8_t *pair = sw_spill_peek(alike->pairs);
        if (pair == NULL) {
            return SW_OK;
        }
        struct signed_output output;
        uint32_t number = sw_get_u32(pair);
        SW_TRY(score_output(alike, number, &output, err));
        SW_TRY(rank_output(alike, &output, alike->best[number], err));
        SW_TRY(sw_matching_go_on(alike->matching, err));
    }
}

/* --- settling -------------------------------------------------------------------------------- */

static sw_result settle_pair(struct alike *alike, const uint8_t *record, struct sw_error *err)
{
    struct sw_near_edge edge = {sw_get_u32(record + RANKED_OUTPUT),
        {record[RANKED_SET], sw_get_u32(record + RANKED_ROW)},
        SW_CONFIDENCE_FULL - sw_get_u16(record + RANKED_MISSING)};
    edge.confidence = edge.confidence > SW_MATCH_SURE ? SW_MATCH_SURE : edge.confidence;
    if (record[RANKED_LENGTHS] == OUTPUT_LONGER) {
        SW_TRY(sw_rowset_add(&alike->matching->matched, edge.output));
        SW_TRY(sw_rowset_add(&alike->matching->used[edge.input.set], edge.input.row));
        return sw_buf_append(alike->longer, &edge, sizeof(edge));
    }
    bool shorter = record[RANKED_LENGTHS] == OUTPUT_SHORTER;
    return sw_matching_edge(alike->matching, edge.output, edge.input,
        shorter ? SW_EDGE_SHORTER : SW_EDGE_EDITED, edge.confidence, err);
}

/* The likest first. `twice`: also inputs that have an output already. */
static sw_result settle(struct alike *alike, bool twice, struct sw_error *err)
{
    const struct sw_matching *matching = alike->matching;
    SW_TRY(sw_spill_sort(alike->ranked, err));
    for (;;) {
        const uint8_t *record = sw_spill_peek(alike->ranked);
        if (record == NULL) {
            return SW_OK;
        }
        uint32_t output = sw_get_u32(record + RANKED_OUTPUT);
        uint32_t input = sw_get_u32(record + RANKED_ROW);
        bool taken = sw_rowset_has(&matching->used[record[RANKED_SET]], input);
        if (!sw_rowset_has(&matching->matched, output) && (twice || !taken)) {
            SW_TRY(settle_pair(alike, record, err));
        }
        SW_TRY(sw_spill_next(alike->ranked, err));
    }
}

static int compare_outputs(const void *a, const void *b)
{
    const struct sw_near_edge *x = a;
    const struct sw_near_edge *y = b;
    return x->output < y->output ? -1 : x->output > y->output;
}

static bool inputs_are_left(const struct sw_matching *matching)
{
    for (size_t s = 0; s < matching->match->input_count; s++) {
        if (sw_rowset_count(&matching->used[s]) < matching->match->sets[s].rows) {
            return true;
        }
    }
    return false;
}

/* When every input has an output, a longer one has nothing else to be made of. */
static sw_result settle_longer(struct alike *alike, struct sw_error *err)
{
    struct sw_near_edge *list = (void *)alike->longer->data;
    size_t count = alike->longer->len / sizeof(*list);
    if (count == 0) {
        return SW_OK;
    }
    qsort(list, count, sizeof(*list), compare_outputs);
    if (inputs_are_left(alike->matching)) {
        return SW_OK;
    }
    for (size_t i = 0; i < count; i++) {
        SW_TRY(sw_matching_edge(alike->matching, list[i].output, list[i].input, SW_EDGE_EDITED,
            list[i].confidence, err));
    }
    sw_buf_clear(alike->longer);
    return SW_OK;
}

/* --- all ------------------------------------------------------------------------------------- */

/* What is still open on both sides, by the numbers of the piles. */
static sw_result find_open(struct alike *alike, struct sw_error *err)
{
    const struct sw_matching *matching = alike->matching;
    for (uint64_t n = 0; n < alike->outputs.count; n++) {
        struct signed_output output;
        SW_TRY(sw_pile_at(&alike->outputs, n, &output, err));
        if (alike->best[n] > 0 && !sw_rowset_has(&matching->matched, output.row)) {
            SW_TRY(sw_rowset_add(&alike->open_outputs, (uint32_t)n));
        }
    }
    for (uint64_t n = 0; n < alike->inputs.count && sw_rowset_count(&alike->open_outputs) > 0;
         n++) {
        struct signed_input input;
        SW_TRY(sw_pile_at(&alike->inputs, n, &input, err));
        if (!sw_rowset_has(&matching->used[input.row.set], input.row.row)) {
            SW_TRY(sw_rowset_add(&alike->open_inputs, (uint32_t)n));
        }
    }
    return SW_OK;
}

static sw_result compare(struct alike *alike, struct sw_error *err)
{
    const struct sw_match *match = alike->matching->match;
    sw_cleanup_spill(&alike->pairs);
    alike->pairs = NULL;
    SW_TRY(sw_spill_new(&alike->pairs, PAIR_SIZE, match->scratch, match->in_memory));
    SW_TRY(pair_bands(alike, err));
    return rank(alike, err);
}

/* Where very many are alike, not each was compared with each: those that were left over among them
 * are compared once more with each other. */
static sw_result settle_all(struct alike *alike, struct sw_error *err)
{
    SW_TRY(compare(alike, err));
    SW_TRY(settle(alike, false, err));
    SW_TRY(find_open(alike, err));
    if (sw_rowset_count(&alike->open_inputs) > 0) {
        struct sw_spill *all = SW_TAKE(alike->ranked);
        const struct sw_match *match = alike->matching->match;
        alike->only_open = true;
        enum sw_code code =
            sw_spill_new(&alike->ranked, RANKED_SIZE, match->scratch, match->in_memory);
        code = code == SW_OK ? compare(alike, err) : code;
        code = code == SW_OK ? settle(alike, false, err) : code;
        sw_cleanup_spill(&alike->ranked);
        alike->ranked = all;
        SW_TRY(code);
    }
    return settle(alike, true, err);
}

static sw_result find(struct alike *alike, struct sw_error *err)
{
    const struct sw_match *match = alike->matching->match;
    SW_TRY(sign_outputs(alike, err));
    for (uint32_t s = 0; s < match->input_count && alike->outputs.count > 0; s++) {
        SW_TRY(sign_inputs(alike, s, err));
    }
    sw_sieve_release(&alike->sieve);
    alike->best = calloc(alike->outputs.count + 1, sizeof(alike->best[0]));
    SW_TRY_PTR(alike->best);
    SW_TRY(settle_all(alike, err));
    return settle_longer(alike, err);
}

static sw_result prepare(struct alike *alike, struct sw_error *err)
{
    const struct sw_match *match = alike->matching->match;
    uint64_t left = alike->matching->report.outputs - sw_rowset_count(&alike->matching->matched);
    SW_TRY(sw_pile_open(&alike->outputs, match->scratch, err));
    SW_TRY(sw_pile_open(&alike->inputs, match->scratch, err));
    SW_TRY(sw_sieve_make(&alike->sieve, left * SW_MINHASH_BANDS));
    SW_TRY(sw_spill_new(&alike->bands, BAND_SIZE, match->scratch, match->in_memory));
    return sw_spill_new(&alike->ranked, RANKED_SIZE, match->scratch, match->in_memory);
}

sw_result sw_match_alike(struct sw_matching *matching, const struct sw_shingle_key *key,
    struct sw_buf *longer, struct sw_error *err)
{
    struct alike alike = {.matching = matching,
        .key = key,
        .longer = longer,
        .outputs = SW_PILE_INIT(struct signed_output),
        .inputs = SW_PILE_INIT(struct signed_input)};
    enum sw_code code = prepare(&alike, err);
    code = code == SW_OK ? find(&alike, err) : code;
    sw_pile_close(&alike.outputs);
    sw_pile_close(&alike.inputs);
    sw_sieve_release(&alike.sieve);
    sw_cleanup_spill(&alike.bands);
    sw_cleanup_spill(&alike.pairs);
    sw_cleanup_spill(&alike.ranked);
    free(alike.band_inputs.list);
    free(alike.band_outputs.list);
    free(alike.scores.list);
    free(alike.best);
    sw_rowset_release(&alike.open_outputs);
    sw_rowset_release(&alike.open_inputs);
    return code;
}
