/* What every command of the data room opens first. */
#ifndef SW_CLI_DATA_CONTEXT_H
#define SW_CLI_DATA_CONTEXT_H

#include "cli/cli.h"

struct sw_data_context {
    struct sw_store *store;
    struct sw_trust *trust;
    struct sw_held_signer held;
    struct sw_data data; /* refers to what stands above and to cli->arena */
};

/* How the records of an input or an output are read: the rows go into a command's option table. */
struct sw_record_args {
    const char *format;
    const char *text_field;
    const char *id_field;
    const char *label_field;
    const char *weight_field;
    const char *language_field;
    const char *delimiter;
};

#define SW_RECORD_OPTIONS(type, field)                                                    \
    {"format", SW_OPTION_TEXT, offsetof(type, field.format), "FORMAT",                    \
        "jsonl, json, csv, tsv, lines, dir or dolma (default: by name and content)"},     \
        {"text-field", SW_OPTION_TEXT, offsetof(type, field.text_field), "NAME",          \
            "the field that is the sample's content (default: text, content, body, …)"},  \
        {"id-field", SW_OPTION_TEXT, offsetof(type, field.id_field), "NAME",              \
            "the field that names the sample (default: id)"},                             \
        {"label-field", SW_OPTION_TEXT, offsetof(type, field.label_field), "NAME",        \
            "the field that is the label; for files 'directory': their first directory"}, \
        {"weight-field", SW_OPTION_TEXT, offsetof(type, field.weight_field), "NAME",      \
            "the field that is the sample's weight (default: every sample weighs 1)"},    \
        {"language-field", SW_OPTION_TEXT, offsetof(type, field.language_field), "NAME",  \
            "the field that names the language"},                                         \
    {                                                                                     \
        "delimiter", SW_OPTION_TEXT, offsetof(type, field.delimiter), "CHARACTER",        \
            "CSV: what stands between fields (default: a comma)"                          \
    }

/* Opens the store, its trust.yaml, and, for `args` that are not NULL, the key that signs; the key
 * comes first, so that nobody waits for a passphrase while the store is locked. `out` must stay
 * where it is. */
sw_result sw_data_context_open(struct sw_cli *cli, enum sw_store_mode mode,
    const struct sw_signer_args *args, struct sw_data_context *out, struct sw_error *err);
/* Becomes the store's writer, to record what was found out as a reader; the time is read anew. */
sw_result sw_data_context_promote(struct sw_data_context *context, struct sw_error *err);
/* The absolute path of an input, in cli->arena, as a claim keeps it. SW_E_NOENT, SW_E_IO. */
sw_result sw_data_location(
    struct sw_cli *cli, const char *path, const char **out, struct sw_error *err);
/* Leaves the store to others while something else is done, and opens it again; the key and the
 * trust stay. */
void sw_data_context_pause(struct sw_data_context *context);
sw_result sw_data_context_resume(struct sw_cli *cli, enum sw_store_mode mode,
    struct sw_data_context *context, struct sw_error *err);
/* Publishes and closes the store. */
sw_result sw_data_context_close(struct sw_data_context *context, struct sw_error *err);
/* Says so when nobody in trust.yaml stands behind a claim that was just recorded: it is legal, and
 * surely not what most people mean. */
void sw_data_warn_untrusted(
    struct sw_cli *cli, const struct sw_data_context *context, const struct sw_receipt *receipt);
/* One line when claims of nobody trusted were passed over. */
void sw_data_say_ignored(struct sw_cli *cli, size_t count);
void sw_data_context_release(struct sw_data_context *context);
SW_DEFINE_CLEANUP(data_context, struct sw_data_context, sw_data_context_release)

#endif
