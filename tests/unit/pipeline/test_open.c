/* SPDX-License-Identifier: Apache-2.0 */
/* Opening files that may be anything. */
#include "base/memory.h"
#include "open_file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

static const struct protocol_check plain = {0};

static int enter_folder(void **state) {
    char *folder = mem_dup("/tmp/mrqart-open-XXXXXX");
    *state = folder;
    return !mkdtemp(folder) || chdir(folder) < 0 || mkdir("root", 0777) < 0;
}

static int leave_folder(void **state) {
    AUTOFREE char *command = mem_printf("rm -r %s", (char *)*state);
    free(*state);
    return chdir("/") < 0 || system(command) != 0;
}

static void write_file(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static struct opened_file opened_with(const char *path, const struct protocol_check *request) {
    struct opened_file opened;
    open_file("root", path, request, &opened);
    if (opened.outcome != PROTOCOL_DONE) {
        assert_int_equal(opened.fd, -1);
    }
    return opened;
}

static enum protocol_outcome outcome_of(const char *path) {
    struct opened_file opened = opened_with(path, &plain);
    if (opened.fd >= 0) {
        close(opened.fd);
    }
    return opened.outcome;
}

static void a_regular_file_is_opened_and_identified(void **state) {
    (void)state;
    struct stat status;
    write_file("root/x", "12345");
    assert_int_equal(stat("root/x", &status), 0);
    struct opened_file opened = opened_with("x", &plain);
    assert_int_equal(opened.outcome, PROTOCOL_DONE);
    assert_int_equal(opened.identity.inode, status.st_ino);
    assert_int_equal(opened.identity.size, 5);
    assert_int_equal(opened.links, 1);
    close(opened.fd);
}

static void the_known_file_is_not_opened(void **state) {
    (void)state;
    write_file("root/x", "12345");
    struct opened_file opened = opened_with("x", &plain);
    close(opened.fd);
    const struct protocol_check again = {.known = protocol_identity_hash(&opened.identity)};
    assert_int_equal(opened_with("x", &again).outcome, PROTOCOL_SAME);
    write_file("root/x", "123456");
    opened = opened_with("x", &again);
    assert_int_equal(opened.outcome, PROTOCOL_DONE);
    close(opened.fd);
}

static void what_is_no_regular_file_is_left_alone(void **state) {
    (void)state;
    assert_int_equal(mkfifo("root/fifo", 0666), 0);
    assert_int_equal(mkdir("root/folder", 0777), 0);
    assert_int_equal(symlink("/etc/passwd", "root/link"), 0);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "root/socket"};
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    static const char *const names[] = {"fifo", "folder", "link", "socket"};
    for (size_t i = 0; i < 4; i++) {
        struct opened_file opened = opened_with(names[i], &plain);
        assert_int_equal(opened.outcome, PROTOCOL_REFUSED);
        assert_non_null(strstr(opened.message, "left alone"));
    }
    close(fd);
}

static void nothing_is_reached_through_links_or_outside(void **state) {
    (void)state;
    write_file("outside", "secret");
    assert_int_equal(symlink("..", "root/up"), 0);
    assert_int_not_equal(outcome_of("up/outside"), PROTOCOL_DONE);
    assert_int_not_equal(outcome_of("../outside"), PROTOCOL_DONE);
    assert_int_not_equal(outcome_of("up/root/../outside"), PROTOCOL_DONE);
    assert_int_equal(mkdir("root/down", 0777), 0);
    write_file("root/down/x", "123");
    assert_int_equal(outcome_of("down/x"), PROTOCOL_DONE);
    assert_int_not_equal(outcome_of("down/../../outside"), PROTOCOL_DONE);
}

static void what_is_not_there_is_gone(void **state) {
    (void)state;
    write_file("root/x", "");
    assert_int_equal(outcome_of("nothing"), PROTOCOL_GONE);
    assert_int_equal(outcome_of("no/thing"), PROTOCOL_GONE);
    assert_int_equal(outcome_of("x/thing"), PROTOCOL_GONE);
    struct opened_file opened;
    open_file("no-root", "x", &plain, &opened);
    assert_int_equal(opened.outcome, PROTOCOL_GONE);
}

static void a_file_that_is_open_for_writing_is_told_from_one_that_is_closed(void **state) {
    (void)state;
    const struct protocol_check scanned = {.flags = PROTOCOL_MAYBE_OPEN};
    write_file("root/x", "123");
    int writer = open("root/x", O_WRONLY | O_CLOEXEC);
    struct opened_file opened = opened_with("x", &scanned);
    assert_int_equal(opened.outcome, PROTOCOL_OPEN);
    assert_int_equal(opened.identity.size, 3);
    const struct protocol_check patient = {.flags = PROTOCOL_MAYBE_OPEN,
                                           .settled = protocol_identity_hash(&opened.identity)};
    assert_int_equal(opened_with("x", &patient).outcome, PROTOCOL_OPEN); /* however long */
    close(writer);
    opened = opened_with("x", &scanned);
    assert_int_equal(opened.outcome, PROTOCOL_DONE);
    writer = open("root/x", O_WRONLY | O_NONBLOCK | O_CLOEXEC); /* no lease is left behind */
    assert_true(writer >= 0);
    close(writer);
    close(opened.fd);
}

static void a_file_written_while_it_is_read_is_incomplete(void **state) {
    (void)state;
    write_file("root/x", "123");
    struct opened_file opened = opened_with("x", &plain);
    open_file_look_again(&opened);
    assert_int_equal(opened.outcome, PROTOCOL_DONE);
    write_file("root/x", "123456");
    open_file_look_again(&opened);
    assert_int_equal(opened.outcome, PROTOCOL_INCOMPLETE);
    assert_int_equal(opened.identity.size, 6);
    close(opened.fd);
}

static void without_a_descriptor_it_says_so(void **state) {
    (void)state;
    struct rlimit few, before;
    struct opened_file opened;
    write_file("root/x", "123");
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    few = before;
    few.rlim_cur = 3;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    bool can = open_file("root", "x", &plain, &opened);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_false(can);
    assert_int_equal(opened.fd, -1);
}

/* A kernel that does not know openat2(). */
static bool forget_openat2(void) {
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = {sizeof(filter) / sizeof(filter[0]), filter};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, enter_folder, leave_folder)
    const struct CMUnitTest tests[] = {
        TEST(a_regular_file_is_opened_and_identified),
        TEST(the_known_file_is_not_opened),
        TEST(what_is_no_regular_file_is_left_alone),
        TEST(nothing_is_reached_through_links_or_outside),
        TEST(what_is_not_there_is_gone),
        TEST(a_file_that_is_open_for_writing_is_told_from_one_that_is_closed),
        TEST(a_file_written_while_it_is_read_is_incomplete),
        TEST(without_a_descriptor_it_says_so),
    };
    int failed = cmocka_run_group_tests_name("with openat2", tests, NULL, NULL);
    if (forget_openat2()) {
        failed += cmocka_run_group_tests_name("without openat2", tests, NULL, NULL);
    }
    return failed;
}
