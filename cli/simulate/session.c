/* SPDX-License-Identifier: Apache-2.0 */
/* What two simulated scanners scan: their protocols, and the sessions made of them. */
#include "session.h"
#include "base/log.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    BETWEEN_SERIES_MS = 6000, /* the technologist presses the next one */
    ARCHIVE_STEPS = 1,        /* an import looks at the first image, and at the echoes */
    UNREADABLE_BYTES = 4096,  /* where the torn file ends */
    MOST_ECHOES = 3,
    REPORT_SERIES = 99, /* reports stand behind all images */
};

/* how the images of a series differ from each other */
enum kind { PLAIN, LOCALIZER, DIFFUSION };

/* what goes wrong in a stream */
enum fault { FINE, WRONG_TR, CHANGES, TORN_FILE, NO_TEMPLATE, REPORT };

enum twin { ALONE, CORRECTED, MOTION_CORRECTED };

struct plan {
    const char *name, *type, *file;
    double tr_ms, te_ms[MOST_ECHOES], flip, bandwidth, bandwidth_phase, pixel_mm;
    int matrix, positive, steps;
    double pace_ms; /* between steps; 0: the repetition time */
    const char *parallel;
    enum kind kind;
    enum twin twin; /* a second series that comes interleaved */
    enum fault fault;
};

#define LOCALIZER_PLAN                                                                             \
    {                                                                                              \
        .name = "localizer", .type = "*fl2d1", .file = "%SiemensSeq%\\gre", .tr_ms = 8.6,          \
        .te_ms = {4}, .flip = 20, .bandwidth = 320, .pixel_mm = 1.0938, .matrix = 256,             \
        .positive = 1, .steps = 9, .pace_ms = 300, .kind = LOCALIZER                               \
    }
#define MPRAGE_PLAN                                                                                \
    {                                                                                              \
        .name = "mprage_sag", .type = "*tfl3d1_16ns", .file = "%SiemensSeq%\\tfl", .tr_ms = 2300,  \
        .te_ms = {2.98}, .flip = 9, .bandwidth = 240, .pixel_mm = 1, .matrix = 256, .positive = 1, \
        .steps = 48, .pace_ms = 120, .parallel = "p2", .twin = CORRECTED                           \
    }
#define FIELD_MAP_PLAN(sign, is_positive)                                                          \
    {                                                                                              \
        .name = "SpinEchoFieldMap_" sign, .type = "epse2d1_94",                                    \
        .file = "%CustomerSeq%\\cmrr_mbep2d_se", .tr_ms = 8000, .te_ms = {66}, .flip = 90,         \
        .bandwidth = 2055, .bandwidth_phase = 20.559, .pixel_mm = 2.2978723049164, .matrix = 94,   \
        .positive = is_positive, .steps = 3                                                        \
    }
#define BOLD_PLAN(task, volumes, ...)                                                              \
    {                                                                                              \
        .name = task, .type = "epfid2d1_94", .file = "%CustomerSeq%\\cmrr_mbep2d_bold",            \
        .tr_ms = 1300, .te_ms = {30}, .flip = 60, .bandwidth = 2055, .bandwidth_phase = 20.559,    \
        .pixel_mm = 2.2978723049164, .matrix = 94, .steps = volumes, .parallel = "p2", __VA_ARGS__ \
    }
#define MULTI_ECHO_PLAN(...)                                                                       \
    {                                                                                              \
        .name = "Resting-state_ME", .type = "epfid2d1_74",                                         \
        .file = "%CustomerSeq%\\cmrr_mbep2d_bold", .tr_ms = 1500, .te_ms = {12.4, 34.28, 56.16},   \
        .flip = 55, .bandwidth = 2240, .bandwidth_phase = 30.279, .pixel_mm = 2.973, .matrix = 74, \
        .steps = 24, .parallel = "p2", __VA_ARGS__                                                 \
    }
#define DIFFUSION_PLAN                                                                             \
    {                                                                                              \
        .name = "dMRI_dir98_AP", .type = "ep_b", .file = "%CustomerSeq%\\cmrr_mbep2d_diff",        \
        .tr_ms = 3230, .te_ms = {89.2}, .flip = 78, .bandwidth = 1700, .bandwidth_phase = 12.345,  \
        .pixel_mm = 1.5, .matrix = 140, .steps = 16, .kind = DIFFUSION                             \
    }
#define REPORT_PLAN                                                                                \
    { .name = "PhoenixZIPReport", .te_ms = {0}, .steps = 1, .fault = REPORT }

static const struct plan first_protocol[] = {
    LOCALIZER_PLAN,
    MPRAGE_PLAN,
    FIELD_MAP_PLAN("AP", 0),
    FIELD_MAP_PLAN("PA", 1),
    BOLD_PLAN("RewardedAnti1", 30, .twin = MOTION_CORRECTED),
    BOLD_PLAN("RewardedAnti2", 16, .fault = WRONG_TR),
    BOLD_PLAN("RewardedAnti2", 30, .fault = FINE),
    MULTI_ECHO_PLAN(.fault = TORN_FILE),
    DIFFUSION_PLAN,
    BOLD_PLAN("pilot_newtask", 12, .fault = NO_TEMPLATE),
    BOLD_PLAN("rest_AP", 24, .fault = CHANGES),
    REPORT_PLAN,
};

static const struct plan second_protocol[] = {
    LOCALIZER_PLAN,
    BOLD_PLAN("rest_AP", 40, .fault = FINE),
    MPRAGE_PLAN,
    FIELD_MAP_PLAN("AP", 0),
    MULTI_ECHO_PLAN(.fault = FINE),
    BOLD_PLAN("rest_PA", 20, .positive = 1),
    DIFFUSION_PLAN,
    REPORT_PLAN,
};

static const struct {
    struct scanner scanner;
    const char *project;
    const struct plan *plans;
    unsigned count;
} sites[SCANNERS] = {
    {{"AWP167046",
      "167046",
      "Prisma_fit",
      "syngo MR E11",
      {-2173, -2599, 7633, 33, 30, -81, 130, 22},
      123261657},
     "Brain^wpc-8620",
     first_protocol,
     sizeof(first_protocol) / sizeof(first_protocol[0])},
    {{"MRC45012",
      "45012",
      "Skyra",
      "syngo MR E11",
      {485, 9, -267, -184, 73, 12, -5, 61},
      123247638},
     "Development^habit",
     second_protocol,
     sizeof(second_protocol) / sizeof(second_protocol[0])},
};

struct session {
    unsigned site;
    enum session_layout layout;
    uint64_t *random;
    char *folder;                /* of this session */
    unsigned long long uid_head; /* of the images' UIDs, which rise: archives are sorted by them */
    char study_uid[IMAGE_UID_BYTES], series_uid[2][IMAGE_UID_BYTES];
    char date[16], time[16], subject[32];
    unsigned plan, step, files;
    int series_number;
};

/* splitmix64: small, and the same everywhere for the same seed */
static uint64_t next_random(uint64_t *random) {
    uint64_t value = (*random += 0x9e3779b97f4a7c15ULL);
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
    return value ^ (value >> 31);
}

static void new_uid(char *uid, uint64_t *random) {
    snprintf(uid, IMAGE_UID_BYTES, "2.25.%llu%015llu", (unsigned long long)next_random(random),
             (unsigned long long)(next_random(random) % 1000000000000000ULL));
}

static bool make_folders(const char *path) {
    AUTOFREE char *copy = mem_dup(path);
    for (char *slash = copy + 1;; slash++) {
        if (*slash && *slash != '/') {
            continue;
        }
        char kept = *slash;
        *slash = '\0';
        if (mkdir(copy, 0777) < 0 && errno != EEXIST) {
            log_error("cannot make the folder %s: %m", copy);
            return false;
        }
        if (!kept) {
            return true;
        }
        *slash = kept;
    }
}

static char *session_path(const struct session *session, const char *folder, const struct tm *day) {
    char stamp[64];
    if (session->layout == SESSION_ARCHIVE) {
        strftime(stamp, sizeof(stamp), "%Y.%m.%d-%H.%M.%S", day);
        const char *project = strchr(sites[session->site].project, '^') + 1;
        return mem_printf("%s/%s/%s/%s", folder, project, stamp, session->subject);
    }
    strftime(stamp, sizeof(stamp), "%y.%m.%d_%H_%M_%S", day);
    return mem_printf("%s/%s.%s.%s_STD_1.3.12.2.1107.5.2.43.%s", folder, session->date,
                      session->subject, stamp, sites[session->site].scanner.serial);
}

struct session *session_create(unsigned scanner, const char *folder, enum session_layout layout,
                               int64_t start, uint64_t *random) {
    struct session *session = mem_new(struct session);
    time_t seconds = (time_t)start;
    struct tm day;
    localtime_r(&seconds, &day);
    session->site = scanner;
    session->layout = layout;
    session->random = random;
    strftime(session->date, sizeof(session->date), "%Y%m%d", &day);
    strftime(session->time, sizeof(session->time), "%H%M%S", &day);
    snprintf(session->subject, sizeof(session->subject), "sim%05llu",
             (unsigned long long)(next_random(random) % 100000));
    session->uid_head = next_random(random);
    new_uid(session->study_uid, random);
    session->folder = session_path(session, folder, &day);
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

static const double orientations[3][6] = {
    {1, 0, 0, 0, 1, 0}, {0, 1, 0, 0, 0, -1}, {1, 0, 0, 0, 0, -1}};

/* what image number step of a series, echo and twin aside, looks like */
static void fill_image(struct image *image, struct session *session, const struct plan *plan,
                       char *type, size_t room) {
    unsigned step = session->step;
    *image = (struct image){
        .scanner = &sites[session->site].scanner,
        .study_uid = session->study_uid,
        .study_date = session->date,
        .study_time = session->time,
        .patient_id = session->subject,
        .patient_name = session->subject,
        .operator_name = "simulator",
        .project = sites[session->site].project,
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
        .instance = (int)step + 1,
        .acquisition = (int)step + 1,
        .report = plan->fault == REPORT,
    };
    if (plan->kind == DIFFUSION) {
        snprintf(type, room, step % 8 ? "ep_b1000#%u" : "ep_b0", step);
    } else {
        snprintf(type, room, "%s", plan->type ? plan->type : "");
    }
    if (plan->kind == PLAIN && plan->twin != CORRECTED && plan->pace_ms == 0) {
        image->images = plan->steps;
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
    if (plan->fault == CHANGES && session->step >= (unsigned)plan->steps / 2) {
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
    if (!make_folders(folder)) {
        return false;
    }
    session->files++;
    bool torn = plan->fault == TORN_FILE && session->layout == SESSION_STREAM &&
                session->step == 8 && image->echo == 2;
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

static bool write_step(struct session *session, const struct plan *plan, double now) {
    struct image image;
    char type[32];
    fill_image(&image, session, plan, type, sizeof(type));
    add_fault(&image, plan, session);
    time_t seconds = (time_t)now;
    struct tm day;
    localtime_r(&seconds, &day);
    size_t length =
        strftime(image.acquisition_time, sizeof(image.acquisition_time), "%H%M%S", &day);
    snprintf(image.acquisition_time + length, sizeof(image.acquisition_time) - length, ".%06u",
             (unsigned)((now - floor(now)) * 1e6) % 1000000U);
    image.series_uid = session->series_uid[0];
    image.series_number = image.report ? REPORT_SERIES : session->series_number;
    int echoes = 1;
    while (echoes < MOST_ECHOES && plan->te_ms[echoes] > 0) {
        echoes++;
    }
    image.images *= echoes;
    for (int echo = 0; echo < echoes; echo++) {
        image.echo = echo + 1;
        image.te_ms = plan->te_ms[echo];
        image.instance = (int)session->step * echoes + echo + 1;
        if (!write_file(session, &image, plan)) {
            return false;
        }
    }
    return write_twin(session, &image, plan);
}

static bool plan_is_skipped(const struct session *session, const struct plan *plan) {
    return session->layout == SESSION_ARCHIVE &&
           (plan->fault == NO_TEMPLATE || plan->fault == REPORT || plan->fault == WRONG_TR);
}

static void next_plan(struct session *session, const struct plan *plan) {
    session->series_number += plan->twin == ALONE ? 1 : 2;
    session->step = 0;
    session->plan++;
}

bool session_step(struct session *session, double now, double *pause_ms) {
    const struct plan *plans = sites[session->site].plans;
    unsigned count = sites[session->site].count;
    while (session->plan < count && plan_is_skipped(session, &plans[session->plan])) {
        next_plan(session, &plans[session->plan]);
    }
    *pause_ms = -1;
    if (session->plan == count) {
        return true;
    }
    const struct plan *plan = &plans[session->plan];
    if (session->step == 0) {
        session->series_number += session->series_number == 0;
        new_uid(session->series_uid[0], session->random);
        new_uid(session->series_uid[1], session->random);
    }
    if (!write_step(session, plan, now)) {
        return false;
    }
    unsigned steps = session->layout == SESSION_ARCHIVE ? ARCHIVE_STEPS : (unsigned)plan->steps;
    *pause_ms = plan->pace_ms > 0 ? plan->pace_ms : plan->tr_ms;
    if (++session->step == steps) {
        next_plan(session, plan);
        *pause_ms = session->plan == count ? -1 : BETWEEN_SERIES_MS;
    }
    return true;
}
