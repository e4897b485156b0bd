/* Many small records in the order of their bytes, in bounded memory: what does not fit is sorted
 * run by run into a file without a name, and merged from there. */
#ifndef SW_DATA_SPILL_H
#define SW_DATA_SPILL_H

#include "base/base.h"

#define SW_SPILL_RECORD_MAX 96u

struct sw_spill;

/* `size`: bytes of every record, 1 to SW_SPILL_RECORD_MAX. `scratch`: a directory, copied.
 * `in_memory`: records held at once; 0: as many as 32 MiB hold (sorting takes as much again). */
sw_result sw_spill_new(struct sw_spill **out, size_t size, const char *scratch, size_t in_memory);
void sw_spill_free(struct sw_spill *spill);
SW_DEFINE_CLEANUP_PTR(spill, struct sw_spill, sw_spill_free)

/* Records that come in order already cost no sorting. */
sw_result sw_spill_add(struct sw_spill *spill, const void *record, struct sw_error *err);
uint64_t sw_spill_count(const struct sw_spill *spill);
/* Ends adding and goes to the first record; may be called again, to read once more. */
sw_result sw_spill_sort(struct sw_spill *spill, struct sw_error *err);
/* The record that is next, without going on; NULL at the end. Valid until sw_spill_next(). */
const uint8_t *sw_spill_peek(const struct sw_spill *spill);
sw_result sw_spill_next(struct sw_spill *spill, struct sw_error *err);

/* A file without a name in directory `dir`, for reading and writing. */
sw_result sw_scratch_open(const char *dir, int *fd, struct sw_error *err);
/* Writes all of `data` at `offset`. */
sw_result sw_scratch_write(int fd, uint64_t offset, struct sw_bytes data, struct sw_error *err);

/* Integers inside of records, so that the order of bytes is the order of numbers. */
static inline void sw_put_u16(uint8_t *to, uint16_t value)
{
    to[0] = (uint8_t)(value >> 8);
    to[1] = (uint8_t)value;
}

static inline void sw_put_u32(uint8_t *to, uint32_t value)
{
    sw_put_u16(to, (uint16_t)(value >> 16));
    sw_put_u16(to + 2, (uint16_t)value);
}

static inline void sw_put_u64(uint8_t *to, uint64_t value)
{
    sw_put_u32(to, (uint32_t)(value >> 32));
    sw_put_u32(to + 4, (uint32_t)value);
}

static inline uint16_t sw_get_u16(const uint8_t *from)
{
    return (uint16_t)((unsigned)from[0] << 8 | from[1]);
}

static inline uint32_t sw_get_u32(const uint8_t *from)
{
    return (uint32_t)from[0] << 24 | (uint32_t)from[1] << 16 | (uint32_t)from[2] << 8 | from[3];
}

static inline uint64_t sw_get_u64(const uint8_t *from)
{
    return (uint64_t)from[0] << 56 | (uint64_t)from[1] << 48 | (uint64_t)from[2] << 40 |
           (uint64_t)from[3] << 32 | (uint64_t)from[4] << 24 | (uint64_t)from[5] << 16 |
           (uint64_t)from[6] << 8 | from[7];
}

#endif
