/* Python source: what is imported and assigned, and what is done when it is imported
 * (doc/format/scan-code.md). Nothing is ever run. Private to scan. */
#ifndef SW_SCAN_PYTHON_H
#define SW_SCAN_PYTHON_H

#include "codec/codec.h"
#include "scan/inspect.h"

/* --- names and values (python_fold.c) --------------------------------------------------------- */

struct sw_py_names;
/* What names of the file refer to: imports, and assignments of what is known. */
sw_result sw_py_names_of(
    struct sw_arena *arena, const struct sw_py_node *root, struct sw_py_names **out);
/* "os.system" for what an expression refers to, through imports, aliases, getattr() and the like;
 * empty where that is not known. In the arena. */
struct sw_str sw_py_resolve(const struct sw_py_names *names, const struct sw_py_node *expression);
/* The text that an expression is, as far as it is put together of constants. */
bool sw_py_fold(
    const struct sw_py_names *names, const struct sw_py_node *expression, struct sw_str *out);
/* Whether a name is that of a parameter, or is given a value, somewhere in the file. */
bool sw_py_is_variable(const struct sw_py_names *names, struct sw_str name);
/* What a name that nothing else explains may refer to by "from MODULE import *": the path out of
 * the `index`th such module, empty when there are no more. */
struct sw_str sw_py_from_star(const struct sw_py_names *names, struct sw_str name, size_t index);
/* Whether a name was given what a call unpacked, decoded or fetched. */
bool sw_py_is_decoded(const struct sw_py_names *names, const struct sw_py_node *expression);
/* The function or class of that name in the file; NULL when there is none. */
const struct sw_py_node *sw_py_definition(const struct sw_py_names *names, struct sw_str name);

/* --- the judge (python_judge.c) --------------------------------------------------------------- */

/* Reports calls that execute, decode, load, connect, write or delete, with the way to them. */
sw_result sw_py_judge(struct sw_inspection *in, const struct sw_py_node *root);
/* How much it matters what a path refers to: 0 nothing, 1 a module out of which such calls come,
 * and more for the calls. A name that is bound twice is what matters more. */
unsigned sw_py_weight(struct sw_str path);
/* Parses and judges; what is no Python 3 is told as "source-unparsed", and is no evidence. */
sw_result sw_py_inspect(struct sw_inspection *in, struct sw_bytes text);

/* The same for code in a TorchScript archive, which is a language of its own that looks like
 * Python. */
sw_result sw_py_inspect_torchscript(struct sw_inspection *in, struct sw_bytes text);

#endif
