#include "cli/bom_file.h"

#include <stdlib.h>

sw_result sw_bom_confined(struct sw_cli *cli, const void *data,
    sw_result (*run)(
        struct sw_cli *cli, const void *data, struct sw_buf *result, struct sw_error *err),
    struct sw_error *err)
{
    const struct sw_confined what = {.run = run, .data = data, .file_max = SW_BOM_BYTES_MAX};
    return sw_confined_run(cli, &what, err);
}

sw_result sw_bom_file_parse(
    struct sw_cli *cli, const char *path, struct sw_json *out, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    SW_TRY(sw_confined_operand(cli, path, &text, err));
    const void *kept = sw_arena_copy(&cli->arena, sw_buf_bytes(&text));
    SW_TRY_PTR(kept);
    struct sw_error why = {0};
    enum sw_code code = sw_bom_parse(&cli->arena, sw_bytes(kept, text.len), out, &why);
    return code == SW_OK ? SW_OK : sw_fail(err, code, "%s: %s", path, why.text);
}

sw_result sw_bom_file_read(
    struct sw_cli *cli, const char *path, struct sw_bom *out, struct sw_error *err)
{
    struct sw_json document;
    struct sw_error why = {0};
    SW_TRY(sw_bom_file_parse(cli, path, &document, err));
    sw_bom_init(out, &cli->arena);
    enum sw_code code = sw_bom_read(out, &document, &why);
    return code == SW_OK ? SW_OK : sw_fail(err, code, "%s: %s", path, why.text);
}

const char *sw_bom_component_show(struct sw_cli *cli, const struct sw_bom_component *component)
{
    struct sw_str name = sw_bom_get(component, SW_BOM_NAME);
    struct sw_str version = sw_bom_get(component, SW_BOM_VERSION);
    const char *text = sw_arena_printf(&cli->arena, "%s " SW_STR_FMT "%s" SW_STR_FMT,
        sw_bom_kind_name(component->kind), SW_STR_ARG(name), version.len > 0 ? " " : "",
        SW_STR_ARG(version));
    return text == NULL ? "?" : text;
}

/* --- what options ask for --------------------------------------------------------------------- */

sw_result sw_bom_format_choose(
    const char *format, const char *spec, bool *spdx, const char **out, struct sw_error *err)
{
    const bool is_spdx = format != NULL && strcmp(format, "spdx") == 0;
    if (format != NULL && !is_spdx && strcmp(format, "cyclonedx") != 0) {
        return sw_fail(err, SW_E_USAGE, "--format takes cyclonedx or spdx, not '%s'", format);
    }
    spec = spec != NULL ? spec : is_spdx ? "3.0.1" : "1.7";
    const bool known =
        is_spdx ? strcmp(spec, "3.0.1") == 0 : strcmp(spec, "1.7") == 0 || strcmp(spec, "1.6") == 0;
    if (!known) {
        return sw_fail(err, SW_E_USAGE, "--spec takes %s, not '%s'",
            is_spdx ? "3.0.1 for SPDX" : "1.7 or 1.6 for CycloneDX", spec);
    }
    *spdx = is_spdx;
    *out = spec;
    return SW_OK;
}

static void set_time(struct sw_bom *bom, int64_t time, const char *origin)
{
    bom->timed = true;
    bom->time = time;
    bom->time_origin = sw_str(origin);
}

static sw_result time_of_environment(struct sw_bom *bom, struct sw_error *err)
{
    const char *epoch = getenv("SOURCE_DATE_EPOCH");
    uint64_t seconds;
    if (epoch == NULL || epoch[0] == '\0') {
        return SW_OK;
    }
    if (!sw_parse_u64(sw_str(epoch), &seconds) || seconds > 253402300799u) { /* year 9999 */
        return sw_fail(err, SW_E_USAGE, "SOURCE_DATE_EPOCH is no number of seconds: '%s'", epoch);
    }
    set_time(bom, (int64_t)seconds, "SOURCE_DATE_EPOCH");
    return SW_OK;
}

sw_result sw_bom_time_choose(
    const struct sw_cli *cli, const char *text, struct sw_bom *bom, struct sw_error *err)
{
    int64_t time;
    if (text == NULL) {
        return time_of_environment(bom, err);
    }
    if (strcmp(text, "now") == 0) {
        time = cli->now;
    } else if (!sw_time_parse(sw_str(text), &time)) {
        return sw_fail(err, SW_E_USAGE,
            "--time takes a time like 2026-11-23T01:02:03Z, or 'now', not '%s'", text);
    }
    set_time(bom, time, "--time");
    return SW_OK;
}
