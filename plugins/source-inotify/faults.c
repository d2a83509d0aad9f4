/* SPDX-License-Identifier: Apache-2.0 */
/* What can be wrong with a folder, said once, with the remedy. */
#include "faults.h"
#include <errno.h>
#include <string.h>

/* Folders below a watched one may have a subject's name: only who asks for more than the default
 * log is told which it is. */
static const char *below(const struct root *root, const char *path) {
    return root && strcmp(root->path, path) == 0 ? "" : "a folder below ";
}

static const char *watched(const struct root *root) {
    return root ? root->path : "a watched one";
}

static void name(struct mrq_host *host, const char *path) {
    mrq_info(host, "the last message is of %s", path);
}

static void tell(struct mrq_host *host, struct folder *folder, const char *what, int error) {
    if (folder->flags & FOLDER_TOLD) {
        return;
    }
    folder->flags |= FOLDER_TOLD;
    errno = error;
    mrq_warning(host, "cannot %s %s%s: %m; %s", what, below(folder->root, folder->path),
                watched(folder->root),
                error == EACCES || error == EPERM
                    ? "give the daemon's user read and search permission there (r-x)"
                    : "it is tried again at intervals");
    name(host, folder->path);
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
                  "cannot watch %s%s: the kernel has no more watches; raise "
                  "fs.inotify.max_user_watches (sysctl). Until then the folders without a watch "
                  "are looked at every poll_interval",
                  below(folder->root, folder->path), watched(folder->root));
        name(host, folder->path);
    }
}

void faults_tell_read(struct mrq_host *host, struct folder *folder, int error) {
    tell(host, folder, "read", error);
}

void faults_tell_folders(struct faults *faults, struct mrq_host *host, const struct root *root,
                         const char *path, size_t limit) {
    if (!faults->folders) {
        faults->folders = true;
        mrq_error(host,
                  "%s%s and further ones are not watched: there are %zu; raise max_folders, or "
                  "move old folders away and restart",
                  below(root, path), watched(root), limit);
        name(host, path);
    }
}

void faults_tell_depth(struct faults *faults, struct mrq_host *host, const struct root *root,
                       const char *path, unsigned limit) {
    if (!faults->depth) {
        faults->depth = true;
        mrq_warning(
            host,
            "%s%s is not watched: it lies deeper than %u folders, or its path is longer than "
            "4095 bytes; raise max_depth, or watch a folder nearer to it",
            below(root, path), watched(root), limit);
        name(host, path);
    }
}

void faults_over(struct faults *faults, struct mrq_host *host) {
    if (faults->watches) {
        faults->watches = false;
        mrq_notice(host, "all folders are watched again");
    }
}
