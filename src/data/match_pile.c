#include "data/match_private.h"

#include <stdlib.h>

#define TAIL_BYTES ((size_t)1 << 20)
#define WINDOW_BYTES ((size_t)64 << 10)
#define SIEVE_LEAST ((uint64_t)1 << 16) /* bits */
#define SIEVE_MOST ((uint64_t)1 << 29)
#define SIEVE_EACH 12u /* bits for each key, as far as there are */

/* --- piles ----------------------------------------------------------------------------------- */

sw_result sw_pile_open(struct sw_pile *pile, const char *scratch, struct sw_error *err)
{
    return sw_scratch_open(scratch, &pile->fd, err);
}

void sw_pile_close(struct sw_pile *pile)
{
    sw_cleanup_fd(&pile->fd);
    sw_buf_release(&pile->tail);
    sw_buf_release(&pile->window);
    pile->count = pile->tail_first = 0;
}

sw_result sw_pile_add(struct sw_pile *pile, const void *record, struct sw_error *err)
{
    if (pile->tail.len >= TAIL_BYTES) {
        SW_TRY(sw_scratch_write(
            pile->fd, pile->tail_first * pile->size, sw_buf_bytes(&pile->tail), err));
        sw_buf_clear(&pile->tail);
        pile->tail_first = pile->count;
    }
    SW_TRY(sw_buf_append(&pile->tail, record, pile->size));
    pile->count++;
    return SW_OK;
}

static sw_result read_window(struct sw_pile *pile, uint64_t index, struct sw_error *err)
{
    uint64_t left = pile->tail_first - index;
    uint64_t most = WINDOW_BYTES / pile->size;
    size_t len = (size_t)(left < most ? left : most) * pile->size;
    sw_buf_clear(&pile->window);
    SW_TRY(sw_buf_reserve(&pile->window, len));
    SW_TRY(sw_fd_pread(
        pile->fd, "what is being matched", index * pile->size, pile->window.data, len, err));
    pile->window.len = len;
    pile->window_first = index;
    return SW_OK;
}

/* Those that were written. */
static sw_result read_record(struct sw_pile *pile, uint64_t index, void *out, struct sw_error *err)
{
    bool held =
        index >= pile->window_first && (index - pile->window_first) * pile->size < pile->window.len;
    if (!held && index != pile->next) {
        return sw_fd_pread(
            pile->fd, "what is being matched", index * pile->size, out, pile->size, err);
    }
    if (!held) {
        SW_TRY(read_window(pile, index, err));
    }
    memcpy(out, pile->window.data + (index - pile->window_first) * pile->size, pile->size);
    return SW_OK;
}

sw_result sw_pile_at(struct sw_pile *pile, uint64_t index, void *out, struct sw_error *err)
{
    if (index >= pile->count) {
        return sw_fail(err, SW_E_INTERNAL, "a record is read that was never written");
    }
    if (index < pile->tail_first) {
        SW_TRY(read_record(pile, index, out, err));
    } else {
        memcpy(out, pile->tail.data + (index - pile->tail_first) * pile->size, pile->size);
    }
    pile->next = index + 1;
    return SW_OK;
}

/* --- sieves ---------------------------------------------------------------------------------- */

sw_result sw_sieve_make(struct sw_sieve *sieve, uint64_t keys)
{
    uint64_t bits = SIEVE_LEAST;
    while (bits < SIEVE_MOST && bits / SIEVE_EACH < keys) {
        bits *= 2;
    }
    sieve->bits = calloc(bits / 64, sizeof(uint64_t));
    SW_TRY_PTR(sieve->bits);
    sieve->mask = bits - 1;
    return SW_OK;
}

void sw_sieve_release(struct sw_sieve *sieve)
{
    free(sieve->bits);
    *sieve = (struct sw_sieve){0};
}

/* Two bits of one word: keys are well mixed already. */
static uint64_t bits_of(uint64_t key)
{
    return UINT64_C(1) << (key >> 52 & 63) | UINT64_C(1) << (key >> 58);
}

void sw_sieve_add(struct sw_sieve *sieve, uint64_t key)
{
    sieve->bits[(key & sieve->mask) / 64] |= bits_of(key);
}

bool sw_sieve_may_have(const struct sw_sieve *sieve, uint64_t key)
{
    uint64_t wanted = bits_of(key);
    return (sieve->bits[(key & sieve->mask) / 64] & wanted) == wanted;
}
