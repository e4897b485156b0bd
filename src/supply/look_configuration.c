/* Models and accelerators by what configurations say of them. */
#include "supply/look_configuration.h"
#include "claim/claim.h"
#include "supply/ascii.h"
#include "supply/packages.h"

static const struct sw_signal configured = {
    "configuration-model", SW_SOURCE_CONFIGURATION, SW_GRADE_DECLARED, 900};

void sw_configuration_init(struct sw_configuration *c, struct sw_look *look)
{
    static const char *const words[] = {"vllm", "llm", "LLM", "openai", "OPENAI", "anthropic",
        "huggingface", "hugging_face", "HF_", "hf_", "llama", "Llama", "langchain", "bedrock",
        "transformers", "embedding", "mlflow", "gguf", "text-generation", "sagemaker", "peft",
        "inference", "reranker", "gpt-", "claude", "gemini", "mistral", "Mistral", "qwen", "Qwen",
        "tokenizer", "base_model", "diffusion", "finetun", "fine-tun", "modelURL", "Instruct"};
    *c = (struct sw_configuration){.look = look};
    for (size_t i = 0; i < SW_COUNT(words) && !c->about_models; i++) {
        c->about_models =
            memmem(look->text.ptr, look->text.len, words[i], strlen(words[i])) != NULL;
    }
}

/* --- models ----------------------------------------------------------------------------------- */

/* Who serves a model and publishes none on the Hub under that name: what stands behind is not the
 * name of a model there unless it has two parts itself. */
static bool is_server(struct sw_str name)
{
    static const char *const servers[] = {"azure", "azure_ai", "azure_openai", "bedrock",
        "bedrock_converse", "vertex_ai", "google_genai", "google_vertexai", "gemini", "ollama",
        "ollama_chat", "openrouter", "groq", "together_ai", "fireworks_ai", "replicate",
        "litellm_proxy", "huggingface", "hosted_vllm", "sagemaker", "sagemaker_chat", "databricks",
        "watsonx", "xinference", "lm_studio", "text-completion-openai", "github", "nvidia_nim",
        "deepinfra", "novita", "anyscale", "cloudflare", "hf", "hf.co", "huggingface.co",
        "openai-compatible", "custom_openai", "text-completion-codestral", "infinity", "anthropic",
        "perplexity", "xai", "x-ai", "z-ai", "cohere", "mistral", "deepseek", "meta", "cerebras",
        "voyage", "sambanova"};
    for (size_t i = 0; i < SW_COUNT(servers); i++) {
        if (sw_ascii_equal(name, sw_str(servers[i]))) {
            return true;
        }
    }
    return false;
}

static bool cut_server(struct sw_str *name)
{
    const char *slash = memchr(name->ptr, '/', name->len);
    const size_t len = slash == NULL ? 0 : (size_t)(slash - name->ptr);
    if (len == 0 || !is_server(sw_str_n(name->ptr, len))) {
        return false;
    }
    *name = sw_str_n(slash + 1, name->len - len - 1);
    return true;
}

static bool cut_text(struct sw_str *text, const char *prefix)
{
    const bool has = sw_str_starts(*text, prefix);
    *text = has ? sw_str_n(text->ptr + strlen(prefix), text->len - strlen(prefix)) : *text;
    return has;
}

/* "org/name:Q4_K_M": which file of it is meant. */
static struct sw_str without_file(struct sw_str name)
{
    const char *colon = memchr(name.ptr, ':', name.len);
    return colon == NULL || memchr(name.ptr, '/', name.len) == NULL
               ? name
               : sw_str_n(name.ptr, (size_t)(colon - name.ptr));
}

/* "arn:aws:bedrock:us-east-1::foundation-model/NAME" */
static struct sw_str without_arn(struct sw_str name)
{
    static const char mark[] = ":foundation-model/";
    const char *at =
        sw_str_starts(name, "arn:") ? memmem(name.ptr, name.len, mark, sizeof(mark) - 1) : NULL;
    return at == NULL ? name
                      : sw_str_n(at + sizeof(mark) - 1,
                            name.len - (size_t)(at - name.ptr) - (sizeof(mark) - 1));
}

/* "ai/NAME:TAG": the models that Docker keeps in its own registry. */
static sw_result see_docker(struct sw_configuration *c, struct sw_str name, uint32_t line)
{
    const struct sw_entity_id id = {.kind = SW_ENTITY_MODEL, .name = name};
    for (size_t i = 3; i < name.len; i++) {
        if (!sw_ascii_alnum(name.ptr[i]) && memchr("._-:", name.ptr[i], 4) == NULL) {
            return SW_OK;
        }
    }
    return name.len < 5 || name.len > 96
               ? SW_OK
               : sw_look_see(c->look, &configured, &id, line, sw_str("Docker Model Runner"));
}

sw_result sw_configuration_model(
    struct sw_configuration *c, struct sw_str name, bool known, uint32_t line)
{
    bool served = false;
    name = sw_ascii_trim(without_arn(name));
    if (known && sw_str_starts(name, "ai/")) {
        return see_docker(c, name, line);
    }
    if (sw_str_starts(name, "ollama/") || sw_str_starts(name, "ollama_chat/")) {
        return sw_look_see_model(c->look, &configured, name, SW_FROM_ANY, false, line);
    }
    (void)(cut_text(&name, "hf://") || cut_text(&name, "https://huggingface.co/"));
    while (cut_server(&name)) {
        served = true;
    }
    return sw_look_see_model(
        c->look, &configured, without_file(name), SW_FROM_ANY, known || served, line);
}

sw_result sw_configuration_pinned_model(
    struct sw_configuration *c, struct sw_str name, struct sw_str commit, uint32_t line)
{
    return sw_look_is_commit(commit)
               ? sw_look_see_pinned_model(c->look, &configured, name, commit, line)
               : sw_configuration_model(c, name, true, line);
}

static size_t normalise(struct sw_str key, char *out, size_t size)
{
    if (key.len >= size) {
        return 0;
    }
    for (size_t i = 0; i < key.len; i++) {
        out[i] = key.ptr[i] == '-' ? '_' : sw_ascii_lower(key.ptr[i]);
    }
    return key.len;
}

/* "${CHAT_MODEL:gpt-4o}", "${CHAT_MODEL:-gpt-4o}", "${CHAT_MODEL=gpt-4o}": what it is when nothing
 * sets it. */
static struct sw_str default_of(struct sw_str value)
{
    size_t at = 2;
    if (!sw_str_starts(value, "${") || !sw_str_ends(value, "}")) {
        return value;
    }
    while (sw_ascii_alnum(value.ptr[at]) || strchr("_.-", value.ptr[at]) != NULL) {
        at++; /* there is a brace behind */
    }
    if (value.ptr[at] != ':' && value.ptr[at] != '=') {
        return value;
    }
    at += value.ptr[at] == ':' && (value.ptr[at + 1] == '-' || value.ptr[at + 1] == '=') ? 2 : 1;
    return sw_str_n(value.ptr + at, value.len - at - 1);
}

sw_result sw_configuration_setting(
    struct sw_configuration *c, struct sw_str key, struct sw_str value, uint32_t line)
{
    static const char *const ends[] = {"model", "model_id", "model_name", "deployment", "llm",
        "modelname", "modelid", "deploymentname", "deployment_name", "deploymentid", "llm_name",
        "repo_id", "tokenizer", "embedder", "encoder", "embeddings", "reranker", "model_path",
        "model_pref", "model_slug", "checkpoint", "models", "fallback", "engine"};
    char lower[64];
    struct sw_str known;
    const struct sw_str name = sw_str_n(lower, normalise(key, lower, sizeof(lower)));
    bool seen;
    value = default_of(value);
    if (value.len == 0 || name.len == 0 || sw_look_names_output(name)) {
        return SW_OK;
    }
    SW_TRY(sw_look_see_model_of_key(c->look, &configured, name, value, line, &seen));
    if (seen) {
        return SW_OK;
    }
    if (sw_catalogue_find(c->look->catalogue, SW_CATALOGUE_SETTINGS, name, &known)) {
        return sw_configuration_model(c, value, c->about_models, line);
    }
    for (size_t i = 0; i < SW_COUNT(ends); i++) {
        if (sw_str_ends(name, ends[i])) {
            return sw_configuration_model(c, value, false, line);
        }
    }
    return SW_OK;
}

/* "llama3.2:3b", "hf.co/org/name:Q4", "someone/name"; no path and no variable. */
static bool is_ollama_name(struct sw_str name)
{
    bool letter = false;
    if (name.len < 2 || name.len > 96 || !sw_ascii_alnum(name.ptr[0])) {
        return false;
    }
    for (size_t i = 0; i < name.len; i++) {
        const char c = sw_ascii_lower(name.ptr[i]);
        letter = letter || (c >= 'a' && c <= 'z');
        if (!sw_ascii_alnum(c) && memchr("._-:/", c, 5) == NULL) {
            return false;
        }
    }
    return letter && !sw_str_ends(name, ".gguf") && !sw_str_ends(name, ".bin") &&
           !sw_str_ends(name, ".safetensors");
}

/* Whether a name that the catalogue does not have can be one, and is no word of an explanation:
 * "llama3", "mistral", "thing:7b", "someone/thing"; not "model-name", "if", "MODEL_2". */
static bool says_model(struct sw_str name)
{
    bool marked = false;
    bool lower = false;
    struct sw_str rest = name;
    struct sw_str part;
    for (size_t i = 0; i < name.len; i++) {
        marked = marked || sw_ascii_digit(name.ptr[i]) || name.ptr[i] == ':' || name.ptr[i] == '/';
        lower = lower || (name.ptr[i] >= 'a' && name.ptr[i] <= 'z');
    }
    while (rest.len > 0) {
        (void)sw_cut(rest, memchr(rest.ptr, '/', rest.len) != NULL ? '/' : ':', &part, &rest);
        if (sw_look_is_placeholder(part) || sw_package_is_keyword(part)) {
            return false;
        }
    }
    return lower && (marked || sw_look_is_model_like(name));
}

sw_result sw_configuration_ollama(struct sw_configuration *c, struct sw_str name, uint32_t line)
{
    struct sw_str found;
    const struct sw_entity_id id = {.kind = SW_ENTITY_MODEL, .name = name};
    if (!is_ollama_name(name)) {
        return SW_OK;
    }
    if (sw_str_starts(name, "hf.co/") || sw_str_starts(name, "huggingface.co/")) {
        return sw_configuration_model(c, name, true, line);
    }
    if (!sw_catalogue_model(c->look->catalogue, name, &found)) {
        found = says_model(name) ? sw_str("Ollama") : sw_str("");
    }
    if (found.len == 0) {
        return SW_OK;
    }
    return sw_look_see(c->look, &configured, &id, line, found);
}

/* --- datasets --------------------------------------------------------------------------------- */

sw_result sw_configuration_dataset(
    struct sw_configuration *c, struct sw_str key, struct sw_str name, uint32_t line)
{
    static const struct sw_signal signal = {
        "configuration-dataset", SW_SOURCE_CONFIGURATION, SW_GRADE_DECLARED, 900};
    static const char *const keys[] = {
        "dataset", "datasets", "dataset_name", "dataset_id", "dataset_path", "train_dataset"};
    for (size_t i = 0; c->about_models && i < SW_COUNT(keys); i++) {
        if (sw_str_is(key, keys[i])) {
            return sw_look_see_dataset(c->look, &signal, name, line);
        }
    }
    return SW_OK;
}

/* --- accelerators ----------------------------------------------------------------------------- */

sw_result sw_configuration_accelerator(
    struct sw_configuration *c, struct sw_str name, struct sw_str detail, uint32_t line)
{
    static const struct sw_signal signal = {
        "device-request", SW_SOURCE_CONFIGURATION, SW_GRADE_DECLARED, 900};
    const struct sw_entity_id id = {.kind = SW_ENTITY_ACCELERATOR, .name = name};
    return sw_look_see(c->look, &signal, &id, line, detail);
}

/* --- texts ------------------------------------------------------------------------------------ */

bool sw_configuration_syntax(struct sw_str name, enum sw_settings_syntax *out)
{
    static const struct {
        const char *ending;
        enum sw_settings_syntax syntax;
    } endings[] = {{".yaml", SW_SETTINGS_YAML}, {".yml", SW_SETTINGS_YAML},
        {".json", SW_SETTINGS_JSON}, {".jsonc", SW_SETTINGS_JSON}, {".json5", SW_SETTINGS_JSON},
        {".toml", SW_SETTINGS_TOML}};
    for (size_t i = 0; i < SW_COUNT(endings); i++) {
        const size_t len = strlen(endings[i].ending);
        if (name.len >= len &&
            sw_ascii_equal(sw_str_n(name.ptr + name.len - len, len), sw_str(endings[i].ending))) {
            *out = endings[i].syntax;
            return true;
        }
    }
    return false;
}

struct sw_str sw_configuration_front(struct sw_str text)
{
    size_t start = sw_str_starts(text, "\xef\xbb\xbf") ? 3 : 0;
    const struct sw_str rest = sw_str_n(text.ptr + start, text.len - start);
    if (!sw_str_starts(rest, "---\n") && !sw_str_starts(rest, "---\r\n")) {
        return sw_str("");
    }
    const char *end = memmem(rest.ptr + 3, rest.len - 3, "\n---", 4);
    return end == NULL ? sw_str("") : sw_str_n(text.ptr, (size_t)(end + 1 - text.ptr));
}

sw_result sw_configuration_digest(struct sw_arena *arena, struct sw_bytes bytes, struct sw_str *out)
{
    struct sw_digest digest;
    char hex[2 * SW_DIGEST_MAX + 1];
    sw_sha256(bytes, &digest);
    sw_digest_hex(&digest, hex);
    const char *text = sw_arena_printf(arena, "sha256:%s", hex);
    SW_TRY_PTR(text);
    *out = sw_str(text);
    return SW_OK;
}

sw_result sw_configuration_text(struct sw_look *look, const struct sw_signal *signal,
    enum sw_entity_kind kind, struct sw_str name, struct sw_str detail)
{
    struct sw_entity_id id = {.kind = kind, .name = name};
    SW_TRY(sw_configuration_digest(look->arena, sw_bytes_of_str(look->text), &id.digest));
    return sw_look_see(look, signal, &id, 0, detail);
}
