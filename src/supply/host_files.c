/* Files of a host, below its root, and which of them are of models. */
#include "claim/claim.h"
#include "supply/ascii.h"
#include "supply/host.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAMES_MAX ((size_t)65536) /* of a directory */
#define HASH_CHUNK ((size_t)1 << 20)

int sw_host_open(const struct sw_host *h, const char *path, int flags)
{
    return sw_open_in_root(h->root, path, flags | O_RDONLY | O_NOCTTY | O_NONBLOCK);
}

static ssize_t read_some(int fd, void *out, size_t len)
{
    ssize_t n;
    do {
        n = read(fd, out, len);
    } while (n < 0 && errno == EINTR);
    return n;
}

sw_result sw_host_read(
    const struct sw_host *h, const char *path, size_t max, struct sw_buf *out, bool *found)
{
    SW_CLEANUP(fd) int fd = sw_host_open(h, path, 0);
    struct stat st;
    *found = false;
    if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        return SW_OK;
    }
    for (;;) {
        const size_t room = max - out->len < 65536 ? max - out->len : 65536;
        SW_TRY(sw_buf_reserve(out, room));
        const ssize_t n = read_some(fd, out->data + out->len, room);
        if (n <= 0) {
            *found = n == 0 || room == 0;
            SW_TRY(sw_buf_putc(out, 0)); /* texts of /proc are asked as C strings */
            out->len--;
            return SW_OK;
        }
        out->len += (size_t)n;
    }
}

sw_result sw_host_link(struct sw_host *h, const char *path, struct sw_str *out)
{
    char text[SW_HOST_PATH_MAX];
    SW_CLEANUP(fd) int fd = sw_open_in_root(h->root, path, O_PATH | O_NOFOLLOW);
    const ssize_t n = fd < 0 ? -1 : readlinkat(fd, "", text, sizeof(text));
    *out = sw_str("");
    if (n <= 0) {
        return SW_OK;
    }
    const char *own = sw_arena_strndup(h->look.arena, sw_str_n(text, (size_t)n));
    SW_TRY_PTR(own);
    *out = sw_str(own);
    return SW_OK;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static sw_result list_names(struct sw_host *h, DIR *dir, const char ***names, size_t *count)
{
    size_t cap = 0;
    for (const struct dirent *entry; *count < NAMES_MAX && (entry = readdir(dir)) != NULL;) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
            continue;
        }
        const char **grown =
            sw_arena_grow(h->look.arena, (void *)*names, *count, &cap, sizeof(*grown));
        SW_TRY_PTR(grown);
        *names = grown;
        grown[*count] = sw_arena_strdup(h->look.arena, entry->d_name);
        SW_TRY_PTR(grown[*count]);
        ++*count;
    }
    return SW_OK;
}

sw_result sw_host_list(
    struct sw_host *h, const char *path, const char ***names, size_t *count, int *why)
{
    SW_CLEANUP(fd) int fd = sw_host_open(h, path, O_DIRECTORY);
    *names = NULL;
    *count = 0;
    *why = 0;
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (dir == NULL) {
        *why = errno;
        return SW_OK;
    }
    (void)SW_TAKE_FD(fd);
    enum sw_code code = list_names(h, dir, names, count);
    (void)closedir(dir);
    if (code == SW_OK && *count > 0) {
        qsort((void *)*names, *count, sizeof(**names), compare_names);
    }
    return code;
}

char *sw_host_path(struct sw_host *h, const char *fmt, ...)
{
    char text[SW_HOST_PATH_MAX];
    va_list args;
    va_start(args, fmt);
    const int n = vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    return n < 0 || (size_t)n >= sizeof(text) ? sw_arena_strdup(h->look.arena, "/")
                                              : sw_arena_strdup(h->look.arena, text);
}

/* --- models ----------------------------------------------------------------------------------- */

/* The file that a process means by a path: ours, or, when that is another one, the one among the
 * files that the process sees. */
static int open_place(const struct sw_host *h, const struct sw_host_place *place, struct stat *st)
{
    char root[64];
    SW_CLEANUP(fd) int fd = sw_host_open(h, place->path, 0);
    const bool checked = h->live && place->inode != 0;
    if (fd >= 0 && fstat(fd, st) == 0 && S_ISREG(st->st_mode) &&
        (!checked || st->st_ino == place->inode)) {
        return SW_TAKE_FD(fd);
    }
    if (!h->live || place->pid == 0) {
        return -1;
    }
    (void)snprintf(root, sizeof(root), "proc/%u/root", place->pid);
    SW_CLEANUP(fd) int other = openat(h->root, root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    SW_CLEANUP(fd)
    int theirs =
        other < 0 ? -1 : sw_open_in_root(other, place->path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    if (theirs >= 0 && fstat(theirs, st) == 0 && S_ISREG(st->st_mode) &&
        (!checked || st->st_ino == place->inode)) {
        return SW_TAKE_FD(theirs);
    }
    return -1;
}

static sw_result hash_file(struct sw_host *h, int fd, struct sw_str *out)
{
    struct sw_hash hash;
    struct sw_digest digest;
    char text[SW_DIGEST_TEXT_SIZE];
    ssize_t n;
    void *chunk = sw_arena_alloc(h->look.arena, HASH_CHUNK);
    SW_TRY_PTR(chunk);
    SW_TRY(sw_hash_init(&hash, SW_SHA256));
    if (lseek(fd, 0, SEEK_SET) != 0) {
        sw_hash_abort(&hash);
        return SW_OK;
    }
    while ((n = read_some(fd, chunk, HASH_CHUNK)) > 0 &&
           !sw_progress_cancelled(h->look.options->progress)) {
        sw_hash_update(&hash, chunk, (size_t)n);
        sw_progress_add(h->look.options->progress, (uint64_t)n, 0);
    }
    sw_hash_final(&hash, &digest);
    if (n != 0) {
        return SW_OK; /* not all of it was read */
    }
    sw_digest_text(&digest, text);
    const char *own = sw_arena_strdup(&h->arena, text);
    SW_TRY_PTR(own);
    *out = sw_str(own);
    return SW_OK;
}

/* The model of the Hub whose cache a file is in: ".../models--ORG--NAME/blobs/…". */
static sw_result see_cached(struct sw_host *h)
{
    static const struct sw_signal signal = {"mapped-model", SW_SOURCE_HOST, SW_GRADE_OBSERVED, 900};
    static const char mark[] = "/models--";
    struct sw_look *look = &h->look;
    const char *at = memmem(look->path.ptr, look->path.len, mark, sizeof(mark) - 1);
    if (at == NULL) {
        return SW_OK;
    }
    const char *start = at + sizeof(mark) - 1;
    const size_t left = look->path.len - (size_t)(start - look->path.ptr);
    const char *slash = memchr(start, '/', left);
    const size_t len = slash == NULL ? left : (size_t)(slash - start);
    const char *dashes = memmem(start, len, "--", 2);
    if (dashes == NULL) {
        return SW_OK;
    }
    const char *name = sw_arena_printf(look->arena, "%.*s/%.*s", (int)(dashes - start), start,
        (int)(len - (size_t)(dashes + 2 - start)), dashes + 2);
    SW_TRY_PTR(name);
    return sw_look_see_model(look, &signal, sw_str(name), SW_FROM_HUB, true, 0);
}

static sw_result look_at_head(struct sw_host *h, int fd, const struct stat *st,
    const struct sw_host_place *place, bool *model)
{
    struct sw_error err;
    const uint64_t before = h->look.seen;
    char *head = sw_arena_alloc(h->look.arena, SW_LOOK_HEAD);
    SW_TRY_PTR(head);
    const ssize_t n = pread(fd, head, SW_LOOK_HEAD, 0);
    h->look.text = sw_str_n(head, n < 0 ? 0 : (size_t)n);
    h->look.size = (uint64_t)st->st_size;
    if (n < 16 || h->look.size < 16) {
        return SW_OK;
    }
    SW_TRY(place->any_name                   ? sw_look_weights_by_content(&h->look, &err)
           : sw_look_weights.takes(&h->look) ? sw_look_weights.look(&h->look, &err)
                                             : SW_OK);
    *model = h->look.seen > before;
    return *model ? see_cached(h) : SW_OK;
}

/* What is known of a file, a new row when nothing is; NULL when there are too many. */
static sw_result number_of(struct sw_host *h, const char *path, struct sw_host_file **out)
{
    uint32_t number;
    *out = NULL;
    if (sw_names_find(&h->files, 0, sw_str(path), &number)) {
        *out = &h->file_list[number];
        return SW_OK;
    }
    if (h->file_count >= SW_HOST_FILES_MAX) {
        return SW_OK;
    }
    const char *own = sw_arena_strdup(&h->arena, path);
    struct sw_host_file *grown =
        sw_arena_grow(&h->arena, h->file_list, h->file_count, &h->file_cap, sizeof(*grown));
    SW_TRY_PTR(own);
    SW_TRY_PTR(grown);
    h->file_list = grown;
    SW_TRY(sw_names_number(&h->files, 0, sw_str(own), &number));
    grown[h->file_count] = (struct sw_host_file){.model = true, .digest = sw_str("")};
    *out = &grown[h->file_count++];
    return SW_OK;
}

/* The facts of the process, and which file it is. */
static sw_result add_inode(struct sw_host *h, const struct stat *st)
{
    const size_t count = h->look.fact_count;
    struct sw_fact *facts = SW_ARENA_ARRAY(h->look.arena, struct sw_fact, count + 1);
    SW_TRY_PTR(facts);
    for (size_t i = 0; i < count; i++) {
        facts[i] = h->look.facts[i];
    }
    facts[count] = (struct sw_fact){.name = "inode", .number = st->st_ino};
    h->look.facts = facts;
    h->look.fact_count = count + 1;
    return SW_OK;
}

static sw_result look_at_place(
    struct sw_host *h, const struct sw_host_place *place, struct sw_host_file *known, bool *model)
{
    struct stat st;
    SW_CLEANUP(fd) int fd = open_place(h, place, &st);
    if (fd < 0) {
        return place->inode == 0 || !sw_look_weights.takes(&h->look)
                   ? SW_OK
                   : sw_look_gap(&h->look, "open files of models that are gone or cannot be read");
    }
    const bool hash = h->options->hash && known != NULL && known->digest.len == 0;
    h->look.digest = known == NULL ? sw_str("") : known->digest;
    const uint64_t before = h->look.seen;
    SW_TRY(add_inode(h, &st));
    SW_TRY(look_at_head(h, fd, &st, place, model));
    if (*model && hash) {
        SW_TRY(hash_file(h, fd, &h->look.digest));
        known->digest = h->look.digest;
        SW_TRY(h->look.digest.len > 0 ? look_at_head(h, fd, &st, place, model) : SW_OK);
    }
    if (known != NULL) {
        known->model = h->look.seen > before;
    }
    return SW_OK;
}

sw_result sw_host_see_file(struct sw_host *h, const struct sw_host_place *place, bool *model)
{
    struct sw_host_file *known;
    const struct sw_look kept = h->look;
    *model = false;
    h->look.path = sw_str(place->path);
    h->look.name = sw_path_base(place->path);
    SW_TRY(number_of(h, place->path, &known));
    enum sw_code code =
        known != NULL && !known->model ? SW_OK : look_at_place(h, place, known, model);
    const uint64_t seen = h->look.seen;
    h->look = kept;
    h->look.seen = seen;
    return code;
}

sw_result sw_host_see_settings(
    struct sw_host *h, const char *path, const struct sw_look_reader *reader)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_error err;
    bool found;
    SW_TRY(sw_host_read(h, path, SW_CONFIGURATION_MAX, &text, &found));
    if (!found || text.len == 0) {
        return SW_OK;
    }
    h->look.path = sw_str(path);
    h->look.name = sw_path_base(path);
    h->look.text = sw_buf_str(&text);
    h->look.size = text.len;
    h->look.coverage->files++;
    h->look.coverage->bytes += text.len;
    h->look.coverage->read_files++;
    h->look.coverage->read_bytes += text.len;
    const bool takes = memchr(text.data, 0, text.len) == NULL && reader->takes(&h->look);
    enum sw_code code = takes ? reader->look(&h->look, &err) : SW_OK;
    h->look.text = sw_str("");
    return code == SW_E_FORMAT || code == SW_E_LIMIT ? sw_look_gap(&h->look, reader->gap) : code;
}
