#include "base/base.h"

#include "base/utf8.h"

#define BLOCK 32

#ifdef __x86_64__

#include <immintrin.h>

/* Keiser and Lemire, "Validating UTF-8 In Less Than One Instruction Per Byte" (2021): every wrong
 * pair of neighbouring bytes shows in three halves of a byte, the high and the low one of the first
 * and the high one of the second. Each table says for its half which errors it could be part of; an
 * error that all three name is one. */
enum wrong {
    TOO_SHORT = 1 << 0,   /* a lead that is not followed */
    TOO_LONG = 1 << 1,    /* ASCII that is followed */
    OVERLONG_3 = 1 << 2,  /* E0 80 */
    TOO_LARGE = 1 << 3,   /* over U+10FFFF */
    SURROGATE = 1 << 4,   /* ED A0 */
    OVERLONG_2 = 1 << 5,  /* C0, C1 */
    TOO_LARGE_8 = 1 << 6, /* F5 and above; also F0 80, which is overlong */
    TWO_CONTS = 1 << 7,   /* two bytes that continue: right behind a lead of 3 or 4 bytes */
};

#define OVERLONG_4 TOO_LARGE_8
#define CARRY (TOO_SHORT | TOO_LONG | TWO_CONTS)

#define BOTH_LANES(...) _mm256_setr_epi8(__VA_ARGS__, __VA_ARGS__)
#define AVX2 __attribute__((target("avx2")))

struct state {
    __m256i previous;   /* the block before */
    __m256i unfinished; /* not zero when that ends within a character */
    __m256i error;      /* not zero once something was wrong */
};

AVX2 static inline __m256i high_halves(__m256i bytes)
{
    return _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(0x0F));
}

AVX2 static inline __m256i wrong_pairs(__m256i block, __m256i before)
{
    const __m256i first_high = BOTH_LANES(TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG,
        TOO_LONG, TOO_LONG, TOO_LONG, (char)TWO_CONTS, (char)TWO_CONTS, (char)TWO_CONTS,
        (char)TWO_CONTS, TOO_SHORT | OVERLONG_2, TOO_SHORT, TOO_SHORT | OVERLONG_3 | SURROGATE,
        TOO_SHORT | TOO_LARGE | TOO_LARGE_8 | OVERLONG_4);
    const __m256i first_low = BOTH_LANES((char)(CARRY | OVERLONG_3 | OVERLONG_2 | OVERLONG_4),
        (char)(CARRY | OVERLONG_2), (char)CARRY, (char)CARRY, (char)(CARRY | TOO_LARGE),
        (char)(CARRY | TOO_LARGE | TOO_LARGE_8), (char)(CARRY | TOO_LARGE | TOO_LARGE_8),
        (char)(CARRY | TOO_LARGE | TOO_LARGE_8), (char)(CARRY | TOO_LARGE | TOO_LARGE_8),
        (char)(CARRY | TOO_LARGE | TOO_LARGE_8), (char)(CARRY | TOO_LARGE | TOO_LARGE_8),
        (char)(CARRY | TOO_LARGE | TOO_LARGE_8), (char)(CARRY | TOO_LARGE | TOO_LARGE_8),
        (char)(CARRY | TOO_LARGE | TOO_LARGE_8 | SURROGATE),
        (char)(CARRY | TOO_LARGE | TOO_LARGE_8), (char)(CARRY | TOO_LARGE | TOO_LARGE_8));
    const __m256i second_high = BOTH_LANES(TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT,
        TOO_SHORT, TOO_SHORT, TOO_SHORT,
        (char)(TOO_LONG | OVERLONG_2 | TWO_CONTS | OVERLONG_3 | TOO_LARGE_8 | OVERLONG_4),
        (char)(TOO_LONG | OVERLONG_2 | TWO_CONTS | OVERLONG_3 | TOO_LARGE),
        (char)(TOO_LONG | OVERLONG_2 | TWO_CONTS | SURROGATE | TOO_LARGE),
        (char)(TOO_LONG | OVERLONG_2 | TWO_CONTS | SURROGATE | TOO_LARGE), TOO_SHORT, TOO_SHORT,
        TOO_SHORT, TOO_SHORT);
    const __m256i low = _mm256_and_si256(before, _mm256_set1_epi8(0x0F));
    return _mm256_and_si256(_mm256_and_si256(_mm256_shuffle_epi8(first_high, high_halves(before)),
                                _mm256_shuffle_epi8(first_low, low)),
        _mm256_shuffle_epi8(second_high, high_halves(block)));
}

AVX2 static inline void take_block(struct state *s, __m256i block)
{
    if (_mm256_movemask_epi8(block) == 0) {
        s->error = _mm256_or_si256(s->error, s->unfinished);
        s->unfinished = _mm256_setzero_si256();
        s->previous = block;
        return;
    }
    const __m256i joined = _mm256_permute2x128_si256(s->previous, block, 0x21);
    const __m256i before1 = _mm256_alignr_epi8(block, joined, 15);
    const __m256i before2 = _mm256_alignr_epi8(block, joined, 14);
    const __m256i before3 = _mm256_alignr_epi8(block, joined, 13);
    /* The third byte behind E0…, the third and fourth behind F0… must continue, and no others may.
     */
    const __m256i third = _mm256_subs_epu8(before2, _mm256_set1_epi8((char)(0xE0 - 0x80)));
    const __m256i fourth = _mm256_subs_epu8(before3, _mm256_set1_epi8((char)(0xF0 - 0x80)));
    const __m256i must =
        _mm256_and_si256(_mm256_or_si256(third, fourth), _mm256_set1_epi8((char)TWO_CONTS));
    s->error = _mm256_or_si256(s->error, _mm256_xor_si256(must, wrong_pairs(block, before1)));
    const __m256i largest_last = _mm256_setr_epi8(-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
        -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, (char)(0xF0 - 1),
        (char)(0xE0 - 1), (char)(0xC0 - 1));
    s->unfinished = _mm256_subs_epu8(block, largest_last);
    s->previous = block;
}

AVX2 static inline __m256i load(const uint8_t *p)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)p);
}

/* `bytes` are at least two blocks. The last block is one that ends where they end, so it may see
 * bytes again that were seen before. */
AVX2 static bool valid_in_blocks(struct sw_bytes bytes)
{
    struct state s = {_mm256_setzero_si256(), _mm256_setzero_si256(), _mm256_setzero_si256()};
    size_t pos = 0;
    for (; bytes.len - pos > BLOCK; pos += BLOCK) {
        take_block(&s, load(bytes.ptr + pos));
    }
    s.previous = load(bytes.ptr + bytes.len - 2 * BLOCK);
    take_block(&s, load(bytes.ptr + bytes.len - BLOCK));
    s.error = _mm256_or_si256(s.error, s.unfinished);
    return _mm256_testz_si256(s.error, s.error) != 0;
}

static bool has_blocks(void)
{
    return __builtin_cpu_supports("avx2") != 0;
}

#else

static bool valid_in_blocks(struct sw_bytes bytes)
{
    return sw_utf8_valid_in_words(bytes);
}

static bool has_blocks(void)
{
    return false;
}

#endif

bool sw_utf8_valid(struct sw_bytes bytes)
{
    return bytes.len >= 2 * BLOCK && has_blocks() ? valid_in_blocks(bytes)
                                                  : sw_utf8_valid_in_words(bytes);
}
