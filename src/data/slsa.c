#include "data/slsa.h"

#include "version.h"

void sw_slsa_begin(struct sw_slsa *slsa, const char *build_type)
{
    sw_buf_init(&slsa->text, 0);
    sw_jw_init(&slsa->w, &slsa->text, 0);
    sw_jw_object(&slsa->w, NULL);
    sw_jw_object(&slsa->w, "buildDefinition");
    sw_jw_text(&slsa->w, "buildType", build_type);
    sw_jw_object(&slsa->w, "externalParameters");
}

void sw_slsa_release(struct sw_slsa *slsa)
{
    sw_buf_release(&slsa->text);
}

void sw_slsa_dependencies(struct sw_slsa *slsa, const struct sw_json *environment)
{
    sw_jw_object_end(&slsa->w);
    if (environment != NULL) {
        sw_jw_object(&slsa->w, "internalParameters");
        sw_jw_json(&slsa->w, "environment", environment);
        sw_jw_object_end(&slsa->w);
    }
    sw_jw_array(&slsa->w, "resolvedDependencies");
}

static void write_time(struct sw_json_writer *w, const char *name, int64_t time)
{
    char text[SW_TIME_TEXT_SIZE];
    if (time != 0) {
        sw_time_format(time, text);
        sw_jw_text(w, name, text);
    }
}

void sw_slsa_run(struct sw_slsa *slsa, const char *builder, struct sw_str invocation,
    int64_t started, int64_t finished)
{
    struct sw_json_writer *w = &slsa->w;
    sw_jw_array_end(w);
    sw_jw_object_end(w);
    sw_jw_object(w, "runDetails");
    sw_jw_object(w, "builder");
    sw_jw_text(w, "id", builder);
    sw_jw_object(w, "version");
    sw_jw_text(w, "sealwright", SW_VERSION);
    sw_jw_object_end(w);
    sw_jw_object_end(w);
    sw_jw_object(w, "metadata");
    if (invocation.len != 0) {
        sw_jw_str(w, "invocationId", invocation);
    }
    write_time(w, "startedOn", started);
    write_time(w, "finishedOn", finished);
    sw_jw_object_end(w);
    sw_jw_array(w, "byproducts");
}

sw_result sw_slsa_end(struct sw_slsa *slsa, struct sw_buf *out)
{
    struct sw_error ignored = {0};
    sw_jw_array_end(&slsa->w);
    sw_jw_object_end(&slsa->w);
    sw_jw_object_end(&slsa->w);
    SW_TRY(sw_jw_finish(&slsa->w));
    return sw_json_canonicalize(out, sw_buf_bytes(&slsa->text), &ignored);
}

void sw_slsa_resource(
    struct sw_slsa *slsa, const char *kind, struct sw_str name, const struct sw_digest *digest)
{
    struct sw_json_writer *w = &slsa->w;
    char hex[2 * SW_DIGEST_MAX + 1];
    sw_digest_hex(digest, hex);
    sw_jw_object(w, NULL);
    sw_jw_str(w, "name", name);
    sw_jw_object(w, "digest");
    sw_jw_text(w, sw_digest_alg_name(digest->alg), hex);
    sw_jw_object_end(w);
    sw_jw_object(w, "annotations");
    sw_jw_text(w, "kind", kind);
    sw_jw_object_end(w);
    sw_jw_object_end(w);
}

sw_result sw_slsa_dataset(struct sw_slsa *slsa, const struct sw_dataset_ref *ref)
{
    SW_CLEANUP(buf) struct sw_buf full = SW_BUF_INIT;
    SW_TRY(sw_buf_printf(
        &full, SW_STR_FMT "@" SW_STR_FMT, SW_STR_ARG(ref->name), SW_STR_ARG(ref->version)));
    sw_slsa_resource(slsa, "dataset", sw_buf_str(&full), &ref->manifest);
    return SW_OK;
}

void sw_slsa_texts(struct sw_slsa *slsa, const char *name, const struct sw_str *texts, size_t count)
{
    sw_jw_array(&slsa->w, name);
    for (size_t i = 0; i < count; i++) {
        sw_jw_str(&slsa->w, NULL, texts[i]);
    }
    sw_jw_array_end(&slsa->w);
}
