/* What the commands that ask the graph of data claims share. */
#ifndef SW_CLI_DATA_QUESTION_H
#define SW_CLI_DATA_QUESTION_H

#include "cli/data_context.h"

/* The row goes into a command's option table. */
struct sw_question_args {
    bool no_cache;
};

#define SW_QUESTION_OPTIONS(type, field)                                     \
    {                                                                        \
        "no-cache", SW_OPTION_FLAG, offsetof(type, field.no_cache), NULL,    \
            "check every claim anew, do not use what is kept from last time" \
    }

struct sw_question {
    struct sw_data_context context;
    struct sw_graph *graph;
    struct sw_bar *bar;
};

/* Opens the store to read, with a key to sign by when `signer` is not NULL, and loads the graph.
 * `out` must stay where it is. */
sw_result sw_question_open(struct sw_cli *cli, const struct sw_question_args *args,
    const struct sw_signer_args *signer, struct sw_question *out, struct sw_error *err);
/* The progress bar is gone from here on: before anything is printed. */
void sw_question_done(struct sw_question *question);
void sw_question_release(struct sw_question *question);
SW_DEFINE_CLEANUP(question, struct sw_question, sw_question_release)

/* The selector as it was given, but "model:PATH" of a model on disk as "model:DIGEST". Before the
 * question is opened, since it shows progress of its own. */
sw_result sw_question_selector_text(
    struct sw_cli *cli, const char *text, const char **out, struct sw_error *err);
/* A sample as people name one: "NAME[@VERSION]#ROW", a content's digest, a file that is there, or
 * the text itself; or any of it with the word of sw_selected_parse() before it. */
sw_result sw_question_sample(
    struct sw_question *question, const char *text, struct sw_selected *out, struct sw_error *err);
/* What it takes `text` for: "text:", "file:" and so on; empty when `text` says it itself. */
const char *sw_question_word(const char *text);
/* Says on standard error that `text` looks like the name of something and is taken for words. */
void sw_question_doubt(const struct sw_cli *cli, const char *text);
/* "no sample has this text: buy now": what was looked for and not found. */
const char *sw_question_missed(struct sw_cli *cli, const char *text);
/* The newest dataset of a name, by its set in the graph. SW_E_NOENT. */
sw_result sw_question_dataset(
    struct sw_question *question, const char *text, uint32_t *set, struct sw_error *err);

/* The member "gaps"; and a paragraph of them. */
void sw_question_gaps_json(struct sw_json_writer *w, const struct sw_gaps *gaps);
void sw_question_show_gaps(const struct sw_cli *cli, const struct sw_gaps *gaps);
/* The member "selector": an object. */
void sw_question_selector_json(struct sw_json_writer *w, const struct sw_selector *selector);
/* The member "claims": a selector and a receipt each. */
void sw_question_claims_json(struct sw_json_writer *w, const struct sw_selector *selectors,
    const struct sw_receipt *receipts, size_t count);
/* As one types it; text that was given is shown by its digest. */
const char *sw_question_selector(struct sw_cli *cli, const struct sw_selector *selector);

/* --- reach, for "data reach" and "data takedown" (show_reach.c) ------------------------------ */

/* The members "datasets" and "models". `model`: that one only; NONE: all. */
void sw_reach_json(struct sw_json_writer *w, struct sw_question *question,
    const struct sw_reach *reach, uint32_t model);
void sw_reach_show(
    struct sw_cli *cli, struct sw_question *question, const struct sw_reach *reach, uint32_t model);

#endif
