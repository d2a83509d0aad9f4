/* SPDX-License-Identifier: Apache-2.0 */
/* Folders that come and go with their sessions. */
#include "folders.h"
#include "base/log.h"
#include "base/memory.h"

#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static bool make_one(const char *path) {
    if (mkdir(path, 0777) < 0 && errno != EEXIST) {
        log_error("cannot make the folder %s: %m", path);
        return false;
    }
    return true;
}

bool folders_make(const char *path) {
    AUTOFREE char *above = mem_dup(path);
    for (char *slash = strchr(above + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (!make_one(above)) {
            return false;
        }
        *slash = '/';
    }
    return make_one(path);
}

void folders_remove(const char *path) {
    AUTOFREE char *start = mem_dup(path);
    char *folders[] = {start, NULL};
    FTS *walk = fts_open(folders, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    for (FTSENT *entry; walk && (entry = fts_read(walk));) {
        bool comes_again = entry->fts_info == FTS_D; /* once its content is gone */
        if (!comes_again && remove(entry->fts_path) < 0 && errno != ENOENT) {
            log_warning("cannot remove %s: %m", entry->fts_path);
        }
    }
    if (walk) {
        fts_close(walk);
    }
}
