/* environment.yml of conda, line by line: packages of conda that the catalogue knows by their names
 * of Python, and what its list for pip has. */
#include "supply/look_readers.h"
#include "supply/packages.h"

struct reading {
    struct sw_look *look;
    bool dependencies; /* in the list */
    bool pip;          /* in the list in it */
    size_t pip_indent;
};

static bool takes_conda(const struct sw_look *look)
{
    const bool yaml = sw_look_ends(look, ".yml") || sw_look_ends(look, ".yaml");
    return yaml &&
           (sw_ascii_starts(look->name, "environment") || sw_ascii_starts(look->name, "conda") ||
               sw_look_ends(look, "environment.yml") || sw_look_ends(look, "environment.yaml") ||
               sw_look_ends(look, "env.yml"));
}

/* What only conda has, by names that are like those of Python's packages. */
static bool is_of_conda(struct sw_str name)
{
    static const char *const names[] = {"pytorch-cuda", "pytorch-mutex", "pytorch-cpu",
        "pytorch-gpu", "tensorflow-base", "jaxlib-cuda", "faiss-gpu-cuvs"};
    for (size_t i = 0; i < SW_COUNT(names); i++) {
        if (sw_ascii_equal(name, sw_str(names[i]))) {
            return true;
        }
    }
    return false;
}

/* "channel::name=1.2=build", "name ==1.2", "name>=1,<2" */
static sw_result see_conda(struct reading *r, struct sw_str item, uint32_t line)
{
    size_t len = 0;
    const char *channel = memmem(item.ptr, item.len, "::", 2);
    if (channel != NULL) {
        const size_t before = (size_t)(channel - item.ptr) + 2;
        item = sw_str_n(item.ptr + before, item.len - before);
    }
    while (len < item.len && strchr("=<>!~ [", item.ptr[len]) == NULL) {
        len++;
    }
    struct sw_package package = {.ecosystem = SW_CATALOGUE_PYPI,
        .name = sw_str_n(item.ptr, len),
        .range = sw_ascii_trim(sw_str_n(item.ptr + len, item.len - len)),
        .line = line};
    struct sw_str known;
    struct sw_str build;
    if (sw_str_is(package.name, "pytorch")) {
        package.name = sw_str("torch");
    }
    if (is_of_conda(package.name) ||
        !sw_catalogue_package(r->look->catalogue, SW_CATALOGUE_PYPI, package.name)) {
        return SW_OK; /* conda has more than Python */
    }
    package.version = sw_package_python_version(package.range);
    /* "name=1.2=build" is exact, "name=1.2" begins so */
    if (package.version.len == 0 && package.range.len > 1 && package.range.ptr[0] == '=' &&
        sw_cut(sw_str_n(package.range.ptr + 1, package.range.len - 1), '=', &known, &build)) {
        package.version = known;
    }
    return sw_package_wanted(r->look, &package);
}

static sw_result see_item(struct reading *r, struct sw_str item, size_t indent, uint32_t line)
{
    struct sw_package package = {.ecosystem = SW_CATALOGUE_PYPI, .line = line};
    item = sw_unquote(item);
    if (sw_str_is(item, "pip:")) {
        r->pip = true;
        r->pip_indent = indent;
        return SW_OK;
    }
    r->pip = r->pip && indent > r->pip_indent;
    if (!r->pip) {
        return see_conda(r, item, line);
    }
    return sw_package_of_python(item, &package) ? sw_package_wanted(r->look, &package) : SW_OK;
}

static struct sw_str without_comment(struct sw_str line)
{
    for (size_t i = 0; i < line.len; i++) {
        if (line.ptr[i] == '#' && (i == 0 || sw_ascii_space(line.ptr[i - 1]))) {
            return sw_str_n(line.ptr, i);
        }
    }
    return line;
}

static sw_result look_at_conda(struct sw_look *look, struct sw_error *err)
{
    struct sw_lines lines = {.rest = look->text};
    struct reading r = {.look = look};
    struct sw_str line;
    while (sw_lines_next(&lines, &line)) {
        const size_t indent = sw_indent_of(line);
        struct sw_str text = sw_ascii_trim(without_comment(line));
        if (text.len == 0) {
            continue;
        }
        if (text.ptr[0] != '-') {
            r.dependencies = indent == 0 ? sw_str_starts(text, "dependencies:") : r.dependencies;
        } else if (r.dependencies) {
            SW_TRY(see_item(&r, sw_str_n(text.ptr + 1, text.len - 1), indent, lines.number));
        }
    }
    return SW_OK;
}

const struct sw_look_reader sw_look_conda = {
    .name = "conda",
    .takes = takes_conda,
    .look = look_at_conda,
    .gap = "no environment of conda",
};
