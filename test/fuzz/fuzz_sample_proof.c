/* Proofs about samples, as anybody may hand one in. */
#include "data/proof.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* Of the seeds. */
    static const char policy_text[] =
        "log example.com/test-log+b202d20a+AYkTmTQIdloHrP7X0uV/EwAZhWkwkgCUFnfG/nAKriI9\n"
        "quorum none\n";
    SW_CLEANUP(arena) struct sw_arena arena;
    SW_CLEANUP(buf) struct sw_buf again = SW_BUF_INIT;
    struct sw_sample_proof proof;
    struct sw_sample_proof twice;
    struct sw_proof_statement said;
    struct sw_tlog_policy *policy = NULL;
    sw_arena_init(&arena, 4 << 20);
    if (sw_sample_proof_read(&arena, sw_bytes(data, size), &proof, NULL) != SW_OK) {
        return 0;
    }
    /* What was read can be written, and says the same then. */
    if (sw_sample_proof_write(&proof, &again, NULL) == SW_OK &&
        (sw_sample_proof_read(&arena, sw_buf_bytes(&again), &twice, NULL) != SW_OK ||
            !sw_bytes_equal(proof.entry, twice.entry) ||
            !sw_bytes_equal(proof.checkpoint, twice.checkpoint))) {
        abort();
    }
    if (sw_tlog_policy_parse(
            &arena, sw_bytes(policy_text, sizeof(policy_text) - 1), &policy, NULL) == SW_OK) {
        (void)!sw_sample_proof_check(&arena, &proof, policy, &said, NULL);
    }
    return 0;
}
