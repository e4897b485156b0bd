/* Source of the languages that look like C: tokens, and the tree that Python's is, too
 * (codec/python.h), as far as it tells what is called with what. What is no source gives a tree
 * all the same: nothing here is a check. Private to the room.
 * Sources: ECMA-262 (12), The Go Programming Language Specification (Lexical elements), The Java
 * Language Specification (3), The Rust Reference (Lexical structure), the C# standard (6). */
#ifndef SW_SUPPLY_CLIKE_H
#define SW_SUPPLY_CLIKE_H

#include "codec/codec.h"

enum sw_clike_language {
    SW_CLIKE_SCRIPT, /* JavaScript and TypeScript, with markup in them or not */
    SW_CLIKE_GO,
    SW_CLIKE_JAVA,
    SW_CLIKE_KOTLIN,
    SW_CLIKE_SCALA,
    SW_CLIKE_RUST,
    SW_CLIKE_CSHARP,
    SW_CLIKE_HASH, /* Ruby and others: comments behind '#' */
    SW_CLIKE_LUA,  /* comments behind "--" */
};

enum sw_clike_type {
    SW_CLIKE_END,
    SW_CLIKE_WORD,
    SW_CLIKE_NUMBER,
    SW_CLIKE_STRING,
    SW_CLIKE_TEMPLATE, /* of backticks, with what is filled in */
    SW_CLIKE_REGEX,
    SW_CLIKE_OPERATOR, /* also a quote that nothing closes */
};

struct sw_clike_token {
    enum sw_clike_type type;
    struct sw_str text; /* as it stands there; of a string, without its quotes */
    uint32_t line;
    bool raw; /* a string in which a backslash is one */
};

struct sw_clike_lexer {
    struct sw_str text;
    size_t at;
    uint32_t line;
    enum sw_clike_language language;
    bool value;        /* a value ended before: a '/' divides by what follows */
    unsigned unclosed; /* strings that were looked through to the end of the text, for nothing */
};

void sw_clike_lexer_init(
    struct sw_clike_lexer *lexer, struct sw_str text, enum sw_clike_language language);
/* The next token; at the end, SW_CLIKE_END for ever. */
void sw_clike_lex(struct sw_clike_lexer *lexer, struct sw_clike_token *out);

/* Into `arena`. Names of imports stand in `module`, as the language writes them
 * ("@scope/name/part", "a::b", "a.b"); members of displays are the pairs of SW_PY_DICT. SW_E_LIMIT
 * for what nests too deep. */
sw_result sw_clike_parse(struct sw_arena *arena, struct sw_str text,
    enum sw_clike_language language, struct sw_py_node **out);

#endif
