/* Tensors as a pickle of torch makes them (torch/_utils.py). Private to scan. */
#ifndef SW_SCAN_TORCH_TENSOR_H
#define SW_SCAN_TORCH_TENSOR_H

#include "scan/inspect.h"

#define SW_TORCH_DIMS_MAX 64 /* ATen, kDimVectorStaticSize is 5; no loader takes more than 64 */

/* What a persistent id asks for. */
struct sw_torch_storage {
    struct sw_str key;
    uint64_t count; /* of elements */
    uint64_t size;  /* in bytes; UINT64_MAX: more than can be */
    uint64_t at;    /* of the opcode */
};

struct sw_torch_tensor {
    uint64_t node; /* of the machine: which object it is */
    uint64_t at;   /* of the call */
    struct sw_str key;
    const char *dtype; /* as safetensors names it */
    uint32_t width;    /* bytes of an element */
    bool negative;     /* a number among the following is, or is none */
    uint64_t offset;   /* in elements */
    uint64_t dims[SW_TORCH_DIMS_MAX];
    uint64_t strides[SW_TORCH_DIMS_MAX]; /* in elements */
    size_t dim_count;
};

/* Who knows the storages that a torch pickle refers to (torch_storage.c). */
struct sw_storage_check {
    void *ctx;
    enum sw_code (*check)(
        void *ctx, struct sw_inspection *in, const struct sw_torch_storage *storage);
    /* The pickle makes this tensor. */
    enum sw_code (*tensor)(
        void *ctx, struct sw_inspection *in, const struct sw_torch_tensor *tensor);
    /* It stands under this name in what the pickle gives. SW_E_NOENT: the object is no tensor. */
    enum sw_code (*named)(void *ctx, struct sw_inspection *in, uint64_t node, struct sw_str name);
    /* The stream ended, and all names were told. */
    void (*ended)(void *ctx);
};

#endif
