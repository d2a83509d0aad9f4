/* SPDX-License-Identifier: Apache-2.0 */
/* What an object owes by its SOP class: without it a file is cut, and with it whole. */
#include "both_ways.h"
#include "dicom/taglist.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define STORAGE "1.2.840.10008.5.1.4.1.1."
#define PHILIPS_SPECTRUM "1.3.46.670589.11.0.0.12.1"

enum { BULK_BYTES = 64 };

static const uint32_t pixels = DICOM_TAG(0x7fe0, 0x0010), floats = DICOM_TAG(0x7fe0, 0x0008),
                      doubles = DICOM_TAG(0x7fe0, 0x0009), spectra = DICOM_TAG(0x5600, 0x0020),
                      url = DICOM_TAG(0x0028, 0x7fe0), document = DICOM_TAG(0x0042, 0x0011),
                      waveforms = DICOM_TAG(0x5400, 0x0100), nothing = 0;

/* an object that has Rows and one part more */
static struct made make_object(const char *syntax, const char *uid, uint32_t part) {
    static const uint8_t bulk[BULK_BYTES];
    struct made made = make_file(syntax, uid);
    make_text(&made, DICOM_TAG(0x0008, 0x0016), "UI", uid);
    make_text(&made, DICOM_TAG(0x0008, 0x0018), "UI", "1.2.3");
    make_text(&made, DICOM_TAG(0x0008, 0x1010), "SH", "AWP1");
    make_text(&made, DICOM_TAG(0x0020, 0x0011), "IS", "11");
    make_short(&made, DICOM_TAG(0x0028, 0x0010), 2);
    if (part == waveforms) {
        make_sequence(&made, part);
        make_item(&made);
        make_item_end(&made);
        make_sequence_end(&made);
    } else if (part == url) {
        make_text(&made, part, "UT", "http://pacs.example/pixels");
    } else if (part != nothing) {
        make_element(&made, part,
                     part == document  ? "OB"
                     : part == doubles ? "OD"
                                       : "OF",
                     bulk, sizeof(bulk));
    }
    return made;
}

static void assert_object(const char *uid, uint32_t part, enum dicom_outcome expected) {
    static const char *const syntaxes[] = {EXPLICIT_LITTLE, IMPLICIT_LITTLE, EXPLICIT_BIG};
    for (size_t i = 0; i < sizeof(syntaxes) / sizeof(syntaxes[0]); i++) {
        struct made made = make_object(syntaxes[i], uid, part);
        enum dicom_outcome outcome = both_read(&made);
        if (outcome != expected) {
            fail_msg("%s with (%04x,%04x): outcome %d, \"%s\"", uid, part >> 16, part & 0xffff,
                     outcome, both_message());
        }
        if (expected == DICOM_COMPLETE) {
            assert_string_equal(both_value("SeriesNumber"), "11");
        }
        make_free(&made);
    }
}

static void an_image_owes_pixels_or_says_where_they_are(void **state) {
    (void)state;
    static const char *const images[] = {STORAGE "4", STORAGE "4.1", STORAGE "4.3", STORAGE "4.4",
                                         STORAGE "2", STORAGE "7",   STORAGE "7.2", STORAGE "128"};
    for (size_t i = 0; i < sizeof(images) / sizeof(images[0]); i++) {
        assert_object(images[i], nothing, DICOM_INCOMPLETE);
        assert_non_null(strstr(both_message(), "before its pixel data"));
        assert_object(images[i], pixels, DICOM_COMPLETE);
        assert_object(images[i], url, DICOM_COMPLETE);
    }
}

static void spectra_and_maps_and_documents_owe_what_is_theirs(void **state) {
    (void)state;
    assert_object(STORAGE "4.2", nothing, DICOM_INCOMPLETE);
    assert_non_null(strstr(both_message(), "before its spectroscopy data"));
    assert_object(STORAGE "4.2", spectra, DICOM_COMPLETE);
    assert_object(STORAGE "30", nothing, DICOM_INCOMPLETE);
    assert_object(STORAGE "30", floats, DICOM_COMPLETE);
    assert_object(STORAGE "30", doubles, DICOM_COMPLETE);
    assert_object(STORAGE "30", pixels, DICOM_COMPLETE);
    assert_object(STORAGE "66.4", nothing, DICOM_INCOMPLETE);
    assert_object(STORAGE "66.4", pixels, DICOM_COMPLETE);
    assert_object(STORAGE "104.1", nothing, DICOM_INCOMPLETE);
    assert_object(STORAGE "104.1", document, DICOM_COMPLETE);
    assert_object(STORAGE "9.4.1", nothing, DICOM_INCOMPLETE);
    assert_object(STORAGE "9.4.1", waveforms, DICOM_COMPLETE);
}

static void other_objects_owe_nothing(void **state) {
    (void)state;
    static const char *const others[] = {STORAGE "66",    STORAGE "66.1",  STORAGE "11.1",
                                         STORAGE "88.33", STORAGE "88.59", STORAGE "67",
                                         STORAGE "481.3", PHILIPS_SPECTRUM};
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        assert_object(others[i], nothing, DICOM_COMPLETE);
        assert_object(others[i], spectra, DICOM_COMPLETE);
        assert_object(others[i], pixels, DICOM_COMPLETE);
    }
}

static void a_directory_is_named_and_not_said_to_end(void **state) {
    (void)state;
    struct made made = make_file(EXPLICIT_LITTLE, "1.2.840.10008.1.3.10");
    make_text(&made, DICOM_TAG(0x0004, 0x1130), "CS", "FILESET");
    make_sequence(&made, DICOM_TAG(0x0004, 0x1220));
    make_item(&made);
    make_text(&made, DICOM_TAG(0x0008, 0x0005), "CS", "ISO_IR 100");
    make_item_end(&made);
    make_sequence_end(&made);
    assert_int_equal(both_read(&made), DICOM_UNREADABLE);
    assert_non_null(strstr(both_message(), "DICOMDIR"));
    make_free(&made);
}

/* of an object that is cut within its last, large element the header is whole */
static void values_are_there_where_only_bulk_is_missing(void **state) {
    (void)state;
    static const char *const uids[] = {STORAGE "4.2", STORAGE "30", STORAGE "30"};
    const uint32_t parts[] = {spectra, floats, doubles};
    for (size_t i = 0; i < sizeof(uids) / sizeof(uids[0]); i++) {
        struct made made = make_object(EXPLICIT_LITTLE, uids[i], parts[i]);
        made.size--;
        assert_int_equal(both_read(&made), DICOM_INCOMPLETE);
        assert_true(both_has_values());
        assert_string_equal(both_value("Station"), "AWP1");
        make_free(&made);
    }
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
        cmocka_unit_test(an_image_owes_pixels_or_says_where_they_are),
        cmocka_unit_test(spectra_and_maps_and_documents_owe_what_is_theirs),
        cmocka_unit_test(other_objects_owe_nothing),
        cmocka_unit_test(a_directory_is_named_and_not_said_to_end),
        cmocka_unit_test(values_are_there_where_only_bulk_is_missing),
    };
    return cmocka_run_group_tests(tests, open_readers, close_readers);
}
