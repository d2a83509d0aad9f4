#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The daemon's command line and configuration: what it says, what it takes live, what it refuses."""
import contextlib
import fcntl
import os
import pty
import termios

from mrqart_test import *

CONFIG = """
state_dir = "{where}/state";
database  = "{where}/db.sqlite";
{more}
sources   = ( {{ plugin = "source-inotify"; paths = [ {paths} ]; }}{sources} );
checkers  = ( {{ plugin = "checker-template"; {checker} }} );
sinks     = ( {{ plugin = "sink-http"; listen = "127.0.0.1:0"; }},
              {{ plugin = "sink-websocket"; listen = [ "127.0.0.1:0/ws", "127.0.0.1:0" ]; {sink} }} );
"""


def mrqartd(*arguments, **options):
    return subprocess.run([MRQARTD, *map(str, arguments)], capture_output=True, text=True,
                          timeout=WAIT, **options)


class ConfigTest(DaemonTest):
    def text(self, *paths, more="", sources="", checker="", sink=""):
        quoted = ", ".join(f'"{path}"' for path in paths or [self.where / "watched"])
        return CONFIG.format(where=self.where, paths=quoted, more=more, sources=sources,
                             checker=checker, sink=sink)

    def file(self, text, name="test.conf"):
        path = self.where / name
        path.write_text(text)
        return path

    def reload(self, daemon, text):
        """Another configuration, and SIGHUP; returns when the daemon has looked at it."""
        (self.where / "mrqart.conf").write_text(text)
        seen = len(daemon.log())
        daemon.signal(signal.SIGHUP)
        wait_for(lambda: re.search(r"configuration (is in force|stays as it was)",
                                   daemon.log()[seen:]), "a reload")
        return daemon.log()[seen:]


class CommandLine(ConfigTest):
    def test_help_and_version_go_to_standard_output(self):
        for option, words in (("--help", "Examples:"), ("-h", "--watch DIR"),
                              ("--version", "mrqartd 0.")):
            done = mrqartd(option)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertIn(words, done.stdout)

    def test_wrong_use_is_status_2_and_names_the_help(self):
        done = mrqartd("--wacth", "/data")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("unknown option --wacth; did you mean --watch?", done.stderr)
        self.assertIn("Try mrqartd --help.", done.stderr)

    def test_no_folder_is_wrong_use(self):
        done = mrqartd("--watch", "/data", "", "--check-config")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn('--watch "": give a folder', done.stderr)

    def test_a_plugin_that_is_misspelt_gets_the_nearest_name(self):
        done = mrqartd("--dump-plugin", "checker-tempalte")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn('did you mean "checker-template"?', done.stderr)
        self.assertIn("--list-plugins", mrqartd("--dump-plugin", "no/such.so").stderr)

    def test_a_good_configuration_is_ok(self):
        path = self.file(self.text())
        done = mrqartd("-c", path, "--check-config")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(done.stdout, f"{path}: configuration OK\n")

    def test_checking_touches_nothing(self):
        path = self.file(self.text())
        mrqartd("-c", path, "--check-config")
        mrqartd("-c", path, "--dump-config")
        self.assertEqual(os.listdir(self.where), ["test.conf"])

    def test_a_bad_one_gets_every_message_at_once(self):
        path = self.file(self.text(more="worker = 3;\nqueue = 5;", checker='contxt = "archive";'))
        done = mrqartd("-c", path, "--check-config")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertEqual(done.stderr.splitlines(), [
            f'{path}:4: unknown option "worker"; did you mean "workers"?',
            f'{path}:5: option "queue" is 5, but must be a whole number from 100 to 10000000 (files)',
            f'{path}:7: checker-template: unknown option "contxt"; did you mean "context"?'])

    def test_syntax_errors_are_told_once_and_leak_nothing(self):
        for text, said in (("a = 1;\n}", "2: syntax error"),
                           ("a = [ 1, ];", "1: syntax error: no comma may stand before"),
                           ("a = [ 1, 2.5 ];", "1: mismatched element type"),
                           ("a = 1;\na = 2;", "2: duplicate setting name"),
                           ("a = foo bar;", "1: syntax error: a text needs quotes")):
            with self.subTest(text=text):
                path = self.file(text)
                done = mrqartd("-c", path, "--check-config", env=self.environment())
                self.assertEqual(done.returncode, 1, done.stderr)
                self.assertTrue(done.stderr.startswith(f"{path}:{said}"), done.stderr)
                self.assertEqual(len(done.stderr.splitlines()), 1)

    def environment(self):
        suppressions = f"suppressions='{SOURCE}/tests/lsan.supp':print_suppressions=0"
        return {**os.environ, "LSAN_OPTIONS": suppressions}

    def test_what_only_a_worker_can_see_is_wrong_is_told_too(self):
        path = self.file(self.text(more=f'tags = "{self.where}/none.tsv";'))
        done = mrqartd("-c", path, "--check-config")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertEqual(done.stderr, f"{path}: cannot read the tag list {self.where}/none.tsv: "
                                      "No such file or directory\n")

    def test_a_dump_is_a_configuration_with_the_same_dump(self):
        first = mrqartd("-c", self.file(self.text(checker="tolerances = { TR = 1.5; };")),
                        "--dump-config")
        self.assertEqual(first.returncode, 0, first.stderr)
        again = mrqartd("-c", self.file(first.stdout, "again.conf"), "--dump-config")
        self.assertEqual(again.stdout.splitlines()[1:], first.stdout.splitlines()[1:])
        self.assertIn("tolerances = { TE = 0.05; TR = 1.5; };", first.stdout)

    def test_folders_of_the_command_line_reach_the_sources(self):
        done = mrqartd("--watch", "/data/a", '/data/b "c"', "-p", "0", "--dump-config")
        self.assertIn(r'paths = [ "/data/a", "/data/b \"c\"" ];', done.stdout)
        self.assertIn('listen = [ "127.0.0.1:0/ws", "127.0.0.1:5000" ];', done.stdout)

    def test_what_the_configuration_does_not_use_is_an_error(self):
        done = mrqartd("-c", self.file(self.text()), "-p", "0", "--check-config")
        self.assertEqual(done.returncode, 1)
        self.assertIn("does not use ${http}, so -p has no effect", done.stderr)

    def test_a_missing_file_is_named(self):
        done = mrqartd("-c", self.where / "none.conf")
        self.assertEqual(done.returncode, 1)
        self.assertIn("none.conf: cannot read: No such file or directory", done.stderr)


class OneValidation(ConfigTest):
    """What refuses the start is what --check-config and doctor find, in the same words."""

    def bad(self):
        """{what is wrong: (configuration, line of it, sentence)}"""
        text, listen = self.text(), 'listen = "127.0.0.1:0"'
        return {
            "port": (text.replace(listen, 'listen = "127.0.0.1:99999"'), 7,
                     'sink-http: "127.0.0.1:99999" is no address'),
            "address": (text.replace(listen, 'listen = "192.0.2.1:8080"'), 7,
                        "sink-http: cannot listen on 192.0.2.1:8080: Cannot assign"),
            "no address": (text.replace(listen, "listen = [ ]"), 7,
                           'sink-http: option "listen" is [], but must be a list of 1 to 64'),
            "no folders": (re.sub(r"paths = \[.*?\]", "paths = [ ]", text), 5,
                           'source-inotify: option "paths" is [], but must be a list of 1 to'),
            "empty path": (re.sub(r"paths = \[.*?\]", 'paths = [ "" ]', text), 5,
                           'source-inotify: option "paths" has "", which is no folder'),
            "a file": (self.text("/etc/passwd"), 5,
                       'source-inotify: option "paths": /etc/passwd is no folder'),
            "state": (text.replace(f"{self.where}/state", "/proc/nobody"), None,
                      "state_dir: cannot make or write /proc/nobody"),
            "spool": (self.text(sources=', { plugin = "source-dicom"; listen = "127.0.0.1:0"; '
                                        'spool = "/proc/nobody"; }'), 5,
                      "source-dicom: spool: cannot use /proc/nobody"),
            "tolerance": (self.text(checker='\ntolerances = { TE = 0.1;\nTRR = 5.0; };'), 8,
                          'checker-template: option "tolerances" has "TRR"; did you mean "TR"?'),
            "compared": (self.text(checker='compared = [ "TR",\n"Matrx" ];'), 7,
                         'checker-template: option "compared" has "Matrx"; did you mean "Matrix"?'),
        }

    def test_what_refuses_the_start_is_found_by_check_config_too(self):
        for what, (text, line, sentence) in self.bad().items():
            with self.subTest(what=what):
                path = self.file(text)
                wanted = f"{path}:{line}: {sentence}" if line else f"{path}: {sentence}"
                for arguments in ([], ["--check-config"]):
                    done = mrqartd("-c", path, *arguments)
                    self.assertEqual((done.returncode, done.stdout), (1, ""), done.stderr)
                    self.assertIn(wanted, done.stderr)
                    self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)

    def test_doctor_finds_it_too(self):
        for what in ("port", "a file"):
            with self.subTest(what=what):
                text, line, sentence = self.bad()[what]
                path = self.file(text)
                done = subprocess.run([MRQART, "doctor", "-c", path, "--json", "--wait", "1"],
                                      capture_output=True, text=True, timeout=WAIT)
                told = {check["check"]: check for check in json.loads(done.stdout)["checks"]}
                self.assertEqual(told["configuration"]["status"], "failure", told)
                self.assertIn(f"{path}:{line}: {sentence}", told["configuration"]["text"])

    def test_a_port_in_use_is_a_fault_unless_the_daemon_itself_has_it(self):
        daemon = self.daemon(config=self.text())
        path = self.where / "mrqart.conf"
        path.write_text(path.read_text().replace('"127.0.0.1:0"', f'"{daemon.addresses["http"]}"', 1))
        self.assertEqual(mrqartd("-c", path, "--check-config").returncode, 0)
        path.write_text(path.read_text().replace("/state\"", "/other\""))
        done = mrqartd("-c", path, "--check-config")
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"cannot listen on {daemon.addresses['http']}: Address already in use",
                      done.stderr)

    def test_what_works_and_is_hardly_meant_is_a_warning(self):
        text = self.text(sources=', { plugin = "source-poll"; name = "other"; '
                                 f'paths = [ "{self.where}/watched/deeper" ]; }}')
        text = text.replace('127.0.0.1:0"; },', '127.0.0.1:18099"; },').replace("checkers", "#\ncheckers")
        text = text.replace("sinks     = (", 'sinks = ( { plugin = "sink-http"; name = "twin"; '
                                             'listen = "127.0.0.1:18099"; },\n')
        done = mrqartd("-c", self.file(text), "--check-config")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("configuration OK", done.stdout)
        self.assertRegex(done.stderr, r"warning: .*test.conf:5: other: .*watched/deeper is watched by "
                                      r"source-inotify as well \(.*test.conf:5\)")
        self.assertRegex(done.stderr, r"warning: .*two sinks answer / on 127.0.0.1:18099")

    def test_paths_begin_in_the_folder_of_the_configuration(self):
        text = self.text("watched").replace(f"{self.where}/", "")
        self.file(text)
        (self.where / "watched").mkdir(exist_ok=True)
        done = mrqartd("-c", os.path.relpath(self.where / "test.conf", "/"), "--dump-config", cwd="/")
        for wanted in (f'database = "{self.where}/db.sqlite"', f'state_dir = "{self.where}/state"',
                       f'paths = [ "{self.where}/watched" ]'):
            self.assertIn(wanted, done.stdout)

    def test_what_a_word_processor_writes_is_named(self):
        path = self.file("\ufeff" + self.text().replace('"source-inotify"', "\u201csource-inotify\u201d"))
        done = mrqartd("-c", path, "--check-config")
        self.assertEqual([line.split(": ", 1)[0] for line in done.stderr.splitlines()],
                         [f"{path}:1", f"{path}:5"])
        self.assertIn("byte order mark", done.stderr)
        self.assertIn('\u201c is a word processor\'s quotation mark: write "', done.stderr)


class Start(ConfigTest):
    def test_the_ready_line_is_followed_by_one_to_click(self):
        daemon = self.daemon()
        self.assertEqual(set(daemon.addresses), {"http", "websocket"})
        second = daemon.process.stdout.readline().decode()  # both may have come at once
        self.assertEqual(second, f"dashboard http://{daemon.addresses['http']}/\n")
        self.assertEqual(daemon.pid, daemon.process.pid)

    def test_both_signals_end_it_in_order(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            daemon = self.daemon()
            daemon.signal(number)
            self.assertEqual(daemon.wait(), 0)

    def test_closing_the_terminal_ends_a_daemon_started_by_hand(self):
        terminal, inner = pty.openpty()
        command = [MRQARTD, "--watch", self.where, "-p", "0", "--ws-port", "0", "--state-dir", ""]
        process = subprocess.Popen(command, stdin=inner, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True, start_new_session=True,
                                   preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        os.close(inner)
        self.assertTrue(process.stdout.readline().startswith("ready "))
        os.close(terminal)
        _, log = process.communicate(timeout=WAIT)
        self.assertIn("told to end (SIGHUP)", log)
        self.assertEqual(process.returncode, 0)

    def test_one_state_folder_serves_one_daemon(self):
        first = self.daemon()
        second = self.daemon(ready=False)
        done = subprocess.run(second.command(), capture_output=True, text=True, timeout=WAIT)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"is in use by another mrqartd (pid {first.pid})", done.stderr)
        self.assertIn("--state-dir", done.stderr)

    def test_a_second_daemon_by_hand_goes_on_without_saved_state(self):
        home = {"XDG_STATE_HOME": str(self.where / "home"), "PATH": os.environ["PATH"]}
        command = [MRQARTD, "--watch", self.where, "-p", "0", "--ws-port", "0"]
        with contextlib.ExitStack() as stack:
            for expected in ("state.jsonl", None):
                process = stack.enter_context(
                    subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                     text=True, env=home))
                stack.callback(process.terminate)
                self.assertTrue(process.stdout.readline().startswith("ready "))
            process.terminate()
            _, log = process.communicate(timeout=WAIT)
            self.assertIn("nothing will be kept over a restart", log)
            self.assertEqual(process.returncode, 0)

    def test_by_hand_each_watched_folder_has_a_state_of_its_own(self):
        home = {"XDG_STATE_HOME": str(self.where / "home"), "PATH": os.environ["PATH"]}
        for name in ("one", "two", "one"):
            (self.where / name).mkdir(exist_ok=True)
            command = [MRQARTD, "--watch", self.where / name, "-p", "0", "--ws-port", "0"]
            with subprocess.Popen(command, stdout=subprocess.PIPE, env=home, text=True) as process:
                self.assertTrue(process.stdout.readline().startswith("ready "))
                process.terminate()
        states = sorted((self.where / "home/mrqart").glob("*/state.jsonl"))
        self.assertEqual(len(states), 2, states)

    def test_by_hand_a_default_state_folder_that_cannot_be_made_is_done_without(self):
        home = {"XDG_STATE_HOME": "/proc/nobody", "PATH": os.environ["PATH"]}
        command = [MRQARTD, "--watch", self.where, "-p", "0", "--ws-port", "0"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              env=home) as process:
            self.assertTrue(process.stdout.readline().startswith("ready "))
            process.terminate()
            _, log = process.communicate(timeout=WAIT)
        self.assertIn("cannot make the state folder /proc/nobody", log)
        self.assertIn("nothing will be kept over a restart", log)

    def test_systemd_is_told(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
            systemd.bind(str(self.where / "notify"))
            systemd.settimeout(WAIT)
            daemon = self.daemon(config=self.text(), environment={
                "NOTIFY_SOCKET": str(self.where / "notify"), "WATCHDOG_USEC": "100000"})
            heard = []

            def hear(word):
                while not heard or heard[-1] != word:
                    heard.append(systemd.recv(256).decode().split("\n")[0])

            hear("READY=1")
            hear("WATCHDOG=1")
            daemon.signal(signal.SIGHUP)
            hear("RELOADING=1")
            hear("READY=1")
            daemon.signal(signal.SIGTERM)
            hear("STOPPING=1")
            self.assertEqual(daemon.wait(), 0)

    def test_a_checker_that_cannot_open_is_told_once_and_nothing_starts(self):
        path = self.file(self.text(more=f'tags = "{self.where}/none.tsv";'))
        done = mrqartd("-c", path)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertEqual(done.stderr.count("none.tsv"), 1, done.stderr)

    def test_an_address_in_use_is_said(self):
        daemon = self.daemon()
        other = self.text().replace("127.0.0.1:0\"", daemon.addresses["http"] + '"', 1)
        path = self.file(other.replace("/state\"", "/other\""))
        done = mrqartd("-c", path)
        self.assertEqual(done.returncode, 1)
        self.assertIn(daemon.addresses["http"], done.stderr)


class Log(ConfigTest):
    def lines(self, daemon, level):
        return [line.split(f" {level}: ", 1)[1] for line in daemon.log().splitlines()
                if f" {level}: " in line]

    def test_at_level_info_each_series_is_a_line(self):
        make_database(self.where / "db.sqlite", TEMPLATE, n=10)
        daemon = self.daemon(config=self.text(more='log_level = "info";'))
        client = daemon.websocket()
        for number, options in ((1, {}), (2, {"TR": "2000"}), (3, {"SequenceName": "other"})):
            for instance in (1, 2):
                write_dicom(daemon.folder / f"MR.{number}.{instance}", SeriesNumber=number,
                            InstanceNumber=instance, PatientName="Secret^Subject", **options)
            client.events_until(lambda event: event["series"]["count"] == 2)
        told = [line for line in self.lines(daemon, "info") if ": series " in line]
        self.assertEqual([line.split(": ")[0:2] for line in told],
                         [["AWP167046", f'series {number} "{name}"'] for number, name in
                          ((1, TEMPLATE["SequenceName"]), (2, TEMPLATE["SequenceName"]), (3, "other"))])
        self.assertRegex(told[0], ": conforms$")
        self.assertRegex(told[1], r": deviates: TR is 2000 ms, template 1300 ms \(seen 10 times\)$")
        self.assertRegex(told[2], ": no-template$")
        self.assertNotIn("Secret", daemon.log())

    def test_at_level_debug_each_file_is_a_line(self):
        daemon = self.daemon(config=self.text(more='log_level = "debug";'))
        client = daemon.websocket()
        for instance in range(1, 6):
            write_dicom(daemon.folder / f"MR.{instance}", InstanceNumber=instance)
        client.events_until(lambda event: event["series"]["count"] == 5)
        told = [line for line in self.lines(daemon, "debug") if ": MR." in line]
        self.assertEqual(sorted(told), [f"{daemon.folder}: MR.{instance}: no-template"
                                        for instance in range(1, 6)])


class Health(ConfigTest):
    def test_all_parts_report_and_all_is_well(self):
        make_database(self.where / "db.sqlite", TEMPLATE)
        daemon = self.daemon()
        wait_for(lambda: daemon.health()["keeper"]["database"]["templates"] is not None, "a count")
        status, headers, body = daemon.get("/healthz")
        health = json.loads(body)
        self.assertEqual((status, health["status"], health["warnings"]), (200, "ok", []))
        self.assertEqual(health["epoch"], daemon.websocket().hello["content"]["epoch"])
        folder, = health["instances"]["source-inotify"]["folders"]
        self.assertEqual((folder["name"], folder["state"]), (str(daemon.folder), "watched"))
        self.assertRegex(folder["since"], r"^\d{4}-\d\d-\d\dT[0-9:.]+[+-]\d\d:\d\d$")
        self.assertEqual(health["instances"]["source-inotify"]["backlog"], "since-last")
        self.assertEqual(health["keeper"]["database"]["templates"], 1)
        self.assertEqual(len(health["pipeline"]["workers"]["processes"]),
                         health["pipeline"]["workers"]["configured"])

    def test_without_a_source_it_answers_503(self):
        config = self.text().replace("sources   = (", "sources = ( ); unused = (", 1)
        config = re.sub(r"unused = \(.*\);\n", "\n", config)
        daemon = self.daemon(config=config)
        status, _, body = daemon.get("/healthz")
        health = json.loads(body)
        self.assertEqual((status, health["status"]), (503, "broken"))
        self.assertIn("no source can work: nothing is watched", health["warnings"])


class Reload(ConfigTest):
    def start(self, **options):
        make_database(self.where / "db.sqlite", TEMPLATE, n=10)
        daemon = self.daemon(config=self.text(**options))
        return daemon, daemon.websocket()

    def test_another_path_is_watched_and_the_old_one_no_more(self):
        daemon, client = self.start()
        other = self.where / "other"
        other.mkdir()
        log = self.reload(daemon, self.text(other))
        self.assertIn("configuration is in force", log)
        write_dicom(daemon.folder / "MR.1", SeriesNumber=1)
        write_dicom(other / "MR.2", SeriesNumber=2)
        self.assertEqual(client.event("new")["series"]["number"], 2)
        self.assertEqual([folder["name"] for folder in
                          daemon.health()["instances"]["source-inotify"]["folders"]], [str(other)])

    def test_an_option_of_a_checker_takes_effect_and_no_series_is_new_again(self):
        daemon, client = self.start(checker='tolerances = { TR = 1000.0; };')
        write_dicom(daemon.folder / "MR.1", TR="2000")
        self.assertEqual(client.event("new")["content"]["status"], "conforms")
        self.reload(daemon, self.text())
        write_dicom(daemon.folder / "MR.2", TR="2000", InstanceNumber=2)
        event = client.event("new", "update", "changed")
        self.assertNotEqual(event["type"], "new")
        write_dicom(daemon.folder / "MR.3", TR="2000", SeriesNumber=2)
        self.assertEqual(client.event("new")["content"]["status"], "deviates")

    def test_the_number_of_workers_changes(self):
        daemon, _ = self.start(more="workers = 2;")
        before = wait_for(lambda: len(daemon.workers()) == 2 and set(daemon.workers()), "2 workers")
        self.reload(daemon, self.text(more="workers = 3;"))
        wait_for(lambda: len(daemon.workers()) == 3 and not before & set(daemon.workers()),
                 "three new workers")

    def test_a_broken_file_changes_nothing_and_is_said_everywhere(self):
        daemon, client = self.start(more="workers = 2;")
        pids = wait_for(lambda: len(daemon.workers()) == 2 and set(daemon.workers()), "2 workers")
        log = self.reload(daemon, self.text(self.where / "other", more="workers = ;"))
        self.assertIn("mrqart.conf:4: syntax error", log)
        self.assertIn("the configuration stays as it was", log)
        write_dicom(daemon.folder / "MR.1")
        client.event("new")
        self.assertEqual(set(daemon.workers()), pids)
        health = daemon.health()
        self.assertEqual(health["status"], "warnings")
        self.assertIn("mrqart.conf:4", health["warnings"][0])
        self.reload(daemon, self.text())
        wait_for(lambda: daemon.health()["warnings"] == [], "no warnings")

    def test_no_folders_are_said_once_and_change_nothing(self):
        daemon, client = self.start()
        log = self.reload(daemon, re.sub(r"paths = \[.*?\]", "paths = [ ]", self.text()))
        told = [line for line in log.splitlines() if " error: " in line]
        self.assertEqual(len(told), 2, log)
        self.assertIn('mrqart.conf:5: source-inotify: option "paths" is []', told[0])
        self.assertIn("the configuration stays as it was", told[1])
        write_dicom(daemon.folder / "MR.1")
        client.event("new")

    def test_a_checker_that_cannot_open_changes_nothing(self):
        daemon, client = self.start()
        log = self.reload(daemon, self.text(checker='compared = [ "TRR" ];'))
        self.assertIn("TRR", log)
        self.assertIn("the configuration stays as it was", log)
        write_dicom(daemon.folder / "MR.1")
        self.assertEqual(client.event("new")["content"]["status"], "conforms")

    def test_a_source_can_be_added_and_taken_away(self):
        daemon, client = self.start()
        other = self.where / "other"
        other.mkdir()
        second = f', {{ plugin = "source-inotify"; name = "second"; paths = "{other}"; }}'
        self.reload(daemon, self.text(sources=second))
        write_dicom(other / "MR.1", SeriesNumber=1)
        self.assertEqual(client.event("new")["series"]["number"], 1)
        self.assertIn("second", daemon.health()["instances"])
        self.assertIn("second: closed", self.reload(daemon, self.text()))
        self.assertNotIn("second", daemon.health()["instances"])

    def test_what_only_a_restart_can_change_is_said(self):
        daemon, client = self.start()
        text = self.text(more=f'static_dir = "{self.where}";').replace("db.sqlite", "new.sqlite")
        text = text.replace('"sink-http"; listen = "127.0.0.1:0"',
                            '"sink-http"; listen = "127.0.0.2:0"')
        log = self.reload(daemon, text)
        self.assertIn('option "database": only a restart changes it; it stays', log)
        self.assertIn('option "static_dir": only a restart changes it', log)
        self.assertIn('sink-http: option "listen" needs a restart', log)
        write_dicom(daemon.folder / "MR.1")
        self.assertEqual(client.event("new")["content"]["status"], "conforms")

    def test_a_sink_takes_what_it_can_and_clients_stay(self):
        daemon, client = self.start()
        self.reload(daemon, self.text(sink="max_clients = 1;"))
        write_dicom(daemon.folder / "MR.1")
        client.event("new")
        with self.assertRaisesRegex(AssertionError, "503"):
            daemon.websocket()

    def test_files_that_come_meanwhile_are_counted_once_each(self):
        daemon, client = self.start()
        for instance in range(1, 301):
            if instance % 60 == 0:
                (self.where / "mrqart.conf").write_text(self.text(more=f"workers = {instance // 60 + 1};"))
                daemon.signal(signal.SIGHUP)
            write_dicom(daemon.folder / f"MR.{instance}", InstanceNumber=instance)
        events = client.events_until(lambda event: event["series"]["count"] == 300)
        self.assertEqual([event["type"] for event in events].count("new"), 1)
        self.assertEqual({event["type"] for event in events}, {"new", "update"})

    def test_many_signals_are_one_reload_and_the_last_file_counts(self):
        daemon, _ = self.start()
        for workers in (3, 4, 5):
            (self.where / "mrqart.conf").write_text(self.text(more=f"workers = {workers};"))
            daemon.signal(signal.SIGHUP)
        wait_for(lambda: daemon.health()["pipeline"]["workers"]["configured"] == 5, "5 workers")


main()
