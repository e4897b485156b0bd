/* Parts of an input, put together: their rows are joined in rows_join.c; this sees that they were
 * read alike, and compares ids over all of them. */
#include "data/ingest_private.h"

struct joining {
    const struct sw_data *data;
    const char *const *parts;
    size_t count;
    struct sw_bytes input; /* the note of the first part */
    struct sw_spill *ids;  /* of all parts */
};

static sw_result check_input(struct joining *joining, struct sw_rows *rows, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    const char *path = rows->chunks.path;
    SW_TRY(sw_rows_get_extra(rows, SW_ROWS_INPUT, &text, err));
    if (text.len == 0) {
        return sw_fail(err, SW_E_REFUSED, "'%s' is not a part: it was not made with --part", path);
    }
    if (joining->input.len == 0) {
        void *kept = sw_arena_copy(joining->data->arena, sw_buf_bytes(&text));
        SW_TRY_PTR(kept);
        joining->input = sw_bytes(kept, text.len);
    }
    if (!sw_bytes_equal(joining->input, sw_buf_bytes(&text))) {
        return sw_fail(err, SW_E_REFUSED,
            "'%s' and '%s' were not made with the same options of the same input",
            joining->parts[0], path);
    }
    return SW_OK;
}

static sw_result add_ids(struct joining *joining, struct sw_bytes prints, struct sw_error *err)
{
    static const uint8_t none[8];
    for (size_t at = 0; at + sizeof(none) <= prints.len; at += sizeof(none)) {
        if (memcmp(prints.ptr + at, none, sizeof(none)) != 0) {
            SW_TRY(sw_spill_add(joining->ids, prints.ptr + at, err));
        }
    }
    return SW_OK;
}

static sw_result read_ids(struct joining *joining, struct sw_rows *rows, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf prints = SW_BUF_INIT;
    for (uint64_t row = 0; row < rows->count; row += SW_ROWS_GROUP) {
        uint32_t group = (uint32_t)(row / SW_ROWS_GROUP);
        if (sw_chunks_find(&rows->chunks, SW_ROWS_IDS, group) == NULL) {
            continue;
        }
        SW_TRY(sw_chunks_get(&rows->chunks, SW_ROWS_IDS, group, &prints, err));
        SW_TRY(add_ids(joining, sw_buf_bytes(&prints), err));
        SW_TRY(sw_progress_check(joining->data->progress, err));
    }
    return SW_OK;
}

static sw_result count_repeated(struct joining *joining, uint64_t *out, struct sw_error *err)
{
    uint64_t last = 0;
    uint64_t repeated = 0;
    SW_TRY(sw_spill_sort(joining->ids, err));
    for (const uint8_t *at; (at = sw_spill_peek(joining->ids)) != NULL;) {
        repeated += sw_get_u64(at) == last ? 1 : 0;
        last = sw_get_u64(at);
        SW_TRY(sw_spill_next(joining->ids, err));
    }
    *out = repeated;
    return SW_OK;
}

static sw_result read_parts(struct joining *joining, struct sw_error *err)
{
    for (size_t i = 0; i < joining->count; i++) {
        SW_CLEANUP(rows) struct sw_rows rows = SW_ROWS_INIT;
        SW_TRY(sw_rows_open(&rows, joining->parts[i], NULL, err));
        SW_TRY(check_input(joining, &rows, err));
        SW_TRY(read_ids(joining, &rows, err));
    }
    return SW_OK;
}

/* It stays in the arena, for the claim. */
static sw_result read_options(
    struct joining *joining, const struct sw_json **out, struct sw_error *err)
{
    struct sw_record_options how;
    struct sw_json *note = SW_ARENA_NEW(joining->data->arena, struct sw_json);
    SW_TRY_PTR(note);
    SW_TRY(sw_json_parse(joining->data->arena, joining->input, NULL, note, err));
    const struct sw_json *options = sw_json_get(note, "options");
    if (options == NULL) {
        return sw_fail(err, SW_E_FORMAT, "'%s' does not say how it was read", joining->parts[0]);
    }
    SW_TRY(sw_record_options_read(joining->data->arena, options, &how, err));
    *out = options;
    return SW_OK;
}

sw_result sw_ingest_join(const struct sw_data *data, const char *const *parts, size_t count,
    const char *work, struct sw_ingest_joined *out, struct sw_error *err)
{
    struct joining joining = {.data = data, .parts = parts, .count = count};
    struct sw_ingest_joined joined = {0};
    const char *scratch = sw_arena_strndup(data->arena, sw_path_dir(work));
    SW_TRY_PTR(scratch);
    SW_CLEANUP(spill) struct sw_spill *ids = NULL;
    SW_TRY(sw_spill_new(&ids, sizeof(uint64_t), scratch, 0));
    joining.ids = ids;
    SW_TRY(read_parts(&joining, err));
    SW_TRY(read_options(&joining, &joined.options, err));
    SW_TRY(count_repeated(&joining, &joined.repeated, err));
    sw_spill_free(SW_TAKE(ids));
    SW_TRY(sw_rows_join(parts, count, work, data->progress, &joined.manifest, err));
    *out = joined;
    return SW_OK;
}
