# SPDX-License-Identifier: Apache-2.0
"""What every system test uses: the real daemon, a websocket client, HTTP, DICOM files.

A test file is a plain program:

    from mrqart_test import *

    class NewSeries(DaemonTest):
        def test_a_file_is_announced(self):
            daemon = self.daemon()
            client = daemon.websocket()
            write_dicom(daemon.folder / "MR.1", SeriesNumber=3)
            self.assertEqual(client.event("new")["series"]["number"], 3)

    main()

MRQART_BUILD names the build tree (default: build/dev), MRQART_DATA the folder of real DICOM files.
"""
import base64
import hashlib
import http.client
import itertools
import json
import os
import pathlib
import re
import select
import shutil
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.parse

SOURCE = pathlib.Path(os.environ.get("MRQART_SOURCE", pathlib.Path(__file__).parents[2])).resolve()
BUILD = pathlib.Path(os.environ.get("MRQART_BUILD", SOURCE / "build/dev")).resolve()
DATA = pathlib.Path(os.environ.get("MRQART_DATA", SOURCE / "../shared/data")).resolve()
MRQARTD = BUILD / "bin/mrqartd"
MRQART = BUILD / "bin/mrqart"
SKIP = 77
WAIT = 60.0  # how long an expected thing may take on a loaded machine; never how long it does


def skip(reason):
    """Ends this test program as skipped."""
    print(f"SKIP: {reason}")
    sys.exit(SKIP)


def need_data():
    if not (DATA / "golden.jsonl").exists():
        skip(f"no real DICOM files in {DATA} (set MRQART_DATA)")


def wait_for(condition, what="a condition", wait=WAIT):
    """Polls for things that cannot be waited for as an event; returns the first true value."""
    end = time.monotonic() + wait
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {wait:g} s for {what}")
        time.sleep(0.01)


# ---- the daemon -----------------------------------------------------------------------------


# all that LeakSanitizer says where a worker is killed while it looks for leaks at its exit
KILLED_AT_LEAK_CHECK = r"==\d+==Unable to get registers from thread \d+\.\n"


class Daemon:
    """mrqartd on free ports, with a folder to watch, a state folder and a log of its own."""

    def __init__(self, where, *arguments, config=None, environment=None, ready=True, wrapper=(),
                 program=MRQARTD):
        self.where = pathlib.Path(where)
        self.folder = self.where / "watched"
        self.state_dir = self.where / "state"
        self.log_file = self.where / "mrqartd.log"
        self.reports = self.where / "reports"
        for folder in (self.folder, self.state_dir, self.reports):
            folder.mkdir(parents=True, exist_ok=True)
        self.arguments = [str(a) for a in arguments]
        self.config, self.wrapper, self.program = config, list(wrapper), program
        self.environment = {**os.environ, **(environment or {})}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"):
            more = self.environment.get(name, "")
            self.environment[name] = f"log_path='{self.reports}/{name.lower()}':{more}".rstrip(":")
        suppressions = SOURCE / "tests/lsan.supp"
        if suppressions.exists():
            self.environment["LSAN_OPTIONS"] += (f":suppressions='{suppressions}'"
                                                 ":print_suppressions=0")
        self.environment["UBSAN_OPTIONS"] += ":print_stacktrace=1"
        self.process, self.clients = None, []
        if ready:
            self.start()

    def command(self):
        command = [*self.wrapper, str(self.program)]
        if self.config is not None:
            path = self.where / "mrqart.conf"
            path.write_text(self.config)
            command += ["-c", str(path)]
        else:
            if "--watch" not in self.arguments:
                command += ["--watch", str(self.folder)]
            command += ["-p", "0", "--ws-port", "0"]
            if "--database" not in self.arguments:
                command += ["--database", str(self.where / "db.sqlite")]
        if "--state-dir" not in self.arguments:
            command += ["--state-dir", str(self.state_dir)]
        return command + self.arguments

    def start(self):
        log = open(self.log_file, "ab")
        self.process = subprocess.Popen(self.command(), stdout=subprocess.PIPE, stderr=log,
                                        env=self.environment)
        log.close()
        line = self.line()
        match = re.fullmatch(r"ready (.*)pid=(\d+)", line)
        if not match:
            self.kill()
            raise AssertionError(f"no ready line but {line!r}\n{self.log()}")
        self.addresses = dict(word.split("=", 1) for word in match[1].split())
        self.pid = int(match[2])
        return self

    def line(self):
        """The next line of the daemon's standard output."""
        readable, _, _ = select.select([self.process.stdout], [], [], WAIT)
        return self.process.stdout.readline().decode().strip() if readable else ""

    def log(self):
        return self.log_file.read_text(errors="replace") if self.log_file.exists() else ""

    def logged(self, pattern, wait=WAIT):
        """Waits for a line of the log that the regular expression finds something in."""
        return wait_for(lambda: re.search(pattern, self.log()), f"{pattern!r} in the log", wait)

    def address(self, label="http"):
        host, port = self.addresses[label].rsplit(":", 1)
        return host.strip("[]"), int(port)

    def get(self, path, method="GET", headers=None, label="http"):
        """(status, headers, body) of one HTTP request."""
        connection = http.client.HTTPConnection(*self.address(label), timeout=WAIT)
        try:
            connection.request(method, path, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def state(self):
        return json.loads(self.get("/state")[2])

    def health(self):
        return json.loads(self.get("/healthz")[2])

    def websocket(self, path="/", label="websocket", **options):
        """A client that has been greeted."""
        client = WebSocket(*self.address(label), path, **options)
        self.clients.append(client)
        client.hello = client.event("hello")
        return client

    def workers_ready(self):
        """Waits until every worker has read its settings: checkers, database."""
        def ready():
            workers = self.health()["pipeline"]["workers"]
            return workers["ready"] == workers["configured"]
        wait_for(ready, "all workers to be ready")
        return self

    def signal(self, number):
        os.kill(self.pid, number)

    def children(self):
        """Process numbers of the daemon's children, by the name of their program."""
        found = {}
        try:
            pids = pathlib.Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        except OSError:
            return found
        for pid in map(int, pids):
            try:
                line = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
                found[pid] = [word.decode(errors="replace") for word in line if word]
            except OSError:
                pass
        return found

    def workers(self):
        return [pid for pid, line in self.children().items()
                if line and "mrqart-worker" in line[0] and "--keeper" not in line]

    def stop(self):
        """SIGTERM; the exit status."""
        if self.process and self.process.poll() is None:
            self.signal(signal.SIGTERM)
        return self.wait()

    def wait(self):
        if not self.process:
            return 0
        status = self.process.wait(timeout=WAIT)
        self.process.stdout.close()
        self.process = None
        return status

    def kill(self):
        """kill -9, as a power cut is."""
        if self.process:
            self.process.kill()
            self.wait()

    def sanitizer_reports(self):
        texts = (path.read_text(errors="replace") for path in sorted(self.reports.iterdir()))
        return "\n".join(text for text in texts if re.sub(KILLED_AT_LEAK_CHECK, "", text))


class DaemonTest(unittest.TestCase):
    """Gives each test a folder and daemons that end with it; sanitizer reports fail the test."""

    def setUp(self):
        self.where = pathlib.Path(tempfile.mkdtemp(prefix="mrqart-"))
        self.daemons = []

    def daemon(self, *arguments, where=None, **options):
        daemon = Daemon(where or self.where, *arguments, **options)
        self.daemons.append(daemon)
        return daemon

    def tearDown(self):
        problems = []
        for daemon in self.daemons:
            for client in daemon.clients:
                client.close()
            if daemon.process:
                try:
                    status = daemon.stop()
                    if status != 0:
                        problems.append(f"mrqartd ended with {status}")
                except subprocess.TimeoutExpired:
                    daemon.kill()
                    problems.append("mrqartd did not end after SIGTERM")
            report = daemon.sanitizer_reports()
            if report:
                problems.append(report)
        outcome = self._outcome.result
        failed = problems or any(test is self for test, _ in outcome.failures + outcome.errors)
        if failed:
            print(f"\n{self.id()}: logs are kept in {self.where}", file=sys.stderr)
            for daemon in self.daemons:
                print(daemon.log()[-6000:], file=sys.stderr)
        else:
            shutil.rmtree(self.where, ignore_errors=True)
        if problems:
            self.fail("\n".join(problems))


# ---- websocket (RFC 6455), small enough to break the rules on purpose -----------------------


class WebSocket:
    def __init__(self, host, port, path="/", headers=None, handshake=True):
        self.socket = socket.create_connection((host, port), timeout=WAIT)
        self.buffer = b""
        self.closed = None  # the close code, once the server has sent one
        if handshake:
            key = base64.b64encode(os.urandom(16)).decode()
            status, answer = self.request(path, {
                "Host": f"{host}:{port}", "Upgrade": "websocket", "Connection": "Upgrade",
                "Sec-WebSocket-Key": key, "Sec-WebSocket-Version": "13", **(headers or {})})
            if status != 101:
                raise AssertionError(f"handshake answered {status}: {answer}")
            magic = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
            accept = base64.b64encode(hashlib.sha1(magic.encode()).digest()).decode()
            assert answer["sec-websocket-accept"] == accept, answer

    def request(self, path, headers, method="GET"):
        """Sends one request head; (status, headers) of the answer."""
        lines = [f"{method} {path} HTTP/1.1", *(f"{k}: {v}" for k, v in headers.items() if v), "", ""]
        self.socket.sendall("\r\n".join(lines).encode())
        while b"\r\n\r\n" not in self.buffer:
            self._more()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        first, *rest = head.decode("latin-1").split("\r\n")
        pairs = (line.split(":", 1) for line in rest)
        return int(first.split()[1]), {k.strip().lower(): v.strip() for k, v in pairs}

    def _more(self):
        data = self.socket.recv(1 << 16)
        if not data:
            raise EOFError("the server closed the connection")
        self.buffer += data

    def _take(self, count):
        while len(self.buffer) < count:
            self._more()
        data, self.buffer = self.buffer[:count], self.buffer[count:]
        return data

    def frame(self):
        """(opcode, payload) of the next frame."""
        first, second = self._take(2)
        length = second & 0x7F
        if length == 126:
            length, = struct.unpack("!H", self._take(2))
        elif length == 127:
            length, = struct.unpack("!Q", self._take(8))
        assert not second & 0x80, "a server must not mask"
        return first & 0x0F, self._take(length)

    def send(self, payload, opcode=1, final=True, mask=True, reserved=0):
        if isinstance(payload, str):
            payload = payload.encode()
        head = bytes([(0x80 if final else 0) | reserved << 4 | opcode])
        bit = 0x80 if mask else 0
        if len(payload) < 126:
            head += bytes([bit | len(payload)])
        elif len(payload) < 1 << 16:
            head += bytes([bit | 126]) + struct.pack("!H", len(payload))
        else:
            head += bytes([bit | 127]) + struct.pack("!Q", len(payload))
        if mask:
            key = os.urandom(4)
            payload = bytes(b ^ key[i % 4] for i, b in enumerate(payload))
            head += key
        self.socket.sendall(head + payload)

    def message(self, wait=WAIT):
        """The next message as an object; None when the server closed (see closed)."""
        self.socket.settimeout(wait)
        while True:
            try:
                opcode, payload = self.frame()
            except (EOFError, ConnectionError):
                return None
            if opcode == 1:
                return json.loads(payload)
            if opcode == 9:
                self.send(payload, opcode=10)
            elif opcode == 8:
                self.closed = struct.unpack("!H", payload[:2])[0] if payload else 1005
                return None

    def event(self, *types, wait=WAIT):
        """The next message of one of the types; others are passed over. Fails when there is none."""
        end = time.monotonic() + wait
        while True:
            left = end - time.monotonic()
            try:
                message = self.message(max(left, 0.001))
            except TimeoutError:
                message = False
            if message is None:
                raise AssertionError(f"closed ({self.closed}) while waiting for {types}")
            if message and (not types or message["type"] in types):
                return message
            if left <= 0:
                raise AssertionError(f"no message of type {types} in {wait:g} s")

    def events_until(self, condition, wait=WAIT):
        """All events (no hello, no alive) up to the one for which condition(event) is true."""
        events = []
        while True:
            event = self.event("new", "update", "changed", "error", wait=wait)
            events.append(event)
            if condition(event):
                return events

    def close(self):
        self.socket.close()


# ---- DICOM files ----------------------------------------------------------------------------

ELEMENTS = {  # name: (group, element, VR); only what tests set
    "ImageType": (0x0008, 0x0008, "CS"), "SOPClassUID": (0x0008, 0x0016, "UI"),
    "SOPInstanceUID": (0x0008, 0x0018, "UI"), "AcqDate": (0x0008, 0x0022, "DA"),
    "AcqTime": (0x0008, 0x0032, "TM"), "Modality": (0x0008, 0x0060, "CS"),
    "Manufacturer": (0x0008, 0x0070, "LO"), "Station": (0x0008, 0x1010, "SH"),
    "Project": (0x0008, 0x1030, "LO"), "SequenceName": (0x0008, 0x103E, "LO"),
    "Operator": (0x0008, 0x1070, "PN"), "SpecificCharacterSet": (0x0008, 0x0005, "CS"),
    "PatientName": (0x0010, 0x0010, "PN"), "PatientID": (0x0010, 0x0020, "LO"),
    "SequenceType": (0x0018, 0x0024, "SH"), "TR": (0x0018, 0x0080, "DS"),
    "TE": (0x0018, 0x0081, "DS"), "EchoNumbers": (0x0018, 0x0086, "IS"),
    "BWP": (0x0018, 0x0095, "DS"), "DeviceSerialNumber": (0x0018, 0x1000, "LO"),
    "ProtocolName": (0x0018, 0x1030, "LO"), "Matrix": (0x0018, 0x1310, "US"),
    "PED_major": (0x0018, 0x1312, "CS"), "FA": (0x0018, 0x1314, "DS"),
    "StudyInstanceUID": (0x0020, 0x000D, "UI"), "SeriesInstanceUID": (0x0020, 0x000E, "UI"),
    "SeriesNumber": (0x0020, 0x0011, "IS"), "AcquisitionNumber": (0x0020, 0x0012, "IS"),
    "InstanceNumber": (0x0020, 0x0013, "IS"),
    "ImageOrientationPatient": (0x0020, 0x0037, "DS"),
    "NumberOfTemporalPositions": (0x0020, 0x0105, "IS"),
    "Comments": (0x0020, 0x4000, "LT"), "Rows": (0x0028, 0x0010, "US"),
    "Columns": (0x0028, 0x0011, "US"), "PixelResol": (0x0028, 0x0030, "DS"),
    "BitsAllocated": (0x0028, 0x0100, "US"),
}

DEFAULTS = {
    "ImageType": r"ORIGINAL\PRIMARY\M\ND", "SOPClassUID": "1.2.840.10008.5.1.4.1.1.4",
    "AcqDate": "20261101", "AcqTime": "101112.500000", "Modality": "MR",
    "Manufacturer": "SIEMENS", "Station": "AWP167046", "Project": "Brain^wpc-8620",
    "SequenceName": "RewardedAnti", "Operator": "op", "PatientName": "sub^one",
    "PatientID": "sub1", "SequenceType": "epfid2d1_94", "TR": "1300", "TE": "30",
    "EchoNumbers": "1", "BWP": "2055", "DeviceSerialNumber": "167046",
    "ProtocolName": "RewardedAnti", "Matrix": (94, 0, 0, 94), "PED_major": "COL", "FA": "60",
    "StudyInstanceUID": "1.2.3.1", "SeriesNumber": 1, "AcquisitionNumber": 1,
    "InstanceNumber": 1, "ImageOrientationPatient": r"1\0\0\0\1\0", "Rows": 8, "Columns": 8,
    "PixelResol": r"2.5\2.5", "BitsAllocated": 16,
}


images = itertools.count(1)  # that were given a UID of their own


def element(group, number, vr, value):
    """One explicit-VR little-endian element (DICOM PS3.5 7.1.2)."""
    if vr == "US":
        values = value if isinstance(value, (tuple, list)) else (value,)
        data = b"".join(struct.pack("<H", v) for v in values)
    else:
        data = value if isinstance(value, bytes) else str(value).encode("utf-8")
        if len(data) % 2:
            data += b"\0" if vr in ("UI", "OB") else b" "
    head = struct.pack("<HH2s", group, number, vr.encode())
    if vr in ("OB", "OW", "UN", "SQ", "UT"):
        return head + struct.pack("<HI", 0, len(data)) + data
    return head + struct.pack("<H", len(data)) + data


def dicom_bytes(pixels=128, extra=(), **values):
    """A DICOM file. values: names of ELEMENTS; None leaves one out; extra: (group, element, VR, value).
    Without a SOPInstanceUID it is an image of its own, unless its InstanceNumber is given as well."""
    instance = values.get("InstanceNumber", f"0.{next(images)}")
    values = {**DEFAULTS, **values}
    values.setdefault("SeriesInstanceUID", f"1.2.3.{values['SeriesNumber']}")
    values.setdefault("SOPInstanceUID", f"{values['SeriesInstanceUID']}.{instance}")
    elements = [(*ELEMENTS[name], value) for name, value in values.items() if value is not None]
    elements += list(extra)
    if pixels is not None:
        elements.append((0x7FE0, 0x0010, "OW", bytes(pixels)))
    body = b"".join(element(*e) for e in sorted(elements, key=lambda e: e[:2]))
    meta = (element(2, 0x0001, "OB", b"\0\1") + element(2, 0x0002, "UI", values["SOPClassUID"]) +
            element(2, 0x0003, "UI", values["SOPInstanceUID"]) +
            element(2, 0x0010, "UI", "1.2.840.10008.1.2.1") +
            element(2, 0x0012, "UI", "1.2.3.4"))
    length = element(2, 0x0000, "UL", struct.pack("<I", len(meta)))
    return bytes(128) + b"DICM" + length + meta + body


def write_dicom(path, **values):
    """Writes one DICOM file as a scanner does: create, write, close. Returns its path."""
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(dicom_bytes(**values))
    return path


# ---- templates ------------------------------------------------------------------------------

ACQ = ("AcqTime", "AcqDate", "SeriesNumber", "SubID", "Operator", "Station", "Shims")
PARAMETERS = ("Project", "SequenceName", "Phase", "iPAT", "Comments", "SequenceType", "PED_major",
              "TR", "TE", "Matrix", "PixelResol", "BWP", "BWPPE", "FA", "TA", "FoV", "SequenceFile")


def make_database(path, *templates, n=10):
    """A database with one template per dict of parameters (absent: the string null)."""
    database = sqlite3.connect(path)
    database.execute(f"create table acq (param_id integer, {', '.join(a + ' text' for a in ACQ)})")
    database.execute("create table acq_param (is_ideal timestamp, "
                     f"{', '.join(p + ' text' for p in PARAMETERS)})")
    database.execute("create table template_by_count (n integer, Project text, SequenceName text, "
                     "param_id integer, first text, last text, multiecho_tes text)")
    for template in templates:
        values = [template.get(name, "null") for name in PARAMETERS]
        row = database.execute(
            f"insert into acq_param ({', '.join(PARAMETERS)}) values "
            f"({', '.join('?' * len(PARAMETERS))})", values).lastrowid
        database.execute("insert into template_by_count values (?, ?, ?, ?, ?, ?, ?)",
                         (template.get("n", n), template["Project"], template["SequenceName"], row,
                          "20260101", "20261030", template.get("TEs", template.get("TE", "null"))))
    database.commit()
    database.close()
    return path


TEMPLATE = {  # what write_dicom() writes without arguments
    "Project": "Brain^wpc-8620", "SequenceName": "RewardedAnti", "SequenceType": "epfid2d1_94",
    "PED_major": "COL", "TR": "1300", "TE": "30", "Matrix": "[94, 0, 0, 94]",
    "PixelResol": "[2.5, 2.5]", "BWP": "2055", "FA": "60",
}


def main():
    """Runs the tests of the calling file; all skipped is SKIP."""
    program = unittest.main(module="__main__", exit=False, verbosity=2)
    result = program.result
    for test, reason in result.skipped:
        print(f"SKIP: {test.id()}: {reason}")
    if not result.wasSuccessful():
        sys.exit(1)
    sys.exit(SKIP if result.testsRun and len(result.skipped) == result.testsRun else 0)
