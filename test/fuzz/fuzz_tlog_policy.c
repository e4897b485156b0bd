/* Log policies. Whatever policy is made up, it cannot accept a checkpoint whose key is unknown. */
#include "evidence/evidence.h"

#include <stdlib.h>

static const char checkpoint_text[] =
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "\xE2\x80\x94 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYj"
    "OBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 16 << 20);
    struct sw_error err = {0};
    struct sw_tlog_policy *policy = NULL;
    if (sw_tlog_policy_parse(&arena, sw_bytes(data, size), &policy, &err) != SW_OK) {
        if (policy != NULL || err.text[0] == '\0') {
            abort();
        }
        return 0;
    }
    struct sw_checkpoint checkpoint;
    struct sw_bytes text = sw_bytes(checkpoint_text, sizeof(checkpoint_text) - 1);
    if (sw_checkpoint_parse(&arena, text, &checkpoint, &err) != SW_OK ||
        sw_tlog_policy_check(policy, &checkpoint, &err) != SW_E_REFUSED) {
        abort();
    }
    return 0;
}
