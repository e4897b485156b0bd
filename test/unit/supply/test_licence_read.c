#include "supply/licence_read.h"

// clang-format off
#include <setjmp.h>
#include <cmocka.h>
// clang-format on

#include <stdio.h>

struct read {
    struct sw_arena arena;
    struct sw_licence_facts facts;
};

static void begin(struct read *r)
{
    *r = (struct read){0};
    sw_arena_init(&r->arena, 0);
}

static void card(struct read *r, const char *text)
{
    begin(r);
    assert_int_equal(sw_licence_read_card(
                         &r->arena, sw_bytes(text, strlen(text)), sw_str("README.md"), &r->facts),
        SW_OK);
}

static const char *declared(struct read *r, size_t index)
{
    if (index >= r->facts.declared_count) {
        return "(none)";
    }
    const struct sw_spdx_expression *e = r->facts.declared[index].expression;
    return e == NULL ? "(unknown)" : sw_spdx_text(&r->arena, e).ptr;
}

/* --- cards ------------------------------------------------------------------------------------ */

static void a_card_tells_licence_and_bases(void **state)
{
    (void)state;
    struct read r;
    card(&r, "---\nlanguage: no\nlicense: llama3.1\nbase_model:\n- a/b\n- c/d\n- A/B\n"
             "base_model_relation: merge\ndatasets: x/y\n---\n# Built with Llama!\n");
    assert_string_equal(declared(&r, 0), "LicenseRef-llama-3.1");
    assert_int_equal(r.facts.declared[0].line, 3);
    assert_int_equal(r.facts.base_count, 2);
    assert_int_equal(r.facts.bases[1].line, 6);
    assert_true(sw_str_is(r.facts.bases[1].name, "c/d"));
    assert_true(sw_str_is(r.facts.relation, "merge"));
    assert_int_equal(r.facts.dataset_count, 1);
    assert_true(sw_str_ends(r.facts.card_words, "built with llama"));
    assert_int_equal(r.facts.problem_count, 0);
    sw_arena_release(&r.arena);
}

static void licences_are_named_in_many_ways(void **state)
{
    (void)state;
    static const struct {
        const char *members, *licence;
    } rows[] = {
        {"license: apache-2.0", "Apache-2.0"},
        {"license: Apache-2.0", "Apache-2.0"},
        {"license: ' MIT '", "MIT"},
        {"license: MIT OR Apache-2.0", "Apache-2.0 OR MIT"},
        {"license: [mit]", "MIT"},
        {"license: other\nlicense_name: qwen", "LicenseRef-qwen"},
        {"license_name: mrl", "LicenseRef-mrl"},
        {"license: other\nlicense_name: My own\n", "LicenseRef-My-own"},
        {"license: other\nlicense_link: https://ai.google.dev/gemma/terms", "LicenseRef-gemma"},
        {"license: other\nlicense_link: LICENSE", "(unknown)"},
        {"license: unknown", "(unknown)"},
        {"license: other", "(unknown)"},
        {"license: ''", "(unknown)"},
        {"license: my-licence", "LicenseRef-my-licence"},
        {"license: \xE2\x9C\x93", "(unknown)"},
        {"license:", "(none)"},
        {"license: null", "(none)"},
        {"tags: [x]", "(none)"},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct read r;
        char text[512];
        (void)snprintf(text, sizeof(text), "---\n%s\n---\n", rows[i].members);
        card(&r, text);
        if (strcmp(declared(&r, 0), rows[i].licence) != 0) {
            fail_msg("'%s' is %s", rows[i].members, declared(&r, 0));
        }
        sw_arena_release(&r.arena);
    }
}

static void a_card_that_cannot_be_read_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *text, *why;
    } rows[] = {
        {"---\nlicense: mit\n", "no end"},
        {"---\nlicense: *x\n---\n", "aliases are not read"},
        {"---\na: &a [x]\nlicense: mit\n---\n", "anchors"},
        {"---\nlicense: mit\nlicense: apache-2.0\n---\n", "stands twice"},
        {"---\n- mit\n---\n", "has no members"},
        {"---\nlicense: {a: b}\n---\n", "line 2: 'license' is neither text nor a list"},
        {"---\nlicense: 3\n---\n", "line 2: 'license' is neither text nor a list"},
        {"---\nbase_model: [[x]]\n---\n", "line 2: 'base_model' is neither"},
        {"---\nlicense: \xFF\n---\n", "cannot be read, line 1"},
        {"---\nlicense: !!str mit\n---\n", "tags"},
        {"---\nlicense: [[[[[[[[[[[[[[[[[mit]]]]]]]]]]]]]]]]]\n---\n", "deeper"},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct read r;
        card(&r, rows[i].text);
        if (r.facts.problem_count != 1 ||
            strstr(r.facts.problems[0].why.ptr, rows[i].why) == NULL) {
            fail_msg("'%s': %s", rows[i].text,
                r.facts.problem_count == 0 ? "no problem" : r.facts.problems[0].why.ptr);
        }
        sw_arena_release(&r.arena);
    }
}

static void what_is_no_front_matter_tells_nothing(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "", "-", "--", "# license: mit\n---\nlicense: mit\n---\n", "----\nlicense: mit\n---\n"};
    for (size_t i = 0; i < SW_COUNT(texts); i++) {
        struct read r;
        card(&r, texts[i]);
        assert_int_equal(r.facts.declared_count + r.facts.problem_count, 0);
        sw_arena_release(&r.arena);
    }
    struct read r;
    card(&r, "\xEF\xBB\xBF---\r\nlicense: mit\r\n---\r\n");
    assert_string_equal(declared(&r, 0), "MIT");
    sw_arena_release(&r.arena);
}

static void long_lists_are_cut_and_told(void **state)
{
    (void)state;
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct read r;
    assert_int_equal(sw_buf_puts(&text, "---\nbase_model:\n"), SW_OK);
    for (unsigned i = 0; i < SW_LICENCE_NAMED_MAX + 9; i++) {
        assert_int_equal(sw_buf_printf(&text, "- a/%u\n", i), SW_OK);
    }
    assert_int_equal(sw_buf_puts(&text, "---\n"), SW_OK);
    card(&r, sw_buf_cstr(&text));
    assert_int_equal(r.facts.base_count, SW_LICENCE_NAMED_MAX);
    assert_int_equal(r.facts.problem_count, 1);
    sw_arena_release(&r.arena);
}

/* --- texts ------------------------------------------------------------------------------------ */

static void texts_are_known_by_their_titles(void **state)
{
    (void)state;
    static const struct {
        const char *text, *licence;
    } rows[] = {
        {"                                 Apache License\n                           Version 2.0, "
         "January 2004\n",
            "Apache-2.0"},
        {"# MIT License\n\nCopyright (c) 2024\n", "MIT"},
        {"Copyright (c) 2024 X\n\nMIT License\n", "MIT"},
        {"\n\n   GNU GENERAL PUBLIC LICENSE\n     Version 3, 29 June 2007\n", "GPL-3.0-only"},
        {"GNU LESSER GENERAL PUBLIC LICENSE\nVersion 3, 29 June 2007\n", "LGPL-3.0-only"},
        {"GNU AFFERO GENERAL PUBLIC LICENSE\nVersion 3, 19 November 2007\n", "AGPL-3.0-only"},
        {"LLAMA 2 COMMUNITY LICENSE AGREEMENT\nLlama 2 Version Release", "LicenseRef-llama-2"},
        {"META LLAMA 3 COMMUNITY LICENSE AGREEMENT\n", "LicenseRef-llama-3"},
        {"LLAMA 4 COMMUNITY LICENSE AGREEMENT\n", "LicenseRef-llama-4"},
        {"Gemma Terms of Use\n\nLast modified: March 24, 2025\n", "LicenseRef-gemma"},
        {"Copyright (c) 2022 R R\n\nCreativeML Open RAIL-M\ndated August 22, 2022\n",
            "LicenseRef-creativeml-openrail-m"},
        {"CreativeML Open RAIL++-M License\ndated November 24, 2022\n",
            "LicenseRef-openrail-plus-plus-m"},
        {"Attribution-NonCommercial 4.0 International\n\n====", "CC-BY-NC-4.0"},
        {"Attribution-NonCommercial-ShareAlike 4.0 International\n", "CC-BY-NC-SA-4.0"},
        {"Tongyi Qianwen RESEARCH LICENSE AGREEMENT\n", "LicenseRef-tongyi-qianwen-research"},
        {"Copyright 2024 X\nAll rights reserved.\n\nRedistribution and use in source and binary "
         "forms, "
         "with or without\nmodification, are permitted provided that the following conditions\nare "
         "met:\n",
            "LicenseRef-hub-bsd"},
        {"This is free and unencumbered software released into the public domain.\n", "Unlicense"},
        {"This is not under the MIT License\n", "(unknown)"},
        {"MIT Licensed parts\n", "(unknown)"},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct read r;
        begin(&r);
        assert_int_equal(
            sw_licence_read_text(&r.arena, sw_bytes(rows[i].text, strlen(rows[i].text)),
                sw_str("LICENSE"), &r.facts),
            SW_OK);
        if (strcmp(declared(&r, 0), rows[i].licence) != 0) {
            fail_msg("'%s' is %s", rows[i].text, declared(&r, 0));
        }
        sw_arena_release(&r.arena);
    }
}

/* Its layout, lines about copyright and "(c)" do not count; a word that is added does. */
static void a_whole_text_is_known_by_its_digest(void **state)
{
    (void)state;
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct read r;
    begin(&r);
    assert_int_equal(sw_buf_puts(&text, "Copyright (c) 2024 Somebody\n\n"), SW_OK);
    if (sw_file_read("/usr/share/common-licenses/Apache-2.0", 1 << 20, &text, NULL) != SW_OK) {
        sw_arena_release(&r.arena);
        print_message("/usr/share/common-licenses/Apache-2.0 is not there\n");
        skip();
    }
    for (int more = 0; more < 2; more++) {
        assert_int_equal(
            sw_licence_read_text(&r.arena, sw_buf_bytes(&text), sw_str("LICENSE"), &r.facts),
            SW_OK);
        assert_int_equal(
            r.facts.declared[more].evidence, more == 0 ? SW_LICENCE_BY_TEXT : SW_LICENCE_BY_TITLE);
        assert_string_equal(declared(&r, (size_t)more), "Apache-2.0");
        assert_int_equal(sw_buf_puts(&text, "Not on Sundays.\n"), SW_OK);
    }
    sw_arena_release(&r.arena);
}

static void a_long_first_line_is_cut_between_characters(void **state)
{
    (void)state;
    char line[300] = "MIT License ";
    for (size_t start = 12; start < 14; start++) {
        struct read r;
        line[12] = ' ';
        for (size_t i = start; i + 2 < sizeof(line); i += 2) {
            memcpy(line + i, "\xC3\xA9", 2);
        }
        begin(&r);
        assert_int_equal(
            sw_licence_read_text(&r.arena, sw_bytes(line, 290), sw_str("LICENSE"), &r.facts),
            SW_OK);
        assert_string_equal(declared(&r, 0), "MIT");
        sw_arena_release(&r.arena);
    }
}

static void what_is_no_text_is_told(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "\n\n\n", "Copyright (c) 2024", "a\xFF\xFE"};
    for (size_t i = 0; i < SW_COUNT(texts); i++) {
        struct read r;
        begin(&r);
        assert_int_equal(sw_licence_read_text(&r.arena, sw_bytes(texts[i], strlen(texts[i])),
                             sw_str("LICENSE"), &r.facts),
            SW_OK);
        assert_int_equal(r.facts.declared_count, 0);
        assert_int_equal(r.facts.problem_count, 1);
        sw_arena_release(&r.arena);
    }
}

/* --- weights ---------------------------------------------------------------------------------- */

static void put_le(struct sw_buf *out, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++) {
        assert_int_equal(sw_buf_putc(out, (char)(value >> (8 * i))), SW_OK);
    }
}

static void put_gguf_text(struct sw_buf *out, const char *text)
{
    put_le(out, strlen(text), 8);
    assert_int_equal(sw_buf_puts(out, text), SW_OK);
}

static void put_gguf_pair(struct sw_buf *out, const char *key, const char *text)
{
    put_gguf_text(out, key);
    put_le(out, 8, 4);
    put_gguf_text(out, text);
}

static void put_gguf(struct sw_buf *out, uint64_t pairs)
{
    assert_int_equal(sw_buf_puts(out, "GGUF"), SW_OK);
    put_le(out, 3, 4);
    put_le(out, 0, 8);
    put_le(out, pairs, 8);
}

static void read_gguf(struct read *r, const struct sw_buf *bytes)
{
    begin(r);
    assert_int_equal(
        sw_licence_read_gguf(&r->arena, sw_buf_bytes(bytes), sw_str("m.gguf"), &r->facts), SW_OK);
}

static void gguf_tells_its_licence(void **state)
{
    (void)state;
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    struct read r;
    put_gguf(&bytes, 5);
    put_gguf_text(&bytes, "tokens");
    put_le(&bytes, 9, 4); /* an array of two texts */
    put_le(&bytes, 8, 4);
    put_le(&bytes, 2, 8);
    put_gguf_text(&bytes, "a");
    put_gguf_text(&bytes, "b");
    put_gguf_text(&bytes, "general.count");
    put_le(&bytes, 4, 4);
    put_le(&bytes, 7, 4);
    put_gguf_pair(&bytes, "general.license", "other");
    put_gguf_pair(&bytes, "general.license.name", "llama3");
    put_gguf_pair(&bytes, "general.base_model.0.repo_url",
        "https://huggingface.co/meta-llama/Meta-Llama-3-8B");
    read_gguf(&r, &bytes);
    assert_string_equal(declared(&r, 0), "LicenseRef-llama-3");
    assert_int_equal(r.facts.declared[0].evidence, SW_LICENCE_BY_METADATA);
    assert_true(sw_str_is(r.facts.bases[0].name, "meta-llama/Meta-Llama-3-8B"));
    sw_arena_release(&r.arena);
    /* Cut anywhere, it tells less. */
    for (size_t len = bytes.len; len-- > 0;) {
        const struct sw_buf cut = {.data = bytes.data, .len = len};
        read_gguf(&r, &cut);
        sw_arena_release(&r.arena);
    }
}

static void a_hostile_gguf_tells_nothing(void **state)
{
    (void)state;
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    struct read r;
    put_gguf(&bytes, UINT64_MAX);
    put_gguf_text(&bytes, "x");
    for (unsigned i = 0; i < 100; i++) { /* arrays in arrays */
        put_le(&bytes, 9, 4);
        put_le(&bytes, UINT64_MAX, 8);
    }
    read_gguf(&r, &bytes);
    assert_int_equal(r.facts.declared_count, 0);
    sw_arena_release(&r.arena);
    sw_buf_clear(&bytes);
    put_gguf(&bytes, 2);
    put_gguf_text(&bytes, "x");
    put_le(&bytes, 9, 4);
    put_le(&bytes, 10, 4);
    put_le(&bytes, UINT64_MAX / 4, 8);
    put_gguf_pair(&bytes, "general.license", "mit");
    read_gguf(&r, &bytes);
    assert_int_equal(r.facts.declared_count, 0);
    sw_arena_release(&r.arena);
}

static void safetensors_tell_their_licence(void **state)
{
    (void)state;
    static const struct {
        const char *header, *licence;
    } rows[] = {
        {"{\"__metadata__\":{\"license\":\"mit\"}}", "MIT"},
        {"{\"__metadata__\":{\"modelspec.license\":\"openrail++\"}}",
            "LicenseRef-openrail-plus-plus-m"},
        {"{\"__metadata__\":{\"license\":5}}", "(none)"},
        {"{\"license\":\"mit\"}", "(none)"},
        {"{\"__metadata__\":", "(none)"},
        {"[]", "(none)"},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
        struct read r;
        put_le(&bytes, strlen(rows[i].header), 8);
        assert_int_equal(sw_buf_puts(&bytes, rows[i].header), SW_OK);
        begin(&r);
        assert_int_equal(sw_licence_read_safetensors(
                             &r.arena, sw_buf_bytes(&bytes), sw_str("m.safetensors"), &r.facts),
            SW_OK);
        assert_string_equal(declared(&r, 0), rows[i].licence);
        sw_arena_release(&r.arena);
    }
}

static void an_adapter_tells_its_base(void **state)
{
    (void)state;
    static const struct {
        const char *text, *base;
        size_t problems;
    } rows[] = {
        {"{\"base_model_name_or_path\": \"meta-llama/Llama-2-7b-hf\"}", "meta-llama/Llama-2-7b-hf",
            0},
        {"{\"base_model_name_or_path\": \"https://huggingface.co/a/b/\"}", "a/b", 0},
        {"{\"base_model_name_or_path\": null}", NULL, 0},
        {"{\"base_model_name_or_path\": \"\"}", NULL, 0},
        {"{}", NULL, 0},
        {"{", NULL, 1},
        {"", NULL, 1},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct read r;
        begin(&r);
        assert_int_equal(
            sw_licence_read_adapter(&r.arena, sw_bytes(rows[i].text, strlen(rows[i].text)),
                sw_str("adapter_config.json"), &r.facts),
            SW_OK);
        assert_int_equal(r.facts.base_count, rows[i].base == NULL ? 0 : 1);
        assert_true(rows[i].base == NULL || sw_str_is(r.facts.bases[0].name, rows[i].base));
        assert_int_equal(r.facts.problem_count, rows[i].problems);
        sw_arena_release(&r.arena);
    }
}

/* --- facts as bytes --------------------------------------------------------------------------- */

static void facts_survive_the_way_between_processes(void **state)
{
    (void)state;
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    struct read r;
    struct sw_licence_facts back = {0};
    card(&r, "---\nlicense: [mit, other]\nbase_model: a/b\ndatasets: [x]\n"
             "base_model_relation: adapter\n---\nText\n");
    assert_int_equal(sw_licence_facts_write(&r.arena, &r.facts, &bytes), SW_OK);
    assert_int_equal(
        sw_licence_facts_read(&r.arena, sw_buf_bytes(&bytes), sw_str("README.md"), &back), SW_OK);
    assert_int_equal(back.declared_count, 2);
    assert_null(back.declared[1].expression);
    assert_int_equal(back.declared[1].line, 2);
    assert_true(sw_str_is(back.bases[0].name, "a/b"));
    assert_true(sw_str_is(back.datasets[0], "x"));
    assert_true(sw_str_is(back.relation, "adapter"));
    assert_true(sw_str_equal(back.card_words, r.facts.card_words));
    for (size_t len = bytes.len; len-- > 0;) {
        struct sw_licence_facts cut = {0};
        assert_int_equal(
            sw_licence_facts_read(&r.arena, sw_bytes(bytes.data, len), sw_str("x"), &cut),
            SW_E_FORMAT);
    }
    sw_arena_release(&r.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_card_tells_licence_and_bases),
        cmocka_unit_test(licences_are_named_in_many_ways),
        cmocka_unit_test(a_card_that_cannot_be_read_is_told),
        cmocka_unit_test(what_is_no_front_matter_tells_nothing),
        cmocka_unit_test(long_lists_are_cut_and_told),
        cmocka_unit_test(texts_are_known_by_their_titles),
        cmocka_unit_test(a_whole_text_is_known_by_its_digest),
        cmocka_unit_test(a_long_first_line_is_cut_between_characters),
        cmocka_unit_test(what_is_no_text_is_told),
        cmocka_unit_test(gguf_tells_its_licence),
        cmocka_unit_test(a_hostile_gguf_tells_nothing),
        cmocka_unit_test(safetensors_tell_their_licence),
        cmocka_unit_test(an_adapter_tells_its_base),
        cmocka_unit_test(facts_survive_the_way_between_processes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
