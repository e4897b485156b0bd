/* The way of samples, compared with the plain account of a random world. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <unistd.h>

#include "unit/data/world_help.h"

static const struct sw_trace_options both = {
    .ways = SW_TRACE_BACK | SW_TRACE_FORWARD, .in = SW_GRAPH_NONE};

static struct sw_graph *load(struct world *w)
{
    struct sw_graph *graph = NULL;
    MUST(sw_graph_load(&w->t.data, SW_GRAPH_FRESH, &graph, &must_error));
    return graph;
}

static struct sw_trace trace(struct world *w, const struct sw_graph *graph, const char *text,
    const struct sw_trace_options *options)
{
    struct sw_selected what;
    struct sw_trace out;
    MUST(sw_selected_parse(&w->t.data, graph, sw_str(text), &what, &must_error));
    MUST(sw_trace(&w->t.data, graph, &what, options, &out, &must_error));
    return out;
}

static unsigned set_of(const struct world *w, const struct sw_graph *graph, uint32_t graph_set)
{
    for (unsigned s = 0; s < w->set_count; s++) {
        if (sw_digest_equal(&w->sets[s].claim.manifest, &graph->sets[graph_set].manifest)) {
            return s;
        }
    }
    fail_msg("a set of no world");
    return 0;
}

struct counts {
    unsigned back;
    unsigned forward;
};

/* Every sample that is named is on the way, with its right content and a proof. */
static struct counts check_samples(
    struct world *w, const struct sw_graph *graph, const struct sw_trace *found, unsigned asked)
{
    struct counts counts = {0, 0};
    const struct world_bits *made_of =
        &w->sets[asked / WORLD_ROWS].rows[asked % WORLD_ROWS].made_of;
    for (size_t i = 0; i < found->sample_count; i++) {
        const struct sw_trace_sample *s = &found->samples[i];
        unsigned number = set_of(w, graph, s->set) * WORLD_ROWS + s->row;
        const struct world_row *row = &w->sets[number / WORLD_ROWS].rows[s->row];
        char text[32];
        struct sw_digest content;
        assert_int_equal(s->back, world_bit(made_of, number));
        assert_int_equal(s->forward, world_bit(&row->made_of, asked));
        assert_int_equal(s->asked, number == asked);
        assert_true(s->seen);
        assert_true(s->proof.holds);
        sw_sha256(sw_bytes_of_str(world_text(row->content, text)), &content);
        assert_memory_equal(s->content.content, content.bytes, 32);
        assert_true(found->set_claims[s->set].holds);
        counts.back += s->back;
        counts.forward += s->forward;
    }
    return counts;
}

static void check_hops(const struct sw_graph *graph, const struct sw_trace *found)
{
    for (size_t i = 0; i < found->hop_count; i++) {
        const struct sw_trace_hop *hop = &found->hops[i];
        const struct sw_graph_step *step = &graph->steps[hop->step];
        assert_int_equal(found->samples[hop->to].set, step->output);
        assert_int_equal(hop->confidence, SW_CONFIDENCE_FULL);
        assert_non_null(sw_edge_kind_name(hop->kind));
        assert_true(found->step_claims[hop->step].holds);
        for (size_t k = 0; k < i; k++) {
            const struct sw_trace_hop *other = &found->hops[k];
            assert_false(
                other->from == hop->from && other->to == hop->to && other->step == hop->step);
        }
    }
}

static void check_one(struct world *w, const struct sw_graph *graph, unsigned set, unsigned row)
{
    char text[64];
    unsigned asked = set * WORLD_ROWS + row;
    unsigned back = 0;
    unsigned forward = 0;
    (void)snprintf(text, sizeof(text), "sample:%s@1#%u", w->sets[set].name, row);
    struct sw_trace found = trace(w, graph, text, &both);
    for (unsigned n = 0; n < WORLD_BITS; n++) {
        const struct world_set *s = &w->sets[n / WORLD_ROWS];
        bool there = n / WORLD_ROWS < w->set_count && n % WORLD_ROWS < s->count;
        back += world_bit(&w->sets[set].rows[row].made_of, n);
        forward += there && world_bit(&s->rows[n % WORLD_ROWS].made_of, asked);
    }
    struct counts counts = check_samples(w, graph, &found, asked);
    assert_int_equal(counts.back, back);
    assert_int_equal(counts.forward, forward);
    assert_int_equal(found.gaps.count, 0);
    assert_false(found.cut);
    check_hops(graph, &found);
    for (unsigned m = 0; m < w->model_count; m++) {
        bool sets[WORLD_SETS] = {false};
        bool reached = false;
        world_sets_of(w, m, sets);
        for (size_t i = 0; i < found.sample_count; i++) {
            const struct sw_trace_sample *s = &found.samples[i];
            reached = reached || (s->forward && sets[set_of(w, graph, s->set)]);
        }
        assert_int_equal(found.models[sw_graph_find_model(graph, &w->models[m].root)], reached);
    }
}

static void test_ways_are_those_of_the_plain_account(void **state)
{
    (void)state;
    for (uint64_t seed = 11; seed <= 14; seed++) {
        struct world *w = malloc(sizeof(*w));
        assert_non_null(w);
        world_open(w, seed);
        world_build(w, 9, 6);
        SW_CLEANUP(graph) struct sw_graph *graph = load(w);
        for (unsigned set = 0; set < w->set_count; set++) {
            if (w->sets[set].count > 0) {
                check_one(w, graph, set, 0);
                check_one(w, graph, set, (unsigned)world_random(w, w->sets[set].count));
            }
        }
        world_close(w);
        free(w);
    }
}

/* in0 -> out1 (row 4 left out) -> out2, models on out2 and on out1. */
static struct world *chain(void)
{
    struct world *w = malloc(sizeof(*w));
    assert_non_null(w);
    world_open(w, 3);
    (void)world_ingest(w, 0, 10, false);
    (void)world_filter(w, 0, 4, true);
    (void)world_filter(w, 1, 99, true);
    (void)world_train(w, 2, 99);
    (void)world_train(w, 1, 99);
    return w;
}

static void end(struct world *w)
{
    world_close(w);
    free(w);
}

static void test_a_dropped_sample_is_told_with_its_reason(void **state)
{
    (void)state;
    struct world *w = chain();
    SW_CLEANUP(graph) struct sw_graph *graph = load(w);
    struct sw_trace found = trace(w, graph, "sample:in0#4", &both);
    assert_int_equal(found.sample_count, 1);
    assert_int_equal(found.hop_count, 0);
    assert_int_equal(found.drop_count, 1);
    assert_string_equal(found.drops[0].reason, "too short");
    assert_int_equal(found.use_count, 0);
    end(w);
}

static void test_uses_name_the_training(void **state)
{
    (void)state;
    struct world *w = chain();
    SW_CLEANUP(graph) struct sw_graph *graph = load(w);
    struct sw_trace found = trace(w, graph, "sample:in0#3", &both);
    assert_int_equal(found.sample_count, 3);
    assert_int_equal(found.hop_count, 2);
    assert_int_equal(found.use_count, 2);
    assert_true(found.training_claims[found.uses[0].training].holds);
    end(w);
}

static void test_a_text_is_found_wherever_it_stands(void **state)
{
    (void)state;
    struct world *w = chain();
    char text[64];
    (void)snprintf(
        text, sizeof(text), "text:content %llu", (unsigned long long)w->sets[0].rows[3].content);
    SW_CLEANUP(graph) struct sw_graph *graph = load(w);
    struct sw_trace found = trace(w, graph, text, &both);
    size_t asked = 0;
    for (size_t i = 0; i < found.sample_count; i++) {
        asked += found.samples[i].asked;
    }
    assert_true(asked >= 3); /* in each of the three sets, perhaps more than once */
    check_hops(graph, &found);
    struct sw_trace_options in_one = both;
    in_one.in = sw_graph_find_set(graph, &w->sets[1].claim.manifest);
    in_one.ways = SW_TRACE_FORWARD;
    found = trace(w, graph, text, &in_one);
    for (size_t i = 0; i < found.sample_count; i++) {
        assert_false(found.samples[i].back);
        assert_int_not_equal(set_of(w, graph, found.samples[i].set), 0);
    }
    found = trace(w, graph, "text:of nobody", &both);
    assert_int_equal(found.sample_count, 0);
    end(w);
}

static void test_what_is_over_the_limit_is_cut_and_said(void **state)
{
    (void)state;
    struct world *w = chain();
    struct sw_trace_options few = both;
    SW_CLEANUP(graph) struct sw_graph *graph = load(w);
    for (few.limit = 1; few.limit <= 4; few.limit++) {
        struct sw_trace found = trace(w, graph, "sample:in0#3", &few);
        assert_int_equal(found.sample_count, few.limit < 3 ? few.limit : 3);
        assert_int_equal(found.cut, few.limit < 3);
    }
    few.limit = SW_TRACE_LIMIT_MAX + 1;
    struct sw_selected what;
    struct sw_trace out;
    MUST(sw_selected_parse(&w->t.data, graph, sw_str("sample:in0#3"), &what, &must_error));
    assert_int_equal(sw_trace(&w->t.data, graph, &what, &few, &out, &must_error), SW_E_USAGE);
    end(w);
}

static bool names_gap(const struct sw_trace *found, enum sw_gap_kind kind, const char *words)
{
    for (size_t i = 0; i < found->gaps.count; i++) {
        if (found->gaps.list[i].kind == kind && strstr(found->gaps.list[i].text, words) != NULL) {
            return true;
        }
    }
    return false;
}

static void test_what_is_missing_is_named(void **state)
{
    (void)state;
    struct world *w = chain();
    assert_int_equal(
        unlink(sw_data_file_path(&w->t.data, SW_DATA_FILE_SET, &w->sets[1].claim.manifest)), 0);
    SW_CLEANUP(graph) struct sw_graph *graph = load(w);
    struct sw_trace found = trace(w, graph, "sample:in0#3", &both);
    assert_int_equal(found.sample_count, 3);
    for (size_t i = 0; i < found.sample_count; i++) {
        bool lost = set_of(w, graph, found.samples[i].set) == 1;
        assert_int_equal(found.samples[i].proof.holds, !lost);
        assert_int_equal(found.samples[i].seen, !lost);
    }
    assert_true(names_gap(&found, SW_GAP_LOST, "the file of dataset of out1@1"));
    assert_int_equal(
        unlink(sw_data_file_path(&w->t.data, SW_DATA_FILE_LINEAGE, &w->steps[1].lineage)), 0);
    found = trace(w, graph, "sample:out2#3", &both);
    assert_int_equal(found.sample_count, 1);
    assert_true(names_gap(&found, SW_GAP_LOST, "the lineage file of step clean to out2@1"));
    end(w);
}

/* Any byte of a set that is changed either leaves the answer as it is or is noticed. */
static void test_no_changed_set_proves_another_sample(void **state)
{
    (void)state;
    struct world *w = chain();
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    SW_CLEANUP(graph) struct sw_graph *graph = load(w);
    struct sw_trace good = trace(w, graph, "sample:in0#3", &both);
    const char *path = sw_data_file_path(&w->t.data, SW_DATA_FILE_SET, &w->sets[1].claim.manifest);
    MUST(sw_file_read(path, 1 << 20, &bytes, &must_error));
    for (size_t i = 0; i < bytes.len; i += 3) {
        bytes.data[i] ^= 0x10;
        MUST(sw_file_write(path, sw_buf_bytes(&bytes), 0666, 0, &must_error));
        bytes.data[i] ^= 0x10;
        struct sw_trace found = trace(w, graph, "sample:in0#3", &both);
        assert_int_equal(found.sample_count, 3);
        for (size_t k = 0; k < 3; k++) {
            const struct sw_trace_sample *s = &found.samples[k];
            if (s->proof.holds) {
                assert_int_equal(s->row, good.samples[k].row);
                assert_memory_equal(s->content.content, good.samples[k].content.content, 32);
                assert_memory_equal(s->content.record, good.samples[k].content.record, 32);
            }
        }
    }
    end(w);
}

static void test_claims_of_strangers_are_named(void **state)
{
    (void)state;
    struct world *w = malloc(sizeof(*w));
    world_open(w, 3);
    (void)world_ingest(w, 0, 10, false);
    w->t.signer.key = w->t.stranger;
    (void)world_filter(w, 0, 4, true);
    (void)world_train(w, 0, 99);
    w->t.signer.key = w->t.key;
    SW_CLEANUP(graph) struct sw_graph *graph = load(w);
    struct sw_trace found = trace(w, graph, "sample:in0#3", &both);
    assert_int_equal(found.sample_count, 1);
    assert_int_equal(found.use_count, 0);
    assert_true(names_gap(&found, SW_GAP_UNKNOWN, "step 'clean'"));
    assert_true(names_gap(&found, SW_GAP_UNKNOWN, "a training of 'model0'"));
    end(w);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ways_are_those_of_the_plain_account),
        cmocka_unit_test(test_a_dropped_sample_is_told_with_its_reason),
        cmocka_unit_test(test_uses_name_the_training),
        cmocka_unit_test(test_a_text_is_found_wherever_it_stands),
        cmocka_unit_test(test_what_is_over_the_limit_is_cut_and_said),
        cmocka_unit_test(test_what_is_missing_is_named),
        cmocka_unit_test(test_no_changed_set_proves_another_sample),
        cmocka_unit_test(test_claims_of_strangers_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
