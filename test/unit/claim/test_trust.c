#include "unit/claim/pki.h"

#include <sys/stat.h>
#include <unistd.h>

#define NOW PKI_2026
#define ANY "may-sign: [\"*\"]\n"

/* A directory with what trust.yaml may name: release.pub, ci.pub, ca.pem. */
struct world {
    char dir[64];
    struct sw_key *release;
    struct sw_key *ci;
    struct sw_key *stranger;
    struct pki_cert root;
    struct pki_cert leaf;
    struct sw_key *leaf_key;
};

static struct sw_bytes text_bytes(const char *text)
{
    return sw_bytes_of_str(sw_str(text));
}

static void put_file(const struct world *world, const char *name, struct sw_bytes data)
{
    char path[128];
    (void)snprintf(path, sizeof(path), "%s/%s", world->dir, name);
    assert_int_equal(sw_file_write(path, data, 0600, 0, NULL), SW_OK);
}

static struct sw_key *new_key(const struct world *world, enum sw_key_alg alg, const char *name)
{
    struct sw_key *key = NULL;
    struct sw_buf pem = SW_BUF_INIT;
    assert_int_equal(sw_key_generate(alg, &key, NULL), SW_OK);
    assert_int_equal(sw_key_write_public(key, &pem, NULL), SW_OK);
    put_file(world, name, sw_buf_bytes(&pem));
    sw_buf_release(&pem);
    return key;
}

/* A trusted root that trusts nobody. */
#define NO_LOGS                                                                     \
    "{\"mediaType\":\"application/vnd.dev.sigstore.trustedroot+json;version=0.1\"," \
    "\"tlogs\":[],\"certificateAuthorities\":[],\"ctlogs\":[],\"timestampAuthorities\":[]}"

static int make_world(void **state)
{
    struct world *world = test_calloc(1, sizeof(*world));
    (void)snprintf(world->dir, sizeof(world->dir), "/tmp/sw-test-trust-XXXXXX");
    assert_non_null(mkdtemp(world->dir));
    char keys[128];
    (void)snprintf(keys, sizeof(keys), "%s/keys", world->dir);
    assert_int_equal(sw_dir_make(keys, 0700, NULL), SW_OK);
    sw_key_free(new_key(world, SW_KEY_P384, "keys/release.pub"));
    world->release = new_key(world, SW_KEY_P256, "release.pub");
    world->ci = new_key(world, SW_KEY_ED25519, "ci.pub");
    world->stranger = new_key(world, SW_KEY_P256, "stranger.pub");
    world->root = pki_issue(&PKI_ROOT_SPEC, NULL);
    world->leaf = pki_issue(&PKI_LEAF_SPEC, &world->root);
    world->leaf_key = pki_key(&world->leaf);
    struct sw_buf pem = SW_BUF_INIT;
    pki_pem(&world->root, &pem);
    put_file(world, "ca.pem", sw_buf_bytes(&pem));
    put_file(world, "empty", text_bytes(""));
    put_file(world, "trusted_root.json", text_bytes(NO_LOGS));
    sw_buf_release(&pem);
    *state = world;
    return 0;
}

static int drop_world(void **state)
{
    static const char *const names[] = {"keys/release.pub", "release.pub", "ci.pub", "stranger.pub",
        "ca.pem", "empty", "trusted_root.json", "keys"};
    struct world *world = *state;
    for (size_t i = 0; i < SW_COUNT(names); i++) {
        char path[128];
        (void)snprintf(path, sizeof(path), "%s/%s", world->dir, names[i]);
        assert_int_equal(remove(path), 0);
    }
    assert_int_equal(rmdir(world->dir), 0);
    sw_key_free(world->release);
    sw_key_free(world->ci);
    sw_key_free(world->stranger);
    sw_key_free(world->leaf_key);
    pki_release(&world->leaf);
    pki_release(&world->root);
    test_free(world);
    return 0;
}

static enum sw_code read_yaml(
    const struct world *world, const char *yaml, struct sw_trust **out, struct sw_error *err)
{
    struct sw_trust *trust = NULL;
    assert_int_equal(sw_trust_new(&trust), SW_OK);
    enum sw_code rc = sw_trust_read(trust, text_bytes(yaml), world->dir, err);
    *out = trust;
    return rc;
}

static struct sw_trust *good_yaml(const struct world *world, const char *yaml)
{
    struct sw_trust *trust = NULL;
    struct sw_error err = {0};
    if (read_yaml(world, yaml, &trust, &err) != SW_OK) {
        fail_msg("%s", err.text);
    }
    return trust;
}

/* A bundle of `predicate_type` by `key`, and its chain when `leaf` is given. */
static void sign(const struct sw_key *key, const struct pki_cert *leaf, const char *predicate_type,
    struct sw_buf *out)
{
    SW_CLEANUP(buf) struct sw_buf statement = SW_BUF_INIT;
    struct sw_subject subject = {.name = sw_str("m")};
    struct sw_signer signer = {.key = key};
    if (leaf != NULL) {
        signer.certificates[signer.certificate_count++] = leaf->bytes;
    }
    sw_sha256(text_bytes("abc"), &subject.digest);
    assert_int_equal(
        sw_statement_write(&statement, &subject, 1, predicate_type, text_bytes("{}"), NULL), SW_OK);
    assert_int_equal(sw_bundle_sign(&signer, sw_buf_bytes(&statement), out, NULL), SW_OK);
}

/* Verifies and compares signer and identity on success, the words on failure. */
static void expect(const struct sw_trust *trust, const struct sw_buf *bundle, int64_t signing_time,
    enum sw_code code, const char *words)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_verify_options options = {.now = NOW, .signing_time = signing_time};
    struct sw_claim claim;
    struct sw_error err = {0};
    sw_arena_init(&arena, 0);
    enum sw_code rc = sw_claim_verify(&arena, trust, sw_buf_bytes(bundle), &options, &claim, &err);
    const char *said = rc == SW_OK ? claim.signer : err.text;
    if (rc != code || strstr(said, words) == NULL) {
        fail_msg("gives %d \"%s\", not %d \"%s\"", (int)rc, said, (int)code, words);
    }
}

#define RELEASE_AND_CI                         \
    "version: 1\n"                             \
    "signers:\n"                               \
    "  - name: release\n"                      \
    "    key: release.pub\n"                   \
    "    may-sign: [\"urn:a\", \"urn:b:*\"]\n" \
    "  - name: ci\n"                           \
    "    key: ci.pub\n"                        \
    "    may-sign:\n"                          \
    "      - \"*\"\n"                          \
    "  - name: gitlab\n"                       \
    "    roots: [ca.pem]\n"                    \
    "    identity: \"email:ci@example.com\"\n" \
    "    may-sign: [\"urn:c\"]\n"

static void signers_are_found_by_name(void **state)
{
    SW_CLEANUP(trust) struct sw_trust *trust = good_yaml(*state, RELEASE_AND_CI);
    assert_int_equal(sw_trust_count(trust), 3);
    assert_true(sw_trust_has(trust, sw_str("release")));
    assert_true(sw_trust_has(trust, sw_str("gitlab")));
    assert_false(sw_trust_has(trust, sw_str("relea")));
    assert_false(sw_trust_has(trust, sw_str("")));
}

static void each_signer_is_known_by_its_key_or_chain(void **state)
{
    const struct world *world = *state;
    SW_CLEANUP(trust) struct sw_trust *trust = good_yaml(world, RELEASE_AND_CI);
    SW_CLEANUP(buf) struct sw_buf release = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf ci = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf chain = SW_BUF_INIT;
    sign(world->release, NULL, "urn:a", &release);
    sign(world->ci, NULL, "urn:anything", &ci);
    sign(world->leaf_key, &world->leaf, "urn:c", &chain);
    expect(trust, &release, 0, SW_OK, "release");
    expect(trust, &ci, 0, SW_OK, "ci");
    expect(trust, &chain, 0, SW_OK, "gitlab");
}

static const struct {
    const char *type;
    bool allowed;
} permissions[] = {
    {"urn:a", true},
    {"urn:b:", true},
    {"urn:b:x", true},
    {"urn:aa", false},
    {"urn:", false},
    {"urn:b", false},
    {"URN:a", false},
    {"x-urn:b:x", false},
};

static void a_signer_signs_only_what_it_may(void **state)
{
    const struct world *world = *state;
    SW_CLEANUP(trust) struct sw_trust *trust = good_yaml(world, RELEASE_AND_CI);
    for (size_t i = 0; i < SW_COUNT(permissions); i++) {
        SW_CLEANUP(buf) struct sw_buf bundle = SW_BUF_INIT;
        sign(world->release, NULL, permissions[i].type, &bundle);
        if (permissions[i].allowed) {
            expect(trust, &bundle, 0, SW_OK, "release");
        } else {
            expect(trust, &bundle, 0, SW_E_REFUSED, "signed by release, who may not sign");
        }
    }
}

static void an_unknown_signer_is_told_from_one_who_may_not(void **state)
{
    const struct world *world = *state;
    SW_CLEANUP(trust) struct sw_trust *trust = good_yaml(world, RELEASE_AND_CI);
    SW_CLEANUP(buf) struct sw_buf by_stranger = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf chain = SW_BUF_INIT;
    sign(world->stranger, NULL, "urn:a", &by_stranger);
    sign(world->leaf_key, &world->leaf, "urn:a", &chain);
    expect(trust, &by_stranger, 0, SW_E_REFUSED, "which no trusted signer has");
    expect(trust, &chain, 0, SW_E_REFUSED, "signed by gitlab, who may not sign urn:a");
    SW_CLEANUP(trust)
    struct sw_trust *keys_only =
        good_yaml(world, "version: 1\nsigners:\n  - name: a\n    key: ci.pub\n    " ANY);
    expect(keys_only, &chain, 0, SW_E_REFUSED, "no trusted signer has roots");
    SW_CLEANUP(trust) struct sw_trust *empty = good_yaml(world, "version: 1\nsigners: []\n");
    expect(empty, &by_stranger, 0, SW_E_REFUSED, "which no trusted signer has");
}

static void a_hint_is_no_proof(void **state)
{
    const struct world *world = *state;
    SW_CLEANUP(trust) struct sw_trust *trust = good_yaml(world, RELEASE_AND_CI);
    SW_CLEANUP(arena) struct sw_arena arena;
    SW_CLEANUP(buf) struct sw_buf by_stranger = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf forged = SW_BUF_INIT;
    char hint[SW_KEY_HINT_SIZE];
    struct sw_bundle bundle;
    sw_arena_init(&arena, 0);
    sign(world->stranger, NULL, "urn:a", &by_stranger);
    assert_int_equal(sw_bundle_parse(&arena, sw_buf_bytes(&by_stranger), &bundle, NULL), SW_OK);
    sw_key_hint(world->release, hint);
    bundle.hint = sw_str(hint);
    assert_int_equal(sw_bundle_write(&bundle, &forged), SW_OK);
    expect(trust, &forged, 0, SW_E_REFUSED, "the signature is not by key");
}

static void another_identity_under_the_same_root_is_refused(void **state)
{
    const struct world *world = *state;
    SW_CLEANUP(trust) struct sw_trust *trust = good_yaml(world, RELEASE_AND_CI);
    SW_CLEANUP(buf) struct sw_buf bundle = SW_BUF_INIT;
    struct pki_spec spec = PKI_LEAF_SPEC;
    spec.names = "email:other@example.com";
    struct pki_cert leaf = pki_issue(&spec, &world->root);
    SW_CLEANUP(key) struct sw_key *key = pki_key(&leaf);
    sign(key, &leaf, "urn:c", &bundle);
    expect(trust, &bundle, 0, SW_E_REFUSED,
        "for email:other@example.com, not for email:ci@example.com");
    pki_release(&leaf);
}

static void of_several_roots_the_one_that_fits_is_found(void **state)
{
    const struct world *world = *state;
    SW_CLEANUP(trust) struct sw_trust *trust = good_yaml(world, RELEASE_AND_CI);
    SW_CLEANUP(buf) struct sw_buf bundle = SW_BUF_INIT;
    struct pki_cert other = pki_issue(&PKI_ROOT_SPEC, NULL);
    struct pki_cert leaf = pki_issue(&PKI_LEAF_SPEC, &other);
    SW_CLEANUP(key) struct sw_key *key = pki_key(&leaf);
    sign(key, &leaf, "urn:c", &bundle);
    expect(trust, &bundle, 0, SW_E_REFUSED, "certificate 0 of the chain is refused");
    assert_int_equal(sw_trust_add_roots(trust, "by hand", pki_roots(&other), NULL), SW_OK);
    expect(trust, &bundle, 0, SW_OK, "by hand");
    pki_release(&leaf);
    pki_release(&other);
}

static void refuse_yaml(const struct world *world, const char *yaml, const char *words)
{
    struct sw_trust *trust = NULL;
    struct sw_error err = {0};
    assert_int_equal(read_yaml(world, yaml, &trust, &err), SW_E_FORMAT);
    if (strstr(err.text, words) == NULL) {
        fail_msg("\"%s\" lacks \"%s\"", err.text, words);
    }
    sw_trust_free(trust);
}

static void one_key_has_one_name(void **state)
{
    refuse_yaml(*state,
        "version: 1\n"
        "signers:\n"
        "  - {name: one, key: release.pub, may-sign: [x]}\n"
        "  - {name: two, key: release.pub, may-sign: [y]}\n",
        "line 4: this is the key of the signer \"one\" too");
}

static void a_name_is_fit_for_messages_and_policies(void **state)
{
    refuse_yaml(*state, "version: 1\nsigners:\n  - {name: any, key: release.pub, may-sign: [x]}\n",
        "\"any\"");
    refuse_yaml(*state,
        "version: 1\nsigners:\n  - {name: \"a\\eb\", key: release.pub, may-sign: [x]}\n",
        "control character");
}

static void trust_has_its_time(void **state)
{
    const struct world *world = *state;
    SW_CLEANUP(trust)
    struct sw_trust *trust = good_yaml(world, "version: 1\n"
                                              "signers:\n"
                                              "  - name: release\n"
                                              "    key: release.pub\n"
                                              "    from: 2020-01-01\n"
                                              "    until: \"2021-01-01T00:00:00Z\"\n"
                                              "    may-sign: [\"*\"]\n");
    SW_CLEANUP(buf) struct sw_buf bundle = SW_BUF_INIT;
    sign(world->release, NULL, "x", &bundle);
    expect(trust, &bundle, PKI_2020 - 1, SW_E_REFUSED, "only from 2020-01-01T00:00:00Z");
    expect(trust, &bundle, PKI_2020, SW_OK, "release");
    expect(trust, &bundle, PKI_2021 - 1, SW_OK, "release");
    expect(trust, &bundle, PKI_2021, SW_E_REFUSED, "only until 2021-01-01T00:00:00Z");
    expect(trust, &bundle, 0, SW_E_REFUSED, "the time of this check is 2026-01-01T00:00:00Z");
}

static void a_key_can_stand_in_the_file_itself(void **state)
{
    const struct world *world = *state;
    SW_CLEANUP(buf) struct sw_buf yaml = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf pem = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf bundle = SW_BUF_INIT;
    assert_int_equal(sw_key_write_public(world->stranger, &pem, NULL), SW_OK);
    assert_int_equal(
        sw_buf_puts(&yaml, "version: 1\nsigners:\n  - name: s\n    " ANY "    public-key: |\n"),
        SW_OK);
    for (const char *line = sw_buf_cstr(&pem); *line != '\0';) {
        const char *end = strchr(line, '\n') + 1;
        assert_int_equal(sw_buf_printf(&yaml, "      %.*s", (int)(end - line), line), SW_OK);
        line = end;
    }
    SW_CLEANUP(trust) struct sw_trust *trust = good_yaml(world, sw_buf_cstr(&yaml));
    sign(world->stranger, NULL, "x", &bundle);
    expect(trust, &bundle, 0, SW_OK, "s");
}

static void a_payload_that_is_no_statement_is_refused_though_signed(void **state)
{
    const struct world *world = *state;
    SW_CLEANUP(trust) struct sw_trust *trust = good_yaml(world, RELEASE_AND_CI);
    SW_CLEANUP(buf) struct sw_buf bundle = SW_BUF_INIT;
    struct sw_signer signer = {.key = world->ci};
    assert_int_equal(sw_bundle_sign(&signer, text_bytes("{}"), &bundle, NULL), SW_OK);
    expect(trust, &bundle, 0, SW_E_FORMAT, "_type");
}

static void another_payload_type_is_refused(void **state)
{
    const struct world *world = *state;
    SW_CLEANUP(trust) struct sw_trust *trust = good_yaml(world, RELEASE_AND_CI);
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf pae = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf signature = SW_BUF_INIT;
    char hint[SW_KEY_HINT_SIZE];
    struct sw_bundle bundle = {
        .method = SW_BUNDLE_KEY,
        .payload = text_bytes("{}"),
        .payload_type = sw_str("text/plain"),
    };
    sw_key_hint(world->ci, hint);
    bundle.hint = sw_str(hint);
    assert_int_equal(sw_dsse_pae(&pae, bundle.payload_type, bundle.payload), SW_OK);
    assert_int_equal(sw_key_sign(world->ci, sw_buf_bytes(&pae), &signature, NULL), SW_OK);
    bundle.signature = sw_buf_bytes(&signature);
    assert_int_equal(sw_bundle_write(&bundle, &text), SW_OK);
    expect(trust, &text, 0, SW_E_FORMAT, "text/plain");
}

/* Signs as model-signing 0.2 did: its encoding, SHA-256 (which is P-256's own hash). */
static void sign_v02(const struct sw_key *key, const char *predicate_type, struct sw_buf *out)
{
    SW_CLEANUP(buf) struct sw_buf payload = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf pae = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf signature = SW_BUF_INIT;
    struct sw_subject subject = {.name = sw_str("m")};
    char hint[SW_KEY_HINT_SIZE];
    sw_sha256(text_bytes("abc"), &subject.digest);
    assert_int_equal(
        sw_statement_write(&payload, &subject, 1, predicate_type, text_bytes("{}"), NULL), SW_OK);
    struct sw_str type = sw_str(SW_DSSE_INTOTO_TYPE);
    assert_int_equal(sw_dsse_pae_v02(&pae, type, sw_buf_bytes(&payload)), SW_OK);
    assert_int_equal(sw_key_sign(key, sw_buf_bytes(&pae), &signature, NULL), SW_OK);
    sw_key_hint(key, hint);
    const struct sw_bundle bundle = {
        .method = SW_BUNDLE_KEY,
        .hint = sw_str(hint),
        .payload = sw_buf_bytes(&payload),
        .payload_type = type,
        .signature = sw_buf_bytes(&signature),
    };
    assert_int_equal(sw_bundle_write(&bundle, out), SW_OK);
}

static void the_old_encoding_is_for_the_old_predicate_only(void **state)
{
    const struct world *world = *state;
    SW_CLEANUP(trust) struct sw_trust *trust = NULL;
    assert_int_equal(sw_trust_new(&trust), SW_OK);
    assert_int_equal(sw_trust_add_key(trust, "release", world->release), SW_OK);
    static const struct {
        const char *type;
        bool legacy;
        enum sw_code code;
    } cases[] = {
        {SW_PREDICATE_OMS_V02, true, SW_OK},
        {SW_PREDICATE_OMS_V02, false, SW_E_REFUSED},
        {SW_PREDICATE_OMS, true, SW_E_REFUSED},
        {"urn:x", true, SW_E_REFUSED},
    };
    for (size_t i = 0; i < SW_COUNT(cases); i++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        SW_CLEANUP(buf) struct sw_buf bundle = SW_BUF_INIT;
        struct sw_verify_options options = {.now = NOW, .legacy = cases[i].legacy};
        struct sw_claim claim;
        sw_arena_init(&arena, 0);
        sign_v02(world->release, cases[i].type, &bundle);
        assert_int_equal(
            sw_claim_verify(&arena, trust, sw_buf_bytes(&bundle), &options, &claim, NULL),
            cases[i].code);
    }
}

/* A bundle as before 1.1: `raw` in publicKey.rawBytes, no hint. */
static void without_hint(
    const struct world *world, const struct sw_key *raw, const char *field, struct sw_buf *out)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    SW_CLEANUP(buf) struct sw_buf signed_text = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf pem = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf base64 = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf payload = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf sig = SW_BUF_INIT;
    struct sw_bundle bundle;
    sw_arena_init(&arena, 0);
    sign(world->release, NULL, "x", &signed_text);
    assert_int_equal(sw_bundle_parse(&arena, sw_buf_bytes(&signed_text), &bundle, NULL), SW_OK);
    assert_int_equal(sw_key_write_public(raw, &pem, NULL), SW_OK);
    assert_int_equal(sw_base64_encode(&base64, sw_buf_bytes(&pem)), SW_OK);
    assert_int_equal(sw_base64_encode(&payload, bundle.payload), SW_OK);
    assert_int_equal(sw_base64_encode(&sig, bundle.signature), SW_OK);
    assert_int_equal(
        sw_buf_printf(out,
            "{\"mediaType\":\"" SW_BUNDLE_MEDIA_TYPE "\",\"verificationMaterial\":{\"publicKey\":{"
            "%s%s%s}},\"dsseEnvelope\":{\"payload\":\"%s\",\"payloadType\":\"" SW_DSSE_INTOTO_TYPE
            "\",\"signatures\":[{\"sig\":\"%s\",\"keyid\":null}]}}",
            field, field[0] == '\0' ? "" : sw_buf_cstr(&base64), field[0] == '\0' ? "" : "\"",
            sw_buf_cstr(&payload), sw_buf_cstr(&sig)),
        SW_OK);
}

static void a_key_in_the_bundle_is_never_itself_trusted(void **state)
{
    const struct world *world = *state;
    const struct {
        const struct sw_key *raw;
        const char *field;
        const struct sw_key *trusted;
        bool allow;
        enum sw_code code;
    } cases[] = {
        {world->release, "\"rawBytes\":\"", world->release, true, SW_OK},
        {world->release, "\"rawBytes\":\"", world->release, false, SW_E_REFUSED},
        {world->release, "\"rawBytes\":\"", world->ci, true, SW_E_REFUSED},
        {world->stranger, "\"rawBytes\":\"", world->release, true, SW_E_REFUSED},
        {world->release, "", world->release, true, SW_OK},
        {world->release, "", world->release, false, SW_E_REFUSED},
        {world->release, "", world->stranger, true, SW_E_REFUSED},
    };
    for (size_t i = 0; i < SW_COUNT(cases); i++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        SW_CLEANUP(buf) struct sw_buf bundle = SW_BUF_INIT;
        SW_CLEANUP(trust) struct sw_trust *trust = NULL;
        struct sw_verify_options options = {.now = NOW, .allow_missing_hint = cases[i].allow};
        struct sw_claim claim;
        sw_arena_init(&arena, 0);
        assert_int_equal(sw_trust_new(&trust), SW_OK);
        assert_int_equal(sw_trust_add_key(trust, "t", cases[i].trusted), SW_OK);
        without_hint(world, cases[i].raw, cases[i].field, &bundle);
        assert_int_equal(
            sw_claim_verify(&arena, trust, sw_buf_bytes(&bundle), &options, &claim, NULL),
            cases[i].code);
    }
}

#define SIGNER(fields) "version: 1\nsigners:\n  - {" fields "}\n"

static const struct {
    const char *yaml;
    enum sw_code code;
    const char *words;
} refused[] = {
    {"", SW_E_FORMAT, "not a map"},
    {"[]", SW_E_FORMAT, "not a map"},
    {"version: 1\n\tx", SW_E_FORMAT, "line "},
    {"signers: []", SW_E_FORMAT, "no \"version: 1\""},
    {"version: 2\nsigners: []", SW_E_FORMAT, "line 1: unknown version"},
    {"version: \"1\"\nsigners: []", SW_E_FORMAT, "line 1: unknown version"},
    {"version: 1\nsigner: []", SW_E_FORMAT, "line 2: unknown key \"signer\""},
    {"version: 1\nversion: 1", SW_E_FORMAT, "line "},
    {"version: 1\nsigners: {}", SW_E_FORMAT, "line 2: signers is not a list"},
    {"version: 1\nsigners:\n  - x", SW_E_FORMAT, "line 3: a signer is not a map"},
    {SIGNER(""), SW_E_FORMAT, "line 3: the signer has no name"},
    {SIGNER("name: a"), SW_E_FORMAT, "neither key"},
    {SIGNER("name: 1"), SW_E_FORMAT, "name is not a text"},
    {SIGNER("name: \"\""), SW_E_FORMAT, "name is not a text"},
    {SIGNER("name: a, key: release.pub"), SW_E_FORMAT, "no may-sign"},
    {SIGNER("name: a, key: release.pub, may-sign: []"), SW_E_FORMAT, "may-sign is not a list"},
    {SIGNER("name: a, key: release.pub, may-sign: x"), SW_E_FORMAT, "may-sign is not a list"},
    {SIGNER("name: a, key: release.pub, may-sign: [1]"), SW_E_FORMAT, "not a text"},
    {SIGNER("name: a, key: release.pub, may-sign: [\"\"]"), SW_E_FORMAT, "not a text"},
    {SIGNER("name: a, key: release.pub, may-sign: [\"*:x\"]"), SW_E_FORMAT, "'*'"},
    {SIGNER("name: a, key: release.pub, may-sign: [\"x**\"]"), SW_E_FORMAT, "'*'"},
    {SIGNER("name: a, key: release.pub, may-sign: [x], maysign: [y]"), SW_E_FORMAT,
        "unknown key \"maysign\""},
    {SIGNER("name: a, key: absent.pub, may-sign: [x]"), SW_E_NOENT, "line 3: "},
    {SIGNER("name: a, key: empty, may-sign: [x]"), SW_E_FORMAT, "line 3: no PEM public key"},
    {SIGNER("name: a, key: ca.pem, may-sign: [x]"), SW_E_FORMAT, "this is a CERTIFICATE"},
    {SIGNER("name: a, key: \".\", may-sign: [x]"), SW_E_IO, "line 3: "},
    {SIGNER("name: a, key: \"ci.pub\\0x\", may-sign: [x]"), SW_E_FORMAT, "NUL"},
    {SIGNER("name: a, key: [release.pub], may-sign: [x]"), SW_E_FORMAT, "not a text"},
    {SIGNER("name: a, public-key: nonsense, may-sign: [x]"), SW_E_FORMAT, "no PEM public key"},
    {SIGNER("name: a, key: release.pub, public-key: x, may-sign: [x]"), SW_E_FORMAT, "one of"},
    {SIGNER("name: a, key: release.pub, roots: [ca.pem], may-sign: [x]"), SW_E_FORMAT, "one of"},
    {SIGNER("name: a, roots: [ca.pem], key: release.pub, may-sign: [x]"), SW_E_FORMAT, "one of"},
    {SIGNER("name: a, key: release.pub, identity: \"cn:x\", may-sign: [x]"), SW_E_FORMAT,
        "identity goes with roots"},
    {SIGNER("name: a, roots: [ca.pem], may-sign: [x]"), SW_E_FORMAT, "roots need an identity"},
    {SIGNER("name: a, roots: [], identity: \"cn:x\", may-sign: [x]"), SW_E_FORMAT, "roots is not"},
    {SIGNER("name: a, roots: ca.pem, identity: \"cn:x\", may-sign: [x]"), SW_E_FORMAT,
        "roots is not"},
    {SIGNER("name: a, roots: [release.pub], identity: \"cn:x\", may-sign: [x]"), SW_E_FORMAT,
        "this is a PUBLIC KEY"},
    {SIGNER("name: a, roots: [ca.pem], identity: \"ci@example.com\", may-sign: [x]"), SW_E_FORMAT,
        "identity does not begin"},
    {SIGNER("name: a, roots: [ca.pem], identity: [], may-sign: [x]"), SW_E_FORMAT,
        "identity is not"},
    {SIGNER("name: a, key: release.pub, may-sign: [x], from: tomorrow"), SW_E_FORMAT, "not a date"},
    {SIGNER("name: a, key: release.pub, may-sign: [x], until: 2026"), SW_E_FORMAT, "not a date"},
    {SIGNER("name: a, key: release.pub, may-sign: [x], from: 2026-01-01, until: 2026-01-01"),
        SW_E_FORMAT, "from is not before until"},
    {SIGNER("name: a, key: ci.pub, may-sign: [x]") "  - {name: a, key: release.pub, may-sign: [x]}",
        SW_E_FORMAT, "line 4: there is another signer"},
};

static void a_malformed_trust_file_is_refused_whole(void **state)
{
    const struct world *world = *state;
    for (size_t i = 0; i < SW_COUNT(refused); i++) {
        SW_CLEANUP(trust) struct sw_trust *trust = NULL;
        struct sw_error err = {0};
        enum sw_code rc = read_yaml(world, refused[i].yaml, &trust, &err);
        if (rc != refused[i].code || strstr(err.text, refused[i].words) == NULL ||
            strncmp(err.text, "trust.yaml: ", 12) != 0) {
            fail_msg("%s\ngives %d \"%s\"", refused[i].yaml, (int)rc, err.text);
        }
        assert_int_equal(sw_trust_count(trust), 0);
    }
}

static void a_failed_reading_keeps_what_was_there(void **state)
{
    const struct world *world = *state;
    SW_CLEANUP(trust) struct sw_trust *trust = good_yaml(world, RELEASE_AND_CI);
    static const char second[] = SIGNER("name: new, key: release.pub, may-sign: [x]") "  - {}\n";
    assert_int_equal(sw_trust_read(trust, text_bytes(second), world->dir, NULL), SW_E_FORMAT);
    assert_int_equal(sw_trust_count(trust), 3);
    assert_false(sw_trust_has(trust, sw_str("new")));
}

static void a_file_is_loaded_with_names_relative_to_it(void **state)
{
    const struct world *world = *state;
    SW_CLEANUP(trust) struct sw_trust *trust = NULL;
    struct sw_error err = {0};
    char path[128];
    assert_int_equal(sw_trust_new(&trust), SW_OK);
    put_file(world, "trust.yaml", text_bytes(RELEASE_AND_CI));
    (void)snprintf(path, sizeof(path), "%s/trust.yaml", world->dir);
    assert_int_equal(sw_trust_load(trust, path, &err), SW_OK);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(sw_trust_count(trust), 3);
    assert_int_equal(sw_trust_load(trust, path, &err), SW_E_NOENT);
}

static void the_example_of_the_manual_is_read(void **state)
{
    const struct world *world = *state;
    const char *source = getenv("SW_SOURCE");
    if (source == NULL) {
        print_message("skipped: SW_SOURCE does not name the source tree\n");
        skip();
    }
    SW_CLEANUP(buf) struct sw_buf page = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf yaml = SW_BUF_INIT;
    char path[4096];
    (void)snprintf(path, sizeof(path), "%s/doc/format/trust.md", source);
    assert_int_equal(sw_file_read(path, 1 << 20, &page, NULL), SW_OK);
    const char *start = strstr(sw_buf_cstr(&page), "```yaml\n");
    assert_non_null(start);
    const char *end = strstr(start + 8, "```");
    assert_non_null(end);
    assert_int_equal(sw_buf_append(&yaml, start + 8, (size_t)(end - start - 8)), SW_OK);
    SW_CLEANUP(trust) struct sw_trust *trust = good_yaml(world, sw_buf_cstr(&yaml));
    assert_int_equal(sw_trust_count(trust), 4);
    assert_true(sw_trust_has(trust, sw_str("data-team")));
}

/* Each line changes one thing of the first that decides what is believed. */
static void whatever_decides_has_part_in_the_digest(void **state)
{
    static const char *const files[] = {
        "  - name: release\n    key: release.pub\n    may-sign: [\"a\"]\n",
        "  - name: other\n    key: release.pub\n    may-sign: [\"a\"]\n",
        "  - name: release\n    key: ci.pub\n    may-sign: [\"a\"]\n",
        "  - name: release\n    key: release.pub\n    may-sign: [\"a\", \"b\"]\n",
        "  - name: release\n    key: release.pub\n    may-sign: [\"ab\"]\n",
        "  - name: release\n    key: release.pub\n    may-sign: [\"a\"]\n    until: 2027-01-01\n",
        "  - name: release\n    key: release.pub\n    may-sign: [\"a\"]\n    from: 2026-01-01\n",
        "  - name: release\n    roots: [ca.pem]\n    identity: \"email:a@b\"\n"
        "    may-sign: [\"a\"]\n",
        "  - name: release\n    roots: [ca.pem]\n    identity: \"email:a@c\"\n"
        "    may-sign: [\"a\"]\n",
    };
    const struct world *world = *state;
    struct sw_digest digests[SW_COUNT(files)];
    for (size_t i = 0; i < SW_COUNT(files); i++) {
        char yaml[256];
        (void)snprintf(yaml, sizeof(yaml), "version: 1\nsigners:\n%s", files[i]);
        SW_CLEANUP(trust) struct sw_trust *trust = good_yaml(world, yaml);
        SW_CLEANUP(trust) struct sw_trust *again = good_yaml(world, yaml);
        struct sw_digest same;
        assert_int_equal(sw_trust_digest(trust, &digests[i]), SW_OK);
        assert_int_equal(sw_trust_digest(again, &same), SW_OK);
        assert_true(sw_digest_equal(&digests[i], &same));
        for (size_t k = 0; k < i; k++) {
            assert_false(sw_digest_equal(&digests[i], &digests[k]));
        }
    }
}

static void a_key_is_known_by_its_signer_s_name(void **state)
{
    const struct world *world = *state;
    SW_CLEANUP(trust)
    struct sw_trust *trust =
        good_yaml(world, "version: 1\nsigners:\n"
                         "  - name: release\n    key: release.pub\n    may-sign: [\"a*\"]\n");
    assert_string_equal(sw_trust_name_of(trust, world->release, sw_str("ab")), "release");
    assert_null(sw_trust_name_of(trust, world->release, sw_str("b")));
    assert_null(sw_trust_name_of(trust, world->ci, sw_str("ab")));
}

static void an_added_identity_must_have_a_kind(void **state)
{
    const struct world *world = *state;
    SW_CLEANUP(trust) struct sw_trust *trust = NULL;
    assert_int_equal(sw_trust_new(&trust), SW_OK);
    assert_int_equal(
        sw_trust_add_roots(trust, "x", pki_roots(&world->root), "ci@example.com"), SW_E_USAGE);
    assert_int_equal(sw_trust_count(trust), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signers_are_found_by_name),
        cmocka_unit_test(each_signer_is_known_by_its_key_or_chain),
        cmocka_unit_test(a_signer_signs_only_what_it_may),
        cmocka_unit_test(an_unknown_signer_is_told_from_one_who_may_not),
        cmocka_unit_test(a_hint_is_no_proof),
        cmocka_unit_test(another_identity_under_the_same_root_is_refused),
        cmocka_unit_test(of_several_roots_the_one_that_fits_is_found),
        cmocka_unit_test(one_key_has_one_name),
        cmocka_unit_test(a_name_is_fit_for_messages_and_policies),
        cmocka_unit_test(trust_has_its_time),
        cmocka_unit_test(a_key_can_stand_in_the_file_itself),
        cmocka_unit_test(a_payload_that_is_no_statement_is_refused_though_signed),
        cmocka_unit_test(another_payload_type_is_refused),
        cmocka_unit_test(the_old_encoding_is_for_the_old_predicate_only),
        cmocka_unit_test(a_key_in_the_bundle_is_never_itself_trusted),
        cmocka_unit_test(a_malformed_trust_file_is_refused_whole),
        cmocka_unit_test(a_failed_reading_keeps_what_was_there),
        cmocka_unit_test(a_file_is_loaded_with_names_relative_to_it),
        cmocka_unit_test(the_example_of_the_manual_is_read),
        cmocka_unit_test(whatever_decides_has_part_in_the_digest),
        cmocka_unit_test(a_key_is_known_by_its_signer_s_name),
        cmocka_unit_test(an_added_identity_must_have_a_kind),
    };
    return cmocka_run_group_tests(tests, make_world, drop_world);
}
