/* What readers of discovery see, put into the inventory under the right name. */
#include "supply/look.h"
#include "supply/ascii.h"
#include "supply/key_shapes.h"

#define MODEL_NAME_MAX 128
#define PART_MAX 96 /* of a name of the Hub: an organisation, a model */

bool sw_look_named(const struct sw_look *look, const char *name)
{
    return sw_ascii_equal(look->name, sw_str(name));
}

bool sw_look_ends(const struct sw_look *look, const char *ending)
{
    struct sw_str end = sw_str(ending);
    return look->name.len >= end.len &&
           sw_ascii_equal(sw_str_n(look->name.ptr + look->name.len - end.len, end.len), end);
}

static bool holds_key(struct sw_str text)
{
    size_t at = 0;
    return text.len > 0 && sw_key_find(text, &at) != NULL;
}

sw_result sw_look_see(struct sw_look *look, const struct sw_signal *signal,
    const struct sw_entity_id *id, uint32_t line, struct sw_str detail)
{
    if (holds_key(id->name) || holds_key(id->version) || holds_key(id->purl)) {
        return SW_OK; /* whatever it is called: a key is not written down */
    }
    const struct sw_sighting sighting = {.signal = signal->name,
        .source = signal->source,
        .grade = signal->grade,
        .scope = look->scope,
        .confidence = signal->confidence,
        .file = look->path,
        .line = line,
        .detail = holds_key(detail) ? sw_str("") : detail};
    return sw_inventory_see(look->inventory, id, &sighting);
}

static int compare_entry(const void *key, const void *entry)
{
    return strcmp(key, ((const struct sw_entry *)entry)->name);
}

bool sw_look_has(const struct sw_look *look, const char *path)
{
    const struct sw_tree *tree = look->tree;
    return tree->count > 0 &&
           bsearch(path, tree->entries, tree->count, sizeof(*tree->entries), compare_entry) != NULL;
}

sw_result sw_look_gap(struct sw_look *look, const char *why)
{
    struct sw_discover_coverage *c = look->coverage;
    size_t i = 0;
    while (i < c->gap_count && strcmp(c->gaps[i].why, why) != 0) {
        i++;
    }
    if (i == SW_DISCOVER_GAPS) {
        i--; /* the last one stands for all others, too */
    }
    if (i == c->gap_count) {
        const char *first = sw_arena_strndup(look->inventory->arena, look->path);
        SW_TRY_PTR(first);
        c->gaps[c->gap_count++] = (struct sw_discover_gap){.why = why, .first = sw_str(first)};
    }
    c->gaps[i].count++;
    return SW_OK;
}

/* --- packages --------------------------------------------------------------------------------- */

static const struct {
    enum sw_catalogue_section section;
    const char *type;
} ecosystems[] = {{SW_CATALOGUE_PYPI, "pypi"}, {SW_CATALOGUE_NPM, "npm"},
    {SW_CATALOGUE_CARGO, "cargo"}, {SW_CATALOGUE_GOLANG, "golang"}, {SW_CATALOGUE_MAVEN, "maven"}};

static const char *type_of(enum sw_catalogue_section section)
{
    for (size_t i = 0; i < SW_COUNT(ecosystems); i++) {
        if (ecosystems[i].section == section) {
            return ecosystems[i].type;
        }
    }
    return "generic";
}

/* "group:artifact", "@scope/name", "github.com/owner/module" */
static struct sw_purl parts_of(enum sw_catalogue_section section, struct sw_str name)
{
    struct sw_purl purl = {.type = sw_str(type_of(section)), .name = name};
    const char cut = section == SW_CATALOGUE_MAVEN ? ':' : '/';
    const char *at = section == SW_CATALOGUE_PYPI || section == SW_CATALOGUE_CARGO
                         ? NULL
                         : memrchr(name.ptr, cut, name.len);
    if (at != NULL) {
        purl.namespace = sw_str_n(name.ptr, (size_t)(at - name.ptr));
        purl.name = sw_str_n(at + 1, name.len - purl.namespace.len - 1);
    }
    return purl;
}

/* As the Python Packaging Authority compares names: lower case, and one '-' for runs of ".-_". */
static sw_result normalise(struct sw_arena *arena, struct sw_str name, struct sw_str *out)
{
    size_t len = 0;
    char *text = sw_arena_alloc(arena, name.len + 1);
    SW_TRY_PTR(text);
    for (size_t i = 0; i < name.len; i++) {
        bool mark = name.ptr[i] == '-' || name.ptr[i] == '_' || name.ptr[i] == '.';
        if (mark && len > 0 && text[len - 1] == '-') {
            continue;
        }
        text[len++] = mark ? '-' : sw_ascii_lower(name.ptr[i]);
    }
    *out = sw_str_n(text, len);
    return SW_OK;
}

static sw_result see_package(struct sw_look *look, const struct sw_signal *signal,
    enum sw_catalogue_section ecosystem, struct sw_str name, struct sw_str version, uint32_t line)
{
    struct sw_entity_id id = {.kind = SW_ENTITY_LIBRARY, .name = name, .version = version};
    struct sw_error err;
    struct sw_purl purl = parts_of(ecosystem, name);
    purl.version = version;
    enum sw_code code = sw_purl_format(look->arena, &purl, &id.purl, &err);
    if (code == SW_E_FORMAT) {
        return SW_OK; /* no name that a package can have */
    }
    SW_TRY(code);
    return sw_look_see(look, signal, &id, line, sw_str(""));
}

sw_result sw_look_see_any_package(struct sw_look *look, const struct sw_signal *signal,
    enum sw_catalogue_section ecosystem, struct sw_str name, struct sw_str version, uint32_t line)
{
    struct sw_str own = name;
    SW_TRY(ecosystem == SW_CATALOGUE_PYPI ? normalise(look->arena, name, &own) : SW_OK);
    return own.len == 0 ? SW_OK : see_package(look, signal, ecosystem, own, version, line);
}

sw_result sw_look_see_package(struct sw_look *look, const struct sw_signal *signal,
    enum sw_catalogue_section ecosystem, struct sw_str name, struct sw_str version, uint32_t line)
{
    struct sw_str known;
    struct sw_str own = name;
    SW_TRY(ecosystem == SW_CATALOGUE_PYPI ? normalise(look->arena, name, &own) : SW_OK);
    if (own.len == 0 || (!look->options->all_packages &&
                            !sw_catalogue_find(look->catalogue, ecosystem, own, &known))) {
        return SW_OK;
    }
    return see_package(look, signal, ecosystem, own, version, line);
}

/* --- models and datasets ---------------------------------------------------------------------- */

static bool is_name_char(char c)
{
    return sw_ascii_alnum(c) || c == '.' || c == '_' || c == '-' || c == ':' || c == '/';
}

static bool is_one_of(struct sw_str text, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (sw_ascii_equal(text, sw_str(list[i]))) {
            return true;
        }
    }
    return false;
}

/* Endings of files: a path, and no name. */
static bool is_file(struct sw_str text)
{
    static const char *const endings[] = {".py", ".json", ".yaml", ".yml", ".txt", ".pt", ".pth",
        ".bin", ".onnx", ".gguf", ".ggml", ".safetensors", ".h5", ".keras", ".pkl", ".pickle",
        ".joblib", ".tflite", ".pb", ".ckpt", ".csv", ".jsonl", ".parquet", ".md", ".zip", ".gz",
        ".toml", ".cfg", ".ini", ".log", ".html", ".js", ".ts", ".png", ".jpg", ".tar", ".model"};
    const char *dot = memrchr(text.ptr, '.', text.len);
    return dot != NULL && is_one_of(sw_str_n(dot, text.len - (size_t)(dot - text.ptr)), endings,
                              SW_COUNT(endings));
}

static bool could_be_name(struct sw_str text)
{
    bool letter = false;
    if (text.len < 2 || text.len > MODEL_NAME_MAX || !sw_ascii_alnum(text.ptr[0]) ||
        !sw_ascii_alnum(text.ptr[text.len - 1])) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        const char c = sw_ascii_lower(text.ptr[i]);
        letter = letter || (c >= 'a' && c <= 'z');
        if (!is_name_char(c) || (c == '.' && text.ptr[i + 1] == '.')) {
            return false;
        }
    }
    return letter && !is_file(text);
}

/* "your-org", "path", "my-model": what stands where a name should. */
static bool is_placeholder(struct sw_str part)
{
    static const char *const words[] = {"org", "organization", "organisation", "user", "username",
        "owner", "author", "namespace", "repo", "repo_name", "repository", "model", "model_name",
        "model-name", "model_id", "model-id", "name", "path", "to", "dir", "directory", "foo",
        "bar", "baz", "test", "tests", "dummy", "fake", "mock", "example", "examples", "sample",
        "placeholder", "none", "null", "string", "output", "outputs", "results", "result", "tmp",
        "temp", "data", "datasets", "dataset", "models", "checkpoints", "checkpoint", "weights",
        "runs", "logs", "cache", "content", "home", "root", "mnt", "opt", "usr", "var", "src",
        "workspace", "local", "custom", "pretrained", "ckpt", "ckpts", "saved_models", "saved",
        "artifacts", "assets", "resources", "default", "unknown", "hf-internal-testing"};
    static const char *const starts[] = {"your-", "your_", "my-", "my_", "some-", "some_", "test-",
        "test_", "fake-", "fake_", "dummy-", "dummy_", "mock-", "mock_", "example-", "placeholder",
        "xxx"};
    for (size_t i = 0; i < SW_COUNT(starts); i++) {
        if (sw_ascii_starts(part, starts[i])) {
            return true;
        }
    }
    return is_one_of(part, words, SW_COUNT(words));
}

static bool is_part(struct sw_str part)
{
    return part.len > 0 && part.len <= PART_MAX && sw_ascii_alnum(part.ptr[0]) &&
           memchr(part.ptr, ':', part.len) == NULL && memchr(part.ptr, '/', part.len) == NULL;
}

/* "organisation/model", as the Hub names them. */
static bool is_hub_name(struct sw_str text)
{
    const char *slash = memchr(text.ptr, '/', text.len);
    if (slash == NULL) {
        return false;
    }
    struct sw_str org = sw_str_n(text.ptr, (size_t)(slash - text.ptr));
    struct sw_str name = sw_str_n(slash + 1, text.len - org.len - 1);
    return is_part(org) && is_part(name) && !is_placeholder(org) && !is_placeholder(name);
}

static sw_result see_hub(struct sw_look *look, const struct sw_signal *signal, struct sw_str name,
    struct sw_str said, uint32_t line)
{
    const char *slash = memchr(name.ptr, '/', name.len);
    struct sw_entity_id id = {.kind = SW_ENTITY_MODEL, .name = name};
    struct sw_error err;
    struct sw_purl purl = {
        .type = sw_str("huggingface"), .namespace = sw_str_n(name.ptr, (size_t)(slash - name.ptr))};
    purl.name = sw_str_n(slash + 1, name.len - purl.namespace.len - 1);
    enum sw_code code = sw_purl_format(look->arena, &purl, &id.purl, &err);
    if (code == SW_E_FORMAT) {
        return SW_OK;
    }
    SW_TRY(code);
    const char *detail = sw_str_equal(name, said)
                             ? "Hugging Face"
                             : sw_arena_printf(look->arena,
                                   "Hugging Face, said as '" SW_STR_FMT "'", SW_STR_ARG(said));
    SW_TRY_PTR(detail);
    return sw_look_see(look, signal, &id, line, sw_str(detail));
}

/* "openai/gpt-4o", "openai:gpt-4o": who serves it, in front of the name. */
static struct sw_str without_provider(struct sw_str text)
{
    static const char *const providers[] = {"openai", "azure", "azure_openai", "anthropic",
        "google", "gemini", "google_genai", "google_vertexai", "vertex_ai", "bedrock",
        "bedrock_converse", "mistral", "mistralai", "cohere", "groq", "ollama", "ollama_chat",
        "deepseek", "xai", "openrouter", "together_ai", "fireworks_ai", "perplexity", "replicate",
        "chat", "litellm_proxy", "models"};
    for (;;) {
        size_t i = 0;
        while (i < text.len && text.ptr[i] != '/' && text.ptr[i] != ':') {
            i++;
        }
        if (i == text.len || !is_one_of(sw_str_n(text.ptr, i), providers, SW_COUNT(providers))) {
            return text;
        }
        text = sw_str_n(text.ptr + i + 1, text.len - i - 1);
    }
}

static sw_result see_hosted(struct sw_look *look, const struct sw_signal *signal,
    struct sw_str name, struct sw_str maker, uint32_t line)
{
    const struct sw_entity_id id = {.kind = SW_ENTITY_MODEL, .name = name};
    return sw_look_see(look, signal, &id, line, maker);
}

sw_result sw_look_see_model(struct sw_look *look, const struct sw_signal *signal,
    struct sw_str name, enum sw_call_from from, bool known, uint32_t line)
{
    struct sw_str found;
    if (!could_be_name(name)) {
        return SW_OK;
    }
    const struct sw_str bare = without_provider(name);
    if (from != SW_FROM_HUB && bare.len > 0 && sw_catalogue_model(look->catalogue, bare, &found)) {
        return see_hosted(look, signal, bare, found, line);
    }
    if (sw_catalogue_find(look->catalogue, SW_CATALOGUE_ALIASES, name, &found)) {
        return see_hub(look, signal, found, name, line);
    }
    if (known && is_hub_name(name)) {
        return see_hub(look, signal, name, name, line);
    }
    return SW_OK;
}

sw_result sw_look_see_dataset(
    struct sw_look *look, const struct sw_signal *signal, struct sw_str name, uint32_t line)
{
    struct sw_str found;
    const struct sw_entity_id id = {.kind = SW_ENTITY_DATASET, .name = name};
    if (!could_be_name(name) || (!is_hub_name(name) && !sw_catalogue_find(look->catalogue,
                                                           SW_CATALOGUE_DATASETS, name, &found))) {
        return SW_OK;
    }
    return sw_look_see(look, signal, &id, line, sw_str("Hugging Face"));
}

/* --- hosts and variables ---------------------------------------------------------------------- */

static bool is_host_char(char c)
{
    return sw_ascii_alnum(c) || c == '.' || c == '-' || c == '_';
}

static sw_result see_host(struct sw_look *look, struct sw_str host, uint32_t line)
{
    static const struct sw_signal signal = {
        "endpoint-host", SW_SOURCE_CODE, SW_GRADE_INFERRED, 800};
    char *lower = sw_arena_strndup(look->arena, host);
    struct sw_str service;
    SW_TRY_PTR(lower);
    for (size_t i = 0; i < host.len; i++) {
        lower[i] = sw_ascii_lower(lower[i]);
    }
    if (!sw_catalogue_host(look->catalogue, sw_str_n(lower, host.len), &service)) {
        return SW_OK;
    }
    const struct sw_entity_id id = {.kind = SW_ENTITY_SERVICE, .name = service};
    return sw_look_see(look, &signal, &id, line, sw_str_n(lower, host.len));
}

/* Where the host begins: behind "user:password@". */
static size_t behind_user(struct sw_str text, size_t at)
{
    for (size_t i = at; i < text.len; i++) {
        const char c = text.ptr[i];
        if (c == '@') {
            return i + 1;
        }
        if (!is_host_char(c) && strchr(":%+~!$&*=,", c) == NULL) {
            break;
        }
    }
    return at;
}

sw_result sw_look_see_hosts(struct sw_look *look, struct sw_str text, uint32_t line)
{
    for (size_t at = 0; at + 3 < text.len;) {
        const char *mark = memmem(text.ptr + at, text.len - at, "://", 3);
        if (mark == NULL) {
            return SW_OK;
        }
        size_t start = behind_user(text, (size_t)(mark - text.ptr) + 3);
        size_t end = start;
        while (end < text.len && is_host_char(text.ptr[end])) {
            end++;
        }
        at = end > start ? end : start;
        if (end > start && end - start < 254) {
            SW_TRY(see_host(look, sw_str_n(text.ptr + start, end - start), line));
        }
    }
    return SW_OK;
}

sw_result sw_look_see_variable(struct sw_look *look, struct sw_str name, uint32_t line)
{
    static const struct sw_signal signal = {
        "environment-variable", SW_SOURCE_CONFIGURATION, SW_GRADE_INFERRED, 850};
    struct sw_str service;
    const struct sw_entity_id id = {.kind = SW_ENTITY_CREDENTIAL, .name = name};
    if (!sw_catalogue_find(look->catalogue, SW_CATALOGUE_ENVIRONMENT, name, &service)) {
        return SW_OK;
    }
    return sw_look_see(look, &signal, &id, line, service);
}
