/* Single compressed streams: what is in them is looked at as a file of its own. joblib and many
 * loaders unpack by content, whatever the name. doc/format/scan-containers.md. */
#include "scan/format.h"
#include "scan/unpacked.h"

#include <zlib.h>

#define MAGIC(at, bytes) .magic = (bytes), .magic_len = sizeof(bytes) - 1, .magic_at = (at)

static bool has_at(const struct sw_specimen *specimen, size_t at, const void *bytes, size_t len)
{
    struct sw_bytes head = specimen->head;
    return head.len >= len && at <= head.len - len && memcmp(head.ptr + at, bytes, len) == 0;
}

/* --- what is inside ----------------------------------------------------------------------------
 */

/* "model.pkl.gz" holds "model.pkl", "x.tgz" holds "x.tar"; other names say nothing of what is in
 * it. */
static const char *inner_name(struct sw_arena *arena, const char *name)
{
    static const struct {
        const char *ending, *instead;
    } rows[] = {{".gz", ""}, {".bz2", ""}, {".xz", ""}, {".lzma", ""}, {".zst", ""}, {".lz4", ""},
        {".z", ""}, {".tgz", ".tar"}, {".tbz", ".tar"}, {".txz", ".tar"}, {".tzst", ".tar"}};
    const char *slash = strrchr(name, '/');
    struct sw_str base = sw_str(slash == NULL ? name : slash + 1);
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        size_t len = strlen(rows[i].ending);
        if (base.len > len && sw_str_ends(base, rows[i].ending)) {
            return sw_arena_printf(
                arena, "%.*s%s", (int)(base.len - len), base.ptr, rows[i].instead);
        }
    }
    return "content";
}

/* Python's lzma reads what it knows from the next stream on, whichever of its two forms that has,
 * and both Python and the programs pass over what they do not know. */
static bool begins_packed(const struct sw_source *rest)
{
    static const struct sw_format *const packed[] = {&sw_format_gzip, &sw_format_bzip2,
        &sw_format_xz, &sw_format_lzma, &sw_format_zstd, &sw_format_lz4, &sw_format_zlib};
    uint8_t head[SW_HEAD_SIZE];
    size_t len = rest->size < sizeof(head) ? (size_t)rest->size : sizeof(head);
    if (sw_source_read(rest, 0, head, len, NULL) != SW_OK) {
        return false;
    }
    struct sw_specimen specimen = {.source = *rest, .head = sw_bytes(head, len), .outside = false};
    for (size_t i = 0; i < SW_COUNT(packed); i++) {
        const struct sw_format *format = packed[i];
        if (format->sniff != NULL ? format->sniff(&specimen)
                                  : has_at(&specimen, 0, format->magic, format->magic_len)) {
            return true;
        }
    }
    return false;
}

static sw_result look_behind(
    struct sw_inspection *in, const struct sw_source *packed, uint64_t at, struct sw_error *err)
{
    struct sw_source rest;
    SW_TRY(sw_source_part(packed, at, packed->size - at, &rest));
    if (rest.size == 0) {
        return SW_OK;
    }
    bool joined = begins_packed(&rest);
    SW_TRY(sw_found(in, "compressed-trailing", joined ? SW_SEVERITY_HIGH : SW_SEVERITY_MEDIUM, at,
        "%llu bytes stand behind the compressed data%s", (unsigned long long)rest.size,
        joined ? ", and some readers unpack them too" : ""));
    return sw_inspect_member(in, &rest, "(behind the compressed data)");
}

static sw_result say_end(struct sw_inspection *in, const struct sw_unpack_end *end)
{
    if (end->loose) {
        SW_TRY(sw_found(in, "compressed-structure", SW_SEVERITY_HIGH, 0,
            "the header has flags or a checksum that some readers refuse and others pass over"));
    }
    if (end->code == SW_E_FORMAT) {
        return sw_give_up(in, "compressed-broken", SW_SEVERITY_MEDIUM, "%s, behind %llu bytes",
            end->err.text, (unsigned long long)end->size);
    }
    return end->code == SW_OK
               ? SW_OK
               : sw_give_up(in, "over-limit", SW_SEVERITY_MEDIUM, "%s", end->err.text);
}

/* The stream begins at `at`. Where the form has no real magic (`guess`), what gives nothing is not
 * of this form. */
static sw_result parse_at(struct sw_inspection *in, const struct sw_specimen *specimen,
    struct sw_packed *how, uint64_t at, bool guess, struct sw_error *err)
{
    struct sw_source packed;
    struct sw_unpack_end end;
    SW_CLEANUP(unpack) struct sw_unpack *unpack = NULL;
    SW_TRY(sw_source_part(&specimen->source, at, specimen->source.size - at, &packed));
    sw_unpack_allow(in, packed.size);
    SW_TRY(sw_unpack_within(in, &packed, how, &unpack, &end, err));
    if (guess && end.size == 0 && end.code == SW_E_FORMAT) {
        in->declined = true;
        return SW_OK;
    }
    SW_TRY(say_end(in, &end));
    if (end.size > 0 || end.code == SW_OK) {
        const char *name = inner_name(in->arena, specimen->name);
        SW_TRY_PTR(name);
        struct sw_source source = sw_unpack_source(unpack);
        SW_TRY(sw_inspect_member(in, &source, name));
    }
    return end.code == SW_OK ? look_behind(in, &packed, end.stored, err) : SW_OK;
}

static sw_result parse_as(struct sw_inspection *in, const struct sw_specimen *specimen,
    enum sw_packing packing, struct sw_error *err)
{
    bool guess = packing == SW_PACK_ZLIB || packing == SW_PACK_LZMA_ALONE;
    struct sw_packed how = {.packing = packing, .size = UINT64_MAX, .many = !guess};
    return parse_at(in, specimen, &how, 0, guess, err);
}

#define PARSER(name, packing)                                                               \
    static sw_result parse_##name(                                                          \
        struct sw_inspection *in, const struct sw_specimen *specimen, struct sw_error *err) \
    {                                                                                       \
        return parse_as(in, specimen, packing, err);                                        \
    }
PARSER(gzip, SW_PACK_GZIP)
PARSER(bzip2, SW_PACK_BZIP2)
PARSER(xz, SW_PACK_XZ)
PARSER(zstd, SW_PACK_ZSTD)
PARSER(zlib, SW_PACK_ZLIB)
PARSER(lzma, SW_PACK_LZMA_ALONE)

/* --- formats -----------------------------------------------------------------------------------
 */

#define PACKED(name) .parse = parse_##name, .broken = SW_SEVERITY_MEDIUM, .holds_files = true

const struct sw_format sw_format_gzip = {.id = "gzip",
    .names = ".gz .tgz .nemo .joblib .pkl .z",
    MAGIC(0, "\x1f\x8b\x08"),
    PACKED(gzip)};
const struct sw_format sw_format_xz = {
    .id = "xz", .names = ".xz .txz .joblib .pkl .z", MAGIC(0, "\xfd\x37zXZ\x00"), PACKED(xz)};

/* "BZh", a block size, and the magic of a block or of the empty end. */
static bool sniff_bzip2(const struct sw_specimen *specimen)
{
    return has_at(specimen, 0, "BZh", 3) &&
           (has_at(specimen, 4, "1AY&SY", 6) || has_at(specimen, 4, "\x17rE8P\x90", 6));
}

const struct sw_format sw_format_bzip2 = {
    .id = "bzip2", .names = ".bz2 .tbz .joblib .pkl .z", .sniff = sniff_bzip2, PACKED(bzip2)};

/* A frame, or one that is passed over (RFC 8878, 3.1.2; LZ4 has the same) and then a frame: which
 * of the two libraries reads it is told by that. */
static bool begins_frame(const struct sw_specimen *specimen, const char *magic)
{
    struct sw_cursor cur = sw_cursor(specimen->head);
    uint32_t found;
    uint32_t len;
    for (;;) {
        struct sw_cursor here = cur;
        if (sw_cur_u32le(&cur, &found) != SW_OK) {
            return false;
        }
        if ((found & 0xfffffff0u) != 0x184d2a50u) {
            struct sw_bytes four;
            return sw_cur_bytes(&here, 4, &four) == SW_OK && memcmp(four.ptr, magic, 4) == 0;
        }
        if (sw_cur_u32le(&cur, &len) != SW_OK || sw_cur_skip(&cur, len) != SW_OK) {
            return false;
        }
    }
}

static bool sniff_zstd(const struct sw_specimen *specimen)
{
    return begins_frame(specimen, "\x28\xb5\x2f\xfd");
}

const struct sw_format sw_format_zstd = {
    .id = "zstd", .names = ".zst .tzst", .sniff = sniff_zstd, PACKED(zstd)};

static bool is_lz4_legacy(const struct sw_specimen *specimen)
{
    return has_at(specimen, 0, "\x02\x21\x4c\x18", 4);
}

static bool sniff_lz4(const struct sw_specimen *specimen)
{
    return begins_frame(specimen, "\x04\x22\x4d\x18") || is_lz4_legacy(specimen);
}

static sw_result parse_lz4(
    struct sw_inspection *in, const struct sw_specimen *specimen, struct sw_error *err)
{
    return parse_as(in, specimen, is_lz4_legacy(specimen) ? SW_PACK_LZ4_LEGACY : SW_PACK_LZ4, err);
}

const struct sw_format sw_format_lz4 = {
    .id = "lz4", .names = ".lz4 .joblib .pkl .z", .sniff = sniff_lz4, PACKED(lz4)};

/* RFC 1950 has two bytes of magic at most, which any tensor may begin with, so the head is
 * unpacked: a longer stream must hold so far. One that ends in the head must end rightly, except
 * that joblib, which writes 0x78 first, gives what it has of a stream that is cut. */
static bool unpacks(struct sw_bytes head, bool whole)
{
    uint8_t plain[8192];
    z_stream z = {0};
    if (inflateInit(&z) != Z_OK) {
        return false;
    }
    z.next_in = (Bytef *)(uintptr_t)head.ptr;
    z.avail_in = (uInt)head.len;
    int state = Z_OK;
    while (state == Z_OK && z.avail_in > 0) {
        z.next_out = plain;
        z.avail_out = sizeof(plain);
        state = inflate(&z, Z_NO_FLUSH);
    }
    bool cut = z.avail_in == 0 && (state == Z_OK || state == Z_BUF_ERROR);
    bool usual = head.ptr[0] == 0x78 && z.total_out > 0;
    (void)inflateEnd(&z);
    return state == Z_STREAM_END || (cut && (!whole || usual));
}

static bool zlib_begins(struct sw_bytes head, size_t at)
{
    return head.len >= at + 2 && (head.ptr[at] & 0x8f) == 0x08 &&
           (head.ptr[at] << 8 | head.ptr[at + 1]) % 31 == 0;
}

static bool sniff_zlib(const struct sw_specimen *specimen)
{
    struct sw_bytes head = specimen->head;
    return head.len >= 8 && zlib_begins(head, 0) &&
           (specimen->outside || unpacks(head, specimen->source.size <= head.len));
}

/* joblib before 0.10 wrote "ZF", the size in 19 characters and a zlib stream, at times with a space
 * between; it still reads them. */
static bool sniff_zfile(const struct sw_specimen *specimen)
{
    return has_at(specimen, 0, "ZF", 2) &&
           (zlib_begins(specimen->head, 21) || zlib_begins(specimen->head, 22));
}

/* joblib/numpy_pickle_compat.py, read_zfile(). */
static sw_result parse_zfile(
    struct sw_inspection *in, const struct sw_specimen *specimen, struct sw_error *err)
{
    struct sw_packed how = {.packing = SW_PACK_ZLIB, .size = UINT64_MAX};
    return parse_at(in, specimen, &how, zlib_begins(specimen->head, 21) ? 21 : 22, false, err);
}

const struct sw_format sw_format_zfile = {
    .id = "zfile", .names = ".joblib .pkl .z", .sniff = sniff_zfile, PACKED(zfile)};

const struct sw_format sw_format_zlib = {
    .id = "zlib", .names = ".joblib .pkl .z", .sniff = sniff_zlib, .trial = true, PACKED(zlib)};

/* The "alone" form has no magic: properties under 225, a dictionary size that is 0 or a power of
 * two (or three halves of one), an unknown or believable size, and the range coder's first byte,
 * which is always 0 (liblzma reads no other). */
static bool sniff_lzma(const struct sw_specimen *specimen)
{
    struct sw_cursor cur = sw_cursor(specimen->head);
    uint8_t properties;
    uint32_t dictionary;
    uint64_t size;
    uint8_t first;
    if (sw_cur_u8(&cur, &properties) != SW_OK || sw_cur_u32le(&cur, &dictionary) != SW_OK ||
        sw_cur_u64le(&cur, &size) != SW_OK || sw_cur_u8(&cur, &first) != SW_OK || first != 0) {
        return false;
    }
    bool power = (dictionary & (dictionary - 1)) == 0;
    bool halves = dictionary % 3 == 0 && ((dictionary / 3) & (dictionary / 3 - 1)) == 0;
    return properties < 225 && (properties == 0x5d || dictionary >= 4096) && (power || halves) &&
           (size == UINT64_MAX || (size > 0 && size < (uint64_t)1 << 38));
}

const struct sw_format sw_format_lzma = {
    .id = "lzma", .names = ".lzma .joblib .pkl .z", .sniff = sniff_lzma, PACKED(lzma)};
