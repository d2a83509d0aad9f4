/* SPDX-License-Identifier: Apache-2.0 */
/* What the processes of associations know of each other. */
#include "places.h"

#include "base/clock.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum {
    STEP_MS = 20,    /* between two looks of one that waits */
    GRACE_MS = 1000, /* beyond idle_ms: for whoever has to give way to be ended */
};

/* of the hundredth that a file system keeps without min_free: enough for the state of a year */
static const uint64_t FREE_BYTES_MOST = 1 << 30;

/* ---- the shared memory --------------------------------------------------------------------- */

static size_t size_for(size_t room) {
    return sizeof(struct places) + room * sizeof(struct place);
}

struct places *places_create(const struct place_limits *limits, size_t room) {
    pthread_mutexattr_t shared;
    struct places *places =
        mmap(NULL, size_for(room), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (places == MAP_FAILED) {
        return NULL;
    }
    pthread_mutexattr_init(&shared);
    pthread_mutexattr_setpshared(&shared, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&shared, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&places->lock, &shared);
    pthread_mutexattr_destroy(&shared);
    places->limits = *limits;
    places->room = room;
    return places;
}

void places_destroy(struct places *places) {
    if (places) {
        munmap(places, size_for(places->room));
    }
}

/* what one that was killed has left is a sum of its own, and cleared when it is reaped */
static void lock(struct places *places) {
    if (pthread_mutex_lock(&places->lock) == EOWNERDEAD) {
        pthread_mutex_consistent(&places->lock);
    }
}

static void unlock(struct places *places) {
    pthread_mutex_unlock(&places->lock);
}

void places_clear(struct places *places, size_t place, const struct in6_addr *from) {
    lock(places);
    places->of[place] = (struct place){.from = *from};
    unlock(places);
}

/* ---- who has a place ----------------------------------------------------------------------- */

static size_t count(const struct places *places, const struct in6_addr *from) {
    size_t found = 0;
    for (size_t i = 0; i < places->room; i++) {
        const struct place *one = &places->of[i];
        found +=
            one->state == PLACE_ADMITTED && (!from || memcmp(&one->from, from, sizeof(*from)) == 0);
    }
    return found;
}

static enum place_answer try(struct places *places, size_t place) {
    struct place *mine = &places->of[place];
    enum place_answer answer = PLACE_GIVEN;
    lock(places);
    if (count(places, &mine->from) >= places->limits.most_of_peer) {
        answer = PLACE_TOO_MANY_OF_PEER;
    } else if (count(places, NULL) >= places->limits.most) {
        answer = PLACE_TOO_MANY;
    }
    mine->state = answer == PLACE_GIVEN      ? PLACE_ADMITTED
                  : answer == PLACE_TOO_MANY ? PLACE_WAITING
                                             : PLACE_ASKING;
    mine->active_ms = clock_ms();
    unlock(places);
    return answer;
}

enum place_answer places_admit(struct places *places, size_t place) {
    int64_t until = clock_ms() + places->limits.idle_ms + GRACE_MS;
    enum place_answer answer = try(places, place);
    while (answer == PLACE_TOO_MANY && clock_ms() < until) {
        usleep(STEP_MS * 1000);
        answer = try(places, place);
    }
    if (answer != PLACE_GIVEN) {
        places_leave(places, place);
    }
    return answer;
}

void places_leave(struct places *places, size_t place) {
    __atomic_store_n(&places->of[place].state, PLACE_ASKING, __ATOMIC_RELAXED);
}

void places_touch(struct places *places, size_t place) {
    __atomic_store_n(&places->of[place].active_ms, clock_ms(), __ATOMIC_RELAXED);
}

size_t places_idle(struct places *places) {
    size_t found = places->room;
    bool wanted = false;
    int64_t oldest = clock_ms() - places->limits.idle_ms;
    lock(places);
    for (size_t i = 0; i < places->room; i++) {
        const struct place *one = &places->of[i];
        wanted |= one->state == PLACE_WAITING;
        if (one->state == PLACE_ADMITTED && one->active_ms <= oldest) {
            oldest = one->active_ms;
            found = i;
        }
    }
    unlock(places);
    return wanted ? found : places->room;
}

/* ---- space --------------------------------------------------------------------------------- */

static bool is_free(uint64_t promised, int64_t least) {
    struct statvfs space;
    if (statvfs(".", &space) < 0) {
        return true; /* writing says why */
    }
    uint64_t all = (uint64_t)space.f_blocks * space.f_frsize;
    uint64_t part = all / 100 < FREE_BYTES_MOST ? all / 100 : FREE_BYTES_MOST;
    return (uint64_t)space.f_bavail * space.f_frsize >=
           promised + (least >= 0 ? (uint64_t)least : part);
}

bool places_reserve(struct places *places, size_t place, uint64_t bytes, int64_t least) {
    uint64_t promised = bytes;
    lock(places);
    for (size_t i = 0; i < places->room; i++) {
        promised += places->of[i].reserved;
    }
    bool reserved = is_free(promised, least);
    places->of[place].reserved += reserved ? bytes : 0;
    unlock(places);
    return reserved;
}

void places_wrote(struct places *places, size_t place, uint64_t bytes) {
    lock(places);
    places->of[place].reserved -= bytes;
    unlock(places);
}

void places_release(struct places *places, size_t place) {
    lock(places);
    places->of[place].reserved = 0;
    unlock(places);
}
