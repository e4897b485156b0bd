/* What the graph's files share: the kinds of claim that are nodes, and their form as bytes. */
#ifndef SW_DATA_GRAPH_PRIVATE_H
#define SW_DATA_GRAPH_PRIVATE_H

#include "data/claims_fields.h"
#include "data/graph.h"

#define SW_GRAPH_CACHE_MAX ((uint64_t)1 << 32)

enum sw_graph_kind_id {
    SW_NODE_SOURCE = 1,
    SW_NODE_DATASET,
    SW_NODE_STEP,
    SW_NODE_TRAINING,
    SW_NODE_CONSUMPTION,
    SW_NODE_TAINT,
    SW_NODE_TAKEDOWN,
    SW_NODE_VERDICT,
    SW_NODE_DECLARATION,
    SW_NODE_DAMAGE,
    SW_NODE_END,
};

/* A kind of node; each node begins with its stamp. */
struct sw_graph_kind {
    const char *type; /* the predicate type; NULL: no claim of its own */
    size_t size;
    const struct sw_field *fields; /* what is kept of it */
    sw_result (*read)(struct sw_arena *arena, const struct sw_statement *statement, void *node,
        struct sw_error *err);
    /* What the statement must be about, by what its predicate says. `read` checks what more. */
    void (*about)(const void *node, struct sw_digest *out);
    size_t list_at;  /* offsetof in struct sw_graph: the list of these */
    size_t count_at; /* and its count */
    bool untrusted;  /* those of nobody trusted are kept too, to name what is not followed */
};
/* By enum sw_graph_kind_id. */
extern const struct sw_graph_kind sw_graph_kinds[SW_NODE_END];

/* --- bytes (graph_bytes.c) ------------------------------------------------------------------- */

/* Appends what the table names of a structure. */
sw_result sw_graph_put(const struct sw_field *table, const void *from, struct sw_buf *out);
/* Fills it again. Texts are views into the cursor's bytes, lists in `arena`. SW_E_FORMAT. */
sw_result sw_graph_get(
    struct sw_arena *arena, const struct sw_field *table, struct sw_cursor *cur, void *out);

/* --- building (graph_build.c) ---------------------------------------------------------------- */

/* Nodes behind each other, each after the number of its kind. */
struct sw_graph_builder {
    const struct sw_data *data;
    struct sw_arena scratch; /* for one claim */
    struct sw_buf body;
};
void sw_graph_builder_release(struct sw_graph_builder *builder);
SW_DEFINE_CLEANUP(graph_builder, struct sw_graph_builder, sw_graph_builder_release)

/* Checks the claim of a record and adds its node. *node (may be NULL) is that node, in the scratch
 * arena until the next call; NULL when none was added, or only one of damage. */
sw_result sw_graph_take(struct sw_graph_builder *builder, enum sw_graph_kind_id kind,
    const struct sw_evidence_record *record, const void **node, struct sw_error *err);

/* Makes the graph of a body, which it takes over. SW_E_FORMAT when the body is none. */
sw_result sw_graph_link(struct sw_buf *body, struct sw_graph **out, struct sw_error *err);

/* --- the file (graph_cache.c) ---------------------------------------------------------------- */

/* Replaces `body`. SW_E_NOENT when there is no file, or it is of another log, trust or version, or
 * was damaged. */
sw_result sw_graph_cache_read(const struct sw_data *data, struct sw_buf *body);
/* Where it cannot be written nothing is lost: that is no failure. */
void sw_graph_cache_write(const struct sw_data *data, const struct sw_buf *body);

#endif
