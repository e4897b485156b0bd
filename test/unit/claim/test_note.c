#include "claim/claim.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define DASH "\xE2\x80\x94 "

static struct sw_arena arena;
static struct sw_error err;

static int setup(void **state)
{
    sw_arena_init(&arena, 0);
    err = (struct sw_error){0};
    return 0;
}

static int teardown(void **state)
{
    sw_arena_release(&arena);
    return 0;
}

static struct sw_bytes text_bytes(const char *text)
{
    return sw_bytes_of_str(sw_str(text));
}

static enum sw_code parse_vkey(const char *text, struct sw_vkey *out)
{
    return sw_vkey_parse(&arena, sw_str(text), out, &err);
}

static enum sw_code parse_note(const char *text, struct sw_checkpoint *out)
{
    return sw_note_parse(&arena, text_bytes(text), out, &err);
}

static enum sw_code parse_checkpoint(const char *text, struct sw_checkpoint *out)
{
    return sw_checkpoint_parse(&arena, text_bytes(text), out, &err);
}

/* --- the examples of the specifications ------------------------------------------------------ */

/* signed-note.md, "Example". */
static const char example_vkey[] =
    "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
static const char example_note[] =
    "This is an example message.\n\n" DASH
    "example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHj"
    "G1Yu72IneyaQM=\n";

static void example_note_of_the_specification_holds(void **state)
{
    struct sw_vkey vkey;
    struct sw_checkpoint note;
    assert_int_equal(parse_vkey(example_vkey, &vkey), SW_OK);
    assert_int_equal(vkey.type, SW_VKEY_ED25519);
    assert_int_equal(vkey.id, 0x530d903a);
    assert_int_equal(parse_note(example_note, &note), SW_OK);
    assert_true(sw_str_is(note.body, "This is an example message.\n"));
    assert_int_equal(note.signature_count, 1);
    assert_int_equal(sw_note_check(&note, &vkey, NULL, &err), SW_OK);
    /* It is a note, and no checkpoint. */
    assert_int_equal(parse_checkpoint(example_note, &note), SW_E_FORMAT);
}

static void every_changed_byte_of_the_example_is_noticed(void **state)
{
    struct sw_vkey vkey;
    assert_int_equal(parse_vkey(example_vkey, &vkey), SW_OK);
    for (size_t i = 0; i + 1 < sizeof(example_note); i++) {
        char changed[sizeof(example_note)];
        memcpy(changed, example_note, sizeof(changed));
        changed[i] ^= 1;
        struct sw_checkpoint note;
        enum sw_code rc = parse_note(changed, &note);
        if (rc == SW_OK) {
            rc = sw_note_check(&note, &vkey, NULL, &err);
        }
        assert_int_not_equal(rc, SW_OK);
    }
}

/* tlog-cosignature.md; its keys are not given. */
static const char example_cosigned[] =
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n" DASH
    "example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1g"
    "GzGku9nTo+zyWE+xeMcTOAYQ8=\n" DASH
    "witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyi"
    "n1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";

static void example_checkpoint_of_the_specification_parses(void **state)
{
    struct sw_checkpoint note;
    assert_int_equal(parse_checkpoint(example_cosigned, &note), SW_OK);
    assert_true(sw_str_is(note.origin, "example.com/behind-the-sofa"));
    assert_int_equal(note.size, 20852163);
    assert_int_equal(note.root.bytes[0], 0x0a);
    assert_int_equal(note.root.bytes[31], 0x62);
    assert_int_equal(note.signature_count, 2);
    assert_int_equal(note.signatures[0].signature.len, 64);
    assert_true(sw_str_is(note.signatures[1].name, "witness.example.com/w1"));
    assert_int_equal(note.signatures[1].id, 0x8d66cf3f);
    assert_int_equal(note.signatures[1].signature.len, 72);
}

/* --- verifier keys --------------------------------------------------------------------------- */

static void vkey_survives_a_round_trip(void **state)
{
    struct sw_vkey vkey;
    assert_int_equal(parse_vkey(example_vkey, &vkey), SW_OK);
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    assert_int_equal(sw_vkey_write(&vkey, &text), SW_OK);
    assert_string_equal(sw_buf_cstr(&text), example_vkey);
    struct sw_vkey made;
    assert_int_equal(
        sw_vkey_make(&arena, "example.com/foo", SW_VKEY_ED25519, vkey.key, &made), SW_OK);
    assert_int_equal(made.id, vkey.id);
    assert_int_equal(
        sw_vkey_make(&arena, "example.com/foo", SW_VKEY_COSIGNATURE, vkey.key, &made), SW_OK);
    assert_int_not_equal(made.id, vkey.id); /* the type is part of the id */
}

static const struct {
    const char *text;
    enum sw_code code;
    const char *words;
} bad_vkeys[] = {
    {"", SW_E_FORMAT, "no verifier key"},
    {"example.com/foo", SW_E_FORMAT, "no verifier key"},
    {"example.com/foo+530d903a", SW_E_FORMAT, "no verifier key"},
    {"example.com/foo+530d903a+", SW_E_FORMAT, "no verifier key"},
    {"+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", SW_E_FORMAT, "no verifier key"},
    {"example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", SW_E_FORMAT,
        "no verifier key"},
    {"example.com/foo+530d903+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", SW_E_FORMAT,
        "no verifier key"},
    {"example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k ", SW_E_FORMAT,
        "no verifier key"},
    {"example.com /foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", SW_E_FORMAT,
        "no verifier key"},
    {"example.com\xC2\xA0/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", SW_E_FORMAT,
        "no verifier key"},
    {"example.com\xFF/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", SW_E_FORMAT,
        "no verifier key"},
    {"example.com/fop+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", SW_E_FORMAT,
        "says id 530d903a"},
    {"example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U0=", SW_E_FORMAT,
        "has 31 bytes"},
    {"example.com/foo+530d903a+AukyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", SW_E_UNSUPPORTED,
        "ECDSA"},
    {"example.com/foo+530d903a+BukyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", SW_E_UNSUPPORTED,
        "0x06 (ML-DSA-44), which this build cannot check: use an Ed25519 key"},
    {"example.com/foo+530d903a+/+kyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", SW_E_UNSUPPORTED,
        "custom"},
    {"example.com/foo+530d903a+COkyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", SW_E_UNSUPPORTED,
        "unknown type 0x08"},
};

static void bad_vkeys_are_refused_with_the_reason(void **state)
{
    for (size_t i = 0; i < SW_COUNT(bad_vkeys); i++) {
        struct sw_vkey vkey = {.id = 7};
        assert_int_equal(parse_vkey(bad_vkeys[i].text, &vkey), bad_vkeys[i].code);
        assert_non_null(strstr(err.text, bad_vkeys[i].words));
        assert_int_equal(vkey.id, 7);
    }
    struct sw_vkey vkey;
    const uint8_t key[32] = {0};
    assert_int_equal(sw_vkey_make(&arena, "a+b", SW_VKEY_ED25519, key, &vkey), SW_E_USAGE);
    assert_int_equal(sw_vkey_make(&arena, "", SW_VKEY_ED25519, key, &vkey), SW_E_USAGE);
    assert_int_equal(sw_vkey_make(&arena, "a", SW_VKEY_ML_DSA_44, key, &vkey), SW_E_UNSUPPORTED);
}

/* --- the form of notes ----------------------------------------------------------------------- */

#define SIGNATURE DASH "a AAAAAAA=\n" /* the key id and one byte */

static const struct {
    const char *text;
    enum sw_code code;
    const char *words;
} bad_notes[] = {
    {"", SW_E_FORMAT, "no empty line"},
    {"\n", SW_E_FORMAT, "no empty line"},
    {"text\n", SW_E_FORMAT, "no empty line"},
    {"text" SIGNATURE, SW_E_FORMAT, "no empty line"},
    {"text\n" SIGNATURE, SW_E_FORMAT, "no empty line"},
    {"text\n\n", SW_E_FORMAT, "no signature"},
    {"text\n\n" SIGNATURE "\n", SW_E_FORMAT, "no signature"},
    {"text\n\n" SIGNATURE "\n\n", SW_E_FORMAT, "no signature"},
    {"text\n\n" DASH "a AAAAAAA=", SW_E_FORMAT, "does not end in a newline"},
    {"text\n\n" SIGNATURE DASH "a AAAAAAA=", SW_E_FORMAT, "does not end in a newline"},
    {"text\n\nmore\n", SW_E_FORMAT, "signature 1 of the note is malformed"},
    {"text\n\n" SIGNATURE "more\n", SW_E_FORMAT, "signature 2 of the note is malformed"},
    {"text\n\n- a AAAAAAA=\n", SW_E_FORMAT, "malformed"},
    {"text\n\n\xE2\x80\x93 a AAAAAAA=\n", SW_E_FORMAT, "malformed"}, /* en dash */
    {"text\n\n\xE2\x80\x94"
     "a AAAAAAA=\n",
        SW_E_FORMAT, "malformed"},
    {"text\n\n" DASH " AAAAAAA=\n", SW_E_FORMAT, "malformed"},
    {"text\n\n" DASH " a AAAAAAA=\n", SW_E_FORMAT, "malformed"},
    {"text\n\n" DASH "a+b AAAAAAA=\n", SW_E_FORMAT, "malformed"},
    {"text\n\n" DASH "a\xE2\x80\x83"
     "b AAAAAAA=\n",
        SW_E_FORMAT, "malformed"},
    {"text\n\n" DASH "a\n", SW_E_FORMAT, "malformed"},
    {"text\n\n" DASH "a \n", SW_E_FORMAT, "malformed"},
    {"text\n\n" DASH "a AAAAAAA\n", SW_E_FORMAT, "malformed"},
    {"text\n\n" DASH "a AAAAAAB=\n", SW_E_FORMAT, "malformed"}, /* unused bits */
    {"text\n\n" DASH "a AAAAAAA= \n", SW_E_FORMAT, "malformed"},
    {"text\n\n" DASH "a AAAAAAA= b\n", SW_E_FORMAT, "malformed"},
    {"text\n\n" DASH "a AAAA\n", SW_E_FORMAT, "malformed"},     /* 3 bytes: no key id */
    {"text\n\n" DASH "a AAAAAA==\n", SW_E_FORMAT, "malformed"}, /* only the key id */
    {"te\txt\n\n" SIGNATURE, SW_E_FORMAT, "byte 2 of the note is a control character"},
    {"text\r\n\n" SIGNATURE, SW_E_FORMAT, "control character"},
    {"te\xFFxt\n\n" SIGNATURE, SW_E_FORMAT, "not UTF-8"},
    {"te\xED\xA0\x80xt\n\n" SIGNATURE, SW_E_FORMAT, "not UTF-8"},
};

static void bad_notes_are_refused_with_the_reason(void **state)
{
    for (size_t i = 0; i < SW_COUNT(bad_notes); i++) {
        struct sw_checkpoint note = {.size = 7};
        assert_int_equal(parse_note(bad_notes[i].text, &note), bad_notes[i].code);
        assert_non_null(strstr(err.text, bad_notes[i].words));
        assert_int_equal(note.size, 7);
    }
    static const char with_nul[] = "te\0xt\n\n" SIGNATURE;
    struct sw_checkpoint note;
    assert_int_equal(
        sw_note_parse(&arena, sw_bytes(with_nul, sizeof(with_nul) - 1), &note, &err), SW_E_FORMAT);
}

static void text_may_hold_empty_lines_and_signature_lines(void **state)
{
    struct sw_checkpoint note;
    assert_int_equal(parse_note("a\n\n" SIGNATURE "\n" SIGNATURE, &note), SW_OK);
    assert_true(sw_str_is(note.body, "a\n\n" SIGNATURE));
    assert_int_equal(note.signature_count, 1);
    assert_int_equal(parse_note("\n\n" SIGNATURE, &note), SW_OK);
    assert_true(sw_str_is(note.body, "\n"));
}

static enum sw_code parse_with_signatures(size_t count, struct sw_checkpoint *out)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    assert_int_equal(sw_buf_puts(&text, "text\n\n"), SW_OK);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(sw_buf_puts(&text, SIGNATURE), SW_OK);
    }
    return sw_note_parse(&arena, sw_buf_bytes(&text), out, &err);
}

static void many_signatures_are_read_and_too_many_are_over_the_limit(void **state)
{
    struct sw_checkpoint note;
    assert_int_equal(parse_with_signatures(16, &note), SW_OK);
    assert_int_equal(note.signature_count, 16);
    assert_int_equal(parse_with_signatures(SW_NOTE_MAX_SIGNATURES, &note), SW_OK);
    assert_int_equal(parse_with_signatures(SW_NOTE_MAX_SIGNATURES + 1, &note), SW_E_LIMIT);
}

static void a_note_over_the_size_limit_is_refused_before_it_is_read(void **state)
{
    size_t size = SW_NOTE_MAX_BYTES + 1;
    uint8_t *big = sw_arena_alloc(&arena, size);
    assert_non_null(big);
    memset(big, 0xFF, size);
    struct sw_checkpoint note;
    assert_int_equal(sw_note_parse(&arena, sw_bytes(big, size), &note, &err), SW_E_LIMIT);
}

/* --- the form of checkpoints ----------------------------------------------------------------- */

#define ROOT "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="

static const struct {
    const char *body;
    const char *words;
} bad_checkpoints[] = {
    {"\n", "line 1"},
    {"log\n", "line 2"},
    {"\n5\n" ROOT "\n", "line 1"},
    {"log\n\n" ROOT "\n", "line 2"},
    {"log\n05\n" ROOT "\n", "line 2"},
    {"log\n-5\n" ROOT "\n", "line 2"},
    {"log\n+5\n" ROOT "\n", "line 2"},
    {"log\n5 \n" ROOT "\n", "line 2"},
    {"log\n0x5\n" ROOT "\n", "line 2"},
    {"log\n18446744073709551616\n" ROOT "\n", "line 2"},
    {"log\n5\n", "line 3"},
    {"log\n5\n\n", "line 3"},
    {"log\n5\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxqw==\n", "line 3"},
    {"log\n5\n" ROOT " \n", "line 3"},
    {"log\n5\nCsUYapGGPo4dkMgIAUqom_Xajj7h2fB2MPA3j2jxq2I=\n", "line 3"},
    {"log\n5\n" ROOT "\n\n", "line 4"},
    {"log\n5\n" ROOT "\nextension\n\nanother\n", "line 5"},
};

static void bad_checkpoints_are_refused_with_the_line(void **state)
{
    for (size_t i = 0; i < SW_COUNT(bad_checkpoints); i++) {
        char text[512];
        (void)snprintf(text, sizeof(text), "%s\n" SIGNATURE, bad_checkpoints[i].body);
        struct sw_checkpoint note = {.size = 7};
        assert_int_equal(parse_checkpoint(text, &note), SW_E_FORMAT);
        assert_non_null(strstr(err.text, bad_checkpoints[i].words));
        assert_int_equal(note.size, 7);
    }
}

static void sizes_from_zero_to_the_largest_and_extension_lines_parse(void **state)
{
    struct sw_checkpoint note;
    assert_int_equal(parse_checkpoint("a log\n0\n" ROOT "\n\n" SIGNATURE, &note), SW_OK);
    assert_true(sw_str_is(note.origin, "a log"));
    assert_int_equal(note.size, 0);
    assert_int_equal(
        parse_checkpoint("log\n18446744073709551615\n" ROOT "\none\ntwo\n\n" SIGNATURE, &note),
        SW_OK);
    assert_true(note.size == UINT64_MAX);
    assert_true(sw_str_ends(note.body, "\none\ntwo\n"));
}

/* --- signatures ------------------------------------------------------------------------------ */

static const struct sw_hash256 root = {{1, 2, 3}};

static struct sw_key *make_key(const char *name, enum sw_vkey_type type, struct sw_vkey *vkey)
{
    struct sw_key *key = NULL;
    uint8_t raw[32];
    assert_int_equal(sw_key_generate(SW_KEY_ED25519, &key, NULL), SW_OK);
    assert_int_equal(sw_key_raw_ed25519(key, raw), SW_OK);
    assert_int_equal(sw_vkey_make(&arena, name, type, raw, vkey), SW_OK);
    return key;
}

/* Appends the signature line of a cosignature at `time` on `body`. */
static void cosign(const struct sw_key *key, const struct sw_vkey *vkey, struct sw_str body,
    uint64_t time, struct sw_buf *out)
{
    SW_CLEANUP(buf) struct sw_buf message = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf blob = SW_BUF_INIT;
    assert_int_equal(sw_buf_printf(&message, "cosignature/v1\ntime %" PRIu64 "\n" SW_STR_FMT, time,
                         SW_STR_ARG(body)),
        SW_OK);
    assert_int_equal(sw_buf_put_u32be(&blob, vkey->id), SW_OK);
    assert_int_equal(sw_buf_put_u64be(&blob, time), SW_OK);
    assert_int_equal(sw_key_sign(key, sw_buf_bytes(&message), &blob, NULL), SW_OK);
    assert_int_equal(sw_buf_printf(out, DASH SW_STR_FMT " ", SW_STR_ARG(vkey->name)), SW_OK);
    assert_int_equal(sw_base64_encode(out, sw_buf_bytes(&blob)), SW_OK);
    assert_int_equal(sw_buf_putc(out, '\n'), SW_OK);
}

static void signed_checkpoint_parses_back_and_holds(void **state)
{
    struct sw_vkey vkey;
    SW_CLEANUP(key) struct sw_key *key = make_key("example.com/log", SW_VKEY_ED25519, &vkey);
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    assert_int_equal(sw_checkpoint_sign("example.com/log", 42, &root, key, &text, &err), SW_OK);
    struct sw_checkpoint note;
    assert_int_equal(sw_checkpoint_parse(&arena, sw_buf_bytes(&text), &note, &err), SW_OK);
    assert_true(sw_str_is(note.origin, "example.com/log"));
    assert_int_equal(note.size, 42);
    assert_memory_equal(&note.root, &root, sizeof(root));
    int64_t time = 7;
    assert_int_equal(sw_note_check(&note, &vkey, &time, &err), SW_OK);
    assert_int_equal(time, 7); /* a plain signature has no time */
}

static void signature_counts_only_for_its_own_name_and_key(void **state)
{
    struct sw_vkey vkey;
    struct sw_vkey other;
    SW_CLEANUP(key) struct sw_key *key = make_key("example.com/log", SW_VKEY_ED25519, &vkey);
    SW_CLEANUP(key) struct sw_key *other_key = make_key("example.com/log", SW_VKEY_ED25519, &other);
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    assert_int_equal(sw_checkpoint_sign("example.com/log", 42, &root, key, &text, &err), SW_OK);
    struct sw_checkpoint note;
    assert_int_equal(sw_checkpoint_parse(&arena, sw_buf_bytes(&text), &note, &err), SW_OK);
    assert_int_equal(sw_note_check(&note, &other, NULL, &err), SW_E_NOEVIDENCE);
    assert_non_null(strstr(err.text, "there is no signature of example.com/log+"));
    /* The same id by accident or on purpose: then the signature is this key's to answer for. */
    other.id = vkey.id;
    assert_int_equal(sw_note_check(&note, &other, NULL, &err), SW_E_REFUSED);
    other = vkey;
    other.name = sw_str("example.com/other");
    assert_int_equal(sw_note_check(&note, &other, NULL, &err), SW_E_NOEVIDENCE);
    /* A key of the other type with this id finds a signature of the wrong length. */
    other = vkey;
    other.type = SW_VKEY_COSIGNATURE;
    assert_int_equal(sw_note_check(&note, &other, NULL, &err), SW_E_REFUSED);
}

static void bad_origins_and_keys_sign_nothing(void **state)
{
    SW_CLEANUP(key) struct sw_key *ecdsa = NULL;
    SW_CLEANUP(key) struct sw_key *key = NULL;
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    assert_int_equal(sw_key_generate(SW_KEY_P256, &ecdsa, NULL), SW_OK);
    assert_int_equal(sw_key_generate(SW_KEY_ED25519, &key, NULL), SW_OK);
    assert_int_equal(sw_checkpoint_sign("log", 1, &root, ecdsa, &text, &err), SW_E_USAGE);
    static const char *const bad[] = {"", "a b", "a+b", "a\nb", "a\xE3\x80\x80", "\xFF"};
    for (size_t i = 0; i < SW_COUNT(bad); i++) {
        assert_int_equal(sw_checkpoint_sign(bad[i], 1, &root, key, &text, &err), SW_E_USAGE);
    }
    assert_int_equal(text.len, 0);
}

static void cosignature_gives_its_time(void **state)
{
    struct sw_vkey log;
    struct sw_vkey witness;
    SW_CLEANUP(key) struct sw_key *key = make_key("example.com/log", SW_VKEY_ED25519, &log);
    SW_CLEANUP(key) struct sw_key *witness_key = make_key("w1", SW_VKEY_COSIGNATURE, &witness);
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    assert_int_equal(sw_checkpoint_sign("example.com/log", 42, &root, key, &text, &err), SW_OK);
    struct sw_checkpoint note;
    assert_int_equal(sw_checkpoint_parse(&arena, sw_buf_bytes(&text), &note, &err), SW_OK);
    assert_int_equal(sw_note_check(&note, &witness, NULL, &err), SW_E_NOEVIDENCE);
    SW_CLEANUP(buf) struct sw_buf twice = SW_BUF_INIT;
    assert_int_equal(sw_buf_append(&twice, text.data, text.len), SW_OK);
    cosign(witness_key, &witness, note.body, 1679315147, &twice);
    cosign(witness_key, &witness, note.body, 1679315140, &twice);
    assert_int_equal(sw_checkpoint_parse(&arena, sw_buf_bytes(&twice), &note, &err), SW_OK);
    int64_t time = 0;
    assert_int_equal(sw_note_check(&note, &witness, &time, &err), SW_OK);
    assert_int_equal(time, 1679315147); /* the latest of the two */
    assert_int_equal(sw_note_check(&note, &log, &time, &err), SW_OK);
}

/* Cosignatures that must not hold: over another time, over another text, after the year 2^63. */
static void wrong_cosignatures_are_refused(void **state)
{
    struct sw_vkey log;
    struct sw_vkey witness;
    SW_CLEANUP(key) struct sw_key *key = make_key("example.com/log", SW_VKEY_ED25519, &log);
    SW_CLEANUP(key) struct sw_key *witness_key = make_key("w1", SW_VKEY_COSIGNATURE, &witness);
    static const struct {
        const char *body; /* NULL: the right one */
        uint64_t time;
    } cases[] = {{"other\n1\n" ROOT "\n", 5}, {NULL, (uint64_t)INT64_MAX + 1}, {NULL, UINT64_MAX}};
    for (size_t i = 0; i < SW_COUNT(cases); i++) {
        SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
        assert_int_equal(sw_checkpoint_sign("example.com/log", 42, &root, key, &text, &err), SW_OK);
        struct sw_checkpoint note;
        assert_int_equal(sw_checkpoint_parse(&arena, sw_buf_bytes(&text), &note, &err), SW_OK);
        struct sw_str body = cases[i].body == NULL ? note.body : sw_str(cases[i].body);
        SW_CLEANUP(buf) struct sw_buf all = SW_BUF_INIT;
        assert_int_equal(sw_buf_append(&all, text.data, text.len), SW_OK);
        cosign(witness_key, &witness, note.body, 3, &all); /* a good one does not make up for it */
        cosign(witness_key, &witness, body, cases[i].time, &all);
        assert_int_equal(sw_checkpoint_parse(&arena, sw_buf_bytes(&all), &note, &err), SW_OK);
        int64_t time = 9;
        assert_int_equal(sw_note_check(&note, &witness, &time, &err), SW_E_REFUSED);
        assert_int_equal(time, 9);
        assert_int_equal(sw_note_check(&note, &log, NULL, &err), SW_OK);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(example_note_of_the_specification_holds),
        TEST(every_changed_byte_of_the_example_is_noticed),
        TEST(example_checkpoint_of_the_specification_parses),
        TEST(vkey_survives_a_round_trip),
        TEST(bad_vkeys_are_refused_with_the_reason),
        TEST(bad_notes_are_refused_with_the_reason),
        TEST(text_may_hold_empty_lines_and_signature_lines),
        TEST(many_signatures_are_read_and_too_many_are_over_the_limit),
        TEST(a_note_over_the_size_limit_is_refused_before_it_is_read),
        TEST(bad_checkpoints_are_refused_with_the_line),
        TEST(sizes_from_zero_to_the_largest_and_extension_lines_parse),
        TEST(signed_checkpoint_parses_back_and_holds),
        TEST(signature_counts_only_for_its_own_name_and_key),
        TEST(bad_origins_and_keys_sign_nothing),
        TEST(cosignature_gives_its_time),
        TEST(wrong_cosignatures_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
