/* SPDX-License-Identifier: Apache-2.0 */
/* Which page is ours, which is named, and which host name may be a trick. */
#include "base/memory.h"
#include "origin/origin.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

static void a_page_of_the_same_host_is_known_by_name_and_port(void **state) {
    (void)state;
    assert_true(origin_of_host("http://Scan.example:8080", "scan.example:5000"));
    assert_true(origin_of_host("http://[::1]:8080", "[::1]"));
    assert_false(origin_of_host("http://scan.example.evil", "scan.example"));
    assert_false(origin_of_host("http://scan.exampl", "scan.example"));
    assert_false(origin_of_host("http://[::1]", "[::2]"));
    assert_false(origin_of_host("http://[", "[::2]"));
    assert_false(origin_of_host("null", "null"));
    assert_false(origin_of_host("http://scan.example", NULL));
    assert_true(origin_of_authority("https://scan.example", "SCAN.example"));
    assert_false(origin_of_authority("http://scan.example:1", "scan.example:2"));
    assert_false(origin_of_authority("scan.example", "scan.example"));
    assert_false(origin_of_authority("http://scan.example", NULL));
}

static void a_page_is_named_whole_or_by_a_star(void **state) {
    (void)state;
    char *list[] = {"https://dash.example"};
    struct origins origins = {list, 1};
    assert_true(origins_name(&origins, "https://DASH.example"));
    assert_false(origins_name(&origins, "http://dash.example"));
    assert_false(origins_name(&origins, "https://dash.example:1"));
    list[0] = "*";
    assert_true(origins_name(&origins, "null"));
    origins.count = 0;
    assert_false(origins_name(&origins, "https://dash.example"));
}

static void addresses_and_this_machine_are_ours_and_other_names_may_be_a_trick(void **state) {
    (void)state;
    char machine[HOST_NAME_MAX + 1] = "";
    assert_int_equal(gethostname(machine, HOST_NAME_MAX), 0);
    AUTOFREE char *with_domain = mem_printf("%s.example.org:8080", machine);
    static const char *const ours[] = {"localhost", "LOCALHOST:1", "127.0.0.1:8080", "10.1.2.3",
                                       "[fe80::1]:80"};
    static const char *const others[] = {
        "", "evil.example", "evil.example:8080", "10.1.2.3.x", "localhost.example", "1x", ":8080"};
    for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
        assert_true(origin_host_is_ours(ours[i]));
    }
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        assert_false(origin_host_is_ours(others[i]));
    }
    assert_true(origin_host_is_ours(machine));
    assert_true(origin_host_is_ours(with_domain));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_of_the_same_host_is_known_by_name_and_port),
        cmocka_unit_test(a_page_is_named_whole_or_by_a_star),
        cmocka_unit_test(addresses_and_this_machine_are_ours_and_other_names_may_be_a_trick),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
