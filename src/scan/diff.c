/* Tensors of two models, side by side. */
#include "scan/diff_rank.h"
#include "scan/scan.h"
#include "scan/tensor.h"

#include <fcntl.h>
#include <math.h>
#include <unistd.h>

#define RUN_ELEMENTS ((size_t)32 << 10) /* that are compared at once */

const char *sw_tensor_change_name(enum sw_tensor_change change)
{
    static const char *const names[] = {
        "same", "changed", "added", "removed", "renamed", "reshaped"};
    return (size_t)change < SW_COUNT(names) ? names[change] : "unknown";
}

/* --- files ------------------------------------------------------------------------------------ */

/* The file that was opened last stays open: tensors of a file mostly follow each other. */
struct opened {
    const struct sw_diff_side *side;
    const char *name;
    int fd;
};

struct comparing {
    struct sw_arena *arena;
    struct sw_progress *progress;
    struct sw_error *err;
    struct opened a, b;
    struct sw_model_diff diff;
    size_t cap;
    uint8_t *bytes_a, *bytes_b;
    double *values; /* differences of one run */
};

static void close_file(struct opened *o)
{
    if (o->fd >= 0) {
        (void)close(o->fd);
    }
    o->fd = -1;
    o->name = NULL;
}

static sw_result open_file(struct comparing *c, struct opened *o, const char *name)
{
    if (o->name != NULL && strcmp(o->name, name) == 0) {
        return SW_OK;
    }
    close_file(o);
    const char *path =
        sw_dir_exists(o->side->path) ? sw_path_join(c->arena, o->side->path, name) : o->side->path;
    SW_TRY_PTR(path);
    SW_TRY(sw_file_open(path, &o->fd, c->err));
    o->name = name;
    return SW_OK;
}

static const char *dtype_of(const struct sw_listed_tensor *t, char out[32])
{
    (void)snprintf(out, 32, "%.*s", (int)(t->dtype.len > 31 ? 31 : t->dtype.len), t->dtype.ptr);
    return out;
}

static size_t width_of(const struct sw_listed_tensor *t)
{
    char name[32];
    return sw_number_width(sw_number_of(dtype_of(t, name)));
}

/* Where an element stands in the file, by its number in the order of rows. */
static uint64_t place_of(const struct sw_listed_tensor *t, uint64_t element, size_t width)
{
    uint64_t place = 0;
    for (size_t i = t->dim_count; i > 0; i--) {
        place += element % t->dims[i - 1] * t->strides[i - 1];
        element /= t->dims[i - 1];
    }
    return t->offset + place * width;
}

/* Elements that lie apart, one by one, and so slowly. */
static sw_result gather(struct comparing *c, const struct opened *o,
    const struct sw_listed_tensor *t, uint64_t at, uint8_t *out, size_t len)
{
    size_t width = width_of(t);
    for (size_t i = 0; i < len; i += width) {
        uint64_t place = place_of(t, (at + i) / width, width);
        SW_TRY(sw_fd_pread(o->fd, t->file, place, out + i, width, c->err));
    }
    return SW_OK;
}

static void swap_bytes(uint8_t *bytes, size_t len, size_t width)
{
    for (size_t i = 0; i + width <= len; i += width) {
        for (size_t j = 0; j < width / 2; j++) {
            uint8_t byte = bytes[i + j];
            bytes[i + j] = bytes[i + width - 1 - j];
            bytes[i + width - 1 - j] = byte;
        }
    }
}

/* Row after row and little-endian, whatever the file has. */
static sw_result read_bytes(struct comparing *c, struct opened *o, const struct sw_listed_tensor *t,
    uint64_t at, uint8_t *out, size_t len)
{
    SW_TRY(open_file(c, o, t->file));
    SW_TRY(t->strides != NULL ? gather(c, o, t, at, out, len)
                              : sw_fd_pread(o->fd, t->file, t->offset + at, out, len, c->err));
    if (t->big_endian) {
        swap_bytes(out, len, width_of(t));
    }
    return SW_OK;
}

/* --- two tensors of one shape ----------------------------------------------------------------- */

struct pair {
    struct sw_tensor_diff *diff;
    enum sw_number number_a, number_b;
    size_t width_a, width_b;
    uint64_t elements, columns;
    bool opaque; /* only bytes are compared; a row is so many of them */
    struct sw_rank *rank;
    uint64_t held_at; /* elements that were read */
    size_t held_count;
    uint64_t row; /* the present one */
    bool row_changed;
    double sum, sum_a, noise;
};

static bool same_shape(const struct sw_listed_tensor *a, const struct sw_listed_tensor *b)
{
    return a->dim_count == b->dim_count &&
           (a->dim_count == 0 || memcmp(a->dims, b->dims, a->dim_count * sizeof(*a->dims)) == 0);
}

static bool elements_of(const struct sw_listed_tensor *t, uint64_t *out)
{
    *out = 1;
    for (size_t i = 0; i < t->dim_count; i++) {
        if (!sw_mul_u64(*out, t->dims[i], out)) {
            return false;
        }
    }
    return true;
}

/* Both are numbers whose values are known, and the sizes are those of the shape. */
static bool is_measurable(const struct pair *p, const struct sw_listed_tensor *a,
    const struct sw_listed_tensor *b, bool elements)
{
    uint64_t size_a = 0;
    uint64_t size_b = 0;
    return elements && p->number_a != SW_NUMBER_OPAQUE && p->number_b != SW_NUMBER_OPAQUE &&
           sw_mul_u64(p->elements, p->width_a, &size_a) && size_a == a->size &&
           sw_mul_u64(p->elements, p->width_b, &size_b) && size_b == b->size;
}

static void end_row(struct pair *p)
{
    struct sw_tensor_diff *d = p->diff;
    if (p->row_changed) {
        if (d->rows_changed < SW_DIFF_ROWS_MAX) {
            d->first_rows[d->rows_changed] = p->row;
        }
        d->rows_changed++;
    }
    if (p->rank != NULL) {
        sw_rank_row(p->rank);
    }
    p->row_changed = false;
    p->row++;
}

/* The square of what rounding to the type leaves, as a part of the number's square: a spacing of
 * 2^-bits, evenly spread errors, and mantissas spread as by their logarithm. */
static double rounding_of(enum sw_number number)
{
    int bits = number == SW_NUMBER_F32       ? 23
               : number == SW_NUMBER_F16     ? 10
               : number == SW_NUMBER_BF16    ? 7
               : number == SW_NUMBER_F8_E4M3 ? 3
               : number == SW_NUMBER_F8_E5M2 ? 2
                                             : 52;
    return ldexp(1, -2 * bits) / (12 * 2.16);
}

static double difference(struct pair *p, double a, double b, double rounding)
{
    struct sw_tensor_diff *d = p->diff;
    double value = b - a;
    bool same = a == b || (isnan(a) && isnan(b));
    d->changed += !same;
    p->row_changed |= !same;
    if (same || !isfinite(value)) {
        value = 0;
    }
    p->sum += value * value;
    p->sum_a += isfinite(a) ? a * a : 0;
    p->noise += isfinite(b) ? b * b * rounding : 0;
    d->largest = fabs(value) > d->largest ? fabs(value) : d->largest;
    return value;
}

/* A run lies within one row, and within what is held. */
static void compare_run(
    struct comparing *c, struct pair *p, size_t held, uint64_t column, size_t count)
{
    const uint8_t *a = c->bytes_a + held * p->width_a;
    const uint8_t *b = c->bytes_b + held * p->width_b;
    double rounding = rounding_of(p->number_b);
    if (p->opaque) { /* a row changed or not */
        p->row_changed |= memcmp(a, b, count) != 0;
        return;
    }
    for (size_t i = 0; i < count; i++) {
        c->values[i] = difference(p, sw_number_value(p->number_a, a + i * p->width_a),
            sw_number_value(p->number_b, b + i * p->width_b), rounding);
    }
    if (p->rank != NULL) {
        sw_rank_add(p->rank, column, c->values, count);
    }
}

/* Sees to it that elements from `at` on are held, of both: as many as are read at once. */
static sw_result hold(struct comparing *c, struct pair *p, uint64_t at)
{
    const struct sw_tensor_diff *d = p->diff;
    if (p->held_count > 0 && at - p->held_at < p->held_count) {
        return SW_OK;
    }
    uint64_t left = d->rows * p->columns - at;
    size_t count = left < RUN_ELEMENTS ? (size_t)left : RUN_ELEMENTS;
    SW_TRY(read_bytes(c, &c->a, d->a, at * p->width_a, c->bytes_a, count * p->width_a));
    SW_TRY(read_bytes(c, &c->b, d->b, at * p->width_b, c->bytes_b, count * p->width_b));
    p->held_at = at;
    p->held_count = count;
    sw_progress_add(c->progress, count * (p->width_a + p->width_b), 0);
    return sw_progress_check(c->progress, c->err);
}

static sw_result compare_row(struct comparing *c, struct pair *p)
{
    uint64_t start = p->row * p->columns;
    for (uint64_t column = 0; column < p->columns;) {
        SW_TRY(hold(c, p, start + column));
        size_t held = (size_t)(start + column - p->held_at);
        uint64_t left = p->columns - column;
        size_t count = p->held_count - held < left ? p->held_count - held : (size_t)left;
        compare_run(c, p, held, column, count);
        column += count;
    }
    end_row(p);
    return SW_OK;
}

/* Rows of a matrix; a vector is one row, and so is what has no rows that could be told apart. */
static void find_rows(struct pair *p, const struct sw_listed_tensor *t)
{
    uint64_t units = p->opaque ? t->size : p->elements;
    uint64_t rows = t->dim_count >= 2 ? t->dims[0] : 1;
    bool fits = rows > 0 && units > 0 && units % rows == 0;
    p->diff->rows_known = t->dim_count >= 2 && fits;
    p->diff->rows = fits ? rows : 1;
    p->columns = fits ? units / rows : units;
}

static bool wants_rank(const struct pair *p)
{
    return !p->opaque && p->diff->rows_known && p->diff->rows >= 8 && p->columns >= 8 &&
           p->columns <= SW_RANK_COLUMNS_MAX;
}

static sw_result compare_rows(struct comparing *c, struct pair *p)
{
    SW_CLEANUP(rank) struct sw_rank *rank = NULL;
    if (wants_rank(p)) {
        rank = sw_rank_new(p->columns);
        SW_TRY_PTR(rank);
        p->rank = rank;
    }
    while (p->row < p->diff->rows) {
        SW_TRY(compare_row(c, p));
    }
    struct sw_tensor_diff *d = p->diff;
    bool finite = isfinite(p->sum) && isfinite(p->noise);
    if (rank != NULL && d->changed > 0 && finite) {
        d->rank_known = true;
        d->rank = sw_rank_of(rank, p->noise);
    }
    d->norm = sqrt(p->sum);
    d->norm_a = sqrt(p->sum_a);
    return SW_OK;
}

static sw_result compare_contents(struct comparing *c, struct sw_tensor_diff *d)
{
    char name[32];
    struct pair p = {.diff = d, .number_a = sw_number_of(dtype_of(d->a, name))};
    p.number_b = sw_number_of(dtype_of(d->b, name));
    p.width_a = sw_number_width(p.number_a);
    p.width_b = sw_number_width(p.number_b);
    bool whole = elements_of(d->a, &p.elements);
    d->measured = is_measurable(&p, d->a, d->b, whole);
    p.opaque = !d->measured;
    if (p.opaque && (!sw_str_equal(d->a->dtype, d->b->dtype) || d->a->size != d->b->size)) {
        d->change = SW_TENSOR_RESHAPED;
        return SW_OK;
    }
    p.width_a = p.opaque ? 1 : p.width_a;
    p.width_b = p.opaque ? 1 : p.width_b;
    d->elements = p.opaque ? 0 : p.elements;
    find_rows(&p, d->a);
    SW_TRY(compare_rows(c, &p));
    bool same = d->rows_changed == 0 && sw_str_equal(d->a->dtype, d->b->dtype);
    d->change = same ? SW_TENSOR_SAME : SW_TENSOR_CHANGED;
    return SW_OK;
}

/* --- the same bytes --------------------------------------------------------------------------- */

/* Most tensors did not change, and that is told at the speed of reading. */
static sw_result same_bytes(struct comparing *c, const struct sw_listed_tensor *a,
    const struct sw_listed_tensor *b, bool *same)
{
    enum { CHUNK = RUN_ELEMENTS * 8 };
    *same = false;
    if (a->size != b->size || !sw_str_equal(a->dtype, b->dtype)) {
        return SW_OK;
    }
    for (uint64_t at = 0; at < a->size;) {
        uint64_t left = a->size - at;
        size_t len = left < CHUNK ? (size_t)left : CHUNK;
        SW_TRY(read_bytes(c, &c->a, a, at, c->bytes_a, len));
        SW_TRY(read_bytes(c, &c->b, b, at, c->bytes_b, len));
        SW_TRY(sw_progress_check(c->progress, c->err));
        if (memcmp(c->bytes_a, c->bytes_b, len) != 0) {
            return SW_OK;
        }
        at += len;
    }
    sw_progress_add(c->progress, a->size + b->size, 0);
    *same = true;
    return SW_OK;
}

static bool has_files(const struct comparing *c)
{
    return c->a.side->path != NULL && c->b.side->path != NULL;
}

static sw_result by_digests(struct comparing *c, struct sw_tensor_diff *d)
{
    if (d->a->digest.alg == 0 || d->b->digest.alg == 0) {
        return sw_fail(c->err, SW_E_USAGE, "the digest of a tensor is not known");
    }
    d->change =
        sw_digest_equal(&d->a->digest, &d->b->digest) && sw_str_equal(d->a->dtype, d->b->dtype)
            ? SW_TENSOR_SAME
            : SW_TENSOR_CHANGED;
    return SW_OK;
}

static sw_result compare_pair(struct comparing *c, struct sw_tensor_diff *d)
{
    bool same;
    if (!same_shape(d->a, d->b)) {
        d->change = SW_TENSOR_RESHAPED;
        return SW_OK;
    }
    if (!has_files(c)) {
        return by_digests(c, d);
    }
    SW_TRY(same_bytes(c, d->a, d->b, &same));
    if (same) {
        d->change = SW_TENSOR_SAME;
        return SW_OK;
    }
    return compare_contents(c, d);
}

/* --- both lists ------------------------------------------------------------------------------- */

static sw_result add_diff(
    struct comparing *c, const struct sw_listed_tensor *a, const struct sw_listed_tensor *b)
{
    struct sw_model_diff *diff = &c->diff;
    struct sw_tensor_diff *grown =
        sw_arena_grow(c->arena, diff->tensors, diff->count, &c->cap, sizeof(*grown));
    SW_TRY_PTR(grown);
    diff->tensors = grown;
    struct sw_tensor_diff *d = &grown[diff->count++];
    *d = (struct sw_tensor_diff){
        .a = a, .b = b, .change = a == NULL ? SW_TENSOR_ADDED : SW_TENSOR_REMOVED};
    return a == NULL || b == NULL ? SW_OK : compare_pair(c, d);
}

static sw_result merge(struct comparing *c)
{
    const struct sw_tensor_list *a = c->a.side->list;
    const struct sw_tensor_list *b = c->b.side->list;
    size_t i = 0;
    size_t j = 0;
    while (i < a->count || j < b->count) {
        int order = i == a->count   ? 1
                    : j == b->count ? -1
                                    : sw_str_compare(a->tensors[i].name, b->tensors[j].name);
        SW_TRY(add_diff(c, order <= 0 ? &a->tensors[i] : NULL, order >= 0 ? &b->tensors[j] : NULL));
        i += order <= 0 ? 1 : 0;
        j += order >= 0 ? 1 : 0;
    }
    return SW_OK;
}

static sw_result is_renamed(struct comparing *c, const struct sw_listed_tensor *a,
    const struct sw_listed_tensor *b, bool *same)
{
    *same = false;
    if (!same_shape(a, b) || !sw_str_equal(a->dtype, b->dtype) || a->size == 0) {
        *same = a->digest.alg != 0 && sw_digest_equal(&a->digest, &b->digest) && same_shape(a, b);
        return SW_OK;
    }
    if (a->digest.alg != 0 && b->digest.alg != 0) {
        *same = sw_digest_equal(&a->digest, &b->digest);
        return SW_OK;
    }
    return has_files(c) ? same_bytes(c, a, b, same) : SW_OK;
}

/* What went under one name and came under another. Not more than so many are tried: with very many
 * of one shape each would be read against all. */
static sw_result find_renamed(struct comparing *c)
{
    enum { TRIES_MAX = 20000 };
    size_t tries = 0;
    for (size_t i = 0; i < c->diff.count; i++) {
        struct sw_tensor_diff *gone = &c->diff.tensors[i];
        bool same = false;
        for (size_t j = 0; j < c->diff.count && gone->change == SW_TENSOR_REMOVED; j++) {
            struct sw_tensor_diff *come = &c->diff.tensors[j];
            if (come->change != SW_TENSOR_ADDED || !same_shape(gone->a, come->b) ||
                ++tries > TRIES_MAX) {
                continue;
            }
            SW_TRY(is_renamed(c, gone->a, come->b, &same));
            if (same) {
                *gone = (struct sw_tensor_diff){
                    .change = SW_TENSOR_RENAMED, .a = gone->a, .b = come->b};
                come->change = SW_TENSOR_SAME;
                come->a = NULL;
                come->b = NULL;
            }
        }
    }
    return SW_OK;
}

/* Drops what became a part of a renaming, and counts. */
static void tidy(struct sw_model_diff *diff)
{
    size_t kept = 0;
    for (size_t i = 0; i < diff->count; i++) {
        const struct sw_tensor_diff *d = &diff->tensors[i];
        if (d->a != NULL || d->b != NULL) {
            diff->counts[d->change]++;
            diff->tensors[kept++] = *d;
        }
    }
    diff->count = kept;
}

static uint64_t bytes_of(const struct sw_tensor_list *list)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < list->count; i++) {
        if (!sw_add_u64(sum, list->tensors[i].size, &sum)) {
            return UINT64_MAX;
        }
    }
    return sum;
}

sw_result sw_diff_tensors(struct sw_arena *arena, const struct sw_diff_side *a,
    const struct sw_diff_side *b, struct sw_progress *progress, struct sw_model_diff *out,
    struct sw_error *err)
{
    SW_CLEANUP(free) uint8_t *bytes_a = malloc(RUN_ELEMENTS * 8);
    SW_CLEANUP(free) uint8_t *bytes_b = malloc(RUN_ELEMENTS * 8);
    SW_CLEANUP(free) double *values = malloc(RUN_ELEMENTS * sizeof(double));
    if (bytes_a == NULL || bytes_b == NULL || values == NULL) {
        return sw_fail(err, SW_E_NOMEM, "no memory to compare tensors");
    }
    struct comparing c = {.arena = arena,
        .progress = progress,
        .err = err,
        .a = {.side = a, .fd = -1},
        .b = {.side = b, .fd = -1},
        .bytes_a = bytes_a,
        .bytes_b = bytes_b,
        .values = values};
    sw_progress_expect(progress, bytes_of(a->list) + bytes_of(b->list), 0);
    enum sw_code code = merge(&c);
    code = code == SW_OK ? find_renamed(&c) : code;
    close_file(&c.a);
    close_file(&c.b);
    SW_TRY(code);
    tidy(&c.diff);
    *out = c.diff;
    return SW_OK;
}

bool sw_diff_is_low_rank(const struct sw_tensor_diff *diff)
{
    const uint64_t rank = diff->rank;
    return diff->rank_known && rank >= 1 && rank <= SW_DIFF_RANK_MAX && diff->rows_known &&
           diff->rows_changed > 4 * rank && diff->elements / diff->rows > 4 * rank;
}
