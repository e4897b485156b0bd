#include "supply/vex.h"

#include <stdlib.h>

/* A statement by one of the names of its vulnerability. */
struct sw_vex_name {
    struct sw_str name;
    size_t statement;
};

static const struct sw_json_limits limits = {.max_bytes = (uint64_t)64 << 20};

static const char *const status_names[] = {
    [SW_VEX_UNDER_INVESTIGATION] = "under_investigation",
    [SW_VEX_AFFECTED] = "affected",
    [SW_VEX_NOT_AFFECTED] = "not_affected",
    [SW_VEX_FIXED] = "fixed",
};

const char *sw_vex_status_name(enum sw_vex_status status)
{
    return status_names[status];
}

/* One document that is read. */
struct reading {
    struct sw_arena *arena;
    struct sw_vex *vex;
    const struct sw_json *root;
    const char *file;
    struct sw_digest digest;
    size_t number; /* of the statement, from 1 */
    struct sw_error *err;
};

static struct sw_str text_of(const struct sw_json *object, const char *name)
{
    struct sw_str text = {"", 0};
    (void)sw_json_str(sw_json_get(object, name), &text);
    return text;
}

static sw_result bad(const struct reading *r, const char *what)
{
    return sw_fail(r->err, SW_E_FORMAT, "'%s': statement %zu %s", r->file, r->number, what);
}

/* --- vulnerabilities -------------------------------------------------------------------------- */

static size_t count_of(const struct sw_json *list)
{
    return list != NULL && list->type == SW_JSON_ARRAY ? list->count : 0;
}

static void add_name(struct sw_str *names, size_t *count, struct sw_str name)
{
    if (name.len > 0) {
        names[(*count)++] = name;
    }
}

/* OpenVEX has a name, an IRI and aliases; before 0.2.0 the name alone. */
static sw_result read_names(
    struct reading *r, const struct sw_json *json, struct sw_vex_statement *out)
{
    const struct sw_json *aliases = sw_json_get(json, "aliases");
    struct sw_str *names = SW_ARENA_ARRAY(r->arena, struct sw_str, 3 + count_of(aliases));
    struct sw_str text = {"", 0};
    size_t count = 0;
    SW_TRY_PTR(names);
    (void)sw_json_str(json, &text);
    add_name(names, &count, text);
    add_name(names, &count, text_of(json, "name"));
    add_name(names, &count, text_of(json, "@id"));
    SW_JSON_EACH (alias, aliases) {
        text = sw_str("");
        (void)sw_json_str(alias, &text);
        add_name(names, &count, text);
    }
    out->names = names;
    out->name_count = count;
    return count > 0 ? SW_OK : bad(r, "names no vulnerability");
}

/* --- products --------------------------------------------------------------------------------- */

static sw_result set_purl(struct reading *r, struct sw_str text, struct sw_vex_product *out)
{
    struct sw_purl purl;
    if (!sw_str_starts(text, "pkg:") || sw_purl_parse(r->arena, text, &purl, NULL) != SW_OK) {
        return SW_OK;
    }
    out->purl = purl;
    out->version = purl.version;
    return sw_component_key(r->arena, &purl, &out->key);
}

static bool is_told(const struct sw_vex_product *product)
{
    return product->key.len > 0 || product->digest.alg != 0;
}

/* {"@id": purl, "identifiers": {"purl": …}, "hashes": {"sha-256": …}}; before 0.2.0 a text. */
static sw_result read_product(
    struct reading *r, const struct sw_json *json, struct sw_vex_product *out)
{
    struct sw_str text = {"", 0};
    *out = (struct sw_vex_product){0};
    (void)sw_json_str(json, &text);
    text = text.len > 0 ? text : text_of(sw_json_get(json, "identifiers"), "purl");
    text = text.len > 0 ? text : text_of(json, "@id");
    const struct sw_json *hashes = sw_json_get(json, "hashes");
    SW_TRY(set_purl(r, text, out));
    bool hashed = hashes != NULL && hashes->count > 0;
    if (hashed && !sw_digest_from_hex(SW_SHA256, text_of(hashes, "sha-256"), &out->digest)) {
        *out = (struct sw_vex_product){0}; /* one file alone, and which cannot be told here */
    }
    return SW_OK;
}

static sw_result read_products(struct reading *r, const struct sw_json *list,
    const struct sw_vex_product **out, size_t *out_count)
{
    struct sw_vex_product *products =
        SW_ARENA_ARRAY(r->arena, struct sw_vex_product, count_of(list));
    size_t count = 0;
    SW_TRY_PTR(products);
    SW_JSON_EACH (item, list) {
        struct sw_vex_product one;
        SW_TRY(read_product(r, item, &one));
        /* One that nothing here can be told by concerns nothing here. */
        if (is_told(&one)) {
            products[count++] = one;
        }
    }
    *out = products;
    *out_count = count;
    return SW_OK;
}

static sw_result add(struct reading *r, const struct sw_vex_statement *one)
{
    struct sw_vex *vex = r->vex;
    if (vex->count == SW_VEX_STATEMENTS_MAX) {
        return sw_fail(r->err, SW_E_LIMIT, "there are too many VEX statements");
    }
    struct sw_vex_statement *list =
        sw_arena_grow(r->arena, vex->statements, vex->count, &vex->cap, sizeof(*list));
    SW_TRY_PTR(list);
    vex->statements = list;
    list[vex->count] = *one;
    list[vex->count].file = r->file;
    list[vex->count].digest = r->digest;
    vex->count++;
    return SW_OK;
}

/* --- OpenVEX ---------------------------------------------------------------------------------- */

static sw_result read_status(
    struct reading *r, const struct sw_json *json, struct sw_vex_statement *out)
{
    static const char *const justifications[] = {"component_not_present",
        "vulnerable_code_not_present", "vulnerable_code_not_in_execute_path",
        "vulnerable_code_cannot_be_controlled_by_adversary", "inline_mitigations_already_exist"};
    struct sw_str status = text_of(json, "status");
    size_t i = 0;
    while (i < SW_COUNT(status_names) && !sw_str_is(status, status_names[i])) {
        i++;
    }
    if (i == SW_COUNT(status_names)) {
        return bad(r, "has no status of OpenVEX");
    }
    out->status = (enum sw_vex_status)i;
    out->justification = text_of(json, "justification");
    out->text = text_of(json, "impact_statement");
    out->text = out->text.len > 0 ? out->text : text_of(json, "action_statement");
    for (i = 0; i < SW_COUNT(justifications); i++) {
        if (sw_str_is(out->justification, justifications[i])) {
            return SW_OK;
        }
    }
    if (out->justification.len > 0) {
        return bad(r, "has no justification of OpenVEX");
    }
    return out->status != SW_VEX_NOT_AFFECTED || text_of(json, "impact_statement").len > 0
               ? SW_OK
               : bad(r, "says not_affected without a justification");
}

static int64_t time_of(const struct sw_json *json, const char *const *names, size_t count)
{
    int64_t time;
    for (size_t i = 0; i < count; i++) {
        if (sw_time_parse(text_of(json, names[i]), &time)) {
            return time;
        }
    }
    return INT64_MIN;
}

/* A statement about parts of products is one for each product. */
static sw_result add_parts(
    struct reading *r, const struct sw_json *products, const struct sw_vex_statement *statement)
{
    SW_JSON_EACH (item, products) {
        struct sw_vex_statement one = *statement;
        struct sw_vex_product *whole = SW_ARENA_NEW(r->arena, struct sw_vex_product);
        SW_TRY_PTR(whole);
        if (count_of(sw_json_get(item, "subcomponents")) == 0) {
            continue;
        }
        SW_TRY(read_product(r, item, whole));
        SW_TRY(read_products(
            r, sw_json_get(item, "subcomponents"), &one.products, &one.product_count));
        one.whole = whole;
        one.whole_count = 1;
        SW_TRY(one.product_count > 0 ? add(r, &one) : SW_OK);
    }
    return SW_OK;
}

static bool has_parts(const struct sw_json *product)
{
    return count_of(sw_json_get(product, "subcomponents")) > 0;
}

static sw_result read_wholes(
    struct reading *r, const struct sw_json *list, struct sw_vex_statement *out)
{
    struct sw_vex_product *products =
        SW_ARENA_ARRAY(r->arena, struct sw_vex_product, count_of(list));
    SW_TRY_PTR(products);
    SW_JSON_EACH (item, list) {
        struct sw_vex_product one;
        const struct sw_json *parts = sw_json_get(item, "subcomponents");
        if (parts != NULL && parts->type != SW_JSON_ARRAY && parts->type != SW_JSON_NULL) {
            return bad(r, "has subcomponents that are no list");
        }
        SW_TRY(read_product(r, item, &one));
        if (!has_parts(item) && is_told(&one)) {
            products[out->product_count++] = one;
        }
    }
    out->products = products;
    return SW_OK;
}

static sw_result read_openvex(struct reading *r)
{
    static const char *const statement_times[] = {"last_updated", "timestamp"};
    int64_t document = time_of(r->root, statement_times, 2);
    SW_JSON_EACH (json, sw_json_get(r->root, "statements")) {
        struct sw_vex_statement one = {0};
        const struct sw_json *products = sw_json_get(json, "products");
        r->number++;
        SW_TRY(read_names(r, sw_json_get(json, "vulnerability"), &one));
        SW_TRY(read_status(r, json, &one));
        one.time = time_of(json, statement_times, 2);
        one.time = one.time == INT64_MIN ? document : one.time;
        SW_TRY(read_wholes(r, products, &one));
        SW_TRY(one.product_count > 0 ? add(r, &one) : SW_OK);
        one.products = NULL;
        one.product_count = 0;
        SW_TRY(add_parts(r, products, &one));
    }
    return SW_OK;
}

/* --- CycloneDX -------------------------------------------------------------------------------- */

/* CycloneDX 1.7, impactAnalysisState. */
static const struct {
    const char *state;
    enum sw_vex_status status;
} states[] = {
    {"resolved", SW_VEX_FIXED},
    {"resolved_with_pedigree", SW_VEX_FIXED},
    {"exploitable", SW_VEX_AFFECTED},
    {"in_triage", SW_VEX_UNDER_INVESTIGATION},
    {"false_positive", SW_VEX_NOT_AFFECTED},
    {"not_affected", SW_VEX_NOT_AFFECTED},
};

static int by_ref(const void *a, const void *b)
{
    const struct sw_component *x = a;
    const struct sw_component *y = b;
    return sw_str_compare(x->ref, y->ref);
}

/* The component of this document that a reference names; or a purl that stands there itself. `own`
 * is sorted by reference. */
static sw_result resolve(struct reading *r, const struct sw_components *own, struct sw_str ref,
    struct sw_vex_product *out)
{
    const struct sw_component key = {.ref = ref};
    const struct sw_component *c =
        ref.len == 0 || own->count == 0
            ? NULL
            : bsearch(&key, own->items, own->count, sizeof(*own->items), by_ref);
    *out = (struct sw_vex_product){0};
    if (c == NULL) {
        return set_purl(r, ref, out);
    }
    out->key = c->key;
    out->version = c->version;
    out->purl = c->purl;
    if (c->key.len == 0 && c->digest_count > 0) {
        out->digest = c->digests[0];
    }
    return SW_OK;
}

static bool is_closing(enum sw_vex_status status)
{
    return status == SW_VEX_NOT_AFFECTED || status == SW_VEX_FIXED;
}

/* What closes a finding, and names versions, holds for those that it calls unaffected; a range of
 * them (vers) is not read, and closes nothing. */
static void add_affected(const struct sw_vex_product *one, const struct sw_json *versions,
    struct sw_vex_statement *out, struct sw_vex_product *products)
{
    if (!is_closing(out->status) || count_of(versions) == 0) {
        products[out->product_count++] = *one;
        return;
    }
    SW_JSON_EACH (item, versions) {
        struct sw_vex_product product = *one;
        struct sw_str version = text_of(item, "version");
        bool other = one->version.len > 0 && !sw_str_equal(one->version, version);
        if (version.len > 0 && !other && sw_json_is(sw_json_get(item, "status"), "unaffected")) {
            product.version = version;
            products[out->product_count++] = product;
        }
    }
}

static sw_result read_affects(struct reading *r, const struct sw_components *own,
    const struct sw_json *affects, struct sw_vex_statement *out)
{
    size_t room = count_of(affects);
    SW_JSON_EACH (item, affects) {
        room += count_of(sw_json_get(item, "versions"));
    }
    struct sw_vex_product *products = SW_ARENA_ARRAY(r->arena, struct sw_vex_product, room);
    SW_TRY_PTR(products);
    SW_JSON_EACH (item, affects) {
        struct sw_vex_product one;
        SW_TRY(resolve(r, own, text_of(item, "ref"), &one));
        if (is_told(&one)) {
            add_affected(&one, sw_json_get(item, "versions"), out, products);
        }
    }
    out->products = products;
    return SW_OK;
}

static sw_result read_references(
    struct reading *r, const struct sw_json *json, struct sw_vex_statement *out)
{
    const struct sw_json *references = sw_json_get(json, "references");
    struct sw_str *names = SW_ARENA_ARRAY(r->arena, struct sw_str, 1 + count_of(references));
    SW_TRY_PTR(names);
    add_name(names, &out->name_count, text_of(json, "id"));
    SW_JSON_EACH (item, references) {
        add_name(names, &out->name_count, text_of(item, "id"));
    }
    out->names = names;
    return SW_OK;
}

static bool read_analysis(const struct sw_json *analysis, struct sw_vex_statement *out)
{
    struct sw_str state = text_of(analysis, "state");
    for (size_t i = 0; i < SW_COUNT(states); i++) {
        if (sw_str_is(state, states[i].state)) {
            out->status = states[i].status;
            out->justification = text_of(analysis, "justification");
            out->text = text_of(analysis, "detail");
            return true;
        }
    }
    return false;
}

static sw_result read_cyclonedx(struct reading *r, struct sw_bytes text)
{
    static const char *const times[] = {"lastUpdated", "firstIssued"};
    static const char *const document_times[] = {"timestamp"};
    struct sw_components own;
    SW_TRY(sw_components_read(r->arena, text, &own, r->err));
    if (own.count > 1) {
        qsort(own.items, own.count, sizeof(*own.items), by_ref);
    }
    int64_t document = time_of(sw_json_get(r->root, "metadata"), document_times, 1);
    SW_JSON_EACH (json, sw_json_get(r->root, "vulnerabilities")) {
        struct sw_vex_statement one = {0};
        const struct sw_json *analysis = sw_json_get(json, "analysis");
        r->number++;
        if (!read_analysis(analysis, &one)) {
            continue;
        }
        SW_TRY(read_references(r, json, &one));
        SW_TRY(read_affects(r, &own, sw_json_get(json, "affects"), &one));
        one.time = time_of(analysis, times, 2);
        one.time = one.time == INT64_MIN ? document : one.time;
        SW_TRY(one.product_count > 0 && one.name_count > 0 ? add(r, &one) : SW_OK);
    }
    return SW_OK;
}

sw_result sw_vex_read(struct sw_arena *arena, struct sw_bytes text, const char *file,
    struct sw_vex *vex, struct sw_error *err)
{
    struct sw_json root;
    struct reading r = {.arena = arena, .vex = vex, .root = &root, .file = file, .err = err};
    enum sw_code code = sw_json_parse(arena, text, &limits, &root, err);
    if (code != SW_OK) {
        return sw_error_prefix(err, code, "'%s'", file);
    }
    vex->arena = arena;
    vex->index = NULL;
    vex->index_count = 0;
    sw_sha256(text, &r.digest);
    if (sw_str_starts(text_of(&root, "@context"), "https://openvex.dev/ns")) {
        return read_openvex(&r);
    }
    if (sw_json_is(sw_json_get(&root, "bomFormat"), "CycloneDX")) {
        return read_cyclonedx(&r, text);
    }
    return sw_fail(err, SW_E_UNSUPPORTED, "'%s' is neither OpenVEX nor CycloneDX", file);
}

/* --- asking ----------------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
    const struct sw_vex_name *x = a;
    const struct sw_vex_name *y = b;
    int order = sw_str_compare(x->name, y->name);
    return order != 0 ? order : (x->statement > y->statement) - (x->statement < y->statement);
}

static sw_result make_index(struct sw_vex *vex)
{
    size_t count = 0;
    for (size_t i = 0; i < vex->count; i++) {
        count += vex->statements[i].name_count;
    }
    vex->index = SW_ARENA_ARRAY(vex->arena, struct sw_vex_name, count);
    SW_TRY_PTR(vex->index);
    for (size_t i = 0; i < vex->count; i++) {
        for (size_t k = 0; k < vex->statements[i].name_count; k++) {
            vex->index[vex->index_count++] = (struct sw_vex_name){vex->statements[i].names[k], i};
        }
    }
    if (count > 1) {
        qsort(vex->index, count, sizeof(*vex->index), by_name);
    }
    return SW_OK;
}

/* Another registry, release, platform or part is another product. */
static bool is_same_place(const struct sw_purl *product, const struct sw_purl *purl)
{
    for (size_t i = 0; i < product->qualifier_count; i++) {
        const struct sw_purl_qualifier *q = &product->qualifiers[i];
        bool same = false;
        for (size_t k = 0; !same && k < purl->qualifier_count; k++) {
            same = sw_str_equal(q->key, purl->qualifiers[k].key) &&
                   sw_str_equal(q->value, purl->qualifiers[k].value);
        }
        if (!same) {
            return false;
        }
    }
    return product->subpath.len == 0 || sw_str_equal(product->subpath, purl->subpath);
}

static bool is_product(const struct sw_vex_product *product, const struct sw_component *c)
{
    bool digest = product->digest.alg == 0;
    for (size_t i = 0; !digest && i < c->digest_count; i++) {
        digest = sw_digest_equal(&product->digest, &c->digests[i]);
    }
    bool key = product->key.len == 0 || sw_str_equal(product->key, c->key);
    bool version = product->version.len == 0 || sw_str_equal(product->version, c->version);
    return is_told(product) && digest && key && version && is_same_place(&product->purl, &c->purl);
}

static bool is_any(
    const struct sw_vex_product *products, size_t count, const struct sw_component *c)
{
    for (size_t i = 0; i < count; i++) {
        if (is_product(&products[i], c)) {
            return true;
        }
    }
    return false;
}

/* What is said of a part of a product holds in that product alone. */
static bool concerns(const struct sw_vex_statement *s, const struct sw_component *component,
    const struct sw_component *root)
{
    bool inside = s->whole == NULL || is_any(s->whole, s->whole_count, root);
    bool about_whole = s->whole == NULL && is_any(s->products, s->product_count, root);
    return inside && (about_whole || is_any(s->products, s->product_count, component));
}

static size_t first_of(const struct sw_vex *vex, struct sw_str name)
{
    size_t low = 0;
    size_t high = vex->index_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (sw_str_compare(vex->index[middle].name, name) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

sw_result sw_vex_find(struct sw_vex *vex, const struct sw_str *names, size_t name_count,
    const struct sw_component *component, const struct sw_component *root,
    const struct sw_vex_statement **out)
{
    const struct sw_vex_statement *best = NULL;
    SW_TRY(vex->index == NULL && vex->count > 0 ? make_index(vex) : SW_OK);
    for (size_t i = 0; i < name_count; i++) {
        size_t at = first_of(vex, names[i]);
        for (; at < vex->index_count && sw_str_equal(vex->index[at].name, names[i]); at++) {
            const struct sw_vex_statement *s = &vex->statements[vex->index[at].statement];
            bool later =
                best == NULL || s->time > best->time || (s->time == best->time && s > best);
            best = later && concerns(s, component, root) ? s : best;
        }
    }
    *out = best;
    return SW_OK;
}
