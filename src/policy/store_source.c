/* The store as a source of claims. Neither its index nor its blobs are believed: the bytes must
 * have the digest that was logged, the signature must be a trusted signer's, and the statement
 * itself must name the subject and the type. */
#include "policy/gate.h"

struct store_source {
    const struct sw_trust *trust;
    struct sw_store *store;
    const struct sw_gate_question *question;
    struct sw_evidence_record *records; /* all about the subject */
    size_t count;
};

#define DRAFT_LEAF UINT64_MAX /* behind everything that the log has */

/* Nothing was signed yet, so its own digest stands for the signature: it is no other claim's. */
static struct sw_gate_record draft_record(const struct sw_gate_draft *draft, int64_t now)
{
    return (struct sw_gate_record){
        draft->claim, now, DRAFT_LEAF, sw_bytes(draft->claim.bytes, draft->claim.len)};
}

static enum sw_code read_draft(struct sw_arena *scratch, const struct sw_gate_draft *draft,
    struct sw_gate_reading *out, struct sw_error *err)
{
    struct sw_json *statement = SW_ARENA_NEW(scratch, struct sw_json);
    SW_TRY_PTR(statement);
    SW_TRY(sw_json_parse(scratch, draft->statement, NULL, statement, err));
    *out = (struct sw_gate_reading){.standing = SW_GATE_SIGNED,
        .signer = draft->signer,
        .statement = statement,
        .signature = sw_bytes(draft->claim.bytes, draft->claim.len)};
    return SW_OK;
}

static enum sw_code list_claims(void *self, struct sw_arena *arena, const char *type,
    struct sw_gate_record **records, size_t *count, struct sw_error *err)
{
    const struct store_source *source = self;
    const struct sw_gate_question *q = source->question;
    struct sw_gate_record *list =
        SW_ARENA_ARRAY(arena, struct sw_gate_record, source->count + q->draft_count);
    SW_TRY_PTR(list);
    size_t n = 0;
    for (size_t i = 0; i < source->count; i++) {
        const struct sw_evidence_record *r = &source->records[i];
        if (sw_str_is(r->predicate_type, type)) {
            list[n++] = (struct sw_gate_record){r->claim, r->time, r->leaf, r->signature};
        }
    }
    for (size_t i = 0; i < q->draft_count; i++) {
        if (strcmp(q->drafts[i].type, type) == 0) {
            list[n++] = draft_record(&q->drafts[i], q->now);
        }
    }
    (void)err;
    *records = list;
    *count = n;
    return SW_OK;
}

/* Is it the claim or the question that is at fault? A claim that cannot be used is an answer; a
 * disk or memory that fails is not. */
static bool is_about_claim(enum sw_code code)
{
    static const enum sw_code codes[] = {
        SW_E_REFUSED, SW_E_FORMAT, SW_E_LIMIT, SW_E_NOEVIDENCE, SW_E_UNSUPPORTED, SW_E_NOENT};
    for (size_t i = 0; i < SW_COUNT(codes); i++) {
        if (codes[i] == code) {
            return true;
        }
    }
    return false;
}

static enum sw_code set_aside(struct sw_arena *scratch, enum sw_gate_standing standing,
    const struct sw_error *why, struct sw_gate_reading *out)
{
    const char *text = why->text[0] != '\0' ? why->text : sw_code_text(why->code);
    const char *copy = sw_arena_strdup(scratch, text);
    SW_TRY_PTR(copy);
    *out = (struct sw_gate_reading){.standing = standing, .why = copy};
    return SW_OK;
}

static bool names_subject(const struct sw_statement *statement, const struct sw_digest *subject)
{
    for (size_t i = 0; i < statement->subject_count; i++) {
        if (sw_digest_equal(&statement->subjects[i].digest, subject)) {
            return true;
        }
    }
    return false;
}

/* The root of a model is made of its files' digests alone: the same content under other names, or
 * cut into other pieces, has the same one. So our claims name the manifest digest beside it. */
static bool means_another(const struct sw_statement *statement, const struct sw_gate_question *q)
{
    bool says_which = false;
    for (size_t i = 0; i < statement->subject_count && q->manifest.alg != 0; i++) {
        const struct sw_subject *subject = &statement->subjects[i];
        if (sw_digest_equal(&subject->digest, &q->manifest)) {
            return false;
        }
        says_which = says_which || (sw_str_is(subject->name, "manifest") &&
                                       !sw_digest_equal(&subject->digest, &q->subject));
    }
    return says_which;
}

static enum sw_code pass_up(struct sw_error *err, const struct sw_error *why, enum sw_code code)
{
    if (err != NULL) {
        *err = *why;
    }
    return code;
}

/* The signature is good; now the statement must say what the log's leaf said. */
static enum sw_code take_claim(const struct store_source *source, const char *type,
    struct sw_arena *scratch, const struct sw_claim *claim, struct sw_gate_reading *out)
{
    if (!names_subject(&claim->statement, &source->question->subject) ||
        !sw_str_is(claim->statement.predicate_type, type)) {
        struct sw_error why = {.text = "its leaf in the log names another subject or type than "
                                       "the claim does"};
        return set_aside(scratch, SW_GATE_DAMAGED, &why, out);
    }
    if (means_another(&claim->statement, source->question)) {
        struct sw_error why = {.text = "it is about another model with the same root digest"};
        return set_aside(scratch, SW_GATE_ELSEWHERE, &why, out);
    }
    const struct sw_json *statement =
        sw_arena_copy(scratch, sw_bytes(&claim->statement.root, sizeof(claim->statement.root)));
    const char *signer = sw_arena_strdup(scratch, claim->signer);
    if (statement == NULL || signer == NULL) {
        return SW_E_NOMEM;
    }
    *out = (struct sw_gate_reading){.standing = SW_GATE_SIGNED,
        .signer = signer,
        .statement = statement,
        .signature = claim->bundle.signature};
    return SW_OK;
}

static enum sw_code read_claim(void *self, struct sw_arena *scratch, const char *type,
    const struct sw_gate_record *record, struct sw_gate_reading *out, struct sw_error *err)
{
    const struct store_source *source = self;
    const struct sw_gate_question *q = source->question;
    struct sw_error why = {0};
    for (size_t i = 0; i < q->draft_count && record->leaf == DRAFT_LEAF; i++) {
        if (sw_digest_equal(&q->drafts[i].claim, &record->claim)) {
            return read_draft(scratch, &q->drafts[i], out, err);
        }
    }
    SW_CLEANUP(buf) struct sw_buf bundle = SW_BUF_INIT;
    enum sw_code rc = sw_evidence_load(source->store, &record->claim, &bundle, &why);
    if (rc != SW_OK) {
        return is_about_claim(rc) ? set_aside(scratch, SW_GATE_DAMAGED, &why, out)
                                  : pass_up(err, &why, rc);
    }
    struct sw_verify_options options = {.now = source->question->now,
        .signing_time = record->time,
        .allow_missing_hint = source->question->allow_missing_hint};
    struct sw_claim claim;
    rc = sw_claim_verify(scratch, source->trust, sw_buf_bytes(&bundle), &options, &claim, &why);
    if (rc != SW_OK) {
        return is_about_claim(rc) ? set_aside(scratch, SW_GATE_UNTRUSTED, &why, out)
                                  : pass_up(err, &why, rc);
    }
    return take_claim(source, type, scratch, &claim, out);
}

enum sw_code sw_gate_decide(struct sw_arena *arena, const struct sw_policy *policy,
    const struct sw_trust *trust, struct sw_store *store, const struct sw_gate_question *question,
    struct sw_decision *out, struct sw_error *err)
{
    struct store_source self = {.trust = trust, .store = store, .question = question};
    struct sw_evidence_query query = {.subject = &question->subject};
    SW_TRY(sw_evidence_gather(store, &query, arena, &self.records, &self.count, err));
    struct sw_gate_source source = {&self, sw_trust_count(trust), list_claims, read_claim};
    return sw_gate_decide_over(arena, policy, &source, question, out, err);
}
