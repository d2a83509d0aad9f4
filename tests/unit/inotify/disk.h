/* SPDX-License-Identifier: Apache-2.0 */
/* Files and folders on disk, made as a test needs them; every failure ends the test. */
#pragma once

#include <stdbool.h>

/** A new temporary folder, links in its path resolved. */
char *disk_create(void);

/** Removes path with all below it, and frees the text; takes NULL. */
void disk_destroy(char *path);

/** A path as printf makes it, in a ring of 16 buffers: no need to free it. */
const char *disk_path(const char *format, ...) __attribute__((format(printf, 1, 2)));

void disk_folder(const char *path); /* with all parents it needs */
void disk_write(const char *path);  /* a small file, written and closed */
int disk_open(const char *path);    /* a file that stays open for writing */
void disk_rename(const char *from, const char *to);
void disk_remove(const char *path); /* a file, or a folder with all below it */
void disk_age(const char *path);    /* waits until the clock of file times has moved past it */
