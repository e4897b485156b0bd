/* A model that is a graph, as it is judged: its nodes in the order in which they run, over numbered
 * values. Formats fill it (format_onnx.c, format_tflite.c), with operators by the names that ONNX
 * gives them; graph_flow.c looks at what decides its outputs. Private to scan. */
#ifndef SW_SCAN_GRAPH_H
#define SW_SCAN_GRAPH_H

#include "scan/inspect.h"

#define SW_GRAPH_NODES_MAX ((size_t)1 << 20)
#define SW_GRAPH_DEPTH 16

/* Numbers of values, in the order of the file. */
struct sw_graph_ids {
    uint32_t *ids;
    size_t count, cap;
};

struct sw_graph_node {
    struct sw_str op, domain, name;
    struct sw_graph_ids inputs, outputs;
    struct sw_graph **graphs; /* branches and bodies */
    size_t graph_count, graph_cap;
    uint64_t constant; /* elements of the tensors in its attributes */
    bool plain;        /* the last of these is one number, nought or one */
    uint64_t at;       /* in the file */
};

struct sw_graph {
    struct sw_graph_node *nodes;
    size_t node_count, node_cap;
    struct sw_graph_ids inputs, outputs;
};

struct sw_graph_function {
    struct sw_str domain, name;
    struct sw_graph body;
};

/* What the file says of a value, by its number. */
struct sw_graph_value {
    uint64_t elements; /* of an initializer, or of an input whose shape is fixed; 0: not known */
    bool initializer;
    bool plain; /* an initializer of one number, which is nought or one */
};

struct sw_graph_model {
    struct sw_arena *arena;
    struct sw_names names;
    struct sw_graph_value *values;
    size_t value_count, value_cap;
    struct sw_graph graph;
    struct sw_graph_function **functions;
    size_t function_count, function_cap;
    struct sw_names called; /* their domains in scope 0, their names in the scope of the domain */
    uint32_t *function_of;  /* by the number of the name: its place in `functions`, plus 1 */
    size_t function_of_count, function_of_cap;
    size_t node_total;
};

/* Adds an empty one; once its name is read, sw_graph_name_function(). */
sw_result sw_graph_add_function(struct sw_graph_model *model, struct sw_graph_function **out);
/* From now on nodes find it. Of two with one name the first counts. */
sw_result sw_graph_name_function(
    struct sw_graph_model *model, const struct sw_graph_function *function);
/* The function that a node calls; NULL when it is an operator. */
const struct sw_graph_function *sw_graph_called(
    const struct sw_graph_model *model, const struct sw_graph_node *node);

/* What a finding calls a node: its name, or that of its output; at most 200 bytes. */
struct sw_str sw_graph_label(const struct sw_graph_model *model, const struct sw_graph_node *node);

/* The number of a name in `scope`: 0 for the graph, others for functions. */
sw_result sw_graph_number(
    struct sw_graph_model *model, uint32_t scope, struct sw_str text, uint32_t *out);
sw_result sw_graph_add_id(struct sw_graph_model *model, struct sw_graph_ids *ids, uint32_t id);
/* A copy of the node. SW_E_LIMIT past SW_GRAPH_NODES_MAX in all. */
sw_result sw_graph_add_node(
    struct sw_graph_model *model, struct sw_graph *graph, const struct sw_graph_node *node);
/* A new one, for a branch or a body. */
sw_result sw_graph_add_inner(
    struct sw_graph_model *model, struct sw_graph_node *node, struct sw_graph **out);

/* What judging the graphs of one file takes; zeroed before the first. */
struct sw_graph_work {
    size_t done;
    uint16_t *flags; /* by number of the value */
    size_t room;
};

/* Whether something that is computed from the input by comparing, without any weights, decides
 * between outputs: a trigger. SW_E_LIMIT when functions call each other without end. */
sw_result sw_graph_judge_flow(
    struct sw_inspection *in, const struct sw_graph_model *model, struct sw_graph_work *work);

#endif
