/* SPDX licence expressions: "MIT OR (Apache-2.0 AND LicenseRef-x)". Source: SPDX 3.0.1, annex "SPDX
 * license expressions". */
#ifndef SW_SUPPLY_SPDX_EXPRESSION_H
#define SW_SUPPLY_SPDX_EXPRESSION_H

#include "base/base.h"

/* Bytes of an expression, parentheses within each other, and licences in one. */
#define SW_SPDX_TEXT_MAX 16384
#define SW_SPDX_DEPTH_MAX 64
#define SW_SPDX_LICENSES_MAX 1024

enum sw_spdx_kind {
    SW_SPDX_LICENSE, /* one licence, perhaps with an addition */
    SW_SPDX_AND,
    SW_SPDX_OR,
};

/* A tree in its one form: parts of an AND are no ANDs and those of an OR no ORs, in the order of
 * their texts, none twice; there are at least two. So equal expressions have equal trees. */
struct sw_spdx_expression {
    enum sw_spdx_kind kind;
    struct sw_str id;       /* as on the list, or "LicenseRef-x", "DocumentRef-d:LicenseRef-x" */
    struct sw_str addition; /* behind WITH: an exception, or "AdditionRef-x"; else empty */
    bool listed;            /* the id is on the SPDX License List */
    bool or_later;          /* "+" */
    bool deprecated;        /* the id or the exception is deprecated by the list */
    const struct sw_spdx_expression **parts; /* of AND and OR */
    size_t count;
};

/* Everything is in the arena. SW_E_FORMAT, with the place and what is wrong there; SW_E_LIMIT. */
sw_result sw_spdx_parse(struct sw_arena *arena, struct sw_str text,
    const struct sw_spdx_expression **out, struct sw_error *err);

/* One licence by its id, on the list or a LicenseRef. NULL when it is none, or without memory. */
const struct sw_spdx_expression *sw_spdx_single(struct sw_arena *arena, struct sw_str id);
/* All of them, or any of them, in the one form. NULL without memory or for none. */
const struct sw_spdx_expression *sw_spdx_join(struct sw_arena *arena, enum sw_spdx_kind kind,
    const struct sw_spdx_expression *const *parts, size_t count);

/* The canonical text: ids in the list's case, operators in capitals, no parentheses but those that
 * are needed. In the arena; empty without memory. */
struct sw_str sw_spdx_text(struct sw_arena *arena, const struct sw_spdx_expression *expression);
/* Below, at or above 0; references are compared without case. */
int sw_spdx_compare(const struct sw_spdx_expression *a, const struct sw_spdx_expression *b);

/* "LicenseRef-" and the text with '-' for what such an id cannot have. In the arena; empty without
 * memory or when nothing of the text is left. */
struct sw_str sw_spdx_reference(struct sw_arena *arena, struct sw_str text);

#endif
