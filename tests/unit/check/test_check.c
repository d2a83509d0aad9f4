/* SPDX-License-Identifier: Apache-2.0 */
/* One file through the checkers: what the answer says, and which files are one series. */
#include "base/log.h"
#include "base/memory.h"
#include "captured.h"
#include "check/check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define SERIES                                                                                     \
    "Station\tt\t AWP1 \nSeriesInstanceUID\tt\t1.2.3\nStudyInstanceUID\tt\t1.2\n"                  \
    "SeriesNumber\tn\t12\nSequenceName\tt\trest\nProject\tt\tBrain^wpc-1\nTR\tn\t1300\n"

static struct check *create(const char *settings) {
    json_auto_t *json = json_loads(settings, 0, NULL);
    assert_non_null(json);
    return check_create(json);
}

static struct check *create_with_sample(const char *more) {
    char settings[512];
    snprintf(settings, sizeof(settings),
             "{\"checkers\": [{\"name\": \"one\", \"file\": \"%s\"}]%s}", SAMPLE, more);
    struct check *check = create(settings);
    assert_non_null(check);
    return check;
}

static struct check_answer run_at(struct check *check, const char *path, const char *header) {
    FILE *file = tmpfile();
    fputs(header, file);
    fflush(file);
    struct check_answer answer;
    check_file(check, path, fileno(file), &answer, NULL, NULL);
    fclose(file);
    return answer;
}

static struct check_answer run(struct check *check, const char *header) {
    return run_at(check, "/data/Doe_session/x.dcm", header);
}

/* the part of the answer's JSON at path ("result.findings.0.message"), as text; free it */
static char *part(const struct check_answer *answer, const char *path) {
    json_error_t error;
    json_auto_t *root = json_loadb(answer->json, answer->json_length, 0, &error);
    if (!root) {
        fail_msg("%s in %s", error.text, answer->json);
    }
    char copy[256], *rest = NULL;
    snprintf(copy, sizeof(copy), "%s", path);
    const json_t *at = root;
    for (char *key = strtok_r(copy, ".", &rest); key; key = strtok_r(NULL, ".", &rest)) {
        at =
            json_is_array(at) ? json_array_get(at, (size_t)(*key - '0')) : json_object_get(at, key);
    }
    return at ? json_dumps(at, JSON_ENCODE_ANY | JSON_COMPACT) : strdup("missing");
}

static void expect(const struct check_answer *answer, const char *path, const char *json) {
    char *found = part(answer, path);
    assert_string_equal(found, json);
    free(found);
}

static void the_result_has_the_values_with_their_types(void **state) {
    (void)state;
    struct check *check = create("{}");
    struct check_answer answer = run(
        check, SERIES "Matrix\tn\t[94, 0, 0, 88]\nBWPPE\tn\t55.804\nTE\tn\t4.8,38.76\nFA\tn\t60.0\n"
                      "ImageType\tt\t['ORIGINAL', 'M']\nComments\tt\t\"a\\\x01\xff\nTA\tt\n"
                      "InstanceNumber\tn\t7\nBWP\tn\t\n");
    assert_int_equal(answer.outcome, CHECK_DONE);
    assert_int_equal(answer.status, CHECK_NO_TEMPLATE);
    assert_string_equal(answer.station, "AWP1");
    expect(&answer, "result.input.Matrix", "[94,0,0,88]");
    assert_non_null(strstr(answer.json, "\"BWPPE\":55.804,"));
    assert_non_null(strstr(answer.json, "\"TE\":[4.8,38.76],"));
    expect(&answer, "result.input.FA", "60");
    expect(&answer, "result.input.ImageType", "[\"ORIGINAL\",\"M\"]");
    expect(&answer, "result.input.Comments", "\"\\\"a\\\\\\u0001\xef\xbf\xbd\"");
    expect(&answer, "result.input.TA", "null");
    expect(&answer, "result.input.BWP", "null");
    expect(&answer, "result.input.dcm_path", "\"/data/Doe_session/x.dcm\"");
    expect(&answer, "result.status", "\"no-template\"");
    expect(&answer, "result.conforms", "true");
    expect(&answer, "result.template", "{}");
    expect(&answer, "result.errors", "{}");
    expect(&answer, "series",
           "{\"uid\":\"1.2.3\",\"study\":\"1.2\",\"number\":12,\"name\":\"rest\","
           "\"project\":\"Brain^wpc-1\",\"expected\":null,"
           "\"image_type\":\"['ORIGINAL', 'M']\",\"period\":null}");
    expect(&answer, "instance", "7");
    check_destroy(check);
    check_destroy(NULL);
}

static void findings_become_status_errors_and_sentences(void **state) {
    (void)state;
    struct check *check = create_with_sample("");
    struct check_answer answer = run(check, SERIES "Do\tt\tfind compare template\n");
    assert_int_equal(answer.status, CHECK_DEVIATES);
    expect(&answer, "result.conforms", "false");
    expect(&answer, "result.findings.0",
           "{\"checker\":\"one\",\"parameter\":\"TR\",\"expect\":\"1300\",\"have\":\"1300\","
           "\"severity\":\"fail\",\"message\":\"TR is 1300, expected 1300\"}");
    expect(&answer, "result.findings.1.message", "\"about J\xc3\xb6hn^Doe\"");
    expect(&answer, "result.errors", "{\"TR\":{\"expect\":\"1300\",\"have\":\"1300\"}}");
    expect(&answer, "result.compared", "[\"TR\"]");
    expect(&answer, "result.template", "{\"TR\":1300,\"TE\":null,\"n\":412,\"last\":\"20240101\"}");
    expect(&answer, "watch.0",
           "{\"name\":\"TR\",\"value\":\"1300\",\"watching\":\"constant\",\"group\":\"g\","
           "\"checker\":\"one\"}");
    check_destroy(check);
}

static void the_status_follows_from_what_was_said(void **state) {
    (void)state;
    struct check *check = create_with_sample("");
    assert_int_equal(run(check, SERIES "Do\tt\tcompare template\n").status, CHECK_CONFORMS);
    assert_int_equal(run(check, SERIES "Do\tt\tcompare\n").status, CHECK_NO_TEMPLATE);
    assert_int_equal(run(check, SERIES).status, CHECK_NO_TEMPLATE);
    struct check_answer answer = run(check, SERIES "Do\tt\tskip\n");
    assert_int_equal(answer.status, CHECK_NOT_CHECKED);
    expect(&answer, "result.reason", "\"derived image (MOCO)\"");
    assert_int_equal(run(check, SERIES "Do\tt\tskip find\n").status, CHECK_DEVIATES);
    check_destroy(check);
}

static void warnings_do_not_deviate(void **state) {
    (void)state;
    struct check *check = create("{\"checkers\": [{\"file\": \"" SAMPLE "\","
                                 " \"settings\": {\"severity\": \"warn\"}}]}");
    struct check_answer answer = run(check, SERIES "Do\tt\tfind\n");
    assert_int_equal(answer.status, CHECK_WARNS);
    expect(&answer, "result.conforms", "true");
    expect(&answer, "result.findings.0.severity", "\"warn\"");
    expect(&answer, "result.findings.0.checker", "\"sample\"");
    check_destroy(check);
}

static void the_digest_covers_findings_and_watched_values_only(void **state) {
    (void)state;
    struct check *check = create_with_sample("");
    uint64_t plain = run(check, SERIES "Do\tt\tnote\nTE\tn\t1\n").digest;
    assert_int_equal(run(check, SERIES "Do\tt\tnote\nTE\tn\t2\n").digest, plain);
    assert_int_not_equal(run(check, SERIES "Do\tt\tfind\nTE\tn\t2\n").digest, plain);
    assert_int_not_equal(run(check, SERIES "TR\tn\t2000\nDo\tt\tskip\n").digest, plain);
    check_destroy(check);
}

static void notes_and_data_are_passed_on(void **state) {
    (void)state;
    struct check *check = create_with_sample("");
    struct check_answer answer = run(check, SERIES "Do\tt\tnote\nTE\tn\t30\n");
    expect(&answer, "result.notes", "[\"30\"]");
    expect(&answer, "result.data", "{\"free\":{\"a\":[1,2.5]}}");
    check_destroy(check);
}

static void what_cannot_be_read_says_why(void **state) {
    (void)state;
    struct check *check = create_with_sample("");
    struct check_answer answer = run(check, "incomplete\n");
    assert_int_equal(answer.outcome, CHECK_INCOMPLETE);
    assert_string_equal(answer.message, "the file ends after 12 bytes");
    assert_int_equal(run(check, "unreadable\n").outcome, CHECK_UNREADABLE);
    check_destroy(check);
}

/* one, and another that has said all that it can before it fails */
static struct check *create_failing(const char *first, const char *second) {
    AUTOFREE char *settings = mem_printf(
        "{\"checkers\": [{\"name\": \"one\", \"file\": \"" SAMPLE "\", \"settings\": {%s}},"
        "{\"name\": \"off\", \"file\": \"" SAMPLE "\", \"disabled\": true},"
        "{\"name\": \"two\", \"file\": \"" SAMPLE "\", \"settings\": {%s}}]}",
        first, second);
    struct check *check = create(settings);
    assert_non_null(check);
    return check;
}

static void a_checker_that_fails_loses_its_own_verdict_only(void **state) {
    (void)state;
    static const char all[] = SERIES "Do\tt\tcompare template find note\nTE\tn\t30\n";
    static const char *const parts[] = {
        "result.status",   "result.findings", "result.compared", "result.errors",
        "result.template", "result.notes",    "result.data",     "watch"};
    static const char fails[] = "\"fails\": true";
    struct check *alone = create_with_sample("");
    struct check_answer whole = run(alone, all);
    for (int place = 0; place < 2; place++) {
        struct check *check = place == 0 ? create_failing(fails, "") : create_failing("", fails);
        struct check_answer answer = run(check, all);
        assert_int_equal(answer.outcome, CHECK_DONE);
        assert_int_equal(answer.failed, place == 0 ? 1 : 4);
        expect(&answer, "result.failed", place == 0 ? "[\"one\"]" : "[\"two\"]");
        assert_int_not_equal(answer.digest, whole.digest); /* who looks at the page is told */
        for (size_t i = 0; place == 1 && i < sizeof(parts) / sizeof(parts[0]); i++) {
            AUTOFREE char *wanted = part(&whole, parts[i]);
            expect(&answer, parts[i], wanted);
        }
        check_destroy(check);
    }
    check_destroy(alone);
}

static void a_checker_that_fails_on_every_file_makes_no_verdict(void **state) {
    (void)state;
    struct check *check = create_with_sample("");
    struct check_answer answer = run(check, SERIES "Do\tt\tfail\n");
    assert_int_equal(answer.outcome, CHECK_DONE);
    assert_int_equal(answer.status, CHECK_NO_TEMPLATE);
    expect(&answer, "result.failed", "[\"one\"]");
    answer = run(check, SERIES);
    assert_int_equal(answer.failed, 0);
    expect(&answer, "result.failed", "missing");
    check_destroy(check);
}

static void a_later_checker_sees_that_a_file_is_excluded(void **state) {
    (void)state;
    struct check *check = create_failing("", "");
    struct check_answer answer = run(check, SERIES "Do\tt\tskip\n");
    expect(&answer, "result.data.told", "\"excluded\"");
    answer = run(check, SERIES);
    expect(&answer, "result.data", "missing");
    check_destroy(check);
}

static void a_checker_that_asks_for_it_is_not_shown_what_is_excluded(void **state) {
    (void)state;
    struct check *check = create("{\"checkers\": [{\"file\": \"" SAMPLE "\", \"name\": \"one\"},"
                                 "{\"file\": \"" SKIPS "\", \"name\": \"two\"}]}");
    assert_non_null(check);
    struct check_answer answer = run(check, SERIES "Do\tt\tskip find\n");
    expect(&answer, "result.findings.0.checker", "\"one\"");
    expect(&answer, "result.findings.2", "missing");
    answer = run(check, SERIES "Do\tt\tfind\n");
    expect(&answer, "result.findings.2.checker", "\"two\"");
    check_destroy(check);
}

static int times(const char *text, const char *word) {
    int count = 0;
    while ((text = strstr(text, word))) {
        text += strlen(word);
        count++;
    }
    return count;
}

static void a_name_that_no_header_value_has_is_told_once(void **state) {
    (void)state;
    struct captured captured;
    struct check *check = create_with_sample("");
    captured_begin(&captured);
    run(check, SERIES "Do\tt\tmisspell\n");
    run(check, SERIES "Do\tt\tmisspell\n");
    const char *said = captured_end(&captured);
    assert_int_equal(times(said,
                           "one asks for a header value \"SequenceNmae\", which there is none "
                           "of; did you mean \"SequenceName\"?"),
                     1);
    check_destroy(check);
}

static void a_name_that_is_declared_and_unknown_is_told_at_load(void **state) {
    (void)state;
    struct captured captured;
    captured_begin(&captured);
    struct check *check = create("{\"checkers\": [{\"file\": \"" MISSPELT "\"}]}");
    const char *said = captured_end(&captured);
    assert_null(check);
    assert_non_null(strstr(said, "\"SequenceNmae\", which there is none of; did you mean"));
}

static void a_checker_in_a_loop_makes_no_endless_answer(void **state) {
    (void)state;
    struct check *check = create_with_sample("");
    struct check_answer answer = run(check, SERIES "Do\tt\tflood\n");
    assert_true(answer.outcome != CHECK_DONE || answer.json_length < 256 * 1024);
    assert_int_equal(run(check, SERIES).outcome, CHECK_DONE);
    check_destroy(check);
}

static uint64_t key(struct check *check, const char *path, const char *header) {
    return run_at(check, path, header).series_key;
}

/* with the values of header put before those of SERIES, which they take the place of */
static uint64_t key_with(struct check *check, const char *header) {
    AUTOFREE char *both = mem_printf("%s%s", header, SERIES "PatientID\tt\tP1\nSubID\tt\tN1\n");
    return key(check, "/a/1", both);
}

static void station_patient_study_number_and_name_are_one_series(void **state) {
    (void)state;
    static const char *const others[] = {
        "Station\tt\tAWP2\n",    "PatientID\tt\tP2\n",   "SubID\tt\tN2\n",
        "SeriesNumber\tn\t13\n", "SequenceName\tt\tx\n", "StudyInstanceUID\tt\t1.3\n",
    };
    struct check *check = create("{}");
    uint64_t plain = key_with(check, "");
    assert_int_equal(key_with(check, "TE\tn\t9\n"), plain);
    assert_int_equal(key_with(check, "SeriesInstanceUID\tt\t1.2.4\n"), plain);
    assert_int_equal(key_with(check, "Station\tt\tawp1\n"), plain);
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        assert_int_not_equal(key_with(check, others[i]), plain);
    }
    assert_false(run(check, SERIES).split);
    check_destroy(check);
}

static void a_station_is_the_same_in_any_case_of_its_letters(void **state) {
    (void)state;
    struct check *check = create("{}");
    assert_int_equal(key_with(check, "Station\tt\tM\xc3\x84RZ\n"),
                     key_with(check, "Station\tt\tm\xc3\xa4rz\n"));
    assert_string_equal(run(check, "Station\tt\tmrC1\n" SERIES).station, "mrC1");
    check_destroy(check);
}

#define MFSPLIT "ImageType\tt\t['ORIGINAL', 'MFSPLIT']\n"

static void volumes_of_a_split_series_have_one_key(void **state) {
    (void)state;
    struct check *check = create("{}");
    uint64_t first = key_with(check, MFSPLIT "SeriesNumber\tn\t7001\n");
    assert_int_equal(key_with(check, MFSPLIT "SeriesNumber\tn\t7420\n"), first);
    assert_int_equal(key_with(check, MFSPLIT "SeriesNumber\tn\t7002\nStudyInstanceUID\tt\t1.9\n"),
                     first);
    assert_int_not_equal(key_with(check, MFSPLIT "SeriesNumber\tn\t8001\n"), first);
    assert_int_not_equal(key_with(check, MFSPLIT "SeriesNumber\tn\t7001\nSequenceName\tt\ttask\n"),
                         first);
    assert_int_equal(key_with(check, MFSPLIT "SeriesNumber\tn\t5\n"),
                     key_with(check, MFSPLIT "SeriesNumber\tn\t6\n")); /* order tells runs */
    struct check_answer answer = run(check, MFSPLIT "SeriesNumber\tn\t7002\n" SERIES);
    assert_true(answer.split);
    expect(&answer, "series.number", "7");
    uint64_t study = answer.study;
    answer = run(check, MFSPLIT "SeriesNumber\tn\t7003\n" SERIES);
    assert_int_equal(answer.study, study);
    answer = run(check, MFSPLIT "SeriesNumber\tn\t5\n" SERIES);
    expect(&answer, "series.number", "5");
    assert_int_not_equal(answer.study, run(check, MFSPLIT "SeriesNumber\tn\t6\n" SERIES).study);
    check_destroy(check);
}

static void only_a_split_series_is_numbered_by_thousands(void **state) {
    (void)state;
    struct check *check = create("{}");
    struct check_answer answer = run(check, "SeriesNumber\tn\t10000\n" SERIES);
    expect(&answer, "series.number", "10000");
    assert_int_not_equal(key_with(check, "SeriesNumber\tn\t10000\n"),
                         key_with(check, "SeriesNumber\tn\t10001\n"));
    check_destroy(check);
}

static void where_nothing_else_tells_series_apart_the_folder_does(void **state) {
    (void)state;
    struct check *check = create("{}");
    static const char bare[] = "SeriesNumber\tn\t1\nSequenceName\tt\tx\n";
    static const char unnamed[] = "StudyInstanceUID\tt\t1.2\nStation\tt\tA\n";
    struct check_answer answer = run_at(check, "/a/1", bare);
    assert_string_equal(answer.station, "unknown");
    assert_int_equal(key(check, "/a/2", bare), answer.series_key);
    assert_int_not_equal(key(check, "/b/1", bare), answer.series_key);
    assert_int_not_equal(key(check, "/a/1", "SeriesNumber\tn\t2\nSequenceName\tt\tx\n"),
                         answer.series_key);
    assert_int_not_equal(key(check, "/a/1", "SeriesNumber\tn\t1\nSequenceName\tt\ty\n"),
                         answer.series_key);
    assert_int_equal(key(check, "/a/1", unnamed), key(check, "/a/2", unnamed));
    assert_int_not_equal(key(check, "/a/1", unnamed), key(check, "/b/1", unnamed));
    assert_int_equal(key(check, "/a/1", SERIES), key(check, "/b/2", SERIES));
    check_destroy(check);
}

static void a_torn_header_tells_what_stands_before_the_cut(void **state) {
    (void)state;
    struct check *check = create("{}");
    uint64_t whole = key(check, "/a/1", SERIES);
    struct check_answer answer = run_at(check, "/b/2", "incomplete\n" SERIES);
    assert_int_equal(answer.outcome, CHECK_INCOMPLETE);
    assert_int_equal(answer.series_key, whole);
    assert_string_equal(answer.station, "AWP1");
    answer = run_at(check, "/b/2", "unreadable\n" SERIES "SOPInstanceUID\tt\t1.2.9\n");
    assert_int_equal(answer.series_key, whole);
    assert_int_not_equal(answer.instance, 0);
    answer = run_at(check, "/b/2", "incomplete\nStation\tt\tAWP1\nSequenceName\tt\trest\n");
    assert_int_equal(answer.series_key, 0); /* neither number nor study: it may be any */
    assert_string_equal(answer.station, "AWP1");
    answer = run_at(check, "/b/2", "incomplete\nSequenceName\tt\trest\n");
    assert_string_equal(answer.station, "");
    check_destroy(check);
}

static void the_station_may_be_the_serial_number(void **state) {
    (void)state;
    struct check *check = create("{\"station\": \"DeviceSerialNumber\"}");
    assert_string_equal(run(check, SERIES "DeviceSerialNumber\tt\t67078\n").station, "67078");
    assert_string_equal(run(check, SERIES).station, "unknown");
    check_destroy(check);
    check = create("{}");
    char header[256] = "Station\tt\t";
    for (int i = 0; i < 50; i++) {
        strcat(header, "\xc3\xa4");
    }
    struct check_answer answer = run(check, strcat(header, "\n"));
    assert_int_equal(strlen(answer.station), CHECK_STATION_BYTES);
    check_destroy(check);
}

#define MOSAIC "ImageType\tt\t['ORIGINAL', 'PRIMARY', 'M', 'ND', 'MOSAIC']\n"
#define TIMES(n) "NumberOfTemporalPositions\tn\t" #n "\n"
#define BOLD                                                                                       \
    "Manufacturer\tt\tSIEMENS\nSequenceFile\tt\t%CustomerSeq%/cmrr_mbep2d_bold\n"                  \
    "Repetitions\tn\t419\n"
#define GE                                                                                         \
    "Manufacturer\tt\tGE MEDICAL SYSTEMS\nImageType\tt\t['ORIGINAL', 'PRIMARY', 'EPI', 'NONE']\n"  \
    "ImagesInAcquisition\tn\t15\n"
#define PHILIPS                                                                                    \
    "Manufacturer\tt\tPhilips Medical Systems\nImageType\tt\t['ORIGINAL', 'PRIMARY', 'M_FFE']\n"   \
    "Slices\tn\t9\nDynamics\tn\t3\nHeartPhases\tn\t1\n"

static void how_many_images_are_due(void **state) {
    (void)state;
    static const struct {
        const char *header, *expected;
    } rows[] = {
        {TIMES(420), "null"},
        {MOSAIC, "null"},
        {MOSAIC TIMES(420), "420"},
        {MOSAIC TIMES(1), "null"},
        {MOSAIC TIMES(420) "Contrasts\tn\t3\n", "null"},
        {MOSAIC TIMES(420) "Comments\tt\tSingle-band reference\n", "null"},
        {TIMES(420) "ImageType\tt\t['DERIVED', 'PRIMARY', 'MOSAIC']\n", "null"},
        {TIMES(420) "ImageType\tt\t['ORIGINAL', 'PRIMARY', 'MOCO', 'MOSAIC']\n", "null"},
        {BOLD, "null"},
        {MOSAIC BOLD, "420"},
        {MOSAIC BOLD "Contrasts\tn\t1\nAverages\tn\t1\n", "420"},
        {MOSAIC BOLD "Contrasts\tn\t3\n", "null"},
        {MOSAIC BOLD "Averages\tn\t2\n", "null"},
        {MOSAIC BOLD "NumberOfFrames\tn\t36\n", "null"},
        {MOSAIC "Manufacturer\tt\tSIEMENS\nSequenceFile\tt\t%SiemensSeq%/ep2d_diff\n"
                "Repetitions\tn\t1\n",
         "null"},
        {GE TIMES(10) "Locations\tn\t15\n", "150"},
        {GE TIMES(10) "Locations\tn\t5\n", "null"},
        {GE TIMES(1) "Locations\tn\t15\n", "null"},
        {GE "Locations\tn\t15\n", "null"},
        {PHILIPS TIMES(3) "Echoes\tn\t1\n", "27"},
        {PHILIPS TIMES(3) "Echoes\tn\t2\n", "null"},
        {PHILIPS TIMES(1) "Echoes\tn\t1\n", "null"},
        {PHILIPS TIMES(3) "Echoes\tn\t1\nLabelTypes\tn\t0\n", "27"},
        {PHILIPS TIMES(3) "Echoes\tn\t1\nLabelTypes\tn\t2\n", "54"},
        {PHILIPS TIMES(3) "Echoes\tn\t1\nBValues\tn\t2\n", "null"},
        {PHILIPS TIMES(3) "Echoes\tn\t1\nBValues\tn\t1\nBDirections\tn\t33\n", "null"},
        {PHILIPS TIMES(3) "Echoes\tn\t1\nFlowDirections\tn\t3\n", "null"},
        {"ImageType\tt\t['ORIGINAL', 'PRIMARY', 'PHASE MAP', 'P', 'FFE']\n" PHILIPS TIMES(
             3) "Echoes\tn\t1\n",
         "null"},
        {GE TIMES(10) "Locations\tn\t15\nEchoNumbers\tn\t1\n", "150"},
        {GE TIMES(10) "Locations\tn\t15\nEchoNumbers\tn\t2\n", "null"},
        {MOSAIC TIMES(420) "EchoNumbers\tn\t3\n", "null"},
        {TIMES(420) "ImageType\tt\t['ORIGINAL', 'PRIMARY', 'M', 'MFSPLIT', 'MOSAIC']\n", "null"},
        {MOSAIC "Manufacturer\tt\tSIEMENS\nSequenceFile\tt\t%bold%/ep2d_diff\n"
                "Repetitions\tn\t1\n",
         "null"},
        {MOSAIC TIMES(1e30), "null"},
        {MOSAIC TIMES(2.5), "null"},
    };
    struct check *check = create("{}");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        AUTOFREE char *header = mem_printf("%s%s", SERIES, rows[i].header);
        struct check_answer answer = run(check, header);
        expect(&answer, "series.expected", rows[i].expected);
    }
    struct check_answer answer = run(check, SERIES MOSAIC "TR\tn\t1300\n");
    expect(&answer, "series.period", "1300");
    check_destroy(check);
}

static void the_digest_tells_files_that_expect_another_number_of_images(void **state) {
    (void)state;
    struct check *check = create("{}");
    uint64_t first = run(check, SERIES MOSAIC TIMES(420)).digest;
    assert_int_equal(run(check, SERIES MOSAIC TIMES(420) "TE\tn\t9\n").digest, first);
    assert_int_not_equal(run(check, SERIES MOSAIC TIMES(420) "EchoNumbers\tn\t2\n").digest, first);
    check_destroy(check);
}

static void the_subject_is_taken_out_when_asked(void **state) {
    (void)state;
    struct check *check = create_with_sample(", \"redact\": true");
    struct check_answer answer =
        run_at(check, "/data/Doe/J\xc3\xb6hn_doe_id77_1.dcm",
               SERIES "SubID\tt\tJ\xc3\xb6hn^Doe\nPatientID\tt\tID77\nDo\tt\tfind\n");
    expect(&answer, "result.input.SubID", "null");
    expect(&answer, "result.input.PatientID", "null");
    expect(&answer, "result.input.dcm_path", "\"(subject)_(subject)_1.dcm\"");
    expect(&answer, "result.findings.1.message", "\"about (subject)\"");
    assert_null(strcasestr(answer.json, "doe"));
    assert_null(strcasestr(answer.json, "id77"));
    check_destroy(check);
}

struct names {
    char text[256];
};

static void note_name(void *self, const char *name) {
    strcat(strcat(((struct names *)self)->text, name ? name : "-"), ";");
}

static void the_caller_knows_which_checker_runs(void **state) {
    (void)state;
    struct check *check =
        create("{\"checkers\": [{\"name\": \"one\", \"file\": \"" SAMPLE "\"},"
               "{\"name\": \"off\", \"file\": \"" SAMPLE "\", \"disabled\": true},"
               "{\"name\": \"two\", \"file\": \"" SAMPLE "\"}]}");
    FILE *file = tmpfile();
    fputs(SERIES, file);
    fflush(file);
    struct names names = {""};
    struct check_answer answer;
    check_file(check, "/x", fileno(file), &answer, note_name, &names);
    fclose(file);
    assert_string_equal(names.text, "one;two;-;");
    check_destroy(check);
}

static void what_cannot_be_loaded_is_refused(void **state) {
    (void)state;
    log_set_level((enum mrq_level)0);
    assert_null(create("{\"checkers\": [{\"file\": \"/no/such.so\"}]}"));
    assert_null(create("{\"checkers\": [{\"file\": \"" SAMPLE "\"}, {\"file\": \"" SAMPLE "\","
                       " \"settings\": {\"open\": false}}]}"));
    assert_null(create("{\"tags\": \"/no/such/list\"}"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_result_has_the_values_with_their_types),
        cmocka_unit_test(findings_become_status_errors_and_sentences),
        cmocka_unit_test(the_status_follows_from_what_was_said),
        cmocka_unit_test(warnings_do_not_deviate),
        cmocka_unit_test(the_digest_covers_findings_and_watched_values_only),
        cmocka_unit_test(notes_and_data_are_passed_on),
        cmocka_unit_test(what_cannot_be_read_says_why),
        cmocka_unit_test(a_checker_that_fails_loses_its_own_verdict_only),
        cmocka_unit_test(a_checker_that_fails_on_every_file_makes_no_verdict),
        cmocka_unit_test(a_later_checker_sees_that_a_file_is_excluded),
        cmocka_unit_test(a_checker_that_asks_for_it_is_not_shown_what_is_excluded),
        cmocka_unit_test(a_name_that_no_header_value_has_is_told_once),
        cmocka_unit_test(a_name_that_is_declared_and_unknown_is_told_at_load),
        cmocka_unit_test(a_checker_in_a_loop_makes_no_endless_answer),
        cmocka_unit_test(station_patient_study_number_and_name_are_one_series),
        cmocka_unit_test(a_station_is_the_same_in_any_case_of_its_letters),
        cmocka_unit_test(volumes_of_a_split_series_have_one_key),
        cmocka_unit_test(only_a_split_series_is_numbered_by_thousands),
        cmocka_unit_test(where_nothing_else_tells_series_apart_the_folder_does),
        cmocka_unit_test(a_torn_header_tells_what_stands_before_the_cut),
        cmocka_unit_test(the_station_may_be_the_serial_number),
        cmocka_unit_test(how_many_images_are_due),
        cmocka_unit_test(the_digest_tells_files_that_expect_another_number_of_images),
        cmocka_unit_test(the_subject_is_taken_out_when_asked),
        cmocka_unit_test(the_caller_knows_which_checker_runs),
        cmocka_unit_test(what_cannot_be_loaded_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
