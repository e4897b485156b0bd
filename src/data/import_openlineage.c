/* OpenLineage events (spec 1 and 2): runs, jobs and datasets, told by whoever ran them. All events
 * of a run are put together into one declared step. */
#include "data/import_private.h"

struct index {
    uint32_t *at; /* in the order of their keys */
    size_t count, cap;
};

struct reading {
    struct sw_exchange *exchange;
    struct index sets;  /* by namespace, name and version */
    struct index steps; /* by run, or else by namespace and name of the job */
    size_t links;
    size_t event; /* its number, from 1 */
    struct sw_str where;
    struct sw_error *err;
};

bool sw_openlineage_looks_so(struct sw_bytes text)
{
    static const char mark[] = "\"eventTime\"";
    return text.len != 0 && memmem(text.ptr, text.len, mark, strlen(mark)) != NULL;
}

/* --- finding again what was named before ----------------------------------------------------- */

static int compare_set(const struct sw_exchange *x, uint32_t at, const void *key)
{
    const struct sw_exchange_set *a = &x->sets[at];
    const struct sw_exchange_set *b = key;
    int order = sw_str_compare(a->space, b->space);
    order = order != 0 ? order : sw_str_compare(a->name, b->name);
    return order != 0 ? order : sw_str_compare(a->version, b->version);
}

static int compare_step(const struct sw_exchange *x, uint32_t at, const void *key)
{
    const struct sw_exchange_step *a = &x->steps[at];
    const struct sw_exchange_step *b = key;
    int order = sw_str_compare(a->run, b->run);
    if (order != 0 || b->run.len != 0) {
        return order;
    }
    order = sw_str_compare(a->space, b->space);
    return order != 0 ? order : sw_str_compare(a->name, b->name);
}

/* The place of the first that is not less; *found when it is the same. */
static size_t find(const struct reading *r, const struct index *index, const void *key,
    int (*compare)(const struct sw_exchange *, uint32_t, const void *), bool *found)
{
    size_t low = 0;
    size_t high = index->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare(r->exchange, index->at[middle], key) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *found = low < index->count && compare(r->exchange, index->at[low], key) == 0;
    return low;
}

static sw_result insert(struct reading *r, struct index *index, size_t place, uint32_t value)
{
    index->at = sw_arena_grow(
        r->exchange->arena, index->at, index->count, &index->cap, sizeof(index->at[0]));
    SW_TRY_PTR(index->at);
    memmove(
        &index->at[place + 1], &index->at[place], (index->count - place) * sizeof(index->at[0]));
    index->at[place] = value;
    index->count++;
    return SW_OK;
}

static sw_result set_of(struct reading *r, const struct sw_exchange_set *key, uint32_t *out)
{
    bool found;
    size_t place = find(r, &r->sets, key, compare_set, &found);
    if (found) {
        *out = r->sets.at[place];
        return SW_OK;
    }
    struct sw_exchange_set *set;
    SW_TRY(sw_import_add_set(r->exchange, &set, r->err));
    set->space = key->space;
    set->name = key->name;
    set->version = key->version;
    *out = (uint32_t)(r->exchange->set_count - 1);
    return insert(r, &r->sets, place, *out);
}

static sw_result step_of(struct reading *r, const struct sw_exchange_step *key, uint32_t *out)
{
    bool found;
    size_t place = find(r, &r->steps, key, compare_step, &found);
    if (found) {
        *out = r->steps.at[place];
        return SW_OK;
    }
    struct sw_exchange_step *step;
    SW_TRY(sw_import_add_step(r->exchange, &step, r->err));
    step->space = key->space;
    step->name = key->name;
    step->run = key->run;
    *out = (uint32_t)(r->exchange->step_count - 1);
    return insert(r, &r->steps, place, *out);
}

/* --- members --------------------------------------------------------------------------------- */

static sw_result wrong_type(struct reading *r, const char *name, const struct sw_json *value)
{
    return sw_import_problem(r->exchange, "wrong-type", r->where, "its %s is of type %s", name,
        sw_json_type_name(value->type));
}

/* A text that the specification requires. *out stays empty, with a problem, when it is not there.
 */
static sw_result need_text(
    struct reading *r, const struct sw_json *object, const char *name, struct sw_str *out)
{
    const struct sw_json *value = sw_json_get(object, name);
    if (sw_json_str(value, out) && out->len != 0) {
        return SW_OK;
    }
    if (value == NULL || value->type == SW_JSON_NULL || value->type == SW_JSON_STRING) {
        return sw_import_problem(
            r->exchange, "missing", r->where, "the specification asks for %s", name);
    }
    return wrong_type(r, name, value);
}

/* The facet of this name; NULL also for one that is deleted. */
static const struct sw_json *facet(const struct sw_json *facets, const char *name)
{
    const struct sw_json *value = sw_json_get(facets, name);
    bool deleted = false;
    (void)sw_json_bool(sw_json_get(value, "_deleted"), &deleted);
    return deleted ? NULL : value;
}

/* A list that may be left out; NULL, with a problem, when it is something else. */
static sw_result get_list(
    struct reading *r, const struct sw_json *object, const char *name, const struct sw_json **out)
{
    const struct sw_json *value = sw_json_get(object, name);
    bool none = value == NULL || value->type == SW_JSON_NULL;
    *out = none || value->type != SW_JSON_ARRAY ? NULL : value;
    return none || *out != NULL ? SW_OK : wrong_type(r, name, value);
}

/* --- datasets -------------------------------------------------------------------------------- */

static void take_text(const struct sw_json *value, struct sw_str *out)
{
    struct sw_str text;
    if (sw_json_str(value, &text) && text.len != 0) {
        *out = text;
    }
}

static void take_count(const struct sw_json *value, uint64_t *out)
{
    uint64_t count;
    if (sw_json_u64(value, &count) && count <= SW_IMPORT_COUNT_MAX) {
        *out = count;
    }
}

static sw_result take_digest(
    struct reading *r, const struct sw_json *facet_json, const char *name, struct sw_digest *out)
{
    const struct sw_json *value = sw_json_get(facet_json, name);
    struct sw_str text;
    struct sw_digest digest = {0};
    if (value == NULL || value->type == SW_JSON_NULL) {
        return SW_OK;
    }
    if (!sw_json_str(value, &text) || !sw_import_digest(text, &digest)) {
        return sw_import_problem(
            r->exchange, "bad-digest", r->where, "its %s is no SHA-256 in hexadecimal", name);
    }
    *out = digest;
    return SW_OK;
}

/* The facet that our own export writes. What it says is declared like everything else. */
static sw_result read_our_facet(
    struct reading *r, const struct sw_json *json, struct sw_exchange_set *set)
{
    if (json == NULL) {
        return SW_OK;
    }
    SW_TRY(take_digest(r, json, "manifest", &set->manifest));
    SW_TRY(take_digest(r, json, "orderedHead", &set->ordered_head));
    SW_TRY(take_digest(r, json, "sortedHead", &set->sorted_head));
    take_count(sw_json_get(json, "samples"), &set->samples);
    take_count(sw_json_get(json, "bytes"), &set->bytes);
    take_text(sw_json_get(json, "licence"), &set->licence);
    return SW_OK;
}

static sw_result read_fields(
    struct reading *r, const struct sw_json *list, struct sw_exchange_set *set, size_t *cap)
{
    SW_JSON_EACH (item, list) {
        struct sw_exchange_field field = {.how = NULL};
        if (set->field_count == SW_IMPORT_FIELDS) {
            return sw_fail(r->err, SW_E_LIMIT, "event %zu: a dataset has more than %u fields",
                r->event, SW_IMPORT_FIELDS);
        }
        SW_TRY(need_text(r, item, "name", &field.name));
        take_text(sw_json_get(item, "type"), &field.type);
        take_text(sw_json_get(item, "description"), &field.description);
        set->fields =
            sw_arena_grow(r->exchange->arena, set->fields, set->field_count, cap, sizeof(field));
        SW_TRY_PTR(set->fields);
        set->fields[set->field_count++] = field;
        SW_TRY(read_fields(r, sw_json_get(item, "fields"), set, cap));
    }
    return SW_OK;
}

static sw_result read_owners(
    struct reading *r, const struct sw_json *owners, struct sw_exchange_set *set)
{
    if (owners == NULL || owners->type != SW_JSON_ARRAY || set->creator_count != 0) {
        return SW_OK;
    }
    set->creators = SW_ARENA_ARRAY(r->exchange->arena, struct sw_str, owners->count);
    SW_TRY_PTR(set->creators);
    SW_JSON_EACH (owner, owners) {
        if (sw_json_str(sw_json_get(owner, "name"), &set->creators[set->creator_count])) {
            set->creator_count++;
        }
    }
    return SW_OK;
}

static sw_result read_facets(
    struct reading *r, const struct sw_json *dataset, struct sw_exchange_set *set)
{
    const struct sw_json *facets = sw_json_get(dataset, "facets");
    const struct sw_json *output = sw_json_get(dataset, "outputFacets");
    const struct sw_json *input = sw_json_get(dataset, "inputFacets");
    take_text(sw_json_get(facet(facets, "documentation"), "description"), &set->description);
    take_text(sw_json_get(facet(facets, "dataSource"), "uri"), &set->url);
    take_count(sw_json_get(facet(output, "outputStatistics"), "rowCount"), &set->samples);
    take_count(sw_json_get(facet(output, "outputStatistics"), "size"), &set->bytes);
    if (set->samples == SW_ABSENT) {
        take_count(sw_json_get(facet(input, "dataQualityMetrics"), "rowCount"), &set->samples);
    }
    SW_TRY(read_owners(r, sw_json_get(facet(facets, "ownership"), "owners"), set));
    SW_TRY(read_our_facet(r, facet(facets, "sealwright_manifest"), set));
    const struct sw_json *fields = NULL;
    SW_TRY(get_list(r, facet(facets, "schema"), "fields", &fields));
    if (fields == NULL) {
        return SW_OK;
    }
    size_t cap = 0;
    set->fields = NULL; /* the newest event says it anew */
    set->field_count = 0;
    return read_fields(r, fields, set, &cap);
}

/* What a dataset is called, wherever it is named. *named is false when a part is missing. */
static sw_result read_name(
    struct reading *r, const struct sw_json *json, struct sw_exchange_set *key, bool *named)
{
    *key = (struct sw_exchange_set){.samples = 0};
    *named = false;
    if (json->type != SW_JSON_OBJECT) {
        return wrong_type(r, "dataset", json);
    }
    SW_TRY(need_text(r, json, "namespace", &key->space));
    SW_TRY(need_text(r, json, "name", &key->name));
    const struct sw_json *facets = sw_json_get(json, "facets");
    take_text(sw_json_get(facet(facets, "version"), "datasetVersion"), &key->version);
    *named = key->space.len != 0 && key->name.len != 0;
    return SW_OK;
}

/* --- links ----------------------------------------------------------------------------------- */

static sw_result link_set(struct reading *r, uint32_t **list, size_t *count, uint32_t set)
{
    for (size_t i = 0; i < *count; i++) {
        if ((*list)[i] == set) {
            return SW_OK;
        }
    }
    if ((*count & (*count + 1)) == 0) { /* 0, 1, 3, 7, …: it is full */
        uint32_t *more = SW_ARENA_ARRAY(r->exchange->arena, uint32_t, 2 * *count + 1);
        SW_TRY_PTR(more);
        if (*count != 0) {
            memcpy(more, *list, *count * sizeof(more[0]));
        }
        *list = more;
    }
    (*list)[(*count)++] = set;
    return SW_OK;
}

enum side {
    SIDE_INPUT,
    SIDE_OUTPUT,
};

static sw_result link_to(struct reading *r, uint32_t step, enum side side, uint32_t set)
{
    if (r->links++ == SW_IMPORT_LINKS) {
        return sw_fail(r->err, SW_E_LIMIT,
            "event %zu: the document links runs and datasets more than %u times; split it",
            r->event, SW_IMPORT_LINKS);
    }
    struct sw_exchange_step *s = &r->exchange->steps[step];
    return side == SIDE_INPUT ? link_set(r, &s->inputs, &s->input_count, set)
                              : link_set(r, &s->outputs, &s->output_count, set);
}

/* Names that a facet refers to: datasets that go in. */
static sw_result link_inputs(struct reading *r, const struct sw_json *list, uint32_t step)
{
    SW_JSON_EACH (item, list) {
        struct sw_exchange_set key;
        bool named;
        uint32_t set = 0;
        if (sw_json_is(sw_json_get(item, "type"), "JOB")) {
            continue;
        }
        SW_TRY(read_name(r, item, &key, &named));
        if (named) {
            SW_TRY(set_of(r, &key, &set));
            SW_TRY(link_to(r, step, SIDE_INPUT, set));
        }
    }
    return SW_OK;
}

/* "fields": each output column with the input columns that it is made of. */
static sw_result link_columns(
    struct reading *r, const struct sw_json *fields, const char *list, uint32_t step)
{
    SW_JSON_EACH_MEMBER (field, fields) {
        const struct sw_json *inputs = NULL;
        SW_TRY(get_list(r, &field->value, list, &inputs));
        r->exchange->steps[step].columns += inputs == NULL ? 0 : 1;
        SW_TRY(link_inputs(r, inputs, step));
    }
    return SW_OK;
}

static sw_result link_facets(struct reading *r, const struct sw_json *dataset, uint32_t step)
{
    const struct sw_json *facets = sw_json_get(dataset, "facets");
    const struct sw_json *columns = facet(facets, "columnLineage");
    const struct sw_json *lineage = facet(facets, "lineage");
    SW_TRY(link_columns(r, sw_json_get(columns, "fields"), "inputFields", step));
    SW_TRY(link_inputs(r, sw_json_get(columns, "dataset"), step));
    SW_TRY(link_columns(r, sw_json_get(lineage, "fields"), "inputs", step));
    return link_inputs(r, sw_json_get(lineage, "inputs"), step);
}

/* A model is claimed by who trains it, not by an event. */
static bool is_model(const struct sw_json *dataset)
{
    const struct sw_json *facets = sw_json_get(dataset, "facets");
    return facet(facets, "sealwright_model") != NULL ||
           sw_json_is(sw_json_get(facet(facets, "datasetType"), "datasetType"), "MODEL");
}

static sw_result read_datasets(
    struct reading *r, const struct sw_json *list, enum side side, uint32_t step)
{
    SW_JSON_EACH (item, list) {
        struct sw_exchange_set key;
        bool named;
        uint32_t set = 0;
        SW_TRY(read_name(r, item, &key, &named));
        if (!named || is_model(item)) {
            continue;
        }
        SW_TRY(set_of(r, &key, &set));
        SW_TRY(read_facets(r, item, &r->exchange->sets[set]));
        SW_TRY(link_to(r, step, side, set));
        SW_TRY(link_facets(r, item, step));
    }
    return SW_OK;
}

/* The job's own "lineage" facet: targets, each with what feeds it. */
static sw_result read_job_lineage(struct reading *r, const struct sw_json *job, uint32_t step)
{
    const struct sw_json *entries = NULL;
    SW_TRY(get_list(r, facet(sw_json_get(job, "facets"), "lineage"), "entries", &entries));
    SW_JSON_EACH (entry, entries) {
        struct sw_exchange_set key;
        bool named;
        uint32_t set = 0;
        SW_TRY(link_inputs(r, sw_json_get(entry, "inputs"), step));
        SW_TRY(link_columns(r, sw_json_get(entry, "fields"), "inputs", step));
        if (!sw_json_is(sw_json_get(entry, "type"), "DATASET")) {
            continue;
        }
        SW_TRY(read_name(r, entry, &key, &named));
        if (named) {
            SW_TRY(set_of(r, &key, &set));
            SW_TRY(link_to(r, step, SIDE_OUTPUT, set));
        }
    }
    return SW_OK;
}

/* --- events ---------------------------------------------------------------------------------- */

static const struct {
    const char *type;
    const char *outcome;
    bool starts;
    bool ends;
} event_types[] = {
    {"START", "running", true, false},
    {"RUNNING", "running", false, false},
    {"COMPLETE", "complete", false, true},
    {"ABORT", "abort", false, true},
    {"FAIL", "fail", false, true},
    {"OTHER", "", false, false},
};

static sw_result read_state(
    struct reading *r, const struct sw_json *event, int64_t time, struct sw_exchange_step *step)
{
    const struct sw_json *type = sw_json_get(event, "eventType");
    for (size_t i = 0; i < SW_COUNT(event_types); i++) {
        if (!sw_json_is(type, event_types[i].type)) {
            continue;
        }
        step->started = event_types[i].starts ? time : step->started;
        step->ended = event_types[i].ends ? time : step->ended;
        bool over = step->ended != 0 && !event_types[i].ends;
        if (event_types[i].outcome[0] != '\0' && !over) {
            step->outcome = sw_str(event_types[i].outcome);
        }
        return SW_OK;
    }
    return type == NULL ? SW_OK
                        : sw_import_problem(r->exchange, "wrong-type", r->where,
                              "its eventType is none of the specification's");
}

static bool is_uuid(struct sw_str text)
{
    static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    bool good = text.len == strlen(form);
    for (size_t i = 0; good && i < text.len; i++) {
        char c = text.ptr[i];
        bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        good = form[i] == '-' ? c == '-' : hex;
    }
    return good;
}

static sw_result read_run(
    struct reading *r, const struct sw_json *event, struct sw_exchange_step *key)
{
    const struct sw_json *run = sw_json_get(event, "run");
    if (run == NULL) {
        return SW_OK; /* a JobEvent: what the job does whenever it runs */
    }
    SW_TRY(need_text(r, run, "runId", &key->run));
    return key->run.len == 0 || is_uuid(key->run)
               ? SW_OK
               : sw_import_problem(r->exchange, "bad-run-id", r->where, "its runId is no UUID");
}

static sw_result read_job_event(struct reading *r, const struct sw_json *event, int64_t time)
{
    const struct sw_json *job = sw_json_get(event, "job");
    const struct sw_json *inputs = NULL;
    const struct sw_json *outputs = NULL;
    struct sw_exchange_step key = {.kind = SW_EXCHANGE_STEP};
    uint32_t step = 0;
    SW_TRY(need_text(r, job, "namespace", &key.space));
    SW_TRY(need_text(r, job, "name", &key.name));
    SW_TRY(read_run(r, event, &key));
    if (key.run.len == 0 && (key.space.len == 0 || key.name.len == 0)) {
        return SW_OK; /* it has no name to put events together by; the problem is noted */
    }
    SW_TRY(step_of(r, &key, &step));
    SW_TRY(read_state(r, event, time, &r->exchange->steps[step]));
    SW_TRY(get_list(r, event, "inputs", &inputs));
    SW_TRY(get_list(r, event, "outputs", &outputs));
    SW_TRY(read_datasets(r, inputs, SIDE_INPUT, step));
    SW_TRY(read_datasets(r, outputs, SIDE_OUTPUT, step));
    return read_job_lineage(r, job, step);
}

static sw_result read_dataset_event(struct reading *r, const struct sw_json *dataset)
{
    struct sw_exchange_set key;
    bool named;
    uint32_t set = 0;
    SW_TRY(read_name(r, dataset, &key, &named));
    if (!named) {
        return SW_OK;
    }
    SW_TRY(set_of(r, &key, &set));
    return read_facets(r, dataset, &r->exchange->sets[set]);
}

/* "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent" gives "2-0-2". */
static sw_result read_version(struct reading *r, const struct sw_json *event)
{
    static const char mark[] = "/spec/";
    struct sw_str url = {NULL, 0};
    SW_TRY(need_text(r, event, "schemaURL", &url));
    const char *at = url.len == 0 ? NULL : memmem(url.ptr, url.len, mark, strlen(mark));
    if (at == NULL || r->exchange->conforms.len != 0) {
        return SW_OK;
    }
    const char *start = at + strlen(mark);
    size_t rest = url.len - (size_t)(start - url.ptr);
    const char *end = memchr(start, '/', rest);
    r->exchange->conforms = sw_str_n(start, end == NULL ? rest : (size_t)(end - start));
    struct sw_str version = r->exchange->conforms;
    bool known = sw_str_starts(version, "1-") || sw_str_starts(version, "2-");
    return known ? SW_OK
                 : sw_import_problem(r->exchange, "unknown-version", r->where,
                       "it follows the specification '" SW_STR_FMT "'; 1 and 2 are known",
                       SW_STR_ARG(version));
}

static sw_result read_event(struct reading *r, const struct sw_json *event)
{
    struct sw_str text = {NULL, 0};
    int64_t time = 0;
    r->event++;
    const char *where = sw_arena_printf(r->exchange->arena, "event %zu", r->event);
    SW_TRY_PTR(where);
    r->where = sw_str(where);
    if (event->type != SW_JSON_OBJECT) {
        return sw_fail(r->err, SW_E_FORMAT, "event %zu is of type %s", r->event,
            sw_json_type_name(event->type));
    }
    SW_TRY(need_text(r, event, "eventTime", &text));
    if (text.len != 0 && !sw_time_parse(text, &time)) {
        SW_TRY(sw_import_problem(
            r->exchange, "wrong-type", r->where, "its eventTime is no RFC 3339 time"));
    }
    SW_TRY(need_text(r, event, "producer", &text));
    SW_TRY(read_version(r, event));
    const struct sw_json *dataset = sw_json_get(event, "dataset");
    if (sw_json_get(event, "job") != NULL) {
        return read_job_event(r, event, time);
    }
    return dataset != NULL ? read_dataset_event(r, dataset)
                           : sw_import_problem(r->exchange, "missing", r->where,
                                 "it has neither a job nor a dataset");
}

/* --- putting the events together ------------------------------------------------------------- */

static bool has_versioned(const struct sw_exchange *x, const uint32_t *list, size_t count,
    const struct sw_exchange_set *bare)
{
    for (size_t i = 0; i < count; i++) {
        const struct sw_exchange_set *set = &x->sets[list[i]];
        if (set->version.len != 0 && sw_str_equal(set->space, bare->space) &&
            sw_str_equal(set->name, bare->name)) {
            return true;
        }
    }
    return false;
}

/* Where one event of a run names a dataset without its version and another with it, they mean the
 * same: the first events of a run often do not know it yet. */
static void settle_versions(const struct sw_exchange *x, uint32_t *list, size_t *count)
{
    size_t kept = 0;
    for (size_t i = 0; i < *count; i++) {
        const struct sw_exchange_set *set = &x->sets[list[i]];
        if (set->version.len != 0 || !has_versioned(x, list, *count, set)) {
            list[kept++] = list[i];
        }
    }
    *count = kept;
}

static void mark(const uint32_t *list, size_t count, bool *linked)
{
    for (size_t i = 0; i < count; i++) {
        linked[list[i]] = true;
    }
}

/* In the order of their keys a name without a version stands right before those with one. */
static bool is_shadow(const struct reading *r, size_t place)
{
    const struct sw_exchange_set *set = &r->exchange->sets[r->sets.at[place]];
    if (set->version.len != 0 || place + 1 == r->sets.count) {
        return false;
    }
    const struct sw_exchange_set *next = &r->exchange->sets[r->sets.at[place + 1]];
    return sw_str_equal(set->space, next->space) && sw_str_equal(set->name, next->name);
}

static void renumber(uint32_t *list, size_t count, const uint32_t *places)
{
    for (size_t i = 0; i < count; i++) {
        list[i] = places[list[i]];
    }
}

/* Takes out the sets without a version that settling left alone. */
static sw_result drop_shadows(struct reading *r)
{
    struct sw_exchange *x = r->exchange;
    bool *linked = SW_ARENA_ARRAY(x->arena, bool, x->set_count);
    uint32_t *places = SW_ARENA_ARRAY(x->arena, uint32_t, x->set_count);
    if (linked == NULL || places == NULL) {
        return SW_E_NOMEM;
    }
    for (size_t i = 0; i < x->step_count; i++) {
        mark(x->steps[i].inputs, x->steps[i].input_count, linked);
        mark(x->steps[i].outputs, x->steps[i].output_count, linked);
    }
    for (size_t i = 0; i < r->sets.count; i++) {
        linked[r->sets.at[i]] = linked[r->sets.at[i]] || !is_shadow(r, i);
    }
    uint32_t kept = 0;
    for (size_t i = 0; i < x->set_count; i++) {
        places[i] = kept;
        x->sets[kept] = x->sets[i];
        kept += linked[i] ? 1 : 0;
    }
    x->set_count = kept;
    for (size_t i = 0; i < x->step_count; i++) {
        renumber(x->steps[i].inputs, x->steps[i].input_count, places);
        renumber(x->steps[i].outputs, x->steps[i].output_count, places);
    }
    return SW_OK;
}

/* --- the whole ------------------------------------------------------------------------------- */

static const struct sw_json_limits limits = {
    .max_bytes = SW_IMPORT_MAX, .max_values = SW_IMPORT_VALUES};

static sw_result read_whole(struct reading *r, struct sw_bytes text)
{
    struct sw_json *root = SW_ARENA_NEW(r->exchange->arena, struct sw_json);
    SW_TRY_PTR(root);
    SW_TRY(sw_json_parse(r->exchange->arena, text, &limits, root, r->err));
    if (root->type != SW_JSON_ARRAY) {
        return read_event(r, root);
    }
    SW_JSON_EACH (event, root) {
        SW_TRY(read_event(r, event));
    }
    return SW_OK;
}

static bool is_blank(struct sw_str line)
{
    for (size_t i = 0; i < line.len; i++) {
        if (line.ptr[i] != ' ' && line.ptr[i] != '\t' && line.ptr[i] != '\r') {
            return false;
        }
    }
    return true;
}

static struct sw_str next_line(struct sw_str *rest)
{
    const char *end = rest->len == 0 ? NULL : memchr(rest->ptr, '\n', rest->len);
    struct sw_str line = sw_str_n(rest->ptr, end == NULL ? rest->len : (size_t)(end - rest->ptr));
    size_t used = line.len + (end == NULL ? 0 : 1);
    *rest = sw_str_n(rest->ptr + used, rest->len - used);
    return line;
}

static sw_result read_lines(struct reading *r, struct sw_str rest)
{
    for (size_t number = 1; rest.len != 0; number++) {
        struct sw_str line = next_line(&rest);
        struct sw_json *event = SW_ARENA_NEW(r->exchange->arena, struct sw_json);
        SW_TRY_PTR(event);
        if (is_blank(line)) {
            continue;
        }
        enum sw_code code =
            sw_json_parse(r->exchange->arena, sw_bytes_of_str(line), &limits, event, r->err);
        if (code != SW_OK) {
            return sw_error_prefix(r->err, code, "line %zu", number);
        }
        SW_TRY(read_event(r, event));
    }
    return SW_OK;
}

/* JSON lines when the first line is a document of its own. */
static bool is_lines(struct sw_bytes text)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_json event;
    struct sw_str rest = sw_str_of_bytes(text);
    sw_arena_init(&arena, 0);
    struct sw_str line = next_line(&rest);
    return sw_json_parse(&arena, sw_bytes_of_str(line), &limits, &event, NULL) == SW_OK &&
           event.type == SW_JSON_OBJECT;
}

sw_result sw_import_openlineage(struct sw_bytes text, struct sw_exchange *out, struct sw_error *err)
{
    struct reading r = {.exchange = out, .err = err};
    if (is_lines(text)) {
        SW_TRY(read_lines(&r, sw_str_of_bytes(text)));
    } else {
        SW_TRY(read_whole(&r, text));
    }
    if (r.event == 0) {
        return sw_fail(err, SW_E_FORMAT, "there is no event in it");
    }
    for (size_t i = 0; i < out->step_count; i++) {
        struct sw_exchange_step *step = &out->steps[i];
        settle_versions(out, step->inputs, &step->input_count);
        settle_versions(out, step->outputs, &step->output_count);
    }
    return drop_shadows(&r);
}
