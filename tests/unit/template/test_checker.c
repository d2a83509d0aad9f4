/* SPDX-License-Identifier: Apache-2.0 */
/* The checker against a real database, with files and verdicts of our own making. */
#include "base/log.h"
#include "base/memory.h"
#include "parameters.h"
#include "plugin/option_check.h"
#include "plugin/settings.h"

#include <mrqart/plugin.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

enum { VALUES_MOST = 24, SAID_MOST = 64 };

/* ---- a file and a verdict ------------------------------------------------------------------- */

struct made_file {
    struct mrq_file public;
    const char *pairs[VALUES_MOST * 2]; /* name, value, name, value … */
};

static const char *made_value(const struct mrq_file *file, const char *name) {
    const struct made_file *made = (const struct made_file *)file;
    const char *found = NULL; /* the last of a name holds */
    for (size_t i = 0; i < VALUES_MOST * 2 && made->pairs[i]; i += 2) {
        found = strcmp(made->pairs[i], name) == 0 ? made->pairs[i + 1] : found;
    }
    return found && *found == '-' ? NULL : found;
}

static size_t made_numbers(const struct mrq_file *file, const char *name, double *values,
                           size_t room) {
    const char *text = made_value(file, name);
    size_t count = 0;
    for (char *end; text && *text && count < room; text = *end ? end + 1 : end) {
        values[count++] = strtod(text + (*text == '[' ? 1 : 0), &end);
    }
    return count;
}

static const struct mrq_file_ops file_ops = {.value = made_value, .numbers = made_numbers};

struct said {
    struct mrq_verdict public;
    char compared[512], findings[1024], reference[1024], reason[128], watched[2048];
    size_t finding_count;
    enum mrq_severity worst;
};

static void add(char *list, size_t room, const char *format, ...) {
    size_t used = strlen(list);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(list + used, room - used, format, arguments);
    va_end(arguments);
}

#define ADD(list, ...) add(list, sizeof(list), __VA_ARGS__)

static void say_finding(struct mrq_verdict *verdict, const struct mrq_finding *finding) {
    struct said *said = (struct said *)verdict;
    said->finding_count++;
    said->worst = finding->severity > said->worst ? finding->severity : said->worst;
    ADD(said->findings, "%s:%s:%s;", finding->parameter, finding->expect,
        finding->have ? finding->have : "-");
}

static void say_compared(struct mrq_verdict *verdict, const char *parameter) {
    ADD(((struct said *)verdict)->compared, "%s;", parameter);
}

static void say_reference(struct mrq_verdict *verdict, const char *name, const char *value) {
    ADD(((struct said *)verdict)->reference, "%s=%s;", name, value ? value : "-");
}

static void say_reason(struct mrq_verdict *verdict, const char *reason) {
    ADD(((struct said *)verdict)->reason, "%s", reason);
}

static void say_watch(struct mrq_verdict *verdict, const char *name, const char *value,
                      enum mrq_watching watching, const char *group) {
    ADD(((struct said *)verdict)->watched, "%s=%s%s%s;", name, value,
        watching == MRQ_COLLECTED ? "+" : "@", group);
}

static const struct mrq_verdict_ops verdict_ops = {.finding = say_finding,
                                                   .compared = say_compared,
                                                   .reference = say_reference,
                                                   .not_checked = say_reason,
                                                   .watch = say_watch};

/* ---- a database and a checker --------------------------------------------------------------- */

static const char base_rows[] =
    "create table acq_param (Project, SequenceName, Phase, iPAT, Comments, SequenceType, PED_major,"
    " TR, TE, Matrix, PixelResol, BWP, BWPPE, FA, TA, FoV, SequenceFile);"
    "create table template_by_count (n, Project, SequenceName, param_id, first, last,"
    " multiecho_tes);"
    "insert into acq_param values ('Brain^WPC-8620', 'Rew_1', '1', 'null', 'c', 'ep_b5#1', 'COL',"
    " '1300', '30', '[94, 0, 0, 88]', '[2.3, 2.3]', '2055', '10.352', '60', 'TA 1', 'FoV 9', '');"
    "insert into acq_param select Project, 'seldom', Phase, iPAT, Comments, SequenceType, "
    "PED_major,"
    " TR, '4.8', Matrix, PixelResol, BWP, BWPPE, FA, TA, FoV, NULL from acq_param;"
    "insert into acq_param select Project, 'two', Phase, iPAT, Comments, SequenceType, PED_major,"
    " '20,100', '4.9,7.4', Matrix, PixelResol, BWP, BWPPE, '2,10', TA, FoV, NULL from acq_param"
    " where rowid = 1;"
    "insert into template_by_count values (412, 'Brain^WPC-8620', 'Rew_1', 1, '20200101',"
    " '20240101', '30'), (2, 'Brain^WPC-8620', 'seldom', 2, '20200101', '20240101', '4.8,38.76'), "
    "(9,"
    " 'Brain^WPC-8620', 'two', 3, '20200101', '20240101', null);";

struct bench {
    char path[64];
    struct mrq_host host;
    void *checker;
};

static void host_log(struct mrq_host *host, enum mrq_level level, const char *format,
                     va_list arguments) {
    log_named(level, host->name, format, arguments);
}

static const struct mrq_host_ops host_ops = {.log = host_log};

static void reopen(struct bench *bench, const char *options) {
    json_auto_t *values = json_loads(options, 0, NULL);
    struct mrq_settings *settings = settings_create(values, mrq_plugin.options);
    mrq_plugin.close(bench->checker);
    bench->checker = mrq_plugin.open(&bench->host, settings);
    settings_destroy(settings);
}

static int set_up(void **state) {
    struct bench *bench = mem_new(struct bench);
    strcpy(bench->path, "/tmp/mrqart-template-XXXXXX");
    close(mkstemp(bench->path));
    sqlite3 *db;
    assert_int_equal(sqlite3_open(bench->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, base_rows, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    bench->host = (struct mrq_host){.ops = &host_ops, .name = "template", .database = bench->path};
    reopen(bench, "{}");
    assert_non_null(bench->checker);
    *state = bench;
    return 0;
}

static int tear_down(void **state) {
    struct bench *bench = *state;
    mrq_plugin.close(bench->checker);
    unlink(bench->path);
    free(bench);
    return 0;
}

/* the file that conforms, with the pairs given in place of its own ("-": absent) */
static struct said check(struct bench *bench, const char *const *pairs) {
    static const char *const good[] = {"Project",      "brain^wpc-8620",
                                       "SequenceName", "rew_1",
                                       "Phase",        "1",
                                       "Comments",     "C",
                                       "SequenceType", "ep_b1540#27",
                                       "PED_major",    "COL",
                                       "TR",           "1300.0",
                                       "TE",           "30",
                                       "Matrix",       "94,0,0,88",
                                       "PixelResol",   "[2.3, 2.3]",
                                       "BWP",          "2055",
                                       "FA",           "60",
                                       "Modality",     "MR"};
    struct made_file file = {.public = {.ops = &file_ops, .path = "/x"}};
    size_t count = sizeof(good) / sizeof(good[0]);
    memcpy(file.pairs, good, sizeof(good));
    while (*pairs) {
        file.pairs[count++] = *pairs++;
    }
    struct said said = {.public = {.ops = &verdict_ops}};
    assert_true(mrq_plugin.check(bench->checker, &file.public, &said.public));
    return said;
}

#define CHECK(bench, ...) check(bench, (const char *const[]){__VA_ARGS__ __VA_OPT__(, ) NULL})

/* ---- what is promised ----------------------------------------------------------------------- */

static void a_live_file_conforms_without_what_is_not_streamed(void **state) {
    struct said said = CHECK(*state);
    assert_int_equal(said.finding_count, 0);
    assert_string_equal(said.compared, "Project;SequenceName;Phase;Comments;SequenceType;PED_major;"
                                       "TR;TE;Matrix;PixelResol;BWP;FA;");
    assert_non_null(strstr(said.reference, "TR=1300;"));
    assert_non_null(strstr(said.reference, "iPAT=-;"));
    assert_non_null(strstr(said.reference, "SequenceFile=-;n=412;first=20200101;last=20240101;"));
}

static void an_archived_file_must_have_them(void **state) {
    reopen(*state, "{\"context\": \"archive\"}");
    struct said said = CHECK(*state);
    assert_string_equal(said.findings, "BWPPE:10.352:-;TA:TA 1:-;FoV:FoV 9:-;");
    assert_int_equal(said.worst, MRQ_FAIL);
}

static void a_value_that_is_there_is_compared_live_too(void **state) {
    struct said said = CHECK(*state, "FoV", "FoV 8");
    assert_string_equal(said.findings, "FoV:FoV 9:FoV 8;");
}

static void what_the_template_lacks_is_not_compared(void **state) {
    struct said said = CHECK(*state, "iPAT", "p2", "SequenceFile", "%Seq%/x");
    assert_int_equal(said.finding_count, 0);
    assert_null(strstr(said.compared, "iPAT"));
}

static void absence_in_the_file_is_a_deviation(void **state) {
    static const char *const absences[] = {"-", "", "null"};
    for (size_t i = 0; i < 3; i++) {
        struct said said = CHECK(*state, "TR", absences[i]);
        assert_string_equal(said.findings, "TR:1300:-;");
    }
}

static void a_deviation_from_a_template_seldom_seen_is_a_warning(void **state) {
    struct said said = CHECK(*state, "SequenceName", "seldom", "TE", "38.76", "TR", "2000");
    assert_string_equal(said.findings, "TR:1300:2000;");
    assert_int_equal(said.worst, MRQ_WARN);
    reopen(*state, "{\"minimum\": 2}");
    said = CHECK(*state, "SequenceName", "seldom", "TE", "38.76", "TR", "2000");
    assert_int_equal(said.worst, MRQ_FAIL);
}

static void all_echoes_of_a_template_are_accepted(void **state) {
    struct said said = CHECK(*state, "SequenceName", "seldom", "TE", "38.76");
    assert_int_equal(said.finding_count, 0);
    assert_non_null(strstr(said.reference, "TE=4.8,38.76;"));
    said = CHECK(*state, "SequenceName", "seldom", "TE", "7.4");
    assert_string_equal(said.findings, "TE:4.8,38.76:7.4;");
}

static void wildcards_match_nothing(void **state) {
    assert_string_equal(CHECK(*state, "SequenceName", "rew%").compared, "");
    assert_string_equal(CHECK(*state, "SequenceName", "rew11").compared, "");
}

static void without_a_template_nothing_is_compared_but_all_is_watched(void **state) {
    struct said said = CHECK(*state, "SequenceName", "never seen", "EchoNumbers", "2",
                             "ImageOrientationPatient", "[1, -0.001, 0, 0, 0.99999, 0]");
    assert_string_equal(said.compared, "");
    assert_string_equal(said.reference, "");
    assert_string_equal(said.watched,
                        "Project=brain^wpc-8620@;SequenceName=never seen@;Phase=1@1,0,0,0,1,0;"
                        "PED_major=COL@1,0,0,0,1,0;TR=1300@;TE=30@2;Matrix=94,0,0,88@1,0,0,0,1,0;"
                        "PixelResol=[2.3, 2.3]@1,0,0,0,1,0;BWP=2055@;FA=60@;TE=30+;");
}

static void echoes_that_nobody_numbers_are_collected_and_no_change(void **state) {
    struct said said = CHECK(*state, "Contrasts", "2");
    assert_null(strstr(said.watched, "TE=30@"));
    assert_non_null(strstr(said.watched, "TE=30+;"));
    said = CHECK(*state, "Contrasts", "1");
    assert_non_null(strstr(said.watched, "TE=30@;"));
    said = CHECK(*state, "Contrasts", "2", "EchoNumbers", "1");
    assert_non_null(strstr(said.watched, "TE=30@1;"));
}

static void images_of_a_series_of_several_trs_are_alike(void **state) {
    struct said first = CHECK(*state, "SequenceName", "two", "TR", "20", "FA", "10", "TE", "4.9",
                              "EchoNumbers", "-");
    struct said second = CHECK(*state, "SequenceName", "two", "TR", "100", "FA", "2.0", "TE", "7.4",
                               "EchoNumbers", "-");
    assert_int_equal(first.finding_count + second.finding_count, 0);
    assert_non_null(strstr(first.watched, "TR=20,100@20,100;TE=4.9,7.4@4.9,7.4;"));
    assert_non_null(strstr(second.watched, "TR=20,100@20,100;TE=4.9,7.4@4.9,7.4;"));
    assert_non_null(strstr(first.watched, "FA=2,10@2,10;"));
    assert_non_null(strstr(second.watched, "FA=2,10@2,10;"));
    struct said odd = CHECK(*state, "SequenceName", "two", "TR", "200", "FA", "10", "TE", "7.4",
                            "EchoNumbers", "2");
    assert_string_equal(odd.findings, "TR:20,100:200;");
    assert_non_null(strstr(odd.watched, "TR=200@20,100;TE=7.4@2;"));
}

static void shims_are_watched_although_nobody_compares_them(void **state) {
    struct said said = CHECK(*state, "Shims", "485,9,-267");
    assert_non_null(strstr(said.watched, "Shims=485,9,-267@;"));
    assert_null(strstr(said.compared, "Shims"));
    said = CHECK(*state, "Shims", "null,null,null");
    assert_null(strstr(said.watched, "Shims"));
}

static void comments_and_time_are_judged_on_the_first_image(void **state) {
    struct said said =
        CHECK(*state, "Comments", "Motion: 1,2", "TA", "TA 00.01", "InstanceNumber", "2");
    assert_int_equal(said.finding_count, 0);
    said = CHECK(*state, "Comments", "Motion: 1,2", "TA", "TA 00.01", "InstanceNumber", "1");
    assert_string_equal(said.findings, "Comments:c:Motion: 1,2;TA:TA 1:TA 00.01;");
    assert_null(strstr(said.watched, "Comments"));
    assert_null(strstr(said.watched, "SequenceType"));
}

static void derived_images_and_other_objects_are_not_checked(void **state) {
    struct said said = CHECK(*state, "ImageType", "['DERIVED', 'PRIMARY', 'moco']", "TR", "1");
    assert_string_equal(said.reason, "derived image (MOCO)");
    assert_int_equal(said.finding_count, 0);
    assert_string_equal(said.watched, "");
    said = CHECK(*state, "ImageType", "DERIVED\\SECONDARY\\CSA MPR");
    assert_string_equal(said.reason, "derived image (CSA MPR)");
    said = CHECK(*state, "Modality", "SR");
    assert_string_equal(said.reason, "no MR image (Modality SR)");
    said = CHECK(*state, "SOPClassUID", "1.2.840.10008.5.1.4.1.1.7");
    assert_string_equal(said.reason, "no MR image (Secondary Capture Image)");
    said = CHECK(*state, "SOPClassUID", "1.2.840.10008.5.1.4.1.1.4.2");
    assert_string_equal(said.reason, "no MR image (MR Spectroscopy)");
    said = CHECK(*state, "SOPClassUID", "1.2.840.10008.5.1.4.1.1.88.33");
    assert_string_equal(said.reason, "no MR image (Structured Report)");
    said = CHECK(*state, "SOPClassUID", "1.3.46.670589.11.0.0.12.1");
    assert_string_equal(said.reason,
                        "no MR image (a vendor's SOP class 1.3.46.670589.11.0.0.12.1)");
    said = CHECK(*state, "SOPClassUID", "1.2.840.10008.5.1.4.1.1.6.3");
    assert_string_equal(said.reason, "no MR image (SOP class 1.2.840.10008.5.1.4.1.1.6.3)");
    said = CHECK(*state, "ImageType", "['ORIGINAL', 'PRIMARY', 'M', 'MFA']", "SOPClassUID",
                 "1.2.840.10008.5.1.4.1.1.4.1");
    assert_string_equal(said.reason, "");
}

static void options_choose_what_is_compared_and_how(void **state) {
    reopen(*state, "{\"compared\": [\"TR\", \"FA\"], \"tolerances\": {\"TR\": 800, \"FA\": 1},"
                   " \"excluded\": [\"NORM\"]}");
    struct said said =
        CHECK(*state, "TR", "2000", "FA", "62", "Phase", "0", "ImageType", "['MOCO']");
    assert_string_equal(said.compared, "TR;FA;");
    assert_string_equal(said.findings, "FA:60:62;");
    assert_string_equal(CHECK(*state, "ImageType", "['NORM']").reason, "derived image (NORM)");
}

static bool allowed(const char *key, const char *text) {
    const struct mrq_option *option = mrq_plugin.options;
    while (strcmp(option->key, key) != 0) {
        option++;
    }
    size_t entry;
    json_auto_t *value = json_loads(text, JSON_DECODE_ANY, NULL);
    AUTOFREE char *fault = option_fault(option, value, &entry);
    return !fault;
}

static void options_that_name_no_parameter_are_refused(void **state) {
    (void)state;
    for (int i = 0; i < PARAMETERS; i++) {
        AUTOFREE char *one = mem_printf("[\"%s\"]", parameters[i].name);
        assert_true(allowed("compared", one));
        AUTOFREE char *tolerance = mem_printf("{\"%s\": 1}", parameters[i].name);
        bool numeric = parameters[i].rule != RULE_TEXT && parameters[i].rule != RULE_EXACT &&
                       parameters[i].rule != RULE_SEQUENCE;
        assert_int_equal(allowed("tolerances", tolerance), numeric); /* else it had no effect */
    }
    assert_false(allowed("compared", "[\"TRR\"]"));
    assert_false(allowed("tolerances", "{\"TEE\": 1}"));
    assert_false(allowed("tolerances", "{\"TE\": -1}"));
}

static void it_works_without_a_database(void **state) {
    struct bench *bench = *state;
    bench->host.database = "";
    log_set_level((enum mrq_level)0);
    reopen(bench, "{}");
    log_set_level(MRQ_NOTICE);
    assert_string_equal(CHECK(bench).compared, "");
    mrq_plugin.close(NULL);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_live_file_conforms_without_what_is_not_streamed),
        TEST(an_archived_file_must_have_them),
        TEST(a_value_that_is_there_is_compared_live_too),
        TEST(what_the_template_lacks_is_not_compared),
        TEST(absence_in_the_file_is_a_deviation),
        TEST(a_deviation_from_a_template_seldom_seen_is_a_warning),
        TEST(all_echoes_of_a_template_are_accepted),
        TEST(wildcards_match_nothing),
        TEST(without_a_template_nothing_is_compared_but_all_is_watched),
        TEST(echoes_that_nobody_numbers_are_collected_and_no_change),
        TEST(images_of_a_series_of_several_trs_are_alike),
        TEST(shims_are_watched_although_nobody_compares_them),
        TEST(comments_and_time_are_judged_on_the_first_image),
        TEST(derived_images_and_other_objects_are_not_checked),
        TEST(options_choose_what_is_compared_and_how),
        TEST(options_that_name_no_parameter_are_refused),
        TEST(it_works_without_a_database),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
