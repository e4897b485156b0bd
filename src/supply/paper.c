/* What a paper says, taken into a bill, and told between processes. Who tells it may have been
 * taken over: it can say what a paper could. */
#include "supply/paper.h"

#include "supply/ascii.h"
#include "supply/catalogue.h"
#include "supply/purl.h"
#include "supply/spdx_expression.h"
#include "supply/wire.h"

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

/* --- into a bill ------------------------------------------------------------------------------ */

struct applying {
    struct sw_bom *bom;
    struct sw_str origin; /* the file's name */
};

static sw_result add_gap(const struct applying *a, struct sw_str what)
{
    const char *text = sw_arena_printf(
        a->bom->arena, SW_STR_FMT ": " SW_STR_FMT, SW_STR_ARG(a->origin), SW_STR_ARG(what));
    SW_TRY_PTR(text);
    return sw_bom_set(a->bom, 0, SW_BOM_GAP, sw_str(text), sw_str(""));
}

static sw_result add_value(const struct applying *a, const struct sw_paper_said *said)
{
    if (said->field == SW_BOM_LICENCE_URL && is_private_address(said->text)) {
        return add_gap(a, sw_str("the link to its licence is a private address"));
    }
    return sw_bom_set(a->bom, 0, said->field, said->text, a->origin);
}

static sw_result add_base(const struct applying *a, const struct sw_paper_said *said)
{
    struct sw_bom *bom = a->bom;
    struct sw_str purl;
    uint32_t number;
    if (is_path(said->text)) {
        return add_gap(
            a, sw_str("the model that it was made from is named by a path or a private address"));
    }
    if (has_named(bom, SW_BOM_ANCESTOR, SW_BOM_MODEL, said->text)) {
        return SW_OK;
    }
    SW_TRY(sw_bom_hub_purl(bom, said->text, &purl));
    SW_TRY(sw_bom_add(bom, SW_BOM_MODEL, SW_BOM_ANCESTOR, 0, &number));
    SW_TRY(sw_bom_set(bom, number, SW_BOM_NAME, said->text, a->origin));
    return sw_bom_set(bom, number, SW_BOM_PURL, purl, a->origin);
}

static sw_result add_dataset(const struct applying *a, const struct sw_paper_said *said)
{
    struct sw_bom *bom = a->bom;
    const char *escaped = sw_arena_percent(bom->arena, said->text);
    uint32_t number;
    SW_TRY_PTR(escaped);
    if (is_path(said->text)) {
        return add_gap(a, sw_str("a dataset is named by a path or a private address"));
    }
    if (has_named(bom, SW_BOM_PART, SW_BOM_DATA, said->text)) {
        return SW_OK;
    }
    const char *ref = sw_arena_printf(bom->arena, "data:%s", escaped);
    SW_TRY_PTR(ref);
    SW_TRY(sw_bom_add(bom, SW_BOM_DATA, SW_BOM_PART, SW_BOM_NONE, &number));
    SW_TRY(sw_bom_name(bom, number, sw_str(ref)));
    SW_TRY(sw_bom_set(bom, number, SW_BOM_NAME, said->text, a->origin));
    return sw_bom_set(bom, 0, SW_BOM_DATASET, bom->components[number].ref, a->origin);
}

static sw_result apply(const struct applying *a, const struct sw_paper_said *said)
{
    switch (said->what) {
    case SW_PAPER_VALUE: return add_value(a, said);
    case SW_PAPER_BASE: return add_base(a, said);
    case SW_PAPER_DATASET: return add_dataset(a, said);
    case SW_PAPER_GAP: return add_gap(a, said->text);
    }
    return SW_E_INTERNAL;
}

sw_result sw_paper_apply(struct sw_bom *bom, const char *name, const struct sw_paper *paper)
{
    const struct applying a = {bom, sw_str(name)};
    enum sw_code code = SW_OK;
    for (size_t i = 0; i < paper->count && code == SW_OK; i++) {
        const char *key = sw_arena_strndup(bom->arena, paper->said[i].key);
        SW_TRY_PTR(key);
        bom->key = sw_str_n(key, paper->said[i].key.len);
        bom->line = paper->said[i].line;
        code = apply(&a, &paper->said[i]);
    }
    bom->key = sw_str("");
    bom->line = 0;
    return code;
}

sw_result sw_bom_add_paper(
    struct sw_bom *bom, const char *name, struct sw_bytes text, struct sw_error *err)
{
    struct sw_paper paper = {.arena = bom->arena};
    SW_TRY(sw_paper_read(&paper, name, text, err));
    enum sw_code code = sw_paper_apply(bom, name, &paper);
    return code == SW_OK ? SW_OK : sw_error_prefix(err, code, "%s", name);
}

/* --- as bytes --------------------------------------------------------------------------------- */

#define SAID_LEAST (2 + 2 * SW_WIRE_TEXT_LEAST + 4)
#define KEY_MAX 64

static bool could_be_said(const struct sw_paper_said *said)
{
    static const size_t longest[] = {
        [SW_PAPER_VALUE] = SW_SPDX_TEXT_MAX, /* a licence; a metric has three texts */
        [SW_PAPER_BASE] = SW_PAPER_TEXT_MAX,
        [SW_PAPER_DATASET] = SW_PAPER_TEXT_MAX,
        [SW_PAPER_GAP] = SW_ERROR_TEXT_MAX,
    };
    static const enum sw_bom_field fields[] = {SW_BOM_LICENCE_DECLARED, SW_BOM_LICENCE_URL,
        SW_BOM_TASK, SW_BOM_FAMILY, SW_BOM_ARCHITECTURE, SW_BOM_METRIC, SW_BOM_LANGUAGE,
        SW_BOM_LIBRARY_NAME, SW_BOM_BASE_RELATION, SW_BOM_TOKENIZER, SW_BOM_PRECISION,
        SW_BOM_SIZE_CATEGORY};
    bool known = said->what != SW_PAPER_VALUE;
    for (size_t i = 0; i < SW_COUNT(fields); i++) {
        known = known || said->field == fields[i];
    }
    return known && said->what <= SW_PAPER_GAP && said->text.len > 0 &&
           said->text.len <= longest[said->what] && said->key.len <= KEY_MAX;
}

sw_result sw_paper_put(const struct sw_paper *paper, struct sw_buf *out)
{
    if (paper->count > SW_PAPER_SAID_MAX) {
        return SW_E_LIMIT;
    }
    SW_TRY(sw_wire_put_count(out, paper->count));
    for (size_t i = 0; i < paper->count; i++) {
        const struct sw_paper_said *said = &paper->said[i];
        SW_TRY(sw_buf_putc(out, (char)said->what));
        SW_TRY(sw_buf_putc(out, (char)said->field));
        SW_TRY(sw_wire_put(out, said->text));
        SW_TRY(sw_wire_put(out, said->key));
        SW_TRY(sw_buf_put_u32be(out, said->line));
    }
    return SW_OK;
}

static sw_result take_said(struct sw_cursor *cur, struct sw_paper_said *out)
{
    uint8_t what;
    uint8_t field;
    SW_TRY(sw_cur_u8(cur, &what));
    SW_TRY(sw_cur_u8(cur, &field));
    SW_TRY(sw_wire_take_text(cur, &out->text));
    SW_TRY(sw_wire_take_text(cur, &out->key));
    SW_TRY(sw_cur_u32be(cur, &out->line));
    out->what = (enum sw_paper_what)what;
    out->field = (enum sw_bom_field)field;
    return could_be_said(out) ? SW_OK : SW_E_FORMAT;
}

sw_result sw_paper_take(struct sw_cursor *cur, struct sw_paper *out)
{
    size_t count;
    SW_TRY(sw_wire_take_count(cur, SAID_LEAST, SW_PAPER_SAID_MAX, &count));
    out->said = SW_ARENA_ARRAY(out->arena, struct sw_paper_said, count + 1);
    SW_TRY_PTR(out->said);
    out->cap = count + 1;
    size_t names = 0;
    for (out->count = 0; out->count < count; out->count++) {
        const struct sw_paper_said *said = &out->said[out->count];
        SW_TRY(take_said(cur, &out->said[out->count]));
        names += said->what == SW_PAPER_BASE || said->what == SW_PAPER_DATASET;
    }
    return names <= SW_PAPER_NAMES_MAX ? SW_OK : SW_E_FORMAT;
}
