/* Discovery where AI is at work: on a host, in a cluster, in the logs of proxies and name servers.
 * Nothing is changed, run or asked over a network. doc/format/discovery.md. */
#ifndef SW_SUPPLY_DISCOVER_SOURCES_H
#define SW_SUPPLY_DISCOVER_SOURCES_H

#include "supply/discover.h"

struct sw_host_options {
    const char
        *root; /* NULL: this host. Else a directory that has another's files, proc included */
    bool hash; /* read whole files of models for their SHA-256 */
};

/* What is to be looked at, in this order. */
struct sw_discover_sources {
    const struct sw_host_options *host; /* NULL: no host */
    const char *const *clusters; /* files with objects of Kubernetes, as `kubectl get -o yaml` or
                                    `-o json` prints them; "-" is standard input; up to 64 MiB */
    size_t cluster_count;
    const char *const *logs; /* of proxies and name servers, of any size, also as gzip or zstd; "-"
                                is standard input */
    size_t log_count;
    const char *pseudonyms; /* a file with a key: users are shown as keyed hashes; NULL: as they
                               stand */
};
/* Looks at them in processes that can open nothing (base/worker.h), and into an inventory that is
 * not finished by it. What of a host may not be read is told as gaps; what ends its parser as well,
 * and counted in `coverage->refused`. SW_E_IO or SW_E_NOENT when a file or a root cannot be opened,
 * SW_E_USAGE for a key that is too short. */
sw_result sw_discover_sources_confined(struct sw_inventory *inventory,
    const struct sw_discover_sources *sources, const struct sw_discover_options *options,
    struct sw_discover_coverage *coverage, struct sw_error *err);

/* --- in that process -------------------------------------------------------------------------- */

/* Its files are asked of the caller (host_serve.h). */
sw_result sw_discover_host(struct sw_inventory *inventory, const struct sw_host_options *host,
    const struct sw_discover_options *options, struct sw_discover_coverage *coverage,
    struct sw_error *err);
sw_result sw_discover_cluster(struct sw_inventory *inventory, const char *path, int fd,
    const struct sw_discover_options *options, struct sw_discover_coverage *coverage,
    struct sw_error *err);

struct sw_log_options {
    bool pseudonyms; /* the caller is asked how users are shown */
};
/* In bounded memory. */
sw_result sw_discover_log(struct sw_inventory *inventory, const char *path, int fd,
    const struct sw_log_options *log, const struct sw_discover_options *options,
    struct sw_discover_coverage *coverage, struct sw_error *err);
/* The first byte of the question; what is left of it is the user. */
#define SW_LOG_PSEUDONYM 'u'
/* Appends what stands for a user. */
sw_result sw_log_pseudonym(struct sw_bytes key, struct sw_str user, struct sw_buf *out);

#endif
