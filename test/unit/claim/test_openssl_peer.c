/* The `openssl` command as a second opinion: what it signs we verify, what we sign it verifies, and
 * each reads the other's key files. */
#include "claim/claim.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#define PASSPHRASE "a b\"c"

static const char *const files[] = {"key", "key.pub", "pae", "sig", "out"};

static int make_dir(void **state)
{
    char *dir = test_malloc(64);
    (void)snprintf(dir, 64, "/tmp/sw-test-openssl-XXXXXX");
    assert_non_null(mkdtemp(dir));
    assert_int_equal(chdir(dir), 0);
    *state = dir;
    return 0;
}

static int drop_dir(void **state)
{
    for (size_t i = 0; i < SW_COUNT(files); i++) {
        (void)unlink(files[i]);
    }
    assert_int_equal(rmdir(*state), 0);
    test_free(*state);
    return 0;
}

/* Runs `openssl` with arguments that end in NULL; -1 when there is none. */
static int openssl(const char *const *arguments)
{
    char *argv[16] = {NULL};
    pid_t pid;
    int status = -1;
    posix_spawn_file_actions_t actions;
    for (size_t i = 0; arguments[i] != NULL; i++) {
        assert_true(i + 1 < SW_COUNT(argv));
        argv[i] = strdup(arguments[i]);
    }
    assert_int_equal(posix_spawn_file_actions_init(&actions), 0);
    assert_int_equal(posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0), 0);
    if (posix_spawnp(&pid, "openssl", &actions, NULL, argv, environ) == 0) {
        assert_int_equal(waitpid(pid, &status, 0), pid);
        status = WIFEXITED(status) ? WEXITSTATUS(status) : -2;
    }
    (void)posix_spawn_file_actions_destroy(&actions);
    for (size_t i = 0; argv[i] != NULL; i++) {
        free(argv[i]);
    }
    return status;
}

#define OPENSSL(...) openssl((const char *const[]){"openssl", __VA_ARGS__, NULL})

static void need_openssl(void)
{
    if (OPENSSL("version") != 0) {
        print_message("skipped: there is no openssl command\n");
        skip();
    }
}

static void put(const char *name, const struct sw_buf *data)
{
    assert_int_equal(sw_file_write(name, sw_buf_bytes(data), 0600, 0, NULL), SW_OK);
}

static void get(const char *name, struct sw_buf *out)
{
    sw_buf_clear(out);
    assert_int_equal(sw_file_read(name, 1 << 20, out, NULL), SW_OK);
}

static const struct peer {
    enum sw_key_alg alg;
    const char *hash; /* NULL: Ed25519, which `dgst` cannot do */
    const char *generate;
} peers[] = {
    {SW_KEY_P256, "-sha256", "ec_paramgen_curve:P-256"},
    {SW_KEY_P384, "-sha384", "ec_paramgen_curve:P-384"},
    {SW_KEY_P521, "-sha512", "ec_paramgen_curve:P-521"},
    {SW_KEY_ED25519, NULL, NULL},
};

static void pae_of(struct sw_buf *out)
{
    assert_int_equal(
        sw_dsse_pae(out, sw_str(SW_DSSE_INTOTO_TYPE), sw_bytes_of_str(sw_str("{\"a\":1}"))), SW_OK);
}

static int peer_verifies(const struct peer *peer)
{
    if (peer->hash == NULL) {
        return OPENSSL("pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", "key.pub", "-in", "pae",
            "-sigfile", "sig");
    }
    return OPENSSL("dgst", peer->hash, "-verify", "key.pub", "-signature", "sig", "pae");
}

static int peer_signs(const struct peer *peer)
{
    if (peer->hash == NULL) {
        return OPENSSL("pkeyutl", "-sign", "-rawin", "-inkey", "key", "-in", "pae", "-out", "sig");
    }
    return OPENSSL("dgst", peer->hash, "-sign", "key", "-out", "sig", "pae");
}

static int peer_generates(const struct peer *peer)
{
    if (peer->generate == NULL) {
        return OPENSSL("genpkey", "-algorithm", "ED25519", "-out", "key");
    }
    return OPENSSL("genpkey", "-algorithm", "EC", "-pkeyopt", peer->generate, "-out", "key");
}

static void the_peer_verifies_what_we_sign(void **state)
{
    (void)state;
    need_openssl();
    for (size_t i = 0; i < SW_COUNT(peers); i++) {
        SW_CLEANUP(key) struct sw_key *key = NULL;
        SW_CLEANUP(buf) struct sw_buf pae = SW_BUF_INIT;
        SW_CLEANUP(buf) struct sw_buf pem = SW_BUF_INIT;
        SW_CLEANUP(buf) struct sw_buf sig = SW_BUF_INIT;
        pae_of(&pae);
        assert_int_equal(sw_key_generate(peers[i].alg, &key, NULL), SW_OK);
        assert_int_equal(sw_key_write_public(key, &pem, NULL), SW_OK);
        assert_int_equal(sw_key_sign(key, sw_buf_bytes(&pae), &sig, NULL), SW_OK);
        put("pae", &pae);
        put("key.pub", &pem);
        put("sig", &sig);
        assert_int_equal(peer_verifies(&peers[i]), 0);
        pae.data[pae.len - 1] ^= 1;
        put("pae", &pae);
        assert_int_not_equal(peer_verifies(&peers[i]), 0);
    }
}

static void we_verify_what_the_peer_signs(void **state)
{
    (void)state;
    need_openssl();
    for (size_t i = 0; i < SW_COUNT(peers); i++) {
        SW_CLEANUP(key) struct sw_key *key = NULL;
        SW_CLEANUP(secret) struct sw_buf pem = SW_BUF_INIT;
        SW_CLEANUP(buf) struct sw_buf pae = SW_BUF_INIT;
        SW_CLEANUP(buf) struct sw_buf sig = SW_BUF_INIT;
        pae_of(&pae);
        put("pae", &pae);
        assert_int_equal(peer_generates(&peers[i]), 0);
        assert_int_equal(peer_signs(&peers[i]), 0);
        get("key", &pem);
        get("sig", &sig);
        assert_int_equal(
            sw_key_read_private(sw_buf_bytes(&pem), (struct sw_str){0}, &key, NULL), SW_OK);
        assert_int_equal(sw_key_alg_of(key), peers[i].alg);
        assert_int_equal(sw_key_verify(key, sw_buf_bytes(&pae), sw_buf_bytes(&sig), NULL), SW_OK);
    }
}

static void public_keys_are_written_byte_for_byte_the_same(void **state)
{
    (void)state;
    need_openssl();
    for (size_t i = 0; i < SW_COUNT(peers); i++) {
        SW_CLEANUP(key) struct sw_key *key = NULL;
        SW_CLEANUP(secret) struct sw_buf pem = SW_BUF_INIT;
        SW_CLEANUP(buf) struct sw_buf ours = SW_BUF_INIT;
        SW_CLEANUP(buf) struct sw_buf theirs = SW_BUF_INIT;
        char hint[SW_KEY_HINT_SIZE];
        char hex[2 * SW_DIGEST_MAX + 1];
        struct sw_digest digest;
        assert_int_equal(peer_generates(&peers[i]), 0);
        assert_int_equal(OPENSSL("pkey", "-in", "key", "-pubout", "-out", "key.pub"), 0);
        assert_int_equal(OPENSSL("pkey", "-pubin", "-in", "key.pub", "-out", "out"), 0);
        get("key", &pem);
        get("out", &theirs);
        assert_int_equal(
            sw_key_read_private(sw_buf_bytes(&pem), (struct sw_str){0}, &key, NULL), SW_OK);
        assert_int_equal(sw_key_write_public(key, &ours, NULL), SW_OK);
        assert_string_equal(sw_buf_cstr(&ours), sw_buf_cstr(&theirs));
        sw_sha256(sw_buf_bytes(&theirs), &digest);
        sw_digest_hex(&digest, hex);
        sw_key_hint(key, hint);
        assert_string_equal(hint, hex);
    }
}

static void the_peer_opens_our_encrypted_keys_and_we_open_its(void **state)
{
    (void)state;
    need_openssl();
    for (size_t i = 0; i < SW_COUNT(peers); i++) {
        SW_CLEANUP(key) struct sw_key *key = NULL;
        SW_CLEANUP(key) struct sw_key *again = NULL;
        SW_CLEANUP(secret) struct sw_buf pem = SW_BUF_INIT;
        assert_int_equal(sw_key_generate(peers[i].alg, &key, NULL), SW_OK);
        assert_int_equal(sw_key_write_private(key, sw_str(PASSPHRASE), &pem, NULL), SW_OK);
        put("key", &pem);
        assert_int_equal(OPENSSL("pkey", "-in", "key", "-passin", "pass:" PASSPHRASE, "-aes256",
                             "-passout", "pass:other", "-out", "out"),
            0);
        get("out", &pem);
        assert_int_equal(
            sw_key_read_private(sw_buf_bytes(&pem), sw_str("other"), &again, NULL), SW_OK);
        assert_true(sw_key_equal(key, again));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_peer_verifies_what_we_sign),
        cmocka_unit_test(we_verify_what_the_peer_signs),
        cmocka_unit_test(public_keys_are_written_byte_for_byte_the_same),
        cmocka_unit_test(the_peer_opens_our_encrypted_keys_and_we_open_its),
    };
    return cmocka_run_group_tests(tests, make_dir, drop_dir);
}
