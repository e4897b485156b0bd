/* What readers of source code share: trees of one file are walked for imports, for the names of
 * models and datasets that calls are given, for hosts and variables. Private to the room. */
#ifndef SW_SUPPLY_LOOK_TREE_H
#define SW_SUPPLY_LOOK_TREE_H

#include "codec/codec.h"
#include "supply/ascii.h"
#include "supply/look.h"

struct sw_look_language {
    const struct sw_signal *import;
    enum sw_catalogue_section ecosystem;
    /* The package that a module is of, when the catalogue has it; in the arena of the file. */
    bool (*package_of)(struct sw_look *look, struct sw_str module, struct sw_str *out);
    bool clike; /* methods give values ("x.model(…)"), and names stand for members */
    /* How sure an import is, where some are less so; NULL: as `import`. */
    const struct sw_signal *(*signal_of)(const struct sw_look *look, struct sw_str module);
};

/* One tree of a file: of a notebook, each cell has one. */
struct sw_look_tree {
    const struct sw_py_node *root;
    struct sw_str path; /* told instead of the file's */
    bool values_only;   /* it has values for names, and nothing to tell */
};

/* Names that one of the trees gives have their values in all of them. */
sw_result sw_look_trees(struct sw_look *look, const struct sw_look_language *language,
    const struct sw_look_tree *trees, size_t count);

/* Where a node stands: the `at`th child, behind `before`. */
struct sw_look_place {
    const struct sw_py_node *of, *child, *before;
    size_t at;
};
/* Whether a text there is only looked at, and not given to anything. `outer`: `of` itself is. */
bool sw_look_only_looks(const struct sw_look_place *place, bool outer);
/* Whether what a name says has models as its keys: "MODELS", and not "MODEL_PRICES". */
bool sw_look_is_table_of_models(struct sw_str name);

struct sw_py_value_list;
/* A service whose client is made; `elsewhere`: it is given an address that is not known. */
sw_result sw_look_see_service(
    struct sw_look *look, struct sw_str service, bool elsewhere, uint32_t line);
/* The hosts of addresses that a client is given; the service itself, elsewhere, when none has one.
 */
sw_result sw_look_see_endpoints(struct sw_look *look, struct sw_str service,
    const struct sw_py_value_list *addresses, uint32_t line);

#define SW_LOOK_KEY_MAX 64 /* a key of so many bytes says nothing */

/* A key in lower case; empty when it is too long to say something. */
static inline struct sw_str sw_look_lowered(struct sw_str key, char out[SW_LOOK_KEY_MAX])
{
    const size_t len = key.len < SW_LOOK_KEY_MAX ? key.len : 0;
    for (size_t i = 0; i < len; i++) {
        out[i] = sw_ascii_lower(key.ptr[i]);
    }
    return sw_str_n(out, len);
}

/* The names that trees of a file define themselves (classes, types, functions), or import from the
 * program that they are of: none of them is a maker's. Texts are kept and not copied. */
sw_result sw_look_own_names(struct sw_look *look, const struct sw_look_language *language,
    const struct sw_look_tree *trees, size_t count, struct sw_names *out);

/* '{"model": "gpt-4o", …}' as a text. */
sw_result sw_look_see_body(struct sw_look *look, struct sw_str text, uint32_t line);

/* Imports of Python, line by line: of what does not parse. */
sw_result sw_look_python_lines(struct sw_look *look, struct sw_str text);
/* The package that a module of Python is of, when it is not one of the tree itself. */
bool sw_look_python_package(struct sw_look *look, struct sw_str module, struct sw_str *out);
extern const struct sw_look_language sw_look_python_language;
/* What other files of the tree give to the constants that a file imports from them, as assignments
 * of texts: "from .settings import MODEL". */
sw_result sw_look_python_constants(
    struct sw_look *look, const struct sw_py_node *root, struct sw_py_node **out);

#endif
