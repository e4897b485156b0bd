/* Journal records made by hand, after doc/format/store.md, with right checksums: whatever they say,
 * whoever signs them. Used by the fuzz target, too. */
#ifndef SW_TEST_JOURNAL_BUILD_H
#define SW_TEST_JOURNAL_BUILD_H

#include "evidence/journal.h"

#define FILE_HEAD "SWJOURNL\0\0\0\2\0\0\0\0" /* 16 bytes */
#define AT_SIGNATURE 80u                     /* in the head of a record */
#define AT_CHECK 144u

static inline void hash_into(struct sw_bytes data, uint8_t out[32])
{
    struct sw_digest digest;
    sw_sha256(data, &digest);
    memcpy(out, digest.bytes, 32);
}

/* What the first record names as the one before it. */
static inline void check_of_head(uint8_t check[32])
{
    hash_into(sw_bytes(FILE_HEAD, SW_JOURNAL_HEAD_SIZE), check);
}

/* Appends a record and moves `check` on to it. Without a key its signature is zeroes. */
static inline sw_result put_record(struct sw_buf *out, const char *origin, const struct sw_key *key,
    uint64_t type, struct sw_bytes payload, uint8_t check[32])
{
    static const uint8_t zeroes[64];
    SW_CLEANUP(buf) struct sw_buf head = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf message = SW_BUF_INIT;
    uint8_t digest[32];
    hash_into(payload, digest);
    SW_TRY(sw_buf_put_u64be(&head, payload.len));
    SW_TRY(sw_buf_put_u64be(&head, type << 56));
    SW_TRY(sw_buf_append(&head, check, 32));
    SW_TRY(sw_buf_append(&head, digest, 32));
    SW_TRY(sw_buf_append(&message, "sealwright journal record 2", 28)); /* with its NUL */
    SW_TRY(sw_buf_put_u16be(&message, (uint16_t)strlen(origin)));
    SW_TRY(sw_buf_puts(&message, origin));
    SW_TRY(sw_buf_append(&message, head.data, head.len));
    SW_TRY(key == NULL ? sw_buf_append(&head, zeroes, sizeof(zeroes))
                       : sw_key_sign(key, sw_buf_bytes(&message), &head, NULL));
    hash_into(sw_buf_bytes(&head), check);
    SW_TRY(sw_buf_append(&head, check, 32));
    SW_TRY(sw_buf_append(out, head.data, head.len));
    return sw_buf_append(out, payload.ptr, payload.len);
}

#endif
