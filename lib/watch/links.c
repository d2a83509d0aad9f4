/* SPDX-License-Identifier: Apache-2.0 */
/* Where symbolic links below watched folders lead. */
#include "watch/links.h"
#include "base/companion.h"
#include "base/memory.h"
#include "watch/reach.h"
#include <stdlib.h>
#include <string.h>

enum {
    LINKS_KNOWN = 4096,  /* that lead to folders, or nowhere yet; the others are followed once */
    LINKS_PER_ROUND = 64 /* that are looked at again: 10 µs each */
};

/** A link that leads to a folder, or nowhere yet. */
struct known_link {
    TAILQ_ENTRY(known_link) entry;
    struct root *target; /* NULL: it leads nowhere, or to what is watched anyway */
    char path[];
};

struct links {
    struct mrq_host *host;
    struct roots *roots;
    TAILQ_HEAD(link_list, known_link) list; /* the one looked at longest ago first */
    size_t count;
};

static struct known_link *find(const struct links *links, const char *path) {
    struct known_link *link;
    TAILQ_FOREACH(link, &links->list, entry) {
        if (strcmp(link->path, path) == 0) {
            return link;
        }
    }
    return NULL;
}

static void forget(struct links *links, struct known_link *link) {
    TAILQ_REMOVE(&links->list, link, entry);
    links->count--;
    if (link->target) {
        roots_release(links->roots, link->target);
    }
    free(link);
}

/** The link at path leads to target now. */
static void note(struct links *links, const char *path, struct root *target) {
    struct known_link *link = find(links, path);
    if (!link && links->count < LINKS_KNOWN) {
        size_t bytes = strlen(path) + 1;
        link = mem_zeroed(1, sizeof(*link) + bytes);
        memcpy(link->path, path, bytes);
        TAILQ_INSERT_TAIL(&links->list, link, entry);
        links->count++;
    }
    if (link && link->target != target) {
        struct root *before = link->target;
        link->target = target;
        if (target) {
            target->links++;
        }
        if (before) {
            roots_release(links->roots, before);
        }
    }
}

static void follow_file(struct mrq_host *host, const struct found_at *at, char *path,
                        const struct stat *about) {
    char *slash = strrchr(path, '/');
    AUTOFREE char *folder = mem_dup_length(path, slash == path ? 1 : (size_t)(slash - path));
    struct root root = {.path = folder};
    const struct found_at there = {.root = &root, .lane = at->lane, .fresh = at->fresh};
    clock_gettime(CLOCK_REALTIME_COARSE, &root.followed); /* for the core this begins here */
    mrq_follow(host, folder);
    found_met(host, &there, path, about);
}

bool links_follow(struct mrq_host *host, struct roots *roots, const struct found_at *at,
                  const char *path) {
    struct links *links = roots_links(roots);
    if (!links || companion_name(strrchr(path, '/') + 1)) {
        return false;
    }
    if (!reach_leads(roots_reach(roots), path)) {
        note(links, path, NULL); /* it is followed when the mount that it leads to answers */
        return true;
    }
    AUTOFREE char *real = realpath(path, NULL);
    struct stat about;
    if (!real || lstat(real, &about) < 0) {
        note(links, path, NULL); /* it may lead somewhere later */
        return false;
    }
    if (S_ISDIR(about.st_mode)) {
        struct root *target = roots_add(roots, real, at->lane);
        /* not in a circle, which would hold itself */
        bool holds = target && target->linked && (target->links == 0 || !at->root->linked);
        note(links, path, holds ? target : NULL);
        return true;
    }
    struct known_link *link = find(links, path);
    if (link) {
        forget(links, link);
    }
    if (!roots_of(roots, real)) { /* else it is met, or heard of, where it lies */
        follow_file(host, at, real, &about);
    }
    return true;
}

/** Looks whether a link is still there and where it leads. */
static void look_again(struct links *links, struct known_link *link) {
    const struct root *root = roots_of(links->roots, link->path);
    struct stat about;
    TAILQ_REMOVE(&links->list, link, entry);
    TAILQ_INSERT_TAIL(&links->list, link, entry);
    if (root && !reach_leads(roots_reach(links->roots), link->path)) {
        return;
    }
    if (!root || lstat(link->path, &about) < 0 || !S_ISLNK(about.st_mode)) {
        forget(links, link);
        return;
    }
    AUTOFREE char *real = realpath(link->path, NULL);
    const struct root *leads = real ? roots_of(links->roots, real) : NULL;
    if (!real) {
        note(links, link->path, NULL);
    } else if (!leads || leads != link->target) {
        const struct found_at at = {.root = root, .lane = MRQ_LIVE, .fresh = true};
        AUTOFREE char *path = mem_dup(link->path);
        links_follow(links->host, links->roots, &at, path);
    }
}

void links_round(struct links *links) {
    size_t left = links->count < LINKS_PER_ROUND ? links->count : LINKS_PER_ROUND;
    for (; left > 0 && !TAILQ_EMPTY(&links->list); left--) {
        look_again(links, TAILQ_FIRST(&links->list));
    }
}

struct links *links_create(struct mrq_host *host, struct roots *roots) {
    struct links *links = mem_new(struct links);
    links->host = host;
    links->roots = roots;
    TAILQ_INIT(&links->list);
    return links;
}

void links_destroy(struct links *links) {
    struct known_link *link;
    while (links && (link = TAILQ_FIRST(&links->list)) != NULL) {
        TAILQ_REMOVE(&links->list, link, entry);
        free(link);
    }
    free(links);
}
