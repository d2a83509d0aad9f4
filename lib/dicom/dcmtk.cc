// SPDX-License-Identifier: Apache-2.0
// What DCMTK does for us: whole headers of any transfer syntax, and the dictionary.
extern "C" {
#include "dcmtk.h"
}

#include <dcmtk/config/osconfig.h>

#include <dcmtk/dcmdata/dcistrmb.h>
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/oflog/oflog.h>

#include <cstring>
#include <string>
#include <vector>

namespace {

// DCMTK descends without bound; so much of the stack (8 MiB) may a file use
constexpr ptrdiff_t stack_bytes = 1 << 20;

// the second try takes so many times the bytes of the first
constexpr size_t growth = 4;

// A buffer that fails when the reader has gone too deep into sequences of sequences.
class GuardedStream : public DcmInputBufferStream {
  public:
    GuardedStream() : base(static_cast<char *>(__builtin_frame_address(0))) {}

    offile_off_t read(void *out, offile_off_t length) override {
        ptrdiff_t used = base - static_cast<char *>(__builtin_frame_address(0));
        too_deep = too_deep || used > stack_bytes;
        return too_deep ? 0 : DcmInputBufferStream::read(out, length);
    }

    OFBool good() const override {
        return !too_deep && DcmInputBufferStream::good();
    }

    OFCondition status() const override {
        return too_deep ? EC_CorruptedData : DcmInputBufferStream::status();
    }

    OFBool eos() override {
        return too_deep || DcmInputBufferStream::eos();
    }

    offile_off_t avail() override {
        return too_deep ? 0 : DcmInputBufferStream::avail();
    }

    bool too_deep = false;

  private:
    char *base;
};

} // namespace

struct toolkit {
    std::vector<uint8_t> bytes; // of what was collected
    std::string why;
};

namespace {

uint16_t vr_of(DcmElement &element) {
    return dicom_vr(DcmVR(element.getVR()).getValidVRName());
}

// the value as it would stand in a little-endian file, appended to bytes
bool copy_value(DcmElement &element, std::vector<uint8_t> &bytes, collected &value) {
    value.vr = vr_of(element);
    value.length = element.getLengthField();
    value.offset = bytes.size();
    bytes.resize(value.offset + value.length);
    return value.length == 0 || element
                                    .getPartialValue(bytes.data() + value.offset, 0, value.length,
                                                     nullptr, EBO_LittleEndian)
                                    .good();
}

void visit(toolkit &self, DcmItem &item, collector *collector, collect_level level);

// True if DCMTK came to the end of object: of a file that is cut one element may be half there.
bool is_read(const DcmObject &object) {
    return object.transferState() == ERW_ready;
}

void visit_sequence(toolkit &self, DcmSequenceOfItems &sequence, collector *collector,
                    collect_level level) {
    DcmObject *item = nullptr;
    while ((item = sequence.nextInContainer(item)) != nullptr) {
        visit(self, *static_cast<DcmItem *>(item), collector, level);
    }
}

void visit_element(toolkit &self, DcmElement &element, collector *collector, collect_scope &scope,
                   uint32_t tag) {
    if (!collect_wants(collector, &scope, tag)) {
        return;
    }
    collected value = {};
    if (copy_value(element, self.bytes, value)) {
        collect_keep(collector, &scope, &value, self.bytes.data() + value.offset);
    }
}

void visit(toolkit &self, DcmItem &item, collector *collector, collect_level level) {
    collect_scope scope;
    collect_enter(&scope, level);
    DcmObject *object = nullptr;
    while ((object = item.nextInContainer(object)) != nullptr) {
        uint32_t tag = DICOM_TAG(object->getGTag(), object->getETag());
        if (object->ident() == EVR_SQ) {
            collect_level below = collect_below(&scope, tag);
            if (below != LEVEL_OTHER) {
                visit_sequence(self, *static_cast<DcmSequenceOfItems *>(object), collector, below);
            }
        } else if (object->isLeaf() && is_read(*object)) {
            visit_element(self, *static_cast<DcmElement *>(object), collector, scope, tag);
        }
    }
}

// the length of the pixel data, which stands in the four bytes before their value
uint32_t length_before(const input *input, uint64_t at, bool big) {
    const uint8_t *bytes = input->bytes + at - 4;
    return big ? static_cast<uint32_t>(bytes[0]) << 24 | static_cast<uint32_t>(bytes[1]) << 16 |
                     static_cast<uint32_t>(bytes[2]) << 8 | bytes[3]
               : little32(bytes);
}

// Where the file ended, and what stopped DCMTK.
struct attempt {
    OFCondition condition;
    uint64_t at = 0;
    bool at_end = false, too_deep = false;
};

attempt read_file(DcmFileFormat &file, const input *input, const DcmTagKey &last) {
    attempt result;
    GuardedStream stream;
    stream.setBuffer(input->bytes, static_cast<offile_off_t>(input->used));
    stream.setEos();
    file.transferInit();
    result.condition =
        file.readUntilTag(stream, EXS_Unknown, EGL_noChange, DCM_MaxReadLength, last);
    // no transferEnd(): it would forget which elements were read to their end
    result.at = static_cast<uint64_t>(stream.tell());
    result.at_end = stream.avail() == 0;
    result.too_deep = stream.too_deep;
    return result;
}

bool is_short(const attempt &attempt) {
    return attempt.at_end || attempt.condition == EC_EndOfStream ||
           attempt.condition == EC_StreamNotifyClient || attempt.condition == EC_InvalidStream;
}

// True if DCMTK stopped behind the tag and length of the pixel data.
bool at_pixels(const input *input, uint64_t at, const DcmXfer &syntax) {
    static const uint8_t little[4] = {0xe0, 0x7f, 0x10, 0x00}, big[4] = {0x7f, 0xe0, 0x00, 0x10};
    uint64_t back = syntax.isExplicitVR() ? 12 : 8;
    return at >= DICOM_PREAMBLE_BYTES + back && at <= input->used &&
           memcmp(input->bytes + at - back, syntax.isBigEndian() ? big : little, 4) == 0;
}

void say_damaged(toolkit &self, header *header, const attempt &attempt) {
    self.why = attempt.too_deep ? "sequences are nested too deeply" : attempt.condition.text();
    header->end = HEADER_ODD;
    header->why = self.why.c_str();
}

// What is known once the data set has been read as far as the pixel data.
void describe(DcmDataset &set, const input *input, const attempt &attempt, header *header) {
    DcmXfer syntax(set.getOriginalXfer());
    bool deflated = syntax.getStreamCompression() != ESC_none;
    DcmObject *last = set.card() > 0 ? set.getElement(set.card() - 1) : nullptr;
    header->tag = last ? DICOM_TAG(last->getGTag(), last->getETag()) : 0;
    header->end = HEADER_ENDS;
    if (deflated) {
        header->verified = set.tagExists(DCM_PixelData);
        header->end = header->verified ? HEADER_PIXELS : HEADER_ENDS;
    } else if (at_pixels(input, attempt.at, syntax)) {
        uint32_t length = length_before(input, attempt.at, syntax.isBigEndian());
        header->end = HEADER_PIXELS;
        header->pixels = attempt.at;
        header->fragments = length == DCM_UndefinedLength;
        header->pixel_bytes = header->fragments ? 0 : length;
    }
}

bool is_deflated(DcmFileFormat &file) {
    return DcmXfer(file.getDataset()->getOriginalXfer()).getStreamCompression() != ESC_none;
}

// One attempt with what has been read of the file; false if more of it may help.
bool read_once(toolkit &self, input *input, collector *collector, header *header) {
    DcmFileFormat file;
    bool all = input->used == input->size;
    attempt attempt = read_file(file, input, DCM_PixelData);
    if (is_deflated(file)) { // only its end tells whether a compressed stream is whole
        if (!all) {
            return false;
        }
        file.clear();
        attempt = read_file(file, input, DCM_UndefinedTagKey);
    }
    if (attempt.condition.bad()) {
        header->end = HEADER_SHORT;
        if (attempt.too_deep || !is_short(attempt)) {
            say_damaged(self, header, attempt);
        }
        if (!all && header->end == HEADER_SHORT) {
            return false;
        }
        self.bytes.clear();
        visit(self, *file.getDataset(), collector, LEVEL_TOP); // what there is of it
        return true;
    }
    describe(*file.getDataset(), input, attempt, header);
    if (header->end == HEADER_ENDS && !all) {
        return false;
    }
    self.bytes.clear();
    visit(self, *file.getDataset(), collector, LEVEL_TOP);
    return true;
}

} // namespace

extern "C" {

struct toolkit *dcmtk_create(void) {
    OFLog::configure(OFLogger::OFF_LOG_LEVEL); // it would write to stderr, patients' names too
    return new toolkit;
}

void dcmtk_destroy(struct toolkit *toolkit) {
    delete toolkit;
}

const uint8_t *dcmtk_bytes(const struct toolkit *toolkit) {
    return toolkit->bytes.data();
}

void dcmtk_read(struct toolkit *toolkit, struct input *input, struct collector *collector,
                struct header *header) {
    *header = {};
    while (!read_once(*toolkit, input, collector, header)) {
        uint64_t most = input->size < input->limit ? input->size : input->limit;
        if (input->used >= most) {
            header->end = HEADER_LARGE;
            return;
        }
        uint64_t target = static_cast<uint64_t>(input->used) * growth;
        input_need(input, target < most ? target : most);
    }
}

const char *dcmtk_vr(uint32_t tag, uint8_t *values) {
    DcmTag element(static_cast<Uint16>(tag >> 16), static_cast<Uint16>(tag));
    const DcmDictEntry *entry = dcmDataDict.rdlock().findEntry(element, nullptr);
    bool one = entry && entry->getVMMin() == entry->getVMMax() && entry->getVMMin() <= UINT8_MAX;
    *values = static_cast<uint8_t>(one ? entry->getVMMin() : 0);
    const char *name = entry ? DcmVR(entry->getEVR()).getVRName() : "UN";
    dcmDataDict.rdunlock();
    return strlen(name) == 2 && isupper(name[0]) ? name : "UN"; // "xs": US or SS
}

bool dcmtk_is_image(const char *uid) {
    return dcmIsImageStorageSOPClassUID(uid);
}

} // extern "C"
