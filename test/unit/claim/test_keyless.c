/* Keyless bundles over a certificate authority, logs and time stamp authorities of our own: what
 * holds, and everything that must not. */
#include "unit/claim/scene.h"

#include "temp_tree.h"

static struct scene_world world;

static int make_world(void **state)
{
    (void)state;
    scene_world_make(&world);
    return 0;
}

static int end_world(void **state)
{
    (void)state;
    scene_world_release(&world);
    return 0;
}

/* --- verifying a scene ------------------------------------------------------------------------ */

struct outcome {
    struct temp_tree dir;
    struct sw_arena arena;
    struct sw_trust *trust;
    struct sw_claim claim;
    enum sw_code code;
    struct sw_error err;
};

static void write_signer(const struct scene *scene, const struct temp_tree *dir)
{
    struct sw_buf root = SW_BUF_INIT;
    struct sw_buf pem = SW_BUF_INIT;
    char yaml[1024];
    scene_trusted_root(scene, &root);
    temp_tree_write_bytes(dir, "trusted_root.json", root.data, root.len);
    assert_int_equal(sw_key_write_public(world.key, &pem, NULL), SW_OK);
    temp_tree_write_bytes(dir, "key.pub", pem.data, pem.len);
    sw_buf_clear(&pem);
    pki_pem(&world.root, &pem);
    temp_tree_write_bytes(dir, "ca.pem", pem.data, pem.len);
    (void)snprintf(yaml, sizeof(yaml),
        "version: 1\nsigners:\n  - name: ml\n    may-sign: [\"*\"]\n%s%s",
        strstr(scene->signer, "trusted-root") != NULL || strstr(scene->signer, "none") != NULL
            ? ""
            : "    trusted-root: trusted_root.json\n",
        scene->signer);
    temp_tree_write(dir, "trust.yaml", yaml);
    sw_buf_release(&root);
    sw_buf_release(&pem);
}

static void outcome_of(const struct scene *scene, struct outcome *out)
{
    struct sw_buf bundle = SW_BUF_INIT;
    const struct sw_verify_options options = {.now = SCENE_NOW};
    *out = (struct outcome){0};
    temp_tree_make(&out->dir);
    sw_arena_init(&out->arena, 0);
    write_signer(scene, &out->dir);
    assert_int_equal(sw_trust_new(&out->trust), SW_OK);
    out->code = sw_trust_load(out->trust, temp_tree_path(&out->dir, "trust.yaml"), &out->err);
    if (out->code == SW_OK) {
        scene_bundle(scene, &bundle);
        out->code = sw_claim_verify(
            &out->arena, out->trust, sw_buf_bytes(&bundle), &options, &out->claim, &out->err);
    }
    sw_buf_release(&bundle);
}

static void outcome_release(struct outcome *out)
{
    temp_tree_remove(&out->dir);
    sw_trust_free(out->trust);
    sw_arena_release(&out->arena);
}

static void expect_pass(const struct scene *scene)
{
    struct outcome out;
    outcome_of(scene, &out);
    if (out.code != SW_OK) {
        fail_msg("it does not verify: %s", out.err.text);
    }
    outcome_release(&out);
}

static void expect(const struct scene *scene, enum sw_code code, const char *words)
{
    struct outcome out;
    outcome_of(scene, &out);
    if (out.code != code || strstr(out.err.text, words) == NULL) {
        fail_msg("%d (%s) instead of %d (%s)", (int)out.code, out.err.text, (int)code, words);
    }
    outcome_release(&out);
}

/* Rekor v2 with a time stamp. */
static struct scene begin_v2(void)
{
    struct scene scene = scene_begin(&world);
    scene.entries[0] = scene_entry(SCENE_HASHED_V2);
    scene.stamps[0] = scene_stamp();
    scene.stamp_count = 1;
    return scene;
}

/* --- what holds ------------------------------------------------------------------------------- */

static void every_kind_of_entry_verifies(void **state)
{
    (void)state;
    for (int kind = SCENE_DSSE; kind <= SCENE_HASHED; kind++) {
        struct scene scene = scene_begin(&world);
        scene.entries[0] = scene_entry(kind);
        expect_pass(&scene);
    }
    struct scene v2 = begin_v2();
    expect_pass(&v2);
}

static void what_was_attested_is_told(void **state)
{
    (void)state;
    struct scene scene = scene_begin(&world);
    struct outcome out;
    scene.stamps[0] = scene_stamp();
    scene.stamp_count = 1;
    outcome_of(&scene, &out);
    assert_int_equal(out.code, SW_OK);
    const struct sw_attested *attested = &out.claim.attested;
    assert_string_equal(out.claim.signer, "ml");
    assert_string_equal(out.claim.identity, SCENE_IDENTITY);
    assert_string_equal(attested->issuer, SCENE_ISSUER);
    assert_int_equal(attested->time, SCENE_TIME + 10);
    assert_int_equal(attested->unchecked, 0);
    assert_int_equal(attested->count, 3);
    assert_int_equal(attested->list[0].by, SW_ATTESTED_LOG);
    assert_string_equal(attested->list[0].url, "https://rekor.example.com");
    assert_int_equal(attested->list[0].index, SCENE_SHARD + SCENE_INDEX);
    assert_int_equal(strlen(attested->list[0].id), 64);
    assert_int_equal(attested->list[1].by, SW_ATTESTED_TIMESTAMP);
    assert_int_equal(attested->list[1].time, SCENE_TIME + 12);
    assert_int_equal(attested->list[2].by, SW_ATTESTED_SCT);
    outcome_release(&out);
}

static void a_bundle_of_v01_needs_only_the_promise(void **state)
{
    (void)state;
    struct scene scene = scene_begin(&world);
    scene.version = 1;
    scene.entries[0].no_proof = true;
    expect_pass(&scene);
    scene.version = 2;
    expect(&scene, SW_E_NOEVIDENCE, "no inclusion proof");
    scene.version = 3;
    expect(&scene, SW_E_NOEVIDENCE, "no inclusion proof");
}

static void signatures_of_witnesses_are_tolerated(void **state)
{
    (void)state;
    struct scene scene = scene_begin(&world);
    scene.entries[0].cosigned = true;
    expect_pass(&scene);
}

static void an_authority_may_be_listed_without_the_certificate_that_stamps(void **state)
{
    (void)state;
    struct scene scene = begin_v2();
    scene.stamp_roots_only = true;
    expect_pass(&scene);
    scene.stamps[0].server = true;
    expect(&scene, SW_E_NOEVIDENCE, "attest the time");
}

static void a_time_stamp_may_leave_out_the_certificate_that_is_listed(void **state)
{
    (void)state;
    struct scene scene = begin_v2();
    scene.stamps[0].bare = true;
    expect_pass(&scene);
    scene.stamp_others = true; /* who it is by is not to be told from the token there */
    expect_pass(&scene);
    scene.stamps[0].other_signature = true;
    expect(&scene, SW_E_REFUSED, "message imprint mismatch");
    scene = begin_v2();
    scene.stamps[0].bare = true;
    scene.stamp_roots_only = true;
    expect(&scene, SW_E_NOEVIDENCE, "by no authority that the trusted root has");
}

/* --- identity and issuer ---------------------------------------------------------------------- */

#define SIGNER(identity, issuer) "    identity: \"" identity "\"\n    issuer: " issuer "\n"

static void identity_and_issuer_must_both_be_right(void **state)
{
    (void)state;
    struct scene scene = scene_begin(&world);
    scene.signer = SIGNER("email:other@example.com", SCENE_ISSUER);
    expect(&scene, SW_E_REFUSED, "not for email:other@example.com");
    scene.signer = SIGNER("email:ml@example.com.evil", SCENE_ISSUER);
    expect(&scene, SW_E_REFUSED, "not for email:ml@example.com.evil");
    scene.signer = SIGNER("uri:ml@example.com", SCENE_ISSUER);
    expect(&scene, SW_E_REFUSED, "not for uri:");
    scene.signer = SIGNER(SCENE_IDENTITY, "https://accounts.example.com.evil");
    expect(&scene, SW_E_REFUSED, "issued by https://accounts.example.com, not by");
    scene.signer = SIGNER(SCENE_IDENTITY, "https://accounts.example.co");
    expect(&scene, SW_E_REFUSED, "issued by");
}

static void a_certificate_must_name_one_issuer(void **state)
{
    (void)state;
    struct scene scene = scene_begin(&world);
    scene.issuer_v1 = NULL;
    expect_pass(&scene);
    scene.issuer = NULL;
    expect(&scene, SW_E_REFUSED, "does not say who issued");
    scene.issuer_v1 = SCENE_ISSUER;
    expect_pass(&scene);
    scene.issuer = "https://evil.example";
    expect(&scene, SW_E_REFUSED, "two issuers");
    scene.issuer = "https://accounts.example.com\n";
    scene.issuer_v1 = NULL;
    expect(&scene, SW_E_REFUSED, "malformed");
}

#define WORKFLOW "uri:https://github.com/o/r/.github/workflows/x.yml@refs/tags/"

static void a_star_stands_for_the_rest_of_a_uri_behind_its_host(void **state)
{
    (void)state;
    struct scene scene = scene_begin(&world);
    scene.leaf.names = "URI:https://github.com/o/r/.github/workflows/x.yml@refs/tags/v1";
    scene.signer = SIGNER(WORKFLOW "*", SCENE_ISSUER);
    expect_pass(&scene);
    scene.signer = SIGNER(WORKFLOW "v1", SCENE_ISSUER);
    expect_pass(&scene);
    scene.signer = SIGNER(WORKFLOW "w*", SCENE_ISSUER);
    expect(&scene, SW_E_REFUSED, "not for uri:");
    scene.signer = SIGNER(WORKFLOW "v*", SCENE_ISSUER);
    expect_pass(&scene);
    scene.signer = SIGNER("uri:https://github.com/o/*", SCENE_ISSUER);
    expect_pass(&scene);
    scene.signer = SIGNER("uri:https://github.com*", SCENE_ISSUER);
    expect(&scene, SW_E_FORMAT, "behind its host");
    scene.signer = SIGNER("email:*", SCENE_ISSUER);
    expect(&scene, SW_E_FORMAT, "behind its host");
}

/* Anybody can have an organisation or a repository whose name begins with another's. */
static void a_star_stands_for_no_rest_of_a_name(void **state)
{
    (void)state;
    struct scene scene = scene_begin(&world);
    scene.leaf.names = "URI:https://github.com/org-evil/r/.github/workflows/x.yml@refs/tags/v1";
    scene.signer = SIGNER("uri:https://github.com/org*", SCENE_ISSUER);
    expect(&scene, SW_E_FORMAT, "behind its host");
    scene.signer = SIGNER("uri:https://u@github.com/org*", SCENE_ISSUER);
    expect(&scene, SW_E_FORMAT, "behind its host");
    scene.signer = SIGNER("uri:https://github.com/org/*", SCENE_ISSUER);
    expect(&scene, SW_E_REFUSED, "not for uri:");
}

static void a_signer_in_trust_yaml_must_be_whole(void **state)
{
    static const struct {
        const char *signer;
        const char *words;
    } bad[] = {
        {"    identity: \"" SCENE_IDENTITY "\"\n", "needs identity and issuer"},
        {"    issuer: " SCENE_ISSUER "\n", "needs identity and issuer"},
        {SIGNER("cn:ml", SCENE_ISSUER), "email:, uri: or dns:"},
        {SIGNER(SCENE_IDENTITY, SCENE_ISSUER) "    log-threshold: 17\n", "from 0 to 16"},
        {SIGNER(SCENE_IDENTITY, SCENE_ISSUER) "    log-threshold: -1\n", "from 0 to 16"},
        {SIGNER(SCENE_IDENTITY, SCENE_ISSUER) "    timestamp-threshold: 0\n", "leave open"},
        {"    key: key.pub\n    issuer: x\n", "issuer goes with"},
        {"    key: key.pub\n    sct-threshold: 1\n", "sct-threshold goes with"},
        {"    # none\n    key: key.pub\n    log-threshold: 1\n", "thresholds go with"},
        {"    # none\n    identity: email:a\n", "neither key"},
        {"    trusted-root: key.pub\n", "trusted root: "},
    };
    (void)state;
    struct scene scene = scene_begin(&world);
    for (size_t i = 0; i < SW_COUNT(bad); i++) {
        scene.signer = bad[i].signer;
        expect(&scene, SW_E_FORMAT, bad[i].words);
    }
}

/* --- certificates ----------------------------------------------------------------------------- */

static void the_certificate_must_be_valid_when_it_was_signed(void **state)
{
    (void)state;
    struct scene scene = scene_begin(&world);
    scene.leaf.until = SCENE_TIME + 10; /* as the log says: OpenSSL takes it for the first after */
    expect(&scene, SW_E_REFUSED, "expired");
    scene.leaf.until = SCENE_TIME + 11;
    expect_pass(&scene);
    scene.leaf.from = SCENE_TIME + 11;
    scene.leaf.until = SCENE_TIME + 600;
    expect(&scene, SW_E_REFUSED, "not yet valid");
    scene.leaf.from = SCENE_NOW; /* valid now, which does not count */
    scene.leaf.until = SCENE_NOW + 600;
    expect(&scene, SW_E_REFUSED, "not yet valid");
}

static void clocks_that_disagree_are_noticed(void **state)
{
    (void)state;
    struct scene scene = scene_begin(&world);
    scene.stamps[0] = scene_stamp();
    scene.stamps[0].time = SCENE_TIME + 601;
    scene.stamp_count = 1;
    expect(&scene, SW_E_REFUSED, "expired");
    scene.stamps[0].time = SCENE_TIME - 1;
    expect(&scene, SW_E_REFUSED, "not yet valid");
    scene = scene_begin(&world);
    scene.entries[0].time = SCENE_NOW + 301;
    expect(&scene, SW_E_REFUSED, "still to come");
    scene = begin_v2();
    scene.stamps[0].time = SCENE_NOW + 301;
    expect(&scene, SW_E_REFUSED, "still to come");
}

static void the_certificate_must_be_for_signing_code_by_the_authority(void **state)
{
    (void)state;
    struct scene scene = scene_begin(&world);
    scene.leaf.extended = "serverAuth";
    expect(&scene, SW_E_REFUSED, "codeSigning");
    scene.leaf.extended = NULL;
    expect(&scene, SW_E_REFUSED, "extendedKeyUsage");
    scene = scene_begin(&world);
    scene.other_authority = true;
    expect(&scene, SW_E_REFUSED, "unable to get local issuer");
    scene = scene_begin(&world);
    scene.leaf.names = NULL;
    expect(&scene, SW_E_REFUSED, "names nobody");
}

/* GHSA-fx35-mq7g-6g98 */
static void a_bare_public_key_is_no_certificate(void **state)
{
    (void)state;
    struct scene scene = scene_begin(&world);
    scene.bare_key = true;
    expect(&scene, SW_E_FORMAT, "not a DER certificate");
    scene.entries[0].key_verifier = true;
    expect(&scene, SW_E_FORMAT, "not a DER certificate");
}

static void the_certificate_must_be_in_a_certificate_log(void **state)
{
    (void)state;
    struct scene scene = scene_begin(&world);
    scene.scts = 0;
    expect(&scene, SW_E_NOEVIDENCE, "in 0 certificate logs");
    scene.signer = SIGNER(SCENE_IDENTITY, SCENE_ISSUER) "    sct-threshold: 0\n";
    expect_pass(&scene);
    scene = scene_begin(&world);
    scene.wrong_sct = true;
    expect(&scene, SW_E_REFUSED, "timestamp of the log https://ct.example.com is wrong");
    scene = scene_begin(&world);
    scene.ctlog_from = SCENE_TIME + 1;
    expect(&scene, SW_E_REFUSED, "when that log was not valid");
    scene = scene_begin(&world);
    scene.ctlog_until = SCENE_TIME - 1;
    expect(&scene, SW_E_REFUSED, "when that log was not valid");
}

/* A log that is retired says nothing about certificates that were made since, and none says what is
 * to come. */
static void a_certificate_must_have_been_logged_while_it_was_valid(void **state)
{
    (void)state;
    struct scene scene = scene_begin(&world);
    scene.sct_time = scene.leaf.from - 300;
    expect_pass(&scene);
    scene.sct_time = scene.leaf.from - 301;
    expect(&scene, SW_E_REFUSED, "ct.example.com is of 2025-12-31T23:54:59Z");
    scene.sct_time = scene.leaf.until + 299;
    expect_pass(&scene);
    scene.sct_time = scene.leaf.until + 300; /* OpenSSL takes the last second for the first after */
    expect(&scene, SW_E_REFUSED, "when the certificate was not valid");
    scene.leaf.until = SCENE_NOW + 86400;
    scene.sct_time = SCENE_NOW + 300;
    expect_pass(&scene);
    scene.sct_time = SCENE_NOW + 301;
    expect(&scene, SW_E_REFUSED, "still to come");
    scene = scene_begin(&world);
    scene.ctlog_until = PKI_2021 + 86400;
    scene.sct_time = PKI_2021 + 3600;
    expect(&scene, SW_E_REFUSED, "when the certificate was not valid");
}

/* --- entries ---------------------------------------------------------------------------------- */

/* CVE-2026-22703, CVE-2022-36056: nothing else in these bundles is wrong. */
static void an_entry_about_something_else_is_refused(void **state)
{
    (void)state;
    for (int kind = SCENE_DSSE; kind <= SCENE_HASHED_V2; kind++) {
        struct scene scene = begin_v2();
        scene.entries[0] = scene_entry(kind);
        expect_pass(&scene);
        scene.entries[0].other_payload = true;
        expect(&scene, SW_E_REFUSED, "another payload");
        scene.entries[0] = scene_entry(kind);
        scene.entries[0].other_signature = true;
        expect(&scene, SW_E_REFUSED, "another signature");
        scene.entries[0] = scene_entry(kind);
        scene.entries[0].other_verifier = true;
        expect(&scene, SW_E_REFUSED, "another certificate");
        scene.entries[0] = scene_entry(kind);
        scene.entries[0].key_verifier = true;
        expect(&scene, kind == SCENE_HASHED_V2 ? SW_E_REFUSED : SW_E_FORMAT,
            kind == SCENE_HASHED_V2 ? "another kind of key" : "PEM certificates were expected");
        scene.entries[0] = scene_entry(kind);
        scene.entries[0].extra_field = true;
        expect(&scene, SW_E_FORMAT, "\"extra\"");
        scene.entries[0] = scene_entry(kind);
        scene.entries[0].other_kind = true;
        expect(&scene, SW_E_FORMAT, "not of the kind");
    }
}

/* CVE-2022-23649: a timestamp or proof that does not hold must not pass for one that is absent. */
static void what_a_log_signed_must_hold(void **state)
{
    (void)state;
    struct scene scene = scene_begin(&world);
    scene.entries[0].wrong_promise = true;
    expect(&scene, SW_E_REFUSED, "signed entry timestamp is not by the log");
    scene.entries[0] = scene_entry(SCENE_DSSE);
    scene.entries[0].wrong_signature = true;
    expect(&scene, SW_E_REFUSED, "signature of its checkpoint is wrong");
    scene.entries[0] = scene_entry(SCENE_DSSE);
    scene.entries[0].unsigned_checkpoint = true;
    expect(&scene, SW_E_REFUSED, "not signed by the log");
    scene.entries[0] = scene_entry(SCENE_DSSE);
    scene.entries[0].wrong_hash = true;
    expect(&scene, SW_E_REFUSED, "does not lead to the checkpoint");
    scene.entries[0] = scene_entry(SCENE_DSSE);
    scene.entries[0].no_checkpoint = true;
    expect(&scene, SW_E_NOEVIDENCE, "no checkpoint");
}

static void a_log_that_was_rolled_back_is_refused(void **state)
{
    (void)state;
    struct scene scene = scene_begin(&world);
    scene.entries[0].old_checkpoint = true;
    expect(&scene, SW_E_REFUSED, "an older checkpoint");
    scene = begin_v2();
    scene.entries[0].old_checkpoint = true;
    expect(&scene, SW_E_REFUSED, "an older checkpoint");
}

static void two_trees_of_one_size_are_refused(void **state)
{
    (void)state;
    struct scene scene = scene_begin(&world);
    scene.entries[1] = scene_entry(SCENE_DSSE);
    scene.entry_count = 2;
    expect_pass(&scene);
    scene.entries[1].other_tree = true;
    expect(&scene, SW_E_REFUSED, "two different trees of 5 entries");
    scene.entries[1].size = 6;
    expect_pass(&scene);
}

static void absent_entries_are_no_evidence(void **state)
{
    (void)state;
    struct scene scene = scene_begin(&world);
    scene.entry_count = 0;
    expect(&scene, SW_E_NOEVIDENCE, "transparency logs that have the signature: 0");
    scene = scene_begin(&world);
    scene.entries[0].unknown_log = true;
    expect(&scene, SW_E_NOEVIDENCE, "a log that the trusted root does not have");
    scene = scene_begin(&world);
    scene.entries[0].no_promise = true; /* logged, and nobody says when */
    expect(&scene, SW_E_NOEVIDENCE, "attest the time");
}

/* CVE-2026-49834 */
static void one_log_counts_once(void **state)
{
    (void)state;
    struct scene scene = scene_begin(&world);
    scene.entries[1] = scene_entry(SCENE_INTOTO);
    scene.entries[1].size = 6;
    scene.entry_count = 2;
    scene.signer = SIGNER(SCENE_IDENTITY, SCENE_ISSUER) "    log-threshold: 2\n";
    expect(&scene, SW_E_NOEVIDENCE, "transparency logs that have the signature: 1, and 2");
    scene.entries[1].log = 1;
    expect_pass(&scene);
    scene = scene_begin(&world);
    scene.scts = 2;
    scene.signer = SIGNER(SCENE_IDENTITY, SCENE_ISSUER) "    sct-threshold: 2\n";
    expect_pass(&scene);
    scene.same_ctlog = true;
    expect(&scene, SW_E_NOEVIDENCE, "in 1 certificate logs");
}

static void one_source_of_time_counts_once(void **state)
{
    (void)state;
    struct scene scene = begin_v2();
    scene.signer = SIGNER(SCENE_IDENTITY, SCENE_ISSUER) "    timestamp-threshold: 2\n";
    scene.stamps[1] = scene_stamp();
    scene.stamp_count = 2;
    expect(&scene, SW_E_NOEVIDENCE, "attest the time: 1, and 2 required");
    scene.stamps[1].by = 1;
    expect_pass(&scene);
    scene.stamp_count = 1;
    scene.entries[1] = scene_entry(SCENE_DSSE);
    scene.entry_count = 2;
    expect_pass(&scene);
}

static void a_log_must_be_valid_at_the_time(void **state)
{
    (void)state;
    struct scene scene = scene_begin(&world);
    scene.log_from = SCENE_TIME + 11;
    expect(&scene, SW_E_REFUSED, "rekor.example.com was not valid");
    scene = scene_begin(&world);
    scene.log_until = SCENE_TIME + 9;
    expect(&scene, SW_E_REFUSED, "rekor.example.com was not valid");
    scene = begin_v2();
    scene.log_from = SCENE_TIME + 13; /* of an entry without a time, that of the stamp counts */
    expect(&scene, SW_E_REFUSED, "log2026.example.com was not valid");
    scene = scene_begin(&world);
    scene.log_from = 0;
    expect(&scene, SW_E_FORMAT, "validFor has no start");
    scene = scene_begin(&world);
    scene.authority_until = SCENE_TIME;
    expect(&scene, SW_E_REFUSED, "no certificate authority of the trusted root was valid");
}

static void rekor_v2_needs_a_time_stamp(void **state)
{
    (void)state;
    struct scene scene = begin_v2();
    scene.stamp_count = 0;
    expect(&scene, SW_E_NOEVIDENCE, "attest the time: 0, and 1 required");
    scene.entries[0].no_promise = false; /* a v2 log makes none: it would be its word for a time */
    expect(&scene, SW_E_REFUSED, "signs no entry timestamps");
    scene = begin_v2();
    scene.entries[0].two_indices = true;
    expect(&scene, SW_E_REFUSED, "two logIndex differ");
}

/* --- time stamps ------------------------------------------------------------------------------ */

static void a_time_stamp_must_be_whole_and_over_this_signature(void **state)
{
    (void)state;
    struct scene scene = begin_v2();
    scene.stamps[0].truncated = true;
    expect(&scene, SW_E_FORMAT, "no RFC 3161 response");
    scene.stamps[0] = scene_stamp();
    scene.stamps[0].tail = true;
    expect(&scene, SW_E_FORMAT, "bytes behind it");
    scene.stamps[0] = scene_stamp();
    scene.stamps[0].other_signature = true;
    expect(&scene, SW_E_REFUSED, "time stamp 1: it does not hold (message imprint mismatch)");
    scene.stamps[0] = scene_stamp();
    scene.stamps[0].sha1 = true;
    expect(&scene, SW_E_REFUSED, "SHA-2");
}

static void a_time_stamp_must_be_by_an_authority_that_was_valid(void **state)
{
    (void)state;
    struct scene scene = begin_v2();
    scene.stamps[0].server = true; /* a certificate of the same root, for something else */
    expect(&scene, SW_E_NOEVIDENCE, "by no authority that the trusted root has");
    scene = begin_v2();
    scene.stamper_from = SCENE_TIME + 13;
    expect(&scene, SW_E_REFUSED, "tsa.example.com was not valid");
    scene = begin_v2();
    scene.stamper_until = SCENE_TIME + 11;
    expect(&scene, SW_E_REFUSED, "tsa.example.com was not valid");
}

/* --- keys and chains with log entries --------------------------------------------------------- */

static void entries_beside_a_key_are_checked_when_a_trusted_root_is_named(void **state)
{
    (void)state;
    struct scene scene = begin_v2();
    scene.method = SW_BUNDLE_KEY;
    scene.entries[1] = scene_entry(SCENE_DSSE);
    scene.entry_count = 2;
    scene.signer = "    key: key.pub\n    log-threshold: 2\n";
    expect_pass(&scene);
    scene.entries[1].other_verifier = true;
    expect(&scene, SW_E_REFUSED, "another key");
    scene.entries[1].other_verifier = false;
    scene.signer = "    key: key.pub\n    until: 2025-12-31\n";
    expect(&scene, SW_E_REFUSED, "the time of signing is 2026-01-01");
    scene.entry_count = 0;
    scene.stamp_count = 0;
    scene.signer = "    key: key.pub\n";
    expect(&scene, SW_E_NOEVIDENCE, "attest the time: 0");
}

static void entries_that_nobody_is_trusted_for_are_no_evidence(void **state)
{
    (void)state;
    struct scene scene = begin_v2();
    struct outcome out;
    scene.method = SW_BUNDLE_KEY;
    scene.entries[0].other_signature = true;
    scene.signer = "    # none\n    key: key.pub\n";
    outcome_of(&scene, &out);
    assert_int_equal(out.code, SW_OK);
    assert_int_equal(out.claim.attested.unchecked, 2);
    assert_int_equal(out.claim.attested.count, 0);
    assert_int_equal(out.claim.attested.time, 0);
    outcome_release(&out);
}

static void a_chain_is_judged_by_the_time_that_is_attested(void **state)
{
    (void)state;
    struct scene scene = begin_v2();
    scene.method = SW_BUNDLE_CHAIN;
    scene.signer = "    roots: [ca.pem]\n    identity: \"" SCENE_IDENTITY "\"\n";
    expect_pass(&scene); /* its leaf was valid for ten minutes, a month ago */
    scene.stamps[0].time = SCENE_TIME + 601;
    expect(&scene, SW_E_REFUSED, "expired");
    scene.stamps[0] = scene_stamp();
    scene.signer = "    # none\n    roots: [ca.pem]\n    identity: \"" SCENE_IDENTITY "\"\n";
    expect(&scene, SW_E_REFUSED, "expired");
}

/* Where two have to attest the time, it is that of the second: one that dates back alone changes
 * nothing. */
static void the_time_is_what_as_many_attest_as_have_to(void **state)
{
    (void)state;
    struct scene scene = begin_v2();
    scene.method = SW_BUNDLE_CHAIN;
    scene.stamps[1] = scene_stamp();
    scene.stamps[1].by = 1;
    scene.stamps[1].time = SCENE_TIME + 601; /* after the leaf had expired */
    scene.stamp_count = 2;
    scene.signer = "    roots: [ca.pem]\n    identity: \"" SCENE_IDENTITY "\"\n";
    expect_pass(&scene);
    scene.signer =
        "    roots: [ca.pem]\n    identity: \"" SCENE_IDENTITY "\"\n    timestamp-threshold: 2\n";
    expect(&scene, SW_E_REFUSED, "expired");
    scene.stamps[1].time = SCENE_TIME + 300;
    expect_pass(&scene);

    struct outcome out;
    scene.method = SW_BUNDLE_KEY;
    scene.signer = "    key: key.pub\n    timestamp-threshold: 2\n";
    outcome_of(&scene, &out);
    assert_int_equal(out.code, SW_OK);
    assert_int_equal(out.claim.attested.time, SCENE_TIME + 300);
    outcome_release(&out);
    scene.signer = "    key: key.pub\n";
    outcome_of(&scene, &out);
    assert_int_equal(out.code, SW_OK);
    assert_true(out.claim.attested.time < SCENE_TIME + 300);
    outcome_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_time_is_what_as_many_attest_as_have_to),
        cmocka_unit_test(every_kind_of_entry_verifies),
        cmocka_unit_test(what_was_attested_is_told),
        cmocka_unit_test(a_bundle_of_v01_needs_only_the_promise),
        cmocka_unit_test(signatures_of_witnesses_are_tolerated),
        cmocka_unit_test(an_authority_may_be_listed_without_the_certificate_that_stamps),
        cmocka_unit_test(a_time_stamp_may_leave_out_the_certificate_that_is_listed),
        cmocka_unit_test(identity_and_issuer_must_both_be_right),
        cmocka_unit_test(a_certificate_must_name_one_issuer),
        cmocka_unit_test(a_star_stands_for_the_rest_of_a_uri_behind_its_host),
        cmocka_unit_test(a_star_stands_for_no_rest_of_a_name),
        cmocka_unit_test(a_signer_in_trust_yaml_must_be_whole),
        cmocka_unit_test(the_certificate_must_be_valid_when_it_was_signed),
        cmocka_unit_test(clocks_that_disagree_are_noticed),
        cmocka_unit_test(the_certificate_must_be_for_signing_code_by_the_authority),
        cmocka_unit_test(a_bare_public_key_is_no_certificate),
        cmocka_unit_test(the_certificate_must_be_in_a_certificate_log),
        cmocka_unit_test(a_certificate_must_have_been_logged_while_it_was_valid),
        cmocka_unit_test(an_entry_about_something_else_is_refused),
        cmocka_unit_test(what_a_log_signed_must_hold),
        cmocka_unit_test(a_log_that_was_rolled_back_is_refused),
        cmocka_unit_test(two_trees_of_one_size_are_refused),
        cmocka_unit_test(absent_entries_are_no_evidence),
        cmocka_unit_test(one_log_counts_once),
        cmocka_unit_test(one_source_of_time_counts_once),
        cmocka_unit_test(a_log_must_be_valid_at_the_time),
        cmocka_unit_test(rekor_v2_needs_a_time_stamp),
        cmocka_unit_test(a_time_stamp_must_be_whole_and_over_this_signature),
        cmocka_unit_test(a_time_stamp_must_be_by_an_authority_that_was_valid),
        cmocka_unit_test(entries_beside_a_key_are_checked_when_a_trusted_root_is_named),
        cmocka_unit_test(entries_that_nobody_is_trusted_for_are_no_evidence),
        cmocka_unit_test(a_chain_is_judged_by_the_time_that_is_attested),
    };
    return cmocka_run_group_tests(tests, make_world, end_world);
}
