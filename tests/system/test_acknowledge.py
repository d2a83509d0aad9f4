#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""POST /acknowledge: who may answer a series, with what, and who hears of it."""
from mrqart_test import *


def config(where, more=""):
    return f"""
workers = 1;
database = "{where}/db.sqlite";
sources  = ( {{ plugin = "source-inotify"; paths = [ "{where}/watched" ]; }} );
checkers = ( {{ plugin = "checker-template"; }} );
sinks    = ( {{ plugin = "sink-http"; listen = "127.0.0.1:0"; {more} }},
             {{ plugin = "sink-websocket"; listen = [ "127.0.0.1:0/ws", "127.0.0.1:0" ]; }} );
"""


class Acknowledge(DaemonTest):
    def start(self, more="", top="", **options):
        make_database(self.where / "db.sqlite", TEMPLATE)
        daemon = self.daemon(config=top + config(self.where, more), **options)
        self.client = daemon.websocket()
        return daemon

    def deviating(self, daemon, **values):
        write_dicom(daemon.folder / "MR.7", **{"TR": "2000", "SeriesNumber": 7, **values})
        return self.client.event("new")

    def post(self, daemon, body, headers=None, method="POST", path="/acknowledge"):
        connection = http.client.HTTPConnection(*daemon.address(), timeout=WAIT)
        if not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        connection.request(method, path, body, {"Content-Type": "application/json",
                                                **(headers or {})})
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        self.assertEqual(answer.headers["Content-Type"], "application/json", text)
        return answer.status, json.loads(text), answer.headers

    def answer(self, event, answer, **more):
        return {"station": event["station"], "series": event["series"]["key"], "answer": answer,
                **more}

    def test_an_answer_is_shown_to_everybody_changed_and_taken_back(self):
        daemon = self.start()
        event = self.deviating(daemon)
        self.assertIsNone(event["series"]["acknowledged"])
        second = daemon.websocket(path="/ws", label="http")
        status, body, _ = self.post(daemon, self.answer(event, "agreed", reason="phantom"))
        self.assertEqual((status, body["answer"]), (200, "agreed"))
        for client in (self.client, second):
            told = client.event("acknowledged")
            self.assertEqual(told["content"], {"answer": "agreed", "reason": "phantom"})
            self.assertEqual(told["seq"], 2)
            kept = told["series"]["acknowledged"]
            self.assertEqual((kept["answer"], kept["reason"]), ("agreed", "phantom"))
            self.assertRegex(kept["time"], r"^\d{4}-\d\d-\d\dT.*[+-]\d\d:\d\d$")
        state = daemon.state()[event["station"]]
        self.assertEqual(state["series"]["acknowledged"], kept)
        self.assertEqual(state["history"][0]["series"]["acknowledged"], kept)
        self.assertEqual(self.post(daemon, self.answer(event, "repeat"))[0], 200)
        self.assertEqual(self.client.event("acknowledged")["content"],
                         {"answer": "repeat", "reason": ""})
        self.assertEqual(self.post(daemon, self.answer(event, None))[0], 200)
        told = self.client.event("acknowledged")
        self.assertEqual(told["content"], {"answer": None, "reason": ""})
        self.assertIsNone(told["series"]["acknowledged"])

    def test_it_survives_a_restart(self):
        daemon = self.start()
        event = self.deviating(daemon)
        self.post(daemon, self.answer(event, "other", reason="für später"))
        kept = self.client.event("acknowledged")["series"]["acknowledged"]
        daemon.stop()
        daemon.start()
        self.assertEqual(daemon.state()[event["station"]]["series"]["acknowledged"], kept)
        status, _, _ = self.post(daemon, self.answer(event, "unwell"))
        self.assertEqual(status, 200)

    def test_only_what_needs_an_act_can_be_answered(self):
        daemon = self.start()
        event = self.deviating(daemon, TR="1300")
        self.assertEqual(event["series"]["status"], "conforms")
        status, body, _ = self.post(daemon, self.answer(event, "agreed"))
        self.assertEqual(status, 409)
        self.assertIn("nothing to answer", body["error"])

    def test_a_later_change_takes_the_answer_back_unless_it_is_repeated_anyway(self):
        daemon = self.start()
        for study, answer, kept in (("1.2.7", "agreed", None), ("1.2.8", "repeat", "repeat")):
            event = self.deviating(daemon, StudyInstanceUID=study)
            self.post(daemon, self.answer(event, answer))
            self.client.event("acknowledged")
            write_dicom(daemon.folder / "MR.8", TR="2000", FA="10", SeriesNumber=7,
                        StudyInstanceUID=study, SOPInstanceUID="1.2.3.8")
            changed = self.client.event("changed")
            self.assertEqual((changed["series"]["acknowledged"] or {}).get("answer"), kept)

    def test_what_is_no_answer(self):
        daemon = self.start()
        event = self.deviating(daemon)
        good = self.answer(event, "agreed")
        for expected, body in (
                (400, ""), (400, "agreed"), (400, "[]"), (400, "null"), (400, b"\xff{}"),
                (400, {}), (400, {**good, "answer": "keep"}), (400, {**good, "answer": ""}),
                (400, {**good, "answer": 1}), (400, {**good, "series": 7}),
                (400, {**good, "station": None}), (400, {**good, "reason": ["x"]}),
                (400, {**good, "reason": "x" * 201}), (400, '{"answer": "agreed", "answer": null}'),
                (400, {"station": good["station"], "series": good["series"]}),
                (404, {**good, "series": "00f3a9c2d4e5b617-0"}), (404, {**good, "series": ""}),
                (404, {**good, "series": good["series"] + " "}),
                (404, {**good, "series": "+" + good["series"]}),
                (404, {**good, "station": "nowhere"}),
                (413, {**good, "reason": "x" * 5000}), (413, {**good, "reason": "x" * 60000})):
            with self.subTest(body=body):
                status, said, _ = self.post(daemon, body)
                self.assertEqual(status, expected, said)
                self.assertTrue(said["error"].endswith("."), said)
        for kind in ("text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""):
            status, _, _ = self.post(daemon, good, {"Content-Type": kind})
            self.assertEqual(status, 415, kind)
        status, _, _ = self.post(daemon, good, {"Content-Type": "application/json; charset=utf-8"})
        self.assertEqual(status, 200)
        self.assertEqual(self.client.event("acknowledged", "error")["seq"], 2)

    def test_only_post_and_the_page_is_told_whether_it_works(self):
        daemon = self.start()
        for method in ("GET", "PUT", "DELETE", "OPTIONS"):
            status, body, headers = self.post(daemon, "", method=method)
            self.assertEqual((status, headers["Allow"]), (405, "POST"))
        self.assertEqual(daemon.get("/state")[1]["MRQART-Acknowledge"], "on")

    def test_off_by_configuration_and_by_a_reload(self):
        daemon = self.start("acknowledge = false;")
        event = self.deviating(daemon)
        status, body, _ = self.post(daemon, self.answer(event, "agreed"))
        self.assertEqual(status, 403)
        self.assertIn('"acknowledge"', body["error"])
        self.assertEqual(daemon.get("/state")[1]["MRQART-Acknowledge"], "off")
        (self.where / "mrqart.conf").write_text(config(self.where))
        daemon.signal(signal.SIGHUP)
        wait_for(lambda: daemon.get("/state")[1]["MRQART-Acknowledge"] == "on", "the reload")
        self.assertEqual(self.post(daemon, self.answer(event, "agreed"))[0], 200)

    def test_pages_of_others_may_not_answer(self):
        daemon = self.start()
        event = self.deviating(daemon)
        good = self.answer(event, "agreed")
        host = "%s:%s" % daemon.address()
        port = host.split(":")[1]
        cases = ((403, "http://evil.example", host), (403, "null", host),
                 (403, "http://127.0.0.1:1", host), (200, "http://" + host, host),
                 (200, "http://" + host, host.upper()),
                 (403, f"http://evil.example:{port}", f"evil.example:{port}"),  # DNS rebinding
                 (200, f"http://localhost:{port}", f"localhost:{port}"),
                 (200, f"https://[::1]:{port}", f"[::1]:{port}"),
                 (200, f"http://{socket.gethostname()}:{port}", f"{socket.gethostname()}:{port}"),
                 (200, None, "whatever.example"))
        for expected, origin, named in cases:
            with self.subTest(origin=origin, host=named):
                headers = {"Host": named, **({"Origin": origin} if origin else {})}
                status, body, answered = self.post(daemon, good, headers)
                self.assertEqual(status, expected, body)
                self.assertIsNone(answered["Access-Control-Allow-Origin"])

    def test_pages_that_are_named_may_from_elsewhere(self):
        daemon = self.start('origins = "https://dash.example";')
        event = self.deviating(daemon)
        good, theirs = self.answer(event, "agreed"), {"Origin": "https://dash.example"}
        status, _, headers = self.post(daemon, "", {**theirs,
                                                    "Access-Control-Request-Method": "POST"},
                                       method="OPTIONS")
        self.assertEqual(status, 200)
        self.assertEqual(headers["Access-Control-Allow-Origin"], "https://dash.example")
        self.assertEqual(headers["Access-Control-Allow-Headers"], "Content-Type")
        self.assertEqual(self.post(daemon, good, theirs)[0], 200)
        ours = {"Origin": "http://%s:%s" % daemon.address()}
        self.assertEqual(self.post(daemon, good, ours)[0], 403)

    def test_answers_are_bounded_in_number(self):
        daemon = self.start()
        event = self.deviating(daemon)
        def too_many():
            status, body, headers = self.post(daemon, self.answer(event, "agreed"))
            self.assertIn(status, (200, 429))
            return status == 429 and headers["Retry-After"] == "1"
        wait_for(too_many, "an answer too many")
        wait_for(lambda: self.post(daemon, self.answer(event, "repeat"))[0] == 200, "room")

    def test_a_reason_is_one_clean_line_and_not_in_the_log(self):
        daemon = self.start()
        event = self.deviating(daemon)
        reason = "  a\r\nb\tc \u202ed\u2028e\x7f\x9bf \u00e9\U0001f600 "
        self.post(daemon, self.answer(event, "other", reason=reason))
        self.assertEqual(self.client.event("acknowledged")["content"]["reason"],
                         "a b c d e f \u00e9\U0001f600")
        self.post(daemon, self.answer(event, "other", reason="\U0001f600" * 200))
        self.assertEqual(self.client.event("acknowledged")["content"]["reason"],
                         "\U0001f600" * 200)
        daemon.logged(r"AWP167046: series 7 is answered: other")
        self.assertNotIn("a b c", daemon.log())

    def test_redacted_a_reason_is_dropped(self):
        daemon = self.start(top="redact = true;")
        event = self.deviating(daemon)
        self.post(daemon, self.answer(event, "unwell", reason="Jane Doe feels sick"))
        told = self.client.event("acknowledged")
        self.assertEqual(told["content"], {"answer": "unwell", "reason": ""})

    def test_redacted_later_nothing_of_the_subject_is_kept(self):
        daemon = self.start()
        event = self.deviating(daemon, PatientID="id998877", Comments="of ID998877")
        self.post(daemon, self.answer(event, "unwell", reason="Jane Doe feels sick"))
        self.client.event("acknowledged")
        state = daemon.state_dir / "state.jsonl"
        wait_for(lambda: state.exists() and "Jane" in state.read_text(), "the state file")
        config = daemon.where / "mrqart.conf"
        config.write_text("redact = true;" + config.read_text())
        daemon.signal(signal.SIGHUP)
        wait_for(lambda: "Jane" not in daemon.get("/state")[2].decode(), "the reason to go")
        daemon.config = config.read_text()
        self.assertEqual(daemon.stop(), 0)
        daemon.start()  # which rewrites the state file before it adds to it
        text = daemon.get("/state")[2].decode()
        self.assertIsNone(re.search(f"id998877|jane|{daemon.folder}", text, re.IGNORECASE), text)
        self.assertIn("unwell", text)
        write_dicom(daemon.folder / "MR.8", SeriesNumber=8)
        wait_for(lambda: not re.search("id998877|jane", state.read_text(), re.IGNORECASE),
                 "the state file without the subject")


main()
