/* The pickle machine: reads opcodes of protocols 0 to 5 as CPython's unpickler would
 * (Lib/pickle.py, Modules/_pickle.c), keeps the stack, the marks and the memo, and notes every
 * import and call. It never makes an object. Private to scan. */
#ifndef SW_SCAN_PICKLE_H
#define SW_SCAN_PICKLE_H

#include "scan/pack.h"

/* --- opcodes --------------------------------------------------------------------------------- */

/* The forms of an opcode's argument. */
enum sw_pickle_arg {
    SW_ARG_NONE,
    SW_ARG_U1,
    SW_ARG_U2,
    SW_ARG_U4,
    SW_ARG_U8,
    SW_ARG_F8,
    SW_ARG_COUNTED1, /* a length of 1, 4 or 8 bytes, then as many bytes */
    SW_ARG_COUNTED4,
    SW_ARG_COUNTED8,
    SW_ARG_SIGNED4,  /* as COUNTED4, but a length of 2 GiB or more is negative */
    SW_ARG_INT_LINE, /* text up to a line feed, of the stated form */
    SW_ARG_LONG_LINE,
    SW_ARG_FLOAT_LINE,
    SW_ARG_QUOTED_LINE,
    SW_ARG_TEXT_LINE,
    SW_ARG_INDEX_LINE,
    SW_ARG_TWO_LINES,
};

/* What an opcode does, beyond taking `pops` values (and all above the topmost mark, with it) and
 * leaving `pushes` values of no interest. */
enum sw_pickle_effect {
    SW_DO_PLAIN,
    SW_DO_POP_MARK,
    SW_DO_VALUE, /* a constant that is kept */
    SW_DO_CONTAINER,
    SW_DO_PERSISTENT,
    SW_DO_FRAME,
    SW_DO_MARK,
    SW_DO_STOP,
    SW_DO_POP,
    SW_DO_DUP,
    SW_DO_GLOBAL, /* an import by two lines */
    SW_DO_STACK_GLOBAL,
    SW_DO_EXTENSION,
    SW_DO_INST,
    SW_DO_OBJ,
    SW_DO_REDUCE,
    SW_DO_NEWOBJ,
    SW_DO_NEWOBJ_EX,
    SW_DO_BUILD,
    SW_DO_STORE, /* APPEND, SETITEM and their kin, which change what is below */
    SW_DO_GET,
    SW_DO_PUT,
    SW_DO_MEMOIZE,
    SW_DO_PROTO,
    SW_DO_EFFECTS,
};

struct sw_pickle_row {
    const char *name; /* NULL: no such opcode */
    enum sw_pickle_arg arg;
    enum sw_pickle_effect effect;
    uint8_t pops;
    uint8_t pushes;
    bool to_mark;
};

extern const struct sw_pickle_row sw_pickle_rows[256];

struct sw_pickle_reader {
    struct sw_window window;
    uint64_t line_max; /* a longer line is broken */
};

struct sw_pickle_op {
    const struct sw_pickle_row *row;
    uint8_t code;
    uint64_t at;
    uint64_t next;
    uint64_t number; /* of U1 to U8 and INDEX_LINE */
    uint64_t text;   /* where the argument's bytes stand, without quotes */
    uint64_t text_len;
    uint64_t text2; /* the second line of TWO_LINES */
    uint64_t text2_len;
    int64_t integer;    /* of INT_LINE, when it fits */
    const char *differ; /* how the unpicklers differ over it; NULL: they do not */
    bool unended;       /* its line is the last of the data and has no line feed */
};

/* Reads one opcode and its argument. SW_E_FORMAT with the reason where CPython would stop too. */
sw_result sw_pickle_decode(
    struct sw_pickle_reader *reader, uint64_t at, struct sw_pickle_op *op, struct sw_error *err);

/* A quick look at the first bytes of something: could it be a pickle? It may say yes to what is
 * none (the machine decides), never no to what runs. */
bool sw_pickle_skim(struct sw_bytes head, uint64_t size);

/* True for dotted Python identifiers; bytes of UTF-8 count as letters. */
bool sw_pickle_is_dotted_name(struct sw_bytes text);

/* True when importing this runs something: Python imports "a" before it finds that "a.b c" cannot
 * be. */
bool sw_pickle_can_import(struct sw_bytes module);

/* --- rules ----------------------------------------------------------------------------------- */

enum sw_import_class {
    SW_IMPORT_ALLOWED, /* what torch's weights_only loading accepts by default */
    SW_IMPORT_LIBRARY, /* what a pack allows */
    SW_IMPORT_OTHER,   /* anything else: unknown code */
    SW_IMPORT_DENIED,  /* known to run commands, reach files or the network, or lift the rules */
};

/* By the lists alone, without packs. */
enum sw_import_class sw_pickle_classify(struct sw_str module, struct sw_str name);
/* What Python 3's unpickler makes of a module's name of Python 2. */
struct sw_str sw_pickle_modern_module(struct sw_str module);
/* Feeds the tables to the digest of the rule set. */
void sw_pickle_rules_hash(struct sw_hash *hash);

/* --- values ---------------------------------------------------------------------------------- */

enum sw_pickle_kind {
    SW_VALUE_OTHER, /* nothing is known of it */
    SW_VALUE_NONE,
    SW_VALUE_TRUE,
    SW_VALUE_FALSE,
    SW_VALUE_INT,
    SW_VALUE_FLOAT,
    SW_VALUE_TEXT,
    SW_VALUE_BYTES,
    SW_VALUE_LONG,   /* an integer that is only known by its place in the source */
    SW_VALUE_IMPORT, /* an index into imports */
    SW_VALUE_TUPLE,  /* from here on: an index into nodes */
    SW_VALUE_LIST,
    SW_VALUE_DICT, /* items: key, value, key, value… */
    SW_VALUE_SET,
    SW_VALUE_RESULT,     /* of a call; items: callable, arguments, keywords, state */
    SW_VALUE_METHOD,     /* items: object, name */
    SW_VALUE_PERSISTENT, /* items: the id */
};

/* Small, since there are millions. What is large is shared: text by its place in the source,
 * items by their node. */
struct sw_pickle_value {
    uint64_t text; /* the place; the address when `made`; the number, its bits, or the index */
    uint32_t len;  /* of text; of a result, the index of the import that was called */
    uint8_t kind;
    uint8_t code; /* the opcode that made it: how its text is escaped */
    bool made;    /* the text is not in the source but in the machine's arena */
};

#define SW_PICKLE_NO_IMPORT UINT32_MAX
#define SW_PICKLE_NO_NODE UINT64_MAX /* there was no memory for its items */

/* The items of a container or the parts of a call. A long container keeps only its beginning. */
struct sw_pickle_node {
    struct sw_pickle_value *items;
    uint32_t kept;
    uint32_t cap;
    uint64_t count;
    uint32_t pairs; /* of a result that takes items: their node, + 1 */
};

/* --- the machine ----------------------------------------------------------------------------- */

#define SW_PICKLE_CALLS_SHOWN 4

/* What a function of torch makes (pickle_tensor.c). */
enum sw_pickle_rebuild {
    SW_REBUILD_NONE,
    SW_REBUILD_TENSOR,
    SW_REBUILD_TENSOR_V3,
    SW_REBUILD_PARAMETER, /* of a tensor */
    SW_REBUILD_TYPE,      /* by another of them */
};

struct sw_pickle_fold;
/* Works out what a function gives; false when it cannot. */
typedef bool (*sw_pickle_fold_fn)(const struct sw_pickle_fold *fold, struct sw_pickle_value *out);

struct sw_pickle_import {
    struct sw_str module; /* in the machine's arena */
    struct sw_str name;   /* empty: the module itself */
    uint64_t at;
    enum sw_import_class class;
    const struct sw_pack_entry *entry; /* of what a pack allows */
    bool misused;                      /* called in a way that the pack does not allow */
    sw_pickle_fold_fn fold;            /* of a function that is followed; NULL: it is not */
    bool called;
    enum sw_pickle_rebuild rebuild;
    bool mapping;                            /* its instances take SETITEM under weights_only */
    const char *args[SW_PICKLE_CALLS_SHOWN]; /* of the first calls that differ, as shown */
    uint64_t call_at[SW_PICKLE_CALLS_SHOWN];
    size_t arg_count;
    size_t calls;
};

struct sw_pickle_note {
    const char *rule;
    const char *message;
    enum sw_severity severity;
    uint64_t at;
};

#define SW_PICKLE_NOTES 64

#define SW_PICKLE_TORCH_FIRST 4 /* 2.4 */
#define SW_PICKLE_TORCH_LAST 10 /* 2.10 */
#define SW_PICKLE_TORCH_ALL ((1u << (SW_PICKLE_TORCH_LAST - SW_PICKLE_TORCH_FIRST + 1)) - 1)

/* Which versions of torch load the stream with weights_only (pickle_weights.c). */
struct sw_pickle_weights {
    unsigned versions;  /* one bit each, from 2.4 on */
    const char *reason; /* why the newest one does not; NULL: it does */
    uint64_t at;
};

struct sw_torch_tensor;
struct sw_torch_storage;

/* What the machine asks of who runs it, on the way. */
struct sw_pickle_hooks {
    void *ctx;
    /* Another pickle begins at *at, on a stack of its own: walk it, and leave *at behind it. */
    enum sw_code (*nested)(void *ctx, uint64_t *at, struct sw_error *err);
    /* An array's bytes, which are no opcodes, were passed over. */
    enum sw_code (*passed)(void *ctx, uint64_t at, uint64_t len, struct sw_error *err);
    /* A str or bytes begins like a pickle. */
    enum sw_code (*constant)(void *ctx, uint64_t at, uint64_t len, struct sw_error *err);
    /* The pickle needs a tensor's storage. */
    enum sw_code (*storage)(void *ctx, const struct sw_torch_storage *storage);
    /* The pickle makes a tensor. */
    enum sw_code (*tensor)(void *ctx, const struct sw_torch_tensor *tensor);
};

struct sw_pickle_machine {
    const struct sw_packs *packs;        /* NULL: everything that they allow is unknown */
    const struct sw_pickle_hooks *hooks; /* may be NULL */
    struct sw_arena arena;               /* names, and what is shown */
    struct sw_pickle_reader reader;
    struct sw_arena items; /* of the nodes */
    struct sw_arena texts; /* that were made */
    struct sw_pickle_node *nodes;
    size_t node_count, node_cap;
    struct sw_pickle_value *stack;
    size_t depth, stack_cap;
    size_t *marks;
    size_t mark_count, mark_cap;
    struct sw_pickle_value *memo; /* entries 0 to memo_len - 1 */
    size_t memo_len, memo_cap;
    struct sw_pickle_slot *far; /* a hash table for indices that are not in order */
    size_t far_len, far_cap;
    struct sw_pickle_import *imports;
    size_t import_count, import_cap;
    struct sw_pickle_note notes[SW_PICKLE_NOTES];
    size_t note_count;
    uint64_t ops;       /* of this stream, that did not fail */
    uint64_t op_max;    /* 0: no limit */
    uint32_t keep_max;  /* items that are kept of one container */
    uint64_t import_op; /* which opcode of this stream imported last, from 0 */
    uint64_t resume;    /* where to go on behind bytes that are no opcodes; 0: at the next one */
    struct sw_pickle_weights weights;
    size_t arrays;       /* of joblib, that were passed over, in all streams */
    uint64_t frame_end;  /* where the present frame ends; 0: there was none */
    size_t calls;        /* of this stream */
    unsigned call_depth; /* calls that call what they were given */
    size_t followed;     /* calls that were followed */
    bool unnamed;        /* this stream imported something whose name is not in the file */
    size_t first_import; /* imports before it belong to earlier streams */
    size_t first_note;   /* likewise */
};

void sw_pickle_machine_init(struct sw_pickle_machine *machine, const struct sw_source *source);
void sw_pickle_machine_release(struct sw_pickle_machine *machine);
SW_DEFINE_CLEANUP(pickle_machine, struct sw_pickle_machine, sw_pickle_machine_release)
/* Forgets imports and notes too, and keeps the memory. */
void sw_pickle_machine_clear(struct sw_pickle_machine *machine);

/* Runs one stream from `*at` to its STOP, with empty stack and memo; imports and notes are added to
 * those of earlier streams. *at is left behind the STOP, or at the opcode that fails (SW_E_FORMAT,
 * SW_E_LIMIT, SW_E_NOMEM, SW_E_IO). `top` is what the stream gives. */
sw_result sw_pickle_run(struct sw_pickle_machine *machine, uint64_t *at,
    struct sw_pickle_value *top, struct sw_error *err);

#endif
