#include "scan/pickle_private.h"

/* Functions that call what they were given call each other at most so deep. */
#define CALL_DEPTH_MAX 8
#define FOLLOWED_MAX 100000 /* of one file */

/* Keeps the arguments of the first calls that differ; of what is allowed nobody asks for them. */
static sw_result keep_arguments(struct sw_pickle_machine *m, const struct sw_pickle_call *call)
{
    struct sw_pickle_import *import = &m->imports[call->callable.text];
    import->called = true;
    import->calls++;
    if (import->class == SW_IMPORT_LIBRARY) {
        if (sw_pickle_call_is_allowed(m, import->entry, call)) {
            return SW_OK;
        }
        import->misused = true;
    }
    if (import->class == SW_IMPORT_ALLOWED || import->arg_count == SW_PICKLE_CALLS_SHOWN) {
        return SW_OK;
    }
    const char *args = sw_pickle_show_args(m, &call->args, &call->keywords);
    SW_TRY_PTR(args);
    for (size_t i = 0; i < import->arg_count; i++) {
        if (strcmp(import->args[i], args) == 0) {
            return SW_OK;
        }
    }
    import->args[import->arg_count] = args;
    import->call_at[import->arg_count++] = call->at;
    return SW_OK;
}

static struct sw_pickle_value result_of(
    struct sw_pickle_machine *m, const struct sw_pickle_call *call)
{
    const struct sw_pickle_value parts[] = {call->callable, call->args, call->keywords};
    struct sw_pickle_value result = sw_pickle_group(m, SW_VALUE_RESULT, parts, SW_COUNT(parts));
    bool import = call->callable.kind == SW_VALUE_IMPORT;
    result.len = import ? (uint32_t)call->callable.text : SW_PICKLE_NO_IMPORT;
    return result;
}

static bool fold_of(
    struct sw_pickle_machine *m, const struct sw_pickle_call *call, struct sw_pickle_fold *fold)
{
    *fold = (struct sw_pickle_fold){.m = m, .at = call->at};
    return sw_pickle_items(m, &call->args, &fold->args, &fold->count);
}

static sw_result call_import(
    struct sw_pickle_machine *m, const struct sw_pickle_call *call, struct sw_pickle_value *out)
{
    SW_TRY(keep_arguments(m, call));
    struct sw_pickle_fold fold;
    sw_pickle_fold_fn fn = m->imports[call->callable.text].fold;
    if (fn != NULL && fold_of(m, call, &fold) && fn(&fold, out)) {
        return SW_OK;
    }
    *out = result_of(m, call);
    return sw_pickle_tell_tensor(m, call, out);
}

static sw_result call_method(
    struct sw_pickle_machine *m, const struct sw_pickle_call *call, struct sw_pickle_value *out)
{
    const struct sw_pickle_value *object = sw_pickle_item(m, &call->callable, 0);
    const struct sw_pickle_value *name = sw_pickle_item(m, &call->callable, 1);
    struct sw_str text;
    struct sw_pickle_fold fold;
    bool known = object != NULL && name != NULL && sw_pickle_whole_text(m, name, &text) &&
                 fold_of(m, call, &fold) && sw_pickle_fold_method(&fold, object, text, out);
    if (!known) {
        *out = result_of(m, call);
    }
    return SW_OK;
}

/* partial(f, a)(b) is f(a, b). */
static sw_result call_partial(struct sw_pickle_machine *m, const struct sw_pickle_call *call,
    const struct sw_pickle_fold *bound, const struct sw_pickle_fold *given,
    struct sw_pickle_value *out)
{
    struct sw_pickle_call next = {.at = call->at,
        .callable = bound->args[0],
        .args = sw_pickle_group(m, SW_VALUE_TUPLE, bound->args + 1, bound->count - 1),
        .keywords = call->keywords};
    sw_pickle_extend(m, &next.args, given->args, given->count);
    return sw_pickle_call(m, &next, out);
}

/* methodcaller(name, a)(object) is object.name(a). */
static sw_result call_named(struct sw_pickle_machine *m, const struct sw_pickle_call *call,
    const struct sw_pickle_fold *bound, const struct sw_pickle_fold *pair,
    struct sw_pickle_value *out)
{
    struct sw_pickle_call next = {.at = call->at,
        .args = sw_pickle_group(m, SW_VALUE_TUPLE, bound->args + 1, bound->count - 1),
        .keywords = call->keywords};
    return sw_pickle_fold_attribute(pair, &next.callable) ? sw_pickle_call(m, &next, out) : SW_OK;
}

/* What a call of functools.partial, operator.attrgetter and their kin gave is called in turn. */
static sw_result call_result(
    struct sw_pickle_machine *m, const struct sw_pickle_call *call, struct sw_pickle_value *out)
{
    const struct sw_pickle_value *inner = sw_pickle_item(m, &call->callable, 0);
    const struct sw_pickle_value *args = sw_pickle_item(m, &call->callable, 1);
    struct sw_pickle_fold bound = {.m = m, .at = call->at};
    struct sw_pickle_fold given;
    *out = result_of(m, call);
    if (inner == NULL || args == NULL || inner->kind != SW_VALUE_IMPORT ||
        !sw_pickle_items(m, args, &bound.args, &bound.count) || bound.count == 0 ||
        !fold_of(m, call, &given)) {
        return SW_OK;
    }
    struct sw_str maker = m->imports[inner->text].name;
    if (sw_str_is(maker, "partial")) {
        return call_partial(m, call, &bound, &given, out);
    }
    if (given.count != 1) {
        return SW_OK;
    }
    const struct sw_pickle_value operands[] = {given.args[0], bound.args[0]};
    const struct sw_pickle_fold pair = {.m = m, .at = call->at, .args = operands, .count = 2};
    if (sw_str_is(maker, "methodcaller")) {
        return call_named(m, call, &bound, &pair, out);
    }
    if (sw_str_is(maker, "attrgetter")) {
        (void)sw_pickle_fold_attribute(&pair, out);
    }
    if (sw_str_is(maker, "itemgetter")) {
        (void)sw_pickle_fold_item(&pair, out);
    }
    return SW_OK;
}

static sw_result call_other(
    struct sw_pickle_machine *m, const struct sw_pickle_call *call, struct sw_pickle_value *out)
{
    sw_pickle_note(
        m, "pickle-call", SW_SEVERITY_HIGH, call->at, "calls something that is not a plain import");
    if (call->callable.kind == SW_VALUE_METHOD) {
        return call_method(m, call, out);
    }
    if (call->callable.kind == SW_VALUE_RESULT) {
        return call_result(m, call, out);
    }
    *out = result_of(m, call);
    return SW_OK;
}

sw_result sw_pickle_call(
    struct sw_pickle_machine *m, const struct sw_pickle_call *call, struct sw_pickle_value *out)
{
    if (m->call_depth >= CALL_DEPTH_MAX || m->followed > FOLLOWED_MAX) {
        *out = sw_pickle_plain(SW_VALUE_OTHER);
        sw_pickle_unresolved(m, call->at);
        return SW_OK;
    }
    m->calls++;
    m->followed += m->call_depth > 0;
    m->call_depth++;
    enum sw_code code = call->callable.kind == SW_VALUE_IMPORT ? call_import(m, call, out)
                                                               : call_other(m, call, out);
    m->call_depth--;
    return code;
}
