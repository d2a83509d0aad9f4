/* SPDX-License-Identifier: Apache-2.0 */
/* One instance of a source or sink plugin. */
#pragma once

#include "parts.h"
#include "plugin/loader.h"

#include <jansson.h>
#include <stdbool.h>

struct instance {
    struct mrq_host host; /* what the plugin is handed; first, so that both have one address */
    const struct parts *parts;
    struct loaded_plugin loaded;
    json_t *configured; /* {"name", "plugin", "file", "settings", "common"} */
    json_t *config;     /* all of it: the host's texts live in there */
    void *self;
    char *announced; /* words of the ready line, each with a space before it; NULL: none */
    bool started;
};

struct instance *instance_create(const struct parts *parts, json_t *config, json_t *configured);

/**
 * Unloads a closed one. The loop must have turned, or be gone, since it was closed: what libevent
 * puts off to its next turn may need the plugin's code.
 */
void instance_destroy(struct instance *instance);

/** Loads the plugin and opens the instance. False, having said why: it is to be closed. */
bool instance_open(struct instance *instance, enum mrq_kind kind);
void instance_close(struct instance *instance); /* stops it where it was started */

bool instance_start(struct instance *instance);
void instance_stop(struct instance *instance);

/** Changed options through the plugin's reload(). False: it has none, or cannot. */
bool instance_reload(struct instance *instance, json_t *configured);

/** Changed options of those that core sees to for every source. */
void instance_adjust(struct instance *instance, json_t *configured);
