/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lines of the state file (core/keeper/keeper.h) and which of them are in force: for the
 * daemon, which reads the file at its start, and for the keeper, which rewrites it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum {
    JOURNAL_FORMAT = 1,
    JOURNAL_LINE_BYTES =
        4 * 1024 * 1024, /* a record is below 1 MiB: an answer and what is watched */
};

#define JOURNAL_NAME "state.jsonl"

enum journal_kind { JOURNAL_BAD, JOURNAL_HEAD, JOURNAL_PUT, JOURNAL_REMOVE, JOURNAL_COMMIT };

/** What a line is, by its beginning and end alone: its JSON is not looked at. */
struct journal_line {
    enum journal_kind kind;
    uint64_t key;    /* JOURNAL_PUT, JOURNAL_REMOVE: hash of the record's kind and key */
    uint64_t number; /* JOURNAL_HEAD: format; JOURNAL_COMMIT: lines before it */
};

/** line: length bytes, without a newline. */
struct journal_line journal_line_read(const char *line, size_t length);

/**
 * What is written and what is read back is the same: a line of at most JOURNAL_LINE_BYTES that is
 * JSON of at most JSON_DEPTH (json_scan.h), and of one of the kinds above.
 */
bool journal_line_readable(const char *line, size_t length);

/** Which line is the last of each key. Zero it to begin. */
struct journal_index {
    struct journal_place *places;
    size_t room, used;
    size_t live;     /* records in force */
    size_t lines;    /* committed */
    uint64_t format; /* that the file says it has */
    size_t damaged;  /* lines that cannot be read, or are not there: each costs itself */
};

void journal_index_finish(struct journal_index *index);

/**
 * Goes through the file from its beginning. False: it is none, or of another format, and *fault
 * says what is wrong. What stands behind the last commit does not count: its batch is not whole.
 */
bool journal_scan(FILE *file, struct journal_index *index, const char **fault);

/** Calls visit for each line in force, in order, until it returns false. False: it did, or errno.
 */
bool journal_visit(FILE *file, const struct journal_index *index,
                   bool (*visit)(void *self, const char *line, size_t length), void *self);
