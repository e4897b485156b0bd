/* Zip archives and what is built on them: torch, TorchScript, npz, Keras, plain zips. Every member
 * that any reader could find is looked at. doc/format/scan-containers.md, "Zip". */
#include "scan/format.h"
#include "scan/keras.h"
#include "scan/skops.h"
#include "scan/tensor.h"
#include "scan/torch_storage.h"
#include "scan/unpacked.h"

/* Stored members up to this size have their CRC checked: those that loaders interpret. */
#define STORED_CRC_MAX ((uint64_t)16 << 20)

#define STORAGE_LOOK 4096
#define LINK_MAX 4096

/* How bad it is that readers can differ. */
static const enum sw_severity fault_severity[SW_ZIP_FAULTS] = {
    [SW_ZIP_DUPLICATE] = SW_SEVERITY_HIGH,
    [SW_ZIP_LOCAL_NAME] = SW_SEVERITY_HIGH,
    [SW_ZIP_LOCAL_SIZES] = SW_SEVERITY_HIGH,
    [SW_ZIP_LOCAL_METHOD] = SW_SEVERITY_HIGH,
    [SW_ZIP_LOCAL_FLAGS] = SW_SEVERITY_MEDIUM,
    [SW_ZIP_LOCAL_BAD] = SW_SEVERITY_HIGH,
    [SW_ZIP_OUTSIDE] = SW_SEVERITY_HIGH,
    [SW_ZIP_OVERLAP] = SW_SEVERITY_HIGH,
    [SW_ZIP_ORPHAN] = SW_SEVERITY_HIGH,
    [SW_ZIP_GAP] = SW_SEVERITY_MEDIUM,
    [SW_ZIP_PREFIX] = SW_SEVERITY_HIGH,
    [SW_ZIP_SUFFIX] = SW_SEVERITY_HIGH,
    [SW_ZIP_SECOND_END] = SW_SEVERITY_HIGH,
    [SW_ZIP_COUNT] = SW_SEVERITY_HIGH,
    [SW_ZIP_ZIP64] = SW_SEVERITY_HIGH,
    [SW_ZIP_DISKS] = SW_SEVERITY_MEDIUM,
    [SW_ZIP_ENCRYPTED] = SW_SEVERITY_MEDIUM,
    [SW_ZIP_OTHER_NAME] = SW_SEVERITY_HIGH,
    [SW_ZIP_SAME_LETTERS] = SW_SEVERITY_MEDIUM, /* high where torch looks for its members */
    [SW_ZIP_EXTRA] = SW_SEVERITY_MEDIUM,
    [SW_ZIP_EXTRA_TWICE] = SW_SEVERITY_HIGH,
    [SW_ZIP_BAD_NAME] = SW_SEVERITY_HIGH,
};

void sw_zip_rules_hash(struct sw_hash *hash)
{
    for (size_t i = 0; i < SW_ZIP_FAULTS; i++) {
        uint8_t severity = (uint8_t)fault_severity[i];
        sw_hash_update(hash, &severity, 1);
    }
}

static enum sw_severity severity_of(enum sw_zip_fault fault, bool torch)
{
    return fault == SW_ZIP_SAME_LETTERS && torch ? SW_SEVERITY_HIGH : fault_severity[fault];
}

static sw_result say_problems(struct sw_inspection *in, const struct sw_zip *zip, bool torch)
{
    size_t kept = zip->problem_count < SW_FINDINGS_MAX ? zip->problem_count : SW_FINDINGS_MAX;
    for (size_t i = 0; i < kept; i++) {
        const struct sw_zip_problem *problem = &zip->problems[i];
        int len = problem->name.len > 256 ? 256 : (int)problem->name.len;
        SW_TRY(sw_found(in, "zip-structure", severity_of(problem->fault, torch), problem->offset,
            "%.*s%s%s", len, problem->name.ptr, len == 0 ? "" : " ",
            sw_zip_fault_text(problem->fault)));
        if (problem->fault == SW_ZIP_OVERLAP) {
            sw_unpack_allow_little(in);
        }
    }
    return SW_OK;
}

/* --- which kind of zip ------------------------------------------------------------------------ */

enum trait {
    HAS_DATA_PKL = 1, /* …/data.pkl: torch's object */
    HAS_CODE = 2,     /* …/code/…: TorchScript's source */
    HAS_NPY = 4,
    HAS_OTHER = 8,
    HAS_KERAS = 16,     /* config.json at the root: Keras makes layers, and calls, of it */
    HAS_CONSTANTS = 32, /* …/constants.pkl: TorchScript's constants */
    HAS_SKOPS = 64,     /* schema.json at the root: skops imports and calls what it names */
};

static unsigned traits_of(struct sw_str name)
{
    static const struct {
        const char *part;
        bool at_end;
        enum trait trait;
    } rows[] = {
        {"/data.pkl", true, HAS_DATA_PKL},
        {"/code/", false, HAS_CODE},
        {"constants.pkl", true, HAS_CONSTANTS},
        {".npy", true, HAS_NPY},
    };
    unsigned traits = 0;
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        bool there = rows[i].at_end
                         ? sw_str_ends(name, rows[i].part)
                         : memmem(name.ptr, name.len, rows[i].part, strlen(rows[i].part)) != NULL;
        traits |= there ? rows[i].trait : 0;
    }
    traits |= sw_str_is(name, "config.json") ? HAS_KERAS : 0;
    traits |= sw_str_is(name, "schema.json") ? HAS_SKOPS : 0;
    return traits != 0 ? traits : HAS_OTHER;
}

static unsigned all_traits(const struct sw_zip *zip)
{
    unsigned traits = 0;
    for (size_t i = 0; i < zip->count; i++) {
        traits |= traits_of(zip->entries[i].name);
    }
    return traits;
}

static const char *kind_of(unsigned traits)
{
    static const struct {
        unsigned all, none;
        const char *id;
    } kinds[] = {
        {HAS_DATA_PKL | HAS_CODE, 0, "torchscript"},
        {HAS_CONSTANTS | HAS_CODE, 0, "torchscript"},
        {HAS_DATA_PKL, 0, "torch"},
        {HAS_KERAS, 0, "keras"},
        {HAS_SKOPS, 0, "skops"},
        {HAS_NPY, HAS_OTHER, "npz"},
    };
    for (size_t i = 0; i < SW_COUNT(kinds); i++) {
        if ((traits & kinds[i].all) == kinds[i].all && (traits & kinds[i].none) == 0) {
            return kinds[i].id;
        }
    }
    return "zip";
}

/* --- members --------------------------------------------------------------------------------- */

struct content {
    struct sw_source source;
    struct sw_unpack *unpack; /* NULL: it is read in place */
    uint64_t size;
    uint32_t crc;
    bool readable; /* at least some of it */
};

static const char *member_name(struct sw_inspection *in, const struct sw_zip_entry *entry)
{
    struct sw_str name = entry->name;
    name.len = name.len > 256 ? 256 : name.len;
    return sw_arena_strndup(in->arena, name);
}

static sw_result say_member(struct sw_inspection *in, const struct sw_zip_entry *entry,
    const char *rule, enum sw_severity severity, const char *what)
{
    const char *name = member_name(in, entry);
    SW_TRY_PTR(name);
    return sw_found(in, rule, severity, entry->header, "%s %s", name, what);
}

/* A member that cannot be unpacked hides what it holds. */
static sw_result say_hidden(
    struct sw_inspection *in, const struct sw_zip_entry *entry, const struct sw_error *err)
{
    in->status = SW_SCAN_FAILED;
    bool secret = (entry->flags & SW_ZIP_FLAG_ENCRYPTED) != 0;
    return say_member(in, entry, secret ? "not-opened" : "zip-member", SW_SEVERITY_LOW,
        secret ? "is encrypted and was not opened" : err->text);
}

/* Loaders differ in whether they look at the CRC at all. With the flag of encryption set, a right
 * CRC shows that the bytes are plain, which only a reader that ignores the flag finds. */
static sw_result check_content(
    struct sw_inspection *in, const struct sw_zip_entry *entry, const struct content *content)
{
    bool right = content->crc == entry->crc && content->size == entry->size;
    if ((entry->flags & SW_ZIP_FLAG_ENCRYPTED) != 0) {
        struct sw_error none = {0};
        return right ? say_member(in, entry, "zip-flags", SW_SEVERITY_HIGH,
                           "is flagged as encrypted, but its bytes are plain")
                     : say_hidden(in, entry, &none);
    }
    if (content->size != entry->size) {
        return say_member(in, entry, "zip-size", SW_SEVERITY_HIGH,
            "unpacks to another size than the directory says");
    }
    return right ? SW_OK
                 : say_member(in, entry, "zip-crc", SW_SEVERITY_HIGH,
                       "has another CRC than the directory says");
}

/* A range coder may leave as much as this unread when nothing marks its end. */
#define LZMA_REST 8

static sw_result check_rest(struct sw_inspection *in, const struct sw_zip_entry *entry,
    const struct sw_source *data, const struct sw_unpack_end *end, const struct sw_packed *how)
{
    uint64_t rest = data->size - end->stored;
    uint64_t allowed = how->packing == SW_PACK_LZMA ? LZMA_REST : 0;
    return rest <= allowed ? SW_OK
                           : say_member(in, entry, "zip-size", SW_SEVERITY_MEDIUM,
                                 "has bytes behind its compressed data, which belong to nothing");
}

static sw_result unpack(struct sw_inspection *in, const struct sw_zip_entry *entry,
    const struct sw_source *data, struct sw_packed *how, struct content *out)
{
    struct sw_unpack_end end;
    struct sw_error err = {0};
    if (sw_unpack_within(in, data, how, &out->unpack, &end, &err) != SW_OK) {
        return say_hidden(in, entry, &err);
    }
    out->source = sw_unpack_source(out->unpack);
    out->size = end.size;
    out->crc = end.crc;
    out->readable = end.code == SW_OK || end.size > 0;
    if (end.code != SW_OK) {
        return say_hidden(in, entry, &end.err);
    }
    SW_TRY(check_content(in, entry, out));
    return check_rest(in, entry, data, &end, how);
}

/* "…/data/12": a tensor's bytes, which torch copies and never reads as a file of any kind. */
static bool is_storage(const struct sw_inspection *in, struct sw_str name)
{
    size_t digits = 0;
    while (digits < name.len && name.ptr[name.len - 1 - digits] >= '0' &&
           name.ptr[name.len - 1 - digits] <= '9') {
        digits++;
    }
    bool torch = strcmp(in->format, "torch") == 0 || in->torchscript;
    return torch && digits > 0 && sw_str_ends(sw_str_n(name.ptr, name.len - digits), "/data/");
}

static sw_result use_stored(struct sw_inspection *in, const struct sw_zip_entry *entry,
    const struct sw_source *data, struct content *out)
{
    out->source = *data;
    out->size = data->size;
    out->readable = true;
    if (entry->stored > STORED_CRC_MAX || is_storage(in, entry->name)) {
        return entry->size == entry->stored ? SW_OK
                                            : say_member(in, entry, "zip-size", SW_SEVERITY_HIGH,
                                                  "is stored, but in two different sizes");
    }
    struct sw_error err = {0};
    if (sw_source_crc(data, &out->crc, &err) != SW_OK) {
        out->readable = false;
        return say_hidden(in, entry, &err);
    }
    return check_content(in, entry, out);
}

static sw_result open_member(struct sw_inspection *in, const struct sw_zip *zip,
    const struct sw_zip_entry *entry, struct content *out)
{
    struct sw_source data;
    struct sw_packed how = {0};
    struct sw_error err = {0};
    if (sw_zip_data(zip, entry, &data, &how, &err) != SW_OK) {
        return say_hidden(in, entry, &err);
    }
    return entry->method == SW_ZIP_STORED ? use_stored(in, entry, &data, out)
                                          : unpack(in, entry, &data, &how, out);
}

/* One archive. Storages are read after the pickle that says what is in them. */
struct visit {
    struct sw_inspection *in;
    const struct sw_zip *zip;
    struct sw_torch_archive torch;
};

/* Tensors hold any bytes at all, so only what cannot be chance counts: a pickle at the beginning
 * that imports something. */
static sw_result visit_storage(struct visit *v, const struct sw_zip_entry *entry,
    const struct sw_source *source, const char *name)
{
    struct sw_inspection *in = v->in;
    uint64_t end = source->size < STORAGE_LOOK ? source->size : STORAGE_LOOK;
    struct sw_error err = {0};
    const char *outer = in->member;
    in->member = name;
    enum sw_code code = sw_pickle_search(in, source, 0, end, &err);
    code = code == SW_OK ? sw_torch_archive_weigh(&v->torch, in, entry, source, end, &err) : code;
    in->member = outer;
    return code;
}

/* Members at the root whose text says what loaders make and call, whatever else the archive is. */
static const struct {
    const char *name, *rule;
    sw_result (*judge)(struct sw_inspection *in, struct sw_bytes document, struct sw_error *err);
} documents[] = {
    {"config.json", "keras-broken", sw_keras_judge},
    {"schema.json", "skops-broken", sw_skops_judge},
};

static sw_result visit_document(struct sw_inspection *in, const struct sw_zip_entry *entry,
    const struct sw_source *source, const char *name)
{
    for (size_t i = 0; i < SW_COUNT(documents); i++) {
        if (!sw_str_is(entry->name, documents[i].name)) {
            continue;
        }
        SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
        struct sw_error err = {0};
        const char *outer = in->member;
        in->member = name;
        enum sw_code code = source->size > SW_KERAS_MAX
                                ? sw_fail(&err, SW_E_LIMIT, "larger than 64 MiB")
                                : sw_source_append(source, 0, source->size, &text, &err);
        code = code == SW_OK ? documents[i].judge(in, sw_buf_bytes(&text), &err) : code;
        if (code != SW_OK && code != SW_E_NOMEM) {
            code = sw_give_up(in, documents[i].rule, SW_SEVERITY_HIGH,
                "what a loader makes of it was not read: %s", err.text);
        }
        in->member = outer;
        return code;
    }
    return SW_OK;
}

static sw_result visit_content(
    struct visit *v, const struct sw_zip_entry *entry, const struct sw_source *source)
{
    struct sw_inspection *in = v->in;
    const char *name = member_name(in, entry);
    SW_TRY_PTR(name);
    if (is_storage(in, entry->name)) {
        return visit_storage(v, entry, source, name);
    }
    const struct sw_storage_check *outer = in->storages;
    if (sw_str_ends(entry->name, "/data.pkl")) {
        const struct sw_torch_storages *storages =
            sw_torch_storages_add(&v->torch, in->arena, entry->name);
        SW_TRY_PTR(storages);
        in->storages = &storages->check;
    }
    enum sw_code code = sw_inspect_member(in, source, name);
    in->storages = outer;
    return code == SW_OK ? visit_document(in, entry, source, name) : code;
}

/* Programs that unpack make a symbolic link of it, whose target is the content. */
static sw_result check_link(
    struct sw_inspection *in, const struct sw_zip_entry *entry, const struct sw_source *source)
{
    enum { TYPE = 0170000, LINK = 0120000 };
    if ((entry->mode & TYPE) != LINK) {
        return SW_OK;
    }
    SW_CLEANUP(buf) struct sw_buf target = SW_BUF_INIT;
    bool read = source->size <= LINK_MAX &&
                sw_source_append(source, 0, source->size, &target, NULL) == SW_OK;
    return read && sw_member_link_stays(entry->name, sw_buf_str(&target))
               ? SW_OK
               : say_member(in, entry, "zip-link", SW_SEVERITY_HIGH,
                     "is a link that leads outside the archive");
}

static sw_result visit_member(struct visit *v, const struct sw_zip_entry *entry)
{
    struct sw_inspection *in = v->in;
    bool directory = sw_str_ends(entry->name, "/") && entry->size == 0 && entry->stored == 0;
    if (directory) {
        return SW_OK;
    }
    struct content content = {0};
    enum sw_code code = open_member(in, v->zip, entry, &content);
    if (code == SW_OK && content.readable) {
        code = check_link(in, entry, &content.source);
    }
    if (code == SW_OK && content.readable) {
        code = visit_content(v, entry, &content.source);
    }
    sw_unpack_free(content.unpack);
    return code;
}

static sw_result visit_members(struct visit *v, bool storages)
{
    for (size_t i = 0; i < v->zip->count; i++) {
        const struct sw_zip_entry *entry = &v->zip->entries[i];
        if (is_storage(v->in, entry->name) == storages) {
            SW_TRY(visit_member(v, entry));
        }
    }
    return SW_OK;
}

static sw_result visit_all(struct visit *v, struct sw_error *err)
{
    SW_TRY(visit_members(v, false));
    SW_TRY(sw_torch_archive_tell(&v->torch, v->in, err));
    SW_TRY(visit_members(v, true));
    return sw_torch_archive_end(&v->torch, v->in);
}

static sw_result visit_archive(
    struct sw_inspection *in, const struct sw_source *source, struct sw_error *err)
{
    struct sw_zip zip;
    sw_unpack_allow(in, source->size);
    SW_TRY(sw_zip_open(&zip, source, in->arena, err));
    unsigned traits = all_traits(&zip);
    in->format = kind_of(traits);
    in->torchscript = strcmp(in->format, "torchscript") == 0;
    SW_TRY(say_problems(in, &zip, (traits & HAS_DATA_PKL) != 0));
    struct visit v = {.in = in, .zip = &zip, .torch = {.zip = &zip}};
    enum sw_code code = visit_all(&v, err);
    sw_torch_archive_release(&v.torch);
    return code;
}

static sw_result parse(
    struct sw_inspection *in, const struct sw_specimen *specimen, struct sw_error *err)
{
    return visit_archive(in, &specimen->source, err);
}

sw_result sw_zip_inspect_tail(
    struct sw_inspection *in, const struct sw_specimen *specimen, struct sw_error *err)
{
    struct sw_zip zip;
    enum sw_code code = sw_zip_open(&zip, &specimen->source, in->arena, err);
    if (code != SW_OK && (code != SW_E_FORMAT || sw_zip_has_directory(&specimen->source))) {
        return code;
    }
    if (code != SW_OK || zip.count == 0) {
        return SW_OK; /* the bytes of an end record by chance: no reader gets further */
    }
    SW_TRY(sw_found(in, "zip-appended", SW_SEVERITY_HIGH, zip.entries[0].header,
        "the file is a zip archive as well, for readers that look at its end"));
    return visit_archive(in, &specimen->source, err);
}

/* A local header, or the end record of an empty archive. */
static bool sniff(const struct sw_specimen *specimen)
{
    struct sw_str head = sw_str_of_bytes(specimen->head);
    return sw_str_starts(head, "PK\x03\x04") || sw_str_starts(head, "PK\x05\x06");
}

const struct sw_format sw_format_zip = {
    .id = "zip",
    .names = ".zip .pt .pth .npz .keras .skops",
    .sniff = sniff,
    .parse = parse,
    .broken = SW_SEVERITY_HIGH,
};
