/* SPDX-License-Identifier: Apache-2.0 */
/* Folders that a configuration names: are they folders, and watched once only? */
#pragma once

#include <jansson.h>
#include <stdbool.h>

struct rehearsal;

/** Looks at them one by one; each look may hang, for a mount whose server is gone. */
void trial_folders(struct rehearsal *rehearsal, const json_t *config);

/** In trial_child.c: a problem or a warning; and what is being done from now on. */
void trial_say(struct rehearsal *rehearsal, bool fault, const char *place, const char *text);
void trial_doing(struct rehearsal *rehearsal, bool look, const char *place, const char *what);
