#include "supply/catalogue.h"
#include "claim/claim.h"
#include "supply/ascii.h"
#include "supply/key_shapes.h"
#include "supply/pack_file.h"
#include "supply/packages.h"
#include "supply/sift.h"

#include <pthread.h>

#define CALLS_MAX 1024
#define KEYWORDS_MAX 16
#define TAILS_MAX 1024
#define MODEL_MAX 192 /* bytes of a name of a model */

/* A row that stands for all that begins or ends so. */
struct tail {
    struct sw_str text, value;
    uint16_t next; /* with the same first byte: its number and 1; 0: none */
};

struct tails {
    struct tail *list;
    size_t count, cap;
    uint16_t first[256], last[256]; /* by their first byte, likewise */
};

struct sw_catalogue {
    struct sw_arena *arena;
    struct sw_names names; /* the section is the scope */
    struct sw_str *values; /* by number */
    size_t count, cap;
    struct tails hosts;                             /* with their first '.' or '-' */
    struct tails beginnings[SW_CATALOGUE_SECTIONS]; /* without their '*' */
    struct sw_catalogue_call *calls;
    size_t call_count;
    struct tails called; /* the names of calls, in their order */
    struct sw_digest digest;
    struct sw_sift *sift;
};

static const struct {
    const char *name;
    enum sw_catalogue_section section;
} sections[] = {
    {"pypi", SW_CATALOGUE_PYPI},
    {"npm", SW_CATALOGUE_NPM},
    {"cargo", SW_CATALOGUE_CARGO},
    {"golang", SW_CATALOGUE_GOLANG},
    {"maven", SW_CATALOGUE_MAVEN},
    {"models", SW_CATALOGUE_MODELS},
    {"aliases", SW_CATALOGUE_ALIASES},
    {"datasets", SW_CATALOGUE_DATASETS},
    {"environment", SW_CATALOGUE_ENVIRONMENT},
    {"hosts", SW_CATALOGUE_HOSTS},
    {"keys", SW_CATALOGUE_KEYS},
    {"constants", SW_CATALOGUE_CONSTANTS},
    {"nuget", SW_CATALOGUE_NUGET},
    {"settings", SW_CATALOGUE_SETTINGS},
    {"images", SW_CATALOGUE_IMAGES},
    {"resources", SW_CATALOGUE_RESOURCES},
    {"groups", SW_CATALOGUE_GROUPS},
    {"devices", SW_CATALOGUE_DEVICES},
    {"actions", SW_CATALOGUE_ACTIONS},
    {"clients", SW_CATALOGUE_CLIENTS},
    {"architectures", SW_CATALOGUE_ARCHITECTURES},
    {"servers", SW_CATALOGUE_SERVERS},
    {"programs", SW_CATALOGUE_PROGRAMS},
    {"ports", SW_CATALOGUE_PORTS},
    {"vendors", SW_CATALOGUE_VENDORS},
    {"sites", SW_CATALOGUE_SITES},
    {"renamed", SW_CATALOGUE_RENAMED},
    {"constructors", SW_CATALOGUE_CONSTRUCTORS},
    {"words", SW_CATALOGUE_WORDS},
};

/* --- reading ---------------------------------------------------------------------------------- */

static sw_result put(struct sw_catalogue *c, enum sw_catalogue_section section, struct sw_str name,
    struct sw_str value)
{
    uint32_t number;
    SW_TRY(sw_names_number(&c->names, section, name, &number));
    while (c->count <= number) {
        struct sw_str *grown =
            sw_arena_grow(c->arena, c->values, c->count, &c->cap, sizeof(*grown));
        SW_TRY_PTR(grown);
        c->values = grown;
        grown[c->count++] = value;
    }
    return SW_OK;
}

static sw_result add_tail(
    struct sw_catalogue *c, struct tails *tails, struct sw_str text, struct sw_str value)
{
    if (tails->count == TAILS_MAX) {
        return SW_E_LIMIT;
    }
    struct tail *grown =
        sw_arena_grow(c->arena, tails->list, tails->count, &tails->cap, sizeof(*grown));
    SW_TRY_PTR(grown);
    tails->list = grown;
    grown[tails->count++] = (struct tail){.text = text, .value = value};
    const unsigned char c0 = text.len == 0 ? 0 : (unsigned char)text.ptr[0];
    if (tails->last[c0] == 0) {
        tails->first[c0] = (uint16_t)tails->count;
    } else {
        grown[tails->last[c0] - 1].next = (uint16_t)tails->count;
    }
    tails->last[c0] = (uint16_t)tails->count;
    return SW_OK;
}

/* --- words that source has to have ------------------------------------------------------------ */

/* A path of Python: its root, which stands behind "import" or "from" wherever it is imported. */
static sw_result sift_module(struct sw_catalogue *c, struct sw_str path)
{
    const char *dot = memchr(path.ptr, '.', path.len);
    const size_t len = dot == NULL ? path.len : (size_t)(dot - path.ptr);
    return sw_sift_add(c->sift, sw_str_n(path.ptr, len), SW_SIFT_NAMED);
}

/* "candle-core" as "candle_core" */
static sw_result sift_joined(struct sw_catalogue *c, struct sw_str name, enum sw_sift_how how)
{
    char *path = sw_arena_strndup(c->arena, name);
    SW_TRY_PTR(path);
    for (size_t i = 0; i < name.len; i++) {
        path[i] = path[i] == '-' ? '_' : path[i];
    }
    return sw_sift_add(c->sift, sw_str_n(path, name.len), how);
}

/* All that begins with "langchain-" is imported as what begins with "langchain_". */
static sw_result sift_beginning(
    struct sw_catalogue *c, enum sw_catalogue_section section, struct sw_str name)
{
    char *path = sw_arena_strndup(c->arena, sw_str_n(name.ptr, name.len - 1));
    SW_TRY_PTR(path);
    for (size_t i = 0; i + 1 < name.len && section == SW_CATALOGUE_PYPI; i++) {
        path[i] = path[i] == '-' ? '_' : path[i];
    }
    return sw_sift_add(c->sift, sw_str_n(path, name.len - 1), SW_SIFT_BEGINS);
}

static sw_result sift_row(
    struct sw_catalogue *c, enum sw_catalogue_section section, struct sw_str name)
{
    const bool imported = section == SW_CATALOGUE_PYPI || section == SW_CATALOGUE_NPM ||
                          section == SW_CATALOGUE_GOLANG || section == SW_CATALOGUE_MODELS;
    if (imported && sw_str_ends(name, "*")) {
        return sift_beginning(c, section, name);
    }
    switch ((int)section) {
    case SW_CATALOGUE_NPM:
    case SW_CATALOGUE_GOLANG: return sw_sift_add(c->sift, name, SW_SIFT_QUOTED);
    case SW_CATALOGUE_CARGO: return sift_joined(c, name, SW_SIFT_WHOLE);
    case SW_CATALOGUE_MODELS:
    case SW_CATALOGUE_HOSTS:
    case SW_CATALOGUE_ALIASES:
    case SW_CATALOGUE_CONSTANTS:
    case SW_CATALOGUE_ENVIRONMENT: return sw_sift_add(c->sift, name, SW_SIFT_WHOLE);
    default: return SW_OK;
    }
}

/* "Transformers" of "models.Transformers": the other words stand in too many texts. */
static struct sw_str longest_part(struct sw_str path)
{
    struct sw_str part;
    struct sw_str longest = sw_str("");
    while (path.len > 0) {
        (void)sw_cut(path, '.', &part, &path);
        longest = part.len > longest.len ? part : longest;
    }
    return longest;
}

/* Others than those of the Hub say a name of the catalogue, or nothing. */
static sw_result sift_call(struct sw_catalogue *c, const struct sw_catalogue_call *call)
{
    return call->from == SW_FROM_HUB || call->whose.len > 0
               ? sw_sift_add(c->sift, longest_part(call->name), SW_SIFT_WHOLE)
               : SW_OK;
}

/* Commands in cells of notebooks, accounts, and keys. */
static sw_result sift_others(struct sw_catalogue *c)
{
    static const char *const commands[] = {
        "hf", "huggingface", "pip", "pip3", "uv", "vllm", "ollama", "trtllm", "fireworks"};
    for (size_t i = 0; i < SW_COUNT(commands); i++) {
        SW_TRY(sw_sift_add(c->sift, sw_str(commands[i]), SW_SIFT_WHOLE));
    }
    for (size_t i = 0; sw_key_prefix(i) != NULL; i++) {
        SW_TRY(sw_sift_add(c->sift, sw_str(sw_key_prefix(i)), SW_SIFT_BEGINS));
    }
    return SW_OK;
}

/* "torch torchvision": each word is what the package is imported as. */
static sw_result put_imports(struct sw_catalogue *c, enum sw_catalogue_section scope,
    struct sw_str package, struct sw_str modules)
{
    size_t start = 0;
    for (size_t i = 0; i <= modules.len; i++) {
        if (i < modules.len && modules.ptr[i] != ' ') {
            continue;
        }
        if (i > start) {
            const struct sw_str path = sw_str_n(modules.ptr + start, i - start);
            SW_TRY(put(c, scope, path, package));
            SW_TRY(scope == SW_CATALOGUE_IMPORTS ? sift_module(c, path)
                                                 : sw_sift_add(c->sift, path, SW_SIFT_WHOLE));
        }
        start = i + 1;
    }
    return SW_OK;
}

/* Where the paths are that a package of an ecosystem is imported by: behind the sections. */
static enum sw_catalogue_section paths_of(enum sw_catalogue_section ecosystem)
{
    return ecosystem == SW_CATALOGUE_PYPI ? SW_CATALOGUE_IMPORTS
                                          : SW_CATALOGUE_SECTIONS + ecosystem;
}

static bool is_ecosystem(enum sw_catalogue_section section)
{
    return section <= SW_CATALOGUE_MAVEN || section == SW_CATALOGUE_NUGET;
}

/* Of the sections that have rows with a '*'. */
static struct tails *beginnings(struct sw_catalogue *c, enum sw_catalogue_section section)
{
    const bool has = is_ecosystem(section) || section == SW_CATALOGUE_MODELS ||
                     section == SW_CATALOGUE_IMAGES || section == SW_CATALOGUE_RESOURCES;
    return has ? &c->beginnings[section] : NULL;
}

static sw_result put_row(struct sw_catalogue *c, enum sw_catalogue_section section,
    struct sw_str name, struct sw_str value)
{
    SW_TRY(sift_row(c, section, name));
    struct tails *tails = beginnings(c, section);
    if (tails != NULL && sw_str_ends(name, "*")) {
        return add_tail(c, tails, sw_str_n(name.ptr, name.len - 1), value);
    }
    if (section == SW_CATALOGUE_HOSTS && (name.ptr[0] == '.' || name.ptr[0] == '-')) {
        return add_tail(c, &c->hosts, name, value);
    }
    SW_TRY(put(c, section, name, value));
    if (section == SW_CATALOGUE_PYPI && value.len == 0) {
        return sift_joined(c, name, SW_SIFT_NAMED); /* it may be imported as what it is called */
    }
    return is_ecosystem(section) ? put_imports(c, paths_of(section), name, value) : SW_OK;
}

/* "organisation/name", of what a model is called on the Hub. */
static bool is_of_hub(struct sw_str text)
{
    const char *slash = text.len == 0 ? NULL : memchr(text.ptr, '/', text.len);
    return slash != NULL && slash > text.ptr && slash + 1 < text.ptr + text.len &&
           memchr(slash + 1, '/', text.len - (size_t)(slash + 1 - text.ptr)) == NULL;
}

static bool is_value(enum sw_catalogue_section section, struct sw_str value)
{
    return section == SW_CATALOGUE_ALIASES   ? is_of_hub(value)
           : section == SW_CATALOGUE_RENAMED ? value.len > 0
                                             : true;
}

static sw_result read_section(struct sw_catalogue *c, enum sw_catalogue_section section,
    const struct sw_json *value, struct sw_error *err)
{
    SW_JSON_EACH (item, value) {
        struct sw_str name;
        if (!sw_json_str(item, &name) || name.len == 0 || !is_value(section, name)) {
            return sw_fail(err, SW_E_FORMAT, "line %llu: a name is wanted here",
                (unsigned long long)item->where);
        }
        SW_TRY(put_row(c, section, name, name));
    }
    SW_JSON_EACH_MEMBER (member, value) {
        struct sw_str text;
        if (!sw_json_str(&member->value, &text) || member->name.len == 0 ||
            !is_value(section, text)) {
            return sw_fail(err, SW_E_FORMAT, "line %llu: %s is wanted here",
                (unsigned long long)member->value.where,
                section == SW_CATALOGUE_ALIASES ? "'organisation/name'" : "a text");
        }
        SW_TRY(put_row(c, section, member->name, text));
    }
    return SW_OK;
}

static sw_result read_keywords(
    struct sw_catalogue *c, struct sw_str words, struct sw_catalogue_call *call)
{
    struct sw_str *list = SW_ARENA_ARRAY(c->arena, struct sw_str, KEYWORDS_MAX);
    size_t start = 0;
    SW_TRY_PTR(list);
    for (size_t i = 0; i <= words.len && call->keyword_count < KEYWORDS_MAX; i++) {
        if (i < words.len && words.ptr[i] != ' ') {
            continue;
        }
        if (i > start) {
            list[call->keyword_count++] = sw_str_n(words.ptr + start, i - start);
        }
        start = i + 1;
    }
    call->keywords = list;
    return SW_OK;
}

static sw_result read_call(struct sw_catalogue *c, const struct sw_json *row, struct sw_error *err)
{
    static const char *const froms[] = {"hub", "hosted", "any", "maker"};
    struct sw_str words = {"", 0};
    uint64_t at = UINT32_MAX;
    struct sw_catalogue_call call = {.from = SW_COUNT(froms)};
    const struct sw_json *from = sw_json_get(row, "from");
    struct sw_str of = {"", 0};
    (void)sw_json_str(sw_json_get(row, "of"), &of);
    for (size_t i = 0; i < SW_COUNT(froms); i++) {
        call.from = sw_json_is(from, froms[i]) ? (enum sw_call_from)i : call.from;
    }
    (void)sw_json_u64(sw_json_get(row, "at"), &at);
    (void)sw_json_str(sw_json_get(row, "keywords"), &words);
    (void)sw_json_str(sw_json_get(row, "prefix"), &call.prefix);
    (void)sw_json_str(sw_json_get(row, "whose"), &call.whose);
    if (!sw_json_str(sw_json_get(row, "call"), &call.name) || !sw_entity_kind_of(of, &call.of) ||
        (size_t)call.from == SW_COUNT(froms) || at > UINT32_MAX ||
        (call.from == SW_FROM_MAKER && call.whose.len == 0)) {
        return sw_fail(err, SW_E_FORMAT,
            "line %llu: a call has 'call', 'of', 'from' and perhaps 'at' and 'keywords'",
            (unsigned long long)row->where);
    }
    call.at = (uint32_t)at;
    SW_TRY(read_keywords(c, words, &call));
    SW_TRY(sift_call(c, &call));
    SW_TRY(add_tail(c, &c->called, call.name, sw_str("")));
    c->calls[c->call_count++] = call;
    return SW_OK;
}

static sw_result read_calls(
    struct sw_catalogue *c, const struct sw_json *list, struct sw_error *err)
{
    c->calls = SW_ARENA_ARRAY(c->arena, struct sw_catalogue_call, CALLS_MAX);
    SW_TRY_PTR(c->calls);
    SW_JSON_EACH (row, list) {
        if (c->call_count == CALLS_MAX) {
            return sw_fail(err, SW_E_LIMIT, "more than %d calls", CALLS_MAX);
        }
        SW_TRY(read_call(c, row, err));
    }
    return SW_OK;
}

static sw_result read_member(
    struct sw_catalogue *c, const struct sw_json_member *member, struct sw_error *err)
{
    uint64_t version;
    if (sw_str_is(member->name, "calls")) {
        return read_calls(c, &member->value, err);
    }
    if (sw_str_is(member->name, "version") && sw_json_u64(&member->value, &version) &&
        version == 1) {
        return SW_OK;
    }
    for (size_t i = 0; i < SW_COUNT(sections); i++) {
        if (sw_str_is(member->name, sections[i].name)) {
            return read_section(c, sections[i].section, &member->value, err);
        }
    }
    return sw_fail(err, SW_E_FORMAT, "line %llu: not a part of a catalogue of version 1",
        (unsigned long long)member->value.where);
}

sw_result sw_catalogue_read(struct sw_arena *arena, struct sw_bytes yaml,
    const struct sw_catalogue **out, struct sw_error *err)
{
    struct sw_json root;
    struct sw_catalogue *c = SW_ARENA_NEW(arena, struct sw_catalogue);
    SW_TRY_PTR(c);
    c->arena = arena;
    c->sift = sw_sift_new(arena);
    SW_TRY_PTR(c->sift);
    SW_TRY(sift_others(c));
    sw_names_init(&c->names, arena);
    sw_sha256(yaml, &c->digest);
    SW_TRY(sw_yaml_parse(
        arena, yaml, &(struct sw_json_limits){.max_bytes = SW_CATALOGUE_MAX}, &root, err));
    if (sw_json_get(&root, "version") == NULL) {
        return sw_fail(err, SW_E_FORMAT, "no catalogue: it has no version");
    }
    SW_JSON_EACH_MEMBER (member, &root) {
        SW_TRY(read_member(c, member, err));
    }
    *out = c;
    return SW_OK;
}

/* Made once, and then shared. */
static struct {
    struct sw_arena arena;
    const struct sw_catalogue *catalogue;
    struct sw_error err;
    enum sw_code code;
} builtin;

static void read_builtin(void)
{
    sw_arena_init(&builtin.arena, 0);
    builtin.code = sw_catalogue_read(
        &builtin.arena, sw_supply_pack("discovery"), &builtin.catalogue, &builtin.err);
}

sw_result sw_catalogue_builtin(const struct sw_catalogue **out, struct sw_error *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, read_builtin);
    if (builtin.code != SW_OK) {
        return sw_fail(err, builtin.code, "the catalogue of discovery: %s", builtin.err.text);
    }
    *out = builtin.catalogue;
    return SW_OK;
}

/* --- asking ----------------------------------------------------------------------------------- */

bool sw_catalogue_find(const struct sw_catalogue *catalogue, enum sw_catalogue_section section,
    struct sw_str name, struct sw_str *out)
{
    uint32_t number;
    if (!sw_names_find(&catalogue->names, section, name, &number)) {
        return false;
    }
    *out = catalogue->values[number];
    return true;
}

sw_result sw_catalogue_each(const struct sw_catalogue *catalogue, enum sw_catalogue_section section,
    sw_result (*row)(void *ctx, struct sw_str name, struct sw_str value), void *ctx)
{
    for (size_t i = 0; i < catalogue->names.count; i++) {
        const struct sw_name *name = &catalogue->names.names[i];
        SW_TRY(
            name->scope == (uint32_t)section ? row(ctx, name->text, catalogue->values[i]) : SW_OK);
    }
    return SW_OK;
}

bool sw_catalogue_begins(const struct sw_catalogue *catalogue, enum sw_catalogue_section section,
    struct sw_str name, struct sw_str *out)
{
    const struct tails *tails = &catalogue->beginnings[section];
    if (sw_catalogue_find(catalogue, section, name, out)) {
        return true;
    }
    for (size_t i = name.len == 0 ? 0 : tails->first[(unsigned char)name.ptr[0]]; i > 0;
         i = tails->list[i - 1].next) {
        const struct tail *row = &tails->list[i - 1];
        if (name.len >= row->text.len && memcmp(name.ptr, row->text.ptr, row->text.len) == 0) {
            *out = row->value;
            return true;
        }
    }
    return false;
}

bool sw_catalogue_package(
    const struct sw_catalogue *catalogue, enum sw_catalogue_section ecosystem, struct sw_str name)
{
    struct sw_str value;
    return sw_catalogue_begins(catalogue, ecosystem, name, &value);
}

bool sw_catalogue_model(
    const struct sw_catalogue *catalogue, struct sw_str name, struct sw_str *maker)
{
    char lower[MODEL_MAX];
    if (name.len > sizeof(lower)) {
        return false;
    }
    for (size_t i = 0; i < name.len; i++) {
        lower[i] = sw_ascii_lower(name.ptr[i]);
    }
    return sw_catalogue_begins(catalogue, SW_CATALOGUE_MODELS, sw_str_n(lower, name.len), maker);
}

bool sw_catalogue_host(
    const struct sw_catalogue *catalogue, struct sw_str host, struct sw_str *service)
{
    if (sw_catalogue_find(catalogue, SW_CATALOGUE_HOSTS, host, service)) {
        return true;
    }
    for (size_t i = 0; i < catalogue->hosts.count; i++) {
        const struct tail *row = &catalogue->hosts.list[i];
        if (host.len > row->text.len &&
            memcmp(host.ptr + host.len - row->text.len, row->text.ptr, row->text.len) == 0) {
            *service = row->value;
            return true;
        }
    }
    return false;
}

bool sw_catalogue_path(const struct sw_catalogue *catalogue, enum sw_catalogue_section ecosystem,
    struct sw_str path, struct sw_str *package)
{
    for (size_t len = path.len; len > 0; len--) {
        if (len < path.len && path.ptr[len] != '.' && path.ptr[len] != ':') {
            continue;
        }
        if (sw_catalogue_find(catalogue, paths_of(ecosystem), sw_str_n(path.ptr, len), package)) {
            return true;
        }
    }
    return false;
}

bool sw_catalogue_import(
    const struct sw_catalogue *catalogue, struct sw_str path, struct sw_str *package)
{
    return sw_catalogue_path(catalogue, SW_CATALOGUE_PYPI, path, package);
}

const struct sw_catalogue_call *sw_catalogue_call(
    const struct sw_catalogue *catalogue, struct sw_str name)
{
    const struct tails *called = &catalogue->called;
    for (size_t i = name.len == 0 ? 0 : called->first[(unsigned char)name.ptr[0]]; i > 0;
         i = called->list[i - 1].next) {
        if (sw_str_equal(called->list[i - 1].text, name)) {
            return &catalogue->calls[i - 1];
        }
    }
    return NULL;
}

bool sw_catalogue_concerns(const struct sw_catalogue *catalogue, struct sw_str source)
{
    return sw_sift_finds(catalogue->sift, source);
}

const struct sw_digest *sw_catalogue_digest(const struct sw_catalogue *catalogue)
{
    return &catalogue->digest;
}
