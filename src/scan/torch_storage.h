/* The storages of a torch archive, and the tensors in them: what its pickle says against what its
 * members have, and what the numbers are like. Private to scan. */
#ifndef SW_SCAN_TORCH_STORAGE_H
#define SW_SCAN_TORCH_STORAGE_H

#include "scan/torch_tensor.h"
#include "scan/weigh.h"

struct sw_torch_legacy;

/* Of one data.pkl, or of a legacy file. */
struct sw_torch_storages {
    struct sw_torch_storages *next; /* of the same archive */
    struct sw_storage_check check;  /* for sw_inspection.storages */
    const struct sw_zip *zip;
    struct sw_torch_legacy *legacy;     /* NULL: the storages are the archive's members */
    struct sw_str directory;            /* of data.pkl, with its '/' */
    const struct sw_zip_entry **sorted; /* by name; made when the first storage is asked for */
    bool *named;                        /* entries that the pickle asks for */
    struct sw_placed_tensor *tensors;   /* in the order of the pickle, at last by their places */
    size_t count, cap;
    size_t first;        /* of the present stream */
    size_t second_names; /* of tensors of this stream, behind all of them */
    size_t named_bytes;
    bool read; /* to its end */
    bool big_endian;
};

/* All of one archive. */
struct sw_torch_archive {
    const struct sw_zip *zip;
    struct sw_torch_storages *storages;
    struct sw_weighing *weighing;
    struct sw_tensor *tensors; /* of all */
    struct sw_digest *digests; /* NULL: not asked for, or not all are known */
    size_t count;
    uint64_t rehashed;
    size_t unnamed; /* storages that no pickle asks for */
    uint64_t unnamed_bytes;
    const struct sw_zip_entry *first_unnamed;
    bool untold; /* some tensor has no place in the file */
};

/* `pickle` is the name of the archive's data.pkl. Everything must outlive the archive. NULL without
 * memory. */
struct sw_torch_storages *sw_torch_storages_add(
    struct sw_torch_archive *archive, struct sw_arena *arena, struct sw_str pickle);

/* The storage of a legacy file; NULL when its pickle asked for none of this key (torch_legacy.c).
 */
const struct sw_zip_entry *sw_torch_legacy_find(
    const struct sw_torch_legacy *legacy, struct sw_str key);

/* After all pickles: tells the tensors. Then each storage is read, in any order, and then the rest
 * is told. */
sw_result sw_torch_archive_tell(
    struct sw_torch_archive *archive, struct sw_inspection *in, struct sw_error *err);
/* `looked` as for sw_weigh_storage(). */
sw_result sw_torch_archive_weigh(struct sw_torch_archive *archive, struct sw_inspection *in,
    const struct sw_zip_entry *entry, const struct sw_source *source, uint64_t looked,
    struct sw_error *err);
sw_result sw_torch_archive_end(struct sw_torch_archive *archive, struct sw_inspection *in);
/* The memory that is not the arena's. */
void sw_torch_archive_release(struct sw_torch_archive *archive);

#endif
