/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the daemon and its children say to each other over a stream socket pair. Both ends are the
 * same build, so integers travel as they are; but a worker that has read a hostile file is hostile:
 * every length is checked against its kind and a bound before a byte of the body is read.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum protocol_kind {
    /* daemon to worker */
    PROTOCOL_SETTINGS = 1, /* JSON text; the first message */
    PROTOCOL_CHECK,        /* struct protocol_check, then root and path, each with its NUL */
    PROTOCOL_QUIT,         /* nothing: finish and exit */
    /* worker to daemon */
    PROTOCOL_READY,  /* nothing: the settings are in force */
    PROTOCOL_TAKEN,  /* nothing: request is about to be opened; the time-out runs from here */
    PROTOCOL_RUNS,   /* name of the checker that is about to run on request; empty: none */
    PROTOCOL_ANSWER, /* struct protocol_answer, then JSON text or message */
    PROTOCOL_FAILED, /* a sentence: the settings cannot be used; the worker exits */
    /* daemon to keeper and back: see core/keeper.h */
    PROTOCOL_KEEP,
    PROTOCOL_DATABASE,
};

enum { PROTOCOL_BODY_BYTES = 256 * 1024 }; /* an answer is 3 to 20 KiB */

struct protocol_header {
    uint32_t kind, length, generation, request; /* length: of the body behind the header */
};

/** Which file this was when it was looked at; all zero: not known. */
struct file_identity {
    uint64_t device, inode, size;
    int64_t modified_ns, changed_ns;
};

enum protocol_flags {
    PROTOCOL_MAYBE_OPEN = 1, /* a scan found it: make sure that nobody still writes it */
};

struct protocol_check {
    uint32_t flags;
    uint32_t root_length, path_length; /* without their NULs; path is relative to root */
    uint32_t unused;
    struct file_identity known; /* same again: answer PROTOCOL_SAME and do not read it */
};

enum protocol_outcome {
    PROTOCOL_DONE,       /* JSON text follows, of check.h */
    PROTOCOL_SAME,       /* it is the known file: nothing follows */
    PROTOCOL_INCOMPLETE, /* it ends too early: message */
    PROTOCOL_OPEN,       /* somebody still writes it: nothing */
    PROTOCOL_GONE,       /* there is no such file any more: nothing */
    PROTOCOL_REFUSED,    /* no regular file, or a link: message; to be left alone */
    PROTOCOL_UNREADABLE, /* message */
};

struct protocol_answer {
    uint32_t outcome; /* enum protocol_outcome */
    uint32_t status;  /* enum check_status */
    uint32_t split;   /* 0 or 1 */
    uint32_t links;   /* names the file has */
    char station[68]; /* ends with a NUL */
    uint32_t unused;
    uint64_t series_key, digest;
    struct file_identity identity;
};

/** True if a header may come from the daemon (or from a worker): known kind, length fits it. */
bool protocol_header_valid(const struct protocol_header *header, bool from_worker);

/** True if an answer's fields are in range and its station ends. body_length as in the header. */
bool protocol_answer_valid(const struct protocol_answer *answer, size_t body_length);

/** True if a check request's lengths fit its body and its texts end where they say. */
bool protocol_check_valid(const void *body, size_t body_length);
