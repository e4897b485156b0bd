/* Makes a dataset in a store, of numbered samples: interop-make_dataset STORE NAME@VERSION
 * SOURCE=COUNT... Samples of one source stand together, in the order given. Signs with
 * keys/default.
 */
#include "data/data.h"

#include <stdio.h>
#include <unistd.h>

static sw_result add_source(
    struct sw_rows_writer *writer, const char *text, uint64_t *n, struct sw_error *err)
{
    const char *equals = strchr(text, '=');
    uint64_t count;
    if (equals == NULL || !sw_parse_u64(sw_str(equals + 1), &count)) {
        return sw_fail(err, SW_E_USAGE, "'%s' is not SOURCE=COUNT", text);
    }
    struct sw_str source = sw_str_n(text, (size_t)(equals - text));
    struct sw_origin origin = {.sources = &source, .source_count = 1};
    struct sw_row row = {.length = 8, .weight = 1};
    SW_TRY(sw_rows_origin(writer, &origin, &row.origin, err));
    for (uint64_t end = *n + count; *n < end; (*n)++) {
        struct sw_digest digest;
        sw_sha256(sw_bytes(n, sizeof(*n)), &digest);
        memcpy(row.record, digest.bytes, 32);
        memcpy(row.content, digest.bytes, 32);
        row.offset = 8 * *n;
        SW_TRY(sw_rows_add(writer, &row, err));
    }
    return SW_OK;
}

static sw_result make_rows(
    const struct sw_data *data, char **sources, struct sw_digest *digest, struct sw_error *err)
{
    const struct sw_rows_options options = {.reader = "lines", .one_digest = true};
    const char *dir = NULL;
    SW_TRY(sw_data_file_dir(data, SW_DATA_FILE_SET, &dir, err));
    const char *draft = sw_path_join(data->arena, dir, ".draft");
    SW_TRY_PTR(draft);
    SW_CLEANUP(rows_writer) struct sw_rows_writer *writer = NULL;
    SW_TRY(sw_rows_create(&writer, draft, &options, err));
    uint64_t n = 0;
    for (; *sources != NULL; sources++) {
        SW_TRY(add_source(writer, *sources, &n, err));
    }
    SW_TRY(sw_rows_extra(writer, SW_ROWS_FILES, sw_bytes("numbers\n", 8), err));
    SW_TRY(sw_rows_finish(SW_TAKE(writer), NULL, 0, NULL, digest, err));
    return sw_data_file_keep(data, SW_DATA_FILE_SET, draft, digest, err);
}

static sw_result record(
    const struct sw_data *data, const char *name, char **sources, struct sw_error *err)
{
    struct sw_digest digest;
    struct sw_dataset_name parsed;
    struct sw_receipt receipt;
    SW_TRY(sw_dataset_name_parse(sw_str(name), &parsed, err));
    SW_TRY(make_rows(data, sources, &digest, err));
    SW_CLEANUP(rows) struct sw_rows rows = SW_ROWS_INIT;
    SW_TRY(sw_rows_open(&rows, sw_data_file_path(data, SW_DATA_FILE_SET, &digest), &digest, err));
    const struct sw_dataset_claim more = {.name = parsed.name, .version = parsed.version};
    return sw_dataset_claim_record(data, &rows, &more, NULL, &receipt, err);
}

static sw_result make(const char *path, const char *name, char **sources, struct sw_error *err)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    SW_CLEANUP(buf) struct sw_buf pem = SW_BUF_INIT;
    SW_CLEANUP(key) struct sw_key *key = NULL;
    SW_CLEANUP(trust) struct sw_trust *trust = NULL;
    SW_CLEANUP(store) struct sw_store *store = NULL;
    SW_TRY(sw_file_read(sw_arena_printf(&arena, "%s/keys/default.key", path), 1 << 16, &pem, err));
    SW_TRY(sw_key_read_private(sw_buf_bytes(&pem), sw_str(NULL), &key, err));
    SW_TRY(sw_trust_new(&trust));
    SW_TRY(sw_trust_load(trust, sw_arena_printf(&arena, "%s/trust.yaml", path), err));
    SW_TRY(sw_store_open(path, SW_STORE_WRITE, &store, err));
    const struct sw_signer signer = {.key = key};
    const struct sw_data data = {
        .store = store, .trust = trust, .signer = &signer, .arena = &arena, .now = sw_time_now()};
    SW_TRY(record(&data, name, sources, err));
    return sw_store_close(SW_TAKE(store), err);
}

int main(int argc, char **argv)
{
    struct sw_error err = {0};
    if (argc < 4) {
        (void)fprintf(stderr, "usage: interop-make_dataset STORE NAME@VERSION SOURCE=COUNT...\n");
        return 2;
    }
    enum sw_code code = make(argv[1], argv[2], argv + 3, &err);
    if (code != SW_OK) {
        (void)fprintf(stderr, "%s\n", err.text[0] != '\0' ? err.text : sw_code_text(code));
    }
    return sw_code_exit(code);
}
