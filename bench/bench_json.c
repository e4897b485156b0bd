/* Parses a document again and again, for bench/json.sh to time. Also makes the documents:
 *
 *     bench-json make header|bom FILE
 *     bench-json tree|stream|canonical|jansson FILE ROUNDS */
#include "codec/json_stream.h"
#include "codec/json_write.h"

#include <jansson.h>
#include <stdio.h>
#include <unistd.h>

#define TENSORS 60000
#define COMPONENTS 9000

/* --- documents ------------------------------------------------------------------------------- */

/* What a safetensors file of a large model begins with: one object with very many names. */
static void write_header(struct sw_json_writer *w)
{
    static const char *const parts[] = {"self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj",
        "self_attn.o_proj", "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj", "input_layernorm"};
    uint64_t offset = 0;
    sw_jw_object(w, NULL);
    sw_jw_object(w, "__metadata__");
    sw_jw_text(w, "format", "pt");
    sw_jw_object_end(w);
    for (unsigned i = 0; i < TENSORS; i++) {
        char name[96];
        (void)snprintf(name, sizeof(name), "model.layers.%u.experts.%u.%s.weight", i / 512,
            i / 8 % 64, parts[i % 8]);
        sw_jw_object(w, name);
        sw_jw_text(w, "dtype", "BF16");
        sw_jw_array(w, "shape");
        sw_jw_u64(w, NULL, 4096);
        sw_jw_u64(w, NULL, i % 8 == 7 ? 1 : 11008);
        sw_jw_array_end(w);
        sw_jw_array(w, "data_offsets");
        sw_jw_u64(w, NULL, offset);
        offset += UINT64_C(4096) * (i % 8 == 7 ? 1 : 11008) * 2;
        sw_jw_u64(w, NULL, offset);
        sw_jw_array_end(w);
        sw_jw_object_end(w);
    }
    sw_jw_object_end(w);
}

static void write_component(struct sw_json_writer *w, unsigned i)
{
    char text[128];
    sw_jw_object(w, NULL);
    sw_jw_text(w, "type", i % 50 == 0 ? "machine-learning-model" : "library");
    (void)snprintf(text, sizeof(text), "pkg:pypi/package-%u@%u.%u.0", i, i % 7, i % 30);
    sw_jw_text(w, "bom-ref", text);
    sw_jw_text(w, "purl", text);
    (void)snprintf(text, sizeof(text), "package-%u", i);
    sw_jw_text(w, "name", text);
    sw_jw_text(w, "description",
        "A package that does what its \"name\" says:\n\tno more, no less \xe2\x80\x94 "
        "na\xc3\xafvely.");
    sw_jw_array(w, "hashes");
    for (unsigned n = 0; n < 2; n++) {
        sw_jw_object(w, NULL);
        sw_jw_text(w, "alg", n == 0 ? "SHA-256" : "SHA-512");
        (void)snprintf(text, sizeof(text), "%064x", i * 2654435761u);
        sw_jw_text(w, "content", text);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
    sw_jw_array(w, "licenses");
    sw_jw_object(w, NULL);
    sw_jw_object(w, "license");
    sw_jw_text(w, "id", "Apache-2.0");
    sw_jw_object_end(w);
    sw_jw_object_end(w);
    sw_jw_array_end(w);
    sw_jw_bool(w, "modified", i % 3 == 0);
    sw_jw_double(w, "score", i / 8.0);
    sw_jw_object_end(w);
}

/* A bill of materials in the manner of CycloneDX, indented as tools write it. */
static void write_bom(struct sw_json_writer *w)
{
    sw_jw_object(w, NULL);
    sw_jw_text(w, "bomFormat", "CycloneDX");
    sw_jw_text(w, "specVersion", "1.6");
    sw_jw_array(w, "components");
    for (unsigned i = 0; i < COMPONENTS; i++) {
        write_component(w, i);
    }
    sw_jw_array_end(w);
    sw_jw_object_end(w);
}

static enum sw_code make(const char *kind, const char *path)
{
    bool header = strcmp(kind, "header") == 0;
    SW_CLEANUP(buf) struct sw_buf out = SW_BUF_INIT;
    struct sw_json_writer w;
    sw_jw_init(&w, &out, header ? 0 : 2);
    if (header) {
        write_header(&w);
    } else {
        write_bom(&w);
    }
    SW_TRY(sw_jw_finish(&w));
    FILE *file = fopen(path, "wb");
    bool written = file != NULL && fwrite(out.data, 1, out.len, file) == out.len;
    return file != NULL && fclose(file) == 0 && written ? SW_OK : SW_E_IO;
}

/* --- parsers --------------------------------------------------------------------------------- */

static enum sw_code run_tree(struct sw_bytes text)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    struct sw_json tree;
    return sw_json_parse(&arena, text, NULL, &tree, NULL);
}

static enum sw_code run_canonical(struct sw_bytes text)
{
    SW_CLEANUP(buf) struct sw_buf out = SW_BUF_INIT;
    return sw_json_canonicalize(&out, text, NULL);
}

static enum sw_code read_bytes(
    void *ctx, uint8_t *out, size_t len, size_t *got, struct sw_error *err)
{
    struct sw_cursor *cur = ctx;
    struct sw_bytes bytes;
    size_t n = sw_cur_left(cur) < len ? sw_cur_left(cur) : len;
    SW_TRY(sw_cur_bytes(cur, n, &bytes));
    memcpy(out, bytes.ptr, n);
    *got = n;
    return SW_OK;
}

static enum sw_code run_stream(struct sw_bytes text)
{
    struct sw_cursor cur = sw_cursor(text);
    SW_CLEANUP(json_stream) struct sw_json_stream *stream = NULL;
    SW_TRY(sw_json_stream_new(&stream, read_bytes, &cur, NULL));
    struct sw_json_event event;
    do {
        SW_TRY(sw_json_stream_next(stream, &event, NULL));
    } while (event.type != SW_JSON_EVENT_END);
    return SW_OK;
}

static enum sw_code run_jansson(struct sw_bytes text)
{
    json_t *tree = json_loadb((const char *)text.ptr, text.len,
        JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    enum sw_code rc = tree == NULL ? SW_E_FORMAT : SW_OK;
    json_decref(tree);
    return rc;
}

static const struct {
    const char *name;
    enum sw_code (*run)(struct sw_bytes text);
} parsers[] = {
    {"tree", run_tree},
    {"stream", run_stream},
    {"canonical", run_canonical},
    {"jansson", run_jansson},
};

static enum sw_code parse(const char *parser, const char *path, const char *rounds_text)
{
    uint64_t rounds;
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    if (!sw_parse_u64(sw_str(rounds_text), &rounds)) {
        return SW_E_USAGE;
    }
    SW_TRY(sw_file_read(path, 64u << 20, &text, NULL));
    for (size_t i = 0; i < SW_COUNT(parsers); i++) {
        if (strcmp(parsers[i].name, parser) != 0) {
            continue;
        }
        for (uint64_t n = 0; n < rounds; n++) {
            SW_TRY(parsers[i].run(sw_buf_bytes(&text)));
        }
        return SW_OK;
    }
    return SW_E_USAGE;
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        return 2;
    }
    enum sw_code rc =
        strcmp(argv[1], "make") == 0 ? make(argv[2], argv[3]) : parse(argv[1], argv[2], argv[3]);
    return sw_code_exit(rc);
}
