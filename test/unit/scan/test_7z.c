#include "inspect_one.h"

#include "squeeze.h"

#define EVIL   \
    "\x80\x02" \
    "cos\nsystem\n(X\x02\x00\x00\x00idtR."
#define EVIL_LEN (sizeof(EVIL) - 1)

/* --- writing -------------------------------------------------------------------------------------
 */

static void put(struct sw_buf *out, const void *bytes, size_t len)
{
    assert_int_equal(sw_buf_append(out, bytes, len), SW_OK);
}

static void put_u8(struct sw_buf *out, unsigned value)
{
    assert_int_equal(sw_buf_putc(out, (char)value), SW_OK);
}

static void put_le(struct sw_buf *out, uint64_t value, size_t width)
{
    for (size_t i = 0; i < width; i++) {
        put_u8(out, (unsigned)(value >> 8 * i & 0xff));
    }
}

/* The widest form of a number, which any may have. */
static void put_number(struct sw_buf *out, uint64_t value)
{
    put_u8(out, 0xff);
    put_le(out, value, 8);
}

struct member {
    const char *name;
    const char *bytes; /* NULL: a directory */
    size_t len;
};

enum method { COPY, LZMA, LZMA2, AES, BCJ2, UNKNOWN_METHOD };

static void put_coder(struct sw_buf *out, enum method method)
{
    struct sw_lzma_chain chain;
    put_number(out, 1);
    switch (method) {
    case COPY: put(out, "\x01\x00", 2); break;
    case LZMA:
    case LZMA2:
        chain = squeeze_chain(method == LZMA ? SW_PACK_LZMA : SW_PACK_LZMA2);
        put(out, method == LZMA ? "\x23\x03\x01\x01" : "\x21\x21", method == LZMA ? 4 : 2);
        put_u8(out, chain.property_len);
        put(out, chain.properties, chain.property_len);
        break;
    case AES: put(out, "\x24\x06\xf1\x07\x01\x01\x00", 7); break;
    case BCJ2: /* four streams into one */
        put(out, "\x14\x03\x03\x01\x1b\x04\x01", 7);
        put(out, "\0\1\2\3", 4);
        break;
    case UNKNOWN_METHOD: put(out, "\x03\x03\x04\x01", 4); /* PPMd */
    }
}

static void put_names(struct sw_buf *out, const struct member *members, size_t count)
{
    size_t len = 1;
    for (size_t i = 0; i < count; i++) {
        len += 2 * (strlen(members[i].name) + 1);
    }
    put_u8(out, 0x11);
    put_number(out, len);
    put_u8(out, 0);
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k <= strlen(members[i].name); k++) {
            put_le(out, (uint8_t)members[i].name[k], 2);
        }
    }
}

static void put_empties(struct sw_buf *out, const struct member *members, size_t count)
{
    unsigned bits = 0;
    unsigned files = 0;
    size_t empties = 0;
    assert_in_range(count, 1, 8);
    for (size_t i = 0; i < count; i++) {
        bool empty = members[i].len == 0;
        bits |= empty ? 0x80u >> i : 0;
        files |= empty && members[i].bytes != NULL ? 0x80u >> empties : 0;
        empties += empty;
    }
    put(out, "\x0e\x01", 2);
    put_u8(out, bits);
    put(out, "\x0f\x01", 2);
    put_u8(out, files);
}

/* The list of an archive with one folder, whose packed stream has `packed_len` bytes. `more` are
 * properties of the files. */
static void put_list(struct sw_buf *out, const struct member *members, size_t count,
    enum method method, size_t packed_len, struct sw_bytes more)
{
    size_t streams = 0;
    uint64_t size = 0;
    for (size_t i = 0; i < count; i++) {
        streams += members[i].len > 0;
        size += members[i].len;
    }
    put(out, "\x01\x04\x06", 3);
    put_number(out, 0);
    size_t packs = method == BCJ2 ? 4 : 1;
    put_number(out, packs);
    put_u8(out, 0x09);
    for (size_t i = 0; i < packs; i++) {
        put_number(out, i == 0 ? packed_len : 0);
    }
    put(out, "\x00\x07\x0b", 3);
    put_number(out, 1);
    put_u8(out, 0);
    put_coder(out, method);
    put_u8(out, 0x0c);
    put_number(out, size);
    put(out, "\x00\x08\x0d", 3);
    put_number(out, streams);
    put_u8(out, 0x09);
    size_t last = streams;
    for (size_t i = 0; i < count; i++) {
        if (members[i].len > 0 && --last > 0) {
            put_number(out, members[i].len);
        }
    }
    put(out, "\x0a\x01", 2);
    for (size_t i = 0; i < count; i++) {
        if (members[i].len > 0) {
            put_le(out, crc32(0, (const Bytef *)members[i].bytes, (uInt)members[i].len), 4);
        }
    }
    put(out, "\x00\x00\x05", 3);
    put_number(out, count);
    put_empties(out, members, count);
    put(out, more.ptr, more.len);
    put_names(out, members, count);
    put(out, "\x00\x00", 2);
}

static void put_start(struct sw_buf *out, const struct sw_buf *packed, const struct sw_buf *list)
{
    SW_CLEANUP(buf) struct sw_buf start = SW_BUF_INIT;
    put_le(&start, packed->len, 8);
    put_le(&start, list->len, 8);
    put_le(&start, crc32(0, list->data, (uInt)list->len), 4);
    put(out, "7z\xbc\xaf\x27\x1c\0\4", 8);
    put_le(out, crc32(0, start.data, (uInt)start.len), 4);
    put(out, start.data, start.len);
    put(out, packed->data, packed->len);
    put(out, list->data, list->len);
}

static void make_with(struct sw_buf *out, const struct member *members, size_t count,
    enum method method, struct sw_bytes more)
{
    SW_CLEANUP(buf) struct sw_buf plain = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf packed = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf list = SW_BUF_INIT;
    for (size_t i = 0; i < count; i++) {
        put(&plain, members[i].bytes == NULL ? "" : members[i].bytes, members[i].len);
    }
    if (method == LZMA || method == LZMA2) {
        squeeze_lzma(&packed, sw_buf_bytes(&plain), method == LZMA ? SW_PACK_LZMA : SW_PACK_LZMA2);
    } else {
        put(&packed, plain.data, plain.len);
    }
    put_list(&list, members, count, method, packed.len, more);
    put_start(out, &packed, &list);
}

static void make(struct sw_buf *out, const struct member *members, size_t count, enum method method)
{
    make_with(out, members, count, method, sw_bytes("", 0));
}

/* --- tests
 * ---------------------------------------------------------------------------------------- */

static const struct member usual[] = {
    {"dir", NULL, 0},
    {"dir/a.pkl", BYTES("\x80\x02N.")},
    {"empty", BYTES("")},
    {"b.pkl", BYTES(EVIL)},
    {"c.txt", BYTES("hello\n")},
};

static void test_members_are_looked_at(void **state)
{
    static const enum method methods[] = {COPY, LZMA, LZMA2};
    for (size_t i = 0; i < SW_COUNT(methods); i++) {
        SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
        make(&bytes, usual, SW_COUNT(usual), methods[i]);
        struct looked looked;
        look(&looked, bytes.data, bytes.len, "x.7z");
        const struct sw_finding *finding = found(&looked, "pickle-import", "calls os.system");
        assert_non_null(finding);
        assert_string_equal(finding->member, "b.pkl");
        assert_int_equal(looked.in.finding_total, 1);
        assert_int_equal(looked.in.status, SW_SCAN_PARSED);
        assert_int_equal(looked.in.coverage.members_read, 4);
        looked_release(&looked);
    }
}

static void test_honest_archives_have_no_finding(void **state)
{
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    make(&bytes, usual, 3, LZMA2);
    struct looked looked;
    look(&looked, bytes.data, bytes.len, "x.7z");
    assert_int_equal(looked.in.finding_total, 0);
    assert_int_equal(looked.in.status, SW_SCAN_PARSED);
    looked_release(&looked);
}

static void test_what_cannot_be_unpacked_is_no_evidence(void **state)
{
    static const struct {
        enum method method;
        const char *words;
    } rows[] = {{AES, "encrypted"}, {BCJ2, "joins several streams"},
        {UNKNOWN_METHOD, "a method that is not read"}};
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
        make(&bytes, usual, SW_COUNT(usual), rows[i].method);
        struct looked looked;
        look(&looked, bytes.data, bytes.len, "x.7z");
        assert_int_equal(looked.in.status, SW_SCAN_FAILED);
        assert_non_null(found(&looked, "not-opened", rows[i].words));
        assert_int_equal(looked.in.coverage.members_undecodable, 3);
        looked_release(&looked);
    }
}

static void test_names_that_leave_or_stand_twice_are_said(void **state)
{
    static const struct {
        const char *first, *second, *words;
    } rows[] = {{"../x", "y", "../x has a name"}, {"/x", "y", "/x has a name"},
        {"x", "x", "more than once"}, {"a\\x", "y", "has a name"}};
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        const struct member members[] = {
            {rows[i].first, BYTES("\x80\x02N.")}, {rows[i].second, BYTES(EVIL)}};
        SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
        make(&bytes, members, 2, LZMA2);
        struct looked looked;
        look(&looked, bytes.data, bytes.len, "x.7z");
        const struct sw_finding *finding = found(&looked, "7z-structure", rows[i].words);
        assert_non_null(finding);
        assert_int_equal(finding->severity, SW_SEVERITY_HIGH);
        assert_non_null(found(&looked, "pickle-import", "os.system"));
        looked_release(&looked);
    }
}

static void test_damage_is_said_and_what_is_before_it_looked_at(void **state)
{
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    make(&bytes, usual, SW_COUNT(usual), COPY);
    bytes.data[32] ^= 1; /* the first member's */
    struct looked looked;
    look(&looked, bytes.data, bytes.len, "x.7z");
    assert_non_null(found(&looked, "7z-crc", "dir/a.pkl has another checksum"));
    assert_non_null(found(&looked, "pickle-import", "os.system"));
    looked_release(&looked);
    sw_buf_clear(&bytes);
    static uint8_t noise[20000];
    uint32_t state_ = 1;
    for (size_t i = 0; i < sizeof(noise); i++) {
        state_ = state_ * 1664525 + 1013904223;
        noise[i] = (uint8_t)(state_ >> 24);
    }
    const struct member members[] = {{"a", BYTES(EVIL)}, {"b", (const char *)noise, sizeof(noise)}};
    make(&bytes, members, 2, LZMA);
    memset(bytes.data + 32 + 15000, 0xff, 1000);
    look(&looked, bytes.data, bytes.len, "x.7z");
    assert_int_equal(looked.in.status, SW_SCAN_FAILED);
    assert_true(found(&looked, "7z-broken", "broken") != NULL ||
                found(&looked, "7z-crc", "b has another checksum") != NULL);
    assert_non_null(found(&looked, "pickle-import", "os.system"));
    looked_release(&looked);
}

static void test_bytes_that_belong_to_nothing_are_said(void **state)
{
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    make(&bytes, usual, 3, LZMA2);
    put(&bytes, "more", 4);
    struct looked looked;
    look(&looked, bytes.data, bytes.len, "x.7z");
    assert_non_null(found(&looked, "7z-structure", "belong to no member"));
    looked_release(&looked);
}

/* A second list of empty streams says of more files that they are empty than there are bits for. */
static void test_what_is_empty_stands_once(void **state)
{
    static const char *const again[] = {"\x0e\x01\xf8", "\x0f\x01\xf8"};
    for (size_t i = 0; i < SW_COUNT(again); i++) {
        SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
        make_with(&bytes, usual, SW_COUNT(usual), COPY, sw_bytes(again[i], 3));
        struct looked looked;
        look(&looked, bytes.data, bytes.len, "x.7z");
        assert_int_equal(looked.in.status, SW_SCAN_FAILED);
        assert_non_null(found(&looked, "7z-broken", "what is empty stands twice"));
        looked_release(&looked);
    }
}

static void test_no_prefix_of_an_archive_is_accepted(void **state)
{
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    make(&bytes, usual, SW_COUNT(usual), LZMA2);
    for (size_t len = 6; len < bytes.len; len++) {
        struct looked looked;
        look(&looked, bytes.data, len, "x.7z");
        assert_int_equal(looked.in.status, SW_SCAN_FAILED);
        assert_non_null(found(&looked, "7z-broken", "a broken 7z archive"));
        looked_release(&looked);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members_are_looked_at),
        cmocka_unit_test(test_honest_archives_have_no_finding),
        cmocka_unit_test(test_what_cannot_be_unpacked_is_no_evidence),
        cmocka_unit_test(test_names_that_leave_or_stand_twice_are_said),
        cmocka_unit_test(test_damage_is_said_and_what_is_before_it_looked_at),
        cmocka_unit_test(test_bytes_that_belong_to_nothing_are_said),
        cmocka_unit_test(test_what_is_empty_stands_once),
        cmocka_unit_test(test_no_prefix_of_an_archive_is_accepted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
