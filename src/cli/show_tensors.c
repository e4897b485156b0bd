/* The digest of each tensor: `scan --tensors`. */
#include "cli/show_scan.h"

static sw_result list_of(struct sw_cli *cli, const struct sw_scan_report *report,
    struct sw_tensor_list *list, struct sw_digest *root, struct sw_error *err)
{
    SW_TRY(sw_tensor_list_of(&cli->arena, report, list, err));
    return sw_tensor_list_root(list, root, err);
}

sw_result sw_show_tensors(
    struct sw_cli *cli, const struct sw_scan_report *report, struct sw_error *err)
{
    struct sw_tensor_list list;
    struct sw_digest root;
    SW_TRY(list_of(cli, report, &list, &root, err));
    sw_say(cli, SW_TONE_BOLD, "%s of %s\n", sw_digest_show(cli, &root),
        sw_count_show(cli, list.count, "tensor"));
    for (size_t i = 0; i < list.count; i++) {
        const struct sw_listed_tensor *t = &list.tensors[i];
        char hex[2 * SW_DIGEST_MAX + 1];
        sw_digest_hex(&t->digest, hex);
        sw_say(cli, SW_TONE_PLAIN, "  %s  " SW_STR_FMT "\n", hex, SW_STR_ARG(t->name));
    }
    return SW_OK;
}

static void tensor_json(struct sw_json_writer *w, const struct sw_listed_tensor *t)
{
    char hex[2 * SW_DIGEST_MAX + 1];
    sw_digest_hex(&t->digest, hex);
    sw_jw_object(w, NULL);
    sw_jw_str(w, "name", t->name);
    sw_jw_str(w, "dtype", t->dtype);
    sw_jw_array(w, "shape");
    for (size_t i = 0; i < t->dim_count; i++) {
        sw_jw_u64(w, NULL, t->dims[i]);
    }
    sw_jw_array_end(w);
    sw_jw_text(w, "sha256", hex);
    sw_jw_text(w, "file", t->file);
    sw_jw_object_end(w);
}

sw_result sw_tensors_json(struct sw_json_writer *w, struct sw_cli *cli,
    const struct sw_scan_report *report, struct sw_error *err)
{
    struct sw_tensor_list list;
    struct sw_digest root;
    SW_TRY(list_of(cli, report, &list, &root, err));
    sw_json_digest(w, "tensors_root", &root);
    sw_jw_array(w, "tensor_digests");
    for (size_t i = 0; i < list.count; i++) {
        tensor_json(w, &list.tensors[i]);
    }
    sw_jw_array_end(w);
    return SW_OK;
}
