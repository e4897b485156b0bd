#include "inspect_input.h"

#include "../../src/scan/secret.h"
#include "../../src/scan/tokenizer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, (size_t)64 << 20);
    struct sw_inspection in;
    sw_inspection_init(&in, &arena);
    in.status = SW_SCAN_PARSED;
    struct sw_error err = {0};
    enum sw_code code = sw_tokenizer_inspect(&in, sw_bytes(data, size), &err);
    fuzz_expect(code == SW_OK || code == SW_E_LIMIT || code == SW_E_NOMEM);
    fuzz_expect(sw_secret_search(&in, sw_bytes(data, size)) == SW_OK);
    fuzz_expect(sw_settle(&in, size) == SW_OK);
    fuzz_expect_reply(&in);
    return 0;
}
