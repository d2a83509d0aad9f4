#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""redact: what names a person is gone from all that is said and kept, and nothing else is touched."""
import signal

from mrqart_test import *
from site_checker import build_checker, configuration

NAME = "Zvyxwut^Qwertzuiop"
PERSONAL = ("SubID", "PatientID", "Operator", "Comments")
SUBJECT = {"PatientName": NAME, "Operator": "Hjklyx^Bnmqwe", "Comments": "for Zvyxwut, by Bnmqwe"}
# what the file has of each, so that no two are alike
VALUES = {
    "ImageType": r"ORIGINAL\PRIMARY\MOSAIC", "AcqDate": "20241004", "AcqTime": "145446.685000",
    "Manufacturer": "SIEMENS", "Station": "AWP167046", "Project": "Brain^wpc-8620",
    "SequenceName": "RewardedAnti", "SequenceType": "epfid2d1_94", "TR": "1300", "TE": "30.5",
    "BWP": "2055", "DeviceSerialNumber": "167047", "ProtocolName": "rest_bold Zvyxwut 4711",
    "PED_major": "COL", "FA": "64", "StudyInstanceUID": "1.2.3.4", "Modality": "MR",
    "InstanceNumber": "319", "AcquisitionNumber": "418", "EchoNumbers": "121",
    "SeriesInstanceUID": "1.2.3.77",
}
# and IDs that look like JSON, like numbers, like words of messages, like nothing
IDS = [*VALUES.values(), "12", "te", "fail", "true", "null", "status", '"}],{"', "\\",
       "8620", "wpc", "conforms", "input", "1.5e3", "300", "Zvyxwut", "N/A"]

CHECKER = """
    struct mrq_finding named = {.parameter = "Operator", .expect = "nobody",
                                .have = mrq_value(file, "Operator")};
    struct mrq_finding own = {.parameter = "site", .expect = "another", .severity = MRQ_WARN,
                              .have = mrq_value(file, "SubID"), .message = "scan of Qwertzuiop"};
    mrq_add_finding(verdict, &named);
    mrq_add_finding(verdict, &own);
    mrq_note(verdict, mrq_value(file, "SubID"));
    mrq_data(verdict, "who", "{\\"zvyxwut\\": [\\"Qwertzuiop\\", 1300, true, {\\"a\\": null}]}");
    mrq_watch(verdict, "who", mrq_value(file, "SubID"), MRQ_COLLECTED, "");
"""


def words(value):
    """The value and its components, of three letters or figures or more."""
    parts = [value, *re.split(r"[^A-Za-z0-9]+", value)]
    return {part for part in parts if len(re.sub("[^A-Za-z0-9]", "", part)) >= 3}


def without(text, identity):
    for word in sorted(words(identity) | words(NAME), key=len, reverse=True):
        pattern = re.sub(r"\\?[^A-Za-z0-9\\]", "[^A-Za-z0-9]", re.escape(word))
        text = re.sub(rf"(?<![A-Za-z0-9]){pattern}(?![A-Za-z0-9])", "(subject)", text,
                      flags=re.IGNORECASE)
    return text


class Redact(DaemonTest):
    def setUp(self):
        super().setUp()
        make_database(self.where / "db.sqlite", {**TEMPLATE, "Comments": "of Zvyxwut, once"})

    def configured(self, redact):
        checker = build_checker(self.where, CHECKER)
        return configuration(self.where, checker, redact=redact, update_interval=0)

    def send(self, daemon):
        for number, identity in enumerate(IDS, 1):
            part = re.sub("[^A-Za-z0-9.]", "_", identity)
            values = {**VALUES, "SeriesInstanceUID": f"1.2.3.77.{number}",
                      "SOPInstanceUID": f"1.2.3.77.{number}.1", "SeriesNumber": number}
            write_dicom(daemon.folder / f"Qwertzuiop-{part}" / f"{part}-zvyxwut-{number:03}.dcm",
                        PatientID=identity, **SUBJECT, **values)
        return wait_for(lambda: self.results(daemon), "all series")

    def results(self, daemon):
        """Check results by number of the series, once all are there."""
        history = daemon.state().get("AWP167046", {}).get("history", [])
        found = {item["series"]["number"]: item for item in history}
        return found if len(found) == len(IDS) else None

    def reload(self, daemon, config):
        daemon.config = config
        daemon.command()  # writes it
        before = daemon.log().count("the configuration is in force")
        daemon.signal(signal.SIGHUP)
        wait_for(lambda: daemon.log().count("the configuration is in force") > before, "a reload")

    def assert_redacted(self, plain, redacted):
        for number, identity in enumerate(IDS, 1):
            with self.subTest(identity=identity):
                was, now = plain[number], redacted[number]
                for name, value in was["content"]["input"].items():
                    have = now["content"]["input"][name]
                    if name in PERSONAL:
                        self.assertIsNone(have, name)
                    elif name == "ProtocolName":
                        self.assertEqual(have, without(value, identity))
                    elif name == "dcm_path":
                        self.assertEqual(have, without(value.rsplit("/", 1)[1], identity))
                    else:
                        self.assertEqual(have, value, name)
                for name in ("uid", "study", "number", "name", "project", "status", "count"):
                    self.assertEqual(now["series"][name], was["series"][name])
                self.assert_findings(was["content"], now["content"])
                self.assertIsNone(re.search("zvyxwut|qwertzuiop|hjklyx|bnmqwe", json.dumps(now),
                                            re.IGNORECASE), now)

    def assert_findings(self, was, now):
        self.assertEqual(now["status"], was["status"])
        self.assertEqual(len(now["findings"]), len(was["findings"]))
        for before, after in zip(was["findings"], now["findings"]):
            for key in ("checker", "parameter", "severity"):
                self.assertEqual(after[key], before[key])
            if before["parameter"] in ("TR", "AcqDate", "FA", "BWP", "TE"):
                self.assertEqual(after, before)
            elif before["parameter"] in PERSONAL:
                self.assertEqual((after["expect"], after["have"]), (None, None))
        self.assertEqual(now["template"]["TR"], 1300)
        self.assertIsNone(now["template"].get("Comments"))
        self.assertEqual(now["data"]["who"]["(subject)"], ["(subject)", 1300, True, {"a": None}])

    def assert_nobody(self, *texts):
        for text in texts:
            self.assertIsNone(re.search("zvyxwut|qwertzuiop|hjklyx|bnmqwe", text, re.IGNORECASE))

    def test_each_value_may_be_the_id_and_stays_where_it_is_no_name(self):
        plain_daemon = self.daemon(config=self.configured(False))
        plain = self.send(plain_daemon)
        self.assertEqual(plain[1]["content"]["input"]["SubID"], NAME)
        plain_daemon.stop()
        where = self.where / "redacted"
        where.mkdir()
        shutil.copy(self.where / "db.sqlite", where)
        daemon = self.daemon(where=where, config=self.configured(True).replace(
            f"{self.where}/watched", f"{where}/watched"))
        redacted = self.send(daemon)
        self.assert_redacted(plain, redacted)
        health = daemon.get("/healthz")[2].decode()
        daemon.stop()
        self.assert_nobody(health, daemon.log(), (daemon.state_dir / "state.jsonl").read_text())

    def test_what_was_kept_before_is_redacted_by_sighup_and_at_the_start(self):
        daemon = self.daemon(config=self.configured(False))
        plain = self.send(daemon)
        key = plain[1]["series"]["key"]
        host, port = daemon.address()
        said = json.dumps({"station": "AWP167046", "series": key, "answer": "other",
                           "reason": "Zvyxwut was ill"}).encode()
        connection = http.client.HTTPConnection(host, port, timeout=WAIT)
        connection.request("POST", "/acknowledge", said, {"Content-Type": "application/json"})
        self.assertEqual(connection.getresponse().status, 200)
        connection.close()
        saved = daemon.state_dir / "state.jsonl"
        wait_for(lambda: saved.exists() and "was ill" in saved.read_text(), "a saved reason")
        daemon.stop()
        unredacted = saved.read_bytes()
        daemon.start()
        self.reload(daemon, self.configured(True))
        self.assert_redacted(plain, self.results(daemon))
        wait_for(lambda: "Zvyxwut" not in saved.read_text(), "a state file without the subject")
        self.assert_nobody(saved.read_text(), daemon.get("/healthz")[2].decode())
        after = daemon.state()
        self.assertEqual(daemon.stop(), 0)
        daemon.start()
        self.assertEqual(daemon.state(), after)
        daemon.stop()
        saved.write_bytes(unredacted)
        daemon.start()  # with redact in force from the start
        self.assert_redacted(plain, self.results(daemon))
        wait_for(lambda: "Zvyxwut" not in saved.read_text(), "a state file without the subject")
        self.assert_nobody(saved.read_text())
        self.assertNotIn("cannot be read", daemon.log())

    def test_values_that_a_site_adds_are_told_apart_by_their_elements(self):
        tags = self.where / "tags.tsv"
        rows = {"Referring": (0x0008, 0x0090, "PN", "Hjklyx^Bnmqwe"),
                "Birth": (0x0010, 0x0030, "DA", "19700203"),
                "Others": (0x0010, 0x1000, "LO", "ID-Zvyxwut"),
                "Weight": (0x0010, 0x1030, "DS", "71.5"),
                "Accession": (0x0008, 0x0050, "SH", "A4711"),
                "Study": (0x0020, 0x0010, "SH", "4711 of Zvyxwut"),
                "Body": (0x0018, 0x0015, "CS", "BRAIN"),
                "Told": (0x0032, 0x4000, "LT", "a long story")}
        tags.write_text("".join(f"{name}\t{group:04x},{element:04x}\t{name}\n"
                                for name, (group, element, _, _) in rows.items()))
        config = configuration(self.where, redact=True, tags=f'"{tags}"')
        daemon = self.daemon(config=config)
        client = daemon.websocket()
        write_dicom(daemon.folder / "s" / "1.dcm", PatientID="BRAIN", extra=list(rows.values()),
                    **SUBJECT)
        found = client.event("new")["content"]["input"]
        self.assertEqual({name: found[name] for name in rows},
                         {"Referring": None, "Birth": None, "Others": None, "Weight": 71.5,
                          "Accession": None, "Study": "4711 of (subject)", "Body": "BRAIN",
                          "Told": None})


main()
