#include "scan/unpacked.h"

/* DEFLATE makes at most 1,032 bytes of one (zlib's technical details), and models are no zeros, so
 * more comes from members that share bytes, from archives in archives, or from bombs. */
#define UNPACKED_MAX ((uint64_t)16 << 30)
#define UNPACKED_FREE ((uint64_t)256 << 20)
#define UNPACKED_RATIO 1032

void sw_unpack_allow(struct sw_inspection *in, uint64_t size)
{
    if (in->unpacked_max != 0) {
        return;
    }
    uint64_t max = 0;
    bool fits = sw_mul_u64(size, UNPACKED_RATIO, &max) && sw_add_u64(max, UNPACKED_FREE, &max);
    in->unpacked_max = fits && max < UNPACKED_MAX ? max : UNPACKED_MAX;
}

void sw_unpack_allow_little(struct sw_inspection *in)
{
    uint64_t max = in->unpacked + UNPACKED_FREE;
    in->unpacked_max = in->unpacked_max < max ? in->unpacked_max : max;
}

sw_result sw_unpack_within(struct sw_inspection *in, const struct sw_source *source,
    struct sw_packed *how, struct sw_unpack **out, struct sw_unpack_end *end, struct sw_error *err)
{
    how->budget = in->unpacked_max - in->unpacked;
    SW_TRY(sw_unpack_new(out, source, how, end, err));
    bool over = end->code == SW_E_LIMIT && !end->heavy;
    in->unpacked = over ? in->unpacked_max : in->unpacked + end->size;
    if (over) {
        (void)sw_fail(&end->err, SW_E_LIMIT,
            "unpacks to more than the %llu bytes that this file and all in it may",
            (unsigned long long)in->unpacked_max);
    }
    return SW_OK;
}
