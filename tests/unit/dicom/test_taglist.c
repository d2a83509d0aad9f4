/* SPDX-License-Identifier: Apache-2.0 */
/* The tag list, and the file that extends it. */
#include "base/memory.h"
#include "both_ways.h"
#include "dicom/taglist.h"
#include "make_csa.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

/* the 24 names in the reference's order: its database and its lines depend on it */
static const char *const reference[DICOM_REFERENCE_VALUES] = {
    "Phase",     "iPAT",     "AcqTime", "AcqDate", "SeriesNumber", "SubID",
    "Comments",  "Operator", "Station", "Project", "SequenceName", "SequenceType",
    "PED_major", "TR",       "TE",      "Matrix",  "PixelResol",   "BWP",
    "BWPPE",     "FA",       "TA",      "FoV",     "Shims",        "SequenceFile",
};

static void the_list_begins_with_the_references_names(void **state) {
    (void)state;
    struct taglist *list = taglist_create(NULL);
    for (size_t i = 0; i < DICOM_REFERENCE_VALUES; i++) {
        assert_string_equal(list->entries[i].name, reference[i]);
    }
    taglist_destroy(list);
}

static void the_references_own_list_changes_nothing(void **state) {
    (void)state;
    static const char text[] = "name\ttag\tdesc\n"
                               "Phase\tPhaseEncodingDirectionPositive\t csa header phase 0/1\n"
                               "TR\t0018,0080\n"
                               "#a remark\t0021,1153\n"
                               "BWPPE\t0019,1028\tin matlab\n"
                               "FA\t0018,1314        \r\n"
                               "Shims\tASCCOV\tsAdjData.uiAdjShimMode\n"
                               "SequenceFile\tASCCOV\ttSequenceFileName\n";
    struct taglist *plain = taglist_create(NULL);
    struct taglist *list = taglist_parse("taglist.txt", text, strlen(text));
    assert_non_null(list);
    assert_int_equal(list->count, plain->count);
    assert_memory_equal(list->entries, plain->entries, plain->count * sizeof(*plain->entries));
    taglist_destroy(list);
    taglist_destroy(plain);
}

/* what the program says on stderr about a bad list */
static char *complaint(const char *text) {
    int kept = dup(STDERR_FILENO), caught = memfd_create("stderr", MFD_CLOEXEC);
    dup2(caught, STDERR_FILENO);
    struct taglist *list = taglist_parse("site.tags", text, strlen(text));
    dup2(kept, STDERR_FILENO);
    close(kept);
    assert_null(list);
    char *said = mem_zeroed(1024, 1);
    assert_true(pread(caught, said, 1023, 0) > 0);
    close(caught);
    return said;
}

static void assert_complaint(const char *text, const char *place, const char *words) {
    AUTOFREE char *said = complaint(text);
    if (!strstr(said, place) || !strstr(said, words)) {
        fail_msg("\"%s\" lacks \"%s\" or \"%s\"", said, place, words);
    }
}

static void a_mistake_is_told_with_file_line_and_remedy(void **state) {
    (void)state;
    assert_complaint("SliceThickness\t0018,0050\nBad name\t0018,0051\n",
                     "site.tags:2:", "without spaces");
    assert_complaint("# remark\n\nSliceThickness\t0018,005\n", "site.tags:3:", "gggg,eeee");
    assert_complaint("SliceThickness 0018,0050\n", "site.tags:1:", "tabs");
    assert_complaint("dcm_path\t0018,0050\n", "site.tags:1:", "give another");
}

static void too_many_values_are_refused(void **state) {
    (void)state;
    struct made text = {0};
    for (int i = 0; i <= TAGLIST_EXTRA; i++) {
        AUTOFREE char *line = mem_printf("Extra%d\t0018,0050\n", i);
        make_raw(&text, line, strlen(line));
    }
    make_raw(&text, "", 1);
    assert_complaint((const char *)text.bytes, "site.tags:201:", "more than 200");
    make_free(&text);
}

static void a_file_that_is_not_there_is_refused(void **state) {
    (void)state;
    int kept = dup(STDERR_FILENO), caught = memfd_create("stderr", MFD_CLOEXEC);
    dup2(caught, STDERR_FILENO);
    assert_null(taglist_create("/nowhere/site.tags"));
    dup2(kept, STDERR_FILENO);
    close(kept);
    close(caught);
}

/* opens the readers with this extension */
static void open_extended(const char *text) {
    int fd = memfd_create("tags", MFD_CLOEXEC);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    AUTOFREE char *path = mem_printf("/proc/self/fd/%d", fd);
    both_open(path, 0);
    close(fd);
}

static void a_sites_own_values_are_read(void **state) {
    (void)state;
    static const struct csa_value csa[] = {
        {"B_value", "IS", "1000    ", {NULL}},
        {"RealDwellTime", "DS", "2800.00000000", {NULL}},
        {"MosaicRefAcqTimes", "FD", "0.00000000", {"52.50000000", "105.0"}},
        {"ImageTypes", "CS", "ORIGINAL", {"PRIMARY"}},
        {"ICE_Dims", "LO", "X_1_1", {NULL}}};
    struct made made = make_file(EXPLICIT_LITTLE, MR_IMAGE), header = {0}, series = {0};
    const struct csa_value protocol[] = {
        {"MrPhoenixProtocol", "UN", "### ASCCONV BEGIN ###\nsWip.alFree[2] = 5\n", {NULL}}};
    make_csa(&header, CSA_NEWER, csa, sizeof(csa) / sizeof(csa[0]));
    make_csa(&series, CSA_NEWER, protocol, 1);
    make_text(&made, DICOM_TAG(0x0008, 0x0016), "UI", MR_IMAGE);
    make_text(&made, DICOM_TAG(0x0008, 0x0018), "UI", "1.2.3");
    make_text(&made, DICOM_TAG(0x0018, 0x0050), "DS", "2.30");
    make_short(&made, DICOM_TAG(0x0018, 0x0091), 12);
    make_text(&made, DICOM_TAG(0x0019, 0x1008), "CS", "IMAGE NUM 4");
    make_text(&made, DICOM_TAG(0x0029, 0x0010), "LO", "SIEMENS CSA HEADER");
    make_element(&made, DICOM_TAG(0x0029, 0x1010), "OB", header.bytes, header.size);
    make_element(&made, DICOM_TAG(0x0029, 0x1020), "OB", series.bytes, series.size);
    make_pixels(&made, 8);
    open_extended("SliceThickness\t0018,0050\tmm\nTR\t0018,0091\tnot TR\nFixed\t0019,1008\n"
                  "B_value\tB_value\nDwell\tRealDwellTime\nICE\tICE_Dims\n"
                  "Times\tMosaicRefAcqTimes\nTypes\tImageTypes\n"
                  "sWip.alFree[2]\tASCCOV\n");
    assert_int_equal(both_read(&made), DICOM_COMPLETE);
    assert_string_equal(both_value("SliceThickness"), "2.30");
    assert_string_equal(both_value("TR"), "12");
    assert_string_equal(both_value("Fixed"), "IMAGE NUM 4");
    assert_string_equal(both_value("B_value"), "1000");
    assert_string_equal(both_value("Dwell"), "2800.0");
    assert_string_equal(both_value("ICE"), "X_1_1");
    assert_string_equal(both_value("Times"), "[0.0, 52.5, 105.0]");
    assert_string_equal(both_value("Types"), "['ORIGINAL', 'PRIMARY']");
    assert_string_equal(both_value("sWip.alFree[2]"), "5");
    both_close();
    make_free(&made);
    make_free(&header);
    make_free(&series);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_list_begins_with_the_references_names),
        cmocka_unit_test(the_references_own_list_changes_nothing),
        cmocka_unit_test(a_mistake_is_told_with_file_line_and_remedy),
        cmocka_unit_test(too_many_values_are_refused),
        cmocka_unit_test(a_file_that_is_not_there_is_refused),
        cmocka_unit_test(a_sites_own_values_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
