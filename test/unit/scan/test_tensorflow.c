#include "proto_files.h"

/* node_def.proto, attr_value.proto, tensor.proto */
static void add_node(struct proto *graph, unsigned field, const char *name, const char *op,
    const char *input, const char *constant)
{
    struct proto node = {0}, value = {0}, tensor = {0}, attribute = {0};
    proto_text(&node, 1, name);
    proto_text(&node, 2, op);
    if (input != NULL) {
        proto_text(&node, 3, input);
    }
    if (constant != NULL) {
        proto_number(&tensor, 1, 7);
        proto_text(&tensor, 8, constant);
        proto_message(&value, 8, &tensor);
        proto_text(&attribute, 1, "value");
        proto_message(&attribute, 2, &value);
        proto_message(&node, 5, &attribute);
    }
    proto_message(graph, field, &node);
}

static void end_saved(struct proto *saved, struct proto *graph, struct proto *rest)
{
    struct proto info = {0}, meta = {0};
    proto_text(&info, 4, "serve");
    proto_message(&meta, 1, &info);
    proto_message(&meta, 2, graph);
    if (rest != NULL) {
        proto_message(&meta, 6, rest);
    }
    proto_number(saved, 1, 1);
    proto_message(saved, 2, &meta);
}

static void look_at_saved(struct looked *out, struct proto *graph, struct proto *asset)
{
    struct proto saved = {0};
    end_saved(&saved, graph, asset);
    proto_look(out, &saved, "saved_model.pb");
    assert_string_equal(out->in.format, "savedmodel");
    assert_int_equal(out->in.status, SW_SCAN_PARSED);
    assert_true(unread_fits(out));
}

struct graph_case {
    const char *what;
    const char *op, *constant;
    const char *rule, *words; /* NULL: nothing is found */
    enum sw_severity worst;
};

static const struct graph_case cases[] = {
    {"arithmetic", "Relu", "/etc/passwd", NULL, NULL, SW_SEVERITY_INFO},
    {"Python", "PyFunc", "x", "tf-operator", "calls Python code", SW_SEVERITY_CRITICAL},
    {"eager Python", "EagerPyFunc", "x", "tf-operator", "calls Python", SW_SEVERITY_CRITICAL},
    {"a file that is read", "ReadFile", "data.txt", "tf-operator", "reads a file",
        SW_SEVERITY_HIGH},
    {"and which", "ReadFile", "/etc/passwd", "tf-path", "\"/etc/passwd\"", SW_SEVERITY_HIGH},
    {"a file that is written", "WriteFile", "x", "tf-operator", "writes a file", SW_SEVERITY_HIGH},
    {"a checkpoint as models have it", "RestoreV2", "model", NULL, NULL, SW_SEVERITY_INFO},
    {"a checkpoint from elsewhere", "RestoreV2", "/root/.ssh/id", "tf-path", "reads a file",
        SW_SEVERITY_HIGH},
    {"a checkpoint above", "SaveV2", "../../x", "tf-path", "writes a file", SW_SEVERITY_HIGH},
    {"a checkpoint on a server", "SaveV2", "s3://bucket/x", "tf-path", "s3://", SW_SEVERITY_HIGH},
    {"a file that is mapped", "ImmutableConst", "x", "tf-operator", "maps a file",
        SW_SEVERITY_HIGH},
    {"a server", "RpcClient", "x", "tf-operator", "connects", SW_SEVERITY_HIGH},
    {"an operator of nobody", "Zap>Zap", "x", "tf-custom-operator", "Zap>Zap", SW_SEVERITY_MEDIUM},
    {"a constant that is an address of a file", "Relu", "file:///tmp/x", "tf-path", "file://",
        SW_SEVERITY_HIGH},
};

static void check_graph(const struct graph_case *row, const struct looked *looked)
{
    bool said = row->rule == NULL ? looked->in.finding_count == 0
                                  : found(looked, row->rule, row->words) != NULL;
    if (!said || looked->worst != row->worst) {
        fail_msg("%s: %s, %s", row->what, sw_severity_name(looked->worst),
            looked->in.finding_count > 0 ? looked->in.findings[0].message : "nothing");
    }
}

static void add_nodes(struct proto *graph, unsigned field, const struct graph_case *row)
{
    add_node(graph, field, "c", "Const", NULL, row->constant);
    add_node(graph, field, "join", "StringJoin", "c", NULL);
    add_node(graph, field, "n", row->op, "join", NULL);
}

static void nodes_of_a_saved_model_are_judged(void **state)
{
    for (size_t i = 0; i < SW_COUNT(cases); i++) {
        struct proto graph = {0};
        struct looked looked;
        add_nodes(&graph, 1, &cases[i]);
        look_at_saved(&looked, &graph, NULL);
        check_graph(&cases[i], &looked);
        looked_release(&looked);
    }
}

static void nodes_of_its_functions_are_judged(void **state)
{
    for (size_t i = 0; i < SW_COUNT(cases); i++) {
        struct proto graph = {0}, function = {0}, library = {0}, signature = {0};
        struct looked looked;
        add_node(&graph, 1, "x", "Placeholder", NULL, NULL);
        proto_text(&signature, 1, "f");
        proto_message(&function, 1, &signature);
        add_nodes(&function, 3, &cases[i]);
        proto_message(&library, 1, &function);
        proto_message(&graph, 2, &library);
        look_at_saved(&looked, &graph, NULL);
        check_graph(&cases[i], &looked);
        looked_release(&looked);
    }
}

static void frozen_graphs_and_meta_graphs_are_judged(void **state)
{
    for (size_t i = 0; i < SW_COUNT(cases); i++) {
        struct proto graph = {0}, meta = {0}, info = {0};
        struct looked looked;
        add_nodes(&graph, 1, &cases[i]);
        look(&looked, graph.buf.data, graph.buf.len, "frozen.pb");
        assert_string_equal(looked.in.format, "graphdef");
        check_graph(&cases[i], &looked);
        looked_release(&looked);
        proto_text(&info, 5, "2.15.0");
        proto_message(&meta, 1, &info);
        proto_message(&meta, 2, &graph);
        proto_look(&looked, &meta, "model.ckpt.meta");
        assert_string_equal(looked.in.format, "metagraph");
        check_graph(&cases[i], &looked);
        looked_release(&looked);
    }
}

/* --- paths that come from further away ---------------------------------------------------------
 */

static void add_string_node(struct proto *graph, unsigned field, const char *name, const char *op,
    const char *const *inputs, const char *called)
{
    struct proto node = {0}, attribute = {0}, value = {0}, function = {0};
    proto_text(&node, 1, name);
    proto_text(&node, 2, op);
    for (; *inputs != NULL; inputs++) {
        proto_text(&node, 3, *inputs);
    }
    if (called != NULL) {
        proto_text(&function, 1, called);
        proto_message(&value, 10, &function);
        proto_text(&attribute, 1, "f");
        proto_message(&attribute, 2, &value);
        proto_message(&node, 5, &attribute);
    }
    proto_message(graph, field, &node);
}

#define INPUTS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* A function "f" of the arguments "a" and "b", with what the caller puts into `function`. */
static void end_function(struct proto *graph, struct proto *function, const char *name)
{
    struct proto library = {0}, signature = {0}, argument = {0};
    proto_text(&signature, 1, name);
    proto_text(&argument, 1, "a");
    proto_message(&signature, 2, &argument);
    proto_text(&argument, 1, "b");
    proto_message(&signature, 2, &argument);
    proto_message(function, 1, &signature);
    proto_message(&library, 1, function);
    proto_message(graph, 2, &library);
}

static void expect_paths(struct proto *graph, const char *path)
{
    struct looked looked;
    look_at_saved(&looked, graph, NULL);
    if (path == NULL) {
        assert_int_equal(looked.in.finding_count, 0);
    } else {
        assert_non_null(found(&looked, "tf-path", path));
        assert_int_equal(looked.worst, SW_SEVERITY_HIGH);
    }
    looked_release(&looked);
}

static void a_path_is_found_behind_many_inputs(void **state)
{
    (void)state;
    struct proto graph = {0};
    add_node(&graph, 1, "e", "Const", NULL, "");
    add_node(&graph, 1, "c", "Const", NULL, "/etc/passwd");
    add_string_node(&graph, 1, "join", "StringJoin",
        INPUTS("e", "e", "e", "e", "e", "e", "e", "e", "e", "e", "c"), NULL);
    add_node(&graph, 1, "n", "RestoreV2", "join", NULL);
    expect_paths(&graph, "/etc/passwd");
}

static void a_path_is_found_behind_many_nodes(void **state)
{
    (void)state;
    struct proto graph = {0};
    char name[16] = "c";
    char next[16];
    add_node(&graph, 1, "c", "Const", NULL, "/etc/passwd");
    for (int i = 0; i < 500; i++) {
        (void)snprintf(next, sizeof(next), "i%d", i);
        add_node(&graph, 1, next, "Identity", name, NULL);
        memcpy(name, next, sizeof(name));
    }
    add_node(&graph, 1, "n", "RestoreV2", name, NULL);
    expect_paths(&graph, "/etc/passwd");
}

static void an_argument_of_a_function_is_what_its_callers_give(void **state)
{
    (void)state;
    static const struct {
        const char *op, *first, *second, *third;
        bool bad;
    } rows[] = {{"PartitionedCall", "good", "bad", "good", true},
        {"StatefulPartitionedCall", "bad", "good", "bad", false},
        {"f", "good", "bad", "good", true}, {"If", "good", "good", "bad", true},
        {"If", "bad", "bad", "good", false}, {"While", "good", "bad", "good", true},
        {"MapDataset", "bad", "good", "good", true}};
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct proto graph = {0}, function = {0};
        bool by_name = strcmp(rows[i].op, "f") == 0;
        add_node(&graph, 1, "good", "Const", NULL, "weights");
        add_node(&graph, 1, "bad", "Const", NULL, "/etc/passwd");
        add_string_node(&graph, 1, "call", rows[i].op,
            INPUTS(rows[i].first, rows[i].second, rows[i].third, "^bad"), by_name ? NULL : "f");
        add_node(&function, 3, "n", "RestoreV2", "b", NULL);
        end_function(&graph, &function, "f");
        struct looked looked;
        look_at_saved(&looked, &graph, NULL);
        bool said = found(&looked, "tf-path", "/etc/passwd") != NULL;
        if (said != rows[i].bad) {
            fail_msg("%s (row %zu): %s", rows[i].op, i, said ? "found" : "not found");
        }
        looked_release(&looked);
    }
}

static void what_a_called_function_gives_is_found(void **state)
{
    (void)state;
    struct proto graph = {0}, function = {0};
    add_node(&function, 3, "c", "Const", NULL, "../../x");
    end_function(&graph, &function, "f");
    add_string_node(&graph, 1, "call", "PartitionedCall", INPUTS("x", "y"), "f");
    add_node(&graph, 1, "n", "SaveV2", "call", NULL);
    expect_paths(&graph, "../../x");
}

static void constants_of_other_functions_are_nobodys_path(void **state)
{
    (void)state;
    struct proto graph = {0}, function = {0};
    add_node(&function, 3, "c", "Const", NULL, "/");
    end_function(&graph, &function, "split");
    add_string_node(&graph, 1, "call", "PartitionedCall", INPUTS("x", "y"), "split");
    add_node(&graph, 1, "prefix", "Const", NULL, "weights");
    add_node(&graph, 1, "n", "RestoreV2", "prefix", NULL);
    expect_paths(&graph, NULL);
}

static void functions_that_call_each_other_end(void **state)
{
    (void)state;
    struct proto graph = {0}, function = {0};
    add_string_node(&function, 3, "call", "PartitionedCall", INPUTS("b", "a"), "f");
    add_node(&function, 3, "n", "RestoreV2", "a", NULL);
    end_function(&graph, &function, "f");
    add_node(&graph, 1, "c", "Const", NULL, "~/x");
    add_string_node(&graph, 1, "call", "PartitionedCall", INPUTS("d", "c"), "f");
    expect_paths(&graph, "~/x");
}

/* Print writes to a file that an attribute names. */
static void a_print_to_a_file_is_found(void **state)
{
    (void)state;
    struct proto graph = {0}, node = {0}, value = {0}, attribute = {0};
    proto_text(&node, 1, "p");
    proto_text(&node, 2, "PrintV2");
    proto_text(&value, 2, "file:///root/.bashrc");
    proto_text(&attribute, 1, "output_stream");
    proto_message(&attribute, 2, &value);
    proto_message(&node, 5, &attribute);
    proto_message(&graph, 1, &node);
    expect_paths(&graph, "file:///root/.bashrc");
}

/* A text may also stand in the bytes of a tensor, where it is not read. */
static void texts_that_are_not_read_count_as_paths(void **state)
{
    (void)state;
    struct proto graph = {0}, node = {0}, value = {0}, tensor = {0}, attribute = {0};
    proto_number(&tensor, 1, 7);
    proto_text(&tensor, 4, "\x0b/etc/passwd");
    proto_message(&value, 8, &tensor);
    proto_text(&attribute, 1, "value");
    proto_message(&attribute, 2, &value);
    proto_text(&node, 1, "c");
    proto_text(&node, 2, "Const");
    proto_message(&node, 5, &attribute);
    proto_message(&graph, 1, &node);
    add_node(&graph, 1, "n", "RestoreV2", "c", NULL);
    expect_paths(&graph, "one of more than were looked at");
}

/* An asset is a node of the graph; one of its name in a function is another. */
static void an_asset_excuses_no_constant_of_a_function(void **state)
{
    (void)state;
    struct proto graph = {0}, function = {0}, asset = {0}, info = {0};
    struct looked looked;
    add_node(&graph, 1, "c", "Const", NULL, "/home/maker/vocabulary.txt");
    add_node(&function, 3, "c", "Const", NULL, "/etc/passwd");
    add_node(&function, 3, "n", "InitializeTableFromTextFileV2", "c", NULL);
    end_function(&graph, &function, "f");
    proto_text(&info, 1, "c:0");
    proto_message(&asset, 1, &info);
    proto_text(&asset, 2, "vocabulary.txt");
    look_at_saved(&looked, &graph, &asset);
    assert_non_null(found(&looked, "tf-path", "/etc/passwd"));
    looked_release(&looked);
}

/* The library may stand before the nodes. */
static void a_library_that_comes_first_is_judged(void **state)
{
    (void)state;
    struct proto graph = {0}, function = {0};
    add_node(&function, 3, "n", "RestoreV2", "a", NULL);
    end_function(&graph, &function, "f");
    add_node(&graph, 1, "c", "Const", NULL, "/etc/passwd");
    add_string_node(&graph, 1, "call", "StatefulPartitionedCall", INPUTS("c", "c"), "f");
    expect_paths(&graph, "/etc/passwd");
}

/* saved_object_graph.proto: Keras' settings are in the metadata of objects. */
static void settings_in_the_object_graph_are_judged(void **state)
{
    (void)state;
    static const struct {
        const char *metadata;
        bool bad;
    } rows[] = {{"{\"class_name\": \"Lambda\", \"config\": {\"function\": \"x\"}}", true},
        {"{\"class_name\": \"Dense\", \"config\": {\"units\": 3}}", false},
        {"whatever others keep here", false}};
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct proto graph = {0}, saved = {0}, info = {0}, meta = {0}, user = {0}, object = {0},
                     objects = {0};
        struct looked looked;
        add_node(&graph, 1, "x", "Placeholder", NULL, NULL);
        proto_text(&user, 1, "_tf_keras_layer");
        proto_text(&user, 3, rows[i].metadata);
        proto_message(&object, 4, &user);
        proto_message(&objects, 1, &object);
        proto_text(&info, 4, "serve");
        proto_message(&meta, 1, &info);
        proto_message(&meta, 2, &graph);
        proto_message(&meta, 7, &objects);
        proto_number(&saved, 1, 1);
        proto_message(&saved, 2, &meta);
        proto_look(&looked, &saved, "saved_model.pb");
        assert_int_equal(looked.in.status, SW_SCAN_PARSED);
        if ((looked.worst >= SW_SEVERITY_HIGH) != rows[i].bad) {
            fail_msg("%s", rows[i].metadata);
        }
        looked_release(&looked);
    }
}

/* The constant holds where the file was when the model was made; loaders put their own path in. */
static void an_asset_may_have_stood_anywhere(void **state)
{
    static const struct {
        const char *file, *node;
        enum sw_severity worst;
    } rows[] = {{"vocabulary.txt", "c:0", SW_SEVERITY_INFO}, {"../x", "c:0", SW_SEVERITY_HIGH},
        {"vocabulary.txt", "other:0", SW_SEVERITY_HIGH}};
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct proto graph = {0}, asset = {0}, info = {0};
        struct looked looked;
        add_node(&graph, 1, "c", "Const", NULL, "/home/maker/vocabulary.txt");
        add_node(&graph, 1, "n", "InitializeTableFromTextFileV2", "c", NULL);
        proto_text(&info, 1, rows[i].node);
        proto_message(&asset, 1, &info);
        proto_text(&asset, 2, rows[i].file);
        look_at_saved(&looked, &graph, &asset);
        assert_int_equal(looked.worst, rows[i].worst);
        looked_release(&looked);
    }
}

static void add_constant(struct proto *graph, uint64_t elements, size_t size)
{
    struct proto node = {0}, value = {0}, tensor = {0}, attribute = {0}, shape = {0}, dim = {0};
    uint8_t zeros[64] = {0};
    proto_number(&dim, 1, elements);
    proto_message(&shape, 2, &dim);
    proto_number(&tensor, 1, 1);
    proto_message(&tensor, 2, &shape);
    proto_bytes(&tensor, 4, zeros, size);
    proto_message(&value, 8, &tensor);
    proto_text(&attribute, 1, "value");
    proto_message(&attribute, 2, &value);
    proto_text(&node, 1, "weights");
    proto_text(&node, 2, "Const");
    proto_message(&node, 5, &attribute);
    proto_message(graph, 1, &node);
}

static void constants_must_have_the_bytes_of_their_shape(void **state)
{
    static const struct {
        uint64_t elements;
        size_t size;
        enum sw_severity worst;
    } rows[] = {{4, 16, SW_SEVERITY_INFO}, {4, 20, SW_SEVERITY_HIGH}, {4, 12, SW_SEVERITY_HIGH},
        {UINT64_MAX / 2, 16, SW_SEVERITY_HIGH}};
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct proto graph = {0};
        struct looked looked;
        add_constant(&graph, rows[i].elements, rows[i].size);
        look_at_saved(&looked, &graph, NULL);
        assert_int_equal(looked.worst, rows[i].worst);
        looked_release(&looked);
    }
}

static void what_is_cut_inside_is_broken(void **state)
{
    struct proto graph = {0}, saved = {0};
    struct looked looked;
    add_node(&graph, 1, "c", "Const", NULL, "x");
    proto_bytes(&graph, 1, "\x0a\x7f", 2);
    end_saved(&saved, &graph, NULL);
    proto_look(&looked, &saved, "saved_model.pb");
    assert_int_equal(looked.in.status, SW_SCAN_FAILED);
    assert_non_null(found(&looked, "savedmodel-broken", "past the end"));
    looked_release(&looked);
}

/* --- checkpoints ------------------------------------------------------------------------------ */

/* An entry of a table, which shares nothing with the one before. */
static void add_pair(struct proto *block, const char *key, struct proto *value)
{
    proto_varint(block, 0);
    proto_varint(block, strlen(key));
    proto_varint(block, value->buf.len);
    assert_int_equal(sw_buf_append(&block->buf, key, strlen(key)), SW_OK);
    assert_int_equal(sw_buf_append(&block->buf, value->buf.data, value->buf.len), SW_OK);
    sw_buf_release(&value->buf);
    value->buf = SW_BUF_INIT;
}

/* One restart, and the trailer; gives a handle of the block. */
static void end_block(struct proto *file, struct proto *block, struct proto *handle)
{
    assert_int_equal(sw_buf_append(&block->buf, "\0\0\0\0\1\0\0\0", 8), SW_OK);
    proto_varint(handle, file->buf.len);
    proto_varint(handle, block->buf.len);
    assert_int_equal(sw_buf_append(&file->buf, block->buf.data, block->buf.len), SW_OK);
    assert_int_equal(sw_buf_append(&file->buf, "\0\0\0\0\0", 5), SW_OK);
    sw_buf_release(&block->buf);
    block->buf = SW_BUF_INIT;
}

static void look_at_index(struct looked *out, uint64_t shards, uint64_t shard, uint64_t offset)
{
    struct proto file = {0}, block = {0}, value = {0}, handle = {0}, footer = {0};
    proto_number(&value, 1, shards);
    add_pair(&block, "", &value);
    proto_number(&value, 1, 1);
    proto_number(&value, 3, shard);
    proto_number(&value, 4, offset);
    proto_number(&value, 5, 64);
    add_pair(&block, "layer/kernel", &value);
    end_block(&file, &block, &handle);
    add_pair(&block, "z", &handle);
    proto_varint(&footer, 0);
    proto_varint(&footer, 0);
    end_block(&file, &block, &footer);
    while (footer.buf.len < 40) {
        assert_int_equal(sw_buf_append(&footer.buf, "", 1), SW_OK);
    }
    assert_int_equal(sw_buf_append(&footer.buf, "\x57\xfb\x80\x8b\x24\x75\x47\xdb", 8), SW_OK);
    assert_int_equal(sw_buf_append(&file.buf, footer.buf.data, footer.buf.len), SW_OK);
    sw_buf_release(&footer.buf);
    proto_look(out, &file, "variables/variables.index");
    assert_string_equal(out->in.format, "tensorflow-index");
}

static void an_index_tells_which_data_files_there_must_be(void **state)
{
    struct looked looked;
    look_at_index(&looked, 2, 1, 1000);
    assert_int_equal(looked.in.status, SW_SCAN_PARSED);
    assert_int_equal(looked.in.fact_count, 1);
    assert_string_equal(looked.in.facts[0].kind, "data");
    static const char told[] =
        "[[\"tensorflow-data\",0,0,[\"variables.data-00000-of-00002\"]],"
        "[\"tensorflow-data\",1064,1064,[\"variables.data-00001-of-00002\"]]]";
    assert_int_equal(looked.in.facts[0].bytes.len, sizeof(told) - 1);
    assert_memory_equal(looked.in.facts[0].bytes.ptr, told, sizeof(told) - 1);
    looked_release(&looked);
}

static void an_index_that_cannot_be_is_broken(void **state)
{
    static const uint64_t rows[][3] = {{0, 0, 0}, {5000, 0, 0}, {1, 1, 0}, {1, 0, UINT64_MAX - 10}};
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct looked looked;
        look_at_index(&looked, rows[i][0], rows[i][1], rows[i][2]);
        assert_int_equal(looked.in.status, SW_SCAN_FAILED);
        assert_int_equal(looked.worst, SW_SEVERITY_HIGH);
        looked_release(&looked);
    }
}

static void a_fingerprint_is_data(void **state)
{
    struct proto print = {0};
    struct looked looked;
    for (unsigned i = 1; i <= 5; i++) {
        proto_number(&print, i, 0x1234567890u * i);
    }
    proto_look(&looked, &print, "fingerprint.pb");
    assert_string_equal(looked.in.format, "tensorflow-fingerprint");
    assert_int_equal(looked.in.status, SW_SCAN_PLAIN);
    looked_release(&looked);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nodes_of_a_saved_model_are_judged),
        cmocka_unit_test(nodes_of_its_functions_are_judged),
        cmocka_unit_test(frozen_graphs_and_meta_graphs_are_judged),
        cmocka_unit_test(an_asset_may_have_stood_anywhere),
        cmocka_unit_test(a_path_is_found_behind_many_inputs),
        cmocka_unit_test(a_path_is_found_behind_many_nodes),
        cmocka_unit_test(an_argument_of_a_function_is_what_its_callers_give),
        cmocka_unit_test(what_a_called_function_gives_is_found),
        cmocka_unit_test(constants_of_other_functions_are_nobodys_path),
        cmocka_unit_test(functions_that_call_each_other_end),
        cmocka_unit_test(a_print_to_a_file_is_found),
        cmocka_unit_test(texts_that_are_not_read_count_as_paths),
        cmocka_unit_test(an_asset_excuses_no_constant_of_a_function),
        cmocka_unit_test(a_library_that_comes_first_is_judged),
        cmocka_unit_test(settings_in_the_object_graph_are_judged),
        cmocka_unit_test(constants_must_have_the_bytes_of_their_shape),
        cmocka_unit_test(what_is_cut_inside_is_broken),
        cmocka_unit_test(an_index_tells_which_data_files_there_must_be),
        cmocka_unit_test(an_index_that_cannot_be_is_broken),
        cmocka_unit_test(a_fingerprint_is_data),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
