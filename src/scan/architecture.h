/* What tensors a model has by its settings: a table per architecture (architecture_table.c), and
 * the small language of its rows. Private to scan. */
#ifndef SW_SCAN_ARCHITECTURE_H
#define SW_SCAN_ARCHITECTURE_H

#include "codec/codec.h"

/* A number that rows refer to: where it stands in the settings, and what it is when it does not: a
 * number, or terms of earlier ones ("width/heads"). NULL: then nothing can be proven. In GGUF a key
 * that begins with '.' follows the architecture's name. "@causal": whether a class in
 * "architectures" gives the next word. */
struct sw_architecture_number {
    const char *name;
    const char *key;
    const char *otherwise;
};

/* One kind of tensor.
 *
 * `name`: behind the architecture's prefix; '^' in front: as it stands, without one. "{L}" is the
 *   number of a layer, and then there is one in each.
 * `shape`: terms separated by commas, each a product "kv*head", also divided "width/2"; '*' alone
 * is any number, and "any" any shape. `when`: empty: always there. "?": may be there. "bias": there
 * when the number is not 0, else not;
 *   "!tie": the other way round; '&' between two for both. " ?" behind it: else it may be there. */
struct sw_architecture_row {
    const char *name;
    const char *shape;
    const char *when;
};

struct sw_architecture {
    const char *type; /* config.json's "model_type"; GGUF's "general.architecture" */
    bool gguf;
    const char *prefix; /* of names in most files; some are written without it */
    const struct sw_architecture_number *numbers;
    size_t number_count;
    const struct sw_architecture_row *rows;
    size_t row_count;
};

extern const struct sw_architecture sw_architectures[];
extern const size_t sw_architecture_count;

#define SW_ARCHITECTURE_NUMBERS_MAX 16
#define SW_ARCHITECTURE_ROWS_MAX 64
#define SW_ARCHITECTURE_LAYERS_MAX 4096u

/* The numbers of one model. */
struct sw_architecture_values {
    const struct sw_architecture *architecture;
    uint64_t values[SW_ARCHITECTURE_NUMBERS_MAX];
    uint64_t layers;
};

/* Reads them from the settings. False when one is missing or makes no sense; *what names it. */
bool sw_architecture_read(const struct sw_architecture *architecture,
    const struct sw_json *settings, struct sw_architecture_values *out, const char **what);

enum sw_presence {
    SW_PRESENCE_NEVER,
    SW_PRESENCE_MAYBE,
    SW_PRESENCE_ALWAYS,
};
enum sw_presence sw_architecture_presence(
    const struct sw_architecture_values *values, const struct sw_architecture_row *row);

/* Is this the name of the row's tensor? *layer is 0 where the row has none. */
bool sw_architecture_names(const struct sw_architecture_values *values,
    const struct sw_architecture_row *row, struct sw_str prefix, struct sw_str name,
    uint64_t *layer);

/* Does a shape (an array of numbers) fit the row? */
bool sw_architecture_fits(const struct sw_architecture_values *values,
    const struct sw_architecture_row *row, const struct sw_json *shape);
/* The shape of the row, "4096,11008", for people. */
void sw_architecture_shape(const struct sw_architecture_values *values,
    const struct sw_architecture_row *row, char out[64]);

#endif
