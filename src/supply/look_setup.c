/* setup.py, of which nothing is run, and setup.cfg.
 * Source: setuptools' "Keywords" and "Configuring setuptools using setup.cfg files". */
#include "supply/look_readers.h"
#include "supply/packages.h"

#define TREE_DEPTH 4096
#define NAME_HOPS 4       /* names that stand for names */
#define VISITS_MAX 100000 /* of expressions: names may stand for many names */

struct reading {
    struct sw_look *look;
    struct sw_names names; /* that are given something at the top */
    const struct sw_py_node **values;
    size_t value_count, value_cap;
    unsigned visits;
};

static sw_result see_text(struct sw_look *look, struct sw_str text, uint32_t line, bool development)
{
    struct sw_package package = {
        .ecosystem = SW_CATALOGUE_PYPI, .line = line, .development = development};
    return sw_package_of_python(text, &package) ? sw_package_wanted(look, &package) : SW_OK;
}

/* --- setup.py --------------------------------------------------------------------------------- */

/* What the file gives to names, at its top: the last of it. */
static sw_result collect(struct reading *r, const struct sw_py_node *root)
{
    uint32_t number;
    for (const struct sw_py_node *n = root->first; n != NULL; n = n->next) {
        if (n->kind != SW_PY_ASSIGN || n->first == n->last || n->first->kind != SW_PY_NAME) {
            continue;
        }
        SW_TRY(sw_names_number(&r->names, 0, n->first->name, &number));
        if (number == r->value_count) {
            void *grown = sw_arena_grow(r->look->arena, (void *)r->values, r->value_count,
                &r->value_cap, sizeof(struct sw_py_node *));
            SW_TRY_PTR(grown);
            r->values = grown;
            r->value_count++;
        }
        r->values[number] = n->last;
    }
    return SW_OK;
}

static const struct sw_py_node *value_of(const struct reading *r, struct sw_str name)
{
    uint32_t number;
    return sw_names_find(&r->names, 0, name, &number) ? r->values[number] : NULL;
}

static sw_result see_value(struct reading *r, const struct sw_py_node *node, bool development,
    unsigned depth, unsigned hops);

/* {"dev": […], "gpu": […]}: the names of extras are no requirements. */
static sw_result see_dict(struct reading *r, const struct sw_py_node *dict, bool development,
    unsigned depth, unsigned hops)
{
    for (const struct sw_py_node *n = dict->first; n != NULL && n->next != NULL;
         n = n->next->next) {
        const bool named = n->kind == SW_PY_TEXT && sw_package_is_development(n->name);
        SW_TRY(see_value(r, n->next, development || named, depth + 1, hops));
    }
    return SW_OK;
}

static sw_result see_value(struct reading *r, const struct sw_py_node *node, bool development,
    unsigned depth, unsigned hops)
{
    if (node == NULL || depth > TREE_DEPTH || r->visits++ >= VISITS_MAX) {
        return SW_OK;
    }
    switch ((int)node->kind) {
    case SW_PY_TEXT: return see_text(r->look, node->name, node->line, development);
    case SW_PY_DICT: return see_dict(r, node, development, depth, hops);
    case SW_PY_NAME:
        return hops == NAME_HOPS
                   ? SW_OK
                   : see_value(r, value_of(r, node->name), development, depth + 1, hops + 1);
    case SW_PY_SUBSCRIPT: /* deps["torch"]: what a table of them has under its name */
        return node->last != NULL && node->last->kind == SW_PY_TEXT
                   ? see_text(r->look, node->last->name, node->line, development)
                   : SW_OK;
    case SW_PY_LIST:
    case SW_PY_SUM:
        for (const struct sw_py_node *n = node->first; n != NULL; n = n->next) {
            SW_TRY(see_value(r, n, development, depth + 1, hops));
        }
        return SW_OK;
    default: return SW_OK;
    }
}

static sw_result see_setup(struct reading *r, const struct sw_py_node *call)
{
    static const struct {
        const char *keyword;
        bool development;
    } keywords[] = {{"install_requires", false}, {"extras_require", false},
        {"setup_requires", true}, {"tests_require", true}};
    for (const struct sw_py_node *n = call->first->next; n != NULL; n = n->next) {
        for (size_t i = 0; n->kind == SW_PY_KEYWORD && i < SW_COUNT(keywords); i++) {
            if (sw_str_is(n->name, keywords[i].keyword)) {
                SW_TRY(see_value(r, n->first, keywords[i].development, 0, 0));
            }
        }
    }
    return SW_OK;
}

static bool is_setup(const struct sw_py_node *node)
{
    return node->kind == SW_PY_CALL && node->first != NULL &&
           (node->first->kind == SW_PY_NAME || node->first->kind == SW_PY_ATTRIBUTE) &&
           sw_str_is(node->first->name, "setup");
}

static sw_result walk(struct reading *r, const struct sw_py_node *node, unsigned depth)
{
    if (depth > TREE_DEPTH) {
        return SW_E_LIMIT;
    }
    if (is_setup(node)) {
        SW_TRY(see_setup(r, node));
    }
    for (const struct sw_py_node *n = node->first; n != NULL; n = n->next) {
        SW_TRY(walk(r, n, depth + 1));
    }
    return SW_OK;
}

static sw_result look_at_python(struct sw_look *look, struct sw_error *err)
{
    struct sw_py_node *root;
    SW_TRY(sw_py_parse(look->arena, look->text, &root, err));
    struct reading r = {.look = look};
    sw_names_init(&r.names, look->arena);
    SW_TRY(collect(&r, root));
    return walk(&r, root, 0);
}

/* --- setup.cfg -------------------------------------------------------------------------------- */

struct settings {
    bool requirements; /* what comes is a list of them */
    bool extras;       /* every key of the section is one */
    bool options;
    bool development;
};

static void take_section(struct settings *s, struct sw_str line)
{
    *s = (struct settings){.options = sw_str_starts(line, "[options]"),
        .extras = sw_str_starts(line, "[options.extras_require]")};
}

static void take_key(struct settings *s, struct sw_str key)
{
    key = sw_ascii_trim(key);
    const bool setup = sw_str_is(key, "setup_requires") || sw_str_is(key, "tests_require");
    s->requirements = s->extras || (s->options && (setup || sw_str_is(key, "install_requires")));
    s->development = s->options ? setup : sw_package_is_development(key);
}

static sw_result see_setting(
    struct sw_look *look, struct settings *s, struct sw_str line, uint32_t number)
{
    struct sw_str key;
    struct sw_str value = line;
    if (line.len == 0 || line.ptr[0] == '#' || line.ptr[0] == ';') {
        return SW_OK;
    }
    if (line.ptr[0] == '[') {
        take_section(s, line);
        return SW_OK;
    }
    if (!sw_ascii_space(line.ptr[0])) {
        if (!sw_cut(line, '=', &key, &value)) {
            (void)sw_cut(line, ':', &key, &value);
        }
        take_key(s, key);
    }
    return s->requirements ? see_text(look, value, number, s->development) : SW_OK;
}

static sw_result look_at_settings(struct sw_look *look, struct sw_error *err)
{
    struct sw_lines lines = {.rest = look->text};
    struct settings s = {0};
    struct sw_str line;
    while (sw_lines_next(&lines, &line)) {
        SW_TRY(see_setting(look, &s, line, lines.number));
    }
    return SW_OK;
}

/* That it is no Python 3 is told by the reader of all Python. */
static sw_result look_at_setup(struct sw_look *look, struct sw_error *err)
{
    if (sw_look_named(look, "setup.cfg")) {
        return look_at_settings(look, err);
    }
    enum sw_code code = look_at_python(look, err);
    return code == SW_E_FORMAT || code == SW_E_LIMIT ? SW_OK : code;
}

static bool takes_setup(const struct sw_look *look)
{
    return sw_look_named(look, "setup.py") || sw_look_named(look, "setup.cfg");
}

const struct sw_look_reader sw_look_setup = {
    .name = "setup",
    .takes = takes_setup,
    .look = look_at_setup,
    .gap = "no Python 3",
};
