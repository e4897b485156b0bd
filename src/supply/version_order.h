/* Versions of packages, ordered as each ecosystem orders them. */
#ifndef SW_SUPPLY_VERSION_ORDER_H
#define SW_SUPPLY_VERSION_ORDER_H

#include "base/base.h"

/* Whose rules: OSV's names of ecosystems stand beside them. */
enum sw_version_scheme {
    SW_VERSION_SEMVER,    /* npm, Go, crates.io: Semantic Versioning 2.0.0, section 11 */
    SW_VERSION_PYPI,      /* PyPI: version specifiers of the PyPA (PEP 440), older ones before */
    SW_VERSION_DEBIAN,    /* Debian, Ubuntu: Debian Policy, section 5.6.12 */
    SW_VERSION_MAVEN,     /* Maven: ComparableVersion, "Version Order Specification" of the POM */
    SW_VERSION_RUBYGEMS,  /* RubyGems: Gem::Version */
    SW_VERSION_PACKAGIST, /* Packagist: version_compare() of PHP after Composer's normalisation */
    SW_VERSION_NUGET,     /* NuGet: Semantic Versioning with a fourth number, without case */
};

/* Bytes of a version; longer ones have no order. */
#define SW_VERSION_MAX 512

/* The scheme of an ecosystem by OSV's name ("PyPI", "Debian:12"); false: its order is not known. */
bool sw_version_scheme_of(struct sw_str ecosystem, enum sw_version_scheme *out);

/* *order is below, at or above 0 as `a` comes before `b`, with it or behind it. False when one of
 * them is longer than SW_VERSION_MAX. Any text has a place; what is no version of the scheme stands
 * where the ecosystem's tools put it. */
bool sw_version_compare(
    enum sw_version_scheme scheme, struct sw_str a, struct sw_str b, int *order);

/* Whether a text is a version of the scheme at all, and no tag, range or placeholder ("latest",
 * "^1.2", "1.x"), of which the order says nothing. */
bool sw_version_is_one(enum sw_version_scheme scheme, struct sw_str text);

#endif
