/* Sealwright: seal, verify and admit AI models. The C interface.
 *
 * Every call gives a status with the meaning of the command's exit status. What a call gives out is
 * owned by the caller and freed by the function named beside it. A handle may be used by one thread
 * at a time; different handles are independent. The library never prints, exits, reads the
 * environment or installs signal handlers. Strings are UTF-8.
 *
 * doc/c-interface.md has a worked example; examples/admit.c is one that builds. */
#ifndef SEALWRIGHT_SEALWRIGHT_H
#define SEALWRIGHT_SEALWRIGHT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SEALWRIGHT_API __attribute__((visibility("default")))

/* The version of the library, "0.1.0". */
SEALWRIGHT_API const char *sealwright_version(void);

enum sealwright_status {
    SEALWRIGHT_PASS = 0,        /* done; or checked, and the answer is yes */
    SEALWRIGHT_FAIL = 1,        /* checked, and the answer is no; or the input is malformed */
    SEALWRIGHT_USAGE = 2,       /* the call makes no sense */
    SEALWRIGHT_NO_EVIDENCE = 3, /* what would have to be checked is not there: never a pass */
    SEALWRIGHT_ERROR = 4,       /* could not do it: files, memory, locks */
};

/* --- the store ------------------------------------------------------------------------------- */

struct sealwright; /* an open store */

enum sealwright_mode {
    SEALWRIGHT_READ = 0,  /* takes no lock and writes nothing */
    SEALWRIGHT_WRITE = 1, /* the one writer; needed by sealwright_admit and sealwright_append */
    /* The one writer, for a program that only records: what sealwright_admit needs to look into
     * models is not made until it is called, so that a large program does not fork. */
    SEALWRIGHT_RECORD = 2,
};

/* Opens the store at `path` (a directory made by `sealwright init`), its trust.yaml and
 * policy.yaml. *out is set in every case but lack of memory (then NULL), so that
 * sealwright_message() can tell what went wrong; free it with sealwright_close(). */
SEALWRIGHT_API enum sealwright_status sealwright_open(
    const char *path, enum sealwright_mode mode, struct sealwright **out);

/* As sealwright_open(), and FAIL when the store is not the one that is known from elsewhere. Both
 * are files that who can write to the store cannot write (NULL: none): `log_policy` names the log
 * and its key (`sealwright log checkpoint --policy`), and the log must have grown from `checkpoint`
 * (`sealwright log checkpoint`), so that no older copy of the store can stand in its place. */
SEALWRIGHT_API enum sealwright_status sealwright_open_pinned(const char *path,
    enum sealwright_mode mode, const char *log_policy, const char *checkpoint,
    struct sealwright **out);

/* Publishes what was appended and frees the handle (NULL is fine). */
SEALWRIGHT_API enum sealwright_status sealwright_close(struct sealwright *sw);

/* Words about the last call on this handle that did not pass; "" when it did. Valid until the next
 * call. */
SEALWRIGHT_API const char *sealwright_message(const struct sealwright *sw);

/* --- verify a model -------------------------------------------------------------------------- */

struct sealwright_problem {
    const char *path;   /* relative to the model */
    const char *kind;   /* "changed", "missing", "added", "renamed", … (doc/json.md) */
    const char *detail; /* may be "" */
};

struct sealwright_verification {
    enum sealwright_status verdict; /* PASS, FAIL, NO_EVIDENCE; ERROR when a file was unreadable */
    const char *signer;             /* name from trust.yaml, or NULL */
    const char *model_root;         /* "sha256:…", or NULL */
    uint64_t files;
    uint64_t bytes;
    const struct sealwright_problem *problems; /* every difference, ordered by path */
    size_t problem_count;
    const char *signature; /* "sha256:…" of the signature's bytes, or NULL when there is none */
};

/* Compares every file of a model with what was signed. `signature` may be NULL: then model.sig in
 * or beside the model. Gives the verdict; *out is NULL when there is none to give. */
SEALWRIGHT_API enum sealwright_status sealwright_verify_model(struct sealwright *sw,
    const char *model, const char *signature, struct sealwright_verification **out);
SEALWRIGHT_API void sealwright_verification_free(struct sealwright_verification *verification);

/* --- ask the gate ---------------------------------------------------------------------------- */

struct sealwright_rule {
    const char *name;
    enum sealwright_status verdict;
    const char *reason;
    const char *satisfy; /* what would make it pass; "" when it does */
};

struct sealwright_decision {
    enum sealwright_status verdict;
    const struct sealwright_rule *rules; /* "integrity" first, then the policy's, in its order */
    size_t rule_count;
    const char *claim; /* "sha256:…" of the recorded verdict, or NULL when none was recorded */
    uint64_t leaf;     /* where it is in the log, when there is a claim */
    const char *signature; /* "sha256:…" of the signature's bytes, or NULL when there is none */
};

enum sealwright_admit_flags {
    SEALWRIGHT_DRY_RUN =
        1, /* decide on what is known, and record nothing; works on a READ handle */
};

/* Verifies, scans again where needed, asks policy.yaml, and records the verdict, signed with the
 * store's key `default` (which must not be encrypted). */
SEALWRIGHT_API enum sealwright_status sealwright_admit(
    struct sealwright *sw, const char *model, unsigned flags, struct sealwright_decision **out);
SEALWRIGHT_API void sealwright_decision_free(struct sealwright_decision *decision);

/* --- load only verified bytes ------------------------------------------------------------------
 */

/* A model whose signature holds. Each file is hashed when it is read, from the memory that it was
 * read into, and bytes are given out only when all of the file is as it was signed: whatever is
 * done to the files meanwhile, what was given is what was signed. The first file that is not as it
 * was signed spoils the handle: from then on every call on it FAILs. Files that are not in the
 * signature are not there. The handle does not depend on the store's. */
struct sealwright_verified;

/* Checks the signature (NULL: model.sig in or beside the model), and reads no file yet. `decided`
 * (NULL: any) is what a verification or a decision gives as `signature`: FAIL when the model has
 * another one by now. *out is set in every case but lack of memory (then NULL), so that
 * sealwright_verified_message() can tell what went wrong; free it with
 * sealwright_verified_close(). */
SEALWRIGHT_API enum sealwright_status sealwright_open_verified(struct sealwright *sw,
    const char *model, const char *signature, const char *decided,
    struct sealwright_verified **out);
/* NULL is fine. What was read, and descriptors that were given out, stay. */
SEALWRIGHT_API enum sealwright_status sealwright_verified_close(struct sealwright_verified *model);
SEALWRIGHT_API const char *sealwright_verified_message(const struct sealwright_verified *model);

/* The signed files, ordered by name ("config.json", "sub/weights"); NULL behind the last. A model
 * that is one file has that one's name. Valid as long as the handle. */
SEALWRIGHT_API const char *sealwright_verified_name(
    const struct sealwright_verified *model, size_t index);
/* "sha256:…" of the model's root, or NULL. Valid as long as the handle. */
SEALWRIGHT_API const char *sealwright_verified_root(const struct sealwright_verified *model);
/* How many bytes a file has at this moment: what to give to sealwright_verified_load(). One that is
 * larger than the free memory is verified first, so that nobody takes memory in vain. */
SEALWRIGHT_API enum sealwright_status sealwright_verified_size(
    struct sealwright_verified *model, const char *file, uint64_t *size);
/* Reads a whole file of `size` bytes into `buffer`. Unless it gives PASS the buffer holds zeros.
 * USAGE when the file is as it was signed, and has another size. */
SEALWRIGHT_API enum sealwright_status sealwright_verified_load(
    struct sealwright_verified *model, const char *file, void *buffer, uint64_t size);
/* Gives a descriptor of a verified copy in memory, sealed so that nobody can change it
 * (memfd_create(2)); /proc/self/fd/N is its path. close() it. ERROR when it does not fit into the
 * free memory. */
SEALWRIGHT_API enum sealwright_status sealwright_verified_fd(
    struct sealwright_verified *model, const char *file, int *fd);
/* Reads at most `size` bytes at `offset`; *got is less only at the end. The whole file is verified
 * at the first call for it, and its copy in memory is kept as long as the handle. */
SEALWRIGHT_API enum sealwright_status sealwright_verified_read(struct sealwright_verified *model,
    const char *file, uint64_t offset, void *buffer, uint64_t size, uint64_t *got);

/* --- evidence -------------------------------------------------------------------------------- */

/* Appends a signed claim (a Sigstore bundle with an in-toto statement). It is durable on return.
 * *leaf (may be NULL) is its place in the log; the same bytes again give the same place. */
SEALWRIGHT_API enum sealwright_status sealwright_append(
    struct sealwright *sw, const void *bundle, size_t size, uint64_t *leaf);

struct sealwright_claim {
    uint64_t leaf;
    const char *claim; /* "sha256:…" of the bundle's bytes */
    const char *predicate_type;
    int64_t time; /* seconds since 1970 when the log recorded it */
};

struct sealwright_claims {
    const struct sealwright_claim *claims; /* the newest first */
    size_t count;
};

/* Finds the claims about a digest ("sha256:…"; NULL: all), of a predicate type (NULL: all; a '*' at
 * the end matches). None found gives SEALWRIGHT_NO_EVIDENCE and an empty list. */
SEALWRIGHT_API enum sealwright_status sealwright_find(struct sealwright *sw, const char *subject,
    const char *predicate_type, struct sealwright_claims **out);
SEALWRIGHT_API void sealwright_claims_free(struct sealwright_claims *claims);

/* The bytes of one claim, checked against its digest; free *bundle with free(). */
SEALWRIGHT_API enum sealwright_status sealwright_load(
    struct sealwright *sw, const char *claim, void **bundle, size_t *size);

/* --- training -------------------------------------------------------------------------------- */

/* Records that `model` (a file or directory) is what run `run` had made by training step `step`, as
 * `sealwright data checkpoint` does: linked to the datasets, weights, code and parameters that
 * `sealwright data train` began the run with, and signed with the store's key `default`. `run` and
 * the store's path are in SEALWRIGHT_RUN and SEALWRIGHT_STORE of the command that is trained with.
 * Needs a WRITE or RECORD handle: open it for the call and close it again, since others cannot
 * write meanwhile. *leaf (may be NULL) is the place of the claim in the log. */
SEALWRIGHT_API enum sealwright_status sealwright_data_checkpoint(
    struct sealwright *sw, const char *run, const char *model, uint64_t step, uint64_t *leaf);

/* Signs `path` (a file or directory that is complete) as the checkpoint of run `run` at training
 * step `step`, as `sealwright checkpoint sign` does: chained to the run's checkpoint before, or to
 * the one that it was resumed from. FAIL when the step is not after that one's. Files that were
 * hashed before and have not changed since are not read again. Handle and *leaf as above. */
SEALWRIGHT_API enum sealwright_status sealwright_checkpoint_sign(
    struct sealwright *sw, const char *run, const char *path, uint64_t step, uint64_t *leaf);

/* Is it safe to resume run `run` from here, as `sealwright checkpoint resume` asks? PASS when the
 * checkpoint is signed, its chain is unbroken, and each byte is as it was signed; all of it is
 * read. FAIL when one of these is not so; NO_EVIDENCE when the run has no signed checkpoint. With a
 * WRITE or RECORD handle the next checkpoint that is signed has this one as its parent. */
SEALWRIGHT_API enum sealwright_status sealwright_checkpoint_check(
    struct sealwright *sw, const char *run, const char *path);

/* --- lineage --------------------------------------------------------------------------------- */

/* A pipeline that knows which of its outputs come from which inputs says so: it writes events, and
 * `sealwright data run --events FILE` reads them (doc/format/events.md). The path of the file is in
 * SEALWRIGHT_EVENTS of the command that is run. Needs no store. */
struct sealwright_events;

/* Begins a stream; a file that is there is replaced. *out is set in every case but lack of memory
 * (then NULL), so that sealwright_events_message() can tell what went wrong; free it with
 * sealwright_events_close(). */
SEALWRIGHT_API enum sealwright_status sealwright_events_open(
    const char *path, struct sealwright_events **out);
/* Ends the stream and frees it (NULL is fine). ERROR when anything of it could not be written: then
 * it is not whole, and will be refused or leave gaps. */
SEALWRIGHT_API enum sealwright_status sealwright_events_close(struct sealwright_events *events);
/* Words about the last call that did not pass; "" when it did. Valid until the next call. */
SEALWRIGHT_API const char *sealwright_events_message(const struct sealwright_events *events);

/* A sample, by its row in its dataset (from 0) or, when `id` is not NULL, by its id. */
struct sealwright_sample {
    uint32_t set; /* of an input: which --in it is of, from 0; passed over for an output */
    uint32_t row;
    const char *id;
};

/* An output and the `count` inputs that it is made of. `kind`: "kept", "edited", "split",
 * "duplicated" (one input), "packed", "merged" (two or more), "generated" (none); NULL: kept or
 * edited as the contents say, merged, or generated. `confidence`: from 0 to 1. USAGE for what
 * cannot be; the stream goes on without it. */
SEALWRIGHT_API enum sealwright_status sealwright_events_output(struct sealwright_events *events,
    const struct sealwright_sample *output, const struct sealwright_sample *inputs, size_t count,
    const char *kind, double confidence);
/* An input that has no output, and why: 1 to 200 bytes without control characters, few different
 * ones, since samples are counted by them. */
SEALWRIGHT_API enum sealwright_status sealwright_events_drop(
    struct sealwright_events *events, const struct sealwright_sample *input, const char *reason);

#ifdef __cplusplus
}
#endif

#endif
