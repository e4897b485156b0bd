#include "claim/note.h"

#include <inttypes.h>
#include <string.h>

#define ED25519_KEY_SIZE 32
#define ED25519_SIGNATURE_SIZE 64
#define KEY_ID_SIZE 4
#define TIME_SIZE 8 /* of a cosignature */
#define SHOWN_NAME 128

/* --- key names ------------------------------------------------------------------------------- */

/* White_Space of Unicode 15 beyond ASCII, as UTF-8: U+0085, U+00A0, U+1680, U+2000 to U+200A,
 * U+2028, U+2029, U+202F, U+205F, U+3000. */
static const char *const unicode_spaces[] = {
    "\xC2\x85",
    "\xC2\xA0",
    "\xE1\x9A\x80",
    "\xE2\x80\x80",
    "\xE2\x80\x81",
    "\xE2\x80\x82",
    "\xE2\x80\x83",
    "\xE2\x80\x84",
    "\xE2\x80\x85",
    "\xE2\x80\x86",
    "\xE2\x80\x87",
    "\xE2\x80\x88",
    "\xE2\x80\x89",
    "\xE2\x80\x8A",
    "\xE2\x80\xA8",
    "\xE2\x80\xA9",
    "\xE2\x80\xAF",
    "\xE2\x81\x9F",
    "\xE3\x80\x80",
};

static bool starts_with_space(struct sw_str text)
{
    for (size_t i = 0; i < SW_COUNT(unicode_spaces); i++) {
        if (sw_str_starts(text, unicode_spaces[i])) {
            return true;
        }
    }
    return false;
}

/* signed-note.md, "Format": not empty, no Unicode space, no plus. Control characters cannot stand
 * in a note at all. */
static bool key_name_valid(struct sw_str name)
{
    if (name.len == 0 || !sw_utf8_valid(sw_bytes_of_str(name))) {
        return false;
    }
    for (size_t i = 0; i < name.len; i++) {
        uint8_t byte = (uint8_t)name.ptr[i];
        if (byte <= ' ' || byte == '+' ||
            (byte >= 0x80 && starts_with_space(sw_str_n(name.ptr + i, name.len - i)))) {
            return false;
        }
    }
    return true;
}

static const char *show(struct sw_str name, char out[SHOWN_NAME])
{
    sw_escape_line(name.ptr, name.len, out, SHOWN_NAME);
    return out;
}

/* --- verifier keys --------------------------------------------------------------------------- */

/* Types that signed-note.md assigns and that we know but cannot check. */
static const struct {
    uint8_t type;
    const char *what;
} unsupported_types[] = {
    {0x02, "ECDSA"},
    {0x05, "RFC 6962 tree head"},
    {SW_VKEY_ML_DSA_44, "ML-DSA-44"},
    {0xFF, "custom"},
};

static sw_result check_type(uint8_t type, struct sw_str name, struct sw_error *err)
{
    if (type == SW_VKEY_ED25519 || type == SW_VKEY_COSIGNATURE) {
        return SW_OK;
    }
    char shown[SHOWN_NAME];
    for (size_t i = 0; i < SW_COUNT(unsupported_types); i++) {
        if (unsupported_types[i].type == type) {
            return sw_fail(err, SW_E_UNSUPPORTED,
                "the key %s is of type 0x%02x (%s), which this build cannot check: use an Ed25519 "
                "key (type 0x01, for a witness 0x04)",
                show(name, shown), type, unsupported_types[i].what);
        }
    }
    return sw_fail(
        err, SW_E_UNSUPPORTED, "the key %s is of unknown type 0x%02x", show(name, shown), type);
}

/* Key id: SHA-256(name || "\n" || type || key)[:4] (signed-note.md, "Signatures"). */
static sw_result key_id(
    struct sw_str name, enum sw_vkey_type type, const uint8_t key[ED25519_KEY_SIZE], uint32_t *id)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    SW_TRY(sw_buf_put_str(&text, name));
    SW_TRY(sw_buf_putc(&text, '\n'));
    SW_TRY(sw_buf_putc(&text, (char)type));
    SW_TRY(sw_buf_append(&text, key, ED25519_KEY_SIZE));
    struct sw_digest digest;
    sw_sha256(sw_buf_bytes(&text), &digest);
    struct sw_cursor cur = sw_cursor(sw_bytes(digest.bytes, digest.len));
    return sw_cur_u32be(&cur, id);
}

sw_result sw_vkey_make(struct sw_arena *arena, const char *name, enum sw_vkey_type type,
    const uint8_t key[32], struct sw_vkey *out)
{
    if (!key_name_valid(sw_str(name))) {
        return SW_E_USAGE;
    }
    SW_TRY(check_type((uint8_t)type, sw_str(name), NULL));
    struct sw_vkey vkey = {.type = type};
    memcpy(vkey.key, key, sizeof(vkey.key));
    vkey.name.ptr = sw_arena_strdup(arena, name);
    SW_TRY_PTR(vkey.name.ptr);
    vkey.name.len = strlen(name);
    SW_TRY(key_id(vkey.name, type, key, &vkey.id));
    *out = vkey;
    return SW_OK;
}

/* "name+hex(id)+base64(type || key)". */
struct vkey_text {
    struct sw_str name, id, key;
};

/* A name has no plus, base64 may have some: the first two separate. */
static bool split_vkey(struct sw_str text, struct vkey_text *out)
{
    struct sw_cursor cur = sw_cursor(sw_bytes_of_str(text));
    struct sw_bytes name;
    struct sw_bytes id;
    if (sw_cur_until(&cur, '+', &name) != SW_OK || sw_cur_until(&cur, '+', &id) != SW_OK) {
        return false;
    }
    out->name = sw_str_of_bytes(name);
    out->id = sw_str_of_bytes(id);
    out->key = sw_str_n(text.ptr + cur.pos, text.len - cur.pos);
    return true;
}

sw_result sw_vkey_parse(
    struct sw_arena *arena, struct sw_str text, struct sw_vkey *out, struct sw_error *err)
{
    char shown[SHOWN_NAME];
    struct vkey_text parts;
    uint8_t id_bytes[KEY_ID_SIZE];
    SW_CLEANUP(buf) struct sw_buf key = SW_BUF_INIT;
    if (!split_vkey(text, &parts) || !key_name_valid(parts.name) ||
        !sw_hex_decode(parts.id, id_bytes, sizeof(id_bytes)) ||
        sw_base64_decode(&key, parts.key, false) != SW_OK || key.len == 0) {
        return sw_fail(err, SW_E_FORMAT,
            "\"%s\" is no verifier key: it must be name+8 hexadecimal digits+base64",
            show(text, shown));
    }
    SW_TRY(check_type(key.data[0], parts.name, err));
    if (key.len != 1 + ED25519_KEY_SIZE) {
        return sw_fail(err, SW_E_FORMAT, "the key %s has %zu bytes, an Ed25519 key has 32",
            show(parts.name, shown), key.len - 1);
    }
    struct sw_vkey vkey = {.type = key.data[0]};
    memcpy(vkey.key, key.data + 1, sizeof(vkey.key));
    SW_TRY(key_id(parts.name, vkey.type, vkey.key, &vkey.id));
    struct sw_cursor cur = sw_cursor(sw_bytes(id_bytes, sizeof(id_bytes)));
    uint32_t id;
    SW_TRY(sw_cur_u32be(&cur, &id));
    if (id != vkey.id) {
        return sw_fail(err, SW_E_FORMAT, "the key %s says id %08" PRIx32 ", but it has %08" PRIx32,
            show(parts.name, shown), id, vkey.id);
    }
    vkey.name = sw_str_n(sw_arena_strndup(arena, parts.name), parts.name.len);
    SW_TRY_PTR(vkey.name.ptr);
    *out = vkey;
    return SW_OK;
}

sw_result sw_vkey_write(const struct sw_vkey *vkey, struct sw_buf *out)
{
    uint8_t key[1 + ED25519_KEY_SIZE];
    key[0] = (uint8_t)vkey->type;
    memcpy(key + 1, vkey->key, ED25519_KEY_SIZE);
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    SW_TRY(sw_buf_put_str(&text, vkey->name));
    SW_TRY(sw_buf_printf(&text, "+%08" PRIx32 "+", vkey->id));
    SW_TRY(sw_base64_encode(&text, sw_bytes(key, sizeof(key))));
    return sw_buf_append(out, text.data, text.len);
}

/* --- notes ----------------------------------------------------------------------------------- */

/* UTF-8 without control characters but newline (signed-note.md, "Format"). */
static sw_result check_note_bytes(struct sw_bytes text, struct sw_error *err)
{
    if (text.len > SW_NOTE_MAX_BYTES) {
        return sw_fail(
            err, SW_E_LIMIT, "the note has %zu bytes, more than %u", text.len, SW_NOTE_MAX_BYTES);
    }
    if (!sw_utf8_valid(text)) {
        return sw_fail(err, SW_E_FORMAT, "the note is not UTF-8");
    }
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < ' ' && text.ptr[i] != '\n') {
            return sw_fail(err, SW_E_FORMAT, "byte %zu of the note is a control character", i);
        }
    }
    return SW_OK;
}

/* The last empty line separates the text, which keeps its newline, from the signatures. */
static sw_result split_note(
    struct sw_bytes text, struct sw_str *body, struct sw_bytes *signatures, struct sw_error *err)
{
    size_t blank = text.len;
    while (blank >= 2 && !(text.ptr[blank - 1] == '\n' && text.ptr[blank - 2] == '\n')) {
        blank--;
    }
    if (blank < 2) {
        return sw_fail(err, SW_E_FORMAT, "the note has no empty line before its signatures");
    }
    if (blank == text.len) {
        return sw_fail(err, SW_E_FORMAT, "the note has no signature");
    }
    *body = sw_str_n((const char *)text.ptr, blank - 1);
    *signatures = sw_bytes(text.ptr + blank, text.len - blank);
    return SW_OK;
}

/* em dash, space, key name, space, base64(key id || signature). */
static sw_result parse_signature(
    struct sw_arena *arena, struct sw_bytes line, struct sw_note_signature *out)
{
    struct sw_cursor cur = sw_cursor(line);
    struct sw_bytes name;
    if (!sw_cur_match(&cur, "\xE2\x80\x94 ") || sw_cur_until(&cur, ' ', &name) != SW_OK ||
        !key_name_valid(sw_str_of_bytes(name))) {
        return SW_E_FORMAT;
    }
    SW_CLEANUP(buf) struct sw_buf blob = SW_BUF_INIT;
    struct sw_str base64 = sw_str_n((const char *)line.ptr + cur.pos, sw_cur_left(&cur));
    SW_TRY(sw_base64_decode(&blob, base64, false));
    struct sw_note_signature signature = {.name = sw_str_of_bytes(name)};
    struct sw_cursor bytes = sw_cursor(sw_buf_bytes(&blob));
    SW_TRY(sw_cur_u32be(&bytes, &signature.id));
    struct sw_bytes rest;
    SW_TRY(sw_cur_bytes(&bytes, sw_cur_left(&bytes), &rest));
    if (rest.len == 0) {
        return SW_E_FORMAT;
    }
    signature.signature = sw_bytes(sw_arena_copy(arena, rest), rest.len);
    SW_TRY_PTR(signature.signature.ptr);
    *out = signature;
    return SW_OK;
}

static sw_result parse_signatures(
    struct sw_arena *arena, struct sw_bytes lines, struct sw_checkpoint *out, struct sw_error *err)
{
    struct sw_cursor cur = sw_cursor(lines);
    size_t cap = 0;
    while (sw_cur_left(&cur) > 0) {
        if (out->signature_count == SW_NOTE_MAX_SIGNATURES) {
            return sw_fail(
                err, SW_E_LIMIT, "the note has more than %u signatures", SW_NOTE_MAX_SIGNATURES);
        }
        struct sw_bytes line;
        if (sw_cur_until(&cur, '\n', &line) != SW_OK) {
            return sw_fail(err, SW_E_FORMAT, "the note does not end in a newline");
        }
        out->signatures = sw_arena_grow(
            arena, out->signatures, out->signature_count, &cap, sizeof(out->signatures[0]));
        SW_TRY_PTR(out->signatures);
        enum sw_code rc = parse_signature(arena, line, &out->signatures[out->signature_count]);
        if (rc == SW_E_FORMAT) {
            return sw_fail(err, rc,
                "signature %zu of the note is malformed: it must be an em dash, a key name and "
                "base64, with one space between",
                out->signature_count + 1);
        }
        SW_TRY(rc);
        out->signature_count++;
    }
    return SW_OK;
}

sw_result sw_note_parse(
    struct sw_arena *arena, struct sw_bytes text, struct sw_checkpoint *out, struct sw_error *err)
{
    struct sw_checkpoint note = {.size = 0};
    struct sw_bytes signatures = sw_bytes(NULL, 0);
    SW_TRY(check_note_bytes(text, err));
    SW_TRY(split_note(text, &note.body, &signatures, err));
    SW_TRY(parse_signatures(arena, signatures, &note, err));
    *out = note;
    return SW_OK;
}

/* --- checkpoints ----------------------------------------------------------------------------- */

bool sw_hash256_parse(struct sw_str text, struct sw_hash256 *out)
{
    SW_CLEANUP(buf) struct sw_buf hash = SW_BUF_INIT;
    if (sw_base64_decode(&hash, text, false) != SW_OK || hash.len != sizeof(out->bytes)) {
        return false;
    }
    memcpy(out->bytes, hash.data, hash.len);
    return true;
}

/* tlog-checkpoint.md, "Note text". */
static sw_result parse_body(struct sw_checkpoint *out, struct sw_error *err)
{
    struct sw_cursor cur = sw_cursor(sw_bytes_of_str(out->body));
    struct sw_bytes line;
    if (sw_cur_until(&cur, '\n', &line) != SW_OK || line.len == 0) {
        return sw_fail(err, SW_E_FORMAT, "line 1 of the checkpoint is empty: no origin");
    }
    out->origin = sw_str_of_bytes(line);
    if (sw_cur_until(&cur, '\n', &line) != SW_OK ||
        !sw_parse_u64(sw_str_of_bytes(line), &out->size)) {
        return sw_fail(err, SW_E_FORMAT,
            "line 2 of the checkpoint is no tree size: it must be decimal, without leading zeroes");
    }
    if (sw_cur_until(&cur, '\n', &line) != SW_OK ||
        !sw_hash256_parse(sw_str_of_bytes(line), &out->root)) {
        return sw_fail(err, SW_E_FORMAT,
            "line 3 of the checkpoint is no root hash: it must be 32 bytes in base64");
    }
    for (size_t number = 4; sw_cur_left(&cur) > 0; number++) {
        if (sw_cur_until(&cur, '\n', &line) != SW_OK || line.len == 0) {
            return sw_fail(err, SW_E_FORMAT, "line %zu of the checkpoint is empty", number);
        }
    }
    return SW_OK;
}

sw_result sw_checkpoint_parse(
    struct sw_arena *arena, struct sw_bytes text, struct sw_checkpoint *out, struct sw_error *err)
{
    struct sw_checkpoint checkpoint;
    SW_TRY(sw_note_parse(arena, text, &checkpoint, err));
    SW_TRY(parse_body(&checkpoint, err));
    *out = checkpoint;
    return SW_OK;
}

static sw_result put_signature(
    struct sw_buf *note, const char *name, uint32_t id, struct sw_bytes signature)
{
    SW_CLEANUP(buf) struct sw_buf blob = SW_BUF_INIT;
    SW_TRY(sw_buf_put_u32be(&blob, id));
    SW_TRY(sw_buf_append(&blob, signature.ptr, signature.len));
    SW_TRY(sw_buf_printf(note, "\xE2\x80\x94 %s ", name));
    SW_TRY(sw_base64_encode(note, sw_buf_bytes(&blob)));
    return sw_buf_putc(note, '\n');
}

sw_result sw_checkpoint_sign(const char *origin, uint64_t size, const struct sw_hash256 *root,
    const struct sw_key *key, struct sw_buf *out, struct sw_error *err)
{
    if (!key_name_valid(sw_str(origin))) {
        char shown[SHOWN_NAME];
        return sw_fail(err, SW_E_USAGE,
            "the origin \"%s\" cannot name a log: it must be a URL without scheme, and have no "
            "space and no plus",
            show(sw_str(origin), shown));
    }
    uint8_t raw[ED25519_KEY_SIZE];
    if (sw_key_raw_ed25519(key, raw) != SW_OK) {
        return sw_fail(err, SW_E_USAGE, "a log is signed with an Ed25519 key");
    }
    uint32_t id;
    SW_TRY(key_id(sw_str(origin), SW_VKEY_ED25519, raw, &id));
    SW_CLEANUP(buf) struct sw_buf note = SW_BUF_INIT;
    SW_TRY(sw_buf_printf(&note, "%s\n%" PRIu64 "\n", origin, size));
    SW_TRY(sw_base64_encode(&note, sw_bytes(root->bytes, sizeof(root->bytes))));
    SW_TRY(sw_buf_putc(&note, '\n'));
    SW_CLEANUP(buf) struct sw_buf signature = SW_BUF_INIT;
    SW_TRY(sw_key_sign(key, sw_buf_bytes(&note), &signature, err));
    SW_TRY(sw_buf_putc(&note, '\n'));
    SW_TRY(put_signature(&note, origin, id, sw_buf_bytes(&signature)));
    return sw_buf_append(out, note.data, note.len);
}

/* --- checking signatures --------------------------------------------------------------------- */

static sw_result check_plain(const struct sw_checkpoint *note, const struct sw_key *key,
    struct sw_bytes signature, int64_t *time, struct sw_error *err)
{
    return sw_key_verify(key, sw_bytes_of_str(note->body), signature, err);
}

/* tlog-cosignature.md, "Ed25519 signed message": the time stands before the signature, and before
 * the note in what is signed. */
static sw_result check_cosignature(const struct sw_checkpoint *note, const struct sw_key *key,
    struct sw_bytes signature, int64_t *time, struct sw_error *err)
{
    struct sw_cursor cur = sw_cursor(signature);
    uint64_t stamp;
    struct sw_bytes ed25519;
    SW_TRY(sw_cur_u64be(&cur, &stamp));
    SW_TRY(sw_cur_bytes(&cur, sw_cur_left(&cur), &ed25519));
    if (stamp > INT64_MAX) {
        return SW_E_REFUSED;
    }
    SW_CLEANUP(buf) struct sw_buf message = SW_BUF_INIT;
    SW_TRY(sw_buf_printf(&message, "cosignature/v1\ntime %" PRIu64 "\n", stamp));
    SW_TRY(sw_buf_put_str(&message, note->body));
    SW_TRY(sw_key_verify(key, sw_buf_bytes(&message), ed25519, err));
    *time = *time > (int64_t)stamp ? *time : (int64_t)stamp;
    return SW_OK;
}

struct signature_kind {
    size_t size;
    sw_result (*check)(const struct sw_checkpoint *note, const struct sw_key *key,
        struct sw_bytes signature, int64_t *time, struct sw_error *err);
};

static const struct signature_kind plain = {ED25519_SIGNATURE_SIZE, check_plain};
static const struct signature_kind cosignature = {
    TIME_SIZE + ED25519_SIGNATURE_SIZE, check_cosignature};

static sw_result check_signature(const struct sw_checkpoint *note, const struct sw_vkey *vkey,
    const struct sw_key *key, struct sw_bytes signature, int64_t *time, struct sw_error *err)
{
    const struct signature_kind *kind = vkey->type == SW_VKEY_ED25519 ? &plain : &cosignature;
    enum sw_code rc = SW_E_REFUSED;
    if (signature.len == kind->size) {
        rc = kind->check(note, key, signature, time, NULL);
    }
    if (rc == SW_E_REFUSED) {
        char shown[SHOWN_NAME];
        return sw_fail(err, rc, "the signature of %s+%08" PRIx32 " is wrong",
            show(vkey->name, shown), vkey->id);
    }
    return rc;
}

/* One key may stand on a note several times (a witness that cosigned again); then each of its
 * signatures must hold, and the latest time counts. */
sw_result sw_note_check(const struct sw_checkpoint *note, const struct sw_vkey *vkey, int64_t *time,
    struct sw_error *err)
{
    SW_TRY(check_type((uint8_t)vkey->type, vkey->name, err));
    SW_CLEANUP(key) struct sw_key *key = NULL;
    SW_TRY(sw_key_from_raw_ed25519(vkey->key, &key, err));
    int64_t latest = 0;
    size_t found = 0;
    for (size_t i = 0; i < note->signature_count; i++) {
        const struct sw_note_signature *signature = &note->signatures[i];
        if (signature->id != vkey->id || !sw_str_equal(signature->name, vkey->name)) {
            continue;
        }
        SW_TRY(check_signature(note, vkey, key, signature->signature, &latest, err));
        found++;
    }
    if (found == 0) {
        char shown[SHOWN_NAME];
        return sw_fail(err, SW_E_NOEVIDENCE, "there is no signature of %s+%08" PRIx32,
            show(vkey->name, shown), vkey->id);
    }
    if (vkey->type == SW_VKEY_COSIGNATURE && time != NULL) {
        *time = latest;
    }
    return SW_OK;
}
