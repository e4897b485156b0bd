/* What is recorded of how a command was run, and never a secret: words of its command line, its
 * parameters, its environment. */
#ifndef SW_CLI_RECORDED_H
#define SW_CLI_RECORDED_H

#include "cli/cli.h"

/* Do the words of a name say that its value is a secret ("HF_TOKEN", "api-key")? Names such as
 * "pad_token" and "tokenizer", which training knows well, do not. */
bool sw_recorded_is_secret_name(struct sw_str name);
/* Does a value look like one: a key of a known service, or an address with a password in it? */
bool sw_recorded_is_secret_value(struct sw_str value);

/* The words of a command; values of secret options, and secret values, stand as "[hidden]". */
sw_result sw_recorded_command(struct sw_cli *cli, const char *const *words, size_t count,
    struct sw_str **out, struct sw_error *err);
/* "NAME=VALUE" texts as a JSON object of texts, NULL when there is none. SW_E_USAGE for what is not
 * of that form, for a name twice, and for a secret: it was asked to be recorded, so it is not
 * hidden in silence. `option` is for messages ("--param"). */
sw_result sw_recorded_parameters(struct sw_cli *cli, const char *option,
    const struct sw_text_list *list, const struct sw_json **out, struct sw_error *err);
/* The variables that bear on results (locale, seeds, threads, devices) and those named in `more`,
 * as far as they are set, with "os" and "machine"; as a JSON object of texts. SW_E_USAGE for the
 * name of a secret in `more`. */
sw_result sw_recorded_environment(struct sw_cli *cli, const struct sw_text_list *more,
    const struct sw_json **out, struct sw_error *err);

#endif
