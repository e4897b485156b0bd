/* How far things reach: the same as the plain account of a random world says, and what cannot be
 * followed is named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <unistd.h>

#include "unit/data/world_help.h"

static struct sw_graph *load(struct world *w, enum sw_graph_cache cache)
{
    struct sw_graph *graph = NULL;
    MUST(sw_graph_load(&w->t.data, cache, &graph, &must_error));
    return graph;
}

static struct sw_reach reach(struct world *w, const struct sw_graph *graph, const char *text)
{
    struct sw_selected what;
    struct sw_reach out;
    struct sw_reach_options options = {.prove = true};
    MUST(sw_selected_parse(&w->t.data, graph, sw_str(text), &what, &must_error));
    MUST(sw_reach(&w->t.data, graph, &what, &options, &out, &must_error));
    return out;
}

/* Is a row selected directly, or made of one that is? */
typedef bool (*selects_fn)(const struct world *w, const void *ctx, unsigned set, unsigned row);

static bool is_reached(
    const struct world *w, unsigned set, unsigned row, selects_fn fn, const void *ctx)
{
    const struct world_bits *made_of = &w->sets[set].rows[row].made_of;
    for (unsigned n = 0; n < WORLD_BITS; n++) {
        if (world_bit(made_of, n) && fn(w, ctx, n / WORLD_ROWS, n % WORLD_ROWS)) {
            return true;
        }
    }
    return false;
}

static void compare(
    struct world *w, const struct sw_graph *graph, const char *text, selects_fn fn, const void *ctx)
{
    struct sw_reach found = reach(w, graph, text);
    uint64_t samples[WORLD_SETS] = {0};
    for (unsigned s = 0; s < w->set_count; s++) {
        for (unsigned r = 0; r < w->sets[s].count; r++) {
            samples[s] += is_reached(w, s, r, fn, ctx) ? 1 : 0;
        }
        uint32_t at = sw_graph_find_set(graph, &w->sets[s].claim.manifest);
        assert_int_not_equal(at, SW_GRAPH_NONE);
        if (found.samples[at] != samples[s]) {
            fail_msg("%s: %llu in %s, not %llu", text, (unsigned long long)found.samples[at],
                w->sets[s].name, (unsigned long long)samples[s]);
        }
    }
    for (unsigned m = 0; m < w->model_count; m++) {
        bool sets[WORLD_SETS] = {false};
        uint64_t sum = 0;
        uint32_t at = sw_graph_find_model(graph, &w->models[m].root);
        world_sets_of(w, m, sets);
        for (unsigned s = 0; s < w->set_count; s++) {
            sum += sets[s] ? samples[s] : 0;
        }
        assert_int_equal(found.models[at], sum > 0);
        assert_int_equal(found.model_samples[at], sum);
    }
    assert_int_equal(found.gaps.count, 0);
}

static bool of_source(const struct world *w, const void *ctx, unsigned set, unsigned row)
{
    return (w->sets[set].rows[row].sources >> *(const unsigned *)ctx & 1) != 0;
}

static bool through_step(const struct world *w, const void *ctx, unsigned set, unsigned row)
{
    return (w->sets[set].rows[row].steps >> *(const unsigned *)ctx & 1) != 0;
}

static bool in_set(const struct world *w, const void *ctx, unsigned set, unsigned row)
{
    (void)w;
    (void)row;
    return set == *(const unsigned *)ctx;
}

static bool of_content(const struct world *w, const void *ctx, unsigned set, unsigned row)
{
    return w->sets[set].rows[row].content == *(const uint64_t *)ctx;
}

static bool is_row(const struct world *w, const void *ctx, unsigned set, unsigned row)
{
    (void)w;
    return set * WORLD_ROWS + row == *(const unsigned *)ctx;
}

static void compare_row(struct world *w, const struct sw_graph *graph, unsigned set, unsigned row)
{
    char text[128];
    char hex[SW_DIGEST_TEXT_SIZE];
    SW_CLEANUP(rows) struct sw_rows rows = SW_ROWS_INIT;
    struct sw_row found;
    struct sw_digest record = {.alg = SW_SHA256, .len = 32};
    unsigned number = set * WORLD_ROWS + row;
    MUST(sw_dataset_open(&w->t.data, &w->sets[set].claim, &rows, &must_error));
    MUST(sw_rows_at(&rows, row, &found, &must_error));
    (void)snprintf(text, sizeof(text), "sample:%s@1#%u", w->sets[set].name, row);
    compare(w, graph, text, is_row, &number);
    /* A record's digest names it too: ours has the set's name in its bytes, so rows of one content
     * in one set are the same record. */
    memcpy(record.bytes, found.record, 32);
    sw_digest_text(&record, hex);
    (void)snprintf(text, sizeof(text), "sample:%s", hex);
    struct sw_reach by_digest = reach(w, graph, text);
    uint32_t at = sw_graph_find_set(graph, &w->sets[set].claim.manifest);
    assert_true(by_digest.samples[at] >= 1);
}

static void compare_all(struct world *w, const struct sw_graph *graph)
{
    char text[128];
    for (unsigned i = 0; i < w->source_count; i++) {
        (void)snprintf(text, sizeof(text), "source:%s", world_sources[i]);
        compare(w, graph, text, of_source, &i);
    }
    for (unsigned i = 0; i < w->step_count; i++) {
        char hex[SW_DIGEST_TEXT_SIZE];
        sw_digest_text(&w->steps[i].digest, hex);
        (void)snprintf(text, sizeof(text), "step:%s", hex);
        compare(w, graph, text, through_step, &i);
    }
    for (unsigned i = 0; i < w->set_count; i++) {
        (void)snprintf(
            text, sizeof(text), i % 2 == 0 ? "dataset:%s@1" : "dataset:%s", w->sets[i].name);
        compare(w, graph, text, in_set, &i);
    }
    for (uint64_t i = 0; i < 62; i += 3) {
        (void)snprintf(text, sizeof(text), "text:content %llu", (unsigned long long)i);
        compare(w, graph, text, of_content, &i);
    }
    for (unsigned i = 0; i < w->set_count; i++) {
        if (w->sets[i].count > 0) {
            compare_row(w, graph, i, (unsigned)world_random(w, w->sets[i].count));
        }
    }
}

static void test_answers_are_those_of_the_plain_account(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        struct world *w = malloc(sizeof(*w));
        assert_non_null(w);
        world_open(w, seed);
        world_build(w, 9, 8);
        SW_CLEANUP(graph) struct sw_graph *fresh = load(w, SW_GRAPH_FRESH);
        SW_CLEANUP(graph) struct sw_graph *made = load(w, SW_GRAPH_CACHED);
        SW_CLEANUP(graph) struct sw_graph *cached = load(w, SW_GRAPH_CACHED);
        compare_all(w, fresh);
        compare_all(w, cached);
        assert_int_equal(made->body.len, cached->body.len);
        assert_memory_equal(made->body.data, cached->body.data, made->body.len);
        world_close(w);
        free(w);
    }
}

/* --- what cannot be followed ----------------------------------------------------------------- */

/* in0 -> out1 -> out2, a model on out2. */
static void build_chain(struct world *w)
{
    world_open(w, 3);
    (void)world_ingest(w, 0, 10, false);
    (void)world_filter(w, 0, 4, true);
    (void)world_filter(w, 1, 99, true);
    (void)world_train(w, 2, 99);
}

static uint64_t samples_in(
    const struct world *w, const struct sw_graph *graph, const struct sw_reach *found, unsigned set)
{
    return found->samples[sw_graph_find_set(graph, &w->sets[set].claim.manifest)];
}

static bool names_gap(const struct sw_reach *found, enum sw_gap_kind kind, const char *words)
{
    for (size_t i = 0; i < found->gaps.count; i++) {
        if (found->gaps.list[i].kind == kind && strstr(found->gaps.list[i].text, words) != NULL) {
            return true;
        }
    }
    return false;
}

static void test_an_incomplete_step_is_named(void **state)
{
    (void)state;
    struct world *w = malloc(sizeof(*w));
    world_open(w, 3);
    (void)world_ingest(w, 0, 10, false);
    (void)world_filter(w, 0, 4, false);
    SW_CLEANUP(graph) struct sw_graph *graph = load(w, SW_GRAPH_FRESH);
    struct sw_reach found = reach(w, graph, "sample:in0@1#2");
    assert_int_equal(samples_in(w, graph, &found, 1), 1);
    assert_true(names_gap(&found, SW_GAP_UNKNOWN, "has gaps: two rows could not be told"));
    found = reach(w, graph, "source:alpha");
    assert_true(names_gap(&found, SW_GAP_UNKNOWN, "step clean from in0@1 to out1@1 has gaps"));
    /* What does not lead there does not speak of it. */
    found = reach(w, graph, "dataset:out1");
    assert_int_equal(found.gaps.count, 0);
    world_close(w);
    free(w);
}

static void test_claims_of_strangers_are_named_and_not_followed(void **state)
{
    (void)state;
    struct world *w = malloc(sizeof(*w));
    world_open(w, 3);
    (void)world_ingest(w, 0, 10, false);
    w->t.signer.key = w->t.stranger;
    (void)world_filter(w, 0, 4, true);
    (void)world_train(w, 0, 99);
    w->t.signer.key = w->t.key;
    SW_CLEANUP(graph) struct sw_graph *graph = load(w, SW_GRAPH_FRESH);
    struct sw_reach found = reach(w, graph, "sample:in0@1#2");
    assert_int_equal(samples_in(w, graph, &found, 1), 0);
    assert_false(found.models[0]);
    assert_true(names_gap(&found, SW_GAP_UNKNOWN, "a step from in0@1 to out1@1"));
    assert_true(names_gap(&found, SW_GAP_UNKNOWN, "a training of 'model0' on in0@1"));
    world_close(w);
    free(w);
}

static void test_a_dataset_that_nobody_trusted_claims_is_named(void **state)
{
    (void)state;
    struct world *w = malloc(sizeof(*w));
    struct world_edge edges[] = {{SW_EDGE_KEPT, {{0, 1}}, 1}};
    world_open(w, 3);
    (void)world_ingest(w, 0, 10, false);
    struct world_step *step = world_new_step(w, 0, 0);
    struct world_set *set = &w->sets[1];
    /* The set is claimed by a stranger, the step by us. */
    set->rows[0] = world_row_of(w, step, &edges[0]);
    w->t.signer.key = w->t.stranger;
    world_keep_step(w, step, edges, 1, true);
    w->t.signer.key = w->t.key;
    struct sw_lineage_totals totals = {.outputs = {[SW_EDGE_KEPT] = 1},
        .inputs_used = 1,
        .inputs_dropped = 9,
        .reasons = &(struct sw_reason_count){"too short", 9},
        .reason_count = 1};
    world_record_step(w, step, &totals, &step->lineage, true);
    SW_CLEANUP(graph) struct sw_graph *graph = load(w, SW_GRAPH_FRESH);
    struct sw_reach found = reach(w, graph, "sample:in0@1#1");
    assert_int_equal(samples_in(w, graph, &found, 1), 1);
    assert_true(names_gap(&found, SW_GAP_UNKNOWN, "nobody trusted claims the dataset out1@1"));
    world_close(w);
    free(w);
}

static void remove_file(struct world *w, enum sw_data_file kind, const struct sw_digest *digest)
{
    assert_int_equal(unlink(sw_data_file_path(&w->t.data, kind, digest)), 0);
}

static void test_a_stranger_gives_no_set_its_name(void **state)
{
    (void)state;
    struct world *w = malloc(sizeof(*w));
    struct sw_selected what = {.selector = {.kind = SW_SELECT_DATASET, .name = sw_str("in0@1")}};
    struct sw_reach_options options = {.prove = true};
    struct sw_lineage_totals totals = {0};
    struct sw_reach found;
    assert_non_null(w);
    world_open(w, 3);
    /* The set and a step to it are claimed by a stranger, the training by us. */
    w->t.signer.key = w->t.stranger;
    (void)world_ingest(w, 0, 10, false);
    struct world_step *step = world_new_step(w, 0, 0);
    struct sw_dataset_claim *claim = &w->sets[0].claim;
    w->sets[1].claim = *claim;
    struct sw_str name = claim->name;
    claim->name = w->sets[1].claim.name = sw_str("other");
    claim->samples = w->sets[1].claim.samples = 0;
    world_record_step(w, step, &totals, &claim->manifest, true);
    claim->name = name;
    claim->samples = 10;
    w->t.signer.key = w->t.key;
    (void)world_train(w, 0, 99);
    SW_CLEANUP(graph) struct sw_graph *graph = load(w, SW_GRAPH_FRESH);
    MUST(sw_reach(&w->t.data, graph, &what, &options, &found, &must_error));
    assert_true(found.models[0]);
    world_close(w);
    free(w);
}

/* What the rows come from is the same for ever, whoever claims them once more. */
static void test_a_second_claim_that_leaves_a_source_out_hides_nothing(void **state)
{
    (void)state;
    struct world *w = malloc(sizeof(*w));
    SW_CLEANUP(buf) struct sw_buf predicate = SW_BUF_INIT;
    SW_CLEANUP(graph) struct sw_graph *graph = NULL;
    struct sw_selected what = {.selector = {.kind = SW_SELECT_SOURCE, .name = sw_str("alpha")}};
    struct sw_reach_options options = {.prove = true};
    struct sw_receipt receipt;
    struct sw_reach found;
    assert_non_null(w);
    world_open(w, 3);
    (void)world_ingest(w, 0, 10, false);
    (void)world_train(w, 0, 99);
    struct sw_dataset_claim less = w->sets[0].claim;
    struct sw_subject subject = {sw_str("in0@1"), less.manifest};
    less.source_count = 0;
    assert_int_equal(sw_dataset_claim_write(&less, &predicate), SW_OK);
    MUST(sw_data_record(&w->t.data, &subject, 1, SW_PREDICATE_DATASET, sw_buf_bytes(&predicate),
        &receipt, &must_error));
    graph = load(w, SW_GRAPH_FRESH);
    MUST(sw_reach(&w->t.data, graph, &what, &options, &found, &must_error));
    assert_int_equal(found.samples[0], 10);
    assert_true(found.models[0]);
    world_close(w);
    free(w);
}

static void test_a_missing_lineage_file_is_a_loss(void **state)
{
    (void)state;
    struct world *w = malloc(sizeof(*w));
    build_chain(w);
    remove_file(w, SW_DATA_FILE_LINEAGE, &w->steps[0].lineage);
    SW_CLEANUP(graph) struct sw_graph *graph = load(w, SW_GRAPH_FRESH);
    struct sw_reach found = reach(w, graph, "sample:in0@1#2");
    assert_int_equal(samples_in(w, graph, &found, 1), 0);
    assert_true(names_gap(&found, SW_GAP_LOST, "the lineage file of step clean to out1@1"));
    /* Sources are counted by what the rows say themselves, which needs no lineage. */
    found = reach(w, graph, "source:alpha");
    assert_int_equal(samples_in(w, graph, &found, 2), 9);
    assert_int_equal(found.gaps.count, 0);
    world_close(w);
    free(w);
}

static void test_a_missing_set_is_a_loss_only_where_it_must_be_read(void **state)
{
    (void)state;
    struct world *w = malloc(sizeof(*w));
    build_chain(w);
    remove_file(w, SW_DATA_FILE_SET, &w->sets[1].claim.manifest);
    SW_CLEANUP(graph) struct sw_graph *graph = load(w, SW_GRAPH_FRESH);
    struct sw_reach found = reach(w, graph, "sample:in0@1#2");
    assert_int_equal(samples_in(w, graph, &found, 2), 1);
    assert_int_equal(found.gaps.count, 0);
    found = reach(w, graph, "text:no such words");
    assert_true(names_gap(&found, SW_GAP_LOST, "the file of dataset of out1@1"));
    world_close(w);
    free(w);
}

static void test_a_changed_file_is_a_loss(void **state)
{
    (void)state;
    struct world *w = malloc(sizeof(*w));
    build_chain(w);
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    const char *path = sw_data_file_path(&w->t.data, SW_DATA_FILE_LINEAGE, &w->steps[1].lineage);
    MUST(sw_file_read(path, 1 << 20, &bytes, &must_error));
    for (size_t i = 0; i < bytes.len; i++) {
        bytes.data[i] ^= 0x20;
        MUST(sw_file_write(path, sw_buf_bytes(&bytes), 0666, 0, &must_error));
        bytes.data[i] ^= 0x20;
        SW_CLEANUP(graph) struct sw_graph *graph = load(w, SW_GRAPH_FRESH);
        struct sw_reach found = reach(w, graph, "sample:in0@1#2");
        assert_int_equal(samples_in(w, graph, &found, 1), 1);
        /* Either the answer is the true one, or the loss is named. */
        assert_true(
            samples_in(w, graph, &found, 2) == 1 || names_gap(&found, SW_GAP_LOST, "lineage file"));
    }
    world_close(w);
    free(w);
}

static void test_a_lost_claim_is_a_loss(void **state)
{
    (void)state;
    struct world *w = malloc(sizeof(*w));
    build_chain(w);
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    struct sw_evidence_query query = {.predicate_type = SW_PREDICATE_LINEAGE};
    struct sw_evidence_record *records;
    size_t count;
    char hex[2 * SW_DIGEST_MAX + 1];
    char path[512];
    MUST(sw_evidence_find(w->t.data.store, &query, &arena, &records, &count, &must_error));
    sw_digest_hex(&records[0].claim, hex);
    (void)snprintf(path, sizeof(path), "%s/blobs/sha256/%.2s/%s", w->t.path, hex, hex);
    assert_int_equal(unlink(path), 0);
    SW_CLEANUP(graph) struct sw_graph *graph = load(w, SW_GRAPH_FRESH);
    struct sw_reach found = reach(w, graph, "sample:in0@1#2");
    assert_true(names_gap(&found, SW_GAP_LOST, "(" SW_PREDICATE_LINEAGE ") cannot be used"));
    world_close(w);
    free(w);
}

static void test_keyed_sets_are_asked_with_their_salt(void **state)
{
    (void)state;
    struct world *w = malloc(sizeof(*w));
    char text[64];
    world_open(w, 3);
    (void)world_ingest(w, 0, 10, true);
    uint64_t content = w->sets[0].rows[5].content;
    (void)snprintf(text, sizeof(text), "text:content %llu", (unsigned long long)content);
    SW_CLEANUP(graph) struct sw_graph *graph = load(w, SW_GRAPH_FRESH);
    compare(w, graph, text, of_content, &content);
    /* By its plain digest nothing can be told. */
    char words[32];
    struct sw_digest digest;
    char hex[SW_DIGEST_TEXT_SIZE];
    sw_sha256(sw_bytes_of_str(world_text(content, words)), &digest);
    sw_digest_text(&digest, hex);
    (void)snprintf(text, sizeof(text), "content:%s", hex);
    char longer[160];
    (void)snprintf(longer, sizeof(longer), "content:%s", hex);
    struct sw_reach found = reach(w, graph, longer);
    assert_true(names_gap(&found, SW_GAP_UNKNOWN, "the digests of in0@1 are keyed"));
    MUST(sw_salt_forget(&w->t.data, w->sets[0].claim.salt, &must_error));
    (void)snprintf(text, sizeof(text), "text:content %llu", (unsigned long long)content);
    found = reach(w, graph, text);
    assert_int_equal(found.samples[0], 0);
    assert_true(names_gap(&found, SW_GAP_UNKNOWN, "the salt of in0@1 is forgotten"));
    /* A sample by its place needs no salt. */
    found = reach(w, graph, "sample:in0@1#5");
    assert_int_equal(found.samples[0], 1);
    world_close(w);
    free(w);
}

/* --- selectors ------------------------------------------------------------------------------- */

static void test_what_means_nothing_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum sw_code code;
    } rows[] = {
        {"", SW_E_USAGE},
        {"alpha", SW_E_USAGE},
        {"source:", SW_E_USAGE},
        {"source:nobody", SW_E_NOENT},
        {"source:../x", SW_E_USAGE},
        {"dataset:in0@2", SW_E_NOENT},
        {"dataset:in0@", SW_E_USAGE},
        {"dataset:sha256:ab", SW_E_USAGE},
        {"dataset:sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            SW_E_NOENT},
        {"step:clean", SW_E_USAGE},
        {"sample:in0@1", SW_E_USAGE},
        {"sample:in0@1#", SW_E_USAGE},
        {"sample:in0@1#10", SW_E_USAGE},
        {"sample:in0@1#-1", SW_E_USAGE},
        {"sample:in0@1#01", SW_E_USAGE},
        {"sample:in0@1#99999999999999999999", SW_E_USAGE},
        {"sample:#1", SW_E_USAGE},
        {"sample:other#1", SW_E_NOENT},
        {"content:x", SW_E_USAGE},
        {"file:/does/not/exist", SW_E_NOENT},
        {"model:x", SW_E_USAGE},
    };
    struct world *w = malloc(sizeof(*w));
    build_chain(w);
    SW_CLEANUP(graph) struct sw_graph *graph = load(w, SW_GRAPH_FRESH);
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct sw_selected what;
        struct sw_error err = {0};
        enum sw_code code = sw_selected_parse(&w->t.data, graph, sw_str(rows[i].text), &what, &err);
        if (code != rows[i].code || err.text[0] == '\0') {
            fail_msg("'%s' gave %d: %s", rows[i].text, (int)code, err.text);
        }
    }
    world_close(w);
    free(w);
}

static void test_selectors_come_back_from_claims(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "source:alpha", "dataset:in0", "dataset:in0@1", "sample:in0@1#3"};
    struct world *w = malloc(sizeof(*w));
    build_chain(w);
    SW_CLEANUP(graph) struct sw_graph *graph = load(w, SW_GRAPH_FRESH);
    for (size_t i = 0; i < SW_COUNT(texts); i++) {
        SW_CLEANUP(buf) struct sw_buf shown = SW_BUF_INIT;
        struct sw_selected what;
        struct sw_selected again;
        MUST(sw_selected_parse(&w->t.data, graph, sw_str(texts[i]), &what, &must_error));
        MUST(sw_selector_show(&what.selector, &shown));
        assert_string_equal(sw_buf_cstr(&shown), texts[i]);
        MUST(sw_selected_of_claim(&what.selector, &again, &must_error));
        assert_int_equal(again.by_row, what.by_row);
        assert_int_equal(again.row, what.row);
    }
    struct sw_selector bad = {.kind = SW_SELECT_SAMPLE, .name = sw_str("in0@1#x")};
    struct sw_selected what;
    assert_int_equal(sw_selected_of_claim(&bad, &what, &must_error), SW_E_FORMAT);
    world_close(w);
    free(w);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers_are_those_of_the_plain_account),
        cmocka_unit_test(test_an_incomplete_step_is_named),
        cmocka_unit_test(test_claims_of_strangers_are_named_and_not_followed),
        cmocka_unit_test(test_a_dataset_that_nobody_trusted_claims_is_named),
        cmocka_unit_test(test_a_stranger_gives_no_set_its_name),
        cmocka_unit_test(test_a_second_claim_that_leaves_a_source_out_hides_nothing),
        cmocka_unit_test(test_a_missing_lineage_file_is_a_loss),
        cmocka_unit_test(test_a_missing_set_is_a_loss_only_where_it_must_be_read),
        cmocka_unit_test(test_a_changed_file_is_a_loss),
        cmocka_unit_test(test_a_lost_claim_is_a_loss),
        cmocka_unit_test(test_keyed_sets_are_asked_with_their_salt),
        cmocka_unit_test(test_what_means_nothing_is_refused),
        cmocka_unit_test(test_selectors_come_back_from_claims),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
