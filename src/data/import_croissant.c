/* Croissant 1.0 and 1.1 (mlcommons.org/croissant): metadata of one dataset in JSON-LD. It is
 * checked against the specification and nothing of it is trusted: doc/format/exchange.md lists what
 * is noted. */
#include "data/import_private.h"

#include <strings.h>

#define CONTAINERS_MAX 16u /* files inside files inside files */

struct reading {
    struct sw_ld ld;
    struct sw_exchange *exchange;
    struct sw_exchange_set *set;
    size_t file_cap;
    size_t field_cap;
    bool live; /* files may change: a digest is not asked for */
    struct sw_error *err;
};

bool sw_croissant_looks_so(struct sw_bytes text)
{
    static const char mark[] = "mlcommons.org/croissant";
    return text.len != 0 && memmem(text.ptr, text.len, mark, strlen(mark)) != NULL;
}

/* --- the dataset ----------------------------------------------------------------------------- */

static struct sw_str version_of(struct sw_str conforms)
{
    static const char *const bases[] = {
        "http://mlcommons.org/croissant/", "https://mlcommons.org/croissant/"};
    for (size_t i = 0; i < SW_COUNT(bases); i++) {
        size_t n = strlen(bases[i]);
        if (sw_str_starts(conforms, bases[i]) && conforms.len > n && conforms.ptr[n] >= '0' &&
            conforms.ptr[n] <= '9') {
            return sw_str_n(conforms.ptr + n, conforms.len - n);
        }
    }
    return sw_str_n(NULL, 0);
}

/* A document may conform to several specifications; *version is empty when none is Croissant. */
static struct sw_str croissant_version(const struct sw_json *node)
{
    struct sw_ld_values values = sw_ld_values(sw_json_get(node, "dct:conformsTo"));
    if (values.count == 0) {
        values = sw_ld_values(sw_json_get(node, "sc:conformsTo"));
    }
    for (size_t i = 0; i < values.count; i++) {
        struct sw_str text;
        if (sw_ld_text(&values.items[i], &text) && version_of(text).len != 0) {
            return version_of(text);
        }
    }
    return sw_str_n(NULL, 0);
}

struct candidates {
    const struct sw_json *any;   /* a dataset */
    const struct sw_json *found; /* one that says to be Croissant */
    size_t count;                /* of those */
};

static void look_at(struct candidates *c, const struct sw_json *node)
{
    if (!sw_ld_is(node, "sc:Dataset")) {
        return;
    }
    c->any = node;
    if (croissant_version(node).len != 0) {
        c->found = node;
        c->count++;
    }
}

/* The one dataset on top of the document, or in its graph. */
static sw_result find_dataset(struct reading *r, const struct sw_json **out)
{
    struct candidates c = {0};
    const struct sw_json *graph = sw_json_get(&r->ld.root, "@graph");
    struct sw_ld_values nodes = sw_ld_values(graph != NULL ? graph : &r->ld.root);
    for (size_t i = 0; i < nodes.count; i++) {
        look_at(&c, &nodes.items[i]);
    }
    if (c.count == 1) {
        *out = c.found;
        return SW_OK;
    }
    if (c.count > 1) {
        return sw_fail(
            r->err, SW_E_FORMAT, "the document describes %zu datasets; one is read", c.count);
    }
    if (c.any != NULL) {
        return sw_fail(r->err, SW_E_UNSUPPORTED,
            "the dataset does not say that it conforms to http://mlcommons.org/croissant/1.0 or "
            "1.1");
    }
    bool elsewhere = r->exchange->problems_kept != 0 &&
                     sw_str_is(r->exchange->problems[0].kind, "context-not-fetched");
    return sw_fail(r->err, SW_E_FORMAT, "the document describes no sc:Dataset%s",
        elsewhere ? ": its context stands elsewhere and is not fetched; put it into the document"
                  : "");
}

static const struct {
    const char *name;
    size_t at;
    bool needed; /* the specification requires it */
    bool label;  /* an object has a name or an address */
} set_texts[] = {
    {"sc:name", offsetof(struct sw_exchange_set, name), true, false},
    {"sc:description", offsetof(struct sw_exchange_set, description), true, false},
    {"sc:url", offsetof(struct sw_exchange_set, url), true, false},
    {"sc:license", offsetof(struct sw_exchange_set, licence), true, true},
    {"sc:datePublished", offsetof(struct sw_exchange_set, published), true, false},
    {"sc:version", offsetof(struct sw_exchange_set, version), false, false},
};

static sw_result missing(struct reading *r, struct sw_str where, const char *name)
{
    return sw_import_problem(
        r->exchange, "missing", where, "the specification asks for '%s'", name);
}

static sw_result wrong_type(
    struct reading *r, struct sw_str where, const char *name, const struct sw_json *value)
{
    return sw_import_problem(r->exchange, "wrong-type", where, "'%s' is of type %s", name,
        sw_json_type_name(value->type));
}

/* Words that stand where a licence should, and say that there is none. */
static const char *const no_licences[] = {"unknown", "none", "undefined", "other", "n/a",
    "https://choosealicense.com/licenses/undefined/"};

static sw_result read_licence(struct reading *r)
{
    struct sw_str *licence = &r->set->licence;
    for (size_t i = 0; i < SW_COUNT(no_licences); i++) {
        if (licence->len == strlen(no_licences[i]) &&
            strncasecmp(licence->ptr, no_licences[i], licence->len) == 0) {
            *licence = sw_str_n(NULL, 0);
            return missing(r, sw_str("dataset"), "sc:license");
        }
    }
    return SW_OK;
}

static sw_result read_set_texts(struct reading *r, const struct sw_json *node)
{
    for (size_t i = 0; i < SW_COUNT(set_texts); i++) {
        const struct sw_json *value = sw_json_get(node, set_texts[i].name);
        struct sw_str text = {NULL, 0};
        bool good = set_texts[i].label ? sw_ld_label(value, &text) : sw_ld_text(value, &text);
        if (value != NULL && value->type != SW_JSON_NULL && !good) {
            SW_TRY(wrong_type(r, sw_str("dataset"), set_texts[i].name, value));
        } else if (text.len == 0 && set_texts[i].needed) {
            SW_TRY(missing(r, sw_str("dataset"), set_texts[i].name));
        }
        memcpy((uint8_t *)r->set + set_texts[i].at, &text, sizeof(text));
    }
    return read_licence(r);
}

/* Names of all that stand in `values`, behind those that are there. */
static sw_result add_labels(
    struct reading *r, const struct sw_json *value, bool by_id, struct sw_str **list, size_t *count)
{
    struct sw_ld_values values = sw_ld_values(value);
    struct sw_str *all = SW_ARENA_ARRAY(r->exchange->arena, struct sw_str, *count + values.count);
    SW_TRY_PTR(all);
    if (*count != 0) {
        memcpy(all, *list, *count * sizeof(all[0]));
    }
    *list = all;
    for (size_t i = 0; i < values.count; i++) {
        const struct sw_json *item = &values.items[i];
        struct sw_str text = by_id ? sw_ld_id(item) : sw_str_n(NULL, 0);
        if (text.len != 0 || sw_ld_label(item, &text)) {
            all[(*count)++] = text;
        }
    }
    return SW_OK;
}

/* --- what sealwright said of itself ---------------------------------------------------------- */

#define OURS "urn:sealwright:"

static void take_digest(struct sw_str value, struct sw_digest *out)
{
    struct sw_digest digest = {0};
    if (sw_import_digest(value, &digest)) {
        *out = digest;
    }
}

static void take_count(struct sw_str value, uint64_t *out)
{
    uint64_t count;
    if (sw_parse_u64(value, &count) && count <= SW_IMPORT_COUNT_MAX) {
        *out = count;
    }
}

/* "identifier": properties with a name of ours. Also these are only what the document says. */
static void read_identifiers(struct reading *r, const struct sw_json *node)
{
    struct sw_ld_values values = sw_ld_values(sw_json_get(node, "sc:identifier"));
    for (size_t i = 0; i < values.count; i++) {
        const struct sw_json *item = &values.items[i];
        struct sw_str name;
        struct sw_str value;
        const struct sw_json *given = sw_json_get(item, "sc:value");
        given = given == NULL ? sw_json_get(item, "cr:value") : given;
        if (!sw_ld_text(sw_json_get(item, "sc:propertyID"), &name) || !sw_ld_text(given, &value)) {
            continue;
        }
        if (sw_str_is(name, OURS "manifest")) {
            take_digest(value, &r->set->manifest);
        } else if (sw_str_is(name, OURS "ordered-head")) {
            take_digest(value, &r->set->ordered_head);
        } else if (sw_str_is(name, OURS "sorted-head")) {
            take_digest(value, &r->set->sorted_head);
        } else if (sw_str_is(name, OURS "samples")) {
            take_count(value, &r->set->samples);
        } else if (sw_str_is(name, OURS "bytes")) {
            take_count(value, &r->set->bytes);
        }
    }
}

/* --- provenance ------------------------------------------------------------------------------ */

static int64_t time_of(const struct sw_json *node, const char *name)
{
    struct sw_str text;
    int64_t time;
    bool good = sw_ld_text(sw_json_get(node, name), &text) && sw_time_parse(text, &time);
    return good ? time : 0;
}

/* An activity that made the set (Croissant 1.1 with PROV-O). */
static sw_result read_activities(struct reading *r, const struct sw_json *node, uint32_t set)
{
    struct sw_ld_values values = sw_ld_values(sw_json_get(node, "prov:wasGeneratedBy"));
    for (size_t i = 0; i < values.count; i++) {
        const struct sw_json *activity = sw_ld_follow(&r->ld, &values.items[i]);
        struct sw_exchange_step *step;
        SW_TRY(sw_import_add_step(r->exchange, &step, r->err));
        step->started = time_of(activity, "prov:startedAtTime");
        step->ended = time_of(activity, "prov:endedAtTime");
        (void)sw_ld_label(activity != NULL ? activity : &values.items[i], &step->name);
        step->outputs = SW_ARENA_ARRAY(r->exchange->arena, uint32_t, 1);
        SW_TRY_PTR(step->outputs);
        step->outputs[step->output_count++] = set;
    }
    return SW_OK;
}

/* --- files ----------------------------------------------------------------------------------- */

/* "25585843 B", "8813": bytes. A size in another unit is rounded, and so not compared. */
static uint64_t size_of(const struct sw_json *node)
{
    struct sw_str text = {NULL, 0};
    uint64_t size = SW_ABSENT;
    (void)sw_ld_text(sw_json_get(node, "sc:contentSize"), &text);
    text.len -= sw_str_ends(text, " B") ? 2 : sw_str_ends(text, "B") ? 1 : 0;
    return sw_parse_u64(text, &size) && size <= SW_IMPORT_COUNT_MAX ? size : SW_ABSENT;
}

static const char *what_it_is(struct sw_str text)
{
    bool address = sw_str_starts(text, "http://") || sw_str_starts(text, "https://");
    return address ? "an address" : "no SHA-256 in hexadecimal";
}

static sw_result read_digest(
    struct reading *r, const struct sw_json *node, struct sw_exchange_file *file)
{
    const struct sw_json *value = sw_json_get(node, "sc:sha256");
    struct sw_str text = {NULL, 0};
    if (value != NULL && sw_ld_text(value, &text) && sw_import_digest(text, &file->digest)) {
        return SW_OK;
    }
    if (value != NULL && value->type != SW_JSON_NULL) {
        file->why = sw_str("bad-digest");
        return sw_import_problem(r->exchange, "bad-digest", file->id,
            "its sha256 '" SW_STR_FMT "' is %s", (int)(text.len > 100 ? 100 : text.len), text.ptr,
            what_it_is(text));
    }
    file->why = sw_str("no-digest");
    if (sw_json_get(node, "cr:md5") != NULL || sw_json_get(node, "sc:md5") != NULL) {
        file->why = sw_str("weak-digest");
        return sw_import_problem(r->exchange, "weak-digest", file->id,
            "it has an MD5 alone, which others can forge, and no sha256");
    }
    bool covered = file->container.len != 0 || file->pattern || r->live;
    return covered ? SW_OK
                   : sw_import_problem(r->exchange, "no-digest", file->id, "it has no sha256");
}

/* What a file lies in: a file, a set of files, or a data source over one of them. */
static struct sw_str container_of(const struct sw_json *node)
{
    static const char *const inside[] = {"cr:fileObject", "cr:fileSet"};
    const struct sw_json *container = sw_ld_get(node, "cr:containedIn");
    struct sw_str id = sw_ld_id(container);
    for (size_t i = 0; i < SW_COUNT(inside) && id.len == 0; i++) {
        id = sw_ld_id(sw_ld_get(container, inside[i]));
    }
    if (id.len == 0) {
        (void)sw_json_str(container, &id);
    }
    return id;
}

static sw_result check_file(struct reading *r, const struct sw_exchange_file *file)
{
    if (file->id.len == 0) {
        SW_TRY(missing(r, file->name, "@id"));
    }
    if (file->url.len == 0 && !file->pattern) {
        SW_TRY(missing(r, file->id, "sc:contentUrl"));
    }
    return file->media_type.len != 0 ? SW_OK : missing(r, file->id, "sc:encodingFormat");
}

static sw_result read_file(struct reading *r, const struct sw_json *node)
{
    if (r->set->file_count == SW_IMPORT_FILES) {
        return sw_fail(
            r->err, SW_E_LIMIT, "the document names more than %u files", SW_IMPORT_FILES);
    }
    struct sw_exchange_file file = {.id = sw_ld_id(node),
        .container = container_of(node),
        .size = size_of(node),
        .pattern = sw_ld_is(node, "cr:FileSet")};
    if (!file.pattern && !sw_ld_is(node, "cr:FileObject")) {
        return sw_import_problem(r->exchange, "wrong-type",
            file.id.len != 0 ? file.id : sw_str("distribution"),
            "it is neither a cr:FileObject nor a cr:FileSet");
    }
    (void)sw_ld_text(sw_json_get(node, "sc:name"), &file.name);
    (void)sw_ld_text(sw_json_get(node, "sc:contentUrl"), &file.url);
    (void)sw_ld_text(sw_json_get(node, "sc:encodingFormat"), &file.media_type);
    SW_TRY(check_file(r, &file));
    SW_TRY(read_digest(r, node, &file));
    r->set->files = sw_arena_grow(
        r->exchange->arena, r->set->files, r->set->file_count, &r->file_cap, sizeof(file));
    SW_TRY_PTR(r->set->files);
    r->set->files[r->set->file_count++] = file;
    return SW_OK;
}

static sw_result read_files(struct reading *r, const struct sw_json *node)
{
    const struct sw_json *list = sw_json_get(node, "sc:distribution");
    struct sw_ld_values values = sw_ld_values(list);
    if (values.count == 0) {
        return missing(r, sw_str("dataset"), "sc:distribution");
    }
    for (size_t i = 0; i < values.count; i++) {
        const struct sw_json *item = &values.items[i];
        if (item->type != SW_JSON_OBJECT) {
            SW_TRY(wrong_type(r, sw_str("distribution"), "sc:distribution", item));
            continue;
        }
        const struct sw_json *file = sw_ld_follow(&r->ld, item);
        if (file == NULL) {
            SW_TRY(sw_import_problem(r->exchange, "dangling-reference", sw_ld_id(item),
                "nothing in the document has this @id"));
            continue;
        }
        SW_TRY(read_file(r, file));
    }
    return SW_OK;
}

/* Every chain of containers ends. */
static sw_result check_containers(struct reading *r)
{
    for (size_t i = 0; i < r->set->file_count; i++) {
        struct sw_exchange_file *file = &r->set->files[i];
        struct sw_str at = file->container;
        for (unsigned depth = 0; at.len != 0; depth++) {
            const struct sw_json *node = sw_ld_find(&r->ld, at);
            if (node == NULL) {
                SW_TRY(sw_import_problem(r->exchange, "dangling-reference", file->id,
                    "it lies in '" SW_STR_FMT "', which the document does not have",
                    SW_STR_ARG(at)));
                break;
            }
            if (depth == CONTAINERS_MAX || sw_str_equal(at, file->id)) {
                SW_TRY(sw_import_problem(r->exchange, "cyclic-reference", file->id,
                    "what it lies in lies in itself, or is more than %u deep", CONTAINERS_MAX));
                break;
            }
            at = container_of(node);
        }
    }
    return SW_OK;
}

/* --- fields ---------------------------------------------------------------------------------- */

static void read_source(const struct sw_json *node, struct sw_exchange_field *field)
{
    static const struct {
        const char *name;
        const char *how;
    } extracts[] = {
        {"cr:column", "column"}, {"cr:jsonPath", "jsonPath"}, {"cr:fileProperty", "fileProperty"}};
    const struct sw_json *source = sw_ld_get(node, "cr:source");
    const struct sw_json *extract = sw_ld_get(source, "cr:extract");
    field->file = sw_ld_id(sw_ld_get(source, "cr:fileObject"));
    if (field->file.len == 0) {
        field->file = sw_ld_id(sw_ld_get(source, "cr:fileSet"));
    }
    for (size_t i = 0; i < SW_COUNT(extracts); i++) {
        if (sw_ld_text(sw_json_get(extract, extracts[i].name), &field->what)) {
            field->how = extracts[i].how;
            return;
        }
    }
}

static sw_result read_field_list(struct reading *r, const struct sw_json *list, const char *what);

static sw_result read_field(struct reading *r, const struct sw_json *node)
{
    if (r->set->field_count == SW_IMPORT_FIELDS) {
        return sw_fail(
            r->err, SW_E_LIMIT, "the document names more than %u fields", SW_IMPORT_FIELDS);
    }
    struct sw_exchange_field field = {.name = sw_ld_id(node)};
    (void)sw_ld_text(sw_json_get(node, "sc:name"), &field.name);
    (void)sw_ld_text(sw_json_get(node, "cr:dataType"), &field.type);
    (void)sw_ld_text(sw_json_get(node, "sc:description"), &field.description);
    read_source(node, &field);
    r->set->fields = sw_arena_grow(
        r->exchange->arena, r->set->fields, r->set->field_count, &r->field_cap, sizeof(field));
    SW_TRY_PTR(r->set->fields);
    r->set->fields[r->set->field_count++] = field;
    if (field.file.len != 0 && sw_ld_find(&r->ld, field.file) == NULL) {
        SW_TRY(sw_import_problem(r->exchange, "dangling-reference", field.name,
            "it is taken from '" SW_STR_FMT "', which the document does not have",
            SW_STR_ARG(field.file)));
    }
    return read_field_list(r, sw_json_get(node, "cr:subField"), "cr:subField");
}

static sw_result read_field_list(struct reading *r, const struct sw_json *list, const char *what)
{
    struct sw_ld_values values = sw_ld_values(list);
    for (size_t i = 0; i < values.count; i++) {
        if (values.items[i].type != SW_JSON_OBJECT) {
            SW_TRY(wrong_type(r, sw_str("recordSet"), what, &values.items[i]));
            continue;
        }
        SW_TRY(read_field(r, &values.items[i]));
    }
    return SW_OK;
}

static sw_result read_record_sets(struct reading *r, const struct sw_json *node)
{
    struct sw_ld_values values = sw_ld_values(sw_json_get(node, "cr:recordSet"));
    for (size_t i = 0; i < values.count; i++) {
        const struct sw_json *record_set = sw_ld_follow(&r->ld, &values.items[i]);
        if (record_set == NULL || record_set->type != SW_JSON_OBJECT) {
            SW_TRY(sw_import_problem(r->exchange, "wrong-type", sw_str("recordSet"),
                "it is no cr:RecordSet of this document"));
            continue;
        }
        SW_TRY(read_field_list(r, sw_json_get(record_set, "cr:field"), "cr:field"));
    }
    return SW_OK;
}

/* --- the whole ------------------------------------------------------------------------------- */

static sw_result read_set(struct reading *r, const struct sw_json *node)
{
    SW_TRY(read_set_texts(r, node));
    SW_TRY(add_labels(
        r, sw_json_get(node, "sc:creator"), false, &r->set->creators, &r->set->creator_count));
    SW_TRY(add_labels(
        r, sw_json_get(node, "sc:publisher"), false, &r->set->creators, &r->set->creator_count));
    if (r->set->creator_count == 0) {
        SW_TRY(missing(r, sw_str("dataset"), "sc:creator"));
    }
    SW_TRY(add_labels(r, sw_json_get(node, "prov:wasDerivedFrom"), true, &r->set->derived_from,
        &r->set->derived_count));
    (void)sw_json_bool(sw_json_get(node, "cr:isLiveDataset"), &r->live);
    read_identifiers(r, node);
    SW_TRY(read_files(r, node));
    SW_TRY(check_containers(r));
    return read_record_sets(r, node);
}

sw_result sw_import_croissant(struct sw_bytes text, struct sw_exchange *out, struct sw_error *err)
{
    struct reading r = {.exchange = out, .err = err};
    const struct sw_json *node = NULL;
    SW_TRY(sw_ld_read(&r.ld, out, text, err));
    SW_TRY(find_dataset(&r, &node));
    out->conforms = croissant_version(node);
    if (!sw_str_is(out->conforms, "1.0") && !sw_str_is(out->conforms, "1.1")) {
        return sw_fail(err, SW_E_UNSUPPORTED,
            "the dataset conforms to Croissant " SW_STR_FMT "; 1.0 and 1.1 are read",
            SW_STR_ARG(out->conforms));
    }
    SW_TRY(sw_import_add_set(out, &r.set, err));
    SW_TRY(read_set(&r, node));
    return read_activities(&r, node, 0);
}
