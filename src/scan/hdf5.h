/* Reading HDF5 (File Format Specification 3.0): object headers, links, attributes, and where
 * datasets have their bytes. What is dense (fractal heaps) is not read. Every block is copied
 * within a budget, so files whose blocks overlap or refer to each other come to an end. Private to
 * scan. */
#ifndef SW_SCAN_HDF5_H
#define SW_SCAN_HDF5_H

#include "scan/inspect.h"

#define SW_HDF5_UNDEFINED UINT64_MAX

struct sw_hdf5 {
    struct sw_source source;
    struct sw_arena *arena;
    struct sw_error *err;
    uint64_t base; /* of all addresses */
    uint64_t root; /* object header of the root group */
    uint8_t offset_size, length_size;
    uint64_t budget; /* bytes that may still be read */
};

/* Superblocks 0 to 3, at 0 or a power of two from 512 on. */
sw_result sw_hdf5_open(struct sw_hdf5 *h, const struct sw_source *source, struct sw_arena *arena,
    struct sw_error *err);

/* IV.A.2: types of messages. */
enum {
    SW_HDF5_DATASPACE = 1,
    SW_HDF5_LINK_INFO = 2,
    SW_HDF5_DATATYPE = 3,
    SW_HDF5_LINK = 6,
    SW_HDF5_EXTERNAL_FILES = 7,
    SW_HDF5_LAYOUT = 8,
    SW_HDF5_FILTERS = 11,
    SW_HDF5_ATTRIBUTE = 12,
    SW_HDF5_SYMBOL_TABLE = 17,
    SW_HDF5_ATTRIBUTE_INFO = 21,
    SW_HDF5_CONTINUATION = 16,
};

struct sw_hdf5_message {
    uint16_t type;
    uint8_t flags; /* bit 1: shared, so the data is a reference */
    struct sw_bytes data;
    uint64_t at; /* of the data, in the file */
};

typedef enum sw_code (*sw_hdf5_take)(void *ctx, const struct sw_hdf5_message *message);
/* All messages of an object, those of its continuations included. */
sw_result sw_hdf5_messages(struct sw_hdf5 *h, uint64_t address, sw_hdf5_take take, void *ctx);

enum sw_hdf5_link_kind { SW_HDF5_HARD, SW_HDF5_SOFT, SW_HDF5_EXTERNAL, SW_HDF5_USER };
struct sw_hdf5_link {
    enum sw_hdf5_link_kind kind;
    struct sw_str name;
    struct sw_str target; /* of an external one: the file */
    uint64_t address;     /* of a hard one */
};

typedef enum sw_code (*sw_hdf5_take_link)(void *ctx, const struct sw_hdf5_link *link);
/* Members of an old group, by the data of its symbol table message (III.A, III.C, III.D). */
sw_result sw_hdf5_group(
    struct sw_hdf5 *h, struct sw_bytes table, sw_hdf5_take_link take, void *ctx);
/* A link message (IV.A.2.g). */
sw_result sw_hdf5_link_read(struct sw_hdf5 *h, struct sw_bytes data, struct sw_hdf5_link *out);
/* Whether a link info or attribute info message says that there are more in a fractal heap. */
sw_result sw_hdf5_is_dense(struct sw_hdf5 *h, const struct sw_hdf5_message *message, bool *out);

struct sw_hdf5_type {
    uint8_t class; /* 0 integer, 1 float, 3 text, 9 of variable length, … */
    bool text;     /* of class 3, or 9 as text */
    bool big_endian;
    uint32_t size; /* of an element, in the file */
};
sw_result sw_hdf5_type_read(struct sw_hdf5 *h, struct sw_bytes data, struct sw_hdf5_type *out);

#define SW_HDF5_DIMS 32
struct sw_hdf5_space {
    size_t rank;
    uint64_t dims[SW_HDF5_DIMS];
    uint64_t elements;
};
sw_result sw_hdf5_space_read(struct sw_hdf5 *h, struct sw_bytes data, struct sw_hdf5_space *out);

struct sw_hdf5_attribute {
    struct sw_str name;
    bool shared; /* its type or space is told elsewhere */
    struct sw_hdf5_type type;
    struct sw_hdf5_space space;
    struct sw_bytes data;
};
sw_result sw_hdf5_attribute_read(
    struct sw_hdf5 *h, struct sw_bytes data, struct sw_hdf5_attribute *out);
/* Element `i` of text or of a variable length, from the global heap if need be (III.E). */
sw_result sw_hdf5_attribute_text(
    struct sw_hdf5 *h, const struct sw_hdf5_attribute *attribute, size_t i, struct sw_bytes *out);

enum sw_hdf5_layout_kind { SW_HDF5_COMPACT, SW_HDF5_CONTIGUOUS, SW_HDF5_CHUNKED, SW_HDF5_VIRTUAL };
struct sw_hdf5_layout {
    enum sw_hdf5_layout_kind kind;
    uint64_t address; /* contiguous: in the file, SW_HDF5_UNDEFINED when there is none yet */
    uint64_t size;    /* contiguous; 0 where only the shape tells */
};
sw_result sw_hdf5_layout_read(struct sw_hdf5 *h, struct sw_bytes data, struct sw_hdf5_layout *out);

#endif
