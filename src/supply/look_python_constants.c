/* Constants that a file of Python imports from others of its tree. One step, and no further. */
#include "supply/ascii.h"
#include "supply/look_tree.h"

#define FILES_MAX 4
#define FILE_BYTES_MAX ((uint64_t)64 << 10)

struct importing {
    struct sw_look *look;
    struct sw_py_node *constants;
    size_t files;
};

/* MODEL, MODEL_2: what programs do not change. */
static bool is_constant(struct sw_str name)
{
    bool letter = false;
    for (size_t i = 0; i < name.len; i++) {
        const char c = name.ptr[i];
        letter = letter || (c >= 'A' && c <= 'Z');
        if (sw_ascii_lower(c) == c && c != '_' && !sw_ascii_digit(c)) {
            return false;
        }
    }
    return letter;
}

/* The directory of the file, `up` levels higher; with its '/'. */
static struct sw_str directory_of(const struct sw_look *look, size_t up)
{
    struct sw_str path = look->path;
    for (size_t i = 0; i <= up; i++) {
        path.len -= i > 0 && path.len > 0 ? 1 : 0; /* its '/' */
        const char *slash = memrchr(path.ptr, '/', path.len);
        path.len = slash == NULL ? 0 : (size_t)(slash + 1 - path.ptr);
    }
    return path;
}

/* "a.b" below a directory: "a/b.py" or "a/b/__init__.py"; NULL when there is none. */
static const char *find_file(struct sw_look *look, struct sw_str base, struct sw_str module)
{
    static const char *const ends[] = {".py", "/__init__.py"};
    for (size_t i = 0; i < SW_COUNT(ends); i++) {
        char *path = sw_arena_printf(
            look->arena, SW_STR_FMT SW_STR_FMT "%s", SW_STR_ARG(base), SW_STR_ARG(module), ends[i]);
        for (size_t k = 0; path != NULL && k < module.len; k++) {
            path[base.len + k] = path[base.len + k] == '.' ? '/' : path[base.len + k];
        }
        if (path != NULL && sw_look_has(look, path)) {
            return path;
        }
    }
    return NULL;
}

/* `module` without the name that is imported, but with the dots in front. */
static const char *file_of(struct sw_look *look, struct sw_str module)
{
    size_t dots = 0;
    while (dots < module.len && module.ptr[dots] == '.') {
        dots++;
    }
    const struct sw_str name = sw_str_n(module.ptr + dots, module.len - dots);
    if (name.len == 0) {
        return NULL;
    }
    if (dots > 0) {
        return find_file(look, directory_of(look, dots - 1), name);
    }
    const struct sw_str bases[] = {directory_of(look, 0), {"", 0}, {"src/", 4}};
    const char *path = NULL;
    for (size_t i = 0; i < SW_COUNT(bases) && path == NULL; i++) {
        path = find_file(look, bases[i], name);
    }
    return path;
}

/* What the top of a file gives to a name, when that is a text. */
static const struct sw_py_node *find_text(const struct sw_py_node *root, struct sw_str name)
{
    for (const struct sw_py_node *n = root->first; n != NULL; n = n->next) {
        if (n->kind == SW_PY_ASSIGN && n->first != NULL && n->first->kind == SW_PY_NAME &&
            sw_str_equal(n->first->name, name) && n->last->kind == SW_PY_TEXT) {
            return n->last;
        }
    }
    return NULL;
}

static sw_result add_constant(
    struct importing *m, const struct sw_py_node *import, const struct sw_py_node *text)
{
    struct sw_py_node *nodes = SW_ARENA_ARRAY(m->look->arena, struct sw_py_node, 3);
    SW_TRY_PTR(nodes);
    nodes[0] = (struct sw_py_node){.kind = SW_PY_NAME, .name = import->name, .next = &nodes[1]};
    nodes[1] = (struct sw_py_node){.kind = SW_PY_TEXT, .name = text->name};
    nodes[2] = (struct sw_py_node){
        .kind = SW_PY_ASSIGN, .first = &nodes[0], .last = &nodes[1], .next = m->constants->first};
    m->constants->first = &nodes[2];
    m->constants->last = m->constants->last == NULL ? &nodes[2] : m->constants->last;
    return SW_OK;
}

static sw_result take_import(struct importing *m, const struct sw_py_node *import)
{
    struct sw_error none = {0};
    struct sw_py_node *root;
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    const char *dot = memrchr(import->module.ptr, '.', import->module.len);
    const size_t len = dot == NULL ? 0 : (size_t)(dot - import->module.ptr);
    const struct sw_str name = sw_str_n(dot + 1, import->module.len - len - 1);
    const char *path = file_of(m->look, sw_str_n(import->module.ptr, len));
    if (path == NULL || m->files++ >= FILES_MAX ||
        sw_look_read(m->look, path, FILE_BYTES_MAX, &text, &none) != SW_OK) {
        return SW_OK;
    }
    const char *copy = sw_arena_strndup(m->look->arena, sw_buf_str(&text));
    SW_TRY_PTR(copy);
    enum sw_code code = sw_py_parse(m->look->arena, sw_str_n(copy, text.len), &root, &none);
    const struct sw_py_node *value = code == SW_OK ? find_text(root, name) : NULL;
    return value == NULL ? SW_OK : add_constant(m, import, value);
}

static bool imports_constant(const struct sw_py_node *node)
{
    const char *dot =
        node->kind != SW_PY_IMPORT ? NULL : memrchr(node->module.ptr, '.', node->module.len);
    return dot != NULL &&
           is_constant(sw_str_n(dot + 1, node->module.len - (size_t)(dot + 1 - node->module.ptr)));
}

sw_result sw_look_python_constants(
    struct sw_look *look, const struct sw_py_node *root, struct sw_py_node **out)
{
    struct importing m = {.look = look};
    m.constants = SW_ARENA_NEW(look->arena, struct sw_py_node);
    SW_TRY_PTR(m.constants);
    m.constants->kind = SW_PY_BLOCK;
    for (const struct sw_py_node *n = root->first; n != NULL; n = n->next) {
        SW_TRY(imports_constant(n) ? take_import(&m, n) : SW_OK);
    }
    *out = m.constants;
    return SW_OK;
}
