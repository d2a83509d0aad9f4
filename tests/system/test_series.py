#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Which files are one series, what changes in it, and in which order clients are told."""
import itertools
import struct

from mrqart_test import *

CONFIG = """
update_interval = {interval};
settle   = 200;
state_dir = "{where}/state";
database = "{where}/db.sqlite";
sources  = ( {{ plugin = "source-inotify"; paths = [ "{where}/watched" ]; }} );
checkers = ( {{ plugin = "checker-template"; }} );
sinks    = ( {{ plugin = "sink-http"; listen = "127.0.0.1:0"; }},
             {{ plugin = "sink-websocket"; listen = [ "127.0.0.1:0/ws", "127.0.0.1:0" ]; }} );
"""
LONG = 60000  # ms: longer than any test runs


def csa_series(protocol):
    """The elements of a Siemens CSA series header (SV10) that holds the protocol's text."""
    text = f"### ASCCONV BEGIN ###\n{protocol}\n### ASCCONV END ###".encode()
    items = struct.pack("<4i", len(text), len(text), 77, len(text)) + text
    items += bytes(-len(text) % 4)
    tag = (b"MrPhoenixProtocol".ljust(64, b"\0") + struct.pack("<i", 1) + b"UN\0\0" +
           struct.pack("<3i", 0, 1, 77) + items)
    header = b"SV10\4\3\2\1" + struct.pack("<2I", 1, 77) + tag
    header += bytes(len(header) % 2)
    return [(0x0029, 0x0010, "LO", "SIEMENS CSA HEADER"), (0x0029, 0x1020, "OB", header)]


class SeriesTest(DaemonTest):
    def begin(self, interval=0):
        """A daemon whose updates are interval ms apart, and a client of it."""
        if not (self.where / "db.sqlite").exists():
            make_database(self.where / "db.sqlite", TEMPLATE)
        for folder in ("session", "one", "two"):  # watched from the start: files keep their order
            (self.where / "watched" / folder).mkdir(parents=True)
        self.told = self.daemon(config=CONFIG.format(interval=interval, where=self.where))
        self.client = self.told.websocket()
        self.files = 0
        return self.told

    def write(self, folder="session", **values):
        self.files += 1
        values.setdefault("InstanceNumber", self.files)
        return write_dicom(self.told.folder / folder / f"{self.files:06}.dcm", **values)

    def events(self):
        """All events until as many files are counted as were written since the last call."""
        counted = 0

        def done(event):
            nonlocal counted
            if event["type"] == "error":
                counted += 1
            else:
                before = self.counts.get(event["series"]["key"], 0)
                counted += event["series"]["count"] - before
                self.counts[event["series"]["key"]] = event["series"]["count"]
            return counted == self.files - self.seen

        if not hasattr(self, "counts"):
            self.counts, self.seen = {}, 0
        events = self.client.events_until(done)
        self.seen = self.files
        return events

    def types(self):
        return [event["type"] for event in self.events()]


class Series(SeriesTest):
    def test_interleaved_series_are_announced_once(self):
        self.begin()
        for instance in range(1, 6):
            for number in (1, 2, 3):
                self.write(SeriesNumber=number, InstanceNumber=instance)
        self.assertEqual(self.types(), ["new"] * 3 + ["update"] * 12)
        numbers = [item["series"]["number"] for item in self.told.state()["AWP167046"]["history"]]
        self.assertEqual(numbers, [3, 2, 1])

    def test_without_uids_folder_number_and_name_tell_series_apart(self):
        self.begin()
        for folder, name in (("one", "x"), ("one", "x"), ("two", "x"), ("one", "y"), ("one", "x")):
            self.write(folder, SequenceName=name, SeriesInstanceUID=None, StudyInstanceUID=None,
                       SOPInstanceUID=f"1.2.3.{self.files}")
        events = self.events()
        self.assertEqual(sorted(e["type"] for e in events), ["new"] * 3 + ["update"] * 2)
        self.assertEqual({e["series"]["uid"] for e in events}, {None})
        self.assertEqual(len({e["series"]["key"] for e in events}), 3)
        history = self.told.state()["AWP167046"]["history"]
        self.assertEqual(sorted((h["series"]["name"], h["series"]["count"]) for h in history),
                         [("x", 1), ("x", 3), ("y", 1)])

    def test_volumes_of_a_split_series_are_one_whatever_their_numbers_and_studies(self):
        self.begin()
        split = r"ORIGINAL\PRIMARY\FMRI\NONE\ND\MFSPLIT"
        for number in (7, 8):
            for volume in range(1, 11):
                for image in (1, 2):
                    self.write(ImageType=split, SeriesNumber=1000 * number + volume,
                               StudyInstanceUID=f"1.2.3.{number}.{volume}")
        events = self.events()
        self.assertEqual([e["type"] for e in events], (["new"] + ["update"] * 19) * 2)
        self.assertEqual({e["series"]["number"] for e in events}, {7, 8})

    def test_several_uids_are_one_series_and_one_uid_may_be_of_several(self):
        self.begin()
        for image in range(6):
            self.write(SeriesNumber=10000, SeriesInstanceUID=f"1.2.3.{image % 3}")
        for values in ({"SeriesNumber": 1}, {"SeriesNumber": 2},
                       {"PatientID": "other", "PatientName": "other"}, {"StudyInstanceUID": "1.9"},
                       {"SequenceName": "other"}):
            self.write(**{"SeriesNumber": 1, "SeriesInstanceUID": "1.2.3.0", **values})
        self.assertEqual(self.types(), ["new"] + ["update"] * 5 + ["new"] * 5)

    def test_a_station_in_other_letters_is_the_same_as_it_was_spelt_last(self):
        self.begin()
        client = self.told.websocket("/?station=mrc35131")
        self.write(Station="mrc35131")
        self.write(Station="MRC35131")
        self.write(Station="MRC35131", SeriesNumber=2)
        self.write(Station="other1", SeriesNumber=3)
        self.write(Station="Mrc35131", SeriesNumber=2)
        self.events()
        state = self.told.state()
        self.assertEqual(set(state), {"Mrc35131", "other1"})
        self.assertEqual(state["Mrc35131"]["station"], "Mrc35131")
        self.assertEqual([h["series"]["count"] for h in state["Mrc35131"]["history"]], [2, 2])
        events = client.events_until(lambda e: e["station"] == "Mrc35131")
        self.assertEqual([(e["station"], e["station_seq"]) for e in events],
                         [("mrc35131", 1), ("MRC35131", 2), ("MRC35131", 3), ("Mrc35131", 4)])

    def test_a_value_that_changes_is_told_with_what_it_was(self):
        self.begin()
        changes = {"TE": ("33", "30", "33"), "TR": ("2000", "1300", "2000"), "FA": ("90", "60", "90"),
                   "Matrix": ((64, 0, 0, 64), "[94, 0, 0, 94]", "[64, 0, 0, 64]")}
        for number, (name, (value, before, after)) in enumerate(changes.items(), 1):
            for instance in range(1, 6):
                changed = {name: value} if instance >= 4 else {}
                self.write(SeriesNumber=number, InstanceNumber=instance, **changed)
            events = self.events()
            self.assertEqual([e["type"] for e in events],
                             ["new", "update", "update", "changed", "update"])
            told = events[3]
            self.assertEqual(told["content"]["changes"],
                             {name: {"from": before, "to": after, "instance": 4}})
            self.assertEqual(told["series"]["changes"], told["content"]["changes"])
            self.assertEqual(told["series"]["status"], "deviates")
            self.assertEqual(told["series"]["count"], 4)
            self.assertEqual(self.told.state()["AWP167046"]["content"], told["content"])

    def test_a_status_that_is_known_later_is_told_without_a_change(self):
        make_database(self.where / "db.sqlite")
        self.begin()
        self.write()
        self.assertEqual([e["content"]["status"] for e in self.events()], ["no-template"])
        make_database(self.where / "other.sqlite", TEMPLATE)
        (self.where / "other.sqlite").rename(self.where / "db.sqlite")
        self.write()
        self.write()
        events = self.events()
        self.assertEqual([e["type"] for e in events], ["changed", "update"])
        self.assertEqual(events[0]["content"]["changes"], {})
        self.assertEqual(events[0]["content"]["status"], "conforms")
        self.assertEqual(events[1]["series"]["status"], "conforms")
        entry = self.told.state()["AWP167046"]
        self.assertNotIn("changes", entry["content"])
        self.assertEqual(entry["content"]["status"], "conforms")

    def test_shims_that_change_are_told(self):
        self.begin()
        shims = "sAdjData.uiAdjShimMode = 2\nsGRADSPEC.asGPAData[0].lOffsetX = {}\n"
        for offset in (-11, -11, 250):
            self.write(extra=csa_series(shims.format(offset)))
        events = self.events()
        self.assertEqual([e["type"] for e in events], ["new", "update", "changed"])
        self.assertEqual(list(events[2]["content"]["changes"]), ["Shims"])
        self.assertEqual(events[2]["series"]["status"], "conforms")


class Document(SeriesTest):
    """docs/messages.md: its examples have the keys of the messages as they are."""

    def examples(self):
        text = (SOURCE / "docs/messages.md").read_text()
        blocks = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", text, re.S)]
        return {block["type"]: block for block in blocks if "type" in block}

    def test_examples_have_the_keys_of_real_messages(self):
        self.begin()
        examples = self.examples()
        self.write(TR="2000")
        self.write(TR="2000")
        self.write(TR="1300")
        (self.told.folder / "session" / "bad.dcm").write_bytes(b"no DICOM file at all")
        real = {"hello": self.client.hello}
        for event in self.client.events_until(lambda e: e["type"] == "error"):
            real[event["type"]] = event
        real["alive"] = self.client.event("alive")
        for name in real:
            self.assertEqual(set(examples[name]), set(real[name]), name)
        new, example = real["new"], examples["new"]
        self.assertEqual(set(example["series"]), set(new["series"]))
        self.assertEqual(set(example["content"]), set(new["content"]))
        self.assertEqual(set(example["content"]["findings"][0]), set(new["content"]["findings"][0]))
        self.assertLessEqual(set(example["content"]["input"]), set(new["content"]["input"]))
        self.assertLessEqual(set(example["content"]["template"]), set(new["content"]["template"]))
        for name in ("hello", "error"):
            self.assertEqual(set(examples[name]["content"]), set(real[name]["content"]))
        self.assertEqual(examples["changed"]["content"]["changes"]["TR"].keys(),
                         real["changed"]["content"]["changes"]["TR"].keys())


class NoChange(SeriesTest):
    def unchanged(self):
        events = self.events()
        self.assertEqual([e["type"] for e in events], ["new"] + ["update"] * (len(events) - 1))
        self.assertEqual(events[-1]["series"]["changes"], {})
        return events

    def test_three_echoes_in_all_orders(self):
        make_database(self.where / "db.sqlite", {**TEMPLATE, "TE": "12", "TEs": "12,28.5,45"})
        echoes = {1: "12", 2: "28.5", 3: "45"}
        outcomes = set()
        self.begin()
        for number, order in enumerate(itertools.permutations(echoes), 1):
            for volume in (1, 2):
                for echo in order:
                    self.write(SeriesNumber=number, EchoNumbers=str(echo),
                               TE=echoes[echo], InstanceNumber=volume,
                               SOPInstanceUID=f"1.2.3.{number}.{volume}.{echo}")
            last = self.unchanged()[-1]
            self.assertEqual(last["series"]["collected"], {"TE": ["12", "28.5", "45"]})
            outcomes.add(last["series"]["status"])
        self.assertEqual(outcomes, {"conforms"})

    def test_a_localizer_of_three_orientations(self):
        self.begin()
        orientations = {r"1\0\0\0\1\0": ("COL", (94, 0, 0, 94)),
                        r"1\0\0\0\0\-1": ("ROW", (0, 128, 96, 0)),
                        r"0\1\0\0\0\-1": ("COL", (64, 0, 0, 64))}
        for turn in range(3):
            for orientation, (direction, matrix) in orientations.items():
                self.write(ImageOrientationPatient=orientation, PED_major=direction, Matrix=matrix)
        self.assertEqual({e["series"]["changes"] == {} for e in self.events()}, {True})

    def test_a_diffusion_series(self):
        self.begin()
        for direction in range(40):
            self.write(SequenceType=f"ep_b{5 if direction % 8 == 0 else 1540}#{direction}")
        self.unchanged()

    def test_a_motion_corrected_series_with_comments_per_volume(self):
        self.begin()
        for volume in range(20):
            self.write(ImageType=r"DERIVED\PRIMARY\M\MOCO",
                       Comments=f"Motion: {volume / 100},0.01,-0.02")
        self.assertEqual(self.unchanged()[-1]["series"]["status"], "not-checked")


class Truncation(SeriesTest):
    """Whatever comes: a series that lacks an image is never called complete."""

    def bold(self, name, instance, cut=None, **values):
        values = {"ImageType": r"ORIGINAL\PRIMARY\M\ND\MOSAIC", "NumberOfTemporalPositions": 6,
                  "SeriesNumber": 9, "InstanceNumber": instance, **values}
        path = self.told.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(dicom_bytes(**values)[:cut])

    def series(self, number=9):
        history = self.told.state().get("AWP167046", {"history": []})["history"]
        found = [item["series"] for item in history if item["series"]["number"] == number]
        return found[0] if found else {"count": 0}

    def until_error(self, file):
        events = self.client.events_until(
            lambda e: e["type"] == "error" and e["content"]["file"] == file)
        return events[-1]["series"]

    def restart(self):
        self.assertEqual(self.told.stop(), 0)
        self.told.start()
        self.client = self.told.websocket()

    def counts(self, count, number=9):
        wait_for(lambda: self.series(number)["count"] == count, f"{count} images")

    def test_copies_fill_no_short_run_not_even_after_a_restart(self):
        self.begin()
        for instance in (1, 2, 3, 4):
            self.bold(f"session/{instance}.dcm", instance)
        self.counts(4)
        self.bold("session/1(1).dcm", 1)
        self.bold("session/5.dcm", 5)  # behind the copy: files of a folder keep their order
        self.counts(5)
        self.restart()
        self.bold("one/copy.dcm", 2)
        self.bold("one/torn.dcm", 3, cut=100)  # read after it
        self.until_error("torn.dcm")
        self.assertEqual(self.series()["count"], 5)
        self.assertEqual(self.series()["phase"], "running")

    def test_a_torn_file_is_charged_to_its_own_series_only(self):
        self.begin()
        for number in (10, 11):
            for instance in (1, 2):
                self.bold(f"session/001_{number:06}_{instance:06}.dcm", instance,
                          SeriesNumber=number)
        self.bold("session/001_000010_000003.dcm", 3, cut=200)
        self.assertEqual(self.until_error("001_000010_000003.dcm")["number"], 10)
        self.bold("session/x.dcm", 4, cut=-100, SeriesNumber=11)  # its header tells
        self.assertEqual(self.until_error("x.dcm")["number"], 11)
        self.bold("session/y.dcm", 4, cut=200)  # nothing tells
        self.assertIsNone(self.until_error("y.dcm"))
        self.assertEqual([self.series(n)["unreadable"] for n in (10, 11)], [1, 1])

    def test_a_torn_file_is_charged_rightly_after_a_restart(self):
        self.begin()
        for number in (10, 11):
            self.bold(f"session/001_{number:06}_000001.dcm", 1, SeriesNumber=number)
        self.counts(1, 11)
        self.restart()
        self.bold("session/001_000010_000002.dcm", 2, cut=200)
        self.assertEqual(self.until_error("001_000010_000002.dcm")["number"], 10)


class Pace(SeriesTest):
    def test_every_update_is_told_where_the_interval_is_0(self):
        self.begin(interval=0)
        for instance in range(200):
            self.write()
        self.assertEqual([e["content"] for e in self.events()[1:]], list(range(1, 200)))

    def test_the_last_update_is_always_told(self):
        self.begin(interval=50)
        for instance in range(500):
            self.write()
        events = self.events()
        self.assertEqual(events[-1]["content"], 499)
        contents = [e["content"] for e in events[1:]]
        self.assertEqual(contents, sorted(set(contents)))

    def test_a_waiting_update_goes_before_what_has_changed(self):
        self.begin(interval=LONG)
        for instance in range(5):
            self.write()
        self.write(TR="2000")
        events = self.client.events_until(lambda e: e["type"] == "changed")
        self.assertEqual([e["type"] for e in events], ["new", "update", "update", "changed"])
        self.assertEqual(events[2]["content"], 4)
        self.assertEqual(events[2]["series"]["status"], "conforms")

    def test_a_waiting_update_goes_before_an_error_of_its_folder(self):
        self.begin(interval=LONG)
        for instance in range(5):
            self.write("one")
            self.write("two", SeriesNumber=2)
        wait_for(lambda: all(item["series"]["count"] == 5 for item in
                             self.told.state().get("AWP167046", {}).get("history", [{"series": {"count": 0}}])),
                 "ten files counted")
        (self.told.folder / "one" / "bad.dcm").write_bytes(b"no DICOM file at all")
        events = self.client.events_until(lambda e: e["type"] == "error")
        self.assertEqual(events[-2]["type"], "update")
        self.assertEqual(events[-2]["content"], 4)
        self.assertEqual(events[-2]["series"]["number"], 1)
        self.assertEqual(events[-1]["station"], "AWP167046")
        self.assertEqual(events[-1]["series"]["number"], 1)
        self.assertEqual(events[-1]["content"]["file"], "bad.dcm")

    def test_what_waits_is_told_at_the_end(self):
        daemon = self.begin(interval=LONG)
        for instance in range(10):
            self.write()
        wait_for(lambda: daemon.state().get("AWP167046", {}).get("series", {}).get("count") == 10,
                 "ten files counted")
        daemon.signal(signal.SIGTERM)
        events = self.client.events_until(lambda e: e["content"] == 9)
        self.assertEqual([e["type"] for e in events], ["new", "update", "update"])

    def test_errors_of_a_folder_are_gathered(self):
        daemon = self.begin(interval=300)
        for number in range(30):
            (daemon.folder / f"bad{number}.dcm").write_bytes(b"no DICOM file at all")
        events = self.client.events_until(
            lambda e: e["type"] == "error" and e["content"]["count"] == 30)
        self.assertLess(len(events), 30)
        self.assertTrue(all(e["station"] is None and e["series"] is None for e in events))
        self.assertEqual(daemon.state(), {})


class Bounds(SeriesTest):
    def test_stations_beyond_the_64th_share_one(self):
        self.begin()
        for number in range(70):
            self.write(Station=f"S{number}", SeriesNumber=number)
            self.write(Station=f"S{number}", SeriesNumber=number)
        events = self.events()
        self.assertEqual([e["type"] for e in events].count("new"), 70)
        names = [e["station"] for e in events if e["type"] == "new"]
        self.assertEqual(names.count("other"), 6)
        self.assertEqual(len(self.told.state()), 65)

    def test_a_series_put_away_is_not_announced_again(self):
        self.begin()
        for number in range(66):
            self.write(SeriesNumber=number)
        self.write(SeriesNumber=0)
        events = self.events()
        self.assertEqual([e["type"] for e in events], ["new"] * 66 + ["update"])
        self.assertEqual(events[-1]["series"]["count"], 2)


main()
