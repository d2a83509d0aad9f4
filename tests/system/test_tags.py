#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""mrqart tags on the command line: what it prints, and how it goes on past bad files."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

from mrqart_test import MRQART, WAIT, dicom_bytes, main, write_dicom


def mrqart(*arguments):
    return subprocess.run([str(MRQART), *map(str, arguments)], capture_output=True, text=True,
                          timeout=WAIT, check=False)


class Tags(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="mrqart tags ")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.good = write_dicom(self.folder / "good.dcm", SeriesNumber=3)

    def test_values_have_json_types(self):
        result = mrqart("tags", self.good)
        entry = json.loads(result.stdout)
        self.assertEqual(entry["file"], str(self.good))
        self.assertEqual(entry["values"]["SeriesNumber"], 3)
        self.assertEqual(entry["values"]["Matrix"], [94, 0, 0, 94])
        self.assertEqual(entry["values"]["Project"], "Brain^wpc-8620")
        self.assertIsNone(entry["values"]["BWPPE"])
        self.assertEqual((result.returncode, result.stderr), (0, ""))

    def test_a_line_for_the_database_has_24_values_and_the_path(self):
        row = mrqart("tags", "--tsv", self.good).stdout.rstrip("\n").split("\t")
        self.assertEqual(len(row), 25)
        self.assertEqual(row[0], "null")
        self.assertEqual(row[15], "[94, 0, 0, 94]")
        self.assertEqual(row[22], ",".join(["null"] * 10))
        self.assertEqual(row[24], str(self.good))

    def test_files_that_cannot_be_read_are_named_and_the_others_go_on(self):
        text, pipe = self.folder / "text.dcm", self.folder / "pipe.dcm"
        text.write_text("no DICOM file\n" * 50)
        os.mkfifo(pipe)
        absent = self.folder / "absent.dcm"
        result = mrqart("tags", text, pipe, absent, self.folder, self.good)
        self.assertEqual(json.loads(result.stdout)["file"], str(self.good))
        for path in (text, pipe, absent, self.folder):
            self.assertIn(f"{path}: ", result.stderr)
        self.assertEqual(len(result.stderr.splitlines()), 4)
        self.assertEqual(result.returncode, 1)

    def test_a_file_without_the_end_of_its_pixels_gives_its_values_and_a_message(self):
        cut = self.folder / "cut.dcm"
        cut.write_bytes(dicom_bytes(SeriesNumber=4)[:-20])
        result = mrqart("tags", cut)
        self.assertEqual(json.loads(result.stdout)["values"]["SeriesNumber"], 4)
        self.assertIn("(7fe0,0010)", result.stderr)
        self.assertEqual(result.returncode, 0)

    def test_more_values_come_from_a_list(self):
        site = self.folder / "site.tags"
        site.write_text("name\ttag\tdesc\nManufacturer2\t0008,0070\tagain\n")
        values = json.loads(mrqart("tags", "--tags", site, self.good).stdout)["values"]
        self.assertEqual(values["Manufacturer2"], values["Manufacturer"])
        site.write_text("Manufacturer2 0008,0070\n")
        result = mrqart("tags", "--tags", site, self.good)
        self.assertIn(f"{site}:1:", result.stderr)
        self.assertEqual((result.returncode, result.stdout), (2, ""))

    def test_a_name_that_is_no_utf8_is_printed_as_json(self):
        name = os.fsencode(self.folder) + b"/k\xf6ln.dcm"
        with open(name, "wb") as out:
            out.write(self.good.read_bytes())
        result = subprocess.run([str(MRQART), "tags", name], capture_output=True, check=True)
        self.assertTrue(json.loads(result.stdout)["file"].endswith("/k\ufffdln.dcm"))


class Commands(unittest.TestCase):
    def test_help_shows_the_commands_and_examples(self):
        for arguments in (["--help"], ["tags", "--help"]):
            result = mrqart(*arguments)
            self.assertIn("examples:", result.stdout)
            self.assertEqual((result.returncode, result.stderr), (0, ""))

    def test_a_misspelt_command_gets_the_nearest_name(self):
        result = mrqart("tgas", "x.dcm")
        self.assertIn('did you mean "tags"?', result.stderr)
        self.assertEqual(result.returncode, 2)
        self.assertNotIn("did you mean", mrqart("something", "x.dcm").stderr)

    def test_without_a_file_it_says_what_is_missing(self):
        result = mrqart("tags")
        self.assertIn("at least one file", result.stderr)
        self.assertEqual(result.returncode, 2)


main()
