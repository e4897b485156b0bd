#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "data/events.h"

#include "temp_tree.h"

#include "unit/data/match_help.h"

/* Two inputs of four and two rows, an output of five. Output 0 is input 0 of the first set, output
 * 1 is its row 1 changed; ids are a0 … a3, b0, b1 and o0 … o4, but o3 and o4 share one. */
struct fixture {
    struct temp_tree tree;
    struct samples in[2];
    struct samples out;
    struct sw_lineage_set sets[2];
    struct sw_match_source sources[2];
    struct sw_edges *edges;
    struct sw_events *events;
    struct sw_lineage_writer *writer;
    size_t input_count;
    struct sw_error err;
};

static void add(struct samples *samples, const char *text, const char *id)
{
    struct sample *sample = samples_add_text(samples, text);
    (void)snprintf(sample->id, sizeof(sample->id), "%s", id);
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    assert_non_null(f);
    temp_tree_make(&f->tree);
    add(&f->in[0], "first", "a0");
    add(&f->in[0], "second", "a1");
    add(&f->in[0], "third", "a2");
    add(&f->in[0], "fourth", "a3");
    add(&f->in[1], "other", "b0");
    add(&f->in[1], "another", "");
    add(&f->out, "first", "o0");
    add(&f->out, "SECOND", "o1");
    add(&f->out, "third fourth", "o2");
    add(&f->out, "new", "same");
    add(&f->out, "newer", "same");
    f->input_count = 2;
    *state = f;
    return 0;
}

static void forget(struct fixture *f)
{
    sw_cleanup_events(&f->events);
    sw_cleanup_edges(&f->edges);
    sw_cleanup_lineage_writer(&f->writer);
    f->events = NULL;
    f->edges = NULL;
    f->writer = NULL;
    f->err = (struct sw_error){0};
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    forget(f);
    samples_free(&f->in[0]);
    samples_free(&f->in[1]);
    samples_free(&f->out);
    temp_tree_remove(&f->tree);
    free(f);
    return 0;
}

static enum sw_code read_text(struct fixture *f, const char *text)
{
    forget(f);
    match_sets(f->in, f->input_count, f->sets);
    for (size_t s = 0; s < f->input_count; s++) {
        f->sources[s] = samples_source(&f->in[s]);
    }
    temp_tree_write(&f->tree, "events", text);
    assert_int_equal(sw_edges_new(&f->edges, "/tmp", 0), SW_OK);
    assert_int_equal(sw_lineage_create(&f->writer, temp_tree_path(&f->tree, "lineage"), f->sets,
                         f->input_count, NULL, &f->err),
        SW_OK);
    static struct sw_events_request request; /* the events refer to it */
    request = (struct sw_events_request){.path = temp_tree_path(&f->tree, "events"),
        .inputs = f->sources,
        .sets = f->sets,
        .input_count = f->input_count,
        .output = samples_source(&f->out),
        .output_rows = f->out.count,
        .scratch = "/tmp",
        .edges = f->edges,
        .drops = f->writer};
    return sw_events_read(&request, &f->events, &f->err);
}

/* Reads, and settles every output. */
static enum sw_code settle(struct fixture *f, const char *text, struct sw_edge *edges)
{
    struct sw_edges_inputs look = {match_look, f->in};
    SW_TRY(read_text(f, text));
    assert_int_equal(sw_edges_turn(f->edges, &look, &f->err), SW_OK);
    for (uint32_t row = 0; row < f->out.count; row++) {
        struct sw_output_edge edge;
        assert_int_equal(sw_edges_output(f->edges, row, &edge, &f->err), SW_OK);
        SW_TRY(sw_events_check(f->events, row, f->out.list[row].content, &edge, &f->err));
        edges[row] = edge.edge;
        edges[row].inputs = NULL;
    }
    return SW_OK;
}

static void test_events_say_what_became_of_each(void **state)
{
    struct fixture *f = *state;
    struct sw_edge edges[5];
    assert_int_equal(
        settle(f,
            "{\"format\":\"sealwright-events/v1\"}\n"
            "{\"out\":{\"id\":\"o0\"},\"in\":[{\"set\":0,\"row\":0}]}\n"
            "{\"out\":{\"row\":1},\"in\":[{\"set\":0,\"id\":\"a1\"}],\"confidence\":0.25}\n"
            "{\"in\":[{\"set\":0,\"row\":3},{\"row\":2,\"set\":0}],\"kind\":\"packed\","
            "\"out\":{\"row\":2}}\r\n"
            "{\"out\":{\"row\":3},\"in\":[],\"kind\":\"generated\"}\n"
            "{\"drop\":{\"set\":1,\"id\":\"b0\"},\"reason\":\"too short\"}\n",
            edges),
        SW_OK);
    assert_int_equal(edges[0].kind, SW_EDGE_KEPT);
    assert_int_equal(edges[0].confidence, SW_CONFIDENCE_FULL);
    assert_int_equal(edges[1].kind, SW_EDGE_EDITED);
    assert_int_equal(edges[1].confidence, 2500);
    assert_int_equal(edges[2].kind, SW_EDGE_PACKED);
    assert_int_equal(edges[2].input_count, 2);
    assert_int_equal(edges[3].kind, SW_EDGE_GENERATED);
    assert_int_equal(edges[3].confidence, SW_CONFIDENCE_FULL);
    /* Nobody told of the last one: a gap. */
    assert_int_equal(edges[4].kind, SW_EDGE_GENERATED);
    assert_int_equal(edges[4].confidence, 0);
    assert_int_equal(sw_events_count(f->events), 5);
    struct sw_digest digest;
    struct sw_digest wanted;
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    assert_int_equal(
        sw_file_read(temp_tree_path(&f->tree, "events"), 1 << 20, &bytes, &f->err), SW_OK);
    sw_sha256(sw_buf_bytes(&bytes), &wanted);
    sw_events_digest(f->events, &digest);
    assert_true(sw_digest_equal(&digest, &wanted));
}

static void test_one_input_needs_no_set(void **state)
{
    struct fixture *f = *state;
    struct sw_edge edges[5];
    f->input_count = 1;
    assert_int_equal(settle(f, "{\"out\":{\"row\":0},\"in\":[{\"row\":0}]}\n", edges), SW_OK);
    assert_int_equal(edges[0].kind, SW_EDGE_KEPT);
    assert_int_equal(settle(f, "", edges), SW_OK);
    assert_int_equal(edges[0].kind, SW_EDGE_GENERATED);
}

#define OUT0 "{\"out\":{\"row\":0},\"in\":[{\"set\":0,\"row\":0}]}\n"

static const struct {
    const char *text;
    const char *line;
    enum sw_code code;
} bad_streams[] = {
    /* no event at all */
    {"\n", "line 1", SW_E_FORMAT},
    {OUT0 "garbage\n", "line 2", SW_E_FORMAT},
    {OUT0 OUT0 "[]\n", "line 3", SW_E_FORMAT},
    {"7\n", "line 1", SW_E_FORMAT},
    {"null\n", "line 1", SW_E_FORMAT},
    {"{}\n", "line 1", SW_E_FORMAT},
    {OUT0 "{\"out\":{\"row\":1},\"in\":[]}", "line 2", SW_E_FORMAT}, /* cut off */
    {"{\"format\":\"sealwright-events/v2\"}\n", "line 1", SW_E_FORMAT},
    {OUT0 "{\"format\":\"sealwright-events/v1\"}\n", "line 2", SW_E_FORMAT},
    {"{\"out\":{\"row\":0},\"out\":{\"row\":0},\"in\":[]}\n", "line 1", SW_E_FORMAT},
    {"\xef\xbb\xbf" OUT0, "line 1", SW_E_FORMAT},
    {"{\"out\":{\"row\":0},\"in\":[{\"set\":0,\"id\":\"\xff\"}]}\n", "line 1", SW_E_FORMAT},
    /* names that are not known */
    {"{\"out\":{\"row\":0},\"in\":[],\"knid\":\"kept\"}\n", "line 1", SW_E_FORMAT},
    {"{\"out\":{\"row\":0,\"set\":0},\"in\":[]}\n", "line 1", SW_E_FORMAT},
    {"{\"drop\":{\"set\":0,\"row\":0},\"reason\":\"x\",\"out\":{\"row\":0}}\n", "line 1",
        SW_E_FORMAT},
    {"{\"drop\":{\"set\":0,\"row\":0},\"why\":\"x\"}\n", "line 1", SW_E_FORMAT},
    /* outputs */
    {"{\"out\":{\"row\":0}}\n", "line 1", SW_E_FORMAT},
    {"{\"out\":{\"row\":0},\"in\":{\"set\":0,\"row\":0}}\n", "line 1", SW_E_FORMAT},
    {"{\"out\":0,\"in\":[]}\n", "line 1", SW_E_FORMAT},
    {"{\"out\":{},\"in\":[]}\n", "line 1", SW_E_FORMAT},
    {"{\"out\":{\"row\":0,\"id\":\"o0\"},\"in\":[]}\n", "line 1", SW_E_FORMAT},
    {"{\"out\":{\"row\":5},\"in\":[]}\n", "line 1", SW_E_FORMAT},
    {"{\"out\":{\"row\":-1},\"in\":[]}\n", "line 1", SW_E_FORMAT},
    {"{\"out\":{\"row\":0.5},\"in\":[]}\n", "line 1", SW_E_FORMAT},
    {"{\"out\":{\"row\":\"0\"},\"in\":[]}\n", "line 1", SW_E_FORMAT},
    {"{\"out\":{\"row\":18446744073709551616},\"in\":[]}\n", "line 1", SW_E_FORMAT},
    {"{\"out\":{\"id\":\"\"},\"in\":[]}\n", "line 1", SW_E_FORMAT},
    {"{\"out\":{\"id\":7},\"in\":[]}\n", "line 1", SW_E_FORMAT},
    /* inputs */
    {"{\"out\":{\"row\":0},\"in\":[{\"row\":0}]}\n", "line 1", SW_E_FORMAT}, /* of which? */
    {"{\"out\":{\"row\":0},\"in\":[{\"set\":2,\"row\":0}]}\n", "line 1", SW_E_FORMAT},
    {"{\"out\":{\"row\":0},\"in\":[{\"set\":\"a\",\"row\":0}]}\n", "line 1", SW_E_FORMAT},
    {"{\"out\":{\"row\":0},\"in\":[{\"set\":1,\"row\":2}]}\n", "line 1", SW_E_FORMAT},
    {"{\"out\":{\"row\":0},\"in\":[0]}\n", "line 1", SW_E_FORMAT},
    /* kinds and confidences */
    {"{\"out\":{\"row\":0},\"in\":[],\"kind\":\"kept\"}\n", "line 1", SW_E_FORMAT},
    {"{\"out\":{\"row\":0},\"in\":[{\"set\":0,\"row\":0}],\"kind\":\"generated\"}\n", "line 1",
        SW_E_FORMAT},
    {"{\"out\":{\"row\":0},\"in\":[{\"set\":0,\"row\":0}],\"kind\":\"packed\"}\n", "line 1",
        SW_E_FORMAT},
    {"{\"out\":{\"row\":0},\"in\":[{\"set\":0,\"row\":0}],\"kind\":\"Kept\"}\n", "line 1",
        SW_E_FORMAT},
    {"{\"out\":{\"row\":0},\"in\":[{\"set\":0,\"row\":0}],\"kind\":18}\n", "line 1", SW_E_FORMAT},
    {"{\"out\":{\"row\":0},\"in\":[{\"set\":0,\"row\":0}],\"confidence\":1.01}\n", "line 1",
        SW_E_FORMAT},
    {"{\"out\":{\"row\":0},\"in\":[{\"set\":0,\"row\":0}],\"confidence\":-0.1}\n", "line 1",
        SW_E_FORMAT},
    {"{\"out\":{\"row\":0},\"in\":[{\"set\":0,\"row\":0}],\"confidence\":\"1\"}\n", "line 1",
        SW_E_FORMAT},
    {"{\"out\":{\"row\":0},\"in\":[],\"confidence\":0}\n", "line 1", SW_E_FORMAT},
    /* drops */
    {"{\"drop\":{\"set\":0,\"row\":0}}\n", "line 1", SW_E_FORMAT},
    {"{\"drop\":{\"set\":0,\"row\":0},\"reason\":\"\"}\n", "line 1", SW_E_FORMAT},
    {"{\"drop\":{\"set\":0,\"row\":0},\"reason\":\"a\\nb\"}\n", "line 1", SW_E_FORMAT},
    {"{\"drop\":{\"set\":0,\"row\":4},\"reason\":\"x\"}\n", "line 1", SW_E_FORMAT},
    {"{\"drop\":{\"row\":0},\"reason\":\"x\"}\n", "line 1", SW_E_FORMAT},
    /* what the data denies */
    {OUT0 "{\"out\":{\"id\":\"o9\"},\"in\":[]}\n", "line 2", SW_E_REFUSED},
    {OUT0 "{\"out\":{\"id\":\"same\"},\"in\":[]}\n", "line 2", SW_E_REFUSED},
    {"{\"out\":{\"row\":0},\"in\":[{\"set\":1,\"id\":\"a0\"}]}\n", "line 1", SW_E_REFUSED},
    {"{\"out\":{\"row\":1},\"in\":[{\"set\":0,\"row\":1}],\"kind\":\"kept\"}\n", "line 1",
        SW_E_REFUSED},
    {OUT0 "{\"out\":{\"row\":1},\"in\":[{\"set\":0,\"row\":0}],\"kind\":\"duplicated\"}\n",
        "line 2", SW_E_REFUSED},
    /* what the stream itself denies */
    {OUT0 "{\"out\":{\"row\":1},\"in\":[]}\n" OUT0, "line 3", SW_E_REFUSED},
    {OUT0 "{\"out\":{\"id\":\"o0\"},\"in\":[]}\n", "line 2", SW_E_REFUSED},
    {"{\"out\":{\"row\":0},\"in\":[{\"set\":0,\"row\":0},{\"set\":0,\"id\":\"a0\"}]}\n", "line 1",
        SW_E_REFUSED},
    {OUT0 "{\"drop\":{\"set\":0,\"row\":0},\"reason\":\"x\"}\n", "line 2", SW_E_REFUSED},
    {"{\"drop\":{\"set\":0,\"id\":\"a0\"},\"reason\":\"x\"}\n" OUT0, "line 1", SW_E_REFUSED},
    {"{\"drop\":{\"set\":0,\"row\":1},\"reason\":\"x\"}\n"
     "{\"drop\":{\"set\":0,\"row\":1},\"reason\":\"y\"}\n",
        "line 2", SW_E_REFUSED},
};

static void test_bad_streams_are_refused_with_their_line(void **state)
{
    struct fixture *f = *state;
    struct sw_edge edges[5];
    for (size_t i = 0; i < SW_COUNT(bad_streams); i++) {
        enum sw_code code = settle(f, bad_streams[i].text, edges);
        if (code != bad_streams[i].code || strstr(f->err.text, bad_streams[i].line) == NULL) {
            print_message("stream %zu: %s\n%s\n", i, bad_streams[i].text, f->err.text);
        }
        assert_int_equal(code, bad_streams[i].code);
        assert_non_null(strstr(f->err.text, bad_streams[i].line));
    }
}

static void test_a_missing_stream_is_said(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(read_text(f, ""), SW_OK);
    sw_cleanup_events(&f->events);
    f->events = NULL;
    struct sw_events_request request = {.path = "/no/such/events", .scratch = "/tmp"};
    assert_int_equal(sw_events_read(&request, &f->events, &f->err), SW_E_NOENT);
}

static void test_a_line_that_never_ends_is_refused(void **state)
{
    struct fixture *f = *state;
    size_t len = SW_EVENT_LINE_MAX + (1u << 20);
    char *text = malloc(len + 1);
    assert_non_null(text);
    memset(text, ' ', len);
    text[len] = '\0';
    assert_int_equal(read_text(f, text), SW_E_LIMIT);
    assert_non_null(strstr(f->err.text, "line 1"));
    free(text);
}

static void test_deep_nesting_is_refused(void **state)
{
    struct fixture *f = *state;
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    assert_int_equal(sw_buf_puts(&text, "{\"out\":"), SW_OK);
    for (unsigned i = 0; i < 100; i++) {
        assert_int_equal(sw_buf_puts(&text, "["), SW_OK);
    }
    assert_int_equal(sw_buf_puts(&text, "\n"), SW_OK);
    assert_int_equal(read_text(f, sw_buf_cstr(&text)), SW_E_LIMIT);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_events_say_what_became_of_each),
        TEST(test_one_input_needs_no_set),
        TEST(test_bad_streams_are_refused_with_their_line),
        TEST(test_a_missing_stream_is_said),
        TEST(test_a_line_that_never_ends_is_refused),
        TEST(test_deep_nesting_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
