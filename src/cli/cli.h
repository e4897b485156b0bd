/* The command line: one command = one file = one option table. The table makes parsing, --help, the
 * man page and completion (pattern: git parse-options.h, curl docs/cmdline-opts). */
#ifndef SW_CLI_CLI_H
#define SW_CLI_CLI_H

#include "data/data.h"
#include "model/model.h"
#include "policy/policy.h"
#include "scan/scan.h"

#include <stdio.h>

/* --- option tables --------------------------------------------------------------------------- */

enum sw_option_kind {
    SW_OPTION_FLAG,     /* bool: true when given */
    SW_OPTION_TEXT,     /* const char * */
    SW_OPTION_LIST,     /* struct sw_text_list: may be given several times */
    SW_OPTION_NUMBER,   /* uint64_t */
    SW_OPTION_DURATION, /* int64_t, seconds; "90d" */
};

struct sw_option {
    const char *name; /* without the dashes */
    enum sw_option_kind kind;
    size_t at;         /* offsetof the field in the command's struct */
    const char *value; /* what stands for the value in help; NULL for flags */
    const char *help;  /* one sentence, no full stop */
};

struct sw_text_list {
    const char **items;
    size_t count;
};

struct sw_cli;

struct sw_command {
    const char *name;     /* "log verify" */
    const char *summary;  /* one line, for lists */
    const char *operands; /* "PATH", "[NAME]", "" */
    unsigned min_operands;
    unsigned max_operands;
    const struct sw_option *options; /* ends with a row whose name is NULL; may be NULL */
    size_t args_size;                /* of the command's struct; zeroed before parsing */
    const char *description;         /* paragraphs; scdoc markup is allowed */
    const char *examples;            /* "command line\n  what it does\n" pairs, or NULL */
    sw_result (*run)(struct sw_cli *cli, const void *args, struct sw_error *err);
};

/* Every command, in the order of the help. Ends with NULL. */
extern const struct sw_command *const sw_commands[];

/* One run of the program. */
struct sw_cli {
    struct sw_arena arena;
    const struct sw_command *command;
    const char **operands;
    size_t operand_count;
    const char *store_option;      /* --store */
    const char *log_policy_option; /* --log-policy */
    const char *checkpoint_option; /* --checkpoint */
    bool json;
    bool quiet;
    bool help;
    bool colour; /* standard output is a terminal that shows colours */
    int status;  /* exit status when run() gives SW_OK: a verdict sets it */
    int64_t now; /* one time for the whole run */
};

/* Finds the command and fills `args` (allocated in cli->arena). SW_E_USAGE says what is wrong. */
sw_result sw_cli_parse(
    struct sw_cli *cli, int argc, char **argv, void **args, struct sw_error *err);

/* The closest of several names, for "did you mean"; NULL when none is close. */
const char *sw_cli_closest(const char *word, const char *(*name_at)(const void *, size_t),
    const void *names, size_t count);

/* --- help (help.c) --------------------------------------------------------------------------- */

void sw_help_overview(FILE *out);
void sw_help_command(FILE *out, const struct sw_command *command);
#define SW_USAGE_MAX 128
/* "sealwright seal MODEL [OPTION]...": how a command is called. */
void sw_help_usage(const struct sw_command *command, char out[SW_USAGE_MAX]);
/* The commands of a group ("log"); false when there is no such group. */
bool sw_help_group(FILE *out, const char *name);
/* The man page of a command, or of a group such as "log", as scdoc source. */
sw_result sw_help_scdoc(FILE *out, const char *name, struct sw_error *err);
/* First words of all commands, once each. */
void sw_help_list(FILE *out);
/* What a command or a group is about, in one line. */
const char *sw_help_summary(struct sw_str name);

/* Scripts that complete the command line (completion.c). */
void sw_completion_bash(FILE *out);
void sw_completion_zsh(FILE *out);

/* --- output (output.c) ----------------------------------------------------------------------- */

enum sw_tone {
    SW_TONE_PLAIN,
    SW_TONE_GOOD,
    SW_TONE_BAD,
    SW_TONE_WARN,
    SW_TONE_DIM,
    SW_TONE_BOLD,
};

/* Text in a colour when the terminal shows them, escaped so that it stays on its line; only a
 * newline at the end of the format ends the line. */
void sw_say(const struct sw_cli *cli, enum sw_tone tone, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Where sw_say() and JSON go from now on, and what is to be known of standard output before: for a
 * process that prints for another one (confined.h). */
void sw_output_to(FILE *to);
void sw_output_ready(void);
/* One line on standard error, escaped, that is no failure: "sealwright NAME: …". */
void sw_note(const struct sw_cli *cli, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* A document for --json: begin, write through the writer, end prints it with a newline. */
struct sw_json_out {
    struct sw_buf buf;
    struct sw_json_writer writer;
};
struct sw_json_writer *sw_json_out_begin(struct sw_json_out *out);
sw_result sw_json_out_end(struct sw_json_out *out, struct sw_error *err);
void sw_json_digest(struct sw_json_writer *w, const char *name, const struct sw_digest *digest);
/* A list of texts; a text, or null when it is empty. */
void sw_json_texts(
    struct sw_json_writer *w, const char *name, const struct sw_str *texts, size_t count);
void sw_json_text_or_null(struct sw_json_writer *w, const char *name, struct sw_str text);
/* "1,234,567" */
const char *sw_group_digits(struct sw_cli *cli, uint64_t value);
/* "1 file", "1,234 files" */
const char *sw_count_show(struct sw_cli *cli, uint64_t count, const char *noun);
const char *sw_digest_show(struct sw_cli *cli, const struct sw_digest *digest);
const char *sw_time_show(struct sw_cli *cli, int64_t time);

/* Long work: a progress bar on standard error, when that is a terminal and it takes over a second;
 * and until it stops, the signals that ask for that (interrupt.c). NULL when out of memory. */
struct sw_bar;
struct sw_bar *sw_bar_start(struct sw_cli *cli, const char *what);
struct sw_progress *sw_bar_progress(struct sw_bar *bar); /* NULL is fine */
void sw_bar_stop(struct sw_bar *bar);

/* --- interruption (interrupt.c) -------------------------------------------------------------- */

/* From now on SIGINT and SIGTERM set `cancel`, and a second one ends the process; with NULL they
 * are kept for sw_interrupt_wait(). */
void sw_interrupt_watch(struct sw_progress *progress);
/* Waits until there is something to read; false when one of the signals came first, or before. */
bool sw_interrupt_wait(int fd);
/* As it was before. */
void sw_interrupt_release(void);
/* The signal that came; 0 when none did. */
int sw_interrupt_caught(void);
/* For a command that such a signal ends as it should: nobody dies by it. */
void sw_interrupt_forget(void);
/* Dies by that signal; returns when there was none. */
void sw_interrupt_die(void);

/* --- the store and its keys (context.c) ------------------------------------------------------ */

/* The store's directory: --store, $SEALWRIGHT_STORE, or .sealwright upwards from here. */
sw_result sw_cli_store_path(struct sw_cli *cli, const char **path, struct sw_error *err);
/* What the user keeps of the log: --log-policy and --checkpoint, or $SEALWRIGHT_LOG_POLICY and
 * $SEALWRIGHT_CHECKPOINT. Every store is opened with it. */
struct sw_store_pin sw_cli_store_pin(const struct sw_cli *cli);
sw_result sw_cli_store_open(
    struct sw_cli *cli, enum sw_store_mode mode, struct sw_store **store, struct sw_error *err);
sw_result sw_cli_store_open_at(const struct sw_cli *cli, const char *path, enum sw_store_mode mode,
    struct sw_store **store, struct sw_error *err);
/* Refuses a model that holds the store: its keys would be part of what is signed and shipped. */
sw_result sw_cli_store_outside(const char *store_path, const struct sw_model_options *options,
    const char *model, struct sw_error *err);
/* trust.yaml of the store at `store_path`. */
sw_result sw_cli_trust(
    struct sw_cli *cli, const char *store_path, struct sw_trust **trust, struct sw_error *err);
/* `file`, or policy.yaml of the store when it is NULL. */
sw_result sw_cli_policy(struct sw_cli *cli, const char *store_path, const char *file,
    struct sw_policy **policy, struct sw_error *err);

/* A digest as people give it: whole, or its first digits, at least eight, when no other claim or
 * subject in the store begins so (SW_E_USAGE lists those that do, SW_E_NOENT when none does). Only
 * to look things up: what decides takes whole digests. */
sw_result sw_cli_digest(struct sw_cli *cli, struct sw_store *store, enum sw_digest_of of,
    const char *text, struct sw_digest *out, struct sw_error *err);
bool sw_cli_is_abbreviation(const char *text);
/* The claim of such a digest. */
sw_result sw_cli_claim(struct sw_cli *cli, struct sw_store *store, const char *text,
    struct sw_evidence_record *record, struct sw_error *err);

/* The passphrase in a file: its first line, not empty. */
sw_result sw_cli_passphrase(const char *path, struct sw_buf *out, struct sw_error *err);

/* Which key signs. The rows go into a command's option table. */
struct sw_signer_args {
    const char *key;         /* name in the store's keys/ */
    const char *private_key; /* PEM file */
    const char *passphrase_file;
    const char *signing_certificate;
    struct sw_text_list certificate_chain;
};

/* A row of options: the text of --FIELD, into the member of that name. */
#define SW_TEXT_OPTION(type, field, value, help)                       \
    {                                                                  \
#field, SW_OPTION_TEXT, offsetof(type, field), (value), (help) \
    }

#define SW_SIGNER_OPTIONS(type, field)                                                             \
    {"key", SW_OPTION_TEXT, offsetof(type, field.key), "NAME",                                     \
        "sign with this key of the store (default: default)"},                                     \
        {"private-key", SW_OPTION_TEXT, offsetof(type, field.private_key), "FILE",                 \
            "sign with this private key, a PEM file"},                                             \
        {"passphrase-file", SW_OPTION_TEXT, offsetof(type, field.passphrase_file), "FILE",         \
            "the private key's passphrase, the first line of a file"},                             \
        {"signing-certificate", SW_OPTION_TEXT, offsetof(type, field.signing_certificate), "FILE", \
            "sign by the certificate method, with this certificate for the private key"},          \
    {                                                                                              \
        "certificate-chain", SW_OPTION_LIST, offsetof(type, field.certificate_chain), "FILE",      \
            "further certificates of the chain, towards the root; may be given again"              \
    }

struct sw_held_signer {
    struct sw_key *key;
    struct sw_signer signer; /* certificates are in cli->arena */
};
void sw_held_signer_release(struct sw_held_signer *held);
SW_DEFINE_CLEANUP(held_signer, struct sw_held_signer, sw_held_signer_release)

/* Loads the key (asking for its passphrase on the terminal where one is needed) and the chain.
 * `store_path` may be NULL when the arguments name a private key file. */
sw_result sw_cli_signer(struct sw_cli *cli, const char *store_path,
    const struct sw_signer_args *args, struct sw_held_signer *out, struct sw_error *err);

/* --- what several rooms do together (flow_*.c); also behind the C library -------------------- */

struct sw_verify_request {
    const char *path;
    const char *signature_path; /* NULL: where sw_model_signature_path finds it */
    const struct sw_trust *trust;
    struct sw_store *store; /* tells when the log recorded the signature; may be NULL */
    struct sw_model_verify_options options;
};

/* Reads the signature and verifies. `signature` gets its bytes. */
sw_result sw_flow_verify(struct sw_arena *arena, const struct sw_verify_request *request,
    struct sw_buf *signature, struct sw_verification *out, struct sw_error *err);

/* Reads and checks the signature, for whoever loads the files: none of them is read yet. */
sw_result sw_flow_load(struct sw_arena *arena, const struct sw_verify_request *request,
    struct sw_load **out, struct sw_error *err);

struct sw_ancestry;

struct sw_seal_request {
    const char *path;
    const char *signature_path; /* NULL: the default place */
    struct sw_store *store;     /* is made the writer when there is something to record */
    /* Made before any key was loaded: its parsers begin as copies of what this process was then,
     * and hostile files must not meet a key there. */
    struct sw_scan *scan;
    const struct sw_signer *signer;
    struct sw_model_options options;
    bool despite_findings;              /* sign also what the scan refuses */
    bool tensors;                       /* record the digest of each tensor as well */
    const struct sw_ancestry *ancestry; /* the verified parents (cli/ancestry.h) */
    int64_t now;
};

struct sw_sealed {
    struct sw_manifest manifest;
    struct sw_scan_report scan;
    const char *signature_path;
    bool refused; /* the scan refused it for what it found: only the scan claim was recorded */
    struct sw_receipt scan_receipt;
    struct sw_receipt signature_receipt; /* alg 0 when refused */
    struct sw_tensor_list tensors;
    struct sw_receipt tensors_receipt;    /* alg 0 when refused, or not asked for */
    struct sw_receipt derivation_receipt; /* alg 0 when refused, or without parents */
};

sw_result sw_flow_seal(struct sw_arena *arena, const struct sw_seal_request *request,
    struct sw_sealed *out, struct sw_error *err);

struct sw_admit_request {
    const char *path;
    const char *signature_path;
    struct sw_store *store; /* as in sw_seal_request; a dry run only reads */
    const struct sw_trust *trust;
    const struct sw_policy *policy;
    struct sw_scan *scan; /* as in sw_seal_request; used when a scan is needed */
    const struct sw_signer *signer;
    struct sw_model_verify_options options;
    bool dry_run;           /* decide on what is known; record nothing */
    const char *would_sign; /* dry run: the public key of who would sign, a PEM file; NULL: nobody
                               knows */
};

/* What is known of the data that the model was trained on. */
struct sw_admitted_data {
    bool known; /* a trusted claim says how it was trained */
    struct sw_provenance provenance;
    struct sw_digest claim; /* that was recorded of it, or the draft; alg 0 when there is none */
    struct sw_gate_draft draft; /* dry run; type NULL when there is none */
};

struct sw_admitted {
    struct sw_verification verification;
    bool scanned; /* the scan claim was absent or stale, so it was scanned again */
    struct sw_scan_report scan;
    struct sw_digest scan_claim; /* that was recorded of it; alg 0 when none was */
    struct sw_admitted_data data;
    struct sw_decision decision; /* its first rule is "integrity": what verification found */
    struct sw_receipt
        receipt; /* of the verdict; alg 0 with dry_run or when nothing could be named */
};

sw_result sw_flow_admit(struct sw_arena *arena, const struct sw_admit_request *request,
    struct sw_admitted *out, struct sw_error *err);

/* Signs a statement and appends its bundle to `out`. */
sw_result sw_flow_claim(const struct sw_signer *signer, const struct sw_subject *subjects,
    size_t subject_count, const char *predicate_type, struct sw_bytes predicate, struct sw_buf *out,
    struct sw_error *err);

/* In JSON (doc/json.md): */
/* The member "problems" of the current object. */
void sw_flow_problems_json(struct sw_json_writer *w, const struct sw_verification *v);
/* The members of "verify". */
void sw_flow_verification_members(struct sw_json_writer *w, const struct sw_verification *v);

#endif
