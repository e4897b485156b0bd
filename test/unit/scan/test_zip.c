#include "inspect_one.h"

#include "squeeze.h"
#include "zip_build.h"

#define EVIL   \
    "\x80\x02" \
    "cos\nsystem\n(X\x02\x00\x00\x00idtR."
#define EVIL_LEN (sizeof(EVIL) - 1)

static void look_at_zip(struct looked *looked, struct zip_member *members, size_t count)
{
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    zip_build(&bytes, members, count);
    look(looked, bytes.data, bytes.len, "x.zip");
}

static void test_members_are_looked_at_in_every_method(void **state)
{
    static const struct {
        uint16_t method, flags;
        enum sw_packing packing;
        const char *header;
        size_t header_len;
    } rows[] = {
        {8, 0, SW_PACK_DEFLATE, "", 0},
        {12, 0, SW_PACK_BZIP2, "", 0},
        {14, SW_ZIP_FLAG_LZMA_END, SW_PACK_LZMA, "\x14\x05\x05\0\x5d\0\0\x10\0", 9},
        {14, 0, SW_PACK_LZMA, "\x14\x05\x05\0\x5d\0\0\x10\0", 9},
        {93, 0, SW_PACK_ZSTD, "", 0},
        {95, 0, SW_PACK_XZ, "", 0},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        SW_CLEANUP(buf) struct sw_buf packed = SW_BUF_INIT;
        zip_ok(sw_buf_append(&packed, rows[i].header, rows[i].header_len));
        squeeze(&packed, rows[i].packing, sw_bytes(EVIL, EVIL_LEN));
        struct zip_member member = zip_stored("a", EVIL, EVIL_LEN);
        member.data = sw_buf_bytes(&packed);
        member.method = rows[i].method;
        member.flags = rows[i].flags;
        struct looked looked;
        look_at_zip(&looked, &member, 1);
        if (looked.in.status != SW_SCAN_PARSED || looked.in.finding_total != 1 ||
            found(&looked, "pickle-import", "calls os.system") == NULL) {
            fail_msg("method %u: %s, %s", (unsigned)rows[i].method,
                sw_scan_status_name(looked.in.status),
                looked.in.finding_total > 0 ? looked.in.findings[0].message : "no finding");
        }
        looked_release(&looked);
    }
}

/* Whatever follows it in the member, a pickle that came out whole was run. */
static void test_a_member_that_breaks_off_is_looked_at(void **state)
{
    SW_CLEANUP(buf) struct sw_buf plain = SW_BUF_INIT;
    uint32_t noise = 1;
    zip_ok(sw_buf_append(&plain, EVIL, EVIL_LEN));
    for (size_t i = 0; i < 200000; i++) {
        noise = noise * 1664525 + 1013904223;
        zip_ok(sw_buf_putc(&plain, (char)(noise >> 24)));
    }
    SW_CLEANUP(buf) struct sw_buf packed = SW_BUF_INIT;
    squeeze(&packed, SW_PACK_DEFLATE, sw_buf_bytes(&plain));
    struct zip_member member = zip_stored("a", plain.data, plain.len);
    member.data = sw_bytes(packed.data, packed.len / 2);
    member.method = SW_ZIP_DEFLATE;
    struct looked looked;
    look_at_zip(&looked, &member, 1);
    assert_int_equal(looked.in.status, SW_SCAN_FAILED);
    assert_non_null(found(&looked, "zip-member", "ends too early"));
    assert_non_null(found(&looked, "pickle-import", "calls os.system"));
    looked_release(&looked);
}

static void test_bytes_behind_the_packed_data_of_a_member_are_said(void **state)
{
    SW_CLEANUP(buf) struct sw_buf packed = SW_BUF_INIT;
    squeeze(&packed, SW_PACK_DEFLATE, sw_bytes("hello", 5));
    zip_ok(sw_buf_puts(&packed, "more"));
    struct zip_member member = zip_stored("a", "hello", 5);
    member.data = sw_buf_bytes(&packed);
    member.method = SW_ZIP_DEFLATE;
    struct looked looked;
    look_at_zip(&looked, &member, 1);
    assert_non_null(found(&looked, "zip-size", "behind its compressed data"));
    looked_release(&looked);
}

static void test_names_that_differ_in_capitals_are_high_for_torch(void **state)
{
    for (int torch = 0; torch < 2; torch++) {
        struct zip_member members[] = {
            zip_stored(torch == 1 ? "m/Data.pkl" : "A.txt", "\x80\x02N.", 4),
            zip_stored(torch == 1 ? "m/data.pkl" : "a.txt", "\x80\x02N.", 4)};
        struct looked looked;
        look_at_zip(&looked, members, 2);
        const struct sw_finding *finding = found(&looked, "zip-structure", "capital letters");
        assert_non_null(finding);
        assert_int_equal(finding->severity, torch == 1 ? SW_SEVERITY_HIGH : SW_SEVERITY_MEDIUM);
        looked_release(&looked);
    }
}

static void test_links_that_leave_are_said(void **state)
{
    static const struct {
        const char *target;
        bool leaves;
    } rows[] = {{"a.txt", false}, {"../a.txt", false}, {"../../a", true}, {"/etc/passwd", true}};
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct zip_member member = zip_stored("d/link", rows[i].target, strlen(rows[i].target));
        SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
        zip_local(&bytes, &member);
        size_t start = bytes.len;
        zip_central(&bytes, &member);
        bytes.data[start + 5] = 3;
        bytes.data[start + 40] = 0xff;
        bytes.data[start + 41] = 0xa1;
        zip_end(&bytes, start, 1);
        struct looked looked;
        look(&looked, bytes.data, bytes.len, "x.zip");
        assert_int_equal(found(&looked, "zip-link", "outside") != NULL, rows[i].leaves);
        looked_release(&looked);
    }
}

/* Members that are each the whole of the rest, as in the bombs of Fifield (2019): one kernel of
 * zeros, and as many names for it as there is room for. */
static void test_members_that_share_bytes_unpack_to_little(void **state)
{
    enum { SIZE = 32 << 20, NAMES = 300 };
    SW_CLEANUP(free) uint8_t *zeros = calloc(1, SIZE);
    SW_CLEANUP(free) uint8_t *room = malloc(SIZE);
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf pad = SW_BUF_INIT;
    assert_non_null(zeros);
    assert_non_null(room);
    static struct zip_member members[NAMES];
    members[0] = zip_deflated("a", zeros, SIZE, room, SIZE);
    zip_local(&bytes, &members[0]);
    for (size_t i = 1; i < NAMES; i++) {
        members[i] = members[0];
    }
    zip_ok(sw_buf_reserve(&pad, 20 << 20)); /* a large archive may unpack to much */
    memset(pad.data, 'x', 20 << 20);
    struct zip_member text = zip_stored("text", pad.data, 20 << 20);
    zip_local(&bytes, &text);
    members[NAMES - 1] = text;
    zip_directory(&bytes, members, NAMES);
    struct looked looked;
    look(&looked, bytes.data, bytes.len, "x.zip");
    assert_int_equal(looked.in.status, SW_SCAN_FAILED);
    assert_non_null(found(&looked, "zip-structure", "shares bytes"));
    assert_non_null(found(&looked, "zip-member", "unpacks to more"));
    assert_true(looked.in.unpacked <= (uint64_t)256 << 20);
    looked_release(&looked);
}

/* A loader that goes by content takes any of these for an archive. */
static void test_an_archive_is_opened_under_any_name(void **state)
{
    static const char *const names[] = {"model.pt", "model.txt", "model", "model.safetensors"};
    for (size_t i = 0; i < SW_COUNT(names); i++) {
        SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
        struct zip_member member = zip_stored("m/data.pkl", EVIL, EVIL_LEN);
        zip_build(&bytes, &member, 1);
        struct looked looked;
        look(&looked, bytes.data, bytes.len, names[i]);
        assert_non_null(found(&looked, "pickle-import", "calls os.system"));
        assert_int_equal(found(&looked, "name-mismatch", "zip") != NULL ||
                             found(&looked, "name-mismatch", "torch") != NULL,
            i == 3);
        looked_release(&looked);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members_are_looked_at_in_every_method),
        cmocka_unit_test(test_a_member_that_breaks_off_is_looked_at),
        cmocka_unit_test(test_bytes_behind_the_packed_data_of_a_member_are_said),
        cmocka_unit_test(test_names_that_differ_in_capitals_are_high_for_torch),
        cmocka_unit_test(test_links_that_leave_are_said),
        cmocka_unit_test(test_members_that_share_bytes_unpack_to_little),
        cmocka_unit_test(test_an_archive_is_opened_under_any_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
