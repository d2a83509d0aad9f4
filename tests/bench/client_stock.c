/* SPDX-License-Identifier: Apache-2.0 */
/* The files that bench-client writes. */
#include "base/memory.h"
#include "client.h"
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { DIGITS = STOCK_DIGITS };

double now_ms(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

void stock_load(struct stock *stock, const char *path) {
    struct stat about;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &about) < 0) {
        err(1, "bench-client: %s", path);
    }
    stock->length = (size_t)about.st_size;
    stock->bytes = mem_zeroed(stock->length, 1);
    if (read(fd, stock->bytes, stock->length) != about.st_size) {
        err(1, "bench-client: %s", path);
    }
    close(fd);
    memcpy(stock->series, "77777777", DIGITS);
    memcpy(stock->image, "88888888", DIGITS);
}

static void replace(struct stock *stock, const char *from, const char *to) {
    char *end = stock->bytes + stock->length;
    for (char *at = stock->bytes; (at = memmem(at, (size_t)(end - at), from, DIGITS)) != NULL;
         at += DIGITS) {
        memcpy(at, to, DIGITS);
    }
}

void stock_number(struct stock *stock, unsigned series, unsigned image) {
    char series_text[DIGITS + 8], image_text[DIGITS + 8];
    snprintf(series_text, sizeof(series_text), "%08u", series % 10000000 + 70000000);
    snprintf(image_text, sizeof(image_text), "%08u", image % 10000000 + 80000000);
    replace(stock, stock->series, series_text);
    replace(stock, stock->image, image_text);
    memcpy(stock->series, series_text, DIGITS);
    memcpy(stock->image, image_text, DIGITS);
}

double stock_write(const struct stock *stock, const char *folder, const char *name) {
    AUTOFREE char *path = mem_printf("%s/%s", folder, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0 || write(fd, stock->bytes, stock->length) != (ssize_t)stock->length) {
        err(1, "bench-client: %s", path);
    }
    double time = now_ms();
    close(fd);
    return time;
}
