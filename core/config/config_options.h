/* SPDX-License-Identifier: Apache-2.0 */
/* The options that the configuration has at its top: a table like that of a plugin. */
#pragma once

#include <mrqart/plugin.h>

/** Ended by {0}. */
extern const struct mrq_option config_options[];
