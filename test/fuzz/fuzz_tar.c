/* The tar parser. What it lists must lie inside, and each entry must lead forward. */
#include "inspect_input.h"

#include "codec/tar.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void list(const uint8_t *data, size_t size)
{
    static struct sw_window window;
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, (size_t)64 << 20);
    struct sw_source source = sw_source_memory(sw_bytes(data, size));
    struct sw_tar tar;
    sw_tar_init(&tar, &source, &window, &arena);
    for (uint64_t before = 0;; before = tar.at) {
        struct sw_tar_entry entry;
        bool over;
        if (sw_tar_next(&tar, &entry, &over, NULL) != SW_OK || over) {
            fuzz_expect(tar.at <= size);
            return;
        }
        fuzz_expect(tar.at >= before + SW_TAR_BLOCK && tar.at <= size);
        fuzz_expect(entry.data <= size && entry.size <= size - entry.data);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    list(data, size);
    return fuzz_parse(&sw_format_tar, data, size);
}
