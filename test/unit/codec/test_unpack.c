#include "codec/unpack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "squeeze.h"

struct opened {
    struct sw_unpack *unpack;
    struct sw_unpack_end end;
    struct sw_source source;
};

static struct sw_packed usual(enum sw_packing packing)
{
    struct sw_packed packed = {
        .packing = packing, .size = UINT64_MAX, .budget = UINT64_MAX, .many = true};
    if (packing == SW_PACK_LZMA || packing == SW_PACK_LZMA2) {
        packed.chain = squeeze_chain(packing);
    }
    return packed;
}

static void open_with(struct opened *o, struct sw_bytes bytes, const struct sw_packed *packed)
{
    struct sw_source source = sw_source_memory(bytes);
    struct sw_error err = {0};
    assert_int_equal(sw_unpack_new(&o->unpack, &source, packed, &o->end, &err), SW_OK);
    o->source = sw_unpack_source(o->unpack);
    assert_int_equal(o->source.size, o->end.size);
}

static void open_packed(struct opened *o, struct sw_bytes bytes, enum sw_packing packing)
{
    struct sw_packed packed = usual(packing);
    open_with(o, bytes, &packed);
}

/* Neither all the same nor all different. */
static void fill(struct sw_buf *out, size_t len)
{
    uint64_t state = 88172645463325252u;
    assert_int_equal(sw_buf_reserve(out, len), SW_OK);
    for (size_t i = 0; i < len; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        out->data[i] = (uint8_t)(i % 3 == 0 ? state >> 60 : i >> 12);
    }
    out->len = len;
}

static void expect_at(const struct opened *o, const struct sw_buf *plain, uint64_t at, size_t len)
{
    static uint8_t got[1 << 20];
    struct sw_error err = {0};
    assert_in_range(len, 0, sizeof(got));
    if (sw_source_read(&o->source, at, got, len, &err) != SW_OK) {
        fail_msg("at %llu: %s", (unsigned long long)at, err.text);
    }
    assert_memory_equal(got, plain->data + at, len);
}

static void test_every_packing_is_read_at_any_place(void **state)
{
    enum { SIZE = 1 << 20 };
    SW_CLEANUP(buf) struct sw_buf plain = SW_BUF_INIT;
    fill(&plain, SIZE);
    for (int packing = 0; packing < SW_PACKINGS; packing++) {
        SW_CLEANUP(buf) struct sw_buf packed = SW_BUF_INIT;
        squeeze(&packed, (enum sw_packing)packing, sw_buf_bytes(&plain));
        struct opened o;
        open_packed(&o, sw_buf_bytes(&packed), (enum sw_packing)packing);
        if (o.end.code != SW_OK || o.end.size != SIZE) {
            fail_msg("%s: %s", sw_packing_name((enum sw_packing)packing), o.end.err.text);
        }
        assert_int_equal(o.end.stored, packed.len);
        assert_int_equal(o.end.crc, (uint32_t)crc32(0, plain.data, SIZE));
        expect_at(&o, &plain, 0, SIZE);
        expect_at(&o, &plain, SIZE - 7, 7);
        expect_at(&o, &plain, 70001, 400000);
        expect_at(&o, &plain, 5, 10);
        sw_unpack_free(o.unpack);
    }
}

/* A window of 64 MiB moves over the rest. */
static void test_more_than_is_held_is_read_anew(void **state)
{
    enum { SIZE = 150 << 20 };
    SW_CLEANUP(buf) struct sw_buf plain = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf packed = SW_BUF_INIT;
    fill(&plain, SIZE);
    pack_zstd(&packed, sw_buf_bytes(&plain));
    struct opened o;
    open_packed(&o, sw_buf_bytes(&packed), SW_PACK_ZSTD);
    assert_int_equal(o.end.code, SW_OK);
    const uint64_t places[] = {SIZE - 100, 3, 1 << 20, 100 << 20, SIZE - 99, 70 << 20, 65535};
    for (size_t i = 0; i < SW_COUNT(places); i++) {
        expect_at(&o, &plain, places[i], 99);
    }
    sw_unpack_free(o.unpack);
}

/* Who reads back and forth over more than is held makes work, of which there is an end. */
static void test_reading_back_and_forth_ends(void **state)
{
    enum { SIZE = 150 << 20 };
    SW_CLEANUP(buf) struct sw_buf plain = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf packed = SW_BUF_INIT;
    assert_int_equal(sw_buf_reserve(&plain, SIZE), SW_OK);
    memset(plain.data, 0, SIZE);
    plain.len = SIZE;
    pack_zstd(&packed, sw_buf_bytes(&plain));
    struct opened o;
    open_packed(&o, sw_buf_bytes(&packed), SW_PACK_ZSTD);
    enum sw_code code = SW_OK;
    size_t turns = 0;
    while (code == SW_OK && turns < 1000) {
        char byte;
        uint64_t at = turns++ % 2 == 0 ? 1 << 20 : SIZE - 1;
        code = sw_source_read(&o.source, at, &byte, 1, NULL);
    }
    assert_int_equal(code, SW_E_LIMIT);
    assert_in_range(turns, 10, 100);
    sw_unpack_free(o.unpack);
}

/* A loader has run what came before the damage. */
static void test_what_comes_before_the_damage_is_there(void **state)
{
    enum { SIZE = 1 << 20, CUT = 3000 };
    SW_CLEANUP(buf) struct sw_buf plain = SW_BUF_INIT;
    fill(&plain, SIZE);
    for (int packing = 0; packing < SW_PACKINGS; packing++) {
        SW_CLEANUP(buf) struct sw_buf packed = SW_BUF_INIT;
        squeeze(&packed, (enum sw_packing)packing, sw_buf_bytes(&plain));
        struct opened o;
        open_packed(&o, sw_bytes(packed.data, packed.len - CUT), (enum sw_packing)packing);
        const char *name = sw_packing_name((enum sw_packing)packing);
        if (o.end.code != SW_E_FORMAT || !o.end.cut || strstr(o.end.err.text, "early") == NULL) {
            fail_msg("%s, cut: %s", name, o.end.err.text);
        }
        bool one_block = packing == SW_PACK_LZ4_LEGACY;
        assert_in_range(o.end.size, one_block ? 0 : SIZE / 4, SIZE - 1);
        expect_at(&o, &plain, 0, (size_t)o.end.size);
        sw_unpack_free(o.unpack);
        if (one_block) { /* it has no checksum */
            continue;
        }
        memset(packed.data + packed.len / 2, 0xff, 64);
        open_packed(&o, sw_buf_bytes(&packed), (enum sw_packing)packing);
        if (o.end.code != SW_E_FORMAT || o.end.cut) {
            fail_msg("%s, broken: %s", name, o.end.err.text);
        }
        assert_int_equal(o.end.streams, 0);
        sw_unpack_free(o.unpack);
    }
}

static void test_streams_behind_each_other_are_one(void **state)
{
    static const enum sw_packing packings[] = {
        SW_PACK_GZIP, SW_PACK_BZIP2, SW_PACK_XZ, SW_PACK_ZSTD, SW_PACK_LZ4, SW_PACK_LZ4_LEGACY};
    for (size_t i = 0; i < SW_COUNT(packings); i++) {
        SW_CLEANUP(buf) struct sw_buf packed = SW_BUF_INIT;
        SW_CLEANUP(buf) struct sw_buf plain = SW_BUF_INIT;
        squeeze(&packed, packings[i], sw_bytes("one ", 4));
        squeeze(&packed, packings[i], sw_bytes("two", 3));
        size_t whole = packed.len;
        assert_int_equal(sw_buf_puts(&plain, "one two"), SW_OK);
        for (int behind = 0; behind < 2; behind++) {
            struct opened o;
            open_packed(&o, sw_buf_bytes(&packed), packings[i]);
            bool legacy = packings[i] == SW_PACK_LZ4_LEGACY;
            if (legacy && behind == 1) { /* it has no end of its own */
                assert_int_equal(o.end.code, SW_E_FORMAT);
            } else {
                assert_int_equal(o.end.code, SW_OK);
                assert_int_equal(o.end.stored, whole);
            }
            assert_int_equal(o.end.size, 7);
            expect_at(&o, &plain, 0, 7);
            sw_unpack_free(o.unpack);
            assert_int_equal(sw_buf_puts(&packed, "something else"), SW_OK);
        }
    }
}

static void test_padding_is_no_data(void **state)
{
    SW_CLEANUP(buf) struct sw_buf packed = SW_BUF_INIT;
    static const uint8_t nuls[512];
    squeeze(&packed, SW_PACK_GZIP, sw_bytes("one ", 4));
    assert_int_equal(sw_buf_append(&packed, nuls, sizeof(nuls)), SW_OK);
    squeeze(&packed, SW_PACK_GZIP, sw_bytes("two", 3));
    assert_int_equal(sw_buf_append(&packed, nuls, sizeof(nuls)), SW_OK);
    struct opened o;
    open_packed(&o, sw_buf_bytes(&packed), SW_PACK_GZIP);
    assert_int_equal(o.end.code, SW_OK);
    assert_int_equal(o.end.streams, 2);
    assert_int_equal(o.end.size, 7);
    assert_int_equal(o.end.stored, packed.len);
    sw_unpack_free(o.unpack);
}

/* RFC 1952, 2.3: "abc" stored, behind each kind of header. */
#define BODY "\x01\x03\x00\xfc\xff\x61\x62\x63\xc2\x41\x24\x35\x03\x00\x00\x00"

static void test_gzip_headers_are_read_as_the_loosest_reader_does(void **state)
{
    static const struct {
        const char *what, *bytes;
        size_t len;
        bool loose, broken;
    } rows[] = {
#define ROW(bytes) bytes BODY, sizeof(bytes BODY) - 1
        {"plain", ROW("\x1f\x8b\x08\0\0\0\0\0\0\x03"), false, false},
        {"a name", ROW("\x1f\x8b\x08\x08\0\0\0\0\0\x03name\0"), false, false},
        {"extra, name, comment", ROW("\x1f\x8b\x08\x1c\0\0\0\0\0\x03\x03\0xyzname\0said\0"), false,
            false},
        {"a header checksum", ROW("\x1f\x8b\x08\x02\0\0\0\0\0\x03\xa7\x77"), false, false},
        {"a wrong header checksum", ROW("\x1f\x8b\x08\x02\0\0\0\0\0\x03\xa6\x77"), true, false},
        {"a reserved flag", ROW("\x1f\x8b\x08\x80\0\0\0\0\0\x03"), true, false},
        {"another method", ROW("\x1f\x8b\x07\0\0\0\0\0\0\x03"), false, true},
        {"a name without end", "\x1f\x8b\x08\x08\0\0\0\0\0\x03name", 14, false, true},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct opened o;
        open_packed(&o, sw_bytes(rows[i].bytes, rows[i].len), SW_PACK_GZIP);
        if ((o.end.code != SW_OK) != rows[i].broken || o.end.loose != rows[i].loose ||
            o.end.size != (rows[i].broken ? 0u : 3u)) {
            fail_msg("%s: %s, loose %d", rows[i].what, o.end.err.text, o.end.loose);
        }
        sw_unpack_free(o.unpack);
    }
}

static void test_a_wrong_checksum_comes_behind_the_content(void **state)
{
    static const enum sw_packing packings[] = {
        SW_PACK_GZIP, SW_PACK_ZLIB, SW_PACK_BZIP2, SW_PACK_LZ4};
    for (size_t i = 0; i < SW_COUNT(packings); i++) {
        SW_CLEANUP(buf) struct sw_buf packed = SW_BUF_INIT;
        squeeze(&packed, packings[i], sw_bytes("hello", 5));
        size_t from_end = packings[i] == SW_PACK_GZIP ? 5 : packings[i] == SW_PACK_BZIP2 ? 3 : 1;
        packed.data[packed.len - from_end] ^= 0x10;
        struct opened o;
        open_packed(&o, sw_buf_bytes(&packed), packings[i]);
        assert_int_equal(o.end.code, SW_E_FORMAT);
        assert_int_equal(o.end.size, 5);
        sw_unpack_free(o.unpack);
    }
}

static void test_a_budget_ends_it(void **state)
{
    SW_CLEANUP(buf) struct sw_buf plain = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf packed = SW_BUF_INIT;
    fill(&plain, 1 << 20);
    squeeze(&packed, SW_PACK_XZ, sw_buf_bytes(&plain));
    struct sw_packed how = usual(SW_PACK_XZ);
    how.budget = 300000;
    struct opened o;
    open_with(&o, sw_buf_bytes(&packed), &how);
    assert_int_equal(o.end.code, SW_E_LIMIT);
    assert_in_range(o.end.size, 200000, 300000);
    expect_at(&o, &plain, 0, (size_t)o.end.size);
    sw_unpack_free(o.unpack);
}

/* LZMA in zip and 7z may have no mark at its end. */
static void test_a_known_size_ends_it(void **state)
{
    SW_CLEANUP(buf) struct sw_buf packed = SW_BUF_INIT;
    squeeze(&packed, SW_PACK_LZMA, sw_bytes("hello world", 11));
    struct sw_packed how = usual(SW_PACK_LZMA);
    static const uint64_t sizes[] = {5, 0, 11};
    for (size_t i = 0; i < SW_COUNT(sizes); i++) {
        how.size = sizes[i];
        struct opened o;
        open_with(&o, sw_buf_bytes(&packed), &how);
        assert_int_equal(o.end.code, SW_OK);
        assert_int_equal(o.end.size, sizes[i]);
        sw_unpack_free(o.unpack);
    }
}

/* 1 GiB of dictionary, which xz writes when it is told to. */
static void test_a_dictionary_over_the_limit_is_said(void **state)
{
    static const uint8_t alone[] = {
        0x5d, 0, 0, 0, 0x40, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 1, 2, 3, 4, 5};
    struct opened o;
    open_packed(&o, sw_bytes(alone, sizeof(alone)), SW_PACK_LZMA_ALONE);
    assert_int_equal(o.end.code, SW_E_LIMIT);
    assert_string_equal(o.end.err.text, "lzma data that needs more than 160 MiB to unpack");
    sw_unpack_free(o.unpack);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_packing_is_read_at_any_place),
        cmocka_unit_test(test_more_than_is_held_is_read_anew),
        cmocka_unit_test(test_reading_back_and_forth_ends),
        cmocka_unit_test(test_what_comes_before_the_damage_is_there),
        cmocka_unit_test(test_streams_behind_each_other_are_one),
        cmocka_unit_test(test_padding_is_no_data),
        cmocka_unit_test(test_gzip_headers_are_read_as_the_loosest_reader_does),
        cmocka_unit_test(test_a_wrong_checksum_comes_behind_the_content),
        cmocka_unit_test(test_a_budget_ends_it),
        cmocka_unit_test(test_a_known_size_ends_it),
        cmocka_unit_test(test_a_dictionary_over_the_limit_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
