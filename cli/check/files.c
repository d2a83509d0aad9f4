/* SPDX-License-Identifier: Apache-2.0 */
/* The files that a path names. */
#include "files.h"
#include "base/memory.h"
#include "import/scan.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { DEPTH_MOST = 32 }; /* a loop of mounts has no end */

static int is_ours(const struct dirent *entry) {
    static const struct scan_names all = {0};
    return entry->d_name[0] != '.' && entry->d_type != DT_LNK && scan_takes(&all, entry->d_name);
}

static int by_name(const struct dirent **a, const struct dirent **b) {
    return strcmp((*a)->d_name, (*b)->d_name);
}

static bool is_folder(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static bool walk(const char *folder, int depth, files_visit visit, void *self) {
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, is_ours, by_name);
    if (count < 0) {
        fprintf(stderr, "mrqart check: %s: %s\n", folder, strerror(errno));
        return false;
    }
    bool good = true;
    for (int i = 0; i < count; i++) {
        AUTOFREE char *path = mem_printf("%s/%s", folder, entries[i]->d_name);
        if (!is_folder(path)) {
            visit(self, path, false);
        } else if (depth < DEPTH_MOST) {
            good = walk(path, depth + 1, visit, self) && good;
        }
        free(entries[i]);
    }
    free(entries);
    return good;
}

bool files_each(const char *path, files_visit visit, void *self) {
    if (is_folder(path)) {
        return walk(path, 1, visit, self);
    }
    visit(self, path, true);
    return true;
}
