/* The body of graph.cache, which whoever writes to the store may have made. */
#include "data/graph_private.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SW_CLEANUP(graph) struct sw_graph *graph = NULL;
    SW_CLEANUP(buf) struct sw_buf body = SW_BUF_INIT;
    if (size > 65536 || sw_buf_append(&body, data, size) != SW_OK ||
        sw_graph_link(&body, &graph, NULL) != SW_OK) {
        return 0;
    }
    for (uint32_t i = 0; i < graph->dataset_count; i++) {
        if (graph->datasets[i].set >= graph->set_count) {
            abort();
        }
    }
    for (uint32_t i = 0; i < graph->training_count; i++) {
        if (graph->trainings[i].model >= graph->model_count) {
            abort();
        }
    }
    for (uint32_t i = 0; i < graph->hearsay_count; i++) {
        const struct sw_graph_hearsay *hearsay = &graph->hearsay[i];
        for (uint32_t k = 0; k < hearsay->input_count; k++) {
            if (hearsay->inputs[k] >= graph->set_count) {
                abort();
            }
        }
    }
    return 0;
}
