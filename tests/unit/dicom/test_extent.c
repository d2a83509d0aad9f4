/* SPDX-License-Identifier: Apache-2.0 */
/* Is all of a file there, and is it one at all? */
#include "base/memory.h"
#include "both_ways.h"
#include "dicom/taglist.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { LIMIT = 1 << 20 }; /* header_bytes of these tests */

static void make_uids(struct made *made, const char *sop_class) {
    make_text(made, DICOM_TAG(0x0008, 0x0016), "UI", sop_class);
    make_text(made, DICOM_TAG(0x0008, 0x0018), "UI", "1.2.3");
}

static struct made image(const char *syntax) {
    struct made made = make_file(syntax, MR_IMAGE);
    make_uids(&made, MR_IMAGE);
    make_text(&made, DICOM_TAG(0x0008, 0x1010), "SH", "AWP1");
    make_sequence(&made, DICOM_TAG(0x0008, 0x1140));
    make_item(&made);
    make_text(&made, DICOM_TAG(0x0008, 0x1150), "UI", "1.2");
    make_item_end(&made);
    make_sequence_end(&made);
    make_short(&made, DICOM_TAG(0x0028, 0x0010), 64);
    return made;
}

/* at every length but the whole one the file is incomplete, and says where it ends */
static void assert_every_cut_is_seen(struct made *made) {
    size_t whole = made->size;
    for (size_t size = 0; size < whole; size++) {
        made->size = size;
        enum dicom_outcome outcome = both_read(made);
        if (outcome != DICOM_INCOMPLETE || !strstr(both_message(), "the file ends after")) {
            fail_msg("%zu of %zu bytes: outcome %d, \"%s\"", size, whole, outcome, both_message());
        }
    }
    made->size = whole;
    assert_int_equal(both_read(made), DICOM_COMPLETE);
}

static void a_file_is_whole_with_the_last_byte_of_its_pixels(void **state) {
    const char *syntax = *state;
    struct made made = image(syntax);
    make_pixels(&made, 64);
    assert_every_cut_is_seen(&made);
    make_free(&made);
}

static void make_fragments(struct made *made) {
    static const uint8_t head[] = {0xe0, 0x7f, 0x10, 0, 'O', 'B', 0, 0, 0xff, 0xff, 0xff, 0xff};
    static const uint8_t item[] = {0xfe, 0xff, 0, 0xe0, 4, 0, 0, 0, 1, 2, 3, 4};
    static const uint8_t table[] = {0xfe, 0xff, 0, 0xe0, 0, 0, 0, 0};
    make_raw(made, head, sizeof(head));
    make_raw(made, table, sizeof(table));
    make_raw(made, item, sizeof(item));
    make_raw(made, item, sizeof(item));
}

static void compressed_pixels_end_with_their_delimiter(void **state) {
    (void)state;
    struct made made = image(JPEG_LOSSLESS);
    make_fragments(&made);
    make_sequence_end(&made);
    assert_every_cut_is_seen(&made);
    make_free(&made);
}

static void broken_fragments_are_damage(void **state) {
    (void)state;
    struct made made = image(JPEG_LOSSLESS);
    make_fragments(&made);
    make_raw(&made, "neither item nor delimiter", 26);
    assert_int_equal(both_read(&made), DICOM_UNREADABLE);
    make_free(&made);
}

static void values_are_there_where_only_pixels_are_missing(void **state) {
    (void)state;
    struct made made = image(EXPLICIT_LITTLE);
    make_pixels(&made, 64);
    made.size--;
    assert_int_equal(both_read(&made), DICOM_INCOMPLETE);
    assert_string_equal(both_value("Station"), "AWP1");
    make_free(&made);
}

/* what a file of size bytes has of name, whose element ends at offset end */
static void assert_part(const char *name, const char *text, size_t end, size_t size) {
    const char *value = both_value(name);
    if (size >= end ? !value || strcmp(value, text) != 0 : value != NULL) {
        fail_msg("cut to %zu bytes: %s is \"%s\"", size, name, value ? value : "(absent)");
    }
}

/* a header that is cut gives what stands before the cut, and never half a value */
static void what_was_read_of_a_cut_header_is_there(void **state) {
    const char *syntax = *state;
    struct made made = make_file(syntax, MR_IMAGE);
    make_uids(&made, MR_IMAGE);
    size_t uid = made.size;
    make_text(&made, DICOM_TAG(0x0008, 0x1010), "SH", "AWP1");
    size_t station = made.size;
    make_sequence(&made, DICOM_TAG(0x0008, 0x1140));
    make_item(&made);
    make_text(&made, DICOM_TAG(0x0008, 0x1150), "UI", "1.2");
    make_item_end(&made);
    make_sequence_end(&made);
    make_text(&made, DICOM_TAG(0x0020, 0x000e), "UI", "1.2.3.4.5.6");
    size_t series = made.size;
    make_text(&made, DICOM_TAG(0x0020, 0x0011), "IS", "12");
    size_t number = made.size;
    make_short(&made, DICOM_TAG(0x0028, 0x0010), 64);
    for (size_t size = made.size; size > 0; size--) {
        made.size = size;
        assert_int_equal(both_read(&made), DICOM_INCOMPLETE);
        assert_false(both_has_values());
        assert_int_equal(both_has_part(), size >= made.set + 8 && both_value("SOPClassUID"));
        assert_part("SOPInstanceUID", "1.2.3", uid, size);
        assert_part("Station", "AWP1", station, size);
        assert_part("SeriesInstanceUID", "1.2.3.4.5.6", series, size);
        assert_part("SeriesNumber", "12", number, size);
    }
    make_free(&made);
}

static void an_object_without_pixels_ends_with_the_file(void **state) {
    (void)state;
    struct made made = make_file(EXPLICIT_LITTLE, TEXT_REPORT);
    make_uids(&made, TEXT_REPORT);
    make_text(&made, DICOM_TAG(0x0008, 0x0060), "CS", "SR");
    make_text(&made, DICOM_TAG(0x0020, 0x0011), "IS", "99");
    assert_int_equal(both_read(&made), DICOM_COMPLETE);
    assert_string_equal(both_value("Modality"), "SR");
    made.size--;
    assert_int_equal(both_read(&made), DICOM_INCOMPLETE);
    make_free(&made);
}

static void an_image_that_ends_before_its_pixels_is_incomplete(void **state) {
    (void)state;
    struct made made = image(EXPLICIT_LITTLE);
    assert_int_equal(both_read(&made), DICOM_INCOMPLETE);
    assert_non_null(strstr(both_message(), "before its pixel data"));
    make_free(&made);
}

static void an_empty_file_may_still_be_written(void **state) {
    (void)state;
    struct made made = {0};
    assert_int_equal(both_read(&made), DICOM_INCOMPLETE);
}

static void what_is_no_dicom_file_is_unreadable(void **state) {
    (void)state;
    struct made made = {0};
    for (int i = 0; i < 400; i++) {
        make_raw(&made, "text", 4);
    }
    assert_int_equal(both_read(&made), DICOM_UNREADABLE);
    assert_non_null(strstr(both_message(), "DICM"));
    make_free(&made);
}

static void a_message_names_the_element_that_is_cut(void **state) {
    (void)state;
    struct made made = image(EXPLICIT_LITTLE);
    make_text(&made, DICOM_TAG(0x0029, 0x0010), "LO", "SIEMENS CSA HEADER");
    make_text(&made, DICOM_TAG(0x0029, 0x1010), "OB", "many bytes");
    made.size -= 4;
    assert_int_equal(both_read(&made), DICOM_INCOMPLETE);
    assert_non_null(strstr(both_message(), "in (0029,1010)"));
    make_free(&made);
}

static void a_header_longer_than_the_first_read_is_read(void **state) {
    const char *syntax = *state;
    struct made made = image(syntax);
    char *large = mem_zeroed(300000, 1);
    memset(large, ' ', 300000);
    make_text(&made, DICOM_TAG(0x0029, 0x0010), "LO", "SOMEBODY");
    make_element(&made, DICOM_TAG(0x0029, 0x1001), "OB", large, 300000);
    make_text(&made, DICOM_TAG(0x0051, 0x0010), "LO", "SIEMENS MR HEADER");
    make_text(&made, DICOM_TAG(0x0051, 0x100c), "LO", "FoV 1248*1248");
    make_pixels(&made, 300000);
    assert_int_equal(both_read(&made), DICOM_COMPLETE);
    assert_string_equal(both_value("FoV"), "FoV 1248*1248");
    make_free(&made);
    free(large);
}

static void sequences_without_end_do_not_end_the_program(void **state) {
    const char *syntax = *state;
    struct made made = image(syntax);
    for (int i = 0; i < 40000; i++) {
        make_sequence(&made, DICOM_TAG(0x0040, 0xa730));
        make_item(&made);
    }
    assert_int_not_equal(both_read(&made), DICOM_COMPLETE);
    make_free(&made);
}

static void a_pipe_is_refused_and_never_waited_for(void **state) {
    (void)state;
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    assert_int_equal(both_read_fd(ends[0]), DICOM_UNREADABLE);
    assert_non_null(strstr(both_message(), "no regular file"));
    close(ends[0]);
    close(ends[1]);
}

static int open_readers(void **state) {
    (void)state;
    both_open(NULL, LIMIT);
    return 0;
}

static int close_readers(void **state) {
    (void)state;
    both_close();
    return 0;
}

#define IN_SYNTAX(test, syntax)                                                                    \
    { #test " " #syntax, test, NULL, NULL, (void *)(uintptr_t)(syntax) }

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_SYNTAX(a_file_is_whole_with_the_last_byte_of_its_pixels, EXPLICIT_LITTLE),
        IN_SYNTAX(a_file_is_whole_with_the_last_byte_of_its_pixels, IMPLICIT_LITTLE),
        IN_SYNTAX(a_file_is_whole_with_the_last_byte_of_its_pixels, EXPLICIT_BIG),
        cmocka_unit_test(compressed_pixels_end_with_their_delimiter),
        cmocka_unit_test(broken_fragments_are_damage),
        cmocka_unit_test(values_are_there_where_only_pixels_are_missing),
        IN_SYNTAX(what_was_read_of_a_cut_header_is_there, EXPLICIT_LITTLE),
        IN_SYNTAX(what_was_read_of_a_cut_header_is_there, IMPLICIT_LITTLE),
        IN_SYNTAX(what_was_read_of_a_cut_header_is_there, EXPLICIT_BIG),
        cmocka_unit_test(an_object_without_pixels_ends_with_the_file),
        cmocka_unit_test(an_image_that_ends_before_its_pixels_is_incomplete),
        cmocka_unit_test(an_empty_file_may_still_be_written),
        cmocka_unit_test(what_is_no_dicom_file_is_unreadable),
        cmocka_unit_test(a_message_names_the_element_that_is_cut),
        IN_SYNTAX(a_header_longer_than_the_first_read_is_read, EXPLICIT_LITTLE),
        IN_SYNTAX(a_header_longer_than_the_first_read_is_read, IMPLICIT_LITTLE),
        IN_SYNTAX(sequences_without_end_do_not_end_the_program, EXPLICIT_LITTLE),
        IN_SYNTAX(sequences_without_end_do_not_end_the_program, IMPLICIT_LITTLE),
        cmocka_unit_test(a_pipe_is_refused_and_never_waited_for),
    };
    return cmocka_run_group_tests(tests, open_readers, close_readers);
}
