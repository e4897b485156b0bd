/* Keras' settings, of which its loader makes layers, losses and functions
 * (doc/format/scan-keras.md). The same documents stand in .keras archives, in attributes of HDF5
 * files, and in TensorFlow.js models. Private to scan. */
#ifndef SW_SCAN_KERAS_H
#define SW_SCAN_KERAS_H

#include "codec/codec.h"
#include "scan/inspect.h"

#define SW_KERAS_MAX ((size_t)64 << 20) /* bytes of a document */

/* Judges all that a document names. What is no JSON, or has a name twice, is SW_E_FORMAT. */
sw_result sw_keras_judge(struct sw_inspection *in, struct sw_bytes document, struct sw_error *err);
/* The same, of a part that was read already. */
sw_result sw_keras_judge_value(struct sw_inspection *in, const struct sw_json *value);

/* What a SavedModel says of an object: classes that are not known are made anew from the graph.
 * SW_E_FORMAT as above. */
sw_result sw_keras_judge_saved(
    struct sw_inspection *in, struct sw_bytes document, struct sw_error *err);

enum sw_keras_name {
    SW_KERAS_UNKNOWN,
    SW_KERAS_KNOWN,     /* a class or function of Keras that computes */
    SW_KERAS_DANGEROUS, /* one of Keras that opens files, loads code, or runs what it is given */
};
/* Of a class, or of a function when `function`. */
enum sw_keras_name sw_keras_name_of(struct sw_str name, bool function);

#endif
