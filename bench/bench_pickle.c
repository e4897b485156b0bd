/* Looks at pickles again and again, for bench/pickle.sh to time. Also makes them:
 *
 *     bench-pickle make small|numbers|tuples|words COUNT FILE
 *     bench-pickle scan|sha256 FILE ROUNDS
 *
 * small: a state dict of COUNT tensors; numbers, tuples, words: lists of COUNT. */
#include "scan/inspect.h"

#include <stdio.h>
#include <stdlib.h>

static enum sw_code put_u32(struct sw_buf *out, uint32_t value)
{
    const uint8_t raw[] = {
        (uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16), (uint8_t)(value >> 24)};
    return sw_buf_append(out, raw, sizeof(raw));
}

static enum sw_code put_text(struct sw_buf *out, const char *text)
{
    SW_TRY(sw_buf_putc(out, 'X'));
    SW_TRY(put_u32(out, (uint32_t)strlen(text)));
    return sw_buf_puts(out, text);
}

static enum sw_code put_int(struct sw_buf *out, uint32_t value)
{
    SW_TRY(sw_buf_putc(out, 'J'));
    return put_u32(out, value);
}

static enum sw_code put_tensor(struct sw_buf *out, uint32_t n)
{
    char name[32];
    (void)snprintf(name, sizeof(name), "layer.%u.weight", n);
    SW_TRY(put_text(out, name));
    SW_TRY(sw_buf_puts(out, "ctorch._utils\n_rebuild_tensor_v2\n(("));
    SW_TRY(put_text(out, "storage"));
    SW_TRY(sw_buf_puts(out, "ctorch\nFloatStorage\n"));
    (void)snprintf(name, sizeof(name), "%u", n);
    SW_TRY(put_text(out, name));
    SW_TRY(put_text(out, "cpu"));
    SW_TRY(put_int(out, 1024));
    SW_TRY(sw_buf_puts(out, "tQ"));
    SW_TRY(put_int(out, 0));
    SW_TRY(sw_buf_puts(out, "(K K t(K K t\x89"
                            "ccollections\nOrderedDict\n)RtR"));
    return SW_OK;
}

static enum sw_code put_item(struct sw_buf *out, char kind, uint32_t n)
{
    char word[32];
    (void)snprintf(word, sizeof(word), "word%u", n);
    switch (kind) {
    case 's': return put_tensor(out, n);
    case 'n': return put_int(out, n);
    case 'w': return put_text(out, word);
    default: break;
    }
    SW_TRY(put_int(out, n));
    SW_TRY(put_int(out, n));
    return sw_buf_putc(out, (char)0x86);
}

static enum sw_code make(const char *kind, const char *count_text, const char *path)
{
    uint64_t count;
    SW_CLEANUP(buf) struct sw_buf out = SW_BUF_INIT;
    bool dict = kind[0] == 's';
    if (!sw_parse_u64(sw_str(count_text), &count)) {
        return SW_E_USAGE;
    }
    SW_TRY(sw_buf_puts(&out, dict ? "\x80\x02}(" : "\x80\x02]("));
    for (uint64_t i = 0; i < count; i++) {
        SW_TRY(put_item(&out, kind[0], (uint32_t)i));
        if (!dict && i % 1000 == 999) {
            SW_TRY(sw_buf_puts(&out, "e("));
        }
    }
    SW_TRY(sw_buf_puts(&out, dict ? "u." : "e."));
    FILE *file = fopen(path, "wb");
    bool written = file != NULL && fwrite(out.data, 1, out.len, file) == out.len;
    return file != NULL && fclose(file) == 0 && written ? SW_OK : SW_E_IO;
}

static enum sw_code look(struct sw_bytes bytes)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    struct sw_inspection in;
    sw_inspection_init(&in, &arena);
    struct sw_source source = sw_source_memory(bytes);
    SW_TRY(sw_inspect(&in, &source, "file"));
    return in.status == SW_SCAN_PARSED ? SW_OK : SW_E_FORMAT;
}

static enum sw_code repeat(const char *what, const char *path, const char *rounds_text)
{
    uint64_t rounds;
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    if (!sw_parse_u64(sw_str(rounds_text), &rounds)) {
        return SW_E_USAGE;
    }
    SW_TRY(sw_file_read(path, (uint64_t)1 << 30, &bytes, NULL));
    for (uint64_t i = 0; i < rounds; i++) {
        struct sw_digest digest;
        if (strcmp(what, "scan") == 0) {
            SW_TRY(look(sw_buf_bytes(&bytes)));
        } else {
            sw_sha256(sw_buf_bytes(&bytes), &digest);
        }
    }
    return SW_OK;
}

int main(int argc, char **argv)
{
    if (argc == 5 && strcmp(argv[1], "make") == 0) {
        return make(argv[2], argv[3], argv[4]) == SW_OK ? 0 : 1;
    }
    if (argc == 4) {
        return repeat(argv[1], argv[2], argv[3]) == SW_OK ? 0 : 1;
    }
    fputs("usage: bench-pickle make KIND COUNT FILE | scan|sha256 FILE ROUNDS\n", stderr);
    return 2;
}
