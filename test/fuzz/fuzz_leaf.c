/* Log entries that look like a claim's. */
#include "evidence/leaf.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_leaf leaf;
    char text[SW_TIME_TEXT_SIZE];
    sw_arena_init(&arena, 1 << 20);
    if (sw_leaf_read(&arena, sw_bytes(data, size), &leaf, NULL) == SW_OK) {
        sw_time_format(leaf.time, text);
        if (leaf.claim.alg != SW_SHA256 || leaf.claim.len != SHA256_DIGEST_LENGTH) {
            abort();
        }
    }
    return 0;
}
