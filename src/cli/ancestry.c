#include "cli/ancestry.h"

sw_result sw_cli_split_model(
    struct sw_cli *cli, const char *text, const char **model, const char **word)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz-";
    const char *colon = strrchr(text, ':');
    struct sw_digest digest;
    *model = text;
    *word = NULL;
    if (colon == NULL || colon[1] == '\0' || colon == text ||
        strspn(colon + 1, letters) != strlen(colon + 1) || sw_digest_parse(sw_str(text), &digest)) {
        return SW_OK;
    }
    *model = sw_arena_strndup(&cli->arena, sw_str_n(text, (size_t)(colon - text)));
    SW_TRY_PTR(*model);
    *word = colon + 1;
    return SW_OK;
}

struct parents {
    struct sw_cli *cli;
    struct sw_store *store;
    struct sw_trust *trust;
    struct sw_ancestry *out;
    struct sw_error *err;
};

static sw_result parse_parent(
    const struct parents *p, const char *text, const char **model, struct sw_parent *out)
{
    const char *word = NULL;
    SW_TRY(sw_cli_split_model(p->cli, text, model, &word));
    if (word == NULL || !sw_relation_parse(sw_str(word), &out->relation)) {
        return sw_fail(p->err, SW_E_USAGE,
            "--parent '%s' does not say how the model was made from it: put ':' and finetune, "
            "adapter, merge, quantized, conversion or distillation behind it",
            text);
    }
    return SW_OK;
}

/* Its signature goes into the log with the claim that names it, so that it is found again. */
static sw_result keep_signature(const struct parents *p, const struct sw_buf *signature)
{
    struct sw_ancestry *out = p->out;
    void *copy = sw_arena_alloc(&p->cli->arena, signature->len);
    SW_TRY_PTR(copy);
    memcpy(copy, signature->data, signature->len);
    out->signatures[out->signature_count++] = sw_bytes(copy, signature->len);
    return SW_OK;
}

static enum sw_code not_verified(
    const struct parents *p, const char *model, const struct sw_verification *v)
{
    const struct sw_problem *first = v->problem_count > 0 ? &v->problems[0] : NULL;
    enum sw_code code = v->verdict == SW_VERDICT_NO_EVIDENCE ? SW_E_NOEVIDENCE : SW_E_REFUSED;
    return sw_fail(p->err, v->io_error ? SW_E_IO : code,
        "the parent '%s' cannot be named, since it is not verified: %s %s%s%s", model,
        first == NULL ? "" : sw_problem_kind_name(first->kind), first == NULL ? "" : first->path,
        first == NULL || first->detail[0] == '\0' ? "" : ": ", first == NULL ? "" : first->detail);
}

static sw_result verify_files(const struct parents *p, const char *model, struct sw_parent *out)
{
    struct sw_verify_request request = {
        .path = model, .trust = p->trust, .store = p->store, .options = {.now = p->cli->now}};
    struct sw_verification v;
    SW_CLEANUP(buf) struct sw_buf signature = SW_BUF_INIT;
    struct sw_bar *bar = sw_bar_start(p->cli, "verifying the parent");
    request.options.model.progress = sw_bar_progress(bar);
    enum sw_code code = sw_flow_verify(&p->cli->arena, &request, &signature, &v, p->err);
    sw_bar_stop(bar);
    SW_TRY(code);
    if (v.verdict != SW_VERDICT_PASS) {
        return not_verified(p, model, &v);
    }
    out->name = sw_path_base(model);
    out->root = v.root;
    out->manifest = v.manifest_digest;
    out->claim = v.claim;
    return keep_signature(p, &signature);
}

static sw_result verify_digest(const struct parents *p, const char *model, struct sw_parent *out)
{
    struct sw_chain_options options = {.store = p->store, .trust = p->trust, .now = p->cli->now};
    enum sw_code code =
        sw_chain_signature(&p->cli->arena, &options, &out->root, &out->claim, p->err);
    if (code == SW_OK) {
        out->name = sw_str(model);
        return SW_OK;
    }
    (void)sw_error_prefix(p->err, code, "the parent %s cannot be named", model);
    return code == SW_E_NOENT ? SW_E_NOEVIDENCE : code;
}

/* "sha256:7fb1" is no path that is missing. */
static sw_result check_digest(const struct parents *p, const char *model)
{
    if (strncmp(model, "sha256:", 7) == 0 && !sw_dir_exists(model) && !sw_file_exists(model)) {
        return sw_fail(p->err, SW_E_USAGE,
            "--parent '%s': the digest of a model root is given whole, sha256: and 64 digits",
            model);
    }
    return SW_OK;
}

static sw_result add_parent(const struct parents *p, const char *text)
{
    struct sw_derivation_claim *claim = &p->out->claim;
    struct sw_parent parent = {0};
    const char *model = NULL;
    SW_TRY(parse_parent(p, text, &model, &parent));
    if (sw_digest_parse(sw_str(model), &parent.root)) {
        SW_TRY(verify_digest(p, model, &parent));
    } else {
        SW_TRY(check_digest(p, model));
        SW_TRY(verify_files(p, model, &parent));
    }
    for (size_t i = 0; i < claim->parent_count; i++) {
        if (sw_digest_equal(&claim->parents[i].root, &parent.root) &&
            claim->parents[i].relation == parent.relation) {
            return sw_fail(p->err, SW_E_USAGE, "--parent '%s' is given twice", text);
        }
    }
    claim->parents[claim->parent_count++] = parent;
    return SW_OK;
}

sw_result sw_cli_parents(struct sw_cli *cli, struct sw_store *store,
    const struct sw_text_list *parents, struct sw_ancestry *out, struct sw_error *err)
{
    struct sw_ancestry made = {.claim.time = cli->now};
    SW_CLEANUP(trust) struct sw_trust *trust = NULL;
    if (parents->count == 0) {
        *out = made;
        return SW_OK;
    }
    if (parents->count > SW_DERIVATION_MAX_PARENTS) {
        return sw_fail(
            err, SW_E_USAGE, "a model can name %d parents at most", SW_DERIVATION_MAX_PARENTS);
    }
    SW_TRY(sw_cli_trust(cli, sw_store_path(store), &trust, err));
    made.claim.parents = SW_ARENA_ARRAY(&cli->arena, struct sw_parent, parents->count);
    made.signatures = SW_ARENA_ARRAY(&cli->arena, struct sw_bytes, parents->count);
    SW_TRY_PTR(made.claim.parents);
    SW_TRY_PTR(made.signatures);
    const struct parents p = {cli, store, trust, &made, err};
    for (size_t i = 0; i < parents->count; i++) {
        SW_TRY(add_parent(&p, parents->items[i]));
    }
    *out = made;
    return SW_OK;
}

sw_result sw_flow_derivation(const struct sw_signer *signer, const struct sw_manifest *manifest,
    const struct sw_ancestry *ancestry, struct sw_buf *out, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf predicate = SW_BUF_INIT;
    struct sw_subject subjects[] = {
        {sw_str(manifest->name), manifest->root},
        {sw_str("manifest"), manifest->manifest_digest},
    };
    for (size_t i = 0; i < ancestry->claim.parent_count; i++) {
        if (sw_digest_equal(&ancestry->claim.parents[i].root, &manifest->root)) {
            return sw_fail(err, SW_E_REFUSED,
                "the model is the same as its parent '" SW_STR_FMT "', byte for byte",
                SW_STR_ARG(ancestry->claim.parents[i].name));
        }
    }
    SW_TRY(sw_derivation_claim_write(&ancestry->claim, &predicate));
    return sw_flow_claim(signer, subjects, SW_COUNT(subjects), SW_PREDICATE_DERIVATION,
        sw_buf_bytes(&predicate), out, err);
}

sw_result sw_flow_add_derivation(struct sw_arena *arena, struct sw_store *store,
    struct sw_bytes signature, struct sw_bytes derivation, const struct sw_ancestry *ancestry,
    struct sw_receipt *receipt, struct sw_error *err)
{
    size_t count = ancestry->signature_count + 2;
    struct sw_bytes *bundles = SW_ARENA_ARRAY(arena, struct sw_bytes, count);
    struct sw_receipt *receipts = SW_ARENA_ARRAY(arena, struct sw_receipt, count);
    SW_TRY_PTR(bundles);
    SW_TRY_PTR(receipts);
    for (size_t i = 0; i < ancestry->signature_count; i++) {
        bundles[i] = ancestry->signatures[i];
    }
    bundles[count - 2] = signature;
    bundles[count - 1] = derivation;
    SW_TRY(sw_evidence_add(store, bundles, count, receipts, err));
    SW_TRY(sw_log_publish(store, err));
    *receipt = receipts[count - 1];
    return SW_OK;
}

void sw_show_parents(
    struct sw_cli *cli, const struct sw_ancestry *ancestry, const struct sw_receipt *receipt)
{
    for (size_t i = 0; i < ancestry->claim.parent_count; i++) {
        const struct sw_parent *parent = &ancestry->claim.parents[i];
        sw_say(cli, SW_TONE_PLAIN, "  made from   " SW_STR_FMT " (%s)\n", SW_STR_ARG(parent->name),
            sw_relation_words[parent->relation]);
    }
    if (ancestry->claim.parent_count > 0) {
        sw_say(cli, SW_TONE_PLAIN, "  in the log  the derivation, leaf %llu\n",
            (unsigned long long)receipt->leaf);
    }
}

void sw_parents_json(
    struct sw_json_writer *w, const struct sw_ancestry *ancestry, const struct sw_receipt *receipt)
{
    if (ancestry->claim.parent_count == 0) {
        return;
    }
    sw_jw_array(w, "parents");
    for (size_t i = 0; i < ancestry->claim.parent_count; i++) {
        const struct sw_parent *parent = &ancestry->claim.parents[i];
        sw_jw_object(w, NULL);
        sw_jw_str(w, "name", parent->name);
        sw_jw_text(w, "relation", sw_relation_words[parent->relation]);
        sw_json_digest(w, "model_root", &parent->root);
        sw_json_digest(w, "claim", &parent->claim);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
    sw_jw_object(w, "derivation");
    sw_json_digest(w, "claim", &receipt->claim);
    sw_jw_u64(w, "leaf", receipt->leaf);
    sw_jw_object_end(w);
}
