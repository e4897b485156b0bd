/* Memory that is freed all at once: one arena per request, scan or command (h2o memory.h). */
#ifndef SW_BASE_ARENA_H
#define SW_BASE_ARENA_H

#include "base/bytes.h"

struct sw_arena {
    struct sw_arena_block *head; /* the block that is being filled */
    size_t used;                 /* bytes handed out */
    size_t limit;                /* bytes that may be handed out; 0 means no limit */
};

/* `limit` bounds the bytes handed out (0: no limit); past it every allocation gives NULL. */
void sw_arena_init(struct sw_arena *arena, size_t limit);
/* Frees everything that came from the arena. The arena may be used again afterwards. */
void sw_arena_release(struct sw_arena *arena);
SW_DEFINE_CLEANUP(arena, struct sw_arena, sw_arena_release)

/* 16-byte aligned, uninitialised; NULL when there is no memory or the limit is reached. A size of 0
 * gives a valid pointer that must not be read. */
void *sw_arena_alloc(struct sw_arena *arena, size_t size);
/* As sw_arena_alloc, count × size checked for overflow, zeroed. */
void *sw_arena_zalloc(struct sw_arena *arena, size_t count, size_t size);
/* Copies; the copies are terminated by NUL (not counted). */
char *sw_arena_strdup(struct sw_arena *arena, const char *text);
char *sw_arena_strndup(struct sw_arena *arena, struct sw_str text);
void *sw_arena_copy(struct sw_arena *arena, struct sw_bytes bytes);
char *sw_arena_printf(struct sw_arena *arena, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#define SW_ARENA_NEW(arena, type) ((type *)sw_arena_zalloc((arena), 1, sizeof(type)))
#define SW_ARENA_ARRAY(arena, type, count) ((type *)sw_arena_zalloc((arena), (count), sizeof(type)))

/* Grows an array inside an arena: makes room for one more element of `size` bytes behind `count`.
 * Gives the (moved) array, or NULL. *cap counts elements. The old copy stays in the arena, so the
 * cost is at most twice the final size. */
void *sw_arena_grow(struct sw_arena *arena, void *array, size_t count, size_t *cap, size_t size);

/* A text as part of an address: what is not unreserved (RFC 3986, 2.3) in percent signs; '/' stays.
 * NULL without memory. */
char *sw_arena_percent(struct sw_arena *arena, struct sw_str text);

#endif
