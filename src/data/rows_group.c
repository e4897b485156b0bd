/* A group of rows as columns, and back. Integers are LEB128; what usually stays the same or grows
 * evenly is written as a difference, zigzag, so that zstd makes next to nothing of it. */
#include "data/rows_private.h"
#include "data/varint.h"

/* Where the next record of a file begins when nothing stands between. */
static uint64_t expected_offset(const struct sw_row *before, const struct sw_row *row)
{
    return before != NULL && before->file == row->file ? before->offset + before->length : 0;
}

static uint64_t column_get(
    enum sw_rows_column column, const struct sw_row *row, const struct sw_row *before)
{
    uint32_t bits;
    switch ((int)column) {
    case SW_COL_ORIGIN: return row->origin;
    case SW_COL_FILE: return sw_zigzag((uint64_t)row->file - (before == NULL ? 0 : before->file));
    case SW_COL_OFFSET: return sw_zigzag(row->offset - expected_offset(before, row));
    case SW_COL_LENGTH: return row->length;
    case SW_COL_WEIGHT: memcpy(&bits, &row->weight, sizeof(bits)); return bits;
    default: return row->flags;
    }
}

/* False when the value does not fit the column. */
static bool column_set(
    enum sw_rows_column column, struct sw_row *row, const struct sw_row *before, uint64_t value)
{
    if (column == SW_COL_OFFSET) {
        row->offset = sw_unzigzag(value) + expected_offset(before, row);
        return true;
    }
    if (column == SW_COL_LENGTH) {
        row->length = value;
        return true;
    }
    if (column == SW_COL_FILE) {
        value = sw_unzigzag(value) + (before == NULL ? 0 : before->file);
    }
    if (value > UINT32_MAX) {
        return false;
    }
    uint32_t bits = (uint32_t)value;
    switch ((int)column) {
    case SW_COL_ORIGIN: row->origin = bits; break;
    case SW_COL_FILE: row->file = bits; break;
    case SW_COL_WEIGHT: memcpy(&row->weight, &bits, sizeof(bits)); break;
    default: row->flags = bits; break;
    }
    return true;
}

/* In this order: an offset is read with its file and the length before it. */
static const enum sw_rows_column number_columns[] = {
    SW_COL_ORIGIN, SW_COL_FILE, SW_COL_LENGTH, SW_COL_OFFSET, SW_COL_WEIGHT, SW_COL_FLAGS};

static const uint8_t *digest_of(const struct sw_row *row, enum sw_rows_column column)
{
    return column == SW_COL_RECORD ? row->record : row->content;
}

static sw_result write_digests(const struct sw_row_group *group, struct sw_chunks_writer *writer,
    uint32_t index, enum sw_rows_column column, struct sw_buf *scratch, struct sw_error *err)
{
    sw_buf_clear(scratch);
    SW_TRY(sw_buf_reserve(scratch, group->count * 32));
    for (size_t i = 0; i < group->count; i++) {
        memcpy(scratch->data + 32 * i, digest_of(&group->rows[i], column), 32);
    }
    scratch->len = group->count * 32;
    return sw_chunks_put(writer, (uint16_t)column, index, sw_buf_bytes(scratch), false, err);
}

static sw_result write_numbers(const struct sw_row_group *group, struct sw_chunks_writer *writer,
    uint32_t index, enum sw_rows_column column, struct sw_buf *scratch, struct sw_error *err)
{
    sw_buf_clear(scratch);
    SW_TRY(sw_buf_reserve(scratch, group->count * SW_VARINT_MAX));
    for (size_t i = 0; i < group->count; i++) {
        const struct sw_row *before = i == 0 ? NULL : &group->rows[i - 1];
        sw_varint_put(scratch, column_get(column, &group->rows[i], before));
    }
    return sw_chunks_put(writer, (uint16_t)column, index, sw_buf_bytes(scratch), true, err);
}

sw_result sw_row_group_write(const struct sw_row_group *group, struct sw_chunks_writer *writer,
    uint32_t index, bool one_digest, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf scratch = SW_BUF_INIT;
    SW_TRY(write_digests(group, writer, index, SW_COL_RECORD, &scratch, err));
    if (!one_digest) {
        SW_TRY(write_digests(group, writer, index, SW_COL_CONTENT, &scratch, err));
    }
    for (size_t c = 0; c < SW_COUNT(number_columns); c++) {
        SW_TRY(write_numbers(group, writer, index, number_columns[c], &scratch, err));
    }
    return SW_OK;
}

static sw_result broken(const struct sw_chunks *chunks, uint32_t index, struct sw_error *err)
{
    return sw_fail(err, SW_E_FORMAT, "'%s': the columns of group %u do not hold its rows",
        chunks->path, index);
}

static sw_result read_digests(struct sw_row_group *group, const struct sw_chunks *chunks,
    uint32_t index, enum sw_rows_column column, struct sw_buf *scratch, struct sw_error *err)
{
    SW_TRY(sw_chunks_get(chunks, (uint16_t)column, index, scratch, err));
    if (scratch->len != group->count * 32) {
        return broken(chunks, index, err);
    }
    for (size_t i = 0; i < group->count; i++) {
        struct sw_row *row = &group->rows[i];
        memcpy(column == SW_COL_RECORD ? row->record : row->content, scratch->data + 32 * i, 32);
    }
    return SW_OK;
}

static sw_result read_numbers(struct sw_row_group *group, const struct sw_chunks *chunks,
    uint32_t index, enum sw_rows_column column, struct sw_buf *scratch, struct sw_error *err)
{
    SW_TRY(sw_chunks_get(chunks, (uint16_t)column, index, scratch, err));
    struct sw_cursor cur = sw_cursor(sw_buf_bytes(scratch));
    for (size_t i = 0; i < group->count; i++) {
        const struct sw_row *before = i == 0 ? NULL : &group->rows[i - 1];
        uint64_t value;
        if (sw_varint_get(&cur, &value) != SW_OK ||
            !column_set(column, &group->rows[i], before, value)) {
            return broken(chunks, index, err);
        }
    }
    return sw_cur_left(&cur) == 0 ? SW_OK : broken(chunks, index, err);
}

sw_result sw_row_group_read(struct sw_row_group *group, const struct sw_chunks *chunks,
    uint32_t index, size_t count, bool one_digest, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf scratch = SW_BUF_INIT;
    group->count = count;
    SW_TRY(read_digests(group, chunks, index, SW_COL_RECORD, &scratch, err));
    if (!one_digest) {
        SW_TRY(read_digests(group, chunks, index, SW_COL_CONTENT, &scratch, err));
    }
    for (size_t c = 0; c < SW_COUNT(number_columns); c++) {
        SW_TRY(read_numbers(group, chunks, index, number_columns[c], &scratch, err));
    }
    for (size_t i = 0; one_digest && i < count; i++) {
        memcpy(group->rows[i].content, group->rows[i].record, 32);
    }
    return SW_OK;
}

/* --- a few rows ------------------------------------------------------------------------------ */

/* These stand on nothing before them. */
static const enum sw_rows_column lone_columns[] = {SW_COL_ORIGIN, SW_COL_WEIGHT, SW_COL_FLAGS};
/* These do: an offset on the file, offset and length of the row before. */
static const enum sw_rows_column place_columns[] = {SW_COL_FILE, SW_COL_LENGTH, SW_COL_OFFSET};

static bool skip_varints(struct sw_cursor *cur, size_t count)
{
    static const uint64_t ones = UINT64_C(0x0101010101010101);
    const uint8_t *bytes = cur->data.ptr;
    for (uint64_t word; count >= 8 && cur->data.len - cur->pos >= 8; cur->pos += 8) {
        memcpy(&word, bytes + cur->pos, 8);
        count -= (size_t)(((~word >> 7 & ones) * ones) >> 56); /* those that end one */
    }
    while (count > 0 && cur->pos < cur->data.len) {
        count -= bytes[cur->pos++] < 0x80 ? 1 : 0; /* the last byte of one */
    }
    return count == 0;
}

static sw_result range_lone(const struct sw_rows *rows, uint32_t index, enum sw_rows_column column,
    size_t first, size_t wanted, struct sw_row *out, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    SW_TRY(sw_chunks_get(&rows->chunks, (uint16_t)column, index, &bytes, err));
    struct sw_cursor cur = sw_cursor(sw_buf_bytes(&bytes));
    bool good = skip_varints(&cur, first);
    for (size_t i = 0; i < wanted && good; i++) {
        uint64_t value;
        good = sw_varint_get(&cur, &value) == SW_OK && column_set(column, &out[i], NULL, value);
    }
    return good ? SW_OK : broken(&rows->chunks, index, err);
}

struct place_reading {
    struct sw_buf bytes[SW_COUNT(place_columns)];
    struct sw_cursor cursors[SW_COUNT(place_columns)];
};

static void place_reading_release(struct place_reading *reading)
{
    for (size_t c = 0; c < SW_COUNT(place_columns); c++) {
        sw_buf_release(&reading->bytes[c]);
    }
}
SW_DEFINE_CLEANUP(place_reading, struct place_reading, place_reading_release)

static bool next_place(
    struct place_reading *reading, struct sw_row *row, const struct sw_row *before)
{
    for (size_t c = 0; c < SW_COUNT(place_columns); c++) {
        uint64_t value;
        if (sw_varint_get(&reading->cursors[c], &value) != SW_OK ||
            !column_set(place_columns[c], row, before, value)) {
            return false;
        }
    }
    return true;
}

/* Adds `count` numbers up, modulo 2^64. */
static bool sum_varints(struct sw_cursor *cur, size_t count, bool zigzag, uint64_t *out)
{
    struct sw_cursor at = *cur; /* which registers can hold */
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t value;
        if (sw_varint_get(&at, &value) != SW_OK) {
            return false;
        }
        sum += zigzag ? sw_unzigzag(value) : value;
    }
    *cur = at;
    *out = sum;
    return true;
}

/* The last of the `count` rows that begins another file than the one before, and what file that is.
 */
static bool last_file(struct sw_cursor *cur, size_t count, size_t *start, uint32_t *file)
{
    struct sw_cursor at = *cur;
    uint64_t now = 0;
    size_t last = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t value;
        if (sw_varint_get(&at, &value) != SW_OK) {
            return false;
        }
        if (value != 0) {
            now += sw_unzigzag(value);
            last = i;
        }
        if (now > UINT32_MAX) {
            return false;
        }
    }
    *cur = at;
    *start = last;
    *file = (uint32_t)now;
    return true;
}

/* Passes over `count` rows. What follows stands on the file of the last, and on where that ends,
 * which is all that has been added up in this file (expected_offset). */
static bool pass_places(struct place_reading *reading, size_t count, struct sw_row *last)
{
    struct sw_cursor *lengths = &reading->cursors[1];
    struct sw_cursor *offsets = &reading->cursors[2];
    size_t start;
    uint64_t length;
    uint64_t between;
    if (!last_file(&reading->cursors[0], count, &start, &last->file) ||
        !skip_varints(lengths, start) || !sum_varints(lengths, count - start, false, &length) ||
        !skip_varints(offsets, start) || !sum_varints(offsets, count - start, true, &between)) {
        return false;
    }
    last->offset = between + length;
    last->length = 0;
    return true;
}

static sw_result range_places(const struct sw_rows *rows, uint32_t index, size_t first,
    size_t wanted, struct sw_row *out, struct sw_error *err)
{
    SW_CLEANUP(place_reading) struct place_reading reading = {0};
    for (size_t c = 0; c < SW_COUNT(place_columns); c++) {
        SW_TRY(sw_chunks_get(
            &rows->chunks, (uint16_t)place_columns[c], index, &reading.bytes[c], err));
        reading.cursors[c] = sw_cursor(sw_buf_bytes(&reading.bytes[c]));
    }
    struct sw_row passed = {.file = 0};
    bool good = pass_places(&reading, first, &passed);
    for (size_t i = 0; i < wanted && good; i++) {
        const struct sw_row *before = i > 0 ? &out[i - 1] : first > 0 ? &passed : NULL;
        good = next_place(&reading, &out[i], before);
    }
    return good ? SW_OK : broken(&rows->chunks, index, err);
}

static sw_result range_numbers(const struct sw_rows *rows, uint32_t index, size_t first,
    size_t wanted, struct sw_row *out, struct sw_error *err)
{
    SW_TRY(range_places(rows, index, first, wanted, out, err));
    for (size_t c = 0; c < SW_COUNT(lone_columns); c++) {
        SW_TRY(range_lone(rows, index, lone_columns[c], first, wanted, out, err));
    }
    for (size_t i = 0; i < wanted; i++) {
        if (out[i].origin >= rows->origin_count) {
            return broken(&rows->chunks, index, err);
        }
    }
    return SW_OK;
}

static sw_result range_digests(const struct sw_rows *rows, uint32_t index, size_t first,
    size_t wanted, enum sw_rows_column column, struct sw_row *out, struct sw_error *err)
{
    uint8_t bytes[SW_TILE_LEAVES][32];
    const struct sw_chunk_ref *ref = sw_chunks_find(&rows->chunks, (uint16_t)column, index);
    if (ref == NULL) {
        return broken(&rows->chunks, index, err);
    }
    SW_TRY(sw_chunks_peek(&rows->chunks, ref, 32 * (uint64_t)first, bytes, 32 * wanted, err));
    for (size_t i = 0; i < wanted; i++) {
        memcpy(column == SW_COL_RECORD ? out[i].record : out[i].content, bytes[i], 32);
    }
    return SW_OK;
}

sw_result sw_row_range_read(const struct sw_rows *rows, uint32_t index, size_t count, size_t first,
    size_t wanted, struct sw_row *out, struct sw_error *err)
{
    if (wanted > SW_TILE_LEAVES || first > count || wanted > count - first) {
        return sw_fail(err, SW_E_INTERNAL, "rows were asked for that are not in the group");
    }
    SW_TRY(range_numbers(rows, index, first, wanted, out, err));
    SW_TRY(range_digests(rows, index, first, wanted, SW_COL_RECORD, out, err));
    if (!rows->one_digest) {
        return range_digests(rows, index, first, wanted, SW_COL_CONTENT, out, err);
    }
    for (size_t i = 0; i < wanted; i++) {
        memcpy(out[i].content, out[i].record, 32);
    }
    return SW_OK;
}

sw_result sw_row_group_origins(const struct sw_rows *rows, uint32_t index, size_t count,
    uint32_t *origins, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf scratch = SW_BUF_INIT;
    SW_TRY(sw_chunks_get(&rows->chunks, SW_COL_ORIGIN, index, &scratch, err));
    struct sw_cursor cur = sw_cursor(sw_buf_bytes(&scratch));
    for (size_t i = 0; i < count; i++) {
        uint64_t value;
        if (sw_varint_get(&cur, &value) != SW_OK || value >= rows->origin_count) {
            return broken(&rows->chunks, index, err);
        }
        origins[i] = (uint32_t)value;
    }
    return sw_cur_left(&cur) == 0 ? SW_OK : broken(&rows->chunks, index, err);
}
