/* What is recorded of a command never holds a secret, and keeps what only sounds like one. */
#include "cli/recorded.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void names_of_secrets_are_known(void **state)
{
    (void)state;
    static const char *const secret[] = {"token", "TOKEN", "--token", "HF_TOKEN", "hf-token",
        "api_key", "apiKey", "APIKEY", "OPENAI_API_KEY", "aws_secret_access_key", "password",
        "DB_PASSWORD", "passphrase-file", "client_secret", "authToken", "github-token",
        "private-key", "credentials", "Authorization", "session_key", "WANDB_API_KEY", "pwd"};
    static const char *const open[] = {"tokenizer", "pad_token", "eos_token_id", "max_tokens",
        "num_tokens", "key", "keys", "key_size", "n_keys", "keyword", "monkey", "batch_size", "lr",
        "author", "authors", "tokens_per_second", "secretary", "passes", "bearing", "", "-", "--",
        "key_padding_mask", "primary_key"};
    for (size_t i = 0; i < SW_COUNT(secret); i++) {
        if (!sw_recorded_is_secret_name(sw_str(secret[i]))) {
            fail_msg("'%s' is a secret", secret[i]);
        }
    }
    for (size_t i = 0; i < SW_COUNT(open); i++) {
        if (sw_recorded_is_secret_name(sw_str(open[i]))) {
            fail_msg("'%s' is no secret", open[i]);
        }
    }
}

static void values_that_are_secrets_are_known(void **state)
{
    (void)state;
    static const char *const secret[] = {"hf_abcdefghijklmnopqrst", "sk-abcdefghijklmnopqrst",
        "AKIAABCDEFGHIJKLMNOP", "https://me:word@example.com/x", "postgres://u:p@h",
        "-----BEGIN PRIVATE KEY-----", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30"};
    static const char *const open[] = {"hf_short", "sk-learn", "https://example.com:443/a@b",
        "https://me@example.com/", "a@b.c", "://", "https://", "", "1e-5", "AKIA",
        "https://example.com/?q=a:b@c"};
    for (size_t i = 0; i < SW_COUNT(secret); i++) {
        if (!sw_recorded_is_secret_value(sw_str(secret[i]))) {
            fail_msg("'%s' is a secret", secret[i]);
        }
    }
    for (size_t i = 0; i < SW_COUNT(open); i++) {
        if (sw_recorded_is_secret_value(sw_str(open[i]))) {
            fail_msg("'%s' is no secret", open[i]);
        }
    }
}

static void a_command_is_recorded_without_its_secrets(void **state)
{
    (void)state;
    static const char *const words[] = {"train", "--token", "abc", "--api-key=def", "--lr", "0.1",
        "API_KEY=ghi", "--token", "--lr=2", "--password", "jkl", "mno", "hf_abcdefghijklmnopqrst",
        "--x=hf_abcdefghijklmnopqrst", "", "Authorization: Bearer abcdef",
        "https://h/?a=1&token=abc", "X=1 HF_TOKEN=abc run", "echo hf_abcdefghijklmnopqrst >f",
        "tokenizer: bpe", "--token"};
    static const char *const want[] = {"train", "--token", "[hidden]", "--api-key=[hidden]", "--lr",
        "0.1", "API_KEY=[hidden]", "--token", "--lr=2", "--password", "[hidden]", "mno", "[hidden]",
        "--x=[hidden]", "", "[hidden]", "[hidden]", "[hidden]", "[hidden]", "tokenizer: bpe",
        "--token"};
    struct sw_cli cli = {0};
    struct sw_error err = {0};
    struct sw_str *out = NULL;
    sw_arena_init(&cli.arena, 0);
    assert_int_equal(sw_recorded_command(&cli, words, SW_COUNT(words), &out, &err), SW_OK);
    for (size_t i = 0; i < SW_COUNT(words); i++) {
        if (!sw_str_is(out[i], want[i])) {
            fail_msg("word %zu is '%.*s'", i, SW_STR_ARG(out[i]));
        }
    }
    static const char *const broken[] = {"train", "\xff"};
    assert_int_equal(sw_recorded_command(&cli, broken, 2, &out, &err), SW_E_USAGE);
    sw_arena_release(&cli.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_secrets_are_known),
        cmocka_unit_test(values_that_are_secrets_are_known),
        cmocka_unit_test(a_command_is_recorded_without_its_secrets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
