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
static struct sw_str place(struct sw_arena *arena, struct sw_str path, uint32_t line)
{
    char shown[512];
    sw_escape_line(path.ptr, path.len, shown, sizeof(shown));
    const char *text =
        line == 0 ? sw_arena_strdup(arena, shown) : sw_arena_printf(arena, "%s:%u", shown, line);
    return sw_str(text == NULL ? "" : text);
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
    const char *copy = sw_arena_strndup(imports->arena, module);
    struct sw_import *grown = sw_arena_grow(
        imports->arena, imports->items, imports->count, &imports->cap, sizeof(*grown));
    SW_TRY_PTR(copy);
    SW_TRY_PTR(grown);
    imports->items = grown;
    grown[imports->count++] =
        (struct sw_import){sw_str_n(copy, module.len), place(imports->arena, path, line), language};
    return sw_names_number(&imports->names, language, sw_str_n(copy, module.len), &number);
}
