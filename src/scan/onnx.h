/* What ONNX models have and other graphs have not (format_onnx.c reads it, onnx_judge.c judges).
 * Source: onnx.proto of ONNX 1.17. Private to scan. */
#ifndef SW_SCAN_ONNX_H
#define SW_SCAN_ONNX_H

#include "scan/graph.h"

/* A file beside the model that holds bytes of a tensor. */
struct sw_onnx_external {
    struct sw_str tensor, location;
    uint64_t offset, length; /* length 0: to the end, as far as is said */
    uint64_t at;
};

/* Operators that run code of others, open files, or are of nobody who is known. */
sw_result sw_onnx_judge_nodes(struct sw_inspection *in, const struct sw_graph_model *model);
/* The path of a tensor that stands in another file. */
sw_result sw_onnx_judge_external(struct sw_inspection *in, const struct sw_onnx_external *external);

#endif
