#include "codec/compress.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdlib.h>

/* Bytes that compress a little, the same every time. */
static void fill(uint8_t *out, size_t len)
{
    uint32_t x = 1;
    for (size_t i = 0; i < len; i++) {
        x = x * 1103515245u + 12345u;
        out[i] = (uint8_t)(x >> 16 & 15);
    }
}

static void round_trip(size_t len)
{
    SW_CLEANUP(free) uint8_t *raw = malloc(len + 1);
    SW_CLEANUP(free) uint8_t *again = malloc(len + 1);
    SW_CLEANUP(buf) struct sw_buf stored = SW_BUF_INIT;
    fill(raw, len);
    assert_int_equal(sw_zstd_compress(sw_bytes(raw, len), SW_ZSTD_LEVEL, &stored), SW_OK);
    struct sw_error err = {0};
    assert_int_equal(sw_zstd_decompress(sw_buf_bytes(&stored), again, len, &err), SW_OK);
    assert_true(sw_bytes_equal(sw_bytes(raw, len), sw_bytes(again, len)));
}

static void chunks_of_every_size_come_back(void **state)
{
    static const size_t sizes[] = {0, 1, 255, 256, 4096, 65536, 1 << 20, (3 << 20) + 7};
    for (size_t i = 0; i < SW_COUNT(sizes); i++) {
        round_trip(sizes[i]);
    }
}

static void a_chunk_is_added_behind_what_stands_there(void **state)
{
    SW_CLEANUP(buf) struct sw_buf out = SW_BUF_INIT;
    assert_int_equal(sw_buf_puts(&out, "head"), SW_OK);
    assert_int_equal(sw_zstd_compress(sw_bytes("abc", 3), SW_ZSTD_LEVEL, &out), SW_OK);
    assert_memory_equal(out.data, "head", 4);
    char raw[3];
    struct sw_error err = {0};
    assert_int_equal(sw_zstd_decompress(sw_bytes(out.data + 4, out.len - 4), raw, 3, &err), SW_OK);
    assert_memory_equal(raw, "abc", 3);
}

static void a_full_buffer_is_refused(void **state)
{
    SW_CLEANUP(buf) struct sw_buf out = {.max = 4};
    assert_int_equal(sw_zstd_compress(sw_bytes("abc", 3), SW_ZSTD_LEVEL, &out), SW_E_LIMIT);
    assert_int_equal(out.len, 0);
}

static enum sw_code unpack(const void *stored, size_t len, size_t raw_len)
{
    /* An exact copy, so that a read or a write past the end is seen. */
    SW_CLEANUP(free) uint8_t *copy = malloc(len == 0 ? 1 : len);
    SW_CLEANUP(free) uint8_t *raw = malloc(raw_len == 0 ? 1 : raw_len);
    memcpy(copy, stored, len);
    struct sw_error err = {0};
    enum sw_code code = sw_zstd_decompress(sw_bytes(copy, len), raw, raw_len, &err);
    assert_true((code == SW_OK) == (err.text[0] == '\0'));
    return code;
}

static void another_size_is_refused(void **state)
{
    SW_CLEANUP(buf) struct sw_buf stored = SW_BUF_INIT;
    uint8_t raw[1000];
    fill(raw, sizeof(raw));
    assert_int_equal(sw_zstd_compress(sw_bytes(raw, sizeof(raw)), SW_ZSTD_LEVEL, &stored), SW_OK);
    assert_int_equal(unpack(stored.data, stored.len, sizeof(raw)), SW_OK);
    assert_int_equal(unpack(stored.data, stored.len, sizeof(raw) - 1), SW_E_FORMAT);
    assert_int_equal(unpack(stored.data, stored.len, sizeof(raw) + 1), SW_E_FORMAT);
    assert_int_equal(unpack(stored.data, stored.len, 0), SW_E_FORMAT);
}

static void a_frame_that_is_cut_or_has_more_behind_it_is_refused(void **state)
{
    SW_CLEANUP(buf) struct sw_buf stored = SW_BUF_INIT;
    uint8_t raw[300];
    fill(raw, sizeof(raw));
    assert_int_equal(sw_zstd_compress(sw_bytes(raw, sizeof(raw)), SW_ZSTD_LEVEL, &stored), SW_OK);
    for (size_t len = 0; len < stored.len; len++) {
        assert_int_equal(unpack(stored.data, len, sizeof(raw)), SW_E_FORMAT);
    }
    size_t one = stored.len;
    assert_int_equal(sw_buf_putc(&stored, 0), SW_OK);
    assert_int_equal(unpack(stored.data, stored.len, sizeof(raw)), SW_E_FORMAT);
    stored.len = one;
    assert_int_equal(sw_zstd_compress(sw_bytes("", 0), SW_ZSTD_LEVEL, &stored), SW_OK);
    assert_int_equal(unpack(stored.data, stored.len, sizeof(raw)), SW_E_FORMAT);
}

static void other_frames_are_refused(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
    } bad[] = {
        {"", 0}, {"\x50\x2a\x4d\x18\x00\x00\x00\x00", 8}, /* a skippable frame */
        {"\x27\xb5\x2f\xfd\x00\x00\x00\x00", 8},          /* the format of zstd 0.7 */
        {"\x1e\xb5\x2f\xfd\x00\x00\x00\x00", 8},          /* the first format */
        {"\x28\xb5\x2f\xfd\x00\x00\x01\x00\x00", 9},      /* does not name its size */
        {"\x28\xb5\x2f\xfd\x21\x07\x00\x01\x00\x00", 10}, /* wants a dictionary */
        {"\x1f\x8b\x08\x00\x00\x00\x00\x00", 8},          /* gzip */
    };
    for (size_t i = 0; i < SW_COUNT(bad); i++) {
        assert_int_equal(unpack(bad[i].bytes, bad[i].len, 0), SW_E_FORMAT);
        assert_int_equal(unpack(bad[i].bytes, bad[i].len, 64), SW_E_FORMAT);
    }
}

/* Damage is found by the digest of whoever stored the chunk; here it must only do no harm. */
static void damage_writes_nowhere_else(void **state)
{
    SW_CLEANUP(buf) struct sw_buf stored = SW_BUF_INIT;
    uint8_t raw[300];
    fill(raw, sizeof(raw));
    assert_int_equal(sw_zstd_compress(sw_bytes(raw, sizeof(raw)), SW_ZSTD_LEVEL, &stored), SW_OK);
    for (size_t at = 0; at < stored.len; at++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            stored.data[at] ^= (uint8_t)(1u << bit);
            enum sw_code code = unpack(stored.data, stored.len, sizeof(raw));
            assert_true(code == SW_OK || code == SW_E_FORMAT);
            stored.data[at] ^= (uint8_t)(1u << bit);
        }
    }
}

static void *round_trip_on_thread(void *unused)
{
    round_trip(100000);
    return NULL;
}

static void threads_do_not_share_working_memory(void **state)
{
    pthread_t threads[4];
    for (size_t i = 0; i < SW_COUNT(threads); i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, round_trip_on_thread, NULL), 0);
    }
    for (size_t i = 0; i < SW_COUNT(threads); i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chunks_of_every_size_come_back),
        cmocka_unit_test(a_chunk_is_added_behind_what_stands_there),
        cmocka_unit_test(a_full_buffer_is_refused),
        cmocka_unit_test(another_size_is_refused),
        cmocka_unit_test(a_frame_that_is_cut_or_has_more_behind_it_is_refused),
        cmocka_unit_test(other_frames_are_refused),
        cmocka_unit_test(damage_writes_nowhere_else),
        cmocka_unit_test(threads_do_not_share_working_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
