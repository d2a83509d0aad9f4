/* SPDX-License-Identifier: Apache-2.0 */
/* When something is mounted or unmounted. */
#pragma once

#include <mrqart/plugin.h>

struct mount_table;

/**
 * changed(self) is called when something was mounted or unmounted, once more in the beginning.
 * NULL where the kernel or the loop do not tell that: rounds find it later. Close takes NULL.
 */
struct mount_table *mount_table_open(struct mrq_host *host, void (*changed)(void *self),
                                     void *self);
void mount_table_close(struct mount_table *table);
