/* SPDX-License-Identifier: Apache-2.0 */
/* The messages that clients get: one JSON object per event, see docs/messages.md. */
#pragma once

#include "station.h"
#include <stddef.h>
#include <stdint.h>

/** What a message is made of; all is borrowed. */
struct event_parts {
    const char *type;
    const struct station *station; /* NULL: an error that belongs to none */
    struct series *series;         /* NULL: none */
    const char *content;           /* JSON text */
    size_t content_length;
    uint64_t seq;
    int64_t time_ms; /* since 1970 */
};

/** The message as text. The caller is its one owner. */
const struct mrq_text *events_text(const struct event_parts *parts);
