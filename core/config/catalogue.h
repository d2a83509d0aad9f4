/* SPDX-License-Identifier: Apache-2.0 */
/* What plugins there are, and what each can be told. */
#pragma once

#include <jansson.h>
#include <mrqart/plugin.h>

struct catalogue;

/** worker: path of mrqart-worker, which describes what the daemon does not load itself. */
struct catalogue *catalogue_create(const char *worker, const char *plugin_dir);
void catalogue_destroy(struct catalogue *catalogue); /* takes NULL */

/** The file of a plugin: a name is looked for in plugin_dir, a path is taken as it is. Free it. */
char *catalogue_file(const struct catalogue *catalogue, const char *plugin);

/**
 * plugin_describe() of a plugin, with its "file"; kind 0: any. Sources and sinks are loaded for it,
 * everything else is described by a worker. NULL, having said why in the log. The catalogue's.
 */
const json_t *catalogue_describe(struct catalogue *catalogue, const char *plugin,
                                 enum mrq_kind kind);

/** The names of the plugins in plugin_dir, sorted; ended by NULL. Free it with catalogue_free. */
char **catalogue_names(const struct catalogue *catalogue);
void catalogue_names_free(char **names);
