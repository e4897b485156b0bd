#include "supply/catalogue.h"
#include "supply/sift.h"

// clang-format off
#include <setjmp.h>
#include <cmocka.h>
// clang-format on

static void words_are_found_where_they_stand(void **state)
{
    (void)state;
    static const struct {
        const char *word;
        enum sw_sift_how how;
        const char *text;
        bool found;
    } rows[] = {
        {"torch", SW_SIFT_WHOLE, "import torch\n", true},
        {"torch", SW_SIFT_WHOLE, "torch", true},
        {"torch", SW_SIFT_WHOLE, "import torchvision\n", false},
        {"torch", SW_SIFT_WHOLE, "pytorch", false},
        {"torch", SW_SIFT_WHOLE, "_torch", false},
        {"torch", SW_SIFT_WHOLE, "x.torch.y", true},
        {"torch", SW_SIFT_WHOLE, "torc", false},
        {"o1", SW_SIFT_WHOLE, "x o1", true},
        {"o1", SW_SIFT_WHOLE, "o1a o12", false},
        {"o1", SW_SIFT_WHOLE, "o", false},
        {"ray", SW_SIFT_WHOLE, "ra ray", true},
        {"ray", SW_SIFT_WHOLE, "x ra", false},
        {"gpt-4", SW_SIFT_BEGINS, "'openai/gpt-4o'", true},
        {"gpt-4", SW_SIFT_BEGINS, "xgpt-4o", false},
        {".openai.azure.com", SW_SIFT_WHOLE, "https://x.openai.azure.com/", true},
        {"-aiplatform.googleapis.com", SW_SIFT_WHOLE, "us-aiplatform.googleapis.com", true},
        {"ai", SW_SIFT_QUOTED, "from 'ai'", true},
        {"ai", SW_SIFT_QUOTED, "from \"ai/react\"", true},
        {"ai", SW_SIFT_QUOTED, "the ai said", false},
        {"ai", SW_SIFT_QUOTED, "'air'", false},
        {"@a/b", SW_SIFT_QUOTED, "'@a/b'", true},
        {"ray", SW_SIFT_NAMED, "import ray\n", true},
        {"ray", SW_SIFT_NAMED, "import os, ray.tune\n", true},
        {"ray", SW_SIFT_NAMED, "from  ray import x\n", true},
        {"ray", SW_SIFT_NAMED, "a ray of x", false},
        {"ray", SW_SIFT_NAMED, "ray", false},
        {"", SW_SIFT_WHOLE, "anything", true},
        {"x", SW_SIFT_WHOLE, "anything", true},
        {"xy", SW_SIFT_WHOLE, "", false},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        sw_arena_init(&arena, 0);
        struct sw_sift *sift = sw_sift_new(&arena);
        assert_non_null(sift);
        assert_int_equal(sw_sift_add(sift, sw_str(rows[i].word), rows[i].how), SW_OK);
        assert_int_equal(sw_sift_add(sift, sw_str("to be or not"), SW_SIFT_BEGINS), SW_OK);
        if (sw_sift_finds(sift, sw_str(rows[i].text)) != rows[i].found) {
            print_message("row %zu\n", i);
        }
        assert_int_equal(sw_sift_finds(sift, sw_str(rows[i].text)), rows[i].found);
    }
}

/* Whatever a reader could tell, the catalogue has a word for. */
static void the_catalogue_concerns_what_it_names(void **state)
{
    (void)state;
    static const char *const yes[] = {"import torch", "import google.generativeai as genai",
        "from google import genai", "from google.cloud import aiplatform",
        "import llama_index.core", "import OpenAI from 'openai'", "require(\"@anthropic-ai/sdk\")",
        "import 'ai'", "\"github.com/sashabaranov/go-openai\"", "import dev.langchain4j.model.x.Y;",
        "use candle_core::Tensor;", "use rig::x;", "using Microsoft.SemanticKernel;",
        "{\"model\": \"gpt-4o\"}", "'claude-3-haiku'", "\"o1\"", "openai.GPT4o",
        "https://api.openai.com/v1", "https://x.openai.azure.com", "OPENAI_API_KEY",
        "x.from_pretrained('a/b')", "pipeline('a', 'b/c')", "replicate.run('a/b')",
        "load_dataset('a/b')", "'gpt2'", "!hf download a/b"};
    static const char *const no[] = {"", "import os\nmodel = 'x'\n", "const model = z.string()",
        "package main\nimport \"fmt\"\n", "class Car(models.Model): pass"};
    const struct sw_catalogue *catalogue = NULL;
    struct sw_error err = {0};
    assert_int_equal(sw_catalogue_builtin(&catalogue, &err), SW_OK);
    for (size_t i = 0; i < SW_COUNT(yes); i++) {
        if (!sw_catalogue_concerns(catalogue, sw_str(yes[i]))) {
            print_message("row %zu\n", i);
        }
        assert_true(sw_catalogue_concerns(catalogue, sw_str(yes[i])));
    }
    for (size_t i = 0; i < SW_COUNT(no); i++) {
        assert_false(sw_catalogue_concerns(catalogue, sw_str(no[i])));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_found_where_they_stand),
        cmocka_unit_test(the_catalogue_concerns_what_it_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
