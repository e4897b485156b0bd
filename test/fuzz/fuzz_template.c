#include "../../src/scan/template.h"
#include "inspect_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, (size_t)64 << 20);
    struct sw_inspection in;
    sw_inspection_init(&in, &arena);
    in.format = "text";
    in.status = SW_SCAN_PARSED;
    enum sw_code code = sw_template_inspect(&in, sw_bytes(data, size));
    fuzz_expect(code == SW_OK || code == SW_E_NOMEM);
    code = sw_text_find_template(&in, sw_bytes(data, size));
    fuzz_expect(code == SW_OK || code == SW_E_NOMEM);
    fuzz_expect(sw_settle(&in, size) == SW_OK);
    fuzz_expect_reply(&in);
    return 0;
}
