/* Shell: what is served, downloaded and asked by commands. Source: POSIX.1-2024, XCU 2
 * (quoting, expansions and lists, as far as they matter here). */
#include "supply/look_commands.h"
#include "supply/ascii.h"
#include "supply/look_configuration.h"
#include "supply/look_tree.h"

#define WORDS_MAX 512 /* of a command; what is behind them is passed over */
#define VARIABLES_MAX 256
#define EXPANDED_MAX 4096
#define DEPTH_MAX 2 /* texts in texts */

struct word {
    struct sw_str text;
    uint32_t line;
};

struct shell {
    struct sw_look *look;
    struct sw_configuration *c;
    struct sw_str text;
    size_t at;
    uint32_t line;
    struct sw_arena *arena; /* for what follows */
    struct word *words;
    size_t count;
    struct sw_words said;                 /* the same, expanded */
    struct word variables[VARIABLES_MAX]; /* "NAME=value" */
    size_t variable_count;
    struct sw_str heredoc; /* the line that ends the text behind this line */
    bool written;          /* the next word is a file that is written, and no argument */
    bool list;             /* in "NAME=(a b c)", which may go over lines */
    unsigned depth;
};

/* --- expansions ------------------------------------------------------------------------------- */

static bool is_name_char(char c)
{
    return sw_ascii_alnum(c) || c == '_';
}

static size_t name_length(struct sw_str text)
{
    size_t len = 0;
    while (len < text.len && is_name_char(text.ptr[len])) {
        len++;
    }
    return len;
}

/* The last value that a name was given; false when it has none. */
static bool value_of(const struct shell *s, struct sw_str name, struct sw_str *out)
{
    for (size_t i = s->variable_count; i > 0; i--) {
        const struct sw_str v = s->variables[i - 1].text;
        if (v.len > name.len && v.ptr[name.len] == '=' &&
            sw_str_equal(sw_str_n(v.ptr, name.len), name)) {
            *out = sw_str_n(v.ptr + name.len + 1, v.len - name.len - 1);
            return true;
        }
    }
    return false;
}

/* Behind a '$': what it stands for, and how long it is; itself when nothing is known. */
static struct sw_str expansion(const struct shell *s, struct sw_str rest, size_t *len)
{
    struct sw_str value = sw_str("$");
    const bool braces = rest.len > 0 && rest.ptr[0] == '{';
    const char *close = braces ? memchr(rest.ptr, '}', rest.len) : NULL;
    struct sw_str name = braces ? sw_str_n(rest.ptr + 1, rest.len - 1) : rest;
    *len = 0;
    name.len = name_length(name);
    if (braces && close == NULL) {
        return value;
    }
    *len = braces ? (size_t)(close - rest.ptr) + 1 : name.len;
    /* of "$1" nothing is known, and what stands behind ":-" is taken */
    const bool known = value_of(s, name, &value) && memchr(value.ptr, '$', value.len) == NULL;
    if (known || !braces) {
        return value;
    }
    /* "${NAME:-value}", "${NAME-value}" */
    struct sw_str other = sw_str_n(rest.ptr + 1 + name.len, *len - 2 - name.len);
    if (sw_str_starts(other, ":-") || sw_str_starts(other, ":=")) {
        return sw_str_n(other.ptr + 2, other.len - 2);
    }
    return sw_str_starts(other, "-") ? sw_str_n(other.ptr + 1, other.len - 1) : value;
}

static sw_result expand(struct shell *s, struct sw_str text, struct sw_str *out)
{
    SW_CLEANUP(buf) struct sw_buf buf = SW_BUF_INIT;
    *out = text;
    if (text.len == 0 || text.len > EXPANDED_MAX || memchr(text.ptr, '$', text.len) == NULL) {
        return SW_OK;
    }
    for (size_t i = 0; i < text.len && buf.len < EXPANDED_MAX;) {
        size_t len = 0;
        struct sw_str part = sw_str_n(text.ptr + i, 1);
        if (text.ptr[i] == '$') {
            part = expansion(s, sw_str_n(text.ptr + i + 1, text.len - i - 1), &len);
        }
        SW_TRY(sw_buf_put_str(&buf, part));
        i += 1 + len;
    }
    const char *copy = sw_arena_strndup(s->look->arena, sw_buf_str(&buf));
    SW_TRY_PTR(copy);
    *out = sw_str_n(copy, buf.len);
    return SW_OK;
}

/* --- commands --------------------------------------------------------------------------------- */

static size_t assigned_name(struct sw_str word)
{
    const size_t len = name_length(word);
    return len > 0 && len < word.len && word.ptr[len] == '=' && !sw_ascii_digit(word.ptr[0]) ? len
                                                                                             : 0;
}

/* "NAME=value": what "$NAME" is from there on. */
static sw_result keep_assigned(struct shell *s, const struct word *word)
{
    struct sw_str value;
    const size_t len = assigned_name(word->text);
    const struct sw_str name = sw_str_n(word->text.ptr, len);
    if (len == 0 || s->variable_count == VARIABLES_MAX) {
        return SW_OK;
    }
    SW_TRY(expand(s, sw_str_n(name.ptr + len + 1, word->text.len - len - 1), &value));
    const char *kept = sw_arena_printf(
        s->look->arena, SW_STR_FMT "=" SW_STR_FMT, SW_STR_ARG(name), SW_STR_ARG(value));
    SW_TRY_PTR(kept);
    s->variables[s->variable_count++] = (struct word){sw_str(kept), word->line};
    return SW_OK;
}

/* What the words of a command mean is known to look_command.c. */
static sw_result end_command(struct shell *s)
{
    s->said.count = 0;
    for (size_t i = 0; i < s->count; i++) {
        const struct word *word = &s->words[i];
        struct sw_str text;
        SW_TRY(sw_look_see_body(s->look, word->text, word->line));
        SW_TRY(expand(s, word->text, &text));
        SW_TRY(sw_words_add(s->arena, &s->said, text, word->line));
        SW_TRY(keep_assigned(s, word));
    }
    s->count = 0;
    SW_TRY(sw_look_installs(s->look, &s->said));
    return sw_configuration_commands(s->c, &s->said);
}

/* --- words ------------------------------------------------------------------------------------ */

static char peek(const struct shell *s, size_t ahead)
{
    return ahead < s->text.len - s->at ? s->text.ptr[s->at + ahead] : '\0';
}

static char take(struct shell *s)
{
    const char c = s->text.ptr[s->at++];
    s->line += c == '\n' ? 1 : 0;
    return c;
}

static bool ends_word(char c)
{
    return sw_ascii_space(c) || c == ';' || c == '|' || c == '&' || c == '(' || c == ')' ||
           c == '<' || c == '>' || c == '`';
}

/* "torch>=2" of those who forget the quotes is one word. */
static bool compares(const struct shell *s)
{
    return (peek(s, 0) == '<' || peek(s, 0) == '>') && peek(s, 1) == '=';
}

/* Between quotes of one kind; the closing one is taken. */
static sw_result take_quoted(struct shell *s, char quote, struct sw_buf *word)
{
    while (s->at < s->text.len && peek(s, 0) != quote) {
        if (quote == '"' && peek(s, 0) == '\\' && s->at + 1 < s->text.len) {
            s->at++;
            if (peek(s, 0) == '\n') {
                (void)take(s);
                continue;
            }
        }
        SW_TRY(sw_buf_putc(word, take(s)));
    }
    s->at += s->at < s->text.len ? 1 : 0;
    return SW_OK;
}

static sw_result take_piece(struct shell *s, struct sw_buf *word)
{
    const char c = take(s);
    if (c == '\'' || c == '"') {
        return take_quoted(s, c, word);
    }
    if (c != '\\') {
        return sw_buf_putc(word, c);
    }
    if (s->at == s->text.len) {
        return SW_OK;
    }
    const char escaped = take(s);
    return escaped == '\n' ? SW_OK : sw_buf_putc(word, escaped);
}

static sw_result take_word(struct shell *s)
{
    SW_CLEANUP(buf) struct sw_buf word = SW_BUF_INIT;
    const uint32_t line = s->line;
    while (s->at < s->text.len && (!ends_word(peek(s, 0)) || compares(s))) {
        SW_TRY(take_piece(s, &word));
    }
    const bool written = s->written;
    s->written = false;
    if (s->count == WORDS_MAX || word.len == 0 || written) {
        return SW_OK;
    }
    const char *copy = sw_arena_strndup(s->look->arena, sw_buf_str(&word));
    SW_TRY_PTR(copy);
    s->words[s->count++] = (struct word){sw_str_n(copy, word.len), line};
    return SW_OK;
}

/* --- texts behind a command ------------------------------------------------------------------- */

/* "<<EOF", "<<-'EOF'" */
static void begin_heredoc(struct shell *s)
{
    s->at += 2;
    while (peek(s, 0) == '-' || peek(s, 0) == ' ' || peek(s, 0) == '\'' || peek(s, 0) == '"' ||
           peek(s, 0) == '\\') {
        s->at++;
    }
    struct sw_str rest = sw_str_n(s->text.ptr + s->at, s->text.len - s->at);
    rest.len = name_length(rest);
    s->at += rest.len;
    s->at += peek(s, 0) == '\'' || peek(s, 0) == '"' ? 1 : 0;
    s->heredoc = rest;
}

static sw_result read_commands(
    struct sw_configuration *c, struct sw_str text, uint32_t line, unsigned depth);

/* The lines up to its end, as one word of the command; what is written into a file of commands or
 * of variables is used, too. */
static sw_result take_heredoc(struct shell *s)
{
    const size_t start = s->at;
    const uint32_t line = s->line;
    size_t end = s->at;
    while (s->at < s->text.len) {
        end = s->at;
        const char *stop = memchr(s->text.ptr + s->at, '\n', s->text.len - s->at);
        const size_t next = stop == NULL ? s->text.len : (size_t)(stop - s->text.ptr);
        const struct sw_str text = sw_str_n(s->text.ptr + s->at, next - s->at);
        s->at = next + (stop == NULL ? 0 : 1);
        s->line += stop == NULL ? 0 : 1;
        if (sw_str_equal(sw_ascii_trim(text), s->heredoc)) {
            break;
        }
        end = s->at;
    }
    const struct sw_str inner = sw_str_n(s->text.ptr + start, end - start);
    s->heredoc = sw_str("");
    if (s->count < WORDS_MAX) {
        s->words[s->count++] = (struct word){inner, line};
    }
    return s->depth < DEPTH_MAX ? read_commands(s->c, inner, line, s->depth + 1) : SW_OK;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* "NAME=(a b c)": the words of a list are one command, over lines. */
static bool goes_on(struct shell *s, char c)
{
    const bool opens = c == '(' && s->at > 1 && s->text.ptr[s->at - 2] == '=';
    s->list = (s->list || opens) && c != ')';
    return s->list && (c == '\n' || opens);
}

/* What stands between words. */
static sw_result take_separator(struct shell *s)
{
    if (peek(s, 0) == '<' && peek(s, 1) == '<' && peek(s, 2) != '<') {
        begin_heredoc(s);
        return SW_OK;
    }
    const char c = take(s);
    if (c == '\n' && s->heredoc.len > 0) {
        SW_TRY(take_heredoc(s));
    }
    s->written = c == '>' || (s->written && (c == ' ' || c == '\t'));
    return goes_on(s, c) || is_blank(c) || c == '<' || c == '>' ? SW_OK : end_command(s);
}

static sw_result read_commands(
    struct sw_configuration *c, struct sw_str text, uint32_t line, unsigned depth)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    struct shell s = {
        .look = c->look, .c = c, .arena = &arena, .text = text, .line = line, .depth = depth};
    s.words = SW_ARENA_ARRAY(&arena, struct word, WORDS_MAX);
    SW_TRY_PTR(s.words);
    while (s.at < s.text.len) {
        if (peek(&s, 0) == '#') {
            while (s.at < s.text.len && peek(&s, 0) != '\n') {
                s.at++;
            }
        } else if (ends_word(peek(&s, 0))) {
            SW_TRY(take_separator(&s));
        } else {
            SW_TRY(take_word(&s));
        }
    }
    return end_command(&s);
}

sw_result sw_look_commands(struct sw_look *look, struct sw_str text, uint32_t line)
{
    struct sw_configuration c;
    sw_configuration_init(&c, look);
    SW_TRY(sw_look_see_lines(look, text, line));
    return read_commands(&c, text, line, 0);
}

/* --- files ------------------------------------------------------------------------------------ */

static sw_result look_at(struct sw_look *look, struct sw_error *err)
{
    (void)err;
    return sw_look_commands(look, look->text, 1);
}

static bool takes(const struct sw_look *look)
{
    static const char *const ends[] = {".sh", ".bash", ".zsh", ".ksh", ".mk", ".slurm", ".sbatch",
        "makefile", "justfile", ".bashrc", ".zshrc", ".profile", ".bash_profile"};
    for (size_t i = 0; i < SW_COUNT(ends); i++) {
        if (sw_look_ends(look, ends[i])) {
            return true;
        }
    }
    return false;
}

const struct sw_look_reader sw_look_commands_reader = {
    .name = "commands",
    .takes = takes,
    .look = look_at,
    .gap = "no shell",
};
