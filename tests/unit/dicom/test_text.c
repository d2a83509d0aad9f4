/* SPDX-License-Identifier: Apache-2.0 */
/* Values as text, as numbers and as JSON. */
#include "base/json_text.h"
#include "base/memory.h"
#include "dicom/dicom.h"
#include "dicom/dicom_json.h"
#include "dicom/phrase.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void assert_json(const char *text, bool numeric, const char *expected) {
    json_auto_t *value = dicom_json(text, numeric);
    AUTOFREE char *json = json_text(value, NULL);
    assert_string_equal(json, expected);
}

static void numbers_become_numbers_in_their_shortest_form(void **state) {
    (void)state;
    assert_json("3000", true, "3000");
    assert_json("1300.0", true, "1300");
    assert_json("55.804", true, "55.804");
    assert_json("-1e-016", true, "-1e-16");
    assert_json(" 30 ", true, "30");
    assert_json("[94, 0, 0, 88]", true, "[94,0,0,88]");
    assert_json("[2.2978723049164, 2.2978723049164]", true, "[2.2978723049164,2.2978723049164]");
    assert_json("4.8,38.76", true, "[4.8,38.76]");
}

static void what_is_no_number_stays_a_string(void **state) {
    (void)state;
    assert_json("nan", true, "\"nan\"");
    assert_json("1e999", true, "\"1e999\"");
    assert_json("[1, nan]", true, "\"[1, nan]\"");
    assert_json("0x2", true, "\"0x2\"");
    assert_json("3000", false, "\"3000\"");
}

static void what_is_absent_is_null(void **state) {
    (void)state;
    assert_json(NULL, true, "null");
    assert_json(NULL, false, "null");
    assert_json("", true, "null");
    assert_json("", false, "\"\"");
}

static void lists_of_texts_become_arrays(void **state) {
    (void)state;
    assert_json("['ORIGINAL', 'PRIMARY', 'M']", false, "[\"ORIGINAL\",\"PRIMARY\",\"M\"]");
    assert_json("['', '']", false, "[\"\",\"\"]");
    assert_json("['", false, "\"['\"");
    assert_json("[A, B]", false, "\"[A, B]\"");
}

static void bytes_that_are_no_utf8_become_replacement_characters(void **state) {
    (void)state;
    assert_json("K\xf6ln", false, "\"K\xef\xbf\xbdln\"");
}

static void numbers_are_counted_even_without_room_for_all(void **state) {
    (void)state;
    double values[2] = {0};
    assert_int_equal(dicom_numbers("[94, 0, 0, 88]", values, 2), 4);
    assert_true(values[0] > 93 && values[0] < 95);
    assert_int_equal(dicom_numbers("3000", values, 2), 1);
    assert_int_equal(dicom_numbers("4.8,", values, 2), 0);
    assert_int_equal(dicom_numbers("p2", values, 2), 0);
    assert_int_equal(dicom_numbers("", values, 2), 0);
    assert_int_equal(dicom_numbers("[]", values, 2), 0);
    assert_int_equal(dicom_numbers(NULL, values, 2), 0);
}

static void assert_double(double value, const char *expected) {
    struct phrase phrase = {0};
    phrase_clear(&phrase);
    phrase_add_double(&phrase, value);
    assert_string_equal(phrase.bytes, expected);
    phrase_finish(&phrase);
}

static void doubles_are_written_as_python_writes_them(void **state) {
    (void)state;
    assert_double(10.352, "10.352");
    assert_double(68, "68.0");
    assert_double(0, "0.0");
    assert_double(-0.0, "-0.0");
    assert_double(0.1 + 0.2, "0.30000000000000004");
    assert_double(123456789012345680.0, "1.2345678901234568e+17");
    assert_double(1e16, "1e+16");
    assert_double(1234567890123456.0, "1234567890123456.0");
    assert_double(0.0001, "0.0001");
    assert_double(0.00001, "1e-05");
    assert_double(-1.5e-7, "-1.5e-07");
    assert_double(1e300, "1e+300");
    assert_double(5e-324, "5e-324");
    assert_double(0.05, "0.05");
    assert_double(100, "100.0");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_become_numbers_in_their_shortest_form),
        cmocka_unit_test(what_is_no_number_stays_a_string),
        cmocka_unit_test(what_is_absent_is_null),
        cmocka_unit_test(lists_of_texts_become_arrays),
        cmocka_unit_test(bytes_that_are_no_utf8_become_replacement_characters),
        cmocka_unit_test(numbers_are_counted_even_without_room_for_all),
        cmocka_unit_test(doubles_are_written_as_python_writes_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
