/* Private to the room: what stands between the quotes of a JSON string (RFC 8259 section 7). */
#ifndef SW_CODEC_JSON_STRING_H
#define SW_CODEC_JSON_STRING_H

#include "base/base.h"

#include <endian.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define SW_JSON_EVERY_BYTE(c) (UINT64_C(0x0101010101010101) * (c))

/* The first quote, backslash or control character in [p, end), or `end`: eight bytes at a time. A
 * byte's top bit is set in `found` when subtracting borrowed through it. Bytes behind the first hit
 * may be set wrongly, so only the lowest counts. *high gathers the top bits of what was passed
 * over: not zero when it is more than ASCII. */
static inline const uint8_t *sw_json_find_stop_in_words(
    const uint8_t *p, const uint8_t *end, uint64_t *high)
{
    while (end - p >= 8) {
        uint64_t word;
        memcpy(&word, p, sizeof(word));
        word = le64toh(word);
        uint64_t control = word - SW_JSON_EVERY_BYTE(0x20);
        uint64_t quote = (word ^ SW_JSON_EVERY_BYTE('"')) - SW_JSON_EVERY_BYTE(1);
        uint64_t backslash = (word ^ SW_JSON_EVERY_BYTE('\\')) - SW_JSON_EVERY_BYTE(1);
        uint64_t found = (control | quote | backslash) & ~word & SW_JSON_EVERY_BYTE(0x80);
        if (found != 0) {
            *high |= word & SW_JSON_EVERY_BYTE(0x80) & ((found & -found) - 1);
            return p + __builtin_ctzll(found) / 8;
        }
        *high |= word & SW_JSON_EVERY_BYTE(0x80);
        p += 8;
    }
    while (p < end && *p != '"' && *p != '\\' && *p >= 0x20) {
        *high |= *p++ & 0x80;
    }
    return p;
}

#ifdef __SSE2__

/* The same, sixteen bytes at a time. */
static inline const uint8_t *sw_json_find_stop(const uint8_t *p, const uint8_t *end, uint64_t *high)
{
    while (end - p >= 16) {
        __m128i block = _mm_loadu_si128((const __m128i *)(const void *)p);
        __m128i quote = _mm_cmpeq_epi8(block, _mm_set1_epi8('"'));
        __m128i backslash = _mm_cmpeq_epi8(block, _mm_set1_epi8('\\'));
        __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(block, _mm_set1_epi8(0x1F)), block);
        __m128i any = _mm_or_si128(_mm_or_si128(quote, backslash), control);
        uint32_t found = (uint32_t)_mm_movemask_epi8(any);
        uint32_t tops = (uint32_t)_mm_movemask_epi8(block);
        if (found != 0) {
            *high |= tops & ((found & -found) - 1);
            return p + __builtin_ctz(found);
        }
        *high |= tops;
        p += 16;
    }
    return sw_json_find_stop_in_words(p, end, high);
}

#else

static inline const uint8_t *sw_json_find_stop(const uint8_t *p, const uint8_t *end, uint64_t *high)
{
    return sw_json_find_stop_in_words(p, end, high);
}

#endif

/* What the byte behind a backslash stands for; 0 when it is 'u' or no escape. */
extern const uint8_t sw_json_simple_escape[256];

/* Reads the escape at *from, which stands on its backslash with at least one byte behind it, and
 * writes at most four bytes. Moves *from past what it read and *to past what it wrote; gives NULL,
 * or what is wrong. */
const char *sw_json_decode_escape(const uint8_t **from, const uint8_t *end, uint8_t **to);

/* Decodes [*from, end), where every backslash has a byte behind it, to `to`. What is decoded is
 * never longer than how it was written, so that it fits in its own place. NULL, or what is wrong at
 * *from; *to is moved past what was written. */
const char *sw_json_decode_string(const uint8_t **from, const uint8_t *end, uint8_t **to);

#endif
