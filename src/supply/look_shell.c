/* Files of variables, line by line, and scripts that are of no shell; Terraform, by its blocks.
 * Shells: look_commands.c. */
#include "supply/ascii.h"
#include "supply/look_configuration.h"

/* --- lines ------------------------------------------------------------------------------------ */

struct line {
    struct sw_str text;
    uint32_t number;
};

static bool next(struct sw_str text, size_t *at, struct line *line)
{
    if (*at >= text.len) {
        return false;
    }
    const char *start = text.ptr + *at;
    const char *end = memchr(start, '\n', text.len - *at);
    const size_t len = end == NULL ? text.len - *at : (size_t)(end - start);
    line->text = sw_ascii_trim(sw_str_n(start, len));
    line->number++;
    *at += len + 1;
    return true;
}

/* --- variables and scripts -------------------------------------------------------------------- */

static struct sw_str without_quotes(struct sw_str text)
{
    const bool quoted = text.len > 1 && (text.ptr[0] == '"' || text.ptr[0] == '\'') &&
                        text.ptr[text.len - 1] == text.ptr[0];
    return quoted ? sw_str_n(text.ptr + 1, text.len - 2) : text;
}

/* "key = value", "key: value" of .ini and .properties. */
static sw_result see_pair(struct sw_configuration *c, const struct line *line)
{
    size_t end = 0;
    while (end < line->text.len && line->text.ptr[end] != '=' && line->text.ptr[end] != ':') {
        end++;
    }
    if (end + 1 >= line->text.len) {
        return SW_OK;
    }
    struct sw_str key = sw_ascii_trim(sw_str_n(line->text.ptr, end));
    const char *dot = memrchr(key.ptr, '.', key.len);
    key = dot == NULL ? key : sw_str_n(dot + 1, key.len - (size_t)(dot + 1 - key.ptr));
    const struct sw_str value =
        sw_ascii_trim(sw_str_n(line->text.ptr + end + 1, line->text.len - end - 1));
    return sw_configuration_setting(c, key, without_quotes(value), line->number);
}

static bool is_pairs(const struct sw_look *look)
{
    return sw_look_ends(look, ".ini") || sw_look_ends(look, ".cfg") ||
           sw_look_ends(look, ".conf") || sw_look_ends(look, ".properties");
}

static sw_result look_at_shell(struct sw_look *look, struct sw_error *err)
{
    struct sw_configuration c;
    struct line line = {.number = 0};
    (void)err;
    if (look->text.len > SW_CONFIGURATION_MAX) {
        return sw_look_gap(look, "settings larger than 1 MiB");
    }
    SW_TRY(sw_look_see_lines(look, look->text, 1));
    sw_configuration_init(&c, look);
    if (!is_pairs(look)) {
        return sw_configuration_command(&c, look->text, 1);
    }
    for (size_t at = 0; next(look->text, &at, &line);) {
        if (line.text.len > 0 && strchr("#;![", line.text.ptr[0]) == NULL) {
            SW_TRY(see_pair(&c, &line));
        }
    }
    return SW_OK;
}

static bool takes_shell(const struct sw_look *look)
{
    static const char *const endings[] = {
        ".env", ".envrc", ".service", ".ini", ".cfg", ".conf", ".properties", ".ps1", ".fish"};
    for (size_t i = 0; i < SW_COUNT(endings); i++) {
        if (sw_look_ends(look, endings[i])) {
            return true;
        }
    }
    return sw_ascii_starts(look->name, ".env") || sw_ascii_starts(look->name, "env.") ||
           sw_look_named(look, "Procfile");
}

const struct sw_look_reader sw_look_shell = {
    .name = "shell",
    .takes = takes_shell,
    .look = look_at_shell,
    .gap = "no script",
};

/* --- Terraform -------------------------------------------------------------------------------- */

struct terraform {
    struct sw_configuration c;
    bool inside; /* a resource of the catalogue */
    size_t depth;
};

/* The text in the next quotes, and what is behind; empty when there are none. */
static struct sw_str quoted(struct sw_str *rest)
{
    const char *start = memchr(rest->ptr, '"', rest->len);
    const size_t before = start == NULL ? 0 : (size_t)(start + 1 - rest->ptr);
    const char *end = start == NULL ? NULL : memchr(start + 1, '"', rest->len - before);
    if (end == NULL) {
        return sw_str("");
    }
    const struct sw_str text = sw_str_n(start + 1, (size_t)(end - start - 1));
    *rest = sw_str_n(end + 1, rest->len - before - text.len - 1);
    return text;
}

/* resource "TYPE" "NAME" */
static sw_result see_resource(struct terraform *t, const struct line *line)
{
    static const struct sw_signal signal = {
        "cloud-resource", SW_SOURCE_CONFIGURATION, SW_GRADE_DECLARED, 900};
    struct sw_entity_id id = {.kind = SW_ENTITY_SERVICE};
    const bool data = sw_str_starts(line->text, "data \"");
    if (!data && !sw_str_starts(line->text, "resource \"")) {
        return SW_OK;
    }
    struct sw_str rest = line->text;
    const struct sw_str type = quoted(&rest);
    const struct sw_str name = quoted(&rest);
    if (name.len == 0 || name.len > 128 || type.len > 128 ||
        !sw_catalogue_begins(t->c.look->catalogue, SW_CATALOGUE_RESOURCES, type, &id.name)) {
        return SW_OK;
    }
    t->inside = true;
    const char *address = sw_arena_printf(t->c.look->arena, "%s" SW_STR_FMT "." SW_STR_FMT,
        data ? "data." : "", SW_STR_ARG(type), SW_STR_ARG(name));
    SW_TRY_PTR(address);
    return sw_look_see(t->c.look, &signal, &id, line->number, sw_str(address));
}

/* key = "value" */
static sw_result see_attribute(struct terraform *t, const struct line *line)
{
    size_t end = 0;
    while (end < line->text.len && (sw_ascii_alnum(line->text.ptr[end]) ||
                                       line->text.ptr[end] == '_' || line->text.ptr[end] == '"')) {
        end++;
    }
    struct sw_str key = sw_str_n(line->text.ptr, end);
    struct sw_str rest = sw_str_n(line->text.ptr + end, line->text.len - end);
    const char *equals = memchr(rest.ptr, '=', rest.len);
    if (key.len > 2 && key.ptr[0] == '"') {
        key = sw_str_n(key.ptr + 1, key.len - 2);
    }
    if (equals == NULL || key.len == 0) {
        return SW_OK;
    }
    for (struct sw_str value = quoted(&rest); value.len > 0; value = quoted(&rest)) {
        SW_TRY(sw_configuration_image(&t->c, value, line->number));
        SW_TRY(t->inside ? sw_configuration_model(&t->c, value, false, line->number) : SW_OK);
    }
    rest = sw_str_n(line->text.ptr + end, line->text.len - end);
    return t->inside && sw_ascii_equal(key, sw_str("name"))
               ? SW_OK
               : sw_configuration_setting(&t->c, key, quoted(&rest), line->number);
}

static void count_braces(struct terraform *t, struct sw_str text)
{
    bool quote = false;
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        quote = c == '"' ? !quote : quote;
        t->depth += c == '{' && !quote ? 1 : 0;
        t->depth -= c == '}' && !quote && t->depth > 0 ? 1 : 0;
    }
    t->inside = t->inside && t->depth > 0;
}

static sw_result look_at_terraform(struct sw_look *look, struct sw_error *err)
{
    struct terraform t = {.depth = 0};
    struct line line = {.number = 0};
    (void)err;
    if (look->text.len > SW_CONFIGURATION_MAX) {
        return sw_look_gap(look, "settings larger than 1 MiB");
    }
    SW_TRY(sw_look_see_lines(look, look->text, 1));
    sw_configuration_init(&t.c, look);
    for (size_t at = 0; next(look->text, &at, &line);) {
        if (line.text.len == 0 || line.text.ptr[0] == '#' || sw_str_starts(line.text, "//")) {
            continue;
        }
        SW_TRY(see_resource(&t, &line));
        SW_TRY(see_attribute(&t, &line));
        count_braces(&t, line.text);
    }
    return SW_OK;
}

static bool takes_terraform(const struct sw_look *look)
{
    return sw_look_ends(look, ".tf") || sw_look_ends(look, ".tfvars") || sw_look_ends(look, ".hcl");
}

const struct sw_look_reader sw_look_terraform = {
    .name = "terraform",
    .takes = takes_terraform,
    .look = look_at_terraform,
    .gap = "no Terraform",
};
