/* Facts that lie, held against each other: one a line, its first byte saying which file tells it.
 */
#include "inspect_input.h"

#include "../../src/scan/repository.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct {
    const char *path, *format, *kind;
} files[] = {
    {"adapter_config.json", "json", "json"},
    {"adapter_model.safetensors", "safetensors", "tensors"},
    {"added_tokens.json", "json", "json"},
    {"chat_template.jinja", "text", "template"},
    {"config.json", "json", "json"},
    {"m.gguf", "gguf", "template"},
    {"model.safetensors.index.json", "json", "json"},
    {"modules.json", "json", "json"},
    {"s1.safetensors", "safetensors", "tensors"},
    {"special_tokens_map.json", "json", "json"},
    {"tokenizer.json", "json", "tokenizer"},
    {"tokenizer_config.json", "json", "json"},
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, (size_t)64 << 20);
    struct sw_repository_file made[SW_COUNT(files)];
    struct sw_fact facts[SW_COUNT(files)];
    struct sw_cursor cur = sw_cursor(sw_bytes(data, size));
    struct sw_bytes line;
    for (size_t i = 0; i < SW_COUNT(files); i++) {
        made[i] = (struct sw_repository_file){
            .path = files[i].path, .format = files[i].format, .index = i, .facts = &facts[i]};
    }
    while (sw_cur_until(&cur, '\n', &line) == SW_OK) {
        size_t which = line.len == 0 ? SW_COUNT(files) : (size_t)line.ptr[0] - 'a';
        if (which < SW_COUNT(files)) {
            facts[which] =
                (struct sw_fact){files[which].kind, "", sw_bytes(line.ptr + 1, line.len - 1)};
            made[which].fact_count = 1;
        }
    }
    struct sw_repository repository = {made, SW_COUNT(files)};
    struct sw_inspection in;
    sw_inspection_init(&in, &arena);
    enum sw_code code = sw_repository_inspect(&in, &repository, NULL);
    fuzz_expect(code == SW_OK || code == SW_E_FORMAT || code == SW_E_NOMEM);
    fuzz_expect_reply(&in);
    return 0;
}
