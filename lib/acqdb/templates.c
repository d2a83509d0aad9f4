/* SPDX-License-Identifier: Apache-2.0 */
/* All templates of a database in memory, found by project and sequence. */
#include "acqdb/templates.h"
#include "base/memory.h"
#include "base/text.h"

#include <ctype.h>
#include <string.h>

enum { SLOTS_FIRST = 256 };

/* where acqdb_parameters has the two names */
enum { PROJECT = 0, SEQUENCE = 1 };

struct templates {
    struct acqdb_template **slots; /* open addressing; at most half are taken */
    size_t room, count;
};

bool acqdb_absent(const char *text) {
    return !text || !*text || strcmp(text, "null") == 0;
}

static const char *named(const char *text) {
    return acqdb_absent(text) ? "" : text;
}

/* as SQLite's NOCASE: the 26 letters only */
static uint64_t hash_folded(uint64_t hash, const char *text) {
    do {
        char byte = *text >= 'A' && *text <= 'Z' ? (char)(*text - 'A' + 'a') : *text;
        hash = text_hash(hash, &byte, 1);
    } while (*text++);
    return hash;
}

static struct acqdb_template **slot_of(const struct templates *templates, const char *project,
                                       const char *sequence) {
    uint64_t hash = hash_folded(hash_folded(TEXT_HASH_SEED, project), sequence);
    for (size_t at = (size_t)hash;; at++) {
        struct acqdb_template **slot = &templates->slots[at & (templates->room - 1)];
        if (!*slot || (sqlite3_stricmp(named((*slot)->values[PROJECT]), project) == 0 &&
                       sqlite3_stricmp(named((*slot)->values[SEQUENCE]), sequence) == 0)) {
            return slot;
        }
    }
}

struct templates *templates_create(void) {
    struct templates *templates = mem_new(struct templates);
    templates->room = SLOTS_FIRST;
    templates->slots = mem_zeroed(templates->room, sizeof(*templates->slots));
    return templates;
}

void templates_destroy(struct templates *templates) {
    if (!templates) {
        return;
    }
    for (size_t i = 0; i < templates->room; i++) {
        free(templates->slots[i]);
    }
    free(templates->slots);
    free(templates);
}

static size_t text_bytes(const char *text) {
    return text ? strlen(text) + 1 : 0;
}

static const char *move_text(char **room, const char *text) {
    if (!text) {
        return NULL;
    }
    char *copy = *room;
    *room = stpcpy(copy, text) + 1;
    return copy;
}

/* one piece of memory: the struct, and its texts behind it */
static struct acqdb_template *copy_template(const struct acqdb_template *template) {
    size_t bytes = text_bytes(template->first) + text_bytes(template->last);
    for (size_t i = 0; i < ACQDB_PARAMETERS; i++) {
        bytes += text_bytes(template->values[i]);
    }
    struct acqdb_template *copy = mem_zeroed(1, sizeof(*copy) + bytes);
    char *room = (char *)(copy + 1);
    copy->n = template->n;
    copy->first = move_text(&room, template->first);
    copy->last = move_text(&room, template->last);
    for (size_t i = 0; i < ACQDB_PARAMETERS; i++) {
        copy->values[i] = move_text(&room, template->values[i]);
    }
    return copy;
}

static void grow(struct templates *templates) {
    struct templates larger = {.room = templates->room * 2, .count = templates->count};
    larger.slots = mem_zeroed(larger.room, sizeof(*larger.slots));
    for (size_t i = 0; i < templates->room; i++) {
        struct acqdb_template *template = templates->slots[i];
        if (template) {
            *slot_of(&larger, named(template->values[PROJECT]), named(template->values[SEQUENCE])) =
                template;
        }
    }
    free(templates->slots);
    *templates = larger;
}

static bool is_better(const struct acqdb_template *a, const struct acqdb_template *b) {
    if (a->n != b->n) {
        return a->n > b->n;
    }
    return strcmp(named(a->last), named(b->last)) > 0;
}

void templates_add(struct templates *templates, const struct acqdb_template *template) {
    if (acqdb_absent(template->values[SEQUENCE])) {
        return;
    }
    if ((templates->count + 1) * 2 > templates->room) {
        grow(templates);
    }
    struct acqdb_template **slot =
        slot_of(templates, named(template->values[PROJECT]), named(template->values[SEQUENCE]));
    if (*slot && !is_better(template, *slot)) {
        return;
    }
    templates->count += *slot ? 0 : 1;
    free(*slot);
    *slot = copy_template(template);
}

const struct acqdb_template *templates_find(const struct templates *templates, const char *project,
                                            const char *sequence) {
    return acqdb_absent(sequence) ? NULL : *slot_of(templates, named(project), sequence);
}

size_t templates_count(const struct templates *templates) {
    return templates->count;
}

static int by_name(const void *a, const void *b) {
    const struct acqdb_template *left = *(const struct acqdb_template *const *)a;
    const struct acqdb_template *right = *(const struct acqdb_template *const *)b;
    int order = sqlite3_stricmp(named(left->values[PROJECT]), named(right->values[PROJECT]));
    return order ? order
                 : sqlite3_stricmp(named(left->values[SEQUENCE]), named(right->values[SEQUENCE]));
}

const struct acqdb_template **templates_sorted(const struct templates *templates) {
    const struct acqdb_template **list = mem_zeroed(templates->count, sizeof(*list));
    size_t count = 0;
    for (size_t i = 0; i < templates->room; i++) {
        if (templates->slots[i]) {
            list[count++] = templates->slots[i];
        }
    }
    qsort(list, count, sizeof(*list), by_name);
    return list;
}
