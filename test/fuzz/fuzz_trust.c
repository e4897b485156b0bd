/* A trust.yaml. A refused one leaves the set as it was and says where. */
#include "claim/claim.h"

#include <stdlib.h>

static void expect(bool holds)
{
    if (!holds) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SW_CLEANUP(trust) struct sw_trust *trust = NULL;
    struct sw_error err = {0};
    expect(sw_trust_new(&trust) == SW_OK);
    if (sw_trust_read(trust, sw_bytes(data, size), "/nonexistent", &err) != SW_OK) {
        expect(sw_trust_count(trust) == 0);
        expect(strncmp(err.text, "trust.yaml: ", 12) == 0);
    }
    return 0;
}
