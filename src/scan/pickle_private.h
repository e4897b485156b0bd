/* Between the files of the pickle machine. Private to them. */
#ifndef SW_SCAN_PICKLE_PRIVATE_H
#define SW_SCAN_PICKLE_PRIVATE_H

#include "scan/pickle_reading.h"

/* --- lines (pickle_line.c) -------------------------------------------------------------------- */

/* Is this what the opcode takes? Tells in `op` what it says, and how readers differ over it. */
typedef bool (*sw_pickle_line_check)(struct sw_pickle_op *op, struct sw_bytes line);
bool sw_pickle_line_int(struct sw_pickle_op *op, struct sw_bytes line);
bool sw_pickle_line_long(struct sw_pickle_op *op, struct sw_bytes line);
bool sw_pickle_line_float(struct sw_pickle_op *op, struct sw_bytes line);
bool sw_pickle_line_index(struct sw_pickle_op *op, struct sw_bytes line);
bool sw_pickle_line_quoted(struct sw_pickle_op *op, struct sw_bytes line);
struct sw_bytes sw_pickle_trim(struct sw_bytes line);

/* --- values (pickle_value.c) ------------------------------------------------------------------ */

#define SW_PICKLE_KEPT 1024                    /* items of one container… */
#define SW_PICKLE_KEPT_TORCH (1u << 18)        /* …where they are tensors and their names */
#define SW_PICKLE_TEXT_MAX ((size_t)256 << 10) /* of text that is made, or read to be followed */

/* Makes room for one more element behind `count`. */
sw_result sw_pickle_room(void *array_at, size_t count, size_t *cap, size_t size, size_t max);

struct sw_pickle_value sw_pickle_plain(enum sw_pickle_kind kind);
struct sw_pickle_value sw_pickle_int(int64_t number);
/* A value with items. Without memory for them it has none (SW_PICKLE_NO_NODE), which nothing that
 * looks at them takes for empty. */
struct sw_pickle_value sw_pickle_group(struct sw_pickle_machine *m, enum sw_pickle_kind kind,
    const struct sw_pickle_value *items, size_t count);
/* Adds items to a container; what it cannot keep, it counts. */
void sw_pickle_extend(struct sw_pickle_machine *m, const struct sw_pickle_value *container,
    const struct sw_pickle_value *items, size_t count);
/* The node; NULL when the value has none. */
const struct sw_pickle_node *sw_pickle_node_of(
    const struct sw_pickle_machine *m, const struct sw_pickle_value *value);
/* One item of a node whose items are all there; NULL when there is no such. */
const struct sw_pickle_value *sw_pickle_item(
    const struct sw_pickle_machine *m, const struct sw_pickle_value *value, size_t index);
/* All items of a tuple, list or set; false when they were not kept. */
bool sw_pickle_items(const struct sw_pickle_machine *m, const struct sw_pickle_value *value,
    const struct sw_pickle_value **items, size_t *count);

/* The characters of a str or the bytes of a bytes, with escapes undone, at most `room` of them;
 * false when the value is neither, or an escape is not ASCII. *whole says whether that is all. */
bool sw_pickle_text(struct sw_pickle_machine *m, const struct sw_pickle_value *value, char *out,
    size_t room, struct sw_str *text, bool *whole);
/* The whole of it, in the machine's memory. */
bool sw_pickle_whole_text(
    struct sw_pickle_machine *m, const struct sw_pickle_value *value, struct sw_str *text);
/* A str or bytes that is made of these; they are in the machine's memory. */
struct sw_pickle_value sw_pickle_made(enum sw_pickle_kind kind, struct sw_str text);
/* Copies them there first; a plain value when there is no memory. */
struct sw_pickle_value sw_pickle_made_copy(
    struct sw_pickle_machine *m, enum sw_pickle_kind kind, struct sw_str text);

/* --- the memo (pickle_memo.c) ----------------------------------------------------------------- */

sw_result sw_pickle_memo_put(
    struct sw_pickle_machine *m, uint64_t index, struct sw_pickle_value value);
/* NULL when it has no such entry. */
const struct sw_pickle_value *sw_pickle_memo_get(const struct sw_pickle_machine *m, uint64_t index);

/* --- arrays in the stream (pickle_inline.c) --------------------------------------------------- */

/* When `object` is joblib's wrapper and `state` completes it: moves *at behind the array that
 * follows. */
sw_result sw_pickle_pass_array(struct sw_pickle_machine *m, const struct sw_pickle_value *object,
    const struct sw_pickle_value *state, uint64_t *at, struct sw_error *err);

/* --- torch (pickle_weights.c) ----------------------------------------------------------------- */

/* Before an opcode takes effect: would the weights_only unpickler refuse it? */
void sw_pickle_weights_step(struct sw_pickle_machine *m, const struct sw_pickle_op *op);
/* Tells of the storage that a persistent id names, when it names one. */
sw_result sw_pickle_tell_storage(
    struct sw_pickle_machine *m, const struct sw_pickle_value *id, uint64_t at);

/* Bytes of an element; 0: no storage of torch has this name (pickle_tensor.c). */
uint64_t sw_pickle_storage_width(struct sw_str name);
enum sw_pickle_rebuild sw_pickle_rebuild_of(struct sw_str module, struct sw_str name);
struct sw_pickle_call;
/* Tells of the tensor that a call makes, when it makes one. */
sw_result sw_pickle_tell_tensor(struct sw_pickle_machine *m, const struct sw_pickle_call *call,
    const struct sw_pickle_value *result);

/* --- showing (pickle_show.c) ------------------------------------------------------------------ */

/* A call's arguments as Python would write them, cut to about 200 bytes, in the machine's arena;
 * NULL when there is no memory. */
const char *sw_pickle_show_args(struct sw_pickle_machine *m, const struct sw_pickle_value *args,
    const struct sw_pickle_value *keywords);

/* --- imports (pickle_import.c) ---------------------------------------------------------------- */

#define SW_PICKLE_NAME_MAX 512

void sw_pickle_note(struct sw_pickle_machine *m, const char *rule, enum sw_severity severity,
    uint64_t at, const char *message);
void sw_pickle_differ(struct sw_pickle_machine *m, uint64_t at, const char *message);
sw_result sw_pickle_import(struct sw_pickle_machine *m, struct sw_str module, struct sw_str name,
    uint64_t at, struct sw_pickle_value *out);
/* An attribute of an import. */
sw_result sw_pickle_attribute(struct sw_pickle_machine *m, const struct sw_pickle_value *of,
    struct sw_str name, uint64_t at, struct sw_pickle_value *out);
/* Something is imported whose name cannot be told. */
void sw_pickle_unresolved(struct sw_pickle_machine *m, uint64_t at);

/* --- calls (pickle_call.c, pickle_fold.c, pickle_string.c) -------------------------------------
 */

struct sw_pickle_call {
    uint64_t at;
    struct sw_pickle_value callable;
    struct sw_pickle_value args;
    struct sw_pickle_value keywords; /* SW_VALUE_NONE: none */
    bool new;                        /* class.__new__ is called, not the class */
};
/* What the call gives, after noting it. */
sw_result sw_pickle_call(
    struct sw_pickle_machine *m, const struct sw_pickle_call *call, struct sw_pickle_value *out);

/* May a name of a pack be called like this? (pickle_judge.c) */
bool sw_pickle_call_is_allowed(struct sw_pickle_machine *m, const struct sw_pack_entry *entry,
    const struct sw_pickle_call *call);

/* What is known of a call that is followed. */
struct sw_pickle_fold {
    struct sw_pickle_machine *m;
    uint64_t at;
    const struct sw_pickle_value *args;
    size_t count;
};
/* The function that is followed by its path; NULL: it is not. */
sw_pickle_fold_fn sw_pickle_fold_function(struct sw_str module, struct sw_str name);
/* getattr(object, name) and operator.getitem(object, key). */
bool sw_pickle_fold_attribute(const struct sw_pickle_fold *fold, struct sw_pickle_value *out);
bool sw_pickle_fold_item(const struct sw_pickle_fold *fold, struct sw_pickle_value *out);
/* A method of a str, of bytes or of an import such as sys.modules. */
bool sw_pickle_fold_method(const struct sw_pickle_fold *fold, const struct sw_pickle_value *object,
    struct sw_str name, struct sw_pickle_value *out);
/* Methods and functions that make text (pickle_string.c). */
sw_pickle_fold_fn sw_pickle_string_method(struct sw_str name);
sw_pickle_fold_fn sw_pickle_string_function(struct sw_str path);

#endif
