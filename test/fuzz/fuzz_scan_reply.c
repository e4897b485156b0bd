/* What the worker answers, as a worker that was taken over might answer it. */
#include "inspect_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, (size_t)64 << 20);
    struct sw_inspection in;
    if (sw_inspection_decode(&in, &arena, sw_bytes(data, size), NULL) != SW_OK) {
        return 0;
    }
    fuzz_expect(in.status <= SW_SCAN_FAILED && in.finding_count <= SW_FINDINGS_MAX);
    bool read = in.status == SW_SCAN_PARSED || in.status == SW_SCAN_PLAIN;
    fuzz_expect(in.unread_count <= SW_UNREAD_MAX && read == (in.unread_count == 0));
    for (size_t i = 0; i < in.finding_count; i++) {
        const char *message = in.findings[i].message;
        fuzz_expect(sw_utf8_valid(sw_bytes(message, strlen(message))));
        fuzz_expect(strchr(message, '\n') == NULL && strchr(message, '\x1b') == NULL);
    }
    return 0;
}
