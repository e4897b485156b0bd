#include "evidence/store.h"

void sw_blob_file(const struct sw_digest *digest, char out[SW_BLOB_FILE_SIZE])
{
    char hex[2 * SW_DIGEST_MAX + 1];
    sw_digest_hex(digest, hex);
    (void)snprintf(out, SW_BLOB_FILE_SIZE, "blobs/sha256/%.2s/%.64s", hex, hex);
}

sw_result sw_blob_put(struct sw_store *store, struct sw_bytes blob, struct sw_error *err)
{
    struct sw_digest digest;
    char file[SW_BLOB_FILE_SIZE];
    sw_sha256(blob, &digest);
    sw_blob_file(&digest, file);
    /* A name that is there may stand for a file that a power cut emptied. */
    return sw_disk_ensure(&store->disk, file, blob, err);
}

sw_result sw_blob_get(const struct sw_disk *disk, const struct sw_digest *digest,
    struct sw_buf *out, struct sw_error *err)
{
    char file[SW_BLOB_FILE_SIZE];
    struct sw_digest got;
    size_t start = out->len;
    sw_blob_file(digest, file);
    SW_TRY(sw_disk_get(disk, file, SW_BUNDLE_MAX_BYTES, out, err));
    sw_sha256(sw_bytes(out->data + start, out->len - start), &got);
    if (digest->alg != SW_SHA256 || !sw_digest_equal(&got, digest)) {
        out->len = start;
        return sw_fail(err, SW_E_REFUSED,
            "'%s/%s' was altered: it does not have the digest that is its name", disk->name, file);
    }
    return SW_OK;
}
