/* Devices that compute: what /dev has, and what the kernel says they are.
 * Source: Linux, Documentation/ABI (sysfs-class-drm), accel subsystem; NVIDIA driver, /proc
 * interface. */
#include "supply/ascii.h"
#include "supply/host.h"

static const struct sw_signal device = {"gpu-device", SW_SOURCE_HOST, SW_GRADE_OBSERVED, 900};

static bool is_numbered(struct sw_str name, const char *start)
{
    const size_t len = strlen(start);
    for (size_t i = len; i < name.len; i++) {
        if (!sw_ascii_digit(name.ptr[i])) {
            return false;
        }
    }
    return name.len > len && sw_str_starts(name, start);
}

/* Those whose name says whose they are. */
static const struct {
    const char *start, *name;
} named[] = {
    {"/dev/nvidia", "NVIDIA GPU"},
    {"/dev/neuron", "AWS Neuron"},
    {"/dev/hl", "Intel Gaudi"},
    {"/dev/apex_", "Google TPU"},
    {"/dev/tenstorrent/", "Tenstorrent"},
};

/* By the PCI vendor of a device of a class. */
static bool vendor_of(struct sw_host *h, const char *class, struct sw_str name, struct sw_str *out)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    bool found = false;
    const bool accel = strcmp(class, "accel") == 0;
    const char *path =
        sw_host_path(h, "/sys/class/%s/" SW_STR_FMT "/device/vendor", class, SW_STR_ARG(name));
    if (path == NULL || sw_host_read(h, path, 64, &text, &found) != SW_OK || !found) {
        return false;
    }
    const struct sw_str vendor = sw_ascii_trim(sw_buf_str(&text));
    if (accel && (sw_str_is(vendor, "0x8086") || sw_str_is(vendor, "0x1022"))) {
        *out = sw_str(sw_str_is(vendor, "0x8086") ? "Intel NPU" : "AMD NPU");
        return true;
    }
    return sw_catalogue_find(h->look.catalogue, SW_CATALOGUE_VENDORS, vendor, out);
}

static struct sw_str behind(struct sw_str path, const char *start)
{
    const size_t len = strlen(start);
    return sw_str_starts(path, start) ? sw_str_n(path.ptr + len, path.len - len) : sw_str("");
}

bool sw_host_device_of(struct sw_host *h, struct sw_str path, struct sw_str *out)
{
    for (size_t i = 0; i < SW_COUNT(named); i++) {
        if (is_numbered(path, named[i].start)) {
            *out = sw_str(named[i].name);
            return true;
        }
    }
    if (sw_str_is(path, "/dev/kfd")) {
        *out = sw_str("AMD GPU");
        return true;
    }
    const struct sw_str render = behind(path, "/dev/dri/");
    const struct sw_str accel = behind(path, "/dev/accel/");
    return (is_numbered(render, "renderD") && vendor_of(h, "drm", render, out)) ||
           (is_numbered(accel, "accel") && vendor_of(h, "accel", accel, out));
}

static sw_result see_directory(struct sw_host *h, const char *directory)
{
    const char **names;
    size_t count;
    int why;
    SW_TRY(sw_host_list(h, directory, &names, &count, &why));
    for (size_t i = 0; i < count; i++) {
        struct sw_entity_id id = {.kind = SW_ENTITY_ACCELERATOR};
        const char *path = sw_host_path(h, "%s/%s", directory, names[i]);
        SW_TRY_PTR(path);
        h->look.path = sw_str(path);
        if (sw_host_device_of(h, h->look.path, &id.name)) {
            SW_TRY(sw_look_see(&h->look, &device, &id, 0, sw_str("a device of the host")));
        } else if (is_numbered(sw_str(names[i]), "renderD")) {
            SW_TRY(sw_look_gap(&h->look, "devices for graphics of a maker that is not known"));
        }
    }
    return SW_OK;
}

/* "Model: \t NVIDIA A100-SXM4-40GB" */
static sw_result see_card(struct sw_host *h, const char *path)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    static const struct sw_entity_id id = {
        .kind = SW_ENTITY_ACCELERATOR, .name = {"NVIDIA GPU", sizeof("NVIDIA GPU") - 1}};
    bool found;
    SW_TRY(sw_host_read(h, path, 65536, &text, &found));
    const char *at = found ? strstr(sw_buf_cstr(&text), "Model:") : NULL;
    if (at == NULL) {
        return SW_OK;
    }
    h->look.path = sw_str(path);
    const struct sw_str model = sw_ascii_trim(sw_str_n(at + 6, strcspn(at + 6, "\n")));
    return sw_look_see(&h->look, &device, &id, 0, model);
}

sw_result sw_host_see_devices(struct sw_host *h)
{
    static const char *const directories[] = {"/dev", "/dev/dri", "/dev/accel", "/dev/tenstorrent"};
    static const char cards[] = "/proc/driver/nvidia/gpus";
    const char **names;
    size_t count;
    int why;
    for (size_t i = 0; i < SW_COUNT(directories); i++) {
        SW_TRY(see_directory(h, directories[i]));
    }
    SW_TRY(sw_host_list(h, cards, &names, &count, &why));
    for (size_t i = 0; i < count; i++) {
        const char *path = sw_host_path(h, "%s/%s/information", cards, names[i]);
        SW_TRY_PTR(path);
        SW_TRY(see_card(h, path));
    }
    return SW_OK;
}
