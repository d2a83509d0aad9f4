#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""mrqart doctor: nothing to say of what works, and the right word for each thing that is broken."""
import contextlib
import pty
import pwd

from mrqart_test import *

EXIT_FINE, EXIT_FAILED, EXIT_USAGE = 0, 1, 2


class Doctor(DaemonTest):
    def setUp(self):
        super().setUp()
        self.folder = self.where / "watched"
        self.folder.mkdir()
        (self.where / "state").mkdir()
        make_database(self.where / "db.sqlite", TEMPLATE)
        self.file = self.where / "mrqart.conf"
        self.write()

    def write(self, paths=None, http="127.0.0.1:0"):
        listed = ", ".join(f'"{path}"' for path in paths or [self.folder])
        self.config = f"""
workers = 1;
database = "{self.where}/db.sqlite";
state_dir = "{self.where}/state";
sources  = ( {{ plugin = "source-inotify"; paths = [ {listed} ]; }} );
checkers = ( {{ plugin = "checker-template"; }} );
sinks    = ( {{ plugin = "sink-http"; listen = "{http}"; }},
             {{ plugin = "sink-websocket"; listen = [ "{http}/ws", "127.0.0.1:0" ]; }} );
"""
        self.file.write_text(self.config)

    def running(self):
        return self.daemon(config=self.config)

    def doctor(self, *arguments, before=(), samba="/nonexistent"):
        """(exit status, checks) of a run."""
        done = subprocess.run([*before, MRQART, "doctor", "-c", self.file, "--json", "--samba",
                               samba, *arguments], capture_output=True, text=True)
        self.assertEqual(done.stderr, "")
        said = json.loads(done.stdout)
        worst = max(("ok", "warning", "failure").index(each["status"]) for each in said["checks"])
        self.assertEqual(said["status"], ("ok", "warning", "failure")[worst])
        for each in said["checks"]:
            self.assertEqual(set(each), {"status", "check", "text", "remedy"})
            if each["status"] != "ok" and each["check"] != "daemon":
                self.assertTrue(each["remedy"], each)
        return done.returncode, said["checks"]

    def only(self, checks, name, status=None):
        """The one line of this check."""
        found = [each for each in checks
                 if each["check"] == name and status in (None, each["status"])]
        self.assertEqual(len(found), 1, checks)
        return found[0]

    def failures(self, checks):
        return {each["check"] for each in checks if each["status"] == "failure"}

    def need_root(self):
        if os.geteuid() != 0:
            self.skipTest("only root can test with the rights of others")

    # ---- all is well ----

    def test_what_works_has_no_failure_and_a_test_file_leaves_nothing(self):
        daemon = self.running()
        client = daemon.websocket()
        status, checks = self.doctor()
        self.assertEqual((status, self.failures(checks)), (EXIT_FINE, set()), checks)
        for name in ("configuration", "folder", "watches", "database", "state", "daemon",
                     "test file"):
            self.assertEqual(self.only(checks, name)["status"], "ok")
        self.assertIn("1 templates", self.only(checks, "database")["text"])
        self.assertRegex(self.only(checks, "test file")["text"],
                         r"MR\.mrqart-doctor-\w+ came to the websocket \d+\.\d\d s after")
        event = client.event("test")
        self.assertEqual((event["station"], event["series"], event["station_seq"]),
                         (None, None, None))
        self.assertEqual(event["content"]["status"], "not-checked")
        self.assertEqual(daemon.state(), {})
        self.assertEqual(list(self.folder.iterdir()), [])
        daemon.stop()
        daemon.start()
        self.assertEqual(daemon.state(), {})
        write_dicom(self.folder / "MR.1")
        self.assertEqual(daemon.websocket().event("new", "update", "test")["seq"], 1)

    def test_lines_for_people_with_colours_on_a_terminal_only(self):
        command = [MRQART, "doctor", "-c", self.file, "--samba", "/nonexistent"]
        plain = subprocess.run(command, capture_output=True, text=True).stdout
        for line in plain.splitlines()[:-1]:
            self.assertRegex(line, r"^(ok     |warning|failure)  [a-z ]+: .")
        self.assertRegex(plain, r"\d+ ok, \d+ warnings?, 1 failure\n$")
        self.assertNotIn("\033", plain)
        master, slave = pty.openpty()
        process = subprocess.Popen(command, stdout=slave)
        os.close(slave)
        shown = b""
        while True:
            try:
                shown += os.read(master, 4096)
            except OSError:
                break
        process.wait()
        os.close(master)
        self.assertIn(b"\033[31mfailure\033[0m", shown)

    # ---- each thing broken ----

    def test_no_daemon(self):
        status, checks = self.doctor()
        self.assertEqual((status, self.failures(checks)), (EXIT_FAILED, {"daemon"}))
        self.assertIn("start", self.only(checks, "daemon")["remedy"])

    def test_no_configuration_and_one_with_an_error(self):
        self.file.write_text(self.config.replace("paths", "pathes"))
        status, checks = self.doctor()
        self.assertEqual(status, EXIT_FAILED)
        self.assertIn('did you mean "paths"', self.only(checks, "configuration")["text"])
        self.file.unlink()
        status, checks = self.doctor()
        self.assertIn("No such file", self.only(checks, "configuration")["text"])
        self.assertEqual(status, EXIT_FAILED)

    def test_a_folder_that_is_missing(self):
        self.write([self.folder, self.where / "gone"])
        daemon = self.running()
        status, checks = self.doctor()
        self.assertEqual((status, self.failures(checks)), (EXIT_FAILED, {"folder"}))
        line = self.only(checks, "folder", "failure")
        self.assertEqual(line["text"], f"{self.where}/gone does not exist")
        self.assertIn("paths", line["remedy"])

    def test_what_the_service_s_user_cannot_read(self):
        self.need_root()
        self.where.chmod(0o755)
        self.folder.chmod(0o755)
        write_dicom(self.folder / "session" / "MR.1").chmod(0o600)
        (self.where / "db.sqlite").chmod(0o600)
        _, checks = self.doctor("--user", "nobody")
        self.assertIn(f"user nobody cannot read {self.folder}/session/MR.1: Permission denied",
                      self.only(checks, "folder")["text"])
        self.assertIn("user nobody cannot read", self.only(checks, "database")["text"])
        self.assertEqual(self.only(checks, "state")["status"], "failure")
        (self.folder / "session").chmod(0o700)
        self.assertIn(f"{self.folder}/session: Permission denied",
                      self.only(self.doctor("--user", "nobody")[1], "folder")["text"])
        self.where.chmod(0o700)
        line = self.only(self.doctor("--user", str(pwd.getpwnam("nobody").pw_uid))[1],
                         "folder") if os.access(self.where.parent, os.X_OK) else None
        self.assertIn(f"pass through {self.where}:", line["remedy"])

    def test_who_the_running_daemon_is_counts(self):
        self.need_root()
        daemon = self.running()
        _, checks = self.doctor()
        self.assertIn("readable by user root", self.only(checks, "folder")["text"])

    def test_a_database_that_is_damaged_missing_or_empty(self):
        path = self.where / "db.sqlite"
        whole = path.read_bytes()
        path.write_bytes(whole[:100] + b"\xff" * (len(whole) - 100))
        self.assertIn("damaged", self.only(self.doctor()[1], "database", "failure")["text"])
        path.write_bytes(b"no database at all, " * 100)
        self.assertIn("damaged", self.only(self.doctor()[1], "database", "failure")["text"])
        path.unlink()
        self.assertIn("is not there", self.only(self.doctor()[1], "database", "warning")["text"])
        make_database(path)
        line = self.only(self.doctor()[1], "database", "warning")
        self.assertIn("no templates", line["text"])
        self.assertIn(f"mrqart db import --database {path}", line["remedy"])
        path.write_bytes(b"")
        line = self.only(self.doctor()[1], "database", "warning")
        self.assertIn(f"mrqart db import --database {path}", line["remedy"])

    def test_a_database_without_templates_and_its_remedy(self):
        path = self.where / "db.sqlite"
        path.unlink()
        subprocess.run([MRQART, "db", "init", path], check=True, capture_output=True)
        with contextlib.closing(sqlite3.connect(path)) as database:
            database.execute("insert into acq_param (Project, SequenceName) values ('a', 'b')")
            database.execute("insert into acq (param_id, AcqDate) values (1, '20260101')")
            database.commit()
        line = self.only(self.doctor()[1], "database", "warning")
        self.assertIn(f"mrqart db rebuild --database {path}", line["remedy"])
        subprocess.run([MRQART, *line["remedy"].split(" makes")[0].split()[1:]], check=True,
                       capture_output=True)
        self.only(self.doctor()[1], "database", "ok")

    def test_a_database_that_another_program_holds(self):
        with contextlib.closing(sqlite3.connect(self.where / "db.sqlite",
                                                isolation_level=None)) as database:
            database.execute("begin exclusive")
            line = self.only(self.doctor()[1], "database", "failure")
        self.assertIn("database is locked", line["text"])
        self.assertNotIn("damaged", line["text"])
        self.assertIn("another program holds it", line["remedy"])

    def test_a_port_that_another_program_has(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            self.write(http=f"127.0.0.1:{port}")
            def refuse():
                while True:
                    try:
                        connection, _ = taken.accept()
                    except OSError:
                        return
                    connection.close()
            threading.Thread(target=refuse, daemon=True).start()
            status, checks = self.doctor()
            taken.shutdown(socket.SHUT_RDWR)
        lines = [each for each in checks if each["check"] == "port"]
        self.assertEqual(status, EXIT_FAILED)
        self.assertEqual({each["status"] for each in lines}, {"failure"})
        self.assertIn(f"another program has 127.0.0.1:{port}", lines[0]["text"])

    def test_a_port_that_is_free(self):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.write(http=f"127.0.0.1:{port}")
        lines = [each for each in self.doctor()[1] if each["check"] == "port"]
        self.assertEqual([each["status"] for each in lines], ["ok"] * len(lines))

    def test_fewer_watches_than_folders(self):
        for number in range(3):
            (self.folder / str(number)).mkdir()
        limit = "echo 2 > /proc/sys/user/max_inotify_watches"
        before = ["unshare", "--user", "--map-root-user", "sh", "-c", f'{limit} && exec "$@"', "-"]
        if subprocess.run([*before, "true"], capture_output=True).returncode != 0:
            self.skipTest("no user namespace of one's own can be made here")
        status, checks = self.doctor(before=before)
        line = self.only(checks, "watches")
        self.assertEqual(line["status"], "failure")
        self.assertIn("needs 4 of the 2 folders", line["text"])
        self.assertIn("max_user_watches", line["remedy"])

    def test_shares(self):
        file = self.where / "smb.conf"
        def share(text):
            file.write_text(f"[global]\n workgroup = MR\n[dicom]\n  path = {text}\n")
            return self.only(self.doctor(samba=file)[1], "share")
        line = share(f"{self.folder}\n  Read Only = No\n  guest ok = yes")
        self.assertEqual(line["status"], "ok", line)
        self.assertIn("[dicom]", line["text"])
        self.assertIn("guests", line["text"])
        self.assertEqual(share(f"{self.where}\n  writeable = yes")["status"], "ok")
        self.assertEqual(share(f"{self.folder}")["status"], "failure")
        self.assertEqual(share("/elsewhere\n  read only = no")["status"], "warning")
        self.assertEqual(share(f"{self.folder}\n  write list = scanner")["status"], "ok")
        file.write_text(f"[global]\n read only = no\n[dicom]\n path = {self.folder}\n")
        self.assertEqual(self.only(self.doctor(samba=file)[1], "share")["status"], "ok")

    def test_what_a_source_is_said_to_be_connected_by(self):
        self.file.write_text(self.config.replace(
            'paths = ', 'share = "\\\\\\\\server\\\\dicom"; paths = '))
        self.assertIn(r"\\server\dicom is to be connected",
                      self.only(self.doctor()[1], "share")["text"])

    def test_a_source_that_receives(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            address = "127.0.0.1:%d" % taken.getsockname()[1]
            source = f'plugin = "source-dicom"; spool = "{self.where}/spool"; listen = "{address}";'
            self.file.write_text(re.sub(r'plugin = "source-inotify";.*?\];', source, self.config))
            status, checks = self.doctor()
            self.assertIn(f"another program has {address}",
                          self.only(checks, "port", "failure")["text"])
            self.assertEqual(self.only(checks, "spool")["status"], "warning")

    def test_a_receiver_is_asked_by_echo(self):
        with socket.create_server(("127.0.0.1", 0)) as free:
            address = "127.0.0.1:%d" % free.getsockname()[1]
        def configure(more):
            source = (f'plugin = "source-dicom"; spool = "{self.where}/spool"; '
                      f'listen = "{address}"; {more}')
            self.write()
            self.config = re.sub(r'plugin = "source-inotify";.*?\];', lambda _: source, self.config)
            self.file.write_text(self.config)
        def port(checks):
            return [each for each in checks
                    if each["check"] == "port" and address in each["text"]]
        configure('ae_title = "MR 1"; callers = [ "SCANNER" ];')
        daemon = self.running()
        wait_for(lambda: daemon.health()["instances"]["source-dicom"]["state"] == "listening",
                 "the receiver")
        line, = port(self.doctor()[1])
        self.assertEqual((line["status"], line["text"]),
                         ("ok", f'{address} answers C-ECHO as "MR 1"'))
        source = daemon.health()["instances"]["source-dicom"]
        self.assertEqual((source["refused"], source["lost"]), (0, 0))
        configure('ae_title = "MR 1"; callers = [ "SCANNER@10.0.0.1" ];')
        daemon.signal(signal.SIGHUP)
        daemon.logged("configuration is in force")
        wait_for(lambda: "none of its callers" in port(self.doctor()[1])[0]["text"], "the callers")
        self.file.write_text(self.config.replace("MR 1", "MR 2"))
        line, = port(self.doctor()[1])
        self.assertEqual(line["status"], "failure", line)

    def test_another_mrqartd_that_has_the_port(self):
        self.need_root()
        other = self.where / "other"
        other.mkdir()
        daemon = self.daemon("--watch", other, "-p", "0", "--ws-port", "0", where=other)
        self.write(http="127.0.0.1:%d" % daemon.address()[1])
        status, checks = self.doctor()
        self.assertIn("another mrqartd", self.only(checks, "port", "failure")["text"])
        self.assertIn("daemon", self.failures(checks))

    def test_a_folder_that_the_service_does_not_see(self):
        self.need_root()
        inner = self.where / "outer" / "inner"
        inner.mkdir(parents=True)
        hide = ["unshare", "--mount", "sh", "-c",
                f'mount -t tmpfs none {inner.parent} && exec "$@"', "-"]
        if subprocess.run([*hide, "true"], capture_output=True).returncode != 0:
            self.skipTest("no mount namespace of one's own can be made here")
        self.write([inner])
        self.daemon(config=self.config, wrapper=hide)
        line = self.only(self.doctor("--wait", "1")[1], "folder", "failure")
        self.assertEqual(line["text"], f"{inner} is there, but not for the running service")
        self.assertIn("PrivateTmp", line["remedy"])

    def test_who_may_not_test_the_rights_of_others_is_told(self):
        self.need_root()
        self.running()
        self.where.chmod(0o755)
        (self.where / "state").chmod(0o700)
        status, checks = self.doctor(before=["setpriv", "--reuid", "nobody", "--clear-groups"])
        # the daemon's port was left to the system, and only root may look which one it got
        self.assertEqual(self.failures(checks), {"daemon"}, checks)
        self.assertIn("not as root", self.only(checks, "user", "warning")["text"])
        self.assertEqual(self.only(checks, "state")["status"], "warning")

    def test_a_folder_that_retention_cannot_write_in(self):
        self.need_root()
        self.where.chmod(0o755)
        self.folder.chmod(0o755)
        self.file.write_text(self.config.replace("paths = ", "retention = 48; paths = "))
        line = self.only(self.doctor("--user", "nobody")[1], "retention", "failure")
        self.assertIn(f"user nobody cannot remove files in {self.folder}", line["text"])
        self.folder.chmod(0o777)
        self.assertNotIn("retention", self.failures(self.doctor("--user", "nobody")[1]))

    def test_a_run_that_is_killed_leaves_no_file(self):
        self.running()
        other = self.where / "other"
        other.mkdir()
        self.write([other])  # which the daemon does not watch: the doctor waits
        for number in (signal.SIGKILL, signal.SIGINT):
            process = subprocess.Popen([MRQART, "doctor", "-c", self.file, "--json"],
                                       stdout=subprocess.DEVNULL)
            wait_for(lambda: list(other.iterdir()), "the test file")
            process.send_signal(number)
            process.wait()
            wait_for(lambda: not list(other.iterdir()), "it to be removed")

    def test_what_an_earlier_run_has_left_is_removed(self):
        self.running()
        old = self.folder / "MR.mrqart-doctor-0123abcd"
        kept = [self.folder / "MR.mrqart-doctor-0123", self.folder / "MR.mrqart-doctor-01234567"]
        for path in (old, *kept):
            path.write_bytes(b"")
        os.utime(old, (1, 1))
        os.utime(kept[0], (1, 1))
        self.doctor()
        self.assertEqual(sorted(self.folder.iterdir()), sorted(kept))

    def test_a_folder_that_the_daemon_does_not_watch(self):
        daemon = self.running()
        other = self.where / "other"
        other.mkdir()
        self.write([self.folder, other])
        status, checks = self.doctor("--wait", "1")
        line = self.only(checks, "test file", "failure")
        self.assertEqual(status, EXIT_FAILED)
        self.assertIn(f"{other}/MR.mrqart-doctor", line["text"])
        self.assertEqual([*other.iterdir(), *self.folder.iterdir()], [])

    def test_what_the_daemon_warns_of(self):
        daemon = self.running()
        (self.where / "db.sqlite").write_bytes(b"no database at all, " * 100)
        write_dicom(self.folder / "MR.1")
        daemon.websocket().event("new", "error")
        wait_for(lambda: daemon.health()["warnings"], "a warning")
        status, checks = self.doctor()
        said = [each["text"] for each in checks
                if (each["check"], each["status"]) == ("daemon", "warning")]
        self.assertTrue(any("db.sqlite" in text for text in said), checks)

    def test_wrong_use(self):
        for arguments in (("--wait", "0"), ("--wait", "x"), ("--user", "no such user"), ("more",),
                          ("--unknown",)):
            done = subprocess.run([MRQART, "doctor", *arguments], capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stdout), (EXIT_USAGE, ""), arguments)
            self.assertTrue(done.stderr)


main()
