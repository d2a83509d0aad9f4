/* SPDX-License-Identifier: Apache-2.0 */
/* A pass of retention while others move folders away and put new files in the place of old ones. */
#include "pipeline/retention_sweep.h"

#include "base/memory.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { ROUNDS = 100, FILES = 16, LOOKS = 100000 };

static const char *const patterns[] = {"*.dcm", NULL};

/* ---- a watched folder, and what is known of it --------------------------------------------- */

struct bed {
    char base[64], root[80], away[80];
    struct seen *seen;
    struct names *names;
    int notes[2];
    unsigned random; /* what differs between rounds */
};

static void forget(void *self, uint64_t root, int64_t newest_ns) {
    (void)self, (void)root, (void)newest_ns;
}

static enum seen_need need(void *self, uint64_t root, uint64_t folder) {
    (void)self, (void)root, (void)folder;
    return SEEN_WANTED;
}

static int64_t since(void *self, uint64_t root) {
    (void)self, (void)root;
    return 0;
}

static void bed_make(struct bed *bed) {
    const struct seen_bounds bounds = {.files = 1000000, .folders = 1000, .quiet_ns = INT64_MAX};
    const struct seen_owner owner = {.forget = forget, .need = need, .since = since};
    *bed = (struct bed){.base = "/tmp/mrqart-retention-XXXXXX"};
    assert_non_null(mkdtemp(bed->base));
    snprintf(bed->root, sizeof(bed->root), "%s/watched", bed->base);
    snprintf(bed->away, sizeof(bed->away), "%s/archive", bed->base);
    assert_int_equal(mkdir(bed->root, 0700), 0);
    assert_int_equal(mkdir(bed->away, 0700), 0);
    bed->seen = seen_create(&bounds, &owner);
    bed->names = names_create(patterns, false);
    assert_int_equal(pipe2(bed->notes, O_NONBLOCK | O_CLOEXEC), 0);
}

static void bed_end(struct bed *bed) {
    AUTOFREE char *command = mem_printf("rm -rf %s", bed->base);
    assert_int_equal(system(command), 0);
    seen_destroy(bed->seen);
    names_destroy(bed->names);
    close(bed->notes[0]);
    close(bed->notes[1]);
}

static void write_file(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

/* FILES files in folder, each of which was looked at and has a verdict. */
static void fill(struct bed *bed, const char *folder) {
    uint64_t root = text_hash(TEXT_HASH_SEED, bed->root, strlen(bed->root));
    uint64_t hash = text_hash(TEXT_HASH_SEED, folder, strlen(folder));
    assert_int_equal(mkdir(folder, 0700), 0);
    for (int i = 0; i < FILES; i++) {
        AUTOFREE char *name = mem_printf("%d.dcm", i);
        AUTOFREE char *path = mem_printf("%s/%s", folder, name);
        struct stat status;
        write_file(path, "old");
        assert_int_equal(stat(path, &status), 0);
        const struct file_identity identity = protocol_identity(&status);
        const struct seen_place place = {root, hash, folders_key_in(hash, name)};
        const struct seen_file file = {.key = place.key,
                                       .identity = protocol_identity_hash(&identity),
                                       .series = 7,
                                       .proof_ns = 1}; /* a worker may say what it likes */
        const struct seen_times times = {.now_ns = 1, .changed_ns = identity.changed_ns};
        seen_note(bed->seen, &place, &file, &times);
    }
}

/* Returns how many files or folders could not be removed. */
static size_t sweep(struct bed *bed, int64_t before_ns) {
    struct sweep_note note;
    size_t denied = 0;
    const struct sweep_job job = {.root = bed->root,
                                  .seen = bed->seen,
                                  .names = bed->names,
                                  .root_hash =
                                      text_hash(TEXT_HASH_SEED, bed->root, strlen(bed->root)),
                                  .before_ns = before_ns,
                                  .notes = bed->notes[1]};
    retention_sweep(&job);
    while (read(bed->notes[0], &note, sizeof(note)) == (ssize_t)sizeof(note)) {
        denied += note.kind == SWEEP_DENIED;
    }
    return denied;
}

/* Whether a file of this number is in folder, aside or not. */
static bool is_there(const char *folder, int number) {
    AUTOFREE char *path = mem_printf("%s/%d.dcm", folder, number);
    AUTOFREE char *aside = mem_printf("%s/.mrqart-removing/%d.dcm", folder, number);
    return access(path, F_OK) == 0 || access(aside, F_OK) == 0;
}

static size_t count(const char *folder) {
    size_t files = 0;
    for (int i = 0; i < FILES; i++) {
        files += is_there(folder, i);
    }
    return files;
}

/* ---- a folder that is moved away ----------------------------------------------------------- */

struct mover {
    struct bed *bed;
    char folder[128], archived[128];
    size_t there; /* right after the move */
    pthread_barrier_t begin;
};

/* Somewhere in the middle of the pass. */
static void *move_away(void *self) {
    struct mover *mover = self;
    AUTOFREE char *mark = mem_printf("%s/%u.dcm", mover->folder, mover->bed->random % FILES);
    pthread_barrier_wait(&mover->begin);
    for (int i = 0; i < LOOKS && access(mark, F_OK) == 0; i++) {
        sched_yield();
    }
    if (rename(mover->folder, mover->archived) == 0) {
        mover->there = count(mover->archived);
    }
    return NULL;
}

static void what_was_moved_away_in_a_pass_is_whole(void **state) {
    (void)state;
    struct bed bed;
    bed_make(&bed);
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct mover mover = {.bed = &bed};
        pthread_t thread;
        bed.random = round * 37;
        snprintf(mover.folder, sizeof(mover.folder), "%s/s%u", bed.root, round);
        snprintf(mover.archived, sizeof(mover.archived), "%s/s%u", bed.away, round);
        fill(&bed, mover.folder);
        pthread_barrier_init(&mover.begin, NULL, 2);
        pthread_create(&thread, NULL, move_away, &mover);
        pthread_barrier_wait(&mover.begin);
        sweep(&bed, INT64_MAX);
        pthread_join(thread, NULL);
        pthread_barrier_destroy(&mover.begin);
        /* at most the one that was aside when the folder was still in its place */
        size_t there = count(mover.archived);
        if (there + 1 < mover.there) {
            fail_msg("round %u: %zu files were moved away, %zu of them are left", round,
                     mover.there, there);
        }
    }
    bed_end(&bed);
}

/* ---- a new file in the place of an old one ------------------------------------------------- */

struct replacer {
    struct bed *bed;
    char folder[128];
    bool replaced[FILES];
    pthread_barrier_t begin;
};

static void *replace(void *self) {
    struct replacer *replacer = self;
    pthread_barrier_wait(&replacer->begin);
    for (int i = 0; i < FILES; i++) {
        int number = (int)((unsigned)i * 7 + replacer->bed->random) % FILES;
        AUTOFREE char *fresh = mem_printf("%s/%d", replacer->bed->base, number);
        AUTOFREE char *path = mem_printf("%s/%d.dcm", replacer->folder, number);
        write_file(fresh, "new");
        replacer->replaced[number] = rename(fresh, path) == 0;
    }
    return NULL;
}

static void a_file_that_takes_the_place_of_an_old_one_stays(void **state) {
    (void)state;
    struct bed bed;
    bed_make(&bed);
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct replacer replacer = {.bed = &bed};
        pthread_t thread;
        bed.random = round * 13;
        snprintf(replacer.folder, sizeof(replacer.folder), "%s/s%u", bed.root, round);
        fill(&bed, replacer.folder);
        pthread_barrier_init(&replacer.begin, NULL, 2);
        pthread_create(&thread, NULL, replace, &replacer);
        pthread_barrier_wait(&replacer.begin);
        sweep(&bed, INT64_MAX);
        pthread_join(thread, NULL);
        pthread_barrier_destroy(&replacer.begin);
        for (int i = 0; i < FILES; i++) {
            if (replacer.replaced[i] && !is_there(replacer.folder, i)) {
                fail_msg("round %u: the new %d.dcm was removed unseen", round, i);
            }
        }
    }
    bed_end(&bed);
}

/* ---- others remove files too --------------------------------------------------------------- */

static void *remove_all(void *self) {
    struct replacer *remover = self;
    pthread_barrier_wait(&remover->begin);
    for (int i = FILES - 1; i >= 0; i--) {
        AUTOFREE char *path = mem_printf("%s/%d.dcm", remover->folder, i);
        unlink(path);
    }
    return NULL;
}

static void what_others_remove_meanwhile_is_not_denied(void **state) {
    (void)state;
    struct bed bed;
    bed_make(&bed);
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct replacer remover = {.bed = &bed};
        pthread_t thread;
        snprintf(remover.folder, sizeof(remover.folder), "%s/s%u", bed.root, round);
        fill(&bed, remover.folder);
        pthread_barrier_init(&remover.begin, NULL, 2);
        pthread_create(&thread, NULL, remove_all, &remover);
        pthread_barrier_wait(&remover.begin);
        assert_int_equal(sweep(&bed, INT64_MAX), 0);
        pthread_join(thread, NULL);
        pthread_barrier_destroy(&remover.begin);
    }
    bed_end(&bed);
}

/* ---- what holds without a race ------------------------------------------------------------- */

static void a_file_is_as_old_as_its_own_status_says(void **state) {
    (void)state;
    struct bed bed;
    struct stat status;
    bed_make(&bed);
    AUTOFREE char *folder = mem_printf("%s/a", bed.root);
    AUTOFREE char *path = mem_printf("%s/0.dcm", folder);
    fill(&bed, folder);
    assert_int_equal(stat(path, &status), 0);
    int64_t oldest_ns = status.st_ctim.tv_sec * INT64_C(1000000000) + status.st_ctim.tv_nsec;
    sweep(&bed, oldest_ns); /* the proofs of all say 1970 */
    assert_int_equal(count(folder), FILES);
    sweep(&bed, oldest_ns + 1);
    assert_false(is_there(folder, 0));
    bed_end(&bed);
}

static void what_was_left_aside_is_put_back_over_nothing(void **state) {
    (void)state;
    struct bed bed;
    bed_make(&bed);
    AUTOFREE char *aside = mem_printf("%s/a/.mrqart-removing", bed.root);
    AUTOFREE char *folder = mem_printf("%s/a", bed.root);
    AUTOFREE char *lone = mem_printf("%s/1.dcm", aside), *back = mem_printf("%s/1.dcm", folder);
    AUTOFREE char *twin = mem_printf("%s/2.dcm", aside), *taken = mem_printf("%s/2.dcm", folder);
    assert_int_equal(mkdir(folder, 0700), 0);
    assert_int_equal(mkdir(aside, 0700), 0);
    write_file(lone, "one");
    write_file(twin, "two");
    write_file(taken, "three");
    sweep(&bed, INT64_MIN);
    assert_int_equal(access(back, F_OK), 0);
    assert_int_equal(access(twin, F_OK), 0);
    unlink(taken);
    sweep(&bed, INT64_MIN);
    assert_int_equal(access(taken, F_OK), 0);
    assert_int_not_equal(access(aside, F_OK), 0);
    bed_end(&bed);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_moved_away_in_a_pass_is_whole),
        cmocka_unit_test(a_file_that_takes_the_place_of_an_old_one_stays),
        cmocka_unit_test(what_others_remove_meanwhile_is_not_denied),
        cmocka_unit_test(a_file_is_as_old_as_its_own_status_says),
        cmocka_unit_test(what_was_left_aside_is_put_back_over_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
