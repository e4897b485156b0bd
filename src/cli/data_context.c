#include "cli/data_context.h"

#include <errno.h>
#include <stdlib.h>

void sw_data_context_release(struct sw_data_context *context)
{
    if (context->store != NULL) {
        sw_store_abandon(context->store);
    }
    sw_trust_free(context->trust);
    sw_held_signer_release(&context->held);
    *context = (struct sw_data_context){0};
}

static sw_result open_all(struct sw_cli *cli, enum sw_store_mode mode,
    const struct sw_signer_args *args, struct sw_data_context *out, struct sw_error *err)
{
    const char *path = NULL;
    SW_TRY(sw_cli_store_path(cli, &path, err));
    if (args != NULL) {
        SW_TRY(sw_cli_signer(cli, path, args, &out->held, err));
        out->data.signer = &out->held.signer;
    }
    SW_TRY(sw_cli_store_open_at(cli, path, mode, &out->store, err));
    if (args != NULL) {
        SW_TRY(sw_store_check_access(out->store, err)); /* before hours of work, not after them */
    }
    SW_TRY(sw_cli_trust(cli, path, &out->trust, err));
    out->data.store = out->store;
    out->data.trust = out->trust;
    out->data.arena = &cli->arena;
    out->data.now = cli->now;
    return SW_OK;
}

sw_result sw_data_context_open(struct sw_cli *cli, enum sw_store_mode mode,
    const struct sw_signer_args *args, struct sw_data_context *out, struct sw_error *err)
{
    *out = (struct sw_data_context){0};
    enum sw_code code = open_all(cli, mode, args, out, err);
    if (code != SW_OK) {
        sw_data_context_release(out);
    }
    return code;
}

void sw_data_context_pause(struct sw_data_context *context)
{
    sw_store_abandon(context->store);
    context->store = NULL;
    context->data.store = NULL;
}

sw_result sw_data_context_resume(struct sw_cli *cli, enum sw_store_mode mode,
    struct sw_data_context *context, struct sw_error *err)
{
    const char *path = NULL;
    SW_TRY(sw_cli_store_path(cli, &path, err));
    SW_TRY(sw_cli_store_open_at(cli, path, mode, &context->store, err));
    context->data.store = context->store;
    context->data.now = sw_time_now(); /* it may have been hours */
    return SW_OK;
}

sw_result sw_data_context_promote(struct sw_data_context *context, struct sw_error *err)
{
    context->data.now = sw_time_now(); /* it may have been hours */
    return sw_store_promote(context->store, context->data.progress, err);
}

sw_result sw_data_context_close(struct sw_data_context *context, struct sw_error *err)
{
    struct sw_store *store = context->store;
    context->store = NULL;
    return sw_store_close(store, err);
}

sw_result sw_data_location(
    struct sw_cli *cli, const char *path, const char **out, struct sw_error *err)
{
    SW_CLEANUP(free) char *real = realpath(path, NULL);
    if (real == NULL) {
        return sw_fail_errno(err, errno, "cannot read '%s'", path);
    }
    *out = sw_arena_strdup(&cli->arena, real);
    return *out == NULL ? SW_E_NOMEM : SW_OK;
}

void sw_data_say_ignored(struct sw_cli *cli, size_t count)
{
    if (count > 0) {
        sw_say(cli, SW_TONE_WARN, "passed over: %s of nobody trusted\n",
            sw_count_show(cli, count, "claim"));
    }
}

void sw_data_warn_untrusted(
    struct sw_cli *cli, const struct sw_data_context *context, const struct sw_receipt *receipt)
{
    SW_CLEANUP(buf) struct sw_buf bundle = SW_BUF_INIT;
    struct sw_error why = {0};
    struct sw_claim claim;
    const struct sw_verify_options judge = {.now = cli->now};
    if (sw_evidence_load(context->store, &receipt->claim, &bundle, &why) != SW_OK) {
        return;
    }
    if (sw_claim_verify(&cli->arena, context->trust, sw_buf_bytes(&bundle), &judge, &claim, &why) !=
        SW_OK) {
        sw_say(cli, SW_TONE_WARN, "  note");
        sw_say(cli, SW_TONE_PLAIN, "  it will not be believed here: %s\n", why.text);
    }
}
