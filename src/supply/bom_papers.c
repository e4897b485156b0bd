/* What a model's or a dataset's own papers declare: README.md with the Hub's front matter,
 * config.json, tokenizer_config.json, adapter_config.json. They are other people's words. */
#include "supply/ascii.h"
#include "supply/bom_private.h"
#include "supply/catalogue.h"
#include "supply/purl.h"
#include "supply/spdx_expression.h"

#include <unistd.h>

#define LIST_MAX 1024u /* texts of one key that are kept */
#define TEXT_MAX 4096u /* bytes of one of them */

/* A byte of a text, and how many lines end before it. */
struct line {
    uint64_t byte;
    uint32_t breaks;
};

struct paper {
    struct sw_bom *bom;
    const struct sw_json *fields;
    struct sw_str origin; /* the file's name */
    struct sw_bytes text;
    bool yaml; /* its values know their lines, else their bytes */
    struct line *line;
};

/* What is set from now on stands there. Items of a list come in order, so that no byte of it is
 * counted twice. */
static void stand_at(const struct paper *p, const char *key, const struct sw_json *value)
{
    struct line *at = p->line;
    p->bom->key = sw_str(key);
    p->bom->line = value == NULL ? 0 : (uint32_t)value->where;
    if (value == NULL || p->yaml) {
        return;
    }
    if (value->where < at->byte) {
        *at = (struct line){0};
    }
    for (; at->byte < value->where && at->byte < p->text.len; at->byte++) {
        at->breaks += p->text.ptr[at->byte] == '\n';
    }
    p->bom->line = at->breaks + 1;
}

static void stand_nowhere(struct sw_bom *bom)
{
    bom->key = sw_str("");
    bom->line = 0;
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

static sw_result gap(const struct paper *p, const char *what)
{
    const char *text =
        sw_arena_printf(p->bom->arena, SW_STR_FMT ": %s", SW_STR_ARG(p->origin), what);
    SW_TRY_PTR(text);
    return sw_bom_set(p->bom, 0, SW_BOM_GAP, sw_str(text), sw_str(""));
}

static bool usable(const struct sw_json *value, struct sw_str *out)
{
    return sw_json_str(value, out) && out->len > 0 && out->len <= TEXT_MAX;
}

/* Calls back for a text, or for each of a list. */
static sw_result each_text(const struct paper *p, const char *key,
    sw_result (*take)(const struct paper *p, const void *arg, struct sw_str text), const void *arg)
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
        if (++count > LIST_MAX) {
            return gap(p, "a list in it is too long, and its end was left out");
        }
        if (usable(item, &text)) {
            SW_TRY(take(p, arg, text));
        }
    }
    return SW_OK;
}

static sw_result take_value(const struct paper *p, const void *arg, struct sw_str text)
{
    const enum sw_bom_field *field = arg;
    return sw_bom_set(p->bom, 0, *field, text, p->origin);
}

struct row {
    const char *key;
    enum sw_bom_field field;
};

static sw_result take_rows(const struct paper *p, const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        SW_TRY(each_text(p, rows[i].key, take_value, &rows[i].field));
    }
    return SW_OK;
}

/* --- models and datasets by name -------------------------------------------------------------- */

/* "C:/models" */
static bool is_on_drive(struct sw_str name)
{
    return name.len > 2 && sw_ascii_alnum(name.ptr[0]) && name.ptr[1] == ':' && name.ptr[2] == '/';
}

/* An address may carry a password or a token, and who wrote it did not mean it for others. */
static bool is_private_address(struct sw_str name)
{
    const char *scheme = memmem(name.ptr, name.len, "://", 3);
    return scheme != NULL &&
           (memchr(name.ptr, '@', name.len) != NULL || memchr(name.ptr, '?', name.len) != NULL);
}

/* A path on somebody's machine is no name, and not for others to see. */
static bool is_path(struct sw_str name)
{
    return name.ptr[0] == '/' || name.ptr[0] == '.' || name.ptr[0] == '~' ||
           memchr(name.ptr, '\\', name.len) != NULL || is_on_drive(name) ||
           sw_str_starts(name, "file:") || is_private_address(name);
}

/* The Hub's names have no other characters. */
static bool is_hub_name(struct sw_str name)
{
    for (size_t i = 0; i < name.len; i++) {
        const char c = name.ptr[i];
        if (!sw_ascii_alnum(c) && (c == '\0' || strchr("-_./", c) == NULL)) {
            return false;
        }
    }
    return true;
}

/* "organisation/name" as a purl, where the Hub has it now; nothing for other names, unless the
 * catalogue knows them. */
sw_result sw_bom_hub_purl(struct sw_bom *bom, struct sw_str name, struct sw_str *out)
{
    const struct sw_catalogue *catalogue;
    struct sw_error err;
    struct sw_str whole = name;
    *out = sw_str("");
    SW_TRY(sw_catalogue_builtin(&catalogue, &err));
    (void)sw_catalogue_find(catalogue, SW_CATALOGUE_ALIASES, name, &whole);
    const char *slash = memchr(whole.ptr, '/', whole.len);
    if (slash == NULL || !is_hub_name(whole)) {
        return SW_OK;
    }
    struct sw_purl purl = {.type = sw_str("huggingface"),
        .namespace = sw_str_n(whole.ptr, (size_t)(slash - whole.ptr))};
    purl.name = sw_str_n(slash + 1, whole.len - purl.namespace.len - 1);
    if (memchr(purl.name.ptr, '/', purl.name.len) != NULL) {
        return SW_OK;
    }
    enum sw_code code = sw_purl_format(bom->arena, &purl, out, &err);
    return code == SW_E_FORMAT ? SW_OK : code;
}

static bool has_named(
    const struct sw_bom *bom, enum sw_bom_role role, enum sw_bom_kind kind, struct sw_str name)
{
    for (size_t i = 1; i < bom->count; i++) {
        const struct sw_bom_component *c = &bom->components[i];
        if (c->role == role && c->kind == kind && sw_str_equal(sw_bom_get(c, SW_BOM_NAME), name)) {
            return true;
        }
    }
    return false;
}

static sw_result take_base(const struct paper *p, const void *arg, struct sw_str name)
{
    struct sw_str purl;
    uint32_t number;
    (void)arg;
    if (is_path(name)) {
        return gap(p, "the model that it was made from is named by a path or a private address");
    }
    if (has_named(p->bom, SW_BOM_ANCESTOR, SW_BOM_MODEL, name)) {
        return SW_OK;
    }
    SW_TRY(sw_bom_hub_purl(p->bom, name, &purl));
    SW_TRY(sw_bom_add(p->bom, SW_BOM_MODEL, SW_BOM_ANCESTOR, 0, &number));
    SW_TRY(sw_bom_set(p->bom, number, SW_BOM_NAME, name, p->origin));
    return sw_bom_set(p->bom, number, SW_BOM_PURL, purl, p->origin);
}

static sw_result take_dataset(const struct paper *p, const void *arg, struct sw_str name)
{
    const char *escaped = sw_arena_percent(p->bom->arena, name);
    uint32_t number;
    (void)arg;
    SW_TRY_PTR(escaped);
    if (is_path(name)) {
        return gap(p, "a dataset is named by a path or a private address");
    }
    if (has_named(p->bom, SW_BOM_PART, SW_BOM_DATA, name)) {
        return SW_OK;
    }
    const char *ref = sw_arena_printf(p->bom->arena, "data:%s", escaped);
    SW_TRY_PTR(ref);
    SW_TRY(sw_bom_add(p->bom, SW_BOM_DATA, SW_BOM_PART, SW_BOM_NONE, &number));
    SW_TRY(sw_bom_name(p->bom, number, sw_str(ref)));
    SW_TRY(sw_bom_set(p->bom, number, SW_BOM_NAME, name, p->origin));
    return sw_bom_set(p->bom, 0, SW_BOM_DATASET, p->bom->components[number].ref, p->origin);
}

/* --- metrics ---------------------------------------------------------------------------------- */

/* As text, whatever it is. */
static struct sw_str scalar(const struct sw_json *value)
{
    bool text = value != NULL && (value->type == SW_JSON_STRING || value->type == SW_JSON_NUMBER);
    return text && value->text.len <= TEXT_MAX ? value->text : sw_str("");
}

static sw_result take_metric(
    const struct paper *p, const struct sw_json *metric, struct sw_str slice)
{
    struct sw_str type = scalar(sw_json_get(metric, "type"));
    struct sw_str value = scalar(sw_json_get(metric, "value"));
    if (type.len == 0 || value.len == 0 || memchr(type.ptr, '\n', type.len) != NULL ||
        memchr(value.ptr, '\n', value.len) != NULL) {
        return SW_OK;
    }
    const char *text = sw_arena_printf(p->bom->arena, SW_STR_FMT "\n" SW_STR_FMT "\n" SW_STR_FMT,
        SW_STR_ARG(type), SW_STR_ARG(value), SW_STR_ARG(slice));
    SW_TRY_PTR(text);
    return sw_bom_set(p->bom, 0, SW_BOM_METRIC, sw_str(text), p->origin);
}

/* The Hub's "model-index": results of evaluations, as its author tells them. */
static sw_result take_index(const struct paper *p)
{
    uint32_t count = 0;
    SW_JSON_EACH (model, sw_json_get(p->fields, "model-index")) {
        SW_JSON_EACH (result, sw_json_get(model, "results")) {
            struct sw_str slice = scalar(sw_json_get(sw_json_get(result, "dataset"), "name"));
            SW_JSON_EACH (metric, sw_json_get(result, "metrics")) {
                if (++count > LIST_MAX) {
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

static sw_result add_licence(const struct paper *p, const void *arg, struct sw_str said)
{
    struct licences *all = *(struct licences *const *)arg;
    struct sw_str own;
    struct sw_error why;
    if (sw_ascii_equal(said, sw_str("other")) &&
        usable(sw_json_get(p->fields, "license_name"), &own)) {
        said = own;
    }
    struct sw_str licence = sw_bom_licence(p->bom->arena, said);
    if (licence.len == 0) {
        return SW_OK;
    }
    if (all->count == LICENCES_MAX ||
        sw_spdx_parse(p->bom->arena, licence, &all->parts[all->count], &why) != SW_OK) {
        return gap(p, "one of its licences was left out");
    }
    all->count++;
    return SW_OK;
}

static sw_result take_link(const struct paper *p)
{
    struct sw_str link;
    if (!usable(sw_json_get(p->fields, "license_link"), &link)) {
        return SW_OK;
    }
    stand_at(p, "license_link", sw_json_get(p->fields, "license_link"));
    return is_private_address(link) ? gap(p, "the link to its licence is a private address")
                                    : sw_bom_set(p->bom, 0, SW_BOM_LICENCE_URL, link, p->origin);
}

/* Several in a list hold together. */
static sw_result take_licence(const struct paper *p)
{
    struct licences all = {.count = 0};
    struct licences *const to = &all;
    SW_TRY(each_text(p, "license", add_licence, &to));
    if (all.count > 0) {
        const struct sw_spdx_expression *e =
            sw_spdx_join(p->bom->arena, SW_SPDX_AND, all.parts, all.count);
        SW_TRY_PTR(e);
        stand_at(p, "license", sw_json_get(p->fields, "license"));
        SW_TRY(sw_bom_set(
            p->bom, 0, SW_BOM_LICENCE_DECLARED, sw_spdx_text(p->bom->arena, e), p->origin));
    }
    return take_link(p);
}

static sw_result take_readme(const struct paper *p)
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

static sw_result take_config(const struct paper *p)
{
    static const struct row rows[] = {{"architectures", SW_BOM_ARCHITECTURE},
        {"model_type", SW_BOM_FAMILY}, {"torch_dtype", SW_BOM_PRECISION},
        {"dtype", SW_BOM_PRECISION}};
    return take_rows(p, rows, SW_COUNT(rows));
}

static sw_result take_tokenizer(const struct paper *p)
{
    static const struct row rows[] = {{"tokenizer_class", SW_BOM_TOKENIZER}};
    return take_rows(p, rows, SW_COUNT(rows));
}

static sw_result take_adapter(const struct paper *p)
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
    sw_result (*take)(const struct paper *p);
} papers[] = {
    {"README.md", parse_yaml, take_readme},
    {"adapter_config.json", parse_json, take_adapter},
    {"config.json", parse_json, take_config},
    {"tokenizer_config.json", parse_json, take_tokenizer},
};

static const struct sw_entry *find(const struct sw_tree *tree, const char *name)
{
    for (size_t i = 0; i < tree->count; i++) {
        if (tree->entries[i].kind == SW_ENTRY_FILE && strcmp(tree->entries[i].name, name) == 0) {
            return &tree->entries[i];
        }
    }
    return NULL;
}

static sw_result read_paper(const struct sw_tree *tree, const struct sw_entry *entry,
    struct sw_buf *out, struct sw_error *err)
{
    SW_CLEANUP(fd) int fd = -1;
    SW_TRY(sw_tree_open_file(tree, entry, &fd, err));
    return sw_fd_read(fd, entry->name, SW_BOM_PAPER_MAX, out, err);
}

static sw_result add_paper(
    struct sw_bom *bom, size_t index, struct sw_bytes text, struct sw_error *err)
{
    struct sw_json document = {.type = SW_JSON_NULL};
    struct sw_error why = {0};
    struct line line = {0};
    const struct paper p = {.bom = bom,
        .line = &line,
        .fields = &document,
        .origin = sw_str(papers[index].name),
        .text = text,
        .yaml = papers[index].parse == parse_yaml};
    enum sw_code code = papers[index].parse(bom->arena, text, &document, &why);
    if (code == SW_E_FORMAT || code == SW_E_LIMIT) {
        return gap(&p, why.text);
    }
    code = code == SW_OK ? papers[index].take(&p) : code;
    stand_nowhere(bom);
    return code == SW_OK ? SW_OK : sw_error_prefix(err, code, "%s", papers[index].name);
}

const char *sw_bom_paper_name(size_t index)
{
    return index < SW_COUNT(papers) ? papers[index].name : NULL;
}

sw_result sw_bom_add_paper(
    struct sw_bom *bom, const char *name, struct sw_bytes text, struct sw_error *err)
{
    for (size_t i = 0; i < SW_COUNT(papers); i++) {
        if (strcmp(papers[i].name, name) == 0) {
            return add_paper(bom, i, text, err);
        }
    }
    return sw_fail(err, SW_E_USAGE, "'%s' is no paper", name);
}

static sw_result take_paper(
    struct sw_bom *bom, const struct sw_tree *tree, size_t index, struct sw_error *err)
{
    const struct sw_entry *entry = find(tree, papers[index].name);
    const struct paper p = {.bom = bom, .origin = sw_str(papers[index].name)};
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    if (entry == NULL) {
        return SW_OK;
    }
    if (entry->size > SW_BOM_PAPER_MAX) {
        return gap(&p, "it is larger than 4 MiB, and was not read");
    }
    SW_TRY(read_paper(tree, entry, &text, err));
    const void *kept = sw_arena_copy(bom->arena, sw_buf_bytes(&text));
    SW_TRY_PTR(kept);
    return add_paper(bom, index, sw_bytes(kept, text.len), err);
}

sw_result sw_bom_add_papers(struct sw_bom *bom, const struct sw_tree *tree, struct sw_error *err)
{
    for (size_t i = 0; tree->single == NULL && i < SW_COUNT(papers); i++) {
        SW_TRY(take_paper(bom, tree, i, err));
    }
    return SW_OK;
}
