#include "claim/claim.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define LONGEST 600u

static void check_pair(const uint8_t *text, size_t a, size_t b)
{
    uint8_t first[32];
    uint8_t second[32];
    struct sw_digest wanted;
    sw_sha256_pair(sw_bytes(text, a), sw_bytes(text + LONGEST, b), first, second);
    sw_sha256(sw_bytes(text, a), &wanted);
    assert_memory_equal(first, wanted.bytes, 32);
    sw_sha256(sw_bytes(text + LONGEST, b), &wanted);
    assert_memory_equal(second, wanted.bytes, 32);
}

static void test_both_are_what_each_is_alone(void **state)
{
    (void)state;
    uint8_t text[2 * LONGEST];
    for (size_t i = 0; i < sizeof(text); i++) {
        text[i] = (uint8_t)(i * 131 + i / 7);
    }
    for (size_t a = 0; a <= 200; a++) {
        for (size_t b = 0; b <= 200; b++) {
            check_pair(text, a, b);
        }
        check_pair(text, a, LONGEST);
        check_pair(text, LONGEST, a);
    }
}

static void test_known_digests(void **state)
{
    (void)state;
    /* FIPS 180-4, and the empty message. */
    static const char abc[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    static const char none[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    struct sw_digest a = {.alg = SW_SHA256, .len = 32};
    struct sw_digest b = a;
    char hex[2 * SW_DIGEST_MAX + 1];
    sw_sha256_pair(sw_bytes("abc", 3), sw_bytes(NULL, 0), a.bytes, b.bytes);
    sw_digest_hex(&a, hex);
    assert_string_equal(hex, abc);
    sw_digest_hex(&b, hex);
    assert_string_equal(hex, none);
}

static void test_outputs_may_stand_where_the_inputs_are(void **state)
{
    (void)state;
    uint8_t text[128] = "first";
    uint8_t was[128];
    struct sw_digest wanted;
    memcpy(was, text, sizeof(text));
    sw_sha256_pair(sw_bytes(text, 128), sw_bytes(text, 64), text, text + 32);
    sw_sha256(sw_bytes(was, 128), &wanted);
    assert_memory_equal(text, wanted.bytes, 32);
    sw_sha256(sw_bytes(was, 64), &wanted);
    assert_memory_equal(text + 32, wanted.bytes, 32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_are_what_each_is_alone),
        cmocka_unit_test(test_known_digests),
        cmocka_unit_test(test_outputs_may_stand_where_the_inputs_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
