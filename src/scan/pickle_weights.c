#include "scan/pickle_private.h"
#include "scan/torch_tensor.h"

/* What torch's weights_only unpickler would do with each opcode (torch/_weights_only_unpickler.py),
 * for the releases 2.4 to 2.10. A name or a rule is given to the first release that is known to
 * have it, so a prediction may name a release too few, never one too many. */

#define FROM(minor) (SW_PICKLE_TORCH_ALL & ~((1u << ((minor)-SW_PICKLE_TORCH_FIRST)) - 1))
#define BEFORE(minor) (SW_PICKLE_TORCH_ALL & ~FROM(minor))

/* Names that came after 2.4. */
static const struct {
    const char *module;
    const char *name; /* or its beginning */
    bool beginning;
    unsigned versions;
} late[] = {
    {"_codecs", "encode", false, FROM(5)},
    {"builtins", "bytearray", false, FROM(5)},
    {"torch._utils", "_rebuild_device_tensor_from_numpy", false, FROM(5)},
    {"torch._utils", "_rebuild_device_tensor_from_cpu_tensor", false, FROM(6)},
    {"builtins", "set", false, FROM(6)},
    {"torch", "uint1", false, FROM(6)},
    {"torch", "uint2", false, FROM(6)},
    {"torch", "uint3", false, FROM(6)},
    {"torch", "uint4", false, FROM(6)},
    {"torch", "uint5", false, FROM(6)},
    {"torch", "uint6", false, FROM(6)},
    {"torch", "uint7", false, FROM(6)},
    {"builtins", "complex", false, FROM(8)},
    {"torch", "int1", false, FROM(8)},
    {"torch", "int2", false, FROM(8)},
    {"torch", "int3", false, FROM(8)},
    {"torch", "int4", false, FROM(8)},
    {"torch", "int5", false, FROM(8)},
    {"torch", "int6", false, FROM(8)},
    {"torch", "int7", false, FROM(8)},
    {"torch", "float8_e8m0fnu", false, FROM(8)},
    {"torch", "float4_", true, FROM(8)},
};

static unsigned versions_of(struct sw_str module, struct sw_str name)
{
    if (sw_pickle_classify(module, name) != SW_IMPORT_ALLOWED) {
        return 0;
    }
    module = sw_pickle_modern_module(module);
    for (size_t i = 0; i < SW_COUNT(late); i++) {
        bool same =
            late[i].beginning ? sw_str_starts(name, late[i].name) : sw_str_is(name, late[i].name);
        if (same && sw_str_is(module, late[i].module)) {
            return late[i].versions;
        }
    }
    return SW_PICKLE_TORCH_ALL;
}

static const struct sw_pickle_value *below(const struct sw_pickle_machine *m, size_t depth)
{
    size_t floor = m->mark_count > 0 ? m->marks[m->mark_count - 1] : 0;
    return m->depth - floor > depth ? &m->stack[m->depth - 1 - depth] : NULL;
}

/* The value under the topmost mark. */
static const struct sw_pickle_value *under_mark(const struct sw_pickle_machine *m)
{
    size_t mark = m->mark_count > 0 ? m->marks[m->mark_count - 1] : 0;
    return mark > 0 ? &m->stack[mark - 1] : NULL;
}

static unsigned import_versions(
    const struct sw_pickle_machine *m, const struct sw_pickle_value *value)
{
    if (value == NULL || value->kind != SW_VALUE_IMPORT) {
        return 0;
    }
    const struct sw_pickle_import *import = &m->imports[value->text];
    return versions_of(import->module, import->name);
}

static const struct sw_pickle_import *made_by(
    const struct sw_pickle_machine *m, const struct sw_pickle_value *value)
{
    bool result = value != NULL && value->kind == SW_VALUE_RESULT;
    return result && value->len != SW_PICKLE_NO_IMPORT ? &m->imports[value->len] : NULL;
}

static bool is_parameter(const struct sw_pickle_import *import)
{
    return sw_str_is(import->module, "torch.nn.parameter");
}

/* NEWOBJ made parameters alone at first. */
static unsigned newobj_versions(
    const struct sw_pickle_machine *m, const struct sw_pickle_value *class)
{
    unsigned versions = import_versions(m, class);
    return versions == 0 || is_parameter(&m->imports[class->text]) ? versions : versions & FROM(6);
}

static unsigned build_versions(
    const struct sw_pickle_machine *m, const struct sw_pickle_value *object)
{
    const struct sw_pickle_import *import = made_by(m, object);
    if (import == NULL) {
        return 0;
    }
    bool ordered =
        sw_str_is(import->module, "collections") && sw_str_is(import->name, "OrderedDict");
    bool tensor = sw_str_starts(import->name, "_rebuild_") || sw_str_is(import->name, "Tensor");
    unsigned versions = versions_of(import->module, import->name);
    return ordered || tensor || is_parameter(import) ? versions : versions & FROM(6);
}

/* Before 2.10 items could be stored into anything: CVE-2026-24747. */
static unsigned store_versions(
    const struct sw_pickle_machine *m, const struct sw_pickle_value *object)
{
    const struct sw_pickle_import *import = made_by(m, object);
    bool mapping =
        object != NULL && (object->kind == SW_VALUE_DICT || (import != NULL && import->mapping));
    return mapping ? SW_PICKLE_TORCH_ALL : BEFORE(10);
}

static unsigned append_versions(const struct sw_pickle_value *object)
{
    return object != NULL && object->kind == SW_VALUE_LIST ? SW_PICKLE_TORCH_ALL : 0;
}

static unsigned id_versions(struct sw_pickle_machine *m, const struct sw_pickle_value *id)
{
    char room[16];
    struct sw_str word;
    bool whole;
    if (id == NULL || id->kind == SW_VALUE_INT) {
        return SW_PICKLE_TORCH_ALL;
    }
    const struct sw_pickle_value *first =
        id->kind == SW_VALUE_TUPLE ? sw_pickle_item(m, id, 0) : NULL;
    bool storage = first != NULL && sw_pickle_text(m, first, room, sizeof(room), &word, &whole) &&
                   sw_str_is(word, "storage");
    return storage ? SW_PICKLE_TORCH_ALL : 0;
}

static unsigned global_versions(struct sw_pickle_machine *m, const struct sw_pickle_op *op)
{
    char text[2][SW_PICKLE_NAME_MAX];
    size_t len = op->text_len < SW_PICKLE_NAME_MAX ? (size_t)op->text_len : SW_PICKLE_NAME_MAX;
    size_t len2 = op->text2_len < SW_PICKLE_NAME_MAX ? (size_t)op->text2_len : SW_PICKLE_NAME_MAX;
    const struct sw_source *source = m->reader.window.source;
    bool read = sw_source_read(source, op->text, text[0], len, NULL) == SW_OK &&
                sw_source_read(source, op->text2, text[1], len2, NULL) == SW_OK;
    return read ? versions_of(sw_str_n(text[0], len), sw_str_n(text[1], len2)) : 0;
}

static unsigned op_versions(
    struct sw_pickle_machine *m, const struct sw_pickle_op *op, const char **reason)
{
    static const char others[] = "(t)]}NJKMGXUhjqr.\x80\x85\x86\x87\x88\x89\x8a\x8f";
    *reason = "an opcode that it does not know";
    switch (op->code) {
    case 'c': *reason = "an import that is not on its list"; return global_versions(m, op);
    case 'R': *reason = "a call of what is not on its list"; return import_versions(m, below(m, 1));
    case 0x81:
        *reason = "an object of a class that is not on its list";
        return newobj_versions(m, below(m, 1));
    case 'b':
        *reason = "a state for what is not on its list";
        return build_versions(m, below(m, 1));
    case 'a': *reason = "an item for what is no list"; return append_versions(below(m, 1));
    case 'e': *reason = "items for what is no list"; return append_versions(under_mark(m));
    case 's': *reason = "an item for what is no dict"; return store_versions(m, below(m, 2));
    case 'u': *reason = "items for what is no dict"; return store_versions(m, under_mark(m));
    case 'Q': *reason = "a persistent id that is no storage"; return id_versions(m, below(m, 0));
    default: break;
    }
    return memchr(others, op->code, sizeof(others) - 1) != NULL ? SW_PICKLE_TORCH_ALL : 0;
}

void sw_pickle_weights_step(struct sw_pickle_machine *m, const struct sw_pickle_op *op)
{
    const char *reason = NULL;
    if (m->weights.versions == 0) {
        return;
    }
    unsigned left = m->weights.versions & op_versions(m, op, &reason);
    unsigned newest = 1u << (SW_PICKLE_TORCH_LAST - SW_PICKLE_TORCH_FIRST);
    if ((m->weights.versions & newest) != 0 && (left & newest) == 0) {
        m->weights.reason = reason;
        m->weights.at = op->at;
    }
    m->weights.versions = left;
}

/* --- storages --------------------------------------------------------------------------------- */

/* ("storage", type, key, location, count of elements), in a legacy file with what part of another
 * storage it is behind that. */
sw_result sw_pickle_tell_storage(
    struct sw_pickle_machine *m, const struct sw_pickle_value *id, uint64_t at)
{
    char room[2][64];
    struct sw_torch_storage storage = {.at = at, .size = UINT64_MAX};
    struct sw_str word;
    bool whole;
    const struct sw_pickle_value *items;
    size_t count;
    if (m->hooks == NULL || !sw_pickle_items(m, id, &items, &count) || count < 5 || count > 6 ||
        !sw_pickle_text(m, &items[0], room[0], sizeof(room[0]), &word, &whole) ||
        !sw_str_is(word, "storage") || items[1].kind != SW_VALUE_IMPORT ||
        !sw_pickle_text(m, &items[2], room[1], sizeof(room[1]), &storage.key, &whole) || !whole ||
        items[4].kind != SW_VALUE_INT) {
        return SW_OK;
    }
    uint64_t element = sw_pickle_storage_width(m->imports[items[1].text].name);
    storage.count = items[4].text;
    if ((int64_t)storage.count >= 0) { /* what is negative or overflows, no storage has */
        (void)sw_mul_u64(element, storage.count, &storage.size);
    }
    return element == 0 ? SW_OK : m->hooks->storage(m->hooks->ctx, &storage);
}
