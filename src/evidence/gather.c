/* Claims that a decision may rest on: taken from the log itself, so that whoever edits the index
 * can neither hide a claim nor change its time. */
#include "evidence/entries.h"
#include "evidence/leaf.h"

#include <stdlib.h>

struct gather {
    const struct sw_evidence_query *query;
    struct sw_arena *arena;
    struct sw_arena scratch; /* for one entry */
    char subject[SW_DIGEST_TEXT_SIZE];
    struct sw_str predicate;
    bool prefix;
    struct sw_str wanted; /* stands in every entry that may be asked for */
    struct sw_frontier frontier;
    struct sw_evidence_record *records;
    size_t count;
    size_t cap;
    size_t unsure; /* records whose leaves do not name every subject; they have no subject yet */
};

static bool predicate_fits(const struct gather *g, struct sw_str type)
{
    if (g->query->predicate_type == NULL) {
        return true;
    }
    if (g->prefix) {
        return type.len >= g->predicate.len &&
               memcmp(type.ptr, g->predicate.ptr, g->predicate.len) == 0;
    }
    return sw_str_equal(type, g->predicate);
}

static bool names_subject(const struct gather *g, const struct sw_leaf *leaf)
{
    if (g->query->subject == NULL) {
        return true;
    }
    for (size_t i = 0; i < leaf->subject_count; i++) {
        if (sw_str_is(leaf->subjects[i], g->subject)) {
            return true;
        }
    }
    return false;
}

/* The subject that was asked for, else all that the leaf names. */
static sw_result keep_subjects(
    struct gather *g, const struct sw_leaf *leaf, struct sw_subject **out, size_t *count)
{
    bool one = g->query->subject != NULL;
    size_t n = one ? 1 : leaf->subject_count;
    struct sw_subject *subjects = SW_ARENA_ARRAY(g->arena, struct sw_subject, n);
    SW_TRY_PTR(subjects);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        subjects[kept].name = sw_str("");
        if (one) {
            subjects[kept++].digest = *g->query->subject;
        } else if (sw_digest_parse(leaf->subjects[i], &subjects[kept].digest)) {
            kept++;
        }
    }
    *out = subjects;
    *count = kept;
    return SW_OK;
}

static sw_result keep(struct gather *g, uint64_t number, const struct sw_leaf *leaf, bool sure)
{
    struct sw_evidence_record *records =
        sw_arena_grow(g->arena, g->records, g->count, &g->cap, sizeof(*records));
    SW_TRY_PTR(records);
    g->records = records;
    const char *type = sw_arena_strndup(g->arena, leaf->predicate_type);
    struct sw_subject *subjects;
    size_t subject_count;
    const uint8_t *signature = sw_arena_copy(g->arena, leaf->signature);
    SW_TRY_PTR(type);
    SW_TRY_PTR(signature);
    SW_TRY(keep_subjects(g, leaf, &subjects, &subject_count));
    records[g->count++] = (struct sw_evidence_record){.leaf = number,
        .claim = leaf->claim,
        .subjects = subjects,
        .subject_count = sure ? subject_count : 0,
        .predicate_type = sw_str(type),
        .time = leaf->time,
        .hint = sw_str(""),
        .signature = sw_bytes(signature, leaf->signature.len),
        .subjects_left_out = g->query->subject == NULL && leaf->subjects_left_out};
    g->unsure += sure ? 0 : 1;
    return SW_OK;
}

static sw_result take_leaf(
    struct gather *g, uint64_t number, struct sw_bytes entry, struct sw_error *err)
{
    struct sw_leaf leaf;
    enum sw_code rc = sw_leaf_read(&g->scratch, entry, &leaf, err);
    bool sure = rc == SW_OK && names_subject(g, &leaf);
    if (rc == SW_OK && (sure || leaf.subjects_left_out) && predicate_fits(g, leaf.predicate_type)) {
        rc = keep(g, number, &leaf, sure);
    }
    sw_arena_release(&g->scratch);
    return rc == SW_E_NOMEM ? rc : SW_OK; /* an entry that only looks like a claim's is none */
}

/* Entries are only searched for the subject's text, or the type's, before they are parsed: most are
 * about others. */
static enum sw_code take_entry(
    void *ctx, uint64_t number, struct sw_bytes entry, struct sw_error *err)
{
    static const char more[] = "\"subjects\":";
    struct gather *g = ctx;
    struct sw_hash256 hash;
    sw_merkle_leaf(entry, &hash);
    sw_frontier_add(&g->frontier, &hash);
    if (!sw_leaf_is(entry) || (memmem(entry.ptr, entry.len, g->wanted.ptr, g->wanted.len) == NULL &&
                                  (g->query->subject == NULL || memmem(entry.ptr, entry.len, more,
                                                                    sizeof(more) - 1) == NULL))) {
        return SW_OK;
    }
    struct sw_error ignored = {0};
    (void)err;
    return take_leaf(g, number, entry, &ignored);
}

/* What was read must be the log, entry by entry. */
static sw_result check_root(const struct sw_store *store, const struct sw_frontier *frontier,
    const struct sw_hash256 *want, struct sw_error *err)
{
    struct sw_hash256 root;
    sw_frontier_root(frontier, &root);
    if (memcmp(&root, want, sizeof(root)) == 0) {
        return SW_OK;
    }
    return sw_fail(err, SW_E_REFUSED,
        "the entries of '%s' are not those that its checkpoint and journal sign ('log verify' "
        "tells which)",
        store->path);
}

/* A leaf names at most SW_LEAF_SUBJECTS subjects; the others only the claim itself names. False
 * when it surely is about something else: a claim that cannot be read may be about anything. */
static bool may_concern(
    const struct sw_store *store, struct gather *g, const struct sw_evidence_record *record)
{
    SW_CLEANUP(buf) struct sw_buf bundle = SW_BUF_INIT;
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    struct sw_error ignored = {0};
    struct sw_leaf_claim claim;
    if (sw_blob_get(&store->disk, &record->claim, &bundle, &ignored) != SW_OK ||
        sw_leaf_claim_read(&arena, sw_buf_bytes(&bundle), &claim, &ignored) != SW_OK) {
        return true;
    }
    for (size_t i = 0; i < claim.record.subject_count; i++) {
        if (sw_digest_equal(&claim.record.subjects[i].digest, g->query->subject)) {
            return true;
        }
    }
    return false;
}

static void settle_unsure(const struct sw_store *store, struct gather *g)
{
    size_t n = 0;
    for (size_t i = 0; i < g->count && g->unsure != 0; i++) {
        if (g->records[i].subject_count == 0 && !may_concern(store, g, &g->records[i])) {
            continue;
        }
        g->records[n] = g->records[i];
        g->records[n++].subject_count = 1;
    }
    g->count = g->unsure != 0 ? n : g->count;
}

/* All that the claim names, in place of the first that its leaf does; a claim that cannot be read
 * may be about anything, and stays one that leaves some out. */
static sw_result name_all(
    const struct sw_store *store, struct gather *g, struct sw_evidence_record *record)
{
    SW_CLEANUP(buf) struct sw_buf bundle = SW_BUF_INIT;
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    struct sw_error ignored = {0};
    struct sw_leaf_claim claim;
    if (sw_blob_get(&store->disk, &record->claim, &bundle, &ignored) != SW_OK ||
        sw_leaf_claim_read(&arena, sw_buf_bytes(&bundle), &claim, &ignored) != SW_OK) {
        return SW_OK;
    }
    size_t count = claim.record.subject_count;
    struct sw_subject *subjects = SW_ARENA_ARRAY(g->arena, struct sw_subject, count);
    SW_TRY_PTR(subjects);
    for (size_t i = 0; i < count; i++) {
        subjects[i] = (struct sw_subject){sw_str(""), claim.record.subjects[i].digest};
    }
    record->subjects = subjects;
    record->subject_count = count;
    record->subjects_left_out = false;
    return SW_OK;
}

static sw_result settle_left_out(const struct sw_store *store, struct gather *g)
{
    for (size_t i = 0; i < g->count; i++) {
        SW_TRY(g->records[i].subjects_left_out ? name_all(store, g, &g->records[i]) : SW_OK);
    }
    return SW_OK;
}

static int by_claim_then_leaf(const void *left, const void *right)
{
    const struct sw_evidence_record *a = *(const struct sw_evidence_record *const *)left;
    const struct sw_evidence_record *b = *(const struct sw_evidence_record *const *)right;
    int order = memcmp(a->claim.bytes, b->claim.bytes, a->claim.len);
    return order != 0 ? order : (a->leaf > b->leaf) - (a->leaf < b->leaf);
}

/* A claim that stands in the log twice was made when it first did: a second leaf must not make it
 * fresh. */
static sw_result drop_repeats(struct gather *g)
{
    struct sw_evidence_record **order =
        SW_ARENA_ARRAY(&g->scratch, struct sw_evidence_record *, g->count);
    SW_TRY_PTR(order);
    for (size_t i = 0; i < g->count; i++) {
        order[i] = &g->records[i];
    }
    if (g->count > 1) {
        qsort(order, g->count, sizeof(*order), by_claim_then_leaf);
    }
    for (size_t i = 1; i < g->count; i++) {
        if (sw_digest_equal(&order[i]->claim, &order[i - 1]->claim)) {
            order[i]->predicate_type.ptr = NULL;
        }
    }
    size_t n = 0;
    for (size_t i = 0; i < g->count; i++) {
        const struct sw_evidence_record *r = &g->records[i];
        if (r->predicate_type.ptr != NULL && (g->query->since == 0 || r->time >= g->query->since)) {
            g->records[n++] = *r;
        }
    }
    g->count = n;
    sw_arena_release(&g->scratch);
    return SW_OK;
}

static void newest_first(struct sw_evidence_record *records, size_t count)
{
    for (size_t i = 0; i < count / 2; i++) {
        struct sw_evidence_record kept = records[i];
        records[i] = records[count - 1 - i];
        records[count - 1 - i] = kept;
    }
}

struct journal_reading {
    const struct sw_store *store;
    struct gather *gather;
    struct sw_tiles *edge; /* of the log, as far as the journal led up to the checkpoint */
};

static enum sw_code no_sink(void *ctx, int level, uint64_t index, unsigned width,
    struct sw_bytes data, struct sw_error *err)
{
    return SW_OK;
}

/* The log's key signed the journal, but perhaps in another history, which began at an older copy of
 * the store: so its entries must lead to the published tree. */
static sw_result follow(const struct journal_reading *reading,
    const struct sw_journal_record *record, struct sw_error *err)
{
    struct sw_tiles *edge = reading->edge;
    uint64_t published = reading->store->head.size;
    struct sw_cursor entries = sw_cursor(record->entries);
    struct sw_hash256 root;
    if (record->type == SW_JOURNAL_BASE) {
        SW_TRY(sw_tiles_load(edge, record->edge, err));
    } else if (edge->size == published) {
        return SW_OK;
    }
    uint64_t left = published - edge->size;
    SW_TRY(sw_tiles_add(edge, &entries, left < record->count ? left : record->count, err));
    if (edge->size < published) {
        return SW_OK;
    }
    sw_tiles_root(edge, &root);
    return memcmp(&root, &reading->store->head.root, sizeof(root)) == 0
               ? SW_OK
               : sw_store_disagrees(reading->store, err);
}

/* The entries of a record that the checkpoint does not cover. */
static enum sw_code take_record(
    void *ctx, const struct sw_journal_record *record, struct sw_error *err)
{
    const struct journal_reading *reading = ctx;
    uint64_t published = reading->store->head.size;
    if (record->type == SW_JOURNAL_BASE && record->first > published) {
        return sw_fail(err, SW_E_REFUSED,
            "'%s/" SW_STORE_CHECKPOINT_FILE "' is older than the journal's beginning: an old copy "
            "was put back, or a writer is just "
            "publishing; try again, then see 'log verify'",
            reading->store->path);
    }
    SW_TRY(follow(reading, record, err));
    struct sw_cursor entries = sw_cursor(record->entries);
    for (uint32_t i = 0; i < record->count; i++) {
        struct sw_bytes entry;
        SW_TRY(sw_entry_next(&entries, &entry));
        if (record->first + i >= published) {
            SW_TRY(take_entry(reading->gather, record->first + i, entry, err));
        }
    }
    return SW_OK;
}

/* Whoever puts back an older checkpoint takes away what was logged since, as far as readers go. The
 * journal still has it. */
static sw_result read_journal(struct sw_store *store, struct gather *g, struct sw_error *err)
{
    SW_CLEANUP(free) struct sw_tiles *edge = malloc(sizeof(*edge));
    struct journal_reading reading = {store, g, edge};
    struct sw_journal journal;
    const char *torn = NULL;
    SW_TRY_PTR(edge);
    sw_tiles_init(edge, no_sink, NULL);
    sw_journal_init(&journal, &store->disk);
    sw_journal_bind(&journal, store->origin, store->key);
    enum sw_code rc = sw_journal_open(&journal, false, take_record, &reading, &torn, err);
    sw_journal_close(&journal);
    sw_tiles_release(edge);
    return rc;
}

/* A writer has the journal in its tiles. What it remembers of them says what the files must hold.
 */
static sw_result read_unpublished(struct sw_store *store, struct gather *g, struct sw_error *err)
{
    struct sw_hash256 root;
    SW_TRY(sw_store_catch_up(store, err));
    sw_tiles_root(&store->tiles, &root);
    SW_TRY(sw_entries_each(store, store->head.size, store->tiles.size, take_entry, g, err));
    return check_root(store, &g->frontier, &root, err);
}

/* What is not published yet counts too, since each record of the journal is signed. */
static sw_result read_all(struct sw_store *store, struct gather *g, struct sw_error *err)
{
    SW_TRY(sw_store_head(store, err));
    SW_TRY(sw_entries_each(store, 0, store->head.size, take_entry, g, err));
    SW_TRY(check_root(store, &g->frontier, &store->head.root, err));
    return store->mode == SW_STORE_WRITE ? read_unpublished(store, g, err)
                                         : read_journal(store, g, err);
}

#define READ_TRIES 5 /* a writer may publish while the entries are read */

/* Did a writer publish since the checkpoint was read? */
static bool has_moved(struct sw_store *store)
{
    uint64_t size = store->head.size;
    if (store->mode == SW_STORE_WRITE) {
        return false;
    }
    store->head_read = false;
    return sw_store_head(store, NULL) == SW_OK && store->head.size != size;
}

/* A reader that is overtaken finds a journal that begins behind its checkpoint. */
static sw_result read_steadily(struct sw_store *store, struct gather *g, struct sw_error *err)
{
    for (int i = 1;; i++) {
        enum sw_code rc = read_all(store, g, err);
        if (rc != SW_E_REFUSED || i == READ_TRIES || !has_moved(store)) {
            return rc;
        }
        g->count = g->unsure = 0;
        g->frontier = (struct sw_frontier){0};
    }
}

/* Does it stand in JSON as it is? */
static bool is_as_in_json(struct sw_str text)
{
    bool plain = true;
    for (size_t i = 0; i < text.len; i++) {
        plain = plain && text.ptr[i] > ' ' && text.ptr[i] != '"' && text.ptr[i] != '\\';
    }
    return plain;
}

sw_result sw_evidence_gather(struct sw_store *store, const struct sw_evidence_query *query,
    struct sw_arena *arena, struct sw_evidence_record **records, size_t *count,
    struct sw_error *err)
{
    if (query->subject == NULL && query->predicate_type == NULL) {
        return sw_fail(err, SW_E_USAGE, "claims are gathered about one subject, or of one type");
    }
    struct gather g = {.query = query, .arena = arena, .predicate = sw_str(query->predicate_type)};
    g.prefix = sw_str_ends(g.predicate, "*");
    g.predicate.len -= g.prefix;
    sw_arena_init(&g.scratch, 0);
    g.wanted = is_as_in_json(g.predicate) ? g.predicate : sw_str("");
    if (query->subject != NULL) {
        sw_digest_text(query->subject, g.subject);
        g.wanted = sw_str(g.subject);
    }
    (void)pthread_mutex_lock(&store->io);
    enum sw_code rc = read_steadily(store, &g, err);
    (void)pthread_mutex_unlock(&store->io);
    SW_TRY(rc);
    settle_unsure(store, &g);
    SW_TRY(settle_left_out(store, &g));
    SW_TRY(drop_repeats(&g));
    if (!query->oldest_first) {
        newest_first(g.records, g.count);
    }
    *records = g.records;
    *count = query->limit != 0 && query->limit < g.count ? query->limit : g.count;
    return SW_OK;
}

/* The index only says where to look; the proof says whether it is so. */
sw_result sw_evidence_recorded(
    struct sw_store *store, const struct sw_digest *claim, int64_t *time, struct sw_error *err)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_evidence_record record;
    struct sw_tlog_proof proof;
    struct sw_leaf leaf;
    SW_TRY(sw_evidence_of(store, claim, &arena, &record, err));
    SW_TRY(sw_log_prove(store, record.leaf, &text, err));
    SW_TRY(sw_tlog_proof_parse(&arena, sw_buf_bytes(&text), &proof, err));
    SW_TRY(sw_leaf_read(&arena, proof.extra, &leaf, err));
    if (!sw_digest_equal(&leaf.claim, claim)) {
        return sw_fail(err, SW_E_REFUSED, "leaf %llu is another claim's than the index says",
            (unsigned long long)record.leaf);
    }
    *time = leaf.time;
    return SW_OK;
}
