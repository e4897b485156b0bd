/* A step over a dataset that says itself what it does, over the C interface: empty lines and
 * comments are dropped, spaces at the ends are cut off, and "a; b" becomes two samples.
 *
 *     cc -o pipeline pipeline.c $(pkg-config --cflags --libs sealwright)
 *     sealwright data run --in notes=notes.txt --out clean=clean.txt --events events.jsonl \
 *         --code pipeline -- ./pipeline notes.txt clean.txt events.jsonl
 *
 * The reader of plain text passes over lines of nothing but spaces: they are no samples, and have
 * no row. */
#include <sealwright/sealwright.h>

#include <stdio.h>
#include <string.h>

struct pipeline {
    struct sealwright_events *events;
    FILE *out;
    struct sealwright_sample in;   /* the sample that is worked on */
    struct sealwright_sample made; /* the next one of the output */
};

static enum sealwright_status put(
    struct pipeline *p, const char *text, size_t len, const char *kind)
{
    if (fwrite(text, 1, len, p->out) != len || fputc('\n', p->out) == EOF) {
        return SEALWRIGHT_ERROR;
    }
    enum sealwright_status status =
        sealwright_events_output(p->events, &p->made, &p->in, 1, kind, 1.0);
    p->made.row++;
    return status;
}

static size_t trimmed(const char **text, size_t len)
{
    for (; len > 0 && strchr(" \t", (*text)[0]) != NULL; len--) {
        (*text)++;
    }
    for (; len > 0 && strchr(" \t", (*text)[len - 1]) != NULL; len--) {
    }
    return len;
}

static enum sealwright_status split(struct pipeline *p, const char *text, size_t len)
{
    enum sealwright_status status = SEALWRIGHT_PASS;
    while (len > 0 && status == SEALWRIGHT_PASS) {
        const char *end = memchr(text, ';', len);
        size_t here = end == NULL ? len : (size_t)(end - text);
        const char *part = text;
        size_t n = trimmed(&part, here);
        status = n == 0 ? SEALWRIGHT_PASS : put(p, part, n, "split");
        here += end == NULL ? 0 : 1;
        text += here;
        len -= here;
    }
    return status;
}

static enum sealwright_status take(struct pipeline *p, const char *line, size_t len)
{
    const char *text = line;
    size_t n = trimmed(&text, len);
    if (n == 0) {
        return SEALWRIGHT_PASS; /* no sample */
    }
    enum sealwright_status status;
    if (text[0] == '#') {
        status = sealwright_events_drop(p->events, &p->in, "comment");
    } else if (memchr(text, ';', n) != NULL) {
        status = split(p, text, n);
    } else {
        status = put(p, text, n, n == len ? "kept" : "edited");
    }
    p->in.row++;
    return status;
}

static enum sealwright_status run(struct pipeline *p, FILE *in)
{
    char line[4096];
    enum sealwright_status status = SEALWRIGHT_PASS;
    while (status == SEALWRIGHT_PASS && fgets(line, sizeof(line), in) != NULL) {
        status = take(p, line, strcspn(line, "\r\n"));
    }
    return ferror(in) ? SEALWRIGHT_ERROR : status;
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: %s INPUT OUTPUT EVENTS\n", argv[0]);
        return SEALWRIGHT_USAGE;
    }
    struct pipeline p = {.events = NULL};
    FILE *in = fopen(argv[1], "r");
    p.out = fopen(argv[2], "w");
    if (in == NULL || p.out == NULL) {
        perror("pipeline");
        return SEALWRIGHT_ERROR;
    }
    enum sealwright_status status = sealwright_events_open(argv[3], &p.events);
    if (status == SEALWRIGHT_PASS) {
        status = run(&p, in);
    }
    if (status != SEALWRIGHT_PASS) {
        fprintf(stderr, "pipeline: %s\n", sealwright_events_message(p.events));
    }
    /* A stream that is not whole must not look like one. */
    enum sealwright_status closed = sealwright_events_close(p.events);
    fclose(in);
    if (fclose(p.out) != 0) {
        return SEALWRIGHT_ERROR;
    }
    return status != SEALWRIGHT_PASS ? (int)status : (int)closed;
}
