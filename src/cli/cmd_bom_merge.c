#include "cli/bom_file.h"

#include "version.h"

struct merge_args {
    const char *name;
    const char *version;
    const char *supplier;
    const char *format;
    const char *spec;
    const char *output;
    const char *time;
};

#define TEXT(field, value, help) SW_TEXT_OPTION(struct merge_args, field, value, help)

static const struct sw_option options[] = {
    TEXT(name, "NAME", "what the whole is called"),
    TEXT(version, "VERSION", "which version it is"),
    TEXT(supplier, "NAME", "who supplies it"),
    TEXT(format, "FORMAT", "cyclonedx (default) or spdx"),
    TEXT(spec, "VERSION", "of CycloneDX: 1.7 (default) or 1.6; of SPDX: 3.0.1"),
    TEXT(output, "FILE", "write to this file (default: standard output)"),
    TEXT(time, "TIME",
        "when this document was made, or 'now' (default: SOURCE_DATE_EPOCH, or that of the newest "
        "one merged)"),
    {NULL, 0, 0, NULL, NULL},
};

static sw_result begin(
    struct sw_cli *cli, const struct merge_args *args, struct sw_bom *bom, struct sw_error *err)
{
    uint32_t main;
    if (args->name == NULL) {
        return sw_fail(err, SW_E_USAGE, "say with --name what the whole is called");
    }
    sw_bom_init(bom, &cli->arena);
    bom->tool = sw_str("sealwright");
    bom->tool_version = sw_str(SW_VERSION);
    bom->parts = bom->dependencies = SW_BOM_COMPLETE; /* as bad as the worst that is merged */
    SW_TRY(sw_bom_add(bom, SW_BOM_APPLICATION, SW_BOM_MAIN, SW_BOM_NONE, &main));
    SW_TRY(sw_bom_set(bom, 0, SW_BOM_NAME, sw_str(args->name), sw_str("--name")));
    SW_TRY(sw_bom_set(bom, 0, SW_BOM_VERSION, sw_str(args->version), sw_str("--version")));
    SW_TRY(sw_bom_set(bom, 0, SW_BOM_SUPPLIER, sw_str(args->supplier), sw_str("--supplier")));
    return sw_bom_time_choose(cli, args->time, bom, err);
}

/* What is not valid may hold what no other document can. */
static sw_result read_valid(
    struct sw_cli *cli, const char *path, struct sw_bom *out, struct sw_error *err)
{
    struct sw_json document;
    struct sw_bom_check check;
    struct sw_error why = {0};
    SW_TRY(sw_bom_file_parse(cli, path, &document, err));
    SW_TRY(sw_bom_validate(&cli->arena, &document, &check));
    if (check.count > 0) {
        return sw_fail(err, SW_E_FORMAT, "%s is not valid: %s: %s", path, check.problems[0].pointer,
            check.problems[0].what);
    }
    sw_bom_init(out, &cli->arena);
    enum sw_code code = sw_bom_read(out, &document, &why);
    return code == SW_OK ? SW_OK : sw_fail(err, code, "%s: %s", path, why.text);
}

static sw_result merge(struct sw_cli *cli, struct sw_bom *bom, struct sw_error *err)
{
    const bool given = bom->timed;
    for (size_t i = 0; i < cli->operand_count; i++) {
        struct sw_bom *from = SW_ARENA_NEW(&cli->arena, struct sw_bom);
        SW_TRY_PTR(from);
        SW_TRY(read_valid(cli, cli->operands[i], from, err));
        enum sw_code code = sw_bom_merge(bom, from);
        if (code != SW_OK) {
            return sw_fail(err, code, "%s: %s", cli->operands[i],
                code == SW_E_LIMIT ? "there are too many components" : sw_code_text(code));
        }
        if (!given && from->timed && (!bom->timed || from->time > bom->time)) {
            bom->timed = true;
            bom->time = from->time;
            bom->time_origin = sw_str("the newest bill that was merged");
        }
    }
    return sw_bom_name_all(bom);
}

static sw_result tell(struct sw_cli *cli, const struct merge_args *args, const struct sw_bom *bom,
    size_t bytes, struct sw_error *err)
{
    if (!cli->json) {
        sw_say(cli, SW_TONE_GOOD, "written");
        sw_say(cli, SW_TONE_PLAIN, "  %s: %s of %s\n", args->output,
            sw_count_show(cli, bom->count, "component"),
            sw_count_show(cli, cli->operand_count, "bill"));
        return SW_OK;
    }
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    sw_jw_object(w, NULL);
    sw_jw_text(w, "file", args->output);
    sw_jw_u64(w, "bytes", bytes);
    sw_jw_u64(w, "bills", cli->operand_count);
    sw_jw_u64(w, "components", bom->count);
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}

struct merging {
    const struct merge_args *args;
    struct sw_bom *bom;
    const char *spec;
    bool spdx;
};

static sw_result answer(
    struct sw_cli *cli, const void *data, struct sw_buf *result, struct sw_error *err)
{
    const struct merging *m = data;
    SW_TRY(merge(cli, m->bom, err));
    SW_TRY(m->spdx ? sw_bom_write_spdx(m->bom, result, err)
                   : sw_bom_write_cyclonedx(m->bom, m->spec, result, err));
    return m->args->output == NULL ? SW_OK : tell(cli, m->args, m->bom, result->len, err);
}

static sw_result deliver(
    struct sw_cli *cli, const void *data, struct sw_bytes result, struct sw_error *err)
{
    const struct merging *m = data;
    (void)cli;
    if (m->args->output == NULL) {
        return sw_confined_print(result, err);
    }
    return sw_output_write(m->args->output, result, 0666, 0, err);
}

static sw_result run(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    const struct merge_args *args = data;
    struct sw_bom bom;
    struct merging m = {.args = args, .bom = &bom};
    const struct sw_confined what = {
        .run = answer, .deliver = deliver, .data = &m, .file_max = SW_BOM_BYTES_MAX};
    SW_TRY(sw_bom_format_choose(args->format, args->spec, &m.spdx, &m.spec, err));
    SW_TRY(begin(cli, args, &bom, err));
    return sw_confined_run(cli, &what, err);
}

const struct sw_command sw_cmd_bom_merge = {
    .name = "bom merge",
    .summary = "make one bill of materials of several",
    .operands = "FILE...",
    .min_operands = 1,
    .max_operands = 256,
    .options = options,
    .args_size = sizeof(struct merge_args),
    .description =
        "Makes one bill of an application that is made of what the others are about: CycloneDX or "
        "SPDX 3, in any mixture, if valid. What several list is there once: of the same type, with "
        "the same "
        "package URL or else the same name, and the same version. Where they say different things "
        "of it, the first one counts.\n\n"
        "What *bom read* does not understand is not carried over, nor are vulnerabilities.",
    .examples =
        "  sealwright bom merge --name shop app.cdx.json model.cdx.json --output shop.cdx.json\n",
    .run = run,
};
