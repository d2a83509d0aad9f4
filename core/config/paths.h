/* SPDX-License-Identifier: Apache-2.0 */
/* Where the daemon's own files are, found from where it is itself: built, installed or moved. */
#pragma once

#include <stdbool.h>

struct paths {
    char *worker;       /* mrqart-worker */
    char *program_dir;  /* its folder */
    char *plugin_dir;   /* NAME.so */
    char *static_dir;   /* the dashboard */
    char *default_conf; /* the configuration behind --watch */
};

void paths_init(struct paths *paths);
void paths_finish(struct paths *paths);

/** path made absolute from the working directory, without a slash at its end. Free it. */
char *path_absolute(const char *path);

/** The folder of path ("." where it names none). Free it. */
char *path_folder(const char *path);
