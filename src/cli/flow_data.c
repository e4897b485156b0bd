#include "cli/flow_data.h"

#define KEY_MAX ((uint64_t)1 << 20)

/* --- asking ---------------------------------------------------------------------------------- */

static struct sw_data context_of(struct sw_arena *arena, const struct sw_admit_request *request)
{
    return (struct sw_data){.store = request->store,
        .trust = request->trust,
        .signer = request->dry_run ? NULL : request->signer,
        .arena = arena,
        .progress = request->options.model.progress,
        .now = request->options.now};
}

/* The model by its root, and by the digest that binds names as well. */
static size_t subjects_of(const struct sw_admit_request *request,
    const struct sw_verification *verification, struct sw_subject subjects[2])
{
    subjects[0] = (struct sw_subject){sw_path_base(request->path), verification->root};
    subjects[1] = (struct sw_subject){sw_str("manifest"), verification->manifest_digest};
    return verification->manifest_digest.alg == 0 ? 1 : 2;
}

/* Whose claim it would be; NULL when that is not known, or they may not sign it. */
static const char *signer_of(struct sw_arena *arena, const struct sw_admit_request *request)
{
    SW_CLEANUP(buf) struct sw_buf pem = SW_BUF_INIT;
    SW_CLEANUP(key) struct sw_key *key = NULL;
    struct sw_error ignored = {0};
    (void)arena;
    if (request->would_sign == NULL ||
        sw_file_read(request->would_sign, KEY_MAX, &pem, &ignored) != SW_OK ||
        sw_key_read_public(sw_buf_bytes(&pem), &key, &ignored) != SW_OK) {
        return NULL;
    }
    return sw_trust_name_of(request->trust, key, sw_str(SW_PREDICATE_DATA_PROVENANCE));
}

static sw_result make_draft(struct sw_arena *arena, const struct sw_admit_request *request,
    const struct sw_verification *verification, struct sw_bytes predicate,
    struct sw_admitted_data *data, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf statement = SW_BUF_INIT;
    struct sw_subject subjects[2];
    size_t count = subjects_of(request, verification, subjects);
    const char *signer = signer_of(arena, request);
    if (signer == NULL) {
        return SW_OK;
    }
    SW_TRY(sw_statement_write(
        &statement, subjects, count, SW_PREDICATE_DATA_PROVENANCE, predicate, err));
    const void *kept = sw_arena_copy(arena, sw_buf_bytes(&statement));
    SW_TRY_PTR(kept);
    data->draft = (struct sw_gate_draft){.type = SW_PREDICATE_DATA_PROVENANCE,
        .signer = signer,
        .statement = sw_bytes(kept, statement.len)};
    sw_sha256(data->draft.statement, &data->draft.claim);
    data->claim = data->draft.claim;
    return SW_OK;
}

static sw_result record(const struct sw_data *context, const struct sw_admit_request *request,
    const struct sw_verification *verification, struct sw_bytes predicate,
    struct sw_admitted_data *data, struct sw_error *err)
{
    struct sw_receipt receipt;
    struct sw_subject subjects[2];
    size_t count = subjects_of(request, verification, subjects);
    SW_TRY(sw_data_record(
        context, subjects, count, SW_PREDICATE_DATA_PROVENANCE, predicate, &receipt, err));
    data->claim = receipt.claim;
    return SW_OK;
}

sw_result sw_flow_data(struct sw_arena *arena, const struct sw_admit_request *request,
    const struct sw_verification *verification, struct sw_admitted_data *out, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf predicate = SW_BUF_INIT;
    const struct sw_data context = context_of(arena, request);
    struct sw_admitted_data data = {.known = true};
    struct sw_error why = {0};
    enum sw_code code = sw_provenance_find(
        &context, &verification->root, &verification->manifest_digest, &data.provenance, &why);
    if (code == SW_E_NOENT) {
        *out = (struct sw_admitted_data){0};
        return SW_OK;
    }
    if (code != SW_OK) {
        return sw_fail(err, code, "%s", why.text[0] != '\0' ? why.text : sw_code_text(code));
    }
    SW_TRY(sw_provenance_write(&data.provenance, &predicate));
    struct sw_bytes bytes = sw_buf_bytes(&predicate);
    SW_TRY(request->dry_run ? make_draft(arena, request, verification, bytes, &data, err)
                            : record(&context, request, verification, bytes, &data, err));
    *out = data;
    return SW_OK;
}

/* --- telling --------------------------------------------------------------------------------- */

#define NAMED_MAX 3u

static sw_result put_hit(struct sw_buf *out, const char *what, const struct sw_provenance_hit *hit)
{
    SW_TRY(sw_buf_puts(out, out->len == 0 ? "" : "; "));
    SW_TRY(sw_selector_show(&hit->selector, out));
    SW_TRY(sw_buf_printf(out, " is %s", what));
    if (!hit->certain) {
        SW_TRY(sw_buf_puts(out, " and may be in it"));
    } else if (hit->samples != SW_ABSENT && hit->samples > 0) {
        SW_TRY(sw_buf_printf(out, " and is in it with %llu sample%s",
            (unsigned long long)hit->samples, hit->samples == 1 ? "" : "s"));
    }
    SW_TRY(sw_buf_printf(out, ": " SW_STR_FMT, SW_STR_ARG(hit->reason)));
    return hit->by.len == 0 ? SW_OK : sw_buf_printf(out, ", says " SW_STR_FMT, SW_STR_ARG(hit->by));
}

static sw_result put_hits(
    struct sw_buf *out, const char *what, const struct sw_provenance_hit *hits, size_t count)
{
    for (size_t i = 0; i < count && i < NAMED_MAX; i++) {
        SW_TRY(put_hit(out, what, &hits[i]));
    }
    return count <= NAMED_MAX ? SW_OK : sw_buf_printf(out, "; and %zu more", count - NAMED_MAX);
}

static const char *as_line(struct sw_arena *arena, const struct sw_buf *text)
{
    char *line = sw_arena_alloc(arena, text->len * 4 + 1);
    if (line != NULL) {
        sw_escape_line(sw_buf_cstr(text), text->len, line, text->len * 4 + 1);
    }
    return line;
}

static sw_result put_gaps(struct sw_buf *out, const struct sw_provenance *p)
{
    for (size_t i = 0; i < p->gap_count && i < NAMED_MAX; i++) {
        SW_TRY(sw_buf_printf(out, "%s%s" SW_STR_FMT, out->len == 0 ? "" : "; ",
            i == 0 ? "not known: " : "", SW_STR_ARG(p->gaps[i])));
    }
    return p->gap_count <= NAMED_MAX
               ? SW_OK
               : sw_buf_printf(out, "; and %zu more", p->gap_count - NAMED_MAX);
}

static sw_result put_weights(struct sw_buf *out, const struct sw_provenance *p)
{
    return p->weights.agrees != SW_DIFFERS
               ? SW_OK
               : sw_buf_printf(out, "%swhat its run drew is off the declared weights beyond chance",
                     out->len == 0 ? "" : "; ");
}

/* What a rule may ask the claim for. */
enum {
    ABOUT_TAINTS = 1,
    ABOUT_TAKEDOWNS = 2,
    ABOUT_GAPS = 4,
    ABOUT_WEIGHTS = 8,
    ABOUT_ALL = 15,
};

/* What is bad, in words that may stand in a reason; NULL when out of memory. */
static const char *describe(struct sw_arena *arena, const struct sw_provenance *p, unsigned about)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    bool hits = (about & (ABOUT_TAINTS | ABOUT_TAKEDOWNS)) != 0;
    if (put_hits(&text, "tainted", p->tainted, hits ? p->tainted_count : 0) != SW_OK ||
        put_hits(&text, "taken down", p->takedowns, hits ? p->takedown_count : 0) != SW_OK ||
        ((about & ABOUT_WEIGHTS) != 0 && put_weights(&text, p) != SW_OK) ||
        ((hits || (about & ABOUT_GAPS) != 0) && put_gaps(&text, p) != SW_OK)) {
        return NULL;
    }
    return as_line(arena, &text);
}

/* What the rule looks at; 0: nothing of these. */
static unsigned about_what(const struct sw_policy *policy, const char *rule)
{
    static const struct {
        const char *path;
        unsigned about;
    } parts[] = {
        {"predicate.tainted", ABOUT_TAINTS},
        {"predicate.takedowns", ABOUT_TAKEDOWNS},
        {"predicate.status", ABOUT_GAPS},
        {"predicate.gaps", ABOUT_GAPS},
        {"predicate.weights", ABOUT_WEIGHTS},
    };
    unsigned about = 0;
    for (size_t i = 0; i < SW_COUNT(parts); i++) {
        about |= sw_policy_rule_reads(policy, rule, parts[i].path) ? parts[i].about : 0;
    }
    return about;
}

/* A taint can be taken back by whom it is of, a takedown by nobody. */
static sw_result put_hit_advice(struct sw_buf *out, const struct sw_provenance *p, bool taints)
{
    size_t count = taints ? p->tainted_count : p->takedown_count;
    const struct sw_provenance_hit *first = taints ? p->tainted : p->takedowns;
    SW_TRY(sw_buf_puts(out, "make the datasets anew without "));
    SW_TRY(count > 1 ? sw_buf_puts(out, "all of these") : sw_selector_show(&first->selector, out));
    SW_TRY(sw_buf_puts(out, ", and train on those"));
    if (!taints) {
        return sw_buf_puts(out, " (a takedown is not lifted); or write a waiver");
    }
    if (first->by.len > 0) {
        SW_TRY(sw_buf_printf(
            out, "; or, when it was a mistake, as " SW_STR_FMT " run: ", SW_STR_ARG(first->by)));
        SW_TRY(sw_buf_puts(out, "sealwright data taint "));
        SW_TRY(sw_selector_show(&first->selector, out));
        SW_TRY(sw_buf_puts(out, " --lift --reason WHY"));
    }
    return sw_buf_puts(out, "; or write a waiver");
}

/* The first that is so, of what the rule looks at; nothing when it is something else. */
static sw_result put_advice(
    struct sw_buf *out, const struct sw_provenance *p, unsigned about, const char *rule)
{
    if ((about & ABOUT_TAINTS) != 0 && p->tainted_count > 0) {
        return put_hit_advice(out, p, true);
    }
    if ((about & ABOUT_TAKEDOWNS) != 0 && p->takedown_count > 0) {
        return put_hit_advice(out, p, false);
    }
    if ((about & ABOUT_GAPS) != 0 && p->gap_count > 0) {
        return sw_buf_printf(out,
            "close the gaps ('sealwright data source add NAME --update' describes a source, "
            "'data run' records what made a dataset, 'data train' what made a model); or write a "
            "waiver for the rule %s of this model into the policy",
            rule);
    }
    if ((about & ABOUT_WEIGHTS) != 0 && p->weights.agrees == SW_DIFFERS) {
        return sw_buf_printf(out,
            "draw by the weights that were decided, or decide anew with 'sealwright data mix', "
            "and train again; or write a waiver for the rule %s of this model into the policy",
            rule);
    }
    return SW_OK;
}

static sw_result explain_rule(struct sw_arena *arena, const struct sw_policy *policy,
    const struct sw_provenance *provenance, struct sw_gate_rule *rule)
{
    SW_CLEANUP(buf) struct sw_buf advice = SW_BUF_INIT;
    unsigned about = about_what(policy, rule->name);
    const char *words = describe(arena, provenance, about == 0 ? ABOUT_ALL : about);
    SW_TRY_PTR(words);
    if (words[0] == '\0') {
        return SW_OK;
    }
    rule->reason = sw_arena_printf(arena, "%s (%s)", rule->reason, words);
    SW_TRY_PTR(rule->reason);
    SW_TRY(put_advice(&advice, provenance, about, rule->name));
    rule->satisfy = advice.len == 0 ? rule->satisfy : as_line(arena, &advice);
    SW_TRY_PTR(rule->satisfy);
    return SW_OK;
}

sw_result sw_flow_data_explain(struct sw_arena *arena, const struct sw_policy *policy,
    const struct sw_admitted_data *data, struct sw_decision *gate)
{
    for (size_t i = 0; i < gate->rule_count && data->known && data->claim.alg != 0; i++) {
        struct sw_gate_rule *rule = &gate->rules[i];
        if (rule->verdict != SW_GATE_PASS && sw_digest_equal(&rule->claim, &data->claim)) {
            SW_TRY(explain_rule(arena, policy, &data->provenance, rule));
        }
    }
    return SW_OK;
}

static bool weighs(const struct sw_gate_rule *rule, const struct sw_digest *claim)
{
    for (size_t i = 0; i < rule->weighed_count && claim->alg != 0; i++) {
        if (sw_digest_equal(&rule->weighed[i], claim)) {
            return true;
        }
    }
    return false;
}

/* Did a rule decide on this part of the claim? One that asks it for something else did not. */
static bool was_weighed(const struct sw_policy *policy, const struct sw_decision *gate,
    const struct sw_digest *claim, const char *part)
{
    for (size_t r = 0; r < gate->rule_count; r++) {
        const struct sw_gate_rule *rule = &gate->rules[r];
        if (weighs(rule, claim) && sw_policy_rule_reads(policy, rule->name, part)) {
            return true;
        }
    }
    return false;
}

bool sw_flow_data_passed_over(struct sw_arena *arena, const struct sw_policy *policy,
    const struct sw_admitted_data *data, const struct sw_decision *gate, struct sw_gate_rule *out)
{
    const struct sw_provenance *p = &data->provenance;
    bool taints_open =
        p->tainted_count > 0 && !was_weighed(policy, gate, &data->claim, "predicate.tainted");
    bool takedowns_open =
        p->takedown_count > 0 && !was_weighed(policy, gate, &data->claim, "predicate.takedowns");
    if (!data->known || (!taints_open && !takedowns_open)) {
        return false;
    }
    const char *words = describe(arena, p, ABOUT_TAINTS | ABOUT_TAKEDOWNS);
    *out = (struct sw_gate_rule){.name = "data",
        .verdict = SW_GATE_FAIL,
        .reason = words == NULL ? "what it was trained on is tainted or taken down" : words,
        .satisfy = "make the datasets anew without it and train on those; if the finding was "
                   "reviewed, let the policy ask for data provenance, count the claims of the "
                   "signing key, and write a waiver"};
    return true;
}
