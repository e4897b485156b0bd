/* The gate over a real store: signed claims, a real trust.yaml, and what people do to files. */
#include "evidence/leaf.h"
#include "evidence/store.h"
#include "policy/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <openssl/ecdsa.h>
#include <openssl/obj_mac.h>
#include <sqlite3.h>

#include "temp_tree.h"

#define TAINT "urn:sealwright:claim:taint:v1"
#define TAINTED "{\"state\":\"tainted\"}"
#define DATA "urn:sealwright:claim:data-provenance:v1"
#define CLEAN "{\"verdict\":\"clean\"}"
#define MALICIOUS "{\"verdict\":\"refused\"}"

enum who { RELEASE, CI, STRANGER, WHO_COUNT };

struct world {
    struct temp_tree tree;
    struct sw_arena arena;
    struct sw_store *store;
    struct sw_trust *trust;
    struct sw_key *keys[WHO_COUNT];
    struct sw_policy *policy;
    struct sw_digest model;
    struct sw_digest manifest; /* alg 0: the question names none */
};

static void must(enum sw_code rc, const struct sw_error *err)
{
    if (rc != SW_OK) {
        fail_msg("%s", err->text);
    }
}

/* Appends a signer to a trust.yaml, with the key as PEM text. */
static void put_signer(
    struct sw_buf *yaml, const char *name, const char *may_sign, const struct sw_key *key)
{
    SW_CLEANUP(buf) struct sw_buf pem = SW_BUF_INIT;
    assert_int_equal(sw_key_write_public(key, &pem, NULL), SW_OK);
    assert_int_equal(sw_buf_printf(yaml, "  - name: %s\n    may-sign: [%s]\n    public-key: |\n",
                         name, may_sign),
        SW_OK);
    struct sw_cursor cur = sw_cursor(sw_buf_bytes(&pem));
    struct sw_bytes line;
    while (sw_cur_until(&cur, '\n', &line) == SW_OK) {
        assert_int_equal(
            sw_buf_printf(yaml, "      " SW_STR_FMT "\n", SW_STR_ARG(sw_str_of_bytes(line))),
            SW_OK);
    }
}

static void make_trust(struct world *world)
{
    SW_CLEANUP(buf) struct sw_buf yaml = SW_BUF_INIT;
    struct sw_error err = {0};
    assert_int_equal(sw_buf_puts(&yaml, "version: 1\nsigners:\n"), SW_OK);
    put_signer(&yaml, "release", "\"*\"", world->keys[RELEASE]);
    put_signer(&yaml, "ci", "\"" SW_PREDICATE_SCAN "\"", world->keys[CI]);
    assert_int_equal(sw_trust_new(&world->trust), SW_OK);
    must(sw_trust_read(world->trust, sw_buf_bytes(&yaml), "", &err), &err);
}

static void use_policy(struct world *world, const char *text)
{
    struct sw_error err = {0};
    must(sw_policy_parse(&world->arena, sw_bytes(text, strlen(text)), &world->policy, &err), &err);
}

static void open_store(struct world *world)
{
    struct sw_error err = {0};
    must(sw_store_open(temp_tree_path(&world->tree, "store"), SW_STORE_WRITE, &world->store, &err),
        &err);
}

static int set_up(void **state)
{
    static struct world world;
    static const enum sw_key_alg algs[WHO_COUNT] = {SW_KEY_P256, SW_KEY_ED25519, SW_KEY_P256};
    struct sw_error err = {0};
    world = (struct world){0};
    temp_tree_make(&world.tree);
    sw_arena_init(&world.arena, 0);
    for (size_t i = 0; i < WHO_COUNT; i++) {
        must(sw_key_generate(algs[i], &world.keys[i], &err), &err);
    }
    make_trust(&world);
    sw_sha256(sw_bytes("model", 5), &world.model);
    must(sw_store_init(temp_tree_path(&world.tree, "store"), "example.com/log", &err), &err);
    open_store(&world);
    use_policy(&world, sw_policy_default_text());
    *state = &world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    struct sw_error err = {0};
    must(sw_store_close(world->store, &err), &err);
    sw_trust_free(world->trust);
    for (size_t i = 0; i < WHO_COUNT; i++) {
        sw_key_free(world->keys[i]);
    }
    sw_arena_release(&world->arena);
    temp_tree_remove(&world->tree);
    return 0;
}

static struct sw_digest add_bundle(struct world *world, const struct sw_buf *bundle)
{
    struct sw_bytes bytes = sw_buf_bytes(bundle);
    struct sw_receipt receipt;
    struct sw_error err = {0};
    must(sw_evidence_add(world->store, &bytes, 1, &receipt, &err), &err);
    return receipt.claim;
}

static void make_bundle(const struct world *world, enum who who, const char *type,
    const char *predicate, const struct sw_digest *about, struct sw_buf *out)
{
    SW_CLEANUP(buf) struct sw_buf statement = SW_BUF_INIT;
    struct sw_subject subject = {sw_str("model"), *about};
    struct sw_signer signer = {.key = world->keys[who]};
    struct sw_error err = {0};
    must(sw_statement_write(
             &statement, &subject, 1, type, sw_bytes(predicate, strlen(predicate)), &err),
        &err);
    must(sw_bundle_sign(&signer, sw_buf_bytes(&statement), out, &err), &err);
}

static struct sw_digest add(
    struct world *world, enum who who, const char *type, const char *predicate)
{
    SW_CLEANUP(buf) struct sw_buf bundle = SW_BUF_INIT;
    make_bundle(world, who, type, predicate, &world->model, &bundle);
    return add_bundle(world, &bundle);
}

static struct sw_decision decide(struct world *world)
{
    struct sw_gate_question question = {
        .subject = world->model, .manifest = world->manifest, .now = sw_time_now()};
    struct sw_decision decision;
    struct sw_error err = {0};
    must(sw_gate_decide(
             &world->arena, world->policy, world->trust, world->store, &question, &decision, &err),
        &err);
    return decision;
}

static void check(struct world *world, enum sw_gate_verdict all, enum sw_gate_verdict is_signed,
    enum sw_gate_verdict scanned, enum sw_gate_verdict not_tainted)
{
    /* Of the data nobody told anything. */
    const enum sw_gate_verdict expected[] = {
        is_signed, scanned, not_tainted, SW_GATE_PASS, SW_GATE_PASS, SW_GATE_PASS, SW_GATE_PASS};
    struct sw_decision decision = decide(world);
    assert_int_equal(decision.rule_count, SW_COUNT(expected));
    for (size_t i = 0; i < SW_COUNT(expected); i++) {
        if (decision.rules[i].verdict != expected[i]) {
            fail_msg("%s is %s: %s", decision.rules[i].name,
                sw_gate_verdict_name(decision.rules[i].verdict), decision.rules[i].reason);
        }
    }
    assert_int_equal(decision.verdict, all);
}

#define PASS SW_GATE_PASS
#define FAIL SW_GATE_FAIL
#define NONE SW_GATE_NO_EVIDENCE

static void has_reason(struct world *world, size_t rule, const char *part)
{
    struct sw_decision decision = decide(world);
    if (strstr(decision.rules[rule].reason, part) == NULL) {
        fail_msg("%s", decision.rules[rule].reason);
    }
}

static void an_empty_store_has_no_evidence(void **state)
{
    check(*state, NONE, NONE, NONE, PASS);
}

static void a_signed_and_scanned_artifact_passes(void **state)
{
    struct world *world = *state;
    struct sw_digest signature = add(world, RELEASE, SW_PREDICATE_OMS, "{}");
    struct sw_digest scan = add(world, CI, SW_PREDICATE_SCAN, CLEAN);
    check(world, PASS, PASS, PASS, PASS);
    struct sw_decision decision = decide(world);
    assert_true(sw_digest_equal(&decision.rules[0].claim, &signature));
    assert_true(sw_digest_equal(&decision.rules[1].claim, &scan));
    assert_true(sw_digest_equal(&decision.subject, &world->model));
    SW_CLEANUP(buf) struct sw_buf predicate = SW_BUF_INIT;
    assert_int_equal(sw_decision_predicate(&decision, "urn:a", "file:model", &predicate), SW_OK);
    assert_non_null(strstr(sw_buf_cstr(&predicate), "\"verificationResult\":\"PASSED\""));
}

static void a_claim_about_another_artifact_does_not_count(void **state)
{
    struct world *world = *state;
    SW_CLEANUP(buf) struct sw_buf bundle = SW_BUF_INIT;
    struct sw_digest other;
    sw_sha256(sw_bytes("other", 5), &other);
    make_bundle(world, RELEASE, SW_PREDICATE_OMS, "{}", &other, &bundle);
    (void)add_bundle(world, &bundle);
    check(world, NONE, NONE, NONE, PASS);
    has_reason(world, 0, "no claim of type");
}

static void a_stranger_counts_as_nobody(void **state)
{
    struct world *world = *state;
    (void)add(world, STRANGER, SW_PREDICATE_OMS, "{}");
    (void)add(world, STRANGER, SW_PREDICATE_SCAN, MALICIOUS);
    (void)add(world, STRANGER, TAINT, TAINTED);
    check(world, NONE, NONE, NONE, PASS);
    has_reason(world, 0,
        "1 claim of type " SW_PREDICATE_OMS
        " found, none by a signer this rule accepts (newest: it is signed by the "
        "key ");
    has_reason(world, 2, "1 claim of type " TAINT " found, none by a signer");
}

/* The bundle says release's key; the signature is the stranger's. */
static void a_forged_claim_under_a_trusted_name_does_not_count(void **state)
{
    struct world *world = *state;
    SW_CLEANUP(buf) struct sw_buf genuine = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf forged = SW_BUF_INIT;
    make_bundle(world, STRANGER, SW_PREDICATE_OMS, "{}", &world->model, &genuine);
    struct sw_bundle bundle;
    char hint[SW_KEY_HINT_SIZE];
    assert_int_equal(sw_bundle_parse(&world->arena, sw_buf_bytes(&genuine), &bundle, NULL), SW_OK);
    sw_key_hint(world->keys[RELEASE], hint);
    bundle.hint = sw_str(hint);
    assert_int_equal(sw_bundle_write(&bundle, &forged), SW_OK);
    (void)add_bundle(world, &forged);
    check(world, NONE, NONE, NONE, PASS);
    has_reason(world, 0, "the signature is not by key ");
}

/* The same claim with another signature that anybody can make: (r, n - s) for (r, s). */
static void turn_signature(struct sw_bundle *bundle, struct sw_arena *arena)
{
    const unsigned char *der = bundle->signature.ptr;
    ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &der, (long)bundle->signature.len);
    EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    BIGNUM *s = BN_new();
    assert_non_null(sig);
    assert_int_equal(BN_sub(s, EC_GROUP_get0_order(group), ECDSA_SIG_get0_s(sig)), 1);
    assert_int_equal(ECDSA_SIG_set0(sig, BN_dup(ECDSA_SIG_get0_r(sig)), s), 1);
    unsigned char *out = NULL;
    int len = i2d_ECDSA_SIG(sig, &out);
    assert_true(len > 0);
    bundle->signature = sw_bytes(sw_arena_copy(arena, sw_bytes(out, (size_t)len)), (size_t)len);
    OPENSSL_free(out);
    ECDSA_SIG_free(sig);
    EC_GROUP_free(group);
}

/* Else whoever brings claims could make an old clean scan the newest word of its signer. */
static void an_old_claim_in_a_new_bundle_says_nothing_new(void **state)
{
    struct world *world = *state;
    static const enum who scanners[] = {RELEASE, CI};
    (void)add(world, RELEASE, SW_PREDICATE_OMS, "{}");
    for (size_t i = 0; i < SW_COUNT(scanners); i++) {
        SW_CLEANUP(buf) struct sw_buf clean = SW_BUF_INIT;
        SW_CLEANUP(buf) struct sw_buf spaced = SW_BUF_INIT;
        SW_CLEANUP(buf) struct sw_buf turned = SW_BUF_INIT;
        make_bundle(world, scanners[i], SW_PREDICATE_SCAN, CLEAN, &world->model, &clean);
        (void)add_bundle(world, &clean);
        (void)add(world, scanners[i], SW_PREDICATE_SCAN, MALICIOUS);
        check(world, FAIL, PASS, FAIL, PASS);
        assert_int_equal(sw_buf_append(&spaced, clean.data, clean.len), SW_OK);
        assert_int_equal(sw_buf_puts(&spaced, " "), SW_OK);
        (void)add_bundle(world, &spaced);
        check(world, FAIL, PASS, FAIL, PASS);
        struct sw_bundle bundle;
        assert_int_equal(
            sw_bundle_parse(&world->arena, sw_buf_bytes(&clean), &bundle, NULL), SW_OK);
        if (scanners[i] == RELEASE) {
            turn_signature(&bundle, &world->arena);
        }
        bundle.keyid = sw_str("another");
        assert_int_equal(sw_bundle_write(&bundle, &turned), SW_OK);
        (void)add_bundle(world, &turned);
        check(world, FAIL, PASS, FAIL, PASS);
        /* Signing the same anew is saying it again; by Ed25519 that gives the same bytes. */
        (void)add(world, scanners[i], SW_PREDICATE_SCAN,
            scanners[i] == RELEASE ? CLEAN : "{\"verdict\":\"clean\",\"again\":true}");
        check(world, PASS, PASS, PASS, PASS);
    }
}

static void import(struct world *world, const struct sw_buf *lines)
{
    struct sw_error err = {0};
    size_t added;
    size_t known;
    must(sw_evidence_import(world->store, sw_buf_bytes(lines), &added, &known, &err), &err);
    assert_int_equal(added, 1);
}

/* Genuine, clean, and signed before the finding: whoever kept it brings it when it suits them. */
static void an_old_clean_scan_that_is_imported_late_lifts_no_finding(void **state)
{
    struct world *world = *state;
    SW_CLEANUP(buf) struct sw_buf old = SW_BUF_INIT;
    (void)add(world, RELEASE, SW_PREDICATE_OMS, "{}");
    make_bundle(world, CI, SW_PREDICATE_SCAN,
        "{\"verdict\":\"clean\",\"scannedAt\":\"2026-01-01T00:00:00Z\"}", &world->model, &old);
    (void)add(world, CI, SW_PREDICATE_SCAN,
        "{\"verdict\":\"refused\",\"scannedAt\":\"2026-01-02T00:00:00Z\"}");
    check(world, FAIL, PASS, FAIL, PASS);
    import(world, &old);
    check(world, FAIL, PASS, FAIL, PASS);
    (void)add(world, CI, SW_PREDICATE_SCAN, CLEAN);
    check(world, PASS, PASS, PASS, PASS);
}

static void an_old_claim_that_is_imported_late_is_not_fresh(void **state)
{
    struct world *world = *state;
    SW_CLEANUP(buf) struct sw_buf old = SW_BUF_INIT;
    (void)add(world, RELEASE, SW_PREDICATE_OMS, "{}");
    make_bundle(world, CI, SW_PREDICATE_SCAN,
        "{\"verdict\":\"clean\",\"scannedAt\":\"2020-01-01T00:00:00Z\"}", &world->model, &old);
    import(world, &old);
    check(world, NONE, PASS, NONE, PASS);
    has_reason(world, 1, "is stale: it is ");
}

/* Nor does an entry that was forged into the journal, which tells another signature. */
static void a_forged_entry_does_not_make_an_old_claim_new(void **state)
{
    struct world *world = *state;
    SW_CLEANUP(buf) struct sw_buf clean = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf entry = SW_BUF_INIT;
    struct sw_leaf_claim copy;
    struct sw_error err = {0};
    (void)add(world, RELEASE, SW_PREDICATE_OMS, "{}");
    make_bundle(world, CI, SW_PREDICATE_SCAN, CLEAN, &world->model, &clean);
    (void)add_bundle(world, &clean);
    (void)add(world, CI, SW_PREDICATE_SCAN, MALICIOUS);
    assert_int_equal(sw_buf_puts(&clean, " "), SW_OK);
    must(sw_leaf_claim_read(&world->arena, sw_buf_bytes(&clean), &copy, &err), &err);
    copy.bundle.signature = sw_bytes("forged", 6);
    must(sw_leaf_write(&copy, sw_time_now(), sw_bytes(NULL, 0), &entry, &err), &err);
    struct sw_bytes bytes[] = {sw_buf_bytes(&entry), sw_buf_bytes(&clean)};
    struct sw_journal_batch batch = {
        .entries = &bytes[0], .count = 1, .blobs = &bytes[1], .blob_count = 1};
    must(sw_store_commit(world->store, &batch, &err), &err);
    check(world, FAIL, PASS, FAIL, PASS);
}

/* Removing the blob of the old one does not make the copy an original. */
static void a_copy_of_a_claim_that_cannot_be_read_does_not_count(void **state)
{
    struct world *world = *state;
    SW_CLEANUP(buf) struct sw_buf clean = SW_BUF_INIT;
    use_policy(world,
        "version: 1\nname: p\nrules:\n  - name: scanned\n    claim: " SW_PREDICATE_SCAN
        "\n    by: [ci]\n");
    make_bundle(world, CI, SW_PREDICATE_SCAN, CLEAN, &world->model, &clean);
    struct sw_digest digest = add_bundle(world, &clean);
    assert_int_equal(sw_buf_puts(&clean, " "), SW_OK);
    (void)add_bundle(world, &clean);
    assert_int_equal(decide(world).verdict, PASS);
    char hex[2 * SW_DIGEST_MAX + 1];
    sw_digest_hex(&digest, hex);
    assert_int_equal(remove(temp_tree_path(&world->tree,
                         sw_arena_printf(&world->arena, "store/blobs/sha256/%.2s/%s", hex, hex))),
        0);
    assert_int_equal(decide(world).verdict, NONE);
}

/* A forged bundle with a signature that somebody will use cannot keep the genuine claim out. */
static void a_forged_copy_before_the_claim_does_not_hide_it(void **state)
{
    struct world *world = *state;
    SW_CLEANUP(buf) struct sw_buf genuine = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf forged = SW_BUF_INIT;
    struct sw_bundle bundle;
    (void)add(world, RELEASE, SW_PREDICATE_OMS, "{}");
    (void)add(world, RELEASE, SW_PREDICATE_SCAN, CLEAN);
    make_bundle(world, CI, SW_PREDICATE_SCAN, MALICIOUS, &world->model, &genuine);
    assert_int_equal(sw_bundle_parse(&world->arena, sw_buf_bytes(&genuine), &bundle, NULL), SW_OK);
    bundle.hint = sw_str("0000");
    assert_int_equal(sw_bundle_write(&bundle, &forged), SW_OK);
    (void)add_bundle(world, &forged);
    check(world, PASS, PASS, PASS, PASS);
    (void)add_bundle(world, &genuine);
    check(world, FAIL, PASS, FAIL, PASS);
}

static void add_scan_of(struct world *world, const char *predicate, const char *manifest)
{
    SW_CLEANUP(buf) struct sw_buf statement = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf bundle = SW_BUF_INIT;
    struct sw_subject subjects[] = {
        {sw_str("manifest"), world->model}, /* a model may be called so */
        {sw_str("manifest"), {0}},
    };
    struct sw_signer signer = {.key = world->keys[CI]};
    struct sw_error err = {0};
    sw_sha256(sw_bytes(manifest, strlen(manifest)), &subjects[1].digest);
    must(sw_statement_write(&statement, subjects, 2, SW_PREDICATE_SCAN,
             sw_bytes(predicate, strlen(predicate)), &err),
        &err);
    must(sw_bundle_sign(&signer, sw_buf_bytes(&statement), &bundle, &err), &err);
    (void)add_bundle(world, &bundle);
}

/* The root does not bind names or the cut into shards; the manifest digest does. */
static void a_claim_about_another_manifest_of_this_root_does_not_count(void **state)
{
    struct world *world = *state;
    sw_sha256(sw_bytes("ours", 4), &world->manifest);
    (void)add(world, RELEASE, SW_PREDICATE_OMS, "{}");
    add_scan_of(world, CLEAN, "theirs");
    check(world, NONE, PASS, NONE, PASS);
    has_reason(world, 1, "no claim of type");
    add_scan_of(world, CLEAN, "ours");
    check(world, PASS, PASS, PASS, PASS);
    add_scan_of(world, MALICIOUS, "theirs");
    check(world, PASS, PASS, PASS, PASS);
    add_scan_of(world, MALICIOUS, "ours");
    check(world, FAIL, PASS, FAIL, PASS);
    world->manifest = (struct sw_digest){0};
    check(world, FAIL, PASS, FAIL, PASS);
}

static void a_signer_cannot_say_what_trust_does_not_let_them(void **state)
{
    struct world *world = *state;
    (void)add(world, CI, SW_PREDICATE_OMS, "{}");
    (void)add(world, CI, TAINT, TAINTED);
    check(world, NONE, NONE, NONE, PASS);
    has_reason(world, 0, "it is signed by ci, who may not sign " SW_PREDICATE_OMS);
}

static void the_newest_word_of_each_signer_counts_and_one_no_is_enough(void **state)
{
    struct world *world = *state;
    (void)add(world, RELEASE, SW_PREDICATE_OMS, "{}");
    (void)add(world, CI, SW_PREDICATE_SCAN, MALICIOUS);
    check(world, FAIL, PASS, FAIL, PASS);
    (void)add(world, CI, SW_PREDICATE_SCAN, CLEAN);
    check(world, PASS, PASS, PASS, PASS);
    (void)add(world, RELEASE, SW_PREDICATE_SCAN, "{\"verdict\":\"refused\"}");
    check(world, FAIL, PASS, FAIL, PASS);
    has_reason(world, 1,
        "fails: predicate.verdict must be one of \"clean\" or \"notes\" and is the text "
        "\"refused\"");
}

static void a_taint_by_somebody_trusted_fails(void **state)
{
    struct world *world = *state;
    (void)add(world, RELEASE, SW_PREDICATE_OMS, "{}");
    (void)add(world, CI, SW_PREDICATE_SCAN, CLEAN);
    (void)add(world, RELEASE, TAINT, TAINTED);
    check(world, FAIL, PASS, PASS, FAIL);
    (void)add(world, RELEASE, TAINT, "{\"state\":\"lifted\"}");
    check(world, PASS, PASS, PASS, PASS);
    (void)add(world, RELEASE, TAINT, "{}"); /* it does not say what it is */
    check(world, NONE, PASS, PASS, NONE);
}

static void tainted_or_withdrawn_data_fails(void **state)
{
    static const struct {
        const char *predicate;
        enum sw_gate_verdict not_tainted;
        enum sw_gate_verdict not_taken_down;
    } rows[] = {
        {"{\"tainted\":[],\"takedowns\":[]}", PASS, PASS},
        {"{\"tainted\":[{\"reason\":\"poisoned\"}],\"takedowns\":[]}", FAIL, PASS},
        {"{\"tainted\":[],\"takedowns\":[{}]}", PASS, FAIL},
        {"{\"tainted\":[]}", PASS, NONE},
        {"{\"tainted\":\"none\",\"takedowns\":[]}", NONE, PASS},
        {"{}", NONE, NONE},
    };
    struct world *world = *state;
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        (void)add(world, RELEASE, DATA, rows[i].predicate);
        struct sw_decision decision = decide(world);
        assert_int_equal(decision.rules[3].verdict, rows[i].not_tainted);
        assert_int_equal(decision.rules[4].verdict, rows[i].not_taken_down);
    }
}

/* Rules 5 and 6 of the default policy; a model that nobody tells of passes both (check()). */
static void data_with_gaps_or_off_its_weights_fails(void **state)
{
    static const struct {
        const char *predicate;
        enum sw_gate_verdict complete;
        enum sw_gate_verdict as_declared;
    } rows[] = {
        {"{\"status\":\"complete\",\"weights\":{\"declared\":false}}", PASS, PASS},
        {"{\"status\":\"complete\",\"weights\":{\"declared\":true,\"agrees\":true}}", PASS, PASS},
        {"{\"status\":\"complete\",\"weights\":{\"declared\":true,\"agrees\":false}}", PASS, FAIL},
        {"{\"status\":\"gaps\",\"weights\":{\"declared\":true,\"agrees\":true}}", FAIL, PASS},
        {"{\"status\":\"gaps\",\"weights\":{\"declared\":true,\"agrees\":false}}", FAIL, FAIL},
        {"{\"status\":\"perhaps\",\"weights\":{\"agrees\":\"nearly\"}}", FAIL, NONE},
        {"{\"status\":null,\"weights\":{\"agrees\":null}}", NONE, PASS},
        {"{}", NONE, PASS},
    };
    struct world *world = *state;
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        (void)add(world, RELEASE, DATA, rows[i].predicate);
        struct sw_decision decision = decide(world);
        assert_string_equal(decision.rules[5].name, "data-complete");
        assert_string_equal(decision.rules[6].name, "weights-as-declared");
        if (decision.rules[5].verdict != rows[i].complete ||
            decision.rules[6].verdict != rows[i].as_declared) {
            fail_msg("%s: %s, %s", rows[i].predicate, decision.rules[5].reason,
                decision.rules[6].reason);
        }
    }
}

/* What a dry run would record counts as if it were the newest word of who would sign it. */
static void a_draft_is_weighed_behind_everything(void **state)
{
    static const char text[] = "{\"_type\":\"https://in-toto.io/Statement/v1\",\"predicate\":"
                               "{\"tainted\":[],\"takedowns\":[]}}";
    struct world *world = *state;
    struct sw_error err = {0};
    struct sw_gate_draft draft = {
        .type = DATA, .signer = "release", .statement = sw_bytes(text, sizeof(text) - 1)};
    sw_sha256(draft.statement, &draft.claim);
    struct sw_gate_question question = {
        .subject = world->model, .now = sw_time_now(), .drafts = &draft};
    (void)add(world, RELEASE, DATA, "{\"tainted\":[{}],\"takedowns\":[]}");
    for (unsigned n = 0; n < 2; n++) {
        struct sw_decision decision;
        question.draft_count = n;
        must(sw_gate_decide(&world->arena, world->policy, world->trust, world->store, &question,
                 &decision, &err),
            &err);
        assert_int_equal(decision.rules[3].verdict, n == 0 ? FAIL : PASS);
        assert_int_equal(sw_digest_equal(&decision.rules[3].claim, &draft.claim), n == 1);
    }
    draft.signer = "ci"; /* somebody else's word takes nothing back */
    struct sw_decision decision;
    must(sw_gate_decide(
             &world->arena, world->policy, world->trust, world->store, &question, &decision, &err),
        &err);
    assert_int_equal(decision.rules[3].verdict, FAIL);
}

static void by_names_who_must_have_signed(void **state)
{
    struct world *world = *state;
    (void)add(world, RELEASE, SW_PREDICATE_SCAN, CLEAN);
    use_policy(world,
        "version: 1\nname: p\nrules:\n  - {name: r, claim: \"" SW_PREDICATE_SCAN "\", by: [ci]}\n");
    struct sw_decision decision = decide(world);
    assert_int_equal(decision.verdict, NONE);
    assert_non_null(strstr(decision.rules[0].reason, "release signed it and is not named in 'by'"));
    (void)add(world, CI, SW_PREDICATE_SCAN, "{}");
    assert_int_equal(decide(world).verdict, PASS);
}

static void a_claim_grows_stale(void **state)
{
    struct world *world = *state;
    (void)add(world, CI, SW_PREDICATE_SCAN, CLEAN);
    struct sw_gate_question question = {
        .subject = world->model, .now = sw_time_now() + (int64_t)31 * 86400};
    struct sw_decision decision;
    struct sw_error err = {0};
    must(sw_gate_decide(
             &world->arena, world->policy, world->trust, world->store, &question, &decision, &err),
        &err);
    assert_int_equal(decision.rules[1].verdict, NONE);
    assert_non_null(strstr(decision.rules[1].reason,
        "is stale: it is 31 days old, more than the 30 days that this rule takes"));
    assert_string_equal(decision.rules[1].satisfy, "run: sealwright seal PATH");
}

static const char *blob_path(const struct world *world, const struct sw_digest *claim)
{
    char hex[2 * SW_DIGEST_MAX + 1];
    char name[160];
    sw_digest_hex(claim, hex);
    (void)snprintf(name, sizeof(name), "store/blobs/sha256/%.2s/%s", hex, hex);
    const char *path = temp_tree_path(&world->tree, name);
    assert_true(sw_file_exists(path));
    return path;
}

static void publish(struct world *world)
{
    struct sw_error err = {0};
    must(sw_log_publish(world->store, &err), &err);
}

/* The finding is hidden, and the older, clean scan must not count in its place. */
static void deleting_a_finding_does_not_lift_it(void **state)
{
    struct world *world = *state;
    (void)add(world, RELEASE, SW_PREDICATE_OMS, "{}");
    (void)add(world, CI, SW_PREDICATE_SCAN, CLEAN);
    struct sw_digest finding = add(world, CI, SW_PREDICATE_SCAN, MALICIOUS);
    struct sw_digest taint = add(world, RELEASE, TAINT, TAINTED);
    publish(world);
    check(world, FAIL, PASS, FAIL, FAIL);
    assert_int_equal(unlink(blob_path(world, &finding)), 0);
    assert_int_equal(unlink(blob_path(world, &taint)), 0);
    check(world, NONE, PASS, NONE, NONE);
    has_reason(world, 1, "is in the log but cannot be read, and could be against it (newest: ");
}

static void changing_a_finding_does_not_lift_it(void **state)
{
    struct world *world = *state;
    struct sw_error err = {0};
    SW_CLEANUP(buf) struct sw_buf clean = SW_BUF_INIT;
    struct sw_digest finding = add(world, CI, SW_PREDICATE_SCAN, MALICIOUS);
    publish(world);
    /* What ci signed on another day, in the place of what ci says now. */
    make_bundle(world, CI, SW_PREDICATE_SCAN, CLEAN, &world->model, &clean);
    const char *path = blob_path(world, &finding);
    must(sw_file_write(path, sw_buf_bytes(&clean), 0600, 0, &err), &err);
    struct sw_decision decision = decide(world);
    assert_int_equal(decision.rules[1].verdict, NONE);
    assert_non_null(strstr(decision.rules[1].reason, "was altered"));
}

static void a_reader_decides_as_the_writer_does(void **state)
{
    struct world *world = *state;
    struct sw_error err = {0};
    (void)add(world, RELEASE, SW_PREDICATE_OMS, "{}");
    (void)add(world, CI, SW_PREDICATE_SCAN, CLEAN);
    check(world, PASS, PASS, PASS, PASS);
    must(sw_store_close(SW_TAKE(world->store), &err), &err);
    must(sw_store_open(temp_tree_path(&world->tree, "store"), SW_STORE_READ, &world->store, &err),
        &err);
    check(world, PASS, PASS, PASS, PASS);
}

static void reopen(struct world *world, const char *sql)
{
    struct sw_error err = {0};
    sqlite3 *db = NULL;
    must(sw_store_close(SW_TAKE(world->store), &err), &err);
    assert_int_equal(sqlite3_open(temp_tree_path(&world->tree, "store/index.db"), &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_true(sqlite3_total_changes(db) > 0);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    must(sw_store_open(temp_tree_path(&world->tree, "store"), SW_STORE_READ, &world->store, &err),
        &err);
}

/* A decision rests on the log: what somebody writes into the index changes nothing. */
static void the_index_cannot_say_what_a_claim_is_about(void **state)
{
    struct world *world = *state;
    SW_CLEANUP(buf) struct sw_buf bundle = SW_BUF_INIT;
    struct sw_digest other;
    char hex[2 * SW_DIGEST_MAX + 1];
    sw_sha256(sw_bytes("other", 5), &other);
    make_bundle(world, RELEASE, SW_PREDICATE_OMS, "{}", &other, &bundle);
    (void)add_bundle(world, &bundle);
    sw_digest_hex(&world->model, hex);
    reopen(world, sw_arena_printf(&world->arena, "UPDATE subjects SET digest = x'01%s'", hex));
    check(world, NONE, NONE, NONE, PASS);
    has_reason(world, 0, "no claim of type");
}

static void the_index_cannot_say_what_type_a_claim_has(void **state)
{
    struct world *world = *state;
    (void)add(world, RELEASE, TAINT, TAINTED);
    reopen(world, "UPDATE claims SET predicate = '" SW_PREDICATE_OMS "'");
    struct sw_decision decision = decide(world);
    assert_int_equal(decision.rules[0].verdict, NONE);
    assert_int_equal(decision.rules[2].verdict, FAIL);
}

static void the_index_cannot_hide_a_claim(void **state)
{
    struct world *world = *state;
    (void)add(world, RELEASE, TAINT, TAINTED);
    reopen(world, "DELETE FROM claims");
    assert_int_equal(decide(world).rules[2].verdict, FAIL);
}

static void the_index_cannot_make_a_claim_fresh(void **state)
{
    struct world *world = *state;
    (void)add(world, RELEASE, SW_PREDICATE_SCAN, "{\"verdict\": \"clean\"}");
    reopen(world, "UPDATE claims SET time = time + 31 * 86400");
    struct sw_gate_question question = {
        .subject = world->model, .now = sw_time_now() + (int64_t)31 * 86400};
    struct sw_decision decision;
    struct sw_error err = {0};
    must(sw_gate_decide(
             &world->arena, world->policy, world->trust, world->store, &question, &decision, &err),
        &err);
    assert_int_equal(decision.rules[1].verdict, NONE);
    assert_non_null(strstr(decision.rules[1].reason, "stale"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_empty_store_has_no_evidence),
        TEST(a_signed_and_scanned_artifact_passes),
        TEST(a_claim_about_another_artifact_does_not_count),
        TEST(a_stranger_counts_as_nobody),
        TEST(a_forged_claim_under_a_trusted_name_does_not_count),
        TEST(an_old_claim_in_a_new_bundle_says_nothing_new),
        TEST(an_old_clean_scan_that_is_imported_late_lifts_no_finding),
        TEST(an_old_claim_that_is_imported_late_is_not_fresh),
        TEST(a_forged_entry_does_not_make_an_old_claim_new),
        TEST(a_copy_of_a_claim_that_cannot_be_read_does_not_count),
        TEST(a_forged_copy_before_the_claim_does_not_hide_it),
        TEST(a_claim_about_another_manifest_of_this_root_does_not_count),
        TEST(a_signer_cannot_say_what_trust_does_not_let_them),
        TEST(the_newest_word_of_each_signer_counts_and_one_no_is_enough),
        TEST(a_taint_by_somebody_trusted_fails),
        TEST(tainted_or_withdrawn_data_fails),
        TEST(data_with_gaps_or_off_its_weights_fails),
        TEST(a_draft_is_weighed_behind_everything),
        TEST(by_names_who_must_have_signed),
        TEST(a_claim_grows_stale),
        TEST(deleting_a_finding_does_not_lift_it),
        TEST(changing_a_finding_does_not_lift_it),
        TEST(a_reader_decides_as_the_writer_does),
        TEST(the_index_cannot_say_what_a_claim_is_about),
        TEST(the_index_cannot_say_what_type_a_claim_has),
        TEST(the_index_cannot_hide_a_claim),
        TEST(the_index_cannot_make_a_claim_fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
