/* The graph of claims: what stands, what is newest, and a file that can be lost. */
#include "data/graph_private.h"

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

static struct world *small_world(void)
{
    struct world *w = malloc(sizeof(*w));
    assert_non_null(w);
    world_open(w, 3);
    (void)world_ingest(w, 0, 10, false);
    (void)world_filter(w, 0, 4, true);
    (void)world_train(w, 1, 99);
    (void)world_train(w, 0, 0);
    return w;
}

static void end_world(struct world *w)
{
    world_close(w);
    free(w);
}

static void test_edges_lead_both_ways(void **state)
{
    (void)state;
    struct world *w = small_world();
    SW_CLEANUP(graph) struct sw_graph *g = load(w, SW_GRAPH_FRESH);
    uint32_t in = sw_graph_find_set(g, &w->sets[0].claim.manifest);
    uint32_t out = sw_graph_find_set(g, &w->sets[1].claim.manifest);
    uint32_t base = sw_graph_find_model(g, &w->models[0].root);
    uint32_t tuned = sw_graph_find_model(g, &w->models[1].root);
    assert_int_equal(g->set_count, 2);
    assert_int_equal(g->model_count, 2);
    assert_int_equal(g->sets[in].used_count, 1);
    assert_int_equal(g->steps[g->sets[in].used_by[0]].output, out);
    assert_int_equal(g->sets[out].made_count, 1);
    assert_int_equal(g->sets[out].trained_count, 1);
    assert_int_equal(g->trainings[g->sets[out].trained[0]].model, base);
    assert_int_equal(g->models[base].derived_count, 1);
    assert_int_equal(g->trainings[g->models[base].derived[0]].model, tuned);
    assert_true(sw_str_is(g->sets[in].name, "in0"));
    struct sw_digest other = world_digest("other", 1);
    assert_int_equal(sw_graph_find_set(g, &other), SW_GRAPH_NONE);
    assert_int_equal(sw_graph_find_model(g, &other), SW_GRAPH_NONE);
    end_world(w);
}

static void test_an_empty_store_has_an_empty_graph(void **state)
{
    (void)state;
    struct world *w = malloc(sizeof(*w));
    struct sw_digest any = world_digest("any", 1);
    world_open(w, 1);
    SW_CLEANUP(graph) struct sw_graph *g = load(w, SW_GRAPH_CACHED);
    assert_int_equal(g->set_count, 0);
    assert_int_equal(sw_graph_find_set(g, &any), SW_GRAPH_NONE);
    end_world(w);
}

/* --- verdicts -------------------------------------------------------------------------------- */

static void record_verdict(struct world *w, const char *result, const char *time)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_subject subject = {sw_str("m"), w->models[0].root};
    struct sw_receipt receipt;
    MUST(sw_buf_printf(
        &text, "{\"verificationResult\":\"%s\",\"timeVerified\":\"%s\"}", result, time));
    MUST(sw_data_record(
        &w->t.data, &subject, 1, SW_PREDICATE_VSA, sw_buf_bytes(&text), &receipt, &must_error));
}

static bool admitted(struct world *w)
{
    SW_CLEANUP(graph) struct sw_graph *g = load(w, SW_GRAPH_CACHED);
    return sw_graph_is_admitted(g, &g->models[sw_graph_find_model(g, &w->models[0].root)]);
}

static void test_the_newest_verdict_counts(void **state)
{
    (void)state;
    struct world *w = small_world();
    assert_false(admitted(w));
    record_verdict(w, "PASSED", "2026-01-02T00:00:00Z");
    assert_true(admitted(w));
    record_verdict(w, "FAILED", "2026-01-03T00:00:00Z");
    assert_false(admitted(w));
    record_verdict(w, "PASSED", "2026-01-02T12:00:00Z"); /* an old one, recorded late */
    assert_false(admitted(w));
    w->t.signer.key = w->t.stranger;
    record_verdict(w, "PASSED", "2026-01-04T00:00:00Z");
    assert_false(admitted(w));
    end_world(w);
}

/* --- taints ---------------------------------------------------------------------------------- */

static void record_taint(
    struct world *w, const struct sw_selector *selector, enum sw_taint_state what, int64_t time)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_taint_claim claim = {.selector = *selector,
        .severity = SW_TAINT_HIGH,
        .reason = sw_str("poisoned"),
        .state = what,
        .time = time};
    struct sw_subject subject = {.name = sw_str("tainted")};
    struct sw_receipt receipt;
    sw_selector_subject(selector, &subject.digest);
    MUST(sw_taint_claim_write(&claim, &text));
    MUST(sw_data_record(
        &w->t.data, &subject, 1, SW_PREDICATE_TAINT, sw_buf_bytes(&text), &receipt, &must_error));
}

static unsigned standing(struct world *w)
{
    SW_CLEANUP(graph) struct sw_graph *g = load(w, SW_GRAPH_FRESH);
    unsigned n = 0;
    for (uint32_t i = 0; i < g->taint_count; i++) {
        n += g->taints[i].stands ? 1 : 0;
    }
    return n;
}

static void test_a_signer_lifts_what_they_said(void **state)
{
    (void)state;
    struct world *w = small_world();
    struct sw_selector alpha = {.kind = SW_SELECT_SOURCE, .name = sw_str("alpha")};
    struct sw_selector beta = {.kind = SW_SELECT_SOURCE, .name = sw_str("beta")};
    record_taint(w, &alpha, SW_TAINTED, 100);
    assert_int_equal(standing(w), 1);
    record_taint(w, &beta, SW_TAINT_LIFTED, 101); /* about something else */
    assert_int_equal(standing(w), 1);
    record_taint(w, &alpha, SW_TAINT_LIFTED, 101);
    assert_int_equal(standing(w), 0);
    record_taint(w, &alpha, SW_TAINTED, 102);
    assert_int_equal(standing(w), 1);
    record_taint(w, &alpha, SW_TAINT_LIFTED, 101); /* an old word, said again */
    assert_int_equal(standing(w), 1);
    record_taint(w, &alpha, SW_TAINT_LIFTED, 102); /* in the same second, but said later */
    assert_int_equal(standing(w), 0);
    end_world(w);
}

/* The same claim in a bundle with a space more: the log takes it for another one. */
static void test_a_lifting_that_is_recorded_again_lifts_nothing(void **state)
{
    (void)state;
    struct world *w = small_world();
    struct sw_selector alpha = {.kind = SW_SELECT_SOURCE, .name = sw_str("alpha")};
    SW_CLEANUP(arena) struct sw_arena arena;
    SW_CLEANUP(buf) struct sw_buf bundle = SW_BUF_INIT;
    struct sw_evidence_query query = {.predicate_type = SW_PREDICATE_TAINT};
    struct sw_evidence_record *records;
    struct sw_receipt receipt;
    size_t count;
    sw_arena_init(&arena, 0);
    record_taint(w, &alpha, SW_TAINTED, 100);
    record_taint(w, &alpha, SW_TAINT_LIFTED, 101);
    MUST(sw_evidence_find(w->t.data.store, &query, &arena, &records, &count, &must_error));
    MUST(sw_evidence_load(w->t.data.store, &records[0].claim, &bundle, &must_error));
    record_taint(w, &alpha, SW_TAINTED, 101);
    assert_int_equal(standing(w), 1);
    MUST(sw_buf_putc(&bundle, ' '));
    struct sw_bytes bytes = sw_buf_bytes(&bundle);
    MUST(sw_evidence_add(w->t.data.store, &bytes, 1, &receipt, &must_error));
    assert_false(receipt.existed);
    assert_int_equal(standing(w), 1);
    end_world(w);
}

static void test_nobody_lifts_what_another_said(void **state)
{
    (void)state;
    struct world *w = small_world();
    struct sw_selector alpha = {.kind = SW_SELECT_SOURCE, .name = sw_str("alpha")};
    struct sw_key *second = NULL;
    MUST(sw_key_generate(SW_KEY_P256, &second, &must_error));
    MUST(sw_trust_add_key(w->t.trust, "second", second));
    record_taint(w, &alpha, SW_TAINTED, 100);
    w->t.signer.key = second;
    record_taint(w, &alpha, SW_TAINT_LIFTED, 200);
    assert_int_equal(standing(w), 1);
    w->t.signer.key = w->t.stranger;
    record_taint(w, &alpha, SW_TAINTED, 300);
    record_taint(w, &alpha, SW_TAINT_LIFTED, 400);
    assert_int_equal(standing(w), 1);
    w->t.signer.key = w->t.key;
    record_taint(w, &alpha, SW_TAINT_LIFTED, 500);
    assert_int_equal(standing(w), 0);
    sw_key_free(second);
    end_world(w);
}

/* A date still to come is no later word: it counts as of its recording. */
static void test_a_lifting_cannot_be_dated_ahead(void **state)
{
    (void)state;
    struct world *w = small_world();
    struct sw_selector alpha = {.kind = SW_SELECT_SOURCE, .name = sw_str("alpha")};
    record_taint(w, &alpha, SW_TAINT_LIFTED, INT64_C(4102444800));
    record_taint(w, &alpha, SW_TAINTED, INT64_C(4102444800));
    assert_int_equal(standing(w), 1);
    end_world(w);
}

/* --- claims that contradict themselves ------------------------------------------------------- */

static void test_a_claim_about_something_else_is_damage(void **state)
{
    (void)state;
    struct world *w = small_world();
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_taint_claim claim = {.selector = {.kind = SW_SELECT_SOURCE, .name = sw_str("alpha")},
        .reason = sw_str("poisoned"),
        .time = 100};
    struct sw_subject subject = {sw_str("x"), world_digest("not alpha", 0)};
    struct sw_receipt receipt;
    MUST(sw_taint_claim_write(&claim, &text));
    MUST(sw_data_record(
        &w->t.data, &subject, 1, SW_PREDICATE_TAINT, sw_buf_bytes(&text), &receipt, &must_error));
    MUST(sw_data_record(
        &w->t.data, &subject, 1, SW_PREDICATE_TAINT, sw_bytes("{}", 2), &receipt, &must_error));
    SW_CLEANUP(graph) struct sw_graph *g = load(w, SW_GRAPH_FRESH);
    assert_int_equal(g->taint_count, 0);
    assert_int_equal(g->damage_count, 2);
    assert_true(sw_str_is(g->damages[0].type, SW_PREDICATE_TAINT));
    end_world(w);
}

/* --- the file -------------------------------------------------------------------------------- */

static const char *cache_file(struct world *w)
{
    return sw_arena_printf(&w->t.arena, "%s/data/graph.cache", w->t.path);
}

static void test_the_file_is_made_and_used(void **state)
{
    (void)state;
    struct world *w = small_world();
    SW_CLEANUP(buf) struct sw_buf body = SW_BUF_INIT;
    assert_int_equal(sw_graph_cache_read(&w->t.data, &body), SW_E_NOENT);
    SW_CLEANUP(graph) struct sw_graph *made = load(w, SW_GRAPH_CACHED);
    MUST(sw_graph_cache_read(&w->t.data, &body));
    assert_int_equal(body.len, made->body.len);
    assert_memory_equal(body.data, made->body.data, body.len);
    SW_CLEANUP(graph) struct sw_graph *again = load(w, SW_GRAPH_CACHED);
    assert_int_equal(again->step_count, made->step_count);
    end_world(w);
}

static void test_the_file_of_another_log_or_trust_is_not_used(void **state)
{
    (void)state;
    struct world *w = small_world();
    SW_CLEANUP(buf) struct sw_buf body = SW_BUF_INIT;
    SW_CLEANUP(graph) struct sw_graph *before = load(w, SW_GRAPH_CACHED);
    (void)world_train(w, 1, 0);
    assert_int_equal(sw_graph_cache_read(&w->t.data, &body), SW_E_NOENT);
    SW_CLEANUP(graph) struct sw_graph *after = load(w, SW_GRAPH_CACHED);
    assert_int_equal(after->model_count, before->model_count + 1);
    MUST(sw_graph_cache_read(&w->t.data, &body));
    MUST(sw_trust_add_key(w->t.trust, "second", w->t.stranger));
    assert_int_equal(sw_graph_cache_read(&w->t.data, &body), SW_E_NOENT);
    end_world(w);
}

static void test_a_changed_or_cut_file_is_not_used(void **state)
{
    (void)state;
    struct world *w = small_world();
    SW_CLEANUP(graph) struct sw_graph *made = load(w, SW_GRAPH_CACHED);
    SW_CLEANUP(buf) struct sw_buf file = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf body = SW_BUF_INIT;
    MUST(sw_file_read(cache_file(w), 1 << 20, &file, &must_error));
    for (size_t i = 0; i < file.len; i++) {
        file.data[i] ^= 1;
        MUST(sw_file_write(cache_file(w), sw_buf_bytes(&file), 0666, 0, &must_error));
        file.data[i] ^= 1;
        assert_int_equal(sw_graph_cache_read(&w->t.data, &body), SW_E_NOENT);
    }
    for (size_t len = 0; len < file.len; len += 17) {
        MUST(sw_file_write(cache_file(w), sw_bytes(file.data, len), 0666, 0, &must_error));
        assert_int_equal(sw_graph_cache_read(&w->t.data, &body), SW_E_NOENT);
    }
    SW_CLEANUP(graph) struct sw_graph *again = load(w, SW_GRAPH_CACHED);
    assert_int_equal(again->body.len, made->body.len);
    end_world(w);
}

/* Whoever can write the file can give it a right digest; it must still be read safely. */
static void test_a_body_that_is_none_is_refused_or_read(void **state)
{
    (void)state;
    struct world *w = small_world();
    SW_CLEANUP(graph) struct sw_graph *made = load(w, SW_GRAPH_FRESH);
    unsigned refused = 0;
    for (size_t i = 0; i < made->body.len; i++) {
        SW_CLEANUP(buf) struct sw_buf body = SW_BUF_INIT;
        SW_CLEANUP(graph) struct sw_graph *graph = NULL;
        MUST(sw_buf_append(&body, made->body.data, made->body.len));
        body.data[i] ^= (uint8_t)(1u << (i % 8));
        refused += sw_graph_link(&body, &graph, &must_error) == SW_E_FORMAT ? 1 : 0;
    }
    assert_true(refused > 0);
    for (size_t len = 1; len < made->body.len; len += 13) {
        SW_CLEANUP(buf) struct sw_buf body = SW_BUF_INIT;
        SW_CLEANUP(graph) struct sw_graph *graph = NULL;
        MUST(sw_buf_append(&body, made->body.data, len));
        (void)!sw_graph_link(&body, &graph, &must_error);
    }
    end_world(w);
}

/* Where SW_GRAPH_OUT names a file, a seed for the fuzzer is left there. */
static void test_a_seed_can_be_made(void **state)
{
    (void)state;
    const char *path = getenv("SW_GRAPH_OUT");
    if (path == NULL) {
        skip();
    }
    struct world *w = small_world();
    struct sw_selector alpha = {.kind = SW_SELECT_SOURCE, .name = sw_str("alpha")};
    record_taint(w, &alpha, SW_TAINTED, 100);
    record_verdict(w, "PASSED", "2026-01-02T00:00:00Z");
    SW_CLEANUP(graph) struct sw_graph *graph = load(w, SW_GRAPH_FRESH);
    MUST(sw_file_write(path, sw_buf_bytes(&graph->body), 0666, 0, &must_error));
    end_world(w);
}

static void test_where_the_file_cannot_be_written_the_answer_is_the_same(void **state)
{
    (void)state;
    struct world *w = small_world();
    MUST(sw_dir_make(cache_file(w), 0777, &must_error)); /* a directory in its place */
    SW_CLEANUP(graph) struct sw_graph *one = load(w, SW_GRAPH_CACHED);
    SW_CLEANUP(graph) struct sw_graph *two = load(w, SW_GRAPH_FRESH);
    assert_int_equal(one->body.len, two->body.len);
    assert_memory_equal(one->body.data, two->body.data, one->body.len);
    end_world(w);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_edges_lead_both_ways),
        cmocka_unit_test(test_an_empty_store_has_an_empty_graph),
        cmocka_unit_test(test_the_newest_verdict_counts),
        cmocka_unit_test(test_a_signer_lifts_what_they_said),
        cmocka_unit_test(test_a_lifting_that_is_recorded_again_lifts_nothing),
        cmocka_unit_test(test_nobody_lifts_what_another_said),
        cmocka_unit_test(test_a_lifting_cannot_be_dated_ahead),
        cmocka_unit_test(test_a_claim_about_something_else_is_damage),
        cmocka_unit_test(test_the_file_is_made_and_used),
        cmocka_unit_test(test_the_file_of_another_log_or_trust_is_not_used),
        cmocka_unit_test(test_a_changed_or_cut_file_is_not_used),
        cmocka_unit_test(test_a_body_that_is_none_is_refused_or_read),
        cmocka_unit_test(test_a_seed_can_be_made),
        cmocka_unit_test(test_where_the_file_cannot_be_written_the_answer_is_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
