#include "supply/purl_private.h"

/* --- what single types ask for ---------------------------------------------------------------- */

static sw_result replace(struct sw_arena *arena, struct sw_str *text, bool (*bad)(char), char by)
{
    char *copy = sw_arena_strndup(arena, *text);
    SW_TRY_PTR(copy);
    for (size_t i = 0; i < text->len; i++) {
        copy[i] = bad(copy[i]) ? by : copy[i];
    }
    *text = sw_str_n(copy, text->len);
    return SW_OK;
}

static bool is_underscore(char c)
{
    return c == '_';
}

static sw_result apply_pypi(struct sw_arena *arena, struct sw_purl *purl, struct sw_error *err)
{
    (void)err;
    return replace(arena, &purl->name, is_underscore, '-');
}

static bool outside_pub(char c)
{
    return !((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'));
}

static sw_result apply_pub(struct sw_arena *arena, struct sw_purl *purl, struct sw_error *err)
{
    (void)err;
    return replace(arena, &purl->name, outside_pub, '_');
}

/* Names have no case on Databricks alone, which only the address tells. */
static sw_result apply_mlflow(struct sw_arena *arena, struct sw_purl *purl, struct sw_error *err)
{
    (void)err;
    struct sw_str url = sw_purl_qualifier(purl, "repository_url");
    return url.len > 0 && memmem(url.ptr, url.len, "databricks", strlen("databricks")) != NULL
               ? sw_purl_lower(arena, &purl->name)
               : SW_OK;
}

/* Distributions are named, not modules. */
static sw_result apply_cpan(struct sw_arena *arena, struct sw_purl *purl, struct sw_error *err)
{
    (void)arena;
    return memmem(purl->name.ptr, purl->name.len, "::", 2) == NULL
               ? SW_OK
               : sw_fail(err, SW_E_FORMAT, "a cpan name is a distribution's, not a module's");
}

/* The namespace is the host alone; the path of the repository is the name. */
static sw_result apply_git(struct sw_arena *arena, struct sw_purl *purl, struct sw_error *err)
{
    (void)err;
    const char *slash = memchr(purl->namespace.ptr, '/', purl->namespace.len);
    if (slash == NULL) {
        return SW_OK;
    }
    size_t host = (size_t)(slash - purl->namespace.ptr);
    char *name = sw_arena_printf(arena, SW_STR_FMT "/" SW_STR_FMT,
        (int)(purl->namespace.len - host - 1), slash + 1, SW_STR_ARG(purl->name));
    SW_TRY_PTR(name);
    purl->namespace.len = host;
    purl->name = sw_str(name);
    return SW_OK;
}

/* One to four numbers. */
static bool is_chrome_version(struct sw_str version)
{
    size_t digits = 0;
    size_t dots = 0;
    for (size_t i = 0; i < version.len; i++) {
        char c = version.ptr[i];
        if (c == '.' ? digits == 0 : c < '0' || c > '9') {
            return false;
        }
        dots += c == '.' ? 1 : 0;
        digits = c == '.' ? 0 : digits + 1;
    }
    return digits > 0 && dots <= 3;
}

static sw_result apply_chrome(struct sw_arena *arena, struct sw_purl *purl, struct sw_error *err)
{
    (void)arena;
    bool good = purl->name.len == 32;
    for (size_t i = 0; good && i < purl->name.len; i++) {
        good = purl->name.ptr[i] >= 'a' && purl->name.ptr[i] <= 'p';
    }
    if (!good) {
        return sw_fail(err, SW_E_FORMAT, "a chrome-extension is named by 32 letters from a to p");
    }
    return purl->version.len == 0 || is_chrome_version(purl->version)
               ? SW_OK
               : sw_fail(err, SW_E_FORMAT, "a chrome-extension's version is one to four numbers");
}

/* --- the table -------------------------------------------------------------------------------- */

enum {
    SPACE = 1,        /* there must be a namespace */
    NO_SPACE = 2,     /* there must be none */
    LOW_SPACE = 4,    /* it has no case: small letters */
    LOW_NAME = 8,     /* nor has the name */
    LOW_VERSION = 16, /* nor the version */
};

struct rule {
    const char *type;
    const char *ecosystem; /* OSV's; NULL: none, or several */
    unsigned flags;
    const char *required; /* a qualifier that must be there */
    sw_result (*apply)(struct sw_arena *arena, struct sw_purl *purl, struct sw_error *err);
};

/* purl-spec, types/NAME-definition.json. A Go package without a namespace is let through, for OSV
 * itself writes "pkg:golang/stdlib". */
static const struct rule rules[] = {
    {"alpm", NULL, SPACE | LOW_SPACE | LOW_NAME, NULL, NULL},
    {"apk", NULL, SPACE | LOW_SPACE | LOW_NAME, NULL, NULL},
    {"bazel", NULL, NO_SPACE, NULL, NULL},
    {"bitbucket", NULL, SPACE | LOW_SPACE | LOW_NAME, NULL, NULL},
    {"bitnami", "Bitnami", NO_SPACE | LOW_NAME, NULL, NULL},
    {"brew", NULL, LOW_SPACE | LOW_NAME, NULL, NULL},
    {"cargo", "crates.io", NO_SPACE, NULL, NULL},
    {"chrome-extension", NULL, NO_SPACE | LOW_NAME, NULL, apply_chrome},
    {"cocoapods", NULL, NO_SPACE, NULL, NULL},
    {"composer", "Packagist", SPACE | LOW_SPACE | LOW_NAME, NULL, NULL},
    {"conan", "ConanCenter", 0, NULL, NULL},
    {"conda", NULL, NO_SPACE, NULL, NULL},
    {"cpan", NULL, 0, NULL, apply_cpan},
    {"cran", "CRAN", NO_SPACE, NULL, NULL},
    {"deb", NULL, SPACE | LOW_SPACE | LOW_NAME, NULL, NULL},
    {"gem", "RubyGems", NO_SPACE, NULL, NULL},
    {"git", NULL, SPACE | LOW_SPACE | LOW_NAME, NULL, apply_git},
    {"github", NULL, SPACE | LOW_SPACE | LOW_NAME, NULL, NULL},
    {"githubactions", "GitHub Actions", SPACE | LOW_SPACE | LOW_NAME, NULL, NULL},
    {"golang", "Go", 0, NULL, NULL},
    {"hackage", "Hackage", NO_SPACE, NULL, NULL},
    {"hex", "Hex", LOW_SPACE | LOW_NAME, NULL, NULL},
    {"huggingface", NULL, SPACE | LOW_VERSION, NULL, NULL},
    {"julia", "Julia", NO_SPACE, "uuid", NULL},
    {"luarocks", NULL, LOW_SPACE | LOW_NAME, NULL, NULL},
    {"maven", "Maven", SPACE, NULL, NULL},
    {"mlflow", NULL, NO_SPACE, NULL, apply_mlflow},
    {"npm", "npm", 0, NULL, NULL},
    {"nuget", "NuGet", NO_SPACE, NULL, NULL},
    {"oci", NULL, NO_SPACE | LOW_NAME | LOW_VERSION, NULL, NULL},
    {"opam", "opam", NO_SPACE, NULL, NULL},
    {"otp", NULL, NO_SPACE | LOW_NAME, NULL, NULL},
    {"pub", "Pub", NO_SPACE | LOW_NAME, NULL, apply_pub},
    {"pypi", "PyPI", NO_SPACE | LOW_NAME | LOW_VERSION, NULL, apply_pypi},
    {"qpkg", NULL, SPACE | LOW_SPACE, NULL, NULL},
    {"rpm", NULL, SPACE | LOW_SPACE, NULL, NULL},
    {"swid", NULL, 0, "tag_id", NULL},
    {"swift", "SwiftURL", SPACE, NULL, NULL},
    {"vcpkg", NULL, NO_SPACE, NULL, NULL},
    {"vscode-extension", "VSCode", SPACE | LOW_SPACE | LOW_NAME | LOW_VERSION, NULL, NULL},
    {"yocto", NULL, LOW_SPACE, NULL, NULL},
};

static const struct rule *find_rule(struct sw_str type)
{
    for (size_t i = 0; i < SW_COUNT(rules); i++) {
        if (sw_str_is(type, rules[i].type)) {
            return &rules[i];
        }
    }
    return NULL;
}

static sw_result check(const struct rule *rule, const struct sw_purl *purl, struct sw_error *err)
{
    if ((rule->flags & SPACE) != 0 && purl->namespace.len == 0) {
        return sw_fail(err, SW_E_FORMAT, "a purl of type %s needs a namespace", rule->type);
    }
    if ((rule->flags & NO_SPACE) != 0 && purl->namespace.len > 0) {
        return sw_fail(err, SW_E_FORMAT, "a purl of type %s has no namespace", rule->type);
    }
    return rule->required == NULL || sw_purl_qualifier(purl, rule->required).len > 0
               ? SW_OK
               : sw_fail(err, SW_E_FORMAT, "a purl of type %s needs the qualifier '%s'", rule->type,
                     rule->required);
}

sw_result sw_purl_apply_type(struct sw_arena *arena, struct sw_purl *purl, struct sw_error *err)
{
    const struct rule *rule = find_rule(purl->type);
    if (rule == NULL) {
        return SW_OK;
    }
    SW_TRY(check(rule, purl, err));
    SW_TRY((rule->flags & LOW_SPACE) != 0 ? sw_purl_lower(arena, &purl->namespace) : SW_OK);
    SW_TRY((rule->flags & LOW_NAME) != 0 ? sw_purl_lower(arena, &purl->name) : SW_OK);
    SW_TRY((rule->flags & LOW_VERSION) != 0 ? sw_purl_lower(arena, &purl->version) : SW_OK);
    return rule->apply == NULL ? SW_OK : rule->apply(arena, purl, err);
}

/* --- OSV's names ------------------------------------------------------------------------------ */

const char *sw_purl_ecosystem(struct sw_str type)
{
    const struct rule *rule = find_rule(type);
    return rule == NULL ? NULL : rule->ecosystem;
}

struct sw_str sw_purl_ecosystem_base(struct sw_str ecosystem)
{
    const char *colon = ecosystem.len == 0 ? NULL : memchr(ecosystem.ptr, ':', ecosystem.len);
    struct sw_str base =
        sw_str_n(ecosystem.ptr, colon == NULL ? ecosystem.len : (size_t)(colon - ecosystem.ptr));
    for (size_t i = 0; i < SW_COUNT(rules); i++) {
        if (rules[i].ecosystem != NULL && sw_str_is(base, rules[i].ecosystem)) {
            return base;
        }
    }
    return ecosystem;
}

struct sw_str sw_purl_package(struct sw_arena *arena, const struct sw_purl *purl)
{
    if (purl->namespace.len == 0 || sw_str_is(purl->type, "conan")) {
        return purl->name;
    }
    char *joined = sw_arena_printf(arena, SW_STR_FMT "%s" SW_STR_FMT, SW_STR_ARG(purl->namespace),
        sw_str_is(purl->type, "maven") ? ":" : "/", SW_STR_ARG(purl->name));
    return sw_str(joined);
}
