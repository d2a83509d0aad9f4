#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The guides' plugins, built out of tree against an installed prefix, work there; others are refused."""
import os

from mrqart_test import *

GUIDES = SOURCE / "docs"
CONFIG = """
database = "{database}";
sources  = ( {{ plugin = "source-inotify"; paths = [ "{folder}" ]; }} );
checkers = ( {{ plugin = "checker-template"; }},
             {{ plugin = "{checker}"; project = "Brain^WPC-8620"; }} );
sinks    = ( {{ plugin = "sink-http"; listen = "127.0.0.1:0"; }},
             {{ plugin = "sink-websocket"; listen = [ "127.0.0.1:0/ws", "127.0.0.1:0" ]; }} );
"""

STRANGER = """
#include <mrqart/plugin.h>
const struct mrq_plugin mrq_plugin = {.abi = MRQ_ABI + 1, .size = sizeof(struct mrq_plugin),
    .option_size = sizeof(struct mrq_option), .kind = MRQ_CHECKER, .name = "stranger",
    .version = "1", .description = "from a later mrqart"};
"""

CRASHER = """
#include <mrqart/plugin.h>
#include <stdlib.h>
__attribute__((constructor)) static void crash(void) { abort(); }
"""


def code_of(language, kind="checker"):
    """The first block of code of a guide."""
    text = (GUIDES / f"writing-a-{kind}.md").read_text()
    return re.search(rf"^```{language}\n(.*?)^```", text, flags=re.M | re.S).group(1)


def run(*command, **options):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          **options)


class Prefix:
    """The build installed into a folder of its own, once for all tests."""

    def __init__(self, where):
        self.root = pathlib.Path(where) / "prefix with a space"
        done = run("cmake", "--install", BUILD, "--prefix", self.root)
        assert done.returncode == 0, done.stderr
        self.mrqartd = self.root / "bin/mrqartd"
        pc = next(self.root.rglob("mrqart.pc"))
        self.environment = {**os.environ, "PKG_CONFIG_PATH": str(pc.parent),
                            "PATH": f"{self.root / 'bin'}:{os.environ['PATH']}"}

    def build(self, source, name, kind="checker"):
        """Builds NAME.so from C source as the guide says; its path."""
        (self.root / f"{name}.c").write_text(source)
        command = code_of("sh", kind).splitlines()[0]
        command = re.sub(r"\b(checker-flip|sink-lines|source-fifo)\b", name, command)
        # the shell would part a prefix with a space: pkg-config escapes it, eval takes that back
        command = re.sub(r"\$\((pkg-config [^)]*)\)", lambda match: self.flags(match[1]), command)
        done = run("sh", "-ec", command, cwd=self.root, env=self.environment)
        assert done.returncode == 0 and not done.stderr, done.stderr
        return self.root / f"{name}.so"


    def flags(self, command):
        done = run(*command.split(), env=self.environment)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


class Plugins(DaemonTest):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="mrqart-prefix-")
        cls.prefix = Prefix(cls.folder)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def run_with(self, checker, **options):
        database = make_database(self.where / "db.sqlite", TEMPLATE)
        config = CONFIG.format(database=database, folder=self.where / "watched", checker=checker)
        return self.daemon(config=config, program=self.prefix.mrqartd, **options)

    def test_the_tutorials_checker_is_heard_on_websocket_and_state(self):
        checker = self.prefix.build(code_of("c"), "checker-flip")
        daemon = self.run_with(checker)
        client = daemon.websocket()
        write_dicom(daemon.folder / "a/001_000001_000001.dcm", FA="60")
        self.assertEqual(client.event("new")["content"]["status"], "conforms")
        write_dicom(daemon.folder / "a/001_000002_000001.dcm", FA="120", SeriesNumber=2)
        event = client.event("new")
        self.assertEqual(event["content"]["status"], "deviates")
        found = [f for f in event["content"]["findings"] if f["checker"] == "checker-flip"]
        self.assertEqual([(f["parameter"], f["expect"], f["have"], f["severity"]) for f in found],
                         [("FA", "at most 90", "120", "fail")])
        self.assertEqual(daemon.state()["AWP167046"]["content"], event["content"])

    def test_the_tutorials_checker_lets_other_projects_alone(self):
        daemon = self.run_with(self.prefix.build(code_of("c"), "checker-flip"))
        client = daemon.websocket()
        write_dicom(daemon.folder / "MR.1", FA="120", Project="Heart^wpc-1")
        content = client.event("new")["content"]
        self.assertEqual((content["status"], content["findings"]), ("no-template", []))

    def test_the_tutorials_checker_can_be_dumped_as_it_says(self):
        checker = self.prefix.build(code_of("c"), "checker-flip")
        done = run(self.prefix.mrqartd, "--dump-plugin", checker)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("option.maximum.default=90\n", done.stdout)

    def test_the_guides_sink_gets_the_events_of_its_type(self):
        sink = self.prefix.build(code_of("c", "sink"), "sink-lines", "sink")
        config = CONFIG.format(database="", folder=self.where / "watched",
                               checker=self.prefix.build(code_of("c"), "checker-flip"))
        config = config.replace("sinks    = (", f'sinks = ( {{ plugin = "{sink}"; file = "lines"; }},')
        daemon = self.daemon(config=config, program=self.prefix.mrqartd)
        client = daemon.websocket()
        for series in (1, 2):
            write_dicom(daemon.folder / f"00{series}_1.dcm", SeriesNumber=series)
            client.event("new")
        lines = [json.loads(line) for line in (self.where / "lines").read_text().splitlines()]
        self.assertEqual([(line["type"], line["series"]["number"]) for line in lines],
                         [("new", 1), ("new", 2)])

    def test_a_file_that_the_guides_sink_cannot_write_is_found_before_the_start(self):
        sink = self.prefix.build(code_of("c", "sink"), "sink-lines", "sink")
        path = self.where / "bad.conf"
        path.write_text('database = ""; state_dir = "";\nsources = ( );\n'
                        f'sinks = (\n{{ plugin = "{sink}"; file = "/dev/null/lines"; }} );\n')
        for more in ([], ["--check-config"]):
            done = run(self.prefix.mrqartd, "-c", path, *more)
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertIn(f"{path}:4: sink-lines: file: cannot write /dev/null/lines: Not a directory",
                          done.stderr)

    def test_the_guides_source_hands_over_what_is_named_in_its_fifo(self):
        source = self.prefix.build(code_of("c", "source"), "source-fifo", "source")
        os.mkfifo(self.where / "fifo")
        config = CONFIG.format(database="", folder=self.where / "watched",
                               checker=self.prefix.build(code_of("c"), "checker-flip"))
        config = re.sub(r"^sources .*$", f'sources = ( {{ plugin = "{source}"; folder = "watched"; '
                        'fifo = "fifo"; } );', config, flags=re.M)
        daemon = self.daemon(config=config, program=self.prefix.mrqartd)
        client = daemon.websocket()
        write_dicom(daemon.folder / "unnamed.dcm", SeriesNumber=1)
        named = write_dicom(daemon.folder / "named.dcm", SeriesNumber=2)
        with open(self.where / "fifo", "w") as fifo:
            fifo.write(f"/etc/passwd\n{named}\n")
        self.assertEqual(client.event("new")["series"]["number"], 2)

    def test_a_plugin_in_the_plugin_folder_is_found_by_name(self):
        checker = self.prefix.build(code_of("c"), "checker-flip")
        done = run("pkg-config", "--variable=plugindir", "mrqart", env=self.prefix.environment)
        shutil.copy(checker, done.stdout.strip().replace("\\ ", " "))
        listed = run(self.prefix.mrqartd, "--list-plugins")
        self.assertIn("name=checker-flip kind=checker version=1.0 ", listed.stdout)
        self.assertEqual(run(self.prefix.mrqartd, "--dump-plugin", "checker-flip").returncode, 0)

    def test_a_newer_interface_is_refused_with_both_versions_and_the_remedy(self):
        stranger = self.prefix.build(STRANGER, "stranger")
        done = run(self.prefix.mrqartd, "--dump-plugin", stranger)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertRegex(done.stderr, r"stranger\.so: built for plugin interface (\d+), this mrqart "
                                      r"has \d+: upgrade mrqart, or build the plugin against")

    def test_the_daemon_does_not_start_with_it_and_says_where_it_is_named(self):
        stranger = self.prefix.build(STRANGER, "stranger")
        daemon = self.run_with(stranger, ready=False)
        done = run(*daemon.command(), env=daemon.environment)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"mrqart\.conf:5: .*stranger\.so: its plugin cannot be used")

    def test_a_checker_that_crashes_when_loaded_does_so_in_a_child(self):
        crasher = self.prefix.build(CRASHER, "crasher")
        daemon = self.run_with(crasher, ready=False)
        done = run(*daemon.command(), env=daemon.environment)
        self.assertEqual(done.returncode, 1)
        self.assertIn("crasher.so: crashed while it was loaded", done.stderr)

    def test_the_public_header_compiles_alone_in_both_languages(self):
        include = self.prefix.root / "include"
        for compiler, standard in (("cc", "c11"), ("c++", "c++17")):
            with self.subTest(compiler=compiler):
                done = run(compiler, "-x", "c" if compiler == "cc" else "c++", f"-std={standard}",
                           "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only", "-I",
                           include, "-", input="#include <mrqart/plugin.h>\n")
                self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_the_service_is_one_that_systemd_takes(self):
        if not shutil.which("systemd-analyze"):
            self.skipTest("systemd-analyze is not installed")
        unit = self.prefix.root / "lib/systemd/system/mrqart.service"
        self.assertIn(f'ExecStart="{self.prefix.mrqartd}" -c', unit.read_text())
        done = run("systemd-analyze", "verify", "--man=no", unit)
        self.assertEqual((done.returncode, done.stderr), (0, ""))


main()
