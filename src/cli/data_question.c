#include "cli/data_question.h"

#include "cli/show_training.h"

sw_result sw_question_open(struct sw_cli *cli, const struct sw_question_args *args,
    const struct sw_signer_args *signer, struct sw_question *out, struct sw_error *err)
{
    *out = (struct sw_question){0};
    SW_TRY(sw_data_context_open(cli, SW_STORE_READ, signer, &out->context, err));
    out->bar = sw_bar_start(cli, "looking");
    out->context.data.progress = sw_bar_progress(out->bar);
    enum sw_code code = sw_graph_load(
        &out->context.data, args->no_cache ? SW_GRAPH_FRESH : SW_GRAPH_CACHED, &out->graph, err);
    if (code != SW_OK) {
        sw_question_release(out);
    }
    return code;
}

void sw_question_done(struct sw_question *question)
{
    sw_bar_stop(question->bar);
    question->bar = NULL;
    question->context.data.progress = NULL;
}

void sw_question_release(struct sw_question *question)
{
    sw_question_done(question);
    if (question->graph != NULL) {
        sw_graph_free(question->graph);
        question->graph = NULL;
    }
    sw_data_context_release(&question->context);
}

/* --- what is asked about --------------------------------------------------------------------- */

static bool is_place(struct sw_str text)
{
    struct sw_dataset_name name;
    struct sw_error ignored = {0};
    uint64_t row;
    const char *hash = text.len == 0 ? NULL : memchr(text.ptr, '#', text.len);
    if (hash == NULL) {
        return false;
    }
    size_t len = (size_t)(hash - text.ptr);
    return sw_dataset_name_parse(sw_str_n(text.ptr, len), &name, &ignored) == SW_OK &&
           sw_parse_u64(sw_str_n(hash + 1, text.len - len - 1), &row);
}

static bool has_word(struct sw_str text)
{
    static const char *const words[] = {"sample:", "content:", "text:", "file:"};
    for (size_t i = 0; i < SW_COUNT(words); i++) {
        if (sw_str_starts(text, words[i])) {
            return true;
        }
    }
    return false;
}

const char *sw_question_word(const char *text)
{
    struct sw_digest digest;
    if (has_word(sw_str(text))) {
        return "";
    }
    if (is_place(sw_str(text))) {
        return "sample:";
    }
    if (sw_digest_parse(sw_str(text), &digest)) {
        return "content:";
    }
    return sw_file_exists(text) ? "file:" : "text:";
}

sw_result sw_question_selector_text(
    struct sw_cli *cli, const char *text, const char **out, struct sw_error *err)
{
    static const char word[] = "model:";
    struct sw_digest root;
    *out = text;
    if (!sw_str_starts(sw_str(text), word)) {
        return SW_OK;
    }
    SW_TRY(sw_model_root_of(cli, text + strlen(word), &root, err));
    *out = sw_arena_printf(&cli->arena, "%s%s", word, sw_digest_show(cli, &root));
    return *out == NULL ? SW_E_NOMEM : SW_OK;
}

/* Why it is not what it looks like; NULL when it looks like words. */
static const char *doubt(const char *text)
{
    const char *hash = strchr(text, '#');
    const char *dot = strrchr(text, '.');
    if (text[strcspn(text, " \t\n")] != '\0' || strcmp(sw_question_word(text), "text:") != 0) {
        return NULL;
    }
    if (sw_str_starts(sw_str(text), "sha256:") || sw_cli_is_abbreviation(text)) {
        return "a digest of a content has sha256: and 64 hexadecimal digits";
    }
    if (hash != NULL && hash != text && hash[1] >= '0' && hash[1] <= '9') {
        return "a sample is NAME#ROW or NAME@VERSION#ROW";
    }
    bool path = strchr(text, '/') != NULL || (dot != NULL && dot != text && dot[1] != '\0');
    return path ? "there is no such file" : NULL;
}

void sw_question_doubt(const struct sw_cli *cli, const char *text)
{
    const char *why = doubt(text);
    if (why != NULL) {
        sw_note(cli, "'%s' is taken for the text itself: %s", text, why);
    }
}

const char *sw_question_missed(struct sw_cli *cli, const char *text)
{
    static const struct {
        const char *word;
        const char *missed;
    } kinds[] = {
        {"text:", "no sample has this text"},
        {"file:", "no sample has the content of this file"},
        {"content:", "no sample has this content"},
        {"sample:", "no sample is this"},
    };
    const char *whole = sw_arena_printf(&cli->arena, "%s%s", sw_question_word(text), text);
    for (size_t i = 0; whole != NULL && i < SW_COUNT(kinds); i++) {
        if (sw_str_starts(sw_str(whole), kinds[i].word)) {
            whole = sw_arena_printf(
                &cli->arena, "%s: %s", kinds[i].missed, whole + strlen(kinds[i].word));
            break;
        }
    }
    return whole == NULL ? "" : whole;
}

sw_result sw_question_sample(
    struct sw_question *question, const char *text, struct sw_selected *out, struct sw_error *err)
{
    const char *whole =
        sw_arena_printf(question->context.data.arena, "%s%s", sw_question_word(text), text);
    SW_TRY_PTR(whole);
    return sw_selected_parse(&question->context.data, question->graph, sw_str(whole), out, err);
}

sw_result sw_question_dataset(
    struct sw_question *question, const char *text, uint32_t *set, struct sw_error *err)
{
    const struct sw_graph *graph = question->graph;
    struct sw_dataset_name name;
    struct sw_digest manifest;
    if (sw_digest_parse(sw_str(text), &manifest)) {
        *set = sw_graph_find_set(graph, &manifest);
        return *set != SW_GRAPH_NONE ? SW_OK
                                     : sw_fail(err, SW_E_NOENT, "no dataset '%s' is known", text);
    }
    SW_TRY(sw_dataset_name_parse(sw_str(text), &name, err));
    for (uint32_t i = graph->dataset_count; i-- > 0;) {
        const struct sw_dataset_claim *claim = &graph->datasets[i].claim;
        if (sw_str_equal(claim->name, name.name) &&
            (name.version.len == 0 || sw_str_equal(claim->version, name.version))) {
            *set = graph->datasets[i].set;
            return SW_OK;
        }
    }
    return sw_fail(err, SW_E_NOENT, "no dataset '%s' is known", text);
}

/* --- telling --------------------------------------------------------------------------------- */

void sw_question_gaps_json(struct sw_json_writer *w, const struct sw_gaps *gaps)
{
    sw_jw_array(w, "gaps");
    for (size_t i = 0; i < gaps->count; i++) {
        sw_jw_text(w, NULL, gaps->list[i].text);
    }
    sw_jw_array_end(w);
}

void sw_question_show_gaps(const struct sw_cli *cli, const struct sw_gaps *gaps)
{
    if (gaps->count > 0) {
        sw_say(cli, SW_TONE_WARN, "not known\n");
    }
    for (size_t i = 0; i < gaps->count; i++) {
        sw_say(cli, SW_TONE_PLAIN, "  %s\n", gaps->list[i].text);
    }
}

void sw_question_selector_json(struct sw_json_writer *w, const struct sw_selector *selector)
{
    sw_jw_object(w, "selector");
    sw_jw_text(w, "kind", sw_selector_kind_name(selector->kind));
    sw_json_text_or_null(w, "name", selector->name);
    sw_json_digest(w, "digest", &selector->digest);
    sw_jw_object_end(w);
}

void sw_question_claims_json(struct sw_json_writer *w, const struct sw_selector *selectors,
    const struct sw_receipt *receipts, size_t count)
{
    sw_jw_array(w, "claims");
    for (size_t i = 0; i < count; i++) {
        sw_jw_object(w, NULL);
        sw_json_digest(w, "claim", &receipts[i].claim);
        sw_jw_u64(w, "leaf", receipts[i].leaf);
        sw_question_selector_json(w, &selectors[i]);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
}

const char *sw_question_selector(struct sw_cli *cli, const struct sw_selector *selector)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    if (sw_selector_show(selector, &text) != SW_OK) {
        return "";
    }
    const char *copy = sw_arena_strdup(&cli->arena, sw_buf_cstr(&text));
    return copy == NULL ? "" : copy;
}
