/* SPDX-License-Identifier: Apache-2.0 */
/* Database strings become JSON values of the type that DICOM gives them. */
#include "base/memory.h"
#include "check/writer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void expect(const char *text, bool numeric, const char *json) {
    struct writer writer = {0};
    writer_value(&writer, text, numeric);
    assert_string_equal(writer.bytes, json);
    assert_int_equal(writer.used, strlen(json));
    writer_free(&writer);
}

static void numbers_have_their_shortest_form(void **state) {
    (void)state;
    expect("3000", true, "3000");
    expect("5865.0", true, "5865");
    expect("55.804", true, "55.804");
    expect("2443.60693359375", true, "2443.60693359375");
    expect("-0.5", true, "-0.5");
    expect("0.10", true, "0.1");
    expect("+1.50E+2", true, "150");
    expect("007", true, "7");
    expect("1.", true, "1");
    expect(".5", true, "0.5");
    expect(" 30 ", true, "30");
    expect("0", true, "0");
}

static void what_is_no_number_stays_text(void **state) {
    (void)state;
    expect("nan", true, "\"nan\"");
    expect("1e999", true, "\"1e999\"");
    expect("0x2", true, "\"0x2\"");
    expect("1,x", true, "\"1,x\"");
    expect("[1, 2", true, "\"[1, 2\"");
    expect("[]", true, "\"[]\"");
    expect("1,", true, "\"1,\"");
    expect("", true, "null");
    expect(NULL, true, "null");
    expect("", false, "\"\"");
    expect("3000", false, "\"3000\"");
    expect("1,2", false, "\"1,2\"");
}

static void lists_become_lists(void **state) {
    (void)state;
    expect("[94, 0, 0, 88]", true, "[94,0,0,88]");
    expect("4.8,38.76", true, "[4.8,38.76]");
    expect("[2.0, 2.5]", true, "[2,2.5]");
    expect("['ORIGINAL', 'PRIMARY']", false, "[\"ORIGINAL\",\"PRIMARY\"]");
    expect("[\"a's\", 'b']", false, "[\"a's\",\"b\"]");
    expect("['open", false, "\"['open\"");
    expect("['a' 'b']", false, "\"['a' 'b']\"");
    expect("[abc]", false, "\"[abc]\"");
}

static void any_bytes_become_valid_text(void **state) {
    (void)state;
    expect("a\"\\\n\x7f", false, "\"a\\\"\\\\\\u000a\\u007f\"");
    expect("\xc3\xa4\xe2\x82\xac", false, "\"\xc3\xa4\xe2\x82\xac\"");
    expect("\xff\xc3", false, "\"\xef\xbf\xbd\xef\xbf\xbd\"");
    expect("\xed\xa0\x80", false, "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
}

static void long_texts_are_cut(void **state) {
    (void)state;
    AUTOFREE char *text = mem_zeroed(WRITER_VALUE_BYTES + 10, 1);
    memset(text, 'x', WRITER_VALUE_BYTES + 1);
    struct writer writer = {0};
    writer_string(&writer, text);
    assert_int_equal(writer.used, WRITER_VALUE_BYTES + 5);
    writer_free(&writer);
}

static void commas_come_where_they_are_due(void **state) {
    (void)state;
    struct writer writer = {0};
    writer_raw(&writer, "{");
    writer_key(&writer, "a");
    writer_integer(&writer, -5);
    writer_key(&writer, "b\"");
    writer_string(&writer, "[");
    writer_raw(&writer, "}");
    assert_string_equal(writer.bytes, "{\"a\":-5,\"b\\\"\":\"[\"}");
    writer_free(&writer);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_have_their_shortest_form),
        cmocka_unit_test(what_is_no_number_stays_text),
        cmocka_unit_test(lists_become_lists),
        cmocka_unit_test(any_bytes_become_valid_text),
        cmocka_unit_test(long_texts_are_cut),
        cmocka_unit_test(commas_come_where_they_are_due),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
