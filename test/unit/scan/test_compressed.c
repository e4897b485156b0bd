#include "inspect_one.h"

#include "squeeze.h"
#include "zip_build.h"

#define EVIL   \
    "\x80\x02" \
    "cos\nsystem\n(X\x02\x00\x00\x00idtR."

/* What joblib writes a pickle with, and more. */
static const struct form {
    const char *format, *name;
    enum sw_packing packing;
} forms[] = {
    {"zlib", "model.pkl.z", SW_PACK_ZLIB},
    {"gzip", "model.pkl.gz", SW_PACK_GZIP},
    {"bzip2", "model.pkl.bz2", SW_PACK_BZIP2},
    {"xz", "model.pkl.xz", SW_PACK_XZ},
    {"lzma", "model.pkl.lzma", SW_PACK_LZMA_ALONE},
    {"lz4", "model.pkl.lz4", SW_PACK_LZ4},
    {"lz4", "model.pkl.lz4", SW_PACK_LZ4_LEGACY},
    {"zstd", "model.pkl.zst", SW_PACK_ZSTD},
};

static void look_at_packed(
    struct looked *looked, const struct form *form, const void *bytes, size_t len)
{
    SW_CLEANUP(buf) struct sw_buf packed = SW_BUF_INIT;
    squeeze(&packed, form->packing, sw_bytes(bytes, len));
    look(looked, packed.data, packed.len, form->name);
}

static void test_a_pickle_is_walked_in_every_packing(void **state)
{
    for (size_t i = 0; i < SW_COUNT(forms); i++) {
        struct looked looked;
        look_at_packed(&looked, &forms[i], EVIL, sizeof(EVIL) - 1);
        const struct sw_finding *finding = found(&looked, "pickle-import", "calls os.system");
        assert_non_null(finding);
        assert_string_equal(finding->member, "model.pkl");
        assert_string_equal(looked.in.format, forms[i].format);
        assert_int_equal(looked.in.status, SW_SCAN_PARSED);
        assert_int_equal(looked.in.coverage.members_read, 1);
        looked_release(&looked);
    }
}

static void test_honest_packed_files_have_no_finding(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
    } rows[] = {{BYTES("\x80\x02]q\0(K\1K\2e.")}, {BYTES("")}};
    for (size_t i = 0; i < SW_COUNT(forms) * SW_COUNT(rows); i++) {
        struct form form = forms[i / SW_COUNT(rows)];
        struct looked looked;
        form.name = "x";
        if (form.packing == SW_PACK_LZ4_LEGACY && rows[i % SW_COUNT(rows)].len == 0) {
            continue; /* four bytes, and then anything or nothing */
        }
        look_at_packed(
            &looked, &form, rows[i % SW_COUNT(rows)].bytes, rows[i % SW_COUNT(rows)].len);
        if (looked.in.status != SW_SCAN_PARSED || looked.in.finding_total > 0) {
            fail_msg("%s: %s, %s", form.format, sw_scan_status_name(looked.in.status),
                looked.in.finding_total > 0 ? looked.in.findings[0].message : "");
        }
        looked_release(&looked);
    }
}

/* The program that unpickles reads as it goes: what broke later did not stop it. */
static void test_a_pickle_before_the_damage_counts(void **state)
{
    enum { SIZE = 300000 };
    SW_CLEANUP(buf) struct sw_buf plain = SW_BUF_INIT;
    zip_ok(sw_buf_append(&plain, EVIL, sizeof(EVIL) - 1));
    uint32_t noise = 1;
    for (size_t i = 0; i < SIZE; i++) {
        noise = noise * 1664525 + 1013904223;
        zip_ok(sw_buf_putc(&plain, (char)(noise >> 24)));
    }
    for (size_t i = 0; i < SW_COUNT(forms); i++) {
        SW_CLEANUP(buf) struct sw_buf packed = SW_BUF_INIT;
        squeeze(&packed, forms[i].packing, sw_buf_bytes(&plain));
        if (forms[i].packing == SW_PACK_LZ4_LEGACY) {
            continue; /* all of it is one block, which gives nothing before it is whole */
        }
        for (int cut = 0; cut < 2; cut++) {
            struct looked looked;
            memset(packed.data + packed.len - 1000, 0xff, cut == 1 ? 0 : 500);
            look(&looked, packed.data, cut == 1 ? packed.len - 1500 : packed.len, "file");
            assert_int_equal(looked.in.status, SW_SCAN_FAILED);
            assert_non_null(found(&looked, "compressed-broken", cut == 1 ? "early" : ""));
            assert_non_null(found(&looked, "pickle-import", "calls os.system"));
            looked_release(&looked);
        }
    }
}

static void test_old_joblib_files_are_opened(void **state)
{
    static const char *const headers[] = {"ZF0x1a               ", "ZF0x1a                "};
    for (size_t i = 0; i < SW_COUNT(headers); i++) {
        SW_CLEANUP(buf) struct sw_buf packed = SW_BUF_INIT;
        zip_ok(sw_buf_puts(&packed, headers[i]));
        squeeze(&packed, SW_PACK_ZLIB, sw_bytes(EVIL, sizeof(EVIL) - 1));
        struct looked looked;
        look(&looked, packed.data, packed.len, "model.pkl");
        assert_string_equal(looked.in.format, "zfile");
        assert_int_equal(looked.in.status, SW_SCAN_PARSED);
        assert_non_null(found(&looked, "pickle-import", "os.system"));
        looked_release(&looked);
    }
}

static void test_what_stands_behind_is_looked_at(void **state)
{
    static const struct {
        const char *what;
        enum sw_packing packing;
        bool packed;
        enum sw_packing behind;
        enum sw_severity severity;
        enum sw_scan_status status;
    } rows[] = {
        {"a pickle", SW_PACK_GZIP, false, SW_PACK_GZIP, SW_SEVERITY_MEDIUM, SW_SCAN_PARSED},
        {"a pickle", SW_PACK_ZLIB, false, SW_PACK_GZIP, SW_SEVERITY_MEDIUM, SW_SCAN_PARSED},
        {"the same form", SW_PACK_GZIP, true, SW_PACK_GZIP, SW_SEVERITY_INFO, SW_SCAN_PARSED},
        {"xz behind lzma", SW_PACK_LZMA_ALONE, true, SW_PACK_XZ, SW_SEVERITY_HIGH, SW_SCAN_PARSED},
        {"lzma behind xz", SW_PACK_XZ, true, SW_PACK_LZMA_ALONE, SW_SEVERITY_HIGH, SW_SCAN_PARSED},
        {"zlib behind zlib", SW_PACK_ZLIB, true, SW_PACK_ZLIB, SW_SEVERITY_HIGH, SW_SCAN_PARSED},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        SW_CLEANUP(buf) struct sw_buf packed = SW_BUF_INIT;
        struct sw_bytes evil = sw_bytes(EVIL, sizeof(EVIL) - 1);
        squeeze(&packed, rows[i].packing, sw_bytes("\x80\x02N.", 4));
        if (rows[i].packed) {
            squeeze(&packed, rows[i].behind, evil);
        } else {
            zip_ok(sw_buf_append(&packed, evil.ptr, evil.len));
        }
        struct looked looked;
        look(&looked, packed.data, packed.len, "file");
        const struct sw_finding *behind = found(&looked, "compressed-trailing", "behind");
        bool right = (behind == NULL ? SW_SEVERITY_INFO : behind->severity) == rows[i].severity;
        if (!right || looked.in.status != rows[i].status ||
            found(&looked, "pickle-import", "os.system") == NULL) {
            fail_msg("row %zu, %s: %s", i, rows[i].what, sw_scan_status_name(looked.in.status));
        }
        looked_release(&looked);
    }
}

static void test_gzip_that_only_some_readers_take_is_said(void **state)
{
    SW_CLEANUP(buf) struct sw_buf packed = SW_BUF_INIT;
    squeeze(&packed, SW_PACK_GZIP, sw_bytes(EVIL, sizeof(EVIL) - 1));
    packed.data[3] |= 0x80;
    struct looked looked;
    look(&looked, packed.data, packed.len, "file");
    assert_non_null(found(&looked, "compressed-structure", "some readers refuse"));
    assert_non_null(found(&looked, "pickle-import", "os.system"));
    looked_release(&looked);
}

static void test_packed_files_in_packed_files_are_opened_and_not_without_end(void **state)
{
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    zip_ok(sw_buf_append(&bytes, EVIL, sizeof(EVIL) - 1));
    for (unsigned depth = 1; depth <= SW_DEPTH_MAX + 1; depth++) {
        SW_CLEANUP(buf) struct sw_buf packed = SW_BUF_INIT;
        squeeze(&packed, forms[depth].packing, sw_buf_bytes(&bytes));
        struct looked looked;
        look(&looked, packed.data, packed.len, "file");
        bool opened = depth <= SW_DEPTH_MAX;
        assert_int_equal(found(&looked, "pickle-import", "os.system") != NULL, opened);
        assert_int_equal(looked.in.status, opened ? SW_SCAN_PARSED : SW_SCAN_FAILED);
        assert_int_equal(found(&looked, "over-limit", "in each other") != NULL, !opened);
        looked_release(&looked);
        sw_buf_clear(&bytes);
        zip_ok(sw_buf_append(&bytes, packed.data, packed.len));
    }
}

/* 400 MiB of zeros are less than a megabyte in each of them. */
static void test_bombs_are_no_evidence(void **state)
{
    enum { SIZE = 400 << 20 };
    SW_CLEANUP(free) uint8_t *zeros = calloc(1, SIZE);
    assert_non_null(zeros);
    static const struct form bombs[] = {{"zstd", "bomb", SW_PACK_ZSTD}, {"xz", "bomb", SW_PACK_XZ},
        {"bzip2", "bomb", SW_PACK_BZIP2}};
    for (size_t i = 0; i < SW_COUNT(bombs); i++) {
        struct looked looked;
        look_at_packed(&looked, &bombs[i], zeros, SIZE);
        assert_int_equal(looked.in.status, SW_SCAN_FAILED);
        const struct sw_finding *finding = found(&looked, "over-limit", "unpacks to more than");
        assert_non_null(finding);
        assert_int_equal(finding->severity, SW_SEVERITY_MEDIUM);
        assert_true(looked.in.unpacked <= (uint64_t)400 << 20);
        looked_release(&looked);
    }
}

/* More than is held at once: the import stands behind 100 MiB of a string. */
static void test_a_pickle_of_any_size_is_walked_to_its_end(void **state)
{
    enum { SIZE = 100 << 20 };
    SW_CLEANUP(buf) struct sw_buf plain = SW_BUF_INIT;
    zip_ok(sw_buf_append(&plain,
        "\x80\x03"
        "B\0\0\x40\x06"
        "0",
        2 + 5));
    zip_ok(sw_buf_reserve(&plain, SIZE + 64));
    uint32_t noise = 1;
    for (size_t i = 0; i < SIZE; i++) {
        noise = noise * 1664525 + 1013904223;
        plain.data[plain.len++] = (uint8_t)(noise >> 31);
    }
    static const char rest[] = "0cos\nsystem\n(X\x02\x00\x00\x00idtR.";
    zip_ok(sw_buf_append(&plain, rest, sizeof(rest) - 1));
    SW_CLEANUP(buf) struct sw_buf packed = SW_BUF_INIT;
    squeeze(&packed, SW_PACK_ZSTD, sw_buf_bytes(&plain));
    struct zip_member member = zip_stored("inner.zst", packed.data, packed.len);
    SW_CLEANUP(buf) struct sw_buf archive = SW_BUF_INIT;
    zip_build(&archive, &member, 1);
    struct looked looked;
    look(&looked, archive.data, archive.len, "x.zip");
    assert_int_equal(looked.in.status, SW_SCAN_PARSED);
    assert_non_null(found(&looked, "pickle-import", "calls os.system"));
    looked_release(&looked);
}

static const struct look_case odd[] = {
    {"gzip, cut", BYTES("\x1f\x8b\x08\0\0\0\0\0\0\3"), "gzip", SW_SCAN_FAILED, SW_SEVERITY_MEDIUM,
        "compressed-broken", "early"},
    {"bzip2, cut", BYTES("BZh91AY&SY\0\0"), "bzip2", SW_SCAN_FAILED, SW_SEVERITY_MEDIUM,
        "compressed-broken", "early"},
    {"xz, cut", BYTES("\xfd\x37zXZ\0\0\4"), "xz", SW_SCAN_FAILED, SW_SEVERITY_MEDIUM,
        "compressed-broken", "early"},
    {"zstd, cut", BYTES("\x28\xb5\x2f\xfd\x04\0"), "zstd", SW_SCAN_FAILED, SW_SEVERITY_MEDIUM,
        "compressed-broken", "early"},
    {"lz4, cut", BYTES("\x04\x22\x4d\x18\x64\x40"), "lz4", SW_SCAN_FAILED, SW_SEVERITY_MEDIUM,
        "compressed-broken", "early"},
    {"zlib without its checksum",
        BYTES("\x78\x9c\x6b\x60\x4a\xce\x2f\xe6\x2a\xae\x2c\x2e\x49\xcd\xe5\x0a\x65\xca"
              "\x4c\x69\x0d\xd2\x03\x00"),
        "zlib", SW_SCAN_FAILED, SW_SEVERITY_CRITICAL, "compressed-broken", "early"},
    {"lzma of nothing like it", BYTES("\x5d\0\0\x80\0\xff\xff\xff\xff\xff\xff\xff\xff\0\xff\xff"),
        "unknown", SW_SCAN_UNKNOWN, SW_SEVERITY_INFO, NULL, NULL},
    {"a skippable frame alone", BYTES("\x50\x2a\x4d\x18\x01\0\0\0x"), "unknown", SW_SCAN_UNKNOWN,
        SW_SEVERITY_INFO, NULL, NULL},
};

static void test_odd_streams_are_what_the_table_says(void **state)
{
    check_cases(odd, SW_COUNT(odd));
}

/* A frame that is passed over may stand before any other, and hides its magic. */
static void test_a_skippable_frame_hides_nothing(void **state)
{
    static const struct form both[] = {{"zstd", "f", SW_PACK_ZSTD}, {"lz4", "f", SW_PACK_LZ4}};
    for (size_t i = 0; i < SW_COUNT(both); i++) {
        SW_CLEANUP(buf) struct sw_buf packed = SW_BUF_INIT;
        zip_ok(sw_buf_append(&packed, "\x5f\x2a\x4d\x18\x03\0\0\0abc", 11));
        squeeze(&packed, both[i].packing, sw_bytes(EVIL, sizeof(EVIL) - 1));
        struct looked looked;
        look(&looked, packed.data, packed.len, "file");
        assert_string_equal(looked.in.format, both[i].format);
        assert_non_null(found(&looked, "pickle-import", "os.system"));
        looked_release(&looked);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_pickle_is_walked_in_every_packing),
        cmocka_unit_test(test_honest_packed_files_have_no_finding),
        cmocka_unit_test(test_a_pickle_before_the_damage_counts),
        cmocka_unit_test(test_old_joblib_files_are_opened),
        cmocka_unit_test(test_what_stands_behind_is_looked_at),
        cmocka_unit_test(test_gzip_that_only_some_readers_take_is_said),
        cmocka_unit_test(test_packed_files_in_packed_files_are_opened_and_not_without_end),
        cmocka_unit_test(test_bombs_are_no_evidence),
        cmocka_unit_test(test_a_pickle_of_any_size_is_walked_to_its_end),
        cmocka_unit_test(test_odd_streams_are_what_the_table_says),
        cmocka_unit_test(test_a_skippable_frame_hides_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
