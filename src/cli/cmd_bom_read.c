#include "cli/bom_file.h"

struct read_args {
    bool files;
};

static const struct sw_option options[] = {
    {"files", SW_OPTION_FLAG, offsetof(struct read_args, files), NULL, "list the files as well"},
    {NULL, 0, 0, NULL, NULL},
};

/* --- for programs ----------------------------------------------------------------------------- */

static void write_values(struct sw_json_writer *w, const struct sw_bom_component *c)
{
    for (size_t field = 0; field < SW_BOM_FIELDS; field++) {
        bool open = false;
        for (size_t i = 0; i < c->value_count; i++) {
            if (c->values[i].field != (enum sw_bom_field)field) {
                continue;
            }
            if (!open) {
                sw_jw_array(w, sw_bom_field_name((enum sw_bom_field)field));
                open = true;
            }
            sw_jw_str(w, NULL, c->values[i].text);
        }
        if (open) {
            sw_jw_array_end(w);
        }
    }
}

static void write_component(
    struct sw_json_writer *w, const struct sw_bom *bom, const struct sw_bom_component *c)
{
    static const char *const roles[] = {"main", "part", "inside", "ancestor"};
    sw_jw_object(w, NULL);
    sw_jw_text(w, "type", sw_bom_kind_name(c->kind));
    sw_jw_text(w, "role", roles[c->role]);
    sw_jw_str(w, "ref", c->ref);
    if (c->parent != SW_BOM_NONE) {
        sw_jw_str(w, "parent", bom->components[c->parent].ref);
    }
    sw_jw_object(w, "values");
    write_values(w, c);
    sw_jw_object_end(w);
    sw_jw_array(w, "hashes");
    for (size_t i = 0; i < c->hash_count; i++) {
        sw_jw_object(w, NULL);
        sw_jw_str(w, "alg", c->hashes[i].alg);
        sw_jw_str(w, "content", c->hashes[i].content);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
    sw_jw_u64(w, "places", c->place_count);
    sw_jw_object_end(w);
}

static sw_result print_json(struct sw_cli *cli, const struct sw_bom *bom, struct sw_error *err)
{
    static const char *const words[] = {"unknown", "incomplete", "complete"};
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    sw_jw_object(w, NULL);
    sw_jw_text(w, "format", bom->format);
    sw_jw_str(w, "spec", bom->spec);
    sw_json_text_or_null(w, "serial", bom->serial);
    sw_jw_text(w, "time", bom->timed ? sw_time_show(cli, bom->time) : NULL);
    sw_json_text_or_null(w, "tool", bom->tool);
    sw_json_text_or_null(w, "creator", bom->creator);
    sw_jw_text(w, "parts", words[bom->parts]);
    sw_jw_text(w, "dependencies", words[bom->dependencies]);
    sw_jw_bool(w, "vulnerabilities", bom->vulnerabilities);
    sw_jw_array(w, "components");
    for (size_t i = 0; i < bom->count; i++) {
        write_component(w, bom, &bom->components[i]);
    }
    sw_jw_array_end(w);
    sw_jw_u64(w, "edges", bom->edge_count);
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}

/* --- for people ------------------------------------------------------------------------------- */

static void show_value(struct sw_cli *cli, const struct sw_bom_component *c,
    enum sw_bom_field field, const char *title)
{
    for (size_t i = 0; i < c->value_count; i++) {
        if (c->values[i].field == field) {
            sw_say(cli, SW_TONE_PLAIN, "  %-12s " SW_STR_FMT "\n", title,
                SW_STR_ARG(c->values[i].text));
        }
    }
}

static void show_main(struct sw_cli *cli, const struct sw_bom *bom)
{
    static const struct {
        enum sw_bom_field field;
        const char *title;
    } rows[] = {{SW_BOM_SUPPLIER, "supplier"}, {SW_BOM_PURL, "purl"},
        {SW_BOM_LICENCE_DECLARED, "declared"}, {SW_BOM_LICENCE_CONCLUDED, "concluded"},
        {SW_BOM_TASK, "task"}, {SW_BOM_ARCHITECTURE, "architecture"}, {SW_BOM_ROOT, "model root"},
        {SW_BOM_GAP, "gap"}};
    const struct sw_bom_component *c = &bom->components[0];
    sw_say(cli, SW_TONE_BOLD, "%s\n", sw_bom_component_show(cli, c));
    sw_say(cli, SW_TONE_PLAIN, "  %-12s %s " SW_STR_FMT "\n", "format",
        strcmp(bom->format, "spdx") == 0 ? "SPDX" : "CycloneDX", SW_STR_ARG(bom->spec));
    if (bom->timed) {
        sw_say(cli, SW_TONE_PLAIN, "  %-12s %s\n", "made", sw_time_show(cli, bom->time));
    }
    if (bom->tool.len > 0) {
        sw_say(cli, SW_TONE_PLAIN, "  %-12s " SW_STR_FMT "\n", "by", SW_STR_ARG(bom->tool));
    }
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        show_value(cli, c, rows[i].field, rows[i].title);
    }
    if (bom->vulnerabilities) {
        sw_say(cli, SW_TONE_WARN,
            "  it holds vulnerabilities, which belong into a document of "
            "their own\n");
    }
}

static void show_component(struct sw_cli *cli, const struct sw_bom_component *c)
{
    struct sw_str licence = sw_bom_get(c, SW_BOM_LICENCE_DECLARED);
    sw_say(cli, SW_TONE_PLAIN, "  %s", sw_bom_component_show(cli, c));
    if (c->role == SW_BOM_ANCESTOR) {
        sw_say(cli, SW_TONE_DIM, "  [made from it]");
    }
    if (c->excluded) {
        sw_say(cli, SW_TONE_DIM, "  [not part of what runs]");
    }
    if (licence.len > 0) {
        sw_say(cli, SW_TONE_DIM, "  " SW_STR_FMT, SW_STR_ARG(licence));
    }
    sw_say(cli, SW_TONE_PLAIN, "\n");
}

static void show(struct sw_cli *cli, const struct sw_bom *bom, bool files)
{
    uint64_t left_out = 0;
    show_main(cli, bom);
    for (size_t i = 1; i < bom->count; i++) {
        const bool file = bom->components[i].kind == SW_BOM_FILE;
        left_out += file && !files;
        if (!file || files) {
            show_component(cli, &bom->components[i]);
        }
    }
    if (left_out > 0) {
        sw_say(cli, SW_TONE_DIM, "  and %s\n", sw_count_show(cli, left_out, "file"));
    }
}

static sw_result answer(
    struct sw_cli *cli, const void *data, struct sw_buf *result, struct sw_error *err)
{
    const struct read_args *args = data;
    struct sw_bom bom;
    (void)result;
    SW_TRY(sw_bom_file_read(cli, cli->operands[0], &bom, err));
    if (cli->json) {
        return print_json(cli, &bom, err);
    }
    show(cli, &bom, args->files);
    return SW_OK;
}

static sw_result run(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    return sw_bom_confined(cli, data, answer, err);
}

const struct sw_command sw_cmd_bom_read = {
    .name = "bom read",
    .summary = "show what a bill of materials says",
    .operands = "FILE",
    .min_operands = 1,
    .max_operands = 1,
    .options = options,
    .args_size = sizeof(struct read_args),
    .description =
        "Reads CycloneDX or SPDX 3 as JSON (FILE '-': standard input) and shows what it is about "
        "and what it lists. Nothing of it is believed or checked: *bom validate* holds it against "
        "the format.",
    .examples = "  sealwright bom read model.cdx.json\n",
    .run = run,
};
