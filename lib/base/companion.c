/* SPDX-License-Identifier: Apache-2.0 */
/* Names that systems put beside the images of a folder for themselves. */
#include "companion.h"

#include <ctype.h>
#include <limits.h>
#include <string.h>
#include <strings.h>

/* in any case of letters, since the file systems they come from keep none */
static const char *const heads[] = {
    "._",           /* AppleDouble (RFC 1740), beside each file that macOS has touched */
    ".DS_Store",    /* the Finder's view of a folder */
    ".Apple",       /* netatalk: .AppleDouble, .AppleDB, .AppleDesktop */
    ".Spotlight-",  /* macOS: its index */
    ".Trash",       /* .Trashes of macOS, .Trash-1000 of freedesktop.org */
    ".fseventsd",   /* macOS */
    ".smbdelete",   /* Samba and macOS: removed while open */
    ".nfs0",        /* NFS: removed while open, .nfs and a file handle in hexadecimal */
    ".fuse_hidden", /* FUSE: likewise */
    ".snapshot",    /* NetApp and others, .snapshots of snapper */
    ".syncthing.",  /* under way */
    ".goutputstream-",
    ".mrqart-", /* our own, see retention_aside.h */
    "~$",       /* owner files of Office */
    "$RECYCLE.BIN",
};
static const char *const tails[] = {
    ".part",         ".partial",      ".filepart", ".crdownload", ".download", /* under way */
    "@SynoEAStream", "@SynoResource",                                          /* Synology */
};
static const char *const wholes[] = {
    ".TemporaryItems",
    "Temporary Items",
    "Network Trash Folder",
    ".DocumentRevisions-V100",
    ".localized",
    "Icon\r",
    "Thumbs.db",
    "ehthumbs.db",
    "desktop.ini",
    "RECYCLER",
    "System Volume Information",
    "@eaDir", /* Synology */
    "@tmp",
    "#recycle",
    "#snapshot",
    "@Recycle", /* QNAP */
    "@Recently-Snapshot",
    ".@__thumb",
    ".zfs",
    "~snapshot",
    ".~tmp~", /* rsync --delay-updates */
    ".rsync-partial",
    "lost+found",
};

enum { RSYNC_TAIL = 7 }; /* ".NAME." and six letters or digits: as rsync calls what it writes */

static bool is_of_rsync(const char *name, size_t length) {
    if (name[0] != '.' || length < 2 + RSYNC_TAIL || name[length - RSYNC_TAIL] != '.') {
        return false;
    }
    size_t at = length - RSYNC_TAIL + 1;
    while (at < length && isalnum((unsigned char)name[at])) {
        at++;
    }
    return at == length;
}

/* It is asked of every file: one letter tells nearly always. */
static bool same_letter(char one, char other) {
    return tolower((unsigned char)one) == tolower((unsigned char)other);
}

static bool has_head(const char *name) {
    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
        if (same_letter(name[0], heads[i][0]) &&
            strncasecmp(name, heads[i], strlen(heads[i])) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_whole(const char *name) {
    for (size_t i = 0; i < sizeof(wholes) / sizeof(wholes[0]); i++) {
        if (same_letter(name[0], wholes[i][0]) && strcasecmp(name, wholes[i]) == 0) {
            return true;
        }
    }
    return false;
}

static bool has_tail(const char *name, size_t length) {
    for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
        size_t tail = strlen(tails[i]);
        if (length > tail && same_letter(name[length - 1], tails[i][tail - 1]) &&
            strcasecmp(name + length - tail, tails[i]) == 0) {
            return true;
        }
    }
    return false;
}

bool companion_name(const char *name) {
    size_t length = strlen(name);
    return has_head(name) || has_tail(name, length) || is_whole(name) || is_of_rsync(name, length);
}

bool companion_within(const char *path) {
    char part[NAME_MAX + 1];
    for (size_t length; *path; path += length + (path[length] == '/')) {
        length = strcspn(path, "/");
        if (length >= sizeof(part)) {
            continue; /* no file system has such a name */
        }
        memcpy(part, path, length);
        part[length] = '\0';
        if (companion_name(part)) {
            return true;
        }
    }
    return false;
}
