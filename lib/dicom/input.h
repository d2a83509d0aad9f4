/* SPDX-License-Identifier: Apache-2.0 */
/* A file's header in memory: one read for most files; of a long one, what is kept and a window. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    INPUT_FIRST_BYTES = 256 * 1024, /* holds the whole header of 19 files in 20 */
    INPUT_LEAST_BYTES = 16 * 1024,  /* headers of one scanner differ by that */
    INPUT_BACK_BYTES = 64,          /* so far back may be gone after input_need() */
};

/**
 * An open file that is read from its beginning to its end. bytes begin with what input_keep() was
 * told to keep, in its place for good; behind that stands a window of the file, which goes on when
 * more is read. What lies between them is forgotten, and what is stepped over is never read.
 */
struct input {
    int fd;
    uint64_t size; /* of the file when it was opened */
    size_t limit;  /* the most that is in memory */
    uint8_t *bytes;
    size_t kept, used, room;
    uint64_t gap;    /* so many bytes of the file are missing before the window */
    size_t expected; /* to be enough for the next file; 0: not known */
};

enum input_state { INPUT_GOOD, INPUT_FAILED, INPUT_IRREGULAR };

/** Begins with the regular file open at fd; the buffer of the last file is used again. */
enum input_state input_begin(struct input *input, int fd);

/** Begins again, and keeps nothing. */
void input_rewind(struct input *input);

/** Reads on; false where the file ends before, or the limit is too small. */
bool input_read(struct input *input, uint64_t from, uint64_t end);

/**
 * True if the bytes from offset from to end are there; what stands before from may be gone then.
 * Offsets grow from call to call.
 */
static inline bool input_need(struct input *input, uint64_t from, uint64_t end) {
    return end <= input->gap + input->used || input_read(input, from, end);
}

/** The place in bytes of what stands at offset, which input_need() has seen to. */
static inline size_t input_place(const struct input *input, uint64_t offset) {
    return (size_t)(offset - input->gap);
}

static inline const uint8_t *input_at(const struct input *input, uint64_t offset) {
    return input->bytes + input_place(input, offset);
}

/** All that is in memory before the offset end stays in its place. */
static inline void input_keep(struct input *input, uint64_t end) {
    input->kept = input_place(input, end);
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
