/* Completion scripts from the option tables. Both ask what was typed before the word at hand: the
 * beginning of a command's name leads to its next words, a whole one to its options. */
#include "cli/cli.h"

#define NAME_WORDS_MAX 4

/* What every command takes; the table itself is in options.c. */
static const char *const common[] = {"store", "log-policy", "checkpoint", "json", "quiet", "help"};

/* --- the names as a tree --------------------------------------------------------------------- */

static size_t words_of(const char *name)
{
    size_t words = 1;
    for (; *name != '\0'; name++) {
        words += *name == ' ';
    }
    return words;
}

/* The word of the command's name behind `group`, which is "" or "log"; empty when it is not of it.
 */
static struct sw_str next_word(const struct sw_command *command, struct sw_str group)
{
    const char *rest = command->name;
    if (group.len != 0) {
        bool inside = strncmp(rest, group.ptr, group.len) == 0 && rest[group.len] == ' ';
        rest = inside ? rest + group.len + 1 : "";
    }
    return sw_str_n(rest, strcspn(rest, " "));
}

static bool is_first(size_t index, struct sw_str group, struct sw_str word)
{
    for (size_t i = 0; i < index; i++) {
        if (sw_str_equal(next_word(sw_commands[i], group), word)) {
            return false;
        }
    }
    return word.len != 0;
}

static bool is_first_of(size_t index, struct sw_str group)
{
    for (size_t i = 0; i < index; i++) {
        if (next_word(sw_commands[i], group).len != 0) {
            return false;
        }
    }
    return true;
}

/* "" and every beginning of a name that is not the whole of it, once each. */
static void each_group(FILE *out, void (*print)(FILE *out, struct sw_str group))
{
    for (size_t i = 0; sw_commands[i] != NULL; i++) {
        const char *name = sw_commands[i]->name;
        for (size_t len = 0; name[len] != '\0'; len += len == 0 ? strcspn(name, " ") : 1) {
            struct sw_str group = sw_str_n(name, len);
            if ((len == 0 || name[len] == ' ') && is_first_of(i, group)) {
                print(out, group);
            }
        }
    }
}

/* Names of more words come first: where one is the beginning of another, the longer one is meant.
 */
static void each_command(FILE *out, void (*print)(FILE *out, const struct sw_command *command))
{
    for (size_t words = NAME_WORDS_MAX; words > 0; words--) {
        for (size_t i = 0; sw_commands[i] != NULL; i++) {
            if (words_of(sw_commands[i]->name) == words) {
                print(out, sw_commands[i]);
            }
        }
    }
}

/* --- bash ------------------------------------------------------------------------------------ */

static void bash_group(FILE *out, struct sw_str group)
{
    (void)fprintf(out, "    \"" SW_STR_FMT "\") next=\"", SW_STR_ARG(group));
    for (size_t i = 0; sw_commands[i] != NULL; i++) {
        struct sw_str word = next_word(sw_commands[i], group);
        if (is_first(i, group, word)) {
            (void)fprintf(out, "%s" SW_STR_FMT, is_first_of(i, group) ? "" : " ", SW_STR_ARG(word));
        }
    }
    (void)fprintf(out, "\" ;;\n");
}

static void bash_command(FILE *out, const struct sw_command *command)
{
    (void)fprintf(out, "    \"%s \"*) options=\"", command->name);
    for (const struct sw_option *o = command->options; o != NULL && o->name != NULL; o++) {
        (void)fprintf(out, "--%s ", o->name);
    }
    for (size_t i = 0; i < SW_COUNT(common); i++) {
        (void)fprintf(out, "%s--%s", i == 0 ? "" : " ", common[i]);
    }
    (void)fprintf(out, "\" ;;\n");
}

void sw_completion_bash(FILE *out)
{
    (void)fprintf(out,
        "# bash completion for sealwright\n"
        "_sealwright()\n{\n"
        "    local typed=\"${COMP_WORDS[*]:1:COMP_CWORD-1}\" next=\"\" options=\"\"\n"
        "    case \"$typed\" in\n");
    each_group(out, bash_group);
    (void)fprintf(out, "    esac\n    case \"$typed \" in\n");
    each_command(out, bash_command);
    (void)fprintf(out, "    esac\n"
                       "    if [ -n \"$next\" ] && [[ $2 != -* ]]; then\n"
                       "        mapfile -t COMPREPLY < <(compgen -W \"$next\" -- \"$2\")\n"
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

static void zsh_group(FILE *out, struct sw_str group)
{
    (void)fprintf(out, "    ('" SW_STR_FMT "')\n        next=(", SW_STR_ARG(group));
    for (size_t i = 0; sw_commands[i] != NULL; i++) {
        const struct sw_command *c = sw_commands[i];
        struct sw_str word = next_word(c, group);
        if (is_first(i, group, word)) {
            bool whole = word.ptr[word.len] == '\0';
            (void)fprintf(out, " '" SW_STR_FMT ":", SW_STR_ARG(word));
            zsh_text(out, whole ? c->summary : group.len == 0 ? sw_help_summary(word) : "");
            (void)fputc('\'', out);
        }
    }
    (void)fprintf(out, ") ;;\n");
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
    size_t words = words_of(command->name);
    (void)fprintf(out, "    ('%s '*)\n        shift %zu words\n        (( CURRENT -= %zu ))\n",
        command->name, words, words);
    (void)fprintf(out, "        _arguments");
    for (const struct sw_option *o = command->options; o != NULL && o->name != NULL; o++) {
        zsh_option(out, o);
    }
    (void)fprintf(out, " \\\n            $common%s ;;\n",
        command->operands[0] == '\0' ? "" : " '*:file:_files'");
}

void sw_completion_zsh(FILE *out)
{
    (void)fprintf(out, "#compdef sealwright\n"
                       "# zsh completion for sealwright\n"
                       "_sealwright() {\n"
                       "    local typed=\"$words[2,CURRENT-1]\"\n"
                       "    local -a next common\n"
                       "    common=('--store=[the store]:DIR:_files -/'\n"
                       "        '--log-policy=[the policy of the log]:FILE:_files'\n"
                       "        '--checkpoint=[an earlier checkpoint]:FILE:_files'\n"
                       "        '--json[print the answer as one JSON document]'\n"
                       "        '--quiet[print nothing but errors]' '--help[show help]')\n"
                       "    case $typed in\n");
    each_group(out, zsh_group);
    (void)fprintf(out, "    esac\n"
                       "    if (( $#next )); then\n"
                       "        _describe -t commands command next\n        return\n    fi\n"
                       "    case \"$typed \" in\n");
    each_command(out, zsh_command);
    (void)fprintf(out, "    esac\n}\n_sealwright \"$@\"\n");
}
