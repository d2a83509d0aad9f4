/* SPDX-License-Identifier: Apache-2.0 */
/* The walk and DCMTK see the same in every real file, whole and damaged. */
#include "base/memory.h"
#include "data_files.h"
#include "dicom/dicom.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    TRUNCATIONS = 4, /* per file */
    DAMAGES = 8,     /* per file */
    FLIPS = 4,       /* at most so many bytes per damage */
};

/* a file in memory that can be damaged and mended */
struct copy {
    uint8_t *bytes;
    size_t size;
    int fd;
};

static struct dicom_reader *fast, *whole;

/* a plain generator: the same damage on every machine */
static uint32_t next_random(uint32_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

static struct copy copy_file(const char *path) {
    struct copy copy = {.fd = memfd_create("copy", MFD_CLOEXEC)};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat stat;
    assert_true(fd >= 0 && copy.fd >= 0 && fstat(fd, &stat) == 0);
    copy.size = (size_t)stat.st_size;
    copy.bytes = mem_zeroed(copy.size, 1);
    assert_int_equal(read(fd, copy.bytes, copy.size), (ssize_t)copy.size);
    assert_int_equal(write(copy.fd, copy.bytes, copy.size), (ssize_t)copy.size);
    close(fd);
    return copy;
}

static void free_copy(struct copy *copy) {
    close(copy->fd);
    free(copy->bytes);
}

static void assert_same_values(const char *what) {
    for (size_t i = 0; i < dicom_value_count(fast); i++) {
        const struct dicom_value *a = dicom_value_at(fast, i), *b = dicom_value_at(whole, i);
        bool same = (!a->text && !b->text) || (a->text && b->text && !strcmp(a->text, b->text));
        if (!same || a->numeric != b->numeric) {
            fail_msg("%s: %s is \"%s\" by the walk and \"%s\" by DCMTK", what, a->name,
                     a->text ? a->text : "(absent)", b->text ? b->text : "(absent)");
        }
    }
}

static enum dicom_outcome assert_same(int fd, const char *what) {
    enum dicom_outcome a = dicom_read(fast, fd), b = dicom_read(whole, fd);
    if (a != b || dicom_has_values(fast) != dicom_has_values(whole) ||
        dicom_has_part(fast) != dicom_has_part(whole)) {
        fail_msg("%s: outcome %d \"%s\" by the walk, %d \"%s\" by DCMTK", what, a,
                 dicom_reader_message(fast), b, dicom_reader_message(whole));
    }
    assert_same_values(what);
    return a;
}

static void both_ways_give_the_same_values(void **state) {
    struct data_files *files = *state;
    for (size_t i = 0; i < files->count; i++) {
        struct copy copy = copy_file(files->paths[i]);
        assert_int_not_equal(assert_same(copy.fd, files->paths[i]), DICOM_UNREADABLE);
        assert_non_null(dicom_value(fast, "SeriesInstanceUID")->text);
        free_copy(&copy);
    }
}

static void a_file_that_is_cut_is_incomplete_both_ways(void **state) {
    struct data_files *files = *state;
    uint32_t random = 20241004;
    for (size_t i = 0; i < files->count; i++) {
        struct copy copy = copy_file(files->paths[i]);
        for (int n = 0; n < TRUNCATIONS; n++) {
            size_t size = next_random(&random) % copy.size;
            size = n % 2 ? size : size % 20000; /* half of them in the header's beginning */
            assert_int_equal(ftruncate(copy.fd, (off_t)size), 0);
            AUTOFREE char *what = mem_printf("%s cut to %zu bytes", files->paths[i], size);
            enum dicom_outcome outcome = assert_same(copy.fd, what);
            if (outcome != DICOM_INCOMPLETE) {
                fail_msg("%s: outcome %d, %s", what, outcome, dicom_reader_message(fast));
            }
            size_t rest = copy.size - size;
            assert_int_equal(pwrite(copy.fd, copy.bytes + size, rest, (off_t)size), (ssize_t)rest);
        }
        free_copy(&copy);
    }
}

/* changes some bytes of the header; the same places are mended afterwards */
static void damage(const struct copy *copy, uint32_t *random, bool mend, size_t reach) {
    uint32_t count = 1 + next_random(random) % FLIPS;
    for (uint32_t i = 0; i < count; i++) {
        size_t at = next_random(random) % reach;
        uint8_t byte = (uint8_t)next_random(random);
        assert_int_equal(pwrite(copy->fd, mend ? copy->bytes + at : &byte, 1, (off_t)at), 1);
    }
}

static void a_damaged_file_gives_the_same_both_ways(void **state) {
    struct data_files *files = *state;
    uint32_t random = 1895;
    size_t outcomes[DICOM_UNREADABLE + 1] = {0};
    for (size_t i = 0; i < files->count; i++) {
        struct copy copy = copy_file(files->paths[i]);
        for (int n = 0; n < DAMAGES; n++) {
            size_t reach = n % 4 == 0 ? copy.size : copy.size < 12000 ? copy.size : 12000;
            uint32_t seed = random, again = seed;
            damage(&copy, &random, false, reach);
            AUTOFREE char *what = mem_printf("%s damaged by seed %u", files->paths[i], seed);
            outcomes[assert_same(copy.fd, what)]++;
            damage(&copy, &again, true, reach);
        }
        free_copy(&copy);
    }
    for (int i = 0; i <= DICOM_UNREADABLE; i++) {
        assert_true(outcomes[i] > 0); /* else the damage is not of the kind that tells */
    }
}

int main(void) {
    struct data_files files = data_files_find();
    fast = dicom_reader_create(NULL, 0, DICOM_FAST);
    whole = dicom_reader_create(NULL, 0, DICOM_WHOLE);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(both_ways_give_the_same_values, &files),
        cmocka_unit_test_prestate(a_file_that_is_cut_is_incomplete_both_ways, &files),
        cmocka_unit_test_prestate(a_damaged_file_gives_the_same_both_ways, &files),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    dicom_reader_destroy(fast);
    dicom_reader_destroy(whole);
    data_files_free(&files);
    return failed;
}
