/* A host, part by part. Nothing is started or changed; what may not be read is told. */
#include "supply/host.h"

static void release(struct sw_host *h)
{
    sw_arena_release(&h->arena);
}
SW_DEFINE_CLEANUP(host, struct sw_host, release)

static sw_result prepare(struct sw_host *h, struct sw_error *err)
{
    sw_arena_init(&h->arena, 0);
    sw_names_init(&h->sockets, &h->arena);
    sw_names_init(&h->spaces, &h->arena);
    sw_names_init(&h->files, &h->arena);
    sw_names_init(&h->running, &h->arena);
    h->look.arena = &h->arena;
    h->live = h->options->root == NULL;
    return sw_look_catalogue(&h->look, err);
}

static sw_result see_parts(struct sw_host *h, struct sw_error *err)
{
    SW_TRY(sw_host_see_devices(h));
    SW_TRY(sw_host_see_processes(h, err));
    SW_TRY(sw_host_see_ports(h));
    SW_TRY(sw_host_see_containers(h));
    return sw_host_see_homes(h);
}

sw_result sw_discover_host(struct sw_inventory *inventory, const struct sw_host_options *host,
    const struct sw_discover_options *options, struct sw_discover_coverage *coverage,
    struct sw_error *err)
{
    SW_CLEANUP(host) struct sw_host h = {.options = host};
    h.look = (struct sw_look){
        .inventory = inventory, .options = options, .coverage = coverage, .text = sw_str("")};
    SW_TRY(prepare(&h, err));
    enum sw_code code = see_parts(&h, err);
    if (code != SW_OK) {
        return code == SW_E_INTERRUPTED
                   ? code
                   : sw_fail(err, code, "looking at the host: %s", sw_code_text(code));
    }
    return sw_discover_tell(inventory, coverage,
        &(struct sw_discover_source){.kind = "host",
            .name = sw_str(host->root == NULL ? "this host" : host->root),
            .records = h.processes,
            .understood = h.read,
            .matched = h.matched});
}
