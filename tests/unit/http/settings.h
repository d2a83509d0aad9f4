/* SPDX-License-Identifier: Apache-2.0 */
/* Options for a plugin under test. */
#pragma once

#include <jansson.h>
#include <mrqart/plugin.h>

/** values (JSON text of an object, in which ' stands for ") over the presets of table. */
struct mrq_settings *fake_settings_create(const struct mrq_option *table, const char *values);
void fake_settings_destroy(struct mrq_settings *settings);
