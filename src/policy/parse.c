/* Reading policy.yaml. doc/format/policy.md has a row for every key here. */
#include "policy/fields.h"
#include "policy/rule.h"

#include <inttypes.h>

#define MAX_RULES 1000
#define MAX_CONDITIONS 100
#define MAX_SIGNERS 1000
#define MAX_WAIVERS 10000

/* --- conditions ------------------------------------------------------------------------------ */

/* 'field', 'every', 'any' or 'count', and the operator: each is there once. */
struct parts {
    const struct sw_json_member *what;
    enum sw_scope scope;
    const struct sw_json_member *operation;
    const struct sw_json *allow_empty;
};

static bool scope_of(struct sw_str name, enum sw_scope *out)
{
    for (int scope = 0; sw_scope_key((enum sw_scope)scope) != NULL; scope++) {
        if (sw_str_is(name, sw_scope_key((enum sw_scope)scope))) {
            *out = (enum sw_scope)scope;
            return true;
        }
    }
    return false;
}

static enum sw_code take_part(struct sw_fields *fields, const struct sw_json *object,
    const struct sw_json_member *member, struct parts *parts)
{
    if (sw_str_is(member->name, "allow-empty")) {
        parts->allow_empty = &member->value;
        return SW_OK;
    }
    SW_TRY(sw_fields_reserved(fields, member));
    enum sw_scope scope = parts->scope;
    bool is_what = scope_of(member->name, &scope);
    const struct sw_json_member **part = is_what ? &parts->what : &parts->operation;
    if (*part != NULL) {
        return sw_fields_fail(fields, object,
            "a condition takes one %s; write '" SW_STR_FMT "' and '" SW_STR_FMT
            "' as two conditions",
            is_what ? "of field, every, any and count" : "operator", SW_STR_ARG((*part)->name),
            SW_STR_ARG(member->name));
    }
    *part = member;
    parts->scope = scope;
    return SW_OK;
}

static enum sw_code find_parts(
    struct sw_fields *fields, const struct sw_json *object, struct parts *parts)
{
    if (object->type != SW_JSON_OBJECT) {
        return sw_fields_fail(fields, object, "a condition must be a mapping of keys to values");
    }
    SW_JSON_EACH_MEMBER (member, object) {
        SW_TRY(take_part(fields, object, member, parts));
    }
    if (parts->what == NULL) {
        return sw_fields_fail(
            fields, object, "a condition needs 'field' (or 'every', 'any' or 'count')");
    }
    if (parts->operation == NULL) {
        return sw_fields_fail(
            fields, object, "a condition needs an operator: one of %s", sw_operator_names());
    }
    return SW_OK;
}

static enum sw_code read_allow_empty(
    struct sw_fields *fields, const struct parts *parts, struct sw_selection *what)
{
    if (parts->allow_empty == NULL) {
        return SW_OK;
    }
    if (!sw_json_bool(parts->allow_empty, &what->allow_empty)) {
        return sw_fields_fail(fields, parts->allow_empty, "'allow-empty' must be true or false");
    }
    return what->scope == SW_SCOPE_EVERY
               ? SW_OK
               : sw_fields_fail(fields, parts->allow_empty, "'allow-empty' goes with 'every'");
}

static enum sw_code read_condition(
    struct sw_fields *fields, const struct sw_json *object, struct sw_condition *out)
{
    struct parts parts = {0};
    SW_TRY(find_parts(fields, object, &parts));
    struct sw_selection what = {.scope = parts.scope};
    const char *path;
    SW_TRY(sw_fields_text(fields, &parts.what->value, sw_scope_key(what.scope), &path));
    what.path = sw_str(path);
    SW_TRY(read_allow_empty(fields, &parts, &what));
    const struct sw_json_member *operation = parts.operation;
    const struct sw_operator *op = sw_operator_find(operation->name);
    if (op == NULL) {
        return sw_fields_fail(fields, &operation->value,
            "'" SW_STR_FMT "' is no operator; there are %s", SW_STR_ARG(operation->name),
            sw_operator_names());
    }
    enum sw_code rc = sw_condition_init(out, op, &what, &operation->value, fields->err);
    return rc == SW_OK ? rc : sw_fields_prefix(fields, &operation->value, rc);
}

static enum sw_code read_where(struct sw_fields *fields, const struct sw_json *value, void *target)
{
    struct sw_rule *rule = target;
    uint32_t count;
    SW_TRY(sw_fields_list(fields, value, "where", MAX_CONDITIONS, &count));
    if (count == 0) {
        return sw_fields_fail(fields, value, "'where' is empty; leave it out or add a condition");
    }
    rule->where = SW_ARENA_ARRAY(fields->arena, struct sw_condition, count);
    SW_TRY_PTR(rule->where);
    for (uint32_t i = 0; i < count; i++) {
        SW_TRY(read_condition(fields, &value->items[i], &rule->where[i]));
    }
    rule->where_count = count;
    return SW_OK;
}

/* --- rules ----------------------------------------------------------------------------------- */

static enum sw_code read_rule_name(
    struct sw_fields *fields, const struct sw_json *value, void *target)
{
    struct sw_rule *rule = target;
    return sw_fields_name(fields, value, "name", &rule->name);
}

static enum sw_code read_rule_description(
    struct sw_fields *fields, const struct sw_json *value, void *target)
{
    struct sw_rule *rule = target;
    return sw_fields_prose(fields, value, "description", &rule->description);
}

static enum sw_code read_type(
    struct sw_fields *fields, const struct sw_json *value, const char *key, struct sw_rule *rule)
{
    if (rule->type != NULL) {
        return sw_fields_fail(fields, value, "a rule has either 'claim' or 'forbid', not both");
    }
    const char *type;
    SW_TRY(sw_fields_text(fields, value, key, &type));
    if (strpbrk(type, "* ") != NULL) {
        return sw_fields_fail(
            fields, value, "'%s' takes one exact predicate type, without '*' or spaces", key);
    }
    rule->type = type;
    return SW_OK;
}

static enum sw_code read_claim(struct sw_fields *fields, const struct sw_json *value, void *target)
{
    return read_type(fields, value, "claim", target);
}

static enum sw_code read_forbid(struct sw_fields *fields, const struct sw_json *value, void *target)
{
    struct sw_rule *rule = target;
    rule->forbid = true;
    return read_type(fields, value, "forbid", rule);
}

static bool is_listed(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static enum sw_code read_signer(
    struct sw_fields *fields, const struct sw_json *value, struct sw_rule *rule)
{
    const char *name;
    SW_TRY(sw_fields_text(fields, value, "by", &name));
    if (strcmp(name, "any") == 0) {
        return sw_fields_fail(fields, value, "'any' stands alone: by: any");
    }
    if (is_listed(rule->by, rule->by_count, name)) {
        return sw_fields_fail(fields, value, "'by' names '%s' twice", name);
    }
    rule->by[rule->by_count++] = name;
    return SW_OK;
}

static enum sw_code read_by(struct sw_fields *fields, const struct sw_json *value, void *target)
{
    struct sw_rule *rule = target;
    if (sw_json_is(value, "any")) {
        return SW_OK;
    }
    if (value->type != SW_JSON_ARRAY || value->count == 0 || value->count > MAX_SIGNERS) {
        return sw_fields_fail(
            fields, value, "'by' must be any, or a list of 1 to %d names of signers", MAX_SIGNERS);
    }
    rule->by = SW_ARENA_ARRAY(fields->arena, const char *, value->count);
    SW_TRY_PTR(rule->by);
    SW_JSON_EACH (item, value) {
        SW_TRY(read_signer(fields, item, rule));
    }
    return SW_OK;
}

static enum sw_code read_fresh(struct sw_fields *fields, const struct sw_json *value, void *target)
{
    struct sw_rule *rule = target;
    struct sw_str text;
    if (!sw_json_str(value, &text) || !sw_duration_parse(text, &rule->fresh) || rule->fresh <= 0) {
        return sw_fields_fail(fields, value,
            "'fresh' must be a whole number, not zero, and one of s, m, h, d, w, such as 30d");
    }
    rule->fresh_text = sw_arena_strndup(fields->arena, text);
    SW_TRY_PTR(rule->fresh_text);
    return SW_OK;
}

static const struct sw_key rule_keys[] = {
    {"name", true, read_rule_name},
    {"description", false, read_rule_description},
    {"claim", false, read_claim},
    {"forbid", false, read_forbid},
    {"by", false, read_by},
    {"fresh", false, read_fresh},
    {"where", false, read_where},
};

static enum sw_code read_rule(
    struct sw_fields *fields, const struct sw_json *value, struct sw_rule *rule)
{
    rule->description = "";
    SW_TRY(sw_policy_fields_read(fields, value, "a rule", rule_keys, SW_COUNT(rule_keys), rule));
    if (rule->type == NULL) {
        return sw_fields_fail(fields, value, "a rule needs 'claim' or 'forbid'");
    }
    if (rule->forbid && rule->fresh_text != NULL) {
        return sw_fields_fail(
            fields, value, "'fresh' has no meaning with 'forbid': what is forbidden stays so");
    }
    return SW_OK;
}

static enum sw_code read_rules(struct sw_fields *fields, const struct sw_json *value, void *target)
{
    struct sw_policy *policy = target;
    uint32_t count;
    SW_TRY(sw_fields_list(fields, value, "rules", MAX_RULES, &count));
    policy->rules = SW_ARENA_ARRAY(fields->arena, struct sw_rule, count);
    SW_TRY_PTR(policy->rules);
    for (uint32_t i = 0; i < count; i++) {
        struct sw_rule *rule = &policy->rules[i];
        SW_TRY(read_rule(fields, &value->items[i], rule));
        if (sw_policy_rule(policy, sw_str(rule->name)) != NULL) {
            return sw_fields_fail(
                fields, &value->items[i], "there are two rules named '%s'", rule->name);
        }
        policy->rule_count++;
    }
    return SW_OK;
}

/* --- waivers --------------------------------------------------------------------------------- */

static enum sw_code read_waiver_rule(
    struct sw_fields *fields, const struct sw_json *value, void *target)
{
    struct sw_waiver *waiver = target;
    return sw_fields_name(fields, value, "rule", &waiver->rule);
}

static enum sw_code read_waiver_subject(
    struct sw_fields *fields, const struct sw_json *value, void *target)
{
    struct sw_waiver *waiver = target;
    if (sw_json_is(value, "*")) {
        return sw_fields_fail(fields, value,
            "'subject' must be the digest of one artifact; a waiver for everything is a change of "
            "the rules");
    }
    return sw_fields_digest(fields, value, "subject", &waiver->subject);
}

static enum sw_code read_waiver_owner(
    struct sw_fields *fields, const struct sw_json *value, void *target)
{
    struct sw_waiver *waiver = target;
    return sw_fields_text(fields, value, "owner", &waiver->owner);
}

static enum sw_code read_waiver_reason(
    struct sw_fields *fields, const struct sw_json *value, void *target)
{
    struct sw_waiver *waiver = target;
    return sw_fields_text(fields, value, "reason", &waiver->reason);
}

static enum sw_code read_waiver_expires(
    struct sw_fields *fields, const struct sw_json *value, void *target)
{
    struct sw_waiver *waiver = target;
    return sw_fields_time(fields, value, "expires", &waiver->expires);
}

static const struct sw_key waiver_keys[] = {
    {"rule", true, read_waiver_rule},
    {"subject", true, read_waiver_subject},
    {"owner", true, read_waiver_owner},
    {"reason", true, read_waiver_reason},
    {"expires", true, read_waiver_expires},
};

static enum sw_code read_waivers(
    struct sw_fields *fields, const struct sw_json *value, void *target)
{
    struct sw_policy *policy = target;
    uint32_t count;
    SW_TRY(sw_fields_list(fields, value, "waivers", MAX_WAIVERS, &count));
    policy->waivers = SW_ARENA_ARRAY(fields->arena, struct sw_waiver, count);
    SW_TRY_PTR(policy->waivers);
    for (uint32_t i = 0; i < count; i++) {
        policy->waivers[i].line = value->items[i].where;
        SW_TRY(sw_policy_fields_read(fields, &value->items[i], "a waiver", waiver_keys,
            SW_COUNT(waiver_keys), &policy->waivers[i]));
    }
    policy->waiver_count = count;
    return SW_OK;
}

/* --- the policy ------------------------------------------------------------------------------ */

static enum sw_code read_name(struct sw_fields *fields, const struct sw_json *value, void *target)
{
    struct sw_policy *policy = target;
    return sw_fields_name(fields, value, "name", &policy->name);
}

static enum sw_code read_description(
    struct sw_fields *fields, const struct sw_json *value, void *target)
{
    struct sw_policy *policy = target;
    return sw_fields_prose(fields, value, "description", &policy->description);
}

static const struct sw_key policy_keys[] = {
    {"version", true, sw_fields_version},
    {"name", true, read_name},
    {"description", false, read_description},
    {"rules", false, read_rules},
    {"waivers", false, read_waivers},
};

enum sw_code sw_policy_parse(
    struct sw_arena *arena, struct sw_bytes yaml, struct sw_policy **out, struct sw_error *err)
{
    static const struct sw_json_limits limits = {
        .max_bytes = SW_POLICY_MAX_BYTES, .max_depth = 16, .max_values = 200000};
    struct sw_json root;
    SW_TRY(sw_yaml_parse(arena, yaml, &limits, &root, err));
    if (root.type == SW_JSON_NULL) {
        return sw_fail(err, SW_E_FORMAT,
            "line 1: the policy is empty; it needs at least 'version: 1' and 'name'");
    }
    struct sw_policy *policy = SW_ARENA_NEW(arena, struct sw_policy);
    SW_TRY_PTR(policy);
    policy->description = "";
    struct sw_fields fields = {arena, err};
    SW_TRY(sw_policy_fields_read(
        &fields, &root, "the policy", policy_keys, SW_COUNT(policy_keys), policy));
    sw_sha256(yaml, &policy->digest);
    *out = policy;
    return SW_OK;
}

enum sw_code sw_policy_load(
    struct sw_arena *arena, const char *path, struct sw_policy **out, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    SW_TRY(sw_file_read(path, SW_POLICY_MAX_BYTES, &text, err));
    enum sw_code rc = sw_policy_parse(arena, sw_buf_bytes(&text), out, err);
    return rc == SW_OK ? rc : sw_error_prefix(err, rc, "%s", path);
}

const char *sw_policy_name(const struct sw_policy *policy)
{
    return policy->name;
}

const struct sw_digest *sw_policy_digest(const struct sw_policy *policy)
{
    return &policy->digest;
}

size_t sw_policy_rule_count(const struct sw_policy *policy)
{
    return policy->rule_count;
}

const struct sw_rule *sw_policy_rule(const struct sw_policy *policy, struct sw_str name)
{
    for (size_t i = 0; i < policy->rule_count; i++) {
        if (sw_str_is(name, policy->rules[i].name)) {
            return &policy->rules[i];
        }
    }
    return NULL;
}

bool sw_policy_rule_reads(const struct sw_policy *policy, const char *rule, const char *path)
{
    const struct sw_rule *found = sw_policy_rule(policy, sw_str(rule));
    size_t len = strlen(path);
    for (size_t i = 0; found != NULL && i < found->where_count; i++) {
        struct sw_str read = found->where[i].what.path;
        if (sw_str_starts(read, path) && (read.len == len || read.ptr[len] == '.')) {
            return true;
        }
    }
    return false;
}

int64_t sw_policy_fresh(const struct sw_policy *policy, const char *type)
{
    int64_t shortest = 0;
    for (size_t i = 0; i < policy->rule_count; i++) {
        const struct sw_rule *rule = &policy->rules[i];
        bool limits = !rule->forbid && rule->fresh_text != NULL && strcmp(rule->type, type) == 0;
        if (limits && (shortest == 0 || rule->fresh < shortest)) {
            shortest = rule->fresh;
        }
    }
    return shortest;
}
