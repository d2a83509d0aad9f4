/* SPDX-License-Identifier: Apache-2.0 */
/* The protocols of the simulated scanners, in data. */
#include "protocol.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

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
    { .name = "PhoenixZIPReport", .steps = 1, .kind = REPORT }

static const struct plan first_protocol[] = {
    LOCALIZER_PLAN,
    MPRAGE_PLAN,
    FIELD_MAP_PLAN("AP", 0),
    FIELD_MAP_PLAN("PA", 1),
    BOLD_PLAN("RewardedAnti1", 30, .twin = MOTION_CORRECTED),
    BOLD_PLAN("RewardedAnti2", 16, .fault = WRONG_TR),
    BOLD_PLAN("RewardedAnti2", 30, ),
    MULTI_ECHO_PLAN(.fault = TORN_FILE),
    DIFFUSION_PLAN,
    BOLD_PLAN("pilot_newtask", 12, .fault = NO_TEMPLATE),
    BOLD_PLAN("rest_AP", 24, .fault = CHANGES),
    REPORT_PLAN,
};

static const struct plan second_protocol[] = {
    LOCALIZER_PLAN,    BOLD_PLAN("rest_AP", 40),
    MPRAGE_PLAN,       FIELD_MAP_PLAN("AP", 0),
    MULTI_ECHO_PLAN(), BOLD_PLAN("rest_PA", 20, .positive = 1),
    DIFFUSION_PLAN,    REPORT_PLAN,
};

const struct site sites[SCANNERS] = {
    {.scanner = {.station = "AWP167046",
                 .serial = "167046",
                 .model = "Prisma_fit",
                 .software = "syngo MR E11",
                 .shim = {-2173, -2599, 7633, 33, 30, -81, 130, 22},
                 .frequency_hz = 123261657},
     .project = "Brain^wpc-8620",
     .plans = first_protocol,
     .count = COUNT(first_protocol)},
    {.scanner = {.station = "MRC45012",
                 .serial = "45012",
                 .model = "Skyra",
                 .software = "syngo MR E11",
                 .shim = {485, 9, -267, -184, 73, 12, -5, 61},
                 .frequency_hz = 123247638},
     .project = "Development^habit",
     .plans = second_protocol,
     .count = COUNT(second_protocol)},
};
