#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What people are shown: bytes from outside never reach a log or a terminal as they are."""
from mrqart_test import *

LATIN = b"a\x9b2Jb\x85"  # C1 controls in ISO 8859-1
TURNED = "a\u202egpj\u2066b".encode()
FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
NAME = b"\x1b[31m\xc2\x9b2J\xe2\x80\xae\xff\n1.dcm"


class Shown(DaemonTest):
    def setUp(self):
        super().setUp()
        self.archive = self.where / "archive"
        self.series = self.archive / "P/2026.11.01-10.11.12/sub/\u202eseries\x1b[2J"
        self.series.mkdir(parents=True)
        for name, data in ((NAME, dicom_bytes(SequenceName=LATIN, Operator=LATIN)),
                           (b"2.dcm", dicom_bytes(SequenceName=TURNED, SeriesNumber=2,
                                                  SpecificCharacterSet="ISO_IR 192")),
                           (NAME + b".dcm", b"no DICOM")):
            with open(os.path.join(os.fsencode(self.series), name), "wb") as file:
                file.write(data)
        self.paths = [os.path.join(os.fsencode(self.series), name)
                      for name in os.listdir(os.fsencode(self.series))]

    def clean(self, *command):
        """Both outputs of mrqart, which hold nothing that a terminal obeys."""
        done = subprocess.run([MRQART, *command], capture_output=True, timeout=WAIT)
        for output in (done.stdout, done.stderr):
            self.assertEqual(FORBIDDEN.findall(output.decode("utf-8")), [], output)
        return done.stdout.decode()

    def test_the_command_line_shows_nothing_that_a_terminal_obeys(self):
        database = str(self.where / "db.sqlite")
        values = [json.loads(line)["values"]["SequenceName"]
                  for line in self.clean("tags", *self.paths).splitlines()]
        self.assertIn("a\u202egpj\u2066b", values)  # escaped in JSON, and whole
        lines = self.clean("tags", "--tsv", *self.paths).splitlines()
        self.assertEqual([line.count("\t") for line in lines], [24, 24])
        self.clean("db", "import", "--all", "--jobs", "1", "--database", database,
                   str(self.archive))
        self.clean("db", "templates", "--database", database)
        self.clean("check", "--database", database, *self.paths)
        self.clean("check", "--json", "--database", database, *self.paths)
        self.clean(NAME)

    def test_the_log_shows_nothing_that_a_terminal_obeys(self):
        daemon = self.daemon()
        with open(os.path.join(os.fsencode(daemon.folder), NAME), "wb") as file:
            file.write(b"no DICOM")
        daemon.logged("1.dcm: ")
        text = daemon.log_file.read_bytes().decode("utf-8")
        self.assertEqual(FORBIDDEN.findall(text), [], text)


main()
