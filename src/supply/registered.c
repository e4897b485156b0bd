/* Entries are found by three keys: the package, the digest, and the name with what it is. */
#include "supply/registered.h"

#include "supply/ascii.h"
#include "supply/purl.h"

#define HOST_MAX 253 /* bytes (RFC 1035) */
#define NAME_MAX_LEN 900

enum key { KEY_PACKAGE, KEY_DIGEST, KEY_HOST, KEY_NAME /* and those behind it, by kind */ };

struct sw_register_entry {
    const struct sw_registrant *who;
    struct sw_str digest; /* "sha256:…"; may be empty */
    bool packaged;        /* it has a purl: its name is not what tells it from others */
    uint32_t next;        /* the entry before it with this key, + 1 */
};

/* What an entry with some key has to have besides. */
struct wanted {
    struct sw_str digest; /* empty: any */
    bool packaged;        /* what asks has a purl, which the entry has not */
};
static const struct wanted anything = {{"", 0}, false};

void sw_register_init(struct sw_register *reg, struct sw_arena *arena)
{
    *reg = (struct sw_register){.arena = arena};
    sw_names_init(&reg->keys, arena);
}

/* --- adding ----------------------------------------------------------------------------------- */

static sw_result keep(struct sw_arena *arena, struct sw_str *text)
{
    const char *copy = text->len == 0 ? "" : sw_arena_strndup(arena, *text);
    SW_TRY_PTR(copy);
    text->ptr = copy;
    return SW_OK;
}

static sw_result add_entry(
    struct sw_register *reg, const struct sw_register_entry *entry, uint32_t *head)
{
    if (reg->count >= SW_REGISTERED_MAX) {
        return SW_E_LIMIT;
    }
    struct sw_register_entry *grown =
        sw_arena_grow(reg->arena, reg->entries, reg->count, &reg->cap, sizeof(*grown));
    SW_TRY_PTR(grown);
    reg->entries = grown;
    grown[reg->count] = *entry;
    SW_TRY(keep(reg->arena, &grown[reg->count].digest));
    grown[reg->count++].next = *head;
    *head = (uint32_t)reg->count;
    return SW_OK;
}

static const struct sw_register_entry *entry_at(const struct sw_register *reg, uint32_t number)
{
    return number == 0 ? NULL : &reg->entries[number - 1];
}

static bool fits(const struct sw_register_entry *e, const struct wanted *wanted)
{
    return !(wanted->packaged && e->packaged) && (wanted->digest.len == 0 || e->digest.len == 0 ||
                                                     sw_str_equal(wanted->digest, e->digest));
}

static sw_result find_head(
    struct sw_register *reg, uint32_t scope, struct sw_str key, uint32_t **out)
{
    uint32_t number;
    if (!sw_names_find(&reg->keys, scope, key, &number)) {
        SW_TRY(keep(reg->arena, &key));
        SW_TRY(sw_names_number(&reg->keys, scope, key, &number));
    }
    while (reg->head_cap <= number) {
        const size_t count = reg->head_cap;
        uint32_t *grown =
            sw_arena_grow(reg->arena, reg->heads, count, &reg->head_cap, sizeof(*grown));
        SW_TRY_PTR(grown);
        memset(grown + count, 0, (reg->head_cap - count) * sizeof(*grown));
        reg->heads = grown;
    }
    *out = &reg->heads[number];
    return SW_OK;
}

static sw_result add(struct sw_register *reg, uint32_t scope, struct sw_str key,
    const struct sw_register_entry *entry)
{
    uint32_t *head;
    if (key.len == 0) {
        return SW_OK;
    }
    SW_TRY(find_head(reg, scope, key, &head));
    for (const struct sw_register_entry *e = entry_at(reg, *head); e != NULL;
         e = entry_at(reg, e->next)) {
        if (e->packaged == entry->packaged && sw_str_equal(e->digest, entry->digest)) {
            return SW_OK; /* said before */
        }
    }
    return add_entry(reg, entry, head);
}

/* Names of services are written by people, and in any case. No other folding is done: what looks
 * like a letter and is none is another name. */
static bool any_case(enum sw_entity_kind kind)
{
    return kind == SW_ENTITY_SERVICE || kind == SW_ENTITY_ENDPOINT;
}

static struct sw_str lower(struct sw_arena *arena, struct sw_str text)
{
    char *copy = sw_arena_strndup(arena, text);
    for (size_t i = 0; copy != NULL && i < text.len; i++) {
        copy[i] = sw_ascii_lower(copy[i]);
    }
    return copy == NULL ? sw_str("") : sw_str_n(copy, text.len);
}

static sw_result add_name(struct sw_register *reg, enum sw_entity_kind kind, struct sw_str name,
    const struct sw_register_entry *entry)
{
    const struct sw_str key = any_case(kind) ? lower(reg->arena, name) : name;
    if (name.len > 0 && key.len == 0) {
        return SW_E_NOMEM;
    }
    return add(reg, KEY_NAME + (uint32_t)kind, key, entry);
}

/* A package without its version. Where it comes from is part of it: an image of another registry
 * is another image. Empty for what is no purl. */
static sw_result package_of(struct sw_arena *arena, struct sw_str text, struct sw_str *out)
{
    struct sw_purl purl;
    struct sw_purl_qualifier from = {sw_str("repository_url"), {"", 0}};
    struct sw_error why;
    *out = sw_str("");
    if (text.len == 0) {
        return SW_OK;
    }
    enum sw_code code = sw_purl_parse(arena, text, &purl, &why);
    if (code != SW_OK) {
        return code == SW_E_NOMEM ? code : SW_OK;
    }
    from.value = sw_purl_qualifier(&purl, "repository_url");
    purl.version = sw_str("");
    purl.subpath = sw_str("");
    purl.qualifiers = &from;
    purl.qualifier_count = from.value.len > 0 ? 1 : 0;
    code = sw_purl_format(arena, &purl, out, &why);
    return code == SW_E_FORMAT ? SW_OK : code;
}

static sw_result add_package(
    struct sw_register *reg, struct sw_str purl, const struct sw_registrant *who)
{
    struct sw_str package;
    SW_TRY(package_of(reg->arena, purl, &package));
    return add(reg, KEY_PACKAGE, package, &(struct sw_register_entry){.who = who});
}

static sw_result add_digest(
    struct sw_register *reg, struct sw_str digest, const struct sw_registrant *who)
{
    return sw_str_starts(digest, "sha256:")
               ? add(reg, KEY_DIGEST, digest, &(struct sw_register_entry){.who = who})
               : SW_OK;
}

/* "https://user@API.Example.com:443/v1" and "api.example.com." have one host. */
static struct sw_str host_of(struct sw_str text)
{
    size_t scheme = 0; /* what is no part of one ends it: another address may stand in a query */
    while (scheme < text.len &&
           (sw_ascii_alnum(text.ptr[scheme]) || memchr("+-.", text.ptr[scheme], 3) != NULL)) {
        scheme++;
    }
    if (text.len - scheme >= 3 && memcmp(text.ptr + scheme, "://", 3) == 0) {
        text = sw_str_n(text.ptr + scheme + 3, text.len - scheme - 3);
    }
    for (size_t i = 0; i < text.len; i++) {
        if (memchr("/?#\\", text.ptr[i], 4) != NULL) {
            text.len = i;
        }
    }
    const char *at = text.len == 0 ? NULL : memrchr(text.ptr, '@', text.len);
    if (at != NULL) {
        text = sw_str_n(at + 1, text.len - (size_t)(at + 1 - text.ptr));
    }
    const char *colon = text.len == 0 ? NULL : memchr(text.ptr, ':', text.len);
    text.len = colon == NULL ? text.len : (size_t)(colon - text.ptr);
    text.len -= text.len > 0 && text.ptr[text.len - 1] == '.' ? 1 : 0;
    return text.len > HOST_MAX ? sw_str("") : text;
}

static sw_result add_host(
    struct sw_register *reg, struct sw_str text, const struct sw_registrant *who)
{
    const struct sw_str host = host_of(text);
    const struct sw_str key = lower(reg->arena, host);
    if (host.len > 0 && key.len == 0) {
        return SW_E_NOMEM;
    }
    return add(reg, KEY_HOST, key, &(struct sw_register_entry){.who = who});
}

/* --- bills ------------------------------------------------------------------------------------ */

#define BIT(kind) (1u << SW_ENTITY_##kind)

/* What a component stands for when it does not say what discovery calls it. */
static const unsigned kinds_of[SW_BOM_KINDS] = {
    [SW_BOM_APPLICATION] = BIT(TOOL) | BIT(AGENT),
    [SW_BOM_FRAMEWORK] = BIT(LIBRARY),
    [SW_BOM_LIBRARY] = BIT(LIBRARY),
    [SW_BOM_CONTAINER] = BIT(CONTAINER),
    [SW_BOM_DEVICE] = BIT(ACCELERATOR),
    [SW_BOM_MODEL] = BIT(MODEL),
    [SW_BOM_DATA] = BIT(DATASET),
    [SW_BOM_SERVICE] = BIT(SERVICE) | BIT(ENDPOINT) | BIT(MCP_SERVER),
};

static unsigned kinds_of_component(const struct sw_bom_component *c)
{
    enum sw_entity_kind kind;
    const struct sw_str said = sw_bom_get(c, SW_BOM_KIND);
    return said.len > 0 && sw_entity_kind_of(said, &kind) ? 1u << kind : kinds_of[c->kind];
}

static sw_result digest_of_component(
    struct sw_arena *arena, const struct sw_bom_component *c, struct sw_str *out)
{
    const struct sw_str hash = sw_bom_hash_of(c, "SHA-256");
    *out = sw_str("");
    if (hash.len != 64) {
        return SW_OK;
    }
    const struct sw_str digits = lower(arena, hash);
    const char *text = sw_arena_printf(arena, "sha256:" SW_STR_FMT, SW_STR_ARG(digits));
    SW_TRY_PTR(text);
    *out = sw_str(text);
    return SW_OK;
}

static sw_result add_component(
    struct sw_register *reg, const struct sw_bom_component *c, const struct sw_registrant *who)
{
    const unsigned kinds = kinds_of_component(c);
    const struct sw_str purl = sw_bom_get(c, SW_BOM_PURL);
    struct sw_str digest;
    SW_TRY(digest_of_component(reg->arena, c, &digest));
    SW_TRY(add_digest(reg, digest, who));
    SW_TRY(add_package(reg, purl, who));
    const struct sw_register_entry entry = {who, digest, purl.len > 0, 0};
    for (size_t kind = 0; kind < SW_ENTITY_KINDS; kind++) {
        if ((kinds & 1u << kind) != 0) {
            SW_TRY(add_name(reg, (enum sw_entity_kind)kind, sw_bom_get(c, SW_BOM_NAME), &entry));
        }
    }
    for (size_t i = 0; i < c->value_count; i++) {
        if (c->values[i].field == SW_BOM_ENDPOINT && c->kind == SW_BOM_SERVICE) {
            SW_TRY(add_host(reg, c->values[i].text, who));
        }
    }
    return SW_OK;
}

sw_result sw_register_bom(
    struct sw_register *reg, const struct sw_bom *bom, const struct sw_registrant *who)
{
    for (size_t i = 0; i < bom->count; i++) {
        if (!bom->components[i].excluded) {
            SW_TRY(add_component(reg, &bom->components[i], who));
        }
    }
    return SW_OK;
}

/* --- other claims ----------------------------------------------------------------------------- */

static struct sw_str text_of(const struct sw_json *object, const char *name)
{
    struct sw_str text = {"", 0};
    (void)sw_json_str(sw_json_get(object, name), &text);
    return text;
}

static bool is_in_files(const struct sw_json *item)
{
    SW_JSON_EACH (place, sw_json_get(item, "places")) {
        const struct sw_str signal = text_of(place, "signal");
        if (sw_str_is(signal, "model-file") || sw_str_is(signal, "process-file")) {
            return true;
        }
    }
    return false;
}

static sw_result add_approved(
    struct sw_register *reg, const struct sw_json *item, const struct sw_registrant *who)
{
    enum sw_entity_kind kind;
    const struct sw_str purl = text_of(item, "purl");
    const struct sw_str digest = text_of(item, "digest");
    enum sw_scope scope;
    if (!sw_entity_kind_of(text_of(item, "kind"), &kind) ||
        !sw_scope_of(text_of(item, "scope"), &scope) || scope > SW_SCOPE_DEVELOPMENT) {
        return SW_OK; /* what did not count was not looked at by who approved it */
    }
    SW_TRY(add_package(reg, purl, who));
    SW_TRY(kind == SW_ENTITY_LIBRARY ? SW_OK : add_digest(reg, digest, who));
    if (kind == SW_ENTITY_MODEL && purl.len == 0 && digest.len == 0 && is_in_files(item)) {
        return SW_OK; /* nobody knows which files these were */
    }
    const struct sw_register_entry entry = {who, digest, purl.len > 0, 0};
    return add_name(reg, kind, text_of(item, "name"), &entry);
}

sw_result sw_register_discovery(
    struct sw_register *reg, const struct sw_json *predicate, const struct sw_registrant *who)
{
    bool approved = false;
    (void)sw_json_bool(sw_json_get(predicate, "approved"), &approved);
    if (!approved) {
        return SW_OK;
    }
    SW_JSON_EACH (item, sw_json_get(predicate, "entities")) {
        SW_TRY(add_approved(reg, item, who));
    }
    return SW_OK;
}

sw_result sw_register_dataset(
    struct sw_register *reg, const struct sw_json *predicate, const struct sw_registrant *who)
{
    const struct sw_register_entry entry = {.who = who};
    return add_name(reg, SW_ENTITY_DATASET, text_of(predicate, "name"), &entry);
}

sw_result sw_register_model(
    struct sw_register *reg, const struct sw_json *predicate, const struct sw_registrant *who)
{
    SW_JSON_EACH (file, sw_json_get(predicate, "resources")) {
        const struct sw_str digits = text_of(file, "digest");
        if (!sw_str_is(text_of(file, "algorithm"), "sha256") || digits.len != 64) {
            continue; /* of shards and other algorithms nothing that is found has a digest */
        }
        const char *text = sw_arena_printf(reg->arena, "sha256:" SW_STR_FMT, SW_STR_ARG(digits));
        SW_TRY_PTR(text);
        SW_TRY(add_digest(reg, sw_str(text), who));
    }
    return SW_OK;
}

/* --- asking ----------------------------------------------------------------------------------- */

static const struct sw_registrant *ask(
    const struct sw_register *reg, uint32_t scope, struct sw_str key, const struct wanted *wanted)
{
    const struct sw_registrant *who = NULL;
    uint32_t number;
    if (key.len == 0 || !sw_names_find(&reg->keys, scope, key, &number)) {
        return NULL;
    }
    for (const struct sw_register_entry *e = entry_at(reg, reg->heads[number]); e != NULL;
         e = entry_at(reg, e->next)) {
        who = fits(e, wanted) ? e->who : who; /* what was taken in first is the last of the chain */
    }
    return who;
}

static const struct sw_registrant *ask_name(const struct sw_register *reg, enum sw_entity_kind kind,
    struct sw_str name, const struct wanted *wanted)
{
    char small[NAME_MAX_LEN];
    if (name.len > sizeof(small)) {
        return NULL; /* it may stand there cut off */
    }
    if (!any_case(kind)) {
        return ask(reg, KEY_NAME + (uint32_t)kind, name, wanted);
    }
    for (size_t i = 0; i < name.len; i++) {
        small[i] = sw_ascii_lower(name.ptr[i]);
    }
    return ask(reg, KEY_NAME + (uint32_t)kind, sw_str_n(small, name.len), wanted);
}

/* What a kind is asked for by what its places tell: a service by its hosts, and the variable that
 * holds a key by the service. All places have to be known, and each to be registered. */
static const struct sw_registrant *ask_places(
    const struct sw_register *reg, const struct sw_entity *entity)
{
    const bool credential = entity->id.kind == SW_ENTITY_CREDENTIAL;
    const char *signal = credential ? "environment-variable" : "endpoint-host";
    const struct sw_registrant *who = NULL;
    if ((!credential && entity->id.kind != SW_ENTITY_SERVICE) ||
        entity->seen != entity->sighting_count) {
        return NULL;
    }
    for (size_t i = 0; i < entity->sighting_count; i++) {
        const struct sw_sighting *s = &entity->sightings[i];
        if (strcmp(s->signal, signal) != 0) {
            return NULL;
        }
        who = credential ? ask_name(reg, SW_ENTITY_SERVICE, s->detail, &anything)
                         : ask(reg, KEY_HOST, s->detail, &anything);
        if (who == NULL) {
            return NULL;
        }
    }
    return who;
}

const struct sw_registrant *sw_register_digest(const struct sw_register *reg, struct sw_str digest)
{
    return ask(reg, KEY_DIGEST, digest, &anything);
}

sw_result sw_register_find(
    const struct sw_register *reg, const struct sw_entity *entity, const struct sw_registrant **out)
{
    const struct sw_entity_id *id = &entity->id;
    /* Archives of one package are many. */
    const struct sw_str digest = id->kind == SW_ENTITY_LIBRARY ? sw_str("") : id->digest;
    const struct wanted wanted = {digest, id->purl.len > 0};
    struct sw_str package;
    SW_TRY(package_of(reg->arena, id->purl, &package));
    const struct sw_registrant *who = ask(reg, KEY_PACKAGE, package, &anything);
    who = who != NULL ? who : sw_register_digest(reg, digest);
    who = who != NULL ? who : ask_name(reg, id->kind, id->name, &wanted);
    *out = who != NULL ? who : ask_places(reg, entity);
    return SW_OK;
}
