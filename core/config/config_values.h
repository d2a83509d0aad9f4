/* SPDX-License-Identifier: Apache-2.0 */
/* One group of a configuration as checked values, defaults included. */
#pragma once

#include "config_text.h"
#include "config_variables.h"
#include "problems.h"

#include <mrqart/plugin.h>

struct config_reader {
    struct config_text text;
    struct config_variables variables;
    struct problems *problems;
};

/** A setting and what lies below it as JSON, variables filled in; NULL and a problem if not. */
json_t *config_json(struct config_reader *reader, const config_setting_t *setting,
                    const char *instance);

/**
 * The values of group by the options of table; what group lacks has its preset. keys (ended by
 * NULL): names that group may have beside them. instance: for messages; NULL: the top.
 */
json_t *config_values(struct config_reader *reader, const config_setting_t *group,
                      const struct mrq_option *table, const char *const *keys,
                      const char *instance);
