/* C2SP signed notes, checkpoints and vkeys (signed-note.md, tlog-checkpoint.md,
 * tlog-cosignature.md). */
#ifndef SW_CLAIM_NOTE_H
#define SW_CLAIM_NOTE_H

#include "claim/key.h"
#include "claim/merkle.h"

#define SW_NOTE_MAX_BYTES 1000000u
#define SW_NOTE_MAX_SIGNATURES 100u

enum sw_vkey_type {
    SW_VKEY_ED25519 = 0x01,
    SW_VKEY_COSIGNATURE = 0x04, /* Ed25519, with time */
    SW_VKEY_ML_DSA_44 = 0x06,   /* reserved; refused with a clear message */
};

struct sw_vkey {
    struct sw_str name;
    uint32_t id;
    enum sw_vkey_type type;
    uint8_t key[32];
};

/* "name+hex(id)+base64(type || key)". Text is in `arena`. SW_E_FORMAT, also when the id is not that
 * of the key; SW_E_UNSUPPORTED for types other than the two of Ed25519. */
sw_result sw_vkey_parse(
    struct sw_arena *arena, struct sw_str text, struct sw_vkey *out, struct sw_error *err);
/* SW_E_USAGE when `name` cannot be a key name: empty, or with a space or a plus. */
sw_result sw_vkey_make(struct sw_arena *arena, const char *name, enum sw_vkey_type type,
    const uint8_t key[32], struct sw_vkey *out);
sw_result sw_vkey_write(const struct sw_vkey *vkey, struct sw_buf *out);

struct sw_note_signature {
    struct sw_str name;
    uint32_t id;
    struct sw_bytes signature; /* behind the key id */
};

/* 32 bytes in base64, as checkpoints and proofs write a hash. */
bool sw_hash256_parse(struct sw_str text, struct sw_hash256 *out);

struct sw_checkpoint {
    struct sw_str body; /* what is signed, with its last newline */
    struct sw_str origin;
    uint64_t size;
    struct sw_hash256 root;
    struct sw_note_signature *signatures;
    size_t signature_count;
};

/* Any signed note: only the body and the signatures are set. Parses only; refers to `text`.
 * SW_E_FORMAT; SW_E_LIMIT. */
sw_result sw_note_parse(
    struct sw_arena *arena, struct sw_bytes text, struct sw_checkpoint *out, struct sw_error *err);
/* A note whose body is a checkpoint. Parses only; refers to `text`. */
sw_result sw_checkpoint_parse(
    struct sw_arena *arena, struct sw_bytes text, struct sw_checkpoint *out, struct sw_error *err);
/* Appends a checkpoint signed by `key` (Ed25519, private) under the name `origin`. */
sw_result sw_checkpoint_sign(const char *origin, uint64_t size, const struct sw_hash256 *root,
    const struct sw_key *key, struct sw_buf *out, struct sw_error *err);
/* Does this key's signature stand on the note and hold? Where it stands several times, all must
 * hold. For cosignatures *time (which may be NULL) is set to the latest, in seconds.
 * SW_E_NOEVIDENCE: it does not stand there; SW_E_REFUSED: it is wrong. */
sw_result sw_note_check(const struct sw_checkpoint *note, const struct sw_vkey *vkey, int64_t *time,
    struct sw_error *err);

#endif
