/* What the pickle machine says of streams, for pickle_readers.py to compare with Python's own
 * unpicklers. Standard input holds streams, each behind its length of four bytes, big-endian. For
 * each one line: "ok" or "broken", "differ" or "same", then the names it imports, as hexadecimal
 * words "MODULE.NAME". */
#include "scan/pickle.h"

#include "codec/codec.h"

#include <stdio.h>
#include <stdlib.h>

static void put_hex(struct sw_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        printf("%02x", (uint8_t)text.ptr[i]);
    }
}

static void tell(const struct sw_pickle_machine *m, enum sw_code code)
{
    bool differ = false;
    for (size_t i = 0; i < m->note_count; i++) {
        differ = differ || strcmp(m->notes[i].rule, "pickle-readers-differ") == 0;
    }
    printf("%s %s", code == SW_OK ? "ok" : "broken", differ ? "differ" : "same");
    for (size_t i = 0; i < m->import_count; i++) {
        printf(" ");
        put_hex(m->imports[i].module);
        printf(".");
        put_hex(m->imports[i].name);
    }
    printf("\n");
}

static bool read_stream(struct sw_buf *stream)
{
    uint8_t head[4];
    if (fread(head, 1, sizeof(head), stdin) != sizeof(head)) {
        return false;
    }
    size_t len = (size_t)head[0] << 24 | (size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3];
    sw_buf_clear(stream);
    if (sw_buf_reserve(stream, len + 1) != SW_OK) {
        return false;
    }
    stream->len = fread(stream->data, 1, len, stdin);
    return stream->len == len;
}

int main(void)
{
    SW_CLEANUP(buf) struct sw_buf stream = SW_BUF_INIT;
    struct sw_pickle_machine *m = malloc(sizeof(*m));
    while (m != NULL && read_stream(&stream)) {
        struct sw_source source = sw_source_memory(sw_buf_bytes(&stream));
        struct sw_pickle_value top;
        uint64_t at = 0;
        sw_pickle_machine_init(m, &source);
        tell(m, sw_pickle_run(m, &at, &top, NULL));
        sw_pickle_machine_release(m);
    }
    free(m);
    return 0;
}
