/* What the readers of documents share. Private to the component files. */
#ifndef SW_SUPPLY_COMPONENT_PRIVATE_H
#define SW_SUPPLY_COMPONENT_PRIVATE_H

#include "supply/component.h"

#define SW_COMPONENT_DIGESTS_MAX 16

struct sw_component_format {
    const char *name;
    /* Is it this format? `version` stays empty when it is one that is not read. */
    bool (*is)(const struct sw_json *root, struct sw_str *version);
    sw_result (*read)(
        struct sw_arena *arena, const struct sw_json *root, struct sw_components *out);
};

bool sw_component_is_cyclonedx(const struct sw_json *root, struct sw_str *version);
sw_result sw_component_read_cyclonedx(
    struct sw_arena *arena, const struct sw_json *root, struct sw_components *out);
bool sw_component_is_spdx2(const struct sw_json *root, struct sw_str *version);
sw_result sw_component_read_spdx2(
    struct sw_arena *arena, const struct sw_json *root, struct sw_components *out);
bool sw_component_is_spdx3(const struct sw_json *root, struct sw_str *version);
sw_result sw_component_read_spdx3(
    struct sw_arena *arena, const struct sw_json *root, struct sw_components *out);
bool sw_component_is_discovery(const struct sw_json *root, struct sw_str *version);
sw_result sw_component_read_discovery(
    struct sw_arena *arena, const struct sw_json *root, struct sw_components *out);

/* One that cannot be read is told in the component. */
sw_result sw_component_set_purl(struct sw_arena *arena, struct sw_component *c, struct sw_str text);
/* Adds a SHA-256; other algorithms, and what is none, are left out. */
sw_result sw_component_add_hash(
    struct sw_arena *arena, struct sw_component *c, struct sw_str algorithm, struct sw_str hex);
sw_result sw_components_add(
    struct sw_arena *arena, struct sw_components *list, const struct sw_component *one);

#endif
