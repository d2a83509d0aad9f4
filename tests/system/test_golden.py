#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""mrqart tags on real files: what the reference reads, and where it reads nothing, what dcmdump does.

golden_more.jsonl was written by dcmdump_values.py from dcmdump's output, never by our own reader.
"""
import ast
import json
import pathlib
import random
import shutil
import subprocess
import unittest

import dcmdump_values
from mrqart_test import DATA, MRQART, main, need_data

need_data()
SAMPLE = 6  # files that dcmdump reads again


def jsonl(path):
    with open(path, encoding="utf-8") as lines:
        return {entry["file"]: entry["values"] for entry in map(json.loads, lines)}


GOLDEN = jsonl(DATA / "golden.jsonl")
MORE = jsonl(pathlib.Path(__file__).with_name("golden_more.jsonl"))
NAMES = list(next(iter(GOLDEN.values())))


def tags(*options):
    """What mrqart tags prints for all files, a line each."""
    paths = [str(DATA / "dicom" / name) for name in GOLDEN]
    command = [str(MRQART), "tags", *options, *paths]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    return result.stdout.splitlines()


def absent(text):
    return set(text.split(",")) == {"null"}


def as_json(text, numeric):
    """A text of the table as the JSON value that it has to be."""
    if text.startswith("["):
        return ast.literal_eval(text)
    return float(text) if numeric else text


class Golden(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.rows = {}
        for line, name in zip(tags("--tsv"), GOLDEN):
            *texts, path = line.split("\t")
            assert path == str(DATA / "dicom" / name) and len(texts) == len(NAMES), line
            cls.rows[name] = dict(zip(NAMES, texts))
        cls.objects = {name: json.loads(line)["values"] for line, name in zip(tags(), GOLDEN)}

    def test_every_file_is_read(self):
        self.assertEqual(list(self.rows), list(GOLDEN))

    def test_values_are_those_of_the_reference(self):
        for name, expected in GOLDEN.items():
            for key, text in expected.items():
                if not absent(text):
                    self.assertEqual(self.rows[name][key], text, f"{key} of {name}")

    def test_values_that_the_reference_lacks_are_those_of_dcmdump(self):
        for name, expected in MORE.items():
            for key, text in expected.items():
                ours = self.objects[name][key]
                if key in self.rows[name]:
                    self.assertEqual(self.rows[name][key], text, f"{key} of {name}")
                elif ours is None:
                    self.assertEqual(text, "", f"{key} of {name}")
                else:
                    numeric = isinstance(ours, (int, float))
                    self.assertEqual(ours, as_json(text, numeric), f"{key} of {name}")

    def test_no_value_is_there_without_a_witness(self):
        for name, values in self.objects.items():
            known = {key for key, text in GOLDEN[name].items() if not absent(text)}
            known |= set(MORE[name])
            ours = {key for key, value in values.items() if value is not None}
            self.assertEqual(ours - known, set(), name)

    def test_absent_values_are_written_as_the_reference_does(self):
        for name, expected in GOLDEN.items():
            for key, text in expected.items():
                if absent(text) and key not in MORE[name]:
                    self.assertEqual(self.rows[name][key], text, f"{key} of {name}")

    @unittest.skipUnless(shutil.which("dcmdump"), "dcmdump is not installed")
    def test_the_table_is_what_dcmdump_says(self):
        for name in random.Random(1).sample(list(MORE), SAMPLE):
            again = dcmdump_values.values(str(DATA / "dicom" / name))
            for key, text in MORE[name].items():
                self.assertEqual(again[key], text, f"{key} of {name}")


main()
