/* The catalogue of discovery (packs/supply/discovery.yaml, doc/format/discovery.md): packages,
 * calls, names of models, variables and hosts. Private to the room. */
#ifndef SW_SUPPLY_CATALOGUE_H
#define SW_SUPPLY_CATALOGUE_H

#include "codec/codec.h"
#include "supply/discover.h"

enum sw_catalogue_section {
    SW_CATALOGUE_PYPI, /* packages by their canonical names; what they are is their import names */
    SW_CATALOGUE_NPM,
    SW_CATALOGUE_CARGO,
    SW_CATALOGUE_GOLANG,
    SW_CATALOGUE_MAVEN,
    SW_CATALOGUE_IMPORTS,     /* modules of Python: the package */
    SW_CATALOGUE_MODELS,      /* whole names of models: who makes them */
    SW_CATALOGUE_ALIASES,     /* other names of models: those that the Hub has, "org/name" */
    SW_CATALOGUE_DATASETS,    /* names of one part: those that the Hub has */
    SW_CATALOGUE_ENVIRONMENT, /* variables: whose keys they hold */
    SW_CATALOGUE_HOSTS,       /* whole names of hosts: whose */
    SW_CATALOGUE_KEYS,        /* that name a model in displays and keywords */
    SW_CATALOGUE_CONSTANTS,   /* of packages: the name of the model */
    SW_CATALOGUE_NUGET,
    SW_CATALOGUE_SETTINGS,      /* keys that name a model in configurations */
    SW_CATALOGUE_IMAGES,        /* repositories of container images: what is in them */
    SW_CATALOGUE_RESOURCES,     /* of Terraform and CloudFormation: whose service */
    SW_CATALOGUE_GROUPS,        /* of the API of Kubernetes: the tool */
    SW_CATALOGUE_DEVICES,       /* resources of Kubernetes: the accelerator */
    SW_CATALOGUE_ACTIONS,       /* of CI that run agents: which agent */
    SW_CATALOGUE_CLIENTS,       /* ends of paths: whose settings of MCP servers */
    SW_CATALOGUE_ARCHITECTURES, /* functions that make a model, with weights: whose */
    SW_CATALOGUE_SERVERS,       /* programs and modules that serve models: which */
    SW_CATALOGUE_PROGRAMS,      /* programs that are agents: which */
    SW_CATALOGUE_PORTS,         /* that one server alone listens at by default: which */
    SW_CATALOGUE_VENDORS,       /* of PCI devices that compute: the accelerator */
    SW_CATALOGUE_SITES,         /* domains where people use AI in a browser: whose */
    SW_CATALOGUE_RENAMED,       /* packages, "pypi/sklearn": the name of the one that is meant */
    SW_CATALOGUE_CONSTRUCTORS,  /* clients that code makes, by what is called: whose service */
    SW_CATALOGUE_WORDS,         /* of names of packages that say what they are for */
};
#define SW_CATALOGUE_SECTIONS (SW_CATALOGUE_WORDS + 1)

enum sw_call_from { SW_FROM_HUB, SW_FROM_HOSTED, SW_FROM_ANY, SW_FROM_MAKER };

/* A call that takes the name of a model or a dataset. */
struct sw_catalogue_call {
    struct sw_str name; /* the last part of what is called, or its last two: "spacy.load" */
    enum sw_entity_kind of;
    enum sw_call_from from;
    uint32_t at; /* place among the arguments; UINT32_MAX: only by keyword */
    const struct sw_str *keywords;
    size_t keyword_count;
    struct sw_str prefix; /* what the name has in front of it on the Hub: "openai/whisper-" */
    struct sw_str whose;  /* who has all models of two parts that it may name; empty: the Hub */
};

/* The one that is compiled in. SW_E_NOMEM. */
sw_result sw_catalogue_builtin(const struct sw_catalogue **out, struct sw_error *err);

/* Every row of a section, in the order of the catalogue, until `row` fails. */
sw_result sw_catalogue_each(const struct sw_catalogue *catalogue, enum sw_catalogue_section section,
    sw_result (*row)(void *ctx, struct sw_str name, struct sw_str value), void *ctx);
/* What a section says of a whole name; false when it has none. */
bool sw_catalogue_find(const struct sw_catalogue *catalogue, enum sw_catalogue_section section,
    struct sw_str name, struct sw_str *out);
/* Whether a package is of AI, by a row for it or for all that begins so. */
bool sw_catalogue_package(
    const struct sw_catalogue *catalogue, enum sw_catalogue_section ecosystem, struct sw_str name);
/* Who makes a model of that name, in whatever case; false when no row stands for it. */
bool sw_catalogue_model(
    const struct sw_catalogue *catalogue, struct sw_str name, struct sw_str *maker);
/* What an image or a resource is, by a row for it or for all that begins so. */
bool sw_catalogue_begins(const struct sw_catalogue *catalogue, enum sw_catalogue_section section,
    struct sw_str name, struct sw_str *out);
/* Whose host it is. `host` in lower case, without port. */
bool sw_catalogue_host(
    const struct sw_catalogue *catalogue, struct sw_str host, struct sw_str *service);
/* The package that a dotted path of Python is imported from: the longest row that it begins with.
 */
bool sw_catalogue_import(
    const struct sw_catalogue *catalogue, struct sw_str path, struct sw_str *package);
const struct sw_catalogue_call *sw_catalogue_call(
    const struct sw_catalogue *catalogue, struct sw_str name);
/* The package of `ecosystem` that a path with joints like '.' or "::" is imported from: likewise.
 */
bool sw_catalogue_path(const struct sw_catalogue *catalogue, enum sw_catalogue_section ecosystem,
    struct sw_str path, struct sw_str *package);
/* Whether source code has anything to say: the name of a package, a model, a host, a variable or a
 * call of the Hub. Of what does not, no reader of source sees anything. */
bool sw_catalogue_concerns(const struct sw_catalogue *catalogue, struct sw_str source);
/* SHA-256 of its bytes. */
const struct sw_digest *sw_catalogue_digest(const struct sw_catalogue *catalogue);

#endif
