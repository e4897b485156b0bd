/* Model cards: README.md with YAML between two lines of "---" at its beginning. Source: "Model
 * Cards", Hugging Face Hub documentation. */
#include "supply/licence_read.h"

#include "codec/codec.h"
#include "supply/ascii.h"

struct card {
    struct sw_arena *arena;
    struct sw_str file;
    struct sw_licence_facts *facts;
};

/* --- front matter ----------------------------------------------------------------------------- */

static bool is_rule(struct sw_str line)
{
    while (line.len > 0 && sw_ascii_space(line.ptr[line.len - 1])) {
        line.len--;
    }
    return sw_str_is(line, "---");
}

/* Takes the next line off, with its end. */
static struct sw_str take_line(struct sw_str *rest)
{
    const char *end = rest->len == 0 ? NULL : memchr(rest->ptr, '\n', rest->len);
    struct sw_str line = *rest;
    line.len = end == NULL ? rest->len : (size_t)(end - rest->ptr) + 1;
    *rest = sw_str_n(rest->ptr + line.len, rest->len - line.len);
    return line;
}

/* What stands between the two lines; *ends is false when the second one is missing. */
static bool front_matter(struct sw_bytes bytes, struct sw_bytes *out, bool *ends)
{
    struct sw_str rest = sw_str_of_bytes(bytes);
    if (sw_str_starts(rest, "\xEF\xBB\xBF")) {
        rest = sw_str_n(rest.ptr + 3, rest.len - 3);
    }
    if (!is_rule(take_line(&rest))) {
        return false;
    }
    const char *start = rest.ptr;
    *ends = false;
    while (rest.len > 0) {
        struct sw_str line = take_line(&rest);
        if (is_rule(line)) {
            *out = sw_bytes(start, (size_t)(line.ptr - start));
            *ends = true;
            return true;
        }
    }
    return true;
}

/* --- members ---------------------------------------------------------------------------------- */

static struct sw_str text_of(const struct sw_json *root, const char *name)
{
    struct sw_str text = sw_str("");
    (void)sw_json_str(sw_json_get(root, name), &text);
    return text;
}

static sw_result not_text(struct card *card, const struct sw_json *value, const char *name)
{
    const char *why = sw_arena_printf(card->arena, "line %llu: '%s' is neither text nor a list",
        (unsigned long long)value->where + 1, name);
    SW_TRY_PTR(why);
    return sw_licence_add_problem(card->arena, card->facts, card->file, why);
}

/* Calls `take` for a text, or for each of a list. */
static sw_result each_text(struct card *card, const struct sw_json *root, const char *name,
    enum sw_code (*take)(
        struct card *card, const struct sw_json *root, struct sw_str text, uint64_t line))
{
    const struct sw_json *value = sw_json_get(root, name);
    struct sw_str text;
    if (value == NULL || value->type == SW_JSON_NULL) {
        return SW_OK;
    }
    if (sw_json_str(value, &text)) {
        return take(card, root, text, value->where + 1);
    }
    if (value->type != SW_JSON_ARRAY) {
        return not_text(card, value, name);
    }
    SW_JSON_EACH (item, value) {
        if (!sw_json_str(item, &text)) {
            return not_text(card, item, name);
        }
        SW_TRY(take(card, root, text, item->where + 1));
    }
    return SW_OK;
}

static sw_result take_licence(
    struct card *card, const struct sw_json *root, struct sw_str text, uint64_t line)
{
    struct sw_str name = text_of(root, "license_name");
    struct sw_licence_declared declared = {
        .text = text, .evidence = SW_LICENCE_BY_CARD, .file = card->file, .line = line};
    declared.expression = sw_licence_named(card->arena, text, name, text_of(root, "license_link"));
    if (name.len > 0) {
        const char *both = sw_arena_printf(
            card->arena, SW_STR_FMT " (" SW_STR_FMT ")", SW_STR_ARG(text), SW_STR_ARG(name));
        SW_TRY_PTR(both);
        declared.text = sw_str(both);
    }
    return sw_licence_add_declared(card->arena, card->facts, &declared);
}

static sw_result take_base(
    struct card *card, const struct sw_json *root, struct sw_str text, uint64_t line)
{
    struct sw_licence_base base = {text, card->file, line};
    return sw_licence_add_base(card->arena, card->facts, &base);
}

/* They are only told, so that what is no name is passed over. */
static sw_result take_datasets(struct card *card, const struct sw_json *root)
{
    const struct sw_json *value = sw_json_get(root, "datasets");
    struct sw_str name;
    if (sw_json_str(value, &name)) {
        return sw_licence_add_dataset(card->arena, card->facts, name);
    }
    SW_JSON_EACH (item, value) {
        SW_TRY(sw_json_str(item, &name) ? sw_licence_add_dataset(card->arena, card->facts, name)
                                        : SW_OK);
    }
    return SW_OK;
}

/* A name without `license` is what the Hub takes for "other". */
static sw_result take_name_alone(struct card *card, const struct sw_json *root)
{
    const struct sw_json *name = sw_json_get(root, "license_name");
    if (sw_json_get(root, "license") != NULL || name == NULL || name->type != SW_JSON_STRING) {
        return SW_OK;
    }
    return take_licence(card, root, sw_str("other"), name->where + 1);
}

static sw_result read_members(struct card *card, const struct sw_json *root)
{
    if (root->type == SW_JSON_NULL) {
        return SW_OK;
    }
    if (root->type != SW_JSON_OBJECT) {
        return sw_licence_add_problem(
            card->arena, card->facts, card->file, "its front matter has no members");
    }
    SW_TRY(each_text(card, root, "license", take_licence));
    SW_TRY(take_name_alone(card, root));
    SW_TRY(each_text(card, root, "base_model", take_base));
    SW_TRY(take_datasets(card, root));
    struct sw_str relation = text_of(root, "base_model_relation");
    card->facts->relation = relation.len > 0 ? relation : card->facts->relation;
    return SW_OK;
}

/* The line of an error counts from the front matter, which begins on the card's second. */
static sw_result tell_error(struct card *card, const struct sw_error *err)
{
    const char *why =
        sw_arena_printf(card->arena, "its front matter cannot be read, %s", err->text);
    SW_TRY_PTR(why);
    return sw_licence_add_problem(card->arena, card->facts, card->file, why);
}

sw_result sw_licence_read_card(struct sw_arena *arena, struct sw_bytes bytes, struct sw_str file,
    struct sw_licence_facts *facts)
{
    static const struct sw_json_limits limits = {
        .max_bytes = SW_LICENCE_CARD_MAX, .max_depth = 16, .max_values = 65536};
    struct card card = {arena, file, facts};
    struct sw_bytes yaml = {0};
    struct sw_error err = {0};
    struct sw_json root;
    bool ends = false;
    facts->card_words = sw_licence_words(arena, bytes, SW_LICENCE_TEXT_MAX);
    if (!front_matter(bytes, &yaml, &ends)) {
        return SW_OK;
    }
    if (!ends) {
        return sw_licence_add_problem(
            arena, facts, file, "its front matter has no end, a line of '---'");
    }
    enum sw_code code = sw_yaml_parse(arena, yaml, &limits, &root, &err);
    if (code == SW_E_NOMEM) {
        return code;
    }
    return code == SW_OK ? read_members(&card, &root) : tell_error(&card, &err);
}
