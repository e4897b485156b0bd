/* A policy from anybody: parsed, told in words. */
#include "policy/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, (size_t)64 << 20);
    SW_CLEANUP(buf) struct sw_buf words = SW_BUF_INIT;
    struct sw_policy *policy;
    struct sw_error err = {0};
    if (sw_policy_parse(&arena, sw_bytes(data, size), &policy, &err) != SW_OK) {
        return 0;
    }
    if (sw_policy_explain(&arena, policy, &words) != SW_OK || words.len == 0) {
        abort();
    }
    return 0;
}
