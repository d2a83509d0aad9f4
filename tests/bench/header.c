/* SPDX-License-Identifier: Apache-2.0 */
/* bench-header: what reading a header costs, per file and vendor, both ways. */
#include "base/memory.h"
#include "dicom/dicom.h"

#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 200, MOST_KINDS = 32 };

/* files of one manufacturer and software release, together */
struct kind {
    char *name;
    size_t files;
    double microseconds[2]; /* of all of them: DICOM_FAST, DICOM_WHOLE */
};

static double now_us(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

/* the best of all rounds: what the machine's other work adds is not ours */
static double time_file(struct dicom_reader *reader, const char *path) {
    double best = 1e9;
    for (int round = 0; round < ROUNDS; round++) {
        double start = now_us();
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        dicom_read(reader, fd);
        close(fd);
        double taken = now_us() - start;
        best = taken < best ? taken : best;
    }
    return best;
}

static const char *text_of(const struct dicom_reader *reader, const char *name) {
    const struct dicom_value *value = dicom_value(reader, name);
    return value && value->text ? value->text : "unknown";
}

static struct kind *kind_of(struct kind *kinds, const struct dicom_reader *reader) {
    AUTOFREE char *name =
        mem_printf("%s, %s", text_of(reader, "Manufacturer"), text_of(reader, "SoftwareVersions"));
    size_t i = 0;
    while (i < MOST_KINDS - 1 && kinds[i].name && strcmp(kinds[i].name, name) != 0) {
        i++;
    }
    if (!kinds[i].name) {
        kinds[i].name = mem_dup(name);
    }
    return &kinds[i];
}

int main(int argc, char **argv) {
    if (argc < 2) {
        fputs("usage: bench-header FILE…\n"
              "\n"
              "Prints the microseconds that opening and reading a header takes, the best of\n"
              "many rounds, per manufacturer and software release.\n",
              stderr);
        return 2;
    }
    struct kind kinds[MOST_KINDS] = {0};
    struct dicom_reader *readers[2] = {dicom_reader_create(NULL, 0, DICOM_FAST),
                                       dicom_reader_create(NULL, 0, DICOM_WHOLE)};
    for (int i = 1; i < argc; i++) {
        double fast = time_file(readers[0], argv[i]), whole = time_file(readers[1], argv[i]);
        struct kind *kind = kind_of(kinds, readers[0]);
        kind->files++;
        kind->microseconds[0] += fast;
        kind->microseconds[1] += whole;
    }
    printf("%5s %9s %9s  manufacturer and software\n", "files", "ours/us", "DCMTK/us");
    for (size_t i = 0; i < MOST_KINDS && kinds[i].name; i++) {
        double files = (double)kinds[i].files;
        printf("%5zu %9.1f %9.1f  %.60s\n", kinds[i].files, kinds[i].microseconds[0] / files,
               kinds[i].microseconds[1] / files, kinds[i].name);
        free(kinds[i].name);
    }
    dicom_reader_destroy(readers[0]);
    dicom_reader_destroy(readers[1]);
    return 0;
}
