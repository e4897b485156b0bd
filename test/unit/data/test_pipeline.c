/* Random pipelines of steps over random texts. The test keeps what each step did as a plain map;
 * what lineage files, events and matching say must be the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "data/events.h"
#include "data/minhash.h"

#include "temp_tree.h"

#include "unit/data/match_help.h"

/* --- datasets and steps ---------------------------------------------------------------------- */

#define FAN 3u
#define STEPS 5u
#define START 240u /* samples of the first set */

struct dataset {
    struct samples samples;
    struct text *texts;
};

struct link {
    enum sw_edge_kind kind;
    struct sw_input_row inputs[FAN];
    size_t count;
};

enum op {
    OP_FILTER,
    OP_PERMUTE,
    OP_EDIT,
    OP_SPLIT,
    OP_PACK,
    OP_DUPLICATE,
    OP_GENERATE,
    OP_UNITE,
    OP_COUNT,
};

struct step {
    enum op op;
    const struct dataset *in[2];
    size_t in_count;
    struct dataset *out;
    struct link *links;      /* of each output */
    const char **reasons[2]; /* of each input; NULL when it was used */
};

static unsigned next_id;

static void add_sample(struct dataset *set, struct text text, const char *id)
{
    size_t n = set->samples.count;
    struct sample *sample = samples_add(&set->samples, &text);
    if (id != NULL) {
        (void)snprintf(sample->id, sizeof(sample->id), "%s", id);
    } else {
        (void)snprintf(sample->id, sizeof(sample->id), "s%u", next_id++);
    }
    set->texts = realloc(set->texts, (n + 1) * sizeof(set->texts[0]));
    assert_non_null(set->texts);
    set->texts[n] = text;
}

static void dataset_free(struct dataset *set)
{
    for (size_t i = 0; i < set->samples.count; i++) {
        free(set->texts[i].words);
    }
    free(set->texts);
    samples_free(&set->samples);
}

static struct text copy_of(const struct dataset *set, uint32_t row)
{
    return text_part(&set->texts[row], 0, set->texts[row].count);
}

/* Tells of the output that was just added. */
static void add_link(
    struct step *step, enum sw_edge_kind kind, const struct sw_input_row *inputs, size_t count)
{
    size_t n = step->out->samples.count;
    step->links = realloc(step->links, n * sizeof(step->links[0]));
    assert_non_null(step->links);
    struct link *link = &step->links[n - 1];
    *link = (struct link){.kind = kind, .count = count};
    if (count > 0) {
        memcpy(link->inputs, inputs, count * sizeof(inputs[0]));
    }
}

static void keep(struct step *step, uint32_t set, uint32_t row)
{
    struct sw_input_row input = {set, row};
    add_sample(step->out, copy_of(step->in[set], row), step->in[set]->samples.list[row].id);
    add_link(step, SW_EDGE_KEPT, &input, 1);
}

static void do_filter(struct step *step, struct random *r)
{
    static const char *const why[] = {"too short", "wrong language", "toxic"};
    for (uint32_t row = 0; row < step->in[0]->samples.count; row++) {
        if (random_below(r, 10) < 7) {
            keep(step, 0, row);
        } else {
            step->reasons[0][row] = why[random_below(r, 3)];
        }
    }
}

static void do_permute(struct step *step, struct random *r)
{
    uint32_t count = (uint32_t)step->in[0]->samples.count;
    uint32_t *order = calloc(count + 1, sizeof(*order));
    assert_non_null(order);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = random_below(r, i + 1);
        order[i] = order[at];
        order[at] = i;
    }
    for (uint32_t i = 0; i < count; i++) {
        keep(step, 0, order[i]);
    }
    free(order);
}

static void do_edit(struct step *step, struct random *r)
{
    for (uint32_t row = 0; row < step->in[0]->samples.count; row++) {
        struct sw_input_row input = {0, row};
        if (random_below(r, 2) == 0) {
            keep(step, 0, row);
            continue;
        }
        struct text text = copy_of(step->in[0], row);
        text_edit(&text, r, 2 + random_below(r, 60));
        text.words[random_below(r, (uint32_t)text.count)] = WORDS + row + 1; /* surely another */
        add_sample(step->out, text, step->in[0]->samples.list[row].id);
        add_link(step, SW_EDGE_EDITED, &input, 1);
    }
}

static void do_split(struct step *step, struct random *r)
{
    for (uint32_t row = 0; row < step->in[0]->samples.count; row++) {
        const struct text *text = &step->in[0]->texts[row];
        struct sw_input_row input = {0, row};
        size_t parts = 2 + random_below(r, 2);
        if (text->count < 240 || random_below(r, 2) == 0) {
            keep(step, 0, row);
            continue;
        }
        for (size_t p = 0; p < parts; p++) {
            size_t from = text->count * p / parts;
            add_sample(
                step->out, text_part(text, from, text->count * (p + 1) / parts - from), NULL);
            add_link(step, SW_EDGE_SPLIT, &input, 1);
        }
    }
}

static void do_pack(struct step *step, struct random *r)
{
    uint32_t count = (uint32_t)step->in[0]->samples.count;
    for (uint32_t row = 0; row < count;) {
        struct sw_input_row inputs[FAN];
        uint32_t n = 1 + random_below(r, FAN);
        n = row + n > count ? count - row : n;
        if (n == 1) {
            keep(step, 0, row++);
            continue;
        }
        struct text packed = text_make(r, 0);
        for (uint32_t i = 0; i < n; i++, row++) {
            inputs[i] = (struct sw_input_row){0, row};
            text_append(&packed, &step->in[0]->texts[row]);
        }
        add_sample(step->out, packed, NULL);
        add_link(step, SW_EDGE_PACKED, inputs, n);
    }
}

static void do_duplicate(struct step *step, struct random *r)
{
    for (uint32_t row = 0; row < step->in[0]->samples.count; row++) {
        struct sw_input_row input = {0, row};
        keep(step, 0, row);
        for (uint32_t more = random_below(r, 8); more > 5; more--) {
            add_sample(step->out, copy_of(step->in[0], row), NULL);
            add_link(step, SW_EDGE_DUPLICATED, &input, 1);
        }
    }
}

static void do_generate(struct step *step, struct random *r)
{
    for (uint32_t row = 0; row < step->in[0]->samples.count; row++) {
        keep(step, 0, row);
        if (random_below(r, 4) == 0) {
            add_sample(step->out, text_make(r, 60 + random_below(r, 200)), NULL);
            add_link(step, SW_EDGE_GENERATED, NULL, 0);
        }
    }
}

static void do_unite(struct step *step, struct random *r)
{
    (void)r;
    for (uint32_t set = 0; set < 2; set++) {
        for (uint32_t row = 0; row < step->in[set]->samples.count; row++) {
            keep(step, set, row);
        }
    }
}

static void (*const ops[OP_COUNT])(struct step *, struct random *) = {
    [OP_FILTER] = do_filter,
    [OP_PERMUTE] = do_permute,
    [OP_EDIT] = do_edit,
    [OP_SPLIT] = do_split,
    [OP_PACK] = do_pack,
    [OP_DUPLICATE] = do_duplicate,
    [OP_GENERATE] = do_generate,
    [OP_UNITE] = do_unite,
};

static void fill(struct dataset *set, struct random *r, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        add_sample(set, text_make(r, 80 + random_below(r, 400)), NULL);
    }
}

static void do_step(struct step *step, enum op op, const struct dataset *in,
    const struct dataset *other, struct dataset *out, struct random *r)
{
    *step =
        (struct step){.op = op, .in = {in, other}, .in_count = op == OP_UNITE ? 2 : 1, .out = out};
    for (size_t s = 0; s < step->in_count; s++) {
        step->reasons[s] = calloc(step->in[s]->samples.count + 1, sizeof(char *));
        assert_non_null(step->reasons[s]);
    }
    ops[op](step, r);
}

static void step_free(struct step *step)
{
    free(step->links);
    free(step->reasons[0]);
    free(step->reasons[1]);
}

/* --- comparing ------------------------------------------------------------------------------- */

static void step_sets(const struct step *step, struct sw_lineage_set *sets)
{
    for (size_t s = 0; s < step->in_count; s++) {
        sets[s].rows = step->in[s]->samples.count;
        sw_sha256(sw_bytes(&step->in[s], sizeof(step->in[s])), &sets[s].manifest);
    }
}

static void finish_lineage(struct sw_lineage_writer *writer, const struct step *step,
    const char *path, struct sw_lineage *out)
{
    struct sw_error err = {0};
    SW_CLEANUP(arena) struct sw_arena arena = {0};
    struct sw_lineage_set made = {.rows = step->out->samples.count};
    struct sw_lineage_totals totals;
    struct sw_digest digest;
    sw_sha256(sw_bytes(&step->out, sizeof(step->out)), &made.manifest);
    assert_int_equal(
        sw_lineage_finish(writer, &made.manifest, &made, &arena, &totals, &digest, &err), SW_OK);
    assert_int_equal(sw_lineage_open(out, path, &digest, &err), SW_OK);
}

static void write_known(const struct step *step, const char *path, struct sw_lineage *out)
{
    struct sw_error err = {0};
    struct sw_lineage_set sets[2];
    struct sw_lineage_writer *writer = NULL;
    step_sets(step, sets);
    assert_int_equal(sw_lineage_create(&writer, path, sets, step->in_count, NULL, &err), SW_OK);
    for (uint32_t row = 0; row < step->out->samples.count; row++) {
        const struct link *link = &step->links[row];
        struct sw_edge edge = {link->kind, SW_CONFIDENCE_FULL, link->inputs, link->count};
        assert_int_equal(sw_lineage_add(writer, &edge, &err), SW_OK);
    }
    for (uint32_t s = 0; s < step->in_count; s++) {
        for (uint32_t row = 0; row < sets[s].rows; row++) {
            if (step->reasons[s][row] != NULL) {
                assert_int_equal(sw_lineage_drop(writer, (struct sw_input_row){s, row},
                                     sw_str(step->reasons[s][row]), &err),
                    SW_OK);
            }
        }
    }
    finish_lineage(writer, step, path, out);
}

static void expect_known(const struct step *step, struct sw_lineage *lineage)
{
    struct sw_error err = {0};
    for (uint32_t row = 0; row < step->out->samples.count; row++) {
        const struct link *link = &step->links[row];
        struct sw_edge edge;
        assert_int_equal(sw_lineage_edge(lineage, row, &edge, &err), SW_OK);
        assert_int_equal(edge.kind, link->kind);
        assert_int_equal(edge.input_count, link->count);
        for (size_t i = 0; i < link->count; i++) {
            assert_int_equal(edge.inputs[i].set, link->inputs[i].set);
            assert_int_equal(edge.inputs[i].row, link->inputs[i].row);
        }
    }
    for (uint32_t s = 0; s < step->in_count; s++) {
        for (uint32_t row = 0; row < step->in[s]->samples.count; row++) {
            struct sw_fate fate;
            struct sw_input_row input = {s, row};
            assert_int_equal(sw_lineage_fate(lineage, input, &fate, &err), SW_OK);
            const char *reason = step->reasons[s][row];
            assert_int_equal(fate.output_count == 0, reason != NULL);
            assert_true(reason == NULL || sw_str_is(fate.reason, reason));
        }
    }
}

static void count_bad(void *ctx, const struct sw_chunk_ref *ref, const char *why)
{
    (void)ref;
    (void)why;
    ++*(unsigned *)ctx;
}

static void expect_sound(struct sw_lineage *lineage)
{
    struct sw_error err = {0};
    unsigned bad = 0;
    const struct sw_lineage_totals *t = &lineage->totals;
    uint64_t outputs = 0;
    uint64_t inputs = 0;
    for (unsigned kind = SW_EDGE_KEPT; kind <= SW_EDGE_GENERATED; kind++) {
        outputs += t->outputs[kind];
    }
    for (size_t s = 0; s < lineage->input_count; s++) {
        inputs += lineage->inputs[s].rows;
    }
    assert_int_equal(outputs, lineage->output.rows);
    assert_int_equal(t->inputs_used + t->inputs_dropped, inputs);
    assert_int_equal(sw_lineage_verify(lineage, count_bad, &bad, NULL, &err), SW_OK);
    assert_int_equal(bad, 0);
}

/* --- chains ---------------------------------------------------------------------------------- */

static void random_rows(struct random *r, size_t count, struct sw_rowset *set, uint8_t *has)
{
    for (size_t i = 0; i < count; i++) {
        has[i] = random_below(r, 5) == 0 ? 1 : 0;
        if (has[i] != 0) {
            assert_int_equal(sw_rowset_add(set, (uint32_t)i), SW_OK);
        }
    }
}

static void expect_rows(const struct sw_rowset *set, const uint8_t *has, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(sw_rowset_has(set, (uint32_t)i), has[i] != 0);
    }
}

/* From some rows of the first set to the last set; always through the first input of each step. */
static void check_forward(
    const struct step *steps, struct sw_lineage *lineages, size_t count, struct random *r)
{
    struct sw_error err = {0};
    SW_CLEANUP(rowset) struct sw_rowset rows = SW_ROWSET_INIT;
    uint8_t *has = calloc(steps[0].in[0]->samples.count + 1, 1);
    assert_non_null(has);
    random_rows(r, steps[0].in[0]->samples.count, &rows, has);
    for (size_t k = 0; k < count; k++) {
        SW_CLEANUP(rowset) struct sw_rowset next = SW_ROWSET_INIT;
        size_t outputs = steps[k].out->samples.count;
        uint8_t *reached = calloc(outputs + 1, 1);
        assert_non_null(reached);
        for (size_t row = 0; row < outputs; row++) {
            for (size_t i = 0; i < steps[k].links[row].count; i++) {
                const struct sw_input_row *in = &steps[k].links[row].inputs[i];
                reached[row] |= in->set == 0 ? has[in->row] : 0;
            }
        }
        assert_int_equal(sw_lineage_forward(&lineages[k], 0, &rows, &next, &err), SW_OK);
        expect_rows(&next, reached, outputs);
        free(has);
        has = reached;
        sw_rowset_release(&rows);
        rows = next;
        next = SW_ROWSET_INIT;
    }
    free(has);
}

static void check_backward(
    const struct step *steps, struct sw_lineage *lineages, size_t count, struct random *r)
{
    struct sw_error err = {0};
    SW_CLEANUP(rowset) struct sw_rowset rows = SW_ROWSET_INIT;
    uint8_t *has = calloc(steps[count - 1].out->samples.count + 1, 1);
    assert_non_null(has);
    random_rows(r, steps[count - 1].out->samples.count, &rows, has);
    for (size_t k = count; k-- > 0;) {
        SW_CLEANUP(rowset) struct sw_rowset before = SW_ROWSET_INIT;
        size_t inputs = steps[k].in[0]->samples.count;
        uint8_t *reached = calloc(inputs + 1, 1);
        assert_non_null(reached);
        for (size_t row = 0; row < steps[k].out->samples.count; row++) {
            for (size_t i = 0; i < steps[k].links[row].count && has[row] != 0; i++) {
                const struct sw_input_row *in = &steps[k].links[row].inputs[i];
                if (in->set == 0) {
                    reached[in->row] = 1;
                }
            }
        }
        assert_int_equal(sw_lineage_backward(&lineages[k], &rows, 0, &before, &err), SW_OK);
        expect_rows(&before, reached, inputs);
        free(has);
        has = reached;
        sw_rowset_release(&rows);
        rows = before;
        before = SW_ROWSET_INIT;
    }
    free(has);
}

/* --- events ---------------------------------------------------------------------------------- */

static void put_ref(struct sw_buf *text, const struct step *step, bool output,
    struct sw_input_row row, struct random *r)
{
    const struct samples *samples = output ? &step->out->samples : &step->in[row.set]->samples;
    assert_int_equal(sw_buf_puts(text, "{"), SW_OK);
    if (!output && (step->in_count > 1 || random_below(r, 2) == 0)) {
        assert_int_equal(sw_buf_printf(text, "\"set\":%u,", row.set), SW_OK);
    }
    /* Copies have ids of their own, so each id is there once. */
    if (random_below(r, 2) == 0) {
        assert_int_equal(sw_buf_printf(text, "\"row\":%u}", row.row), SW_OK);
    } else {
        assert_int_equal(sw_buf_printf(text, "\"id\":\"%s\"}", samples->list[row.row].id), SW_OK);
    }
}

static void put_output(struct sw_buf *text, const struct step *step, uint32_t row, struct random *r)
{
    const struct link *link = &step->links[row];
    assert_int_equal(sw_buf_puts(text, "{\"out\":"), SW_OK);
    put_ref(text, step, true, (struct sw_input_row){0, row}, r);
    assert_int_equal(sw_buf_puts(text, ",\"in\":["), SW_OK);
    for (size_t i = link->count; i-- > 0;) { /* their order does not matter */
        put_ref(text, step, false, link->inputs[i], r);
        assert_int_equal(sw_buf_puts(text, i > 0 ? "," : ""), SW_OK);
    }
    assert_int_equal(sw_buf_puts(text, "]"), SW_OK);
    /* Kept, edited and generated can be told from the data. */
    bool plain = link->kind == SW_EDGE_KEPT || link->kind == SW_EDGE_EDITED ||
                 link->kind == SW_EDGE_GENERATED;
    if (!plain || random_below(r, 2) == 0) {
        assert_int_equal(
            sw_buf_printf(text, ",\"kind\":\"%s\"", sw_edge_kind_name(link->kind)), SW_OK);
    }
    assert_int_equal(sw_buf_puts(text, "}\n"), SW_OK);
}

static void put_events(struct sw_buf *text, const struct step *step, struct random *r)
{
    assert_int_equal(sw_buf_puts(text, "{\"format\":\"" SW_EVENTS_FORMAT "\"}\n"), SW_OK);
    for (uint32_t row = (uint32_t)step->out->samples.count; row-- > 0;) {
        put_output(text, step, row, r);
    }
    for (uint32_t s = 0; s < step->in_count; s++) {
        for (uint32_t row = 0; row < step->in[s]->samples.count; row++) {
            if (step->reasons[s][row] != NULL) {
                assert_int_equal(sw_buf_puts(text, "{\"drop\":"), SW_OK);
                put_ref(text, step, false, (struct sw_input_row){s, row}, r);
                assert_int_equal(
                    sw_buf_printf(text, ",\"reason\":\"%s\"}\n", step->reasons[s][row]), SW_OK);
            }
        }
    }
}

static enum sw_code look_in(void *ctx, struct sw_input_row input, uint32_t *origin,
    uint8_t content[SW_EDGE_CONTENT], struct sw_error *err)
{
    (void)err;
    const struct step *step = ctx;
    *origin = 0;
    memcpy(content, step->in[input.set]->samples.list[input.row].content, SW_EDGE_CONTENT);
    return SW_OK;
}

static void check_events(
    struct step *step, const struct temp_tree *tree, struct random *r, size_t in_memory)
{
    struct sw_error err = {0};
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    SW_CLEANUP(edges) struct sw_edges *edges = NULL;
    SW_CLEANUP(events) struct sw_events *events = NULL;
    SW_CLEANUP(lineage) struct sw_lineage lineage = SW_LINEAGE_INIT;
    struct sw_lineage_set sets[2];
    struct sw_match_source sources[2];
    struct sw_lineage_writer *writer = NULL;
    const char *path = temp_tree_path(tree, "told");
    put_events(&text, step, r);
    temp_tree_write_bytes(tree, "events", text.data, text.len);
    step_sets(step, sets);
    for (size_t s = 0; s < step->in_count; s++) {
        sources[s] = samples_source((struct samples *)(uintptr_t)&step->in[s]->samples);
    }
    assert_int_equal(sw_edges_new(&edges, "/tmp", in_memory), SW_OK);
    assert_int_equal(sw_lineage_create(&writer, path, sets, step->in_count, NULL, &err), SW_OK);
    struct sw_events_request request = {.path = temp_tree_path(tree, "events"),
        .inputs = sources,
        .sets = sets,
        .input_count = step->in_count,
        .output = samples_source(&step->out->samples),
        .output_rows = step->out->samples.count,
        .scratch = "/tmp",
        .in_memory = in_memory,
        .edges = edges,
        .drops = writer};
    enum sw_code code = sw_events_read(&request, &events, &err);
    if (code != SW_OK) {
        print_message("%s\n", err.text);
    }
    assert_int_equal(code, SW_OK);
    struct sw_edges_inputs look = {look_in, step};
    assert_int_equal(sw_edges_turn(edges, &look, &err), SW_OK);
    for (uint32_t row = 0; row < step->out->samples.count; row++) {
        struct sw_output_edge edge;
        assert_int_equal(sw_edges_output(edges, row, &edge, &err), SW_OK);
        assert_int_equal(
            sw_events_check(events, row, step->out->samples.list[row].content, &edge, &err), SW_OK);
        assert_int_equal(sw_lineage_add(writer, &edge.edge, &err), SW_OK);
    }
    finish_lineage(writer, step, path, &lineage);
    expect_known(step, &lineage);
    expect_sound(&lineage);
}

/* --- matching -------------------------------------------------------------------------------- */

static const uint8_t *content_in(const struct step *step, const struct sw_input_row *row)
{
    return step->in[row->set]->samples.list[row->row].content;
}

/* The same inputs, as far as contents tell them apart. */
static bool same_inputs(
    const struct step *step, const struct link *link, const struct sw_edge *edge)
{
    if (edge->input_count != link->count) {
        return false;
    }
    for (size_t i = 0; i < link->count; i++) {
        bool found = false;
        for (size_t k = 0; k < link->count && !found; k++) {
            found = memcmp(content_in(step, &link->inputs[i]), content_in(step, &edge->inputs[k]),
                        32) == 0;
        }
        if (!found) {
            return false;
        }
    }
    return true;
}

/* Of two texts: how many of their shingles they share. */
static double jaccard(const char *a, const char *b)
{
    struct sw_shingle_key key;
    struct sw_minhash x;
    struct sw_minhash y;
    double sum = 0;
    for (uint8_t i = 0; i < 16; i++) { /* 2,048 bins: an error of one in a hundred */
        sw_shingle_key(sw_bytes(&i, 1), &key);
        if (!sw_minhash_of(&key, sw_bytes(a, strlen(a)), &x) ||
            !sw_minhash_of(&key, sw_bytes(b, strlen(b)), &y)) {
            return 0;
        }
        sum += sw_minhash_similarity(&x, &y);
    }
    return sum / 16 / 10000;
}

static void expect_same(const struct step *step, uint32_t row, const struct sw_edge *edge)
{
    const struct link *link = &step->links[row];
    assert_string_equal(sw_edge_kind_name(edge->kind), sw_edge_kind_name(link->kind));
    assert_true(same_inputs(step, link, edge));
}

/* What likeness must find and must not invent. */
static void expect_near(const struct step *step, uint32_t row, const struct sw_edge *edge)
{
    const struct link *link = &step->links[row];
    if (link->kind == SW_EDGE_GENERATED) {
        assert_int_equal(edge->kind, SW_EDGE_GENERATED);
        assert_int_equal(edge->confidence, 0);
        return;
    }
    if (link->kind != SW_EDGE_EDITED) {
        expect_same(step, row, edge);
        return;
    }
    const struct sw_input_row *from = &link->inputs[0];
    double likeness = jaccard(
        step->in[from->set]->samples.list[from->row].text, step->out->samples.list[row].text);
    if (likeness > 0.75) {
        expect_same(step, row, edge);
    }
    if (likeness < 0.3) {
        assert_int_equal(edge->kind, SW_EDGE_GENERATED);
    }
}

/* What each way must recover of each step: everything, or what is alike, or nothing is asked. */
enum recovery {
    NOT_ASKED,
    ALL,
    ALIKE,
};

static const enum recovery wanted[OP_COUNT][4] = {
    [OP_FILTER] = {[SW_MATCH_ID] = ALL, [SW_MATCH_CONTENT] = ALL, [SW_MATCH_NEAR] = ALL},
    [OP_PERMUTE] = {[SW_MATCH_ID] = ALL, [SW_MATCH_CONTENT] = ALL, [SW_MATCH_NEAR] = ALL},
    [OP_EDIT] = {[SW_MATCH_ID] = ALL, [SW_MATCH_LINE] = ALL, [SW_MATCH_NEAR] = ALIKE},
    [OP_SPLIT] = {[SW_MATCH_NEAR] = ALIKE},
    [OP_PACK] = {[SW_MATCH_NEAR] = ALIKE},
    [OP_DUPLICATE] = {[SW_MATCH_CONTENT] = ALL, [SW_MATCH_NEAR] = ALL},
    [OP_GENERATE] = {[SW_MATCH_NEAR] = ALIKE},
    [OP_UNITE] = {[SW_MATCH_ID] = ALL, [SW_MATCH_CONTENT] = ALL, [SW_MATCH_NEAR] = ALL},
};

/* In a set that was copied or cut before, texts are parts of each other: then it is not clear any
 * more what a part comes from. */
static bool is_clear(const struct step *steps, size_t at)
{
    bool clear = true;
    for (size_t k = 0; k < at; k++) {
        clear = clear && steps[k].op != OP_DUPLICATE;
    }
    return clear || (steps[at].op != OP_SPLIT && steps[at].op != OP_PACK &&
                        steps[at].op != OP_EDIT && steps[at].op != OP_DUPLICATE);
}

static void check_matching(struct step *step, enum sw_match_method method, enum recovery recovery,
    const struct temp_tree *tree)
{
    struct sw_error err = {0};
    struct matched matched;
    struct samples inputs[2] = {step->in[0]->samples};
    if (step->in_count > 1) {
        inputs[1] = step->in[1]->samples;
    }
    match_all(method, inputs, step->in_count, &step->out->samples, temp_tree_path(tree, "found"),
        &matched);
    expect_sound(&matched.lineage);
    for (uint32_t row = 0; row < step->out->samples.count; row++) {
        struct sw_edge edge;
        assert_int_equal(sw_lineage_edge(&matched.lineage, row, &edge, &err), SW_OK);
        if (recovery == ALL) {
            expect_same(step, row, &edge);
        } else {
            expect_near(step, row, &edge);
        }
    }
    matched_free(&matched);
}

/* --- all of it ------------------------------------------------------------------------------- */

static void run_pipeline(uint64_t seed)
{
    struct temp_tree tree;
    struct random r = {seed};
    struct dataset sets[STEPS + 1] = {0};
    struct dataset other = {0};
    struct step steps[STEPS];
    struct sw_lineage lineages[STEPS];
    temp_tree_make(&tree);
    fill(&sets[0], &r, START);
    fill(&other, &r, 30);
    bool united = false;
    for (size_t k = 0; k < STEPS; k++) {
        enum op op = (enum op)random_below(&r, OP_COUNT);
        op = op == OP_UNITE && united ? OP_FILTER : op; /* its ids are there once */
        united = united || op == OP_UNITE;
        do_step(&steps[k], op, &sets[k], &other, &sets[k + 1], &r);
        char name[16];
        (void)snprintf(name, sizeof(name), "step-%zu", k);
        lineages[k] = SW_LINEAGE_INIT;
        write_known(&steps[k], temp_tree_path(&tree, name), &lineages[k]);
        expect_known(&steps[k], &lineages[k]);
        expect_sound(&lineages[k]);
        check_events(&steps[k], &tree, &r, k % 2 == 0 ? 0 : 20);
        for (int m = SW_MATCH_ID; m <= SW_MATCH_NEAR; m++) {
            enum recovery recovery = wanted[op][m];
            if (recovery != NOT_ASKED && is_clear(steps, k)) {
                check_matching(&steps[k], (enum sw_match_method)m, recovery, &tree);
            }
        }
    }
    for (unsigned i = 0; i < 5; i++) {
        check_forward(steps, lineages, STEPS, &r);
        check_backward(steps, lineages, STEPS, &r);
    }
    for (size_t k = 0; k < STEPS; k++) {
        sw_lineage_close(&lineages[k]);
        step_free(&steps[k]);
        dataset_free(&sets[k]);
    }
    dataset_free(&sets[STEPS]);
    dataset_free(&other);
    temp_tree_remove(&tree);
}

static void test_pipelines_are_known_as_they_were(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        print_message("pipeline %llu\n", (unsigned long long)seed);
        run_pipeline(seed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pipelines_are_known_as_they_were),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
