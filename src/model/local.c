#include "model/local.h"

#include <errno.h>
#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#define KEY_NAME "keys/local.secret"
#define DOMAIN "sealwright-local/v1"
#define MAC_SIZE ((size_t)32)

static sw_result path_of(
    const struct sw_local *local, const char *name, char out[PATH_MAX], struct sw_error *err)
{
    int len = snprintf(out, PATH_MAX, "%s/%s", local->store, name);
    return len > 0 && len < PATH_MAX ? SW_OK
                                     : sw_fail_errno(err, ENAMETOOLONG, "cannot open '%s'", name);
}

/* --- the key --------------------------------------------------------------------------------- */

static sw_result read_key(const char *path, struct sw_local *local, struct sw_error *err)
{
    SW_CLEANUP(secret) struct sw_buf key = SW_BUF_INIT;
    SW_TRY(sw_file_read(path, SW_LOCAL_KEY_SIZE, &key, err));
    if (key.len != SW_LOCAL_KEY_SIZE) {
        return sw_fail(err, SW_E_REFUSED,
            "'%s' is no key of %d bytes: remove it, and a new one is made", path,
            SW_LOCAL_KEY_SIZE);
    }
    memcpy(local->key, key.data, SW_LOCAL_KEY_SIZE);
    return SW_OK;
}

/* Who comes second takes the first one's key. */
static sw_result make_key(const char *path, struct sw_local *local, struct sw_error *err)
{
    if (getrandom(local->key, SW_LOCAL_KEY_SIZE, 0) != SW_LOCAL_KEY_SIZE) {
        return sw_fail_errno(err, errno, "cannot make a key");
    }
    struct sw_error why = {0};
    enum sw_code code = sw_file_write(path, sw_bytes(local->key, SW_LOCAL_KEY_SIZE), 0600,
        SW_WRITE_SYNC | SW_WRITE_EXCLUSIVE, &why);
    if (code == SW_E_REFUSED) {
        return read_key(path, local, err);
    }
    return code == SW_OK ? SW_OK : sw_fail(err, code, "%s", why.text);
}

sw_result sw_local_open(const char *store_path, struct sw_local *out, struct sw_error *err)
{
    SW_CLEANUP(local) struct sw_local local = {.store = strdup(store_path)};
    char path[PATH_MAX];
    SW_TRY_PTR(local.store);
    SW_TRY(path_of(&local, KEY_NAME, path, err));
    struct sw_error why = {0};
    enum sw_code code = read_key(path, &local, &why);
    if (code == SW_E_NOENT) {
        code = make_key(path, &local, &why);
    }
    if (code != SW_OK) {
        return sw_fail(err, code, "%s", why.text);
    }
    *out = local;
    local = (struct sw_local){0};
    return SW_OK;
}

void sw_local_release(struct sw_local *local)
{
    OPENSSL_cleanse(local->key, sizeof(local->key));
    free(local->store);
    *local = (struct sw_local){0};
}

/* --- the files ------------------------------------------------------------------------------- */

/* The name is bound too, so that one file cannot stand in another's place. */
static sw_result authenticate(
    const struct sw_local *local, const char *name, struct sw_bytes data, uint8_t mac[MAC_SIZE])
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    unsigned len = 0;
    SW_TRY(sw_buf_append(&text, DOMAIN, sizeof(DOMAIN)));
    SW_TRY(sw_buf_append(&text, name, strlen(name) + 1));
    SW_TRY(sw_buf_append(&text, data.ptr, data.len));
    const uint8_t *made =
        HMAC(EVP_sha256(), local->key, SW_LOCAL_KEY_SIZE, text.data, text.len, mac, &len);
    return made != NULL && len == MAC_SIZE ? SW_OK : SW_E_NOMEM;
}

sw_result sw_local_read(const struct sw_local *local, const char *name, uint64_t max,
    struct sw_buf *out, struct sw_error *err)
{
    char path[PATH_MAX];
    uint8_t mac[MAC_SIZE];
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    SW_TRY(path_of(local, name, path, err));
    SW_TRY(sw_file_read(path, max, &text, err));
    size_t len = text.len < MAC_SIZE ? 0 : text.len - MAC_SIZE;
    SW_TRY(authenticate(local, name, sw_bytes(text.data, len), mac));
    if (text.len < MAC_SIZE || CRYPTO_memcmp(mac, text.data + len, MAC_SIZE) != 0) {
        return sw_fail(err, SW_E_REFUSED, "'%s' is damaged, or somebody else wrote it", path);
    }
    return sw_buf_append(out, text.data, len);
}

static sw_result make_parent(const char *path, struct sw_error *err)
{
    char dir[PATH_MAX];
    struct sw_str parent = sw_path_dir(path);
    (void)snprintf(dir, sizeof(dir), SW_STR_FMT, SW_STR_ARG(parent));
    return sw_dir_make(dir, 0777, err);
}

sw_result sw_local_write(
    const struct sw_local *local, const char *name, struct sw_bytes data, struct sw_error *err)
{
    char path[PATH_MAX];
    uint8_t mac[MAC_SIZE];
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    SW_TRY(path_of(local, name, path, err));
    SW_TRY(authenticate(local, name, data, mac));
    SW_TRY(sw_buf_append(&text, data.ptr, data.len));
    SW_TRY(sw_buf_append(&text, mac, MAC_SIZE));
    SW_TRY(make_parent(path, err));
    return sw_file_write(path, sw_buf_bytes(&text), 0600, 0, err);
}

void sw_local_remove(const struct sw_local *local, const char *name)
{
    char path[PATH_MAX];
    struct sw_error ignored = {0};
    if (path_of(local, name, path, &ignored) == SW_OK) {
        (void)unlink(path);
    }
}
