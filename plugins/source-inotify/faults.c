/* SPDX-License-Identifier: Apache-2.0 */
/* What can be wrong with a folder, said once, with the remedy. */
#include "faults.h"
#include "watch/mounts.h"
#include <errno.h>

void faults_tell_watch(struct faults *faults, struct mrq_host *host, struct folder *folder,
                       int error) {
    if (error != ENOSPC) {
        faults_tell_read(faults, host, folder, error);
        return;
    }
    if (!faults->watches) {
        faults->watches = true;
        mrq_error(host,
                  "cannot watch %s%s: the kernel has no more watches; raise "
                  "fs.inotify.max_user_watches (sysctl). Until then the folders without a watch "
                  "are looked at every poll_interval",
                  fault_place(folder->root, folder->path), fault_root(folder->root));
        fault_name(host, folder->path);
    }
}

void faults_tell_read(struct faults *faults, struct mrq_host *host, struct folder *folder,
                      int error) {
    if (!(folder->flags & FOLDER_TOLD) && folder->root) {
        folder->flags |= FOLDER_TOLD;
        unreadable_add(&faults->unreadable, host, folder->root->path, folder->path, error);
    }
}

void faults_over_read(struct faults *faults, struct folder *folder) {
    if (folder->flags & FOLDER_TOLD) {
        folder->flags &= (uint8_t)~FOLDER_TOLD;
        unreadable_remove(&faults->unreadable, folder->path);
    }
}

void faults_tell_folders(struct faults *faults, struct mrq_host *host, const struct root *root,
                         const char *path, size_t limit) {
    if (!faults->folders) {
        faults->folders = true;
        mrq_error(host,
                  "%s%s and further ones are not watched: there are %zu; raise max_folders, or "
                  "move old folders away and restart",
                  fault_place(root, path), fault_root(root), limit);
        fault_name(host, path);
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
            fault_place(root, path), fault_root(root), limit);
        fault_name(host, path);
    }
}

void faults_tell_mount(struct mrq_host *host, const char *path) {
    static const char *const effects[] = {
        [MOUNT_REMOTE] = "what other hosts write there is not reported by the kernel; run mrqartd "
                         "on the server that holds the files, or use source-poll for it",
        [MOUNT_BEHIND] = "what is written there past it is not reported by the kernel; watch the "
                         "folder behind it, or use source-poll for it",
    };
    const struct mount_kind *kind = mount_kind_of(path);
    if (kind) {
        mrq_warning(host, "%s lies on %s: %s", path, kind->name, effects[kind->effect]);
    }
}

void faults_over(struct faults *faults, struct mrq_host *host) {
    if (faults->watches) {
        faults->watches = false;
        mrq_notice(host, "all folders are watched again");
    }
}
