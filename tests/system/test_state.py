#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What survives: a restart, kill -9, a state file that is damaged, a disk that is full."""
import contextlib
import stat

from mrqart_test import *
from site_checker import configuration


# a worker whose daemon is killed dies too, which LeakSanitizer mistakes for a fault while it looks
KILLED = {"environment": {"ASAN_OPTIONS": "detect_leaks=0"}}


def saved(daemon, text=b'"count"'):
    """Waits until the state file has something in it."""
    return wait_for(lambda: (daemon.state_dir / "state.jsonl").exists()
                    and text in (daemon.state_dir / "state.jsonl").read_bytes(), "a saved state")


def counts(daemon, station="AWP167046"):
    history = daemon.state().get(station, {}).get("history", [])
    return {item["series"]["number"]: item["series"]["count"] for item in history}


class StateTest(DaemonTest):
    def setUp(self):
        super().setUp()
        make_database(self.where / "db.sqlite", TEMPLATE)

    def session(self, daemon, first=1, last=5, numbers=(1, 2), **values):
        for instance in range(first, last + 1):
            for number in numbers:
                write_dicom(daemon.folder / "session" / f"001_{number:06}_{instance:06}.dcm",
                            SeriesNumber=number, InstanceNumber=instance, **values)

    def reached(self, daemon, **expected):
        expected = {int(number[1:]): count for number, count in expected.items()}
        wait_for(lambda: counts(daemon) == expected, f"counts of {expected}")


class Restart(StateTest):
    def test_state_is_the_same_and_open_series_go_on(self):
        daemon = self.daemon()
        epoch = daemon.get("/state")[1]["MRQART-Epoch"]
        self.session(daemon)
        self.session(daemon, 6, 6, numbers=(2,), TR="2000")
        self.reached(daemon, n1=5, n2=6)
        before = daemon.state()
        self.assertEqual(daemon.stop(), 0)
        daemon.start()
        status, headers, body = daemon.get("/state")
        self.assertEqual(json.loads(body), before)
        self.assertNotEqual(headers["MRQART-Epoch"], epoch)
        self.assertEqual(headers["MRQART-Seq"], "0")
        client = daemon.websocket()
        self.session(daemon, 7, 7)
        events = client.events_until(lambda e: e["seq"] == 2)
        self.assertEqual([e["type"] for e in events], ["update", "update"])
        self.assertEqual(sorted(e["content"] for e in events), [5, 6])
        two = next(e for e in events if e["series"]["number"] == 2)
        self.assertEqual(two["series"]["status"], "deviates")
        self.assertIn("TR", two["series"]["changes"])

    def test_the_file_is_for_us_alone(self):
        daemon = self.daemon()
        self.session(daemon)
        saved(daemon)
        mode = (daemon.state_dir / "state.jsonl").stat().st_mode
        self.assertEqual(stat.S_IMODE(mode), 0o600)

    def test_files_written_while_we_were_away_are_counted_once(self):
        daemon = self.daemon()
        self.session(daemon)
        self.reached(daemon, n1=5, n2=5)
        daemon.stop()
        self.session(daemon, 6, 20)
        daemon.start()
        self.reached(daemon, n1=20, n2=20)

    def test_kill_9_loses_nothing_that_a_rescan_can_find(self):
        daemon = self.daemon(**KILLED)
        for turn in range(4):
            first = turn * 50 + 1
            self.session(daemon, first, first + 24)
            saved(daemon, b'"put"')  # where it began; of this turn's files nobody knows
            daemon.kill()
            self.session(daemon, first + 25, first + 49)
            daemon.start()
            self.reached(daemon, n1=first + 49, n2=first + 49)
        daemon.kill()
        daemon.start()
        self.reached(daemon, n1=200, n2=200)


    def test_kill_9_in_a_stream_counts_each_file_once(self):
        daemon = self.daemon(**KILLED)
        saved(daemon, b'"put"')
        total = 2000
        stream = threading.Thread(target=self.session, args=(daemon, 1, total))
        stream.start()
        for turn in range(1, 5):
            wait_for(lambda: sum(counts(daemon).values()) >= turn * 500, "more files")
            daemon.kill()
            daemon.start()
        stream.join()
        self.reached(daemon, n1=total, n2=total)
        daemon.stop()
        daemon.start()
        self.assertEqual(counts(daemon), {1: total, 2: total})


class Subject(StateTest):
    """What is said of people."""

    NAME, ID = "Zvyx^Qwert", "ID998877"

    def texts(self, daemon, client):
        """All that is said of one good file, one cut short, one that is none and one not wanted."""
        folder = daemon.folder / "Zvyx_Qwert"
        person = {"PatientName": self.NAME, "PatientID": self.ID}
        write_dicom(folder / "Zvyx_Qwert_1.dcm", Comments=f"for {self.ID}", **person)
        new = client.event("new")
        (folder / "ID998877.dcm").write_bytes(dicom_bytes(**person)[:-10])
        (folder / "zvyx-qwert.dcm").write_bytes(b"none")
        (folder / "Zvyx_Qwert.txt").write_bytes(b"")
        (folder / "ID998877.IMA").mkdir()
        os.mkfifo(folder / "MR.ID998877")
        daemon.logged("is a FIFO")
        daemon.logged("is a folder")
        errors = [client.event("error")]
        while errors[-1]["content"]["count"] < 2:
            errors.append(client.event("error"))
        answers = [daemon.get(path)[2].decode() for path in ("/state", "/healthz")]
        daemon.stop()
        saved_state = (daemon.state_dir / "state.jsonl").read_text()
        return [json.dumps(new), json.dumps(errors), *answers, daemon.log(), saved_state]

    def test_redacted_neither_name_nor_id_is_anywhere(self):
        daemon = self.daemon(config=configuration(self.where, redact=True, settle=100))
        for text in self.texts(daemon, daemon.websocket()):
            self.assertIsNone(re.search("zvyx|qwert|id998877", text, re.IGNORECASE), text)

    def test_the_default_log_names_files_and_no_folder_below_the_watched_one(self):
        daemon = self.daemon(config=configuration(self.where, settle=100))
        self.texts(daemon, daemon.websocket())
        self.assertRegex(daemon.log(), r"watched: [^/]*\.dcm: the file ends after")
        self.assertNotIn("Zvyx_Qwert/", daemon.log())
        self.assertNotIn(self.NAME, daemon.log())


class Database(StateTest):
    def test_one_that_cannot_be_read_is_a_warning_until_it_can(self):
        path = self.where / "db.sqlite"
        for damage, said in ((b"no database" * 1000, "mrqart db init"), (None, "it is a folder")):
            with self.subTest(said=said):
                path.unlink()
                path.mkdir() if damage is None else path.write_bytes(damage)
                daemon = self.daemon()
                warning, = wait_for(lambda: daemon.health()["warnings"], "a warning")
                self.assertIn(f"the database {path}", warning)
                self.assertIn(said, warning)
                daemon.logged(said)
                path.rmdir() if damage is None else path.unlink()
                make_database(path, TEMPLATE)
                wait_for(lambda: not daemon.health()["warnings"], "the end of it")
                daemon.stop()


class Damage(StateTest):
    def broken(self, daemon):
        return list(daemon.state_dir.glob("state.jsonl.broken-*"))

    def test_a_file_that_is_none_is_set_aside(self):
        daemon = self.daemon()
        self.session(daemon)
        self.reached(daemon, n1=5, n2=5)
        daemon.stop()
        path = daemon.state_dir / "state.jsonl"
        for damage in (b"no state at all\n", b'{"format":99}\n{"commit":0}\n', b""):
            path.write_bytes(damage)
            daemon.start()
            daemon.logged(r"state\.jsonl cannot be used")
            self.assertEqual(len(self.broken(daemon)), 1)
            self.assertEqual(self.broken(daemon)[0].read_bytes(), damage)
            self.assertEqual(daemon.state(), {})
            daemon.stop()
            self.broken(daemon)[0].unlink()
            daemon.log_file.unlink()

    def test_a_record_that_cannot_be_read_costs_itself(self):
        daemon = self.daemon()
        self.session(daemon, numbers=(1, 2, 3))
        self.reached(daemon, n1=5, n2=5, n3=5)
        daemon.stop()
        path = daemon.state_dir / "state.jsonl"
        records = [line for line in path.read_bytes().splitlines(keepends=True)
                   if b'["series"' in line and b'"result"' in line and b'"number":2' in line]
        self.assertTrue(records)
        damaged = path.read_bytes()
        for record in records:
            damaged = damaged.replace(record, record[:30] + b"\0\0{" + record[33:])
        path.write_bytes(damaged)
        daemon.start()
        daemon.logged(r"state\.jsonl: \d+ of its records cannot be read")
        self.assertEqual(self.broken(daemon), [])
        self.assertEqual(counts(daemon), {1: 5, 3: 5})
        self.session(daemon, 6, 6, numbers=(1, 2, 3))
        self.reached(daemon, n1=6, n2=1, n3=6)

    def test_a_torn_end_costs_the_last_batch_only(self):
        daemon = self.daemon()
        self.session(daemon)
        self.reached(daemon, n1=5, n2=5)
        daemon.stop()
        with open(daemon.state_dir / "state.jsonl", "ab") as file:
            file.write(b'{"put":["series","0000","torn')
        daemon.start()
        self.assertEqual(counts(daemon), {1: 5, 2: 5})
        self.assertEqual(self.broken(daemon), [])

    def test_a_folder_that_is_removed_is_made_anew(self):
        daemon = self.daemon(**KILLED)
        self.session(daemon)
        saved(daemon)
        shutil.rmtree(daemon.state_dir)
        self.session(daemon, 6, 6)
        saved(daemon)
        self.reached(daemon, n1=6, n2=6)
        daemon.kill()
        daemon.start()
        self.reached(daemon, n1=6, n2=6)

    def test_a_keeper_that_is_killed_is_started_anew(self):
        daemon = self.daemon(**KILLED)
        self.session(daemon)
        saved(daemon)
        for turn in range(3):
            keeper, = [pid for pid, line in daemon.children().items() if "--keeper" in line]
            os.kill(keeper, signal.SIGKILL)
            wait_for(lambda: any("--keeper" in line and pid != keeper
                                 for pid, line in daemon.children().items()), "another keeper")
            self.session(daemon, 6 + turn, 6 + turn)
        self.reached(daemon, n1=8, n2=8)
        daemon.logged("started anew")
        daemon.stop()
        daemon.start()
        self.assertEqual(counts(daemon), {1: 8, 2: 8})


class Disk(StateTest):
    @contextlib.contextmanager
    def mounted(self, *options):
        """A small disk over the state folder."""
        folder = self.where / "state"
        folder.mkdir(exist_ok=True)
        if subprocess.run(["mount", "-t", "tmpfs", *options, "none", folder],
                          capture_output=True).returncode != 0:
            self.skipTest("no right to mount a disk")
        try:
            yield folder
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)

    def fill(self, folder):
        with open(folder / "filler", "wb", buffering=0) as filler:
            with contextlib.suppress(OSError):
                while True:
                    filler.write(bytes(512))

    def test_a_full_disk_is_told_and_the_state_is_saved_when_there_is_room(self):
        with self.mounted("-o", "size=256k") as folder:
            daemon = self.daemon()
            self.session(daemon)
            saved(daemon)
            self.fill(folder)
            client = daemon.websocket()
            self.session(daemon, 6, 60, numbers=tuple(range(1, 20)))
            daemon.logged("No space left on device; make room")
            self.assertEqual(daemon.get("/healthz")[0], 200)
            client.events_until(lambda e: e["series"]["count"] == 60)
            (folder / "filler").unlink()
            daemon.logged("the state is saved again")
            before = daemon.state()
            daemon.stop()
            daemon.start()
            self.assertEqual(daemon.state(), before)
            daemon.stop()

    def test_kill_9_on_a_full_disk_leaves_a_good_file(self):
        with self.mounted("-o", "size=256k") as folder:
            daemon = self.daemon(**KILLED)
            self.session(daemon)
            saved(daemon)
            self.fill(folder)
            self.session(daemon, 6, 60)
            daemon.logged("No space left on device; make room")
            daemon.kill()
            (folder / "filler").unlink()
            daemon.start()
            self.reached(daemon, n1=60, n2=60)
            self.assertEqual(list(folder.glob("*.broken-*")), [])
            daemon.stop()

    def test_a_folder_that_becomes_read_only_is_told_and_used_again(self):
        daemon = self.daemon()
        self.session(daemon)
        saved(daemon)
        with self.mounted("-o", "ro"):
            self.session(daemon, 6, 6)
            daemon.logged("Read-only file system; it must be writable")
            warnings = wait_for(lambda: daemon.health()["warnings"], "a warning")
            self.assertIn("Read-only", warnings[0])
            self.reached(daemon, n1=6, n2=6)
        daemon.logged("the state is saved again")
        daemon.stop()
        daemon.start()
        self.assertEqual(counts(daemon), {1: 6, 2: 6})

    def test_a_folder_that_is_read_only_from_the_start_is_said(self):
        with self.mounted("-o", "ro"):
            daemon = self.daemon(ready=False)
            ended = subprocess.run(daemon.command(), capture_output=True, text=True, timeout=WAIT)
            self.assertNotEqual(ended.returncode, 0)
            self.assertIn("Read-only file system", ended.stderr)
            self.assertIn("--state-dir", ended.stderr)


main()
