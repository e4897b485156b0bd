#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "supply/key_shapes.h"
#include "supply/look_configuration.h"
#include "supply/secrets.h"

#include <stdio.h>

/* --- what one text shows ---------------------------------------------------------------------- */

struct bench {
    struct sw_arena arena;
    struct sw_inventory inventory;
    struct sw_discover_options options;
    struct sw_discover_coverage coverage;
    struct sw_look look;
    struct sw_configuration c;
};

static void set_up(struct bench *b, const char *text)
{
    struct sw_error err = {0};
    *b = (struct bench){.options = {.all_packages = false}};
    sw_arena_init(&b->arena, 0);
    sw_inventory_init(&b->inventory, &b->arena);
    b->look = (struct sw_look){.inventory = &b->inventory,
        .options = &b->options,
        .coverage = &b->coverage,
        .arena = &b->arena,
        .path = sw_str("x"),
        .name = sw_str("x"),
        .text = sw_str(text)};
    assert_int_equal(sw_catalogue_builtin(&b->look.catalogue, &err), SW_OK);
    sw_configuration_init(&b->c, &b->look);
}

/* Names, versions and purls of all that was seen, in order. */
static void check(struct bench *b, const char *text, const char *wanted)
{
    char got[2048] = "";
    size_t len = 0;
    assert_int_equal(sw_inventory_finish(&b->inventory), SW_OK);
    for (size_t i = 0; i < b->inventory.count; i++) {
        const struct sw_entity_id *id = &b->inventory.entities[i].id;
        int n = snprintf(got + len, sizeof(got) - len, "%s" SW_STR_FMT "%s" SW_STR_FMT,
            i > 0 ? " " : "", SW_STR_ARG(id->name), id->purl.len > 0 ? "|" : "",
            SW_STR_ARG(id->purl));
        assert_true(n >= 0 && (size_t)n < sizeof(got) - len);
        len += (size_t)n;
    }
    if (strcmp(got, wanted) != 0) {
        fail_msg("'%s' shows '%s', not '%s'", text, got, wanted);
    }
    sw_arena_release(&b->arena);
}

static const struct {
    const char *text, *wanted;
} images[] = {
    {"vllm/vllm-openai", "vllm/vllm-openai|pkg:docker/vllm/vllm-openai"},
    {"docker.io/vllm/vllm-openai:v1", "vllm/vllm-openai|pkg:docker/vllm/vllm-openai@v1"},
    {"docker://ollama/ollama:1", "ollama/ollama|pkg:docker/ollama/ollama@1"},
    {"index.docker.io/ollama/ollama:1", "ollama/ollama|pkg:docker/ollama/ollama@1"},
    {"ollama/ollama:${V}", "ollama/ollama|pkg:docker/ollama/ollama"},
    {"ollama/ollama:${V:-2}", "ollama/ollama|pkg:docker/ollama/ollama@2"},
    {"ollama/ollama:v${V}", "ollama/ollama|pkg:docker/ollama/ollama"},
    {"$REG/ollama/ollama:3", "ollama/ollama|pkg:docker/ollama/ollama@3"},
    {"${REG:-docker.io}/ollama/ollama", "ollama/ollama|pkg:docker/ollama/ollama"},
    {"{{ .r }}/ollama/ollama:{{ .t }}", "ollama/ollama|pkg:docker/ollama/ollama"},
    {"ghcr.io/berriai/litellm:main", "ghcr.io/berriai/litellm|pkg:oci/litellm?"
                                     "repository_url=ghcr.io%2Fberriai%2Flitellm&tag=main"},
    {"host:5000/ollama/ollama", "host:5000/ollama/ollama|pkg:oci/ollama?"
                                "repository_url=host:5000%2Follama%2Follama"},
    {"ollama/ollama@sha256:"
     "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "ollama/ollama|pkg:docker/ollama/ollama@sha256:"
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"},
    {"ollama/ollama@sha256:01", "ollama/ollama|pkg:docker/ollama/ollama"},
    {"nginx:1", ""},
    {"python", ""},
    {"", ""},
    {"ollama", ""},
    {"/ollama/ollama", ""},
    {"ollama/ollama with words", ""},
    {"${X}", ""},
    {"${", ""},
    {"$", ""},
    {"{{", ""},
    {"@", ""},
    {":", ""},
    {"/", ""},
    {"://", ""},
};

static void images_are_read_by_their_references(void **state)
{
    (void)state;
    for (size_t i = 0; i < SW_COUNT(images); i++) {
        struct bench b;
        set_up(&b, "");
        assert_int_equal(sw_configuration_image(&b.c, sw_str(images[i].text), 1), SW_OK);
        check(&b, images[i].text, images[i].wanted);
    }
}

static const struct {
    const char *text, *wanted;
} commands[] = {
    {"vllm serve Qwen/Qwen3-8B --port 1", "Qwen/Qwen3-8B|pkg:huggingface/Qwen/Qwen3-8B"},
    {"python -m vllm --model=Qwen/Qwen3-8B", "Qwen/Qwen3-8B|pkg:huggingface/Qwen/Qwen3-8B"},
    {"tgi --model_id 'acme/thing-8'", ""}, /* nothing says that this is about models */
    {"llm --model_id 'acme/thing-8'", "acme/thing-8|pkg:huggingface/acme/thing-8"},
    {"llama-server -hf ggml-org/gemma-3-1b-it-GGUF:Q4_K_M",
        "ggml-org/gemma-3-1b-it-GGUF|pkg:huggingface/ggml-org/gemma-3-1b-it-GGUF"},
    {"ollama run mistral", "mistral"},
    {"ollama pull hf.co/a-org/b-GGUF:Q4", "a-org/b-GGUF|pkg:huggingface/a-org/b-GGUF"},
    {"ollama run ./x.gguf; ollama run $M; ollama run", ""},
    {"sh -c 'ollama pull phi4 && true'", "phi4"},
    {"hf download google/gemma-2-2b", "google/gemma-2-2b|pkg:huggingface/google/gemma-2-2b"},
    {"npx -y openai@5.0.1 anthropic ollama", "openai|pkg:npm/openai@5.0.1"},
    {"echo hi # pip install torch", ""},
    {"ollama run --keepalive 5m phi3", "phi3"},
    {"ollama run --format json llama3.1", "llama3.1"},
    {"ollama run --verbose llama3.1 --keepalive 5m", "llama3.1"},
    {"ollama run --key SECRETAY llama3", ""}, /* an option that nobody knows */
    {"ollama run model; ollama pull model-name; ollama run MODEL_NAME; ollama run MODEL_2", ""},
    {"ollama pull your-model:7b; ollama run name-of-model; ollama pull if; ollama run a", ""},
    {"ollama run user/model; ollama pull someone/thing", "someone/thing"},
    {"vllm serve --port 8000 acme/m2", "acme/m2|pkg:huggingface/acme/m2"},
    {"vllm serve --enforce-eager --api-key=k acme/m2", "acme/m2|pkg:huggingface/acme/m2"},
    {"vllm serve --api-key acme/m1 acme/m2", "acme/m2|pkg:huggingface/acme/m2"},
    {"hf download --token t acme/m3", "acme/m3|pkg:huggingface/acme/m3"},
    {"hf download --local-dir /x acme/m3 a.bin", "acme/m3|pkg:huggingface/acme/m3"},
    {"hf download --repo-type dataset acme/d2", "acme/d2"},
    {"huggingface-cli download acme/m4 --token t", "acme/m4|pkg:huggingface/acme/m4"},
    {"npx --registry https://x.example openai; npx --header torch openai", "openai|pkg:npm/openai"},
    {"uvx --from vllm==0.9.1 serve", "vllm|pkg:pypi/vllm@0.9.1"},
    {"X=1 LLM_MODEL=gpt-4o run", "gpt-4o"},
    {"MODEL=${MODEL} MODEL= MODEL=3.46 MODEL=string MODEL=true MODEL=/srv/x/y", ""},
    {"docker run --gpus all -p 1:1 ollama/ollama:1",
        "NVIDIA GPU ollama/ollama|pkg:docker/ollama/ollama@1"},
    {"\"", ""},
    {"\\", ""},
    {"--model", ""},
    {"-c", ""},
    {"docker run", ""},
};

static void commands_say_what_they_use(void **state)
{
    (void)state;
    for (size_t i = 0; i < SW_COUNT(commands); i++) {
        struct bench b;
        set_up(&b, commands[i].text);
        assert_int_equal(sw_configuration_command(&b.c, sw_str(commands[i].text), 1), SW_OK);
        check(&b, commands[i].text, commands[i].wanted);
    }
}

static const struct {
    const char *text, *wanted;
} settings[] = {
    {"models:\n  gpt-4o:\n    limit: 1\n  \"llama3.2:3b\":\n    limit: 1\n", "gpt-4o llama3.2:3b"},
    {"model:\n  name: gpt-4o-mini\n  temperature: 0\n", "gpt-4o-mini"},
    {"chatModel:\n  type: string\n  defaultValue: gpt-35-turbo\n", "gpt-35-turbo"},
    {"modelType:\n  name: plain\n", ""},
    {"kind: Model\nmetadata:\n  name: gemma-2b-it-tpu\n", ""},
    {"model:\n  enum: [gpt-4o-mini, o3-mini, fast]\n", "gpt-4o-mini o3-mini"},
    {"models:\n  gpt-4o:\n    aliases: [gpt-4-mine, o1-mine]\n", "gpt-4o"},
    {"nodes:\n  - config:\n      provider: openai\n      name: gpt-4.1-mini\n", "gpt-4.1-mini"},
    {"nodes:\n  - config:\n      owner: team\n      name: gpt-4.1-mini\n", ""},
    {"chat:\n  model: ${CHAT_MODEL:gpt-4o}\n  other_model: ${M:-o3-mini}\n", "gpt-4o o3-mini"},
    {"chat:\n  model: ${CHAT_MODEL}\n", ""},
    {"chat:\n  model: ${CHAT_MODEL=gpt-4o}\n  other_model: ${a.b-c:=o3-mini}\n", "gpt-4o o3-mini"},
    {"# openai\nllm_hf_repo_id: an-org/thing-13b\n",
        "an-org/thing-13b|pkg:huggingface/an-org/thing-13b"},
    {"models:\n  gpt-4:\n    model: gpt-4o-mini\n", "gpt-4o-mini"}, /* called so only here */
    {"services:\n  x:\n    models:\n      gemma3:\n        model_var: M\n", ""},
    {"models:\n  small:\n    model: ai/thing:4B-Q4\n", "ai/thing:4B-Q4"},
    {"models:\n  - id: gpt-4o\n  - name: o3-mini\n  - name: thing\n", "gpt-4o o3-mini"},
    {"model: GPT-4o\nother_model: gpt-4o\n", "gpt-4o"}, /* one, in whatever case */
    {"my_model: an-org/thing-13b\n", "an-org/thing-13b|pkg:huggingface/an-org/thing-13b"},
    {"my_model: an-org/thing-bert\n", "an-org/thing-bert|pkg:huggingface/an-org/thing-bert"},
    {"my_model: an-org/thing-13\n", ""}, /* nothing says that this is about models */
    {"llm: google/gemma-2b\n", "google/gemma-2b|pkg:huggingface/google/gemma-2b"},
    {"llm: google/gemini-2.5-pro\n", "gemini-2.5-pro"},
    {"model: claude-3-5-sonnet-v2@20241022\n", "claude-3-5-sonnet-v2@20241022"},
    {"model: accounts/someone/models/deepseek-r1\n", "deepseek-r1"},
    {"hub_model_id: zephyr-7b-mine\noutput_model: gpt-4o\n", ""}, /* what is made */
    {"llm_model: meta.llama\n", ""},                              /* the beginning of a name */
    {"logo_model: figures/llama-7b.svg\n", ""},
    {"build:\n  python_packages:\n    - torch==2.1.0\n    - requests\n",
        "torch|pkg:pypi/torch@2.1.0"},
};

static void settings_say_what_they_use(void **state)
{
    (void)state;
    for (size_t i = 0; i < SW_COUNT(settings); i++) {
        struct bench b;
        struct sw_error err = {0};
        struct sw_setting *root = NULL;
        set_up(&b, settings[i].text);
        assert_int_equal(
            sw_settings_read(&b.arena, b.look.text, SW_SETTINGS_YAML, 1, &root, &err), SW_OK);
        assert_int_equal(sw_configuration_walk(&b.c, root), SW_OK);
        check(&b, settings[i].text, settings[i].wanted);
    }
}

static const struct {
    const char *text, *wanted;
} lines[] = {
    {"OPENAI_API_KEY=x", "OPENAI_API_KEY"},
    {"MY_OPENAI_API_KEY=x", ""},
    {"OPENAI_API_KEYS=x xOPENAI_API_KEY", ""},
    {"# OPENAI_API_KEY=x https://api.openai.com", ""},
    {"u: https://api.openai.com/v1", "OpenAI"},
    {"u: https://a:b@api.openai.com:443/v1", "OpenAI"},
    {"u: https://api.openai.com.evil.example/", ""},
    {"u: https://user@api.anthropic.com@evil.example/", ""},
    {"u: https://user@evil.example@api.anthropic.com/", "Anthropic"},
    {"u: https://api.openai.com/v1?u=a@b.example", "OpenAI"},
    {"u: https://storage.googleapis.com/x.mp3", ""},
    {"u: https://us-aiplatform.googleapis.com/x", "Google Vertex AI"},
    {"u: http://localhost:8000/v1", ""},
    {"u: http://localhost:11434", ""},
    {"u: http://localhost:11434/v1", "Ollama"},
    {"u: http://127.0.0.1:11434/api/tags", "Ollama"},
    {"u: http://ollama:11434", "Ollama"},
    {"u: http://[::1]:11434/api/tags", "Ollama"},
    {"u: http://[0:0:0:0:0:0:0:1]:11434/v1", "Ollama"},
    {"u: http://[::]:11434/v1", "Ollama"},
    {"u: http://[::1]:11434", ""},
    {"u: http://[2001:db8::1]:11434/v1", ""},
    {"u: http://u:p@[2001:db8::1]/x https://api.openai.com/v1", "OpenAI"},
    {"u: https://[2001:db8::1]@api.openai.com/v1", ""},
    {"u: https://[api.openai.com]/v1", ""},
    {"u: https://[fe80::1%eth0]/v1", ""},
    {"u: https://[2001:db8::1", ""},
    {"u: http://other:11434/api", ""},
};

static void lines_show_variables_and_hosts(void **state)
{
    (void)state;
    for (size_t i = 0; i < SW_COUNT(lines); i++) {
        struct bench b;
        set_up(&b, lines[i].text);
        assert_int_equal(sw_look_see_line(&b.look, sw_str(lines[i].text), 1), SW_OK);
        check(&b, lines[i].text, lines[i].wanted);
    }
}

/* --- keys ------------------------------------------------------------------------------------- */

#define BODY "aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789"

static void places_say_what_they_are_part_of(void **state)
{
    static const struct {
        const char *path;
        enum sw_scope scope;
    } rows[] = {
        {"app/main.py", SW_SCOPE_RUNTIME},
        {"src/FooTest.java", SW_SCOPE_TEST},
        {"src/FooTests.cs", SW_SCOPE_TEST},
        {"src/Foo2IT.kt", SW_SCOPE_TEST},
        {"src/Latest.java", SW_SCOPE_RUNTIME},
        {"src/Test.py", SW_SCOPE_TEST},
        {"src/IT.java", SW_SCOPE_RUNTIME},
        {"src/latest.py", SW_SCOPE_RUNTIME},
        {"pkg/test_utils/c.py", SW_SCOPE_TEST},
        {"integration-tests/c.py", SW_SCOPE_TEST},
        {"Acme.Tests/C.cs", SW_SCOPE_TEST},
        {"attest/c.py", SW_SCOPE_RUNTIME},
        {"contest/c.py", SW_SCOPE_RUNTIME},
        {"e2e/c.ts", SW_SCOPE_TEST},
        {"__mocks__/c.ts", SW_SCOPE_TEST},
        {"__tests__/c.ts", SW_SCOPE_TEST},
        {"a.test.ts", SW_SCOPE_TEST},
        {"benchmarks/c.py", SW_SCOPE_DEVELOPMENT},
        {"documentation/c.py", SW_SCOPE_DOCUMENTATION},
        {"tests/docs/c.py", SW_SCOPE_DOCUMENTATION},
        {"examples/test_a.py", SW_SCOPE_TEST},
        {"src/main/java/org/samples/A.java", SW_SCOPE_RUNTIME},
        {"src/test/java/A.java", SW_SCOPE_TEST},
    };
    (void)state;
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct bench b;
        set_up(&b, "");
        b.look.path = sw_str(rows[i].path);
        b.look.name = sw_path_base(rows[i].path);
        if (sw_look_scope(&b.look) != rows[i].scope) {
            fail_msg("%s is of %s", rows[i].path, sw_scope_name(sw_look_scope(&b.look)));
        }
        sw_arena_release(&b.arena);
    }
}

static void names_that_nothing_else_has_stand_alone(void **state)
{
    static const struct {
        const char *text;
        bool alone;
    } rows[] = {{"gpt-4o", true}, {"gpt-4o-mini-2024-07-18", true}, {"openai/gpt-4.1-mini", true},
        {"anthropic:claude-3-5-sonnet-latest", true}, {"o3-mini", true},
        {"mistral-large-latest", true}, {"deepseek-chat", true},
        {"meta-llama/Llama-3.1-8B-Instruct", true}, {"an-org/thing-llama-13b", true},
        {"lllyasviel/control_v11p_sd15_canny", true}, {"google/flan-t5-xl", true}, {"gpt-4", true},
        {"gpt", false}, {"o1", false}, {"GPT-4o", false}, {"claude-3", false},
        {"gemini-2.5", false}, {"llama3", false}, {"gpt-4-assistant-demo", false},
        {"gpt-4o-badge", false}, {"command-registry", false}, {"google/some-site", false},
        {"an-org/an-app", false}, {"llava-13b/0123abcd", false}, {"./models/gpt-4o", false},
        {"gpt-4o.json", false}, {"ask gpt-4o", false}, {"your-org/llama-7b", false}, {"", false}};
    (void)state;
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct bench b;
        set_up(&b, rows[i].text);
        if (sw_look_is_model_itself(&b.look, sw_str(rows[i].text)) != rows[i].alone) {
            fail_msg("'%s' stands alone: %d", rows[i].text, !rows[i].alone);
        }
        sw_arena_release(&b.arena);
    }
}

static void words_say_what_packages_are_for(void **state)
{
    static const struct {
        const char *name;
        bool speaks;
    } rows[] = {{"rebyte-langchain", true}, {"@scope/llm-utils", true},
        {"Acme.OpenAI.Client", true}, {"com.example:mcp-server", true}, {"left-pad", false},
        {"types-tensorflow", false}, {"@types/openai", false}, {"smalllms", false}, {"", false}};
    (void)state;
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct bench b;
        set_up(&b, "");
        assert_int_equal(sw_look_speaks_of_models(&b.look, sw_str(rows[i].name)), rows[i].speaks);
        sw_arena_release(&b.arena);
    }
}

static void two_words_are_no_model(void **state)
{
    static const struct sw_signal signal = {"test", SW_SOURCE_CODE, SW_GRADE_INFERRED, 750};
    static const char *const junk[] = {"N/A", "TODO/TODO", "REPLACE/ME", "true/false", "and/or",
        "a/b", "x/y", "abc/def", "v1/chat", "api/v1", "config/base", "lib/python3.11",
        "checkpoint-500/x", "company/model-v1", "en/fr", "Europe/Berlin", "US/Eastern",
        "your-org/thing", "foo/bar", "path/to", "application/json", "models/llama"};
    static const char *const names[] = {"01-ai/Yi-6B", "tiiuae/falcon-7b", "gpt2/xl2",
        "xai-org/grok-1", "base/mini-lm", "nlptown/me-bert"};
    (void)state;
    for (size_t i = 0; i < SW_COUNT(junk) + SW_COUNT(names); i++) {
        struct bench b;
        const bool good = i >= SW_COUNT(junk);
        const char *name = good ? names[i - SW_COUNT(junk)] : junk[i];
        set_up(&b, name);
        assert_int_equal(
            sw_look_see_model(&b.look, &signal, sw_str(name), SW_FROM_ANY, true, 1), SW_OK);
        if (b.inventory.count != (good ? 1 : 0)) {
            fail_msg("'%s' is %s model", name, good ? "no" : "a");
        }
        sw_arena_release(&b.arena);
    }
}

static const struct {
    const char *text, *provider; /* NULL: no key */
} keys[] = {
    {"x=hf_aBcDeFgHiJkLmNoPqRsTuVwXyZ12345678", "Hugging Face"},
    {"hf_aBcDeFgHiJkLmNoPqRsTuVwXyZ12345", NULL},
    {"xhf_aBcDeFgHiJkLmNoPqRsTuVwXyZ12345678", NULL},
    {"sk-proj-" BODY BODY, "OpenAI"},
    {"sk-ant-api03-" BODY BODY BODY, "Anthropic"},
    {"sk-ant-api03-" BODY, NULL},
    {"sk-" BODY BODY, NULL},
    {"sk-aBcDeFgHiJkLmNoPqRsTT3BlbkFJuVwXyZ0123456789abcd", "OpenAI"},
    {"gsk_" BODY "aBcDeFgHiJkLmNoP", "Groq"},
    {"r8_" BODY "a", "Replicate"},
    {"pplx-" BODY "aBcDeFgHiJkL", "Perplexity"},
    {"xai-" BODY BODY "aBcDeFgH", "xAI"},
    {"nvapi-" BODY "-_" BODY, "NVIDIA"},
    {"\"AIzaSyA1b2C3d4E5f6G7h8I9j0KaLbMcNdOePfQ\"", "Google"},
    {"hf_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", NULL},
    {"hf_YourTokenAbCdEfGhIjKlMnOpQrStUvWxYz", NULL},
    {"", NULL},
    {"hf_", NULL},
};

static void keys_are_known_by_their_form(void **state)
{
    (void)state;
    for (size_t i = 0; i < SW_COUNT(keys); i++) {
        size_t at = 0;
        const struct sw_key_shape *shape = sw_key_find(sw_str(keys[i].text), &at);
        if ((shape == NULL) != (keys[i].provider == NULL) ||
            (shape != NULL && strcmp(shape->provider, keys[i].provider) != 0)) {
            fail_msg("'%s' is a key of %s", keys[i].text, shape == NULL ? "none" : shape->provider);
        }
    }
}

static void what_is_called_like_a_key_is_not_kept(void **state)
{
    static const struct sw_signal signal = {
        "test", SW_SOURCE_CONFIGURATION, SW_GRADE_DECLARED, 900};
    const struct sw_entity_id id = {
        .kind = SW_ENTITY_PROMPT, .name = sw_str("hf_aBcDeFgHiJkLmNoPqRsTuVwXyZ12345678")};
    const struct sw_entity_id other = {.kind = SW_ENTITY_PROMPT, .name = sw_str("good")};
    struct bench b;
    (void)state;
    set_up(&b, "");
    assert_int_equal(sw_look_see(&b.look, &signal, &id, 1, sw_str("")), SW_OK);
    assert_int_equal(sw_look_see(&b.look, &signal, &other, 1, id.name), SW_OK);
    assert_int_equal(b.inventory.entities[0].sightings[0].detail.len, 0);
    check(&b, "a name", "good");
}

static const struct {
    const char *text, *wanted;
} secrets[] = {
    {"gpt-4o", "gpt-4o"},
    {"google-bert/bert-base-uncased", "google-bert/bert-base-uncased"},
    {"src/token/password/secret.py", "src/token/password/secret.py"},
    {"wants >=4.30,<5", "wants >=4.30,<5"},
    {"integrity sha512-aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789aBcDeFgHiJkLmNoPqRsTuVwXyZ", NULL},
    {"pkg:oci/x?repository_url=ghcr.io%2Fx&tag=main", NULL},
    {"sk-proj-" BODY BODY "/a.py", "***/a.py"},
    {"acme/xsk-proj-" BODY BODY, "acme/x***"},
    {"hf_YourTokenAbCdEfGhIjKlMnOpQrStUvWxYz", "***"},
    {"sk-proj-" BODY BODY BODY BODY BODY BODY BODY BODY BODY, "***"},
    {"a ghp_" BODY " b", "a *** b"},
    {"github_pat_" BODY, "***"},
    {"glpat-aBcDeFgHiJkLmNoPqRsT", "***"},
    {"x/AKIAIOSFODNN7EXAMPLE/y", "x/***/y"},
    {"xoxb-123456789012-aBcDeFgHiJkL", "***"},
    {"sk_live_aBcDeFgHiJkLmNoPqRsT", "***"},
    {"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.aBcDeFgHiJkLmNoPqRsT", "***"},
    {"AIzaSyA1b2C3d4E5f6G7h8I9j0KaLbMcNdOePfQ", "***"},
    {"-----BEGIN RSA PRIVATE KEY----- MIIB", "***"},
    {"tool password=hunter2 x", "tool password=*** x"},
    {"Token: hunter2", "Token: ***"},
    {"Bearer X", "Bearer ***"},
    {"https://u:p@h.example/x", "https://***@h.example/x"},
    /* base64 has '/', '+' and '=' */
    {"password=aB3/cD+eF9/gH== x", "password=*** x"},
    {"x/secret=aB3/cD+e/F9==/a.py", "x/secret=***"},
    {"api_key: '/aB3/cD+e'/x", "api_key: '***'/x"},
    {"token=\"two words/and a/slash\" x", "token=\"***\" x"},
    {"password=\"a\\\"bSECRETq3\" x", "password=\"***\" x"},
    {"password='a\\'b c' x", "password='***' x"},
    {"password=\"a\\\\\" x", "password=\"***\" x"},
    {"password=\"a\\", "password=\"***"},
    {"Authorization: Bearer  X", "Authorization: Bearer  ***"},
    {"Bearer   X y", "Bearer   *** y"},
    {"Authorization: Digest username=a, response=X", "Authorization: Digest ***"},
    {"Authorization: Any X", "Authorization: ***"},
    {"Authorization: ApiKey X", "Authorization: ApiKey ***"},
    {"Authorization:Basic X", "Authorization:Basic ***"},
    {"api_key:X", "api_key:***"},
    {"secret_key=X y", "secret_key=*** y"},
    {"secretKey=X", "secretKey=***"},
    {"private-key=X", "private-key=***"},
    {"signature=X", "signature=***"},
    {"a?sig=X", "a?sig=***"},
    {"acme/token:latest", NULL},
    {"design=X", NULL},
    {"token='no end of it", "token='***"},
    {"Authorization: Basic dXNl/jpw+A== x", "Authorization: Basic ***"},
    {"Authorization: \"Bearer aB3/cD\"", "Authorization: \"Bearer ***"},
    {"Bearer aB3/cD+e= x", "Bearer *** x"},
    {"postgres://u:aB3/cD+e=@h.example/x", "postgres://***@h.example/x"},
    {"https://h.example:8080/@scope/x", NULL},
    {"https://[::1]:8080/@scope/x", NULL},
    {"https://registry.example/@scope/x", NULL},
};

static void secrets_are_masked_wherever_they_stand(void **state)
{
    (void)state;
    for (size_t i = 0; i < SW_COUNT(secrets); i++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        struct sw_str out;
        const char *wanted = secrets[i].wanted == NULL ? secrets[i].text : secrets[i].wanted;
        sw_arena_init(&arena, 0);
        assert_int_equal(sw_secret_mask(&arena, sw_str(secrets[i].text), &out), SW_OK);
        if (!sw_str_is(out, wanted)) {
            fail_msg("'%s' is shown as '" SW_STR_FMT "'", secrets[i].text, SW_STR_ARG(out));
        }
    }
}

static void paths_that_are_too_long_stay_different(void **state)
{
    char path[1300];
    struct sw_str shown[2];
    SW_CLEANUP(arena) struct sw_arena arena;
    (void)state;
    sw_arena_init(&arena, 0);
    memset(path, 'd', sizeof(path));
    for (size_t i = 0; i < 2; i++) {
        path[800] = i == 0 ? 'a' : 'b'; /* where neither head nor tail is shown */
        assert_int_equal(sw_look_shown(&arena, sw_str_n(path, sizeof(path)), &shown[i]), SW_OK);
        assert_in_range(shown[i].len, 100, 1000);
    }
    assert_false(sw_str_equal(shown[0], shown[1]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(images_are_read_by_their_references),
        cmocka_unit_test(commands_say_what_they_use),
        cmocka_unit_test(settings_say_what_they_use),
        cmocka_unit_test(lines_show_variables_and_hosts),
        cmocka_unit_test(places_say_what_they_are_part_of),
        cmocka_unit_test(two_words_are_no_model),
        cmocka_unit_test(names_that_nothing_else_has_stand_alone),
        cmocka_unit_test(words_say_what_packages_are_for),
        cmocka_unit_test(keys_are_known_by_their_form),
        cmocka_unit_test(what_is_called_like_a_key_is_not_kept),
        cmocka_unit_test(secrets_are_masked_wherever_they_stand),
        cmocka_unit_test(paths_that_are_too_long_stay_different),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
