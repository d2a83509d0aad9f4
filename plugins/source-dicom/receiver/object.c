/* SPDX-License-Identifier: Apache-2.0 */
/* The file of an object that is being received. */
#include "object.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    RENAME_TRIES = 3, /* the retention of old files may remove an empty folder under our hands */
    META_BYTES = 640, /* six elements with UIDs, all others */
    META_LENGTH_AT = 140, /* in the file: how long what stands before the data set still is */
    BLOCK_BYTES = 64 * 1024,
};

static const char prefix[] = ".receiving-";

void object_name(char name[OBJECT_NAME_BYTES], pid_t process) {
    snprintf(name, OBJECT_NAME_BYTES, "%s%d", prefix, (int)process);
}

void object_sweep(void) {
    DIR *spool = opendir(".");
    const struct dirent *entry;
    while (spool && (entry = readdir(spool))) {
        if (strncmp(entry->d_name, prefix, sizeof(prefix) - 1) == 0) {
            unlink(entry->d_name);
        }
    }
    if (spool) {
        closedir(spool);
    }
}

/* ---- what stands before the data set ------------------------------------------------------- */

struct meta {
    uint8_t bytes[META_BYTES];
    size_t length;
};

static void put(struct meta *meta, const void *bytes, size_t length) {
    memcpy(meta->bytes + meta->length, bytes, length);
    meta->length += length;
}

static void put_number(struct meta *meta, uint32_t value, size_t bytes) {
    for (size_t i = 0; i < bytes; i++) {
        meta->bytes[meta->length++] = (uint8_t)(value >> 8 * i);
    }
}

/* a short element of group 2; its text is cut at 64 bytes and made even with padding */
static void put_text(struct meta *meta, uint16_t element, const char *vr, const char *text,
                     char padding) {
    size_t length = strnlen(text, UID_BYTES);
    put_number(meta, 2, 2);
    put_number(meta, element, 2);
    put(meta, vr, 2);
    put_number(meta, (uint32_t)(length + length % 2), 2);
    put(meta, text, length);
    put(meta, &padding, length % 2);
}

static void make_meta(struct meta *meta, const struct object_meta *about) {
    static const uint8_t version[] = {2, 0, 1, 0, 'O', 'B', 0, 0, 2, 0, 0, 0, 0, 1};
    static const uint8_t length[] = {2, 0, 0, 0, 'U', 'L', 4, 0};
    meta->length = 128; /* the preamble, all zero */
    put(meta, "DICM", 4);
    put(meta, length, sizeof(length));
    size_t at = meta->length;
    put_number(meta, 0, 4);
    put(meta, version, sizeof(version));
    put_text(meta, 0x0002, "UI", about->sop_class, '\0');
    put_text(meta, 0x0003, "UI", about->instance, '\0');
    put_text(meta, 0x0010, "UI", about->transfer_syntax, '\0');
    put_text(meta, 0x0012, "UI", about->implementation, '\0');
    put_text(meta, 0x0013, "SH", about->version, ' ');
    put_text(meta, 0x0016, "AE", about->source, ' ');
    size_t end = meta->length;
    meta->length = at;
    put_number(meta, (uint32_t)(end - at - 4), 4);
    meta->length = end;
}

/* ---- the file ------------------------------------------------------------------------------ */

bool object_begin(struct object *object, const struct object_meta *about) {
    struct meta meta = {0};
    *object = (struct object){0};
    object_name(object->name, getpid());
    object->fd = open(object->name, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (object->fd < 0) {
        return false;
    }
    make_meta(&meta, about);
    object_write(object, meta.bytes, meta.length);
    return true;
}

void object_write(struct object *object, const void *bytes, size_t length) {
    const char *from = bytes;
    while (object->error == 0 && length > 0) {
        ssize_t written = write(object->fd, from, length);
        if (written < 0) {
            object->error = errno == EINTR ? 0 : errno;
            continue;
        }
        from += written;
        length -= (size_t)written;
        object->bytes += (uint64_t)written;
    }
}

static bool make_folder(const char *path) {
    return mkdir(path, 0777) == 0 || errno == EEXIST; /* the umask decides who may read */
}

/* never in place of another file; a network file system may know of links only */
static bool rename_new(const char *from, const char *to) {
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) {
        return true;
    }
    return (errno == EINVAL || errno == ENOSYS) && link(from, to) == 0 && unlink(from) == 0;
}

static bool put_in_place(const struct object *object, const char *study, const char *series,
                         const char *path) {
    for (int i = 0; i < RENAME_TRIES; i++) {
        if (make_folder(study) && make_folder(series) && rename_new(object->name, path)) {
            return true;
        }
        if (errno != ENOENT) {
            break;
        }
    }
    return false;
}

/* the file at its data set: what stands before names who sent it, and may differ */
static FILE *open_data(const char *path) {
    FILE *file = fopen(path, "re");
    uint8_t length[4];
    bool found = file && fseek(file, META_LENGTH_AT, SEEK_SET) == 0 &&
                 fread(length, sizeof(length), 1, file) == 1 &&
                 fseek(file, (long)(length[0] | length[1] << 8), SEEK_CUR) == 0;
    if (file && !found) {
        fclose(file);
    }
    return found ? file : NULL;
}

static bool same_bytes(FILE *one, FILE *other) {
    char a[BLOCK_BYTES], b[BLOCK_BYTES];
    size_t length;
    do {
        length = fread(a, 1, sizeof(a), one);
        if (fread(b, 1, sizeof(b), other) != length || memcmp(a, b, length) != 0) {
            return false;
        }
    } while (length > 0);
    return !ferror(one) && !ferror(other);
}

static bool has_data_of(const char *path, const char *other_path) {
    FILE *one = open_data(path), *other = open_data(other_path);
    bool same = one && other && same_bytes(one, other);
    if (one) {
        fclose(one);
    }
    if (other) {
        fclose(other);
    }
    return same;
}

static bool sync_folder(const char *path) {
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool synced = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0) {
        close(fd);
    }
    return synced;
}

/* network file systems tell only now that the disk is full */
static bool complete(struct object *object, enum object_sync sync) {
    bool synced = object->error == 0 && (sync == OBJECT_LAZY || fdatasync(object->fd) == 0);
    int error = object->error ? object->error : errno;
    int closed = close(object->fd);
    object->fd = -1;
    if (!synced) {
        errno = error;
    }
    return synced && closed == 0;
}

static bool sync_folders(const struct object_uids *uids, const char *series) {
    return sync_folder(series) && sync_folder(uids->study) && sync_folder(".");
}

static enum object_kept lose(struct object *object, enum object_kept how) {
    int error = errno;
    object_drop(object);
    errno = error;
    return how;
}

/* the name of version 1, 2 … */
static void name_version(char path[OBJECT_PATH_BYTES], const struct object_uids *uids,
                         int version) {
    char mark[] = {'-', (char)('0' + version), '\0'};
    snprintf(path, OBJECT_PATH_BYTES, "%s/%s/%s%s.dcm", uids->study, uids->series, uids->instance,
             version > 1 ? mark : "");
}

enum object_kept object_keep(struct object *object, const struct object_uids *uids,
                             enum object_sync sync, char path[OBJECT_PATH_BYTES]) {
    char series[OBJECT_PATH_BYTES];
    snprintf(series, sizeof(series), "%s/%s", uids->study, uids->series);
    if (!complete(object, sync)) {
        return lose(object, OBJECT_LOST);
    }
    for (int version = 1; version <= OBJECT_VERSIONS; version++) {
        name_version(path, uids, version);
        if (put_in_place(object, uids->study, series, path)) {
            bool safe = sync == OBJECT_LAZY || sync_folders(uids, series);
            return !safe ? OBJECT_LOST : version == 1 ? OBJECT_KEPT : OBJECT_BESIDE;
        }
        if (errno != EEXIST) {
            return lose(object, OBJECT_LOST);
        }
        if (has_data_of(object->name, path)) {
            object_drop(object);
            return OBJECT_KEPT;
        }
    }
    return lose(object, OBJECT_REFUSED);
}

void object_drop(struct object *object) {
    if (object->fd >= 0) {
        close(object->fd);
        object->fd = -1;
    }
    unlink(object->name);
}
