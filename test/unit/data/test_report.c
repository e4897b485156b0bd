/* The report of a dataset, a mixture and a model: figures that are known, and what may go wrong
 * with the data, the records and the names in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <unistd.h>

#include "unit/data/report_help.h"

/* --- material -------------------------------------------------------------------------------- */

/* Ten records: nine samples and one that is broken. */
static const char mails[] =
    "{\"text\":\"Please find the invoice for last month in the attachment.\",\"label\":\"ham\"}\n"
    "{\"text\":\"Bitte schicken Sie mir die Unterlagen bis morgen.\",\"label\":\"ham\"}\n"
    "{\"text\":\"win money\",\"label\":\"spam\",\"language\":\"EN\"}\n"
    "{\"text\":\"win money\",\"label\":\"spam\",\"language\":\"en\"}\n"
    "{\"text\":\"win money\",\"label\":\"spam\"}\n"
    "{\"text\":\"\xE4\xBB\x8A\xE6\x97\xA5\xE3\x81\xAF\xE9\x9B\xA8\xE3\x81\xA7\xE3\x81\x99\"}\n"
    "no json at all\n"
    "{\"text\":\"12345\",\"label\":\"ham\",\"w\":0}\n"
    "{\"text\":\"12345\",\"label\":\"ham\",\"w\":2.5}\n"
    "{\"text\":\"\",\"label\":\"ham\"}\n";

static const char *forum_or_mail(uint64_t n)
{
    return n < 6 ? "forum" : "mail";
}

static struct ingest mails_of(struct data_test *t, const char *text)
{
    temp_tree_write(&t->tree, "mails.jsonl", text);
    return (struct ingest){.name = "mails",
        .version = "1",
        .path = sw_arena_strdup(&t->arena, temp_tree_path(&t->tree, "mails.jsonl")),
        .source = forum_or_mail,
        .how = {.format = "jsonl", .weight_field = "w"}};
}

static struct sw_report *report_of(
    struct data_test *t, const char *subject, const struct sw_report_options *options)
{
    static const struct sw_report_options plain;
    struct sw_report *report = NULL;
    MUST(sw_report_make(
        &t->data, sw_str(subject), options == NULL ? &plain : options, &report, &must_error));
    return report;
}

static const struct sw_tally_entry *entry_of(const struct sw_tally *tally, const char *name)
{
    for (size_t i = 0; i < tally->count; i++) {
        if (sw_str_is(tally->entries[i].name, name)) {
            return &tally->entries[i];
        }
    }
    return NULL;
}

static const struct sw_summary_field *field_of(
    const struct sw_report *report, const char *number, const char *name)
{
    for (size_t i = 0; i < report->summary->count; i++) {
        const struct sw_summary_section *section = &report->summary->sections[i];
        for (size_t j = 0; j < section->count && strcmp(section->number, number) == 0; j++) {
            if (strcmp(section->fields[j].name, name) == 0) {
                return &section->fields[j];
            }
        }
    }
    fail_msg("there is no field %s %s", number, name);
    return NULL;
}

static bool says(const struct sw_summary_field *field, const char *words)
{
    for (size_t i = 0; i < field->count; i++) {
        if (strstr(field->values[i], words) != NULL) {
            return true;
        }
    }
    return false;
}

/* The page of a report, which must hold these words. */
static void page_says(const struct sw_report *report, const char *words)
{
    SW_CLEANUP(buf) struct sw_buf page = SW_BUF_INIT;
    MUST(sw_report_html(report, &page, &must_error));
    if (strstr(sw_buf_cstr(&page), words) == NULL) {
        fail_msg("the page does not say '%s'", words);
    }
}

/* --- statistics ------------------------------------------------------------------------------ */

static void figures_are_those_of_the_samples(void **state)
{
    struct data_test *t = *state;
    const struct ingest in = mails_of(t, mails);
    (void)ingest(t, &in);
    const struct sw_report *report = report_of(t, "mails", NULL);
    assert_int_equal(report->kind, SW_REPORT_DATASET);
    assert_string_equal(report->name, "mails@1");
    assert_int_equal(report->set_count, 1);
    const struct sw_report_set *set = &report->sets[0];
    assert_true(set->rows_read);
    assert_int_equal(set->claim.samples, 9);
    assert_int_equal(set->files, 1);
    assert_int_equal(set->lengths->count, 9);
    assert_int_equal(set->lengths->sum, set->claim.bytes);
    assert_int_equal(set->lengths->smallest, strlen("{\"text\":\"\",\"label\":\"ham\"}"));
    assert_int_equal(set->duplicates.groups, 2); /* "win money" and "12345" */
    assert_int_equal(set->duplicates.copies, 3);
    assert_int_equal(set->duplicates.largest, 3);
    assert_int_equal(set->duplicates.largest_row, 2);
    assert_int_equal(set->weights.ones, 7);
    assert_int_equal(set->weights.zeros, 1);
    assert_true(set->weights.sum == 9.5);
    assert_true(set->weights.smallest == 0);
    assert_true(set->weights.largest == 2.5);
    assert_int_equal(set->source_count, 2);
    assert_true(sw_str_is(set->sources[0].name, "forum"));
    assert_int_equal(set->sources[0].samples, 6);
    assert_true(set->sources[0].weight == 6);
    assert_int_equal(set->sources[0].words, 10 + 8 + 2 + 2 + 2 + 5);
    assert_true(sw_str_is(set->sources[1].name, "mail"));
    assert_int_equal(set->sources[1].words, 2);
    assert_int_equal(set->claim.quarantined_count, 1);
    assert_int_equal(set->claim.quarantined[0].count, 1);
    assert_false(sw_report_is_partial(report));
}

static void words_labels_and_languages_are_counted_in_the_data(void **state)
{
    struct data_test *t = *state;
    const struct ingest in = mails_of(t, mails);
    (void)ingest(t, &in);
    const struct sw_report_content *content = &report_of(t, "mails@1", NULL)->sets[0].content;
    assert_true(content->read);
    assert_int_equal(content->samples, 9);
    assert_int_equal(content->missing, 0);
    assert_int_equal(content->strangers, 0);
    assert_int_equal(content->modalities[SW_MODALITY_TEXT], 9);
    assert_int_equal(content->text.words, 10 + 8 + 3 * 2 + 5 + 1 + 1);
    assert_int_equal(content->text.characters, 57 + 49 + 3 * 9 + 6 + 5 + 5);
    assert_int_equal(content->words->count, 9);
    assert_int_equal(content->words->largest, 10);
    assert_int_equal(entry_of(content->labels, "ham")->samples, 5);
    assert_int_equal(entry_of(content->labels, "spam")->samples, 3);
    assert_int_equal(content->labels->none.samples, 1);
    assert_int_equal(entry_of(content->languages, "en")->samples, 3);
    assert_int_equal(entry_of(content->languages, "en")->guessed, 1);
    assert_int_equal(entry_of(content->languages, "de")->samples, 1);
    assert_int_equal(entry_of(content->languages, "ja")->samples, 1);
    assert_int_equal(content->languages->none.samples, 4); /* "win money" undeclared, numbers, "" */
}

static void duplicates_are_counted_as_by_hand(void **state)
{
    struct data_test *t = *state;
    (void)data_test_dataset(t, "rows", "1", 7, 5000);
    static const struct sw_report_options rows_only = {.rows_only = true};
    const struct sw_report_set *set = &report_of(t, "rows", &rows_only)->sets[0];
    /* Every 50th row of rows_help.h has one of ten contents. */
    assert_int_equal(set->duplicates.groups, 10);
    assert_int_equal(set->duplicates.copies, 100 - 10);
    assert_int_equal(set->duplicates.largest, 10);
    assert_int_equal(set->duplicates.largest_row % 50, 0);
    assert_int_equal(set->with_id, 1000);
    assert_int_equal(set->weights.ones, 5000 - 715);
    assert_int_equal(sw_histogram_quantile(set->lengths, 50), 100);
    assert_int_equal(set->source_count, 2);
    /* A third of the samples has both. */
    assert_int_equal(set->sources[0].samples + set->sources[1].samples, 5000 + 5000 / 3);
}

static void a_set_of_no_samples_has_a_report(void **state)
{
    struct data_test *t = *state;
    const struct ingest in = mails_of(t, "\n");
    (void)ingest(t, &in);
    const struct sw_report *report = report_of(t, "mails", NULL);
    SW_CLEANUP(buf) struct sw_buf page = SW_BUF_INIT;
    assert_int_equal(report->sets[0].duplicates.largest, 0);
    assert_int_equal(report->sets[0].weights.ones, 0);
    MUST(sw_report_html(report, &page, &must_error));
    assert_null(strstr(sw_buf_cstr(&page), "nan"));
}

/* --- data that is not as it was -------------------------------------------------------------- */

static void only_samples_that_were_recorded_are_counted(void **state)
{
    struct data_test *t = *state;
    const struct ingest in = mails_of(t, mails);
    (void)ingest(t, &in);
    /* One changed, one gone, one new, and the order another. */
    temp_tree_write(&t->tree, "mails.jsonl",
        "{\"text\":\"win money\",\"label\":\"spam\"}\n"
        "{\"text\":\"Bitte schicken Sie mir die Unterlagen bis morgen.\",\"label\":\"ham\"}\n"
        "{\"text\":\"never seen before\",\"label\":\"new\"}\n"
        "{\"text\":\"win money\",\"label\":\"spam\",\"language\":\"EN\"}\n"
        "{\"text\":\"win money\",\"label\":\"changed\",\"language\":\"en\"}\n"
        "{\"text\":\"12345\",\"label\":\"ham\",\"w\":0}\n"
        "{\"text\":\"12345\",\"label\":\"ham\",\"w\":0}\n");
    const struct sw_report *report = report_of(t, "mails", NULL);
    const struct sw_report_content *content = &report->sets[0].content;
    assert_true(content->read);
    assert_int_equal(content->samples, 4);
    assert_int_equal(content->missing, 5);
    assert_int_equal(content->strangers, 3); /* a sample stands for one row only */
    assert_int_equal(content->text.words, 2 + 8 + 2 + 1);
    assert_null(entry_of(content->labels, "new"));
    assert_null(entry_of(content->labels, "changed"));
    assert_true(sw_report_is_partial(report));
    assert_non_null(strstr(field_of(report, "1.3", "text")->basis, "not read again"));
}

static void data_that_is_gone_leaves_what_the_rows_tell(void **state)
{
    struct data_test *t = *state;
    const struct ingest in = mails_of(t, mails);
    (void)ingest(t, &in);
    assert_int_equal(unlink(in.path), 0);
    const struct sw_report *report = report_of(t, "mails", NULL);
    assert_false(report->sets[0].content.read);
    assert_non_null(strstr(report->sets[0].content.why_not, "mails.jsonl"));
    assert_int_equal(report->sets[0].duplicates.copies, 3);
    assert_true(sw_report_is_partial(report));
    const struct sw_report_options there = {.at = in.path};
    struct sw_report *none = NULL;
    assert_int_equal(
        sw_report_make(&t->data, sw_str("mails"), &there, &none, &must_error), SW_E_NOENT);
}

static void data_is_found_where_it_is_said_to_be(void **state)
{
    struct data_test *t = *state;
    struct ingest in = mails_of(t, mails);
    in.elsewhere = true;
    (void)ingest(t, &in);
    const struct sw_report *report = report_of(t, "mails", NULL);
    assert_false(report->sets[0].content.read);
    assert_true(sw_report_is_partial(report));
    const struct sw_report_options there = {.at = in.path};
    assert_int_equal(report_of(t, "mails", &there)->sets[0].content.samples, 9);
}

static void a_salted_set_is_read_with_its_salt_and_not_without(void **state)
{
    struct data_test *t = *state;
    char name[SW_SALT_NAME_SIZE];
    struct sw_salt salt;
    MUST(sw_salt_make(&t->data, name, &must_error));
    MUST(sw_salt_load(&t->data, sw_str(name), &salt, &must_error));
    struct ingest in = mails_of(t, mails);
    in.salt = &salt;
    in.salt_name = name;
    (void)ingest(t, &in);
    assert_int_equal(report_of(t, "mails", NULL)->sets[0].content.samples, 9);
    MUST(sw_salt_forget(&t->data, sw_str(name), &must_error));
    const struct sw_report *report = report_of(t, "mails", NULL);
    assert_false(report->sets[0].content.read);
    assert_non_null(strstr(report->sets[0].content.why_not, "salt was forgotten"));
    assert_int_equal(report->sets[0].duplicates.copies, 3);
}

static void a_changed_file_of_the_store_is_refused(void **state)
{
    struct data_test *t = *state;
    const struct ingest in = mails_of(t, mails);
    const struct sw_dataset_claim claim = ingest(t, &in);
    const char *path = sw_data_file_path(&t->data, SW_DATA_FILE_SET, &claim.manifest);
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    MUST(sw_file_read(path, 1 << 20, &bytes, &must_error));
    size_t refused = 0;
    for (size_t at = 64; at < bytes.len; at += 97) {
        struct sw_report *report = NULL;
        static const struct sw_report_options plain;
        bytes.data[at] ^= 1;
        MUST(sw_file_write(path, sw_buf_bytes(&bytes), 0666, 0, &must_error));
        enum sw_code code = sw_report_make(&t->data, sw_str("mails"), &plain, &report, &must_error);
        refused += code == SW_E_REFUSED || code == SW_E_FORMAT ? 1 : 0;
        assert_true(code == SW_OK || code == SW_E_REFUSED || code == SW_E_FORMAT);
        if (code == SW_OK) { /* a tree, which is not what the report is made of */
            assert_int_equal(report->sets[0].duplicates.copies, 3);
            assert_int_equal(report->sets[0].content.samples, 9);
        }
        bytes.data[at] ^= 1;
    }
    assert_true(refused > 3);
    MUST(sw_file_write(path, sw_buf_bytes(&bytes), 0666, 0, &must_error));
}

/* --- kinds of content ------------------------------------------------------------------------ */

static enum sw_modality modality_of(const char *bytes, size_t len)
{
    struct sw_text_counts counts = {0};
    sw_text_count(sw_bytes(bytes, len), &counts);
    return sw_modality_of(sw_bytes(bytes, len), &counts);
}

static void first_bytes_tell_what_is_no_text(void **state)
{
    (void)state;
#define IS(modality, bytes) assert_int_equal(modality_of(bytes, sizeof(bytes) - 1), modality)
    IS(SW_MODALITY_TEXT, "");
    IS(SW_MODALITY_TEXT, "plain words");
    IS(SW_MODALITY_TEXT, "GIF89a is a format for pictures"); /* words about one */
    IS(SW_MODALITY_TEXT, "Gr\xFC\xDF"
                         "e aus einer anderen Kodierung, lang genug");
    IS(SW_MODALITY_IMAGE, "\x89PNG\r\n\x1A\n\0\0\0\rIHDR");
    IS(SW_MODALITY_IMAGE, "\xFF\xD8\xFF\xE0\0\x10JFIF");
    IS(SW_MODALITY_IMAGE, "RIFF\x10\0\0\0WEBPVP8 ");
    IS(SW_MODALITY_AUDIO, "RIFF\x10\0\0\0WAVEfmt ");
    IS(SW_MODALITY_AUDIO, "OggS\0\x02");
    IS(SW_MODALITY_VIDEO, "\0\0\0\x18"
                          "ftypmp42\0\0");
    IS(SW_MODALITY_VIDEO, "\x1A\x45\xDF\xA3\x01\0");
    IS(SW_MODALITY_OTHER, "\x7F"
                          "ELF\x02\x01\x01\0");
    IS(SW_MODALITY_OTHER, "\x89PN\0");
    IS(SW_MODALITY_OTHER, "\xFF\xFE\xFD\xFC");
}

static void pictures_are_counted_beside_texts(void **state)
{
    struct data_test *t = *state;
    static const char png[] = "\x89PNG\r\n\x1A\n\0\0\0\rIHDR";
    assert_int_equal(mkdir(temp_tree_path(&t->tree, "files"), 0777), 0);
    temp_tree_write_bytes(&t->tree, "files/a.png", png, sizeof(png) - 1);
    temp_tree_write(&t->tree, "files/b.txt", "The cat sat on the roof and watched the rain.");
    const struct ingest in = {.name = "files",
        .version = "1",
        .path = sw_arena_strdup(&t->arena, temp_tree_path(&t->tree, "files")),
        .how = {.format = "dir"}};
    (void)ingest(t, &in);
    const struct sw_report *report = report_of(t, "files", NULL);
    const struct sw_report_content *content = &report->sets[0].content;
    assert_int_equal(content->modalities[SW_MODALITY_IMAGE], 1);
    assert_int_equal(content->modalities[SW_MODALITY_TEXT], 1);
    assert_int_equal(content->text.words, 10); /* the picture has none */
    assert_int_equal(content->words->count, 1);
    assert_true(says(field_of(report, "1.3", "image"), "less than 1 million images (1 image)"));
    assert_true(says(field_of(report, "1.3", "video"), "none"));
}

/* --- what records say ------------------------------------------------------------------------ */

static const char forum_record[] =
    "{\"source\":{\"version\":\"1.0.0\",\"title\":\"Garden forum\",\"id\":\"urn:x\","
    "\"description\":\"Posts about plants\"},"
    "\"provenance\":{\"origin\":[{\"name\":\"Garden Society\"}],"
    "\"generation-period\":{\"start\":\"2024-01\",\"end\":\"2025-06\"},"
    "\"generation-method\":[{\"code\":\"web-crawling\"}],\"format\":[\"text/plain\"]},"
    "\"use\":{\"license\":\"CC-BY-4.0\",\"consents\":[\"https://example.org/consent\"],"
    "\"copyright\":[\"their authors\"],"
    "\"privacy-indicators\":[{\"tool\":{\"code\":\"masking\"},\"result\":\"no names\"}]}}";

static const char mail_record[] =
    "{\"source\":{\"version\":\"1.0.0\",\"title\":\"mail\",\"id\":\"urn:y\"},"
    "\"provenance\":{\"generation-period\":{\"end\":\"2025-09-30\"}},"
    "\"use\":{\"license\":\"CC0-1.0\"}}";

static void the_summary_says_what_is_recorded_and_no_more(void **state)
{
    struct data_test *t = *state;
    data_test_source(t, "forum", forum_record);
    data_test_source(t, "mail", mail_record);
    const struct ingest in = mails_of(t, mails);
    (void)ingest(t, &in);
    const struct sw_report *report = report_of(t, "mails", NULL);
    assert_int_equal(field_of(report, "1.1", "provider")->count, 0);
    assert_int_equal(field_of(report, "1.2", "model")->count, 0);
    assert_non_null(strstr(field_of(report, "1.2", "model")->basis, "not of a model"));
    assert_true(says(field_of(report, "1.3", "text"), "less than 1 billion tokens"));
    assert_true(says(field_of(report, "1.3", "latest_acquisition"), "2025-09-30"));
    assert_true(says(field_of(report, "1.3", "languages"), "English (en): 3 samples, 33.3 %"));
    assert_true(says(field_of(report, "1.3", "languages"), "unknown: 4 samples, 44.4 %"));
    assert_true(says(field_of(report, "2.1", "used"), "Yes: 1 source"));
    assert_true(says(field_of(report, "2.1", "datasets"), "mail; until 2025-09-30"));
    assert_true(says(field_of(report, "2.1", "datasets"), "sorted here: by its licence"));
    assert_true(says(field_of(report, "2.2.1", "used"), "No recorded source is of this kind"));
    assert_true(says(field_of(report, "2.3", "used"), "Yes: 1 source"));
    assert_true(says(field_of(report, "2.3", "content"), "Garden forum; Posts about plants"));
    assert_true(says(field_of(report, "2.3", "period"), "forum: from 2024-01 to 2025-06"));
    assert_true(says(field_of(report, "2.3", "modalities"), "text/plain"));
    assert_int_equal(field_of(report, "2.3", "domains")->count, 0);
    assert_true(says(field_of(report, "3.1", "measures"), "forum, copyright: their authors"));
    assert_int_equal(field_of(report, "3.2", "measures")->count, 0);
    assert_true(says(field_of(report, "3.3", "other"), "privacy technique: masking: no names"));
    assert_true(says(field_of(report, "3.3", "other"), "source mail has no consent"));
}

static void what_nobody_described_is_not_sorted_anywhere(void **state)
{
    struct data_test *t = *state;
    const struct ingest in = mails_of(t, mails);
    (void)ingest(t, &in);
    const struct sw_report *report = report_of(t, "mails", NULL);
    for (size_t i = 0; i < SW_COUNT(((const char *[]){"2.1", "2.2.1", "2.3", "2.4", "2.6"})); i++) {
        static const char *const numbers[] = {"2.1", "2.2.1", "2.3", "2.4", "2.6"};
        assert_int_equal(field_of(report, numbers[i], "used")->count, 0);
    }
    assert_true(says(field_of(report, "", "sources"), "forum"));
    assert_true(says(field_of(report, "", "sources"), "nobody trusted described it"));
}

static void samples_that_a_step_generated_are_synthetic(void **state)
{
    struct data_test *t = *state;
    struct sw_digest step;
    sw_sha256(sw_bytes("step", 4), &step);
    struct ingest in = mails_of(t, mails);
    in.step = &step;
    in.flags = SW_ROW_GENERATED;
    (void)ingest(t, &in);
    const struct sw_report *report = report_of(t, "mails", NULL);
    assert_int_equal(report->sets[0].generated, 9);
    assert_int_equal(report->sets[0].step_count, 1);
    assert_int_equal(report->sets[0].steps[0].samples, 9);
    assert_true(sw_digest_equal(&report->sets[0].steps[0].digest, &step));
    assert_true(says(field_of(report, "2.5", "used"), "generated"));
    assert_true(says(field_of(report, "2.5", "datasets"), "not taken from a source: 9 samples"));
}

static void record_claim(struct data_test *t, struct sw_subject subject, const char *type,
    const struct sw_buf *predicate)
{
    struct sw_receipt receipt;
    MUST(sw_data_record(
        &t->data, &subject, 1, type, sw_buf_bytes(predicate), &receipt, &must_error));
}

static void a_step_is_named_and_says_what_it_removed(void **state)
{
    struct data_test *t = *state;
    struct sw_digest step;
    sw_sha256(sw_bytes("step", 4), &step);
    struct ingest in = mails_of(t, mails);
    in.step = &step;
    const struct sw_dataset_claim made = ingest(t, &in);
    struct sw_reason_count reasons[] = {{"illegal-content", 4}, {"unknown", 1}};
    const struct sw_lineage_totals totals = {.outputs = {[SW_EDGE_KEPT] = 9},
        .inputs_used = 9,
        .inputs_dropped = 5,
        .dropped_unknown = 1,
        .reasons = reasons,
        .reason_count = 2};
    struct sw_dataset_ref ref = {made.name, made.version, made.manifest, 14};
    struct sw_str gaps[] = {sw_str("one sample was dropped and nobody said why")};
    struct sw_lineage_claim claim = {.step = step,
        .step_name = sw_str("filter <b>"),
        .lineage = made.manifest,
        .inputs = &ref,
        .input_count = 1,
        .output = {made.name, made.version, made.manifest, 9},
        .match = sw_str("id"),
        .totals = &totals,
        .gaps = gaps,
        .gap_count = 1,
        .how = data_test_json(t, "{}"),
        .time = t->data.now};
    SW_CLEANUP(buf) struct sw_buf predicate = SW_BUF_INIT;
    MUST(sw_lineage_claim_write(&claim, &predicate));
    record_claim(t, (struct sw_subject){sw_str("step"), step}, SW_PREDICATE_LINEAGE, &predicate);
    const struct sw_report *report = report_of(t, "mails", NULL);
    assert_true(sw_str_is(report->sets[0].steps[0].name, "filter <b>"));
    assert_true(says(
        field_of(report, "3.2", "measures"), "step filter <b> removed 4 samples: illegal-content"));
    assert_true(says(field_of(report, "3.3", "other"), "nobody said why"));
    page_says(report, "filter &lt;b&gt;");
}

static void taints_that_stand_are_told(void **state)
{
    struct data_test *t = *state;
    const struct ingest in = mails_of(t, mails);
    (void)ingest(t, &in);
    struct sw_taint_claim taint = {.selector = {.kind = SW_SELECT_SOURCE, .name = sw_str("forum")},
        .severity = SW_TAINT_HIGH,
        .reason = sw_str("poisoned"),
        .time = t->data.now};
    static const struct {
        enum sw_taint_state state;
        const char *source;
        size_t marks;
    } steps[] = {{SW_TAINTED, "elsewhere", 0}, {SW_TAINTED, "forum", 1},
        {SW_TAINT_LIFTED, "forum", 0}, {SW_TAINTED, "forum", 1}};
    for (size_t i = 0; i < SW_COUNT(steps); i++) {
        SW_CLEANUP(buf) struct sw_buf predicate = SW_BUF_INIT;
        struct sw_subject subject = {.name = sw_str("source")};
        taint.state = steps[i].state;
        taint.selector.name = sw_str(steps[i].source);
        sw_selector_subject(&taint.selector, &subject.digest);
        MUST(sw_taint_claim_write(&taint, &predicate));
        record_claim(t, subject, SW_PREDICATE_TAINT, &predicate);
        assert_int_equal(report_of(t, "mails", NULL)->mark_count, steps[i].marks);
    }
    const struct sw_report *report = report_of(t, "mails", NULL);
    assert_string_equal(report->marks[0].what, "source forum");
    assert_int_equal(field_of(report, "3.2", "measures")->count, 0); /* a taint removes nothing */
    assert_true(says(field_of(report, "3.3", "other"), "tainted, and still in: source forum"));
    page_says(report, "source forum, tainted (high): poisoned");
}

/* --- mixtures and models --------------------------------------------------------------------- */

static void decide(struct data_test *t, const char *name)
{
    const struct sw_mixture_weight weights[] = {
        {.source = sw_str("forum"), .new = sw_str("1")},
        {.source = sw_str("elsewhere"), .new = sw_str("3")},
        {.dataset = sw_str("mails"), .new = sw_str("4")},
    };
    const struct sw_mixture_change change = {.name = sw_str(name),
        .set = weights + (strcmp(name, "mails") == 0 ? 0 : 2),
        .set_count = strcmp(name, "mails") == 0 ? 2 : 1,
        .to_step = SW_ABSENT,
        .reason = sw_str("more of it")};
    struct sw_mixture_claim made;
    struct sw_receipt receipt;
    MUST(sw_mixture_decide(&t->data, &change, &made, &receipt, &must_error));
}

static void a_mixture_tells_of_its_datasets_and_sources(void **state)
{
    struct data_test *t = *state;
    const struct ingest in = mails_of(t, mails);
    (void)ingest(t, &in);
    decide(t, "base");
    const struct sw_report *report = report_of(t, "base", NULL);
    assert_int_equal(report->kind, SW_REPORT_MIXTURE);
    assert_int_equal(report->set_count, 1);
    assert_int_equal(report->sets[0].content.samples, 9);
    assert_int_equal(report->source_count, 2);
    page_says(report, "Weights of mixture base");
    decide(t, "mails"); /* also the name of a dataset */
    struct sw_report *none = NULL;
    static const struct sw_report_options plain;
    assert_int_equal(
        sw_report_make(&t->data, sw_str("mails"), &plain, &none, &must_error), SW_E_USAGE);
    assert_int_equal(report_of(t, "dataset:mails", NULL)->kind, SW_REPORT_DATASET);
    report = report_of(t, "mixture:mails", NULL);
    assert_int_equal(report->kind, SW_REPORT_MIXTURE);
    assert_int_equal(report->set_count, 0); /* it weighs sources only */
    assert_int_equal(report->source_count, 2);
    page_says(report, "No dataset is named");
    const struct sw_report_options there = {.at = in.path};
    assert_int_equal(
        sw_report_make(&t->data, sw_str("mixture:mails"), &there, &none, &must_error), SW_E_USAGE);
}

static void a_model_tells_of_what_it_was_trained_on(void **state)
{
    struct data_test *t = *state;
    const struct ingest in = mails_of(t, mails);
    const struct sw_dataset_claim set = ingest(t, &in);
    struct sw_dataset_ref refs[] = {{set.name, set.version, set.manifest, set.samples},
        {sw_str("lost"), sw_str("9"), {SW_SHA256, 32, {9}}, 1}};
    struct sw_training_base base = {
        .name = sw_str("old model"), .relation = sw_str("finetune"), .root = {SW_SHA256, 32, {7}}};
    struct sw_training_claim claim = {.kind = SW_TRAINED_MODEL,
        .run = sw_str("run-7"),
        .step = SW_ABSENT,
        .model = sw_str("spam-filter"),
        .root = {SW_SHA256, 32, {1}},
        .manifest = {SW_SHA256, 32, {2}},
        .datasets = refs,
        .dataset_count = 2,
        .bases = &base,
        .base_count = 1,
        .parameters = data_test_json(t, "{}"),
        .environment = data_test_json(t, "{}"),
        .time = t->data.now};
    SW_CLEANUP(buf) struct sw_buf predicate = SW_BUF_INIT;
    MUST(sw_training_claim_write(&claim, &predicate));
    record_claim(
        t, (struct sw_subject){sw_str("root"), claim.root}, SW_PREDICATE_TRAINING, &predicate);
    char root[SW_DIGEST_TEXT_SIZE];
    sw_digest_text(&claim.root, root);
    const struct sw_report *report = report_of(t, root, NULL);
    assert_int_equal(report->kind, SW_REPORT_MODEL);
    assert_int_equal(report->set_count, 1);
    assert_int_equal(report->sets[0].content.samples, 9);
    assert_true(says(field_of(report, "1.2", "model"), "spam-filter"));
    assert_true(says(field_of(report, "1.2", "dependencies"), "old model (finetune)"));
    assert_true(says(field_of(report, "3.3", "other"), "the dataset lost@9 is not known"));
    page_says(report, "<h1>spam-filter</h1>");
}

static void what_nobody_recorded_is_not_found(void **state)
{
    struct data_test *t = *state;
    static const char *const subjects[] = {"nothing", "nothing@1", "", "no/name",
        "dataset:", "model:x",
        "sha256:0000000000000000000000000000000000000000000000000000000000000000", "mixture:no",
        "a name with spaces", "\xFF\xFE"};
    static const struct sw_report_options plain;
    for (size_t i = 0; i < SW_COUNT(subjects); i++) {
        struct sw_report *report = NULL;
        struct sw_error err = {0};
        assert_int_equal(
            sw_report_make(&t->data, sw_str(subjects[i]), &plain, &report, &err), SW_E_NOENT);
        assert_non_null(strstr(err.text, "there is no dataset, mixture or trained model"));
    }
}

/* --- hostile names --------------------------------------------------------------------------- */

static const char hostile_record[] =
    "{\"source\":{\"version\":\"1.0.0\",\"title\":\"<script>alert(1)</script>\",\"id\":\"urn:x\","
    "\"description\":\"\\\"><img src=x onerror=alert(1)>\\n# head\\n\\u202egnp.exe\"},"
    "\"provenance\":{\"generation-method\":[{\"code\":\"synthetic\"}]},"
    "\"use\":{\"license\":\"[click](javascript:alert(1)) `x` | y\"}}";

static void names_of_others_are_text_on_the_page(void **state)
{
    struct data_test *t = *state;
    data_test_source(t, "forum", hostile_record);
    const struct ingest in =
        mails_of(t, "{\"text\":\"a b\",\"label\":\"</td><script>alert(1)</script>\"}\n"
                    "{\"text\":\"c d\",\"label\":\"'\\\"&\\u0007\\u202e\",\"language\":\"<b>\"}\n"
                    "{\"text\":\"e f\",\"label\":\"two\\nlines\"}\n");
    (void)ingest(t, &in);
    const struct sw_report *report = report_of(t, "mails", NULL);
    SW_CLEANUP(buf) struct sw_buf page = SW_BUF_INIT;
    MUST(sw_report_html(report, &page, &must_error));
    const char *html = sw_buf_cstr(&page);
    static const char *const never[] = {"<script", "<img", "onerror=alert(1)>", "\x07",
        "\xE2\x80\xAE", "two\nlines", "<b>\"", "javascript:alert(1)\""};
    for (size_t i = 0; i < SW_COUNT(never); i++) {
        if (strstr(html, never[i]) != NULL) {
            fail_msg("the page has '%s'", never[i]);
        }
    }
    assert_non_null(strstr(html, "&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert_non_null(strstr(html, "&#39;&quot;&amp;\\x07\\xe2\\x80\\xae"));
    assert_non_null(strstr(html, "two\\x0alines"));
    assert_non_null(strstr(html, "default-src 'none'; style-src 'unsafe-inline'"));
    assert_int_equal(report->sets[0].content.languages->count, 0); /* "<b>" is no language */
}

static void names_of_others_are_text_in_the_summary(void **state)
{
    struct data_test *t = *state;
    data_test_source(t, "forum", hostile_record);
    const struct ingest in = mails_of(t, mails);
    (void)ingest(t, &in);
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    MUST(sw_summary_markdown(report_of(t, "mails", NULL), &text));
    const char *markdown = sw_buf_cstr(&text);
    assert_non_null(strstr(markdown, "\\<script\\>alert(1)\\</script\\>"));
    assert_non_null(strstr(markdown, "\\[click\\](javascript:alert(1)) \\`x\\` \\| y"));
    assert_null(strstr(markdown, "\n# head"));
    assert_null(strstr(markdown, "\xE2\x80\xAE"));
    for (const char *p = strchr(markdown, '<'); p != NULL; p = strchr(p + 1, '<')) {
        assert_true(p[-1] == '\\');
    }
}

static void the_json_is_json_whatever_the_names(void **state)
{
    struct data_test *t = *state;
    data_test_source(t, "forum", hostile_record);
    const struct ingest in =
        mails_of(t, "{\"text\":\"a\",\"label\":\"\\\"\\u0000}\"}\n{\"text\":\"b\",\"label\":7}\n");
    (void)ingest(t, &in);
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_json_writer w;
    struct sw_json json;
    sw_jw_init(&w, &text, 0);
    sw_jw_object(&w, NULL);
    sw_report_json(report_of(t, "mails", NULL), &w);
    sw_jw_object_end(&w);
    MUST(sw_jw_finish(&w));
    MUST(sw_json_parse(&t->arena, sw_buf_bytes(&text), NULL, &json, &must_error));
    uint64_t samples = 0;
    assert_true(sw_json_u64(sw_json_path(&json, sw_str("datasets.0.content.samples")), &samples));
    assert_int_equal(samples, 2);
    assert_true(sw_json_is(sw_json_path(&json, sw_str("kind")), "dataset"));
}

/* What stands in the page's policy must be enough for it: nothing is fetched or run. */
static void the_page_needs_nothing_else(void **state)
{
    struct data_test *t = *state;
    const struct ingest in = mails_of(t, mails);
    (void)ingest(t, &in);
    SW_CLEANUP(buf) struct sw_buf page = SW_BUF_INIT;
    MUST(sw_report_html(report_of(t, "mails", NULL), &page, &must_error));
    static const char *const never[] = {"<script", "<link", "<iframe", "<object", "<embed", "<form",
        "<base", " src=", " style=", " on", "url(", "@import", "http:", "https:", "javascript:"};
    for (size_t i = 0; i < SW_COUNT(never); i++) {
        const char *found = strstr(sw_buf_cstr(&page), never[i]);
        bool words =
            found != NULL && strcmp(never[i], " on") == 0 && strchr(" el", found[3]) != NULL;
        if (found != NULL && !words) {
            fail_msg("the page has '%.40s'", found);
        }
    }
    assert_non_null(strstr(sw_buf_cstr(&page), "<svg class=\"plot\""));
    assert_non_null(strstr(sw_buf_cstr(&page), "role=\"img\" aria-labelledby=\"p0\""));
    assert_non_null(strstr(sw_buf_cstr(&page), "The numbers of this plot"));
}

static void shares_are_written_alike_everywhere(void **state)
{
    (void)state;
    static const struct {
        double part;
        double whole;
        const char *text;
    } cases[] = {{1, 3, "33.3 %"}, {2, 3, "66.7 %"}, {1, 1, "100.0 %"}, {0, 5, "0.0 %"},
        {5, 0, "0.0 %"}, {1, 100000, "0.0 %"}, {3, 2, "150.0 %"}, {1e300, 1, "100000.0 %"}};
    for (size_t i = 0; i < SW_COUNT(cases); i++) {
        char text[SW_PERCENT_SIZE];
        sw_report_show_percent(cases[i].part, cases[i].whole, text);
        assert_string_equal(text, cases[i].text);
    }
}

/* --- main ------------------------------------------------------------------------------------ */

static int setup(void **state)
{
    struct data_test *t = calloc(1, sizeof(*t));
    *state = t;
    if (t == NULL) {
        return -1;
    }
    data_test_open(t);
    return 0;
}

static int teardown(void **state)
{
    data_test_close(*state);
    free(*state);
    return 0;
}

int main(void)
{
#define IN_STORE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        IN_STORE(figures_are_those_of_the_samples),
        IN_STORE(words_labels_and_languages_are_counted_in_the_data),
        IN_STORE(duplicates_are_counted_as_by_hand),
        IN_STORE(a_set_of_no_samples_has_a_report),
        IN_STORE(only_samples_that_were_recorded_are_counted),
        IN_STORE(data_that_is_gone_leaves_what_the_rows_tell),
        IN_STORE(data_is_found_where_it_is_said_to_be),
        IN_STORE(a_salted_set_is_read_with_its_salt_and_not_without),
        IN_STORE(a_changed_file_of_the_store_is_refused),
        cmocka_unit_test(first_bytes_tell_what_is_no_text),
        IN_STORE(pictures_are_counted_beside_texts),
        IN_STORE(the_summary_says_what_is_recorded_and_no_more),
        IN_STORE(what_nobody_described_is_not_sorted_anywhere),
        IN_STORE(samples_that_a_step_generated_are_synthetic),
        IN_STORE(a_step_is_named_and_says_what_it_removed),
        IN_STORE(taints_that_stand_are_told),
        IN_STORE(a_mixture_tells_of_its_datasets_and_sources),
        IN_STORE(a_model_tells_of_what_it_was_trained_on),
        IN_STORE(what_nobody_recorded_is_not_found),
        IN_STORE(names_of_others_are_text_on_the_page),
        IN_STORE(names_of_others_are_text_in_the_summary),
        IN_STORE(the_json_is_json_whatever_the_names),
        IN_STORE(the_page_needs_nothing_else),
        cmocka_unit_test(shares_are_written_alike_everywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
