/* Source: the help of each command: ollama 0.12, vllm 0.11, huggingface_hub 1.0, npm 11, uv 0.9,
 * pip 25. */
#include "supply/command_options.h"

static const char *const ollama_flags[] = {"--verbose", "--insecure", "--nowordwrap",
    "--hidethinking", "--think", "--truncate", "--experimental", "-h", "--help", NULL};
static const char *const ollama_values[] = {"--keepalive", "--format", "--dimensions", NULL};

/* All others of those that serve take a value, or are told by how they begin. */
static const char *const serve_flags[] = {"--trust-remote-code", "--trust_remote_code",
    "--enforce-eager", "--headless", "--async-scheduling", "--skip-tokenizer-init",
    "--use-v2-block-manager", "--return-tokens-as-token-ids", "--multi-step-stream-outputs",
    "--calculate-kv-scales", "--data-parallel-hybrid-lb", "--data-parallel-external-lb",
    "--fully-sharded-loras", "--language-model-only", "--grpc", "-h", "--help", "-dph", NULL};
static const char *const serve_starts[] = {"--enable-", "--disable-", "--no-", "--enable_", NULL};

static const char *const download_flags[] = {"--force-download", "--resume-download", "--quiet",
    "--dry-run", "--no-quiet", "--no-force-download", "-q", "-h", "--help", NULL};
static const char *const download_values[] = {"--repo-type", "--type", "--revision", "--include",
    "--exclude", "--cache-dir", "--local-dir", "--local-dir-use-symlinks", "--token",
    "--max-workers", "--format", NULL};

static const char *const npx_flags[] = {"-y", "--yes", "--no", "-q", "--quiet", "--silent",
    "--no-install", "--ignore-existing", "--prefer-offline", "--prefer-online", "--offline",
    "--bun", "-s", "--no-yes", "--workspaces", "--legacy-peer-deps", "--force", "-f", "--verbose",
    "-d", NULL};
static const char *const npx_values[] = {"--registry", "--cache", "--userconfig", "--prefix",
    "--workspace", "-w", "--loglevel", "--node-arg", "-n", "--node-options", "--shell", "--dir",
    "-C", "--reporter", NULL};
static const char *const npx_packages[] = {"--package", "-p", NULL};

static const char *const uvx_flags[] = {"-q", "--quiet", "-v", "--verbose", "--isolated",
    "--no-cache", "-n", "--refresh", "--offline", "--native-tls", "--no-config", "--no-progress",
    "--no-index", "--upgrade", "-U", "--reinstall", "--no-build", "--no-binary", "--no-sources",
    "--managed-python", "--no-managed-python", "--no-python-downloads", "--no-env-file",
    "--compile-bytecode", "--no-build-isolation", "--system-site-packages", "--no-install",
    "--force-reinstall", "--lfs", NULL};
static const char *const uvx_values[] = {"--with", "-w", "--with-requirements", "--with-editable",
    "--python", "-p", "--index", "--default-index", "-i", "--index-url", "--extra-index-url",
    "--find-links", "-f", "--env-file", "--directory", "--project", "--cache-dir", "--config-file",
    "--allow-insecure-host", "--keyring-provider", "--index-strategy", "--resolution",
    "--prerelease", "--exclude-newer", "--link-mode", "--upgrade-package", "-P",
    "--reinstall-package", "--refresh-package", "--constraints", "-c", "--overrides",
    "--build-constraints", "-b", "--python-platform", "--torch-backend", "--color", "--pip-args",
    "--suffix", "-C", "--config-setting", NULL};
static const char *const uvx_packages[] = {"--from", "--spec", NULL};

static const char *const install_values[] = {"-r", "-c", "-e", "-i", "-f", "-t", "-w", "-C", "-G",
    "--requirement", "--constraint", "--editable", "--index-url", "--extra-index-url",
    "--find-links", "--target", "--prefix", "--root", "--platform", "--python-version", "--python",
    "--abi", "--implementation", "--timeout", "--retries", "--cache-dir", "--proxy",
    "--trusted-host", "--no-binary", "--only-binary", "--progress-bar", "--src", "--log", "--index",
    "--default-index", "--group", "--extra", "--optional", "--source", "--registry", "--workspace",
    "--tag", "--cache", "--filter", "--loglevel", "--config-settings", "--mount",
    "--root-user-action", "--exists-action", "--use-feature", "--package", "--index-strategy",
    "--link-mode", "--resolution", "--prerelease", "--keyring-provider", "--torch-backend",
    "--exclude-newer", "--python-platform", "--report", "--script", "--branch", "--rev", "--bounds",
    "--global-option", "--cert", "--client-cert", "--cwd", "--install-strategy", "--omit", "--otp",
    NULL};

static const char *const none[] = {NULL};

static const struct {
    const char *const *flags, *const *starts, *const *values, *const *packages;
    enum sw_option others;
} commands[] = {
    [SW_COMMAND_OLLAMA] = {ollama_flags, none, ollama_values, none, SW_OPTION_UNKNOWN},
    [SW_COMMAND_SERVE] = {serve_flags, serve_starts, none, none, SW_OPTION_VALUE},
    [SW_COMMAND_DOWNLOAD] = {download_flags, none, download_values, none, SW_OPTION_UNKNOWN},
    [SW_COMMAND_NPX] = {npx_flags, none, npx_values, npx_packages, SW_OPTION_UNKNOWN},
    [SW_COMMAND_UVX] = {uvx_flags, none, uvx_values, uvx_packages, SW_OPTION_UNKNOWN},
    [SW_COMMAND_INSTALL] = {none, none, install_values, none, SW_OPTION_FLAG},
};

static bool has(const char *const *list, struct sw_str word)
{
    for (; *list != NULL; list++) {
        if (sw_str_is(word, *list)) {
            return true;
        }
    }
    return false;
}

static bool begins(const char *const *list, struct sw_str word)
{
    for (; *list != NULL; list++) {
        if (sw_str_starts(word, *list)) {
            return true;
        }
    }
    return false;
}

enum sw_option sw_option_of(enum sw_command command, struct sw_str word)
{
    const char *equals = memchr(word.ptr, '=', word.len);
    const struct sw_str name =
        equals == NULL ? word : sw_str_n(word.ptr, (size_t)(equals - word.ptr));
    if (has(commands[command].packages, name)) {
        return SW_OPTION_PACKAGE;
    }
    if (equals != NULL || has(commands[command].flags, word) ||
        begins(commands[command].starts, word)) {
        return SW_OPTION_FLAG;
    }
    return has(commands[command].values, word) ? SW_OPTION_VALUE : commands[command].others;
}

bool sw_command_operand(
    enum sw_command command, const struct sw_str *words, size_t count, size_t *at)
{
    for (size_t i = *at; i < count; i++) {
        if (words[i].len < 2 || words[i].ptr[0] != '-') {
            *at = i;
            return true;
        }
        if (sw_str_is(words[i], "--")) {
            *at = i + 1;
            return i + 1 < count;
        }
        switch (sw_option_of(command, words[i])) {
        case SW_OPTION_FLAG: break;
        case SW_OPTION_VALUE: i++; break;
        case SW_OPTION_PACKAGE:
            *at = i + 1;
            return i + 1 < count && memchr(words[i].ptr, '=', words[i].len) == NULL;
        case SW_OPTION_UNKNOWN: return false;
        }
    }
    return false;
}
