/* SPDX-License-Identifier: Apache-2.0 */
/* A text that several owners share. */
#include "shared_text.h"
#include "base/memory.h"

struct text_budget {
    size_t most, used;
    size_t owners; /* its maker and its texts: readers may be slower than the maker's end */
};

struct shared_text {
    struct mrq_text text; /* first: owners hold a pointer to it */
    struct text_budget *budget;
    size_t owners;
};

struct text_budget *text_budget_create(size_t most) {
    struct text_budget *budget = mem_new(struct text_budget);
    budget->most = most;
    budget->owners = 1;
    return budget;
}

void text_budget_release(struct text_budget *budget) {
    if (budget && --budget->owners == 0) {
        free(budget);
    }
}

bool text_budget_affords(const struct text_budget *budget, size_t bytes) {
    return budget->used <= budget->most && bytes <= budget->most - budget->used;
}

static void charge(struct text_budget *budget, size_t bytes) {
    if (budget) {
        budget->used += bytes;
        budget->owners++;
    }
}

static void refund(struct text_budget *budget, size_t bytes) {
    if (budget) {
        budget->used -= bytes;
        text_budget_release(budget);
    }
}

static void shared_release(const struct mrq_text *text) {
    struct shared_text *shared = (struct shared_text *)text;
    if (--shared->owners == 0) {
        refund(shared->budget, text->length);
        free((char *)text->data);
        free(shared);
    }
}

static const struct mrq_text *shared_retain(const struct mrq_text *text) {
    ((struct shared_text *)text)->owners++;
    return text;
}

const struct mrq_text *shared_text_create(char *data, size_t length, uint64_t seq,
                                          struct text_budget *budget) {
    struct shared_text *shared = mem_new(struct shared_text);
    shared->text = (struct mrq_text){data, length, seq, shared_release, shared_retain};
    shared->owners = 1;
    shared->budget = budget;
    charge(budget, length);
    return &shared->text;
}
