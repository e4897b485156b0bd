#include "supply/version_private.h"

int sw_version_numbers(struct sw_str a, struct sw_str b)
{
    while (a.len > 0 && a.ptr[0] == '0') {
        a = sw_str_n(a.ptr + 1, a.len - 1);
    }
    while (b.len > 0 && b.ptr[0] == '0') {
        b = sw_str_n(b.ptr + 1, b.len - 1);
    }
    if (a.len != b.len) {
        return a.len < b.len ? -1 : 1;
    }
    return a.len == 0 ? 0 : memcmp(a.ptr, b.ptr, a.len);
}

int sw_version_texts(struct sw_str a, struct sw_str b)
{
    size_t common = a.len < b.len ? a.len : b.len;
    int order = common == 0 ? 0 : memcmp(a.ptr, b.ptr, common);
    return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

int sw_version_words(struct sw_str a, struct sw_str b)
{
    for (size_t i = 0; i < a.len && i < b.len; i++) {
        int order =
            (unsigned char)sw_version_lower(a.ptr[i]) - (unsigned char)sw_version_lower(b.ptr[i]);
        if (order != 0) {
            return order;
        }
    }
    return (a.len > b.len) - (a.len < b.len);
}

bool sw_version_all_digits(struct sw_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (!sw_version_digit(text.ptr[i])) {
            return false;
        }
    }
    return text.len > 0;
}

struct sw_str sw_version_part(struct sw_str *rest, const char *separators)
{
    size_t len = 0;
    while (len < rest->len && strchr(separators, rest->ptr[len]) == NULL) {
        len++;
    }
    struct sw_str part = sw_str_n(rest->ptr, len);
    size_t taken = len < rest->len ? len + 1 : len;
    *rest = sw_str_n(rest->ptr + taken, rest->len - taken);
    return part;
}

/* --- the schemes ------------------------------------------------------------------------------ */

/* OSV's names (osv-schema, "affected[].package field"); what stands behind ':' is a release. */
static const struct {
    const char *name;
    enum sw_version_scheme scheme;
} ecosystems[] = {
    {"npm", SW_VERSION_SEMVER},
    {"Go", SW_VERSION_SEMVER},
    {"crates.io", SW_VERSION_SEMVER},
    {"Hex", SW_VERSION_SEMVER},
    {"Pub", SW_VERSION_SEMVER},
    {"SwiftURL", SW_VERSION_SEMVER},
    {"ConanCenter", SW_VERSION_SEMVER},
    {"PyPI", SW_VERSION_PYPI},
    {"Debian", SW_VERSION_DEBIAN},
    {"Ubuntu", SW_VERSION_DEBIAN},
    {"Maven", SW_VERSION_MAVEN},
    {"RubyGems", SW_VERSION_RUBYGEMS},
    {"Packagist", SW_VERSION_PACKAGIST},
    {"NuGet", SW_VERSION_NUGET},
};

bool sw_version_scheme_of(struct sw_str ecosystem, enum sw_version_scheme *out)
{
    struct sw_str name = sw_version_part(&ecosystem, ":");
    for (size_t i = 0; i < SW_COUNT(ecosystems); i++) {
        if (sw_str_is(name, ecosystems[i].name)) {
            *out = ecosystems[i].scheme;
            return true;
        }
    }
    return false;
}

bool sw_version_compare(enum sw_version_scheme scheme, struct sw_str a, struct sw_str b, int *order)
{
    static int (*const compare[])(struct sw_str a, struct sw_str b) = {
        [SW_VERSION_SEMVER] = sw_version_semver,
        [SW_VERSION_PYPI] = sw_version_pypi,
        [SW_VERSION_DEBIAN] = sw_version_debian,
        [SW_VERSION_MAVEN] = sw_version_maven,
        [SW_VERSION_RUBYGEMS] = sw_version_rubygems,
        [SW_VERSION_PACKAGIST] = sw_version_packagist,
        [SW_VERSION_NUGET] = sw_version_nuget,
    };
    if (a.len > SW_VERSION_MAX || b.len > SW_VERSION_MAX) {
        return false;
    }
    *order = compare[scheme](a, b);
    return true;
}

/* --- what is a version ------------------------------------------------------------------------ */

static bool has_plain_bytes(struct sw_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool plain = sw_version_digit(c) || sw_version_letter(c) ||
                     (c != '\0' && strchr(".-_+~:", c) != NULL);
        if (!plain) {
            return false;
        }
    }
    return text.len > 0;
}

/* Numbers up to the first that is none; "1.x" and "1." go on with something else. */
static bool begins_with_numbers(struct sw_str text)
{
    size_t at = 0;
    while (at < text.len && sw_version_digit(text.ptr[at])) {
        at++;
        bool dot = at < text.len && text.ptr[at] == '.';
        bool more = dot && at + 1 < text.len && sw_version_digit(text.ptr[at + 1]);
        if (dot && !more) {
            return false;
        }
        at += dot ? 1 : 0;
    }
    return at > 0;
}

bool sw_version_is_one(enum sw_version_scheme scheme, struct sw_str text)
{
    if (text.len == 0 || text.len > SW_VERSION_MAX) {
        return false;
    }
    if (scheme == SW_VERSION_PYPI) {
        return sw_version_is_pypi(text);
    }
    bool named = sw_version_words(text, sw_str("latest")) == 0 ||
                 sw_version_words(text, sw_str("release")) == 0;
    if (!has_plain_bytes(text) || named) {
        return false;
    }
    if (scheme == SW_VERSION_MAVEN) { /* where a word is a version as well */
        return sw_version_digit(text.ptr[0]) || sw_version_letter(text.ptr[0]);
    }
    bool v = sw_version_lower(text.ptr[0]) == 'v';
    text = v ? sw_str_n(text.ptr + 1, text.len - 1) : text;
    bool words = scheme == SW_VERSION_RUBYGEMS || scheme == SW_VERSION_DEBIAN;
    return words ? text.len > 0 && sw_version_digit(text.ptr[0]) : begins_with_numbers(text);
}
