/* What shows only when the files of a model are looked at together: settings beside weights, code
 * beside settings, shards beside their index. Works on the facts that the parsers of single files
 * told (sw_tell), in a worker of its own, since files that lie made the facts. Private to scan. */
#ifndef SW_SCAN_REPOSITORY_H
#define SW_SCAN_REPOSITORY_H

#include "scan/inspect.h"

struct sw_repository_file {
    const char *path; /* relative to the model, '/' between components */
    const char *format;
    uint64_t size;
    size_t index; /* its place in the list */
    struct sw_fact *facts;
    size_t fact_count;
};

struct sw_repository {
    struct sw_repository_file *files; /* ordered by the bytes of `path` */
    size_t count;
};

/* One way of looking at a repository. Its findings are about files: sw_repository_found(). A
 * failure means that it could not come to an end, and the model is no evidence then. */
typedef enum sw_code (*sw_repository_check)(
    struct sw_inspection *in, const struct sw_repository *repository, struct sw_error *err);

/* The checks, one file each (repository_*.c) and one line here and in repository.c. */
sw_result sw_repository_check_architecture(
    struct sw_inspection *in, const struct sw_repository *repository, struct sw_error *err);

/* Tells the fact "settled", [[index, format], …]: files that are the data of a model beside them.
 */
sw_result sw_repository_check_data(
    struct sw_inspection *in, const struct sw_repository *repository, struct sw_error *err);
sw_result sw_repository_check_settings(
    struct sw_inspection *in, const struct sw_repository *repository, struct sw_error *err);
sw_result sw_repository_check_index(
    struct sw_inspection *in, const struct sw_repository *repository, struct sw_error *err);
sw_result sw_repository_check_tokenizer(
    struct sw_inspection *in, const struct sw_repository *repository, struct sw_error *err);

/* Runs all checks. */
sw_result sw_repository_inspect(
    struct sw_inspection *in, const struct sw_repository *repository, struct sw_error *err);

/* The file at a path; NULL when there is none. */
const struct sw_repository_file *sw_repository_find(
    const struct sw_repository *repository, const char *path);
/* The first fact of a kind; NULL when there is none. */
const struct sw_fact *sw_repository_fact(const struct sw_repository_file *file, const char *kind);

/* sw_found() about a file: `offset` and words likewise. */
sw_result sw_repository_found(struct sw_inspection *in, const struct sw_repository_file *file,
    const char *rule, enum sw_severity severity, uint64_t offset, const char *fmt, ...)
    __attribute__((format(printf, 6, 7)));

/* To the worker and there (wire.c). */
sw_result sw_repository_encode(const struct sw_repository *repository, struct sw_buf *out);
sw_result sw_repository_decode(struct sw_repository *repository, struct sw_arena *arena,
    struct sw_bytes request, struct sw_error *err);

#endif
