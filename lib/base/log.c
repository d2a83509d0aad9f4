/* SPDX-License-Identifier: Apache-2.0 */
/* Lines on stderr: with the time for people, with a priority when stderr is the journal. */
#include "log.h"
#include "text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    LINE_BYTES = 4096, /* one atomic write to a pipe */
    FAULT_FIRST_S = 10,
    FAULT_LAST_S = 3600,
};

/* the only state of a process outside main(): which lines it writes, and where */
static enum mrq_level threshold = MRQ_NOTICE;
static struct {
    void (*take)(void *self, enum mrq_level level, const char *line); /* NULL: stderr */
    void *self;
} diversion;

static const struct {
    const char *word;
    enum mrq_level level;
} levels[] = {{"error", MRQ_ERROR},
              {"warning", MRQ_WARNING},
              {"notice", MRQ_NOTICE},
              {"info", MRQ_INFO},
              {"debug", MRQ_DEBUG}};

void log_set_level(enum mrq_level level) {
    threshold = level;
}

void log_divert(void (*take)(void *self, enum mrq_level level, const char *line), void *self) {
    diversion.take = take;
    diversion.self = self;
}

bool log_wants(enum mrq_level level) {
    return level <= threshold;
}

void log_to_daemon(void) {
    struct stat status;
    char stream[48];
    if (fstat(STDERR_FILENO, &status) == 0) { /* plugins have this file once more, of their own */
        snprintf(stream, sizeof(stream), "%lu:%lu", (unsigned long)status.st_dev,
                 (unsigned long)status.st_ino);
        setenv("JOURNAL_STREAM", stream, 1);
    }
}

enum mrq_level log_level_named(const char *word) {
    for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
        if (word && strcmp(word, levels[i].word) == 0) {
            return levels[i].level;
        }
    }
    return (enum mrq_level)0;
}

/* systemd sets JOURNAL_STREAM to the device and inode of the stderr it gave (systemd.exec(5)) */
static bool stderr_is_journal(void) {
    const char *stream = getenv("JOURNAL_STREAM");
    unsigned long device, inode;
    struct stat status;
    return stream && sscanf(stream, "%lu:%lu", &device, &inode) == 2 &&
           fstat(STDERR_FILENO, &status) == 0 && status.st_dev == device && status.st_ino == inode;
}

static size_t line_head(char *line, size_t room, enum mrq_level level) {
    if (stderr_is_journal()) {
        return (size_t)snprintf(line, room, "<%d>", level);
    }
    struct timespec now;
    struct tm local;
    clock_gettime(CLOCK_REALTIME, &now);
    localtime_r(&now.tv_sec, &local);
    size_t length = strftime(line, room, "%F %T", &local);
    const char *word = "";
    for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
        word = levels[i].level == level ? levels[i].word : word;
    }
    return length + (size_t)snprintf(line + length, room - length,
                                     ".%03ld %s: ", now.tv_nsec / 1000000, word);
}

static void hand_over(enum mrq_level level, char *line, size_t length) {
    if (diversion.take) {
        line[length] = '\0';
        diversion.take(diversion.self, level, line);
        return;
    }
    line[length] = '\n';
    ssize_t written = write(STDERR_FILENO, line, length + 1);
    (void)written; /* nowhere left to say so */
}

void log_named(enum mrq_level level, const char *name, const char *format, va_list arguments) {
    if (level > threshold) {
        return;
    }
    int kept = errno;
    char line[LINE_BYTES];
    size_t length = diversion.take ? 0 : line_head(line, sizeof(line), level);
    if (name) {
        length += (size_t)snprintf(line + length, sizeof(line) - length, "%s: ", name);
    }
    errno = kept;
    if (length < sizeof(line)) {
        int more = vsnprintf(line + length, sizeof(line) - length, format, arguments);
        length += more > 0 ? (size_t)more : 0;
    }
    length = length < sizeof(line) ? length : sizeof(line) - 1;
    char shown[LINE_BYTES];
    length = text_shown(line, length, shown, sizeof(shown) - 1);
    hand_over(level, shown, length);
    errno = kept;
}

void log_line(enum mrq_level level, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    log_named(level, NULL, format, arguments);
    va_end(arguments);
}

static long long now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool log_fault_due(struct log_fault *fault, unsigned *more) {
    long long now = now_ms();
    fault->last_ms = now;
    if (fault->interval_s && now < fault->next_ms) {
        fault->untold++;
        return false;
    }
    if (!fault->interval_s) {
        fault->since_ms = now;
        fault->interval_s = FAULT_FIRST_S;
    } else {
        unsigned longer = fault->interval_s * 3;
        fault->interval_s = longer < FAULT_LAST_S ? longer : FAULT_LAST_S;
    }
    fault->next_ms = now + fault->interval_s * 1000LL;
    *more = fault->untold;
    fault->untold = 0;
    return true;
}

static enum mrq_level level_of(const struct log_fault *fault) {
    return fault->level ? fault->level : MRQ_WARNING;
}

static void forget(struct log_fault *fault) {
    *fault = (struct log_fault){.level = fault->level};
}

void log_fault_tell(struct log_fault *fault, const char *name, const char *format, ...) {
    int kept = errno;
    unsigned more;
    if (!log_fault_due(fault, &more)) {
        return;
    }
    errno = kept;
    va_list arguments;
    va_start(arguments, format);
    log_named(level_of(fault), name, format, arguments);
    va_end(arguments);
    if (more) {
        log_line(level_of(fault), "%s%sthe last message was due %u times more in %lld s",
                 name ? name : "", name ? ": " : "", more,
                 (fault->last_ms - fault->since_ms) / 1000);
    }
}

void log_fault_over(struct log_fault *fault, const char *name, const char *format, ...) {
    if (!fault->interval_s) {
        return;
    }
    forget(fault);
    va_list arguments;
    va_start(arguments, format);
    log_named(MRQ_NOTICE, name, format, arguments);
    va_end(arguments);
}

void log_fault_rest(struct log_fault *fault, const char *name, const char *what) {
    if (!fault->interval_s || now_ms() - fault->last_ms < FAULT_FIRST_S * 1000LL) {
        return;
    }
    if (fault->untold) {
        log_line(level_of(fault), "%s%s%u more %s in %lld s; that is over", name ? name : "",
                 name ? ": " : "", fault->untold, what, (fault->last_ms - fault->since_ms) / 1000);
    }
    forget(fault);
}
