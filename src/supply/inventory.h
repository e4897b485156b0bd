/* The inventory: what of AI is in use, as entities that any number of sightings stand for. An
 * entity is there once, however often and wherever it was seen. */
#ifndef SW_SUPPLY_INVENTORY_H
#define SW_SUPPLY_INVENTORY_H

#include "codec/codec.h"

enum sw_entity_kind {
    SW_ENTITY_MODEL,
    SW_ENTITY_DATASET,
    SW_ENTITY_LIBRARY,
    SW_ENTITY_TOOL,
    SW_ENTITY_SERVICE,
    SW_ENTITY_AGENT,
    SW_ENTITY_MCP_SERVER,
    SW_ENTITY_PROMPT,
    SW_ENTITY_ENDPOINT,
    SW_ENTITY_ACCELERATOR,
    SW_ENTITY_CONTAINER,
    SW_ENTITY_CREDENTIAL, /* its name, never its value */
};
#define SW_ENTITY_KINDS (SW_ENTITY_CREDENTIAL + 1)

/* How sure a sighting is, from the least. */
enum sw_grade {
    SW_GRADE_INFERRED, /* concluded from code or names */
    SW_GRADE_OBSERVED, /* seen at work, or its content was read */
    SW_GRADE_DECLARED, /* somebody who should know wrote it down */
    SW_GRADE_VERIFIED, /* a digest or a signature was checked */
};

/* What the place is part of, from the one that matters most. */
enum sw_scope {
    SW_SCOPE_RUNTIME,
    SW_SCOPE_DEVELOPMENT,
    SW_SCOPE_EXAMPLE,
    SW_SCOPE_TEST,
    SW_SCOPE_DOCUMENTATION,
};

/* Where sightings come from. Those of one source are not independent of each other: the surest of
 * them counts, and only different sources add to it. */
enum sw_sighting_source {
    SW_SOURCE_PACKAGES, /* manifests and lock files */
    SW_SOURCE_CODE,
    SW_SOURCE_CONFIGURATION,
    SW_SOURCE_FILES, /* contents of models, caches */
    SW_SOURCE_HOST,
    SW_SOURCE_TRAFFIC,
};
#define SW_SIGHTING_SOURCES (SW_SOURCE_TRAFFIC + 1)

#define SW_CONFIDENCE_MAX 1000u /* certain */

/* What only some sources say of a sighting: a process, a host, a user. A member of the document. */
struct sw_fact {
    const char *name;   /* "process"; kept as it is */
    struct sw_str text; /* its ptr is NULL for a number; never a secret */
    uint64_t number;
};

struct sw_sighting {
    const char *signal; /* the row of the catalogue, "python-import"; kept as it is */
    enum sw_sighting_source source;
    enum sw_grade grade;
    enum sw_scope scope;
    unsigned confidence; /* of 1,000 */
    struct sw_str file; /* relative to what was looked at; of a host or a log, what stands for it */
    uint32_t line;      /* from 1; 0: the file as a whole */
    struct sw_str detail; /* how it was concluded, in plain words; may be empty, never a secret */
    const struct sw_fact *facts;
    size_t fact_count;
};

/* Who it is. Two are the same when kind and purl are (without versions, when one has none), or,
 * where one of them has no purl, kind and name. */
struct sw_entity_id {
    enum sw_entity_kind kind;
    struct sw_str name; /* never empty */
    struct sw_str version;
    struct sw_str purl;   /* canonical, with its version, when there is one; may be empty */
    struct sw_str digest; /* "sha256:…"; may be empty */
};

/* Places that are kept of one entity; the rest is counted. */
#define SW_SIGHTINGS_KEPT 64

struct sw_entity {
    struct sw_entity_id id;
    enum sw_grade grade;
    enum sw_scope scope;
    unsigned confidence; /* of 1,000 */
    struct sw_sighting *sightings;
    size_t sighting_count, sighting_cap;
    uint64_t seen; /* all sightings, with those that were not kept */
    unsigned by_source[SW_SIGHTING_SOURCES];
    bool shadow; /* only traffic shows it, and nothing of what was looked at says so */
};

struct sw_inventory {
    struct sw_arena *arena;
    struct sw_names names; /* of the identities */
    struct sw_entity *entities;
    size_t count, cap;
    bool finished;
};

#define SW_INVENTORY_MAX ((size_t)1 << 20)

void sw_inventory_init(struct sw_inventory *inventory, struct sw_arena *arena);
/* Adds a sighting, and the entity when it is new. All texts are copied to the arena; of text that
 * is not UTF-8 or not printable, what it is shown as. SW_E_LIMIT past SW_INVENTORY_MAX entities. */
sw_result sw_inventory_see(struct sw_inventory *inventory, const struct sw_entity_id *id,
    const struct sw_sighting *sighting);
/* After all sightings, once: joins what has no purl, or one without a version, to what has the name
 * and more; grades; and orders entities by kind and name, sightings by file and line. The order in
 * which sightings came matters only for which of more than SW_SIGHTINGS_KEPT are kept. */
sw_result sw_inventory_finish(struct sw_inventory *inventory);

/* Whether it is part of what runs or is developed, and not only of tests, examples or pages. */
bool sw_entity_counts(const struct sw_entity *entity);
/* Marks the services that traffic alone shows: for when trees were looked at as well, and nothing
 * in them names these. After sw_inventory_finish(). Gives how many. */
size_t sw_inventory_mark_shadow(struct sw_inventory *inventory);
/* The member "entities" of a document that is being written. */
void sw_inventory_write(struct sw_json_writer *w, const struct sw_inventory *inventory);
/* Writes further members of an entity, which is given by its number. */
typedef void (*sw_entity_more)(const void *ctx, struct sw_json_writer *w, size_t entity);
/* The same, with more of each; `more` may be NULL. */
void sw_inventory_write_with(struct sw_json_writer *w, const struct sw_inventory *inventory,
    sw_entity_more more, const void *ctx);
/* The same, with all that reading it needs to give the same inventory: for other processes of this
 * program. */
void sw_inventory_write_whole(struct sw_json_writer *w, const struct sw_inventory *inventory);
/* Adds what one of them wrote: "entities" of `document`. */
sw_result sw_inventory_take(
    struct sw_inventory *inventory, const struct sw_json *document, struct sw_error *err);
/* The same, and finishes the inventory. */
sw_result sw_inventory_read(
    struct sw_inventory *inventory, const struct sw_json *document, struct sw_error *err);

/* "mcp-server", "verified", "runtime"; and back: false when there is none of that name. */
const char *sw_entity_kind_name(enum sw_entity_kind kind);
const char *sw_grade_name(enum sw_grade grade);
const char *sw_scope_name(enum sw_scope scope);
bool sw_entity_kind_of(struct sw_str name, enum sw_entity_kind *out);
bool sw_grade_of(struct sw_str name, enum sw_grade *out);
bool sw_scope_of(struct sw_str name, enum sw_scope *out);

#endif
