#include "cli/show_checkpoint.h"

struct sw_checkpoint_context sw_checkpoint_context_of(
    const struct sw_data_context *context, struct sw_arena *arena)
{
    return (struct sw_checkpoint_context){.arena = arena,
        .store = context->store,
        .trust = context->trust,
        .signer = &context->held.signer,
        .now = context->data.now};
}

sw_result sw_cli_cache(struct sw_cli *cli, const char *store_path, bool off,
    struct sw_model_cache **out, struct sw_error *err)
{
    if (off) {
        return SW_OK;
    }
    SW_TRY(sw_model_cache_open(store_path, out, err));
    const char *told = sw_model_cache_told(*out);
    if (told != NULL) {
        sw_note(cli, "the cache is not used: %s", told);
    }
    return SW_OK;
}

void sw_step_json(struct sw_json_writer *w, const char *name, uint64_t step)
{
    if (step == SW_ABSENT) {
        sw_jw_null(w, name);
    } else {
        sw_jw_u64(w, name, step);
    }
}

static void show_parent(struct sw_cli *cli, const struct sw_checkpoint_claim *claim)
{
    if (claim->parent == NULL) {
        sw_say(cli, SW_TONE_DIM, "  the first of its run\n");
        return;
    }
    sw_say(cli, SW_TONE_DIM, "  %s step %llu\n", claim->resumed ? "resumed from" : "after",
        (unsigned long long)claim->parent->step);
}

void sw_show_checkpoint(
    struct sw_cli *cli, const struct sw_checkpoint_signed *done, const struct sw_cache_use *use)
{
    const struct sw_checkpoint_claim *claim = &done->claim;
    sw_say(cli, SW_TONE_GOOD, "%s", done->known ? "known" : "signed");
    sw_say(cli, SW_TONE_PLAIN, "  %.*s: step %llu of run %.*s, %s, %s", SW_STR_ARG(claim->name),
        (unsigned long long)claim->step, SW_STR_ARG(claim->run),
        sw_count_show(cli, claim->files, "file"), sw_count_show(cli, claim->bytes, "byte"));
    if (use != NULL && use->files > 0) {
        sw_say(cli, SW_TONE_PLAIN, " (%s not read again)", sw_count_show(cli, use->files, "file"));
    }
    sw_say(cli, SW_TONE_DIM, ", %s", sw_completeness_words[claim->complete]);
    show_parent(cli, claim);
}

sw_result sw_checkpoint_json(
    const struct sw_checkpoint_signed *done, const struct sw_cache_use *use, struct sw_error *err)
{
    const struct sw_checkpoint_claim *claim = &done->claim;
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    w->indent = 0; /* one line each, for who follows a run */
    sw_jw_object(w, NULL);
    sw_jw_bool(w, "recorded", !done->known);
    sw_jw_str(w, "run", claim->run);
    sw_jw_u64(w, "step", claim->step);
    sw_jw_str(w, "name", claim->name);
    sw_json_digest(w, "model_root", &claim->root);
    sw_json_digest(w, "manifest", &claim->manifest);
    sw_jw_u64(w, "files", claim->files);
    sw_jw_u64(w, "bytes", claim->bytes);
    sw_jw_u64(w, "files_not_read", use == NULL ? 0 : use->files);
    sw_jw_text(w, "complete", sw_completeness_words[claim->complete]);
    sw_step_json(w, "parent_step", claim->parent == NULL ? SW_ABSENT : claim->parent->step);
    sw_json_digest(
        w, "parent", claim->parent == NULL ? &(struct sw_digest){0} : &claim->parent->claim);
    sw_jw_bool(w, "resumed", claim->resumed);
    sw_jw_text(w, "signature_file", done->signature_path);
    sw_json_digest(w, "claim", &done->receipt.claim);
    sw_jw_u64(w, "leaf", done->receipt.leaf);
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}
