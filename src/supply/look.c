/* What readers of discovery see, put into the inventory under the right name. */
#include "supply/look.h"
#include "claim/claim.h"
#include "supply/ascii.h"
#include "supply/ipv6.h"
#include "supply/packages.h"
#include "supply/secrets.h"

#define SHOWN_MAX 1024 /* bytes of a path, as it is shown, and its end */
#define PATH_HEAD 60   /* of one that is too long: each byte may take four */
#define PATH_TAIL 160
#define MODEL_NAME_MAX 128
#define PACKAGE_NAME_MAX 256
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

static bool holds_secret(struct sw_str text)
{
    size_t start = 0;
    size_t end;
    return sw_secret_find(text, &start, &end);
}

/* Where a text can be cut at `at` or a little before: between two characters. */
static size_t cut_before(struct sw_str text, size_t at)
{
    while (at > 0 && ((unsigned char)text.ptr[at] & 0xc0) == 0x80) {
        at--;
    }
    return at;
}

sw_result sw_look_shown(struct sw_arena *arena, struct sw_str path, struct sw_str *out)
{
    char shown[SHOWN_MAX];
    struct sw_digest digest;
    char hex[2 * SW_DIGEST_MAX + 1];
    struct sw_str masked;
    SW_TRY(sw_secret_mask(arena, path, &masked));
    sw_escape_line(masked.ptr, masked.len, shown, sizeof(shown));
    if (strlen(shown) < sizeof(shown) - 4) {
        *out = masked;
        return SW_OK;
    }
    /* what is too long would be cut, and then be the same as others that begin so */
    sw_sha256(sw_bytes_of_str(path), &digest);
    sw_digest_hex(&digest, hex);
    const size_t head = cut_before(masked, PATH_HEAD);
    const size_t tail = cut_before(masked, masked.len - PATH_TAIL);
    const char *brief = sw_arena_printf(arena, "%.*s...%.16s...%.*s", (int)head, masked.ptr, hex,
        (int)(masked.len - tail), masked.ptr + tail);
    SW_TRY_PTR(brief);
    *out = sw_str(brief);
    return SW_OK;
}

sw_result sw_look_see(struct sw_look *look, const struct sw_signal *signal,
    const struct sw_entity_id *id, uint32_t line, struct sw_str detail)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_str file;
    sw_arena_init(&arena, 0);
    if (holds_secret(id->name) || holds_secret(id->version) || holds_secret(id->purl)) {
        return SW_OK; /* whatever it is called: a secret is not written down */
    }
    if (look->seen_max > 0 && look->seen >= look->seen_max) {
        return sw_look_gap(look, "more places than are kept of one file, or of all");
    }
    signal = look->as == NULL ? signal : look->as;
    SW_TRY(sw_look_shown(&arena, look->path, &file));
    const struct sw_sighting sighting = {.signal = signal->name,
        .source = signal->source,
        .grade = signal->grade,
        .scope = look->scope,
        .confidence = signal->confidence,
        .file = file,
        .line = line,
        .detail = holds_secret(detail) ? sw_str("") : detail,
        .facts = look->facts,
        .fact_count = look->fact_count};
    look->seen++;
    return sw_inventory_see(look->inventory, id, &sighting);
}

static int compare_entry(const void *key, const void *entry)
{
    return strcmp(key, ((const struct sw_entry *)entry)->name);
}

static const struct sw_entry *entry_of(const struct sw_look *look, const char *path)
{
    const struct sw_tree *tree = look->tree;
    return tree == NULL || tree->count == 0
               ? NULL
               : bsearch(path, tree->entries, tree->count, sizeof(*tree->entries), compare_entry);
}

bool sw_look_has(const struct sw_look *look, const char *path)
{
    return entry_of(look, path) != NULL;
}

struct sw_str sw_look_directory(const struct sw_look *look)
{
    const size_t prefix = look->options->prefix == NULL ? 0 : strlen(look->options->prefix) + 1;
    const size_t end = look->path.len - look->name.len;
    return end < prefix ? sw_str("") : sw_str_n(look->path.ptr + prefix, end - prefix);
}

bool sw_look_beside(struct sw_str directory, struct sw_str target, struct sw_buf *out)
{
    struct sw_str part;
    sw_buf_clear(out);
    if (target.len == 0 || target.ptr[0] == '/' || sw_buf_put_str(out, directory) != SW_OK) {
        return false;
    }
    while (target.len > 0) {
        (void)sw_cut(target, '/', &part, &target);
        if (sw_str_is(part, "..")) {
            if (out->len == 0) {
                return false;
            }
            out->len--;
            while (out->len > 0 && out->data[out->len - 1] != '/') {
                out->len--;
            }
        } else if (part.len > 0 && !sw_str_is(part, ".") &&
                   sw_buf_printf(out, SW_STR_FMT "%s", SW_STR_ARG(part),
                       target.len > 0 ? "/" : "") != SW_OK) {
            return false;
        }
    }
    return sw_buf_putc(out, '\0') == SW_OK;
}

sw_result sw_look_read(const struct sw_look *look, const char *path, uint64_t max,
    struct sw_buf *out, struct sw_error *err)
{
    const struct sw_entry *entry = entry_of(look, path);
    SW_CLEANUP(fd) int fd = -1;
    if (entry == NULL || entry->kind != SW_ENTRY_FILE || entry->size > max) {
        return sw_fail(err, SW_E_NOENT, "%s: no such file that can be read", path);
    }
    SW_TRY(sw_tree_open_file(look->tree, entry, &fd, err));
    return sw_fd_read(fd, path, max, out, err);
}

sw_result sw_look_gap(struct sw_look *look, const char *why)
{
    return sw_look_gaps(look, why, 1);
}

sw_result sw_look_gaps(struct sw_look *look, const char *why, uint64_t count)
{
    if (count == 0) {
        return SW_OK;
    }
    struct sw_discover_coverage *c = look->coverage;
    size_t i = 0;
    while (i < c->gap_count && strcmp(c->gaps[i].why, why) != 0) {
        i++;
    }
    if (i == SW_DISCOVER_GAPS) {
        c->gaps[--i].why = "for other reasons"; /* the last one stands for all others, too */
    }
    if (i == c->gap_count) {
        char shown[SHOWN_MAX];
        struct sw_str path;
        SW_TRY(sw_look_shown(look->inventory->arena, look->path, &path));
        sw_escape_line(path.ptr, path.len, shown, sizeof(shown));
        const char *first = sw_arena_strdup(look->inventory->arena, shown);
        SW_TRY_PTR(first);
        c->gaps[c->gap_count++] = (struct sw_discover_gap){.why = why, .first = sw_str(first)};
    }
    c->gaps[i].count += count;
    return SW_OK;
}

/* --- packages --------------------------------------------------------------------------------- */

static const struct {
    enum sw_catalogue_section section;
    const char *type;
} ecosystems[] = {{SW_CATALOGUE_PYPI, "pypi"}, {SW_CATALOGUE_NPM, "npm"},
    {SW_CATALOGUE_CARGO, "cargo"}, {SW_CATALOGUE_GOLANG, "golang"}, {SW_CATALOGUE_MAVEN, "maven"},
    {SW_CATALOGUE_NUGET, "nuget"}};

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
    const char *at = section == SW_CATALOGUE_PYPI || section == SW_CATALOGUE_CARGO ||
                             section == SW_CATALOGUE_NUGET
                         ? NULL
                         : memrchr(name.ptr, cut, name.len);
    if (at != NULL) {
        purl.namespace = sw_str_n(name.ptr, (size_t)(at - name.ptr));
        purl.name = sw_str_n(at + 1, name.len - purl.namespace.len - 1);
    }
    return purl;
}

/* As the Python Packaging Authority compares names: lower case, and one '-' for runs of ".-_". */
static struct sw_str normalise(struct sw_str name, char text[PACKAGE_NAME_MAX])
{
    size_t len = 0;
    for (size_t i = 0; i < name.len; i++) {
        bool mark = name.ptr[i] == '-' || name.ptr[i] == '_' || name.ptr[i] == '.';
        if (mark && len > 0 && text[len - 1] == '-') {
            continue;
        }
        text[len++] = mark ? '-' : sw_ascii_lower(name.ptr[i]);
    }
    return sw_str_n(text, len);
}

/* "github.com/owner/module/v2" is a version of "github.com/owner/module". */
static struct sw_str without_major(struct sw_str module)
{
    size_t at = module.len;
    while (at > 0 && sw_ascii_digit(module.ptr[at - 1])) {
        at--;
    }
    return at > 2 && at < module.len && module.ptr[at - 1] == 'v' && module.ptr[at - 2] == '/'
               ? sw_str_n(module.ptr, at - 2)
               : module;
}

/* "cool-ai", and not "@company-ai/anything" or "ai.company:anything": so short a word says
 * something in the name itself, and not in that of who has it. */
static bool is_short_of_owner(struct sw_str name, size_t at, size_t len)
{
    const bool owner = memchr(name.ptr + at, '/', name.len - at) != NULL ||
                       memchr(name.ptr + at, ':', name.len - at) != NULL;
    return len < 3 && owner;
}

/* "rebyte-langchain", "@scope/llm-utils": a part of its name says what a package is for. What only
 * has types of another is none. */
bool sw_look_speaks_of_models(const struct sw_look *look, struct sw_str name)
{
    static const char *const types[] = {"types-", "mypy-", "@types/", "eslint-"};
    struct sw_str found;
    char part[32];
    size_t len = 0;
    for (size_t i = 0; i < SW_COUNT(types); i++) {
        if (sw_str_starts(name, types[i])) {
            return false;
        }
    }
    for (size_t i = 0; i <= name.len; i++) {
        if (i < name.len && sw_ascii_alnum(name.ptr[i])) {
            part[len < sizeof(part) ? len : 0] = sw_ascii_lower(name.ptr[i]);
            len++;
            continue;
        }
        if (len > 0 && len < sizeof(part) && !is_short_of_owner(name, i, len) &&
            sw_catalogue_find(look->catalogue, SW_CATALOGUE_WORDS, sw_str_n(part, len), &found)) {
            return true;
        }
        len = 0;
    }
    return false;
}

static bool is_known(
    const struct sw_look *look, enum sw_catalogue_section ecosystem, struct sw_str name)
{
    return sw_catalogue_package(look->catalogue, ecosystem, name) ||
           sw_look_speaks_of_models(look, name) ||
           (ecosystem == SW_CATALOGUE_GOLANG &&
               sw_catalogue_package(look->catalogue, ecosystem, without_major(name)));
}

/* With memory of its own: a lock file has many packages. */
static sw_result see_library(struct sw_look *look, const struct sw_signal *signal,
    const struct sw_look_package *package, struct sw_entity_id *id)
{
    struct sw_error err;
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    struct sw_purl purl = parts_of(package->ecosystem, id->name);
    purl.version = id->version;
    enum sw_code code = sw_purl_format(&arena, &purl, &id->purl, &err);
    if (code == SW_E_FORMAT) {
        return SW_OK; /* no name that a package can have */
    }
    SW_TRY(code);
    return sw_look_see(look, signal, id, package->line, package->detail);
}

/* A name that stands for another package has no version of that. */
static void rename_package(
    const struct sw_look *look, enum sw_catalogue_section ecosystem, struct sw_entity_id *id)
{
    char key[PACKAGE_NAME_MAX + 16];
    struct sw_str meant;
    int n = snprintf(key, sizeof(key), "%s/" SW_STR_FMT, type_of(ecosystem), SW_STR_ARG(id->name));
    if (n > 0 && (size_t)n < sizeof(key) &&
        sw_catalogue_find(
            look->catalogue, SW_CATALOGUE_RENAMED, sw_str_n(key, (size_t)n), &meant)) {
        id->name = meant;
        id->version = sw_str("");
        id->digest = sw_str("");
    }
}

sw_result sw_look_see_package_of(
    struct sw_look *look, const struct sw_signal *signal, const struct sw_look_package *package)
{
    char text[PACKAGE_NAME_MAX];
    struct sw_entity_id id = {
        .kind = SW_ENTITY_LIBRARY, .name = package->name, .version = package->version};
    if (id.name.len >= sizeof(text)) {
        return SW_OK;
    }
    if (package->ecosystem == SW_CATALOGUE_PYPI) {
        id.name = normalise(id.name, text);
    }
    rename_package(look, package->ecosystem, &id);
    if (id.name.len == 0 || (!package->any && !look->options->all_packages &&
                                !is_known(look, package->ecosystem, id.name))) {
        return SW_OK;
    }
    return see_library(look, signal, package, &id);
}

sw_result sw_look_see_package(struct sw_look *look, const struct sw_signal *signal,
    enum sw_catalogue_section ecosystem, struct sw_str name, struct sw_str version, uint32_t line)
{
    const struct sw_look_package package = {
        .ecosystem = ecosystem, .name = name, .version = version, .line = line};
    return sw_look_see_package_of(look, signal, &package);
}

sw_result sw_look_see_any_package(struct sw_look *look, const struct sw_signal *signal,
    enum sw_catalogue_section ecosystem, struct sw_str name, struct sw_str version, uint32_t line)
{
    const struct sw_look_package package = {
        .ecosystem = ecosystem, .name = name, .version = version, .line = line, .any = true};
    return sw_look_see_package_of(look, signal, &package);
}

/* --- models and datasets ---------------------------------------------------------------------- */

static bool is_name_char(char c)
{
    return sw_ascii_alnum(c) || memchr("._-:/@", c, 6) != NULL;
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
        ".toml", ".cfg", ".ini", ".log", ".html", ".js", ".ts", ".png", ".jpg", ".jpeg", ".svg",
        ".gif", ".webp", ".mp3", ".mp4", ".wav", ".pdf", ".tar", ".model", ".llamafile"};
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
bool sw_look_is_placeholder(struct sw_str part)
{
    static const char *const words[] = {"org", "organization", "organisation", "user", "username",
        "owner", "author", "namespace", "repo", "repo_name", "repository", "model", "model_name",
        "model-name", "model_id", "model-id", "name", "path", "to", "dir", "directory", "foo",
        "bar", "baz", "test", "tests", "dummy", "fake", "mock", "example", "examples", "sample",
        "placeholder", "none", "null", "string", "output", "outputs", "results", "result", "tmp",
        "temp", "data", "datasets", "dataset", "models", "checkpoints", "checkpoint", "weights",
        "runs", "logs", "cache", "content", "home", "root", "mnt", "opt", "usr", "var", "src",
        "workspace", "local", "custom", "pretrained", "ckpt", "ckpts", "saved_models", "saved",
        "artifacts", "assets", "resources", "default", "unknown", "hf-internal-testing", "todo",
        "fixme", "tbd", "replace", "replaceme", "replace_me", "me", "here", "n", "a", "true",
        "false", "and", "or", "yes", "no", "on", "off", "abc", "def", "xyz", "company", "provider",
        "vendor", "model-v1", "modelname", "something", "whatever", "url", "uri", "link", "href",
        "file", "filename", "download"};
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
           memchr(part.ptr, ':', part.len) == NULL && memchr(part.ptr, '/', part.len) == NULL &&
           memchr(part.ptr, '@', part.len) == NULL;
}

/* What stands in front of a '/' elsewhere: kinds of media, and services that others than the Hub
 * name so. */
static bool is_of_others(struct sw_str part)
{
    static const char *const words[] = {"application", "image", "audio", "video", "text", "font",
        "multipart", "message", "anthropic", "azure", "bedrock", "vertex_ai", "ollama",
        "openrouter", "perplexity", "xai", "gemini", "litellm_proxy", "http", "https", "file",
        /* zones of time, directories and paths of addresses */
        "africa", "america", "antarctica", "arctic", "asia", "atlantic", "australia", "europe",
        "indian", "pacific", "us", "etc", "api", "v1", "v2", "v3", "lib", "lib64", "bin", "dev",
        "app", "apps", "config", "configs", "scripts", "static", "public", "docs", "build", "dist"};
    return sw_ascii_starts(part, "checkpoint-") || is_one_of(part, words, SW_COUNT(words));
}

/* "en/fr", "x/y": too little to be names. */
static bool is_brief(struct sw_str org, struct sw_str name)
{
    return org.len < 2 || name.len < 2 || (org.len == 2 && name.len == 2);
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
    return is_part(org) && is_part(name) && !is_brief(org, name) && !sw_look_is_placeholder(org) &&
           !sw_look_is_placeholder(name) && !is_of_others(org);
}

static const char *hub_detail(struct sw_arena *arena, struct sw_str name, struct sw_str said)
{
    return sw_str_equal(name, said)
               ? "Hugging Face"
               : sw_arena_printf(arena, "Hugging Face, said as '" SW_STR_FMT "'", SW_STR_ARG(said));
}

/* "7b", "0.6b", "125m" and nothing else, between two marks of a name: how many parameters it has.
 */
static bool is_size(struct sw_str part)
{
    size_t i = 0;
    while (i < part.len && (sw_ascii_digit(part.ptr[i]) || part.ptr[i] == '.')) {
        i++;
    }
    const char unit = i + 1 == part.len ? sw_ascii_lower(part.ptr[i]) : '\0';
    return i > 0 && (unit == 'b' || unit == 'm');
}

static bool has_size(struct sw_str name)
{
    size_t start = 0;
    for (size_t i = 0; i <= name.len; i++) {
        if (i == name.len || memchr("/-_:", name.ptr[i], 4) != NULL) {
            if (is_size(sw_str_n(name.ptr + start, i - start))) {
                return true;
            }
            start = i + 1;
        }
    }
    return false;
}

/* "organisation/granite-13b-chat", "organisation/any-bert": its name alone says that it is a model,
 * where a key speaks of one. */
bool sw_look_is_model_like(struct sw_str name)
{
    static const char *const families[] = {"bert", "gpt", "llama", "mistral", "mixtral", "qwen",
        "gemma", "falcon", "bloom", "whisper", "wav2vec", "hubert", "clip-vit", "blip",
        "stable-diffusion", "sdxl", "flux.", "minilm", "mpnet", "bge-", "gte-", "embed", "rerank",
        "pegasus", "opus-mt", "starcoder", "codegen", "deepseek", "granite", "pythia", "nllb",
        "phi-", "vicuna", "zephyr", "t5-", "smollm", "kimi-", "glm-", "instruct", "controlnet",
        "diffusion", "inpaint", "-lora", "lcm-", "-vae", "animatediff", "kandinsky", "pixart",
        "electra", "longformer", "bigbird", "layoutlm", "trocr", "donut", "florence", "kosmos",
        "segformer", "maskformer", "mask2former", "detr-", "swin-", "dino-", "dinov2", "beit-",
        "vit-", "sam-", "sam2", "siglip", "owlvit", "owlv2", "resnet-", "convnext", "mobilenet",
        "dpt-", "speecht5", "wavlm", "musicgen", "encodec", "seamless", "mms-", "data2vec",
        "parakeet", "canary-", "nemotron", "bart-", "xlm-", "m2m100", "marian", "splade", "colbert",
        "simcse", "labse", "e5-", "specter", "gliner", "codet5", "santacoder", "opt-", "mpt-",
        "openchat", "wizardlm", "olmo", "mamba", "rwkv", "jamba", "command-r", "aya-", "idefics",
        "internvl", "internlm", "llava", "moondream", "minicpm", "paligemma", "musetalk", "kokoro",
        "xtts", "f5-tts", "timesfm", "chronos", "moirai", "nsfw", "zero-shot", "cogvideo",
        "cogview", "ltx-video", "wan2", "hunyuan", "yolo", "depth-anything", "ultravox", "hubert",
        "janus", "qwq", "baichuan", "chatglm", "codegeex", "yi-", "solar-", "stablelm", "starchat",
        "redpajama"};
    char lower[MODEL_NAME_MAX + 1];
    const size_t len = name.len < sizeof(lower) ? name.len : 0;
    for (size_t i = 0; i < len; i++) {
        lower[i] = sw_ascii_lower(name.ptr[i]);
    }
    for (size_t i = 0; i < SW_COUNT(families); i++) {
        if (memmem(lower, len, families[i], strlen(families[i])) != NULL) {
            return true;
        }
    }
    return has_size(name);
}

static sw_result see_hub(struct sw_look *look, const struct sw_signal *signal, struct sw_str name,
    struct sw_str said, struct sw_str commit, uint32_t line)
{
    const char *slash = memchr(name.ptr, '/', name.len);
    struct sw_entity_id id = {.kind = SW_ENTITY_MODEL, .name = name, .version = commit};
    struct sw_error err;
    SW_CLEANUP(arena) struct sw_arena arena; /* a file may be shown many names, each many times */
    sw_arena_init(&arena, 0);
    struct sw_purl purl = {.type = sw_str("huggingface"),
        .namespace = sw_str_n(name.ptr, (size_t)(slash - name.ptr)),
        .version = commit};
    purl.name = sw_str_n(slash + 1, name.len - purl.namespace.len - 1);
    enum sw_code code = sw_purl_format(&arena, &purl, &id.purl, &err);
    if (code == SW_E_FORMAT) {
        return SW_OK;
    }
    SW_TRY(code);
    const char *detail = hub_detail(&arena, name, said);
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
        "chat", "litellm_proxy", "models", "x-ai", "z-ai", "zai", "amazon", "ai21", "azure_ai",
        "azure-openai", "azureopenai", "vertexai", "google-vertex", "google-gla", "google_gla",
        "aws", "converse", "github", "github_copilot", "cerebras", "sambanova", "deepinfra",
        "nvidia_nim", "hosted_vllm", "lm_studio", "voyage", "jina_ai", "dashscope", "moonshot",
        "volcengine", "openai-responses", "openai_responses", "responses", "openai-chat",
        "text-completion-openai", "gateway", "litellm", "watsonx", "oci", "vercel"};
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

#define PUBLISHED_MAX 20

/* "google/gemma-2b": a name of the Hub, though its organisation serves others by their names alone.
 */
static bool is_published(struct sw_str text)
{
    static const struct {
        const char *organisation, *beginnings[PUBLISHED_MAX];
    } rows[] = {
        {"google/",
            {"gemma", "t5gemma", "paligemma", "codegemma", "flan-", "t5-", "bert", "vit-", "siglip",
                "medgemma", "shieldgemma", "embeddinggemma", "recurrentgemma", "datagemma",
                "translategemma", "txgemma", "mt5", "electra", "pegasus", "owl"}},
        {"openai/", {"whisper-large", "whisper-medium", "whisper-small", "whisper-base",
                        "whisper-tiny", "clip-", "gpt-oss"}},
        {"mistralai/", {"Mistral-", "Mixtral-", "Codestral-", "Ministral-", "Pixtral-",
                           "Mathstral-", "Devstral-", "Magistral-", "Voxtral-", "mamba-"}},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        const size_t len = strlen(rows[i].organisation);
        for (size_t k = 0; sw_str_starts(text, rows[i].organisation) && k < PUBLISHED_MAX; k++) {
            if (rows[i].beginnings[k] != NULL &&
                sw_str_starts(sw_str_n(text.ptr + len, text.len - len), rows[i].beginnings[k])) {
                return memchr(text.ptr, ':', text.len) == NULL;
            }
        }
    }
    return false;
}

#define FIREWORKS "accounts/fireworks/models/" /* what all can use there */

/* "accounts/NAME/models/model", as some serve the models of their users. */
static struct sw_str without_account(struct sw_str text)
{
    static const char mark[] = "/models/";
    const char *at = sw_str_starts(text, "accounts/")
                         ? memmem(text.ptr, text.len, mark, sizeof(mark) - 1)
                         : NULL;
    const size_t start = at == NULL ? 0 : (size_t)(at - text.ptr) + sizeof(mark) - 1;
    return sw_str_n(text.ptr + start, text.len - start);
}

static sw_result see_hosted(struct sw_look *look, const struct sw_signal *signal,
    struct sw_str name, struct sw_str maker, uint32_t line)
{
    const struct sw_entity_id id = {.kind = SW_ENTITY_MODEL, .name = name};
    return sw_look_see(look, signal, &id, line, maker);
}

/* "hf.co/organisation/model" of what takes names of others, too. */
static bool says_hub(struct sw_str *name)
{
    static const char *const starts[] = {
        "hf.co/", "huggingface.co/", "https://huggingface.co/", "hf-hub:", "hf_hub:"};
    for (size_t i = 0; i < SW_COUNT(starts); i++) {
        if (sw_str_starts(*name, starts[i])) {
            const size_t len = strlen(starts[i]);
            *name = sw_str_n(name->ptr + len, name->len - len);
            const char *colon = memchr(name->ptr, ':', name->len);
            name->len = colon == NULL ? name->len : (size_t)(colon - name->ptr);
            return true;
        }
    }
    return false;
}

/* "models/organisation/model": a copy of the Hub's, in a directory of all of them. */
static struct sw_str without_directory(struct sw_str name)
{
    static const char *const directories[] = {"models/", "checkpoints/", "pretrained/", "weights/"};
    const size_t dot = sw_str_starts(name, "./") ? 2 : 0;
    const struct sw_str path = sw_str_n(name.ptr + dot, name.len - dot);
    for (size_t i = 0; i < SW_COUNT(directories); i++) {
        const size_t len = strlen(directories[i]);
        if (sw_str_starts(path, directories[i]) &&
            memchr(path.ptr + len, '/', path.len - len) != NULL) {
            return sw_str_n(path.ptr + len, path.len - len);
        }
    }
    return name;
}

/* What a whole line of models is called, and none of them. */
static bool is_line(struct sw_str name)
{
    static const char *const lines[] = {"claude-2", "claude-3", "claude-3-5", "claude-3.5",
        "claude-3-7", "claude-3.7", "claude-4", "claude-4-5", "claude-4.5", "gemini-1",
        "gemini-1.0", "gemini-1.5", "gemini-2", "gemini-2.0", "gemini-2.5", "gemini-3",
        "gemini-3.0", "gemini-3.1", "llama-2", "llama-3", "llama-3.1", "llama-3.2", "llama-3.3",
        "llama-4", "qwen-2", "qwen-2.5", "qwen-3", "text-embedding-3", "phi-3", "phi-3.5",
        "gemma-2", "gemma-3", "grok-2", "flux-1", "sora-2", "rerank-2", "o1-", "gpt-4-", "gpt-5-",
        "gpt-6", "gpt-6-", "palm-2", "orca-2", "olmo-2", "olmo-3", "olmo-3.1", "hermes-2",
        "hermes-3", "gemini-4", "claude-5", "aquila-v1"};
    return is_one_of(name, lines, SW_COUNT(lines));
}

/* "gpt-4-assistant-demo": something is called after a model. */
static bool is_called_after(struct sw_str name)
{
    static const char *const words[] = {"app", "demo", "bot", "chatbot", "api", "service", "client",
        "server", "agent", "agents", "project", "test", "tests", "example", "examples", "adapter",
        "provider", "plugin", "cli", "ui", "prompt", "prompts", "judge", "eval", "evals", "answers",
        "key", "config", "logs", "results", "output", "outputs", "response", "responses", "style",
        "icon", "logo", "wrapper", "option", "button", "label", "input", "select", "badge", "card",
        "section", "tab", "container", "deployment", "dataset", "data", "tokenizer", "playground",
        "assistant", "handler", "template", "runner", "format", "recipes", "src", "sdk", "zoo",
        "cookbook", "vscode"};
    size_t start = 0;
    for (size_t i = 0; i <= name.len; i++) {
        if (i < name.len && memchr("-_/:.", name.ptr[i], 5) == NULL) {
            continue;
        }
        if (start > 0 && is_one_of(sw_str_n(name.ptr + start, i - start), words, SW_COUNT(words))) {
            return true;
        }
        start = i + 1;
    }
    return false;
}

/* "meta-llama/…": who publishes models on the Hub, and little else. */
static bool is_of_publisher(struct sw_str text)
{
    static const char *const publishers[] = {"meta-llama", "mistralai", "Qwen", "deepseek-ai",
        "sentence-transformers", "cross-encoder", "BAAI", "intfloat", "thenlper", "nomic-ai",
        "mixedbread-ai", "stabilityai", "runwayml", "CompVis", "black-forest-labs", "TheBloke",
        "bartowski", "unsloth", "NousResearch", "tiiuae", "google-bert", "google-t5", "FacebookAI",
        "openai-community", "distilbert", "distil-whisper", "Systran", "pyannote", "ibm-granite",
        "CohereLabs", "01-ai", "zai-org", "moonshotai", "MiniMaxAI", "internlm", "openbmb",
        "llava-hf", "mlx-community", "onnx-community", "lmstudio-community", "upstage", "hexgrad",
        "LiquidAI", "XiaomiMiMo", "madebyollin", "latent-consistency", "h94", "lllyasviel",
        "diffusers", "SG161222", "Lykon", "prompthero", "dreamlike-art", "nitrosocke"};
    const char *slash = memchr(text.ptr, '/', text.len);
    const size_t len = slash == NULL ? 0 : (size_t)(slash - text.ptr);
    return len > 0 && is_one_of(sw_str_n(text.ptr, len), publishers, SW_COUNT(publishers));
}

/* Who publishes models, too: their names have to say that they are one. */
static bool is_of_laboratory(struct sw_str text)
{
    static const char *const laboratories[] = {"microsoft", "google", "facebook", "openai",
        "nvidia", "allenai", "EleutherAI", "databricks", "tencent", "baidu", "laion", "timm",
        "HuggingFaceH4", "HuggingFaceTB", "bigcode", "bigscience", "lmsys", "teknium",
        "cognitivecomputations", "Helsinki-NLP", "cardiffnlp", "mosaicml", "THUDM", "Xenova",
        "deepset", "jinaai", "CohereForAI", "Salesforce", "OpenGVLab", "dslim", "dbmdz", "suno",
        "coqui", "colbert-ir", "laion", "jonatasgrosman", "ProsusAI", "nlptown", "w11wo"};
    const char *slash = memchr(text.ptr, '/', text.len);
    const size_t len = slash == NULL ? 0 : (size_t)(slash - text.ptr);
    return len > 0 && is_one_of(sw_str_n(text.ptr, len), laboratories, SW_COUNT(laboratories)) &&
           sw_look_is_model_like(text);
}

/* "5c7d…": Replicate's versions are digests. */
static bool is_version(struct sw_str text)
{
    size_t i = 0;
    while (i < text.len &&
           (sw_ascii_digit(text.ptr[i]) || (text.ptr[i] >= 'a' && text.ptr[i] <= 'f'))) {
        i++;
    }
    return i == 64 && i == text.len;
}

/* "organisation/model:free": how a router is to serve it, or which version of it. */
static struct sw_str without_variant(struct sw_str text)
{
    static const char *const variants[] = {
        "free", "online", "nitro", "floor", "thinking", "extended", "beta", "exacto"};
    const char *colon = memrchr(text.ptr, ':', text.len);
    const size_t at = colon == NULL ? text.len : (size_t)(colon - text.ptr);
    if (at == text.len || memchr(text.ptr, '/', at) == NULL) {
        return text;
    }
    const struct sw_str variant = sw_str_n(colon + 1, text.len - at - 1);
    return is_version(variant) || is_one_of(variant, variants, SW_COUNT(variants))
               ? sw_str_n(text.ptr, at)
               : text;
}

static bool has_digit(struct sw_str text)
{
    size_t i = 0;
    while (i < text.len && !sw_ascii_digit(text.ptr[i])) {
        i++;
    }
    return i < text.len;
}

/* "gpt-4o", "claude-3-5-sonnet-latest": a row of the catalogue, with a digit and a '-'. */
static bool is_hosted_itself(const struct sw_look *look, struct sw_str bare)
{
    struct sw_str found;
    if (bare.len < 5 || memchr(bare.ptr, '-', bare.len) == NULL ||
        memchr(bare.ptr, '/', bare.len) != NULL) {
        return false;
    }
    return sw_catalogue_find(look->catalogue, SW_CATALOGUE_MODELS, bare, &found) ||
           ((has_digit(bare) || sw_str_ends(bare, "-latest")) && !is_line(bare) &&
               sw_catalogue_begins(look->catalogue, SW_CATALOGUE_MODELS, bare, &found));
}

/* Repositories and images of who publishes models, which are called as models are. */
static bool is_repository(struct sw_str name)
{
    static const char *const starts[] = {"generative-models", "pyannote-audio", "pyannote-core",
        "diffusers-pytorch-", "diffusers-flax-", "diffusers-onnxruntime-"};
    for (size_t i = 0; i < SW_COUNT(starts); i++) {
        if (sw_str_starts(name, starts[i])) {
            return true;
        }
    }
    return false;
}

/* "meta-llama/Llama-3-8B": of who publishes models, or with the number of its parameters. */
static bool is_of_hub_itself(struct sw_str text)
{
    const char *slash = memchr(text.ptr, '/', text.len);
    if (slash == NULL || !is_hub_name(text)) {
        return false;
    }
    const struct sw_str name = sw_str_n(slash + 1, text.len - (size_t)(slash + 1 - text.ptr));
    const bool marked = memchr(name.ptr, '-', name.len) != NULL;
    if (is_repository(name)) {
        return false;
    }
    return (is_of_publisher(text) && (marked || has_digit(name))) ||
           (marked && is_of_laboratory(text)) ||
           (marked && has_size(text) && sw_look_is_model_like(text));
}

/* "all-MiniLM-L6-v2", "bert-base-uncased": one part that nothing else is called. */
static bool is_alias_itself(const struct sw_look *look, struct sw_str text)
{
    struct sw_str found;
    const char *first = memchr(text.ptr, '-', text.len);
    return first != NULL && (has_digit(text) || memrchr(text.ptr, '-', text.len) != first) &&
           sw_catalogue_find(look->catalogue, SW_CATALOGUE_ALIASES, text, &found);
}

bool sw_look_is_model_itself(const struct sw_look *look, struct sw_str text)
{
    text = without_variant(text);
    const bool could =
        text.len >= 5 && text.len <= MODEL_NAME_MAX &&
        (memchr(text.ptr, '-', text.len) != NULL || memchr(text.ptr, '/', text.len) != NULL) &&
        memchr(text.ptr, ' ', text.len) == NULL && could_be_name(text);
    if (!could) {
        return false;
    }
    const bool is =
        sw_str_starts(text, FIREWORKS) ||
        (!is_published(text) && is_hosted_itself(look, without_provider(without_account(text)))) ||
        is_of_hub_itself(text) || is_alias_itself(look, text);
    return is && !is_called_after(text);
}

/* "ollama/mistral": what is behind is the name that Ollama has for it. */
static bool says_ollama(struct sw_str name, struct sw_str *out)
{
    static const char *const starts[] = {"ollama/", "ollama_chat/", "ollama:"};
    for (size_t i = 0; i < SW_COUNT(starts); i++) {
        const size_t len = strlen(starts[i]);
        *out = sw_str_n(name.ptr + len, name.len - len);
        if (sw_str_starts(name, starts[i])) {
            return could_be_name(*out) && !sw_look_is_placeholder(*out);
        }
    }
    return false;
}

static sw_result see_said(struct sw_look *look, const struct sw_signal *signal, struct sw_str name,
    struct sw_str said, struct sw_str maker, uint32_t line)
{
    const char *detail = sw_arena_printf(
        look->arena, SW_STR_FMT ", said as '" SW_STR_FMT "'", SW_STR_ARG(maker), SW_STR_ARG(said));
    SW_TRY_PTR(detail);
    return see_hosted(look, signal, name, sw_str(detail), line);
}

sw_result sw_look_see_model_by(struct sw_look *look, const struct sw_signal *signal,
    struct sw_str name, struct sw_str maker, uint32_t line)
{
    struct sw_str found;
    if (!could_be_name(name) || sw_look_is_placeholder(name)) {
        return SW_OK;
    }
    const bool known = sw_catalogue_model(look->catalogue, name, &found) ||
                       memchr(name.ptr, '/', name.len) != NULL;
    return known ? sw_look_see_model(look, signal, name, SW_FROM_ANY, false, line)
                 : see_hosted(look, signal, name, maker, line);
}

static bool holds(struct sw_str lower, const char *word)
{
    return memmem(lower.ptr, lower.len, word, strlen(word)) != NULL;
}

static bool holds_without_case(struct sw_str text, const char *word)
{
    const size_t len = strlen(word);
    size_t i = 0;
    while (i + len <= text.len && !sw_ascii_starts(sw_str_n(text.ptr + i, text.len - i), word)) {
        i++;
    }
    return i + len <= text.len;
}

/* The sizes of Whisper, which say nothing without it. */
static bool is_size_of_whisper(struct sw_str text)
{
    static const char *const sizes[] = {"tiny", "tiny.en", "base", "base.en", "small", "small.en",
        "medium", "medium.en", "large", "large-v1", "large-v2", "large-v3", "large-v3-turbo",
        "turbo"};
    return is_one_of(text, sizes, SW_COUNT(sizes));
}

/* "whisper_model_size"; not "whisper_language" */
static bool speaks_of_whisper(struct sw_str key)
{
    return holds(key, "whisper") && (holds(key, "model") || holds(key, "size") ||
                                        holds(key, "checkpoint") || sw_str_ends(key, "whisper"));
}

/* "llama3.2", "mistral", "any:7b"; not "7b", an address, or what is called after Ollama itself. */
static bool is_of_ollama(struct sw_str text)
{
    const bool after = holds_without_case(text, "ollama") && !has_digit(text);
    return !is_size(text) && !after && memmem(text.ptr, text.len, "://", 3) == NULL &&
           (sw_look_is_model_like(text) || memchr(text.ptr, ':', text.len) != NULL);
}

sw_result sw_look_see_model_of_key(struct sw_look *look, const struct sw_signal *signal,
    struct sw_str key, struct sw_str value, uint32_t line, bool *seen)
{
    *seen = false;
    if (speaks_of_whisper(key) && is_size_of_whisper(value)) {
        const char *name =
            sw_arena_printf(look->arena, "openai/whisper-" SW_STR_FMT, SW_STR_ARG(value));
        SW_TRY_PTR(name);
        *seen = true;
        return see_hub(look, signal, sw_str(name), value, sw_str(""), line);
    }
    if (holds(key, "ollama") && (holds(key, "model") || holds(key, "llm")) && is_of_ollama(value)) {
        *seen = true;
        return sw_look_see_model_by(look, signal, value, sw_str("Ollama"), line);
    }
    return SW_OK;
}

bool sw_look_names_output(struct sw_str key)
{
    static const char *const words[] = {"hub_", "push_to_hub", "output", "save", "saved", "export",
        "merged", "new_model", "target_"};
    for (size_t i = 0; i < SW_COUNT(words); i++) {
        if (sw_str_starts(key, words[i])) {
            return true;
        }
    }
    return false;
}

sw_result sw_look_see_model(struct sw_look *look, const struct sw_signal *signal,
    struct sw_str name, enum sw_call_from from, bool known, uint32_t line)
{
    struct sw_str found;
    known = says_hub(&name) || known;
    name = from == SW_FROM_HUB ? without_directory(name) : without_variant(name);
    if (!could_be_name(name)) {
        return SW_OK;
    }
    const struct sw_str bare = without_provider(without_account(name));
    if (from != SW_FROM_HUB && bare.len > 0 && !is_published(name) &&
        sw_catalogue_model(look->catalogue, bare, &found)) {
        return see_hosted(look, signal, bare, found, line);
    }
    if (sw_str_starts(name, FIREWORKS) && name.len > strlen(FIREWORKS)) {
        return see_hosted(look, signal, without_account(name), sw_str("Fireworks AI"), line);
    }
    if (sw_catalogue_find(look->catalogue, SW_CATALOGUE_ALIASES, name, &found)) {
        return see_hub(look, signal, found, name, sw_str(""), line);
    }
    if (says_ollama(name, &found)) {
        return see_said(look, signal, found, name, sw_str("Ollama"), line);
    }
    if ((known || sw_look_is_model_like(name)) && is_hub_name(name)) {
        return see_hub(look, signal, name, name, sw_str(""), line);
    }
    return SW_OK;
}

sw_result sw_look_see_model_of(struct sw_look *look, const struct sw_signal *signal,
    struct sw_str name, struct sw_str whose, uint32_t line)
{
    const char *colon = memchr(name.ptr, ':', name.len);
    name.len = colon == NULL ? name.len : (size_t)(colon - name.ptr);
    return could_be_name(name) && is_hub_name(name) ? see_hosted(look, signal, name, whose, line)
                                                    : SW_OK;
}

bool sw_look_is_commit(struct sw_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        if (!sw_ascii_digit(c) && (c < 'a' || c > 'f')) {
            return false;
        }
    }
    return text.len == 40;
}

sw_result sw_look_see_pinned_model(struct sw_look *look, const struct sw_signal *signal,
    struct sw_str name, struct sw_str commit, uint32_t line)
{
    struct sw_str found = name;
    if (!sw_look_is_commit(commit) || !could_be_name(name)) {
        return sw_look_see_model(look, signal, name, SW_FROM_HUB, true, line);
    }
    const bool alias = sw_catalogue_find(look->catalogue, SW_CATALOGUE_ALIASES, name, &found);
    return alias || is_hub_name(name) ? see_hub(look, signal, found, name, commit, line) : SW_OK;
}

sw_result sw_look_see_dataset(
    struct sw_look *look, const struct sw_signal *signal, struct sw_str name, uint32_t line)
{
    struct sw_str found = name;
    if (!could_be_name(name) ||
        (!sw_catalogue_find(look->catalogue, SW_CATALOGUE_DATASETS, name, &found) &&
            !is_hub_name(name))) {
        return SW_OK;
    }
    const struct sw_entity_id id = {.kind = SW_ENTITY_DATASET, .name = found};
    const char *detail = hub_detail(look->arena, found, name);
    SW_TRY_PTR(detail);
    return sw_look_see(look, signal, &id, line, sw_str(detail));
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

/* Where the host begins: behind "user:password@", and what names itself like a host in front of the
 * last '@'. */
static size_t behind_user(struct sw_str text, size_t at)
{
    size_t behind = at;
    for (size_t i = at; i < text.len; i++) {
        const char c = text.ptr[i];
        behind = c == '@' ? i + 1 : behind;
        if (c != '@' && !is_host_char(c) && (c == '\0' || strchr(":%+~!$&*=,", c) == NULL)) {
            break;
        }
    }
    return behind;
}

/* Up to where the host goes that begins at `start`; *host is its one form. */
static size_t host_at(
    struct sw_str text, size_t start, char form[SW_IPV6_SIZE], struct sw_str *host)
{
    const struct sw_str rest = sw_str_n(text.ptr + start, text.len - start);
    const size_t span = sw_ipv6_span(rest);
    size_t end = start + span;
    if (span > 0) {
        *host = sw_str_n(form, sw_ipv6_host(sw_str_n(rest.ptr, span), form));
        return end;
    }
    while (end < text.len && is_host_char(text.ptr[end])) {
        end++;
    }
    *host = sw_str_n(text.ptr + start, end - start);
    return end;
}

sw_result sw_look_see_hosts(struct sw_look *look, struct sw_str text, uint32_t line)
{
    for (size_t at = 0; at + 3 < text.len;) {
        const char *mark = memmem(text.ptr + at, text.len - at, "://", 3);
        if (mark == NULL) {
            return SW_OK;
        }
        size_t start = behind_user(text, (size_t)(mark - text.ptr) + 3);
        char form[SW_IPV6_SIZE];
        struct sw_str host;
        at = host_at(text, start, form, &host);
        if (host.len > 0 && host.len < 254) {
            SW_TRY(see_host(look, host, line));
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

/* --- all imports ------------------------------------------------------------------------------ */

bool sw_look_wants_source(const struct sw_look *look)
{
    return look->options->imports != NULL || sw_catalogue_concerns(look->catalogue, look->text);
}

/* The type of package URLs; of other languages nothing is kept. */
static const char *import_type(enum sw_catalogue_section ecosystem)
{
    static const char *const types[SW_CATALOGUE_SECTIONS] = {[SW_CATALOGUE_PYPI] = "pypi",
        [SW_CATALOGUE_NPM] = "npm",
        [SW_CATALOGUE_GOLANG] = "golang",
        [SW_CATALOGUE_CARGO] = "cargo"};
    return types[ecosystem] == NULL ? "" : types[ecosystem];
}

sw_result sw_look_see_module(
    struct sw_look *look, enum sw_catalogue_section ecosystem, struct sw_str module, uint32_t line)
{
    struct sw_imports *imports = look->options->imports;
    return imports == NULL || module.len == 0
               ? SW_OK
               : sw_imports_add(imports, import_type(ecosystem), module, look->path, line);
}

void sw_look_count_source(struct sw_look *look, enum sw_catalogue_section ecosystem)
{
    if (look->options->imports != NULL) {
        sw_imports_file(look->options->imports, import_type(ecosystem));
    }
}
