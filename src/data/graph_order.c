#include "data/graph.h"

/* A walk over steps, from inputs to outputs. */
struct order {
    uint32_t *sets;
    uint32_t count;
    struct frame {
        uint32_t set;
        uint32_t next; /* of its steps */
    } * stack;
    bool *seen;
};

static void visit(const struct sw_graph *graph, struct order *order, uint32_t first)
{
    uint32_t depth = 1;
    order->seen[first] = true;
    order->stack[0] = (struct frame){first, 0};
    while (depth > 0) {
        struct frame *top = &order->stack[depth - 1];
        const struct sw_graph_set *set = &graph->sets[top->set];
        if (top->next == set->used_count) {
            order->sets[order->count++] = top->set;
            depth--;
            continue;
        }
        uint32_t to = graph->steps[set->used_by[top->next++]].output;
        if (!order->seen[to]) {
            order->seen[to] = true;
            order->stack[depth++] = (struct frame){to, 0};
        }
    }
}

/* The reverse of the order in which the walk leaves the sets. */
sw_result sw_graph_order(struct sw_arena *arena, const struct sw_graph *graph, uint32_t **out)
{
    struct order order = {.sets = SW_ARENA_ARRAY(arena, uint32_t, graph->set_count),
        .stack = SW_ARENA_ARRAY(arena, struct frame, graph->set_count),
        .seen = SW_ARENA_ARRAY(arena, bool, graph->set_count)};
    if (order.sets == NULL || order.stack == NULL || order.seen == NULL) {
        return SW_E_NOMEM;
    }
    for (uint32_t i = 0; i < graph->set_count; i++) {
        if (!order.seen[i]) {
            visit(graph, &order, i);
        }
    }
    for (uint32_t i = 0; i < order.count / 2; i++) {
        uint32_t kept = order.sets[i];
        order.sets[i] = order.sets[order.count - 1 - i];
        order.sets[order.count - 1 - i] = kept;
    }
    *out = order.sets;
    return SW_OK;
}
