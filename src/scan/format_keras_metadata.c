/* keras_metadata.pb beside a SavedModel (TensorFlow 2.5 to 2.12): the settings from which Keras
 * makes its objects again before it looks into the graph (keras/protobuf/saved_metadata.proto). */
#include "codec/codec.h"
#include "scan/format.h"
#include "scan/keras.h"
#include "scan/message.h"

#include <stdlib.h>

#define ROWS(rows) rows, SW_COUNT(rows)

static enum sw_code take_metadata(struct sw_message_reader *reader,
    const struct sw_message *message, const struct sw_message_field *field, void *out)
{
    struct sw_inspection *in = reader->ctx;
    struct sw_str text = {0};
    (void)out;
    SW_TRY(sw_message_text(message, field, in->arena, SW_KERAS_MAX, &text, reader->err));
    return text.len == 0 ? SW_OK : sw_keras_judge_saved(in, sw_bytes_of_str(text), reader->err);
}

/* SavedObject: 2 node_id, 3 node_path, 4 identifier, 5 metadata, 6 version */
static const struct sw_message_row object_rows[] = {
    {2, true, NULL}, {3, true, NULL}, {4, true, NULL}, {5, true, take_metadata}, {6, true, NULL}};

static enum sw_code take_object(struct sw_message_reader *reader, const struct sw_message *message,
    const struct sw_message_field *field, void *out)
{
    return sw_message_walk_in(reader, message, field, ROWS(object_rows), out);
}

/* SavedMetadata: 1 nodes */
static const struct sw_message_row saved_rows[] = {{1, false, take_object}};

static sw_result parse(
    struct sw_inspection *in, const struct sw_specimen *specimen, struct sw_error *err)
{
    SW_CLEANUP(free) struct sw_window *window = malloc(sizeof(*window));
    SW_TRY_PTR(window);
    sw_window_init(window, &specimen->source);
    struct sw_message_reader reader = {.ctx = in, .err = err};
    SW_TRY(sw_message_walk(&reader, sw_message(window), ROWS(saved_rows), NULL));
    return reader.unknown == 0
               ? SW_OK
               : sw_found(in, "graph-unknown-field", SW_SEVERITY_LOW, reader.unknown_at,
                     "%llu bytes stand in fields that the format does not have",
                     (unsigned long long)reader.unknown);
}

/* Nodes alone, and an identifier of Keras near the beginning. */
static bool sniff(const struct sw_specimen *specimen)
{
    struct sw_message_shape shape;
    struct sw_bytes head = specimen->head;
    if (head.len < 16 || head.ptr[0] != 0x0a ||
        memmem(head.ptr, head.len, "_tf_keras", 9) == NULL) {
        return false;
    }
    return specimen->outside || sw_message_shape(&specimen->source, 1u << 1, &shape);
}

const struct sw_format sw_format_keras_metadata = {
    .id = "keras-metadata",
    .names = "",
    .sniff = sniff,
    .parse = parse,
    .broken = SW_SEVERITY_MEDIUM,
};
