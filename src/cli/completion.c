/* Completion scripts from the option tables. */
#include "cli/cli.h"

/* What every command takes; the table itself is in options.c. */
static const char *const common[] = {"store", "json", "quiet", "help"};

static struct sw_str second_word(const struct sw_command *command)
{
    const char *space = strchr(command->name, ' ');
    return sw_str(space == NULL ? "" : space + 1);
}

/* --- bash ------------------------------------------------------------------------------------ */

static void bash_options(FILE *out, const struct sw_command *command)
{
    (void)fprintf(out, "    \"%s\"*) options=\"", command->name);
    for (const struct sw_option *o = command->options; o != NULL && o->name != NULL; o++) {
        (void)fprintf(out, "--%s ", o->name);
    }
    for (size_t i = 0; i < SW_COUNT(common); i++) {
        (void)fprintf(out, "%s--%s", i == 0 ? "" : " ", common[i]);
    }
    (void)fprintf(out, "\" ;;\n");
}

static void bash_second(FILE *out, const struct sw_command *command)
{
    struct sw_str second = second_word(command);
    if (second.len != 0) {
        (void)fprintf(out, "    %.*s) second+=\" " SW_STR_FMT "\" ;;&\n",
            (int)(second.ptr - command->name - 1), command->name, SW_STR_ARG(second));
    }
}

void sw_completion_bash(FILE *out)
{
    (void)fprintf(out,
        "# bash completion for sealwright\n"
        "_sealwright()\n{\n"
        "    local words=\"${COMP_WORDS[1]} ${COMP_WORDS[2]}\" options=\"\" second=\"\"\n"
        "    case \"$words\" in\n");
    for (size_t i = 0; sw_commands[i] != NULL; i++) {
        bash_options(out, sw_commands[i]);
    }
    (void)fprintf(out, "    esac\n"
                       "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
                       "        mapfile -t COMPREPLY < <(compgen -W \"");
    sw_help_list(out);
    (void)fprintf(out, "\" -- \"$2\")\n        return\n    fi\n    case \"${COMP_WORDS[1]}\" in\n");
    for (size_t i = 0; sw_commands[i] != NULL; i++) {
        bash_second(out, sw_commands[i]);
    }
    (void)fprintf(out, "    esac\n"
                       "    if [ \"$COMP_CWORD\" -eq 2 ] && [ -n \"$second\" ]; then\n"
                       "        mapfile -t COMPREPLY < <(compgen -W \"$second\" -- \"$2\")\n"
                       "    elif [[ $2 == -* ]]; then\n"
                       "        mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$2\")\n"
                       "    else\n"
                       "        compopt -o filenames 2>/dev/null\n"
                       "        mapfile -t COMPREPLY < <(compgen -f -- \"$2\")\n"
                       "    fi\n}\n"
                       "complete -F _sealwright sealwright\n");
}

/* --- zsh ------------------------------------------------------------------------------------- */

/* Text inside single quotes, where zsh's own words give ':', '[' and ']' a meaning. */
static void zsh_text(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\'') {
            (void)fputs("'\\''", out);
            continue;
        }
        if (strchr(":[]\\", *text) != NULL) {
            (void)fputc('\\', out);
        }
        (void)fputc(*text, out);
    }
}

static bool names_a_file(const char *value)
{
    return strcmp(value, "FILE") == 0 || strcmp(value, "PATH") == 0;
}

static void zsh_option(FILE *out, const struct sw_option *option)
{
    (void)fprintf(out, " \\\n            '%s--%s%s[", option->kind == SW_OPTION_LIST ? "*" : "",
        option->name, option->kind == SW_OPTION_FLAG ? "" : "=");
    zsh_text(out, option->help);
    (void)fputc(']', out);
    if (option->kind != SW_OPTION_FLAG) {
        (void)fprintf(out, ":%s:%s", option->value, names_a_file(option->value) ? "_files" : " ");
    }
    (void)fputc('\'', out);
}

static void zsh_command(FILE *out, const struct sw_command *command)
{
    (void)fprintf(out, "    ('%s')\n        _arguments", command->name);
    for (const struct sw_option *o = command->options; o != NULL && o->name != NULL; o++) {
        zsh_option(out, o);
    }
    (void)fprintf(out, " \\\n            $common%s ;;\n",
        command->operands[0] == '\0' ? "" : " '*:file:_files'");
}

/* 'name:summary' for each first word, or for each second word of a group. */
static void zsh_names(FILE *out, struct sw_str group)
{
    struct sw_str last = sw_str("");
    (void)fprintf(out, "names=(");
    for (size_t i = 0; sw_commands[i] != NULL; i++) {
        const struct sw_command *c = sw_commands[i];
        struct sw_str second = second_word(c);
        struct sw_str first = sw_str_n(c->name, strlen(c->name) - second.len - (second.len != 0));
        struct sw_str name = group.len == 0 ? first : second;
        if ((group.len != 0 && !sw_str_equal(first, group)) || sw_str_equal(name, last)) {
            continue;
        }
        (void)fprintf(out, " '" SW_STR_FMT ":", SW_STR_ARG(name));
        zsh_text(out, group.len == 0 ? sw_help_summary(first) : c->summary);
        (void)fputc('\'', out);
        last = name;
    }
    (void)fprintf(out, ")\n");
}

static void zsh_groups(FILE *out)
{
    struct sw_str last = sw_str("");
    for (size_t i = 0; sw_commands[i] != NULL; i++) {
        const char *name = sw_commands[i]->name;
        const char *space = strchr(name, ' ');
        struct sw_str first = sw_str_n(name, space == NULL ? 0 : (size_t)(space - name));
        if (first.len == 0 || sw_str_equal(first, last)) {
            continue;
        }
        (void)fprintf(out, "    (" SW_STR_FMT ")\n        ", SW_STR_ARG(first));
        zsh_names(out, first);
        (void)fprintf(out, "        if (( CURRENT == 3 )); then\n"
                           "            _describe -t commands command names\n            return\n"
                           "        fi\n"
                           "        name+=\" $words[3]\" taken=2 ;;\n");
        last = first;
    }
}

void sw_completion_zsh(FILE *out)
{
    (void)fprintf(out, "#compdef sealwright\n"
                       "# zsh completion for sealwright\n"
                       "_sealwright() {\n"
                       "    local name=$words[2] taken=1\n"
                       "    local -a names common\n"
                       "    common=('--store=[the store]:DIR:_files -/'\n"
                       "        '--json[print the answer as one JSON document]'\n"
                       "        '--quiet[print nothing but errors]' '--help[show help]')\n"
                       "    ");
    zsh_names(out, sw_str(""));
    (void)fprintf(out, "    if (( CURRENT == 2 )); then\n"
                       "        _describe -t commands command names\n        return\n    fi\n"
                       "    case $name in\n");
    zsh_groups(out);
    (void)fprintf(out, "    esac\n"
                       "    shift $taken words\n"
                       "    (( CURRENT -= taken ))\n"
                       "    case $name in\n");
    for (size_t i = 0; sw_commands[i] != NULL; i++) {
        zsh_command(out, sw_commands[i]);
    }
    (void)fprintf(out, "    esac\n}\n_sealwright \"$@\"\n");
}
