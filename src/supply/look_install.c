/* What commands install: pip, uv, poetry, pdm, npm, yarn, pnpm and bun. */
#include "supply/command_options.h"
#include "supply/look_configuration.h"
#include "supply/packages.h"

enum state {
    COMMAND, /* no tool was named yet */
    TOOL,    /* it was: what it shall do comes */
    INSTALL, /* what to install comes */
    REST,    /* another command */
};

struct reading {
    struct sw_look *look;
    enum state state;
    enum sw_catalogue_section ecosystem;
    bool adds_only; /* the tool's "install" takes no names */
    bool development;
    bool skip;       /* the next word belongs to an option */
    bool expression; /* within "${{ matrix.version }}" */
};

/* --- commands --------------------------------------------------------------------------------- */

static bool is_one_of(struct sw_str word, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (sw_str_is(word, list[i])) {
            return true;
        }
    }
    return false;
}

/* "/opt/venv/bin/pip3.11" */
static struct sw_str tool_of(struct sw_str word)
{
    const char *slash = word.len == 0 ? NULL : memrchr(word.ptr, '/', word.len);
    if (slash != NULL) {
        word = sw_str_n(slash + 1, word.len - (size_t)(slash - word.ptr) - 1);
    }
    while (word.len > 0 && sw_str_starts(word, "pip") &&
           (sw_ascii_digit(word.ptr[word.len - 1]) || word.ptr[word.len - 1] == '.')) {
        word.len--;
    }
    return word;
}

static void take_command(struct reading *r, struct sw_str word)
{
    static const struct {
        const char *tool;
        enum sw_catalogue_section ecosystem;
        bool adds_only;
    } tools[] = {{"pip", SW_CATALOGUE_PYPI, false}, {"uv", SW_CATALOGUE_PYPI, true},
        {"poetry", SW_CATALOGUE_PYPI, true}, {"pdm", SW_CATALOGUE_PYPI, true},
        {"npm", SW_CATALOGUE_NPM, false}, {"pnpm", SW_CATALOGUE_NPM, false},
        {"bun", SW_CATALOGUE_NPM, false}, {"yarn", SW_CATALOGUE_NPM, true}};
    static const char *const talkers[] = {"echo", "printf", "grep", "sed", "cat"};
    word = tool_of(word);
    if (is_one_of(word, talkers, SW_COUNT(talkers))) {
        r->state = REST;
        return;
    }
    for (size_t i = 0; i < SW_COUNT(tools); i++) {
        if (sw_str_is(word, tools[i].tool)) {
            r->state = TOOL;
            r->ecosystem = tools[i].ecosystem;
            r->adds_only = tools[i].adds_only;
        }
    }
}

static void take_verb(struct reading *r, struct sw_str word)
{
    static const char *const verbs[] = {"install", "i", "add"};
    if (word.ptr[0] == '-' || sw_str_is(word, "global")) {
        return;
    }
    if (sw_str_is(word, "add") || (!r->adds_only && is_one_of(word, verbs, SW_COUNT(verbs)))) {
        r->state = INSTALL;
        return;
    }
    r->state = COMMAND;
    take_command(r, word);
}

static void take_option(struct reading *r, struct sw_str option)
{
    static const char *const development[] = {"-D", "--save-dev", "--dev"};
    r->development = r->development || is_one_of(option, development, SW_COUNT(development));
    r->skip = sw_option_of(SW_COMMAND_INSTALL, option) == SW_OPTION_VALUE;
}

/* "name@1.2.3", "@scope/name" */
static bool of_npm(struct sw_str word, struct sw_package *out)
{
    const char *at = word.len < 2 ? NULL : memchr(word.ptr + 1, '@', word.len - 1);
    const size_t len = at == NULL ? word.len : (size_t)(at - word.ptr);
    out->name = sw_str_n(word.ptr, len);
    out->range = at == NULL ? sw_str("") : sw_str_n(at + 1, word.len - len - 1);
    out->version = sw_package_npm_version(out->range);
    return true;
}

static sw_result take_argument(struct reading *r, struct sw_str word, uint32_t line)
{
    struct sw_package package = {
        .ecosystem = r->ecosystem, .line = line, .development = r->development};
    if (word.ptr[0] == '>' || word.ptr[0] == '<') {
        r->skip = word.len == 1 || word.ptr[word.len - 1] == word.ptr[0];
        return SW_OK;
    }
    const bool inside = r->expression || sw_str_starts(word, "${{");
    const bool closes = memmem(word.ptr, word.len, "}}", 2) != NULL;
    r->expression = !closes && (inside || memmem(word.ptr, word.len, "${{", 3) != NULL);
    if (inside) {
        return SW_OK;
    }
    const bool is = r->ecosystem == SW_CATALOGUE_NPM ? of_npm(word, &package)
                                                     : sw_package_of_python(word, &package);
    return is && !sw_package_is_keyword(package.name) ? sw_package_installed(r->look, &package)
                                                      : SW_OK;
}

static sw_result take_word(struct reading *r, struct sw_str word, uint32_t line)
{
    if (word.len == 0 || r->skip) {
        r->skip = false;
        return SW_OK;
    }
    switch (r->state) {
    case COMMAND: take_command(r, word); return SW_OK;
    case TOOL: take_verb(r, word); return SW_OK;
    case REST: return SW_OK;
    case INSTALL: break;
    }
    if (word.ptr[0] == '-') {
        take_option(r, word);
        return SW_OK;
    }
    return take_argument(r, word, line);
}

sw_result sw_look_installs(struct sw_look *look, const struct sw_words *words)
{
    struct reading r = {.look = look};
    for (size_t i = 0; i < words->count; i++) {
        if (sw_str_is(words->list[i], ";")) {
            r = (struct reading){.look = look};
            continue;
        }
        SW_TRY(take_word(&r, words->list[i], words->lines[i]));
    }
    return SW_OK;
}
