/* Documents beside the weights: settings, tokenizers, templates. Both versions travel to a confined
 * process, which parses them and answers with lines.
 *
 * A request is u8 task, u32 length of the first part (big-endian), the first part, the second part.
 * An answer is u64 lines in all, u32 lines that follow, and for each three texts, each u32 length
 * and bytes. For tokens the first part is the ids, u64 each, and the answer has only the second
 * text. */
#include "scan/scan.h"

#define TEXT_MAX 300 /* bytes of a value that is shown */
#define REPLY_MAX ((size_t)4 << 20)
#define ARENA_MAX ((size_t)768 << 20)

enum task { TASK_DIFF, TASK_TOKENS };

struct answer {
    struct sw_arena arena;
    struct sw_buf lines;
    uint64_t total;
    uint32_t count;
};

/* --- in the worker: lines ----------------------------------------------------------------------
 */

/* Not in the middle of a character. */
static struct sw_str cut(struct sw_str text)
{
    if (text.len <= TEXT_MAX) {
        return text;
    }
    text.len = TEXT_MAX;
    while (text.len > 0 && ((uint8_t)text.ptr[text.len] & 0xC0) == 0x80) {
        text.len--;
    }
    return text;
}

static sw_result put_text(struct answer *a, struct sw_str text)
{
    text = cut(text);
    SW_TRY(sw_buf_put_u32be(&a->lines, (uint32_t)text.len));
    return sw_buf_put_str(&a->lines, text);
}

static sw_result put_line(
    struct answer *a, struct sw_str where, struct sw_str before, struct sw_str after)
{
    a->total++;
    if (a->count == SW_DIFF_LINES_MAX) {
        return SW_OK;
    }
    a->count++;
    SW_TRY(put_text(a, where));
    SW_TRY(put_text(a, before));
    return put_text(a, after);
}

/* --- in the worker: JSON -----------------------------------------------------------------------
 */

/* Two texts from where they part on, since what changed in a long template stands far inside. */
static void from_difference(struct sw_str *a, struct sw_str *b)
{
    enum { BEFORE = 40 };
    size_t same = 0;
    while (same < a->len && same < b->len && a->ptr[same] == b->ptr[same]) {
        same++;
    }
    if (same <= BEFORE || (a->len <= TEXT_MAX && b->len <= TEXT_MAX)) {
        return;
    }
    same -= BEFORE;
    while (same > 0 && ((uint8_t)a->ptr[same] & 0xC0) == 0x80) {
        same--;
    }
    *a = sw_str_n(a->ptr + same, a->len - same);
    *b = sw_str_n(b->ptr + same, b->len - same);
}

static sw_result print_value(const struct sw_json *value, struct sw_buf *out)
{
    return value == NULL ? SW_OK : sw_json_print(out, value, 0);
}

static sw_result put_values(
    struct answer *a, struct sw_str path, const struct sw_json *x, const struct sw_json *y)
{
    SW_CLEANUP(buf) struct sw_buf before = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf after = SW_BUF_INIT;
    if (a->count == SW_DIFF_LINES_MAX) {
        a->total++;
        return SW_OK;
    }
    SW_TRY(print_value(x, &before));
    SW_TRY(print_value(y, &after));
    struct sw_str left = sw_buf_str(&before);
    struct sw_str right = sw_buf_str(&after);
    if (left.len > 0 && right.len > 0) {
        from_difference(&left, &right);
    }
    return put_line(a, path, left, right);
}

static sw_result diff_values(
    struct answer *a, struct sw_buf *path, const struct sw_json *x, const struct sw_json *y);

static sw_result diff_member(struct answer *a, struct sw_buf *path, struct sw_str name,
    const struct sw_json *x, const struct sw_json *y)
{
    size_t len = path->len;
    SW_TRY(len == 0 ? SW_OK : sw_buf_putc(path, '.'));
    SW_TRY(sw_buf_put_str(path, cut(name)));
    SW_TRY(diff_values(a, path, x, y));
    path->len = len;
    return SW_OK;
}

/* Members by name, in linear time: each side's names are sorted. */
static int compare_members(const void *a, const void *b)
{
    const struct sw_json_member *const *x = a;
    const struct sw_json_member *const *y = b;
    return sw_str_compare((*x)->name, (*y)->name);
}

static const struct sw_json_member **sorted(struct sw_arena *arena, const struct sw_json *object)
{
    const struct sw_json_member **list =
        SW_ARENA_ARRAY(arena, const struct sw_json_member *, object->count);
    for (size_t i = 0; i < object->count && list != NULL; i++) {
        list[i] = &object->members[i];
    }
    if (list != NULL && object->count > 0) {
        qsort(list, object->count, sizeof(*list), compare_members);
    }
    return list;
}

static sw_result diff_objects(
    struct answer *a, struct sw_buf *path, const struct sw_json *x, const struct sw_json *y)
{
    const struct sw_json_member **left = sorted(&a->arena, x);
    const struct sw_json_member **right = sorted(&a->arena, y);
    SW_TRY_PTR(left);
    SW_TRY_PTR(right);
    size_t i = 0;
    size_t j = 0;
    while (i < x->count || j < y->count) {
        int order = i == x->count   ? 1
                    : j == y->count ? -1
                                    : sw_str_compare(left[i]->name, right[j]->name);
        struct sw_str name = order <= 0 ? left[i]->name : right[j]->name;
        SW_TRY(diff_member(a, path, name, order <= 0 ? &left[i]->value : NULL,
            order >= 0 ? &right[j]->value : NULL));
        i += order <= 0 ? 1 : 0;
        j += order >= 0 ? 1 : 0;
    }
    return SW_OK;
}

static sw_result diff_arrays(
    struct answer *a, struct sw_buf *path, const struct sw_json *x, const struct sw_json *y)
{
    size_t most = x->count > y->count ? x->count : y->count;
    for (size_t i = 0; i < most; i++) {
        char index[24];
        (void)snprintf(index, sizeof(index), "%zu", i);
        SW_TRY(diff_member(a, path, sw_str(index), sw_json_item(x, i), sw_json_item(y, i)));
    }
    return SW_OK;
}

static bool same_scalar(const struct sw_json *x, const struct sw_json *y)
{
    if (x->type == SW_JSON_BOOL) {
        return x->boolean == y->boolean;
    }
    return x->type == SW_JSON_NULL || sw_str_equal(x->text, y->text);
}

/* As deep as the parser lets a document be. */
static sw_result diff_values(
    struct answer *a, struct sw_buf *path, const struct sw_json *x, const struct sw_json *y)
{
    if (x != NULL && y != NULL && x->type == y->type) {
        if (x->type == SW_JSON_OBJECT) {
            return diff_objects(a, path, x, y);
        }
        if (x->type == SW_JSON_ARRAY) {
            return diff_arrays(a, path, x, y);
        }
        if (same_scalar(x, y)) {
            return SW_OK;
        }
    }
    return put_values(a, sw_buf_str(path), x, y);
}

/* --- in the worker: text ------------------------------------------------------------------------
 */

static struct sw_str next_line(struct sw_bytes *text)
{
    const uint8_t *end = memchr(text->ptr, '\n', text->len);
    size_t len = end == NULL ? text->len : (size_t)(end - text->ptr);
    struct sw_str line = sw_str_n((const char *)text->ptr, len);
    len += end != NULL ? 1 : 0;
    *text = sw_bytes(text->ptr + len, text->len - len);
    return line;
}

/* Drops what both end with, in whole lines. */
static void drop_same_end(struct sw_bytes *x, struct sw_bytes *y)
{
    size_t same = 0;
    size_t lines = 0;
    while (
        same < x->len && same < y->len && x->ptr[x->len - 1 - same] == y->ptr[y->len - 1 - same]) {
        lines = x->ptr[x->len - 1 - same] == '\n' ? same : lines;
        same++;
    }
    bool all = same == x->len || same == y->len;
    lines = all && same == x->len && same == y->len ? same : lines;
    x->len -= lines;
    y->len -= lines;
}

/* Line by line between what both begin and end with. */
static sw_result diff_lines(struct answer *a, struct sw_bytes x, struct sw_bytes y)
{
    drop_same_end(&x, &y);
    for (uint64_t number = 1; x.len > 0 || y.len > 0; number++) {
        char where[40];
        struct sw_str before = x.len > 0 ? next_line(&x) : sw_str("");
        struct sw_str after = y.len > 0 ? next_line(&y) : sw_str("");
        if (sw_str_equal(before, after)) {
            continue;
        }
        (void)snprintf(where, sizeof(where), "line %llu", (unsigned long long)number);
        from_difference(&before, &after);
        SW_TRY(put_line(a, sw_str(where), before, after));
    }
    return SW_OK;
}

static sw_result diff(struct answer *a, struct sw_bytes x, struct sw_bytes y)
{
    struct sw_json left;
    struct sw_json right;
    SW_CLEANUP(buf) struct sw_buf path = SW_BUF_INIT;
    enum sw_code first = sw_json_parse(&a->arena, x, NULL, &left, NULL);
    enum sw_code second = sw_json_parse(&a->arena, y, NULL, &right, NULL);
    return first == SW_OK && second == SW_OK ? diff_values(a, &path, &left, &right)
                                             : diff_lines(a, x, y);
}

/* --- in the worker: tokens ----------------------------------------------------------------------
 */

/* model.vocab is {token: id} (BPE, WordPiece) or [[token, score], …] (Unigram); added_tokens are
 * [{id, content}, …]. */
static bool find_token(const struct sw_json *root, uint64_t id, struct sw_str *out)
{
    const struct sw_json *vocab = sw_json_get(sw_json_get(root, "model"), "vocab");
    uint64_t value;
    SW_JSON_EACH (added, sw_json_get(root, "added_tokens")) {
        if (sw_json_u64(sw_json_get(added, "id"), &value) && value == id) {
            return sw_json_str(sw_json_get(added, "content"), out);
        }
    }
    SW_JSON_EACH_MEMBER (member, vocab) {
        if (sw_json_u64(&member->value, &value) && value == id) {
            *out = member->name;
            return true;
        }
    }
    return sw_json_str(sw_json_item(sw_json_item(vocab, (size_t)id), 0), out);
}

static sw_result find_tokens(struct answer *a, struct sw_bytes ids, struct sw_bytes tokenizer)
{
    struct sw_json root;
    SW_TRY(sw_json_parse(&a->arena, tokenizer, NULL, &root, NULL));
    struct sw_cursor cur = sw_cursor(ids);
    while (sw_cur_left(&cur) > 0) {
        uint64_t id;
        struct sw_str token = sw_str("");
        SW_TRY(sw_cur_u64be(&cur, &id));
        (void)find_token(&root, id, &token);
        SW_TRY(put_line(a, sw_str(""), token, sw_str("")));
    }
    return SW_OK;
}

static sw_result answer_request(struct answer *a, struct sw_bytes request)
{
    struct sw_cursor cur = sw_cursor(request);
    uint8_t task;
    uint32_t len;
    struct sw_bytes first;
    struct sw_bytes second;
    SW_TRY(sw_cur_u8(&cur, &task));
    SW_TRY(sw_cur_u32be(&cur, &len));
    SW_TRY(sw_cur_bytes(&cur, len, &first));
    SW_TRY(sw_cur_bytes(&cur, sw_cur_left(&cur), &second));
    return task == TASK_DIFF ? diff(a, first, second) : find_tokens(a, first, second);
}

static enum sw_code work(
    void *ctx, int fd, struct sw_bytes request, struct sw_buf *reply, struct sw_error *err)
{
    struct answer a = {0};
    sw_arena_init(&a.arena, ARENA_MAX);
    enum sw_code code = answer_request(&a, request);
    sw_arena_release(&a.arena);
    code = code == SW_OK ? sw_buf_put_u64be(reply, a.total) : code;
    code = code == SW_OK ? sw_buf_put_u32be(reply, a.count) : code;
    code = code == SW_OK ? sw_buf_append(reply, a.lines.data, a.lines.len) : code;
    sw_buf_release(&a.lines);
    return code;
}

/* --- outside of it ------------------------------------------------------------------------------
 */

struct sw_diff_reader {
    struct sw_worker *worker;
};

sw_result sw_diff_reader_new(struct sw_diff_reader **out, struct sw_error *err)
{
    SW_CLEANUP(diff_reader) struct sw_diff_reader *reader = calloc(1, sizeof(*reader));
    if (reader == NULL) {
        return sw_fail(err, SW_E_NOMEM, "no memory to compare documents");
    }
    const struct sw_worker_options options = {.reply_max = REPLY_MAX};
    SW_TRY(sw_worker_new(&reader->worker, work, NULL, &options, err));
    *out = SW_TAKE(reader);
    return SW_OK;
}

void sw_diff_reader_free(struct sw_diff_reader *reader)
{
    if (reader != NULL) {
        sw_worker_free(reader->worker);
        free(reader);
    }
}

static sw_result take_text(struct sw_cursor *cur, struct sw_arena *arena, struct sw_str *out)
{
    uint32_t len;
    struct sw_bytes raw;
    SW_TRY(sw_cur_u32be(cur, &len));
    SW_TRY(sw_cur_bytes(cur, len, &raw));
    const char *copy = sw_arena_strndup(arena, sw_str_of_bytes(raw));
    *out = sw_str_n(copy, raw.len);
    return copy == NULL ? SW_E_NOMEM : SW_OK;
}

static sw_result take_lines(
    struct sw_bytes reply, struct sw_arena *arena, struct sw_document_diff *out)
{
    struct sw_cursor cur = sw_cursor(reply);
    uint32_t count;
    SW_TRY(sw_cur_u64be(&cur, &out->total));
    SW_TRY(sw_cur_u32be(&cur, &count));
    if (count > SW_DIFF_LINES_MAX) {
        return SW_E_FORMAT;
    }
    out->lines = SW_ARENA_ARRAY(arena, struct sw_diff_line, count);
    SW_TRY_PTR(out->lines);
    for (out->count = 0; out->count < count; out->count++) {
        struct sw_diff_line *line = &out->lines[out->count];
        SW_TRY(take_text(&cur, arena, &line->where));
        SW_TRY(take_text(&cur, arena, &line->before));
        SW_TRY(take_text(&cur, arena, &line->after));
    }
    return SW_OK;
}

static sw_result ask(struct sw_diff_reader *reader, struct sw_arena *arena, enum task task,
    struct sw_bytes first, struct sw_bytes second, struct sw_document_diff *out,
    struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf request = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf reply = SW_BUF_INIT;
    if (first.len > SW_DIFF_DOCUMENT_MAX || second.len > SW_DIFF_DOCUMENT_MAX) {
        return sw_fail(err, SW_E_LIMIT, "a document of more than 64 MiB is not compared");
    }
    SW_TRY(sw_buf_putc(&request, (char)task));
    SW_TRY(sw_buf_put_u32be(&request, (uint32_t)first.len));
    SW_TRY(sw_buf_append(&request, first.ptr, first.len));
    SW_TRY(sw_buf_append(&request, second.ptr, second.len));
    struct sw_worker_task call = {.fd = -1, .request = sw_buf_bytes(&request)};
    SW_TRY(sw_worker_call(reader->worker, &call, &reply, err));
    enum sw_code code = take_lines(sw_buf_bytes(&reply), arena, out);
    return code == SW_OK ? SW_OK : sw_fail(err, code, "the answer about a document is malformed");
}

sw_result sw_diff_documents(struct sw_diff_reader *reader, struct sw_arena *arena,
    struct sw_bytes a, struct sw_bytes b, struct sw_document_diff *out, struct sw_error *err)
{
    return ask(reader, arena, TASK_DIFF, a, b, out, err);
}

sw_result sw_diff_tokens(struct sw_diff_reader *reader, struct sw_arena *arena,
    struct sw_bytes tokenizer, const uint64_t *ids, size_t count, struct sw_str *out,
    struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf asked = SW_BUF_INIT;
    struct sw_document_diff answer;
    for (size_t i = 0; i < count; i++) {
        SW_TRY(sw_buf_put_u64be(&asked, ids[i]));
    }
    SW_TRY(ask(reader, arena, TASK_TOKENS, sw_buf_bytes(&asked), tokenizer, &answer, err));
    for (size_t i = 0; i < count; i++) {
        out[i] = i < answer.count ? answer.lines[i].before : sw_str("");
    }
    return SW_OK;
}
