/* What a signed statement says a model must be: the reader of model/statement.c makes it, the
 * verifier compares it with the disk. Private to the room. */
#ifndef SW_MODEL_PLAN_H
#define SW_MODEL_PLAN_H

#include "model/model.h"

#define SW_PLAN_SIZE_UNKNOWN UINT64_MAX

struct sw_plan_file {
    struct sw_str name; /* plain, each once; "." only as the single one */
    size_t first;       /* its first digest */
    size_t count;       /* 1 in the files method */
    uint64_t size;      /* in the files method SW_PLAN_SIZE_UNKNOWN: nobody signed it */
};

struct sw_plan {
    enum sw_model_method method;
    uint64_t shard_size; /* 0 in the files method */
    enum sw_digest_alg alg;
    size_t digest_len;
    bool allow_symlinks;
    struct sw_plan_file *files; /* by the bytes of `name`, at least one */
    size_t file_count;
    uint8_t *digests; /* raw, by file and start, one behind the other */
    size_t digest_count;
    const char **ignored; /* plain; none of them covers a file of the plan */
    size_t ignored_count;
    struct sw_digest root; /* alg 0 in the legacy format, which has none */
};

/* Reads a statement that holds a model's signature. Everything that verification relies on is
 * checked here (doc/format/model-signing.md). SW_E_REFUSED, SW_E_FORMAT and SW_E_LIMIT say why it
 * is not acceptable, SW_E_UNSUPPORTED that this build cannot hash so. `legacy` takes the predicate
 * of model-signing 0.2 too. In `arena`; refers to the statement. */
sw_result sw_plan_read(struct sw_arena *arena, const struct sw_statement *statement, bool legacy,
    struct sw_plan *out, struct sw_error *err);

/* The first file whose name is not before `name`, or the end. */
size_t sw_plan_lower_bound(const struct sw_plan *plan, struct sw_str name);
/* Is there a file of this name, or below it? */
bool sw_plan_has_below(const struct sw_plan *plan, struct sw_str name);

#endif
