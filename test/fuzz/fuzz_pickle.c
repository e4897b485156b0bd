/* The pickle machine, whole and as a skim: what the skim turns away must not import anything. */
#include "inspect_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    struct sw_inspection in;
    sw_inspection_init(&in, &arena);
    struct sw_specimen specimen = {.source = sw_source_memory(sw_bytes(data, size)),
        .head = sw_bytes(data, size < SW_HEAD_SIZE ? size : SW_HEAD_SIZE),
        .name = "input"};
    struct sw_error err = {0};
    in.status = SW_SCAN_PARSED;
    (void)!sw_format_pickle.parse(&in, &specimen, &err);
    fuzz_expect(sw_settle(&in, size) == SW_OK);
    fuzz_expect_reply(&in);
    bool imports = false;
    for (size_t i = 0; i < in.finding_count; i++) {
        imports = imports || (strcmp(in.findings[i].rule, "pickle-import") == 0 &&
                                 in.findings[i].severity == SW_SEVERITY_CRITICAL &&
                                 in.findings[i].offset == 0);
    }
    fuzz_expect(!imports || sw_format_pickle.sniff(&specimen));
    return 0;
}
