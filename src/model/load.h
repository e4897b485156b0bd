/* Loading only what was signed: the bytes that were hashed are the bytes that are handed out. Part
 * of the room's public face. */
#ifndef SW_MODEL_LOAD_H
#define SW_MODEL_LOAD_H

#include "model/model.h"

/* The signed files of a model whose signature holds. A file's own bytes are checked when it is
 * read, so nothing is said here about files that nobody reads, nor about files that were not
 * signed. To be used by one thread at a time. */
struct sw_load;

/* Checks the signature, and reads no file of the model. SW_E_REFUSED when the signature does not
 * hold or is not acceptable, SW_E_NOEVIDENCE when it is empty. Of the options count what is said of
 * signatures, symlinks and time. */
sw_result sw_load_open(const char *path, struct sw_bytes signature, const struct sw_trust *trust,
    const struct sw_model_verify_options *options, struct sw_load **out, struct sw_error *err);
void sw_load_free(struct sw_load *load);
SW_DEFINE_CLEANUP_PTR(load, struct sw_load, sw_load_free)

/* Asked to stop by it, what reads gives SW_E_INTERRUPTED. */
void sw_load_watch(struct sw_load *load, struct sw_progress *progress);

const char *sw_load_signer(const struct sw_load *load);
const struct sw_digest *sw_load_root(const struct sw_load *load);  /* alg 0 in the legacy format */
const struct sw_digest *sw_load_claim(const struct sw_load *load); /* of the signature's bytes */
bool sw_load_is_single(const struct sw_load *load); /* the model is one file, no directory */

/* Files, ordered by the bytes of their names. */
size_t sw_load_count(const struct sw_load *load);
const char *sw_load_name(const struct sw_load *load, size_t file);
/* SW_E_REFUSED when no such file was signed. */
sw_result sw_load_find(
    const struct sw_load *load, const char *name, size_t *file, struct sw_error *err);

/* Opens a signed file of the model (`flags` as for open(2)) without leaving the model. It was not
 * checked by that. SW_E_REFUSED when it is missing or no regular file. */
sw_result sw_load_open_file(
    const struct sw_load *load, size_t file, int flags, int *fd, struct sw_error *err);
/* Its size at this moment. SW_E_REFUSED when another one was signed, which is known only of files
 * in shards. */
sw_result sw_load_size(
    const struct sw_load *load, size_t file, uint64_t *size, struct sw_error *err);

/* Each reads the whole file once and hashes what it read. SW_OK means that all of it is as it was
 * signed; SW_E_REFUSED that it is not, SW_E_IO that it could not be read. */

/* Into memory of `len` bytes, which must be the file's size: SW_E_USAGE when it is not, and the
 * file is as it was signed. On failure the memory holds zeros. */
sw_result sw_load_read(
    const struct sw_load *load, size_t file, void *out, uint64_t len, struct sw_error *err);
/* To the end of another file. On failure what was written is to be thrown away. Of a file with more
 * than `most` bytes nothing is written, and SW_E_IO says that it is as it was signed. */
sw_result sw_load_copy(
    const struct sw_load *load, size_t file, int to, uint64_t most, struct sw_error *err);
/* Of a file that is open: it says nothing about what is written to it afterwards. */
sw_result sw_load_check(const struct sw_load *load, size_t file, int fd, struct sw_error *err);

#endif
