#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Templates over the life of a series, and databases that mean no good."""
import contextlib

from mrqart_test import *

CONFIG = """
workers = 1; database = "{where}/db.sqlite"; state_dir = "{where}/state"; update_interval = 0;
sources = ( {{ plugin = "source-inotify"; paths = [ "{where}/watched" ]; }} );
checkers = ( {{ plugin = "checker-template"; }} );
sinks = ( {{ plugin = "sink-http"; listen = "127.0.0.1:0"; }},
          {{ plugin = "sink-websocket"; listen = "127.0.0.1:0"; }} );
"""

ENDLESS = """drop table template_by_count;
    create view template_by_count as with recursive r(x) as (select 1 union all select x + 1 from r)
    select x as n, 'Brain^wpc-8620' as Project, 'RewardedAnti' as SequenceName, x as param_id,
    '' as first, '' as last, '' as multiecho_tes from r;"""


class Templates(DaemonTest):
    def started(self, *templates):
        make_database(self.where / "db.sqlite", *templates)
        return self.daemon(config=CONFIG.format(where=self.where))

    def status(self, daemon, client, name, **values):
        """The status of a new series of its own."""
        write_dicom(daemon.folder / name, **values)
        return client.event("new")["content"]["status"]

    def images(self, daemon, client, **lists):
        """One image for each item of lists; the last message of the series, and its changes."""
        for instance, values in enumerate(zip(*lists.values()), 1):
            write_dicom(daemon.folder / f"MR.{instance}", InstanceNumber=instance,
                        **dict(zip(lists, values)))
        count = len(next(iter(lists.values())))
        events = client.events_until(lambda e: e["type"] != "alive" and e["series"]["count"] == count)
        return events[-1]["series"], [e["content"]["changes"] for e in events if e["type"] == "changed"]

    def test_two_trs_and_angles_of_the_template_are_no_change(self):
        daemon = self.started({**TEMPLATE, "TR": "20,100", "FA": "2,10"})
        series, changes = self.images(daemon, daemon.websocket(), TR=["20", "100", "20", "100.0"],
                                      FA=["10", "2", "2", "10"])
        self.assertEqual((series["status"], changes), ("conforms", []))

    def test_a_tr_that_is_none_of_the_templates_changes_and_deviates(self):
        daemon = self.started({**TEMPLATE, "TR": "20,100"})
        series, changes = self.images(daemon, daemon.websocket(), TR=["20", "100", "50"])
        self.assertEqual(series["status"], "deviates")
        self.assertEqual(changes, [{"TR": {"from": "20,100", "to": "50", "instance": 3}}])

    def test_without_several_in_the_template_a_second_tr_is_a_change(self):
        for template in ({**TEMPLATE, "TR": "20"}, {**TEMPLATE, "SequenceName": "other"}):
            with self.subTest(template=template["SequenceName"]):
                where = self.where / template["SequenceName"]
                where.mkdir()
                make_database(where / "db.sqlite", template)
                daemon = self.daemon(where=where, config=CONFIG.format(where=where))
                _, changes = self.images(daemon, daemon.websocket(), TR=["20", "100", "20", "100"])
                self.assertEqual(changes, [{"TR": {"from": "20", "to": "100", "instance": 2}}])

    def test_what_has_no_name_has_no_template(self):
        nameless = {**TEMPLATE, "Project": "null", "SequenceName": "null"}
        daemon = self.started(nameless, {**TEMPLATE, "SequenceName": "null"},
                              {**TEMPLATE, "Project": "null"})
        client = daemon.websocket()
        for number, absent in enumerate(({"Project": None, "SequenceName": None, "TR": "500"},
                                         {"Project": "", "SequenceName": ""},
                                         {"SequenceName": None}), 1):
            self.assertEqual(self.status(daemon, client, f"MR.{number}", SeriesNumber=number, **absent),
                             "no-template")
        self.assertEqual(self.status(daemon, client, "MR.9", SeriesNumber=9, Project=None), "conforms")

    def test_an_endless_view_stops_nobody_and_is_a_warning(self):
        daemon = self.started(TEMPLATE)
        client = daemon.websocket()
        self.assertEqual(self.status(daemon, client, "MR.1", SeriesNumber=1), "conforms")
        with contextlib.closing(sqlite3.connect(self.where / "db.sqlite")) as database:
            database.executescript(ENDLESS)
        self.assertEqual(self.status(daemon, client, "MR.2", SeriesNumber=2), "conforms")
        wait_for(lambda: any("db.sqlite" in w for w in daemon.health()["warnings"]), "a warning")
        self.assertEqual(self.status(daemon, client, "MR.3", SeriesNumber=3, TR="2000"), "deviates")


main()
