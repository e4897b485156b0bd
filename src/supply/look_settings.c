/* Settings of any kind: images, models, devices, commands, kinds of Kubernetes, wherever they stand
 * in YAML, JSON and TOML. */
#include "supply/ascii.h"
#include "supply/look_configuration.h"
#include "supply/look_tree.h"
#include "supply/packages.h"

#define NESTED_MAX 2 /* settings that are a text in settings */

static bool is_one_of(struct sw_str text, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (sw_ascii_equal(text, sw_str(list[i]))) {
            return true;
        }
    }
    return false;
}

static bool ends_without_case(struct sw_str text, const char *ending)
{
    const size_t len = strlen(ending);
    return text.len >= len &&
           sw_ascii_equal(sw_str_n(text.ptr + text.len - len, len), sw_str(ending));
}

/* --- commands --------------------------------------------------------------------------------- */

static bool holds_command(struct sw_str key)
{
    static const char *const keys[] = {"command", "args", "cmd", "entrypoint", "script", "scripts",
        "run", "before_script", "after_script", "containerCommand", "extraArgs", "extra_args",
        "vllmArgs", "arguments", "start", "startCommand", "setup", "inline"};
    return is_one_of(key, keys, SW_COUNT(keys));
}

static bool is_list_of_texts(const struct sw_setting *node)
{
    const struct sw_setting *n = node->first;
    while (n != NULL && n->kind == SW_SETTING_SCALAR) {
        n = n->next;
    }
    return node->kind == SW_SETTING_LIST && node->first != NULL && n == NULL;
}

static uint32_t first_line(const struct sw_setting *node)
{
    return node->block ? node->line + 1 : node->line;
}

static sw_result add_words(
    struct sw_configuration *c, struct sw_words *words, const struct sw_setting *node)
{
    struct sw_arena *arena = c->look->arena;
    if (node->kind == SW_SETTING_SCALAR) {
        return sw_words_split(arena, words, node->text, first_line(node));
    }
    for (const struct sw_setting *n = node->first; n != NULL; n = n->next) {
        SW_TRY(memchr(n->text.ptr, ' ', n->text.len) == NULL
                   ? sw_words_add(arena, words, n->text, n->line)
                   : sw_words_split(arena, words, n->text, first_line(n)));
    }
    return SW_OK;
}

/* What a map runs: "command" and "args" are one. Steps of a script are several. */
static sw_result see_commands(struct sw_configuration *c, const struct sw_setting *map)
{
    struct sw_words words = {0};
    for (const struct sw_setting *n = map->first; n != NULL; n = n->next) {
        const bool texts = n->kind == SW_SETTING_SCALAR || is_list_of_texts(n);
        if (!texts || !holds_command(n->key)) {
            continue;
        }
        SW_TRY(add_words(c, &words, n));
    }
    SW_TRY(sw_look_installs(c->look, &words));
    return sw_configuration_commands(c, &words);
}

/* "- NAME=value", "- --model=X" in lists that have another key. */
static sw_result see_texts(struct sw_configuration *c, const struct sw_setting *list)
{
    struct sw_words words = {0};
    if (holds_command(list->key)) {
        return SW_OK; /* with its map */
    }
    SW_TRY(add_words(c, &words, list));
    return sw_configuration_commands(c, &words);
}

/* --- actions ---------------------------------------------------------------------------------- */

/* A tag, a branch or a commit; nothing when it is a template. */
static struct sw_str reference_of(struct sw_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (!sw_ascii_alnum(text.ptr[i]) && memchr("._-/", text.ptr[i], 4) == NULL) {
            return sw_str("");
        }
    }
    return text.len > 128 ? sw_str("") : text;
}

/* "owner/name/path@ref" */
static sw_result see_action(struct sw_configuration *c, const struct sw_setting *node)
{
    static const struct sw_signal signal = {
        "agent-action", SW_SOURCE_CONFIGURATION, SW_GRADE_DECLARED, 900};
    struct sw_error err;
    struct sw_str agent;
    struct sw_str name = node->text;
    const char *at = memchr(name.ptr, '@', name.len);
    struct sw_purl purl = {.type = sw_str("githubactions")};
    if (at != NULL) {
        purl.version = reference_of(sw_str_n(at + 1, name.len - (size_t)(at + 1 - name.ptr)));
        name.len = (size_t)(at - name.ptr);
    }
    const char *slash = memchr(name.ptr, '/', name.len);
    if (slash == NULL ||
        !sw_catalogue_find(c->look->catalogue, SW_CATALOGUE_ACTIONS, name, &agent)) {
        return SW_OK;
    }
    purl.namespace = sw_str_n(name.ptr, (size_t)(slash - name.ptr));
    purl.name = sw_str_n(slash + 1, name.len - purl.namespace.len - 1);
    const char *path = memchr(purl.name.ptr, '/', purl.name.len);
    if (path != NULL) {
        purl.subpath = sw_str_n(path + 1, purl.name.len - (size_t)(path + 1 - purl.name.ptr));
        purl.name.len = (size_t)(path - purl.name.ptr);
    }
    struct sw_entity_id id = {.kind = SW_ENTITY_AGENT, .name = name, .version = purl.version};
    enum sw_code code = sw_purl_format(c->look->arena, &purl, &id.purl, &err);
    if (code != SW_OK && code != SW_E_FORMAT) {
        return code;
    }
    return sw_look_see(c->look, &signal, &id, node->line, agent);
}

/* --- the tree --------------------------------------------------------------------------------- */

/* A file in a ConfigMap. */
static sw_result see_nested(struct sw_configuration *c, const struct sw_setting *node)
{
    enum sw_settings_syntax syntax;
    struct sw_setting *root;
    struct sw_error err;
    if (!node->block || c->nested >= NESTED_MAX || !sw_configuration_syntax(node->key, &syntax)) {
        return SW_OK;
    }
    enum sw_code code =
        sw_settings_read(c->look->arena, node->text, syntax, node->line + 1, &root, &err);
    if (code == SW_E_FORMAT || code == SW_E_LIMIT) {
        return sw_look_gap(c->look, "settings inside settings that cannot be read");
    }
    SW_TRY(code);
    c->nested++;
    SW_TRY(sw_configuration_walk(c, root));
    c->nested--;
    return SW_OK;
}

/* What names and selects objects says nothing of models: "labels: {model: …}". */
static bool is_label(const struct sw_setting *node)
{
    const struct sw_str of = node->parent == NULL ? sw_str("") : node->parent->key;
    return ends_without_case(of, "labels") || ends_without_case(of, "selector") ||
           ends_without_case(of, "annotations") || ends_without_case(of, "tags");
}

/* "models: {NAME: {model: …}}" of Compose */
static bool is_part_of_models(const struct sw_setting *node)
{
    const struct sw_setting *of = node->parent == NULL ? NULL : node->parent->parent;
    return sw_str_is(node->key, "model") && of != NULL && sw_str_is(of->key, "models");
}

/* A key with what it stands in says that models are meant: "llm: {…: {name: …}}". */
static bool speaks_of_models(struct sw_str key)
{
    char lower[64];
    const size_t len = key.len < sizeof(lower) ? key.len : 0;
    for (size_t i = 0; i < len; i++) {
        lower[i] = sw_ascii_lower(key.ptr[i]);
    }
    return memmem(lower, len, "model", 5) != NULL || memmem(lower, len, "llm", 3) != NULL ||
           memmem(lower, len, "embedd", 6) != NULL;
}

#define ABOVE_MAX 4

/* The next key above that is one of a map, at most a few away; NULL when none speaks of models. */
static const struct sw_setting *models_above(const struct sw_setting *node)
{
    const struct sw_setting *of = node->parent;
    for (size_t i = 0; of != NULL && i < ABOVE_MAX; i++) {
        if (speaks_of_models(of->key)) {
            return of;
        }
        of = of->parent;
    }
    return NULL;
}

/* "enum: [gpt-4o, …]", "chat_models: […]": what may be chosen. Other lists, as of aliases, have
 * names that are of this file alone, and the description of an interface chooses nothing. */
static bool is_choice(const struct sw_configuration *c, const struct sw_setting *item)
{
    static const char *const keys[] = {
        "enum", "options", "choices", "values", "allowed", "available", "supported", "items"};
    const struct sw_setting *list = item->parent;
    if (list == NULL || list->kind != SW_SETTING_LIST ||
        memmem(c->look->name.ptr, c->look->name.len, "openapi", 7) != NULL ||
        memmem(c->look->name.ptr, c->look->name.len, "swagger", 7) != NULL) {
        return false;
    }
    return is_one_of(list->key, keys, SW_COUNT(keys)) || speaks_of_models(list->key);
}

/* "model: {name: …}", "chatModel: {defaultValue: …}"; of what stands deeper, or under another key,
 * only what is the name of a model wherever it stands. */
static sw_result see_described(struct sw_configuration *c, const struct sw_setting *node)
{
    static const char *const keys[] = {"name", "id", "value", "default", "defaultValue", "slug",
        "identifier", "primary", "fallback"};
    const bool names = is_one_of(node->key, keys, SW_COUNT(keys)) || is_choice(c, node);
    const struct sw_setting *above = names ? models_above(node) : NULL;
    if (above == NULL) {
        return SW_OK;
    }
    if (above == node->parent && above->kind == SW_SETTING_MAP) {
        return sw_configuration_setting(c, above->key, node->text, node->line);
    }
    return sw_look_is_model_itself(c->look, node->text)
               ? sw_configuration_model(c, node->text, true, node->line)
               : SW_OK;
}

/* "preset_models.json", "llms.yaml"; not "model_prices.json". */
static bool is_file_of_models(const struct sw_look *look)
{
    const char *dot = memrchr(look->name.ptr, '.', look->name.len);
    const size_t len = dot == NULL ? look->name.len : (size_t)(dot - look->name.ptr);
    return sw_look_is_table_of_models(sw_str_n(look->name.ptr, len));
}

/* Keys that show or measure, and name no model that is used. */
static bool is_about_another(struct sw_str key)
{
    static const char *const words[] = {"label", "title", "descr", "display", "dataset", "image",
        "comment", "message", "prompt", "repository", "uses", "output", "prefix", "pattern",
        "license", "author", "family", "host", "url", "tag", "namespace", "app"};
    char lower[64];
    const size_t len = key.len < sizeof(lower) ? key.len : 0;
    bool another = false;
    for (size_t i = 0; i < len; i++) {
        lower[i] = sw_ascii_lower(key.ptr[i]);
    }
    for (size_t i = 0; i < SW_COUNT(words); i++) {
        another = another || memmem(lower, len, words[i], strlen(words[i])) != NULL;
    }
    return another || sw_look_names_output(sw_str_n(lower, len));
}

/* "dataset_mixture: {datasets: [{id: …}]}" */
static bool is_of_data(const struct sw_setting *node)
{
    for (; node != NULL; node = node->parent) {
        const struct sw_str key = node->key;
        if (key.len > 0 && (memmem(key.ptr, key.len, "data", 4) != NULL ||
                               memmem(key.ptr, key.len, "corpus", 6) != NULL)) {
            return true;
        }
    }
    return false;
}

/* The name of a model under a key that says nothing: of the Hub in what people write by hand, of
 * anybody in a file that is called after models. */
static sw_result see_itself(struct sw_configuration *c, const struct sw_setting *node)
{
    enum sw_settings_syntax syntax = SW_SETTINGS_YAML;
    const struct sw_str key =
        node->key.len == 0 && node->parent != NULL ? node->parent->key : node->key;
    (void)sw_configuration_syntax(c->look->name, &syntax);
    const bool of_hub = syntax != SW_SETTINGS_JSON && memchr(node->text.ptr, '/', node->text.len);
    if ((!of_hub && !is_file_of_models(c->look)) || is_about_another(key) || is_of_data(node) ||
        !sw_look_is_model_itself(c->look, node->text)) {
        return SW_OK;
    }
    return sw_configuration_model(c, node->text, true, node->line);
}

static sw_result see_scalar(struct sw_configuration *c, const struct sw_setting *node)
{
    if (node->text.len == 0) {
        return SW_OK;
    }
    SW_TRY(sw_configuration_deployed(c, node));
    if (is_label(node)) {
        return SW_OK;
    }
    if (sw_str_starts(node->text, "hf://")) {
        return sw_configuration_model(c, node->text, true, node->line);
    }
    if (sw_str_is(node->key, "uses")) {
        SW_TRY(see_action(c, node));
        return sw_str_starts(node->text, "docker://")
                   ? sw_configuration_image(c, node->text, node->line)
                   : SW_OK;
    }
    if (sw_str_starts(node->text, "ai/") && is_part_of_models(node)) {
        return sw_configuration_model(c, node->text, true, node->line);
    }
    SW_TRY(see_nested(c, node));
    SW_TRY(sw_configuration_dataset(c, node->key, node->text, node->line));
    const uint64_t before = c->look->seen;
    SW_TRY(see_described(c, node));
    SW_TRY(sw_configuration_setting(c, node->key, node->text, node->line));
    return c->look->seen > before ? SW_OK : see_itself(c, node);
}

/* {"name": "MODEL_ID", "value": "…"} */
static sw_result see_pair(struct sw_configuration *c, const struct sw_setting *map)
{
    const struct sw_setting *value = sw_setting_get(map, "value");
    const struct sw_str name = sw_setting_text(sw_setting_get(map, "name"));
    return value == NULL || name.len == 0
               ? SW_OK
               : sw_configuration_setting(c, name, sw_setting_text(value), value->line);
}

/* "datasets: [{path: NAME, …}]" */
static sw_result see_dataset(struct sw_configuration *c, const struct sw_setting *map)
{
    const struct sw_setting *path = sw_setting_get(map, "path");
    return path == NULL || map->parent == NULL
               ? SW_OK
               : sw_configuration_dataset(c, map->parent->key, sw_setting_text(path), path->line);
}

static bool has_another_name(const struct sw_setting *model)
{
    for (const struct sw_setting *n = model->first; n != NULL; n = n->next) {
        static const char *const keys[] = {
            "model", "id", "name", "model_id", "model_name", "repo", "path", "source"};
        if (is_one_of(n->key, keys, SW_COUNT(keys)) || ends_without_case(n->key, "_var")) {
            return true;
        }
    }
    return false;
}

static bool is_offer(const struct sw_setting *node)
{
    return sw_str_is(node->key, "models") || sw_str_is(node->key, "model_list");
}

/* "models: {gpt-4o: {…}, llama3.2:3b: {…}}": what may be chosen, by the name it has, unless that
 * is only what it is called here. */
static sw_result see_offered(struct sw_configuration *c, const struct sw_setting *map)
{
    for (const struct sw_setting *n = is_offer(map) ? map->first : NULL; n != NULL; n = n->next) {
        if (n->kind == SW_SETTING_MAP && !has_another_name(n)) {
            SW_TRY(sw_configuration_model(c, n->key, c->about_models, n->line));
        }
    }
    if (map->parent == NULL || map->parent->kind != SW_SETTING_LIST || !is_offer(map->parent)) {
        return SW_OK;
    }
    const struct sw_setting *id = sw_setting_get(map, "id");
    id = id == NULL ? sw_setting_get(map, "name") : id;
    return id == NULL ? SW_OK : sw_configuration_model(c, sw_setting_text(id), false, id->line);
}

/* {provider: openai, name: gpt-4o, …}: what is asked, next to how. */
static sw_result see_asked(struct sw_configuration *c, const struct sw_setting *map)
{
    static const char *const keys[] = {"provider", "base_url", "api_key", "temperature",
        "max_tokens", "api_base", "baseURL", "apiKey", "top_p"};
    const struct sw_setting *name = sw_setting_get(map, "name");
    bool asks = false;
    for (const struct sw_setting *n = map->first; n != NULL; n = n->next) {
        asks = asks || is_one_of(n->key, keys, SW_COUNT(keys));
    }
    const struct sw_str text = sw_setting_text(name);
    return asks && text.len > 0 && sw_look_is_model_itself(c->look, text)
               ? sw_configuration_model(c, text, true, name->line)
               : SW_OK;
}

static sw_result see_map(struct sw_configuration *c, const struct sw_setting *map)
{
    SW_TRY(see_asked(c, map));
    SW_TRY(see_offered(c, map));
    SW_TRY(sw_configuration_deployed_map(c, map));
    SW_TRY(see_pair(c, map));
    SW_TRY(see_dataset(c, map));
    return see_commands(c, map);
}

static bool lists_packages(const struct sw_setting *list)
{
    static const char *const keys[] = {"python_packages", "pip_packages", "pip_requirements",
        "extra_pip_packages", "pip_install", "python_requirements"};
    const struct sw_str of = list->parent == NULL ? sw_str("") : list->parent->key;
    return is_one_of(list->key, keys, SW_COUNT(keys)) ||
           (sw_str_is(list->key, "pip") && sw_str_is(of, "runtime_env"));
}

/* What an image or a job of Python is to have. */
static sw_result see_packages(struct sw_configuration *c, const struct sw_setting *list)
{
    for (const struct sw_setting *n = lists_packages(list) ? list->first : NULL; n != NULL;
         n = n->next) {
        struct sw_package package = {.ecosystem = SW_CATALOGUE_PYPI, .line = n->line};
        if (sw_package_of_python(sw_setting_text(n), &package)) {
            SW_TRY(sw_package_wanted(c->look, &package));
        }
    }
    return SW_OK;
}

/* "models: [a, b]", "base_model: [a]" */
static sw_result see_list(struct sw_configuration *c, const struct sw_setting *list)
{
    SW_TRY(see_packages(c, list));
    const bool models = sw_str_is(list->key, "models") || sw_str_is(list->key, "fallbacks");
    for (const struct sw_setting *n = list->first; n != NULL; n = n->next) {
        SW_TRY(sw_configuration_dataset(c, list->key, sw_setting_text(n), n->line));
        SW_TRY(models ? sw_configuration_model(c, sw_setting_text(n), false, n->line)
                      : sw_configuration_setting(c, list->key, sw_setting_text(n), n->line));
    }
    return is_list_of_texts(list) ? see_texts(c, list) : SW_OK;
}

static sw_result walk(struct sw_configuration *c, const struct sw_setting *node, unsigned depth)
{
    if (depth > 4 * SW_SETTINGS_DEPTH) {
        return SW_E_LIMIT;
    }
    if (node->kind == SW_SETTING_SCALAR) {
        return see_scalar(c, node);
    }
    SW_TRY(node->kind == SW_SETTING_MAP ? see_map(c, node) : see_list(c, node));
    for (const struct sw_setting *n = node->first; n != NULL; n = n->next) {
        SW_TRY(walk(c, n, depth + 1));
    }
    return SW_OK;
}

sw_result sw_configuration_walk(struct sw_configuration *c, const struct sw_setting *root)
{
    return walk(c, root, 0);
}

/* --- files ------------------------------------------------------------------------------------ */

/* What tools write, and others read: packages, words of tokenizers, translations. */
static bool is_written_by_tools(const struct sw_look *look)
{
    static const char *const names[] = {"package-lock.json", "npm-shrinkwrap.json",
        "pnpm-lock.yaml", "composer.lock", "Pipfile.lock", "poetry.lock", "uv.lock", "Cargo.lock",
        "tokenizer.json", "vocab.json", "merges.json", "added_tokens.json",
        "special_tokens_map.json", "model.safetensors.index.json", "pytorch_model.bin.index.json",
        "packages.lock.json", "flake.lock"};
    return is_one_of(look->name, names, SW_COUNT(names)) || sw_look_ends(look, ".lock");
}

static bool takes_settings(const struct sw_look *look)
{
    enum sw_settings_syntax syntax;
    return sw_str_is(look->name, "MLmodel") ||
           (sw_configuration_syntax(look->name, &syntax) && !is_written_by_tools(look));
}

static sw_result look_at_settings(struct sw_look *look, struct sw_error *err)
{
    enum sw_settings_syntax syntax = SW_SETTINGS_YAML;
    struct sw_setting *root;
    struct sw_configuration c;
    if (look->text.len > SW_CONFIGURATION_MAX) {
        return sw_look_gap(look, "settings larger than 1 MiB");
    }
    SW_TRY(sw_look_see_lines(look, look->text, 1));
    sw_configuration_init(&c, look);
    (void)sw_configuration_syntax(look->name, &syntax);
    SW_TRY(sw_settings_read(look->arena, look->text, syntax, 1, &root, err));
    return sw_configuration_walk(&c, root);
}

const struct sw_look_reader sw_look_settings = {
    .name = "settings",
    .takes = takes_settings,
    .look = look_at_settings,
    .gap = "settings that cannot be read",
};
