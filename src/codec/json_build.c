#include "codec/json_build.h"

#include "codec/json_names.h"

#include <stdlib.h>

void sw_json_builder_release(struct sw_json_builder *b)
{
    free(b->items);
    free(b->members);
    free(b->frames);
}
sw_result sw_json_builder_value(struct sw_json_builder *b, const struct sw_json *value)
{
    if (b->frame_count == 0) {
        b->root = *value;
        return SW_OK;
    }
    if (b->frames[b->frame_count - 1].object) {
        b->members[b->member_count - 1].value = *value;
        return SW_OK;
    }
    void *items = sw_json_grow(b->items, b->item_count, &b->item_cap, sizeof(*b->items));
    SW_TRY_PTR(items);
    b->items = items;
    b->items[b->item_count++] = *value;
    return SW_OK;
}

sw_result sw_json_builder_name(struct sw_json_builder *b, struct sw_str name)
{
    void *members = sw_json_grow(b->members, b->member_count, &b->member_cap, sizeof(*b->members));
    SW_TRY_PTR(members);
    b->members = members;
    b->members[b->member_count++].name = name;
    return SW_OK;
}

sw_result sw_json_builder_open(struct sw_json_builder *b, bool object, uint64_t where)
{
    void *frames = sw_json_grow(b->frames, b->frame_count, &b->frame_cap, sizeof(*b->frames));
    SW_TRY_PTR(frames);
    b->frames = frames;
    b->frames[b->frame_count++] =
        (struct sw_json_frame){object, where, object ? b->member_count : b->item_count};
    return SW_OK;
}

/* Moves the uppermost parts, from `first` on, to the arena. */
static sw_result settle(
    struct sw_arena *arena, const void *stack, size_t *count, size_t first, size_t size, void **out)
{
    *out = NULL;
    if (*count > first) {
        const uint8_t *from = (const uint8_t *)stack + first * size;
        *out = sw_arena_alloc(arena, (*count - first) * size);
        SW_TRY_PTR(*out);
        memcpy(*out, from, (*count - first) * size);
    }
    *count = first;
    return SW_OK;
}

sw_result sw_json_builder_close(struct sw_json_builder *b)
{
    const struct sw_json_frame *frame = &b->frames[--b->frame_count];
    struct sw_json value = {.where = frame->where};
    void *parts;
    if (frame->object) {
        value.type = SW_JSON_OBJECT;
        value.count = (uint32_t)(b->member_count - frame->first);
        SW_TRY(settle(
            b->arena, b->members, &b->member_count, frame->first, sizeof(*b->members), &parts));
        value.members = parts;
    } else {
        value.type = SW_JSON_ARRAY;
        value.count = (uint32_t)(b->item_count - frame->first);
        SW_TRY(settle(b->arena, b->items, &b->item_count, frame->first, sizeof(*b->items), &parts));
        value.items = parts;
    }
    return sw_json_builder_value(b, &value);
}
