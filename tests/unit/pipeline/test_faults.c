/* SPDX-License-Identifier: Apache-2.0 */
/* Workers that die, hang or lie: one file pays for it, once. */
#include "bed.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

static void one_worker(struct pipeline_settings *settings) {
    settings->workers = 1;
}

static void write_around(struct bed *bed, const char *bad) {
    bed_write_and_close(bed, "a/1.dcm", "7");
    bed_write_and_close(bed, "a/2.dcm", "7");
    bed_write_and_close(bed, bad, "7");
    bed_write_and_close(bed, "a/3.dcm", "7");
    bed_write_and_close(bed, "a/4.dcm", "7");
    bed_settle(bed);
}

static void assert_only_bad_failed(struct bed *bed) {
    assert_int_equal(bed->events, 5);
    assert_int_equal(bed_told(bed, "error"), 1);
    assert_int_equal(bed_told(bed, "new 7"), 4);
}

static void a_file_that_kills_its_worker_is_one_error(void **state) {
    (void)state;
    struct bed *bed = bed_create(NULL);
    write_around(bed, "a/crash.dcm");
    assert_only_bad_failed(bed);
    assert_int_equal(bed_told(bed, "crash.dcm: its worker died, twice"), 1);
    assert_int_equal(bed_health(bed, "workers.died"), 2);
    bed_close(bed, "a/crash.dcm"); /* the same file: known */
    bed_settle(bed);
    assert_int_equal(bed->events, 5);
    bed_destroy(bed);
}

static void a_file_that_takes_too_long_is_one_error(void **state) {
    (void)state;
    struct bed *bed = bed_create(one_worker);
    write_around(bed, "a/hang.dcm");
    assert_only_bad_failed(bed);
    assert_int_equal(bed_told(bed, "hang.dcm: took longer than 1 s, twice"), 1);
    assert_int_equal(bed_health(bed, "workers.timed_out"), 2);
    bed_destroy(bed);
}

static void a_worker_that_breaks_the_protocol_is_killed(void **state) {
    (void)state;
    static const char *const lies[] = {"long",       "kind",    "number",
                                       "generation", "outcome", "station"};
    struct bed *bed = bed_create(NULL);
    for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
        char name[32];
        snprintf(name, sizeof(name), "a/%s.dcm", lies[i]);
        bed_write_and_close(bed, name, "7");
        bed_settle(bed);
        assert_int_equal(bed->events, i + 1);
        assert_int_equal(bed_told(bed, "died, twice"), i + 1);
    }
    bed_write_and_close(bed, "a/1.dcm", "7");
    bed_settle(bed);
    assert_int_equal(bed_told(bed, "new 7 1.dcm"), 1);
    bed_destroy(bed);
}

/* ---- processes that cannot be killed ----------------------------------------------------- */

static size_t worker_pids(struct bed *bed, pid_t *pids, size_t room) {
    json_auto_t *health = json_object(), *warnings = json_array();
    pipeline_health(bed->pipeline, health, warnings);
    const json_t *list = json_object_get(json_object_get(health, "workers"), "processes");
    size_t count = json_array_size(list) < room ? json_array_size(list) : room;
    for (size_t i = 0; i < count; i++) {
        pids[i] = (pid_t)json_integer_value(json_object_get(json_array_get(list, i), "pid"));
    }
    return count;
}

/*
 * Whoever traces a process is told of its end first: until it listens, or ends itself, the process
 * is there, as if it hung in the kernel. Returns the tracer, or -1 where tracing is forbidden.
 */
static pid_t hold_workers(struct bed *bed) {
    pid_t pids[2];
    assert_int_equal(worker_pids(bed, pids, 2), 2);
    int told[2];
    char answer = 'n';
    assert_int_equal(pipe(told), 0);
    pid_t tracer = fork();
    if (tracer == 0) {
        signal(SIGCHLD, SIG_DFL); /* the loop's handler would end the pause */
        bool held = ptrace(PTRACE_SEIZE, pids[0], NULL, NULL) == 0 &&
                    ptrace(PTRACE_SEIZE, pids[1], NULL, NULL) == 0;
        _exit(write(told[1], held ? "y" : "n", 1) == 1 && held ? pause() : 1);
    }
    close(told[1]);
    assert_int_equal(read(told[0], &answer, 1), 1);
    close(told[0]);
    if (answer != 'y') {
        waitpid(tracer, NULL, 0);
        return -1;
    }
    return tracer;
}

static bool is_shut_out(struct bed *bed) {
    return bed_health(bed, "workers.stuck") == 2;
}

static void impatient(struct pipeline_settings *settings) {
    settings->worker_timeout_ms = 200;
}

static void a_folder_that_processes_hang_in_is_shut_out_until_they_end(void **state) {
    (void)state;
    struct bed *bed = bed_create(impatient);
    char other[128];
    snprintf(other, sizeof(other), "%s/b", bed->root);
    pid_t tracer = hold_workers(bed);
    if (tracer < 0) {
        bed_destroy(bed);
        skip();
    }
    bed_write_and_close(bed, "a/hang1.dcm", "7");
    bed_write_and_close(bed, "a/hang2.dcm", "7");
    bed_until(bed, is_shut_out);
    int events = bed->events;
    bed_write_and_close(bed, "a/1.dcm", "7"); /* waits */
    bed_write(bed, "b/2.dcm", "8");
    bed_close_in(bed, other, "b/2.dcm");
    bed_wait(bed, events + 1);
    assert_int_equal(bed_told(bed, "new 8 2.dcm"), 1);
    assert_int_equal(bed_told(bed, "new 7 1.dcm"), 0);
    json_auto_t *health = json_object(), *warnings = json_array();
    assert_true(pipeline_health(bed->pipeline, health, warnings));
    assert_int_equal(json_array_size(warnings), 2);
    kill(tracer, SIGKILL);
    assert_int_equal(waitpid(tracer, NULL, 0), tracer);
    bed_settle(bed);
    assert_int_equal(bed_told(bed, "new 7 1.dcm"), 1);
    assert_int_equal(bed_told(bed, "error"), 2);
    assert_int_equal(bed_health(bed, "workers.stuck"), 0);
    bed_destroy(bed);
}

static void kill_workers(struct bed *bed) {
    pid_t pids[8];
    for (size_t i = worker_pids(bed, pids, 8); i-- > 0;) {
        kill(pids[i], SIGKILL);
    }
}

static void workers_killed_from_outside_cost_nothing(void **state) {
    (void)state;
    struct bed *bed = bed_create(NULL);
    for (int i = 0; i < 100; i++) {
        char name[32];
        snprintf(name, sizeof(name), "a/%d.dcm", i);
        bed_write_and_close(bed, name, "7");
        if (i % 20 == 10) {
            kill_workers(bed);
        }
    }
    bed_settle(bed);
    assert_int_equal(bed_told(bed, "new 7"), 100);
    assert_int_equal(bed->events, 100);
    bed_destroy(bed);
}

static void a_checker_that_crashes_on_three_files_is_disabled(void **state) {
    (void)state;
    struct bed *bed = bed_create(NULL);
    for (int times = 1; times <= 4; times++) { /* one file, written again and again, is no reason */
        bed_write_and_close(bed, "a/checker1.dcm", times % 2 ? "7" : "77");
        bed_settle(bed);
        assert_int_equal(bed_told(bed, "its worker died, twice, in bad"), times);
    }
    bed_write_and_close(bed, "a/checker2.dcm", "7");
    bed_settle(bed);
    assert_int_equal(bed_health(bed, "disabled"), 0);
    bed_write_and_close(bed, "a/checker3.dcm", "7"); /* the third one is the last */
    bed_settle(bed);
    assert_int_equal(bed_told(bed, "new 7 checker3.dcm"), 1);
    assert_int_equal(bed_health(bed, "disabled"), 1);
    assert_int_equal(bed_health(bed, "warnings"), 1);
    pipeline_configure(bed->pipeline, &bed->settings); /* as on SIGHUP: it may have been mended */
    bed_settle(bed);
    assert_int_equal(bed_health(bed, "disabled"), 0);
    bed_destroy(bed);
}

static void a_file_that_passes_clears_the_checker(void **state) {
    (void)state;
    struct bed *bed = bed_create(NULL);
    for (int i = 0; i < 4; i++) {
        char name[32];
        snprintf(name, sizeof(name), "a/checker%d.dcm", i);
        bed_write_and_close(bed, name, "7");
        bed_settle(bed);
        snprintf(name, sizeof(name), "a/%d.dcm", i);
        bed_write_and_close(bed, name, "7");
        bed_settle(bed);
    }
    assert_int_equal(bed_health(bed, "disabled"), 0);
    assert_int_equal(bed_told(bed, "error"), 4);
    assert_int_equal(bed_told(bed, "new 7"), 4);
    bed_destroy(bed);
}

static bool has_failed_often(struct bed *bed) {
    return bed_health(bed, "workers.started") >= 6;
}

static void workers_that_cannot_begin_are_started_ever_more_slowly(void **state) {
    (void)state;
    struct bed *bed = bed_create(NULL);
    struct pipeline_settings broken = bed->settings;
    broken.settings = "{\"die-early\": true}";
    pipeline_configure(bed->pipeline, &broken);
    bed_write_and_close(bed, "a/1.dcm", "7");
    bed_until(bed, has_failed_often);
    json_auto_t *health = json_object(), *warnings = json_array();
    assert_false(pipeline_health(bed->pipeline, health, warnings));
    assert_int_equal(json_array_size(warnings), 1);
    pipeline_configure(bed->pipeline, &bed->settings);
    bed_wait(bed, 1);
    assert_true(pipeline_health(bed->pipeline, health, warnings));
    bed_destroy(bed);
}

static void new_settings_lose_no_file(void **state) {
    (void)state;
    struct bed *bed = bed_create(NULL);
    for (int i = 0; i < 50; i++) {
        char name[32];
        snprintf(name, sizeof(name), "a/slow5-%d.dcm", i);
        bed_write_and_close(bed, name, "7");
        if (i % 10 == 5) {
            bed->settings.workers = 1 + (unsigned)i % 4;
            pipeline_configure(bed->pipeline, &bed->settings);
        }
    }
    bed_settle(bed);
    assert_int_equal(bed_told(bed, "new 7"), 50);
    assert_int_equal(bed->events, 50);
    bed_destroy(bed);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_that_kills_its_worker_is_one_error),
        cmocka_unit_test(a_file_that_takes_too_long_is_one_error),
        cmocka_unit_test(a_worker_that_breaks_the_protocol_is_killed),
        cmocka_unit_test(a_folder_that_processes_hang_in_is_shut_out_until_they_end),
        cmocka_unit_test(workers_killed_from_outside_cost_nothing),
        cmocka_unit_test(a_checker_that_crashes_on_three_files_is_disabled),
        cmocka_unit_test(a_file_that_passes_clears_the_checker),
        cmocka_unit_test(workers_that_cannot_begin_are_started_ever_more_slowly),
        cmocka_unit_test(new_settings_lose_no_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
