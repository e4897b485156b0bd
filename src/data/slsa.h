/* SLSA provenance v1 (slsa.dev/spec/v1.1, provenance), as steps and trainings write it. */
#ifndef SW_DATA_SLSA_H
#define SW_DATA_SLSA_H

#include "data/claims.h"

/* What is being written; the members of its parts go through `w`. */
struct sw_slsa {
    struct sw_buf text;
    struct sw_json_writer w;
};

/* The calls in their order: begin, members of externalParameters, dependencies, resources, run,
 * resources (byproducts), end; release in any case. */
void sw_slsa_begin(struct sw_slsa *slsa, const char *build_type);
/* `environment` (an object of texts, or NULL) becomes internalParameters. */
void sw_slsa_dependencies(struct sw_slsa *slsa, const struct sw_json *environment);
/* `invocation` may be empty; times in seconds, 0: not known. */
void sw_slsa_run(struct sw_slsa *slsa, const char *builder, struct sw_str invocation,
    int64_t started, int64_t finished);
/* Appends the predicate, canonical. */
sw_result sw_slsa_end(struct sw_slsa *slsa, struct sw_buf *out);
void sw_slsa_release(struct sw_slsa *slsa);
SW_DEFINE_CLEANUP(slsa, struct sw_slsa, sw_slsa_release)

/* A resource descriptor (in-toto spec/v1/resource_descriptor.md). */
void sw_slsa_resource(
    struct sw_slsa *slsa, const char *kind, struct sw_str name, const struct sw_digest *digest);
/* "NAME@VERSION" by its manifest. */
sw_result sw_slsa_dataset(struct sw_slsa *slsa, const struct sw_dataset_ref *ref);
void sw_slsa_texts(
    struct sw_slsa *slsa, const char *name, const struct sw_str *texts, size_t count);

#endif
