/* What a model's or a dataset's own papers declare: README.md with the Hub's front matter,
 * config.json, tokenizer_config.json, adapter_config.json. They are other people's words. */
#include "supply/ascii.h"
#include "supply/paper.h"
#include "supply/spdx_expression.h"

/* A byte of a text, and how many lines end before it. */
struct line {
    uint64_t byte;
    uint32_t breaks;
};

struct paper {
    struct sw_paper *to;
    const struct sw_json *fields;
    struct sw_bytes text;
    bool yaml; /* its values know their lines, else their bytes */
    struct line line;
    struct sw_str key; /* where what is told from now on stands */
    uint32_t number;   /* of the line; 0: nowhere */
};

/* What is told from now on stands there. Items of a list come in order, so that no byte of it is
 * counted twice. */
static void stand_at(struct paper *p, const char *key, const struct sw_json *value)
{
    struct line *at = &p->line;
    p->key = sw_str(key);
    p->number = value == NULL ? 0 : (uint32_t)value->where;
    if (value == NULL || p->yaml) {
        return;
    }
    if (value->where < at->byte) {
        *at = (struct line){0};
    }
    for (; at->byte < value->where && at->byte < p->text.len; at->byte++) {
        at->breaks += p->text.ptr[at->byte] == '\n';
    }
    p->number = at->breaks + 1;
}

static sw_result tell(
    struct paper *p, enum sw_paper_what what, enum sw_bom_field field, struct sw_str text)
{
    struct sw_paper *to = p->to;
    if (text.len == 0) {
        return SW_OK;
    }
    struct sw_paper_said *grown =
        sw_arena_grow(to->arena, to->said, to->count, &to->cap, sizeof(*grown));
    SW_TRY_PTR(grown);
    to->said = grown;
    grown[to->count++] = (struct sw_paper_said){
        .what = what, .field = field, .text = text, .key = p->key, .line = p->number};
    return SW_OK;
}

/* --- licences --------------------------------------------------------------------------------- */

struct sw_str sw_bom_licence(struct sw_arena *arena, struct sw_str said)
{
    static const char *const none[] = {"", "unknown", "other", "none", "unlicensed"};
    const struct sw_spdx_expression *e;
    said = sw_ascii_trim(said);
    for (size_t i = 0; i < SW_COUNT(none); i++) {
        if (sw_ascii_equal(said, sw_str(none[i]))) {
            return sw_str("");
        }
    }
    struct sw_error err;
    if (sw_spdx_parse(arena, said, &e, &err) == SW_OK) {
        return sw_spdx_text(arena, e);
    }
    return sw_spdx_reference(arena, said);
}

/* --- values ----------------------------------------------------------------------------------- */

static sw_result gap(struct paper *p, const char *what)
{
    return tell(p, SW_PAPER_GAP, SW_BOM_GAP, sw_str(what));
}

static bool usable(const struct sw_json *value, struct sw_str *out)
{
    return sw_json_str(value, out) && out->len > 0 && out->len <= SW_PAPER_TEXT_MAX;
}

/* Calls back for a text, or for each of a list. */
static sw_result each_text(struct paper *p, const char *key,
    sw_result (*take)(struct paper *p, const void *arg, struct sw_str text), const void *arg)
{
    const struct sw_json *value = sw_json_get(p->fields, key);
    struct sw_str text;
    uint32_t count = 0;
    if (usable(value, &text)) {
        stand_at(p, key, value);
        return take(p, arg, text);
    }
    SW_JSON_EACH (item, value) {
        stand_at(p, key, item);
        if (++count > SW_PAPER_LIST_MAX) {
            return gap(p, "a list in it is too long, and its end was left out");
        }
        if (usable(item, &text)) {
            SW_TRY(take(p, arg, text));
        }
    }
    return SW_OK;
}

static sw_result take_value(struct paper *p, const void *arg, struct sw_str text)
{
    const enum sw_bom_field *field = arg;
    return tell(p, SW_PAPER_VALUE, *field, text);
}

struct row {
    const char *key;
    enum sw_bom_field field;
};

static sw_result take_rows(struct paper *p, const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        SW_TRY(each_text(p, rows[i].key, take_value, &rows[i].field));
    }
    return SW_OK;
}

static sw_result take_base(struct paper *p, const void *arg, struct sw_str name)
{
    (void)arg;
    return tell(p, SW_PAPER_BASE, SW_BOM_NAME, name);
}

static sw_result take_dataset(struct paper *p, const void *arg, struct sw_str name)
{
    (void)arg;
    return tell(p, SW_PAPER_DATASET, SW_BOM_NAME, name);
}

/* --- metrics ---------------------------------------------------------------------------------- */

/* As text, whatever it is. */
static struct sw_str scalar(const struct sw_json *value)
{
    bool text = value != NULL && (value->type == SW_JSON_STRING || value->type == SW_JSON_NUMBER);
    return text && value->text.len <= SW_PAPER_TEXT_MAX ? value->text : sw_str("");
}

static sw_result take_metric(struct paper *p, const struct sw_json *metric, struct sw_str slice)
{
    struct sw_str type = scalar(sw_json_get(metric, "type"));
    struct sw_str value = scalar(sw_json_get(metric, "value"));
    if (type.len == 0 || value.len == 0 || memchr(type.ptr, '\n', type.len) != NULL ||
        memchr(value.ptr, '\n', value.len) != NULL) {
        return SW_OK;
    }
    const char *text = sw_arena_printf(p->to->arena, SW_STR_FMT "\n" SW_STR_FMT "\n" SW_STR_FMT,
        SW_STR_ARG(type), SW_STR_ARG(value), SW_STR_ARG(slice));
    SW_TRY_PTR(text);
    return tell(p, SW_PAPER_VALUE, SW_BOM_METRIC, sw_str(text));
}

/* The Hub's "model-index": results of evaluations, as its author tells them. */
static sw_result take_index(struct paper *p)
{
    uint32_t count = 0;
    SW_JSON_EACH (model, sw_json_get(p->fields, "model-index")) {
        SW_JSON_EACH (result, sw_json_get(model, "results")) {
            struct sw_str slice = scalar(sw_json_get(sw_json_get(result, "dataset"), "name"));
            SW_JSON_EACH (metric, sw_json_get(result, "metrics")) {
                if (++count > SW_PAPER_LIST_MAX) {
                    return gap(p, "a list in it is too long, and its end was left out");
                }
                stand_at(p, "model-index", metric);
                SW_TRY(take_metric(p, metric, slice));
            }
        }
    }
    return SW_OK;
}

/* --- the papers ------------------------------------------------------------------------------- */

#define LICENCES_MAX 64u

struct licences {
    const struct sw_spdx_expression *parts[LICENCES_MAX];
    size_t count;
};

static sw_result add_licence(struct paper *p, const void *arg, struct sw_str said)
{
    struct licences *all = *(struct licences *const *)arg;
    struct sw_str own;
    struct sw_error why;
    if (sw_ascii_equal(said, sw_str("other")) &&
        usable(sw_json_get(p->fields, "license_name"), &own)) {
        said = own;
    }
    struct sw_str licence = sw_bom_licence(p->to->arena, said);
    if (licence.len == 0) {
        return SW_OK;
    }
    if (all->count == LICENCES_MAX ||
        sw_spdx_parse(p->to->arena, licence, &all->parts[all->count], &why) != SW_OK) {
        return gap(p, "one of its licences was left out");
    }
    all->count++;
    return SW_OK;
}

static sw_result take_link(struct paper *p)
{
    struct sw_str link;
    if (!usable(sw_json_get(p->fields, "license_link"), &link)) {
        return SW_OK;
    }
    stand_at(p, "license_link", sw_json_get(p->fields, "license_link"));
    return tell(p, SW_PAPER_VALUE, SW_BOM_LICENCE_URL, link);
}

/* Several in a list hold together. */
static sw_result take_licence(struct paper *p)
{
    struct licences all = {.count = 0};
    struct licences *const to = &all;
    SW_TRY(each_text(p, "license", add_licence, &to));
    if (all.count > 0) {
        const struct sw_spdx_expression *e =
            sw_spdx_join(p->to->arena, SW_SPDX_AND, all.parts, all.count);
        SW_TRY_PTR(e);
        stand_at(p, "license", sw_json_get(p->fields, "license"));
        SW_TRY(tell(p, SW_PAPER_VALUE, SW_BOM_LICENCE_DECLARED, sw_spdx_text(p->to->arena, e)));
    }
    return take_link(p);
}

static sw_result take_readme(struct paper *p)
{
    static const struct row rows[] = {{"language", SW_BOM_LANGUAGE},
        {"library_name", SW_BOM_LIBRARY_NAME}, {"base_model_relation", SW_BOM_BASE_RELATION},
        {"size_categories", SW_BOM_SIZE_CATEGORY}, {"pipeline_tag", SW_BOM_TASK},
        {"task_categories", SW_BOM_TASK}};
    SW_TRY(take_licence(p));
    SW_TRY(take_rows(p, rows, SW_COUNT(rows)));
    SW_TRY(each_text(p, "base_model", take_base, NULL));
    SW_TRY(each_text(p, "datasets", take_dataset, NULL));
    return take_index(p);
}

static sw_result take_config(struct paper *p)
{
    static const struct row rows[] = {{"architectures", SW_BOM_ARCHITECTURE},
        {"model_type", SW_BOM_FAMILY}, {"torch_dtype", SW_BOM_PRECISION},
        {"dtype", SW_BOM_PRECISION}};
    return take_rows(p, rows, SW_COUNT(rows));
}

static sw_result take_tokenizer(struct paper *p)
{
    static const struct row rows[] = {{"tokenizer_class", SW_BOM_TOKENIZER}};
    return take_rows(p, rows, SW_COUNT(rows));
}

static sw_result take_adapter(struct paper *p)
{
    return each_text(p, "base_model_name_or_path", take_base, NULL);
}

/* The Hub's front matter: YAML between two lines of three dashes, at the very beginning. */
bool sw_bom_front_matter(struct sw_bytes text, struct sw_bytes *out)
{
    static const uint8_t fence[] = "\n---";
    size_t start = 0;
    if (text.len < 4 || memcmp(text.ptr, "---", 3) != 0) {
        return false;
    }
    while (start < text.len && text.ptr[start] != '\n') {
        start++;
    }
    const uint8_t *end = memmem(text.ptr + start, text.len - start, fence, 4);
    if (end == NULL) {
        return false;
    }
    *out = sw_bytes(text.ptr + start, (size_t)(end - text.ptr) - start);
    return true;
}

static sw_result parse_yaml(
    struct sw_arena *arena, struct sw_bytes text, struct sw_json *out, struct sw_error *err)
{
    struct sw_bytes matter;
    if (!sw_bom_front_matter(text, &matter)) {
        *out = (struct sw_json){.type = SW_JSON_NULL};
        return SW_OK;
    }
    return sw_yaml_parse(arena, matter, NULL, out, err);
}

static sw_result parse_json(
    struct sw_arena *arena, struct sw_bytes text, struct sw_json *out, struct sw_error *err)
{
    return sw_json_parse(arena, text, NULL, out, err);
}

static const struct {
    const char *name;
    sw_result (*parse)(
        struct sw_arena *arena, struct sw_bytes text, struct sw_json *out, struct sw_error *err);
    sw_result (*take)(struct paper *p);
} papers[] = {
    {"README.md", parse_yaml, take_readme},
    {"adapter_config.json", parse_json, take_adapter},
    {"config.json", parse_json, take_config},
    {"tokenizer_config.json", parse_json, take_tokenizer},
};

sw_result sw_paper_read(
    struct sw_paper *out, const char *name, struct sw_bytes text, struct sw_error *err)
{
    struct sw_json document = {.type = SW_JSON_NULL};
    struct sw_error why = {0};
    size_t i = 0;
    while (i < SW_COUNT(papers) && strcmp(papers[i].name, name) != 0) {
        i++;
    }
    if (i == SW_COUNT(papers)) {
        return sw_fail(err, SW_E_USAGE, "'%s' is no paper", name);
    }
    struct paper p = {.to = out,
        .fields = &document,
        .text = text,
        .key = sw_str(""),
        .yaml = papers[i].parse == parse_yaml};
    enum sw_code code = papers[i].parse(out->arena, text, &document, &why);
    if (code == SW_E_FORMAT || code == SW_E_LIMIT) {
        const char *kept = sw_arena_strdup(out->arena, why.text);
        SW_TRY_PTR(kept);
        return gap(&p, kept);
    }
    code = code == SW_OK ? papers[i].take(&p) : code;
    return code == SW_OK ? SW_OK : sw_fail(err, code, "no memory to read it");
}

const char *sw_bom_paper_name(size_t index)
{
    return index < SW_COUNT(papers) ? papers[index].name : NULL;
}
