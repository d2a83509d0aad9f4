/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the scanning child tells the daemon: one record per datagram, a head of fixed size and a
 * path behind it. Both ends are the same program; lengths are checked nevertheless.
 */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

enum record_kind {
    RECORD_FILE = 1, /* is complete, or no regular file: about, flags, root_bytes */
    RECORD_FOLDER,   /* has come: root_bytes */
    RECORD_FOLLOW,   /* may path be followed? Answered by ORDER_FOLLOW or ORDER_REFUSE */
    RECORD_LEFT,     /* no link leads to path any more: it is not followed */
    RECORD_FAULT,    /* fault, error, root_bytes; FAULT_READ with error 0: that is over */
    RECORD_STATE,    /* a sign of life: state, error, counts; without path */
    RECORD_KINDS,
};

/** What the daemon tells the child: a byte per datagram. */
enum order {
    ORDER_REFUSE, /* answers RECORD_FOLLOW */
    ORDER_FOLLOW, /* … */
    ORDER_HOLD,   /* no more files of the backlog are to be told … */
    ORDER_RELEASE /* … until now */
};

enum record_flag {
    RECORD_BACKLOG = 1, /* was there when the scan began */
    RECORD_MOVED = 2,   /* older than the watching, and yet it was not there */
    RECORD_FILES = 4,   /* of RECORD_FOLLOW: only some files in the folder are meant */
};

/** What is wrong below the root; each is told once. */
enum scan_fault {
    FAULT_READ,    /* a folder cannot be read: error */
    FAULT_FOLDERS, /* there are more than max_folders */
    FAULT_FILES,   /* there are more than max_files */
    FAULT_DEPTH,   /* deeper than max_depth, or a path longer than the system takes */
    FAULT_LIES,    /* a folder has changed and its times have not */
    FAULTS,
};

enum scan_state {
    SCAN_STARTING, /* the first scan is under way */
    SCAN_POLLED,
    SCAN_WAITING,   /* the root has not been there yet: error */
    SCAN_GONE,      /* it was there: error */
    SCAN_UNMOUNTED, /* nothing is mounted there any more */
    SCAN_STATES,
};

/** What a scan knows and has to do, for /healthz. */
struct scan_counts {
    uint64_t folders, files, settling;
    uint32_t rounds;   /* that came to their end */
    uint32_t round_ms; /* how long the last one took */
};

struct record {
    uint16_t kind, flags;
    uint16_t state, fault;
    int32_t error;
    uint32_t path_bytes, root_bytes; /* of path; of the root in front of it */
    struct stat about;
    struct scan_counts counts;
};

enum { RECORD_PATH_BYTES = PATH_MAX, RECORD_BYTES = sizeof(struct record) + RECORD_PATH_BYTES };

/** A record as it came, with room for the NUL behind its path. */
struct record_buffer {
    struct record head;
    char path[RECORD_PATH_BYTES];
};

/** True if size bytes in buffer are a record; its path then ends with a NUL. */
bool record_valid(struct record_buffer *buffer, size_t size);
