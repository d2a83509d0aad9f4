/* SPDX-License-Identifier: Apache-2.0 */
/* Siemens: CSA headers in both forms, the protocol text, and the values made of them. */
#include "base/memory.h"
#include "both_ways.h"
#include "dicom/ascconv.h"
#include "dicom/csa.h"
#include "dicom/taglist.h"
#include "make_csa.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { VALUES = 4 };

static const struct csa_value image[VALUES] = {
    {"EchoLinePosition", "IS", "47      ", {NULL}},
    {"UsedChannelMask", "UL", NULL, {NULL}},
    {"PhaseEncodingDirectionPositive", "IS", "1       ", {NULL}},
    {"ImaPATModeText", "LO", "p2", {NULL}},
};

static const char protocol[] = "<XProtocol> \n{\n  <Name> \"#\" \n}\n### ASCCONV BEGIN ###\n"
                               "tSequenceFileName\t = \t\"\"%CustomerSeq%\\cmrr_mbep2d_bold\"\"\n"
                               "sGRADSPEC.asGPAData[0].lOffsetX\t = \t1174\n"
                               "sGRADSPEC.asGPAData[0].lOffsetY\t = \t-2475\n"
                               "sGRADSPEC.alShimCurrent[0]\t = \t531\n"
                               "sGRADSPEC.alShimCurrent[5]\t = \t9\n"
                               "sTXSPEC.asNucleusInfo[0].lFrequency\t = \t123160323\n"
                               "sAdjData.uiAdjShimMode = 0x2 # a remark\r\n"
                               "### ASCCONV END ###";

static void assert_element(const struct csa *csa, const struct csa_element *element,
                           const char *name, const char *text) {
    struct csa_text texts[2];
    assert_int_equal(element->name_length, strlen(name));
    assert_memory_equal(element->name, name, strlen(name));
    assert_int_equal(csa_texts(csa, element, texts, 2), text != NULL);
    if (text) {
        assert_int_equal(texts[0].length, strlen(text));
        assert_memory_equal(texts[0].text, text, strlen(text));
    }
}

static void values_are_read(void **state) {
    struct made made = {0};
    struct csa csa;
    struct csa_element element;
    make_csa(&made, (enum csa_form)(uintptr_t)*state, image, VALUES);
    assert_true(csa_begin(&csa, made.bytes, made.size));
    assert_true(csa_next(&csa, &element));
    assert_element(&csa, &element, "EchoLinePosition", "47      ");
    assert_string_equal(element.vr, "IS");
    assert_true(csa_next(&csa, &element));
    assert_element(&csa, &element, "UsedChannelMask", NULL);
    assert_true(csa_next(&csa, &element));
    assert_true(csa_next(&csa, &element));
    assert_element(&csa, &element, "ImaPATModeText", "p2");
    assert_false(csa_next(&csa, &element));
    assert_false(csa.damaged);
    make_free(&made);
}

/* the header in memory of its own, so that a byte too far is found; true if all of it was read */
static bool read_all(const uint8_t *bytes, size_t length) {
    uint8_t *exact = mem_zeroed(length, 1);
    memcpy(exact, bytes, length);
    struct csa csa;
    struct csa_element element;
    bool whole = csa_begin(&csa, exact, length);
    while (whole && csa_next(&csa, &element)) {
    }
    free(exact);
    return whole && !csa.damaged;
}

static void a_header_cut_anywhere_is_damaged(void **state) {
    struct made made = {0};
    make_csa(&made, (enum csa_form)(uintptr_t)*state, image, VALUES);
    for (size_t length = 1; length < made.size; length++) {
        if (read_all(made.bytes, length)) {
            fail_msg("taken for whole with %zu of %zu bytes", length, made.size);
        }
    }
    assert_true(read_all(made.bytes, made.size));
    make_free(&made);
}

static void a_length_beyond_the_end_is_damage(void **state) {
    (void)state;
    struct made made = {0};
    make_csa(&made, CSA_NEWER, image, VALUES);
    memset(made.bytes + 16 + 84 + 4, 0xff, 4); /* the first value's length */
    assert_false(read_all(made.bytes, made.size));
    memset(made.bytes + 8, 0xff, 4); /* the number of elements */
    assert_false(read_all(made.bytes, made.size));
    make_free(&made);
}

/* a file with both headers, its creator in block */
static struct made siemens(enum csa_form form, unsigned block, const char *text) {
    struct made made = make_file(EXPLICIT_LITTLE, MR_IMAGE), first = {0}, second = {0};
    const struct csa_value series[] = {
        {"MrProtocol", "UN", "tSequenceFileName = \"%Old%\\old\"", {NULL}},
        {"MrPhoenixProtocol", "UN", text, {NULL}}};
    make_csa(&first, form, image, VALUES);
    make_csa(&second, form, series, text ? 2 : 1);
    make_text(&made, DICOM_TAG(0x0008, 0x0016), "UI", MR_IMAGE);
    make_text(&made, DICOM_TAG(0x0008, 0x0018), "UI", "1.2.3");
    make_text(&made, DICOM_TAG(0x0029, block), "LO", "SIEMENS CSA HEADER");
    make_element(&made, DICOM_TAG(0x0029, block << 8 | 0x10), "OB", first.bytes, first.size);
    make_element(&made, DICOM_TAG(0x0029, block << 8 | 0x20), "OB", second.bytes, second.size);
    make_pixels(&made, 8);
    make_free(&first);
    make_free(&second);
    return made;
}

static void a_siemens_file_gives_its_csa_values(void **state) {
    for (unsigned block = 0x10; block < 0x13; block++) {
        struct made made = siemens((enum csa_form)(uintptr_t)*state, block, protocol);
        assert_int_equal(both_read(&made), DICOM_COMPLETE);
        assert_string_equal(both_value("Phase"), "1");
        assert_string_equal(both_value("iPAT"), "p2");
        assert_string_equal(both_value("Shims"), "1174,-2475,531,123160323,0x2");
        assert_string_equal(both_value("SequenceFile"), "%CustomerSeq%/cmrr_mbep2d_bold");
        make_free(&made);
    }
}

static void the_older_protocol_serves_where_there_is_no_newer(void **state) {
    (void)state;
    struct made made = siemens(CSA_NEWER, 0x10, NULL);
    assert_int_equal(both_read(&made), DICOM_COMPLETE);
    assert_string_equal(both_value("SequenceFile"), "%Old%/old");
    assert_null(both_value("Shims"));
    make_free(&made);
}

static void a_damaged_csa_header_gives_nothing(void **state) {
    (void)state;
    struct made made = siemens(CSA_NEWER, 0x10, protocol);
    uint8_t *header = memmem(made.bytes, made.size, "SV10", 4);
    memset(header + 16 + 84 + 4, 0xff, 4);
    assert_int_equal(both_read(&made), DICOM_COMPLETE);
    assert_null(both_value("Phase"));
    assert_string_equal(both_value("SequenceFile"), "%CustomerSeq%/cmrr_mbep2d_bold");
    make_free(&made);
}

/* a file with two headers of a kind, in blocks of their own: what the first lacks the second has */
static void the_second_header_serves_where_the_first_is_empty(void **state) {
    (void)state;
    const struct csa_value some[] = {{"PhaseEncodingDirectionPositive", "IS", "  ", {NULL}},
                                     {"ImaPATModeText", "LO", "p3", {NULL}}};
    const struct csa_value texts[] = {
        {"MrPhoenixProtocol",
         "UN",
         "### ASCCONV BEGIN ###\ntSequenceFileName = \"\"\nlRepetitions = 9\n",
         {NULL}},
        {"MrProtocol",
         "UN",
         "### ASCCONV BEGIN ###\ntSequenceFileName = \"%Old%\\old\"\nlRepetitions = 7\n",
         {NULL}}};
    struct made made = make_file(EXPLICIT_LITTLE, MR_IMAGE);
    make_text(&made, DICOM_TAG(0x0008, 0x0016), "UI", MR_IMAGE);
    make_text(&made, DICOM_TAG(0x0008, 0x0018), "UI", "1.2.3");
    for (uint32_t block = 0x10; block < 0x13; block++) {
        make_text(&made, DICOM_TAG(0x0029, block), "LO", "SIEMENS CSA HEADER");
    }
    for (uint32_t block = 0x10; block < 0x13; block++) {
        struct made first = {0}, second = {0};
        make_csa(&first, CSA_NEWER, block == 0x11 ? some : image, block == 0x11 ? 2 : VALUES);
        make_csa(&second, CSA_NEWER, texts, 2);
        make_element(&made, DICOM_TAG(0x0029, block << 8 | 0x10), "OB", first.bytes,
                     block == 0x10 ? 0 : first.size);
        make_element(&made, DICOM_TAG(0x0029, block << 8 | 0x20), "OB", second.bytes,
                     block == 0x10 ? 0 : second.size);
        make_free(&first);
        make_free(&second);
    }
    make_pixels(&made, 8);
    assert_int_equal(both_read(&made), DICOM_COMPLETE);
    assert_string_equal(both_value("iPAT"), "p3");
    assert_string_equal(both_value("Phase"), "1");
    assert_string_equal(both_value("SequenceFile"), "%Old%/old");
    assert_string_equal(both_value("Repetitions"), "9");
    make_free(&made);
}

static void assert_value(const char *line, const char *expected) {
    struct ascconv_piece piece = {line, strlen(line)}, value;
    bool found = ascconv_value(&piece, "tKey", &value);
    assert_int_equal(found, expected != NULL);
    if (expected) {
        assert_int_equal(value.length, strlen(expected));
        assert_memory_equal(value.text, expected, value.length);
    }
}

static void a_line_of_the_protocol_is_understood_in_all_its_forms(void **state) {
    (void)state;
    assert_value("tKey\t = \t\"\"some text\"\"", "some text");
    assert_value("tKey                = \"some text\"", "some text");
    assert_value("tKey=0x2 # 'remark'", "0x2");
    assert_value("tKey = ", "");
    assert_value("tKey = \"no end", "no end");
    assert_value("tKeys = 1", NULL);
    assert_value("tKey", NULL);
    assert_value("", NULL);
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

#define IN_FORM(test, form)                                                                        \
    { #test " " #form, test, NULL, NULL, (void *)(uintptr_t)(form) }

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_FORM(values_are_read, CSA_OLDER),
        IN_FORM(values_are_read, CSA_NEWER),
        IN_FORM(a_header_cut_anywhere_is_damaged, CSA_NEWER),
        cmocka_unit_test(a_length_beyond_the_end_is_damage),
        IN_FORM(a_siemens_file_gives_its_csa_values, CSA_OLDER),
        IN_FORM(a_siemens_file_gives_its_csa_values, CSA_NEWER),
        cmocka_unit_test(the_older_protocol_serves_where_there_is_no_newer),
        cmocka_unit_test(a_damaged_csa_header_gives_nothing),
        cmocka_unit_test(the_second_header_serves_where_the_first_is_empty),
        cmocka_unit_test(a_line_of_the_protocol_is_understood_in_all_its_forms),
    };
    return cmocka_run_group_tests(tests, open_readers, close_readers);
}
