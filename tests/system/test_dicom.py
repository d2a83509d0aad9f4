#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Objects pushed over DICOM: accepted, refused, stored, and on to the websocket."""
import contextlib

from dicom_daemon import *

MR_CLASSES = (MR, MR + ".1", MR + ".2", MR + ".3", MR + ".4")
SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
PRESENTATION_STATE = "1.2.840.10008.5.1.4.1.1.11.1"
ACCEPTED, NO_CLASS, NO_SYNTAX = 0, 3, 4
CALLED, CALLING, LIMIT = (1, 1, 7), (1, 1, 3), (2, 3, 2)


class Stored(Receiver):
    def test_an_object_goes_all_the_way(self):
        daemon = self.receiver()
        client = daemon.websocket()
        one = self.associate(daemon)
        self.assertEqual(one.store("1.2.3.7.1", data_set(SeriesNumber=7)), (0, ""))
        event = client.event("new")
        self.assertEqual(event["series"]["number"], 7)
        self.assertEqual(event["content"]["input"]["dcm_path"],
                         str(self.spool / "1.2.3.1/1.2.3.7/1.2.3.7.1.dcm"))
        one.release()
        self.counted(daemon, "stored", 1)
        self.counted(daemon, "associations", 0)
        source = self.source(daemon)
        self.assertEqual((source["stored"], source["lost"], source["refused"]), (1, 0, 0))
        self.assertEqual(source["port"], daemon.address("dicom")[1])

    def test_the_file_has_the_data_set_as_it_came(self):
        daemon = self.receiver()
        data = data_set(pixels=300_000)
        self.assertEqual(self.associate(daemon, calling="SCANNER").store("1.2.3.1.1", data)[0], 0)
        file = (self.spool / "1.2.3.1/1.2.3.1/1.2.3.1.1.dcm").read_bytes()
        self.assertTrue(file.endswith(data))
        self.assertEqual(file[128:132], b"DICM")
        length, = struct.unpack("<I", file[140:144])
        self.assertEqual(len(file), 144 + length + len(data))
        for text in (MR.encode(), b"1.2.3.1.1", EXPLICIT.encode(), b"SCANNER"):
            self.assertIn(text, file[:144 + length])

    def test_one_that_is_sent_again_is_stored_and_counted_once(self):
        daemon = self.receiver()
        client = daemon.websocket()
        for calling in ("SCANNER", "ARCHIVE"):
            one = self.associate(daemon, calling=calling)
            self.assertEqual(one.store("1.2.3.1.1", data_set())[0], 0)
            one.release()
        self.assertEqual(self.associate(daemon).store("1.2.3.1.2", data_set(InstanceNumber=2)),
                         (0, ""))
        events = client.events_until(lambda event: event["series"]["count"] == 2)
        self.assertEqual(events[-1]["series"]["count"], 2)
        self.assertEqual(len(self.stored()), 2)
        self.assertEqual(self.source(daemon)["differing"], 0)

    def test_one_that_comes_with_other_content_is_kept_beside_the_first(self):
        daemon = self.receiver()
        one = self.associate(daemon)
        for pixels in (128, 256, 128):
            self.assertEqual(one.store("1.2.3.1.1", data_set(pixels=pixels)), (0, ""))
        folder = self.spool / "1.2.3.1/1.2.3.1"
        sizes = [(folder / f"1.2.3.1.1{version}.dcm").stat().st_size for version in ("", "-2")]
        self.assertEqual(sizes[1] - sizes[0], 128)
        self.assertEqual(len(self.stored()), 2)
        daemon.logged("again with other content: kept beside it as 1.2.3.1/1.2.3.1/1.2.3.1.1-2.dcm")
        self.counted(daemon, "differing", 1)
        for pixels in range(300, 321, 3):
            self.assertEqual(one.store("1.2.3.1.1", data_set(pixels=pixels)), (0, ""))
        self.assertEqual(one.store("1.2.3.1.1", data_set(pixels=400)),
                         (0x0111, "came with other content too often"))

    def test_every_object_of_every_mr_class(self):
        daemon = self.receiver()
        one = self.associate(daemon, contexts=[(c, [EXPLICIT]) for c in MR_CLASSES])
        self.assertEqual([one.contexts[2 * i + 1][0] for i in range(5)], [ACCEPTED] * 5)
        for i, sop_class in enumerate(MR_CLASSES):
            data = data_set(SOPClassUID=sop_class, InstanceNumber=i)
            self.assertEqual(one.store(f"1.2.3.1.{i}", data, sop_class, 2 * i + 1), (0, ""))
        self.assertEqual(len(self.stored()), 5)

    def test_fsync_stores_too(self):
        daemon = self.receiver("fsync = true;")
        self.assertEqual(self.associate(daemon).store("1.2.3.1.1", data_set()), (0, ""))
        self.assertEqual(len(self.stored()), 1)

    def test_echo(self):
        daemon = self.receiver()
        one = self.associate(daemon, contexts=[(VERIFICATION, [IMPLICIT])])
        self.assertEqual([one.echo(), one.echo()], [0, 0])
        one.release()


class Negotiation(Receiver):
    def rejected(self, daemon, **options):
        with self.assertRaises(Rejected) as caught:
            self.associate(daemon, **options)
        return caught.exception.args[0]

    def test_wrong_called_title(self):
        daemon = self.receiver('ae_title = "SCOPE";')
        self.assertEqual(self.rejected(daemon), CALLED)
        self.associate(daemon, called="SCOPE").release()
        daemon.logged('PYTHON .127.0.0.1. calls "MRQART", and our AE title is "SCOPE"')
        self.counted(daemon, "refused", 1)

    def test_callers_by_title_and_address(self):
        daemon = self.receiver('callers = [ "AWP1", "AWP2@127.0.0.1", "AWP3@10.0.0.0/8", '
                               '"*@127.0.0.8/30" ];')
        self.associate(daemon, calling="AWP1").release()
        self.associate(daemon, calling="AWP2").release()
        self.associate(daemon, calling="ANY", source="127.0.0.9").release()
        self.assertEqual(self.rejected(daemon, calling="AWP3"), CALLING)
        self.assertEqual(self.rejected(daemon, calling="AWP4"), CALLING)
        self.assertEqual(self.rejected(daemon, calling="AWP2", source="127.0.0.2"), CALLING)
        self.assertEqual(self.rejected(daemon, calling="ANY", source="127.0.0.12"), CALLING)
        daemon.logged('add it to "callers" if it should')

    def test_one_address_gets_two_associations(self):
        daemon = self.receiver("idle_timeout = 3600;")
        two = [self.associate(daemon, source="127.0.0.2") for _ in range(2)]
        self.assertEqual(self.rejected(daemon, source="127.0.0.2", calling="OTHER"), LIMIT)
        self.assertEqual(self.associate(daemon).store("1.2.3.1.1", data_set())[0], 0)
        wait_for(lambda: any("associations_per_peer" in text for text in daemon.health()["warnings"]),
                 "a warning in /healthz")
        two.pop().release()
        self.counted(daemon, "associations", 2)
        self.associate(daemon, source="127.0.0.2").release()

    def test_idle_ones_keep_no_scanner_out(self):
        daemon = self.receiver("idle_timeout = 1;")
        idle = [self.associate(daemon, source=f"127.0.0.{2 + number // 2}") for number in range(8)]
        self.counted(daemon, "associations", 8)
        self.assertEqual(self.associate(daemon).store("1.2.3.1.1", data_set())[0], 0)
        with self.assertRaises(Aborted):
            idle[0].read_pdu()
        daemon.logged("no object for 1 s made room for another sender")
        self.assertTrue(any("made room" in text for text in daemon.health()["warnings"]))

    def test_too_many_at_work_are_told_to_come_later(self):
        daemon = self.receiver("associations = 1; idle_timeout = 1;")
        busy = self.associate(daemon, source="127.0.0.2")
        busy.begin_store("1.2.3.1.1")
        data, stop = data_set(pixels=1_000_000), threading.Event()

        def trickle():  # a piece ten times within idle_timeout
            for begin in range(0, len(data) - 1000, 1000):
                if stop.wait(0.1):
                    return
                busy.send_pieces(1, data[begin:begin + 1000], False, end=False)
        sender = threading.Thread(target=trickle)
        sender.start()
        self.assertEqual(self.rejected(daemon), LIMIT)
        daemon.logged("since there are 1 associations at work")
        stop.set()
        sender.join()

    def test_other_classes_and_syntaxes_are_no_context(self):
        daemon = self.receiver()
        contexts = [(SECONDARY_CAPTURE, [EXPLICIT]), (MR, ["1.2.3.4"]), (MR, [EXPLICIT])]
        one = self.associate(daemon, contexts=contexts)
        self.assertEqual([one.contexts[i][0] for i in (1, 3, 5)], [NO_CLASS, NO_SYNTAX, ACCEPTED])
        self.associate(daemon, contexts=contexts[:1]).release()
        daemon.logged(f"SOP class {SECONDARY_CAPTURE}")

    def test_more_classes(self):
        contexts = [(SECONDARY_CAPTURE, [EXPLICIT]), (PRESENTATION_STATE, [EXPLICIT]),
                    ("1.2.840.10008.5.1.4.1.2.2.1", [EXPLICIT]), ("1.3.12.2.1107.5.9.1", [EXPLICIT])]
        for more, want in ((f'"{SECONDARY_CAPTURE}"', [0, 3, 3, 3]), ('"*"', [0, 0, 3, 0])):
            with self.subTest(more=more):
                daemon = self.receiver(f"more_classes = [ {more} ];", where=self.where / more[1:5])
                one = self.associate(daemon, contexts=contexts)
                self.assertEqual([one.contexts[i][0] for i in (1, 3, 5, 7)], want)
                daemon.stop()

    def test_the_sender_decides_which_syntax_is_taken(self):
        daemon = self.receiver()
        jpeg = "1.2.840.10008.1.2.4.70"
        one = self.associate(daemon, contexts=[(MR, ["1.2.3", jpeg, EXPLICIT]),
                                               (MR, [IMPLICIT, EXPLICIT])])
        self.assertEqual([one.contexts[i][1] for i in (1, 3)], [jpeg, IMPLICIT])

    def test_a_connection_that_asks_for_nothing_is_closed(self):
        daemon = self.receiver("acse_timeout = 1;")
        with socket.create_connection(daemon.address("dicom"), timeout=WAIT) as silent:
            self.assertEqual(silent.recv(1), b"")
        daemon.logged("without an association request|no association request")

    def test_what_is_no_dicom_is_closed(self):
        daemon = self.receiver()
        with socket.create_connection(daemon.address("dicom"), timeout=WAIT) as browser:
            browser.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            with contextlib.suppress(ConnectionResetError):
                while browser.recv(1000):
                    pass
        self.associate(daemon).release()

    def test_silence_within_an_association_ends_it(self):
        daemon = self.receiver("dimse_timeout = 1;")
        with self.assertRaises(Aborted):
            self.associate(daemon).read_pdu()
        daemon.logged("nothing came for longer than dimse_timeout")


class Refused(Receiver):
    """Objects that are answered with a failure, and of which nothing is left."""

    def refuse(self, daemon, status, words, instance="1.2.3.1.1", sop_class=MR, **values):
        one = self.associate(daemon)
        found, comment = one.store(instance, data_set(**values), sop_class)
        self.assertEqual((f"{found:04X}", words), (status, words if words in comment else comment))
        fine = data_set(SeriesNumber=9)
        self.assertEqual(one.store("1.2.3.9.1", fine), (0, ""), "the association goes on")
        self.assertEqual(self.stored(), ["1.2.3.1/1.2.3.9/1.2.3.9.1.dcm"])
        one.release()

    def test_uids_that_are_none(self):
        daemon = self.receiver()
        for bad in ("1.2..3", ".1.2", "1.2.", "../../../../tmp/x", "1.2/3", "1.2.a", "1 2", "."):
            with self.subTest(uid=bad):
                self.refuse(daemon, "0117", "Affected SOP", bad, SOPInstanceUID=bad)
                self.refuse(daemon, "C000", "Study Instance UID", StudyInstanceUID=bad)
                self.refuse(daemon, "C000", "Series Instance UID", SeriesInstanceUID=bad,
                            SOPInstanceUID="1.2.3.1.1")

    def test_uids_that_are_too_long_or_missing(self):
        daemon = self.receiver()
        long = "1." + "2" * 63
        self.refuse(daemon, "C000", "Study Instance UID", StudyInstanceUID=long)
        self.refuse(daemon, "C000", "Study Instance UID", StudyInstanceUID=None)
        self.refuse(daemon, "C000", "Series Instance UID", SeriesInstanceUID="",
                    SOPInstanceUID="1.2.3.1.1")

    def test_a_data_set_that_is_not_that_of_the_command(self):
        daemon = self.receiver()
        self.refuse(daemon, "A900", "SOP Instance UID", SOPInstanceUID="1.2.3.1.2")
        self.refuse(daemon, "A900", "SOP Class UID", SOPClassUID=SECONDARY_CAPTURE)
        self.refuse(daemon, "0122", "presentation context", sop_class=SECONDARY_CAPTURE)

    def test_data_that_are_no_data_set(self):
        daemon = self.receiver()
        one = self.associate(daemon)
        status, _ = one.store("1.2.3.1.1", os.urandom(5000))
        self.assertIn(f"{status:04X}", ("C000", "A900"))
        self.assertEqual(self.stored(), [])

    def test_one_that_is_too_large(self):
        daemon = self.receiver("max_object = 1;")
        self.refuse(daemon, "A700", "max_object", pixels=2_000_000)

    def test_a_file_system_that_has_to_keep_free_space(self):
        daemon = self.receiver("min_free = 1073741824;")
        status, comment = self.associate(daemon).store("1.2.3.1.1", data_set(pixels=100_000))
        self.assertEqual((status, self.stored()), (0xA700, []))
        self.assertIn("min_free", comment)
        daemon.logged("was not stored .status A700.")

    def test_names_of_subjects_are_not_logged(self):
        daemon = self.receiver()
        self.refuse(daemon, "A900", "SOP", SOPInstanceUID="1.2.3.1.2", PatientName="Secret^Name")
        self.assertNotIn("Secret", daemon.log())


class FullDisk(Receiver):
    MIB = 1 << 20

    def setUp(self):
        super().setUp()
        self.spool.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", self.spool]
        if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode != 0:
            self.skipTest("a small file system cannot be mounted without rights")
        self.addCleanup(subprocess.run, ["umount", "-l", self.spool])

    def free(self):
        space = os.statvfs(self.spool)
        return space.f_bavail * space.f_frsize

    def fill(self, left):
        """Another program takes all but left bytes."""
        filler = self.spool / "filler"
        with open(filler, "wb") as file:
            os.posix_fallocate(file.fileno(), 0, self.free() - left)
        return filler

    def test_a_full_disk_is_said_and_leaves_nothing_partial(self):
        daemon = self.receiver("min_free = 0;")
        one = self.associate(daemon)
        one.begin_store("1.2.3.1.1")
        data = data_set(pixels=900_000)
        one.send_pieces(1, data[:100_000], False, end=False)
        wait_for(lambda: self.stored() and (self.spool / self.stored()[0]).stat().st_size > 90_000,
                 "the begin of the object in the spool")
        filler = self.fill(0)
        one.send_pieces(1, data[100_000:], False)
        answer = one.response()
        self.assertEqual(answer[0x0900], struct.pack("<H", 0xA700))
        self.assertIn(b"No space left", answer[0x0902])
        self.assertEqual(self.stored(), ["filler"])
        filler.unlink()
        self.assertEqual(one.store("1.2.3.1.99", data_set(InstanceNumber=99)), (0, ""))
        daemon.logged("objects are stored again")
        self.assertEqual(len(daemon.log().split("status A700")), 2, "told once")

    def test_free_space_is_kept_while_objects_are_written(self):
        daemon = self.receiver("min_free = 4; associations_per_peer = 4;")
        data = data_set(pixels=20 * self.MIB)
        many = [self.associate(daemon) for _ in range(4)]
        answers = []

        def send(one, number):
            answers.append(one.store(f"1.2.3.1.{number}", data))
        threads = [threading.Thread(target=send, args=pair) for pair in zip(many, range(4))]
        for thread in threads:
            thread.start()
        least = self.free()
        while any(thread.is_alive() for thread in threads):
            least = min(least, self.free())
        for thread in threads:
            thread.join()
        self.assertEqual([status for status, _ in answers], [0xA700] * 4)
        self.assertIn("min_free", answers[0][1])
        self.assertGreaterEqual(least, 4 * self.MIB)
        self.assertEqual(self.stored(), [])

    def test_all_but_the_last_mebibyte_can_be_used(self):
        daemon = self.receiver("min_free = 4;")
        one = self.associate(daemon)
        self.fill(6 * self.MIB)
        self.assertEqual(one.store("1.2.3.1.1", data_set(pixels=self.MIB // 2)), (0, ""))
        for number, pixels, status in ((2, self.MIB // 3, 0), (3, self.MIB // 2, 0),
                                       (4, 1000, 0xA700)):
            data = data_set(InstanceNumber=number, pixels=pixels)
            self.assertEqual(one.store(f"1.2.3.1.{number}", data)[0], status)
        self.assertGreaterEqual(self.free(), 4 * self.MIB)


class Settings(Receiver):
    def test_what_is_wrong_is_said_with_the_remedy(self):
        for more, words in (('listen = "everywhere";', 'listen: "everywhere" is no ADDRESS:PORT'),
                            ('ae_title = "A TITLE THAT IS TOO LONG";', "1 to 16 characters"),
                            ('callers = [ "AWP@scanner" ];', 'callers: "AWP@scanner" is neither'),
                            ('more_classes = [ "MR" ];', 'more_classes: "MR" is no UID'),
                            ('tls_key = "/x";', "tls_key is set without tls_certificate"),
                            ('tls_names_caller = true;', "tls_names_caller is set without tls_ca"),
                            ('tls_crl = "/x";', "tls_crl is set without tls_ca")):
            with self.subTest(more=more):
                config = CONFIG.format(spool=self.spool, more=more, database="")
                config = config.replace('listen = "127.0.0.1:0"; listen', "listen")
                daemon = self.daemon(config=config, ready=False, where=self.where / words[:6])
                with self.assertRaises(AssertionError):
                    daemon.start()
                self.assertIn(words, daemon.log())

    def test_a_certificate_that_cannot_be_read_is_shown(self):
        config = CONFIG.format(spool=self.spool, database="",
                               more='tls_certificate = "/nowhere"; tls_key = "/nowhere";')
        daemon = self.daemon(config=config)
        wait_for(lambda: self.source(daemon)["status"] == "broken", "the source to be broken")
        daemon.logged("tls_key is no PEM file")
        self.assertEqual(daemon.get("/healthz")[0], 503)

    def test_a_spool_has_one_receiver(self):
        self.receiver()
        config = CONFIG.format(spool=self.spool, more="", database="")
        second = self.daemon(config=config, where=self.where / "second")
        second.logged("the spool is in use by another receiver")

    def test_changed_options_take_effect_by_a_reload(self):
        daemon = self.receiver()
        port = daemon.address("dicom")[1]
        self.associate(daemon).release()
        daemon.config = daemon.config.replace("127.0.0.1:0", f"127.0.0.1:{port}", 1).replace(
            "spool =", 'ae_title = "OTHER"; spool =')
        (daemon.where / "mrqart.conf").write_text(daemon.config)
        daemon.signal(signal.SIGHUP)
        wait_for(lambda: 'as "OTHER"' in daemon.log(), "the new title")
        self.associate(daemon, called="OTHER").release()


main()
