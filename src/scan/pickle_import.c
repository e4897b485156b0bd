#include "scan/pickle_private.h"

#define IMPORTS_MAX 4096

void sw_pickle_note(struct sw_pickle_machine *m, const char *rule, enum sw_severity severity,
    uint64_t at, const char *message)
{
    for (size_t i = 0; i < m->note_count; i++) {
        if (m->notes[i].message == message) {
            return; /* once a file says it */
        }
    }
    if (m->note_count < SW_PICKLE_NOTES) {
        m->notes[m->note_count++] = (struct sw_pickle_note){rule, message, severity, at};
    }
}

void sw_pickle_differ(struct sw_pickle_machine *m, uint64_t at, const char *message)
{
    sw_pickle_note(m, "pickle-readers-differ", SW_SEVERITY_HIGH, at, message);
}

static bool is_mapping(const struct sw_pickle_import *import)
{
    return sw_str_is(import->module, "collections");
}

/* A pack says more than the lists: it knows the arguments. */
static void classify(const struct sw_pickle_machine *m, struct sw_pickle_import *import)
{
    import->class = sw_pickle_classify(import->module, import->name);
    if (import->class != SW_IMPORT_ALLOWED) {
        const struct sw_packs *packs = m->packs != NULL ? m->packs : sw_packs_builtin();
        import->entry = sw_packs_find(packs, import->module, import->name);
        import->class = import->entry != NULL ? SW_IMPORT_LIBRARY : import->class;
    }
}

static sw_result copy_name(struct sw_pickle_machine *m, struct sw_str name, struct sw_str *out)
{
    const char *copy = sw_arena_strndup(&m->arena, name);
    SW_TRY_PTR(copy);
    *out = sw_str_n(copy, name.len);
    return SW_OK;
}

static sw_result add_import(struct sw_pickle_machine *m, struct sw_str module, struct sw_str name,
    uint64_t at, size_t *index)
{
    m->import_op = m->ops;
    for (size_t i = m->first_import; i < m->import_count; i++) {
        if (sw_str_equal(m->imports[i].module, module) && sw_str_equal(m->imports[i].name, name)) {
            *index = i;
            return SW_OK;
        }
    }
    SW_TRY(sw_pickle_room(
        &m->imports, m->import_count, &m->import_cap, sizeof(*m->imports), IMPORTS_MAX));
    struct sw_pickle_import import = {.at = at, .fold = sw_pickle_fold_function(module, name)};
    SW_TRY(copy_name(m, module, &import.module));
    SW_TRY(copy_name(m, name, &import.name));
    classify(m, &import);
    import.mapping = is_mapping(&import);
    import.rebuild = sw_pickle_rebuild_of(import.module, import.name);
    *index = m->import_count;
    m->imports[m->import_count++] = import;
    return SW_OK;
}

sw_result sw_pickle_import(struct sw_pickle_machine *m, struct sw_str module, struct sw_str name,
    uint64_t at, struct sw_pickle_value *out)
{
    size_t index = 0;
    SW_TRY(add_import(m, module, name, at, &index));
    *out = sw_pickle_plain(SW_VALUE_IMPORT);
    out->text = index;
    return SW_OK;
}

sw_result sw_pickle_attribute(struct sw_pickle_machine *m, const struct sw_pickle_value *of,
    struct sw_str name, uint64_t at, struct sw_pickle_value *out)
{
    char path[SW_PICKLE_NAME_MAX * 2];
    const struct sw_pickle_import *import = &m->imports[of->text];
    size_t len = import->name.len;
    if (len + 1 + name.len > sizeof(path)) {
        sw_pickle_unresolved(m, at);
        *out = sw_pickle_plain(SW_VALUE_OTHER);
        return SW_OK;
    }
    if (len > 0) {
        memcpy(path, import->name.ptr, len);
        path[len++] = '.';
    }
    if (name.len > 0) {
        memcpy(path + len, name.ptr, name.len);
    }
    return sw_pickle_import(m, import->module, sw_str_n(path, len + name.len), at, out);
}

void sw_pickle_unresolved(struct sw_pickle_machine *m, uint64_t at)
{
    m->unnamed = true;
    sw_pickle_note(m, "pickle-import-unresolved", SW_SEVERITY_HIGH, at,
        "imports something whose name is computed while loading");
}
