/* SPDX-License-Identifier: Apache-2.0 */
/* The options that every source has: core sees to them, the plugin never hears of them. */
#pragma once

#include "pipeline/policy.h"

#include <jansson.h>
#include <mrqart/plugin.h>

/** Ended by {0}. */
extern const struct mrq_option source_options[];

/** The options of own (ended by {0}) and behind them source_options; free() it. */
struct mrq_option *source_options_join(const struct mrq_option *own);

/** Takes the values of source_options out of values, into a new object. */
json_t *source_options_split(json_t *values);

/** What the pipeline is to do with the folders of a source, an element of "sources" (config.h). Its
 * texts belong to configured. */
struct root_policy source_options_policy(const json_t *configured);
