/* An ONNX model as it is judged: its nodes in the order in which they run, over numbered values.
 * format_onnx.c reads it, onnx_judge.c looks at what it names, onnx_flow.c at what decides its
 * outputs. Source: onnx.proto of ONNX 1.17. Private to scan. */
#ifndef SW_SCAN_ONNX_H
#define SW_SCAN_ONNX_H

#include "scan/inspect.h"
#include "scan/names.h"

#define SW_ONNX_NODES_MAX ((size_t)1 << 20)
#define SW_ONNX_GRAPH_DEPTH 16

/* Numbers of values, in the order of the file. */
struct sw_onnx_ids {
    uint32_t *ids;
    size_t count, cap;
};

struct sw_onnx_node {
    struct sw_str op, domain, name;
    struct sw_onnx_ids inputs, outputs;
    struct sw_onnx_graph **graphs; /* branches and bodies */
    size_t graph_count, graph_cap;
    uint64_t constant; /* elements of the tensors in its attributes */
    uint64_t at;       /* in the file */
};

struct sw_onnx_graph {
    struct sw_onnx_node *nodes;
    size_t node_count, node_cap;
    struct sw_onnx_ids inputs, outputs;
};

struct sw_onnx_function {
    struct sw_str domain, name;
    struct sw_onnx_graph body;
};

/* What the file says of a value, by its number. */
struct sw_onnx_value {
    uint64_t elements; /* of an initializer, or of an input whose shape is fixed; 0: not known */
    bool initializer;
};

/* A file beside the model that holds bytes of a tensor. */
struct sw_onnx_external {
    struct sw_str tensor, location;
    uint64_t offset, length; /* length 0: to the end, as far as is said */
    uint64_t at;
};

struct sw_onnx {
    struct sw_arena *arena;
    struct sw_names names;
    struct sw_onnx_value *values;
    size_t value_count, value_cap;
    struct sw_onnx_graph graph;
    struct sw_onnx_function **functions;
    size_t function_count, function_cap;
    struct sw_onnx_external *externals;
    size_t external_count, external_cap;
    size_t node_total;
};

/* The function that a node calls; NULL when it is an operator. */
const struct sw_onnx_function *sw_onnx_called(
    const struct sw_onnx *model, const struct sw_onnx_node *node);

/* What a finding calls a node: its name, or that of its output; at most 200 bytes. */
struct sw_str sw_onnx_label(const struct sw_onnx *model, const struct sw_onnx_node *node);

/* Operators that run code of others, open files, or are of nobody who is known. */
sw_result sw_onnx_judge_nodes(struct sw_inspection *in, const struct sw_onnx *model);
/* Paths of tensors that stand in other files. */
sw_result sw_onnx_judge_externals(struct sw_inspection *in, const struct sw_onnx *model);
/* Whether something that is computed from the input by comparing, without any weights, decides
 * between outputs: a trigger. SW_E_LIMIT when functions call each other without end. */
sw_result sw_onnx_judge_flow(struct sw_inspection *in, const struct sw_onnx *model);

#endif
