/* A key file in PEM, or a public key in DER. What is read must read back the same after writing,
 * and a private key's signature must verify. No passphrase is given: deriving keys is slow. */
#include "claim/claim.h"

#include <stdlib.h>

static void expect(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void public_round_trip(const struct sw_key *key)
{
    SW_CLEANUP(buf) struct sw_buf pem = SW_BUF_INIT;
    SW_CLEANUP(key) struct sw_key *again = NULL;
    char hint[SW_KEY_HINT_SIZE];
    char same[SW_KEY_HINT_SIZE];
    expect(sw_key_write_public(key, &pem, NULL) == SW_OK);
    expect(sw_key_read_public(sw_buf_bytes(&pem), &again, NULL) == SW_OK);
    sw_key_hint(key, hint);
    sw_key_hint(again, same);
    expect(sw_key_equal(key, again) && strcmp(hint, same) == 0);
    expect(!sw_key_is_private(again));
}

static void private_round_trip(const struct sw_key *key)
{
    SW_CLEANUP(secret) struct sw_buf pem = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf signature = SW_BUF_INIT;
    SW_CLEANUP(key) struct sw_key *again = NULL;
    struct sw_bytes message = sw_bytes("m", 1);
    expect(sw_key_write_private(key, (struct sw_str){0}, &pem, NULL) == SW_OK);
    expect(sw_key_read_private(sw_buf_bytes(&pem), (struct sw_str){0}, &again, NULL) == SW_OK);
    expect(sw_key_sign(again, message, &signature, NULL) == SW_OK);
    expect(sw_key_verify(key, message, sw_buf_bytes(&signature), NULL) == SW_OK);
    public_round_trip(key);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sw_bytes input = sw_bytes(data, size);
    SW_CLEANUP(key) struct sw_key *private_key = NULL;
    SW_CLEANUP(key) struct sw_key *from_pem = NULL;
    SW_CLEANUP(key) struct sw_key *from_der = NULL;
    if (sw_key_read_private(input, (struct sw_str){0}, &private_key, NULL) == SW_OK) {
        private_round_trip(private_key);
    }
    if (sw_key_read_public(input, &from_pem, NULL) == SW_OK) {
        public_round_trip(from_pem);
    }
    if (sw_key_read_spki(input, &from_der, NULL) == SW_OK) {
        public_round_trip(from_der);
    }
    return 0;
}
