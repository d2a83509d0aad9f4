/* SPDX-License-Identifier: Apache-2.0 */
/* The options of one instance, read from a JSON object that was checked before. */
#pragma once

#include <jansson.h>
#include <mrqart/plugin.h>

/**
 * Settings over values (an object: key to value); options that values lacks have the preset of
 * table (may be NULL: values is complete), and so have the names that a group of numbers lacks.
 * Keeps a reference to values. Destroy takes NULL.
 */
struct mrq_settings *settings_create(const json_t *values, const struct mrq_option *table);
void settings_destroy(struct mrq_settings *settings);
