/* SPDX-License-Identifier: Apache-2.0 */
/* The keeper and its state file: what comes back, whatever happens to process, file and disk. */
#include "base/json_scan.h"
#include "base/memory.h"
#include "journal_lines.h"
#include "keeper/keeper.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    WAIT_S = 60,
    LARGE_BYTES = 4000000, /* of a record, */
    LARGE_COUNT = 70,      /* and so many: more than 256 MiB */
};

/* an owner with records of its own, and what was read back */
struct owner {
    struct event_base *base;
    struct keeper *keeper;
    char folder[64], database[96];
    const char *key; /* what the next collect puts, with value */
    const char *value;
    unsigned filler, collected; /* records put besides it; collects so far */
    const char *large;          /* the value of LARGE_COUNT more, once */
    json_t *tree;               /* a value that is no text, once */
    json_t *loaded;
};

static void handle_collect(void *self) {
    struct owner *owner = self;
    owner->collected++;
    for (unsigned i = 0; i < owner->filler; i++) {
        AUTOFREE char *key = mem_printf("filler %u", i);
        keeper_put(owner->keeper, "file", key,
                   json_string("some hundred bytes, more or less, as a "
                               "record of files seen in a folder has"));
    }
    for (unsigned i = 0; owner->large && i < LARGE_COUNT; i++) {
        AUTOFREE char *key = mem_printf("large %u", i);
        keeper_put(owner->keeper, "file", key, json_string(owner->large));
    }
    owner->large = NULL;
    if (owner->key) {
        json_t *text = owner->value ? json_string(owner->value) : NULL;
        keeper_put(owner->keeper, "series", owner->key, owner->tree ? owner->tree : text);
        owner->key = NULL;
        owner->tree = NULL;
    }
}

static void start(struct owner *owner, const char *database) {
    owner->keeper = keeper_create(owner->base, KEEPER_ALONE, owner->folder, database);
    keeper_start(owner->keeper);
    keeper_add_owner(owner->keeper, handle_collect, owner);
}

static void stop(struct owner *owner) {
    keeper_destroy(owner->keeper);
    owner->keeper = NULL;
}

static bool handle_record(void *self, const char *kind, const char *key, const json_t *value) {
    struct owner *owner = self;
    AUTOFREE char *name = mem_printf("%s %s", kind, key);
    json_object_set(owner->loaded, name, (json_t *)value);
    return true;
}

static bool load(struct owner *owner) {
    json_object_clear(owner->loaded);
    return keeper_load(owner->folder, handle_record, owner);
}

static const char *loaded(const struct owner *owner, const char *name) {
    const char *text = json_string_value(json_object_get(owner->loaded, name));
    return text ? text : "(none)";
}

static char *path_of(const struct owner *owner, const char *name) {
    return mem_printf("%s/%s", owner->folder, name);
}

/* what health says under group.key */
static json_t *health(struct owner *owner, const char *group, const char *key) {
    json_t *all = json_object();
    keeper_health(owner->keeper, all);
    json_t *value = json_object_get(json_object_get(all, group), key);
    json_incref(value);
    json_decref(all);
    return value;
}

static bool health_is(struct owner *owner, const char *group, const char *key, const char *text) {
    json_t *value = health(owner, group, key);
    bool is = json_is_string(value) && strcmp(json_string_value(value), text) == 0;
    json_decref(value);
    return is;
}

static void run_until(struct owner *owner, bool (*reached)(struct owner *owner)) {
    time_t end = time(NULL) + WAIT_S;
    const struct timeval step = {0, 5000};
    while (!reached(owner)) {
        assert_true(time(NULL) < end);
        event_base_loopexit(owner->base, &step);
        event_base_dispatch(owner->base);
    }
}

static bool has_collected(struct owner *owner) {
    return owner->collected > 0;
}

static bool is_unsaved(struct owner *owner) {
    return health_is(owner, "state", "state", "not saved");
}

static bool is_saved(struct owner *owner) {
    json_t *bytes = health(owner, "state", "bytes");
    bool any = json_integer_value(bytes) > 0;
    json_decref(bytes);
    return any && health_is(owner, "state", "state", "saved");
}

static void put(struct owner *owner, const char *key, const char *value) {
    owner->key = key;
    owner->value = value;
    keeper_mark(owner->keeper);
}

static void write_file(const struct owner *owner, const char *text) {
    AUTOFREE char *path = path_of(owner, JOURNAL_NAME);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static int make(void **state) {
    struct owner *owner = mem_new(struct owner);
    strcpy(owner->folder, "/tmp/mrqart-keeper-XXXXXX");
    assert_non_null(mkdtemp(owner->folder));
    snprintf(owner->database, sizeof(owner->database), "%s/db.sqlite", owner->folder);
    owner->base = event_base_new();
    owner->loaded = json_object();
    *state = owner;
    return 0;
}

static int drop(void **state) {
    struct owner *owner = *state;
    stop(owner);
    chmod(owner->folder, 0700);
    DIR *folder = opendir(owner->folder);
    struct dirent *entry;
    while (folder && (entry = readdir(folder))) {
        AUTOFREE char *path = path_of(owner, entry->d_name);
        unlink(path);
    }
    if (folder) {
        closedir(folder);
    }
    rmdir(owner->folder);
    json_decref(owner->loaded);
    event_base_free(owner->base);
    free(owner);
    return 0;
}

static void what_was_put_comes_back(void **state) {
    struct owner *owner = *state;
    assert_true(load(owner));
    start(owner, "");
    put(owner, "key \"1\"\n", "first");
    run_until(owner, is_saved);
    put(owner, "key 2", "second");
    stop(owner);
    assert_true(load(owner));
    assert_int_equal(json_object_size(owner->loaded), 2);
    assert_string_equal(loaded(owner, "series key \"1\"\n"), "first");
    assert_string_equal(loaded(owner, "series key 2"), "second");
    AUTOFREE char *path = path_of(owner, JOURNAL_NAME);
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
}

static void the_last_value_holds_and_null_takes_away(void **state) {
    struct owner *owner = *state;
    write_file(owner, "{\"format\":1}\n"
                      "{\"put\":[\"series\",\"a\",\"1\"]}\n"
                      "{\"put\":[\"series\",\"b\",\"1\"]}\n"
                      "{\"commit\":2}\n"
                      "{\"put\":[\"series\",\"a\",\"2\"]}\n"
                      "{\"put\":[\"series\",\"b\",null]}\n"
                      "{\"commit\":2}\n");
    assert_true(load(owner));
    assert_int_equal(json_object_size(owner->loaded), 1);
    assert_string_equal(loaded(owner, "series a"), "2");
    start(owner, ""); /* rewrites it */
    put(owner, "c", "3");
    stop(owner);
    assert_true(load(owner));
    assert_int_equal(json_object_size(owner->loaded), 2);
    assert_string_equal(loaded(owner, "series a"), "2");
}

static void a_torn_end_does_not_count(void **state) {
    struct owner *owner = *state;
    write_file(owner, "{\"format\":1}\n"
                      "{\"put\":[\"series\",\"a\",\"1\"]}\n"
                      "{\"commit\":1}\n"
                      "{\"put\":[\"series\",\"a\",\"2\"]}\n"
                      "{\"put\":[\"series\",\"b");
    assert_true(load(owner));
    assert_string_equal(loaded(owner, "series a"), "1");
    start(owner, "");
    put(owner, "c", "3");
    stop(owner);
    assert_true(load(owner));
    assert_string_equal(loaded(owner, "series a"), "1");
    assert_string_equal(loaded(owner, "series c"), "3");
}

static void a_file_cut_anywhere_has_whole_batches_only(void **state) {
    struct owner *owner = *state;
    static const char whole[] = "{\"format\":1}\n"
                                "{\"put\":[\"series\",\"a\",\"1\"]}\n"
                                "{\"put\":[\"series\",\"b\",\"1\"]}\n"
                                "{\"commit\":2}\n"
                                "{\"put\":[\"series\",\"a\",\"2\"]}\n"
                                "{\"put\":[\"series\",\"b\",\"2\"]}\n"
                                "{\"commit\":2}\n";
    for (size_t length = strlen("{\"format\":1}\n"); length < sizeof(whole); length++) {
        AUTOFREE char *cut = mem_dup_length(whole, length);
        write_file(owner, cut);
        assert_true(load(owner));
        assert_string_equal(loaded(owner, "series a"), loaded(owner, "series b"));
        const char *commit = strstr(whole, "{\"commit\":2}\n");
        bool any = length >= (size_t)(commit - whole) + strlen("{\"commit\":2}\n");
        assert_int_equal(json_object_size(owner->loaded), any ? 2 : 0);
    }
    assert_string_equal(loaded(owner, "series b"), "2");
}

/* removes what was set aside, and says how many files that were */
static unsigned set_aside(const struct owner *owner) {
    unsigned count = 0;
    DIR *folder = opendir(owner->folder);
    struct dirent *entry;
    while ((entry = readdir(folder))) {
        if (strncmp(entry->d_name, "state.jsonl.broken-", 19) == 0) {
            AUTOFREE char *path = path_of(owner, entry->d_name);
            unlink(path);
            count++;
        }
    }
    closedir(folder);
    return count;
}

static void a_file_that_is_none_is_set_aside(void **state) {
    struct owner *owner = *state;
    static const char *const broken[] = {
        "",
        "not JSON\n",
        "{\"format\":2}\n{\"commit\":0}\n",
    };
    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
        write_file(owner, broken[i]);
        assert_true(load(owner));
        assert_int_equal(json_object_size(owner->loaded), 0);
        assert_int_equal(set_aside(owner), 1);
    }
}

static json_t *nested(unsigned depth) {
    json_t *value = json_string("x");
    while (depth-- > 0) {
        value = json_pack("[o]", value);
    }
    return value;
}

/* damage of any kind, in any line but the first: what it costs is the line */
static void a_record_that_cannot_be_read_costs_itself(void **state) {
    struct owner *owner = *state;
    static const char *const damaged[] = {
        "nonsense\n",
        "{\"put\":[\"series\",\"b\",{{]}\n",
        "{\"put\":[\"series\",\"b\"]}\n",
        "{\"put\":[\"series\",\"b\",\"\\u0000\"]}\n",
        "{\"put\":[\"series\",\"b\",1e999]}\n",
        "{\"put\":[\"series\",\"b\",\"\xff\"]}\n",
        "\n",
        "", /* it is not there at all */
    };
    for (size_t i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++) {
        AUTOFREE char *text = mem_printf("{\"format\":1}\n{\"put\":[\"series\",\"a\",\"1\"]}\n%s"
                                         "{\"put\":[\"series\",\"c\",\"1\"]}\n{\"commit\":3}\n"
                                         "{\"put\":[\"series\",\"d\",\"1\"]}\n{\"commit\":1}\n",
                                         damaged[i]);
        write_file(owner, text);
        for (int again = 0; again < 2; again++) { /* as it is, and as the keeper rewrites it */
            assert_true(load(owner));
            assert_int_equal(set_aside(owner), 0);
            assert_string_equal(loaded(owner, "series a"), "1");
            assert_string_equal(loaded(owner, "series b"), "(none)");
            assert_string_equal(loaded(owner, "series c"), "1");
            assert_string_equal(loaded(owner, "series d"), "1");
            start(owner, "");
            put(owner, "e", "1");
            stop(owner);
        }
    }
}

static void what_is_as_deep_as_may_be_is_read_back(void **state) {
    struct owner *owner = *state;
    for (unsigned deeper = 0; deeper < 2; deeper++) {
        start(owner, "");
        owner->tree = nested(JSON_DEPTH - 2 + deeper); /* {"put":[…, is two */
        put(owner, deeper ? "too deep" : "deep", NULL);
        stop(owner);
    }
    assert_true(load(owner));
    assert_non_null(json_object_get(owner->loaded, "series deep"));
    assert_null(json_object_get(owner->loaded, "series too deep"));
    assert_int_equal(set_aside(owner), 0);
}

/* more than the keeper took at once once, and more than a piece */
static void no_batch_is_too_large(void **state) {
    struct owner *owner = *state;
    AUTOFREE char *large = mem_zeroed(LARGE_BYTES + 1, 1);
    memset(large, 'x', LARGE_BYTES);
    start(owner, "");
    owner->large = large;
    put(owner, "a", "1");
    run_until(owner, is_saved);
    json_t *bytes = health(owner, "state", "bytes");
    assert_true(json_integer_value(bytes) > (json_int_t)LARGE_BYTES * LARGE_COUNT);
    json_decref(bytes);
}

static void what_is_to_be_forgotten_leaves_the_file(void **state) {
    struct owner *owner = *state;
    start(owner, "");
    put(owner, "a", "secret");
    run_until(owner, is_saved);
    put(owner, "a", "hidden");
    keeper_forget_past(owner->keeper);
    run_until(owner, is_saved);
    AUTOFREE char *path = path_of(owner, JOURNAL_NAME);
    AUTOFREE char *command = mem_printf("grep -q hidden %s && ! grep -q secret %s", path, path);
    assert_int_equal(system(command), 0);
    put(owner, "b", "1"); /* and it goes on */
    stop(owner);
    assert_true(load(owner));
    assert_string_equal(loaded(owner, "series a"), "hidden");
    assert_string_equal(loaded(owner, "series b"), "1");
}

/* the one child that there is */
static void kill_keeper(void) {
    AUTOFREE char *path = mem_printf("/proc/self/task/%d/children", (int)getpid());
    FILE *children = fopen(path, "r");
    int keeper = 0;
    assert_non_null(children);
    assert_int_equal(fscanf(children, "%d", &keeper), 1);
    fclose(children);
    assert_int_equal(kill(keeper, SIGKILL), 0);
}

static void a_killed_keeper_is_started_anew_and_nothing_is_lost(void **state) {
    struct owner *owner = *state;
    start(owner, "");
    put(owner, "a", "1");
    run_until(owner, has_collected);
    kill_keeper();
    run_until(owner, is_saved);
    put(owner, "b", "2");
    stop(owner);
    assert_true(load(owner));
    assert_string_equal(loaded(owner, "series a"), "1");
    assert_string_equal(loaded(owner, "series b"), "2");
}

static void a_folder_that_cannot_be_made_is_tried_again(void **state) {
    struct owner *owner = *state;
    char plain[64];
    strcpy(plain, owner->folder);
    strcat(owner->folder, "/in/it"); /* its parent is missing */
    start(owner, "");
    put(owner, "a", "1");
    run_until(owner, is_unsaved);
    AUTOFREE char *parent = mem_printf("%s/in", plain);
    assert_int_equal(mkdir(parent, 0700), 0);
    run_until(owner, is_saved);
    stop(owner);
    assert_true(load(owner));
    assert_string_equal(loaded(owner, "series a"), "1");
    AUTOFREE char *path = path_of(owner, JOURNAL_NAME);
    unlink(path);
    rmdir(owner->folder);
    rmdir(parent);
    strcpy(owner->folder, plain);
}

static void set_file_limit(rlim_t bytes) {
    struct rlimit limit = {bytes, RLIM_INFINITY};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void a_full_disk_loses_nothing_that_was_saved(void **state) {
    struct owner *owner = *state;
    start(owner, "");
    put(owner, "a", "1");
    run_until(owner, is_saved);
    stop(owner);
    set_file_limit(4096); /* inherited: to the keeper its disk is full */
    start(owner, "");
    set_file_limit(RLIM_INFINITY);
    owner->filler = 1000;
    put(owner, "a", "2");
    run_until(owner, is_unsaved);
    json_t *warnings = json_array();
    keeper_warnings(owner->keeper, warnings);
    assert_int_equal(json_array_size(warnings), 1);
    assert_non_null(strstr(json_string_value(json_array_get(warnings, 0)), "LimitFSIZE"));
    json_decref(warnings);
    unsigned before = owner->collected;
    keeper_mark(owner->keeper);
    stop(owner);
    assert_int_equal(owner->collected, before); /* the owner keeps what cannot be saved */
    assert_true(load(owner));
    assert_string_equal(loaded(owner, "series a"), "1");
}

static void the_file_is_rewritten_when_most_of_it_is_out_of_date(void **state) {
    struct owner *owner = *state;
    start(owner, "");
    owner->filler = 20000; /* 3 MB each time */
    for (int i = 0; i < 4; i++) {
        owner->collected = 0;
        put(owner, "a", i == 3 ? "last" : "1");
        run_until(owner, has_collected);
        run_until(owner, is_saved);
    }
    stop(owner);
    AUTOFREE char *path = path_of(owner, JOURNAL_NAME);
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_true(status.st_size < 13 * 1000 * 1000);
    assert_true(load(owner));
    assert_int_equal(json_object_size(owner->loaded), 20001);
    assert_string_equal(loaded(owner, "series a"), "last");
}

static void a_removed_file_is_written_anew(void **state) {
    struct owner *owner = *state;
    start(owner, "");
    put(owner, "a", "1");
    run_until(owner, is_saved);
    AUTOFREE char *path = path_of(owner, JOURNAL_NAME);
    assert_int_equal(unlink(path), 0);
    put(owner, "b", "2");
    stop(owner);
    assert_true(load(owner));
    assert_string_equal(loaded(owner, "series a"), "1");
    assert_string_equal(loaded(owner, "series b"), "2");
}

enum { DAMAGED_AT = sizeof("{\"format\":1}\n{\"commit\":0}\n{\"put\"") - 1 };

static void a_file_damaged_in_use_loses_what_was_damaged(void **state) {
    struct owner *owner = *state;
    start(owner, "");
    put(owner, "a", "1");
    run_until(owner, is_saved);
    put(owner, "b", "1");
    run_until(owner, is_saved);
    AUTOFREE char *path = path_of(owner, JOURNAL_NAME);
    int file = open(path, O_WRONLY);
    assert_int_equal(pwrite(file, "\0\0\0\0", 4, (off_t)DAMAGED_AT), 4);
    close(file);
    assert_int_equal(unlink(path), 0); /* so that it is written anew */
    put(owner, "c", "1");
    stop(owner);
    assert_true(load(owner));
    assert_int_equal(json_object_size(owner->loaded), 2);
    assert_string_equal(loaded(owner, "series b"), "1");
    assert_string_equal(loaded(owner, "series c"), "1");
    assert_int_equal(set_aside(owner), 0);
}

static void a_record_that_is_too_long_is_left_out(void **state) {
    struct owner *owner = *state;
    start(owner, "");
    AUTOFREE char *huge = mem_zeroed(JOURNAL_LINE_BYTES + 1, 1);
    memset(huge, 'x', JOURNAL_LINE_BYTES);
    put(owner, "a", huge);
    stop(owner);
    start(owner, "");
    put(owner, "b", "1");
    stop(owner);
    assert_true(load(owner));
    assert_int_equal(json_object_size(owner->loaded), 1);
}

static void a_folder_in_use_is_not_read(void **state) {
    struct owner *owner = *state;
    start(owner, "");
    put(owner, "a", "1");
    run_until(owner, is_saved);
    assert_false(load(owner));
}

static void a_link_in_place_of_the_file_is_not_followed(void **state) {
    struct owner *owner = *state;
    AUTOFREE char *path = path_of(owner, JOURNAL_NAME);
    AUTOFREE char *target = path_of(owner, "target");
    FILE *file = fopen(target, "w");
    assert_non_null(file);
    fputs("{\"format\":1}\n{\"put\":[\"series\",\"a\",\"1\"]}\n{\"commit\":1}\n", file);
    fclose(file);
    assert_int_equal(symlink(target, path), 0);
    assert_true(load(owner));
    assert_int_equal(json_object_size(owner->loaded), 0);
}

static void run_for(struct owner *owner, int ms) {
    const struct timeval time = {0, ms * 1000};
    event_base_loopexit(owner->base, &time);
    event_base_dispatch(owner->base);
}

static void a_keeper_that_is_none_harms_nobody(void **state) {
    struct owner *owner = *state;
    AUTOFREE char *liar = path_of(owner, "liar");
    FILE *script = fopen(liar, "w");
    assert_non_null(script);
    fputs("#!/bin/sh\nprintf 'nothing that a keeper would ever say' >&3\nexec sleep 60\n", script);
    fclose(script);
    chmod(liar, 0700);
    const char *const programs[] = {"/nowhere/mrqart-worker", "/bin/false", liar};
    for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
        owner->keeper = keeper_create(owner->base, programs[i], owner->folder, "");
        keeper_start(owner->keeper);
        keeper_add_owner(owner->keeper, handle_collect, owner);
        put(owner, "a", "1");
        run_for(owner, 200);
        assert_false(health_is(owner, "state", "state", "saved"));
        stop(owner);
    }
}

static bool templates_are_known(struct owner *owner) {
    json_t *templates = health(owner, "database", "templates");
    bool known = json_is_integer(templates);
    json_decref(templates);
    return known;
}

static void a_missing_database_is_made_and_its_templates_counted(void **state) {
    struct owner *owner = *state;
    start(owner, owner->database);
    run_until(owner, templates_are_known);
    assert_int_equal(access(owner->database, R_OK), 0);
    assert_true(health_is(owner, "database", "state", "there"));
}

static void without_folder_and_database_nothing_runs(void **state) {
    struct owner *owner = *state;
    char plain[64];
    strcpy(plain, owner->folder);
    owner->folder[0] = '\0';
    start(owner, "");
    put(owner, "a", "1");
    assert_true(health_is(owner, "state", "state", "not kept"));
    stop(owner);
    assert_true(load(owner));
    keeper_destroy(NULL);
    strcpy(owner->folder, plain);
}

int main(void) {
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
#define TEST(name) cmocka_unit_test_setup_teardown(name, make, drop)
    const struct CMUnitTest tests[] = {
        TEST(what_was_put_comes_back),
        TEST(the_last_value_holds_and_null_takes_away),
        TEST(a_torn_end_does_not_count),
        TEST(a_file_cut_anywhere_has_whole_batches_only),
        TEST(a_record_that_cannot_be_read_costs_itself),
        TEST(what_is_as_deep_as_may_be_is_read_back),
        TEST(no_batch_is_too_large),
        TEST(what_is_to_be_forgotten_leaves_the_file),
        TEST(a_file_that_is_none_is_set_aside),
        TEST(a_killed_keeper_is_started_anew_and_nothing_is_lost),
        TEST(a_folder_that_cannot_be_made_is_tried_again),
        TEST(a_full_disk_loses_nothing_that_was_saved),
        TEST(the_file_is_rewritten_when_most_of_it_is_out_of_date),
        TEST(a_removed_file_is_written_anew),
        TEST(a_file_damaged_in_use_loses_what_was_damaged),
        TEST(a_record_that_is_too_long_is_left_out),
        TEST(a_folder_in_use_is_not_read),
        TEST(a_link_in_place_of_the_file_is_not_followed),
        TEST(a_keeper_that_is_none_harms_nobody),
        TEST(a_missing_database_is_made_and_its_templates_counted),
        TEST(without_folder_and_database_nothing_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
