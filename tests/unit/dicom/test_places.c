/* SPDX-License-Identifier: Apache-2.0 */
/* Which of the places where a value may stand counts: the first that says something. */
#include "both_ways.h"
#include "dicom/taglist.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define TAG_TR DICOM_TAG(0x0018, 0x0080)
#define TAG_BANDWIDTH DICOM_TAG(0x0018, 0x0095)
#define TAG_FLIP_ANGLE DICOM_TAG(0x0018, 0x1314)
#define TAG_ECHO_TIME DICOM_TAG(0x0018, 0x9082)
#define TAG_TIMING DICOM_TAG(0x0018, 0x9112)
#define TAG_SHARED DICOM_TAG(0x5200, 0x9229)
#define TAG_FRAMES DICOM_TAG(0x5200, 0x9230)

static struct made begin(const char *sop_class) {
    struct made made = make_file(EXPLICIT_LITTLE, sop_class);
    make_text(&made, DICOM_TAG(0x0008, 0x0016), "UI", sop_class);
    make_text(&made, DICOM_TAG(0x0008, 0x0018), "UI", "1.2.3");
    return made;
}

static void read_and_free(struct made *made) {
    make_pixels(made, 8);
    assert_int_equal(both_read(made), DICOM_COMPLETE);
    make_free(made);
}

static void begin_group(struct made *made, uint32_t sequence) {
    make_sequence(made, sequence);
    make_item(made);
}

static void end_group(struct made *made) {
    make_item_end(made);
    make_sequence_end(made);
}

/* one functional group with one value; NULL: without the group */
static void group_text(struct made *made, uint32_t sequence, uint32_t tag, const char *text) {
    if (text) {
        begin_group(made, sequence);
        make_text(made, tag, "DS", text);
        end_group(made);
    }
}

static void an_empty_value_gives_way_to_a_later_one(void **state) {
    (void)state;
    static const char *const empty[] = {"", "  ", "\\"};
    for (size_t i = 0; i < 3; i++) {
        struct made made = begin(ENHANCED_MR);
        make_text(&made, TAG_TR, "DS", empty[i]);
        begin_group(&made, TAG_SHARED);
        group_text(&made, TAG_TIMING, TAG_TR, empty[i]);
        end_group(&made);
        make_sequence(&made, TAG_FRAMES);
        make_item(&made);
        group_text(&made, TAG_TIMING, TAG_TR, "");
        make_item_end(&made);
        make_item(&made);
        group_text(&made, TAG_TIMING, TAG_TR, "2300");
        make_item_end(&made);
        make_sequence_end(&made);
        read_and_free(&made);
        assert_string_equal(both_value("TR"), "2300");
    }
}

static void an_empty_element_is_there_where_there_is_no_other(void **state) {
    (void)state;
    struct made made = begin(MR_IMAGE);
    make_text(&made, DICOM_TAG(0x0018, 0x0024), "SH", "");
    make_text(&made, TAG_TR, "DS", " ");
    read_and_free(&made);
    assert_string_equal(both_value("SequenceType"), "");
    assert_string_equal(both_value("TR"), "");
}

static void the_second_place_serves_where_the_first_is_empty(void **state) {
    (void)state;
    struct made made = begin(MR_IMAGE);
    make_text(&made, DICOM_TAG(0x0008, 0x0022), "DA", "");
    make_text(&made, DICOM_TAG(0x0008, 0x002a), "DT", "20240110101500.120000");
    make_text(&made, DICOM_TAG(0x0018, 0x0024), "SH", " ");
    make_text(&made, DICOM_TAG(0x0018, 0x9005), "SH", "*tfl3d1");
    read_and_free(&made);
    assert_string_equal(both_value("AcqDate"), "20240110");
    assert_string_equal(both_value("AcqTime"), "101500.120000");
    assert_string_equal(both_value("SequenceType"), "*tfl3d1");
}

static void a_functional_group_goes_before_the_top_level(void **state) {
    (void)state;
    struct made made = begin(ENHANCED_MR);
    make_text(&made, TAG_TR, "DS", "2300");
    make_text(&made, DICOM_TAG(0x0018, 0x0081), "DS", "30");
    make_text(&made, DICOM_TAG(0x0018, 0x0084), "DS", "127");
    make_text(&made, TAG_BANDWIDTH, "DS", "3100");
    make_text(&made, TAG_FLIP_ANGLE, "DS", "90");
    make_text(&made, DICOM_TAG(0x0028, 0x0030), "DS", "3\\3");
    make_sequence(&made, TAG_FRAMES);
    make_item(&made);
    begin_group(&made, DICOM_TAG(0x0018, 0x9006));
    make_text(&made, TAG_BANDWIDTH, "DS", "3099.81");
    make_double(&made, DICOM_TAG(0x0018, 0x9098), 127.75);
    end_group(&made);
    begin_group(&made, TAG_TIMING);
    make_text(&made, TAG_TR, "DS", "2299.5");
    make_text(&made, TAG_FLIP_ANGLE, "DS", "89.5");
    end_group(&made);
    begin_group(&made, DICOM_TAG(0x0018, 0x9114));
    make_double(&made, TAG_ECHO_TIME, 30.25);
    end_group(&made);
    group_text(&made, DICOM_TAG(0x0028, 0x9110), DICOM_TAG(0x0028, 0x0030), "2.9\\2.9");
    make_item_end(&made);
    make_sequence_end(&made);
    read_and_free(&made);
    assert_string_equal(both_value("BWP"), "3099.81");
    assert_string_equal(both_value("TR"), "2299.5");
    assert_string_equal(both_value("FA"), "89.5");
    assert_string_equal(both_value("TE"), "30.25");
    assert_string_equal(both_value("ImagingFrequency"), "127.75");
    assert_string_equal(both_value("PixelResol"), "[2.9, 2.9]");
}

/* Philips repeats the attributes of a classic image in a group of its own, rounded */
static void a_group_of_the_standard_goes_before_a_vendors_own(void **state) {
    (void)state;
    struct made made = begin(ENHANCED_MR);
    begin_group(&made, TAG_SHARED);
    group_text(&made, DICOM_TAG(0x2005, 0x140e), TAG_TR, "2300");
    end_group(&made);
    begin_group(&made, TAG_FRAMES);
    group_text(&made, TAG_TIMING, TAG_TR, "2299.9");
    group_text(&made, DICOM_TAG(0x2005, 0x140f), TAG_TR, "2300");
    end_group(&made);
    read_and_free(&made);
    assert_string_equal(both_value("TR"), "2299.9");
}

/* TRs and flip angles of the frames of one file */
static void read_frames(const char *const texts[][2], size_t count) {
    struct made made = begin(ENHANCED_MR);
    make_sequence(&made, TAG_FRAMES);
    for (size_t i = 0; i < count; i++) {
        make_item(&made);
        begin_group(&made, TAG_TIMING);
        make_text(&made, TAG_TR, "DS", texts[i][0]);
        make_text(&made, TAG_FLIP_ANGLE, "DS", texts[i][1]);
        end_group(&made);
        make_item_end(&made);
    }
    make_sequence_end(&made);
    read_and_free(&made);
}

static void all_repetition_times_and_flip_angles_of_a_file_are_told(void **state) {
    (void)state;
    static const char *const different[][2] = {{"100", "20"},  {"20.0", "5"},
                                               {"100", ""},    {"20", "12,5"},
                                               {"100 ", "20"}, {"100.00002", "12.500001"}};
    read_frames(different, 6);
    assert_string_equal(both_value("TR"), "20,100");
    assert_string_equal(both_value("FA"), "5,12.5,20");
    static const char *const same[][2] = {{"20.0", "9.00"}, {"20.0", "9.00"}};
    read_frames(same, 2);
    assert_string_equal(both_value("TR"), "20.0"); /* as it stands */
    assert_string_equal(both_value("FA"), "9.00");
}

static const char protocol[] = "### ASCCONV BEGIN ###\n"
                               "tSequenceFileName = \"%SiemensSeq%\\gre\"\n"
                               "sGRADSPEC.asGPAData[0].lOffsetX = 1174\n"
                               "lContrasts = 2\n### ASCCONV END ###\n";

/* what an XA scanner writes of its own, the creators in these blocks */
static void make_series_elements(struct made *made, unsigned block) {
    unsigned base = block << 8;
    make_text(made, DICOM_TAG(0x0021, base | 0x09), "LO", "p2");
    make_text(made, DICOM_TAG(0x0021, base | 0x19), "OB", protocol);
    make_text(made, DICOM_TAG(0x0021, base | 0x5e), "LO", "FoV 256*256");
}

static void make_image_elements(struct made *made, unsigned block) {
    unsigned base = block << 8;
    make_text(made, DICOM_TAG(0x0021, base | 0x06), "LO", "X_2_1_1_1_1_10_1_1_19_1_1_631");
    make_text(made, DICOM_TAG(0x0021, base | 0x1c), "IS", "1");
    make_text(made, DICOM_TAG(0x0021, base | 0x4f), "LO", "HC1-7;NC1");
    make_double(made, DICOM_TAG(0x0021, base | 0x53), 20.73);
}

static void assert_xa_values(void) {
    assert_string_equal(both_value("iPAT"), "p2");
    assert_string_equal(both_value("SequenceFile"), "%SiemensSeq%/gre");
    assert_string_equal(both_value("Shims"), "1174");
    assert_string_equal(both_value("Contrasts"), "2");
    assert_string_equal(both_value("FoV"), "FoV 256*256");
    assert_string_equal(both_value("EchoNumbers"), "2");
    assert_string_equal(both_value("Phase"), "1");
    assert_string_equal(both_value("CoilString"), "HC1-7;NC1");
    assert_string_equal(both_value("BWPPE"), "20.73");
}

static void a_classic_image_of_xa_gives_what_an_enhanced_one_does(void **state) {
    (void)state;
    for (unsigned block = 0x10; block < 0x14; block++) {
        struct made made = begin(MR_IMAGE);
        make_text(&made, DICOM_TAG(0x0021, block), "LO", "SIEMENS MR SDS 01");
        make_text(&made, DICOM_TAG(0x0021, block + 1), "LO", "SIEMENS MR SDI 02");
        make_series_elements(&made, block);
        make_image_elements(&made, block + 1);
        read_and_free(&made);
        assert_xa_values();
    }
}

static void an_enhanced_image_of_xa_gives_its_own_values(void **state) {
    (void)state;
    for (unsigned block = 0x10; block < 0x14; block++) {
        struct made made = begin(ENHANCED_MR);
        begin_group(&made, TAG_SHARED);
        begin_group(&made, DICOM_TAG(0x0021, 0x10fe));
        make_text(&made, DICOM_TAG(0x0021, block), "LO", "SIEMENS MR SDS 01");
        make_series_elements(&made, block);
        end_group(&made);
        end_group(&made);
        begin_group(&made, TAG_FRAMES);
        begin_group(&made, DICOM_TAG(0x0021, 0x11fe));
        make_text(&made, DICOM_TAG(0x0021, block), "LO", "SIEMENS MR SDI 02");
        make_image_elements(&made, block);
        end_group(&made);
        end_group(&made);
        read_and_free(&made);
        assert_xa_values();
    }
}

static void read_dimensions(const char *text, const char *number) {
    struct made made = begin(MR_IMAGE);
    if (number) {
        make_text(&made, DICOM_TAG(0x0018, 0x0086), "IS", number);
    }
    make_text(&made, DICOM_TAG(0x0021, 0x0010), "LO", "SIEMENS MR SDI 02");
    make_text(&made, DICOM_TAG(0x0021, 0x1006), "LO", text);
    read_and_free(&made);
}

static void the_echo_is_told_by_its_number_or_by_the_ice_dimensions(void **state) {
    (void)state;
    read_dimensions("X_3_1_1_1_1_160_1_1_1_1_1_277", NULL);
    assert_string_equal(both_value("EchoNumbers"), "3");
    read_dimensions("17_3_1_1_1_1_160_1_1_1_1_1_277", "");
    assert_string_equal(both_value("EchoNumbers"), "3");
    read_dimensions("3_1_1_1_1_160_1_1_1_1_1_277", NULL);
    assert_string_equal(both_value("EchoNumbers"), "3");
    read_dimensions("X_3_1_1_1_1_160_1_1_1_1_1_277", "2");
    assert_string_equal(both_value("EchoNumbers"), "2");
    read_dimensions("nonsense", NULL);
    assert_null(both_value("EchoNumbers"));
}

/* United Imaging: a volume in one image, whose slices have times of their own */
static void make_slices(struct made *made, unsigned block) {
    make_text(made, DICOM_TAG(0x0065, block), "LO", "Image Private Header");
    make_sequence(made, DICOM_TAG(0x0065, block << 8 | 0x51));
    for (int i = 0; i < 2; i++) {
        make_item(made);
        make_text(made, DICOM_TAG(0x0008, 0x0022), "DA", i ? "20180926" : "20180925");
        make_text(made, DICOM_TAG(0x0008, 0x0032), "TM", i ? "135303.949" : "135303.242");
        make_item_end(made);
    }
    make_sequence_end(made);
}

static void the_date_and_time_of_the_first_slice_serve_where_there_is_no_other(void **state) {
    (void)state;
    for (unsigned block = 0x10; block < 0x13; block++) {
        struct made made = begin(MR_IMAGE);
        make_text(&made, DICOM_TAG(0x0008, 0x0022), "DA", "");
        make_slices(&made, block);
        read_and_free(&made);
        assert_string_equal(both_value("AcqDate"), "20180925");
        assert_string_equal(both_value("AcqTime"), "135303.242");
    }
    struct made made = begin(MR_IMAGE);
    make_text(&made, DICOM_TAG(0x0008, 0x0022), "DA", "20180924");
    make_text(&made, DICOM_TAG(0x0008, 0x0032), "TM", "120000");
    make_slices(&made, 0x10);
    read_and_free(&made);
    assert_string_equal(both_value("AcqDate"), "20180924");
    assert_string_equal(both_value("AcqTime"), "120000");
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
        cmocka_unit_test(an_empty_value_gives_way_to_a_later_one),
        cmocka_unit_test(an_empty_element_is_there_where_there_is_no_other),
        cmocka_unit_test(the_second_place_serves_where_the_first_is_empty),
        cmocka_unit_test(a_functional_group_goes_before_the_top_level),
        cmocka_unit_test(a_group_of_the_standard_goes_before_a_vendors_own),
        cmocka_unit_test(all_repetition_times_and_flip_angles_of_a_file_are_told),
        cmocka_unit_test(a_classic_image_of_xa_gives_what_an_enhanced_one_does),
        cmocka_unit_test(an_enhanced_image_of_xa_gives_its_own_values),
        cmocka_unit_test(the_echo_is_told_by_its_number_or_by_the_ice_dimensions),
        cmocka_unit_test(the_date_and_time_of_the_first_slice_serve_where_there_is_no_other),
    };
    return cmocka_run_group_tests(tests, open_readers, close_readers);
}
