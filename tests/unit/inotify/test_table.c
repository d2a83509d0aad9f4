/* SPDX-License-Identifier: Apache-2.0 */
/* source-inotify's table of folders. */
#include "base/memory.h"
#include "table.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

enum { FOLDERS = 5000 };

static void every_folder_is_found_until_it_is_removed(void **state) {
    (void)state;
    struct table table = {0};
    struct folder parents[2] = {{.watch = 1}, {.watch = 2}};
    struct folder *folders = mem_zeroed(FOLDERS, sizeof(struct folder));
    for (int i = 0; i < FOLDERS; i++) {
        folders[i].watch = i % 2 ? i : -1;
        folders[i].parent = &parents[i % 4 / 2];
        folders[i].path = mem_printf("/x/%d", i / 4); /* the same name in both parents */
        folders[i].name_at = 3;
        table_add(&table, &folders[i]);
    }
    for (int i = 0; i < FOLDERS; i++) {
        const struct folder *found =
            i % 2 ? table_watched(&table, i)
                  : table_unwatched(&table, folders[i].parent, folders[i].path + 3);
        assert_ptr_equal(found, &folders[i]);
    }
    for (int i = 0; i < FOLDERS; i += 3) {
        table_remove(&table, &folders[i]);
        table_remove(&table, &folders[i]); /* a second time does nothing */
    }
    for (int i = 0; i < FOLDERS; i++) {
        const struct folder *found =
            i % 2 ? table_watched(&table, i)
                  : table_unwatched(&table, folders[i].parent, folders[i].path + 3);
        assert_ptr_equal(found, i % 3 ? &folders[i] : NULL);
    }
    for (int i = 0; i < FOLDERS; i++) {
        free(folders[i].path);
    }
    free(folders);
    free(table.slots);
}

static void an_empty_table_finds_nothing(void **state) {
    (void)state;
    const struct table table = {0};
    assert_null(table_watched(&table, 1));
    assert_null(table_unwatched(&table, NULL, "a"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_folder_is_found_until_it_is_removed),
        cmocka_unit_test(an_empty_table_finds_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
