/* SPDX-License-Identifier: Apache-2.0 */
/* What files are checked with: the command line's wishes, or a daemon's configuration. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

struct check_options {
    const char *database, *context; /* NULL: the configuration's, or the defaults */
    const char *config;             /* a daemon's configuration, or NULL */
    json_t *checkers;               /* list of names of files, beside the configured ones */
    bool json, strict;
};

/**
 * Settings for check_create() (check.h), and in *wanted the patterns of names that must be DICOM
 * files. Says why and returns NULL where there is a mistake.
 */
json_t *settings_make(const struct check_options *options, json_t **wanted);

/**
 * False, and said why, where a database of settings is missing or cannot be read: the common one,
 * or one that a checker has for itself.
 */
bool settings_databases_usable(const json_t *settings);
