#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""/parameters.json: every parameter is explained, by the installed file or by a site's own."""
from mrqart_test import *
from option_tables import options

DOCUMENT = SOURCE / "docs/parameters.md"


def faults(value, schema, where=""):
    """What of a value is not as the JSON Schema has it: the keywords that ours uses."""
    kinds = {"object": dict, "string": str}
    if not isinstance(value, kinds[schema["type"]]):
        return [f"{where}: no {schema['type']}"]
    found = [f"{where}: no {key}" for key in schema.get("required", []) if key not in value]
    for key, member in value.items() if schema["type"] == "object" else ():
        below = schema.get("properties", {}).get(key, schema.get("additionalProperties"))
        found += faults(member, below, f"{where}.{key}") if below else [f"{where}.{key}: unknown"]
    return found


class Installed(unittest.TestCase):
    def setUp(self):
        self.entries = json.loads((SOURCE / "static/parameters.json").read_text())

    def test_it_is_as_its_document_says(self):
        example, schema = (json.loads(block) for block in
                           re.findall(r"^```json\n(.*?)^```", DOCUMENT.read_text(), re.S | re.M))
        self.assertEqual(faults(self.entries, schema), [])
        self.assertEqual(faults(example, schema), [])

    def test_every_value_of_a_file_has_an_entry(self):
        path = pathlib.Path(tempfile.mkdtemp()) / "MR.1"
        write_dicom(path)
        done = subprocess.run([MRQART, "check", "--json", path], capture_output=True, text=True)
        shutil.rmtree(path.parent)
        names = set(json.loads(done.stdout.splitlines()[0])["result"]["input"]) - {"dcm_path"}
        self.assertGreater(len(names), 24)
        self.assertEqual(names - set(self.entries), set())

    def test_what_is_compared_says_why_it_matters(self):
        compared = json.loads(options("checker-template")["compared"]["default"])
        self.assertIn("TR", compared)
        for name in [*compared, "Shims"]:
            with self.subTest(parameter=name):
                entry = self.entries[name]
                self.assertTrue(entry["name"] and entry["meaning"] and entry["why"])


class Served(DaemonTest):
    def start(self, parameters):
        path = self.where / "own.json"
        if parameters is not None:
            path.write_text(parameters)
        return self.daemon(config=f"""
sources = ( {{ plugin = "source-inotify"; paths = "{self.where}/watched"; }} );
sinks = ( {{ plugin = "sink-http"; listen = "127.0.0.1:0"; parameters = "{path}"; }} );
""")

    def shown(self, daemon):
        status, headers, body = daemon.get("/parameters.json")
        self.assertEqual((status, headers["Content-Type"]), (200, "application/json"))
        return json.loads(body)

    def test_the_installed_one(self):
        daemon = self.daemon()
        self.assertEqual(self.shown(daemon)["TR"]["unit"], "ms")
        self.assertEqual(daemon.get("/parameters.json", "POST")[0], 405)

    def test_a_site_s_own(self):
        daemon = self.start('{"TR": {"name": "Wiederholzeit"}}')
        self.assertEqual(self.shown(daemon), {"TR": {"name": "Wiederholzeit"}})
        self.assertNotIn("parameters", daemon.log())

    def test_a_bad_one_is_told_and_the_installed_one_goes_on(self):
        for text, said in ((None, "No such file"), ('{"TR": {"name": "x"},\n}', "line 2: "),
                           ("[]", "no JSON object"), ('{"TR": {}}', '"TR" has no "name"'),
                           ('{"TR": {"name": "x", "why": 1}}', '"why" of "TR" is no text'),
                           ('{"TR": {"name": "x", "vendors": []}}', '"vendors" of "TR"'),
                           ('{"TR": {"name": "x", "vendors": {"GE": {"where": 1}}}}',
                            '"where" of "TR, GE" is no text'),
                           ('{"' + "k" * 200000 + '": {}}', '"' + "k" * 64 + '" has no'),
                           ('{"TR": {"name": "' + "x" * 300000 + '"}}', "longer than")):
            with self.subTest(text=text and text[:60]):
                where = pathlib.Path(tempfile.mkdtemp(dir=self.where))
                self.where, kept = where, self.where
                daemon = self.start(text)
                self.where = kept
                self.assertEqual(self.shown(daemon)["TR"]["unit"], "ms")
                self.assertIn(said, daemon.log())
                self.assertIn(str(where / "own.json"), daemon.log())
                self.assertTrue(any(said in warning for warning in daemon.health()["warnings"]))
                daemon.stop()

    def test_it_is_read_again_on_a_reload(self):
        daemon = self.start("{")
        daemon.logged("own.json.*line 1")
        (self.where / "own.json").write_text('{"TR": {"name": "now"}}')
        daemon.signal(signal.SIGHUP)
        wait_for(lambda: self.shown(daemon)["TR"]["name"] == "now", "the new file")


main()
