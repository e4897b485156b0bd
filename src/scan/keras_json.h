/* JSON beside or instead of a model, of which loaders make more than numbers: Keras' settings and
 * TensorFlow.js models. Private to scan. */
#ifndef SW_SCAN_KERAS_JSON_H
#define SW_SCAN_KERAS_JSON_H

#include "scan/inspect.h"

/* May this text be such? Cheap, and true for text that is none. */
bool sw_keras_json_may_be(struct sw_bytes text);
/* Judges a document that is such; of others nothing is said. One that cannot be read, and is such
 * as far as it can be told, is no evidence. */
sw_result sw_keras_json_inspect(struct sw_inspection *in, struct sw_bytes text);

#endif
