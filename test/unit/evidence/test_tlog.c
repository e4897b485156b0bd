#include "evidence/evidence.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define DASH "\xE2\x80\x94 "
#define ORIGIN "example.com/log"
#define KEYS 72

/* --- keys, checkpoints and cosignatures ------------------------------------------------------ */

static struct sw_arena keys_arena;
static struct sw_key *keys[KEYS];
static struct sw_arena arena;
static struct sw_error err;
static struct sw_buf text;       /* a policy */
static struct sw_buf checkpoint; /* a signed one */

static int make_keys(void **state)
{
    sw_arena_init(&keys_arena, 0);
    for (size_t i = 0; i < KEYS; i++) {
        assert_int_equal(sw_key_generate(SW_KEY_ED25519, &keys[i], NULL), SW_OK);
    }
    return 0;
}

static int free_keys(void **state)
{
    for (size_t i = 0; i < KEYS; i++) {
        sw_key_free(keys[i]);
    }
    sw_arena_release(&keys_arena);
    return 0;
}

static int setup(void **state)
{
    sw_arena_init(&arena, 0);
    err = (struct sw_error){0};
    text = SW_BUF_INIT;
    checkpoint = SW_BUF_INIT;
    return 0;
}

static int teardown(void **state)
{
    sw_buf_release(&text);
    sw_buf_release(&checkpoint);
    sw_arena_release(&arena);
    return 0;
}

static struct sw_vkey vkey_of(size_t key, const char *name, enum sw_vkey_type type)
{
    struct sw_vkey vkey;
    uint8_t raw[32];
    assert_int_equal(sw_key_raw_ed25519(keys[key], raw), SW_OK);
    assert_int_equal(sw_vkey_make(&keys_arena, name, type, raw, &vkey), SW_OK);
    return vkey;
}

/* The vkey's text, in the arena of the keys. */
static const char *vkey_text(size_t key, const char *name, enum sw_vkey_type type)
{
    struct sw_vkey vkey = vkey_of(key, name, type);
    SW_CLEANUP(buf) struct sw_buf out = SW_BUF_INIT;
    assert_int_equal(sw_vkey_write(&vkey, &out), SW_OK);
    return sw_arena_strdup(&keys_arena, sw_buf_cstr(&out));
}

static const char *log_key(size_t key)
{
    return vkey_text(key, ORIGIN, SW_VKEY_ED25519);
}

/* Witness N has key N and the key name "wN". */
static const char *witness_name(size_t key)
{
    return sw_arena_printf(&keys_arena, "w%zu", key);
}

static const char *witness_key(size_t key)
{
    return vkey_text(key, witness_name(key), SW_VKEY_COSIGNATURE);
}

static void put(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

static void put(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    char line[4096];
    int len = vsnprintf(line, sizeof(line), fmt, args);
    va_end(args);
    assert_true(len >= 0 && (size_t)len < sizeof(line));
    assert_int_equal(sw_buf_puts(&text, line), SW_OK);
}

static void sign_checkpoint(size_t key, const char *origin, uint64_t size, struct sw_hash256 root)
{
    sw_buf_clear(&checkpoint);
    assert_int_equal(sw_checkpoint_sign(origin, size, &root, keys[key], &checkpoint, &err), SW_OK);
}

/* Adds the cosignature of witness `key`; a wrong one when `time` differs from `signed_time`. */
static void cosign_at(size_t key, uint64_t time, uint64_t signed_time)
{
    struct sw_vkey vkey = vkey_of(key, witness_name(key), SW_VKEY_COSIGNATURE);
    struct sw_checkpoint note;
    assert_int_equal(sw_checkpoint_parse(&arena, sw_buf_bytes(&checkpoint), &note, &err), SW_OK);
    SW_CLEANUP(buf) struct sw_buf message = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf blob = SW_BUF_INIT;
    assert_int_equal(sw_buf_printf(&message, "cosignature/v1\ntime %" PRIu64 "\n" SW_STR_FMT,
                         signed_time, SW_STR_ARG(note.body)),
        SW_OK);
    assert_int_equal(sw_buf_put_u32be(&blob, vkey.id), SW_OK);
    assert_int_equal(sw_buf_put_u64be(&blob, time), SW_OK);
    assert_int_equal(sw_key_sign(keys[key], sw_buf_bytes(&message), &blob, NULL), SW_OK);
    assert_int_equal(sw_buf_printf(&checkpoint, DASH SW_STR_FMT " ", SW_STR_ARG(vkey.name)), SW_OK);
    assert_int_equal(sw_base64_encode(&checkpoint, sw_buf_bytes(&blob)), SW_OK);
    assert_int_equal(sw_buf_putc(&checkpoint, '\n'), SW_OK);
}

static void cosign(size_t key)
{
    cosign_at(key, 1700000000, 1700000000);
}

static enum sw_code parse_policy(struct sw_tlog_policy **out)
{
    return sw_tlog_policy_parse(&arena, sw_buf_bytes(&text), out, &err);
}

/* Judges `checkpoint` by `text`. */
static enum sw_code judge(void)
{
    struct sw_tlog_policy *policy = NULL;
    struct sw_checkpoint note;
    assert_int_equal(parse_policy(&policy), SW_OK);
    assert_int_equal(sw_checkpoint_parse(&arena, sw_buf_bytes(&checkpoint), &note, &err), SW_OK);
    return sw_tlog_policy_check(policy, &note, &err);
}

/* --- policies -------------------------------------------------------------------------------- */

/* The example of tlog-policy.md: two of three X, and any of three Y. */
static void put_example(void)
{
    put("log %s\n\n", log_key(0));
    for (size_t i = 1; i <= 3; i++) {
        put("witness X%zu %s\n", i, witness_key(i));
    }
    put("group X-witnesses 2 X1 X2 X3\n\n");
    for (size_t i = 4; i <= 6; i++) {
        put("witness Y%zu %s\n", i - 3, witness_key(i));
    }
    put("group Y-witnesses any Y1 Y2 Y3\n\n");
    put("group X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n");
}

static void example_quorum_decides_every_set_of_witnesses(void **state)
{
    put_example();
    for (unsigned set = 0; set < 64; set++) {
        sign_checkpoint(0, ORIGIN, 5, (struct sw_hash256){{1}});
        for (size_t i = 0; i < 6; i++) {
            if ((set >> i & 1) != 0) {
                cosign(i + 1);
            }
        }
        bool want = __builtin_popcount(set & 7) >= 2 && (set & 56) != 0;
        assert_int_equal(judge(), want ? SW_OK : SW_E_REFUSED);
    }
    sign_checkpoint(0, ORIGIN, 5, (struct sw_hash256){{1}});
    assert_int_equal(judge(), SW_E_REFUSED);
    assert_non_null(strstr(err.text, "the quorum \"X-and-Y\" is not reached"));
}

static void a_single_witness_or_none_can_be_the_quorum(void **state)
{
    put("log %s\nwitness W %s https://w.example/prefix\nquorum W\n", log_key(0), witness_key(1));
    sign_checkpoint(0, ORIGIN, 5, (struct sw_hash256){{1}});
    assert_int_equal(judge(), SW_E_REFUSED);
    cosign(1);
    assert_int_equal(judge(), SW_OK);
    sw_buf_clear(&text);
    put("quorum none\nlog %s\n", log_key(0)); /* the order is free */
    sign_checkpoint(0, ORIGIN, 5, (struct sw_hash256){{1}});
    assert_int_equal(judge(), SW_OK);
}

static void only_a_listed_log_under_its_own_name_is_accepted(void **state)
{
    put("log %s\nlog %s\nquorum none\n", log_key(0),
        vkey_text(1, "example.com/second", SW_VKEY_ED25519));
    sign_checkpoint(1, "example.com/second", 5, (struct sw_hash256){{1}});
    assert_int_equal(judge(), SW_OK);
    sign_checkpoint(2, ORIGIN, 5, (struct sw_hash256){{1}});
    assert_int_equal(judge(), SW_E_REFUSED);
    sign_checkpoint(0, "example.com/second", 5, (struct sw_hash256){{1}});
    assert_int_equal(judge(), SW_E_REFUSED);
    assert_non_null(
        strstr(err.text, "the checkpoint of example.com/second is not signed by a log"));
    sw_buf_clear(&text);
    put("quorum none\n");
    assert_int_equal(judge(), SW_E_REFUSED);
}

/* A good signature by the second log, under its own key name, on a checkpoint of the first. */
static void a_log_cannot_sign_for_the_origin_of_another(void **state)
{
    struct sw_vkey second = vkey_of(1, "example.com/second", SW_VKEY_ED25519);
    sign_checkpoint(2, ORIGIN, 5, (struct sw_hash256){{1}});
    struct sw_checkpoint note;
    assert_int_equal(sw_checkpoint_parse(&arena, sw_buf_bytes(&checkpoint), &note, &err), SW_OK);
    SW_CLEANUP(buf) struct sw_buf blob = SW_BUF_INIT;
    assert_int_equal(sw_buf_put_u32be(&blob, second.id), SW_OK);
    assert_int_equal(sw_key_sign(keys[1], sw_bytes_of_str(note.body), &blob, NULL), SW_OK);
    assert_int_equal(sw_buf_puts(&checkpoint, DASH "example.com/second "), SW_OK);
    assert_int_equal(sw_base64_encode(&checkpoint, sw_buf_bytes(&blob)), SW_OK);
    assert_int_equal(sw_buf_putc(&checkpoint, '\n'), SW_OK);
    put("log %s\nlog %s\nquorum none\n", log_key(0),
        vkey_text(1, "example.com/second", SW_VKEY_ED25519));
    assert_int_equal(sw_checkpoint_parse(&arena, sw_buf_bytes(&checkpoint), &note, &err), SW_OK);
    assert_int_equal(sw_note_check(&note, &second, NULL, &err), SW_OK);
    assert_int_equal(judge(), SW_E_REFUSED);
}

static void a_wrong_signature_of_a_known_key_condemns_the_checkpoint(void **state)
{
    put("log %s\nwitness A %s\nwitness B %s\ngroup G any A B\nquorum G\n", log_key(0),
        witness_key(1), witness_key(2));
    sign_checkpoint(0, ORIGIN, 5, (struct sw_hash256){{1}});
    cosign(1);
    assert_int_equal(judge(), SW_OK);
    cosign_at(2, 1700000000, 1700000001);
    assert_int_equal(judge(), SW_E_REFUSED);
    assert_non_null(strstr(err.text, "the signature of w2+"));
    /* The same by a witness that the policy does not know is nobody's business. */
    sign_checkpoint(0, ORIGIN, 5, (struct sw_hash256){{1}});
    cosign(1);
    cosign_at(3, 1700000000, 1700000001);
    assert_int_equal(judge(), SW_OK);
}

static void a_witness_counts_once_however_often_it_signs(void **state)
{
    put("log %s\nwitness A %s\nwitness B %s\ngroup G 2 A B\nquorum G\n", log_key(0), witness_key(1),
        witness_key(2));
    sign_checkpoint(0, ORIGIN, 5, (struct sw_hash256){{1}});
    cosign(1);
    cosign_at(1, 1700000001, 1700000001);
    assert_int_equal(judge(), SW_E_REFUSED);
    cosign(2);
    assert_int_equal(judge(), SW_OK);
}

static void white_space_comments_and_any_octet_are_allowed(void **state)
{
    put("# caf\xE9 \xFF\n \t# more\n\n \t \n\tlog\t %s \t https://\xFF.example \n", log_key(0));
    put("witness \xE2\x84\xAA %s\nwitness K %s\n", witness_key(1), witness_key(2));
    put("group any all \xE2\x84\xAA K \nquorum any");
    struct sw_tlog_policy *policy = NULL;
    assert_int_equal(parse_policy(&policy), SW_E_FORMAT); /* no newline at the end */
    assert_non_null(strstr(err.text, "line 9 of the log policy does not end in a newline"));
    put("\n");
    sign_checkpoint(0, ORIGIN, 5, (struct sw_hash256){{1}});
    cosign(1);
    assert_int_equal(judge(), SW_E_REFUSED);
    cosign(2);
    assert_int_equal(judge(), SW_OK);
}

static void put_many(size_t count)
{
    for (size_t i = 0; i < count; i++) {
        put("log %s\nwitness W%zu %s\n", log_key(i), i, witness_key(i));
    }
    for (size_t i = 0; i < count; i++) {
        put("group G%zu all W%zu%s%s\n", i, i, i == 0 ? "" : " G",
            i == 0 ? "" : sw_arena_printf(&keys_arena, "%zu", i - 1));
    }
    put("quorum G%zu\n", count - 1);
}

static void sixty_four_of_each_are_read_and_one_more_is_over_the_limit(void **state)
{
    struct sw_tlog_policy *policy = NULL;
    put_many(SW_TLOG_POLICY_MAX);
    sign_checkpoint(63, ORIGIN, 5, (struct sw_hash256){{1}});
    for (size_t i = 0; i < SW_TLOG_POLICY_MAX; i++) {
        assert_int_equal(judge(), SW_E_REFUSED);
        cosign(i);
    }
    assert_int_equal(judge(), SW_OK);
    sw_buf_clear(&text);
    for (size_t i = 0; i <= SW_TLOG_POLICY_MAX; i++) {
        put("log %s\n", log_key(i));
    }
    assert_int_equal(parse_policy(&policy), SW_E_LIMIT);
    sw_buf_clear(&text);
    for (size_t i = 0; i <= SW_TLOG_POLICY_MAX; i++) {
        put("witness W%zu %s\n", i, witness_key(i));
    }
    assert_int_equal(parse_policy(&policy), SW_E_LIMIT);
    sw_buf_clear(&text);
    put("witness W %s\ngroup G0 any W\n", witness_key(0));
    for (size_t i = 1; i <= SW_TLOG_POLICY_MAX; i++) {
        put("group G%zu any G%zu\n", i, i - 1);
    }
    assert_int_equal(parse_policy(&policy), SW_E_LIMIT);
}

/* $L, $A and $B stand for the vkeys of a log and two witnesses, $P for a plain key of A. */
static const struct {
    const char *text;
    const char *words;
} bad_policies[] = {
    {"", "no quorum line"}, {"log $L\n", "no quorum line"},
    {"quorum none\nquorum none\n", "line 2 of the log policy: there is a quorum line already"},
    {"quorum\n", "the name is missing"}, {"quorum none more\n", "\"more\" is one word too many"},
    {"quorum W\nwitness W $A\n", "the quorum \"W\" is no witness and no group of an earlier line"},
    {"Quorum none\n", "\"Quorum\" is none of log, witness, group, quorum"},
    {"log\nquorum none\n", "line 1 of the log policy: the verifier key is missing"},
    {"log $L url more\nquorum none\n", "\"more\" is one word too many"},
    {"log $L\nlog $L\nquorum none\n", "line 2 of the log policy: this log's key stands on"},
    {"log $A\nquorum none\n", "a log needs a key of type 0x01, this one is 0x04"},
    {"log nonsense\nquorum none\n", "no verifier key"},
    {"log $Lx\nquorum none\n", "no verifier key"},
    {"witness\nquorum none\n", "the name is missing"},
    {"witness A\nquorum none\n", "the verifier key is missing"},
    {"witness A $P\nquorum A\n", "a witness needs a key of type 0x04, this one is 0x01"},
    {"witness A $A\nwitness A $B\nquorum A\n", "the name \"A\" is taken already"},
    {"witness A $A\nwitness B $A\nquorum A\n", "this witness's key stands on an earlier line"},
    {"witness none $A\nquorum none\n", "the name \"none\" is taken already"},
    {"witness A $A url more\nquorum A\n", "one word too many"},
    {"witness A $A\ngroup none any A\nquorum none\n", "the name \"none\" is taken already"},
    {"witness A $A\ngroup A any A\nquorum A\n", "the name \"A\" is taken already"},
    {"witness A $A\ngroup\nquorum A\n", "the name is missing"},
    {"witness A $A\ngroup G\nquorum A\n", "the threshold is missing"},
    {"witness A $A\ngroup G any\nquorum A\n", "the group has no member"},
    {"witness A $A\ngroup G 0 A\nquorum G\n", "\"0\" is no threshold for 1 members"},
    {"witness A $A\ngroup G 2 A\nquorum G\n", "\"2\" is no threshold for 1 members"},
    {"witness A $A\ngroup G 01 A\nquorum G\n", "no threshold"},
    {"witness A $A\ngroup G -1 A\nquorum G\n", "no threshold"},
    {"witness A $A\ngroup G 18446744073709551617 A\nquorum G\n", "no threshold"},
    {"witness A $A\ngroup G Any A\nquorum G\n", "no threshold"},
    {"witness A $A\ngroup G any A A\nquorum G\n", "\"A\" is a member of a group already"},
    {"witness A $A\ngroup G any A\ngroup H any A\nquorum G\n", "is a member of a group already"},
    {"witness A $A\ngroup G any G\nquorum G\n", "the member \"G\" is not defined"},
    {"witness A $A\ngroup G any none\nquorum G\n", "the member \"none\" is not defined"},
    {"group G any A\nwitness A $A\nquorum G\n", "the member \"A\" is not defined"},
    {"quorum none\r\n", "the control character 0x0d is not allowed"},
    {"# \x7F\nquorum none\n", "line 1 of the log policy: the control character 0x7f"},
    {"# \x1B[2J\nquorum none\n", "0x1b"}, {"quorum\vnone\n", "0x0b"},
    {"quorum none", "does not end in a newline"},
    {"quorum\xC2\xA0none\n", "is none of log"}, /* no white space here */
};

static void put_template(const char *from)
{
    for (; *from != '\0'; from++) {
        if (*from != '$') {
            put("%c", *from);
            continue;
        }
        from++;
        put("%s", *from == 'L'   ? log_key(0)
                  : *from == 'A' ? witness_key(1)
                  : *from == 'B' ? witness_key(2)
                                 : vkey_text(1, "w1", SW_VKEY_ED25519));
    }
}

static void bad_policies_are_refused_with_line_and_reason(void **state)
{
    for (size_t i = 0; i < SW_COUNT(bad_policies); i++) {
        struct sw_tlog_policy *policy = NULL;
        sw_buf_clear(&text);
        put_template(bad_policies[i].text);
        assert_int_equal(parse_policy(&policy), SW_E_FORMAT);
        if (strstr(err.text, bad_policies[i].words) == NULL) {
            fail_msg("case %zu: \"%s\" without \"%s\"", i, err.text, bad_policies[i].words);
        }
        assert_null(policy);
    }
    struct sw_tlog_policy *policy = NULL;
    assert_int_equal(
        sw_tlog_policy_parse(&arena, sw_bytes("# \0\nquorum none\n", 15), &policy, &err),
        SW_E_FORMAT);
}

/* The public key is all that counts: name and id may differ. */
static void a_key_under_another_name_is_a_duplicate(void **state)
{
    struct sw_tlog_policy *policy = NULL;
    put("log %s\nlog %s\nquorum none\n", log_key(0), vkey_text(0, "other", SW_VKEY_ED25519));
    assert_int_equal(parse_policy(&policy), SW_E_FORMAT);
    sw_buf_clear(&text);
    put("witness A %s\nwitness B %s\nquorum none\n", witness_key(1),
        vkey_text(1, "other", SW_VKEY_COSIGNATURE));
    assert_int_equal(parse_policy(&policy), SW_E_FORMAT);
}

static void a_key_type_that_cannot_be_checked_is_said_to_be_so(void **state)
{
    struct sw_tlog_policy *policy = NULL;
    put("log example.com/foo+530d903a+BukyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k\nquorum none\n");
    assert_int_equal(parse_policy(&policy), SW_E_UNSUPPORTED);
    assert_non_null(strstr(err.text, "line 1 of the log policy: the key example.com/foo is of type "
                                     "0x06 (ML-DSA-44)"));
}

/* --- proofs ---------------------------------------------------------------------------------- */

#define ENTRY "one entry"

/* A tree of two, in which the entry is the second. */
static void make_proof(struct sw_buf *out, struct sw_bytes extra)
{
    struct sw_hash256 hash = {{5}};
    struct sw_hash256 root;
    sw_merkle_leaf(sw_bytes(ENTRY, sizeof(ENTRY) - 1), &root);
    sw_merkle_node(&hash, &root, &root);
    sign_checkpoint(0, ORIGIN, 2, root);
    struct sw_tlog_proof proof = {.extra = extra, .index = 1, .hashes = &hash, .hash_count = 1};
    assert_int_equal(sw_tlog_proof_write(&proof, sw_buf_bytes(&checkpoint), out), SW_OK);
}

static enum sw_code judge_proof(struct sw_bytes proof_text, const char *entry)
{
    struct sw_tlog_policy *policy = NULL;
    struct sw_tlog_proof proof;
    sw_buf_clear(&text);
    put("log %s\nquorum none\n", log_key(0));
    assert_int_equal(parse_policy(&policy), SW_OK);
    SW_TRY(sw_tlog_proof_parse(&arena, proof_text, &proof, &err));
    return sw_tlog_proof_check(&proof, policy, sw_bytes_of_str(sw_str(entry)), &err);
}

static void proof_survives_a_round_trip_and_holds(void **state)
{
    SW_CLEANUP(buf) struct sw_buf with = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf without = SW_BUF_INIT;
    make_proof(&with, sw_bytes("\0\1\2", 3));
    make_proof(&without, sw_bytes(NULL, 0));
    assert_true(sw_str_starts(sw_buf_str(&with), "c2sp.org/tlog-proof@v1\nextra AAEC\nindex 1\n"));
    assert_true(sw_str_starts(sw_buf_str(&without), "c2sp.org/tlog-proof@v1\nindex 1\n"));
    assert_int_equal(judge_proof(sw_buf_bytes(&with), ENTRY), SW_OK);
    assert_int_equal(judge_proof(sw_buf_bytes(&without), ENTRY), SW_OK);
    assert_int_equal(judge_proof(sw_buf_bytes(&with), "another"), SW_E_REFUSED);
    assert_non_null(strstr(err.text, "the entry at index 1 to the checkpoint of size 2"));
    struct sw_tlog_proof proof;
    assert_int_equal(sw_tlog_proof_parse(&arena, sw_buf_bytes(&with), &proof, &err), SW_OK);
    assert_int_equal(proof.extra.len, 3);
    assert_int_equal(proof.extra.ptr[2], 2);
    assert_int_equal(proof.hash_count, 1);
    assert_int_equal(proof.hashes[0].bytes[0], 5);
    assert_int_equal(proof.checkpoint.size, 2);
}

static void every_changed_byte_of_a_proof_is_noticed(void **state)
{
    SW_CLEANUP(buf) struct sw_buf good = SW_BUF_INIT;
    make_proof(&good, sw_bytes(NULL, 0));
    for (size_t i = 0; i < good.len; i++) {
        good.data[i] ^= 1;
        assert_int_not_equal(judge_proof(sw_buf_bytes(&good), ENTRY), SW_OK);
        good.data[i] ^= 1;
    }
    for (size_t len = 0; len < good.len; len++) {
        assert_int_not_equal(judge_proof(sw_bytes(good.data, len), ENTRY), SW_OK);
    }
    assert_int_equal(judge_proof(sw_buf_bytes(&good), ENTRY), SW_OK);
}

#define HASH "gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=\n"
#define CHECKPOINT                                                                        \
    "example.com/fancylog\n109482\nsFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=\n\n" DASH \
    "example.com/fancylog hI2DJwAA\n"

static const struct {
    const char *text;
    const char *words;
} bad_proofs[] = {
    {"", "this is no transparency log proof"},
    {"c2sp.org/tlog-proof@v2\nindex 1\n\n" CHECKPOINT, "this is no transparency log proof"},
    {"c2sp.org/tlog-proof@v1", "this is no transparency log proof"},
    {"\nc2sp.org/tlog-proof@v1\nindex 1\n\n" CHECKPOINT, "this is no transparency log proof"},
    {"c2sp.org/tlog-proof@v1\n\n" CHECKPOINT, "needs \"index\""},
    {"c2sp.org/tlog-proof@v1\nindex 01\n\n" CHECKPOINT, "needs \"index\""},
    {"c2sp.org/tlog-proof@v1\nindex -1\n\n" CHECKPOINT, "needs \"index\""},
    {"c2sp.org/tlog-proof@v1\nindex 1 \n\n" CHECKPOINT, "needs \"index\""},
    {"c2sp.org/tlog-proof@v1\nindex  1\n\n" CHECKPOINT, "needs \"index\""},
    {"c2sp.org/tlog-proof@v1\nindex 18446744073709551616\n\n" CHECKPOINT, "needs \"index\""},
    {"c2sp.org/tlog-proof@v1\nindex 1", "needs \"index\""},
    {"c2sp.org/tlog-proof@v1\nextra \nindex 1\n\n" CHECKPOINT, "\"extra\" must be base64"},
    {"c2sp.org/tlog-proof@v1\nextra AAE\nindex 1\n\n" CHECKPOINT, "\"extra\" must be base64"},
    {"c2sp.org/tlog-proof@v1\nextra AAEC", "\"extra\" must be base64"},
    {"c2sp.org/tlog-proof@v1\nindex 1\nextra AAEC\n\n" CHECKPOINT, "hash 1 of the proof"},
    {"c2sp.org/tlog-proof@v1\nextra AAEC\nextra AAEC\nindex 1\n\n" CHECKPOINT, "needs \"index\""},
    {"c2sp.org/tlog-proof@v1\nindex 1\n" HASH "AAEC\n\n" CHECKPOINT, "hash 2 of the proof"},
    {"c2sp.org/tlog-proof@v1\nindex 1\n" HASH " \n\n" CHECKPOINT, "hash 2 of the proof"},
    {"c2sp.org/tlog-proof@v1\nindex 1\n" HASH, "ends before its checkpoint"},
    {"c2sp.org/tlog-proof@v1\nindex 1\n" HASH CHECKPOINT, "hash 2 of the proof"},
    {"c2sp.org/tlog-proof@v1\nindex 1\n" HASH "\n", "the note has no empty line"},
    {"c2sp.org/tlog-proof@v1\nindex 1\n" HASH "\n\n" CHECKPOINT, "line 1 of the checkpoint"},
};

static void bad_proofs_are_refused_with_the_reason(void **state)
{
    for (size_t i = 0; i < SW_COUNT(bad_proofs); i++) {
        struct sw_tlog_proof proof = {.index = 7};
        assert_int_equal(
            sw_tlog_proof_parse(&arena, sw_bytes_of_str(sw_str(bad_proofs[i].text)), &proof, &err),
            SW_E_FORMAT);
        if (strstr(err.text, bad_proofs[i].words) == NULL) {
            fail_msg("case %zu: \"%s\" without \"%s\"", i, err.text, bad_proofs[i].words);
        }
        assert_int_equal(proof.index, 7);
    }
}

/* tlog-proof.md's example; its signatures are shortened there, so they are replaced here. */
static void the_example_proof_of_the_specification_parses(void **state)
{
    static const char example[] =
        "c2sp.org/tlog-proof@v1\n"
        "extra YWdlLXYxLjIuMS1kYXJ3aW4tYXJtNjQudGFyLmd6kYXJ3aW4tYXJ\n"
        "index 73894\n" HASH "B95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=\n"
        "EKNzoDWG8LGC0Yp9o+sv3qllpMP9uHQ9B20KNL+Q1zs=\n"
        "RoopEkOdqkYqMB4MJXrbt/hMjOxsVn0IrWjpz1ZMMes=\n"
        "AHCioX9nLjsrse6YhjRRmk1WUEirVOLLRoOQ6vfO5vk=\n"
        "\n" CHECKPOINT;
    struct sw_tlog_proof proof;
    assert_int_equal(
        sw_tlog_proof_parse(&arena, sw_bytes(example, sizeof(example) - 1), &proof, &err), SW_OK);
    assert_int_equal(proof.index, 73894);
    assert_int_equal(proof.hash_count, 5);
    assert_int_equal(proof.checkpoint.size, 109482);
}

static void proof_of_more_hashes_than_any_tree_needs_is_over_the_limit(void **state)
{
    put("c2sp.org/tlog-proof@v1\nindex 1\n");
    for (size_t i = 0; i <= SW_MERKLE_PROOF_MAX; i++) {
        put(HASH);
    }
    put("\n" CHECKPOINT);
    struct sw_tlog_proof proof;
    assert_int_equal(sw_tlog_proof_parse(&arena, sw_buf_bytes(&text), &proof, &err), SW_E_LIMIT);
}

/* --- tiles ----------------------------------------------------------------------------------- */

static const struct {
    int level;
    uint64_t index;
    unsigned width;
    const char *path;
} tiles[] = {
    {0, 0, 256, "tile/0/000"},
    {0, 0, 5, "tile/0/000.p/5"},
    {1, 999, 255, "tile/1/999.p/255"},
    {1, 1000, 256, "tile/1/x001/000"},
    {0, 1234067, 256, "tile/0/x001/x234/067"},
    {-1, 1234067, 1, "tile/entries/x001/x234/067.p/1"},
    {-1, 7, 256, "tile/entries/007"},
    {63, UINT64_MAX, 255, "tile/63/x018/x446/x744/x073/x709/x551/615.p/255"},
    {-1, UINT64_MAX, 255, "tile/entries/x018/x446/x744/x073/x709/x551/615.p/255"},
};

static void tile_paths_are_those_of_the_specification(void **state)
{
    for (size_t i = 0; i < SW_COUNT(tiles); i++) {
        char path[SW_TILE_PATH_SIZE];
        sw_tile_path(tiles[i].level, tiles[i].index, tiles[i].width, path);
        assert_string_equal(path, tiles[i].path);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(example_quorum_decides_every_set_of_witnesses),
        TEST(a_single_witness_or_none_can_be_the_quorum),
        TEST(only_a_listed_log_under_its_own_name_is_accepted),
        TEST(a_log_cannot_sign_for_the_origin_of_another),
        TEST(a_wrong_signature_of_a_known_key_condemns_the_checkpoint),
        TEST(a_witness_counts_once_however_often_it_signs),
        TEST(white_space_comments_and_any_octet_are_allowed),
        TEST(sixty_four_of_each_are_read_and_one_more_is_over_the_limit),
        TEST(bad_policies_are_refused_with_line_and_reason),
        TEST(a_key_under_another_name_is_a_duplicate),
        TEST(a_key_type_that_cannot_be_checked_is_said_to_be_so),
        TEST(proof_survives_a_round_trip_and_holds),
        TEST(every_changed_byte_of_a_proof_is_noticed),
        TEST(bad_proofs_are_refused_with_the_reason),
        TEST(the_example_proof_of_the_specification_parses),
        TEST(proof_of_more_hashes_than_any_tree_needs_is_over_the_limit),
        TEST(tile_paths_are_those_of_the_specification),
    };
    return cmocka_run_group_tests(tests, make_keys, free_keys);
}
