/* SPDX-License-Identifier: Apache-2.0 */
/* Asking a child process what a plugin is, so that its code never runs in the daemon. */
#pragma once

#include <jansson.h>

/**
 * What `WORKER --describe FILE` prints; it has 10 s. NULL, having said why (or the child did on
 * our stderr). Blocks: not for the loop.
 */
json_t *describe_child(const char *worker, const char *file);
