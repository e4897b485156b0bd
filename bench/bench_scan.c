/* Reads JSON lines again and again, for bench/scan.sh to time. Also makes the lines:
 *
 *     bench-scan make short|docs|world BYTES FILE
 *     bench-scan scan|tree|sha256 FILE ROUNDS
 *
 * short: lines of 287 bytes on average; docs: English of 3 KB; world: the same in other scripts. */
#include "claim/claim.h"

#include <stdio.h>
#include <stdlib.h>

/* --- lines ----------------------------------------------------------------------------------- */

static const char *const english[] = {"the", "of", "and", "a", "to", "in", "model", "is", "you",
    "that", "training", "was", "for", "on", "are", "with", "as", "his", "they", "sample", "at",
    "be", "this", "from", "language", "have", "or", "by", "one", "had", "not", "but", "what", "all",
    "were", "when", "\\\"we\\\"", "there", "can", "an", "your", "which", "their", "said", "if",
    "do", "will", "each", "about", "how", "caf\xc3\xa9", "\xe2\x80\x94", "out", "many", "then",
    "provenance"};

static const char *const world[] = {"\xd0\xbc\xd0\xbe\xd0\xb4\xd0\xb5\xd0\xbb\xd1\x8c",
    "\xd1\x8f\xd0\xb7\xd1\x8b\xd0\xba", "\xe6\x95\xb0\xe6\x8d\xae\xe9\x9b\x86",
    "\xe8\xae\xad\xe7\xbb\x83", "\xce\xbc\xce\xbf\xce\xbd\xcf\x84\xce\xad\xce\xbb\xce\xbf", "the",
    "\xe0\xa4\xa1\xe0\xa5\x87\xe0\xa4\x9f\xe0\xa4\xbe", "2024", "\xf0\x9f\x98\x80",
    "\xd0\xb4\xd0\xb0\xd0\xbd\xd0\xbd\xd1\x8b\xd0\xb5"};

struct maker {
    struct sw_buf out;
    uint64_t state;
};

static uint32_t next(struct maker *m)
{
    m->state = m->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(m->state >> 33);
}

static enum sw_code put_text(struct maker *m, bool other, size_t bytes)
{
    size_t end = m->out.len + bytes;
    for (unsigned n = 1; m->out.len < end; n++) {
        const char *word =
            other ? world[next(m) % SW_COUNT(world)] : english[next(m) % SW_COUNT(english)];
        SW_TRY(sw_buf_puts(&m->out, word));
        SW_TRY(sw_buf_puts(&m->out, n % 16 == 0 ? ".\\n" : " "));
    }
    return SW_OK;
}

static enum sw_code put_line(struct maker *m, unsigned n, bool other, size_t bytes)
{
    SW_TRY(sw_buf_printf(&m->out, "{\"id\": \"doc-%08u\", \"text\": \"", n));
    SW_TRY(put_text(m, other, bytes));
    return sw_buf_printf(&m->out,
        "\", \"source\": \"crawl-%u\", \"label\": %u, \"added\": \"2024-05-%02u\", "
        "\"metadata\": {\"language\": \"en\", \"score\": 0.%u}}\n",
        n % 50, n % 2, 1 + n % 28, next(m) % 1000000);
}

static enum sw_code make(const char *kind, const char *bytes_text, const char *path)
{
    uint64_t bytes;
    if (!sw_parse_u64(sw_str(bytes_text), &bytes)) {
        return SW_E_USAGE;
    }
    struct maker m = {.state = 1};
    bool is_short = strcmp(kind, "short") == 0;
    for (unsigned n = 0; m.out.len < bytes; n++) {
        size_t len = is_short ? 113 + next(&m) % 60 : 2000 + next(&m) % 2000;
        SW_TRY(put_line(&m, n, strcmp(kind, "world") == 0, len));
    }
    FILE *file = fopen(path, "wb");
    bool written = file != NULL && fwrite(m.out.data, 1, m.out.len, file) == m.out.len;
    sw_buf_release(&m.out);
    return file != NULL && fclose(file) == 0 && written ? SW_OK : SW_E_IO;
}

/* --- readers --------------------------------------------------------------------------------- */

struct run {
    struct sw_json_scanner *scanner;
    struct sw_arena arena;
    struct sw_buf text;
    uint64_t sum;
};

static const char *const paths[] = {"id", "text", "label", "metadata.language"};

static enum sw_code run_scan(struct run *run, struct sw_bytes line)
{
    struct sw_json_found found[SW_COUNT(paths)];
    struct sw_str text;
    SW_TRY(sw_json_scan(run->scanner, line, found, NULL));
    SW_TRY(sw_json_found_text(&found[1], &run->text, &text));
    run->sum += text.len;
    return SW_OK;
}

static enum sw_code run_tree(struct run *run, struct sw_bytes line)
{
    struct sw_json tree;
    struct sw_str text;
    SW_TRY(sw_json_parse(&run->arena, line, NULL, &tree, NULL));
    run->sum += sw_json_str(sw_json_get(&tree, "text"), &text) ? text.len : 0;
    sw_arena_release(&run->arena);
    return SW_OK;
}

static enum sw_code run_sha256(struct run *run, struct sw_bytes line)
{
    struct sw_digest digest;
    sw_sha256(line, &digest);
    run->sum += digest.bytes[0];
    return SW_OK;
}

static const struct {
    const char *name;
    enum sw_code (*run)(struct run *run, struct sw_bytes line);
} readers[] = {
    {"scan", run_scan},
    {"tree", run_tree},
    {"sha256", run_sha256},
};

static enum sw_code each_line(
    enum sw_code (*take)(struct run *, struct sw_bytes), struct run *run, struct sw_bytes text)
{
    struct sw_cursor cur = sw_cursor(text);
    struct sw_bytes line;
    while (sw_cur_left(&cur) > 0) {
        SW_TRY(sw_cur_until(&cur, '\n', &line));
        SW_TRY(take(run, line));
    }
    return SW_OK;
}

static enum sw_code read_lines(const char *reader, const char *path, const char *rounds_text)
{
    uint64_t rounds;
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    if (!sw_parse_u64(sw_str(rounds_text), &rounds)) {
        return SW_E_USAGE;
    }
    SW_TRY(sw_file_read(path, UINT64_C(1) << 30, &text, NULL));
    struct run run = {0};
    sw_arena_init(&run.arena, 0);
    SW_TRY(sw_json_scanner_new(&run.scanner, paths, SW_COUNT(paths), NULL, NULL));
    for (size_t i = 0; i < SW_COUNT(readers); i++) {
        for (uint64_t n = 0; n < rounds && strcmp(readers[i].name, reader) == 0; n++) {
            SW_TRY(each_line(readers[i].run, &run, sw_buf_bytes(&text)));
        }
    }
    sw_json_scanner_free(run.scanner);
    sw_buf_release(&run.text);
    return run.sum != 0 ? SW_OK : SW_E_USAGE;
}

int main(int argc, char **argv)
{
    if (argc == 5 && strcmp(argv[1], "make") == 0) {
        return sw_code_exit(make(argv[2], argv[3], argv[4]));
    }
    return argc == 4 ? sw_code_exit(read_lines(argv[1], argv[2], argv[3])) : 2;
}
