/* Files of a host, which the caller reads for this process, and which of them are of models. */
#include "claim/claim.h"
#include "supply/ascii.h"
#include "supply/host.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* --- asking ----------------------------------------------------------------------------------- */

static sw_result put_question(struct sw_buf *out, enum sw_host_question question)
{
    return sw_buf_putc(out, (char)question);
}

static sw_result ask(struct sw_buf *question, const char *path, struct sw_buf *answer)
{
    struct sw_error ignored;
    SW_TRY(sw_buf_puts(question, path));
    return sw_worker_ask(sw_buf_bytes(question), answer, &ignored);
}

sw_result sw_host_read(
    const struct sw_host *h, const char *path, size_t max, struct sw_buf *out, bool *found)
{
    SW_CLEANUP(buf) struct sw_buf question = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf answer = SW_BUF_INIT;
    struct sw_bytes text;
    uint8_t whole;
    uint32_t why;
    (void)h;
    *found = false;
    SW_TRY(put_question(&question, SW_HOST_READ));
    SW_TRY(sw_buf_put_u64be(&question, max));
    SW_TRY(ask(&question, path, &answer));
    struct sw_cursor cur = sw_cursor(sw_buf_bytes(&answer));
    SW_TRY(sw_cur_u8(&cur, &whole));
    SW_TRY(sw_cur_u32be(&cur, &why));
    SW_TRY(sw_cur_bytes(&cur, sw_cur_left(&cur), &text));
    SW_TRY(sw_buf_append(out, text.ptr, text.len));
    SW_TRY(sw_buf_putc(out, 0)); /* texts of /proc are asked as C strings */
    out->len--;
    *found = whole != 0;
    errno = (int)why;
    return SW_OK;
}

sw_result sw_host_link(struct sw_host *h, const char *path, struct sw_str *out)
{
    SW_CLEANUP(buf) struct sw_buf question = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf answer = SW_BUF_INIT;
    SW_TRY(put_question(&question, SW_HOST_LINK));
    SW_TRY(ask(&question, path, &answer));
    const char *own = sw_arena_strndup(h->look.arena, sw_buf_str(&answer));
    SW_TRY_PTR(own);
    *out = sw_str(own);
    return SW_OK;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Texts that have a NUL behind them. */
static sw_result take_texts(
    struct sw_host *h, struct sw_cursor *cur, const char ***texts, size_t *count)
{
    struct sw_bytes rest;
    size_t cap = 0;
    SW_TRY(sw_cur_bytes(cur, sw_cur_left(cur), &rest));
    while (rest.len > 0) {
        const uint8_t *end = memchr(rest.ptr, 0, rest.len);
        const char **grown =
            sw_arena_grow(h->look.arena, (void *)*texts, *count, &cap, sizeof(*grown));
        SW_TRY_PTR(grown);
        if (end == NULL) {
            return SW_E_INTERNAL;
        }
        const size_t len = (size_t)(end - rest.ptr);
        *texts = grown;
        grown[*count] = sw_arena_strndup(h->look.arena, sw_str_n((const char *)rest.ptr, len));
        SW_TRY_PTR(grown[*count]);
        ++*count;
        rest = sw_bytes(end + 1, rest.len - len - 1);
    }
    return SW_OK;
}

static sw_result ask_list(struct sw_host *h, enum sw_host_question what, const char *path,
    const char ***texts, size_t *count, int *why)
{
    SW_CLEANUP(buf) struct sw_buf question = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf answer = SW_BUF_INIT;
    uint32_t number;
    *texts = NULL;
    *count = 0;
    SW_TRY(put_question(&question, what));
    SW_TRY(ask(&question, path, &answer));
    struct sw_cursor cur = sw_cursor(sw_buf_bytes(&answer));
    SW_TRY(sw_cur_u32be(&cur, &number));
    *why = (int)number;
    return take_texts(h, &cur, texts, count);
}

sw_result sw_host_list(
    struct sw_host *h, const char *path, const char ***names, size_t *count, int *why)
{
    SW_TRY(ask_list(h, SW_HOST_LIST, path, names, count, why));
    if (*count > 0) {
        qsort((void *)*names, *count, sizeof(**names), compare_names);
    }
    return SW_OK;
}

sw_result sw_host_links(
    struct sw_host *h, const char *path, const char ***links, size_t *count, int *why)
{
    return ask_list(h, SW_HOST_LINKS, path, links, count, why);
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

/* What is told of a file. */
struct head {
    uint64_t inode, size;
    struct sw_str text; /* its first bytes */
};

/* *found is false for a file that is gone, another one, or not to be read. */
static sw_result ask_head(
    struct sw_host *h, const struct sw_host_place *place, struct head *out, bool *found)
{
    SW_CLEANUP(buf) struct sw_buf question = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf answer = SW_BUF_INIT;
    struct sw_bytes rest;
    SW_TRY(put_question(&question, SW_HOST_HEAD));
    SW_TRY(sw_buf_put_u64be(&question, place->inode));
    SW_TRY(sw_buf_put_u32be(&question, place->pid));
    SW_TRY(ask(&question, place->path, &answer));
    *found = answer.len > 0;
    if (!*found) {
        return SW_OK;
    }
    struct sw_cursor cur = sw_cursor(sw_buf_bytes(&answer));
    SW_TRY(sw_cur_u64be(&cur, &out->inode));
    SW_TRY(sw_cur_u64be(&cur, &out->size));
    SW_TRY(sw_cur_bytes(&cur, sw_cur_left(&cur), &rest));
    const char *own = sw_arena_strndup(h->look.arena, sw_str_of_bytes(rest));
    SW_TRY_PTR(own);
    out->text = sw_str_n(own, rest.len);
    return SW_OK;
}

/* Of the file whose head was asked for last. */
static sw_result ask_hash(struct sw_host *h, struct sw_str *out)
{
    SW_CLEANUP(buf) struct sw_buf question = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf answer = SW_BUF_INIT;
    struct sw_digest digest = {.alg = SW_SHA256, .len = 32};
    char text[SW_DIGEST_TEXT_SIZE];
    SW_TRY(put_question(&question, SW_HOST_HASH));
    SW_TRY(ask(&question, "", &answer));
    if (answer.len != digest.len) {
        return SW_OK; /* not all of it was read */
    }
    memcpy(digest.bytes, answer.data, digest.len);
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

static sw_result look_at_head(
    struct sw_host *h, const struct head *head, const struct sw_host_place *place, bool *model)
{
    struct sw_error err;
    const uint64_t before = h->look.seen;
    h->look.text = head->text;
    h->look.size = head->size;
    if (head->text.len < 16 || h->look.size < 16) {
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
static sw_result add_inode(struct sw_host *h, uint64_t inode)
{
    const size_t count = h->look.fact_count;
    struct sw_fact *facts = SW_ARENA_ARRAY(h->look.arena, struct sw_fact, count + 1);
    SW_TRY_PTR(facts);
    for (size_t i = 0; i < count; i++) {
        facts[i] = h->look.facts[i];
    }
    facts[count] = (struct sw_fact){.name = "inode", .number = inode};
    h->look.facts = facts;
    h->look.fact_count = count + 1;
    return SW_OK;
}

static sw_result look_at_place(
    struct sw_host *h, const struct sw_host_place *place, struct sw_host_file *known, bool *model)
{
    struct head head = {0};
    bool found;
    SW_TRY(ask_head(h, place, &head, &found));
    if (!found) {
        return place->inode == 0 || !sw_look_weights.takes(&h->look)
                   ? SW_OK
                   : sw_look_gap(&h->look, "open files of models that are gone or cannot be read");
    }
    const bool hash = h->options->hash && known != NULL && known->digest.len == 0;
    h->look.digest = known == NULL ? sw_str("") : known->digest;
    const uint64_t before = h->look.seen;
    SW_TRY(add_inode(h, head.inode));
    SW_TRY(look_at_head(h, &head, place, model));
    if (*model && hash) {
        SW_TRY(ask_hash(h, &h->look.digest));
        known->digest = h->look.digest;
        SW_TRY(h->look.digest.len > 0 ? look_at_head(h, &head, place, model) : SW_OK);
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
