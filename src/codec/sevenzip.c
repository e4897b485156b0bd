#include "codec/sevenzip_private.h"

#include <zlib.h>

#define NESTING_MAX 4 /* packed lists in packed lists */

/* --- the list of files ---------------------------------------------------------------------------
 */

struct list {
    struct sw_7z_file *files;
    size_t count;
    bool *empty; /* NULL: none is */
    bool *empty_file;
    bool odd_names;
};

static size_t put_utf8(char *out, uint32_t c)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xc0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xe0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3f));
        out[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3f));
    out[2] = (char)(0x80 | (c >> 6 & 0x3f));
    out[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

/* UTF-16, little endian, ended by NUL. Lone surrogates come out as they are, which is no UTF-8. */
static sw_result read_name(struct sw_7z_opener *o, struct sw_cursor *cur, struct sw_str *out)
{
    struct sw_cursor probe = *cur;
    size_t units = 0;
    uint16_t unit = 1;
    while (unit != 0) {
        SW_7Z_READ(sw_cur_u16le(&probe, &unit), "names are cut");
        units++;
    }
    char *name = sw_arena_alloc(o->arena, units * 3 + 1);
    SW_TRY_PTR(name);
    size_t len = 0;
    for (size_t i = 0; i + 1 < units; i++) {
        uint16_t low = 0;
        SW_7Z_READ(sw_cur_u16le(cur, &unit), "names are cut");
        uint32_t c = unit;
        struct sw_cursor next = *cur;
        if (unit >= 0xd800 && unit < 0xdc00 && sw_cur_u16le(&next, &low) == SW_OK &&
            low >= 0xdc00 && low < 0xe000) {
            c = 0x10000 + ((uint32_t)(unit - 0xd800) << 10) + (low - 0xdc00u);
            *cur = next;
            i++;
        }
        len += put_utf8(name + len, c);
    }
    SW_7Z_READ(sw_cur_skip(cur, 2), "names are cut");
    *out = sw_str_n(name, len);
    return SW_OK;
}

static sw_result read_names(struct sw_7z_opener *o, struct sw_cursor *cur, struct list *list)
{
    uint8_t external;
    SW_7Z_READ(sw_cur_u8(cur, &external), "names are cut");
    if (external != 0) {
        return sw_fail(o->err, SW_E_UNSUPPORTED, "names that stand elsewhere");
    }
    for (size_t i = 0; i < list->count; i++) {
        SW_TRY(read_name(o, cur, &list->files[i].name));
        list->odd_names = list->odd_names || !sw_utf8_valid(sw_bytes_of_str(list->files[i].name));
    }
    list->odd_names = list->odd_names || sw_cur_left(cur) > 0;
    return SW_OK;
}

static sw_result read_attributes(struct sw_7z_opener *o, struct list *list)
{
    bool *has;
    uint8_t external;
    SW_TRY(sw_7z_bits(o, list->count, true, &has));
    SW_7Z_READ(sw_cur_u8(&o->cur, &external), "attributes are cut");
    if (external != 0) {
        return sw_fail(o->err, SW_E_UNSUPPORTED, "attributes that stand elsewhere");
    }
    for (size_t i = 0; i < list->count; i++) {
        if (has[i]) {
            SW_7Z_READ(sw_cur_u32le(&o->cur, &list->files[i].attributes), "attributes are cut");
        }
    }
    return SW_OK;
}

static size_t count_empty(const struct list *list)
{
    size_t count = 0;
    for (size_t i = 0; i < list->count && list->empty != NULL; i++) {
        count += list->empty[i];
    }
    return count;
}

/* How many bits there are of empty files, the empty streams say: they stand first, and once. */
static sw_result read_empty(struct sw_7z_opener *o, struct list *list, uint64_t id)
{
    const bool streams = id == SW_7Z_EMPTY_STREAM;
    if (streams == (list->empty != NULL) || list->empty_file != NULL) {
        return sw_7z_broken(o, "what is empty stands twice, or before its streams");
    }
    return streams ? sw_7z_bits(o, list->count, false, &list->empty)
                   : sw_7z_bits(o, count_empty(list), false, &list->empty_file);
}

/* One property, in its own bytes. */
static sw_result read_property(struct sw_7z_opener *o, struct list *list, uint64_t id)
{
    switch (id) {
    case SW_7Z_EMPTY_STREAM:
    case SW_7Z_EMPTY_FILE: return read_empty(o, list, id);
    case SW_7Z_NAMES: return read_names(o, &o->cur, list);
    case SW_7Z_ATTRIBUTES: return read_attributes(o, list);
    default: return SW_OK; /* times and padding */
    }
}

static sw_result read_files(struct sw_7z_opener *o, struct list *list)
{
    *list = (struct list){0};
    SW_TRY(sw_7z_count(o, SW_7Z_FILES_MAX, "files", &list->count));
    list->files = SW_ARENA_ARRAY(o->arena, struct sw_7z_file, list->count + 1);
    SW_TRY_PTR(list->files);
    for (;;) {
        uint64_t id;
        uint64_t len;
        struct sw_cursor part;
        SW_TRY(sw_7z_number(o, &id));
        if (id == SW_7Z_END) {
            return SW_OK;
        }
        SW_TRY(sw_7z_number(o, &len));
        SW_7Z_READ(sw_cur_sub(&o->cur, len, &part), "the list of files is cut");
        struct sw_cursor rest = o->cur;
        o->cur = part;
        SW_TRY(read_property(o, list, id));
        o->cur = rest;
    }
}

/* Files that are not empty have the streams, one after the other. */
static sw_result place_files(
    struct sw_7z_opener *o, struct list *list, const struct sw_7z_streams *s)
{
    size_t stream = 0;
    size_t folder = 0;
    size_t in_folder = 0;
    size_t empties = 0;
    uint64_t offset = 0;
    for (size_t i = 0; i < list->count; i++) {
        struct sw_7z_file *file = &list->files[i];
        if (list->empty != NULL && list->empty[i]) {
            file->directory = list->empty_file == NULL || !list->empty_file[empties];
            empties++;
            continue;
        }
        while (folder < s->folder_count && in_folder == s->counts[folder]) {
            folder++;
            in_folder = 0;
            offset = 0;
        }
        if (stream == s->file_count || folder == s->folder_count) {
            return sw_7z_broken(o, "more files than streams");
        }
        file->has_stream = true;
        file->folder = folder;
        file->offset = offset;
        file->size = s->sizes[stream];
        file->has_crc = s->digests.has[stream];
        file->crc = s->digests.crc[stream];
        offset += file->size;
        stream++;
        in_folder++;
    }
    return stream == s->file_count ? SW_OK : sw_7z_broken(o, "more streams than files");
}

/* --- headers -------------------------------------------------------------------------------------
 */

static sw_result take_header(struct sw_7z_opener *o, struct sw_bytes bytes, uint32_t crc)
{
    if (crc32(0, bytes.ptr, (uInt)bytes.len) != crc) {
        return sw_7z_broken(o, "its list has another checksum");
    }
    o->cur = sw_cursor(bytes);
    return SW_OK;
}

static sw_result read_source(
    struct sw_7z_opener *o, const struct sw_source *source, struct sw_bytes *out)
{
    if (source->size > SW_7Z_HEADER_MAX) {
        return sw_fail(o->err, SW_E_LIMIT, "a 7z archive whose list is over %llu MiB",
            (unsigned long long)(SW_7Z_HEADER_MAX >> 20));
    }
    uint8_t *bytes = sw_arena_alloc(o->arena, (size_t)source->size + 1);
    SW_TRY_PTR(bytes);
    SW_TRY(sw_source_read(source, 0, bytes, (size_t)source->size, o->err));
    *out = sw_bytes(bytes, (size_t)source->size);
    return SW_OK;
}

/* The list is a file of one folder. */
static sw_result unpack_header(struct sw_7z_opener *o, struct sw_7z *out)
{
    struct sw_7z_streams s;
    SW_TRY(sw_7z_streams(o, &s));
    if (s.folder_count != 1) {
        return sw_7z_broken(o, "a packed list of several folders");
    }
    struct sw_7z_folder *folder = &s.folders[0];
    out->encrypted = folder->encrypted;
    if (folder->encrypted) {
        return SW_OK;
    }
    if (folder->unsupported != NULL) {
        return sw_fail(o->err, SW_E_UNSUPPORTED, "a packed list with %s", folder->unsupported);
    }
    struct sw_bytes bytes;
    if (folder->stored) {
        SW_TRY(read_source(o, &folder->packed, &bytes));
        return take_header(o, bytes, folder->has_crc ? folder->crc : 0);
    }
    SW_CLEANUP(unpack) struct sw_unpack *unpack = NULL;
    struct sw_unpack_end end;
    folder->how.budget = SW_7Z_HEADER_MAX;
    SW_TRY(sw_unpack_new(&unpack, &folder->packed, &folder->how, &end, o->err));
    if (end.code != SW_OK || end.size != folder->size) {
        return end.code == SW_E_LIMIT ? sw_fail(o->err, SW_E_LIMIT, "%s", end.err.text)
                                      : sw_7z_broken(o, "its packed list is damaged");
    }
    struct sw_source plain = sw_unpack_source(unpack);
    SW_TRY(read_source(o, &plain, &bytes));
    return take_header(o, bytes, folder->has_crc ? folder->crc : end.crc);
}

static sw_result skip_archive_properties(struct sw_7z_opener *o)
{
    for (;;) {
        uint64_t id;
        uint64_t len;
        SW_TRY(sw_7z_number(o, &id));
        if (id == SW_7Z_END) {
            return SW_OK;
        }
        SW_TRY(sw_7z_number(o, &len));
        SW_7Z_READ(sw_cur_skip(&o->cur, len), "its properties are cut");
    }
}

static sw_result read_header(struct sw_7z_opener *o, struct sw_7z *out)
{
    struct sw_7z_streams s = {0};
    struct list list = {0};
    uint64_t id;
    SW_TRY(sw_7z_number(o, &id));
    if (id == SW_7Z_ARCHIVE_PROPERTIES) {
        SW_TRY(skip_archive_properties(o));
        SW_TRY(sw_7z_number(o, &id));
    }
    if (id == SW_7Z_MAIN_STREAMS) {
        SW_TRY(sw_7z_streams(o, &s));
        SW_TRY(sw_7z_number(o, &id));
    }
    if (id == SW_7Z_FILES) {
        SW_TRY(read_files(o, &list));
        SW_TRY(sw_7z_number(o, &id));
    }
    if (id != SW_7Z_END) {
        return sw_7z_broken(o, "its list");
    }
    SW_TRY(place_files(o, &list, &s));
    out->files = list.files;
    out->file_count = list.count;
    out->odd_names = list.odd_names || sw_cur_left(&o->cur) > 0;
    out->folders = s.folders;
    out->folder_count = s.folder_count;
    return SW_OK;
}

static sw_result read_list(struct sw_7z_opener *o, struct sw_7z *out)
{
    for (size_t nesting = 0; nesting < NESTING_MAX; nesting++) {
        uint64_t id;
        SW_TRY(sw_7z_number(o, &id));
        if (id == SW_7Z_HEADER) {
            return read_header(o, out);
        }
        if (id != SW_7Z_ENCODED_HEADER) {
            return sw_7z_broken(o, "no list");
        }
        SW_TRY(unpack_header(o, out));
        if (out->encrypted) {
            return SW_OK;
        }
    }
    return sw_7z_broken(o, "packed lists in each other");
}

sw_result sw_7z_open(
    struct sw_7z *out, const struct sw_source *source, struct sw_arena *arena, struct sw_error *err)
{
    struct sw_7z_opener opener = {
        .source = source, .arena = arena, .err = err, .packed_end = SW_7Z_START_SIZE};
    struct sw_7z_opener *o = &opener;
    uint8_t start[SW_7Z_START_SIZE];
    struct sw_7z made = {.gap_at = UINT64_MAX};
    struct sw_source header;
    struct sw_bytes bytes;
    uint32_t start_crc = 0;
    uint32_t crc = 0;
    uint64_t at = 0;
    uint64_t len = 0;
    SW_7Z_READ(sw_source_read(source, 0, start, sizeof(start), err), "it is cut");
    struct sw_cursor cur = sw_cursor(sw_bytes(start, sizeof(start)));
    bool read = sw_cur_skip(&cur, 8) == SW_OK && sw_cur_u32le(&cur, &start_crc) == SW_OK &&
                sw_cur_u64le(&cur, &at) == SW_OK && sw_cur_u64le(&cur, &len) == SW_OK &&
                sw_cur_u32le(&cur, &crc) == SW_OK;
    if (!read || crc32(0, start + 12, 20) != start_crc) {
        return sw_7z_broken(o, "its start has another checksum");
    }
    uint64_t end;
    if (!sw_add_u64(at, SW_7Z_START_SIZE, &at) || !sw_add_u64(at, len, &end) ||
        end > source->size) {
        return sw_7z_broken(o, "it is cut");
    }
    SW_7Z_READ(sw_source_part(source, at, len, &header), "it is cut");
    if (len > 0) {
        SW_TRY(read_source(o, &header, &bytes));
        SW_TRY(take_header(o, bytes, crc));
        SW_TRY(read_list(o, &made));
    }
    made.gap_at = end < source->size ? end : at > o->packed_end ? o->packed_end : UINT64_MAX;
    *out = made;
    return SW_OK;
}
