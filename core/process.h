/* SPDX-License-Identifier: Apache-2.0 */
/* What concerns the process as a whole, once at its start. */
#pragma once

#include <stddef.h>

/** Descriptors for many clients, broken pipes as errors, libevent's messages in our log. */
void process_prepare(void);

/** Which start of the daemon this is: 16 hexadecimal digits that no other start has. room ≥ 17. */
void process_epoch(char *epoch, size_t room);
