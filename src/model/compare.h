/* The signed plan against what is on the disk. Private to the room. */
#ifndef SW_MODEL_COMPARE_H
#define SW_MODEL_COMPARE_H

#include "model/hash.h"
#include "model/plan.h"

struct sw_problems {
    struct sw_problem *list;
    size_t count;
    size_t cap;
};

/* Adds one; the texts must live in the arena or be constants. */
sw_result sw_problems_add(struct sw_problems *problems, struct sw_arena *arena,
    enum sw_problem_kind kind, const char *path, const char *detail);

/* Adds every difference, ordered by path. `tree` and `plan` are ordered by name; where a file
 * matches, its size is written into the plan. */
sw_result sw_model_compare(struct sw_arena *arena, struct sw_plan *plan, const struct sw_tree *tree,
    const struct sw_unit_digests *digests, struct sw_problems *problems);

#endif
