/* What people and services keep on a host: caches and stores of models, settings of MCP clients,
 * packages that are installed.
 * Source: huggingface_hub, manage your cache; Ollama, model store; LM Studio, model directory;
 * Python packaging, recording installed projects; npm, folders. */
#include "supply/ascii.h"
#include "supply/host.h"

#include <errno.h>

#define HOMES_MAX 4096
#define HOME_MEMORY ((size_t)256 << 20)

static const struct sw_signal installed = {
    "installed-package", SW_SOURCE_HOST, SW_GRADE_OBSERVED, 900};

typedef sw_result (*see_fn)(struct sw_host *h, const char *path, const char *name);

/* Every name of a directory, with its path. */
static sw_result each(struct sw_host *h, const char *directory, see_fn see)
{
    const char **names;
    size_t count;
    int why;
    SW_TRY(sw_host_list(h, directory, &names, &count, &why));
    for (size_t i = 0; i < count; i++) {
        const char *path = sw_host_path(h, "%s/%s", directory, names[i]);
        SW_TRY_PTR(path);
        h->look.path = sw_str(path);
        SW_TRY(see(h, path, names[i]));
    }
    return SW_OK;
}

/* --- caches of the Hub ------------------------------------------------------------------------ */

static sw_result see_snapshot(struct sw_host *h, const char *path, const char *name)
{
    struct sw_str last = sw_str("");
    (void)path;
    (void)name;
    return sw_look_see_cache(&h->look, &last);
}

static sw_result see_cached(struct sw_host *h, const char *path, const char *name)
{
    if (strncmp(name, "models--", 8) != 0 && strncmp(name, "datasets--", 10) != 0) {
        return SW_OK;
    }
    const char *snapshots = sw_host_path(h, "%s/snapshots", path);
    SW_TRY_PTR(snapshots);
    return each(h, snapshots, see_snapshot);
}

/* --- Ollama ----------------------------------------------------------------------------------- */

/* ".../manifests/REGISTRY/SPACE/NAME/TAG" */
static sw_result see_tag(struct sw_host *h, const char *path, const char *tag)
{
    static const struct sw_signal signal = {"ollama-store", SW_SOURCE_HOST, SW_GRADE_OBSERVED, 900};
    struct sw_configuration c;
    const char *name = strrchr(path, '/') - 1;
    while (name > path && name[-1] != '/') {
        name--;
    }
    const char *space = name - 1;
    while (space > path && space[-1] != '/') {
        space--;
    }
    const bool library = strncmp(space, "library/", 8) == 0;
    const char *start = library ? name : space;
    const char *whole =
        sw_arena_printf(h->look.arena, "%.*s:%s", (int)(strrchr(path, '/') - start), start, tag);
    SW_TRY_PTR(whole);
    h->look.as = &signal;
    h->look.text = sw_str("");
    sw_configuration_init(&c, &h->look);
    enum sw_code code = sw_configuration_ollama(&c, sw_str(whole), 0);
    h->look.as = NULL;
    return code;
}

static sw_result see_name(struct sw_host *h, const char *path, const char *name)
{
    (void)name;
    return each(h, path, see_tag);
}

static sw_result see_space(struct sw_host *h, const char *path, const char *name)
{
    (void)name;
    return each(h, path, see_name);
}

static sw_result see_registry(struct sw_host *h, const char *path, const char *name)
{
    (void)name;
    return each(h, path, see_space);
}

/* --- LM Studio -------------------------------------------------------------------------------- */

static sw_result see_weights(struct sw_host *h, const char *path, const char *name)
{
    static const struct sw_signal signal = {"model-file", SW_SOURCE_HOST, SW_GRADE_OBSERVED, 990};
    bool model;
    (void)name;
    h->look.as = &signal;
    enum sw_code code = sw_host_see_file(h, &(struct sw_host_place){.path = path}, &model);
    h->look.as = NULL;
    return code;
}

static sw_result see_model(struct sw_host *h, const char *path, const char *name)
{
    (void)name;
    return each(h, path, see_weights);
}

static sw_result see_maker(struct sw_host *h, const char *path, const char *name)
{
    (void)name;
    return each(h, path, see_model);
}

/* --- packages --------------------------------------------------------------------------------- */

/* "torch-2.1.0.dist-info" */
static sw_result see_distribution(struct sw_host *h, const char *path, const char *name)
{
    struct sw_str whole = sw_str(name);
    (void)path;
    if (!sw_str_ends(whole, ".dist-info")) {
        return SW_OK;
    }
    whole.len -= strlen(".dist-info");
    const char *dash = memchr(whole.ptr, '-', whole.len);
    if (dash == NULL) {
        return SW_OK;
    }
    const struct sw_str package = sw_str_n(whole.ptr, (size_t)(dash - whole.ptr));
    const struct sw_str version = sw_str_n(dash + 1, whole.len - package.len - 1);
    return sw_look_see_package(&h->look, &installed, SW_CATALOGUE_PYPI, package, version, 0);
}

/* "/usr/lib/python3.11" */
static sw_result see_python(struct sw_host *h, const char *path, const char *name)
{
    static const char *const places[] = {"site-packages", "dist-packages"};
    if (strncmp(name, "python3", 7) != 0) {
        return SW_OK;
    }
    for (size_t i = 0; i < SW_COUNT(places); i++) {
        const char *directory = sw_host_path(h, "%s/%s", path, places[i]);
        SW_TRY_PTR(directory);
        SW_TRY(each(h, directory, see_distribution));
    }
    return SW_OK;
}

static sw_result see_npm_package(struct sw_host *h, const char *path, struct sw_str package)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_error err;
    struct sw_json root;
    struct sw_str version = sw_str("");
    struct sw_str known;
    bool found;
    const char *manifest = sw_host_path(h, "%s/package.json", path);
    SW_TRY_PTR(manifest);
    if (!sw_catalogue_find(h->look.catalogue, SW_CATALOGUE_NPM, package, &known)) {
        return SW_OK;
    }
    SW_TRY(sw_host_read(h, manifest, SW_CONFIGURATION_MAX, &text, &found));
    if (found && sw_json_parse(h->look.arena, sw_buf_bytes(&text), NULL, &root, &err) == SW_OK) {
        (void)sw_json_str(sw_json_get(&root, "version"), &version);
    }
    return sw_look_see_package(&h->look, &installed, SW_CATALOGUE_NPM, package, version, 0);
}

static sw_result see_scoped(struct sw_host *h, const char *path, const char *name)
{
    const char *scope = path + strlen(path) - strlen(name) - 1;
    while (scope > path && scope[-1] != '/') {
        scope--;
    }
    return see_npm_package(h, path, sw_str(scope));
}

static sw_result see_npm(struct sw_host *h, const char *path, const char *name)
{
    return name[0] == '@' ? each(h, path, see_scoped) : see_npm_package(h, path, sw_str(name));
}

/* --- homes ------------------------------------------------------------------------------------ */

/* What is below a home (or, with none, below the root), and who sees it. */
static const struct {
    const char *path;
    see_fn see;
} places[] = {
    {".cache/huggingface/hub", see_cached},
    {".ollama/models/manifests", see_registry},
    {".lmstudio/models", see_maker},
    {".cache/lm-studio/models", see_maker},
    {".local/lib", see_python},
    {"miniconda3/lib", see_python},
    {"anaconda3/lib", see_python},
    {"miniforge3/lib", see_python},
    {".npm-global/lib/node_modules", see_npm},
};

static const struct {
    const char *path;
    see_fn see;
} system_places[] = {
    {"/usr/lib", see_python},
    {"/usr/local/lib", see_python},
    {"/opt/conda/lib", see_python},
    {"/usr/lib/node_modules", see_npm},
    {"/usr/local/lib/node_modules", see_npm},
    {"/usr/share/ollama/.ollama/models/manifests", see_registry},
    {"/var/lib/ollama/.ollama/models/manifests", see_registry},
    {"/var/lib/ollama/models/manifests", see_registry},
};

struct clients {
    struct sw_host *h;
    const char *home;
};

static sw_result see_client(void *ctx, struct sw_str end, struct sw_str client)
{
    static const char *const between[] = {"", ".config/", ".config/Claude/"};
    struct clients *c = ctx;
    (void)client;
    for (size_t i = 0; i < SW_COUNT(between); i++) {
        const char *path =
            sw_host_path(c->h, "%s/%s" SW_STR_FMT, c->home, between[i], SW_STR_ARG(end));
        SW_TRY_PTR(path);
        SW_TRY(sw_host_see_settings(c->h, path, &sw_look_mcp));
    }
    return SW_OK;
}

/* vLLM keeps what it has compiled. */
static sw_result see_tool_cache(struct sw_host *h, const char *home)
{
    static const struct sw_signal signal = {"tool-cache", SW_SOURCE_HOST, SW_GRADE_OBSERVED, 600};
    static const struct sw_entity_id id = {
        .kind = SW_ENTITY_TOOL, .name = {"vLLM", sizeof("vLLM") - 1}};
    const char **names;
    size_t count;
    int why;
    const char *path = sw_host_path(h, "%s/.cache/vllm", home);
    SW_TRY_PTR(path);
    SW_TRY(sw_host_list(h, path, &names, &count, &why));
    h->look.path = sw_str(path);
    return count == 0 ? SW_OK : sw_look_see(&h->look, &signal, &id, 0, sw_str("its cache"));
}

static sw_result see_home(struct sw_host *h, const char *home)
{
    const char **names;
    size_t count;
    int why;
    struct clients clients = {h, home};
    SW_TRY(sw_host_list(h, home, &names, &count, &why));
    h->look.path = sw_str(home);
    if (why == EACCES || why == EPERM) {
        return sw_look_gap(&h->look, "homes of other users: not readable");
    }
    if (count == 0) {
        return SW_OK;
    }
    for (size_t i = 0; i < SW_COUNT(places); i++) {
        const char *path = sw_host_path(h, "%s/%s", home, places[i].path);
        SW_TRY_PTR(path);
        SW_TRY(each(h, path, places[i].see));
    }
    SW_TRY(see_tool_cache(h, home));
    const char *storage = sw_host_path(
        h, "%s/.local/share/containers/storage/overlay-containers/containers.json", home);
    SW_TRY_PTR(storage);
    SW_TRY(sw_host_see_storage(h, storage));
    return sw_catalogue_each(h->look.catalogue, SW_CATALOGUE_CLIENTS, see_client, &clients);
}

/* --- which homes there are -------------------------------------------------------------------- */

static sw_result add_home(struct sw_host *h, struct sw_names *homes, struct sw_str home)
{
    uint32_t number;
    if (home.len < 2 || home.ptr[0] != '/' || homes->count >= HOMES_MAX ||
        sw_names_find(homes, 0, home, &number)) {
        return SW_OK;
    }
    const char *own = sw_arena_strndup(&h->arena, home);
    SW_TRY_PTR(own);
    return sw_names_number(homes, 0, sw_str_n(own, home.len), &number);
}

/* The sixth field of passwd(5), of people and of services that may have models. */
static sw_result add_passwd(struct sw_host *h, struct sw_names *homes)
{
    static const char *const not [] = {"/", "/bin", "/sbin", "/dev", "/usr/sbin", "/nonexistent",
        "/var", "/run", "/proc", "/sys", "/etc", "/usr", "/usr/bin"};
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    bool found;
    SW_TRY(sw_host_read(h, "/etc/passwd", (size_t)4 << 20, &text, &found));
    const char *line = sw_buf_cstr(&text);
    while (*line != 0) {
        const char *end = line + strcspn(line, "\n");
        const char *field = line;
        for (unsigned i = 0; i < 5 && field != NULL; i++) {
            field = memchr(field, ':', (size_t)(end - field));
            field = field == NULL ? NULL : field + 1;
        }
        const struct sw_str home =
            field == NULL ? sw_str("") : sw_str_n(field, strcspn(field, ":\n"));
        bool none = false;
        for (size_t i = 0; i < SW_COUNT(not ); i++) {
            none = none || sw_str_is(home, not [i]);
        }
        SW_TRY(none ? SW_OK : add_home(h, homes, home));
        line = *end == 0 ? end : end + 1;
    }
    return SW_OK;
}

static sw_result add_homes(struct sw_host *h, struct sw_names *homes)
{
    const char **names;
    size_t count;
    int why;
    SW_TRY(add_home(h, homes, sw_str("/root")));
    SW_TRY(sw_host_list(h, "/home", &names, &count, &why));
    for (size_t i = 0; i < count; i++) {
        const char *path = sw_host_path(h, "/home/%s", names[i]);
        SW_TRY_PTR(path);
        SW_TRY(add_home(h, homes, sw_str(path)));
    }
    return add_passwd(h, homes);
}

static sw_result see_with_memory(struct sw_host *h, const char *home)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, HOME_MEMORY);
    h->look.arena = &arena;
    if (home != NULL) {
        return see_home(h, home);
    }
    for (size_t i = 0; i < SW_COUNT(system_places); i++) {
        SW_TRY(each(h, system_places[i].path, system_places[i].see));
    }
    return SW_OK;
}

sw_result sw_host_see_homes(struct sw_host *h)
{
    struct sw_arena *kept = h->look.arena;
    struct sw_names homes;
    enum sw_code code = SW_OK;
    sw_names_init(&homes, &h->arena);
    SW_TRY(add_homes(h, &homes));
    for (size_t i = 0; i < homes.count && code == SW_OK; i++) {
        code = see_with_memory(h, homes.names[i].text.ptr);
    }
    code = code == SW_OK ? see_with_memory(h, NULL) : code;
    h->look.arena = kept;
    return code;
}
