#include "cli/bom_file.h"

#include <unistd.h>

sw_result sw_bom_file_parse(
    struct sw_cli *cli, const char *path, struct sw_json *out, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    if (strcmp(path, "-") == 0) {
        SW_TRY(sw_fd_read(STDIN_FILENO, "standard input", SW_BOM_BYTES_MAX, &text, err));
    } else {
        SW_TRY(sw_file_read(path, SW_BOM_BYTES_MAX, &text, err));
    }
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
