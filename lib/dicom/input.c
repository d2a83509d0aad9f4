/* SPDX-License-Identifier: Apache-2.0 */
/* A file's header in memory. */
#include "input.h"
#include "base/memory.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* reads at offset until length bytes are there, or the file ends; how many it were */
static size_t read_at(int fd, uint8_t *out, size_t length, uint64_t offset) {
    size_t done = 0;
    while (done < length) {
        ssize_t got = pread(fd, out + done, length - done, (off_t)(offset + done));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            break;
        }
        done += (size_t)got;
    }
    return done;
}

static void make_room(struct input *input, size_t room) {
    if (room > input->room) {
        input->bytes = mem_resize(input->bytes, room, 1);
        input->room = room;
    }
}

/* fills the buffer up to end, which lies within its room */
static bool fill(struct input *input, size_t end) {
    size_t wanted = end - input->used;
    size_t got = read_at(input->fd, input->bytes + input->used, wanted, input->gap + input->used);
    input->used += got;
    if (got < wanted) {
        input->size = input->gap + input->used; /* it has become shorter, or cannot be read */
    }
    return got == wanted;
}

/* the first bytes, as many as a header is expected to have */
static void fill_first(struct input *input) {
    size_t first = input->expected ? input->expected : INPUT_FIRST_BYTES;
    first = first < input->limit ? first : input->limit;
    make_room(input, first);
    fill(input, input->size < first ? (size_t)input->size : first);
}

enum input_state input_begin(struct input *input, int fd) {
    struct stat stat;
    if (fstat(fd, &stat) < 0) {
        return INPUT_FAILED;
    }
    if (!S_ISREG(stat.st_mode)) {
        return INPUT_IRREGULAR;
    }
    input->fd = fd;
    input->size = stat.st_size > 0 ? (uint64_t)stat.st_size : 0;
    input->kept = input->used = 0;
    input->gap = 0;
    errno = 0;
    fill_first(input);
    return errno && input->used == 0 ? INPUT_FAILED : INPUT_GOOD;
}

void input_expect(struct input *input, uint64_t length) {
    uint64_t expected = length + length / 8 + INPUT_LEAST_BYTES;
    input->expected = expected < INPUT_FIRST_BYTES ? (size_t)expected : INPUT_FIRST_BYTES;
}

void input_rewind(struct input *input) {
    input->kept = 0;
    if (input->gap > 0) {
        input->used = 0;
        input->gap = 0;
        fill_first(input);
    }
}

/* the window begins at the offset from, or where it began; the kept bytes stay before it */
static void slide(struct input *input, uint64_t from) {
    uint64_t begin = input->gap + input->kept, end = input->gap + input->used;
    size_t left = from < end ? (size_t)(end - from) : 0;
    if (from <= begin) {
        return;
    }
    memmove(input->bytes + input->kept, input->bytes + input->used - left, left);
    input->used = input->kept + left;
    input->gap = from - input->kept;
}

bool input_read(struct input *input, uint64_t from, uint64_t end) {
    if (end > input->size) {
        return false;
    }
    slide(input, from);
    if (end - input->gap > input->limit) {
        return false;
    }
    uint64_t ahead = end + INPUT_FIRST_BYTES; /* not in steps of an element */
    uint64_t most = input->gap + input->limit;
    most = input->size < most ? input->size : most;
    size_t target = input_place(input, ahead < most ? ahead : most);
    make_room(input, target);
    fill(input, target);
    return end <= input->gap + input->used;
}

bool input_copy(const struct input *input, uint64_t offset, void *out, size_t length) {
    if (offset > input->size || length > input->size - offset) {
        return false;
    }
    uint64_t begin = input->gap + input->kept, end = input->gap + input->used;
    if (offset >= begin && offset + length <= end) {
        memcpy(out, input_at(input, offset), length);
        return true;
    }
    return read_at(input->fd, out, length, offset) == length;
}

void input_finish(struct input *input) {
    free(input->bytes);
    *input = (struct input){0};
}
