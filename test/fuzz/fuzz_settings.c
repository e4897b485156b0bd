#include "../../src/scan/keras.h"
#include "../../src/scan/keras_json.h"
#include "../../src/scan/skops.h"
#include "inspect_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, (size_t)64 << 20);
    struct sw_inspection in;
    struct sw_error err = {0};
    sw_inspection_init(&in, &arena);
    in.format = "json";
    in.status = SW_SCAN_PARSED;
    enum sw_code code = sw_keras_json_inspect(&in, sw_bytes(data, size));
    fuzz_expect(code == SW_OK || code == SW_E_NOMEM || code == SW_E_LIMIT);
    code = sw_keras_judge(&in, sw_bytes(data, size), &err);
    fuzz_expect(code == SW_OK || code == SW_E_NOMEM || code == SW_E_FORMAT || code == SW_E_LIMIT);
    code = sw_skops_judge(&in, sw_bytes(data, size), &err);
    fuzz_expect(code == SW_OK || code == SW_E_NOMEM || code == SW_E_FORMAT || code == SW_E_LIMIT);
    fuzz_expect(sw_settle(&in, size) == SW_OK);
    fuzz_expect_reply(&in);
    return 0;
}
