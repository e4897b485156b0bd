/* From what opens a file back to the constants that may name it: through nodes, from the arguments
 * of functions to their callers, and into the functions that are called on the way. */
#include "scan/tf_graph.h"
#include "scan/tf_ops.h"

#define PATH_INPUTS 2 /* of what opens files, the first ones may name them; then come data */

void sw_tf_graph_init(struct sw_tf_graph *graph, struct sw_inspection *in)
{
    *graph = (struct sw_tf_graph){.in = in, .arena = in->arena};
    sw_names_init(&graph->names, in->arena);
    sw_names_init(&graph->function_names, in->arena);
}

sw_result sw_tf_graph_keep(struct sw_tf_graph *graph, struct sw_tf_node *node,
    struct sw_tf_node ***list, size_t *count, size_t *cap)
{
    struct sw_tf_node **grown =
        sw_arena_grow(graph->arena, *list, *count, cap, sizeof(struct sw_tf_node *));
    SW_TRY_PTR(grown);
    *list = grown;
    grown[(*count)++] = node;
    return SW_OK;
}

sw_result sw_tf_graph_name(struct sw_tf_graph *g, uint32_t scope, struct sw_tf_node *node)
{
    SW_TRY(sw_names_number(&g->names, scope, node->name, &node->id));
    while (g->by_name_count < g->names.count) {
        SW_TRY(sw_tf_graph_keep(g, NULL, &g->by_name, &g->by_name_count, &g->by_name_cap));
    }
    g->by_name[node->id] = node;
    if (node->of != NULL) {
        node->next = node->of->nodes;
        node->of->nodes = node;
    }
    return SW_OK;
}

sw_result sw_tf_graph_function(
    struct sw_tf_graph *g, uint32_t meta, struct sw_tf_function *function)
{
    uint32_t id;
    SW_TRY(sw_names_number(&g->function_names, meta, function->name, &id));
    while (g->function_count < g->function_names.count) {
        struct sw_tf_function **grown = sw_arena_grow(g->arena, g->functions, g->function_count,
            &g->function_cap, sizeof(struct sw_tf_function *));
        SW_TRY_PTR(grown);
        g->functions = grown;
        grown[g->function_count++] = NULL;
    }
    g->functions[id] = function;
    return SW_OK;
}

static struct sw_tf_function *find_function(
    const struct sw_tf_graph *g, const struct sw_tf_node *node, struct sw_str name)
{
    uint32_t id;
    return sw_names_find(&g->function_names, node->meta, name, &id) ? g->functions[id] : NULL;
}

/* The node that an input names: "name:output:number" in functions. */
static struct sw_tf_node *find_input(
    const struct sw_tf_graph *g, const struct sw_tf_node *node, struct sw_str input)
{
    uint32_t id;
    const char *colon = memchr(input.ptr == NULL ? "" : input.ptr, ':', input.len);
    input.len = colon == NULL ? input.len : (size_t)(colon - input.ptr);
    uint32_t scope = g->names.names[node->id].scope;
    return sw_names_find(&g->names, scope, input, &id) ? g->by_name[id] : NULL;
}

/* --- paths ------------------------------------------------------------------------------------ */

static bool climbs(struct sw_str path, size_t at)
{
    bool begins = at == 0 || strchr("/\\", path.ptr[at - 1]) != NULL;
    bool ends = at + 2 == path.len || strchr("/\\", path.ptr[at + 2]) != NULL;
    return begins && ends && path.ptr[at] == '.' && path.ptr[at + 1] == '.';
}

bool sw_tf_leads_out(struct sw_str path)
{
    bool out = path.len > 0 && strchr("/~\\", path.ptr[0]) != NULL;
    out = out || (path.len > 2 && (path.ptr[1] == ':' || memmem(path.ptr, path.len, "://", 3)));
    for (size_t i = 0; i + 1 < path.len && !out; i++) {
        out = climbs(path, i);
    }
    return out;
}

sw_result sw_tf_say_path(
    struct sw_inspection *in, const struct sw_tf_node *node, const char *does, struct sw_str path)
{
    struct sw_str name = sw_str_n(node->name.ptr, node->name.len > 200 ? 200 : node->name.len);
    path.len = path.len > 200 ? 200 : path.len;
    return sw_found(in, "tf-path", SW_SEVERITY_HIGH, node->at,
        "node \"" SW_STR_FMT "\" %s that the graph names: \"" SW_STR_FMT "\"", SW_STR_ARG(name),
        does, SW_STR_ARG(path));
}

/* --- tracing ---------------------------------------------------------------------------------- */

/* Nodes are looked at once for all that open files: what stands behind them is the same for each.
 */
struct trace {
    struct sw_tf_graph *graph;
    const struct sw_tf_node *opener;
    const char *does;
    struct sw_tf_node **open;
    size_t count, cap;
};

static sw_result push(struct trace *t, struct sw_tf_node *node)
{
    if (node == NULL || node->seen) {
        return SW_OK;
    }
    node->seen = true;
    return sw_tf_graph_keep(t->graph, node, &t->open, &t->count, &t->cap);
}

static sw_result push_inputs(
    struct trace *t, const struct sw_tf_node *node, size_t first, size_t count)
{
    for (size_t i = first; i < node->input_count && i - first < count; i++) {
        SW_TRY(push(t, find_input(t->graph, node, node->inputs[i])));
    }
    return SW_OK;
}

/* Which input of a caller becomes the first argument; SIZE_MAX: that is not known. */
static size_t first_argument(const struct sw_tf_node *caller)
{
    static const struct {
        const char *op;
        size_t first;
    } rows[] = {{"PartitionedCall", 0}, {"StatefulPartitionedCall", 0}, {"While", 0},
        {"StatelessWhile", 0}, {"If", 1}, {"StatelessIf", 1}, {"Case", 1}, {"StatelessCase", 1}};
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        if (sw_str_is(caller->op, rows[i].op)) {
            return rows[i].first;
        }
    }
    return SIZE_MAX;
}

static sw_result push_callers(struct trace *t, const struct sw_tf_node *argument)
{
    for (const struct sw_tf_caller *c = argument->of->callers; c != NULL; c = c->next) {
        size_t first = first_argument(c->node);
        SW_TRY(first == SIZE_MAX ? push_inputs(t, c->node, 0, SIZE_MAX)
                                 : push_inputs(t, c->node, first + argument->argument, 1));
    }
    return SW_OK;
}

static sw_result push_body(struct trace *t, const struct sw_tf_node *caller, struct sw_str name)
{
    const struct sw_tf_function *function = find_function(t->graph, caller, name);
    for (struct sw_tf_node *n = function == NULL ? NULL : function->nodes; n != NULL; n = n->next) {
        SW_TRY(n->is_argument ? SW_OK : push(t, n));
    }
    return SW_OK;
}

static bool is_asset(const struct sw_tf_graph *g, const struct sw_tf_node *node)
{
    for (size_t i = 0; i < g->asset_count && node->of == NULL; i++) {
        if (sw_str_equal(g->assets[i], node->name)) {
            return true;
        }
    }
    return false;
}

static sw_result judge_texts(struct trace *t, const struct sw_tf_node *node)
{
    if (node->partly) {
        return sw_tf_say_path(
            t->graph->in, t->opener, t->does, sw_str("one of more than were looked at"));
    }
    for (size_t i = 0; i < node->text_count; i++) {
        if (sw_tf_leads_out(node->texts[i])) {
            return sw_tf_say_path(t->graph->in, t->opener, t->does, node->texts[i]);
        }
    }
    return SW_OK;
}

static sw_result visit(struct trace *t, const struct sw_tf_node *node)
{
    if (node->is_argument) {
        return push_callers(t, node);
    }
    if (sw_str_is(node->op, "Const") && !is_asset(t->graph, node)) {
        SW_TRY(judge_texts(t, node));
    }
    for (size_t i = 0; i < node->call_count; i++) {
        SW_TRY(push_body(t, node, node->calls[i]));
    }
    SW_TRY(push_body(t, node, node->op));
    return push_inputs(t, node, 0, SIZE_MAX);
}

static sw_result look_behind(
    struct sw_tf_graph *g, const struct sw_tf_node *opener, const char *does)
{
    struct trace t = {.graph = g, .opener = opener, .does = does};
    SW_TRY(judge_texts(&t, opener));
    SW_TRY(push_inputs(&t, opener, 0, PATH_INPUTS));
    for (size_t i = 0; i < t.count; i++) {
        SW_TRY(visit(&t, t.open[i]));
    }
    return SW_OK;
}

/* --- all of them ------------------------------------------------------------------------------ */

static sw_result add_caller(
    struct sw_tf_graph *g, const struct sw_tf_node *node, struct sw_str function_name)
{
    struct sw_tf_function *function = find_function(g, node, function_name);
    if (function == NULL) {
        return SW_OK;
    }
    struct sw_tf_caller *caller = SW_ARENA_NEW(g->arena, struct sw_tf_caller);
    SW_TRY_PTR(caller);
    *caller = (struct sw_tf_caller){node, function->callers};
    function->callers = caller;
    return SW_OK;
}

/* By an attribute, or by an operator of the function's name. */
static sw_result add_callers(struct sw_tf_graph *g)
{
    for (size_t i = 0; i < g->caller_count; i++) {
        for (size_t k = 0; k < g->callers[i]->call_count; k++) {
            SW_TRY(add_caller(g, g->callers[i], g->callers[i]->calls[k]));
        }
    }
    for (size_t i = 0; i < g->opener_count; i++) {
        SW_TRY(add_caller(g, g->openers[i], g->openers[i]->op));
    }
    return SW_OK;
}

sw_result sw_tf_graph_judge(struct sw_tf_graph *g)
{
    SW_TRY(add_callers(g));
    for (size_t i = 0; i < g->opener_count; i++) {
        const struct sw_tf_node *node = g->openers[i];
        const char *does;
        enum sw_tf_kind kind = sw_tf_op(node->op, &does);
        if (kind == SW_TF_PATH) {
            SW_TRY(look_behind(g, node, does));
            continue;
        }
        SW_TRY(sw_tf_op_judge(g->in, node->name, node->op, node->at));
        SW_TRY(kind == SW_TF_FILES ? look_behind(g, node, does) : SW_OK);
    }
    return SW_OK;
}
