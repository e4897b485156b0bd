#include "unit/claim/pki.h"

/* root <- middle <- leaf, made once. */
struct world {
    struct sw_arena arena;
    struct pki_cert root;
    struct pki_cert middle;
    struct pki_cert leaf;
    struct sw_roots *roots;
};

static int make_world(void **state)
{
    struct world *world = test_calloc(1, sizeof(*world));
    struct pki_spec middle = PKI_ROOT_SPEC;
    middle.cn = "middle";
    sw_arena_init(&world->arena, 0);
    world->root = pki_issue(&PKI_ROOT_SPEC, NULL);
    world->middle = pki_issue(&middle, &world->root);
    world->leaf = pki_issue(&PKI_LEAF_SPEC, &world->middle);
    world->roots = pki_roots(&world->root);
    *state = world;
    return 0;
}

static int drop_world(void **state)
{
    struct world *world = *state;
    pki_release(&world->root);
    pki_release(&world->middle);
    pki_release(&world->leaf);
    sw_roots_free(world->roots);
    sw_arena_release(&world->arena);
    test_free(world);
    return 0;
}

static enum sw_code verify(struct world *world, const struct pki_cert *leaf,
    const struct pki_cert *issuer, const struct sw_chain_rules *rules, struct sw_error *err)
{
    struct sw_bytes chain[2] = {leaf->bytes};
    size_t count = 1;
    if (issuer != NULL) {
        chain[count++] = issuer->bytes;
    }
    struct sw_chain_result result = {0};
    enum sw_code rc = sw_chain_verify(&world->arena, chain, count, rules, &result, err);
    if (rc == SW_OK) {
        assert_non_null(result.identity);
        assert_non_null(result.key);
    } else {
        assert_null(result.key);
    }
    sw_key_free(result.key);
    return rc;
}

static struct sw_chain_rules rules_of(const struct world *world)
{
    return (struct sw_chain_rules){.roots = world->roots, .time = PKI_2026, .time_known = true};
}

static void a_good_chain_gives_the_leaf_s_key_and_first_name(void **state)
{
    struct world *world = *state;
    struct sw_chain_rules rules = rules_of(world);
    struct sw_bytes chain[] = {world->leaf.bytes, world->middle.bytes};
    struct sw_chain_result result;
    assert_int_equal(sw_chain_verify(&world->arena, chain, 2, &rules, &result, NULL), SW_OK);
    assert_string_equal(result.identity, "email:ci@example.com");
    SW_CLEANUP(key) struct sw_key *key = pki_key(&world->leaf);
    SW_CLEANUP(key) struct sw_key *from_der = NULL;
    assert_true(sw_key_equal(result.key, key));
    assert_false(sw_key_is_private(result.key));
    sw_key_free(result.key);
    assert_int_equal(sw_certificate_key(world->leaf.bytes, &from_der, NULL), SW_OK);
    assert_true(sw_key_equal(from_der, key));
}

static const struct {
    const char *pinned;
    enum sw_code code;
} identities[] = {
    {"email:ci@example.com", SW_OK},
    {"uri:https://example.com/ci", SW_OK},
    {"dns:ci.example.com", SW_OK},
    {"cn:signer", SW_E_REFUSED}, /* there are alternative names */
    {"email:ci@example.co", SW_E_REFUSED},
    {"email:CI@example.com", SW_E_REFUSED},
    {"email:ci@example.com ", SW_E_REFUSED},
    {"dns:example.com", SW_E_REFUSED},
    {"dns:*.example.com", SW_E_REFUSED},
    {"uri:https://example.com/", SW_E_REFUSED},
    {"cn:ci@example.com", SW_E_REFUSED},
    {"cn:Test", SW_E_REFUSED},
    {"email:", SW_E_USAGE},
    {"ci@example.com", SW_E_USAGE},
    {"", SW_E_USAGE},
    {"o:Test", SW_E_USAGE},
};

static void a_pinned_identity_must_be_there_exactly(void **state)
{
    struct world *world = *state;
    for (size_t i = 0; i < SW_COUNT(identities); i++) {
        struct sw_chain_rules rules = rules_of(world);
        struct sw_error err = {0};
        rules.identity = identities[i].pinned;
        assert_int_equal(
            verify(world, &world->leaf, &world->middle, &rules, &err), identities[i].code);
    }
}

/* Each row spoils one thing of a good leaf. */
static const struct {
    struct pki_spec spec;
    const char *words;
} refused_leaves[] = {
    {{.cn = "expired in 2020",
         .usage = "digitalSignature",
         .extended = "codeSigning",
         .from = PKI_2020,
         .until = PKI_2021},
        "expired"},
    {{.cn = "not yet valid",
         .usage = "digitalSignature",
         .extended = "codeSigning",
         .from = PKI_2026 + 1,
         .until = PKI_2040},
        "not yet valid"},
    {{.cn = "web server",
         .usage = "digitalSignature",
         .extended = "serverAuth",
         .from = PKI_2020,
         .until = PKI_2040},
        "codeSigning"},
    {{.cn = "no extended usage", .usage = "digitalSignature", .from = PKI_2020, .until = PKI_2040},
        "no extendedKeyUsage"},
    {{.cn = "any usage",
         .usage = "digitalSignature",
         .extended = "anyExtendedKeyUsage",
         .from = PKI_2020,
         .until = PKI_2040},
        "codeSigning"},
    {{.cn = "time stamps",
         .usage = "digitalSignature",
         .extended = "timeStamping,emailProtection",
         .from = PKI_2020,
         .until = PKI_2040},
        "codeSigning"},
    {{.cn = "encrypts",
         .usage = "keyEncipherment",
         .extended = "codeSigning",
         .from = PKI_2020,
         .until = PKI_2040},
        "digitalSignature"},
    {{.cn = "authority",
         .basic = "critical,CA:TRUE",
         .usage = "digitalSignature,keyCertSign",
         .extended = "codeSigning",
         .from = PKI_2020,
         .until = PKI_2040},
        "authority"},
    {{.cn = "authority by silence",
         .basic = "critical,CA:TRUE",
         .extended = "codeSigning",
         .from = PKI_2020,
         .until = PKI_2040},
        "authority"},
    {{.usage = "digitalSignature", .extended = "codeSigning", .from = PKI_2020, .until = PKI_2040},
        "names nobody"},
};

static void leaves_that_were_not_made_for_signing_are_refused(void **state)
{
    struct world *world = *state;
    for (size_t i = 0; i < SW_COUNT(refused_leaves); i++) {
        struct sw_chain_rules rules = rules_of(world);
        struct sw_error err = {0};
        struct pki_cert leaf = pki_issue(&refused_leaves[i].spec, &world->middle);
        assert_int_equal(verify(world, &leaf, &world->middle, &rules, &err), SW_E_REFUSED);
        if (strstr(err.text, refused_leaves[i].words) == NULL) {
            fail_msg("\"%s\" lacks \"%s\"", err.text, refused_leaves[i].words);
        }
        pki_release(&leaf);
    }
}

/* Odd, but nothing is wrong with them. */
static const struct pki_spec accepted_leaves[] = {
    {.cn = "no key usage", .extended = "codeSigning", .from = PKI_2020, .until = PKI_2040},
    {.cn = "more uses",
        .usage = "digitalSignature,nonRepudiation",
        .extended = "codeSigning,emailProtection",
        .from = PKI_2020,
        .until = PKI_2040},
    /* As in the published conformance fixtures of OMS. */
    {.cn = "cA that may not issue",
        .basic = "critical,CA:TRUE",
        .usage = "critical,digitalSignature",
        .extended = "codeSigning",
        .from = PKI_2020,
        .until = PKI_2040},
};

static void unusual_leaves_that_break_no_rule_are_taken(void **state)
{
    struct world *world = *state;
    for (size_t i = 0; i < SW_COUNT(accepted_leaves); i++) {
        struct sw_chain_rules rules = rules_of(world);
        struct sw_error err = {0};
        struct pki_cert leaf = pki_issue(&accepted_leaves[i], &world->middle);
        rules.identity = sw_arena_printf(&world->arena, "cn:%s", accepted_leaves[i].cn);
        if (verify(world, &leaf, &world->middle, &rules, &err) != SW_OK) {
            fail_msg("%s: %s", accepted_leaves[i].cn, err.text);
        }
        pki_release(&leaf);
    }
}

static void validity_is_that_of_the_time_of_signing(void **state)
{
    struct world *world = *state;
    struct pki_spec spec = PKI_LEAF_SPEC;
    spec.until = PKI_2021;
    struct pki_cert leaf = pki_issue(&spec, &world->middle);
    struct sw_chain_rules rules = rules_of(world);
    struct sw_error err = {0};
    rules.time = PKI_2021 - 1;
    assert_int_equal(verify(world, &leaf, &world->middle, &rules, &err), SW_OK);
    rules.time = PKI_2021 + 1;
    assert_int_equal(verify(world, &leaf, &world->middle, &rules, &err), SW_E_REFUSED);
    assert_non_null(strstr(err.text, "the time of signing"));
    rules.time_known = false;
    assert_int_equal(verify(world, &leaf, &world->middle, &rules, &err), SW_E_REFUSED);
    assert_non_null(strstr(err.text, "2021-01-01T00:00:01Z, the time of the check"));
    pki_release(&leaf);
}

static void only_the_given_roots_count(void **state)
{
    struct world *world = *state;
    struct sw_error err = {0};
    struct pki_cert other = pki_issue(&PKI_ROOT_SPEC, NULL);
    SW_CLEANUP(roots) struct sw_roots *wrong = pki_roots(&other);
    SW_CLEANUP(roots) struct sw_roots *none = NULL;
    assert_int_equal(sw_roots_new(&none), SW_OK);
    struct sw_chain_rules rules = rules_of(world);
    rules.roots = wrong;
    assert_int_equal(verify(world, &world->leaf, &world->middle, &rules, &err), SW_E_REFUSED);
    rules.roots = none;
    assert_int_equal(verify(world, &world->leaf, &world->middle, &rules, &err), SW_E_REFUSED);
    /* A root that the bundle itself brings along is no root. */
    assert_int_equal(verify(world, &world->leaf, &world->root, &rules, &err), SW_E_REFUSED);
    pki_release(&other);
}

static void an_intermediate_alone_is_no_root(void **state)
{
    struct world *world = *state;
    struct sw_error err = {0};
    SW_CLEANUP(roots) struct sw_roots *middle = pki_roots(&world->middle);
    struct sw_chain_rules rules = rules_of(world);
    rules.roots = middle;
    assert_int_equal(verify(world, &world->leaf, NULL, &rules, &err), SW_E_REFUSED);
    assert_int_equal(verify(world, &world->leaf, &world->middle, &rules, &err), SW_E_REFUSED);
}

static void a_missing_intermediate_is_refused_unless_it_stands_with_the_roots(void **state)
{
    struct world *world = *state;
    struct sw_error err = {0};
    struct sw_chain_rules rules = rules_of(world);
    assert_int_equal(verify(world, &world->leaf, NULL, &rules, &err), SW_E_REFUSED);
    SW_CLEANUP(roots) struct sw_roots *both = pki_roots(&world->root);
    SW_CLEANUP(buf) struct sw_buf pem = SW_BUF_INIT;
    pki_pem(&world->middle, &pem);
    assert_int_equal(sw_roots_add_pem(both, sw_buf_bytes(&pem), NULL), SW_OK);
    rules.roots = both;
    assert_int_equal(verify(world, &world->leaf, NULL, &rules, &err), SW_OK);
}

/* Naming a certificate as a root names its key; what the bundle brings along names nothing. */
static void a_leaf_that_is_its_own_root_must_be_named(void **state)
{
    struct world *world = *state;
    struct sw_error err = {0};
    struct pki_spec spec = PKI_LEAF_SPEC;
    struct pki_cert self = pki_issue(&spec, NULL);
    SW_CLEANUP(roots) struct sw_roots *roots = pki_roots(&self);
    struct sw_chain_rules rules = rules_of(world);
    assert_int_equal(verify(world, &self, NULL, &rules, &err), SW_E_REFUSED);
    rules.roots = roots;
    assert_int_equal(verify(world, &self, NULL, &rules, &err), SW_OK);
    rules.time = PKI_2040 + 1;
    assert_int_equal(verify(world, &self, NULL, &rules, &err), SW_E_REFUSED);
    pki_release(&self);
}

/* Each row spoils one thing of the certificate in the middle. */
static const struct {
    struct pki_spec spec;
    const char *words;
} refused_middles[] = {
    {{.cn = "m",
         .basic = "critical,CA:FALSE",
         .usage = "digitalSignature",
         .from = PKI_2020,
         .until = PKI_2040},
        "invalid CA"},
    {{.cn = "m",
         .basic = "critical,CA:TRUE",
         .usage = "critical,digitalSignature",
         .from = PKI_2020,
         .until = PKI_2040},
        "certificate 1"},
    {{.cn = "m",
         .basic = "critical,CA:TRUE",
         .usage = "critical,keyCertSign",
         .extended = "serverAuth",
         .from = PKI_2020,
         .until = PKI_2040},
        "codeSigning"},
    {{.cn = "m",
         .basic = "critical,CA:TRUE",
         .usage = "critical,keyCertSign",
         .from = PKI_2020,
         .until = PKI_2021},
        "expired"},
};

static void issuers_that_may_not_issue_signers_are_refused(void **state)
{
    struct world *world = *state;
    for (size_t i = 0; i < SW_COUNT(refused_middles); i++) {
        struct sw_chain_rules rules = rules_of(world);
        struct sw_error err = {0};
        struct pki_cert middle = pki_issue(&refused_middles[i].spec, &world->root);
        struct pki_cert leaf = pki_issue(&PKI_LEAF_SPEC, &middle);
        assert_int_equal(verify(world, &leaf, &middle, &rules, &err), SW_E_REFUSED);
        if (strstr(err.text, refused_middles[i].words) == NULL) {
            fail_msg("\"%s\" lacks \"%s\"", err.text, refused_middles[i].words);
        }
        pki_release(&leaf);
        pki_release(&middle);
    }
}

static void a_path_length_is_kept(void **state)
{
    struct world *world = *state;
    struct pki_spec spec = PKI_ROOT_SPEC;
    spec.basic = "critical,CA:TRUE,pathlen:0";
    struct pki_cert root = pki_issue(&spec, NULL);
    struct pki_spec middle_spec = PKI_ROOT_SPEC;
    middle_spec.cn = "middle";
    struct pki_cert middle = pki_issue(&middle_spec, &root);
    struct pki_cert leaf = pki_issue(&PKI_LEAF_SPEC, &middle);
    SW_CLEANUP(roots) struct sw_roots *roots = pki_roots(&root);
    struct sw_chain_rules rules = rules_of(world);
    struct sw_error err = {0};
    rules.roots = roots;
    assert_int_equal(verify(world, &leaf, &middle, &rules, &err), SW_E_REFUSED);
    assert_non_null(strstr(err.text, "path length"));
    pki_release(&leaf);
    pki_release(&middle);
    pki_release(&root);
}

static void weak_hashes_and_short_rsa_keys_are_refused(void **state)
{
    struct world *world = *state;
    struct sw_chain_rules rules = rules_of(world);
    struct sw_error err = {0};
    struct pki_spec spec = PKI_LEAF_SPEC;
    spec.md = EVP_sha1();
    struct pki_cert sha1 = pki_issue(&spec, &world->middle);
    assert_int_equal(verify(world, &sha1, &world->middle, &rules, &err), SW_E_REFUSED);
    pki_release(&sha1);
    struct pki_spec middle_spec = PKI_ROOT_SPEC;
    middle_spec.cn = "short";
    struct pki_cert middle = pki_issue_for(&middle_spec, EVP_RSA_gen(1024), &world->root);
    struct pki_cert leaf = pki_issue(&PKI_LEAF_SPEC, &middle);
    assert_int_equal(verify(world, &leaf, &middle, &rules, &err), SW_E_REFUSED);
    pki_release(&leaf);
    pki_release(&middle);
}

static void leaf_keys_that_are_not_ours_are_unsupported(void **state)
{
    struct world *world = *state;
    struct sw_chain_rules rules = rules_of(world);
    struct sw_error err = {0};
    EVP_PKEY *keys[] = {EVP_RSA_gen(2048), EVP_EC_gen("secp256k1"), EVP_EC_gen("brainpoolP256r1")};
    for (size_t i = 0; i < SW_COUNT(keys); i++) {
        struct pki_cert leaf = pki_issue_for(&PKI_LEAF_SPEC, keys[i], &world->middle);
        assert_int_equal(verify(world, &leaf, &world->middle, &rules, &err), SW_E_UNSUPPORTED);
        pki_release(&leaf);
    }
}

/* A leaf with one more subjectAltName, of any bytes. */
static struct pki_cert issue_with_name(
    const struct pki_cert *issuer, int type, const char *bytes, int len)
{
    struct pki_spec spec = PKI_LEAF_SPEC;
    spec.names = NULL;
    struct pki_cert cert = pki_begin(&spec, EVP_EC_gen("P-256"), issuer);
    GENERAL_NAMES *names = GENERAL_NAMES_new();
    GENERAL_NAME *name = GENERAL_NAME_new();
    ASN1_IA5STRING *text = ASN1_IA5STRING_new();
    assert_int_equal(ASN1_STRING_set(text, bytes, len), 1);
    GENERAL_NAME_set0_value(name, type, text);
    assert_true(sk_GENERAL_NAME_push(names, name) > 0);
    assert_int_equal(X509_add1_ext_i2d(cert.x509, NID_subject_alt_name, names, 0, 0), 1);
    GENERAL_NAMES_free(names);
    pki_finish(&cert, &spec, issuer);
    return cert;
}

static void names_made_to_mislead_are_refused(void **state)
{
    struct world *world = *state;
    static const struct {
        const char *bytes;
        int len;
    } names[] = {
        {"ci@example.com\0.evil.example", 28},
        {"ci@example.com\n", 15},
        {"", 0},
        {"\xff\xfe", 2},
        {"\x7f", 1},
    };
    for (size_t i = 0; i < SW_COUNT(names); i++) {
        struct sw_chain_rules rules = rules_of(world);
        struct sw_error err = {0};
        struct pki_cert leaf =
            issue_with_name(&world->middle, GEN_EMAIL, names[i].bytes, names[i].len);
        assert_int_equal(verify(world, &leaf, &world->middle, &rules, &err), SW_E_REFUSED);
        rules.identity = "email:ci@example.com";
        assert_int_equal(verify(world, &leaf, &world->middle, &rules, &err), SW_E_REFUSED);
        pki_release(&leaf);
    }
}

static void two_common_names_identify_nobody(void **state)
{
    struct world *world = *state;
    struct pki_spec spec = PKI_LEAF_SPEC;
    spec.names = NULL;
    struct pki_cert leaf = pki_begin(&spec, EVP_EC_gen("P-256"), &world->middle);
    const unsigned char *second = (const unsigned char *)"second";
    assert_int_equal(X509_NAME_add_entry_by_NID(X509_get_subject_name(leaf.x509), NID_commonName,
                         MBSTRING_UTF8, second, -1, -1, 0),
        1);
    pki_finish(&leaf, &spec, &world->middle);
    struct sw_chain_rules rules = rules_of(world);
    struct sw_error err = {0};
    rules.identity = "cn:signer";
    assert_int_equal(verify(world, &leaf, &world->middle, &rules, &err), SW_E_REFUSED);
    pki_release(&leaf);
}

static void any_changed_byte_of_the_leaf_is_refused(void **state)
{
    struct world *world = *state;
    struct sw_chain_rules rules = rules_of(world);
    SW_CLEANUP(buf) struct sw_buf der = SW_BUF_INIT;
    assert_int_equal(sw_buf_append(&der, world->leaf.bytes.ptr, world->leaf.bytes.len), SW_OK);
    for (size_t i = 0; i < der.len; i++) {
        struct sw_bytes chain[] = {sw_buf_bytes(&der), world->middle.bytes};
        struct sw_chain_result result;
        der.data[i] ^= 0x01;
        assert_int_not_equal(
            sw_chain_verify(&world->arena, chain, 2, &rules, &result, NULL), SW_OK);
        der.data[i] ^= 0x01;
    }
}

static void der_with_a_tail_and_wrong_counts_are_refused(void **state)
{
    struct world *world = *state;
    struct sw_chain_rules rules = rules_of(world);
    struct sw_chain_result result;
    struct sw_bytes many[SW_BUNDLE_MAX_CERTIFICATES + 1];
    SW_CLEANUP(buf) struct sw_buf der = SW_BUF_INIT;
    for (size_t i = 0; i < SW_COUNT(many); i++) {
        many[i] = world->leaf.bytes;
    }
    assert_int_equal(
        sw_chain_verify(&world->arena, many, SW_COUNT(many), &rules, &result, NULL), SW_E_LIMIT);
    assert_int_equal(sw_chain_verify(&world->arena, many, 0, &rules, &result, NULL), SW_E_LIMIT);
    assert_int_equal(sw_buf_append(&der, world->leaf.bytes.ptr, world->leaf.bytes.len), SW_OK);
    assert_int_equal(sw_buf_putc(&der, '\0'), SW_OK);
    struct sw_bytes chain[] = {sw_buf_bytes(&der), world->middle.bytes};
    assert_int_equal(sw_chain_verify(&world->arena, chain, 2, &rules, &result, NULL), SW_E_FORMAT);
    struct sw_key *key = NULL;
    assert_int_equal(sw_certificate_key(sw_buf_bytes(&der), &key, NULL), SW_E_FORMAT);
    assert_int_equal(sw_certificate_key(sw_bytes("", 0), &key, NULL), SW_E_FORMAT);
    assert_null(key);
}

static void pem_files_are_split_and_anything_else_in_them_is_refused(void **state)
{
    struct world *world = *state;
    SW_CLEANUP(buf) struct sw_buf pem = SW_BUF_INIT;
    struct sw_bytes out[2];
    size_t count = 0;
    assert_int_equal(sw_buf_puts(&pem, "words before it\n"), SW_OK);
    pki_pem(&world->leaf, &pem);
    pki_pem(&world->middle, &pem);
    struct sw_bytes text = sw_buf_bytes(&pem);
    assert_int_equal(
        sw_certificates_from_pem(&world->arena, text, out, 1, &count, NULL), SW_E_LIMIT);
    assert_int_equal(count, 0);
    assert_int_equal(sw_certificates_from_pem(&world->arena, text, out, 2, &count, NULL), SW_OK);
    assert_int_equal(count, 2);
    assert_true(sw_bytes_equal(out[0], world->leaf.bytes));
    assert_true(sw_bytes_equal(out[1], world->middle.bytes));
    static const char *const bad[] = {
        "",
        "no pem",
        "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nMAA=\n",
        "-----BEGIN PUBLIC KEY-----\nMAA=\n-----END PUBLIC KEY-----\n",
        "-----BEGIN TRUSTED CERTIFICATE-----\nMAA=\n-----END TRUSTED CERTIFICATE-----\n",
    };
    for (size_t i = 0; i < SW_COUNT(bad); i++) {
        struct sw_bytes bytes = sw_bytes_of_str(sw_str(bad[i]));
        assert_int_equal(
            sw_certificates_from_pem(&world->arena, bytes, out, 2, &count, NULL), SW_E_FORMAT);
        assert_int_equal(sw_roots_add_pem(world->roots, bytes, NULL), SW_E_FORMAT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_chain_gives_the_leaf_s_key_and_first_name),
        cmocka_unit_test(a_pinned_identity_must_be_there_exactly),
        cmocka_unit_test(leaves_that_were_not_made_for_signing_are_refused),
        cmocka_unit_test(unusual_leaves_that_break_no_rule_are_taken),
        cmocka_unit_test(validity_is_that_of_the_time_of_signing),
        cmocka_unit_test(only_the_given_roots_count),
        cmocka_unit_test(an_intermediate_alone_is_no_root),
        cmocka_unit_test(a_missing_intermediate_is_refused_unless_it_stands_with_the_roots),
        cmocka_unit_test(a_leaf_that_is_its_own_root_must_be_named),
        cmocka_unit_test(issuers_that_may_not_issue_signers_are_refused),
        cmocka_unit_test(a_path_length_is_kept),
        cmocka_unit_test(weak_hashes_and_short_rsa_keys_are_refused),
        cmocka_unit_test(leaf_keys_that_are_not_ours_are_unsupported),
        cmocka_unit_test(names_made_to_mislead_are_refused),
        cmocka_unit_test(two_common_names_identify_nobody),
        cmocka_unit_test(any_changed_byte_of_the_leaf_is_refused),
        cmocka_unit_test(der_with_a_tail_and_wrong_counts_are_refused),
        cmocka_unit_test(pem_files_are_split_and_anything_else_in_them_is_refused),
    };
    return cmocka_run_group_tests(tests, make_world, drop_world);
}
