#include "cli/cli.h"

#include "version.h"

/* The common options, in words; their table is in options.c. */
static const struct {
    const char *name;
    const char *value;
    const char *help;
} common_help[] = {
    {"store", "DIR", "the store (default: $SEALWRIGHT_STORE, else .sealwright here or above)"},
    {"log-policy", "FILE",
        "open no store but that of the log whose policy file this is (default: "
        "$SEALWRIGHT_LOG_POLICY)"},
    {"checkpoint", "FILE",
        "open no store whose log did not grow from this kept checkpoint (default: "
        "$SEALWRIGHT_CHECKPOINT)"},
    {"json", NULL, "print the answer as one JSON document"},
    {"quiet", NULL, "print nothing but errors; the exit status tells"},
    {"help", NULL, "show this help"},
};

static const char exit_text[] = "0 pass, 1 fail or refused, 2 wrong usage, 3 no evidence, "
                                "4 could not do it (files, database, network)";

#define HELP_WIDTH 79
#define HELP_COLUMN 29

/* Takes the word that `text` begins with; gives what stands behind it. Markup of the man page
 * (*bold*, a backslash before a character) is left out. */
static const char *take_word(const char *text, char word[HELP_WIDTH + 1])
{
    size_t n = 0;
    while (*text != '\0' && *text != ' ' && *text != '\n' && n < HELP_WIDTH) {
        text += *text == '\\' && text[1] != '\0' ? 1 : 0;
        if (*text != '*') {
            word[n++] = *text;
        }
        text++;
    }
    word[n] = '\0';
    return text;
}

/* Prints `text` from column `column` on, broken between words; later lines begin at `indent`. */
static void print_wrapped(FILE *out, const char *text, size_t column, size_t indent)
{
    size_t blanks = 0; /* before the next word, when that fits on the line */
    while (*text != '\0') {
        char word[HELP_WIDTH + 1];
        text = take_word(text, word);
        size_t n = strlen(word);
        bool breaks = column + blanks + n > HELP_WIDTH && column > indent;
        (void)fprintf(
            out, "%s%*s%s", breaks ? "\n" : "", (int)(breaks ? indent : blanks), "", word);
        column = (breaks ? indent : column + blanks) + n;
        for (; *text == '\n'; text++, column = 0) {
            (void)fputc('\n', out);
        }
        for (blanks = 0; *text == ' '; text++) {
            blanks = column == 0 ? 0 : 1;
        }
    }
}

/* What is explained on the left, the words on the right; below it where it is too long. */
static void print_entry(FILE *out, const char *left, const char *text)
{
    if (strlen(left) > HELP_COLUMN - 3) {
        (void)fprintf(out, "  %s\n%*s", left, HELP_COLUMN, "");
    } else {
        (void)fprintf(out, "  %-*s", HELP_COLUMN - 2, left);
    }
    print_wrapped(out, text, HELP_COLUMN, HELP_COLUMN);
    (void)fputc('\n', out);
}

void sw_help_overview(FILE *out)
{
    (void)fprintf(out,
        "sealwright %s - seal, verify and admit AI models\n\n"
        "usage: sealwright COMMAND [ARGUMENT]... [OPTION]...\n\n",
        SW_VERSION);
    for (size_t i = 0; sw_commands[i] != NULL; i++) {
        const struct sw_command *c = sw_commands[i];
        char left[64];
        (void)snprintf(left, sizeof(left), "%s %s", c->name, c->operands);
        print_entry(out, left, c->summary);
    }
    (void)fprintf(out, "\nA first round:\n"
                       "  sealwright init && sealwright seal MODEL && sealwright admit MODEL\n\n"
                       "'sealwright COMMAND --help' tells more.\nExit status: ");
    print_wrapped(out, exit_text, 13, 2);
    (void)fprintf(out, ".\n");
}

/* Options stand behind operands, but before a command that is to be run. */
static bool runs_command(const struct sw_command *command)
{
    return strncmp(command->operands, "-- ", 3) == 0;
}

void sw_help_usage(const struct sw_command *command, char out[SW_USAGE_MAX])
{
    bool last = runs_command(command);
    const char *blank = command->operands[0] == '\0' ? "" : " ";
    (void)snprintf(out, SW_USAGE_MAX, "sealwright %s%s%s%s%s", command->name,
        last ? " [OPTION]..." : blank, last ? " " : command->operands,
        last ? command->operands : " ", last ? "" : "[OPTION]...");
}

static void print_option(FILE *out, const char *name, const char *value, const char *help)
{
    char left[48];
    (void)snprintf(
        left, sizeof(left), "--%s%s%s", name, value == NULL ? "" : " ", value == NULL ? "" : value);
    print_entry(out, left, help);
}

void sw_help_command(FILE *out, const struct sw_command *command)
{
    char usage[SW_USAGE_MAX];
    sw_help_usage(command, usage);
    (void)fprintf(out, "usage: %s\n\n", usage);
    print_wrapped(out, command->description, 0, 0);
    (void)fprintf(out, "\n\nOptions:\n");
    for (const struct sw_option *o = command->options; o != NULL && o->name != NULL; o++) {
        print_option(out, o->name, o->value, o->help);
    }
    for (size_t i = 0; i < SW_COUNT(common_help); i++) {
        print_option(out, common_help[i].name, common_help[i].value, common_help[i].help);
    }
    if (command->examples != NULL) {
        (void)fprintf(out, "\nExamples:\n%s", command->examples);
    }
    (void)fprintf(out, "\nExit status: ");
    print_wrapped(out, exit_text, 13, 2);
    (void)fprintf(out, ".\n");
}

static struct sw_str first_word(const char *name)
{
    const char *space = strchr(name, ' ');
    return space == NULL ? sw_str(name) : sw_str_n(name, (size_t)(space - name));
}

void sw_help_list(FILE *out)
{
    struct sw_str last = sw_str("");
    for (size_t i = 0; sw_commands[i] != NULL; i++) {
        struct sw_str word = first_word(sw_commands[i]->name);
        if (!sw_str_equal(word, last)) {
            (void)fprintf(out, SW_STR_FMT "\n", SW_STR_ARG(word));
        }
        last = word;
    }
}

/* scdoc takes '_', '*', '\' and a leading '#', '-', '.' as markup; option text has only the first.
 */
static void print_scdoc_text(FILE *out, const char *text)
{
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '_' || *p == '*' || *p == '\\' || *p == '<' || *p == '[') {
            (void)fputc('\\', out);
        }
        (void)fputc(*p, out);
    }
}

static void scdoc_option(FILE *out, const char *name, const char *value, const char *help)
{
    (void)fprintf(out, "*--%s*%s%s%s\n\t", name, value == NULL ? "" : " _",
        value == NULL ? "" : value, value == NULL ? "" : "_");
    print_scdoc_text(out, help);
    (void)fprintf(out, ".\n\n");
}

static void scdoc_synopsis(FILE *out, const struct sw_command *command)
{
    (void)fprintf(out, "*sealwright %s*", command->name);
    if (runs_command(command)) {
        (void)fprintf(out, " \\[OPTION\\]... %s\n\n", command->operands);
        return;
    }
    if (command->operands[0] != '\0') {
        (void)fputc(' ', out);
        print_scdoc_text(out, command->operands);
    }
    (void)fprintf(out, " \\[OPTION\\]...\n\n");
}

static void scdoc_section(FILE *out, const struct sw_command *command)
{
    (void)fprintf(out, "# ");
    for (const char *p = command->name; *p != '\0'; p++) {
        (void)fputc(*p >= 'a' && *p <= 'z' ? *p - 'a' + 'A' : *p, out);
    }
    (void)fprintf(out, "\n\n%s\n\n", command->description);
    for (const struct sw_option *o = command->options; o != NULL && o->name != NULL; o++) {
        scdoc_option(out, o->name, o->value, o->help);
    }
    if (command->examples != NULL) {
        (void)fprintf(out, "Examples:\n\n```\n%s```\n\n", command->examples);
    }
}

static void scdoc_tail(FILE *out)
{
    (void)fprintf(out, "# COMMON OPTIONS\n\n");
    for (size_t i = 0; i < SW_COUNT(common_help); i++) {
        scdoc_option(out, common_help[i].name, common_help[i].value, common_help[i].help);
    }
    (void)fprintf(out, "# EXIT STATUS\n\n%s.\n\n# SEE ALSO\n\n*sealwright*(1)\n", exit_text);
}

static sw_result scdoc_overview(FILE *out)
{
    (void)fprintf(out,
        "sealwright(1)\n\n# NAME\n\nsealwright - seal, verify and admit AI models\n\n"
        "# SYNOPSIS\n\n*sealwright* _COMMAND_ \\[ARGUMENT\\]... \\[OPTION\\]...\n\n"
        "# DESCRIPTION\n\nEverything that is known about an AI artifact is a signed claim about "
        "its digest, kept in a log that cannot be rewritten, and one policy decides on claims. "
        "*seal* scans and signs a model and records both; *admit* verifies it and asks the policy."
        "\n\n# COMMANDS\n\n");
    for (size_t i = 0; sw_commands[i] != NULL; i++) {
        (void)fprintf(out, "*%s*\n\t", sw_commands[i]->name);
        print_scdoc_text(out, sw_commands[i]->summary);
        (void)fprintf(out, ".\n\n");
    }
    (void)fprintf(out,
        "# FILES\n\n_.sealwright/_\n\tThe store: journal, log, claims, keys, _trust.yaml_, "
        "_policy.yaml_.\n\n# ENVIRONMENT\n\n*SEALWRIGHT\\_STORE*\n\tThe store, when *--store* does "
        "not name one.\n\n*SEALWRIGHT\\_LOG\\_POLICY*, *SEALWRIGHT\\_CHECKPOINT*\n\tFiles for "
        "*--log-policy* and *--checkpoint*, when these are not given. Keep them where who can "
        "write "
        "to the store cannot.\n\n*NO\\_COLOR*\n\tNo colours on a terminal.\n\n");
    scdoc_tail(out);
    return SW_OK;
}

/* Runs `print` over the commands whose first word is `name`; gives the first of them. */
static const struct sw_command *for_group(
    FILE *out, const char *name, void (*print)(FILE *, const struct sw_command *))
{
    const struct sw_command *first = NULL;
    for (size_t i = 0; sw_commands[i] != NULL; i++) {
        if (!sw_str_is(first_word(sw_commands[i]->name), name)) {
            continue;
        }
        first = first == NULL ? sw_commands[i] : first;
        if (print != NULL) {
            print(out, sw_commands[i]);
        }
    }
    return first;
}

/* What the pages of several commands are about. */
static const struct {
    const char *name;
    const char *summary;
} groups[] = {
    {"checkpoint", "sign the checkpoints of a training run, and check their chain"},
    {"key", "make, list and show signing keys"},
    {"evidence", "read, search and exchange claims"},
    {"advisory", "known vulnerabilities of components and models"},
    {"vendor", "suppliers of AI services: review them, and keep the review current"},
    {"log", "check, prove and add to the log"},
    {"policy", "check, test and explain policies"},
    {"licence", "say what the licences of models and of their ancestors ask for"},
    {"card", "make, check and show the cards of models and datasets"},
    {"data", "record where training data comes from and where it went"},
};

const char *sw_help_summary(struct sw_str name)
{
    for (size_t i = 0; i < SW_COUNT(groups); i++) {
        if (sw_str_is(name, groups[i].name)) {
            return groups[i].summary;
        }
    }
    for (size_t i = 0; sw_commands[i] != NULL; i++) {
        if (sw_str_equal(name, first_word(sw_commands[i]->name))) {
            return sw_commands[i]->summary;
        }
    }
    return "";
}

sw_result sw_help_scdoc(FILE *out, const char *name, struct sw_error *err)
{
    if (strcmp(name, "sealwright") == 0) {
        return scdoc_overview(out);
    }
    const struct sw_command *first = for_group(out, name, NULL);
    if (first == NULL) {
        return sw_fail(err, SW_E_USAGE, "unknown command '%s'", name);
    }
    (void)fprintf(out, "sealwright-%s(1)\n\n# NAME\n\nsealwright-%s - %s\n\n# SYNOPSIS\n\n", name,
        name, sw_help_summary(sw_str(name)));
    (void)for_group(out, name, scdoc_synopsis);
    (void)for_group(out, name, scdoc_section);
    scdoc_tail(out);
    return SW_OK;
}

bool sw_help_group(FILE *out, const char *name)
{
    size_t len = strlen(name);
    bool found = false;
    for (size_t i = 0; sw_commands[i] != NULL; i++) {
        const struct sw_command *c = sw_commands[i];
        if (strncmp(c->name, name, len) == 0 && c->name[len] == ' ') {
            (void)fprintf(out, "  %s%s%s\n      %s\n", c->name, c->operands[0] == '\0' ? "" : " ",
                c->operands, c->summary);
            found = true;
        }
    }
    return found;
}
