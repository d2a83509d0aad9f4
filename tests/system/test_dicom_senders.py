#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Real senders: DCMTK's storescu and echoscu, in every transfer syntax and over TLS, and Orthanc."""
import urllib.request

from dicom_daemon import *

PROPOSALS = {  # what storescu has to be told so that it does not convert
    IMPLICIT: ["-xi"], EXPLICIT: ["-xe"], "1.2.840.10008.1.2.2": ["-xb"],
    "1.2.840.10008.1.2.1.99": ["-xd"], "1.2.840.10008.1.2.4.51": ["-xx"],
    "1.2.840.10008.1.2.4.70": ["-xs"], "1.2.840.10008.1.2.4.80": ["-xt"],
    "1.2.840.10008.1.2.4.81": ["-xu"], "1.2.840.10008.1.2.4.90": ["-xv"],
    "1.2.840.10008.1.2.4.91": ["-xw"], "1.2.840.10008.1.2.5": ["-xr"],
}


def free_port():
    """Orthanc cannot choose a port itself: one that was free a moment ago."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def grey(number, **values):
    """A small image that every codec can take."""
    extra = [(0x0028, 0x0002, "US", 1), (0x0028, 0x0004, "CS", "MONOCHROME2"),
             (0x0028, 0x0101, "US", 12), (0x0028, 0x0102, "US", 11), (0x0028, 0x0103, "US", 0)]
    return {"InstanceNumber": number, "Rows": 8, "Columns": 8, "pixels": 128, "extra": extra,
            **values}


class Dcmtk(Receiver):
    def test_echoscu(self):
        daemon = self.receiver()
        status, said = self.run_client(daemon, "echoscu")
        self.assertEqual(status, 0, said)
        self.assertIn("Received Echo Response (Success)", said)
        status, said = self.run_client(daemon, "echoscu", called="OTHER")
        self.assertNotEqual(status, 0)
        self.assertIn("Called AE Title Not Recognized", said)

    def test_storescu_with_a_folder(self):
        daemon = self.receiver()
        client = daemon.websocket()
        for number in range(1, 31):
            write_dicom(self.where / f"out/MR.{number}", InstanceNumber=number)
        status, said = self.run_client(daemon, "storescu", self.where / "out", options=["+sd"])
        self.assertEqual(status, 0, said)
        events = client.events_until(lambda event: event["series"]["count"] == 30)
        self.assertEqual(events[0]["type"], "new")
        self.assertEqual(len(self.stored()), 30)

    def test_four_at_once(self):
        daemon = self.receiver("associations_per_peer = 4;")
        client = daemon.websocket()
        host, port = daemon.address("dicom")
        clients = []
        for one in range(4):
            for number in range(1, 16):
                write_dicom(self.where / f"out{one}/MR.{number}", InstanceNumber=number,
                            SeriesNumber=one + 1)
            clients.append(subprocess.Popen([need_program("storescu"), "-aec", "MRQART", "+sd", host,
                                             str(port), self.where / f"out{one}"]))
        self.assertEqual([one.wait(120) for one in clients], [0] * 4)
        done = set()
        client.events_until(lambda event: event["series"]["count"] == 15 and (
            done.add(event["series"]["number"]) or len(done) == 4))
        self.assertEqual(len(self.stored()), 60)

    def test_storescu_that_aborts(self):
        daemon = self.receiver()
        file = write_dicom(self.where / "MR.1")
        self.run_client(daemon, "storescu", file, options=["--abort"])
        daemon.logged("aborted by the sender")
        self.assertEqual(len(self.stored()), 1)

    def test_real_files_of_every_maker(self):
        if not (DATA / "dicom").exists():
            self.skipTest(f"no real DICOM files in {DATA} (set MRQART_DATA)")
        files = {}
        for path in sorted((DATA / "dicom").rglob("*")):
            head = path.read_bytes()[:1000] if path.is_file() else b""
            syntax = re.search(rb"\x02\x00\x10\x00UI..([0-9.]+)", head, re.DOTALL)
            if syntax:
                files.setdefault(syntax[1].decode(), []).append(path)
        daemon, sent, bad = self.receiver(), 0, 0
        for syntax, paths in files.items():
            _, said = self.run_client(daemon, "storescu", *paths,
                                      options=["-nh", *PROPOSALS[syntax]])
            sent += said.count("Received Store Response (Success)")
            bad += said.count("Bad DICOM file")  # cut short, so that storescu cannot send it
        self.assertEqual(sent + bad, sum(map(len, files.values())))
        self.counted(daemon, "stored", sent)
        counts = lambda: sum(map(int, re.findall(rb'"count":(\d+)', daemon.get("/state")[2])))
        wait_for(lambda: counts() >= len(self.stored()), "all of them in /state")


class Syntaxes(Receiver):
    """storescu proposes one; what is stored has it, and is read."""

    def check(self, *rows):
        daemon = self.receiver()
        for number, (uid, *command) in enumerate(rows, 1):
            with self.subTest(syntax=uid):
                plain = write_dicom(self.where / "plain.dcm", **grey(number, SeriesNumber=number))
                file = self.where / f"MR.{number}"
                subprocess.run([need_program(command[0]), *command[1:], plain, file], check=True)
                self.store(daemon, file, number, uid)

    def store(self, daemon, file, number, uid):
        client = daemon.websocket()
        status, said = self.run_client(daemon, "storescu", file, options=PROPOSALS[uid])
        self.assertEqual(status, 0, said)
        self.assertIn("Received Store Response (Success)", said)
        stored = self.spool / f"1.2.3.1/1.2.3.{number}/1.2.3.{number}.{number}.dcm"
        self.assertIn(uid.encode() + b"\0" * (len(uid) % 2), stored.read_bytes()[:600])
        event = client.event("new", "error")
        self.assertEqual((event["type"], event["content"]["input"]["TR"]), ("new", 1300))

    def test_native_ones(self):
        self.check((IMPLICIT, "dcmconv", "+ti"), (EXPLICIT, "dcmconv", "+te"),
                   ("1.2.840.10008.1.2.2", "dcmconv", "+tb"),
                   ("1.2.840.10008.1.2.1.99", "dcmconv", "+td"))

    def test_encapsulated_ones(self):
        self.check(("1.2.840.10008.1.2.4.70", "dcmcjpeg", "+e1", "+un"),
                   ("1.2.840.10008.1.2.4.51", "dcmcjpeg", "+ee", "+un"),
                   ("1.2.840.10008.1.2.4.80", "dcmcjpls", "+un"),
                   ("1.2.840.10008.1.2.4.81", "dcmcjpls", "+en", "+un"),
                   ("1.2.840.10008.1.2.5", "dcmcrle", "+un"))

    def test_those_that_dcmtk_cannot_write(self):
        """JPEG 2000 and video: nothing looks into the pixels, so any bytes will do."""
        daemon = self.receiver()
        client = daemon.websocket()
        syntaxes = [f"1.2.840.10008.1.2.4.{n}" for n in (90, 91, 50, 57, 100, 102, 107)]
        one = self.associate(daemon, contexts=[(MR, [uid]) for uid in syntaxes])
        frames = struct.pack("<HHI", 0xFFFE, 0xE000, 0) + struct.pack("<HHI", 0xFFFE, 0xE000, 64)
        pixels = (struct.pack("<HH2sHI", 0x7FE0, 0x0010, b"OB", 0, 0xFFFFFFFF) + frames +
                  os.urandom(64) + struct.pack("<HHI", 0xFFFE, 0xE0DD, 0))
        for number, uid in enumerate(syntaxes):
            self.assertEqual(one.contexts[2 * number + 1], (0, uid))
            data = data_set(InstanceNumber=number, pixels=None) + pixels
            self.assertEqual(one.store(f"1.2.3.1.{number}", data, context=2 * number + 1), (0, ""))
            self.assertTrue((self.spool / f"1.2.3.1/1.2.3.1/1.2.3.1.{number}.dcm")
                            .read_bytes().endswith(data))
        client.events_until(lambda event: event["series"]["count"] == len(syntaxes))


class Tls(Receiver):
    def certificate(self, name, *signed_by):
        key, certificate = self.where / f"{name}.key", self.where / f"{name}.pem"
        subprocess.run([need_program("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes",
                        "-subj", f"/CN={name}", "-days", "2", "-keyout", key, "-out", certificate,
                        *signed_by], check=True, capture_output=True)
        return key, certificate

    def test_only_tls_is_spoken(self):
        key, certificate = self.certificate("mrqart")
        daemon = self.receiver(f'tls_certificate = "{certificate}"; tls_key = "{key}";')
        client = daemon.websocket()
        files = [write_dicom(self.where / f"MR.{n}", InstanceNumber=n) for n in (1, 2, 3)]
        tls = ["+tla", "+cf", certificate]
        status, said = self.run_client(daemon, "storescu", *files, options=tls)
        self.assertEqual(status, 0, said)
        client.events_until(lambda event: event["series"]["count"] == 3)
        self.assertEqual(self.run_client(daemon, "echoscu", options=tls)[0], 0)
        self.assertNotEqual(self.run_client(daemon, "echoscu")[0], 0)
        daemon.logged("no association request over TLS")

    def test_senders_need_a_certificate_where_a_signer_is_named(self):
        key, certificate = self.certificate("mrqart")
        its_key, its_certificate = self.certificate("scanner")
        other_key, other_certificate = self.certificate("other")
        daemon = self.receiver(f'tls_certificate = "{certificate}"; tls_key = "{key}"; '
                               f'tls_ca = "{its_certificate}";')
        known = ["+tls", its_key, its_certificate, "+cf", certificate]
        unknown = ["+tls", other_key, other_certificate, "+cf", certificate]
        self.assertEqual(self.run_client(daemon, "echoscu", options=known)[0], 0)
        self.assertNotEqual(self.run_client(daemon, "echoscu", options=unknown)[0], 0)
        none = ["+tla", "+cf", certificate]
        self.assertNotEqual(self.run_client(daemon, "echoscu", options=none)[0], 0)
        self.counted(daemon, "refused", 2)


    def authority(self):
        """The options of a daemon that lets in whom a certificate authority has signed."""
        self.ca = self.where / "ca"
        self.ca.mkdir()
        (self.ca / "index.txt").touch()
        (self.ca / "config").write_text(f"""[ca]
default_ca = own
[own]
database = {self.ca}/index.txt
certificate = {self.where}/authority.pem
private_key = {self.where}/authority.key
default_md = sha256
default_crl_days = 2
""")
        self.certificate("authority")
        self.revoke()
        key, certificate = self.certificate("mrqart")
        return (f'tls_certificate = "{certificate}"; tls_key = "{key}"; '
                f'tls_ca = "{self.where}/authority.pem"; ')

    def signed(self, name, *more):
        return self.certificate(name, "-CA", self.where / "authority.pem", "-CAkey",
                                self.where / "authority.key", *more)

    def revoke(self, *certificates):
        """Revokes certificates, and writes the list anew in place of the old."""
        for certificate in certificates:
            subprocess.run(["openssl", "ca", "-config", self.ca / "config", "-revoke", certificate],
                           check=True, capture_output=True)
        subprocess.run(["openssl", "ca", "-config", self.ca / "config", "-gencrl", "-out",
                        self.ca / "new"], check=True, capture_output=True)
        (self.ca / "new").rename(self.ca / "list.pem")

    def echo(self, daemon, pair, calling="ECHOSCU"):
        """True if the sender with that key and certificate is let in."""
        options = ["-aet", calling, "+tls", *pair, "+cf", self.where / "mrqart.pem"]
        return self.run_client(daemon, "echoscu", options=options)[0] == 0

    def test_a_certificate_is_good_for_the_title_that_it_names(self):
        daemon = self.receiver(self.authority() + "tls_names_caller = true;")
        scanner = self.signed("AWP167046", "-addext", "subjectAltName=DNS:MRC35131,DNS:awp.local")
        self.assertTrue(self.echo(daemon, scanner, "AWP167046"))
        self.assertTrue(self.echo(daemon, scanner, "MRC35131"))
        self.assertFalse(self.echo(daemon, scanner, "AWP16704"))
        self.assertFalse(self.echo(daemon, scanner, "awp167046"))
        daemon.logged("has a certificate that does not name this AE title")
        self.counted(daemon, "refused", 2)

    def test_one_that_is_revoked_is_refused_from_then_on(self):
        daemon = self.receiver(self.authority() + f'tls_crl = "{self.ca}/list.pem";')
        good, lost = self.signed("good"), self.signed("lost")
        self.assertTrue(self.echo(daemon, good) and self.echo(daemon, lost))
        self.revoke(lost[1])
        self.assertFalse(self.echo(daemon, lost))
        daemon.logged("no association request over TLS: certificate revoked")
        self.assertTrue(self.echo(daemon, good))
        (self.ca / "list.pem").write_text("no list")
        self.assertFalse(self.echo(daemon, good))
        wait_for(lambda: "tls_crl can no longer be read" in self.source(daemon)["last_error"],
                 "the list to be missed")  # the log tells one refusal a second
        self.revoke()
        self.assertTrue(self.echo(daemon, good))

    def test_a_list_that_cannot_be_read_is_shown(self):
        config = CONFIG.format(spool=self.spool, database="",
                               more=self.authority() + 'tls_crl = "/nowhere";')
        daemon = self.daemon(config=config)
        wait_for(lambda: self.source(daemon)["status"] == "broken", "the source to be broken")
        daemon.logged("tls_crl is no PEM file")

    def test_nothing_older_than_tls_1_2_is_spoken(self):
        key, certificate = self.certificate("mrqart")
        daemon = self.receiver(f'tls_certificate = "{certificate}"; tls_key = "{key}";')
        spoken = {}
        for version in ("tls1", "tls1_1", "tls1_2", "tls1_3"):
            done = subprocess.run([need_program("openssl"), "s_client", "-connect",
                                   "%s:%s" % daemon.address("dicom"), f"-{version}", "-cipher",
                                   "ALL:@SECLEVEL=0"], stdin=subprocess.DEVNULL,
                                  capture_output=True, text=True, timeout=120)
            spoken[version] = "BEGIN CERTIFICATE" in done.stdout
        self.assertEqual(spoken, {"tls1": False, "tls1_1": False, "tls1_2": True, "tls1_3": True})


class Orthanc(Receiver):
    def start(self, daemon):
        program = need_program("Orthanc")
        host, port = daemon.address("dicom")
        self.rest = free_port()
        own = self.where / "orthanc"
        own.mkdir()
        (own / "orthanc.json").write_text(json.dumps({
            "Name": "test", "StorageDirectory": str(own), "IndexDirectory": str(own),
            "HttpPort": self.rest, "DicomPort": free_port(), "DicomAet": "ORTHANC",
            "RemoteAccessAllowed": False, "AuthenticationEnabled": False, "Plugins": [],
            "HttpServerEnabled": True, "DicomServerEnabled": False,
            "DicomModalities": {"mrqart": ["MRQART", host, port]}}))
        with open(own / "log", "wb") as log:
            process = subprocess.Popen([program, own / "orthanc.json"], stdout=log, stderr=log)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)

        def answers():
            self.assertIsNone(process.poll(), (own / "log").read_text(errors="replace")[-2000:])
            try:
                return self.ask("/system")
            except OSError:
                return None
        wait_for(answers, "Orthanc", 120)

    def ask(self, path, body=None):
        request = urllib.request.Request(f"http://127.0.0.1:{self.rest}{path}", body)
        with urllib.request.urlopen(request, timeout=WAIT) as answer:
            return json.loads(answer.read())

    def test_an_archive_that_pushes(self):
        daemon = self.receiver('callers = [ "ORTHANC@127.0.0.1" ];')
        client = daemon.websocket()
        self.start(daemon)
        self.assertEqual(self.ask("/modalities/mrqart/echo", b"{}"), {})
        names = [self.ask("/instances", dicom_bytes(InstanceNumber=n))["ID"] for n in range(1, 11)]
        done = self.ask("/modalities/mrqart/store", json.dumps(names).encode())
        self.assertEqual((done["InstancesCount"], done["FailedInstancesCount"]), (10, 0))
        events = client.events_until(lambda event: event["series"]["count"] == 10)
        self.assertEqual(events[0]["content"]["input"]["TR"], 1300)
        self.assertEqual(len(self.stored()), 10)


main()
