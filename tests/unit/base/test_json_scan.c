/* SPDX-License-Identifier: Apache-2.0 */
/* JSON text checked and cut into its members. */
#include "base/json_scan.h"
#include "base/memory.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum { MUTATIONS = 200000, LONGEST = 400 };

static bool scans(const char *text) {
    return json_scan_object(text, strlen(text), JSON_DEPTH, NULL, NULL, 0);
}

static void assert_slice(const struct json_slice *slice, const char *expected) {
    assert_non_null(slice->text);
    assert_int_equal(slice->length, strlen(expected));
    assert_memory_equal(slice->text, expected, slice->length);
}

static void members_are_cut_out_as_they_stand(void **state) {
    (void)state;
    static const char *const names[] = {"b", "a", "none", "n"};
    static const char text[] = " { \"a\" : [1, {\"b\":2}] , \"b\":{ },\"x\":null,\"n\":-1.5e3}\n";
    struct json_slice values[4];
    assert_true(json_scan_object(text, strlen(text), JSON_DEPTH, names, values, 4));
    assert_slice(&values[0], "{ }");
    assert_int_equal(values[0].members, 0);
    assert_slice(&values[1], "[1, {\"b\":2}]");
    assert_int_equal(values[1].members, 2);
    assert_null(values[2].text);
    assert_slice(&values[3], "-1.5e3");
}

static void of_two_members_with_one_name_the_last_holds(void **state) {
    (void)state;
    static const char *const names[] = {"a"};
    static const char text[] = "{\"a\":1,\"a\":\"two\"}";
    struct json_slice value;
    assert_true(json_scan_object(text, strlen(text), JSON_DEPTH, names, &value, 1));
    assert_slice(&value, "\"two\"");
}

static void what_is_not_good_gives_no_member(void **state) {
    (void)state;
    static const char *const names[] = {"a"};
    static const char text[] = "{\"a\":1,}";
    struct json_slice value;
    assert_false(json_scan_object(text, strlen(text), JSON_DEPTH, names, &value, 1));
    assert_null(value.text);
}

static void elements_come_one_after_the_other(void **state) {
    (void)state;
    static const char *const names[] = {"list"};
    static const char text[] = "{\"list\": [ 1 ,\"],\", [2,3], {} ]}";
    static const char *const expected[] = {"1", "\"],\"", "[2,3]", "{}"};
    struct json_slice list, element;
    assert_true(json_scan_object(text, strlen(text), JSON_DEPTH, names, &list, 1));
    for (size_t i = 0; i < 4; i++) {
        assert_true(json_scan_element(&list, &element));
        assert_slice(&element, expected[i]);
    }
    assert_false(json_scan_element(&list, &element));
}

static void nothing_but_one_object_is_taken(void **state) {
    (void)state;
    static const char *const bad[] = {"",
                                      "[]",
                                      "1",
                                      "{}{}",
                                      "{",
                                      "{\"a\"}",
                                      "{\"a\":}",
                                      "{a:1}",
                                      "{\"a\":01}",
                                      "{\"a\":1.}",
                                      "{\"a\":.5}",
                                      "{\"a\":+1}",
                                      "{\"a\":1e}",
                                      "{\"a\":NaN}",
                                      "{\"a\":1e999}",
                                      "{\"a\":\"\t\"}",
                                      "{\"a\":\"\\x41\"}",
                                      "{\"a\":\"\\u0000\"}",
                                      "{\"a\":\"\\ud800\"}",
                                      "{\"a\":\"\\ud800\\u0041\"}",
                                      "{\"a\":\"\\udc00\"}",
                                      "{\"a\":\"\xc3\"}",
                                      "{\"a\":\"\xed\xa0\x80\"}",
                                      "{\"a\":\"\xc0\x80\"}",
                                      "{\"a\":tru}",
                                      "{\"a\":[1 2]}",
                                      "{\"a\":[1,]}",
                                      "{\"a\":9223372036854775808}",
                                      "\xef\xbb\xbf{}"};
    static const char *const good[] = {
        "{}", "{\"a\":\"\\ud83d\\ude00\\u00e9\\/\xf0\x9f\x98\x80\"}",
        "{\"a\":[-0,1E+2,0.50,true,false,null,-9223372036854775808]}"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        if (scans(bad[i])) {
            fail_msg("taken: %s", bad[i]);
        }
    }
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        if (!scans(good[i])) {
            fail_msg("refused: %s", good[i]);
        }
    }
}

static void depth_is_bounded(void **state) {
    (void)state;
    for (int deeper = 0; deeper < 2; deeper++) {
        char text[2 * JSON_DEPTH + 16] = "{\"a\":";
        for (int i = 1; i < JSON_DEPTH + deeper; i++) {
            strcat(text, "[");
        }
        for (int i = 1; i < JSON_DEPTH + deeper; i++) {
            strcat(text, "]");
        }
        assert_int_equal(scans(strcat(text, "}")), !deeper);
    }
}

static uint32_t next_random(uint32_t *seed) {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

/* some bytes of text become others that matter to JSON, or it loses or doubles some */
static size_t mutate(char *text, size_t length, uint32_t *seed) {
    static const char bytes[] = "{}[]:,\"\\ue0159-+.tnf \n\x01\xc3\xa9\xed\xf0";
    for (uint32_t changes = 1 + next_random(seed) % 2; changes > 0; changes--) {
        size_t at = next_random(seed) % length, some = 1 + next_random(seed) % 4;
        some = some > length - at ? length - at : some;
        switch (next_random(seed) % 3) {
        case 0:
            text[at] = bytes[next_random(seed) % (sizeof(bytes) - 1)];
            break;
        case 1:
            memmove(text + at, text + at + some, length - at - some);
            length -= length > some ? some : 0;
            break;
        default:
            if (length + some <= LONGEST) {
                memmove(text + at + some, text + at, length - at);
                length += some;
            }
        }
    }
    return length;
}

/* jansson takes lists as well, and no number that our bounds refuse is in these texts */
static void jansson_takes_and_refuses_the_same(void **state) {
    (void)state;
    static const char *const texts[] = {
        "{\"result\":{\"status\":\"conforms\",\"TR\":3000,\"TE\":[4.8,38.76],\"note\":null}}",
        "{\"a\":\"\\u00e9 \\ud83d\\ude00 \\n\\\\ \xc3\xa9 \xf0\x9f\x98\x80\",\"b\":[true,false]}",
        "{ \"watch\" : [ {\"name\":\"TE\",\"value\":\"4.8\"}, {\"x\":-1.5E+3} ] , \"i\":12 }",
    };
    uint32_t seed = 20240711;
    unsigned taken = 0;
    for (unsigned i = 0; i < MUTATIONS; i++) {
        char text[LONGEST + 1];
        const char *whole = texts[i % 3];
        size_t length = strlen(whole);
        memcpy(text, whole, length);
        length = mutate(text, length, &seed);
        json_t *tree = json_loadb(text, length, 0, NULL);
        bool ours = json_scan_object(text, length, JSON_DEPTH, NULL, NULL, 0);
        if (ours != json_is_object(tree)) {
            fail_msg("jansson %s: %.*s", ours ? "refuses" : "takes", (int)length, text);
        }
        taken += ours;
        json_decref(tree);
    }
    assert_in_range(taken, MUTATIONS / 20, MUTATIONS - MUTATIONS / 20);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_are_cut_out_as_they_stand),
        cmocka_unit_test(of_two_members_with_one_name_the_last_holds),
        cmocka_unit_test(what_is_not_good_gives_no_member),
        cmocka_unit_test(elements_come_one_after_the_other),
        cmocka_unit_test(nothing_but_one_object_is_taken),
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(jansson_takes_and_refuses_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
