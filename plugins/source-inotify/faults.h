/* SPDX-License-Identifier: Apache-2.0 */
/* What can be wrong with a folder, said once, with the remedy. */
#pragma once

#include "folder.h"
#include "watch/faults.h"
#include <mrqart/plugin.h>
#include <stddef.h>

/** What is in the log already. Zero it to begin. */
struct faults {
    bool watches, folders, depth;
    struct unreadable unreadable;
};

/** folder cannot be watched; error: the errno of it. */
void faults_tell_watch(struct faults *faults, struct mrq_host *host, struct folder *folder,
                       int error);

/** folder cannot be read; error: the errno of it. */
void faults_tell_read(struct faults *faults, struct mrq_host *host, struct folder *folder,
                      int error);
/** folder can be read, or is gone. */
void faults_over_read(struct faults *faults, struct folder *folder);

void faults_tell_folders(struct faults *faults, struct mrq_host *host, const struct root *root,
                         const char *path, size_t limit);
void faults_tell_depth(struct faults *faults, struct mrq_host *host, const struct root *root,
                       const char *path, unsigned limit);

/** path lies on a file system whose changes the kernel cannot report in full: says so. */
void faults_tell_mount(struct mrq_host *host, const char *path);

/** There are watches for all folders: says so if it was not so before. */
void faults_over(struct faults *faults, struct mrq_host *host);
