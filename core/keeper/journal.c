/* SPDX-License-Identifier: Apache-2.0 */
/* The state file as the daemon deals with it. */
#include "journal.h"
#include "base/json_text.h"
#include "base/log.h"
#include "base/memory.h"
#include "journal_lines.h"
#include "keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    LOCK_WAIT_MS = 2000, /* a keeper whose daemon was killed may still be writing its last batch */
    LOCK_STEP_MS = 20,
};

void journal_add_put(struct text_builder *out, const char *kind, const char *key,
                     const json_t *value) {
    json_t *names = json_pack("[o, o]", json_any_string(kind), json_any_string(key));
    size_t length;
    AUTOFREE char *text = json_text(names, &length);
    json_decref(names);
    text_builder_text(out, "{\"put\":");
    text_builder_add(out, text, length - 1);
    text_builder_text(out, ",");
    if (value) {
        AUTOFREE char *value_text = json_text(value, NULL);
        text_builder_text(out, value_text);
    } else {
        text_builder_text(out, "null");
    }
    text_builder_text(out, "]}\n");
}

void journal_add_commit(struct text_builder *out, size_t count) {
    text_builder_text(out, "{\"commit\":");
    text_builder_number(out, count);
    text_builder_text(out, "}\n");
}

/* the folder, once nobody writes in it; -1 and errno */
static int open_folder(const char *state_dir) {
    int folder = open(state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) {
        return -1;
    }
    struct timespec step = {0, LOCK_STEP_MS * 1000000L};
    for (int waited = 0; flock(folder, LOCK_SH | LOCK_NB) != 0; waited += LOCK_STEP_MS) {
        if (errno != EWOULDBLOCK || waited >= LOCK_WAIT_MS) {
            int kept = errno;
            close(folder);
            errno = kept;
            return -1;
        }
        nanosleep(&step, NULL);
    }
    return folder;
}

struct delivery {
    keeper_record record;
    void *self;
    size_t senseless; /* records that could be read, and say nothing */
};

static bool deliver(void *self, const char *line, size_t length) {
    struct delivery *delivery = self;
    json_t *root = json_loadb(line, length, 0, NULL);
    const json_t *put = json_object_get(root, "put");
    const char *kind = json_string_value(json_array_get(put, 0));
    const char *key = json_string_value(json_array_get(put, 1));
    bool good = kind && key && json_array_size(put) == 3 &&
                delivery->record(delivery->self, kind, key, json_array_get(put, 2));
    delivery->senseless += !good;
    json_decref(root);
    return true;
}

static void tell_damage(const char *state_dir, size_t damaged) {
    if (damaged) {
        log_warning("%s/" JOURNAL_NAME ": %zu of its records cannot be read; each costs itself: a "
                    "series may be shown with fewer files or be announced again, files may be "
                    "counted again. Is its disk well?",
                    state_dir, damaged);
    }
}

/* false, with what is wrong in *fault; then nothing was delivered */
static bool read_all(FILE *file, const char *state_dir, struct delivery *delivery,
                     const char **fault) {
    struct journal_index index = {0};
    bool good = journal_scan(file, &index, fault);
    if (good) {
        journal_visit(file, &index, deliver, delivery);
        tell_damage(state_dir, index.damaged + delivery->senseless);
    }
    journal_index_finish(&index);
    return good;
}

static void set_aside(int folder, const char *state_dir, const char *fault) {
    char stamp[32], name[64];
    time_t now = time(NULL);
    struct tm local;
    strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%S", localtime_r(&now, &local));
    snprintf(name, sizeof(name), JOURNAL_NAME ".broken-%s", stamp);
    if (renameat(folder, JOURNAL_NAME, folder, name) == 0) {
        log_warning("%s/" JOURNAL_NAME " cannot be used: %s; it is now %s, and the daemon begins "
                    "without what it knew",
                    state_dir, fault, name);
    } else {
        log_warning("%s/" JOURNAL_NAME " cannot be used: %s; it cannot be set aside: %m", state_dir,
                    fault);
    }
}

static void load_file(int folder, const char *state_dir, struct delivery *delivery) {
    int descriptor = openat(folder, JOURNAL_NAME, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0 && errno == ENOENT) {
        return;
    }
    struct stat status;
    FILE *file = descriptor >= 0 && fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode)
                     ? fdopen(descriptor, "r")
                     : NULL;
    if (!file) {
        log_error("cannot read %s/" JOURNAL_NAME ": %s; give it to the user of the daemon, as a "
                  "plain file",
                  state_dir, descriptor < 0 ? strerror(errno) : "it is no plain file");
        if (descriptor >= 0) {
            close(descriptor);
        }
        return;
    }
    const char *fault;
    if (!read_all(file, state_dir, delivery, &fault)) {
        set_aside(folder, state_dir, fault);
    }
    fclose(file);
}

bool keeper_load(const char *state_dir, keeper_record record, void *self) {
    int folder = *state_dir ? open_folder(state_dir) : -1;
    if (folder >= 0) {
        struct delivery delivery = {record, self, 0};
        load_file(folder, state_dir, &delivery);
        close(folder);
    } else if (*state_dir && errno == EWOULDBLOCK) {
        log_error("%s is in use by another mrqartd: give each one a state folder of its own",
                  state_dir);
        return false;
    } else if (*state_dir && errno != ENOENT) { /* else the first start: the keeper makes it */
        log_error("cannot open %s: %m; give it to the user of the daemon", state_dir);
    }
    return true;
}
