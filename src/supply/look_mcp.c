/* The MCP servers that clients are told of, in any of their files: what runs them or where they
 * are, and the names of what they are given. Arguments and values may be secrets: of the first, the
 * digest is kept, of the others nothing.
 * Source: Model Context Protocol; the documentation of each client (packs/supply/discovery.yaml,
 * `clients`). */
#include "claim/claim.h"
#include "supply/ascii.h"
#include "supply/command_options.h"
#include "supply/look_configuration.h"
#include "supply/packages.h"

#define DEPTH_MAX 16
#define NAME_MAX_LEN 128
#define VARIABLES_SHOWN 16

static const struct sw_signal client = {
    "mcp-client", SW_SOURCE_CONFIGURATION, SW_GRADE_DECLARED, 950};

struct server {
    struct sw_look *look;
    struct sw_str client; /* whose file it is; may be empty */
    const struct sw_setting *node;
    struct sw_str name;
    struct sw_str command; /* the program alone; empty when there is none */
    struct sw_words words; /* all of the command line */
    struct sw_str url;
};

/* --- what a server is ------------------------------------------------------------------------- */

static const struct sw_setting *first_of(
    const struct sw_setting *map, const char *const *names, size_t count)
{
    const struct sw_setting *found = NULL;
    for (size_t i = 0; i < count && found == NULL; i++) {
        found = sw_setting_get(map, names[i]);
    }
    return found;
}

static const struct sw_setting *command_of(const struct sw_setting *node)
{
    static const char *const names[] = {"command", "cmd", "path"};
    return first_of(node, names, SW_COUNT(names));
}

static struct sw_str url_of(const struct sw_setting *node)
{
    static const char *const names[] = {
        "url", "serverUrl", "httpUrl", "server_url", "uri", "endpoint", "baseUrl"};
    return sw_setting_text(first_of(node, names, SW_COUNT(names)));
}

static bool is_server(const struct sw_setting *node)
{
    return node->kind == SW_SETTING_MAP && (command_of(node) != NULL || url_of(node).len > 0);
}

static struct sw_str program_of(struct sw_str word)
{
    for (size_t i = word.len; i > 0; i--) {
        if (word.ptr[i - 1] == '/' || word.ptr[i - 1] == '\\') {
            word = sw_str_n(word.ptr + i, word.len - i);
            break;
        }
    }
    for (size_t i = 0; i < word.len; i++) {
        if (!sw_ascii_alnum(word.ptr[i]) && memchr("._-+", word.ptr[i], 4) == NULL) {
            return sw_str("");
        }
    }
    return word.len > 64 ? sw_str("") : word;
}

static sw_result add_list(struct server *s, const struct sw_setting *list)
{
    struct sw_arena *arena = s->look->arena;
    if (list == NULL) {
        return SW_OK;
    }
    if (list->kind == SW_SETTING_SCALAR) {
        return sw_words_split(arena, &s->words, list->text, list->line);
    }
    for (const struct sw_setting *n = list->first; n != NULL; n = n->next) {
        SW_TRY(sw_words_add(arena, &s->words, sw_setting_text(n), n->line));
    }
    return SW_OK;
}

/* "command" is a text, a list, or (Zed) a map with "path" and "args". */
static sw_result read_command(struct server *s)
{
    const struct sw_setting *command = command_of(s->node);
    if (command != NULL && command->kind == SW_SETTING_MAP) {
        SW_TRY(add_list(s, command_of(command)));
        SW_TRY(add_list(s, sw_setting_get(command, "args")));
    } else {
        SW_TRY(add_list(s, command));
    }
    /* without a command, the first word is an argument, which may be anything */
    s->command = s->words.count > 0 ? program_of(s->words.list[0]) : sw_str("");
    SW_TRY(add_list(s, sw_setting_get(s->node, "args")));
    return SW_OK;
}

/* --- what is told of it ----------------------------------------------------------------------- */

/* "host", "host:8080", "[::1]:80"; not "user:password". */
static bool is_host(struct sw_str text)
{
    const char *bracket = memrchr(text.ptr, ']', text.len);
    const size_t name = bracket == NULL ? 0 : (size_t)(bracket - text.ptr);
    const char *colon = memchr(text.ptr + name, ':', text.len - name);
    for (size_t i = 0; i < text.len; i++) {
        const bool port = colon != NULL && text.ptr + i > colon;
        if (port ? !sw_ascii_digit(text.ptr[i])
                 : !sw_ascii_alnum(text.ptr[i]) && memchr(".-_:[]", text.ptr[i], 6) == NULL) {
            return false;
        }
    }
    return text.len > 0 && text.len <= 253;
}

/* The host of an address, without user, password and path. A '@' behind the first '/' may end a
 * password that has one in it: then what stands before has to look like a host. */
static struct sw_str host_of(struct sw_str url)
{
    const char *mark = memmem(url.ptr, url.len, "://", 3);
    size_t start = mark == NULL ? url.len : (size_t)(mark - url.ptr) + 3;
    size_t end = start;
    for (; end < url.len && memchr("/?#", url.ptr[end], 3) == NULL; end++) {
        start = url.ptr[end] == '@' ? end + 1 : start;
    }
    const struct sw_str host = sw_str_n(url.ptr + start, end - start);
    const bool later = memchr(url.ptr + end, '@', url.len - end) != NULL;
    return !is_host(host) || (later && memchr(host.ptr, '.', host.len) == NULL) ? sw_str("") : host;
}

static bool is_variable(struct sw_str name)
{
    for (size_t i = 0; i < name.len; i++) {
        if (!sw_ascii_alnum(name.ptr[i]) && name.ptr[i] != '_') {
            return false;
        }
    }
    return name.len > 0 && name.len <= 64 && !sw_ascii_digit(name.ptr[0]);
}

/* "A=x" in a list: A. What has no '=' is a name in lists of names, and may be a value in others. */
static struct sw_str variable_of(const struct sw_setting *n)
{
    const struct sw_str text = n->key.len > 0 ? n->key : sw_setting_text(n);
    const struct sw_str list = n->parent == NULL ? sw_str("") : n->parent->key;
    const bool names = sw_str_is(list, "env_vars") || sw_str_is(list, "env_keys");
    const char *equals = memchr(text.ptr, '=', text.len);
    if (n->key.len > 0 || (equals == NULL && names)) {
        return text;
    }
    return sw_str_n(text.ptr, equals == NULL ? 0 : (size_t)(equals - text.ptr));
}

static sw_result put_variables(const struct server *s, struct sw_buf *out)
{
    static const char *const names[] = {"env", "environment", "envs", "env_vars", "env_keys"};
    const struct sw_setting *inner = sw_setting_get(s->node, "command");
    const struct sw_setting *env = first_of(s->node, names, SW_COUNT(names));
    env = env == NULL ? first_of(inner, names, SW_COUNT(names)) : env;
    unsigned shown = 0;
    for (const struct sw_setting *n = env == NULL ? NULL : env->first;
         n != NULL && shown < VARIABLES_SHOWN; n = n->next) {
        const struct sw_str name = variable_of(n);
        if (is_variable(name)) {
            SW_TRY(sw_buf_printf(
                out, "%s" SW_STR_FMT, shown++ == 0 ? ", variables " : " ", SW_STR_ARG(name)));
        }
    }
    return SW_OK;
}

static sw_result put_detail(const struct server *s, struct sw_buf *out)
{
    const struct sw_str host = host_of(s->url);
    SW_TRY(sw_buf_put_str(out, s->client.len > 0 ? s->client : sw_str("MCP client")));
    if (s->command.len > 0) {
        SW_TRY(sw_buf_printf(out, ", command " SW_STR_FMT, SW_STR_ARG(s->command)));
    }
    if (host.len > 0) {
        SW_TRY(sw_buf_printf(out, ", host " SW_STR_FMT, SW_STR_ARG(host)));
    }
    return put_variables(s, out);
}

/* Of the command line and the address, each with its end. */
static sw_result digest_of(const struct server *s, struct sw_str *out)
{
    SW_CLEANUP(buf) struct sw_buf all = SW_BUF_INIT;
    for (size_t i = 0; i < s->words.count; i++) {
        SW_TRY(sw_buf_put_str(&all, s->words.list[i]));
        SW_TRY(sw_buf_putc(&all, '\0'));
    }
    SW_TRY(sw_buf_put_str(&all, s->url));
    SW_TRY(sw_buf_putc(&all, '\0'));
    return sw_configuration_digest(s->look->arena, sw_buf_bytes(&all), out);
}

/* --- packages that run as servers ------------------------------------------------------------- */

static const struct {
    const char *program, *verb;
    enum sw_catalogue_section ecosystem;
} runners[] = {
    {"npx", "", SW_CATALOGUE_NPM},
    {"npx.cmd", "", SW_CATALOGUE_NPM},
    {"bunx", "", SW_CATALOGUE_NPM},
    {"pnpx", "", SW_CATALOGUE_NPM},
    {"pnpm", "dlx", SW_CATALOGUE_NPM},
    {"yarn", "dlx", SW_CATALOGUE_NPM},
    {"uvx", "", SW_CATALOGUE_PYPI},
    {"pipx", "run", SW_CATALOGUE_PYPI},
};

/* "name@1.2", "name==1.2", "name[extra]": the name, and the version when it begins with a digit. */
static void split_package(struct sw_str *name, struct sw_str *version)
{
    size_t end = name->len > 0 && name->ptr[0] == '@' ? 1 : 0;
    while (end < name->len && memchr("@=<>~![", name->ptr[end], 7) == NULL) {
        end++;
    }
    size_t at = end;
    while (at < name->len && (name->ptr[at] == '@' || name->ptr[at] == '=')) {
        at++;
    }
    *version = at > end && sw_package_is_version(sw_str_n(name->ptr + at, name->len - at))
                   ? sw_str_n(name->ptr + at, name->len - at)
                   : sw_str("");
    name->len = end;
}

static bool is_package(struct sw_str name, enum sw_catalogue_section ecosystem)
{
    size_t slashes = 0;
    for (size_t i = 0; i < name.len; i++) {
        slashes += name.ptr[i] == '/' ? 1 : 0;
        if (!sw_ascii_alnum(name.ptr[i]) && memchr("._-/@", name.ptr[i], 5) == NULL) {
            return false;
        }
    }
    const bool scoped = ecosystem == SW_CATALOGUE_NPM && name.len > 3 && name.ptr[0] == '@';
    return name.len > 1 && slashes == (scoped ? 1 : 0) && (scoped || sw_ascii_alnum(name.ptr[0])) &&
           sw_ascii_alnum(name.ptr[name.len - 1]);
}

static sw_result see_package(const struct server *s)
{
    static const struct sw_signal signal = {
        "mcp-package", SW_SOURCE_CONFIGURATION, SW_GRADE_DECLARED, 950};
    for (size_t i = 0; i < SW_COUNT(runners); i++) {
        const bool verb = runners[i].verb[0] != '\0';
        if (!sw_str_is(s->command, runners[i].program) ||
            (verb && (s->words.count < 2 || !sw_str_is(s->words.list[1], runners[i].verb)))) {
            continue;
        }
        size_t at = verb ? 2 : 1;
        struct sw_str version;
        if (!sw_command_operand(
                runners[i].ecosystem == SW_CATALOGUE_NPM ? SW_COMMAND_NPX : SW_COMMAND_UVX,
                s->words.list, s->words.count, &at)) {
            return SW_OK;
        }
        struct sw_str name = s->words.list[at];
        split_package(&name, &version);
        return is_package(name, runners[i].ecosystem)
                   ? sw_look_see_any_package(
                         s->look, &signal, runners[i].ecosystem, name, version, s->node->line)
                   : SW_OK;
    }
    return SW_OK;
}

/* --- files ------------------------------------------------------------------------------------ */

static sw_result see_server(
    struct sw_look *look, struct sw_str of, struct sw_str name, const struct sw_setting *node)
{
    SW_CLEANUP(buf) struct sw_buf detail = SW_BUF_INIT;
    struct server s = {.look = look, .client = of, .node = node, .name = name, .url = url_of(node)};
    struct sw_entity_id id = {.kind = SW_ENTITY_MCP_SERVER, .name = name};
    if (name.len == 0 || name.len > NAME_MAX_LEN) {
        return SW_OK;
    }
    SW_TRY(read_command(&s));
    SW_TRY(digest_of(&s, &id.digest));
    SW_TRY(put_detail(&s, &detail));
    SW_TRY(sw_look_see(look, &client, &id, node->line, sw_buf_str(&detail)));
    return see_package(&s);
}

/* A map of servers by their names, or a list of servers that say theirs. */
static sw_result see_servers(
    struct sw_look *look, struct sw_str of, const struct sw_setting *servers)
{
    for (const struct sw_setting *n = servers->first; n != NULL; n = n->next) {
        const struct sw_str said = sw_setting_text(sw_setting_get(n, "name"));
        if (is_server(n)) {
            SW_TRY(see_server(look, of, servers->kind == SW_SETTING_MAP ? n->key : said, n));
        }
    }
    return SW_OK;
}

/* The keys under which servers stand. Some mean it in the files of clients alone. */
static bool holds_servers(const struct sw_setting *node, bool known)
{
    static const char *const everywhere[] = {"mcpServers", "mcp_servers", "mcp-servers",
        "context_servers", "amp.mcpServers", "modelContextProtocolServers", "mcp.servers"};
    static const char *const here[] = {"servers", "mcp", "extensions"};
    for (size_t i = 0; i < SW_COUNT(everywhere); i++) {
        if (sw_str_is(node->key, everywhere[i])) {
            return true;
        }
    }
    for (size_t i = 0; known && i < SW_COUNT(here); i++) {
        if (sw_str_is(node->key, here[i])) {
            return true;
        }
    }
    return false;
}

static sw_result walk(struct sw_look *look, struct sw_str of, const struct sw_setting *node,
    unsigned depth, bool *deep)
{
    if (node->kind == SW_SETTING_SCALAR) {
        return SW_OK;
    }
    if (depth > DEPTH_MAX) {
        *deep = true;
        return SW_OK;
    }
    if (holds_servers(node, of.len > 0)) {
        SW_TRY(see_servers(look, of, node));
    }
    for (const struct sw_setting *n = node->first; n != NULL; n = n->next) {
        SW_TRY(walk(look, of, n, depth + 1, deep));
    }
    return SW_OK;
}

/* Whose file it is, by the longest end of its path that the catalogue has. */
static struct sw_str client_of(const struct sw_look *look)
{
    struct sw_str path = look->path;
    struct sw_str found = {"", 0};
    while (!sw_catalogue_find(look->catalogue, SW_CATALOGUE_CLIENTS, path, &found)) {
        const char *slash = memchr(path.ptr, '/', path.len);
        if (slash == NULL) {
            return sw_str("");
        }
        path = sw_str_n(slash + 1, path.len - (size_t)(slash + 1 - path.ptr));
    }
    return found;
}

static bool takes_client(const struct sw_look *look)
{
    enum sw_settings_syntax syntax;
    return sw_configuration_syntax(look->name, &syntax);
}

static bool speaks_of_servers(const struct sw_look *look, struct sw_str of)
{
    static const char *const words[] = {"mcp", "context_servers", "modelContextProtocolServers"};
    for (size_t i = 0; i < SW_COUNT(words); i++) {
        if (memmem(look->text.ptr, look->text.len, words[i], strlen(words[i])) != NULL) {
            return true;
        }
    }
    return of.len > 0;
}

static sw_result look_at_client(struct sw_look *look, struct sw_error *err)
{
    enum sw_settings_syntax syntax = SW_SETTINGS_JSON;
    struct sw_setting *root;
    const struct sw_str of = client_of(look);
    if (look->text.len > SW_CONFIGURATION_MAX || !speaks_of_servers(look, of)) {
        return SW_OK; /* told by the reader of settings */
    }
    (void)sw_configuration_syntax(look->name, &syntax);
    enum sw_code code = sw_settings_read(look->arena, look->text, syntax, 1, &root, err);
    if (code != SW_OK) {
        return code == SW_E_NOMEM ? code : SW_OK; /* told by the reader of settings */
    }
    bool deep = false;
    SW_TRY(walk(look, of, root, 0, &deep));
    return deep ? sw_look_gap(look, "settings that nest too deep to hold servers of MCP") : SW_OK;
}

const struct sw_look_reader sw_look_mcp = {
    .name = "mcp",
    .takes = takes_client,
    .look = look_at_client,
    .gap = "no settings",
};
