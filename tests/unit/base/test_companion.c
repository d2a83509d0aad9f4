/* SPDX-License-Identifier: Apache-2.0 */
/* Which names are of systems, and which may be of images. */
#include "base/companion.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void names_of_systems_are_known_in_any_case(void **state) {
    (void)state;
    static const char *const names[] = {"._1.dcm",
                                        "._MR.1.2",
                                        ".DS_Store",
                                        ".AppleDouble",
                                        "@eaDir",
                                        "@EADIR",
                                        "Thumbs.db",
                                        "thumbs.DB",
                                        "desktop.ini",
                                        ".TemporaryItems",
                                        ".Trashes",
                                        ".Trash-1000",
                                        "#recycle",
                                        "@Recycle",
                                        "$RECYCLE.BIN",
                                        "System Volume Information",
                                        ".snapshot",
                                        ".snapshots",
                                        ".smbdelete.1.dcm",
                                        ".nfs00000000000b6c0e00000001",
                                        ".fuse_hidden0000000300000001",
                                        "MR.1.2.3.part",
                                        "1.dcm.filepart",
                                        ".1.dcm.Xy12aB",
                                        ".~tmp~",
                                        "1.dcm@SynoEAStream"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (!companion_name(names[i])) {
            fail_msg("%s is taken for an image", names[i]);
        }
    }
}

static void names_of_images_are_none(void **state) {
    (void)state;
    static const char *const names[] = {"1.dcm",
                                        "MR.1.2.840.113619",
                                        "001_000015_007107.dcm",
                                        "X.IMA",
                                        "part.dcm",
                                        ".dcm",
                                        ".hidden.dcm",
                                        "_.dcm",
                                        "Thumbs.db.dcm",
                                        "trash",
                                        "a@eaDir",
                                        "MR.1.2.123456",
                                        "Recycle",
                                        "20241016.MRQART",
                                        ""};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (companion_name(names[i])) {
            fail_msg("%s is left alone", names[i]);
        }
    }
}

static void a_path_is_of_a_system_by_any_of_its_parts(void **state) {
    (void)state;
    assert_true(companion_within("s/.AppleDouble/1.dcm"));
    assert_true(companion_within("@eaDir"));
    assert_true(companion_within("a/#recycle/b/c"));
    assert_false(companion_within("a/b/1.dcm"));
    assert_false(companion_within("a//b/"));
    assert_false(companion_within(""));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_systems_are_known_in_any_case),
        cmocka_unit_test(names_of_images_are_none),
        cmocka_unit_test(a_path_is_of_a_system_by_any_of_its_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
