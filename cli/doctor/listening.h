/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses that a process listens on, for a configuration that leaves the port to the system. */
#pragma once

#include <sys/types.h>

/** Calls visit with "127.0.0.1:8080" for each; nothing where /proc/PROCESS/fd may not be read. */
void listening_each(pid_t process, void (*visit)(void *self, const char *address), void *self);
