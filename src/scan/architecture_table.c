/* The architectures. Names and shapes as Hugging Face's Transformers writes them
 * (modeling_llama.py, modeling_mistral.py, modeling_qwen2.py, modeling_qwen3.py, modeling_bert.py,
 * modeling_gpt2.py), and as gguf-py's constants.py maps them, with the fastest dimension first. */
#include "scan/architecture.h"

/* --- Transformers ----------------------------------------------------------------------------- */

#define DECODER_NUMBERS(tie)                                                            \
    {"layers", "num_hidden_layers", NULL}, {"width", "hidden_size", NULL},              \
        {"inner", "intermediate_size", NULL}, {"words", "vocab_size", NULL},            \
        {"heads", "num_attention_heads", NULL}, {"kv", "num_key_value_heads", "heads"}, \
        {"head", "head_dim", "width/heads"}, {"bias", "attention_bias", "0"},           \
        {"mlp_bias", "mlp_bias", "0"}, {"tie", "tie_word_embeddings", tie},             \
    {                                                                                   \
        "causal", "@causal", "0"                                                        \
    }

static const struct sw_architecture_number decoder_numbers[] = {DECODER_NUMBERS("0")};

#define DECODER_ROWS                                                                          \
    {"embed_tokens.weight", "words,width", ""},                                               \
        {"layers.{L}.input_layernorm.weight", "width", ""},                                   \
        {"layers.{L}.post_attention_layernorm.weight", "width", ""},                          \
        {"layers.{L}.self_attn.q_proj.weight", "heads*head,width", ""},                       \
        {"layers.{L}.self_attn.k_proj.weight", "kv*head,width", ""},                          \
        {"layers.{L}.self_attn.v_proj.weight", "kv*head,width", ""},                          \
        {"layers.{L}.self_attn.o_proj.weight", "width,heads*head", ""},                       \
        {"layers.{L}.self_attn.rotary_emb.inv_freq", "head/2", "?"},                          \
        {"layers.{L}.mlp.gate_proj.weight", "inner,width", ""},                               \
        {"layers.{L}.mlp.up_proj.weight", "inner,width", ""},                                 \
        {"layers.{L}.mlp.down_proj.weight", "width,inner", ""}, {"norm.weight", "width", ""}, \
        {"^lm_head.weight", "words,width", "causal&!tie ?"},                                  \
    {                                                                                         \
        "^score.weight", "*,width", "?"                                                       \
    }

#define BIAS_ROWS(when)                                        \
    {"layers.{L}.self_attn.q_proj.bias", "heads*head", when},  \
        {"layers.{L}.self_attn.k_proj.bias", "kv*head", when}, \
    {                                                          \
        "layers.{L}.self_attn.v_proj.bias", "kv*head", when    \
    }

static const struct sw_architecture_row llama_rows[] = {
    DECODER_ROWS,
    BIAS_ROWS("bias"),
    {"layers.{L}.self_attn.o_proj.bias", "width", "bias"},
    {"layers.{L}.mlp.gate_proj.bias", "inner", "mlp_bias"},
    {"layers.{L}.mlp.up_proj.bias", "inner", "mlp_bias"},
    {"layers.{L}.mlp.down_proj.bias", "width", "mlp_bias"},
};

static const struct sw_architecture_row mistral_rows[] = {DECODER_ROWS};

static const struct sw_architecture_row qwen2_rows[] = {DECODER_ROWS, BIAS_ROWS("")};

static const struct sw_architecture_row qwen3_rows[] = {
    DECODER_ROWS,
    BIAS_ROWS("bias"),
    {"layers.{L}.self_attn.o_proj.bias", "width", "bias"},
    {"layers.{L}.self_attn.q_norm.weight", "head", ""},
    {"layers.{L}.self_attn.k_norm.weight", "head", ""},
};

static const struct sw_architecture_number bert_numbers[] = {
    {"layers", "num_hidden_layers", NULL},
    {"width", "hidden_size", NULL},
    {"inner", "intermediate_size", NULL},
    {"words", "vocab_size", NULL},
    {"places", "max_position_embeddings", NULL},
    {"types", "type_vocab_size", "2"},
};

#define DENSE(name, shape, bias_shape, when) \
    {name ".weight", shape, when},           \
    {                                        \
        name ".bias", bias_shape, when       \
    }

static const struct sw_architecture_row bert_rows[] = {
    {"embeddings.word_embeddings.weight", "words,width", ""},
    {"embeddings.position_embeddings.weight", "places,width", ""},
    {"embeddings.token_type_embeddings.weight", "types,width", ""},
    {"embeddings.position_ids", "1,places", "?"},
    {"embeddings.token_type_ids", "1,places", "?"},
    DENSE("embeddings.LayerNorm", "width", "width", ""),
    DENSE("encoder.layer.{L}.attention.self.query", "width,width", "width", ""),
    DENSE("encoder.layer.{L}.attention.self.key", "width,width", "width", ""),
    DENSE("encoder.layer.{L}.attention.self.value", "width,width", "width", ""),
    DENSE("encoder.layer.{L}.attention.output.dense", "width,width", "width", ""),
    DENSE("encoder.layer.{L}.attention.output.LayerNorm", "width", "width", ""),
    DENSE("encoder.layer.{L}.intermediate.dense", "inner,width", "inner", ""),
    DENSE("encoder.layer.{L}.output.dense", "width,inner", "width", ""),
    DENSE("encoder.layer.{L}.output.LayerNorm", "width", "width", ""),
    DENSE("pooler.dense", "width,width", "width", "?"),
    {"^cls.predictions.bias", "words", "?"},
    DENSE("^cls.predictions.transform.dense", "width,width", "width", "?"),
    DENSE("^cls.predictions.transform.LayerNorm", "width", "width", "?"),
    DENSE("^cls.predictions.decoder", "words,width", "words", "?"),
    DENSE("^cls.seq_relationship", "2,width", "2", "?"),
    DENSE("^classifier", "*,width", "*", "?"),
    DENSE("^qa_outputs", "*,width", "*", "?"),
};

static const struct sw_architecture_number gpt2_numbers[] = {
    {"layers", "n_layer", NULL},
    {"width", "n_embd", NULL},
    {"words", "vocab_size", NULL},
    {"places", "n_positions", NULL},
    {"inner", "n_inner", "4*width"},
    {"tie", "tie_word_embeddings", "1"},
    {"causal", "@causal", "0"},
};

static const struct sw_architecture_row gpt2_rows[] = {
    {"wte.weight", "words,width", ""},
    {"wpe.weight", "places,width", ""},
    DENSE("h.{L}.ln_1", "width", "width", ""),
    DENSE("h.{L}.ln_2", "width", "width", ""),
    DENSE("h.{L}.attn.c_attn", "width,3*width", "3*width", ""),
    DENSE("h.{L}.attn.c_proj", "width,width", "width", ""),
    DENSE("h.{L}.mlp.c_fc", "width,inner", "inner", ""),
    DENSE("h.{L}.mlp.c_proj", "inner,width", "width", ""),
    {"h.{L}.attn.bias", "1,1,places,places", "?"},
    {"h.{L}.attn.masked_bias", "", "?"},
    DENSE("ln_f", "width", "width", ""),
    {"^lm_head.weight", "words,width", "causal&!tie ?"},
    {"^score.weight", "*,width", "?"},
};

/* --- GGUF ------------------------------------------------------------------------------------- */

static const struct sw_architecture_number gguf_numbers[] = {
    {"layers", ".block_count", NULL},
    {"width", ".embedding_length", NULL},
    {"inner", ".feed_forward_length", NULL},
    {"heads", ".attention.head_count", NULL},
    {"kv", ".attention.head_count_kv", "heads"},
    {"head", ".attention.key_length", "width/heads"},
    {"places", ".context_length", NULL},
    {"words", "tokenizer.ggml.tokens", NULL},
};

#define GGUF_ROWS                                                                                  \
    {"token_embd.weight", "width,words", ""}, {"output.weight", "width,words", "?"},               \
        {"rope_freqs.weight", "any", "?"}, {"blk.{L}.attn_output.weight", "heads*head,width", ""}, \
        {"blk.{L}.ffn_up.weight", "width,inner", ""},                                              \
    {                                                                                              \
        "blk.{L}.ffn_down.weight", "inner,width", ""                                               \
    }

#define GGUF_DECODER_ROWS                                                                         \
    GGUF_ROWS, {"output_norm.weight", "width", ""}, {"blk.{L}.attn_norm.weight", "width", ""},    \
        {"blk.{L}.ffn_norm.weight", "width", ""}, {"blk.{L}.ffn_gate.weight", "width,inner", ""}, \
        GGUF_QKV_ROWS

#define GGUF_QKV_ROWS                                   \
    {"blk.{L}.attn_q.weight", "width,heads*head", ""},  \
        {"blk.{L}.attn_k.weight", "width,kv*head", ""}, \
    {                                                   \
        "blk.{L}.attn_v.weight", "width,kv*head", ""    \
    }

#define GGUF_BIAS_ROWS(when)                                                               \
    {"blk.{L}.attn_q.bias", "heads*head", when}, {"blk.{L}.attn_k.bias", "kv*head", when}, \
    {                                                                                      \
        "blk.{L}.attn_v.bias", "kv*head", when                                             \
    }

static const struct sw_architecture_row gguf_llama_rows[] = {
    GGUF_DECODER_ROWS,
    GGUF_BIAS_ROWS("?"),
    {"blk.{L}.attn_output.bias", "width", "?"},
    {"blk.{L}.attn_rot_embd.weight", "any", "?"},
};

static const struct sw_architecture_row gguf_qwen2_rows[] = {GGUF_DECODER_ROWS, GGUF_BIAS_ROWS("")};

static const struct sw_architecture_row gguf_qwen3_rows[] = {
    GGUF_DECODER_ROWS,
    {"blk.{L}.attn_q_norm.weight", "head", ""},
    {"blk.{L}.attn_k_norm.weight", "head", ""},
};

static const struct sw_architecture_row gguf_bert_rows[] = {
    GGUF_ROWS,
    GGUF_QKV_ROWS,
    GGUF_BIAS_ROWS(""),
    {"token_types.weight", "any", "?"},
    {"position_embd.weight", "width,places", ""},
    DENSE("token_embd_norm", "width", "width", ""),
    DENSE("blk.{L}.attn_output_norm", "width", "width", ""),
    DENSE("blk.{L}.layer_output_norm", "width", "width", ""),
    {"blk.{L}.attn_output.bias", "width", ""},
    {"blk.{L}.ffn_up.bias", "inner", ""},
    {"blk.{L}.ffn_down.bias", "width", ""},
    DENSE("cls", "any", "any", "?"),
    DENSE("cls.output", "any", "any", "?"),
};

static const struct sw_architecture_row gguf_gpt2_rows[] = {
    GGUF_ROWS,
    {"position_embd.weight", "width,places", ""},
    DENSE("output_norm", "width", "width", ""),
    DENSE("blk.{L}.attn_norm", "width", "width", ""),
    DENSE("blk.{L}.ffn_norm", "width", "width", ""),
    DENSE("blk.{L}.attn_qkv", "width,3*width", "3*width", ""),
    {"blk.{L}.attn_output.bias", "width", ""},
    {"blk.{L}.ffn_up.bias", "inner", ""},
    {"blk.{L}.ffn_down.bias", "width", ""},
};

/* ---------------------------------------------------------------------------------------------- */

#define NUMBERS(list) (list), SW_COUNT(list)

const struct sw_architecture sw_architectures[] = {
    {"llama", false, "model.", NUMBERS(decoder_numbers), NUMBERS(llama_rows)},
    {"mistral", false, "model.", NUMBERS(decoder_numbers), NUMBERS(mistral_rows)},
    {"qwen2", false, "model.", NUMBERS(decoder_numbers), NUMBERS(qwen2_rows)},
    {"qwen3", false, "model.", NUMBERS(decoder_numbers), NUMBERS(qwen3_rows)},
    {"bert", false, "bert.", NUMBERS(bert_numbers), NUMBERS(bert_rows)},
    {"gpt2", false, "transformer.", NUMBERS(gpt2_numbers), NUMBERS(gpt2_rows)},
    {"llama", true, "", NUMBERS(gguf_numbers), NUMBERS(gguf_llama_rows)},
    {"qwen2", true, "", NUMBERS(gguf_numbers), NUMBERS(gguf_qwen2_rows)},
    {"qwen3", true, "", NUMBERS(gguf_numbers), NUMBERS(gguf_qwen3_rows)},
    {"bert", true, "", NUMBERS(gguf_numbers), NUMBERS(gguf_bert_rows)},
    {"gpt2", true, "", NUMBERS(gguf_numbers), NUMBERS(gguf_gpt2_rows)},
};
const size_t sw_architecture_count = SW_COUNT(sw_architectures);
