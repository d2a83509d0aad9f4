# SPDX-License-Identifier: Apache-2.0
"""Header values as dcmdump reads them: a second opinion that shares no code with ours.

Run as a program it writes golden_more.jsonl: for the files of golden.jsonl all values that the
reference's reader does not give.

    python3 dcmdump_values.py "$MRQART_DATA" > golden_more.jsonl
"""
import json
import os
import re
import subprocess
import sys

ELEMENT = re.compile(
    r"^( *)\(([0-9a-f]{4}),([0-9a-f]{4})\) (..) (.*?) *# *(?:u/l|\d+), *\d+ \S.*$"
)

# name: the elements that may hold it at the top of the data set
TOP = {
    "AcqTime": ["0008,0032"],
    "AcqDate": ["0008,0022"],
    "SeriesNumber": ["0020,0011"],
    "SubID": ["0010,0010"],
    "Comments": ["0020,4000"],
    "Operator": ["0008,1070"],
    "Station": ["0008,1010"],
    "Project": ["0008,1030"],
    "SequenceName": ["0008,103e"],
    "SequenceType": ["0018,0024", "0018,9005"],
    "PED_major": ["0018,1312"],
    "TR": ["0018,0080"],
    "TE": ["0018,0081"],
    "Matrix": ["0018,1310"],
    "PixelResol": ["0028,0030"],
    "BWP": ["0018,0095"],
    "FA": ["0018,1314"],
    "StudyInstanceUID": ["0020,000d"],
    "SeriesInstanceUID": ["0020,000e"],
    "InstanceNumber": ["0020,0013"],
    "AcquisitionNumber": ["0020,0012"],
    "EchoNumbers": ["0018,0086"],
    "ImageType": ["0008,0008"],
    "ProtocolName": ["0018,1030"],
    "ContentTime": ["0008,0033"],
    "Manufacturer": ["0008,0070"],
    "Model": ["0008,1090"],
    "SoftwareVersions": ["0018,1020"],
    "DeviceSerialNumber": ["0018,1000"],
    "PatientID": ["0010,0020"],
    "PatientPosition": ["0018,5100"],
    "SOPClassUID": ["0008,0016"],
    "SOPInstanceUID": ["0008,0018"],
    "Modality": ["0008,0060"],
    "ImageOrientationPatient": ["0020,0037"],
    "CoilString": ["SIEMENS MR HEADER,0051,0f"],
    "MagneticFieldStrength": ["0018,0087"],
    "ImagingFrequency": ["0018,0084"],
    "NumberOfFrames": ["0028,0008"],
    "NumberOfTemporalPositions": ["0020,0105"],
    "ImagesInAcquisition": ["0020,1002"],
    "Averages": ["0018,0083"],
    "Locations": ["GEMS_RELA_01,0021,4f"],
    "Slices": ["Philips Imaging DD 001,2001,18"],
    "Dynamics": ["Philips Imaging DD 001,2001,81"],
    "Echoes": ["Philips Imaging DD 001,2001,14"],
    "HeartPhases": ["Philips Imaging DD 001,2001,17"],
    "FlowDirections": ["Philips Imaging DD 001,2001,16"],
    "BValues": ["Philips MR Imaging DD 005,2005,14"],
    "BDirections": ["Philips MR Imaging DD 005,2005,15"],
    "LabelTypes": ["Philips MR Imaging DD 005,2005,28"],
}

# in the functional groups of enhanced objects, and XA's own at the top of classic ones too
GROUPS = {
    "Phase": "SIEMENS MR SDI 02,0021,1c",
    "iPAT": "SIEMENS MR SDS 01,0021,09",
    "PED_major": "0018,1312",
    "TR": "0018,0080",
    "PixelResol": "0028,0030",
    "BWP": "0018,0095",
    "Averages": "0018,0083",
    "BWPPE": "SIEMENS MR SDI 02,0021,53",
    "FA": "0018,1314",
    "FoV": "SIEMENS MR SDS 01,0021,5e",
    "ImageOrientationPatient": "0020,0037",
    "CoilString": "SIEMENS MR SDI 02,0021,4f",
    "ImagingFrequency": "0018,9098",
}

# numbers of which a multi-frame file may have several
SETS = {"TR": "0018,0080", "TE": "0018,9082", "FA": "0018,1314"}

ICE_DIMENSIONS = "SIEMENS MR SDI 02,0021,06"  # X_2_1_…: channel, echo, …
SLICES = "Image Private Header,0065,51"  # United Imaging

NUMBERS = {"DS", "IS", "FD", "FL", "US", "SS", "UL", "SL"}

SHIMS = re.compile(
    r"(?:sAdjData\.uiAdjShimMode|sGRADSPEC\.asGPAData\[0\]\.lOffset[XYZ]"
    r"|sGRADSPEC\.alShimCurrent\[[0-4]\]|sTXSPEC\.asNucleusInfo\[0\]\.lFrequency)\s*=\s*(\S+)"
)
LINES = {name: re.compile(rf"^{key}\s*=\s*(\S+)", re.M)
         for name, key in (("Repetitions", "lRepetitions"), ("Contrasts", "lContrasts"))}
SEQUENCE_FILE = re.compile(r'tSequenceFileName\s*=\s*"+([^"]*)"')


def dump(path):
    """All elements as (sequences around it, tag or creator and tag, VR, printed value)."""
    command = ["dcmdump", "-q", "+L", "-Un", "+U8", "+sb", "7fe0,0010", path]
    text = subprocess.run(command, capture_output=True, check=True).stdout.decode("utf-8", "replace")
    around, creators = [], {}
    for line in text.splitlines():
        match = ELEMENT.match(line)
        if not match:
            continue
        depth, group, element, vr, value = len(match[1]) // 2, match[2], match[3], match[4], match[5]
        tag = f"{group},{element}"
        around = around[:depth]
        if tag == "fffe,e000":
            creators = {key: name for key, name in creators.items() if key[0] < depth}
        if int(group, 16) % 2 and re.match("00[1-9a-f]", element):
            creators[depth, group, element[2:]] = value.strip("[] ")
        name = creators.get((depth, group, element[:2]))
        full = f"{name},{group},{element[2:]}" if name else tag
        yield list(around), full, vr, value
        around.append(full)


def text_of(vr, value):
    """What dcmdump prints as Python's str would give it."""
    if value == "(no value available)":
        return ""
    if value.startswith("[") and value.endswith("]"):
        value = value[1:-1]
    parts = [part.strip() if vr in NUMBERS else part.rstrip() for part in value.split("\\")]
    if len(parts) == 1 or vr in ("LT", "ST", "UT"):
        return value.rstrip()
    return "[" + ", ".join(parts if vr in NUMBERS else [f"'{part}'" for part in parts]) + "]"


def protocol(hexadecimal):
    """Shims, SequenceFile and counts of the text in an OB that dcmdump prints in hexadecimal."""
    text = bytes.fromhex(hexadecimal.replace("\\", " ")).decode("latin-1")
    newest = text.find("MrPhoenixProtocol\0")
    begin = text.find("### ASCCONV BEGIN", max(newest, 0))
    text = text[begin:text.find("### ASCCONV END", begin)]
    values = {}
    if SHIMS.search(text):
        values["Shims"] = ",".join(SHIMS.findall(text))
    values.update({name: line.search(text)[1] for name, line in LINES.items() if line.search(text)})
    match = SEQUENCE_FILE.search(text)
    if match:
        values["SequenceFile"] = match[1].replace("\\", "/")
    return values


def enhanced(groups, numbers, top):
    """What is made of several elements."""
    values = {}
    for name, tag in SETS.items():
        different = sorted(numbers.get(tag, ()), key=float)
        if len(different) > 1 or (different and name == "TE"):
            values[name] = ",".join(different)
    steps = [groups.get(tag, (None, None))[1] for tag in ("0018,9058", "0018,9231")]
    if all(steps):
        along = "[{0}, 0, 0, {1}]" if values_ped(groups) == "COL" else "[0, {0}, {1}, 0]"
        values["Matrix"] = along.format(*steps)
    moment = re.match(r"\[(\d{8})(\d{6}[.\d]*)", top.get("0008,002a", ("", ""))[1])
    if moment:
        values["AcqDate"], values["AcqTime"] = moment[1], moment[2]
    dimensions = groups.get(ICE_DIMENSIONS) or top.get(ICE_DIMENSIONS)
    if dimensions:
        values["EchoNumbers"] = text_of(*dimensions).split("_")[1]
    return values


def values_ped(groups):
    return text_of(*groups["0018,1312"]).replace("COLUMN", "COL")


def gather(path):
    """The first element of each tag: at the top, in functional groups; and the sets of numbers."""
    top, groups, slices, numbers = {}, {}, {}, {}
    for around, tag, vr, value in dump(path):
        if not around:
            top.setdefault(tag, (vr, value))
        elif around[0] in ("5200,9229", "5200,9230") and len(around) == 4:
            groups.setdefault(tag, (vr, value))
            numbers.setdefault(tag, set()).add(text_of(vr, value))
        elif around[0] == SLICES:
            slices.setdefault(tag, (vr, value))
    return {**slices, **top}, groups, numbers


def values(path):
    """All values of a file that dcmdump can tell, by name."""
    top, groups, numbers = gather(path)
    found = {}
    for tag, place in (("SIEMENS CSA HEADER,0029,20", top), ("SIEMENS MR SDS 01,0021,19", groups),
                       ("SIEMENS MR SDS 01,0021,19", top)):
        if tag in place:
            found.update(protocol(place[tag][1]))
    for name, tags in TOP.items():
        for tag in reversed(tags):
            if tag in top:
                found[name] = text_of(*top[tag])
    for name, tag in GROUPS.items():
        place = groups if tag in groups else top
        if tag in place and (place is groups or name not in found):
            found[name] = text_of(*place[tag]).replace("COLUMN", "COL")
    made = enhanced(groups, numbers, top)
    return {**made, **found, **{name: made[name] for name in SETS if name in made}}


def main():
    data = sys.argv[1]
    with open(os.path.join(data, "golden.jsonl"), encoding="utf-8") as golden:
        for line in golden:
            entry = json.loads(line)
            given = {name for name, value in entry["values"].items() if not value.startswith("null")}
            ours = values(os.path.join(data, "dicom", entry["file"]))
            more = {name: value for name, value in ours.items() if name not in given}
            print(json.dumps({"file": entry["file"], "values": more}, ensure_ascii=False))


if __name__ == "__main__":
    main()
