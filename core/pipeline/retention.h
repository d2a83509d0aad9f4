/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that were looked at are removed when they are old enough, where a source's options say so.
 * A child process does it, pass by pass, since removing may block: it is a copy of the daemon, so
 * it has the record at hand, goes through a watched folder and says on a pipe what it has removed.
 */
#pragma once

#include "folders.h"
#include "names.h"
#include "seen.h"

#include <event2/event.h>
#include <jansson.h>

struct retention;

/** What a pass is about; valid as long as the pipeline. */
struct retention_parts {
    struct folders *folders;
    struct seen *seen;
    struct names *const *names;  /* how files may be said; they may be others at the next pass */
    const unsigned *patience_ms; /* without a sign of life: the process hangs; may change too */
    void *self;
    void (*forgotten)(void *self); /* something has left the record */
};

struct retention *retention_create(struct event_base *base, const struct retention_parts *parts);
/** Takes NULL; kills what is under way. */
void retention_destroy(struct retention *retention);

/** The policies of the watched folders may have changed. */
void retention_update(struct retention *retention);

/** Nothing more is begun, and what is under way is killed. */
void retention_stop(struct retention *retention);

/** Adds "retention" to said where it is on for root; and to warnings what hinders it. */
void retention_health(const struct root *root, json_t *said);
void retention_warnings(const struct retention *retention, json_t *warnings);
