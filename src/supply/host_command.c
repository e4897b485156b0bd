/* Command lines of processes. Any word of one may be a secret, so that of what is shown each is a
 * name of a program or of an option, and no value of anything. */
#include "supply/ascii.h"
#include "supply/host.h"
#include "supply/key_shapes.h"

#define WORDS_MAX 4096
#define OPTION_MAX 40
#define SHOWN_OPTIONS 24
#define PROGRAM_MAX 64

/* The next word, and moves behind it. False at the end. */
static bool next_word(struct sw_str *rest, struct sw_str *out)
{
    if (rest->len == 0) {
        return false;
    }
    const char *end = memchr(rest->ptr, 0, rest->len);
    const size_t len = end == NULL ? rest->len : (size_t)(end - rest->ptr);
    *out = sw_str_n(rest->ptr, len);
    const size_t used = end == NULL ? len : len + 1;
    *rest = sw_str_n(rest->ptr + used, rest->len - used);
    return true;
}

static struct sw_str base_of(struct sw_str path)
{
    const char *slash = memrchr(path.ptr, '/', path.len);
    return slash == NULL ? path : sw_str_n(slash + 1, path.len - (size_t)(slash + 1 - path.ptr));
}

static bool is_interpreter(struct sw_str program)
{
    static const char *const names[] = {"node", "nodejs", "bun", "deno", "pypy", "uvicorn",
        "gunicorn", "torchrun", "sh", "bash", "dash"};
    for (size_t i = 0; i < SW_COUNT(names); i++) {
        if (sw_str_is(program, names[i])) {
            return true;
        }
    }
    return sw_str_starts(program, "python");
}

void sw_host_command_read(struct sw_str cmdline, struct sw_host_command *out)
{
    struct sw_str word;
    *out = (struct sw_host_command){
        .program = sw_str(""), .script = sw_str(""), .path = sw_str(""), .module = sw_str("")};
    if (!next_word(&cmdline, &word)) {
        return;
    }
    out->program = base_of(word);
    if (!is_interpreter(out->program)) {
        return;
    }
    while (next_word(&cmdline, &word) && word.len > 0) {
        if (sw_str_is(word, "-m")) {
            (void)next_word(&cmdline, &out->module);
            return;
        }
        if (word.ptr[0] != '-') {
            out->path = word;
            out->script = base_of(word);
            return;
        }
        if (sw_str_is(word, "-c") || sw_str_is(word, "-e")) {
            return; /* source, and no name of a file */
        }
    }
}

/* --- what is shown ---------------------------------------------------------------------------- */

/* A name as programs have them: a secret has other characters, or is too long. */
static bool is_name(struct sw_str text, size_t most)
{
    size_t at = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (!sw_ascii_alnum(text.ptr[i]) && memchr("._-:", text.ptr[i], 4) == NULL) {
            return false;
        }
    }
    return text.len > 0 && text.len <= most && sw_key_find(text, &at) == NULL;
}

/* Words in front of options that say what a program does. */
static bool is_known_word(struct sw_str word)
{
    static const char *const words[] = {"serve", "run", "start", "server", "chat", "launch",
        "worker", "mcp", "exec", "runner", "api", "ui", "proxy"};
    for (size_t i = 0; i < SW_COUNT(words); i++) {
        if (sw_str_is(word, words[i])) {
            return true;
        }
    }
    return false;
}

static bool is_option_char(char c)
{
    const char lower = sw_ascii_lower(c);
    return (lower >= 'a' && lower <= 'z') || c == '-' || c == '_';
}

/* "--api-key" of "--api-key=…", "-p" of "-p…"; nothing when it has digits or other marks. */
static struct sw_str option_name(struct sw_str word)
{
    const size_t start = sw_str_starts(word, "--") ? 2 : 1;
    size_t len = start;
    while (len < word.len && is_option_char(word.ptr[len])) {
        len++;
    }
    if (start == 1) {
        return sw_str_n(word.ptr, len > 1 ? 2 : 0);
    }
    const bool whole = len == word.len || word.ptr[len] == '=';
    return whole && len > start && len <= OPTION_MAX ? sw_str_n(word.ptr, len) : sw_str("");
}

static sw_result put_word(struct sw_buf *out, struct sw_str word)
{
    if (word.len == 0) {
        return SW_OK;
    }
    SW_TRY(out->len > 0 ? sw_buf_putc(out, ' ') : SW_OK);
    return sw_buf_put_str(out, word);
}

static sw_result put_options(struct sw_buf *out, struct sw_str rest)
{
    struct sw_str word;
    unsigned shown = 0;
    for (unsigned i = 0; i < WORDS_MAX && next_word(&rest, &word); i++) {
        const bool option = word.len > 1 && word.ptr[0] == '-';
        const struct sw_str name = option                ? option_name(word)
                                   : is_known_word(word) ? word
                                                         : sw_str("");
        if (name.len == 0 || ++shown > SHOWN_OPTIONS) {
            continue;
        }
        SW_TRY(put_word(out, name));
    }
    return shown > SHOWN_OPTIONS ? sw_buf_puts(out, " ...") : SW_OK;
}

sw_result sw_host_command_show(struct sw_arena *arena, struct sw_str cmdline, struct sw_str *out)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_host_command command;
    struct sw_str first;
    sw_host_command_read(cmdline, &command);
    SW_TRY(is_name(command.program, PROGRAM_MAX) ? put_word(&text, command.program) : SW_OK);
    SW_TRY(is_name(command.script, PROGRAM_MAX) &&
                   memchr(command.script.ptr, '.', command.script.len) != NULL
               ? put_word(&text, command.script)
               : SW_OK);
    (void)next_word(&cmdline, &first);
    SW_TRY(put_options(&text, cmdline));
    const char *own = sw_arena_strndup(arena, sw_buf_str(&text));
    SW_TRY_PTR(own);
    *out = sw_str(own);
    return SW_OK;
}

/* "--api-key", "--password=…": what is given to it is passed over, for the readers of commands take
 * values for names. */
static bool takes_secret(struct sw_str word)
{
    static const char *const words[] = {
        "key", "token", "secret", "pass", "auth", "cred", "header", "cookie"};
    const char *equals = memchr(word.ptr, '=', word.len);
    word.len = equals == NULL ? word.len : (size_t)(equals - word.ptr);
    if (word.len < 2 || word.ptr[0] != '-' || sw_ascii_starts(word, "--tokenizer")) {
        return false;
    }
    for (size_t i = 1; i < word.len; i++) {
        for (size_t w = 0; w < SW_COUNT(words); w++) {
            if (sw_ascii_starts(sw_str_n(word.ptr + i, word.len - i), words[w])) {
                return true;
            }
        }
    }
    return false;
}

sw_result sw_host_command_words(
    struct sw_arena *arena, struct sw_str cmdline, struct sw_words *words)
{
    struct sw_str word;
    bool secret = false;
    for (unsigned i = 0; i < WORDS_MAX && next_word(&cmdline, &word); i++) {
        const bool option = word.len > 1 && word.ptr[0] == '-';
        const bool value = secret && !option;
        secret = takes_secret(word);
        const bool both = secret && memchr(word.ptr, '=', word.len) != NULL;
        secret = secret && !both;
        SW_TRY(value || both ? SW_OK : sw_words_add(arena, words, word, 0));
    }
    return SW_OK;
}

/* --- which it is ------------------------------------------------------------------------------ */

static struct sw_str without_ending(struct sw_str name)
{
    return sw_str_ends(name, ".py") ? sw_str_n(name.ptr, name.len - 3) : name;
}

/* The section's row for any of the names that a command has. */
static struct sw_str row_of(const struct sw_catalogue *catalogue, enum sw_catalogue_section section,
    const struct sw_host_command *command)
{
    const struct sw_str names[] = {
        command->program, command->module, command->script, without_ending(command->script)};
    struct sw_str found = sw_str("");
    for (size_t i = 0; i < SW_COUNT(names) && found.len == 0; i++) {
        if (names[i].len > 0) {
            (void)sw_catalogue_find(catalogue, section, names[i], &found);
        }
    }
    return found;
}

struct sw_str sw_host_server_of(
    const struct sw_catalogue *catalogue, const struct sw_host_command *command)
{
    return row_of(catalogue, SW_CATALOGUE_SERVERS, command);
}

struct sw_str sw_host_agent_of(
    const struct sw_catalogue *catalogue, const struct sw_host_command *command)
{
    return row_of(catalogue, SW_CATALOGUE_PROGRAMS, command);
}
