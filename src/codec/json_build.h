/* Private to the room: builds a tree from its parts in the order of the document, for JSON and
 * YAML.
 */
#ifndef SW_CODEC_JSON_BUILD_H
#define SW_CODEC_JSON_BUILD_H

#include "codec/json.h"

/* An open container, whose parts lie in the builder's stacks from `first` on. */
struct sw_json_frame {
    bool object;
    uint64_t where;
    size_t first;
};

/* Parts of open containers wait on two stacks; a container that closes moves its own, which are the
 * uppermost, to the arena at their exact size. */
struct sw_json_builder {
    struct sw_arena *arena;
    struct sw_json root; /* once everything is closed */
    struct sw_json *items;
    size_t item_count, item_cap;
    struct sw_json_member *members;
    size_t member_count, member_cap;
    struct sw_json_frame *frames;
    size_t frame_count, frame_cap;
};

void sw_json_builder_release(struct sw_json_builder *b);
SW_DEFINE_CLEANUP(json_builder, struct sw_json_builder, sw_json_builder_release)

/* A complete value, for the container that is open. */
sw_result sw_json_builder_value(struct sw_json_builder *b, const struct sw_json *value);
/* The name of the value that comes next. */
sw_result sw_json_builder_name(struct sw_json_builder *b, struct sw_str name);
sw_result sw_json_builder_open(struct sw_json_builder *b, bool object, uint64_t where);
sw_result sw_json_builder_close(struct sw_json_builder *b);

#endif
