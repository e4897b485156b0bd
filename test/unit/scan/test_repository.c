/* Settings, adapters and indexes of shards, held against the files beside them. */
#include "repository_files.h"

#define CONFIG(text)                        \
    {                                       \
        "config.json", "json", "json", text \
    }
#define FINE SW_SEVERITY_INFO, NULL, NULL
#define INFO SW_SEVERITY_INFO
#define LOW SW_SEVERITY_LOW
#define MEDIUM SW_SEVERITY_MEDIUM
#define HIGH SW_SEVERITY_HIGH
#define CRITICAL SW_SEVERITY_CRITICAL

static const struct repository_case settings[] = {
    {"plain settings", {CONFIG("{\"model_type\":\"x\",\"text_config\":{\"a\":[1]}}")}, FINE},
    {"code of another repository",
        {CONFIG("{\"auto_map\":{\"AutoModel\":\"evil/x--modeling.M\"}}")}, CRITICAL,
        "settings-code", "another repository"},
    {"code that is not there", {CONFIG("{\"auto_map\":{\"AutoModel\":\"modeling.M\"}}")}, HIGH,
        "settings-code", "not in this repository"},
    {"code that is there",
        {CONFIG("{\"auto_map\":{\"AutoModel\":\"modeling.M\"}}"),
            {"modeling.py", "source", NULL, ""}},
        MEDIUM, "settings-code", "\"modeling.M\" is code of this repository"},
    {"code in parts of settings",
        {CONFIG("{\"vision_config\":{\"auto_map\":{\"AutoModel\":\"a/b--c.D\"}}}")}, CRITICAL,
        "settings-code", "another repository"},
    {"code of a tokenizer, in a list",
        {{"tokenizer_config.json", "json", "json",
            "{\"auto_map\":{\"AutoTokenizer\":[\"a--b.C\",null]}}"}},
        CRITICAL, "settings-code", "another repository"},
    {"code on a way out", {CONFIG("{\"auto_map\":{\"AutoModel\":\"../../x.M\"}}")}, HIGH,
        "settings-code", "names no module"},
    {"code that is no name", {CONFIG("{\"auto_map\":{\"AutoModel\":7}}")}, HIGH, "settings-code",
        "cannot be judged"},
    {"a pipeline of another repository",
        {CONFIG("{\"custom_pipelines\":{\"p\":{\"impl\":\"a--b.C\"}}}")}, CRITICAL, "settings-code",
        "another repository"},
    {"trust", {CONFIG("{\"trust_remote_code\":true}")}, MEDIUM, "settings-trust", "is set"},
    {"no trust", {CONFIG("{\"trust_remote_code\":false}")}, FINE},
    {"an address", {CONFIG("{\"telemetry_endpoint\":\"http://203.0.113.7/\"}")}, LOW,
        "settings-address", "203.0.113.7"},
    {"addresses", {CONFIG("{\"endpoints\":[\"a\",\"http://203.0.113.8/\"]}")}, LOW,
        "settings-address", "203.0.113.8"},
    {"broken settings", {CONFIG("{\"a\":NaN}")}, MEDIUM, "settings-broken", "no strict JSON"},
    {"broken settings that name code", {CONFIG("{\"a\":1,\"a\":2,\"auto_map\":{}}")}, HIGH,
        "settings-broken", "no strict JSON"},
    {"modules of sentence-transformers",
        {{"modules.json", "json", "json",
            "[{\"idx\":0,\"type\":\"sentence_transformers.models.Transformer\"}]"}},
        FINE},
    {"a module of nobody",
        {{"modules.json", "json", "json", "[{\"idx\":0,\"type\":\"evil.Transformer\"}]"}}, HIGH,
        "settings-module", "\"evil.Transformer\" is imported"},
};

static void test_settings_that_run_code_are_named(void **state)
{
    (void)state;
    check_repositories(settings, SW_COUNT(settings));
}

#define ADAPTER(text)                                                                      \
    {                                                                                      \
        "adapter_config.json", "json", "json", "{\"peft_type\":\"LORA\",\"r\":8," text "}" \
    }
#define BASE "\"base_model_name_or_path\":\"org/base\""
#define LORA(text)                                                  \
    {                                                               \
        "adapter_model.safetensors", "safetensors", "tensors", text \
    }

static const struct repository_case adapters[] = {
    {"an adapter",
        {ADAPTER(BASE ",\"modules_to_save\":[\"score\"]"),
            LORA("[[\"q.lora_A.weight\",\"F32\",[8,64],0,4],[\"q.lora_B.weight\",\"F32\",[64,8],0,"
                 "4],"
                 "[\"base_model.model.score.weight\",\"F32\",[2,64],0,4]]")},
        FINE},
    {"another rank", {ADAPTER(BASE), LORA("[[\"q.lora_A.weight\",\"F32\",[16,64],0,4]]")}, MEDIUM,
        "adapter-tensors", "not of the rank"},
    {"ranks of their own",
        {ADAPTER(BASE ",\"rank_pattern\":{\"q\":16}"),
            LORA("[[\"q.lora_A.weight\",\"F32\",[16,64],0,4]]")},
        FINE},
    {"a tensor of the model", {ADAPTER(BASE), LORA("[[\"model.norm.weight\",\"F32\",[64],0,4]]")},
        MEDIUM, "adapter-tensors", "no part of a LoRA adapter"},
    {"a base on some disk", {ADAPTER("\"base_model_name_or_path\":\"/home/x/base\"")}, LOW,
        "adapter-base", "path of another machine"},
    {"a base elsewhere", {ADAPTER("\"base_model_name_or_path\":\"http://x/y\"")}, LOW,
        "adapter-base", "is an address"},
    {"no base", {ADAPTER("\"base_model_name_or_path\":null")}, LOW, "adapter-base", "does not say"},
    {"a module of Megatron", {ADAPTER(BASE ",\"megatron_core\":\"megatron.core\"")}, FINE},
    {"a module of nobody", {ADAPTER(BASE ",\"megatron_core\":\"evil\"")}, HIGH, "adapter-settings",
        "a module that PEFT imports"},
    {"layers repeated", {ADAPTER(BASE ",\"layer_replication\":[[0,4]]")}, LOW, "adapter-settings",
        "repeats layers"},
};

static void test_adapters_are_what_their_settings_say(void **state)
{
    (void)state;
    check_repositories(adapters, SW_COUNT(adapters));
}

#define INDEX(text)                                      \
    {                                                    \
        "model.safetensors.index.json", "json", "json",  \
            "{\"metadata\":{\"total_size\":8}," text "}" \
    }
#define MAP "\"weight_map\":{\"a\":\"s1.safetensors\",\"b\":\"s2.safetensors\"}"
#define SHARD(n, names)                                       \
    {                                                         \
        "s" n ".safetensors", "safetensors", "tensors", names \
    }
#define T(name) "[\"" name "\",\"F32\",[1],0,4]"

static const struct repository_case indexes[] = {
    {"an index", {INDEX(MAP), SHARD("1", "[" T("a") "]"), SHARD("2", "[" T("b") "]")}, FINE},
    {"a shard that is not there", {INDEX(MAP), SHARD("1", "[" T("a") "]")}, MEDIUM, "index-missing",
        "\"s2.safetensors\" is named as a shard"},
    {"tensors that changed places",
        {INDEX(MAP), SHARD("1", "[" T("b") "]"), SHARD("2", "[" T("a") "]")}, HIGH, "index-tensor",
        "another shard than the index names"},
    {"a tensor that is nowhere", {INDEX(MAP), SHARD("1", "[" T("a") "]"), SHARD("2", "[]")}, HIGH,
        "index-tensor", "\"b\" is not in the shard"},
    {"a tensor more",
        {INDEX(MAP), SHARD("1", "[" T("a") "," T("c") "]"), SHARD("2", "[" T("b") "]")}, MEDIUM,
        "index-tensor", "the index does not name it"},
    {"a way out", {INDEX("\"weight_map\":{\"a\":\"../x.safetensors\"}")}, HIGH, "index-path",
        "leads out"},
    {"a file that is no name", {INDEX("\"weight_map\":{\"a\":1}")}, HIGH, "index-broken",
        "without the name of a file"},
    {"no map", {INDEX("\"x\":1")}, MEDIUM, "index-broken", "names no shard"},
    {"another size",
        {INDEX("\"weight_map\":{\"a\":\"s1.safetensors\"}"), SHARD("1", "[" T("a") "]")}, INFO,
        "index-size", "total_size says 8 bytes, the tensors have 4"},
};

static void test_an_index_names_what_the_shards_hold(void **state)
{
    (void)state;
    check_repositories(indexes, SW_COUNT(indexes));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_settings_that_run_code_are_named),
        cmocka_unit_test(test_adapters_are_what_their_settings_say),
        cmocka_unit_test(test_an_index_names_what_the_shards_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
