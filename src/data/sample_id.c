#include "data/sample_id.h"

#include "data/run_private.h"

static sw_result look(struct sw_run_reading *reading, struct sw_str id, uint32_t *rows, size_t max,
    size_t *count, struct sw_error *err)
{
    struct sw_match_source source = sw_run_reading_source(reading);
    struct sw_match_sample sample;
    bool more = true;
    SW_TRY(source.start(source.ctx, true, err));
    for (;;) {
        SW_TRY(source.next(source.ctx, &sample, &more, err));
        if (!more) {
            return SW_OK;
        }
        if (!sw_str_equal(sample.id, id)) {
            continue;
        }
        if (*count < max) {
            rows[*count] = sample.row;
        }
        ++*count;
    }
}

sw_result sw_sample_id_find(const struct sw_data *data, struct sw_run_input *input,
    struct sw_str id, uint32_t *rows, size_t max, size_t *count, struct sw_error *err)
{
    struct sw_run_digests digests = {
        .salt = input->salt, .salt_name = input->claim.salt, .one_digest = input->rows.one_digest};
    struct sw_run_reading reading;
    *count = 0;
    enum sw_code code = sw_run_reading_open(&reading, data, input, &digests, NULL, err);
    code = code != SW_OK ? code : look(&reading, id, rows, max, count, err);
    sw_run_reading_close(&reading);
    sw_salt_wipe(&digests.salt);
    return code;
}
