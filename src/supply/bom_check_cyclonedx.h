/* What the tables of CycloneDX share. Private to the room. */
#ifndef SW_SUPPLY_BOM_CHECK_CYCLONEDX_H
#define SW_SUPPLY_BOM_CHECK_CYCLONEDX_H

#include "supply/bom_shape.h"

/* clang-format off */
#define END {NULL, 0, 0, 0, NULL, NULL, NULL}
#define ROW(name, kind) {name, SW_SHAPE_##kind, 0, 0, NULL, NULL, NULL}
#define ROW_SINCE(name, kind, since) {name, SW_SHAPE_##kind, 0, since, NULL, NULL, NULL}
#define ROW_IF(name, kind, check) {name, SW_SHAPE_##kind, 0, 0, NULL, NULL, check}
#define NEED(name, kind) {name, SW_SHAPE_##kind, SW_SHAPE_REQUIRED, 0, NULL, NULL, NULL}
#define MANY(name, kind, since) {name, SW_SHAPE_##kind, SW_SHAPE_LIST, since, NULL, NULL, NULL}
#define WORD(name, need, words, since) {name, SW_SHAPE_WORD, need, since, NULL, words, NULL}
#define ONE_OF(name, shape, since) {name, SW_SHAPE_OBJECT, 0, since, shape, NULL, NULL}
#define MANY_OF(name, shape, since) \
    {name, SW_SHAPE_OBJECT, SW_SHAPE_LIST, since, shape, NULL, NULL}
#define SET(name, kind, since) \
    {name, SW_SHAPE_##kind, SW_SHAPE_LIST | SW_SHAPE_SET, since, NULL, NULL, NULL}
#define SET_OF(name, shape, since) \
    {name, SW_SHAPE_OBJECT, SW_SHAPE_LIST | SW_SHAPE_SET, since, shape, NULL, NULL}
#define SET_WORDS(name, words, since) \
    {name, SW_SHAPE_WORD, SW_SHAPE_REQUIRED | SW_SHAPE_LIST, since, NULL, words, NULL}
/* clang-format on */

/* Of what is in a document. */
extern const struct sw_shape sw_cdx_property;
extern const struct sw_shape sw_cdx_hash;
extern const struct sw_shape sw_cdx_attachment;
extern const struct sw_shape sw_cdx_contact;
extern const struct sw_shape sw_cdx_entity;
extern const struct sw_shape sw_cdx_reference;
extern const struct sw_shape sw_cdx_governance;
extern const struct sw_shape sw_cdx_component;
extern const struct sw_shape sw_cdx_service;
extern const struct sw_shape sw_cdx_issue;

/* Of what is said about it. */
extern const struct sw_shape sw_cdx_signature;
extern const struct sw_shape sw_cdx_release_notes;
extern const struct sw_shape sw_cdx_vulnerability;
extern const struct sw_shape sw_cdx_annotation;
extern const struct sw_shape sw_cdx_formula;
extern const struct sw_shape sw_cdx_declarations;
extern const struct sw_shape sw_cdx_definitions;
extern const struct sw_shape sw_cdx_patent_assertion;

void sw_cdx_one_of(
    struct sw_shape_walk *walk, const struct sw_json *object, const char *a, const char *b);
/* A list of the older kind, or what 1.5 made of it. */
void sw_cdx_check_tools(struct sw_shape_walk *walk, const struct sw_json *value);
void sw_cdx_check_version(struct sw_shape_walk *walk, const struct sw_json *value);

#endif
