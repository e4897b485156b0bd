#include "supply/advisory_reach.h"

#include "supply/ascii.h"
#include "supply/catalogue.h"

struct reaching {
    struct sw_arena *arena;
    const struct sw_imports *imports;
    const struct sw_catalogue *catalogue;
    bool complete;
};

/* What of a package is looked for. */
struct wanted {
    enum sw_import_language language;
    struct sw_str name;         /* of the package */
    const struct sw_str *paths; /* of Go: what of the module is vulnerable; NULL: all of it */
    size_t path_count;
    bool certain; /* it is imported under no other name */
};

/* --- names ------------------------------------------------------------------------------------ */

static bool is_joint(char c)
{
    return c == '-' || c == '_' || c == '.';
}

/* As PEP 503 compares them; the same serves crates. */
static bool is_same_name(struct sw_str a, struct sw_str b)
{
    if (a.len != b.len) {
        return false;
    }
    for (size_t i = 0; i < a.len; i++) {
        bool joints = is_joint(a.ptr[i]) && is_joint(b.ptr[i]);
        if (!joints && sw_ascii_lower(a.ptr[i]) != sw_ascii_lower(b.ptr[i])) {
            return false;
        }
    }
    return true;
}

/* The module up to the first `end`. */
static struct sw_str head_of(struct sw_str module, char end)
{
    const char *at = memchr(module.ptr, end, module.len);
    return sw_str_n(module.ptr, at == NULL ? module.len : (size_t)(at - module.ptr));
}

/* "name", "name/part" */
static bool is_within(struct sw_str module, struct sw_str name)
{
    return module.len >= name.len && memcmp(module.ptr, name.ptr, name.len) == 0 &&
           (module.len == name.len || module.ptr[name.len] == '/');
}

static bool is_python(const struct reaching *r, struct sw_str module, struct sw_str name)
{
    struct sw_str package;
    if (sw_catalogue_import(r->catalogue, module, &package)) {
        return is_same_name(package, name);
    }
    return is_same_name(head_of(module, '.'), name);
}

static bool is_go(const struct wanted *w, struct sw_str module)
{
    for (size_t i = 0; i < w->path_count; i++) {
        if (sw_str_equal(w->paths[i], module)) {
            return true;
        }
    }
    return w->path_count == 0 && is_within(module, w->name);
}

static bool imports_it(
    const struct reaching *r, const struct wanted *w, const struct sw_import *import)
{
    if (import->language != w->language) {
        return false;
    }
    switch ((int)w->language) {
    case SW_IMPORT_PYTHON: return is_python(r, import->module, w->name);
    case SW_IMPORT_SCRIPT: return is_within(import->module, w->name);
    case SW_IMPORT_GO: return is_go(w, import->module);
    default: return is_same_name(head_of(import->module, ':'), w->name);
    }
}

/* --- findings --------------------------------------------------------------------------------- */

/* Of Python's packages only those of the catalogue have known modules. */
static bool is_certain(const struct reaching *r, const struct wanted *w)
{
    struct sw_str modules;
    return w->language != SW_IMPORT_PYTHON ||
           sw_catalogue_find(r->catalogue, SW_CATALOGUE_PYPI, w->name, &modules);
}

static bool want(const struct reaching *r, const struct sw_component *c,
    const struct sw_advisory_finding *f, struct wanted *out)
{
    *out = (struct wanted){.paths = f->paths, .path_count = f->path_count};
    if (c->purl.type.len == 0 || !sw_import_language_of(c->purl.type, &out->language)) {
        return false;
    }
    out->name = sw_purl_package(r->arena, &c->purl);
    out->certain = is_certain(r, out);
    return out->name.len > 0;
}

static void reach(
    const struct reaching *r, const struct sw_component *c, struct sw_advisory_finding *f)
{
    struct wanted wanted;
    f->reach = SW_REACH_UNKNOWN;
    f->reach_at = sw_str("");
    if (!want(r, c, f, &wanted)) {
        return;
    }
    for (size_t i = 0; i < r->imports->count; i++) {
        if (imports_it(r, &wanted, &r->imports->items[i])) {
            f->reach = SW_REACH_IMPORTED;
            f->reach_at = r->imports->items[i].at;
            return;
        }
    }
    bool looked = r->complete && r->imports->files[wanted.language] > 0;
    f->reach = looked && wanted.certain ? SW_REACH_NOT_IMPORTED : SW_REACH_UNKNOWN;
}

sw_result sw_advisory_reach(struct sw_arena *arena, const struct sw_imports *imports, bool complete,
    struct sw_advisory_report *report, struct sw_error *err)
{
    struct reaching r = {.arena = arena, .imports = imports, .complete = complete};
    SW_TRY(sw_catalogue_builtin(&r.catalogue, err));
    for (size_t i = 0; i < report->finding_count; i++) {
        struct sw_advisory_finding *f = &report->findings[i];
        reach(&r, &report->components->items[f->component], f);
    }
    return SW_OK;
}
