#include "supply/imports.h"

#define MODULE_MAX 1024

void sw_imports_init(struct sw_imports *imports, struct sw_arena *arena)
{
    *imports = (struct sw_imports){.arena = arena};
    sw_names_init(&imports->names, arena);
}

bool sw_import_language_of(struct sw_str type, enum sw_import_language *out)
{
    static const char *const types[SW_IMPORT_LANGUAGES] = {[SW_IMPORT_PYTHON] = "pypi",
        [SW_IMPORT_SCRIPT] = "npm",
        [SW_IMPORT_GO] = "golang",
        [SW_IMPORT_RUST] = "cargo"};
    for (size_t i = 0; i < SW_IMPORT_LANGUAGES; i++) {
        if (sw_str_is(type, types[i])) {
            *out = (enum sw_import_language)i;
            return true;
        }
    }
    return false;
}

void sw_imports_file(struct sw_imports *imports, const char *type)
{
    enum sw_import_language language;
    if (sw_import_language_of(sw_str(type), &language)) {
        imports->files[language]++;
    }
}

/* The text as it may be shown, with the line behind it. */
static const char *place(struct sw_arena *arena, struct sw_str path, uint32_t line)
{
    char shown[512];
    sw_escape_line(path.ptr, path.len, shown, sizeof(shown));
    return line == 0 ? sw_arena_strdup(arena, shown) : sw_arena_printf(arena, "%s:%u", shown, line);
}

static sw_result keep(struct sw_imports *imports, enum sw_import_language language,
    struct sw_str module, const char *at)
{
    uint32_t number;
    const char *copy = sw_arena_strndup(imports->arena, module);
    struct sw_import *grown = sw_arena_grow(
        imports->arena, imports->items, imports->count, &imports->cap, sizeof(*grown));
    SW_TRY_PTR(at);
    SW_TRY_PTR(copy);
    SW_TRY_PTR(grown);
    imports->items = grown;
    grown[imports->count++] = (struct sw_import){sw_str_n(copy, module.len), sw_str(at), language};
    return sw_names_number(&imports->names, language, sw_str_n(copy, module.len), &number);
}

sw_result sw_imports_add(struct sw_imports *imports, const char *type, struct sw_str module,
    struct sw_str path, uint32_t line)
{
    enum sw_import_language language;
    uint32_t number;
    if (!sw_import_language_of(sw_str(type), &language) || module.len == 0 ||
        module.len > MODULE_MAX || module.ptr[0] == '.' || module.ptr[0] == '/' ||
        sw_names_find(&imports->names, language, module, &number)) {
        return SW_OK;
    }
    return keep(imports, language, module, place(imports->arena, path, line));
}

void sw_imports_write(struct sw_json_writer *w, const struct sw_imports *imports)
{
    sw_jw_array(w, "importFiles");
    for (size_t i = 0; i < SW_IMPORT_LANGUAGES; i++) {
        sw_jw_u64(w, NULL, imports->files[i]);
    }
    sw_jw_array_end(w);
    sw_jw_array(w, "imports");
    for (size_t i = 0; i < imports->count; i++) {
        const struct sw_import *import = &imports->items[i];
        sw_jw_object(w, NULL);
        sw_jw_u64(w, "language", import->language);
        sw_jw_str(w, "module", import->module);
        sw_jw_str(w, "at", import->at);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
}

static sw_result read_import(struct sw_imports *imports, const struct sw_json *item)
{
    uint64_t language;
    uint32_t number;
    struct sw_str module;
    struct sw_str at;
    if (!sw_json_u64(sw_json_get(item, "language"), &language) || language >= SW_IMPORT_LANGUAGES ||
        !sw_json_str(sw_json_get(item, "module"), &module) || module.len == 0 ||
        module.len > MODULE_MAX || !sw_json_str(sw_json_get(item, "at"), &at)) {
        return SW_E_FORMAT;
    }
    if (sw_names_find(&imports->names, (uint32_t)language, module, &number)) {
        return SW_OK;
    }
    return keep(
        imports, (enum sw_import_language)language, module, sw_arena_strndup(imports->arena, at));
}

sw_result sw_imports_read(struct sw_imports *imports, const struct sw_json *document)
{
    const struct sw_json *files = sw_json_get(document, "importFiles");
    for (size_t i = 0; i < SW_IMPORT_LANGUAGES; i++) {
        uint64_t count;
        if (!sw_json_u64(sw_json_item(files, (uint32_t)i), &count)) {
            return SW_E_FORMAT;
        }
        imports->files[i] += count;
    }
    SW_JSON_EACH (item, sw_json_get(document, "imports")) {
        SW_TRY(read_import(imports, item));
    }
    return SW_OK;
}
