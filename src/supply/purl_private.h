/* What the types of package URLs ask for. Private to the purl files. */
#ifndef SW_SUPPLY_PURL_PRIVATE_H
#define SW_SUPPLY_PURL_PRIVATE_H

#include "supply/purl.h"

/* Brings parts, whose type is in small letters already, into the form of their type and checks what
 * the type asks for; an unknown type asks for nothing. New texts are in the arena. */
sw_result sw_purl_apply_type(struct sw_arena *arena, struct sw_purl *purl, struct sw_error *err);

static inline char sw_purl_lower_char(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* The one type whose name is a path: the repository's. */
static inline bool sw_purl_is_git(const struct sw_purl *purl)
{
    return sw_str_is(purl->type, "git");
}

/* ASCII letters made small; the same view when there are none. */
sw_result sw_purl_lower(struct sw_arena *arena, struct sw_str *text);

#endif
