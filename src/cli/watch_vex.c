#include "cli/watch_vex.h"

#define VEX_MAX ((uint64_t)256 << 20)

/* Takes what stands in the file when all of it can be read; else the last word stays. */
static sw_result take(struct sw_watch_vex *vex, size_t i, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf buf = SW_BUF_INIT;
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_vex trial = {0};
    struct sw_digest digest;
    sw_arena_init(&arena, 0);
    SW_TRY(sw_file_read(vex->files[i].file, VEX_MAX, &buf, err));
    sw_sha256(sw_buf_bytes(&buf), &digest);
    if (sw_digest_equal(&digest, &vex->files[i].digest)) {
        return SW_OK;
    }
    const struct sw_document document = {sw_buf_bytes(&buf), vex->files[i].file};
    SW_TRY(sw_documents_vex(vex->documents, &document, &arena, &trial, err));
    const struct sw_buf before = vex->texts[i];
    vex->texts[i] = buf;
    buf = before;
    vex->files[i].digest = digest;
    return SW_OK;
}

sw_result sw_watch_vex_open(struct sw_cli *cli, struct sw_documents *documents,
    const struct sw_text_list *files, struct sw_watch_vex *out, struct sw_error *err)
{
    out->documents = documents;
    out->files = SW_ARENA_ARRAY(&cli->arena, struct sw_vulns_vex, files->count + 1);
    out->texts = SW_ARENA_ARRAY(&cli->arena, struct sw_buf, files->count + 1);
    SW_TRY_PTR(out->files);
    SW_TRY_PTR(out->texts);
    for (size_t i = 0; i < files->count; i++) {
        out->files[i] = (struct sw_vulns_vex){.file = files->items[i]};
        out->texts[i] = SW_BUF_INIT;
        out->count = i + 1;
        SW_TRY(take(out, i, err));
    }
    return SW_OK;
}

sw_result sw_watch_vex_again(
    struct sw_cli *cli, struct sw_watch_vex *vex, bool *kept, struct sw_error *err)
{
    for (size_t i = 0; i < vex->count; i++) {
        struct sw_error why = {0};
        enum sw_code code = take(vex, i, &why);
        if (code == SW_E_NOMEM) {
            return sw_fail(err, code, "no memory for '%s'", vex->files[i].file);
        }
        if (code == SW_E_INTERRUPTED || (code != SW_OK && sw_documents_are_gone(vex->documents))) {
            return sw_fail(err, code, "%s", why.text);
        }
        if (code != SW_OK) {
            sw_note(cli, "%s: what it said last goes on to count (%s)",
                why.text[0] == '\0' ? sw_code_text(code) : why.text,
                sw_digest_show(cli, &vex->files[i].digest));
            *kept = true;
        }
    }
    return SW_OK;
}

sw_result sw_watch_vex_read(
    struct sw_arena *arena, struct sw_watch_vex *vex, struct sw_vex *out, struct sw_error *err)
{
    *out = (struct sw_vex){0};
    for (size_t i = 0; i < vex->count; i++) {
        const struct sw_document document = {sw_buf_bytes(&vex->texts[i]), vex->files[i].file};
        SW_TRY(sw_documents_vex(vex->documents, &document, arena, out, err));
    }
    return SW_OK;
}

void sw_watch_vex_release(struct sw_watch_vex *vex)
{
    for (size_t i = 0; i < vex->count; i++) {
        sw_buf_release(&vex->texts[i]);
    }
    *vex = (struct sw_watch_vex){0};
}
