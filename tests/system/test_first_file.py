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


main()
