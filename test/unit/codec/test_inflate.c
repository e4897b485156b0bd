#include "codec/inflate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pack.h"

#include <stdlib.h>

struct outcome {
    struct sw_buf out;
    enum sw_code code;
    struct sw_error err;
    bool cut;
    uint64_t consumed;
    char name[8];
};

/* Unpacks all of `stored`, `chunk` bytes at a time. */
static void unpack(struct outcome *o, struct sw_bytes stored, size_t chunk)
{
    *o = (struct outcome){0};
    SW_CLEANUP(inflate) struct sw_inflate *s = NULL;
    struct sw_source source = sw_source_memory(stored);
    o->code = sw_inflate_new(&s, &source, &o->err);
    assert_int_equal(o->code, SW_OK);
    (void)snprintf(o->name, sizeof(o->name), "%s", sw_inflate_name(s));
    assert_int_equal(sw_inflate_is_plain(s), strcmp(o->name, "plain") == 0);
    size_t got = 1;
    while (got > 0) {
        assert_int_equal(sw_buf_reserve(&o->out, chunk), SW_OK);
        o->code = sw_inflate_read(s, o->out.data + o->out.len, chunk, &got, &o->err);
        if (o->code != SW_OK) {
            break;
        }
        assert_true(got <= chunk);
        o->out.len += got;
    }
    struct sw_error again = {0};
    assert_int_equal(sw_inflate_read(s, o->out.data, chunk, &got, &again), o->code);
    assert_string_equal(again.text, o->err.text);
    o->cut = sw_inflate_is_cut(s);
    o->consumed = sw_inflate_consumed(s);
}

static const size_t chunks[] = {1, 7, 4096, 1 << 20};

/* Bytes that compress a little. */
static void fill(struct sw_buf *out, size_t len)
{
    uint32_t x = 1;
    for (size_t i = 0; i < len; i++) {
        x = x * 1103515245u + 12345u;
        assert_int_equal(sw_buf_putc(out, (char)('a' + (x >> 16 & 15))), SW_OK);
    }
}

static void expect_all(struct sw_bytes stored, const char *name, struct sw_bytes raw)
{
    for (size_t i = stored.len > 4096 ? 2 : 0; i < SW_COUNT(chunks); i++) {
        struct outcome o;
        unpack(&o, stored, chunks[i]);
        assert_int_equal(o.code, SW_OK);
        assert_string_equal(o.name, name);
        assert_int_equal(o.consumed, stored.len);
        assert_true(sw_bytes_equal(sw_buf_bytes(&o.out), raw));
        sw_buf_release(&o.out);
    }
}

static void plain_bytes_come_as_they_are(void **state)
{
    static const char *const plain[] = {"", "a", "\x1f", "(\xb5/", "hello, world", "PK\3\4zip"};
    for (size_t i = 0; i < SW_COUNT(plain); i++) {
        expect_all(
            sw_bytes(plain[i], strlen(plain[i])), "plain", sw_bytes(plain[i], strlen(plain[i])));
    }
}

static void every_member_and_frame_is_unpacked(void **state)
{
    for (unsigned zstd = 0; zstd < 2; zstd++) {
        SW_CLEANUP(buf) struct sw_buf raw = SW_BUF_INIT;
        SW_CLEANUP(buf) struct sw_buf stored = SW_BUF_INIT;
        for (size_t part = 0; part < 5; part++) {
            size_t from = raw.len;
            fill(&raw, part * part * 1000); /* the first one is empty */
            struct sw_bytes more = sw_bytes(raw.data + from, raw.len - from);
            pack(&stored, zstd != 0, more);
        }
        expect_all(sw_buf_bytes(&stored), zstd != 0 ? "zstd" : "gzip", sw_buf_bytes(&raw));
    }
}

static void more_than_fits_in_memory_at_once_is_unpacked(void **state)
{
    for (unsigned zstd = 0; zstd < 2; zstd++) {
        SW_CLEANUP(buf) struct sw_buf raw = SW_BUF_INIT;
        SW_CLEANUP(buf) struct sw_buf stored = SW_BUF_INIT;
        fill(&raw, 3 << 20);
        pack(&stored, zstd != 0, sw_buf_bytes(&raw));
        expect_all(sw_buf_bytes(&stored), zstd != 0 ? "zstd" : "gzip", sw_buf_bytes(&raw));
    }
}

static void a_frame_to_be_passed_over_is(void **state)
{
    SW_CLEANUP(buf) struct sw_buf stored = SW_BUF_INIT;
    assert_int_equal(sw_buf_append(&stored, "\x5a\x2a\x4d\x18\x03\x00\x00\x00xyz", 11), SW_OK);
    pack(&stored, true, sw_bytes("abc", 3));
    assert_int_equal(sw_buf_append(&stored, "\x50\x2a\x4d\x18\x00\x00\x00\x00", 8), SW_OK);
    expect_all(sw_buf_bytes(&stored), "zstd", sw_bytes("abc", 3));
}

/* Wherever a file is cut, what came before is given, and then that it was cut. */
static void a_cut_file_gives_what_it_has_and_fails(void **state)
{
    for (unsigned zstd = 0; zstd < 2; zstd++) {
        SW_CLEANUP(buf) struct sw_buf raw = SW_BUF_INIT;
        SW_CLEANUP(buf) struct sw_buf stored = SW_BUF_INIT;
        fill(&raw, 500);
        pack(&stored, zstd != 0, sw_buf_bytes(&raw));
        size_t whole = stored.len;
        pack(&stored, zstd != 0, sw_buf_bytes(&raw));
        for (size_t len = whole + 4; len < stored.len; len++) {
            struct outcome o;
            unpack(&o, sw_bytes(stored.data, len), 4096);
            assert_int_equal(o.code, SW_E_FORMAT);
            assert_true(o.cut);
            assert_non_null(strstr(o.err.text, "ends too early"));
            char where[32];
            (void)snprintf(where, sizeof(where), "byte %zu:", len);
            assert_non_null(strstr(o.err.text, where));
            assert_true(o.out.len >= 500 && o.out.len <= 1000);
            assert_memory_equal(o.out.data, raw.data, 500);
            sw_buf_release(&o.out);
        }
    }
}

static void what_follows_the_last_member_is_refused(void **state)
{
    for (unsigned zstd = 0; zstd < 2; zstd++) {
        SW_CLEANUP(buf) struct sw_buf stored = SW_BUF_INIT;
        pack(&stored, zstd != 0, sw_bytes("abc", 3));
        char where[32];
        (void)snprintf(where, sizeof(where), "byte %zu: ", stored.len);
        assert_int_equal(sw_buf_puts(&stored, "garbage"), SW_OK);
        struct outcome o;
        unpack(&o, sw_buf_bytes(&stored), 4096);
        assert_int_equal(o.code, SW_E_FORMAT);
        assert_false(o.cut);
        assert_non_null(strstr(o.err.text, where));
        assert_true(sw_str_is(sw_buf_str(&o.out), "abc"));
        sw_buf_release(&o.out);
    }
}

static void damage_is_found_at_the_latest_by_the_checksum(void **state)
{
    for (unsigned zstd = 0; zstd < 2; zstd++) {
        SW_CLEANUP(buf) struct sw_buf raw = SW_BUF_INIT;
        SW_CLEANUP(buf) struct sw_buf stored = SW_BUF_INIT;
        fill(&raw, 2000);
        pack(&stored, zstd != 0, sw_buf_bytes(&raw));
        size_t missed = 0;
        for (size_t at = 10; at < stored.len; at++) {
            stored.data[at] ^= 0x10;
            struct outcome o;
            unpack(&o, sw_buf_bytes(&stored), 100);
            missed += o.code == SW_OK && !sw_bytes_equal(sw_buf_bytes(&o.out), sw_buf_bytes(&raw));
            assert_true(o.code == SW_OK || o.code == SW_E_FORMAT || o.code == SW_E_LIMIT);
            sw_buf_release(&o.out);
            stored.data[at] ^= 0x10;
        }
        assert_int_equal(missed, 0);
    }
}

static void bad_heads_are_refused(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
        enum sw_code code;
    } bad[] = {
        {"\x1f\x8b", 2, SW_E_FORMAT},                                          /* nothing more */
        {"\x1f\x8b\x07\x00\x00\x00\x00\x00\x00\x03\x03\x00", 12, SW_E_FORMAT}, /* not deflate */
        {"\x28\xb5\x2f\xfd", 4, SW_E_FORMAT},                                  /* nothing more */
        {"\x28\xb5\x2f\xfd\x20\x05\xff\xff\xff", 9, SW_E_FORMAT},      /* a reserved block */
        {"\x28\xb5\x2f\xfd\x00\x88\x01\x00\x00", 9, SW_OK},            /* a window of 128 MiB */
        {"\x28\xb5\x2f\xfd\x00\x89\x01\x00\x00", 9, SW_E_LIMIT},       /* … of 144 MiB */
        {"\x28\xb5\x2f\xfd\x00\xf8\x01\x00\x00", 9, SW_E_LIMIT},       /* … of 2 TiB */
        {"\x28\xb5\x2f\xfd\x21\x07\x00\x01\x00\x00", 10, SW_E_FORMAT}, /* a dictionary */
    };
    for (size_t i = 0; i < SW_COUNT(bad); i++) {
        struct outcome o;
        unpack(&o, sw_bytes(bad[i].bytes, bad[i].len), 64);
        assert_int_equal(o.code, bad[i].code);
        assert_true((o.code == SW_OK) == (o.err.text[0] == '\0'));
        sw_buf_release(&o.out);
    }
}

/* 256 MB come out of some kilobytes, and are never held. */
static void a_bomb_is_a_stream_like_any_other(void **state)
{
    SW_CLEANUP(buf) struct sw_buf raw = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf stored = SW_BUF_INIT;
    assert_int_equal(sw_buf_reserve(&raw, 64 << 20), SW_OK);
    memset(raw.data, 0, 64 << 20);
    for (unsigned i = 0; i < 4; i++) {
        pack(&stored, true, sw_bytes(raw.data, 64 << 20));
    }
    struct sw_source source = sw_source_memory(sw_buf_bytes(&stored));
    SW_CLEANUP(inflate) struct sw_inflate *s = NULL;
    assert_int_equal(sw_inflate_new(&s, &source, NULL), SW_OK);
    uint64_t sum = 0;
    size_t got = 1;
    while (got > 0) {
        assert_int_equal(sw_inflate_read(s, raw.data, 1 << 20, &got, NULL), SW_OK);
        sum += got;
    }
    assert_int_equal(sum, 4 * (64 << 20));
}

static void reading_can_begin_later(void **state)
{
    for (unsigned kind = 0; kind < 3; kind++) {
        SW_CLEANUP(buf) struct sw_buf raw = SW_BUF_INIT;
        SW_CLEANUP(buf) struct sw_buf stored = SW_BUF_INIT;
        fill(&raw, 100000);
        if (kind < 2) {
            pack(&stored, kind != 0, sw_buf_bytes(&raw));
        } else {
            assert_int_equal(sw_buf_append(&stored, raw.data, raw.len), SW_OK);
        }
        struct sw_source source = sw_source_memory(sw_buf_bytes(&stored));
        SW_CLEANUP(inflate) struct sw_inflate *s = NULL;
        assert_int_equal(sw_inflate_new(&s, &source, NULL), SW_OK);
        assert_int_equal(sw_inflate_skip(s, 54321, NULL), SW_OK);
        uint8_t out[100];
        size_t got;
        assert_int_equal(sw_inflate_read(s, out, sizeof(out), &got, NULL), SW_OK);
        assert_memory_equal(out, raw.data + 54321, sizeof(out));
        struct sw_error err = {0};
        assert_int_equal(sw_inflate_skip(s, 100000, &err), SW_E_FORMAT);
        assert_non_null(strstr(err.text, "ends before the place"));
        assert_false(sw_inflate_is_cut(s));
    }
}

static void a_file_that_became_shorter_is_a_failure_to_read(void **state)
{
    char path[] = "/tmp/sw-test-XXXXXX";
    SW_CLEANUP(fd) int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(remove(path), 0);
    assert_int_equal(sw_fd_write(fd, path, sw_bytes("0123456789", 10), NULL), SW_OK);
    struct sw_source source = sw_source_fd(fd, 20);
    SW_CLEANUP(inflate) struct sw_inflate *s = NULL;
    assert_int_equal(sw_inflate_new(&s, &source, NULL), SW_OK);
    uint8_t out[64];
    size_t got;
    assert_int_equal(sw_inflate_read(s, out, sizeof(out), &got, NULL), SW_E_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_bytes_come_as_they_are),
        cmocka_unit_test(every_member_and_frame_is_unpacked),
        cmocka_unit_test(more_than_fits_in_memory_at_once_is_unpacked),
        cmocka_unit_test(a_frame_to_be_passed_over_is),
        cmocka_unit_test(a_cut_file_gives_what_it_has_and_fails),
        cmocka_unit_test(what_follows_the_last_member_is_refused),
        cmocka_unit_test(damage_is_found_at_the_latest_by_the_checksum),
        cmocka_unit_test(bad_heads_are_refused),
        cmocka_unit_test(a_bomb_is_a_stream_like_any_other),
        cmocka_unit_test(reading_can_begin_later),
        cmocka_unit_test(a_file_that_became_shorter_is_a_failure_to_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
