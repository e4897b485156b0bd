#include "model/cache.h"

#include "model/local.h"

#include <linux/fs.h>
#include <linux/fsverity.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>

#define CACHE_FILE "cache/files"
#define MAGIC "sealwright-cache/v1\n"
#define MAGIC_SIZE (sizeof(MAGIC) - 1)
#define MAX_RECORDS ((size_t)262144)
#define NANOSECONDS ((int64_t)1000000000)

struct record {
    struct sw_cache_key key;
    uint8_t digest[SW_DIGEST_MAX];
};

struct known {
    const struct record *record;
    bool used;
};

struct sw_model_cache {
    struct sw_local local;
    struct record *loaded; /* as they stood in the file: what was used last comes first */
    size_t loaded_count;
    struct known *sorted; /* by key */
    struct record *added;
    size_t added_count;
    size_t added_cap;
    pthread_mutex_t lock; /* guards what was added */
    struct sw_error told;
    struct sw_cache_use use;
};

/* --- what identifies a state of a file ------------------------------------------------------- */

/* Local file systems of which the kernel itself keeps the times (linux/magic.h, and those of XFS,
 * ZFS and bcachefs, which are not there). */
static const uint64_t local_types[] = {
    0xef53, 0x58465342, 0x9123683e, 0x01021994, 0xf2f52010, 0x794c7630, 0x2fc12fc1, 0xca451a4e};

static bool keeps_times(int fd)
{
    struct statfs fs;
    if (fstatfs(fd, &fs) != 0) {
        return false;
    }
    for (size_t i = 0; i < SW_COUNT(local_types); i++) {
        if ((uint64_t)fs.f_type == local_types[i]) {
            return true;
        }
    }
    return false;
}

static void measure_verity(int fd, uint8_t out[32])
{
    union {
        struct fsverity_digest digest;
        uint8_t room[sizeof(struct fsverity_digest) + SW_DIGEST_MAX];
    } measured = {.digest = {.digest_size = SW_DIGEST_MAX}};
    struct sw_digest sum;
    if (ioctl(fd, FS_IOC_MEASURE_VERITY, &measured) == 0) {
        size_t len = sizeof(struct fsverity_digest) + measured.digest.digest_size;
        sw_sha256(sw_bytes(measured.room, len), &sum);
        memcpy(out, sum.bytes, 32);
    }
}

bool sw_cache_key_of(int fd, const struct sw_entry *entry, struct sw_cache_key *out)
{
    struct stat st;
    if (!keeps_times(fd) || fstat(fd, &st) != 0) {
        return false;
    }
    *out = (struct sw_cache_key){.device = st.st_dev,
        .inode = entry->stamp.inode,
        .size = entry->size,
        .mtime_ns = entry->stamp.mtime_ns,
        .ctime_ns = entry->stamp.ctime_ns};
    long generation = 0;
    if (ioctl(fd, FS_IOC_GETVERSION, &generation) == 0) {
        out->generation = (uint32_t)generation; /* the kernel writes an int */
    }
    measure_verity(fd, out->verity);
    return true;
}

static bool has_verity(const struct sw_cache_key *key)
{
    static const uint8_t none[sizeof(key->verity)];
    return memcmp(key->verity, none, sizeof(none)) != 0;
}

/* Times are those of the last tick, and on some file systems whole seconds: a change within that
 * span after the last one leaves them as they were (git: "racy git"). */
static int64_t granularity(const struct sw_cache_key *key)
{
    struct timespec tick = {0};
    if (key->mtime_ns % NANOSECONDS == 0 && key->ctime_ns % NANOSECONDS == 0) {
        return 2 * NANOSECONDS;
    }
    (void)clock_getres(CLOCK_REALTIME_COARSE, &tick);
    int64_t ns = 2 * ((int64_t)tick.tv_sec * NANOSECONDS + tick.tv_nsec);
    return ns < 20000000 ? 20000000 : ns;
}

bool sw_cache_is_settled(const struct sw_cache_key *key, int64_t now_ns)
{
    int64_t changed = key->mtime_ns > key->ctime_ns ? key->mtime_ns : key->ctime_ns;
    return has_verity(key) || changed < now_ns - granularity(key);
}

/* --- looking up ------------------------------------------------------------------------------ */

static int by_key(const void *a, const void *b)
{
    const struct known *left = a;
    const struct known *right = b;
    return memcmp(&left->record->key, &right->record->key, sizeof(left->record->key));
}

bool sw_cache_find(
    struct sw_model_cache *cache, const struct sw_cache_key *key, uint8_t *digest, size_t len)
{
    const struct record wanted = {.key = *key};
    const struct known pattern = {.record = &wanted};
    struct known *found = NULL;
    if (cache->loaded_count > 0) {
        found = bsearch(&pattern, cache->sorted, cache->loaded_count, sizeof(pattern), by_key);
    }
    if (found == NULL) {
        return false;
    }
    found->used = true;
    memcpy(digest, found->record->digest, len);
    return true;
}

void sw_cache_note(
    struct sw_model_cache *cache, const struct sw_cache_key *key, const uint8_t *digest, size_t len)
{
    (void)pthread_mutex_lock(&cache->lock);
    if (cache->added_count == cache->added_cap && cache->added_cap < MAX_RECORDS) {
        size_t cap = cache->added_cap == 0 ? 64 : 2 * cache->added_cap;
        struct record *grown = reallocarray(cache->added, cap, sizeof(*grown));
        if (grown != NULL) {
            cache->added = grown;
            cache->added_cap = cap;
        }
    }
    if (cache->added_count < cache->added_cap) {
        struct record *record = &cache->added[cache->added_count++];
        *record = (struct record){.key = *key};
        memcpy(record->digest, digest, len);
    }
    (void)pthread_mutex_unlock(&cache->lock);
}

struct sw_cache_use *sw_model_cache_use(struct sw_model_cache *cache)
{
    return &cache->use;
}

/* --- the file -------------------------------------------------------------------------------- */

static sw_result take_records(
    struct sw_model_cache *cache, struct sw_bytes text, struct sw_error *err)
{
    size_t len = text.len < MAGIC_SIZE ? 0 : text.len - MAGIC_SIZE;
    if (text.len < MAGIC_SIZE || memcmp(text.ptr, MAGIC, MAGIC_SIZE) != 0 ||
        len % sizeof(struct record) != 0) {
        return sw_fail(err, SW_E_FORMAT, "the cache is of another version");
    }
    size_t count = len / sizeof(struct record);
    cache->loaded = calloc(count + 1, sizeof(struct record));
    cache->sorted = calloc(count + 1, sizeof(struct known));
    if (cache->loaded == NULL || cache->sorted == NULL) {
        return SW_E_NOMEM;
    }
    memcpy(cache->loaded, text.ptr + MAGIC_SIZE, len);
    for (size_t i = 0; i < count; i++) {
        cache->sorted[i].record = &cache->loaded[i];
    }
    cache->loaded_count = count;
    qsort(cache->sorted, count, sizeof(struct known), by_key);
    return SW_OK;
}

static sw_result load(struct sw_model_cache *cache, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    const uint64_t max = MAGIC_SIZE + MAX_RECORDS * sizeof(struct record) + 64;
    enum sw_code code = sw_local_read(&cache->local, CACHE_FILE, max, &text, err);
    if (code == SW_E_NOENT) {
        *err = (struct sw_error){0};
        return SW_OK;
    }
    SW_TRY(code);
    return take_records(cache, sw_buf_bytes(&text), err);
}

sw_result sw_model_cache_open(
    const char *store_path, struct sw_model_cache **out, struct sw_error *err)
{
    struct sw_model_cache *cache = calloc(1, sizeof(*cache));
    SW_TRY_PTR(cache);
    (void)pthread_mutex_init(&cache->lock, NULL);
    enum sw_code code = sw_local_open(store_path, &cache->local, err);
    if (code == SW_OK && load(cache, &cache->told) == SW_E_NOMEM) {
        code = SW_E_NOMEM;
    }
    if (code != SW_OK) {
        sw_model_cache_free(cache);
        return code;
    }
    *out = cache;
    return SW_OK;
}

void sw_model_cache_free(struct sw_model_cache *cache)
{
    if (cache == NULL) {
        return;
    }
    sw_local_release(&cache->local);
    free(cache->loaded);
    free(cache->sorted);
    free(cache->added);
    (void)pthread_mutex_destroy(&cache->lock);
    free(cache);
}

const char *sw_model_cache_told(const struct sw_model_cache *cache)
{
    return cache->told.text[0] == '\0' ? NULL : cache->told.text;
}

static sw_result put_records(
    const struct sw_model_cache *cache, bool used, size_t *room, struct sw_buf *out)
{
    for (size_t i = 0; i<cache->loaded_count && * room> 0; i++) {
        if (cache->sorted[i].used == used) {
            SW_TRY(sw_buf_append(out, cache->sorted[i].record, sizeof(struct record)));
            (*room)--;
        }
    }
    return SW_OK;
}

/* What was needed last stands first, and what is over the limit falls off at the end. */
sw_result sw_model_cache_save(struct sw_model_cache *cache, struct sw_error *err)
{
    if (cache->added_count == 0 && sw_model_cache_told(cache) == NULL) {
        return SW_OK;
    }
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    size_t room = MAX_RECORDS - cache->added_count;
    SW_TRY(sw_buf_append(&text, MAGIC, MAGIC_SIZE));
    SW_TRY(sw_buf_append(&text, cache->added, cache->added_count * sizeof(struct record)));
    SW_TRY(put_records(cache, true, &room, &text));
    SW_TRY(put_records(cache, false, &room, &text));
    return sw_local_write(&cache->local, CACHE_FILE, sw_buf_bytes(&text), err);
}
