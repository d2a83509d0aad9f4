/* SPDX-License-Identifier: Apache-2.0 */
/* Header values of files made in memory: transfer syntaxes, character sets, odd values. */
#include "base/memory.h"
#include "both_ways.h"
#include "dicom/taglist.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char uid[] = "1.2.3.4.5";

/* the elements that all of these files have, in their order; text ones may be NULL */
struct content {
    const char *charset, *station, *comments;
};

static struct made simple(const char *syntax, const struct content *content) {
    struct made made = make_file(syntax, MR_IMAGE);
    if (content->charset) {
        make_text(&made, DICOM_TAG(0x0008, 0x0005), "CS", content->charset);
    }
    make_text(&made, DICOM_TAG(0x0008, 0x0016), "UI", MR_IMAGE);
    make_text(&made, DICOM_TAG(0x0008, 0x0018), "UI", uid);
    if (content->station) {
        make_text(&made, DICOM_TAG(0x0008, 0x1010), "SH", content->station);
    }
    make_text(&made, DICOM_TAG(0x0018, 0x0080), "DS", " 1300.0");
    make_text(&made, DICOM_TAG(0x0018, 0x0081), "DS", "");
    make_element(&made, DICOM_TAG(0x0018, 0x1310), "US", NULL, 0);
    make_text(&made, DICOM_TAG(0x0020, 0x0011), "IS", "7");
    if (content->comments) {
        make_text(&made, DICOM_TAG(0x0020, 0x4000), "LT", content->comments);
    }
    make_short(&made, DICOM_TAG(0x0028, 0x0010), 2);
    make_text(&made, DICOM_TAG(0x0028, 0x0030), "DS", "2.5\\2.50");
    return made;
}

static void read_simple(const char *syntax) {
    struct content content = {.station = "AWP1"};
    struct made made = simple(syntax, &content);
    make_pixels(&made, 8);
    assert_int_equal(both_read(&made), DICOM_COMPLETE);
    assert_string_equal(both_value("TR"), "1300.0");
    assert_string_equal(both_value("SeriesNumber"), "7");
    assert_string_equal(both_value("PixelResol"), "[2.5, 2.50]");
    assert_string_equal(both_value("Station"), "AWP1");
    assert_string_equal(both_value("SOPInstanceUID"), uid);
    assert_string_equal(both_value("TE"), "");
    assert_null(both_value("FA"));
    make_free(&made);
}

static void explicit_little_endian_is_read(void **state) {
    (void)state;
    read_simple(EXPLICIT_LITTLE);
}

static void implicit_vr_is_read(void **state) {
    (void)state;
    read_simple(IMPLICIT_LITTLE);
}

static void big_endian_is_read(void **state) {
    (void)state;
    read_simple(EXPLICIT_BIG);
}

/* the data set in one stored block of a deflate stream (RFC 1951 3.2.4) */
static void store_deflated(struct made *made) {
    size_t length = made->size - made->set;
    uint8_t *set = mem_zeroed(length, 1);
    memcpy(set, made->bytes + made->set, length);
    made->size = made->set;
    uint16_t size = (uint16_t)length, turned = (uint16_t)~size;
    uint8_t head[5] = {1, (uint8_t)size, (uint8_t)(size >> 8), (uint8_t)turned,
                       (uint8_t)(turned >> 8)};
    make_raw(made, head, sizeof(head));
    make_raw(made, set, length);
    make_raw(made, "\0", made->size % 2);
    free(set);
}

static void a_deflated_file_is_read_and_its_end_is_seen(void **state) {
    (void)state;
    struct content content = {.station = "AWP1"};
    struct made made = simple(DEFLATED, &content);
    make_pixels(&made, 8);
    store_deflated(&made);
    assert_int_equal(both_read(&made), DICOM_COMPLETE);
    assert_string_equal(both_value("TR"), "1300.0");
    made.size -= 6;
    assert_int_equal(both_read(&made), DICOM_INCOMPLETE);
    make_free(&made);
}

static void assert_station(const char *charset, const char *bytes, const char *expected) {
    struct content content = {.charset = charset, .station = bytes};
    struct made made = simple(EXPLICIT_LITTLE, &content);
    make_pixels(&made, 8);
    assert_int_equal(both_read(&made), DICOM_COMPLETE);
    assert_string_equal(both_value("Station"), expected);
    make_free(&made);
}

static void texts_become_utf8(void **state) {
    (void)state;
    assert_station("ISO_IR 100", "K\xf6ln ", "Köln");
    assert_station("ISO_IR 192", "K\xc3\xb6ln", "Köln");
    assert_station("\\ISO 2022 IR 87", "\x1b$B;3ED\x1b(B", "山田");
    assert_station("GB18030", "\xcd\xf5", "王");
    assert_station("ISO_IR 144", "\xbc\xe0", "Мр");
}

static void bytes_that_are_no_text_become_replacement_characters(void **state) {
    (void)state;
    assert_station("ISO_IR 192", "K\xf6ln", "K\xef\xbf\xbdln");
}

static void an_absent_or_unknown_character_set_is_latin_1(void **state) {
    (void)state;
    assert_station(NULL, "K\xf6ln", "Köln");
    assert_station("", "K\xf6ln", "Köln");
    assert_station("ISO_IR 9999", "K\xf6ln", "Köln");
}

static void tabs_and_line_ends_become_spaces(void **state) {
    (void)state;
    struct content content = {.comments = "a\tb\nc\\d  "};
    struct made made = simple(EXPLICIT_LITTLE, &content);
    make_pixels(&made, 8);
    assert_int_equal(both_read(&made), DICOM_COMPLETE);
    assert_string_equal(both_value("Comments"), "a b c\\d");
    make_free(&made);
}

static void a_text_that_is_too_long_is_cut_at_a_character(void **state) {
    (void)state;
    enum { CHARACTERS = 5000, MOST = 4096 };
    char *text = mem_zeroed(2 * CHARACTERS + 2, 1);
    text[0] = 'x';
    for (int i = 0; i < CHARACTERS; i++) {
        memcpy(text + 1 + 2 * i, "ö", 2);
    }
    struct content content = {.charset = "ISO_IR 192", .comments = text};
    struct made made = simple(EXPLICIT_LITTLE, &content);
    make_pixels(&made, 8);
    assert_int_equal(both_read(&made), DICOM_COMPLETE);
    assert_int_equal(strlen(both_value("Comments")), MOST - 1);
    assert_memory_equal(both_value("Comments"), text, MOST - 1);
    make_free(&made);
    free(text);
}

/* private elements: BWPPE of creator in block, all else unchanged */
static void read_private(const char *creator, uint16_t block, double value) {
    struct made start = make_file(EXPLICIT_LITTLE, MR_IMAGE);
    make_text(&start, DICOM_TAG(0x0008, 0x0016), "UI", MR_IMAGE);
    make_text(&start, DICOM_TAG(0x0008, 0x0018), "UI", uid);
    make_text(&start, DICOM_TAG(0x0019, 0x0010), "LO", "SOMEBODY ELSE");
    make_text(&start, DICOM_TAG(0x0019, block), "LO", creator);
    make_double(&start, DICOM_TAG(0x0019, 0x1028), 1.0);
    make_double(&start, DICOM_TAG(0x0019, block << 8 | 0x28), value);
    make_pixels(&start, 8);
    assert_int_equal(both_read(&start), DICOM_COMPLETE);
    make_free(&start);
}

static void private_elements_are_found_by_their_creator(void **state) {
    (void)state;
    read_private("SIEMENS MR HEADER", 0x42, 55.804);
    assert_string_equal(both_value("BWPPE"), "55.804");
    read_private("SIEMENS MR HEADERS", 0x42, 55.804);
    assert_null(both_value("BWPPE"));
}

static void doubles_are_written_as_python_does(void **state) {
    (void)state;
    read_private("SIEMENS MR HEADER", 0x11, 30);
    assert_string_equal(both_value("BWPPE"), "30.0");
    read_private("SIEMENS MR HEADER", 0x11, NAN);
    assert_string_equal(both_value("BWPPE"), "nan");
    read_private("SIEMENS MR HEADER", 0x11, -INFINITY);
    assert_string_equal(both_value("BWPPE"), "-inf");
}

/* a frame with its echo time */
static void make_frame(struct made *made, double te) {
    make_item(made);
    make_sequence(made, DICOM_TAG(0x0018, 0x9114));
    make_item(made);
    make_double(made, DICOM_TAG(0x0018, 0x9082), te);
    make_item_end(made);
    make_sequence_end(made);
    make_sequence(made, DICOM_TAG(0x0021, 0x11fe));
    make_item(made);
    make_text(made, DICOM_TAG(0x0021, 0x0011), "LO", "SIEMENS MR SDI 02");
    make_text(made, DICOM_TAG(0x0021, 0x111c), "IS", "1");
    make_double(made, DICOM_TAG(0x0021, 0x1153), 20.73);
    make_item_end(made);
    make_sequence_end(made);
    make_item_end(made);
}

static void make_geometry(struct made *made, const char *direction) {
    make_sequence(made, DICOM_TAG(0x5200, 0x9229));
    make_item(made);
    make_sequence(made, DICOM_TAG(0x0018, 0x9125));
    make_item(made);
    make_text(made, DICOM_TAG(0x0018, 0x1312), "CS", direction);
    make_short(made, DICOM_TAG(0x0018, 0x9058), 96);
    make_short(made, DICOM_TAG(0x0018, 0x9231), 80);
    make_item_end(made);
    make_sequence_end(made);
    make_item_end(made);
    make_sequence_end(made);
}

static void read_enhanced(const char *syntax, const char *direction) {
    struct made made = make_file(syntax, ENHANCED_MR);
    make_text(&made, DICOM_TAG(0x0008, 0x0016), "UI", ENHANCED_MR);
    make_text(&made, DICOM_TAG(0x0008, 0x0018), "UI", uid);
    make_text(&made, DICOM_TAG(0x0008, 0x002a), "DT", "20220711121119.757500+0200");
    make_geometry(&made, direction);
    make_sequence(&made, DICOM_TAG(0x5200, 0x9230));
    make_frame(&made, 38.76);
    make_frame(&made, 4.8);
    make_frame(&made, 38.76);
    make_sequence_end(&made);
    make_pixels(&made, 8);
    assert_int_equal(both_read(&made), DICOM_COMPLETE);
    make_free(&made);
}

static void enhanced_objects_give_the_same_names(void **state) {
    (void)state;
    read_enhanced(EXPLICIT_LITTLE, "COLUMN");
    assert_string_equal(both_value("TE"), "4.8,38.76");
    assert_string_equal(both_value("PED_major"), "COL");
    assert_string_equal(both_value("Matrix"), "[96, 0, 0, 80]");
    assert_string_equal(both_value("Phase"), "1");
    assert_string_equal(both_value("BWPPE"), "20.73");
    assert_string_equal(both_value("AcqDate"), "20220711");
    assert_string_equal(both_value("AcqTime"), "121119.757500");
    read_enhanced(EXPLICIT_LITTLE, "ROW");
    assert_string_equal(both_value("Matrix"), "[0, 96, 80, 0]");
}

static void enhanced_objects_in_implicit_vr_give_the_same(void **state) {
    (void)state;
    read_enhanced(IMPLICIT_LITTLE, "COLUMN");
    assert_string_equal(both_value("TE"), "4.8,38.76");
    assert_string_equal(both_value("Matrix"), "[96, 0, 0, 80]");
    assert_string_equal(both_value("Phase"), "1");
    assert_string_equal(both_value("BWPPE"), "20.73");
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
        cmocka_unit_test(explicit_little_endian_is_read),
        cmocka_unit_test(implicit_vr_is_read),
        cmocka_unit_test(big_endian_is_read),
        cmocka_unit_test(a_deflated_file_is_read_and_its_end_is_seen),
        cmocka_unit_test(texts_become_utf8),
        cmocka_unit_test(bytes_that_are_no_text_become_replacement_characters),
        cmocka_unit_test(an_absent_or_unknown_character_set_is_latin_1),
        cmocka_unit_test(tabs_and_line_ends_become_spaces),
        cmocka_unit_test(a_text_that_is_too_long_is_cut_at_a_character),
        cmocka_unit_test(private_elements_are_found_by_their_creator),
        cmocka_unit_test(doubles_are_written_as_python_does),
        cmocka_unit_test(enhanced_objects_give_the_same_names),
        cmocka_unit_test(enhanced_objects_in_implicit_vr_give_the_same),
    };
    return cmocka_run_group_tests(tests, open_readers, close_readers);
}
