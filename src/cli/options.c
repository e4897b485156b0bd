#include "cli/cli.h"

/* What every command takes. */
static const struct sw_option common_options[] = {
    {"store", SW_OPTION_TEXT, offsetof(struct sw_cli, store_option), "DIR", NULL},
    {"log-policy", SW_OPTION_TEXT, offsetof(struct sw_cli, log_policy_option), "FILE", NULL},
    {"checkpoint", SW_OPTION_TEXT, offsetof(struct sw_cli, checkpoint_option), "FILE", NULL},
    {"json", SW_OPTION_FLAG, offsetof(struct sw_cli, json), NULL, NULL},
    {"quiet", SW_OPTION_FLAG, offsetof(struct sw_cli, quiet), NULL, NULL},
    {"help", SW_OPTION_FLAG, offsetof(struct sw_cli, help), NULL, NULL},
    {NULL, 0, 0, NULL, NULL},
};

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

#define WORD_MAX 40

/* Levenshtein distance; words over WORD_MAX are far from everything. */
static size_t edit_distance(const char *a, const char *b)
{
    size_t la = strlen(a);
    size_t lb = strlen(b);
    if (la >= WORD_MAX || lb >= WORD_MAX) {
        return WORD_MAX;
    }
    size_t row[WORD_MAX + 1];
    for (size_t j = 0; j <= lb; j++) {
        row[j] = j;
    }
    for (size_t i = 1; i <= la; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= lb; j++) {
            size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = smaller(replaced, smaller(row[j], row[j - 1]) + 1);
        }
    }
    return row[lb];
}

const char *sw_cli_closest(
    const char *word, const char *(*name_at)(const void *, size_t), const void *names, size_t count)
{
    const char *best = NULL;
    size_t best_distance = 3;
    for (size_t i = 0; i < count; i++) {
        const char *name = name_at(names, i);
        size_t distance = edit_distance(word, name);
        if (distance < best_distance) {
            best = name;
            best_distance = distance;
        }
    }
    return best;
}

static const char *option_name_at(const void *names, size_t index)
{
    return ((const struct sw_option *)names)[index].name;
}

static const char *command_name_at(const void *names, size_t index)
{
    return ((const struct sw_command *const *)names)[index]->name;
}

static const struct sw_option *find_option(const struct sw_option *table, struct sw_str name)
{
    for (const struct sw_option *o = table; o != NULL && o->name != NULL; o++) {
        if (sw_str_is(name, o->name)) {
            return o;
        }
    }
    return NULL;
}

static sw_result add_to_list(struct sw_cli *cli, struct sw_text_list *list, const char *value)
{
    const char **items = SW_ARENA_ARRAY(&cli->arena, const char *, list->count + 1);
    SW_TRY_PTR(items);
    for (size_t i = 0; i < list->count; i++) {
        items[i] = list->items[i];
    }
    items[list->count] = value;
    *list = (struct sw_text_list){items, list->count + 1};
    return SW_OK;
}

static sw_result store_value(struct sw_cli *cli, const struct sw_option *option, void *base,
    const char *value, struct sw_error *err)
{
    void *at = (uint8_t *)base + option->at;
    bool good = true;
    switch (option->kind) {
    case SW_OPTION_FLAG: *(bool *)at = true; break;
    case SW_OPTION_TEXT: *(const char **)at = value; break;
    case SW_OPTION_LIST: return add_to_list(cli, at, value);
    case SW_OPTION_NUMBER: good = sw_parse_u64(sw_str(value), at); break;
    case SW_OPTION_DURATION: good = sw_duration_parse(sw_str(value), at); break;
    }
    if (good) {
        return SW_OK;
    }
    return sw_fail(err, SW_E_USAGE, "option '--%s' takes %s, not '%s'", option->name,
        option->kind == SW_OPTION_NUMBER ? "a whole number" : "a time span such as 30d or 12h",
        value);
}

static sw_result unknown_option(
    const struct sw_command *command, struct sw_str name, struct sw_error *err)
{
    size_t count = 0;
    for (const struct sw_option *o = command->options; o != NULL && o->name != NULL; o++) {
        count++;
    }
    char word[WORD_MAX];
    (void)snprintf(word, sizeof(word), SW_STR_FMT, SW_STR_ARG(name));
    const char *close = sw_cli_closest(word, option_name_at, command->options, count);
    if (close == NULL) {
        close = sw_cli_closest(word, option_name_at, common_options, SW_COUNT(common_options) - 1);
    }
    if (close != NULL) {
        return sw_fail(err, SW_E_USAGE, "unknown option '--" SW_STR_FMT "'; did you mean '--%s'?",
            SW_STR_ARG(name), close);
    }
    return sw_fail(err, SW_E_USAGE, "unknown option '--" SW_STR_FMT "'; see 'sealwright %s --help'",
        SW_STR_ARG(name), command->name);
}

/* One "--name", "--name=value" or "--name value"; *next is the argument behind it. */
static sw_result parse_option(
    struct sw_cli *cli, char **argv, int argc, int *next, void *args, struct sw_error *err)
{
    const char *text = argv[*next - 1] + 2;
    const char *equals = strchr(text, '=');
    struct sw_str name = equals == NULL ? sw_str(text) : sw_str_n(text, (size_t)(equals - text));
    void *base = args;
    const struct sw_option *option = find_option(cli->command->options, name);
    if (option == NULL) {
        base = cli;
        option = find_option(common_options, name);
    }
    if (option == NULL) {
        return unknown_option(cli->command, name, err);
    }
    if (option->kind == SW_OPTION_FLAG && equals != NULL) {
        return sw_fail(err, SW_E_USAGE, "option '--%s' takes no value", option->name);
    }
    const char *value = equals == NULL ? NULL : equals + 1;
    if (option->kind != SW_OPTION_FLAG && value == NULL) {
        if (*next >= argc) {
            return sw_fail(
                err, SW_E_USAGE, "option '--%s' needs a value: %s", option->name, option->value);
        }
        value = argv[(*next)++];
    }
    return store_value(cli, option, base, value, err);
}

static sw_result parse_rest(
    struct sw_cli *cli, int argc, char **argv, int next, void *args, struct sw_error *err)
{
    bool only_operands = false;
    cli->operands = SW_ARENA_ARRAY(&cli->arena, const char *, (size_t)argc + 1);
    SW_TRY_PTR(cli->operands);
    while (next < argc) {
        const char *arg = argv[next++];
        if (only_operands || arg[0] != '-' || arg[1] == '\0') {
            cli->operands[cli->operand_count++] = arg;
            continue;
        }
        if (strcmp(arg, "--") == 0) {
            only_operands = true;
            continue;
        }
        if (strcmp(arg, "-h") == 0) {
            cli->help = true;
            continue;
        }
        if (arg[1] != '-') {
            return sw_fail(err, SW_E_USAGE, "unknown option '%s'; see 'sealwright %s --help'", arg,
                cli->command->name);
        }
        SW_TRY(parse_option(cli, argv, argc, &next, args, err));
    }
    return SW_OK;
}

static sw_result check_operands(const struct sw_cli *cli, struct sw_error *err)
{
    const struct sw_command *command = cli->command;
    if (cli->help) {
        return SW_OK;
    }
    if (cli->operand_count < command->min_operands) {
        char usage[SW_USAGE_MAX];
        sw_help_usage(command, usage);
        return sw_fail(err, SW_E_USAGE, "usage: %s", usage);
    }
    if (cli->operand_count > command->max_operands) {
        return sw_fail(err, SW_E_USAGE, "unexpected argument '%s'; see 'sealwright %s --help'",
            cli->operands[command->max_operands], command->name);
    }
    return SW_OK;
}

/* How many items of argv a command's name takes ("log verify": two); 0 when they are others. */
static int words_of(const char *name, int argc, char **argv)
{
    int words = 0;
    while (*name != '\0') {
        size_t len = strcspn(name, " ");
        if (words + 1 >= argc || !sw_str_is(sw_str_n(name, len), argv[words + 1])) {
            return 0;
        }
        words++;
        name += len + (name[len] == ' ' ? 1 : 0);
    }
    return words;
}

/* The command with the longest name that argv begins with. */
static const struct sw_command *find_command(int argc, char **argv, int *words)
{
    const struct sw_command *found = NULL;
    for (size_t i = 0; sw_commands[i] != NULL; i++) {
        int taken = words_of(sw_commands[i]->name, argc, argv);
        if (taken > *words) {
            *words = taken;
            found = sw_commands[i];
        }
    }
    return found;
}

/* What may follow "log" or "data source". */
static void words_after(const char *group, char *out, size_t size)
{
    size_t used = 0;
    size_t n = strlen(group);
    for (size_t i = 0; sw_commands[i] != NULL; i++) {
        const char *name = sw_commands[i]->name;
        if (strncmp(name, group, n) != 0 || name[n] != ' ') {
            continue;
        }
        int wrote = snprintf(out + used, size - used, "%s%s", used == 0 ? "" : ", ", name + n + 1);
        used += wrote > 0 && (size_t)wrote < size - used ? (size_t)wrote : 0;
    }
    out[used] = '\0';
}

static const char *closest_command(const char *word)
{
    size_t count = 0;
    while (sw_commands[count] != NULL) {
        count++;
    }
    return sw_cli_closest(word, command_name_at, sw_commands, count);
}

/* "data ingset" is near a command; of "data" and "data xyz" the list of second words is told. */
static sw_result unknown_in_group(
    int argc, char **argv, const char *group, const char *known, struct sw_error *err)
{
    char whole[2 * WORD_MAX];
    int taken = strchr(group, ' ') != NULL ? 2 : 1;
    bool more = argc > 1 + taken && argv[1 + taken][0] != '-';
    int len = snprintf(whole, sizeof(whole), "%s %s", group, more ? argv[1 + taken] : "");
    const char *close =
        more && len > 0 && (size_t)len < sizeof(whole) ? closest_command(whole) : NULL;
    if (close != NULL) {
        return sw_fail(err, SW_E_USAGE, "unknown command '%s'; did you mean '%s'?", whole, close);
    }
    return sw_fail(err, SW_E_USAGE, "'%s' needs one of: %s", group, known);
}

/* "log" without a second word it knows: say what the second words are. */
static sw_result unknown_command(int argc, char **argv, struct sw_error *err)
{
    if (argv[1][0] == '-' && argc > 2) {
        return sw_fail(err, SW_E_USAGE,
            "'%s' stands before the command; options stand behind it: sealwright COMMAND %s",
            argv[1], argv[1]);
    }
    char known[SW_ERROR_TEXT_MAX - 64] = "";
    char group[WORD_MAX] = "";
    for (int last = argc > 2 ? 2 : 1; last > 0 && known[0] == '\0'; last--) {
        int len = snprintf(group, sizeof(group), last == 2 ? "%s %s" : "%s", argv[1], argv[2]);
        if (len > 0 && (size_t)len < sizeof(group)) {
            words_after(group, known, sizeof(known));
        }
    }
    if (known[0] != '\0') {
        return unknown_in_group(argc, argv, group, known, err);
    }
    const char *close = closest_command(argv[1]);
    if (close == NULL && argc > 2) { /* "chekpoint sign" */
        int len = snprintf(group, sizeof(group), "%s %s", argv[1], argv[2]);
        close = len > 0 && (size_t)len < sizeof(group) ? closest_command(group) : NULL;
    }
    if (close != NULL) {
        return sw_fail(err, SW_E_USAGE, "unknown command '%s'; did you mean '%s'?", argv[1], close);
    }
    return sw_fail(err, SW_E_USAGE, "unknown command '%s'; see 'sealwright help'", argv[1]);
}

sw_result sw_cli_parse(struct sw_cli *cli, int argc, char **argv, void **args, struct sw_error *err)
{
    int words = 0;
    cli->command = find_command(argc, argv, &words);
    if (cli->command == NULL) {
        return unknown_command(argc, argv, err);
    }
    size_t size = cli->command->args_size == 0 ? 1 : cli->command->args_size;
    void *filled = sw_arena_zalloc(&cli->arena, 1, size);
    SW_TRY_PTR(filled);
    SW_TRY(parse_rest(cli, argc, argv, 1 + words, filled, err));
    SW_TRY(check_operands(cli, err));
    *args = filled;
    return SW_OK;
}
