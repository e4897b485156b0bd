/* What the schemes share. Private to their files. */
#ifndef SW_SUPPLY_VERSION_PRIVATE_H
#define SW_SUPPLY_VERSION_PRIVATE_H

#include "supply/version_order.h"

static inline bool sw_version_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline char sw_version_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static inline bool sw_version_letter(char c)
{
    c = sw_version_lower(c);
    return c >= 'a' && c <= 'z';
}

/* Two runs of digits of any length; an empty one is 0. */
int sw_version_numbers(struct sw_str a, struct sw_str b);
/* Bytes in order; the second one without the case of ASCII letters. */
int sw_version_texts(struct sw_str a, struct sw_str b);
int sw_version_words(struct sw_str a, struct sw_str b);
bool sw_version_all_digits(struct sw_str text); /* and not empty */

/* Takes off what stands before the next of `separators`, and that one too; all when none is left.
 */
struct sw_str sw_version_part(struct sw_str *rest, const char *separators);

int sw_version_semver(struct sw_str a, struct sw_str b);
int sw_version_nuget(struct sw_str a, struct sw_str b);
int sw_version_pypi(struct sw_str a, struct sw_str b);
bool sw_version_is_pypi(struct sw_str text);
int sw_version_debian(struct sw_str a, struct sw_str b);
int sw_version_maven(struct sw_str a, struct sw_str b);
int sw_version_rubygems(struct sw_str a, struct sw_str b);
int sw_version_packagist(struct sw_str a, struct sw_str b);

#endif
