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
/* What runs, listens, computes and is kept on a Linux host. What may not be read is told as gaps.
 * SW_E_IO or SW_E_NOENT when the root cannot be opened. */
sw_result sw_discover_host(struct sw_inventory *inventory, const struct sw_host_options *host,
    const struct sw_discover_options *options, struct sw_discover_coverage *coverage,
    struct sw_error *err);

/* A file with objects of Kubernetes, as `kubectl get -o yaml` or `-o json` prints them; "-" is
 * standard input. SW_E_IO or SW_E_NOENT when it cannot be read, SW_E_LIMIT past 64 MiB. */
sw_result sw_discover_cluster(struct sw_inventory *inventory, const char *path,
    const struct sw_discover_options *options, struct sw_discover_coverage *coverage,
    struct sw_error *err);

struct sw_log_options {
    struct sw_bytes pseudonyms; /* a key: users are shown as keyed hashes; empty: as they stand */
};
/* A log of a proxy or a name server, of any size, in bounded memory; also as gzip or zstd. */
sw_result sw_discover_log(struct sw_inventory *inventory, const char *path,
    const struct sw_log_options *log, const struct sw_discover_options *options,
    struct sw_discover_coverage *coverage, struct sw_error *err);

#endif
