/* Requirements and constraints of pip, line by line.
 * Source: pip's "Requirements File Format", PEP 508. */
#include "supply/look_readers.h"
#include "supply/packages.h"

#define LOGICAL_MAX 65536 /* bytes of a line with those that continue it */
#define INCLUDES_MAX 16
#define INCLUDE_SIZE_MAX ((uint64_t)256 << 10)

struct reading {
    struct sw_look *look;
    bool constraints;
    bool development;
    struct sw_names *included; /* paths, each once: so that what includes itself ends */
    struct sw_names **counted; /* of the look that the walk made */
    struct sw_buf logical;     /* a line with those that continue it */
};

static bool in_directory(const struct sw_look *look, const char *directory)
{
    const size_t len = strlen(directory);
    const size_t before = look->path.len - look->name.len;
    if (before < len || memcmp(look->path.ptr + before - len, directory, len) != 0) {
        return false;
    }
    return before == len || look->path.ptr[before - len - 1] == '/';
}

static bool has(struct sw_str name, const char *word)
{
    return memmem(name.ptr, name.len, word, strlen(word)) != NULL;
}

static bool takes_requirements(const struct sw_look *look)
{
    if (!sw_look_ends(look, ".txt") && !sw_look_ends(look, ".in")) {
        return false;
    }
    return has(look->name, "requirements") || has(look->name, "constraints") ||
           in_directory(look, "requirements/");
}

/* --- lines ------------------------------------------------------------------------------------ */

/* A comment begins at a '#' at the start or behind white space; the '#' of an address does not. */
static struct sw_str without_comment(struct sw_str line)
{
    for (size_t i = 0; i < line.len; i++) {
        if (line.ptr[i] == '#' && (i == 0 || sw_ascii_space(line.ptr[i - 1]))) {
            return sw_str_n(line.ptr, i);
        }
    }
    return line;
}

/* What stands in front of the options of a line; whether one of them is a hash. */
static struct sw_str without_options(struct sw_str line, bool *hashed)
{
    const char *at = memmem(line.ptr, line.len, " --", 3);
    *hashed = memmem(line.ptr, line.len, "--hash", 6) != NULL;
    return at == NULL ? line : sw_str_n(line.ptr, (size_t)(at - line.ptr));
}

static sw_result see_requirement(struct reading *r, struct sw_str line, uint32_t number)
{
    bool hashed;
    struct sw_package package = {
        .ecosystem = SW_CATALOGUE_PYPI, .line = number, .development = r->development};
    if (!sw_package_of_python(without_options(line, &hashed), &package)) {
        return SW_OK;
    }
    if (r->constraints) {
        return sw_package_constrained(r->look, &package);
    }
    return hashed && package.version.len > 0 ? sw_package_locked(r->look, &package)
                                             : sw_package_wanted(r->look, &package);
}

/* What an option is given: "-r base.in", "-rbase.in", "--requirement=base.in". False: another. */
static bool option_value(
    struct sw_str line, const char *brief, const char *full, struct sw_str *out)
{
    const size_t len = sw_str_starts(line, full)    ? strlen(full)
                       : sw_str_starts(line, brief) ? strlen(brief)
                                                    : 0;
    if (len == 0) {
        return false;
    }
    *out = sw_ascii_trim(sw_str_n(line.ptr + len, line.len - len));
    if (out->len > 0 && out->ptr[0] == '=') {
        *out = sw_ascii_trim(sw_str_n(out->ptr + 1, out->len - 1));
    }
    *out = sw_unquote(*out);
    return true;
}

static sw_result include(struct reading *r, struct sw_str target, bool constraints);

static sw_result see_line(struct reading *r, struct sw_str line, uint32_t number)
{
    struct sw_str value;
    line = sw_ascii_trim(without_comment(line));
    if (line.len == 0) {
        return SW_OK;
    }
    if (line.ptr[0] != '-') {
        return see_requirement(r, line, number);
    }
    if (option_value(line, "-e", "--editable", &value)) {
        return see_requirement(r, value, number);
    }
    if (option_value(line, "-r", "--requirement", &value)) {
        return include(r, value, false);
    }
    return option_value(line, "-c", "--constraint", &value) ? include(r, value, true) : SW_OK;
}

/* A backslash at the end joins the next line. */
static sw_result see_lines(struct reading *r, struct sw_str text)
{
    struct sw_lines lines = {.rest = text};
    struct sw_str line;
    uint32_t first = 0;
    sw_buf_clear(&r->logical);
    while (sw_lines_next(&lines, &line)) {
        const bool joins =
            line.len > 0 && line.ptr[line.len - 1] == '\\' && r->logical.len < LOGICAL_MAX;
        first = r->logical.len == 0 ? lines.number : first;
        line.len -= joins ? 1 : 0;
        if (!joins && r->logical.len == 0) {
            SW_TRY(see_line(r, line, first));
            continue;
        }
        SW_TRY(sw_buf_append(&r->logical, line.ptr, line.len));
        if (!joins || lines.rest.len == 0) {
            SW_TRY(see_line(r, sw_buf_str(&r->logical), first));
            sw_buf_clear(&r->logical);
        } else if (r->logical.len == 0) {
            SW_TRY(sw_buf_putc(&r->logical, ' '));
        }
    }
    return SW_OK;
}

/* --- files that are included ------------------------------------------------------------------ */

static bool anybody_takes(const struct sw_look *look)
{
    for (size_t i = 0; i < sw_look_reader_count; i++) {
        if (sw_look_readers[i]->takes(look)) {
            return true;
        }
    }
    return false;
}

/* A file counts as read once, however many lists include it. */
static sw_result count_file(const struct reading *r, const char *path, uint64_t size)
{
    uint32_t number;
    struct sw_arena *arena = r->look->inventory->arena;
    if (*r->counted == NULL) {
        *r->counted = SW_ARENA_NEW(arena, struct sw_names);
        SW_TRY_PTR(*r->counted);
        sw_names_init(*r->counted, arena);
    }
    if (sw_names_find(*r->counted, 0, sw_str(path), &number)) {
        return SW_OK;
    }
    const char *own = sw_arena_strdup(arena, path);
    SW_TRY_PTR(own);
    r->look->coverage->read_files++;
    r->look->coverage->read_bytes += size;
    return sw_names_number(*r->counted, 0, sw_str(own), &number);
}

/* Reads a file that the walk does not hand to anybody, under its own path. */
static sw_result include_file(struct reading *r, const char *path, bool constraints)
{
    struct sw_error err = {0};
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_look look = *r->look;
    const char *prefix = look.options->prefix;
    const char *shown = prefix == NULL ? path : sw_arena_printf(look.arena, "%s/%s", prefix, path);
    SW_TRY_PTR(shown);
    look.path = sw_str(shown);
    look.name = sw_path_base(shown);
    if (anybody_takes(&look) || !sw_look_has(&look, path)) {
        return SW_OK;
    }
    if (sw_look_read(&look, path, INCLUDE_SIZE_MAX, &text, &err) != SW_OK) {
        return sw_look_gap(&look, "included files that are too large or could not be read");
    }
    SW_TRY(count_file(r, path, text.len));
    struct reading inner = {.look = &look,
        .constraints = r->constraints || constraints,
        .development = r->development,
        .included = r->included,
        .counted = r->counted};
    enum sw_code code = see_lines(&inner, sw_buf_str(&text));
    sw_buf_release(&inner.logical);
    return code;
}

static sw_result include(struct reading *r, struct sw_str target, bool constraints)
{
    uint32_t number;
    SW_CLEANUP(buf) struct sw_buf beside_it = SW_BUF_INIT;
    if (!sw_look_beside(sw_look_directory(r->look), target, &beside_it)) {
        return SW_OK;
    }
    const char *path = sw_arena_strdup(r->look->arena, sw_buf_cstr(&beside_it));
    SW_TRY_PTR(path);
    if (sw_names_find(r->included, 0, sw_str(path), &number)) {
        return SW_OK;
    }
    if (r->included->count >= INCLUDES_MAX) {
        return sw_look_gap(r->look, "files that a list of requirements includes past the 16th");
    }
    SW_TRY(sw_names_number(r->included, 0, sw_str(path), &number));
    return include_file(r, path, constraints);
}

static sw_result look_at_requirements(struct sw_look *look, struct sw_error *err)
{
    struct sw_names included;
    struct reading r = {.look = look,
        .constraints = has(look->name, "constraints"),
        .included = &included,
        .counted = &look->beside};
    const char *dot = memrchr(look->name.ptr, '.', look->name.len);
    sw_names_init(&included, look->arena);
    r.development =
        sw_package_is_development(sw_str_n(look->name.ptr, (size_t)(dot - look->name.ptr)));
    if (sw_str_starts(look->text, "\xef\xbb\xbf")) {
        look->text = sw_str_n(look->text.ptr + 3, look->text.len - 3);
    }
    enum sw_code code = see_lines(&r, look->text);
    sw_buf_release(&r.logical);
    return code;
}

const struct sw_look_reader sw_look_requirements = {
    .name = "requirements",
    .takes = takes_requirements,
    .look = look_at_requirements,
    .gap = "no list of requirements",
};
