#include "data/graph_private.h"

#include <stdlib.h>

#define NODE_SIZE_MAX 1024u

void sw_graph_builder_release(struct sw_graph_builder *builder)
{
    sw_arena_release(&builder->scratch);
    sw_buf_release(&builder->body);
}

/* --- one claim ------------------------------------------------------------------------------- */

static sw_result add(struct sw_graph_builder *builder, enum sw_graph_kind_id kind, const void *node)
{
    SW_TRY(sw_buf_putc(&builder->body, (char)kind));
    return sw_graph_put(sw_graph_kinds[kind].fields, node, &builder->body);
}

static sw_result add_damage(struct sw_graph_builder *builder, enum sw_graph_kind_id kind,
    const struct sw_graph_stamp *stamp, const char *why)
{
    struct sw_graph_damage damage = {
        .stamp = *stamp, .type = sw_str(sw_graph_kinds[kind].type), .why = sw_str(why)};
    return add(builder, SW_NODE_DAMAGE, &damage);
}

/* Is it the claim that is at fault? A disk or memory that fails is not its fault. */
static bool is_about_claim(enum sw_code code)
{
    return code == SW_E_REFUSED || code == SW_E_FORMAT || code == SW_E_LIMIT ||
           code == SW_E_UNSUPPORTED || code == SW_E_NOEVIDENCE || code == SW_E_NOENT;
}

static const char *words_of(enum sw_code code, const struct sw_error *why)
{
    return why->text[0] != '\0' ? why->text : sw_code_text(code);
}

static bool is_about(
    const struct sw_graph_kind *kind, const struct sw_statement *statement, const void *node)
{
    struct sw_digest subject;
    kind->about(node, &subject);
    for (size_t i = 0; i < statement->subject_count; i++) {
        if (sw_digest_equal(&statement->subjects[i].digest, &subject)) {
            return true;
        }
    }
    return false;
}

static sw_result read_node(struct sw_graph_builder *builder, const struct sw_graph_kind *kind,
    const struct sw_statement *statement, void *node, struct sw_error *err)
{
    if (!sw_str_is(statement->predicate_type, kind->type)) {
        return sw_fail(err, SW_E_FORMAT, "its entry in the log names another type than it has");
    }
    SW_TRY(kind->read(&builder->scratch, statement, node, err));
    if (!is_about(kind, statement, node)) {
        return sw_fail(err, SW_E_FORMAT, "it is about something else than it speaks of");
    }
    return SW_OK;
}

/* The words of somebody whom nobody trusts, only to say that they were not followed. */
static sw_result take_untrusted(struct sw_graph_builder *builder, enum sw_graph_kind_id which,
    struct sw_bytes bundle, const struct sw_graph_stamp *stamp)
{
    const struct sw_graph_kind *kind = &sw_graph_kinds[which];
    struct sw_error ignored = {0};
    struct sw_bundle parsed;
    struct sw_statement statement;
    void *node = sw_arena_zalloc(&builder->scratch, 1, kind->size);
    SW_TRY_PTR(node);
    if (!kind->untrusted ||
        sw_bundle_parse(&builder->scratch, bundle, &parsed, &ignored) != SW_OK ||
        sw_statement_parse(&builder->scratch, parsed.payload, &statement, &ignored) != SW_OK ||
        read_node(builder, kind, &statement, node, &ignored) != SW_OK) {
        return SW_OK;
    }
    *(struct sw_graph_stamp *)node = *stamp;
    return add(builder, which, node);
}

static sw_result take_trusted(struct sw_graph_builder *builder, enum sw_graph_kind_id which,
    const struct sw_claim *claim, struct sw_graph_stamp *stamp, const void **out)
{
    const struct sw_graph_kind *kind = &sw_graph_kinds[which];
    struct sw_error why = {0};
    void *node = sw_arena_zalloc(&builder->scratch, 1, kind->size);
    SW_TRY_PTR(node);
    stamp->signer = sw_str(claim->signer);
    enum sw_code code = read_node(builder, kind, &claim->statement, node, &why);
    if (code != SW_OK) {
        return is_about_claim(code) ? add_damage(builder, which, stamp, words_of(code, &why))
                                    : code;
    }
    *(struct sw_graph_stamp *)node = *stamp;
    if (which == SW_NODE_TAINT) {
        ((struct sw_graph_taint *)node)->signature = sw_str_of_bytes(claim->bundle.signature);
    }
    *out = node;
    return add(builder, which, node);
}

/* The claim's bytes have the digest that the log names, or it is damage. */
static sw_result take(struct sw_graph_builder *builder, enum sw_graph_kind_id kind,
    const struct sw_evidence_record *record, const void **out, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf bundle = SW_BUF_INIT;
    const struct sw_data *data = builder->data;
    struct sw_graph_stamp stamp = {
        .claim = record->claim, .leaf = record->leaf, .time = record->time};
    struct sw_error why = {0};
    struct sw_claim claim;
    enum sw_code code = sw_evidence_load(data->store, &record->claim, &bundle, &why);
    if (code != SW_OK) {
        return is_about_claim(code) ? add_damage(builder, kind, &stamp, words_of(code, &why))
                                    : sw_fail(err, code, "%s", words_of(code, &why));
    }
    const struct sw_verify_options options = {.now = data->now, .signing_time = record->time};
    code = sw_claim_verify(
        &builder->scratch, data->trust, sw_buf_bytes(&bundle), &options, &claim, &why);
    if (code == SW_OK) {
        return take_trusted(builder, kind, &claim, &stamp, out);
    }
    return is_about_claim(code) ? take_untrusted(builder, kind, sw_buf_bytes(&bundle), &stamp)
                                : sw_fail(err, code, "%s", words_of(code, &why));
}

sw_result sw_graph_take(struct sw_graph_builder *builder, enum sw_graph_kind_id kind,
    const struct sw_evidence_record *record, const void **node, struct sw_error *err)
{
    const void *made = NULL;
    sw_arena_release(&builder->scratch);
    SW_TRY(take(builder, kind, record, &made, err));
    if (node != NULL) {
        *node = made;
    }
    return SW_OK;
}

/* --- the whole store ------------------------------------------------------------------------- */

static sw_result take_all(struct sw_graph_builder *builder, struct sw_error *err)
{
    for (int kind = SW_NODE_SOURCE; kind < SW_NODE_DAMAGE; kind++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        sw_arena_init(&arena, 0);
        struct sw_evidence_query query = {
            .predicate_type = sw_graph_kinds[kind].type, .oldest_first = true};
        struct sw_evidence_record *records = NULL;
        size_t count = 0;
        SW_TRY(sw_evidence_find(builder->data->store, &query, &arena, &records, &count, err));
        for (size_t i = 0; i < count; i++) {
            SW_TRY(sw_progress_check(builder->data->progress, err));
            SW_TRY(sw_graph_take(builder, (enum sw_graph_kind_id)kind, &records[i], NULL, err));
        }
    }
    return SW_OK;
}

sw_result sw_graph_load(const struct sw_data *data, enum sw_graph_cache cache,
    struct sw_graph **out, struct sw_error *err)
{
    SW_CLEANUP(graph_builder) struct sw_graph_builder builder = {.data = data};
    sw_arena_init(&builder.scratch, 0);
    if (cache == SW_GRAPH_CACHED && sw_graph_cache_read(data, &builder.body) == SW_OK) {
        struct sw_error ignored = {0};
        if (sw_graph_link(&builder.body, out, &ignored) == SW_OK) {
            return SW_OK;
        }
        sw_buf_clear(&builder.body); /* it has its digest and breaks its form all the same */
    }
    SW_TRY(take_all(&builder, err));
    if (cache == SW_GRAPH_CACHED) {
        sw_graph_cache_write(data, &builder.body);
    }
    return sw_graph_link(&builder.body, out, err);
}
