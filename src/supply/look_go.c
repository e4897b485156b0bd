/* go.mod; and go.sum, where there is no go.mod or it leaves out what others ask for (before
 * Go 1.17). Source: Go Modules Reference, "go.mod files", "go.sum files". */
#include "supply/look_readers.h"
#include "supply/packages.h"

#define MOD_MAX ((uint64_t)4 << 20)

struct reading {
    struct sw_look *look;      /* NULL: the names are only collected */
    struct sw_names *required; /* what go.mod names; may be NULL */
    bool require, other;       /* in a block */
};

static struct sw_str next_word(struct sw_str *text)
{
    size_t len = 0;
    *text = sw_ascii_trim(*text);
    while (len < text->len && !sw_ascii_space(text->ptr[len])) {
        len++;
    }
    struct sw_str word = sw_str_n(text->ptr, len);
    *text = sw_str_n(text->ptr + len, text->len - len);
    return word;
}

static struct sw_str without_comment(struct sw_str line)
{
    const char *at = memmem(line.ptr, line.len, "//", 2);
    return at == NULL ? line : sw_str_n(line.ptr, (size_t)(at - line.ptr));
}

static sw_result see_required(struct reading *r, struct sw_str text, uint32_t line)
{
    uint32_t number;
    struct sw_package package = {.ecosystem = SW_CATALOGUE_GOLANG, .line = line};
    package.name = sw_unquote(next_word(&text));
    package.version = next_word(&text);
    if (package.name.len == 0 || package.version.len == 0) {
        return SW_OK;
    }
    if (r->required != NULL) {
        SW_TRY(sw_names_number(r->required, 0, package.name, &number));
    }
    return r->look == NULL ? SW_OK : sw_package_wanted(r->look, &package);
}

static sw_result see_line(struct reading *r, struct sw_str text, uint32_t line)
{
    struct sw_str rest = sw_ascii_trim(without_comment(text));
    if (rest.len == 0) {
        return SW_OK;
    }
    if (rest.ptr[0] == ')') {
        r->require = r->other = false;
        return SW_OK;
    }
    if (r->require) {
        return see_required(r, rest, line);
    }
    struct sw_str word = next_word(&rest);
    rest = sw_ascii_trim(rest);
    const bool require = sw_str_is(word, "require");
    if (rest.len > 0 && rest.ptr[0] == '(') {
        r->require = require && !r->other;
        r->other = !require;
        return SW_OK;
    }
    return require && !r->other ? see_required(r, rest, line) : SW_OK;
}

static sw_result see_module(struct reading *r, struct sw_str text)
{
    struct sw_lines lines = {.rest = text};
    struct sw_str line;
    while (sw_lines_next(&lines, &line)) {
        SW_TRY(see_line(r, line, lines.number));
    }
    return SW_OK;
}

/* --- go.sum ----------------------------------------------------------------------------------- */

/* The names of the go.mod beside it. */
static sw_result collect_required(struct sw_look *look, struct sw_names *names)
{
    struct sw_buf text = {.max = MOD_MAX};
    struct sw_error err = {0};
    struct reading r = {.required = names};
    const char *path =
        sw_arena_printf(look->arena, SW_STR_FMT "go.mod", SW_STR_ARG(sw_look_directory(look)));
    SW_TRY_PTR(path);
    enum sw_code code = sw_look_read(look, path, MOD_MAX, &text, &err);
    const char *copy = code == SW_OK ? sw_arena_strndup(look->arena, sw_buf_str(&text)) : NULL;
    const size_t len = text.len;
    sw_buf_release(&text);
    return copy == NULL ? (code == SW_OK ? SW_E_NOMEM : SW_OK)
                        : see_module(&r, sw_str_n(copy, len));
}

/* Versions of a module are in their order: the last one whose files are there is the one in use. */
static sw_result look_at_sum(struct sw_look *look)
{
    struct sw_lines lines = {.rest = look->text};
    struct sw_package last = {.ecosystem = SW_CATALOGUE_GOLANG, .name = sw_str("")};
    struct sw_names required;
    struct sw_str line;
    uint32_t number;
    sw_names_init(&required, look->arena);
    SW_TRY(collect_required(look, &required));
    while (sw_lines_next(&lines, &line)) {
        struct sw_str name = next_word(&line);
        struct sw_str version = next_word(&line);
        if (sw_str_ends(version, "/go.mod") || sw_names_find(&required, 0, name, &number)) {
            continue;
        }
        if (!sw_str_equal(name, last.name)) {
            SW_TRY(sw_package_locked(look, &last));
        }
        last.name = name;
        last.version = version;
        last.integrity = next_word(&line);
        last.line = lines.number;
    }
    return sw_package_locked(look, &last);
}

static sw_result look_at_go(struct sw_look *look, struct sw_error *err)
{
    struct reading r = {.look = look};
    return sw_look_named(look, "go.mod") ? see_module(&r, look->text) : look_at_sum(look);
}

static bool takes_go(const struct sw_look *look)
{
    return sw_look_named(look, "go.mod") || sw_look_named(look, "go.sum");
}

const struct sw_look_reader sw_look_go = {
    .name = "go",
    .takes = takes_go,
    .look = look_at_go,
    .gap = "no go.mod",
};
