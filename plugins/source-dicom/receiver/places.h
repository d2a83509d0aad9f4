/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the processes of associations know of each other, in memory that they share: who has a
 * place, who waits for one, and which free space of the spool is promised already.
 */
#pragma once

#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum place_state { PLACE_ASKING = 0, PLACE_WAITING, PLACE_ADMITTED };

struct place {
    enum place_state state;
    struct in6_addr from; /* IPv4 mapped */
    int64_t active_ms;    /* when a piece of an object has last come, or the place was given */
    uint64_t reserved;    /* bytes of the spool that are promised and not yet written */
};

/** How many associations there may be. */
struct place_limits {
    size_t most, most_of_peer; /* in all, and from one address */
    unsigned idle_ms;          /* without a piece of an object for so long, one gives way */
};

struct places {
    pthread_mutex_t lock; /* robust: whoever holds it may be killed */
    struct place_limits limits;
    size_t room; /* more than limits.most: some only ask */
    struct place of[];
};

enum place_answer { PLACE_GIVEN, PLACE_TOO_MANY, PLACE_TOO_MANY_OF_PEER };

/** In memory that children share; NULL: see errno. */
struct places *places_create(const struct place_limits *limits, size_t room);
void places_destroy(struct places *places); /* takes NULL */

/** The process that the place was for is gone, or from is about to get it. */
void places_clear(struct places *places, size_t place, const struct in6_addr *from);

/**
 * Asks for an association, in its own process. Where all are taken it waits until one that is idle
 * has been ended (places_idle()), a little longer than limits.idle_ms at the most.
 */
enum place_answer places_admit(struct places *places, size_t place);

/** The association is being released: its sender may ask for the next one at once. */
void places_leave(struct places *places, size_t place);

/** A piece of an object has come. */
void places_touch(struct places *places, size_t place);

/**
 * Which association is to give way: that without a piece of an object for the longest time, and for
 * limits.idle_ms at least, if anybody waits; else room.
 */
size_t places_idle(struct places *places);

/**
 * Promises bytes of the file system that the working folder is on, so that least stay free whatever
 * all associations still write. False: there are not so many. They are added to those promised
 * before; places_wrote() takes them off.
 */
bool places_reserve(struct places *places, size_t place, uint64_t bytes, int64_t least);
void places_wrote(struct places *places, size_t place, uint64_t bytes);
/** The object has ended: nothing more will be written. */
void places_release(struct places *places, size_t place);

#ifdef __cplusplus
}
#endif
