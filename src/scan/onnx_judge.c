/* What the nodes of an ONNX model name, and where its tensors say that they stand. */
#include "scan/onnx.h"

#include "scan/data_files.h"

/* --- operators -------------------------------------------------------------------------------- */

/* Operators that are more than arithmetic, whatever their domain is. */
static const struct {
    const char *op;
    enum sw_severity severity;
    const char *what;
} grave[] = {
    {"PyOp", SW_SEVERITY_CRITICAL, "runs Python code that the model names"},
    {"PythonOp", SW_SEVERITY_CRITICAL, "runs Python code that the model names"},
    {"PythonOpGrad", SW_SEVERITY_CRITICAL, "runs Python code that the model names"},
    {"TritonOp", SW_SEVERITY_HIGH, "runs Python code that the model names"},
    {"ATen", SW_SEVERITY_HIGH, "calls whichever operator of torch the model names"},
    {"ExternalOp", SW_SEVERITY_HIGH, "calls a library that the model names"},
    {"EPContext", SW_SEVERITY_HIGH,
        "holds or names a program for an accelerator, which cannot be read"},
    {"OpenVINO_EP_Wrapper", SW_SEVERITY_HIGH, "holds a model of another kind, which was not read"},
    {"Snpe", SW_SEVERITY_HIGH, "holds a program for an accelerator, which cannot be read"},
    {"AzureAudioToText", SW_SEVERITY_HIGH, "sends its input over the network"},
    {"AzureTextToText", SW_SEVERITY_HIGH, "sends its input over the network"},
    {"AzureTritonInvoker", SW_SEVERITY_HIGH, "sends its input over the network"},
    {"OpenAIAudioToText", SW_SEVERITY_HIGH, "sends its input over the network"},
    {"OpenAIChat", SW_SEVERITY_HIGH, "sends its input over the network"},
};

/* Those of ONNX itself, of ONNX Runtime, and of its exporters. */
static const char *const domains[] = {
    "",
    "ai.onnx",
    "ai.onnx.ml",
    "ai.onnx.training",
    "ai.onnx.preview",
    "ai.onnx.preview.training",
    "ai.onnx.contrib",
    "com.microsoft",
    "com.microsoft.extensions",
    "com.microsoft.nchwc",
    "com.microsoft.dml",
    "com.microsoft.experimental",
    "com.ms.internal.nhwc",
    "org.pytorch.aten",
    "org.pytorch._caffe2",
};

static bool is_known_domain(struct sw_str domain)
{
    for (size_t i = 0; i < SW_COUNT(domains); i++) {
        if (sw_str_is(domain, domains[i])) {
            return true;
        }
    }
    return false;
}

static struct sw_str shown(struct sw_str text)
{
    text.len = text.len > 200 ? 200 : text.len;
    return text;
}

static sw_result judge_node(
    struct sw_inspection *in, const struct sw_graph_model *model, const struct sw_graph_node *node)
{
    struct sw_str op = shown(node->op);
    struct sw_str name = sw_graph_label(model, node);
    struct sw_str domain = shown(node->domain);
    for (size_t i = 0; i < SW_COUNT(grave); i++) {
        if (sw_str_is(node->op, grave[i].op)) {
            return sw_found(in, "onnx-operator", grave[i].severity, node->at,
                "node \"" SW_STR_FMT "\": operator " SW_STR_FMT " %s", SW_STR_ARG(name),
                SW_STR_ARG(op), grave[i].what);
        }
    }
    if (is_known_domain(node->domain) || sw_graph_called(model, node) != NULL) {
        return SW_OK;
    }
    return sw_found(in, "onnx-custom-operator", SW_SEVERITY_MEDIUM, node->at,
        "node \"" SW_STR_FMT "\": operator " SW_STR_FMT " of the domain \"" SW_STR_FMT
        "\" needs a library that loaders do not bring",
        SW_STR_ARG(name), SW_STR_ARG(op), SW_STR_ARG(domain));
}

static sw_result judge_graph(
    struct sw_inspection *in, const struct sw_graph_model *model, const struct sw_graph *graph)
{
    for (size_t i = 0; i < graph->node_count; i++) {
        const struct sw_graph_node *node = &graph->nodes[i];
        SW_TRY(judge_node(in, model, node));
        for (size_t k = 0; k < node->graph_count; k++) {
            SW_TRY(judge_graph(in, model, node->graphs[k]));
        }
    }
    return SW_OK;
}

sw_result sw_onnx_judge_nodes(struct sw_inspection *in, const struct sw_graph_model *model)
{
    SW_TRY(judge_graph(in, model, &model->graph));
    for (size_t i = 0; i < model->function_count; i++) {
        SW_TRY(judge_graph(in, model, &model->functions[i]->body));
    }
    return SW_OK;
}

/* --- other files ------------------------------------------------------------------------------ */

sw_result sw_onnx_judge_external(struct sw_inspection *in, const struct sw_onnx_external *e)
{
    struct sw_str tensor = shown(e->tensor);
    struct sw_str location = shown(e->location);
    uint64_t end;
    if (memmem(e->location.ptr == NULL ? "" : e->location.ptr, e->location.len, "_ORT_MEM_ADDR_",
            strlen("_ORT_MEM_ADDR_")) != NULL) {
        return sw_found(in, "onnx-external-path", SW_SEVERITY_CRITICAL, e->at,
            "tensor \"" SW_STR_FMT "\" is read from an address of the loader's memory",
            SW_STR_ARG(tensor));
    }
    if (!sw_path_stays(e->location)) {
        return sw_found(in, "onnx-external-path", SW_SEVERITY_CRITICAL, e->at,
            "tensor \"" SW_STR_FMT "\" is read from \"" SW_STR_FMT
            "\", which is not below the model's directory",
            SW_STR_ARG(tensor), SW_STR_ARG(location));
    }
    if (!sw_add_u64(e->offset, e->length, &end)) {
        return sw_found(in, "onnx-tensor", SW_SEVERITY_HIGH, e->at,
            "tensor \"" SW_STR_FMT "\" has its data at a place that overflows", SW_STR_ARG(tensor));
    }
    return SW_OK;
}
