/* What source code imports, whether the catalogue names it or not: to tell which packages with
 * known vulnerabilities it uses itself. */
#ifndef SW_SUPPLY_IMPORTS_H
#define SW_SUPPLY_IMPORTS_H

#include "codec/codec.h"

/* Languages, by the type of the package URLs of what they import. */
enum sw_import_language {
    SW_IMPORT_PYTHON,
    SW_IMPORT_SCRIPT,
    SW_IMPORT_GO,
    SW_IMPORT_RUST,
    SW_IMPORT_LANGUAGES,
};

struct sw_import {
    struct sw_str module; /* as it is written: "a.b", "@scope/name/part", "example.com/m/p" */
    struct sw_str at;     /* the first place: "app/main.py:3" */
    enum sw_import_language language;
};

struct sw_imports {
    struct sw_arena *arena;
    struct sw_names names;
    struct sw_import *items; /* each module once */
    size_t count, cap;
    uint64_t files[SW_IMPORT_LANGUAGES]; /* that were read */
};

void sw_imports_init(struct sw_imports *imports, struct sw_arena *arena);
/* The texts are copied. `type` is "pypi", "npm", "golang" or "cargo"; of others nothing is kept. */
sw_result sw_imports_add(struct sw_imports *imports, const char *type, struct sw_str module,
    struct sw_str path, uint32_t line);
/* A file of the language was read to its end. */
void sw_imports_file(struct sw_imports *imports, const char *type);
/* The members "imports" and "importFiles" of a document, and back: for other processes of this
 * program. SW_E_FORMAT. */
void sw_imports_write(struct sw_json_writer *w, const struct sw_imports *imports);
sw_result sw_imports_read(struct sw_imports *imports, const struct sw_json *document);
bool sw_import_language_of(struct sw_str type, enum sw_import_language *out);

#endif
