/* pom.xml: dependencies with their versions, through the properties and what is managed in the same
 * file and in the parents that are in the tree.
 * Source: Maven's "POM Reference", "Introduction to the POM". Elements are found by their names;
 * nothing is expanded but properties, each once. */
#include "supply/look_readers.h"
#include "supply/packages.h"

#define DEPTH_MAX 64
#define PROPERTY_DEPTH 4
#define PARENTS_MAX 8
#define PARENT_SIZE_MAX ((uint64_t)256 << 10)

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
    struct sw_str group, artifact, version, scope, type;
    uint32_t line;
    bool collect;      /* the first time through: properties and what is managed */
    struct sw_str own; /* the artifact that the file is */
    struct sw_str parent_group, parent, parent_version, relative; /* whose parent it names */
    bool has_relative; /* also when it is empty, which says that it is in no directory */
    bool elsewhere;    /* a parent or a BOM is not in the tree */
    uint64_t managed;  /* what has no version, perhaps for that */
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
    if (sw_str_is(r->scope, "import") && is_in(r, "dependencyManagement")) {
        r->elsewhere = true; /* a BOM: what it manages is not known */
    }
    if (r->collect) {
        return is_in(r, "dependencyManagement") ? keep(r, 1, sw_str(name), r->version) : SW_OK;
    }
    const uint64_t seen = r->look->seen;
    struct sw_package package = {.ecosystem = SW_CATALOGUE_MAVEN,
        .name = sw_str(name),
        .line = r->line,
        .development = sw_str_is(r->scope, "test") || is_in(r, "plugin")};
    package.range = resolve(r, r->version.len > 0 ? r->version : find(r, 1, package.name));
    package.version = package.range; /* "[1,2)" is no version */
    SW_TRY(sw_package_wanted(r->look, &package));
    r->managed += package.range.len == 0 && r->look->seen > seen ? 1 : 0;
    return SW_OK;
}

/* What the file says of itself and of its parent: those of <project> and of <parent> right in it.
 */
static sw_result take_project(struct reading *r, struct sw_str text)
{
    struct sw_str *const fields[] = {
        &r->parent_group, &r->parent, &r->parent_version, &r->relative};
    static const char *const names[] = {"groupId", "artifactId", "version", "relativePath"};
    static const char *const own[] = {"project.groupId", NULL, "project.version"};
    static const char *const parents[] = {
        "project.parent.groupId", "project.parent.artifactId", "project.parent.version"};
    for (size_t i = 0; i < SW_COUNT(names); i++) {
        if (!is_open(r, 0, names[i])) {
            continue;
        }
        if (r->depth == 3 && is_open(r, 1, "parent")) {
            *fields[i] = text;
            return i < SW_COUNT(parents) ? keep(r, 0, sw_str(parents[i]), text) : SW_OK;
        }
        if (r->depth == 2 && i == 1) {
            r->own = text;
            return keep(r, 0, sw_str("project.artifactId"), text);
        }
        return r->depth == 2 && i < SW_COUNT(own) ? keep(r, 0, sw_str(own[i]), text) : SW_OK;
    }
    return SW_OK;
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
    return r->collect ? take_project(r, text) : SW_OK;
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
    if (r->depth == 3 && sw_str_is(name, "relativePath") && is_open(r, 1, "parent")) {
        r->has_relative = true;
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

/* --- parents ---------------------------------------------------------------------------------- */

struct pom {
    struct sw_str text;
    struct sw_str directory;             /* with a '/' behind it; empty at the top */
    struct sw_str parent_group, version; /* of the parent: its own, where it says none */
};

/* What a file says of itself: a reading of its own, whose properties nobody needs. */
static sw_result peek(struct sw_look *look, struct sw_str text, struct reading *out)
{
    *out = (struct reading){.look = look, .text = text, .lines = {.text = text}};
    sw_names_init(&out->names, look->arena);
    return walk(out, true);
}

/* Where the parent stands: a file, or "pom.xml" of a directory; NULL when it is in none. */
static const char *place_of_parent(
    struct sw_look *look, const struct reading *said, struct sw_str directory)
{
    SW_CLEANUP(buf) struct sw_buf path = SW_BUF_INIT;
    struct sw_str relative = said->has_relative ? said->relative : sw_str("../pom.xml");
    if (relative.len == 0 || !sw_look_beside(directory, relative, &path)) {
        return NULL;
    }
    const char *file = sw_arena_strdup(look->arena, sw_buf_cstr(&path));
    if (file == NULL || sw_look_has(look, file)) {
        return file;
    }
    return sw_arena_printf(look->arena, "%s%spom.xml", file,
        file[0] == '\0' || file[strlen(file) - 1] == '/' ? "" : "/");
}

/* The parent, when it is in the tree and is the one that is meant; *found is false for others. */
static sw_result find_parent(
    struct sw_look *look, const struct reading *said, struct pom *at, bool *found)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_error err = {0};
    struct reading parent;
    const char *path = place_of_parent(look, said, at->directory);
    *found = false;
    if (path == NULL || sw_look_read(look, path, PARENT_SIZE_MAX, &text, &err) != SW_OK) {
        return SW_OK;
    }
    const void *copy = sw_arena_copy(look->arena, sw_buf_bytes(&text));
    SW_TRY_PTR(copy);
    enum sw_code code = peek(look, sw_str_n(copy, text.len), &parent);
    if (code == SW_E_NOMEM) {
        return code;
    }
    *found = code == SW_OK && sw_str_equal(parent.own, said->parent);
    const size_t len = strlen(path) - sw_path_base(path).len;
    *at = (struct pom){.text = sw_str_n(copy, text.len), .directory = sw_str_n(path, len)};
    return SW_OK;
}

/* The files from this one up to the outermost parent that is in the tree. */
static sw_result list_parents(
    struct sw_look *look, struct pom *list, size_t *count, bool *elsewhere)
{
    struct pom at = {.text = look->text, .directory = sw_look_directory(look)};
    for (*count = 0; *count < PARENTS_MAX;) {
        struct reading said;
        bool found = false;
        SW_TRY(peek(look, at.text, &said));
        at.parent_group = said.parent_group;
        at.version = said.parent_version;
        list[(*count)++] = at;
        if (said.parent.len == 0) {
            return SW_OK;
        }
        SW_TRY(look->tree == NULL ? SW_OK : find_parent(look, &said, &at, &found));
        if (!found) {
            break;
        }
    }
    *elsewhere = true;
    return SW_OK;
}

/* What a file does not say of itself is what its parent is. */
static sw_result inherit(struct reading *r, const struct pom *file)
{
    SW_TRY(file->version.len == 0 ? SW_OK : keep(r, 0, sw_str("project.version"), file->version));
    return file->parent_group.len == 0 ? SW_OK
                                       : keep(r, 0, sw_str("project.groupId"), file->parent_group);
}

/* Outer files first: what an inner one says goes before. */
static sw_result look_at_maven(struct sw_look *look, struct sw_error *err)
{
    struct pom files[PARENTS_MAX];
    size_t count = 0;
    struct reading r = {.look = look};
    (void)err;
    sw_names_init(&r.names, look->arena);
    SW_TRY(list_parents(look, files, &count, &r.elsewhere));
    for (size_t i = count; i-- > 0;) {
        r.text = files[i].text;
        r.lines = (struct sw_line_count){.text = r.text};
        SW_TRY(inherit(&r, &files[i]));
        SW_TRY(walk(&r, true));
    }
    SW_TRY(walk(&r, false));
    return sw_look_gaps(look, SW_GAP_MANAGED, r.elsewhere ? r.managed : 0);
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
