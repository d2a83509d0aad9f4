/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of mrqartd. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum action {
    ACTION_RUN,
    ACTION_CHECK_CONFIG,
    ACTION_DUMP_CONFIG,
    ACTION_DUMP_PLUGIN,
    ACTION_LIST_PLUGINS,
    ACTION_HELP,
    ACTION_VERSION,
};

/** What the command line says; paths are absolute, but file as it was typed. NULL or 0: not said.
 */
struct arguments {
    enum action action;
    char *file;   /* -c */
    char **watch; /* --watch, all of them */
    size_t watch_count;
    char *http, *websocket; /* ADDRESS:PORT */
    char *database, *state_dir, *plugin_dir, *static_dir;
    char *log_level;
    char *plugin; /* --dump-plugin: name or file */
    bool json;    /* --dump-config as JSON */
};

/** Reads the command line. False, having said what is wrong on stderr: usage error. */
bool arguments_parse(struct arguments *arguments, int count, char **words);
void arguments_finish(struct arguments *arguments);

/** --help */
void arguments_help(FILE *stream);
