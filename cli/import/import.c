/* SPDX-License-Identifier: Apache-2.0 */
/* Bulk import of an archive into the acquisition database. */
#include "import.h"
#include "acqdb/acqdb.h"
#include "acqdb/writer.h"
#include "base/hash_table.h"
#include "base/memory.h"
#include "base/text.h"
#include "pool.h"
#include "scan.h"
#include "summary.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>

/* what was found in a session until all of it is */
struct pending {
    json_t *found; /* list of what series_read() gave */
    size_t left;
};

struct import {
    struct acqdb_writer *writer;
    struct sessions sessions;
    struct pending *pending;
    struct job {
        size_t session, folder;
    } * jobs;
    size_t job_count, jobs_done;
    struct summary summary;
    struct progress progress;
    size_t added, known, older;
    size_t folders, series, sessions_found; /* in which, and of which, something was found */
    struct hash_table studies;              /* of a plain folder, which may hold several sessions */
    bool failed;
};

/* ---- which sessions ------------------------------------------------------------------------- */

/* the reference's rule; a session whose import was cut short is taken up again */
static bool is_due(struct import *import, const struct session *session, bool all) {
    char newest[ACQDB_STAMP_BYTES];
    if (all || !*session->stamp ||
        acqdb_import_state(import->writer, session->folder) == ACQDB_BEGUN) {
        return true;
    }
    acqdb_newest(import->writer, session->project, newest);
    return strcmp(session->stamp, newest) > 0;
}

static void plan_session(struct import *import, size_t index) {
    const struct session *session = &import->sessions.each[index];
    import->pending[index] = (struct pending){.found = json_array(), .left = session->folder_count};
    for (size_t i = 0; i < session->folder_count; i++) {
        import->jobs = mem_resize(import->jobs, import->job_count + 1, sizeof(*import->jobs));
        import->jobs[import->job_count++] = (struct job){.session = index, .folder = i};
    }
    if (!session->folder_count) {
        summary_skip(&import->summary, "no folder with files in it", session->folder);
    }
}

static bool plan(struct import *import, bool all) {
    import->pending = mem_zeroed(import->sessions.count, sizeof(*import->pending));
    if (!acqdb_begin(import->writer)) {
        return false;
    }
    for (size_t i = 0; i < import->sessions.count; i++) {
        const struct session *session = &import->sessions.each[i];
        if (!is_due(import, session, all)) {
            import->older++;
            continue;
        }
        plan_session(import, i);
    }
    /* noted when all are judged: what is noted as begun counts as due */
    for (size_t i = 0; i < import->sessions.count; i++) {
        const struct session *session = &import->sessions.each[i];
        if (import->pending[i].left && *session->stamp &&
            !acqdb_import_note(import->writer, session->folder, ACQDB_BEGUN)) {
            return false;
        }
    }
    return acqdb_commit(import->writer);
}

/* ---- what was found in them ------------------------------------------------------------------ */

static void take_values(const json_t *list, const char **values, size_t count) {
    for (size_t i = 0; i < count; i++) {
        values[i] = json_string_value(json_array_get(list, i));
    }
}

static void store_row(struct import *import, const json_t *found) {
    struct acqdb_row row;
    const char *absent = NULL;
    take_values(json_object_get(found, "parameters"), row.parameters, ACQDB_PARAMETERS);
    take_values(json_object_get(found, "acquisition"), row.acquisition, ACQDB_ACQUISITION);
    switch (acqdb_add(import->writer, &row, &absent)) {
    case ACQDB_ADDED:
        import->added++;
        break;
    case ACQDB_KNOWN:
        import->known++;
        break;
    case ACQDB_ABSENT: {
        AUTOFREE char *reason =
            mem_printf("%s is absent, so that the series is not stored", absent);
        summary_skip(&import->summary, reason, json_string_value(json_object_get(found, "file")));
        break;
    }
    case ACQDB_FAILED:
        import->failed = true;
    }
}

/* true for the first series of its study */
static bool is_new_study(struct import *import, const json_t *row) {
    const char *study = json_string_value(json_object_get(row, "study"));
    uint64_t hash = study ? text_hash(TEXT_HASH_SEED, study, strlen(study)) : 0;
    if (hash_table_first(&import->studies, hash)) {
        return false;
    }
    hash_table_add(&import->studies, mem_new(struct hash_link), hash);
    return true;
}

static void store_folder(struct import *import, const json_t *found, bool plain) {
    size_t index;
    json_t *item;
    json_array_foreach(json_object_get(found, "rows"), index, item) {
        import->sessions_found += plain && is_new_study(import, item);
        import->series++;
        store_row(import, item);
    }
    import->folders += json_array_size(json_object_get(found, "rows")) > 0;
    json_array_foreach(json_object_get(found, "skipped"), index, item) {
        summary_skip(&import->summary, json_string_value(json_array_get(item, 1)),
                     json_string_value(json_array_get(item, 0)));
    }
}

/* all series of a session in one transaction: an import that is cut short leaves whole ones */
static void store_session(struct import *import, size_t index) {
    const struct session *session = &import->sessions.each[index];
    struct pending *pending = &import->pending[index];
    if (import->failed || !acqdb_begin(import->writer)) {
        import->failed = true;
        return;
    }
    size_t i, series = import->series;
    json_t *found;
    json_array_foreach(pending->found, i, found) {
        store_folder(import, found, !*session->stamp);
    }
    import->sessions_found += *session->stamp && import->series > series;
    bool noted = !*session->stamp || acqdb_import_note(import->writer, session->folder, ACQDB_DONE);
    import->failed = import->failed || !noted || !acqdb_commit(import->writer);
    json_decref(pending->found);
    pending->found = NULL;
}

/* ---- the work of the pool ------------------------------------------------------------------- */

static const char *give_job(void *self, size_t index, enum series_mode *mode) {
    const struct import *import = self;
    const struct job *job = &import->jobs[index];
    const struct series_folder *folder = &import->sessions.each[job->session].folders[job->folder];
    *mode = folder->mode;
    return folder->path;
}

static void take_answer(void *self, size_t index, const json_t *found) {
    struct import *import = self;
    const struct job *job = &import->jobs[index];
    struct pending *pending = &import->pending[job->session];
    if (found) {
        json_array_append(pending->found, (json_t *)found);
    } else {
        summary_skip(&import->summary, "the reader died of a file in the folder",
                     import->sessions.each[job->session].folders[job->folder].path);
    }
    if (--pending->left == 0) {
        store_session(import, job->session);
    }
    progress_show(&import->progress, ++import->jobs_done);
}

static size_t readers_of(const struct import_options *options, size_t jobs) {
    cpu_set_t cores;
    size_t readers = options->readers;
    if (!readers && sched_getaffinity(0, sizeof(cores), &cores) == 0) {
        readers = (size_t)CPU_COUNT(&cores);
    }
    readers = readers > IMPORT_READERS_MOST ? IMPORT_READERS_MOST : readers;
    readers = readers > jobs ? jobs : readers;
    return readers ? readers : 1;
}

static bool read_sessions(struct import *import, const struct import_options *options) {
    const struct pool_work work = {.wanted = &options->wanted,
                                   .jobs = import->job_count,
                                   .readers = readers_of(options, import->job_count),
                                   .job = give_job,
                                   .answer = take_answer,
                                   .self = import};
    progress_start(&import->progress, import->job_count);
    bool good = pool_run(&work);
    progress_end(&import->progress);
    return good && !import->failed;
}

static void print_summary(const struct import *import, long long templates) {
    printf("imported %zu acquisitions of %zu sessions; %zu were known\n", import->added,
           import->sessions_found, import->known);
    printf("%zu series were found in %zu folders\n", import->series, import->folders);
    if (import->older) {
        printf("passed over %zu sessions older than the newest acquisition of their project "
               "(--all takes them too)\n",
               import->older);
    }
    summary_print(&import->summary);
    printf("%lld templates\n", templates);
}

static void free_study(void *self, struct hash_link *link) {
    (void)self;
    free(link);
}

static void import_finish(struct import *import) {
    for (size_t i = 0; import->pending && i < import->sessions.count; i++) {
        json_decref(import->pending[i].found);
    }
    hash_table_each(&import->studies, free_study, NULL);
    hash_table_finish(&import->studies);
    free(import->pending);
    free(import->jobs);
    scan_finish(&import->sessions);
    summary_finish(&import->summary);
    acqdb_writer_close(import->writer);
}

int import_folders(const struct import_options *options, char *const *folders, size_t count) {
    struct import import = {0};
    long long templates = 0;
    bool good = true;
    for (size_t i = 0; i < count; i++) {
        good = scan_folder(&import.sessions, folders[i], &options->wanted, &import.summary) && good;
    }
    scan_sort(&import.sessions);
    bool written = acqdb_create(options->database, "mrqart db import") &&
                   (import.writer = acqdb_writer_open(options->database)) &&
                   plan(&import, options->all) && read_sessions(&import, options) &&
                   acqdb_rebuild(import.writer, &templates);
    if (written) {
        print_summary(&import, templates);
    }
    bool stored = import.added + import.known > 0 || (import.older && !import.job_count);
    if (written && !stored) {
        fputs(
            "mrqart db import: nothing was stored: no file is an MR image that can be read and has "
            "date, time and series number\n",
            stderr);
    }
    import_finish(&import);
    return written && good && stored ? EXIT_SUCCESS : EXIT_FAILURE;
}
