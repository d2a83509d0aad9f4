/* SPDX-License-Identifier: Apache-2.0 */
/* Where the folders are that events tell of: a bounded cache from handles to paths. */
#include "places.h"
#include "base/hash_table.h"
#include "base/memory.h"
#include "base/text.h"
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/** One folder of the cache. */
struct known {
    struct hash_link link;
    TAILQ_ENTRY(known) used;
    uint32_t age; /* of places, when it was asked for */
    uint16_t identity_length, length;
    const struct root *root;
    char bytes[]; /* its identity, and its path if it has a root */
};

struct places {
    const struct anchors *anchors;
    struct hash_table table;
    TAILQ_HEAD(used_list, known) used; /* longest unused first */
    size_t limit;
    uint32_t age; /* grows when what is known may be wrong */
    bool missed;
    int mount, fd; /* the mount asked last, and a descriptor on it; -1: none */
};

/* ---- asking the kernel --------------------------------------------------------------------- */

void places_rest(struct places *places) {
    if (places->fd >= 0) {
        close(places->fd);
        places->fd = -1;
    }
}

static int mount_descriptor(struct places *places, const struct folder *anchor) {
    if (places->fd < 0 || places->mount != anchor->mount) {
        places_rest(places);
        places->mount = anchor->mount;
        places->fd =
            open(anchor->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    }
    return places->fd;
}

/** The path of the open folder; its length, 0 where it has none: it is removed. */
static size_t path_of(int fd, char *path) {
    char link[sizeof("/proc/self/fd/") + 11]; /* digits of an int */
    struct stat about;
    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length <= 0 || fstat(fd, &about) < 0 || about.st_nlink == 0) {
        return 0;
    }
    path[length] = '\0';
    return (size_t)length;
}

/** The path as seen on the mount of anchor. */
static size_t ask(struct places *places, const struct folder *anchor,
                  const struct identity *identity, char *path) {
    int at = anchors_answers(places->anchors, anchor) ? mount_descriptor(places, anchor) : -1;
    if (at < 0) {
        places->missed = true;
        return 0;
    }
    int fd = open_by_handle_at(at, identity_handle(identity), O_PATH | O_CLOEXEC);
    if (fd < 0) {
        return 0;
    }
    size_t length = path_of(fd, path);
    close(fd);
    return length;
}

static bool is_below(const char *path, const struct folder *anchor) {
    return strncmp(path, anchor->path, anchor->length) == 0 &&
           (path[anchor->length] == '\0' || path[anchor->length] == '/' || anchor->length == 1);
}

/** The anchor that the folder lies in, and its path; NULL: in none. */
static const struct folder *locate(struct places *places, const struct identity *identity,
                                   char *path) {
    const struct folder *anchor = anchors_first(places->anchors);
    int mount = -1; /* that path is right for, unless it is empty */
    path[0] = '\0';
    for (; anchor; anchor = TAILQ_NEXT(anchor, entry)) {
        if (anchor->refused || !identity_same_file_system(&anchor->identity, identity)) {
            continue;
        }
        if (mount != anchor->mount || !path[0]) {
            mount = anchor->mount;
            path[ask(places, anchor, identity, path)] = '\0';
        }
        if (!path[0] || !is_below(path, anchor)) {
            continue;
        }
        if (anchors_is_there(places->anchors, anchor)) { /* and no other folder of that name */
            return anchor;
        }
        places->missed = true;
    }
    return NULL;
}

/* ---- the cache ----------------------------------------------------------------------------- */

static uint64_t hash_of(const struct identity *identity) {
    return text_hash(TEXT_HASH_SEED, identity->bytes, identity->length);
}

static struct known *find(const struct places *places, const struct identity *identity,
                          uint64_t hash) {
    struct hash_link *link = hash_table_first(&places->table, hash);
    for (; link; link = hash_table_next(link)) {
        struct known *known = (struct known *)link;
        if (known->identity_length == identity->length &&
            memcmp(known->bytes, identity->bytes, identity->length) == 0) {
            return known;
        }
    }
    return NULL;
}

static void drop(struct places *places, struct known *known) {
    hash_table_remove(&places->table, &known->link);
    TAILQ_REMOVE(&places->used, known, used);
    free(known);
}

static struct known *remember(struct places *places, const struct identity *identity,
                              uint64_t hash) {
    char path[PATH_MAX];
    const struct folder *anchor = locate(places, identity, path);
    size_t length = anchor ? strlen(path) : 0;
    struct known *known = mem_zeroed(1, sizeof(*known) + identity->length + length + 1);
    known->age = places->age;
    known->root = anchor ? anchor->root : NULL;
    known->identity_length = (uint16_t)identity->length;
    known->length = (uint16_t)length;
    memcpy(known->bytes, identity->bytes, identity->length);
    memcpy(known->bytes + identity->length, path, length);
    if (places->table.count >= places->limit) {
        drop(places, TAILQ_FIRST(&places->used));
    }
    hash_table_add(&places->table, &known->link, hash);
    TAILQ_INSERT_TAIL(&places->used, known, used);
    return known;
}

struct place places_find(struct places *places, const struct identity *identity) {
    uint64_t hash = hash_of(identity);
    struct known *known = find(places, identity, hash);
    if (known && known->age != places->age) {
        drop(places, known);
        known = NULL;
    }
    if (!known) {
        known = remember(places, identity, hash);
    } else if (TAILQ_NEXT(known, used)) {
        TAILQ_REMOVE(&places->used, known, used);
        TAILQ_INSERT_TAIL(&places->used, known, used);
    }
    return (struct place){known->root, known->bytes + known->identity_length, known->length};
}

void places_forget(struct places *places) {
    places->age++;
    places_rest(places);
}

bool places_missed(struct places *places) {
    bool missed = places->missed;
    places->missed = false;
    return missed;
}

size_t places_count(const struct places *places) {
    return places->table.count;
}

/* ---- life ---------------------------------------------------------------------------------- */

struct places *places_create(const struct anchors *anchors, size_t limit) {
    struct places *places = mem_new(struct places);
    places->anchors = anchors;
    places->limit = limit;
    places->fd = -1;
    TAILQ_INIT(&places->used);
    return places;
}

void places_destroy(struct places *places) {
    if (!places) {
        return;
    }
    places_rest(places);
    while (!TAILQ_EMPTY(&places->used)) {
        drop(places, TAILQ_FIRST(&places->used));
    }
    hash_table_finish(&places->table);
    free(places);
}
