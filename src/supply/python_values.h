/* What expressions of Python may be, as far as constants tell: through assignments, defaults,
 * displays, loops, and what the environment has when it has nothing. Nothing is run, and the order
 * of things is not looked at: a name may be all that it is given. Private to the room. */
#ifndef SW_SUPPLY_PYTHON_VALUES_H
#define SW_SUPPLY_PYTHON_VALUES_H

#include "codec/codec.h"

#define SW_PY_VALUES_MAX 64

struct sw_py_value {
    struct sw_str text;
    unsigned hops; /* names and displays that it came through; 0: it stands there */
    uint32_t line; /* where it stands; 0: it is put together */
};

struct sw_py_value_list {
    struct sw_py_value list[SW_PY_VALUES_MAX];
    size_t count;
    bool lost; /* there are more, or it would take too long to find all */
};

struct sw_py_values;

sw_result sw_py_values_new(struct sw_arena *arena, struct sw_py_values **out);
/* For languages in which members of classes are assigned by their names alone, and packages have
 * constants for names: `constant` tells what one is, or false. */
void sw_py_values_loosen(struct sw_py_values *values,
    bool (*constant)(const void *ctx, struct sw_str name, struct sw_str *out), const void *ctx);
/* Takes in what a tree gives to names; the tree must outlive it. Trees of several cells are added
 * one after the other. */
sw_result sw_py_values_add(struct sw_py_values *values, const struct sw_py_node *root);
/* All texts that an expression may be, each once. */
void sw_py_values_of(const struct sw_py_values *values, const struct sw_py_node *expression,
    struct sw_py_value_list *out);
/* Literal["a", "b"]: the type of what is one of these texts. */
bool sw_py_is_literal(const struct sw_py_node *node);
/* The last part of what a call calls, through the names of imports: "from_pretrained". Empty when
 * it is no name. */
struct sw_str sw_py_values_callee(const struct sw_py_values *values, const struct sw_py_node *call);
/* The path that a name is imported from, "package.Client"; empty when it is none of an import. */
struct sw_str sw_py_values_import(const struct sw_py_values *values, struct sw_str name);

#endif
