/* What the files about lineage share. */
#ifndef SW_DATA_LINEAGE_PRIVATE_H
#define SW_DATA_LINEAGE_PRIVATE_H

#include "data/lineage.h"

#define SW_LINEAGE_FORMAT "sealwright-lineage/v1"
#define SW_LINEAGE_GROUP 65536u
#define SW_LINEAGE_GROUP_PAIRS ((uint64_t)32 << 20) /* pairs of rows that one group may have */

/* Columns by their numbers on disk; doc/format/lineage.md. From SW_LINEAGE_FATES on, each has one
 * column for every input: its number plus the input's index. */
enum sw_lineage_column {
    SW_LINEAGE_KIND = 1,
    SW_LINEAGE_CONFIDENCE = 2,
    SW_LINEAGE_INPUTS = 3, /* how many */
    SW_LINEAGE_SET = 4,    /* absent when there is one input */
    SW_LINEAGE_INPUT = 5,
    SW_LINEAGE_FATES = 0x100,
    SW_LINEAGE_OUTPUTS = 0x100, /* how many */
    SW_LINEAGE_OUTPUT = 0x140,
    SW_LINEAGE_REASON = 0x180,
    SW_LINEAGE_BACKWARD_INDEX = 0x1c0,
    SW_LINEAGE_FORWARD_INDEX = 0x200,
};

/* What numbers may be. */
struct sw_lineage_shape {
    const struct sw_lineage_set *inputs;
    size_t input_count;
    uint64_t output_rows;
    size_t reason_count;
};

/* The partners, in one set, of one group's rows. */
struct sw_span {
    uint32_t min;
    uint32_t max;
    uint32_t used; /* rows of the group that have a partner */
    bool straight; /* in the order of rows they never go back and leave none out: all of [min, max]
                    */
};
#define SW_SPAN_SIZE 12u
sw_result sw_span_write(const struct sw_span *span, struct sw_buf *out);
/* False when there are no such spans. */
bool sw_span_read(struct sw_bytes column, size_t index, struct sw_span *out);

/* Partners in one set, told one after the other. */
struct sw_partners {
    struct sw_span span;
    uint32_t last;
    uint32_t follows; /* the row behind the last */
};
/* `first`: of its row in this set. */
void sw_partners_note(struct sw_partners *partners, uint32_t partner, bool first);

/* --- one group of outputs (lineage_group.c) -------------------------------------------------- */

#define SW_BACKWARD_COLUMNS 5u /* KIND to INPUT */

struct sw_backward_builder {
    struct sw_buf columns[SW_BACKWARD_COLUMNS];
    struct sw_buf planes;
    struct sw_partners partners[SW_LINEAGE_SETS];
    size_t count;
    uint64_t pairs;
};
void sw_backward_builder_release(struct sw_backward_builder *builder);
/* Makes it ready for the next group. */
void sw_backward_builder_clear(struct sw_backward_builder *builder);
sw_result sw_backward_builder_add(
    struct sw_backward_builder *builder, const struct sw_edge *edge, size_t input_count);
/* A column as it is stored; valid until the next call. */
sw_result sw_backward_builder_column(
    struct sw_backward_builder *builder, size_t column, struct sw_bytes *out);

struct sw_backward_group {
    size_t count;
    uint8_t kinds[SW_LINEAGE_GROUP];
    uint16_t confidences[SW_LINEAGE_GROUP];
    uint32_t ends[SW_LINEAGE_GROUP]; /* in `inputs` */
    struct sw_input_row *inputs;
    size_t input_cap;
    uint32_t numbers[SW_LINEAGE_GROUP]; /* a column while it is read */
};
void sw_backward_group_free(struct sw_backward_group *group);
SW_DEFINE_CLEANUP_PTR(backward_group, struct sw_backward_group, sw_backward_group_free)
/* Decodes and checks `count` rows. SW_E_FORMAT without words. */
sw_result sw_backward_group_read(struct sw_backward_group *group,
    const struct sw_lineage_shape *shape, size_t count,
    const struct sw_bytes columns[SW_BACKWARD_COLUMNS]);
/* Whether a kind can have so many inputs. */
bool sw_edge_count_fits(unsigned kind, uint64_t count);
/* Can this be a reason? SW_E_FORMAT. */
sw_result sw_lineage_reason_check(struct sw_str text, struct sw_error *err);
/* Whether an edge makes sense: SW_E_FORMAT says what does not. */
sw_result sw_edge_check(
    const struct sw_edge *edge, const struct sw_lineage_shape *shape, struct sw_error *err);

/* --- one group of one input ------------------------------------------------------------------ */

#define SW_FORWARD_COLUMNS 3u /* OUTPUTS, OUTPUT, REASON */

struct sw_forward_builder {
    struct sw_buf columns[SW_FORWARD_COLUMNS];
    struct sw_buf planes;
    struct sw_partners partners;
    size_t count;
    uint64_t pairs;
    uint64_t of_row; /* outputs of the row that is being told */
};
void sw_forward_builder_release(struct sw_forward_builder *builder);
void sw_forward_builder_clear(struct sw_forward_builder *builder);
/* One more output of the row; then the row's end. `reason` counts when it has none. */
sw_result sw_forward_builder_output(struct sw_forward_builder *builder, uint32_t output);
sw_result sw_forward_builder_row(struct sw_forward_builder *builder, uint32_t reason);
sw_result sw_forward_builder_column(
    struct sw_forward_builder *builder, size_t column, struct sw_bytes *out);

struct sw_forward_group {
    size_t count;
    uint32_t ends[SW_LINEAGE_GROUP]; /* in `outputs` */
    uint16_t reasons[SW_LINEAGE_GROUP];
    uint32_t *outputs;
    size_t output_cap;
};
void sw_forward_group_free(struct sw_forward_group *group);
SW_DEFINE_CLEANUP_PTR(forward_group, struct sw_forward_group, sw_forward_group_free)
sw_result sw_forward_group_read(struct sw_forward_group *group,
    const struct sw_lineage_shape *shape, size_t count,
    const struct sw_bytes columns[SW_FORWARD_COLUMNS]);
/* Adds the outputs of some of a group's `count` rows, ascending numbers in it, and decodes no more
 * than it must: of the others only how many outputs they have is checked, and the reasons are not
 * needed. `scratch`: room for SW_LINEAGE_GROUP. SW_E_FORMAT without words, when some outputs may
 * have been added. */
sw_result sw_forward_outputs(const struct sw_lineage_shape *shape, size_t count,
    struct sw_bytes counts, struct sw_bytes outputs, const uint32_t *rows, size_t row_count,
    uint32_t *scratch, struct sw_rowset *out);

static inline uint32_t sw_group_start(const uint32_t *ends, size_t row)
{
    return row == 0 ? 0 : ends[row - 1];
}

/* --- the file -------------------------------------------------------------------------------- */

static inline uint32_t sw_lineage_groups(uint64_t rows)
{
    return (uint32_t)((rows + SW_LINEAGE_GROUP - 1) / SW_LINEAGE_GROUP);
}

static inline size_t sw_lineage_in_group(uint64_t rows, uint32_t group)
{
    uint64_t left = rows - (uint64_t)group * SW_LINEAGE_GROUP;
    return left < SW_LINEAGE_GROUP ? (size_t)left : SW_LINEAGE_GROUP;
}

/* As sw_lineage_create(); `in_memory`: pairs held at once, 0 for as many as are usual. */
sw_result sw_lineage_begin(struct sw_lineage_writer **out, const char *path,
    const struct sw_lineage_set *inputs, size_t input_count, const char *scratch, size_t in_memory,
    struct sw_error *err);

/* A reason by its number in the writer, and a drop for one. */
sw_result sw_lineage_reason(
    struct sw_lineage_writer *writer, struct sw_str text, uint32_t *index, struct sw_error *err);
sw_result sw_lineage_drop_for(struct sw_lineage_writer *writer, struct sw_input_row row,
    uint32_t reason, struct sw_error *err);

struct sw_lineage_shape sw_lineage_shape(const struct sw_lineage *lineage);
/* The group that was read last stays decoded. */
sw_result sw_lineage_load_backward(struct sw_lineage *lineage, uint32_t group,
    const struct sw_backward_group **out, struct sw_error *err);
sw_result sw_lineage_load_forward(struct sw_lineage *lineage, uint32_t set, uint32_t group,
    const struct sw_forward_group **out, struct sw_error *err);
/* `column`: one of the two indexes. */
sw_result sw_lineage_span(struct sw_lineage *lineage, enum sw_lineage_column column, uint32_t set,
    uint32_t group, struct sw_span *out, struct sw_error *err);

#endif
