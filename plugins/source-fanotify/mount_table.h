/* SPDX-License-Identifier: Apache-2.0 */
/* What is mounted where, as this process sees it. */
#pragma once

#include <mrqart/plugin.h>

/** Calls visit for each mount point: a path, valid during the call only. */
void mount_table_each(void (*visit)(void *self, const char *path), void *self);

struct mount_table;

/**
 * changed(self) is called when something was mounted or unmounted, once more in the beginning.
 * NULL where the kernel or the loop do not tell that: rounds find it later. Close takes NULL.
 */
struct mount_table *mount_table_open(struct mrq_host *host, void (*changed)(void *self),
                                     void *self);
void mount_table_close(struct mount_table *table);
