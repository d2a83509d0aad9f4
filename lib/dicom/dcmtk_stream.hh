// SPDX-License-Identifier: Apache-2.0
// The bytes of an input as DCMTK reads them, and DCMTK's reading of one tag.
#pragma once

extern "C" {
#include "input.h"
}

#include <dcmtk/config/osconfig.h>

#include <dcmtk/dcmdata/dcdeftag.h>
#include <dcmtk/dcmdata/dcistrma.h>
#include <dcmtk/dcmdata/dcitem.h>

#include <algorithm>
#include <cstring>

// Reads forward; what DCMTK puts back was a tag and its length at most.
class InputProducer : public DcmProducer {
  public:
    explicit InputProducer(struct input *from) : input(from) {}

    OFBool good() const override {
        return OFTrue;
    }

    OFCondition status() const override {
        return EC_Normal;
    }

    OFBool eos() override {
        return at >= input->size;
    }

    offile_off_t avail() override {
        return at < input->size ? static_cast<offile_off_t>(input->size - at) : 0;
    }

    offile_off_t read(void *out, offile_off_t length) override {
        uint8_t *to = static_cast<uint8_t *>(out);
        offile_off_t done = 0;
        while (done < length &&
               input_need(input, at - std::min<uint64_t>(at, INPUT_BACK_BYTES), at + 1)) {
            size_t count = static_cast<size_t>(length - done);
#ifndef PLANTED_FAULT
            count = std::min(count, input->used - input_place(input, at)); // of the window
#endif
            memcpy(to + done, input_at(input, at), count);
            done += static_cast<offile_off_t>(count);
            at += count;
        }
        return done;
    }

    offile_off_t skip(offile_off_t length) override {
        offile_off_t count = std::min(length, avail());
        at += static_cast<uint64_t>(count);
        return count;
    }

    void putback(offile_off_t length) override {
        at -= static_cast<uint64_t>(length);
    }

  private:
    struct input *input;
    uint64_t at = 0;
};

class InputStream : public DcmInputStream {
  public:
    explicit InputStream(struct input *input) : DcmInputStream(&producer), producer(input) {}

    DcmInputStreamFactory *newFactory() const override {
        return nullptr;
    }

  private:
    InputProducer producer;
};

// Nothing is ever put into it: it lends its way of reading tags.
class TagReader : public DcmItem {
  public:
    TagReader() : DcmItem(DcmTag(DCM_Item), DCM_UndefinedLength) {}

    using DcmItem::readTagAndLength;
};
