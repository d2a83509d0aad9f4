/* SPDX-License-Identifier: Apache-2.0 */
/* Text from outside as people may see it. */
#include "base/json_text.h"
#include "base/memory.h"
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define BAD "\xef\xbf\xbd" /* U+FFFD */

static void what_a_terminal_obeys_is_not_shown(void **state) {
    (void)state;
    static const struct {
        const char *text, *shown;
    } rows[] = {
        {"plain 1.dcm", "plain 1.dcm"},
        {"caf\xc3\xa9 \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\xa7\xa0",
         "caf\xc3\xa9 \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\xa7\xa0"},
        {"a\nb\tc\033[31m\x7f", "a b c [31m "},
        {"\xc2\x9b"
         "31m\xc2\x85\xc2\xa0",
         BAD "31m" BAD "\xc2\xa0"},
        {"a\xe2\x80\xaegpj", "a" BAD "gpj"},
        {"\xe2\x81\xa6\xe2\x81\xa9\xe2\x80\x8e\xd8\x9c\xe2\x80\xa8", BAD BAD BAD BAD BAD},
        {"\xe2\x80\xa6\xe2\x80\x93", "\xe2\x80\xa6\xe2\x80\x93"}, /* an ellipsis, a dash */
        {"\xff\x9b\xc3", BAD BAD BAD},
        {"\xed\xa0\x80\xc0\xaf", BAD BAD BAD BAD BAD},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        AUTOFREE char *shown = text_shown_copy(rows[i].text);
        assert_string_equal(shown, rows[i].shown);
    }
}

static void no_character_is_cut_where_room_ends(void **state) {
    (void)state;
    char out[6];
    assert_int_equal(text_shown("\xe6\x97\xa5\xe6\x9c\xac", 6, out, sizeof(out)), 3);
    assert_string_equal(out, "\xe6\x97\xa5");
    assert_int_equal(text_shown("\xff\xff", 2, out, sizeof(out)), 3);
    assert_int_equal(text_shown("abcdefg", 7, out, sizeof(out)), 5);
}

static void in_json_it_is_escaped_and_nothing_is_lost(void **state) {
    (void)state;
    static const char bytes[] = "\xc2\x9b"
                                "2J \xe2\x80\xaegpj \xd8\x9c caf\xc3\xa9 \xd8\xa7 \xe2\x80\xa6";
    json_auto_t *value = json_string(bytes);
    AUTOFREE char *text = json_text(value, NULL);
    assert_string_equal(text, "\"\\u009b2J \\u202egpj \\u061c caf\xc3\xa9 \xd8\xa7 \xe2\x80\xa6\"");
    json_auto_t *again = json_loads(text, JSON_DECODE_ANY, NULL);
    assert_string_equal(json_string_value(again), bytes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_terminal_obeys_is_not_shown),
        cmocka_unit_test(no_character_is_cut_where_room_ends),
        cmocka_unit_test(in_json_it_is_escaped_and_nothing_is_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
