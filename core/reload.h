/* SPDX-License-Identifier: Apache-2.0 */
/* SIGHUP: the configuration read again in a child, and what has changed put in force. */
#pragma once

#include "config/arguments.h"
#include "config/paths.h"
#include "notify.h"
#include "parts.h"

#include <jansson.h>

struct reload;

/** config: the one in force. All others must outlive it. */
struct reload *reload_create(const struct parts *parts, const struct arguments *arguments,
                             const struct paths *paths, json_t *config,
                             const struct notify *notify);
void reload_destroy(struct reload *reload); /* takes NULL */

/** Begins, or begins again when it is under way: what was asked last counts. */
void reload_begin(struct reload *reload);

/** Gives up what is under way; takes NULL. */
void reload_cancel(struct reload *reload);
