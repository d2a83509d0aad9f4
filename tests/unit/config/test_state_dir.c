/* SPDX-License-Identifier: Apache-2.0 */
/* The state folder belongs to one daemon at a time. */
#include "../plugin/captured.h"
#include "state_dir.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int enter(void **state) {
    (void)state;
    static char folder[] = "/tmp/mrqart-state-XXXXXX";
    return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int leave(void **state) {
    (void)state;
    unlink("a/b/lock");
    rmdir("a/b");
    rmdir("a");
    unlink("file");
    char folder[64];
    return getcwd(folder, sizeof(folder)) && chdir("/") == 0 && rmdir(folder) == 0 ? 0 : -1;
}

static void it_is_made_and_taken_once(void **state) {
    (void)state;
    int first, second;
    assert_int_equal(state_dir_take("a/b", &first), STATE_DIR_TAKEN);
    struct stat status;
    assert_int_equal(stat("a/b", &status), 0);
    assert_int_equal(status.st_mode & 0777, 0700);
    struct captured captured;
    captured_begin(&captured);
    enum state_dir_outcome outcome = state_dir_take("a/b", &second);
    const char *said = captured_end(&captured);
    assert_int_equal(outcome, STATE_DIR_BUSY);
    assert_int_equal(second, -1);
    char pid[32];
    snprintf(pid, sizeof(pid), "(pid %ld)", (long)getpid());
    assert_non_null(strstr(said, "the state folder a/b is in use by another mrqartd"));
    assert_non_null(strstr(said, pid));
    close(first);
    assert_int_equal(state_dir_take("a/b", &second), STATE_DIR_TAKEN);
    close(second);
}

static void what_is_no_folder_is_refused(void **state) {
    (void)state;
    fclose(fopen("file", "w"));
    int lock;
    struct captured captured;
    captured_begin(&captured);
    enum state_dir_outcome outcome = state_dir_take("file", &lock);
    const char *said = captured_end(&captured);
    assert_int_equal(outcome, STATE_DIR_BAD);
    assert_non_null(strstr(said, "cannot make the state folder file: File exists"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_made_and_taken_once),
        cmocka_unit_test(what_is_no_folder_is_refused),
    };
    return cmocka_run_group_tests(tests, enter, leave);
}
