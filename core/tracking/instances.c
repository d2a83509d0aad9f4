/* SPDX-License-Identifier: Apache-2.0 */
/* Which images of a series have come. */
#include "instances.h"
#include "base/memory.h"
#include "base/text.h"

enum { FIRST_ROOM = 64 };

static size_t bytes_of(size_t room) {
    return room / 2 * sizeof(uint64_t) + room * sizeof(uint32_t);
}

void instances_finish(struct instances *instances, size_t *spent) {
    *spent -= bytes_of(instances->room);
    free(instances->list);
    free(instances->slots);
    *instances = (struct instances){.records = instances->records};
}

/* the slot of hash, or the free one that it would take; room > 0 */
static uint32_t *slot_of(const struct instances *instances, uint64_t hash) {
    size_t at = (size_t)(hash ^ hash >> 32);
    for (;; at++) {
        uint32_t *slot = &instances->slots[at & (instances->room - 1)];
        if (!*slot || instances->list[*slot - 1] == hash) {
            return slot;
        }
    }
}

bool instances_has(const struct instances *instances, uint64_t hash) {
    return instances->count > 0 && *slot_of(instances, hash);
}

/* false: no more is kept */
static bool make_room(struct instances *instances, size_t *spent) {
    if (instances->count < instances->room / 2) {
        return true;
    }
    size_t room = instances->room ? instances->room * 2 : FIRST_ROOM;
    size_t more = bytes_of(room) - bytes_of(instances->room);
    if (instances->count >= INSTANCES || *spent + more > INSTANCES_BYTES) {
        return false;
    }
    *spent += more;
    instances->list = mem_resize(instances->list, room / 2, sizeof(*instances->list));
    free(instances->slots);
    instances->slots = mem_zeroed(room, sizeof(*instances->slots));
    instances->room = room;
    for (size_t i = 0; i < instances->count; i++) {
        *slot_of(instances, instances->list[i]) = (uint32_t)i + 1;
    }
    return true;
}

bool instances_add(struct instances *instances, uint64_t hash, size_t *spent) {
    if (instances_has(instances, hash)) {
        return false;
    }
    if (make_room(instances, spent)) {
        instances->list[instances->count] = hash;
        *slot_of(instances, hash) = (uint32_t)++instances->count;
    }
    return true;
}

json_t *instances_save(const struct instances *instances, size_t chunk) {
    char text[INSTANCES_CHUNK * TEXT_HEX_DIGITS];
    size_t length = 0;
    for (size_t i = chunk * INSTANCES_CHUNK;
         i < (chunk + 1) * INSTANCES_CHUNK && i < instances->count; i++) {
        text_write_hex(text + length, instances->list[i]);
        length += TEXT_HEX_DIGITS;
    }
    return length ? json_stringn(text, length) : NULL;
}

bool instances_restore(struct instances *instances, const json_t *saved, size_t *spent) {
    const char *text = json_string_value(saved);
    size_t length = json_string_length(saved);
    uint64_t hash;
    for (size_t at = 0; at < length; at += TEXT_HEX_DIGITS) {
        if (length - at < TEXT_HEX_DIGITS || !text_read_hex(text + at, &hash)) {
            return false;
        }
        instances_add(instances, hash, spent);
    }
    return length > 0;
}
