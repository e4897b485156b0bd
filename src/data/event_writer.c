#include "data/event_writer.h"
#include "data/events.h"
#include "data/lineage_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define WRITE_AT ((size_t)64 << 10) /* bytes that are written at once */

struct sw_event_writer {
    int fd;
    char *path;
    struct sw_buf text;     /* whole lines */
    struct sw_error broken; /* the first time that writing failed */
    uint64_t count;
};

static void event_writer_free(struct sw_event_writer *writer)
{
    sw_cleanup_fd(&writer->fd);
    sw_buf_release(&writer->text);
    free(writer->path);
    free(writer);
}
SW_DEFINE_CLEANUP_PTR(event_writer, struct sw_event_writer, event_writer_free)

sw_result sw_event_writer_open(struct sw_event_writer **out, const char *path, struct sw_error *err)
{
    SW_CLEANUP(event_writer) struct sw_event_writer *writer = calloc(1, sizeof(*writer));
    SW_TRY_PTR(writer);
    writer->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (writer->fd < 0) {
        return sw_fail_errno(err, errno, "cannot write '%s'", path);
    }
    writer->path = strdup(path);
    SW_TRY_PTR(writer->path);
    SW_TRY(sw_buf_puts(&writer->text, "{\"format\":\"" SW_EVENTS_FORMAT "\"}\n"));
    *out = SW_TAKE(writer);
    return SW_OK;
}

uint64_t sw_event_writer_count(const struct sw_event_writer *writer)
{
    return writer->count;
}

/* --- lines ----------------------------------------------------------------------------------- */

static sw_result check_sample(const struct sw_event_sample *sample, struct sw_error *err)
{
    bool named = sample->id.ptr != NULL;
    if (named && (sample->id.len == 0 || !sw_utf8_valid(sw_bytes_of_str(sample->id)))) {
        return sw_fail(err, SW_E_USAGE, "an id is a text that is not empty");
    }
    return SW_OK;
}

static void write_sample(
    struct sw_json_writer *w, const char *name, const struct sw_event_sample *sample, bool is_input)
{
    sw_jw_object(w, name);
    if (is_input) {
        sw_jw_u64(w, "set", sample->set);
    }
    if (sample->id.ptr != NULL) {
        sw_jw_str(w, "id", sample->id);
    } else {
        sw_jw_u64(w, "row", sample->row);
    }
    sw_jw_object_end(w);
}

static sw_result write_out(struct sw_event_writer *writer)
{
    SW_TRY(sw_fd_write(writer->fd, writer->path, sw_buf_bytes(&writer->text), &writer->broken));
    sw_buf_clear(&writer->text);
    return SW_OK;
}

/* A line that stands in the buffer from `start` on. Without it what stands there is still whole. */
static sw_result end_line(
    struct sw_event_writer *writer, struct sw_json_writer *w, size_t start, struct sw_error *err)
{
    enum sw_code code = sw_jw_finish(w);
    if (code == SW_OK && writer->text.len - start > SW_EVENT_LINE_MAX) {
        code = sw_fail(err, SW_E_LIMIT, "an event has more than %zu bytes", SW_EVENT_LINE_MAX);
    }
    if (code == SW_OK) {
        code = sw_buf_putc(&writer->text, '\n');
    }
    if (code != SW_OK) {
        writer->text.len = start;
        return code;
    }
    writer->count++;
    code = writer->text.len < WRITE_AT ? SW_OK : write_out(writer);
    return code == SW_OK ? SW_OK : sw_fail(err, code, "%s", writer->broken.text);
}

/* After a failure there is a hole in the stream: nothing more is added to it. */
static sw_result check_whole(const struct sw_event_writer *writer, struct sw_error *err)
{
    return writer->broken.code == SW_OK
               ? SW_OK
               : sw_fail(err, writer->broken.code, "%s", writer->broken.text);
}

static sw_result check_output(const struct sw_event_sample *inputs, size_t count,
    enum sw_edge_kind kind, double confidence, struct sw_error *err)
{
    if (count > SW_LINEAGE_FAN) {
        return sw_fail(
            err, SW_E_LIMIT, "an output has more than %u inputs", (unsigned)SW_LINEAGE_FAN);
    }
    if (kind != 0 && (sw_edge_kind_name(kind) == NULL || !sw_edge_count_fits(kind, count))) {
        return sw_fail(err, SW_E_USAGE, "an output of %zu inputs is not %s", count,
            sw_edge_kind_name(kind) == NULL ? "of that kind" : sw_edge_kind_name(kind));
    }
    if (!(confidence >= 0) || !(confidence <= 1)) {
        return sw_fail(err, SW_E_USAGE, "a confidence is a number from 0 to 1");
    }
    if (count == 0 && confidence == 0) {
        return sw_fail(err, SW_E_USAGE,
            "what a step generated, it is sure of: tell of no output that comes from nobody knows "
            "where");
    }
    for (size_t i = 0; i < count; i++) {
        SW_TRY(check_sample(&inputs[i], err));
    }
    return SW_OK;
}

sw_result sw_event_writer_output(struct sw_event_writer *writer,
    const struct sw_event_sample *output, const struct sw_event_sample *inputs, size_t count,
    enum sw_edge_kind kind, double confidence, struct sw_error *err)
{
    struct sw_json_writer w;
    size_t start = writer->text.len;
    SW_TRY(check_whole(writer, err));
    SW_TRY(check_sample(output, err));
    SW_TRY(check_output(inputs, count, kind, confidence, err));
    sw_jw_init(&w, &writer->text, 0);
    sw_jw_object(&w, NULL);
    write_sample(&w, "out", output, false);
    sw_jw_array(&w, "in");
    for (size_t i = 0; i < count; i++) {
        write_sample(&w, NULL, &inputs[i], true);
    }
    sw_jw_array_end(&w);
    if (kind != 0) {
        sw_jw_text(&w, "kind", sw_edge_kind_name(kind));
    }
    if (confidence < 1) {
        sw_jw_double(&w, "confidence", confidence);
    }
    sw_jw_object_end(&w);
    return end_line(writer, &w, start, err);
}

sw_result sw_event_writer_drop(struct sw_event_writer *writer, const struct sw_event_sample *input,
    struct sw_str reason, struct sw_error *err)
{
    struct sw_json_writer w;
    size_t start = writer->text.len;
    SW_TRY(check_whole(writer, err));
    SW_TRY(check_sample(input, err));
    if (sw_lineage_reason_check(reason, err) != SW_OK) {
        return SW_E_USAGE;
    }
    sw_jw_init(&w, &writer->text, 0);
    sw_jw_object(&w, NULL);
    write_sample(&w, "drop", input, true);
    sw_jw_str(&w, "reason", reason);
    sw_jw_object_end(&w);
    return end_line(writer, &w, start, err);
}

sw_result sw_event_writer_close(struct sw_event_writer *writer, struct sw_error *err)
{
    SW_CLEANUP(event_writer) struct sw_event_writer *closing = writer;
    if (closing == NULL) {
        return SW_OK;
    }
    SW_TRY(check_whole(closing, err));
    enum sw_code code = write_out(closing);
    if (code != SW_OK) {
        return sw_fail(err, code, "%s", closing->broken.text);
    }
    return close(SW_TAKE_FD(closing->fd)) == 0
               ? SW_OK
               : sw_fail_errno(err, errno, "cannot write '%s'", closing->path);
}
