#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""mrqart simulate: what its scanners send, that a seed repeats it, and what the daemon says of it."""
import collections

from mrqart_test import *

FIRST, SECOND = "AWP167046", "MRC45012"
BRAIN, HABIT = "Brain^wpc-8620", "Development^habit"


def simulate(*arguments, status=0):
    result = subprocess.run([str(MRQART), "simulate", *map(str, arguments)], capture_output=True,
                            text=True, timeout=WAIT * 4)
    assert result.returncode == status, (result.returncode, result.stdout + result.stderr)
    return result


def files_below(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


def values_of(*paths):
    """The header values of files that can be read, by path."""
    result = subprocess.run([str(MRQART), "tags", *map(str, paths)], capture_output=True, text=True,
                            timeout=WAIT)
    lines = map(json.loads, result.stdout.splitlines())
    return {pathlib.Path(line["file"]): line["values"] for line in lines}


def session(folder, seed=5):
    simulate("--once", "--speed", 0, "--seed", seed, folder)
    return folder


class Session(unittest.TestCase):
    """One session of each scanner, file by file."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="mrqart a session ")
        cls.addClassCleanup(folder.cleanup)
        cls.files = files_below(session(pathlib.Path(folder.name)))
        cls.values = values_of(*cls.files)

    def series(self, station, name):
        """Lists of values by series number, in the order in which they were written."""
        found = collections.defaultdict(list)
        for values in self.values.values():
            if (values["Station"], values["SequenceName"]) == (station, name):
                found[values["SeriesNumber"]].append(values)
        return [found[number] for number in sorted(found)]

    def test_each_scanner_has_a_folder_of_its_own_with_names_as_scanners_give_them(self):
        self.assertEqual(len({path.parent for path in self.files}), 2)
        for path in self.files:
            self.assertRegex(path.parent.name,
                             r"^\d{8}\.sim\d{5}(\.\d\d){3}(_\d\d){3}_STD_[0-9.]+$")
            self.assertRegex(path.name, r"^001_\d{6}_\d{6}\.dcm$")
        self.assertEqual({v["Station"] for v in self.values.values()}, {FIRST, SECOND})
        self.assertEqual({v["Project"] for v in self.values.values()}, {BRAIN, HABIT})

    def test_one_file_cannot_be_read_and_the_others_are_whole(self):
        torn = [path for path in self.files if path not in self.values]
        self.assertEqual(len(torn), 1)
        self.assertEqual(torn[0].stat().st_size, 1024)
        whole = subprocess.run(["dcmftest", *self.values], capture_output=True, text=True)
        self.assertEqual(whole.returncode, 0, whole.stdout)

    def test_every_instance_has_a_uid_of_its_own(self):
        uids = [values["SOPInstanceUID"] for values in self.values.values()]
        self.assertEqual(len(set(uids)), len(uids))
        self.assertEqual(len({v["StudyInstanceUID"] for v in self.values.values()}), 2)
        for uid in uids:
            self.assertRegex(uid, r"^2\.25\.[1-9]\d{1,38}$")

    def test_a_localizer_has_three_orientations(self):
        images, = self.series(FIRST, "localizer")
        self.assertEqual(len({tuple(v["ImageOrientationPatient"]) for v in images}), 3)
        self.assertEqual({v["PED_major"] for v in images}, {"ROW", "COL"})

    def test_raw_and_corrected_mprage_come_interleaved(self):
        raw, corrected = self.series(FIRST, "mprage_sag")
        self.assertEqual([v["AcqTime"] for v in raw], [v["AcqTime"] for v in corrected])
        self.assertIn("ND", raw[0]["ImageType"])
        self.assertIn("DIS2D", corrected[0]["ImageType"])

    def test_epi_volumes_are_a_repetition_time_apart(self):
        volumes, moco = self.series(FIRST, "RewardedAnti1")
        times = [float(v["AcqTime"][:2]) * 3600 + float(v["AcqTime"][2:4]) * 60 +
                 float(v["AcqTime"][4:]) for v in volumes]
        for before, after in zip(times, times[1:]):
            self.assertAlmostEqual(after - before, 1.3, places=5)
        self.assertIn("MOCO", moco[0]["ImageType"])
        self.assertEqual(len({v["Comments"] for v in moco}), len(moco))

    def test_echoes_directions_and_field_maps_differ_as_they_should(self):
        echoes, = self.series(SECOND, "Resting-state_ME")
        self.assertEqual({(v["EchoNumbers"], v["TE"]) for v in echoes},
                         {(1, 12.4), (2, 34.28), (3, 56.16)})
        directions, = self.series(FIRST, "dMRI_dir98_AP")
        self.assertGreater(len({v["SequenceType"] for v in directions}), 8)
        maps = [self.series(FIRST, f"SpinEchoFieldMap_{way}")[0][0] for way in ("AP", "PA")]
        self.assertEqual([v["Phase"] for v in maps], [0, 1])

    def test_siemens_headers_are_there(self):
        values = self.series(FIRST, "RewardedAnti1")[0][0]
        self.assertEqual(values["iPAT"], "p2")
        self.assertEqual(values["BWPPE"], 20.559)
        self.assertEqual(values["SequenceFile"], "%CustomerSeq%/cmrr_mbep2d_bold")
        self.assertEqual(values["Shims"], "-2173,-2599,7633,33,30,-81,130,22,123261657,1")
        self.assertEqual(values["PixelResol"], [2.2978723049164, 2.2978723049164])
        self.assertIsNone(values["FoV"])

    def test_a_tr_deviates_and_the_series_is_repeated(self):
        wrong, repeat = self.series(FIRST, "RewardedAnti2")
        self.assertEqual(({v["TR"] for v in wrong}, {v["TR"] for v in repeat}), ({2000}, {1300}))

    def test_values_change_in_the_middle_of_a_series(self):
        images, = self.series(FIRST, "rest_AP")
        self.assertEqual(len({v["FA"] for v in images}), 2)
        self.assertEqual(len({v["Shims"] for v in images}), 2)

    def test_a_structured_report_ends_the_session(self):
        report, = self.series(SECOND, "PhoenixZIPReport")
        self.assertEqual(report[0]["Modality"], "SR")


class Runs(DaemonTest):
    def test_a_seed_repeats_every_byte_and_another_gives_other_uids(self):
        one, two = session(self.where / "one"), session(self.where / "two")
        other = session(self.where / "other", seed=6)
        names = [path.relative_to(one) for path in files_below(one)]
        self.assertEqual(names, [path.relative_to(two) for path in files_below(two)])
        for name in names:
            self.assertEqual((one / name).read_bytes(), (two / name).read_bytes(), name)
        uids = [{v["SeriesInstanceUID"] for v in values_of(*files_below(folder)).values()}
                for folder in (one, other)]
        self.assertFalse(uids[0] & uids[1])

    def test_a_run_stops_and_goes_on_where_it_is_told_to(self):
        def run(folder, *options):
            folder = self.where / folder
            simulate("--once", "--speed", 0, "--seed", 5, *options, folder)
            values = [v for v in values_of(*files_below(folder)).values()
                      if (v["Station"], v["SequenceName"]) == (FIRST, "RewardedAnti1")
                      and "MOCO" not in str(v["ImageType"])]
            self.assertEqual({v["NumberOfTemporalPositions"] for v in values}, {30})
            return len(values)
        self.assertEqual(run("stopped", "--stop-after", 20), 20)
        self.assertEqual(run("paused", "--stop-after", 20, "--pause", 1), 30)

    def test_rounds_have_new_uids_old_ones_go_and_sigterm_ends_it(self):
        folder = self.where / "rounds"
        process = subprocess.Popen([str(MRQART), "simulate", "--speed", "0", str(folder)],
                                   stdout=subprocess.PIPE, text=True)
        studies, seen = set(), set()

        def many_rounds():
            for path in folder.glob("*/001_000001_000001.dcm"):
                if path not in seen:
                    seen.add(path)
                    studies.update(v["StudyInstanceUID"] for v in values_of(path).values())
            return len(seen) > 12

        wait_for(many_rounds, "sessions of several rounds")
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=WAIT)
        self.assertEqual(process.returncode, 0)
        self.assertIn("files written to", output)
        self.assertGreater(len(studies), 6)
        self.assertLessEqual(len(list(folder.iterdir())), 10)  # 2 scanners, 4 kept and one open

    def test_what_is_asked_wrongly_is_2_and_says_what_is_right(self):
        for words, message in ((["--speed", "fast", "x"], "--speed fast: give a number"),
                               (["--speed", "-1", "x"], "--speed -1: give a number"),
                               (["--seed", "1.5", "x"], "--seed 1.5: give a whole number"),
                               (["--archive", "0", "x"], "--archive 0: give a whole number of 1"),
                               (["--archive", "1", "--from", "y", "x"], "exclude each other"),
                               (["--pause", "3", "x"], "--pause needs --stop-after"),
                               (["--stop-after", "0", "x"], "a whole number of 1"),
                               (["--stop-after", "9", "--archive", "1", "x"], "streams only"),
                               (["--fast", "x"], "--help shows"), ([], "one folder"),
                               (["x", "y"], "one folder")):
            self.assertIn(message, simulate(*words, status=2).stderr)
        self.assertIn("examples:", simulate("--help").stdout)
        self.assertIn("no DICOM file below", simulate("--from", self.where, self.where / "x",
                                                      status=1).stderr)
        self.assertIn("cannot make the folder", simulate("--once", "/proc/none", status=1).stderr)


class Replay(DaemonTest):
    def replay(self, *arguments):
        """(output, the values of the copies in their order)"""
        self.copies = self.where / "the copies"
        result = simulate("--from", self.where / "real files", "--once", "--speed", 0, *arguments,
                          self.copies)
        names = sorted(files_below(self.copies), key=lambda path: path.name[-10:])
        return result, list(values_of(*names).values())

    def real(self, name, **values):
        return write_dicom(self.where / "real files" / name, **values)

    def test_real_files_come_in_the_order_of_their_acquisition_with_new_uids(self):
        self.real("a/IM1", AcqDate="20260102", AcqTime="080000.5", SeriesNumber=1)
        self.real("b/IM2", AcqDate="20260101", AcqTime="235959.5", SeriesNumber=2)
        self.real("b/IM3", AcqDate="20260102", AcqTime="080000.25", SeriesNumber=1,
                  InstanceNumber=2)
        self.real("z", AcqDate="20260102", AcqTime="080000.5", SeriesNumber=3)
        result, copies = self.replay()
        self.assertIn("4 files written", result.stdout)
        self.assertEqual([v["SeriesNumber"] for v in copies], [2, 1, 1, 3])
        self.assertEqual([v["AcqTime"] for v in copies],
                         ["235959.5", "080000.25", "080000.5", "080000.5"])
        self.assertEqual(len({v["StudyInstanceUID"] for v in copies}), 1)
        self.assertEqual(copies[1]["SeriesInstanceUID"], copies[2]["SeriesInstanceUID"])
        self.assertEqual(len({v["SOPInstanceUID"] for v in copies}), 4)
        for values in copies:
            for name in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"):
                self.assertTrue(values[name].startswith("2.25."), values[name])

    def test_series_that_interleaved_do_so_again(self):
        for number in (1, 2):
            for instance in (1, 2, 3):
                self.real(f"{number}/{instance}", SeriesNumber=number, InstanceNumber=instance)
        self.assertEqual([v["SeriesNumber"] for v in self.replay()[1]], [1, 2] * 3)

    def test_all_other_values_stay_as_they_are(self):
        real = self.real("a", SpecificCharacterSet="ISO_IR 192", Operator="Jörg", TR="1300.0")
        renewed = {"StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"}
        before, after = values_of(real)[real], self.replay()[1][0]
        for name in before.keys() - renewed:
            self.assertEqual(before[name], after[name], name)

    def test_what_is_no_dicom_or_cut_short_is_passed_over(self):
        self.real("good")
        (self.where / "real files" / "notes.txt").write_text("no DICOM\n" * 100)
        (self.where / "real files" / "cut").write_bytes(dicom_bytes()[:-100])
        result, copies = self.replay()
        self.assertEqual(len(copies), 1)
        self.assertIn("cut is passed over", result.stderr)


class Verdicts(DaemonTest):
    """The simulated session through a real daemon: these verdicts, and no others."""

    EXPECTED = {
        (FIRST, 1, "localizer"): ("conforms", 9), (FIRST, 2, "mprage_sag"): ("conforms", 48),
        (FIRST, 3, "mprage_sag"): ("conforms", 48),
        (FIRST, 4, "SpinEchoFieldMap_AP"): ("conforms", 3),
        (FIRST, 5, "SpinEchoFieldMap_PA"): ("conforms", 3),
        (FIRST, 6, "RewardedAnti1"): ("conforms", 30),
        (FIRST, 7, "RewardedAnti1"): ("not-checked", 30),
        (FIRST, 8, "RewardedAnti2"): ("deviates", 16), (FIRST, 9, "RewardedAnti2"): ("conforms", 30),
        (FIRST, 10, "Resting-state_ME"): ("conforms", 71),
        (FIRST, 11, "dMRI_dir98_AP"): ("conforms", 16),
        (FIRST, 12, "pilot_newtask"): ("no-template", 12),
        (FIRST, 13, "rest_AP"): ("deviates", 24),
        (FIRST, 99, "PhoenixZIPReport"): ("not-checked", 1),
        (SECOND, 1, "localizer"): ("conforms", 9), (SECOND, 2, "rest_AP"): ("conforms", 40),
        (SECOND, 3, "mprage_sag"): ("conforms", 48), (SECOND, 4, "mprage_sag"): ("conforms", 48),
        (SECOND, 5, "SpinEchoFieldMap_AP"): ("conforms", 3),
        (SECOND, 6, "Resting-state_ME"): ("conforms", 72),
        (SECOND, 7, "rest_PA"): ("conforms", 20), (SECOND, 8, "dMRI_dir98_AP"): ("conforms", 16),
        (SECOND, 99, "PhoenixZIPReport"): ("not-checked", 1),
    }

    def seen(self):
        return {(station, item["series"]["number"], item["series"]["name"]):
                (item["series"]["status"], item["series"]["count"])
                for station, about in self.daemons[0].state().items()
                for item in about["history"]}

    def test_a_session_against_templates_of_the_past(self):
        simulate("--archive", 5, self.where / "history")
        subprocess.run([str(MRQART), "db", "import", "--database", str(self.where / "db.sqlite"),
                        str(self.where / "history")], check=True, capture_output=True)
        daemon = self.daemon()
        client = daemon.websocket()
        simulate("--once", "--speed", 0, daemon.folder)
        try:
            wait_for(lambda: self.seen() == self.EXPECTED, "the verdicts", WAIT * 2)
        except AssertionError:
            self.assertEqual(self.seen(), self.EXPECTED)
        last, events = int(daemon.get("/state")[1]["MRQART-Seq"]), []
        client.events_until(lambda event: events.append(event) or (
            event["seq"] >= last and any(e["type"] == "error" for e in events)))
        self.assertEqual(sum(e["type"] == "error" for e in events), 1)
        changed = [event for event in events if event["type"] == "changed"]
        self.assertEqual([(e["station"], e["series"]["name"]) for e in changed],
                         [(FIRST, "rest_AP")])
        self.assertEqual(set(changed[0]["content"]["changes"]), {"FA", "Shims"})
        deviating = [event["content"]["errors"] for event in events if event["type"] == "new"
                     and event["content"]["status"] == "deviates"]
        self.assertEqual(deviating, [{"TR": {"expect": "1300", "have": "2000"}}])


main()
