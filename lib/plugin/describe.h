/* SPDX-License-Identifier: Apache-2.0 */
/* Option tables as JSON and back: a worker describes a checker that the daemon never loads. */
#pragma once

#include <jansson.h>
#include <mrqart/plugin.h>
#include <stdbool.h>

/** "string", "boolean", "integer", "number", "strings", "numbers", "path", "folder", "folders". */
const char *plugin_type_name(enum mrq_type type);

/** True if value is of type; a string is a list of one, a whole number is a number. */
bool plugin_value_fits(enum mrq_type type, const json_t *value);

/** The default of an option, a new reference; NULL where it has none. */
json_t *plugin_preset(const struct mrq_option *option);

/** True if each option has a known type and an allowed default; else says what is wrong in file. */
bool plugin_table_valid(const struct mrq_option *options, const char *file);

/** An option table as JSON, as in plugin_describe(). */
json_t *plugin_describe_options(const struct mrq_option *options);

/**
 * The way back: a table made of "options" of plugin_describe(), or NULL where they are none. Its
 * texts belong to described and the table itself, which is freed by plugin_described_free().
 */
struct mrq_option *plugin_described(const json_t *described);
void plugin_described_free(struct mrq_option *options);
