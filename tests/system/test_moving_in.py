#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A site moves in with the reference's database, which goes on being rebuilt and replaced."""
import os
import signal
import sqlite3

from mrqart_test import *

REBUILT = """
    create table template_by_count as
    select count(*) as n, p.Project, p.SequenceName, a.param_id, min(a.AcqDate) as first,
           max(a.AcqDate) as last, group_concat(distinct p.TE) as multiecho_tes
    from acq a join acq_param p on p.rowid = a.param_id
    group by p.Project, p.SequenceName order by p.Project, n desc"""


def make_tables(path):
    database = sqlite3.connect(path, isolation_level=None)
    database.execute(f"create table acq (param_id integer, {', '.join(a + ' text' for a in ACQ)})")
    database.execute("create table acq_param (is_ideal timestamp, "
                     f"{', '.join(p + ' text' for p in PARAMETERS)})")
    return database


def add_acquisition(database, values):
    """As the reference does: a set of parameters once, no acquisition with an empty value."""
    given = [values[name] for name in PARAMETERS]
    same = " and ".join(f"{name} = ?" for name in PARAMETERS)
    row = database.execute(f"select rowid from acq_param where {same}", given).fetchone()
    if not row:
        row = [database.execute(f"insert into acq_param ({', '.join(PARAMETERS)}) values "
                                f"({', '.join('?' * len(given))})", given).lastrowid]
    if all(values[name] for name in ACQ):
        database.execute(f"insert into acq values ({', '.join('?' * (1 + len(ACQ)))})",
                         [row[0], *(values[name] for name in ACQ)])
        return True
    return False


def whole(data):
    """Two of the real files lack the end of their pixel data: zeros take its place."""
    at = data.rfind(b"\xe0\x7f\x10\x00OW")
    if at > 0:
        length, = struct.unpack("<I", data[at + 8:at + 12])
        missing = at + 12 + length - len(data)
        if 0 < missing < 1 << 26:
            data += bytes(missing)
    return data


class MovingIn(DaemonTest):
    def fill(self, path):
        """The first file of each folder is an acquisition; returns the sequences that are stored."""
        lines = (DATA / "golden.jsonl").read_text(encoding="utf-8").splitlines()
        entries = [json.loads(line) for line in lines]
        database = make_tables(path)
        folders, stored = set(), set()
        for entry in sorted(entries, key=lambda entry: entry["file"]):
            folder, values = os.path.dirname(entry["file"]), entry["values"]
            if folder not in folders:
                folders.add(folder)
                if add_acquisition(database, values):
                    stored.add(values["SequenceName"])
        database.execute(REBUILT)
        database.close()
        return [entry["file"] for entry in entries], stored

    def test_all_real_files_conform_and_none_changes(self):
        if not (DATA / "golden.jsonl").exists():
            self.skipTest(f"no real DICOM files in {DATA} (set MRQART_DATA)")
        files, stored = self.fill(self.where / "db.sqlite")
        for context in ("realtime", "archive"):
            with self.subTest(context=context):
                self.stream_all(context, files, stored)

    def stream_all(self, context, files, stored):
        daemon = self.daemon(where=self.where / context, config=f"""
            workers = 2; database = "{self.where}/db.sqlite";
            sources = ( {{ plugin = "source-inotify"; paths = [ "{self.where / context}/watched" ]; }} );
            checkers = ( {{ plugin = "checker-template"; context = "{context}"; minimum = 0; }} );
            sinks = ( {{ plugin = "sink-http"; listen = "127.0.0.1:0"; }},
                      {{ plugin = "sink-websocket"; listen = "127.0.0.1:0"; }} );""")
        client = daemon.websocket()
        for name in files:
            path = daemon.folder / (name if name.endswith(("dcm", "IMA")) else name + ".dcm")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(whole((DATA / "dicom" / name).read_bytes()))
        counts = {}

        def all_came(event):
            self.assertIn(event["type"], ("new", "update"), event["content"])
            series = event["series"]
            counts[event["station"], series["key"]] = series["count"]
            if event["type"] == "new":
                self.judge(event["content"], series, stored)
            return sum(counts.values()) == len(files)

        client.events_until(all_came)

    def judge(self, content, series, stored):
        self.assertTrue(content["conforms"], content["findings"])
        self.assertEqual(content["findings"], [])
        if series["name"].endswith(("_ADC", "_FA")):
            self.assertEqual(content["status"], "not-checked")
        elif series["name"] in stored:
            self.assertEqual(content["status"], "conforms", series["name"])
        else:
            self.assertEqual(content["status"], "no-template", series["name"])

    # ---- while the database is rebuilt and replaced ------------------------------------------

    def make_reference(self, path, times=5):
        database = make_tables(path)
        for day in range(times):
            add_acquisition(database, {**dict.fromkeys(PARAMETERS + ACQ, "null"), **TEMPLATE,
                                       "AcqDate": f"2026010{day + 1}"})
        database.execute(REBUILT)
        return database

    def expect_conforms(self, daemon, client):
        """Streams one file of a series that nobody has seen yet; returns its template."""
        self.series = getattr(self, "series", 0) + 1
        write_dicom(daemon.folder / f"001_{self.series:06}_000001.dcm", SeriesNumber=self.series)
        event = client.event("new")
        self.assertEqual(event["series"]["number"], self.series)
        self.assertEqual(event["content"]["status"], "conforms", event["content"])
        return event["content"]["template"]

    def test_series_keep_their_template_while_it_is_rebuilt_in_place(self):
        database = self.make_reference(self.where / "db.sqlite")
        daemon = self.daemon()
        client = daemon.websocket()
        for _ in range(10):
            self.expect_conforms(daemon, client)
            database.execute("drop table if exists template_by_count")
            self.expect_conforms(daemon, client)
            database.execute(REBUILT)
            self.expect_conforms(daemon, client)
            database.execute("begin exclusive")
            self.expect_conforms(daemon, client)
            database.execute("commit")

    def test_a_worker_that_starts_in_the_gap_has_the_templates_too(self):
        database = self.make_reference(self.where / "db.sqlite")
        daemon = self.daemon().workers_ready()
        client = daemon.websocket()
        self.expect_conforms(daemon, client)
        database.execute("drop table if exists template_by_count")
        before = daemon.workers()
        for pid in before:
            os.kill(pid, signal.SIGKILL)
        wait_for(lambda: daemon.workers() and not set(daemon.workers()) & set(before), "new workers")
        self.expect_conforms(daemon, client)
        self.assertEqual(self.expect_conforms(daemon, client)["n"], 5)

    def test_series_keep_their_template_while_the_file_is_replaced(self):
        self.make_reference(self.where / "db.sqlite").close()
        daemon = self.daemon()
        client = daemon.websocket()
        for times in range(6, 12):
            self.expect_conforms(daemon, client)
            self.make_reference(self.where / "new.sqlite", times % 10 or 1).close()
            os.replace(self.where / "new.sqlite", self.where / "db.sqlite")
            self.expect_conforms(daemon, client)
        wait_for(lambda: self.expect_conforms(daemon, client)["n"] == 1, "the last database")

    def test_series_keep_their_template_while_the_file_is_away(self):
        self.make_reference(self.where / "db.sqlite").close()
        daemon = self.daemon().workers_ready()
        client = daemon.websocket()
        self.expect_conforms(daemon, client)
        os.rename(self.where / "db.sqlite", self.where / "aside.sqlite")
        for _ in range(5):
            self.expect_conforms(daemon, client)
        os.rename(self.where / "aside.sqlite", self.where / "db.sqlite")
        self.expect_conforms(daemon, client)


main()
