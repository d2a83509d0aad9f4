/* SPDX-License-Identifier: Apache-2.0 */
/* The text of a configuration: read, looked over for what libconfig takes in silence, parsed. */
#pragma once

#include "problems.h"

#include <libconfig.h>
#include <stdbool.h>

/** A parsed configuration file with those that it includes. */
struct config_text {
    config_t tree;
    char *file;   /* as in messages */
    char *folder; /* where included files are looked for */
    char *base;   /* the same, absolute: paths in the configuration begin there */
};

/** Reads file. False when there is a problem; to be finished in any case. */
bool config_text_read(struct config_text *text, const char *file, struct problems *problems);
void config_text_finish(struct config_text *text);

/** Where a setting stands; the file's name belongs to place_file, which is to be freed. */
struct place config_text_place(const struct config_text *text, const config_setting_t *setting,
                               char **place_file);
