/* SPDX-License-Identifier: Apache-2.0 */
/* What systemd is told (sd_notify(3)), without its library; nothing where it did not start us. */
#pragma once

#include <event2/event.h>

struct notify;

/** Begins to feed the watchdog where there is one. Never NULL. */
struct notify *notify_create(struct event_base *base);
void notify_destroy(struct notify *notify); /* takes NULL */

/** "READY=1", "STOPPING=1", "STATUS=…", several with newlines between. */
void notify_send(const struct notify *notify, const char *text);

/** "RELOADING=1" with the time that systemd wants beside it. */
void notify_reloading(const struct notify *notify);
