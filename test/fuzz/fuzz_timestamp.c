/* An RFC 3161 response, behind the certificate of its authority: two bytes of length, the
 * certificate, the response. What holds over one signature holds over no other. */
#include "claim/keyless_private.h"

#include <stdlib.h>

static void expect(bool holds)
{
    if (!holds) {
        abort();
    }
}

static enum sw_code check(
    const struct sw_trusted_root *root, struct sw_bytes response, const char *signature)
{
    const struct sw_root_authority *by = NULL;
    struct sw_error err = {0};
    int64_t time = 0;
    enum sw_code rc =
        sw_timestamp_check(root, response, sw_bytes_of_str(sw_str(signature)), &by, &time, &err);
    expect((rc == SW_OK) == (by != NULL));
    expect(rc == SW_OK || err.text[0] != '\0' || rc == SW_E_NOMEM);
    return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sw_cursor cur = sw_cursor(sw_bytes(data, size));
    struct sw_root_authority authority = {
        .url = "a", .certificate_count = 1, .valid = {INT64_MIN, INT64_MAX}};
    const struct sw_trusted_root root = {.stampers = &authority, .stamper_count = 1};
    struct sw_bytes response;
    uint16_t len;
    if (sw_cur_u16be(&cur, &len) != SW_OK ||
        sw_cur_bytes(&cur, len, &authority.certificates[0]) != SW_OK ||
        sw_cur_bytes(&cur, sw_cur_left(&cur), &response) != SW_OK) {
        return 0;
    }
    if (check(&root, response, "signature") == SW_OK) {
        expect(check(&root, response, "signaturf") == SW_E_REFUSED);
    }
    return 0;
}
