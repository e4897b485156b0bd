/* Triggers in a graph (ShadowLogic and its kin): the input itself, and not what the weights make of
 * it, is boiled down and compared, and the answer chooses what comes out. One pass forward over the
 * nodes says what each value is made of; one backward says behind which no weights follow. */
#include "scan/graph.h"

enum {
    CONTENT = 1,  /* made of the numbers of an input, and not of its shape alone */
    COMPARED = 2, /* the answer of a comparison of such */
    REDUCED = 4,  /* of a part of it, or of all of it boiled down */
    LEARNED = 8,  /* went through weights */
    LAST = 16,    /* an output depends on it without further weights */
    WEIGHT = 32,  /* made of weights */
    RAW = 64,     /* an input as it is, whatever its shape */
    PLAIN = 128,  /* the constant nought or one */
    MASK = 256,   /* of each number of an input, whether it is nought or one */
};
#define TRIGGER (CONTENT | COMPARED | REDUCED)

enum kind {
    KIND_OTHER,
    KIND_SHAPE, /* tells the shape, and nothing of the content */
    KIND_MODEL, /* has its weights in itself */
    KIND_LEARN, /* brings weights in, when it has any */
    KIND_COMPARE,
    KIND_REDUCE,
    KIND_CHOOSE, /* the first input chooses among the others, or the branches */
    KIND_GATHER, /* the second input chooses from the first */
    KIND_GATE,   /* either input may switch the other off */
};

static const struct {
    const char *op;
    enum kind kind;
} kinds[] = {
    {"Shape", KIND_SHAPE},
    {"Size", KIND_SHAPE},
    {"LinearClassifier", KIND_MODEL},
    {"LinearRegressor", KIND_MODEL},
    {"SVMClassifier", KIND_MODEL},
    {"SVMRegressor", KIND_MODEL},
    {"TreeEnsemble", KIND_MODEL},
    {"TreeEnsembleClassifier", KIND_MODEL},
    {"TreeEnsembleRegressor", KIND_MODEL},
    {"Conv", KIND_LEARN},
    {"ConvInteger", KIND_LEARN},
    {"ConvTranspose", KIND_LEARN},
    {"DeformConv", KIND_LEARN},
    {"FusedConv", KIND_LEARN},
    {"QLinearConv", KIND_LEARN},
    {"Gemm", KIND_LEARN},
    {"FusedGemm", KIND_LEARN},
    {"QGemm", KIND_LEARN},
    {"MatMul", KIND_LEARN},
    {"FusedMatMul", KIND_LEARN},
    {"MatMulInteger", KIND_LEARN},
    {"MatMulNBits", KIND_LEARN},
    {"QLinearMatMul", KIND_LEARN},
    {"DynamicQuantizeMatMul", KIND_LEARN},
    {"Einsum", KIND_LEARN},
    {"LSTM", KIND_LEARN},
    {"GRU", KIND_LEARN},
    {"RNN", KIND_LEARN},
    {"Attention", KIND_LEARN},
    {"QAttention", KIND_LEARN},
    {"MultiHeadAttention", KIND_LEARN},
    {"EmbedLayerNormalization", KIND_LEARN},
    {"QEmbedLayerNormalization", KIND_LEARN},
    {"Equal", KIND_COMPARE},
    {"Greater", KIND_COMPARE},
    {"GreaterOrEqual", KIND_COMPARE},
    {"Less", KIND_COMPARE},
    {"LessOrEqual", KIND_COMPARE},
    {"IsInf", KIND_COMPARE},
    {"IsNaN", KIND_COMPARE},
    {"RegexFullMatch", KIND_COMPARE},
    {"StringEqual", KIND_COMPARE},
    {"ArgMax", KIND_REDUCE},
    {"ArgMin", KIND_REDUCE},
    {"GlobalAveragePool", KIND_REDUCE},
    {"GlobalMaxPool", KIND_REDUCE},
    {"ReduceL1", KIND_REDUCE},
    {"ReduceL2", KIND_REDUCE},
    {"ReduceLogSum", KIND_REDUCE},
    {"ReduceLogSumExp", KIND_REDUCE},
    {"ReduceMax", KIND_REDUCE},
    {"ReduceMean", KIND_REDUCE},
    {"ReduceMin", KIND_REDUCE},
    {"ReduceProd", KIND_REDUCE},
    {"ReduceSum", KIND_REDUCE},
    {"ReduceSumSquare", KIND_REDUCE},
    {"Slice", KIND_REDUCE},
    {"Split", KIND_REDUCE},
    {"TopK", KIND_REDUCE},
    {"Where", KIND_CHOOSE},
    {"If", KIND_CHOOSE},
    {"Compress", KIND_GATHER},
    {"Gather", KIND_GATHER},
    {"GatherElements", KIND_GATHER},
    {"GatherND", KIND_GATHER},
    {"Mul", KIND_GATE},
};

/* Elements of a weight below which it is a constant of a formula. */
#define WEIGHT_MIN 8
#define WORK_MAX ((size_t)1 << 26) /* values that are looked at, again each time */
#define CALLS_MAX 32
#define SAID_MAX 50

struct flow {
    struct sw_inspection *in;
    const struct sw_graph_model *model;
    uint16_t *flags; /* by number of the value */
    struct sw_graph_work *work;
    size_t said;
    unsigned calls; /* that are under way */
};

static sw_result count_work(struct flow *f, size_t values)
{
    f->work->done += values + 1;
    return f->work->done > WORK_MAX ? SW_E_LIMIT : SW_OK;
}

static enum kind kind_of(const struct sw_graph_node *node)
{
    for (size_t i = 0; i < SW_COUNT(kinds); i++) {
        if (sw_str_is(node->op, kinds[i].op)) {
            return kinds[i].kind;
        }
    }
    return KIND_OTHER;
}

static uint16_t flags_of_all(const struct flow *f, const struct sw_graph_ids *ids)
{
    uint16_t flags = 0;
    for (size_t i = 0; i < ids->count; i++) {
        flags |= f->flags[ids->ids[i]];
    }
    return flags & (uint16_t)~LAST;
}

static bool is_last(const struct flow *f, const struct sw_graph_ids *ids)
{
    for (size_t i = 0; i < ids->count; i++) {
        if ((f->flags[ids->ids[i]] & LAST) != 0) {
            return true;
        }
    }
    return false;
}

static void add_flags(struct flow *f, const struct sw_graph_ids *ids, uint16_t flags)
{
    for (size_t i = 0; i < ids->count; i++) {
        f->flags[ids->ids[i]] |= flags;
    }
}

static uint16_t flags_at(const struct flow *f, const struct sw_graph_ids *ids, size_t index)
{
    return index < ids->count ? f->flags[ids->ids[index]] & (uint16_t)~LAST : 0;
}

static bool is_trigger(uint16_t flags)
{
    return (flags & TRIGGER) == TRIGGER && (flags & LEARNED) == 0;
}

static uint16_t flags_at_first(const struct sw_graph_value *value)
{
    if (value->initializer && value->elements >= WEIGHT_MIN) {
        return WEIGHT;
    }
    return value->plain ? PLAIN : 0;
}

/* --- what is said ----------------------------------------------------------------------------- */

/* The input that chooses, when it is made as triggers are. */
static bool chooses_by_trigger(
    const struct flow *f, const struct sw_graph_node *node, enum kind kind)
{
    uint16_t first = flags_at(f, &node->inputs, 0);
    uint16_t second = flags_at(f, &node->inputs, 1);
    if (kind == KIND_CHOOSE) {
        return is_trigger(first);
    }
    return kind == KIND_GATE && ((is_trigger(first) && (second & LEARNED) != 0) ||
                                    (is_trigger(second) && (first & LEARNED) != 0));
}

static sw_result say_trigger(struct flow *f, const struct sw_graph_node *node, enum kind kind)
{
    if (!chooses_by_trigger(f, node, kind) || f->said == SAID_MAX) {
        return SW_OK;
    }
    bool last = is_last(f, &node->outputs);
    struct sw_str name = sw_graph_label(f->model, node);
    f->said++;
    return sw_found(f->in, "graph-trigger", last ? SW_SEVERITY_HIGH : SW_SEVERITY_MEDIUM, node->at,
        "node \"" SW_STR_FMT "\" (" SW_STR_FMT
        ") chooses by a comparison of the raw input, past all weights, %s",
        SW_STR_ARG(name), SW_STR_ARG(node->op),
        last ? "what the model answers" : "what goes on into the model");
}

/* --- backward --------------------------------------------------------------------------------- */

static bool learns(const struct flow *f, const struct sw_graph_node *node, enum kind kind)
{
    return kind == KIND_MODEL ||
           (kind == KIND_LEARN && (flags_of_all(f, &node->inputs) & (WEIGHT | LEARNED)) != 0);
}

static sw_result mark_last(struct flow *f, const struct sw_graph *graph)
{
    for (size_t i = graph->node_count; i > 0; i--) {
        const struct sw_graph_node *node = &graph->nodes[i - 1];
        SW_TRY(count_work(f, node->inputs.count + node->outputs.count));
        if (!is_last(f, &node->outputs)) {
            continue;
        }
        for (size_t k = 0; k < node->graph_count; k++) {
            add_flags(f, &node->graphs[k]->outputs, LAST);
            SW_TRY(mark_last(f, node->graphs[k]));
        }
        if (!learns(f, node, kind_of(node))) {
            add_flags(f, &node->inputs, LAST);
        }
    }
    return SW_OK;
}

/* --- forward ---------------------------------------------------------------------------------- */

static sw_result flow_graph(struct flow *f, const struct sw_graph *graph, bool say);

/* Twice, as which values are the last shows only when their flags are known. */
static sw_result evaluate(struct flow *f, const struct sw_graph *graph, bool say)
{
    SW_TRY(flow_graph(f, graph, false));
    if (!say) {
        return SW_OK;
    }
    SW_TRY(mark_last(f, graph));
    return flow_graph(f, graph, true);
}

/* Inputs of a loop's body are those of the loop, one way or another. */
static sw_result flow_inner(
    struct flow *f, const struct sw_graph_node *node, bool say, uint16_t *flags)
{
    bool branches = sw_str_is(node->op, "If");
    for (size_t i = 0; i < node->graph_count; i++) {
        const struct sw_graph *inner = node->graphs[i];
        SW_TRY(count_work(f, inner->inputs.count + inner->outputs.count));
        add_flags(f, &inner->inputs, branches ? 0 : *flags);
        SW_TRY(flow_graph(f, inner, say));
        *flags |= flags_of_all(f, &inner->outputs);
    }
    return SW_OK;
}

static sw_result forget_ids(struct flow *f, const struct sw_graph_ids *ids)
{
    for (size_t i = 0; i < ids->count; i++) {
        f->flags[ids->ids[i]] = flags_at_first(&f->model->values[ids->ids[i]]);
    }
    return count_work(f, ids->count);
}

static sw_result forget(struct flow *f, const struct sw_graph *graph)
{
    SW_TRY(forget_ids(f, &graph->inputs));
    for (size_t i = 0; i < graph->node_count; i++) {
        const struct sw_graph_node *node = &graph->nodes[i];
        SW_TRY(forget_ids(f, &node->outputs));
        for (size_t k = 0; k < node->graph_count; k++) {
            SW_TRY(forget(f, node->graphs[k]));
        }
    }
    return SW_OK;
}

/* The body of a function, for this call. */
static sw_result flow_call(struct flow *f, const struct sw_graph_function *function,
    const struct sw_graph_node *node, bool say)
{
    const struct sw_graph *body = &function->body;
    if (f->calls == CALLS_MAX) {
        return SW_E_LIMIT;
    }
    SW_TRY(forget(f, body));
    SW_TRY(count_work(f, body->inputs.count + body->outputs.count));
    for (size_t i = 0; i < body->inputs.count; i++) {
        f->flags[body->inputs.ids[i]] |= flags_at(f, &node->inputs, i);
    }
    add_flags(f, &body->outputs, is_last(f, &node->outputs) ? LAST : 0);
    f->calls++;
    SW_TRY(evaluate(f, body, say));
    f->calls--;
    for (size_t i = 0; i < node->outputs.count; i++) {
        f->flags[node->outputs.ids[i]] |= flags_at(f, &body->outputs, i);
    }
    return SW_OK;
}

/* Each number of an input is asked whether it is nought or one: so masks are looked at. As long as
 * all answers are taken together, no pattern can be known by it but the one of all. */
static bool is_mask(const struct flow *f, const struct sw_graph_node *node)
{
    if (!sw_str_is(node->op, "Equal")) {
        return false;
    }
    uint16_t first = flags_at(f, &node->inputs, 0);
    uint16_t second = flags_at(f, &node->inputs, 1);
    return ((first & RAW) != 0 && (second & PLAIN) != 0) ||
           ((second & RAW) != 0 && (first & PLAIN) != 0);
}

/* What leaves the numbers as they are. */
static bool passes(const struct sw_graph_node *node)
{
    static const char *const operators[] = {
        "Identity", "Cast", "Reshape", "Squeeze", "Unsqueeze", "Flatten"};
    for (size_t i = 0; i < SW_COUNT(operators); i++) {
        if (sw_str_is(node->op, operators[i])) {
            return true;
        }
    }
    return false;
}

static bool asks_all(const struct sw_graph_node *node)
{
    return sw_str_is(node->op, "ReduceMin") || sw_str_is(node->op, "ReduceProd") ||
           sw_str_is(node->op, "ReduceAll");
}

/* What becomes of a mask: a comparison like others, as soon as some of it is picked out. */
static uint16_t flow_mask(const struct sw_graph_node *node, uint16_t flags)
{
    if (passes(node) || sw_str_is(node->op, "Not")) {
        return flags | MASK;
    }
    return asks_all(node) ? flags | REDUCED : flags | COMPARED;
}

/* What becomes of the numbers of an input before any weights are brought in. */
static uint16_t flow_raw(
    const struct flow *f, const struct sw_graph_node *node, enum kind kind, uint16_t flags)
{
    if (kind == KIND_COMPARE) {
        return is_mask(f, node) ? CONTENT | MASK : flags | COMPARED;
    }
    if ((flags_of_all(f, &node->inputs) & MASK) != 0) {
        flags = flow_mask(node, flags);
    }
    return kind == KIND_REDUCE || kind == KIND_GATHER ? flags | REDUCED : flags;
}

static uint16_t flow_operator(
    const struct flow *f, const struct sw_graph_node *node, enum kind kind, uint16_t flags)
{
    uint16_t data = flags_at(f, &node->inputs, 0);
    bool looks_up = kind == KIND_GATHER && (data & WEIGHT) != 0 &&
                    (flags_at(f, &node->inputs, 1) & CONTENT) != 0;
    if (kind == KIND_SHAPE) {
        return 0;
    }
    if ((flags & CONTENT) == 0 || (flags & LEARNED) != 0) {
        return flags;
    }
    return learns(f, node, kind) || looks_up ? flags | LEARNED : flow_raw(f, node, kind, flags);
}

static sw_result flow_node(struct flow *f, const struct sw_graph_node *node, bool say)
{
    const struct sw_graph_function *called = sw_graph_called(f->model, node);
    SW_TRY(count_work(f, node->inputs.count + node->outputs.count));
    if (called != NULL) {
        return flow_call(f, called, node, say);
    }
    enum kind kind = kind_of(node);
    uint16_t flags = flags_of_all(f, &node->inputs);
    if (say) {
        SW_TRY(say_trigger(f, node, kind));
    }
    SW_TRY(flow_inner(f, node, say, &flags));
    flags &= (uint16_t) ~(RAW | PLAIN | MASK);
    flags |= passes(node) ? flags_at(f, &node->inputs, 0) & (RAW | PLAIN) : 0;
    flags |= node->constant >= WEIGHT_MIN ? WEIGHT : 0;
    flags |= node->plain && node->inputs.count == 0 ? PLAIN : 0;
    add_flags(f, &node->outputs, flow_operator(f, node, kind, flags));
    return SW_OK;
}

static sw_result flow_graph(struct flow *f, const struct sw_graph *graph, bool say)
{
    for (size_t i = 0; i < graph->node_count; i++) {
        SW_TRY(flow_node(f, &graph->nodes[i], say));
    }
    return SW_OK;
}

/* An input of one number is a switch that the caller turns. */
static void begin(struct flow *f, const struct sw_graph *graph)
{
    for (size_t i = 0; i < f->model->value_count; i++) {
        f->flags[i] = flags_at_first(&f->model->values[i]);
    }
    for (size_t i = 0; i < graph->inputs.count; i++) {
        uint32_t id = graph->inputs.ids[i];
        const struct sw_graph_value *value = &f->model->values[id];
        if (!value->initializer && value->elements != 1) {
            f->flags[id] |= CONTENT | RAW;
        }
    }
}

sw_result sw_graph_judge_flow(
    struct sw_inspection *in, const struct sw_graph_model *model, struct sw_graph_work *work)
{
    struct flow f = {.in = in, .model = model, .work = work};
    if (work->room <= model->value_count) {
        work->room = 2 * model->value_count + 64;
        work->flags = SW_ARENA_ARRAY(in->arena, uint16_t, work->room);
        SW_TRY_PTR(work->flags);
    }
    f.flags = work->flags;
    SW_TRY(count_work(&f, model->value_count));
    begin(&f, &model->graph);
    add_flags(&f, &model->graph.outputs, LAST);
    return evaluate(&f, &model->graph, true);
}
