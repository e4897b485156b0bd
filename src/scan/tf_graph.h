/* The nodes of TensorFlow's graphs and functions, and which files they can be made to open. Private
 * to scan. */
#ifndef SW_SCAN_TF_GRAPH_H
#define SW_SCAN_TF_GRAPH_H

#include "scan/inspect.h"

#define SW_TF_TEXTS_MAX 16 /* of one constant that are kept */

/* A node, or an argument of a function. */
struct sw_tf_node {
    struct sw_str name, op; /* an argument has no op */
    struct sw_str *inputs; /* as they are named, without those that are for order alone ("^name") */
    size_t input_count, input_cap;
    struct sw_str texts[SW_TF_TEXTS_MAX]; /* that a constant holds, or an attribute */
    size_t text_count;
    struct sw_str *calls; /* functions that its attributes name */
    size_t call_count, call_cap;
    uint32_t id;               /* of its name in its scope */
    uint32_t meta;             /* scope of the graph whose functions it can call */
    struct sw_tf_function *of; /* the function that it stands in; NULL: the graph */
    struct sw_tf_node *next;   /* in the same function */
    uint64_t at;
    size_t argument; /* which one, of a function */
    bool is_argument;
    bool partly; /* there is more text than was kept */
    bool seen;   /* what it holds was judged as a path */
};

struct sw_tf_caller {
    const struct sw_tf_node *node;
    struct sw_tf_caller *next;
};

struct sw_tf_function {
    struct sw_str name;
    struct sw_tf_node *nodes;
    struct sw_tf_caller *callers;
    size_t argument_count;
};

struct sw_tf_graph {
    struct sw_inspection *in;
    struct sw_arena *arena;
    struct sw_names names; /* of nodes; the scope is the graph or function */
    struct sw_tf_node **by_name;
    size_t by_name_count, by_name_cap;
    struct sw_names function_names; /* the scope is the graph */
    struct sw_tf_function **functions;
    size_t function_count, function_cap;
    struct sw_tf_node **openers; /* nodes that do more than compute */
    size_t opener_count, opener_cap;
    struct sw_tf_node **callers; /* nodes that name functions */
    size_t caller_count, caller_cap;
    struct sw_str *assets; /* constants whose value the loader puts in */
    size_t asset_count, asset_cap;
};

void sw_tf_graph_init(struct sw_tf_graph *graph, struct sw_inspection *in);
/* Of two nodes of a name, and two functions, the last one counts. */
sw_result sw_tf_graph_name(struct sw_tf_graph *graph, uint32_t scope, struct sw_tf_node *node);
sw_result sw_tf_graph_function(
    struct sw_tf_graph *graph, uint32_t meta, struct sw_tf_function *function);
/* Appends to an array of pointers of the graph. */
sw_result sw_tf_graph_keep(struct sw_tf_graph *graph, struct sw_tf_node *node,
    struct sw_tf_node ***list, size_t *count, size_t *cap);

/* A path that leads out of the model's directory, wherever it stands. */
bool sw_tf_leads_out(struct sw_str path);
/* Judges all that open files, after everything was read. */
sw_result sw_tf_graph_judge(struct sw_tf_graph *graph);

/* Says that a node does something to a path. */
sw_result sw_tf_say_path(
    struct sw_inspection *in, const struct sw_tf_node *node, const char *does, struct sw_str path);

#endif
