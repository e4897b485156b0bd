/* 7z archives: members are looked at in what their folders unpack to.
 * doc/format/scan-containers.md, "7z". */
#include "scan/format.h"
#include "scan/unpacked.h"

/* Larger ones among several in a folder have no checksum computed. */
#define CRC_MAX ((uint64_t)16 << 20)
#define LINK_MAX 4096

/* What the present folder unpacks to. */
struct opened {
    const struct sw_7z_folder *folder; /* NULL: none yet */
    struct sw_unpack *unpack;
    struct sw_source source;
    bool there;
    uint32_t crc;
};

struct visit {
    struct sw_inspection *in;
    struct sw_7z list;
    struct opened opened;
};

static const char *shown(struct visit *v, struct sw_str name)
{
    name.len = name.len > 256 ? 256 : name.len;
    return sw_arena_strndup(v->in->arena, name);
}

/* --- names ---------------------------------------------------------------------------------------
 */

static int compare_names(const void *a, const void *b)
{
    return sw_str_compare(*(const struct sw_str *)a, *(const struct sw_str *)b);
}

static sw_result check_names(struct visit *v)
{
    size_t count = v->list.file_count;
    struct sw_str *names = SW_ARENA_ARRAY(v->in->arena, struct sw_str, count + 1);
    SW_TRY_PTR(names);
    for (size_t i = 0; i < count; i++) {
        names[i] = v->list.files[i].name;
        if (!sw_member_name_is_good(names[i])) {
            const char *name = shown(v, names[i]);
            SW_TRY_PTR(name);
            SW_TRY(sw_found(v->in, "7z-structure", SW_SEVERITY_HIGH, UINT64_MAX,
                "%s has a name that can leave its directory or does not print", name));
        }
    }
    qsort(names, count, sizeof(*names), compare_names);
    for (size_t i = 1; i < count; i++) {
        if (sw_str_equal(names[i - 1], names[i])) {
            const char *name = shown(v, names[i]);
            SW_TRY_PTR(name);
            SW_TRY(sw_found(v->in, "7z-structure", SW_SEVERITY_HIGH, UINT64_MAX,
                "%s stands in the archive more than once", name));
        }
    }
    return SW_OK;
}

static sw_result check_whole(struct visit *v)
{
    if (v->list.odd_names) {
        SW_TRY(sw_found(v->in, "7z-structure", SW_SEVERITY_HIGH, UINT64_MAX,
            "the names in the list are no UTF-16, or bytes are left over in the list"));
    }
    if (v->list.gap_at != UINT64_MAX) {
        SW_TRY(sw_found(v->in, "7z-structure", SW_SEVERITY_MEDIUM, v->list.gap_at,
            "bytes belong to no member"));
    }
    return check_names(v);
}

/* --- members -------------------------------------------------------------------------------------
 */

static void close_folder(struct opened *opened)
{
    sw_unpack_free(opened->unpack);
    *opened = (struct opened){0};
}

static sw_result use_unpacked(struct visit *v, const struct sw_7z_folder *folder)
{
    struct sw_unpack_end end;
    struct sw_error err = {0};
    struct sw_packed how = folder->how;
    struct opened *opened = &v->opened;
    enum sw_code code = sw_unpack_within(v->in, &folder->packed, &how, &opened->unpack, &end, &err);
    if (code != SW_OK) {
        return sw_give_up(v->in, "over-limit", SW_SEVERITY_LOW, "%s", err.text);
    }
    opened->source = sw_unpack_source(opened->unpack);
    opened->there = true;
    opened->crc = end.crc;
    if (end.code != SW_OK) {
        bool limit = end.code == SW_E_LIMIT;
        return sw_give_up(v->in, limit ? "over-limit" : "7z-broken", SW_SEVERITY_MEDIUM,
            "%s, behind %llu bytes", end.err.text, (unsigned long long)end.size);
    }
    return end.size == folder->size ? SW_OK
                                    : sw_give_up(v->in, "7z-broken", SW_SEVERITY_MEDIUM,
                                          "unpacks to another size than its list says");
}

static sw_result open_folder(struct visit *v, const struct sw_7z_folder *folder)
{
    if (v->opened.folder == folder) {
        return SW_OK;
    }
    close_folder(&v->opened);
    v->opened.folder = folder;
    if (folder->unsupported != NULL) {
        return sw_give_up(v->in, "not-opened", SW_SEVERITY_LOW, "members were not opened: %s",
            folder->unsupported);
    }
    if (!folder->stored) {
        return use_unpacked(v, folder);
    }
    v->opened.source = folder->packed;
    v->opened.there = true;
    return SW_OK;
}

static sw_result check_crc(struct visit *v, const struct sw_7z_file *file,
    const struct sw_source *source, const char *name)
{
    const struct sw_7z_folder *folder = v->opened.folder;
    uint32_t crc = v->opened.crc;
    struct sw_error err = {0};
    bool whole = file->size == folder->size && !folder->stored;
    if (!file->has_crc || (!whole && file->size > CRC_MAX)) {
        return SW_OK;
    }
    if (!whole && sw_source_crc(source, &crc, &err) != SW_OK) {
        return sw_give_up(v->in, "over-limit", SW_SEVERITY_LOW, "%s", err.text);
    }
    return crc == file->crc ? SW_OK
                            : sw_found(v->in, "7z-crc", SW_SEVERITY_HIGH, UINT64_MAX,
                                  "%s has another checksum than its list says", name);
}

/* As p7zip does it: the mode of Unix in the upper half, and the target as the content. */
static bool is_link(const struct sw_7z_file *file)
{
    return (file->attributes & 0x8000) != 0 && (file->attributes >> 28) == 0xa;
}

static sw_result check_link(struct visit *v, const struct sw_7z_file *file,
    const struct sw_source *source, const char *name)
{
    SW_CLEANUP(buf) struct sw_buf target = SW_BUF_INIT;
    struct sw_error err = {0};
    bool read = source->size <= LINK_MAX &&
                sw_source_append(source, 0, source->size, &target, &err) == SW_OK;
    return read && sw_member_link_stays(file->name, sw_buf_str(&target))
               ? SW_OK
               : sw_found(v->in, "7z-structure", SW_SEVERITY_HIGH, UINT64_MAX,
                     "%s is a link that leads outside the archive", name);
}

static sw_result visit_stream(struct visit *v, const struct sw_7z_file *file)
{
    SW_TRY(open_folder(v, &v->list.folders[file->folder]));
    if (!v->opened.there) {
        v->in->coverage.members_undecodable++;
        return SW_OK;
    }
    struct sw_source source;
    const char *name = shown(v, file->name);
    uint64_t all = v->opened.source.size;
    uint64_t offset = file->offset < all ? file->offset : all;
    uint64_t size = file->size < all - offset ? file->size : all - offset;
    SW_TRY_PTR(name);
    SW_TRY(sw_source_part(&v->opened.source, offset, size, &source));
    if (size < file->size) {
        SW_TRY(
            sw_give_up(v->in, "7z-broken", SW_SEVERITY_MEDIUM, "%s is not there to its end", name));
    } else {
        SW_TRY(check_crc(v, file, &source, name));
    }
    return is_link(file) ? check_link(v, file, &source, name)
                         : sw_inspect_member(v->in, &source, name);
}

static sw_result visit_file(struct visit *v, const struct sw_7z_file *file)
{
    if (file->has_stream) {
        return visit_stream(v, file);
    }
    struct sw_source nothing = sw_source_memory(sw_bytes("", 0));
    const char *name = shown(v, file->name);
    SW_TRY_PTR(name);
    return file->directory ? SW_OK : sw_inspect_member(v->in, &nothing, name);
}

static sw_result visit_all(struct visit *v, const struct sw_source *source, struct sw_error *err)
{
    SW_TRY(sw_7z_open(&v->list, source, v->in->arena, err));
    if (v->list.encrypted) {
        return sw_give_up(
            v->in, "not-opened", SW_SEVERITY_LOW, "it is encrypted, and so is its list");
    }
    SW_TRY(check_whole(v));
    for (size_t i = 0; i < v->list.file_count; i++) {
        SW_TRY(visit_file(v, &v->list.files[i]));
    }
    return SW_OK;
}

static sw_result parse(
    struct sw_inspection *in, const struct sw_specimen *specimen, struct sw_error *err)
{
    struct visit v = {.in = in};
    sw_unpack_allow(in, specimen->source.size);
    enum sw_code code = visit_all(&v, &specimen->source, err);
    close_folder(&v.opened);
    return code;
}

const struct sw_format sw_format_7z = {
    .id = "7z",
    .names = ".7z",
    .magic = "7z\xbc\xaf\x27\x1c",
    .magic_len = 6,
    .parse = parse,
    .broken = SW_SEVERITY_MEDIUM,
    .holds_files = true,
};
