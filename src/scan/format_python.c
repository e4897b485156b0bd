/* Python, by its name or its first line; notebooks; lists of requirements; files that Python reads
 * when it starts. doc/format/scan-code.md. */
#include "codec/codec.h"
#include "scan/format.h"
#include "scan/python.h"
#include "scan/template.h"

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

static bool ends_in(const char *name, const char *ending)
{
    size_t len = strlen(name);
    size_t n = strlen(ending);
    return len >= n && strcasecmp(name + len - n, ending) == 0;
}

/* "#!/usr/bin/env python3" */
static bool has_python_line(struct sw_bytes head)
{
    const uint8_t *end = memchr(head.ptr, '\n', head.len);
    size_t len = end == NULL ? head.len : (size_t)(end - head.ptr);
    return head.len > 2 && memcmp(head.ptr, "#!", 2) == 0 &&
           memmem(head.ptr, len, "python", 6) != NULL;
}

static bool is_archived(const struct sw_specimen *specimen)
{
    return specimen->torchscript && strstr(specimen->name, "/code/") != NULL;
}

static bool sniff(const struct sw_specimen *specimen)
{
    bool named = ends_in(specimen->name, ".py") || ends_in(specimen->name, ".pyw") ||
                 ends_in(specimen->name, ".pyi");
    return specimen->source.size > 0 && (named || has_python_line(specimen->head)) &&
           sw_is_text(specimen);
}

static sw_result read_all(
    const struct sw_specimen *specimen, struct sw_buf *out, struct sw_error *err)
{
    if (specimen->source.size > SW_PY_SIZE_MAX) {
        return sw_fail(err, SW_E_LIMIT, "source of more than 16 MiB");
    }
    return sw_source_append(&specimen->source, 0, specimen->source.size, out, err);
}

static sw_result parse(
    struct sw_inspection *in, const struct sw_specimen *specimen, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    SW_TRY(read_all(specimen, &text, err));
    SW_TRY(is_archived(specimen) ? sw_py_inspect_torchscript(in, sw_buf_bytes(&text))
                                 : sw_py_inspect(in, sw_buf_bytes(&text)));
    return sw_text_find_template(in, sw_buf_bytes(&text));
}

const struct sw_format sw_format_python = {
    .id = "python", .names = "", .sniff = sniff, .whole = true, .parse = parse};

/* --- notebooks (nbformat 4) ------------------------------------------------------------------- */

static bool sniff_notebook(const struct sw_specimen *specimen)
{
    return ends_in(specimen->name, ".ipynb") && specimen->head.len > 0 &&
           specimen->head.ptr[0] == '{' && sw_is_text(specimen);
}

/* Lines of IPython's: commands of the shell, and magics. They are told of, and left out. */
static sw_result take_line(
    struct sw_inspection *in, struct sw_str line, size_t cell, struct sw_buf *out)
{
    struct sw_str bare = line;
    while (bare.len > 0 && (bare.ptr[0] == ' ' || bare.ptr[0] == '\t')) {
        bare = sw_str_n(bare.ptr + 1, bare.len - 1);
    }
    bool shell = sw_str_starts(bare, "!");
    if (!shell && !sw_str_starts(bare, "%")) {
        return sw_buf_append(out, line.ptr, line.len);
    }
    /* Something must stand there, where the line was all of a block. */
    size_t indent = line.len - bare.len;
    SW_TRY(sw_buf_append(out, line.ptr, indent));
    SW_TRY(sw_buf_append(out, "pass\n", 5));
    static const char *const harmless[] = {"%matplotlib", "%load_ext", "%autoreload", "%time",
        "%%time", "%config", "%cd", "%pwd", "%who", "%reset", "%pylab", "%env", "%capture",
        "%%capture"};
    for (size_t i = 0; i < SW_COUNT(harmless) && !shell; i++) {
        if (sw_str_starts(bare, harmless[i])) {
            return SW_OK;
        }
    }
    bare.len -= bare.ptr[bare.len - 1] == '\n' ? 1 : 0;
    bare.len = bare.len > 120 ? 120 : bare.len;
    return sw_found(in, "source-shell", SW_SEVERITY_MEDIUM, UINT64_MAX,
        "cell %zu runs a command when it is run: " SW_STR_FMT, cell, SW_STR_ARG(bare));
}

static sw_result take_source(
    struct sw_inspection *in, struct sw_str source, size_t cell, struct sw_buf *out)
{
    while (source.len > 0) {
        const char *end = memchr(source.ptr, '\n', source.len);
        size_t len = end == NULL ? source.len : (size_t)(end - source.ptr) + 1;
        SW_TRY(take_line(in, sw_str_n(source.ptr, len), cell, out));
        source = sw_str_n(source.ptr + len, source.len - len);
    }
    return SW_OK;
}

static sw_result take_cell(
    struct sw_inspection *in, const struct sw_json *cell, size_t number, struct sw_buf *out)
{
    struct sw_str text;
    if (!sw_json_is(sw_json_get(cell, "cell_type"), "code")) {
        return SW_OK;
    }
    const struct sw_json *source = sw_json_get(cell, "source");
    if (source == NULL) {
        return SW_OK;
    }
    size_t start = out->len;
    if (sw_json_str(source, &text)) {
        SW_TRY(take_source(in, text, number, out));
    }
    SW_JSON_EACH (line, source) {
        if (sw_json_str(line, &text)) {
            SW_TRY(take_source(in, text, number, out));
        }
    }
    /* A cell for another interpreter has been told of, and is no Python. */
    struct sw_str first = {0};
    (void)sw_json_str(source->type == SW_JSON_ARRAY ? sw_json_item(source, 0) : source, &first);
    bool other = sw_str_starts(first, "%%");
    SW_TRY(sw_buf_append(out, "\n", 1));
    return other ? SW_OK : sw_py_inspect(in, sw_bytes(out->data + start, out->len - start));
}

static sw_result parse_notebook(
    struct sw_inspection *in, const struct sw_specimen *specimen, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf code = SW_BUF_INIT;
    struct sw_json root;
    SW_TRY(read_all(specimen, &text, err));
    SW_TRY(sw_json_parse(in->arena, sw_buf_bytes(&text), NULL, &root, err));
    size_t number = 0;
    SW_JSON_EACH (cell, sw_json_get(&root, "cells")) {
        sw_buf_clear(&code);
        SW_TRY(take_cell(in, cell, ++number, &code));
    }
    return SW_OK;
}

const struct sw_format sw_format_notebook = {.id = "notebook",
    .names = ".ipynb",
    .sniff = sniff_notebook,
    .whole = true,
    .parse = parse_notebook,
    .broken = SW_SEVERITY_LOW};

/* --- lists that installers and interpreters read ---------------------------------------------- */

static bool is_requirements(const char *name)
{
    return strncasecmp(name, "requirements", 12) == 0 && ends_in(name, ".txt");
}

static bool sniff_packages(const struct sw_specimen *specimen)
{
    const char *name = base_name(specimen->name);
    bool startup = ends_in(name, ".pth") && specimen->head.len > 0;
    return (is_requirements(name) || startup) && specimen->source.size > 0 && sw_is_text(specimen);
}

static sw_result judge_requirement(struct sw_inspection *in, struct sw_str line, uint64_t at)
{
    static const char *const signs[] = {"--index-url", "--extra-index-url", "-i ", "--find-links",
        "-f ", "--trusted-host", "git+", "http://", "https://", "svn+", "hg+"};
    for (size_t i = 0; i < SW_COUNT(signs); i++) {
        if (memmem(line.ptr, line.len, signs[i], strlen(signs[i])) != NULL) {
            line.len = line.len > 120 ? 120 : line.len;
            return sw_found(in, "source-index", SW_SEVERITY_MEDIUM, at,
                "packages come from somewhere else: " SW_STR_FMT, SW_STR_ARG(line));
        }
    }
    return SW_OK;
}

/* site.py runs lines of .pth files that begin with "import". */
static sw_result judge_startup(struct sw_inspection *in, struct sw_str line, uint64_t at)
{
    bool runs = sw_str_starts(line, "import ") || sw_str_starts(line, "import\t");
    line.len = line.len > 120 ? 120 : line.len;
    return runs ? sw_found(in, "source-startup", SW_SEVERITY_HIGH, at,
                      "Python runs this line each time it starts: " SW_STR_FMT, SW_STR_ARG(line))
                : SW_OK;
}

static sw_result parse_packages(
    struct sw_inspection *in, const struct sw_specimen *specimen, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    bool requirements = is_requirements(base_name(specimen->name));
    SW_TRY(read_all(specimen, &text, err));
    struct sw_str rest = sw_buf_str(&text);
    for (uint64_t at = 0; rest.len > 0;) {
        const char *end = memchr(rest.ptr, '\n', rest.len);
        size_t len = end == NULL ? rest.len : (size_t)(end - rest.ptr);
        struct sw_str line = sw_str_n(rest.ptr, len);
        if (!sw_str_starts(line, "#")) {
            SW_TRY(requirements ? judge_requirement(in, line, at) : judge_startup(in, line, at));
        }
        size_t used = len + (end == NULL ? 0 : 1);
        rest = sw_str_n(rest.ptr + used, rest.len - used);
        at += used;
    }
    return sw_text_find_template(in, sw_buf_bytes(&text));
}

const struct sw_format sw_format_packages = {.id = "packages",
    .names = ".pth",
    .sniff = sniff_packages,
    .whole = true,
    .parse = parse_packages};
