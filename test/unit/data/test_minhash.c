#include "data/match_private.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "temp_tree.h"

#include "unit/data/random_help.h"

static struct sw_shingle_key make_key(const char *seed)
{
    struct sw_shingle_key key;
    sw_shingle_key(sw_bytes(seed, strlen(seed)), &key);
    return key;
}

static void random_text(struct random *r, char *out, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        out[i] = (char)('a' + random_below(r, 26));
    }
    out[len] = '\0';
}

static bool share(const struct sw_fingerprints *a, const struct sw_fingerprints *b)
{
    for (size_t i = 0; i < a->count; i++) {
        for (size_t k = 0; k < b->count; k++) {
            if (a->hashes[i] == b->hashes[k]) {
                return true;
            }
        }
    }
    return false;
}

static void test_case_and_white_space_do_not_count(void **state)
{
    (void)state;
    struct sw_shingle_key key = make_key("key");
    const char *a = "The quick  brown\n\n\tfox jumps over the LAZY dog, and then it sleeps.";
    const char *b = "  the quick brown fox jumps over the lazy dog, and then it sleeps.";
    struct sw_minhash x;
    struct sw_minhash y;
    assert_true(sw_minhash_of(&key, sw_bytes(a, strlen(a)), &x));
    assert_true(sw_minhash_of(&key, sw_bytes(b, strlen(b)), &y));
    assert_int_equal(sw_minhash_similarity(&x, &y), 10000);
    assert_int_equal(x.shingles, y.shingles);
    for (unsigned band = 0; band < SW_MINHASH_BANDS; band++) {
        assert_true(sw_minhash_band(&x, band) == sw_minhash_band(&y, band));
    }
    SW_CLEANUP(fingerprints) struct sw_fingerprints f = {0};
    SW_CLEANUP(fingerprints) struct sw_fingerprints g = {0};
    assert_int_equal(sw_fingerprints_of(&key, sw_bytes(a, strlen(a)), &f), SW_OK);
    assert_int_equal(sw_fingerprints_of(&key, sw_bytes(b, strlen(b)), &g), SW_OK);
    assert_int_equal(f.count, g.count);
    assert_memory_equal(f.hashes, g.hashes, f.count * sizeof(f.hashes[0]));
}

static void test_short_texts_say_nothing(void **state)
{
    (void)state;
    struct sw_shingle_key key = make_key("key");
    struct sw_minhash hash;
    const char *text = "abcdefghijklmnopqrs"; /* 12 shingles */
    for (size_t len = 0; len <= strlen(text); len++) {
        bool enough = len >= SW_SHINGLE_SIZE + SW_MINHASH_SHORTEST - 1;
        assert_int_equal(sw_minhash_of(&key, sw_bytes(text, len), &hash), enough);
    }
}

static void test_another_key_gives_other_hashes(void **state)
{
    (void)state;
    struct random r = {1};
    char text[501];
    random_text(&r, text, 500);
    struct sw_shingle_key a = make_key("one");
    struct sw_shingle_key b = make_key("two");
    struct sw_minhash x;
    struct sw_minhash y;
    assert_true(sw_minhash_of(&a, sw_bytes(text, 500), &x));
    assert_true(sw_minhash_of(&b, sw_bytes(text, 500), &y));
    assert_true(sw_minhash_similarity(&x, &y) < 200);
}

static void test_what_23_bytes_share_is_found(void **state)
{
    (void)state;
    struct random r = {2};
    struct sw_shingle_key key = make_key("key");
    SW_CLEANUP(fingerprints) struct sw_fingerprints f = {0};
    SW_CLEANUP(fingerprints) struct sw_fingerprints g = {0};
    for (unsigned round = 0; round < 300; round++) {
        char a[401];
        char b[401];
        size_t len = SW_SHINGLE_SIZE + SW_WINNOW_WINDOW - 1;
        size_t at = random_below(&r, 400 - (uint32_t)len);
        random_text(&r, a, 400);
        random_text(&r, b, 400);
        memcpy(b + random_below(&r, 400 - (uint32_t)len), a + at, len);
        assert_int_equal(sw_fingerprints_of(&key, sw_bytes(a, 400), &f), SW_OK);
        assert_int_equal(sw_fingerprints_of(&key, sw_bytes(b, 400), &g), SW_OK);
        assert_true(share(&f, &g));
        random_text(&r, b, 400);
        assert_int_equal(sw_fingerprints_of(&key, sw_bytes(b, 400), &g), SW_OK);
        assert_false(share(&f, &g));
    }
}

static void test_fingerprints_are_different_and_few(void **state)
{
    (void)state;
    struct random r = {3};
    struct sw_shingle_key key = make_key("key");
    SW_CLEANUP(fingerprints) struct sw_fingerprints f = {0};
    size_t len = 200000;
    char *text = malloc(len + 1);
    assert_non_null(text);
    random_text(&r, text, len);
    memcpy(text + len / 2, text, len / 4); /* what is there twice has the same ones */
    assert_int_equal(sw_fingerprints_of(&key, sw_bytes(text, len), &f), SW_OK);
    assert_true(f.count > len / 14 && f.count < len / 10);
    for (size_t i = 1; i < 200; i++) {
        for (size_t k = 0; k < i; k++) {
            assert_true(f.hashes[i] != f.hashes[k]);
        }
    }
    /* A small text behind a large one, and one of a single shingle. */
    assert_int_equal(sw_fingerprints_of(&key, sw_bytes(text, 9), &f), SW_OK);
    assert_int_equal(f.count, 1);
    assert_int_equal(sw_fingerprints_of(&key, sw_bytes(text, 7), &f), SW_OK);
    assert_int_equal(f.count, 0);
    memset(text, 'a', len);
    assert_int_equal(sw_fingerprints_of(&key, sw_bytes(text, len), &f), SW_OK);
    assert_int_equal(f.count, 1);
    free(text);
}

static void test_a_pile_gives_back_what_was_put_on_it(void **state)
{
    (void)state;
    struct random r = {4};
    struct sw_error err = {0};
    SW_CLEANUP(pile) struct sw_pile pile = SW_PILE_INIT(uint64_t[3]);
    uint64_t count = 150000; /* some MiB: not all of it is held */
    uint64_t record[3];
    assert_int_equal(sw_pile_open(&pile, "/tmp", &err), SW_OK);
    for (uint64_t i = 0; i < count; i++) {
        uint64_t made[3] = {i, i * i, ~i};
        assert_int_equal(sw_pile_add(&pile, made, &err), SW_OK);
        uint64_t any = random_u64(&r) % (i + 1);
        if (i % 100 == 0) {
            assert_int_equal(sw_pile_at(&pile, any, record, &err), SW_OK);
            assert_true(record[0] == any && record[1] == any * any);
        }
    }
    for (unsigned pass = 0; pass < 2; pass++) {
        for (uint64_t i = 0; i < count; i++) {
            uint64_t at = pass == 0 ? i : random_u64(&r) % count;
            assert_int_equal(sw_pile_at(&pile, at, record, &err), SW_OK);
            assert_true(record[0] == at && record[1] == at * at && record[2] == ~at);
        }
    }
    assert_int_equal(sw_pile_at(&pile, count, record, &err), SW_E_INTERNAL);
}

static void test_a_sieve_never_denies_what_it_has(void **state)
{
    (void)state;
    struct random r = {5};
    SW_CLEANUP(sieve) struct sw_sieve sieve = {0};
    assert_int_equal(sw_sieve_make(&sieve, 100000), SW_OK);
    for (unsigned i = 0; i < 100000; i++) {
        sw_sieve_add(&sieve, random_u64(&r));
    }
    r = (struct random){5};
    for (unsigned i = 0; i < 100000; i++) {
        assert_true(sw_sieve_may_have(&sieve, random_u64(&r)));
    }
    unsigned wrong = 0;
    for (unsigned i = 0; i < 100000; i++) {
        wrong += sw_sieve_may_have(&sieve, random_u64(&r)) ? 1 : 0;
    }
    assert_true(wrong < 6000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_case_and_white_space_do_not_count),
        cmocka_unit_test(test_short_texts_say_nothing),
        cmocka_unit_test(test_another_key_gives_other_hashes),
        cmocka_unit_test(test_what_23_bytes_share_is_found),
        cmocka_unit_test(test_fingerprints_are_different_and_few),
        cmocka_unit_test(test_a_pile_gives_back_what_was_put_on_it),
        cmocka_unit_test(test_a_sieve_never_denies_what_it_has),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
