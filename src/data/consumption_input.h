/* Lists of draws as training code leaves them: numbers of samples, in the order of drawing. Reads
 * hostile bytes in bounded memory. doc/format/order.md. */
#ifndef SW_DATA_CONSUMPTION_INPUT_H
#define SW_DATA_CONSUMPTION_INPUT_H

#include "claim/claim.h"

enum sw_draw_format {
    SW_DRAW_LINES, /* one decimal number a line */
    SW_DRAW_U32,   /* little-endian, one behind the other */
    SW_DRAW_U64,
    SW_DRAW_NPY, /* NumPy's .npy of one dimension, an integer type of 1, 2, 4 or 8 bytes */
};
/* "lines", "u32", "u64", "npy". */
const char *sw_draw_format_name(enum sw_draw_format format);
bool sw_draw_format_parse(struct sw_str name, enum sw_draw_format *out);

struct sw_draw_input;

/* Opens a file. `format` NULL: npy when it begins like that, else lines. SW_E_USAGE for a format
 * that is none, SW_E_FORMAT for a header that breaks its format. */
sw_result sw_draw_input_open(
    struct sw_draw_input **out, const char *path, const char *format, struct sw_error *err);
/* Takes over a descriptor that stands at the beginning; `name` is for messages, borrowed. */
sw_result sw_draw_input_from(
    struct sw_draw_input **out, int fd, const char *name, const char *format, struct sw_error *err);
void sw_draw_input_free(struct sw_draw_input *input);
SW_DEFINE_CLEANUP_PTR(draw_input, struct sw_draw_input, sw_draw_input_free)

/* The next numbers, at most `max`; *count is 0 at the end. SW_E_FORMAT names the line, or the place
 * in the list, of what is no number. */
sw_result sw_draw_input_next(struct sw_draw_input *input, uint64_t *numbers, size_t max,
    size_t *count, struct sw_error *err);
enum sw_draw_format sw_draw_input_format(const struct sw_draw_input *input);
const char *sw_draw_input_name(const struct sw_draw_input *input);
/* Of the file's bytes; after the end. */
void sw_draw_input_digest(struct sw_draw_input *input, struct sw_digest *out);

#endif
