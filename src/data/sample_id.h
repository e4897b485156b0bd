/* Which sample has an id? Ids stand in the files alone, so they are read again. */
#ifndef SW_DATA_SAMPLE_ID_H
#define SW_DATA_SAMPLE_ID_H

#include "data/run.h"

/* The rows of the samples that have that id, in order: *count of all, the first `max` of them in
 * `rows`. Every sample is compared with its row: SW_E_REFUSED when a file was changed. */
sw_result sw_sample_id_find(const struct sw_data *data, struct sw_run_input *input,
    struct sw_str id, uint32_t *rows, size_t max, size_t *count, struct sw_error *err);

#endif
