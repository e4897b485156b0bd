#include "model/chain.h"

#define MAX_READERS 8

/* All claims of one type that the log has, the newest first. */
struct shelf {
    const char *predicate_type;
    struct sw_evidence_record *records;
    size_t count;
    bool filled;
};

struct walk {
    struct sw_arena *arena;
    const struct sw_chain_options *options;
    struct shelf signatures;
    struct shelf parents[MAX_READERS]; /* of the reader with the same number */
    struct sw_chain_node *nodes;
    size_t count;
    size_t room;
    size_t untrusted;
    struct sw_error *err;
};

const char *sw_chain_verdict_name(enum sw_chain_verdict verdict)
{
    static const char *const names[] = {
        [SW_CHAIN_PASS] = "pass",
        [SW_CHAIN_NO_EVIDENCE] = "no-evidence",
        [SW_CHAIN_FAIL] = "fail",
    };
    return names[verdict];
}

/* --- derivation claims ----------------------------------------------------------------------- */

static sw_result read_derivation(struct sw_arena *arena, const struct sw_statement *statement,
    struct sw_chain_link **links, size_t *count, struct sw_error *err)
{
    struct sw_derivation_claim claim;
    SW_TRY(sw_derivation_claim_read(arena, statement, &claim, err));
    struct sw_chain_link *made = SW_ARENA_ARRAY(arena, struct sw_chain_link, claim.parent_count);
    SW_TRY_PTR(made);
    for (size_t i = 0; i < claim.parent_count; i++) {
        const struct sw_parent *parent = &claim.parents[i];
        made[i] = (struct sw_chain_link){parent->name, sw_str(sw_relation_words[parent->relation]),
            parent->root, parent->manifest, parent->claim};
    }
    *links = made;
    *count = claim.parent_count;
    return SW_OK;
}

const struct sw_chain_reader sw_chain_derivations = {SW_PREDICATE_DERIVATION, read_derivation};

/* --- claims of the log ----------------------------------------------------------------------- */

/* One pass over the log for all models that are asked about. */
static sw_result fill(struct walk *walk, struct shelf *shelf)
{
    if (shelf->filled) {
        return SW_OK;
    }
    struct sw_evidence_query query = {.predicate_type = shelf->predicate_type};
    SW_TRY(sw_evidence_gather(
        walk->options->store, &query, walk->arena, &shelf->records, &shelf->count, walk->err));
    shelf->filled = true;
    return SW_OK;
}

static bool is_about(const struct sw_evidence_record *record, const struct sw_digest *digest)
{
    for (size_t i = 0; i < record->subject_count; i++) {
        if (sw_digest_equal(&record->subjects[i].digest, digest)) {
            return true;
        }
    }
    return record->subjects_left_out;
}

static bool names(const struct sw_statement *statement, const struct sw_digest *digest)
{
    for (size_t i = 0; i < statement->subject_count; i++) {
        if (sw_digest_equal(&statement->subjects[i].digest, digest)) {
            return true;
        }
    }
    return false;
}

/* Who signed a claim of the log, by trust.yaml at the time that the log recorded it. */
static enum sw_code judge(const struct walk *walk, const struct sw_evidence_record *record,
    struct sw_claim *out, struct sw_error *why)
{
    SW_CLEANUP(buf) struct sw_buf bundle = SW_BUF_INIT;
    SW_TRY(sw_evidence_load(walk->options->store, &record->claim, &bundle, why));
    struct sw_verify_options options = {.now = walk->options->now, .signing_time = record->time};
    return sw_claim_verify(
        walk->arena, walk->options->trust, sw_buf_bytes(&bundle), &options, out, why);
}

/* --- is an ancestor signed? ------------------------------------------------------------------ */

static sw_result say(const struct walk *walk, struct sw_chain_node *node,
    enum sw_chain_verdict verdict, const char *words, const char *more)
{
    node->verdict = verdict;
    node->why = sw_arena_printf(walk->arena, "%s%s", words, more);
    return node->why == NULL ? SW_E_NOMEM : SW_OK;
}

/* What is wrong already is not made better by what is missing besides. */
static sw_result say_worse(const struct walk *walk, struct sw_chain_node *node,
    enum sw_chain_verdict verdict, const char *words, const char *more)
{
    return verdict > node->verdict ? say(walk, node, verdict, words, more) : SW_OK;
}

static sw_result judge_signature(
    const struct walk *walk, const struct sw_evidence_record *record, struct sw_chain_node *node)
{
    struct sw_claim claim;
    struct sw_error why = {0};
    enum sw_code code = judge(walk, record, &claim, &why);
    if (code == SW_E_NOMEM) {
        return code;
    }
    if (code == SW_E_NOENT) {
        return say(walk, node, SW_CHAIN_NO_EVIDENCE, "its signature is gone from the store", "");
    }
    if (code != SW_OK) {
        return say(walk, node, SW_CHAIN_FAIL, "", why.text);
    }
    const struct sw_statement *statement = &claim.statement;
    if (!sw_str_is(statement->predicate_type, SW_PREDICATE_OMS) ||
        !sw_digest_equal(&statement->subjects[0].digest, &node->link.root)) {
        return say(
            walk, node, SW_CHAIN_FAIL, "the signature that is named for it is another model's", "");
    }
    node->verdict = SW_CHAIN_PASS;
    node->signer = claim.signer;
    node->link.claim = record->claim;
    return SW_OK;
}

/* The newest that passes; else what is wrong with the newest. */
static sw_result judge_any_signature(struct walk *walk, struct sw_chain_node *node)
{
    const struct shelf *shelf = &walk->signatures;
    struct sw_chain_node newest = *node;
    SW_TRY(say(walk, &newest, SW_CHAIN_NO_EVIDENCE, "no signature of it is in the log", ""));
    bool any = false;
    for (size_t i = 0; i < shelf->count; i++) {
        if (!is_about(&shelf->records[i], &node->link.root)) {
            continue;
        }
        struct sw_chain_node tried = *node;
        SW_TRY(judge_signature(walk, &shelf->records[i], &tried));
        if (tried.verdict == SW_CHAIN_PASS) {
            *node = tried;
            return SW_OK;
        }
        newest = any ? newest : tried;
        any = true;
    }
    *node = newest;
    return SW_OK;
}

static sw_result judge_node(struct walk *walk, struct sw_chain_node *node)
{
    struct shelf *shelf = &walk->signatures;
    SW_TRY(fill(walk, shelf));
    if (node->link.claim.alg == 0) {
        return judge_any_signature(walk, node);
    }
    for (size_t i = 0; i < shelf->count; i++) {
        if (sw_digest_equal(&shelf->records[i].claim, &node->link.claim)) {
            return judge_signature(walk, &shelf->records[i], node);
        }
    }
    return say(walk, node, SW_CHAIN_NO_EVIDENCE,
        "the signature that is named for it is not in the log",
        "; bring it in with 'sealwright evidence import'");
}

/* --- walking --------------------------------------------------------------------------------- */

static sw_result add_node(
    struct walk *walk, const struct sw_chain_link *link, size_t child, uint64_t depth)
{
    if (walk->count == SW_CHAIN_MAX_NODES) {
        return sw_fail(
            walk->err, SW_E_LIMIT, "the model has over %d ancestors", SW_CHAIN_MAX_NODES);
    }
    if (walk->count == walk->room) {
        size_t room = walk->room == 0 ? 16 : 2 * walk->room;
        struct sw_chain_node *nodes = SW_ARENA_ARRAY(walk->arena, struct sw_chain_node, room);
        SW_TRY_PTR(nodes);
        if (walk->count > 0) {
            memcpy(nodes, walk->nodes, walk->count * sizeof(*nodes));
        }
        walk->nodes = nodes;
        walk->room = room;
    }
    walk->nodes[walk->count++] = (struct sw_chain_node){
        .link = *link, .child = child, .depth = depth, .why = "", .signer = NULL};
    return SW_OK;
}

static bool same_model(const struct sw_chain_link *a, const struct sw_chain_link *b)
{
    return sw_digest_equal(&a->root, &b->root) && (a->manifest.alg == 0 || b->manifest.alg == 0 ||
                                                      sw_digest_equal(&a->manifest, &b->manifest));
}

static bool stands_before(const struct walk *walk, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (!walk->nodes[i].again && same_model(&walk->nodes[i].link, &walk->nodes[index].link)) {
            return true;
        }
    }
    return false;
}

static bool is_named_already(
    const struct walk *walk, size_t child, const struct sw_chain_link *link)
{
    for (size_t i = child + 1; i < walk->count; i++) {
        const struct sw_chain_node *node = &walk->nodes[i];
        if (node->child == child && same_model(&node->link, link) &&
            sw_digest_equal(&node->link.claim, &link->claim)) {
            return true;
        }
    }
    return false;
}

/* A claim that nobody trusted signed says nothing about parents, and is counted but not followed:
 * whoever can add to the log could else take a model down. */
static sw_result add_parents_of(struct walk *walk, const struct sw_chain_reader *reader,
    const struct sw_evidence_record *record, size_t index)
{
    struct sw_claim claim;
    struct sw_error why = {0};
    enum sw_code code = judge(walk, record, &claim, &why);
    if (code == SW_E_NOMEM) {
        return code;
    }
    struct sw_chain_link link = walk->nodes[index].link;
    if (code == SW_E_NOENT || code == SW_E_IO) {
        return say_worse(walk, &walk->nodes[index], SW_CHAIN_NO_EVIDENCE,
            "a claim about its parents cannot be read: ", why.text);
    }
    if (code != SW_OK) {
        walk->untrusted++;
        return SW_OK;
    }
    if (!sw_str_is(claim.statement.predicate_type, reader->predicate_type) ||
        !names(&claim.statement, &link.root) ||
        (link.manifest.alg != 0 && !names(&claim.statement, &link.manifest))) {
        return SW_OK;
    }
    struct sw_chain_link *links = NULL;
    size_t count = 0;
    code = reader->read(walk->arena, &claim.statement, &links, &count, &why);
    if (code != SW_OK) {
        return code == SW_E_NOMEM
                   ? code
                   : say_worse(walk, &walk->nodes[index], SW_CHAIN_FAIL, "", why.text);
    }
    uint64_t depth = walk->nodes[index].depth + 1;
    for (size_t i = 0; i < count; i++) {
        if (!is_named_already(walk, index, &links[i])) {
            SW_TRY(add_node(walk, &links[i], index, depth));
        }
    }
    return SW_OK;
}

static sw_result add_parents(struct walk *walk, size_t index)
{
    for (size_t r = 0; r < walk->options->reader_count; r++) {
        struct shelf *shelf = &walk->parents[r];
        SW_TRY(fill(walk, shelf));
        for (size_t i = 0; i < shelf->count; i++) {
            if (is_about(&shelf->records[i], &walk->nodes[index].link.root)) {
                SW_TRY(add_parents_of(walk, walk->options->readers[r], &shelf->records[i], index));
            }
        }
    }
    return SW_OK;
}

static bool descends_from_itself(const struct walk *walk, size_t index)
{
    for (size_t at = index; at != walk->nodes[at].child; at = walk->nodes[at].child) {
        if (same_model(&walk->nodes[walk->nodes[at].child].link, &walk->nodes[index].link)) {
            return true;
        }
    }
    return false;
}

static sw_result visit(struct walk *walk, size_t index)
{
    struct sw_chain_node *node = &walk->nodes[index];
    if (index > 0) {
        SW_TRY(judge_node(walk, node));
        node->again = stands_before(walk, index);
    }
    if (descends_from_itself(walk, index)) {
        return say(walk, node, SW_CHAIN_FAIL, "it is named as its own ancestor", "");
    }
    if (node->again) {
        return SW_OK;
    }
    size_t before = walk->count;
    SW_TRY(add_parents(walk, index));
    if (walk->nodes[index].depth >= walk->options->depth && walk->count > before) {
        walk->count = before;
        walk->nodes[index].cut = true;
    }
    return SW_OK;
}

static void sum_up(const struct walk *walk, struct sw_chain *out)
{
    *out = (struct sw_chain){
        .nodes = walk->nodes, .count = walk->count, .complete = true, .untrusted = walk->untrusted};
    for (size_t i = 0; i < walk->count; i++) {
        const struct sw_chain_node *node = &walk->nodes[i];
        out->verdict = node->verdict > out->verdict ? node->verdict : out->verdict;
        out->complete = out->complete && !node->cut;
    }
}

static void begin(struct walk *walk, struct sw_arena *arena, const struct sw_chain_options *options,
    struct sw_error *err)
{
    *walk = (struct walk){.arena = arena, .options = options, .err = err};
    walk->signatures.predicate_type = SW_PREDICATE_OMS;
    for (size_t i = 0; i < options->reader_count && i < MAX_READERS; i++) {
        walk->parents[i].predicate_type = options->readers[i]->predicate_type;
    }
}

sw_result sw_chain_walk(struct sw_arena *arena, const struct sw_chain_options *options,
    const struct sw_chain_link *start, const char *signer, struct sw_chain *out,
    struct sw_error *err)
{
    struct walk walk;
    if (options->reader_count > MAX_READERS) {
        return SW_E_USAGE;
    }
    begin(&walk, arena, options, err);
    SW_TRY(add_node(&walk, start, 0, 0));
    walk.nodes[0].signer = signer;
    /* Nodes are added behind the one that is visited: a generation after the other. */
    for (size_t i = 0; i < walk.count; i++) {
        SW_TRY(visit(&walk, i));
    }
    sum_up(&walk, out);
    return SW_OK;
}

sw_result sw_chain_signature(struct sw_arena *arena, const struct sw_chain_options *options,
    const struct sw_digest *root, struct sw_digest *claim, struct sw_error *err)
{
    struct walk walk;
    begin(&walk, arena, options, err);
    struct sw_chain_node node = {.link = {.root = *root}, .why = ""};
    SW_TRY(judge_node(&walk, &node));
    if (node.verdict != SW_CHAIN_PASS) {
        return sw_fail(
            err, node.verdict == SW_CHAIN_FAIL ? SW_E_REFUSED : SW_E_NOENT, "%s", node.why);
    }
    *claim = node.link.claim;
    return SW_OK;
}
