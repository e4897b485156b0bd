/* Commands of shells and containers. */
#include "supply/ascii.h"
#include "supply/command_options.h"
#include "supply/look_configuration.h"

#define WORDS_MAX ((size_t)1 << 17)
#define QUOTED_LINES 32
#define NESTED_MAX 2        /* commands in commands, settings in settings */
#define IMAGE_WORDS_MAX 128 /* options in front of an image */

/* --- words ------------------------------------------------------------------------------------ */

sw_result sw_words_add(
    struct sw_arena *arena, struct sw_words *words, struct sw_str word, uint32_t line)
{
    if (words->count == WORDS_MAX) {
        return SW_OK; /* nobody writes such a command */
    }
    struct sw_str *list =
        sw_arena_grow(arena, words->list, words->count, &words->cap, sizeof(*list));
    SW_TRY_PTR(list);
    words->list = list;
    uint32_t *lines =
        sw_arena_grow(arena, words->lines, words->count, &words->line_cap, sizeof(*lines));
    SW_TRY_PTR(lines);
    words->lines = lines;
    lines[words->count] = line;
    list[words->count++] = word;
    return SW_OK;
}

static bool is_separator(char c)
{
    return c == '\n' || c == ';' || c == '&' || c == '|' || c == '(' || c == ')';
}

/* Behind the quote that ends what begins at `at`; `at + 1` when it has no end nearby. */
static size_t behind_quote(struct sw_str text, size_t at)
{
    unsigned lines = 0;
    for (size_t i = at + 1; i < text.len && lines < QUOTED_LINES; i++) {
        if (text.ptr[i] == text.ptr[at]) {
            return i + 1;
        }
        lines += text.ptr[i] == '\n' ? 1 : 0;
    }
    return at + 1;
}

/* The end of a word; what is in quotes belongs to it. */
static size_t end_of(struct sw_str text, size_t at)
{
    while (at < text.len && !sw_ascii_space(text.ptr[at]) && !is_separator(text.ptr[at])) {
        at = text.ptr[at] == '"' || text.ptr[at] == '\'' ? behind_quote(text, at) : at + 1;
    }
    return at;
}

static uint32_t lines_of(struct sw_str text)
{
    uint32_t lines = 0;
    for (size_t i = 0; i < text.len; i++) {
        lines += text.ptr[i] == '\n' ? 1 : 0;
    }
    return lines;
}

static struct sw_str without_quotes(struct sw_str word)
{
    while (word.len > 1 && (word.ptr[0] == '"' || word.ptr[0] == '\'') &&
           word.ptr[word.len - 1] == word.ptr[0]) {
        word = sw_str_n(word.ptr + 1, word.len - 2);
    }
    return word;
}

static bool continues(struct sw_str text, size_t at)
{
    return text.ptr[at] == '\\' && at + 1 < text.len &&
           (text.ptr[at + 1] == '\n' || text.ptr[at + 1] == '\r');
}

/* Behind a comment; in front of the end of its line, unless lines around it are one command. */
static size_t behind_comment(struct sw_str text, size_t at, bool joined)
{
    const char *stop = memchr(text.ptr + at, '\n', text.len - at);
    return stop == NULL ? text.len : (size_t)(stop - text.ptr) + (joined ? 1 : 0);
}

/* "NAME=(a b c)", over lines: the words behind "NAME=" are of one command. */
static bool goes_on(struct sw_str text, size_t at, bool *list)
{
    if (text.ptr[at] == '(' && at > 0 && text.ptr[at - 1] == '=') {
        *list = true;
    } else if (text.ptr[at] == ')') {
        *list = false;
    }
    return *list && (text.ptr[at] == '(' || text.ptr[at] == '\n');
}

sw_result sw_words_split(
    struct sw_arena *arena, struct sw_words *words, struct sw_str text, uint32_t line)
{
    bool joined = false;
    bool list = false;
    for (size_t i = 0; i < text.len;) {
        const char c = text.ptr[i];
        size_t end = i + 1;
        if (continues(text, i)) {
            end = i + (text.ptr[i + 1] == '\r' && i + 2 < text.len ? 3 : 2);
            joined = true;
        } else if (is_separator(c) && goes_on(text, i, &list)) {
            joined = false;
        } else if (is_separator(c)) {
            SW_TRY(sw_words_add(arena, words, sw_str(";"), line));
            joined = false;
        } else if (c == '#') {
            end = behind_comment(text, i, joined);
        } else if (!sw_ascii_space(c)) {
            end = end_of(text, i);
            SW_TRY(
                sw_words_add(arena, words, without_quotes(sw_str_n(text.ptr + i, end - i)), line));
            joined = false;
        }
        line += lines_of(sw_str_n(text.ptr + i, end - i));
        i = end;
    }
    return SW_OK;
}

/* --- options ---------------------------------------------------------------------------------- */

struct command {
    struct sw_configuration *c;
    const struct sw_words *words;
    size_t at;     /* the word that is looked at */
    bool runner;   /* the command runs models: its "--model" is one */
    size_t start;  /* its first word */
    uint64_t told; /* what had been seen when it began, but for what `see_alone` saw since */
};

static struct sw_str word_at(const struct command *m, size_t at)
{
    return at < m->words->count ? m->words->list[at] : sw_str("");
}

static bool ends_command(const struct command *m, size_t at)
{
    return at >= m->words->count || sw_str_is(m->words->list[at], ";");
}

static bool is_model_option(const struct command *m, struct sw_str name)
{
    char key[64];
    struct sw_str found;
    static const char *const options[] = {"model", "model-id", "model-name", "model-name-or-path",
        "model-path", "model-repo", "pretrained-model-name-or-path", "base-model", "hf-repo",
        "hf-model-id", "embedding-model", "speculative-model", "draft-model", "tokenizer"};
    for (size_t i = 0; i < SW_COUNT(options); i++) {
        const struct sw_str option = sw_str(options[i]);
        bool same = option.len == name.len;
        for (size_t k = 0; same && k < name.len; k++) {
            same = option.ptr[k] == (name.ptr[k] == '_' ? '-' : name.ptr[k]);
        }
        if (same) {
            return true;
        }
    }
    for (size_t k = 0; k < name.len && k < sizeof(key); k++) {
        key[k] = name.ptr[k] == '-' ? '_' : sw_ascii_lower(name.ptr[k]);
    }
    return name.len <= sizeof(key) && sw_catalogue_find(m->c->look->catalogue, SW_CATALOGUE_KEYS,
                                          sw_str_n(key, name.len), &found);
}

/* "--model X", "--model=X", "-hf X" */
static sw_result see_option(struct command *m)
{
    struct sw_str word = word_at(m, m->at);
    const char *equals = memchr(word.ptr, '=', word.len);
    const struct sw_str option =
        equals == NULL ? word : sw_str_n(word.ptr, (size_t)(equals - word.ptr));
    const bool given = equals == NULL && !ends_command(m, m->at + 1);
    const struct sw_str value =
        equals != NULL ? without_quotes(sw_str_n(equals + 1, word.len - option.len - 1))
                       : (given ? word_at(m, m->at + 1) : sw_str(""));
    const uint32_t line = m->words->lines[equals == NULL && given ? m->at + 1 : m->at];
    if (sw_str_is(option, "--gpus") && value.len > 0) {
        return sw_configuration_accelerator(m->c, sw_str("NVIDIA GPU"), sw_str("--gpus"), line);
    }
    const bool named =
        sw_str_starts(option, "--") && is_model_option(m, sw_str_n(option.ptr + 2, option.len - 2));
    return (named || sw_str_is(option, "-hf") || sw_str_is(option, "-hfr")) && value.len > 0
               ? sw_configuration_model(m->c, value, m->c->about_models || m->runner, line)
               : SW_OK;
}

/* "MODEL_PATH", "LLM", "my_model"; not "OUTPUT_MODEL" */
static bool speaks_of_models(struct sw_str name)
{
    char lower[64];
    for (size_t i = 0; i < name.len && i < sizeof(lower); i++) {
        lower[i] = sw_ascii_lower(name.ptr[i]);
    }
    const struct sw_str key = sw_str_n(lower, name.len);
    return name.len > 0 && name.len <= sizeof(lower) && !sw_look_names_output(key) &&
           (memmem(lower, key.len, "model", 5) != NULL ||
               memmem(name.ptr, name.len, "LLM", 3) != NULL);
}

/* "NAME=value" */
static sw_result see_assignment(struct command *m)
{
    const struct sw_str word = word_at(m, m->at);
    const char *equals = memchr(word.ptr, '=', word.len);
    if (equals == NULL) {
        return SW_OK;
    }
    const size_t len = (size_t)(equals - word.ptr);
    const struct sw_str name = sw_str_n(word.ptr, len);
    const struct sw_str value = without_quotes(sw_str_n(equals + 1, word.len - len - 1));
    SW_TRY(sw_configuration_setting(m->c, name, value, m->words->lines[m->at]));
    return speaks_of_models(name)
               ? sw_configuration_model(m->c, value, false, m->words->lines[m->at])
               : SW_OK;
}

/* --- programs --------------------------------------------------------------------------------- */

/* "name==1.2", "name[extra]>=1", "@scope/name@1.2": the name, and the version when it is one. */
static void split_requirement(
    struct sw_str text, bool npm, struct sw_str *name, struct sw_str *version)
{
    size_t end = npm && text.len > 0 && text.ptr[0] == '@' ? 1 : 0;
    const char *marks = npm ? "@" : "=<>!~[;@ ";
    while (end < text.len && memchr(marks, text.ptr[end], strlen(marks)) == NULL) {
        end++;
    }
    *name = sw_str_n(text.ptr, end);
    *version = sw_str("");
    const struct sw_str rest = sw_str_n(text.ptr + end, text.len - end);
    const size_t skip = npm ? 1 : 2;
    if ((npm || sw_str_starts(rest, "==")) && rest.len > skip && sw_ascii_digit(rest.ptr[skip])) {
        *version = sw_str_n(rest.ptr + skip, rest.len - skip);
    }
}

static const struct sw_signal download = {
    "download-command", SW_SOURCE_CONFIGURATION, SW_GRADE_DECLARED, 900};
static const struct sw_signal install = {
    "install-command", SW_SOURCE_CONFIGURATION, SW_GRADE_DECLARED, 800};

/* Moves *at to what the command from there on is about; false when that is not plain. */
static bool find_operand(const struct command *m, enum sw_command command, size_t *at)
{
    size_t end = *at;
    while (!ends_command(m, end)) {
        end++;
    }
    return sw_command_operand(command, m->words->list, end, at);
}

/* "npx PACKAGE …": what follows are its arguments. */
static sw_result see_runner(struct command *m, size_t at, bool npm)
{
    struct sw_str name;
    struct sw_str version;
    if (!find_operand(m, npm ? SW_COMMAND_NPX : SW_COMMAND_UVX, &at)) {
        return SW_OK;
    }
    split_requirement(word_at(m, at), npm, &name, &version);
    return sw_look_see_package(m->c->look, &install, npm ? SW_CATALOGUE_NPM : SW_CATALOGUE_PYPI,
        name, version, m->words->lines[at]);
}

static sw_result see_ollama(struct command *m, size_t at, bool npm)
{
    (void)npm;
    return find_operand(m, SW_COMMAND_OLLAMA, &at)
               ? sw_configuration_ollama(m->c, word_at(m, at), m->words->lines[at])
               : SW_OK;
}

/* "--repo-type dataset", "--repo-type=dataset": "dataset"; empty when it is not there. */
static struct sw_str option_value(const struct command *m, size_t at, const char *option)
{
    const size_t len = strlen(option);
    for (; !ends_command(m, at); at++) {
        const struct sw_str word = word_at(m, at);
        if (sw_str_starts(word, option) && word.len > len && word.ptr[len] == '=') {
            return sw_str_n(word.ptr + len + 1, word.len - len - 1);
        }
        if (sw_str_is(word, option) && !ends_command(m, at + 1)) {
            return word_at(m, at + 1);
        }
    }
    return sw_str("");
}

static sw_result see_served(struct command *m, size_t at, bool npm)
{
    (void)npm;
    const struct sw_str commit = option_value(m, at, "--revision");
    return find_operand(m, SW_COMMAND_SERVE, &at)
               ? sw_configuration_pinned_model(m->c, word_at(m, at), commit, m->words->lines[at])
               : SW_OK;
}

static sw_result see_download(struct command *m, size_t at, bool npm)
{
    const bool dataset = sw_str_is(option_value(m, at, "--repo-type"), "dataset");
    const struct sw_str commit = option_value(m, at, "--revision");
    (void)npm;
    if (!find_operand(m, SW_COMMAND_DOWNLOAD, &at)) {
        return SW_OK;
    }
    return dataset
               ? sw_look_see_dataset(m->c->look, &download, word_at(m, at), m->words->lines[at])
               : sw_configuration_pinned_model(m->c, word_at(m, at), commit, m->words->lines[at]);
}

static sw_result see_images(struct command *m, size_t at, bool npm)
{
    (void)npm;
    for (size_t i = 0; i < IMAGE_WORDS_MAX && !ends_command(m, at); i++, at++) {
        if (sw_str_is(word_at(m, at), "docker") || sw_str_is(word_at(m, at), "podman")) {
            return SW_OK; /* the next one */
        }
        SW_TRY(sw_configuration_image(m->c, word_at(m, at), m->words->lines[at]));
    }
    return SW_OK;
}

static const struct {
    const char *program, *verb;
    bool npm;
    sw_result (*see)(struct command *m, size_t at, bool npm);
} programs[] = {
    {"uvx", NULL, false, see_runner},
    {"npx", NULL, true, see_runner},
    {"ollama", "run", false, see_ollama},
    {"ollama", "pull", false, see_ollama},
    {"vllm", "serve", false, see_served},
    {"trtllm-serve", "serve", false, see_served},
    {"trtllm-serve", NULL, false, see_served},
    {"hf", "download", false, see_download},
    {"huggingface-cli", "download", false, see_download},
    {"docker", "run", false, see_images},
    {"docker", "pull", false, see_images},
    {"podman", "run", false, see_images},
    {"podman", "pull", false, see_images},
};

/* Commands whose "--model" is one of the Hub or of a service. */
static bool is_runner(struct sw_str program)
{
    static const char *const names[] = {"python", "python3", "vllm", "torchrun", "accelerate",
        "deepspeed", "uv", "lm_eval", "lm-eval", "sglang", "text-generation-launcher", "litellm",
        "llm", "aider", "docker", "optimum-cli", "mlx_lm.generate", "mlx_lm.lora", "mlx_lm.convert",
        "trtllm-build", "trtllm-serve", "llamafactory-cli", "axolotl", "lmdeploy", "genai-perf",
        "tabby", "infinity_emb", "text-embeddings-router", "evalplus", "guidellm"};
    for (size_t i = 0; i < SW_COUNT(names); i++) {
        if (sw_str_is(program, names[i])) {
            return true;
        }
    }
    return false;
}

/* "/usr/bin/vllm": "vllm" */
static struct sw_str program_of(struct sw_str word)
{
    const char *slash = memrchr(word.ptr, '/', word.len);
    return slash == NULL ? word : sw_str_n(slash + 1, word.len - (size_t)(slash + 1 - word.ptr));
}

static sw_result see_program(struct command *m)
{
    const struct sw_str word = program_of(word_at(m, m->at));
    m->runner = m->runner || is_runner(word);
    for (size_t i = 0; i < SW_COUNT(programs); i++) {
        if (!sw_str_is(word, programs[i].program)) {
            continue;
        }
        if (programs[i].verb == NULL) {
            return programs[i].see(m, m->at + 1, programs[i].npm);
        }
        if (sw_str_is(word_at(m, m->at + 1), programs[i].verb)) {
            return programs[i].see(m, m->at + 2, programs[i].npm);
        }
    }
    return SW_OK;
}

/* "sh -c 'COMMAND'" */
static sw_result see_shell(struct command *m)
{
    const struct sw_str word = word_at(m, m->at);
    const struct sw_str text = word_at(m, m->at + 1);
    const bool shell = sw_str_is(word, "-c") || sw_str_is(word, "-lc") || sw_str_is(word, "-ec");
    if (!shell || m->c->nested >= NESTED_MAX || memchr(text.ptr, ' ', text.len) == NULL) {
        return SW_OK;
    }
    m->c->nested++;
    SW_TRY(sw_configuration_command(m->c, text, m->words->lines[m->at + 1]));
    m->c->nested--;
    return SW_OK;
}

/* "echo ollama pull x" is no command of Ollama. */
static bool only_prints(struct sw_str word)
{
    return sw_str_is(word, "echo") || sw_str_is(word, "printf");
}

/* --- words that stand alone --------------------------------------------------------------------
 */

static bool is_among(struct sw_str word, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (sw_str_is(word, list[i])) {
            return true;
        }
    }
    return false;
}

/* What handles files, repositories and images, and no models. */
static bool handles_others(struct sw_str program)
{
    static const char *const names[] = {"git", "gh", "cd", "mkdir", "rm", "rmdir", "cp", "mv", "ls",
        "cat", "ln", "docker", "podman", "ssh", "scp", "rsync", "tar", "unzip", "chmod", "chown",
        "grep", "sed", "awk", "find", "test", "[", "[[", "source", ".", "read", "kubectl", "helm",
        "apt", "apt-get", "brew", "conda", "pip", "pip3", "npm", "npx", "yarn", "pnpm", "make",
        "case", "function", "alias", "touch", "tee", "basename", "dirname"};
    return is_among(program, names, SW_COUNT(names));
}

/* "--output_dir", "--dataset": what stands behind it is no model that is used. */
static bool names_another(struct sw_str option)
{
    static const char *const words[] = {
        "out", "save", "data", "push", "hub", "run", "tag", "log", "dir", "project", "export"};
    bool another = false;
    for (size_t i = 0; option.ptr[0] == '-' && i < SW_COUNT(words); i++) {
        another = another || memmem(option.ptr, option.len, words[i], strlen(words[i])) != NULL;
    }
    return another || (option.len == 2 && option.ptr[0] == '-');
}

/* "MODELS=(a b)", "MODELS := a b" of make, "for model in a b": where the words begin that are one
 * of a list, and what it is called; 0: nowhere. */
static size_t list_start(const struct command *m, struct sw_str *name)
{
    static const char *const gives[] = {"=", ":=", "?=", "+=", "::="};
    const struct sw_str first = word_at(m, m->start);
    const struct sw_str second = word_at(m, m->start + 1);
    *name = first;
    if (first.len > 1 && first.ptr[first.len - 1] == '=') {
        name->len--;
        return m->start + 1;
    }
    if (is_among(second, gives, SW_COUNT(gives))) {
        return m->start + 2;
    }
    *name = second;
    return sw_str_is(first, "for") && sw_str_is(word_at(m, m->start + 2), "in") ? m->start + 3 : 0;
}

static bool is_of_output(struct sw_str name)
{
    char lower[64];
    const size_t len = name.len < sizeof(lower) ? name.len : 0;
    for (size_t i = 0; i < len; i++) {
        lower[i] = sw_ascii_lower(name.ptr[i]);
    }
    return sw_look_names_output(sw_str_n(lower, len));
}

/* What a program is given, and neither a file nor what it is to make. */
static bool is_given(const struct command *m)
{
    return m->at > m->start && !handles_others(program_of(word_at(m, m->start))) &&
           !names_another(word_at(m, m->at - 1));
}

/* A word that is the name of a model by itself: one of a list, or what a program is given. What the
 * command has told already is not told again. */
static sw_result see_alone(struct command *m)
{
    struct sw_str name;
    const struct sw_str word = word_at(m, m->at);
    const uint32_t line = m->words->lines[m->at];
    const size_t start = list_start(m, &name);
    const bool listed = start > 0 && m->at >= start;
    const uint64_t before = m->c->look->seen;
    if (listed && is_of_output(name)) {
        return SW_OK;
    }
    if (listed && speaks_of_models(name)) {
        SW_TRY(sw_configuration_setting(m->c, sw_str("model"), word, line));
    } else if ((listed || memchr(word.ptr, '/', word.len) != NULL) && is_given(m) &&
               before == m->told && sw_look_is_model_itself(m->c->look, word)) {
        SW_TRY(sw_configuration_model(m->c, word, true, line));
    }
    m->told += m->c->look->seen - before;
    return SW_OK;
}

static sw_result see_word(struct command *m)
{
    const struct sw_str word = word_at(m, m->at);
    if (sw_str_starts(word, "hf://")) {
        return sw_configuration_model(m->c, word, true, m->words->lines[m->at]);
    }
    SW_TRY(word.ptr[0] == '-' ? see_option(m) : see_assignment(m));
    SW_TRY(see_shell(m));
    return see_program(m);
}

sw_result sw_configuration_commands(struct sw_configuration *c, const struct sw_words *words)
{
    struct command m = {.c = c, .words = words};
    bool first = true;
    for (m.at = 0; m.at < words->count; m.at++) {
        const struct sw_str word = words->list[m.at];
        if (sw_str_is(word, ";")) {
            first = true;
            m.runner = false;
            continue;
        }
        m.start = first ? m.at : m.start;
        m.told = first ? c->look->seen : m.told;
        if (first && only_prints(word)) {
            while (!ends_command(&m, m.at + 1)) {
                m.at++;
            }
            continue;
        }
        first = false;
        SW_TRY(word.len > 0 ? see_word(&m) : SW_OK);
        SW_TRY(word.len > 0 ? see_alone(&m) : SW_OK);
    }
    return SW_OK;
}

sw_result sw_configuration_command(struct sw_configuration *c, struct sw_str text, uint32_t line)
{
    struct sw_words words = {0};
    SW_TRY(sw_words_split(c->look->arena, &words, text, line));
    SW_TRY(sw_look_installs(c->look, &words));
    return sw_configuration_commands(c, &words);
}
