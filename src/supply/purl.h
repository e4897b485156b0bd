/* Package URLs: the identity of a package, a model or a dataset.
 * Source: Package-URL Specification (ECMA-427) and its types. */
#ifndef SW_SUPPLY_PURL_H
#define SW_SUPPLY_PURL_H

#include "base/base.h"

/* Bytes of a purl; longer ones are refused. */
#define SW_PURL_MAX 4096
#define SW_PURL_QUALIFIERS_MAX 64

struct sw_purl_qualifier {
    struct sw_str key, value;
};

/* The parts, decoded; an empty one is absent. `namespace` has its segments joined by '/'. */
struct sw_purl {
    struct sw_str type, namespace, name, version, subpath;
    const struct sw_purl_qualifier *qualifiers; /* by key, none twice */
    size_t qualifier_count;
};

/* Reads a purl and brings its parts into the form that its type has. The parts are views of `text`
 * or in the arena. SW_E_FORMAT, with what is wrong, for what is no purl. */
sw_result sw_purl_parse(
    struct sw_arena *arena, struct sw_str text, struct sw_purl *out, struct sw_error *err);
/* The canonical text of parts that were read or put together by hand: brings them into the form of
 * their type first. In the arena. SW_E_FORMAT for parts that no purl has. */
sw_result sw_purl_format(
    struct sw_arena *arena, const struct sw_purl *purl, struct sw_str *out, struct sw_error *err);
/* Both in one: the canonical text of a text, whose qualifiers' keys may begin with capitals, which
 * sw_purl_parse() refuses. In the arena. */
sw_result sw_purl_canonical(
    struct sw_arena *arena, struct sw_str text, struct sw_str *out, struct sw_error *err);

/* The value of a qualifier; empty without one. */
struct sw_str sw_purl_qualifier(const struct sw_purl *purl, const char *key);

/* OSV's name of the ecosystem in which packages of a type are advised ("pypi": "PyPI"); NULL for a
 * type that OSV has none for, or several ("deb"). Source: OSV Schema 1.7, defined ecosystems. */
const char *sw_purl_ecosystem(struct sw_str type);
/* An ecosystem without the address behind it, which says where the packages of a type come from
 * ("Maven:https://…": "Maven"); a release of a distribution stays ("Debian:12"). */
struct sw_str sw_purl_ecosystem_base(struct sw_str ecosystem);
/* The package's name as OSV writes it ("group:artifact", "@scope/name"). In the arena; an empty
 * text without memory. */
struct sw_str sw_purl_package(struct sw_arena *arena, const struct sw_purl *purl);

#endif
