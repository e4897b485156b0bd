#include "data/consumption_input.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define BUFFER_SIZE ((size_t)1 << 20)
#define NPY_MAGIC "\x93NUMPY"
#define NPY_MAGIC_SIZE 6u
#define NPY_HEADER_MAX 65536u
#define SHOWN_MAX 40

static const char *const format_names[] = {
    [SW_DRAW_LINES] = "lines",
    [SW_DRAW_U32] = "u32",
    [SW_DRAW_U64] = "u64",
    [SW_DRAW_NPY] = "npy",
};

struct sw_draw_input {
    int fd;
    const char *name;
    enum sw_draw_format format;
    struct sw_hash hash;
    uint64_t numbers;  /* read so far */
    uint64_t promised; /* npy: by its header */
    size_t width;      /* bytes of a number; 0: text */
    bool is_signed;
    bool ended;
    size_t start; /* what is not read yet stands in [start, end) */
    size_t end;
    uint8_t bytes[BUFFER_SIZE];
};

const char *sw_draw_format_name(enum sw_draw_format format)
{
    return format_names[format];
}

bool sw_draw_format_parse(struct sw_str name, enum sw_draw_format *out)
{
    for (unsigned i = 0; i < SW_COUNT(format_names); i++) {
        if (sw_str_is(name, format_names[i])) {
            *out = (enum sw_draw_format)i;
            return true;
        }
    }
    return false;
}

enum sw_draw_format sw_draw_input_format(const struct sw_draw_input *input)
{
    return input->format;
}

const char *sw_draw_input_name(const struct sw_draw_input *input)
{
    return input->name;
}

/* --- bytes ----------------------------------------------------------------------------------- */

void sw_draw_input_free(struct sw_draw_input *input)
{
    if (input->fd >= 0) {
        (void)close(input->fd);
    }
    free(input);
}

void sw_draw_input_digest(struct sw_draw_input *input, struct sw_digest *out)
{
    sw_hash_final(&input->hash, out);
}

/* Fills the buffer behind what is not read yet. */
static sw_result fill(struct sw_draw_input *input, struct sw_error *err)
{
    memmove(input->bytes, input->bytes + input->start, input->end - input->start);
    input->end -= input->start;
    input->start = 0;
    while (!input->ended && input->end < BUFFER_SIZE) {
        ssize_t n = read(input->fd, input->bytes + input->end, BUFFER_SIZE - input->end);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return sw_fail_errno(err, errno, "cannot read '%s'", input->name);
        }
        sw_hash_update(&input->hash, input->bytes + input->end, (size_t)n);
        input->end += (size_t)n;
        input->ended = n == 0;
    }
    return SW_OK;
}

static size_t left(const struct sw_draw_input *input)
{
    return input->end - input->start;
}

/* --- lines ----------------------------------------------------------------------------------- */

static sw_result bad_line(
    const struct sw_draw_input *input, struct sw_str line, struct sw_error *err)
{
    bool cut = line.len > SHOWN_MAX;
    return sw_fail(err, SW_E_FORMAT, "'%s' line %llu: '%.*s%s' is no number of a sample",
        input->name, (unsigned long long)input->numbers + 1, cut ? SHOWN_MAX : (int)line.len,
        line.len == 0 ? "" : line.ptr, cut ? "..." : "");
}

static sw_result take_line(struct sw_draw_input *input, uint64_t *number, struct sw_error *err)
{
    const char *line = (const char *)input->bytes + input->start;
    const char *newline = memchr(line, '\n', left(input));
    size_t len = newline == NULL ? left(input) : (size_t)(newline - line);
    input->start += len + (newline == NULL ? 0 : 1);
    len -= len > 0 && line[len - 1] == '\r' ? 1 : 0;
    if (!sw_parse_u64(sw_str_n(line, len), number)) {
        return bad_line(input, sw_str_n(line, len), err);
    }
    input->numbers++;
    return SW_OK;
}

static sw_result next_lines(
    struct sw_draw_input *input, uint64_t *numbers, size_t max, size_t *count, struct sw_error *err)
{
    size_t n = 0;
    while (n < max) {
        bool whole =
            left(input) > 0 && memchr(input->bytes + input->start, '\n', left(input)) != NULL;
        if (!whole && !input->ended) {
            SW_TRY(fill(input, err));
        }
        if (left(input) == 0) {
            break;
        }
        SW_TRY(take_line(input, &numbers[n], err));
        n++;
    }
    *count = n;
    return SW_OK;
}

/* --- numbers --------------------------------------------------------------------------------- */

static uint64_t load_le(const uint8_t *bytes, size_t width)
{
    uint64_t value = 0;
    for (size_t i = width; i-- > 0;) {
        value = value << 8 | bytes[i];
    }
    return value;
}

static sw_result take_number(struct sw_draw_input *input, uint64_t *number, struct sw_error *err)
{
    uint64_t value = load_le(input->bytes + input->start, input->width);
    input->start += input->width;
    if (input->is_signed && value >> (8 * input->width - 1) != 0) {
        return sw_fail(err, SW_E_FORMAT, "'%s': number %llu is negative", input->name,
            (unsigned long long)input->numbers);
    }
    input->numbers++;
    *number = value;
    return SW_OK;
}

static sw_result check_end(const struct sw_draw_input *input, struct sw_error *err)
{
    if (left(input) != 0) {
        return sw_fail(err, SW_E_FORMAT, "'%s' ends inside number %llu", input->name,
            (unsigned long long)input->numbers);
    }
    if (input->format == SW_DRAW_NPY && input->numbers != input->promised) {
        return sw_fail(err, SW_E_FORMAT, "'%s' holds %llu numbers, and %llu by its header",
            input->name, (unsigned long long)input->numbers, (unsigned long long)input->promised);
    }
    return SW_OK;
}

static sw_result next_numbers(
    struct sw_draw_input *input, uint64_t *numbers, size_t max, size_t *count, struct sw_error *err)
{
    size_t n = 0;
    while (n < max) {
        if (left(input) < input->width) {
            SW_TRY(fill(input, err));
        }
        if (left(input) < input->width) {
            break;
        }
        SW_TRY(take_number(input, &numbers[n], err));
        n++;
    }
    *count = n;
    return n == max ? SW_OK : check_end(input, err);
}

sw_result sw_draw_input_next(
    struct sw_draw_input *input, uint64_t *numbers, size_t max, size_t *count, struct sw_error *err)
{
    return input->width == 0 ? next_lines(input, numbers, max, count, err)
                             : next_numbers(input, numbers, max, count, err);
}

/* --- npy (NumPy enhancement proposal 1) ------------------------------------------------------ */

static sw_result bad_npy(const struct sw_draw_input *input, const char *why, struct sw_error *err)
{
    return sw_fail(err, SW_E_FORMAT, "'%s' is no .npy list of numbers: %s", input->name, why);
}

/* What stands behind 'name': in the header's dictionary, without blanks; empty when nothing does.
 */
static struct sw_str npy_value(struct sw_str header, const char *name)
{
    char quoted[32];
    int len = snprintf(quoted, sizeof(quoted), "'%s':", name);
    const char *at = memmem(header.ptr, header.len, quoted, (size_t)len);
    if (at == NULL) {
        return sw_str("");
    }
    at += len;
    const char *end = header.ptr + header.len;
    while (at < end && *at == ' ') {
        at++;
    }
    return sw_str_n(at, (size_t)(end - at));
}

static bool npy_type(struct sw_str value, size_t *width, bool *is_signed)
{
    static const struct {
        const char *text;
        size_t width;
        bool is_signed;
    } types[] = {{"'<i8'", 8, true}, {"'<u8'", 8, false}, {"'<i4'", 4, true}, {"'<u4'", 4, false},
        {"'<i2'", 2, true}, {"'<u2'", 2, false}, {"'|i1'", 1, true}, {"'|u1'", 1, false}};
    for (size_t i = 0; i < SW_COUNT(types); i++) {
        if (sw_str_starts(value, types[i].text)) {
            *width = types[i].width;
            *is_signed = types[i].is_signed;
            return true;
        }
    }
    return false;
}

/* "(123,)": one dimension. */
static bool npy_shape(struct sw_str value, uint64_t *count)
{
    size_t digits = 1;
    while (digits < value.len && value.ptr[digits] >= '0' && value.ptr[digits] <= '9') {
        digits++;
    }
    return value.len > digits && value.ptr[0] == '(' &&
           sw_parse_u64(sw_str_n(value.ptr + 1, digits - 1), count) &&
           sw_str_starts(sw_str_n(value.ptr + digits, value.len - digits), ",)");
}

static sw_result npy_dictionary(
    struct sw_draw_input *input, struct sw_str header, struct sw_error *err)
{
    if (!npy_type(npy_value(header, "descr"), &input->width, &input->is_signed)) {
        return bad_npy(input, "its type is no little-endian integer", err);
    }
    if (!sw_str_starts(npy_value(header, "fortran_order"), "False")) {
        return bad_npy(input, "its order is not C's", err);
    }
    if (!npy_shape(npy_value(header, "shape"), &input->promised)) {
        return bad_npy(input, "it has not one dimension", err);
    }
    return SW_OK;
}

static sw_result read_npy_header(struct sw_draw_input *input, struct sw_error *err)
{
    struct sw_cursor cur = sw_cursor(sw_bytes(input->bytes + input->start, left(input)));
    struct sw_bytes magic;
    struct sw_bytes header;
    uint8_t major = 0;
    uint8_t minor = 0;
    uint32_t len = 0;
    uint16_t short_len = 0;
    if (sw_cur_bytes(&cur, NPY_MAGIC_SIZE, &magic) != SW_OK ||
        memcmp(magic.ptr, NPY_MAGIC, NPY_MAGIC_SIZE) != 0 || sw_cur_u8(&cur, &major) != SW_OK ||
        sw_cur_u8(&cur, &minor) != SW_OK || major < 1 || major > 3 || minor != 0) {
        return bad_npy(input, "it does not begin like one", err);
    }
    enum sw_code code = major == 1 ? sw_cur_u16le(&cur, &short_len) : sw_cur_u32le(&cur, &len);
    len = major == 1 ? short_len : len;
    if (code != SW_OK || len > NPY_HEADER_MAX || sw_cur_bytes(&cur, len, &header) != SW_OK) {
        return bad_npy(input, "its header is cut off or too long", err);
    }
    SW_TRY(npy_dictionary(input, sw_str_of_bytes(header), err));
    input->start += cur.pos;
    return SW_OK;
}

/* --- opening --------------------------------------------------------------------------------- */

static sw_result choose_format(
    struct sw_draw_input *input, const char *format, struct sw_error *err)
{
    bool like_npy =
        left(input) >= NPY_MAGIC_SIZE && memcmp(input->bytes, NPY_MAGIC, NPY_MAGIC_SIZE) == 0;
    input->format = like_npy ? SW_DRAW_NPY : SW_DRAW_LINES;
    if (format != NULL && !sw_draw_format_parse(sw_str(format), &input->format)) {
        return sw_fail(
            err, SW_E_USAGE, "a list of draws is lines, u32, u64 or npy, not '%s'", format);
    }
    static const size_t widths[] = {[SW_DRAW_LINES] = 0, [SW_DRAW_U32] = 4, [SW_DRAW_U64] = 8};
    if (input->format == SW_DRAW_NPY) {
        return read_npy_header(input, err);
    }
    input->width = widths[input->format];
    return SW_OK;
}

sw_result sw_draw_input_from(
    struct sw_draw_input **out, int fd, const char *name, const char *format, struct sw_error *err)
{
    SW_CLEANUP(fd) int held = fd;
    SW_CLEANUP(draw_input) struct sw_draw_input *input = malloc(sizeof(*input));
    SW_TRY_PTR(input);
    memset(input, 0, offsetof(struct sw_draw_input, bytes));
    input->fd = SW_TAKE_FD(held);
    input->name = name;
    SW_TRY(sw_hash_init(&input->hash, SW_SHA256));
    SW_TRY(fill(input, err));
    SW_TRY(choose_format(input, format, err));
    *out = SW_TAKE(input);
    return SW_OK;
}

sw_result sw_draw_input_open(
    struct sw_draw_input **out, const char *path, const char *format, struct sw_error *err)
{
    int fd = -1;
    SW_TRY(sw_file_open(path, &fd, err));
    return sw_draw_input_from(out, fd, path, format, err);
}
