#include "data/lineage_private.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "temp_tree.h"

#include "unit/data/random_help.h"

/* --- a step that the test knows by heart ----------------------------------------------------- */

#define SETS 3u
#define INPUTS_MAX 6u

struct known_edge {
    enum sw_edge_kind kind;
    uint32_t confidence;
    struct sw_input_row inputs[INPUTS_MAX];
    size_t count;
};

struct known {
    struct sw_lineage_set sets[SETS];
    size_t set_count;
    struct known_edge *edges;
    uint32_t outputs;
    const char **reasons[SETS]; /* NULL: nobody said it */
};

static const char *const some_reasons[] = {"too-short", "duplicate", "Über die Länge", "z"};

static int compare_inputs(const void *a, const void *b)
{
    const struct sw_input_row *x = a;
    const struct sw_input_row *y = b;
    if (x->set != y->set) {
        return x->set < y->set ? -1 : 1;
    }
    return x->row < y->row ? -1 : x->row > y->row;
}

/* Several different inputs, in order. */
static void draw_inputs(const struct known *known, struct random *r, struct known_edge *edge)
{
    size_t wanted = 2 + random_below(r, INPUTS_MAX - 1);
    for (size_t i = 0; i < wanted; i++) {
        uint32_t set = random_below(r, (uint32_t)known->set_count);
        edge->inputs[i] =
            (struct sw_input_row){set, random_below(r, (uint32_t)known->sets[set].rows)};
    }
    qsort(edge->inputs, wanted, sizeof(edge->inputs[0]), compare_inputs);
    edge->count = 1;
    for (size_t i = 1; i < wanted; i++) {
        if (compare_inputs(&edge->inputs[edge->count - 1], &edge->inputs[i]) != 0) {
            edge->inputs[edge->count++] = edge->inputs[i];
        }
    }
    edge->kind = edge->count > 1 ? (random_below(r, 2) == 0 ? SW_EDGE_PACKED : SW_EDGE_MERGED)
                                 : SW_EDGE_EDITED;
    edge->confidence = random_below(r, SW_CONFIDENCE_FULL + 1);
}

enum style {
    STYLE_IDENTITY,
    STYLE_FILTER,
    STYLE_SHUFFLE,
    STYLE_SPLIT,
    STYLE_WILD, /* all kinds, all inputs */
};

static void one_input(const struct known *known, struct random *r, enum style style, uint32_t n,
    struct known_edge *edge)
{
    uint32_t rows = (uint32_t)known->sets[0].rows;
    uint32_t row = n;
    row = style == STYLE_FILTER ? (uint32_t)((uint64_t)n * rows / known->outputs) : row;
    row = style == STYLE_SHUFFLE ? random_below(r, rows) : row;
    row = style == STYLE_SPLIT ? n / 3 : row;
    *edge = (struct known_edge){.kind = style == STYLE_SPLIT ? SW_EDGE_SPLIT : SW_EDGE_KEPT,
        .confidence = SW_CONFIDENCE_FULL,
        .inputs = {{0, row % rows}},
        .count = 1};
}

static void wild_edge(
    const struct known *known, struct random *r, uint32_t n, struct known_edge *edge)
{
    if (random_below(r, 9) == 0 || known->set_count == 0) {
        *edge = (struct known_edge){.kind = SW_EDGE_GENERATED,
            .confidence = random_below(r, 2) == 0 ? 0 : SW_CONFIDENCE_FULL};
        return;
    }
    if (random_below(r, 3) == 0) {
        draw_inputs(known, r, edge);
        return;
    }
    one_input(known, r, random_below(r, 2) == 0 ? STYLE_SHUFFLE : STYLE_IDENTITY, n, edge);
    edge->kind = random_below(r, 2) == 0 ? SW_EDGE_DUPLICATED : SW_EDGE_KEPT;
}

static void known_make(struct known *known, uint64_t seed, enum style style, size_t set_count,
    uint32_t rows, uint32_t outputs)
{
    struct random r = {seed};
    *known = (struct known){.set_count = set_count, .outputs = outputs};
    for (size_t s = 0; s < set_count; s++) {
        known->sets[s].rows = rows / (s + 1) + (s > 0 ? 1 : 0);
        sw_sha256(sw_bytes(&s, sizeof(s)), &known->sets[s].manifest);
        known->reasons[s] = calloc(known->sets[s].rows + 1, sizeof(char *));
        assert_non_null(known->reasons[s]);
    }
    known->edges = calloc(outputs + 1, sizeof(known->edges[0]));
    assert_non_null(known->edges);
    for (uint32_t n = 0; n < outputs; n++) {
        if (style == STYLE_WILD) {
            wild_edge(known, &r, n, &known->edges[n]);
        } else {
            one_input(known, &r, style, n, &known->edges[n]);
        }
    }
}

static void known_free(struct known *known)
{
    for (size_t s = 0; s < known->set_count; s++) {
        free(known->reasons[s]);
    }
    free(known->edges);
}

/* For each input row, whether it has outputs: drops are told for some of the others. */
static void known_drop(struct known *known, struct sw_lineage_writer *writer, struct random *r)
{
    struct sw_error err = {0};
    for (uint32_t s = 0; s < known->set_count; s++) {
        uint8_t *used = calloc(known->sets[s].rows + 1, 1);
        assert_non_null(used);
        for (uint32_t n = 0; n < known->outputs; n++) {
            for (size_t i = 0; i < known->edges[n].count; i++) {
                if (known->edges[n].inputs[i].set == s) {
                    used[known->edges[n].inputs[i].row] = 1;
                }
            }
        }
        /* From the back, to see that the order does not matter. */
        for (uint32_t row = (uint32_t)known->sets[s].rows; row-- > 0;) {
            if (used[row] != 0 || random_below(r, 4) == 0) {
                continue;
            }
            known->reasons[s][row] = some_reasons[random_below(r, SW_COUNT(some_reasons))];
            assert_int_equal(sw_lineage_drop(writer, (struct sw_input_row){s, row},
                                 sw_str(known->reasons[s][row]), &err),
                SW_OK);
        }
        free(used);
    }
}

static struct sw_digest known_write(struct known *known, const char *path, size_t in_memory,
    struct sw_lineage_totals *totals, struct sw_arena *arena)
{
    struct sw_error err = {0};
    struct random r = {4711};
    struct sw_lineage_writer *writer = NULL;
    assert_int_equal(
        sw_lineage_begin(&writer, path, known->sets, known->set_count, "/tmp", in_memory, &err),
        SW_OK);
    known_drop(known, writer, &r);
    for (uint32_t n = 0; n < known->outputs; n++) {
        struct sw_edge edge = {known->edges[n].kind, known->edges[n].confidence,
            known->edges[n].inputs, known->edges[n].count};
        assert_int_equal(sw_lineage_add(writer, &edge, &err), SW_OK);
    }
    struct sw_digest digest;
    struct sw_digest step;
    struct sw_lineage_set output = {.rows = known->outputs};
    sw_sha256(sw_bytes("step", 4), &step);
    sw_sha256(sw_bytes("output", 6), &output.manifest);
    assert_int_equal(
        sw_lineage_finish(writer, &step, &output, arena, totals, &digest, &err), SW_OK);
    return digest;
}

/* --- comparing with it ----------------------------------------------------------------------- */

static void check_edges(const struct known *known, struct sw_lineage *lineage)
{
    struct sw_error err = {0};
    for (uint32_t n = 0; n < known->outputs; n++) {
        struct sw_edge edge;
        assert_int_equal(sw_lineage_edge(lineage, n, &edge, &err), SW_OK);
        assert_int_equal(edge.kind, known->edges[n].kind);
        assert_int_equal(edge.confidence, known->edges[n].confidence);
        assert_int_equal(edge.input_count, known->edges[n].count);
        for (size_t i = 0; i < edge.input_count; i++) {
            assert_int_equal(compare_inputs(&edge.inputs[i], &known->edges[n].inputs[i]), 0);
        }
    }
    struct sw_edge edge;
    assert_int_equal(sw_lineage_edge(lineage, known->outputs, &edge, &err), SW_E_USAGE);
}

/* The outputs of each row of a set: ends[row] in list. */
struct transposed {
    size_t *ends;
    uint32_t *list;
};

static struct transposed transpose(const struct known *known, uint32_t set)
{
    size_t rows = (size_t)known->sets[set].rows;
    struct transposed t = {
        calloc(rows + 2, sizeof(size_t)), calloc(known->outputs * INPUTS_MAX + 1, 4)};
    assert_non_null(t.ends);
    assert_non_null(t.list);
    for (unsigned pass = 0; pass < 2; pass++) {
        for (uint32_t n = 0; n < known->outputs; n++) {
            for (size_t i = 0; i < known->edges[n].count; i++) {
                const struct sw_input_row *in = &known->edges[n].inputs[i];
                if (in->set == set && pass == 0) {
                    t.ends[in->row + 1]++;
                } else if (in->set == set) {
                    t.list[t.ends[in->row]++] = n;
                }
            }
        }
        for (size_t row = 0; row < rows && pass == 0; row++) {
            t.ends[row + 1] += t.ends[row];
        }
    }
    return t;
}

static void transposed_free(struct transposed *t)
{
    free(t->ends);
    free(t->list);
}

static void check_fates(const struct known *known, struct sw_lineage *lineage)
{
    struct sw_error err = {0};
    for (uint32_t s = 0; s < known->set_count; s++) {
        struct transposed t = transpose(known, s);
        for (uint32_t row = 0; row < known->sets[s].rows; row++) {
            size_t start = row == 0 ? 0 : t.ends[row - 1];
            struct sw_fate fate;
            assert_int_equal(
                sw_lineage_fate(lineage, (struct sw_input_row){s, row}, &fate, &err), SW_OK);
            assert_int_equal(fate.output_count, t.ends[row] - start);
            assert_true(fate.output_count == 0 ||
                        memcmp(fate.outputs, t.list + start, fate.output_count * 4) == 0);
            const char *reason = known->reasons[s][row];
            const char *wanted = fate.output_count > 0 ? "" : reason == NULL ? "unknown" : reason;
            assert_true(sw_str_is(fate.reason, wanted));
        }
        struct sw_fate fate;
        struct sw_input_row behind = {s, (uint32_t)known->sets[s].rows};
        assert_int_equal(sw_lineage_fate(lineage, behind, &fate, &err), SW_E_USAGE);
        transposed_free(&t);
    }
}

static void draw_rows(struct random *r, uint64_t space, struct sw_rowset *rows)
{
    for (unsigned i = 0; i < 8 && space > 0; i++) {
        uint32_t first = random_below(r, (uint32_t)space);
        uint64_t last = first + random_below(r, i % 4 == 0 ? 140000 : 40);
        last = last < space ? last : space - 1;
        assert_int_equal(sw_rowset_add_range(rows, first, (uint32_t)last), SW_OK);
    }
}

static void check_pushes(const struct known *known, struct sw_lineage *lineage, uint32_t set)
{
    struct random r = {set + 77};
    struct sw_error err = {0};
    for (unsigned round = 0; round < 6; round++) {
        SW_CLEANUP(rowset) struct sw_rowset rows = SW_ROWSET_INIT;
        SW_CLEANUP(rowset) struct sw_rowset outputs = SW_ROWSET_INIT;
        SW_CLEANUP(rowset) struct sw_rowset down = SW_ROWSET_INIT;
        SW_CLEANUP(rowset) struct sw_rowset up = SW_ROWSET_INIT;
        draw_rows(&r, known->sets[set].rows, &rows);
        draw_rows(&r, known->outputs, &outputs);
        if (round == 0) { /* all of them */
            assert_int_equal(sw_rowset_add_range(&rows, 0, UINT32_MAX), SW_OK);
            assert_int_equal(sw_rowset_add_range(&outputs, 0, UINT32_MAX), SW_OK);
        }
        assert_int_equal(sw_lineage_forward(lineage, set, &rows, &down, &err), SW_OK);
        assert_int_equal(sw_lineage_backward(lineage, &outputs, set, &up, &err), SW_OK);
        uint64_t down_count = 0;
        SW_CLEANUP(rowset) struct sw_rowset up_wanted = SW_ROWSET_INIT;
        for (uint32_t n = 0; n < known->outputs; n++) {
            bool reached = false;
            for (size_t i = 0; i < known->edges[n].count; i++) {
                const struct sw_input_row *in = &known->edges[n].inputs[i];
                reached = reached || (in->set == set && sw_rowset_has(&rows, in->row));
                if (in->set == set && sw_rowset_has(&outputs, n)) {
                    assert_true(sw_rowset_has(&up, in->row));
                    assert_int_equal(sw_rowset_add(&up_wanted, in->row), SW_OK);
                }
            }
            assert_int_equal(sw_rowset_has(&down, n), reached);
            down_count += reached ? 1 : 0;
        }
        assert_int_equal(sw_rowset_count(&down), down_count);
        assert_int_equal(sw_rowset_count(&up), sw_rowset_count(&up_wanted));
    }
}

static void check_dropped(const struct known *known, struct sw_lineage *lineage, uint32_t set,
    const char *reason, size_t max)
{
    struct sw_error err = {0};
    uint32_t *rows = calloc(max, sizeof(*rows));
    assert_non_null(rows);
    uint32_t row = 0;
    uint32_t from = 0;
    size_t count = max;
    while (count == max) {
        assert_int_equal(
            sw_lineage_dropped(lineage, set, sw_str(reason), from, rows, max, &count, &err), SW_OK);
        for (size_t i = 0; i < count; i++, row++) {
            for (;; row++) {
                struct sw_fate fate;
                assert_int_equal(
                    sw_lineage_fate(lineage, (struct sw_input_row){set, row}, &fate, &err), SW_OK);
                if (fate.output_count == 0 &&
                    (reason[0] == '\0' || sw_str_is(fate.reason, reason))) {
                    break;
                }
            }
            assert_int_equal(rows[i], row);
        }
        from = row;
    }
    for (; row < known->sets[set].rows; row++) {
        struct sw_fate fate;
        assert_int_equal(
            sw_lineage_fate(lineage, (struct sw_input_row){set, row}, &fate, &err), SW_OK);
        assert_false(
            fate.output_count == 0 && (reason[0] == '\0' || sw_str_is(fate.reason, reason)));
    }
    free(rows);
}

static uint64_t reordered_by_hand(const struct known *known)
{
    uint64_t reordered = 0;
    for (uint32_t s = 0; s < known->set_count; s++) {
        uint32_t least = UINT32_MAX; /* input of the kept rows behind */
        for (uint32_t n = known->outputs; n-- > 0;) {
            const struct known_edge *edge = &known->edges[n];
            if (edge->kind == SW_EDGE_KEPT && edge->inputs[0].set == s) {
                reordered += edge->inputs[0].row > least ? 1 : 0;
                least = edge->inputs[0].row < least ? edge->inputs[0].row : least;
            }
        }
    }
    return reordered;
}

static void check_totals(const struct known *known, const struct sw_lineage_totals *totals)
{
    uint64_t outputs[8] = {0};
    uint64_t generated_unknown = 0;
    uint64_t inputs = 0;
    for (uint32_t n = 0; n < known->outputs; n++) {
        outputs[known->edges[n].kind]++;
        generated_unknown +=
            known->edges[n].kind == SW_EDGE_GENERATED && known->edges[n].confidence == 0 ? 1 : 0;
    }
    assert_memory_equal(outputs, totals->outputs, sizeof(outputs));
    assert_int_equal(totals->generated_unknown, generated_unknown);
    assert_int_equal(totals->reordered, reordered_by_hand(known));
    uint64_t dropped = 0;
    for (size_t i = 0; i < totals->reason_count; i++) {
        dropped += totals->reasons[i].count;
        assert_true(totals->reasons[i].count > 0);
        assert_true(i == 0 || strcmp(totals->reasons[i - 1].reason, totals->reasons[i].reason) < 0);
    }
    for (size_t s = 0; s < known->set_count; s++) {
        inputs += known->sets[s].rows;
    }
    assert_int_equal(totals->inputs_dropped, dropped);
    assert_int_equal(totals->inputs_used + dropped, inputs);
}

static unsigned bad_count;
static void count_bad(void *ctx, const struct sw_chunk_ref *ref, const char *why)
{
    (void)ctx;
    (void)ref;
    assert_non_null(why);
    bad_count++;
}

static void check_file(struct known *known, const char *path)
{
    struct sw_error err = {0};
    SW_CLEANUP(arena) struct sw_arena arena = {0};
    sw_arena_init(&arena, 0);
    struct sw_lineage_totals totals;
    struct sw_digest digest = known_write(known, path, 0, &totals, &arena);
    check_totals(known, &totals);
    SW_CLEANUP(lineage) struct sw_lineage lineage = SW_LINEAGE_INIT;
    assert_int_equal(sw_lineage_open(&lineage, path, &digest, &err), SW_OK);
    assert_int_equal(lineage.output.rows, known->outputs);
    assert_int_equal(lineage.input_count, known->set_count);
    check_totals(known, &lineage.totals);
    check_edges(known, &lineage);
    check_fates(known, &lineage);
    for (uint32_t s = 0; s < known->set_count; s++) {
        check_pushes(known, &lineage, s);
        check_dropped(known, &lineage, s, "", 1000);
        check_dropped(known, &lineage, s, "unknown", 7);
        check_dropped(known, &lineage, s, "too-short", 100000);
        check_dropped(known, &lineage, s, "nobody ever said this", 3);
    }
    bad_count = 0;
    assert_int_equal(sw_lineage_verify(&lineage, count_bad, NULL, NULL, &err), SW_OK);
    assert_int_equal(bad_count, 0);
}

/* --- the tests ------------------------------------------------------------------------------- */

static void test_answers_equal_brute_force(void **state)
{
    (void)state;
    static const struct {
        enum style style;
        size_t sets;
        uint32_t rows;
        uint32_t outputs;
    } cases[] = {
        {STYLE_IDENTITY, 1, 1, 1},
        {STYLE_IDENTITY, 1, 65536, 65536},
        {STYLE_IDENTITY, 1, 140000, 140000},
        {STYLE_FILTER, 1, 140000, 98000},
        {STYLE_FILTER, 1, 200000, 10},
        {STYLE_SHUFFLE, 1, 70000, 70000},
        {STYLE_SPLIT, 1, 50000, 140000},
        {STYLE_WILD, 1, 1000, 3000},
        {STYLE_WILD, 2, 70000, 70001},
        {STYLE_WILD, 3, 100, 131072},
        {STYLE_WILD, 3, 66000, 500},
        {STYLE_WILD, 0, 0, 5},
        {STYLE_WILD, 3, 20, 0},
    };
    struct temp_tree tree;
    temp_tree_make(&tree);
    for (size_t i = 0; i < SW_COUNT(cases); i++) {
        struct known known;
        known_make(&known, i, cases[i].style, cases[i].sets, cases[i].rows, cases[i].outputs);
        check_file(&known, temp_tree_path(&tree, "lineage"));
        known_free(&known);
    }
    temp_tree_remove(&tree);
}

static void test_little_memory_gives_the_same_file(void **state)
{
    (void)state;
    static const size_t memory[] = {0, 1000, 70000};
    struct temp_tree tree;
    temp_tree_make(&tree);
    for (int style = STYLE_IDENTITY; style <= STYLE_WILD; style++) {
        struct sw_digest digests[SW_COUNT(memory)];
        for (size_t m = 0; m < SW_COUNT(memory); m++) {
            SW_CLEANUP(arena) struct sw_arena arena = {0};
            struct known known;
            struct sw_lineage_totals totals;
            known_make(&known, 5, (enum style)style, 2, 90000, 80000);
            digests[m] =
                known_write(&known, temp_tree_path(&tree, "file"), memory[m], &totals, &arena);
            known_free(&known);
            assert_true(sw_digest_equal(&digests[m], &digests[0]));
        }
    }
    temp_tree_remove(&tree);
}

static void test_every_flipped_byte_is_found(void **state)
{
    (void)state;
    struct temp_tree tree;
    temp_tree_make(&tree);
    SW_CLEANUP(arena) struct sw_arena arena = {0};
    struct sw_error err = {0};
    struct known known;
    struct sw_lineage_totals totals;
    const char *path = temp_tree_path(&tree, "lineage");
    known_make(&known, 6, STYLE_WILD, 2, 40, 50);
    struct sw_digest digest = known_write(&known, path, 0, &totals, &arena);
    known_free(&known);
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    assert_int_equal(sw_file_read(path, 1 << 24, &bytes, &err), SW_OK);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    for (size_t at = 0; at < bytes.len; at++) {
        uint8_t flipped = bytes.data[at] ^ (uint8_t)(1u << (at % 8));
        assert_int_equal(pwrite(fd, &flipped, 1, (off_t)at), 1);
        SW_CLEANUP(lineage) struct sw_lineage lineage = SW_LINEAGE_INIT;
        bad_count = 0;
        bool opened = sw_lineage_open(&lineage, path, &digest, &err) == SW_OK;
        if (opened) {
            assert_int_equal(sw_lineage_verify(&lineage, count_bad, NULL, NULL, &err), SW_OK);
        }
        assert_true(!opened || bad_count > 0);
        assert_int_equal(pwrite(fd, &bytes.data[at], 1, (off_t)at), 1);
    }
    (void)close(fd);
    temp_tree_remove(&tree);
}

/* --- files that were put together wrongly, with digests that fit ------------------------------ */

/* A copy of a lineage whose chunks may be others; the header is given the new table's digest. */
struct forging {
    const struct sw_lineage *from;
    uint16_t column; /* the chunk that is replaced */
    struct sw_bytes instead;
    bool leave_out;
    bool add_stranger;
    const char *search; /* words of the header that are replaced */
    const char *replace;
};

static void forge_header(const struct forging *f, const struct sw_digest *toc, struct sw_buf *out)
{
    char was[SW_DIGEST_TEXT_SIZE];
    char now[SW_DIGEST_TEXT_SIZE];
    struct sw_str said;
    assert_true(sw_json_str(sw_json_get(&f->from->chunks.header, "toc"), &said));
    (void)snprintf(was, sizeof(was), SW_STR_FMT, SW_STR_ARG(said));
    sw_digest_text(toc, now);
    struct sw_bytes text = f->from->chunks.header_text;
    for (size_t at = 0; at < text.len;) {
        size_t left = text.len - at;
        const char *here = (const char *)text.ptr + at;
        if (left >= strlen(was) && memcmp(here, was, strlen(was)) == 0) {
            assert_int_equal(sw_buf_puts(out, now), SW_OK);
            at += strlen(was);
        } else if (f->search != NULL && left >= strlen(f->search) &&
                   memcmp(here, f->search, strlen(f->search)) == 0) {
            assert_int_equal(sw_buf_puts(out, f->replace), SW_OK);
            at += strlen(f->search);
        } else {
            assert_int_equal(sw_buf_putc(out, *here), SW_OK);
            at++;
        }
    }
}

static void forge(const struct forging *f, const char *path)
{
    struct sw_error err = {0};
    struct sw_digest digest;
    SW_CLEANUP(chunks_writer) struct sw_chunks_writer writer = SW_CHUNKS_WRITER_INIT;
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf header = SW_BUF_INIT;
    assert_int_equal(sw_chunks_create(&writer, path, &err), SW_OK);
    for (size_t i = 0; i < f->from->chunks.count; i++) {
        const struct sw_chunk_ref *ref = &f->from->chunks.refs[i];
        assert_int_equal(
            sw_chunks_get(&f->from->chunks, ref->column, ref->group, &bytes, &err), SW_OK);
        bool is_it = ref->column == f->column && ref->group == 0;
        if (!is_it || !f->leave_out) {
            struct sw_bytes data = is_it ? f->instead : sw_buf_bytes(&bytes);
            assert_int_equal(
                sw_chunks_put(&writer, ref->column, ref->group, data, true, &err), SW_OK);
        }
    }
    if (f->add_stranger) {
        assert_int_equal(sw_chunks_put(&writer, 0x7777, 0, sw_bytes("x", 1), false, &err), SW_OK);
    }
    struct sw_digest toc;
    sw_chunks_toc(&writer, &toc);
    forge_header(f, &toc, &header);
    assert_int_equal(sw_chunks_finish(&writer, sw_buf_bytes(&header), &digest, &err), SW_OK);
}

/* How many differences are told; SIZE_MAX when it cannot even be opened. */
static size_t judge(const char *path)
{
    struct sw_error err = {0};
    SW_CLEANUP(lineage) struct sw_lineage lineage = SW_LINEAGE_INIT;
    if (sw_lineage_open(&lineage, path, NULL, &err) != SW_OK) {
        return SIZE_MAX;
    }
    bad_count = 0;
    assert_int_equal(sw_lineage_verify(&lineage, count_bad, NULL, NULL, &err), SW_OK);
    return bad_count;
}

static void make_small(struct temp_tree *tree, struct sw_lineage *lineage)
{
    struct sw_error err = {0};
    struct sw_arena arena = {0};
    struct known known;
    struct sw_lineage_totals totals;
    known_make(&known, 11, STYLE_IDENTITY, 1, 10, 8);
    known.edges[3].inputs[0].row = 4;
    known.edges[4].inputs[0].row = 3;
    struct sw_digest digest = known_write(&known, temp_tree_path(tree, "good"), 0, &totals, &arena);
    known_free(&known);
    sw_arena_release(&arena);
    assert_int_equal(sw_lineage_open(lineage, temp_tree_path(tree, "good"), &digest, &err), SW_OK);
}

static void test_directions_that_differ_are_found(void **state)
{
    (void)state;
    /* Rows as in make_small(): 0 1 2 4 3 5 6 7, rows 8 and 9 dropped. Four planes of eight bytes
     * hold the zigzag differences. */
    static const uint8_t input_other[32] = {0};
    static const uint8_t input_behind[32] = {[27] = 2, [28] = 3, [29] = 2, [31] = 6};
    static const uint8_t input_far[32] = {[0] = 0x80, [27] = 2, [28] = 3, [29] = 2};
    static const uint8_t input_short[31] = {[27] = 2, [28] = 3, [29] = 2};
    static const uint8_t input_long[36] = {[31] = 2, [32] = 3, [33] = 2};
    static const uint8_t kind_none[] = {1, 1, 1, 1, 1, 1, 1, 8};
    static const uint8_t kind_other[] = {1, 1, 1, 1, 1, 1, 1, 2};
    static const uint8_t kind_pack[] = {1, 1, 1, 1, 1, 1, 1, 4};
    static const uint8_t doubt[] = {0, 0, 0, 0, 0, 0, 0, 0xff, 0x7f};
    static const uint8_t kind_endless[] = {1, 1, 1, 1, 1, 1, 1, 0x80};
    static const uint8_t kind_long[] = {1, 1, 1, 1, 1, 1, 1, 1, 1};
    static const uint8_t counts_huge[] = {1, 1, 1, 1, 1, 1, 1, 0xff, 0xff, 0xff, 0x0f, 0, 0};
    static const uint8_t counts_other[] = {1, 1, 1, 1, 1, 1, 1, 2, 0, 0};
    static const uint8_t reason_none[] = {0, 99};
    static const uint8_t index_other[12] = {0};
    static const struct {
        uint16_t column;
        struct sw_bytes instead;
    } cases[] = {
        {SW_LINEAGE_INPUT, {input_other, sizeof(input_other)}},
        {SW_LINEAGE_INPUT, {input_behind, sizeof(input_behind)}},
        {SW_LINEAGE_INPUT, {input_short, sizeof(input_short)}},
        {SW_LINEAGE_INPUT, {input_long, sizeof(input_long)}},
        {SW_LINEAGE_INPUT, {input_far, sizeof(input_far)}},
        {SW_LINEAGE_KIND, {kind_none, sizeof(kind_none)}},
        {SW_LINEAGE_KIND, {kind_other, sizeof(kind_other)}},
        {SW_LINEAGE_KIND, {kind_pack, sizeof(kind_pack)}},
        {SW_LINEAGE_KIND, {kind_endless, sizeof(kind_endless)}},
        {SW_LINEAGE_KIND, {kind_long, sizeof(kind_long)}},
        {SW_LINEAGE_INPUTS, {counts_huge, sizeof(counts_huge)}},
        {SW_LINEAGE_OUTPUTS, {counts_huge, sizeof(counts_huge)}},
        {SW_LINEAGE_CONFIDENCE, {doubt, sizeof(doubt)}},
        {SW_LINEAGE_OUTPUTS, {counts_other, sizeof(counts_other)}},
        {SW_LINEAGE_OUTPUT, {input_other, sizeof(input_other)}},
        {SW_LINEAGE_REASON, {reason_none, sizeof(reason_none)}},
        {SW_LINEAGE_REASON, {NULL, 0}},
        {SW_LINEAGE_BACKWARD_INDEX, {index_other, sizeof(index_other)}},
        {SW_LINEAGE_FORWARD_INDEX, {index_other, sizeof(index_other)}},
        {SW_LINEAGE_FORWARD_INDEX, {NULL, 0}},
    };
    struct temp_tree tree;
    temp_tree_make(&tree);
    SW_CLEANUP(lineage) struct sw_lineage lineage = SW_LINEAGE_INIT;
    make_small(&tree, &lineage);
    const char *path = temp_tree_path(&tree, "forged");
    struct forging same = {.from = &lineage};
    forge(&same, path);
    assert_int_equal(judge(path), 0);
    for (size_t i = 0; i < SW_COUNT(cases); i++) {
        struct forging f = {
            .from = &lineage, .column = cases[i].column, .instead = cases[i].instead};
        forge(&f, path);
        assert_int_equal(judge(path), 1);
        f.leave_out = true;
        forge(&f, path);
        assert_true(judge(path) >= 1);
    }
    struct forging more = {.from = &lineage, .add_stranger = true};
    forge(&more, path);
    assert_int_equal(judge(path), 1);
    temp_tree_remove(&tree);
}

static void test_headers_that_do_not_balance_are_refused_or_found(void **state)
{
    (void)state;
    static const struct {
        const char *search;
        const char *replace;
        bool opens;
    } cases[] = {
        {"\"format\":\"sealwright-lineage/v1\"", "\"format\":\"sealwright-lineage/v2\"", false},
        {"\"kept\":8", "\"kept\":9", false},
        {"\"kept\":8", "\"kept\":18446744073709551615", false},
        {"\"kept\":8", "\"kept\":-8", false},
        {"\"kept\":8,", "", false},
        {"\"inputs_used\":8", "\"inputs_used\":9", false},
        {"\"inputs_dropped\":2", "\"inputs_dropped\":0", false},
        {"\"reordered\":1", "\"reordered\":0", true},
        {"\"edited\":0,\"generated\":0,\"kept\":8", "\"edited\":8,\"generated\":0,\"kept\":0",
            true},
        {"\"generated_unknown\":0", "\"generated_unknown\":1", false},
        {"\"step\":\"sha256:", "\"step\":\"sha999:", false},
        {"\"rows\":10", "\"rows\":4294967296", false},
        {"\"inputs\":[{", "\"inputs\":[7,{", false},
        {"\"reasons\":[{", "\"reasons\":[{},{", false},
        {"\"reasons\":", "\"grounds\":", false},
    };
    struct temp_tree tree;
    temp_tree_make(&tree);
    SW_CLEANUP(lineage) struct sw_lineage lineage = SW_LINEAGE_INIT;
    make_small(&tree, &lineage);
    const char *path = temp_tree_path(&tree, "forged");
    for (size_t i = 0; i < SW_COUNT(cases); i++) {
        struct forging f = {
            .from = &lineage, .search = cases[i].search, .replace = cases[i].replace};
        forge(&f, path);
        assert_int_equal(judge(path), cases[i].opens ? 1 : SIZE_MAX);
    }
    temp_tree_remove(&tree);
}

/* --- what a writer refuses ------------------------------------------------------------------- */

static void test_edges_that_make_no_sense_are_refused(void **state)
{
    (void)state;
    static const struct sw_input_row good[] = {{0, 1}, {0, 2}, {1, 0}};
    static const struct sw_input_row twice[] = {{0, 1}, {0, 1}};
    static const struct sw_input_row falling[] = {{0, 2}, {0, 1}};
    static const struct sw_input_row sets_falling[] = {{1, 0}, {0, 1}};
    static const struct sw_input_row no_row[] = {{0, 10}};
    static const struct sw_input_row no_set[] = {{2, 0}};
    static const struct sw_edge bad[] = {
        {SW_EDGE_KEPT, 10000, NULL, 0},
        {SW_EDGE_KEPT, 10000, good, 2},
        {SW_EDGE_DUPLICATED, 10000, good, 2},
        {SW_EDGE_PACKED, 10000, good, 1},
        {SW_EDGE_MERGED, 10000, good, 0},
        {SW_EDGE_GENERATED, 10000, good, 1},
        {(enum sw_edge_kind)0, 10000, good, 1},
        {(enum sw_edge_kind)8, 10000, good, 1},
        {SW_EDGE_KEPT, 10001, good, 1},
        {SW_EDGE_MERGED, 10000, twice, 2},
        {SW_EDGE_MERGED, 10000, falling, 2},
        {SW_EDGE_MERGED, 10000, sets_falling, 2},
        {SW_EDGE_KEPT, 10000, no_row, 1},
        {SW_EDGE_KEPT, 10000, no_set, 1},
    };
    struct temp_tree tree;
    temp_tree_make(&tree);
    struct sw_error err = {0};
    struct sw_lineage_set sets[] = {{.rows = 10}, {.rows = 1}};
    sw_sha256(sw_bytes("a", 1), &sets[0].manifest);
    sets[1].manifest = sets[0].manifest;
    SW_CLEANUP(lineage_writer) struct sw_lineage_writer *writer = NULL;
    assert_int_equal(
        sw_lineage_create(&writer, temp_tree_path(&tree, "x"), sets, 2, NULL, &err), SW_OK);
    for (size_t i = 0; i < SW_COUNT(bad); i++) {
        err = (struct sw_error){0};
        assert_int_equal(sw_lineage_add(writer, &bad[i], &err), SW_E_FORMAT);
        assert_true(strstr(err.text, "row 0") != NULL);
    }
    struct sw_edge fine = {SW_EDGE_MERGED, 10000, good, 3};
    assert_int_equal(sw_lineage_add(writer, &fine, &err), SW_OK);
    struct sw_input_row row = {0, 0};
    assert_int_equal(sw_lineage_drop(writer, no_row[0], sw_str("x"), &err), SW_E_FORMAT);
    assert_int_equal(sw_lineage_drop(writer, no_set[0], sw_str("x"), &err), SW_E_FORMAT);
    assert_int_equal(sw_lineage_drop(writer, row, sw_str(""), &err), SW_E_FORMAT);
    assert_int_equal(sw_lineage_drop(writer, row, sw_str("a\nb"), &err), SW_E_FORMAT);
    assert_int_equal(sw_lineage_drop(writer, row, sw_str("\xff"), &err), SW_E_FORMAT);
    char long_reason[SW_REASON_MAX + 2];
    memset(long_reason, 'r', sizeof(long_reason) - 1);
    long_reason[sizeof(long_reason) - 1] = '\0';
    assert_int_equal(sw_lineage_drop(writer, row, sw_str(long_reason), &err), SW_E_FORMAT);
    temp_tree_remove(&tree);
}

static enum sw_code finish_with_drops(struct temp_tree *tree, const uint32_t *drops, size_t count,
    uint64_t output_rows, struct sw_error *err)
{
    static const struct sw_input_row input = {0, 1};
    struct sw_lineage_writer *writer = NULL;
    struct sw_lineage_set set = {.rows = 4};
    SW_CLEANUP(arena) struct sw_arena arena = {0};
    sw_sha256(sw_bytes("a", 1), &set.manifest);
    assert_int_equal(
        sw_lineage_create(&writer, temp_tree_path(tree, "x"), &set, 1, NULL, err), SW_OK);
    struct sw_edge edge = {SW_EDGE_KEPT, SW_CONFIDENCE_FULL, &input, 1};
    assert_int_equal(sw_lineage_add(writer, &edge, err), SW_OK);
    for (size_t i = 0; i < count; i++) {
        struct sw_input_row row = {0, drops[i]};
        assert_int_equal(sw_lineage_drop(writer, row, sw_str("too-short"), err), SW_OK);
    }
    assert_int_equal(sw_lineage_drop_others(writer, sw_str("filtered"), err), SW_OK);
    struct sw_lineage_totals totals;
    struct sw_digest digest;
    struct sw_lineage_set output = {set.manifest, output_rows};
    enum sw_code code =
        sw_lineage_finish(writer, &set.manifest, &output, &arena, &totals, &digest, err);
    if (code == SW_OK) {
        assert_int_equal(totals.dropped_unknown, 0);
        assert_int_equal(totals.reason_count, count > 0 ? 2 : 1);
        assert_string_equal(totals.reasons[0].reason, "filtered");
    }
    return code;
}

static void test_drops_that_contradict_are_refused(void **state)
{
    (void)state;
    static const uint32_t good[] = {3, 0};
    static const uint32_t used[] = {0, 1};
    static const uint32_t twice[] = {2, 0, 2};
    struct temp_tree tree;
    temp_tree_make(&tree);
    struct sw_error err = {0};
    assert_int_equal(finish_with_drops(&tree, good, 2, 1, &err), SW_OK);
    assert_int_equal(finish_with_drops(&tree, NULL, 0, 1, &err), SW_OK);
    assert_int_equal(finish_with_drops(&tree, used, 2, 1, &err), SW_E_FORMAT);
    assert_true(strstr(err.text, "row 1 of input 0") != NULL);
    assert_int_equal(finish_with_drops(&tree, twice, 3, 1, &err), SW_E_FORMAT);
    assert_true(strstr(err.text, "dropped twice") != NULL);
    assert_int_equal(finish_with_drops(&tree, good, 2, 2, &err), SW_E_FORMAT);
    temp_tree_remove(&tree);
}

static void test_too_many_inputs_or_reasons_are_refused(void **state)
{
    (void)state;
    struct temp_tree tree;
    temp_tree_make(&tree);
    struct sw_error err = {0};
    SW_CLEANUP(lineage_writer) struct sw_lineage_writer *writer = NULL;
    struct sw_lineage_set sets[SW_LINEAGE_SETS + 1] = {{.rows = 100000}};
    for (size_t s = 0; s <= SW_LINEAGE_SETS; s++) {
        sw_sha256(sw_bytes("a", 1), &sets[s].manifest);
    }
    const char *path = temp_tree_path(&tree, "x");
    assert_int_equal(
        sw_lineage_create(&writer, path, sets, SW_LINEAGE_SETS + 1, NULL, &err), SW_E_LIMIT);
    assert_int_equal(sw_lineage_create(&writer, path, sets, SW_LINEAGE_SETS, NULL, &err), SW_OK);
    for (uint32_t i = 1; i < SW_LINEAGE_REASONS; i++) { /* "unknown" is one */
        char reason[32];
        (void)snprintf(reason, sizeof(reason), "reason %u", i);
        struct sw_input_row row = {0, i};
        assert_int_equal(sw_lineage_drop(writer, row, sw_str(reason), &err), SW_OK);
    }
    struct sw_input_row row = {0, 0};
    assert_int_equal(sw_lineage_drop(writer, row, sw_str("reason 7"), &err), SW_OK);
    assert_int_equal(sw_lineage_drop(writer, row, sw_str("one more"), &err), SW_E_LIMIT);
    temp_tree_remove(&tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers_equal_brute_force),
        cmocka_unit_test(test_little_memory_gives_the_same_file),
        cmocka_unit_test(test_every_flipped_byte_is_found),
        cmocka_unit_test(test_directions_that_differ_are_found),
        cmocka_unit_test(test_headers_that_do_not_balance_are_refused_or_found),
        cmocka_unit_test(test_edges_that_make_no_sense_are_refused),
        cmocka_unit_test(test_drops_that_contradict_are_refused),
        cmocka_unit_test(test_too_many_inputs_or_reasons_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
