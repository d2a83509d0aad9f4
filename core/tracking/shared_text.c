/* SPDX-License-Identifier: Apache-2.0 */
/* A text that several owners share. */
#include "shared_text.h"
#include "base/memory.h"

struct shared_text {
    struct mrq_text text; /* first: owners hold a pointer to it */
    size_t owners;
};

static void shared_release(const struct mrq_text *text) {
    struct shared_text *shared = (struct shared_text *)text;
    if (--shared->owners == 0) {
        free((char *)shared->text.data);
        free(shared);
    }
}

static const struct mrq_text *shared_retain(const struct mrq_text *text) {
    ((struct shared_text *)text)->owners++;
    return text;
}

const struct mrq_text *shared_text_create(char *data, size_t length, uint64_t seq) {
    struct shared_text *shared = mem_new(struct shared_text);
    shared->text = (struct mrq_text){data, length, seq, shared_release, shared_retain};
    shared->owners = 1;
    return &shared->text;
}
