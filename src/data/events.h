/* A pipeline that knows its lineage says so: a stream of JSON lines, one for each output and each
 * dropped input. doc/format/events.md. What it says is checked as far as bytes can tell; a stream
 * that contradicts itself or the data is refused, with the line, and what it leaves out is a gap.
 */
#ifndef SW_DATA_EVENTS_H
#define SW_DATA_EVENTS_H

#include "data/match.h"

#define SW_EVENTS_FORMAT "sealwright-events/v1"
#define SW_EVENT_LINE_MAX ((size_t)64 << 20) /* bytes */

struct sw_events_request {
    const char *path;
    const struct sw_match_source *inputs; /* read only when events name samples by their ids */
    const struct sw_lineage_set *sets;
    size_t input_count;
    struct sw_match_source output;
    uint64_t output_rows;
    const char *scratch; /* a directory */
    size_t in_memory;    /* records sorted at once; 0: the usual number */
    struct sw_edges *edges;
    struct sw_lineage_writer *drops;
    struct sw_progress *progress;
};

struct sw_events;

/* Reads the stream, and gives its edges and drops. SW_E_FORMAT for what is no event, SW_E_REFUSED
 * for a contradiction; both name the line. *out must be kept for sw_events_check(). */
sw_result sw_events_read(
    const struct sw_events_request *request, struct sw_events **out, struct sw_error *err);
void sw_events_free(struct sw_events *events);
SW_DEFINE_CLEANUP_PTR(events, struct sw_events, sw_events_free)
uint64_t sw_events_count(const struct sw_events *events);
/* SHA-256 of the stream's bytes. */
void sw_events_digest(const struct sw_events *events, struct sw_digest *out);

/* Settles what an output's edge left to its contents, and refuses one that is said to be kept or
 * duplicated and is not. `content` is the output's, SW_EDGE_CONTENT bytes. */
sw_result sw_events_check(struct sw_events *events, uint32_t output, const uint8_t *content,
    struct sw_output_edge *edge, struct sw_error *err);

#endif
