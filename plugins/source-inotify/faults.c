/* SPDX-License-Identifier: Apache-2.0 */
/* What can be wrong with a folder, said once, with the remedy. */
#include "faults.h"
#include <errno.h>

static void tell(struct mrq_host *host, struct folder *folder, const char *what, int error) {
    if (folder->flags & FOLDER_TOLD) {
        return;
    }
    folder->flags |= FOLDER_TOLD;
    errno = error;
    mrq_warning(host, "cannot %s %s: %m; %s", what, folder->path,
                error == EACCES || error == EPERM
                    ? "give the daemon's user read and search permission there (r-x)"
                    : "it is tried again at intervals");
}

void faults_tell_watch(struct faults *faults, struct mrq_host *host, struct folder *folder,
                       int error) {
    if (error != ENOSPC) {
        tell(host, folder, "watch", error);
        return;
    }
    if (!faults->watches) {
        faults->watches = true;
        mrq_error(host,
                  "cannot watch %s: the kernel has no more watches; raise "
                  "fs.inotify.max_user_watches (sysctl). Until then the folders without a watch "
                  "are looked at every poll_interval",
                  folder->path);
    }
}

void faults_tell_read(struct mrq_host *host, struct folder *folder, int error) {
    tell(host, folder, "read", error);
}

void faults_tell_folders(struct faults *faults, struct mrq_host *host, const char *path,
                         size_t limit) {
    if (!faults->folders) {
        faults->folders = true;
        mrq_error(host,
                  "%s and further folders are not watched: there are %zu; raise max_folders, or "
                  "move old folders away and restart",
                  path, limit);
    }
}

void faults_tell_depth(struct faults *faults, struct mrq_host *host, const char *path,
                       unsigned limit) {
    if (!faults->depth) {
        faults->depth = true;
        mrq_warning(host,
                    "%s is not watched: it lies deeper than %u folders, or its path is longer than "
                    "4095 bytes; raise max_depth, or watch a folder nearer to it",
                    path, limit);
    }
}

void faults_over(struct faults *faults, struct mrq_host *host) {
    if (faults->watches) {
        faults->watches = false;
        mrq_notice(host, "all folders are watched again");
    }
}
