/* SPDX-License-Identifier: Apache-2.0 */
/* The beginning of a file in memory: one read, and more only where it is asked for. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    INPUT_FIRST_BYTES = 256 * 1024, /* holds the whole header of 19 files in 20 */
    INPUT_LEAST_BYTES = 16 * 1024,  /* headers of one scanner differ by that */
};

/** Bytes 0 to used of the open file are at bytes, which moves when more is read. */
struct input {
    int fd;
    uint64_t size; /* of the file when it was opened */
    size_t limit;  /* the most that is read */
    uint8_t *bytes;
    size_t used, room;
    size_t expected; /* to be enough for the next file; 0: not known */
};

enum input_state { INPUT_GOOD, INPUT_FAILED, INPUT_IRREGULAR };

/** Begins with the regular file open at fd; the buffer of the last file is used again. */
enum input_state input_begin(struct input *input, int fd);

/** Reads on until end bytes are there; false where the file or the limit ends before. */
bool input_read(struct input *input, uint64_t end);

static inline bool input_need(struct input *input, uint64_t end) {
    return end <= input->used || input_read(input, end);
}

/**
 * The header was length bytes long, and so are those of a scanner's next files, nearly: that much
 * of them is read at first, and no pixels. A guess only: what lacks is read when it is asked for.
 */
void input_expect(struct input *input, uint64_t length);

/** Copies length bytes at offset, wherever they are; false past the file's end. */
bool input_copy(const struct input *input, uint64_t offset, void *out, size_t length);

/** Frees the buffer. */
void input_finish(struct input *input);

static inline uint16_t little16(const uint8_t *bytes) {
    return (uint16_t)(bytes[0] | bytes[1] << 8);
}

static inline uint32_t little32(const uint8_t *bytes) {
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}
