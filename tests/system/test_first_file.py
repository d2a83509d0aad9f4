#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The whole path once: a file is closed, and its verdict is on the websocket and in /state."""
from mrqart_test import *


class FirstFile(DaemonTest):
    def test_a_conforming_file_is_announced_and_kept(self):
        make_database(self.where / "db.sqlite", TEMPLATE)
        daemon = self.daemon()
        client = daemon.websocket()
        write_dicom(daemon.folder / "session" / "001_000001_000001.dcm")
        event = client.event("new")
        self.assertEqual(event["station"], "AWP167046")
        self.assertEqual(event["content"]["status"], "conforms", event["content"]["findings"])
        self.assertEqual(event["content"]["input"]["TR"], 1300)
        self.assertEqual(event["content"]["template"]["TR"], 1300)
        self.assertEqual(event["series"]["count"], 1)
        state = daemon.state()
        self.assertEqual(state["AWP167046"]["content"], event["content"])

    def test_a_deviating_series_says_what_deviates(self):
        make_database(self.where / "db.sqlite", TEMPLATE)
        daemon = self.daemon()
        client = daemon.websocket()
        for instance in (1, 2, 3):
            write_dicom(daemon.folder / f"001_000001_{instance:06}.dcm", TR="2000",
                        InstanceNumber=instance)
        event = client.event("new")
        self.assertEqual(event["content"]["status"], "deviates")
        self.assertFalse(event["content"]["conforms"])
        self.assertEqual(event["content"]["errors"], {"TR": {"expect": "1300", "have": "2000"}})
        update = client.events_until(lambda e: e["type"] == "update" and e["content"] == 2)[-1]
        self.assertEqual(update["series"]["count"], 3)
        self.assertEqual(daemon.state()["AWP167046"]["series"]["status"], "deviates")

    def test_a_localizer_is_compared_in_the_orientation_that_its_template_has(self):
        make_database(self.where / "db.sqlite", TEMPLATE)
        daemon = self.daemon()
        client = daemon.websocket()
        axial, sagittal = r"1\0\0\0\1\0", r"0\1\0\0\0\-1"
        for instance, orientation, axis in ((1, axial, "COL"), (2, sagittal, "ROW"),
                                            (3, axial, "COL"), (4, axial, "ROW")):
            write_dicom(daemon.folder / f"001_000001_{instance:06}.dcm", PED_major=axis,
                        InstanceNumber=instance, ImageOrientationPatient=orientation)
        events = client.events_until(lambda event: event["series"]["count"] == 4)
        self.assertEqual([e["type"] for e in events if e["type"] != "update"], ["new", "changed"])
        self.assertEqual(events[0]["content"]["status"], "conforms")
        self.assertEqual(events[-1]["content"]["changes"],
                         {"PED_major": {"from": "COL", "to": "ROW", "instance": 4}})


main()
