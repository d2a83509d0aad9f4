/* SPDX-License-Identifier: Apache-2.0 */
/* Specific Character Set: the examples of PS3.5 annexes H to K, and what files make of them. */
#include "both_ways.h"
#include "dicom/charset.h"
#include "dicom/taglist.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define NAME DICOM_TAG(0x0010, 0x0010)
#define PROJECT DICOM_TAG(0x0008, 0x1030)
#define COMMENTS DICOM_TAG(0x0020, 0x4000)

static void assert_text(const char *charset, uint32_t tag, const char *bytes,
                        const char *expected) {
    struct made made = make_file(EXPLICIT_LITTLE, MR_IMAGE);
    if (charset) {
        make_text(&made, DICOM_TAG(0x0008, 0x0005), "CS", charset);
    }
    make_text(&made, DICOM_TAG(0x0008, 0x0016), "UI", MR_IMAGE);
    make_text(&made, DICOM_TAG(0x0008, 0x0018), "UI", "1.2.3");
    make_text(&made, tag, tag == NAME ? "PN" : tag == PROJECT ? "LO" : "LT", bytes);
    make_pixels(&made, 8);
    assert_int_equal(both_read(&made), DICOM_COMPLETE);
    assert_string_equal(both_value(tag == NAME      ? "SubID"
                                   : tag == PROJECT ? "Project"
                                                    : "Comments"),
                        expected);
    make_free(&made);
}

static void the_examples_of_the_standard_are_read(void **state) {
    (void)state;
    assert_text("\\ISO 2022 IR 87", NAME,
                "Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B="
                "\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B",
                "Yamada^Tarou=山田^太郎=やまだ^たろう");
    assert_text("ISO 2022 IR 13\\ISO 2022 IR 87", NAME,
                "\xd4\xcf\xc0\xde^\xc0\xdb\xb3=\x1b$B;3ED\x1b(J^\x1b$BB@O:\x1b(J="
                "\x1b$B$d$^$@\x1b(J^\x1b$B$?$m$&\x1b(J",
                "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう");
    assert_text("\\ISO 2022 IR 149", NAME,
                "Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7="
                "\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf",
                "Hong^Gildong=洪^吉洞=홍^길동");
    assert_text("\\ISO 2022 IR 58", NAME, "Zhang^XiaoDong=\x1b$)A\xd5\xc5^\x1b$)A\xd0\xa1\xb6\xab=",
                "Zhang^XiaoDong=张^小东");
    assert_text("ISO_IR 192", NAME,
                "Wang^XiaoDong=\xe7\x8e\x8b^\xe5\xb0\x8f\xe4\xb8\x9c=", "Wang^XiaoDong=王^小东");
    assert_text("GB18030", NAME,
                "Wang^XiaoDong=\xcd\xf5^\xd0\xa1\xb6\xab=", "Wang^XiaoDong=王^小东");
    assert_text("GBK", NAME, "Wang^XiaoDong=\xcd\xf5^\xd0\xa1\xb6\xab=", "Wang^XiaoDong=王^小东");
    assert_text("ISO_IR 127", NAME, "\xe2\xc8\xc7\xe6\xea^\xe4\xe6\xd2\xc7\xd1", "قباني^لنزار");
    assert_text("ISO_IR 126", NAME, "\xc4\xe9\xef\xed\xf5\xf3\xe9\xef\xf2", "Διονυσιος");
    assert_text("ISO_IR 144", NAME, "\xbb\xee\xda\xe1\xd5\xdc\xd1\xe3\xe0\xd3", "Люксембург");
    assert_text("ISO_IR 138", NAME, "\xf9\xf8\xe5\xef^\xe3\xe1\xe5\xf8\xe4", "שרון^דבורה");
}

static void every_set_is_read_alone_and_behind_its_escape(void **state) {
    (void)state;
    static const struct {
        const char *number, *escape, *bytes, *text;
    } sets[] = {
        {"100", "\x1b-A", "K\xf6ln", "Köln"},
        {"101", "\x1b-B", "\xb3\xf3\x64\xbc", "łódź"},
        {"109", "\x1b-C", "\xe6\xf8", "ĉĝ"},
        {"110", "\x1b-D", "\xbd\xbf", "Ŋŋ"},
        {"126", "\x1b-F", "\xe1\xe2", "αβ"},
        {"127", "\x1b-G", "\xc7\xc8", "اب"},
        {"138", "\x1b-H", "\xe0\xe1", "אב"},
        {"144", "\x1b-L", "\xbc\xde\xd7\xd3", "Мозг"},
        {"148", "\x1b-M", "\xfd\xfe", "ış"},
        {"203", "\x1b-b", "\xa4\xbd", "€œ"},
        {"166", "\x1b-T", "\xca\xc1\xcd\xa7", "สมอง"},
        {"13", "\x1b)I", "\xc9\xb3", "ﾉｳ"},
        {"149", "\x1b$)C", "\xb3\xfa", "뇌"},
        {"58", "\x1b$)A", "\xc4\xd4", "脑"},
    };
    for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
        char term[32], bytes[64], text[64];
        snprintf(term, sizeof(term), "ISO_IR %s", sets[i].number);
        assert_text(term, PROJECT, sets[i].bytes, sets[i].text);
        snprintf(term, sizeof(term), "ISO 2022 IR %s", sets[i].number);
        assert_text(term, PROJECT, sets[i].bytes, sets[i].text);
        snprintf(term, sizeof(term), "\\ISO 2022 IR %s", sets[i].number);
        snprintf(bytes, sizeof(bytes), "a %s%s b", sets[i].escape, sets[i].bytes);
        snprintf(text, sizeof(text), "a %s b", sets[i].text);
        assert_text(term, PROJECT, bytes, text);
    }
    assert_text("\\ISO 2022 IR 159", PROJECT, "\x1b$(D0!0$\x1b(B", "丂丌");
}

static void misspelt_sets_are_known(void **state) {
    (void)state;
    static const char *const utf8[] = {"ISO IR 192", "ISO-IR 192", "ISO.IR 192", "iso_ir 192",
                                       "UTF-8"};
    for (size_t i = 0; i < sizeof(utf8) / sizeof(utf8[0]); i++) {
        assert_text(utf8[i], PROJECT, "\xc3\x89tude^\xe8\x84\x91", "Étude^脑");
    }
    static const char *const cyrillic[] = {"ISO IR 144", "ISO-IR 144", "ISO-2022-IR-144",
                                           "ISO_2022_IR_144", "ISO_IR 144 "};
    for (size_t i = 0; i < sizeof(cyrillic) / sizeof(cyrillic[0]); i++) {
        assert_text(cyrillic[i], PROJECT, "\xbc\xde\xd7\xd3", "Мозг");
    }
    assert_text("ISO 2022 GBK", PROJECT, "\xc4\xd4", "脑");
    assert_text("ISO 2022 58", PROJECT, "\xc4\xd4", "脑");
}

static void an_absent_or_unknown_set_is_latin_1(void **state) {
    (void)state;
    static const char *const unknown[] = {NULL, "", " ", "ISO_IR 6", "ISO_IR 9999", "nonsense"};
    for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
        assert_text(unknown[i], PROJECT, "K\xf6ln", "Köln");
    }
}

static void a_set_ends_at_a_delimiter(void **state) {
    (void)state;
    assert_text("\\ISO 2022 IR 144", NAME, "\x1b-L\xbc\xdf^\xe9", "Мп^é");
    assert_text("\\ISO 2022 IR 144", NAME, "\x1b-L\xbc\xdf=\xe9", "Мп=é");
    assert_text("\\ISO 2022 IR 144", PROJECT, "\x1b-L\xbc\xdf\\\xe9", "['Мп', 'é']");
    assert_text("\\ISO 2022 IR 144", COMMENTS, "\x1b-L\xbc\xdf\r\n\xe9", "Мп\r é");
    assert_text("\\ISO 2022 IR 144", COMMENTS, "\x1b-L\xbc\xdf\t\xe9", "Мп é");
    /* which are plain characters elsewhere: ^ and = part names only, \ is no delimiter of an LT */
    assert_text("\\ISO 2022 IR 144", PROJECT, "\x1b-L\xbc^\xdf=\xe0", "М^п=р");
    assert_text("\\ISO 2022 IR 144", COMMENTS, "\x1b-L\xbc\\\xdf", "М\\п");
    assert_text("ISO_IR 100\\ISO 2022 IR 126", PROJECT, "\xe9 \x1b-F\xe1\x1b-A\xe9", "é αé");
}

static void bytes_that_look_like_delimiters_are_halves_of_characters(void **state) {
    (void)state;
    assert_text("\\ISO 2022 IR 87", NAME, "\x1b$B%^%=%\\\x1b(B^a", "マソボ^a");
    assert_text("GB18030", PROJECT, "\x81\x5c\x81\x5e", "乗乛");
    assert_text("GBK", NAME, "\x81\x5c^\x81\x5e", "乗^乛");
    assert_text("ISO_IR 13", PROJECT, "\x83\x5c\x94\x5c",
                "ソ能"); /* Shift JIS, as Windows has it */
    assert_text("ISO 2022 IR 13", PROJECT, "\xc9\xb3\\\xc9", "['ﾉｳ', 'ﾉ']");
}

static void no_escape_is_left(void **state) {
    (void)state;
    assert_text(NULL, PROJECT, "a\x1b$)Ab", "ab");
    assert_text(NULL, PROJECT, "\x1b$B;3ED\x1b(B", "山田"); /* announced or not */
    assert_text("ISO_IR 192", PROJECT, "\x1b(B\xe8\x84\x91", "脑");
    assert_text("ISO_IR 100", PROJECT, "a\x1b-Zb\x1b!!@c\x1b", "abc");
    assert_text("ISO_IR 100", PROJECT, "a\x1b\x1b\x1b\x80", "a\xc2\x80");
    assert_text("\\ISO 2022 IR 87", PROJECT, "\x1b$B;3E", "山\xef\xbf\xbd");
    assert_text("\\ISO 2022 IR 87", PROJECT, "\x1b$B\x1b(B", "");
}

static void bytes_that_are_no_character_become_replacement_characters(void **state) {
    (void)state;
    assert_text("ISO_IR 192", PROJECT, "K\xf6ln", "K\xef\xbf\xbdln");
    assert_text("\\ISO 2022 IR 58", PROJECT, "\x1b$)A\xc4\xd4\xff", "脑\xef\xbf\xbd");
    assert_text("ISO_IR 166", PROJECT, "\xca\xff", "ส\xef\xbf\xbd");
    assert_text("ISO 2022 IR 87", PROJECT, "K\xf6ln", "K\xef\xbf\xbdln");
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
    charset_destroy(NULL);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_examples_of_the_standard_are_read),
        cmocka_unit_test(every_set_is_read_alone_and_behind_its_escape),
        cmocka_unit_test(misspelt_sets_are_known),
        cmocka_unit_test(an_absent_or_unknown_set_is_latin_1),
        cmocka_unit_test(a_set_ends_at_a_delimiter),
        cmocka_unit_test(bytes_that_look_like_delimiters_are_halves_of_characters),
        cmocka_unit_test(no_escape_is_left),
        cmocka_unit_test(bytes_that_are_no_character_become_replacement_characters),
    };
    return cmocka_run_group_tests(tests, open_readers, close_readers);
}
