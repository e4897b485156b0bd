/* Sign and verify models: OpenSSF Model Signing v1.0 (ossf/model-signing-spec), stricter than the
 * reference where that has gaps. This header is the room's public face. */
#ifndef SW_MODEL_MODEL_H
#define SW_MODEL_MODEL_H

#include "evidence/evidence.h"

#include "model/chain.h"
#include "model/derivation.h"
#include "model/maturity.h"

#define SW_MODEL_SHARD_SIZE ((uint64_t)1000000000)
/* Files or shards that one signature may list: what the statement's reader takes by its limits. */
#define SW_MODEL_MAX_RESOURCES ((size_t)2000000)

enum sw_model_method {
    SW_MODEL_FILES,
    SW_MODEL_SHARDS,
};

enum sw_model_order {
    SW_MODEL_ORDER_SPEC,       /* by code point of the full name (OMS v1.0) */
    SW_MODEL_ORDER_COMPONENTS, /* by path components, as the Python tool: for its root */
};

struct sw_model_cache;

struct sw_model_options {
    enum sw_model_method method;
    uint64_t shard_size;       /* 0: SW_MODEL_SHARD_SIZE */
    enum sw_digest_alg hash;   /* 0: SW_SHA256; or SW_BLAKE2B */
    const char *const *ignore; /* exact paths, relative to the model; each covers what is below */
    size_t ignore_count;
    bool keep_git;         /* do not leave out .git, .gitignore, .gitattributes, .github, not even
                              where the signature says so */
    bool allow_symlinks;   /* follow symlinks to files; to directories never */
    const char *signature; /* where the signature is or will be: left out when inside */
    unsigned threads;      /* 0: one per processor */
    struct sw_progress *progress;
    /* Files that are known from before are not read again. NULL: all are read; so are they with
     * other consumers. Never at the last check before a model is used. */
    struct sw_model_cache *cache;
    /* Others that want the bytes (the scanner), in the same pass: they see the units that are
     * hashed, which are files, or shards when the method is by shards. */
    const struct sw_consumer *const *consumers;
    size_t consumer_count;
    /* Called with the tree before reading starts, so consumers can learn names. May be NULL. */
    void (*tree_ready)(void *ctx, const struct sw_tree *tree);
    void *tree_ctx;
};

struct sw_resource {
    struct sw_str name; /* "path", or "path:start:end" in shards */
    struct sw_digest digest;
    uint64_t size;
};

/* What a model is: its files' digests. */
struct sw_manifest {
    const char *name; /* base name of the path, informational */
    enum sw_model_method method;
    uint64_t shard_size;
    enum sw_digest_alg hash;
    bool allow_symlinks;
    struct sw_resource *resources; /* specification order */
    size_t count;
    uint64_t files;
    uint64_t bytes;
    const char *const *ignored; /* what was left out, for ignore_paths */
    size_t ignored_count;
    struct sw_digest root;            /* OMS root: digests only */
    struct sw_digest component_root;  /* the same in the Python tool's order */
    struct sw_digest manifest_digest; /* binds names and sizes too (doc/format/manifest.md) */
};

/* The store's cache of files that were hashed (doc/format/cache.md). A damaged or forged one is as
 * good as none, and sw_model_cache_told() says so. Needs to write keys/local.secret the first time.
 * Free it with sw_model_cache_free(), which does not save. */
sw_result sw_model_cache_open(
    const char *store_path, struct sw_model_cache **out, struct sw_error *err);
/* Why the cache that was there is not used; NULL when it is. */
const char *sw_model_cache_told(const struct sw_model_cache *cache);
sw_result sw_model_cache_save(struct sw_model_cache *cache, struct sw_error *err);
void sw_model_cache_free(struct sw_model_cache *cache);
SW_DEFINE_CLEANUP_PTR(model_cache, struct sw_model_cache, sw_model_cache_free)
/* What it spared since it was opened; the caller may reset it. */
struct sw_cache_use {
    uint64_t files;
    uint64_t bytes;
};
struct sw_cache_use *sw_model_cache_use(struct sw_model_cache *cache);

/* Hashes a model. Refused: no file at all, symlinks (unless allowed), special files, names that are
 * not UTF-8, in `shards` empty files (which that method cannot list). SW_E_IO for what cannot be
 * read, SW_E_USAGE for ignore paths that are not relative to the model. Everything is in `arena`.
 */
sw_result sw_model_hash(struct sw_arena *arena, const char *path,
    const struct sw_model_options *options, struct sw_manifest *out, struct sw_error *err);

/* Appends the in-toto statement of a manifest: canonical JSON, predicate signature/v1.0. */
sw_result sw_model_statement(
    const struct sw_manifest *manifest, struct sw_buf *out, struct sw_error *err);

enum sw_problem_kind {
    SW_PROBLEM_CHANGED,
    SW_PROBLEM_MISSING,
    SW_PROBLEM_ADDED,
    SW_PROBLEM_RENAMED, /* `path` is the signed name, `detail` the new one */
    SW_PROBLEM_SYMLINK,
    SW_PROBLEM_SPECIAL,
    SW_PROBLEM_BAD_NAME,
    SW_PROBLEM_UNREADABLE,
    SW_PROBLEM_SIGNATURE, /* not signed by a trusted signer, or the signature is wrong */
    SW_PROBLEM_MANIFEST, /* what was signed is not acceptable: aliases, "../", swallowing ignores */
    SW_PROBLEM_NO_SIGNATURE,
};
const char *sw_problem_kind_name(enum sw_problem_kind kind); /* "changed", "missing", … */

struct sw_problem {
    enum sw_problem_kind kind;
    const char *path;
    const char *detail; /* may be "" */
};

enum sw_verdict {
    SW_VERDICT_PASS,
    SW_VERDICT_FAIL,
    SW_VERDICT_NO_EVIDENCE,
};

struct sw_verification {
    enum sw_verdict verdict;
    const char *signer; /* name from trust.yaml; NULL when the signature did not hold */
    const char *identity;
    struct sw_attested attested; /* by logs and time stamp authorities; empty without a signer */
    struct sw_digest root;       /* as signed; alg 0 when unknown */
    struct sw_digest manifest_digest; /* of the signed manifest; only with a pass, since the sizes
                                         that it binds come from the model */
    struct sw_digest claim;           /* SHA-256 of the signature file's bytes */
    uint64_t files;                   /* that were read */
    uint64_t bytes;
    struct sw_problem *problems; /* all differences, ordered by path */
    size_t problem_count;
    bool io_error;     /* some problem is "unreadable": exit 4 rather than 1 */
    bool unsigned_git; /* .git, .github, .gitignore or .gitattributes is there, and is not signed:
                          the format leaves them out (OMS v1.0, 6.2) */
};

struct sw_model_verify_options {
    struct sw_model_options model; /* method, hash, shard size come from the signature */
    bool ignore_unsigned_files;
    bool legacy; /* accept model-signing v0.2 and v0.3 signatures */
    bool allow_missing_hint;
    int64_t now;
    int64_t signing_time; /* when the log recorded the signature; 0 unknown */
};

/* Verifies a model against the bytes of its signature (none: "no-signature", no evidence). A
 * difference is in the result, not a failure of this function, which fails only when the check
 * could not be made (model not found, no memory). doc/format/model-signing.md lists what is
 * refused. `options->model.ignore` excuses unsigned files; what is signed is always checked. */
sw_result sw_model_verify(struct sw_arena *arena, const char *path, struct sw_bytes signature,
    const struct sw_trust *trust, const struct sw_model_verify_options *options,
    struct sw_verification *out, struct sw_error *err);

/* Where a model's signature is when nobody says: "model.sig" inside a directory; for a file (or
 * when the directory has none) "NAME.sig" and then "model.sig" beside it. Gives the first that
 * exists, or NULL; `for_writing` gives where to put a new one. In `arena`. */
const char *sw_model_signature_path(struct sw_arena *arena, const char *path, bool for_writing);

/* Checkpoints of a run, which are models, too. */
#include "model/checkpoint.h"
#include "model/load.h"

#endif
