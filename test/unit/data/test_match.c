#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "data/minhash.h"

#include "temp_tree.h"

#include "unit/data/match_help.h"

struct fixture {
    struct temp_tree tree;
    struct samples in[2];
    struct samples out;
    struct matched matched;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    assert_non_null(f);
    temp_tree_make(&f->tree);
    f->matched.lineage = SW_LINEAGE_INIT;
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    matched_free(&f->matched);
    samples_free(&f->in[0]);
    samples_free(&f->in[1]);
    samples_free(&f->out);
    temp_tree_remove(&f->tree);
    free(f);
    return 0;
}

static void run(struct fixture *f, enum sw_match_method method, size_t inputs)
{
    matched_free(&f->matched);
    match_all(method, f->in, inputs, &f->out, temp_tree_path(&f->tree, "lineage"), &f->matched);
}

static struct sw_edge edge_of(struct fixture *f, uint32_t row)
{
    struct sw_error err = {0};
    struct sw_edge edge;
    assert_int_equal(sw_lineage_edge(&f->matched.lineage, row, &edge, &err), SW_OK);
    return edge;
}

/* One input. */
static void expect_edge(
    struct fixture *f, uint32_t row, enum sw_edge_kind kind, uint32_t set, uint32_t input)
{
    struct sw_edge edge = edge_of(f, row);
    assert_string_equal(sw_edge_kind_name(edge.kind), sw_edge_kind_name(kind));
    assert_int_equal(edge.input_count, 1);
    assert_int_equal(edge.inputs[0].set, set);
    assert_int_equal(edge.inputs[0].row, input);
}

static void expect_unknown(struct fixture *f, uint32_t row)
{
    struct sw_edge edge = edge_of(f, row);
    assert_int_equal(edge.kind, SW_EDGE_GENERATED);
    assert_int_equal(edge.confidence, 0);
}

static void expect_dropped(struct fixture *f, uint32_t set, uint32_t row, const char *reason)
{
    struct sw_error err = {0};
    struct sw_fate fate;
    struct sw_input_row input = {set, row};
    assert_int_equal(sw_lineage_fate(&f->matched.lineage, input, &fate, &err), SW_OK);
    assert_int_equal(fate.output_count, 0);
    assert_true(sw_str_is(fate.reason, reason));
}

static void add_id(struct samples *samples, const char *id, const char *text)
{
    struct sample *sample = samples_add_text(samples, text);
    (void)snprintf(sample->id, sizeof(sample->id), "%s", id);
}

/* --- id -------------------------------------------------------------------------------------- */

static void test_ids_find_kept_and_edited_in_any_order(void **state)
{
    struct fixture *f = *state;
    add_id(&f->in[0], "a", "one");
    add_id(&f->in[0], "b", "two");
    add_id(&f->in[0], "c", "three");
    add_id(&f->in[1], "d", "four");
    add_id(&f->out, "d", "four");
    add_id(&f->out, "b", "TWO");
    add_id(&f->out, "a", "one");
    add_id(&f->out, "x", "three"); /* its content is nobody's business here */
    add_id(&f->out, "", "one");
    run(f, SW_MATCH_ID, 2);
    expect_edge(f, 0, SW_EDGE_KEPT, 1, 0);
    expect_edge(f, 1, SW_EDGE_EDITED, 0, 1);
    assert_int_equal(edge_of(f, 1).confidence, SW_CONFIDENCE_FULL);
    expect_edge(f, 2, SW_EDGE_KEPT, 0, 0);
    expect_unknown(f, 3);
    expect_unknown(f, 4);
    expect_dropped(f, 0, 2, "unknown");
    assert_int_equal(f->matched.report.without_id, 1);
}

static void test_one_id_of_several_outputs_was_split_or_copied(void **state)
{
    struct fixture *f = *state;
    add_id(&f->in[0], "a", "one two three");
    add_id(&f->in[0], "b", "text");
    add_id(&f->in[0], "c", "same");
    add_id(&f->out, "a", "one");
    add_id(&f->out, "a", "two three");
    add_id(&f->out, "b", "TEXT"); /* the input itself is there, so this is another of it */
    add_id(&f->out, "b", "text");
    add_id(&f->out, "c", "same");
    add_id(&f->out, "c", "same");
    run(f, SW_MATCH_ID, 1);
    expect_edge(f, 0, SW_EDGE_SPLIT, 0, 0);
    expect_edge(f, 1, SW_EDGE_SPLIT, 0, 0);
    expect_edge(f, 2, SW_EDGE_EDITED, 0, 1);
    expect_edge(f, 3, SW_EDGE_KEPT, 0, 1);
    expect_edge(f, 4, SW_EDGE_KEPT, 0, 2);
    expect_edge(f, 5, SW_EDGE_DUPLICATED, 0, 2);
}

static void test_inputs_that_share_an_id_are_told_apart_by_content_or_guessed(void **state)
{
    struct fixture *f = *state;
    add_id(&f->in[0], "a", "first");
    add_id(&f->in[0], "a", "second");
    add_id(&f->in[1], "a", "third");
    add_id(&f->out, "a", "third");
    add_id(&f->out, "a", "neither");
    add_id(&f->out, "a", "nor");
    add_id(&f->out, "a", "none of them");
    run(f, SW_MATCH_ID, 2);
    expect_edge(f, 0, SW_EDGE_KEPT, 1, 0);
    assert_int_equal(edge_of(f, 0).confidence, SW_CONFIDENCE_FULL);
    expect_edge(f, 1, SW_EDGE_EDITED, 0, 0);
    assert_int_equal(edge_of(f, 1).confidence, SW_CONFIDENCE_FULL / 3);
    expect_edge(f, 2, SW_EDGE_EDITED, 0, 1);
    expect_edge(f, 3, SW_EDGE_EDITED, 0, 0);
}

/* --- line ------------------------------------------------------------------------------------ */

static void test_lines_stay_with_their_file(void **state)
{
    struct fixture *f = *state;
    samples_add_text(&f->in[0], "a");
    samples_add_text(&f->in[0], "b");
    samples_add_text(&f->in[0], "c")->file = 1;
    samples_add_text(&f->in[0], "d")->file = 1;
    f->in[0].list[2].line = 1;
    f->in[0].list[3].line = 2;
    samples_add_text(&f->out, "A");
    samples_add_text(&f->out, "c")->file = 1;
    samples_add_text(&f->out, "e")->file = 1;
    f->out.list[1].line = 1;
    run(f, SW_MATCH_LINE, 1);
    expect_edge(f, 0, SW_EDGE_EDITED, 0, 0);
    expect_edge(f, 1, SW_EDGE_KEPT, 0, 2);
    expect_unknown(f, 2);
    expect_dropped(f, 0, 1, "unknown");
}

static void test_lines_need_one_input_and_lines(void **state)
{
    struct fixture *f = *state;
    struct sw_error err = {0};
    const char *path = temp_tree_path(&f->tree, "lineage");
    samples_add_text(&f->in[0], "a");
    samples_add_text(&f->in[1], "b");
    samples_add_text(&f->out, "a");
    assert_int_equal(
        match_try(SW_MATCH_LINE, f->in, 2, &f->out, 0, path, &f->matched, &err), SW_E_USAGE);
    f->out.list[0].line = 0;
    assert_int_equal(
        match_try(SW_MATCH_LINE, f->in, 1, &f->out, 0, path, &f->matched, &err), SW_E_REFUSED);
    assert_true(strstr(err.text, "line") != NULL);
}

/* --- content --------------------------------------------------------------------------------- */

static void test_equal_contents_pair_in_order(void **state)
{
    struct fixture *f = *state;
    samples_add_text(&f->in[0], "same");
    samples_add_text(&f->in[0], "lost");
    samples_add_text(&f->in[0], "same");
    samples_add_text(&f->in[1], "same");
    samples_add_text(&f->in[1], "other");
    samples_add_text(&f->out, "other");
    samples_add_text(&f->out, "same");
    samples_add_text(&f->out, "same");
    samples_add_text(&f->out, "new");
    samples_add_text(&f->out, "other");
    run(f, SW_MATCH_CONTENT, 2);
    expect_edge(f, 0, SW_EDGE_KEPT, 1, 1);
    expect_edge(f, 1, SW_EDGE_KEPT, 0, 0);
    expect_edge(f, 2, SW_EDGE_KEPT, 0, 2);
    expect_unknown(f, 3);
    expect_edge(f, 4, SW_EDGE_DUPLICATED, 1, 1);
    expect_dropped(f, 0, 1, "unknown");
    expect_dropped(f, 1, 0, "duplicate");
    assert_int_equal(f->in[0].whole_passes, 0);
    assert_int_equal(f->matched.lineage.totals.reordered, 0); /* of each input by itself */
}

static void test_nothing_and_no_input_are_matched(void **state)
{
    struct fixture *f = *state;
    for (int m = SW_MATCH_ID; m <= SW_MATCH_NEAR; m++) {
        run(f, (enum sw_match_method)m, 1);
        assert_int_equal(f->matched.lineage.output.rows, 0);
    }
    samples_add_text(&f->out, "made of nothing, at some length, so that it could be looked at");
    run(f, SW_MATCH_NEAR, 0);
    expect_unknown(f, 0);
    run(f, SW_MATCH_NEAR, 1);
    expect_unknown(f, 0);
}

/* --- near ------------------------------------------------------------------------------------ */

static void add_text(struct samples *samples, struct text text)
{
    (void)samples_add(samples, &text);
    free(text.words);
}

static struct text edited(const struct text *from, struct random *r, uint32_t one_in)
{
    struct text text = text_part(from, 0, from->count);
    text_edit(&text, r, one_in);
    return text;
}

static void test_edits_find_their_inputs(void **state)
{
    struct fixture *f = *state;
    struct random r = {1};
    struct text texts[200];
    for (size_t i = 0; i < SW_COUNT(texts); i++) {
        texts[i] = text_make(&r, 40 + random_below(&r, 400));
        samples_add(&f->in[i % 2], &texts[i]);
    }
    for (size_t i = SW_COUNT(texts); i-- > 0;) {
        struct text text = edited(&texts[i], &r, 25);
        add_text(&f->out, i % 5 == 0 ? text_part(&texts[i], 0, texts[i].count) : text);
        if (i % 5 == 0) {
            free(text.words);
        }
    }
    run(f, SW_MATCH_NEAR, 2);
    for (uint32_t row = 0; row < SW_COUNT(texts); row++) {
        uint32_t i = (uint32_t)SW_COUNT(texts) - 1 - row;
        struct sw_edge edge = edge_of(f, row);
        bool same = memcmp(f->out.list[row].content, f->in[i % 2].list[i / 2].content, 32) == 0;
        expect_edge(f, row, same ? SW_EDGE_KEPT : SW_EDGE_EDITED, i % 2, i / 2);
        assert_true(
            same ? edge.confidence == SW_CONFIDENCE_FULL
                 : edge.confidence >= SW_MATCH_SIMILARITY && edge.confidence <= SW_MATCH_SURE);
        free(texts[i].words);
    }
}

static void test_what_is_not_alike_is_not_invented(void **state)
{
    struct fixture *f = *state;
    struct random r = {2};
    for (size_t i = 0; i < 300; i++) {
        add_text(&f->in[0], text_make(&r, 30 + random_below(&r, 300)));
        add_text(&f->out, text_make(&r, 30 + random_below(&r, 300)));
    }
    /* Two of three words are others: that is no edit any more. */
    struct text text = text_make(&r, 300);
    samples_add(&f->in[0], &text);
    for (size_t i = 0; i < text.count; i += 3) {
        text.words[i] = draw_word(&r);
        text.words[(i + 1) % text.count] = draw_word(&r);
    }
    add_text(&f->out, text);
    samples_add_text(&f->in[0], "too short");
    samples_add_text(&f->out, "Too short");
    run(f, SW_MATCH_NEAR, 1);
    for (uint32_t row = 0; row < f->out.count; row++) {
        expect_unknown(f, row);
    }
    assert_int_equal(f->matched.lineage.totals.dropped_unknown, f->in[0].count);
    assert_int_equal(f->matched.report.too_short, 1);
}

static void test_likeness_is_what_it_is_said_to_be(void **state)
{
    (void)state;
    struct random r = {3};
    struct sw_shingle_key key;
    sw_shingle_key(sw_bytes("key", 3), &key);
    /* b shares `same` of its 4,000 bytes with a; their shingles are nearly all different. */
    for (size_t same = 0; same <= 4000; same += 500) {
        char a[4001];
        char b[4001];
        for (size_t i = 0; i < 4000; i++) {
            a[i] = (char)('!' + random_below(&r, 31));
            b[i] = i < same ? a[i] : (char)('!' + random_below(&r, 31));
        }
        struct sw_minhash x;
        struct sw_minhash y;
        assert_true(sw_minhash_of(&key, sw_bytes(a, 4000), &x));
        assert_true(sw_minhash_of(&key, sw_bytes(b, 4000), &y));
        double wanted = 10000.0 * (double)same / (double)(8000 - same);
        double got = sw_minhash_similarity(&x, &y);
        assert_true(got > wanted - 1500 && got < wanted + 1500);
        assert_true(same < 4000 || sw_minhash_similarity(&x, &y) == 10000);
    }
}

static void test_parts_of_one_input_are_its_split(void **state)
{
    struct fixture *f = *state;
    struct random r = {4};
    for (uint32_t i = 0; i < 20; i++) {
        struct text text = text_make(&r, 600);
        samples_add(&f->in[0], &text);
        for (size_t part = 0; part < 5; part++) {
            add_text(&f->out, text_part(&text, part * 120, 120));
        }
        free(text.words);
    }
    run(f, SW_MATCH_NEAR, 1);
    for (uint32_t row = 0; row < f->out.count; row++) {
        expect_edge(f, row, SW_EDGE_SPLIT, 0, row / 5);
        assert_true(edge_of(f, row).confidence >= 9000);
    }
}

static void test_an_uneven_cut_is_a_split_too(void **state)
{
    struct fixture *f = *state;
    struct random r = {5};
    struct text text = text_make(&r, 1000);
    struct text alone = text_make(&r, 1000);
    samples_add(&f->in[0], &text);
    samples_add(&f->in[0], &alone);
    add_text(&f->out, text_part(&text, 0, 800));
    add_text(&f->out, text_part(&text, 800, 200));
    add_text(&f->out, text_part(&alone, 0, 300)); /* nothing else of it is there: cut off */
    free(text.words);
    free(alone.words);
    run(f, SW_MATCH_NEAR, 1);
    expect_edge(f, 0, SW_EDGE_SPLIT, 0, 0);
    expect_edge(f, 1, SW_EDGE_SPLIT, 0, 0);
    expect_edge(f, 2, SW_EDGE_EDITED, 0, 1);
}

static void expect_many(
    struct fixture *f, uint32_t row, enum sw_edge_kind kind, uint32_t first, uint32_t count)
{
    struct sw_edge edge = edge_of(f, row);
    assert_string_equal(sw_edge_kind_name(edge.kind), sw_edge_kind_name(kind));
    assert_int_equal(edge.input_count, count);
    for (uint32_t i = 0; i < count; i++) {
        assert_int_equal(edge.inputs[i].row, first + i);
    }
}

static void test_inputs_one_behind_the_other_are_packed(void **state)
{
    struct fixture *f = *state;
    struct random r = {6};
    for (uint32_t pack = 0; pack < 12; pack++) {
        struct text packed = text_make(&r, 0);
        for (unsigned i = 0; i < 4; i++) {
            /* One is much longer than the others: the output is like it, and more. */
            struct text text = text_make(&r, i == 2 ? 900 : 60 + random_below(&r, 90));
            samples_add(&f->in[0], &text);
            text_append(&packed, &text);
            free(text.words);
        }
        add_text(&f->out, packed);
    }
    run(f, SW_MATCH_NEAR, 1);
    for (uint32_t row = 0; row < f->out.count; row++) {
        expect_many(f, row, SW_EDGE_PACKED, row * 4, 4);
        assert_true(edge_of(f, row).confidence >= 9000);
    }
    assert_int_equal(f->matched.lineage.totals.inputs_dropped, 0);
}

static void test_inputs_in_turn_are_merged(void **state)
{
    struct fixture *f = *state;
    struct random r = {7};
    struct text a = text_make(&r, 300);
    struct text b = text_make(&r, 300);
    struct text both = text_make(&r, 0);
    samples_add(&f->in[0], &a);
    samples_add(&f->in[0], &b);
    for (size_t at = 0; at < 300; at += 50) {
        struct text piece_a = text_part(&a, at, 50);
        struct text piece_b = text_part(&b, at, 50);
        text_append(&both, &piece_a);
        text_append(&both, &piece_b);
        free(piece_a.words);
        free(piece_b.words);
    }
    free(a.words);
    free(b.words);
    add_text(&f->out, both);
    run(f, SW_MATCH_NEAR, 1);
    expect_many(f, 0, SW_EDGE_MERGED, 0, 2);
}

static void test_an_input_in_a_longer_new_text_is_found(void **state)
{
    struct fixture *f = *state;
    struct random r = {8};
    struct text text = text_make(&r, 150);
    struct text around = text_make(&r, 600);
    samples_add(&f->in[0], &text);
    text_append(&around, &text);
    add_text(&f->out, around);
    struct text more = text_make(&r, 40);
    text_append(&more, &text);
    add_text(&f->out, more);
    free(text.words);
    run(f, SW_MATCH_NEAR, 1);
    expect_edge(f, 0, SW_EDGE_EDITED, 0, 0);
    expect_edge(f, 1, SW_EDGE_EDITED, 0, 0);
}

static void test_a_phrase_that_many_have_says_nothing(void **state)
{
    struct fixture *f = *state;
    struct random r = {9};
    struct text phrase = text_make(&r, 60);
    for (unsigned i = 0; i < 50; i++) {
        struct text text = text_make(&r, 100);
        text_append(&text, &phrase);
        add_text(&f->in[0], text);
    }
    struct text text = text_make(&r, 30);
    text_append(&text, &phrase);
    add_text(&f->out, text);
    add_text(&f->out, text_part(&phrase, 0, phrase.count));
    free(phrase.words);
    run(f, SW_MATCH_NEAR, 1);
    expect_unknown(f, 0);
    expect_unknown(f, 1);
}

static void test_likes_of_one_template_go_one_to_one(void **state)
{
    struct fixture *f = *state;
    struct random r = {10};
    struct text template = text_make(&r, 200);
    for (unsigned i = 0; i < 400; i++) {
        template.words[77] = WORDS + i;
        samples_add(&f->in[0], &template);
        template.words[140] = 2 * WORDS + i; /* edited */
        samples_add(&f->out, &template);
        template.words[140] = 5;
    }
    free(template.words);
    run(f, SW_MATCH_NEAR, 1);
    assert_int_equal(f->matched.lineage.totals.outputs[SW_EDGE_EDITED], 400);
    assert_int_equal(f->matched.lineage.totals.inputs_used, 400);
}

static void test_copies_that_were_changed_alike_go_one_to_one(void **state)
{
    struct fixture *f = *state;
    struct random r = {11};
    struct text text = text_make(&r, 100);
    for (unsigned i = 0; i < 40; i++) {
        samples_add(&f->in[0], &text);
    }
    text_edit(&text, &r, 30);
    for (unsigned i = 0; i < 41; i++) {
        samples_add(&f->out, &text);
    }
    free(text.words);
    run(f, SW_MATCH_NEAR, 1);
    assert_int_equal(f->matched.lineage.totals.outputs[SW_EDGE_EDITED], 41);
    assert_int_equal(f->matched.lineage.totals.inputs_used, 40);
}

static void test_texts_are_only_read_when_contents_leave_something_over(void **state)
{
    struct fixture *f = *state;
    struct random r = {12};
    struct text text = text_make(&r, 100);
    samples_add(&f->in[0], &text);
    samples_add(&f->in[0], &text);
    samples_add(&f->out, &text);
    free(text.words);
    run(f, SW_MATCH_NEAR, 1);
    assert_int_equal(f->in[0].whole_passes, 0);
    expect_dropped(f, 0, 1, "duplicate");
}

static void test_one_of_two_equal_inputs_may_have_been_changed(void **state)
{
    struct fixture *f = *state;
    struct random r = {14};
    struct text text = text_make(&r, 100);
    struct text other = text_make(&r, 100);
    samples_add(&f->in[0], &text);
    samples_add(&f->in[0], &text);
    samples_add(&f->in[0], &text);
    samples_add(&f->in[0], &other);
    samples_add(&f->in[0], &other);
    samples_add(&f->out, &text);
    text.words[50] = WORDS + 1;
    other.words[50] = WORDS + 2;
    samples_add(&f->out, &text);
    samples_add(&f->out, &other);
    free(text.words);
    free(other.words);
    run(f, SW_MATCH_NEAR, 1);
    expect_edge(f, 0, SW_EDGE_KEPT, 0, 0);
    expect_edge(f, 1, SW_EDGE_EDITED, 0, 1);
    expect_dropped(f, 0, 2, "duplicate");
    expect_edge(f, 2, SW_EDGE_EDITED, 0, 3);
    expect_dropped(f, 0, 4, "duplicate");
}

static void test_little_memory_finds_the_same(void **state)
{
    struct fixture *f = *state;
    struct random r = {13};
    struct sw_error err = {0};
    struct sw_digest digests[2];
    for (unsigned i = 0; i < 150; i++) {
        struct text text = text_make(&r, 100 + random_below(&r, 500));
        struct sample *in = samples_add(&f->in[0], &text);
        (void)snprintf(in->id, sizeof(in->id), "%u", i / 2);
        text_edit(&text, &r, 10 + i);
        struct text part = text_part(&text, 0, i % 3 == 0 ? 80 : text.count);
        struct sample *out = samples_add(&f->out, &part);
        (void)snprintf(out->id, sizeof(out->id), "%u", i);
        free(part.words);
        free(text.words);
    }
    for (int m = SW_MATCH_ID; m <= SW_MATCH_NEAR; m++) {
        for (size_t i = 0; i < SW_COUNT(digests); i++) {
            assert_int_equal(match_try((enum sw_match_method)m, f->in, 1, &f->out, i == 0 ? 0 : 50,
                                 temp_tree_path(&f->tree, "lineage"), &f->matched, &err),
                SW_OK);
            digests[i] = f->matched.lineage.chunks.digest;
            matched_free(&f->matched);
        }
        assert_true(sw_digest_equal(&digests[0], &digests[1]));
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_ids_find_kept_and_edited_in_any_order),
        TEST(test_one_id_of_several_outputs_was_split_or_copied),
        TEST(test_inputs_that_share_an_id_are_told_apart_by_content_or_guessed),
        TEST(test_lines_stay_with_their_file),
        TEST(test_lines_need_one_input_and_lines),
        TEST(test_equal_contents_pair_in_order),
        TEST(test_nothing_and_no_input_are_matched),
        TEST(test_edits_find_their_inputs),
        TEST(test_what_is_not_alike_is_not_invented),
        TEST(test_likeness_is_what_it_is_said_to_be),
        TEST(test_parts_of_one_input_are_its_split),
        TEST(test_an_uneven_cut_is_a_split_too),
        TEST(test_inputs_one_behind_the_other_are_packed),
        TEST(test_inputs_in_turn_are_merged),
        TEST(test_an_input_in_a_longer_new_text_is_found),
        TEST(test_a_phrase_that_many_have_says_nothing),
        TEST(test_likes_of_one_template_go_one_to_one),
        TEST(test_copies_that_were_changed_alike_go_one_to_one),
        TEST(test_texts_are_only_read_when_contents_leave_something_over),
        TEST(test_one_of_two_equal_inputs_may_have_been_changed),
        TEST(test_little_memory_finds_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
