/* The tensors of a model, of all its files together, and the claim that lists them. Part of scan's
 * public face (scan.h). */
#ifndef SW_SCAN_TENSOR_LIST_H
#define SW_SCAN_TENSOR_LIST_H

#include "evidence/evidence.h"

struct sw_scan_report;

#define SW_PREDICATE_TENSORS "urn:sealwright:claim:tensors:v1"

struct sw_listed_tensor {
    struct sw_str name;
    struct sw_str dtype;
    const uint64_t *dims; /* the slowest first, whatever the file's order is */
    size_t dim_count;
    const char *file; /* relative to the model; "" when only a claim tells of it */
    uint64_t offset;
    uint64_t size;           /* of its elements; 0 when only a claim tells of it */
    const uint64_t *strides; /* as in struct sw_tensor */
    bool big_endian;
    struct sw_digest digest; /* alg 0: not known */
};

struct sw_tensor_list {
    struct sw_listed_tensor *tensors; /* by name, then file */
    size_t count;
};

/* More than any model has, and few enough to hold. */
#define SW_TENSORS_MAX ((size_t)1 << 20)

/* What a scan told, whose pass hashed the tensors when digests are wanted. Places outside of a
 * file, or what is no list at all, are refused (SW_E_REFUSED): the file took its parser over.
 * SW_E_NOENT when a file of tensors has too many of them for the scan to tell. In `arena`. */
sw_result sw_tensor_list_of(struct sw_arena *arena, const struct sw_scan_report *report,
    struct sw_tensor_list *out, struct sw_error *err);

/* The root of the tree over the tensors in their order (RFC 6962): a leaf is the canonical JSON of
 * [name, dtype, shape, "<hex of SHA-256>"]. SW_E_USAGE when a digest is not known. */
sw_result sw_tensor_list_root(
    const struct sw_tensor_list *list, struct sw_digest *out, struct sw_error *err);

/* Appends the predicate of the claim (doc/claims/tensors.md). */
sw_result sw_tensors_predicate(
    const struct sw_tensor_list *list, int64_t now, struct sw_buf *out, struct sw_error *err);
/* Reads it back; SW_E_FORMAT when it is none, or its root is not that of its list. */
sw_result sw_tensors_read(struct sw_arena *arena, const struct sw_json *predicate,
    struct sw_tensor_list *out, struct sw_error *err);

#endif
