/* The whole look at a file: recognising, parsing, what is at its end. Looking without parsing must
 * come to the same format wherever no parser is wanted. */
#include "inspect_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, (size_t)256 << 20);
    struct sw_source source = sw_source_memory(sw_bytes(data, size));
    struct sw_inspection whole;
    struct sw_inspection look;
    sw_inspection_init(&whole, &arena);
    sw_inspection_init(&look, &arena);
    struct sw_specimen outside = {.source = source,
        .head = sw_bytes(data, size < SW_HEAD_SIZE ? size : SW_HEAD_SIZE),
        .name = "model.pt",
        .outside = true};
    if (sw_inspect(&whole, &source, "model.pt") != SW_OK ||
        sw_inspect_specimen(&look, &outside) != SW_OK) {
        return 0;
    }
    fuzz_expect_reply(&whole);
    if (!look.wants_parser) {
        fuzz_expect(strcmp(whole.format, look.format) == 0 && whole.status == look.status);
    }
    return 0;
}
