/* The order of a run's draws: doc/format/order.md. */
#include "data/consumption.h"

#include <stdlib.h>

#define ORDER_FORMAT "sealwright-order/v1"
#define COL_ROW 1u
#define COL_SET 2u

/* Numbers stand in planes: all lowest bytes, then all next ones. Rows are scattered in a shuffled
 * order, so only their high bytes can be packed, and those then stand together. */
static sw_result put_planes(struct sw_buf *out, const void *numbers, size_t count, size_t width)
{
    const uint8_t *bytes = numbers;
    sw_buf_clear(out);
    SW_TRY(sw_buf_reserve(out, count * width));
    for (size_t b = 0; b < width; b++) {
        size_t at = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? b : width - 1 - b;
        for (size_t i = 0; i < count; i++) {
            out->data[b * count + i] = bytes[i * width + at];
        }
    }
    out->len = count * width;
    return SW_OK;
}

static void get_planes(struct sw_bytes planes, void *numbers, size_t count, size_t width)
{
    uint8_t *bytes = numbers;
    for (size_t b = 0; b < width; b++) {
        size_t at = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? b : width - 1 - b;
        for (size_t i = 0; i < count; i++) {
            bytes[i * width + at] = planes.ptr[b * count + i];
        }
    }
}

/* --- writing --------------------------------------------------------------------------------- */

struct sw_order_writer {
    struct sw_chunks_writer chunks;
    struct sw_arena arena;
    struct sw_digest *sets;
    size_t set_count;
    uint64_t draws;
    uint32_t group;
    size_t held;
    struct sw_buf planes;
    uint32_t *rows;
    uint16_t *row_sets;
};

void sw_order_abandon(struct sw_order_writer *writer)
{
    sw_chunks_abandon(&writer->chunks);
    sw_buf_release(&writer->planes);
    sw_arena_release(&writer->arena);
    free(writer->rows);
    free(writer->row_sets);
    free(writer);
}

sw_result sw_order_create(struct sw_order_writer **out, const char *path,
    const struct sw_digest *sets, size_t set_count, struct sw_error *err)
{
    if (set_count == 0 || set_count > SW_ORDER_SETS) {
        return sw_fail(err, SW_E_USAGE, "draws are of 1 to %u datasets", SW_ORDER_SETS);
    }
    SW_CLEANUP(order_writer) struct sw_order_writer *writer = calloc(1, sizeof(*writer));
    SW_TRY_PTR(writer);
    writer->chunks = SW_CHUNKS_WRITER_INIT;
    sw_arena_init(&writer->arena, 0);
    writer->rows = calloc(SW_ORDER_GROUP, sizeof(writer->rows[0]));
    writer->row_sets = calloc(SW_ORDER_GROUP, sizeof(writer->row_sets[0]));
    writer->sets = sw_arena_copy(&writer->arena, sw_bytes(sets, set_count * sizeof(sets[0])));
    writer->set_count = set_count;
    const char *kept = sw_arena_strdup(&writer->arena, path);
    if (writer->rows == NULL || writer->row_sets == NULL || writer->sets == NULL || kept == NULL) {
        return SW_E_NOMEM;
    }
    SW_TRY(sw_chunks_create(&writer->chunks, kept, err));
    *out = SW_TAKE(writer);
    return SW_OK;
}

static sw_result put_group(struct sw_order_writer *writer, struct sw_error *err)
{
    SW_TRY(put_planes(&writer->planes, writer->rows, writer->held, sizeof(uint32_t)));
    SW_TRY(sw_chunks_put(
        &writer->chunks, COL_ROW, writer->group, sw_buf_bytes(&writer->planes), true, err));
    if (writer->set_count > 1) {
        SW_TRY(put_planes(&writer->planes, writer->row_sets, writer->held, sizeof(uint16_t)));
        SW_TRY(sw_chunks_put(
            &writer->chunks, COL_SET, writer->group, sw_buf_bytes(&writer->planes), true, err));
    }
    writer->group++;
    writer->held = 0;
    return SW_OK;
}

sw_result sw_order_add(
    struct sw_order_writer *writer, uint32_t set, uint32_t row, struct sw_error *err)
{
    if (writer->group == UINT32_MAX) {
        return sw_fail(err, SW_E_LIMIT, "there are too many draws for one order");
    }
    writer->rows[writer->held] = row;
    writer->row_sets[writer->held] = (uint16_t)set;
    writer->held++;
    writer->draws++;
    return writer->held < SW_ORDER_GROUP ? SW_OK : put_group(writer, err);
}

static sw_result write_header(
    struct sw_order_writer *writer, struct sw_buf *out, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_digest toc;
    char digest[SW_DIGEST_TEXT_SIZE];
    struct sw_json_writer w;
    sw_jw_init(&w, &text, 0);
    sw_jw_object(&w, NULL);
    sw_jw_text(&w, "format", ORDER_FORMAT);
    sw_jw_u64(&w, "draws", writer->draws);
    sw_jw_array(&w, "datasets");
    for (size_t i = 0; i < writer->set_count; i++) {
        sw_digest_text(&writer->sets[i], digest);
        sw_jw_text(&w, NULL, digest);
    }
    sw_jw_array_end(&w);
    sw_chunks_toc(&writer->chunks, &toc);
    sw_digest_text(&toc, digest);
    sw_jw_text(&w, "toc", digest);
    sw_jw_object_end(&w);
    SW_TRY(sw_jw_finish(&w));
    return sw_json_canonicalize(out, sw_buf_bytes(&text), err);
}

sw_result sw_order_finish(
    struct sw_order_writer *writer, struct sw_digest *digest, struct sw_error *err)
{
    SW_CLEANUP(order_writer) struct sw_order_writer *gone = writer;
    SW_CLEANUP(buf) struct sw_buf header = SW_BUF_INIT;
    if (writer->held > 0) {
        SW_TRY(put_group(writer, err));
    }
    SW_TRY(write_header(writer, &header, err));
    return sw_chunks_finish(&writer->chunks, sw_buf_bytes(&header), digest, err);
}

/* --- reading --------------------------------------------------------------------------------- */

void sw_order_close(struct sw_order *order)
{
    sw_chunks_close(&order->chunks);
    sw_buf_release(&order->raw);
    free(order->rows);
    free(order->row_sets);
    *order = SW_ORDER_INIT;
}

static sw_result bad_header(const struct sw_order *order, struct sw_error *err)
{
    return sw_fail(err, SW_E_FORMAT, "'%s' is no order of draws: its header does not say so",
        order->chunks.path);
}

static sw_result read_header(struct sw_order *order, struct sw_error *err)
{
    const struct sw_json *header = &order->chunks.header;
    const struct sw_json *list = sw_json_get(header, "datasets");
    if (!sw_json_is(sw_json_get(header, "format"), ORDER_FORMAT) ||
        !sw_json_u64(sw_json_get(header, "draws"), &order->draws) || list == NULL ||
        list->type != SW_JSON_ARRAY || list->count == 0 || list->count > SW_ORDER_SETS) {
        return bad_header(order, err);
    }
    order->sets = SW_ARENA_ARRAY(&order->chunks.arena, struct sw_digest, list->count);
    SW_TRY_PTR(order->sets);
    SW_JSON_EACH (item, list) {
        struct sw_str text;
        if (!sw_json_str(item, &text) || !sw_digest_parse(text, &order->sets[order->set_count++])) {
            return bad_header(order, err);
        }
    }
    return SW_OK;
}

sw_result sw_order_open(struct sw_order *order, const char *path, const struct sw_digest *expected,
    struct sw_error *err)
{
    SW_CLEANUP(order) struct sw_order made = SW_ORDER_INIT;
    SW_TRY(sw_chunks_open(&made.chunks, path, expected, err));
    SW_TRY(read_header(&made, err));
    made.rows = calloc(SW_ORDER_GROUP, sizeof(made.rows[0]));
    made.row_sets = made.set_count == 1 ? NULL : calloc(SW_ORDER_GROUP, sizeof(made.row_sets[0]));
    if (made.rows == NULL || (made.set_count > 1 && made.row_sets == NULL)) {
        return SW_E_NOMEM;
    }
    *order = made;
    made = SW_ORDER_INIT;
    return SW_OK;
}

static sw_result read_column(struct sw_order *order, uint16_t column, uint32_t group, size_t count,
    size_t width, void *numbers, struct sw_error *err)
{
    SW_TRY(sw_chunks_get(&order->chunks, column, group, &order->raw, err));
    if (order->raw.len != count * width) {
        return sw_fail(
            err, SW_E_FORMAT, "'%s': group %u does not hold its draws", order->chunks.path, group);
    }
    get_planes(sw_buf_bytes(&order->raw), numbers, count, width);
    return SW_OK;
}

sw_result sw_order_group(struct sw_order *order, uint32_t group, const uint32_t **rows,
    const uint16_t **sets, size_t *count, struct sw_error *err)
{
    uint64_t first = (uint64_t)group * SW_ORDER_GROUP;
    if (first >= order->draws) {
        return sw_fail(err, SW_E_USAGE, "there is no draw %llu: '%s' has %llu",
            (unsigned long long)first, order->chunks.path, (unsigned long long)order->draws);
    }
    uint64_t behind = order->draws - first;
    size_t n = behind < SW_ORDER_GROUP ? (size_t)behind : SW_ORDER_GROUP;
    SW_TRY(read_column(order, COL_ROW, group, n, sizeof(uint32_t), order->rows, err));
    if (order->row_sets != NULL) {
        SW_TRY(read_column(order, COL_SET, group, n, sizeof(uint16_t), order->row_sets, err));
    }
    for (size_t i = 0; order->row_sets != NULL && i < n; i++) {
        if (order->row_sets[i] >= order->set_count) {
            return sw_fail(err, SW_E_FORMAT, "'%s': draw %llu is of a dataset that is not there",
                order->chunks.path, (unsigned long long)first + i);
        }
    }
    *rows = order->rows;
    *sets = order->row_sets;
    *count = n;
    return SW_OK;
}
