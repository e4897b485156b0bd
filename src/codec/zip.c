#include "codec/zip.h"

#include "codec/member_name.h"
#include "codec/zip_extra.h"

#define DIRECTORY_MAX ((uint64_t)64 << 20)
#define ENTRIES_MAX 1000000
#define PROBLEMS_MAX 1000

/* APPNOTE 4.3.6: signatures and fixed sizes of the records. */
#define LOCAL_SIG 0x04034b50u
#define CENTRAL_SIG 0x02014b50u
#define END_SIG 0x06054b50u
#define END64_SIG 0x06064b50u
#define LOCATOR_SIG 0x07064b50u
#define DESCRIPTOR_SIG 0x08074b50u
#define LOCAL_SIZE 30
#define CENTRAL_SIZE 46
#define END_SIZE 22
#define END64_SIZE 56
#define LOCATOR_SIZE 20

/* Encrypted, compressed patched data, strong encryption, masked headers (APPNOTE 4.4.4). */
#define FLAGS_SECRET 0x2061

static const char *const fault_table[SW_ZIP_FAULTS] = {
    [SW_ZIP_DUPLICATE] = "stands in the archive more than once",
    [SW_ZIP_LOCAL_NAME] = "has another name in its local header",
    [SW_ZIP_LOCAL_SIZES] = "has other sizes in its local header",
    [SW_ZIP_LOCAL_METHOD] = "has another compression method in its local header",
    [SW_ZIP_LOCAL_FLAGS] = "has other flags or another CRC in its local header",
    [SW_ZIP_LOCAL_BAD] = "has no local header where the directory points",
    [SW_ZIP_OUTSIDE] = "lies outside the archive's data",
    [SW_ZIP_OVERLAP] = "shares bytes with another member",
    [SW_ZIP_ORPHAN] = "is in no directory entry, only in a local header",
    [SW_ZIP_GAP] = "bytes between members belong to nothing",
    [SW_ZIP_PREFIX] = "bytes stand before the first member",
    [SW_ZIP_SUFFIX] = "bytes stand behind the end record",
    [SW_ZIP_SECOND_END] = "there is more than one end record",
    [SW_ZIP_COUNT] = "the end record counts other members than the directory holds",
    [SW_ZIP_ZIP64] = "the 64-bit end record disagrees with the plain one",
    [SW_ZIP_DISKS] = "the archive claims to span several disks",
    [SW_ZIP_ENCRYPTED] = "is flagged as encrypted or patched",
    [SW_ZIP_OTHER_NAME] = "has another name in an extra field",
    [SW_ZIP_SAME_LETTERS] = "differs from another member in capital letters only",
    [SW_ZIP_EXTRA] = "has extra fields that run over their end",
    [SW_ZIP_EXTRA_TWICE] = "has the same extra field twice",
    [SW_ZIP_BAD_NAME] = "has a name that can leave its directory or does not print",
};

const char *sw_zip_fault_text(enum sw_zip_fault fault)
{
    return fault < SW_ZIP_FAULTS ? fault_table[fault] : "is wrong";
}

/* The state of listing one archive. */
struct lister {
    struct sw_zip *zip;
    struct sw_arena *arena;
    struct sw_error *err;
    size_t entry_cap;
    size_t problem_cap;
    uint64_t end;       /* of the plain end record */
    uint64_t directory; /* where the central directory really is */
    uint64_t directory_size;
    uint64_t claimed; /* where the end record says it is */
    uint64_t shift;   /* bytes to add to every claimed offset */
    uint64_t records; /* of the first end record */
    uint64_t located; /* where the locator says that the 64-bit one is; UINT64_MAX: none */
    uint64_t entries; /* as the end record counts */
};

static sw_result add_problem(
    struct lister *l, enum sw_zip_fault fault, uint64_t offset, struct sw_str name)
{
    struct sw_zip *zip = l->zip;
    zip->problem_count++;
    if (zip->problem_count > PROBLEMS_MAX) {
        return SW_OK;
    }
    zip->problems = sw_arena_grow(
        l->arena, zip->problems, zip->problem_count - 1, &l->problem_cap, sizeof(*zip->problems));
    SW_TRY_PTR(zip->problems);
    zip->problems[zip->problem_count - 1] = (struct sw_zip_problem){fault, offset, name};
    return SW_OK;
}

static sw_result add_archive_problem(struct lister *l, enum sw_zip_fault fault, uint64_t offset)
{
    return add_problem(l, fault, offset, sw_str(""));
}

static sw_result add_entry(struct lister *l, const struct sw_zip_entry *entry)
{
    struct sw_zip *zip = l->zip;
    if (zip->count >= ENTRIES_MAX) {
        return sw_fail(l->err, SW_E_LIMIT, "the archive holds more than %d members", ENTRIES_MAX);
    }
    zip->entries =
        sw_arena_grow(l->arena, zip->entries, zip->count, &l->entry_cap, sizeof(*zip->entries));
    SW_TRY_PTR(zip->entries);
    zip->entries[zip->count++] = *entry;
    return SW_OK;
}

/* --- the end records ------------------------------------------------------------------------- */

static uint32_t peek_u32(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* The last end signature at or before `from`, with room for the record; SIZE_MAX when none. */
static size_t find_end(struct sw_bytes tail, size_t from)
{
    if (tail.len < END_SIZE) {
        return SIZE_MAX;
    }
    size_t at = from < tail.len - END_SIZE ? from : tail.len - END_SIZE;
    for (size_t i = at + 1; i > 0; i--) {
        if (tail.ptr[i - 1] == 'P' && peek_u32(tail.ptr + i - 1) == END_SIG) {
            return i - 1;
        }
    }
    return SIZE_MAX;
}

bool sw_zip_has_end(struct sw_bytes tail)
{
    return find_end(tail, SIZE_MAX) != SIZE_MAX;
}

struct end_record {
    uint16_t disk, directory_disk, here, total, comment;
    uint32_t size, offset;
};

static sw_result read_end(struct sw_bytes tail, size_t at, struct end_record *out)
{
    struct sw_cursor cur = sw_cursor(sw_bytes(tail.ptr + at, tail.len - at));
    SW_TRY(sw_cur_skip(&cur, 4));
    SW_TRY(sw_cur_u16le(&cur, &out->disk));
    SW_TRY(sw_cur_u16le(&cur, &out->directory_disk));
    SW_TRY(sw_cur_u16le(&cur, &out->here));
    SW_TRY(sw_cur_u16le(&cur, &out->total));
    SW_TRY(sw_cur_u32le(&cur, &out->size));
    SW_TRY(sw_cur_u32le(&cur, &out->offset));
    return sw_cur_u16le(&cur, &out->comment);
}

static bool disagrees(uint64_t plain, uint64_t wide, uint64_t marker)
{
    return plain != marker && plain != wide;
}

/* APPNOTE 4.3.14 and 4.3.15. The 64-bit record stands right before its locator, which is where
 * Python reads it; where the locator points, which is where torch reads it, is compared once it is
 * known how many bytes stand before the archive. */
static sw_result read_end64(struct lister *l, const struct end_record *end, uint64_t *records)
{
    uint8_t raw[END64_SIZE + LOCATOR_SIZE];
    if (l->end < sizeof(raw)) {
        return SW_OK;
    }
    uint64_t at = l->end - sizeof(raw);
    SW_TRY(sw_source_read(&l->zip->source, at, raw, sizeof(raw), l->err));
    if (peek_u32(raw + END64_SIZE) != LOCATOR_SIG) {
        return SW_OK;
    }
    if (peek_u32(raw) != END64_SIG) {
        return sw_fail(l->err, SW_E_FORMAT, "byte %llu: no 64-bit end record before its locator",
            (unsigned long long)at);
    }
    struct sw_cursor cur = sw_cursor(sw_bytes(raw, sizeof(raw)));
    uint64_t here;
    SW_TRY(sw_cur_seek(&cur, 24));
    SW_TRY(sw_cur_u64le(&cur, &here));
    SW_TRY(sw_cur_u64le(&cur, &l->entries));
    SW_TRY(sw_cur_u64le(&cur, &l->directory_size));
    SW_TRY(sw_cur_u64le(&cur, &l->claimed));
    *records = at;
    uint32_t disk;
    uint32_t disks;
    SW_TRY(sw_cur_seek(&cur, END64_SIZE + 4));
    SW_TRY(sw_cur_u32le(&cur, &disk));
    SW_TRY(sw_cur_u64le(&cur, &l->located));
    SW_TRY(sw_cur_u32le(&cur, &disks));
    if (disk != 0 || disks > 1) {
        SW_TRY(add_archive_problem(l, SW_ZIP_DISKS, at + END64_SIZE));
    }
    if (here != l->entries || disagrees(end->total, l->entries, UINT16_MAX) ||
        disagrees(end->size, l->directory_size, UINT32_MAX) ||
        disagrees(end->offset, l->claimed, UINT32_MAX)) {
        return add_archive_problem(l, SW_ZIP_ZIP64, at);
    }
    return SW_OK;
}

static bool has_signature(const struct sw_source *source, uint64_t at, uint32_t signature)
{
    uint8_t raw[4];
    return sw_source_read(source, at, raw, sizeof(raw), NULL) == SW_OK &&
           peek_u32(raw) == signature;
}

/* The directory ends where the end records begin; when the claimed offset differs from that, bytes
 * were put before the archive (readers then disagree about where everything is). */
static sw_result place_directory(struct lister *l, uint64_t records)
{
    if (l->directory_size > records || l->directory_size > DIRECTORY_MAX) {
        return sw_fail(l->err, l->directory_size > records ? SW_E_FORMAT : SW_E_LIMIT,
            "the zip directory's size %llu does not fit", (unsigned long long)l->directory_size);
    }
    l->directory = records - l->directory_size;
    if (l->directory == l->claimed) {
        return SW_OK;
    }
    SW_TRY(add_archive_problem(l, SW_ZIP_PREFIX, 0));
    bool there =
        l->directory_size == 0 || has_signature(&l->zip->source, l->directory, CENTRAL_SIG);
    if (there && l->directory > l->claimed) {
        l->shift = l->directory - l->claimed;
        return SW_OK;
    }
    uint64_t end;
    if (!sw_add_u64(l->claimed, l->directory_size, &end) || end > records) {
        return sw_fail(l->err, SW_E_FORMAT, "the zip directory is not where the end record says");
    }
    l->directory = l->claimed;
    return SW_OK;
}

static sw_result check_end(
    struct lister *l, struct sw_bytes tail, size_t at, const struct end_record *end)
{
    uint64_t behind = tail.len - at - END_SIZE;
    if (behind != end->comment) {
        SW_TRY(add_archive_problem(l, SW_ZIP_SUFFIX, l->end + END_SIZE));
    }
    uint64_t located;
    if (l->located != UINT64_MAX &&
        (!sw_add_u64(l->located, l->shift, &located) || located != l->records)) {
        SW_TRY(add_archive_problem(l, SW_ZIP_ZIP64, l->records));
    }
    if ((end->disk != 0 && end->disk != UINT16_MAX) || end->directory_disk != end->disk ||
        end->here != end->total) {
        SW_TRY(add_archive_problem(l, SW_ZIP_DISKS, l->end));
    }
    /* Another end record behind the directory; one inside a member's bytes is that member's own. */
    size_t other = at == 0 ? SIZE_MAX : find_end(tail, at - 1);
    uint64_t start = l->zip->source.size - tail.len;
    if (other != SIZE_MAX && start + other >= l->directory) {
        SW_TRY(add_archive_problem(l, SW_ZIP_SECOND_END, start + other));
    }
    return SW_OK;
}

bool sw_zip_has_directory(const struct sw_source *source)
{
    uint64_t len = source->size < SW_ZIP_TAIL_MAX ? source->size : SW_ZIP_TAIL_MAX;
    SW_CLEANUP(buf) struct sw_buf buf = SW_BUF_INIT;
    if (sw_source_append(source, source->size - len, len, &buf, NULL) != SW_OK) {
        return false;
    }
    struct sw_bytes tail = sw_buf_bytes(&buf);
    size_t at = find_end(tail, SIZE_MAX);
    struct end_record record;
    if (at == SIZE_MAX || read_end(tail, at, &record) != SW_OK) {
        return false;
    }
    uint64_t end = source->size - len + at;
    return has_signature(source, record.offset, CENTRAL_SIG) ||
           (record.size <= end && has_signature(source, end - record.size, CENTRAL_SIG)) ||
           (end >= LOCATOR_SIZE && has_signature(source, end - LOCATOR_SIZE, LOCATOR_SIG));
}

static sw_result find_directory(struct lister *l)
{
    const struct sw_source *source = &l->zip->source;
    uint64_t len = source->size < SW_ZIP_TAIL_MAX ? source->size : SW_ZIP_TAIL_MAX;
    SW_CLEANUP(buf) struct sw_buf buf = SW_BUF_INIT;
    SW_TRY(sw_source_append(source, source->size - len, len, &buf, l->err));
    struct sw_bytes tail = sw_buf_bytes(&buf);
    size_t at = find_end(tail, SIZE_MAX);
    if (at == SIZE_MAX) {
        return sw_fail(l->err, SW_E_FORMAT, "no zip end record: the archive is cut short");
    }
    struct end_record end;
    SW_TRY(read_end(tail, at, &end));
    l->end = source->size - len + at;
    l->entries = end.total;
    l->directory_size = end.size;
    l->claimed = end.offset;
    uint64_t records = l->end;
    l->located = UINT64_MAX;
    SW_TRY(read_end64(l, &end, &records));
    l->records = records;
    SW_TRY(place_directory(l, records));
    return check_end(l, tail, at, &end);
}

/* --- the central directory -------------------------------------------------------------------- */

/* APPNOTE 4.5.3: in the extra field with id 1 stand, in this order, those of the values whose
 * 32-bit place holds the marker. */
static sw_result read_wide(struct sw_bytes extra, struct sw_zip_entry *entry)
{
    struct sw_cursor cur = sw_cursor(extra);
    while (sw_cur_left(&cur) >= 4) {
        uint16_t id;
        uint16_t len;
        struct sw_cursor field;
        SW_TRY(sw_cur_u16le(&cur, &id));
        SW_TRY(sw_cur_u16le(&cur, &len));
        if (sw_cur_sub(&cur, len, &field) != SW_OK) {
            return SW_OK; /* check_extra() says so */
        }
        if (id != 1) {
            continue;
        }
        uint64_t *const values[] = {&entry->size, &entry->stored, &entry->header};
        for (size_t i = 0; i < SW_COUNT(values); i++) {
            if (*values[i] == UINT32_MAX) {
                SW_TRY(sw_cur_u64le(&field, values[i]));
            }
        }
        return SW_OK;
    }
    return SW_OK;
}

struct central {
    uint32_t stored, size, header, attributes;
    uint16_t made_by, name, extra, comment;
};

static sw_result check_extra(
    struct lister *l, const struct sw_zip_entry *entry, struct sw_bytes extra)
{
    static const enum sw_zip_fault faults[] = {
        SW_ZIP_EXTRA, SW_ZIP_EXTRA_TWICE, SW_ZIP_OTHER_NAME, SW_ZIP_BAD_NAME};
    uint64_t found = sw_zip_extra_faults(entry->name, extra);
    for (size_t i = 0; i < SW_COUNT(faults); i++) {
        if ((found >> faults[i] & 1) != 0) {
            SW_TRY(add_problem(l, faults[i], entry->header, entry->name));
        }
    }
    return SW_OK;
}

static sw_result read_central_fixed(
    struct sw_cursor *cur, struct central *c, struct sw_zip_entry *out)
{
    uint32_t sig;
    SW_TRY(sw_cur_u32le(cur, &sig));
    if (sig != CENTRAL_SIG) {
        return SW_E_FORMAT;
    }
    SW_TRY(sw_cur_u16le(cur, &c->made_by));
    SW_TRY(sw_cur_skip(cur, 2));
    SW_TRY(sw_cur_u16le(cur, &out->flags));
    SW_TRY(sw_cur_u16le(cur, &out->method));
    SW_TRY(sw_cur_skip(cur, 4));
    SW_TRY(sw_cur_u32le(cur, &out->crc));
    SW_TRY(sw_cur_u32le(cur, &c->stored));
    SW_TRY(sw_cur_u32le(cur, &c->size));
    SW_TRY(sw_cur_u16le(cur, &c->name));
    SW_TRY(sw_cur_u16le(cur, &c->extra));
    SW_TRY(sw_cur_u16le(cur, &c->comment));
    SW_TRY(sw_cur_skip(cur, 4));
    SW_TRY(sw_cur_u32le(cur, &c->attributes));
    return sw_cur_u32le(cur, &c->header);
}

static sw_result read_central(
    struct sw_cursor *cur, struct sw_zip_entry *out, struct sw_bytes *extra)
{
    enum { UNIX = 3 }; /* APPNOTE 4.4.2.2 */
    struct central c;
    SW_TRY(read_central_fixed(cur, &c, out));
    out->stored = c.stored;
    out->size = c.size;
    out->header = c.header;
    out->mode = c.made_by >> 8 == UNIX ? c.attributes >> 16 : 0;
    struct sw_bytes name;
    SW_TRY(sw_cur_bytes(cur, c.name, &name));
    SW_TRY(sw_cur_bytes(cur, c.extra, extra));
    SW_TRY(sw_cur_skip(cur, c.comment));
    out->name = sw_str_of_bytes(name);
    return read_wide(*extra, out);
}

static sw_result check_entry(struct lister *l, const struct sw_zip_entry *entry)
{
    if ((entry->flags & FLAGS_SECRET) != 0) {
        SW_TRY(add_problem(l, SW_ZIP_ENCRYPTED, entry->header, entry->name));
    }
    if (!sw_member_name_is_good(entry->name)) {
        SW_TRY(add_problem(l, SW_ZIP_BAD_NAME, entry->header, entry->name));
    }
    return SW_OK;
}

static sw_result read_directory(struct lister *l)
{
    void *raw = sw_arena_alloc(l->arena, (size_t)l->directory_size);
    if (raw == NULL) {
        return sw_fail(l->err, SW_E_NOMEM, "no memory for the zip directory");
    }
    SW_TRY(sw_source_read(&l->zip->source, l->directory, raw, (size_t)l->directory_size, l->err));
    struct sw_cursor cur = sw_cursor(sw_bytes(raw, (size_t)l->directory_size));
    while (sw_cur_left(&cur) > 0) {
        struct sw_zip_entry entry = {0};
        struct sw_bytes extra;
        uint64_t at = l->directory + cur.pos;
        if (read_central(&cur, &entry, &extra) != SW_OK) {
            return sw_fail(l->err, SW_E_FORMAT, "byte %llu: a broken zip directory entry",
                (unsigned long long)at);
        }
        if (!sw_add_u64(entry.header, l->shift, &entry.header)) {
            entry.header = UINT64_MAX;
        }
        SW_TRY(add_entry(l, &entry));
        SW_TRY(check_entry(l, &entry));
        SW_TRY(check_extra(l, &entry, extra));
    }
    /* Without the 64-bit record the count is modulo 65,536 in what some writers make. */
    if (l->zip->count != l->entries && (l->zip->count & UINT16_MAX) != l->entries) {
        SW_TRY(add_archive_problem(l, SW_ZIP_COUNT, l->end));
    }
    return SW_OK;
}

/* --- local headers --------------------------------------------------------------------------- */

struct local {
    struct sw_zip_entry entry;
    struct sw_bytes extra;
    uint16_t name_len, extra_len;
};

static sw_result read_local_fixed(struct sw_bytes raw, struct local *out)
{
    struct sw_cursor cur = sw_cursor(raw);
    uint32_t sig;
    uint32_t stored;
    uint32_t size;
    SW_TRY(sw_cur_u32le(&cur, &sig));
    if (sig != LOCAL_SIG) {
        return SW_E_FORMAT;
    }
    SW_TRY(sw_cur_skip(&cur, 2));
    SW_TRY(sw_cur_u16le(&cur, &out->entry.flags));
    SW_TRY(sw_cur_u16le(&cur, &out->entry.method));
    SW_TRY(sw_cur_skip(&cur, 4));
    SW_TRY(sw_cur_u32le(&cur, &out->entry.crc));
    SW_TRY(sw_cur_u32le(&cur, &stored));
    SW_TRY(sw_cur_u32le(&cur, &size));
    out->entry.stored = stored;
    out->entry.size = size;
    SW_TRY(sw_cur_u16le(&cur, &out->name_len));
    return sw_cur_u16le(&cur, &out->extra_len);
}

/* SW_E_FORMAT without words when there is no local header at `at`. */
static sw_result read_local(struct lister *l, uint64_t at, struct local *out)
{
    uint8_t raw[LOCAL_SIZE];
    *out = (struct local){0};
    if (at > l->directory || l->directory - at < LOCAL_SIZE) {
        return SW_E_FORMAT;
    }
    SW_TRY(sw_source_read(&l->zip->source, at, raw, sizeof(raw), l->err));
    SW_TRY(read_local_fixed(sw_bytes(raw, sizeof(raw)), out));
    size_t len = (size_t)out->name_len + out->extra_len;
    if (l->directory - at - LOCAL_SIZE < len) {
        return SW_E_FORMAT;
    }
    uint8_t *words = sw_arena_alloc(l->arena, len);
    SW_TRY_PTR(words);
    SW_TRY(sw_source_read(&l->zip->source, at + LOCAL_SIZE, words, len, l->err));
    out->entry.name = sw_str_n((const char *)words, out->name_len);
    out->entry.header = at;
    out->entry.data = at + LOCAL_SIZE + len;
    uint64_t header = 0; /* a local header has no such field: not the marker, so not read */
    struct sw_zip_entry wide = out->entry;
    wide.header = header;
    out->extra = sw_bytes(words + out->name_len, out->extra_len);
    if (read_wide(out->extra, &wide) == SW_OK) {
        out->entry.size = wide.size;
        out->entry.stored = wide.stored;
    }
    return SW_OK;
}

/* With a data descriptor (flag bit 3) sizes and CRC in the local header may be left 0. */
static bool differs(uint64_t local, uint64_t central, bool descriptor)
{
    return local != central && !(descriptor && local == 0);
}

static sw_result compare_local(
    struct lister *l, const struct sw_zip_entry *entry, const struct local *local)
{
    const struct sw_zip_entry *here = &local->entry;
    bool descriptor = (here->flags & SW_ZIP_FLAG_DESCRIPTOR) != 0;
    const struct {
        bool wrong;
        enum sw_zip_fault fault;
    } checks[] = {
        {!sw_str_equal(entry->name, here->name), SW_ZIP_LOCAL_NAME},
        {differs(here->stored, entry->stored, descriptor) ||
                differs(here->size, entry->size, descriptor),
            SW_ZIP_LOCAL_SIZES},
        {here->method != entry->method, SW_ZIP_LOCAL_METHOD},
        {here->flags != entry->flags || differs(here->crc, entry->crc, descriptor),
            SW_ZIP_LOCAL_FLAGS},
    };
    for (size_t i = 0; i < SW_COUNT(checks); i++) {
        if (checks[i].wrong) {
            SW_TRY(add_problem(l, checks[i].fault, entry->header, entry->name));
        }
    }
    return SW_OK;
}

static sw_result visit_local(struct lister *l, struct sw_zip_entry *entry)
{
    struct local local;
    enum sw_code code = read_local(l, entry->header, &local);
    if (code == SW_E_FORMAT) {
        return add_problem(l, SW_ZIP_LOCAL_BAD, entry->header, entry->name);
    }
    SW_TRY(code);
    entry->data = local.entry.data;
    if (entry->stored > l->directory - entry->data) {
        return add_problem(l, SW_ZIP_OUTSIDE, entry->header, entry->name);
    }
    entry->readable = true;
    SW_TRY(check_extra(l, &local.entry, local.extra));
    return compare_local(l, entry, &local);
}

static sw_result visit_locals(struct lister *l)
{
    for (size_t i = 0; i < l->zip->count; i++) {
        SW_TRY(visit_local(l, &l->zip->entries[i]));
    }
    return SW_OK;
}

/* --- what covers what ------------------------------------------------------------------------- */

struct span {
    uint64_t start, end;
    struct sw_str name;
    size_t entry;
};

static int compare_spans(const void *a, const void *b)
{
    const struct span *x = a;
    const struct span *y = b;
    if (x->start != y->start) {
        return x->start < y->start ? -1 : 1;
    }
    return (x->end > y->end) - (x->end < y->end);
}

/* APPNOTE 4.3.9: CRC and two sizes, 32 or 64 bits wide, the signature optional. The form is known
 * by which one repeats the directory's values. */
static uint64_t descriptor_len(struct lister *l, const struct sw_zip_entry *entry)
{
    static const struct {
        uint8_t len, sig, width;
    } forms[] = {{16, 4, 4}, {24, 4, 8}, {12, 0, 4}, {20, 0, 8}};
    uint64_t at = entry->data + entry->stored;
    for (size_t i = 0; i < SW_COUNT(forms); i++) {
        uint8_t raw[24];
        if (l->directory - at < forms[i].len ||
            sw_source_read(&l->zip->source, at, raw, forms[i].len, NULL) != SW_OK) {
            continue;
        }
        const uint8_t *sizes = raw + forms[i].sig + 4;
        bool signed_right = forms[i].sig == 0 || peek_u32(raw) == DESCRIPTOR_SIG;
        if (signed_right && peek_u32(sizes - 4) == entry->crc &&
            peek_u32(sizes) == (uint32_t)entry->stored &&
            peek_u32(sizes + forms[i].width) == (uint32_t)entry->size) {
            return forms[i].len;
        }
    }
    return 0;
}

static uint64_t entry_end(struct lister *l, const struct sw_zip_entry *entry)
{
    uint64_t end = entry->data + entry->stored;
    bool descriptor = (entry->flags & SW_ZIP_FLAG_DESCRIPTOR) != 0;
    return descriptor ? end + descriptor_len(l, entry) : end;
}

/* Bytes [start, end) that no directory entry covers: local headers in them are members that a
 * reader of local headers finds, anything else is a gap. */
static sw_result visit_uncovered(struct lister *l, uint64_t start, uint64_t end)
{
    enum sw_zip_fault kind = start == 0 ? SW_ZIP_PREFIX : SW_ZIP_GAP;
    while (start < end) {
        struct local local;
        enum sw_code code = read_local(l, start, &local);
        if (code == SW_E_FORMAT) {
            return add_archive_problem(l, kind, start);
        }
        SW_TRY(code);
        struct sw_zip_entry *entry = &local.entry;
        uint64_t room = entry->data < end ? end - entry->data : 0;
        bool open_ended = entry->stored == 0 && (entry->flags & SW_ZIP_FLAG_DESCRIPTOR) != 0;
        if (open_ended || entry->stored > room) {
            entry->stored = room;
            entry->size = entry->method == SW_ZIP_STORED ? room : entry->size;
        }
        entry->orphan = true;
        entry->readable = true;
        SW_TRY(add_entry(l, entry));
        SW_TRY(add_problem(l, SW_ZIP_ORPHAN, start, entry->name));
        start = entry_end(l, entry);
        kind = SW_ZIP_GAP;
    }
    return SW_OK;
}

static sw_result check_coverage(struct lister *l)
{
    size_t count = 0;
    size_t listed = l->zip->count;
    struct span *spans = SW_ARENA_ARRAY(l->arena, struct span, listed + 1);
    SW_TRY_PTR(spans);
    for (size_t i = 0; i < listed; i++) {
        const struct sw_zip_entry *entry = &l->zip->entries[i];
        if (entry->readable) {
            spans[count++] = (struct span){entry->header, entry_end(l, entry), entry->name, i};
        }
    }
    qsort(spans, count, sizeof(*spans), compare_spans);
    spans[count] = (struct span){l->directory, l->directory, sw_str(""), 0};
    uint64_t covered = 0;
    for (size_t i = 0; i <= count; i++) {
        if (spans[i].start < covered) {
            SW_TRY(add_problem(l, SW_ZIP_OVERLAP, spans[i].start, spans[i].name));
        } else {
            SW_TRY(visit_uncovered(l, covered, spans[i].start));
        }
        covered = spans[i].end > covered ? spans[i].end : covered;
    }
    return SW_OK;
}

static int compare_names(const void *a, const void *b)
{
    const struct span *x = a;
    const struct span *y = b;
    return sw_str_compare(x->name, y->name);
}

/* torch finds its members by miniz, which does not tell capitals apart. */
static sw_result check_letters(struct lister *l, struct span *names)
{
    for (size_t i = 0; i < l->zip->count; i++) {
        char *small = sw_arena_strndup(l->arena, names[i].name);
        SW_TRY_PTR(small);
        for (size_t k = 0; k < names[i].name.len; k++) {
            small[k] =
                (char)(small[k] >= 'A' && small[k] <= 'Z' ? small[k] + ('a' - 'A') : small[k]);
        }
        names[i].name.ptr = small;
    }
    qsort(names, l->zip->count, sizeof(*names), compare_names);
    for (size_t i = 1; i < l->zip->count; i++) {
        struct sw_str one = l->zip->entries[names[i - 1].entry].name;
        struct sw_str two = l->zip->entries[names[i].entry].name;
        if (sw_str_equal(names[i - 1].name, names[i].name) && !sw_str_equal(one, two)) {
            SW_TRY(add_problem(l, SW_ZIP_SAME_LETTERS, names[i].start, two));
        }
    }
    return SW_OK;
}

static sw_result check_duplicates(struct lister *l)
{
    struct span *names = SW_ARENA_ARRAY(l->arena, struct span, l->zip->count);
    SW_TRY_PTR(names);
    for (size_t i = 0; i < l->zip->count; i++) {
        const struct sw_zip_entry *entry = &l->zip->entries[i];
        names[i] = (struct span){.start = entry->header, .name = entry->name, .entry = i};
    }
    qsort(names, l->zip->count, sizeof(*names), compare_names);
    for (size_t i = 1; i < l->zip->count; i++) {
        if (sw_str_equal(names[i - 1].name, names[i].name)) {
            SW_TRY(add_problem(l, SW_ZIP_DUPLICATE, names[i].start, names[i].name));
        }
    }
    return check_letters(l, names);
}

sw_result sw_zip_open(struct sw_zip *zip, const struct sw_source *source, struct sw_arena *arena,
    struct sw_error *err)
{
    struct sw_zip made = {.source = *source};
    struct lister l = {.zip = &made, .arena = arena, .err = err};
    SW_TRY(find_directory(&l));
    SW_TRY(read_directory(&l));
    SW_TRY(visit_locals(&l));
    SW_TRY(check_coverage(&l));
    SW_TRY(check_duplicates(&l));
    *zip = made;
    return SW_OK;
}
