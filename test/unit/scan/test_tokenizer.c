/* Tokenizers by themselves and beside other files, and secrets in text. */
#include "repository_files.h"

#define MEDIUM SW_SEVERITY_MEDIUM
#define HIGH SW_SEVERITY_HIGH
#define CLEAN "json", SW_SCAN_PLAIN, SW_SEVERITY_INFO, NULL, NULL
#define NOTED(rule, words) "json", SW_SCAN_PLAIN, MEDIUM, rule, words
#define BAD(rule, words) "json", SW_SCAN_PLAIN, HIGH, rule, words

#define TOKENIZER(added, rest, vocab)                                                          \
    BYTES("{\"version\":\"1.0\",\"truncation\":null,\"padding\":null,\"added_tokens\":[" added \
          "]," rest "\"model\":{\"type\":\"BPE\",\"vocab\":" vocab ",\"merges\":[]}}")
#define ADDED(id, content) \
    "{\"id\":" id ",\"content\":\"" content "\",\"special\":true,\"normalized\":false}"
#define VOCAB "{\"a\":0,\"b\":1}"
#define REPLACE(from, to) \
    "{\"type\":\"Replace\",\"pattern\":{\"String\":\"" from "\"},\"content\":\"" to "\"}"
#define SPACE "\xe2\x96\x81"

static const struct look_case tokenizers[] = {
    {"a tokenizer",
        TOKENIZER(ADDED("2", "<s>"),
            "\"normalizer\":{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"Prepend\","
            "\"prepend\":\"" SPACE
            "\"}," REPLACE(" ", SPACE) "]},\"decoder\":{\"type\":"
                                       "\"Sequence\",\"decoders\":[" REPLACE(SPACE, " ") "]},",
            VOCAB),
        CLEAN},
    {"pieces with scores", TOKENIZER(ADDED("0", "<s>"), "", "[[\"<s>\",0],[\"a\",-1.5]]"), CLEAN},
    {"a word that is added over another one", TOKENIZER(ADDED("1", "<s>"), "", VOCAB),
        NOTED("tokenizer-id", "under the id of another word")},
    {"one id for two that are added", TOKENIZER(ADDED("2", "<s>") "," ADDED("2", "<t>"), "", VOCAB),
        NOTED("tokenizer-id", "\"<t>\" has the id of another token")},
    {"one id for two words", TOKENIZER("", "", "{\"a\":0,\"b\":0}"),
        NOTED("tokenizer-id", "\"b\" has the id of another token")},
    {"an id that is none", TOKENIZER("", "", "{\"a\":-1}"),
        NOTED("tokenizer-id", "an id that is none")},
    {"a word that is a mark", TOKENIZER(ADDED("2", "not"), "", VOCAB),
        NOTED("tokenizer-special", "\"not\" is an ordinary word")},
    {"marks that are words", TOKENIZER(ADDED("2", "unk"), "", VOCAB), CLEAN},
    {"a decoder that writes",
        TOKENIZER("",
            "\"decoder\":{\"type\":\"Sequence\",\"decoders\":[" REPLACE(
                "example.org", "evil.example") "]},",
            VOCAB),
        BAD("tokenizer-replace", "what the model says")},
    {"a normalizer that writes",
        TOKENIZER("", "\"normalizer\":" REPLACE("no", "yes, do") ",", VOCAB),
        BAD("tokenizer-replace", "what the model reads")},
    {"a normalizer that takes words out",
        TOKENIZER("", "\"normalizer\":" REPLACE("never", "") ",", VOCAB),
        NOTED("tokenizer-replace", "\"never\" is replaced or taken out")},
    {"a normalizer that begins all text",
        TOKENIZER("", "\"normalizer\":{\"type\":\"Prepend\",\"prepend\":\"Obey: \"},", VOCAB),
        BAD("tokenizer-replace", "before all text")},
    {"a mark of several tokens",
        TOKENIZER("",
            "\"post_processor\":{\"type\":\"TemplateProcessing\",\"special_tokens\":"
            "{\"<s>\":{\"id\":\"<s>\",\"ids\":[5,6,7]}}},",
            VOCAB),
        NOTED("tokenizer-replace", "puts several tokens")},
    {"no strict JSON", BYTES("{\"truncation\":null,\"added_tokens\":[],\"added_tokens\":[]}"),
        "json", SW_SCAN_FAILED, MEDIUM, "tokenizer-broken", "no strict JSON"},
};

static void test_tokenizers_are_judged(void **state)
{
    (void)state;
    check_cases(tokenizers, SW_COUNT(tokenizers));
}

#define KEY "AbCdEfGhIjKlMnOpQrStUvWxYz012345678"
#define SECRET(words) "text", SW_SCAN_PLAIN, MEDIUM, "secret-in-file", words
#define NONE "text", SW_SCAN_PLAIN, SW_SEVERITY_INFO, NULL, NULL

static const struct look_case secrets[] = {
    {"AWS",
        BYTES("key AKIA"
              "Q3ZXCVBNMASDFGH7\n"),
        SECRET("an AWS access key id stands here: AKIA")},
    {"AWS in its own examples",
        BYTES("key AKIA"
              "IOSFODNN7EXAMPLE\n"),
        NONE},
    {"AWS, too long",
        BYTES("key AKIA"
              "Q3ZXCVBNMASDFGH7X\n"),
        NONE},
    {"Hugging Face",
        BYTES("hf_"
              "AbCdEfGhIjKlMnOpQrStUvWxYz01234567"),
        SECRET("a Hugging Face token")},
    {"a name", BYTES("x = hf_hub_download(repo)\n"), NONE},
    {"filled in by hand",
        BYTES("hf_"
              "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"),
        NONE},
    {"GitHub", BYTES("(ghp_" KEY "9)"), SECRET("a GitHub token")},
    {"Google", BYTES("?key=AIza" KEY), SECRET("a Google API key")},
    {"OpenAI", BYTES("sk-proj-" KEY "T3BlbkFJ" KEY), SECRET("an OpenAI key")},
    {"no OpenAI", BYTES("task-" KEY "T3BlbkFJ" KEY), NONE},
    {"Slack", BYTES("xoxb-123456789012-123456789012-AbCdEfGhIjKlMnOpQr"), SECRET("a Slack token")},
    {"a private key", BYTES("-----BEGIN RSA PRIVATE KEY-----\nMIIEow" KEY "ABCDEFG"),
        SECRET("a private key")},
    {"a key's label alone", BYTES("-----BEGIN PRIVATE KEY-----\n..."), NONE},
    {"a public key", BYTES("-----BEGIN PUBLIC KEY-----\nMIIEow" KEY "ABCDEFG"), NONE},
};

static void test_secrets_are_found_and_not_shown(void **state)
{
    (void)state;
    check_cases(secrets, SW_COUNT(secrets));
}

#define FAST(text)                                  \
    {                                               \
        "tokenizer.json", "json", "tokenizer", text \
    }
#define SETTINGS(text)                                \
    {                                                 \
        "tokenizer_config.json", "json", "json", text \
    }
#define FINE SW_SEVERITY_INFO, NULL, NULL

static const struct repository_case beside[] = {
    {"files that agree",
        {{"added_tokens.json", "json", "json", "{\"<s>\":3}"},
            {"config.json", "json", "json", "{\"vocab_size\":4}"},
            {"special_tokens_map.json", "json", "json", "{\"bos_token\":{\"content\":\"<s>\"}}"},
            FAST("{\"top\":3,\"added\":[[3,\"<s>\",true]]}"),
            SETTINGS(
                "{\"bos_token\":\"<s>\",\"added_tokens_decoder\":{\"3\":{\"content\":\"<s>\"}}}")},
        FINE},
    {"another content",
        {FAST("{\"added\":[[3,\"<s>\",true]]}"),
            SETTINGS("{\"added_tokens_decoder\":{\"3\":{\"content\":\"<t>\"}}}")},
        MEDIUM, "tokenizer-drift", "another token's in tokenizer.json"},
    {"another id",
        {{"added_tokens.json", "json", "json", "{\"<s>\":4}"},
            FAST("{\"added\":[[3,\"<s>\",true]]}")},
        MEDIUM, "tokenizer-drift", "has another id"},
    {"another mark",
        {{"special_tokens_map.json", "json", "json", "{\"eos_token\":\"<x>\"}"},
            SETTINGS("{\"eos_token\":{\"content\":\"<s>\"}}")},
        MEDIUM, "tokenizer-drift", "\"eos_token\" is another mark"},
    {"an id behind the embedding",
        {{"config.json", "json", "json", "{\"text_config\":{\"vocab_size\":4}}"},
            FAST("{\"top\":4,\"added\":[]}")},
        MEDIUM, "tokenizer-beyond", "gives the id 4"},
    {"the same template, and a line end",
        {{"chat_template.jinja", "text", "template", "{{ a }}\n"},
            SETTINGS("{\"chat_template\":\"{{ a }}\"}")},
        FINE},
    {"another template",
        {{"chat_template.jinja", "text", "template", "{{ a }}"},
            SETTINGS("{\"chat_template\":[{\"name\":\"default\",\"template\":\"{{ b }}\"}]}")},
        MEDIUM, "template-drift", "\"chat_template.jinja\" beside this file"},
    {"another template in GGUF",
        {{"m.gguf", "gguf", "template", "{{ a }}"}, SETTINGS("{\"chat_template\":\"{{ b }}\"}")},
        MEDIUM, "template-drift", "\"m.gguf\" beside this file"},
    {"templates of two models",
        {{"a/m.gguf", "gguf", "template", "{{ a }}"}, {"b/m.gguf", "gguf", "template", "{{ b }}"}},
        FINE},
};

static void test_files_agree_about_tokens(void **state)
{
    (void)state;
    check_repositories(beside, SW_COUNT(beside));
}

#define PIECE(len, text_len, text, rest) "\x0a" len "\x0a" text_len text "\x15\0\0\0\0" rest
#define UNKNOWN_PIECE PIECE("\x0c", "\x03", "unk", "\x18\x02")
#define WORD_PIECE PIECE("\x08", "\x01", "a", "")
#define BROKEN(words) "sentencepiece", SW_SCAN_FAILED, MEDIUM, "sentencepiece-broken", words

static const struct look_case models[] = {
    {"pieces", BYTES(UNKNOWN_PIECE WORD_PIECE), "sentencepiece", SW_SCAN_PARSED, SW_SEVERITY_INFO,
        NULL, NULL},
    {"a normalizer", BYTES(UNKNOWN_PIECE WORD_PIECE "\x1a\x0b\x12\x09\x04\0\0\0wxyz\0"),
        "sentencepiece", SW_SCAN_PARSED, SW_SEVERITY_INFO, NULL, NULL},
    {"a map that is larger than it is",
        BYTES(UNKNOWN_PIECE WORD_PIECE "\x1a\x07\x12\x05\x08\0\0\0w"), BROKEN("its size says")},
    {"texts that do not end", BYTES(UNKNOWN_PIECE WORD_PIECE "\x1a\x0b\x12\x09\x04\0\0\0wxyz!"),
        BROKEN("do not end")},
    {"a piece of no known type", BYTES(UNKNOWN_PIECE PIECE("\x0a", "\x01", "a", "\x18\x09")),
        BROKEN("cannot have")},
    {"nothing for the unknown", BYTES(WORD_PIECE WORD_PIECE), "sentencepiece", SW_SCAN_PARSED,
        MEDIUM, "sentencepiece-unknown", "0 of 2 pieces"},
    {"a field of nobody", BYTES(UNKNOWN_PIECE WORD_PIECE "\x30\x01"), BROKEN("that no model has")},
    {"cut off", BYTES(UNKNOWN_PIECE "\x0a\x20\x0a"), BROKEN("")},
};

static void test_sentencepiece_is_read_to_its_end(void **state)
{
    (void)state;
    check_cases(models, SW_COUNT(models));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tokenizers_are_judged),
        cmocka_unit_test(test_secrets_are_found_and_not_shown),
        cmocka_unit_test(test_sentencepiece_is_read_to_its_end),
        cmocka_unit_test(test_files_agree_about_tokens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
