/* Which options of commands take the word behind them: so that a value is never taken for what a
 * command is about. Private to the room. */
#ifndef SW_SUPPLY_COMMAND_OPTIONS_H
#define SW_SUPPLY_COMMAND_OPTIONS_H

#include "base/base.h"

enum sw_command {
    SW_COMMAND_OLLAMA,   /* ollama run, ollama pull */
    SW_COMMAND_SERVE,    /* vllm serve, trtllm-serve */
    SW_COMMAND_DOWNLOAD, /* hf download */
    SW_COMMAND_NPX,      /* npx, bunx, pnpm dlx: runs a package of npm */
    SW_COMMAND_UVX,      /* uvx, pipx run: runs a package of Python */
    SW_COMMAND_INSTALL,  /* pip install, uv add, npm install and their like */
};

enum sw_option {
    SW_OPTION_FLAG,    /* stands alone, or has its value behind a '=' */
    SW_OPTION_VALUE,   /* the next word is its value */
    SW_OPTION_PACKAGE, /* and names the package that is run */
    SW_OPTION_UNKNOWN, /* what the next word is cannot be told */
};

enum sw_option sw_option_of(enum sw_command command, struct sw_str word);

/* Moves *at, of `count` words, to what a command is about: the first word that is neither an option
 * nor a value of one. False when there is none, or what is not known stands before it. */
bool sw_command_operand(
    enum sw_command command, const struct sw_str *words, size_t count, size_t *at);

#endif
