#include "base/siphash.h"

#include <endian.h>
#include <sys/auxv.h>

struct sw_hash_key sw_hash_key_of_process(void)
{
    struct sw_hash_key key = {{0}};
    const void *random = (const void *)getauxval(AT_RANDOM);
    if (random != NULL) {
        memcpy(&key, random, sizeof(key));
    }
    return key;
}

static uint64_t rotate(uint64_t x, unsigned bits)
{
    return x << bits | x >> (64 - bits);
}

static inline void sip_round(uint64_t v[4])
{
    v[0] += v[1];
    v[1] = rotate(v[1], 13) ^ v[0];
    v[0] = rotate(v[0], 32);
    v[2] += v[3];
    v[3] = rotate(v[3], 16) ^ v[2];
    v[0] += v[3];
    v[3] = rotate(v[3], 21) ^ v[0];
    v[2] += v[1];
    v[1] = rotate(v[1], 17) ^ v[2];
    v[2] = rotate(v[2], 32);
}

static void sip_word(uint64_t v[4], uint64_t word)
{
    v[3] ^= word;
    sip_round(v);
    v[0] ^= word;
}

uint64_t sw_siphash(struct sw_hash_key key, struct sw_bytes bytes)
{
    uint64_t v[4] = {key.k[0] ^ 0x736f6d6570736575u, key.k[1] ^ 0x646f72616e646f6du,
        key.k[0] ^ 0x6c7967656e657261u, key.k[1] ^ 0x7465646279746573u};
    size_t pos = 0;
    uint64_t word;
    for (; bytes.len - pos >= sizeof(word); pos += sizeof(word)) {
        memcpy(&word, bytes.ptr + pos, sizeof(word));
        sip_word(v, le64toh(word));
    }
    word = 0;
    if (bytes.len > pos) {
        memcpy(&word, bytes.ptr + pos, bytes.len - pos);
    }
    sip_word(v, le64toh(word) | (uint64_t)bytes.len << 56);
    v[2] ^= 0xff;
    sip_round(v);
    sip_round(v);
    sip_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}
