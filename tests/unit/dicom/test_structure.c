/* SPDX-License-Identifier: Apache-2.0 */
/* Files whose structure is unusual, broken in a place that nobody needs, or not as they say. */
#include "base/memory.h"
#include "both_ways.h"
#include "dicom/taglist.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum {
    LIMIT = 1 << 16,   /* header_bytes of these tests: all that is longer has to be stepped over */
    LARGE = 4 * LIMIT, /* bytes */
    FRAMES = 2000,     /* in one file: some 500 KB */
    REST = 200,        /* bytes of a frame that nobody needs */
    NESTED = 200,      /* sequences in sequences */
    COMPRESSED = 100,  /* bytes of a fragment */
};

static const uint32_t shared = DICOM_TAG(0x5200, 0x9229), frames = DICOM_TAG(0x5200, 0x9230);
static const uint32_t timing = DICOM_TAG(0x0018, 0x9112), echo = DICOM_TAG(0x0018, 0x9114);

/* the first elements of an object */
static void make_head(struct made *made) {
    make_text(made, DICOM_TAG(0x0008, 0x0005), "CS", "ISO_IR 100");
    make_text(made, DICOM_TAG(0x0008, 0x0016), "UI", MR_IMAGE);
    make_text(made, DICOM_TAG(0x0008, 0x0018), "UI", "1.2.3");
    make_text(made, DICOM_TAG(0x0008, 0x1010), "SH", "AWP1");
}

/* the last ones, and pixels */
static void make_tail(struct made *made) {
    make_text(made, DICOM_TAG(0x0018, 0x0080), "DS", "2300");
    make_text(made, DICOM_TAG(0x0020, 0x0011), "IS", "7");
    make_short(made, DICOM_TAG(0x0028, 0x0010), 2);
    make_pixels(made, 8);
}

static void assert_read(struct made *made) {
    enum dicom_outcome outcome = both_read(made);
    if (outcome != DICOM_COMPLETE) {
        fail_msg("outcome %d, \"%s\"", outcome, both_message());
    }
    assert_string_equal(both_value("Station"), "AWP1");
    assert_string_equal(both_value("TR"), "2300");
    assert_string_equal(both_value("SeriesNumber"), "7");
    make_free(made);
}

/* a sequence or item of defined length around what inner holds, which is freed */
static void make_closed(struct made *made, uint32_t tag, const char *vr, struct made *inner) {
    bool implicit = made->implicit;
    made->implicit = implicit || tag >> 16 == 0xfffe; /* items have no VR */
    make_element(made, tag, vr, inner->bytes, inner->size);
    made->implicit = implicit;
    make_free(inner);
}

static struct made inside(const struct made *made) {
    return (struct made){.implicit = made->implicit, .big = made->big};
}

/* ---- what is large ------------------------------------------------------------------------- */

static void what_nobody_needs_is_stepped_over(void **state) {
    struct made made = make_file(*state, MR_IMAGE), item = inside(&made), physio = inside(&made);
    char *large = mem_zeroed(LARGE, 1);
    make_head(&made);
    make_text(&made, DICOM_TAG(0x0009, 0x0010), "LO", "SOMEBODY");
    make_element(&made, DICOM_TAG(0x0009, 0x1001), "OB", large, LARGE);
    make_element(&item, DICOM_TAG(0x0009, 0x1002), "OB", large, LARGE);
    make_closed(&physio, DICOM_TAG(0xfffe, 0xe000), "", &item);
    make_closed(&made, DICOM_TAG(0x0009, 0x1003), "SQ", &physio);
    make_sequence(&made, DICOM_TAG(0x0009, 0x1004));
    make_item(&made);
    make_element(&made, DICOM_TAG(0x0009, 0x1005), "OB", large, LARGE);
    make_item_end(&made);
    make_sequence_end(&made);
    make_tail(&made);
    free(large);
    assert_read(&made);
}

static void what_is_needed_and_too_long_is_refused_with_the_remedy(void **state) {
    struct made made = make_file(*state, MR_IMAGE);
    char *large = mem_zeroed(LARGE, 1);
    make_head(&made);
    make_text(&made, DICOM_TAG(0x0029, 0x0010), "LO", "SIEMENS CSA HEADER");
    make_element(&made, DICOM_TAG(0x0029, 0x1010), "OB", large, LARGE);
    make_tail(&made);
    free(large);
    assert_int_equal(both_read(&made), DICOM_UNREADABLE);
    assert_non_null(strstr(both_message(), "(0029,1010)"));
    assert_non_null(strstr(both_message(), "header_bytes"));
    make_free(&made);
}

static void make_group(struct made *frame, uint32_t group, uint32_t tag, const char *vr,
                       const char *text, double number) {
    struct made item = inside(frame), sequence = inside(frame);
    if (text) {
        make_text(&item, tag, vr, text);
    } else {
        make_double(&item, tag, number);
    }
    make_closed(&sequence, DICOM_TAG(0xfffe, 0xe000), "", &item);
    make_closed(frame, group, "SQ", &sequence);
}

/* many frames, with two echo times; the last frame alone has the second */
static struct made many_frames(const char *syntax, bool closed) {
    struct made made = make_file(syntax, ENHANCED_MR), all = inside(&made);
    char *rest = mem_zeroed(REST, 1);
    make_head(&made);
    for (int i = 0; i < FRAMES; i++) {
        struct made frame = inside(&made);
        make_group(&frame, echo, DICOM_TAG(0x0018, 0x9082), "FD", NULL, i + 1 < FRAMES ? 30 : 45);
        make_element(&frame, DICOM_TAG(0x0021, 0x1001), "OB", rest, REST);
        make_closed(&all, DICOM_TAG(0xfffe, 0xe000), "", &frame);
    }
    free(rest);
    make_text(&made, DICOM_TAG(0x0018, 0x0080), "DS", "2300");
    make_text(&made, DICOM_TAG(0x0020, 0x0011), "IS", "7");
    make_short(&made, DICOM_TAG(0x0028, 0x0010), 2);
    if (closed) {
        make_closed(&made, frames, "SQ", &all);
    } else {
        make_sequence(&made, frames);
        make_raw(&made, all.bytes, all.size);
        make_sequence_end(&made);
        make_free(&all);
    }
    make_pixels(&made, 8);
    return made;
}

static void the_values_of_very_many_frames_are_all_seen(void **state) {
    struct made made = many_frames(*state, true);
    assert_read(&made);
    assert_string_equal(both_value("TE"), "30,45");
    made = many_frames(*state, false);
    assert_read(&made);
    assert_string_equal(both_value("TE"), "30,45");
}

/* ---- sequences ----------------------------------------------------------------------------- */

static void a_sequence_that_holds_text_is_stepped_over(void **state) {
    struct made made = make_file(*state, ENHANCED_MR), frame = inside(&made), all = inside(&made);
    make_head(&made);
    make_text(&made, DICOM_TAG(0x0009, 0x0010), "LO", "SOMEBODY");
    make_element(&made, DICOM_TAG(0x0009, 0x1001), "SQ", "Data anonymised^^^^", 19);
    make_text(&made, DICOM_TAG(0x0018, 0x0080), "DS", "2300");
    make_text(&made, DICOM_TAG(0x0020, 0x0011), "IS", "7");
    make_element(&made, DICOM_TAG(0x0040, 0x0555), "SQ", "anonymised", 10);
    make_group(&frame, echo, DICOM_TAG(0x0018, 0x9082), "FD", NULL, 30);
    make_element(&frame, DICOM_TAG(0x2005, 0x140f), "SQ", "Data anonymised^^^^", 19);
    make_closed(&all, DICOM_TAG(0xfffe, 0xe000), "", &frame);
    make_closed(&made, frames, "SQ", &all);
    make_pixels(&made, 8);
    assert_read(&made);
    assert_string_equal(both_value("TE"), "30");
}

/* functional groups of VR UN, whose content is implicit little endian, or is explicit against it */
static void read_unknown(bool implicit, bool open) {
    struct made made = make_file(EXPLICIT_LITTLE, ENHANCED_MR);
    struct made groups = {.implicit = implicit}, all = groups;
    make_head(&made);
    make_text(&made, DICOM_TAG(0x0020, 0x0011), "IS", "7");
    make_group(&groups, timing, DICOM_TAG(0x0018, 0x0080), "DS", "2300", 0);
    make_closed(&all, DICOM_TAG(0xfffe, 0xe000), "", &groups);
    if (open) {
        make_raw(&made, "\x00\x52\x29\x92UN\0\0\xff\xff\xff\xff", 12);
        make_raw(&made, all.bytes, all.size);
        make_sequence_end(&made);
        make_free(&all);
    } else {
        make_closed(&made, shared, "UN", &all);
    }
    make_pixels(&made, 8);
    assert_read(&made);
}

static void a_sequence_of_unknown_vr_is_read(void **state) {
    (void)state;
    read_unknown(true, false);
    read_unknown(true, true);
    read_unknown(false, false);
    read_unknown(false, true);
}

static void the_pixels_of_an_icon_are_not_the_images(void **state) {
    struct made made = make_file(*state, MR_IMAGE);
    make_head(&made);
    make_text(&made, DICOM_TAG(0x0018, 0x0080), "DS", "2300");
    make_text(&made, DICOM_TAG(0x0020, 0x0011), "IS", "7");
    make_sequence(&made, DICOM_TAG(0x0088, 0x0200));
    make_item(&made);
    make_short(&made, DICOM_TAG(0x0028, 0x0010), 2);
    make_pixels(&made, 8);
    make_item_end(&made);
    make_sequence_end(&made);
    size_t before = made.size;
    make_pixels(&made, 64);
    size_t whole = made.size;
    made.size = whole - 1;
    assert_int_equal(both_read(&made), DICOM_INCOMPLETE);
    made.size = before;
    assert_int_equal(both_read(&made), DICOM_INCOMPLETE);
    made.size = whole;
    assert_read(&made);
}

static void a_compressed_icon_is_stepped_over(void **state) {
    (void)state;
    static const uint8_t head[] = {0xe0, 0x7f, 0x10, 0, 'O', 'B', 0, 0, 0xff, 0xff, 0xff, 0xff};
    static const uint8_t noise[COMPRESSED] = {0xfe, 0xff, 0xdd, 0xe0};
    struct made made = make_file(EXPLICIT_LITTLE, MR_IMAGE), fragment = {0};
    make_head(&made);
    make_sequence(&made, DICOM_TAG(0x0009, 0x1001));
    make_item(&made);
    make_raw(&made, head, sizeof(head));
    make_raw(&fragment, noise, sizeof(noise));
    make_closed(&made, DICOM_TAG(0xfffe, 0xe000), "", &fragment);
    make_sequence_end(&made);
    make_item_end(&made);
    make_sequence_end(&made);
    make_tail(&made);
    assert_read(&made);
}

static void deep_sequences_are_stepped_over(void **state) {
    struct made made = make_file(*state, MR_IMAGE);
    make_head(&made);
    for (int i = 0; i < NESTED; i++) {
        make_sequence(&made, DICOM_TAG(0x0009, 0x1001));
        make_item(&made);
    }
    for (int i = 0; i < NESTED; i++) {
        make_item_end(&made);
        make_sequence_end(&made);
    }
    make_tail(&made);
    assert_read(&made);
}

static void a_delimiter_too_many_does_no_harm(void **state) {
    struct made made = make_file(*state, ENHANCED_MR), groups = inside(&made);
    make_head(&made);
    make_text(&made, DICOM_TAG(0x0020, 0x0011), "IS", "7");
    make_group(&groups, timing, DICOM_TAG(0x0018, 0x0080), "DS", "2300", 0);
    make_sequence(&made, shared);
    make_closed(&made, DICOM_TAG(0xfffe, 0xe000), "", &groups);
    make_item_end(&made);
    make_sequence_end(&made);
    make_pixels(&made, 8);
    assert_read(&made);
}

/* ---- encodings ----------------------------------------------------------------------------- */

static void a_file_is_read_as_it_is_encoded(void **state) {
    (void)state;
    static const char *const syntaxes[] = {EXPLICIT_LITTLE, IMPLICIT_LITTLE, EXPLICIT_BIG, DEFLATED,
                                           JPEG_LOSSLESS};
    for (size_t said = 0; said < sizeof(syntaxes) / sizeof(syntaxes[0]); said++) {
        for (int real = 0; real < 3; real++) {
            struct made made = make_file(syntaxes[said], MR_IMAGE);
            made.implicit = real == 1;
            made.big = real == 2;
            make_head(&made);
            make_tail(&made);
            if (said == 3 && real > 0) { /* a deflate stream is told from explicit VR alone */
                make_free(&made);
                continue;
            }
            assert_read(&made);
        }
    }
}

static void items_and_elements_of_another_encoding_are_read(void **state) {
    (void)state;
    struct made made = make_file(EXPLICIT_LITTLE, ENHANCED_MR);
    struct made groups = {.implicit = true}, all = {0};
    make_head(&made);
    made.implicit = true; /* one element without VR */
    make_text(&made, DICOM_TAG(0x0009, 0x0010), "LO", "SOMEBODY");
    made.implicit = false;
    make_text(&made, DICOM_TAG(0x0020, 0x0011), "IS", "7");
    make_group(&groups, timing, DICOM_TAG(0x0018, 0x0080), "DS", "2300", 0);
    make_closed(&all, DICOM_TAG(0xfffe, 0xe000), "", &groups);
    make_closed(&made, shared, "SQ", &all);
    make_pixels(&made, 8);
    assert_read(&made);
}

/* the file without what stands before the offset from */
static struct made without(struct made *made, size_t from) {
    memmove(made->bytes, made->bytes + from, made->size - from);
    made->size -= from;
    return *made;
}

static void a_data_set_without_preamble_is_read(void **state) {
    struct made made = make_file(*state, MR_IMAGE);
    make_head(&made);
    make_tail(&made);
    made = without(&made, made.set);
    made.size--;
    assert_int_equal(both_read(&made), DICOM_INCOMPLETE);
    made.size++;
    assert_read(&made);
    made = make_file(*state, MR_IMAGE);
    make_head(&made);
    make_tail(&made);
    made = without(&made, 132); /* its meta information is there */
    assert_read(&made);
}

static void a_file_without_meta_information_is_read(void **state) {
    struct made made = make_file(*state, MR_IMAGE);
    size_t meta = made.set - 132;
    make_head(&made);
    make_tail(&made);
    memmove(made.bytes + 132, made.bytes + made.set, made.size - made.set);
    made.size -= meta;
    assert_read(&made);
}

static void a_command_in_front_is_stepped_over(void **state) {
    struct made command = {.implicit = true}, made = make_file(*state, MR_IMAGE);
    size_t set = made.set;
    make_element(&command, DICOM_TAG(0, 0), "UL", "\x12\0\0\0", 4);
    make_element(&command, DICOM_TAG(0, 0x0100), "US", "\1\0", 2);
    make_element(&command, DICOM_TAG(0, 0x0800), "US", "\1\1", 2);
    make_head(&made);
    make_tail(&made);
    make_raw(&command, made.bytes + set, made.size - set);
    make_free(&made);
    assert_read(&command);
}

static void the_length_of_the_meta_information_may_be_wrong(void **state) {
    static const uint8_t wrong[] = {0, 1, 77, 255};
    for (size_t i = 0; i < sizeof(wrong); i++) {
        struct made made = make_file(*state, MR_IMAGE);
        made.bytes[140] = wrong[i];
        make_head(&made);
        make_tail(&made);
        assert_read(&made);
    }
}

static void other_bytes_are_no_dicom_file(void **state) {
    (void)state;
    static const char *const begins[] = {"\x08\0\x05\0CS\x0a\0ISO_IR 100", "\2\0\0\0UL\4\0\0\0\0\0",
                                         "\0\0\0\0\4\0\0\0\0\0\0\0"};
    for (size_t i = 0; i < 3; i++) {
        struct made made = {0};
        make_raw(&made, begins[i], 12);
        for (int n = 0; n < 100; n++) {
            make_raw(&made, "neither here nor there", 22);
        }
        assert_int_equal(both_read(&made), DICOM_UNREADABLE);
        assert_non_null(strstr(both_message(), "no DICOM file"));
        make_free(&made);
    }
}

/* ---- order and lengths --------------------------------------------------------------------- */

static void elements_out_of_order_are_found(void **state) {
    struct made made = make_file(*state, MR_IMAGE);
    make_text(&made, DICOM_TAG(0x0020, 0x0011), "IS", "7");
    make_text(&made, DICOM_TAG(0x0051, 0x0010), "LO", "SIEMENS MR HEADER");
    make_text(&made, DICOM_TAG(0x0018, 0x0080), "DS", "2300");
    make_text(&made, DICOM_TAG(0x0051, 0x100c), "LO", "FoV 1*1");
    make_head(&made);
    make_short(&made, DICOM_TAG(0x0028, 0x0010), 2);
    make_pixels(&made, 8);
    assert_read(&made);
    assert_string_equal(both_value("FoV"), "FoV 1*1");
}

static void odd_and_group_lengths_are_read(void **state) {
    (void)state;
    static const uint8_t odd[] = {0x08, 0, 0x70, 0, 'L', 'O', 3, 0, 'a', 'b', 'c'};
    static const uint8_t pixels[] = {0xe0, 0x7f, 0x10, 0, 'O', 'B', 0, 0, 3, 0, 0, 0, 1, 2, 3};
    struct made made = make_file(EXPLICIT_LITTLE, MR_IMAGE);
    make_element(&made, DICOM_TAG(0x0008, 0), "UL", "\1\2\3\4", 4);
    make_text(&made, DICOM_TAG(0x0008, 0x0016), "UI", MR_IMAGE);
    make_text(&made, DICOM_TAG(0x0008, 0x0018), "UI", "1.2.3");
    make_raw(&made, odd, sizeof(odd));
    make_text(&made, DICOM_TAG(0x0008, 0x1010), "SH", "AWP1");
    make_text(&made, DICOM_TAG(0x0018, 0x0080), "DS", "2300");
    make_text(&made, DICOM_TAG(0x0020, 0x0011), "IS", "7");
    make_raw(&made, pixels, sizeof(pixels));
    made.size--;
    assert_int_equal(both_read(&made), DICOM_INCOMPLETE);
    made.size++;
    assert_string_equal(both_value("Manufacturer"), "abc");
    assert_read(&made);
}

static void padding_behind_a_data_set_is_no_damage(void **state) {
    static const uint8_t zeros[512];
    for (size_t length = 1; length <= sizeof(zeros); length += length < 14 ? 1 : 71) {
        struct made made = make_file(*state, TEXT_REPORT);
        make_text(&made, DICOM_TAG(0x0008, 0x0016), "UI", TEXT_REPORT);
        make_text(&made, DICOM_TAG(0x0008, 0x0018), "UI", "1.2.3");
        make_text(&made, DICOM_TAG(0x0008, 0x1010), "SH", "AWP1");
        make_text(&made, DICOM_TAG(0x0018, 0x0080), "DS", "2300");
        make_text(&made, DICOM_TAG(0x0020, 0x0011), "IS", "7");
        make_raw(&made, zeros, length);
        assert_read(&made);
    }
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
#define IN_EACH(test)                                                                              \
    IN_SYNTAX(test, EXPLICIT_LITTLE), IN_SYNTAX(test, IMPLICIT_LITTLE),                            \
        IN_SYNTAX(test, EXPLICIT_BIG)

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_EACH(what_nobody_needs_is_stepped_over),
        IN_EACH(what_is_needed_and_too_long_is_refused_with_the_remedy),
        IN_EACH(the_values_of_very_many_frames_are_all_seen),
        IN_EACH(a_sequence_that_holds_text_is_stepped_over),
        cmocka_unit_test(a_sequence_of_unknown_vr_is_read),
        IN_EACH(the_pixels_of_an_icon_are_not_the_images),
        cmocka_unit_test(a_compressed_icon_is_stepped_over),
        IN_EACH(deep_sequences_are_stepped_over),
        IN_EACH(a_delimiter_too_many_does_no_harm),
        cmocka_unit_test(a_file_is_read_as_it_is_encoded),
        cmocka_unit_test(items_and_elements_of_another_encoding_are_read),
        IN_EACH(a_data_set_without_preamble_is_read),
        IN_EACH(a_file_without_meta_information_is_read),
        IN_EACH(a_command_in_front_is_stepped_over),
        IN_EACH(the_length_of_the_meta_information_may_be_wrong),
        cmocka_unit_test(other_bytes_are_no_dicom_file),
        IN_EACH(elements_out_of_order_are_found),
        cmocka_unit_test(odd_and_group_lengths_are_read),
        IN_EACH(padding_behind_a_data_set_is_no_damage),
    };
    return cmocka_run_group_tests(tests, open_readers, close_readers);
}
