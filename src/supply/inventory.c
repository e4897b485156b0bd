/* One entry for each entity; doc/format/inventory.md. */
#include "supply/inventory.h"
#include "supply/ascii.h"

#define FACTS_MAX 16   /* of a sighting */
#define SHOWN_MAX 1024 /* bytes of a name or a detail, as it is shown, and its end */

static const char *const kinds[SW_ENTITY_KINDS] = {"model", "dataset", "library", "tool", "service",
    "agent", "mcp-server", "prompt", "endpoint", "accelerator", "container", "credential"};
static const char *const grades[] = {"inferred", "observed", "declared", "verified"};
static const char *const scopes[] = {"runtime", "development", "example", "test", "documentation"};
static const char *const sources[SW_SIGHTING_SOURCES] = {
    "packages", "code", "configuration", "files", "host", "traffic"};
/* No number of guesses makes a certainty. */
static const unsigned confidence_caps[] = {950, 990, 990, SW_CONFIDENCE_MAX};

const char *sw_entity_kind_name(enum sw_entity_kind kind)
{
    return kinds[kind];
}

const char *sw_grade_name(enum sw_grade grade)
{
    return grades[grade];
}

const char *sw_scope_name(enum sw_scope scope)
{
    return scopes[scope];
}

static bool look_up(struct sw_str name, const char *const *list, size_t count, unsigned *out)
{
    for (size_t i = 0; i < count; i++) {
        if (sw_str_is(name, list[i])) {
            *out = (unsigned)i;
            return true;
        }
    }
    return false;
}

bool sw_entity_kind_of(struct sw_str name, enum sw_entity_kind *out)
{
    unsigned n;
    bool found = look_up(name, kinds, SW_COUNT(kinds), &n);
    *out = found ? (enum sw_entity_kind)n : *out;
    return found;
}

bool sw_grade_of(struct sw_str name, enum sw_grade *out)
{
    unsigned n;
    bool found = look_up(name, grades, SW_COUNT(grades), &n);
    *out = found ? (enum sw_grade)n : *out;
    return found;
}

bool sw_scope_of(struct sw_str name, enum sw_scope *out)
{
    unsigned n;
    bool found = look_up(name, scopes, SW_COUNT(scopes), &n);
    *out = found ? (enum sw_scope)n : *out;
    return found;
}

void sw_inventory_init(struct sw_inventory *inventory, struct sw_arena *arena)
{
    *inventory = (struct sw_inventory){.arena = arena};
    sw_names_init(&inventory->names, arena);
}

/* --- seeing ----------------------------------------------------------------------------------- */

/* A copy that any document and any terminal can carry. */
static sw_result keep(struct sw_inventory *inv, struct sw_str text, struct sw_str *out)
{
    char shown[SHOWN_MAX];
    if (text.len == 0) {
        *out = sw_str("");
        return SW_OK;
    }
    sw_escape_line(text.ptr, text.len, shown, sizeof(shown));
    const char *copy = sw_arena_strdup(inv->arena, shown);
    SW_TRY_PTR(copy);
    *out = sw_str(copy);
    return SW_OK;
}

static sw_result keep_id(
    struct sw_inventory *inv, const struct sw_entity_id *id, struct sw_entity_id *out)
{
    *out = (struct sw_entity_id){.kind = id->kind};
    SW_TRY(keep(inv, id->name, &out->name));
    SW_TRY(keep(inv, id->version, &out->version));
    SW_TRY(keep(inv, id->purl, &out->purl));
    return keep(inv, id->digest, &out->digest);
}

/* The text by which an entity is found again, as it can be shown. Names of models are the same in
 * whatever case. */
static struct sw_str identity_of(const struct sw_entity_id *id, char shown[SHOWN_MAX])
{
    const bool named = id->purl.len == 0;
    const struct sw_str text = named ? id->name : id->purl;
    sw_escape_line(text.ptr, text.len, shown, SHOWN_MAX);
    for (size_t i = 0; named && id->kind == SW_ENTITY_MODEL && shown[i] != '\0'; i++) {
        shown[i] = sw_ascii_lower(shown[i]);
    }
    return sw_str(shown);
}

static sw_result add_entity(
    struct sw_inventory *inv, const struct sw_entity_id *id, struct sw_entity **out)
{
    uint32_t number;
    char shown[SHOWN_MAX];
    struct sw_entity entity = {.scope = SW_SCOPE_DOCUMENTATION};
    const char *identity = sw_arena_strndup(inv->arena, identity_of(id, shown));
    SW_TRY_PTR(identity);
    if (inv->count >= SW_INVENTORY_MAX) {
        return SW_E_LIMIT;
    }
    struct sw_entity *grown =
        sw_arena_grow(inv->arena, inv->entities, inv->count, &inv->cap, sizeof(*grown));
    SW_TRY_PTR(grown);
    inv->entities = grown;
    SW_TRY(keep_id(inv, id, &entity.id));
    SW_TRY(sw_names_number(&inv->names, (uint32_t)id->kind, sw_str(identity), &number));
    inv->entities[inv->count] = entity;
    *out = &inv->entities[inv->count++];
    return SW_OK;
}

/* The same name in lower case, once anything says it so: whoever is seen first does not matter. */
static sw_result name_as(struct sw_inventory *inv, struct sw_entity *entity, struct sw_str name)
{
    struct sw_str kept;
    SW_TRY(keep(inv, name, &kept));
    const size_t len = kept.len < entity->id.name.len ? kept.len : entity->id.name.len;
    entity->id.name = memcmp(kept.ptr, entity->id.name.ptr, len) > 0 ? kept : entity->id.name;
    return SW_OK;
}

static sw_result find_entity(
    struct sw_inventory *inv, const struct sw_entity_id *id, struct sw_entity **out)
{
    uint32_t number;
    char shown[SHOWN_MAX];
    const struct sw_str identity = identity_of(id, shown);
    if (!sw_names_find(&inv->names, (uint32_t)id->kind, identity, &number)) {
        return add_entity(inv, id, out);
    }
    *out = &inv->entities[number];
    return id->purl.len > 0 || id->kind != SW_ENTITY_MODEL ? SW_OK : name_as(inv, *out, id->name);
}

/* The surest of each source, and the best of grade and scope: also of sightings that are not kept.
 */
static void weigh(struct sw_entity *entity, const struct sw_sighting *s)
{
    unsigned *known = &entity->by_source[s->source];
    entity->seen++;
    entity->grade = s->grade > entity->grade ? s->grade : entity->grade;
    entity->scope = s->scope < entity->scope ? s->scope : entity->scope;
    *known = s->confidence > *known ? s->confidence : *known;
}

static sw_result add(
    struct sw_inventory *inv, struct sw_entity *entity, const struct sw_sighting *s)
{
    if (entity->sighting_count >= SW_SIGHTINGS_KEPT) {
        return SW_OK;
    }
    struct sw_sighting *grown = sw_arena_grow(inv->arena, entity->sightings, entity->sighting_count,
        &entity->sighting_cap, sizeof(*grown));
    SW_TRY_PTR(grown);
    entity->sightings = grown;
    grown[entity->sighting_count++] = *s;
    return SW_OK;
}

/* Whether the last sighting of an entity says the same of the same place. */
static bool was_seen(const struct sw_entity *entity, const struct sw_sighting *s)
{
    const struct sw_sighting *last =
        entity->sighting_count == 0 ? NULL : &entity->sightings[entity->sighting_count - 1];
    return last != NULL && last->line == s->line && last->signal == s->signal &&
           sw_str_equal(last->file, s->file) && sw_str_equal(last->detail, s->detail);
}

static sw_result keep_facts(struct sw_inventory *inv, struct sw_sighting *s)
{
    const struct sw_fact *facts = s->facts;
    if (s->fact_count == 0) {
        return SW_OK;
    }
    struct sw_fact *own = SW_ARENA_ARRAY(inv->arena, struct sw_fact, s->fact_count);
    SW_TRY_PTR(own);
    for (size_t i = 0; i < s->fact_count; i++) {
        own[i] = facts[i];
        SW_TRY(facts[i].text.ptr == NULL ? SW_OK : keep(inv, facts[i].text, &own[i].text));
    }
    s->facts = own;
    return SW_OK;
}

sw_result sw_inventory_see(struct sw_inventory *inventory, const struct sw_entity_id *id,
    const struct sw_sighting *sighting)
{
    struct sw_entity *entity;
    struct sw_sighting own = *sighting;
    SW_TRY(find_entity(inventory, id, &entity));
    if (entity->id.digest.len == 0) {
        SW_TRY(keep(inventory, id->digest, &entity->id.digest));
    }
    if (was_seen(entity, sighting)) {
        return SW_OK;
    }
    if (entity->sighting_count < SW_SIGHTINGS_KEPT) {
        SW_TRY(keep(inventory, sighting->file, &own.file));
        SW_TRY(keep(inventory, sighting->detail, &own.detail));
        SW_TRY(keep_facts(inventory, &own));
    }
    weigh(entity, &own);
    return add(inventory, entity, &own);
}

/* --- joining ---------------------------------------------------------------------------------- */

static size_t version_at(struct sw_str purl)
{
    size_t end = purl.len;
    for (size_t i = 0; i < purl.len; i++) {
        if (purl.ptr[i] == '?' || purl.ptr[i] == '#') {
            end = i;
            break;
        }
    }
    for (size_t i = end; i > 0; i--) {
        if (purl.ptr[i - 1] == '@') {
            return i - 1;
        }
        if (purl.ptr[i - 1] == '/') {
            break;
        }
    }
    return end;
}

/* A canonical purl up to its version: an '@' of a name or a namespace is percent-encoded. */
static struct sw_str package_of(struct sw_str purl)
{
    return sw_str_n(purl.ptr, version_at(purl));
}

static bool has_version(struct sw_str purl)
{
    size_t at = version_at(purl);
    return at < purl.len && purl.ptr[at] == '@';
}

static int compare_sightings(const void *left, const void *right)
{
    const struct sw_sighting *a = left;
    const struct sw_sighting *b = right;
    int order = sw_str_compare(a->file, b->file);
    if (order == 0 && a->line != b->line) {
        order = a->line < b->line ? -1 : 1;
    }
    if (order == 0) {
        order = strcmp(a->signal, b->signal);
    }
    return order != 0 ? order : sw_str_compare(a->detail, b->detail);
}

static int compare_entities(const void *left, const void *right)
{
    const struct sw_entity *a = left;
    const struct sw_entity *b = right;
    if (a->id.kind != b->id.kind) {
        return a->id.kind < b->id.kind ? -1 : 1;
    }
    int order = sw_str_compare(a->id.name, b->id.name);
    if (order == 0) {
        order = sw_str_compare(a->id.purl, b->id.purl);
    }
    return order != 0 ? order : sw_str_compare(a->id.version, b->id.version);
}

/* Whether `a`, which says less, is the same as `b`. */
static bool is_less_of(const struct sw_entity *a, const struct sw_entity *b)
{
    if (a == b || a->id.kind != b->id.kind) {
        return false;
    }
    if (a->id.purl.len == 0) {
        return b->id.purl.len > 0 && sw_str_equal(a->id.name, b->id.name);
    }
    return !has_version(a->id.purl) && has_version(b->id.purl) &&
           sw_str_equal(package_of(a->id.purl), package_of(b->id.purl));
}

/* Where those of its kind and name begin. */
static size_t first_of_name(const struct sw_inventory *inv, size_t at)
{
    const struct sw_entity_id *id = &inv->entities[at].id;
    while (at > 0 && inv->entities[at - 1].id.kind == id->kind &&
           sw_str_equal(inv->entities[at - 1].id.name, id->name)) {
        at--;
    }
    return at;
}

/* Entities are ordered by name, so that those that may be the same stand together: purls of a
 * package without and with a version have one name. */
static struct sw_entity *find_fuller(struct sw_inventory *inv, size_t at)
{
    const struct sw_entity *entity = &inv->entities[at];
    if (has_version(entity->id.purl)) {
        return NULL; /* nothing says more; of those that say less, each name has few */
    }
    for (size_t i = first_of_name(inv, at);
         i < inv->count && inv->entities[i].id.kind == entity->id.kind &&
         sw_str_equal(inv->entities[i].id.name, entity->id.name);
         i++) {
        if (is_less_of(entity, &inv->entities[i])) {
            return &inv->entities[i];
        }
    }
    return NULL;
}

/* Whether one of the two files lies in the directory of the other, or below it. */
static bool is_beside(struct sw_str a, struct sw_str b)
{
    const char *end_a = a.len == 0 ? NULL : memrchr(a.ptr, '/', a.len);
    const char *end_b = b.len == 0 ? NULL : memrchr(b.ptr, '/', b.len);
    const size_t len_a = end_a == NULL ? 0 : (size_t)(end_a + 1 - a.ptr);
    const size_t len_b = end_b == NULL ? 0 : (size_t)(end_b + 1 - b.ptr);
    const size_t len = len_a < len_b ? len_a : len_b;
    return len == 0 || memcmp(a.ptr, b.ptr, len) == 0;
}

/* A manifest asks for the package, and no version of it was seen beside that manifest: which one it
 * gets, another project's does not say. */
static bool is_open(const struct sw_inventory *inv, const struct sw_entity *entity,
    const struct sw_sighting *sighting)
{
    const size_t count = inv->count;
    if (sighting->source != SW_SOURCE_PACKAGES) {
        return false;
    }
    for (size_t i = first_of_name(inv, (size_t)(entity - inv->entities)); i < count; i++) {
        const struct sw_entity *e = &inv->entities[i];
        if (e->id.kind != entity->id.kind || !sw_str_equal(e->id.name, entity->id.name)) {
            break;
        }
        for (size_t k = 0; is_less_of(entity, e) && k < e->sighting_count; k++) {
            const struct sw_sighting *pinned = &e->sightings[k];
            if ((pinned->source == SW_SOURCE_PACKAGES ||
                    pinned->source == SW_SOURCE_CONFIGURATION) &&
                is_beside(pinned->file, sighting->file)) {
                return false;
            }
        }
    }
    return true;
}

/* All that is known of it goes to what says more. */
static sw_result join(
    struct sw_inventory *inv, struct sw_entity *into, const struct sw_entity *from)
{
    for (size_t i = 0; i < from->sighting_count; i++) {
        SW_TRY(add(inv, into, &from->sightings[i]));
    }
    for (size_t i = 0; i < SW_SIGHTING_SOURCES; i++) {
        into->by_source[i] =
            from->by_source[i] > into->by_source[i] ? from->by_source[i] : into->by_source[i];
    }
    into->seen += from->seen;
    into->grade = from->grade > into->grade ? from->grade : into->grade;
    into->scope = from->scope < into->scope ? from->scope : into->scope;
    return SW_OK;
}

/* So does what is not open of it; the rest stays. */
static sw_result part(
    struct sw_inventory *inv, struct sw_entity *into, struct sw_entity *entity, const bool *open)
{
    const struct sw_entity before = *entity;
    memset(entity->by_source, 0, sizeof(entity->by_source));
    entity->grade = SW_GRADE_INFERRED;
    entity->scope = SW_SCOPE_DOCUMENTATION;
    entity->sighting_count = 0;
    entity->seen = 0;
    for (size_t i = 0; i < before.sighting_count; i++) {
        const struct sw_sighting s = before.sightings[i];
        weigh(open[i] ? entity : into, &s);
        SW_TRY(add(inv, open[i] ? entity : into, &s));
    }
    return SW_OK;
}

static sw_result join_one(struct sw_inventory *inv, struct sw_entity *into, size_t at)
{
    struct sw_entity *entity = &inv->entities[at];
    bool *open = SW_ARENA_ARRAY(inv->arena, bool, entity->sighting_count + 1);
    bool any = false;
    SW_TRY_PTR(open);
    for (size_t i = 0; i < entity->sighting_count; i++) {
        open[i] = entity->id.purl.len > 0 && is_open(inv, entity, &entity->sightings[i]);
        any = any || open[i];
    }
    if (any) {
        return part(inv, into, entity, open);
    }
    SW_TRY(join(inv, into, entity));
    entity->seen = 0;
    return SW_OK;
}

static sw_result join_all(struct sw_inventory *inv)
{
    size_t kept = 0;
    for (size_t i = 0; i < inv->count; i++) {
        struct sw_entity *fuller = find_fuller(inv, i);
        if (fuller != NULL) {
            SW_TRY(join_one(inv, fuller, i));
        }
    }
    for (size_t i = 0; i < inv->count; i++) {
        if (inv->entities[i].seen > 0) {
            inv->entities[kept++] = inv->entities[i];
        }
    }
    inv->count = kept;
    return SW_OK;
}

/* Noisy-or: what is left of doubt when each source may be wrong by itself. */
static void grade(struct sw_entity *entity)
{
    unsigned doubt = SW_CONFIDENCE_MAX;
    for (size_t i = 0; i < SW_SIGHTING_SOURCES; i++) {
        doubt = (doubt * (SW_CONFIDENCE_MAX - entity->by_source[i]) + SW_CONFIDENCE_MAX / 2) /
                SW_CONFIDENCE_MAX;
    }
    const unsigned cap = confidence_caps[entity->grade];
    entity->confidence = SW_CONFIDENCE_MAX - doubt;
    entity->confidence = entity->confidence > cap ? cap : entity->confidence;
}

sw_result sw_inventory_finish(struct sw_inventory *inventory)
{
    if (inventory->count > 0) {
        qsort(inventory->entities, inventory->count, sizeof(struct sw_entity), compare_entities);
    }
    SW_TRY(join_all(inventory));
    for (size_t i = 0; i < inventory->count; i++) {
        struct sw_entity *entity = &inventory->entities[i];
        grade(entity);
        if (entity->sighting_count > 0) {
            qsort(entity->sightings, entity->sighting_count, sizeof(struct sw_sighting),
                compare_sightings);
        }
    }
    inventory->finished = true;
    return SW_OK;
}

bool sw_entity_counts(const struct sw_entity *entity)
{
    return entity->scope <= SW_SCOPE_DEVELOPMENT;
}

static bool is_shadow(const struct sw_entity *entity)
{
    bool other = false;
    for (size_t i = 0; i < SW_SIGHTING_SOURCES; i++) {
        other = other || (i != SW_SOURCE_TRAFFIC && entity->by_source[i] > 0);
    }
    return entity->id.kind == SW_ENTITY_SERVICE && !other;
}

size_t sw_inventory_mark_shadow(struct sw_inventory *inventory)
{
    size_t count = 0;
    for (size_t i = 0; i < inventory->count; i++) {
        inventory->entities[i].shadow = is_shadow(&inventory->entities[i]);
        count += inventory->entities[i].shadow;
    }
    return count;
}

/* --- documents -------------------------------------------------------------------------------- */

static void write_optional(struct sw_json_writer *w, const char *name, struct sw_str text)
{
    if (text.len > 0) {
        sw_jw_str(w, name, text);
    }
}

static void write_sighting(struct sw_json_writer *w, const struct sw_sighting *s)
{
    sw_jw_object(w, NULL);
    sw_jw_str(w, "file", s->file);
    if (s->line > 0) {
        sw_jw_u64(w, "line", s->line);
    }
    sw_jw_text(w, "signal", s->signal);
    sw_jw_text(w, "source", sources[s->source]);
    sw_jw_text(w, "grade", grades[s->grade]);
    sw_jw_text(w, "scope", scopes[s->scope]);
    sw_jw_double(w, "confidence", (double)s->confidence / SW_CONFIDENCE_MAX);
    write_optional(w, "detail", s->detail);
    for (size_t i = 0; i < s->fact_count; i++) {
        const struct sw_fact *fact = &s->facts[i];
        if (fact->text.ptr == NULL) {
            sw_jw_u64(w, fact->name, fact->number);
        } else {
            sw_jw_str(w, fact->name, fact->text);
        }
    }
    sw_jw_object_end(w);
}

static void write_entity(struct sw_json_writer *w, const struct sw_entity *entity)
{
    sw_jw_text(w, "kind", kinds[entity->id.kind]);
    sw_jw_str(w, "name", entity->id.name);
    write_optional(w, "version", entity->id.version);
    write_optional(w, "purl", entity->id.purl);
    write_optional(w, "digest", entity->id.digest);
    sw_jw_text(w, "grade", grades[entity->grade]);
    sw_jw_double(w, "confidence", (double)entity->confidence / SW_CONFIDENCE_MAX);
    sw_jw_text(w, "scope", scopes[entity->scope]);
    sw_jw_u64(w, "seen", entity->seen);
    if (entity->shadow) {
        sw_jw_bool(w, "shadow", true);
    }
    sw_jw_array(w, "evidence");
    for (size_t i = 0; i < entity->sighting_count; i++) {
        write_sighting(w, &entity->sightings[i]);
    }
    sw_jw_array_end(w);
}

void sw_inventory_write_with(struct sw_json_writer *w, const struct sw_inventory *inventory,
    sw_entity_more more, const void *ctx)
{
    sw_jw_array(w, "entities");
    for (size_t i = 0; i < inventory->count; i++) {
        sw_jw_object(w, NULL);
        write_entity(w, &inventory->entities[i]);
        if (more != NULL) {
            more(ctx, w, i);
        }
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
}

void sw_inventory_write(struct sw_json_writer *w, const struct sw_inventory *inventory)
{
    sw_inventory_write_with(w, inventory, NULL, NULL);
}

static void write_by_source(const void *ctx, struct sw_json_writer *w, size_t entity)
{
    const struct sw_inventory *inventory = ctx;
    sw_jw_array(w, "bySource");
    for (size_t i = 0; i < SW_SIGHTING_SOURCES; i++) {
        sw_jw_u64(w, NULL, inventory->entities[entity].by_source[i]);
    }
    sw_jw_array_end(w);
}

void sw_inventory_write_whole(struct sw_json_writer *w, const struct sw_inventory *inventory)
{
    sw_inventory_write_with(w, inventory, write_by_source, inventory);
}

static struct sw_str text_of(const struct sw_json *object, const char *name)
{
    struct sw_str text = {"", 0};
    (void)sw_json_str(sw_json_get(object, name), &text);
    return text;
}

static bool thousandth_of(const struct sw_json *object, unsigned *out)
{
    double value;
    if (!sw_json_double(sw_json_get(object, "confidence"), &value) || value < 0 || value > 1) {
        return false;
    }
    *out = (unsigned)(value * SW_CONFIDENCE_MAX + 0.5);
    return true;
}

/* What a sighting has besides the members that all have. */
static bool is_fact(const struct sw_json_member *member)
{
    static const char *const others[] = {
        "file", "line", "signal", "source", "grade", "scope", "confidence", "detail"};
    for (size_t i = 0; i < SW_COUNT(others); i++) {
        if (sw_str_is(member->name, others[i])) {
            return false;
        }
    }
    return member->value.type == SW_JSON_STRING || member->value.type == SW_JSON_NUMBER;
}

static sw_result read_facts(
    struct sw_inventory *inv, const struct sw_json *item, struct sw_sighting *s)
{
    struct sw_fact *facts = SW_ARENA_ARRAY(inv->arena, struct sw_fact, FACTS_MAX);
    SW_TRY_PTR(facts);
    SW_JSON_EACH_MEMBER (member, item) {
        if (s->fact_count == FACTS_MAX || !is_fact(member)) {
            continue;
        }
        struct sw_fact *fact = &facts[s->fact_count++];
        *fact = (struct sw_fact){.name = sw_arena_strndup(inv->arena, member->name)};
        SW_TRY_PTR(fact->name);
        if (!sw_json_u64(&member->value, &fact->number)) {
            (void)sw_json_str(&member->value, &fact->text);
        }
    }
    s->facts = facts;
    return SW_OK;
}

static sw_result read_sighting(struct sw_inventory *inv, const struct sw_entity_id *id,
    const struct sw_json *item, struct sw_error *err)
{
    struct sw_sighting s = {.file = text_of(item, "file"), .detail = text_of(item, "detail")};
    unsigned source;
    uint64_t line = 0;
    (void)sw_json_u64(sw_json_get(item, "line"), &line);
    bool known = look_up(text_of(item, "source"), sources, SW_COUNT(sources), &source) &&
                 sw_grade_of(text_of(item, "grade"), &s.grade) &&
                 sw_scope_of(text_of(item, "scope"), &s.scope) &&
                 thousandth_of(item, &s.confidence) && line <= UINT32_MAX;
    if (!known) {
        return sw_fail(err, SW_E_FORMAT,
            "the inventory has a sighting of '" SW_STR_FMT
            "' whose source, grade, scope, line or confidence is none",
            SW_STR_ARG(id->name));
    }
    s.source = (enum sw_sighting_source)source;
    s.line = (uint32_t)line;
    s.signal = sw_arena_strndup(inv->arena, text_of(item, "signal"));
    SW_TRY_PTR(s.signal);
    SW_TRY(read_facts(inv, item, &s));
    return sw_inventory_see(inv, id, &s);
}

/* What was seen of it besides the places that are kept; `before`: elsewhere. */
static sw_result read_rest(struct sw_inventory *inv, const struct sw_entity_id *id,
    const struct sw_json *item, uint64_t before)
{
    struct sw_entity *entity;
    enum sw_grade grade;
    enum sw_scope scope;
    uint64_t seen = 0;
    size_t source = 0;
    SW_TRY(find_entity(inv, id, &entity));
    (void)sw_json_u64(sw_json_get(item, "seen"), &seen);
    if (sw_add_u64(before, seen, &seen) && seen > entity->seen) {
        entity->seen = seen;
    }
    if (sw_grade_of(text_of(item, "grade"), &grade) && grade > entity->grade) {
        entity->grade = grade;
    }
    if (sw_scope_of(text_of(item, "scope"), &scope) && scope < entity->scope) {
        entity->scope = scope;
    }
    SW_JSON_EACH (confidence, sw_json_get(item, "bySource")) {
        uint64_t value = 0;
        if (source < SW_SIGHTING_SOURCES && sw_json_u64(confidence, &value) &&
            value <= SW_CONFIDENCE_MAX && value > entity->by_source[source]) {
            entity->by_source[source] = (unsigned)value;
        }
        source++;
    }
    return SW_OK;
}

sw_result sw_inventory_take(
    struct sw_inventory *inventory, const struct sw_json *document, struct sw_error *err)
{
    const struct sw_json *entities = sw_json_get(document, "entities");
    if (entities == NULL || entities->type != SW_JSON_ARRAY) {
        return sw_fail(err, SW_E_FORMAT, "no inventory: there is no list of \"entities\"");
    }
    SW_JSON_EACH (item, entities) {
        struct sw_entity_id id = {.name = text_of(item, "name"),
            .version = text_of(item, "version"),
            .purl = text_of(item, "purl"),
            .digest = text_of(item, "digest")};
        const struct sw_json *evidence = sw_json_get(item, "evidence");
        if (!sw_entity_kind_of(text_of(item, "kind"), &id.kind) || id.name.len == 0 ||
            sw_json_item(evidence, 0) == NULL) {
            return sw_fail(err, SW_E_FORMAT,
                "the inventory has an entity without a known kind, a name or evidence");
        }
        struct sw_entity *entity;
        SW_TRY(find_entity(inventory, &id, &entity));
        const uint64_t before = entity->seen;
        SW_JSON_EACH (sighting, evidence) {
            SW_TRY(read_sighting(inventory, &id, sighting, err));
        }
        SW_TRY(read_rest(inventory, &id, item, before));
    }
    return SW_OK;
}

sw_result sw_inventory_read(
    struct sw_inventory *inventory, const struct sw_json *document, struct sw_error *err)
{
    SW_TRY(sw_inventory_take(inventory, document, err));
    return sw_inventory_finish(inventory);
}
