#include "data/import_private.h"

#include <stdlib.h>

#define TERMS_MAX 1024u
#define CONTEXT_DEPTH 8u

struct sw_ld_term {
    struct sw_str name;
    struct sw_str id;   /* as the context has it; empty: its name in the vocabulary */
    struct sw_str full; /* once it was expanded */
    bool raw;           /* its values are JSON, not JSON-LD */
    bool by_language;   /* its values are texts by their languages */
};

/* Longer ones of one beginning come first. */
static const struct {
    const char *prefix;
    const char *iri;
} spaces[] = {
    {"rai", "http://mlcommons.org/croissant/RAI/"},
    {"cr", "http://mlcommons.org/croissant/"},
    {"cr", "https://mlcommons.org/croissant/"},
    {"sc", "http://schema.org/"},
    {"sc", "https://schema.org/"},
    {"dct", "http://purl.org/dc/terms/"},
    {"prov", "http://www.w3.org/ns/prov#"},
};

/* Croissant's own terms, which the specification's examples use without a context that says so. */
static const char *const croissant_terms[] = {"FileObject", "FileSet", "RecordSet", "Field",
    "annotation", "column", "containedIn", "data", "dataType", "examples", "excludes", "extract",
    "field", "fileObject", "fileProperty", "fileSet", "includes", "isLiveDataset", "jsonPath",
    "key", "md5", "recordSet", "source", "subField"};

/* --- names ----------------------------------------------------------------------------------- */

static int compare_terms(const void *a, const void *b)
{
    return sw_str_compare(
        ((const struct sw_ld_term *)a)->name, ((const struct sw_ld_term *)b)->name);
}

static struct sw_ld_term *find_term(const struct sw_ld *ld, struct sw_str name)
{
    const struct sw_ld_term wanted = {.name = name};
    return ld->term_count == 0
               ? NULL
               : bsearch(&wanted, ld->terms, ld->term_count, sizeof(wanted), compare_terms);
}

static sw_result join(struct sw_ld *ld, struct sw_str head, struct sw_str tail, struct sw_str *out)
{
    size_t len;
    if (!sw_add_size(head.len, tail.len, &len)) {
        return SW_E_NOMEM;
    }
    char *text = sw_arena_alloc(ld->exchange->arena, len);
    SW_TRY_PTR(text);
    if (head.len != 0) {
        memcpy(text, head.ptr, head.len);
    }
    if (tail.len != 0) {
        memcpy(text + head.len, tail.ptr, tail.len);
    }
    *out = sw_str_n(text, len);
    return SW_OK;
}

static bool space_of(struct sw_str prefix, struct sw_str *iri)
{
    for (size_t i = 0; i < SW_COUNT(spaces); i++) {
        if (sw_str_is(prefix, spaces[i].prefix)) {
            *iri = sw_str(spaces[i].iri);
            return true;
        }
    }
    return false;
}

static sw_result expand(
    struct sw_ld *ld, struct sw_str name, unsigned depth, struct sw_str *out, struct sw_error *err);

static sw_result expand_term(
    struct sw_ld *ld, struct sw_ld_term *term, unsigned depth, struct sw_error *err)
{
    if (term->full.len != 0) {
        return SW_OK;
    }
    if (depth >= CONTEXT_DEPTH) {
        return sw_fail(err, SW_E_FORMAT, "the context defines '" SW_STR_FMT "' by itself",
            SW_STR_ARG(term->name));
    }
    struct sw_str full = {NULL, 0};
    if (term->id.len == 0) {
        SW_TRY(join(ld, ld->vocab, term->name, &full));
    } else {
        SW_TRY(expand(ld, term->id, depth + 1, &full, err));
    }
    term->full = full;
    return SW_OK;
}

/* "cr:field", "http://schema.org/name": what stands before the colon is a prefix when the context,
 * or else the specification, knows it, and a scheme otherwise (JSON-LD 1.1, 5.2.2). */
static sw_result expand_compact(struct sw_ld *ld, struct sw_str name, size_t colon, unsigned depth,
    struct sw_str *out, struct sw_error *err)
{
    struct sw_str prefix = sw_str_n(name.ptr, colon);
    struct sw_str rest = sw_str_n(name.ptr + colon + 1, name.len - colon - 1);
    if (sw_str_starts(rest, "//") || sw_str_is(prefix, "_")) {
        *out = name;
        return SW_OK;
    }
    struct sw_ld_term *term = find_term(ld, prefix);
    struct sw_str iri;
    if (term != NULL) {
        SW_TRY(expand_term(ld, term, depth, err));
        return join(ld, term->full, rest, out);
    }
    if (space_of(prefix, &iri)) {
        ld->undeclared = true;
        return join(ld, iri, rest, out);
    }
    *out = name;
    return SW_OK;
}

static sw_result expand(
    struct sw_ld *ld, struct sw_str name, unsigned depth, struct sw_str *out, struct sw_error *err)
{
    if (sw_str_starts(name, "@")) {
        *out = name;
        return SW_OK;
    }
    struct sw_ld_term *term = find_term(ld, name);
    if (term != NULL) {
        SW_TRY(expand_term(ld, term, depth, err));
        *out = term->full;
        return SW_OK;
    }
    const char *colon = name.len == 0 ? NULL : memchr(name.ptr, ':', name.len);
    if (colon != NULL) {
        return expand_compact(ld, name, (size_t)(colon - name.ptr), depth, out, err);
    }
    return join(ld, ld->vocab, name, out);
}

static bool is_croissant_term(struct sw_str name)
{
    for (size_t i = 0; i < SW_COUNT(croissant_terms); i++) {
        if (sw_str_is(name, croissant_terms[i])) {
            return true;
        }
    }
    return false;
}

/* The one way to write it. */
static sw_result canonical(
    struct sw_ld *ld, struct sw_str name, struct sw_str *out, struct sw_error *err)
{
    struct sw_str full = {NULL, 0};
    SW_TRY(expand(ld, name, 0, &full, err));
    *out = full;
    for (size_t i = 0; i < SW_COUNT(spaces); i++) {
        size_t n = strlen(spaces[i].iri);
        if (!sw_str_starts(full, spaces[i].iri)) {
            continue;
        }
        const char *prefix = spaces[i].prefix;
        struct sw_str rest = sw_str_n(full.ptr + n, full.len - n);
        if (strcmp(prefix, "sc") == 0 && is_croissant_term(rest)) {
            ld->undeclared = true;
            prefix = "cr";
        }
        const char *text = sw_arena_printf(ld->exchange->arena, "%s:", prefix);
        SW_TRY_PTR(text);
        return join(ld, sw_str(text), rest, out);
    }
    return SW_OK;
}

/* --- the context ----------------------------------------------------------------------------- */

static sw_result add_term(
    struct sw_ld *ld, const struct sw_json_member *member, struct sw_error *err)
{
    struct sw_ld_term term = {.name = member->name};
    const struct sw_json *id = &member->value;
    if (member->value.type == SW_JSON_OBJECT) {
        id = sw_json_get(&member->value, "@id");
        term.raw = sw_json_is(sw_json_get(&member->value, "@type"), "@json");
        term.by_language = sw_json_is(sw_json_get(&member->value, "@container"), "@language");
    }
    if (id != NULL && id->type != SW_JSON_NULL && !sw_json_str(id, &term.id)) {
        return sw_fail(err, SW_E_FORMAT,
            "byte %llu: the context defines '" SW_STR_FMT "' by a value of type %s",
            (unsigned long long)member->value.where, SW_STR_ARG(member->name),
            sw_json_type_name(id->type));
    }
    for (size_t i = 0; i < ld->term_count; i++) {
        if (sw_str_equal(ld->terms[i].name, term.name)) {
            ld->terms[i] = term; /* a later context overrides an earlier one */
            return SW_OK;
        }
    }
    if (ld->term_count == TERMS_MAX) {
        return sw_fail(err, SW_E_LIMIT, "the context defines more than %u terms", TERMS_MAX);
    }
    ld->terms = sw_arena_grow(
        ld->exchange->arena, ld->terms, ld->term_count, &ld->term_cap, sizeof(ld->terms[0]));
    SW_TRY_PTR(ld->terms);
    ld->terms[ld->term_count++] = term;
    return SW_OK;
}

static sw_result read_context_object(
    struct sw_ld *ld, const struct sw_json *context, struct sw_error *err)
{
    SW_JSON_EACH_MEMBER (member, context) {
        if (sw_str_is(member->name, "@vocab")) {
            if (member->value.type != SW_JSON_NULL && !sw_json_str(&member->value, &ld->vocab)) {
                return sw_fail(err, SW_E_FORMAT, "the context's @vocab is no text");
            }
        } else if (sw_str_is(member->name, "@import")) {
            SW_TRY(sw_import_problem(ld->exchange, "context-not-fetched", sw_str("@context"),
                "the context imports another one, which is not fetched"));
        } else if (!sw_str_starts(member->name, "@")) {
            SW_TRY(add_term(ld, member, err));
        }
    }
    return SW_OK;
}

static sw_result read_context(struct sw_ld *ld, const struct sw_json *context, struct sw_error *err)
{
    struct sw_ld_values parts = sw_ld_values(context);
    for (size_t i = 0; i < parts.count; i++) {
        const struct sw_json *part = &parts.items[i];
        if (part->type == SW_JSON_STRING) {
            SW_TRY(sw_import_problem(ld->exchange, "context-not-fetched", sw_str("@context"),
                "the context '" SW_STR_FMT "' stands elsewhere and is not fetched",
                SW_STR_ARG(part->text)));
        } else if (part->type == SW_JSON_OBJECT) {
            SW_TRY(read_context_object(ld, part, err));
        } else if (part->type != SW_JSON_NULL) {
            return sw_fail(err, SW_E_FORMAT, "byte %llu: a context is of type %s",
                (unsigned long long)part->where, sw_json_type_name(part->type));
        }
    }
    if (ld->term_count != 0) {
        qsort(ld->terms, ld->term_count, sizeof(ld->terms[0]), compare_terms);
    }
    return SW_OK;
}

/* --- writing everything in one way ----------------------------------------------------------- */

static sw_result rename_texts(struct sw_ld *ld, struct sw_json *value, struct sw_error *err)
{
    if (value->type == SW_JSON_STRING) {
        return canonical(ld, value->text, &value->text, err);
    }
    for (size_t i = 0; value->type == SW_JSON_ARRAY && i < value->count; i++) {
        if (value->items[i].type == SW_JSON_STRING) {
            SW_TRY(canonical(ld, value->items[i].text, &value->items[i].text, err));
        }
    }
    return SW_OK;
}

static int compare_names(const void *a, const void *b)
{
    return sw_str_compare(*(const struct sw_str *)a, *(const struct sw_str *)b);
}

/* Two names of one property would give two readers two documents. */
static sw_result check_names(struct sw_ld *ld, const struct sw_json *object, struct sw_error *err)
{
    struct sw_str *names = SW_ARENA_ARRAY(ld->exchange->arena, struct sw_str, object->count);
    SW_TRY_PTR(names);
    for (size_t i = 0; i < object->count; i++) {
        names[i] = object->members[i].name;
    }
    if (object->count != 0) {
        qsort(names, object->count, sizeof(names[0]), compare_names);
    }
    for (size_t i = 1; i < object->count; i++) {
        if (sw_str_equal(names[i - 1], names[i])) {
            return sw_fail(err, SW_E_FORMAT,
                "byte %llu: '" SW_STR_FMT "' is said twice, under two names",
                (unsigned long long)object->where, SW_STR_ARG(names[i]));
        }
    }
    return SW_OK;
}

static sw_result add_node(struct sw_ld *ld, const struct sw_json *object)
{
    struct sw_str id = sw_ld_id(object);
    if (id.len == 0 || object->count < 2) {
        return SW_OK;
    }
    ld->nodes = sw_arena_grow(
        ld->exchange->arena, ld->nodes, ld->node_count, &ld->node_cap, sizeof(ld->nodes[0]));
    SW_TRY_PTR(ld->nodes);
    ld->nodes[ld->node_count++] = (struct sw_ld_node){id, object};
    return SW_OK;
}

/* English, or else the first: what is kept of a text in several languages. */
static void choose_language(struct sw_json *value)
{
    const struct sw_json *chosen = sw_json_get(value, "en");
    if (chosen == NULL && value->count != 0) {
        chosen = &value->members[0].value;
    }
    if (chosen != NULL) {
        *value = *chosen;
    }
}

static sw_result rename_all(
    struct sw_ld *ld, struct sw_json *value, bool top, struct sw_error *err);

static sw_result rename_member(
    struct sw_ld *ld, struct sw_json_member *member, bool top, struct sw_error *err)
{
    const struct sw_ld_term *term = find_term(ld, member->name);
    bool raw = term != NULL && term->raw;
    if (term != NULL && term->by_language && member->value.type == SW_JSON_OBJECT) {
        choose_language(&member->value);
    }
    SW_TRY(canonical(ld, member->name, &member->name, err));
    if (sw_str_is(member->name, "@context")) {
        return top ? SW_OK
                   : sw_fail(err, SW_E_FORMAT,
                         "byte %llu: a context inside the document is not read; put it on top",
                         (unsigned long long)member->value.where);
    }
    if (sw_str_is(member->name, "@type") || sw_str_is(member->name, "cr:dataType")) {
        SW_TRY(rename_texts(ld, &member->value, err));
    }
    raw = raw || sw_str_is(member->name, "cr:data") || sw_str_is(member->name, "cr:examples");
    return raw ? SW_OK : rename_all(ld, &member->value, false, err);
}

static sw_result rename_all(struct sw_ld *ld, struct sw_json *value, bool top, struct sw_error *err)
{
    if (value->type == SW_JSON_ARRAY) {
        for (size_t i = 0; i < value->count; i++) {
            SW_TRY(rename_all(ld, &value->items[i], false, err));
        }
    }
    if (value->type != SW_JSON_OBJECT) {
        return SW_OK;
    }
    for (size_t i = 0; i < value->count; i++) {
        SW_TRY(rename_member(ld, &value->members[i], top, err));
    }
    SW_TRY(check_names(ld, value, err));
    return add_node(ld, value);
}

static int compare_nodes(const void *a, const void *b)
{
    const struct sw_ld_node *x = a;
    const struct sw_ld_node *y = b;
    int order = sw_str_compare(x->id, y->id);
    if (order != 0) {
        return order;
    }
    return x->json->where < y->json->where ? -1 : x->json->where > y->json->where;
}

static sw_result sort_nodes(struct sw_ld *ld)
{
    if (ld->node_count != 0) {
        qsort(ld->nodes, ld->node_count, sizeof(ld->nodes[0]), compare_nodes);
    }
    for (size_t i = 1; i < ld->node_count; i++) {
        bool same = sw_str_equal(ld->nodes[i - 1].id, ld->nodes[i].id);
        bool told = same && i > 1 && sw_str_equal(ld->nodes[i - 2].id, ld->nodes[i].id);
        if (same && !told) {
            SW_TRY(sw_import_problem(ld->exchange, "duplicate-id", ld->nodes[i].id,
                "two parts of the document have this @id"));
        }
    }
    return SW_OK;
}

sw_result sw_ld_read(
    struct sw_ld *ld, struct sw_exchange *exchange, struct sw_bytes text, struct sw_error *err)
{
    static const struct sw_json_limits limits = {
        .max_bytes = SW_IMPORT_MAX, .max_values = SW_IMPORT_VALUES};
    *ld = (struct sw_ld){.exchange = exchange};
    SW_TRY(sw_json_parse(exchange->arena, text, &limits, &ld->root, err));
    if (ld->root.type != SW_JSON_OBJECT && ld->root.type != SW_JSON_ARRAY) {
        return sw_fail(
            err, SW_E_FORMAT, "the document is of type %s", sw_json_type_name(ld->root.type));
    }
    const struct sw_json *context = sw_json_get(&ld->root, "@context");
    if (context != NULL) {
        SW_TRY(read_context(ld, context, err));
    }
    SW_TRY(rename_all(ld, &ld->root, true, err));
    if (ld->undeclared) {
        SW_TRY(sw_import_problem(exchange, "undeclared-term", sw_str("@context"),
            "the document uses prefixes or terms that its context does not define; they were read "
            "as the specification defines them"));
    }
    return sort_nodes(ld);
}

/* --- looking at it --------------------------------------------------------------------------- */

const struct sw_json *sw_ld_find(const struct sw_ld *ld, struct sw_str id)
{
    size_t low = 0;
    size_t high = ld->node_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (sw_str_compare(ld->nodes[middle].id, id) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    bool found = low < ld->node_count && sw_str_equal(ld->nodes[low].id, id);
    return found ? ld->nodes[low].json : NULL;
}

const struct sw_json *sw_ld_follow(const struct sw_ld *ld, const struct sw_json *node)
{
    struct sw_str id = sw_ld_id(node);
    if (id.len == 0 || node->count > 1) {
        return node;
    }
    return sw_ld_find(ld, id);
}

struct sw_str sw_ld_id(const struct sw_json *node)
{
    struct sw_str id = {NULL, 0};
    (void)sw_json_str(sw_json_get(node, "@id"), &id);
    return id;
}

struct sw_ld_values sw_ld_values(const struct sw_json *value)
{
    const struct sw_json *list = sw_json_get(value, "@list");
    const struct sw_json *set = sw_json_get(value, "@set");
    const struct sw_json *inner = list != NULL ? list : set != NULL ? set : value;
    if (inner == NULL) {
        return (struct sw_ld_values){NULL, 0};
    }
    if (inner->type == SW_JSON_ARRAY) {
        return (struct sw_ld_values){inner->items, inner->count};
    }
    return (struct sw_ld_values){inner, 1};
}

const struct sw_json *sw_ld_get(const struct sw_json *node, const char *name)
{
    struct sw_ld_values values = sw_ld_values(sw_json_get(node, name));
    return values.count == 0 ? NULL : &values.items[0];
}

bool sw_ld_is(const struct sw_json *node, const char *type)
{
    struct sw_ld_values types = sw_ld_values(sw_json_get(node, "@type"));
    for (size_t i = 0; i < types.count; i++) {
        if (sw_json_is(&types.items[i], type)) {
            return true;
        }
    }
    return false;
}

static bool text_of(const struct sw_json *value, struct sw_str *out)
{
    if (value->type == SW_JSON_STRING || value->type == SW_JSON_NUMBER) {
        *out = value->text;
        return true;
    }
    return sw_json_str(sw_json_get(value, "@value"), out) ||
           sw_json_str(sw_json_get(value, "@id"), out);
}

bool sw_ld_text(const struct sw_json *value, struct sw_str *out)
{
    struct sw_ld_values values = sw_ld_values(value);
    return values.count != 0 && text_of(&values.items[0], out);
}

bool sw_ld_label(const struct sw_json *value, struct sw_str *out)
{
    static const char *const labels[] = {"sc:name", "prov:label", "sc:url"};
    struct sw_ld_values values = sw_ld_values(value);
    for (size_t i = 0; values.count != 0 && i < SW_COUNT(labels); i++) {
        const struct sw_json *label = sw_json_get(&values.items[0], labels[i]);
        if (label != NULL && sw_ld_text(label, out)) {
            return true;
        }
    }
    return values.count != 0 && text_of(&values.items[0], out);
}
