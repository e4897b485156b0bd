#include "claim/claim.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define EACH_ALG(alg) for (enum sw_key_alg alg = SW_KEY_P256; alg <= SW_KEY_ED25519; alg++)
#define NO_PASSPHRASE ((struct sw_str){0})

static struct sw_bytes text_bytes(const char *text)
{
    return sw_bytes_of_str(sw_str(text));
}

static struct sw_key *new_key(enum sw_key_alg alg)
{
    struct sw_key *key = NULL;
    assert_int_equal(sw_key_generate(alg, &key, NULL), SW_OK);
    assert_int_equal(sw_key_alg_of(key), alg);
    assert_true(sw_key_is_private(key));
    return key;
}

static void names_read_back(void **state)
{
    (void)state;
    EACH_ALG(alg)
    {
        enum sw_key_alg again = 0;
        assert_true(sw_key_alg_parse(sw_str(sw_key_alg_name(alg)), &again));
        assert_int_equal(again, alg);
    }
    enum sw_key_alg alg;
    assert_false(sw_key_alg_parse(sw_str("rsa"), &alg));
    assert_false(sw_key_alg_parse(sw_str(""), &alg));
    assert_string_equal(sw_key_alg_details(SW_KEY_P521), "PKIX_ECDSA_P521_SHA_512");
    assert_string_equal(sw_key_alg_details(SW_KEY_ED25519), "PKIX_ED25519");
    struct sw_key *none = NULL;
    assert_string_equal(sw_key_alg_name((enum sw_key_alg)77), "none");
    assert_int_equal(sw_key_generate(0, &none, NULL), SW_E_USAGE);
    assert_null(none);
}

/* Checks that `other` has the same public half and makes the same hint as `key`. */
static void assert_same_public(const struct sw_key *key, const struct sw_key *other)
{
    char hint[SW_KEY_HINT_SIZE];
    char again[SW_KEY_HINT_SIZE];
    sw_key_hint(key, hint);
    sw_key_hint(other, again);
    assert_true(sw_key_equal(key, other));
    assert_int_equal(sw_key_alg_of(key), sw_key_alg_of(other));
    assert_string_equal(hint, again);
}

static void public_keys_read_back(void **state)
{
    (void)state;
    EACH_ALG(alg)
    {
        SW_CLEANUP(key) struct sw_key *key = new_key(alg);
        SW_CLEANUP(key) struct sw_key *from_pem = NULL;
        SW_CLEANUP(key) struct sw_key *from_der = NULL;
        SW_CLEANUP(buf) struct sw_buf pem = SW_BUF_INIT;
        SW_CLEANUP(buf) struct sw_buf der = SW_BUF_INIT;
        assert_int_equal(sw_key_write_public(key, &pem, NULL), SW_OK);
        assert_int_equal(sw_key_write_spki(key, &der, NULL), SW_OK);
        assert_int_equal(sw_key_read_public(sw_buf_bytes(&pem), &from_pem, NULL), SW_OK);
        assert_int_equal(sw_key_read_spki(sw_buf_bytes(&der), &from_der, NULL), SW_OK);
        assert_false(sw_key_is_private(from_pem));
        assert_same_public(key, from_pem);
        assert_same_public(key, from_der);
    }
}

static void private_keys_read_back_and_still_sign(void **state)
{
    (void)state;
    const struct sw_str passphrases[] = {NO_PASSPHRASE, sw_str("correct horse é\n")};
    EACH_ALG(alg)
    {
        SW_CLEANUP(key) struct sw_key *key = new_key(alg);
        for (size_t i = 0; i < SW_COUNT(passphrases); i++) {
            SW_CLEANUP(key) struct sw_key *again = NULL;
            SW_CLEANUP(secret) struct sw_buf pem = SW_BUF_INIT;
            SW_CLEANUP(buf) struct sw_buf signature = SW_BUF_INIT;
            assert_int_equal(sw_key_write_private(key, passphrases[i], &pem, NULL), SW_OK);
            assert_int_equal(
                sw_key_read_private(sw_buf_bytes(&pem), passphrases[i], &again, NULL), SW_OK);
            assert_true(sw_key_is_private(again));
            assert_same_public(key, again);
            assert_int_equal(sw_key_sign(again, text_bytes("x"), &signature, NULL), SW_OK);
            assert_int_equal(
                sw_key_verify(key, text_bytes("x"), sw_buf_bytes(&signature), NULL), SW_OK);
        }
    }
}

static void a_passphrase_is_needed_and_must_be_right(void **state)
{
    (void)state;
    SW_CLEANUP(key) struct sw_key *key = new_key(SW_KEY_P256);
    SW_CLEANUP(key) struct sw_key *none = NULL;
    SW_CLEANUP(secret) struct sw_buf pem = SW_BUF_INIT;
    struct sw_error err = {0};
    assert_int_equal(sw_key_write_private(key, sw_str("s3cret-word"), &pem, &err), SW_OK);
    assert_non_null(strstr(sw_buf_cstr(&pem), "BEGIN ENCRYPTED PRIVATE KEY"));
    assert_int_equal(
        sw_key_read_private(sw_buf_bytes(&pem), NO_PASSPHRASE, &none, &err), SW_E_USAGE);
    assert_non_null(strstr(err.text, "passphrase"));
    static const char *const wrong[] = {"", "s3cret-wore", "s3cret-word ", "S3cret-word"};
    for (size_t i = 0; i < SW_COUNT(wrong); i++) {
        assert_int_equal(
            sw_key_read_private(sw_buf_bytes(&pem), sw_str(wrong[i]), &none, &err), SW_E_REFUSED);
        assert_null(strstr(err.text, "s3cret"));
    }
    assert_null(none);
    assert_int_equal(sw_key_write_private(key, sw_str(""), &pem, &err), SW_E_USAGE);
}

/* Takes the armour off, changes `from` to `to` (both `len` bytes), and puts it on again. */
static void patch_pem(struct sw_buf *pem, const char *from, const char *to, size_t len)
{
    static const char head[] = "-----BEGIN ENCRYPTED PRIVATE KEY-----\n";
    SW_CLEANUP(buf) struct sw_buf base64 = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf der = SW_BUF_INIT;
    for (const char *c = sw_buf_cstr(pem) + strlen(head); *c != '-'; c++) {
        if (*c != '\n') {
            assert_int_equal(sw_buf_putc(&base64, *c), SW_OK);
        }
    }
    assert_int_equal(sw_base64_decode(&der, sw_buf_str(&base64), false), SW_OK);
    size_t at = 0;
    while (memcmp(der.data + at, from, len) != 0) {
        at++;
        assert_true(at + len <= der.len);
    }
    memcpy(der.data + at, to, len);
    sw_buf_clear(&base64);
    sw_buf_clear(pem);
    assert_int_equal(sw_base64_encode(&base64, sw_buf_bytes(&der)), SW_OK);
    assert_int_equal(sw_buf_puts(pem, head), SW_OK);
    for (size_t i = 0; i < base64.len; i += 64) {
        size_t rest = base64.len - i < 64 ? base64.len - i : 64;
        assert_int_equal(sw_buf_append(pem, base64.data + i, rest), SW_OK);
        assert_int_equal(sw_buf_putc(pem, '\n'), SW_OK);
    }
    assert_int_equal(sw_buf_puts(pem, "-----END ENCRYPTED PRIVATE KEY-----\n"), SW_OK);
}

static void a_key_that_asks_for_endless_work_is_refused(void **state)
{
    (void)state;
    SW_CLEANUP(key) struct sw_key *key = new_key(SW_KEY_P256);
    SW_CLEANUP(secret) struct sw_buf pem = SW_BUF_INIT;
    struct sw_key *none = NULL;
    struct sw_error err = {0};
    assert_int_equal(sw_key_write_private(key, sw_str("word"), &pem, NULL), SW_OK);
    /* 600,000 rounds become 8,388,607. */
    patch_pem(&pem, "\x02\x03\x09\x27\xc0", "\x02\x03\x7f\xff\xff", 5);
    assert_int_equal(
        sw_key_read_private(sw_buf_bytes(&pem), sw_str("word"), &none, &err), SW_E_FORMAT);
    assert_non_null(strstr(err.text, "rounds"));
    assert_null(none);
}

static void a_passphrase_for_a_plain_key_does_no_harm(void **state)
{
    (void)state;
    SW_CLEANUP(key) struct sw_key *key = new_key(SW_KEY_ED25519);
    SW_CLEANUP(key) struct sw_key *again = NULL;
    SW_CLEANUP(secret) struct sw_buf pem = SW_BUF_INIT;
    assert_int_equal(sw_key_write_private(key, NO_PASSPHRASE, &pem, NULL), SW_OK);
    assert_int_equal(
        sw_key_read_private(sw_buf_bytes(&pem), sw_str("unused"), &again, NULL), SW_OK);
    assert_true(sw_key_equal(key, again));
}

/* Tries every byte with one bit and with all bits changed. */
static void assert_every_change_refused(
    const struct sw_key *key, const struct sw_buf *data, const struct sw_buf *signature)
{
    static const uint8_t masks[] = {0x01, 0x80, 0xff};
    for (size_t i = 0; i < (data->len + signature->len) * SW_COUNT(masks); i++) {
        size_t at = i / SW_COUNT(masks);
        uint8_t *byte = at < data->len ? &data->data[at] : &signature->data[at - data->len];
        *byte ^= masks[i % SW_COUNT(masks)];
        assert_int_equal(
            sw_key_verify(key, sw_buf_bytes(data), sw_buf_bytes(signature), NULL), SW_E_REFUSED);
        *byte ^= masks[i % SW_COUNT(masks)];
    }
}

static void any_changed_byte_of_data_or_signature_is_refused(void **state)
{
    (void)state;
    EACH_ALG(alg)
    {
        SW_CLEANUP(key) struct sw_key *key = new_key(alg);
        SW_CLEANUP(buf) struct sw_buf data = SW_BUF_INIT;
        SW_CLEANUP(buf) struct sw_buf signature = SW_BUF_INIT;
        assert_int_equal(sw_buf_puts(&data, "what was signed"), SW_OK);
        assert_int_equal(sw_key_sign(key, sw_buf_bytes(&data), &signature, NULL), SW_OK);
        assert_int_equal(
            sw_key_verify(key, sw_buf_bytes(&data), sw_buf_bytes(&signature), NULL), SW_OK);
        assert_every_change_refused(key, &data, &signature);
        for (size_t len = 0; len < signature.len; len++) {
            assert_int_equal(
                sw_key_verify(key, sw_buf_bytes(&data), sw_bytes(signature.data, len), NULL),
                SW_E_REFUSED);
        }
        assert_int_equal(sw_buf_putc(&signature, '\0'), SW_OK);
        assert_int_equal(
            sw_key_verify(key, sw_buf_bytes(&data), sw_buf_bytes(&signature), NULL), SW_E_REFUSED);
    }
}

static void another_key_of_the_same_kind_does_not_verify(void **state)
{
    (void)state;
    EACH_ALG(alg)
    {
        SW_CLEANUP(key) struct sw_key *key = new_key(alg);
        SW_CLEANUP(key) struct sw_key *other = new_key(alg);
        SW_CLEANUP(buf) struct sw_buf signature = SW_BUF_INIT;
        assert_false(sw_key_equal(key, other));
        assert_int_equal(sw_key_sign(key, text_bytes("x"), &signature, NULL), SW_OK);
        assert_int_equal(
            sw_key_verify(other, text_bytes("x"), sw_buf_bytes(&signature), NULL), SW_E_REFUSED);
    }
}

static void the_hash_of_an_ecdsa_key_can_be_stated(void **state)
{
    (void)state;
    SW_CLEANUP(key) struct sw_key *p256 = new_key(SW_KEY_P256);
    SW_CLEANUP(key) struct sw_key *p384 = new_key(SW_KEY_P384);
    SW_CLEANUP(key) struct sw_key *ed25519 = new_key(SW_KEY_ED25519);
    SW_CLEANUP(buf) struct sw_buf signature = SW_BUF_INIT;
    struct sw_bytes x = text_bytes("x");
    assert_int_equal(sw_key_sign(p256, x, &signature, NULL), SW_OK);
    struct sw_bytes sig = sw_buf_bytes(&signature);
    assert_int_equal(sw_key_verify_with(p256, SW_SHA256, x, sig, NULL), SW_OK);
    assert_int_equal(sw_key_verify_with(p256, SW_SHA384, x, sig, NULL), SW_E_REFUSED);
    assert_int_equal(sw_key_verify_with(p384, SW_SHA256, x, sig, NULL), SW_E_REFUSED);
    assert_int_equal(sw_key_verify_with(p256, SW_BLAKE2B, x, sig, NULL), SW_E_USAGE);
    assert_int_equal(sw_key_verify_with(ed25519, SW_SHA256, x, sig, NULL), SW_E_USAGE);
}

static void a_public_key_does_not_sign(void **state)
{
    (void)state;
    SW_CLEANUP(key) struct sw_key *key = new_key(SW_KEY_P256);
    SW_CLEANUP(key) struct sw_key *public_half = NULL;
    SW_CLEANUP(buf) struct sw_buf out = SW_BUF_INIT;
    assert_int_equal(sw_key_write_public(key, &out, NULL), SW_OK);
    assert_int_equal(sw_key_read_public(sw_buf_bytes(&out), &public_half, NULL), SW_OK);
    sw_buf_clear(&out);
    assert_int_equal(sw_key_sign(public_half, text_bytes("x"), &out, NULL), SW_E_USAGE);
    assert_int_equal(sw_key_write_private(public_half, NO_PASSPHRASE, &out, NULL), SW_E_USAGE);
    assert_int_equal(out.len, 0);
}

static void ed25519_agrees_with_rfc_8032(void **state)
{
    (void)state;
    /* RFC 8032 section 7.1, test 1. */
    uint8_t raw[32];
    uint8_t signature[64];
    assert_true(sw_hex_decode(
        sw_str("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"), raw, 32));
    assert_true(
        sw_hex_decode(sw_str("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8"
                             "821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
            signature, 64));
    SW_CLEANUP(key) struct sw_key *key = NULL;
    uint8_t again[32];
    assert_int_equal(sw_key_from_raw_ed25519(raw, &key, NULL), SW_OK);
    assert_int_equal(sw_key_verify(key, sw_bytes("", 0), sw_bytes(signature, 64), NULL), SW_OK);
    assert_int_equal(sw_key_raw_ed25519(key, again), SW_OK);
    assert_memory_equal(again, raw, 32);
    SW_CLEANUP(key) struct sw_key *p256 = new_key(SW_KEY_P256);
    assert_int_equal(sw_key_raw_ed25519(p256, again), SW_E_USAGE);
}

/* openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 | openssl pkey -pubout */
static const char rsa_public[] =
    "-----BEGIN PUBLIC KEY-----\n"
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDNpXr8XgK5y8P/O91vPSdr6FiI\n"
    "EZM5VXF5dEVjYoz8gDSpByMzxYSMmcbjjG4tJZ0KUNjWsGtrFSzSsvgPVi723dhU\n"
    "CB08MJXgUUH0pYLUfGWbB2LBJQjB1EgZqx1zyews33pcOxIH3rzVOs9N4AGPa9AA\n"
    "aijBwScEBZlP4R0tDQIDAQAB\n"
    "-----END PUBLIC KEY-----\n";

/* openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:secp256k1 */
static const char k1_private[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGEAgEAMBAGByqGSM49AgEGBSuBBAAKBG0wawIBAQQg6Cm96FBcBAxjyn3Z25zi\n"
    "dyUJU6SjKkNwCjiBKUQOgOmhRANCAAT/RosdK4vUlJFD/GGoM9Y/DSgwAE6XPATH\n"
    "mRHwsK0E4a/RKF2/cTGUON3vq3rYoghq6bt2jS865I4Z6jeHCFgp\n"
    "-----END PRIVATE KEY-----\n";

/* openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:explicit */
static const char explicit_public[] =
    "-----BEGIN PUBLIC KEY-----\n"
    "MIIBSzCCAQMGByqGSM49AgEwgfcCAQEwLAYHKoZIzj0BAQIhAP////8AAAABAAAA\n"
    "AAAAAAAAAAAA////////////////MFsEIP////8AAAABAAAAAAAAAAAAAAAA////\n"
    "///////////8BCBaxjXYqjqT57PrvVV2mIa8ZR0GsMxTsPY7zjw+J9JgSwMVAMSd\n"
    "NgiG5wSTamZ44ROdJreBn36QBEEEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5\n"
    "RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9QIhAP////8AAAAA\n"
    "//////////+85vqtpxeehPO5ysL8YyVRAgEBA0IABL34XLQU4Wzp4GjFXerv723y\n"
    "7KoKjV0clX0HomKD2hzo86IjcqhRRzoHAhe7opxW9sgWMTuj1Bp6BzJa4YbIx8E=\n"
    "-----END PUBLIC KEY-----\n";

/* openssl ecparam -name prime256v1 -genkey */
static const char sec1_private[] =
    "-----BEGIN EC PARAMETERS-----\n"
    "BggqhkjOPQMBBw==\n"
    "-----END EC PARAMETERS-----\n"
    "-----BEGIN EC PRIVATE KEY-----\n"
    "MHcCAQEEINiGSEhjjCumNKtsDaLEg/Xg+zstT3bw8AUC8rIkbwTgoAoGCCqGSM49\n"
    "AwEHoUQDQgAEdt5Nhcpy+48f8bRvd/YuJqKwUAWN77zWtVHURzLxLoKyQuSIf5SA\n"
    "eBxQ0FEj4gZCTqHHn1c8VvkZoD8IQYuxZA==\n"
    "-----END EC PRIVATE KEY-----\n";

static const char sec1_hint[] = "563b90ad516cb5939fd6f8f7be45f507cd32e7e117a22ee09a7d4383a8db8952";

/* openssl pkcs8 -topk8 -v1 PBE-SHA1-3DES */
static const char pbes1_private[] =
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
    "MIGxMBwGCiqGSIb3DQEMAQMwDgQIJEQGOYRchSgCAggABIGQ1njcTCmD9M2FJtWH\n"
    "1juwk+/dh/8af/jyzm2aGgXxEcRBJDaF8D76ApSNjwMvicY6uY4ar4uUU0dGpBDz\n"
    "h8P2/fvqUePe/xHabOqR07cVYd3jes8ZYG7Q59IQvb5BOrRcJraMHVj7KjD2qMgj\n"
    "9K1ZPs4nnueeXv+0R4CkgwFqI6i78FOECWaRTqd2omAcXOfy\n"
    "-----END ENCRYPTED PRIVATE KEY-----\n";

/* openssl pkcs8 -topk8 -scrypt -passout pass:word */
static const char scrypt_private[] =
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
    "MIHkME8GCSqGSIb3DQEFDTBCMCEGCSsGAQQB2kcECzAUBAjKvSwtmbHy5wICQAAC\n"
    "AQgCAQEwHQYJYIZIAWUDBAEqBBAgmRUHd5tUsvTU768Z21qSBIGQ/MtdwGh6LgvK\n"
    "I0gNc2NtKVoac86+BjdYSzZzjQSWcAtX8oztAaUehzfYCEOCYlec0B281OsK0Q7t\n"
    "aZWRq3FOkePTZTT2x3YpUvnjoV29oCUo6RdDyT6waig5bYA/VfO4bcmwpmHYMhHx\n"
    "gQRXRyG9NKAhKt1mW8AqEXPPPdmBZYrA5MQOdnAxgGfm7WwCPj3A\n"
    "-----END ENCRYPTED PRIVATE KEY-----\n";

/* openssl ec -aes128 -passout pass:word */
static const char old_private[] =
    "-----BEGIN EC PRIVATE KEY-----\n"
    "Proc-Type: 4,ENCRYPTED\n"
    "DEK-Info: AES-128-CBC,69AE9A454B77D8813BE4B30CDC4835A1\n"
    "\n"
    "l0Mo2u9JBRaUuYoRTY9afk96k+UeJijogU7fkItBkcM9lJZkcr4JHwrm9+Rnu0Oh\n"
    "ZLskDABftxRJw0095z4LEfTcy/TNdgFR6z1s1lkaBN/Lun9Hk4G4JgiZwHWWXMOe\n"
    "60NS5eSwbCqSS5BUf7AyGzXAUCRQs2kMhF9Psy06rsM=\n"
    "-----END EC PRIVATE KEY-----\n";

static void a_sec1_file_with_its_preamble_is_read_and_has_the_hint_of_openssl(void **state)
{
    (void)state;
    SW_CLEANUP(key) struct sw_key *key = NULL;
    char hint[SW_KEY_HINT_SIZE];
    assert_int_equal(
        sw_key_read_private(text_bytes(sec1_private), NO_PASSPHRASE, &key, NULL), SW_OK);
    sw_key_hint(key, hint);
    assert_string_equal(hint, sec1_hint);
}

static void a_key_encrypted_with_scrypt_is_read(void **state)
{
    (void)state;
    SW_CLEANUP(key) struct sw_key *key = NULL;
    assert_int_equal(
        sw_key_read_private(text_bytes(scrypt_private), sw_str("word"), &key, NULL), SW_OK);
}

static const struct {
    const char *pem;
    enum sw_code code;
    const char *words;
} refused_private[] = {
    {"", SW_E_FORMAT, "no PEM private key"},
    {"some text\n", SW_E_FORMAT, "no PEM private key"},
    {"-----BEGIN PRIVATE KEY-----\n", SW_E_FORMAT, "damaged"},
    {"-----BEGIN PRIVATE KEY-----\n!!!!\n-----END PRIVATE KEY-----\n", SW_E_FORMAT, "damaged"},
    {"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", SW_E_FORMAT, "damaged"},
    {"-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----\n",
        SW_E_FORMAT, "damaged"},
    {"-----BEGIN RSA PRIVATE KEY-----\nMAA=\n-----END RSA PRIVATE KEY-----\n", SW_E_UNSUPPORTED,
        "ECDSA"},
    {rsa_public, SW_E_FORMAT, "this is a PUBLIC KEY"},
    {k1_private, SW_E_UNSUPPORTED, "secp256k1"},
    {pbes1_private, SW_E_UNSUPPORTED, "old scheme"},
    {old_private, SW_E_UNSUPPORTED, "old kind"},
};

static void private_keys_that_are_none_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < SW_COUNT(refused_private); i++) {
        struct sw_key *key = NULL;
        struct sw_error err = {0};
        assert_int_equal(
            sw_key_read_private(text_bytes(refused_private[i].pem), sw_str("word"), &key, &err),
            refused_private[i].code);
        assert_non_null(strstr(err.text, refused_private[i].words));
        assert_null(key);
    }
}

static const struct {
    const char *pem;
    enum sw_code code;
    const char *words;
} refused_public[] = {
    {"", SW_E_FORMAT, "no PEM public key"},
    {"-----BEGIN PUBLIC KEY-----\nMAA=\n-----END PUBLIC KEY-----\n", SW_E_FORMAT, "not a public"},
    {"-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n", SW_E_FORMAT,
        "this is a CERTIFICATE"},
    {rsa_public, SW_E_UNSUPPORTED, "RSA"},
    {explicit_public, SW_E_UNSUPPORTED, "not given by name"},
    {sec1_private, SW_E_FORMAT, "this is a EC PARAMETERS"},
};

static void public_keys_that_are_none_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < SW_COUNT(refused_public); i++) {
        struct sw_key *key = NULL;
        struct sw_error err = {0};
        assert_int_equal(sw_key_read_public(text_bytes(refused_public[i].pem), &key, &err),
            refused_public[i].code);
        assert_non_null(strstr(err.text, refused_public[i].words));
        assert_null(key);
    }
}

static void der_with_a_tail_or_a_point_off_the_curve_is_refused(void **state)
{
    (void)state;
    SW_CLEANUP(key) struct sw_key *key = new_key(SW_KEY_P256);
    struct sw_key *none = NULL;
    SW_CLEANUP(buf) struct sw_buf der = SW_BUF_INIT;
    assert_int_equal(sw_key_write_spki(key, &der, NULL), SW_OK);
    der.data[der.len - 1] ^= 1;
    assert_int_equal(sw_key_read_spki(sw_buf_bytes(&der), &none, NULL), SW_E_FORMAT);
    der.data[der.len - 1] ^= 1;
    assert_int_equal(sw_buf_putc(&der, '\0'), SW_OK);
    assert_int_equal(sw_key_read_spki(sw_buf_bytes(&der), &none, NULL), SW_E_FORMAT);
    assert_null(none);
}

static void the_point_at_infinity_is_refused(void **state)
{
    (void)state;
    /* SubjectPublicKeyInfo of id-ecPublicKey, prime256v1, with the one-byte point 00. */
    uint8_t der[27];
    assert_true(sw_hex_decode(sw_str("301930130607"
                                     "2a8648ce3d0201"
                                     "0608"
                                     "2a8648ce3d030107"
                                     "03020000"),
        der, 27));
    struct sw_key *none = NULL;
    assert_int_equal(sw_key_read_spki(sw_bytes(der, sizeof(der)), &none, NULL), SW_E_FORMAT);
    assert_null(none);
}

static void signatures_are_the_same_when_anybody_can_turn_one_into_the_other(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        size_t a_len, b_len;
        bool same;
    } rows[] = {
        {"\x30\x06\x02\x01\x05\x02\x01\x07", "\x30\x06\x02\x01\x05\x02\x01\x09", 8, 8, true},
        {"\x30\x06\x02\x01\x05\x02\x01\x07", "\x30\x07\x02\x01\x05\x02\x02\x00\x99", 8, 9, true},
        {"\x30\x81\x06\x02\x01\x05\x02\x01\x07", "\x30\x06\x02\x01\x05\x02\x01\x09", 9, 8, true},
        {"\x30\x06\x02\x01\x05\x02\x01\x07", "\x30\x06\x02\x01\x06\x02\x01\x07", 8, 8, false},
        {"\x30\x06\x02\x01\x05\x02\x01\x07", "\x30\x06\x02\x02\x05\x01\x02\x01", 8, 8, false},
        {"\x30\x06\x02\x09\x05", "\x30\x06\x02\x09\x05", 5, 5, true},
        {"\x30\x06\x02\x09\x05", "\x30\x06\x02\x09\x06", 5, 5, false},
        {"ed25519", "ed25519", 7, 7, true},
        {"ed25519", "ed25518", 7, 7, false},
        {"", "", 0, 0, false},
        {"\x30", "", 1, 0, false},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct sw_bytes a = sw_bytes(rows[i].a, rows[i].a_len);
        struct sw_bytes b = sw_bytes(rows[i].b, rows[i].b_len);
        if (sw_signature_same(a, b) != rows[i].same || sw_signature_same(b, a) != rows[i].same) {
            fail_msg("row %zu", i);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_read_back),
        cmocka_unit_test(public_keys_read_back),
        cmocka_unit_test(private_keys_read_back_and_still_sign),
        cmocka_unit_test(a_passphrase_is_needed_and_must_be_right),
        cmocka_unit_test(a_key_that_asks_for_endless_work_is_refused),
        cmocka_unit_test(a_passphrase_for_a_plain_key_does_no_harm),
        cmocka_unit_test(signatures_are_the_same_when_anybody_can_turn_one_into_the_other),
        cmocka_unit_test(any_changed_byte_of_data_or_signature_is_refused),
        cmocka_unit_test(another_key_of_the_same_kind_does_not_verify),
        cmocka_unit_test(the_hash_of_an_ecdsa_key_can_be_stated),
        cmocka_unit_test(a_public_key_does_not_sign),
        cmocka_unit_test(ed25519_agrees_with_rfc_8032),
        cmocka_unit_test(a_sec1_file_with_its_preamble_is_read_and_has_the_hint_of_openssl),
        cmocka_unit_test(a_key_encrypted_with_scrypt_is_read),
        cmocka_unit_test(private_keys_that_are_none_are_refused),
        cmocka_unit_test(public_keys_that_are_none_are_refused),
        cmocka_unit_test(der_with_a_tail_or_a_point_off_the_curve_is_refused),
        cmocka_unit_test(the_point_at_infinity_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
