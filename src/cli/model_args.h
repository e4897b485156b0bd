/* Options that sign, verify, seal and admit share. Their names are the OpenSSF reference tool's. */
#ifndef SW_CLI_MODEL_ARGS_H
#define SW_CLI_MODEL_ARGS_H

#include "cli/cli.h"

struct sw_model_args {
    const char *signature;
    struct sw_text_list ignore_paths;
    bool ignore_git_paths;
    bool no_ignore_git_paths;
    bool allow_symlinks;
    uint64_t threads;
};

#define SW_MODEL_OPTIONS(type, field)                                                            \
    {"signature", SW_OPTION_TEXT, offsetof(type, field.signature), "FILE",                       \
        "the signature file (default: model.sig in or beside the model)"},                       \
        {"ignore-paths", SW_OPTION_LIST, offsetof(type, field.ignore_paths), "PATH",             \
            "leave this path and what is below it out; may be given again"},                     \
        {"ignore-git-paths", SW_OPTION_FLAG, offsetof(type, field.ignore_git_paths), NULL,       \
            "leave .git, .gitignore, .gitattributes and .github out (the default)"},             \
        {"no-ignore-git-paths", SW_OPTION_FLAG, offsetof(type, field.no_ignore_git_paths), NULL, \
            "take git's files as part of the model"},                                            \
        {"allow-symlinks", SW_OPTION_FLAG, offsetof(type, field.allow_symlinks), NULL,           \
            "follow symlinks to files (to directories never)"},                                  \
    {                                                                                            \
        "threads", SW_OPTION_NUMBER, offsetof(type, field.threads), "N",                         \
            "threads that hash (default: one per processor)"                                     \
    }

/* Fills the model room's options. Paths below the model may be given as they are on disk. */
sw_result sw_model_options_from(struct sw_cli *cli, const struct sw_model_args *args,
    const char *model, struct sw_model_options *out, struct sw_error *err);

/* "files" or "shards", "sha256" or "blake2b", and the shard size. */
struct sw_method_args {
    const char *method;
    const char *hash;
    uint64_t shard_size;
};

#define SW_METHOD_OPTIONS(type, field)                                                            \
    {"method", SW_OPTION_TEXT, offsetof(type, field.method), "METHOD",                            \
        "files (default), or shards: large files are cut into ranges"},                           \
        {"shard-size", SW_OPTION_NUMBER, offsetof(type, field.shard_size), "BYTES",               \
            "size of a range (default: 1000000000)"},                                             \
    {                                                                                             \
        "hash", SW_OPTION_TEXT, offsetof(type, field.hash), "NAME", "sha256 (default) or blake2b" \
    }

sw_result sw_method_options_from(
    const struct sw_method_args *args, struct sw_model_options *out, struct sw_error *err);

/* How verify and admit judge a signature. */
struct sw_judge_args {
    bool ignore_unsigned_files;
    bool legacy;
    bool allow_missing_hint;
};

#define SW_JUDGE_OPTIONS(type, field)                                                            \
    {"ignore-unsigned-files", SW_OPTION_FLAG, offsetof(type, field.ignore_unsigned_files), NULL, \
        "do not report files that the signature does not know"},                                 \
        {"legacy", SW_OPTION_FLAG, offsetof(type, field.legacy), NULL,                           \
            "accept signatures of model-signing v0.2 and v0.3 too"},                             \
    {                                                                                            \
        "allow-missing-hint", SW_OPTION_FLAG, offsetof(type, field.allow_missing_hint), NULL,    \
            "accept a signature that does not name its key"                                      \
    }

#endif
