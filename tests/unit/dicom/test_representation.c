/* SPDX-License-Identifier: Apache-2.0 */
/* Elements whose VR in the file is not the dictionary's, and decimal strings with commas. */
#include "base/memory.h"
#include "both_ways.h"
#include "dicom/decimal.h"
#include "dicom/taglist.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

static void read_element(uint32_t tag, const char *vr, const void *bytes, size_t length) {
    struct made made = make_file(EXPLICIT_LITTLE, MR_IMAGE);
    make_text(&made, DICOM_TAG(0x0008, 0x0016), "UI", MR_IMAGE);
    make_text(&made, DICOM_TAG(0x0008, 0x0018), "UI", "1.2.3");
    if (tag >> 16 & 1) {
        make_text(&made, DICOM_TAG(tag >> 16, 0x0010), "LO", "SIEMENS MR HEADER");
    }
    make_element(&made, tag, vr, bytes, length);
    make_pixels(&made, 8);
    assert_int_equal(both_read(&made), DICOM_COMPLETE);
    make_free(&made);
}

static void assert_read(uint32_t tag, const char *vr, const char *text, const char *name,
                        const char *expected) {
    read_element(tag, vr, text, strlen(text));
    assert_string_equal(both_value(name), expected);
}

static void a_text_vr_gives_way_to_the_dictionary(void **state) {
    (void)state;
    static const char *const vrs[] = {"UT", "ST", "LT", "LO", "SH", "UC", "UN", "IS", "OB"};
    for (size_t i = 0; i < sizeof(vrs) / sizeof(vrs[0]); i++) {
        assert_read(DICOM_TAG(0x0028, 0x0030), vrs[i], " 2.5000\\2.5000", "PixelResol",
                    "[2.5000, 2.5000]");
        assert_read(DICOM_TAG(0x0018, 0x0080), vrs[i], " 2300 ", "TR", "2300");
        assert_read(DICOM_TAG(0x0020, 0x0011), vrs[i], " 7", "SeriesNumber", "7");
        assert_read(DICOM_TAG(0x0008, 0x0008), vrs[i], "ORIGINAL\\PRIMARY", "ImageType",
                    "['ORIGINAL', 'PRIMARY']");
        assert_read(DICOM_TAG(0x0020, 0x4000), vrs[i], "a\\b", "Comments", "a\\b");
        assert_read(DICOM_TAG(0x0010, 0x0010), vrs[i], "Doe^John==", "SubID", "Doe^John");
    }
}

static void a_number_keeps_the_form_that_the_file_gives(void **state) {
    (void)state;
    read_element(DICOM_TAG(0x0020, 0x0011), "US", "\7\0", 2);
    assert_string_equal(both_value("SeriesNumber"), "7");
    read_element(DICOM_TAG(0x0018, 0x0080), "FL", "\0\0\0\x45", 4); /* 2048 */
    assert_string_equal(both_value("TR"), "2048.0");
    read_element(DICOM_TAG(0x0018, 0x1310), "UN", "\x60\0\0\0\0\0\x50\0", 8);
    assert_string_equal(both_value("Matrix"), "[96, 0, 0, 80]");
    assert_read(DICOM_TAG(0x0018, 0x1310), "LO", "96\\0\\0\\80", "Matrix", "[96, 0, 0, 80]");
    assert_read(DICOM_TAG(0x0018, 0x1310), "DS", "96,0,0,80", "Matrix", "[96, 0, 0, 80]");
    assert_read(DICOM_TAG(0x0019, 0x1028), "LO", "55.804", "BWPPE", "55.804");
    assert_read(DICOM_TAG(0x0019, 0x1028), "DS", "55,804", "BWPPE", "55.804");
}

/* opens readers that know a site's values */
static void open_extended(const char *text) {
    int fd = memfd_create("tags", MFD_CLOEXEC);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    AUTOFREE char *path = mem_printf("/proc/self/fd/%d", fd);
    both_close();
    both_open(path, 0);
    close(fd);
}

static void a_sites_own_values_are_read_by_the_dictionary(void **state) {
    (void)state;
    open_extended("Position\t0020,0032\nThickness\t0018,0050\nOptions\t0018,0022\n");
    assert_read(DICOM_TAG(0x0020, 0x0032), "UT", "1.5\\-2\\3", "Position", "[1.5, -2, 3]");
    assert_read(DICOM_TAG(0x0020, 0x0032), "DS", "1.5,-2,3", "Position", "[1.5, -2, 3]");
    assert_read(DICOM_TAG(0x0018, 0x0050), "UN", "2,5", "Thickness", "2.5");
    assert_read(DICOM_TAG(0x0018, 0x0022), "LT", "PFP\\FS", "Options", "['PFP', 'FS']");
    both_close();
    both_open(NULL, 0);
}

static void assert_mended(const char *text, size_t values, const char *expected) {
    char copy[64];
    strcpy(copy, text);
    decimal_mend(copy, strlen(copy), values);
    assert_string_equal(copy, expected);
}

static void a_comma_is_a_point_unless_the_count_of_values_says_otherwise(void **state) {
    (void)state;
    assert_mended("2300,5", 1, "2300.5");
    assert_mended("2300", 1, "2300");
    assert_mended("0,5\\0,5", 2, "0.5\\0.5");
    assert_mended("0.5,0.5", 2, "0.5\\0.5");
    assert_mended("2,3", 2, "2\\3");
    assert_mended("0,5,0,75", 2, "0.5\\0.75");
    assert_mended("1,0,0,0,1,0", 6, "1\\0\\0\\0\\1\\0");
    assert_mended("1,5", 0, "1.5");
    assert_mended("1,5,7", 0, "1\\5\\7");
    assert_mended("1.5,2.5", 0, "1.5\\2.5");
}

static void decimal_commas_are_read(void **state) {
    (void)state;
    assert_read(DICOM_TAG(0x0018, 0x0080), "DS", "2300,0", "TR", "2300.0");
    assert_read(DICOM_TAG(0x0018, 0x0081), "DS", "2,98", "TE", "2.98");
    assert_read(DICOM_TAG(0x0028, 0x0030), "DS", "0,5\\0,75", "PixelResol", "[0.5, 0.75]");
    assert_read(DICOM_TAG(0x0028, 0x0030), "DS", "0.5,0.75", "PixelResol", "[0.5, 0.75]");
    assert_read(DICOM_TAG(0x0028, 0x0030), "UT", "0,5\\0,75", "PixelResol", "[0.5, 0.75]");
    assert_read(DICOM_TAG(0x0020, 0x4000), "LT", "a, b", "Comments", "a, b");
}

static int open_readers(void **state) {
    (void)state;
    both_open(NULL, 0);
    return 0;
}

static int close_readers(void **state) {
    (void)state;
    both_close();
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_vr_gives_way_to_the_dictionary),
        cmocka_unit_test(a_number_keeps_the_form_that_the_file_gives),
        cmocka_unit_test(a_sites_own_values_are_read_by_the_dictionary),
        cmocka_unit_test(a_comma_is_a_point_unless_the_count_of_values_says_otherwise),
        cmocka_unit_test(decimal_commas_are_read),
    };
    return cmocka_run_group_tests(tests, open_readers, close_readers);
}
