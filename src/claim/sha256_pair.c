#include "claim/sha256_pair.h"

#include <endian.h>
#include <openssl/sha.h>

#define BLOCK 64u

/* A message as blocks: those that stand in it, and one or two that end it. */
struct message {
    const uint8_t *whole;
    size_t whole_count;
    uint8_t end[2 * BLOCK];
    size_t count; /* of all blocks */
};

static void message_init(struct message *m, struct sw_bytes bytes)
{
    size_t rest = bytes.len % BLOCK;
    size_t end = rest < BLOCK - 8 ? BLOCK : 2 * BLOCK;
    uint64_t bits = htobe64((uint64_t)bytes.len * 8);
    m->whole = bytes.ptr;
    m->whole_count = bytes.len / BLOCK;
    m->count = m->whole_count + end / BLOCK;
    if (rest > 0) {
        memcpy(m->end, bytes.ptr + bytes.len - rest, rest);
    }
    memset(m->end + rest, 0, end - rest);
    m->end[rest] = 0x80;
    memcpy(m->end + end - sizeof(bits), &bits, sizeof(bits));
}

static const uint8_t *block_of(const struct message *m, size_t i)
{
    return i < m->whole_count ? m->whole + i * BLOCK : m->end + (i - m->whole_count) * BLOCK;
}

static void hash_one(struct sw_bytes bytes, uint8_t out[32])
{
    SHA256_CTX ctx;
    (void)SHA256_Init(&ctx);
    (void)SHA256_Update(&ctx, bytes.ptr, bytes.len);
    (void)SHA256_Final(out, &ctx);
}

#ifdef __x86_64__

#include <cpuid.h>
#include <immintrin.h>
#include <stdatomic.h>

#define SHA_NI __attribute__((target("sha,sse4.1")))

static const uint32_t round_constants[64] __attribute__((aligned(16))) = {0x428a2f98, 0x71374491,
    0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01,
    0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
    0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d,
    0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138,
    0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
    0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08,
    0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f,
    0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

/* The state as the instructions want it, and the last sixteen words of the schedule. */
struct lane {
    __m128i abef;
    __m128i cdgh;
    __m128i words[4];
};

SHA_NI static inline void lane_init(struct lane *lane)
{
    lane->abef = _mm_set_epi32(0x6a09e667, (int)0xbb67ae85, 0x510e527f, (int)0x9b05688c);
    lane->cdgh = _mm_set_epi32(0x3c6ef372, (int)0xa54ff53a, 0x1f83d9ab, 0x5be0cd19);
}

SHA_NI static inline void lane_load(struct lane *lane, const uint8_t *block)
{
    const __m128i big_endian =
        _mm_set_epi64x(INT64_C(0x0c0d0e0f08090a0b), INT64_C(0x0405060700010203));
    for (unsigned i = 0; i < 4; i++) {
        __m128i words = _mm_loadu_si128((const __m128i *)(const void *)(block + 16 * i));
        lane->words[i] = _mm_shuffle_epi8(words, big_endian);
    }
}

/* Four rounds, and the four words that come sixteen behind those that they took. */
SHA_NI static inline void lane_rounds(struct lane *lane, unsigned step)
{
    const __m128i *constants = (const __m128i *)(const void *)round_constants;
    __m128i *words = lane->words;
    __m128i now = words[step % 4];
    __m128i last = words[(step + 3) % 4];
    __m128i sum = _mm_add_epi32(now, _mm_load_si128(&constants[step]));
    lane->cdgh = _mm_sha256rnds2_epu32(lane->cdgh, lane->abef, sum);
    lane->abef = _mm_sha256rnds2_epu32(lane->abef, lane->cdgh, _mm_shuffle_epi32(sum, 0x0e));
    if (step < 12) {
        __m128i next = _mm_sha256msg1_epu32(now, words[(step + 1) % 4]);
        next = _mm_add_epi32(next, _mm_alignr_epi8(last, words[(step + 2) % 4], 4));
        words[step % 4] = _mm_sha256msg2_epu32(next, last);
    }
}

SHA_NI static inline void store_be(uint8_t *out, uint32_t word)
{
    word = htobe32(word);
    memcpy(out, &word, sizeof(word));
}

SHA_NI static inline void lane_store(const struct lane *lane, uint8_t out[32])
{
    store_be(out, (uint32_t)_mm_extract_epi32(lane->abef, 3));
    store_be(out + 4, (uint32_t)_mm_extract_epi32(lane->abef, 2));
    store_be(out + 8, (uint32_t)_mm_extract_epi32(lane->cdgh, 3));
    store_be(out + 12, (uint32_t)_mm_extract_epi32(lane->cdgh, 2));
    store_be(out + 16, (uint32_t)_mm_extract_epi32(lane->abef, 1));
    store_be(out + 20, (uint32_t)_mm_extract_epi32(lane->abef, 0));
    store_be(out + 24, (uint32_t)_mm_extract_epi32(lane->cdgh, 1));
    store_be(out + 28, (uint32_t)_mm_extract_epi32(lane->cdgh, 0));
}

SHA_NI static inline void both_blocks(
    struct lane *a, struct lane *b, const uint8_t *block_a, const uint8_t *block_b)
{
    const struct lane was_a = *a;
    const struct lane was_b = *b;
    lane_load(a, block_a);
    lane_load(b, block_b);
#pragma GCC unroll 16
    for (unsigned step = 0; step < 16; step++) {
        lane_rounds(a, step);
        lane_rounds(b, step);
    }
    a->abef = _mm_add_epi32(a->abef, was_a.abef);
    a->cdgh = _mm_add_epi32(a->cdgh, was_a.cdgh);
    b->abef = _mm_add_epi32(b->abef, was_b.abef);
    b->cdgh = _mm_add_epi32(b->cdgh, was_b.cdgh);
}

SHA_NI static inline void one_block(struct lane *lane, const uint8_t *block)
{
    const struct lane was = *lane;
    lane_load(lane, block);
#pragma GCC unroll 16
    for (unsigned step = 0; step < 16; step++) {
        lane_rounds(lane, step);
    }
    lane->abef = _mm_add_epi32(lane->abef, was.abef);
    lane->cdgh = _mm_add_epi32(lane->cdgh, was.cdgh);
}

SHA_NI static void hash_both(
    const struct message *first, const struct message *second, uint8_t *out_a, uint8_t *out_b)
{
    struct lane a;
    struct lane b;
    size_t i = 0;
    lane_init(&a);
    lane_init(&b);
    for (; i < first->count && i < second->count; i++) {
        both_blocks(&a, &b, block_of(first, i), block_of(second, i));
    }
    for (size_t k = i; k < first->count; k++) {
        one_block(&a, block_of(first, k));
    }
    for (size_t k = i; k < second->count; k++) {
        one_block(&b, block_of(second, k));
    }
    lane_store(&a, out_a);
    lane_store(&b, out_b);
}

/* CPUID leaf 7: SHA; leaf 1: SSE4.1, SSSE3. Asked once: it is slow in a virtual machine. */
static bool has_instructions(void)
{
    static _Atomic int known; /* 0: not yet; 1: no; 2: yes */
    int answer = atomic_load_explicit(&known, memory_order_relaxed);
    if (answer == 0) {
        unsigned a;
        unsigned b7 = 0;
        unsigned b;
        unsigned c1 = 0;
        unsigned c;
        unsigned d;
        bool there = __get_cpuid(1, &a, &b, &c1, &d) != 0 &&
                     __get_cpuid_count(7, 0, &a, &b7, &c, &d) != 0 && (b7 & bit_SHA) != 0 &&
                     (c1 & bit_SSE4_1) != 0 && (c1 & bit_SSSE3) != 0;
        answer = there ? 2 : 1;
        atomic_store_explicit(&known, answer, memory_order_relaxed);
    }
    return answer == 2;
}

#else

static void hash_both(
    const struct message *first, const struct message *second, uint8_t *out_a, uint8_t *out_b)
{
    (void)first;
    (void)second;
    (void)out_a;
    (void)out_b;
}

static bool has_instructions(void)
{
    return false;
}

#endif

void sw_sha256_pair(
    struct sw_bytes first, struct sw_bytes second, uint8_t first_out[32], uint8_t second_out[32])
{
    struct message a;
    struct message b;
    uint8_t made[32];
    if (has_instructions()) {
        message_init(&a, first);
        message_init(&b, second);
        hash_both(&a, &b, first_out, second_out);
        return;
    }
    hash_one(second, made);
    hash_one(first, first_out);
    memcpy(second_out, made, sizeof(made));
}
