#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How series stall, resume and end, stations fall silent, and repeats are linked."""
import datetime

from mrqart_test import *

CONFIG = """
update_interval = {interval};
database = "{where}/db.sqlite";
stall_after = {stall_after};
stall_gaps = {stall_gaps};
silence = {silence};
session_end = {session_end};
sources  = ( {{ plugin = "source-inotify"; paths = [ "{where}/watched" ]; }} );
checkers = ( {{ plugin = "checker-template"; }} );
sinks    = ( {{ plugin = "sink-http"; listen = "127.0.0.1:0"; }},
             {{ plugin = "sink-websocket"; listen = [ "127.0.0.1:0/ws", "127.0.0.1:0" ]; }} );
"""
LONG = 3600  # s: longer than any test runs
THRESHOLDS = {"interval": 0, "stall_after": LONG, "stall_gaps": 0, "silence": 0, "session_end": 0}
EVENTS = ("new", "update", "changed", "error", "stalled", "resumed", "ended", "silent")
MOSAIC = r"ORIGINAL\PRIMARY\M\ND\MOSAIC"


class PhasesTest(DaemonTest):
    def text(self, **thresholds):
        return CONFIG.format(where=self.where, **{**THRESHOLDS, **thresholds})

    def begin(self, **thresholds):
        """A daemon with thresholds in seconds; what is not named does not happen."""
        make_database(self.where / "db.sqlite", TEMPLATE)
        (self.where / "watched/session").mkdir(parents=True)
        self.told = self.daemon(config=self.text(**thresholds))
        self.client = self.told.websocket()
        self.files = 0
        return self.told

    def restart(self, **thresholds):
        """The same daemon with other thresholds, and a new client."""
        self.assertEqual(self.told.stop(), 0)
        self.told.config = self.text(**thresholds)
        self.told.start()
        self.client = self.told.websocket()

    def reload(self, **thresholds):
        (self.told.where / "mrqart.conf").write_text(self.text(**thresholds))
        self.told.signal(signal.SIGHUP)

    def write(self, number=1, due=None, **values):
        """One file of a series; due: how many the header promises."""
        self.files += 1
        if due:
            values = {"ImageType": MOSAIC, "NumberOfTemporalPositions": due, **values}
        values.setdefault("InstanceNumber", self.files)
        write_dicom(self.told.folder / "session" / f"{self.files:06}.dcm", SeriesNumber=number,
                    **values)

    def counted(self, number=1, count=1):
        """Waits for the message that the series has so many files."""
        while True:
            event = self.client.event("new", "update", "changed")
            if event["series"]["number"] == number and event["series"]["count"] == count:
                return event

    def until(self, *types):
        """All events up to the first of one of the types."""
        events = []
        while not events or events[-1]["type"] not in types:
            events.append(self.client.event(*EVENTS))
        return events

    def series(self, number=1):
        history = self.told.state()["AWP167046"]["history"]
        found = [entry["series"] for entry in history if entry["series"]["number"] == number]
        return found[0] if found else {"phase": None}


class Stall(PhasesTest):
    def test_images_are_due_and_do_not_come(self):
        self.begin(stall_after=0.1)
        for _ in range(3):
            self.write(due=420)
        self.counted(count=3)
        stalled = self.client.event("stalled")
        self.assertEqual(stalled["content"].keys(), {"silent", "gap", "count", "expected"})
        self.assertEqual((stalled["content"]["count"], stalled["content"]["expected"]), (3, 420))
        self.assertGreaterEqual(stalled["content"]["silent"], 0.1)
        self.assertEqual(stalled["content"]["gap"], stalled["series"]["gap"])
        self.assertEqual(stalled["series"]["phase"], "stalled")
        self.assertEqual(self.series()["phase"], "stalled")
        self.write(due=420)
        events = self.until("update")
        self.assertEqual([e["type"] for e in events], ["resumed", "update"])
        self.assertGreaterEqual(events[0]["content"]["silent"], stalled["content"]["silent"])
        self.assertEqual([e["series"]["count"] for e in events], [4, 4])
        self.assertEqual(events[1]["series"]["phase"], "running")
        self.client.event("stalled")  # it may stall again

    def test_nothing_stalls_where_nobody_knows_what_is_due(self):
        self.begin(stall_after=0.05)
        self.write()
        self.assertEqual([e["type"] for e in self.until("ended")], ["new", "ended"])

    def test_images_of_an_earlier_series_that_are_late_are_no_next_series(self):
        self.begin(stall_after=0.2, silence=LONG)
        self.write(5, due=420)
        self.counted(5)
        for _ in range(3):
            self.write(4)  # a reconstruction that took long
        events = self.until("stalled", "ended")
        self.assertEqual((events[-1]["type"], events[-1]["series"]["number"]), ("stalled", 5))

    def test_the_waiting_update_is_told_first(self):
        self.begin(stall_after=0.1, interval=LONG * 10)
        for _ in range(4):
            self.write(due=420)
        events = self.until("stalled")
        self.assertEqual(events[-2]["content"], 3)


class End(PhasesTest):
    def test_the_count_is_reached(self):
        self.begin()
        for _ in range(3):
            self.write(due=3)
        events = self.until("ended")
        self.assertEqual([e["type"] for e in events], ["new", "update", "update", "ended"])
        self.assertEqual(events[-1]["content"], {"count": 3, "expected": 3, "incomplete": False,
                                                 "reason": "complete"})
        self.assertEqual(events[-1]["series"]["phase"], "ended")

    def test_the_next_series_begins(self):
        self.begin(stall_after=0.3)
        self.write(1, due=420)
        self.counted(1)
        self.write(2)
        ended = self.client.event("ended", "stalled")
        self.assertEqual((ended["series"]["number"], ended["type"]), (1, "ended"))
        self.assertEqual(ended["content"], {"count": 1, "expected": 420, "incomplete": True,
                                            "reason": "next-series"})
        self.assertTrue(self.series(1)["incomplete"])

    def test_silence_after_a_stall(self):
        self.begin(stall_after=0.05, silence=0.3)
        self.write(due=420)
        events = self.until("silent")
        self.assertEqual([e["type"] for e in events], ["new", "stalled", "ended", "silent"])
        self.assertEqual(events[2]["content"], {"count": 1, "expected": 420, "incomplete": True,
                                                "reason": "silence"})

    def test_a_late_image_opens_it_again(self):
        self.begin(stall_after=0.05, silence=0.1)
        self.write(due=3)
        self.assertTrue(self.client.event("ended")["series"]["incomplete"])
        self.write(due=3)
        late = self.client.event("update")["series"]
        self.assertEqual((late["phase"], late["incomplete"], late["count"]), ("running", False, 2))
        self.assertEqual(self.client.event("ended")["content"]["count"], 2)
        self.write(due=3)
        self.assertEqual(self.client.event("ended")["content"],
                         {"count": 3, "expected": 3, "incomplete": False, "reason": "complete"})

    def test_series_that_interleave_do_not_end_each_other(self):
        self.begin()
        for _ in range(20):
            for number in (1, 2, 3):
                self.write(number, due=20)
        ended = []
        while len(ended) < 3:
            ended += [e for e in self.until("ended") if e["type"] == "ended"]
        self.assertEqual(sorted(e["series"]["number"] for e in ended), [1, 2, 3])
        self.assertEqual({e["content"]["reason"] for e in ended}, {"complete"})


@unittest.skipUnless((DATA / "golden.jsonl").exists(), f"no real DICOM files in {DATA}")
class Expected(PhasesTest):
    """What real headers say of how many images there will be."""

    def test_runs_of_volumes_tell(self):
        self.begin()
        due = {"dcm_qa/Orientation/ax/axasc35": 2, "dcm_qa_stc/Siemens/B12": 2,
               "dcm_qa_stc/Siemens/D13": 6, "dcm_qa_stc/Siemens/E11": 22,
               "dcm_qa_stc/Siemens/B15": None, "dcm_qa/TotalReadoutTime": None,
               "dcm_qa_stc/GE/ProtocolDataBlock": 150, "dcm_qa_stc/GE/RTIA/": 128,
               "dcm_qa_stc/GE/RTIAold": 185, "dcm_qa_philips/Magdeburg_2014": 27,
               "dcm_qa_philips/Bangalore_2008": None, "dcm_qa_uih": None, "dcm_qa_xa30": None}
        for number, (place, expected) in enumerate(due.items()):
            path = next(p for p in sorted((DATA / "dicom").rglob("*"))
                        if p.is_file() and place in str(p))
            shutil.copy(path, self.told.folder / "session" / f"{number}.dcm")
            with self.subTest(place=place):
                self.assertEqual(self.client.event("new")["series"]["expected"], expected)


class Run(PhasesTest):
    """Interoperability mode: each volume has a series of its own, and a number one higher."""

    def volume(self, number, **values):
        self.write(number, ImageType=r"ORIGINAL\PRIMARY\M\ND\MFSPLIT",
                   SeriesInstanceUID=f"1.2.3.4.{number}", **values)

    def test_a_run_that_rises_by_one_per_volume_is_one_series_with_one_end(self):
        self.begin(stall_after=LONG)
        for number in range(10, 20):
            self.volume(number)
        self.counted(10, 10)
        self.write(20)
        self.counted(20)
        self.reload(stall_after=0.01)
        events = self.until("ended")
        self.assertEqual([e["type"] for e in events], ["ended"])
        self.assertEqual(events[0]["content"], {"count": 10, "expected": None, "incomplete": False,
                                                "reason": "next-series"})

    def test_a_run_is_repeated_by_the_next_of_its_name(self):
        self.begin()
        for number in (10, 11):
            self.volume(number, TR="2000")
        self.write(12, SequenceName="Other")
        self.volume(13)
        self.assertEqual(self.counted(13)["series"]["repeats"]["number"], 10)


class Restart(PhasesTest):
    def test_a_stalled_series_resumes(self):
        self.begin(stall_after=0.05, silence=LONG)
        self.write(due=420)
        self.client.event("stalled")
        before = self.series()
        self.restart(stall_after=0.05, silence=LONG)
        self.assertEqual(self.series(), before)
        self.write(due=420)
        self.assertEqual([e["type"] for e in self.until("update")], ["resumed", "update"])

    def test_a_run_that_stopped_during_the_restart_stalls(self):
        self.begin(silence=LONG)
        self.write(due=420)
        self.counted()
        self.restart(silence=LONG)
        self.reload(stall_after=0.1, silence=LONG)
        self.assertEqual([e["type"] for e in self.until("stalled", "ended")], ["stalled"])

    def test_a_running_series_that_gets_nothing_ends(self):
        self.begin(silence=LONG)
        self.write(due=420)
        self.counted()
        self.restart()
        self.reload(stall_after=0.05)
        ended = self.until("ended")
        self.assertEqual(len(ended), 1)
        self.assertEqual(ended[0]["content"], {"count": 1, "expected": 420, "incomplete": True,
                                            "reason": "silence"})

    def test_what_has_ended_is_not_told_again(self):
        self.begin(stall_after=0.05)
        self.write(due=420)
        self.client.event("ended")
        before = self.series()
        self.restart(stall_after=0.05)
        self.assertEqual(self.series(), before)
        self.assertEqual((before["phase"], before["incomplete"]), ("ended", True))
        self.write(2)
        self.assertEqual([e["type"] for e in self.until("ended")], ["new", "ended"])

    def test_a_silent_station_stays_so(self):
        self.begin(silence=0.1)
        self.write()
        since = self.client.event("silent")["content"]["since"]
        self.restart(silence=0.1)
        self.assertEqual(self.told.state()["AWP167046"]["silent"], since)
        self.write(2)
        self.assertEqual([e["type"] for e in self.until("silent")], ["new", "silent"])

    def test_files_that_came_meanwhile_complete_it_and_stall_nothing(self):
        self.begin()
        self.write(1, due=4)
        self.counted(1)
        self.assertEqual(self.told.stop(), 0)
        for _ in range(3):
            self.write(1, due=4)
        self.write(2, due=420)
        self.told.config = self.text(stall_after=0.05, silence=LONG, session_end=0.2)
        self.told.start()
        wait_for(lambda: self.series(2)["phase"] == "ended", "the end of a series caught up with")
        self.assertEqual([self.series(n)["incomplete"] for n in (1, 2)], [False, True])
        self.assertEqual([self.series(n)["gap"] for n in (1, 2)], [None, None])


class Document(PhasesTest):
    """docs/messages.md: its examples have the keys of the messages as they are."""

    def test_examples_have_the_keys_of_real_messages(self):
        text = (SOURCE / "docs/messages.md").read_text()
        blocks = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", text, re.S)]
        examples = {block["type"]: block for block in blocks if "type" in block}
        self.begin(stall_after=0.05, silence=LONG)
        self.write(due=420)
        real = {"stalled": self.client.event("stalled")}
        self.write(due=420)
        real["resumed"] = self.client.event("resumed")
        self.reload(stall_after=0.05, silence=0.1)
        real["ended"] = self.client.event("ended")
        real["silent"] = self.client.event("silent")
        for name, message in real.items():
            self.assertEqual(set(examples[name]), set(message), name)
            self.assertEqual(set(examples[name]["content"]), set(message["content"]), name)


class Silent(PhasesTest):
    def test_a_station_falls_silent_until_its_next_image(self):
        self.begin(silence=0.2)
        self.write()
        silent = self.client.event("silent")
        self.assertGreaterEqual(silent["content"]["silent"], 0.2)
        datetime.datetime.fromisoformat(silent["content"]["since"])
        self.assertEqual(self.told.state()["AWP167046"]["silent"], silent["content"]["since"])
        self.reload(silence=0)
        self.write()
        self.counted(count=2)
        self.assertIsNone(self.told.state()["AWP167046"]["silent"])

    def test_a_session_ends_in_silence(self):
        self.begin(silence=0.1, session_end=0.3)
        self.write()
        self.client.event("silent")
        over = self.client.event("silent")
        self.assertEqual(over["content"], {"silent": None, "since": None})
        self.assertIsNone(self.told.state()["AWP167046"]["silent"])
        self.assertEqual(over["series"]["phase"], "ended")


class Repeats(PhasesTest):
    def test_a_repeat_of_what_deviates_is_linked(self):
        self.begin()
        self.write(7, TR="2000")
        first = self.counted(7)["series"]
        self.write(8, SequenceName="Other")
        self.assertIsNone(self.counted(8)["series"]["repeats"])
        self.write(9, ImageType=r"ORIGINAL\PRIMARY\P\ND")
        self.assertIsNone(self.counted(9)["series"]["repeats"])
        self.write(10)
        self.assertEqual(self.counted(10)["series"]["repeats"], {"key": first["key"], "number": 7})
        self.write(11)
        self.assertIsNone(self.counted(11)["series"]["repeats"])
        self.write(12, StudyInstanceUID="1.2.3.2")
        self.assertIsNone(self.counted(12)["series"]["repeats"])
        self.restart()
        self.assertEqual(self.series(10)["repeats"], {"key": first["key"], "number": 7})


main()
