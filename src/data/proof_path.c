#include "data/proof.h"

/* The largest power of two below `count`, which is at least 2: where RFC 6962 splits. */
static uint64_t split_at(uint64_t count)
{
    return UINT64_C(1) << (63 - __builtin_clzll(count - 1));
}

static bool is_beside(const struct sw_proof_span *span, uint64_t start, uint64_t count)
{
    return start + count <= span->first || start >= span->first + span->count;
}

static bool is_span(const struct sw_proof_span *span)
{
    return span->count >= 1 && span->count <= 2 && span->size <= SW_ROWS_MAX &&
           span->first < span->size && span->count <= span->size - span->first;
}

struct walk {
    const struct sw_proof_span *span;
    const struct sw_hash256 *leaves;
    const struct sw_hash256 *path;
    size_t count;
    size_t used;
};

/* Not deeper than the tree is high. */
static bool hash_subtree(struct walk *walk, uint64_t start, uint64_t count, struct sw_hash256 *out)
{
    if (is_beside(walk->span, start, count)) {
        if (walk->used == walk->count) {
            return false;
        }
        *out = walk->path[walk->used++];
        return true;
    }
    if (count == 1) {
        *out = walk->leaves[start - walk->span->first];
        return true;
    }
    uint64_t half = split_at(count);
    struct sw_hash256 left;
    struct sw_hash256 right;
    if (!hash_subtree(walk, start, half, &left) ||
        !hash_subtree(walk, start + half, count - half, &right)) {
        return false;
    }
    sw_merkle_node(&left, &right, out);
    return true;
}

sw_result sw_proof_path_root(const struct sw_proof_span *span, const struct sw_hash256 *leaves,
    const struct sw_hash256 *path, size_t count, struct sw_hash256 *root)
{
    struct walk walk = {.span = span, .leaves = leaves, .path = path, .count = count};
    struct sw_hash256 found;
    if (!is_span(span) || !hash_subtree(&walk, 0, span->size, &found) || walk.used != count) {
        return SW_E_REFUSED;
    }
    *root = found;
    return SW_OK;
}

/* --- putting together ------------------------------------------------------------------------ */

/* An inclusion proof (RFC 6962 section 2.1.1), taken from its end: from the root down. */
struct way {
    const struct sw_hash256 *hashes;
    size_t left;
};

enum passing {
    PASSES_FIRST = 1,
    PASSES_SECOND = 2,
};

struct merge {
    const struct sw_proof_span *span;
    struct way ways[2];
    struct sw_hash256 *path;
    size_t count;
};

/* What every way that passes here has beside it. */
static bool take_beside(struct merge *merge, unsigned passing, struct sw_hash256 *out)
{
    for (unsigned i = 0; i < 2; i++) {
        if ((passing & (1u << i)) == 0) {
            continue;
        }
        if (merge->ways[i].left == 0) {
            return false;
        }
        *out = merge->ways[i].hashes[--merge->ways[i].left];
    }
    return true;
}

static bool put(struct merge *merge, const struct sw_hash256 *hash)
{
    if (merge->count == SW_PROOF_PATH_MAX) {
        return false;
    }
    merge->path[merge->count++] = *hash;
    return true;
}

/* Which of the leaves that are below a node are in its left half. */
static unsigned passing_left(const struct merge *merge, uint64_t middle, unsigned passing)
{
    unsigned left = merge->span->first < middle ? PASSES_FIRST : 0;
    left |= merge->span->first + 1 < middle ? PASSES_SECOND : 0;
    return left & passing;
}

static bool merge_subtree(struct merge *merge, uint64_t start, uint64_t count, unsigned passing)
{
    if (count == 1) {
        return true;
    }
    uint64_t half = split_at(count);
    unsigned left = passing_left(merge, start + half, passing);
    struct sw_hash256 beside;
    if (left == PASSES_FIRST && passing == (PASSES_FIRST | PASSES_SECOND)) {
        /* The ways part: what one has beside it, the other leads to. */
        return take_beside(merge, PASSES_FIRST, &beside) &&
               take_beside(merge, PASSES_SECOND, &beside) &&
               merge_subtree(merge, start, half, PASSES_FIRST) &&
               merge_subtree(merge, start + half, count - half, PASSES_SECOND);
    }
    if (!take_beside(merge, passing, &beside)) {
        return false;
    }
    if (left != 0) {
        return merge_subtree(merge, start, half, passing) && put(merge, &beside);
    }
    return put(merge, &beside) && merge_subtree(merge, start + half, count - half, passing);
}

sw_result sw_proof_path_make(const struct sw_proof_span *span, const struct sw_hash256 *first,
    size_t first_count, const struct sw_hash256 *second, size_t second_count,
    struct sw_hash256 *path, size_t *count)
{
    struct merge merge = {
        .span = span, .ways = {{first, first_count}, {second, second_count}}, .path = path};
    unsigned passing = span->count == 2 ? PASSES_FIRST | PASSES_SECOND : PASSES_FIRST;
    if (!is_span(span) || !merge_subtree(&merge, 0, span->size, passing) ||
        merge.ways[0].left != 0 || merge.ways[1].left != 0) {
        return SW_E_REFUSED;
    }
    *count = merge.count;
    return SW_OK;
}
