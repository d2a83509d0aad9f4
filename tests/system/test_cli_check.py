#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""mrqart check and mrqart db: verdicts, exit codes, and archives that become templates."""
import contextlib
import os
import pty
import sqlite3
import termios

from mrqart_test import *
from site_checker import build_checker


class CommandTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="mrqart-")
        self.addCleanup(folder.cleanup)
        self.where = pathlib.Path(folder.name)
        self.database = self.where / "db.sqlite"

    def run_it(self, *arguments, status=0, **options):
        result = subprocess.run([str(MRQART), *map(str, arguments)], capture_output=True, text=True,
                                timeout=120, **options)
        self.assertEqual(result.returncode, status, result.stdout + result.stderr)
        return result

    def check(self, *arguments, status=0):
        return self.run_it("check", "--database", self.database, *arguments, status=status)

    def db(self, action, *arguments, status=0):
        return self.run_it("db", action, "--database", self.database, *arguments, status=status)

    def value(self, query):
        database = sqlite3.connect(self.database)
        row = database.execute(query).fetchone()
        database.close()
        return row[0] if row else None


class Check(CommandTest):
    def test_a_conforming_file_is_0(self):
        make_database(self.database, TEMPLATE)
        path = write_dicom(self.where / "a.dcm")
        self.assertEqual(self.check(path).stdout,
                         f"{path}: conforms (10 parameters, template seen 10 times)\n")

    def test_a_deviating_file_is_1_and_says_what_deviates(self):
        make_database(self.database, TEMPLATE)
        good, bad = write_dicom(self.where / "a.dcm"), write_dicom(self.where / "b.dcm", TR="2000")
        lines = self.check(good, bad, status=1).stdout.splitlines()
        self.assertEqual(lines[1], f"{bad}: deviates (10 parameters, template seen 10 times)")
        self.assertEqual(lines[2], "  TR is 2000 ms, template 1300 ms (seen 10 times)")

    def test_what_cannot_be_checked_is_2_and_the_others_go_on(self):
        make_database(self.database, TEMPLATE)
        good = write_dicom(self.where / "a.dcm")
        torn = self.where / "torn.dcm"
        torn.write_bytes(dicom_bytes()[:-100])
        os.mkfifo(self.where / "fifo.dcm")
        result = self.check(torn, self.where / "none.dcm", self.where / "fifo.dcm", good, status=2)
        self.assertIn(": conforms", result.stdout)
        self.assertIn("torn.dcm: the file ends after", result.stderr)
        self.assertIn("none.dcm: No such file", result.stderr)
        self.assertIn("fifo.dcm: is no file", result.stderr)

    def test_a_template_seen_twice_only_warns(self):
        make_database(self.database, {**TEMPLATE, "n": 2})
        path = write_dicom(self.where / "a.dcm", FA="90")
        output = self.check(path).stdout
        self.assertIn(": warns", output)
        self.assertIn("  check: FA is 90°, template 60° (seen twice only)", output)

    def test_without_template_or_database_it_says_so(self):
        make_database(self.database)
        path = write_dicom(self.where / "a.dcm")
        self.assertIn('no-template for "RewardedAnti" of project "Brain^wpc-8620"',
                      self.check(path).stdout)
        self.database.write_bytes(b"no database" * 500)
        self.assertIn("is not a database", self.check(path, status=2).stderr)
        self.database.unlink()
        result = self.check(path, status=2)
        self.assertIn(": no-template", result.stdout)
        self.assertIn("mrqart db init", result.stderr)

    def test_strictly_warnings_and_missing_templates_have_a_status(self):
        make_database(self.database, {**TEMPLATE, "n": 2}, {**TEMPLATE, "SequenceName": "ten"})
        good, warns = write_dicom(self.where / "a.dcm"), write_dicom(self.where / "b.dcm", FA="9")
        none = write_dicom(self.where / "c.dcm", SequenceName="new")
        bad = write_dicom(self.where / "d.dcm", SequenceName="ten", FA="9")
        self.check(warns, none)
        self.check("--strict", good)
        self.check("--strict", good, none, status=4)
        self.check("--strict", none, warns, status=3)
        self.check("--strict", warns, bad, none, status=1)
        self.check("--strict", bad, self.where / "no-file", status=2)

    def test_a_localizer_is_judged_as_the_daemon_does(self):
        make_database(self.database, {**TEMPLATE, "Matrix": "[256, 0, 0, 256]", "n": 9})
        orientations = ((r"1\0\0\0\1\0", "COL", (256, 0, 0, 256)),
                        (r"0\1\0\0\0\-1", "ROW", (0, 256, 256, 0)),
                        (r"1\0\0\0\0\-1", "ROW", (0, 256, 256, 0)))
        def series(number, orders):
            for instance, at in enumerate(orders, 1):
                orientation, ped, matrix = orientations[at]
                write_dicom(self.where / f"s{number}" / f"MR.{instance}", SeriesNumber=number,
                            InstanceNumber=instance, ImageOrientationPatient=orientation,
                            PED_major=ped, Matrix=matrix)
            return self.where / f"s{number}"
        for more in ([], ["--json"]):
            output = self.check(*more, series(1, (0, 1, 2, 0))).stdout
            self.assertEqual(output.count("conforms"), 4 * (1 + len(more)), output)
        output = self.check(series(2, (1, 0, 2)), status=1).stdout
        self.assertEqual(output.count("deviates"), 1)
        self.assertIn('Matrix is "[0, 256, 256, 0]", template "[256, 0, 0, 256]"', output)

    def test_of_a_folder_all_images_are_taken(self):
        make_database(self.database, TEMPLATE)
        folder = self.where / "session"
        for name in ("IM_0002", "sub/88972356", "sub/a.dcm"):
            write_dicom(folder / name)
        for name in ("._a.dcm", "notes.txt", "@eaDir/a.dcm", "DICOMDIR"):
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_bytes(b"what is no image " * 20)
        result = self.check(folder)
        self.assertEqual([line.split(":")[0][len(str(folder)) + 1:]
                          for line in result.stdout.splitlines()],
                         ["IM_0002", "sub/88972356", "sub/a.dcm"])
        self.assertIn("1 files in folders are no DICOM files", result.stderr)
        (folder / "torn.dcm").write_bytes(b"")
        self.assertIn("torn.dcm", self.check(folder, status=2).stderr)

    def test_the_checkers_of_a_configuration_are_used_with_their_options(self):
        make_database(self.database, TEMPLATE)
        config = self.where / "mrqart.conf"
        config.write_text(f"""database = "{self.database}"; sources = ( );
            checkers = ( {{ plugin = "checker-template"; compared = [ "TR" ]; }} ); sinks = ( );
            sources = ( {{ plugin = "source-inotify"; paths = [ "{self.where}" ]; }} );"""
                          .replace("sources = ( );", ""))
        path = write_dicom(self.where / "a.dcm", FA="9")
        self.check(path, status=1)
        self.assertIn(": conforms (1 parameters", self.run_it("check", "-c", config, path).stdout)
        config.write_text("nonsense = 1;")
        self.assertIn("nonsense", self.run_it("check", "-c", config, path, status=2).stderr)

    def test_derived_images_are_not_checked(self):
        make_database(self.database, TEMPLATE)
        path = write_dicom(self.where / "a.dcm", ImageType=r"DERIVED\PRIMARY\MOCO", TR="1")
        self.assertIn(": not-checked: derived image (MOCO)", self.check(path).stdout)

    def test_the_context_says_what_may_be_absent(self):
        make_database(self.database, {**TEMPLATE, "FoV": "FoV 200*200"})
        path = write_dicom(self.where / "a.dcm")
        self.check("--context", "realtime", path)
        output = self.check("--context", "archive", path, status=1).stdout
        self.assertIn('FoV is not in the header, template "FoV 200*200" (seen 10 times)', output)
        self.assertIn("realtime or archive", self.check("--context", "x", path, status=2).stderr)

    def test_json_has_a_line_per_file(self):
        make_database(self.database, TEMPLATE)
        path = write_dicom(self.where / "a.dcm", TR="2000")
        lines = self.check("--json", path, self.where / "none", status=2).stdout.splitlines()
        first, second = map(json.loads, lines)
        self.assertEqual(first["file"], str(path))
        result = first["result"]
        self.assertEqual(result["status"], "deviates")
        self.assertIs(result["conforms"], False)
        self.assertEqual(result["errors"], {"TR": {"expect": "1300", "have": "2000"}})
        self.assertEqual(result["input"]["TR"], 2000)
        self.assertEqual(result["input"]["dcm_path"], str(path))
        self.assertEqual(result["template"]["Matrix"], [94, 0, 0, 94])
        self.assertEqual(result["template"]["n"], 10)
        self.assertIsNone(result["template"]["iPAT"])
        self.assertEqual(second, {"file": str(self.where / "none"),
                                  "error": "No such file or directory"})

    def test_a_checker_that_fails_is_2_and_the_others_verdicts_stand(self):
        make_database(self.database, TEMPLATE)
        done = self.check("--checker", build_checker(self.where, "return false;"),
                          write_dicom(self.where / "a.dcm"), status=2)
        self.assertIn("a.dcm: conforms", done.stdout)
        self.assertIn("a.dcm: a checker failed; its verdict is missing", done.stderr)

    def test_a_checker_that_cannot_be_loaded_is_2(self):
        path = write_dicom(self.where / "a.dcm")
        self.assertIn("no-such.so", self.check("--checker", "no-such.so", path, status=2).stderr)

    def test_a_checker_beside_the_files_is_taken_by_its_bare_name(self):
        make_database(self.database, TEMPLATE)
        shutil.copy(build_checker(self.where, 'mrq_deviates(verdict, "FA", "at most 9", "60");'),
                    self.where / "mine.so")
        write_dicom(self.where / "a.dcm")
        result = self.run_it("check", "--database", "db.sqlite", "--checker", "mine.so", "a.dcm",
                             status=1, cwd=self.where)
        self.assertIn("checker-site: ", result.stdout)

    def test_a_checker_that_needs_an_option_says_so(self):
        page = (SOURCE / "docs/writing-a-checker.md").read_text()
        code = self.where / "checker-flip.c"
        code.write_text(re.search(r"```c\n(.*?)```", page, re.DOTALL)[1])
        subprocess.run(["cc", "-shared", "-fPIC", f"-I{SOURCE}/core/include", "-o",
                        str(code.with_suffix(".so")), str(code)], check=True)
        result = self.check("--checker", code.with_suffix(".so"), write_dicom(self.where / "a.dcm"),
                            status=2)
        self.assertIn('checker-flip: its option "project" has no default', result.stderr)

    def test_help_has_examples(self):
        for command in (["check"], ["db"]):
            self.assertIn("examples:", self.run_it(*command, "--help").stdout)
        self.check(status=2)
        self.run_it("db", status=2)
        self.run_it("db", "nonsense", status=2)
        for jobs in ("0", "x", "-3", "65"):
            result = self.db("import", "--jobs", jobs, self.where, status=2)
            self.assertIn(f"--jobs {jobs}: give a number from 1 to 64", result.stderr)


class Import(CommandTest):
    def session(self, stamp, series=3, project="WPC-1", **values):
        """An archived session: its folders as the archive names them."""
        date = stamp[:10].replace(".", "")
        session = self.where / "archive" / project / stamp
        for number in range(1, series + 1):
            for instance in (1, 2):
                write_dicom(session / "sub" / f"seq{number}_0x0.{number}" / f"MR.{instance}",
                            **{"Project": f"Brain^{project.lower()}", "PatientName": project, "SequenceName": f"seq{number}",
                               "SeriesNumber": number, "InstanceNumber": instance, "AcqDate": date,
                               "AcqTime": f"{stamp[11:].replace('.', '')}.0{instance}", **values})
        return session

    def test_one_acquisition_for_each_series_of_each_session(self):
        for day in range(1, 5):
            self.session(f"2024.10.{day:02}-10.00.00")
        odd = self.session("2024.10.05-10.00.00", TR="2000")
        write_dicom(odd / "sub" / "Rest_PhysioLog_0x0.9" / "MR.1")
        (odd / "sub" / "empty").mkdir()
        output = self.db("import", self.where / "archive").stdout
        self.assertIn("imported 15 acquisitions of 5 sessions; 0 were known", output)
        self.assertIn("1 × PhysioLog or PhoenixZIPReport", output)
        self.assertIn("1 × no DICOM file in the folder", output)
        self.assertIn("3 templates", output)
        self.assertEqual(self.value("select count(*) from acq"), 15)
        self.assertEqual(self.value("select count(*) from acq_param"), 6)
        self.assertEqual(self.value("select n from template_by_count where SequenceName = 'seq2'"), 4)
        listed = self.db("templates").stdout.splitlines()
        self.assertEqual(listed[:2], ["seen\tlast\tproject\tsequence",
                                      "4\t20241004\tBrain^wpc-1\tseq1"])
        new = write_dicom(self.where / "a.dcm", Project="brain^WPC-1", SequenceName="SEQ1")
        self.assertIn(": conforms", self.check(new).stdout)

    def test_older_sessions_are_passed_over_unless_all_are_asked_for(self):
        self.session("2024.10.02-10.00.00")
        self.db("import", self.where / "archive")
        self.session("2024.10.01-10.00.00")
        self.session("2024.10.03-10.00.00")
        self.session("2024.10.01-10.00.00", project="WPC-2")
        output = self.db("import", self.where / "archive").stdout
        self.assertIn("imported 6 acquisitions of 2 sessions", output)
        self.assertIn("passed over 2 sessions", output)
        output = self.db("import", "--all", self.where / "archive").stdout
        self.assertIn("imported 3 acquisitions of 4 sessions; 9 were known", output)

    def test_an_import_that_was_cut_short_is_taken_up_again(self):
        self.session("2024.10.01-10.00.00")
        self.session("2024.10.02-10.00.00")
        self.db("import", self.where / "archive")
        database = sqlite3.connect(self.database)
        database.execute("delete from acq where AcqDate = '20241001'")
        database.execute("update mrqart_import set done = 0 where folder like '%10.01-%'")
        database.commit()
        database.close()
        output = self.db("import", self.where / "archive").stdout
        self.assertIn("imported 3 acquisitions of 1 sessions", output)

    def test_the_echo_times_of_a_series_are_joined(self):
        folder = self.where / "archive" / "WPC-1" / "2024.10.01-10.00.00" / "sub" / "me_1"
        for instance, te in enumerate(("4.8", "21.5", "38.76", "4.8", "99"), 1):
            write_dicom(folder / f"MR.{instance}", TE=te, InstanceNumber=instance)
        self.db("import", self.where / "archive")
        self.assertEqual(self.value("select TE from acq_param"), "4.8,21.5,38.76")

    def test_a_folder_as_a_scanner_streams_it_is_taken_series_by_series(self):
        folder = self.where / "stream" / "20241016.subject"
        for number in (1, 2):
            for instance in (1, 2, 3):
                write_dicom(folder / f"001_{number:06}_{instance:06}.dcm", SeriesNumber=number,
                            SequenceName=f"seq{number}", InstanceNumber=instance)
        write_dicom(folder / "001_000009_000001.dcm", SeriesNumber=9, Modality="SR")
        result = self.db("import", self.where / "stream")
        self.assertIn("no session folder", result.stderr)
        self.assertIn("imported 2 acquisitions", result.stdout)
        self.assertIn("1 × no MR image", result.stdout)
        self.assertIn("imported 0 acquisitions", self.db("import", self.where / "stream").stdout)

    def test_what_has_no_time_or_is_damaged_is_not_stored_and_said(self):
        self.session("2024.10.01-10.00.00", series=1, AcqTime="")
        folder = self.where / "archive" / "WPC-1" / "2024.10.02-10.00.00" / "sub" / "bad_1"
        folder.mkdir(parents=True)
        (folder / "MR.1").write_bytes(b"no DICOM at all" * 100)
        output = self.db("import", self.where / "archive", status=1).stdout
        self.assertIn("1 × AcqTime is absent, so that the series is not stored", output)
        self.assertIn("1 × no DICOM file that can be read", output)
        self.assertEqual(self.value("select count(*) from acq"), 0)

    def test_nobody_typed_an_operator_or_a_name(self):
        for day, absent in enumerate(("", None), 1):
            self.session(f"2024.10.0{day}-10.00.00", series=1, Operator=absent, PatientName=absent)
        output = self.db("import", "--all", self.where / "archive").stdout
        self.assertIn("imported 2 acquisitions", output)
        self.assertEqual(self.value("select count(*) from acq where Operator = 'null' and "
                                    "SubID = 'null'"), 2)
        self.assertEqual(self.value("select n from template_by_count"), 2)

    def test_files_are_taken_by_their_content_whatever_they_are_called(self):
        media = self.where / "media"
        names = ("ge/DICOM/PAT1/i2862280.MRDC.1", "philips/DICOM/IM_0001",
                 "xa/DICOM/24100310/14440000/88972356", "uih/0001/00000001", "dcm/a.DCM")
        for number, name in enumerate(names, 1):
            write_dicom(media / name, SeriesNumber=number, Operator="")
        for name in ("ge/DICOMDIR", "ge/._i1", "ge/DICOM/PAT1/Thumbs.db", "uih/@eaDir/x",
                     "xa/notes.txt", "xa/DICOM/readme"):
            (media / name).parent.mkdir(parents=True, exist_ok=True)
            (media / name).write_bytes(b"Siemens Healthineers, the text of a page. " * 100)
        output = self.db("import", media).stdout
        self.assertIn("imported 5 acquisitions of 1 sessions; 0 were known\n"
                      "5 series were found in 5 folders", output)
        self.assertIn("2 × no DICOM file that can be read", output)
        self.assertIn("notes.txt", output)
        for aside in ("DICOMDIR", "._i1", "Thumbs.db", "@eaDir"):
            self.assertNotIn(aside, output)

    def test_wanted_names_are_all_that_is_read(self):
        media = self.where / "media"
        write_dicom(media / "i1.MRDC.1", SeriesNumber=1)
        write_dicom(media / "IM_0001", SeriesNumber=2)
        output = self.db("import", "--wanted", "*.mrdc.*", "--wanted", "x*", media).stdout
        self.assertIn("imported 1 acquisitions", output)
        self.assertIn("1 × its name fits no pattern of --wanted", output)
        self.assertIn("IM_0001", output)
        self.assertEqual(self.value("select SeriesNumber from acq"), "1")
        result = self.db("import", "--wanted", "*.x", media, status=1)
        self.assertIn("i1.MRDC.1", result.stdout)
        self.assertIn("nothing was stored", result.stderr)

    def test_series_and_sessions_of_one_folder_are_told_apart(self):
        for day in (1, 2):
            for number in (3, 4):
                for instance in range(1, 4):
                    write_dicom(self.where / "flat" / f"IM_{day}{instance}{number}",
                                StudyInstanceUID=f"1.2.{day}", SeriesNumber=number,
                                AcqDate=f"2024010{day}", SeriesInstanceUID=f"1.2.9.{instance}",
                                SequenceName=f"seq{number}", InstanceNumber=instance)
        output = self.db("import", self.where / "flat").stdout
        self.assertIn("imported 4 acquisitions of 2 sessions; 0 were known\n"
                      "4 series were found in 1 folders", output)
        self.assertEqual(self.value("select n from template_by_count where SequenceName = 'seq4'"), 2)

    def test_media_within_a_session_folder_are_read_as_well(self):
        session = self.where / "archive" / "WPC-1" / "2024.10.01-10.00.00"
        write_dicom(session / "IM_0", SeriesNumber=1)
        write_dicom(session / "DICOM" / "IM_1", SeriesNumber=2)
        for number in (3, 4):  # one folder where the reference has a series
            for instance in range(1, 20):
                write_dicom(session / "DICOM" / "1" / f"IM_{number}{instance:02}", SeriesNumber=number,
                            InstanceNumber=instance)
        write_dicom(session / "DICOM" / "24100310" / "14440000" / "88972356", SeriesNumber=5)
        output = self.db("import", self.where / "archive").stdout
        self.assertIn("imported 5 acquisitions of 1 sessions", output)

    def two_trs(self, day, order, **values):
        folder = self.where / "archive" / "WPC-1" / f"2024.10.{day:02}-10.00.00" / "sub" / "afi_3"
        for instance, tr in enumerate(order, 1):
            write_dicom(folder / f"MR.{instance:04}", TR=tr, InstanceNumber=instance, SeriesNumber=3,
                        AcqDate=f"202410{day:02}", **values)

    def test_all_trs_and_angles_of_a_series_are_its_own(self):
        orders = (["20", "100"] * 3, ["100"] * 150 + ["20"] * 150, ["100", "20.3", "20", "100"])
        for day, order in enumerate(orders, 1):
            self.two_trs(day, order, FA="9")
        self.two_trs(4, ["100", "100.7", "100.0"], FA="9")
        self.db("import", self.where / "archive")
        database = sqlite3.connect(self.database)
        trs = [row[0] for row in database.execute("select distinct TR from acq_param order by 1")]
        database.close()
        self.assertEqual(trs, ["100", "20,100", "20.3,100"])
        image = write_dicom(self.where / "a.dcm", TR="20", FA="9", SeriesNumber=3)
        self.assertIn(": warns", self.check(write_dicom(self.where / "b.dcm", TR="50", FA="9")).stdout)
        self.assertIn(": conforms", self.check(image).stdout)

    def test_a_tie_keeps_the_template_that_is_there(self):
        self.session("2024.10.02-10.00.00", series=1)
        self.db("import", self.where / "archive")
        self.session("2024.10.04-10.00.00", series=1, TR="2000")
        self.session("2024.10.03-10.00.00", project="WPC-2", series=1)
        self.db("import", "--all", self.where / "archive")
        query = "select TR from template_by_count t join acq_param p on p.rowid = t.param_id"
        self.assertEqual(self.value(query), "1300")

    def test_a_folder_that_is_not_there_is_an_error(self):
        self.assertIn("No such file", self.db("import", self.where / "none", status=1).stderr)

    def test_init_makes_an_empty_database_once(self):
        self.assertIn("made, and empty", self.run_it("db", "init", self.database).stdout)
        self.assertIn("was there", self.run_it("db", "init", self.database).stdout)
        self.assertEqual(self.db("templates").stdout, "seen\tlast\tproject\tsequence\n")
        self.run_it("db", "init", self.where / "no" / "folder" / "db.sqlite", status=1)

    def test_what_is_no_database_has_no_templates_to_list(self):
        self.assertIn("No such file", self.db("templates", status=1).stderr)
        self.database.write_bytes(b"no database" * 500)
        self.assertIn("is not a database", self.db("templates", status=1).stderr)
        self.assertIn("is not a database", self.db("rebuild", status=1).stderr)
        self.database.unlink()
        self.database.mkdir()
        self.assertIn("it is a folder", self.db("templates", status=1).stderr)

    def test_templates_are_listed_with_their_values(self):
        make_database(self.database, TEMPLATE, {**TEMPLATE, "SequenceName": "afi", "TR": "20,100"})
        head, row, other = (line.split("\t") for line in
                            self.db("templates", "--values").stdout.splitlines())
        self.assertEqual(head, ["seen", "first", "last", *PARAMETERS])
        self.assertEqual(dict(zip(head, other))["Matrix"], "[94, 0, 0, 94]")
        self.assertEqual(dict(zip(head, row))["TR"], "20,100")
        self.assertEqual(dict(zip(head, row))["iPAT"], "-")
        row, other = map(json.loads, self.db("templates", "--json").stdout.splitlines())
        self.assertEqual((row["n"], row["SequenceName"], row["TR"], row["iPAT"]),
                         (10, "afi", [20, 100], None))
        self.assertEqual((other["TR"], other["Matrix"]), (1300, [94, 0, 0, 94]))

    def test_on_a_terminal_the_list_fits_its_lines(self):
        make_database(self.database, {**TEMPLATE, "Project": "P" * 90, "Comments": "c" * 90})
        for option in ([], ["--values"]):
            parent, child = pty.openpty()
            termios.tcsetwinsize(child, (24, 60))
            subprocess.run([str(MRQART), "db", "templates", "--database", self.database, *option],
                           stdout=child, check=True)
            os.close(child)
            text = b""
            with contextlib.suppress(OSError):  # EIO: all was read
                while more := os.read(parent, 4096):
                    text += more
            os.close(parent)
            lines = text.decode().splitlines()
            self.assertLessEqual(max(map(len, lines)), 60)
            self.assertIn("PPP…", text.decode())

    def test_rebuild_counts_anew(self):
        self.session("2024.10.01-10.00.00")
        self.db("import", self.where / "archive")
        database = sqlite3.connect(self.database)
        database.execute("drop table template_by_count")
        database.commit()
        database.close()
        self.assertEqual(self.db("rebuild").stdout, "3 templates\n")
        self.assertEqual(self.value("select count(*) from template_by_count"), 3)


main()
