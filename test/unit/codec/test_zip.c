#include "codec/zip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "squeeze.h"
#include "zip_build.h"

struct opened {
    struct sw_arena arena;
    struct sw_zip zip;
    struct sw_error err;
    enum sw_code code;
};

static void open_bytes(struct opened *o, const struct sw_buf *bytes)
{
    *o = (struct opened){0};
    sw_arena_init(&o->arena, 0);
    struct sw_source source = sw_source_memory(sw_buf_bytes(bytes));
    o->code = sw_zip_open(&o->zip, &source, &o->arena, &o->err);
}

static bool has(const struct opened *o, enum sw_zip_fault fault)
{
    for (size_t i = 0; i < o->zip.problem_count; i++) {
        if (o->zip.problems[i].fault == fault) {
            return true;
        }
    }
    return false;
}

static void two_members(struct zip_member members[2])
{
    members[0] = zip_stored("a.txt", "hello", 5);
    members[1] = zip_stored("dir/b.txt", "world!", 6);
}

/* What an entry unpacks to, up to 1 MiB of it. */
static enum sw_code read_entry(
    struct opened *o, const struct sw_zip_entry *entry, struct sw_buf *out)
{
    struct sw_source data;
    struct sw_packed how;
    SW_TRY(sw_zip_data(&o->zip, entry, &data, &how, &o->err));
    if (entry->method == SW_ZIP_STORED) {
        return sw_source_append(&data, 0, data.size, out, &o->err);
    }
    SW_CLEANUP(unpack) struct sw_unpack *unpack = NULL;
    struct sw_unpack_end end;
    how.budget = 1 << 20;
    SW_TRY(sw_unpack_new(&unpack, &data, &how, &end, &o->err));
    struct sw_source source = sw_unpack_source(unpack);
    SW_TRY(sw_source_append(&source, 0, source.size, out, &o->err));
    assert_int_equal(end.stored, end.code == SW_OK ? data.size : 0);
    return end.code;
}

static void test_members_are_listed_and_read(void **state)
{
    struct zip_member members[2];
    two_members(members);
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    zip_build(&bytes, members, 2);
    struct opened o;
    open_bytes(&o, &bytes);
    assert_int_equal(o.code, SW_OK);
    assert_int_equal(o.zip.count, 2);
    assert_int_equal(o.zip.problem_count, 0);
    assert_true(sw_str_is(o.zip.entries[1].name, "dir/b.txt"));
    SW_CLEANUP(buf) struct sw_buf out = SW_BUF_INIT;
    assert_int_equal(read_entry(&o, &o.zip.entries[1], &out), SW_OK);
    assert_string_equal(sw_buf_cstr(&out), "world!");
    sw_arena_release(&o.arena);
}

static void test_every_method_is_unpacked(void **state)
{
    static const struct {
        uint16_t method;
        enum sw_packing packing;
        const char *header;
        size_t header_len;
        uint16_t flags;
    } rows[] = {
        {SW_ZIP_DEFLATE, SW_PACK_DEFLATE, "", 0, 0},
        {12, SW_PACK_BZIP2, "", 0, 0},
        {14, SW_PACK_LZMA, "\x14\x05\x05\0\x5d\0\0\x10\0", 9, SW_ZIP_FLAG_LZMA_END},
        {20, SW_PACK_ZSTD, "", 0, 0},
        {93, SW_PACK_ZSTD, "", 0, 0},
        {95, SW_PACK_XZ, "", 0, 0},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        SW_CLEANUP(buf) struct sw_buf packed = SW_BUF_INIT;
        SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
        SW_CLEANUP(buf) struct sw_buf out = SW_BUF_INIT;
        zip_ok(sw_buf_append(&packed, rows[i].header, rows[i].header_len));
        squeeze(&packed, rows[i].packing, sw_bytes("hello hello hello", 17));
        struct zip_member member = zip_stored("x", "hello hello hello", 17);
        member.data = sw_buf_bytes(&packed);
        member.method = rows[i].method;
        member.flags = rows[i].flags;
        zip_build(&bytes, &member, 1);
        struct opened o;
        open_bytes(&o, &bytes);
        assert_int_equal(read_entry(&o, o.zip.entries, &out), SW_OK);
        assert_string_equal(sw_buf_cstr(&out), "hello hello hello");
        sw_arena_release(&o.arena);
    }
}

static void test_broken_deflate_data_is_refused(void **state)
{
    uint8_t room[256];
    struct zip_member member = zip_deflated("x", "hello hello hello", 17, room, sizeof(room));
    room[0] = 0x07; /* a block type that does not exist */
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    zip_build(&bytes, &member, 1);
    struct opened o;
    open_bytes(&o, &bytes);
    SW_CLEANUP(buf) struct sw_buf out = SW_BUF_INIT;
    assert_int_equal(read_entry(&o, o.zip.entries, &out), SW_E_FORMAT);
    sw_arena_release(&o.arena);
}

static void test_what_cannot_be_unpacked_is_said(void **state)
{
    static const struct {
        uint16_t method;
        enum sw_code code;
        const char *words;
    } rows[] = {
        {9, SW_E_UNSUPPORTED, "compression method 9 is not read"},
        {98, SW_E_UNSUPPORTED, "compression method 98 is not read"},
        {14, SW_E_FORMAT, "broken LZMA header"},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct zip_member member = zip_stored("x", "hello", 5);
        member.method = rows[i].method;
        SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
        zip_build(&bytes, &member, 1);
        struct opened o;
        open_bytes(&o, &bytes);
        SW_CLEANUP(buf) struct sw_buf out = SW_BUF_INIT;
        assert_int_equal(read_entry(&o, o.zip.entries, &out), rows[i].code);
        assert_string_equal(o.err.text, rows[i].words);
        sw_arena_release(&o.arena);
    }
}

/* --- what readers could differ in --------------------------------------------------------------
 */

static void spoil_duplicate(struct sw_buf *out)
{
    struct zip_member members[] = {zip_stored("x", "evil", 4), zip_stored("x", "good", 4)};
    zip_build(out, members, 2);
}

static void spoil_local_name(struct sw_buf *out)
{
    struct zip_member member = zip_stored("one", "hello", 5);
    zip_local(out, &member);
    member.name = "two";
    zip_directory(out, &member, 1);
}

static void spoil_local_sizes(struct sw_buf *out)
{
    struct zip_member member = zip_stored("one", "hello", 5);
    zip_local(out, &member);
    member.size = 6;
    zip_directory(out, &member, 1);
}

static void spoil_local_method(struct sw_buf *out)
{
    struct zip_member member = zip_stored("one", "hello", 5);
    zip_local(out, &member);
    member.method = SW_ZIP_DEFLATE;
    zip_directory(out, &member, 1);
}

static void spoil_local_crc(struct sw_buf *out)
{
    struct zip_member member = zip_stored("one", "hello", 5);
    zip_local(out, &member);
    member.crc ^= 1;
    zip_directory(out, &member, 1);
}

static void spoil_local_bad(struct sw_buf *out)
{
    struct zip_member member = zip_stored("one", "hello", 5);
    zip_local(out, &member);
    member.header = 3;
    zip_directory(out, &member, 1);
}

static void spoil_outside(struct sw_buf *out)
{
    struct zip_member member = zip_stored("one", "hello", 5);
    zip_local(out, &member);
    member.data.len = 100000;
    zip_directory(out, &member, 1);
}

static void spoil_overlap(struct sw_buf *out)
{
    struct zip_member members[] = {zip_stored("one", "hello", 5), zip_stored("one", "hello", 5)};
    zip_local(out, &members[0]);
    members[1].header = members[0].header;
    zip_directory(out, members, 2);
}

static void spoil_orphan(struct sw_buf *out)
{
    struct zip_member hidden = zip_stored("hidden", "evil", 4);
    struct zip_member member = zip_stored("one", "hello", 5);
    zip_local(out, &hidden);
    zip_local(out, &member);
    zip_directory(out, &member, 1);
}

static void spoil_gap(struct sw_buf *out)
{
    struct zip_member members[2];
    two_members(members);
    zip_local(out, &members[0]);
    zip_ok(sw_buf_puts(out, "nobody's"));
    zip_local(out, &members[1]);
    zip_directory(out, members, 2);
}

static void spoil_prefix(struct sw_buf *out)
{
    struct zip_member members[2];
    two_members(members);
    zip_ok(sw_buf_puts(out, "#!/bin/sh\n"));
    zip_build(out, members, 2);
}

/* As `cat something archive.zip` makes it: every offset is off by the same. */
static void spoil_shifted(struct sw_buf *out)
{
    struct zip_member members[2];
    two_members(members);
    SW_CLEANUP(buf) struct sw_buf archive = SW_BUF_INIT;
    zip_build(&archive, members, 2);
    zip_ok(sw_buf_puts(out, "#!/bin/sh\n"));
    zip_ok(sw_buf_append(out, archive.data, archive.len));
}

static void spoil_suffix(struct sw_buf *out)
{
    struct zip_member members[2];
    two_members(members);
    zip_build(out, members, 2);
    zip_ok(sw_buf_puts(out, "more"));
}

static void spoil_second_end(struct sw_buf *out)
{
    struct zip_member members[2];
    two_members(members);
    zip_build(out, members, 2);
    uint64_t start = out->len - 22;
    SW_CLEANUP(buf) struct sw_buf copy = SW_BUF_INIT;
    zip_ok(sw_buf_append(&copy, out->data + start, 22));
    zip_ok(sw_buf_append(out, copy.data, copy.len));
}

static void spoil_count(struct sw_buf *out)
{
    struct zip_member members[2];
    two_members(members);
    zip_local(out, &members[0]);
    uint64_t start = out->len;
    zip_central(out, &members[0]);
    zip_end(out, start, 2);
}

static void spoil_disks(struct sw_buf *out)
{
    struct zip_member member = zip_stored("one", "hello", 5);
    zip_build(out, &member, 1);
    out->data[out->len - 22 + 4] = 1;
}

static void spoil_encrypted(struct sw_buf *out)
{
    struct zip_member member = zip_stored("one", "hello", 5);
    member.flags = SW_ZIP_FLAG_ENCRYPTED;
    zip_build(out, &member, 1);
}

static void with_name(struct sw_buf *out, const char *name)
{
    struct zip_member member = zip_stored(name, "hello", 5);
    zip_build(out, &member, 1);
}

static void spoil_name_up(struct sw_buf *out)
{
    with_name(out, "../../etc/passwd");
}

static void spoil_name_absolute(struct sw_buf *out)
{
    with_name(out, "/etc/passwd");
}

static void spoil_name_backslash(struct sw_buf *out)
{
    with_name(out, "a\\..\\b");
}

static void spoil_name_drive(struct sw_buf *out)
{
    with_name(out, "c:x");
}

static void spoil_name_control(struct sw_buf *out)
{
    with_name(out, "a\nb");
}

static void spoil_name_bytes(struct sw_buf *out)
{
    with_name(out, "a\xff");
}

static void spoil_zip64(struct sw_buf *out)
{
    struct zip_member member = zip_stored("one", "hello", 5);
    zip_local(out, &member);
    uint64_t start = out->len;
    zip_central(out, &member);
    uint64_t size = out->len - start;
    uint64_t at = out->len;
    zip_u32(out, 0x06064b50);
    const uint64_t fields[] = {44, 0, 0, 2, 2, size, start}; /* says two members */
    zip_u32(out, fields[0]);
    zip_u32(out, 0);
    zip_u32(out, 0);
    zip_u32(out, 0);
    zip_u32(out, 0);
    for (size_t i = 3; i < SW_COUNT(fields); i++) {
        zip_u32(out, fields[i]);
        zip_u32(out, 0);
    }
    zip_u32(out, 0x07064b50);
    zip_u32(out, 0);
    zip_u32(out, at);
    zip_u32(out, 0);
    zip_u32(out, 1);
    uint64_t end = out->len;
    zip_end(out, start, 1);
    /* The plain record's size must be the directory's own. */
    out->data[end + 12] = (uint8_t)size;
}

/* One member with these extra fields in the directory. */
static void with_extra(struct sw_buf *out, const char *name, const void *extra, size_t len)
{
    struct zip_member member = zip_stored(name, "hello", 5);
    zip_local(out, &member);
    size_t start = out->len;
    zip_central(out, &member);
    out->data[start + 30] = (uint8_t)len;
    zip_ok(sw_buf_append(out, extra, len));
    zip_end(out, start, 1);
}

/* CRC-32 of "one" is 7a6c86f1. */
static void spoil_other_name(struct sw_buf *out)
{
    with_extra(out, "one", "\x75\x70\x08\0\x01\xf1\x86\x6c\x7atwo", 12);
}

static void spoil_other_name_up(struct sw_buf *out)
{
    with_extra(out, "one", "\x75\x70\x09\0\x01\xf1\x86\x6c\x7a../x", 13);
}

static void spoil_extra(struct sw_buf *out)
{
    with_extra(out, "one", "\x75\x70\x09\0\x01", 5);
}

static void spoil_extra_twice(struct sw_buf *out)
{
    with_extra(out, "one", "\x01\0\0\0\x01\0\0\0", 8);
}

static void spoil_letters(struct sw_buf *out)
{
    struct zip_member members[] = {
        zip_stored("m/Data.pkl", "evil", 4), zip_stored("m/data.pkl", "good", 4)};
    zip_build(out, members, 2);
}

static void with_zip64(struct sw_buf *out, uint64_t locator, uint32_t disk)
{
    struct zip_member member = zip_stored("one", "hello", 5);
    zip_local(out, &member);
    uint64_t start = out->len;
    zip_central(out, &member);
    uint64_t at = out->len;
    const uint64_t words[] = {0x06064b50, 44, 0, 0, 0, 0, 1, 0, 1, 0, at - start, 0, start, 0,
        0x07064b50, disk, at + locator, 0, 1};
    for (size_t i = 0; i < SW_COUNT(words); i++) {
        zip_u32(out, words[i]);
    }
    zip_end(out, start, 1);
    size_t end = out->len - 22;
    out->data[end + 12] = (uint8_t)(at - start);
}

static void spoil_locator(struct sw_buf *out)
{
    with_zip64(out, 1, 0);
}

static void spoil_locator_disk(struct sw_buf *out)
{
    with_zip64(out, 0, 1);
}

/* Readers take the last record, or the last whose comment reaches the end. */
static void spoil_comment(struct sw_buf *out)
{
    struct zip_member members[2];
    two_members(members);
    zip_build(out, members, 2);
    size_t end = out->len - 22;
    SW_CLEANUP(buf) struct sw_buf copy = SW_BUF_INIT;
    zip_ok(sw_buf_append(&copy, out->data + end, 22));
    out->data[end + 20] = 22;
    zip_ok(sw_buf_append(out, copy.data, copy.len));
}

static void spoil_name_nul(struct sw_buf *out)
{
    struct zip_member member = zip_stored("x.pkl_.txt", "hello", 5);
    zip_build(out, &member, 1);
    for (size_t i = 0; i < out->len; i++) {
        out->data[i] = out->data[i] == '_' ? 0 : out->data[i];
    }
}

static const struct {
    const char *what;
    void (*spoil)(struct sw_buf *out);
    enum sw_zip_fault fault;
} faults[] = {
    {"another name in an extra field", spoil_other_name, SW_ZIP_OTHER_NAME},
    {"a name in an extra field that goes up", spoil_other_name_up, SW_ZIP_BAD_NAME},
    {"an extra field over its end", spoil_extra, SW_ZIP_EXTRA},
    {"an extra field twice", spoil_extra_twice, SW_ZIP_EXTRA_TWICE},
    {"names that differ in capitals", spoil_letters, SW_ZIP_SAME_LETTERS},
    {"a locator that points elsewhere", spoil_locator, SW_ZIP_ZIP64},
    {"a locator on another disk", spoil_locator_disk, SW_ZIP_DISKS},
    {"a comment that is an end record", spoil_comment, SW_ZIP_SECOND_END},
    {"a NUL in a name", spoil_name_nul, SW_ZIP_BAD_NAME},
    {"a name twice", spoil_duplicate, SW_ZIP_DUPLICATE},
    {"another name in the local header", spoil_local_name, SW_ZIP_LOCAL_NAME},
    {"other sizes", spoil_local_sizes, SW_ZIP_LOCAL_SIZES},
    {"another method", spoil_local_method, SW_ZIP_LOCAL_METHOD},
    {"another CRC", spoil_local_crc, SW_ZIP_LOCAL_FLAGS},
    {"no local header", spoil_local_bad, SW_ZIP_LOCAL_BAD},
    {"data outside", spoil_outside, SW_ZIP_OUTSIDE},
    {"shared bytes", spoil_overlap, SW_ZIP_OVERLAP},
    {"a member that the directory leaves out", spoil_orphan, SW_ZIP_ORPHAN},
    {"bytes between members", spoil_gap, SW_ZIP_GAP},
    {"bytes before, offsets right", spoil_prefix, SW_ZIP_PREFIX},
    {"bytes before, offsets shifted", spoil_shifted, SW_ZIP_PREFIX},
    {"bytes behind", spoil_suffix, SW_ZIP_SUFFIX},
    {"two end records", spoil_second_end, SW_ZIP_SECOND_END},
    {"a wrong count", spoil_count, SW_ZIP_COUNT},
    {"several disks", spoil_disks, SW_ZIP_DISKS},
    {"encryption", spoil_encrypted, SW_ZIP_ENCRYPTED},
    {"a name that goes up", spoil_name_up, SW_ZIP_BAD_NAME},
    {"an absolute name", spoil_name_absolute, SW_ZIP_BAD_NAME},
    {"a name with backslashes", spoil_name_backslash, SW_ZIP_BAD_NAME},
    {"a name with a drive", spoil_name_drive, SW_ZIP_BAD_NAME},
    {"a name with a line feed", spoil_name_control, SW_ZIP_BAD_NAME},
    {"a name that is not UTF-8", spoil_name_bytes, SW_ZIP_BAD_NAME},
    {"a disagreeing 64-bit record", spoil_zip64, SW_ZIP_ZIP64},
};

static void test_every_difference_between_readers_is_a_problem(void **state)
{
    bool seen[SW_ZIP_FAULTS] = {false};
    for (size_t i = 0; i < SW_COUNT(faults); i++) {
        SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
        faults[i].spoil(&bytes);
        struct opened o;
        open_bytes(&o, &bytes);
        if (o.code != SW_OK || !has(&o, faults[i].fault)) {
            fail_msg("%s: code %d, %zu problems: %s", faults[i].what, (int)o.code,
                o.zip.problem_count, o.err.text);
        }
        seen[faults[i].fault] = true;
        assert_non_null(sw_zip_fault_text(faults[i].fault));
        sw_arena_release(&o.arena);
    }
    for (size_t i = 0; i < SW_ZIP_FAULTS; i++) {
        assert_true(seen[i]);
    }
}

static void test_members_are_found_behind_a_prefix_and_as_orphans(void **state)
{
    static void (*const spoils[])(struct sw_buf *) = {spoil_shifted, spoil_orphan};
    for (size_t i = 0; i < SW_COUNT(spoils); i++) {
        SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
        spoils[i](&bytes);
        struct opened o;
        open_bytes(&o, &bytes);
        assert_int_equal(o.zip.count, 2);
        SW_CLEANUP(buf) struct sw_buf out = SW_BUF_INIT;
        assert_int_equal(read_entry(&o, &o.zip.entries[1], &out), SW_OK);
        assert_string_equal(sw_buf_cstr(&out), i == 0 ? "world!" : "evil");
        sw_arena_release(&o.arena);
    }
}

static void test_data_descriptors_are_no_gaps(void **state)
{
    for (int with_signature = 0; with_signature < 2; with_signature++) {
        struct zip_member members[2];
        two_members(members);
        SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
        for (size_t i = 0; i < 2; i++) {
            members[i].flags = SW_ZIP_FLAG_DESCRIPTOR;
            struct zip_member local = members[i];
            local.crc = 0;
            zip_local(&bytes, &local);
            members[i].header = local.header;
            if (with_signature == 1) {
                zip_u32(&bytes, 0x08074b50);
            }
            zip_u32(&bytes, members[i].crc);
            zip_u32(&bytes, members[i].data.len);
            zip_u32(&bytes, members[i].size);
        }
        zip_directory(&bytes, members, 2);
        struct opened o;
        open_bytes(&o, &bytes);
        assert_int_equal(o.code, SW_OK);
        assert_int_equal(o.zip.problem_count, 0);
        sw_arena_release(&o.arena);
    }
}

static void test_no_prefix_of_an_archive_is_accepted(void **state)
{
    struct zip_member members[2];
    two_members(members);
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    zip_build(&bytes, members, 2);
    size_t whole = bytes.len;
    for (size_t len = 0; len < whole; len++) {
        struct sw_buf part = bytes;
        part.len = len;
        struct opened o;
        open_bytes(&o, &part);
        assert_int_equal(o.code, SW_E_FORMAT);
        assert_int_not_equal(strlen(o.err.text), 0);
        sw_arena_release(&o.arena);
    }
}

static void test_a_right_64_bit_record_is_no_problem(void **state)
{
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    with_zip64(&bytes, 0, 0);
    struct opened o;
    open_bytes(&o, &bytes);
    assert_int_equal(o.code, SW_OK);
    assert_int_equal(o.zip.problem_count, 0);
    sw_arena_release(&o.arena);
}

/* As Info-ZIP writes it for names that are not ASCII: "\x82.txt" is "é.txt" in code page 437. */
static void test_a_name_in_an_old_code_may_have_another_in_unicode(void **state)
{
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    uint8_t extra[] = "\x75\x70\x0b\0\x01....\xc3\xa9.txt";
    uint32_t crc = (uint32_t)crc32(0, (const Bytef *)"\xc3\xa8.txt", 6);
    for (size_t i = 0; i < 4; i++) {
        extra[5 + i] = (uint8_t)(crc >> 8 * i);
    }
    with_extra(&bytes, "\xc3\xa8.txt", extra, sizeof(extra) - 1);
    struct opened o;
    open_bytes(&o, &bytes);
    assert_int_equal(o.code, SW_OK);
    assert_int_equal(o.zip.problem_count, 0);
    sw_arena_release(&o.arena);
}

static void test_an_empty_archive_is_an_archive(void **state)
{
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    zip_end(&bytes, 0, 0);
    assert_true(sw_zip_has_end(sw_buf_bytes(&bytes)));
    struct opened o;
    open_bytes(&o, &bytes);
    assert_int_equal(o.code, SW_OK);
    assert_int_equal(o.zip.count, 0);
    assert_int_equal(o.zip.problem_count, 0);
    sw_arena_release(&o.arena);
}

static void test_parts_of_a_source_stay_inside(void **state)
{
    struct sw_source source = sw_source_memory(sw_bytes("0123456789", 10));
    struct sw_source part;
    char out[4];
    assert_int_equal(sw_source_part(&source, 2, 5, &part), SW_OK);
    assert_int_equal(sw_source_read(&part, 1, out, 4, NULL), SW_OK);
    assert_memory_equal(out, "3456", 4);
    assert_int_equal(sw_source_read(&part, 2, out, 4, NULL), SW_E_FORMAT);
    assert_int_equal(sw_source_read(&part, UINT64_MAX, out, 4, NULL), SW_E_FORMAT);
    assert_int_equal(sw_source_part(&part, 3, 3, &part), SW_E_FORMAT);
    assert_int_equal(sw_source_part(&part, UINT64_MAX, 2, &part), SW_E_FORMAT);
}

static void test_a_head_says_when_more_is_wanted(void **state)
{
    struct sw_source source = sw_source_head(sw_bytes("0123", 4), 100);
    char out[4];
    assert_int_equal(sw_source_read(&source, 0, out, 4, NULL), SW_OK);
    assert_int_equal(sw_source_read(&source, 1, out, 4, NULL), SW_E_LIMIT);
    assert_int_equal(sw_source_read(&source, 98, out, 4, NULL), SW_E_FORMAT);
    struct sw_source part;
    assert_int_equal(sw_source_part(&source, 50, 10, &part), SW_OK);
    assert_int_equal(sw_source_read(&part, 0, out, 1, NULL), SW_E_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members_are_listed_and_read),
        cmocka_unit_test(test_broken_deflate_data_is_refused),
        cmocka_unit_test(test_every_method_is_unpacked),
        cmocka_unit_test(test_what_cannot_be_unpacked_is_said),
        cmocka_unit_test(test_every_difference_between_readers_is_a_problem),
        cmocka_unit_test(test_members_are_found_behind_a_prefix_and_as_orphans),
        cmocka_unit_test(test_data_descriptors_are_no_gaps),
        cmocka_unit_test(test_no_prefix_of_an_archive_is_accepted),
        cmocka_unit_test(test_a_right_64_bit_record_is_no_problem),
        cmocka_unit_test(test_a_name_in_an_old_code_may_have_another_in_unicode),
        cmocka_unit_test(test_an_empty_archive_is_an_archive),
        cmocka_unit_test(test_parts_of_a_source_stay_inside),
        cmocka_unit_test(test_a_head_says_when_more_is_wanted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
