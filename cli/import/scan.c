/* SPDX-License-Identifier: Apache-2.0 */
/* Finding sessions and their series below the folders of an archive. */
#include "scan.h"
#include "base/companion.h"
#include "base/memory.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { DEPTH_MOST = 16 }; /* archives are five deep; a loop of mounts has no end */

/* an index beside the images (PS3.10 8.6), and what other systems put there for themselves */
static bool is_aside(const char *name) {
    return companion_name(name) || strcmp(name, "DICOMDIR") == 0;
}

static bool is_wanted(const struct scan_names *wanted, const char *name) {
    bool fits = !wanted->count;
    for (size_t i = 0; !fits && i < wanted->count; i++) {
        fits = fnmatch(wanted->patterns[i], name, FNM_CASEFOLD) == 0;
    }
    return fits;
}

bool scan_takes(const struct scan_names *wanted, const char *name) {
    return is_wanted(wanted, name) && !is_aside(name);
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

static void add_folder(struct session *session, const char *path, enum series_mode mode) {
    session->folders =
        mem_resize(session->folders, session->folder_count + 1, sizeof(*session->folders));
    session->folders[session->folder_count++] =
        (struct series_folder){.path = mem_dup(path), .mode = mode};
}

static bool is_folder(const char *path, const struct dirent *entry) {
    struct stat status;
    if (entry->d_type != DT_UNKNOWN) {
        return entry->d_type == DT_DIR;
    }
    return lstat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

struct walk {
    struct sessions *sessions;
    struct session *session; /* NULL: sessions are looked for */
    const struct scan_names *wanted;
    struct summary *summary;
    int depth; /* below the folder that was named; within a session, below that */
};

/* true if it is to be read; what is not wanted is told, what systems put beside it is not */
static bool note_file(const struct walk *walk, const char *name, const char *path) {
    if (walk->session && !is_wanted(walk->wanted, name) && !is_aside(name)) {
        summary_skip(walk->summary, "its name fits no pattern of --wanted", path);
    }
    return scan_takes(walk->wanted, name);
}

/*
 * Calls visit for each folder in path, links and what systems keep for themselves aside. *files:
 * it holds files of wanted names. False, and said, where it cannot be read.
 */
static bool each_entry(struct walk *walk, const char *path, bool *files,
                       void (*visit)(struct walk *, const char *)) {
    DIR *list = opendir(path);
    if (!list) {
        if (!walk->session || *walk->session->stamp) { /* told when sessions were looked for */
            summary_skip(walk->summary, "the folder cannot be read", path);
        }
        return false;
    }
    walk->depth++;
    *files = false;
    for (struct dirent *entry; (entry = readdir(list));) {
        AUTOFREE char *below = mem_printf("%s/%s", path, entry->d_name);
        if (!is_folder(below, entry)) {
            *files = note_file(walk, entry->d_name, below) || *files;
        } else if (entry->d_name[0] != '.' && !companion_name(entry->d_name) &&
                   walk->depth <= DEPTH_MOST) {
            visit(walk, below);
        }
    }
    walk->depth--;
    closedir(list);
    return true;
}

/* the reference's series are two levels below the session; media have theirs deeper, or above */
static void visit_folder(struct walk *walk, const char *path) {
    enum { REFERENCE_DEPTH = 2 };
    bool reference = walk->depth == REFERENCE_DEPTH && *walk->session->stamp;
    const char *name = base_name(path);
    if (reference && (strstr(name, "PhysioLog") || strstr(name, "PhoenixZIPReport"))) {
        summary_skip(walk->summary, "PhysioLog or PhoenixZIPReport", path);
        return;
    }
    bool files = false;
    size_t before = walk->session->folder_count;
    if (each_entry(walk, path, &files, visit_folder) && files) {
        add_folder(walk->session, path, reference ? SERIES_ONE : SERIES_MANY);
    } else if (reference && walk->session->folder_count == before) {
        summary_skip(walk->summary, "no DICOM file in the folder", path);
    }
}

static void visit_session(struct walk *walk, const char *path, const char *stamp) {
    struct walk inner = *walk;
    inner.session = add_session(walk->sessions, path);
    strcpy(inner.session->stamp, stamp);
    inner.depth = 0;
    visit_folder(&inner, path);
}

static void find_sessions(struct walk *walk, const char *path) {
    char stamp[SCAN_STAMP_BYTES];
    bool files;
    if (session_stamp(base_name(path), stamp)) {
        visit_session(walk, path, stamp);
    } else {
        each_entry(walk, path, &files, find_sessions);
    }
}

bool scan_folder(struct sessions *sessions, const char *folder, const struct scan_names *wanted,
                 struct summary *summary) {
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
    struct walk walk = {.sessions = sessions, .wanted = wanted, .summary = summary};
    size_t before = sessions->count;
    find_sessions(&walk, path);
    if (sessions->count > before) {
        return true;
    }
    walk.session = add_session(sessions, path);
    visit_folder(&walk, path);
    fprintf(stderr,
            "%s: no session folder (YYYY.MM.DD-HH.MM.SS) in it: each of its %zu folders that hold "
            "files is read, and all series in them are taken\n",
            folder, walk.session->folder_count);
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
        for (size_t j = 0; j < session->folder_count; j++) {
            free(session->folders[j].path);
        }
        free(session->folders);
        free(session->folder);
        free(session->project);
    }
    free(sessions->each);
    *sessions = (struct sessions){0};
}
