/* SPDX-License-Identifier: Apache-2.0 */
/* One session of a simulated scanner: the files that its protocol makes, step by step. */
#include "session.h"
#include "base/log.h"
#include "base/memory.h"
#include "folders.h"
#include "protocol.h"
#include "random.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    BETWEEN_SERIES_MS = 6000, /* the technologist presses the next one */
    ARCHIVE_STEPS = 1,        /* an import looks at the first image, and at the echoes */
    UNREADABLE_BYTES = 1024,  /* where the torn file ends: amid its header */
    TORN_STEP = 8,
    TORN_ECHO = 2,
    REPORT_SERIES = 99, /* reports stand behind all images */
};

struct session {
    const struct site *site;
    enum session_layout layout;
    uint64_t *random;
    char *folder;                /* of this session */
    unsigned long long uid_head; /* of the images' UIDs, which rise: archives are sorted by them */
    char study_uid[IMAGE_UID_BYTES], series_uid[2][IMAGE_UID_BYTES];
    char date[16], time[16], subject[32];
    unsigned plan, files;
    int step, series_number;
    unsigned long stop_after; /* 0: no run stops, or it has */
    double stop_ms;
};

static char *session_path(const struct session *session, const char *folder, const struct tm *day) {
    char stamp[64];
    if (session->layout == SESSION_ARCHIVE) {
        strftime(stamp, sizeof(stamp), "%Y.%m.%d-%H.%M.%S", day);
        const char *project = strchr(session->site->project, '^') + 1;
        return mem_printf("%s/%s/%s/%s", folder, project, stamp, session->subject);
    }
    strftime(stamp, sizeof(stamp), "%y.%m.%d_%H_%M_%S", day);
    return mem_printf("%s/%s.%s.%s_STD_1.3.12.2.1107.5.2.43.%s", folder, session->date,
                      session->subject, stamp, session->site->scanner.serial);
}

/* what the past has none of: templates are made of what conforms */
static bool plan_is_skipped(const struct session *session) {
    const struct plan *plan = &session->site->plans[session->plan];
    return session->layout == SESSION_ARCHIVE &&
           (plan->kind == REPORT || plan->fault == NO_TEMPLATE || plan->fault == WRONG_TR);
}

static void next_plan(struct session *session) {
    bool alone = session->site->plans[session->plan].twin == ALONE;
    session->series_number += alone ? 1 : 2;
    session->step = 0;
    session->plan++;
}

static void skip_plans(struct session *session) {
    while (session->plan < session->site->count && plan_is_skipped(session)) {
        next_plan(session);
    }
}

struct session *session_create(unsigned scanner, const char *folder, enum session_layout layout,
                               int64_t start, uint64_t *random) {
    struct session *session = mem_new(struct session);
    time_t seconds = (time_t)start;
    struct tm day;
    localtime_r(&seconds, &day);
    session->site = &sites[scanner];
    session->layout = layout;
    session->random = random;
    strftime(session->date, sizeof(session->date), "%Y%m%d", &day);
    strftime(session->time, sizeof(session->time), "%H%M%S", &day);
    snprintf(session->subject, sizeof(session->subject), "sim%05llu",
             (unsigned long long)(random_next(random) % 100000));
    session->uid_head = random_next(random) | 1; /* no component begins with 0 */
    random_uid(session->study_uid, random);
    session->folder = session_path(session, folder, &day);
    session->series_number = 1;
    skip_plans(session);
    return session;
}

void session_destroy(struct session *session) {
    if (session) {
        free(session->folder);
        free(session);
    }
}

const char *session_folder(const struct session *session) {
    return session->folder;
}

unsigned session_files(const struct session *session) {
    return session->files;
}

void session_stop(struct session *session, unsigned long volumes, double pause_ms) {
    session->stop_after = volumes;
    session->stop_ms = pause_ms;
}

/* a volume in each file, as fast as they are acquired */
static bool is_run(const struct plan *plan) {
    return plan->kind == PLAIN && plan->twin != CORRECTED && plan->pace_ms == 0;
}

static const double orientations[3][6] = {
    {1, 0, 0, 0, 1, 0}, {0, 1, 0, 0, 0, -1}, {1, 0, 0, 0, 0, -1}};

/* what image number step of a series, echo and twin aside, looks like */
static void fill_image(struct image *image, struct session *session, const struct plan *plan,
                       char *type, size_t room) {
    int step = session->step;
    *image = (struct image){
        .scanner = &session->site->scanner,
        .study_uid = session->study_uid,
        .study_date = session->date,
        .study_time = session->time,
        .patient_id = session->subject,
        .patient_name = session->subject,
        .operator_name = "simulator",
        .project = session->site->project,
        .name = plan->name,
        .image_type = "ORIGINAL\\PRIMARY\\M\\ND",
        .sequence_type = type,
        .sequence_file = plan->file ? plan->file : "",
        .phase_axis = plan->kind == LOCALIZER && step / 3 == 1 ? "ROW" : "COL",
        .parallel = plan->parallel,
        .orientation = orientations[plan->kind == LOCALIZER ? step / 3 : 0],
        .tr_ms = plan->tr_ms,
        .flip_degrees = plan->flip,
        .bandwidth = plan->bandwidth,
        .bandwidth_phase = plan->bandwidth_phase,
        .pixel_mm = plan->pixel_mm,
        .phase_positive = plan->positive,
        .matrix = plan->matrix,
        .instance = step + 1,
        .acquisition = step + 1,
        .report = plan->kind == REPORT,
    };
    if (plan->kind == DIFFUSION) {
        snprintf(type, room, step % 8 ? "ep_b1000#%d" : "ep_b0", step);
    } else {
        snprintf(type, room, "%s", plan->type ? plan->type : "");
    }
    if (is_run(plan)) {
        image->images = plan->steps;
        image->image_type = "ORIGINAL\\PRIMARY\\M\\ND\\MOSAIC";
    }
}

/* a stream has faults, the past has none */
static void add_fault(struct image *image, const struct plan *plan, const struct session *session) {
    if (session->layout == SESSION_ARCHIVE) {
        image->duration = "TA 05:12";
        image->field_of_view = "FoV 216*216";
        return;
    }
    if (plan->fault == WRONG_TR) {
        image->tr_ms = 2000;
    }
    if (plan->fault == CHANGES && session->step >= plan->steps / 2) {
        image->flip_degrees -= 8;
        image->frequency_offset_hz = 37;
    }
}

static char *file_path(const struct session *session, const struct image *image) {
    if (session->layout == SESSION_ARCHIVE) {
        return mem_printf("%s/%s_%dx%d.%d/MR.%s", session->folder, image->name, image->matrix,
                          image->matrix, image->series_number, image->uid);
    }
    return mem_printf("%s/001_%06d_%06d.dcm", session->folder, image->series_number,
                      image->instance);
}

/* made beside under a name that nobody wants, so that it is never seen whole */
static bool write_torn(const struct image *image, const char *path) {
    AUTOFREE char *beside = mem_printf("%s.part", path);
    if (!image_write(image, beside)) {
        return false;
    }
    if (truncate(beside, UNREADABLE_BYTES) < 0 || rename(beside, path) < 0) {
        log_error("cannot cut %s: %m", path);
        return false;
    }
    return true;
}

static bool write_file(struct session *session, struct image *image, const struct plan *plan) {
    snprintf(image->uid, sizeof(image->uid), "2.25.%llu%015u", session->uid_head, session->files);
    AUTOFREE char *path = file_path(session, image);
    AUTOFREE char *folder = mem_dup_length(path, (size_t)(strrchr(path, '/') - path));
    if (!folders_make(folder)) {
        return false;
    }
    session->files++;
    bool torn = plan->fault == TORN_FILE && session->layout == SESSION_STREAM &&
                session->step == TORN_STEP && image->echo == TORN_ECHO;
    return torn ? write_torn(image, path) : image_write(image, path);
}

static bool write_twin(struct session *session, const struct image *first,
                       const struct plan *plan) {
    if (plan->twin == ALONE ||
        (plan->twin == MOTION_CORRECTED && session->layout == SESSION_ARCHIVE)) {
        return true;
    }
    struct image image = *first;
    AUTOFREE char *comments = NULL;
    image.series_uid = session->series_uid[1];
    image.series_number = session->series_number + 1;
    image.image_type = "ORIGINAL\\PRIMARY\\M\\DIS2D";
    if (plan->twin == MOTION_CORRECTED) {
        image.image_type = "DERIVED\\PRIMARY\\M\\MOCO";
        comments = mem_printf("Motion: %.2f,%.2f,%.2f", session->step * 0.01, 0.02, 0.01);
        image.comments = comments;
    }
    return write_file(session, &image, plan);
}

/* HHMMSS.ffffff */
static void write_time(char *text, size_t room, double now) {
    long long microseconds = llround(now * 1e6);
    time_t seconds = (time_t)(microseconds / 1000000);
    struct tm day;
    localtime_r(&seconds, &day);
    size_t length = strftime(text, room, "%H%M%S", &day);
    snprintf(text + length, room - length, ".%06d", (int)(microseconds % 1000000));
}

static int echoes_of(const struct plan *plan) {
    int echoes = 1;
    while (echoes < MOST_ECHOES && plan->te_ms[echoes] > 0) {
        echoes++;
    }
    return echoes;
}

static bool write_step(struct session *session, const struct plan *plan, double now) {
    struct image image;
    char type[32];
    int echoes = echoes_of(plan);
    fill_image(&image, session, plan, type, sizeof(type));
    add_fault(&image, plan, session);
    write_time(image.acquisition_time, sizeof(image.acquisition_time), now);
    image.series_uid = session->series_uid[0];
    image.series_number = image.report ? REPORT_SERIES : session->series_number;
    image.images *= echoes;
    for (int echo = 0; echo < echoes; echo++) {
        image.echo = echo + 1;
        image.te_ms = plan->te_ms[echo];
        image.instance = session->step * echoes + echo + 1;
        if (!write_file(session, &image, plan)) {
            return false;
        }
    }
    return write_twin(session, &image, plan);
}

bool session_step(struct session *session, double now, double *pause_ms) {
    const struct plan *plan = &session->site->plans[session->plan];
    if (session->step == 0) {
        random_uid(session->series_uid[0], session->random);
        random_uid(session->series_uid[1], session->random);
    }
    if (!write_step(session, plan, now)) {
        return false;
    }
    int steps = session->layout == SESSION_ARCHIVE ? ARCHIVE_STEPS : plan->steps;
    *pause_ms = plan->pace_ms > 0 ? plan->pace_ms : plan->tr_ms;
    session->step++;
    bool stops = session->stop_after && is_run(plan) && session->step < steps &&
                 (unsigned long)session->step == session->stop_after;
    if (stops) {
        session->stop_after = 0;
    }
    if (stops && session->stop_ms >= 0) {
        *pause_ms = session->stop_ms;
    } else if (stops || session->step == steps) {
        next_plan(session);
        skip_plans(session);
        *pause_ms = session->plan == session->site->count ? -1 : BETWEEN_SERIES_MS;
    }
    return true;
}
