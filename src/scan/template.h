/* Jinja templates: what a chat template could do besides laying out messages. The syntax is that of
 * Jinja 3.1 as it is documented for template designers, with the loop controls that loaders switch
 * on. Nothing is ever rendered. Private to scan. */
#ifndef SW_SCAN_TEMPLATE_H
#define SW_SCAN_TEMPLATE_H

#include "scan/inspect.h"

#define SW_TEMPLATE_SIZE_MAX ((size_t)1 << 20)
#define SW_TEMPLATE_DEPTH_MAX 100u

/* A place where a loader takes the text for a template. What cannot be parsed there is
 * `template-broken` (high), since nothing tells what it does. */
sw_result sw_template_inspect(struct sw_inspection *in, struct sw_bytes text);
/* Any other text. Only what has the look of a template is looked at; where it is not sure that it
 * is one, nothing in it is worse than medium. */
sw_result sw_text_find_template(struct sw_inspection *in, struct sw_bytes text);
/* Whether there is anything that opens a tag. */
bool sw_text_has_tags(struct sw_bytes text);

/* --- what the parts share ----------------------------------------------------------------------
 */

enum sw_token_kind {
    SW_TOKEN_END,
    SW_TOKEN_DATA,       /* what stands outside of tags */
    SW_TOKEN_OPEN_PRINT, /* {{ */
    SW_TOKEN_CLOSE_PRINT,
    SW_TOKEN_OPEN_BLOCK, /* {% */
    SW_TOKEN_CLOSE_BLOCK,
    SW_TOKEN_NAME,
    SW_TOKEN_STRING, /* the text is what the literal means */
    SW_TOKEN_NUMBER,
    SW_TOKEN_SIGN, /* operators and brackets */
};

struct sw_token {
    enum sw_token_kind kind;
    struct sw_str text;
    size_t at; /* where it begins */
};

/* The tokens, the last of which is SW_TOKEN_END. SW_E_FORMAT with the reason in `err`. */
sw_result sw_template_lex(struct sw_arena *arena, struct sw_bytes text, struct sw_token **out,
    size_t *count, struct sw_error *err);

enum sw_node_kind {
    SW_NODE_NAME,
    SW_NODE_STRING,
    SW_NODE_NUMBER,    /* numbers, true, false, none */
    SW_NODE_LIST,      /* tuples too */
    SW_NODE_DICT,      /* keys and values in turn */
    SW_NODE_ATTRIBUTE, /* a.text */
    SW_NODE_ITEM,      /* a[b] */
    SW_NODE_SLICE,     /* up to three parts; those left out are numbers */
    SW_NODE_CALL,      /* a(b…) */
    SW_NODE_NAMED,     /* text=a, in a call */
    SW_NODE_FILTER,    /* a|text(b…) */
    SW_NODE_TEST,      /* a is text(b…) */
    SW_NODE_UNARY,     /* text a */
    SW_NODE_BINARY,    /* a text b; a chain of comparisons is one of pairs */
    SW_NODE_CHOICE,    /* a if b else c */
};

struct sw_node {
    enum sw_node_kind kind;
    struct sw_str text;
    size_t at;
    struct sw_node *first; /* the parts, in order */
    struct sw_node *next;
};

/* Reads expressions from tokens. */
struct sw_template_parser {
    struct sw_arena *arena;
    const struct sw_token *token; /* the next one */
    unsigned depth;
    struct sw_error *err;
};

/* With `choice` off, what a `for` runs over ends before its `if`. */
sw_result sw_template_expression(
    struct sw_template_parser *parser, bool choice, struct sw_node **out);
/* Expressions with commas between them: a tuple when there is more than one. */
sw_result sw_template_tuple(struct sw_template_parser *parser, bool choice, struct sw_node **out);
/* Whether the next token is this sign or name, and then passes it. */
bool sw_template_take(struct sw_template_parser *parser, enum sw_token_kind kind, const char *text);
sw_result sw_template_need(
    struct sw_template_parser *parser, enum sw_token_kind kind, const char *text);
/* A name, which is passed. */
sw_result sw_template_name(struct sw_template_parser *parser, struct sw_str *out);
/* `(a, b=c…)`, whose bracket was not passed yet. */
sw_result sw_template_arguments(struct sw_template_parser *parser, struct sw_node ***last);
sw_result sw_template_fail(const struct sw_template_parser *parser, const char *what);

/* The eyes: what is judged of expressions and of literal text (template_judge.c). */
struct sw_template_judge {
    struct sw_inspection *in;
    struct sw_arena *arena;
    bool sure;                      /* that it is a template */
    struct sw_template_name *names; /* that were set, defined or run through */
    unsigned depth;
    size_t work;  /* nodes looked at */
    bool first;   /* of two rounds: nothing is told, names are learnt */
    bool trigger; /* the expression that was judged last compares a message with marks */
};

/* A name that the template binds. */
struct sw_template_name {
    struct sw_str name;
    const struct sw_node *value; /* NULL: not one known value */
    bool content;                /* holds what somebody wrote in a message */
    bool macro;
    uint64_t given; /* of a macro: which of its parameters are given that */
    struct sw_template_name *next;
};

sw_result sw_template_bind(struct sw_template_judge *judge, struct sw_str name,
    const struct sw_node *value, bool content, bool macro);
sw_result sw_template_judge_expression(struct sw_template_judge *judge, const struct sw_node *node);
/* Text that is printed as it stands. */
sw_result sw_template_judge_text(struct sw_template_judge *judge, struct sw_str text, size_t at);
/* Whether it holds what somebody wrote in a message. */
bool sw_template_is_content(struct sw_template_judge *judge, const struct sw_node *node);
/* NULL: the template does not bind it. */
struct sw_template_name *sw_template_bound(
    const struct sw_template_judge *judge, struct sw_str name);
sw_result sw_template_found(struct sw_template_judge *judge, const char *rule,
    enum sw_severity severity, size_t at, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
/* The value of an expression of constants; false when it is not one, or longer than `size`. */
bool sw_template_fold(const struct sw_template_judge *judge, const struct sw_node *node, char *out,
    size_t size, size_t *len);
size_t sw_template_words(struct sw_str text);

#endif
