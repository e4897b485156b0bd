#include "scan/format.h"
#include "scan/message.h"

/* saved_model.proto: 1 saved_model_schema_version, 2 meta_graphs, each of which begins with its
 * meta_info_def (field 1). */
static bool sniff(const struct sw_specimen *specimen)
{
    struct sw_message_shape shape;
    uint8_t first;
    if (specimen->head.len < 4 || specimen->head.ptr[0] != 0x08 || specimen->outside) {
        return specimen->outside && specimen->head.len >= 4 && specimen->head.ptr[0] == 0x08;
    }
    return sw_message_shape(&specimen->source, 1u << 1 | 1u << 2, &shape) && shape.count[1] == 1 &&
           shape.first[1].type == SW_WIRE_VARINT && shape.count[2] >= 1 &&
           shape.first[2].type == SW_WIRE_BYTES &&
           sw_source_read(&specimen->source, shape.first[2].at, &first, 1, NULL) == SW_OK &&
           first == 0x0a;
}

const struct sw_format sw_format_savedmodel = {
    .id = "savedmodel", .names = "", .sniff = sniff, .trial = true};
