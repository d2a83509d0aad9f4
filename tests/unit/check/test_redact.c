/* SPDX-License-Identifier: Apache-2.0 */
/* The subject's name and ID leave texts, however they are written there. */
#include "base/memory.h"
#include "check/redact.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void expect(const struct redact *redact, const char *text, const char *redacted) {
    AUTOFREE char *found = redact_typed(redact, text);
    if (redacted) {
        assert_non_null(found);
        assert_string_equal(found, redacted);
    } else {
        assert_null(found);
    }
}

static struct redact subject(const char *name, const char *id) {
    struct redact redact;
    redact_init(&redact, name, id);
    return redact;
}

static void words_are_found_in_any_case_and_spelling(void **state) {
    (void)state;
    struct redact redact = subject("DOE^JANE", "ID 77");
    expect(&redact, "/x/doe_jane-id_77/y", "/x/(subject)-(subject)/y");
    expect(&redact, "Doe Jane", "(subject)");
    expect(&redact, "nothing of it", NULL);
    expect(&redact, "", NULL);
    expect(&redact, NULL, NULL);
    expect(NULL, "Doe Jane", NULL);
    expect(&redact, "ID7", NULL);
}

static void components_are_found_alone(void **state) {
    (void)state;
    struct redact redact = subject("Doe-Smith^Jane Ann^^Dr", "S-0815");
    expect(&redact, "20241004_SMITH_scan", "20241004_(subject)_scan");
    expect(&redact, "jane.doe", "(subject).(subject)");
    expect(&redact, "DOE20241004", "(subject)20241004");
    expect(&redact, "0815", "(subject)");
    expect(&redact, "Dr", NULL); /* two letters */
}

static void a_part_of_a_longer_word_stays(void **state) {
    (void)state;
    struct redact redact = subject("Ann^Plan", "8620");
    expect(&redact, "planning the scanner", NULL);
    expect(&redact, "18620", NULL);
    expect(&redact, "wpc-8620", "wpc-(subject)");
}

static void letters_beside_ascii_are_letters(void **state) {
    (void)state;
    struct redact redact = subject("J\xc3\x96HN^\xd0\x98\xd0\x92\xd0\x90\xd0\x9d", "");
    expect(&redact, "j\xc3\xb6hn", "(subject)");
    expect(&redact, "bj\xc3\xb6hn", NULL);
    expect(&redact, "\xd0\xb8\xd0\xb2\xd0\xb0\xd0\xbd", "(subject)");
    redact = subject("Yamada^Tarou=\xe5\xb1\xb1\xe7\x94\xb0^\xe5\xa4\xaa\xe9\x83\x8e", NULL);
    expect(&redact, "\xe5\xb1\xb1\xe7\x94\xb0_1", "(subject)_1");
    expect(&redact, "\xff\xfe yamada \xff", "\xff\xfe (subject) \xff");
}

static void short_names_and_hostile_ones_leave_texts_whole(void **state) {
    (void)state;
    struct redact redact = subject("te", "12");
    expect(&redact, "te 12 status", NULL);
    redact = subject("^^^^", "\"\\{}");
    expect(&redact, "{\"a\": \"\\\"}", NULL);
    AUTOFREE char *many = mem_zeroed(40001, 1);
    for (int i = 0; i < 10000; i++) {
        memcpy(many + 4 * i, "abc^", 4);
    }
    redact = subject(many, many);
    expect(&redact, "ABC", "(subject)");
}

static void without_words_nothing_is_done(void **state) {
    (void)state;
    struct redact redact = subject(NULL, NULL);
    expect(&redact, "Doe Jane", NULL);
}

static void a_sentence_may_have_what_is_shown_elsewhere(void **state) {
    (void)state;
    struct redact redact = subject("Doe", "8620");
    redact_show(&redact, "Brain^wpc-8620");
    redact_show(&redact, NULL);
    AUTOFREE char *sentence = redact_sentence(&redact, "Project is Brain^wpc-8620, not Doe's");
    assert_string_equal(sentence, "Project is Brain^wpc-8620, not (subject)'s");
    expect(&redact, "8620", "(subject)"); /* a folder's name may not */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_found_in_any_case_and_spelling),
        cmocka_unit_test(components_are_found_alone),
        cmocka_unit_test(a_part_of_a_longer_word_stays),
        cmocka_unit_test(letters_beside_ascii_are_letters),
        cmocka_unit_test(short_names_and_hostile_ones_leave_texts_whole),
        cmocka_unit_test(without_words_nothing_is_done),
        cmocka_unit_test(a_sentence_may_have_what_is_shown_elsewhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
