#include "model/checkpoint.h"

#include "model/checkpoint_private.h"
#include "model/local.h"

#include <stdio.h>

/* --- the claim ------------------------------------------------------------------------------- */

const char *const sw_completeness_words[] = {
    [SW_COMPLETE_SAID] = "said",
    [SW_COMPLETE_MARKER] = "marker",
    [SW_COMPLETE_RENAMED] = "renamed",
    [SW_COMPLETE_CLOSED] = "closed",
    [SW_COMPLETE_SETTLED] = "settled",
    NULL,
};

static const struct sw_field parent_fields[] = {
    SW_FIELD(struct sw_checkpoint_parent, claim, "claim", SW_FIELD_DIGEST),
    SW_FIELD(struct sw_checkpoint_parent, root, "root", SW_FIELD_DIGEST),
    SW_FIELD(struct sw_checkpoint_parent, step, "step", SW_FIELD_COUNT),
    SW_FIELD_END,
};

static const struct sw_field checkpoint_fields[] = {
    SW_FIELD(struct sw_checkpoint_claim, run, "run", SW_FIELD_TEXT),
    SW_FIELD(struct sw_checkpoint_claim, step, "step", SW_FIELD_COUNT),
    SW_FIELD(struct sw_checkpoint_claim, name, "name", SW_FIELD_TEXT),
    SW_FIELD(struct sw_checkpoint_claim, root, "root", SW_FIELD_DIGEST),
    SW_FIELD(struct sw_checkpoint_claim, manifest, "manifest", SW_FIELD_DIGEST),
    SW_FIELD(struct sw_checkpoint_claim, signature, "signature", SW_FIELD_DIGEST),
    SW_FIELD(struct sw_checkpoint_claim, files, "files", SW_FIELD_COUNT),
    SW_FIELD(struct sw_checkpoint_claim, bytes, "bytes", SW_FIELD_COUNT),
    {.name = "parent",
        .kind = SW_FIELD_POINTED,
        .optional = true,
        .at = offsetof(struct sw_checkpoint_claim, parent),
        .size = sizeof(struct sw_checkpoint_parent),
        .of = parent_fields},
    SW_FIELD(struct sw_checkpoint_claim, resumed, "resumed", SW_FIELD_TRUTH),
    {.name = "complete",
        .kind = SW_FIELD_WORD,
        .at = offsetof(struct sw_checkpoint_claim, complete),
        .words = sw_completeness_words},
    SW_FIELD(struct sw_checkpoint_claim, time, "time", SW_FIELD_TIME),
    SW_FIELD_END,
};

sw_result sw_checkpoint_claim_write(const struct sw_checkpoint_claim *claim, struct sw_buf *out)
{
    return sw_predicate_write(checkpoint_fields, claim, out);
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

sw_result sw_checkpoint_claim_read(struct sw_arena *arena, const struct sw_statement *statement,
    struct sw_checkpoint_claim *out, struct sw_error *err)
{
    struct sw_checkpoint_claim claim = {0};
    struct sw_digest run;
    struct sw_error why = {0};
    SW_TRY(sw_predicate_read(
        arena, checkpoint_fields, "checkpoint", statement->predicate, &claim, err));
    if (sw_name_check(claim.run, "run", &why) != SW_OK) {
        return sw_claim_broken(err, "checkpoint", "%s", why.text);
    }
    if (!sw_path_is_plain(claim.name) || memchr(claim.name.ptr, '/', claim.name.len) != NULL) {
        return sw_claim_broken(err, "checkpoint", "its name is no name of a file or directory");
    }
    if (claim.resumed && claim.parent == NULL) {
        return sw_claim_broken(err, "checkpoint", "it was resumed, and from nothing");
    }
    sw_name_digest(SW_NAME_RUN, claim.run, &run);
    if (!names(statement, &claim.root) || !names(statement, &claim.manifest) ||
        !names(statement, &run)) {
        return sw_claim_broken(err, "checkpoint", "it is about other subjects than it says");
    }
    *out = claim;
    return SW_OK;
}

/* --- steps in names -------------------------------------------------------------------------- */

#define STEP_MAX ((uint64_t)1 << 53)

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Without endings such as ".safetensors" and ".tar.gz", which are not numbers. */
static size_t stem_len(const char *name)
{
    size_t len = strlen(name);
    for (size_t dot = len; dot > 1; dot--) {
        bool ending = name[dot - 1] == '.' && dot < len && !is_digit(name[dot]);
        if (ending && len - dot <= 12) {
            len = dot - 1;
        } else if (is_digit(name[dot - 1])) {
            break;
        }
    }
    return len;
}

bool sw_checkpoint_step(const char *name, uint64_t *step)
{
    size_t end = stem_len(name);
    size_t start = end;
    uint64_t value = 0;
    while (start > 0 && is_digit(name[start - 1])) {
        start--;
    }
    if (start == end) {
        return false;
    }
    for (size_t i = start; i < end; i++) {
        value = value * 10 + (uint64_t)(name[i] - '0');
        if (value > STEP_MAX) {
            return false;
        }
    }
    *step = value;
    return true;
}

/* --- where a run was resumed ----------------------------------------------------------------- */

static void state_name(const char *run, char out[SW_RUN_STATE_NAME])
{
    (void)snprintf(out, SW_RUN_STATE_NAME, "checkpoints/%s.resume", run);
}

sw_result sw_resume_read(
    const char *store, const char *run, struct sw_digest *claim, struct sw_error *err)
{
    char name[SW_RUN_STATE_NAME];
    SW_CLEANUP(local) struct sw_local local = {0};
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    state_name(run, name);
    *claim = (struct sw_digest){0};
    SW_TRY(sw_local_open(store, &local, err));
    struct sw_error why = {0};
    enum sw_code code = sw_local_read(&local, name, 4096, &text, &why);
    if (code == SW_E_NOENT) {
        return SW_OK;
    }
    if (code != SW_OK) {
        return sw_fail(err, code, "%s; resume the run anew", why.text);
    }
    return sw_digest_parse(sw_buf_str(&text), claim)
               ? SW_OK
               : sw_fail(err, SW_E_FORMAT, "'%s' holds no digest", name);
}

sw_result sw_resume_write(
    const char *store, const char *run, const struct sw_digest *claim, struct sw_error *err)
{
    char name[SW_RUN_STATE_NAME];
    char text[SW_DIGEST_TEXT_SIZE];
    SW_CLEANUP(local) struct sw_local local = {0};
    state_name(run, name);
    SW_TRY(sw_local_open(store, &local, err));
    sw_digest_text(claim, text);
    return sw_local_write(&local, name, sw_bytes_of_str(sw_str(text)), err);
}

void sw_resume_clear(const char *store, const char *run)
{
    char name[SW_RUN_STATE_NAME];
    SW_CLEANUP(local) struct sw_local local = {0};
    struct sw_error ignored = {0};
    state_name(run, name);
    if (sw_local_open(store, &local, &ignored) == SW_OK) {
        sw_local_remove(&local, name);
    }
}
