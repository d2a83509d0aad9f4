/* SPDX-License-Identifier: Apache-2.0 */
/* Whether paths can be looked at without waiting for ever. */
#include "watch/reach.h"
#include "base/clock.h"
#include "base/file_status.h"
#include "base/forked.h"
#include "base/log.h"
#include "base/memory.h"
#include "watch/mount_list.h"
#include "watch/paths.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/stat.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    REACH_LINKS = 40,   /* in one path, as in the kernel (path_resolution(7)) */
    REACH_REAP_MS = 50, /* once, at the end, for processes that were killed */
};

/** A mount for which a server answers, and the process that looks at it. */
struct server {
    TAILQ_ENTRY(server) entry;
    char *path;
    int id;
    bool listed, automatic;
    pid_t pid;  /* -1: there is none */
    int socket; /* -1: likewise */
    bool asked; /* and has not answered yet */
    long long answered_ms;
    bool silent;
    struct log_fault told;
};
TAILQ_HEAD(server_list, server);

struct reach {
    struct mrq_host *host;
    int mounts; /* mountinfo, which tells that it has changed; -1: not open yet */
    long long looked_ms;
    struct server_list servers, leaving; /* leaving: killed, to be reaped */
};

/* ---- the process that looks ---------------------------------------------------------------- */

/** Looks at each path that it is told, and says so when it has seen it, or not. */
static _Noreturn void look_for(pid_t parent) {
    char path[PATH_MAX];
    struct file_status status;
    ssize_t length;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_NAME, "mrqart-reach");
    signal(SIGINT, SIG_IGN); /* of the terminal: the socket says when we end */
    signal(SIGTERM, SIG_IGN);
    while (getppid() == parent && (length = recv(FORKED_PIPE, path, sizeof(path) - 1, 0)) > 0) {
        path[length] = '\0';
        file_status(AT_FDCWD, path, AT_STATX_FORCE_SYNC, &status);
        if (send(FORKED_PIPE, "", 1, MSG_NOSIGNAL) != 1) {
            break;
        }
    }
    _exit(EXIT_SUCCESS);
}

static bool start(struct server *server) {
    int pair[2];
    pid_t parent = getpid();
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) {
        return false;
    }
    server->pid = forked_start(pair[1]);
    if (server->pid == 0) {
        look_for(parent);
    }
    close(pair[1]);
    if (server->pid < 0) {
        close(pair[0]);
        return false;
    }
    server->socket = pair[0];
    server->asked = false;
    return true;
}

static void stop(struct server *server) {
    if (server->socket >= 0) {
        close(server->socket);
        server->socket = -1;
    }
    if (server->pid > 0) {
        kill(server->pid, SIGKILL);
    }
}

static bool is_reaped(struct server *server) {
    if (server->pid > 0 && waitpid(server->pid, NULL, WNOHANG) != 0) {
        server->pid = -1;
    }
    return server->pid <= 0;
}

/** Its answer, if it comes within ms. */
static bool hear(struct server *server, int ms) {
    struct pollfd heard = {.fd = server->socket, .events = POLLIN};
    char byte;
    int ready;
    do {
        ready = poll(&heard, 1, ms);
    } while (ready < 0 && errno == EINTR);
    if (ready <= 0) {
        return false;
    }
    if (recv(server->socket, &byte, 1, MSG_DONTWAIT) != 1) {
        stop(server); /* it was killed: another one is started when this one is reaped */
        return false;
    }
    server->asked = false;
    server->answered_ms = clock_ms();
    return true;
}

static bool ask(struct server *server, const char *path) {
    if (!server->asked && !server->automatic && clock_ms() < server->answered_ms + REACH_FRESH_MS) {
        return true;
    }
    if (server->socket < 0 && (!is_reaped(server) || !start(server))) {
        return false;
    }
    if (server->asked && !hear(server, 0)) {
        return false; /* it hangs still */
    }
    if (send(server->socket, path, strlen(path), MSG_NOSIGNAL) < 0) {
        stop(server);
        return false;
    }
    server->asked = true;
    return hear(server, REACH_WAIT_MS);
}

/* ---- the mounts ---------------------------------------------------------------------------- */

static bool has_server(const struct mount_entry *mount) {
    static const char *const types[] = {
        "9p",   "afs",  "autofs", "beegfs", "ceph",     "cifs",    "coda",     "fuse",  "gfs2",
        "gpfs", "kafs", "lustre", "nfs",    "nfs4",     "ocfs2",   "orangefs", "panfs", "pvfs2",
        "smb",  "smb3", "smbfs",  "vboxsf", "virtiofs", "fuseblk", "glusterfs"};
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (strcmp(mount->type, types[i]) == 0) {
            return true;
        }
    }
    return strncmp(mount->type, "fuse.", strlen("fuse.")) == 0;
}

/* "/": when that hangs, so does all else, the program's own pages too */
static void handle_mount(void *self, const struct mount_entry *mount) {
    struct reach *reach = self;
    struct server *server;
    if (!has_server(mount) || strcmp(mount->path, "/") == 0) {
        return;
    }
    TAILQ_FOREACH(server, &reach->servers, entry) {
        if (server->id == mount->id && strcmp(server->path, mount->path) == 0) {
            server->listed = true;
            return;
        }
    }
    server = mem_new(struct server);
    server->path = mem_dup(mount->path);
    server->id = mount->id;
    server->automatic = strcmp(mount->type, "autofs") == 0;
    server->listed = true;
    server->pid = server->socket = -1;
    TAILQ_INSERT_TAIL(&reach->servers, server, entry);
}

static void free_server(struct server_list *list, struct server *server) {
    TAILQ_REMOVE(list, server, entry);
    free(server->path);
    free(server);
}

static void leave(struct reach *reach, struct server *server) {
    stop(server);
    TAILQ_REMOVE(&reach->servers, server, entry);
    TAILQ_INSERT_TAIL(&reach->leaving, server, entry);
}

static void reap(struct reach *reach) {
    struct server *next;
    for (struct server *server = TAILQ_FIRST(&reach->leaving); server; server = next) {
        next = TAILQ_NEXT(server, entry);
        if (is_reaped(server)) {
            free_server(&reach->leaving, server);
        }
    }
}

static bool mounts_changed(struct reach *reach) {
    if (reach->mounts < 0) {
        reach->mounts = open(mount_list_file, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        return reach->mounts >= 0;
    }
    struct pollfd changed = {.fd = reach->mounts, .events = POLLPRI};
    return poll(&changed, 1, 0) > 0;
}

static void look_at_mounts(struct reach *reach) {
    long long now_ms = clock_ms();
    struct server *server, *next;
    if (reach->looked_ms && now_ms < reach->looked_ms + REACH_FRESH_MS) {
        return;
    }
    reach->looked_ms = now_ms;
    reap(reach);
    if (!mounts_changed(reach)) {
        return;
    }
    TAILQ_FOREACH(server, &reach->servers, entry) {
        server->listed = false;
    }
    mount_list_each(handle_mount, reach);
    for (server = TAILQ_FIRST(&reach->servers); server; server = next) {
        next = TAILQ_NEXT(server, entry);
        if (!server->listed) {
            leave(reach, server);
        }
    }
}

/* ---- paths --------------------------------------------------------------------------------- */

static bool answers(struct reach *reach, struct server *server, const char *path) {
    AUTOFREE char *looked = mem_dup(server->path);
    size_t length = strlen(server->path);
    if (server->automatic && path[length] == '/') { /* what is to be mounted there now */
        size_t name = strcspn(path + length + 1, "/");
        free(looked);
        looked = mem_dup_length(path, length + 1 + name);
    }
    bool silent = !ask(server, looked);
    unsigned more;
    if (silent && !server->silent && log_fault_due(&server->told, &more) && reach->host) {
        mrq_warning(reach->host,
                    "%s does not answer: see to the mount and its server; it is tried again at "
                    "intervals",
                    server->path);
    } else if (!silent && server->silent && reach->host) {
        mrq_notice(reach->host, "%s answers again", server->path);
    }
    server->silent = silent;
    return !silent;
}

bool reach_answers(struct reach *reach, const char *path) {
    struct server *server;
    look_at_mounts(reach);
    TAILQ_FOREACH(server, &reach->servers, entry) {
        if (paths_is_within(path, server->path) && !answers(reach, server, path)) {
            return false;
        }
    }
    return true;
}

/** A path on its way to the end of its links. */
struct way {
    char done[PATH_MAX];     /* without links */
    char rest[2 * PATH_MAX]; /* still to go, within … */
    const char *next;        /* … */
    unsigned links;
};

static void step_up(struct way *way) {
    char *slash = strrchr(way->done, '/');
    if (slash) {
        *slash = '\0';
    }
}

/** The next name joins done; false: the path is too long for anybody. */
static bool step(struct way *way, size_t length) {
    size_t before = strlen(way->done);
    bool dot = length == 1 && way->next[0] == '.';
    if (length == 2 && strncmp(way->next, "..", 2) == 0) {
        step_up(way);
    } else if (length > 0 && !dot) {
        if (before + 1 + length >= sizeof(way->done)) {
            return false;
        }
        way->done[before] = '/';
        memcpy(way->done + before + 1, way->next, length);
        way->done[before + 1 + length] = '\0';
    }
    way->next += length;
    way->next += *way->next == '/';
    return true;
}

/** done is a link to target: on from there. False: the path is too long for anybody. */
static bool turn(struct way *way, const char *target) {
    AUTOFREE char *rest = mem_printf("%s/%s", target, way->next);
    if (strlen(rest) >= sizeof(way->rest) || ++way->links > REACH_LINKS) {
        return false;
    }
    strcpy(way->rest, rest);
    way->next = way->rest;
    if (target[0] == '/') {
        way->done[0] = '\0';
        way->next++;
    } else {
        step_up(way);
    }
    return true;
}

bool reach_leads(struct reach *reach, const char *path) {
    struct way way = {0};
    char target[PATH_MAX];
    look_at_mounts(reach);
    if (TAILQ_EMPTY(&reach->servers)) {
        return true;
    }
    AUTOFREE char *whole = paths_absolute(path);
    if (strlen(whole) >= sizeof(way.rest)) {
        return false;
    }
    strcpy(way.rest, whole);
    way.next = way.rest + 1;
    while (*way.next) {
        if (!step(&way, strcspn(way.next, "/")) ||
            !reach_answers(reach, *way.done ? way.done : "/")) {
            return false;
        }
        ssize_t length = readlink(*way.done ? way.done : "/", target, sizeof(target) - 1);
        if (length < 0 && errno != EINVAL) { /* EINVAL: it is no link */
            return true;                     /* there is nothing more to look at */
        }
        target[length < 0 ? 0 : length] = '\0';
        if (length > 0 && !turn(&way, target)) {
            return false;
        }
    }
    return true;
}

void reach_report(const struct reach *reach, struct mrq_report *report) {
    const struct server *server;
    TAILQ_FOREACH(server, &reach->servers, entry) {
        if (server->silent) {
            AUTOFREE char *text = mem_printf(
                "what is mounted at %s does not answer: see to the mount and its server; folders "
                "and links that lead there wait for it",
                server->path);
            mrq_report_warning(report, text);
        }
    }
}

/* ---- life ---------------------------------------------------------------------------------- */

struct reach *reach_create(struct mrq_host *host) {
    struct reach *reach = mem_new(struct reach);
    reach->host = host;
    reach->mounts = -1;
    TAILQ_INIT(&reach->servers);
    TAILQ_INIT(&reach->leaving);
    return reach;
}

void reach_destroy(struct reach *reach) {
    static const struct timespec moment = {.tv_nsec = 1000000};
    if (!reach) {
        return;
    }
    while (!TAILQ_EMPTY(&reach->servers)) {
        leave(reach, TAILQ_FIRST(&reach->servers));
    }
    reap(reach);
    for (unsigned i = 0; i < REACH_REAP_MS && !TAILQ_EMPTY(&reach->leaving); i++) {
        nanosleep(&moment, NULL);
        reap(reach);
    }
    while (!TAILQ_EMPTY(&reach->leaving)) { /* it hangs in the kernel: init reaps it one day */
        free_server(&reach->leaving, TAILQ_FIRST(&reach->leaving));
    }
    if (reach->mounts >= 0) {
        close(reach->mounts);
    }
    free(reach);
}
