/* Settings and tensors that do not belong together, as files that lie tell them: the first line is
 * the settings, the second the tensors; whether it is GGUF stands in the first byte. */
#include "inspect_input.h"

#include "../../src/scan/repository.h"
#include "../../src/scan/tensor_list.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct sw_fact fact(const char *kind, struct sw_bytes bytes)
{
    return (struct sw_fact){.kind = kind, .member = "", .bytes = bytes};
}

static void list(struct sw_arena *arena, struct sw_bytes tensors)
{
    struct sw_scan_file file = {.path = "f", .format = "gguf", .size = 1u << 20};
    struct sw_scan_report report = {.files = &file, .file_count = 1};
    struct sw_tensor_list out;
    file.tensors = sw_str_of_bytes(tensors);
    file.digests = sw_str("");
    if (sw_tensor_list_of(arena, &report, &out, NULL) == SW_OK) {
        for (size_t i = 0; i < out.count; i++) {
            fuzz_expect(out.tensors[i].offset + out.tensors[i].size <= file.size);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sw_cursor cur = sw_cursor(sw_bytes(data, size));
    uint8_t gguf;
    struct sw_bytes settings;
    if (sw_cur_u8(&cur, &gguf) != SW_OK || sw_cur_until(&cur, '\n', &settings) != SW_OK) {
        return 0;
    }
    struct sw_bytes tensors = sw_bytes(data + cur.pos, size - cur.pos);
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, (size_t)64 << 20);
    struct sw_fact facts[] = {
        fact((gguf & 1) != 0 ? "gguf" : "json", settings), fact("tensors", tensors)};
    struct sw_repository_file files[] = {
        {.path = "config.json", .format = "json", .facts = facts, .fact_count = 1},
        {.path = "model.safetensors",
            .format = "safetensors",
            .index = 1,
            .facts = facts + 1,
            .fact_count = 1},
    };
    struct sw_repository_file single = {
        .path = "m-00001-of-00001.gguf", .format = "gguf", .facts = facts, .fact_count = 2};
    struct sw_repository repository = {(gguf & 1) != 0 ? &single : files, (gguf & 1) != 0 ? 1 : 2};
    struct sw_inspection in;
    sw_inspection_init(&in, &arena);
    enum sw_code code = sw_repository_check_architecture(&in, &repository, NULL);
    fuzz_expect(code == SW_OK || code == SW_E_FORMAT || code == SW_E_NOMEM);
    list(&arena, tensors);
    return 0;
}
