/* SPDX-License-Identifier: Apache-2.0 */
/* Work in a child: with the rights of the service, and without hanging where a mount hangs. */
#pragma once

#include "account.h"

#include <jansson.h>

/** How long anything may take; a disk that sleeps needs some seconds. */
enum { CHILD_WAIT_MS = 30000 };

/**
 * Runs program (a path, or a name in PATH) with the arguments, NULL last, as account (NULL: as we
 * are). Returns what it wrote to both outputs, and in *status its exit status: 127: cannot be run,
 * -1: it did not end in time. Free it.
 */
char *child_run(const struct account *account, const char *const arguments[], int *status);

/** What work(self) returned, run in a child as account; NULL: it did not end in time. */
json_t *child_ask(const struct account *account, json_t *(*work)(void *self), void *self);
