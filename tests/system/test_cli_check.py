#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""mrqart check and mrqart db: verdicts, exit codes, and archives that become templates."""
import os
import sqlite3

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
        result = self.check(torn, self.where / "none.dcm", self.where, self.where / "fifo.dcm", good,
                            status=2)
        self.assertIn(": conforms", result.stdout)
        self.assertIn("torn.dcm: the file ends after", result.stderr)
        self.assertIn("none.dcm: No such file", result.stderr)
        self.assertIn("is a folder", result.stderr)
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
        self.database.unlink()
        result = self.check(path)
        self.assertIn(": no-template", result.stdout)
        self.assertIn("mrqart db init", result.stderr)

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
        self.assertEqual(listed[0], "4\t20241004\tBrain^wpc-1\tseq1")
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

    def test_what_is_empty_or_damaged_is_not_stored_and_said(self):
        self.session("2024.10.01-10.00.00", series=1, Operator="")
        folder = self.where / "archive" / "WPC-1" / "2024.10.02-10.00.00" / "sub" / "bad_1"
        folder.mkdir(parents=True)
        (folder / "MR.1").write_bytes(b"no DICOM at all" * 100)
        output = self.db("import", self.where / "archive").stdout
        self.assertIn("1 × Operator is empty, so that the series is not stored", output)
        self.assertIn("1 × no DICOM file that can be read", output)
        self.assertEqual(self.value("select count(*) from acq"), 0)

    def test_a_folder_that_is_not_there_is_an_error(self):
        self.assertIn("No such file", self.db("import", self.where / "none", status=1).stderr)

    def test_init_makes_an_empty_database_once(self):
        self.assertIn("made, and empty", self.run_it("db", "init", self.database).stdout)
        self.assertIn("was there", self.run_it("db", "init", self.database).stdout)
        self.assertEqual(self.db("templates").stdout, "")
        self.run_it("db", "init", self.where / "no" / "folder" / "db.sqlite", status=1)

    def test_what_is_no_database_has_no_templates_to_list(self):
        self.assertIn("No such file", self.db("templates", status=1).stderr)
        self.database.write_bytes(b"no database" * 500)
        self.assertIn("is not a database", self.db("templates", status=1).stderr)
        self.assertIn("is not a database", self.db("rebuild", status=1).stderr)
        self.database.unlink()
        self.database.mkdir()
        self.assertIn("it is a folder", self.db("templates", status=1).stderr)

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
