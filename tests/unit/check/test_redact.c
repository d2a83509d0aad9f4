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
    AUTOFREE char *found = redact_text(redact, text);
    if (redacted) {
        assert_string_equal(found, redacted);
    } else {
        assert_null(found);
    }
}

static void words_are_found_in_any_case_and_spelling(void **state) {
    (void)state;
    struct redact redact = {{"DOE^JANE", "ID 77"}};
    expect(&redact, "/x/doe_jane-id_77/y", "/x/(subject)-(subject)/y");
    expect(&redact, "Doe Jane", "(subject)");
    expect(&redact, "DOEJANE", NULL);
    expect(&redact, "nothing of it", NULL);
    expect(&redact, "", NULL);
    expect(&redact, NULL, NULL);
    expect(NULL, "Doe Jane", NULL);
    expect(&redact, "ID7", NULL);
}

static void without_words_nothing_is_done(void **state) {
    (void)state;
    struct redact redact = {{NULL}};
    expect(&redact, "Doe Jane", NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_found_in_any_case_and_spelling),
        cmocka_unit_test(without_words_nothing_is_done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
