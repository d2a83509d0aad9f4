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
    /* daemon to worker; end of file tells it to end */
    PROTOCOL_SETTINGS = 1, /* JSON text; the first message */
    PROTOCOL_CHECK,        /* struct protocol_check, then root and path, each with its NUL */
    /* worker to daemon */
    PROTOCOL_READY,  /* nothing: the settings are in force */
    PROTOCOL_ANSWER, /* struct protocol_answer, then JSON text or message */
    PROTOCOL_FAILED, /* a sentence: the settings cannot be used; the worker exits */
    /* daemon to keeper and back: see core/keeper/keeper.h */
    PROTOCOL_KEEP,
    PROTOCOL_DATABASE,
};

enum {
    PROTOCOL_BODY_BYTES = 256 * 1024, /* an answer is 3 to 20 KiB */
    PROTOCOL_MESSAGE_BYTES = 1024,    /* a sentence */
    PROTOCOL_PATH_BYTES = 4096,       /* PATH_MAX, NUL included */
    PROTOCOL_NAME_BYTES = 56,         /* name of a checker, NUL included; longer ones are cut */
};

/* where a child finds what it was given */
enum { PROTOCOL_SOCKET = 3, PROTOCOL_NOTE = 4 };

struct protocol_header {
    uint32_t kind, length, generation, request; /* length: of the body behind the header */
};

/**
 * A page of memory that a worker shares with the daemon, so that its last words need no system
 * call: what was taken when it died, and which checker ran.
 */
struct protocol_note {
    uint64_t identity;                 /* hash of it, of the file that was opened */
    uint32_t request;                  /* that was opened and is not answered yet; 0: none */
    char checker[PROTOCOL_NAME_BYTES]; /* that runs on it; "": none */
};

/** Which file this was when it was looked at; all zero: not known. */
struct file_identity {
    uint64_t device, inode, size;
    int64_t modified_ns, changed_ns;
};

enum protocol_flags {
    PROTOCOL_MAYBE_OPEN = 1, /* a scan found it: make sure that nobody still writes it */
};

/**
 * One path to check. Requests are answered in the order in which they came; each is taken when the
 * one before it has been answered.
 */
struct protocol_check {
    uint32_t flags;
    uint32_t root_length, path_length; /* without their NULs; path is relative to root */
    uint32_t known_born;               /* of known; 0: not known */
    uint64_t known;   /* hash of an identity: this one again: answer PROTOCOL_SAME; 0: none */
    uint64_t settled; /* the one it had `settle` ago: this one again: it is closed; 0: none */
};

enum protocol_outcome {
    PROTOCOL_DONE,       /* JSON text follows, of check.h */
    PROTOCOL_SAME,       /* it is the known file: nothing follows */
    PROTOCOL_INCOMPLETE, /* it ends too early: message */
    PROTOCOL_OPEN,       /* somebody still writes it: nothing */
    PROTOCOL_GONE,       /* there is no such file any more: nothing */
    PROTOCOL_REFUSED,    /* no regular file, or a link: message; to be left alone */
    PROTOCOL_UNREADABLE, /* message */
    PROTOCOL_DENIED,     /* likewise, for want of the right to read it */
};

struct protocol_answer {
    uint32_t outcome;            /* enum protocol_outcome */
    uint32_t status;             /* enum check_status */
    uint32_t split;              /* 0 or 1 */
    uint32_t links;              /* names the file has */
    char station[68];            /* ends with a NUL */
    uint32_t failed;             /* checkers that did not judge it (check.h) */
    uint32_t redacted;           /* 0 or 1: the subject was taken out of what follows */
    uint32_t born;               /* a hash of when the file was made; 0: nobody knows */
    uint64_t series_key, digest; /* key 0: an unreadable file that does not tell its series */
    uint64_t study, instance;    /* hashes of the UIDs; 0: none */
    struct file_identity identity;
};

/** True if a header may come from the daemon (or from a worker): known kind, length fits it. */
bool protocol_header_valid(const struct protocol_header *header, bool from_worker);

/** True if an answer's fields are in range and its station ends. body_length as in the header. */
bool protocol_answer_valid(const struct protocol_answer *answer, size_t body_length);

/** True if a check request's lengths fit its body and its texts end where they say. */
bool protocol_check_valid(const void *body, size_t body_length);

struct stat;

/** Which file status is of. */
struct file_identity protocol_identity(const struct stat *status);

/**
 * A hash of device, inode, size and time of modification, never 0. The time of change is no part of
 * it: a rename alters it.
 */
uint64_t protocol_identity_hash(const struct file_identity *identity);

/** Two hashes of birth times may be of one file: they are equal, or one of them is not known. */
bool protocol_same_birth(uint32_t one, uint32_t other);

/** The same as it was in state files of before: with the number that every device has now. */
uint64_t protocol_identity_hash_once(const struct stat *status);
