/* What is known of the data of a model: complete or not, tainted or not, and that nobody who can
 * only write files makes it look better. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <sqlite3.h>
#include <unistd.h>

#include "unit/data/world_help.h"

#define WHOLE_SOURCE                                                                 \
    "{\"source\":{\"version\":\"1.0.0\",\"title\":\"Forum\",\"id\":\"urn:x:forum\"," \
    "\"issuer\":[{\"name\":\"Forum e.V.\"}],\"description\":\"posts\"},"             \
    "\"provenance\":{\"origin\":[{\"name\":\"forum.example\"}],"                     \
    "\"origin-geography\":[{\"country\":\"DE\"}],\"date\":\"2026-01-01\","           \
    "\"generation-method\":[{\"code\":\"user generated content\"}]},"                \
    "\"use\":{\"license\":\"CC-BY-4.0\",\"consents\":[\"https://forum.example/terms\"]}}"

static const struct sw_digest any_manifest;

/* in0 (alpha) -> out1 (row 4 left out); model0 on out1, model1 on out1 from model0. */
static struct world *small_world(bool described)
{
    struct world *w = malloc(sizeof(*w));
    assert_non_null(w);
    world_open(w, 3);
    if (described) {
        data_test_source(&w->t, "alpha", WHOLE_SOURCE);
    }
    (void)world_ingest(w, 0, 10, false);
    (void)world_filter(w, 0, 4, true);
    (void)world_train(w, 1, 99);
    (void)world_train(w, 1, 0);
    return w;
}

static void end(struct world *w)
{
    world_close(w);
    free(w);
}

static struct sw_provenance summary(struct world *w, unsigned model)
{
    struct sw_provenance out;
    MUST(sw_provenance_find(&w->t.data, &w->models[model].root, &any_manifest, &out, &must_error));
    return out;
}

static bool has_gap(const struct sw_provenance *p, const char *words)
{
    for (size_t i = 0; i < p->gap_count; i++) {
        if (strstr(p->gaps[i].ptr, words) != NULL) {
            return true;
        }
    }
    return false;
}

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

static void taint(struct world *w, const char *text)
{
    SW_CLEANUP(graph) struct sw_graph *graph = NULL;
    struct sw_selected what;
    MUST(sw_graph_load(&w->t.data, SW_GRAPH_FRESH, &graph, &must_error));
    MUST(sw_selected_parse(&w->t.data, graph, sw_str(text), &what, &must_error));
    record_taint(w, &what.selector, SW_TAINTED, 100);
}

/* --- completeness ---------------------------------------------------------------------------- */

static void test_everything_known_is_complete(void **state)
{
    (void)state;
    struct world *w = small_world(true);
    struct sw_provenance p = summary(w, 1);
    if (p.gap_count > 0) {
        fail_msg(SW_STR_FMT, SW_STR_ARG(p.gaps[0]));
    }
    assert_int_equal(p.status, SW_PROVENANCE_COMPLETE);
    assert_int_equal(p.source_count, 1);
    assert_true(sw_str_is(p.sources[0].name, "alpha"));
    assert_true(sw_str_is(p.sources[0].licence, "CC-BY-4.0"));
    assert_int_equal(p.sources[0].samples, 9);
    assert_int_equal(p.dataset_count, 1);
    assert_true(sw_str_is(p.datasets[0].name, "out1"));
    assert_int_equal(p.model_count, 1);
    assert_true(sw_str_is(p.models[0].name, "model0"));
    assert_true(p.verified);
    assert_false(p.weights.declared);
    assert_int_equal(p.weights.agrees, SW_AGREEMENT_NONE);
    assert_int_equal(p.tainted_count + p.takedown_count, 0);
    end(w);
}

static void test_a_model_that_nobody_trained_here_is_not_known(void **state)
{
    (void)state;
    struct world *w = small_world(true);
    struct sw_provenance out;
    struct sw_digest other = world_digest("other", 0);
    assert_int_equal(
        sw_provenance_find(&w->t.data, &other, &any_manifest, &out, &must_error), SW_E_NOENT);
    /* The same content under other names was trained the same, and is not known for sure. */
    MUST(sw_provenance_find(&w->t.data, &w->models[0].root, &other, &out, &must_error));
    assert_int_equal(out.status, SW_PROVENANCE_GAPS);
    assert_true(has_gap(&out, "under other names"));
    struct sw_digest its = world_digest("manifest of", 0);
    MUST(sw_provenance_find(&w->t.data, &w->models[0].root, &its, &out, &must_error));
    end(w);
}

static void test_a_stranger_s_training_is_none(void **state)
{
    (void)state;
    struct world *w = malloc(sizeof(*w));
    struct sw_provenance out;
    world_open(w, 3);
    (void)world_ingest(w, 0, 10, false);
    w->t.signer.key = w->t.stranger;
    (void)world_train(w, 0, 99);
    w->t.signer.key = w->t.key;
    assert_int_equal(
        sw_provenance_find(&w->t.data, &w->models[0].root, &any_manifest, &out, &must_error),
        SW_E_NOENT);
    end(w);
}

static void test_what_a_source_does_not_say_is_a_gap_until_it_does(void **state)
{
    (void)state;
    struct world *w = small_world(false);
    struct sw_provenance p = summary(w, 0);
    assert_int_equal(p.status, SW_PROVENANCE_GAPS);
    assert_true(has_gap(&p, "source alpha is not known"));
    data_test_source(&w->t, "alpha", "{\"use\":{\"license\":\"MIT\"}}");
    p = summary(w, 0);
    assert_true(sw_str_is(p.sources[0].licence, "MIT"));
    assert_int_equal(p.sources[0].origin.len, 0);
    assert_true(has_gap(&p, "source alpha has no origin"));
    assert_false(has_gap(&p, "is not known"));
    data_test_source(&w->t, "alpha", WHOLE_SOURCE);
    p = summary(w, 0);
    assert_int_equal(p.status, SW_PROVENANCE_COMPLETE);
    end(w);
}

/* What the rows come from is the same for ever, whoever claims them once more. */
static void test_a_second_claim_hides_no_source(void **state)
{
    (void)state;
    struct world *w = small_world(true);
    SW_CLEANUP(buf) struct sw_buf predicate = SW_BUF_INIT;
    struct sw_dataset_claim less = w->sets[1].claim;
    struct sw_subject subject = {sw_str("out1@1"), less.manifest};
    struct sw_receipt receipt;
    less.source_count = 0;
    MUST(sw_dataset_claim_write(&less, &predicate));
    MUST(sw_data_record(&w->t.data, &subject, 1, SW_PREDICATE_DATASET, sw_buf_bytes(&predicate),
        &receipt, &must_error));
    struct sw_provenance p = summary(w, 0);
    assert_int_equal(p.source_count, 1);
    assert_int_equal(p.sources[0].samples, 9);
    end(w);
}

/* A document that was imported need not count: its source has a licence all the same. */
static void test_a_declared_source_without_a_count_is_one(void **state)
{
    (void)state;
    struct world *w = small_world(true);
    SW_CLEANUP(buf) struct sw_buf predicate = SW_BUF_INIT;
    struct sw_dataset_source source = {.name = sw_str("elsewhere")};
    struct world_set *set = world_new_set(w, "declared");
    set->claim = (struct sw_dataset_claim){.name = sw_str("declared"),
        .version = sw_str("1"),
        .manifest = world_digest("document", 0),
        .sources = &source,
        .source_count = 1,
        .declared = true,
        .time = w->t.data.now};
    struct sw_subject subject = {sw_str("declared@1"), set->claim.manifest};
    struct sw_receipt receipt;
    MUST(sw_dataset_claim_write(&set->claim, &predicate));
    MUST(sw_data_record(&w->t.data, &subject, 1, SW_PREDICATE_DATASET, sw_buf_bytes(&predicate),
        &receipt, &must_error));
    (void)world_train(w, w->set_count - 1, 99);
    struct sw_provenance p = summary(w, 2);
    assert_int_equal(p.source_count, 1);
    assert_true(sw_str_is(p.sources[0].name, "elsewhere"));
    assert_int_equal(p.sources[0].licence.len, 0);
    assert_true(has_gap(&p, "declared@1 was declared by somebody"));
    assert_true(has_gap(&p, "source elsewhere is not known"));
    end(w);
}

static void test_each_kind_of_gap_is_named(void **state)
{
    (void)state;
    struct world *w = malloc(sizeof(*w));
    world_open(w, 3);
    data_test_source(&w->t, "alpha", WHOLE_SOURCE);
    (void)world_ingest(w, 0, 10, false);
    (void)world_filter(w, 0, 4, false); /* 1: an incomplete step */
    w->t.signer.key = w->t.stranger;
    struct world_step *step = world_new_step(w, 0, 0); /* 2: a step that a stranger tells of */
    struct world_edge edges[] = {{SW_EDGE_KEPT, {{0, 1}}, 1}};
    world_keep_step(w, step, edges, 1, true);
    w->t.signer.key = w->t.key;
    world_claim_set(w, &w->sets[2], &w->sets[2].claim.manifest);
    (void)world_train(w, 1, 99);
    struct sw_provenance p = summary(w, 0);
    assert_true(has_gap(&p, "step 'clean' to out1@1 has gaps: two rows could not be told"));
    (void)world_train(w, 2, 99);
    p = summary(w, 1);
    assert_true(has_gap(&p, "out2@1 went through steps that nobody trusted tells of"));
    /* A base that nobody tells of. */
    struct world_model *model = world_new_model(w);
    struct sw_training_base base = {
        .name = sw_str("llama"), .relation = sw_str("finetune"), .root = world_digest("b", 1)};
    struct sw_dataset_ref refs[3];
    model->sets[model->set_count++] = 0;
    struct sw_training_claim claim = world_training(w, model, refs, NULL);
    struct sw_str said = sw_str("its code was not named");
    claim.bases = &base;
    claim.base_count = 1;
    claim.gaps = &said;
    claim.gap_count = 1;
    claim.verified = false;
    world_record_training(w, &claim);
    p = summary(w, 2);
    assert_true(has_gap(&p, "nobody trusted says how 'llama' was trained"));
    assert_true(has_gap(&p, "training of 'model2': its code was not named"));
    assert_false(p.verified);
    /* No data at all. */
    model = world_new_model(w);
    world_keep_model(w, model);
    p = summary(w, 3);
    assert_true(has_gap(&p, "the training of 'model3' names no dataset"));
    end(w);
}

static void test_a_missing_set_is_a_gap(void **state)
{
    (void)state;
    struct world *w = small_world(true);
    assert_int_equal(
        unlink(sw_data_file_path(&w->t.data, SW_DATA_FILE_SET, &w->sets[0].claim.manifest)), 0);
    struct sw_provenance p = summary(w, 0);
    assert_true(has_gap(&p, "the file of dataset of in0@1 is not in this store"));
    end(w);
}

/* --- weights --------------------------------------------------------------------------------- */

static void record_draws(struct world *w, const char *mixture, enum sw_agreement agrees)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    const struct sw_dataset_claim *c = &w->sets[1].claim;
    struct sw_dataset_ref ref = {c->name, c->version, c->manifest, c->samples};
    struct sw_consumption_claim claim = {.run = sw_str("run"),
        .datasets = &ref,
        .dataset_count = 1,
        .mixture = sw_str(mixture),
        .order = world_digest("order", 0),
        .order_file = world_digest("order file", 0),
        .order_format = sw_str("lines"),
        .from_step = SW_ABSENT,
        .to_step = SW_ABSENT,
        .chi_square = NAN,
        .degrees = SW_ABSENT,
        .p = NAN,
        .alpha = NAN,
        .agrees = agrees,
        .time = w->t.data.now};
    struct sw_subject subject = {.name = sw_str("run")};
    struct sw_receipt receipt;
    sw_name_digest(SW_NAME_RUN, claim.run, &subject.digest);
    MUST(sw_consumption_claim_write(&claim, &text));
    MUST(sw_data_record(&w->t.data, &subject, 1, SW_PREDICATE_CONSUMPTION, sw_buf_bytes(&text),
        &receipt, &must_error));
}

static void test_weights_agree_when_every_record_says_so(void **state)
{
    (void)state;
    struct world *w = small_world(true);
    struct world_model *model = world_new_model(w);
    struct sw_dataset_ref refs[3];
    model->sets[model->set_count++] = 1;
    struct sw_training_claim claim = world_training(w, model, refs, NULL);
    claim.mixture = sw_str("mix");
    world_record_training(w, &claim);
    struct sw_provenance p = summary(w, 2);
    assert_true(p.weights.declared);
    assert_int_equal(p.weights.agrees, SW_AGREEMENT_NONE);
    record_draws(w, "mix", SW_AGREES);
    assert_int_equal(summary(w, 2).weights.agrees, SW_AGREES);
    record_draws(w, "mix", SW_AGREEMENT_NONE);
    assert_int_equal(summary(w, 2).weights.agrees, SW_AGREES);
    w->t.signer.key = w->t.stranger;
    record_draws(w, "mix", SW_DIFFERS);
    w->t.signer.key = w->t.key;
    assert_int_equal(summary(w, 2).weights.agrees, SW_AGREES);
    record_draws(w, "other", SW_AGREES);
    p = summary(w, 2);
    assert_int_equal(p.weights.agrees, SW_DIFFERS);
    assert_true(has_gap(&p, "run 'run' drew by another mixture"));
    end(w);
}

/* --- taints ---------------------------------------------------------------------------------- */

static void test_a_taint_is_told_until_it_is_lifted(void **state)
{
    (void)state;
    struct world *w = small_world(true);
    struct sw_selector alpha = {.kind = SW_SELECT_SOURCE, .name = sw_str("alpha")};
    record_taint(w, &alpha, SW_TAINTED, 100);
    struct sw_provenance p = summary(w, 1);
    assert_int_equal(p.tainted_count, 1);
    assert_true(p.tainted[0].certain);
    assert_int_equal(p.tainted[0].samples, 9);
    assert_true(sw_str_is(p.tainted[0].reason, "poisoned"));
    assert_true(sw_str_is(p.tainted[0].severity, "high"));
    assert_true(sw_str_is(p.tainted[0].by, "default"));
    assert_int_equal(p.status, SW_PROVENANCE_COMPLETE); /* it is known, and bad */
    record_taint(w, &alpha, SW_TAINT_LIFTED, 101);
    assert_int_equal(summary(w, 1).tainted_count, 0);
    end(w);
}

static void test_taints_of_every_kind_reach_the_model(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t samples; /* 0: it does not reach the model */
    } rows[] = {
        {"source:alpha", 9},
        {"dataset:in0", 9},
        {"dataset:in0@1", 9},
        {"dataset:out1", 9},
        {"sample:in0@1#3", 1},
        {"sample:in0@1#4", 0}, /* was left out */
        {"sample:out1@1#3", 1},
        {"text:nothing of it", 0},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct world *w = small_world(true);
        taint(w, rows[i].text);
        struct sw_provenance p = summary(w, 0);
        assert_int_equal(p.tainted_count, rows[i].samples > 0);
        if (rows[i].samples > 0) {
            assert_int_equal(p.tainted[0].samples, rows[i].samples);
            assert_true(p.tainted[0].certain);
        }
        assert_int_equal(p.gap_count, 0);
        end(w);
    }
}

static void test_a_tainted_step_or_base_reaches_the_model(void **state)
{
    (void)state;
    struct world *w = small_world(true);
    struct sw_selector step = {.kind = SW_SELECT_STEP, .digest = w->steps[0].digest};
    struct sw_selector base = {.kind = SW_SELECT_MODEL, .digest = w->models[0].root};
    record_taint(w, &step, SW_TAINTED, 100);
    record_taint(w, &base, SW_TAINTED, 100);
    struct sw_provenance p = summary(w, 1);
    assert_int_equal(p.tainted_count, 2);
    assert_int_equal(p.tainted[0].samples, 9);
    end(w);
}

static void test_a_stranger_taints_nothing(void **state)
{
    (void)state;
    struct world *w = small_world(true);
    struct sw_selector alpha = {.kind = SW_SELECT_SOURCE, .name = sw_str("alpha")};
    w->t.signer.key = w->t.stranger;
    record_taint(w, &alpha, SW_TAINTED, 100);
    w->t.signer.key = w->t.key;
    assert_int_equal(summary(w, 0).tainted_count, 0);
    end(w);
}

static void test_a_takedown_is_told(void **state)
{
    (void)state;
    struct world *w = small_world(true);
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_takedown_claim claim = {
        .selector = {.kind = SW_SELECT_SOURCE, .name = sw_str("alpha")},
        .reason = sw_str("the author asked for it"),
        .requested_by = sw_str("author@forum.example"),
        .time = 100};
    struct sw_subject subject = {.name = sw_str("alpha")};
    struct sw_receipt receipt;
    sw_selector_subject(&claim.selector, &subject.digest);
    MUST(sw_takedown_claim_write(&claim, &text));
    MUST(sw_data_record(&w->t.data, &subject, 1, SW_PREDICATE_TAKEDOWN, sw_buf_bytes(&text),
        &receipt, &must_error));
    struct sw_provenance p = summary(w, 0);
    assert_int_equal(p.takedown_count, 1);
    assert_int_equal(p.takedowns[0].samples, 9);
    assert_int_equal(p.tainted_count, 0);
    end(w);
}

/* For every sample of a random world: the gate's summary says the same as the plain account. */
static void test_random_taints_reach_what_they_must(void **state)
{
    (void)state;
    for (uint64_t seed = 21; seed <= 23; seed++) {
        struct world *w = malloc(sizeof(*w));
        world_open(w, seed);
        world_build(w, 7, 6);
        for (unsigned n = 0; n < 6; n++) {
            unsigned set = (unsigned)world_random(w, w->set_count);
            if (w->sets[set].count == 0) {
                continue;
            }
            char text[64];
            unsigned row = (unsigned)world_random(w, w->sets[set].count);
            (void)snprintf(text, sizeof(text), "sample:%s@1#%u", w->sets[set].name, row);
            taint(w, text);
            for (unsigned m = 0; m < w->model_count; m++) {
                bool sets[WORLD_SETS] = {false};
                uint64_t samples = 0;
                world_sets_of(w, m, sets);
                for (unsigned s = 0; s < w->set_count; s++) {
                    for (unsigned r = 0; sets[s] && r < w->sets[s].count; r++) {
                        samples += world_bit(&w->sets[s].rows[r].made_of, set * WORLD_ROWS + row);
                    }
                }
                struct sw_provenance p = summary(w, m);
                uint64_t told = 0;
                for (size_t i = 0; i < p.tainted_count; i++) {
                    if (sw_str_is(p.tainted[i].selector.name, text + strlen("sample:"))) {
                        told = p.tainted[i].samples;
                    }
                }
                assert_int_equal(told, samples);
            }
        }
        end(w);
    }
}

/* --- whoever can only write files ------------------------------------------------------------ */

static void run_sql(struct world *w, const char *sql)
{
    char path[256];
    sqlite3 *db = NULL;
    (void)snprintf(path, sizeof(path), "%s/index.db", w->t.path);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void reopen(struct world *w)
{
    MUST(sw_store_close(w->t.data.store, &must_error));
    w->t.data.store = open_to_read(w->t.path);
}

static void test_an_index_without_the_taint_hides_nothing(void **state)
{
    (void)state;
    struct world *w = small_world(true);
    struct sw_selector alpha = {.kind = SW_SELECT_SOURCE, .name = sw_str("alpha")};
    record_taint(w, &alpha, SW_TAINTED, 100);
    SW_CLEANUP(graph) struct sw_graph *with = NULL;
    MUST(sw_graph_load(&w->t.data, SW_GRAPH_CACHED, &with, &must_error));
    reopen(w);
    run_sql(w, "DELETE FROM subjects WHERE leaf IN "
               "(SELECT leaf FROM claims WHERE predicate LIKE '%taint%')");
    run_sql(w, "DELETE FROM claims WHERE predicate LIKE '%taint%'");
    assert_int_equal(summary(w, 0).tainted_count, 1);
    end(w);
}

static void remove_claim(struct world *w, const char *type)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_evidence_query query = {.predicate_type = type};
    struct sw_evidence_record *records;
    size_t count;
    char hex[2 * SW_DIGEST_MAX + 1];
    char path[512];
    sw_arena_init(&arena, 0);
    MUST(sw_evidence_find(w->t.data.store, &query, &arena, &records, &count, &must_error));
    assert_true(count > 0);
    for (size_t i = 0; i < count; i++) {
        sw_digest_hex(&records[i].claim, hex);
        (void)snprintf(path, sizeof(path), "%s/blobs/sha256/%.2s/%s", w->t.path, hex, hex);
        assert_int_equal(unlink(path), 0);
    }
}

static void test_no_lost_claim_or_file_lifts_a_taint(void **state)
{
    (void)state;
    static const char *const types[] = {
        SW_PREDICATE_TAINT, SW_PREDICATE_TRAINING, SW_PREDICATE_LINEAGE, SW_PREDICATE_DATASET};
    for (size_t i = 0; i < SW_COUNT(types); i++) {
        struct world *w = small_world(true);
        taint(w, "sample:in0@1#3");
        assert_int_equal(summary(w, 0).tainted_count, 1);
        remove_claim(w, types[i]);
        struct sw_provenance p = summary(w, 0);
        assert_true(p.tainted_count >= 1);
        assert_int_equal(p.status, SW_PROVENANCE_GAPS);
        end(w);
    }
    for (unsigned i = 0; i < 3; i++) {
        struct world *w = small_world(true);
        char text[64];
        (void)snprintf(text, sizeof(text), "text:content %llu",
            (unsigned long long)w->sets[0].rows[3].content);
        taint(w, text);
        assert_int_equal(summary(w, 0).tainted_count, 1);
        const struct sw_digest *file = i == 0   ? &w->steps[0].lineage
                                       : i == 1 ? &w->sets[0].claim.manifest
                                                : &w->sets[1].claim.manifest;
        assert_int_equal(unlink(sw_data_file_path(
                             &w->t.data, i == 0 ? SW_DATA_FILE_LINEAGE : SW_DATA_FILE_SET, file)),
            0);
        assert_int_equal(summary(w, 0).tainted_count, 1);
        end(w);
    }
}

/* Any byte of a set, changed: the taint on a content in it stays. */
static void test_no_changed_set_lifts_a_taint(void **state)
{
    (void)state;
    struct world *w = small_world(true);
    char text[64];
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    (void)snprintf(
        text, sizeof(text), "text:content %llu", (unsigned long long)w->sets[0].rows[3].content);
    taint(w, text);
    const char *path = sw_data_file_path(&w->t.data, SW_DATA_FILE_SET, &w->sets[1].claim.manifest);
    MUST(sw_file_read(path, 1 << 20, &bytes, &must_error));
    for (size_t i = 0; i < bytes.len; i++) {
        bytes.data[i] ^= (uint8_t)(1u << (i % 8));
        MUST(sw_file_write(path, sw_buf_bytes(&bytes), 0666, 0, &must_error));
        bytes.data[i] ^= (uint8_t)(1u << (i % 8));
        assert_int_equal(summary(w, 0).tainted_count, 1);
    }
    end(w);
}

/* --- the claim ------------------------------------------------------------------------------- */

/* Where SW_SUMMARY_OUT names a directory, predicates are left there for the schema test. */
static void leave(const char *name, const struct sw_provenance *p)
{
    const char *dir = getenv("SW_SUMMARY_OUT");
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    char path[512];
    MUST(sw_provenance_write(p, &text));
    if (dir != NULL) {
        (void)snprintf(path, sizeof(path), "%s/%s.json", dir, name);
        MUST(sw_file_write(path, sw_buf_bytes(&text), 0666, 0, &must_error));
    }
}

static void test_the_claim_is_read_back_as_it_was_written(void **state)
{
    (void)state;
    struct world *w = small_world(true);
    struct sw_provenance p = summary(w, 1);
    leave("complete", &p);
    taint(w, "sample:in0@1#3");
    taint(w, "source:alpha");
    remove_claim(w, SW_PREDICATE_LINEAGE);
    p = summary(w, 1);
    leave("tainted", &p);
    SW_CLEANUP(buf) struct sw_buf first = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf second = SW_BUF_INIT;
    struct sw_json json;
    struct sw_provenance read;
    MUST(sw_provenance_write(&p, &first));
    MUST(sw_json_parse(&w->t.arena, sw_buf_bytes(&first), NULL, &json, &must_error));
    struct sw_statement statement = {.predicate = &json};
    MUST(sw_provenance_read(&w->t.arena, &statement, &read, &must_error));
    MUST(sw_provenance_write(&read, &second));
    assert_string_equal(sw_buf_cstr(&first), sw_buf_cstr(&second));
    end(w);
}

static void test_a_claim_that_contradicts_itself_is_refused(void **state)
{
    (void)state;
    struct world *w = small_world(true);
    struct sw_provenance p = summary(w, 0);
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_json json;
    struct sw_provenance read;
    p.status = SW_PROVENANCE_GAPS;
    MUST(sw_provenance_write(&p, &text));
    MUST(sw_json_parse(&w->t.arena, sw_buf_bytes(&text), NULL, &json, &must_error));
    struct sw_statement statement = {.predicate = &json};
    assert_int_equal(sw_provenance_read(&w->t.arena, &statement, &read, &must_error), SW_E_FORMAT);
    end(w);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_everything_known_is_complete),
        cmocka_unit_test(test_a_model_that_nobody_trained_here_is_not_known),
        cmocka_unit_test(test_a_stranger_s_training_is_none),
        cmocka_unit_test(test_what_a_source_does_not_say_is_a_gap_until_it_does),
        cmocka_unit_test(test_a_second_claim_hides_no_source),
        cmocka_unit_test(test_a_declared_source_without_a_count_is_one),
        cmocka_unit_test(test_each_kind_of_gap_is_named),
        cmocka_unit_test(test_a_missing_set_is_a_gap),
        cmocka_unit_test(test_weights_agree_when_every_record_says_so),
        cmocka_unit_test(test_a_taint_is_told_until_it_is_lifted),
        cmocka_unit_test(test_taints_of_every_kind_reach_the_model),
        cmocka_unit_test(test_a_tainted_step_or_base_reaches_the_model),
        cmocka_unit_test(test_a_stranger_taints_nothing),
        cmocka_unit_test(test_a_takedown_is_told),
        cmocka_unit_test(test_random_taints_reach_what_they_must),
        cmocka_unit_test(test_an_index_without_the_taint_hides_nothing),
        cmocka_unit_test(test_no_lost_claim_or_file_lifts_a_taint),
        cmocka_unit_test(test_no_changed_set_lifts_a_taint),
        cmocka_unit_test(test_the_claim_is_read_back_as_it_was_written),
        cmocka_unit_test(test_a_claim_that_contradicts_itself_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
