/* SPDX-License-Identifier: Apache-2.0 */
/* Loading a plugin and adopting its table, whatever version of the header it was built with. */
#pragma once

#include <jansson.h>
#include <mrqart/plugin.h>
#include <stdbool.h>

/** A loaded plugin: its table as this build knows it, members it does not have being zero. */
struct loaded_plugin {
    struct mrq_plugin plugin; /* options: strided as this build's, ended by {0}; owned */
    void *library;            /* NULL: not loaded */
    char *file;
};

/**
 * Loads the shared object at file and adopts its table. Says why and returns false when it is no
 * plugin, of a newer ABI (both numbers and the remedy), of the wrong kind (0: any), or lacks a
 * callback that its kind must have.
 */
bool plugin_load(struct loaded_plugin *loaded, const char *file, enum mrq_kind kind);

/** Unloads and frees; takes a zeroed struct. No dlclose() under sanitizers: traces keep their
 * names. */
void plugin_unload(struct loaded_plugin *loaded);

/**
 * Copies theirs into ours: the smaller of both sizes, options by the stride they were built with.
 * For plugin_load() and its tests. *options is the new table, to be freed.
 */
bool plugin_adopt(struct mrq_plugin *ours, struct mrq_option **options,
                  const struct mrq_plugin *theirs, const char *file);

/**
 * What a plugin is as JSON: {"name", "kind", "version", "description", "abi", "options": [{"key",
 * "type", "required", "default", "minimum", "maximum", "choices", "unit", "help"}]}.
 */
json_t *plugin_describe(const struct mrq_plugin *plugin);

/** "source", "checker", "sink". */
const char *plugin_kind_name(enum mrq_kind kind);
