/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the receiver that know nothing of the network: UIDs, callers, records, files. */
#include "callers.h"
#include "object.h"
#include "places.h"
#include "records.h"
#include "sandbox/sandbox.h"
#include "uid.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static bool is_uid(const char *text) {
    return uid_valid(text, strlen(text));
}

static void only_digits_and_dots_are_a_uid(void **state) {
    (void)state;
    static const char *const good[] = {"1", "1.2.3", "0.00.01", "1.2.840.10008.5.1.4.1.1.4"};
    static const char *const bad[] = {"",     ".",    "..",      "1.",  ".1", "1..2",
                                      "1.2a", "1 .2", "../../x", "1/2", "-1", "1.2\n"};
    char longest[66];
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_true(is_uid(good[i]));
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_false(is_uid(bad[i]));
    }
    memset(longest, '1', sizeof(longest));
    assert_true(uid_valid(longest, 64));
    assert_false(uid_valid(longest, 65));
    assert_false(uid_valid("1\0002", 3));
}

static bool matches(const char *entry, const char *title, const char *address) {
    struct caller caller;
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    assert_true(caller_read(&caller, entry));
    if (inet_pton(AF_INET, address, &v4.sin_addr) == 1) {
        return caller_is(&caller, title, (struct sockaddr *)(void *)&v4);
    }
    assert_int_equal(inet_pton(AF_INET6, address, &v6.sin6_addr), 1);
    return caller_is(&caller, title, (struct sockaddr *)(void *)&v6);
}

static void a_caller_is_known_by_title_and_address(void **state) {
    (void)state;
    assert_true(matches("AWP1", "AWP1", "10.0.0.1"));
    assert_false(matches("AWP1", "AWP2", "10.0.0.1"));
    assert_false(matches("AWP1", "awp1", "10.0.0.1"));
    assert_true(matches("AWP1@10.0.0.1", "AWP1", "10.0.0.1"));
    assert_false(matches("AWP1@10.0.0.1", "AWP1", "10.0.0.2"));
    assert_true(matches("AWP1@10.0.0.1", "AWP1", "::ffff:10.0.0.1"));
    assert_true(matches("*@10.0.0.0/30", "X", "10.0.0.3"));
    assert_false(matches("*@10.0.0.0/30", "X", "10.0.0.4"));
    assert_false(matches("*@0.0.0.0/0", "X", "fe80::1"));
    assert_true(matches("*@fe80::/10", "X", "fe80::1"));
    assert_false(matches("*@fe80::/10", "X", "10.0.0.1"));
    assert_true(matches("*", "X", "fe80::1"));
}

static void what_is_no_caller_is_refused(void **state) {
    (void)state;
    static const char *const bad[] = {
        "",         "   ",       "A\\B",          "A@",
        "A@host",   "A@10.0.0",  "A@10.0.0.0/33", "A@10.0.0.0/",
        "A@::/129", "@10.0.0.1", "A@10.0.0.0/-1", "SEVENTEEN LETTERS"};
    struct caller caller;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_false(caller_read(&caller, bad[i]));
    }
}

/* kind: as it would be sent; the record is taken as what it is */
static bool travels(enum record_kind kind, uint32_t number, const char *text) {
    int pair[2];
    char bytes[2 * sizeof(struct record)];
    struct record record;
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
    assert_true(record_send(pair[0], kind, number, text));
    ssize_t length = recv(pair[1], bytes, sizeof(bytes), 0);
    close(pair[0]);
    close(pair[1]);
    return record_read(&record, bytes, (size_t)length) && record.kind == kind &&
           record.number == number && strcmp(record.text, text) == 0;
}

static void records_travel_and_others_are_refused(void **state) {
    (void)state;
    assert_true(travels(RECORD_LISTENING, 0, ""));
    assert_true(travels(RECORD_ASSOCIATIONS, 8, ""));
    assert_true(travels(RECORD_STORED, 0, "1.2/3.4/5.6.dcm"));
    assert_true(travels(RECORD_STORED, 0, "1.2/3.4/5.6-9.dcm"));
    assert_true(travels(RECORD_CROWDED, 0, "a sentence"));
    assert_true(travels(RECORD_REFUSED, 0, "a sentence"));
    assert_false(travels(RECORD_ASSOCIATIONS, RECORD_ASSOCIATIONS_MOST + 1, ""));
    assert_false(travels((enum record_kind)0, 0, ""));
    assert_false(travels((enum record_kind)99, 0, "x"));
    assert_false(travels(RECORD_FAILED, 0, ""));
    static const char *const paths[] = {
        "/1/2/3.dcm",   "1/2.dcm",    "1/2/../3.dcm", "1/2/3.dcm.dcm", "../1/2.dcm", "1/2/3-1.dcm",
        "1/2/3-10.dcm", "1/2/-2.dcm", "1/2/3",        "1/2/.dcm",      "1/2/3/4.dcm"};
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        assert_false(travels(RECORD_STORED, 0, paths[i]));
    }
}

static void a_record_that_nobody_reads_is_not_waited_for(void **state) {
    (void)state;
    int pair[2], sent = 0;
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
    while (sent < 1000000 && record_send(pair[0], RECORD_REFUSED, 0, "a sentence")) {
        sent++;
    }
    assert_in_range(sent, 10, 999999);
    close(pair[1]);
    assert_false(record_send(pair[0], RECORD_REFUSED, 0, "a sentence"));
    close(pair[0]);
}

/* ---- files --------------------------------------------------------------------------------- */

static const struct object_meta meta = {
    "1.2.840.10008.5.1.4.1.1.4", "1.2.3", "1.2.840.10008.1.2.1", "1.2.3.4", "TEST", "AE"};
static const struct object_uids uids = {"1.2.1", "1.2.2", "1.2.3"};

static int enter_folder(void **state) {
    char folder[] = "/tmp/mrqart-object-XXXXXX";
    *state = strdup(mkdtemp(folder));
    return chdir(*state);
}

static int leave_folder(void **state) {
    char command[64];
    snprintf(command, sizeof(command), "rm -rf '%s'", (char *)*state);
    free(*state);
    return chdir("/") != 0 || system(command) != 0;
}

static off_t size_of(const char *path) {
    struct stat about;
    return stat(path, &about) == 0 ? about.st_size : -1;
}

static void an_object_has_its_name_only_when_it_is_complete(void **state) {
    (void)state;
    struct object object;
    char path[OBJECT_PATH_BYTES];
    assert_true(object_begin(&object, &meta));
    object_write(&object, "0123456789", 10);
    assert_int_equal(size_of(object.name), (off_t)object.bytes);
    assert_int_equal(size_of("1.2.1"), -1);
    assert_int_equal(object_keep(&object, &uids, OBJECT_SYNC, path), OBJECT_KEPT);
    assert_string_equal(path, "1.2.1/1.2.2/1.2.3.dcm");
    assert_int_equal(size_of(path), (off_t)object.bytes);
    assert_int_equal(size_of(object.name), -1);
}

static void one_that_is_dropped_leaves_nothing(void **state) {
    (void)state;
    struct object object;
    assert_true(object_begin(&object, &meta));
    object_drop(&object);
    assert_int_equal(size_of(object.name), -1);
}

static void a_write_that_fails_fails_the_object(void **state) {
    (void)state;
    struct object object;
    char path[OBJECT_PATH_BYTES];
    assert_true(object_begin(&object, &meta));
    int full = open("/dev/full", O_WRONLY);
    assert_true(full >= 0 && dup2(full, object.fd) == object.fd);
    close(full);
    object_write(&object, "x", 1);
    object_write(&object, "x", 1);
    assert_int_equal(object.error, ENOSPC);
    assert_int_equal(object_keep(&object, &uids, OBJECT_LAZY, path), OBJECT_LOST);
    assert_int_equal(errno, ENOSPC);
    assert_int_equal(size_of(object.name), -1);
    assert_int_equal(size_of("1.2.1/1.2.2/1.2.3.dcm"), -1);
}

static enum object_kept store(const char *data, const char *from, char path[OBJECT_PATH_BYTES]) {
    struct object_meta about = meta;
    struct object object;
    about.source = from;
    assert_true(object_begin(&object, &about));
    object_write(&object, data, strlen(data));
    enum object_kept kept = object_keep(&object, &uids, OBJECT_LAZY, path);
    assert_int_equal(size_of(object.name), -1);
    return kept;
}

static void one_that_comes_again_replaces_none(void **state) {
    (void)state;
    char path[OBJECT_PATH_BYTES], data[] = "x";
    assert_int_equal(store("first", "AE", path), OBJECT_KEPT);
    off_t size = size_of(path);
    assert_int_equal(store("first", "ANOTHER AE", path), OBJECT_KEPT);
    assert_string_equal(path, "1.2.1/1.2.2/1.2.3.dcm");
    assert_int_equal(size_of(path), size);
    assert_int_equal(size_of("1.2.1/1.2.2/1.2.3-2.dcm"), -1);
    assert_int_equal(store("other", "AE", path), OBJECT_BESIDE);
    assert_string_equal(path, "1.2.1/1.2.2/1.2.3-2.dcm");
    assert_int_equal(store("other", "AE", path), OBJECT_KEPT);
    for (int i = 3; i <= OBJECT_VERSIONS; i++) {
        data[0] = (char)('a' + i);
        assert_int_equal(store(data, "AE", path), OBJECT_BESIDE);
    }
    assert_int_equal(store("and another", "AE", path), OBJECT_REFUSED);
    assert_int_equal(size_of("1.2.1/1.2.2/1.2.3.dcm"), size);
}

/* ---- places -------------------------------------------------------------------------------- */

static struct in6_addr address(const char *text) {
    struct in6_addr found;
    assert_int_equal(inet_pton(AF_INET6, text, &found), 1);
    return found;
}

/* three places, two of them for one address, and three more that only ask */
static struct places *some_places(unsigned idle_ms) {
    const struct place_limits limits = {.most = 3, .most_of_peer = 2, .idle_ms = idle_ms};
    struct places *places = places_create(&limits, 6);
    const struct in6_addr one = address("::ffff:10.0.0.1"), other = address("::ffff:10.0.0.2");
    for (size_t i = 0; i < 6; i++) {
        places_clear(places, i, i < 3 ? &one : &other);
    }
    return places;
}

static void a_peer_has_its_share_of_places_and_no_more(void **state) {
    (void)state;
    struct places *places = some_places(0);
    assert_int_equal(places_admit(places, 0), PLACE_GIVEN);
    assert_int_equal(places_admit(places, 1), PLACE_GIVEN);
    assert_int_equal(places_admit(places, 2), PLACE_TOO_MANY_OF_PEER);
    assert_int_equal(places_admit(places, 3), PLACE_GIVEN);
    assert_int_equal(places_admit(places, 4), PLACE_TOO_MANY);
    assert_int_equal(places_idle(places), places->room); /* nobody waits any more */
    places_destroy(places);
}

static void one_that_waits_gets_the_place_of_the_one_that_is_idle_for_the_longest(void **state) {
    (void)state;
    enum { IDLE_MS = 60000 };
    struct places *places = some_places(IDLE_MS);
    static const size_t first[] = {0, 1, 3};
    int status = 0;
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(places_admit(places, first[i]), PLACE_GIVEN);
        places->of[first[i]].active_ms -= 2 * IDLE_MS - (int64_t)i;
    }
    places_touch(places, 0);
    pid_t pid = fork();
    if (pid == 0) {
        _exit(places_admit(places, 4) == PLACE_GIVEN ? 0 : 1);
    }
    while (places_idle(places) == places->room) {
        usleep(1000);
    }
    assert_int_equal(places_idle(places), 1);
    places_clear(places, 1, &in6addr_any); /* as when its process has ended */
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    assert_int_equal(places_idle(places), places->room);
    places_destroy(places);
}

static void free_space_is_promised_once(void **state) {
    (void)state;
    const struct place_limits limits = {.most = 2, .most_of_peer = 2};
    struct places *places = places_create(&limits, 2);
    struct statvfs space;
    assert_int_equal(statvfs(".", &space), 0);
    uint64_t half = (uint64_t)space.f_bavail * space.f_frsize / 2;
    uint64_t most = half + half / 2; /* others write here meanwhile: no figure is exact */
    assert_false(places_reserve(places, 0, most, (int64_t)half));
    assert_true(places_reserve(places, 0, half, 0));
    assert_false(places_reserve(places, 1, most, 0));
    places_wrote(places, 0, half / 2);
    places_release(places, 0);
    assert_true(places_reserve(places, 1, most, 0));
    places_destroy(places);
}

static void what_others_have_left_is_swept(void **state) {
    (void)state;
    char name[OBJECT_NAME_BYTES];
    object_name(name, 4711);
    close(open(name, O_WRONLY | O_CREAT, 0600));
    close(open("1.dcm", O_WRONLY | O_CREAT, 0600));
    object_sweep();
    assert_int_equal(size_of(name), -1);
    assert_int_equal(size_of("1.dcm"), 0);
}

/* in a child, since it is for good: 0: all is as promised, 1: not so, 77: not here */
static int confined(void) {
    struct object object;
    char path[OBJECT_PATH_BYTES];
    int spool = open(".", O_RDONLY | O_DIRECTORY), etc = open("/etc", O_PATH | O_DIRECTORY);
    switch (sandbox_confine(spool, etc)) {
    case SANDBOX_NOT_HERE:
        return 77;
    case SANDBOX_FAILED:
        return 1;
    case SANDBOX_CONFINED:
        break;
    }
    bool kept = object_begin(&object, &meta) &&
                object_keep(&object, &uids, OBJECT_SYNC, path) == OBJECT_KEPT;
    bool shut = open("/etc/passwd", O_RDONLY) >= 0 && open("/etc/passwd", O_WRONLY) < 0 &&
                open("/proc/self/status", O_RDONLY) < 0 && errno == EACCES &&
                mkdir("/tmp/mrqart-not-allowed", 0700) < 0 && errno == EACCES;
    object_sweep();
    return kept && shut ? 0 : 1;
}

static void a_process_can_be_shut_in_the_spool_and_still_store(void **state) {
    (void)state;
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        _exit(confined());
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77) {
        print_message("SKIP: no Landlock here, or built with sanitizers\n");
        skip();
    }
    assert_int_equal(WEXITSTATUS(status), 0);
}

#define with_folder(test) cmocka_unit_test_setup_teardown(test, enter_folder, leave_folder)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_digits_and_dots_are_a_uid),
        cmocka_unit_test(a_caller_is_known_by_title_and_address),
        cmocka_unit_test(what_is_no_caller_is_refused),
        cmocka_unit_test(records_travel_and_others_are_refused),
        cmocka_unit_test(a_record_that_nobody_reads_is_not_waited_for),
        with_folder(an_object_has_its_name_only_when_it_is_complete),
        with_folder(one_that_is_dropped_leaves_nothing),
        with_folder(a_write_that_fails_fails_the_object),
        with_folder(one_that_comes_again_replaces_none),
        cmocka_unit_test(a_peer_has_its_share_of_places_and_no_more),
        cmocka_unit_test(one_that_waits_gets_the_place_of_the_one_that_is_idle_for_the_longest),
        cmocka_unit_test(free_space_is_promised_once),
        with_folder(what_others_have_left_is_swept),
        with_folder(a_process_can_be_shut_in_the_spool_and_still_store),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
