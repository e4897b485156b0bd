#include "codec/sevenzip_private.h"

#define CODERS_MAX 8
#define PACKS_MAX 400000

enum sw_code sw_7z_broken(struct sw_7z_opener *o, const char *what)
{
    return sw_fail(o->err, SW_E_FORMAT, "a broken 7z archive: %s", what);
}

/* --- numbers ------------------------------------------------------------------------------------
 */

/* As many leading ones in the first byte as bytes follow; what is left of it are the upper bits. */
sw_result sw_7z_number(struct sw_7z_opener *o, uint64_t *out)
{
    uint8_t first;
    uint64_t value = 0;
    SW_7Z_READ(sw_cur_u8(&o->cur, &first), "a number is cut");
    uint8_t mask = 0x80;
    size_t shift = 0;
    for (; mask != 0 && (first & mask) != 0; mask >>= 1) {
        uint8_t byte;
        SW_7Z_READ(sw_cur_u8(&o->cur, &byte), "a number is cut");
        value |= (uint64_t)byte << shift;
        shift += 8;
    }
    uint64_t high = mask == 0 ? 0 : first & (uint64_t)(mask - 1);
    *out = shift >= 64 ? value : value | high << shift;
    return SW_OK;
}

sw_result sw_7z_count(struct sw_7z_opener *o, size_t max, const char *what, size_t *out)
{
    uint64_t value;
    SW_TRY(sw_7z_number(o, &value));
    if (value > max) {
        return sw_fail(
            o->err, SW_E_LIMIT, "a 7z archive with %llu %s", (unsigned long long)value, what);
    }
    *out = (size_t)value;
    return SW_OK;
}

static sw_result expect(struct sw_7z_opener *o, uint64_t wanted, const char *what)
{
    uint64_t id;
    SW_TRY(sw_7z_number(o, &id));
    return id == wanted ? SW_OK : sw_7z_broken(o, what);
}

sw_result sw_7z_bits(struct sw_7z_opener *o, size_t count, bool or_all, bool **out)
{
    uint8_t all = 0;
    bool *bits = SW_ARENA_ARRAY(o->arena, bool, count + 1);
    SW_TRY_PTR(bits);
    if (or_all) {
        SW_7Z_READ(sw_cur_u8(&o->cur, &all), "bits are cut");
    }
    uint8_t byte = 0;
    for (size_t i = 0; i < count; i++) {
        if (all == 0 && i % 8 == 0) {
            SW_7Z_READ(sw_cur_u8(&o->cur, &byte), "bits are cut");
        }
        bits[i] = all != 0 || (byte >> (7 - i % 8) & 1) != 0;
    }
    *out = bits;
    return SW_OK;
}

static sw_result read_digests(struct sw_7z_opener *o, size_t count, struct sw_7z_digests *out)
{
    struct sw_7z_digests made;
    SW_TRY(sw_7z_bits(o, count, true, &made.has));
    made.crc = SW_ARENA_ARRAY(o->arena, uint32_t, count + 1);
    SW_TRY_PTR(made.crc);
    for (size_t i = 0; i < count; i++) {
        if (made.has[i]) {
            SW_7Z_READ(sw_cur_u32le(&o->cur, &made.crc[i]), "checksums are cut");
        }
    }
    *out = made;
    return SW_OK;
}

/* --- packed streams ------------------------------------------------------------------------------
 */

static sw_result place_packs(struct sw_7z_opener *o, struct sw_7z_streams *s, uint64_t at)
{
    for (size_t i = 0; i < s->pack_count; i++) {
        s->packs[i].at = at;
        if (!sw_add_u64(at, s->packs[i].size, &at) || at > o->source->size) {
            return sw_7z_broken(o, "a packed stream lies outside");
        }
    }
    o->packed_end = at > o->packed_end ? at : o->packed_end;
    return SW_OK;
}

static sw_result read_pack_info(struct sw_7z_opener *o, struct sw_7z_streams *s)
{
    uint64_t at;
    uint64_t id;
    struct sw_7z_digests unused;
    SW_TRY(sw_7z_number(o, &at));
    SW_TRY(sw_7z_count(o, PACKS_MAX, "packed streams", &s->pack_count));
    if (at > UINT64_MAX / 2) {
        return sw_7z_broken(o, "a packed stream lies outside");
    }
    s->packs = SW_ARENA_ARRAY(o->arena, struct sw_7z_pack, s->pack_count + 1);
    SW_TRY_PTR(s->packs);
    SW_TRY(sw_7z_number(o, &id));
    if (id == SW_7Z_SIZES) {
        for (size_t i = 0; i < s->pack_count; i++) {
            SW_TRY(sw_7z_number(o, &s->packs[i].size));
        }
        SW_TRY(sw_7z_number(o, &id));
    }
    if (id == SW_7Z_DIGESTS) {
        SW_TRY(read_digests(o, s->pack_count, &unused));
        SW_TRY(sw_7z_number(o, &id));
    }
    return id == SW_7Z_END ? place_packs(o, s, at + SW_7Z_START_SIZE)
                           : sw_7z_broken(o, "packed streams");
}

/* --- folders -------------------------------------------------------------------------------------
 */

struct coder {
    uint64_t id;
    uint64_t ins, outs;
    struct sw_bytes properties;
};

struct chain {
    struct coder coders[CODERS_MAX];
    size_t coder_count;
    struct {
        uint64_t in, out;
    } binds[CODERS_MAX];
    size_t bind_count;
    size_t pack_count;
};

/* Methods.txt of the LZMA SDK. */
enum { COPY = 0x00, DELTA = 0x03, LZMA = 0x030101, LZMA2 = 0x21, AES = 0x06f10701 };

static const struct {
    uint64_t id;
    enum sw_packing packing;
} method_table[] = {
    {LZMA, SW_PACK_LZMA},
    {LZMA2, SW_PACK_LZMA2},
    {0x040108, SW_PACK_DEFLATE},
    {0x040202, SW_PACK_BZIP2},
    {0x04f71101, SW_PACK_ZSTD},
};

/* Jump filters, with liblzma's ids for them. */
static const struct {
    uint64_t id;
    uint8_t filter;
} filter_table[] = {
    {DELTA, 0x03}, {0x03030103, 0x04}, /* x86 */
    {0x03030205, 0x05},                /* PowerPC */
    {0x03030401, 0x06},                /* IA-64 */
    {0x03030501, 0x07},                /* ARM */
    {0x03030701, 0x08},                /* ARM Thumb */
    {0x03030805, 0x09},                /* SPARC */
    {0x04, 0x04}, {0x05, 0x05}, {0x06, 0x06}, {0x07, 0x07}, {0x08, 0x08}, {0x09, 0x09},
    {0x0a, 0x0a}, /* ARM64 */
};

static sw_result read_coder(struct sw_7z_opener *o, struct coder *out)
{
    enum { ID_LEN = 0x0f, COMPLEX = 0x10, PROPERTIES = 0x20, RESERVED = 0xc0 };
    uint8_t flags;
    struct sw_bytes id;
    *out = (struct coder){.ins = 1, .outs = 1};
    SW_7Z_READ(sw_cur_u8(&o->cur, &flags), "a folder is cut");
    SW_7Z_READ(sw_cur_bytes(&o->cur, flags & ID_LEN, &id), "a folder is cut");
    if ((flags & RESERVED) != 0 || id.len > 8) {
        return sw_7z_broken(o, "an unknown kind of method");
    }
    for (size_t i = 0; i < id.len; i++) {
        out->id = out->id << 8 | id.ptr[i];
    }
    if ((flags & COMPLEX) != 0) {
        SW_TRY(sw_7z_number(o, &out->ins));
        SW_TRY(sw_7z_number(o, &out->outs));
    }
    if ((flags & PROPERTIES) != 0) {
        uint64_t len;
        SW_TRY(sw_7z_number(o, &len));
        SW_7Z_READ(sw_cur_bytes(&o->cur, len, &out->properties), "a folder is cut");
    }
    return out->ins <= 32 && out->outs <= 32 ? SW_OK : sw_7z_broken(o, "too many streams");
}

static sw_result read_chain(struct sw_7z_opener *o, struct chain *c)
{
    uint64_t ins = 0;
    uint64_t outs = 0;
    uint64_t unused;
    *c = (struct chain){0};
    SW_TRY(sw_7z_count(o, CODERS_MAX, "methods for one folder", &c->coder_count));
    for (size_t i = 0; i < c->coder_count; i++) {
        SW_TRY(read_coder(o, &c->coders[i]));
        ins += c->coders[i].ins;
        outs += c->coders[i].outs;
    }
    if (outs == 0 || outs - 1 > ins || outs > CODERS_MAX) {
        return sw_7z_broken(o, "methods that do not fit each other");
    }
    c->bind_count = (size_t)outs - 1;
    for (size_t i = 0; i < c->bind_count; i++) {
        SW_TRY(sw_7z_number(o, &c->binds[i].in));
        SW_TRY(sw_7z_number(o, &c->binds[i].out));
    }
    c->pack_count = (size_t)(ins - c->bind_count);
    for (size_t i = 0; i < c->pack_count && c->pack_count > 1; i++) {
        SW_TRY(sw_7z_number(o, &unused));
    }
    return SW_OK;
}

/* Where the input of a coder comes from: another coder, or SIZE_MAX for the archive. */
static size_t before(const struct chain *c, size_t coder)
{
    for (size_t i = 0; i < c->bind_count; i++) {
        if (c->binds[i].in == coder) {
            return c->binds[i].out < c->coder_count ? (size_t)c->binds[i].out : coder;
        }
    }
    return SIZE_MAX;
}

static size_t last_coder(const struct chain *c)
{
    for (size_t i = 0; i < c->coder_count; i++) {
        bool bound = false;
        for (size_t k = 0; k < c->bind_count; k++) {
            bound = bound || c->binds[k].out == i;
        }
        if (!bound) {
            return i;
        }
    }
    return 0;
}

static bool add_filter(struct sw_7z_folder *folder, const struct coder *coder)
{
    struct sw_lzma_chain *chain = &folder->how.chain;
    for (size_t i = 0; i < SW_COUNT(filter_table); i++) {
        if (filter_table[i].id != coder->id) {
            continue;
        }
        size_t at = chain->filter_count;
        if (at == SW_DECODE_FILTERS_MAX || coder->properties.len > 4) {
            return false;
        }
        /* They are met from the last to the first, and stand from the first to the last. */
        memmove(&chain->filters[1], &chain->filters[0], at * sizeof(chain->filters[0]));
        chain->filters[0].id = filter_table[i].filter;
        chain->filters[0].property_len = (uint8_t)coder->properties.len;
        if (coder->properties.len > 0) {
            memcpy(chain->filters[0].properties, coder->properties.ptr, coder->properties.len);
        }
        chain->filter_count++;
        return true;
    }
    return false;
}

static bool use_method(struct sw_7z_folder *folder, const struct coder *coder)
{
    struct sw_lzma_chain *chain = &folder->how.chain;
    folder->stored = coder->id == COPY && chain->filter_count == 0;
    for (size_t i = 0; i < SW_COUNT(method_table); i++) {
        if (method_table[i].id != coder->id) {
            continue;
        }
        folder->how.packing = method_table[i].packing;
        bool lzma = coder->id == LZMA || coder->id == LZMA2;
        size_t len = coder->properties.len;
        if (!lzma) {
            return chain->filter_count == 0;
        }
        if (len == 0 || len > sizeof(chain->properties)) {
            return false;
        }
        memcpy(chain->properties, coder->properties.ptr, len);
        chain->property_len = (uint8_t)len;
        return true;
    }
    return folder->stored;
}

/* From the method whose output is the files' back to the one that reads the archive. */
static void resolve(const struct chain *c, struct sw_7z_folder *folder)
{
    size_t at = c->coder_count == 0 ? SIZE_MAX : last_coder(c);
    for (size_t i = 0; i < c->coder_count; i++) {
        folder->encrypted = folder->encrypted || c->coders[i].id == AES;
        folder->unsupported = c->coders[i].ins != 1 || c->coders[i].outs != 1
                                  ? "a method that joins several streams"
                                  : folder->unsupported;
    }
    if (folder->encrypted || folder->unsupported != NULL) {
        folder->unsupported = folder->encrypted ? "it is encrypted" : folder->unsupported;
        return;
    }
    folder->unsupported = "a method that is not read";
    for (size_t steps = 0; at != SIZE_MAX && steps < c->coder_count; steps++) {
        size_t next = before(c, at);
        if (next == SIZE_MAX) {
            folder->unsupported = use_method(folder, &c->coders[at]) && steps + 1 == c->coder_count
                                      ? NULL
                                      : folder->unsupported;
            return;
        }
        if (!add_filter(folder, &c->coders[at])) {
            return;
        }
        at = next;
    }
}

static sw_result read_folder(struct sw_7z_opener *o, struct sw_7z_streams *s,
    struct sw_7z_folder *folder, struct chain *c, size_t *pack)
{
    SW_TRY(read_chain(o, c));
    folder->how = (struct sw_packed){.size = UINT64_MAX};
    resolve(c, folder);
    if (c->pack_count > s->pack_count - *pack || c->pack_count == 0) {
        return sw_7z_broken(o, "a folder without its packed stream");
    }
    const struct sw_7z_pack *first = &s->packs[*pack];
    *pack += c->pack_count;
    SW_7Z_READ(sw_source_part(o->source, first->at, first->size, &folder->packed),
        "a packed stream lies outside");
    return SW_OK;
}

/* The size of a folder is that of the stream that no other takes; of the others the sizes between
 * its methods are given as well. */
static sw_result read_folder_sizes(struct sw_7z_opener *o, const struct chain *c, uint64_t *out)
{
    size_t last = last_coder(c);
    size_t at = 0;
    for (size_t i = 0; i < c->coder_count; i++) {
        for (uint64_t k = 0; k < c->coders[i].outs; k++) {
            uint64_t size;
            SW_TRY(sw_7z_number(o, &size));
            *out = at++ == last ? size : *out;
        }
    }
    return SW_OK;
}

static sw_result read_folder_crcs(struct sw_7z_opener *o, struct sw_7z_streams *s)
{
    struct sw_7z_digests digests;
    SW_TRY(read_digests(o, s->folder_count, &digests));
    for (size_t i = 0; i < s->folder_count; i++) {
        s->folders[i].has_crc = digests.has[i];
        s->folders[i].crc = digests.crc[i];
    }
    return SW_OK;
}

static sw_result read_unpack_info(struct sw_7z_opener *o, struct sw_7z_streams *s)
{
    uint64_t id;
    uint8_t external;
    size_t pack = 0;
    SW_TRY(expect(o, SW_7Z_FOLDERS, "no folders"));
    SW_TRY(sw_7z_count(o, SW_7Z_FOLDERS_MAX, "folders", &s->folder_count));
    SW_7Z_READ(sw_cur_u8(&o->cur, &external), "the list is cut");
    if (external != 0) {
        return sw_fail(o->err, SW_E_UNSUPPORTED, "folders that are described elsewhere");
    }
    size_t bytes;
    if (!sw_mul_size(s->folder_count + 1, sizeof(struct chain), &bytes)) {
        return SW_E_LIMIT;
    }
    SW_CLEANUP(free) struct chain *chains = calloc(1, bytes);
    s->folders = SW_ARENA_ARRAY(o->arena, struct sw_7z_folder, s->folder_count + 1);
    s->counts = SW_ARENA_ARRAY(o->arena, size_t, s->folder_count + 1);
    SW_TRY_PTR(chains);
    SW_TRY_PTR(s->folders);
    SW_TRY_PTR(s->counts);
    for (size_t i = 0; i < s->folder_count; i++) {
        SW_TRY(read_folder(o, s, &s->folders[i], &chains[i], &pack));
        s->counts[i] = 1;
    }
    SW_TRY(expect(o, SW_7Z_UNPACK_SIZES, "no sizes"));
    for (size_t i = 0; i < s->folder_count; i++) {
        SW_TRY(read_folder_sizes(o, &chains[i], &s->folders[i].size));
        s->folders[i].how.size = s->folders[i].size;
        s->folders[i].how.chain.size = s->folders[i].size;
    }
    SW_TRY(sw_7z_number(o, &id));
    if (id == SW_7Z_DIGESTS) {
        SW_TRY(read_folder_crcs(o, s));
        SW_TRY(sw_7z_number(o, &id));
    }
    return id == SW_7Z_END ? SW_OK : sw_7z_broken(o, "folders");
}

/* --- the files in a folder -----------------------------------------------------------------------
 */

static sw_result count_files(struct sw_7z_opener *o, struct sw_7z_streams *s, bool stated)
{
    for (size_t i = 0; i < s->folder_count; i++) {
        if (stated) {
            SW_TRY(sw_7z_count(o, SW_7Z_FILES_MAX, "files", &s->counts[i]));
        }
        s->file_count += s->counts[i];
    }
    return s->file_count <= SW_7Z_FILES_MAX
               ? SW_OK
               : sw_fail(o->err, SW_E_LIMIT, "a 7z archive with %zu files", s->file_count);
}

/* The last size in each folder is what is left of it. */
static sw_result read_file_sizes(struct sw_7z_opener *o, struct sw_7z_streams *s, bool stated)
{
    size_t at = 0;
    s->sizes = SW_ARENA_ARRAY(o->arena, uint64_t, s->file_count + 1);
    SW_TRY_PTR(s->sizes);
    for (size_t i = 0; i < s->folder_count; i++) {
        uint64_t left = s->folders[i].size;
        for (size_t k = 0; k < s->counts[i]; k++, at++) {
            bool last = k + 1 == s->counts[i];
            s->sizes[at] = left;
            if (!last && !stated) {
                return sw_7z_broken(o, "files without sizes");
            }
            SW_TRY(last ? SW_OK : sw_7z_number(o, &s->sizes[at]));
            if (s->sizes[at] > left) {
                return sw_7z_broken(o, "files larger than their folder");
            }
            left -= s->sizes[at];
        }
    }
    return SW_OK;
}

/* A folder of one file whose checksum is known gives it none of its own. */
static bool has_folder_crc(const struct sw_7z_streams *s, size_t folder)
{
    return s->counts[folder] == 1 && s->folders[folder].has_crc;
}

static sw_result read_file_crcs(struct sw_7z_opener *o, struct sw_7z_streams *s, bool stated)
{
    size_t wanted = 0;
    struct sw_7z_digests stated_crcs = {0};
    for (size_t i = 0; i < s->folder_count; i++) {
        wanted += has_folder_crc(s, i) ? 0 : s->counts[i];
    }
    if (stated) {
        SW_TRY(read_digests(o, wanted, &stated_crcs));
    }
    s->digests.has = SW_ARENA_ARRAY(o->arena, bool, s->file_count + 1);
    s->digests.crc = SW_ARENA_ARRAY(o->arena, uint32_t, s->file_count + 1);
    SW_TRY_PTR(s->digests.has);
    SW_TRY_PTR(s->digests.crc);
    size_t at = 0;
    size_t from = 0;
    for (size_t i = 0; i < s->folder_count; i++) {
        bool whole = has_folder_crc(s, i);
        for (size_t k = 0; k < s->counts[i]; k++, at++) {
            s->digests.has[at] = whole || (stated && stated_crcs.has[from]);
            s->digests.crc[at] = whole ? s->folders[i].crc : stated ? stated_crcs.crc[from] : 0;
            from += whole ? 0 : 1;
        }
    }
    return SW_OK;
}

static sw_result read_substreams(struct sw_7z_opener *o, struct sw_7z_streams *s, bool there)
{
    uint64_t id = SW_7Z_END;
    SW_TRY(there ? sw_7z_number(o, &id) : SW_OK);
    SW_TRY(count_files(o, s, id == SW_7Z_COUNTS));
    SW_TRY(id == SW_7Z_COUNTS ? sw_7z_number(o, &id) : SW_OK);
    SW_TRY(read_file_sizes(o, s, id == SW_7Z_SIZES));
    SW_TRY(id == SW_7Z_SIZES ? sw_7z_number(o, &id) : SW_OK);
    SW_TRY(read_file_crcs(o, s, id == SW_7Z_DIGESTS));
    SW_TRY(id == SW_7Z_DIGESTS ? sw_7z_number(o, &id) : SW_OK);
    return id == SW_7Z_END ? SW_OK : sw_7z_broken(o, "files in folders");
}

sw_result sw_7z_streams(struct sw_7z_opener *o, struct sw_7z_streams *s)
{
    uint64_t id;
    *s = (struct sw_7z_streams){0};
    SW_TRY(sw_7z_number(o, &id));
    if (id == SW_7Z_PACK_INFO) {
        SW_TRY(read_pack_info(o, s));
        SW_TRY(sw_7z_number(o, &id));
    }
    if (id == SW_7Z_UNPACK_INFO) {
        SW_TRY(read_unpack_info(o, s));
        SW_TRY(sw_7z_number(o, &id));
    }
    bool there = id == SW_7Z_SUBSTREAMS;
    SW_TRY(read_substreams(o, s, there));
    SW_TRY(there ? sw_7z_number(o, &id) : SW_OK);
    return id == SW_7Z_END ? SW_OK : sw_7z_broken(o, "streams");
}
