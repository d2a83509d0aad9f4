/* SPDX-License-Identifier: Apache-2.0 */
/* A test file in each watched folder, followed to the websocket as a browser gets it. */
#include "base/memory.h"
#include "doctor.h"
#include "test_image.h"
#include "websocket.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    SKEW_MOST_S = 2,
    LEFT_S = 2 * 3600, /* older than any run: --wait is an hour at most */
    NUMBER_DIGITS = 8,
};

static const char mark[] = "mrqart-doctor-"; /* within the name, before the number */

struct test {
    struct doctor *doctor;
    const char *folder;
    char *name, *path;
    unsigned long long number;
    struct websocket *websocket;
    long long written_ms;
};

/* ---- the file ------------------------------------------------------------------------------ */

/* "MR.*" becomes "MR.mrqart-doctor-1f2e3d4c"; a pattern with more to it is passed over */
static char *name_by(const char *pattern, unsigned long long number) {
    const char *star = strchr(pattern, '*');
    if (!star) {
        return NULL;
    }
    char *name = mem_printf("%.*s%s%0*llx%s", (int)(star - pattern), pattern, mark, NUMBER_DIGITS,
                            number & UINT32_MAX, star + 1);
    if (fnmatch(pattern, name, FNM_CASEFOLD) == 0 && !strpbrk(name, "*?[\\/")) {
        return name;
    }
    free(name);
    return NULL;
}

static char *wanted_name(const struct doctor *doctor, unsigned long long number) {
    size_t at;
    json_t *pattern;
    json_array_foreach(json_object_get(json_object_get(doctor->config, "options"), "wanted"), at,
                       pattern) {
        char *name = name_by(json_string_value(pattern), number);
        if (name) {
            return name;
        }
    }
    return NULL;
}

/*
 * A process that waits for the end of ours, whatever it is, and then removes the file. Returns the
 * pipe whose closing it waits for; -1: there is none, and only a regular end removes the file.
 */
static int guard(const char *path, pid_t *process) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0) {
        return -1;
    }
    fflush(NULL);
    *process = fork();
    if (*process == 0) {
        char byte;
        setsid(); /* the terminal's Ctrl-C is not meant for us */
        close(ends[1]);
        while (read(ends[0], &byte, 1) > 0) {
        }
        unlink(path);
        _exit(0);
    }
    close(ends[0]);
    return ends[1];
}

/* What a run has left that ended together with its guard. */
static void sweep(const char *folder) {
    DIR *entries = opendir(folder);
    const struct dirent *entry;
    while (entries && (entry = readdir(entries))) {
        struct stat status;
        const char *at = strstr(entry->d_name, mark);
        if (at && strspn(at + strlen(mark), "0123456789abcdef") == NUMBER_DIGITS &&
            fstatat(dirfd(entries), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISREG(status.st_mode) && time(NULL) - status.st_mtime > LEFT_S) {
            unlinkat(dirfd(entries), entry->d_name, 0);
        }
    }
    if (entries) {
        closedir(entries);
    }
}

/* as a scanner does it: made, written, closed */
static bool write_file(struct test *test) {
    size_t length;
    AUTOFREE unsigned char *bytes = test_image_make(test->number, &length);
    int fd = open(test->path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (fd < 0) {
        return false;
    }
    fchmod(fd, 0644); /* whatever the umask is: the service is to read it */
    bool written = write(fd, bytes, length) == (ssize_t)length;
    int error = errno;
    written = close(fd) == 0 && written;
    test->written_ms = connection_now_ms();
    errno = error;
    return written;
}

/* A server of a mount whose clock is wrong makes files of tomorrow. */
static void compare_clocks(const struct test *test) {
    struct stat status;
    if (stat(test->path, &status) == 0) {
        long long skew = (long long)status.st_mtime - (long long)time(NULL);
        if (llabs(skew) > SKEW_MOST_S) {
            report_warn(test->doctor->report, "clock", "Set both by NTP",
                        "the clock of the file system of %s differs from ours by %lld s",
                        test->folder, skew);
        }
    }
}

/* ---- its way ------------------------------------------------------------------------------- */

static bool is_about(const struct test *test, const json_t *message) {
    const char *file =
        json_string_value(json_object_get(json_object_get(message, "content"), "file"));
    return file && strcmp(file, test->name) == 0;
}

static json_t *await_file(const struct test *test) {
    long long end_ms = test->written_ms + test->doctor->wait_s * 1000LL;
    for (;;) {
        AUTOFREE char *text = websocket_message(test->websocket, end_ms);
        if (!text) {
            return NULL;
        }
        json_t *message = json_loads(text, 0, NULL);
        if (is_about(test, message)) {
            return message;
        }
        json_decref(message);
    }
}

static void follow(const struct test *test) {
    struct report *report = test->doctor->report;
    json_auto_t *message = await_file(test);
    double seconds = (double)(connection_now_ms() - test->written_ms) / 1000;
    const char *type = json_string_value(json_object_get(message, "type"));
    if (!message) {
        report_fail(report, "test file",
                    "The log and /healthz say more; a network mount needs source-poll",
                    "%s was not announced within %u s", test->path, test->doctor->wait_s);
    } else if (strcmp(type, "test") != 0) {
        const char *said =
            json_string_value(json_object_get(json_object_get(message, "content"), "message"));
        report_fail(report, "test file", "Let the service's user read what is written there",
                    "%s was seen, but could not be read: %s", test->path, said ? said : "?");
    } else {
        report_ok(report, "test file", "%s came to the websocket %.2f s after it was written",
                  test->path, seconds);
    }
}

static void run(struct test *test) {
    struct report *report = test->doctor->report;
    pid_t process = -1;
    int guarded = guard(test->path, &process);
    if (!write_file(test)) {
        AUTOFREE char *reason = mem_dup(strerror(errno));
        report_add(report,
                   (struct report_line){errno == EACCES ? REPORT_WARNING : REPORT_FAILURE,
                                        "test file", "Run it as root, or as who may write there"},
                   "cannot write %s: %s", test->path, reason);
    } else {
        compare_clocks(test);
        follow(test);
    }
    if (test->written_ms && guarded < 0) {
        unlink(test->path);
    }
    if (guarded >= 0) {
        close(guarded);
        waitpid(process, NULL, 0);
    }
}

static void visit(struct doctor *doctor, const json_t *instance, const char *folder) {
    (void)instance;
    struct place place;
    struct stat status;
    struct test test = {.doctor = doctor, .folder = folder};
    if (stat(folder, &status) < 0 || !place_parse(&place, doctor->websocket)) {
        return; /* has been told */
    }
    if (getrandom(&test.number, sizeof(test.number), 0) < 0) {
        test.number = (unsigned long long)time(NULL);
    }
    test.name = wanted_name(doctor, test.number);
    test.websocket = test.name ? websocket_open(&place) : NULL;
    if (!test.name) {
        report_warn(doctor->report, "test file", NULL,
                    "no file was tried: the patterns in \"wanted\" are too special to make a name");
    } else if (test.websocket) {
        test.path = mem_printf("%s/%s", folder, test.name);
        sweep(folder);
        run(&test);
    }
    websocket_close(test.websocket);
    free(test.name);
    free(test.path);
}

void doctor_test_file(struct doctor *doctor) {
    if (!doctor->health) {
        return; /* has been told */
    }
    if (!doctor->websocket) {
        report_fail(doctor->report, "test file", "Is there a sink-websocket in the configuration?",
                    "no websocket answers, so that no page can show anything");
        return;
    }
    bool any = false;
    size_t at;
    json_t *source;
    json_array_foreach(json_object_get(doctor->config, "sources"), at, source) {
        any = any || json_object_get(json_object_get(source, "settings"), "paths");
    }
    if (!any) {
        report_warn(doctor->report, "test file", "Send an image from the scanner",
                    "no source watches a folder, so that none could be tried");
    }
    doctor_each(doctor, "sources", "paths", visit);
}
