/* What the readers of configurations share: lines, images, commands, and settings as a tree.
 * Private to them. */
#ifndef SW_SUPPLY_LOOK_CONFIGURATION_H
#define SW_SUPPLY_LOOK_CONFIGURATION_H

#include "supply/look_readers.h"
#include "supply/settings.h"

#define SW_CONFIGURATION_MAX ((size_t)1 << 20) /* bytes: larger ones are data */

/* A variable of a file, and what it stands for. */
struct sw_look_variable {
    struct sw_str name, value;
};
#define SW_LOOK_VARIABLES_MAX 64

struct sw_configuration {
    struct sw_look *look;
    bool about_models;    /* a word of the file says so: names of two parts are those of models */
    unsigned nested;      /* settings in settings */
    struct sw_str digest; /* of an image, known from elsewhere; may be empty */
    struct sw_look_variable variables[SW_LOOK_VARIABLES_MAX];
    size_t variable_count;
};

void sw_configuration_init(struct sw_configuration *c, struct sw_look *look);

/* Variables, hosts and keys, in every line of a text, the first of which is `line`, or in one. */
sw_result sw_look_see_lines(struct sw_look *look, struct sw_str text, uint32_t line);
sw_result sw_look_see_line(struct sw_look *look, struct sw_str text, uint32_t line);

/* A container image by its reference, when the catalogue has its repository. Variables are looked
 * up, and "${X:-default}" is its default; with others the version is not known. */
sw_result sw_configuration_image(struct sw_configuration *c, struct sw_str text, uint32_t line);
/* What a key is set to, when it is a key that names a model. */
sw_result sw_configuration_setting(
    struct sw_configuration *c, struct sw_str key, struct sw_str value, uint32_t line);
/* A model where nothing but models stands. */
sw_result sw_configuration_model(
    struct sw_configuration *c, struct sw_str name, bool known, uint32_t line);
/* A model of the Hub, whose version is the commit when that is a whole one. */
sw_result sw_configuration_pinned_model(
    struct sw_configuration *c, struct sw_str name, struct sw_str commit, uint32_t line);
/* A model by the name that Ollama has for it. */
sw_result sw_configuration_ollama(struct sw_configuration *c, struct sw_str name, uint32_t line);
/* A dataset, when the key says so and the file speaks of models. */
sw_result sw_configuration_dataset(
    struct sw_configuration *c, struct sw_str key, struct sw_str name, uint32_t line);
sw_result sw_configuration_accelerator(
    struct sw_configuration *c, struct sw_str name, struct sw_str detail, uint32_t line);

/* Words of commands, each with its line. */
struct sw_words {
    struct sw_str *list;
    uint32_t *lines;
    size_t count, cap, line_cap;
};
/* Adds the words of a command line of a shell; several lines are several commands. */
sw_result sw_words_split(
    struct sw_arena *arena, struct sw_words *words, struct sw_str text, uint32_t line);
sw_result sw_words_add(
    struct sw_arena *arena, struct sw_words *words, struct sw_str word, uint32_t line);
/* Models that are served, downloaded or given as arguments, packages that are installed, images
 * that are run. */
sw_result sw_configuration_commands(struct sw_configuration *c, const struct sw_words *words);
/* The packages that they install (look_install.c). */
sw_result sw_look_installs(struct sw_look *look, const struct sw_words *words);
/* Both, of a text. */
sw_result sw_configuration_command(struct sw_configuration *c, struct sw_str text, uint32_t line);

/* What is deployed: images, kinds of Kubernetes, resources of clouds, devices. Of a map, what its
 * members say together. */
sw_result sw_configuration_deployed(struct sw_configuration *c, const struct sw_setting *node);
sw_result sw_configuration_deployed_map(struct sw_configuration *c, const struct sw_setting *map);

/* Everything in a tree of settings. */
sw_result sw_configuration_walk(struct sw_configuration *c, const struct sw_setting *root);

/* By the ending of its name; false when it has none of them. */
bool sw_configuration_syntax(struct sw_str name, enum sw_settings_syntax *out);
/* What stands between two lines "---" at the start of a text, empty when nothing does. */
struct sw_str sw_configuration_front(struct sw_str text);
/* "sha256:…" of bytes, in the arena. */
sw_result sw_configuration_digest(
    struct sw_arena *arena, struct sw_bytes bytes, struct sw_str *out);
/* Text as an entity, with its digest. */
sw_result sw_configuration_text(struct sw_look *look, const struct sw_signal *signal,
    enum sw_entity_kind kind, struct sw_str name, struct sw_str detail);

#endif
