#include "base/base.h"

#include <stdio.h>
#include <stdlib.h>

#define BLOCK_SIZE ((size_t)64 * 1024)
#define ALIGNMENT ((size_t)16)

struct sw_arena_block {
    struct sw_arena_block *next;
    size_t size; /* bytes behind the header */
    size_t used;
    size_t padding;
};

void sw_arena_init(struct sw_arena *arena, size_t limit)
{
    *arena = (struct sw_arena){.limit = limit};
}

void sw_arena_release(struct sw_arena *arena)
{
    struct sw_arena_block *block = arena->head;
    while (block != NULL) {
        struct sw_arena_block *next = block->next;
        free(block);
        block = next;
    }
    arena->head = NULL;
    arena->used = 0;
}

static struct sw_arena_block *new_block(size_t size)
{
    size_t total;
    if (!sw_add_size(size, sizeof(struct sw_arena_block), &total)) {
        return NULL;
    }
    struct sw_arena_block *block = malloc(total);
    if (block != NULL) {
        *block = (struct sw_arena_block){.size = size};
    }
    return block;
}

static void *take_from(struct sw_arena_block *block, size_t size)
{
    uint8_t *start = (uint8_t *)(block + 1);
    void *p = start + block->used;
    block->used += size;
    return p;
}

/* A large piece gets a block of its own behind the head, so the head's room is not wasted. */
static void *take_large(struct sw_arena *arena, size_t size)
{
    struct sw_arena_block *block = new_block(size);
    if (block == NULL) {
        return NULL;
    }
    if (arena->head == NULL) {
        arena->head = block;
    } else {
        block->next = arena->head->next;
        arena->head->next = block;
    }
    return take_from(block, size);
}

static void *take_small(struct sw_arena *arena, size_t size)
{
    if (arena->head == NULL || arena->head->size - arena->head->used < size) {
        struct sw_arena_block *block = new_block(BLOCK_SIZE);
        if (block == NULL) {
            return NULL;
        }
        block->next = arena->head;
        arena->head = block;
    }
    return take_from(arena->head, size);
}

void *sw_arena_alloc(struct sw_arena *arena, size_t size)
{
    size_t rounded;
    if (!sw_add_size(size == 0 ? 1 : size, ALIGNMENT - 1, &rounded)) {
        return NULL;
    }
    rounded &= ~(ALIGNMENT - 1);
    size_t total;
    if (!sw_add_size(arena->used, rounded, &total)) {
        return NULL;
    }
    if (arena->limit != 0 && total > arena->limit) {
        return NULL;
    }
    void *p = rounded > BLOCK_SIZE / 4 ? take_large(arena, rounded) : take_small(arena, rounded);
    if (p != NULL) {
        arena->used = total;
    }
    return p;
}

void *sw_arena_zalloc(struct sw_arena *arena, size_t count, size_t size)
{
    size_t total;
    if (!sw_mul_size(count, size, &total)) {
        return NULL;
    }
    void *p = sw_arena_alloc(arena, total);
    if (p != NULL) {
        memset(p, 0, total);
    }
    return p;
}

void *sw_arena_copy(struct sw_arena *arena, struct sw_bytes bytes)
{
    size_t total;
    if (!sw_add_size(bytes.len, 1, &total)) {
        return NULL;
    }
    uint8_t *p = sw_arena_alloc(arena, total);
    if (p == NULL) {
        return NULL;
    }
    if (bytes.len != 0) {
        memcpy(p, bytes.ptr, bytes.len);
    }
    p[bytes.len] = 0;
    return p;
}

char *sw_arena_strndup(struct sw_arena *arena, struct sw_str text)
{
    return sw_arena_copy(arena, sw_bytes_of_str(text));
}

char *sw_arena_strdup(struct sw_arena *arena, const char *text)
{
    return sw_arena_strndup(arena, sw_str(text));
}

char *sw_arena_printf(struct sw_arena *arena, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    char *p = n < 0 ? NULL : sw_arena_alloc(arena, (size_t)n + 1);
    if (p != NULL) {
        (void)vsnprintf(p, (size_t)n + 1, fmt, again);
    }
    va_end(again);
    return p;
}

void *sw_arena_grow(struct sw_arena *arena, void *array, size_t count, size_t *cap, size_t size)
{
    if (count < *cap) {
        return array;
    }
    size_t next;
    size_t total;
    if (!sw_mul_size(*cap, 2, &next)) {
        return NULL;
    }
    next = next == 0 ? 8 : next;
    if (!sw_mul_size(next, size, &total)) {
        return NULL;
    }
    void *grown = sw_arena_alloc(arena, total);
    if (grown == NULL) {
        return NULL;
    }
    if (count != 0) {
        memcpy(grown, array, count * size);
    }
    *cap = next;
    return grown;
}

static bool is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~' || c == '/';
}

char *sw_arena_percent(struct sw_arena *arena, struct sw_str text)
{
    size_t size;
    if (!sw_mul_size(text.len, 3, &size) || !sw_add_size(size, 1, &size)) {
        return NULL;
    }
    char *out = sw_arena_alloc(arena, size);
    size_t n = 0;
    for (size_t i = 0; out != NULL && i < text.len; i++) {
        if (is_unreserved(text.ptr[i])) {
            out[n++] = text.ptr[i];
            continue;
        }
        out[n++] = '%';
        out[n++] = "0123456789ABCDEF"[(uint8_t)text.ptr[i] >> 4];
        out[n++] = "0123456789ABCDEF"[(uint8_t)text.ptr[i] & 15];
    }
    if (out != NULL) {
        out[n] = '\0';
    }
    return out;
}
