/* SPDX-License-Identifier: Apache-2.0 */
/* Handing on what was found below a watched folder. */
#pragma once

#include "watch/roots.h"
#include <sys/stat.h>

/** The stat of a folder that is met: the core says so where its name is that of a file. */
static const struct stat found_a_folder = {.st_mode = S_IFDIR};

/** An event has told of path. about: NULL where it says that the file is complete. */
void found_heard(struct mrq_host *host, const struct root *root, const char *path,
                 const struct stat *about);

/** Where, and how, a scan has met something. */
struct found_at {
    const struct root *root;
    enum mrq_lane lane;
    bool fresh; /* its folder has come while we watched: new whatever its age */
};

void found_met(struct mrq_host *host, const struct found_at *at, const char *path,
               const struct stat *about);
