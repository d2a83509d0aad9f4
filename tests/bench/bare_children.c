/* SPDX-License-Identifier: Apache-2.0 */
/* The children of the bare program, each behind a socket pair. */
#include "bare.h"
#include "base/memory.h"
#include <err.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    CHILD_ASKED = 16, /* requests under way per child: they and the answers fit the buffers */
    NAMES_ROOM = 1024,
};

struct child {
    int fd;
    unsigned asked;
};

struct children {
    unsigned count, next;
    size_t answer; /* bytes */
    char *answers;
    struct child *list;
    char (*names)[BARE_NAME]; /* not asked yet, in a ring that grows */
    size_t first, waiting, room;
};

/** Reads messages of size bytes, whole ones only; 0 at the end. */
static size_t receive(int fd, char *buffer, size_t room, size_t size) {
    size_t have = 0;
    do {
        ssize_t length = read(fd, buffer + have, room - have);
        if (length <= 0) {
            return 0;
        }
        have += (size_t)length;
    } while (have % size);
    return have / size;
}

static void send_all(int fd, const char *buffer, size_t length) {
    while (length > 0) {
        ssize_t sent = write(fd, buffer, length);
        if (sent < 0) {
            err(1, "bench-bare: socket pair");
        }
        buffer += sent;
        length -= (size_t)sent;
    }
}

static _Noreturn void be_child(int fd, size_t answer) {
    char name[BARE_NAME];
    char *bytes = mem_zeroed(1, answer);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (receive(fd, name, sizeof(name), sizeof(name)) > 0) {
        send_all(fd, bytes, answer);
    }
    _exit(0);
}

struct children *children_create(int epoll, unsigned count, size_t answer) {
    struct children *children = mem_new(struct children);
    children->answer = answer;
    children->answers = mem_zeroed(CHILD_ASKED, answer);
    children->count = count;
    children->list = mem_zeroed(count, sizeof(struct child));
    children->room = NAMES_ROOM;
    children->names = mem_zeroed(children->room, BARE_NAME);
    for (unsigned i = 0; i < count; i++) {
        int pair[2];
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
            err(1, "bench-bare: socketpair");
        }
        if (fork() == 0) {
            close(pair[0]);
            be_child(pair[1], answer);
        }
        close(pair[1]);
        children->list[i].fd = pair[0];
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};
        epoll_ctl(epoll, EPOLL_CTL_ADD, pair[0], &event);
    }
    return children;
}

static void grow(struct children *children) {
    char(*larger)[BARE_NAME] = mem_zeroed(children->room * 2, BARE_NAME);
    for (size_t i = 0; i < children->waiting; i++) {
        memcpy(larger[i], children->names[(children->first + i) % children->room], BARE_NAME);
    }
    free(children->names);
    children->names = larger;
    children->first = 0;
    children->room *= 2;
}

static void ask_waiting(struct children *children) {
    unsigned full = 0;
    while (children->waiting > 0 && full < children->count) {
        struct child *child = &children->list[children->next++ % children->count];
        if (child->asked == CHILD_ASKED) {
            full++;
            continue;
        }
        full = 0;
        send_all(child->fd, children->names[children->first], BARE_NAME);
        child->asked++;
        children->first = (children->first + 1) % children->room;
        children->waiting--;
    }
}

void children_ask(struct children *children, const char *name) {
    if (children->waiting == children->room) {
        grow(children);
    }
    size_t slot = (children->first + children->waiting++) % children->room;
    strncpy(children->names[slot], name, BARE_NAME - 1);
    ask_waiting(children);
}

size_t children_take(struct children *children, unsigned number) {
    struct child *child = &children->list[number];
    size_t count =
        receive(child->fd, children->answers, CHILD_ASKED * children->answer, children->answer);
    if (count == 0) {
        errx(1, "bench-bare: a child has ended");
    }
    child->asked -= (unsigned)count;
    ask_waiting(children);
    return count;
}
