/* The work that bench/near.sh times.
 *
 *   near STEP COUNT WORDS    COUNT texts of WORDS words go through a step and are matched again.
 * STEP: edit (one word of 25 is another), split (each into 4), pack (4 into one), keep (nothing).
 * Prints three numbers: CPU seconds of matching, CPU seconds of SHA-256 over the same bytes, and
 * the bytes, of both sides. */
#include "data/match.h"

#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define VOCABULARY 30000u
#define PARTS 4u

static uint64_t state = 5;

static uint32_t below(uint32_t n)
{
    return (uint32_t)(next_random(&state) % n);
}

/* --- samples --------------------------------------------------------------------------------- */

struct samples {
    struct sw_buf bytes;
    size_t *ends;
    uint8_t (*contents)[32];
    size_t count;
    size_t next;
    bool whole;
};

static char vocabulary[VOCABULARY][12];

static void make_vocabulary(void)
{
    for (size_t i = 0; i < VOCABULARY; i++) {
        size_t len = 2 + below(8);
        for (size_t c = 0; c < len; c++) {
            vocabulary[i][c] = (char)('a' + below(26));
        }
    }
}

/* Frequent words are more frequent. */
static const char *draw(void)
{
    return vocabulary[(uint64_t)below(VOCABULARY) * below(VOCABULARY) / VOCABULARY];
}

static void put(struct samples *samples, const char *text, size_t len)
{
    must(sw_buf_append(&samples->bytes, text, len), &(struct sw_error){0});
}

static void end_sample(struct samples *samples)
{
    size_t start = samples->count == 0 ? 0 : samples->ends[samples->count - 1];
    struct sw_digest digest;
    sw_sha256(sw_bytes(samples->bytes.data + start, samples->bytes.len - start), &digest);
    memcpy(samples->contents[samples->count], digest.bytes, 32);
    samples->ends[samples->count++] = samples->bytes.len;
}

static void make_room(struct samples *samples, size_t count)
{
    samples->ends = calloc(count, sizeof(samples->ends[0]));
    samples->contents = calloc(count, sizeof(samples->contents[0]));
    if (samples->ends == NULL || samples->contents == NULL) {
        die("out of memory");
    }
}

static void make_texts(struct samples *in, size_t count, size_t words)
{
    make_room(in, count);
    for (size_t i = 0; i < count; i++) {
        for (size_t w = 0; w < words; w++) {
            const char *word = draw();
            put(in, word, strlen(word));
            put(in, " ", 1);
        }
        end_sample(in);
    }
}

/* Copies a text word by word. */
static void copy(struct samples *out, const struct samples *in, size_t sample, uint32_t one_in)
{
    const char *at = (const char *)in->bytes.data + (sample == 0 ? 0 : in->ends[sample - 1]);
    const char *end = (const char *)in->bytes.data + in->ends[sample];
    while (at < end) {
        const char *space = memchr(at, ' ', (size_t)(end - at));
        const char *word = one_in > 0 && below(one_in) == 0 ? draw() : NULL;
        put(out, word != NULL ? word : at, word != NULL ? strlen(word) : (size_t)(space - at));
        put(out, " ", 1);
        at = space + 1;
    }
}

static void step(const char *name, const struct samples *in, struct samples *out)
{
    bool split = strcmp(name, "split") == 0;
    bool pack = strcmp(name, "pack") == 0;
    make_room(out, in->count * PARTS);
    for (size_t i = 0; i < in->count; i++) {
        size_t start = i == 0 ? 0 : in->ends[i - 1];
        size_t len = in->ends[i] - start;
        if (!split) {
            copy(out, in, i, strcmp(name, "edit") == 0 ? 25 : 0);
        }
        for (size_t part = 0; split && part < PARTS; part++) {
            size_t from = len * part / PARTS;
            put(out, (const char *)in->bytes.data + start + from, len * (part + 1) / PARTS - from);
            end_sample(out);
        }
        if (!split && (!pack || i % PARTS == PARTS - 1 || i + 1 == in->count)) {
            end_sample(out);
        }
    }
}

static enum sw_code start_samples(void *ctx, bool whole, struct sw_error *err)
{
    (void)err;
    struct samples *samples = ctx;
    samples->next = 0;
    samples->whole = whole;
    return SW_OK;
}

static enum sw_code next_sample(
    void *ctx, struct sw_match_sample *out, bool *more, struct sw_error *err)
{
    (void)err;
    struct samples *samples = ctx;
    size_t n = samples->next;
    *more = n < samples->count;
    if (*more) {
        size_t start = n == 0 ? 0 : samples->ends[n - 1];
        *out = (struct sw_match_sample){.row = (uint32_t)n,
            .content = samples->contents[n],
            .text = sw_bytes(samples->bytes.data + start, samples->ends[n] - start)};
        samples->next++;
    }
    return SW_OK;
}

/* --- timing ---------------------------------------------------------------------------------- */

static double cpu(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double time_sha(const struct samples *in, const struct samples *out)
{
    struct sw_digest digest;
    double start = cpu();
    sw_sha256(sw_buf_bytes(&in->bytes), &digest);
    sw_sha256(sw_buf_bytes(&out->bytes), &digest);
    return cpu() - start;
}

static enum sw_code look(void *ctx, struct sw_input_row input, uint32_t *origin,
    uint8_t content[SW_EDGE_CONTENT], struct sw_error *err)
{
    (void)ctx;
    (void)input;
    (void)content;
    (void)err;
    *origin = 0;
    return SW_OK;
}

/* Every output must have been found: a fast answer that is none would not count. */
static void check(struct sw_edges *edges, size_t outputs)
{
    struct sw_error err = {0};
    struct sw_edges_inputs inputs = {look, NULL};
    size_t found = 0;
    must(sw_edges_turn(edges, &inputs, &err), &err);
    for (uint32_t row = 0; row < outputs; row++) {
        struct sw_output_edge edge;
        must(sw_edges_output(edges, row, &edge, &err), &err);
        found += edge.edge.input_count > 0 ? 1 : 0;
    }
    if (found * 100 < outputs * 97) {
        die("over three of a hundred outputs were not found");
    }
}

static double time_match(struct samples *in, struct samples *out)
{
    struct sw_error err = {0};
    struct sw_edges *edges = NULL;
    struct sw_lineage_set set = {.rows = in->count};
    struct sw_match_source input = {in, start_samples, next_sample};
    struct sw_match_report report;
    sw_sha256(sw_bytes("bench", 5), &set.manifest);
    must(sw_edges_new(&edges, ".", 0), &err);
    struct sw_match match = {.method = SW_MATCH_NEAR,
        .inputs = &input,
        .input_count = 1,
        .output = {out, start_samples, next_sample},
        .sets = &set,
        .scratch = ".",
        .edges = edges};
    double start = cpu();
    must(sw_match_run(&match, &report, &err), &err);
    double spent = cpu() - start;
    check(edges, out->count);
    sw_edges_free(edges);
    return spent;
}

static void free_samples(struct samples *samples)
{
    sw_buf_release(&samples->bytes);
    free(samples->ends);
    free(samples->contents);
}

int main(int argc, char **argv)
{
    if (argc != 5 || strcmp(argv[1], "near") != 0) {
        (void)fprintf(stderr, "usage: bench-near near edit|split|pack|keep COUNT WORDS\n");
        return 2;
    }
    struct samples in = {0};
    struct samples out = {0};
    make_vocabulary();
    make_texts(&in, number(argv[3], UINT32_MAX), number(argv[4], 1000000));
    step(argv[2], &in, &out);
    double match = time_match(&in, &out);
    (void)printf("%.4f %.4f %zu\n", match, time_sha(&in, &out), in.bytes.len + out.bytes.len);
    free_samples(&in);
    free_samples(&out);
    return 0;
}
