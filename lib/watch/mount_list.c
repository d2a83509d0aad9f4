/* SPDX-License-Identifier: Apache-2.0 */
/* What is mounted where, as this process sees it: proc(5), mountinfo. */
#include "watch/mount_list.h"
#include "base/memory.h"
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char mount_list_file[] = "/proc/self/mountinfo";

enum { MOUNT_POINT = 5 }; /* which word of a line it is */

static bool is_octal(const char *text) {
    return text[0] >= '0' && text[0] <= '3' && text[1] >= '0' && text[1] <= '7' && text[2] >= '0' &&
           text[2] <= '7';
}

/** Space, tab, newline and backslash are written as \ and three octal digits. */
static void unescape(char *text) {
    char *to = text;
    for (const char *from = text; *from;) {
        if (from[0] == '\\' && is_octal(from + 1)) {
            *to++ = (char)((from[1] - '0') << 6 | (from[2] - '0') << 3 | (from[3] - '0'));
            from += 4;
        } else {
            *to++ = *from++;
        }
    }
    *to = '\0';
}

/** Takes line apart; false: it is none. */
static bool read_line(char *line, struct mount_entry *mount) {
    char *type = strstr(line, " - "); /* behind the words whose number is not fixed */
    if (!type) {
        return false;
    }
    type += strlen(" - ");
    type[strcspn(type, " \n")] = '\0';
    char *rest = line, *word = NULL;
    for (int i = 0; i < MOUNT_POINT; i++) {
        word = strsep(&rest, " ");
    }
    if (!word) {
        return false;
    }
    unescape(word);
    *mount = (struct mount_entry){.id = atoi(line), .path = word, .type = type};
    return true;
}

void mount_list_each(void (*visit)(void *self, const struct mount_entry *mount), void *self) {
    FILE *file = fopen(mount_list_file, "re");
    AUTOFREE char *line = NULL;
    size_t room = 0;
    struct mount_entry mount;
    while (file && getline(&line, &room, file) > 0) {
        if (read_line(line, &mount)) {
            visit(self, &mount);
        }
    }
    if (file) {
        fclose(file);
    }
}
