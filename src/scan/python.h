/* Python source: tokens, a tree, and what it does when it is imported (doc/format/scan-code.md).
 * Source: The Python Language Reference 3.13. Nothing is ever run. Private to scan. */
#ifndef SW_SCAN_PYTHON_H
#define SW_SCAN_PYTHON_H

#include "scan/inspect.h"

#define SW_PY_SIZE_MAX ((uint64_t)16 << 20)
#define SW_PY_DEPTH 200 /* of brackets and blocks in each other */
#define SW_PY_INDENTS 100

/* --- tokens (section 2) ----------------------------------------------------------------------- */

enum sw_py_token_type {
    SW_PY_END,
    SW_PY_NEWLINE,
    SW_PY_INDENT,
    SW_PY_DEDENT,
    SW_PY_WORD, /* a name or a keyword */
    SW_PY_NUMERAL,
    SW_PY_STRING, /* with its prefix and quotes */
    SW_PY_OPERATOR,
};

struct sw_py_token {
    enum sw_py_token_type type;
    struct sw_str text;
    uint32_t line;
};

struct sw_py_lexer {
    struct sw_str text;
    size_t at;
    uint32_t line;
    unsigned brackets; /* that are open: lines do not end then */
    bool line_begins;
    unsigned indents[SW_PY_INDENTS];
    size_t indent_count;
    unsigned dedents; /* that are still to be given */
};

void sw_py_lexer_init(struct sw_py_lexer *lexer, struct sw_str text);
/* SW_E_FORMAT for what is no token; SW_E_LIMIT for too many indents. */
sw_result sw_py_lex(struct sw_py_lexer *lexer, struct sw_py_token *out);

/* A string literal's parts. */
struct sw_py_literal {
    struct sw_str body; /* between the quotes */
    bool raw, bytes, format;
};
struct sw_py_literal sw_py_literal(struct sw_str token);
/* --- the tree (sections 6 to 8) --------------------------------------------------------------- */

enum sw_py_kind {
    /* expressions */
    SW_PY_NAME,
    SW_PY_ATTRIBUTE, /* `name` of the child */
    SW_PY_CALL,      /* the function, then what it is given */
    SW_PY_KEYWORD,   /* name=child, in a call */
    SW_PY_SUBSCRIPT, /* the child, then what stands in the brackets */
    SW_PY_TEXT,      /* `name` is its value */
    SW_PY_BYTES,
    SW_PY_NUMBER,
    SW_PY_SUM,       /* children joined by '+' */
    SW_PY_SLICE,     /* in brackets; `name` is what stands there when it is plain, "::-1" */
    SW_PY_LIST,      /* of a list or tuple */
    SW_PY_GROUP,     /* anything else that evaluates its children */
    SW_PY_LAMBDA,    /* defaults; the last child is evaluated when it is called */
    SW_PY_PARAMETER, /* `name` is that of a function */
    /* statements */
    SW_PY_ASSIGN, /* targets; the last child is the value */
    SW_PY_IMPORT, /* `name` is what is bound, `module` what is imported */
    SW_PY_DEF,    /* decorators and defaults in the first child; the last is the body */
    SW_PY_CLASS,  /* likewise, with the bases; the body is run at once */
    SW_PY_MAIN,   /* if __name__ == "__main__": the child is what is run then */
    SW_PY_BLOCK,
};

struct sw_py_node {
    enum sw_py_kind kind;
    uint32_t line;
    bool seen; /* by the judge: the body of a function */
    struct sw_str name, module;
    struct sw_py_node *first, *last, *next;
};

/* Into `arena`. SW_E_FORMAT for what is no Python 3, with the line; SW_E_LIMIT. */
sw_result sw_py_parse(
    struct sw_arena *arena, struct sw_str text, struct sw_py_node **out, struct sw_error *err);

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
