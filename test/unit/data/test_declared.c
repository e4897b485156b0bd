/* Lineage that only documents tell of: followed from whole sets to whole sets, never more sure than
 * that, and never in place of what was recorded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "data/summary.h"
#include "data/trace.h"
#include "unit/data/world_help.h"

#define DECLARED_MAX 8u

/* What a document says: sets by their manifests, and one step. */
struct document {
    struct sw_digest inputs[DECLARED_MAX];
    size_t input_count;
    struct sw_digest outputs[DECLARED_MAX];
    size_t output_count;
    struct sw_digest unlisted; /* an input that it does not list; alg 0: none */
    bool about_nothing;        /* the statement is about the document alone */
};

static struct sw_declared_set declared_set(struct world *w, const struct sw_digest *manifest)
{
    char hex[2 * SW_DIGEST_MAX + 1];
    sw_digest_hex(manifest, hex);
    const char *name = sw_arena_printf(&w->t.arena, "said-%.8s", hex);
    assert_non_null(name);
    return (struct sw_declared_set){.name = sw_str(name),
        .version = sw_str("1"),
        .manifest = *manifest,
        .samples = 7,
        .bytes = SW_ABSENT};
}

static void record_document(struct world *w, const struct document *doc)
{
    SW_CLEANUP(buf) struct sw_buf predicate = SW_BUF_INIT;
    struct sw_declared_set sets[2 * DECLARED_MAX];
    struct sw_subject subjects[2 * DECLARED_MAX + 1];
    struct sw_digest inputs[DECLARED_MAX + 1];
    struct sw_receipt receipt;
    size_t count = 0;
    memcpy(inputs, doc->inputs, sizeof(doc->inputs));
    inputs[doc->input_count] = doc->unlisted;
    for (size_t i = 0; i < doc->input_count; i++) {
        sets[count++] = declared_set(w, &doc->inputs[i]);
    }
    for (size_t i = 0; i < doc->output_count; i++) {
        sets[count++] = declared_set(w, &doc->outputs[i]);
    }
    struct sw_declared_step step = {.name = sw_str("job"),
        .inputs = inputs,
        .input_count = doc->input_count + (doc->unlisted.alg != 0 ? 1 : 0),
        .outputs = (struct sw_digest *)(uintptr_t)doc->outputs,
        .output_count = doc->output_count};
    struct sw_declaration_claim claim = {.document = world_digest("document", w->random++),
        .format = sw_str("openlineage"),
        .sets = sets,
        .set_count = count,
        .steps = &step,
        .step_count = 1,
        .time = w->t.data.now};
    subjects[0] = (struct sw_subject){sw_str("document"), claim.document};
    for (size_t i = 0; i < count; i++) {
        subjects[i + 1] = (struct sw_subject){sets[i].name, sets[i].manifest};
    }
    MUST(sw_declaration_claim_write(&claim, &predicate));
    MUST(sw_data_record(&w->t.data, subjects, doc->about_nothing ? 1 : count + 1,
        SW_PREDICATE_DECLARATION, sw_buf_bytes(&predicate), &receipt, &must_error));
}

/* One set of another, by a document. */
static void say_made(struct world *w, struct sw_digest from, struct sw_digest to)
{
    record_document(w,
        &(struct document){.inputs = {from}, .input_count = 1, .outputs = {to}, .output_count = 1});
}

static struct sw_digest manifest_of(const struct world *w, unsigned set)
{
    return w->sets[set].claim.manifest;
}

static struct sw_graph *load(struct world *w)
{
    struct sw_graph *graph = NULL;
    MUST(sw_graph_load(&w->t.data, SW_GRAPH_FRESH, &graph, &must_error));
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

/* What the reach says of a set, by its manifest. */
static void check_set(const struct sw_graph *graph, const struct sw_reach *found,
    const struct sw_digest *manifest, bool reached, bool declared, uint64_t samples)
{
    uint32_t at = sw_graph_find_set(graph, manifest);
    assert_int_not_equal(at, SW_GRAPH_NONE);
    assert_int_equal(found->sets[at], reached);
    assert_int_equal(found->declared_sets[at], declared);
    assert_int_equal(found->samples[at], samples);
}

static size_t gaps_with(const struct sw_gaps *gaps, enum sw_gap_kind kind, const char *words)
{
    size_t count = 0;
    for (size_t i = 0; i < gaps->count; i++) {
        bool has = strstr(gaps->list[i].text, words) != NULL;
        count += gaps->list[i].kind == kind && has ? 1 : 0;
    }
    return count;
}

static struct world *begin(void)
{
    struct world *w = malloc(sizeof(*w));
    assert_non_null(w);
    world_open(w, 11);
    return w;
}

static void end(struct world *w)
{
    world_close(w);
    free(w);
}

/* --- reach ----------------------------------------------------------------------------------- */

/* in0 -> out1 row by row; a document: out1 -> x, x -> in2; in2 -> out3 row by row. Models on out3
 * and, from that, another. */
static void test_all_that_a_document_leads_to_is_reached(void **state)
{
    (void)state;
    struct world *w = begin();
    struct sw_digest x = world_digest("x", 1);
    (void)world_ingest(w, 0, 10, false);
    (void)world_filter(w, 0, 4, true);
    (void)world_ingest(w, 1, 12, false);
    (void)world_filter(w, 2, 3, true);
    (void)world_train(w, 3, 99);
    (void)world_train(w, 0, 0);
    say_made(w, manifest_of(w, 1), x);
    say_made(w, x, manifest_of(w, 2));
    SW_CLEANUP(graph) struct sw_graph *graph = load(w);
    struct sw_reach found = reach(w, graph, "sample:in0@1#2");
    struct sw_digest sets[] = {
        manifest_of(w, 0), manifest_of(w, 1), x, manifest_of(w, 2), manifest_of(w, 3)};
    check_set(graph, &found, &sets[0], true, false, 1);
    check_set(graph, &found, &sets[1], true, false, 1);
    check_set(graph, &found, &sets[2], true, true, 7);
    check_set(graph, &found, &sets[3], true, true, 12);
    check_set(graph, &found, &sets[4], true, true, 11);
    assert_int_equal(gaps_with(&found.gaps, SW_GAP_DECLARED, "is declared by a document alone"), 2);
    for (unsigned i = 0; i < w->model_count; i++) {
        uint32_t model = sw_graph_find_model(graph, &w->models[i].root);
        assert_true(found.models[model]);
        assert_int_equal(found.declared_models[model], i == 0); /* the other has in0 itself */
        assert_int_equal(found.model_samples[model], i == 0 ? 11 : 1); /* and that is sure */
    }
    /* A row that was dropped before the document is not in what it tells of. */
    found = reach(w, graph, "sample:in0@1#4");
    check_set(graph, &found, &x, false, false, 0);
    assert_int_equal(found.gaps.count, 0);
    end(w);
}

static void test_what_is_known_row_by_row_counts_instead(void **state)
{
    (void)state;
    struct world *w = begin();
    (void)world_ingest(w, 0, 10, false);
    (void)world_filter(w, 0, 4, true);
    (void)world_filter(w, 0, 5, false);
    say_made(w, manifest_of(w, 0), manifest_of(w, 1));
    say_made(w, manifest_of(w, 0), manifest_of(w, 2));
    SW_CLEANUP(graph) struct sw_graph *graph = load(w);
    struct sw_digest complete = manifest_of(w, 1);
    struct sw_digest incomplete = manifest_of(w, 2);
    struct sw_reach found = reach(w, graph, "sample:in0@1#4");
    check_set(graph, &found, &complete, false, false, 0);
    check_set(graph, &found, &incomplete, true, false, 1);
    assert_int_equal(gaps_with(&found.gaps, SW_GAP_DECLARED, "out1@1"), 0);
    /* Its step has gaps, and the document says that there is more. */
    found = reach(w, graph, "sample:in0@1#5");
    check_set(graph, &found, &incomplete, true, true, 9);
    end(w);
}

static void test_documents_in_a_circle_end(void **state)
{
    (void)state;
    struct world *w = begin();
    struct sw_digest x = world_digest("x", 1);
    (void)world_ingest(w, 0, 10, false);
    say_made(w, manifest_of(w, 0), x);
    say_made(w, x, manifest_of(w, 0));
    say_made(w, x, x);
    SW_CLEANUP(graph) struct sw_graph *graph = load(w);
    struct sw_reach found = reach(w, graph, "sample:in0@1#4");
    struct sw_digest first = manifest_of(w, 0);
    check_set(graph, &found, &first, true, false, 1);
    check_set(graph, &found, &x, true, true, 7);
    end(w);
}

static void test_a_document_of_a_stranger_is_named_and_not_followed(void **state)
{
    (void)state;
    struct world *w = begin();
    struct sw_digest x = world_digest("x", 1);
    (void)world_ingest(w, 0, 10, false);
    w->t.signer.key = w->t.stranger;
    say_made(w, manifest_of(w, 0), x);
    w->t.signer.key = w->t.key;
    SW_CLEANUP(graph) struct sw_graph *graph = load(w);
    struct sw_reach found = reach(w, graph, "sample:in0@1#4");
    check_set(graph, &found, &x, false, false, 0);
    assert_int_equal(gaps_with(&found.gaps, SW_GAP_UNKNOWN, "nobody trusted"), 1);
    end(w);
}

/* The gate finds it by what its statement is about; and one set that nobody lists must not make the
 * whole graph unreadable. */
static void test_a_declaration_that_breaks_its_form_is_damage(void **state)
{
    (void)state;
    struct world *w = begin();
    struct sw_digest x = world_digest("x", 1);
    (void)world_ingest(w, 0, 10, false);
    struct document doc = {
        .inputs = {manifest_of(w, 0)}, .input_count = 1, .outputs = {x}, .output_count = 1};
    doc.about_nothing = true;
    record_document(w, &doc);
    doc.about_nothing = false;
    doc.unlisted = world_digest("unlisted", 1);
    record_document(w, &doc);
    SW_CLEANUP(graph) struct sw_graph *graph = load(w);
    assert_int_equal(graph->declaration_count, 0);
    assert_int_equal(graph->damage_count, 2);
    struct sw_reach found = reach(w, graph, "sample:in0@1#4");
    assert_int_equal(gaps_with(&found.gaps, SW_GAP_LOST, "that it is not about"), 1);
    assert_int_equal(gaps_with(&found.gaps, SW_GAP_LOST, "that it does not list"), 1);
    end(w);
}

/* --- the gate -------------------------------------------------------------------------------- */

static void taint(struct world *w, const char *text)
{
    SW_CLEANUP(graph) struct sw_graph *graph = load(w);
    struct sw_selected what;
    struct sw_receipt *receipts;
    struct sw_taint_claim claim = {.severity = SW_TAINT_HIGH,
        .reason = sw_str("bad"),
        .state = SW_TAINTED,
        .by = sw_str("us")};
    MUST(sw_selected_parse(&w->t.data, graph, sw_str(text), &what, &must_error));
    MUST(sw_taint_record(&w->t.data, &what.selector, 1, &claim, &receipts, &must_error));
}

static struct sw_provenance provenance(struct world *w, unsigned model)
{
    struct sw_provenance out;
    struct sw_digest any = {0};
    MUST(sw_provenance_find(&w->t.data, &w->models[model].root, &any, &out, &must_error));
    return out;
}

static size_t provenance_gaps(const struct sw_provenance *p, const char *words)
{
    size_t count = 0;
    for (size_t i = 0; i < p->gap_count; i++) {
        const char *gap = p->gaps[i].ptr;
        count += memmem(gap, p->gaps[i].len, words, strlen(words)) != NULL ? 1 : 0;
    }
    return count;
}

static void test_the_gate_counts_a_taint_over_a_document(void **state)
{
    (void)state;
    struct world *w = begin();
    (void)world_ingest(w, 0, 10, false);
    (void)world_ingest(w, 1, 12, false);
    (void)world_filter(w, 1, 3, true);
    (void)world_train(w, 2, 99);
    taint(w, "sample:in0@1#2");
    struct sw_provenance before = provenance(w, 0);
    assert_int_equal(before.tainted_count, 0);
    say_made(w, manifest_of(w, 0), manifest_of(w, 1));
    struct sw_provenance after = provenance(w, 0);
    assert_int_equal(after.tainted_count, 1);
    assert_false(after.tainted[0].certain);
    assert_true(after.tainted[0].samples == SW_ABSENT);
    assert_int_equal(after.status, SW_PROVENANCE_GAPS);
    assert_int_equal(provenance_gaps(&after, "step 'job' to in1@1 is declared"), 1);
    end(w);
}

/* What a document says became of a set is nothing to a model that was trained before it. */
static void test_what_lies_downstream_is_nothing_to_the_gate(void **state)
{
    (void)state;
    struct world *w = begin();
    struct sw_digest x = world_digest("x", 1);
    (void)world_ingest(w, 0, 10, false);
    (void)world_filter(w, 0, 4, true);
    (void)world_train(w, 1, 99);
    say_made(w, manifest_of(w, 1), x);
    say_made(w, manifest_of(w, 0), world_digest("y", 1));
    taint(w, "sample:in0@1#4"); /* dropped on the way to the model */
    taint(w, "text:content 1000000");
    struct sw_provenance found = provenance(w, 0);
    assert_int_equal(found.tainted_count, 0);
    assert_int_equal(provenance_gaps(&found, "taint"), 0);
    assert_int_equal(provenance_gaps(&found, "document"), 0);
    end(w);
}

/* --- trace ----------------------------------------------------------------------------------- */

static void test_trace_tells_both_ways_without_a_proof(void **state)
{
    (void)state;
    struct world *w = begin();
    struct sw_digest x = world_digest("x", 1);
    struct sw_digest y = world_digest("y", 1);
    (void)world_ingest(w, 0, 10, false);
    (void)world_filter(w, 0, 4, true);
    (void)world_ingest(w, 1, 12, false);
    (void)world_train(w, 2, 99);
    say_made(w, x, y);
    say_made(w, y, manifest_of(w, 0));
    say_made(w, manifest_of(w, 1), manifest_of(w, 2));
    SW_CLEANUP(graph) struct sw_graph *graph = load(w);
    struct sw_selected what;
    struct sw_trace found;
    struct sw_trace_options options = {
        .ways = SW_TRACE_BACK | SW_TRACE_FORWARD, .in = SW_GRAPH_NONE};
    MUST(sw_selected_parse(&w->t.data, graph, sw_str("sample:out1@1#2"), &what, &must_error));
    MUST(sw_trace(&w->t.data, graph, &what, &options, &found, &must_error));
    assert_int_equal(found.sample_count, 2);
    assert_int_equal(found.leap_count, 3);
    const struct sw_digest froms[] = {y, x, manifest_of(w, 1)};
    for (size_t i = 0; i < found.leap_count; i++) {
        const struct sw_trace_leap *leap = &found.leaps[i];
        assert_int_equal(leap->back, i < 2);
        assert_int_equal(leap->hop.from, sw_graph_find_set(graph, &froms[i]));
        assert_int_not_equal(leap->hop.hearsay, SW_GRAPH_NONE);
        uint32_t declaration = graph->hearsay[leap->hop.hearsay].declaration;
        assert_true(found.declaration_claims[declaration].holds);
    }
    assert_true(found.models[0]);
    assert_true(found.declared_models[0]);
    assert_int_equal(gaps_with(&found.gaps, SW_GAP_DECLARED, "is declared by a document alone"), 3);
    end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_that_a_document_leads_to_is_reached),
        cmocka_unit_test(test_what_is_known_row_by_row_counts_instead),
        cmocka_unit_test(test_documents_in_a_circle_end),
        cmocka_unit_test(test_a_document_of_a_stranger_is_named_and_not_followed),
        cmocka_unit_test(test_a_declaration_that_breaks_its_form_is_damage),
        cmocka_unit_test(test_the_gate_counts_a_taint_over_a_document),
        cmocka_unit_test(test_what_lies_downstream_is_nothing_to_the_gate),
        cmocka_unit_test(test_trace_tells_both_ways_without_a_proof),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
