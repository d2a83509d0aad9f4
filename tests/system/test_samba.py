#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A scanner that writes to a real Samba share: every way in which smbclient can write a file."""
import getpass

from mrqart_test import *

SMBD = shutil.which("smbd", path=os.environ["PATH"] + ":/usr/sbin:/sbin")
SMBCLIENT = shutil.which("smbclient")
PIECE = 64 * 1024  # what smbclient writes at once: the least that smbd lets us set

CONFIGURATION = """
[global]
    server role = standalone server
    interfaces = lo
    bind interfaces only = yes
    smb ports = {port}
    map to guest = bad user
    guest account = {user}
    private dir = {own}
    lock directory = {own}
    state directory = {own}
    cache directory = {own}
    pid directory = {own}
    ncalrpc dir = {own}/ncalrpc
    usershare path =
    disable spoolss = yes
    load printers = no
    log file = {own}/log.smbd
    max log size = 0
    disable netbios = yes
    smb2 max write = {piece}
[stream]
    path = {folder}
    guest ok = yes
    guest only = yes
    read only = no
    oplocks = {oplocks}
    level2 oplocks = {oplocks}
    strict sync = no
"""


def free_port():
    """smbd cannot choose a port itself: one that was free a moment ago."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Samba:
    """smbd with one share on a loopback port, all its files in one folder."""

    def __init__(self, where, folder, oplocks):
        self.own = where / "samba"
        self.own.mkdir(mode=0o700)
        self.port = free_port()
        self.configuration = self.own / "smb.conf"
        self.configuration.write_text(CONFIGURATION.format(
            port=self.port, user=getpass.getuser(), own=self.own, folder=folder, oplocks=oplocks,
            piece=PIECE))
        self.log = open(self.own / "output", "wb")
        self.process = subprocess.Popen(
            [SMBD, "--foreground", "--no-process-group", f"--configfile={self.configuration}",
             f"--log-basename={self.own}"],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=subprocess.STDOUT,
            start_new_session=True)
        wait_for(self._is_up, "smbd to listen")

    def _is_up(self):
        if self.process.poll() is not None:
            text = (self.own / "output").read_text(errors="replace")
            raise AssertionError(f"smbd ended with {self.process.returncode}\n{text}")
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=WAIT).close()
            return True
        except ConnectionRefusedError:
            return False

    def command(self):
        return [SMBCLIENT, "//127.0.0.1/stream", f"--port={self.port}", "--no-pass",
                f"--configfile={self.configuration}"]

    def run(self, *commands):
        """One smbclient session; fails when one of its commands does."""
        done = subprocess.run([*self.command(), "-c", "; ".join(commands)], timeout=WAIT,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        text = done.stdout.decode(errors="replace")
        if done.returncode or "NT_STATUS" in text:
            raise AssertionError(f"smbclient {commands}: {done.returncode}\n{text}")

    def stop(self):
        os.killpg(self.process.pid, signal.SIGTERM)  # smbd has a session of its own
        self.process.wait(timeout=WAIT)
        self.log.close()


class SambaTest(DaemonTest):
    def share(self, oplocks="no"):
        where = self.where / f"oplocks-{oplocks}"
        daemon = self.daemon(where=where)
        samba = Samba(where, daemon.folder, oplocks)
        self.addCleanup(samba.stop)
        return daemon, samba, daemon.websocket()

    def local(self, name, **values):
        """A DICOM file on the scanner's side."""
        return write_dicom(self.where / "scanner" / name, **values)

    def count(self, client, number, count):
        """Waits until the series has that many images, and checks that none was counted twice."""
        events = client.events_until(lambda e: e["series"] and e["series"]["number"] == number and
                                     e["series"]["count"] >= count)
        self.assertEqual(events[-1]["series"]["count"], count)
        self.assertEqual([e for e in events if e["type"] == "error"], [])
        return events

    def test_a_folder_made_and_files_put_at_once_are_all_announced(self):
        for oplocks in ("no", "yes"):
            with self.subTest(oplocks=oplocks):
                daemon, samba, client = self.share(oplocks=oplocks)
                files = [self.local(f"001_000001_{i:06}.dcm", InstanceNumber=i) for i in (1, 2, 3)]
                samba.run("mkdir 20261101", "cd 20261101", "mkdir deeper", "cd deeper",
                          f"lcd {files[0].parent}", *(f"put {f.name}" for f in files))
                events = self.count(client, 1, 3)
                self.assertEqual(events[0]["type"], "new")
                self.assertTrue(events[0]["content"]["input"]["dcm_path"].startswith(
                    str(daemon.folder / "20261101/deeper")))

    def test_an_empty_file_filled_later_is_announced_once(self):
        daemon, samba, client = self.share()
        file = self.local("001_000001_000001.dcm")
        empty = self.where / "scanner" / "empty"
        empty.touch()
        samba.run(f"put {empty} 001_000001_000001.dcm")
        samba.run(f"reput {file} 001_000001_000001.dcm")
        after = self.local("001_000002_000001.dcm", SeriesNumber=2)
        samba.run(f"put {after} {after.name}")
        events = self.count(client, 2, 1)
        ours = [e for e in events if e["series"]["number"] == 1]
        self.assertEqual([(e["type"], e["series"]["count"]) for e in ours], [("new", 1)])

    def stall(self, samba, path, data):
        """An smbclient that has written data to path and holds it open for more."""
        session = subprocess.Popen([*samba.command(), "-c", f"put - {path.name}"],
                                   stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        session.stdin.write(data)
        session.stdin.flush()
        wait_for(lambda: path.exists() and path.stat().st_size, "the file to grow on the share")
        return session

    def test_a_write_that_stalls_in_the_header_is_waited_for(self):
        daemon, samba, client = self.share()
        name = "001_000001_000001.dcm"
        data = dicom_bytes(extra=[(0x0029, 0x1010, "OB", bytes(4 * PIECE))])
        session = self.stall(samba, daemon.folder / name, data[:2 * PIECE])
        other = self.local("001_000002_000001.dcm", SeriesNumber=2)
        samba.run(f"put {other} {other.name}")
        early = client.events_until(lambda e: e["series"]["number"] == 2)
        self.assertEqual([e["series"]["number"] for e in early], [2])
        session.stdin.write(data[2 * PIECE:])
        session.stdin.close()
        self.assertEqual(session.wait(timeout=WAIT), 0)
        self.count(client, 1, 1)

    def test_a_write_that_stalls_over_a_restart_of_the_daemon_is_waited_for(self):
        daemon, samba, client = self.share()
        name = "001_000001_000001.dcm"
        data = dicom_bytes(extra=[(0x0029, 0x1010, "OB", bytes(4 * PIECE))])
        session = self.stall(samba, daemon.folder / name, data[:2 * PIECE])
        self.assertEqual(daemon.stop(), 0)
        client = daemon.start().websocket()
        other = self.local("001_000002_000001.dcm", SeriesNumber=2)
        samba.run(f"put {other} {other.name}")
        early = client.events_until(lambda e: e["series"]["number"] == 2)
        self.assertEqual([e["series"]["number"] for e in early], [2])
        session.stdin.write(data[2 * PIECE:])
        session.stdin.close()
        self.assertEqual(session.wait(timeout=WAIT), 0)
        self.count(client, 1, 1)

    def test_a_file_renamed_on_the_share_is_announced_once(self):
        daemon, samba, client = self.share()
        file = self.local("001_000001_000001.dcm")
        samba.run(f"put {file} incoming.tmp", f"rename incoming.tmp {file.name}",
                  f"rename {file.name} MR.renamed-again", "mkdir done",
                  r"rename MR.renamed-again done\001.dcm")
        after = self.local("001_000002_000001.dcm", SeriesNumber=2)
        samba.run(f"put {after} {after.name}")
        events = self.count(client, 2, 1)
        ours = [e for e in events if e["series"]["number"] == 1]
        self.assertEqual([(e["type"], e["series"]["count"]) for e in ours], [("new", 1)])

    def test_two_scanners_at_once_lose_nothing(self):
        daemon, samba, client = self.share(oplocks="yes")

        def scan(series):
            files = [self.local(f"{series}/001_{series:06}_{i:06}.dcm", SeriesNumber=series,
                                Station=f"MR{series}", InstanceNumber=i) for i in range(1, 41)]
            samba.run(f"mkdir MR{series}", f"cd MR{series}", f"lcd {files[0].parent}", "prompt",
                      "mput *.dcm")

        scanners = [threading.Thread(target=scan, args=(series,)) for series in (1, 2)]
        for scanner in scanners:
            scanner.start()
        for scanner in scanners:
            scanner.join()
        done = {}

        def complete(event):
            done[event["series"]["number"]] = event["series"]["count"]
            return done == {1: 40, 2: 40}

        events = client.events_until(complete)
        self.assertEqual(sum(e["type"] == "new" for e in events), 2)


if not SMBD or not SMBCLIENT:
    skip("smbd or smbclient is not installed (apt-get install samba smbclient)")
main()
