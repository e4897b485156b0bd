#include "model/checkpoint_private.h"

#include <stdlib.h>

const char *sw_break_name(enum sw_break kind)
{
    static const char *const names[] = {
        [SW_BREAK_UNTRUSTED] = "untrusted",
        [SW_BREAK_LOST] = "lost",
        [SW_BREAK_MALFORMED] = "malformed",
        [SW_BREAK_GAP] = "gap",
        [SW_BREAK_OTHER_RUN] = "other-run",
        [SW_BREAK_BACKWARDS] = "backwards",
        [SW_BREAK_FORK] = "fork",
        [SW_BREAK_SECOND_START] = "second-start",
        [SW_BREAK_SIGNATURE] = "signature",
        [SW_BREAK_ALTERED] = "altered",
        [SW_BREAK_UNRECORDED] = "unrecorded",
    };
    return names[kind];
}

struct reading {
    const struct sw_checkpoint_context *context;
    const char *run;
    struct sw_checkpoint_chain *chain;
    struct sw_error *err;
};

/* --- breaks ---------------------------------------------------------------------------------- */

sw_result sw_chain_add_break(
    struct sw_arena *arena, struct sw_checkpoint_chain *chain, const struct sw_chain_break *broken)
{
    struct sw_chain_break *breaks =
        sw_arena_grow(arena, chain->breaks, chain->break_count, &chain->break_cap, sizeof(*breaks));
    SW_TRY_PTR(breaks);
    SW_TRY_PTR(broken->name);
    SW_TRY_PTR(broken->path);
    SW_TRY_PTR(broken->what);
    chain->breaks = breaks;
    breaks[chain->break_count++] = *broken;
    return SW_OK;
}

/* About a claim that could not be read. */
static sw_result break_at(const struct reading *r, const struct sw_evidence_record *record,
    enum sw_break kind, const char *what)
{
    const struct sw_chain_break broken = {.kind = kind,
        .name = "",
        .step = SW_ABSENT,
        .leaf = record->leaf,
        .path = "",
        .what = sw_arena_strdup(r->context->arena, what)};
    return sw_chain_add_break(r->context->arena, r->chain, &broken);
}

sw_result sw_chain_break_link(struct sw_arena *arena, struct sw_checkpoint_chain *chain,
    struct sw_checkpoint_link *link, enum sw_break kind, const char *what)
{
    link->broken = true;
    const struct sw_chain_break broken = {.kind = kind,
        .name = sw_arena_strndup(arena, link->claim.name),
        .step = link->claim.step,
        .leaf = link->leaf,
        .path = "",
        .what = what};
    return sw_chain_add_break(arena, chain, &broken);
}

/* --- the claims ------------------------------------------------------------------------------ */

static sw_result read_link(struct reading *r, const struct sw_evidence_record *record)
{
    struct sw_claim claim;
    struct sw_error why = {0};
    struct sw_checkpoint_link link = {.digest = record->claim,
        .leaf = record->leaf,
        .recorded = record->time,
        .parent = SIZE_MAX};
    enum sw_code code =
        sw_checkpoint_believe(r->context, &record->claim, record->time, &claim, &why);
    if (code == SW_E_NOMEM || code == SW_E_IO) {
        return sw_fail(r->err, code, "%s", why.text);
    }
    if (code == SW_E_NOENT) {
        return break_at(r, record, SW_BREAK_LOST, "its claim is gone from the store");
    }
    if (code != SW_OK) {
        return break_at(r, record, SW_BREAK_UNTRUSTED, why.text);
    }
    code = sw_checkpoint_claim_read(r->context->arena, &claim.statement, &link.claim, &why);
    if (code != SW_OK) {
        return code == SW_E_NOMEM ? code : break_at(r, record, SW_BREAK_MALFORMED, why.text);
    }
    if (!sw_str_is(link.claim.run, r->run)) {
        return SW_OK;
    }
    link.signer = claim.signer;
    r->chain->links[r->chain->count++] = link;
    return SW_OK;
}

/* --- parents --------------------------------------------------------------------------------- */

static size_t find_link(const struct sw_checkpoint_chain *chain, const struct sw_digest *claim)
{
    for (size_t i = 0; i < chain->count; i++) {
        if (sw_digest_equal(&chain->links[i].digest, claim)) {
            return i;
        }
    }
    return SIZE_MAX;
}

static sw_result say(
    const struct reading *r, struct sw_checkpoint_link *link, enum sw_break kind, const char *what)
{
    return sw_chain_break_link(r->context->arena, r->chain, link, kind, what);
}

/* Is it a claim of something else, or none at all? */
static sw_result miss_parent(const struct reading *r, struct sw_checkpoint_link *link)
{
    struct sw_claim claim;
    struct sw_checkpoint_claim other;
    struct sw_error why = {0};
    const struct sw_digest *named = &link->claim.parent->claim;
    enum sw_code code = sw_checkpoint_believe(r->context, named, link->recorded, &claim, &why);
    if (code == SW_E_NOENT) {
        return say(r, link, SW_BREAK_GAP, "the checkpoint before it is not in the log");
    }
    if (code != SW_OK) {
        return say(r, link, SW_BREAK_GAP,
            sw_arena_printf(
                r->context->arena, "the checkpoint before it is not believed: %s", why.text));
    }
    code = sw_checkpoint_claim_read(r->context->arena, &claim.statement, &other, &why);
    bool checkpoint =
        code == SW_OK && sw_str_is(claim.statement.predicate_type, SW_PREDICATE_CHECKPOINT);
    if (checkpoint && sw_str_is(other.run, r->run)) {
        return say(r, link, SW_BREAK_GAP, "the checkpoint before it is not in the log");
    }
    return say(r, link, SW_BREAK_OTHER_RUN,
        checkpoint ? sw_arena_printf(r->context->arena,
                         "what it names as the checkpoint before is one of run " SW_STR_FMT,
                         SW_STR_ARG(other.run))
                   : "what it names as the checkpoint before is none");
}

/* The first child is the run's own; a later one must say that the run was taken up again there. */
static sw_result check_siblings(const struct reading *r, size_t index)
{
    struct sw_checkpoint_link *links = r->chain->links;
    const struct sw_checkpoint_link *link = &links[index];
    for (size_t i = 0; i < index && !link->claim.resumed; i++) {
        bool both_first = link->claim.parent == NULL && links[i].claim.parent == NULL;
        if (both_first) {
            return say(r, &links[index], SW_BREAK_SECOND_START,
                sw_arena_printf(r->context->arena,
                    "it names no checkpoint before it, and the run began with " SW_STR_FMT,
                    SW_STR_ARG(links[i].claim.name)));
        }
        if (link->parent != SIZE_MAX && links[i].parent == link->parent) {
            return say(r, &links[index], SW_BREAK_FORK,
                sw_arena_printf(r->context->arena,
                    SW_STR_FMT " follows " SW_STR_FMT
                               " already, and the run was not taken up again there",
                    SW_STR_ARG(links[i].claim.name), SW_STR_ARG(links[link->parent].claim.name)));
        }
    }
    return SW_OK;
}

static sw_result check_parent(const struct reading *r, struct sw_checkpoint_link *link)
{
    const struct sw_checkpoint_parent *named = link->claim.parent;
    const struct sw_checkpoint_link *parent = &r->chain->links[link->parent];
    link->skewed = link->claim.time < parent->claim.time;
    if (!sw_digest_equal(&named->root, &parent->claim.root) || named->step != parent->claim.step) {
        return say(r, link, SW_BREAK_MALFORMED,
            "it says another root or step of the checkpoint before than that one's claim");
    }
    if (link->claim.step > parent->claim.step) {
        return SW_OK;
    }
    return say(r, link, SW_BREAK_BACKWARDS,
        sw_arena_printf(r->context->arena, "its step is not after step %llu of " SW_STR_FMT,
            (unsigned long long)parent->claim.step, SW_STR_ARG(parent->claim.name)));
}

/* The files' digests are in the signature, so it has to be there and to be the same model's. It can
 * be large, and is let go of at once. */
static sw_result check_signature(const struct reading *r, struct sw_checkpoint_link *link)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_checkpoint_context own = *r->context;
    struct sw_claim claim;
    struct sw_error why = {0};
    sw_arena_init(&arena, 0);
    own.arena = &arena;
    enum sw_code code =
        sw_checkpoint_believe(&own, &link->claim.signature, link->recorded, &claim, &why);
    if (code == SW_E_NOMEM || code == SW_E_IO) {
        return sw_fail(r->err, code, "%s", why.text);
    }
    if (code == SW_E_NOENT) {
        return say(r, link, SW_BREAK_SIGNATURE, "its signature is gone from the store");
    }
    if (code != SW_OK) {
        return say(r, link, SW_BREAK_SIGNATURE,
            sw_arena_printf(r->context->arena, "its signature does not hold: %s", why.text));
    }
    bool own_root = sw_str_is(claim.statement.predicate_type, SW_PREDICATE_OMS) &&
                    sw_digest_equal(&claim.statement.subjects[0].digest, &link->claim.root);
    return own_root
               ? SW_OK
               : say(r, link, SW_BREAK_SIGNATURE, "the signature that it names is another model's");
}

static sw_result judge_link(const struct reading *r, size_t index)
{
    struct sw_checkpoint_link *link = &r->chain->links[index];
    SW_TRY(check_signature(r, link));
    if (link->claim.parent == NULL) {
        return check_siblings(r, index);
    }
    link->parent = find_link(r->chain, &link->claim.parent->claim);
    if (link->parent == SIZE_MAX) {
        return miss_parent(r, link);
    }
    SW_TRY(check_parent(r, link));
    return check_siblings(r, index);
}

/* What leads from the last one back to the first. A loop cannot be: a claim names the digest of its
 * parent's. */
static void mark_current(struct sw_checkpoint_chain *chain)
{
    for (size_t at = chain->count == 0 ? SIZE_MAX : chain->count - 1; at != SIZE_MAX;
         at = chain->links[at].parent) {
        chain->links[at].current = true;
    }
}

static int by_leaf(const void *a, const void *b)
{
    const struct sw_chain_break *left = a;
    const struct sw_chain_break *right = b;
    if (left->leaf != right->leaf) {
        return left->leaf < right->leaf ? -1 : 1;
    }
    if (left->kind != right->kind) {
        return left->kind < right->kind ? -1 : 1;
    }
    return strcmp(left->path, right->path);
}

void sw_chain_sort_breaks(struct sw_checkpoint_chain *chain)
{
    if (chain->break_count > 1) {
        qsort(chain->breaks, chain->break_count, sizeof(*chain->breaks), by_leaf);
    }
}

sw_result sw_checkpoint_chain_read(const struct sw_checkpoint_context *context, const char *run,
    struct sw_checkpoint_chain *out, struct sw_error *err)
{
    struct sw_checkpoint_chain chain = {0};
    struct reading r = {context, run, &chain, err};
    struct sw_digest subject;
    struct sw_evidence_record *records = NULL;
    size_t count = 0;
    SW_TRY(sw_name_check(sw_str(run), "run", err));
    sw_name_digest(SW_NAME_RUN, sw_str(run), &subject);
    const struct sw_evidence_query query = {
        .subject = &subject, .predicate_type = SW_PREDICATE_CHECKPOINT, .oldest_first = true};
    SW_TRY(sw_evidence_gather(context->store, &query, context->arena, &records, &count, err));
    if (count == 0) {
        return sw_fail(err, SW_E_NOEVIDENCE, "the log has no checkpoint of run '%s'", run);
    }
    chain.links = SW_ARENA_ARRAY(context->arena, struct sw_checkpoint_link, count);
    SW_TRY_PTR(chain.links);
    for (size_t i = 0; i < count; i++) {
        SW_TRY(read_link(&r, &records[i]));
    }
    for (size_t i = 0; i < chain.count; i++) {
        SW_TRY(judge_link(&r, i));
    }
    mark_current(&chain);
    sw_chain_sort_breaks(&chain);
    *out = chain;
    return SW_OK;
}
