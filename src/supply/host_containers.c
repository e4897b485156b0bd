/* Containers of a host: by the control groups of processes, and by what their runtimes keep. Images
 * that the catalogue does not have are told nothing of, as in trees.
 * Source: cgroups(7); moby, config.v2.json; containers/storage, containers.json; containerd,
 * runtime v2; OCI runtime specification, annotations. */
#include "supply/ascii.h"
#include "supply/host.h"

#include <errno.h>

#define STATE_MAX ((size_t)8 << 20)
#define ID_LEN 64
#define ID_SHOWN 12

static bool is_hex(char c)
{
    return sw_ascii_digit(c) || (c >= 'a' && c <= 'f');
}

struct sw_str sw_host_container_of(struct sw_str cgroup)
{
    size_t run = 0;
    for (size_t i = 0; i < cgroup.len; i++) {
        run = is_hex(cgroup.ptr[i]) ? run + 1 : 0;
        const bool ends = i + 1 == cgroup.len || !sw_ascii_alnum(cgroup.ptr[i + 1]);
        const bool begins =
            run == ID_LEN && i + 1 > ID_LEN && !sw_ascii_alnum(cgroup.ptr[i - ID_LEN]);
        if (begins && ends) {
            return sw_str_n(cgroup.ptr + i + 1 - ID_LEN, ID_SHOWN);
        }
    }
    return sw_str("");
}

static bool is_running(const struct sw_host *h, struct sw_str id)
{
    uint32_t number;
    return sw_names_find(&h->running, 0, id, &number);
}

/* A container by its image. */
static sw_result see_image(
    struct sw_host *h, const char *path, struct sw_str id, struct sw_str image)
{
    static const struct sw_signal signal = {"container", SW_SOURCE_HOST, SW_GRADE_OBSERVED, 900};
    struct sw_configuration c;
    id.len = id.len > ID_SHOWN ? ID_SHOWN : id.len;
    const struct sw_fact facts[] = {{.name = "container", .text = id},
        {.name = "state", .text = sw_str(is_running(h, id) ? "running" : "kept")}};
    h->look.path = sw_str(path);
    h->look.text = sw_str("");
    h->look.facts = facts;
    h->look.fact_count = SW_COUNT(facts);
    h->look.as = &signal;
    sw_configuration_init(&c, &h->look);
    enum sw_code code = sw_configuration_image(&c, image, 0);
    h->look.facts = NULL;
    h->look.fact_count = 0;
    h->look.as = NULL;
    return code;
}

static sw_result read_state(struct sw_host *h, const char *path, struct sw_json *out, bool *found)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_error err;
    SW_TRY(sw_host_read(h, path, STATE_MAX, &text, found));
    if (!*found) {
        return SW_OK;
    }
    const void *own = sw_arena_copy(h->look.arena, sw_buf_bytes(&text));
    SW_TRY_PTR(own);
    enum sw_code code = sw_json_parse(h->look.arena, sw_bytes(own, text.len), NULL, out, &err);
    *found = code == SW_OK;
    h->look.path = sw_str(path);
    return code == SW_E_FORMAT || code == SW_E_LIMIT
               ? sw_look_gap(&h->look, "state of containers that cannot be read")
               : code;
}

static struct sw_str text_at(const struct sw_json *root, const char *path)
{
    struct sw_str text = {"", 0};
    (void)sw_json_str(sw_json_path(root, sw_str(path)), &text);
    return text;
}

/* --- Docker ----------------------------------------------------------------------------------- */

static sw_result see_docker(struct sw_host *h, const char *path)
{
    struct sw_json state;
    bool found;
    SW_TRY(read_state(h, path, &state, &found));
    return found ? see_image(h, path, text_at(&state, "ID"), text_at(&state, "Config.Image"))
                 : SW_OK;
}

/* --- containerd and CRI-O --------------------------------------------------------------------- */

static sw_result see_bundle(struct sw_host *h, const char *path)
{
    static const char *const names[] = {"annotations.io\\.kubernetes\\.cri\\.image-name",
        "annotations.io\\.kubernetes\\.cri-o\\.ImageName", "annotations.nerdctl/image-ref"};
    struct sw_json state;
    bool found;
    const struct sw_str directory = sw_path_dir(path);
    const char *id = sw_arena_strndup(h->look.arena, directory);
    SW_TRY_PTR(id);
    SW_TRY(read_state(h, path, &state, &found));
    for (size_t i = 0; found && i < SW_COUNT(names); i++) {
        const struct sw_str image = text_at(&state, names[i]);
        SW_TRY(image.len > 0 ? see_image(h, path, sw_path_base(id), image) : SW_OK);
    }
    return SW_OK;
}

/* --- directories ------------------------------------------------------------------------------ */

static sw_result see_each(struct sw_host *h, const char *directory, const char *file,
    sw_result (*see)(struct sw_host *h, const char *path))
{
    const char **names;
    size_t count;
    int why;
    SW_TRY(sw_host_list(h, directory, &names, &count, &why));
    h->look.path = sw_str(directory);
    if (why == EACCES || why == EPERM) {
        return sw_look_gap(&h->look, "state of containers that is not readable");
    }
    for (size_t i = 0; i < count; i++) {
        const char *path = sw_host_path(h, "%s/%s/%s", directory, names[i], file);
        SW_TRY_PTR(path);
        SW_TRY(see(h, path));
    }
    return SW_OK;
}

static sw_result see_containerd(struct sw_host *h)
{
    static const char top[] = "/run/containerd/io.containerd.runtime.v2.task";
    const char **names;
    size_t count;
    int why;
    SW_TRY(sw_host_list(h, top, &names, &count, &why));
    for (size_t i = 0; i < count; i++) {
        const char *directory = sw_host_path(h, "%s/%s", top, names[i]);
        SW_TRY_PTR(directory);
        SW_TRY(see_each(h, directory, "config.json", see_bundle));
    }
    return SW_OK;
}

/* "containers.json": the name of the image is in "metadata", a text that is JSON. */
sw_result sw_host_see_storage(struct sw_host *h, const char *path)
{
    struct sw_json state;
    bool found;
    struct sw_error err;
    SW_TRY(read_state(h, path, &state, &found));
    if (!found) {
        return SW_OK;
    }
    SW_JSON_EACH (item, &state) {
        struct sw_json metadata;
        const struct sw_str text = text_at(item, "metadata");
        enum sw_code code =
            sw_json_parse(h->look.arena, sw_bytes_of_str(text), NULL, &metadata, &err);
        if (code != SW_OK && code != SW_E_FORMAT && code != SW_E_LIMIT) {
            return code;
        }
        const struct sw_str image = code == SW_OK ? text_at(&metadata, "image-name") : sw_str("");
        SW_TRY(see_image(h, path, text_at(item, "id"), image));
    }
    return SW_OK;
}

sw_result sw_host_see_containers(struct sw_host *h)
{
    SW_TRY(see_each(h, "/var/lib/docker/containers", "config.v2.json", see_docker));
    SW_TRY(see_containerd(h));
    return sw_host_see_storage(h, "/var/lib/containers/storage/overlay-containers/containers.json");
}
