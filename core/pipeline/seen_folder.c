/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the record of seen files: the files of one folder. */
#include "seen_folder.h"

#include "base/memory.h"

enum { FIRST_SLOTS = 32 };

void seen_folder_free(struct seen_folder *folder) {
    free(folder->files);
    free(folder->slots);
    free(folder->dirty);
    free(folder);
}

/* The slot that holds key, or the free one where it would go. */
static size_t slot_of(const struct seen_folder *folder, uint64_t key) {
    size_t mask = folder->slot_count - 1, slot = key & mask;
    while (folder->slots[slot] && folder->files[folder->slots[slot] - 1].key != key) {
        slot = (slot + 1) & mask;
    }
    return slot;
}

long seen_folder_find(const struct seen_folder *folder, uint64_t key) {
    return folder->slot_count ? (long)folder->slots[slot_of(folder, key)] - 1 : -1;
}

static void grow_slots(struct seen_folder *folder) {
    free(folder->slots);
    folder->slot_count = folder->slot_count ? folder->slot_count * 2 : FIRST_SLOTS;
    folder->slots = mem_zeroed(folder->slot_count, sizeof(*folder->slots));
    for (size_t i = 0; i < folder->end; i++) {
        if (folder->files[i].key) {
            folder->slots[slot_of(folder, folder->files[i].key)] = (uint32_t)i + 1;
        }
    }
}

static void grow_files(struct seen_folder *folder, size_t needed) {
    size_t room = folder->room ? folder->room : SEEN_CHUNK;
    while (room < needed) {
        room *= 2;
    }
    if (room == folder->room) {
        return;
    }
    size_t words = (room / SEEN_CHUNK + 63) / 64;
    size_t old_words = (folder->room / SEEN_CHUNK + 63) / 64;
    folder->files = mem_resize(folder->files, room, sizeof(*folder->files));
    memset(folder->files + folder->room, 0, (room - folder->room) * sizeof(*folder->files));
    folder->dirty = mem_resize(folder->dirty, words, sizeof(*folder->dirty));
    memset(folder->dirty + old_words, 0, (words - old_words) * sizeof(*folder->dirty));
    folder->room = room;
}

bool seen_folder_add_at(struct seen_folder *folder, uint64_t key, size_t at) {
    if (at >= folder->end) {
        grow_files(folder, at + 1);
        folder->end = at + 1;
    }
    if (folder->files[at].key || seen_folder_find(folder, key) >= 0) {
        return false;
    }
    if ((folder->count + 1) * 4 > folder->slot_count * 3) {
        grow_slots(folder);
    }
    folder->slots[slot_of(folder, key)] = (uint32_t)at + 1;
    folder->files[at] = (struct seen_file){.key = key};
    folder->count++;
    return true;
}

/* With so many holes the search is short; a folder that lives for ever does not grow for ever. */
static size_t find_hole(struct seen_folder *folder) {
    while (folder->files[folder->hole % folder->end].key) {
        folder->hole++;
    }
    folder->hole %= folder->end;
    return folder->hole;
}

size_t seen_folder_add(struct seen_folder *folder, uint64_t key) {
    size_t holes = folder->end - folder->count;
    size_t at = holes > SEEN_CHUNK && holes > folder->end / 4 ? find_hole(folder) : folder->end;
    seen_folder_add_at(folder, key, at);
    return at;
}

void seen_folder_remove(struct seen_folder *folder, size_t position) {
    size_t mask = folder->slot_count - 1, hole = slot_of(folder, folder->files[position].key);
    folder->slots[hole] = 0;
    /* close the gap, so that no search ends at it too early */
    for (size_t next = (hole + 1) & mask; folder->slots[next]; next = (next + 1) & mask) {
        size_t home = folder->files[folder->slots[next] - 1].key & mask;
        if (((next - home) & mask) >= ((next - hole) & mask)) {
            folder->slots[hole] = folder->slots[next];
            folder->slots[next] = 0;
            hole = next;
        }
    }
    folder->files[position] = (struct seen_file){0};
    folder->count--;
}
