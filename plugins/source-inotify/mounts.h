/* SPDX-License-Identifier: Apache-2.0 */
/* File systems whose changes the kernel cannot report in full. */
#pragma once

#include <mrqart/plugin.h>

/** Warns when path lies on one; remedy included. */
void mounts_tell(struct mrq_host *host, const char *path);
