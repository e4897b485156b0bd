/* Shapes: what an object of JSON may hold, as tables. Private to the room. */
#ifndef SW_SUPPLY_BOM_SHAPE_H
#define SW_SUPPLY_BOM_SHAPE_H

#include "supply/bom_private.h"

enum sw_shape_kind {
    SW_SHAPE_ANY,
    SW_SHAPE_TEXT,
    SW_SHAPE_NAME, /* text that is not empty */
    SW_SHAPE_TRUTH,
    SW_SHAPE_COUNT, /* a whole number from 0 */
    SW_SHAPE_SHARE, /* 0 to 1 */
    SW_SHAPE_TIME,
    SW_SHAPE_IRI,
    SW_SHAPE_WORD,
    SW_SHAPE_OBJECT,
    SW_SHAPE_REFERENCE, /* the name of something that the document has */
};

enum sw_shape_flags {
    SW_SHAPE_REQUIRED = 1,
    SW_SHAPE_LIST = 2,
    SW_SHAPE_FULL = 4,   /* a list that is not empty */
    SW_SHAPE_EITHER = 8, /* a list, or one alone */
    SW_SHAPE_SET = 16,   /* of a list: no item stands there twice */
};

struct sw_shape_word {
    const char *text; /* NULL ends them */
    unsigned since;
};

struct sw_shape_walk;

struct sw_shape_row {
    const char *name; /* NULL ends them */
    enum sw_shape_kind kind;
    unsigned flags;
    unsigned since; /* version of the format, 16 for 1.6; 0: all */
    const struct sw_shape *of;
    const struct sw_shape_word *words;
    void (*check)(struct sw_shape_walk *walk, const struct sw_json *value); /* may be NULL */
};

struct sw_shape {
    const struct sw_shape *parent; /* has further rows */
    const struct sw_shape_row *rows;
    bool open; /* other members may be there, whatever they are */
    void (*check)(struct sw_shape_walk *walk, const struct sw_json *object); /* may be NULL */
};

struct sw_shape_use {
    struct sw_str name;
    const char *pointer;
};

struct sw_shape_walk {
    struct sw_arena *arena;
    struct sw_bom_check *out;
    size_t cap;
    unsigned version;
    struct sw_buf path;
    struct sw_names names; /* that are defined */
    struct sw_shape_use *uses;
    size_t use_count, use_cap;
    /* Objects that stand where a reference may; NULL: none may. */
    void (*inline_object)(struct sw_shape_walk *walk, const struct sw_json *object);
    enum sw_code failed;
};

void sw_shape_init(struct sw_shape_walk *walk, struct sw_arena *arena, struct sw_bom_check *out);
void sw_shape_release(struct sw_shape_walk *walk);
/* A problem where the walk stands. */
void sw_shape_problem(struct sw_shape_walk *walk, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Steps down and back again. */
size_t sw_shape_enter(struct sw_shape_walk *walk, struct sw_str name);
size_t sw_shape_enter_item(struct sw_shape_walk *walk, size_t index);
void sw_shape_leave(struct sw_shape_walk *walk, size_t mark);
void sw_shape_object(
    struct sw_shape_walk *walk, const struct sw_shape *shape, const struct sw_json *object);
/* A name that is defined; told when it is there already, unless it may be. */
void sw_shape_define(struct sw_shape_walk *walk, struct sw_str name, bool again);
/* Problems for all references to what is not defined; those `known` are passed over. */
void sw_shape_resolve(struct sw_shape_walk *walk, bool (*known)(struct sw_str name));

bool sw_bom_is_hex(struct sw_str text, size_t digits);
/* As CycloneDX or SPDX name an algorithm; 0 when its length is not known. */
size_t sw_bom_hash_digits(struct sw_str algorithm);

void sw_bom_check_cyclonedx(struct sw_shape_walk *walk, const struct sw_json *document);
void sw_bom_check_spdx(struct sw_shape_walk *walk, const struct sw_json *document);

#endif
