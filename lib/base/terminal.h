/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a program for the command line writes. Names of files, header values and texts of databases
 * may hold anything; a terminal obeys some of it. So everything goes through text_shown(), at the
 * one place that nothing passes by.
 */
#pragma once

#include <stddef.h>
#include <stdio.h>

enum { TERMINAL_CHARACTER_BYTES = 4 };

struct terminal_channel {
    int fd;
    char begun[TERMINAL_CHARACTER_BYTES]; /* of a character whose rest comes with the next write */
    size_t begun_length;
};

/** What stands behind stdout and stderr; static in main(), since both are flushed after its end. */
struct terminal {
    struct terminal_channel out, error;
};

/** First thing in main(): stdout and stderr keep lines and tabs, and show the rest as text_shown().
 */
void terminal_clean(struct terminal *terminal);

/** Writes sequence, one of our own ("\033[K"), to the terminal behind stdout or stderr. */
void terminal_control(FILE *stream, const char *sequence);
