/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration in force, as JSON:
 *   {"file", "state_dir_chosen": truth, "options": {key: value …},
 *    "sources": [{"name", "plugin", "file", "place", "settings": {…}, "common": {…}}],
 *    "checkers": [{"name", "plugin", "file", "place", "settings": {…}}], "sinks": […]}
 * "place": FILE:LINE; paths are absolute.
 * "common": the options that every source has (source_options.h),
 * with every default filled in. It travels as text from the child that reads it on SIGHUP.
 */
#pragma once

#include "arguments.h"
#include "paths.h"
#include "problems.h"

#include <jansson.h>

/**
 * Reads the configuration that the command line names. NULL when there are problems. Loads and
 * runs plugins to have their tables: blocks.
 */
json_t *config_load(const struct arguments *arguments, const struct paths *paths,
                    struct problems *problems);

/** A top-level option: text ("" where it is absent), number, truth, JSON (borrowed, or NULL). */
const char *config_text_option(const json_t *config, const char *key);
unsigned config_number_option(const json_t *config, const char *key);
bool config_truth_option(const json_t *config, const char *key);
json_t *config_option(const json_t *config, const char *key);

/** The state folder was named by somebody: a daemon must not do without it. */
bool config_state_dir_chosen(const json_t *config);
