/* Objects of Kubernetes as `kubectl get` prints them. What a specification says is declared; what a
 * status says was observed. The values of secrets are not looked at.
 * Source: Kubernetes API, Pod v1, Node v1, Service v1, Ingress v1, List; KServe, Ray and others by
 * the groups of the catalogue. */
#include "supply/ascii.h"
#include "supply/discover_sources.h"
#include "supply/look_configuration.h"

#include <errno.h>
#include <unistd.h>

#define CHUNK ((size_t)256 << 10)
#define FILE_MAX ((uint64_t)64 << 20)
#define OBJECT_MEMORY ((size_t)256 << 20)
#define DEPTH_MAX 96

struct cluster {
    struct sw_look look;
    struct sw_configuration c;
    struct sw_str kind, name, space; /* of the object */
    uint64_t objects, known, matched;
};

static bool is_word(struct sw_str text, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (sw_str_is(text, words[i])) {
            return true;
        }
    }
    return false;
}

/* --- texts ------------------------------------------------------------------------------------ */

/* "externalName: api.openai.com", "hosts: [api.openai.com]" */
static sw_result see_host(struct cluster *k, const struct sw_setting *node)
{
    static const char *const keys[] = {"externalName", "host", "fqdn", "matchName"};
    const bool listed = node->parent != NULL && sw_str_is(node->parent->key, "hosts");
    if (node->text.len == 0 || node->text.len > 253 ||
        (!listed && !is_word(node->key, keys, SW_COUNT(keys)))) {
        return SW_OK;
    }
    const char *url = sw_arena_printf(k->look.arena, "x://" SW_STR_FMT, SW_STR_ARG(node->text));
    SW_TRY_PTR(url);
    return sw_look_see_hosts(&k->look, sw_str(url), node->line);
}

/* Names of variables, addresses and keys in every text below a node. */
static sw_result see_texts(struct cluster *k, const struct sw_setting *node, unsigned depth)
{
    if (depth > DEPTH_MAX) {
        return SW_E_LIMIT;
    }
    SW_TRY(sw_look_see_variable(&k->look, node->key, node->line));
    if (node->kind == SW_SETTING_SCALAR) {
        SW_TRY(see_host(k, node));
        return sw_look_see_line(&k->look, node->text, node->line);
    }
    for (const struct sw_setting *n = node->first; n != NULL; n = n->next) {
        SW_TRY(see_texts(k, n, depth + 1));
    }
    return SW_OK;
}

/* A file in a ConfigMap: settings, or servers of MCP. In JSON it is no block, and so not seen with
 * the rest. */
static sw_result see_file(struct cluster *k, const struct sw_setting *node)
{
    enum sw_settings_syntax syntax;
    struct sw_setting *root;
    struct sw_error err;
    struct sw_look look = k->look;
    if (node->kind != SW_SETTING_SCALAR || !sw_configuration_syntax(node->key, &syntax)) {
        return SW_OK;
    }
    look.name = node->key;
    look.text = node->text;
    SW_TRY(sw_look_mcp.look(&look, &err));
    enum sw_code code =
        node->block ? SW_E_FORMAT
                    : sw_settings_read(k->look.arena, node->text, syntax, node->line, &root, &err);
    k->look.seen = look.seen;
    return code == SW_OK                               ? sw_configuration_walk(&k->c, root)
           : code == SW_E_FORMAT || code == SW_E_LIMIT ? SW_OK
                                                       : code;
}

static sw_result see_each(struct cluster *k, const struct sw_setting *map,
    sw_result (*see)(struct cluster *k, const struct sw_setting *node))
{
    for (const struct sw_setting *n = map == NULL ? NULL : map->first; n != NULL; n = n->next) {
        SW_TRY(see(k, n));
    }
    return SW_OK;
}

/* Of a secret, what its keys are called. */
static sw_result see_secret_key(struct cluster *k, const struct sw_setting *node)
{
    return sw_look_see_variable(&k->look, node->key, node->line);
}

/* --- what runs -------------------------------------------------------------------------------- */

/* "image: vllm/vllm-openai:v1" and "imageID: docker.io/vllm/vllm-openai@sha256:…" of a container.
 */
static sw_result see_status_image(struct cluster *k, const struct sw_setting *node)
{
    const struct sw_str image = sw_setting_text(sw_setting_get(node, "image"));
    const struct sw_str id = sw_setting_text(sw_setting_get(node, "imageID"));
    const char *digest = memmem(id.ptr, id.len, "@sha256:", 8);
    const size_t left = digest == NULL ? 0 : id.len - (size_t)(digest + 1 - id.ptr);
    k->c.digest = left == 7 + 64 ? sw_str_n(digest + 1, left) : sw_str("");
    enum sw_code code = sw_configuration_image(&k->c, image, node->line);
    k->c.digest = sw_str("");
    return code;
}

static sw_result see_status(struct cluster *k, const struct sw_setting *status)
{
    static const struct sw_signal signal = {
        "kubernetes-status", SW_SOURCE_HOST, SW_GRADE_OBSERVED, 900};
    static const char *const lists[] = {
        "containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"};
    k->look.as = &signal;
    for (size_t i = 0; i < SW_COUNT(lists); i++) {
        SW_TRY(see_each(k, sw_setting_get(status, lists[i]), see_status_image));
    }
    for (const struct sw_setting *n = status->first; n != NULL; n = n->next) {
        SW_TRY(is_word(n->key, lists, SW_COUNT(lists)) ? SW_OK : sw_configuration_walk(&k->c, n));
    }
    k->look.as = NULL;
    return SW_OK;
}

/* --- endpoints -------------------------------------------------------------------------------- */

struct naming {
    struct sw_str text;
    struct sw_str server; /* which the text names; empty: none */
};

/* Whether a word stands in a text by itself: "vllm" in "vllm-llama", not in "myvllm2". */
static bool stands_in(struct sw_str text, struct sw_str word)
{
    for (size_t i = 0; i + word.len <= text.len; i++) {
        const bool before = i == 0 || !sw_ascii_alnum(text.ptr[i - 1]);
        const bool after = i + word.len == text.len || !sw_ascii_alnum(text.ptr[i + word.len]);
        if (before && after && memcmp(text.ptr + i, word.ptr, word.len) == 0) {
            return true;
        }
    }
    return false;
}

static sw_result match_server(void *ctx, struct sw_str name, struct sw_str value)
{
    struct naming *naming = ctx;
    if (naming->server.len == 0 && name.len > 3 && stands_in(naming->text, name)) {
        naming->server = value;
    }
    return SW_OK;
}

static void name_server(const struct cluster *k, struct naming *naming)
{
    enum sw_code never =
        sw_catalogue_each(k->look.catalogue, SW_CATALOGUE_SERVERS, match_server, naming);
    (void)never; /* no row fails */
}

/* The server that an object says it is of, by its name or by what it selects. */
static struct sw_str server_of(struct cluster *k, const struct sw_setting *selector)
{
    struct naming naming = {.text = k->name, .server = sw_str("")};
    const struct sw_setting *n = selector == NULL ? NULL : selector->first;
    name_server(k, &naming);
    for (; n != NULL && naming.server.len == 0; n = n->next) {
        naming.text = n->text;
        name_server(k, &naming);
    }
    return naming.server;
}

static sw_result see_endpoint(
    struct cluster *k, const char *name, struct sw_str server, uint32_t line)
{
    static const struct sw_signal signal = {
        "kubernetes-endpoint", SW_SOURCE_CONFIGURATION, SW_GRADE_DECLARED, 800};
    const struct sw_entity_id id = {.kind = SW_ENTITY_ENDPOINT, .name = sw_str(name)};
    return sw_look_see(&k->look, &signal, &id, line, server);
}

/* Every port of a service that is one of a server. */
static sw_result see_service(struct cluster *k, const struct sw_setting *spec)
{
    const struct sw_str server = server_of(k, sw_setting_get(spec, "selector"));
    const struct sw_setting *ports = sw_setting_get(spec, "ports");
    for (const struct sw_setting *n = ports == NULL ? NULL : ports->first;
         n != NULL && server.len > 0; n = n->next) {
        const struct sw_str port = sw_setting_text(sw_setting_get(n, "port"));
        const char *name = sw_arena_printf(k->look.arena,
            SW_STR_FMT "." SW_STR_FMT ".svc:" SW_STR_FMT, SW_STR_ARG(k->name),
            SW_STR_ARG(k->space.len > 0 ? k->space : sw_str("default")), SW_STR_ARG(port));
        SW_TRY_PTR(name);
        SW_TRY(port.len > 0 && port.len < 6 ? see_endpoint(k, name, server, n->line) : SW_OK);
    }
    return SW_OK;
}

/* Every host of an ingress or a route that is named after a server. */
static sw_result see_ingress(struct cluster *k, const struct sw_setting *spec)
{
    const struct sw_str server = server_of(k, NULL);
    const struct sw_setting *rules = sw_setting_get(spec, "rules");
    for (const struct sw_setting *n = rules == NULL ? NULL : rules->first;
         n != NULL && server.len > 0; n = n->next) {
        const struct sw_str host = sw_setting_text(sw_setting_get(n, "host"));
        const char *name = sw_arena_strndup(k->look.arena, host);
        SW_TRY_PTR(name);
        SW_TRY(host.len > 0 && host.len < 254 ? see_endpoint(k, name, server, n->line) : SW_OK);
    }
    return SW_OK;
}

static sw_result see_mcp_server(struct cluster *k, const struct sw_setting *spec)
{
    static const struct sw_signal signal = {
        "kubernetes-mcp", SW_SOURCE_CONFIGURATION, SW_GRADE_DECLARED, 900};
    const struct sw_entity_id id = {.kind = SW_ENTITY_MCP_SERVER, .name = k->name};
    return k->name.len == 0 ? SW_OK : sw_look_see(&k->look, &signal, &id, spec->line, k->kind);
}

static const struct {
    const char *kind;
    sw_result (*see)(struct cluster *k, const struct sw_setting *spec);
} kinds[] = {
    {"Service", see_service},
    {"Ingress", see_ingress},
    {"MCPServer", see_mcp_server},
    {"RemoteMCPServer", see_mcp_server},
    {"MCPRemoteProxy", see_mcp_server},
};

static sw_result see_kind(struct cluster *k, const struct sw_setting *spec)
{
    for (size_t i = 0; i < SW_COUNT(kinds); i++) {
        SW_TRY(sw_str_is(k->kind, kinds[i].kind) ? kinds[i].see(k, spec) : SW_OK);
    }
    return SW_OK;
}

/* --- objects ---------------------------------------------------------------------------------- */

static sw_result see_member(struct cluster *k, const struct sw_setting *node)
{
    const bool secret = sw_str_is(k->kind, "Secret");
    if (sw_str_is(node->key, "metadata")) {
        const struct sw_setting *labels = sw_setting_get(node, "labels");
        const bool machine = sw_str_is(k->kind, "Node") && labels != NULL;
        return machine ? sw_configuration_walk(&k->c, labels) : SW_OK;
    }
    if (secret) {
        const bool data = sw_str_is(node->key, "data") || sw_str_is(node->key, "stringData");
        return data ? see_each(k, node, see_secret_key) : SW_OK;
    }
    if (sw_str_is(node->key, "status")) {
        return see_status(k, node);
    }
    SW_TRY(sw_str_is(node->key, "spec") ? see_kind(k, node) : SW_OK);
    SW_TRY(see_texts(k, node, 0));
    SW_TRY(sw_str_is(k->kind, "ConfigMap") ? see_each(k, node, see_file) : SW_OK);
    return sw_configuration_walk(&k->c, node);
}

static sw_result see_object(struct cluster *k, const struct sw_setting *object)
{
    const struct sw_setting *metadata = sw_setting_get(object, "metadata");
    const uint64_t before = k->look.seen;
    if (object->kind != SW_SETTING_MAP) {
        return SW_OK;
    }
    k->objects++;
    k->kind = sw_setting_text(sw_setting_get(object, "kind"));
    k->name = sw_setting_text(sw_setting_get(metadata, "name"));
    k->space = sw_setting_text(sw_setting_get(metadata, "namespace"));
    if (k->kind.len == 0 || sw_setting_get(object, "apiVersion") == NULL) {
        return sw_look_gap(&k->look, "objects without a kind and a version");
    }
    struct sw_fact facts[3] = {{.name = "objectKind", .text = k->kind},
        {.name = "objectName", .text = k->name}, {.name = "namespace", .text = k->space}};
    k->look.facts = facts;
    k->look.fact_count = k->space.len > 0 ? 3 : 2;
    k->known++;
    enum sw_code code = sw_configuration_deployed_map(&k->c, object);
    for (const struct sw_setting *n = object->first; n != NULL && code == SW_OK; n = n->next) {
        code = see_member(k, n);
    }
    k->look.facts = NULL;
    k->look.fact_count = 0;
    k->look.as = NULL;
    k->matched += k->look.seen > before ? 1 : 0;
    return code;
}

/* An object, a list of them, or what is a list of objects by its kind. */
static sw_result see_objects(struct cluster *k, const struct sw_setting *node)
{
    const struct sw_setting *items = sw_setting_get(node, "items");
    if (node->kind == SW_SETTING_SCALAR) {
        return SW_OK;
    }
    if (items != NULL && sw_str_ends(sw_setting_text(sw_setting_get(node, "kind")), "List")) {
        return see_each(k, items, see_object);
    }
    if (items != NULL && sw_setting_get(node, "kind") == NULL) {
        return SW_OK; /* the head of a list, whose items are pieces of their own */
    }
    return node->kind == SW_SETTING_LIST ? see_each(k, node, see_object) : see_object(k, node);
}

static sw_result see_text(
    struct cluster *k, struct sw_str text, enum sw_settings_syntax syntax, uint32_t line)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_error err;
    struct sw_setting *root;
    sw_arena_init(&arena, OBJECT_MEMORY);
    k->look.arena = &arena;
    k->look.text = text;
    sw_configuration_init(&k->c, &k->look);
    enum sw_code code = sw_settings_read(&arena, text, syntax, line, &root, &err);
    code = code == SW_OK ? see_each(k, root, see_objects) : code;
    const bool gone = code == SW_E_FORMAT || code == SW_E_LIMIT ||
                      (code == SW_E_NOMEM && arena.used > OBJECT_MEMORY / 4);
    return gone ? sw_look_gap(&k->look, "objects of a cluster that cannot be read") : code;
}

/* --- files ------------------------------------------------------------------------------------ */

/* Whether a new piece begins at this line: a document, or an item of the list that kubectl prints,
 * whose items stand at the first column, behind "items:". */
static bool begins_piece(struct sw_str line, bool *items)
{
    const bool inner = line.len == 0 || strchr(" #\r\n", line.ptr[0]) != NULL;
    const bool item = sw_str_starts(line, "- ");
    *items = inner || item ? *items : sw_str_starts(line, "items:");
    return sw_str_starts(line, "---") || (item && *items);
}

/* Each piece by itself, so that memory is that of one object. */
static sw_result see_yaml(struct cluster *k, struct sw_str text)
{
    size_t start = 0;
    uint32_t line = 1;
    uint32_t start_line = 1;
    bool items = false;
    for (size_t at = 0; at <= text.len; line++) {
        const char *end = at < text.len ? memchr(text.ptr + at, '\n', text.len - at) : NULL;
        const size_t next = end == NULL ? text.len : (size_t)(end - text.ptr) + 1;
        const bool cut = begins_piece(sw_str_n(text.ptr + at, next - at), &items) || at == text.len;
        if (cut && at > start) {
            const struct sw_str piece = sw_str_n(text.ptr + start, at - start);
            SW_TRY(see_text(k, piece, SW_SETTINGS_YAML, start_line));
            start = at;
            start_line = line;
        }
        if (at == text.len) {
            break;
        }
        at = next;
    }
    return SW_OK;
}

/* By calls that a confined process has. */
static sw_result read_file(int fd, const char *path, struct sw_buf *out, struct sw_error *err)
{
    const char *name = strcmp(path, "-") == 0 ? "standard input" : path;
    ssize_t n = 1;
    while (n > 0) {
        SW_TRY(sw_buf_reserve(out, CHUNK) == SW_OK ? SW_OK : sw_fail(err, SW_E_NOMEM, "no memory"));
        do {
            n = read(fd, out->data + out->len, CHUNK);
        } while (n < 0 && errno == EINTR);
        out->len += n > 0 ? (size_t)n : 0;
        if (out->len > FILE_MAX) {
            return sw_fail(err, SW_E_LIMIT, "'%s' is over the limit of %llu bytes", name,
                (unsigned long long)FILE_MAX);
        }
    }
    return n == 0 ? SW_OK : sw_fail_errno(err, errno, "cannot read '%s'", name);
}

static bool is_json(struct sw_str text)
{
    text = sw_ascii_trim(text);
    return text.len > 0 && (text.ptr[0] == '{' || text.ptr[0] == '[');
}

sw_result sw_discover_cluster(struct sw_inventory *inventory, const char *path, int fd,
    const struct sw_discover_options *options, struct sw_discover_coverage *coverage,
    struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    struct cluster k = {.look = {.inventory = inventory,
                            .options = options,
                            .coverage = coverage,
                            .path = sw_str(path),
                            .name = sw_path_base(path)}};
    SW_TRY(sw_look_catalogue(&k.look, err));
    SW_TRY(read_file(fd, path, &bytes, err));
    const struct sw_str text = sw_buf_str(&bytes);
    coverage->files++;
    coverage->read_files++;
    coverage->bytes += text.len;
    coverage->read_bytes += text.len;
    const bool json = is_json(text);
    SW_TRY(text.len == 0 ? SW_OK
           : json        ? see_text(&k, text, SW_SETTINGS_JSON, 1)
                         : see_yaml(&k, text));
    SW_TRY(k.objects > 0 ? SW_OK : sw_look_gap(&k.look, "files without objects of a cluster"));
    return sw_discover_tell(inventory, coverage,
        &(struct sw_discover_source){.kind = "cluster",
            .name = k.look.path,
            .form = json ? "json" : "yaml",
            .records = k.objects,
            .understood = k.known,
            .matched = k.matched});
}
