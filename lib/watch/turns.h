/* SPDX-License-Identifier: Apache-2.0 */
/* Long work in small steps: so few per turn of the loop that events are heard in between. */
#pragma once

#include <mrqart/plugin.h>

struct turns;

struct turns_owner {
    void *self;
    bool (*step)(void *self); /* does one small thing; false: there is nothing to do */
    void (*rest)(void *self); /* the work has come to its end, until turns_wake() */
};

/** Paused at first. NULL, having said so, when the loop cannot be joined. Destroy takes NULL. */
struct turns *turns_create(struct mrq_host *host, const struct turns_owner *owner);
void turns_destroy(struct turns *turns);

/** There is something to do, or may be. */
void turns_wake(struct turns *turns);

/** Stops, also in the middle of a turn, and goes on. */
void turns_pause(struct turns *turns, bool paused);

/** Milliseconds since turns were first let go. */
double turns_taken_ms(const struct turns *turns);
