/* The zip reader, then the parser over it. A listed member that is readable must lie inside. */
#include "inspect_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_members(const struct sw_zip *zip, size_t size)
{
    size_t count = zip->count < 64 ? zip->count : 64;
    for (size_t i = 0; i < count; i++) {
        const struct sw_zip_entry *entry = &zip->entries[i];
        fuzz_expect(
            !entry->readable || (entry->data <= size && entry->stored <= size - entry->data));
        struct sw_source stored;
        struct sw_packed how = {0};
        if (sw_zip_data(zip, entry, &stored, &how, NULL) != SW_OK || how.budget == 0) {
            continue;
        }
        SW_CLEANUP(unpack) struct sw_unpack *unpack = NULL;
        struct sw_unpack_end end;
        how.budget = 1 << 20;
        if (sw_unpack_new(&unpack, &stored, &how, &end, NULL) == SW_OK) {
            fuzz_expect(end.size <= 1 << 20 && end.stored <= entry->stored);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, (size_t)64 << 20);
    struct sw_source source = sw_source_memory(sw_bytes(data, size));
    struct sw_zip zip;
    if (sw_zip_open(&zip, &source, &arena, NULL) == SW_OK) {
        fuzz_expect(sw_zip_has_end(sw_bytes(data, size)) || size > SW_ZIP_TAIL_MAX);
        read_members(&zip, size);
    }
    return fuzz_parse(&sw_format_zip, data, size);
}
