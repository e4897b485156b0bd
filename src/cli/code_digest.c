#include "cli/code_digest.h"

#include <errno.h>
#include <unistd.h>

static sw_result digest_file(const char *path, struct sw_digest *out, struct sw_error *err)
{
    SW_CLEANUP(fd) int fd = -1;
    struct sw_hash hash;
    uint8_t block[65536];
    ssize_t n;
    SW_TRY(sw_file_open(path, &fd, err));
    SW_TRY(sw_hash_init(&hash, SW_SHA256));
    while ((n = read(fd, block, sizeof(block))) != 0) {
        if (n < 0 && errno != EINTR) {
            return sw_fail_errno(err, errno, "cannot read '%s'", path);
        }
        sw_hash_update(&hash, block, n < 0 ? 0 : (size_t)n);
    }
    sw_hash_final(&hash, out);
    return SW_OK;
}

sw_result sw_code_digest(
    struct sw_cli *cli, const char *path, struct sw_digest *out, struct sw_error *err)
{
    const struct sw_model_options plain = {0};
    struct sw_manifest manifest;
    if (!sw_dir_exists(path)) {
        return digest_file(path, out, err);
    }
    SW_TRY(sw_model_hash(&cli->arena, path, &plain, &manifest, err));
    *out = manifest.manifest_digest;
    return SW_OK;
}
