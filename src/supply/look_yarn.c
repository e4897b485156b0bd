/* yarn.lock, of version 1 and of later ones, and pnpm-lock.yaml of versions 5 to 9, line by line:
 * both are written by programs, in one form. */
#include "supply/look_readers.h"
#include "supply/packages.h"

struct reading {
    struct sw_look *look;
    struct sw_package package;
    bool open;     /* `package` waits for what is said of it */
    bool packages; /* pnpm: in the section of packages */
    bool slashes;  /* pnpm before 6: "/name/1.2.3" */
};

/* The last '@' behind the first character, which may be that of a scope. */
static bool cut_version(struct sw_str text, struct sw_str *name, struct sw_str *version)
{
    const char *at = text.len < 2 ? NULL : memrchr(text.ptr + 1, '@', text.len - 1);
    *name = text;
    *version = sw_str("");
    if (at == NULL) {
        return false;
    }
    *name = sw_str_n(text.ptr, (size_t)(at - text.ptr));
    *version = sw_str_n(at + 1, text.len - name->len - 1);
    return true;
}

/* The first '@' behind the first character: ranges may have others. */
static bool cut_range(struct sw_str text, struct sw_str *name, struct sw_str *range)
{
    struct sw_str rest;
    if (text.len < 2 || !sw_cut(sw_str_n(text.ptr + 1, text.len - 1), '@', &rest, range)) {
        return false;
    }
    *name = sw_str_n(text.ptr, rest.len + 1);
    return true;
}

static sw_result close_package(struct reading *r)
{
    const bool open = r->open;
    r->open = false;
    return open ? sw_package_locked(r->look, &r->package) : SW_OK;
}

/* --- yarn ------------------------------------------------------------------------------------- */

static bool is_elsewhere(struct sw_str range)
{
    return sw_str_starts(range, "workspace:") || sw_str_starts(range, "link:") ||
           sw_str_starts(range, "file:") || sw_str_starts(range, "portal:");
}

/* "@scope/name@^1.0.0, @scope/name@^1.2.0:" */
static void open_yarn(struct reading *r, struct sw_str line, uint32_t number)
{
    struct sw_str rest;
    struct sw_str name;
    struct sw_str range;
    (void)sw_cut(line, ',', &line, &rest);
    line = sw_ascii_trim(line);
    line.len -= line.len > 0 && line.ptr[line.len - 1] == ':' ? 1 : 0;
    if (line.len > 0 && line.ptr[0] == '"') {
        (void)sw_cut(sw_str_n(line.ptr + 1, line.len - 1), '"', &line, &rest);
    }
    if (!cut_range(line, &name, &range) || is_elsewhere(range)) {
        return;
    }
    if (sw_str_starts(range, "npm:")) {
        struct sw_str target = sw_str_n(range.ptr + 4, range.len - 4);
        (void)cut_range(target, &name, &range);
    }
    r->open = true;
    r->package = (struct sw_package){.ecosystem = SW_CATALOGUE_NPM, .name = name, .line = number};
}

/* version "1.2.3"; version: 1.2.3; integrity sha512-… */
static void take_yarn_field(struct reading *r, struct sw_str line)
{
    line = sw_ascii_trim(line);
    if (sw_str_starts(line, "integrity ")) {
        r->package.integrity = sw_ascii_trim(sw_str_n(line.ptr + 10, line.len - 10));
    }
    if (sw_str_starts(line, "version ") || sw_str_starts(line, "version:")) {
        r->package.version = sw_unquote(sw_str_n(line.ptr + 8, line.len - 8));
    }
}

static sw_result look_at_yarn(struct reading *r)
{
    struct sw_lines lines = {.rest = r->look->text};
    struct sw_str line;
    while (sw_lines_next(&lines, &line)) {
        if (line.len == 0 || line.ptr[0] == '#') {
            continue;
        }
        if (sw_indent_of(line) == 2 && r->open) {
            take_yarn_field(r, line);
        } else if (sw_indent_of(line) == 0) {
            SW_TRY(close_package(r));
            open_yarn(r, line, lines.number);
        }
    }
    return close_package(r);
}

/* --- pnpm ------------------------------------------------------------------------------------- */

/* "/@scope/name/1.2.3_peer@1", "/name@1.2.3(peer@1)", "@scope/name@1.2.3" */
static bool take_pnpm_key(const struct reading *r, struct sw_str key, struct sw_package *out)
{
    struct sw_str peers;
    (void)sw_cut(key, '(', &key, &peers);
    if (key.len > 0 && key.ptr[0] == '/') {
        key = sw_str_n(key.ptr + 1, key.len - 1);
    } else if (r->slashes) {
        return false; /* of a host, or a file */
    }
    if (!r->slashes) {
        return cut_version(key, &out->name, &out->version);
    }
    (void)sw_cut(key, '_', &key, &peers);
    const char *slash = key.len == 0 ? NULL : memrchr(key.ptr, '/', key.len);
    if (slash == NULL) {
        return false;
    }
    out->name = sw_str_n(key.ptr, (size_t)(slash - key.ptr));
    out->version = sw_str_n(slash + 1, key.len - out->name.len - 1);
    return true;
}

static void open_pnpm(struct reading *r, struct sw_str line, uint32_t number)
{
    line = sw_ascii_trim(line);
    if (line.len < 2 || line.ptr[line.len - 1] != ':') {
        return;
    }
    struct sw_package package = {.ecosystem = SW_CATALOGUE_NPM, .line = number};
    line = sw_unquote(sw_str_n(line.ptr, line.len - 1));
    if (take_pnpm_key(r, line, &package) && sw_package_npm_version(package.version).len > 0) {
        r->open = true;
        r->package = package;
    }
}

static void take_top(struct reading *r, struct sw_str line)
{
    struct sw_str name;
    struct sw_str value;
    (void)sw_cut(line, ':', &name, &value);
    r->packages = sw_str_is(name, "packages");
    if (sw_str_is(name, "lockfileVersion")) {
        value = sw_unquote(value);
        r->slashes = value.len > 1 && value.ptr[0] <= '5' && value.ptr[1] == '.';
    }
}

/* dev: true; resolution: {integrity: sha512-…, …} */
static void take_pnpm_field(struct reading *r, struct sw_str line)
{
    static const char start[] = "resolution: {integrity: ";
    struct sw_str rest;
    line = sw_ascii_trim(line);
    if (sw_str_is(line, "dev: true")) {
        r->package.development = true;
    }
    if (sw_str_starts(line, start)) {
        line = sw_str_n(line.ptr + sizeof(start) - 1, line.len - sizeof(start) + 1);
        (void)sw_cut(line, '}', &line, &rest);
        (void)sw_cut(line, ',', &r->package.integrity, &rest);
    }
}

static sw_result look_at_pnpm(struct reading *r)
{
    struct sw_lines lines = {.rest = r->look->text};
    struct sw_str line;
    while (sw_lines_next(&lines, &line)) {
        const size_t indent = sw_indent_of(line);
        if (indent == line.len || line.ptr[indent] == '#') {
            continue;
        }
        if (indent <= 2) {
            SW_TRY(close_package(r));
        }
        if (indent == 0) {
            take_top(r, line);
        } else if (indent == 2 && r->packages) {
            open_pnpm(r, line, lines.number);
        } else if (indent == 4 && r->open) {
            take_pnpm_field(r, line);
        }
    }
    return close_package(r);
}

static sw_result look_at_lock(struct sw_look *look, struct sw_error *err)
{
    struct reading r = {.look = look};
    return sw_look_named(look, "yarn.lock") ? look_at_yarn(&r) : look_at_pnpm(&r);
}

static bool takes_lock(const struct sw_look *look)
{
    return sw_look_named(look, "yarn.lock") || sw_look_named(look, "pnpm-lock.yaml");
}

const struct sw_look_reader sw_look_yarn = {
    .name = "yarn",
    .takes = takes_lock,
    .look = look_at_lock,
    .gap = "no lock file of yarn or pnpm",
};
