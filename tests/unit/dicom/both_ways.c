/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a file by the walk and by DCMTK alone. */
#include "both_ways.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct dicom_reader *fast, *whole;

void both_open(const char *tags, size_t header_bytes) {
    fast = dicom_reader_create(tags, header_bytes, DICOM_FAST);
    whole = dicom_reader_create(tags, header_bytes, DICOM_WHOLE);
    assert_non_null(fast);
    assert_non_null(whole);
}

void both_close(void) {
    dicom_reader_destroy(fast);
    dicom_reader_destroy(whole);
}

enum dicom_outcome both_read_fd(int fd) {
    enum dicom_outcome a = dicom_read(fast, fd), b = dicom_read(whole, fd);
    if (a != b) {
        fail_msg("%d \"%s\" by the walk, %d \"%s\" by DCMTK", a, dicom_reader_message(fast), b,
                 dicom_reader_message(whole));
    }
    assert_int_equal(dicom_has_values(fast), dicom_has_values(whole));
    assert_int_equal(dicom_has_part(fast), dicom_has_part(whole));
    for (size_t i = 0; i < dicom_value_count(fast); i++) {
        const struct dicom_value *left = dicom_value_at(fast, i), *right = dicom_value_at(whole, i);
        const char *x = left->text ? left->text : "(absent)";
        const char *y = right->text ? right->text : "(absent)";
        if (strcmp(x, y) != 0 || left->numeric != right->numeric) {
            fail_msg("%s is \"%s\" by the walk, \"%s\" by DCMTK", left->name, x, y);
        }
    }
    return a;
}

enum dicom_outcome both_read(const struct made *made) {
    int fd = make_fd(made);
    enum dicom_outcome outcome = both_read_fd(fd);
    close(fd);
    return outcome;
}

const char *both_value(const char *name) {
    const struct dicom_value *value = dicom_value(fast, name);
    assert_non_null(value);
    return value->text;
}

const char *both_message(void) {
    return dicom_reader_message(fast);
}

bool both_has_values(void) {
    return dicom_has_values(fast);
}

bool both_has_part(void) {
    return dicom_has_part(fast);
}
