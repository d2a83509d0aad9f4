#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""500 files and 50 clients under valgrind, children included: no error, no leak."""
from mrqart_test import *

FILES, CLIENTS, SERIES = 500, 50, 5
VALGRIND_BUILD = SOURCE / "build/valgrind"


def build():
    if not shutil.which("valgrind"):
        skip("valgrind is not installed")
    for command in (["cmake", "--preset", "valgrind"],
                    ["cmake", "--build", "--preset", "valgrind"]):
        done = subprocess.run(command, cwd=SOURCE, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(done.stdout + done.stderr)


class Valgrind(DaemonTest):
    def test_500_files_and_50_clients_leave_no_error_and_no_leak(self):
        build()
        make_database(self.where / "db.sqlite", TEMPLATE)
        logs = self.where / "valgrind"
        logs.mkdir()
        daemon = self.daemon(
            program=VALGRIND_BUILD / "bin/mrqartd",
            wrapper=["valgrind", "--trace-children=yes", "--leak-check=full",
                     "--errors-for-leak-kinds=definite,indirect,possible", "--error-exitcode=99",
                     f"--suppressions={SOURCE}/tests/valgrind.supp", f"--log-file={logs}/%p.log"],
            config=self.config())
        clients = [daemon.websocket() for _ in range(CLIENTS)]
        for number in range(FILES):
            series = number % SERIES + 1
            write_dicom(daemon.folder / f"001_{series:06}_{number:06}.dcm", SeriesNumber=series,
                        InstanceNumber=number, TR="2000" if series == 2 else "1300")
        for client in clients:
            counts = {}
            client.events_until(lambda event: counts.update(
                {event["series"]["number"]: event["series"]["count"]}) or
                sum(counts.values()) == FILES, wait=240)
        self.assertEqual(daemon.get("/healthz")[0], 200)
        for client in clients[::2]:
            client.close()
        self.assertEqual(daemon.stop(), 0)
        texts = {path.name: path.read_text(errors="replace") for path in logs.iterdir()}
        self.assertGreaterEqual(len(texts), 3)  # daemon, keeper, workers
        for name, text in texts.items():
            self.assertIn("ERROR SUMMARY: 0 errors", text, name)

    def config(self):
        return f"""
            workers = 1;
            worker_timeout = 120000;
            database = "{self.where}/db.sqlite";
            sources = ( {{ plugin = "source-inotify"; paths = [ "{self.where}/watched" ]; }} );
            checkers = ( {{ plugin = "checker-template"; }} );
            sinks = ( {{ plugin = "sink-http"; listen = "127.0.0.1:0"; }},
                      {{ plugin = "sink-websocket"; listen = [ "127.0.0.1:0/ws", "127.0.0.1:0" ]; }} );
        """


main()
