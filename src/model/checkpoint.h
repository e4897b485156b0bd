/* Checkpoints of a training run: each is signed as it is completed, in a claim that names the one
 * before (doc/claims/checkpoint.md), so that nobody can slip one in, take one away or change one
 * unnoticed. */
#ifndef SW_MODEL_CHECKPOINT_H
#define SW_MODEL_CHECKPOINT_H

#include "model/model.h"

#define SW_PREDICATE_CHECKPOINT "urn:sealwright:claim:checkpoint:v1"

/* How it was known that nothing more would be written. */
enum sw_completeness {
    SW_COMPLETE_SAID,    /* whoever called said so */
    SW_COMPLETE_MARKER,  /* a file that is written last was there */
    SW_COMPLETE_RENAMED, /* it got its name when it was whole */
    SW_COMPLETE_CLOSED,  /* it is one file, and its writer closed it */
    SW_COMPLETE_SETTLED, /* nothing was written for a while, and nobody had it open to write */
};
/* "said", "marker", … in that order; ends with NULL. */
extern const char *const sw_completeness_words[];

/* The checkpoint before. */
struct sw_checkpoint_parent {
    struct sw_digest claim; /* SHA-256 of its claim (a bundle) */
    struct sw_digest root;
    uint64_t step;
};

struct sw_checkpoint_claim {
    struct sw_str run;
    uint64_t step;
    struct sw_str name; /* base name of the path */
    struct sw_digest root;
    struct sw_digest manifest;
    struct sw_digest signature; /* SHA-256 of its signature, which is in the log too */
    uint64_t files;
    uint64_t bytes;
    struct sw_checkpoint_parent *parent; /* NULL: the first of its run */
    bool resumed;                        /* the run was taken up again from its parent */
    enum sw_completeness complete;
    int64_t time;
};

sw_result sw_checkpoint_claim_write(const struct sw_checkpoint_claim *claim, struct sw_buf *out);
/* Views are into the statement, the parent is in `arena`. SW_E_FORMAT. */
sw_result sw_checkpoint_claim_read(struct sw_arena *arena, const struct sw_statement *statement,
    struct sw_checkpoint_claim *out, struct sw_error *err);

/* The step in a name: the last number in "checkpoint-500", "step_500.pt", "global_step500",
 * "model-00500.safetensors". False for "final" and for what is over 2^53. */
bool sw_checkpoint_step(const char *name, uint64_t *step);
/* Does it name a checkpoint in a run's directory: with a step, and neither hidden, nor a signature,
 * nor one that is still being made ("tmp-checkpoint-5", "x-5.part")? */
bool sw_checkpoint_is_candidate(const char *name, uint64_t *step);

/* --- signing --------------------------------------------------------------------------------- */

/* What the functions below work with. */
struct sw_checkpoint_context {
    struct sw_arena *arena;
    struct sw_store *store;
    const struct sw_trust *trust;
    const struct sw_signer *signer; /* only to sign */
    int64_t now;
};

struct sw_checkpoint_request {
    const char *path;
    const char *run;
    uint64_t step;
    enum sw_completeness complete;
    /* The claim of the checkpoint from which the run went on. NULL: the one that was last resumed
     * from, else the last that was signed. */
    const struct sw_digest *parent;
    struct sw_model_options options;
};

struct sw_checkpoint_signed {
    struct sw_checkpoint_claim claim;
    struct sw_receipt receipt;
    struct sw_receipt signature_receipt;
    const char *signature_path;
    bool known; /* a claim of the run says the same already: nothing was recorded */
};

/* Hashes, signs, records signature and claim together, and writes the signature file. The store is
 * made the writer when there is something to record. SW_E_REFUSED when the step is not after that
 * of its parent; SW_E_IO when files changed meanwhile, SW_E_NOENT when they went away. */
sw_result sw_model_checkpoint_sign(const struct sw_checkpoint_context *context,
    const struct sw_checkpoint_request *request, struct sw_checkpoint_signed *out,
    struct sw_error *err);

/* --- the chain of a run ---------------------------------------------------------------------- */

enum sw_break {
    SW_BREAK_UNTRUSTED,    /* nobody trusted signed it */
    SW_BREAK_LOST,         /* the log names it, and the store does not have it any more */
    SW_BREAK_MALFORMED,    /* it breaks its format, or says of its parent what is not so */
    SW_BREAK_GAP,          /* its parent is not in the log */
    SW_BREAK_OTHER_RUN,    /* its parent is a checkpoint of another run, or none at all */
    SW_BREAK_BACKWARDS,    /* its step is not after its parent's */
    SW_BREAK_FORK,         /* its parent has another child, and the run was not resumed there */
    SW_BREAK_SECOND_START, /* the run has another first checkpoint */
    SW_BREAK_SIGNATURE,    /* the signature that it names is not there, or not its own */
    SW_BREAK_ALTERED,      /* its files are not what was signed */
    SW_BREAK_UNRECORDED,   /* it is on the disk, and the log does not know it */
};
const char *sw_break_name(enum sw_break kind); /* "untrusted", "lost", "gap", … */

struct sw_chain_break {
    enum sw_break kind;
    const char *name; /* of the checkpoint; "" when it is not known */
    uint64_t step;    /* SW_ABSENT when it is not known */
    uint64_t leaf;    /* of its claim; SW_ABSENT: none */
    const char *path; /* the file; "" when it is not about one */
    const char *what; /* in words */
};

enum sw_presence {
    SW_PRESENCE_UNKNOWN, /* nobody looked */
    SW_PRESENCE_GONE,    /* not there any more, as where old ones are deleted */
    SW_PRESENCE_WHOLE,   /* every file is as it was signed */
    SW_PRESENCE_ALTERED,
};

struct sw_checkpoint_link {
    struct sw_checkpoint_claim claim;
    struct sw_digest digest; /* of the claim */
    uint64_t leaf;
    int64_t recorded; /* when the log recorded it */
    const char *signer;
    size_t parent; /* SIZE_MAX: none, or not here */
    bool broken;   /* a break is about it */
    bool current;  /* it is the last one, or before it; not left behind when the run was resumed */
    bool skewed;   /* its clock was behind its parent's */
    enum sw_presence presence;
};

struct sw_checkpoint_chain {
    struct sw_checkpoint_link *links; /* that somebody trusted signed, in the order of the log */
    size_t count;
    struct sw_chain_break *breaks; /* by the log's order: the first is the first */
    size_t break_count;
    size_t break_cap;
    uint64_t files; /* that were read */
    uint64_t bytes;
};

/* All claims of a run, from the signed log and not from its index. SW_E_NOEVIDENCE when there is
 * none. */
sw_result sw_checkpoint_chain_read(const struct sw_checkpoint_context *context, const char *run,
    struct sw_checkpoint_chain *out, struct sw_error *err);
/* Compares what is in `dir` with what was signed, and adds breaks. What is gone is no break. */
sw_result sw_checkpoint_chain_check(const struct sw_checkpoint_context *context, const char *dir,
    const struct sw_model_options *options, struct sw_checkpoint_chain *chain,
    struct sw_error *err);

/* Has the run a claim of what is at `path`, going by its signature file, and is no file of it
 * newer? For who would not sign twice; never for who trusts. */
bool sw_checkpoint_is_recorded(
    struct sw_arena *arena, const struct sw_checkpoint_chain *chain, const char *path);

struct sw_checkpoint_resumption {
    const char *path;
    struct sw_checkpoint_link link;
    struct sw_verification verification;
};

/* Is it safe to go on from here? The checkpoint at `path` (NULL: the last one that is in `dir`)
 * must be signed, its chain unbroken back to the first, and each byte as it was; everything is
 * read. SW_E_REFUSED when one is not so, SW_E_NOEVIDENCE when the run has none. With `note` the
 * next checkpoint that is signed has it as parent. */
sw_result sw_checkpoint_resume(const struct sw_checkpoint_context *context, const char *run,
    const char *path, const char *dir, bool note, struct sw_progress *progress,
    struct sw_checkpoint_resumption *out, struct sw_error *err);

#include "model/watcher.h"

#endif
