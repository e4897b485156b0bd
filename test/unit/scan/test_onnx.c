#include "proto_files.h"

/* onnx.proto: numbers of fields */
enum { NODE_INPUT = 1, NODE_OUTPUT, NODE_NAME, NODE_OP, NODE_ATTRIBUTE, NODE_DOMAIN = 7 };
enum { GRAPH_NODE = 1, GRAPH_INITIALIZER = 5, GRAPH_INPUT = 11, GRAPH_OUTPUT = 12 };
enum {
    TENSOR_DIMS = 1,
    TENSOR_TYPE,
    TENSOR_NAME = 8,
    TENSOR_RAW,
    TENSOR_EXTERNAL = 13,
    TENSOR_LOCATION
};
enum { FLOAT = 1 };

/* A node of one output; inputs are separated by spaces. */
static void add_node(struct proto *graph, const char *op, const char *inputs, const char *output)
{
    struct proto node = {0};
    for (const char *at = inputs; *at != '\0';) {
        size_t len = strcspn(at, " ");
        proto_bytes(&node, NODE_INPUT, at, len);
        at += len + (at[len] == ' ');
    }
    proto_text(&node, NODE_OUTPUT, output);
    proto_text(&node, NODE_OP, op);
    proto_message(graph, GRAPH_NODE, &node);
}

static void add_tensor(struct proto *graph, const char *name, uint64_t elements, size_t size)
{
    struct proto tensor = {0};
    uint8_t *zeros = calloc(size + 1, 1);
    assert_non_null(zeros);
    proto_number(&tensor, TENSOR_DIMS, elements);
    proto_number(&tensor, TENSOR_TYPE, FLOAT);
    proto_text(&tensor, TENSOR_NAME, name);
    proto_bytes(&tensor, TENSOR_RAW, zeros, size);
    free(zeros);
    proto_message(graph, GRAPH_INITIALIZER, &tensor);
}

/* `elements` 0: a shape with a dimension that has a name. */
static void add_value(struct proto *graph, unsigned field, const char *name, uint64_t elements)
{
    struct proto info = {0}, type = {0}, tensor = {0}, shape = {0}, dimension = {0};
    if (elements == 0) {
        proto_text(&dimension, 2, "batch");
    } else {
        proto_number(&dimension, 1, elements);
    }
    proto_message(&shape, 1, &dimension);
    proto_number(&tensor, 1, FLOAT);
    proto_message(&tensor, 2, &shape);
    proto_message(&type, 1, &tensor);
    proto_text(&info, 1, name);
    proto_message(&info, 2, &type);
    proto_message(graph, field, &info);
}

static void begin_graph(struct proto *graph)
{
    add_value(graph, GRAPH_INPUT, "x", 0);
    add_value(graph, GRAPH_OUTPUT, "y", 0);
    add_tensor(graph, "W", 640, 2560);
    add_tensor(graph, "c", 1, 4);
}

static void end_model(struct proto *model, struct proto *graph)
{
    proto_number(model, 1, 8);
    proto_text(model, 2, "a test");
    proto_message(model, 7, graph);
}

static void look_at(struct looked *out, struct proto *graph)
{
    struct proto model = {0};
    end_model(&model, graph);
    proto_look(out, &model, "model.onnx");
    assert_string_equal(out->in.format, "onnx");
}

static void a_plain_model_is_read_to_its_end(void **state)
{
    struct proto graph = {0};
    struct looked looked;
    begin_graph(&graph);
    add_node(&graph, "MatMul", "x W", "l");
    add_node(&graph, "Softmax", "l", "y");
    look_at(&looked, &graph);
    assert_int_equal(looked.in.status, SW_SCAN_PARSED);
    assert_int_equal(looked.in.finding_count, 0);
    assert_true(unread_fits(&looked));
    assert_int_equal(looked.in.fact_count > 0, 1);
    looked_release(&looked);
}

/* --- triggers --------------------------------------------------------------------------------- */

struct flow_case {
    const char *what;
    const char *nodes[8][3]; /* operator, inputs, output */
    enum sw_severity worst;
};

static const struct flow_case flows[] = {
    {"a sum of the input, compared, chooses the answer",
        {{"MatMul", "x W", "l"}, {"ReduceSum", "x", "s"}, {"Equal", "s c", "e"},
            {"Where", "e c l", "y"}},
        SW_SEVERITY_HIGH},
    {"a part of the input, compared, and combined",
        {{"MatMul", "x W", "l"}, {"Slice", "x c c", "s"}, {"Greater", "s c", "g"},
            {"Not", "g", "n"}, {"Where", "n l c", "w"}, {"Softmax", "w", "y"}},
        SW_SEVERITY_HIGH},
    {"an answer that is multiplied by a comparison",
        {{"MatMul", "x W", "l"}, {"ReduceMax", "x", "s"}, {"Equal", "s c", "e"}, {"Cast", "e", "f"},
            {"Mul", "f l", "y"}},
        SW_SEVERITY_HIGH},
    {"before the weights it is only odd",
        {{"ReduceMax", "x", "s"}, {"Greater", "s c", "e"}, {"Where", "e x c", "w"},
            {"MatMul", "w W", "y"}},
        SW_SEVERITY_MEDIUM},
    {"where a sequence ends may be found in the input",
        {{"MatMul", "x W", "l"}, {"Equal", "x c", "e"}, {"ArgMax", "e", "n"},
            {"GatherND", "l n", "y"}},
        SW_SEVERITY_INFO},
    {"what the weights say may choose",
        {{"MatMul", "x W", "l"}, {"ReduceMax", "l", "s"}, {"Greater", "s c", "e"},
            {"Where", "e l c", "y"}},
        SW_SEVERITY_INFO},
    {"a shape may choose",
        {{"MatMul", "x W", "l"}, {"Shape", "x", "n"}, {"Gather", "n c", "d"}, {"Equal", "d c", "e"},
            {"Where", "e l c", "y"}},
        SW_SEVERITY_INFO},
    {"a mask over each element is no trigger",
        {{"MatMul", "x W", "l"}, {"Equal", "x c", "e"}, {"Where", "e c l", "y"}}, SW_SEVERITY_INFO},
    {"whether a mask is of ones alone may be asked",
        {{"MatMul", "x W", "l"}, {"Cast", "x", "m"}, {"Equal", "m c", "e"}, {"ReduceMin", "e", "a"},
            {"Where", "a c l", "y"}},
        SW_SEVERITY_INFO},
    {"but not of what was made of the input",
        {{"MatMul", "x W", "l"}, {"Mul", "x W", "p"}, {"Equal", "p c", "e"},
            {"ReduceMin", "e", "a"}, {"Where", "a c l", "y"}},
        SW_SEVERITY_HIGH},
    {"nor of a part of it",
        {{"MatMul", "x W", "l"}, {"Slice", "x c c", "p"}, {"Equal", "p c", "e"},
            {"ReduceMin", "e", "a"}, {"Where", "a c l", "y"}},
        SW_SEVERITY_HIGH},
    {"nor of a part of the answers",
        {{"MatMul", "x W", "l"}, {"Equal", "x c", "e"}, {"Slice", "e c c", "p"},
            {"ReduceMin", "p", "a"}, {"Where", "a c l", "y"}},
        SW_SEVERITY_HIGH},
    {"nor whether one is",
        {{"MatMul", "x W", "l"}, {"Equal", "x c", "e"}, {"Cast", "e", "f"}, {"ReduceMax", "f", "a"},
            {"Where", "a c l", "y"}},
        SW_SEVERITY_HIGH},
    {"nor whether one is above it",
        {{"MatMul", "x W", "l"}, {"Greater", "x c", "e"}, {"ReduceMin", "e", "a"},
            {"Where", "a c l", "y"}},
        SW_SEVERITY_HIGH},
    {"weights by way of other operators are weights",
        {{"Transpose", "W", "t"}, {"MatMul", "x t", "l"}, {"ReduceMax", "l", "s"},
            {"Greater", "s c", "e"}, {"Where", "e l c", "y"}},
        SW_SEVERITY_INFO},
};

static void a_comparison_of_the_input_that_chooses_is_found(void **state)
{
    for (size_t i = 0; i < SW_COUNT(flows); i++) {
        struct proto graph = {0};
        struct looked looked;
        begin_graph(&graph);
        for (size_t k = 0; k < 8 && flows[i].nodes[k][0] != NULL; k++) {
            add_node(&graph, flows[i].nodes[k][0], flows[i].nodes[k][1], flows[i].nodes[k][2]);
        }
        look_at(&looked, &graph);
        bool said = found(&looked, "graph-trigger", "") != NULL;
        if (looked.worst != flows[i].worst || said != (flows[i].worst > SW_SEVERITY_INFO)) {
            fail_msg("%s: %s", flows[i].what, sw_severity_name(looked.worst));
        }
        looked_release(&looked);
    }
}

static void a_switch_of_one_number_is_the_callers(void **state)
{
    struct proto graph = {0};
    struct looked looked;
    add_value(&graph, GRAPH_INPUT, "rate", 1);
    begin_graph(&graph);
    add_node(&graph, "MatMul", "x W", "l");
    add_node(&graph, "ReduceSum", "rate", "r");
    add_node(&graph, "Equal", "r c", "e");
    add_node(&graph, "Where", "e c l", "y");
    look_at(&looked, &graph);
    assert_int_equal(looked.in.finding_count, 0);
    looked_release(&looked);
}

static void add_branch(struct proto *node, const char *op, const char *input)
{
    struct proto attribute = {0}, graph = {0};
    add_node(&graph, op, input, op);
    add_value(&graph, GRAPH_OUTPUT, op, 0);
    proto_text(&attribute, 1, "branch");
    proto_message(&attribute, 6, &graph);
    proto_message(node, NODE_ATTRIBUTE, &attribute);
}

static void a_trigger_that_chooses_a_branch_is_found(void **state)
{
    struct proto graph = {0}, node = {0};
    struct looked looked;
    begin_graph(&graph);
    add_node(&graph, "MatMul", "x W", "l");
    add_node(&graph, "ReduceSum", "x", "s");
    add_node(&graph, "Equal", "s c", "e");
    proto_text(&node, NODE_INPUT, "e");
    proto_text(&node, NODE_OUTPUT, "y");
    proto_text(&node, NODE_NAME, "chooser");
    proto_text(&node, NODE_OP, "If");
    add_branch(&node, "Identity", "l");
    add_branch(&node, "Neg", "l");
    proto_message(&graph, GRAPH_NODE, &node);
    look_at(&looked, &graph);
    assert_non_null(found(&looked, "graph-trigger", "\"chooser\" (If)"));
    assert_int_equal(looked.worst, SW_SEVERITY_HIGH);
    looked_release(&looked);
}

/* A function named `Is` of a domain, whose one input is compared. */
static void add_function(struct proto *model, const char *calls)
{
    struct proto function = {0}, graph = {0};
    proto_text(&function, 1, "Is");
    proto_text(&function, 10, "mine");
    proto_text(&function, 4, "a");
    proto_text(&function, 5, "b");
    add_node(&graph, "ReduceMax", "a", "m");
    add_node(&graph, calls, "m m", "b");
    /* GRAPH_NODE and the function's field for nodes differ in number alone. */
    for (size_t i = 0; i < graph.buf.len; i += 2u + graph.buf.data[i + 1]) {
        proto_bytes(&function, 7, graph.buf.data + i + 2, graph.buf.data[i + 1]);
    }
    sw_buf_release(&graph.buf);
    proto_message(model, 25, &function);
}

static void add_call(struct proto *graph, const char *input, const char *output)
{
    struct proto node = {0};
    proto_text(&node, NODE_INPUT, input);
    proto_text(&node, NODE_OUTPUT, output);
    proto_text(&node, NODE_OP, "Is");
    proto_text(&node, NODE_DOMAIN, "mine");
    proto_message(graph, GRAPH_NODE, &node);
}

static void look_at_call(struct looked *out, const char *input, const char *calls)
{
    struct proto graph = {0}, model = {0};
    begin_graph(&graph);
    add_node(&graph, "MatMul", "x W", "l");
    add_call(&graph, input, "e");
    add_node(&graph, "Where", "e c l", "y");
    end_model(&model, &graph);
    add_function(&model, calls);
    proto_look(out, &model, "model.onnx");
}

static void functions_are_followed_at_each_call(void **state)
{
    struct looked looked;
    look_at_call(&looked, "x", "Equal");
    assert_int_equal(looked.worst, SW_SEVERITY_HIGH);
    assert_non_null(found(&looked, "graph-trigger", "(Where)"));
    assert_null(found(&looked, "onnx-custom-operator", ""));
    looked_release(&looked);
    look_at_call(&looked, "l", "Equal");
    assert_int_equal(looked.in.finding_count, 0);
    looked_release(&looked);
}

/* --- what nodes and tensors name -------------------------------------------------------------- */

static void operators_of_nobody_who_is_known_are_said(void **state)
{
    static const struct {
        const char *op, *domain, *rule;
        enum sw_severity severity;
    } cases[] = {
        {"PyOp", "ai.onnx.contrib", "onnx-operator", SW_SEVERITY_CRITICAL},
        {"PyOp", "evil.example", "onnx-operator", SW_SEVERITY_CRITICAL},
        {"PythonOp", "com.microsoft", "onnx-operator", SW_SEVERITY_CRITICAL},
        {"TritonOp", "com.microsoft", "onnx-operator", SW_SEVERITY_HIGH},
        {"ATen", "org.pytorch.aten", "onnx-operator", SW_SEVERITY_HIGH},
        {"EPContext", "com.microsoft", "onnx-operator", SW_SEVERITY_HIGH},
        {"Spin", "evil.example", "onnx-custom-operator", SW_SEVERITY_MEDIUM},
    };
    for (size_t i = 0; i < SW_COUNT(cases); i++) {
        struct proto graph = {0}, node = {0};
        struct looked looked;
        begin_graph(&graph);
        proto_text(&node, NODE_INPUT, "x");
        proto_text(&node, NODE_OUTPUT, "y");
        proto_text(&node, NODE_OP, cases[i].op);
        proto_text(&node, NODE_DOMAIN, cases[i].domain);
        proto_message(&graph, GRAPH_NODE, &node);
        look_at(&looked, &graph);
        assert_non_null(found(&looked, cases[i].rule, cases[i].op));
        assert_int_equal(looked.worst, cases[i].severity);
        looked_release(&looked);
    }
}

/* A function of the model is no cover for what it calls. */
static void operators_in_functions_are_said(void **state)
{
    struct looked looked;
    look_at_call(&looked, "x", "PyOp");
    assert_non_null(found(&looked, "onnx-operator", "PyOp"));
    assert_int_equal(looked.worst, SW_SEVERITY_CRITICAL);
    looked_release(&looked);
}

static void add_entry(struct proto *tensor, const char *key, const char *value)
{
    struct proto entry = {0};
    proto_text(&entry, 1, key);
    proto_text(&entry, 2, value);
    proto_message(tensor, TENSOR_EXTERNAL, &entry);
}

static void look_at_external(struct looked *out, const char *path, const char *offset)
{
    struct proto graph = {0}, tensor = {0};
    begin_graph(&graph);
    proto_number(&tensor, TENSOR_DIMS, 4);
    proto_number(&tensor, TENSOR_TYPE, FLOAT);
    proto_text(&tensor, TENSOR_NAME, "far");
    add_entry(&tensor, "location", path);
    add_entry(&tensor, "offset", offset);
    proto_number(&tensor, TENSOR_LOCATION, 1);
    proto_message(&graph, GRAPH_INITIALIZER, &tensor);
    look_at(out, &graph);
}

static void data_outside_the_directory_is_refused(void **state)
{
    static const char *const bad[] = {"*/_ORT_MEM_ADDR_/*", "/etc/passwd", "../x", "a/../../x",
        "..", "a\\..\\x", "C:x", "http://h/x", ""};
    struct looked looked;
    for (size_t i = 0; i < SW_COUNT(bad); i++) {
        look_at_external(&looked, bad[i], "0");
        assert_non_null(found(&looked, "onnx-external-path", "\"far\""));
        assert_int_equal(looked.worst, SW_SEVERITY_CRITICAL);
        looked_release(&looked);
    }
    look_at_external(&looked, "parts/model.onnx_data", "16");
    assert_null(found(&looked, "onnx-external-path", ""));
    looked_release(&looked);
    look_at_external(&looked, "model.onnx_data", "many");
    assert_int_equal(looked.in.status, SW_SCAN_FAILED);
    looked_release(&looked);
}

/* --- broken ----------------------------------------------------------------------------------- */

static void a_tensor_must_have_the_bytes_of_its_shape(void **state)
{
    struct proto graph = {0};
    struct looked looked;
    begin_graph(&graph);
    add_tensor(&graph, "short", 10, 36);
    add_node(&graph, "MatMul", "x W", "y");
    look_at(&looked, &graph);
    assert_non_null(found(&looked, "onnx-tensor", "\"short\""));
    assert_int_equal(looked.worst, SW_SEVERITY_HIGH);
    looked_release(&looked);
}

static void graphs_in_graphs_end(void **state)
{
    struct proto inner = {0};
    add_node(&inner, "Neg", "x", "y");
    for (size_t i = 0; i < 20; i++) {
        struct proto node = {0}, attribute = {0}, outer = {0};
        proto_message(&attribute, 6, &inner);
        proto_message(&node, NODE_ATTRIBUTE, &attribute);
        proto_message(&outer, GRAPH_NODE, &node);
        inner = outer;
    }
    struct looked looked;
    look_at(&looked, &inner);
    assert_int_equal(looked.in.status, SW_SCAN_FAILED);
    assert_non_null(found(&looked, "over-limit", "graphs nest too deep"));
    looked_release(&looked);
}

static void functions_that_call_themselves_end(void **state)
{
    struct proto graph = {0}, model = {0}, function = {0}, node = {0};
    struct looked looked;
    begin_graph(&graph);
    add_call(&graph, "x", "y");
    end_model(&model, &graph);
    proto_text(&node, NODE_OP, "Is");
    proto_text(&node, NODE_DOMAIN, "mine");
    proto_text(&function, 1, "Is");
    proto_text(&function, 10, "mine");
    proto_message(&function, 7, &node);
    proto_message(&model, 25, &function);
    proto_look(&looked, &model, "model.onnx");
    assert_int_equal(looked.in.status, SW_SCAN_FAILED);
    looked_release(&looked);
}

static void what_is_twice_or_cut_is_broken(void **state)
{
    struct proto graph = {0}, node = {0};
    struct looked looked;
    begin_graph(&graph);
    proto_text(&node, NODE_OP, "Neg");
    proto_text(&node, NODE_OP, "Abs");
    proto_message(&graph, GRAPH_NODE, &node);
    look_at(&looked, &graph);
    assert_int_equal(looked.in.status, SW_SCAN_FAILED);
    assert_non_null(found(&looked, "onnx-broken", "twice"));
    looked_release(&looked);

    proto_bytes(&graph, GRAPH_NODE, "\x0a\x7f", 2);
    look_at(&looked, &graph);
    assert_non_null(found(&looked, "onnx-broken", "past the end"));
    looked_release(&looked);
}

static void fields_that_nobody_knows_are_said(void **state)
{
    struct proto graph = {0}, node = {0};
    struct looked looked;
    begin_graph(&graph);
    proto_text(&node, NODE_OP, "Neg");
    proto_text(&node, 60, "something that no loader looks at");
    proto_message(&graph, GRAPH_NODE, &node);
    look_at(&looked, &graph);
    assert_non_null(found(&looked, "graph-unknown-field", "33 bytes"));
    looked_release(&looked);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_model_is_read_to_its_end),
        cmocka_unit_test(a_comparison_of_the_input_that_chooses_is_found),
        cmocka_unit_test(a_switch_of_one_number_is_the_callers),
        cmocka_unit_test(a_trigger_that_chooses_a_branch_is_found),
        cmocka_unit_test(functions_are_followed_at_each_call),
        cmocka_unit_test(operators_of_nobody_who_is_known_are_said),
        cmocka_unit_test(operators_in_functions_are_said),
        cmocka_unit_test(data_outside_the_directory_is_refused),
        cmocka_unit_test(a_tensor_must_have_the_bytes_of_its_shape),
        cmocka_unit_test(graphs_in_graphs_end),
        cmocka_unit_test(functions_that_call_themselves_end),
        cmocka_unit_test(what_is_twice_or_cut_is_broken),
        cmocka_unit_test(fields_that_nobody_knows_are_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
