/* Names, versions and sightings of packages, for all that read manifests and lock files. */
#include "supply/packages.h"

#define NAME_MAX_BYTES 214
#define VERSION_MAX 128
#define RANGE_MAX 160
#define DETAIL_MAX (RANGE_MAX + 16)

static const struct sw_signal lock_file = {"lock-file", SW_SOURCE_PACKAGES, SW_GRADE_DECLARED, 950};
static const struct sw_signal manifest_exact = {
    "manifest", SW_SOURCE_PACKAGES, SW_GRADE_DECLARED, 900};
static const struct sw_signal manifest = {"manifest", SW_SOURCE_PACKAGES, SW_GRADE_DECLARED, 800};
static const struct sw_signal command_exact = {
    "install-command", SW_SOURCE_PACKAGES, SW_GRADE_DECLARED, 900};
static const struct sw_signal command = {
    "install-command", SW_SOURCE_PACKAGES, SW_GRADE_DECLARED, 800};
static const struct sw_signal constraint = {
    "constraint", SW_SOURCE_PACKAGES, SW_GRADE_DECLARED, 600};

/* --- names and versions ----------------------------------------------------------------------- */

static bool has_only(struct sw_str text, const char *marks)
{
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        if (!sw_ascii_alnum(c) && (c == '\0' || strchr(marks, c) == NULL)) {
            return false;
        }
    }
    return text.len > 0;
}

static bool has_letter(struct sw_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (sw_ascii_alnum(text.ptr[i]) && !sw_ascii_digit(text.ptr[i])) {
            return true;
        }
    }
    return false;
}

/* "name", "@scope/name" */
static bool is_npm_name(struct sw_str name)
{
    struct sw_str scope;
    struct sw_str rest = name;
    if (name.ptr[0] == '@') {
        if (!sw_cut(sw_str_n(name.ptr + 1, name.len - 1), '/', &scope, &rest) ||
            !has_only(scope, "-._~")) {
            return false;
        }
    }
    return has_only(rest, "-._~") && rest.ptr[0] != '.' && rest.ptr[0] != '_';
}

/* "github.com/owner/module": the first part is a host. */
static bool is_go_name(struct sw_str name)
{
    struct sw_str host;
    struct sw_str rest;
    (void)sw_cut(name, '/', &host, &rest);
    return has_only(name, "-._~/!+") && host.len > 0 && memchr(host.ptr, '.', host.len) != NULL &&
           sw_ascii_alnum(name.ptr[0]) && sw_ascii_alnum(name.ptr[name.len - 1]);
}

static bool is_maven_name(struct sw_str name)
{
    struct sw_str group;
    struct sw_str artifact;
    return sw_cut(name, ':', &group, &artifact) && has_only(group, "-._") &&
           has_only(artifact, "-._") && has_letter(group) && has_letter(artifact);
}

bool sw_package_is_name(enum sw_catalogue_section ecosystem, struct sw_str name)
{
    if (name.len == 0 || name.len > NAME_MAX_BYTES || !has_letter(name)) {
        return false;
    }
    switch ((int)ecosystem) {
    case SW_CATALOGUE_NPM: return is_npm_name(name);
    case SW_CATALOGUE_GOLANG: return is_go_name(name);
    case SW_CATALOGUE_MAVEN: return is_maven_name(name);
    case SW_CATALOGUE_CARGO: return has_only(name, "-_") && !sw_ascii_digit(name.ptr[0]);
    default:
        return has_only(name, "-._") && sw_ascii_alnum(name.ptr[0]) &&
               sw_ascii_alnum(name.ptr[name.len - 1]);
    }
}

static bool has_digit(struct sw_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (sw_ascii_digit(text.ptr[i])) {
            return true;
        }
    }
    return false;
}

/* Words that stand in versions directly behind a digit or a '.': "1.0rc1", "2.x", "4.1.0.RELEASE".
 */
static bool is_version_word(struct sw_str word)
{
    static const char *const known[] = {"a", "b", "c", "rc", "cr", "alpha", "beta", "pre",
        "preview", "post", "dev", "rev", "r", "x", "m", "p", "sp", "ga", "final", "release",
        "snapshot", "jre", "android", "redhat", "patch", "py", "cu", "canary", "next", "git", "v",
        "milestone", "incubating", "stable", "build", "h", "g", "d", "e", "f"};
    for (size_t i = 0; i < SW_COUNT(known); i++) {
        if (sw_ascii_equal(word, sw_str(known[i]))) {
            return true;
        }
    }
    return word.len == 0;
}

/* "1.2.3", "v1", "1.2.*", "2.0.0rc1+cu118", "1!2.0": digits first, and known words alone. Behind a
 * '-' or a '+' a version says what it likes. */
static bool is_numbered(struct sw_str text)
{
    size_t at = text.len > 0 && (text.ptr[0] == 'v' || text.ptr[0] == 'V') ? 1 : 0;
    if (at == text.len || !sw_ascii_digit(text.ptr[at])) {
        return false;
    }
    while (at < text.len && text.ptr[at] != '-' && text.ptr[at] != '+') {
        const size_t start = at;
        while (at < text.len && sw_ascii_alnum(text.ptr[at]) && !sw_ascii_digit(text.ptr[at])) {
            at++;
        }
        if (!is_version_word(sw_str_n(text.ptr + start, at - start))) {
            return false;
        }
        at += at == start ? 1 : 0;
    }
    return true;
}

bool sw_package_is_version(struct sw_str text)
{
    if (text.len == 0 || text.len > VERSION_MAX || !has_only(text, ".+-_~!") || !has_digit(text) ||
        !sw_ascii_alnum(text.ptr[text.len - 1])) {
        return false;
    }
    const char first = text.ptr[0];
    return is_numbered(text) || (sw_ascii_alnum(first) && !sw_ascii_digit(first) &&
                                    text.len <= 32 && memchr(text.ptr, '.', text.len) != NULL);
}

bool sw_package_is_keyword(struct sw_str name)
{
    static const char *const words[] = {"if", "then", "else", "elif", "fi", "for", "in", "do",
        "done", "while", "case", "esac", "true", "false", "null", "none", "and", "or", "not", "the",
        "to", "your", "package", "packages", "str", "string", "int", "float", "bool", "list",
        "dict", "return", "import", "from", "def", "class", "self", "async", "await"};
    for (size_t i = 0; i < SW_COUNT(words); i++) {
        if (sw_ascii_equal(name, sw_str(words[i]))) {
            return true;
        }
    }
    return false;
}

bool sw_package_is_development(struct sw_str words)
{
    static const char *const known[] = {"dev", "develop", "development", "devel", "test", "tests",
        "testing", "lint", "linting", "doc", "docs", "ci", "typing", "types", "mypy", "format",
        "coverage", "benchmark", "quality"};
    for (size_t start = 0; start < words.len;) {
        size_t end = start;
        while (end < words.len && sw_ascii_alnum(words.ptr[end])) {
            end++;
        }
        for (size_t i = 0; i < SW_COUNT(known); i++) {
            if (sw_ascii_equal(sw_str_n(words.ptr + start, end - start), sw_str(known[i]))) {
                return true;
            }
        }
        start = end + 1;
    }
    return false;
}

/* --- sightings -------------------------------------------------------------------------------- */

/* Whether every word of a range is a version behind marks, or "*" or "x": others may be anything.
 */
static bool has_versions(struct sw_str range)
{
    static const char between[] = ", |()[]&";
    static const char marks[] = "<>=!~^";
    for (size_t at = 0; at < range.len;) {
        size_t end = at;
        while (end < range.len && memchr(between, range.ptr[end], sizeof(between) - 1) == NULL) {
            end++;
        }
        struct sw_str word = sw_str_n(range.ptr + at, end - at);
        while (word.len > 0 && memchr(marks, word.ptr[0], sizeof(marks) - 1) != NULL) {
            word = sw_str_n(word.ptr + 1, word.len - 1);
        }
        if (word.len > 0 && !sw_str_is(word, "*") && !sw_str_is(word, "x") &&
            !sw_str_is(word, "-") && !is_numbered(word)) {
            return false;
        }
        at = end + 1;
    }
    return true;
}

/* A range can be told; an address cannot, for what it may carry. */
static bool can_be_told(struct sw_str range)
{
    return range.len <= RANGE_MAX && has_versions(range) && has_only(range, ".*+!<>=~^|, -_()[]") &&
           !sw_str_is(range, "*") && !sw_str_is(range, "latest");
}

/* A digest with the name of what made it. */
static bool is_integrity(struct sw_str text)
{
    static const char *const starts[] = {
        "sha1-", "sha256-", "sha384-", "sha512-", "sha256:", "sha512:", "h1:"};
    for (size_t i = 0; i < SW_COUNT(starts); i++) {
        if (sw_str_starts(text, starts[i])) {
            return text.len <= RANGE_MAX && has_only(text, "+/=:-");
        }
    }
    return false;
}

/* How it was concluded; empty when there is nothing to tell. */
static struct sw_str detail_of(const struct sw_package *package, char detail[DETAIL_MAX])
{
    const struct sw_str range = sw_ascii_trim(package->range);
    if (package->version.len == 0 && can_be_told(range)) {
        (void)snprintf(detail, DETAIL_MAX, "wants " SW_STR_FMT, SW_STR_ARG(range));
        return sw_str(detail);
    }
    if (!is_integrity(package->integrity)) {
        return sw_str("");
    }
    (void)snprintf(detail, DETAIL_MAX, "integrity " SW_STR_FMT, SW_STR_ARG(package->integrity));
    return sw_str(detail);
}

static sw_result see(
    struct sw_look *look, const struct sw_signal *signal, const struct sw_package *package)
{
    char detail[DETAIL_MAX];
    const enum sw_scope scope = look->scope;
    struct sw_look_package seen = {.ecosystem = package->ecosystem,
        .name = package->name,
        .version = package->version,
        .line = package->line};
    if (!sw_package_is_name(package->ecosystem, package->name)) {
        return SW_OK;
    }
    seen.detail = detail_of(package, detail);
    if (package->development && scope < SW_SCOPE_DEVELOPMENT) {
        look->scope = SW_SCOPE_DEVELOPMENT;
    }
    enum sw_code code = sw_look_see_package_of(look, signal, &seen);
    look->scope = scope;
    return code;
}

static struct sw_package checked(const struct sw_package *package)
{
    struct sw_package own = *package;
    if (!sw_package_is_version(own.version)) {
        own.version = sw_str("");
    }
    return own;
}

sw_result sw_package_locked(struct sw_look *look, const struct sw_package *package)
{
    const struct sw_package own = checked(package);
    return see(look, &lock_file, &own);
}

sw_result sw_package_wanted(struct sw_look *look, const struct sw_package *package)
{
    const struct sw_package own = checked(package);
    return see(look, own.version.len > 0 ? &manifest_exact : &manifest, &own);
}

sw_result sw_package_installed(struct sw_look *look, const struct sw_package *package)
{
    const struct sw_package own = checked(package);
    return see(look, own.version.len > 0 ? &command_exact : &command, &own);
}

sw_result sw_package_constrained(struct sw_look *look, const struct sw_package *package)
{
    const struct sw_package own = checked(package);
    return see(look, &constraint, &own);
}

/* --- Python ----------------------------------------------------------------------------------- */

struct sw_str sw_package_python_version(struct sw_str range)
{
    range = sw_ascii_trim(range);
    const size_t marks = sw_str_starts(range, "===") ? 3 : sw_str_starts(range, "==") ? 2 : 0;
    struct sw_str version = sw_ascii_trim(sw_str_n(range.ptr + marks, range.len - marks));
    return marks > 0 && sw_package_is_version(version) ? version : sw_str("");
}

static struct sw_str cut_to(struct sw_str text, size_t at)
{
    return sw_ascii_trim(sw_str_n(text.ptr + at, text.len - at));
}

static size_t name_len(struct sw_str text)
{
    size_t len = 0;
    while (len < text.len && (sw_ascii_alnum(text.ptr[len]) || text.ptr[len] == '-' ||
                                 text.ptr[len] == '_' || text.ptr[len] == '.')) {
        len++;
    }
    return len;
}

/* "torch-2.1.0-cp311-cp311-linux_x86_64.whl" (PEP 427), at the end of a path or an address. */
static bool of_wheel(struct sw_str text, struct sw_package *out)
{
    struct sw_str rest;
    (void)sw_cut(text, '#', &text, &rest);
    (void)sw_cut(text, '?', &text, &rest);
    const char *slash = text.len == 0 ? NULL : memrchr(text.ptr, '/', text.len);
    if (slash != NULL) {
        text = cut_to(text, (size_t)(slash - text.ptr) + 1);
    }
    return sw_str_ends(text, ".whl") && sw_cut(text, '-', &out->name, &rest) &&
           sw_cut(rest, '-', &out->version, &rest);
}

/* "git+https://host/owner/name.git@main#egg=name" */
static bool of_address(struct sw_str text, struct sw_package *out)
{
    const char *egg = memmem(text.ptr, text.len, "#egg=", 5);
    if (egg == NULL) {
        egg = memmem(text.ptr, text.len, "&egg=", 5);
    }
    if (egg == NULL) {
        return of_wheel(text, out);
    }
    struct sw_str rest = cut_to(text, (size_t)(egg - text.ptr) + 5);
    out->name = sw_str_n(rest.ptr, name_len(rest));
    return out->name.len > 0;
}

static bool is_path(struct sw_str text)
{
    return text.ptr[0] == '.' || text.ptr[0] == '/' || text.ptr[0] == '~' ||
           sw_ascii_starts(text, "file:") || sw_str_ends(text, ".whl");
}

/* Behind the name and the extras: nothing, "@ address", or what versions it takes. */
static bool of_rest(struct sw_str rest, struct sw_package *out)
{
    struct sw_str marker;
    if (rest.len > 0 && rest.ptr[0] == '@') {
        return true;
    }
    (void)sw_cut(rest, ';', &rest, &marker);
    rest = sw_ascii_trim(rest);
    if (rest.len > 1 && rest.ptr[0] == '(' && rest.ptr[rest.len - 1] == ')') {
        rest = sw_ascii_trim(sw_str_n(rest.ptr + 1, rest.len - 2));
    }
    if (rest.len > 0 && (strchr("<>=!~", rest.ptr[0]) == NULL || rest.len < 2 ||
                            strchr("<>=!~,", rest.ptr[rest.len - 1]) != NULL)) {
        return false;
    }
    out->range = rest;
    out->version = sw_package_python_version(rest);
    return true;
}

bool sw_package_of_python(struct sw_str text, struct sw_package *out)
{
    struct sw_str extras;
    text = sw_ascii_trim(text);
    out->name = out->range = out->version = sw_str("");
    if (text.len == 0) {
        return false;
    }
    const size_t len = name_len(text);
    struct sw_str rest = cut_to(text, len);
    const bool named = len > 0 && sw_str_starts(rest, "@");
    if (!named && (is_path(text) || sw_str_starts(rest, "://") || sw_str_starts(rest, "+"))) {
        return of_address(text, out);
    }
    out->name = sw_str_n(text.ptr, len);
    if (rest.len > 0 && rest.ptr[0] == '[' && !sw_cut(rest, ']', &extras, &rest)) {
        return false;
    }
    rest = sw_ascii_trim(rest);
    return sw_package_is_name(SW_CATALOGUE_PYPI, out->name) && !sw_package_is_keyword(out->name) &&
           of_rest(rest, out);
}

/* --- npm -------------------------------------------------------------------------------------- */

static size_t digits_at(struct sw_str text, size_t at)
{
    size_t len = 0;
    while (at + len < text.len && sw_ascii_digit(text.ptr[at + len])) {
        len++;
    }
    return len;
}

/* Three numbers, and what may follow them (Semantic Versioning 2.0). */
struct sw_str sw_package_npm_version(struct sw_str range)
{
    size_t at = 0;
    range = sw_ascii_trim(range);
    while (range.len > 0 && (range.ptr[0] == '=' || range.ptr[0] == 'v')) {
        range = cut_to(range, 1);
    }
    for (unsigned i = 0; i < 3; i++) {
        const size_t len = digits_at(range, at);
        if (len == 0 || (i < 2 && (at + len == range.len || range.ptr[at + len] != '.'))) {
            return sw_str("");
        }
        at += len + (i < 2 ? 1 : 0);
    }
    const bool ends = at == range.len || range.ptr[at] == '-' || range.ptr[at] == '+';
    return ends && sw_package_is_version(range) ? range : sw_str("");
}

/* --- reading ---------------------------------------------------------------------------------- */

bool sw_lines_next(struct sw_lines *lines, struct sw_str *line)
{
    if (lines->rest.len == 0) {
        return false;
    }
    (void)sw_cut(lines->rest, '\n', line, &lines->rest);
    if (line->len > 0 && line->ptr[line->len - 1] == '\r') {
        line->len--;
    }
    lines->number++;
    return true;
}

uint32_t sw_line_of(struct sw_line_count *count, uint64_t offset)
{
    if (offset < count->at || count->line == 0) {
        count->at = 0;
        count->line = 1;
    }
    while (count->at < offset && count->at < count->text.len) {
        count->line += count->text.ptr[count->at++] == '\n';
    }
    return count->line;
}

static void skip_mark(struct sw_look *look)
{
    if (sw_str_starts(look->text, "\xef\xbb\xbf")) {
        look->text = sw_str_n(look->text.ptr + 3, look->text.len - 3);
    }
}

sw_result sw_package_json(struct sw_look *look, struct sw_json *out, struct sw_error *err)
{
    const struct sw_json_limits limits = {
        .max_depth = SW_PACKAGE_DEPTH, .max_values = SW_PACKAGE_VALUES};
    skip_mark(look);
    SW_TRY(sw_json_parse(look->arena, sw_bytes_of_str(look->text), &limits, out, err));
    return out->type == SW_JSON_OBJECT ? SW_OK : SW_E_FORMAT;
}

sw_result sw_package_toml(struct sw_look *look, struct sw_json *out, struct sw_error *err)
{
    return sw_toml_parse(look->arena, sw_bytes_of_str(look->text), NULL, out, err);
}

bool sw_cut(struct sw_str text, char c, struct sw_str *before, struct sw_str *behind)
{
    const char *at = text.len == 0 ? NULL : memchr(text.ptr, c, text.len);
    const size_t len = at == NULL ? text.len : (size_t)(at - text.ptr);
    const size_t past = at == NULL ? len : len + 1;
    *before = sw_str_n(text.ptr, len);
    *behind = sw_str_n(text.ptr + past, text.len - past);
    return at != NULL;
}

struct sw_str sw_unquote(struct sw_str text)
{
    text = sw_ascii_trim(text);
    if (text.len > 1 && (text.ptr[0] == '"' || text.ptr[0] == '\'') &&
        text.ptr[text.len - 1] == text.ptr[0]) {
        return sw_str_n(text.ptr + 1, text.len - 2);
    }
    return text;
}

struct sw_str sw_text_of(const struct sw_json *value)
{
    struct sw_str text = sw_str("");
    (void)sw_json_str(value, &text);
    return text;
}

size_t sw_indent_of(struct sw_str line)
{
    size_t indent = 0;
    while (indent < line.len && line.ptr[indent] == ' ') {
        indent++;
    }
    return indent;
}
