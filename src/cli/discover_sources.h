/* What `discover` looks at besides trees: a host, objects of a cluster, logs. */
#ifndef SW_CLI_DISCOVER_SOURCES_H
#define SW_CLI_DISCOVER_SOURCES_H

#include "cli/cli.h"
#include "supply/supply.h"

struct sw_discover_source_args {
    bool host;
    const char *root;
    bool hash;
    struct sw_text_list k8s, logs;
    const char *pseudonyms;
};

#define SW_DISCOVER_SOURCE_OPTIONS(type, field)                                                  \
    {"host", SW_OPTION_FLAG, offsetof(type, field.host), NULL,                                   \
        "look at this host: processes, files of models, devices, ports, containers, homes"},     \
        {"root", SW_OPTION_TEXT, offsetof(type, field.root), "DIR",                              \
            "with --host: a copy of another host, with its proc, instead of this one"},          \
        {"hash", SW_OPTION_FLAG, offsetof(type, field.hash), NULL,                               \
            "with --host: read the whole of files of models for their digests"},                 \
        {"k8s", SW_OPTION_LIST, offsetof(type, field.k8s), "FILE",                               \
            "look at objects of Kubernetes, as 'kubectl get -o yaml' or '-o json' prints them "  \
            "('-': "                                                                             \
            "standard input); may be given again"},                                              \
        {"logs", SW_OPTION_LIST, offsetof(type, field.logs), "FILE",                             \
            "look at a log of a proxy or a name server, also as gzip or zstd ('-': standard "    \
            "input); may be given again"},                                                       \
    {                                                                                            \
        "pseudonyms", SW_OPTION_TEXT, offsetof(type, field.pseudonyms), "FILE",                  \
            "with --logs: show users as hashes, keyed with what is in a file, at least 16 bytes" \
    }

#define SW_DISCOVER_SOURCES_DESCRIPTION                                                            \
    "With *--host*, it looks at what is at work on a Linux host, reading only: which processes "   \
    "serve models, are agents or have a model open, at which ports they listen, which devices "    \
    "compute and who holds them, which containers there are, and what homes keep. Of variables "   \
    "of the environment the names are told, of command lines the program and the names of its "    \
    "options. With *--k8s*, it looks at objects of a cluster, and with *--logs* at who asked for " \
    "which hosts of AI, when and how much. All of it is one inventory; a service that traffic "    \
    "alone shows, where trees were looked at as well, is told as such.\n\n"

#define SW_DISCOVER_SOURCES_EXAMPLES                                                 \
    "  sealwright discover --host --hash\n"                                          \
    "  kubectl get all,cm,secret,ingress -A -o yaml | sealwright discover --k8s -\n" \
    "  sealwright discover --logs /var/log/squid/access.log --pseudonyms key services/\n"

/* Whether anything but trees is to be looked at. */
bool sw_discover_sources_given(const struct sw_discover_source_args *args);
/* SW_E_USAGE when the options make no sense together, or there is nothing to look at. */
sw_result sw_discover_sources_check(
    const struct sw_cli *cli, const struct sw_discover_source_args *args, struct sw_error *err);
/* Looks at them, in the order host, cluster, logs. */
sw_result sw_discover_sources(struct sw_cli *cli, const struct sw_discover_source_args *args,
    const struct sw_discover_options *options, struct sw_inventory *inventory,
    struct sw_discover_coverage *coverage, struct sw_error *err);
/* A line for each of them. */
void sw_discover_sources_show(struct sw_cli *cli, const struct sw_discover_coverage *coverage);

#endif
