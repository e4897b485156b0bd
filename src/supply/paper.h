/* What one paper of a model or a dataset says: read where nothing else is, told as bytes, and taken
 * into a bill here. Private to the room. */
#ifndef SW_SUPPLY_PAPER_H
#define SW_SUPPLY_PAPER_H

#include "supply/bom_private.h"

#define SW_PAPER_LIST_MAX 1024u /* texts of one key that are kept */
#define SW_PAPER_TEXT_MAX 4096u /* bytes of one of them */
/* Of one paper: several lists. */
#define SW_PAPER_SAID_MAX ((size_t)16384)
/* Names of models and datasets among them: a list of each, and what keys of one name have. */
#define SW_PAPER_NAMES_MAX (2 * (size_t)SW_PAPER_LIST_MAX + 64)

enum sw_paper_what {
    SW_PAPER_VALUE,   /* of what the bill is about */
    SW_PAPER_BASE,    /* the name of a model that it was made from */
    SW_PAPER_DATASET, /* the name of a dataset that it was trained on */
    SW_PAPER_GAP,     /* what could not be read, in plain words */
};

struct sw_paper_said {
    enum sw_paper_what what;
    enum sw_bom_field field; /* of a value */
    struct sw_str text;
    struct sw_str key; /* the member that says it; may be empty */
    uint32_t line;     /* from 1; 0: not known */
};

struct sw_paper {
    struct sw_arena *arena;
    struct sw_paper_said *said; /* in its order */
    size_t count, cap;
};

/* Reads the paper `name`, which is one of sw_bom_paper_name(). What is wrong with it is a gap. What
 * it says refers to `text`. SW_E_USAGE for what is no paper, SW_E_NOMEM. */
sw_result sw_paper_read(
    struct sw_paper *out, const char *name, struct sw_bytes text, struct sw_error *err);
/* Takes what it says into the bill, whoever told it. Texts are copied. */
sw_result sw_paper_apply(struct sw_bom *bom, const char *name, const struct sw_paper *paper);

sw_result sw_paper_put(const struct sw_paper *paper, struct sw_buf *out);
/* Views of the message. SW_E_FORMAT for what no paper can say. */
sw_result sw_paper_take(struct sw_cursor *cur, struct sw_paper *out);

#endif
