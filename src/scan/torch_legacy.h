/* The storages of a legacy file of torch (torch/serialization.py, _legacy_save), as of an archive
 * whose members stand one behind the other: behind the pickles, each after the count of its
 * elements. Private to scan. */
#ifndef SW_SCAN_TORCH_LEGACY_H
#define SW_SCAN_TORCH_LEGACY_H

#include "scan/torch_tensor.h"

struct sw_torch_legacy;

/* In the arena of the inspection; `source` must outlive it. */
sw_result sw_torch_legacy_new(struct sw_inspection *in, const struct sw_source *source,
    struct sw_torch_legacy **out, struct sw_error *err);
const struct sw_storage_check *sw_torch_legacy_check(struct sw_torch_legacy *legacy);
/* The storage of a key begins at *at, behind which *at is then. *placed is false, and a finding
 * says why, when torch would read no further. */
sw_result sw_torch_legacy_place(struct sw_torch_legacy *legacy, struct sw_str key, uint64_t *at,
    bool *placed, struct sw_error *err);
/* After all storages: tells and weighs the tensors. */
sw_result sw_torch_legacy_end(struct sw_torch_legacy *legacy, struct sw_error *err);

#endif
