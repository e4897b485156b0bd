/* Samples in memory that are matched, and texts made from a seed. */
#ifndef SW_TEST_MATCH_HELP_H
#define SW_TEST_MATCH_HELP_H

#include "data/match.h"

#include <stdio.h>
#include <stdlib.h>

#include "unit/data/random_help.h"

/* --- texts ----------------------------------------------------------------------------------- */

#define WORDS 4000u

/* A word of 2 to 9 letters, the same one for the same number. */
static inline size_t word_of(uint32_t number, char out[10])
{
    struct random r = {number * UINT64_C(7919) + 13};
    size_t len = 2 + random_below(&r, 8);
    for (size_t i = 0; i < len; i++) {
        out[i] = (char)('a' + random_below(&r, 26));
    }
    return len;
}

/* Some words are frequent, as in a language. */
static inline uint32_t draw_word(struct random *r)
{
    uint32_t a = random_below(r, WORDS);
    uint32_t b = random_below(r, WORDS);
    return a * (uint64_t)b / WORDS;
}

struct text {
    uint32_t *words;
    size_t count;
};

static inline struct text text_make(struct random *r, size_t count)
{
    struct text text = {calloc(count + 1, sizeof(uint32_t)), count};
    assert_non_null(text.words);
    for (size_t i = 0; i < count; i++) {
        text.words[i] = draw_word(r);
    }
    return text;
}

static inline struct text text_part(const struct text *from, size_t first, size_t count)
{
    struct text text = {calloc(count + 1, sizeof(uint32_t)), count};
    assert_non_null(text.words);
    memcpy(text.words, from->words + first, count * sizeof(uint32_t));
    return text;
}

static inline void text_append(struct text *to, const struct text *more)
{
    to->words = realloc(to->words, (to->count + more->count + 1) * sizeof(uint32_t));
    assert_non_null(to->words);
    memcpy(to->words + to->count, more->words, more->count * sizeof(uint32_t));
    to->count += more->count;
}

/* Other words at one place in `one_in`. */
static inline void text_edit(struct text *text, struct random *r, uint32_t one_in)
{
    for (size_t i = 0; i < text->count; i++) {
        if (random_below(r, one_in) == 0) {
            text->words[i] = draw_word(r);
        }
    }
}

/* --- samples --------------------------------------------------------------------------------- */

struct sample {
    char *text;
    char id[32]; /* empty: none */
    uint32_t file;
    uint64_t line;
    uint8_t content[32];
};

struct samples {
    struct sample *list;
    size_t count;
    size_t cap;
    size_t next;
    unsigned whole_passes;
    bool whole;
};

static inline struct sample *samples_add_text(struct samples *samples, const char *text)
{
    if (samples->count == samples->cap) {
        samples->cap = samples->cap == 0 ? 64 : samples->cap * 2;
        samples->list = realloc(samples->list, samples->cap * sizeof(samples->list[0]));
        assert_non_null(samples->list);
    }
    struct sample *sample = &samples->list[samples->count++];
    struct sw_digest digest;
    *sample = (struct sample){.text = strdup(text), .line = samples->count};
    assert_non_null(sample->text);
    sw_sha256(sw_bytes(text, strlen(text)), &digest);
    memcpy(sample->content, digest.bytes, 32);
    return sample;
}

static inline struct sample *samples_add(struct samples *samples, const struct text *text)
{
    SW_CLEANUP(buf) struct sw_buf words = SW_BUF_INIT;
    for (size_t i = 0; i < text->count; i++) {
        char word[10];
        size_t len = word_of(text->words[i], word);
        assert_int_equal(sw_buf_append(&words, word, len), SW_OK);
        assert_int_equal(sw_buf_puts(&words, text->words[i] % 17 == 16 ? ".\n" : " "), SW_OK);
    }
    return samples_add_text(samples, sw_buf_cstr(&words));
}

static inline void samples_free(struct samples *samples)
{
    for (size_t i = 0; i < samples->count; i++) {
        free(samples->list[i].text);
    }
    free(samples->list);
    *samples = (struct samples){0};
}

static inline enum sw_code samples_start(void *ctx, bool whole, struct sw_error *err)
{
    (void)err;
    struct samples *samples = ctx;
    samples->next = 0;
    samples->whole = whole;
    samples->whole_passes += whole ? 1 : 0;
    return SW_OK;
}

static inline enum sw_code samples_next(
    void *ctx, struct sw_match_sample *out, bool *more, struct sw_error *err)
{
    (void)err;
    struct samples *samples = ctx;
    *more = samples->next < samples->count;
    if (*more) {
        const struct sample *sample = &samples->list[samples->next];
        *out = (struct sw_match_sample){.row = (uint32_t)samples->next, .content = sample->content};
        if (samples->whole) {
            out->file = sample->file;
            out->line = sample->line;
            out->id = sw_str(sample->id);
            out->text = sw_bytes(sample->text, strlen(sample->text));
        }
        samples->next++;
    }
    return SW_OK;
}

static inline struct sw_match_source samples_source(struct samples *samples)
{
    return (struct sw_match_source){samples, samples_start, samples_next};
}

/* --- matching -------------------------------------------------------------------------------- */

#define MATCH_INPUTS 4u

/* One step, matched; the lineage is read back from its file. */
struct matched {
    struct sw_lineage lineage;
    struct sw_match_report report;
};

static inline enum sw_code match_look(void *ctx, struct sw_input_row input, uint32_t *origin,
    uint8_t content[SW_EDGE_CONTENT], struct sw_error *err)
{
    (void)err;
    struct samples *inputs = ctx;
    *origin = input.row % 7;
    memcpy(content, inputs[input.set].list[input.row].content, SW_EDGE_CONTENT);
    return SW_OK;
}

/* Writes what was matched as a lineage, and opens it. */
static inline void match_write(struct sw_edges *edges, struct sw_lineage_writer *writer,
    struct samples *inputs, const struct samples *output, const char *path, struct matched *out)
{
    struct sw_error err = {0};
    SW_CLEANUP(arena) struct sw_arena arena = {0};
    struct sw_edges_inputs look = {match_look, inputs};
    struct sw_lineage_set made = {.rows = output->count};
    struct sw_lineage_totals totals;
    struct sw_digest digest;
    sw_sha256(sw_bytes("step", 4), &made.manifest);
    assert_int_equal(sw_edges_turn(edges, &look, &err), SW_OK);
    for (uint32_t row = 0; row < output->count; row++) {
        struct sw_output_edge edge;
        assert_int_equal(sw_edges_output(edges, row, &edge, &err), SW_OK);
        assert_int_equal(sw_lineage_add(writer, &edge.edge, &err), SW_OK);
        for (size_t i = 0; i < edge.edge.input_count; i++) {
            const struct sw_input_row *in = &edge.edge.inputs[i];
            assert_int_equal(edge.origins[i], in->row % 7);
            assert_memory_equal(edge.contents + i * SW_EDGE_CONTENT,
                inputs[in->set].list[in->row].content, SW_EDGE_CONTENT);
        }
    }
    assert_int_equal(
        sw_lineage_finish(writer, &made.manifest, &made, &arena, &totals, &digest, &err), SW_OK);
    assert_int_equal(sw_lineage_open(&out->lineage, path, &digest, &err), SW_OK);
}

static inline void match_sets(
    const struct samples *inputs, size_t input_count, struct sw_lineage_set *sets)
{
    for (size_t s = 0; s < input_count; s++) {
        sets[s].rows = inputs[s].count;
        sw_sha256(sw_bytes(&s, sizeof(s)), &sets[s].manifest);
    }
}

static inline enum sw_code match_try(enum sw_match_method method, struct samples *inputs,
    size_t input_count, struct samples *output, size_t in_memory, const char *path,
    struct matched *out, struct sw_error *err)
{
    struct sw_lineage_set sets[MATCH_INPUTS];
    struct sw_match_source sources[MATCH_INPUTS];
    struct sw_lineage_writer *writer = NULL;
    SW_CLEANUP(edges) struct sw_edges *edges = NULL;
    *out = (struct matched){.lineage = SW_LINEAGE_INIT};
    match_sets(inputs, input_count, sets);
    for (size_t s = 0; s < input_count; s++) {
        sources[s] = samples_source(&inputs[s]);
    }
    assert_int_equal(sw_edges_new(&edges, "/tmp", in_memory), SW_OK);
    assert_int_equal(sw_lineage_create(&writer, path, sets, input_count, NULL, err), SW_OK);
    struct sw_match match = {.method = method,
        .inputs = sources,
        .input_count = input_count,
        .output = samples_source(output),
        .sets = sets,
        .scratch = "/tmp",
        .in_memory = in_memory,
        .edges = edges,
        .drops = writer};
    enum sw_code code = sw_match_run(&match, &out->report, err);
    if (code != SW_OK) {
        sw_lineage_abandon(writer);
        return code;
    }
    match_write(edges, writer, inputs, output, path, out);
    return SW_OK;
}

static inline void match_all(enum sw_match_method method, struct samples *inputs,
    size_t input_count, struct samples *output, const char *path, struct matched *out)
{
    struct sw_error err = {0};
    enum sw_code code = match_try(method, inputs, input_count, output, 0, path, out, &err);
    if (code != SW_OK) {
        print_message("%s\n", err.text);
    }
    assert_int_equal(code, SW_OK);
}

static inline void matched_free(struct matched *matched)
{
    sw_lineage_close(&matched->lineage);
}

#endif
