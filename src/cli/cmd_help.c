#include "cli/cli.h"

struct help_args {
    bool list_commands;
    const char *scdoc;
    bool completion;
    bool zsh_completion;
};

static const struct sw_option options[] = {
    {"list-commands", SW_OPTION_FLAG, offsetof(struct help_args, list_commands), NULL,
        "print the command names, one a line"},
    {"scdoc", SW_OPTION_TEXT, offsetof(struct help_args, scdoc), "COMMAND",
        "print a command's man page as scdoc source"},
    {"completion", SW_OPTION_FLAG, offsetof(struct help_args, completion), NULL,
        "print a completion script for bash"},
    {"zsh-completion", SW_OPTION_FLAG, offsetof(struct help_args, zsh_completion), NULL,
        "print a completion script for zsh"},
    {NULL, 0, 0, NULL, NULL},
};

/* "help log" lists the group; "help log verify" shows the one command. */
static sw_result show_named(struct sw_cli *cli, struct sw_error *err)
{
    const char *name = cli->operands[0];
    for (size_t i = 1; i < cli->operand_count && name != NULL; i++) {
        name = sw_arena_printf(&cli->arena, "%s %s", name, cli->operands[i]);
    }
    SW_TRY_PTR(name);
    for (size_t i = 0; sw_commands[i] != NULL; i++) {
        if (strcmp(sw_commands[i]->name, name) == 0) {
            sw_help_command(stdout, sw_commands[i]);
            return SW_OK;
        }
    }
    bool found = sw_help_group(stdout, name);
    return found ? SW_OK
                 : sw_fail(err, SW_E_USAGE, "unknown command '%s'; see 'sealwright help'", name);
}

static sw_result run(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    const struct help_args *args = data;
    if (args->list_commands) {
        sw_help_list(stdout);
        return SW_OK;
    }
    if (args->completion) {
        sw_completion_bash(stdout);
        return SW_OK;
    }
    if (args->zsh_completion) {
        sw_completion_zsh(stdout);
        return SW_OK;
    }
    if (args->scdoc != NULL) {
        return sw_help_scdoc(stdout, args->scdoc, err);
    }
    if (cli->operand_count != 0) {
        return show_named(cli, err);
    }
    sw_help_overview(stdout);
    return SW_OK;
}

const struct sw_command sw_cmd_help = {
    .name = "help",
    .summary = "explain a command",
    .operands = "[COMMAND]",
    .max_operands = 3,
    .options = options,
    .args_size = sizeof(struct help_args),
    .description = "Without a command, lists them all.",
    .run = run,
};
