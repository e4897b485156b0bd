/* OpenLineage: the events of a run become one declared step, its datasets declared sets. */
#include "unit/data/import_help.h"

#define SHA_ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define RUN_ID "01932d1c-0000-7000-8000-00000000000a"
#define OTHER_RUN "01932d1c-0000-7000-8000-00000000000b"
#define HEAD(time)                                                              \
    "\"eventTime\":\"" time "\",\"producer\":\"https://example.com/producer\"," \
    "\"schemaURL\":\"https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent\""
#define RUN(id) ",\"run\":{\"runId\":\"" id "\"}"
#define JOB ",\"job\":{\"namespace\":\"prod\",\"name\":\"clean\"}"
#define SET(space, name, more) "{\"namespace\":\"" space "\",\"name\":\"" name "\"" more "}"
#define FACETS(facets) ",\"facets\":{" facets "}"
#define VERSION(v) "\"version\":{\"datasetVersion\":\"" v "\"}"
#define EVENT(type, time, more) "{\"eventType\":\"" type "\"," HEAD(time) RUN(RUN_ID) JOB more "}"

static void read_good(struct import_test *t, const char *text)
{
    import_text(t, text, NULL);
    if (t->code != SW_OK) {
        print_error("%s\n", t->err.text);
    }
    assert_int_equal(t->code, SW_OK);
    assert_string_equal(t->exchange.format, "openlineage");
}

static const char two_events[] = EVENT("START", "2026-01-01T00:00:00.5Z",
    ",\"inputs\":[" SET("s3://b", "raw",
        "") "]") "\n"
                 "\r\n" EVENT("COMPLETE", "2026-01-01T00:01:00Z",
                     ",\"inputs\":[" SET("s3://b", "raw",
                         FACETS(VERSION("7"))) "],\"outputs\":[" SET("s3://b", "clean",
                         FACETS(VERSION("8") ",\"schema\":{\"fields\":[{\"name\":\"text\","
                                             "\"type\":\"string\"},{\"name\":\"meta\","
                                             "\"fields\":[{\"name\":\"lang\"}]}]},"
                                             "\"columnLineage\":{\"fields\":{\"text\":{"
                                             "\"inputFields\":[{\"namespace\":\"s3://b\","
                                             "\"name\":\"extra\",\"field\":\"t\"}]}}},"
                                             "\"ownership\":{\"owners\":[{\"name\":\"Ada\"}]"
                                             "}") ",\"outputFacets\":{\"outputStatistics\":{"
                                                  "\"rowCount\":10,\"size\":99}}") "]") "\n";

static const struct sw_exchange_set *named(const struct import_test *t, const char *name)
{
    for (size_t i = 0; i < t->exchange.set_count; i++) {
        if (sw_str_is(t->exchange.sets[i].name, name)) {
            return &t->exchange.sets[i];
        }
    }
    fail_msg("there is no set '%s'", name);
    return NULL;
}

static void the_events_of_a_run_become_one_declared_step(void **state)
{
    (void)state;
    SW_CLEANUP(import) struct import_test t;
    read_good(&t, two_events);
    assert_int_equal(t.exchange.problem_count, 0);
    assert_str(t.exchange.conforms, "2-0-2");
    assert_int_equal(t.exchange.step_count, 1);
    const struct sw_exchange_step *step = &t.exchange.steps[0];
    assert_str(step->space, "prod");
    assert_str(step->name, "clean");
    assert_str(step->run, RUN_ID);
    assert_str(step->outcome, "complete");
    assert_int_equal(step->started, 1767225600);
    assert_int_equal(step->ended, 1767225660);
    assert_true(step->declared);
    assert_int_equal(step->input_count, 2);
    assert_int_equal(step->output_count, 1);
    assert_int_equal(step->columns, 1);
}

static void a_dataset_that_is_named_with_and_without_its_version_is_one(void **state)
{
    (void)state;
    SW_CLEANUP(import) struct import_test t;
    read_good(&t, two_events);
    assert_int_equal(t.exchange.set_count, 3); /* raw@7, clean@8, extra */
    assert_str(named(&t, "raw")->version, "7");
    const struct sw_exchange_step *step = &t.exchange.steps[0];
    for (size_t i = 0; i < step->input_count; i++) {
        assert_true(step->inputs[i] < t.exchange.set_count);
    }
    assert_str(t.exchange.sets[step->outputs[0]].name, "clean");
}

static void facets_say_what_is_known_of_a_dataset(void **state)
{
    (void)state;
    SW_CLEANUP(import) struct import_test t;
    read_good(&t, two_events);
    const struct sw_exchange_set *set = named(&t, "clean");
    assert_true(set->declared);
    assert_int_equal(set->samples, 10);
    assert_int_equal(set->bytes, 99);
    assert_int_equal(set->field_count, 3);
    assert_str(set->fields[2].name, "lang");
    assert_int_equal(set->creator_count, 1);
    assert_int_equal(set->manifest.alg, 0);
}

static void our_own_facet_is_read_and_stays_declared(void **state)
{
    (void)state;
    SW_CLEANUP(import) struct import_test t;
    read_good(&t,
        "[{" HEAD("2026-01-01T00:00:00Z") ",\"dataset\":" SET("sealwright", "mails",
            FACETS(VERSION("2") ",\"sealwright_manifest\":{\"_producer\":\"urn:x\",\"_schemaURL\":"
                                "\"urn:x\",\"manifest\":\"sha256:" SHA_ABC
                                "\",\"samples\":5,\"orderedHead\":\"x\"}")) "}]");
    const struct sw_exchange_set *set = named(&t, "mails");
    assert_int_equal(t.exchange.step_count, 0);
    assert_int_equal(set->manifest.alg, SW_SHA256);
    assert_int_equal(set->samples, 5);
    assert_int_equal(set->ordered_head.alg, 0);
    assert_int_equal(import_problems(&t, "bad-digest"), 1);
    assert_true(set->declared);
}

static void runs_are_told_apart_and_jobs_without_one_are_kept(void **state)
{
    (void)state;
    SW_CLEANUP(import) struct import_test t;
    read_good(&t, "{\"eventType\":\"FAIL\"," HEAD("2026-01-01T00:00:00Z") RUN(OTHER_RUN) JOB
        "}\n"
        "{\"eventType\":\"RUNNING\"," HEAD("2026-01-01T00:00:00Z") RUN(OTHER_RUN) JOB
        "}\n"
        "{\"eventType\":\"ABORT\"," HEAD("2026-01-01T00:00:00Z") RUN(RUN_ID) JOB
        "}\n"
        "{" HEAD("2026-01-01T00:00:00Z") JOB "}\n{" HEAD("2026-01-02T00:00:00Z") JOB "}");
    assert_int_equal(t.exchange.step_count, 3);
    assert_str(t.exchange.steps[0].outcome, "fail");
    assert_str(t.exchange.steps[1].outcome, "abort");
    assert_int_equal(t.exchange.steps[2].run.len, 0);
    assert_int_equal(t.exchange.problem_count, 0);
}

static void explicit_lineage_of_jobs_and_datasets_is_followed(void **state)
{
    (void)state;
    SW_CLEANUP(import) struct import_test t;
    read_good(&t,
        "{" HEAD("2026-01-01T00:00:00Z")
            RUN(RUN_ID) ",\"job\":{\"namespace\":\"p\",\"name\":\"j\",\"facets\":{\"lineage\":{"
                        "\"entries\":["
                        "{\"namespace\":\"n\",\"name\":\"out\",\"type\":\"DATASET\",\"inputs\":["
                        "{\"namespace\":\"n\",\"name\":\"in\",\"type\":\"DATASET\"},{\"type\":"
                        "\"JOB\"}]},"
                        "{\"type\":\"JOB\",\"inputs\":[]}]}}},\"outputs\":[" SET("n", "out",
                            FACETS("\"lineage\":{\"inputs\":[{\"namespace\":\"n\",\"name\":\"two\","
                                   "\"type\":"
                                   "\"DATASET\"}],\"fields\":{\"c\":{\"inputs\":[{\"namespace\":"
                                   "\"n\",\"name\":\"three\","
                                   "\"type\":\"DATASET\",\"field\":\"x\"}]}}}")) "]}");
    const struct sw_exchange_step *step = &t.exchange.steps[0];
    assert_int_equal(t.exchange.problem_count, 0);
    assert_int_equal(step->output_count, 1);
    assert_int_equal(step->input_count, 3);
    assert_int_equal(step->columns, 1);
}

static void a_deleted_facet_says_nothing(void **state)
{
    (void)state;
    SW_CLEANUP(import) struct import_test t;
    read_good(&t, "{" HEAD("2026-01-01T00:00:00Z") ",\"dataset\":" SET("n", "d",
                      FACETS("\"version\":{\"_deleted\":true,\"datasetVersion\":\"1\"}")) "}");
    assert_int_equal(t.exchange.sets[0].version.len, 0);
}

static void a_model_is_no_dataset(void **state)
{
    (void)state;
    SW_CLEANUP(import) struct import_test t;
    read_good(&t, EVENT("COMPLETE", "2026-01-01T00:00:00Z",
                      ",\"outputs\":[" SET(
                          "n", "m", FACETS("\"datasetType\":{\"datasetType\":\"MODEL\"}")) "]"));
    assert_int_equal(t.exchange.set_count, 0);
    assert_int_equal(t.exchange.step_count, 1);
    assert_int_equal(t.exchange.problem_count, 0);
}

static void what_is_no_event_is_refused_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum sw_code code;
        const char *says;
    } rows[] = {
        {"", SW_E_FORMAT, "byte 0"},
        {"[]", SW_E_FORMAT, "no event"},
        {"[7]", SW_E_FORMAT, "event 1 is of type number"},
        {"7", SW_E_FORMAT, "event 1 is of type number"},
        {"{\"a\":1}\n{\"a\":", SW_E_FORMAT, "line 2: byte"},
        {"{\"a\":1}\nnull", SW_E_FORMAT, "event 2 is of type null"},
        {"{\"a\":1,\"a\":2}", SW_E_FORMAT, "byte"},
        {"{\n\"a\": 1\n}\n{}", SW_E_FORMAT, "byte"},
        {"[{\"a\":1}", SW_E_FORMAT, "byte"},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        SW_CLEANUP(import) struct import_test t;
        import_text(&t, rows[i].text, "openlineage");
        assert_int_equal(t.code, rows[i].code);
        assert_non_null(strstr(t.err.text, rows[i].says));
    }
}

static void what_breaks_the_specification_is_noted(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *kind;
        size_t count;
        size_t steps;
        size_t sets;
    } rows[] = {
        {"{}", "missing", 4, 0, 0},
        {"{\"eventTime\":7,\"producer\":[],\"schemaURL\":{},\"job\":[]}", "wrong-type", 3, 0, 0},
        {EVENT("START", "yesterday", ""), "wrong-type", 1, 1, 0},
        {EVENT("STOP", "2026-01-01T00:00:00Z", ""), "wrong-type", 1, 1, 0},
        {EVENT("START", "2026-01-01T00:00:00Z", ",\"inputs\":{}"), "wrong-type", 1, 1, 0},
        {EVENT("START", "2026-01-01T00:00:00Z", ",\"inputs\":[7]"), "wrong-type", 1, 1, 0},
        {EVENT("START", "2026-01-01T00:00:00Z", ",\"outputs\":[{\"name\":\"x\"}]"), "missing", 1, 1,
            0},
        {EVENT("START", "2026-01-01T00:00:00Z", ",\"outputs\":[{\"namespace\":{},\"name\":\"\"}]"),
            "missing", 1, 1, 0},
        {EVENT("START", "2026-01-01T00:00:00Z",
             ",\"outputs\":[" SET("n", "d", FACETS("\"schema\":{\"fields\":7}")) "]"),
            "wrong-type", 1, 1, 1},
        {EVENT("START", "2026-01-01T00:00:00Z",
             ",\"outputs\":[" SET(
                 "n", "d", FACETS("\"columnLineage\":7,\"lineage\":[],\"schema\":7")) "]"),
            "wrong-type", 0, 1, 1},
        {"{" HEAD("2026-01-01T00:00:00Z") ",\"run\":{\"runId\":\"7\"}" JOB "}", "bad-run-id", 1, 1,
            0},
        {"{" HEAD("2026-01-01T00:00:00Z") ",\"run\":{}" JOB "}", "missing", 1, 1, 0},
        {"{" HEAD("2026-01-01T00:00:00Z") ",\"dataset\":7}", "wrong-type", 1, 0, 0},
        {"{\"eventTime\":\"2026-01-01T00:00:00Z\",\"producer\":\"urn:x\",\"schemaURL\":"
         "\"https://openlineage.io/spec/9-0-0/OpenLineage.json\"" RUN(RUN_ID) JOB "}",
            "unknown-version", 1, 1, 0},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        SW_CLEANUP(import) struct import_test t;
        import_text(&t, rows[i].text, "openlineage");
        assert_int_equal(t.code, SW_OK);
        assert_int_equal(import_problems(&t, rows[i].kind), rows[i].count);
        assert_int_equal(t.exchange.step_count, rows[i].steps);
        assert_int_equal(t.exchange.set_count, rows[i].sets);
    }
}

/* `count` events, each with its number between the two parts. */
static void check_many(size_t count, const char *before, const char *after, enum sw_code code)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(sw_buf_printf(&text, "%s%zu%s\n", before, i, after), SW_OK);
    }
    SW_CLEANUP(import) struct import_test t;
    import_text(&t, sw_buf_cstr(&text), "openlineage");
    assert_int_equal(t.code, code);
}

#define SETS \
    "{" HEAD("2026-01-01T00:00:00Z") ",\"dataset\":{\"namespace\":\"n\",\"name\":\"d", "\"}}"
#define RUNS "{" HEAD("2026-01-01T00:00:00Z") JOB ",\"run\":{\"runId\":\"", "\"}}"

static void the_numbers_of_runs_and_datasets_are_bounded(void **state)
{
    (void)state;
    check_many(SW_IMPORT_SETS, SETS, SW_OK);
    check_many(SW_IMPORT_SETS + 1, SETS, SW_E_LIMIT);
    check_many(SW_IMPORT_STEPS, RUNS, SW_OK);
    check_many(SW_IMPORT_STEPS + 1, RUNS, SW_E_LIMIT);
}

static void the_number_of_links_is_bounded(void **state)
{
    (void)state;
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    assert_int_equal(
        sw_buf_puts(&text, "{" HEAD("2026-01-01T00:00:00Z") RUN(RUN_ID) JOB ",\"inputs\":["),
        SW_OK);
    for (size_t i = 0; i <= SW_IMPORT_LINKS; i++) {
        assert_int_equal(sw_buf_puts(&text, i == 0 ? "" : ","), SW_OK);
        assert_int_equal(sw_buf_puts(&text, SET("n", "d", "")), SW_OK);
    }
    assert_int_equal(sw_buf_puts(&text, "]}"), SW_OK);
    SW_CLEANUP(import) struct import_test t;
    import_text(&t, sw_buf_cstr(&text), "openlineage");
    assert_int_equal(t.code, SW_E_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_events_of_a_run_become_one_declared_step),
        cmocka_unit_test(a_dataset_that_is_named_with_and_without_its_version_is_one),
        cmocka_unit_test(facets_say_what_is_known_of_a_dataset),
        cmocka_unit_test(our_own_facet_is_read_and_stays_declared),
        cmocka_unit_test(runs_are_told_apart_and_jobs_without_one_are_kept),
        cmocka_unit_test(explicit_lineage_of_jobs_and_datasets_is_followed),
        cmocka_unit_test(a_deleted_facet_says_nothing),
        cmocka_unit_test(a_model_is_no_dataset),
        cmocka_unit_test(what_is_no_event_is_refused_with_its_place),
        cmocka_unit_test(what_breaks_the_specification_is_noted),
        cmocka_unit_test(the_numbers_of_runs_and_datasets_are_bounded),
        cmocka_unit_test(the_number_of_links_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
