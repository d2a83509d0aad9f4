/* SPDX-License-Identifier: Apache-2.0 */
/* What is written to stderr while a test runs, to look at the messages. */
#pragma once

#include <stdio.h>
#include <unistd.h>

struct captured {
    int kept;
    FILE *file;
    char text[16384];
};

static inline void captured_begin(struct captured *captured) {
    fflush(stderr);
    captured->file = tmpfile();
    captured->kept = dup(STDERR_FILENO);
    dup2(fileno(captured->file), STDERR_FILENO);
}

/* ends the capture; the text of it */
static inline const char *captured_end(struct captured *captured) {
    fflush(stderr);
    dup2(captured->kept, STDERR_FILENO);
    close(captured->kept);
    rewind(captured->file);
    size_t length = fread(captured->text, 1, sizeof(captured->text) - 1, captured->file);
    captured->text[length] = '\0';
    fclose(captured->file);
    return captured->text;
}
