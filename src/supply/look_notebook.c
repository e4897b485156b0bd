/* Notebooks (nbformat 4 and 3): the cells of code, one after the other, as one program. Outputs are
 * not looked at, nor is what cells of text say. */
#include "supply/ascii.h"
#include "supply/look_commands.h"
#include "supply/look_readers.h"
#include "supply/look_tree.h"

#define LINE_MAX_BYTES ((size_t)1 << 20) /* a longer line is data that was pasted in */
#define CELLS_MAX 10000

struct notebook {
    struct sw_look *look;
    struct sw_str path;
    struct sw_look_tree *trees;
    size_t count;
    bool broken; /* a cell was no Python */
    bool deep;   /* a cell nests too deep */
    bool wide;   /* a line was left out */
};

/* --- text of a cell --------------------------------------------------------------------------- */

/* "source" is a text, or a list of its lines. */
static sw_result source_of(struct notebook *n, const struct sw_json *cell, struct sw_buf *out)
{
    struct sw_str text;
    const struct sw_json *source = sw_json_get(cell, "source");
    source = source == NULL ? sw_json_get(cell, "input") : source;
    if (sw_json_str(source, &text)) {
        return sw_buf_put_str(out, text);
    }
    SW_JSON_EACH (line, source) {
        if (sw_json_str(line, &text)) {
            n->wide = n->wide || text.len > LINE_MAX_BYTES;
            SW_TRY(text.len <= LINE_MAX_BYTES ? sw_buf_put_str(out, text) : sw_buf_putc(out, '\n'));
        }
    }
    return SW_OK;
}

/* A line of the shell or of the notebook itself. */
static bool is_magic(struct sw_str line)
{
    const struct sw_str text = sw_ascii_trim(line);
    return text.len > 0 && (text.ptr[0] == '!' || text.ptr[0] == '%' || text.ptr[0] == '?');
}

/* Up to the end of a line, of which a backslash at its end is none. */
static size_t line_length(struct sw_str rest, bool joined)
{
    size_t len = 0;
    while (len < rest.len &&
           (rest.ptr[len] != '\n' || (joined && len > 0 && rest.ptr[len - 1] == '\\'))) {
        len++;
    }
    return len;
}

static uint32_t lines_of(struct sw_str text)
{
    uint32_t count = 1;
    for (size_t i = 0; i < text.len; i++) {
        count += text.ptr[i] == '\n' ? 1 : 0;
    }
    return count;
}

/* Blanks lines; where a block may be waiting for one, "pass" stands there instead. */
static void blank(char *line, size_t len)
{
    static const char nothing[] = "pass";
    size_t at = 0;
    while (at < len && sw_ascii_space(line[at])) {
        at++;
    }
    for (size_t i = at; i < len; i++) {
        line[i] = line[i] == '\n' ? '\n' : ' ';
    }
    if (len - at >= sizeof(nothing) - 1 && memchr(line + at, '\n', sizeof(nothing) - 1) == NULL) {
        memcpy(line + at, nothing, sizeof(nothing) - 1);
    }
}

/* "!pip install x", "%pip install x", "! hf download x" */
static sw_result see_magic(struct notebook *n, struct sw_str line, uint32_t number)
{
    struct sw_str text = sw_ascii_trim(line);
    while (text.len > 0 && (text.ptr[0] == '!' || text.ptr[0] == '%')) {
        text = sw_str_n(text.ptr + 1, text.len - 1);
    }
    return sw_look_commands(n->look, text, number);
}

enum cell_language { CELL_PYTHON, CELL_SHELL, CELL_OTHER };

/* "%%bash" at the top of a cell. */
static enum cell_language language_of(struct sw_str text)
{
    static const struct {
        const char *word;
        enum cell_language language;
    } rows[] = {{"%%time", CELL_PYTHON}, {"%%capture", CELL_PYTHON}, {"%%prun", CELL_PYTHON},
        {"%%python", CELL_PYTHON}, {"%%bash", CELL_SHELL}, {"%%sh", CELL_SHELL},
        {"%%!", CELL_SHELL}, {"%%", CELL_OTHER}};
    text = sw_ascii_trim(text);
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        if (sw_str_starts(text, rows[i].word)) {
            return rows[i].language;
        }
    }
    return CELL_PYTHON;
}

static sw_result see_lines(struct notebook *n, char *text, size_t len)
{
    uint32_t number = 1;
    for (size_t at = 0; at < len;) {
        struct sw_str line = sw_str_n(text + at, line_length(sw_str_n(text + at, len - at), false));
        if (is_magic(line)) {
            line.len = line_length(sw_str_n(text + at, len - at), true);
            const char *copy = sw_arena_strndup(n->look->arena, line);
            SW_TRY_PTR(copy);
            SW_TRY(see_magic(n, sw_str_n(copy, line.len), number));
            number += lines_of(line) - 1;
            blank(text + at, line.len);
        } else if (line.len > LINE_MAX_BYTES) {
            n->wide = true;
            blank(text + at, line.len);
        }
        at += line.len + 1;
        number++;
    }
    return SW_OK;
}

/* --- cells ------------------------------------------------------------------------------------ */

static sw_result parse_cell(struct notebook *n, struct sw_str text)
{
    struct sw_error none = {0};
    struct sw_py_node *root;
    enum sw_code code = sw_py_parse(n->look->arena, text, &root, &none);
    if (code == SW_E_FORMAT || code == SW_E_LIMIT) {
        n->broken = n->broken || code == SW_E_FORMAT;
        n->deep = n->deep || code == SW_E_LIMIT;
        return sw_look_python_lines(n->look, text);
    }
    SW_TRY(code);
    n->trees[n->count++] = (struct sw_look_tree){.root = root, .path = n->look->path};
    return SW_OK;
}

static sw_result look_at_cell(struct notebook *n, const struct sw_json *cell, size_t number)
{
    SW_CLEANUP(buf) struct sw_buf source = SW_BUF_INIT;
    if (!sw_json_is(sw_json_get(cell, "cell_type"), "code")) {
        return SW_OK;
    }
    SW_TRY(source_of(n, cell, &source));
    char *text = sw_arena_strndup(n->look->arena, sw_buf_str(&source));
    const char *path =
        sw_arena_printf(n->look->arena, SW_STR_FMT "#cell-%zu", SW_STR_ARG(n->path), number);
    SW_TRY_PTR(text);
    SW_TRY_PTR(path);
    n->look->path = sw_str(path);
    switch (language_of(sw_str_n(text, source.len))) {
    case CELL_SHELL: return sw_look_commands(n->look, sw_str_n(text, source.len), 1);
    case CELL_OTHER: return sw_look_see_keys(n->look, sw_str_n(text, source.len), 1);
    case CELL_PYTHON: break;
    }
    SW_TRY(see_lines(n, text, source.len));
    SW_TRY(sw_look_see_keys(n->look, sw_str_n(text, source.len), 1));
    return parse_cell(n, sw_str_n(text, source.len));
}

static const struct sw_json *cells_of(const struct sw_json *document)
{
    const struct sw_json *sheet = sw_json_item(sw_json_get(document, "worksheets"), 0);
    const struct sw_json *cells = sw_json_get(document, "cells");
    return cells == NULL ? sw_json_get(sheet, "cells") : cells;
}

/* Others than Python say so; kernels that are made of it say how it looks. */
static bool is_python(const struct sw_json *document)
{
    const struct sw_json *metadata = sw_json_get(document, "metadata");
    const struct sw_json *info = sw_json_get(metadata, "language_info");
    const struct sw_json *kernel = sw_json_get(metadata, "kernelspec");
    const struct sw_json *said[] = {sw_json_get(info, "name"),
        sw_json_get(sw_json_get(info, "codemirror_mode"), "name"), sw_json_get(kernel, "language")};
    bool any = false;
    for (size_t i = 0; i < SW_COUNT(said); i++) {
        any = any || said[i] != NULL;
        if (sw_json_is(said[i], "python") || sw_json_is(said[i], "ipython")) {
            return true;
        }
    }
    return !any;
}

static sw_result look_at_cells(struct notebook *n, const struct sw_json *cells)
{
    size_t number = 0;
    SW_JSON_EACH (cell, cells) {
        if (++number > CELLS_MAX) {
            n->look->path = n->path;
            return sw_look_gap(n->look, "cells of a notebook past the 10,000th");
        }
        SW_TRY(look_at_cell(n, cell, number));
    }
    return SW_OK;
}

/* What of the cells was not looked at. */
static sw_result tell_gaps(const struct notebook *n)
{
    SW_TRY(n->broken ? sw_look_gap(n->look, "cells of a notebook that are no Python 3") : SW_OK);
    SW_TRY(n->deep ? sw_look_gap(n->look, "cells of a notebook that nest too deep") : SW_OK);
    return n->wide ? sw_look_gap(n->look, "lines of a notebook over 1 MiB") : SW_OK;
}

static sw_result look_at(struct sw_look *look, struct sw_error *err)
{
    struct sw_json document;
    struct notebook n = {.look = look, .path = look->path};
    if (!sw_look_wants_source(look)) {
        return SW_OK;
    }
    SW_TRY(sw_json_parse(look->arena, sw_bytes_of_str(look->text), NULL, &document, err));
    const struct sw_json *cells = cells_of(&document);
    if (cells == NULL || cells->type != SW_JSON_ARRAY || !is_python(&document)) {
        return SW_E_FORMAT;
    }
    n.trees = SW_ARENA_ARRAY(look->arena, struct sw_look_tree, (size_t)cells->count + 1);
    SW_TRY_PTR(n.trees);
    enum sw_code code = look_at_cells(&n, cells);
    look->path = n.path;
    SW_TRY(code);
    SW_TRY(sw_look_trees(look, &sw_look_python_language, n.trees, n.count));
    return tell_gaps(&n);
}

static bool takes(const struct sw_look *look)
{
    return sw_look_ends(look, ".ipynb");
}

const struct sw_look_reader sw_look_notebook = {
    .name = "notebook",
    .takes = takes,
    .look = look_at,
    .gap = "no notebook of Python",
};
