#include "supply/documents.h"

#include "supply/bom.h"
#include "supply/component_private.h"
#include "supply/paper.h"
#include "supply/wire.h"

#include <stdlib.h>

#define SMALL ((uint64_t)4 << 20)
#define REPLY_MAX ((size_t)256 << 20)
/* Of one statement. */
#define NAMES_MAX 100000
#define PRODUCTS_MAX 1000000

enum wanted { COMPONENTS, VEX, ABOUT, PAPER, EARLIER, CATALOGUE };

struct sw_documents {
    struct sw_worker *worker;
    const struct sw_progress *progress;
};

/* --- components as bytes ---------------------------------------------------------------------- */

#define FIELDS 11
/* What each has at least: of a component, the texts, two counts and a byte; of a statement, three
 * counts, two texts, two bytes and the time. */
#define QUALIFIER_LEAST (2 * SW_WIRE_TEXT_LEAST)
#define COMPONENT_LEAST (FIELDS * SW_WIRE_TEXT_LEAST + 2 * SW_WIRE_COUNT_LEN + 1)
#define PRODUCT_LEAST (COMPONENT_LEAST + SW_WIRE_DIGEST_LEAST)
#define STATEMENT_LEAST (3 * SW_WIRE_COUNT_LEN + 2 * SW_WIRE_TEXT_LEAST + 2 + 8)

/* The texts of a component, in their order. */
static void fields_of(struct sw_component *c, struct sw_str *out[FIELDS])
{
    struct sw_str *const fields[FIELDS] = {&c->ref, &c->name, &c->version, &c->text, &c->why,
        &c->key, &c->purl.type, &c->purl.namespace, &c->purl.name, &c->purl.version,
        &c->purl.subpath};
    memcpy((void *)out, (const void *)fields, sizeof(fields));
}

static sw_result put_qualifiers(const struct sw_purl *purl, struct sw_buf *out)
{
    SW_TRY(sw_wire_put_count(out, purl->qualifier_count));
    for (size_t i = 0; i < purl->qualifier_count; i++) {
        SW_TRY(sw_wire_put(out, purl->qualifiers[i].key));
        SW_TRY(sw_wire_put(out, purl->qualifiers[i].value));
    }
    return SW_OK;
}

static sw_result take_qualifiers(
    struct sw_arena *arena, struct sw_cursor *cur, struct sw_purl *purl)
{
    size_t count;
    SW_TRY(sw_wire_take_count(cur, QUALIFIER_LEAST, SW_PURL_QUALIFIERS_MAX, &count));
    struct sw_purl_qualifier *list = SW_ARENA_ARRAY(arena, struct sw_purl_qualifier, count + 1);
    SW_TRY_PTR(list);
    for (size_t i = 0; i < count; i++) {
        SW_TRY(sw_wire_take(cur, &list[i].key));
        SW_TRY(sw_wire_take(cur, &list[i].value));
    }
    purl->qualifiers = list;
    purl->qualifier_count = count;
    return SW_OK;
}

static sw_result put_component(const struct sw_component *component, struct sw_buf *out)
{
    struct sw_component c = *component;
    struct sw_str *fields[FIELDS];
    fields_of(&c, fields);
    for (size_t i = 0; i < FIELDS; i++) {
        SW_TRY(sw_wire_put(out, *fields[i]));
    }
    SW_TRY(put_qualifiers(&c.purl, out));
    SW_TRY(sw_wire_put_count(out, c.digest_count));
    for (size_t i = 0; i < c.digest_count; i++) {
        SW_TRY(sw_wire_put_digest(out, &c.digests[i]));
    }
    return sw_buf_putc(out, c.aside);
}

static sw_result take_component(
    struct sw_arena *arena, struct sw_cursor *cur, struct sw_component *out)
{
    struct sw_str *fields[FIELDS];
    uint8_t aside;
    *out = (struct sw_component){0};
    fields_of(out, fields);
    for (size_t i = 0; i < FIELDS; i++) {
        SW_TRY(sw_wire_take(cur, fields[i]));
    }
    SW_TRY(take_qualifiers(arena, cur, &out->purl));
    SW_TRY(sw_wire_take_count(
        cur, SW_WIRE_HELD_DIGEST_LEN, SW_COMPONENT_DIGESTS_MAX, &out->digest_count));
    struct sw_digest *digests = SW_ARENA_ARRAY(arena, struct sw_digest, out->digest_count + 1);
    SW_TRY_PTR(digests);
    for (size_t i = 0; i < out->digest_count; i++) {
        SW_TRY(sw_wire_take_held_digest(cur, &digests[i]));
    }
    out->digests = digests;
    SW_TRY(sw_cur_u8(cur, &aside));
    out->aside = aside != 0;
    return SW_OK;
}

static sw_result put_components(const struct sw_components *list, struct sw_buf *out)
{
    SW_TRY(sw_wire_put(out, list->format));
    SW_TRY(put_component(&list->root, out));
    SW_TRY(sw_wire_put_count(out, list->count));
    for (size_t i = 0; i < list->count; i++) {
        SW_TRY(put_component(&list->items[i], out));
    }
    return SW_OK;
}

static sw_result take_components(
    struct sw_arena *arena, struct sw_cursor *cur, struct sw_components *out)
{
    size_t count;
    SW_TRY(sw_wire_take(cur, &out->format));
    SW_TRY(take_component(arena, cur, &out->root));
    SW_TRY(sw_wire_take_count(cur, COMPONENT_LEAST, SW_COMPONENTS_MAX, &count));
    out->items = SW_ARENA_ARRAY(arena, struct sw_component, count + 1);
    SW_TRY_PTR(out->items);
    out->cap = count + 1;
    for (out->count = 0; out->count < count; out->count++) {
        SW_TRY(take_component(arena, cur, &out->items[out->count]));
    }
    return SW_OK;
}

/* --- statements as bytes ---------------------------------------------------------------------- */

static sw_result put_product(const struct sw_vex_product *p, struct sw_buf *out)
{
    const struct sw_component c = {.key = p->key, .version = p->version, .purl = p->purl};
    SW_TRY(put_component(&c, out));
    return sw_wire_put_digest(out, &p->digest);
}

static sw_result put_products(const struct sw_vex_product *list, size_t count, struct sw_buf *out)
{
    SW_TRY(sw_wire_put_count(out, count));
    for (size_t i = 0; i < count; i++) {
        SW_TRY(put_product(&list[i], out));
    }
    return SW_OK;
}

static sw_result take_products(
    struct sw_arena *arena, struct sw_cursor *cur, const struct sw_vex_product **out, size_t *count)
{
    SW_TRY(sw_wire_take_count(cur, PRODUCT_LEAST, PRODUCTS_MAX, count));
    struct sw_vex_product *list = SW_ARENA_ARRAY(arena, struct sw_vex_product, *count + 1);
    SW_TRY_PTR(list);
    for (size_t i = 0; i < *count; i++) {
        struct sw_component c;
        SW_TRY(take_component(arena, cur, &c));
        list[i] = (struct sw_vex_product){.key = c.key, .version = c.version, .purl = c.purl};
        SW_TRY(sw_wire_take_digest(cur, &list[i].digest));
    }
    *out = list;
    return SW_OK;
}

static sw_result put_statement(const struct sw_vex_statement *s, struct sw_buf *out)
{
    if (s->name_count > NAMES_MAX || s->product_count > PRODUCTS_MAX) {
        return SW_E_LIMIT;
    }
    SW_TRY(sw_wire_put_count(out, s->name_count));
    for (size_t i = 0; i < s->name_count; i++) {
        SW_TRY(sw_wire_put(out, s->names[i]));
    }
    SW_TRY(sw_buf_putc(out, (char)s->status));
    SW_TRY(sw_wire_put(out, s->justification));
    SW_TRY(sw_wire_put(out, s->text));
    SW_TRY(sw_buf_put_u64be(out, (uint64_t)s->time));
    SW_TRY(put_products(s->products, s->product_count, out));
    SW_TRY(sw_buf_putc(out, s->whole != NULL));
    return put_products(s->whole, s->whole == NULL ? 0 : s->whole_count, out);
}

static sw_result take_names(
    struct sw_arena *arena, struct sw_cursor *cur, struct sw_vex_statement *out)
{
    SW_TRY(sw_wire_take_count(cur, SW_WIRE_TEXT_LEAST, NAMES_MAX, &out->name_count));
    struct sw_str *names = SW_ARENA_ARRAY(arena, struct sw_str, out->name_count + 1);
    SW_TRY_PTR(names);
    for (size_t i = 0; i < out->name_count; i++) {
        SW_TRY(sw_wire_take(cur, &names[i]));
    }
    out->names = names;
    return SW_OK;
}

static sw_result take_statement(
    struct sw_arena *arena, struct sw_cursor *cur, struct sw_vex_statement *out)
{
    uint8_t status;
    uint8_t inside;
    uint64_t time;
    SW_TRY(take_names(arena, cur, out));
    SW_TRY(sw_cur_u8(cur, &status));
    SW_TRY(sw_wire_take(cur, &out->justification));
    SW_TRY(sw_wire_take(cur, &out->text));
    SW_TRY(sw_cur_u64be(cur, &time));
    SW_TRY(take_products(arena, cur, &out->products, &out->product_count));
    SW_TRY(sw_cur_u8(cur, &inside));
    SW_TRY(take_products(arena, cur, &out->whole, &out->whole_count));
    out->whole = inside == 0 ? NULL : out->whole;
    out->status = (enum sw_vex_status)status;
    out->time = (int64_t)time;
    return status <= SW_VEX_FIXED ? SW_OK : SW_E_FORMAT;
}

static sw_result put_statements(const struct sw_vex *vex, struct sw_buf *out)
{
    SW_TRY(sw_wire_put_count(out, vex->count));
    for (size_t i = 0; i < vex->count; i++) {
        SW_TRY(put_statement(&vex->statements[i], out));
    }
    return SW_OK;
}

/* Behind those that are there. */
static sw_result take_statements(struct sw_arena *arena, struct sw_cursor *cur,
    const struct sw_document *document, struct sw_vex *vex)
{
    struct sw_digest digest;
    size_t count;
    sw_sha256(document->text, &digest);
    SW_TRY(sw_wire_take_count(cur, STATEMENT_LEAST, SIZE_MAX, &count));
    if (count > SW_VEX_STATEMENTS_MAX - vex->count) {
        return SW_E_LIMIT;
    }
    vex->arena = arena;
    for (size_t i = 0; i < count; i++) {
        struct sw_vex_statement s = {.file = document->name, .digest = digest};
        SW_TRY(take_statement(arena, cur, &s));
        struct sw_vex_statement *grown =
            sw_arena_grow(arena, vex->statements, vex->count, &vex->cap, sizeof(*grown));
        SW_TRY_PTR(grown);
        vex->statements = grown;
        grown[vex->count++] = s;
    }
    return SW_OK;
}

/* --- there ------------------------------------------------------------------------------------ */

static sw_result told(enum sw_code code, struct sw_error *err)
{
    return code == SW_E_LIMIT ? sw_fail(err, code, "it says more than is taken of one document")
                              : code;
}

static sw_result tell_components(struct sw_arena *arena, const struct sw_document *document,
    struct sw_buf *reply, struct sw_error *err)
{
    struct sw_components components;
    SW_TRY(sw_components_read(arena, document->text, &components, err));
    return told(put_components(&components, reply), err);
}

static sw_result tell_vex(struct sw_arena *arena, const struct sw_document *document,
    struct sw_buf *reply, struct sw_error *err)
{
    struct sw_vex vex = {0};
    SW_TRY(sw_vex_read(arena, document->text, document->name, &vex, err));
    return told(put_statements(&vex, reply), err);
}

static sw_result tell_about(struct sw_arena *arena, const struct sw_document *document,
    struct sw_buf *reply, struct sw_error *err)
{
    struct sw_error ignored = {0};
    struct sw_digest root = {.alg = 0};
    struct sw_json json;
    struct sw_bom bom;
    struct sw_str name = sw_str("");
    (void)err;
    sw_bom_init(&bom, arena);
    enum sw_code code = sw_bom_parse(arena, document->text, &json, &ignored);
    code = code == SW_OK ? sw_bom_read(&bom, &json, &ignored) : code;
    if (code == SW_E_NOMEM) {
        return code;
    }
    if (code == SW_OK && bom.count > 0 &&
        sw_digest_parse(sw_bom_get(&bom.components[0], SW_BOM_ROOT), &root)) {
        name = sw_bom_get(&bom.components[0], SW_BOM_NAME);
    }
    SW_TRY(sw_wire_put(reply, name));
    return sw_wire_put_digest(reply, &root);
}

static sw_result tell_paper(struct sw_arena *arena, const struct sw_document *document,
    struct sw_buf *reply, struct sw_error *err)
{
    struct sw_paper paper = {.arena = arena};
    SW_TRY(sw_paper_read(&paper, document->name, document->text, err));
    return told(sw_paper_put(&paper, reply), err);
}

static sw_result tell_earlier(struct sw_arena *arena, const struct sw_document *document,
    struct sw_buf *reply, struct sw_error *err)
{
    struct sw_earlier earlier;
    SW_TRY(sw_earlier_read(arena, document->text, &earlier, err));
    return told(sw_earlier_put(&earlier, reply), err);
}

/* What is in it nobody asks. */
static sw_result tell_catalogue(struct sw_arena *arena, const struct sw_document *document,
    struct sw_buf *reply, struct sw_error *err)
{
    const struct sw_catalogue *catalogue;
    (void)reply;
    return sw_catalogue_read(arena, document->text, &catalogue, err);
}

static enum sw_code (*const tellers[])(struct sw_arena *arena, const struct sw_document *document,
    struct sw_buf *reply, struct sw_error *err) = {
    [COMPONENTS] = tell_components,
    [VEX] = tell_vex,
    [ABOUT] = tell_about,
    [PAPER] = tell_paper,
    [EARLIER] = tell_earlier,
    [CATALOGUE] = tell_catalogue,
};

/* A request: what is wanted, the document's name, and its text. */
static sw_result read_there(
    void *ctx, int fd, struct sw_bytes request, struct sw_buf *reply, struct sw_error *err)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_cursor cur = sw_cursor(request);
    struct sw_document document;
    struct sw_str name;
    uint8_t wanted;
    (void)ctx;
    (void)fd;
    sw_arena_init(&arena, 0);
    SW_TRY(sw_cur_u8(&cur, &wanted));
    SW_TRY(sw_wire_take(&cur, &name));
    SW_TRY(sw_cur_bytes(&cur, sw_cur_left(&cur), &document.text));
    document.name = sw_arena_strndup(&arena, name);
    SW_TRY_PTR(document.name);
    return wanted < SW_COUNT(tellers) ? tellers[wanted](&arena, &document, reply, err)
                                      : SW_E_INTERNAL;
}

/* --- here ------------------------------------------------------------------------------------- */

sw_result sw_documents_new(uint64_t largest, const struct sw_progress *progress,
    struct sw_documents **out, struct sw_error *err)
{
    static const struct sw_worker_options small = {.memory_max = (uint64_t)1 << 30,
        .cpu_seconds = 30,
        .wall_seconds = 60,
        .reply_max = REPLY_MAX};
    static const struct sw_worker_options large = {
        .memory_max = (uint64_t)4 << 30, .cpu_seconds = 300, .reply_max = REPLY_MAX};
    SW_CLEANUP(documents) struct sw_documents *made = calloc(1, sizeof(*made));
    if (made == NULL) {
        return sw_fail(err, SW_E_NOMEM, "no memory to read documents");
    }
    made->progress = progress;
    SW_TRY(sw_worker_new(&made->worker, read_there, NULL, largest <= SMALL ? &small : &large, err));
    *out = SW_TAKE(made);
    return SW_OK;
}

void sw_documents_free(struct sw_documents *documents)
{
    if (documents != NULL) {
        sw_worker_free(documents->worker);
        free(documents);
    }
}

bool sw_documents_are_gone(const struct sw_documents *documents)
{
    return sw_worker_is_gone(documents->worker);
}

/* What the process says of a document. It may have been taken over: what only this side can know,
 * it cannot say. */
static enum sw_code as_told(
    const struct sw_documents *documents, enum sw_code code, struct sw_error *err)
{
    const bool cancelled = code == SW_E_INTERRUPTED && documents->progress != NULL &&
                           sw_progress_cancelled(documents->progress);
    if (cancelled || code == SW_OK || code == SW_E_FORMAT || code == SW_E_LIMIT ||
        code == SW_E_UNSUPPORTED || code == SW_E_NOMEM) {
        return code;
    }
    const struct sw_error why = *err;
    return sw_fail(err, SW_E_IO, "%s", why.text);
}

/* The answer is kept in the arena: what is read of it refers to it. */
static sw_result ask(struct sw_documents *documents, enum wanted wanted,
    const struct sw_document *document, struct sw_arena *arena, struct sw_cursor *out,
    struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf request = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf reply = SW_BUF_INIT;
    SW_TRY(sw_buf_putc(&request, (char)wanted));
    SW_TRY(sw_wire_put(&request, sw_str(document->name)));
    SW_TRY(sw_buf_append(&request, document->text.ptr, document->text.len));
    const struct sw_worker_task task = {
        .fd = -1, .request = sw_buf_bytes(&request), .progress = documents->progress};
    SW_TRY(as_told(documents, sw_worker_call(documents->worker, &task, &reply, err), err));
    const void *kept = sw_arena_copy(arena, sw_buf_bytes(&reply));
    SW_TRY_PTR(kept);
    *out = sw_cursor(sw_bytes(kept, reply.len));
    return SW_OK;
}

/* The process may have been taken over. */
static sw_result end(const struct sw_cursor *cur, enum sw_code code, struct sw_error *err)
{
    if (code == SW_OK && sw_cur_left(cur) == 0) {
        return SW_OK;
    }
    if (code == SW_E_LIMIT) {
        return sw_fail(err, code, "there are too many VEX statements");
    }
    return code == SW_E_NOMEM ? code : sw_fail(err, SW_E_IO, "the parser answered nonsense");
}

sw_result sw_documents_components(struct sw_documents *documents,
    const struct sw_document *document, struct sw_arena *arena, struct sw_components *out,
    struct sw_error *err)
{
    struct sw_components list = {.format = sw_str("")};
    struct sw_cursor cur;
    SW_TRY(ask(documents, COMPONENTS, document, arena, &cur, err));
    SW_TRY(end(&cur, take_components(arena, &cur, &list), err));
    sw_sha256(document->text, &list.digest);
    *out = list;
    return SW_OK;
}

sw_result sw_documents_vex(struct sw_documents *documents, const struct sw_document *document,
    struct sw_arena *arena, struct sw_vex *vex, struct sw_error *err)
{
    struct sw_cursor cur;
    SW_TRY(ask(documents, VEX, document, arena, &cur, err));
    return end(&cur, take_statements(arena, &cur, document, vex), err);
}

sw_result sw_documents_about(struct sw_documents *documents, const struct sw_document *document,
    struct sw_arena *arena, struct sw_str *name, struct sw_digest *root, struct sw_error *err)
{
    struct sw_cursor cur;
    SW_TRY(ask(documents, ABOUT, document, arena, &cur, err));
    enum sw_code code = sw_wire_take(&cur, name);
    return end(&cur, code == SW_OK ? sw_wire_take_digest(&cur, root) : code, err);
}

sw_result sw_documents_paper(struct sw_documents *documents, const struct sw_document *document,
    struct sw_paper *out, struct sw_error *err)
{
    struct sw_cursor cur;
    SW_TRY(ask(documents, PAPER, document, out->arena, &cur, err));
    return end(&cur, sw_paper_take(&cur, out), err);
}

sw_result sw_documents_earlier(struct sw_documents *documents, const struct sw_document *document,
    struct sw_arena *arena, struct sw_earlier *out, struct sw_error *err)
{
    struct sw_cursor cur;
    SW_TRY(ask(documents, EARLIER, document, arena, &cur, err));
    return end(&cur, sw_earlier_take(arena, &cur, out), err);
}

sw_result sw_documents_catalogue(
    struct sw_documents *documents, const struct sw_document *document, struct sw_error *err)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_cursor cur;
    sw_arena_init(&arena, 0);
    SW_TRY(ask(documents, CATALOGUE, document, &arena, &cur, err));
    return end(&cur, SW_OK, err);
}
