/* SPDX-License-Identifier: Apache-2.0 */
/* The real DICOM files that tests may use. */
#include "data_files.h"
#include "base/memory.h"

#include <ftw.h>
#include <stdio.h>

static struct data_files found; /* nftw() hands nothing on */

static int note(const char *path, const struct stat *stat, int type, struct FTW *where) {
    (void)stat;
    (void)where;
    if (type == FTW_F) {
        found.paths = mem_resize(found.paths, found.count + 1, sizeof(*found.paths));
        found.paths[found.count++] = mem_dup(path);
    }
    return 0;
}

static int by_name(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

struct data_files data_files_find(void) {
    const char *folder = getenv("MRQART_DATA");
    AUTOFREE char *root = mem_printf("%s/dicom", folder ? folder : TEST_SOURCE "/../shared/data");
    found = (struct data_files){0};
    nftw(root, note, 16, FTW_PHYS);
    if (found.count == 0) {
        printf("SKIP: no DICOM files in %s (MRQART_DATA names the folder)\n", root);
        exit(77);
    }
    qsort(found.paths, found.count, sizeof(*found.paths), by_name);
    return found;
}

void data_files_free(struct data_files *files) {
    for (size_t i = 0; i < files->count; i++) {
        free(files->paths[i]);
    }
    free(files->paths);
}
