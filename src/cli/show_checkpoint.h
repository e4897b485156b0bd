/* What the commands about checkpoints share. */
#ifndef SW_CLI_SHOW_CHECKPOINT_H
#define SW_CLI_SHOW_CHECKPOINT_H

#include "cli/data_context.h"

#define SW_CACHE_OPTION(type, field)                                   \
    {                                                                  \
        "no-cache", SW_OPTION_FLAG, offsetof(type, field), NULL,       \
            "read every file, also those that were hashed before and " \
            "have not changed since"                                   \
    }

/* For the model room; refers to the context and to `arena`. */
struct sw_checkpoint_context sw_checkpoint_context_of(
    const struct sw_data_context *context, struct sw_arena *arena);

/* Opens the store's cache; one that is damaged is told. *out stays NULL when `off`. */
sw_result sw_cli_cache(struct sw_cli *cli, const char *store_path, bool off,
    struct sw_model_cache **out, struct sw_error *err);

/* One that was signed: a line or, with --json, an object on one line. `use` may be NULL. */
void sw_show_checkpoint(
    struct sw_cli *cli, const struct sw_checkpoint_signed *done, const struct sw_cache_use *use);
sw_result sw_checkpoint_json(
    const struct sw_checkpoint_signed *done, const struct sw_cache_use *use, struct sw_error *err);

/* A step, for the member "step" and for people; SW_ABSENT is null and "?". */
void sw_step_json(struct sw_json_writer *w, const char *name, uint64_t step);

#endif
