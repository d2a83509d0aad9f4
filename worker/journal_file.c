/* SPDX-License-Identifier: Apache-2.0 */
/* The state file as the keeper writes it. */
#include "journal_file.h"
#include "base/log.h"
#include "base/memory.h"
#include "journal_lines.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    SLACK_BYTES = 4 * 1024 * 1024,    /* out of date, at least, before a rewrite is worth it */
    OVERDUE_BYTES = 64 * 1024 * 1024, /* out of date, at most, when the rewrite fails */
};

#define JOURNAL_NEW JOURNAL_NAME ".new"

struct journal_file {
    char *path;
    int folder;       /* locked while we live; -1: not open */
    int descriptor;   /* the file; -1: not open */
    uint64_t bytes;   /* of the file: all of it committed */
    uint64_t written; /* behind that, of a batch that does not count yet */
    uint64_t live;    /* how long it was when it was last rewritten */
    char fault[512];
};

struct journal_file *journal_file_create(const char *folder) {
    struct journal_file *journal = mem_new(struct journal_file);
    journal->path = mem_dup(folder);
    journal->folder = journal->descriptor = -1;
    return journal;
}

static void close_file(struct journal_file *journal) {
    if (journal->descriptor >= 0) {
        close(journal->descriptor);
        journal->descriptor = -1;
    }
}

void journal_file_destroy(struct journal_file *journal) {
    if (!journal) {
        return;
    }
    if (journal->descriptor >= 0) {
        fdatasync(journal->descriptor);
    }
    close_file(journal);
    if (journal->folder >= 0) {
        close(journal->folder);
    }
    free(journal->path);
    free(journal);
}

const char *journal_file_fault(const struct journal_file *journal) {
    return journal->fault;
}

uint64_t journal_file_bytes(const struct journal_file *journal) {
    return journal->bytes;
}

/* what to do about it, in the words of the person who can */
static const char *remedy(int error) {
    switch (error) {
    case ENOSPC:
    case EDQUOT:
        return "make room there";
    case EFBIG:
        return "raise the limit on the size of files (LimitFSIZE)";
    case EROFS:
        return "it must be writable (ReadWritePaths, StateDirectory)";
    case EACCES:
    case EPERM:
        return "give it to the user of the daemon";
    case EWOULDBLOCK:
        return "another mrqartd uses it: give each one a state folder of its own";
    default:
        return "see that the folder is there and can be written";
    }
}

static bool fail(struct journal_file *journal, const char *what) {
    int kept = errno;
    snprintf(journal->fault, sizeof(journal->fault), "cannot %s in %s: %s; %s", what, journal->path,
             strerror(kept), remedy(kept));
    return false;
}

static bool open_folder(struct journal_file *journal) {
    if (journal->folder >= 0) {
        return true;
    }
    if (mkdir(journal->path, 0700) != 0 && errno != EEXIST) {
        return fail(journal, "make the state folder");
    }
    int folder = open(journal->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) {
        return fail(journal, "open the state folder");
    }
    if (flock(folder, LOCK_EX | LOCK_NB) != 0) {
        fail(journal, "lock the state folder");
        close(folder);
        return false;
    }
    journal->folder = folder;
    return true;
}

static bool write_all(int descriptor, const char *bytes, size_t length) {
    while (length) {
        ssize_t written = write(descriptor, bytes, length);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return false;
        }
        bytes += written;
        length -= (size_t)written;
    }
    return true;
}

static bool copy_line(void *self, const char *line, size_t length) {
    FILE *out = self;
    return fwrite(line, 1, length, out) == length && fputc('\n', out) != EOF;
}

/* copies what is in force from the file open at from (-1: nothing) */
static bool copy_live(FILE *out, int from) {
    struct journal_index index = {0};
    const char *fault;
    int copy = from >= 0 ? fcntl(from, F_DUPFD_CLOEXEC, 0) : -1;
    FILE *in = copy >= 0 ? fdopen(copy, "r") : NULL;
    bool good = fprintf(out, "{\"format\":%d}\n", JOURNAL_FORMAT) > 0;
    if (in) {
        rewind(in); /* the offset is that of the descriptor it was copied from */
        if (journal_scan(in, &index, &fault)) {
            good = good && journal_visit(in, &index, copy_line, out);
        } else { /* the daemon has set it aside at its start, so it is younger than that */
            log_error("keeper: the state file cannot be used any more: %s; it is begun anew",
                      fault);
        }
        fclose(in);
    }
    good = good && fprintf(out, "{\"commit\":%zu}\n", index.live) > 0;
    journal_index_finish(&index);
    return good;
}

/* writes the new file and puts it in the old one's place; its descriptor, or -1 */
static int write_new(struct journal_file *journal, int from) {
    int descriptor = openat(journal->folder, JOURNAL_NEW,
                            O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC | O_APPEND, 0600);
    int copy = descriptor >= 0 ? fcntl(descriptor, F_DUPFD_CLOEXEC, 0) : -1;
    FILE *out = copy >= 0 ? fdopen(copy, "w") : NULL;
    bool good = out && fchmod(descriptor, 0600) == 0 && copy_live(out, from);
    if (out && fclose(out) != 0) {
        good = false;
    }
    if (good && fsync(descriptor) == 0 &&
        renameat(journal->folder, JOURNAL_NEW, journal->folder, JOURNAL_NAME) == 0) {
        fsync(journal->folder);
        return descriptor;
    }
    fail(journal, "write the state file");
    if (descriptor >= 0) {
        close(descriptor);
        unlinkat(journal->folder, JOURNAL_NEW, 0);
    }
    return -1;
}

static bool rewrite(struct journal_file *journal) {
    int from = journal->descriptor;
    if (from < 0) {
        from =
            openat(journal->folder, JOURNAL_NAME, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    }
    int descriptor = write_new(journal, from);
    if (from >= 0 && (descriptor >= 0 || from != journal->descriptor)) {
        close(from);
    }
    if (descriptor < 0) {
        return false;
    }
    journal->descriptor = descriptor;
    off_t end = lseek(descriptor, 0, SEEK_END);
    journal->bytes = journal->live = end > 0 ? (uint64_t)end : 0;
    return true;
}

/* somebody has removed the file, or put another one in its place */
static bool file_is_lost(const struct journal_file *journal) {
    struct stat ours, named;
    return fstat(journal->descriptor, &ours) != 0 ||
           fstatat(journal->folder, JOURNAL_NAME, &named, AT_SYMLINK_NOFOLLOW) != 0 ||
           ours.st_ino != named.st_ino || ours.st_dev != named.st_dev;
}

/* a folder that was removed and made anew, or that something was mounted over */
static bool folder_is_lost(const struct journal_file *journal) {
    struct stat ours, named;
    return journal->folder >= 0 &&
           (fstat(journal->folder, &ours) != 0 || stat(journal->path, &named) != 0 ||
            ours.st_ino != named.st_ino || ours.st_dev != named.st_dev);
}

static bool prepare(struct journal_file *journal) {
    if (folder_is_lost(journal)) {
        close(journal->folder); /* the file stays open: what it has goes into the new folder */
        journal->folder = -1;
    }
    if (!open_folder(journal)) {
        return false;
    }
    if (journal->descriptor < 0 || file_is_lost(journal)) {
        return rewrite(journal);
    }
    if (journal->bytes < 2 * journal->live + SLACK_BYTES) {
        return true;
    }
    return rewrite(journal) || journal->bytes < 2 * journal->live + OVERDUE_BYTES;
}

/* takes out what was written of a batch that does not count */
static void cut(struct journal_file *journal) {
    journal->written = 0;
    if (journal->descriptor >= 0 && ftruncate(journal->descriptor, (off_t)journal->bytes) != 0) {
        close_file(journal); /* the torn end is left out when the file is rewritten */
    }
}

bool journal_file_begin(struct journal_file *journal) {
    if (journal->written) {
        cut(journal);
    }
    return prepare(journal);
}

bool journal_file_write(struct journal_file *journal, const char *piece, size_t length) {
    if (write_all(journal->descriptor, piece, length)) {
        journal->written += length;
        return true;
    }
    fail(journal, "write the state file");
    cut(journal);
    return false;
}

bool journal_file_end(struct journal_file *journal, bool out_of_date_too) {
    journal->bytes += journal->written;
    journal->written = 0;
    return !out_of_date_too || rewrite(journal);
}
