/* Operators of TensorFlow that do more than compute, and those that are known not to. Private to
 * scan. */
#ifndef SW_SCAN_TF_OPS_H
#define SW_SCAN_TF_OPS_H

#include "scan/inspect.h"

enum sw_tf_kind {
    SW_TF_COMPUTES, /* known, and nothing to say */
    SW_TF_CUSTOM,   /* of a library that is not TensorFlow, as far as is known */
    SW_TF_RUNS,     /* runs a program */
    SW_TF_FILES,    /* reads or writes files that the graph names */
    SW_TF_NETWORK,
    SW_TF_CLOSED, /* holds a program that cannot be read */
    SW_TF_PATH,   /* reads or writes a file; models have it, with a name that the loader gives */
};

/* What an operator is, and what it does in words, "reads a file". */
enum sw_tf_kind sw_tf_op(struct sw_str op, const char **does);
/* Says what the name of the operator alone tells; of SW_TF_PATH, that it is no part of a model that
 * only answers. */
sw_result sw_tf_op_judge(
    struct sw_inspection *in, struct sw_str node, struct sw_str op, uint64_t at);

/* The same for every operator that does harm whose name stands in `bytes`, which hold a node. */
sw_result sw_tf_op_search(
    struct sw_inspection *in, struct sw_str node, struct sw_bytes bytes, uint64_t at);

#endif
