/* pom.xml: dependencies with their versions, through the properties of the same file.
 * Source: Maven's "POM Reference". Elements are found by their names; nothing is expanded but
 * properties, each once. */
#include "supply/look_readers.h"
#include "supply/packages.h"

#define DEPTH_MAX 64
#define PROPERTY_DEPTH 4

struct value {
    struct sw_str text;
};

struct reading {
    struct sw_look *look;
    struct sw_str text;
    size_t at;
    struct sw_str open[DEPTH_MAX]; /* elements, from the outermost */
    size_t depth;
    struct sw_line_count lines;
    struct sw_names names; /* of properties; of what is managed, in scope 1 */
    struct value *values;
    size_t value_count, value_cap;
    struct sw_str group, artifact, version, scope;
    uint32_t line;
    bool collect; /* the first time through: properties and what is managed */
};

/* --- properties ------------------------------------------------------------------------------- */

static sw_result keep(struct reading *r, uint32_t scope, struct sw_str name, struct sw_str text)
{
    uint32_t number;
    SW_TRY(sw_names_number(&r->names, scope, name, &number));
    if (number == r->value_count) {
        void *grown = sw_arena_grow(
            r->look->arena, r->values, r->value_count, &r->value_cap, sizeof(struct value));
        SW_TRY_PTR(grown);
        r->values = grown;
        r->value_count++;
    }
    r->values[number].text = text;
    return SW_OK;
}

static struct sw_str find(const struct reading *r, uint32_t scope, struct sw_str name)
{
    uint32_t number;
    return sw_names_find(&r->names, scope, name, &number) ? r->values[number].text : sw_str("");
}

/* A text that is one property, "${spring.version}", is what that is; empty when nobody says. */
static struct sw_str resolve(const struct reading *r, struct sw_str text)
{
    for (unsigned i = 0; i < PROPERTY_DEPTH && sw_str_starts(text, "${"); i++) {
        if (text.ptr[text.len - 1] != '}') {
            return sw_str("");
        }
        text = find(r, 0, sw_str_n(text.ptr + 2, text.len - 3));
    }
    return memchr(text.ptr, '$', text.len) == NULL ? text : sw_str("");
}

/* --- elements --------------------------------------------------------------------------------- */

static bool is_open(const struct reading *r, size_t from_top, const char *name)
{
    return r->depth > from_top && sw_str_is(r->open[r->depth - 1 - from_top], name);
}

static bool is_in(const struct reading *r, const char *name)
{
    for (size_t i = 0; i < r->depth; i++) {
        if (sw_str_is(r->open[i], name)) {
            return true;
        }
    }
    return false;
}

static sw_result see_dependency(struct reading *r)
{
    struct sw_str group = resolve(r, r->group);
    struct sw_str artifact = resolve(r, r->artifact);
    const char *name = sw_arena_printf(
        r->look->arena, SW_STR_FMT ":" SW_STR_FMT, SW_STR_ARG(group), SW_STR_ARG(artifact));
    SW_TRY_PTR(name);
    if (r->collect) {
        return is_in(r, "dependencyManagement") ? keep(r, 1, sw_str(name), r->version) : SW_OK;
    }
    struct sw_package package = {.ecosystem = SW_CATALOGUE_MAVEN,
        .name = sw_str(name),
        .line = r->line,
        .development = sw_str_is(r->scope, "test") || is_in(r, "plugin")};
    package.range = resolve(r, r->version.len > 0 ? r->version : find(r, 1, package.name));
    package.version = package.range; /* "[1,2)" is no version */
    return sw_package_wanted(r->look, &package);
}

static sw_result take_text(struct reading *r, struct sw_str text)
{
    text = sw_ascii_trim(text);
    if (text.len == 0) {
        return SW_OK;
    }
    if (is_open(r, 1, "dependency")) {
        struct sw_str *const fields[] = {&r->group, &r->artifact, &r->version, &r->scope};
        static const char *const names[] = {"groupId", "artifactId", "version", "scope"};
        for (size_t i = 0; i < SW_COUNT(names); i++) {
            if (is_open(r, 0, names[i])) {
                *fields[i] = text;
            }
        }
        r->line = is_open(r, 0, "artifactId")
                      ? sw_line_of(&r->lines, (uint64_t)(text.ptr - r->text.ptr))
                      : r->line;
        return SW_OK;
    }
    if (r->collect && is_open(r, 1, "properties")) {
        return keep(r, 0, r->open[r->depth - 1], text);
    }
    if (r->collect && r->depth == 2 && is_open(r, 0, "version")) {
        return keep(r, 0, sw_str("project.version"), text);
    }
    return SW_OK;
}

static sw_result open_element(struct reading *r, struct sw_str name)
{
    if (r->depth == DEPTH_MAX) {
        return SW_E_LIMIT;
    }
    r->open[r->depth++] = name;
    if (sw_str_is(name, "dependency")) {
        r->group = r->artifact = r->version = r->scope = sw_str("");
        r->line = 0;
    }
    return SW_OK;
}

static sw_result close_element(struct reading *r, struct sw_str name)
{
    if (r->depth == 0 || !sw_str_equal(r->open[r->depth - 1], name)) {
        return SW_E_FORMAT;
    }
    if (sw_str_is(name, "dependency") && is_open(r, 1, "dependencies") && r->artifact.len > 0) {
        SW_TRY(see_dependency(r));
    }
    r->depth--;
    return SW_OK;
}

/* --- XML -------------------------------------------------------------------------------------- */

static sw_result skip_past(struct reading *r, const char *end)
{
    const char *at = memmem(r->text.ptr + r->at, r->text.len - r->at, end, strlen(end));
    if (at == NULL) {
        return SW_E_FORMAT;
    }
    r->at = (size_t)(at - r->text.ptr) + strlen(end);
    return SW_OK;
}

/* A tag, whose '<' comes next: its end is the next '>', for no attribute of a POM has one. */
static sw_result take_tag(struct reading *r)
{
    const size_t start = r->at + 1;
    size_t len = 0;
    SW_TRY(skip_past(r, ">"));
    struct sw_str tag = sw_str_n(r->text.ptr + start, r->at - 1 - start);
    const bool closes = tag.len > 0 && tag.ptr[0] == '/';
    const bool empty = tag.len > 0 && tag.ptr[tag.len - 1] == '/';
    tag = closes ? sw_str_n(tag.ptr + 1, tag.len - 1) : tag;
    while (len < tag.len && !sw_ascii_space(tag.ptr[len]) && tag.ptr[len] != '/') {
        len++;
    }
    tag.len = len;
    if (closes) {
        return close_element(r, tag);
    }
    SW_TRY(open_element(r, tag));
    return empty ? close_element(r, tag) : SW_OK;
}

static sw_result take_markup(struct reading *r)
{
    struct sw_str rest = sw_str_n(r->text.ptr + r->at, r->text.len - r->at);
    if (sw_str_starts(rest, "<!--")) {
        return skip_past(r, "-->");
    }
    if (sw_str_starts(rest, "<?")) {
        return skip_past(r, "?>");
    }
    if (sw_str_starts(rest, "<![CDATA[")) {
        return skip_past(r, "]]>");
    }
    return sw_str_starts(rest, "<!") ? SW_E_FORMAT : take_tag(r);
}

static sw_result walk(struct reading *r, bool collect)
{
    r->at = r->depth = 0;
    r->collect = collect;
    while (r->at < r->text.len) {
        const size_t start = r->at;
        const char *tag = memchr(r->text.ptr + start, '<', r->text.len - start);
        r->at = tag == NULL ? r->text.len : (size_t)(tag - r->text.ptr);
        SW_TRY(take_text(r, sw_str_n(r->text.ptr + start, r->at - start)));
        SW_TRY(tag == NULL ? SW_OK : take_markup(r));
    }
    return SW_OK;
}

static sw_result look_at_maven(struct sw_look *look, struct sw_error *err)
{
    struct reading r = {.look = look, .text = look->text, .lines = {.text = look->text}};
    sw_names_init(&r.names, look->arena);
    SW_TRY(walk(&r, true));
    return walk(&r, false);
}

static bool takes_maven(const struct sw_look *look)
{
    return sw_look_named(look, "pom.xml") || sw_look_ends(look, ".pom");
}

const struct sw_look_reader sw_look_maven = {
    .name = "maven",
    .takes = takes_maven,
    .look = look_at_maven,
    .gap = "no POM",
};
