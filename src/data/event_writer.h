/* The other side of events.h: what a pipeline writes that knows its lineage. doc/format/events.md.
 */
#ifndef SW_DATA_EVENT_WRITER_H
#define SW_DATA_EVENT_WRITER_H

#include "data/lineage.h"

/* A sample by its row, or by its id when that has a ptr. */
struct sw_event_sample {
    uint32_t set; /* of an input: which --in, from 0; 0 for an output */
    uint32_t row;
    struct sw_str id;
};

struct sw_event_writer;

/* Begins a new stream; a file that is there is replaced. */
sw_result sw_event_writer_open(
    struct sw_event_writer **out, const char *path, struct sw_error *err);
/* An output and what it is made of. `kind` 0: told by the contents. `confidence` from 0 to 1.
 * SW_E_USAGE, SW_E_LIMIT for what a reader would refuse by itself; nothing is written then. */
sw_result sw_event_writer_output(struct sw_event_writer *writer,
    const struct sw_event_sample *output, const struct sw_event_sample *inputs, size_t count,
    enum sw_edge_kind kind, double confidence, struct sw_error *err);
/* An input that has no output, and why. */
sw_result sw_event_writer_drop(struct sw_event_writer *writer, const struct sw_event_sample *input,
    struct sw_str reason, struct sw_error *err);
uint64_t sw_event_writer_count(const struct sw_event_writer *writer);
/* Ends the stream; fails when anything could not be written, now or before. The writer is gone
 * afterwards, also on failure; NULL is fine. */
sw_result sw_event_writer_close(struct sw_event_writer *writer, struct sw_error *err);

#endif
