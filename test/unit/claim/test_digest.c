#include "claim/claim.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* FIPS 180-4 and RFC 7693 example values. */
static const struct {
    enum sw_digest_alg alg;
    const char *name;
    const char *message;
    const char *hex;
} vectors[] = {
    {SW_SHA256, "sha256", "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {SW_SHA256, "sha256", "abc",
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {SW_SHA384, "sha384", "",
        "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f148"
        "98b95b"},
    {SW_SHA384, "sha384", "abc",
        "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134"
        "c825a7"},
    {SW_SHA512, "sha512", "abc",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3"
        "feebbd454d4423643ce80e2a9ac94fa54ca49f"},
    {SW_BLAKE2B, "blake2b", "abc",
        "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de45"
        "33cc9518d38aa8dbf1925ab92386edd4009923"},
};

static void digests_agree_with_the_standards(void **state)
{
    (void)state;
    for (size_t i = 0; i < SW_COUNT(vectors); i++) {
        struct sw_digest digest;
        struct sw_bytes message = sw_bytes_of_str(sw_str(vectors[i].message));
        assert_int_equal(sw_digest_of(vectors[i].alg, message, &digest), SW_OK);
        char hex[2 * SW_DIGEST_MAX + 1];
        sw_digest_hex(&digest, hex);
        assert_string_equal(hex, vectors[i].hex);
        assert_int_equal(sw_digest_alg_len(vectors[i].alg), strlen(vectors[i].hex) / 2);
        assert_string_equal(sw_digest_alg_name(vectors[i].alg), vectors[i].name);
    }
}

static void a_message_in_pieces_has_the_digest_of_the_whole(void **state)
{
    (void)state;
    uint8_t message[1000];
    for (size_t i = 0; i < sizeof(message); i++) {
        message[i] = (uint8_t)(i * 7);
    }
    for (enum sw_digest_alg alg = SW_SHA256; alg <= SW_BLAKE2B; alg++) {
        struct sw_digest whole;
        assert_int_equal(sw_digest_of(alg, sw_bytes(message, sizeof(message)), &whole), SW_OK);
        for (size_t cut = 0; cut <= sizeof(message); cut += 111) {
            struct sw_hash hash;
            struct sw_digest pieces;
            assert_int_equal(sw_hash_init(&hash, alg), SW_OK);
            sw_hash_update(&hash, message, cut);
            sw_hash_update(&hash, message + cut, sizeof(message) - cut);
            sw_hash_final(&hash, &pieces);
            assert_true(sw_digest_equal(&whole, &pieces));
        }
    }
}

static void sha256_in_one_call_is_the_same(void **state)
{
    (void)state;
    struct sw_digest one;
    struct sw_digest other;
    struct sw_bytes abc = sw_bytes("abc", 3);
    sw_sha256(abc, &one);
    assert_int_equal(sw_digest_of(SW_SHA256, abc, &other), SW_OK);
    assert_true(sw_digest_equal(&one, &other));
    sw_sha256((struct sw_bytes){0}, &one);
    assert_int_equal(sw_digest_of(SW_SHA256, sw_bytes("", 0), &other), SW_OK);
    assert_true(sw_digest_equal(&one, &other));
}

static void a_running_hash_can_be_given_up(void **state)
{
    (void)state;
    for (enum sw_digest_alg alg = SW_SHA256; alg <= SW_BLAKE2B; alg++) {
        struct sw_hash hash;
        assert_int_equal(sw_hash_init(&hash, alg), SW_OK);
        sw_hash_update(&hash, "x", 1);
        sw_hash_abort(&hash); /* the leak checker sees what it forgets */
    }
}

static void text_reads_back(void **state)
{
    (void)state;
    for (enum sw_digest_alg alg = SW_SHA256; alg <= SW_BLAKE2B; alg++) {
        struct sw_digest digest;
        struct sw_digest again;
        char text[SW_DIGEST_TEXT_SIZE];
        assert_int_equal(sw_digest_of(alg, sw_bytes("abc", 3), &digest), SW_OK);
        sw_digest_text(&digest, text);
        assert_true(sw_digest_parse(sw_str(text), &again));
        assert_true(sw_digest_equal(&digest, &again));
    }
}

#define HEX64 "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static void malformed_text_is_refused_and_leaves_the_output_alone(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        ":",
        "sha256",
        "sha256:",
        "sha256:ba",
        HEX64,
        ":" HEX64,
        "sha256:" HEX64 "00",
        "sha256: " HEX64,
        "sha256:" HEX64 "\n",
        "SHA256:" HEX64,
        "sha1:" HEX64,
        "blake3:" HEX64,
        "sha512:" HEX64,
        "sha256:BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD",
        "sha256:ga7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    };
    for (size_t i = 0; i < SW_COUNT(bad); i++) {
        struct sw_digest out = {.alg = SW_SHA384, .len = 1, .bytes = {42}};
        assert_false(sw_digest_parse(sw_str(bad[i]), &out));
        assert_int_equal(out.alg, SW_SHA384);
        assert_int_equal(out.bytes[0], 42);
    }
    struct sw_digest out;
    assert_false(sw_digest_from_hex(0, sw_str(""), &out));
    assert_false(sw_digest_from_hex((enum sw_digest_alg)99, sw_str(HEX64), &out));
}

static void no_digest_equals_nothing(void **state)
{
    (void)state;
    struct sw_digest none = {0};
    assert_false(sw_digest_equal(&none, &none));
}

static void algorithm_names_are_sorted_into_known_unavailable_and_unknown(void **state)
{
    (void)state;
    struct sw_error err = {0};
    enum sw_digest_alg alg;
    assert_int_equal(sw_digest_alg_parse(sw_str("sha384"), &alg, &err), SW_OK);
    assert_int_equal(alg, SW_SHA384);
    assert_int_equal(sw_digest_alg_parse(sw_str("blake3"), &alg, &err), SW_E_UNSUPPORTED);
    assert_non_null(strstr(err.text, "blake3"));
    assert_int_equal(sw_digest_alg_parse(sw_str("md5"), &alg, &err), SW_E_FORMAT);
    assert_non_null(strstr(err.text, "md5"));
    assert_int_equal(sw_digest_alg_parse(sw_str(""), &alg, &err), SW_E_FORMAT);
    struct sw_hash hash;
    assert_int_equal(sw_hash_init(&hash, (enum sw_digest_alg)77), SW_E_UNSUPPORTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digests_agree_with_the_standards),
        cmocka_unit_test(a_message_in_pieces_has_the_digest_of_the_whole),
        cmocka_unit_test(sha256_in_one_call_is_the_same),
        cmocka_unit_test(a_running_hash_can_be_given_up),
        cmocka_unit_test(text_reads_back),
        cmocka_unit_test(malformed_text_is_refused_and_leaves_the_output_alone),
        cmocka_unit_test(no_digest_equals_nothing),
        cmocka_unit_test(algorithm_names_are_sorted_into_known_unavailable_and_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
