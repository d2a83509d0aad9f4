/* SPDX-License-Identifier: Apache-2.0 */
/* The instances of plugins that a configuration lists. */
#pragma once

#include "config_values.h"

/** "sources", "checkers", "sinks"; ended by NULL. */
extern const char *const config_instance_lists[];

/** Adds the three lists to config, whose options are complete; each instance checked. */
void config_instances(struct config_reader *reader, json_t *config, const char *worker);
