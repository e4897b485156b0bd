/* Proofs. The format has one spelling, so what is read must be written back byte for byte. */
#include "evidence/evidence.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 32 << 20);
    struct sw_error err = {0};
    struct sw_tlog_proof proof;
    if (sw_tlog_proof_parse(&arena, sw_bytes(data, size), &proof, &err) != SW_OK) {
        return 0;
    }
    const uint8_t *checkpoint = (const uint8_t *)proof.checkpoint.body.ptr;
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_bytes rest = sw_bytes(checkpoint, size - (size_t)(checkpoint - data));
    if (sw_tlog_proof_write(&proof, rest, &text) != SW_OK ||
        !sw_bytes_equal(sw_buf_bytes(&text), sw_bytes(data, size))) {
        abort();
    }
    return 0;
}
