/* Settings and tensors held against each other. */
#include "tensor_files.h"

#include "../../../src/scan/architecture.h"
#include "../../../src/scan/repository.h"

/* A model as facts: settings, and the tensors that a table asks for. */
struct model {
    struct sw_arena arena;
    struct sw_buf tensors;
    const char *settings;
    struct sw_inspection in;
};

#define LLAMA                                                                               \
    "{\"model_type\":\"llama\",\"architectures\":[\"LlamaForCausalLM\"],"                   \
    "\"hidden_size\":8,\"intermediate_size\":16,\"num_hidden_layers\":2,\"vocab_size\":32," \
    "\"num_attention_heads\":4,\"num_key_value_heads\":2"

static const char llama[] = LLAMA "}";
static const char llama_tied[] = LLAMA ",\"tie_word_embeddings\":true}";
static const char qwen2[] =
    "{\"model_type\":\"qwen2\",\"architectures\":[\"Qwen2ForCausalLM\"],\"hidden_size\":8,"
    "\"intermediate_size\":16,\"num_hidden_layers\":1,\"vocab_size\":32,\"num_attention_heads\":4,"
    "\"num_key_value_heads\":2}";
static const char qwen3[] =
    "{\"model_type\":\"qwen3\",\"architectures\":[\"Qwen3ForCausalLM\"],\"hidden_size\":8,"
    "\"intermediate_size\":16,\"num_hidden_layers\":1,\"vocab_size\":32,\"num_attention_heads\":4,"
    "\"num_key_value_heads\":2,\"head_dim\":4,\"attention_bias\":false}";
static const char bert[] =
    "{\"model_type\":\"bert\",\"hidden_size\":8,\"intermediate_size\":16,"
    "\"num_hidden_layers\":2,\"vocab_size\":32,\"max_position_embeddings\":20}";
static const char gpt2[] = "{\"model_type\":\"gpt2\",\"n_embd\":8,\"n_layer\":2,\"vocab_size\":32,"
                           "\"n_positions\":20,\"n_inner\":null}";
static const char gguf_llama[] =
    "{\"general.architecture\":\"llama\",\"llama.block_count\":2,\"llama.embedding_length\":8,"
    "\"llama.feed_forward_length\":16,\"llama.attention.head_count\":4,"
    "\"llama.attention.head_count_kv\":2,\"llama.context_length\":64,"
    "\"tokenizer.ggml.tokens\":[32]}";

static void put_tensor(struct model *m, const char *name, const char *dtype, const char *shape)
{
    assert_int_equal(sw_buf_printf(&m->tensors, "%s[\"%s\",\"%s\",[%s],0,4]",
                         m->tensors.len == 1 ? "" : ",", name, dtype, shape),
        SW_OK);
}

static const struct sw_architecture *find(const char *type, bool gguf)
{
    for (size_t i = 0; i < sw_architecture_count; i++) {
        if (sw_architectures[i].gguf == gguf && strcmp(sw_architectures[i].type, type) == 0) {
            return &sw_architectures[i];
        }
    }
    fail_msg("no table for %s", type);
    return NULL;
}

static void put_row(struct model *m, const struct sw_architecture_values *v,
    const struct sw_architecture_row *row, const char *prefix)
{
    char shape[64];
    char name[256];
    const char *pattern = row->name[0] == '^' ? row->name + 1 : row->name;
    const char *hole = strstr(pattern, "{L}");
    sw_architecture_shape(v, row, shape);
    prefix = row->name[0] == '^' ? "" : prefix;
    for (uint64_t layer = 0; layer < (hole == NULL ? 1 : v->layers); layer++) {
        if (hole == NULL) {
            (void)snprintf(name, sizeof(name), "%s%s", prefix, pattern);
        } else {
            (void)snprintf(name, sizeof(name), "%s%.*s%u%s", prefix, (int)(hole - pattern), pattern,
                (unsigned)layer, hole + 3);
        }
        put_tensor(m, name, "F32", shape);
    }
}

/* All that must be there, except the row named `without`. */
static void begin(struct model *m, const char *settings, const char *type, bool gguf,
    const char *prefix, const char *without)
{
    struct sw_json tree;
    struct sw_architecture_values v;
    const char *what;
    *m = (struct model){.settings = settings};
    sw_arena_init(&m->arena, 0);
    const struct sw_architecture *a = find(type, gguf);
    assert_int_equal(
        sw_json_parse(&m->arena, sw_bytes(settings, strlen(settings)), NULL, &tree, NULL), SW_OK);
    assert_true(sw_architecture_read(a, &tree, &v, &what));
    assert_int_equal(sw_buf_putc(&m->tensors, '['), SW_OK);
    for (size_t i = 0; i < a->row_count; i++) {
        bool needed = sw_architecture_presence(&v, &a->rows[i]) == SW_PRESENCE_ALWAYS;
        if (needed && (without == NULL || strcmp(a->rows[i].name, without) != 0)) {
            put_row(m, &v, &a->rows[i], prefix);
        }
    }
}

static struct sw_fact fact(const char *kind, struct sw_str text)
{
    return (struct sw_fact){.kind = kind, .member = "", .bytes = sw_bytes_of_str(text)};
}

static void check(struct model *m, bool gguf)
{
    assert_int_equal(sw_buf_putc(&m->tensors, ']'), SW_OK);
    struct sw_fact facts[] = {fact(gguf ? "gguf" : "json", sw_str(m->settings)),
        fact("tensors", sw_buf_str(&m->tensors))};
    struct sw_repository_file files[] = {
        {.path = "config.json", .format = "json", .facts = facts, .fact_count = 1},
        {.path = "model.safetensors",
            .format = "safetensors",
            .index = 1,
            .facts = facts + 1,
            .fact_count = 1},
    };
    struct sw_repository_file single = {
        .path = "model.gguf", .format = "gguf", .facts = facts, .fact_count = 2};
    struct sw_repository repository = {gguf ? &single : files, gguf ? 1 : 2};
    sw_inspection_init(&m->in, &m->arena);
    assert_int_equal(sw_repository_check_architecture(&m->in, &repository, NULL), SW_OK);
    sw_buf_release(&m->tensors);
}

static void expect(struct model *m, const char *rule, enum sw_severity severity, const char *words)
{
    for (size_t i = 0; i < m->in.finding_count; i++) {
        const struct sw_finding *f = &m->in.findings[i];
        if (strcmp(f->rule, rule) == 0 && f->severity == severity &&
            strstr(f->message, words) != NULL) {
            sw_arena_release(&m->arena);
            return;
        }
    }
    fail_msg("no %s with \"%s\"; first: %s", rule, words,
        m->in.finding_count == 0 ? "nothing" : m->in.findings[0].message);
}

#define PROVEN "architecture-proven", SW_SEVERITY_INFO

static void test_whole_models_are_proven(void **state)
{
    static const struct {
        const char *settings, *type, *prefix, *words;
        bool gguf;
    } rows[] = {
        {llama, "llama", "model.", "llama, 21 tensors", false},
        {llama_tied, "llama", "model.", "llama, 20 tensors", false},
        {qwen2, "qwen2", "model.", "qwen2, 15 tensors", false},
        {qwen3, "qwen3", "model.", "qwen3, 14 tensors", false},
        {bert, "bert", "bert.", "bert, 37 tensors", false},
        {bert, "bert", "", "bert, 37 tensors", false},
        {gpt2, "gpt2", "", "gpt2, 28 tensors", false},
        {gpt2, "gpt2", "transformer.", "gpt2, 28 tensors", false},
        {gguf_llama, "llama", "", "llama, 20 tensors", true},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct model m;
        begin(&m, rows[i].settings, rows[i].type, rows[i].gguf, rows[i].prefix, NULL);
        check(&m, rows[i].gguf);
        expect(&m, PROVEN, rows[i].words);
    }
}

/* --- one thing wrong -------------------------------------------------------------------------- */

struct wrong {
    const char *what;
    const char *settings;
    const char *without;
    const char *name; /* of one more tensor; NULL: none */
    const char *dtype;
    const char *shape;
    const char *rule;
    enum sw_severity severity;
    const char *words;
};

static const struct wrong wrongs[] = {
    {"a tensor more in a layer", llama, NULL, "model.layers.0.mlp.hidden.weight", "F32", "8,8",
        "architecture-extra", SW_SEVERITY_HIGH, "mlp.hidden"},
    {"a layer more", llama, NULL, "model.layers.2.mlp.up_proj.weight", "F32", "16,8",
        "architecture-extra", SW_SEVERITY_HIGH, "layers.2"},
    {"a layer that is written oddly", llama, NULL, "model.layers.01.mlp.up_proj.weight", "F32",
        "16,8", "architecture-extra", SW_SEVERITY_HIGH, "layers.01"},
    {"a head that nobody knows", llama, NULL, "trigger.weight", "F32", "8,8", "architecture-extra",
        SW_SEVERITY_MEDIUM, "trigger"},
    {"a bias without its setting", llama, NULL, "model.layers.0.self_attn.q_proj.bias", "F32", "8",
        "architecture-extra", SW_SEVERITY_HIGH, "q_proj.bias"},
    {"no head", llama, "^lm_head.weight", NULL, NULL, NULL, "architecture-missing",
        SW_SEVERITY_HIGH, "1 tensors"},
    {"no norms", llama, "layers.{L}.input_layernorm.weight", NULL, NULL, NULL,
        "architecture-missing", SW_SEVERITY_HIGH, "2 tensors"},
    {"another shape", llama, "norm.weight", "model.norm.weight", "F32", "9", "architecture-shape",
        SW_SEVERITY_HIGH, "[8]"},
    {"one dimension less", llama, "embed_tokens.weight", "model.embed_tokens.weight", "F32", "256",
        "architecture-shape", SW_SEVERITY_HIGH, "[32,8]"},
    {"whole numbers", llama, "norm.weight", "model.norm.weight", "I8", "8", "architecture-dtype",
        SW_SEVERITY_MEDIUM, "whole numbers"},
    {"the same twice", llama, NULL, "model.norm.weight", "F32", "8", "architecture-extra",
        SW_SEVERITY_HIGH, "more than one file"},
    {"a copy of what is tied", llama_tied, NULL, "lm_head.weight", "F32", "32,8",
        "architecture-proven", SW_SEVERITY_INFO, "21 tensors"},
    {"old frequencies", llama, NULL, "model.layers.1.self_attn.rotary_emb.inv_freq", "F32", "1",
        "architecture-proven", SW_SEVERITY_INFO, "22 tensors"},
};

static void test_what_does_not_fit_the_settings_is_named(void **state)
{
    for (size_t i = 0; i < SW_COUNT(wrongs); i++) {
        const struct wrong *w = &wrongs[i];
        struct model m;
        begin(&m, w->settings, "llama", false, "model.", w->without);
        if (w->name != NULL) {
            put_tensor(&m, w->name, w->dtype, w->shape);
        }
        check(&m, false);
        expect(&m, w->rule, w->severity, w->words);
    }
}

static void check_unproven(const char *settings, const char *words)
{
    struct model m = {.settings = settings};
    sw_arena_init(&m.arena, 0);
    assert_int_equal(sw_buf_putc(&m.tensors, '['), SW_OK);
    put_tensor(&m, "w", "F32", "1");
    check(&m, false);
    expect(&m, "architecture-unproven", SW_SEVERITY_INFO, words);
}

static void test_of_what_is_not_known_nothing_is_proven(void **state)
{
    check_unproven("{\"model_type\":\"other\"}", "no table for other");
    check_unproven("{\"model_type\":\"llama\"}", "num_hidden_layers");
    check_unproven(LLAMA ",\"quantization_config\":{}}", "quantised");
    check_unproven("{\"model_type\":\"bert\",\"num_hidden_layers\":4000000000,\"hidden_size\":1}",
        "num_hidden_layers");
}

/* Layers times rows is what is kept, so layers are bounded. */
static void test_absurd_settings_prove_nothing(void **state)
{
    check_unproven("{\"model_type\":\"bert\",\"num_hidden_layers\":5000,\"hidden_size\":1,"
                   "\"intermediate_size\":1,\"vocab_size\":1,\"max_position_embeddings\":1}",
        "number of layers");
    check_unproven(LLAMA ",\"head_dim\":-1}", "head_dim");
    check_unproven(LLAMA ",\"mlp_bias\":\"yes\"}", "mlp_bias");
}

static void test_parts_are_one_model_and_all_of_it(void **state)
{
    struct model m;
    begin(&m, llama, "llama", false, "model.", "norm.weight");
    assert_int_equal(sw_buf_putc(&m.tensors, ']'), SW_OK);
    struct sw_fact facts[] = {fact("json", sw_str(llama)), fact("tensors", sw_buf_str(&m.tensors)),
        fact("tensors", sw_str("[[\"model.norm.weight\",\"F32\",[8],0,32]]"))};
    struct sw_repository_file files[] = {
        {.path = "a/config.json", .format = "json", .facts = facts, .fact_count = 1},
        {.path = "a/model-00001-of-00002.safetensors",
            .format = "safetensors",
            .facts = facts + 1,
            .fact_count = 1},
        {.path = "a/model-00002-of-00002.safetensors",
            .format = "safetensors",
            .facts = facts + 2,
            .fact_count = 1},
    };
    struct sw_repository repository = {files, 3};
    sw_inspection_init(&m.in, &m.arena);
    assert_int_equal(sw_repository_check_architecture(&m.in, &repository, NULL), SW_OK);
    assert_int_equal(m.in.finding_count, 1);
    sw_buf_release(&m.tensors);
    expect(&m, PROVEN, "llama, 21 tensors");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_models_are_proven),
        cmocka_unit_test(test_what_does_not_fit_the_settings_is_named),
        cmocka_unit_test(test_of_what_is_not_known_nothing_is_proven),
        cmocka_unit_test(test_absurd_settings_prove_nothing),
        cmocka_unit_test(test_parts_are_one_model_and_all_of_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
