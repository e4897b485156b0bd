#include "data/salt.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEY_SIZE 32u
#define BLOCK 64u

/* --- digests --------------------------------------------------------------------------------- */

void sw_salt_none(struct sw_salt *salt)
{
    *salt = (struct sw_salt){.keyed = false};
}

static void start(SHA256_CTX *ctx, const uint8_t key[KEY_SIZE], uint8_t pad)
{
    uint8_t block[BLOCK];
    memset(block, pad, sizeof(block));
    for (unsigned i = 0; i < KEY_SIZE; i++) {
        block[i] ^= key[i];
    }
    (void)SHA256_Init(ctx);
    (void)SHA256_Update(ctx, block, sizeof(block));
    OPENSSL_cleanse(block, sizeof(block));
}

void sw_salt_from(struct sw_salt *salt, const uint8_t key[32])
{
    salt->keyed = true;
    start(&salt->inner, key, 0x36);
    start(&salt->outer, key, 0x5c);
}

void sw_salt_wipe(struct sw_salt *salt)
{
    OPENSSL_cleanse(salt, sizeof(*salt));
}

void sw_salt_digest(const struct sw_salt *salt, struct sw_bytes data, uint8_t out[32])
{
    SHA256_CTX ctx;
    if (!salt->keyed) {
        (void)SHA256_Init(&ctx);
        (void)SHA256_Update(&ctx, data.ptr, data.len);
        (void)SHA256_Final(out, &ctx);
        return;
    }
    ctx = salt->inner;
    (void)SHA256_Update(&ctx, data.ptr, data.len);
    (void)SHA256_Final(out, &ctx);
    ctx = salt->outer;
    (void)SHA256_Update(&ctx, out, 32);
    (void)SHA256_Final(out, &ctx);
}

void sw_row_of_record(
    const struct sw_salt *salt, const struct sw_record *record, bool one_digest, struct sw_row *out)
{
    bool same = record->content.ptr == record->raw.ptr && record->content.len == record->raw.len;
    if (one_digest || same) {
        sw_salt_digest(salt, record->raw, out->record);
        memcpy(out->content, out->record, sizeof(out->content));
    } else if (!salt->keyed) {
        sw_sha256_pair(record->raw, record->content, out->record, out->content);
    } else {
        sw_salt_digest(salt, record->raw, out->record);
        sw_salt_digest(salt, record->content, out->content);
    }
    out->file = record->file;
    out->offset = record->offset;
    out->length = record->raw.len;
    out->weight = (float)record->weight;
    out->flags = record->id.len > 0 ? SW_ROW_HAS_ID : 0;
}

/* --- in the store ---------------------------------------------------------------------------- */

/* Names come from claims: only what we made ourselves may become a path. */
static bool is_salt_name(struct sw_str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
            return false;
        }
    }
    return name.len == SW_SALT_NAME_SIZE - 1;
}

static sw_result salt_path(
    const struct sw_data *data, struct sw_str name, const char **path, struct sw_error *err)
{
    if (!is_salt_name(name)) {
        return sw_fail(
            err, SW_E_FORMAT, "'" SW_STR_FMT "' is not the name of a salt", SW_STR_ARG(name));
    }
    *path = sw_arena_printf(data->arena, "%s/" SW_DATA_DIR "/salts/" SW_STR_FMT,
        sw_store_path(data->store), SW_STR_ARG(name));
    return *path == NULL ? SW_E_NOMEM : SW_OK;
}

sw_result sw_salt_make(
    const struct sw_data *data, char name[SW_SALT_NAME_SIZE], struct sw_error *err)
{
    uint8_t key[KEY_SIZE];
    uint8_t label[(SW_SALT_NAME_SIZE - 1) / 2];
    if (RAND_bytes(key, sizeof(key)) != 1 || RAND_bytes(label, sizeof(label)) != 1) {
        return sw_fail(err, SW_E_IO, "the system gives no random bytes");
    }
    for (size_t i = 0; i < sizeof(label); i++) {
        static const char digits[] = "0123456789abcdef";
        name[2 * i] = digits[label[i] >> 4];
        name[2 * i + 1] = digits[label[i] & 15];
    }
    name[SW_SALT_NAME_SIZE - 1] = '\0';
    const char *path;
    SW_TRY(salt_path(data, sw_str(name), &path, err));
    const char *dir = sw_arena_strndup(data->arena, sw_path_dir(path));
    SW_TRY_PTR(dir);
    SW_TRY(sw_dir_make(dir, 0700, err));
    enum sw_code code = sw_file_write(
        path, sw_bytes(key, sizeof(key)), 0600, SW_WRITE_SYNC | SW_WRITE_EXCLUSIVE, err);
    OPENSSL_cleanse(key, sizeof(key));
    return code;
}

sw_result sw_salt_load(
    const struct sw_data *data, struct sw_str name, struct sw_salt *out, struct sw_error *err)
{
    if (name.len == 0) {
        sw_salt_none(out);
        return SW_OK;
    }
    const char *path;
    SW_CLEANUP(secret) struct sw_buf key = SW_BUF_INIT;
    SW_TRY(salt_path(data, name, &path, err));
    enum sw_code code = sw_file_read(path, KEY_SIZE, &key, err);
    if (code == SW_E_NOENT) {
        return sw_fail(err, SW_E_NOENT,
            "the salt '" SW_STR_FMT "' is not in this store: it was forgotten, or never here",
            SW_STR_ARG(name));
    }
    SW_TRY(code);
    if (key.len != KEY_SIZE) {
        return sw_fail(err, SW_E_FORMAT, "'%s' is not a salt: it has %zu bytes", path, key.len);
    }
    sw_salt_from(out, key.data);
    return SW_OK;
}

sw_result sw_salt_forget(const struct sw_data *data, struct sw_str name, struct sw_error *err)
{
    static const uint8_t zero[KEY_SIZE];
    const char *path;
    SW_TRY(salt_path(data, name, &path, err));
    SW_CLEANUP(fd) int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        return sw_fail_errno(err, errno, "cannot forget the salt '%s'", path);
    }
    SW_TRY(sw_fd_write(fd, path, sw_bytes(zero, sizeof(zero)), err));
    if (fsync(fd) != 0 || unlink(path) != 0) {
        return sw_fail_errno(err, errno, "cannot forget the salt '%s'", path);
    }
    return SW_OK;
}
