/* SPDX-License-Identifier: Apache-2.0 */
/* Siemens CSA2 headers and protocol text, as a scanner of software VE11 writes them. */
#include "csa_write.h"
#include "base/memory.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { CSA_NAME_BYTES = 64, CSA_DELIMITER = 77, CSA_ITEMS = 6 };

struct output {
    unsigned char *bytes;
    size_t used;
};

static void put(struct output *output, const void *bytes, size_t length) {
    output->bytes = mem_resize(output->bytes, output->used + length, 1);
    memcpy(output->bytes + output->used, bytes, length);
    output->used += length;
}

static void put_number(struct output *output, uint32_t value) {
    unsigned char bytes[4] = {(unsigned char)value, (unsigned char)(value >> 8),
                              (unsigned char)(value >> 16), (unsigned char)(value >> 24)};
    put(output, bytes, sizeof(bytes));
}

static void put_header(struct output *output, uint32_t elements) {
    put(output, "SV10\4\3\2\1", 8);
    put_number(output, elements);
    put_number(output, CSA_DELIMITER);
}

/* one element: the first of six items holds the value, as in scanners' files; items end on 4 bytes
 */
static void put_element(struct output *output, const char *name, const char *vr,
                        const char *value) {
    char field[CSA_NAME_BYTES] = {0}, type[4] = {0};
    snprintf(field, sizeof(field), "%s", name);
    snprintf(type, sizeof(type), "%s", vr);
    put(output, field, sizeof(field));
    put_number(output, 1);
    put(output, type, sizeof(type));
    put_number(output, 0);
    put_number(output, CSA_ITEMS);
    put_number(output, CSA_DELIMITER);
    for (int item = 0; item < CSA_ITEMS; item++) {
        size_t length = item == 0 ? strlen(value) + 1 : 0;
        put_number(output, (uint32_t)length);
        put_number(output, (uint32_t)length);
        put_number(output, CSA_DELIMITER);
        put_number(output, (uint32_t)length);
        if (length) {
            put(output, value, length);
            put(output, "\0\0\0", (4 - length % 4) % 4);
        }
    }
}

unsigned char *csa_image_header(const struct image *image, size_t *length) {
    struct output output = {0};
    AUTOFREE char *bandwidth = mem_printf("%.8f", image->bandwidth_phase);
    put_header(&output, 4);
    put_element(&output, "EchoLinePosition", "IS", "");
    put_element(&output, "PhaseEncodingDirectionPositive", "IS", image->phase_positive ? "1" : "0");
    put_element(&output, "BandwidthPerPixelPhaseEncode", "FD", bandwidth);
    put_element(&output, "ImaPATModeText", "LO", image->parallel ? image->parallel : "");
    *length = output.used;
    return output.bytes;
}

/* keys in the order of a VE11 protocol: the reference joins shims as they come */
static char *protocol_text(const struct image *image) {
    const struct scanner *scanner = image->scanner;
    AUTOFREE char *shims = mem_printf(
        "sGRADSPEC.asGPAData[0].lOffsetX\t=\t%d\nsGRADSPEC.asGPAData[0].lOffsetY\t=\t%d\n"
        "sGRADSPEC.asGPAData[0].lOffsetZ\t=\t%d\nsGRADSPEC.alShimCurrent[0]\t=\t%d\n"
        "sGRADSPEC.alShimCurrent[1]\t=\t%d\nsGRADSPEC.alShimCurrent[2]\t=\t%d\n"
        "sGRADSPEC.alShimCurrent[3]\t=\t%d\nsGRADSPEC.alShimCurrent[4]\t=\t%d\n",
        scanner->shim[0], scanner->shim[1], scanner->shim[2], scanner->shim[3], scanner->shim[4],
        scanner->shim[5], scanner->shim[6], scanner->shim[7]);
    return mem_printf("<XProtocol>\n{\n  <Name> \"PhoenixMetaProtocol\"\n}\n"
                      "### ASCCONV BEGIN object=MrProtDataImpl@MrProtocolData version=51130001 "
                      "converter=%%MEASCONST%%/ConverterList/Prot_Converter.txt ###\n"
                      "ulVersion\t=\t51130001\n"
                      "tSequenceFileName\t=\t\"\"%s\"\"\n"
                      "tProtocolName\t=\t\"\"%s\"\"\n"
                      "%ssTXSPEC.asNucleusInfo[0].lFrequency\t=\t%ld\n"
                      "alTR[0]\t=\t%.0f\nalTE[0]\t=\t%.0f\n"
                      "sAdjData.uiAdjShimMode\t=\t1\n"
                      "### ASCCONV END ###\n",
                      image->sequence_file, image->name, shims,
                      scanner->frequency_hz + image->frequency_offset_hz, image->tr_ms * 1000,
                      image->te_ms * 1000);
}

unsigned char *csa_series_header(const struct image *image, size_t *length) {
    struct output output = {0};
    AUTOFREE char *protocol = protocol_text(image);
    put_header(&output, 2);
    put_element(&output, "UsedPatientWeight", "IS", "70");
    put_element(&output, "MrPhoenixProtocol", "UN", protocol);
    *length = output.used;
    return output.bytes;
}
