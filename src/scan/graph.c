#include "scan/graph.h"

sw_result sw_graph_add_function(struct sw_graph_model *model, struct sw_graph_function **out)
{
    struct sw_graph_function **grown = sw_arena_grow(model->arena, model->functions,
        model->function_count, &model->function_cap, sizeof(struct sw_graph_function *));
    SW_TRY_PTR(grown);
    model->functions = grown;
    *out = SW_ARENA_NEW(model->arena, struct sw_graph_function);
    SW_TRY_PTR(*out);
    grown[model->function_count++] = *out;
    return SW_OK;
}

/* Numbers of names that are domains alone have no function. */
sw_result sw_graph_name_function(
    struct sw_graph_model *model, const struct sw_graph_function *function)
{
    struct sw_names *called = &model->called;
    uint32_t domain;
    uint32_t name;
    SW_TRY(sw_names_number(called, 0, function->domain, &domain));
    SW_TRY(sw_names_number(called, domain + 1, function->name, &name));
    while (model->function_of_count < called->count) {
        uint32_t *grown = sw_arena_grow(model->arena, model->function_of, model->function_of_count,
            &model->function_of_cap, sizeof(*grown));
        SW_TRY_PTR(grown);
        model->function_of = grown;
        grown[model->function_of_count++] = 0;
    }
    for (size_t i = model->function_count; i > 0 && model->function_of[name] == 0; i--) {
        if (model->functions[i - 1] == function) {
            model->function_of[name] = (uint32_t)i;
        }
    }
    return SW_OK;
}

const struct sw_graph_function *sw_graph_called(
    const struct sw_graph_model *model, const struct sw_graph_node *node)
{
    uint32_t domain;
    uint32_t name;
    if (!sw_names_find(&model->called, 0, node->domain, &domain) ||
        !sw_names_find(&model->called, domain + 1, node->op, &name) ||
        model->function_of[name] == 0) {
        return NULL;
    }
    return model->functions[model->function_of[name] - 1];
}

/* Its name; of one that has none, that of what it makes. */
struct sw_str sw_graph_label(const struct sw_graph_model *model, const struct sw_graph_node *node)
{
    bool unnamed = node->name.len == 0 && node->outputs.count > 0;
    struct sw_str label = unnamed ? model->names.names[node->outputs.ids[0]].text : node->name;
    label.len = label.len > 200 ? 200 : label.len;
    return label;
}

sw_result sw_graph_number(
    struct sw_graph_model *model, uint32_t scope, struct sw_str text, uint32_t *out)
{
    SW_TRY(sw_names_number(&model->names, scope, text, out));
    while (model->value_count < model->names.count) {
        struct sw_graph_value *grown = sw_arena_grow(
            model->arena, model->values, model->value_count, &model->value_cap, sizeof(*grown));
        SW_TRY_PTR(grown);
        model->values = grown;
        grown[model->value_count++] = (struct sw_graph_value){0};
    }
    return SW_OK;
}

sw_result sw_graph_add_id(struct sw_graph_model *model, struct sw_graph_ids *ids, uint32_t id)
{
    uint32_t *grown = sw_arena_grow(model->arena, ids->ids, ids->count, &ids->cap, sizeof(*grown));
    SW_TRY_PTR(grown);
    ids->ids = grown;
    grown[ids->count++] = id;
    return SW_OK;
}

sw_result sw_graph_add_node(
    struct sw_graph_model *model, struct sw_graph *graph, const struct sw_graph_node *node)
{
    if (model->node_total++ == SW_GRAPH_NODES_MAX) {
        return SW_E_LIMIT;
    }
    struct sw_graph_node *grown = sw_arena_grow(
        model->arena, graph->nodes, graph->node_count, &graph->node_cap, sizeof(*grown));
    SW_TRY_PTR(grown);
    graph->nodes = grown;
    grown[graph->node_count++] = *node;
    return SW_OK;
}

sw_result sw_graph_add_inner(
    struct sw_graph_model *model, struct sw_graph_node *node, struct sw_graph **out)
{
    struct sw_graph **grown = sw_arena_grow(
        model->arena, node->graphs, node->graph_count, &node->graph_cap, sizeof(struct sw_graph *));
    SW_TRY_PTR(grown);
    node->graphs = grown;
    *out = SW_ARENA_NEW(model->arena, struct sw_graph);
    SW_TRY_PTR(*out);
    grown[node->graph_count++] = *out;
    return SW_OK;
}
