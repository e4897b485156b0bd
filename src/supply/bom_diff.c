/* Two bills beside each other. */
#include "supply/bom_private.h"
#include "supply/purl.h"

#include <stdlib.h>

struct item {
    const struct sw_bom_component *component;
    enum sw_bom_kind kind;
    struct sw_str key; /* its purl without version, or its name */
    struct sw_str version;
};

struct items {
    struct item *list;
    size_t count;
};

static int compare_items(const void *a, const void *b)
{
    const struct item *x = a;
    const struct item *y = b;
    if (x->kind != y->kind) {
        return x->kind < y->kind ? -1 : 1;
    }
    int order = sw_str_compare(x->key, y->key);
    return order != 0 ? order : sw_str_compare(x->version, y->version);
}

static int compare_keys(const struct item *x, const struct item *y)
{
    if (x->kind != y->kind) {
        return x->kind < y->kind ? -1 : 1;
    }
    return sw_str_compare(x->key, y->key);
}

/* A purl without version and what stands behind it; as it is when it cannot be read. */
static struct sw_str package_of(struct sw_arena *arena, struct sw_str text)
{
    struct sw_purl purl;
    struct sw_str out;
    struct sw_error err;
    if (sw_purl_parse(arena, text, &purl, &err) != SW_OK) {
        return text;
    }
    purl.version = purl.subpath = sw_str("");
    purl.qualifiers = NULL;
    purl.qualifier_count = 0;
    return sw_purl_format(arena, &purl, &out, &err) == SW_OK ? out : text;
}

/* The main one is compared apart: it may have another name. Services of SPDX and of CycloneDX are
 * the same. */
static sw_result gather(const struct sw_bom *bom, struct sw_arena *arena, struct items *out)
{
    out->list = SW_ARENA_ARRAY(arena, struct item, bom->count);
    SW_TRY_PTR(out->list);
    out->count = 0;
    for (size_t i = 1; i < bom->count; i++) {
        const struct sw_bom_component *c = &bom->components[i];
        struct sw_str purl = sw_bom_get(c, SW_BOM_PURL);
        struct item *item = &out->list[out->count++];
        item->component = c;
        item->kind = c->kind;
        item->version = sw_bom_get(c, SW_BOM_VERSION);
        item->key = purl.len > 0 ? package_of(arena, purl) : sw_bom_get(c, SW_BOM_NAME);
    }
    qsort(out->list, out->count, sizeof(*out->list), compare_items);
    return SW_OK;
}

/* One bill, with what each component depends on, by its number: names that both bills have. */
struct side {
    const struct sw_bom *bom;
    struct sw_str *needs;
};

struct comparing {
    struct sw_arena *arena;
    struct sw_bom_diff *out;
    const struct sw_bom *before_bom, *after_bom;
    struct side before, after;
};

static sw_result add(struct comparing *c, const struct sw_bom_difference *difference)
{
    struct sw_bom_difference *moved =
        sw_arena_grow(c->arena, c->out->list, c->out->count, &c->out->cap, sizeof(*c->out->list));
    SW_TRY_PTR(moved);
    c->out->list = moved;
    moved[c->out->count++] = *difference;
    return SW_OK;
}

/* A ref stands for a component: its name is what both documents have. */
static struct sw_str told(const struct sw_bom *bom, enum sw_bom_field field, struct sw_str text)
{
    uint32_t number;
    return field == SW_BOM_DATASET && sw_bom_find(bom, text, &number)
               ? sw_bom_get(&bom->components[number], SW_BOM_NAME)
               : text;
}

/* All texts of a field, one after the other. */
static sw_result join(const struct sw_bom *bom, const struct sw_bom_component *component,
    enum sw_bom_field field, struct sw_buf *out)
{
    sw_buf_clear(out);
    for (size_t i = 0; i < component->value_count; i++) {
        if (component->values[i].field == field) {
            SW_TRY(sw_buf_puts(out, out->len == 0 ? "" : ", "));
            SW_TRY(sw_buf_put_str(out, told(bom, field, component->values[i].text)));
        }
    }
    for (size_t i = 0; field == SW_BOM_METRIC && i < out->len; i++) {
        out->data[i] = out->data[i] == '\n' ? ' ' : out->data[i];
    }
    return SW_OK;
}

static sw_result keep(struct sw_arena *arena, struct sw_str text, struct sw_str *out)
{
    const char *kept = sw_arena_strndup(arena, text);
    SW_TRY_PTR(kept);
    *out = sw_str_n(kept, text.len);
    return SW_OK;
}

static sw_result compare_field(struct comparing *c, const struct sw_bom_component *before,
    const struct sw_bom_component *after, enum sw_bom_field field)
{
    SW_CLEANUP(buf) struct sw_buf a = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf b = SW_BUF_INIT;
    SW_TRY(join(c->before_bom, before, field, &a));
    SW_TRY(join(c->after_bom, after, field, &b));
    if (sw_str_equal(sw_buf_str(&a), sw_buf_str(&b))) {
        return SW_OK;
    }
    struct sw_bom_difference d = {.change = SW_BOM_CHANGED,
        .before = before,
        .after = after,
        .what = sw_bom_field_name(field)};
    SW_TRY(keep(c->arena, sw_buf_str(&a), &d.from));
    SW_TRY(keep(c->arena, sw_buf_str(&b), &d.to));
    return add(c, &d);
}

static int compare_hash(const void *a, const void *b)
{
    const struct sw_bom_hash *x = a;
    const struct sw_bom_hash *y = b;
    const int order = sw_str_compare(x->alg, y->alg);
    return order != 0 ? order : sw_str_compare(x->content, y->content);
}

/* In one order: whoever wrote them, and a liar may give several of one algorithm. */
static sw_result sorted_hashes(
    struct sw_arena *arena, const struct sw_bom_component *component, struct sw_bom_hash **out)
{
    struct sw_bom_hash *list = SW_ARENA_ARRAY(arena, struct sw_bom_hash, component->hash_count + 1);
    SW_TRY_PTR(list);
    for (size_t i = 0; i < component->hash_count; i++) {
        list[i] = component->hashes[i];
    }
    qsort(list, component->hash_count, sizeof(*list), compare_hash);
    *out = list;
    return SW_OK;
}

/* Takes the hashes of the first one's algorithm off a sorted list, as one text. */
static sw_result take_hashes(struct sw_arena *arena, const struct sw_bom_hash **list,
    const struct sw_bom_hash *end, struct sw_str *out)
{
    const struct sw_bom_hash *first = *list;
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    for (; *list < end && sw_str_equal((*list)->alg, first->alg); (*list)++) {
        const bool again = *list > first && sw_str_equal((*list)[-1].content, (*list)->content);
        if (!again) {
            SW_TRY(sw_buf_puts(&text, text.len == 0 ? "" : ", "));
            SW_TRY(sw_buf_put_str(&text, (*list)->content));
        }
    }
    return keep(arena, sw_buf_str(&text), out);
}

/* All of them, by their algorithms. */
static sw_result list_hashes(
    struct sw_arena *arena, const struct sw_bom_hash *list, size_t count, struct sw_str *out)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    for (size_t i = 0; i < count; i++) {
        SW_TRY(sw_buf_printf(&text, "%s" SW_STR_FMT ":" SW_STR_FMT, i == 0 ? "" : ", ",
            SW_STR_ARG(list[i].alg), SW_STR_ARG(list[i].content)));
    }
    return keep(arena, sw_buf_str(&text), out);
}

/* Without a common one nothing says that it is the same thing. */
static sw_result add_other_hashes(struct comparing *c, const struct sw_bom_component *before,
    const struct sw_bom_component *after, struct sw_bom_hash *const lists[2])
{
    struct sw_bom_difference d = {
        .change = SW_BOM_CHANGED, .before = before, .after = after, .what = "hashes"};
    SW_TRY(list_hashes(c->arena, lists[0], before->hash_count, &d.from));
    SW_TRY(list_hashes(c->arena, lists[1], after->hash_count, &d.to));
    return add(c, &d);
}

/* Algorithms that both have tell something. */
static sw_result compare_hashes(struct comparing *c, const struct sw_bom_component *before,
    const struct sw_bom_component *after)
{
    struct sw_bom_hash *lists[2];
    SW_TRY(sorted_hashes(c->arena, before, &lists[0]));
    SW_TRY(sorted_hashes(c->arena, after, &lists[1]));
    const struct sw_bom_hash *a = lists[0];
    const struct sw_bom_hash *b = lists[1];
    const struct sw_bom_hash *a_end = a + before->hash_count;
    const struct sw_bom_hash *b_end = b + after->hash_count;
    bool common = before->hash_count == 0 && after->hash_count == 0;
    while (a < a_end && b < b_end) {
        const int order = sw_str_compare(a->alg, b->alg);
        if (order != 0) {
            a += order < 0;
            b += order > 0;
            continue;
        }
        common = true;
        const char *alg = sw_arena_strndup(c->arena, a->alg);
        SW_TRY_PTR(alg);
        struct sw_bom_difference d = {
            .change = SW_BOM_CHANGED, .before = before, .after = after, .what = alg};
        SW_TRY(take_hashes(c->arena, &a, a_end, &d.from));
        SW_TRY(take_hashes(c->arena, &b, b_end, &d.to));
        if (!sw_str_equal(d.from, d.to)) {
            SW_TRY(add(c, &d));
        }
    }
    return common ? SW_OK : add_other_hashes(c, before, after, lists);
}

/* --- what they depend on ---------------------------------------------------------------------- */

static int compare_edges(const void *a, const void *b, void *ctx)
{
    const struct sw_bom_edge *x = a;
    const struct sw_bom_edge *y = b;
    const struct sw_str *keys = ctx;
    const int order = (x->from > y->from) - (x->from < y->from);
    return order != 0 ? order : sw_str_compare(keys[x->to], keys[y->to]);
}

static sw_result name_components(
    const struct sw_bom *bom, struct sw_arena *arena, struct sw_str **out)
{
    struct sw_str *keys = SW_ARENA_ARRAY(arena, struct sw_str, bom->count);
    SW_TRY_PTR(keys);
    for (size_t i = 0; i < bom->count; i++) {
        struct sw_str purl = sw_bom_get(&bom->components[i], SW_BOM_PURL);
        keys[i] =
            purl.len > 0 ? package_of(arena, purl) : sw_bom_get(&bom->components[i], SW_BOM_NAME);
    }
    *out = keys;
    return SW_OK;
}

/* The edges of one component, sorted, each once. */
static sw_result list_needs(const struct side *side, const struct sw_str *keys,
    const struct sw_bom_edge *edges, size_t count, struct sw_arena *arena)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || !sw_str_equal(keys[edges[i].to], keys[edges[i - 1].to])) {
            SW_TRY(sw_buf_puts(&text, i == 0 ? "" : ", "));
            SW_TRY(sw_buf_put_str(&text, keys[edges[i].to]));
        }
    }
    return keep(arena, sw_buf_str(&text), &side->needs[edges[0].from]);
}

static sw_result gather_needs(const struct sw_bom *bom, struct sw_arena *arena, struct side *out)
{
    struct sw_str *keys = NULL;
    struct sw_bom_edge *edges = SW_ARENA_ARRAY(arena, struct sw_bom_edge, bom->edge_count + 1);
    *out = (struct side){bom, SW_ARENA_ARRAY(arena, struct sw_str, bom->count)};
    SW_TRY_PTR(edges);
    SW_TRY_PTR(out->needs);
    SW_TRY(name_components(bom, arena, &keys));
    for (size_t i = 0; i < bom->edge_count; i++) {
        edges[i] = bom->edges[i];
    }
    qsort_r(edges, bom->edge_count, sizeof(*edges), compare_edges, keys);
    for (size_t first = 0; first < bom->edge_count;) {
        size_t end = first;
        while (end < bom->edge_count && edges[end].from == edges[first].from) {
            end++;
        }
        SW_TRY(list_needs(out, keys, edges + first, end - first, arena));
        first = end;
    }
    return SW_OK;
}

static struct sw_str needs_of(const struct side *side, const struct sw_bom_component *component)
{
    const struct sw_str needs = side->needs[component - side->bom->components];
    return needs.ptr == NULL ? sw_str("") : needs;
}

/* Which parts of it run, and what it needs for that. SPDX has no word for the first. */
static sw_result compare_use(struct comparing *c, const struct sw_bom_component *before,
    const struct sw_bom_component *after)
{
    struct sw_bom_difference d = {
        .change = SW_BOM_CHANGED, .before = before, .after = after, .what = "depends-on"};
    const bool scoped = strcmp(c->before_bom->format, c->after_bom->format) == 0;
    d.from = needs_of(&c->before, before);
    d.to = needs_of(&c->after, after);
    SW_TRY(sw_str_equal(d.from, d.to) ? SW_OK : add(c, &d));
    d.what = "scope";
    d.from = sw_str(before->excluded ? "excluded" : "");
    d.to = sw_str(after->excluded ? "excluded" : "");
    return before->excluded == after->excluded || !scoped ? SW_OK : add(c, &d);
}

static sw_result compare_pair(struct comparing *c, const struct sw_bom_component *before,
    const struct sw_bom_component *after)
{
    static const enum sw_bom_field fields[] = {SW_BOM_NAME, SW_BOM_VERSION, SW_BOM_SUPPLIER,
        SW_BOM_DESCRIPTION, SW_BOM_PURL, SW_BOM_LICENCE_DECLARED, SW_BOM_LICENCE_CONCLUDED,
        SW_BOM_DOWNLOAD, SW_BOM_ENDPOINT, SW_BOM_TASK, SW_BOM_ARCHITECTURE, SW_BOM_DATASET,
        SW_BOM_METRIC, SW_BOM_LIMITATION, SW_BOM_OWNER, SW_BOM_STEWARD, SW_BOM_CUSTODIAN,
        SW_BOM_CLASSIFICATION};
    for (size_t i = 0; i < SW_COUNT(fields); i++) {
        SW_TRY(compare_field(c, before, after, fields[i]));
    }
    SW_TRY(compare_hashes(c, before, after));
    return compare_use(c, before, after);
}

static bool is_one_of_several(const struct items *items, size_t i)
{
    const struct item *list = items->list;
    return (i > 0 && compare_keys(&list[i - 1], &list[i]) == 0) ||
           (i + 1 < items->count && compare_keys(&list[i], &list[i + 1]) == 0);
}

/* Where one thing is there in several versions, each of them is a thing. */
static int order_of(const struct items *before, size_t i, const struct items *after, size_t k)
{
    if (i == before->count || k == after->count) {
        return i == before->count ? 1 : -1;
    }
    const struct item *a = &before->list[i];
    const struct item *b = &after->list[k];
    const int order = compare_keys(a, b);
    return order == 0 && (is_one_of_several(before, i) || is_one_of_several(after, k))
               ? sw_str_compare(a->version, b->version)
               : order;
}

static sw_result compare_lists(
    struct comparing *c, const struct items *before, const struct items *after)
{
    size_t i = 0;
    size_t k = 0;
    while (i < before->count || k < after->count) {
        const struct item *a = i < before->count ? &before->list[i] : NULL;
        const struct item *b = k < after->count ? &after->list[k] : NULL;
        const int order = order_of(before, i, after, k);
        if (order == 0) {
            SW_TRY(compare_pair(c, a->component, b->component));
        } else {
            const struct sw_bom_difference d = {.change = order < 0 ? SW_BOM_REMOVED : SW_BOM_ADDED,
                .before = order < 0 ? a->component : NULL,
                .after = order < 0 ? NULL : b->component};
            SW_TRY(add(c, &d));
        }
        i += order <= 0;
        k += order >= 0;
    }
    return SW_OK;
}

sw_result sw_bom_compare(const struct sw_bom *before, const struct sw_bom *after,
    struct sw_arena *arena, struct sw_bom_diff *out)
{
    struct comparing c = {.arena = arena, .out = out, .before_bom = before, .after_bom = after};
    struct items a;
    struct items b;
    *out = (struct sw_bom_diff){0};
    SW_TRY(gather(before, arena, &a));
    SW_TRY(gather(after, arena, &b));
    SW_TRY(gather_needs(before, arena, &c.before));
    SW_TRY(gather_needs(after, arena, &c.after));
    SW_TRY(compare_pair(&c, &before->components[0], &after->components[0]));
    return compare_lists(&c, &a, &b);
}
