#include "cli/recorded.h"

#include <stdlib.h>
#include <sys/utsname.h>

#define HIDDEN "[hidden]"
#define WORDS_MAX 16u

/* --- secrets --------------------------------------------------------------------------------- */

/* A name's words: "apiKey", "api-key" and "API_KEY" have the same two. */
struct name_words {
    struct sw_str word[WORDS_MAX];
    size_t count;
};

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_word_char(char c)
{
    return (c >= 'a' && c <= 'z') || is_upper(c) || (c >= '0' && c <= '9');
}

static struct name_words split_name(struct sw_str name)
{
    struct name_words words = {0};
    size_t start = 0;
    for (size_t i = 0; i <= name.len && words.count < WORDS_MAX; i++) {
        bool inside = i < name.len && is_word_char(name.ptr[i]);
        bool turns = inside && i > start && is_upper(name.ptr[i]) && !is_upper(name.ptr[i - 1]);
        if (inside && !turns) {
            continue;
        }
        if (i > start) {
            words.word[words.count++] = sw_str_n(name.ptr + start, i - start);
        }
        start = turns ? i : i + 1;
    }
    return words;
}

static bool is_one_of(struct sw_str word, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strlen(list[i]) == word.len && strncasecmp(list[i], word.ptr, word.len) == 0) {
            return true;
        }
    }
    return false;
}

static const char *const secret_words[] = {"secret", "secrets", "password", "passwd", "passphrase",
    "passcode", "credential", "credentials", "apikey", "authorization", "bearer", "cookie", "pwd"};
/* "key" and "token" are secrets behind one of these. */
static const char *const secret_owners[] = {"api", "access", "auth", "private", "secret", "account",
    "signing", "encryption", "session", "refresh", "id", "hf", "hub", "hugging", "huggingface",
    "github", "gh", "gitlab", "wandb", "openai", "anthropic", "aws", "azure", "gcp", "slack",
    "service", "deploy", "personal", "oauth", "jwt", "csrf"};

bool sw_recorded_is_secret_name(struct sw_str name)
{
    static const char *const held[] = {"key", "keys", "token", "tokens"};
    struct name_words words = split_name(name);
    for (size_t i = 0; i < words.count; i++) {
        if (is_one_of(words.word[i], secret_words, SW_COUNT(secret_words))) {
            return true;
        }
        bool owned = i > 0 && is_one_of(words.word[i - 1], secret_owners, SW_COUNT(secret_owners));
        bool alone = words.count == 1 && is_one_of(words.word[i], held + 2, 1);
        if (alone || (owned && is_one_of(words.word[i], held, SW_COUNT(held)))) {
            return true;
        }
    }
    return false;
}

/* "scheme://user:password@host" */
static bool has_password(struct sw_str value)
{
    const char *end = value.ptr + value.len;
    const char *at = value.len < 3 ? NULL : memmem(value.ptr, value.len, "://", 3);
    if (at == NULL) {
        return false;
    }
    bool colon = false;
    for (at += 3; at < end && *at != '/' && *at != '?' && *at != '#'; at++) {
        if (*at == '@') {
            return colon;
        }
        colon = colon || *at == ':';
    }
    return false;
}

static bool is_token_char(char c)
{
    return is_word_char(c) || c == '_' || c == '-' || c == '.';
}

/* Does a run of such characters look like a token? */
static bool is_token(struct sw_str run)
{
    static const struct {
        const char *prefix;
        size_t min; /* length of the whole */
    } known[] = {{"hf_", 20}, {"sk-", 20}, {"ghp_", 20}, {"gho_", 20}, {"ghs_", 20},
        {"github_pat_", 20}, {"glpat-", 20}, {"AKIA", 20}, {"ASIA", 20}, {"xoxb-", 20},
        {"xoxp-", 20}, {"AIza", 30}, {"eyJ", 40}, {"-----BEGIN", 10}};
    for (size_t i = 0; i < SW_COUNT(known); i++) {
        if (run.len >= known[i].min && sw_str_starts(run, known[i].prefix)) {
            return true;
        }
    }
    return false;
}

/* It may stand in a header or a piece of shell as well. */
bool sw_recorded_is_secret_value(struct sw_str value)
{
    size_t start = 0;
    for (size_t i = 0; i <= value.len; i++) {
        if (i < value.len && is_token_char(value.ptr[i])) {
            continue;
        }
        if (is_token(sw_str_n(value.ptr + start, i - start))) {
            return true;
        }
        start = i + 1;
    }
    return has_password(value);
}

/* "Authorization: …", "https://host/?token=…", "x=1 PASSWORD=…": a secret's name, and a value
 * behind it, anywhere in a word. */
static bool names_secret(struct sw_str text)
{
    size_t start = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (is_token_char(c)) {
            continue;
        }
        if ((c == '=' || c == ':') && i + 1 < text.len &&
            sw_recorded_is_secret_name(sw_str_n(text.ptr + start, i - start))) {
            return true;
        }
        start = i + 1;
    }
    return false;
}

/* --- command lines --------------------------------------------------------------------------- */

/* One word; `*next` says that the word behind it is the value of a secret option. */
static sw_result record_word(
    struct sw_arena *arena, const char *text, bool *next, struct sw_str *out)
{
    const char *equals = strchr(text, '=');
    bool option = text[0] == '-';
    bool hide = *next && !option;
    *next = false;
    struct sw_str name = equals == NULL ? sw_str(text) : sw_str_n(text, (size_t)(equals - text));
    bool plain = !sw_recorded_is_secret_value(name) && !names_secret(name);
    if (!hide && plain && equals != NULL &&
        (sw_recorded_is_secret_name(name) || sw_recorded_is_secret_value(sw_str(equals + 1)))) {
        const char *shown = sw_arena_printf(arena, SW_STR_FMT "=" HIDDEN, SW_STR_ARG(name));
        SW_TRY_PTR(shown);
        *out = sw_str(shown);
        return SW_OK;
    }
    if (hide || sw_recorded_is_secret_value(sw_str(text)) || names_secret(sw_str(text))) {
        *out = sw_str(HIDDEN);
        return SW_OK;
    }
    *next = option && equals == NULL && sw_recorded_is_secret_name(name);
    *out = sw_str(text);
    return SW_OK;
}

sw_result sw_recorded_command(struct sw_cli *cli, const char *const *words, size_t count,
    struct sw_str **out, struct sw_error *err)
{
    struct sw_str *list = SW_ARENA_ARRAY(&cli->arena, struct sw_str, count);
    SW_TRY_PTR(list);
    bool next = false;
    for (size_t i = 0; i < count; i++) {
        if (!sw_utf8_valid(sw_bytes_of_str(sw_str(words[i])))) {
            return sw_fail(err, SW_E_USAGE, "the command's word %zu is not UTF-8", i + 1);
        }
        SW_TRY(record_word(&cli->arena, words[i], &next, &list[i]));
    }
    *out = list;
    return SW_OK;
}

/* --- objects of texts ------------------------------------------------------------------------ */

struct pair {
    struct sw_str name;
    struct sw_str value;
};

static sw_result make_object(
    struct sw_arena *arena, const struct pair *pairs, size_t count, const struct sw_json **out)
{
    struct sw_json *object = SW_ARENA_NEW(arena, struct sw_json);
    struct sw_json_member *members = SW_ARENA_ARRAY(arena, struct sw_json_member, count);
    if (object == NULL || members == NULL) {
        return SW_E_NOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        members[i].name = pairs[i].name;
        members[i].value = (struct sw_json){.type = SW_JSON_STRING, .text = pairs[i].value};
    }
    *object =
        (struct sw_json){.type = SW_JSON_OBJECT, .count = (uint32_t)count, .members = members};
    *out = object;
    return SW_OK;
}

static bool stands_in(const struct pair *pairs, size_t count, struct sw_str name)
{
    for (size_t i = 0; i < count; i++) {
        if (sw_str_equal(pairs[i].name, name)) {
            return true;
        }
    }
    return false;
}

static sw_result parse_pair(
    const char *option, const char *text, struct pair *out, struct sw_error *err)
{
    const char *equals = strchr(text, '=');
    if (equals == NULL || equals == text || !sw_utf8_valid(sw_bytes_of_str(sw_str(text)))) {
        return sw_fail(err, SW_E_USAGE, "%s takes NAME=VALUE, not '%s'", option, text);
    }
    *out = (struct pair){sw_str_n(text, (size_t)(equals - text)), sw_str(equals + 1)};
    if (sw_recorded_is_secret_name(out->name) || sw_recorded_is_secret_value(out->value)) {
        return sw_fail(err, SW_E_USAGE,
            "%s '" SW_STR_FMT "' looks like a secret, and what is recorded can be read by all: "
            "leave it out",
            option, SW_STR_ARG(out->name));
    }
    return SW_OK;
}

sw_result sw_recorded_parameters(struct sw_cli *cli, const char *option,
    const struct sw_text_list *list, const struct sw_json **out, struct sw_error *err)
{
    struct pair *pairs = SW_ARENA_ARRAY(&cli->arena, struct pair, list->count);
    SW_TRY_PTR(pairs);
    for (size_t i = 0; i < list->count; i++) {
        SW_TRY(parse_pair(option, list->items[i], &pairs[i], err));
        if (stands_in(pairs, i, pairs[i].name)) {
            return sw_fail(err, SW_E_USAGE, "%s '" SW_STR_FMT "' is given twice", option,
                SW_STR_ARG(pairs[i].name));
        }
    }
    *out = NULL;
    return list->count == 0 ? SW_OK : make_object(&cli->arena, pairs, list->count, out);
}

/* --- environment ----------------------------------------------------------------------------- */

static const char *const variables[] = {"LANG", "LC_ALL", "TZ", "PYTHONHASHSEED", "OMP_NUM_THREADS",
    "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES",
    "ROCR_VISIBLE_DEVICES", "CUBLAS_WORKSPACE_CONFIG", "TF_DETERMINISTIC_OPS", "WORLD_SIZE", "RANK",
    "LOCAL_RANK", "SLURM_JOB_ID", "SOURCE_DATE_EPOCH"};

static void add_variable(struct pair *pairs, size_t *count, const char *name)
{
    const char *value = getenv(name);
    if (value == NULL || stands_in(pairs, *count, sw_str(name)) ||
        !sw_utf8_valid(sw_bytes_of_str(sw_str(value)))) {
        return;
    }
    struct sw_str shown =
        sw_recorded_is_secret_value(sw_str(value)) ? sw_str(HIDDEN) : sw_str(value);
    pairs[(*count)++] = (struct pair){sw_str(name), shown};
}

static sw_result add_named(
    const struct sw_text_list *more, struct pair *pairs, size_t *count, struct sw_error *err)
{
    for (size_t i = 0; i < more->count; i++) {
        struct sw_str name = sw_str(more->items[i]);
        if (sw_recorded_is_secret_name(name)) {
            return sw_fail(err, SW_E_USAGE,
                "--env '%s' looks like a secret, and what is recorded can be read by all: leave "
                "it out",
                more->items[i]);
        }
        if (name.len == 0 || memchr(name.ptr, '=', name.len) != NULL ||
            !sw_utf8_valid(sw_bytes_of_str(name))) {
            return sw_fail(
                err, SW_E_USAGE, "--env takes the name of a variable, not '%s'", more->items[i]);
        }
        add_variable(pairs, count, more->items[i]);
    }
    return SW_OK;
}

sw_result sw_recorded_environment(struct sw_cli *cli, const struct sw_text_list *more,
    const struct sw_json **out, struct sw_error *err)
{
    struct utsname *system = SW_ARENA_NEW(&cli->arena, struct utsname);
    struct pair *pairs =
        SW_ARENA_ARRAY(&cli->arena, struct pair, SW_COUNT(variables) + more->count + 2);
    if (system == NULL || pairs == NULL) {
        return SW_E_NOMEM;
    }
    size_t count = 0;
    if (uname(system) == 0) {
        pairs[count++] = (struct pair){sw_str("os"), sw_str(system->sysname)};
        pairs[count++] = (struct pair){sw_str("machine"), sw_str(system->machine)};
    }
    for (size_t i = 0; i < SW_COUNT(variables); i++) {
        add_variable(pairs, &count, variables[i]);
    }
    SW_TRY(add_named(more, pairs, &count, err));
    return make_object(&cli->arena, pairs, count, out);
}
