/* The sizes of tensors in a torch archive: what its pickle says against what its members have.
 * Private to scan. */
#ifndef SW_SCAN_TORCH_STORAGE_H
#define SW_SCAN_TORCH_STORAGE_H

#include "scan/inspect.h"

struct sw_torch_storages {
    struct sw_storage_check check; /* for sw_inspection.storages */
    const struct sw_zip *zip;
    struct sw_str directory;            /* of data.pkl, with its '/' */
    const struct sw_zip_entry **sorted; /* by name; made when the first storage is asked for */
};

/* `pickle` is the name of the archive's data.pkl. Everything must outlive the storages. */
void sw_torch_storages_init(
    struct sw_torch_storages *storages, const struct sw_zip *zip, struct sw_str pickle);

#endif
