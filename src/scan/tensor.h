/* Tensors as the parsers of files of weights find them, and what is done with all of them alike:
 * told to the checks of the repository, weighed, hashed. Private to scan. */
#ifndef SW_SCAN_TENSOR_H
#define SW_SCAN_TENSOR_H

#include "scan/inspect.h"

struct sw_tensor {
    struct sw_str name;   /* unescaped, of the file */
    const char *dtype;    /* as its format names it: "F32", "Q4_K" */
    const uint64_t *dims; /* in the order of the format: GGUF has the fastest one first */
    size_t dim_count;
    uint64_t offset;         /* in the source */
    uint64_t size;           /* to the end of the last element */
    const uint64_t *strides; /* in elements, of each dimension; NULL: row after row */
    bool big_endian;
};

/* What the bits of an element mean. */
enum sw_number {
    SW_NUMBER_OPAQUE, /* blocks, packed or unknown numbers */
    SW_NUMBER_U8,
    SW_NUMBER_I8,
    SW_NUMBER_F8_E4M3,
    SW_NUMBER_F8_E5M2,
    SW_NUMBER_I16,
    SW_NUMBER_F16,
    SW_NUMBER_BF16,
    SW_NUMBER_I32,
    SW_NUMBER_F32,
    SW_NUMBER_I64,
    SW_NUMBER_F64,
};
enum sw_number sw_number_of(const char *dtype);
/* Bytes of an element; 1 for what is opaque. */
size_t sw_number_width(enum sw_number number);
/* The value of an element; NaN where it is none. */
double sw_number_value(enum sw_number number, const uint8_t *bytes);

/* What the bytes of a tensor are counted as: opaque where they are not whole elements. */
enum sw_number sw_tensor_number(const struct sw_tensor *tensor);

/* Bytes of JSON that are told of one file's tensors, and of what they weigh. */
#define SW_TENSOR_FACTS_MAX ((size_t)3 << 19)

/* The parts of the next, for who has tensors in many places. *untold: there were too many. */
sw_result sw_tensors_tell(
    struct sw_inspection *in, const struct sw_tensor *tensors, size_t count, bool *untold);
struct sw_digest;
sw_result sw_tensors_tell_digests(
    struct sw_inspection *in, const struct sw_digest *digests, size_t count);

/* What a parser ends with when the layout is right, tensors ordered by offset. Tells the fact
 * "tensors", [[name, dtype, [dimension, …], offset, size], …], with the
 * strides and whether it is big-endian behind that where they are not as usual; reads all their
 * bytes but in a look at the metadata alone, weighs them ("weights", weigh.c), and, where it was
 * asked to, hashes each: "tensor-digests", ["<hex of SHA-256>", …] in the same order. With too many
 * tensors to tell, a finding says so. */
sw_result sw_tensors_done(struct sw_inspection *in, const struct sw_source *source,
    const struct sw_tensor *tensors, size_t count, struct sw_error *err);

/* A member of an archive that holds the bytes of tensors whose types are not known, of which the
 * first `looked` were read otherwise: looks for programs and archives among them (weigh.c). */
sw_result sw_weigh_storage(struct sw_inspection *in, const struct sw_source *source,
    uint64_t looked, struct sw_error *err);

#endif
