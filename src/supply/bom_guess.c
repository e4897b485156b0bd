/* What a tree looks like, by the names of its files. */
#include "supply/ascii.h"
#include "supply/bom.h"

static const char *const weights[] = {".safetensors", ".gguf", ".ggml", ".bin", ".pt", ".pth",
    ".ckpt", ".onnx", ".h5", ".keras", ".tflite", ".pb", ".pkl", ".joblib", ".mlmodel", ".nemo",
    ".npz", ".pte"};
static const char *const data[] = {".parquet", ".arrow", ".jsonl", ".csv", ".tsv", ".tfrecord",
    ".jsonl.gz", ".jsonl.zst", ".csv.gz", ".warc.gz", ".tar"};
static const char *const code[] = {".py", ".js", ".ts", ".go", ".rs", ".java", ".ipynb",
    "package.json", "pyproject.toml", "requirements.txt", "go.mod", "Cargo.toml", "pom.xml",
    "Dockerfile"};
static const char *const cards[] = {
    "config.json", "adapter_config.json", "model_index.json", "tokenizer_config.json"};

static bool ends_as(struct sw_str name, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t n = strlen(list[i]);
        if (name.len >= n &&
            sw_ascii_equal(sw_str_n(name.ptr + name.len - n, n), sw_str(list[i]))) {
            return true;
        }
    }
    return false;
}

struct counts {
    size_t files, weights, data, code, cards;
};

static void count_entry(struct counts *n, struct sw_str name)
{
    n->files++;
    n->weights += ends_as(name, weights, SW_COUNT(weights));
    n->data += ends_as(name, data, SW_COUNT(data));
    n->code += ends_as(name, code, SW_COUNT(code));
    for (size_t i = 0; i < SW_COUNT(cards); i++) {
        n->cards += sw_str_is(name, cards[i]);
    }
}

bool sw_bom_guess(const struct sw_tree *tree, enum sw_bom_kind *out, const char **why)
{
    struct counts n = {0};
    for (size_t i = 0; i < tree->count; i++) {
        if (tree->entries[i].kind == SW_ENTRY_FILE) {
            count_entry(&n, sw_str(tree->single != NULL ? tree->single : tree->entries[i].name));
        }
    }
    if (n.weights > 0 && (n.cards > 0 || n.code == 0)) {
        *out = SW_BOM_MODEL;
        *why = n.cards > 0 ? "it has weights and a model's configuration" : "it has weights";
    } else if (n.data > 0 && n.code == 0) {
        *out = SW_BOM_DATA;
        *why = "it has tables of data and no code";
    } else {
        *out = SW_BOM_APPLICATION;
        *why = n.code > 0 ? "it has code" : "it has neither weights nor tables of data";
    }
    return n.files > 0;
}
