/* SPDX-License-Identifier: Apache-2.0 */
/* Finding sessions and their series below the folders of an archive. */
#include "scan.h"
#include "base/companion.h"
#include "base/memory.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

enum { DEPTH_MOST = 16 }; /* archives are five deep; a loop of mounts has no end */

bool scan_wants(const char *name) {
    size_t length = strlen(name);
    return !companion_name(name) && (strncasecmp(name, "MR.", 3) == 0 ||
                                     (length > 4 && (strcasecmp(name + length - 4, ".dcm") == 0 ||
                                                     strcasecmp(name + length - 4, ".ima") == 0)));
}

static const char *base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* "2024.10.16-16.50.16" becomes "20241016 165016"; false: the name is none of a session */
static bool session_stamp(const char *name, char stamp[SCAN_STAMP_BYTES]) {
    static const char form[] = "dddd.dd.dd-dd.dd.dd";
    size_t used = 0;
    if (strlen(name) != sizeof(form) - 1) {
        return false;
    }
    for (size_t i = 0; i < sizeof(form) - 1; i++) {
        if (form[i] == 'd' ? !isdigit((unsigned char)name[i]) : name[i] != form[i]) {
            return false;
        }
        if (form[i] == 'd') {
            stamp[used++] = name[i];
        } else if (form[i] == '-') {
            stamp[used++] = ' ';
        }
    }
    stamp[used] = '\0';
    return true;
}

static struct session *add_session(struct sessions *sessions, const char *folder) {
    sessions->each = mem_resize(sessions->each, sessions->count + 1, sizeof(*sessions->each));
    struct session *session = &sessions->each[sessions->count++];
    *session = (struct session){.folder = mem_dup(folder)};
    AUTOFREE char *above = mem_dup(folder);
    char *slash = strrchr(above, '/');
    if (slash) {
        *slash = '\0';
    }
    session->project = mem_dup(slash ? base_name(above) : "");
    return session;
}

static void add_series(struct session *session, const char *folder) {
    session->series =
        mem_resize(session->series, session->series_count + 1, sizeof(*session->series));
    session->series[session->series_count++] = mem_dup(folder);
}

static bool is_folder(const char *path, const struct dirent *entry) {
    struct stat status;
    if (entry->d_type != DT_UNKNOWN) {
        return entry->d_type == DT_DIR;
    }
    return lstat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* calls visit for each folder in folder, hidden ones and links aside; false: it cannot be read */
static bool each_folder(const char *folder, void (*visit)(void *, const char *), void *self) {
    DIR *list = opendir(folder);
    if (!list) {
        return false;
    }
    for (struct dirent *entry; (entry = readdir(list));) {
        AUTOFREE char *path = mem_printf("%s/%s", folder, entry->d_name);
        if (entry->d_name[0] != '.' && !companion_name(entry->d_name) && is_folder(path, entry)) {
            visit(self, path);
        }
    }
    closedir(list);
    return true;
}

static bool holds_files(const char *folder) {
    DIR *list = opendir(folder);
    bool found = false;
    for (struct dirent *entry; list && !found && (entry = readdir(list));) {
        found = scan_wants(entry->d_name) && entry->d_type != DT_DIR;
    }
    if (list) {
        closedir(list);
    }
    return found;
}

struct walk {
    struct sessions *sessions;
    struct session *session;
    struct summary *summary;
    int depth;
};

static void visit_series(void *self, const char *path) {
    struct walk *walk = self;
    const char *name = base_name(path);
    if (strstr(name, "PhysioLog") || strstr(name, "PhoenixZIPReport")) {
        summary_skip(walk->summary, "PhysioLog or PhoenixZIPReport", path);
    } else {
        add_series(walk->session, path);
    }
}

static void visit_subject(void *self, const char *path) {
    struct walk *walk = self;
    if (!each_folder(path, visit_series, walk)) {
        summary_skip(walk->summary, "the folder cannot be read", path);
    }
}

static void visit_session(struct walk *walk, const char *path, const char *stamp) {
    walk->session = add_session(walk->sessions, path);
    strcpy(walk->session->stamp, stamp);
    if (!each_folder(path, visit_subject, walk)) {
        summary_skip(walk->summary, "the folder cannot be read", path);
    }
}

static void find_sessions(void *self, const char *path) {
    struct walk *walk = self;
    char stamp[SCAN_STAMP_BYTES];
    if (session_stamp(base_name(path), stamp)) {
        visit_session(walk, path, stamp);
        return;
    }
    if (walk->depth == DEPTH_MOST) {
        return;
    }
    walk->depth++;
    if (!each_folder(path, find_sessions, walk)) {
        summary_skip(walk->summary, "the folder cannot be read", path);
    }
    walk->depth--;
}

static void find_plain(void *self, const char *path) {
    struct walk *walk = self;
    if (holds_files(path)) {
        add_series(walk->session, path);
    }
    if (walk->depth < DEPTH_MOST) {
        walk->depth++;
        each_folder(path, find_plain, walk);
        walk->depth--;
    }
}

bool scan_folder(struct sessions *sessions, const char *folder, struct summary *summary) {
    char path[PATH_MAX];
    struct stat status;
    if (!realpath(folder, path) || stat(path, &status) < 0) {
        fprintf(stderr, "mrqart db import: %s: %s\n", folder, strerror(errno));
        return false;
    }
    if (!S_ISDIR(status.st_mode)) {
        fprintf(stderr, "mrqart db import: %s is no folder\n", folder);
        return false;
    }
    struct walk walk = {.sessions = sessions, .summary = summary};
    size_t before = sessions->count;
    find_sessions(&walk, path);
    if (sessions->count > before) {
        return true;
    }
    walk.session = add_session(sessions, path);
    find_plain(&walk, path);
    fprintf(stderr,
            "%s: no session folder (YYYY.MM.DD-HH.MM.SS) in it: each of its %zu folders that "
            "hold DICOM files is read, and all series in them are taken\n",
            folder, walk.session->series_count);
    return true;
}

static int by_time(const void *a, const void *b) {
    const struct session *left = a, *right = b;
    int order = strcmp(left->stamp, right->stamp);
    return order ? order : strcmp(left->folder, right->folder);
}

void scan_sort(struct sessions *sessions) {
    if (sessions->count) {
        qsort(sessions->each, sessions->count, sizeof(*sessions->each), by_time);
    }
}

void scan_finish(struct sessions *sessions) {
    for (size_t i = 0; i < sessions->count; i++) {
        struct session *session = &sessions->each[i];
        for (size_t j = 0; j < session->series_count; j++) {
            free(session->series[j]);
        }
        free(session->series);
        free(session->folder);
        free(session->project);
    }
    free(sessions->each);
    *sessions = (struct sessions){0};
}
