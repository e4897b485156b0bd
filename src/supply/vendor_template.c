/* An empty record: every question with its choices as comments. */
#include "supply/vendor_private.h"

static sw_result put_choices(
    struct sw_buf *out, const char *indent, const struct sw_vendor_choices *choices)
{
    for (size_t i = 0; i < choices->count; i++) {
        const struct sw_vendor_choice *c = &choices->list[i];
        SW_TRY(sw_buf_printf(
            out, "%s#   %-16.*s " SW_STR_FMT "\n", indent, SW_STR_ARG(c->id), SW_STR_ARG(c->says)));
    }
    return SW_OK;
}

static sw_result put_head(
    struct sw_buf *out, const struct sw_vendor_questions *q, struct sw_str name)
{
    SW_TRY(sw_buf_printf(out,
        "# A vendor's record for 'sealwright vendor' (doc/vendors.md). What is left empty counts "
        "as\n"
        "# the worst. Notes and names of files are never signed; the rest is, for others to read.\n"
        "version: 1\n"
        "vendor: \"" SW_STR_FMT "\"\n"
        "title:        # its name for people\n"
        "owner:        # who of yours answers for it\n\n"
        "# What it offers, and by what that is recognised where it is used.\n"
        "services: []\n"
        "#  - name: Example API\n"
        "#    hosts: [api.example.com, .example.net]   # '.': all hosts below it\n"
        "#    purls: [\"pkg:pypi/example\"]\n"
        "#    mcp-servers: [example]\n"
        "#    names: [Example]                         # as 'discover' calls it\n\n"
        "use:\n"
        "  # What depends on it:\n",
        SW_STR_ARG(name)));
    SW_TRY(put_choices(out, "  ", &q->dependence));
    return sw_buf_puts(out, "  dependence:\n"
                            "  depends: []   # which of your products and teams, in words\n\n");
}

static sw_result put_data(struct sw_buf *out, const struct sw_vendor_questions *q)
{
    const struct sw_vendor_question *training = sw_vendor_question(q, sw_str(SW_VENDOR_TRAINING));
    SW_TRY(sw_buf_puts(out, "data:\n  # What of yours it gets:\n"));
    SW_TRY(put_choices(out, "  ", &q->classes));
    SW_TRY(sw_buf_puts(out, "  class:\n  # Whether it trains on that:\n"));
    SW_TRY(training == NULL ? SW_E_INTERNAL : put_choices(out, "  ", &training->answers));
    return sw_buf_puts(out,
        "  trains-on:\n"
        "  retention-days:      # 0: not kept\n"
        "  regions: []\n"
        "  sub-processors: []\n\n"
        "review:\n"
        "  reviewed:            # a date such as 2026-11-28\n"
        "  due:                 # when it is to be reviewed again\n"
        "  by:\n"
        "  decision:            # approved, approved-with-conditions, refused\n"
        "  conditions: []\n\n"
        "# Documents, by the digest of a file below the directory of documents, or by a digest\n"
        "# alone. Kinds:\n");
}

static sw_result put_question(struct sw_buf *out, const struct sw_vendor_question *question)
{
    SW_TRY(sw_buf_printf(out, "\n  # " SW_STR_FMT "\n  # " SW_STR_FMT "\n",
        SW_STR_ARG(question->question), SW_STR_ARG(question->why)));
    SW_TRY(sw_buf_printf(out, "  # Weight %llu%s. ", (unsigned long long)question->weight,
        question->proof ? "; wants a document as evidence" : ""));
    for (size_t i = 0; i < question->control_count; i++) {
        SW_TRY(sw_buf_printf(
            out, "%s" SW_STR_FMT, i == 0 ? "" : ", ", SW_STR_ARG(question->controls[i])));
    }
    SW_TRY(sw_buf_puts(out, "\n"));
    SW_TRY(put_choices(out, "  ", &question->answers));
    SW_TRY(question->skip ? sw_buf_printf(out, "  #   %-16s with a note that says why\n",
                                SW_VENDOR_NOT_APPLICABLE)
                          : SW_OK);
    return sw_buf_printf(out, "  " SW_STR_FMT ":\n    answer:\n    note:\n    evidence: []\n",
        SW_STR_ARG(question->id));
}

sw_result sw_vendor_template(struct sw_str name, struct sw_buf *out, struct sw_error *err)
{
    const struct sw_vendor_questions *q = sw_vendor_questions();
    SW_TRY_PTR(q);
    SW_TRY(sw_vendor_name_check(name, err));
    SW_TRY(put_head(out, q, name));
    SW_TRY(put_data(out, q));
    SW_TRY(put_choices(out, "", &q->documents));
    SW_TRY(sw_buf_puts(out, "documents: []\n"
                            "#  - id: soc2\n"
                            "#    kind: soc2-type2\n"
                            "#    file: soc2.pdf\n"
                            "#    issued: 2026-03-01\n"
                            "#    expires: 2027-03-01\n\n"
                            "answers:\n"));
    for (size_t i = 0; i < q->count; i++) {
        SW_TRY(put_question(out, &q->list[i]));
    }
    return SW_OK;
}
