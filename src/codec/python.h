/* Python source: tokens, and a tree of what is evaluated.
 * Source: The Python Language Reference 3.13. Nothing is ever run. */
#ifndef SW_CODEC_PYTHON_H
#define SW_CODEC_PYTHON_H

#include "base/base.h"

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
    SW_PY_CALL,      /* the function, then what it is given; `module` is not empty when "*x" or
                        "**x" is among that */
    SW_PY_KEYWORD,   /* name=child, in a call */
    SW_PY_SUBSCRIPT, /* the child, then what stands in the brackets */
    SW_PY_TEXT,      /* `name` is its value */
    SW_PY_BYTES,
    SW_PY_NUMBER,
    SW_PY_SUM,    /* children joined by '+' */
    SW_PY_SLICE,  /* in brackets; `name` is what stands there when it is plain, "::-1" */
    SW_PY_LIST,   /* of a list or tuple */
    SW_PY_DICT,   /* keys and values in turn; a display with anything else is a group */
    SW_PY_GROUP,  /* anything else that evaluates its children; `name` is the first operator… */
                  /* …"if" (the value, the test, the other value); or the text of a formatted
                     string, and `module` is "f" then; "mixed" when there are other operators */
    SW_PY_LAMBDA, /* defaults; the last child is evaluated when it is called */
    SW_PY_PARAMETER, /* `name` is that of a function; `module` is "=" when the last child is its
                        default; an annotation stands before that */
    /* statements */
    SW_PY_ASSIGN, /* targets; the last child is the value */
    SW_PY_LOOP,   /* the target, and what it goes through; the body stands behind it, and of a
                     comprehension what it makes in front of it */
    SW_PY_IMPORT, /* `name` is what is bound, `module` what it is then */
    SW_PY_PATH,   /* in an import that binds only the first part: the whole path */
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

#endif
