/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files by name beneath one folder, and out of it never: the kernel itself keeps the path beneath
 * (openat2), whatever dots and links stand in it, or else we look where it leads before we open it.
 * A file is opened whenever it is asked for, so that a changed one shows at once; read it is once.
 */
#include "files.h"

#include "base/memory.h"
#include "file_cache.h"
#include "reply.h"

#include <errno.h>
#include <event2/buffer.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NAME_BYTES 255                /* of a file below the folder, its own folders included */
#define FILE_BYTES (4L * 1024 * 1024) /* the whole dashboard has 200 KiB */
#define ETAG_BYTES 64
#define ZIP_LEAST 1024         /* shorter answers fit a packet anyway */
#define ZIP_MOST (256L * 1024) /* the loop stands still meanwhile, for 10 ms */

struct files {
    struct mrq_host *host;
    char *folder;
    struct file_cache *cache;
};

struct kind {
    const char *suffix, *type;
    bool text; /* shrinks when it is compressed */
};

static const struct kind kinds[] = {
    {".html", "text/html; charset=utf-8", true},
    {".css", "text/css; charset=utf-8", true},
    {".js", "text/javascript; charset=utf-8", true},
    {".mjs", "text/javascript; charset=utf-8", true},
    {".json", "application/json", true},
    {".map", "application/json", true},
    {".webmanifest", "application/manifest+json", true},
    {".txt", "text/plain; charset=utf-8", true},
    {".svg", "image/svg+xml", true},
    {".png", "image/png", false},
    {".jpg", "image/jpeg", false},
    {".ico", "image/x-icon", false},
    {".woff2", "font/woff2", false},
    {".wav", "audio/wav", false},
    {".mp3", "audio/mpeg", false},
};

static const struct kind *kind_of(const char *name) {
    static const struct kind unknown = {"", "application/octet-stream", false};
    const char *suffix = strrchr(name, '.');
    for (size_t i = 0; suffix && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcasecmp(suffix, kinds[i].suffix) == 0) {
            return &kinds[i];
        }
    }
    return &unknown;
}

/* name as it stands in a URL made a path; false where it cannot be that of a file to be shown */
static bool decode_name(const char *escaped, char *name, size_t room) {
    size_t length = 0;
    AUTOFREE char *decoded = evhttp_uridecode(escaped, 0, &length);
    if (!decoded || length >= room || strlen(decoded) != length) {
        return false;
    }
    for (const char *part = decoded; part; part = strchr(part, '/')) {
        part += part > decoded;                              /* past the slash */
        if (*part == '.' || *part == '/' || *part == '\0') { /* "..", hidden, "//", a folder */
            return false;
        }
    }
    memcpy(name, decoded, length + 1);
    return true;
}

#define OPEN_FLAGS (O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

/* For kernels and sandboxes without openat2: the path without links must begin with the folder. */
static int open_checked(const char *folder, const char *name) {
    AUTOFREE char *path = mem_printf("%s/%s", folder, name);
    AUTOFREE char *real_path = realpath(path, NULL);
    AUTOFREE char *real_folder = realpath(folder, NULL);
    if (!real_path || !real_folder) {
        return -1;
    }
    size_t length = strlen(real_folder);
    if (strncmp(real_path, real_folder, length) != 0 || real_path[length] != '/') {
        errno = EXDEV;
        return -1;
    }
    return open(real_path, OPEN_FLAGS | O_NOFOLLOW);
}

static int open_beneath(const char *folder, const char *name) {
    int fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return -1;
    }
    struct open_how how = {.flags = OPEN_FLAGS, .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
    int file = (int)syscall(SYS_openat2, fd, name, &how, sizeof(how));
    int error = errno;
    close(fd);
    errno = error;
    return file < 0 && (error == ENOSYS || error == EPERM) ? open_checked(folder, name) : file;
}

/* The bytes of an open file; NULL when it becomes shorter meanwhile. */
static char *read_all(int fd, const struct stat *stat) {
    size_t size = (size_t)stat->st_size, done = 0;
    char *bytes = mem_zeroed(size + 1, 1);
    while (done < size) {
        ssize_t got = read(fd, bytes + done, size - done);
        if (got <= 0) {
            free(bytes);
            return NULL;
        }
        done += (size_t)got;
    }
    return bytes;
}

/* The representation that is sent has a tag of its own (RFC 9110 8.8.3.3). */
static void make_etag(const struct stat *stat, bool zipped, char *etag) {
    snprintf(etag, ETAG_BYTES, "\"%lx-%lx-%lx.%lx%s\"", (unsigned long)stat->st_ino,
             (unsigned long)stat->st_size, (unsigned long)stat->st_mtim.tv_sec,
             (unsigned long)stat->st_mtim.tv_nsec, zipped ? "-gzip" : "");
}

/* If-None-Match is *, or a list of tags, each perhaps marked as weak: ours has no comma in it */
static bool etag_known(struct evhttp_request *request, const char *etag) {
    const char *known =
        evhttp_find_header(evhttp_request_get_input_headers(request), "If-None-Match");
    return known && (strcmp(known, "*") == 0 || strstr(known, etag));
}

/* Browsers say "gzip, deflate, br"; who weighs it with q=0, or anything rare, gets the file plain.
 */
static bool takes_gzip(struct evhttp_request *request) {
    const char *codings =
        evhttp_find_header(evhttp_request_get_input_headers(request), "Accept-Encoding");
    const char *gzip = codings ? strstr(codings, "gzip") : NULL;
    return gzip && gzip[strlen("gzip")] != ';';
}

static void reply_copy(struct evhttp_request *request, const char *name, const struct stat *stat,
                       struct file_copy *copy) {
    const struct kind *kind = kind_of(name);
    bool shrinks = kind->text && stat->st_size >= ZIP_LEAST && stat->st_size <= ZIP_MOST;
    bool zipped = shrinks && takes_gzip(request);
    char etag[ETAG_BYTES];
    make_etag(stat, zipped, etag);
    reply_header(request, "ETag", etag);
    reply_header(request, "Cache-Control", "no-cache");
    reply_header(request, "Vary", "Accept-Encoding");
    if (etag_known(request, etag)) {
        reply_not_modified(request);
        return;
    }
    if (zipped) {
        reply_header(request, "Content-Encoding", "gzip");
    }
    struct reply_body body;
    file_copy_lend(copy, zipped ? FILE_GZIP : FILE_PLAIN, &body);
    reply_send(request, HTTP_OK, kind->type, &body);
}

/* Answers with an open file. False: it is none to be shown. */
static bool reply_open(struct files *files, struct evhttp_request *request, const char *name,
                       int fd) {
    struct stat stat;
    if (fstat(fd, &stat) < 0 || !S_ISREG(stat.st_mode) || stat.st_size > FILE_BYTES) {
        return false;
    }
    struct file_copy *copy = file_cache_find(files->cache, name, &stat);
    if (!copy) {
        if (!file_cache_room(files->cache, 2 * (size_t)stat.st_size)) { /* plain and compressed */
            reply_busy(request, "Too many slow readers hold files: try again in a second.\n");
            return true;
        }
        char *bytes = read_all(fd, &stat);
        copy = bytes ? file_cache_add(files->cache, name, &stat, bytes) : NULL;
    }
    if (copy) {
        reply_copy(request, name, &stat, copy);
    }
    return copy;
}

bool files_reply(struct files *files, struct evhttp_request *request, const char *escaped) {
    char name[NAME_BYTES + 1];
    if (!decode_name(escaped, name, sizeof(name))) {
        return false;
    }
    int fd = open_beneath(files->folder, name);
    if (fd < 0) {
        if (errno != ENOENT && errno != ENOTDIR) { /* whoever asks must not fill the log */
            mrq_info(files->host, "cannot open %s in %s: %m", name, files->folder);
        }
        return false;
    }
    bool replied = reply_open(files, request, name, fd);
    close(fd);
    return replied;
}

bool files_there(const struct files *files) {
    int fd = open_beneath(files->folder, "index.html");
    if (fd >= 0) {
        close(fd);
    }
    return fd >= 0;
}

struct files *files_create(struct mrq_host *host, const char *folder) {
    struct files *files = mem_new(struct files);
    files->host = host;
    files->folder = mem_dup(folder);
    files->cache = file_cache_create();
    return files;
}

void files_destroy(struct files *files) {
    if (files) {
        file_cache_destroy(files->cache);
        free(files->folder);
        free(files);
    }
}

void files_report(const struct files *files, struct mrq_report *report) {
    mrq_report_number(report, "files_bytes", (double)file_cache_bytes(files->cache));
    mrq_report_number(report, "files_compressed", (double)file_cache_zipped(files->cache));
}
