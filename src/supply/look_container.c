/* Dockerfiles and Containerfiles; Modelfiles of Ollama, which look alike.
 * Source: Dockerfile reference, format, ARG and FROM; Ollama, Modelfile reference. */
#include "supply/ascii.h"
#include "supply/look_configuration.h"

struct instruction {
    struct sw_str name, rest; /* `rest` may go over lines */
    uint32_t line;
};

/* The next instruction, with the lines that it is continued on. False at the end. */
static bool next(struct sw_str text, size_t *at, uint32_t *line, struct instruction *out)
{
    size_t end = *at;
    bool comment = true;
    out->line = *line;
    while (end < text.len) {
        const char *stop = memchr(text.ptr + end, '\n', text.len - end);
        const size_t len = stop == NULL ? text.len - end : (size_t)(stop - text.ptr) - end;
        const struct sw_str one = sw_ascii_trim(sw_str_n(text.ptr + end, len));
        end += len + (stop == NULL ? 0 : 1);
        ++*line;
        comment = comment && (one.len == 0 || one.ptr[0] == '#');
        if (comment) {
            *at = end;
            out->line = *line;
            continue;
        }
        if (one.len > 0 && one.ptr[0] != '#' && one.ptr[one.len - 1] != '\\') {
            break;
        }
    }
    const struct sw_str whole = sw_ascii_trim(sw_str_n(text.ptr + *at, end - *at));
    size_t word = 0;
    while (word < whole.len && !sw_ascii_space(whole.ptr[word])) {
        word++;
    }
    out->name = sw_str_n(whole.ptr, word);
    out->rest = sw_ascii_trim(sw_str_n(whole.ptr + word, whole.len - word));
    *at = end;
    return whole.len > 0;
}

static bool is(const struct instruction *i, const char *name)
{
    return sw_ascii_equal(i->name, sw_str(name));
}

/* "--platform=linux/amd64 NAME AS build": NAME. */
static struct sw_str operand_of(struct sw_str rest)
{
    while (sw_str_starts(rest, "--")) {
        size_t i = 0;
        while (i < rest.len && !sw_ascii_space(rest.ptr[i])) {
            i++;
        }
        rest = sw_ascii_trim(sw_str_n(rest.ptr + i, rest.len - i));
    }
    size_t end = 0;
    while (end < rest.len && !sw_ascii_space(rest.ptr[end])) {
        end++;
    }
    return sw_str_n(rest.ptr, end);
}

/* --- Dockerfile ------------------------------------------------------------------------------- */

static struct sw_str unquoted(struct sw_str text)
{
    const bool quoted = text.len > 1 && (text.ptr[0] == '"' || text.ptr[0] == '\'') &&
                        text.ptr[text.len - 1] == text.ptr[0];
    return quoted ? sw_str_n(text.ptr + 1, text.len - 2) : text;
}

/* ARG NAME=value, which FROM may use. */
static void keep_argument(struct sw_configuration *c, struct sw_str rest)
{
    const struct sw_str word = operand_of(rest);
    const char *equals = memchr(word.ptr, '=', word.len);
    if (equals == NULL || c->variable_count == SW_LOOK_VARIABLES_MAX) {
        return;
    }
    const size_t len = (size_t)(equals - word.ptr);
    c->variables[c->variable_count++] = (struct sw_look_variable){
        .name = sw_str_n(word.ptr, len),
        .value = unquoted(sw_str_n(equals + 1, word.len - len - 1)),
    };
}

/* ENV NAME value, as it was once written. */
static sw_result see_old_environment(struct sw_configuration *c, const struct instruction *i)
{
    const struct sw_str name = operand_of(i->rest);
    const struct sw_str value =
        sw_ascii_trim(sw_str_n(i->rest.ptr + name.len, i->rest.len - name.len));
    return memchr(name.ptr, '=', name.len) != NULL
               ? SW_OK
               : sw_configuration_setting(c, name, unquoted(value), i->line);
}

/* ["vllm", "serve", "…"], or a command line. */
static sw_result see_command(struct sw_configuration *c, const struct instruction *i)
{
    struct sw_words words = {0};
    struct sw_setting *root;
    struct sw_error err;
    if (i->rest.len == 0 || i->rest.ptr[0] != '[' ||
        sw_settings_read(c->look->arena, i->rest, SW_SETTINGS_JSON, i->line, &root, &err) !=
            SW_OK) {
        return sw_configuration_command(c, i->rest, i->line);
    }
    for (const struct sw_setting *n = root->first->first; n != NULL; n = n->next) {
        const struct sw_str text = sw_setting_text(n);
        SW_TRY(memchr(text.ptr, ' ', text.len) == NULL
                   ? sw_words_add(c->look->arena, &words, text, n->line)
                   : sw_words_split(c->look->arena, &words, text, n->line));
    }
    SW_TRY(sw_look_installs(c->look, &words));
    return sw_configuration_commands(c, &words);
}

static sw_result see_instruction(struct sw_configuration *c, const struct instruction *i)
{
    if (is(i, "FROM")) {
        return sw_configuration_image(c, unquoted(operand_of(i->rest)), i->line);
    }
    if (is(i, "COPY") && sw_str_starts(i->rest, "--from=")) {
        const struct sw_str stage = sw_str_n(i->rest.ptr + 7, i->rest.len - 7);
        return sw_configuration_image(c, operand_of(stage), i->line);
    }
    if (is(i, "ARG")) {
        keep_argument(c, i->rest);
    }
    SW_TRY(is(i, "ENV") ? see_old_environment(c, i) : SW_OK);
    return is(i, "ENV") || is(i, "ARG") || is(i, "RUN") || is(i, "CMD") || is(i, "ENTRYPOINT")
               ? see_command(c, i)
               : SW_OK;
}

static sw_result look_at_file(
    struct sw_look *look, sw_result (*see)(struct sw_configuration *, const struct instruction *))
{
    struct sw_configuration c;
    struct instruction i;
    size_t at = 0;
    uint32_t line = 1;
    if (look->text.len > SW_CONFIGURATION_MAX) {
        return sw_look_gap(look, "settings larger than 1 MiB");
    }
    sw_configuration_init(&c, look);
    while (next(look->text, &at, &line, &i)) {
        SW_TRY(see(&c, &i));
    }
    return SW_OK;
}

static sw_result look_at_container(struct sw_look *look, struct sw_error *err)
{
    (void)err;
    SW_TRY(sw_look_see_lines(look, look->text, 1));
    return look_at_file(look, see_instruction);
}

/* "Dockerfile", "Dockerfile.gpu", "dockerfile-gpu"; not "dockerfile_parser.py" */
static bool is_called(const struct sw_look *look, const char *word)
{
    const size_t len = strlen(word);
    if (!sw_ascii_starts(look->name, word)) {
        return false;
    }
    const struct sw_str rest = sw_str_n(look->name.ptr + len, look->name.len - len);
    return rest.len == 0 || rest.ptr[0] == '.' ||
           (strchr("-_", rest.ptr[0]) != NULL && memchr(rest.ptr, '.', rest.len) == NULL);
}

static bool takes_container(const struct sw_look *look)
{
    return is_called(look, "Dockerfile") || is_called(look, "Containerfile") ||
           sw_look_ends(look, ".dockerfile") || sw_look_ends(look, ".containerfile");
}

const struct sw_look_reader sw_look_container = {
    .name = "container",
    .takes = takes_container,
    .look = look_at_container,
    .gap = "no Dockerfile",
};

/* --- Modelfile -------------------------------------------------------------------------------- */

static sw_result see_model(struct sw_configuration *c, const struct instruction *i)
{
    return is(i, "FROM") ? sw_configuration_ollama(c, operand_of(i->rest), i->line) : SW_OK;
}

static sw_result look_at_modelfile(struct sw_look *look, struct sw_error *err)
{
    (void)err;
    return look_at_file(look, see_model);
}

static bool takes_modelfile(const struct sw_look *look)
{
    return sw_look_named(look, "Modelfile") || sw_ascii_starts(look->name, "Modelfile.") ||
           sw_look_ends(look, ".modelfile");
}

const struct sw_look_reader sw_look_modelfile = {
    .name = "modelfile",
    .takes = takes_modelfile,
    .look = look_at_modelfile,
    .gap = "no Modelfile",
};
