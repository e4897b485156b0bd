/* Outputs that are a part of an input, or made of several. Fingerprints of both sides are sorted
 * together; of each output it is then known which of its fingerprints stand in which inputs, and
 * the inputs that explain most are taken first. What stands in many inputs explains nothing. */
#include "data/match_private.h"

#include <stdlib.h>

#define COMMON 32u       /* inputs; what more of them have says nothing */
#define WHOLE_LEAST 4u   /* fingerprints that a whole input must share with an output */
#define STRETCH_LEAST 8u /* fingerprints of a stretch that comes from one input */
#define ALONE_LEAST \
    16u /* fingerprints of an input that is found in an output mostly made of others */
#define SIEVE_EACH 2048u /* fingerprints that an output may have, for the size of the sieve */
#define STRAYS 16u       /* of so many fingerprints, one at each end may be a stray */
#define SHARED_MAX ((size_t)4 << 20) /* fingerprints shared by one output and all inputs */

struct part_output {
    uint32_t row;
    uint32_t fingerprints;
    bool longer; /* it is known to be like `near.input` */
    struct sw_near_edge near;
};

struct part_input {
    struct sw_input_row row;
    uint32_t fingerprints;
};

/* Most of the hash, number in its pile, and of outputs the place. */
#define HASH_SIZE 6u
#define INPUT_PRINT_SIZE (HASH_SIZE + 4u)
#define OUTPUT_PRINT_SIZE (HASH_SIZE + 8u)
/* Number of the output, number of the input or NO_INPUT for what is common, place in the output. */
#define SHARED_SIZE 12u
#define NO_INPUT UINT32_MAX

struct shared {
    uint32_t input;
    uint32_t place;
};

/* The places of one output that one input explains. */
struct piece {
    uint32_t input;
    size_t first; /* in `shared` */
    size_t count;
    struct part_input known;
    uint32_t fresh;  /* that no better piece explained */
    uint32_t strays; /* of them, those that stand before or behind the stretch */
    uint32_t least;  /* first and last place of the stretch */
    uint32_t greatest;
    bool whole; /* most of the input is in the output */
};

enum cover {
    COVER_NONE,
    COVER_COMMON,
    COVER_DONE,
};

struct contained {
    struct sw_matching *matching;
    const struct sw_shingle_key *key;
    const struct sw_near_edge *longer;
    size_t longer_count;
    struct sw_pile outputs;
    struct sw_pile inputs;
    struct sw_sieve sieve;
    struct sw_fingerprints prints;
    bool sieved; /* few outputs are left: most of the inputs' fingerprints concern none of them */
    struct sw_spill *of_inputs;
    struct sw_spill *of_outputs;
    struct sw_spill *by_output;
    uint32_t *group; /* inputs that have one fingerprint: COMMON + 1 */
    size_t group_count;
    /* Of the output that is being explained: */
    struct shared *shared;
    size_t shared_count;
    size_t shared_cap;
    struct piece *pieces;
    size_t piece_count;
    size_t piece_cap;
    uint8_t *cover;
    uint32_t *telling; /* fingerprints before each place that are not common */
    size_t cover_cap;
};

/* --- fingerprints ---------------------------------------------------------------------------- */

static sw_result add_output_print(
    struct contained *c, uint64_t hash, size_t place, struct sw_error *err)
{
    uint8_t record[HASH_SIZE + 10];
    sw_put_u64(record, hash);
    sw_put_u32(record + HASH_SIZE, (uint32_t)c->outputs.count);
    sw_put_u32(record + HASH_SIZE + 4, (uint32_t)place);
    if (c->sieved) {
        sw_sieve_add(&c->sieve, hash);
    }
    return sw_spill_add(c->of_outputs, record, err);
}

static sw_result add_input_print(struct contained *c, uint64_t hash, struct sw_error *err)
{
    uint8_t record[HASH_SIZE + 6];
    sw_put_u64(record, hash);
    sw_put_u32(record + HASH_SIZE, (uint32_t)c->inputs.count);
    return sw_spill_add(c->of_inputs, record, err);
}

/* Moves on to the edge of this output, if there is one: both are in the order of rows. */
static const struct sw_near_edge *find_longer(struct contained *c, uint32_t row)
{
    while (c->longer_count > 0 && c->longer->output < row) {
        c->longer++;
        c->longer_count--;
    }
    return c->longer_count > 0 && c->longer->output == row ? c->longer : NULL;
}

static sw_result print_output(
    struct contained *c, const struct sw_match_sample *sample, struct sw_error *err)
{
    struct part_output output = {.row = sample->row};
    const struct sw_near_edge *near = find_longer(c, sample->row);
    if (near == NULL && sw_rowset_has(&c->matching->matched, sample->row)) {
        return SW_OK;
    }
    if (near != NULL) {
        output.longer = true;
        output.near = *near;
    }
    SW_TRY(sw_fingerprints_of(c->key, sample->text, &c->prints));
    output.fingerprints = (uint32_t)c->prints.count;
    for (size_t i = 0; i < c->prints.count; i++) {
        SW_TRY(add_output_print(c, c->prints.hashes[i], i, err));
    }
    return sw_pile_add(&c->outputs, &output, err);
}

static sw_result print_input(
    struct contained *c, uint32_t set, const struct sw_match_sample *sample, struct sw_error *err)
{
    bool shares = false;
    if (sw_rowset_has(&c->matching->copies[set], sample->row)) {
        return SW_OK;
    }
    SW_TRY(sw_fingerprints_of(c->key, sample->text, &c->prints));
    for (size_t i = 0; i < c->prints.count; i++) {
        if (!c->sieved || sw_sieve_may_have(&c->sieve, c->prints.hashes[i])) {
            shares = true;
            SW_TRY(add_input_print(c, c->prints.hashes[i], err));
        }
    }
    struct part_input input = {{set, sample->row}, (uint32_t)c->prints.count};
    return shares ? sw_pile_add(&c->inputs, &input, err) : SW_OK;
}

static sw_result print_outputs(struct contained *c, struct sw_error *err)
{
    const struct sw_match_source *source = &c->matching->match->output;
    struct sw_match_sample sample;
    bool more;
    SW_TRY(source->start(source->ctx, true, err));
    SW_TRY(source->next(source->ctx, &sample, &more, err));
    while (more) {
        SW_TRY(print_output(c, &sample, err));
        SW_TRY(sw_matching_go_on(c->matching, err));
        SW_TRY(source->next(source->ctx, &sample, &more, err));
    }
    return SW_OK;
}

static sw_result print_inputs(struct contained *c, uint32_t set, struct sw_error *err)
{
    const struct sw_match_source *source = &c->matching->match->inputs[set];
    struct sw_match_sample sample;
    bool more;
    SW_TRY(source->start(source->ctx, true, err));
    SW_TRY(source->next(source->ctx, &sample, &more, err));
    while (more) {
        SW_TRY(print_input(c, set, &sample, err));
        SW_TRY(sw_matching_go_on(c->matching, err));
        SW_TRY(source->next(source->ctx, &sample, &more, err));
    }
    return SW_OK;
}

/* --- who has what ---------------------------------------------------------------------------- */

static sw_result add_shared(
    struct contained *c, const uint8_t *print, uint32_t input, struct sw_error *err)
{
    uint8_t record[SHARED_SIZE];
    memcpy(record, print + HASH_SIZE, 4);
    sw_put_u32(record + 4, input);
    memcpy(record + 8, print + HASH_SIZE + 4, 4);
    return sw_spill_add(c->by_output, record, err);
}

/* One print of an output, and the inputs that have it too. */
static sw_result share_print(struct contained *c, const uint8_t *print, struct sw_error *err)
{
    if (c->group_count > COMMON) {
        return add_shared(c, print, NO_INPUT, err);
    }
    for (size_t i = 0; i < c->group_count; i++) {
        SW_TRY(add_shared(c, print, c->group[i], err));
    }
    return SW_OK;
}

/* The inputs that have the fingerprint of an output; both sides are in order. */
static sw_result find_group(struct contained *c, const uint8_t *print, struct sw_error *err)
{
    c->group_count = 0;
    for (;;) {
        const uint8_t *input = sw_spill_peek(c->of_inputs);
        int order = input == NULL ? 1 : memcmp(input, print, HASH_SIZE);
        if (order > 0) {
            return SW_OK;
        }
        if (order == 0 && c->group_count <= COMMON) {
            c->group[c->group_count++] = sw_get_u32(input + HASH_SIZE);
        }
        SW_TRY(sw_spill_next(c->of_inputs, err));
    }
}

static sw_result share_prints(struct contained *c, struct sw_error *err)
{
    uint8_t hash[HASH_SIZE] = {0};
    SW_TRY(sw_spill_sort(c->of_inputs, err));
    SW_TRY(sw_spill_sort(c->of_outputs, err));
    for (bool first = true;; first = false) {
        const uint8_t *print = sw_spill_peek(c->of_outputs);
        if (print == NULL) {
            return SW_OK;
        }
        if (first || memcmp(print, hash, HASH_SIZE) != 0) {
            memcpy(hash, print, HASH_SIZE);
            SW_TRY(find_group(c, print, err));
            SW_TRY(sw_matching_go_on(c->matching, err));
        }
        SW_TRY(share_print(c, print, err));
        SW_TRY(sw_spill_next(c->of_outputs, err));
    }
}

/* --- explaining one output ------------------------------------------------------------------- */

static sw_result keep_shared(struct contained *c, const uint8_t *record)
{
    if (c->shared_count == c->shared_cap) {
        size_t cap = c->shared_cap == 0 ? 1024 : c->shared_cap * 2;
        struct shared *grown = realloc(c->shared, cap * sizeof(*grown));
        SW_TRY_PTR(grown);
        c->shared = grown;
        c->shared_cap = cap;
    }
    c->shared[c->shared_count++] = (struct shared){sw_get_u32(record + 4), sw_get_u32(record + 8)};
    return SW_OK;
}

/* What the output shares with inputs, in the order of inputs. *fits is false when it is too much.
 */
static sw_result gather_shared(
    struct contained *c, uint32_t number, bool *fits, struct sw_error *err)
{
    *fits = true;
    c->shared_count = 0;
    for (;;) {
        const uint8_t *record = sw_spill_peek(c->by_output);
        if (record == NULL || sw_get_u32(record) != number) {
            return SW_OK;
        }
        *fits = *fits && c->shared_count < SHARED_MAX;
        if (*fits) {
            SW_TRY(keep_shared(c, record));
        }
        SW_TRY(sw_spill_next(c->by_output, err));
    }
}

static int compare_pieces(const void *a, const void *b)
{
    const struct piece *x = a;
    const struct piece *y = b;
    if (x->count != y->count) {
        return x->count > y->count ? -1 : 1;
    }
    return x->input < y->input ? -1 : x->input > y->input;
}

static sw_result add_piece(struct contained *c, uint32_t input, size_t first)
{
    if (c->piece_count == c->piece_cap) {
        size_t cap = c->piece_cap == 0 ? 64 : c->piece_cap * 2;
        struct piece *grown = realloc(c->pieces, cap * sizeof(*grown));
        SW_TRY_PTR(grown);
        c->pieces = grown;
        c->piece_cap = cap;
    }
    c->pieces[c->piece_count++] = (struct piece){.input = input, .first = first};
    return SW_OK;
}

/* Those that explain most come first. Common places are marked in `cover`. */
static sw_result make_pieces(struct contained *c)
{
    c->piece_count = 0;
    for (size_t i = 0; i < c->shared_count; i++) {
        const struct shared *shared = &c->shared[i];
        if (shared->input == NO_INPUT) {
            c->cover[shared->place] = COVER_COMMON;
            continue;
        }
        if (c->piece_count == 0 || c->pieces[c->piece_count - 1].input != shared->input) {
            SW_TRY(add_piece(c, shared->input, i));
        }
        c->pieces[c->piece_count - 1].count++;
    }
    if (c->piece_count > 1) {
        qsort(c->pieces, c->piece_count, sizeof(c->pieces[0]), compare_pieces);
    }
    return SW_OK;
}

static sw_result make_cover(struct contained *c, size_t places)
{
    if (places + 1 > c->cover_cap) {
        size_t cap = 2 * (places + 1);
        uint8_t *cover = realloc(c->cover, cap);
        SW_TRY_PTR(cover);
        c->cover = cover;
        uint32_t *telling = realloc(c->telling, cap * sizeof(*telling));
        SW_TRY_PTR(telling);
        c->telling = telling;
        c->cover_cap = cap;
    }
    memset(c->cover, COVER_NONE, places);
    return SW_OK;
}

static void count_telling(struct contained *c, size_t places)
{
    c->telling[0] = 0;
    for (size_t i = 0; i < places; i++) {
        c->telling[i + 1] = c->telling[i] + (c->cover[i] == COVER_COMMON ? 0 : 1);
    }
}

/* Counts what the piece explains that nothing before it did; with `at`, the n-th such place. */
static uint32_t fresh_places(
    const struct contained *c, const struct piece *piece, uint32_t n, uint32_t *at)
{
    uint32_t fresh = 0;
    for (size_t i = piece->first; i < piece->first + piece->count; i++) {
        uint32_t place = c->shared[i].place;
        if (c->cover[place] == COVER_NONE && fresh++ == n && at != NULL) {
            *at = place;
            break;
        }
    }
    return fresh;
}

/* The stretch leaves a few of the outermost places away: single words stand anywhere. */
static void measure(const struct contained *c, struct piece *piece)
{
    piece->fresh = fresh_places(c, piece, 0, NULL);
    if (piece->fresh > 0) {
        piece->strays = piece->fresh / STRAYS;
        (void)fresh_places(c, piece, piece->strays, &piece->least);
        (void)fresh_places(c, piece, piece->fresh - 1 - piece->strays, &piece->greatest);
    }
}

static bool is_most(const struct contained *c, uint64_t part, uint64_t of)
{
    return part * SW_CONFIDENCE_FULL >= c->matching->min_similarity * of;
}

/* A piece counts when most of its input is there, or most of a stretch of the output is its. */
static sw_result weigh(struct contained *c, struct piece *piece, bool *counts, struct sw_error *err)
{
    *counts = false;
    if (piece->fresh < WHOLE_LEAST) {
        return SW_OK;
    }
    SW_TRY(sw_pile_at(&c->inputs, piece->input, &piece->known, err));
    uint32_t stretch = c->telling[piece->greatest + 1] - c->telling[piece->least];
    piece->whole = is_most(c, piece->fresh, piece->known.fingerprints);
    *counts = piece->whole || (piece->fresh >= STRETCH_LEAST && is_most(c, piece->fresh, stretch));
    return SW_OK;
}

/* Leaves the pieces that count; gives what they explain together. */
static sw_result choose(struct contained *c, uint64_t *explained, struct sw_error *err)
{
    size_t kept = 0;
    *explained = 0;
    for (size_t p = 0; p < c->piece_count && kept < SW_LINEAGE_FAN; p++) {
        struct piece piece = c->pieces[p];
        bool counts;
        measure(c, &piece);
        SW_TRY(weigh(c, &piece, &counts, err));
        if (!counts) {
            continue;
        }
        for (size_t i = piece.first; i < piece.first + piece.count; i++) {
            uint8_t *cover = &c->cover[c->shared[i].place];
            *cover = *cover == COVER_NONE ? COVER_DONE : *cover;
        }
        *explained += piece.fresh;
        c->pieces[kept++] = piece;
    }
    c->piece_count = kept;
    return SW_OK;
}

/* When most of the output is of no known input: those inputs that are in it whole, if they are not
 * small. */
static uint32_t choose_whole(struct contained *c)
{
    size_t kept = 0;
    uint64_t fresh = 0;
    uint64_t all = 0;
    for (size_t p = 0; p < c->piece_count; p++) {
        const struct piece *piece = &c->pieces[p];
        if (piece->whole && piece->known.fingerprints >= ALONE_LEAST) {
            fresh += piece->fresh;
            all += piece->known.fingerprints;
            c->pieces[kept++] = *piece;
        }
    }
    c->piece_count = kept;
    return all == 0 ? 0 : (uint32_t)(fresh * SW_CONFIDENCE_FULL / all);
}

static int compare_places(const void *a, const void *b)
{
    const struct piece *x = a;
    const struct piece *y = b;
    return x->least < y->least ? -1 : x->least > y->least;
}

/* One behind the other, or one into the other? */
static enum sw_edge_kind kind_of_many(struct contained *c)
{
    qsort(c->pieces, c->piece_count, sizeof(c->pieces[0]), compare_places);
    for (size_t p = 1; p < c->piece_count; p++) {
        if (c->pieces[p].least <= c->pieces[p - 1].greatest) {
            return SW_EDGE_MERGED;
        }
    }
    return SW_EDGE_PACKED;
}

static sw_result tell(struct contained *c, const struct part_output *output, uint32_t confidence,
    struct sw_error *err)
{
    struct sw_matching *matching = c->matching;
    if (output->longer && c->piece_count < 2) {
        return sw_matching_edge(matching, output->row, output->near.input, SW_EDGE_EDITED,
            output->near.confidence, err);
    }
    unsigned kind = c->piece_count > 1 ? (unsigned)kind_of_many(c) : SW_EDGE_PART;
    if (c->piece_count == 1 && c->pieces[0].whole) {
        uint64_t input = c->pieces[0].known.fingerprints;
        kind = (uint64_t)output->fingerprints * 10 < input * 9 ? SW_EDGE_SHORTER : SW_EDGE_EDITED;
    }
    confidence = confidence > SW_MATCH_SURE ? SW_MATCH_SURE : confidence;
    for (size_t p = 0; p < c->piece_count; p++) {
        SW_TRY(
            sw_matching_edge(matching, output->row, c->pieces[p].known.row, kind, confidence, err));
    }
    return SW_OK;
}

static sw_result explain(struct contained *c, uint32_t number, struct sw_error *err)
{
    struct part_output output;
    bool fits;
    uint64_t explained = 0;
    SW_TRY(sw_pile_at(&c->outputs, number, &output, err));
    SW_TRY(gather_shared(c, number, &fits, err));
    c->shared_count = fits ? c->shared_count : 0;
    SW_TRY(make_cover(c, output.fingerprints));
    SW_TRY(make_pieces(c));
    count_telling(c, output.fingerprints);
    SW_TRY(choose(c, &explained, err));
    uint32_t all = c->telling[output.fingerprints];
    uint32_t confidence = all == 0 ? 0 : (uint32_t)(explained * SW_CONFIDENCE_FULL / all);
    if (!is_most(c, explained, all)) {
        confidence = choose_whole(c);
    }
    return tell(c, &output, confidence, err);
}

static sw_result explain_all(struct contained *c, struct sw_error *err)
{
    SW_TRY(sw_spill_sort(c->by_output, err));
    for (uint64_t number = 0; number < c->outputs.count; number++) {
        SW_TRY(explain(c, (uint32_t)number, err));
        SW_TRY(sw_matching_go_on(c->matching, err));
    }
    return SW_OK;
}

/* --- all ------------------------------------------------------------------------------------- */

static sw_result find(struct contained *c, struct sw_error *err)
{
    const struct sw_match *match = c->matching->match;
    SW_TRY(print_outputs(c, err));
    for (uint32_t s = 0; s < match->input_count && c->outputs.count > 0; s++) {
        SW_TRY(print_inputs(c, s, err));
    }
    sw_sieve_release(&c->sieve);
    SW_TRY(share_prints(c, err));
    return explain_all(c, err);
}

static uint64_t left_over(const struct contained *c)
{
    uint64_t matched = sw_rowset_count(&c->matching->matched);
    return c->matching->report.outputs - matched + c->longer_count;
}

static uint64_t inputs_of(const struct sw_match *match)
{
    uint64_t inputs = 0;
    for (size_t s = 0; s < match->input_count; s++) {
        inputs += match->sets[s].rows;
    }
    return inputs;
}

static sw_result prepare(struct contained *c, struct sw_error *err)
{
    const struct sw_match *match = c->matching->match;
    c->group = calloc(COMMON + 1, sizeof(c->group[0]));
    SW_TRY_PTR(c->group);
    SW_TRY(sw_pile_open(&c->outputs, match->scratch, err));
    SW_TRY(sw_pile_open(&c->inputs, match->scratch, err));
    SW_TRY(sw_spill_new(&c->of_inputs, INPUT_PRINT_SIZE, match->scratch, match->in_memory));
    SW_TRY(sw_spill_new(&c->of_outputs, OUTPUT_PRINT_SIZE, match->scratch, match->in_memory));
    uint64_t left = left_over(c);
    c->sieved = left * 4 < inputs_of(match);
    if (c->sieved) {
        SW_TRY(sw_sieve_make(&c->sieve, left * SIEVE_EACH));
    }
    return sw_spill_new(&c->by_output, SHARED_SIZE, match->scratch, match->in_memory);
}

static void release(struct contained *c)
{
    sw_pile_close(&c->outputs);
    sw_pile_close(&c->inputs);
    sw_sieve_release(&c->sieve);
    sw_fingerprints_release(&c->prints);
    sw_cleanup_spill(&c->of_inputs);
    sw_cleanup_spill(&c->of_outputs);
    sw_cleanup_spill(&c->by_output);
    free(c->group);
    free(c->shared);
    free(c->pieces);
    free(c->cover);
    free(c->telling);
}

sw_result sw_match_contained(struct sw_matching *matching, const struct sw_shingle_key *key,
    struct sw_bytes longer, struct sw_error *err)
{
    struct contained c = {.matching = matching,
        .key = key,
        .longer = (const void *)longer.ptr,
        .longer_count = longer.len / sizeof(struct sw_near_edge),
        .outputs = SW_PILE_INIT(struct part_output),
        .inputs = SW_PILE_INIT(struct part_input)};
    enum sw_code code = prepare(&c, err);
    code = code == SW_OK ? find(&c, err) : code;
    release(&c);
    return code;
}
